package firmware

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxMatch = 200

// CleanMatch prepares matched bytes for Evidence.Match: at most 200 bytes of
// valid UTF-8 without control characters, the local part of a mail address
// replaced by "…".
//
// Addresses are looked for in what is shown, since a control character before
// the "@" is shown as a part of the name.
func CleanMatch(s string) string { return cut(maskMails(shown(s))) }

// printable cuts matched bytes to what Evidence.Match holds, mail addresses
// and all.
func printable(s string) string { return cut(shown(s)) }

func shown(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			if r == '\t' || r == '\n' || r == '\r' {
				return ' '
			}
			return '.'
		}
		return r
	}, s)
}

func cut(s string) string {
	if len(s) > maxMatch {
		n := maxMatch
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	return s
}

func isLocalByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._%+-", c) >= 0 || c >= 0x80
}

func isDomainByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-'
}

// maskMails replaces local parts of mail addresses.
func maskMails(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	var b strings.Builder
	last := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '@' || i+1 >= len(s) || !isDomainByte(s[i+1]) {
			continue
		}
		start := i
		for start > last && isLocalByte(s[start-1]) {
			start--
		}
		if start == i {
			continue
		}
		b.WriteString(s[last:start])
		b.WriteString("…")
		last = i
	}
	b.WriteString(s[last:])
	return b.String()
}

// mailDomains returns the domains of the mail addresses in s, lower case, in
// order, once each.
func mailDomains(s string) []string {
	var out []string
	for i := 0; i < len(s); i++ {
		if s[i] != '@' {
			continue
		}
		end := i + 1
		for end < len(s) && isDomainByte(s[end]) {
			end++
		}
		d := strings.ToLower(strings.Trim(s[i+1:end], ".-"))
		if i > 0 && (isLocalByte(s[i-1])) && validHost(d) {
			out = appendNew(out, d)
		}
		i = end - 1
	}
	return out
}

// validHost reports whether s has the form of a fully qualified host name with
// a top-level label of letters.
func validHost(s string) bool {
	if len(s) < 4 || len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for i := 0; i < len(l); i++ {
			if c := l[i]; !isDomainByte(c) || c == '.' {
				return false
			}
		}
	}
	tld := labels[len(labels)-1]
	if len(tld) < 2 {
		return false
	}
	for i := 0; i < len(tld); i++ {
		if c := tld[i] | 0x20; c < 'a' || c > 'z' {
			return strings.HasPrefix(tld, "xn--")
		}
	}
	return true
}

// distinct returns the list without repetitions: the list itself where it has
// none, which whoever gave it may still hold, so that it is not to be grown.
func distinct[T comparable](list []T) []T {
	for i, v := range list {
		if slices.Contains(list[:i], v) {
			var kept []T
			for _, v := range list {
				kept = appendNew(kept, v)
			}
			return kept
		}
	}
	return slices.Clip(list)
}

func appendNew[T comparable](list []T, v T) []T {
	for _, x := range list {
		if x == v {
			return list
		}
	}
	return append(list, v)
}

// lowerASCII returns a text with the letters of ASCII in lower case. Other than what
// strings.ToLower returns it is as long as the text, so that a place in it is one in
// the text: bytes that are no UTF-8 become longer there.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
