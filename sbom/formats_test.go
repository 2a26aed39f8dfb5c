package sbom_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// TestFormats reads the same two packages in every format that can say so
// much: b needs a; a comes from Acme Ltd, with a mail address.
func TestFormats(t *testing.T) {
	for name, doc := range map[string]string{
		"cyclonedx json": `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
			{"bom-ref":"a","name":"a","version":"1","purl":"pkg:generic/a@1","supplier":{"name":"Acme Ltd","contact":[{"email":"x@acme.example"}]}},
			{"bom-ref":"b","name":"b"}],"dependencies":[{"ref":"b","dependsOn":["a"]}]}`,
		"cyclonedx xml": `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>
			<component type="library" bom-ref="a"><supplier><name>Acme Ltd</name><contact><email>x@acme.example</email></contact></supplier>
				<name>a</name><version>1</version><purl>pkg:generic/a@1</purl></component>
			<component type="library" bom-ref="b"><name>b</name></component></components>
			<dependencies><dependency ref="b"><dependency ref="a"/></dependency></dependencies></bom>`,
		"cyclonedx yaml": `bomFormat: CycloneDX
components:
  - {bom-ref: a, name: a, version: "1", purl: pkg:generic/a@1, supplier: {name: Acme Ltd, contact: [{email: x@acme.example}]}}
  - {bom-ref: b, name: b}
dependencies:
  - {ref: b, dependsOn: [a]}
`,
		"cyclonedx textproto": `spec_version: "1.6"
components { bom_ref: "a" name: 'a' version: "1" purl: "pkg:generic/" "a@1"
	supplier { name: "Acme Ltd" contact: { email: "x@acme.example" } } }
components { bom_ref: "b" name: "\x62" } # b
dependencies { ref: "b" dependencies { ref: "a" } }
`,
		"cyclonedx protobuf": "\x0a\x031.6" +
			"*9\x1a\x01a\x22\x1c\x0a\x08Acme Ltd\x1a\x10\x12\x0ex@acme.exampleB\x01aJ\x011\x82\x01\x0fpkg:generic/a@1" +
			"*\x06\x1a\x01bB\x01b" +
			"B\x08\x0a\x01b\x12\x03\x0a\x01a",
		"spdx json": `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"a","versionInfo":"1",
			"supplier":"Organization: Acme Ltd (x@acme.example)","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:generic/a@1"}]},
			{"SPDXID":"SPDXRef-b","name":"b"}],
			"relationships":[{"spdxElementId":"SPDXRef-b","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-a"}]}`,
		"spdx xml": `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><SPDXID>SPDXRef-a</SPDXID><name>a</name><versionInfo>1</versionInfo>
			<supplier>Organization: Acme Ltd (x@acme.example)</supplier><externalRefs><referenceType>purl</referenceType>
			<referenceLocator>pkg:generic/a@1</referenceLocator></externalRefs></packages><packages><SPDXID>SPDXRef-b</SPDXID><name>b</name></packages>
			<relationships><spdxElementId>SPDXRef-a</spdxElementId><relationshipType>DEPENDENCY_OF</relationshipType>
			<relatedSpdxElement>SPDXRef-b</relatedSpdxElement></relationships></Document>`,
		"spdx tag-value": `SPDXVersion: SPDX-2.3
PackageName: a
SPDXID: SPDXRef-a
PackageVersion: 1
PackageSupplier: Organization: Acme Ltd (x@acme.example)
ExternalRef: PACKAGE-MANAGER purl pkg:generic/a@1

PackageName: b
SPDXID: SPDXRef-b
Relationship: SPDXRef-b DEPENDS_ON SPDXRef-a
`,
		"spdx yaml": `spdxVersion: "SPDX-2.3"
packages:
- SPDXID: SPDXRef-a
  name: a
  versionInfo: "1"
  supplier: "Organization: Acme Ltd (x@acme.example)"
  externalRefs: [{referenceType: purl, referenceLocator: "pkg:generic/a@1"}]
- {SPDXID: SPDXRef-b, name: b}
relationships: [{spdxElementId: SPDXRef-b, relationshipType: DEPENDS_ON, relatedSpdxElement: SPDXRef-a}]
`,
		"spdx rdf": `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#">
			<SpdxDocument rdf:about="http://x.example/d#SPDXRef-DOCUMENT"><specVersion>SPDX-2.3</specVersion></SpdxDocument>
			<Package rdf:about="http://x.example/d#SPDXRef-a"><name>a</name><versionInfo>1</versionInfo>
				<supplier>Organization: Acme Ltd (x@acme.example)</supplier><externalRef><ExternalRef>
				<referenceType rdf:resource="http://spdx.org/rdf/references/purl"/><referenceLocator>pkg:generic/a@1</referenceLocator></ExternalRef></externalRef></Package>
			<Package rdf:about="http://x.example/d#SPDXRef-b"><name>b</name><relationship><Relationship>
				<relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_dependsOn"/>
				<relatedSpdxElement rdf:resource="http://x.example/d#SPDXRef-a"/></Relationship></relationship></Package></rdf:RDF>`,
		"spdx 3": `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
			{"type":"software_Package","spdxId":"urn:a","name":"a","software_packageVersion":"1","software_packageUrl":"pkg:generic/a@1","suppliedBy":"urn:acme"},
			{"type":"software_Package","spdxId":"urn:b","name":"b"},
			{"type":"Relationship","spdxId":"urn:r","from":"urn:b","relationshipType":"dependsOn","to":["urn:a"]},
			{"type":"Organization","spdxId":"urn:acme","name":"Acme Ltd","externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"email","identifier":"x@acme.example"}]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			d := read(t, doc)
			if len(d.Components) != 2 {
				t.Fatalf("components %+v; problems %v", d.Components, d.Problems)
			}
			a, b := d.Components[0], d.Components[1]
			if a.Name != "a" || a.Version != "1" || a.PURL != "pkg:generic/a@1" || b.Name != "b" {
				t.Errorf("components %+v", d.Components)
			}
			var got []string
			for _, c := range a.Claims {
				got = append(got, c.Kind.String()+" "+c.Value+" "+c.Role.String())
			}
			if s := strings.Join(got, ", "); s != "purl pkg:generic/a@1 , org-name Acme Ltd supplier, mail-domain acme.example supplier" {
				t.Errorf("claims %s", s)
			}
			if len(a.Parties) != 1 || a.Parties[0].Kind != sbom.Organization || len(a.Parties[0].Mails) != 1 {
				t.Errorf("parties %+v", a.Parties)
			}
			if len(d.Relationships) != 1 || d.Relationships[0].From != b.Ref || d.Relationships[0].Type != sbom.DependsOn || d.Relationships[0].To != a.Ref {
				t.Errorf("relationships %+v", d.Relationships)
			}
			for _, p := range d.Problems {
				if p.Kind != "spec-version" {
					t.Errorf("problem %+v", p)
				}
			}
		})
	}
}

func TestSyft(t *testing.T) {
	d := read(t, `{"artifacts":[{"id":"1","name":"musl","version":"1.2","type":"apk","locations":[{"path":"/lib/apk/db/installed"}],
		"licenses":[{"value":"MIT"}],"cpes":[{"cpe":"cpe:2.3:a:musl-libc:musl:1.2:*:*:*:*:*:*:*","source":"syft-generated"}],
		"purl":"pkg:apk/alpine/musl@1.2","metadata":{"maintainer":"Jane Doe <jane@alpine.example>"}},{"id":"2","name":"app","type":"binary"}],
		"artifactRelationships":[{"parent":"1","child":"2","type":"dependency-of"}],
		"source":{"id":"0","name":"image","version":"3","type":"image"},"descriptor":{"name":"syft","version":"1.4.1"},"schema":{"version":"16.0"}}`)
	if d.Source.Kind != sbom.SourceSyft || d.Source.Tools[0] != "syft 1.4.1" || d.Subject == nil || d.Subject.Type != sbom.Container {
		t.Errorf("source %+v, subject %+v", d.Source, d.Subject)
	}
	want := "purl pkg:apk/alpine/musl@1.2 (, document) purl\n" +
		"cpe cpe:2.3:a:musl-libc:musl:1.2:*:*:*:*:*:*:* (, generated) cpes/0\n" +
		"mail-domain alpine.example (maintainer, document) metadata/maintainer\n"
	if got := claims(d.Components[0]); got != want {
		t.Errorf("claims:\n%swant:\n%s", got, want)
	}
	if len(d.Relationships) != 1 || d.Relationships[0] != (sbom.Relationship{From: "2", Type: sbom.DependsOn, To: "1"}) {
		t.Errorf("relationships %+v", d.Relationships)
	}
}

func TestManifests(t *testing.T) {
	d := read(t, `"PACKAGE","VERSION","LICENSE","LICENSE FILES","SOURCE ARCHIVE","SOURCE SITE","DEPENDENCIES WITH LICENSES"
"busybox","1.36.1","GPL-2.0","LICENSE","busybox-1.36.1.tar.bz2","https://busybox.example/downloads","skeleton []"
"vendor-app","2","PROPRIETARY","not saved","vendor-app-2","/home/build/app",""
`)
	if d.Source.Kind != sbom.SourceBuildroot || len(d.Components) != 2 || d.Components[0].Licenses[0] != "GPL-2.0" ||
		claims(d.Components[0]) != "domain busybox.example (distributor, document) SOURCE SITE\n" || len(d.Components[1].Claims) != 0 {
		t.Errorf("buildroot: %+v", d.Components)
	}
	d = read(t, "base-files - 1562-r24106\nbusybox - 1.36.1-1\n")
	if d.Source.Kind != sbom.SourceOpenWrt || len(d.Components) != 2 || d.Components[1].Version != "1.36.1-1" || d.Components[1].Place != "line 2" {
		t.Errorf("openwrt: %+v", d.Components)
	}
	for _, s := range []string{"a - b c\n", "some - text of a letter\n", "x\n"} {
		if _, err := sbom.Read(context.Background(), strings.NewReader(s), nil); !errors.Is(err, sbom.ErrFormat) {
			t.Errorf("%q: %v, want ErrFormat", s, err)
		}
	}
}

// TestYAMLAliases follows aliases, and refuses to make much of little.
func TestYAMLAliases(t *testing.T) {
	d := read(t, "spdxVersion: SPDX-2.3\npackages:\n- &p {SPDXID: SPDXRef-a, name: a, supplier: &s \"Organization: X\"}\n- {name: b, supplier: *s}\n")
	if len(d.Components) != 2 || len(d.Components[1].Claims) != 1 {
		t.Errorf("%+v", d.Components)
	}
	bomb := "spdxVersion: SPDX-2.3\na: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'i'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 9), ",") + "]\n"
	}
	bomb += "packages:\n- {name: *i}\n"
	if _, err := sbom.Read(context.Background(), strings.NewReader(bomb), nil); !errors.Is(err, sbom.ErrLimit) && !errors.Is(err, sbom.ErrFormat) {
		t.Errorf("billion laughs: %v", err)
	}
}
