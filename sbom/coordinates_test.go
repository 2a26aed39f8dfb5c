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
