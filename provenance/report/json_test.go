package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
)

func writeJSON(t *testing.T, r *provenance.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestJSONRoundTrip(t *testing.T) {
	r := gateway()
	data := writeJSON(t, r)
	validate(t, data)
	back, err := report.ReadJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != 1 {
		t.Fatalf("%d reports, want 1", len(back))
	}
	if !bytes.Equal(writeJSON(t, back[0]), data) {
		t.Error("reading and writing a report again changes it")
	}
	if back[0].Findings[0].List.Paragraph != "(f)(3)(B)" || len(back[0].Components) != 6 {
		t.Error("fields are lost on the way")
	}
}

// A report that somebody makes by hand, with nil slices, satisfies the schema
// too.
func TestJSONOfZeroReport(t *testing.T) {
	r := &provenance.Report{AsOf: "2026-01-01", Database: provenance.Edition{Name: "x", Date: "2026-01-01"}}
	r.Components = []provenance.Component{{Ref: "a", Name: "a", Standing: provenance.ByOrganization,
		Attributions: []provenance.Attribution{{Organization: provenance.Ref{ID: "o", Name: "O"}, Confidence: "low"}}}}
	r.Findings = []provenance.Finding{{ID: "p.r-1", Policy: "p", Rule: "r", Title: "t", Verdict: "info", Severity: "info", Why: "w"}}
	before, _ := json.Marshal(r)
	validate(t, writeJSON(t, r))
	after, _ := json.Marshal(r)
	if !bytes.Equal(before, after) {
		t.Error("WriteJSON changed the report")
	}
}

func TestJSONList(t *testing.T) {
	a, b := gateway(), gateway()
	b.Source.Name = "second"
	var buf bytes.Buffer
	if err := report.WriteJSONList(&buf, []*provenance.Report{a, b}); err != nil {
		t.Fatal(err)
	}
	validate(t, buf.Bytes())
	back, err := report.ReadJSON(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != 2 || back[0].Source.Name != "gateway.cdx.json" || back[1].Source.Name != "second" {
		t.Errorf("the list came back as %d reports", len(back))
	}
}

func TestReadJSONRefuses(t *testing.T) {
	for _, in := range []string{"", "no json", "[]", "{}", `{"schema":"touchmark.report/2"}`, `{"bomFormat":"CycloneDX"}`,
		`{"schema":"touchmark.report/1","components":{}}`, `{"schema":"touchmark.reports/1","reports":[{}]}`} {
		if _, err := report.ReadJSON(strings.NewReader(in)); !errors.Is(err, report.ErrSchema) {
			t.Errorf("ReadJSON(%q) = %v, want an error that wraps ErrSchema", in, err)
		}
	}
	// Additions keep the version, so an unknown field is no error.
	if _, err := report.ReadJSON(strings.NewReader(`{"schema":"touchmark.report/1","later":1}`)); err != nil {
		t.Error(err)
	}
}

// What a hostile input says is written as escapes, and every character but
// invalid UTF-8 comes back as it was.
func TestJSONHostile(t *testing.T) {
	data := writeJSON(t, hostile())
	for i, r := range string(data) {
		if r == '\n' && (i+1 == len(data) || strings.ContainsRune(" }]", rune(data[i+1]))) {
			continue
		}
		if !unicode.IsPrint(r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) {
			t.Fatalf("offset %d: raw %U in the JSON", i, r)
		}
	}
	back, err := report.ReadJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := back[0].Components[0].Name, strings.ToValidUTF8(evil, "\uFFFD"); got != want {
		t.Errorf("the name came back as %q, want %q", got, want)
	}
}

// The fixture has a value in every field that writers read, so that the
// hostile one reaches each of them.
func TestFixtureIsWide(t *testing.T) {
	data := writeJSON(t, gateway())
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	typ := reflect.TypeFor[provenance.Finding]()
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if name == "waiver_expired" || name == "service" || name == "remedy" {
			continue
		}
		if !bytes.Contains(data, []byte(`"`+name+`": `)) {
			t.Errorf("no finding of the fixture has %s", name)
		}
	}
}
