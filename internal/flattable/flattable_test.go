package flattable

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func build(t testing.TB, tables map[string]map[string]string) []byte {
	t.Helper()
	var b Builder
	for name, table := range tables {
		for k, v := range table {
			if err := b.Add(name, k, []byte(v)); err != nil {
				t.Fatal(err)
			}
		}
	}
	data, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func open(t testing.TB, data []byte) *File {
	t.Helper()
	f, err := Open(string(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// sample holds tables of many sizes, with empty keys and values among them.
func sample(r *rand.Rand) map[string]map[string]string {
	tables := map[string]map[string]string{}
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 13, 100, 1000} {
		table := map[string]string{"": fmt.Sprint(n)}
		for len(table) < n {
			key := make([]byte, r.IntN(12))
			for i := range key {
				key[i] = byte(r.IntN(4)) // many common beginnings
			}
			value := make([]byte, r.IntN(30))
			for i := range value {
				value[i] = byte(r.IntN(256))
			}
			table[string(key)] = string(value)
		}
		tables[fmt.Sprintf("n%d", n)] = table
	}
	// Values too large for narrow ends, and too large from one row on.
	large := map[string]string{}
	for i := range 40 {
		large[fmt.Sprintf("%04d", i)] = strings.Repeat("v", i/30*40_000+i)
	}
	tables["large"] = large
	return tables
}

// TestManyKeys: more keys than narrow slots can number.
func TestManyKeys(t *testing.T) {
	for _, n := range []int{maxNarrow, maxNarrow + 1, maxNarrow + 2, 70_000} {
		table := map[string]string{}
		for i := range n {
			table[fmt.Sprintf("key-%d", i)] = fmt.Sprint(i)
		}
		f := open(t, build(t, map[string]map[string]string{"many": table}))
		if err := f.Verify(); err != nil {
			t.Fatalf("%d keys: %v", n, err)
		}
		for _, i := range []int{0, 1, n / 2, n - 1} {
			if v, ok := f.Table("many").Value(fmt.Sprintf("key-%d", i)); !ok || v != fmt.Sprint(i) {
				t.Errorf("%d keys: key %d has %q, %v", n, i, v, ok)
			}
		}
	}
}

func TestRoundTrip(t *testing.T) {
	tables := sample(rand.New(rand.NewPCG(1, 2)))
	f := open(t, build(t, tables))
	if err := f.Verify(); err != nil {
		t.Fatal(err)
	}
	for name, table := range tables {
		got := f.Table(name)
		if got.Len() != len(table) {
			t.Errorf("table %s has %d keys, want %d", name, got.Len(), len(table))
		}
		var keys []string
		for k, v := range table {
			keys = append(keys, k)
			if g, ok := got.Value(k); !ok || g != v {
				t.Errorf("table %s, key %q: %q %v, want %q", name, k, g, ok, v)
			}
			if g, ok := got.Value(k + "\x07"); ok {
				t.Errorf("table %s finds a key that is not in it: %q", name, g)
			}
		}
		slices.Sort(keys)
		for i, k := range keys {
			if got.Key(i) != k {
				t.Errorf("table %s: key %d is %q, want %q", name, i, got.Key(i), k)
			}
			if at := got.Search(k); at != i {
				t.Errorf("table %s: Search(%q) = %d, want %d", name, k, at, i)
			}
			if at := got.Search(k + "\x00"); at != i+1 {
				t.Errorf("table %s: Search after %q = %d, want %d", name, k, at, i+1)
			}
		}
	}
	if none := f.Table("none"); none.Len() != 0 {
		t.Error("a table that does not exist has keys")
	} else if _, ok := none.Find("x"); ok {
		t.Error("a table that does not exist finds a key")
	}
}

func TestDeterministic(t *testing.T) {
	first := build(t, sample(rand.New(rand.NewPCG(1, 2))))
	for range 5 {
		if !slices.Equal(first, build(t, sample(rand.New(rand.NewPCG(1, 2))))) {
			t.Fatal("the same tables gave other bytes")
		}
	}
}

func TestBuilderRefuses(t *testing.T) {
	var b Builder
	if b.Add("a name that is too long", "k", nil) == nil || b.Add("", "k", nil) == nil {
		t.Error("a bad name is taken")
	}
	if err := b.Add("t", "k", nil); err != nil {
		t.Fatal(err)
	}
	if b.Add("t", "k", nil) == nil {
		t.Error("a key is taken twice")
	}
}

// Every damaged byte is found by Verify, or by Open before it.
func TestVerifyFindsDamage(t *testing.T) {
	good := build(t, map[string]map[string]string{"a": {"k": "v", "l": "w"}, "b": {"": "x"}})
	for i := range good {
		data := slices.Clone(good)
		data[i] ^= 0x10
		if i >= 60 && i < 64 {
			continue // reserved
		}
		f, err := Open(string(data))
		if err == nil {
			err = f.Verify()
		}
		var at *Error
		if !errors.As(err, &at) {
			t.Errorf("a flipped bit at offset %d is not found: %v", i, err)
		}
	}
	for n := range good {
		if _, err := Open(string(good[:n])); err == nil {
			t.Errorf("a file cut to %d of %d bytes is opened", n, len(good))
		}
	}
}

// FuzzOpen feeds files that are damaged in any way: reading them may give
// nothing or nonsense and must not fail otherwise.
func FuzzOpen(f *testing.F) {
	good := build(f, map[string]map[string]string{"a": {"k": "v", "l": "w"}, "b": {"": "x"}})
	f.Add(good)
	f.Add(build(f, sample(rand.New(rand.NewPCG(3, 4))))[:4000])
	f.Fuzz(func(t *testing.T, data []byte) {
		data = slices.Clone(data)
		if len(data) >= headerSize { // else every input fails at the length
			copy(data, magic)
			binary.LittleEndian.PutUint64(data[8:], uint64(len(data)))
			clear(data[48:56])
		}
		file, err := Open(string(data))
		if err != nil {
			return
		}
		_ = file.Verify()
		for _, name := range file.Names() {
			table := file.Table(name)
			for i := range min(table.Len(), 100) {
				key := table.Key(i)
				if j, ok := table.Find(key); ok && table.Key(j) != key {
					t.Errorf("Find(%q) gives the key %q", key, table.Key(j))
				}
				_ = table.ValueAt(i)
				_ = table.Search(key)
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	table := map[string]string{}
	keys := make([]string, 0, 100_000)
	for i := range 100_000 {
		k := fmt.Sprintf("golang/github.com/owner-%d/project", i*7919)
		table[k] = "value"
		keys = append(keys, k)
	}
	f := open(b, build(b, map[string]map[string]string{"t": table}))
	tab := f.Table("t")
	i := 0
	for b.Loop() {
		if _, ok := tab.Find(keys[i%len(keys)]); !ok {
			b.Fatal("not found")
		}
		i += 7
	}
}

func BenchmarkOpen(b *testing.B) {
	data := string(build(b, sample(rand.New(rand.NewPCG(1, 2)))))
	for b.Loop() {
		if _, err := Open(data); err != nil {
			b.Fatal(err)
		}
	}
}
