package derived

import (
	"encoding/binary"
	"math/bits"
)

// Texts calls visit for each run of printable ASCII, tabs included, of at least
// so many bytes in b, and says whether there is a digit in it.
//
// All texts of a program pass here, so bytes are told apart by words: a bit for
// each of 64, from which runs are read off.
func Texts(b []byte, least int, visit func(s []byte, at int, digit bool)) {
	open := -1 // start of a run that reaches the next 64 bytes
	run := func(start, end int) {
		if end-start >= least {
			visit(b[start:end], start, hasDigit(b[start:end]))
		}
	}
	for base := 0; base < len(b); base += 64 {
		m := textMask(b[base:])
		if open >= 0 {
			n := bits.TrailingZeros64(^m)
			if n == 64 {
				continue
			}
			run(open, base+n)
			open = -1
			m &= ^uint64(0) << n
		}
		for m != 0 {
			i := bits.TrailingZeros64(m)
			n := bits.TrailingZeros64(^(m >> i)) // zeros follow the highest bit
			if i+n == 64 {
				open = base + i
				break
			}
			if n >= least {
				visit(b[base+i:base+i+n], base+i, hasDigit(b[base+i:base+i+n]))
			}
			m &= ^uint64(0) << (i + n)
		}
	}
	if open >= 0 {
		run(open, len(b))
	}
}

const (
	each  = 0x0101010101010101 // times a byte: that byte in each place of a word
	highs = 0x80 * each
)

// textMask has a bit for each of the first 64 bytes of b, set where the byte
// belongs to a text.
func textMask(b []byte) (m uint64) {
	if len(b) >= 64 {
		p := (*[64]byte)(b)
		for i := 0; i < 64; i += 8 {
			m |= textBits(binary.LittleEndian.Uint64(p[i:i+8])) << i
		}
		return m
	}
	for i, c := range b {
		if c >= 0x20 && c <= 0x7e || c == '\t' {
			m |= 1 << i
		}
	}
	return m
}

// textBits is textMask of the eight bytes of a word.
func textBits(w uint64) uint64 {
	low := w &^ highs // no sum below carries into the next byte
	text := (low+(0x80-0x20)*each)&^(low+(0x80-0x7f)*each) | ^(low ^ '\t'*each + 0x7f*each)
	return (text &^ w & highs) >> 7 * 0x0102040810204080 >> 56
}

// hasDigit reports whether there is a digit in a text.
func hasDigit(s []byte) bool {
	for len(s) >= 8 {
		w := binary.LittleEndian.Uint64(s) // printable: below 0x80
		if (w+(0x80-'0')*each)&^(w+(0x80-'9'-1)*each)&highs != 0 {
			return true
		}
		s = s[8:]
	}
	for _, c := range s {
		if c >= '0' && c <= '9' {
			return true
		}
	}
	return false
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
