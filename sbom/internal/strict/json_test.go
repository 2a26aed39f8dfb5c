package strict

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/touchmark-dev/touchmark/internal/testshared"
)

// schemaDir is the folder of schemas of the cyclonedx-go module.
func schemaDir(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Fatalf("go list -m: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "schema")
}

// validators compiles the published schemas with a full validator of JSON
// schemas.
func validators(t testing.TB) map[string]*jsonschema.Schema {
	t.Helper()
	dir := schemaDir(t)
	c := jsonschema.NewCompiler()
	add := func(url, file string) {
		f, err := os.Open(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		doc, err := jsonschema.UnmarshalJSON(f)
		if err != nil {
			t.Fatal(err)
		}
		// Every schema names itself; some by an $id that other versions of the
		// schema share, so the file's name is put in.
		doc.(map[string]any)["$id"] = url
		if err := c.AddResource(url, doc); err != nil {
			t.Fatal(err)
		}
	}
	const base = "http://cyclonedx.org/schema/"
	add(base+"spdx.schema.json", "spdx.schema.json")
	add(base+"jsf-0.82.schema.json", "jsf-0.82.schemax.json")
	// The module does not carry this one. The words are from the table's own
	// source.
	data, err := os.ReadFile("internal/generate/cryptography.txt")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string][]any{}
	for line := range strings.Lines(string(data)) {
		if k, w, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			words[k] = append(words[k], w)
		}
	}
	enum := func(k string) any { return map[string]any{"type": "string", "enum": words[k]} }
	if err := c.AddResource(base+"cryptography-defs.schema.json", map[string]any{
		"$schema": "http://json-schema.org/draft-07/schema#",
		"definitions": map[string]any{
			"algorithmFamiliesEnum": enum("family"), "ellipticCurvesEnum": enum("curve")}}); err != nil {
		t.Fatal(err)
	}
	out := map[string]*jsonschema.Schema{}
	for v, file := range map[string]string{"1.2": "bom-1.2", "1.2-strict": "bom-1.2-strict", "1.3": "bom-1.3", "1.3-strict": "bom-1.3-strict", "1.4": "bom-1.4", "1.5": "bom-1.5", "1.6": "bom-1.6", "1.7": "bom-1.7"} {
		add(base+file+".schema.json", file+".schema.json")
		s, err := c.Compile(base + file + ".schema.json")
		if err != nil {
			t.Fatal(err)
		}
		out[v] = s
	}
	return out
}

// check returns our violations of a schema.
func check(t testing.TB, data []byte, version string) []Violation {
	t.Helper()
	tree, err := ParseJSON(string(data), 512)
	if err != nil {
		return []Violation{{Rule: "syntax", Message: err.Error()}}
	}
	var found []Violation
	if err := CheckJSON(context.Background(), tree, len(data), version, "", func(v Violation) {
		if v.Schema {
			found = append(found, v)
		}
	}); err != nil {
		t.Fatal(err)
	}
	return found
}

func oracle(t testing.TB, s *jsonschema.Schema, data []byte) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

// document is a JSON document of CycloneDX of the corpora.
type document struct {
	name, version string
	data          []byte
}

func cyclonedxJSON(t testing.TB) []document {
	t.Helper()
	var docs []document
	add := func(name, path string) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
		var head struct {
			SpecVersion any `json:"specVersion"`
		}
		_ = json.Unmarshal(data, &head)
		docs = append(docs, document{name, fmt.Sprint(head.SpecVersion), data})
	}
	own, err := filepath.Glob(filepath.Join(filepath.Dir(schemaDir(t)), "testdata", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range own {
		add("cyclonedx-go/"+filepath.Base(p), p)
	}
	dir := filepath.Join(testshared.Dir(t), "corpus", "sbom")
	f, err := os.Open(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if row[5] == "cyclonedx" && row[7] == "json" {
			add(row[0], filepath.Join(dir, row[0]))
		}
	}
	return docs
}

// TestJSONVerdict holds our verdict against that of a full validator, for every
// document and every version: a document of another version is a document
// full of violations.
func TestJSONVerdict(t *testing.T) {
	schemas := validators(t)
	docs := cyclonedxJSON(t)
	valid, invalid := 0, 0
	for _, d := range docs {
		for version, s := range schemas {
			if len(d.data) > 1<<20 && version != d.version {
				continue
			}
			want := oracle(t, s, d.data)
			got := check(t, d.data, version)
			if (want == nil) != (len(got) == 0) {
				t.Errorf("%s as %s: the validator says %v, ours %v", d.name, version, want, got)
			}
			if want == nil {
				valid++
			} else {
				invalid++
			}
		}
	}
	t.Logf("%d documents, %d valid and %d invalid verdicts", len(docs), valid, invalid)
}

// mutants calls f with altered copies of a document: each member deleted, each
// value replaced by one of another sort, members added, items doubled. Which of
// them are made is decided by a fixed sequence.
func mutants(t testing.TB, data []byte, most int, rnd *rand.Rand, f func(what string, data []byte)) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var doc any
	if err := dec.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	type place struct {
		what  string
		apply func() (undo func())
	}
	var places []place
	words := []any{nil, true, json.Number("0"), json.Number("-1"), json.Number("1.5"), json.Number("2e0"), json.Number("70000"), "", "x", "MIT", "a b\\c",
		"http://[", "2024-01-01T00:00:00Z", "2024-13-01", "0123456789abcdef0123456789ABCDEF", "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#x", []any{}, map[string]any{}}
	var walk func(v any, path string, set func(any))
	walk = func(v any, path string, set func(any)) {
		if set != nil {
			for _, w := range words {
				places = append(places, place{fmt.Sprintf("%s = %v", path, w), func() func() { set(w); return func() { set(v) } }})
			}
			if s, ok := v.(string); ok {
				for _, w := range []string{s + "x", strings.ToUpper(s), s + "\n"} {
					places = append(places, place{path + " = " + w, func() func() { set(w); return func() { set(v) } }})
				}
			}
		}
		switch v := v.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				old := v[k]
				places = append(places, place{"without " + path + "/" + k, func() func() { delete(v, k); return func() { v[k] = old } }})
				places = append(places, place{"renamed " + path + "/" + k, func() func() {
					delete(v, k)
					v[k+"x"] = old
					return func() { delete(v, k+"x"); v[k] = old }
				}})
				walk(old, path+"/"+k, func(w any) { v[k] = w })
			}
			for _, k := range []string{"extra", "name", "id", "expression", "license", "text", "url", "version", "versionRange", "isExternal", "value"} {
				if _, ok := v[k]; !ok {
					places = append(places, place{"added " + path + "/" + k, func() func() { v[k] = "x"; return func() { delete(v, k) } }})
				}
			}
		case []any:
			for i, e := range v {
				walk(e, fmt.Sprintf("%s/%d", path, i), func(w any) { v[i] = w })
				if set != nil {
					places = append(places, place{fmt.Sprintf("twice %s/%d", path, i), func() func() { set(append(slices.Clone(v), e)); return func() { set(v) } }})
				}
			}
		}
	}
	walk(doc, "", nil)
	rnd.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
	for _, p := range places[:min(most, len(places))] {
		undo := p.apply()
		out, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		undo()
		f(p.what, out)
	}
}

// TestJSONMutants holds our verdict against that of a full validator for
// thousands of documents with one thing altered.
func TestJSONMutants(t *testing.T) {
	schemas := validators(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	most := 60
	if testing.Short() {
		most = 20
	}
	valid, invalid, violations := 0, 0, 0
	rules := map[string]int{}
	for _, d := range cyclonedxJSON(t) {
		s := schemas[d.version]
		if s == nil || len(d.data) > 40<<10 {
			continue
		}
		mutants(t, d.data, most, rnd, func(what string, data []byte) {
			want := oracle(t, s, data)
			got := check(t, data, d.version)
			if (want == nil) != (len(got) == 0) {
				t.Errorf("%s, %s: the validator says %v, ours %v", d.name, what, want, got)
			}
			if want == nil {
				valid++
			} else {
				invalid++
				violations += len(got)
				for _, v := range got {
					rules[v.Rule]++
				}
			}
		})
	}
	t.Logf("%d mutants valid, %d invalid; violations by keyword: %v", valid, invalid, rules)
	if n := valid + invalid; !testing.Short() && n < 8000 {
		t.Errorf("only %d mutants", n)
	}
}
