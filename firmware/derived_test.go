package firmware

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/touchmark-dev/touchmark/internal/derived"
	"github.com/touchmark-dev/touchmark/internal/elffile/elftest"
	"github.com/touchmark-dev/touchmark/sbom"
)

// TestLikeOneRelease: a program that says no version has that of the one release
// whose builds it is like, said with low confidence and on what it rests.
func TestLikeOneRelease(t *testing.T) {
	program := func(version, more string) string {
		var data []byte
		for i := range 9 {
			data = fmt.Appendf(data, "exampled: message number %d\x00", i)
		}
		for i := range 3 {
			data = fmt.Appendf(data, "exampled: option %d of %s\x00", i, map[string]string{"1.1": "ancient days", "1.2": "the new kind"}[version])
		}
		return string(elftest.Build(elftest.Spec{Type: 2, Machine: 40, NoSections: true, Needed: []string{"libc.so.6"}, Data: append(data, more...)}))
	}
	b := &derived.Builder{Lasting: time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC), Current: map[string]bool{"example-daemon": true}}
	for _, version := range []string{"1.1", "1.2"} {
		elf := program(version, "")
		f, ok := derived.ReadFacts("exampled", bytes.NewReader([]byte(elf)), int64(len(elf)))
		if !ok {
			t.Fatal("no facts")
		}
		b.Add(derived.Component{Name: "example-daemon"}, version, "armhf", f)
	}
	b.AddReleases("example-daemon", []derived.Release{{Version: "1.1", Day: b.Lasting.AddDate(-9, 0, 0)}, {Version: "1.2", Day: b.Lasting.AddDate(-3, 0, 0)}})
	table, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ release, more, want string }{
		{"1.1", "", ""}, // of which nobody knows what went before
		{"1.2", "", "1.2"},
		{"none of them", "", ""},
		{"1.2", "exampled: option 1 of ancient days\x00", ""},
	} {
		doc := scan(t, map[string]string{"usr/sbin/exampled": program(c.release, c.more)}, &Options{DerivedTable: table})
		var found *sbom.Component
		for i := range doc.Components {
			if doc.Components[i].Name == "example-daemon" {
				found = doc.Components[i]
			}
		}
		if found == nil || found.Version != c.want {
			t.Errorf("like %s and %q: %+v, want version %q", c.release, c.more, found, c.want)
			continue
		}
		for _, e := range found.Evidence {
			if e.Field == "version" && (e.Confidence != sbom.Low || e.Technique != sbom.HashComparison || e.Match == "") {
				t.Errorf("like %s: evidence %+v", c.release, e)
			}
		}
	}
}
