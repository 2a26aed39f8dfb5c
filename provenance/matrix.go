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
	Schema   string          `json:"schema"` // [MatrixSchema]
	Products []MatrixProduct `json:"products"`
	// Rows, the organizations with the worst verdict first, then those in most
	// products, then by name.
	Rows []MatrixRow `json:"rows"`
}

// A MatrixProduct is one report of a [Matrix].
type MatrixProduct struct {
	Name     string   `json:"name"`
	SHA256   string   `json:"sha256,omitempty"`
	AsOf     Date     `json:"as_of"`
	Coverage Coverage `json:"coverage"`
	Verdict  Verdict  `json:"verdict,omitempty"`
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
}

// MatrixOf rolls reports up. db adds the lists that no rule asked for; nil is
// allowed, for saved reports.
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
		m.Products = append(m.Products, MatrixProduct{Name: name, SHA256: rep.Source.SHA256, AsOf: rep.AsOf, Coverage: rep.Coverage, Verdict: rep.Verdict})
		for _, it := range itemsOf(rep) {
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
				if db != nil {
					for _, l := range db.Listings(a.Organization.ID) {
						if e := &l.Entry; e.Kind == EntityEntry && e.Retracted == nil && rep.AsOf.Within(e.Effective, e.Ended) {
							list(r, MatrixList{l.List, l.Title, e.Name, e.Paragraph, e.Effective})
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
			if l := f.List; l != nil {
				list(r, MatrixList{l.ID, l.Title, l.Entry, l.Paragraph, l.Effective})
			}
			if f.Waiver != nil || f.Known || f.Verdict == Info {
				continue
			}
			c := &r.Cells[i]
			c.Findings++
			if f.Verdict.rank() > c.Verdict.rank() {
				c.Verdict = f.Verdict
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
