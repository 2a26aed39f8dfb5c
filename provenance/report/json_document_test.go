package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A document has the fields of a report, and is written as the report would be.
func TestDocumentIsTheReport(t *testing.T) {
	d, r := reflect.TypeFor[document](), reflect.TypeFor[provenance.Report]()
	if d.NumField() != r.NumField() {
		t.Fatalf("a document has %d fields, a report %d", d.NumField(), r.NumField())
	}
	for i := range r.NumField() {
		if d.Field(i).Name != r.Field(i).Name || d.Field(i).Tag != r.Field(i).Tag {
			t.Errorf("field %d is %s %s, of a report %s %s", i, d.Field(i).Name, d.Field(i).Tag, r.Field(i).Name, r.Field(i).Tag)
		}
	}
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
		want, err := json.Marshal(whole(report))
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(documentOf(report))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("written as\n%s\nwant\n%s", got, want)
		}
	}
}
