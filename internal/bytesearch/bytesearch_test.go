package bytesearch

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"unicode/utf16"
)

// oracle is the slow and obvious search that the engine must agree with.
func oracle(patterns []Pattern, data []byte) []Match {
	var all []Match
	lower := func(b []byte, wide bool) []byte {
		b = bytes.Clone(b)
		for i := range b {
			if 'A' <= b[i] && b[i] <= 'Z' && (!wide || i%2 == 0 && b[i+1] == 0) {
				b[i] += 32
			}
		}
		return b
	}
	word := func(b []byte, wide bool) bool {
		if wide {
			return len(b) == 2 && b[1] == 0 && word1(b[0])
		}
		return len(b) == 1 && word1(b[0])
	}
	for i, p := range patterns {
		for _, wide := range []bool{false, true} {
			text, unit := []byte(p.Text), 1
			if wide {
				if !p.Wide {
					continue
				}
				text, unit = nil, 2
				for _, u := range utf16.Encode([]rune(p.Text)) {
					text = append(text, byte(u), byte(u>>8))
				}
			}
			for start := 0; start+len(text) <= len(data); start++ {
				end := start + len(text)
				found := data[start:end]
				if p.Fold {
					if !bytes.Equal(lower(found, wide), lower(text, wide)) {
						continue
					}
				} else if !bytes.Equal(found, text) {
					continue
				}
				if p.Word && (word(data[max(0, start-unit):start], wide) || word(data[end:min(len(data), end+unit)], wide)) {
					continue
				}
				all = append(all, Match{i, start, end, wide})
			}
		}
	}
	slices.SortFunc(all, func(a, b Match) int {
		w := 0
		if a.Wide != b.Wide {
			w = 1
			if b.Wide {
				w = -1
			}
		}
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Pattern, b.Pattern), w)
	})
	return all
}

func word1(c byte) bool {
	return strings.IndexByte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", c) >= 0
}

func compile(t testing.TB, patterns []Pattern) *Searcher {
	t.Helper()
	s, err := Compile(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func collect(s *Searcher, data []byte) []Match {
	var got []Match
	s.Search(data, func(m Match) { got = append(got, m) })
	return got
}

func collectReader(t testing.TB, s *Searcher, r io.Reader) []Match {
	t.Helper()
	var got []Match
	if _, err := s.SearchReader(r, func(m Match) { got = append(got, m) }); err != nil {
		t.Fatal(err)
	}
	return got
}

func wide(s string) string { return encodeWide(s) }

func TestSearch(t *testing.T) {
	tests := []struct {
		name     string
		patterns []Pattern
		data     string
		want     []Match
	}{
		{"plain", []Pattern{{Text: "BusyBox v"}}, "\x00BusyBox v1.2 BusyBox v", []Match{{0, 1, 10, false}, {0, 14, 23, false}}},
		{"whole input", []Pattern{{Text: "abc"}}, "abc", []Match{{0, 0, 3, false}}},
		{"nothing", []Pattern{{Text: "abcdefgh"}}, "abcdefg", nil},
		{"empty input", []Pattern{{Text: "abc"}}, "", nil},
		{"overlapping itself", []Pattern{{Text: "aaa"}}, "aaaaa", []Match{{0, 0, 3, false}, {0, 1, 4, false}, {0, 2, 5, false}}},
		{"nested, by pattern", []Pattern{{Text: "OpenSSL 1.0.2"}, {Text: "OpenSSL"}, {Text: "SSL"}}, "OpenSSL 1.0.2t",
			[]Match{{0, 0, 13, false}, {1, 0, 7, false}, {2, 4, 7, false}}},
		{"same text twice", []Pattern{{Text: "curl"}, {Text: "curl"}}, "curl", []Match{{0, 0, 4, false}, {1, 0, 4, false}}},
		{"case counts", []Pattern{{Text: "Huawei"}}, "HUAWEI huawei Huawei", []Match{{0, 14, 20, false}}},
		{"fold", []Pattern{{Text: "HuaWei", Fold: true}}, "HUAWEI huawei Huawei", []Match{{0, 0, 6, false}, {0, 7, 13, false}, {0, 14, 20, false}}},
		{"fold is of letters only", []Pattern{{Text: "a[b]@c", Fold: true}}, "A{B}`C A[B]@C", []Match{{0, 7, 13, false}}},
		{"fold leaves other letters", []Pattern{{Text: "Ölfé", Fold: true}}, "öLFé ÖLFé", []Match{{0, 7, 13, false}}},
		{"word", []Pattern{{Text: "zte", Fold: true, Word: true}}, "aZTE ZTE_ zte9 (zte) zte", []Match{{0, 16, 19, false}, {0, 21, 24, false}}},
		{"word next to UTF-8", []Pattern{{Text: "zte", Word: true}}, "éztez", nil},
		{"word after UTF-8", []Pattern{{Text: "zte", Word: true}}, "ézte.", []Match{{0, 2, 5, false}}},
		{"wide", []Pattern{{Text: "TP-Link", Wide: true}}, "TP-Link\x00" + wide("xTP-Linkx") + "\x01" + wide("TP-Link"),
			[]Match{{0, 0, 7, false}, {0, 10, 24, true}, {0, 27, 41, true}}},
		{"wide word", []Pattern{{Text: "TP-Link", Wide: true, Word: true, Fold: true}}, wide("xTP-Link tp-link TP-LINK_ tp-linK"),
			[]Match{{0, 18, 32, true}, {0, 52, 66, true}}},
		{"wide beyond ASCII", []Pattern{{Text: "海康威视", Wide: true}, {Text: "𝄞🎵", Wide: true}}, "海康威视" + wide("海康威视 𝄞🎵"),
			[]Match{{0, 0, 12, false}, {0, 12, 20, true}, {1, 22, 30, true}}},
		{"wide fold is of ASCII units only", []Pattern{{Text: "aš", Fold: true, Wide: true}}, wide("Aš AŁ"), []Match{{0, 0, 4, true}}},
		{"not UTF-8", []Pattern{{Text: "\xff\xfe\x80\x00"}}, "..\xff\xfe\x80\x00", []Match{{0, 2, 6, false}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := compile(t, tt.patterns)
			if got := collect(s, []byte(tt.data)); !slices.Equal(got, tt.want) {
				t.Errorf("Search: got %v, want %v", got, tt.want)
			}
			if got := collectReader(t, s, strings.NewReader(tt.data)); !slices.Equal(got, tt.want) {
				t.Errorf("SearchReader: got %v, want %v", got, tt.want)
			}
			if got := oracle(tt.patterns, []byte(tt.data)); !slices.Equal(got, tt.want) {
				t.Errorf("oracle: got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCompileRefuses(t *testing.T) {
	tests := []struct {
		name string
		p    Pattern
		want string
	}{
		{"empty", Pattern{}, "is empty"},
		{"short", Pattern{Text: "ab"}, "has 2 bytes, at least 3"},
		{"long", Pattern{Text: strings.Repeat("a", MaxPattern+1)}, "has 1025 bytes encoded"},
		{"long as UTF-16", Pattern{Text: strings.Repeat("a", MaxPattern/2+1), Wide: true}, "has 1026 bytes encoded"},
		{"wide and not UTF-8", Pattern{Text: "ab\xff", Wide: true}, "not UTF-8"},
		{"wide and of one unit", Pattern{Text: "海", Wide: true}, "has 2 bytes as UTF-16"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Compile([]Pattern{{Text: "fine"}, tt.p})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "pattern 1") {
				t.Errorf("error %v, want %q at pattern 1", err, tt.want)
			}
		})
	}
	if s := compile(t, []Pattern{{Text: strings.Repeat("a", MaxPattern)}}); s.MaxLen() != MaxPattern {
		t.Errorf("MaxLen %d, want %d", s.MaxLen(), MaxPattern)
	}
	s := compile(t, nil)
	if got := collect(s, []byte("anything")); got != nil || s.MaxLen() != 0 {
		t.Errorf("a search without patterns found %v, MaxLen %d", got, s.MaxLen())
	}
}

// randomCase makes patterns and data of a small alphabet, so that they meet.
func randomCase(r *rand.Rand, size int) ([]Pattern, []byte) {
	const alphabet = "aAbB_. \x00z\x01"
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[r.IntN(2+r.IntN(len(alphabet)-1))]
		}
		return b
	}
	data := random(size)
	var patterns []Pattern
	for range 1 + r.IntN(40) {
		p := Pattern{Fold: r.IntN(2) == 0, Word: r.IntN(3) == 0, Wide: r.IntN(3) == 0}
		n := 3 + r.IntN(3)*r.IntN(12)
		if r.IntN(3) > 0 && len(data) > n { // taken from the data
			at := r.IntN(len(data) - n)
			p.Text = string(data[at : at+n])
		} else {
			p.Text = string(random(n))
		}
		if p.Wide && len(data) > 100 {
			copy(data[r.IntN(len(data)-50):], wide(p.Text))
		}
		patterns = append(patterns, p)
	}
	return patterns, data
}

func TestAgreesWithOracle(t *testing.T) {
	for seed := range uint64(250) {
		r := rand.New(rand.NewPCG(seed, 1))
		patterns, data := randomCase(r, r.IntN(3000))
		s := compile(t, patterns)
		want := oracle(patterns, data)
		if got := collect(s, data); !slices.Equal(got, want) {
			t.Fatalf("seed %d, %+v: got %d matches, want %d: %s", seed, patterns, len(got), len(want), firstDifference(got, want))
		}
	}
}

// The matches of a stream do not depend on where its chunks and blocks end.
func TestReaderAgreesAtEdges(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	patterns := []Pattern{
		{Text: "abcd"}, {Text: "ABCDEFGHIJ", Fold: true, Word: true}, {Text: "xyzzy-long-literal", Wide: true, Word: true},
		{Text: strings.Repeat("0123456789", 40)}, {Text: "abc", Word: true},
	}
	s := compile(t, patterns)
	texts := []string{"abcd", "abcdefghij", wide("xyzzy-long-literal"), strings.Repeat("0123456789", 40), "abc", wide("xyzzy-long-literal_")}
	for round := range 15 {
		data := bytes.Repeat([]byte{'.'}, 2*chunkSize+blockSize+r.IntN(5000))
		edges := []int{0, blockSize, chunkSize - 1000, chunkSize, chunkSize + s.maxLen, 2 * chunkSize, len(data)}
		for _, e := range edges {
			for d := -450; d < 450; {
				text := texts[r.IntN(len(texts))]
				if at := e + d + r.IntN(8); at >= 0 && at < len(data) {
					copy(data[at:], text)
				}
				d += len(text) + r.IntN(30)
			}
		}
		want := collect(s, data)
		if round < 3 {
			if slow := oracle(patterns, data); !slices.Equal(want, slow) {
				t.Fatalf("round %d: Search: %s", round, firstDifference(want, slow))
			}
		}
		for name, reader := range map[string]io.Reader{
			"whole": bytes.NewReader(data), "half reads": iotest.HalfReader(bytes.NewReader(data)),
			"data with error": iotest.DataErrReader(bytes.NewReader(data)),
		} {
			if got := collectReader(t, s, reader); !slices.Equal(got, want) {
				t.Fatalf("round %d, %s: %s", round, name, firstDifference(got, want))
			}
		}
	}
}

func firstDifference(got, want []Match) string {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return fmt.Sprintf("match %d missing: %v", i, want[i])
		case i >= len(want):
			return fmt.Sprintf("match %d too many: %v", i, got[i])
		case got[i] != want[i]:
			return fmt.Sprintf("match %d is %v, want %v", i, got[i], want[i])
		}
	}
	return "equal"
}

func TestReaderReportsErrors(t *testing.T) {
	s := compile(t, []Pattern{{Text: "needle"}})
	for _, fault := range []error{io.ErrUnexpectedEOF, errors.New("disk on fire")} {
		var got []Match
		n, err := s.SearchReader(io.MultiReader(strings.NewReader("a needle"), iotest.ErrReader(fault)), func(m Match) { got = append(got, m) })
		if err != fault || n != 8 || len(got) != 1 || got[0].Start != 2 {
			t.Errorf("%v: got error %v, %d bytes, matches %v", fault, err, n, got)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	patterns, data := randomCase(r, 20000)
	s := compile(t, patterns)
	want := collect(s, data)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				if got := collect(s, data); !slices.Equal(got, want) {
					t.Error(firstDifference(got, want))
				}
			}
		})
	}
	wg.Wait()
}

func TestSearchAllocatesLittle(t *testing.T) {
	s := compile(t, []Pattern{{Text: "BusyBox v"}, {Text: "zte", Fold: true}})
	data := bytes.Repeat([]byte("BusyBox v1.30 ZTE "), 100)
	n := 0
	visit := func(Match) { n++ }
	if got := testing.AllocsPerRun(50, func() { s.Search(data, visit) }); got > 1 {
		t.Errorf("%v allocations for a search", got)
	}
	if n == 0 {
		t.Error("nothing found")
	}
}

func FuzzSearch(f *testing.F) {
	f.Add("abc\nABC def\nlonger literal", byte(0b101011), []byte("abc ABC deflonger literal"))
	f.Add("zte\nTP-Link", byte(0xff), []byte(wide("zte TP-LINK")))
	f.Add("aaaaaaa\naaaa\naaa", byte(0), []byte("aaaaaaaaaaaaaaaaaaaaaa"))
	f.Fuzz(func(t *testing.T, texts string, flags byte, data []byte) {
		var patterns []Pattern
		for i, text := range strings.Split(texts, "\n") {
			b := flags >> (i % 4)
			patterns = append(patterns, Pattern{Text: text, Fold: b&1 != 0, Word: b&2 != 0, Wide: b&4 != 0})
		}
		s, err := Compile(patterns)
		if err != nil {
			return
		}
		want := oracle(patterns, data)
		if got := collect(s, data); !slices.Equal(got, want) {
			t.Fatalf("Search: %s", firstDifference(got, want))
		}
		if got := collectReader(t, s, iotest.OneByteReader(bytes.NewReader(data))); !slices.Equal(got, want) {
			t.Fatalf("SearchReader: %s", firstDifference(got, want))
		}
	})
}
