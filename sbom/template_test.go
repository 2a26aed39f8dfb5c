package sbom_test

import (
	"context"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Names of templates that nobody filled in make no claim in any encoding, and
// are told once with their number and place; names that only look alike count.
func TestTemplates(t *testing.T) {
	blank := []string{"TODO: name", "Your Company Inc", "[Organization Name]", "ACME Corp placeholder", "UNKNOWN", "n/a", "Company Name", "${project.organization}",
		"insert supplier name here", "Supplier", "My Company"}
	for _, name := range append(blank, "NOASSERTION") {
		for encoding, form := range map[string]string{
			"cyclonedx json": `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"a","supplier":{"name":"~"}},{"name":"b","publisher":"~"}]}`,
			"cyclonedx xml": `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component><supplier><name>~</name></supplier><name>a</name></component>` +
				`<component><publisher>~</publisher><name>b</name></component></components></bom>`,
			"textproto": `spec_version: "1.6" components { name: "a" supplier { name: "~" } } components { name: "b" publisher: "~" }`,
			"spdx json": `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"a","name":"a","supplier":"Organization: ~ ()"},{"SPDXID":"b","name":"b","originator":"~"}]}`,
			"tag-value": "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: a\nPackageSupplier: Organization: ~\nPackageName: b\nSPDXID: b\nPackageOriginator: Organization: ~\n",
			"yaml":      "spdxVersion: SPDX-2.3\npackages: [{SPDXID: a, name: a, supplier: 'Organization: ~'}, {SPDXID: b, name: b, originator: '~'}]\n",
			"rdf": `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument rdf:about="#d"><specVersion>SPDX-2.3</specVersion></SpdxDocument>` +
				`<Package rdf:about="#a"><name>a</name><supplier>Organization: ~</supplier></Package><Package rdf:about="#b"><name>b</name><supplier>~</supplier></Package></rdf:RDF>`,
			"spdx 3": `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"Organization","spdxId":"urn:o","name":"~"},{"type":"Organization","spdxId":"urn:p","name":"~"},` +
				`{"type":"software_Package","spdxId":"urn:a","name":"a","suppliedBy":"urn:o"},{"type":"software_Package","spdxId":"urn:b","name":"b","suppliedBy":"urn:p"}]}`,
		} {
			doc, err := sbom.Read(context.Background(), strings.NewReader(strings.ReplaceAll(form, "~", name)), nil)
			if err != nil {
				t.Errorf("%s: %v", encoding, err)
				continue
			}
			var told []sbom.Problem
			for _, p := range doc.Problems {
				if p.Kind == "template" {
					told = append(told, p)
				}
			}
			n := 0
			for _, c := range doc.Components {
				n += len(c.Claims)
			}
			if n > 0 || len(doc.Components) != 2 {
				t.Errorf("%s, %q: %d components with %d claims: %v", encoding, name, len(doc.Components), n, doc.Components)
			}
			switch {
			case name == "NOASSERTION":
				if len(told) > 0 {
					t.Errorf("%s: %v", encoding, told)
				}
			case len(told) != 1 || told[0].Place == "" || !strings.Contains(told[0].Message, "1 more"):
				t.Errorf("%s, %q: %v", encoding, name, doc.Problems)
			}
		}
	}
	for _, name := range []string{"Changemakers Ltd", "Authors Guild", "Vendor Systems Inc", "Xxxlutz KG", "Todoist", "Enterprise Ltd", "Name.com", "The Company Store",
		"Fill Metal GmbH", "Insert Coin Ltd", "Acme [UK]", "MySQL AB", "Organic Maps OÜ", "Supplier Networks Ltd"} {
		doc, err := sbom.Read(context.Background(), strings.NewReader(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"a","supplier":{"name":"`+name+`"}}]}`), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(doc.Components[0].Claims); got != 1 {
			t.Errorf("%q: %d claims, problems %v", name, got, doc.Problems)
		}
	}
}
