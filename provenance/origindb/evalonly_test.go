package origindb

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/testshared"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// The table that the evaluation measures against is never a source. An origin
// that no source states, of an organization that the table has too, could be
// known from nowhere else: it is cited, or it is not on record. Owners
// without a source are counted and shown.
func TestNoOriginOnlyInEvaluation(t *testing.T) {
	f, err := os.Open(filepath.Join(testshared.Dir(t), "eval", "organizations.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	name, aliases := slices.Index(rows[0], "name"), slices.Index(rows[0], "aliases")
	if name < 0 || aliases < 0 {
		t.Fatalf("the table has the columns %q, want name and aliases among them", rows[0])
	}
	records, err := provenance.ReadRecords(os.DirFS("data"))
	if err != nil {
		t.Fatal(err)
	}
	found, owners := map[string]bool{}, 0
	for _, row := range rows[1:] {
		// The organization of a row is the only one that answers to its first
		// name that somebody has, as the evaluation finds it.
		id := ""
		for _, n := range append([]string{row[name]}, strings.Split(row[aliases], ";")...) {
			ids := map[string]bool{}
			for _, m := range records.Lookup(sbom.OrgName, provenance.Key(sbom.OrgName, n)) {
				if m.Organization != "" {
					ids[m.Organization], id = true, m.Organization
				}
			}
			if len(ids) == 1 {
				break
			}
			id = ""
		}
		if id == "" || found[id] {
			continue
		}
		found[id] = true
		o := records.Organization(id)
		for _, g := range o.Origins {
			if g.Uncited && g.Retracted == nil {
				t.Errorf("%s: %s %s is uncited, and the table has the organization as %q: cite it or remove it", id, g.Basis, g.Country, row[name])
			}
		}
		for _, w := range o.Owners {
			if w.Uncited && w.Retracted == nil {
				owners++
			}
		}
	}
	if len(found) < 200 {
		t.Errorf("only %d organizations of the table were found by name: the test looks at too few", len(found))
	}
	t.Logf("%d organizations of the table on record, %d uncited statements of their owners", len(found), owners)
}
