package bytesearch

import (
	"cmp"
	"encoding/binary"
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

	// A filter has from 2^15 bits, 4 KB, to 2^20 bits, 128 KB: what is used of
	// it fits a first-level cache for few patterns, and a second-level cache
	// for many. The array's size is constant so that the compiler can leave
	// the bounds checks out.
	minFilterBits = 15
	maxFilterBits = 20
	filterShift   = 32 - maxFilterBits
	filterWords   = 1 << (maxFilterBits - 6)

	hashFactor = 0x9e3779b1 // 2^32 / golden ratio, odd

	blockSize = 32 << 10
)

// A class holds the variants that are searched in one pass.
type class struct {
	stride int // 4, or 1 for short texts
	size   int // bytes in a gram, 4 or 3
	// printable: every gram of the class consists of bytes from 0x20 to 0x7f,
	// so that most of a binary can be passed over without a look at the filter.
	printable bool
	filter    *[filterWords]uint64
	mask      uint32 // of the bits of filter that are used
	shift     uint   // of the hash, to index keys
	keys      []tableSlot
	entries   []entry
	back      int // largest entry.off
}

// A tableSlot leads from a gram to its run of entries. The run is empty in an
// unused slot.
type tableSlot struct {
	gram       gram
	start, end int32
}

// An entry says that variant has the slot's gram at off.
type entry struct {
	variant int32
	off     int32
}

// buildClasses sorts the variants into classes. A variant of n bytes holds, in
// any window of stride consecutive offsets, one that is aligned in the data;
// so n >= stride-1+size is what a class needs.
func buildClasses(variants []variant) []*class {
	classes := []*class{
		{stride: 4, size: 4, printable: true},
		{stride: 4, size: 4},
		shortClass(variants),
	}
	type keyed struct {
		gram gram
		entry
	}
	grams := make([][]keyed, len(classes))
	var offsets [4]int
	cost := gramCosts(variants)
	for i, v := range variants {
		for k, c := range classes {
			if !c.choose(v.text, offsets[:c.stride], cost) {
				continue
			}
			for _, off := range offsets[:c.stride] {
				grams[k] = append(grams[k], keyed{gramAt(v.text, off, c.size), entry{int32(i), int32(off)}})
				c.back = max(c.back, off)
			}
			break
		}
	}
	var used []*class
	for k, c := range classes {
		g := grams[k]
		if len(g) == 0 {
			continue
		}
		slices.SortFunc(g, func(a, b keyed) int {
			return cmp.Or(cmp.Compare(a.gram, b.gram), cmp.Compare(a.variant, b.variant), cmp.Compare(a.off, b.off))
		})
		bits := uint(4)
		for 1<<bits < 3*len(g) {
			bits++
		}
		c.shift = 32 - bits
		c.keys = make([]tableSlot, 1<<bits)
		c.entries = make([]entry, len(g))
		c.filter = new([filterWords]uint64)
		fbits := uint(minFilterBits)
		for fbits < maxFilterBits && 1<<fbits < 64*len(g) {
			fbits++
		}
		c.mask = 1<<fbits - 1
		for i := 0; i < len(g); {
			j := i
			for j < len(g) && g[j].gram == g[i].gram {
				c.entries[j] = g[j].entry
				j++
			}
			h := g[i].gram * hashFactor
			bit := h >> filterShift & c.mask
			c.filter[bit>>6] |= 1 << (bit & 63)
			at := h >> c.shift
			for c.keys[at].end != 0 {
				at = (at + 1) & (1<<bits - 1)
			}
			c.keys[at] = tableSlot{g[i].gram, int32(i), int32(j)}
			i = j
		}
		used = append(used, c)
	}
	return used
}

func gramAt(s string, off, size int) gram {
	var g gram
	for i := range size {
		g |= gram(s[off+i]|0x20) << (8 * i)
	}
	return g
}

// shortClass returns the class for variants of less than 7 bytes. The shortest
// decides, so that one pass does for all of them.
func shortClass(variants []variant) *class {
	shortest := 6
	for _, v := range variants {
		shortest = min(shortest, len(v.text))
	}
	switch shortest {
	case 3:
		return &class{stride: 1, size: 3}
	case 4:
		return &class{stride: 2, size: 3}
	}
	return &class{stride: 2, size: 4}
}

// choose sets offsets to those of the grams by which text is found in the
// class, one for each alignment: those that cost least, by how often they are
// expected in data and how many variants share them. It reports whether the
// class can hold the text.
func (c *class) choose(text string, offsets []int, cost func(string) float64) bool {
	for align := range offsets {
		best, least := -1, 0.0
		for off := align; off+c.size <= len(text); off += c.stride {
			g := text[off : off+c.size]
			if c.printable && !printable(g) {
				continue
			}
			if n := cost(g); best < 0 || n < least {
				best, least = off, n
			}
		}
		if best < 0 {
			return false
		}
		offsets[align] = best
	}
	return true
}

// gramCosts returns a function that gives the cost of a gram: how often it is
// expected in data, times the variants that would be compared there. Those are
// estimated by how many variants have the gram anywhere.
func gramCosts(variants []variant) func(string) float64 {
	type key struct {
		gram gram
		size int32
	}
	of := func(g string) key { return key{gramAt(g, 0, len(g)), int32(len(g))} }
	bytes := 0
	for _, v := range variants {
		bytes += len(v.text)
	}
	shared := make(map[key]int32, 2*bytes)
	for _, v := range variants {
		for _, size := range []int{3, 4} {
			for off := 0; off+size <= len(v.text); off++ {
				shared[of(v.text[off:off+size])]++
			}
		}
	}
	f := newFrequency()
	return func(g string) float64 { return f.of(g) * float64(1+shared[of(g)]) }
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7f {
			return false
		}
	}
	return true
}

// scratch is what one search needs besides its input.
type scratch struct {
	cand    []int32 // positions of candidate grams, relative to a block
	matches []Match // found and not yet reported
}

type pool struct{ scratches, buffers sync.Pool }

func newPool() *pool {
	return &pool{
		scratches: sync.Pool{New: func() any { return &scratch{cand: make([]int32, blockSize+8)} }},
		buffers:   sync.Pool{New: func() any { b := make([]byte, 0); return &b }},
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
	back := 0
	for _, c := range s.classes {
		back = max(back, c.back)
	}
	// A gram of a match that starts in the range begins less than back bytes
	// after the range.
	end := min(len(data), to+back)
	for lo := from &^ 3; lo < end; lo += blockSize {
		hi := min(lo+blockSize, end)
		for _, c := range s.classes {
			n := c.candidates(sc.cand, data, lo, hi)
			for _, p := range sc.cand[:n] {
				c.verify(sc, s.variants, data, lo+int(p), from, to)
			}
		}
		final := hi - back // matches before it are complete
		if hi == end {
			final = to
		}
		sc.report(final, base, visit)
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

// verify compares the variants that have the gram at position at.
func (c *class) verify(sc *scratch, variants []variant, data []byte, at, from, to int) {
	g := load(data, at, c.size)
	mask := uint32(len(c.keys) - 1)
	for slot := g * hashFactor >> c.shift; ; slot = (slot + 1) & mask {
		k := c.keys[slot]
		if k.end == 0 {
			return
		}
		if k.gram != g {
			continue
		}
		for _, e := range c.entries[k.start:k.end] {
			v := &variants[e.variant]
			start := at - int(e.off)
			end := start + len(v.text)
			if start < from || start >= to || end > len(data) ||
				!v.equal(data[start:end]) || v.word && !bounded(data, start, end, v.wide) {
				continue
			}
			sc.matches = append(sc.matches, Match{Pattern: int(v.pattern), Start: start, End: end, Wide: v.wide})
		}
		return
	}
}

func load(data []byte, at, size int) gram {
	if size == 4 {
		return binary.LittleEndian.Uint32(data[at:]) | foldBits
	}
	return gram(data[at]) | gram(data[at+1])<<8 | gram(data[at+2])<<16 | foldBits&mask3
}

// candidates writes to cand the positions in [lo, hi), relative to lo, whose
// gram the filter lets through, and returns how many. cand must have room for
// all positions of the stride.
func (c *class) candidates(cand []int32, data []byte, lo, hi int) int {
	n, at := 0, 0
	block := data[lo:]
	size := min(hi-lo, len(block))
	// The filters read up to 16 bytes from a position; the rest is slow.
	fast := min(size, len(block)-16)
	switch {
	case c.stride == 4 && c.printable:
		n, at = c.filterPrintable(cand, block, fast)
	case c.stride == 4:
		n, at = c.filter4(cand, block, fast)
	case c.stride == 2:
		n, at = c.filter2(cand, block, fast)
	default:
		n, at = c.filter1(cand, block, fast)
	}
	for ; at < size && at+c.size <= len(block); at += c.stride {
		h := load(block, at, c.size) * hashFactor >> filterShift & c.mask
		if c.filter[h>>6%filterWords]&(1<<(h&63)) != 0 {
			cand[n] = int32(at)
			n++
		}
	}
	return n
}

const (
	fold8 = foldBits<<32 | foldBits
	high8 = 0x8080808080808080
	high4 = 0x80808080
)

// printableBytes returns a number with bit 7 of each byte set where that byte
// of w is from 0x20 to 0x7f.
func printableBytes(w uint64) uint64 {
	return (w&^high8 + 0x6060606060606060) &^ w & high8
}

// The filters do four grams a step, whose loads do not depend on each other,
// and compile to a bit test and a branch for each that is hardly ever taken.
// They stop at the first position that is not below end and return it.

func (c *class) filterPrintable(cand []int32, block []byte, end int) (n, at int) {
	f, mask := c.filter, c.mask
	for ; at < end; at += 16 {
		p := block[at : at+16 : at+16]
		a := binary.LittleEndian.Uint64(p[0:8])
		b := binary.LittleEndian.Uint64(p[8:16])
		pa, pb := printableBytes(a), printableBytes(b)
		if uint32(pa) == high4 {
			h := (uint32(a) | foldBits) * hashFactor >> filterShift & mask
			if f[h>>6%filterWords]&(1<<(h&63)) != 0 {
				cand[n] = int32(at)
				n++
			}
		}
		if uint32(pa>>32) == high4 {
			h := (uint32(a>>32) | foldBits) * hashFactor >> filterShift & mask
			if f[h>>6%filterWords]&(1<<(h&63)) != 0 {
				cand[n] = int32(at + 4)
				n++
			}
		}
		if uint32(pb) == high4 {
			h := (uint32(b) | foldBits) * hashFactor >> filterShift & mask
			if f[h>>6%filterWords]&(1<<(h&63)) != 0 {
				cand[n] = int32(at + 8)
				n++
			}
		}
		if uint32(pb>>32) == high4 {
			h := (uint32(b>>32) | foldBits) * hashFactor >> filterShift & mask
			if f[h>>6%filterWords]&(1<<(h&63)) != 0 {
				cand[n] = int32(at + 12)
				n++
			}
		}
	}
	return n, at
}

func (c *class) filter4(cand []int32, block []byte, end int) (n, at int) {
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
			cand[n] = int32(at)
			n++
		}
		if f[h1>>6%filterWords]&(1<<(h1&63)) != 0 {
			cand[n] = int32(at + 4)
			n++
		}
		if f[h2>>6%filterWords]&(1<<(h2&63)) != 0 {
			cand[n] = int32(at + 8)
			n++
		}
		if f[h3>>6%filterWords]&(1<<(h3&63)) != 0 {
			cand[n] = int32(at + 12)
			n++
		}
	}
	return n, at
}

func (c *class) filter2(cand []int32, block []byte, end int) (n, at int) {
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
			cand[n] = int32(at)
			n++
		}
		if f[h1>>6%filterWords]&(1<<(h1&63)) != 0 {
			cand[n] = int32(at + 2)
			n++
		}
		if f[h2>>6%filterWords]&(1<<(h2&63)) != 0 {
			cand[n] = int32(at + 4)
			n++
		}
		if f[h3>>6%filterWords]&(1<<(h3&63)) != 0 {
			cand[n] = int32(at + 6)
			n++
		}
	}
	return n, at
}

func (c *class) filter1(cand []int32, block []byte, end int) (n, at int) {
	f, mask := c.filter, c.mask
	for ; at < end; at += 4 {
		a := binary.LittleEndian.Uint64(block[at:at+8:at+8]) | fold8
		h0 := uint32(a) & mask3 * hashFactor >> filterShift & mask
		h1 := uint32(a>>8) & mask3 * hashFactor >> filterShift & mask
		h2 := uint32(a>>16) & mask3 * hashFactor >> filterShift & mask
		h3 := uint32(a>>24) & mask3 * hashFactor >> filterShift & mask
		if f[h0>>6%filterWords]&(1<<(h0&63)) != 0 {
			cand[n] = int32(at)
			n++
		}
		if f[h1>>6%filterWords]&(1<<(h1&63)) != 0 {
			cand[n] = int32(at + 1)
			n++
		}
		if f[h2>>6%filterWords]&(1<<(h2&63)) != 0 {
			cand[n] = int32(at + 2)
			n++
		}
		if f[h3>>6%filterWords]&(1<<(h3&63)) != 0 {
			cand[n] = int32(at + 3)
			n++
		}
	}
	return n, at
}
