package command

import "testing"

// UTF-16 is text with and without a byte order mark; programs are not.
func TestLooksLikeText(t *testing.T) {
	for head, want := range map[string]bool{
		"{\"bom": true, "\xff\xfe{\x00": true, "\xfe\xff\x00{": true, "{\x00\"\x00b\x00": true, "\x00{\x00\"\x00b": true,
		"\x7fELF\x02\x01\x01\x00\x00": false, "MZ\x90\x00\x03\x00": false, "\x00\x00\x00\x00\x00": false,
	} {
		if got := looksLikeText([]byte(head)); got != want {
			t.Errorf("%q: %v", head, got)
		}
	}
}
