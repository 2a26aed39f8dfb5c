package derived

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestVersion(t *testing.T) {
	for text, want := range map[string]string{
		"1.2.3": "1.2.3", "1.2.3 (c)": "1.2.3", "2.4.": "2.4", "9.2p1, x": "9.2p1", "1.0rc2": "1.0rc2", "1.0-rc.2 ": "1.0-rc.2",
		"2.25b": "2.25b", "1.2-a": "1.2", "1.2.3-4": "1.2.3", "1.2x3": "", "590": "", "1.2.3alpha": "1.2.3alpha", "3.4.5.6.7.8.9": "3.4.5.6.7.8",
	} {
		if got := text[:Version([]byte(text), false)]; got != want {
			t.Errorf("Version(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestStem(t *testing.T) {
	for s, want := range map[string]string{"libfoo.so.1": "libfoo", "libfoo-1.2.so": "libfoo", "libglib-2.0.so.0": "libglib", "libfoo.so": "libfoo"} {
		if got := Stem(s); got != want {
			t.Errorf("Stem(%q) = %q, want %q", s, got, want)
		}
	}
}

// facts of a made-up build: the texts that all builds have, and its own.
func facts(key, version, id string, symbols ...string) *Facts {
	f := &Facts{Key: key, BuildID: id}
	for i := range 6 {
		f.Texts = append(f.Texts, Hash(fmt.Appendf(nil, "%s: message number %d", key, i)))
	}
	f.Texts = distinct(append(f.Texts, Hash([]byte("a text of everyone")), Hash([]byte("only in "+version+" there"))))
	text := []byte(key + " release " + version)
	Versions(text, func(start, end int) {
		f.Versions = append(f.Versions, Stated{contextHash(text, start, end), string(text[start:end]), true, false})
	})
	protocol := []byte("protocol 1.0 here")
	Versions(protocol, func(start, end int) {
		f.Versions = append(f.Versions, Stated{contextHash(protocol, start, end), "1.0", true, false})
	})
	for _, s := range symbols {
		f.Exports = append(f.Exports, Hash([]byte(s)))
	}
	f.Exports = distinct(f.Exports)
	return f
}

// numbered are texts that a build may have.
func numbered(prefix string, n int) (texts [][]byte) {
	for i := range n {
		texts = append(texts, fmt.Appendf(nil, "%s number %d", prefix, i))
	}
	return texts
}

// withTexts are the facts of a file that has the texts.
func withTexts(key string, texts [][]byte) *Facts {
	f := &Facts{Key: key}
	for _, s := range texts {
		f.Texts = append(f.Texts, Hash(s))
	}
	f.Texts = distinct(f.Texts)
	return f
}

func show(p *Probe, texts [][]byte) {
	for i, s := range texts {
		p.Text(s, int64(100*i))
	}
}

// open returns the table that was built.
func open(t *testing.T, b *Builder) *Table {
	t.Helper()
	data, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	table, err := Open(string(data))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestTable(t *testing.T) {
	b := &Builder{Snapshot: "made up", BuildIDs: true}
	foo, bar := Component{Name: "foo", Homepage: "https://foo.example"}, Component{Name: "bar"}
	b.Add(foo, "1.0", "armhf", facts("libfoo", "1.0", "00112233445566778899", "foo_a"))
	b.Add(foo, "1.2", "armhf", facts("libfoo", "1.2", "10112233445566778899", "foo_a", "foo_b", "foo_b2"))
	b.Add(foo, "2.0", "armhf", facts("libfoo", "2.0", "20112233445566778899", "foo_a", "foo_b", "foo_b2", "foo_c", "foo_d"))
	b.Add(bar, "3.1", "armhf", facts("bin:bar", "3.1", "30112233445566778899"))
	b.Add(bar, "3.2", "armhf", facts("bin:bar", "3.2", "40112233445566778899"))
	b.AddLibrary(foo, "1.2", "libfoo.so.1.2")
	b.AddLibrary(foo, "2.0", "libfoo.so.2.0")
	b.AddLibrary(bar, "3.2", "libbarlib.so.7.1")
	b.AddLibrary(bar, "3.2", "libboth.so.7")
	b.AddLibrary(foo, "3.2", "libboth.so.7")
	data, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.Bytes()
	if err != nil || !slices.Equal(data, again) {
		t.Error("a second table of the same builds differs", err)
	}
	table, err := Open(string(data))
	if err != nil {
		t.Fatal(err)
	}
	if table.Snapshot() != "made up" || table.Components() != 2 || table.Files() != 2 {
		t.Error(table.Snapshot(), table.Components(), table.Files())
	}
	if c, v, ok := table.BuildID("10112233445566778899"); !ok || c.Name != "foo" || v != "1.2" {
		t.Error("build id:", c, v, ok)
	}
	if _, _, ok := table.BuildID("90112233445566778899"); ok {
		t.Error("an unknown build id is known")
	}
	if l, ok := table.Library("libfoo"); !ok {
		t.Error("libfoo:", l, ok)
	} else if v, ok := l.Release("2.1"); !ok || v != "2.1" {
		t.Error("libfoo:", v, ok)
	}
	if l, ok := table.Library("libbarlib"); !ok || l.Name != "bar" {
		t.Error("libbarlib:", l, ok)
	} else if v, ok := l.Release("7.2"); ok {
		t.Error("libbarlib:", v)
	}
	if l, ok := table.Library("libboth"); ok {
		t.Error("a library of two components:", l)
	}

	probe := func(base, soname string, texts int, extra string, symbols ...string) *Match {
		p := table.Probe(base, soname)
		if p == nil {
			return nil
		}
		text := func(s string, at int64) {
			p.Text([]byte(s), at)
			Versions([]byte(s), func(start, end int) { p.Version([]byte(s), at, start, end) })
		}
		for i := range texts {
			p.Text(fmt.Appendf(nil, "%s: message number %d", Key(base, soname), i), int64(100*i))
		}
		text(extra, 7000)
		text("a text of everyone", 8000)
		text("protocol 1.0 here", 9000)
		for _, s := range symbols {
			p.Symbol([]byte(s))
		}
		return p.Match()
	}
	if m := probe("x", "libfoo.so.9", 6, "libfoo release 1.7.1"); m == nil || m.Component.Name != "foo" || m.Version != "1.7.1" || m.At.Offset != 7000+int64(len("libfoo release ")-contextLen) {
		t.Errorf("stated version: %+v", m)
	}
	if m := probe("x", "libfoo.so.9", 6, "", "foo_a", "foo_b", "foo_b2"); m == nil || m.Range() != "vers:generic/>1.0|<2.0" {
		t.Errorf("symbols: %+v", m)
	}
	if m := probe("x", "libfoo.so.9", 6, "", "foo_a"); m == nil || m.Range() != "" {
		t.Errorf("symbols that are missing prove nothing: %+v", m)
	}
	if m := probe("x", "libfoo.so.9", 2, ""); m != nil {
		t.Errorf("two texts are too few: %+v", m)
	}
	if m := probe("libfoo", "", 6, ""); m != nil {
		t.Errorf("a program of a library's name: %+v", m)
	}
	if m := probe("bar", "", 6, "bin:bar release 4.0"); m == nil || m.Version != "4.0" {
		t.Errorf("program: %+v", m)
	}
}

func TestBuiltin(t *testing.T) {
	table, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if table.Snapshot() == "" || table.Files() < 1000 {
		t.Errorf("snapshot %q, %d files", table.Snapshot(), table.Files())
	}
	if err := table.file.Verify(); err != nil {
		t.Error(err)
	}
	for i := range table.files.Len() {
		for _, r := range table.decodeRows(table.files.ValueAt(i)) {
			if _, ok := table.component(r.component); !ok || len(r.prints) < minShared {
				t.Fatalf("row %d is damaged", i)
			}
		}
	}
	if len(builtin) > 2<<20 {
		t.Errorf("the table has %d bytes, at most 2 MiB are wanted", len(builtin))
	}
}

func FuzzOpen(f *testing.F) {
	b := &Builder{Snapshot: "x", BuildIDs: true, Lasting: time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC), Current: map[string]bool{"foo": true}}
	b.Add(Component{Name: "foo"}, "1.0", "armhf", facts("libfoo", "1.0", "00112233445566778899"))
	b.Add(Component{Name: "foo"}, "1.1", "armhf", facts("libfoo", "1.1", "00112233445566778890"))
	for _, v := range []string{"1.0", "1.1"} { // one program that states its version, and one that does not
		f := facts("bin:foo", v, "", "a"+v, "b"+v, "c"+v)
		f.Versions = nil
		b.Add(Component{Name: "foo"}, v, "armhf", f)
		b.AddReleases("foo", []Release{{Version: v}})
	}
	data, err := b.Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data), "text 1.0")
	f.Fuzz(func(t *testing.T, data, text string) {
		Versions([]byte(text), func(start, end int) {
			if start >= end || end > len(text) {
				t.Fatal(start, end)
			}
		})
		table, err := Open(data)
		if err != nil {
			return
		}
		table.BuildID("00112233445566778899")
		table.Library("libfoo")
		for _, p := range []*Probe{table.Probe("x", "libfoo.so.1"), table.Probe("foo", "")} {
			if p != nil {
				p.Text([]byte(text), 0)
				p.Symbol([]byte(text))
				p.Match()
			}
		}
	})
}

// TestFlags: what a build says of itself decides what is taken from another.
func TestFlags(t *testing.T) {
	build := func(key string, stated ...Stated) *Facts {
		f := withTexts(key, numbered(key+": message", 6))
		f.Versions = stated
		return f
	}
	lead := func(v string) Stated { return Stated{Context: 7, Version: v, Leads: true} }
	b := &Builder{Snapshot: "test"}
	for _, c := range []struct {
		key      string
		of       string
		stated   []Stated
		versions string
	}{
		{key: "bin:says", of: "says", versions: "1.4.1", stated: []Stated{lead("1.4.1"), lead("7.0.2")}},
		{key: "bin:says", of: "says", versions: "1.6.0", stated: []Stated{lead("1.6.0")}},
		{key: "bin:old", of: "old", versions: "1.4.1", stated: []Stated{lead("1.4.0")}},
		{key: "bin:old", of: "old", versions: "1.6.0", stated: []Stated{lead("1.4.0")}},
		{key: "bin:mixed", of: "mixed", versions: "1.4.1", stated: []Stated{lead("1.4.1"), lead("1.5.0")}},
		{key: "bin:mixed", of: "mixed", versions: "1.6.0", stated: []Stated{lead("1.6.0"), lead("1.5.0")}},
	} {
		b.Add(Component{Name: c.of}, c.versions, "armhf", build(c.key, c.stated...))
	}
	table := open(t, b)
	for key, want := range map[string][2]bool{"says": {true, false}, "old": {false, true}, "mixed": {false, false}} {
		p := table.Probe(key, "")
		if p == nil {
			t.Fatal("no row of", key)
		}
		show(p, numbered("bin:"+key+": message", 6))
		if m := p.Match(); m == nil || m.Leads != want[0] || m.Silent != want[1] {
			t.Errorf("%s: %+v, want leads and silent %v", key, m, want)
		}
	}
}

// The packages of these names are not of the projects whose signatures have
// almost their names.
func TestSignatureOf(t *testing.T) {
	table, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	other := map[string]string{"zip": "libzip", "librsync": "rsync", "libtar": "tar", "xml2": "libxml2", "bzip3": "bzip2", "libraw": "libraw1394"}
	seen := 0
	for i := range table.parts.Len() {
		c, ok := table.component(i)
		if !ok {
			t.Fatalf("component %d is damaged", i)
		}
		if o, ok := other[c.Name]; ok {
			if seen++; c.Signature == o {
				t.Errorf("%s has the signature of %s", c.Name, o)
			}
		}
		if c.Name == "curl" && c.Signature != "libcurl" {
			t.Errorf("curl has the signature %q", c.Signature)
		}
	}
	if seen == 0 {
		t.Error("the table has none of the packages")
	}
}
