package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// The layout is that of encoding/json, whatever the values, and says the same.
func TestLayoutIsThatOfEncodingJSON(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	texts := []string{"", "plain", `a "quoted" \ text`, "{[,:]}", "tab\tand\nline", "<&>", "Škoda", "汉字", "😀", "\\", `\"`, `ends in \`, "a\u202eb", "del\x7f", "\U000e0041"}
	var value func(depth int) any
	value = func(depth int) any {
		kind := r.IntN(8)
		if depth == 0 {
			kind = r.IntN(4)
		}
		switch kind {
		case 0:
			return texts[r.IntN(len(texts))]
		case 1:
			return r.IntN(1000)
		case 2:
			return r.IntN(2) == 0
		case 3:
			return nil
		case 4, 5:
			list := make([]any, r.IntN(4))
			for i := range list {
				list[i] = value(depth - 1)
			}
			return list
		}
		m := map[string]any{}
		for range r.IntN(4) {
			m[texts[r.IntN(len(texts))]] = value(depth - 1)
		}
		return m
	}
	for i := range 3000 {
		v := value(1 + i%6)
		for _, indent := range []string{"", " ", "  "} {
			var got, want bytes.Buffer
			enc := json.NewEncoder(&escaper{w: &got, indent: indent})
			enc.SetEscapeHTML(false)
			if err := enc.Encode(v); err != nil {
				t.Fatal(err)
			}
			enc = json.NewEncoder(&want)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", indent)
			if err := enc.Encode(v); err != nil {
				t.Fatal(err)
			}
			plain := want.String()
			for _, c := range "\u202e\x7f" {
				plain = strings.ReplaceAll(plain, string(c), fmt.Sprintf(`\u%04x`, c))
			}
			plain = strings.ReplaceAll(plain, "\U000e0041", `\udb40\udc41`)
			if got.String() != plain {
				t.Fatalf("indent %q:\n%s\nwant:\n%s", indent, got.String(), plain)
			}
		}
	}
}

type fullDisk struct{ left int }

var errFull = errors.New("no space left")

func (f *fullDisk) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// A document of many chunks is whole, and a write that fails is reported from
// whichever chunk.
func TestLayoutOfALargeDocument(t *testing.T) {
	list := make([]string, 20_000)
	for i := range list {
		list[i] = strings.Repeat("x", i%40)
	}
	var got bytes.Buffer
	if err := json.NewEncoder(&escaper{w: &got, indent: "  "}).Encode(list); err != nil {
		t.Fatal(err)
	}
	want, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want)+"\n" {
		t.Error("a document of several chunks is not laid out as encoding/json does")
	}
	for _, room := range []int{0, 40_000, got.Len() - 1} {
		if err := json.NewEncoder(&escaper{w: &fullDisk{room}, indent: "  "}).Encode(list); !errors.Is(err, errFull) {
			t.Errorf("with room for %d bytes of %d: error %v", room, got.Len(), err)
		}
	}
}
