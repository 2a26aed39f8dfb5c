package signatures

import (
	"slices"
	"strings"
	"testing"
)

// Names are matched without expressions where that is possible; the answer has to
// be the one of the expression.
func TestFitsName(t *testing.T) {
	texts := []string{
		"libssl.so.<any>", "libz.so.<n>", "<any>.mod", "ld-musl-<any>.so.1", "a<any>b<n>c<any>", "lib<n><n>x", "x<gap>y<nul>z",
		"libcurl-<version>.so", "ld-<version>.so.<n>", "libfoo.so.<version>", "no placeholder", "a<b>c",
	}
	fills := []string{"", "1", "12345678", "123456789", "x", "x.1", "1x", "\n", "\x00", "é", "\xff", strings.Repeat("9", 17),
		strings.Repeat("a", 80), strings.Repeat("a", 81), strings.Repeat("a", 121), "1.2.3", "b1c", "<any>"}
	var names []string
	for _, text := range texts {
		for _, fill := range fills {
			for _, other := range fills {
				name := text
				for loc := findPlaceholder(name); loc != nil; loc = findPlaceholder(name) {
					name = name[:loc[0]] + "\x01" + name[loc[1]:]
				}
				name = strings.ReplaceAll(strings.Replace(name, "\x01", fill, 1), "\x01", other)
				names = append(names, name, name+"x", strings.TrimSuffix(name, "1"))
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	sure := 0
	for _, text := range texts {
		e, err := compileTemplate(text, &Mark{}, true, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			want := e.whole.MatchString(name)
			fits, isSure := fitsName(text, name)
			if isSure && fits != want || want && !fits {
				t.Errorf("%q for %q: fits %v, sure %v; the expression says %v", name, text, fits, isSure, want)
			}
			if isSure && fits {
				sure++
			}
		}
	}
	if sure < 100 {
		t.Errorf("%d names are surely of a template, want many", sure)
	}
}
