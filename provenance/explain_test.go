package provenance

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// saved returns a report as it comes back from a file.
func saved(t *testing.T, r *Report) *Report {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	return &back
}

// A saved report is enough to argue every finding in it.
func TestExplainSaved(t *testing.T) {
	w := []Waiver{{ID: "W-7", Reason: "a lab unit", Owner: "lab", Expires: "2026-12-31", Organization: "grandchild"},
		{ID: "W-8", Reason: "old", Owner: "lab", Expires: "2026-01-31", Organization: "half"}}
	r := analyze(t, mixed(), Options{Policies: everything(t), Waivers: w})
	back := saved(t, r)
	for i, f := range r.Findings {
		e, err := Explain(back, f.ID)
		if err != nil {
			t.Fatal(err)
		}
		if direct, err := Explain(r, f.ID); err != nil || direct.String() != e.String() {
			t.Errorf("%s: the saved report explains it otherwise", f.ID)
		}
		text := e.String()
		if len(e.Argument) != len(f.Steps) || len(e.Sure) == 0 || len(e.Change) == 0 || len(e.Dispute) == 0 {
			t.Errorf("%s: a part is missing:\n%s", f.ID, text)
		}
		for _, s := range f.Steps {
			for _, src := range s.Sources {
				if !strings.Contains(text, src.URL) {
					t.Errorf("%s: the source %s is missing", f.ID, src.URL)
				}
			}
			for _, ev := range s.Evidence {
				if !strings.Contains(text, ev.Path+" at offset 4096 (0x1000)") {
					t.Errorf("%s: the evidence %+v is missing", f.ID, ev)
				}
			}
			if !strings.Contains(text, s.Place) {
				t.Errorf("%s: the place %s is missing", f.ID, s.Place)
			}
		}
		switch {
		case f.Waiver != nil && !strings.Contains(text, "waiver W-7 of lab covers it. Reason: A lab unit."):
			t.Errorf("the waiver is missing:\n%s", text)
		case f.WaiverExpired != nil && !strings.Contains(text, "covered it until 2026-01-31 and has expired"):
			t.Errorf("the expired waiver is missing:\n%s", text)
		case f.Downgraded != "" && !strings.Contains(text, "would give \"fail\""):
			t.Errorf("the downgrade is missing:\n%s", text)
		}
		if i == 0 && strings.Contains(text, "Chinese") {
			t.Error(text)
		}
	}
}

func TestExplainUpcoming(t *testing.T) {
	r := analyze(t, []*sbom.Component{supplied("a", "Soon Listed")}, Options{Policies: []*Policy{policy(t, "verdict: fail, when: {list: {id: watch}}")}})
	e, err := Explain(saved(t, r), r.Upcoming[0].ID)
	if err != nil || !strings.Contains(e.String(), "It does not count yet: it begins on 2027-01-01, and the report is as of 2026-06-01.") {
		t.Errorf("%v, %v", e, err)
	}
}

func TestExplainUnknownID(t *testing.T) {
	r := analyze(t, mixed(), Options{Policies: everything(t)})
	for _, id := range []string{"", "nothing", r.Findings[0].ID + "0"} {
		if _, err := Explain(r, id); !errors.Is(err, ErrNoFinding) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if _, err := Explain(r, "everything."); err == nil || errors.Is(err, ErrNoFinding) {
		t.Errorf("an ambiguous beginning: %v", err)
	}
	id := r.Findings[0].ID
	if e, err := Explain(r, id[:len(id)-2]); err != nil || e.ID != id {
		t.Errorf("a beginning: %v, %v", e, err)
	}
}
