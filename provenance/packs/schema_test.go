package packs_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/packs"
	"github.com/touchmark-dev/touchmark/sbom"
)

func compile(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("../../schema/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON turns YAML into what a schema validates: dates are strings there.
func asJSON(t *testing.T, data []byte) any {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal(data, &n); err != nil {
		t.Fatal(err)
	}
	var dates func(n *yaml.Node)
	dates = func(n *yaml.Node) {
		if n.Tag == "!!timestamp" {
			n.Tag = "!!str"
		}
		for _, c := range n.Content {
			dates(c)
		}
	}
	dates(&n)
	var v any
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	v, err = jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Every pack satisfies the schema that editors use, and what the reader
// refuses for its form the schema refuses too.
func TestPolicySchema(t *testing.T) {
	schema := compile(t, "policy-1.schema.json")
	for _, id := range packs.List() {
		data, err := packs.Text(id)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(asJSON(t, data)); err != nil {
			t.Errorf("pack %s: %v", id, err)
		}
	}
	const good = `{id: a, title: A, rules: [{id: r, title: R, verdict: fail, effective: 2026-01, when: {country: {in: [KP]}, roles: $(roles)}}], parameters: {roles: {default: "[developer]"}}}`
	if err := schema.Validate(asJSON(t, []byte(good))); err != nil {
		t.Errorf("a policy that reads: %v", err)
	}
	for _, change := range [][2]string{
		{"verdict: fail", "verdict: block"}, {"id: r,", "id: R,"}, {"in: [KP]", "in: [kp]"}, {"in: [KP]", "in: []"},
		{"roles: $(roles)", "roles: [vendor]"}, {"when: {", "when: {nation: x, "}, {"title: A,", ""}, {"2026-01", "soon"},
		{"rules: [", "regeln: ["},
	} {
		text := strings.Replace(good, change[0], change[1], 1)
		if err := schema.Validate(asJSON(t, []byte(text))); err == nil {
			t.Errorf("the schema takes %s", text)
		}
		if _, err := provenance.ReadPolicy("p.yaml", []byte(text)); err == nil {
			t.Errorf("the reader takes %s", text)
		}
	}
}

func TestWaiverSchema(t *testing.T) {
	schema := compile(t, "waivers-1.schema.json")
	const good = `{waivers: [{id: w, reason: r, owner: o, expires: 2026-12-31, component: "pkg:generic/*"}]}`
	for _, change := range [][2]string{{"", ""}, {"reason: r, ", ""}, {"expires: 2026-12-31, ", ""}, {`, component: "pkg:generic/*"`, ""}, {"owner: o", "owner: ''"}, {"id: w", "ids: w"}} {
		text := strings.Replace(good, change[0], change[1], 1)
		_, err := provenance.ReadWaivers("w.yaml", []byte(text))
		invalid := schema.Validate(asJSON(t, []byte(text)))
		if (err == nil) != (text == good) || (invalid == nil) != (text == good) {
			t.Errorf("%s: reader %v, schema %v", text, err, invalid)
		}
	}
}

// The schemas have exactly the fields and words that the types have.
func TestSchemasFollowTypes(t *testing.T) {
	load := func(file string) map[string]any {
		data, err := os.ReadFile("../../schema/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	fields := func(schema map[string]any, typ reflect.Type) {
		var got, want []string
		properties, _ := schema["properties"].(map[string]any)
		for name := range properties {
			got = append(got, name)
		}
		for i := range typ.NumField() {
			if name, _, _ := strings.Cut(typ.Field(i).Tag.Get("yaml"), ","); name != "" {
				want = append(want, name)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %v, the type %v", typ.Name(), got, want)
		}
	}
	policy, waivers := load("policy-1.schema.json"), load("waivers-1.schema.json")
	fields(policy, reflect.TypeFor[provenance.Policy]())
	defs := policy["$defs"].(map[string]any)
	for _, typ := range []reflect.Type{reflect.TypeFor[provenance.Rule](), reflect.TypeFor[provenance.Condition](), reflect.TypeFor[provenance.Nexus](),
		reflect.TypeFor[provenance.ListCondition](), reflect.TypeFor[provenance.CountryCondition](), reflect.TypeFor[provenance.OrganizationCondition](),
		reflect.TypeFor[provenance.Provision](), reflect.TypeFor[provenance.Source](), reflect.TypeFor[provenance.Parameter]()} {
		def, ok := defs[typ.Name()].(map[string]any)
		if !ok {
			t.Errorf("the schema has no %s", typ.Name())
			continue
		}
		fields(def, typ)
	}
	fields(waivers["$defs"].(map[string]any)["Waiver"].(map[string]any), reflect.TypeFor[provenance.Waiver]())

	text, err := json.Marshal(policy)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range sbom.Roles() {
		if !strings.Contains(string(text), `"`+r.String()+`"`) {
			t.Errorf("the schema does not know the role %s", r)
		}
	}
}
