package signatures

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/internal/flattable"
	"github.com/touchmark-dev/touchmark/sbom"
)

var update = flag.Bool("update", false, "write the compiled table anew")

// sources reads the YAML files that the table is compiled from.
func sources(t testing.TB) *Set {
	t.Helper()
	set, err := Read(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestSourcesAreClean(t *testing.T) {
	for _, p := range sources(t).Lint() {
		t.Error(p)
	}
}

func all(t testing.TB, s *Set) []*Signature {
	t.Helper()
	sigs, err := s.all()
	if err != nil {
		t.Fatal(err)
	}
	return sigs
}

func compileSources(t testing.TB, src *Set) string {
	t.Helper()
	table, err := compileTable(all(t, src))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestTableIsCurrent(t *testing.T) {
	want := compileSources(t, sources(t))
	if *update {
		if err := os.WriteFile("builtin.tm", []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if builtinTable != want {
		t.Error("builtin.tm is not what the YAML files compile to; run go generate ./firmware/signatures")
	}
	// What is never checked at a start.
	file, err := flattable.Open(builtinTable)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Verify(); err != nil {
		t.Error(err)
	}
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Index().Verify(); err != nil {
		t.Error(err)
	}
	fresh, err := bytesearch.Index(set.Patterns())
	if err != nil {
		t.Fatal(err)
	}
	if fresh.Bytes() != set.Index().Bytes() {
		t.Error("the search table is not that of the patterns")
	}
}

// Every field that a scan reads must be in the table.
func TestTableHoldsEveryField(t *testing.T) {
	src := sources(t)
	table := compileSources(t, src)
	got, err := openSet(table)
	if err != nil {
		t.Fatal(err)
	}
	asJSON := func(s *Set) string { // without what is for authors
		b, err := json.MarshalIndent(all(t, s), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if diff := cmp.Diff(asJSON(src), asJSON(got)); diff != "" {
		t.Errorf("-sources +table\n%s", diff)
	}
	for n := 0; n < len(table); n += 1 + len(table)/500 {
		if _, err := openSet(table[:n]); err == nil {
			t.Fatalf("a table cut after %d bytes is read without an error", n)
		}
	}
	for i := range got.Len() {
		record := got.ids.ValueAt(i)
		for n := range len(record) {
			if _, err := readSignature("x", record[:n], nil); err == nil {
				t.Fatalf("the record of %s cut after %d bytes is read without an error", got.ids.Key(i), n)
			}
		}
	}
}

// Damage gives errors or other findings, and nothing else.
func FuzzOpenSet(f *testing.F) {
	src, err := readOne(f, `files: ["x-<n>"]
sonames: ["libx.so.<n>"]
marks:
  - text: Server-Software 2.<version>
    with: [a condition, another]
    starts: ["1.", "2."]
  - file: x_<version>
  - text: folded text <any> here
    fold: true
    is: "1.0"
  - alone: true
    version: '[0-9.]+'
`)
	if err != nil {
		f.Fatal(err)
	}
	data := "\x00Server-Software 2.1.5\x00a condition\x00another\x00FOLDED text and here\x001.2\x00"
	f.Add(compileSources(f, src), data, 0, byte(0))
	f.Add(compileSources(f, src), data, 700, byte(1))
	f.Fuzz(func(t *testing.T, table, data string, at int, change byte) {
		// Most damage of a header is refused; a byte changed anywhere goes deeper.
		b := []byte(table)
		if at >= 0 && at < len(b) {
			b[at] ^= change
		}
		set, err := openSet(string(b))
		if err != nil {
			return
		}
		var hits []bytesearch.Match
		bytesearch.Join(set.Index()).Search([]byte(data), func(m bytesearch.Match) { hits = append(hits, m) })
		if len(hits) > 1000 {
			return
		}
		facts := FileFacts{Path: "x-1", SONAME: "libx.so.1", Kind: ELF, Needed: []string{"libx.so.2"}}
		if _, err := set.Resolve(facts, strings.NewReader(data), hits); err != nil {
			return
		}
		for _, id := range set.IDs() {
			set.Signature(id)
		}
		_ = set.Patterns()
	})
}

// The table must find what its sources find.
func TestTableFindsTheSame(t *testing.T) {
	src := sources(t)
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(set.Patterns(), src.Patterns()) {
		t.Fatal("the table's patterns are not those of its sources")
	}
	searcher, err := bytesearch.Compile(set.Patterns())
	if err != nil {
		t.Fatal(err)
	}
	for _, sig := range all(t, src) {
		for _, sample := range sig.Match {
			facts := FileFacts{Path: sample.File, SONAME: sample.Soname, Kind: sample.Kind}
			if facts.Kind == "" {
				facts.Kind = ELF
			}
			data := "\x00" + sample.Text + "\x00"
			got, want := resolveWith(t, searcher, set, facts, data), resolveWith(t, searcher, src, facts, data)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: -sources +table\n%s", sig.ID, diff)
			}
		}
	}
}

func resolve(t testing.TB, set *Set, facts FileFacts, data string) []Finding {
	t.Helper()
	s, err := bytesearch.Compile(set.Patterns())
	if err != nil {
		t.Fatal(err)
	}
	return resolveWith(t, s, set, facts, data)
}

func resolveWith(t testing.TB, s *bytesearch.Searcher, set *Set, facts FileFacts, data string) []Finding {
	t.Helper()
	var hits []bytesearch.Match
	s.Search([]byte(data), func(m bytesearch.Match) { hits = append(hits, m) })
	found, err := set.Resolve(facts, strings.NewReader(data), hits)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

const head = "id: x\nlicense: MIT\nseen: [test]\n"

func readOne(t testing.TB, yaml string) (*Set, error) {
	t.Helper()
	return Read(fstest.MapFS{"x.yaml": {Data: []byte(head + yaml)}})
}

func mustRead(t testing.TB, yaml string) *Set {
	t.Helper()
	set, err := readOne(t, yaml)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestReadRefuses(t *testing.T) {
	tests := []struct{ name, yaml, want string }{
		{"unknown field", "colour: red\n", "x.yaml:4: "},
		{"unknown field of a mark", "marks:\n  - text: abcdefgh\n    colour: red\n", "x.yaml:6: "},
		{"twice the same field", "license: MIT\nmarks:\n  - text: abcdefgh\n", "x.yaml:4: "},
		{"not YAML", "marks: [\n", "x.yaml:"},
		{"second document", "marks:\n  - text: abcdefgh\n---\nid: y\n", "second YAML document"},
		{"no marks", "notes: none\n", "neither marks nor sonames"},
		{"bad expression", "marks:\n  - text: abcdefgh\n    after: '(('\n", "x.yaml:5: error parsing regexp"},
		{"capturing group", "marks:\n  - text: abcdefgh<version>\n    version: '(1)'\n", "x.yaml:5: expression \"(1)\" has a capturing group"},
		{"no fixed text", "marks:\n  - text: <version><any>\n", "x.yaml:5: template \"<version><any>\" has no fixed text"},
		{"short", "marks:\n  - text: v1 <version>\n", "shorter than 4 bytes"},
		{"two versions", "marks:\n  - text: abcd <version> <version>\n", "more than one <version>"},
		{"two kinds", "marks:\n  - text: abcdefgh\n    file: abc\n", "exactly one of"},
		{"version of nothing", "marks:\n  - text: abcdefgh\n    version: '1'\n", "cannot have \"version\""},
		{"is with version", "marks:\n  - text: abcdefgh <version>\n    is: '1'\n", "cannot have \"is\""},
		{"confidence", "marks:\n  - text: abcdefgh\n    confidence: sure\n", "confidence \"sure\""},
		{"kind of file", "marks:\n  - text: abcdefgh\n    in: [exe]\n", "kind of file \"exe\""},
		{"alone without form", "marks:\n  - alone: true\n", "needs the form of the version"},
		{"newest elsewhere", "marks:\n  - text: ABCDEFG_<version>\n    newest: true\n", "needs a text with <version>, and \"own\""},
		{"starts without version", "marks:\n  - text: abcdefgh\n    starts: ['1.']\n", "stands before <version>"},
		{"cpe", "cpe: busybox\nmarks:\n  - text: abcdefgh\n", "x.yaml:4: cpe \"busybox\""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readOne(t, tt.yaml)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "x.yaml:") {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
	if _, err := Read(fstest.MapFS{"y.yaml": {Data: []byte(head + "marks: [{text: abcdefgh}]\n")}}); err == nil || !strings.Contains(err.Error(), `y.yaml:1: id "x"`) {
		t.Errorf("a file that is not named for its id: error %v", err)
	}
	two := fstest.MapFS{"a.yaml": {Data: []byte("id: b\n")}, "c.yaml": {Data: []byte("colour: red\n")}}
	if _, err := Read(two); err == nil || !strings.Contains(err.Error(), "a.yaml:1:") || !strings.Contains(err.Error(), "c.yaml:1:") {
		t.Errorf("two bad files: error %v, want both named", err)
	}
}

func TestResolve(t *testing.T) {
	type found struct {
		version    string
		own        bool
		confidence sbom.Confidence
		offset     int64
		match      string
	}
	tests := []struct {
		name  string
		yaml  string
		facts FileFacts
		data  string
		want  []found
	}{
		{"version after", "marks: [{text: 'BusyBox v<version>'}]\n", FileFacts{}, "\x00\x01BusyBox v1.30.1 (2020)",
			[]found{{"1.30.1", false, sbom.High, 2, "BusyBox v1.30.1"}}},
		{"version before", "marks: [{text: \"<version>\\0pppd %s started\"}]\n", FileFacts{}, "\x002.4.7\x00pppd %s started",
			[]found{{"2.4.7", false, sbom.High, 1, "2.4.7\x00pppd %s started"}}},
		{"versions of several", "marks: [{text: 'abcdefg <version>'}]\n", FileFacts{}, "abcdefg 1.2 abcdefg 1.1 abcdefg 1.2",
			[]found{{"1.1", false, sbom.High, 12, "abcdefg 1.1"}, {"1.2", false, sbom.High, 0, "abcdefg 1.2"}}},
		{"part of a longer version", "marks: [{text: 'abcdefg <version>', version: '[0-9]\\.[0-9]'}]\n", FileFacts{}, "abcdefg 1.2.3 abcdefg 1.23 abcdefg 1.2a", nil},
		{"end of a sentence", "marks: [{text: 'abcdefg <version>'}]\n", FileFacts{}, "abcdefg 1.2.", []found{{"1.2", false, sbom.High, 0, "abcdefg 1.2"}}},
		{"end of a longer word", "marks: [{text: 'at version <version>'}]\n", FileFacts{}, "ubiformat version 2.1.1", nil},
		{"text of a text file", "marks: [{text: 'abcdefg <version>'}]\n", FileFacts{Kind: Text}, "abcdefg 1.2", nil},
		{"text file wanted", "marks: [{text: 'abcdefg <version>', in: [text]}]\n", FileFacts{Kind: Text}, "abcdefg 1.2", []found{{"1.2", false, sbom.High, 0, "abcdefg 1.2"}}},
		{"translation", "marks: [{text: 'abcdefg <version>'}]\n", FileFacts{Path: "usr/share/locale/de/x.mo"}, "abcdefg 1.2", nil},
		{"own file only, other", "files: [x-tool]\nmarks: [{text: 'abcdefg <version>', own: true}]\n", FileFacts{Path: "bin/y"}, "abcdefg 1.2", nil},
		{"own file only, own", "files: [x-tool]\nmarks: [{text: 'abcdefg <version>', own: true}]\n", FileFacts{Path: "bin/x-tool"}, "abcdefg 1.2",
			[]found{{"1.2", true, sbom.High, 0, "abcdefg 1.2"}}},
		{"own file with the name of its package", "files: [tool]\nmarks: [{text: 'abcdefg <version>', own: true}]\n", FileFacts{Path: "bin/tool.x", Kind: ELF}, "abcdefg 1.2",
			[]found{{"1.2", true, sbom.High, 0, "abcdefg 1.2"}}},
		{"own file with the name of another", "files: [tool]\nmarks: [{text: 'abcdefg <version>', own: true}]\n", FileFacts{Path: "bin/tool.y", Kind: ELF}, "abcdefg 1.2", nil},
		{"name of a file proves nothing", "files: [x-tool]\nmarks: [{text: abcdefgh}]\n", FileFacts{Path: "bin/x-tool"}, "", nil},
		{"SONAME names", "sonames: ['libx.so.<n>']\n", FileFacts{SONAME: "libx.so.12"}, "", []found{{"", true, sbom.Medium, 0, "libx.so.12"}}},
		{"whole SONAME", "sonames: ['libx.so.<n>']\n", FileFacts{SONAME: "libx.so.12.1"}, "", nil},
		{"file name with version", "marks: [{file: 'libx-<version>.so'}]\n", FileFacts{Path: "lib/libx-0.9.33.2.so"}, "", []found{{"0.9.33.2", true, sbom.Medium, 0, "libx-0.9.33.2.so"}}},
		{"version beats name", "sonames: ['libx.so.<n>']\nmarks: [{text: 'abcdefg <version>'}]\n", FileFacts{SONAME: "libx.so.1"}, "abcdefg 1.2",
			[]found{{"1.2", true, sbom.High, 0, "libx.so.1"}}},
		{"condition missing", "marks: [{text: 'abcdefg <version>', with: [hijklmno]}]\n", FileFacts{}, "abcdefg 1.2", nil},
		{"condition met", "marks: [{text: 'abcdefg <version>', with: [hijklmno]}]\n", FileFacts{}, "abcdefg 1.2 hijklmno", []found{{"1.2", false, sbom.High, 0, "abcdefg 1.2"}}},
		{"unwanted text", "marks: [{text: 'abcdefg <version>', without: [hijklmno]}]\n", FileFacts{}, "abcdefg 1.2 hijklmno", nil},
		{"alone", "sonames: [libx.so]\nmarks: [{alone: true, version: '[0-9]+\\.[0-9]+\\.[0-9]+'}]\n", FileFacts{SONAME: "libx.so"}, "ab\x001.2.3\x00cd\x001.2.3\x004.5\x00",
			[]found{{"1.2.3", true, sbom.Medium, 0, "libx.so"}}},
		{"two alone", "sonames: [libx.so]\nmarks: [{alone: true, version: '[0-9]+\\.[0-9]+\\.[0-9]+'}]\n", FileFacts{SONAME: "libx.so"}, "ab\x001.2.3\x00cd\x001.2.4\x00",
			[]found{{"", true, sbom.Medium, 0, "libx.so"}}},
		{"alone in another file", "sonames: [liby.so]\nmarks: [{alone: true, version: '[0-9]+\\.[0-9]+\\.[0-9]+'}]\n", FileFacts{SONAME: "libx.so"}, "ab\x001.2.3\x00", nil},
		{"newest", "sonames: [libx.so]\nmarks: [{text: ABCDEFG_<version>, own: true, newest: true}]\n", FileFacts{SONAME: "libx.so"}, "ABCDEFG_1.9\x00ABCDEFG_1.10\x00ABCDEFG_1.2\x00",
			[]found{{"1.10", true, sbom.High, 0, "libx.so"}}},
		{"translated", "marks: [{text: 'build <version>', version: '[0-9]{3}', versions: {'123': 1.0.1}}]\n", FileFacts{}, "build 123 build 124", []found{{"1.0.1", false, sbom.High, 0, "build 123"}}},
		{"range", "marks: [{text: new_function, is: 'vers:generic/>=1.2.0'}]\n", FileFacts{}, "\x00new_function\x00", []found{{"vers:generic/>=1.2.0", false, sbom.High, 1, "new_function"}}},
		{"exact beats range", "marks: [{text: new_function, is: 'vers:generic/>=1.2.0'}, {text: 'abcdefg <version>'}]\n", FileFacts{}, "new_function abcdefg 1.3",
			[]found{{"1.3", false, sbom.High, 0, "new_function"}}},
		{"starts", "marks: [{text: 'ab-<version>', starts: ['1.', '2.']}]\n", FileFacts{}, "ab-1.7 ab-3.1 xab-2.1", []found{{"1.7", false, sbom.High, 0, "ab-1.7"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := mustRead(t, tt.yaml)
			var got []found
			for _, f := range resolve(t, set, tt.facts, tt.data) {
				if f.Signature != "x" || f.Name != "x" {
					t.Errorf("finding of %s, %s", f.Signature, f.Name)
				}
				for _, e := range f.Evidence {
					if e.Length > 0 && tt.data[e.Offset:e.Offset+int64(e.Length)] != e.Match {
						t.Errorf("evidence %q is not at %d", e.Match, e.Offset)
					}
				}
				e := f.Evidence[0]
				got = append(got, found{f.Version, f.Own, f.Confidence, e.Offset, e.Match})
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestFindingNames(t *testing.T) {
	set := mustRead(t, "name: X Lib\ntype: application\npurl: pkg:generic/x-lib\ncpe: a:vendor:x_lib\ndeveloper: X Project\nhomepage: https://x.example/\nsonames: ['libx.so.<n>']\nmarks: [{text: 'abcdefg <version>', version: '[0-9.]+[+~][a-z]+'}]\n")
	got := resolve(t, set, FileFacts{Path: "bin/y", Kind: ELF, Needed: []string{"libc.so.6", "libx.so.1"}}, "abcdefg 1.2+git")
	want := []Finding{{
		Signature: "x", Name: "X Lib", Version: "1.2+git", Type: sbom.Application, PURL: "pkg:generic/x-lib@1.2%2Bgit",
		CPE: `cpe:2.3:a:vendor:x_lib:1.2\+git:*:*:*:*:*:*:*`, Developer: "X Project", Homepage: "https://x.example/",
		Linked: true, Confidence: sbom.Medium,
		Evidence: []sbom.Evidence{{Field: "version", Technique: sbom.BinaryAnalysis, Extractor: "signature:x", Path: "bin/y", Offset: 0, Length: 15, Match: "abcdefg 1.2+git", Confidence: sbom.High}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestResolveAcrossALargeFile(t *testing.T) {
	set := mustRead(t, "sonames: [libx.so]\nmarks: [{alone: true, version: '[0-9]+\\.[0-9]+\\.[0-9]+'}]\n")
	for _, at := range []int{aloneRead - 3, aloneRead - 1, aloneRead, aloneRead + 1, 3*aloneRead - 5} {
		data := bytes.Repeat([]byte{'x'}, 4*aloneRead)
		copy(data[at:], "\x0012.34.56\x00")
		found := resolve(t, set, FileFacts{SONAME: "libx.so"}, string(data))
		if len(found) != 1 || found[0].Version != "12.34.56" || found[0].Evidence[1].Offset != int64(at)+1 {
			t.Errorf("version at %d: found %v", at, found)
		}
	}
}

type failing struct{ error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.error }

func TestResolveReportsReadErrors(t *testing.T) {
	set := mustRead(t, "marks: [{text: 'abcdefg <version>'}]\n")
	fault := errors.New("disk on fire")
	_, err := set.Resolve(FileFacts{Path: "bin/y"}, failing{fault}, []bytesearch.Match{{Pattern: 0, Start: 4, End: 12}})
	if !errors.Is(err, fault) || !strings.Contains(err.Error(), "bin/y") {
		t.Errorf("error %v, want %v with the path", err, fault)
	}
	// A file that was cut after it was searched.
	if _, err := set.Resolve(FileFacts{}, strings.NewReader("abc"), []bytesearch.Match{{Pattern: 0, Start: 4, End: 12}}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v, want %v", err, io.ErrUnexpectedEOF)
	}
	if found, err := set.Resolve(FileFacts{}, strings.NewReader("abc"), []bytesearch.Match{{Pattern: 7}, {Pattern: -1}}); err != nil || found != nil {
		t.Errorf("hits of unknown patterns: %v, %v", found, err)
	}
	var empty Set
	if found, err := empty.Resolve(FileFacts{Path: "bin/busybox", SONAME: "libc.so.6"}, strings.NewReader(""), nil); err != nil || found != nil {
		t.Errorf("the zero Set: %v, %v", found, err)
	}
}

func TestMerge(t *testing.T) {
	ours, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := Read(fstest.MapFS{
		"busybox.yaml": {Data: []byte("id: busybox\nname: Our BusyBox\nlicense: MIT\nseen: [here]\nmarks: [{text: 'BusyBox v<version>'}]\nmatch: [{text: BusyBox v1.0, version: '1.0'}]\n")},
		"zz-own.yaml":  {Data: []byte("id: zz-own\nlicense: MIT\nseen: [here]\nmarks: [{text: 'Own daemon <version>'}]\nmatch: [{text: Own daemon 3.4, version: '3.4'}]\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	set, err := ours.Merge(theirs)
	if err != nil {
		t.Fatal(err)
	}
	if set.Len() != ours.Len()+1 {
		t.Errorf("%d signatures, want %d", set.Len(), ours.Len()+1)
	}
	if p := set.Lint(); len(p) > 0 {
		t.Errorf("lint: %v", p)
	}
	names := map[string]string{}
	for _, f := range resolve(t, set, FileFacts{}, "BusyBox v1.33.1\x00Own daemon 3.4\x00dnsmasq-2.85\x00") {
		names[f.Name] = f.Version
	}
	want := map[string]string{"Our BusyBox": "1.33.1", "zz-own": "3.4", "dnsmasq": "2.85"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestLintFinds(t *testing.T) {
	tests := []struct{ name, yaml, want string }{
		{"wrong version", "marks: [{text: 'abcdefg <version>'}]\nmatch: [{text: abcdefg 1.2, version: '1.3'}]\n", `x.yaml:5: match sample gives version ["1.2"], want "1.3"`},
		{"no match", "marks: [{text: 'abcdefg <version>'}]\nmatch: [{text: abcdef 1.2, version: '1.2'}]\n", "match sample gives nothing"},
		{"matches what it must not", "marks: [{text: 'abcdefg <version>'}]\nmatch: [{text: abcdefg 1.2, version: '1.2'}]\nno_match: [{text: abcdefg 1.3}]\n", `x.yaml:6: no_match sample gives version ["1.3"]`},
		{"untried mark", "marks: [{text: 'abcdefg <version>'}, {text: 'hijklmn <version>'}]\nmatch: [{text: abcdefg 1.2, version: '1.2'}]\n", "no match sample uses this mark"},
		{"no sample", "marks: [{text: 'abcdefg <version>'}]\n", "no match sample"},
		{"short", "marks: [{text: 'abcd <version>'}]\nmatch: [{text: abcd 1.2, version: '1.2'}]\n", `literal "abcd " has less than 7 bytes`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			problems := mustRead(t, tt.yaml).Lint()
			if len(problems) == 0 || !strings.Contains(problems[0].String(), tt.want) {
				t.Errorf("got %v, want %q", problems, tt.want)
			}
		})
	}
}

// Texts that name a component and a version and say nothing about what the
// file holds. None of them may make a component.
func TestMentionsAreNotComponents(t *testing.T) {
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	mentions := []string{
		"OpenSSH_2.*,OpenSSH_3.0*,OpenSSH_3.1*", "OpenSSH_6.6.1*", "OpenSSH_7.4",
		"requires openssl 1.0.2 or newer", "OpenSSL 1.0.1 and older", "NOTE: starting with OpenVPN 2.1, '--script-security 2' is required",
		"This feature needs Linux version 2.6.32 or newer", "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36",
		"Server: Apache/1.3 is vulnerable", "bugs in libpcap version 1.7, 1.8", "curl/7.58.0", "User-Agent: Wget/1.20",
		"the option was removed in ocserv 1.1.2", "compatible with BusyBox vi", "GLIBC_2.4", "TDB_1.2.1", "OPENSSL_1_1_0", "NCURSES6_TINFO_5.0.19991023",
		"udhcp client (v1.13.4) started", "python2.7 >= 2.7.3", "Python/3.6 aiohttp/3.4.4", "127.0.0.1", "1.2.3",
	}
	searcher, err := bytesearch.Compile(set.Patterns())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mentions {
		for _, f := range resolveWith(t, searcher, set, FileFacts{Path: "usr/bin/tool", Kind: ELF}, "\x00"+m+"\x00") {
			t.Errorf("%q gives %s %s by %q", m, f.Name, f.Version, f.Evidence[0].Match)
		}
	}
}

// FuzzResolve: no input makes Resolve fail, and all evidence is in the data.
func FuzzResolve(f *testing.F) {
	set, err := Builtin()
	if err != nil {
		f.Fatal(err)
	}
	s, err := bytesearch.Compile(set.Patterns())
	if err != nil {
		f.Fatal(err)
	}
	f.Add("lib/libz.so.1.2.11", "libz.so.1", []byte(" inflate 1.2.11 Copyright 1995-2017 \x001.2.11\x00"))
	f.Add("bin/busybox", "", []byte("BusyBox v1.30.1 (2020)"))
	f.Fuzz(func(t *testing.T, path, soname string, data []byte) {
		var hits []bytesearch.Match
		s.Search(data, func(m bytesearch.Match) { hits = append(hits, m) })
		found, err := set.Resolve(FileFacts{Path: filepath.ToSlash(path), Kind: ELF, SONAME: soname}, bytes.NewReader(data), hits)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range found {
			for _, e := range x.Evidence {
				if e.Length > 0 && e.Match != strings.ToValidUTF8(string(data[e.Offset:e.Offset+int64(min(e.Length, maxText))]), "�") {
					t.Errorf("%s: evidence %q is not at %d", x.Signature, e.Match, e.Offset)
				}
			}
		}
	})
}

// TestNumberOfALibraryThatIsLinked: headers put the number of the library that a
// program was built with into it; the library is in another file.
func TestNumberOfALibraryThatIsLinked(t *testing.T) {
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	searcher, err := bytesearch.Compile(set.Patterns())
	if err != nil {
		t.Fatal(err)
	}
	for _, needed := range [][]string{nil, {"libavutil.so.57", "libavcodec.so.59"}} {
		found := resolveWith(t, searcher, set, FileFacts{Path: "usr/bin/probe", Kind: ELF, Needed: needed}, "\x00Lavc59.37.100\x00")
		if len(found) != 1 || found[0].Version != "59.37.100" || found[0].Linked != (needed != nil) {
			t.Errorf("linked to %q: %+v", needed, found)
		}
	}
}
