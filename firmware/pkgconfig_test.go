package firmware

import (
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/elffile/elftest"
)

func TestReadDescription(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"prefix=/usr\nName: libmnl\nVersion: 1.0.3\nLibs: -L${libdir} -lmnl\nLibs.private: -lz\n", "libmnl 1.0.3 mnl"},
		{"VERSION=2.5\nName:\t\tx\nVersion:\t${VERSION}\nLibs: -Wl,--as-needed -lx-2.0 -lm\n", "x 2.5 x-2.0"},
		{"Name: x\nVersion: ${other}\nLibs: -lx\n", ""},
		{"Name: x\nVersion: 1.2\nRequires: y\n", ""},
		{"Name: x\nVersion: @VERSION@\nLibs: -lx\n", ""},
		{"Name: x\nVersion: 1.2\nLibs: -l../../etc\n", ""},
	} {
		d, ok := readDescription([]byte(tt.text))
		got := ""
		if ok {
			got = d.name + " " + d.version + " " + d.library
			if !strings.HasPrefix(tt.text[d.offset:], d.match) {
				t.Errorf("%q is not at %d", d.match, d.offset)
			}
		}
		if got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestDescriptions: a description speaks for the library that it is named for.
func TestDescriptions(t *testing.T) {
	library := func(soname string) string {
		return string(elftest.Build(elftest.Spec{Type: 3, Machine: 8, Big: true, SONAME: soname}))
	}
	doc := scan(t, map[string]string{
		"usr/lib/libacmelog.so.2.1.0":        library("libacmelog.so.2"),
		"usr/lib/pkgconfig/acmelog.pc":       "Name: Acme log\nVersion: 1.4.2\nLibs: -L${libdir} -lacmelog\n",
		"usr/lib/libacmeother.so.1":          library("libacmeother.so.1"),
		"usr/lib/pkgconfig/acmeegl.pc":       "Name: acmeegl\nVersion: 1.0.1\nLibs: -lacmeother\n",
		"usr/lib/libacmelogging.so.1":        library("libacmelogging.so.1"),
		"usr/lib/pkgconfig/libacmenumber.pc": "Name: libacmenumber\nVersion: 9.20.3\nLibs: -lacmenumber\n",
		"usr/lib/libacmenumber.so.6.3.20":    library("libacmenumber.so.6"),
		"usr/lib/pkgconfig/libacmeabsent.pc": "Name: libacmeabsent\nVersion: 3.1\nLibs: -lacmeabsent\n",
		"opt/lib/pkgconfig/libacmeelse.pc":   "Name: libacmeelse\nVersion: 3.1\nLibs: -lacmeelse\n",
		"usr/local/lib/libacmeelse.so.1.0.0": library("libacmeelse.so.1"),
	}, nil)
	var got []string
	for _, c := range doc.Components {
		if c.Version != "" {
			got = append(got, c.Name+" "+c.Version+" "+strings.Join(c.Locations, " "))
		}
	}
	slices.Sort(got)
	if want := "libacmelog 1.4.2 usr/lib/libacmelog.so.2.1.0"; strings.Join(got, "\n") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
