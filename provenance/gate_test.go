package provenance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// world is a small database with one organization for each thing that a rule
// can turn on.
func world() *Records {
	cite := map[string]Source{"s": {URL: "https://example.org/register", Title: "Register", Retrieved: "2026-01-01", Says: "says so"}}
	cited := Statement{Sources: []string{"s"}}
	company := func(id, name string, origins []Origin, owners ...Owner) Organization {
		return Organization{ID: id, Name: name, Kind: Company, Origins: origins, Owners: owners, Sources: cite, Reviewed: "2026-01-01",
			Identifiers: []Identifier{{Kind: sbom.LiteralMark, Value: name + " mark", Role: sbom.SDK, Statement: cited}}}
	}
	in := func(country string, basis ...Basis) []Origin {
		var out []Origin
		for _, b := range basis {
			out = append(out, Origin{Country: country, Basis: b, Statement: cited})
		}
		return out
	}
	own := func(id string, share Share) Owner {
		return Owner{Organization: id, Share: share, Kind: Equity, Statement: cited}
	}
	moved := company("moved", "Moved Cameras", []Origin{
		{Country: "NL", Basis: Headquartered, Until: "2022-12-31", Statement: cited},
		{Country: "KP", Basis: Headquartered, Since: "2023-01-01", Statement: cited}})
	disputed := company("disputed", "Disputed Radios", []Origin{{Country: "KP", Basis: Registered,
		Statement: Statement{Sources: []string{"s"}, Disputed: "the company says that it left"}}})
	foundation := company("forge", "Forge Foundation", in("KP", Registered))
	foundation.Kind = Foundation
	sold := company("sold", "Sold Routers", in("SE", Registered), Owner{Organization: "listed", Share: "100", Kind: Equity, Until: "2020-06-30", Statement: cited})
	shared := []Organization{company("north", "North Brand", in("KP", Headquartered)), company("south", "South Brand", in("SE", Headquartered))}
	for i := range shared {
		shared[i].Names = []Name{{Name: "Twin Lamps", Kind: BrandName, Statement: cited}}
	}
	return &Records{Name: "test", Organizations: append([]Organization{
		company("listed", "Listed Optics", in("KP", Registered, Headquartered)),
		company("child", "Child Optics", in("SE", Registered), own("listed", "60")),
		company("grandchild", "Grandchild Optics", in("SE", Registered), own("child", "51")),
		company("half", "Half Optics", in("SE", Registered), own("listed", "50")),
		company("vague", "Vague Optics", in("SE", Registered), own("listed", "40-60")),
		company("minor", "Minor Optics", in("SE", Registered), own("listed", "20")),
		company("state", "State Works", in("SE", Registered), Owner{State: "KP", Share: "70", Kind: StateHeld, Statement: cited}),
		company("soon", "Soon Listed", in("SE", Registered)),
		company("ended", "Once Listed", in("SE", Registered)),
		company("plain", "Plain Software", in("SE", Registered, Headquartered)),
		moved, disputed, foundation, sold,
	}, shared...),
		Lists: []List{{ID: "watch", Title: "Watch List", URL: "https://example.org/watch", Edition: "2026-01-01", Complete: true, Sources: cite,
			Entries: []ListEntry{
				{Name: "LISTED OPTICS CO", Kind: EntityEntry, Organizations: []string{"listed"}, Paragraph: "(1)", Effective: "2020-01-01", Statement: cited},
				{Name: "SOON LISTED LTD", Kind: EntityEntry, Organizations: []string{"soon"}, Paragraph: "(2)", Effective: "2027-01-01", Statement: cited},
				{Name: "ONCE LISTED LTD", Kind: EntityEntry, Organizations: []string{"ended"}, Paragraph: "(2)", Effective: "2019-01-01", Ended: "2024-12-31", Statement: cited},
				{Name: "All cameras produced in SE", Kind: CategoryEntry, Organizations: []string{"plain"}, Paragraph: "(3)", Effective: "2019-01-01", Statement: cited},
			}}}}
}

// policy reads a policy of one rule.
func policy(t testing.TB, rule string) *Policy {
	t.Helper()
	p, err := ReadPolicy("p.yaml", []byte("id: p\ntitle: P\nrules:\n  - {id: r, title: R, "+rule+"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// copyOf copies a component, so that the copy can be changed.
func copyOf(c *sbom.Component) *sbom.Component {
	d := *c
	return &d
}

// supplied is a component whose document names its supplier.
func supplied(name, supplier string) *sbom.Component {
	return &sbom.Component{Ref: "ref-" + name, Name: name, Type: sbom.Firmware, Place: "/components/" + name,
		Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: supplier, Role: sbom.Supplier, By: sbom.ByDocument, Field: "supplier/name"}}}
}

func analyze(t testing.TB, components []*sbom.Component, opts Options) *Report {
	t.Helper()
	if opts.AsOf == "" {
		opts.AsOf = "2026-06-01"
	}
	r, err := Analyze(context.Background(), &sbom.Document{Components: components}, world(), &opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What a rule gives for a component, by who supplied it.
func TestRule(t *testing.T) {
	const nexus = "nexus: {threshold: 50}"
	for _, test := range []struct {
		name, rule, supplier string
		want                 Verdict
		doubt                string // in Downgraded
	}{
		{"listed", "verdict: fail, when: {list: {id: watch}}", "Listed Optics", Fail, ""},
		{"other paragraph", "verdict: fail, when: {list: {id: watch, paragraphs: ['(2)']}}", "Listed Optics", NoFinding, ""},
		{"not listed", "verdict: fail, when: {list: {id: watch}}", "Plain Software", NoFinding, ""},
		{"a category names no organization", "verdict: fail, when: {list: {id: watch, paragraphs: ['(3)']}}", "Plain Software", NoFinding, ""},
		{"a category asks", "verdict: review, when: {list: {id: watch, categories: [All cameras produced in SE]}}", "Listed Optics", Review, ""},
		{"a category asks of the unknown too", "verdict: review, when: {list: {id: watch, categories: [All cameras produced in SE]}}", "Nobody Knows Ltd", Review, ""},
		{"a category of another name", "verdict: review, when: {list: {id: watch, categories: [All radios]}}", "Plain Software", NoFinding, ""},
		{"an edition", "verdict: fail, when: {list: {id: watch, edition: '2026-01-01'}}", "Listed Optics", Fail, ""},
		{"another edition", "verdict: fail, when: {list: {id: watch, edition: '2025-01-01'}}", "Listed Optics", NoFinding, ""},
		{"what the user states", "verdict: fail, when: {if: true, list: {id: watch}}", "Listed Optics", Fail, ""},
		{"what the user denies", "verdict: fail, when: {if: false, list: {id: watch}}", "Listed Optics", NoFinding, ""},
		{"subject", "verdict: fail, when: {subject: true, list: {id: watch}}", "Listed Optics", NoFinding, ""},
		{"entry ended", "verdict: fail, when: {list: {id: watch}}", "Once Listed", NoFinding, ""},
		{"entry not yet in force", "verdict: fail, when: {list: {id: watch}}", "Soon Listed", NoFinding, ""},
		{"no nexus", "verdict: fail, when: {list: {id: watch}}", "Child Optics", NoFinding, ""},
		{"held by listed", "verdict: fail, when: {list: {id: watch, " + nexus + "}}", "Child Optics", Fail, ""},
		{"held at one remove: 51 of 60 percent is whole", "verdict: fail, when: {list: {id: watch, " + nexus + "}}", "Grandchild Optics", Fail, ""},
		{"half is enough", "verdict: fail, when: {list: {id: watch, " + nexus + "}}", "Half Optics", Fail, ""},
		{"half is not more than half", "verdict: fail, when: {list: {id: watch, nexus: {threshold: 50, exclusive: true}}}", "Half Optics", NoFinding, ""},
		{"share not known", "verdict: fail, when: {list: {id: watch, " + nexus + "}}", "Vague Optics", Review, "not exactly known"},
		{"a fifth", "verdict: fail, when: {list: {id: watch, " + nexus + "}}", "Minor Optics", NoFinding, ""},
		{"a fifth of a lower threshold", "verdict: fail, when: {list: {id: watch, nexus: {threshold: 10}}}", "Minor Optics", Fail, ""},
		{"sold before the date", "verdict: fail, when: {list: {id: watch, " + nexus + "}}", "Sold Routers", NoFinding, ""},
		{"country", "verdict: fail, when: {country: {in: [KP]}}", "Listed Optics", Fail, ""},
		{"country of an owner without nexus", "verdict: fail, when: {country: {in: [KP]}}", "Child Optics", NoFinding, ""},
		{"country of an owner", "verdict: fail, when: {country: {in: [KP], " + nexus + "}}", "Child Optics", Fail, ""},
		{"owners only", "verdict: fail, when: {country: {in: [KP], owners: true, nexus: {threshold: 10}}}", "Minor Optics", Fail, ""},
		{"owners only, and it has none", "verdict: fail, when: {country: {in: [KP], owners: true, nexus: {threshold: 10}}}", "Listed Optics", NoFinding, ""},
		{"a state as owner", "verdict: fail, when: {country: {in: [KP], " + nexus + "}}", "State Works", Fail, ""},
		{"basis", "verdict: fail, when: {country: {in: [SE], basis: [headquartered]}}", "Child Optics", NoFinding, ""},
		{"moved there since", "verdict: fail, when: {country: {in: [KP]}}", "Moved Cameras", Fail, ""},
		{"moved away since", "verdict: fail, when: {country: {in: [NL]}}", "Moved Cameras", NoFinding, ""},
		{"disputed", "verdict: fail, when: {country: {in: [KP]}}", "Disputed Radios", Review, "the company says that it left"},
		{"a foundation's seat", "verdict: fail, when: {country: {in: [KP]}, roles: [supplier, maintainer]}", "Forge Foundation", NoFinding, ""},
		{"a foundation, asked for", "verdict: fail, when: {country: {in: [KP]}, foundations: true}", "Forge Foundation", Fail, ""},
		{"organization", "verdict: fail, when: {organization: {ids: [listed]}}", "Listed Optics", Fail, ""},
		{"what an organization holds", "verdict: fail, when: {organization: {ids: [listed], " + nexus + "}}", "Child Optics", Fail, ""},
		{"role", "verdict: fail, when: {organization: {ids: [listed]}, roles: [developer]}", "Listed Optics", NoFinding, ""},
		{"confidence", "verdict: fail, when: {organization: {ids: [listed]}, confidence: high}", "Listed Optics", NoFinding, ""},
		{"kind", "verdict: fail, when: {organization: {ids: [listed]}, kinds: [service, driver]}", "Listed Optics", NoFinding, ""},
		{"kind that fits", "verdict: fail, when: {organization: {ids: [listed]}, kinds: [service, firmware]}", "Listed Optics", Fail, ""},
		{"technique", "verdict: fail, when: {organization: {ids: [listed]}, techniques: [binary-analysis]}", "Listed Optics", NoFinding, ""},
		{"technique of a document", "verdict: fail, when: {organization: {ids: [listed]}, techniques: [manifest-analysis]}", "Listed Optics", Fail, ""},
		{"shared name", "verdict: fail, when: {country: {in: [KP]}}", "Twin Lamps", Review, "South Brand"},
		{"shared name, asked for", "verdict: review, when: {ambiguous: true}", "Twin Lamps", Review, ""},
		{"review stays review", "verdict: review, when: {country: {in: [KP]}}", "Twin Lamps", Review, ""},
		{"info sets no verdict", "verdict: info, when: {country: {in: [KP]}}", "Listed Optics", NoFinding, ""},
		{"unattributed", "verdict: unknown, when: {unattributed: true}", "Nobody Knows Ltd", UnknownVerdict, ""},
		{"unattributed may fail", "verdict: fail, when: {unattributed: true}", "Nobody Knows Ltd", Fail, ""},
		{"attributed", "verdict: unknown, when: {unattributed: true}", "Plain Software", NoFinding, ""},
		{"coverage", "verdict: unknown, when: {min_coverage: 50}", "Nobody Knows Ltd", UnknownVerdict, ""},
		{"coverage met", "verdict: unknown, when: {min_coverage: 50}", "Plain Software", NoFinding, ""},
		{"not in a country", "verdict: review, when: {not: {country: {in: [KP], " + nexus + "}}}", "Plain Software", Review, ""},
		{"not in a country, of one that is", "verdict: review, when: {not: {country: {in: [KP], " + nexus + "}}}", "Child Optics", NoFinding, ""},
		{"nobody knows what the unknown is not", "verdict: review, when: {not: {country: {in: [KP]}}}", "Nobody Knows Ltd", NoFinding, ""},
		{"any", "verdict: fail, when: {any: [{list: {id: watch}}, {country: {in: [SE]}}]}", "Plain Software", Fail, ""},
		{"any, the surer part decides", "verdict: fail, when: {any: [{list: {id: watch, " + nexus + "}}, {country: {in: [SE]}}]}", "Vague Optics", Fail, ""},
		{"all", "verdict: fail, when: {all: [{list: {id: watch, " + nexus + "}}, {country: {in: [SE]}}]}", "Child Optics", Fail, ""},
		{"all, the weaker part decides", "verdict: fail, when: {all: [{list: {id: watch, " + nexus + "}}, {country: {in: [SE]}}]}", "Vague Optics", Review, "not exactly known"},
		{"roles pass down", "verdict: fail, when: {roles: [developer], any: [{list: {id: watch}}]}", "Listed Optics", NoFinding, ""},
		{"a rule that ended", "verdict: fail, until: 2025-12-31, when: {list: {id: watch}}", "Listed Optics", NoFinding, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := analyze(t, []*sbom.Component{supplied("a", test.supplier)}, Options{Policies: []*Policy{policy(t, test.rule)}})
			if r.Verdict != test.want {
				t.Fatalf("verdict %s, want %s: %+v", r.Verdict, test.want, r.Findings)
			}
			if len(r.Upcoming) > 0 && test.supplier != "Soon Listed" {
				t.Errorf("upcoming: %+v", r.Upcoming)
			}
			downgraded := ""
			for _, f := range r.Findings {
				downgraded += f.Downgraded
			}
			if (downgraded == "") != (test.doubt == "") || !strings.Contains(downgraded, test.doubt) {
				t.Errorf("downgraded %q, want %q", downgraded, test.doubt)
			}
		})
	}
}

func TestNoPolicyNoVerdict(t *testing.T) {
	r := analyze(t, []*sbom.Component{supplied("a", "Listed Optics")}, Options{})
	if r.Verdict != "" || len(r.Findings) != 0 {
		t.Errorf("verdict %q, %d findings", r.Verdict, len(r.Findings))
	}
}

// Rules and list entries that begin later are shown with their day and do not
// count.
func TestUpcoming(t *testing.T) {
	for _, test := range []struct {
		name, rule, supplier string
		from                 Date
	}{
		{"rule", "verdict: fail, effective: 2027-06-30, when: {list: {id: watch}}", "Listed Optics", "2027-06-30"},
		{"provision", "verdict: fail, provisions: [{paragraph: '1', effective: 2028-01-01}, {paragraph: '2', effective: 2027-01-01}], when: {list: {id: watch}}", "Listed Optics", "2027-01-01"},
		{"entry", "verdict: fail, when: {list: {id: watch}}", "Soon Listed", "2027-01-01"},
		{"entry after the rule", "verdict: fail, effective: 2026-12-01, when: {list: {id: watch}}", "Soon Listed", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := analyze(t, []*sbom.Component{supplied("a", test.supplier)}, Options{Policies: []*Policy{policy(t, test.rule)}})
			if r.Verdict != NoFinding || len(r.Findings) != 0 {
				t.Errorf("it counts: %s %+v", r.Verdict, r.Findings)
			}
			if test.from == "" {
				return
			}
			if len(r.Upcoming) != 1 || r.Upcoming[0].From != test.from || r.Upcoming[0].Verdict != Fail {
				t.Fatalf("upcoming %+v, want one fail from %s", r.Upcoming, test.from)
			}
			later := analyze(t, []*sbom.Component{supplied("a", test.supplier)}, Options{AsOf: test.from, Policies: []*Policy{policy(t, test.rule)}})
			if later.Verdict != Fail || len(later.Findings) != 1 || later.Findings[0].ID != r.Upcoming[0].ID {
				t.Errorf("on %s: %s %+v, want the same finding", test.from, later.Verdict, later.Findings)
			}
		})
	}
}

// A supplier that is a distribution, elsewhere in the same component, is none.
func TestDistributorIsNoSupplier(t *testing.T) {
	r := analyze(t, []*sbom.Component{supplied("a", "Listed Optics")}, Options{})
	r.Components[0].Attributions = append(r.Components[0].Attributions,
		Attribution{Organization: r.Components[0].Attributions[0].Organization, Role: sbom.Distributor, Confidence: sbom.High})
	opts := &Options{Policies: []*Policy{policy(t, "verdict: fail, when: {list: {id: watch}}")}}
	if err := applyPolicies(context.Background(), r, world(), opts, nil); err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 0 {
		t.Errorf("got %+v", r.Findings)
	}
}

// mixed is one component for each organization, some found in bytes.
func mixed() []*sbom.Component {
	var out []*sbom.Component
	for i, o := range world().Organizations {
		c := supplied(fmt.Sprintf("part%d", i), o.Name)
		c.PURL = fmt.Sprintf("pkg:generic/part%d@1.%d", i, i)
		c.Version = fmt.Sprintf("1.%d", i)
		if i%2 == 1 {
			c.Claims = []sbom.Claim{{Kind: sbom.LiteralMark, Value: o.Name + " mark", By: sbom.ByBytes,
				Evidence: []sbom.Evidence{{Technique: sbom.BinaryAnalysis, Extractor: "literal:" + o.ID, Path: "bin/part", Offset: 4096, Length: 9, Match: o.Name}}}}
			c.Place = ""
		}
		out = append(out, c)
	}
	return append(out, supplied("orphan", "Nobody Knows Ltd"), supplied("twin", "Twin Lamps"))
}

func everything(t testing.TB) []*Policy {
	p, err := ReadPolicy("everything.yaml", []byte(`
id: everything
title: All sorts of rules
sources: {law: {url: "https://example.org/law", title: A law, retrieved: 2026-01-01, says: it says so}}
rules:
  - {id: listed, title: Listed, verdict: fail, when: {list: {id: watch, nexus: {threshold: 50}}}, provisions: [{paragraph: "1", effective: 2021-01-01, says: a duty}], sources: [law]}
  - {id: country, title: Country, verdict: review, when: {country: {in: [KP], nexus: {threshold: 50}}, foundations: true}, sources: [law]}
  - {id: named, title: Named, verdict: info, when: {organization: {ids: [listed, plain], nexus: {threshold: 50}}}, sources: [law]}
  - {id: orphan, title: Unattributed, verdict: unknown, when: {unattributed: true}}
  - {id: twin, title: Ambiguous, verdict: review, when: {ambiguous: true}}
  - {id: thin, title: Coverage, verdict: unknown, when: {min_coverage: 99}}
`))
	if err != nil {
		t.Fatal(err)
	}
	return []*Policy{p}
}

// Every finding can be walked back from the rule to the bytes or the field.
func TestStepsAreComplete(t *testing.T) {
	r := analyze(t, mixed(), Options{Policies: everything(t)})
	rules := map[string]int{}
	for _, f := range r.Findings {
		rules[f.Rule]++
		has := map[StepKind]int{}
		for i, s := range f.Steps {
			has[s.Kind]++
			if s.Text == "" || !strings.HasSuffix(s.Text, ".") {
				t.Errorf("%s: step %d is no sentence: %q", f.ID, i, s.Text)
			}
			switch s.Kind {
			case StepListEntry, StepOrigin, StepOwnership:
				if len(s.Sources) == 0 {
					t.Errorf("%s: no source: %s", f.ID, s.Text)
				}
			case StepClaim:
				if len(s.Evidence) == 0 && s.Place == "" {
					t.Errorf("%s: neither evidence nor place: %s", f.ID, s.Text)
				}
				for _, e := range s.Evidence {
					if e.Path == "" || e.Length == 0 {
						t.Errorf("%s: evidence without path and offset: %+v", f.ID, e)
					}
				}
			}
		}
		var want []StepKind
		switch f.Rule {
		case "listed":
			want = []StepKind{StepRule, StepProvision, StepListEntry, StepOrganization, StepIdentifier, StepClaim}
			if f.List == nil || f.List.Entry != "LISTED OPTICS CO" || f.List.Effective != "2020-01-01" {
				t.Errorf("%s: list %+v", f.ID, f.List)
			}
			if f.Organization.ID != "listed" {
				want = append(want, StepOwnership)
			}
		case "country":
			want = []StepKind{StepRule, StepOrganization, StepIdentifier, StepClaim}
			if f.Organization.ID == "state" {
				want = append(want, StepOwnership)
			} else {
				want = append(want, StepOrigin)
			}
		case "named", "twin":
			want = []StepKind{StepRule, StepOrganization, StepIdentifier, StepClaim}
		case "orphan", "thin":
			want = []StepKind{StepRule, StepInput}
		}
		for _, k := range want {
			if has[k] == 0 {
				t.Errorf("%s (%s): no step of kind %s", f.ID, f.Why, k)
			}
		}
		if f.Why == "" || strings.Contains(f.Why, "\n") {
			t.Errorf("%s: why %q is not one line", f.ID, f.Why)
		}
	}
	for _, rule := range []string{"listed", "country", "named", "orphan", "twin", "thin"} {
		if rules[rule] == 0 {
			t.Errorf("no finding of rule %s: the test shows nothing", rule)
		}
	}
}

// Where control was another one when the component was released, both are
// shown.
func TestRelease(t *testing.T) {
	step := func(r *Report) string {
		for _, f := range r.Findings {
			for _, s := range f.Steps {
				if s.Kind == StepRelease {
					return s.Text
				}
			}
		}
		return ""
	}
	c := supplied("a", "Moved Cameras")
	country := Options{Policies: []*Policy{policy(t, "verdict: fail, when: {country: {in: [KP, NL]}}")}}
	for released, want := range map[string]string{
		"2021-05-01T10:00:00Z": "is headquartered in NL", "2024-01-01": "", "": "", "soon": "", "2031-01-01": "",
	} {
		c.Released = released
		if got := step(analyze(t, []*sbom.Component{c}, country)); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("released %q: %q, want %q", released, got, want)
		}
	}
	c = supplied("a", "Listed Optics")
	c.Released = "2018-01-01"
	list := Options{Policies: []*Policy{policy(t, "verdict: fail, when: {list: {id: watch}}")}}
	if got := step(analyze(t, []*sbom.Component{c}, list)); !strings.Contains(got, "was not covered") {
		t.Errorf("released before the listing: %q", got)
	}
}

func ids(fs []Finding) []string {
	out := make([]string, 0, len(fs))
	for _, f := range fs {
		out = append(out, f.ID)
	}
	slices.Sort(out)
	return out
}

// Order never matters, and versions do not change a finding's ID.
func TestOrderAndVersions(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	cs := append(mixed(), mixed()[2:7]...) // some twice
	for i := range cs {
		cs[i].Ref = fmt.Sprint("r", i)
	}
	want := analyze(t, cs, Options{Policies: everything(t)})
	for range 20 {
		shuffled := slices.Clone(cs)
		rnd.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got := analyze(t, shuffled, Options{Policies: everything(t)})
		if !reflect.DeepEqual(got.Findings, want.Findings) {
			t.Fatal("another order gives other findings")
		}
	}
	bumped := slices.Clone(cs)
	for i := range bumped {
		bumped[i].Version = "9.9"
		if bumped[i].PURL != "" {
			bumped[i].PURL = versionless(bumped[i].PURL) + "@9.9?arch=mips"
		}
		bumped[i].Ref = fmt.Sprint("other", i)
	}
	if got := analyze(t, bumped, Options{Policies: everything(t)}); !slices.Equal(ids(got.Findings), ids(want.Findings)) {
		t.Errorf("other versions give other ids:\n%v\n%v", ids(got.Findings), ids(want.Findings))
	}
	if all := ids(want.Findings); len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("ids are not unique: %v", all)
	}
}

// Two versions of one thing are one finding that names both and is as bad as
// the worse.
func TestCopies(t *testing.T) {
	a, b := supplied("cam", "Vague Optics"), supplied("cam", "Vague Optics")
	a.Version, b.Version, b.Ref = "1", "2", "other"
	b.Claims[0].Value = "Child Optics"
	c := copyOf(b)
	c.Ref, c.Version = "third", "3"
	opts := Options{Policies: []*Policy{policy(t, "verdict: fail, when: {list: {id: watch, nexus: {threshold: 50}}}")}}
	r := analyze(t, []*sbom.Component{a, b, c}, opts)
	if len(r.Findings) != 2 {
		t.Fatalf("%d findings, want one for each organization", len(r.Findings))
	}
	f := r.Findings[0]
	if f.Verdict != Fail || f.Component != "other" || !slices.Equal(f.Also, []string{"third"}) {
		t.Errorf("got %s of %s and %v", f.Verdict, f.Component, f.Also)
	}
	claims := 0
	for _, s := range f.Steps {
		if s.Kind == StepClaim {
			claims++
		}
	}
	if claims != 2 {
		t.Errorf("%d claims are shown, want those of both", claims)
	}
}

// Adding an organization, or a component, never removes a finding about
// another component.
func TestAddingRemovesNothing(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	all := mixed()
	for range 30 {
		rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		n := 1 + rnd.IntN(len(all)-1)
		before := ids(dropInput(analyze(t, all[:n], Options{Policies: everything(t)}).Findings))
		grown := slices.Clone(all[:n+1])
		i := rnd.IntN(n + 1)
		extra := grown[i]
		extra.Claims = append(slices.Clone(extra.Claims), sbom.Claim{Kind: sbom.OrgName, Value: "Plain Software", Role: sbom.Manufacturer, By: sbom.ByDocument, Field: "manufacturer/name"})
		grown[i] = extra
		after := ids(analyze(t, grown, Options{Policies: everything(t)}).Findings)
		for _, id := range before {
			about := strings.HasPrefix(id, "everything.orphan-") && strings.Contains(grown[i].Name, "orphan")
			if !slices.Contains(after, id) && !about {
				t.Fatalf("%s is gone after adding a maker to %s", id, grown[i].Name)
			}
		}
	}
}

// dropInput leaves out findings about the input as a whole.
func dropInput(fs []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(fs), func(f Finding) bool { return f.Component == "" && f.Service == "" })
}

func TestApplyRefuses(t *testing.T) {
	p := everything(t)[0]
	including := *p
	including.Include = []string{"other"}
	for name, opts := range map[string]Options{
		"expand it first": {Policies: []*Policy{&including}},
		"given twice":     {Policies: []*Policy{p, p}},
		"expires missing": {Policies: []*Policy{p}, Waivers: []Waiver{{ID: "w", Reason: "r", Owner: "o", Rule: "everything"}}},
	} {
		_, err := Analyze(context.Background(), &sbom.Document{}, world(), &opts)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := applyPolicies(ctx, &Report{}, world(), &Options{Policies: []*Policy{p}}, nil); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestLicenceKind(t *testing.T) {
	for licence, want := range map[string]Kind{
		"MIT": KindOpenSource, "GPL-2.0-only WITH Linux-syscall-note": KindOpenSource, "(MIT OR Apache-2.0) AND BSD-3-Clause": KindOpenSource,
		"Dual BSD/GPL": KindOpenSource, "GPL": KindOpenSource, "Proprietary": KindProprietary, "LicenseRef-Acme-Commercial": KindProprietary,
		"": KindLicenceUnknown, "NOASSERTION": KindLicenceUnknown, "LicenseRef-acme": KindLicenceUnknown, "MIT AND LicenseRef-acme": KindLicenceUnknown,
	} {
		if got := licenseKindOf(licence); got != want {
			t.Errorf("%q: %s, want %s", licence, got, want)
		}
	}
}

func licenseKindOf(l string) Kind { return licenceKind(&Component{Licenses: []string{l}}, nil) }

// Marks of two unrelated organizations in one role conflict; those of a parent
// and its subsidiary do not, nor do those in different roles.
func TestConflicting(t *testing.T) {
	opts := Options{Policies: []*Policy{policy(t, "verdict: review, when: {conflicting: true}")}}
	second := func(name string, role sbom.Role) *sbom.Component {
		c := supplied("a", "Plain Software")
		c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.OrgName, Value: name, Role: role, By: sbom.ByDocument, Field: "x"})
		return c
	}
	both := func(c *sbom.Component, first string) *sbom.Component {
		c.Claims[0].Value = first
		return c
	}
	for name, test := range map[string]struct {
		c    *sbom.Component
		want int
	}{
		"one":                            {supplied("a", "Plain Software"), 0},
		"two":                            {second("Moved Cameras", sbom.Supplier), 2},
		"different roles":                {second("Moved Cameras", sbom.Brand), 0},
		"a parent":                       {both(second("Child Optics", sbom.Supplier), "Listed Optics"), 0},
		"sisters":                        {both(second("Child Optics", sbom.Supplier), "Half Optics"), 0},
		"a minority owner":               {both(second("Minor Optics", sbom.Supplier), "Listed Optics"), 2},
		"one mark of two is no conflict": {supplied("a", "Twin Lamps"), 0},
	} {
		if r := analyze(t, []*sbom.Component{test.c}, opts); len(r.Findings) != test.want {
			t.Errorf("%s: %d findings, want %d", name, len(r.Findings), test.want)
		}
	}
}

// An organization that does one thing only is told from one that does more.
func TestOnly(t *testing.T) {
	opts := Options{Policies: []*Policy{policy(t, "verdict: info, when: {organization: {ids: [plain]}, roles: [distributor], only: true}")}}
	passed := supplied("a", "Plain Software")
	passed.Claims[0].Role = sbom.Distributor
	made := copyOf(passed)
	made.Claims = append(slices.Clone(passed.Claims), sbom.Claim{Kind: sbom.OrgName, Value: "Plain Software", Role: sbom.Developer, By: sbom.ByDocument, Field: "x"})
	if r := analyze(t, []*sbom.Component{passed}, opts); len(r.Findings) != 1 {
		t.Errorf("passed on: %d findings", len(r.Findings))
	}
	if r := analyze(t, []*sbom.Component{made}, opts); len(r.Findings) != 0 {
		t.Errorf("made, too: %d findings", len(r.Findings))
	}
}

// Two hundred thousand findings of one rule have different ids, and an id is of
// the form that is documented.
func TestFindingID(t *testing.T) {
	var causes []string
	for i := range 200_000 {
		causes = append(causes, causeOf("p", "r", fmt.Sprintf("pkg:npm/part%d", i), ""))
	}
	ids := findingIDs(causes, findingDigest)
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			t.Fatalf("two findings have the id %s", id)
		}
		seen[id] = true
		digits := strings.TrimPrefix(id, "p.r-")
		if len(digits) != idDigits && len(digits) != idDigits+idMoreDigits || strings.Trim(digits, "0123456789abcdef") != "" {
			t.Fatalf("id %q", id)
		}
	}
	if len(seen) != len(causes) {
		t.Errorf("%d ids for %d causes", len(seen), len(causes))
	}
	// The form and the value are kept: waivers and baselines hold them.
	if got := findingIDs([]string{causeOf("ndaa-889", "equipment", "device:/cam", "hikvision")}, findingDigest); got[causeOf("ndaa-889", "equipment", "device:/cam", "hikvision")] != "ndaa-889.equipment-2d142239d4" {
		t.Errorf("the id of a cause is another one than it was: %v", got)
	}
}

// A rule that speaks otherwise is silent where another rule of its policy has
// said something about the same thing and organization, wherever it stands.
func TestOtherwise(t *testing.T) {
	for _, order := range []string{"a, b", "b, a"} {
		rules := map[string]string{
			"a": "  - {id: a, title: A, verdict: fail, when: {list: {id: watch}}}\n",
			"b": "  - {id: b, title: B, verdict: info, otherwise: true, when: {list: {id: watch, nexus: {threshold: 50}}}}\n"}
		text := "id: p\ntitle: P\nrules:\n"
		for _, id := range strings.Split(order, ", ") {
			text += rules[id]
		}
		p, err := ReadPolicy("p.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		r := analyze(t, []*sbom.Component{supplied("x", "Listed Optics"), supplied("y", "Child Optics")}, Options{Policies: []*Policy{p}})
		var got []string
		for _, f := range r.Findings {
			got = append(got, f.Rule+" "+f.Name)
		}
		if want := []string{"a x", "b y"}; !slices.Equal(got, want) {
			t.Errorf("rules %s: %q, want %q", order, got, want)
		}
	}
}

// Findings whose digests begin alike get longer ids, whatever their order, and
// the others keep theirs.
func TestFindingIDCollision(t *testing.T) {
	digest := func(cause string) string {
		switch parts := strings.Split(cause, "\x00"); parts[2] {
		case "a":
			return strings.Repeat("0", 60) + "aaaa"
		case "b":
			return strings.Repeat("0", 60) + "bbbb"
		case "c":
			return strings.Repeat("0", 12) + strings.Repeat("c", 52)
		}
		return findingDigest(cause)
	}
	cause := func(identity string) string { return causeOf("p", "r", identity, "") }
	alone := findingIDs([]string{cause("a"), cause("z")}, digest)
	causes := []string{cause("a"), cause("b"), cause("c"), cause("z"), cause("a")}
	want := findingIDs(causes, digest)
	if len(want) != 4 {
		t.Fatalf("%d ids, want 4", len(want))
	}
	distinct := map[string]bool{}
	for _, id := range want {
		distinct[id] = true
	}
	if len(distinct) != 4 {
		t.Errorf("two findings share an id: %v", want)
	}
	if want[cause("z")] != alone[cause("z")] || !strings.HasPrefix(want[cause("a")], alone[cause("a")]) {
		t.Errorf("%v, and alone %v", want, alone)
	}
	for range 10 {
		rand.New(rand.NewPCG(7, 8)).Shuffle(len(causes), func(i, j int) { causes[i], causes[j] = causes[j], causes[i] })
		if got := findingIDs(causes, digest); !reflect.DeepEqual(got, want) {
			t.Fatalf("another order gives other ids: %v and %v", got, want)
		}
	}
	// In a report, too: no finding is lost and none is named by another's id.
	found := []causedFinding{{Finding{Why: "a"}, cause("a")}, {Finding{Why: "b"}, cause("b")}}
	later := []causedFinding{{Finding{Why: "a later"}, cause("a")}}
	now, up := nameFindings(found, later, digest)
	if now[0].ID == now[1].ID || now[0].ID != up[0].ID {
		t.Errorf("%q, %q and upcoming %q", now[0].ID, now[1].ID, up[0].ID)
	}
}

// Two hundred findings of one cause are one group with their number and the
// first few places; what is waived, known or about another organization is
// another group.
func TestGroups(t *testing.T) {
	var cs []*sbom.Component
	for i := range 200 {
		cs = append(cs, supplied(fmt.Sprintf("part%03d", i), "Listed Optics"), supplied(fmt.Sprintf("orphan%03d", i), "Nobody Knows Ltd"))
	}
	cs = append(cs, supplied("other", "Child Optics"), supplied("later", "Soon Listed"))
	ps := []*Policy{policy(t, "verdict: fail, when: {list: {id: watch, nexus: {threshold: 50}}}")}
	unknown, err := ReadPolicy("u.yaml", []byte("id: u\ntitle: U\nrules:\n  - {id: r, title: R, verdict: unknown, when: {unattributed: true}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	r := analyze(t, cs, Options{Policies: append(ps, unknown),
		Waivers: []Waiver{{ID: "w", Reason: "r", Owner: "o", Expires: "2030-01-01", Component: "part00?"}}})
	type short struct {
		rule, organization string
		status             FindingStatus
		count              int
	}
	var got []short
	total := 0
	for _, g := range r.Groups {
		organization := ""
		if g.Organization != nil {
			organization = g.Organization.ID
		}
		got = append(got, short{g.Policy + "." + g.Rule, organization, g.Status, g.Count})
		if len(g.Findings) != g.Count || len(g.Names) == 0 || len(g.Names) > GroupSamples || len(g.Places) == 0 || len(g.Places) > GroupSamples {
			t.Errorf("%+v", g)
		}
		total += g.Count
	}
	want := []short{{"p.r", "child", OpenFinding, 1}, {"p.r", "listed", WaivedFinding, 10}, {"p.r", "listed", OpenFinding, 190},
		{"u.r", "", OpenFinding, 200}, {"p.r", "soon", UpcomingFinding, 1}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("groups %+v\nwant %+v", got, want)
	}
	if total != len(r.Findings)+len(r.Upcoming) {
		t.Errorf("%d findings in groups, %d in the report", total, len(r.Findings)+len(r.Upcoming))
	}
	r.ApplyBaseline(saved(t, r))
	for _, g := range r.Groups {
		if g.Status == OpenFinding {
			t.Errorf("known to the baseline, and still open: %+v", g)
		}
	}
}

// A finding about categories names all that may apply, and its explanation does
// not speak of attributions.
func TestCategoriesAreAllNamed(t *testing.T) {
	db := world()
	second := db.Lists[0].Entries[3]
	second.Name, second.Organizations = "All radios produced in SE", nil
	db.Lists[0].Entries = append(db.Lists[0].Entries, second)
	p := policy(t, "verdict: review, when: {list: {id: watch, categories: [All cameras produced in SE, All radios produced in SE]}}")
	r, err := Analyze(context.Background(), &sbom.Document{Components: []*sbom.Component{supplied("cam", "Listed Optics")}}, db, &Options{AsOf: "2026-06-01", Policies: []*Policy{p}})
	if err != nil {
		t.Fatal(err)
	}
	f := r.Findings[0]
	if len(f.Entries) != 2 || f.Entries[0].Entry != "All cameras produced in SE" || f.Entries[1].Entry != "All radios produced in SE" {
		t.Fatalf("entries %+v", f.Entries)
	}
	e, err := Explain(saved(t, r), f.ID)
	if err != nil {
		t.Fatal(err)
	}
	text := e.String()
	for _, want := range []string{"this is a question", "All radios produced in SE\" would no longer ask", "is of none of these kinds"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing:\n%s", want, text)
		}
	}
	for _, wrong := range []string{"That nobody is attributed", "reviewed join of the database"} {
		if strings.Contains(strings.Join(append(append(e.Sure, e.Change...), e.Dispute...), "\n"), wrong) {
			t.Errorf("%q is there:\n%s", wrong, text)
		}
	}
}

// A rule about a category says nothing false of who is attributed.
func TestCategoryStepsNameWhoIsAttributed(t *testing.T) {
	opts := Options{Policies: []*Policy{policy(t, "verdict: review, when: {list: {id: watch, categories: [All cameras produced in SE]}}")}}
	for maker, want := range map[string]string{"Listed Optics": "the report attributes it to", "Nobody Knows Ltd": "Nobody is attributed"} {
		r := analyze(t, []*sbom.Component{supplied("cam", maker)}, opts)
		if len(r.Findings) != 1 {
			t.Fatalf("%s: %d findings", maker, len(r.Findings))
		}
		var text []string
		for _, s := range r.Findings[0].Steps {
			text = append(text, s.Text)
		}
		all := strings.Join(text, " / ")
		if !strings.Contains(all, want) || maker == "Listed Optics" && strings.Contains(all, "Nobody is attributed") {
			t.Errorf("%s: steps say %q, want %q", maker, all, want)
		}
	}
}

// A list of several editions answers with the edition that was in force on the
// day: who has left the list is not named after the day of the newest edition,
// and was named before it.
func TestListEditionInForce(t *testing.T) {
	records := func() *Records {
		w := world()
		older := w.Lists[0]
		older.Edition, older.Complete = "2023-01-01", false
		older.Entries = []ListEntry{{Name: "MINOR OPTICS LTD", Kind: EntityEntry, Organizations: []string{"minor"},
			Effective: "2023-01-01", Statement: Statement{Sources: []string{"s"}}}}
		w.Lists = append(w.Lists, older)
		return w
	}
	for _, test := range []struct {
		day     Date
		partial bool
		want    Verdict
	}{
		{"2022-12-31", false, NoFinding},
		{"2023-01-01", false, Fail},
		{"2025-12-31", false, Fail},
		{"2026-01-01", false, NoFinding},
		{"2026-06-01", true, Review}, // nothing follows from a partial edition
	} {
		db := records()
		db.Lists[0].Complete = !test.partial
		r, err := Analyze(context.Background(), &sbom.Document{Components: []*sbom.Component{supplied("a", "Minor Optics")}}, db,
			&Options{AsOf: test.day, Policies: []*Policy{policy(t, "verdict: fail, when: {list: {id: watch}}")}})
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != test.want {
			t.Errorf("on %s (newest edition partial: %v): %s, want %s: %+v", test.day, test.partial, r.Verdict, test.want, r.Findings)
		}
	}
}
