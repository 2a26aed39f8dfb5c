package derived

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
)

// Texts calls visit for runs of printable ASCII, tabs included, in b: for those
// of at least so many bytes with a digit among them, and with plain also for those
// of at least MinPrint bytes with none.
//
// All texts of a program pass here, so bytes are told apart by words: a bit for
// each of 64. Of most texts nothing else is looked at.
func Texts(b []byte, least int, plain bool, visit func(s []byte, at int, digit bool)) {
	open, openDigit := -1, false // start of a run that reaches the next 64 bytes
	run := func(start, end int, digit bool) {
		if digit && end-start >= least || !digit && plain && end-start >= MinPrint {
			visit(b[start:end], start, digit)
		}
	}
	for base := 0; base < len(b); base += 64 {
		m, d := textMask(b[base:])
		if open >= 0 {
			n := bits.TrailingZeros64(^m)
			if n == 64 {
				openDigit = openDigit || d != 0
				continue
			}
			run(open, base+n, openDigit || d&(1<<n-1) != 0)
			open = -1
			m &= ^uint64(0) << n
			d &= m
		}
		if start := 64 - bits.LeadingZeros64(^m); start < 64 {
			open, openDigit = base+start, d>>start != 0
			m &= 1<<start - 1
			d &= m
		}
		at := d // a bit of each run that is wanted
		if plain {
			long := m & (m >> 1)
			long &= long >> 2
			at |= long & (long >> 4)
		}
		for at != 0 {
			i := bits.TrailingZeros64(at)
			start := 64 - bits.LeadingZeros64(^m&(1<<i-1))
			end := i + bits.TrailingZeros64(^(m >> i)) // below 64
			run(base+start, base+end, d&(1<<end-1)>>start != 0)
			at &= ^uint64(0) << end
		}
	}
	if open >= 0 {
		run(open, len(b), openDigit)
	}
}

// IsText reports whether a byte belongs to a text.
func IsText(c byte) bool { return c >= 0x20 && c <= 0x7e || c == '\t' }

const (
	each  = 0x0101010101010101 // times a byte: that byte in each place of a word
	highs = 0x80 * each
)

// textMask has a bit for each of the first 64 bytes of b, set where the byte
// belongs to a text, and in the second mask where it is a digit.
func textMask(b []byte) (text, digit uint64) {
	if len(b) >= 64 {
		p := (*[64]byte)(b)
		for i := 0; i < 64; i += 8 {
			t, d := textBits(binary.LittleEndian.Uint64(p[i : i+8]))
			text |= t << i
			digit |= d << i
		}
		return text, digit
	}
	for i, c := range b {
		if IsText(c) {
			text |= 1 << i
		}
		if c >= '0' && c <= '9' {
			digit |= 1 << i
		}
	}
	return text, digit
}

// textBits is textMask of the eight bytes of a word.
func textBits(w uint64) (text, digit uint64) {
	low := w &^ highs // no sum below carries into the next byte
	ascii := ^w & highs
	text = ((low+(0x80-0x20)*each)&^(low+(0x80-0x7f)*each) | ^(low ^ '\t'*each + 0x7f*each)) & ascii
	digit = (low + (0x80-'0')*each) &^ (low + (0x80-'9'-1)*each) & ascii
	const gather = 0x0102040810204080
	return text >> 7 * gather >> 56, digit >> 7 * gather >> 56
}

// Version returns the length of the version at the start of s: numbers with at
// least one dot between them, and one of the usual suffixes; 0 where there is
// none. A single number counts where one is allowed.
func Version(s []byte, single bool) int {
	n, parts := 0, 0
	for {
		d := n
		for d < len(s) && d-n < 9 && '0' <= s[d] && s[d] <= '9' {
			d++
		}
		if d == n {
			if n > 0 {
				n-- // the dot belongs to the sentence
			}
			break
		}
		parts++
		n = d
		if n+1 >= len(s) || s[n] != '.' || parts == 6 {
			break
		}
		n++
	}
	if parts == 0 || parts == 1 && !single {
		return 0
	}
	if n == len(s) {
		return n
	}
	n += suffix(s[n:])
	if n < len(s) && (isLetter(s[n]) || s[n] >= '0' && s[n] <= '9') {
		return 0
	}
	return n
}

// suffix of a version: "rc1", "-beta2", "p3", "a".
func suffix(s []byte) int {
	n := 0
	if n < len(s) && (s[n] == '-' || s[n] == '_' || s[n] == '.' || s[n] == '~') {
		n++
	}
	if n == len(s) || !isLetter(s[n]) {
		return 0 // as after most numbers
	}
	for _, word := range []string{"alpha", "beta", "pre", "rc", "RC", "patch", "pl", "dev", "p", "b", "a"} {
		if len(s)-n < len(word) || string(s[n:n+len(word)]) != word {
			continue
		}
		end := n + len(word)
		if end+1 < len(s) && (s[end] == '.' || s[end] == '-') && s[end+1] >= '0' && s[end+1] <= '9' {
			end++
		}
		digits := end
		for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
			digits++
		}
		if digits < len(s) && isLetter(s[digits]) {
			continue
		}
		if n == 1 && digits == end && len(word) < 3 {
			continue // "1.2-a" is no version with a suffix
		}
		return digits
	}
	if len(s) > 0 && s[0] >= 'a' && s[0] <= 'z' && (len(s) == 1 || !isLetter(s[1]) && !(s[1] >= '0' && s[1] <= '9')) {
		return 1
	}
	return 0
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// symbolVersion reports whether a text begins as the name of a symbol version
// does: "LIBFOO_" of "LIBFOO_1.2". It lists when an interface came.
func symbolVersion(s []byte) bool {
	if len(s) < 2 || s[len(s)-1] != '_' {
		return false
	}
	for _, c := range s {
		if !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_') {
			return false
		}
	}
	return true
}

const contextLen = 12

// Versions calls visit for each version in a text.
func Versions(s []byte, visit func(start, end int)) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < '0' || c > '9' {
			continue
		}
		if i > 0 && (s[i-1] == '.' && i > 1 && s[i-2] >= '0' && s[i-2] <= '9' || s[i-1] >= '0' && s[i-1] <= '9') {
			continue
		}
		n := Version(s[i:], true)
		if n == 0 {
			continue
		}
		if !symbolVersion(s[:i]) || i+n < len(s) {
			visit(i, i+n)
		}
		for i+1 < len(s) && (s[i+1] >= '0' && s[i+1] <= '9' || s[i+1] == '.') {
			i++
		}
	}
}

// Leads reports whether a version stands alone in its text, or leads it and a date
// or another remark on the release follows: "8.39 2016-06-14", "0.9.1 (20080418)",
// "1.12 20210421 [svn: r347]". offset is where the text begins in the file: on
// machines whose compilers put texts at multiples of four bytes, up to three bytes
// before such a place are no text, but the end of other constants.
func Leads(s []byte, offset int64, start, end int) bool {
	if start > 3 || start > 0 && s[start-1] != 'v' && s[start-1] != 'V' && (offset+int64(start))%4 != 0 {
		return false
	}
	rest := s[end:]
	if len(rest) == 0 {
		return true
	}
	if rest[0] != ' ' && rest[0] != '-' && rest[0] != '+' || len(rest) > 60 {
		return false
	}
	for len(rest) > 0 && strings.IndexByte(" -+([", rest[0]) >= 0 {
		rest = rest[1:]
	}
	n := 0
	for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	if n == 0 {
		return bytes.HasPrefix(rest, []byte("git")) || bytes.HasPrefix(rest, []byte("svn"))
	}
	return (n == len(rest) || strings.IndexByte(" -./)]", rest[n]) >= 0) && bytes.Count(rest, []byte(" ")) < 4
}

// contextHash is the hash of what stands around a version: up to 12 bytes
// before, whether the text begins there, and the byte after.
func contextHash(s []byte, start, end int) uint32 {
	h := uint32(2166136261)
	add := func(c byte) { h = (h ^ uint32(c)) * 16777619 }
	from := max(0, start-contextLen)
	for _, c := range s[from:start] {
		add(c)
	}
	if from == 0 {
		add(1)
	} else {
		add(2)
	}
	if end < len(s) {
		add(s[end])
	} else {
		add(3)
	}
	return h
}
