package sbom_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// What stands in a name or reference and nowhere else is a claim, and what only
// looks like it is none.
func TestCoordinates(t *testing.T) {
	for _, test := range []struct{ id, name, want string }{
		{"SPDXRef-pkg:golang/golang.org/x/crypto@v0.0.0-2021", "crypto", "purl pkg:golang/golang.org/x/crypto@v0.0.0-2021"},
		{"SPDXRef-1", "org.springframework:spring-messaging:jar", "group org.springframework"},
		{"SPDXRef-1", "io.fabric8:kubernetes-model-policy", "group io.fabric8"},
		{"SPDXRef-1", "org.jboss.teiid.connectors/infinispan-api", "group org.jboss.teiid.connectors"},
		{"SPDXRef-1", "de.example:part", "group de.example"},
		{"SPDXRef-1", "commons-io:commons-io:jar", "group commons-io"},
		{"SPDXRef-1", "commons-io:commons-io", ""}, // may be anything
		{"SPDXRef-1", "javax.annotation:jsr250-api:jar", "group javax.annotation"},
		{"SPDXRef-1", "eap/modules/system/layers/dv/org/example/parser/main/parser-core", "group org.example.parser"},
		{"SPDXRef-1", "repo/org/example/tools/parser/1.2/parser-1.2.jar", "group org.example.tools"},
		{"SPDXRef-1", "usr/share/org/example/data/file", ""}, // a folder of that name
		{"SPDXRef-1", "a/modules/org/main/x", ""},
		// A module may hold what others made.
		{"SPDXRef-1", "eap/modules/system/layers/dv/org/modeshape/connector/jdbc/metadata/main/c3p0", ""},
		{"SPDXRef-1", "eap/modules/system/layers/dv/org/modeshape/connector/jdbc/metadata/main/postgresql-jdbc", ""},
		{"SPDXRef-1", "eap/modules/system/layers/dv/org/modeshape/connector/jdbc/metadata/main/modeshape-connector-jdbc", "group org.modeshape.connector.jdbc.metadata"},
		{"SPDXRef-1", "eap/modules/system/layers/base/org/apache/commons/lang/main/commons-lang", "group org.apache.commons.lang"},
		{"SPDXRef-1", "github.com/owner", ""}, // a host, and not reversed
		{"SPDXRef-1", "docker.io/library/alpine:latest", ""},
		{"SPDXRef-1", "registry.example.com:5000", ""},
		{"SPDXRef-1", "a.b::c", ""},
		{"SPDXRef-1", "org.:x", ""},
		{"SPDXRef-1", "com.example: a sentence", ""},
		{"SPDXRef-1", "urn:x", ""},
		{"SPDXRef-mypkg:npm/left-pad@1", "left-pad", ""},
	} {
		doc := fmt.Sprintf(`{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "d", "packages": [{"SPDXID": %q, "name": %q, "versionInfo": "1"}]}`, test.id, test.name)
		d, err := sbom.Read(t.Context(), strings.NewReader(doc), nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range d.Components[0].Claims {
			if c.Kind == sbom.PURL || c.Kind == sbom.Group {
				got = c.Kind.String() + " " + c.Value
			}
		}
		if got != test.want {
			t.Errorf("%s %s: %q, want %q", test.id, test.name, got, test.want)
		}
		if d.Components[0].Name != test.name || d.Components[0].PURL != strings.TrimPrefix(test.want, "purl ") && !strings.HasPrefix(test.want, "group ") || d.Components[0].Group != "" {
			t.Errorf("%s: the component's own fields changed: %+v", test.name, d.Components[0])
		}
	}
}

// Identifiers that are elements of their own are read, before and after the
// package that refers to them.
func TestSPDX3IdentifierElements(t *testing.T) {
	identifier := func(id, purl string) string {
		return fmt.Sprintf(`{"type": "ExternalIdentifier", "spdxId": %q, "externalIdentifierType": "purl", "identifier": %q}`, id, purl)
	}
	pkg := func(id, ref string) string {
		return fmt.Sprintf(`{"type": "software_Package", "spdxId": %q, "name": %q, "externalIdentifier": [%q]}`, id, id, ref)
	}
	doc := `{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [` + strings.Join([]string{
		identifier("i1", "pkg:nuget/One@1"), pkg("p1", "i1"), pkg("p2", "i2"), identifier("i2", "pkg:nuget/Two@2"), pkg("p3", "nowhere"), pkg("p4", "i4"), identifier("i4", "pkg:"),
	}, ",") + `]}`
	d, err := sbom.Read(t.Context(), strings.NewReader(doc), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range d.Components {
		got = append(got, c.PURL)
		if claimed := slices.ContainsFunc(c.Claims, func(k sbom.Claim) bool { return k.Kind == sbom.PURL && k.Value == c.PURL }); claimed != (c.PURL != "") {
			t.Errorf("%s: purl %q, claims %v", c.Name, c.PURL, c.Claims)
		}
	}
	if want := []string{"pkg:nuget/One@1", "pkg:nuget/Two@2", "", ""}; !slices.Equal(got, want) {
		t.Errorf("package URLs %q, want %q", got, want)
	}
	if !slices.ContainsFunc(d.Problems, func(p sbom.Problem) bool { return p.Kind == "bad-purl" }) {
		t.Errorf("an ill-formed package URL is no problem: %v", d.Problems)
	}
}

// A version says who built a package only where its mark is of one distributor.
func TestBuildMarks(t *testing.T) {
	for _, test := range []struct{ purl, version, want string }{
		{"", "1.0.0.redhat-24", "redhat"},
		{"", "3.2.18.Final-redhat-1", "redhat"},
		{"pkg:maven/org.example/parser@2.11.5.redhat-00008", "2.11.5.redhat-00008", "redhat"},
		{"", "2.5.0.redhat_3-1", "redhat"},
		{"", "3.8.4.GA-redhat-64-31", "redhat"},
		{"", "2.5.0.redhat-beta1", ""}, // what stands behind it is no number
		{"", "7.78.0-2.ph3", "ph"},
		{"", "5.2.0-1.mga5", "mga"},
		{"", "1.1-3.fc38", "fc"},
		{"", "1.0.2-1.amzn2", "amzn"},
		{"", "2021a-1+deb11u3", "deb"},
		{"", "1.2.11.dfsg-0ubuntu1", "ubuntu"},
		{"pkg:maven/org.apache.kafka/kafka-clients@7.0.10-ccs", "7.0.10-ccs", "ccs"},
		{"", "7.0.10-ccs1", ""},
		{"", "access", ""},
		{"pkg:rpm/photon/curl@7.78.0-2.ph3", "7.78.0-2.ph3", ""}, // the package URL says it
		{"", "4.18.0-477.el8", ""},                               // several distributions build so
		{"", "1.0.ph3", ""},                                      // no release
		{"", "1.0-alph2", ""},
		{"", "1.0-redhat", ""},
		{"", "redhat-1", ""},
		{"", "1.0+deb11", ""},
		{"", "1.0-ubuntu", ""},
		{"", "", ""},
	} {
		p := fmt.Sprintf(`"SPDXID": "SPDXRef-1", "name": "parser", "versionInfo": %q`, test.version)
		if test.purl != "" {
			p += fmt.Sprintf(`, "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": %q}]`, test.purl)
		}
		d, err := sbom.Read(t.Context(), strings.NewReader(`{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "d", "packages": [{`+p+`}]}`), nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range d.Components[0].Claims {
			if c.Kind == sbom.BuildMark {
				got = c.Value
			}
		}
		if got != test.want {
			t.Errorf("%s %s: mark %q, want %q", test.purl, test.version, got, test.want)
		}
	}
}

// What a document says of licences of its own is kept in every encoding.
func TestExtractedLicenses(t *testing.T) {
	want := []sbom.ExtractedLicense{{ID: "LicenseRef-1", Text: "Original license: MIT"}, {ID: "LicenseRef-2", Name: "House licence", Text: "Do as you like."}}
	for encoding, doc := range map[string]string{
		"json": `{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "d", "hasExtractedLicensingInfos": [
			{"licenseId": "LicenseRef-1", "extractedText": "Original license: MIT", "name": "NOASSERTION"}, {"licenseId": "LicenseRef-2", "name": "House licence", "extractedText": "Do as you like."}]}`,
		"tag-value": "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: d\n\nLicenseID: LicenseRef-1\nExtractedText: <text>Original license: MIT</text>\n\n" +
			"LicenseID: LicenseRef-2\nLicenseName: House licence\nExtractedText: <text>Do as you like.</text>\n",
		"rdf": `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#">
			<SpdxDocument rdf:about="http://example.com/d#SPDXRef-DOCUMENT"><specVersion>SPDX-2.3</specVersion>
			<hasExtractedLicensingInfo><ExtractedLicensingInfo rdf:about="http://example.com/d#LicenseRef-1"><licenseId>LicenseRef-1</licenseId><extractedText>Original license: MIT</extractedText></ExtractedLicensingInfo></hasExtractedLicensingInfo>
			<hasExtractedLicensingInfo><ExtractedLicensingInfo rdf:about="http://example.com/d#LicenseRef-2"><licenseId>LicenseRef-2</licenseId><name>House licence</name><extractedText>Do as you like.</extractedText></ExtractedLicensingInfo></hasExtractedLicensingInfo>
			</SpdxDocument></rdf:RDF>`,
	} {
		d, err := sbom.Read(t.Context(), strings.NewReader(doc), nil)
		if err != nil {
			t.Fatalf("%s: %v", encoding, err)
		}
		if !slices.Equal(d.ExtractedLicenses, want) {
			t.Errorf("%s: %+v, want %+v", encoding, d.ExtractedLicenses, want)
		}
	}
	long := `{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "d", "hasExtractedLicensingInfos": [{"licenseId": "LicenseRef-1", "extractedText": "` + strings.Repeat("é", sbom.MaxLicenseText) + `"}]}`
	d, err := sbom.Read(t.Context(), strings.NewReader(long), nil)
	if err != nil || len(d.ExtractedLicenses) != 1 || len(d.ExtractedLicenses[0].Text) > sbom.MaxLicenseText {
		t.Errorf("a long text is kept whole: %v", err)
	}
}
