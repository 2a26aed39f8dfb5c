package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom/internal/strict"
)

//go:embed cryptography.txt
var cryptography string

// jsonRoots are the schemas whose table is written, by the version of
// CycloneDX. Of 1.2 and 1.3 there is a strict variant too, which refuses
// members that it does not name. From 1.4 on there is one schema, which does.
var jsonRoots = map[string]string{
	"1.2": "bom-1.2.schema.json", "1.2-strict": "bom-1.2-strict.schema.json",
	"1.3": "bom-1.3.schema.json", "1.3-strict": "bom-1.3-strict.schema.json",
	"1.4": "bom-1.4.schema.json",
	"1.5": "bom-1.5.schema.json",
	"1.6": "bom-1.6.schema.json",
	"1.7": "bom-1.7.schema.json",
}

// annotations are the keywords that assert nothing.
var annotations = []string{"title", "description", "$comment", "default", "examples", "$schema", "$id", "deprecated", "meta:enum"}

// formats says which formats the table keeps. idn-email is one of the
// specification's rules and not of the schema's: validators are free not to
// check formats (draft-07 validation, 7.2), and this one none of the usual
// ones does. "string" is no format at all.
var formats = map[string]bool{
	"date-time": true, "date": true, "iri-reference": true, "uri": true,
	"idn-email": false, "string": false,
}

type jsonGenerator struct {
	dir   string
	files map[string]any    // parsed schemas by name
	sums  map[string]string // SHA-256 by name
	ids   map[string]int    // node by file and pointer
	nodes []strict.Schema
}

// jsonTable returns the table of the JSON schemas in dir.
func jsonTable(dir, version string) ([]byte, error) {
	g := &jsonGenerator{dir: dir, files: map[string]any{}, sums: map[string]string{}, ids: map[string]int{}, nodes: make([]strict.Schema, 1)}
	roots := map[string]int{}
	for _, v := range slices.Sorted(maps.Keys(jsonRoots)) {
		id, err := g.schemaAt(jsonRoots[v], "")
		if err != nil {
			return nil, err
		}
		roots[v] = id
	}
	nodes, class := minimise(g.nodes, jsonChildren)
	for v := range roots {
		roots[v] = class[roots[v]]
	}
	return table(version, g.sums, roots, nodes)
}

// file returns a parsed schema.
func (g *jsonGenerator) file(name string) (any, error) {
	if f, ok := g.files[name]; ok {
		return f, nil
	}
	if name == "cryptography-defs.schema.json" {
		f := cryptographyDefs()
		g.files[name] = f
		return f, nil
	}
	at := name
	if name == "jsf-0.82.schema.json" {
		at = "jsf-0.82.schemax.json" // as the module calls it
	}
	data, err := os.ReadFile(filepath.Join(g.dir, at))
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var f any
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if m, ok := f.(map[string]any); !ok || m["$schema"] != "http://json-schema.org/draft-07/schema#" {
		return nil, fmt.Errorf("%s: not of draft-07", name)
	}
	g.files[name], g.sums[at] = f, sum(data)
	return f, nil
}

// cryptographyDefs is what CycloneDX 1.7 refers to of a schema that the module
// does not carry.
func cryptographyDefs() any {
	words := map[string][]any{}
	for line := range strings.Lines(cryptography) {
		if k, w, ok := strings.Cut(strings.TrimSpace(line), " "); ok && k != "#" {
			words[k] = append(words[k], w)
		}
	}
	enum := func(k string) any { return map[string]any{"type": "string", "enum": words[k]} }
	return map[string]any{"definitions": map[string]any{"algorithmFamiliesEnum": enum("family"), "ellipticCurvesEnum": enum("curve")}}
}

// schemaAt returns the node of the schema at a pointer of a file.
func (g *jsonGenerator) schemaAt(file, pointer string) (int, error) {
	at, err := g.file(file)
	if err != nil {
		return 0, err
	}
	for _, p := range strings.Split(pointer, "/")[1:] {
		p = strings.ReplaceAll(strings.ReplaceAll(p, "~1", "/"), "~0", "~")
		m, ok := at.(map[string]any)
		if !ok || m[p] == nil {
			return 0, fmt.Errorf("%s#%s: not there", file, pointer)
		}
		at = m[p]
	}
	return g.node(file, pointer, at)
}

// node returns the number of a schema's node.
func (g *jsonGenerator) node(file, pointer string, s any) (int, error) {
	key := file + "#" + pointer
	if id, ok := g.ids[key]; ok {
		return id, nil
	}
	fail := func(format string, args ...any) (int, error) {
		return 0, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...))
	}
	if b, ok := s.(bool); ok {
		if b {
			return 0, nil
		}
		g.nodes = append(g.nodes, strict.Schema{False: true})
		return len(g.nodes) - 1, nil
	}
	m, ok := s.(map[string]any)
	if !ok {
		return fail("no schema")
	}
	// Beside a $ref nothing counts (draft-07 core, 8.3).
	if ref, ok := m["$ref"].(string); ok {
		name, fragment, _ := strings.Cut(ref, "#")
		if name == "" {
			name = file
		}
		return g.schemaAt(name, fragment)
	}
	id := len(g.nodes)
	g.ids[key] = id
	g.nodes = append(g.nodes, strict.Schema{})
	var n strict.Schema
	sub := func(name string, s any) (int, error) { return g.node(file, pointer+"/"+name, s) }
	subs := func(name string, s any) (ids []int, err error) {
		list, ok := s.([]any)
		if !ok || len(list) == 0 {
			return nil, fmt.Errorf("%s: %s is no list", key, name)
		}
		for i, e := range list {
			id, err := sub(fmt.Sprintf("%s/%d", name, i), e)
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
		return ids, nil
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		v := m[k]
		var err error
		switch k {
		case "definitions":
			// Reached by reference.
		case "type":
			n.Types, err = types(v)
		case "enum":
			n.Enum, err = values(v)
		case "const":
			n.Enum, err = values([]any{v})
		case "required":
			n.Required, err = texts(v)
		case "properties":
			props, ok := v.(map[string]any)
			if !ok {
				return fail("properties is no object")
			}
			n.Props = map[string]int{}
			for _, name := range slices.Sorted(maps.Keys(props)) {
				p := strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
				if n.Props[name], err = sub("properties/"+p, props[name]); err != nil {
					return 0, err
				}
			}
		case "additionalProperties":
			n.Extra, err = sub(k, v)
		case "items":
			if list, ok := v.([]any); ok {
				n.ItemList, err = subs(k, list)
			} else {
				n.Items, err = sub(k, v)
			}
		case "additionalItems":
			// Without a list of items it says nothing (draft-07 validation, 6.4.2).
			if _, ok := m["items"].([]any); ok {
				n.More, err = sub(k, v)
			}
		case "uniqueItems":
			n.Unique = v == true
		case "minItems":
			n.MinItems, err = natural(v)
		case "maxItems":
			n.MaxItems, err = pointerTo(natural(v))
		case "minLength":
			n.MinLen, err = natural(v)
		case "maxLength":
			n.MaxLen, err = pointerTo(natural(v))
		case "minimum":
			n.Min, err = pointerTo(real(v))
		case "maximum":
			n.Max, err = pointerTo(real(v))
		case "pattern":
			n.Pattern, ok = v.(string)
			if !ok {
				return fail("pattern is no string")
			}
			if strings.Trim(n.Pattern, "^$()") == ".*" && strings.HasPrefix(n.Pattern, "^") {
				n.Pattern = "^.*$"
			}
		case "format":
			f, _ := v.(string)
			keep, known := formats[f]
			if !known {
				return fail("format %q is not known", v)
			}
			if keep {
				n.Format = f
			}
		case "allOf":
			n.AllOf, err = subs(k, v)
		case "anyOf":
			n.AnyOf, err = subs(k, v)
		case "oneOf":
			n.OneOf, err = subs(k, v)
		case "not":
			if n.Not, err = sub(k, v); n.Not == 0 && err == nil {
				return fail("not of everything")
			}
		case "if":
			n.If, err = sub(k, v)
		case "then":
			n.Then, err = sub(k, v)
		case "else":
			n.Else, err = sub(k, v)
		default:
			if !slices.Contains(annotations, k) {
				return fail("keyword %q is not implemented", k)
			}
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", k, err)
		}
	}
	if n.If == 0 {
		n.Then, n.Else = 0, 0
	}
	g.nodes[id] = n
	return id, nil
}

func types(v any) (string, error) {
	letters := map[string]string{"object": "o", "array": "a", "string": "s", "number": "n", "integer": "i", "boolean": "b", "null": "z"}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	out := ""
	for _, e := range list {
		s, _ := e.(string)
		if letters[s] == "" {
			return "", fmt.Errorf("no type: %v", e)
		}
		out += letters[s]
	}
	return out, nil
}

func values(v any) ([]json.RawMessage, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("no list: %v", v)
	}
	var out []json.RawMessage
	for _, e := range list {
		switch e.(type) {
		case string, bool, json.Number, nil:
		default:
			return nil, fmt.Errorf("a value that is no scalar: %v", e)
		}
		b, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

func texts(v any) ([]string, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("no list: %v", v)
	}
	var out []string
	for _, e := range list {
		s, ok := e.(string)
		if !ok {
			return nil, fmt.Errorf("no string: %v", e)
		}
		out = append(out, s)
	}
	return out, nil
}

func natural(v any) (int, error) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, fmt.Errorf("no number: %v", v)
	}
	i, err := n.Int64()
	if err == nil && i < 0 {
		err = fmt.Errorf("negative: %v", v)
	}
	return int(i), err
}

func real(v any) (float64, error) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, fmt.Errorf("no number: %v", v)
	}
	return n.Float64()
}

func pointerTo[T any](v T, err error) (*T, error) { return &v, err }

// jsonChildren returns the node with every number of another one replaced.
func jsonChildren(n strict.Schema, f func(int) int) strict.Schema {
	list := func(in []int) []int {
		if in == nil {
			return nil
		}
		out := make([]int, len(in))
		for i, c := range in {
			out[i] = f(c)
		}
		return out
	}
	if n.Props != nil {
		props := make(map[string]int, len(n.Props))
		for _, k := range slices.Sorted(maps.Keys(n.Props)) {
			props[k] = f(n.Props[k])
		}
		n.Props = props
	}
	for _, p := range []*int{&n.Extra, &n.Items, &n.More, &n.Not, &n.If, &n.Then, &n.Else} {
		*p = f(*p)
	}
	n.ItemList, n.AllOf, n.AnyOf, n.OneOf = list(n.ItemList), list(n.AllOf), list(n.AnyOf), list(n.OneOf)
	return n
}
