package bytesearch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Table is a list of patterns with what finds them, in a form that is used as
// it lies in memory: a program can embed it, and a search touches only the parts
// of it that it needs. It does not change.
//
// All numbers are little-endian. Offsets count from the start of the table.
//
//	 0   8  magic "TMFIND\x00\x04": the last byte is the version. It also stands
//	        for what decides which grams are chosen: a table of one version is the
//	        same whoever made it
//	 8   4  length of the table
//	12   4  number of patterns
//	16   4  number of variants, the encoded forms of the patterns
//	20   4  bytes in the longest variant
//	24   4  number of variants that are looked for one by one, at most 4
//	28   4  number of classes, at most 4
//	32      the variants that are looked for one by one: u32 each
//	        classes, by ascending layout
//	             4  number of the layout
//	             4  largest offset of a gram
//	             4  number of entries
//	             4  b: the upper b bits of a gram's hash say where its entries are
//	             4  offset of the starts: 2^b+1 of u32, the index of the first
//	                entry of each hash
//	             4  offset of the entries
//	             4  offset of the filters
//	        variants, each
//	             4  end of its text, relative to the first text
//	             4  number of its pattern
//	             4  flags: 1 fold, 2 word, 4 wide
//	        texts, end to end, in lower case where fold is set
//	        starts, entries and filters of the classes. An entry:
//	             8  the first 8 bytes of the text, folded as grams are
//	             4  number of the variant
//	             2  offset of the gram in the text
//	             1  how many bytes of the text the first field has
//	             1  0
//	        The filters of a class are two numbers of bits for each gram, of 4
//	        bytes: in the filter of grams and in that of the bytes beside them, 0
//	        where the layout has none. A class with enough grams to need filters of
//	        2^20 bits has none in the table
type Table struct {
	data     string
	patterns int
	variants string // with one part for each
	count    int    // of the variants
	texts    string
	maxLen   int
	few      []uint32
	classes  []classTable
}

const (
	tableMagic  = "TMFIND\x00\x04"
	headerSize  = 32
	classSize   = 28
	variantSize = 12
	entrySize   = 16
	maxTable    = 1<<31 - 1

	flagFold, flagWord, flagWide = 1, 2, 4
)

// A classTable is the part of a class that one table has.
type classTable struct {
	table   *Table
	first   int // number in the search of the table's first pattern
	layout  int
	back    int
	count   int    // of entries
	shift   uint   // of the hash, to index starts
	starts  string // of the entries of a hash
	entries string // the beginnings of the texts stand here too, and hardly any candidate has to be compared with more
	filters string
}

// fewVariants is up to how many variants that have no text in them are looked
// for one by one, in place of a pass of their own.
const fewVariants = 4

// Index prepares what Compile does of the work that depends on the patterns
// alone. It refuses what Compile refuses.
func Index(patterns []Pattern) (*Table, error) {
	if len(patterns) > MaxPatterns {
		return nil, fmt.Errorf("compile search: %d patterns, at most %d are possible", len(patterns), MaxPatterns)
	}
	variants := make([]variant, 0, len(patterns))
	folded := foldAll(patterns)
	for i, p := range patterns {
		text := p.Text
		if p.Fold {
			text, folded = folded[:len(text)], folded[len(text):]
		}
		var err error
		if variants, err = appendVariants(variants, i, p, text); err != nil {
			return nil, fmt.Errorf("compile search pattern %d %.40q: %w", i, p.Text, err)
		}
	}
	b := builder{variants: variants}
	b.choose()
	return Open(b.bytes(len(patterns)))
}

// appendVariants adds the encoded forms of a pattern, whose text is lower case
// if Fold is set.
func appendVariants(variants []variant, i int, p Pattern, text string) ([]variant, error) {
	switch {
	case p.Text == "":
		return nil, errors.New("the text is empty")
	case len(p.Text) < MinPattern:
		return nil, fmt.Errorf("the text has %d bytes, at least %d are needed", len(p.Text), MinPattern)
	case p.Wide && !utf8.ValidString(p.Text):
		return nil, errors.New("the text is not UTF-8 and has no UTF-16 form")
	}
	variants = append(variants, variant{text: text, pattern: i, fold: p.Fold, word: p.Word})
	if p.Wide {
		units := encodeWide(text)
		if len(units) < MinPattern {
			return nil, fmt.Errorf("the text has %d bytes as UTF-16, at least %d are needed", len(units), MinPattern)
		}
		variants = append(variants, variant{text: units, pattern: i, fold: p.Fold, word: p.Word, wide: true})
	}
	if n := len(variants[len(variants)-1].text); n > MaxPattern {
		return nil, fmt.Errorf("the text has %d bytes encoded, at most %d are possible", n, MaxPattern)
	}
	return variants, nil
}

// A builder makes a table.
type builder struct {
	variants []variant
	few      []int32
	classes  []builtClass
}

type builtClass struct {
	layout int
	grams  []keyed
}

// keyed is a gram of a variant and its offset there.
type keyed struct {
	gram         gram
	variant, off int32
}

// choose sorts the variants into classes. A variant of n bytes holds, in any
// window of stride consecutive offsets, one that is aligned in the data; so
// n >= stride-1+size is what a class needs.
func (b *builder) choose() {
	numbers := layoutsFrom4
	for _, v := range b.variants {
		if len(v.text) < 4 {
			numbers = layoutsFrom3
		}
	}
	classes := make([]builtClass, len(numbers))
	members := make([][]int32, len(numbers))
	var offsets [4]int
	rarities := newRarities(len(b.variants))
	for i, v := range b.variants {
		rarities.prepare(v.text)
		for k, number := range numbers {
			l := &layouts[number]
			if !l.choose(v.text, offsets[:l.stride], rarities) {
				continue
			}
			if l.printable == 0 {
				members[k] = append(members[k], int32(i))
			}
			c := &classes[k]
			if c.grams == nil && k == 0 { // that of nearly all
				c.grams = make([]keyed, 0, l.stride*len(b.variants))
			}
			for _, off := range offsets[:l.stride] {
				c.grams = append(c.grams, keyed{gramAt(v.text, off, l.size), int32(i), int32(off)})
			}
			break
		}
	}
	for k, c := range classes {
		c.layout = numbers[k]
		switch {
		case len(c.grams) == 0:
		case layouts[c.layout].printable == 0 && len(members[k])+len(b.few) <= fewVariants && !slices.ContainsFunc(members[k], func(i int32) bool { return b.variants[i].fold }):
			b.few = append(b.few, members[k]...)
		default:
			b.classes = append(b.classes, c)
		}
	}
}

// startBits is the logarithm of how many starts there are for a number of
// grams. A small table has more: it is asked for each candidate of a large one
// that it is joined with, and mostly has nothing there.
func startBits(grams int) uint {
	bits := uint(4)
	for 1<<bits < grams {
		bits++
	}
	if whole(grams) {
		return bits - 1 // the filters leave few candidates to look for
	}
	return bits + 2
}

// whole reports whether so many grams fill filters of the full size. A table of
// fewer lists their bits, of which a smaller filter takes the lower part; a large
// one would double its length by that, and half a millisecond makes them.
func whole(grams int) bool { return filterBits(grams) == maxFilterBits }

// filterSize is the length of the filters in a table.
func filterSize(grams int) int {
	if whole(grams) {
		return 0
	}
	return 8 * grams
}

// bytes writes the table.
func (b *builder) bytes(patterns int) string {
	texts, longest := 0, 0
	for _, v := range b.variants {
		texts += len(v.text)
		longest = max(longest, len(v.text))
	}
	size := headerSize + 4*len(b.few) + classSize*len(b.classes) + variantSize*len(b.variants) + texts
	at := size
	for _, c := range b.classes {
		size += 4<<startBits(len(c.grams)) + 4 + entrySize*len(c.grams) + filterSize(len(c.grams))
	}
	var out strings.Builder
	out.Grow(size)
	var buf [entrySize]byte
	u32 := func(n int) {
		binary.LittleEndian.PutUint32(buf[:], uint32(n))
		out.Write(buf[:4])
	}
	out.WriteString(tableMagic)
	for _, n := range []int{size, patterns, len(b.variants), longest, len(b.few), len(b.classes)} {
		u32(n)
	}
	for _, i := range b.few {
		u32(int(i))
	}
	for _, c := range b.classes {
		back := 0
		for _, g := range c.grams {
			back = max(back, int(g.off))
		}
		bits := startBits(len(c.grams))
		u32(c.layout)
		u32(back)
		u32(len(c.grams))
		u32(int(bits))
		u32(at)
		at += 4<<bits + 4
		u32(at)
		at += entrySize * len(c.grams)
		u32(at)
		at += filterSize(len(c.grams))
	}
	end := 0
	for _, v := range b.variants {
		end += len(v.text)
		u32(end)
		u32(v.pattern)
		flags := 0
		for i, set := range []bool{v.fold, v.word, v.wide} {
			if set {
				flags |= 1 << i
			}
		}
		u32(flags)
	}
	for _, v := range b.variants {
		out.WriteString(v.text)
	}
	for _, c := range b.classes {
		// First it is counted how many entries a hash has, then each hash learns
		// where they end, and last they are put in their places from the end.
		bits := startBits(len(c.grams))
		shift := 32 - bits
		starts := make([]uint32, 1<<bits+1)
		for _, g := range c.grams {
			starts[g.gram*hashFactor>>shift]++
		}
		n := uint32(0)
		for i, k := range starts {
			n += k
			starts[i] = n
		}
		order := make([]int32, len(c.grams))
		for i := len(c.grams) - 1; i >= 0; i-- {
			start := &starts[c.grams[i].gram*hashFactor>>shift]
			*start--
			order[*start] = int32(i)
		}
		for _, start := range starts {
			u32(int(start))
		}
		for _, i := range order {
			g := &c.grams[i]
			text := b.variants[g.variant].text
			binary.LittleEndian.PutUint64(buf[0:], foldedBytes(text))
			binary.LittleEndian.PutUint32(buf[8:], uint32(g.variant))
			binary.LittleEndian.PutUint16(buf[12:], uint16(g.off))
			buf[14], buf[15] = byte(min(8, len(text))), 0
			out.Write(buf[:])
		}
		l := &layouts[c.layout]
		if whole(len(c.grams)) {
			continue
		}
		for _, i := range order {
			g := &c.grams[i]
			bit, longer := l.bits(b.variants[g.variant].text, int(g.off))
			u32(int(bit))
			u32(int(longer))
		}
	}
	return out.String()
}

// ErrVersion is the error of a table whose version is not that of this program.
// Its patterns have to be prepared anew.
var ErrVersion = errors.New("it has another version")

// Open reads the header of a table. It checks that every part lies within the
// table, and not what is in the parts: [Table.Verify] does. Damage that Open
// cannot see makes a search find less or take longer, and never fail in another
// way: what is found stands in the data.
func Open(data string) (*Table, error) {
	bad := func(at int, format string, args ...any) error {
		return fmt.Errorf("search table: offset %d: %s", at, fmt.Sprintf(format, args...))
	}
	switch {
	case len(data) < headerSize:
		return nil, bad(len(data), "the table ends within its header of %d bytes", headerSize)
	case data[:7] != tableMagic[:7]:
		return nil, bad(0, "this is no search table: it starts with %q", data[:8])
	case data[7] != tableMagic[7]:
		return nil, fmt.Errorf("search table: version %d, this program has %d: %w", data[7], tableMagic[7], ErrVersion)
	case uint64(u32(data, 8)) != uint64(len(data)) || len(data) > maxTable:
		return nil, bad(8, "the header says %d bytes, the table has %d", u32(data, 8), len(data))
	}
	// No number of parts is larger than the table, so no product overflows.
	word := func(at int) int { return int(min(u32(data, at), uint32(len(data)))) }
	t := &Table{data: data, patterns: word(12), count: word(16), maxLen: word(20)}
	few, classes := word(24), word(28)
	switch {
	case t.patterns > t.count || t.count > MaxPatterns*2 || (t.patterns == 0) != (t.count == 0):
		return nil, bad(12, "%d patterns in %d forms", t.patterns, t.count)
	case t.maxLen > MaxPattern:
		return nil, bad(20, "a pattern of %d bytes", t.maxLen)
	case few > fewVariants || classes > len(layoutsFrom4):
		return nil, bad(24, "%d single patterns and %d classes", few, classes)
	}
	at := headerSize + 4*few + classSize*classes
	textsAt := at + variantSize*t.count
	if textsAt > len(data) {
		return nil, bad(16, "%d forms of patterns do not fit into the table", t.count)
	}
	t.variants = data[at:textsAt]
	end := textsAt
	if t.count > 0 {
		end += int(min(u32(t.variants, variantSize*(t.count-1)), uint32(len(data))))
	}
	if end > len(data) {
		return nil, bad(at, "the texts end at %d of %d bytes", end, len(data))
	}
	t.texts = data[textsAt:end]
	for i := range few {
		t.few = append(t.few, u32(data, headerSize+4*i))
	}
	for i := range classes {
		at := headerSize + 4*few + classSize*i
		c := classTable{table: t, layout: word(at), back: word(at + 4), count: word(at + 8)}
		bits := word(at + 12)
		if c.layout >= len(layouts) || i > 0 && c.layout <= t.classes[i-1].layout || c.back > MaxPattern || bits < 4 || bits > 24 {
			return nil, bad(at, "class %d has layout %d, offsets to %d and %d bits of a hash", i, c.layout, c.back, bits)
		}
		c.shift = uint(32 - bits)
		fits := true
		part := func(from, size int) string {
			if from < end || from > len(data) || size > len(data)-from {
				fits = false
				return ""
			}
			return data[from : from+size]
		}
		c.starts = part(word(at+16), 4<<bits+4)
		c.entries = part(word(at+20), entrySize*c.count)
		c.filters = part(word(at+24), filterSize(c.count))
		if !fits {
			return nil, bad(at, "class %d reaches beyond the table", i)
		}
		t.classes = append(t.classes, c)
	}
	return t, nil
}

// Bytes returns the table as Open reads it.
func (t *Table) Bytes() string { return t.data }

// Len returns the number of patterns.
func (t *Table) Len() int { return t.patterns }

// Verify checks that the table finds its patterns: that it is the one which
// Index makes of them. That takes as long as making it.
func (t *Table) Verify() error {
	patterns := make([]Pattern, t.patterns)
	for i := range t.count {
		v, ok := t.variant(i)
		if !ok {
			return fmt.Errorf("search table: pattern %d is damaged", i)
		}
		p := &patterns[v.pattern]
		if v.wide {
			p.Wide = true
			continue
		}
		p.Text, p.Fold, p.Word = v.text, v.fold, v.word
	}
	made, err := Index(patterns)
	if err != nil {
		return fmt.Errorf("search table: %w", err)
	}
	if made.data != t.data {
		return fmt.Errorf("search table: it is not the one of its %d patterns", t.patterns)
	}
	return nil
}

// variant returns the i-th, and whether there is one.
func (t *Table) variant(i int) (v variant, ok bool) {
	if uint(i) >= uint(t.count) {
		return v, false
	}
	at := variantSize * i
	from := uint32(0)
	if i > 0 {
		from = u32(t.variants, at-variantSize)
	}
	to, pattern, flags := u32(t.variants, at), u32(t.variants, at+4), u32(t.variants, at+8)
	if from >= to || uint64(to) > uint64(len(t.texts)) || uint64(pattern) >= uint64(t.patterns) || to-from > MaxPattern {
		return v, false
	}
	v.text, v.pattern = t.texts[from:to], int(pattern)
	v.fold, v.word, v.wide = flags&flagFold != 0, flags&flagWord != 0, flags&flagWide != 0
	return v, !v.wide || len(v.text)%2 == 0
}

func u32(s string, at int) uint32 {
	_ = s[at+3]
	return uint32(s[at]) | uint32(s[at+1])<<8 | uint32(s[at+2])<<16 | uint32(s[at+3])<<24
}

func u64(s string, at int) uint64 {
	_ = s[at+7]
	return uint64(s[at]) | uint64(s[at+1])<<8 | uint64(s[at+2])<<16 | uint64(s[at+3])<<24 |
		uint64(s[at+4])<<32 | uint64(s[at+5])<<40 | uint64(s[at+6])<<48 | uint64(s[at+7])<<56
}

// Is reports whether the table is that of the patterns, for who would prepare
// them otherwise. It may say no where one is wide or folded.
func (t *Table) Is(patterns []Pattern) bool {
	if len(patterns) != t.patterns || len(patterns) != t.count {
		return false
	}
	for i := range patterns {
		p := &patterns[i]
		if v, ok := t.variant(i); !ok || p.Wide || v != (variant{text: p.Text, pattern: i, fold: p.Fold, word: p.Word}) {
			return false
		}
	}
	return true
}

// Join makes one search of the patterns of all tables. Those of a table are
// numbered after those of the tables before it.
func Join(tables ...*Table) *Searcher {
	s := &Searcher{pool: newPool()}
	var grams [len(layouts)]int
	for _, t := range tables {
		for i := range t.classes {
			grams[t.classes[i].layout] += t.classes[i].count
		}
	}
	var classes [len(layouts)]*class
	for _, t := range tables {
		for _, part := range t.classes {
			c := classes[part.layout]
			if c == nil {
				c = &class{layout: layouts[part.layout]}
				classes[part.layout] = c
			}
			part.first = s.patterns
			c.back = max(c.back, part.back)
			c.tables = append(c.tables, part)
		}
		for _, i := range t.few {
			if v, ok := t.variant(int(i)); ok {
				v.pattern += s.patterns
				s.few = append(s.few, v)
			}
		}
		s.patterns += t.patterns
		s.maxLen = max(s.maxLen, t.maxLen)
	}
	for i, c := range classes {
		if c != nil {
			c.makeFilters(grams[i])
			s.classes = append(s.classes, c)
		}
	}
	return s
}

// makeFilters makes the filters of the tables' grams, of which there are so many.
func (c *class) makeFilters(grams int) {
	bits := filterBits(grams)
	c.filter, c.mask = newFilter(bits), 1<<bits-1
	if c.beside > 0 {
		bits = min(bits+2, maxFilterBits)
		c.longer, c.longerMask = newFilter(bits), 1<<bits-1
	}
	for _, t := range c.tables {
		for n := 0; whole(t.count) && n < t.count; n++ {
			rest := u64(t.entries, entrySize*n+8)
			off := int(rest >> 32 & 0xffff)
			if end := off + c.size + c.beside; c.beside > 0 && end <= int(rest>>48&15) {
				// All that the bits depend on stands in the entry: the text is
				// elsewhere, and to fetch it takes longer than the rest.
				w := u64(t.entries, entrySize*n) >> (8 * off)
				c.set(uint32(w)&uint32(headMask[c.size])*hashFactor>>filterShift, longerHash(w&headMask[c.size+c.beside], followFactor))
				continue
			}
			v, ok := t.table.variant(int(uint32(rest)))
			if !ok || off+c.size > len(v.text) || off+c.size+c.beside > len(v.text) && off < c.beside {
				continue // damaged
			}
			c.set(c.bits(v.text, off))
		}
	}
	for _, t := range c.tables {
		for at := 0; !whole(t.count) && at < 8*t.count; at += 8 {
			c.set(u32(t.filters, at), u32(t.filters, at+4))
		}
	}
}

// set sets the bits of a gram.
func (c *class) set(bit, longer uint32) {
	bit &= c.mask
	c.filter[bit>>6%filterWords] |= 1 << (bit & 63)
	if c.longer != nil {
		longer &= c.longerMask
		c.longer[longer>>6%filterWords] |= 1 << (longer & 63)
	}
}

// newFilter returns a filter of which so many bits are used. Those are written
// here: a page of fresh memory that is read before it is written, as setting bits
// does, costs two faults in place of one.
func newFilter(bits uint) *[filterWords]uint64 {
	f := new([filterWords]uint64)
	clear(f[:1<<(bits-6)])
	return f
}
