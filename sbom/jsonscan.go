package sbom

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
)

// A jsonScanner reads JSON (RFC 8259) from a window over its source, in one
// pass: what it hands out is checked, and nothing is looked at twice. It is as
// lenient as the documents are: names may stand twice in an object, strings
// hold invalid UTF-8, and escapes surrogates without their other half.
//
// Only a string or number is held as a whole. All others of a document pass by,
// whatever their size.
type jsonScanner struct {
	r io.Reader
	// buf[:n] is what was read, buf[i:n] is to be looked at. A zero byte stands
	// behind it, which no loop over spaces, digits or text passes, and room for
	// a load of eight bytes behind that.
	buf  []byte
	i, n int
	// last is where the last token ended; it may have left the window.
	last  int
	base  int64 // of buf[0] in the document
	depth int   // of open objects and lists
	limit int   // of a single value, in bytes
	err   error // of the source; io.EOF at its end
}

// jsonSlack is the room behind the window.
const jsonSlack = 16

// maxJSONDepth bounds the nesting of what is skipped; what is kept is bounded by
// Limits.Depth.
const maxJSONDepth = 10_000

// A jsonError says what of a document is no JSON.
type jsonError struct {
	what   string
	offset int64
}

func (e *jsonError) Error() string { return fmt.Sprintf("%s at offset %d", e.what, e.offset) }

// newJSONScanner returns a scanner with a window of so many bytes, which grows
// for a string that is longer.
func newJSONScanner(r io.Reader, window, limit int) *jsonScanner {
	return &jsonScanner{r: r, buf: make([]byte, window+jsonSlack), limit: limit}
}

// offset returns where the last token ended.
func (s *jsonScanner) offset() int64 { return s.base + int64(s.last) }

// bad returns the error for what stands here, or for the end of the source.
func (s *jsonScanner) bad(where string) error { return s.badAt(s.i, where) }

func (s *jsonScanner) badAt(i int, where string) error {
	switch {
	case i < s.n:
		return &jsonError{fmt.Sprintf("invalid character %q %s", rune(s.buf[i]), where), s.base + int64(i)}
	case s.err == nil || errors.Is(s.err, io.EOF):
		return &jsonError{"unexpected end", s.base + int64(i)}
	}
	return s.err
}

// more reads on, after it has dropped what stands before keep. It returns by how
// much the window moved, and an error where nothing more came: s.err, or that
// what stands behind keep is too much to hold.
func (s *jsonScanner) more(keep int) (moved int, err error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.n-keep > s.limit {
		return 0, limitError("a single JSON value of more than %d bytes at offset %d", s.limit, s.offset())
	}
	old := s.buf
	if s.n-keep > len(old)/2 {
		s.buf = make([]byte, 2*len(old))
	}
	s.n = copy(s.buf, old[keep:s.n])
	s.i, s.last, s.base = s.i-keep, s.last-keep, s.base+int64(keep)
	n := 0
	for n == 0 && s.err == nil {
		n, s.err = s.r.Read(s.buf[s.n : len(s.buf)-jsonSlack])
	}
	s.n += n
	s.buf[s.n] = 0
	if n == 0 {
		return keep, s.err
	}
	return keep, nil
}

// eights has a byte in each of its eight.
const eights = 0x0101010101010101

// space goes to the next byte that is no space, and returns it. It returns zero
// at the end.
func (s *jsonScanner) space() byte {
	if c := s.buf[s.i]; c > ' ' {
		return c
	}
	return s.spaces()
}

func (s *jsonScanner) spaces() byte {
	b, i := s.buf, s.i
	for {
		switch c := b[i]; {
		case c > ' ':
			s.i = i
			return c
		case c == ' ' || c == '\n' || c == '\r' || c == '\t':
			i++
			// Indented documents are spaces for the greater part, and lines begin
			// with some number of them that no processor can foretell: so there is
			// no branch for it up to sixteen.
			for {
				next := b[i : i+16]
				n := bits.TrailingZeros64(binary.LittleEndian.Uint64(next)^eights*' ') / 8
				n += bits.TrailingZeros64(binary.LittleEndian.Uint64(next[8:])^eights*' ') / 8 & -(n / 8)
				i += n
				if n < 16 {
					break
				}
			}
		default:
			s.i = i
			if c != 0 || i < s.n {
				return c
			}
			if _, err := s.more(i); err != nil {
				return 0
			}
			b, i = s.buf, s.i
		}
	}
}

// open goes into the object or list that begins here.
func (s *jsonScanner) open() error {
	if s.depth == maxJSONDepth {
		return &jsonError{"nested too deep", s.base + int64(s.i)}
	}
	s.depth++
	s.i++
	s.last = s.i
	return nil
}

// next goes to the next member or item of an object or list, and returns its
// first byte, or zero behind the bracket that closes it.
func (s *jsonScanner) next(first bool, bracket byte) (byte, error) {
	c := s.space()
	if c == bracket {
		s.depth--
		s.i++
		s.last = s.i
		return 0, nil
	}
	if !first {
		if c != ',' {
			return 0, s.bad("where a comma or bracket belongs")
		}
		s.i++
		if c = s.space(); c == bracket {
			return 0, s.bad("after a comma")
		}
	}
	if c == 0 {
		return 0, s.bad("where a value belongs")
	}
	return c, nil
}

// name returns the name of the member that begins here.
func (s *jsonScanner) name() ([]byte, textMarks, error) {
	if s.buf[s.i] != '"' {
		return nil, 0, s.bad("where a name belongs")
	}
	return s.quoted()
}

// colon passes the colon behind a name and returns the first byte of the value.
func (s *jsonScanner) colon() (byte, error) {
	if s.space() != ':' {
		return 0, s.bad("where a colon belongs")
	}
	s.i++
	c := s.space()
	if c == 0 {
		return 0, s.bad("where a value belongs")
	}
	return c, nil
}

// textMarks say what is in a string.
type textMarks uint8

const (
	escaped textMarks = 1 << iota // an escape
	wide                          // a byte that is no ASCII
)

// quoted returns the text of the string that begins here, without its quotes and
// as it is written. It stays as it is until the scanner goes on.
func (s *jsonScanner) quoted() ([]byte, textMarks, error) {
	var marks textMarks
	b, i := s.buf, s.i+1
	start := i
	for {
		// Eight bytes at a time, up to a quote, a backslash, a control character
		// or a byte that is no ASCII: the high bit of the first such byte is set
		// in hit. (Those of bytes behind it may be without cause.)
		for {
			x := binary.LittleEndian.Uint64(b[i:])
			quote, slash := x^eights*'"', x^eights*'\\'
			hit := ((quote-eights)&^quote | (slash-eights)&^slash | (x-eights*' ')&^x | x) & (eights * 0x80)
			if hit != 0 {
				i += bits.TrailingZeros64(hit) / 8
				break
			}
			i += 8
		}
		switch c := b[i]; {
		case c == '"':
			s.i, s.last = i+1, i+1
			return b[start:i], marks, nil
		case c >= 0x80:
			marks |= wide
			for b[i] >= 0x80 {
				i++
			}
			continue
		case c == '\\':
			marks |= escaped
			if i+1 < s.n && b[i+1] != 'u' || i+6 <= s.n {
				n := escapeLen(b[i:s.n])
				if n == 0 {
					return nil, 0, s.badAt(i, "that begins no escape")
				}
				i += n
				continue
			}
		case i < s.n:
			return nil, 0, s.badAt(i, "in a string")
		}
		moved, err := s.more(start - 1)
		b, i, start = s.buf, i-moved, start-moved
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = s.badAt(s.n, "")
			}
			return nil, 0, err
		}
	}
}

// escapeLen returns the length of the escape at the beginning of b, or zero if
// it is none.
func escapeLen(b []byte) int {
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		for _, c := range b[2:6] {
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return 0
			}
		}
		return 6
	}
	return 0
}

// bare returns the number or word that begins here, as it is written, and what
// it is. It stays as it is until the scanner goes on.
func (s *jsonScanner) bare() ([]byte, nodeKind, error) {
	kind, word := boolean, ""
	switch c := s.buf[s.i]; {
	case c == '-' || isDigit(c):
		b, err := s.number()
		return b, number, err
	case c == 't':
		word = "true"
	case c == 'f':
		word = "false"
	case c == 'n':
		kind, word = null, "null"
	default:
		return nil, 0, s.bad("where a value belongs")
	}
	for s.n-s.i < len(word) {
		if _, err := s.more(s.i); err != nil {
			return nil, 0, s.badAt(s.n, "")
		}
	}
	b := s.buf[s.i : s.i+len(word)]
	for k := range b {
		if b[k] != word[k] {
			return nil, 0, s.badAt(s.i+k, "in "+word)
		}
	}
	s.i += len(word)
	s.last = s.i
	return b, kind, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number returns the number that begins here. The end of the source ends it.
func (s *jsonScanner) number() ([]byte, error) {
	i := s.i
	for {
		for c := s.buf[i]; isDigit(c) || c == '.' || c == '-' || c == '+' || c|0x20 == 'e'; c = s.buf[i] {
			i++
		}
		if i < s.n {
			break
		}
		moved, err := s.more(s.i)
		i -= moved
		if err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return nil, err
		}
	}
	n, ok := numberLen(s.buf[s.i:i])
	if !ok {
		return nil, s.badAt(s.i+n, "in a number")
	}
	b := s.buf[s.i : s.i+n]
	s.i += n
	s.last = s.i
	return b, nil
}

// numberLen returns the length of the number at the beginning of b, or where it
// ceases to be one.
func numberLen(b []byte) (n int, ok bool) {
	digits := func() bool {
		from := n
		for n < len(b) && isDigit(b[n]) {
			n++
		}
		return n > from
	}
	is := func(lower byte) bool { return n < len(b) && b[n]|0x20 == lower|0x20 }
	if is('-') {
		n++
	}
	if is('0') { // no digit follows
		n++
	} else if !digits() {
		return n, false
	}
	if is('.') {
		n++
		if !digits() {
			return n, false
		}
	}
	if is('e') {
		n++
		if is('+') || is('-') {
			n++
		}
		if !digits() {
			return n, false
		}
	}
	return n, true
}

// skip passes over the value that begins here.
func (s *jsonScanner) skip() error {
	var bracket byte
	switch s.space() {
	case '"':
		_, _, err := s.quoted()
		return err
	case '{':
		bracket = '}'
	case '[':
		bracket = ']'
	default:
		_, _, err := s.bare()
		return err
	}
	if err := s.open(); err != nil {
		return err
	}
	for first := true; ; first = false {
		c, err := s.next(first, bracket)
		if c == 0 {
			return err
		}
		if bracket == '}' {
			if _, _, err := s.name(); err != nil {
				return err
			}
			if _, err := s.colon(); err != nil {
				return err
			}
		}
		if err := s.skip(); err != nil {
			return err
		}
	}
}
