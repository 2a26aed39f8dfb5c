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

// fuzz seeds with the small documents of testdata and the given ones, and
// checks what must hold of whatever is read.
func fuzz(f *testing.F, pattern string, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		opts := &sbom.ReadOptions{Limits: sbom.Limits{Bytes: 1 << 20, Depth: 64, Value: 1 << 16}}
		doc, err := sbom.Read(context.Background(), bytes.NewReader(data), opts)
		if err != nil {
			if !errors.Is(err, sbom.ErrFormat) && !errors.Is(err, sbom.ErrLimit) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		checkDocument(t, doc)
		again, err := sbom.Read(context.Background(), bytes.NewReader(data), opts)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(doc, again); d != "" {
			t.Fatalf("reading twice differs: %s", d)
		}
		var written bytes.Buffer
		if err := sbom.Write(&written, doc, sbom.CycloneDX16JSON, nil); err != nil {
			t.Fatal(err)
		}
		got, err := sbom.Read(context.Background(), &written, nil)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if d := cmp.Diff(facts(doc), facts(got), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("what was written reads otherwise (-want +got):\n%s", d)
		}
	})
}

// checkDocument checks what holds of every document.
func checkDocument(t *testing.T, doc *sbom.Document) {
	t.Helper()
	refs := map[string]bool{}
	if doc.Subject != nil {
		refs[doc.Subject.Ref] = true
	}
	claims := func(ref string, cs []sbom.Claim) {
		for _, c := range cs {
			if c.Kind == 0 || c.Value == "" || c.By == 0 || c.Value != strings.TrimSpace(c.Value) {
				t.Errorf("%s: claim %+v", ref, c)
			}
			if (c.Kind == sbom.MailDomain || c.Kind == sbom.Domain || c.Kind == sbom.Host) && strings.Contains(c.Value, "@") {
				t.Errorf("%s: a mail address in claim %+v", ref, c)
			}
		}
	}
	for _, c := range doc.Components {
		if c.Ref == "" || refs[c.Ref] {
			t.Errorf("ref %q is empty or taken", c.Ref)
		}
		if c.Parent != "" && !refs[c.Parent] {
			t.Errorf("component %q: parent %q does not come before it", c.Ref, c.Parent)
		}
		refs[c.Ref] = true
		claims(c.Ref, c.Claims)
	}
	for _, s := range doc.Services {
		if s.Ref == "" || refs[s.Ref] {
			t.Errorf("ref %q is empty or taken", s.Ref)
		}
		refs[s.Ref] = true
		claims(s.Ref, s.Claims)
	}
	for _, r := range doc.Relationships {
		if !refs[r.From] || !refs[r.To] || r.From == r.To || r.Type == "" {
			t.Errorf("relationship %+v", r)
		}
	}
	for _, p := range doc.Problems {
		if p.Kind == "" || p.Severity == "" || p.Message == "" {
			t.Errorf("problem %+v", p)
		}
	}
}

func FuzzCycloneDXJSON(f *testing.F) {
	fuzz(f, "cyclonedx-*.json", oneComponent,
		`{"specVersion":1.5,"metadata":{"tools":[{"name":"t"}],"supplier":"x","component":{"name":"s","components":[null,{"name":1}]}},"components":{"name":"a","supplier":["x"]}}`)
}
func FuzzCycloneDXXML(f *testing.F) {
	fuzz(f, "cyclonedx-*.xml", `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><metadata><tools><tool><name>t</name></tool></tools></metadata>
		<components><component bom-ref="a"><name>a</name><hashes><hash alg="MD5">00</hash></hashes><licenses><expression>MIT</expression></licenses></component></components></bom>`)
}
func FuzzCycloneDXProtobuf(f *testing.F) {
	fuzz(f, "cyclonedx-*.cdx", "\x0a\x031.6\x2a\x06\x1a\x01b\x42\x01b\x42\x08\x0a\x01b\x12\x03\x0a\x01a")
}
func FuzzCycloneDXTextproto(f *testing.F) {
	fuzz(f, "cyclonedx-*.textproto", "spec_version: \"1.6\"\ncomponents { name: 'a' type: CLASSIFICATION_LIBRARY hashes [{alg: 2 value: \"\\x30\"}] }\nmetadata < timestamp { seconds: 3 } >\n")
}
func FuzzSPDXJSON(f *testing.F) {
	fuzz(f, "spdx-2*.json", `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"a","supplier":"Organization: X ()"}],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-a"}]}`)
}
func FuzzSPDXTagValue(f *testing.F) {
	fuzz(f, "spdx-*.spdx", "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\nPackageComment: <text>x\ny</text>\nExternalRef: SECURITY cpe23Type cpe:2.3:a:b:c:*:*:*:*:*:*:*:*\n")
}
func FuzzSPDXYAML(f *testing.F) {
	fuzz(f, "spdx-*.yaml", "spdxVersion: SPDX-2.3\npackages:\n- &p {SPDXID: SPDXRef-a, name: a, supplier: &s \"Organization: X\"}\n- {name: b, supplier: *s}\n")
}
func FuzzSPDXRDF(f *testing.F) {
	fuzz(f, "spdx-*.rdf", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument rdf:about="#d"><specVersion>SPDX-2.3</specVersion>
		<relationship><Relationship><relationshipType rdf:resource="#relationshipType_describes"/><relatedSpdxElement><Package rdf:about="#a"><name>a</name></Package></relatedSpdxElement></Relationship></relationship></SpdxDocument></rdf:RDF>`)
}
func FuzzSPDX3(f *testing.F) {
	fuzz(f, "spdx-3*.json", `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"urn:a","name":"a","suppliedBy":"urn:x"},{"type":"Organization","spdxId":"urn:x","name":"X"}]}`)
}
func FuzzSyft(f *testing.F) {
	fuzz(f, "syft-*.json", `{"artifacts":[{"id":"1","name":"a","cpes":["cpe:2.3:a:b:c:*:*:*:*:*:*:*:*"],"metadata":{"vendor":"X"}}],"artifactRelationships":[{"parent":"1","child":"2","type":"contains"}]}`)
}
func FuzzManifests(f *testing.F) {
	fuzz(f, "manifest-*", "a - 1\nb - 2\n", "\"PACKAGE\",\"VERSION\",\"LICENSE\"\n\"a\",\"1\",\"MIT\"\n")
}
func FuzzArchives(f *testing.F) {
	fuzz(f, "archive-*", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", `{"payloadType":"x","payload":"eyJib21Gb3JtYXQiOiJDeWNsb25lRFgifQ=="}`,
		`{"payloadType":"x","payload":"eyJib21Gb3JtYXQiOiJDeWNsb25l*"}`, "BZh91AY&SY", "\x28\xb5\x2f\xfd\x04\x00", "\xfd7zXZ\x00")
}
