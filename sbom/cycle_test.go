package sbom_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/testshared"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A cycle is told with its members and the place of one of them, in every
// encoding, and costs no relationship.
func TestCycles(t *testing.T) {
	for name, text := range map[string]string{
		"json": `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"a","bom-ref":"a"},{"name":"b","bom-ref":"b"},{"name":"c","bom-ref":"c"},{"name":"d","bom-ref":"d"}],
			"dependencies":[{"ref":"d","dependsOn":["a"]},{"ref":"a","dependsOn":["b"]},{"ref":"b","dependsOn":["c","d"]},{"ref":"c","dependsOn":[]}]}`,
		"xml": `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component bom-ref="a"><name>a</name></component><component bom-ref="b"><name>b</name></component>` +
			`<component bom-ref="c"><name>c</name></component><component bom-ref="d"><name>d</name></component></components><dependencies><dependency ref="d"><dependency ref="a"/></dependency>` +
			`<dependency ref="a"><dependency ref="b"/></dependency><dependency ref="b"><dependency ref="c"/><dependency ref="d"/></dependency></dependencies></bom>`,
		"tag-value": "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: a\nPackageName: b\nSPDXID: b\nPackageName: c\nSPDXID: c\nPackageName: d\nSPDXID: d\n" +
			"Relationship: d DEPENDS_ON a\nRelationship: a DEPENDS_ON b\nRelationship: b DEPENDS_ON c\nRelationship: d DEPENDENCY_OF b\n",
		"spdx json": `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"a","name":"a"},{"SPDXID":"b","name":"b"},{"SPDXID":"c","name":"c"},{"SPDXID":"d","name":"d"}],"relationships":[` +
			`{"spdxElementId":"d","relationshipType":"DEPENDS_ON","relatedSpdxElement":"a"},{"spdxElementId":"a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"b"},` +
			`{"spdxElementId":"b","relationshipType":"DEPENDS_ON","relatedSpdxElement":"c"},{"spdxElementId":"b","relationshipType":"DEPENDS_ON","relatedSpdxElement":"d"}]}`,
		"spdx yaml": "spdxVersion: SPDX-2.3\npackages: [{SPDXID: a, name: a}, {SPDXID: b, name: b}, {SPDXID: c, name: c}, {SPDXID: d, name: d}]\nrelationships:\n" +
			"- {spdxElementId: d, relationshipType: DEPENDS_ON, relatedSpdxElement: a}\n- {spdxElementId: a, relationshipType: DEPENDS_ON, relatedSpdxElement: b}\n" +
			"- {spdxElementId: b, relationshipType: DEPENDS_ON, relatedSpdxElement: c}\n- {spdxElementId: b, relationshipType: DEPENDS_ON, relatedSpdxElement: d}\n",
		"spdx rdf": `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument rdf:about="#d0"><specVersion>SPDX-2.3</specVersion></SpdxDocument>` +
			rdfPackage("d", "a") + rdfPackage("a", "b") + rdfPackage("b", "c", "d") + rdfPackage("c") + `</rdf:RDF>`,
		"spdx 3": `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"a","name":"a"},{"type":"software_Package","spdxId":"b","name":"b"},` +
			`{"type":"software_Package","spdxId":"c","name":"c"},{"type":"software_Package","spdxId":"d","name":"d"},{"type":"Relationship","spdxId":"r1","from":"d","relationshipType":"dependsOn","to":["a"]},` +
			`{"type":"Relationship","spdxId":"r2","from":"a","relationshipType":"dependsOn","to":["b"]},{"type":"Relationship","spdxId":"r3","from":"b","relationshipType":"dependsOn","to":["c","d"]}]}`,
		"textproto": `spec_version: "1.6" components { bom_ref: "a" name: "a" } components { bom_ref: "b" name: "b" } components { bom_ref: "c" name: "c" } components { bom_ref: "d" name: "d" } ` +
			`dependencies { ref: "d" dependencies { ref: "a" } } dependencies { ref: "a" dependencies { ref: "b" } } dependencies { ref: "b" dependencies { ref: "c" } dependencies { ref: "d" } }`,
		"syft": `{"schema":{"version":"16.0.0","url":"https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-16.0.0.json"},"descriptor":{"name":"syft"},"artifacts":[{"id":"a","name":"a"},{"id":"b","name":"b"},{"id":"c","name":"c"},{"id":"d","name":"d"}],` +
			`"artifactRelationships":[{"parent":"a","child":"d","type":"dependency-of"},{"parent":"b","child":"a","type":"dependency-of"},{"parent":"c","child":"b","type":"dependency-of"},{"parent":"d","child":"b","type":"dependency-of"}]}`,
	} {
		doc, err := sbom.Read(context.Background(), strings.NewReader(text), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		i := slices.IndexFunc(doc.Problems, func(p sbom.Problem) bool { return p.Kind == "cycle" })
		if i < 0 {
			t.Errorf("%s: problems %v, relationships %v", name, doc.Problems, doc.Relationships)
			continue
		}
		p := doc.Problems[i]
		ring := `"d" depends-on "a" depends-on "b" depends-on "d" again`
		message := strings.NewReplacer(`"#`, `"`, "SPDXRef-", "").Replace(p.Message)
		if p.Place == "" || !strings.Contains(message, ring) || len(doc.Relationships) != 4 {
			t.Errorf("%s: %+v, %d relationships", name, p, len(doc.Relationships))
		}
	}
}

// rdfPackage is a package of SPDX RDF that depends on others.
func rdfPackage(name string, on ...string) string {
	s := `<Package rdf:about="#` + name + `"><name>` + name + `</name>`
	for _, o := range on {
		s += `<relationship><Relationship><relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_dependsOn"/><relatedSpdxElement rdf:resource="#` + o + `"/></Relationship></relationship>`
	}
	return s + `</Package>`
}

// What holds itself is told too, also where one half is nesting.
func TestContainsCycle(t *testing.T) {
	for name, text := range map[string]string{
		"related": "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: a\nPackageName: b\nSPDXID: b\nRelationship: a CONTAINS b\nRelationship: a CONTAINED_BY b\n",
		"nested": `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"a","bom-ref":"a","components":[{"name":"b","bom-ref":"b"}]}],` +
			`"properties":[{"name":"touchmark:relationship","value":"{\"from\":\"b\",\"type\":\"contains\",\"to\":\"a\"}"}]}`,
	} {
		doc, err := sbom.Read(context.Background(), strings.NewReader(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(doc.Problems, func(p sbom.Problem) bool {
			return p.Kind == "cycle" && strings.Contains(p.Message, " contains ") && p.Place != ""
		}) || len(doc.Components) != 2 {
			t.Errorf("%s: %d components, problems %v", name, len(doc.Components), doc.Problems)
		}
	}
}

// The documents of a zip archive are read as those of a tar archive are.
func TestZip(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{{"../../a.json", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"one"}]}`}, {"read.me", "text"},
		{"b.spdx", "SPDXVersion: SPDX-2.3\nPackageName: two\nSPDXID: SPDXRef-two\n"}} {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	doc, err := sbom.Read(context.Background(), bytes.NewReader(b.Bytes()), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range doc.Components {
		names = append(names, c.Name+" "+c.Place)
	}
	if len(names) != 2 || names[0] != "one ../../a.json#/components/0" {
		t.Errorf("%q", names)
	}
	// Cut off, and without a document.
	if _, err := sbom.Read(context.Background(), bytes.NewReader(b.Bytes()[:b.Len()-30]), nil); !errors.Is(err, sbom.ErrFormat) {
		t.Errorf("cut off: %v", err)
	}
}

// A bomb is beyond a limit also where it holds no document.
func TestBombWithoutDocument(t *testing.T) {
	f, err := os.Open(testshared.Dir(t) + "/corpus/sbom/trustification+trustify/etc/test-data/bomb.bz2")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := sbom.Read(context.Background(), f, nil); !errors.Is(err, sbom.ErrLimit) {
		t.Errorf("%v, want ErrLimit", err)
	}
}
