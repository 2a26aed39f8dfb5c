package sbom_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

func read(t *testing.T, s string) *sbom.Document {
	t.Helper()
	doc, err := sbom.Read(context.Background(), strings.NewReader(s), nil)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// claims renders the claims of a component, one a line.
func claims(c *sbom.Component) string {
	var b strings.Builder
	for _, cl := range c.Claims {
		b.WriteString(cl.Kind.String() + " " + cl.Value + " (" + cl.Role.String() + ", " + cl.By.String() + ") " + cl.Field + "\n")
	}
	return b.String()
}

func TestClaims(t *testing.T) {
	for _, test := range []struct{ name, doc, want string }{
		{"every claim of CycloneDX is its own", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{
			"type":"library","group":"com.acme","name":"x","version":"1","purl":"pkg:maven/org.other/x@1",
			"cpe":"cpe:2.3:a:acme:x:1:*:*:*:*:*:*:*",
			"supplier":{"name":"Acme Ltd","url":["https://www.acme.example/"],"address":{"country":"DE"},
				"contact":[{"name":"A Person","email":"a.person@mail.acme.example"}]},
			"manufacturer":{"name":"Maker GmbH"},"publisher":"Publisher Inc.","authors":[{"name":"B Person","email":"b@corp.example"}],
			"externalReferences":[{"type":"issue-tracker","url":"https://tracker.example/1"},
				{"type":"vcs","url":"git@git.acme.example:x.git"},{"type":"website","url":"https://acme.example"}]}]}`,
			`purl pkg:maven/org.other/x@1 (, document) purl
cpe cpe:2.3:a:acme:x:1:*:*:*:*:*:*:* (, document) cpe
org-name Acme Ltd (supplier, document) supplier/name
mail-domain mail.acme.example (supplier, document) supplier/contact/0/email
domain www.acme.example (supplier, document) supplier/url/0
address-country DE (supplier, document) supplier/address/country
org-name Maker GmbH (manufacturer, document) manufacturer/name
org-name Publisher Inc. (supplier, document) publisher
mail-domain corp.example (developer, document) authors/0
group com.acme (, document) group
domain git.acme.example (, document) externalReferences/1/url
domain acme.example (, document) externalReferences/2/url
`},
		{"a person makes no claim by name", `SPDXVersion: SPDX-2.3
PackageName: a
SPDXID: SPDXRef-a
PackageSupplier: Person: Jane Doe (jane@corp.example)
PackageOriginator: Organization: Corp ()
PackageHomePage: NOASSERTION
PackageDownloadLocation: git+https://code.corp.example/a
ExternalRef: PACKAGE_MANAGER purl pkg:npm/a@1
`, `purl pkg:npm/a@1 (, document) ExternalRef
mail-domain corp.example (supplier, document) PackageSupplier
org-name Corp (developer, document) PackageOriginator
domain code.corp.example (distributor, document) PackageDownloadLocation
`},
		{"the repository on a code host counts with its owner, and of a download its host", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{
			"type":"library","name":"x","externalReferences":[{"type":"vcs","url":"git+ssh://git@github.com/Some-Owner/x.git"},
				{"type":"vcs","url":"git@gitlab.com:group/sub/x.git"},{"type":"website","url":"https://github.com"},
				{"type":"website","url":"https://gitee.com/openeuler"},
				{"type":"distribution","url":"https://dl.shop.example/x.tgz"},
				{"type":"distribution","url":"https://github.com/owner2/x/archive/v1.tar.gz"}]}]}`,
			`domain github.com/some-owner/x (, document) externalReferences/0/url
domain gitlab.com/group/sub (, document) externalReferences/1/url
domain github.com (, document) externalReferences/2/url
domain gitee.com (, document) externalReferences/3/url
domain dl.shop.example (distributor, document) externalReferences/4/url
domain github.com/owner2/x (, document) externalReferences/5/url
`},
		{"an author as npm writes it is a person with a site, and neither makes a claim", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{
			"type":"library","name":"x","author":"Jane Doe <jane@mail.example> (http://janedoe.example)",
			"publisher":"Acme (U.S.) Inc. (https://acme.example/about)"}]}`,
			`org-name Acme (U.S.) Inc. (supplier, document) publisher
domain acme.example (supplier, document) publisher
mail-domain mail.example (developer, document) author
`},
		{"an author that is the name of an account makes no claim by it", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
			{"type":"library","name":"x","author":"handle163 <someone@mail.example>"}]}`,
			`mail-domain mail.example (developer, document) author
`},
		{"names that a tool guessed", `{"spdxVersion":"SPDX-2.3","creationInfo":{"creators":["Tool: syft-1.4.1"]},"packages":[
			{"name":"a","SPDXID":"SPDXRef-a","supplier":"NOASSERTION","externalRefs":[
			{"referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:python-a:a:1:*:*:*:*:*:*:*"},
			{"referenceType":"http://spdx.org/rdf/references/purl","referenceLocator":"pkg:pypi/a@1"}]}]}`,
			`purl pkg:pypi/a@1 (, document) externalRefs/1/referenceLocator
cpe cpe:2.3:a:python-a:a:1:*:*:*:*:*:*:* (, generated) externalRefs/0/referenceLocator
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			doc := read(t, test.doc)
			if len(doc.Components) != 1 {
				t.Fatalf("%d components", len(doc.Components))
			}
			if got := claims(doc.Components[0]); got != test.want {
				t.Errorf("claims:\n%swant:\n%s", got, test.want)
			}
		})
	}
}

// TestNested checks the order of nested components, their parents, and those of
// metadata.component.
func TestNested(t *testing.T) {
	doc := read(t, `{"components":[{"bom-ref":"a","name":"a","components":[{"bom-ref":"b","name":"b"}]},{"name":"c"}],
		"dependencies":[{"ref":"a","dependsOn":["b","c","gone"]}],
		"metadata":{"component":{"bom-ref":"s","name":"s","components":[{"bom-ref":"d","name":"d"}]}},
		"services":[{"name":"cloud","provider":{"name":"Cloud Ltd"},"endpoints":["https://api.cloud.example/v1"]}],
		"bomFormat":"CycloneDX","specVersion":"1.6"}`)
	var got []string
	for _, c := range doc.Components {
		got = append(got, c.Ref+"<"+c.Parent)
	}
	if s := strings.Join(got, " "); s != "a< b<a #/components/1< d<s" {
		t.Errorf("components %s", s)
	}
	if doc.Subject == nil || doc.Subject.Name != "s" {
		t.Errorf("subject %+v", doc.Subject)
	}
	if len(doc.Relationships) != 1 || doc.Relationships[0] != (sbom.Relationship{From: "a", Type: sbom.DependsOn, To: "b"}) {
		t.Errorf("relationships %+v", doc.Relationships)
	}
	if !hasProblem(doc, "dangling-ref", "") {
		t.Errorf("no problem for what is dangling: %+v", doc.Problems)
	}
	s := doc.Services[0]
	if len(s.Claims) != 2 || s.Claims[0].Value != "Cloud Ltd" || s.Claims[0].Role != sbom.Operator ||
		s.Claims[1].Kind != sbom.Host || s.Claims[1].Value != "api.cloud.example" {
		t.Errorf("service claims %+v", s.Claims)
	}
}

func hasProblem(doc *sbom.Document, kind, place string) bool {
	for _, p := range doc.Problems {
		if p.Kind == kind && (place == "" || p.Place == place) {
			return true
		}
	}
	return false
}

// TestDamage checks that one bad field costs that field and says where.
func TestDamage(t *testing.T) {
	const head = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`
	for _, test := range []struct {
		name, doc   string
		kind, place string
		components  int
		check       func(*sbom.Document) bool
	}{
		{"supplier is a string", head + `{"name":"a","supplier":"Acme Ltd"}]}`, "wrong-type", "/components/0/supplier", 1,
			func(d *sbom.Document) bool { return d.Components[0].Claims[0].Value == "Acme Ltd" }},
		{"version is a number", head + `{"name":"a","version":1.20}]}`, "wrong-type", "/components/0/version", 1,
			func(d *sbom.Document) bool { return d.Components[0].Version == "1.20" }},
		{"name is an object", head + `{"name":{"x":1},"version":"2"}]}`, "wrong-type", "/components/0/name", 1,
			func(d *sbom.Document) bool { return d.Components[0].Version == "2" }},
		{"null component", head + `null,{"name":"a"}]}`, "null-item", "/components/0", 1, nil},
		{"broken purl", head + `{"name":"a","purl":"a@1"}]}`, "bad-purl", "/components/0/purl", 1,
			func(d *sbom.Document) bool { return d.Components[0].PURL == "" && len(d.Components[0].Claims) == 0 }},
		{"same ref twice", head + `{"bom-ref":"r","name":"a"},{"bom-ref":"r","name":"b"}]}`, "duplicate-ref", "/components/1", 2,
			func(d *sbom.Document) bool { return d.Components[0].Ref == "r" && d.Components[1].Ref != "r" }},
		{"template", head + `{"name":"a","supplier":{"name":"${supplier}"}}]}`, "template", "/components/0/supplier/name", 1,
			func(d *sbom.Document) bool { return len(d.Components[0].Claims) == 0 }},
		{"cut off", head + `{"name":"a"},{"name":"b","ver`, "broken-json", "", 1, nil},
		{"trailing data", head + `{"name":"a"}]}{"x":1}`, "trailing-data", "", 1, nil},
		{"byte order mark", "\xef\xbb\xbf" + head + `{"name":"a"}]}`, "", "", 1, nil},
		{"wrong version", `{"specVersion":1.6,"bomFormat":"CycloneDX","components":[{"name":"a"}]}`, "wrong-type", "/specVersion", 1,
			func(d *sbom.Document) bool { return d.Source.SpecVersion == "1.6" }},
		{"XML cut off", `<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library"><name>a</name></component><component>`,
			"broken-xml", "line 1", 1, nil},
		{"snippet inside a package", "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\nSnippetSPDXID: SPDXRef-s\nPackageSupplier: Organization: X\n",
			"", "", 1, func(d *sbom.Document) bool { return len(d.Components[0].Claims) == 1 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			doc := read(t, test.doc)
			if len(doc.Components) != test.components {
				t.Fatalf("%d components, want %d", len(doc.Components), test.components)
			}
			if test.kind != "" && !hasProblem(doc, test.kind, test.place) {
				t.Errorf("no problem %s at %s: %+v", test.kind, test.place, doc.Problems)
			}
			if test.check != nil && !test.check(doc) {
				t.Errorf("read as %+v", doc.Components)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	for _, s := range []string{"", "   ", "hello", `{"a":1}`, "[1,2]", "<html></html>", `{"version": 3, "lockfile": {}}`} {
		if _, err := sbom.Read(context.Background(), strings.NewReader(s), nil); !errors.Is(err, sbom.ErrFormat) {
			t.Errorf("%q: %v, want ErrFormat", s, err)
		}
	}
	deep := `{"bomFormat":"CycloneDX","metadata":` + strings.Repeat(`{"component":`, 600) + "1" + strings.Repeat("}", 600) + "}"
	if _, err := sbom.Read(context.Background(), strings.NewReader(deep), nil); !errors.Is(err, sbom.ErrLimit) {
		t.Errorf("nested 600 deep: %v, want ErrLimit", err)
	}
	big := `{"bomFormat":"CycloneDX","components":[{"name":"` + strings.Repeat("a", 4096) + `"}]}`
	if _, err := sbom.Read(context.Background(), strings.NewReader(big), &sbom.ReadOptions{Limits: sbom.Limits{Bytes: 1000}}); !errors.Is(err, sbom.ErrLimit) {
		t.Errorf("input beyond the limit: %v, want ErrLimit", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := sbom.Read(ctx, strings.NewReader(big), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestNoLocalParts checks that what is quoted of a document names nobody.
func TestNoLocalParts(t *testing.T) {
	doc := read(t, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"bom-ref":"a","name":"a","evidence":{
		"identity":[{"field":"name","confidence":0.6,"methods":[{"technique":"binary-analysis","confidence":0.6,"value":"by jane.doe@corp.example"}]}]}}],
		"dependencies":[{"ref":"a","dependsOn":["urn:jane.doe@corp.example"]}]}`)
	if len(doc.Problems) != 1 || len(doc.Components[0].Evidence) != 1 {
		t.Fatalf("problems %+v, evidence %+v", doc.Problems, doc.Components[0].Evidence)
	}
	for _, s := range []string{doc.Problems[0].Message, doc.Components[0].Evidence[0].Match} {
		if strings.Contains(s, "jane") || !strings.Contains(s, "<…@corp.example>") {
			t.Errorf("quoted: %s", s)
		}
	}
}

// Elements that no reader knows are bounded in depth as others are: the decoder
// keeps each that is open.
func TestDepthOfUnknownElements(t *testing.T) {
	for name, doc := range map[string]string{
		"at the top":     `<bom xmlns="http://cyclonedx.org/schema/bom/1.6">` + strings.Repeat("<x>", 2000),
		"in a component": `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component>` + strings.Repeat("<x>", 2000),
		"in a list":      `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>` + strings.Repeat("<x>", 2000),
		"SPDX":           `<Document><packages>` + strings.Repeat("<x>", 2000),
	} {
		if _, err := sbom.Read(context.Background(), strings.NewReader(doc), nil); !errors.Is(err, sbom.ErrLimit) {
			t.Errorf("%s: %v, want ErrLimit", name, err)
		}
	}
}
