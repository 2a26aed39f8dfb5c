package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A report that is written piece by piece is what the encoder makes of it as a
// whole.
func TestStreamIsTheReport(t *testing.T) {
	r := reflect.TypeFor[provenance.Report]()
	full := &provenance.Report{
		Schema: "s", AsOf: "2026-01-01", Database: provenance.Edition{Name: "n"}, Source: sbom.Source{Name: "f"}, Subject: &provenance.Component{Name: "p"},
		Coverage: provenance.Coverage{Components: 1}, Components: []provenance.Component{{Name: "c"}}, Services: []provenance.Service{{Name: "v"}},
		Policies: []provenance.PolicyRef{{ID: "x"}}, Verdict: provenance.Fail, Findings: []provenance.Finding{{ID: "f"}}, Upcoming: []provenance.Finding{{ID: "u"}},
		Groups: []provenance.FindingGroup{{}}, Problems: []sbom.Problem{{Kind: "k"}},
	}
	v := reflect.ValueOf(full).Elem()
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Fatalf("the report of this test has no %s", r.Field(i).Name)
		}
	}
	for _, report := range []*provenance.Report{full, {}, {Groups: []provenance.FindingGroup{}, Upcoming: []provenance.Finding{}}} {
		var want, got bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetIndent("", "  ")
		if err := enc.Encode(whole(report)); err != nil {
			t.Fatal(err)
		}
		if err := WriteJSON(&got, report); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("written as\n%s\nwant\n%s", &got, &want)
		}
		got.Reset()
		want.Reset()
		if err := enc.Encode(map[string]any{"reports": []*provenance.Report{whole(report), whole(full)}, "schema": ListSchema}); err != nil {
			t.Fatal(err)
		}
		if err := WriteJSONList(&got, []*provenance.Report{report, full}); err != nil {
			t.Fatal(err)
		}
		if !sameJSON(t, got.Bytes(), want.Bytes()) {
			t.Errorf("list written as\n%s\nwant\n%s", &got, &want)
		}
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}
