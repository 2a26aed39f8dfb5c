package report_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
)

// products are two reports that share organizations, one of them with a waived
// finding and of another edition of the database.
func products() []*provenance.Report {
	a, b := gateway(), gateway()
	b.Source.Name, b.Subject.Name = "second.cdx.json", "Second gateway"
	b.Database.SHA256 = "another"
	b.Findings[0].Waiver = &provenance.Waiver{ID: "W-1", Reason: "replaced soon", Owner: "buying", Expires: "2027-01-01", Rule: b.Findings[0].Policy}
	return []*provenance.Report{a, b}
}

// What is written satisfies the published schemas.
func TestSchemasOfRollups(t *testing.T) {
	db := &provenance.Records{}
	for name, reports := range map[string][]*provenance.Report{"products": products(), "one": {gateway()}, "zero": {{}}, "none": nil} {
		var b bytes.Buffer
		if err := report.WriteMatrixJSON(&b, provenance.MatrixOf(reports, nil)); err != nil {
			t.Fatal(err)
		}
		t.Run("matrix of "+name, func(t *testing.T) { validateDated(t, matrixSchemaFile, b.Bytes()) })
	}
	other := gateway()
	other.Components = other.Components[1:]
	other.Components[0].Version = "9"
	other.Verdict = provenance.Review
	for name, pair := range map[string][2]*provenance.Report{"same": {gateway(), gateway()}, "changed": {gateway(), other}, "mirrored": {other, gateway()}, "nothing": {{}, gateway()}} {
		t.Run(name, func(t *testing.T) {
			var d, r bytes.Buffer
			if err := report.WriteDifferenceJSON(&d, provenance.Diff(pair[0], pair[1])); err != nil {
				t.Fatal(err)
			}
			validateDated(t, diffSchemaFile, d.Bytes())
			if err := report.WriteReconciliationJSON(&r, provenance.Reconcile(pair[0], pair[1], db)); err != nil {
				t.Fatal(err)
			}
			validateDated(t, reconcileSchemaFile, r.Bytes())
		})
	}
}

// validateDated validates, with a date where a report made by hand has none.
func validateDated(t *testing.T, file string, data []byte) {
	t.Helper()
	data = bytes.ReplaceAll(data, []byte(`"as_of": ""`), []byte(`"as_of": "2026-01-01"`))
	data = bytes.ReplaceAll(data, []byte(`"date": ""`), []byte(`"date": "2026-01-01"`))
	validateBy(t, file, data)
}

func TestMatrixText(t *testing.T) {
	reports := products()
	m := provenance.MatrixOf(reports, nil)
	for _, w := range []string{"matrix", "matrix-markdown", "matrix-html"} {
		out := output(t, writerNamed(t, w), reports...)
		flat := strings.Join(strings.Fields(out), " ")
		for _, want := range []string{"Second gateway", "different editions of the database", "Of 2 products", "waived"} {
			if !strings.Contains(strings.ToLower(flat), strings.ToLower(want)) {
				t.Errorf("%s: %q is missing:\n%s", w, want, out)
			}
		}
	}
	html := output(t, writerNamed(t, "matrix-html"), reports...)
	for i := range reports {
		if want := fmt.Sprintf(`id="p-%d"`, i+1); strings.Count(html, want) != 1 {
			t.Errorf("%s is there %d times", want, strings.Count(html, want))
		}
	}
	if strings.Contains(html, "<script") || strings.Contains(html, "http-equiv=\"refresh\"") {
		t.Error("the page has a script")
	}
	rows, err := csv.NewReader(strings.NewReader(output(t, writerNamed(t, "matrix-csv"), reports...))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 1+len(m.Rows) {
		t.Errorf("%d rows for %d organizations", len(rows)-1, len(m.Rows))
	}
	listed := 0
	for _, r := range rows[1:] {
		if r[9] != "" {
			listed++
			if r[10] == "" || r[11] == "" {
				t.Errorf("a list without title or entry: %q", r)
			}
		}
	}
	if listed == 0 {
		t.Error("no row has a list")
	}
}
