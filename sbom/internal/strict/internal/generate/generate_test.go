package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestTablesAreFresh generates the tables again.
func TestTablesAreFresh(t *testing.T) {
	dir, version, err := moduleDir()
	if err != nil {
		t.Fatal(err)
	}
	want, err := tables(dir, version)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range want {
		have, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, data) {
			t.Errorf("%s is not what the schemas of %s %s give: run go generate ./sbom/internal/strict", name, schemaModule, version)
		}
		if len(data) > 300<<10 {
			t.Errorf("%s has %d bytes", name, len(data))
		}
	}
}

// TestUnknownKeyword checks that nothing of a schema is passed over.
func TestUnknownKeyword(t *testing.T) {
	g := &jsonGenerator{files: map[string]any{}, ids: map[string]int{}}
	for _, s := range []any{
		map[string]any{"contains": map[string]any{}},
		map[string]any{"format": "hostname"},
		map[string]any{"patternProperties": map[string]any{}},
		map[string]any{"properties": map[string]any{"a": map[string]any{"propertyNames": true}}},
		"no schema",
	} {
		if _, err := g.node("test", "", s); err == nil {
			t.Errorf("%v: accepted", s)
		}
		clear(g.ids)
	}
	for _, x := range []string{
		`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:complexType name="a"><xs:all/></xs:complexType></xs:schema>`,
		`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:complexType name="a"><xs:sequence><xs:element ref="b"/></xs:sequence></xs:complexType></xs:schema>`,
		`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:complexType name="a"><xs:attribute name="b" fixed="c"/></xs:complexType></xs:schema>`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.xsd"), []byte(x), 0o644); err != nil {
			t.Fatal(err)
		}
		g := &xmlGenerator{dir: dir, sums: map[string]string{}, named: map[string]int{}, decls: map[string]*element{}, file: "a.xsd"}
		if err := g.declare("a.xsd", "spdx"); err != nil {
			continue
		}
		if _, err := g.complex(g.decls["spdx type a"]); err == nil {
			t.Errorf("%s: accepted", x)
		}
	}
}
