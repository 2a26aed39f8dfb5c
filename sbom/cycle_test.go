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
		if p.Place == "" || !strings.Contains(p.Message, `"d" depends-on "a" depends-on "b" depends-on "d" again`) || len(doc.Relationships) != 4 {
			t.Errorf("%s: %+v, %d relationships", name, p, len(doc.Relationships))
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
