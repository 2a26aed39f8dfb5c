package provenance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// diff(a, a) is empty, and diff(a, b) mirrors diff(b, a), whatever a and b are.
func TestDiffProperties(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	all := mixed()
	pick := func() *Report {
		var cs []*sbom.Component
		for i := range rnd.IntN(2 * len(all)) {
			c := all[rnd.IntN(len(all))]
			c.Ref = fmt.Sprint("r", i)
			c.Version = fmt.Sprint(rnd.IntN(3))
			if rnd.IntN(4) == 0 {
				c.Claims = all[rnd.IntN(len(all))].Claims
			}
			cs = append(cs, c)
		}
		opts := Options{AsOf: []Date{"2020-05-01", "2026-06-01"}[rnd.IntN(2)]}
		if rnd.IntN(4) > 0 {
			opts.Policies = everything(t)
		}
		if rnd.IntN(3) == 0 {
			opts.Waivers = []Waiver{{ID: "w", Reason: "r", Owner: "o", Expires: "2030-01-01", Organization: "listed"}}
		}
		r := analyze(t, cs, opts)
		if rnd.IntN(3) == 0 {
			r.Database.SHA256 = "other"
		}
		return r
	}
	changes := 0
	for range 150 {
		a, b := pick(), pick()
		if d := Diff(a, a); !d.Empty() {
			t.Fatalf("diff(a, a): %+v", d)
		}
		ab, ba := Diff(a, b), Diff(b, a)
		if !reflect.DeepEqual(ab.Mirror(), ba) {
			x, _ := json.MarshalIndent(ab.Mirror(), "", " ")
			y, _ := json.MarshalIndent(ba, "", " ")
			t.Fatalf("diff(a, b) does not mirror diff(b, a):\n%s\n%s", x, y)
		}
		if !reflect.DeepEqual(ab.Mirror().Mirror(), ab) {
			t.Fatal("a mirror of a mirror is something else")
		}
		changes += len(ab.Items) + len(ab.Findings)
	}
	if changes == 0 {
		t.Error("nothing ever changed: the test shows nothing")
	}
}

func TestDiff(t *testing.T) {
	p := []*Policy{policy(t, "verdict: fail, when: {list: {id: watch, nexus: {threshold: 50}}}")}
	run := func(opts Options, cs ...*sbom.Component) *Report {
		opts.Policies = p
		return analyze(t, cs, opts)
	}
	cam := supplied("cam", "Listed Optics")
	newer := copyOf(cam)
	newer.Version = "2"
	bought := supplied("cam", "Plain Software")
	soon, sold := supplied("cam", "Soon Listed"), supplied("cam", "Sold Routers")
	otherDB := func(r *Report) *Report {
		r.Database.SHA256 = "other"
		return r
	}
	unknown := run(Options{}, cam)
	unknown.Components[0].Attributions, unknown.Components[0].Standing = nil, Unknown
	unknown.Findings, unknown.Verdict = nil, NoFinding
	waiver := []Waiver{{ID: "w", Reason: "r", Owner: "o", Expires: "2026-06-30", Organization: "listed"}}

	for _, test := range []struct {
		name          string
		before, after *Report
		item          string // kind, what changed, because
		finding       string // kind, before, after, because
	}{
		{"nothing", run(Options{}, cam), run(Options{}, cam), "", ""},
		{"added", run(Options{}), run(Options{}, cam), "added", "added -> fail product"},
		{"removed", run(Options{}, cam), run(Options{}), "removed", "removed fail -> product"},
		{"version", run(Options{}, cam), run(Options{}, newer), "changed version product", ""},
		{"another supplier", run(Options{}, cam), run(Options{}, bought), "changed attributions countries product", "removed fail -> product"},
		{"a newer database knows it", unknown, otherDB(run(Options{}, cam)), "changed attributions countries standing database", "added -> fail database"},
		{"a newer database knows it, in a newer version", unknown, otherDB(run(Options{}, newer)), "changed version attributions countries standing product database", "added -> fail database"},
		{"a newer database, and another supplier", run(Options{}, bought), otherDB(run(Options{}, cam)), "changed attributions countries product database", "added -> fail product"},
		{"a newer database that says the same", run(Options{}, cam), otherDB(run(Options{}, newer)), "changed version product", ""},
		{"another day", run(Options{}, soon), run(Options{AsOf: "2027-02-01"}, soon), "", "changed upcoming -> fail date"},
		{"sold by then", run(Options{AsOf: "2020-02-01"}, sold), run(Options{}, sold), "changed owners date", "removed fail -> date"},
		{"waived", run(Options{}, cam), run(Options{Waivers: waiver}, cam), "", "changed fail -> waived waiver"},
		{"waiver expired", run(Options{Waivers: waiver}, cam), run(Options{Waivers: waiver, AsOf: "2026-07-01"}, cam), "", "changed waived -> fail waiver date"},
	} {
		d := Diff(test.before, test.after)
		item := ""
		for _, c := range d.Items {
			item += string(c.Kind)
			for _, w := range []struct {
				what string
				is   bool
			}{
				{"version", c.Version != nil}, {"attributions", c.Attributions.Added != nil || c.Attributions.Removed != nil},
				{"countries", c.Countries.Added != nil || c.Countries.Removed != nil}, {"owners", c.Owners.Added != nil || c.Owners.Removed != nil},
				{"standing", c.Standing != nil},
			} {
				if w.is {
					item += " " + w.what
				}
			}
			for _, b := range c.Because {
				item += " " + string(b)
			}
		}
		finding := ""
		for _, c := range d.Findings {
			finding += strings.Join(strings.Fields(fmt.Sprint(c.Kind, " ", c.Verdict.Before, " -> ", c.Verdict.After)), " ")
			for _, b := range c.Because {
				finding += " " + string(b)
			}
		}
		if item != test.item && !strings.HasPrefix(item, test.item+" ") || test.item == "" && item != "" {
			t.Errorf("%s: items %q, want %q", test.name, item, test.item)
		}
		if finding != test.finding {
			t.Errorf("%s: findings %q, want %q", test.name, finding, test.finding)
		}
		if d.Empty() != (test.item == "" && test.finding == "") {
			t.Errorf("%s: empty is %v", test.name, d.Empty())
		}
	}
}

// A finding that changed says which of its grounds did.
func TestDiffSaysWhichFactChanged(t *testing.T) {
	p := []*Policy{policy(t, "verdict: fail, when: {list: {id: watch, nexus: {threshold: 50}}}")}
	run := func(cs ...*sbom.Component) *Report { return analyze(t, cs, Options{Policies: p}) }
	cam := supplied("cam", "Listed Optics")
	before, after := run(cam), run(cam)
	before.Database.SHA256 = "other"
	at := &before.Components[0].Attributions[0]
	at.Confidence = sbom.Low
	at.Matches = slices.Clone(at.Matches)
	at.Matches[0].Uncited = true
	before.Findings = nil
	want := []FactChange{
		{`Listed Optics as supplier`, "low confidence", "medium confidence"},
		{`edition of list watch`, "", "2026-01-01"},
		{`org-name "Listed Optics"`, "uncited", "cited"},
	}
	d := Diff(before, after)
	if len(d.Findings) != 1 || !slices.Equal(d.Findings[0].Facts, want) {
		t.Errorf("%+v, want facts %+v", d.Findings, want)
	}
	if d := Diff(run(cam), run(cam, supplied("other", "Plain Software"))); len(d.Findings) != 0 {
		t.Errorf("%+v", d.Findings)
	}
}

func TestDiffRollup(t *testing.T) {
	a := analyze(t, []*sbom.Component{supplied("a", "Plain Software"), supplied("b", "Listed Optics")}, Options{})
	b := analyze(t, []*sbom.Component{supplied("a", "Plain Software"), supplied("c", "Child Optics")}, Options{})
	d := Diff(a, b)
	if !slices.Equal(d.Organizations.Removed, []string{"Listed Optics (supplier)"}) || !slices.Equal(d.Organizations.Added, []string{"Child Optics (supplier)"}) ||
		!slices.Equal(d.Owners.Added, []string{"Listed Optics"}) || !slices.Equal(d.Countries.Removed, []string{"KP (headquartered)", "KP (registered)"}) || d.Countries.Added != nil {
		t.Errorf("%+v %+v %+v", d.Organizations, d.Owners, d.Countries)
	}
}
