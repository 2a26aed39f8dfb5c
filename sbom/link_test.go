package sbom

import (
	"strings"
	"testing"
)

func TestRepository(t *testing.T) {
	for _, test := range []struct{ link, want string }{
		{"https://github.com/owner/name", "github.com/owner/name"},
		{"https://GitHub.com/Owner/Name.git#readme", "github.com/owner/name"},
		{"git@github.com:Owner/name.git", "github.com/owner/name"},
		{"scm:git:git@github.com:owner/name", "github.com/owner/name"},
		{"https://github.com//owner/name", "github.com/owner/name"},
		{"https://github.com/owner/", "github.com/owner"},
		{"https://github.com/owner", ""},
		{"https://github.com/", ""},
		// Lower case takes more bytes here than upper case.
		{"ȺȺȺ://github.com/", ""},
		{"ȺȺȺ://github.com/owner/Ⱥ", "github.com/owner/ⱥ"},
	} {
		host := hostOf(test.link)
		if host != "github.com" {
			t.Errorf("%s: host %q", test.link, host)
		}
		if got := repository(test.link, host); got != test.want {
			t.Errorf("%s: %q, want %q", test.link, got, test.want)
		}
	}
}

// A "distribution" that is a page of a site is what generators make of a home
// page; nothing comes from there.
func TestPage(t *testing.T) {
	for link, want := range map[string]bool{
		"https://www.openssl.org/": true, "https://www.openssl.org": true, "www.openssl.org/": true,
		"https://www.example.org/#top": true, "https://www.example.org/software/tool.html": true, "http://example.org/index.PHP#get": true,
		"https://www.example.org/source/tool-1.0.tar.gz": false, "https://repo.example.org/maven2": false, "https://repo.example.org/maven2/": false,
		"https://example.org/?download=tool": false, "https://example.org/get.php?file=tool.zip": false, "git@example.org:team/tool.git": false,
	} {
		if got := isPage(link); got != want {
			t.Errorf("%q: %t, want %t", link, got, want)
		}
	}
}

// TestTexts keeps texts of all lengths, some again and again.
func TestTexts(t *testing.T) {
	var all texts
	long := make([]byte, 3*maxBlock)
	for i := range long {
		long[i] = byte('a' + i%26)
	}
	var kept, want []string
	for i := range 20_000 {
		s := long[i : i+i%997%(2*maxRecurring)]
		if i%2 == 0 {
			s = long[i%1000 : i%1000+i%50]
		}
		want = append(want, string(s))
		if i%3 == 0 {
			kept = append(kept, all.keep(s))
		} else {
			kept = append(kept, all.once(s))
		}
	}
	kept, want = append(kept, all.keep(long)), append(want, string(long))
	for i := range want {
		if kept[i] != want[i] {
			t.Fatalf("text %d is %q, want %q", i, kept[i], want[i])
		}
	}
}

// What plainHost is sure of, anyHost says too.
func TestPlainHost(t *testing.T) {
	sure := 0
	for _, scheme := range []string{"https://", "git+ssh://", "://", "http:/", " https://", "x y://"} {
		for _, host := range []string{"a.example", "a-b.c0.example", "example", ".example", "a..example", "a.example.", "A.example", "ä.example", "1.2.3.4", "1.2.3.a4", "1.2.3.4a",
			"-.x", "a.-b", "a_b.example", "user@a.example", "a.example:8080", "[::1]", "", ".", "a." + strings.Repeat("b", 260), "a.example\x00", "n.a"} {
			for _, rest := range []string{"", "/", "/path?x=y@z", "?q", "#f", " ", "//", "\\"} {
				s := scheme + host + rest
				if got := plainHost(s); got != "" {
					sure++
					if want := anyHost(s); got != want {
						t.Errorf("%q: %q, want %q", s, got, want)
					}
				}
			}
		}
	}
	if sure == 0 {
		t.Error("plainHost is never sure")
	}
}
