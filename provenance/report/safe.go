package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Strings of a report come from inputs that somebody else wrote. What stands in
// this file is the only way by which they reach a screen.

// maxText bounds one name, version or path in the output for a person, and
// maxSentence one sentence, which is mostly ours; in runes.
const (
	maxText     = 300
	maxSentence = 3000
)

// Visible returns s as one line that no terminal and no reader can be misled
// by: control, bidirectional, format and invisible characters and bytes that
// are not UTF-8 become an escape that can be seen (\x1b, \u202e), other spaces
// become a space. A string of more than 300 runes is cut. Pipelines read
// commands out of what steps print: "##" becomes an escape here, and a word
// that starts with "::" where lines are wrapped.
func Visible(s string) string { return visible(s, maxText) }

// sentence is Visible for a text that may be longer than a name.
func sentence(s string) string { return visible(s, maxSentence) }

func visible(s string, most int) string {
	if len(s) <= most && isPlain(s) {
		return s
	}
	var b strings.Builder
	runes, marks := 0, 0
	for i := 0; i < len(s); runes++ {
		if runes == most {
			fmt.Fprintf(&b, "… (%d bytes more)", len(s)-i)
			break
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == utf8.RuneError && n <= 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		case unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		case r == '#' && i > 0 && s[i-1] == '#':
			b.WriteString(`\x23`)
		case hidden(r) || marks > 4:
			// More than four marks on one letter are there to cover others.
			if r > 0xffff {
				fmt.Fprintf(&b, `\U%08x`, r)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f || s[i] == '#' {
			return false
		}
	}
	return true
}

// hidden reports whether a rune shows nothing of its own or changes how others
// are shown.
func hidden(r rune) bool {
	return !unicode.IsPrint(r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) ||
		unicode.Is(unicode.Variation_Selector, r)
}

// columns returns how many columns a visible string takes on a terminal.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x80:
			n++
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
		default:
			switch width.LookupRune(r).Kind() {
			case width.EastAsianWide, width.EastAsianFullwidth:
				n += 2
			default:
				n++
			}
		}
	}
	return n
}

// pad returns s with spaces to n columns.
func pad(s string, n int) string {
	if c := columns(s); c < n {
		return s + strings.Repeat(" ", n-c)
	}
	return s
}
