package bytesearch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func index(t testing.TB, patterns []Pattern) *Table {
	t.Helper()
	table, err := Index(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// A table that was written, opened and joined with others finds what a search
// for all patterns finds.
func TestJoinAgreesWithOracle(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 2))
		patterns, data := randomCase(r, r.IntN(2000))
		if seed%10 == 0 { // filters of full size, which are in the table
			patterns = slices.Concat(benchPatterns(5000, Pattern{Fold: seed%20 == 0}), patterns)
			for range 5 {
				data = slices.Concat(data, []byte(patterns[r.IntN(5000)].Text), []byte{byte(r.IntN(256))})
			}
		}
		var tables []*Table
		for rest := patterns; len(rest) > 0; {
			n := 1 + r.IntN(len(rest))
			made := index(t, rest[:n])
			if err := made.Verify(); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			table, err := Open(strings.Clone(made.Bytes()))
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			changed := slices.Clone(rest[:n])
			changed[n/2].Text += "x"
			single := !slices.ContainsFunc(rest[:n], func(p Pattern) bool { return p.Wide || p.Fold })
			if single != table.Is(rest[:n]) && single || table.Is(changed) || table.Is(rest[:n-1]) && n > 1 {
				t.Fatalf("seed %d: a table does not know its patterns", seed)
			}
			if table.Len() != n {
				t.Fatalf("seed %d: a table of %d patterns has %d", seed, n, table.Len())
			}
			tables = append(tables, table)
			rest = rest[n:]
		}
		s := Join(tables...)
		want := collect(compile(t, patterns), data)
		if len(patterns) < 100 {
			want = oracle(patterns, data)
		}
		if got := collect(s, data); !slices.Equal(got, want) {
			t.Fatalf("seed %d, %d tables: got %d matches, want %d: %s", seed, len(tables), len(got), len(want), firstDifference(got, want))
		}
		if got := collectReader(t, s, iotest.HalfReader(bytes.NewReader(data))); !slices.Equal(got, want) {
			t.Fatalf("seed %d, %d tables: SearchReader: %s", seed, len(tables), firstDifference(got, want))
		}
	}
	if s := Join(); s.MaxLen() != 0 || collect(s, []byte("anything")) != nil {
		t.Error("a search of no tables finds something")
	}
}

// Embedded tables of one version are the same whoever made them. If this fails
// because grams are chosen in another way, raise the version in tableMagic, make
// the embedded tables anew, and put the new digest here.
func TestVersionStandsForTheChoice(t *testing.T) {
	patterns := slices.Concat(benchPatterns(6000, Pattern{Fold: true, Word: true}), []Pattern{{Text: "abc"}, {Text: "\xff\x00\x01\x02"}, {Text: "Wide", Wide: true}})
	sum := sha256.Sum256([]byte(index(t, patterns).Bytes()))
	if got, want := hex.EncodeToString(sum[:8]), "bce2b907270d9ee7"; got != want {
		t.Errorf("the table has digest %s, want %s", got, want)
	}
}

func TestOpenRefuses(t *testing.T) {
	table := index(t, slices.Concat(benchPatterns(1000, Pattern{}), []Pattern{{Text: "\x01\x02\x03\x04\x05"}})).Bytes()
	for n := 0; n < len(table); n += 1 + n/50 {
		if _, err := Open(table[:n]); err == nil {
			t.Fatalf("a table cut after %d bytes is opened", n)
		}
	}
	changed := func(at int, b byte) string { return table[:at] + string([]byte{b}) + table[at+1:] }
	if _, err := Open(changed(7, 99)); !errors.Is(err, ErrVersion) {
		t.Errorf("another version: error %v", err)
	}
	for _, tt := range []struct {
		name string
		at   int
		want string
	}{
		{"magic", 0, "no search table"},
		{"length", 8, "the header says"},
		{"patterns", 15, "patterns in"},
		{"variants", 18, "do not fit"},
		{"longest", 22, "a pattern of"},
		{"single patterns", 24, "single patterns"},
		{"classes", 28, "classes"},
		{"layout", headerSize + 4, "layout"},
		{"offset of a gram", headerSize + 4 + 6, "offsets to"},
		{"entries", headerSize + 4 + 8 + 2, "reaches beyond"},
		{"bits", headerSize + 4 + 12, "bits of a hash"},
		{"starts", headerSize + 4 + 16 + 3, "reaches beyond"},
		{"filters", headerSize + 4 + 24 + 3, "reaches beyond"},
	} {
		if _, err := Open(changed(tt.at, 0xff)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
	}
	// What Open does not look at, Verify does.
	for at := headerSize + 200; at < len(table); at += 1 + len(table)/40 {
		damaged, err := Open(changed(at, table[at]^0x10))
		if err == nil {
			err = damaged.Verify()
		}
		if err == nil {
			t.Errorf("a table with another byte at %d is verified", at)
		}
	}
}

// Damage makes a search find less, or nothing is found that is not in the data;
// a table that Verify accepts finds everything.
func FuzzOpen(f *testing.F) {
	patterns := []Pattern{
		{Text: "BusyBox v"}, {Text: "tp-link", Fold: true, Word: true, Wide: true}, {Text: "zte.", Word: true}, {Text: "\x01\x02\x03\x04\x05\x06\x07\x08"}, {Text: "Öl-Fé", Fold: true},
		{Text: "\x01\x02\x03\x04"}, {Text: "\x01\x02\x03\x05"},
	}
	data := []byte("BusyBox v TP-LINK zte. \x01\x02\x03\x04\x05\x06\x07\x08 Öl-Fé " + wide("tp-Link"))
	f.Add(index(f, patterns).Bytes(), data, 0, byte(0))
	f.Add(index(f, append(patterns, Pattern{Text: "abc"})).Bytes(), data, 300, byte(1))
	f.Add(index(f, patterns[:4]).Bytes(), data, 40, byte(4))
	f.Fuzz(func(t *testing.T, table string, data []byte, at int, change byte) {
		b := []byte(table)
		if at >= 0 && at < len(b) {
			b[at] ^= change
		}
		opened, err := Open(string(b))
		if err != nil {
			return
		}
		s := Join(opened, opened)
		var got []Match
		s.Search(data, func(m Match) {
			if m.Pattern < 0 || m.Pattern >= 2*opened.Len() || m.Start < 0 || m.Start >= m.End || m.End > len(data) {
				t.Fatalf("match %v in %d bytes of %d patterns", m, len(data), opened.Len())
			}
			if m.Pattern < opened.Len() {
				got = append(got, m)
			}
		})
		if _, err := s.SearchReader(iotest.OneByteReader(bytes.NewReader(data)), func(Match) {}); err != nil {
			t.Fatal(err)
		}
		if opened.Verify() != nil {
			return
		}
		var patterns []Pattern
		for i := range opened.count {
			if v, _ := opened.variant(i); !v.wide {
				patterns = append(patterns, Pattern{Text: v.text, Fold: v.fold, Word: v.word})
			} else {
				patterns[v.pattern].Wide = true
			}
		}
		if want := oracle(patterns, data); !slices.Equal(got, want) {
			t.Fatalf("a verified table: %s", firstDifference(got, want))
		}
	})
}
