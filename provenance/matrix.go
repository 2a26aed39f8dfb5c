package provenance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// MatrixSchema names the form of a [Matrix] in JSON.
const MatrixSchema = "touchmark.matrix/1"

// A Matrix rolls several reports up: which organizations stand behind which
// products, in which roles, and on which lists they are.
type Matrix struct {
	Schema string `json:"schema"` // [MatrixSchema]
	// Verdict of all products together: the worst. Empty where no report has
	// one.
	Verdict Verdict `json:"verdict,omitempty"`
	// Products in the order of the reports.
	Products []MatrixProduct `json:"products"`
	// Rows, the organizations with the worst verdict first, then those in most
	// products, then by name.
	Rows []MatrixRow `json:"rows"`
}

// A MatrixProduct is one report of a [Matrix].
type MatrixProduct struct {
	// Name is the subject's with its version, or the input's.
	Name string `json:"name"`
	// Input is the name of the input.
	Input    string      `json:"input,omitempty"`
	SHA256   string      `json:"sha256,omitempty"`
	AsOf     Date        `json:"as_of"`
	Database Edition     `json:"database"`
	Policies []PolicyRef `json:"policies"`
	Coverage Coverage    `json:"coverage"`
	Verdict  Verdict     `json:"verdict,omitempty"`
	// Findings of the product, those without an organization included.
	Findings FindingCounts `json:"findings"`
}

// FindingCounts counts findings by what they are worth. They add up.
type FindingCounts struct {
	Fail    int `json:"fail"`
	Review  int `json:"review"`
	Unknown int `json:"unknown"`
	Info    int `json:"info"`
	// Waived and Known findings do not count, whatever their verdict, nor do
	// Upcoming ones.
	Waived   int `json:"waived"`
	Known    int `json:"known"`
	Upcoming int `json:"upcoming"`
}

// A MatrixRow is one organization of a [Matrix].
type MatrixRow struct {
	Organization Ref `json:"organization"`
	// Countries are its own origins, with their basis ("CN (registered)").
	Countries []string `json:"countries,omitempty"`
	// Lists that name it, or by a finding one that holds it.
	Lists []MatrixList `json:"lists,omitempty"`
	// Cells, one a product, in the order of Products.
	Cells []MatrixCell `json:"cells"`
}

// A MatrixList is a list on which an organization is.
type MatrixList struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Entry     string `json:"entry"`
	Paragraph string `json:"paragraph,omitempty"`
	Effective Date   `json:"effective,omitempty"`
}

// A MatrixCell is what one organization has to do with one product. It is zero
// where that is nothing.
type MatrixCell struct {
	// Roles in which it stands behind something, in the order of [sbom.Roles].
	Roles []sbom.Role `json:"roles,omitempty"`
	// Components, the subject among them, and Services behind which it stands.
	Components int `json:"components,omitempty"`
	Services   int `json:"services,omitempty"`
	// Findings that count, and the worst of their verdicts.
	Findings int     `json:"findings,omitempty"`
	Verdict  Verdict `json:"verdict,omitempty"`
	// Lists that name the organization on the day of the product's report, or
	// on which a finding rests, by id.
	Lists []MatrixCellList `json:"lists,omitempty"`
}

// A MatrixCellList is what one list means for one organization in one product.
type MatrixCellList struct {
	ID string `json:"id"`
	// Findings that count and rest on the list, and the worst of their
	// verdicts; zero where the organization is listed and no rule asked.
	Findings int     `json:"findings,omitempty"`
	Verdict  Verdict `json:"verdict,omitempty"`
}

// list returns the entry of a list, which is added where it is not there.
func (c *MatrixCell) list(id string) *MatrixCellList {
	i, ok := slices.BinarySearchFunc(c.Lists, id, func(l MatrixCellList, id string) int { return strings.Compare(l.ID, id) })
	if !ok {
		c.Lists = slices.Insert(c.Lists, i, MatrixCellList{ID: id})
	}
	return &c.Lists[i]
}

// MatrixOf rolls reports up. db adds the lists that no rule asked for, to
// reports that were made with this edition of it: what another edition knew is
// in the report only. nil is allowed.
//
// Reports of different dates and editions may stand side by side; each product
// says which ones are its own.
func MatrixOf(reports []*Report, db Database) *Matrix {
	m := &Matrix{Schema: MatrixSchema, Products: []MatrixProduct{}, Rows: []MatrixRow{}}
	rows := map[string]*MatrixRow{}
	row := func(ref Ref) *MatrixRow {
		r := rows[ref.ID]
		if r == nil {
			r = &MatrixRow{Organization: ref, Cells: make([]MatrixCell, len(reports))}
			rows[ref.ID] = r
		}
		return r
	}
	list := func(r *MatrixRow, l MatrixList) {
		if !slices.Contains(r.Lists, l) {
			r.Lists = append(r.Lists, l)
		}
	}
	for i, rep := range reports {
		name := rep.Source.Name
		if rep.Subject != nil && rep.Subject.Name != "" {
			name = strings.TrimSpace(rep.Subject.Name + " " + rep.Subject.Version)
		}
		policies := rep.Policies
		if policies == nil {
			policies = []PolicyRef{}
		}
		m.Products = append(m.Products, MatrixProduct{Name: name, Input: rep.Source.Name, SHA256: rep.Source.SHA256, AsOf: rep.AsOf, Database: rep.Database,
			Policies: policies, Coverage: rep.Coverage, Verdict: rep.Verdict, Findings: countFindings(rep)})
		if rep.Verdict != "" && (m.Verdict == "" || rep.Verdict.rank() > m.Verdict.rank()) {
			m.Verdict = rep.Verdict
		}
		same := db != nil && sameEdition(db.Edition(), rep.Database)
		for _, it := range itemsOf(rep, nil) {
			seen := map[string]bool{}
			for j := range it.attributions {
				a := &it.attributions[j]
				if a.Organization.ID == "" {
					continue
				}
				r := row(a.Organization)
				c := &r.Cells[i]
				if !slices.Contains(c.Roles, a.Role) {
					c.Roles = append(c.Roles, a.Role)
				}
				for _, o := range a.Origins {
					if text := fmt.Sprintf("%s (%s)", o.Country, o.Basis); len(o.Via) == 0 && !slices.Contains(r.Countries, text) {
						r.Countries = append(r.Countries, text)
					}
				}
				if seen[a.Organization.ID] {
					continue
				}
				seen[a.Organization.ID] = true
				if it.service {
					c.Services++
				} else {
					c.Components++
				}
				if same {
					for _, l := range db.Listings(a.Organization.ID) {
						if e := &l.Entry; e.Kind == EntityEntry && e.Retracted == nil && rep.AsOf.Within(e.Effective, e.Ended) && !l.Superseded(db.List(l.List), rep.AsOf) {
							list(r, MatrixList{l.List, l.Title, e.Name, e.Paragraph, e.Effective})
							c.list(l.List)
						}
					}
				}
			}
		}
		for j := range rep.Findings {
			f := &rep.Findings[j]
			if f.Organization == nil {
				continue
			}
			r := row(*f.Organization)
			c := &r.Cells[i]
			if l := f.List; l != nil {
				list(r, MatrixList{l.ID, l.Title, l.Entry, l.Paragraph, l.Effective})
				c.list(l.ID)
			}
			if f.Waiver != nil || f.Known || f.Verdict == Info {
				continue
			}
			c.Findings++
			if f.Verdict.rank() > c.Verdict.rank() {
				c.Verdict = f.Verdict
			}
			if f.List != nil {
				l := c.list(f.List.ID)
				l.Findings++
				if f.Verdict.rank() > l.Verdict.rank() {
					l.Verdict = f.Verdict
				}
			}
		}
	}
	for _, r := range rows {
		for i := range r.Cells {
			slices.SortFunc(r.Cells[i].Roles, func(a, b sbom.Role) int {
				return cmp.Compare(slices.Index(sbom.Roles(), a), slices.Index(sbom.Roles(), b))
			})
		}
		slices.Sort(r.Countries)
		slices.SortFunc(r.Lists, func(a, b MatrixList) int {
			return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(string(a.Effective), string(b.Effective)), strings.Compare(a.Entry, b.Entry))
		})
		m.Rows = append(m.Rows, *r)
	}
	weight := func(r *MatrixRow) (verdict, products int) {
		verdict = -1
		for _, c := range r.Cells {
			verdict = max(verdict, c.Verdict.rank())
			if len(c.Roles) > 0 {
				products++
			}
		}
		return verdict, products
	}
	slices.SortFunc(m.Rows, func(a, b MatrixRow) int {
		av, ap := weight(&a)
		bv, bp := weight(&b)
		return cmp.Or(cmp.Compare(bv, av), cmp.Compare(bp, ap), strings.Compare(a.Organization.Name, b.Organization.Name),
			strings.Compare(a.Organization.ID, b.Organization.ID))
	})
	return m
}

// countFindings counts the findings of a report.
func countFindings(r *Report) FindingCounts {
	n := FindingCounts{Upcoming: len(r.Upcoming)}
	for i := range r.Findings {
		f := &r.Findings[i]
		switch {
		case f.Waiver != nil:
			n.Waived++
		case f.Known:
			n.Known++
		case f.Verdict == Fail:
			n.Fail++
		case f.Verdict == Review:
			n.Review++
		case f.Verdict == UnknownVerdict:
			n.Unknown++
		default:
			n.Info++
		}
	}
	return n
}

// sameEdition reports whether two databases are one.
func sameEdition(a, b Edition) bool {
	return a.Name == b.Name && a.Date == b.Date && a.SHA256 == b.SHA256 && slices.Equal(a.Overlays, b.Overlays)
}
