package packs_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/packs"
)

// database returns the records that the packs are about.
func database(t *testing.T) provenance.Database {
	t.Helper()
	db, err := provenance.ReadRecords(os.DirFS("../origindb/data"))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// Every pack reads, names only what the database has, cites and disclaims, and
// passes its cases.
func TestPacks(t *testing.T) {
	db := database(t)
	ids := packs.List()
	if len(ids) == 0 {
		t.Fatal("no packs")
	}
	for _, id := range ids {
		t.Run(id, func(t *testing.T) {
			p, err := packs.Read(id)
			if err != nil {
				t.Fatal(err)
			}
			if p.ID != id {
				t.Errorf("the pack in folder %s has the id %s", id, p.ID)
			}
			for _, err := range p.Check(db) {
				t.Error(err)
			}
			if p.About == "" || len(p.NotDecided) == 0 {
				t.Error("a pack says what it is about and what it does not decide")
			}
			for _, r := range p.Rules {
				if len(r.Sources) == 0 && len(r.Provisions) == 0 && len(p.Sources) > 0 {
					t.Errorf("rule %s cites nothing", r.ID)
				}
				if r.Verdict != provenance.Info && r.Ask == "" && r.Remedy == "" {
					t.Errorf("rule %s says neither what to ask nor what to do", r.ID)
				}
			}
			cases, err := packs.Cases(id)
			if err != nil {
				t.Fatal(err)
			}
			if len(cases) < 2 {
				t.Errorf("%d cases: want one at least that fires and one that does not", len(cases))
			}
			quiet, loud := false, false
			for _, c := range cases {
				differences, err := c.Run(context.Background(), p, db)
				if err != nil {
					t.Error(err)
				}
				for _, d := range differences {
					t.Errorf("case %q: %s", c.Name, d)
				}
				loud = loud || len(c.Expect.Findings) > 0
				quiet = quiet || len(c.Expect.Findings) == 0
			}
			if !quiet || !loud {
				t.Error("the cases show only one side")
			}
		})
	}
}

func TestReadUnknown(t *testing.T) {
	for _, id := range []string{"", "nothing", "../packs", "ndaa-889/cases"} {
		if _, err := packs.Read(id); !errors.Is(err, packs.ErrUnknown) {
			t.Errorf("Read(%q): %v, want ErrUnknown", id, err)
		}
	}
}

// A case that the pack does not pass must be told apart from one that it does.
func TestCaseFails(t *testing.T) {
	db := database(t)
	p, err := packs.Read("ndaa-889")
	if err != nil {
		t.Fatal(err)
	}
	const input = `
name: wrong on purpose
as_of: 2026-11-01
subject: {name: cam, type: device, attributions: [{organization: hikvision, role: supplier}]}
`
	for expect, want := range map[string]string{
		"expect: {verdict: none}": "verdict is fail, want none",
		"expect: {verdict: fail}": "not expected",
		"expect: {verdict: fail, findings: [{rule: equipment, organization: dahua}]}":                             "organization is hikvision, want dahua",
		"expect: {verdict: fail, findings: [{rule: equipment}, {rule: equipment}]}":                               "no finding of rule equipment",
		"expect: {verdict: fail, findings: [{rule: equipment, paragraph: (f)(3)(A)}]}":                            "want (f)(3)(A)",
		"expect: {verdict: fail, findings: [{rule: equipment, downgraded: true}]}":                                "downgraded is false",
		"expect: {verdict: fail, findings: [{rule: equipment, because: [the moon]}]}":                             "no step says",
		"expect: {verdict: fail, findings: [{rule: equipment}], upcoming: [{rule: equipment, from: 2030-01-01}]}": "no upcoming finding",
	} {
		c, err := provenance.ReadCase("case.yaml", []byte(input+expect))
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Run(context.Background(), p, db)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("%s: got %q, want %q", expect, got, want)
		}
	}
}

// SOURCES.md says of every citation what it is and whether it was read, and of
// no other.
func TestSourcesAreListed(t *testing.T) {
	text, err := os.ReadFile("SOURCES.md")
	if err != nil {
		t.Fatal(err)
	}
	cited := 0
	for _, id := range packs.List() {
		p, err := packs.Read(id)
		if err != nil {
			t.Fatal(err)
		}
		for name, src := range p.Sources {
			cited++
			if row := "| " + id + " | `" + name + "` |"; !strings.Contains(string(text), row) || !strings.Contains(string(text), "<"+src.URL+">") {
				t.Errorf("%s: source %s (%s) has no row", id, name, src.URL)
			}
		}
		for i := range p.Rules {
			for _, v := range p.Rules[i].Provisions {
				if v.URL != "" && !strings.Contains(string(text), "<"+v.URL+">") {
					t.Errorf("%s.%s: %s has no row", id, p.Rules[i].ID, v.URL)
				}
			}
		}
	}
	if rows := strings.Count(string(text), " | <http"); rows != cited {
		t.Errorf("%d rows for %d citations", rows, cited)
	}
}
