package origindb

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
	"go.yaml.in/yaml/v4"
)

const schemas = "../../schema"

// asJSON reads YAML as an editor's validator does: by the core schema of YAML
// 1.2, in which a date is a string.
func asJSON(t *testing.T, n *yaml.Node) any {
	t.Helper()
	switch n.Kind {
	case yaml.DocumentNode:
		return asJSON(t, n.Content[0])
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = asJSON(t, n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		s := []any{}
		for _, c := range n.Content {
			s = append(s, asJSON(t, c))
		}
		return s
	}
	var v any
	if n.ShortTag() == "!!timestamp" {
		return n.Value
	}
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func compile(t *testing.T, kind string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(filepath.Join(schemas, kind+"-1.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemasAcceptTheData(t *testing.T) {
	for _, kind := range []string{"organization", "project", "list"} {
		s := compile(t, kind)
		files, err := filepath.Glob("data/" + kind + "s/*.yaml")
		if err != nil || len(files) == 0 {
			t.Fatalf("no %ss: %v", kind, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var n yaml.Node
			if err := yaml.Unmarshal(data, &n); err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(asJSON(t, &n)); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

func TestSchemasRefuse(t *testing.T) {
	const good = "id: a\nname: A\nkind: company\norigins:\n  - {country: PT, basis: registered, since: 2010, uncited: true}\nowners:\n  - {state: PT, share: \">50\", kind: state, sources: [s]}\nidentifiers:\n  - {kind: usb, value: \"1234\", uncited: true}\nsources:\n  s: {url: \"https://a.example/\", title: T, retrieved: 2026-01-01, says: x}\nreviewed: 2026-01-01\n"
	s := compile(t, "organization")
	validate := func(text string) error {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(text), &n); err != nil {
			t.Fatal(err)
		}
		return s.Validate(asJSON(t, &n))
	}
	if err := validate(good); err != nil {
		t.Fatal(err)
	}
	for old, bad := range map[string]string{
		"id: a":                        "id: A B",
		"kind: company":                "kind: firm",
		"since: 2010":                  "since: soon",
		"since: 2010, uncited: true":   "since: 2010",
		"state: PT,":                   "state: PT, organization: b,",
		"state: PT, ":                  "",
		"share: \">50\"":               "share: much",
		"kind: usb":                    "kind: org-name",
		"retrieved: 2026-01-01":        "retrieved: 2026",
		"title: T, ":                   "title: T, registry: x, ",
		"reviewed: 2026-01-01":         "reviewd: 2026-01-01",
		"name: A\n":                    "",
		"basis: registered":            "basis: rumoured",
		"identifiers:\n  - {kind: usb": "identifiers:\n  - {colour: red, kind: usb",
	} {
		text := strings.Replace(good, old, bad, 1)
		if text == good {
			t.Fatalf("%q is not in the record", old)
		}
		if validate(text) == nil {
			t.Errorf("accepted %q for %q", bad, old)
		}
	}
}

// The schemas know the fields and the values of the types in package
// provenance, no more and no fewer.
func TestSchemasMatchTheTypes(t *testing.T) {
	read := func(kind string) map[string]any {
		data, err := os.ReadFile(filepath.Join(schemas, kind+"-1.schema.json"))
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := yaml.Unmarshal(data, &m); err != nil { // JSON is YAML
			t.Fatal(err)
		}
		return m
	}
	get := func(m map[string]any, path ...string) map[string]any {
		for _, p := range path {
			next, ok := m[p].(map[string]any)
			if !ok {
				t.Fatalf("no %s of %v", p, path)
			}
			m = next
		}
		return m
	}
	var fields func(typ reflect.Type) []string
	fields = func(typ reflect.Type) (names []string) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			tag, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			if strings.Contains(opts, "inline") {
				names = append(names, fields(f.Type)...)
			} else if tag != "" {
				names = append(names, tag)
			}
		}
		return names
	}
	same := func(what string, properties map[string]any, typ reflect.Type) {
		t.Helper()
		var got []string
		for k := range properties {
			got = append(got, k)
		}
		want := fields(typ)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %v, the type %v", what, got, want)
		}
	}
	org, project, list := read("organization"), read("project"), read("list")
	same("organization", get(org, "properties"), reflect.TypeFor[provenance.Organization]())
	same("project", get(project, "properties"), reflect.TypeFor[provenance.Project]())
	same("list", get(list, "properties"), reflect.TypeFor[provenance.List]())
	for _, s := range []map[string]any{org, project} {
		same("name", get(s, "$defs", "name", "properties"), reflect.TypeFor[provenance.Name]())
		same("identifier", get(s, "$defs", "identifier", "properties"), reflect.TypeFor[provenance.Identifier]())
		same("retraction", get(s, "$defs", "retraction", "properties"), reflect.TypeFor[provenance.Retraction]())
	}
	same("origin", get(org, "$defs", "origin", "properties"), reflect.TypeFor[provenance.Origin]())
	same("owner", get(org, "$defs", "owner", "properties"), reflect.TypeFor[provenance.Owner]())
	same("steward", get(project, "$defs", "steward", "properties"), reflect.TypeFor[provenance.Steward]())
	same("community", get(project, "$defs", "community", "properties"), reflect.TypeFor[provenance.Community]())
	same("entry", get(list, "$defs", "entry", "properties"), reflect.TypeFor[provenance.ListEntry]())

	enum := func(m map[string]any, path ...string) []string {
		var out []string
		for _, v := range get(m, path...)["enum"].([]any) {
			out = append(out, fmt.Sprint(v))
		}
		return out
	}
	var kinds, roles []string
	for _, k := range provenance.IdentifierKinds() {
		kinds = append(kinds, k.String())
	}
	for _, r := range sbom.Roles() {
		roles = append(roles, r.String())
	}
	for _, s := range []map[string]any{org, project} {
		if got := enum(s, "$defs", "identifier", "properties", "kind"); !slices.Equal(got, kinds) {
			t.Errorf("kinds %v, want %v", got, kinds)
		}
		if got := enum(s, "$defs", "identifier", "properties", "role"); !slices.Equal(got, roles) {
			t.Errorf("roles %v, want %v", got, roles)
		}
	}
}
