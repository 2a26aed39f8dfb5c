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

	filterBits  = 20 // 2^20 bits, 128 KB: fits a second-level cache
	filterBytes = 1 << (filterBits - 3)

	hashFactor = 0x9e3779b1 // 2^32 / golden ratio, odd

	blockSize = 32 << 10
)

// A class holds the variants that are searched with one stride.
type class struct {
	stride  int
	size    int // bytes in a gram
	filter  *[filterBytes]byte
	shift   uint // of the hash, to index keys
	keys    []tableSlot
	entries []entry
	back    int // largest entry.off
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
		{stride: 4, size: 4},
		{stride: 2, size: 3},
		{stride: 1, size: 3},
	}
	type keyed struct {
		gram gram
		entry
	}
	grams := make([][]keyed, len(classes))
	for i, v := range variants {
		k := 0
		for len(v.text) < classes[k].stride-1+classes[k].size {
			k++
		}
		c := classes[k]
		for align := range c.stride {
			off := rarestGram(v.text, align, c.stride, c.size)
			grams[k] = append(grams[k], keyed{gramAt(v.text, off, c.size), entry{int32(i), int32(off)}})
			c.back = max(c.back, off)
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
		c.filter = new([filterBytes]byte)
		for i := 0; i < len(g); {
			j := i
			for j < len(g) && g[j].gram == g[i].gram {
				c.entries[j] = g[j].entry
				j++
			}
			h := g[i].gram * hashFactor
			c.filter[h>>(32-filterBits)>>3] |= 1 << (h >> (32 - filterBits) & 7)
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

// rarestGram returns the offset, equal to align modulo stride, of the gram of
// text that is expected least often in data.
func rarestGram(text string, align, stride, size int) int {
	best, least := align, 0.0
	for off := align; off+size <= len(text); off += stride {
		if c := commonness(text[off : off+size]); off == align || c < least {
			best, least = off, c
		}
	}
	return best
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
// gram the filter lets through, and returns how many.
func (c *class) candidates(cand []int32, data []byte, lo, hi int) int {
	n := 0
	for at := lo; at < hi && at+c.size <= len(data); at += c.stride {
		if c.passes(load(data, at, c.size)) != 0 {
			cand[n] = int32(at - lo)
			n++
		}
	}
	return n
}

// passes returns 1 if the filter lets g through, else 0.
func (c *class) passes(g gram) uint8 {
	h := g * hashFactor >> (32 - filterBits)
	return c.filter[h>>3] >> (h & 7) & 1
}
