package provenance

import (
	"strings"
	"testing"
	"testing/fstest"
)

// The account shows the numbers by which the gate decides: shares pass on whole
// at or over the threshold (no multiplication), 50 counts where the nexus
// includes it, and an unknown share is an interval.
func TestNexusAccount(t *testing.T) {
	org := func(id, rest string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("id: " + id + "\nname: " + strings.ToUpper(id) + "\nkind: company\nreviewed: 2026-01-01\n" +
			"sources:\n  s: {url: \"https://register.example/" + id + "\", title: Register, retrieved: 2026-01-01, says: so}\n" + rest)}
	}
	records, err := ReadRecords(fstest.MapFS{
		"organizations/top.yaml":   org("top", "origins:\n  - {country: XA, basis: registered, sources: [s]}\n"),
		"organizations/mid.yaml":   org("mid", "owners:\n  - {organization: top, share: \"50\", kind: equity, sources: [s]}\n"),
		"organizations/low.yaml":   org("low", "owners:\n  - {organization: mid, share: \"60\", kind: equity, sources: [s]}\n"),
		"organizations/vague.yaml": org("vague", "owners:\n  - {organization: top, share: \"30-60\", kind: equity, sources: [s]}\n"),
		"organizations/held.yaml":  org("held", "owners:\n  - {state: XA, share: \"30\", kind: equity, sources: [s]}\n  - {organization: top, share: \"20\", kind: equity, sources: [s]}\n"),
		"organizations/ruled.yaml": org("ruled", "owners:\n  - {organization: top, kind: control, sources: [s]}\n"),
		"organizations/loop.yaml":  org("loop", "owners:\n  - {organization: loop, share: \"90\", kind: equity, sources: [s]}\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	atLeast := &CountryCondition{In: []string{"XA"}, Nexus: &Nexus{Threshold: 50}}
	over := &CountryCondition{In: []string{"XA"}, Nexus: &Nexus{Threshold: 50, Exclusive: true, Control: true}}
	for _, tt := range []struct {
		id   string
		c    *CountryCondition
		want NexusOutcome
		sure string // of the organization itself
		most string
	}{
		{"top", atLeast, Met, "", ""},
		{"mid", atLeast, Met, "50", "50"},
		{"mid", over, NotMet, "50", "50"},
		{"low", atLeast, Met, "60", "60"}, // not 30, which is 60 % of 50 %
		{"low", over, NotMet, "", ""},     // the chain breaks at mid
		{"vague", atLeast, PossiblyMet, "30", "60"},
		{"held", atLeast, Met, "50", "50"}, // in the aggregate, the state with the company
		{"ruled", atLeast, NotMet, "", ""},
		{"ruled", over, Met, "", ""},
		{"loop", atLeast, NotMet, "", ""},
		{"mid", &CountryCondition{In: []string{"XA"}}, NotMet, "", ""}, // without a nexus owners do not count
	} {
		a := tt.c.Account(records, tt.id, "2026-06-01")
		if a == nil {
			t.Fatalf("%s: no account", tt.id)
		}
		var sure, most string
		if s := a.Entities[0].Sums; len(s) > 0 {
			sure, most = s[0].Sure, s[0].Most
		}
		if a.Outcome != tt.want || sure != tt.sure || most != tt.most {
			t.Errorf("%s with %+v: %s, %q to %q; want %s, %q to %q", tt.id, tt.c.Nexus, a.Outcome, sure, most, tt.want, tt.sure, tt.most)
		}
		// The gate says the same.
		e := &evaluation{db: records, asOf: "2026-06-01"}
		set := func(c string) bool { return c == "XA" }
		got := e.covered(Ref{ID: tt.id}, "2026-06-01", tt.c.Nexus, func(o *Organization) result { return from(o, "2026-06-01", tt.c, set) }, set)
		if outcome(got.truth == yes, got.truth == possible) != a.Outcome {
			t.Errorf("%s with %+v: the gate says %v, the account %s", tt.id, tt.c.Nexus, got.truth, a.Outcome)
		}
	}
	if a := over.Account(records, "nobody", ""); a != nil {
		t.Errorf("an account of nobody: %+v", a)
	}
}
