package sbom_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/touchmark-dev/touchmark/sbom"
)

func patch(t *testing.T, doc string, ins ...sbom.Insertion) (string, error) {
	t.Helper()
	d := read(t, doc)
	var out bytes.Buffer
	err := sbom.Patch(context.Background(), &out, strings.NewReader(doc), d, ins, &sbom.WriteOptions{Created: "2026-01-02T03:04:05Z", Tool: "touchmark 1"})
	return out.String(), err
}

func TestPatch(t *testing.T) {
	x := []sbom.Property{{Name: "x", Value: "1 & 2"}}
	maker := &sbom.Party{Name: "Maker <Ltd>"}
	for _, test := range []struct {
		name, doc string
		ins       []sbom.Insertion
		want      string
	}{
		{"properties where there are none", `{"bomFormat":"CycloneDX","specVersion":"1.6", "components": [ {"name":"a" } , {"name":"b"}]}`,
			[]sbom.Insertion{{Place: "/components/1", Properties: x}},
			`{"bomFormat":"CycloneDX","specVersion":"1.6", "components": [ {"name":"a" } , {"name":"b","properties":[{"name":"x","value":"1 \u0026 2"}]}]}`},
		{"properties beside others", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"properties":[{"name":"y","unknown":[1]} ],"name":"a"}],"properties":[]}`,
			[]sbom.Insertion{{Place: "/components/0", Properties: x}, {Properties: x}},
			`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"properties":[{"name":"y","unknown":[1]} ,{"name":"x","value":"1 \u0026 2"}],"name":"a"}],"properties":[{"name":"x","value":"1 \u0026 2"}]}`},
		{"a manufacturer and a citation", `{"bomFormat":"CycloneDX","specVersion":"1.7","components":[{"name":"a"}]}`,
			[]sbom.Insertion{{Place: "/components/0", Manufacturer: &sbom.Party{Name: "M"}}, {Citations: []sbom.Citation{{Pointers: []string{"/components/0/manufacturer"}, Timestamp: "2026-01-01T00:00:00Z"}}}},
			`{"bomFormat":"CycloneDX","specVersion":"1.7","components":[{"name":"a","manufacturer":{"name":"M"}}],"citations":[{"pointers":["/components/0/manufacturer"],"timestamp":"2026-01-01T00:00:00Z"}]}`},
		{"a nested component of the subject", `{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"name":"s","components":[{"name":"n"}]}}}`,
			[]sbom.Insertion{{Place: "/metadata/component/components/0", Properties: x}},
			`{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"name":"s","components":[{"name":"n","properties":[{"name":"x","value":"1 \u0026 2"}]}]}}}`},
		{"SPDX 2", `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"a"},{"name":"b"}]}`,
			[]sbom.Insertion{{Place: "/packages/0", Properties: []sbom.Property{{Name: "x", Value: "1"}}}},
			`{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"a","annotations":[{"annotationDate":"2026-01-02T03:04:05Z","annotationType":"OTHER","annotator":"Tool: touchmark-1","comment":"x 1"}]},{"name":"b"}]}`},
		{"SPDX 3", `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"urn:a","name":"a"}]}`,
			[]sbom.Insertion{{Place: "/@graph/0", Properties: []sbom.Property{{Name: "x", Value: "1"}}}},
			`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"urn:a","name":"a","extension":[{"type":"extension_CdxPropertiesExtension","extension_cdxProperty":[{"type":"extension_CdxPropertyEntry","extension_cdxPropName":"x","extension_cdxPropValue":"1"}]}]}]}`},
		{"XML, in the order of the schema", `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><supplier><name>S</name></supplier><name>a</name><!-- kept --><evidence/></component></components><!-- end --></bom>`,
			[]sbom.Insertion{{Place: "/bom/components/component[1]", Properties: x, Manufacturer: maker}},
			`<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><supplier><name>S</name></supplier><manufacturer><name>Maker &lt;Ltd&gt;</name></manufacturer><name>a</name><!-- kept --><properties><property name="x">1 &amp; 2</property></properties><evidence/></component></components><!-- end --></bom>`},
		{"XML, properties that are there, and an empty list of them, with a prefix", `<c:bom xmlns:c="http://cyclonedx.org/schema/bom/1.4"><c:components><c:component><c:name>a</c:name><c:properties><c:property name="y"/></c:properties></c:component><c:component><c:properties/></c:component></c:components></c:bom>`,
			[]sbom.Insertion{{Place: "/bom/components/component[1]", Properties: x}, {Place: "/bom/components/component[2]", Properties: x}},
			`<c:bom xmlns:c="http://cyclonedx.org/schema/bom/1.4"><c:components><c:component><c:name>a</c:name><c:properties><c:property name="y"/><c:property name="x">1 &amp; 2</c:property></c:properties></c:component><c:component><c:properties><c:property name="x">1 &amp; 2</c:property></c:properties></c:component></c:components></c:bom>`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := patch(t, test.doc, test.ins...)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestPatchRefuses(t *testing.T) {
	x := []sbom.Property{{Name: "x", Value: "1"}}
	cdx := func(version, component string) string {
		return `{"bomFormat":"CycloneDX","specVersion":"` + version + `","components":[` + component + `]}`
	}
	for name, test := range map[string]struct {
		doc string
		in  sbom.Insertion
	}{
		"no such place":        {cdx("1.6", `{"name":"a"}`), sbom.Insertion{Place: "/components/1", Properties: x}},
		"a manufacturer twice": {cdx("1.6", `{"name":"a","manufacturer":{"name":"b"}}`), sbom.Insertion{Place: "/components/0", Manufacturer: &sbom.Party{Name: "M"}}},
		"an old version":       {cdx("1.5", `{"name":"a"}`), sbom.Insertion{Place: "/components/0", Manufacturer: &sbom.Party{Name: "M"}}},
		"no properties":        {cdx("1.2", `{"name":"a"}`), sbom.Insertion{Place: "/components/0", Properties: x}},
		"properties no list":   {cdx("1.6", `{"name":"a","properties":{}}`), sbom.Insertion{Place: "/components/0", Properties: x}},
		"tag-value":            {"SPDXVersion: SPDX-2.3\nPackageName: a\n", sbom.Insertion{Place: "line 2", Properties: x}},
	} {
		if _, err := patch(t, test.doc, test.in); !errors.Is(err, sbom.ErrPatch) {
			t.Errorf("%s: %v, want ErrPatch", name, err)
		}
	}
	d := read(t, oneComponent)
	other := strings.Replace(oneComponent, `"a"`, `"b"`, 1)
	if err := sbom.Patch(context.Background(), &bytes.Buffer{}, strings.NewReader(other), d, nil, nil); !errors.Is(err, sbom.ErrPatch) {
		t.Errorf("other bytes: %v, want ErrPatch", err)
	}
}

// TestPatchCorpus patches every component of every document that can be
// patched. Without an insertion the bytes are the same; with them, what is read
// is the same but for the insertions.
func TestPatchCorpus(t *testing.T) {
	dir, rows := manifest(t)
	patched := 0
	for _, row := range rows {
		if row.components > 500 {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, row.path))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := sbom.Read(context.Background(), bytes.NewReader(data), nil)
		if err != nil {
			continue // TestReadCorpus says so
		}
		var out bytes.Buffer
		if err := sbom.Patch(context.Background(), &out, bytes.NewReader(data), doc, nil, nil); err != nil {
			if hasProblem(doc, "broken-json", "") || hasProblem(doc, "broken-xml", "") || strings.HasPrefix(row.encoding, "compressed") || strings.Contains(row.oddities, "utf16") {
				continue
			}
			t.Errorf("%s: nothing to put in: %v", row.path, err)
			continue
		}
		if !bytes.Equal(out.Bytes(), data) {
			t.Errorf("%s: changed without an insertion", row.path)
			continue
		}
		if row.encoding == "xml" && row.format == "spdx" {
			continue
		}
		want := sbom.Property{Name: "test:place", Value: "here"}
		var ins []sbom.Insertion
		if doc.Subject != nil {
			ins = append(ins, sbom.Insertion{Place: doc.Subject.Place, Properties: []sbom.Property{want}})
		}
		for _, c := range doc.Components {
			ins = append(ins, sbom.Insertion{Place: c.Place, Properties: []sbom.Property{want}})
		}
		out.Reset()
		err = sbom.Patch(context.Background(), &out, bytes.NewReader(data), doc, ins, nil)
		if errors.Is(err, sbom.ErrPatch) {
			switch row.encoding {
			case "json", "json-ld":
				if row.format == "cyclonedx" && (row.version < "1.3" || row.version == "none/unreadable") || strings.Contains(row.oddities, "wrapped") {
					continue
				}
				t.Errorf("%s: %v", row.path, err)
			case "xml":
				if row.version >= "1.3" && row.version[0] == '1' {
					t.Errorf("%s: %v", row.path, err)
				}
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", row.path, err)
			continue
		}
		got, err := sbom.Read(context.Background(), bytes.NewReader(out.Bytes()), nil)
		if err != nil {
			t.Errorf("%s: %v", row.path, err)
			continue
		}
		patched++
		if row.format == "cyclonedx" {
			for i := range doc.Components {
				doc.Components[i].Properties = append(doc.Components[i].Properties[:len(doc.Components[i].Properties):len(doc.Components[i].Properties)], want)
			}
			if doc.Subject != nil {
				doc.Subject.Properties = append(doc.Subject.Properties[:len(doc.Subject.Properties):len(doc.Subject.Properties)], want)
			}
		}
		doc.Source.SHA256, got.Source.SHA256 = "", ""
		for _, d := range []*sbom.Document{doc, got} {
			for i := range d.Problems {
				if strings.HasPrefix(d.Problems[i].Place, "offset ") {
					d.Problems[i].Place = "" // moved by what was put in
				}
			}
		}
		if row.encoding != "json-ld" {
			if d := cmp.Diff(doc, got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("%s (-want +got):\n%s", row.path, d)
			}
		}
	}
	if patched < 200 {
		t.Errorf("only %d documents patched", patched)
	}
	t.Logf("%d documents patched", patched)
}

// A field is filled in only where it names nobody, and what is in a list stays
// in its layout.
// The elements that are put into SPDX 3 have a version as the specification
// wants it, also where the document does not.
func TestPatchFillVersion(t *testing.T) {
	for version, want := range map[string]string{"3.0": "3.0.1", "3.0.0": "3.0.0", "3.0.1": "3.0.1"} {
		text := `{"@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"` + version + `","created":"2026-01-02T03:04:05Z"},` +
			`{"type":"software_Package","spdxId":"urn:a","creationInfo":"_:c","name":"a"}]}`
		var out bytes.Buffer
		err := sbom.Patch(context.Background(), &out, strings.NewReader(text), read(t, text), []sbom.Insertion{{Place: "/@graph/1", Supplier: &sbom.Party{Name: "Acme"},
			Properties: []sbom.Property{{Name: sbom.FilledSupplier, Value: "Acme"}}}}, &sbom.WriteOptions{Created: "2026-01-02T03:04:05Z", Derived: []string{sbom.FilledSupplier}})
		if err != nil {
			t.Fatal(err)
		}
		if ours := `"@id":"_:touchmark","specVersion":"` + want + `"`; !strings.Contains(out.String(), ours) {
			t.Errorf("of %s: no %s in\n%s", version, ours, out.String())
		}
	}
}

func TestPatchFill(t *testing.T) {
	derived := &sbom.WriteOptions{Created: "2026-01-02T03:04:05Z", Tool: "touchmark 1", Derived: []string{"d:", sbom.FilledSupplier, sbom.FilledSupplier + ":was"}}
	in := func(place string) sbom.Insertion {
		return sbom.Insertion{Place: place, Supplier: &sbom.Party{Name: "Acme"}, Properties: []sbom.Property{{Name: "d:x", Value: "1"}, {Name: sbom.FilledSupplier, Value: "Acme"}}}
	}
	const ours = `{"name":"d:x","value":"1"},{"name":"touchmark:filled:supplier","value":"Acme"}`
	for _, test := range []struct {
		name, doc string
		in        sbom.Insertion
		want      string // empty for an ErrPatch
	}{
		{"a null", `{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"name":"a", "supplier" : null }]}`, in("/components/0"),
			`{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"name":"a", "supplier" : {"name":"Acme"} ,"properties":[` + ours + `]}]}`},
		{"an object with nothing in it", `{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"supplier":{"name":""},"name":"a"}]}`, in("/components/0"),
			`{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"supplier":{"name":"Acme"},"name":"a","properties":[` + ours + `]}]}`},
		{"a contact", `{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"supplier":{"contact":[{"phone":"1"}]},"name":"a"}]}`, in("/components/0"), ""},
		{"a name", `{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"supplier":{"name":"B"},"name":"a"}]}`, in("/components/0"), ""},
		{"old properties first, in the midst and last", `{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"name":"a","properties":[ {"name":"d:y"}, {"name":"k"},
 {"name":"d:z"} , {"name":"l"}, {"name":"d:y"}
]}]}`, sbom.Insertion{Place: "/components/0", Properties: []sbom.Property{{Name: "d:x", Value: "1"}}},
			`{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"name":"a","properties":[ {"name":"k"} , {"name":"l"}
,{"name":"d:x","value":"1"}]}]}`},
		{"the same properties in another layout", `{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"name":"a","properties":[ { "value": "1", "name": "d:x"} ]}]}`,
			sbom.Insertion{Place: "/components/0", Properties: []sbom.Property{{Name: "d:x", Value: "1"}}},
			`{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"name":"a","properties":[ { "value": "1", "name": "d:x"} ]}]}`},
		{"properties twice", `{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"name":"a","properties":[],"properties":[]}]}`, in("/components/0"), ""},
		{"SPDX 3, a reference to an agent that may be nobody", `{"@graph":[{"type":"software_Package","spdxId":"urn:a","name":"a","suppliedBy":"urn:b"}]}`, in("/@graph/0"),
			`{"@graph":[{"type":"software_Package","spdxId":"urn:a","name":"a","suppliedBy":"urn:b","extension":[{"type":"extension_CdxPropertiesExtension","extension_cdxProperty":[{"type":"extension_CdxPropertyEntry","extension_cdxPropName":"d:x","extension_cdxPropValue":"1"}]}]}]}`},
		{"XML", `<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library"><supplier> <url/> </supplier><name>a</name><properties><property name="d:old">0</property></properties></component></components></bom>`,
			in("/bom/components/component[1]"),
			`<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library"><supplier><name>Acme</name></supplier><name>a</name><properties><property name="d:x">1</property><property name="touchmark:filled:supplier">Acme</property></properties></component></components></bom>`},
		{"XML, a contact", `<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library"><supplier><contact><phone>1</phone></contact></supplier><name>a</name></component></components></bom>`,
			in("/bom/components/component[1]"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			doc := read(t, test.doc)
			var out bytes.Buffer
			err := sbom.Patch(context.Background(), &out, strings.NewReader(test.doc), doc, []sbom.Insertion{test.in}, derived)
			if test.want == "" {
				if !errors.Is(err, sbom.ErrPatch) {
					t.Errorf("error %v, want ErrPatch", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if out.String() != test.want {
				t.Errorf("got\n%s\nwant\n%s", out.String(), test.want)
			}
		})
	}
	// Who is filled in makes no claim; who replaced the name does.
	const named = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"a","supplier":{"name":"%"},"properties":[{"name":"touchmark:filled:supplier","value":"Acme"}]}]}`
	for _, name := range []string{"Acme", "Other"} {
		c := read(t, strings.Replace(named, "%", name, 1)).Components[0]
		if filled := name == "Acme"; c.Parties[0].Filled != filled || (len(c.Claims) == 0) != filled {
			t.Errorf("%s: filled %v, claims %v", name, c.Parties[0].Filled, c.Claims)
		}
	}
}
