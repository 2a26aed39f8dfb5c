// Package bytesearch finds thousands of literals in bytes, in one pass and at
// exact offsets.
//
// [Compile] builds a [Searcher] from a list of [Pattern]. [Searcher.Search]
// looks through a slice, [Searcher.SearchReader] through a stream of any
// length in bounded memory. Both report every occurrence of every pattern,
// overlapping ones too, ordered by start and then by pattern. A Searcher does
// not change after Compile and may be used by any number of goroutines.
//
// Thousands of patterns take milliseconds to compile. [Index] does the most of
// it ahead of time: a program embeds the [Table], and [Open] and [Join] make it
// a Searcher, together with tables of other patterns.
//
// DESIGN.md beside this file explains how it works and what it costs.
//
// There are no expressions here. A caller that wants one runs it at the hits
// of a literal.
package bytesearch

import (
	"strings"
	"unicode/utf16"
)

// Bounds of a pattern's encoded form, in bytes, and of the number of patterns.
const (
	MinPattern  = 3
	MaxPattern  = 1024
	MaxPatterns = 1 << 20
)

// A Pattern is one literal to look for.
type Pattern struct {
	// Text to find, UTF-8. It need not be valid UTF-8 unless Wide is set.
	Text string
	// Fold ignores the case of ASCII letters. Other letters must be equal.
	Fold bool
	// Word reports an occurrence only where no ASCII letter, digit or
	// underscore stands directly before or after it. The beginning and the
	// end of the data are boundaries.
	Word bool
	// Wide also finds the text as UTF-16LE, at even and odd offsets. With Word
	// the neighbours are then the two-byte units before and after.
	Wide bool
}

// A Match is one occurrence: data[Start:End].
type Match struct {
	Pattern    int  // index into the patterns that were given to Compile
	Start, End int  // byte offsets in the data, or in the whole stream
	Wide       bool // the UTF-16LE form was found
}

// A Searcher finds the patterns that it was compiled from.
type Searcher struct {
	patterns int
	maxLen   int
	classes  []*class
	few      []variant // that are looked for one by one
	pool     *pool
}

// A variant is one encoded form of a pattern.
type variant struct {
	text    string // lower case if fold is set
	pattern int
	fold    bool
	word    bool
	wide    bool
}

// Compile prepares a search for all patterns. It refuses a pattern that is
// empty, shorter than MinPattern or longer than MaxPattern bytes in one of its
// encodings, and a wide one that is not valid UTF-8; the error names the
// pattern's index and text.
func Compile(patterns []Pattern) (*Searcher, error) {
	t, err := Index(patterns)
	if err != nil {
		return nil, err
	}
	return Join(t), nil
}

// MaxLen returns the length in bytes of the longest pattern in its longest
// encoding, 0 if there are no patterns. A caller that splits data by itself
// must overlap the parts by MaxLen+1 bytes, two more on each side if it uses
// Word, and drop the matches it sees twice; SearchReader does all of that.
func (s *Searcher) MaxLen() int { return s.maxLen }

// Search calls visit for every occurrence of every pattern in data, ordered by
// Start, then by Pattern, the plain form before the wide one. The order does
// not depend on anything but data and patterns.
func (s *Searcher) Search(data []byte, visit func(Match)) {
	if s.patterns == 0 || len(data) < MinPattern {
		return
	}
	sc := s.pool.scratch()
	s.search(sc, data, 0, len(data), 0, visit)
	s.pool.putScratch(sc)
}

func encodeWide(text string) string {
	units := utf16.Encode([]rune(text))
	b := make([]byte, 0, 2*len(units))
	for _, u := range units {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// foldByte lowers an ASCII letter.
func foldByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// foldAll lowers the texts of the patterns with Fold, one after the other: so
// they take one piece of memory.
func foldAll(patterns []Pattern) string {
	size := 0
	for _, p := range patterns {
		if p.Fold {
			size += len(p.Text)
		}
	}
	var b strings.Builder
	b.Grow(size)
	for _, p := range patterns {
		if p.Fold {
			for k := range len(p.Text) {
				b.WriteByte(foldByte(p.Text[k]))
			}
		}
	}
	return b.String()
}

// equal reports whether data, of the variant's length, is the variant.
func (v *variant) equal(data []byte) bool {
	if !v.fold {
		return string(data) == v.text
	}
	for i := range len(v.text) {
		c := data[i]
		if c == v.text[i] {
			continue
		}
		// In UTF-16LE only a unit with a zero high byte is an ASCII letter;
		// U+0141 has the low byte of "A".
		if foldByte(c) != v.text[i] || v.wide && (i%2 == 1 || data[i+1] != 0) {
			return false
		}
	}
	return true
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}

// bounded reports whether no word character touches data[start:end].
func bounded(data []byte, start, end int, wide bool) bool {
	if wide {
		return !(start >= 2 && data[start-1] == 0 && isWord(data[start-2])) &&
			!(end+1 < len(data) && data[end+1] == 0 && isWord(data[end]))
	}
	return !(start > 0 && isWord(data[start-1])) && !(end < len(data) && isWord(data[end]))
}
