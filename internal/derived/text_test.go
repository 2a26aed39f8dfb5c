package derived

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// slowTexts is what Texts has to find, byte by byte.
func slowTexts(b []byte, least int, plain bool) (found []string) {
	text := func(c byte) bool { return c >= ' ' && c <= '~' || c == '\t' }
	for i := 0; i < len(b); i++ {
		if !text(b[i]) || i > 0 && text(b[i-1]) {
			continue
		}
		end := i
		for end < len(b) && text(b[end]) {
			end++
		}
		if digit := bytes.ContainsAny(b[i:end], "0123456789"); digit && end-i >= least || !digit && plain && end-i >= MinPrint {
			found = append(found, fmt.Sprint(i, " ", digit, " ", string(b[i:end])))
		}
	}
	return found
}

func checkTexts(t *testing.T, b []byte, least int) {
	t.Helper()
	for _, plain := range []bool{false, true} {
		want := slowTexts(b, least, plain)
		k := 0
		Texts(b, least, plain, func(s []byte, at int, digit bool) {
			if got := fmt.Sprint(at, " ", digit, " ", string(s)); k >= len(want) || got != want[k] {
				t.Fatalf("%q, least %d, plain %v: text %d is %q, want %q", b, least, plain, k, got, want[k:min(k+1, len(want))])
			}
			k++
		})
		if k != len(want) {
			t.Fatalf("%q, least %d, plain %v: %d texts, want %d", b, least, plain, k, len(want))
		}
	}
}

func TestTexts(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
		checkTexts(t, all[i:i+1], 1)
		checkTexts(t, bytes.Repeat(all[i:i+1], 64), 1) // by words
		checkTexts(t, bytes.Repeat([]byte{'a', all[i]}, 40), 1)
		checkTexts(t, bytes.Repeat([]byte{all[i], 0, '7', 0xff}, 40), 1)
	}
	checkTexts(t, all, 3)
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		b := make([]byte, r.IntN(300))
		for i := 0; i < len(b); {
			kind, n := r.IntN(3), 1+r.IntN(1+r.IntN(140))
			for ; n > 0 && i < len(b); n, i = n-1, i+1 {
				switch kind {
				case 0:
					b[i] = byte(r.IntN(256))
				case 1:
					b[i] = byte('!' + r.IntN(94)) // a digit in one of nine
				case 2:
					b[i] = 'x'
				}
			}
		}
		checkTexts(t, b, 1+r.IntN(8))
	}
}

// FuzzTexts compares with the slow way.
func FuzzTexts(f *testing.F) {
	f.Add([]byte("a text 1.2\x00\tother\x7f"), 3)
	f.Fuzz(func(t *testing.T, b []byte, least int) { checkTexts(t, b, max(1, least)) })
}

func BenchmarkTexts(b *testing.B) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Skip(err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "bin", "gofmt"))
	if err != nil {
		b.Skip(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		n := 0
		Texts(data, 3, false, func([]byte, int, bool) { n++ })
	}
}
