package sbom_test

import (
	"encoding/binary"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/touchmark-dev/touchmark/sbom"
	"google.golang.org/protobuf/encoding/protowire"
)

// quirkEncodings are the same three components, a, b and c, in every encoding. a
// has a supplier and a package URL; a needs b, and b needs TO. Words in capitals
// are what a quirk replaces.
var quirkEncodings = map[string]string{
	"cyclonedx json": `{"bomFormat":"CycloneDX","specVersion":"SPEC","components":[
 {"bom-ref":"a","name":"a","version":VERSION,"purl":"PURL","supplier":PARTY},
 {"bom-ref":"b","name":"b"},{"bom-ref":"CREF","name":"c"}],
 "dependencies":[{"ref":"a","dependsOn":["b"]},{"ref":"b","dependsOn":["TO"]}]}`,
	"cyclonedx xml": `<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/SPEC"><components>
<component type="library" bom-ref="a"><supplier>PARTY</supplier><name>a</name><version>VERSION</version><purl>PURL</purl></component>
<component type="library" bom-ref="b"><name>b</name></component><component type="library" bom-ref="CREF"><name>c</name></component></components>
<dependencies><dependency ref="a"><dependency ref="b"/></dependency><dependency ref="b"><dependency ref="TO"/></dependency></dependencies></bom>`,
	"cyclonedx yaml": `bomFormat: CycloneDX
specVersion: "SPEC"
components:
  - {bom-ref: a, name: a, version: VERSION, purl: "PURL", supplier: PARTY}
  - {bom-ref: b, name: b}
  - {bom-ref: "CREF", name: c}
dependencies:
  - {ref: a, dependsOn: [b]}
  - {ref: b, dependsOn: [TO]}
`,
	"cyclonedx textproto": `spec_version: "SPEC"
components { bom_ref: "a" name: "a" version: VERSION purl: "PURL" supplier PARTY }
components { bom_ref: "b" name: "b" }
components { bom_ref: "CREF" name: "c" }
dependencies { ref: "a" dependencies { ref: "b" } }
dependencies { ref: "b" dependencies { ref: "TO" } }
`,
	"cyclonedx protobuf": "", // protoQuirk
	"spdx json": `{"spdxVersion":"SPDX-SPEC","SPDXID":"SPDXRef-DOCUMENT","packages":[
 {"SPDXID":"SPDXRef-a","name":"a","versionInfo":VERSION,"supplier":"PARTY","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"PURL"}]},
 {"SPDXID":"SPDXRef-b","name":"b"},{"SPDXID":"SPDXRef-CREF","name":"c"}],
 "relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-b"},
 {"spdxElementId":"SPDXRef-b","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-TO"}]}`,
	"spdx yaml": `spdxVersion: "SPDX-SPEC"
SPDXID: SPDXRef-DOCUMENT
packages:
- {SPDXID: SPDXRef-a, name: a, versionInfo: VERSION, supplier: "PARTY", externalRefs: [{referenceCategory: PACKAGE-MANAGER, referenceType: purl, referenceLocator: "PURL"}]}
- {SPDXID: SPDXRef-b, name: b}
- {SPDXID: SPDXRef-CREF, name: c}
relationships:
- {spdxElementId: SPDXRef-a, relationshipType: DEPENDS_ON, relatedSpdxElement: SPDXRef-b}
- {spdxElementId: SPDXRef-b, relationshipType: DEPENDS_ON, relatedSpdxElement: SPDXRef-TO}
`,
	"spdx tag-value": `SPDXVersion: SPDX-SPEC
SPDXID: SPDXRef-DOCUMENT
PackageName: a
SPDXID: SPDXRef-a
PackageVersion: VERSION
PackageSupplier: PARTY
ExternalRef: PACKAGE-MANAGER purl PURL
PackageName: b
SPDXID: SPDXRef-b
PackageName: c
SPDXID: SPDXRef-CREF
Relationship: SPDXRef-a DEPENDS_ON SPDXRef-b
Relationship: SPDXRef-b DEPENDS_ON SPDXRef-TO
`,
	"spdx xml": `<?xml version="1.0"?>
<Document><SPDXID>SPDXRef-DOCUMENT</SPDXID><spdxVersion>SPDX-SPEC</spdxVersion>
<packages><SPDXID>SPDXRef-a</SPDXID><name>a</name><versionInfo>VERSION</versionInfo><supplier>PARTY</supplier>
<externalRefs><referenceCategory>PACKAGE-MANAGER</referenceCategory><referenceType>purl</referenceType><referenceLocator>PURL</referenceLocator></externalRefs></packages>
<packages><SPDXID>SPDXRef-b</SPDXID><name>b</name></packages><packages><SPDXID>SPDXRef-CREF</SPDXID><name>c</name></packages>
<relationships><spdxElementId>SPDXRef-a</spdxElementId><relationshipType>DEPENDS_ON</relationshipType><relatedSpdxElement>SPDXRef-b</relatedSpdxElement></relationships>
<relationships><spdxElementId>SPDXRef-b</spdxElementId><relationshipType>DEPENDS_ON</relationshipType><relatedSpdxElement>SPDXRef-TO</relatedSpdxElement></relationships></Document>`,
	"spdx rdf": `<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#">
<SpdxDocument rdf:about="http://x.example/d#SPDXRef-DOCUMENT"><specVersion>SPDX-SPEC</specVersion></SpdxDocument>
<Package rdf:about="http://x.example/d#SPDXRef-a"><name>a</name><versionInfo>VERSION</versionInfo>
<supplier>PARTY</supplier><externalRef><ExternalRef><referenceType rdf:resource="http://spdx.org/rdf/references/purl"/><referenceLocator>PURL</referenceLocator></ExternalRef></externalRef>
<relationship><Relationship><relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_dependsOn"/><relatedSpdxElement rdf:resource="http://x.example/d#SPDXRef-b"/></Relationship></relationship></Package>
<Package rdf:about="http://x.example/d#SPDXRef-b"><name>b</name>
<relationship><Relationship><relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_dependsOn"/><relatedSpdxElement rdf:resource="http://x.example/d#SPDXRef-TO"/></Relationship></relationship></Package>
<Package rdf:about="http://x.example/d#SPDXRef-CREF"><name>c</name></Package></rdf:RDF>`,
	"spdx 3": `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
 {"type":"CreationInfo","@id":"_:c","specVersion":"SPEC"},
 {"type":"software_Package","spdxId":"urn:a","creationInfo":"_:c","name":"a","software_packageVersion":VERSION,"software_packageUrl":"PURL","suppliedBy":"urn:s"},
 {"type":"software_Package","spdxId":"urn:b","name":"b"},{"type":"software_Package","spdxId":"urn:CREF","name":"c"},
 {"type":"Organization","spdxId":"urn:s","name":"PARTY"},
 {"type":"Relationship","spdxId":"urn:1","from":"urn:a","relationshipType":"dependsOn","to":["urn:b"]},
 {"type":"Relationship","spdxId":"urn:2","from":"urn:b","relationshipType":"dependsOn","to":["urn:TO"]}]}`,
	"syft": `{"artifacts":[{"id":"a","name":"a","version":VERSION,"type":"rpm","purl":"PURL","metadata":{"vendor":"PARTY"}},
 {"id":"b","name":"b","type":"rpm"},{"id":"CREF","name":"c","type":"rpm"}],
 "artifactRelationships":[{"parent":"b","child":"a","type":"dependency-of"},{"parent":"TO","child":"b","type":"dependency-of"}],
 "source":{"id":"0","name":"image","type":"image"},"descriptor":{"name":"syft","version":"1"},"schema":{"version":"16.0"}}`,
}

// A quirk is one thing that is wrong, or odd, with a document.
type quirk struct {
	// What is written in place of the words.
	party, purl, to, cref, spec, version string
	raw                                  string // the party's whole value, in CycloneDX
	after                                string // behind the document
	encode                               func(string) string
	twice                                bool // the version

	only, not string // encodings, as an expression
	problem   string // kinds of which one is told; empty for none
	place     string // where, as an expression; default a pointer or a line
	orgs      string // names that a claims, joined; default Acme Ltd
	noPURL    bool
}

const somewhere = `^(/|line \d)`

var encodingQuirks = map[string]quirk{
	"none":                        {},
	"duplicate references":        {cref: "b", to: "a", problem: "duplicate-ref|cycle", not: "rdf"},
	"one element described twice": {cref: "b", to: "b~", problem: "duplicate-member|dangling-ref", only: "rdf"},
	"a version twice":             {twice: true, problem: "duplicate-member", not: "proto"},
	"cycle":                       {to: "a", problem: "cycle"},
	"dangling reference":          {to: "nowhere", problem: "dangling-ref", not: "syft"}, // its relationships end in files too
	"a version that is none":      {spec: "1.9", problem: "spec-version", not: "syft"},
	"a number for a string":       {version: "1", problem: "wrong-type", only: "json|yaml|textproto|spdx 3|syft|protobuf"},
	"a party as a string":         {raw: "string", problem: "wrong-type", only: "cyclonedx (json|yaml|textproto)"},
	"a party as text":             {raw: "string", only: "cyclonedx xml"},
	"Organization: X ()":          {party: "Organization: Acme Ltd ()"},
	"X <mail>":                    {party: "Acme Ltd <info@acme.example>"},
	"Organization: X <mail>":      {party: "Organization: Acme Ltd <info@acme.example>"},
	"NOASSERTION":                 {party: "NOASSERTION", orgs: "-"},
	"Organization: NOASSERTION":   {party: "Organization: NOASSERTION", orgs: "-"},
	"a template":                  {party: "[Name of the vendor]", problem: "template", orgs: "-"},
	"a word for nobody":           {party: "unknown", problem: "template", orgs: "-"},
	"a broken package URL":        {purl: "pkg:/@1", problem: "bad-purl", noPURL: true},
	"data after the end":          {after: "\nmore data <x> {", problem: "trailing-data|bad-line|broken-.*|unknown-.*", place: `^(/|line \d|offset \d)`, not: "yaml"},
	"a second document":           {after: "---\nmore: data\n", problem: "trailing-data", only: "yaml"},
	"space after the end":         {after: "\n \r\n", not: "protobuf"},
	"byte order mark":             {encode: func(s string) string { return "\ufeff" + s }, not: "protobuf"},
	"UTF-16, little-endian":       {encode: utf16Text(binary.LittleEndian), not: "protobuf"},
	"UTF-16, big-endian":          {encode: utf16Text(binary.BigEndian), not: "protobuf"},
	"lines of carriage returns":   {encode: func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, not: "protobuf"},
}

func utf16Text(order binary.AppendByteOrder) func(string) string {
	return func(s string) string {
		var out []byte
		for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
			out = order.AppendUint16(out, u)
		}
		return string(out)
	}
}

// document writes the quirk in an encoding.
func (q quirk) document(encoding, text string) string {
	or := func(s, otherwise string) string {
		if s == "" {
			return otherwise
		}
		return s
	}
	spec := "1.6"
	switch {
	case strings.HasPrefix(encoding, "spdx 3"):
		spec = "3.0.1"
	case strings.HasPrefix(encoding, "spdx"):
		spec = "2.3"
	}
	party, version := or(q.party, "Acme Ltd"), or(q.version, "one")
	escape := strings.NewReplacer("<", "&lt;", ">", "&gt;")
	switch {
	case encoding == "cyclonedx protobuf":
		return protoQuirk(or(q.spec, spec), party, or(q.purl, "pkg:generic/a@1"), or(q.cref, "c"), or(q.to, "c"), q.version != "") + q.after
	case encoding == "cyclonedx xml":
		if party = escape.Replace(party); q.raw == "" {
			party = "<name>" + party + "</name>"
		}
	case strings.HasSuffix(encoding, "xml"), strings.HasSuffix(encoding, "rdf"):
		party = escape.Replace(party)
	case strings.HasPrefix(encoding, "cyclonedx"):
		switch {
		case q.raw != "" && encoding == "cyclonedx textproto":
			party = `: "` + party + `"`
		case q.raw != "":
			party = `"` + party + `"`
		case encoding == "cyclonedx textproto":
			party = `{ name: "` + party + `" }`
		default:
			party = `{"name": "` + party + `"}`
		}
	}
	if q.version == "" && regexp.MustCompile(`json|yaml|textproto|spdx 3|syft`).MatchString(encoding) {
		version = `"` + version + `"`
	}
	// What SPDX says of a party that is not said to be one.
	if strings.HasPrefix(encoding, "spdx") && encoding != "spdx 3" && q.party == "" {
		party = "Organization: " + party
	}
	s := strings.NewReplacer("PARTY", party, "PURL", or(q.purl, "pkg:generic/a@1"), "TO", or(q.to, "c"), "CREF", or(q.cref, "c"),
		"SPEC", or(q.spec, spec), "VERSION", version, "VERSIONInfo", "", "SPDXVersion", "SPDXVersion").Replace(text) + q.after
	if q.twice {
		again := regexp.MustCompile(`<version(Info)?>one</version(Info)?>|"?(versionInfo|PackageVersion|version|software_packageVersion)"?: ?"?one"?[,\n]`).FindString(s)
		s = strings.Replace(s, again, again+again, 1)
	}
	if q.encode != nil {
		s = q.encode(s)
	}
	return s
}

func protoQuirk(spec, party, purl, cref, to string, number bool) string {
	str := func(n protowire.Number, s string) []byte {
		return protowire.AppendString(protowire.AppendTag(nil, n, protowire.BytesType), s)
	}
	msg := func(n protowire.Number, parts ...[]byte) []byte { return str(n, string(slices.Concat(parts...))) }
	version := str(9, "one")
	if number {
		version = protowire.AppendVarint(protowire.AppendTag(nil, 9, protowire.VarintType), 1)
	}
	return string(slices.Concat(str(1, spec),
		msg(5, str(3, "a"), msg(4, str(1, party)), str(8, "a"), version, str(16, purl)),
		msg(5, str(3, "b"), str(8, "b")), msg(5, str(3, cref), str(8, "c")),
		msg(8, str(1, "a"), msg(2, str(1, "b"))), msg(8, str(1, "b"), msg(2, str(1, to)))))
}

// TestQuirksOfEncodings reads every quirk in every encoding that can have it.
// The rest of the document is there, what a claims is kept, and a problem names
// the place.
func TestQuirksOfEncodings(t *testing.T) {
	tried := 0
	for name, q := range encodingQuirks {
		for encoding, text := range quirkEncodings {
			if q.only != "" && !regexp.MustCompile(q.only).MatchString(encoding) || q.not != "" && regexp.MustCompile(q.not).MatchString(encoding) {
				continue
			}
			tried++
			t.Run(name+"/"+encoding, func(t *testing.T) {
				written := q.document(encoding, text)
				d := read(t, written)
				checkDocument(t, d)
				defer func() {
					if t.Failed() {
						t.Logf("problems %+v\n%s", d.Problems, written)
					}
				}()
				var names []string
				for _, c := range d.Components {
					names = append(names, c.Name)
				}
				if want := []string{"a", "b", "c"}; !slices.Equal(names, want) && name != "one element described twice" {
					t.Fatalf("components %q, want %q", names, want)
				}
				if n := len(d.Relationships); n != 2 && (n != 1 || !strings.Contains(q.problem, "dangling-ref")) {
					t.Errorf("relationships %+v", d.Relationships)
				}
				var orgs []string
				purl := ""
				for _, cl := range d.Components[0].Claims {
					switch cl.Kind {
					case sbom.OrgName:
						orgs = append(orgs, cl.Value)
					case sbom.PURL:
						purl = cl.Value
					}
				}
				want := q.orgs
				if want == "" {
					want = "Acme Ltd"
				}
				if got := strings.Join(orgs, ","); got != strings.Trim(want, "-") {
					t.Errorf("organizations %q, want %q", got, want)
				}
				if (purl == "") != q.noPURL {
					t.Errorf("package URL %q", purl)
				}
				if strings.Contains(q.party, "@") && !strings.Contains(claims(d.Components[0]), "mail-domain acme.example") {
					t.Errorf("no claim of the mail domain: %s", claims(d.Components[0]))
				}
				if q.version != "" && d.Components[0].Version != q.version {
					t.Errorf("version %q", d.Components[0].Version)
				}
				kind, place := regexp.MustCompile("^("+q.problem+")$"), regexp.MustCompile(somewhere)
				if q.place != "" {
					place = regexp.MustCompile(q.place)
				}
				told := false
				for _, p := range d.Problems {
					if q.problem == "" {
						t.Errorf("problem %+v", p)
						continue
					}
					if kind.MatchString(p.Kind) {
						told = true
						if !place.MatchString(p.Place) {
							t.Errorf("%s: place %q", p.Kind, p.Place)
						}
					} else if p.Kind != "cycle" {
						t.Errorf("problem %+v beside %s", p, q.problem)
					}
				}
				if q.problem != "" && !told {
					t.Errorf("no problem %s", q.problem)
				}
			})
		}
	}
	t.Logf("%d quirks in encodings", tried)
}
