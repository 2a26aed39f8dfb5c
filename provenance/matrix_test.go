package provenance

import (
	"reflect"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

func TestMatrix(t *testing.T) {
	opts := func() Options {
		return Options{Policies: []*Policy{policy(t, "verdict: fail, when: {list: {id: watch, nexus: {threshold: 50}}}")}}
	}
	a := analyze(t, []*sbom.Component{supplied("x", "Plain Software"), supplied("y", "Child Optics"), supplied("z", "Plain Software")}, opts())
	waived := opts()
	waived.Waivers = []Waiver{{ID: "w", Reason: "r", Owner: "o", Expires: "2030-01-01", Organization: "listed"}}
	b := analyze(t, []*sbom.Component{supplied("x", "Plain Software"), supplied("y", "Listed Optics"), supplied("n", "Nobody Knows Ltd")}, waived)
	m := MatrixOf([]*Report{a, b}, world())

	var names []string
	for _, r := range m.Rows {
		names = append(names, r.Organization.ID)
	}
	if want := []string{"child", "plain", "listed"}; !reflect.DeepEqual(names, want) {
		t.Fatalf("rows %v, want %v: the worst first, then those in most products", names, want)
	}
	child, plain, listed := m.Rows[0], m.Rows[1], m.Rows[2]
	if want := (MatrixCell{Roles: []sbom.Role{sbom.Supplier}, Components: 1, Findings: 1, Verdict: Fail,
		Lists: []MatrixCellList{{ID: "watch", Findings: 1, Verdict: Fail}}}); !reflect.DeepEqual(child.Cells[0], want) {
		t.Errorf("child in the first: %+v", child.Cells[0])
	}
	if !reflect.DeepEqual(child.Cells[1], MatrixCell{}) {
		t.Errorf("child in the second: %+v", child.Cells[1])
	}
	if plain.Cells[0].Components != 2 || plain.Cells[1].Components != 1 || plain.Cells[0].Verdict != "" {
		t.Errorf("plain: %+v", plain.Cells)
	}
	if listed.Cells[1].Findings != 0 || listed.Cells[1].Components != 1 {
		t.Errorf("a waived finding counts: %+v", listed.Cells[1])
	}
	if len(child.Lists) != 1 || child.Lists[0].Entry != "LISTED OPTICS CO" || len(listed.Lists) != 1 || len(plain.Lists) != 0 {
		t.Errorf("lists: %v, %v, %v", child.Lists, listed.Lists, plain.Lists)
	}
	if len(m.Products) != 2 || m.Products[0].Verdict != Fail || m.Products[1].Verdict != NoFinding {
		t.Errorf("products: %+v", m.Products)
	}
	if m.Verdict != Fail || m.Products[0].Findings != (FindingCounts{Fail: 1}) || m.Products[1].Findings != (FindingCounts{Waived: 1}) {
		t.Errorf("verdict %s, findings %+v and %+v", m.Verdict, m.Products[0].Findings, m.Products[1].Findings)
	}
	// A list that no rule asked for is known by the database that the report
	// was made with, and by no other edition.
	plainly := analyze(t, []*sbom.Component{supplied("y", "Listed Optics")}, Options{})
	if cell := MatrixOf([]*Report{plainly}, world()).Rows[0].Cells[0]; len(cell.Lists) != 1 || cell.Lists[0] != (MatrixCellList{ID: "watch"}) || cell.Verdict != "" {
		t.Errorf("listed, and no rule asked: %+v", cell)
	}
	newer := *plainly
	newer.Database.SHA256 = "another"
	if row := MatrixOf([]*Report{&newer}, world()).Rows[0]; len(row.Lists)+len(row.Cells[0].Lists) != 0 {
		t.Errorf("another edition's lists are shown: %+v", row)
	}
	// Saved reports need no database; the lists of findings remain.
	saved := MatrixOf([]*Report{saved(t, a), saved(t, b)}, nil)
	if !reflect.DeepEqual(saved.Rows[0], child) {
		t.Errorf("saved: %+v", saved.Rows[0])
	}
}
