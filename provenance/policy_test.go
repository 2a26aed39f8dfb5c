package provenance

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

const goodPolicy = `id: ours
title: Ours
about: what we buy
parameters:
  countries: {about: who, default: "[KP, IR]"}
  share: {about: how much, default: "50"}
sources:
  law: {url: "https://example.org", title: Law, retrieved: 2026-01-01, says: yes}
rules:
  - id: a
    title: A
    verdict: fail
    severity: high
    when:
      country: {in: $(countries), basis: [registered], nexus: {threshold: $(share), method: cascade}}
      roles: [developer, supplier]
      kinds: [firmware]
      confidence: medium
    effective: 2026-01-01
    until: 2027-01-01
    sources: [law]
  - id: b
    title: B
    verdict: unknown
    when:
      any:
        - unattributed: true
        - min_coverage: 50
`

func TestReadPolicy(t *testing.T) {
	p, err := ReadPolicy("p.yaml", []byte(goodPolicy))
	if err != nil {
		t.Fatal(err)
	}
	c := p.Rules[0].When.Country
	if !slices.Equal(c.In, []string{"KP", "IR"}) || c.Nexus.Threshold != 50 {
		t.Errorf("parameters have no defaults: %+v", c)
	}
	p, err = ReadPolicyOptions("p.yaml", []byte(goodPolicy), &PolicyOptions{Parameters: map[string]string{"countries": "[SE]", "share": "25"}})
	if err != nil {
		t.Fatal(err)
	}
	if c := p.Rules[0].When.Country; !slices.Equal(c.In, []string{"SE"}) || c.Nexus.Threshold != 25 {
		t.Errorf("parameters are not set: %+v", c)
	}
}

// Each mistake is found, at its line.
func TestReadPolicyRefuses(t *testing.T) {
	for _, test := range []struct{ from, to, want string }{
		{"id: ours", "id: Ours!", "p.yaml:1: id: "},
		{"title: Ours", "title: ''", "p.yaml:2: title: "},
		{"verdict: fail", "verdict: block", `p.yaml:12: rules/0/verdict: "block" is not one of fail, review, unknown, info`},
		{"verdict: fail", "verdict: unknown", "p.yaml:12: rules/0/verdict: unknown is for rules"},
		{"severity: high", "severity: huge", "p.yaml:13: rules/0/severity"},
		{"basis: [registered]", "basis: [born]", "p.yaml:15: rules/0/when/country/basis/0"},
		{", nexus: {threshold: $(share), method: cascade}", ", owners: true", "p.yaml:15: rules/0/when/country/owners"},
		{"method: cascade", "method: multiply", "p.yaml:15: rules/0/when/country/nexus/method"},
		{"$(share)", "150", "p.yaml:15: rules/0/when/country/nexus/threshold: 150 is not a percentage"},
		{"roles: [developer, supplier]", "roles: [developer, vendor]", `p.yaml:16: "vendor" is no role`},
		{"kinds: [firmware]", "kinds: [router]", "p.yaml:17: rules/0/when/kinds/0"},
		{"confidence: medium", "confidence: sure", "p.yaml:18: rules/0/when/confidence"},
		{"effective: 2026-01-01", "effective: soon", "p.yaml:19: rules/0/effective"},
		{"until: 2027-01-01", "until: 2025-01-01", "p.yaml:20: rules/0/until: 2025-01-01 lies before 2026-01-01"},
		{"sources: [law]", "sources: [laws]", `p.yaml:21: rules/0/sources/0: no source "laws"`},
		{"id: b", "id: a", `p.yaml:22: rules/1/id: a second rule "a"`},
		{"min_coverage: 50", "min_coverage: 500", "p.yaml:28: rules/1/when/any/1/min_coverage"},
		{"min_coverage: 50", "minimum_coverage: 50", "p.yaml:28: "},
		{"    when:\n      any:\n        - unattributed: true\n        - min_coverage: 50\n", "    when: {kinds: [driver]}\n", "p.yaml:25: rules/1/when: no condition"},
		{"        - unattributed: true\n", "        - {unattributed: true, roles: [developer]}\n", "p.yaml:27: rules/1/when/any/0/unattributed"},
		{"[KP, IR]", "[KP, XX]", `"XX" is not an ISO 3166-1`},
		{"[KP, IR]", "[KP, {a: b}]", "no sequence of scalars"},
		{"[KP, IR]", "[]", "the set of countries (in) is empty"},
		{"in: $(countries)", "in: $(lands)", "p.yaml:15: $(lands): no parameter of that name"},
		{"about: what we buy", "include: [ours]", "includes itself"},
		{"        - min_coverage: 50\n", "        - min_coverage: 50\n  - {id: c, title: C, verdict: fail, when: {list: {id: watch, categories: [Cameras]}}}\n", "p.yaml:29: rules/2/verdict: a category turns on where a thing was produced"},
		{"        - min_coverage: 50\n", "        - min_coverage: 50\n  - {id: c, title: C, verdict: info, when: {list: {id: watch, categories: [Cameras], nexus: {threshold: 1}}}}\n", "p.yaml:29: rules/2/when/list/categories: categories name no organization"},
		{"        - min_coverage: 50\n", "        - min_coverage: 50\n  - {id: c, title: C, verdict: info, when: {if: true, subject: true}}\n", "p.yaml:29: rules/2/when: no condition"},
		{"rules:", "rules: &x", "?"},
		{"title: Ours", "title: Ours\ntitle: Twice", "p.yaml:3"},
	} {
		text := strings.Replace(goodPolicy, test.from, test.to, 1)
		if text == goodPolicy {
			t.Fatalf("%q is not in the policy", test.from)
		}
		_, err := ReadPolicy("p.yaml", []byte(text))
		if test.want == "?" { // an anchor is no mistake
			if err != nil {
				t.Errorf("%s: %v", test.to, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.to, err, test.want)
		}
	}
	for _, text := range []string{"", "rules: [", "- a", "a: b: c", "id: x\n---\nid: y", "\x00", "&a [*a]"} {
		if _, err := ReadPolicy("p.yaml", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), "p.yaml:") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A parameter's value can change no more than a value.
func TestParametersAreValues(t *testing.T) {
	for _, value := range []string{"[SE]}, roles: [developer", "50}}\n  - id: c", "[KP] # all", "{in: [SE]}", "!!binary x: y", "[[KP]]", "", "*a"} {
		_, err := ReadPolicyOptions("p.yaml", []byte(goodPolicy), &PolicyOptions{Parameters: map[string]string{"countries": value}})
		if err == nil {
			t.Errorf("%q was taken", value)
		}
	}
	if _, err := ReadPolicyOptions("p.yaml", []byte(goodPolicy), &PolicyOptions{Parameters: map[string]string{"nations": "[SE]"}}); err == nil || !strings.Contains(err.Error(), "have countries, share") {
		t.Errorf("a parameter that the policy does not have: %v", err)
	}
}

func TestPolicyCheck(t *testing.T) {
	text := `id: p
title: P
rules:
  - id: r
    title: R
    verdict: fail
    when:
      any:
        - list: {id: watch, paragraphs: ["(1)", "(9)"]}
        - list: {id: gone}
        - not: {organization: {ids: [listed, nobody]}}
`
	p, err := ReadPolicy("p.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, err := range p.Check(world()) {
		got = append(got, err.Error())
	}
	want := []string{
		`p.yaml:9: rules/0/when/any/0/list/paragraphs/1: no entry of watch has the paragraph "(9)"`,
		`p.yaml:10: rules/0/when/any/1/list/id: the database has no list "gone"`,
		`p.yaml:11: rules/0/when/any/2/not/organization/ids/1: the database has no organization "nobody"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestExpand(t *testing.T) {
	read := func(graph map[string]string) func(string) (*Policy, error) {
		return func(id string) (*Policy, error) {
			include, ok := graph[id]
			if !ok {
				return nil, errors.New("not there")
			}
			return ReadPolicy(id, []byte(fmt.Sprintf("id: %s\ntitle: T\ninclude: [%s]\nrules: [{id: r, title: R, verdict: unknown, when: {unattributed: true}}]", id, include)))
		}
	}
	for _, test := range []struct {
		graph map[string]string
		want  string // ids in order, or error
	}{
		{map[string]string{"a": ""}, "a"},
		{map[string]string{"a": "b, c", "b": "d", "c": "d", "d": ""}, "d b c a"},
		{map[string]string{"a": "b", "b": "a"}, "circle: a -> b -> a"},
		{map[string]string{"a": "b"}, "include b: not there"},
	} {
		f := read(test.graph)
		p, err := f("a")
		if err != nil {
			t.Fatal(err)
		}
		ps, err := p.Expand(f)
		got := ""
		if err != nil {
			got = err.Error()
		}
		for _, p := range ps {
			got += " " + p.ID
			if len(p.Include) > 0 {
				t.Errorf("%s still includes %v", p.ID, p.Include)
			}
		}
		if !strings.Contains(got+" ", test.want+" ") && !strings.HasSuffix(got, test.want) {
			t.Errorf("%v: %q, want %q", test.graph, got, test.want)
		}
	}
}

func TestDescribe(t *testing.T) {
	p, err := ReadPolicy("p.yaml", []byte(goodPolicy))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(p.Describe(), "\n")
	for _, want := range []string{
		"Ours (ours)\nWhat we buy.",
		`Rule a gives "fail" (severity high) where it is of kind firmware, and the organization is registered in KP or IR, or such hold 50 % or more of it, and its role is developer or supplier, and confidence is at least medium.`,
		"  It applies from 2026-01-01 until 2027-01-01.",
		`Rule b gives "unknown" (severity low) where (nobody is attributed, or less than 50 % of the components are attributed).`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}

func FuzzReadPolicy(f *testing.F) {
	f.Add([]byte(goodPolicy))
	f.Add([]byte("id: ours\ninclude: [a]\ntitle: x\nparameters: {a: {default: '[1]'}}\nrules: $(a)"))
	f.Add([]byte("ieu\n\n\npu"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ReadPolicy("p.yaml", data)
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if line == "" {
					t.Errorf("an empty message in %q", err)
				}
			}
			return
		}
		if p.ID == "" || len(p.Rules)+len(p.Include) == 0 {
			t.Errorf("an empty policy was taken: %q", data)
		}
		p.Check(world())
	})
}

// One reading tells all that is wrong: unknown fields, and values that no field
// may have. What a misspelt field leaves out is not told beside it.
func TestPolicyTellsEverythingAtOnce(t *testing.T) {
	_, err := ReadPolicy("p.yaml", []byte(`id: mine
title: T
foo: 1
rules:
  - id: a
    title: A
    verdikt: fail
    when: {unatributed: true, kinds: [sofware]}
  - id: a
    tittle: x
    when: {unattributed: true}
    verdict: bad
`))
	if err == nil {
		t.Fatal("no error")
	}
	var lines []string
	for _, l := range strings.Split(err.Error(), "\n") {
		f, _, _ := strings.Cut(strings.TrimPrefix(l, "p.yaml:"), ":")
		lines = append(lines, f)
	}
	if want := []string{"3", "7", "8", "10", "8", "9", "12"}; !slices.Equal(lines, want) {
		t.Errorf("lines %v, want %v:\n%v", lines, want, err)
	}
}
