package bytesearch

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
)

// A gram is a few consecutive bytes of a pattern, read as a little-endian
// number and folded by setting bit 5 of each byte. That makes letters of
// either case equal and some other bytes too (NUL and space): grams only
// select candidates, every candidate is compared exactly.
type gram = uint32

const (
	foldBits = 0x20202020
	mask3    = 0x00ffffff
	fold8    = foldBits<<32 | foldBits
	high8    = 0x8080808080808080

	// A filter has from 2^15 bits, 4 KB, to 2^20 bits, 128 KB: what is used of
	// it fits a first-level cache for few patterns, and a second-level cache
	// for many. The array's size is constant so that the compiler can leave
	// the bounds checks out.
	minFilterBits = 15
	maxFilterBits = 20
	filterShift   = 32 - maxFilterBits
	filterWords   = 1 << (maxFilterBits - 6)

	hashFactor = 0x9e3779b1 // 2^32 / golden ratio, odd

	blockSize = 32 << 10 // at most 64 KB: candidates are 16-bit offsets
)

// A layout says how the variants of a class are searched.
type layout struct {
	stride int // 4, or 2 or 1 for short texts
	size   int // bytes in a gram, 4 or 3
	// beside is how many bytes of every variant of the class stand before its
	// gram or else how many follow it, whatever its length: 2, 1 or 0.
	beside int
	// printable is how many bytes at the start of every gram of the class, or of
	// the gram and the byte before it, are from 0x20 to 0x7f: 0, 3 or 4. A pass
	// looks only where the data has so many in a row, which most of a binary
	// does not.
	printable int
}

// layouts are numbered in tables: to change one is a new version of theirs.
var layouts = [...]layout{
	{stride: 4, size: 4, beside: 2, printable: 4},
	{stride: 2, size: 3, beside: 1, printable: 3},
	{stride: 1, size: 3, printable: 3},
	{stride: 4, size: 4, beside: 2},
	{stride: 2, size: 3, beside: 1},
	{stride: 1, size: 3},
}

// Where the shortest variant of a table has 3 bytes, all short ones are in a
// class for those, so that one pass does.
var (
	layoutsFrom3 = [...]int{0, 2, 3, 5}
	layoutsFrom4 = [...]int{0, 1, 3, 4}
)

// A class holds the variants that are searched in one pass.
type class struct {
	layout
	filter     *[filterWords]uint64 // of grams
	mask       uint32               // of the bits of filter that are used
	longer     *[filterWords]uint64 // of grams with the bytes beside them
	longerMask uint32
	back       int // largest offset of a gram
	tables     []classTable
}

// headMask has the first n bytes set.
var headMask = [16]uint64{0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1, 1<<64 - 1}

// filterBits is the logarithm of how many bits a filter has for a number of
// grams.
func filterBits(grams int) uint {
	bits := uint(minFilterBits)
	for bits < maxFilterBits && 1<<bits < 64*grams {
		bits++
	}
	return bits
}

// bits returns the numbers of the bits that the gram at an offset of a text has
// in filters of full size: the one of grams, and the longer one if the layout has
// it.
func (l *layout) bits(text string, off int) (bit, longer uint32) {
	bit = gramAt(text, off, l.size) * hashFactor >> filterShift
	switch {
	case l.beside == 0:
	case off+l.size+l.beside <= len(text):
		longer = longerHash(foldedBytes(text[off:])&headMask[l.size+l.beside], followFactor)
	default:
		longer = longerHash(foldedBytes(text[off-l.beside:])&headMask[l.size+l.beside], precedeFactor)
	}
	return bit, longer
}

// foldedBytes returns up to 8 bytes of a text, folded as grams are.
func foldedBytes(s string) (w uint64) {
	if len(s) >= 8 {
		return (uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56) | fold8
	}
	for i := range len(s) {
		w |= uint64(s[i]|0x20) << (8 * i)
	}
	return w
}

// longerHash is the number of a bit for a gram and the bytes that follow or
// precede it, which have factors of their own.
func longerHash(w, factor uint64) uint32 { return uint32(w * factor >> (64 - maxFilterBits)) }

const (
	followFactor  = 0x9e3779b97f4a7c15 // 2^64 / golden ratio
	precedeFactor = 0xc2b2ae3d27d4eb4f // another odd number without pattern
)

func gramAt(s string, off, size int) gram {
	s = s[off : off+size]
	g := gram(s[0]) | gram(s[1])<<8 | gram(s[2])<<16 | foldBits&mask3
	if size == 4 {
		g |= gram(s[3]|0x20) << 24
	}
	return g
}

// choose sets offsets to those of the grams by which text is found in the
// class, one for each alignment: the rarest, where half as rare counts as much as
// twice the texts that were given it before. It reports whether the class can
// hold the text, for which rarities is prepared.
func (c *layout) choose(text string, offsets []int, rarities *rarities) bool {
	if len(text) < c.stride-1+c.size {
		return false
	}
	most := [4]int{-1, -1, -1, -1}
	for off := range len(text) - c.size + 1 {
		if int(rarities.run[off]) < c.printable && (c.printable != 3 || off == 0 || rarities.run[off-1] < 3) {
			continue
		}
		align := off & (c.stride - 1)
		n := rarities.of(off, c.size)
		if n <= most[align] {
			continue
		}
		if n = max(0, n-rarities.share(gramAt(text, off, c.size))); n > most[align] {
			most[align], offsets[align] = n, off
		}
	}
	if slices.Contains(most[:c.stride], -1) {
		return false
	}
	for _, off := range offsets {
		rarities.give(gramAt(text, off, c.size))
	}
	return true
}

// scratch is what one search needs besides its input.
type scratch struct {
	cand    []uint16 // positions of candidate grams, relative to a block
	text    []uint64 // of a block: a bit for each byte, set where it is printable
	places  []uint64 // of a block and a class: the places to look at
	matches []Match  // found and not yet reported
	touched uint8    // what is read ahead goes somewhere
}

type pool struct{ scratches, buffers sync.Pool }

func newPool() *pool {
	return &pool{
		scratches: sync.Pool{New: func() any {
			return &scratch{cand: make([]uint16, blockSize+8), text: make([]uint64, blockSize/64+2), places: make([]uint64, blockSize/64+1)}
		}},
		buffers: sync.Pool{New: func() any { b := make([]byte, 0); return &b }},
	}
}

func (p *pool) scratch() *scratch { return p.scratches.Get().(*scratch) }

func (p *pool) putScratch(s *scratch) {
	s.matches = s.matches[:0]
	if cap(s.matches) > 1<<16 {
		s.matches = nil // one crowded input must not cost memory for ever
	}
	p.scratches.Put(s)
}

// search reports the matches with from <= Start < to, in order, their offsets
// raised by base. Bytes of data outside that range only serve to complete a
// match and to test its neighbours.
func (s *Searcher) search(sc *scratch, data []byte, from, to, base int, visit func(Match)) {
	back, text := 0, false
	for _, c := range s.classes {
		back = max(back, c.back)
		text = text || c.printable > 0
	}
	// A gram of a match that starts in the range begins less than back bytes
	// after the range.
	end := min(len(data), to+back)
	for lo := from &^ 3; lo < end; lo += blockSize {
		hi := min(lo+blockSize, end)
		if text {
			printableMasks(sc.text, data[lo:min(len(data), hi+64)])
		}
		for _, c := range s.classes {
			cand := sc.cand[:c.candidates(sc, data, lo, hi)]
			c.verify(sc, cand[:c.confirm(cand, data, lo)], data, lo, from, to)
		}
		for i := range s.few {
			s.find(sc, &s.few[i], data, max(lo, from), min(hi, to))
		}
		final := hi - back // matches before it are complete
		if hi == end {
			final = to
		}
		sc.report(final, base, visit)
	}
}

// find looks for a variant that starts in [from, to).
func (s *Searcher) find(sc *scratch, v *variant, data []byte, from, to int) {
	text := []byte(v.text)
	for from < to {
		i := bytes.Index(data[from:min(len(data), to+len(text)-1)], text)
		if i < 0 {
			return
		}
		start := from + i
		if end := start + len(text); !v.word || bounded(data, start, end, v.wide) {
			sc.matches = append(sc.matches, Match{Pattern: v.pattern, Start: start, End: end, Wide: v.wide})
		}
		from = start + 1
	}
}

// report sorts the matches and hands over those that start before final.
func (sc *scratch) report(final, base int, visit func(Match)) {
	if len(sc.matches) == 0 {
		return
	}
	slices.SortFunc(sc.matches, func(a, b Match) int {
		if c := cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Pattern, b.Pattern)); c != 0 {
			return c
		}
		if !a.Wide {
			return -1
		}
		return 1
	})
	n := 0
	for n < len(sc.matches) && sc.matches[n].Start < final {
		m := sc.matches[n]
		m.Start += base
		m.End += base
		visit(m)
		n++
	}
	sc.matches = append(sc.matches[:0], sc.matches[n:]...)
}

// confirm drops the candidates that no gram with the bytes beside it could be,
// which nearly all are, and returns how many are left.
func (c *class) confirm(cand []uint16, data []byte, lo int) (n int) {
	f, beside := c.longer, c.beside
	if f == nil {
		return len(cand)
	}
	mask, bits := headMask[c.size+beside], c.longerMask
	shift := uint(8 * beside)
	for _, p := range cand {
		from := lo + int(p) - beside
		cand[n] = p
		if from < 0 || from+8 > len(data) {
			n++ // too near to an end of the data
			continue
		}
		w := binary.LittleEndian.Uint64(data[from:]) | fold8
		precede := longerHash(w&mask, precedeFactor) & bits
		follow := longerHash(w>>(shift&63)&mask, followFactor) & bits
		n += int((f[precede>>6%filterWords]>>(precede&63) | f[follow>>6%filterWords]>>(follow&63)) & 1)
	}
	return n
}

// verifyBatch is how many candidates are looked up side by side.
const verifyBatch = 64

// verify compares the variants that may have the grams at the candidates, whose
// positions are relative to lo. What a lookup waits for is memory: those of many
// candidates are begun before the first is used.
func (c *class) verify(sc *scratch, cand []uint16, data []byte, lo, from, to int) {
	var hashes [verifyBatch]gram
	var spans [verifyBatch]uint64 // the starts of a hash and of the next one
	for ; len(cand) > 0; cand = cand[min(len(cand), verifyBatch):] {
		batch := cand[:min(len(cand), verifyBatch)]
		for i, p := range batch {
			hashes[i%verifyBatch] = load(data, lo+int(p), c.size) * hashFactor
		}
		for k := range c.tables {
			t := &c.tables[k]
			if len(t.entries) == 0 {
				continue
			}
			for i := range batch {
				place := 4 * int(hashes[i%verifyBatch]>>(t.shift&31))
				span := uint64(0)
				if place+8 <= len(t.starts) {
					span = u64(t.starts, place)
				}
				spans[i%verifyBatch] = span
			}
			for i := range batch {
				sc.touched += t.entries[min(entrySize*int(uint32(spans[i%verifyBatch])), len(t.entries)-1)]
			}
			for i, p := range batch {
				span := spans[i%verifyBatch]
				if n, end := int(uint32(span)), min(int(span>>32), t.count); n < end {
					t.compare(sc, n, end, data, lo+int(p), from, to)
				}
			}
		}
	}
}

// compare compares the variants of the entries [n, end), whose gram is at a
// position.
func (t *classTable) compare(sc *scratch, n, end int, data []byte, at, from, to int) {
	for ; n < end; n++ {
		e := t.entries[entrySize*n : entrySize*n+entrySize]
		rest := u64(e, 8)
		start := at - int(rest>>32&0xffff)
		if start < from || start >= to {
			continue
		}
		var head uint64
		if start+8 <= len(data) {
			head = binary.LittleEndian.Uint64(data[start:])
		} else {
			for k, c := range data[start:] {
				head |= uint64(c) << (8 * k)
			}
		}
		if (head|fold8)&headMask[rest>>48&15] != u64(e, 0) {
			continue
		}
		v, ok := t.table.variant(int(uint32(rest)))
		if !ok {
			continue
		}
		if end := start + len(v.text); end <= len(data) && v.equal(data[start:end]) && (!v.word || bounded(data, start, end, v.wide)) {
			sc.matches = append(sc.matches, Match{Pattern: t.first + v.pattern, Start: start, End: end, Wide: v.wide})
		}
	}
}

func load(data []byte, at, size int) gram {
	if size == 4 {
		return binary.LittleEndian.Uint32(data[at:]) | foldBits
	}
	return gram(data[at]) | gram(data[at+1])<<8 | gram(data[at+2])<<16 | foldBits&mask3
}

// candidates writes to sc.cand the positions in [lo, hi), relative to lo, whose
// gram the filter lets through, and returns how many.
func (c *class) candidates(sc *scratch, data []byte, lo, hi int) int {
	block := data[lo:]
	size := min(hi-lo, len(block))
	if c.printable > 0 {
		places := sc.places[:(size+63)/64]
		c.places(places, sc.text)
		return c.filterText(sc.cand, places, block, size)
	}
	n, at := 0, 0
	// The filters read up to 16 bytes from a position; the rest is slow.
	fast := min(size, len(block)-16)
	switch c.stride {
	case 4:
		n, at = c.filter4(sc.cand, block, fast)
	case 2:
		n, at = c.filter2(sc.cand, block, fast)
	default:
		n, at = c.filter1(sc.cand, block, fast)
	}
	for ; at < size && at+c.size <= len(block); at += c.stride {
		if c.passes(load(block, at, c.size)) {
			sc.cand[n] = uint16(at)
			n++
		}
	}
	return n
}

// passes asks the filter for a gram.
func (c *class) passes(g gram) bool {
	h := g * hashFactor >> filterShift & c.mask
	return c.filter[h>>6%filterWords]&(1<<(h&63)) != 0
}

// places writes to places, for each 64 bytes, where a class whose grams begin with
// printable bytes looks at all. Code and packed data have few such places.
func (c *class) places(places, masks []uint64) {
	aligned := ^uint64(0)
	switch c.stride {
	case 2:
		aligned = 0x5555555555555555
	case 4:
		aligned = 0x1111111111111111
	}
	masks = masks[:len(places)+1]
	if c.printable == 4 {
		for k := range places {
			m, next := masks[k], masks[k+1]
			m &= m>>1 | next<<63 // two in a row
			next &= next >> 1
			m &= m>>2 | next<<62
			places[k] = m & aligned
		}
		return
	}
	last := ^uint64(0) // what stands before the block is not known
	for k := range places {
		m, next := masks[k], masks[k+1]
		three := m & (m>>1 | next<<63) & (m>>2 | next<<62)
		places[k] = (three | three<<1 | last>>63) & aligned
		last = three
	}
}

// filterText is the filter of a class whose grams begin with printable bytes.
func (c *class) filterText(cand []uint16, places []uint64, block []byte, size int) (n int) {
	// Of whole words all that is read is at hand.
	whole := max(0, min(size/64, (len(block)-4)/64))
	if whole > 0 {
		n = filterPlaces(cand, places[:whole], block[:64*whole+4], c.filter, 1<<(8*c.size)-1, c.mask)
	}
	for k, m := range places[whole:] {
		for ; m != 0; m &= m - 1 {
			at := 64*(whole+k) + bits.TrailingZeros64(m)
			if at < size && at+c.size <= len(block) && c.passes(load(block, at, c.size)) {
				cand[n] = uint16(at)
				n++
			}
		}
	}
	return n
}

// slowFilterPlaces is the filter for places in whole words: grams masks the bytes of
// a gram, mask the bits of the filter that are used. It is what processors without
// their own way have, and the oracle of that.
func slowFilterPlaces(cand []uint16, places []uint64, block []byte, filter *[filterWords]uint64, grams, mask uint32) (n int) {
	for k, m := range places {
		p := (*[64 + 4]byte)(block[64*k:])
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros64(m) & 63
			h := (binary.LittleEndian.Uint32(p[i:i+4]) | foldBits) & grams * hashFactor >> filterShift & mask
			// No branch: in a text one position in ten passes, and none can be
			// foretold.
			cand[n] = uint16(64*k + i)
			n += int(filter[h>>6%filterWords] >> (h & 63) & 1)
		}
	}
	return n
}

// The filters do four grams a step, whose loads do not depend on each other,
// and compile to a bit test and a branch for each that is hardly ever taken.
// They stop at the first position that is not below end and return it.

func (c *class) filter4(cand []uint16, block []byte, end int) (n, at int) {
	f, mask := c.filter, c.mask
	for ; at < end; at += 16 {
		p := block[at : at+16 : at+16]
		a := binary.LittleEndian.Uint64(p[0:8]) | fold8
		b := binary.LittleEndian.Uint64(p[8:16]) | fold8
		h0 := uint32(a) * hashFactor >> filterShift & mask
		h1 := uint32(a>>32) * hashFactor >> filterShift & mask
		h2 := uint32(b) * hashFactor >> filterShift & mask
		h3 := uint32(b>>32) * hashFactor >> filterShift & mask
		if f[h0>>6%filterWords]&(1<<(h0&63)) != 0 {
			cand[n] = uint16(at)
			n++
		}
		if f[h1>>6%filterWords]&(1<<(h1&63)) != 0 {
			cand[n] = uint16(at + 4)
			n++
		}
		if f[h2>>6%filterWords]&(1<<(h2&63)) != 0 {
			cand[n] = uint16(at + 8)
			n++
		}
		if f[h3>>6%filterWords]&(1<<(h3&63)) != 0 {
			cand[n] = uint16(at + 12)
			n++
		}
	}
	return n, at
}

func (c *class) filter2(cand []uint16, block []byte, end int) (n, at int) {
	f, mask, bytes := c.filter, c.mask, uint32(1<<(8*c.size)-1)
	for ; at < end; at += 8 {
		p := block[at : at+16 : at+16]
		a := binary.LittleEndian.Uint64(p[0:8]) | fold8
		b := binary.LittleEndian.Uint64(p[2:10]) | fold8
		h0 := uint32(a) & bytes * hashFactor >> filterShift & mask
		h1 := uint32(b) & bytes * hashFactor >> filterShift & mask
		h2 := uint32(a>>32) & bytes * hashFactor >> filterShift & mask
		h3 := uint32(b>>32) & bytes * hashFactor >> filterShift & mask
		if f[h0>>6%filterWords]&(1<<(h0&63)) != 0 {
			cand[n] = uint16(at)
			n++
		}
		if f[h1>>6%filterWords]&(1<<(h1&63)) != 0 {
			cand[n] = uint16(at + 2)
			n++
		}
		if f[h2>>6%filterWords]&(1<<(h2&63)) != 0 {
			cand[n] = uint16(at + 4)
			n++
		}
		if f[h3>>6%filterWords]&(1<<(h3&63)) != 0 {
			cand[n] = uint16(at + 6)
			n++
		}
	}
	return n, at
}

func (c *class) filter1(cand []uint16, block []byte, end int) (n, at int) {
	f, mask := c.filter, c.mask
	for ; at < end; at += 4 {
		a := binary.LittleEndian.Uint64(block[at:at+8:at+8]) | fold8
		h0 := uint32(a) & mask3 * hashFactor >> filterShift & mask
		h1 := uint32(a>>8) & mask3 * hashFactor >> filterShift & mask
		h2 := uint32(a>>16) & mask3 * hashFactor >> filterShift & mask
		h3 := uint32(a>>24) & mask3 * hashFactor >> filterShift & mask
		if f[h0>>6%filterWords]&(1<<(h0&63)) != 0 {
			cand[n] = uint16(at)
			n++
		}
		if f[h1>>6%filterWords]&(1<<(h1&63)) != 0 {
			cand[n] = uint16(at + 1)
			n++
		}
		if f[h2>>6%filterWords]&(1<<(h2&63)) != 0 {
			cand[n] = uint16(at + 2)
			n++
		}
		if f[h3>>6%filterWords]&(1<<(h3&63)) != 0 {
			cand[n] = uint16(at + 3)
			n++
		}
	}
	return n, at
}
