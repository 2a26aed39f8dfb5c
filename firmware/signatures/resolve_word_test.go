package signatures

import "testing"

func TestBeginsWord(t *testing.T) {
	for _, c := range []struct {
		name, before string
		at           int
		want         bool
	}{
		{"at the beginning", "", 0, true},
		{"behind a NUL", "\x00", 8, true},
		{"behind a word", "\x00lib", 8, false},
		{"behind a space", "my ", 8, true},
		{"level of a kernel's message", "\x00\x016", 9, true},
		{"no level", "\x00\x01z", 9, false},
		{"bytes of a constant, aligned", "\x00\x91az", 8, true},
		{"bytes of a constant, not aligned", "\x00\x91az", 9, false},
		{"a long word", "\x91abcde", 8, false},
	} {
		if got := beginsWord([]byte(c.before), c.at); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
