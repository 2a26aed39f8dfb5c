package strict

import (
	"encoding/json"
	"testing"
)

// FuzzParseJSON holds the parser against encoding/json: which texts are JSON,
// and what they say.
func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"b":[[]]},"\ud83d\ude00\n"],"a":-0.5e+3}`, `[1,2`, `{"a":}`, `"\ud800x"`, "\"\x01\"", `01`, `1.`, `{"a":[{"x":1},{"x":"\u00g0"}]}`, " true ", "nul"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tree, err := ParseJSON(s, 1000)
		if want := json.Valid([]byte(s)); want != (err == nil) {
			t.Fatalf("valid is %v, ours says %v", want, err)
		}
		if err != nil {
			return
		}
		var want any
		dec := json.Unmarshal([]byte(s), &want)
		if dec != nil {
			return // a number that Go has no room for
		}
		same(t, ref{tree, 1}, want)
	})
}

func same(t *testing.T, r ref, want any) {
	t.Helper()
	r = opened(r)
	n := r.node()
	switch want := want.(type) {
	case map[string]any:
		if n.Kind != Object || int(n.n) != len(want) {
			t.Fatalf("%c with %d members, want %v", n.Kind, n.n, want)
		}
		for k, v := range want {
			i := r.t.Member(r.i, k)
			if i == 0 {
				t.Fatalf("no member %q", k)
			}
			same(t, ref{r.t, i}, v)
		}
	case []any:
		if n.Kind != Array || int(n.n) != len(want) {
			t.Fatalf("%c with %d items, want %v", n.Kind, n.n, want)
		}
		k := 0
		r.t.Each(r.i, func(i int32) {
			same(t, ref{r.t, i}, want[k])
			k++
		})
	case string:
		if n.Kind != String || n.Text != want {
			t.Fatalf("%c %q, want %q", n.Kind, n.Text, want)
		}
	case bool:
		if n.Kind != Boolean || n.Text != map[bool]string{true: "true", false: "false"}[want] {
			t.Fatalf("%c %q, want %v", n.Kind, n.Text, want)
		}
	case nil:
		if n.Kind != Null {
			t.Fatalf("%c, want null", n.Kind)
		}
	case float64:
		if n.Kind != Number {
			t.Fatalf("%c, want a number", n.Kind)
		}
	}
}

func TestCanonicalNumber(t *testing.T) {
	for _, same := range [][]string{{"1", "1.0", "10e-1", "0.1E1"}, {"0", "-0", "0.00", "0e9"}, {"1000", "1e3"}, {"-1.5", "-15e-1"}} {
		for _, s := range same {
			if canonicalNumber(s) != canonicalNumber(same[0]) {
				t.Errorf("%s is %s, and %s is %s", s, canonicalNumber(s), same[0], canonicalNumber(same[0]))
			}
		}
	}
	for s, want := range map[string]bool{"1": true, "1.0": true, "1.5": false, "1e2": true, "15e-1": false, "150e-1": true, "1e-999999999999999999999": false} {
		if got := hasType(&Node{Kind: Number, Text: s}, "i"); got != want {
			t.Errorf("%s is an integer: %v", s, got)
		}
	}
}

func TestExpression(t *testing.T) {
	for s, ok := range map[string]bool{
		"MIT": true, "mit": true, "GPL-2.0+": true, "(MIT)": true, "MIT AND (Apache-2.0 OR BSD-3-Clause)": true,
		"GPL-2.0-only WITH Classpath-exception-2.0": true, "DocumentRef-a:LicenseRef-b": true, "LicenseRef-x AND MIT": true,
		"Not-A-Licence": true, // in no list, and well-formed
		"":              false, "MIT AND": false, "AND MIT": false, "MIT Apache-2.0": false, "(MIT": false, "MIT)": false, "MIT and Apache-2.0": false,
		"A, B": false, "()": false, "MIT (OR) MIT": false, "DocumentRef-a:MIT": false, "(MIT) WITH x": false, "MIT WITH (x)": false, "LicenseRef_a": false,
	} {
		if _, err := ParseExpression(s); (err == nil) != ok {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// TestSPDX3Table checks that every type of a property is one.
func TestSPDX3Table(t *testing.T) {
	m, err := loadSPDX3()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"DateTime": true, "SemVer": true, "MediaType": true, "xsd:string": true, "xsd:anyURI": true, "xsd:boolean": true,
		"xsd:decimal": true, "xsd:double": true, "xsd:float": true, "xsd:integer": true, "xsd:nonNegativeInteger": true, "xsd:positiveInteger": true}
	n := 0
	for _, c := range m.classes {
		for _, p := range c.props {
			n++
			if !known[p.typ] && m.classes[p.typ] == nil && m.enums[p.typ] == nil {
				t.Errorf("%s.%s: type %q", c.name, p.name, p.typ)
			}
		}
	}
	t.Logf("%d classes, %d properties, %d vocabularies", len(m.classes), n, len(m.enums))
}
