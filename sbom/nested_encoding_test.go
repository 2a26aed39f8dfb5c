package sbom_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
	"google.golang.org/protobuf/encoding/protowire"
)

// nestedEncodings are one document in every encoding of CycloneDX: a device
// that holds firmware, which holds a library (lib), all inside of
// metadata.component; a component (outer) with another (inner) in it, which
// descends from a third (old) that is none of the product's; and a service in a
// service. The words in capitals are what a quirk replaces.
var nestedEncodings = map[string]string{
	"json": `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"bom-ref":"dev","type":"device","name":"dev","components":[
 {"bom-ref":"fw","type":"firmware","name":"fw","components":[{"bom-ref":"LIB","type":"library","name":"lib","version":VERSION,"purl":"PURL","supplier":PARTY}]}]}},
"components":[{"bom-ref":"outer","type":"library","name":"outer","components":[{"bom-ref":"INNER","type":"library","name":"inner","version":VERSION,"supplier":PARTY,
 "pedigree":{"ancestors":[{"bom-ref":"old","type":"library","name":"old","supplier":{"name":"Old Ltd"}}]}}]}],
"services":[{"bom-ref":"cloud","name":"cloud","services":[{"bom-ref":"sub","name":"sub","provider":PARTY,"endpoints":["https://sub.example/"]}]}],
"dependencies":[{"ref":"fw","dependsOn":["TO"]}]}`,
	"yaml": `bomFormat: CycloneDX
specVersion: "1.6"
metadata:
  component:
    bom-ref: dev
    type: device
    name: dev
    components:
    - {bom-ref: fw, type: firmware, name: fw, components: [{bom-ref: "LIB", type: library, name: lib, version: VERSION, purl: "PURL", supplier: PARTY}]}
components:
- bom-ref: outer
  type: library
  name: outer
  components:
  - {bom-ref: "INNER", type: library, name: inner, version: VERSION, supplier: PARTY, pedigree: {ancestors: [{bom-ref: old, type: library, name: old, supplier: {name: Old Ltd}}]}}
services:
- {bom-ref: cloud, name: cloud, services: [{bom-ref: sub, name: sub, provider: PARTY, endpoints: ["https://sub.example/"]}]}
dependencies:
- {ref: fw, dependsOn: ["TO"]}
`,
	"xml": `<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><metadata><component type="device" bom-ref="dev"><name>dev</name><components>
<component type="firmware" bom-ref="fw"><name>fw</name><components><component type="library" bom-ref="LIB"><supplier>PARTY</supplier><name>lib</name><version>VERSION</version><purl>PURL</purl></component></components></component>
</components></component></metadata>
<components><component type="library" bom-ref="outer"><name>outer</name><components><component type="library" bom-ref="INNER"><supplier>PARTY</supplier><name>inner</name><version>VERSION</version>
<pedigree><ancestors><component type="library" bom-ref="old"><supplier><name>Old Ltd</name></supplier><name>old</name></component></ancestors></pedigree></component></components></component></components>
<services><service bom-ref="cloud"><name>cloud</name><services><service bom-ref="sub"><provider>PARTY</provider><name>sub</name><endpoints><endpoint>https://sub.example/</endpoint></endpoints></service></services></service></services>
<dependencies><dependency ref="fw"><dependency ref="TO"/></dependency></dependencies></bom>`,
	"textproto": `spec_version: "1.6"
metadata { component { bom_ref: "dev" type: CLASSIFICATION_DEVICE name: "dev"
  components { bom_ref: "fw" type: CLASSIFICATION_FIRMWARE name: "fw"
    components { bom_ref: "LIB" type: CLASSIFICATION_LIBRARY name: "lib" version: VERSION purl: "PURL" supplier PARTY } } } }
components { bom_ref: "outer" type: CLASSIFICATION_LIBRARY name: "outer"
  components { bom_ref: "INNER" type: CLASSIFICATION_LIBRARY name: "inner" version: VERSION supplier PARTY
    pedigree { ancestors { bom_ref: "old" type: CLASSIFICATION_LIBRARY name: "old" supplier { name: "Old Ltd" } } } } }
services { bom_ref: "cloud" name: "cloud" services { bom_ref: "sub" name: "sub" provider PARTY endpoints: "https://sub.example/" } }
dependencies { ref: "fw" dependencies { ref: "TO" } }
`,
	"protobuf": "", // nestedProto
}

// A nestedQuirk is one thing that is wrong with parts that stand inside others.
type nestedQuirk struct {
	party, purl, lib, inner, to, version string
	raw                                  bool // the party is a string and no object

	only    string // encodings, as an expression
	problem string // kind that is told, empty for none
	orgs    string // what lib and inner claim, and the inner service; default Acme Ltd
	noPURL  bool
}

var nestedQuirks = map[string]nestedQuirk{
	"none":                      {},
	"duplicate references":      {inner: "fw", problem: "duplicate-ref"},
	"one inside of the subject": {lib: "dev", problem: "duplicate-ref"},
	"reference to itself":       {to: "fw", problem: "self-relationship"},
	"dangling reference":        {to: "nowhere", problem: "dangling-ref"},
	"reference to an ancestor":  {to: "old", problem: "dangling-ref"},
	"reference to the subject":  {to: "dev"},
	"reference to a service":    {to: "sub"},
	"a number for a string":     {version: "1", problem: "wrong-type", only: "json|yaml|proto"},
	"a party as a string":       {raw: true, problem: "wrong-type", only: "json|yaml|textproto"},
	"a party as text":           {raw: true, only: "xml"},
	"Organization: X ()":        {party: "Organization: Acme Ltd ()"},
	"X <mail>":                  {party: "Acme Ltd <info@acme.example>"},
	"NOASSERTION":               {party: "NOASSERTION", orgs: "-"},
	"Organization: NOASSERTION": {party: "Organization: NOASSERTION", orgs: "-"},
	"a template":                {party: "[Name of the vendor]", problem: "template", orgs: "-"},
	"a word for nobody":         {party: "unknown", problem: "template", orgs: "-"},
	"a broken package URL":      {purl: "pkg:/@1", problem: "bad-purl", noPURL: true},
}

func (q nestedQuirk) document(encoding, text string) string {
	or := func(s, otherwise string) string {
		if s == "" {
			return otherwise
		}
		return s
	}
	party, version, purl := or(q.party, "Acme Ltd"), or(q.version, `"one"`), or(q.purl, "pkg:generic/lib@1")
	lib, inner, to := or(q.lib, "lib"), or(q.inner, "inner"), or(q.to, "outer")
	switch encoding {
	case "protobuf":
		return nestedProto(party, purl, lib, inner, to, q.version != "")
	case "xml":
		party, version = strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(party), strings.Trim(version, `"`)
		if !q.raw {
			party = "<name>" + party + "</name>"
		}
	case "textproto":
		if party = `{ name: "` + party + `" }`; q.raw {
			party = `: "Acme Ltd"`
		}
	default:
		if party = `{"name": "` + party + `"}`; q.raw {
			party = `"Acme Ltd"`
		}
	}
	return strings.NewReplacer("PARTY", party, "VERSION", version, "PURL", purl, "LIBRARY", "LIBRARY", "LIB", lib, "INNER", inner, "TO", to).Replace(text)
}

// nestedProto writes the document by the field numbers of bom-1.6.proto.
func nestedProto(party, purl, lib, inner, to string, number bool) string {
	str := func(n protowire.Number, s string) string {
		return string(protowire.AppendString(protowire.AppendTag(nil, n, protowire.BytesType), s))
	}
	msg := func(n protowire.Number, parts ...string) string { return str(n, strings.Join(parts, "")) }
	varint := func(n protowire.Number, v uint64) string {
		return string(protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v))
	}
	version := str(9, "one")
	if number {
		version = varint(9, 1)
	}
	const ref, supplier, name, components = 3, 4, 8, 21
	return str(1, "1.6") +
		msg(4, msg(4, varint(1, 5), str(ref, "dev"), str(name, "dev"),
			msg(components, varint(1, 8), str(ref, "fw"), str(name, "fw"),
				msg(components, varint(1, 3), str(ref, lib), msg(supplier, str(1, party)), str(name, "lib"), version, str(16, purl))))) +
		msg(5, varint(1, 3), str(ref, "outer"), str(name, "outer"),
			msg(components, varint(1, 3), str(ref, inner), msg(supplier, str(1, party)), str(name, "inner"), version,
				msg(19, msg(1, str(ref, "old"), msg(supplier, str(1, "Old Ltd")), str(name, "old"))))) +
		msg(6, str(1, "cloud"), str(4, "cloud"), msg(13, str(1, "sub"), msg(2, str(1, party)), str(4, "sub"), str(7, "https://sub.example/"))) +
		msg(8, str(1, "fw"), msg(2, str(1, to)))
}

// TestNestedQuirksOfEncodings reads what stands inside of other parts, with
// every quirk that it can have, in every encoding.
func TestNestedQuirksOfEncodings(t *testing.T) {
	tried := 0
	for name, q := range nestedQuirks {
		for encoding, text := range nestedEncodings {
			if q.only != "" && !regexp.MustCompile(q.only).MatchString(encoding) {
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
				if d.Source.Encoding != encoding && (encoding != "textproto" || !strings.Contains(d.Source.Encoding, "proto")) {
					t.Errorf("read as %s", d.Source.Encoding)
				}
				if d.Subject == nil || d.Subject.Name != "dev" || d.Subject.Type != "device" {
					t.Fatalf("subject %+v", d.Subject)
				}
				byName := map[string]*sbom.Component{"dev": d.Subject}
				var names []string
				for i := range d.Components {
					names = append(names, d.Components[i].Name)
					byName[d.Components[i].Name] = d.Components[i]
				}
				slices.Sort(names)
				if want := []string{"fw", "inner", "lib", "outer"}; !slices.Equal(names, want) {
					t.Fatalf("components %q, want %q", names, want)
				}
				for child, parent := range map[string]string{"fw": "dev", "lib": "fw", "inner": "outer", "outer": ""} {
					want := ""
					if parent != "" {
						want = byName[parent].Ref
					}
					if got := byName[child].Parent; got != want {
						t.Errorf("%s is in %q, want %q", child, got, want)
					}
				}
				if byName["fw"].Type != "firmware" {
					t.Errorf("fw is of type %q", byName["fw"].Type)
				}
				version := strings.Trim(q.version, `"`)
				if version == "" {
					version = "one"
				}
				want := q.orgs
				if want == "" {
					want = "Acme Ltd"
				}
				want = strings.Trim(want, "-")
				for _, c := range []*sbom.Component{byName["lib"], byName["inner"]} {
					if c.Version != version {
						t.Errorf("%s has version %q, want %q", c.Name, c.Version, version)
					}
					if got := orgNames(c.Claims); got != want {
						t.Errorf("%s claims %q, want %q", c.Name, got, want)
					}
				}
				if got := strings.Contains(claims(byName["lib"]), "purl "); got == q.noPURL {
					t.Errorf("package URL among the claims: %v (%s)", got, claims(byName["lib"]))
				}
				if len(d.Services) != 2 || d.Services[0].Name != "cloud" || d.Services[1].Name != "sub" || d.Services[1].Parent != d.Services[0].Ref {
					t.Fatalf("services %+v", d.Services)
				}
				if got := orgNames(d.Services[1].Claims); got != want {
					t.Errorf("the service claims %q, want %q", got, want)
				}
				if !slices.Equal(d.Services[1].Endpoints, []string{"https://sub.example/"}) {
					t.Errorf("endpoints %q", d.Services[1].Endpoints)
				}
				related := 1
				if q.problem == "dangling-ref" || q.to == "fw" {
					related = 0
				}
				if len(d.Relationships) != related {
					t.Errorf("relationships %+v, want %d", d.Relationships, related)
				}
				told := q.problem == ""
				for _, p := range d.Problems {
					if p.Kind == q.problem {
						told = true
						if !regexp.MustCompile(somewhere).MatchString(p.Place) {
							t.Errorf("%s: place %q", p.Kind, p.Place)
						}
					} else {
						t.Errorf("problem %+v beside %q", p, q.problem)
					}
				}
				if !told {
					t.Errorf("no problem %s", q.problem)
				}
			})
		}
	}
	t.Logf("%d quirks in encodings", tried)
}

func orgNames(cs []sbom.Claim) string {
	var out []string
	for _, c := range cs {
		if c.Kind == sbom.OrgName {
			out = append(out, c.Value)
		}
	}
	return strings.Join(out, ",")
}
