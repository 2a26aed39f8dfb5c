package firmware

import (
	"bytes"
	"compress/gzip"
	"math/rand"
	"strings"
	"testing"
)

// TestPackedPages: what a script says of itself is read in a packed one too.
func TestPackedPages(t *testing.T) {
	script := "/*! jQuery v1.11.3 | (c) 2005, 2015 jQuery Foundation, Inc. | jquery.org/license */\n" + strings.Repeat("function f(a){return a}\n", 40)
	noise := make([]byte, 40<<10)
	for i, r := range rand.New(rand.NewSource(1)).Perm(len(noise)) {
		noise[i] = 'a' + byte(r%26)
	}
	page := "<html><script>\n" + script + "</script><p>" + string(noise) + "</p></html>"
	bomb := gzipped(t, script+strings.Repeat("x", maxPage+1))
	type want struct{ version, problem string }
	for name, c := range map[string]struct {
		content string
		want
	}{
		"www/jquery.js.gz":   {gzipped(t, script), want{version: "1.11.3"}},
		"www/jquery2.js":     {gzipped(t, script), want{version: "1.11.3"}}, // the server knows that it is packed
		"www/index.html.gz":  {gzipped(t, page), want{version: "1.11.3"}},
		"www/help.html.gz":   {gzipped(t, "<script>"+script+"</script>"), want{}}, // small pages are not unpacked
		"www/jquery.txt.gz":  {gzipped(t, script), want{}},
		"www/plain.js.gz":    {"no archive", want{}},
		"www/cut.js.gz":      {gzipped(t, script)[:70], want{version: "1.11.3", problem: "bad-packed-page"}},
		"www/bomb.js.gz":     {bomb, want{version: "1.11.3", problem: "bad-packed-page"}},
		"www/twice.js.gz":    {gzipped(t, gzipped(t, script)), want{}},
		"www/followed.js.gz": {gzipped(t, script) + "\x00\x00", want{version: "1.11.3"}},
	} {
		t.Run(name, func(t *testing.T) {
			doc := scan(t, map[string]string{name: c.content}, nil)
			got := want{}
			for _, comp := range doc.Components {
				if comp.Name == "jquery" {
					got.version = comp.Version
					for _, ev := range comp.Evidence {
						if ev.Path != name || ev.Offset != 0 || ev.Length != 0 {
							t.Errorf("evidence %+v shows a place that the file has not", ev)
						}
					}
				}
			}
			for _, p := range doc.Problems {
				if p.Place == name {
					got.problem = p.Kind
				}
			}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// FuzzPackedPage: whatever a packed page holds, reading it ends, and what it
// unpacks to is bounded.
func FuzzPackedPage(f *testing.F) {
	f.Add([]byte(gzipped(f, "/*! jQuery v1.11.3 */")))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := &Input{Entry: Entry{Path: "a.js.gz", Size: int64(len(b)), Head: b[:min(len(b), 512)]}, ra: bytes.NewReader(b), memory: b}
		if got, _ := unpackPage(in); len(got) > maxPage {
			t.Fatalf("%d bytes", len(got))
		}
		var w bytes.Buffer
		z := gzip.NewWriter(&w)
		z.Write(b)
		z.Close()
		packed := w.Bytes()
		in = &Input{Entry: Entry{Size: int64(len(packed))}, ra: bytes.NewReader(packed), memory: packed}
		if got, err := unpackPage(in); len(b) <= maxPage && (err != nil || !bytes.Equal(got, b)) {
			t.Fatalf("%d bytes came back as %d: %v", len(b), len(got), err)
		}
	})
}
