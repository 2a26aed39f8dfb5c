package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
)

// CSVColumns returns the header of what [WriteCSV] writes. Columns are only
// ever added at the end.
func CSVColumns() []string {
	return []string{"input", "thing", "name", "version", "purl", "ref", "standing",
		"organization_id", "organization", "project", "role", "confidence", "ambiguous_with",
		"countries", "countries_of_owners", "evidence_at", "evidence", "sources", "verdict", "findings"}
}

// WriteCSV writes a table (RFC 4180, UTF-8, lines that end in LF, a header)
// with one row for each attribution of the subject, a component or a service,
// and one for each of those that nobody is attributed to.
//
// "countries" holds the organization's own origins as "CC:basis" separated by
// "; ", "countries_of_owners" those of its owners with the chain. "verdict" is
// the worst of the findings about the component that count.
//
// Cells hold the input's strings made visible as by [WriteText]. A cell that a
// spreadsheet would take for a formula, one that starts with =, +, - or @, has
// an apostrophe in front.
func WriteCSV(w io.Writer, reports []*provenance.Report) error {
	cw := csv.NewWriter(w)
	write := func(cells ...string) {
		row := make([]string, len(CSVColumns()))
		for i, c := range cells {
			row[i] = csvCell(c)
		}
		cw.Write(row) // an error stays, and Flush's caller gets it
	}
	write(CSVColumns()...)
	for _, r := range reports {
		found := findingsByRef(r)
		row := func(thing, name, version, purl, ref string, standing provenance.Standing, h holder) {
			verdict, ids := found.of(ref)
			base := []string{r.Source.Name, thing, name, version, purl, ref, string(standing)}
			if len(h.attributions) == 0 {
				write(append(base, "", "", "", "", "", "", "", "", "", "", "", string(verdict), ids)...)
			}
			for i := range h.attributions {
				a := &h.attributions[i]
				project := ""
				if a.Project != nil {
					project = a.Project.Name
				}
				var ambiguous, own, owners, sources []string
				for _, o := range a.Ambiguous {
					ambiguous = append(ambiguous, o.Name)
				}
				for _, g := range grounds(a.Origins) {
					if g.steps == 0 {
						own = append(own, g.country+":"+g.text)
					} else {
						owners = append(owners, g.country+":"+g.text)
					}
				}
				for _, o := range a.Origins {
					for _, s := range o.Sources {
						if s.URL != "" {
							sources = append(sources, s.URL)
						}
					}
				}
				at, quote := proof(h, a)
				write(append(base, a.Organization.ID, a.Organization.Name, project, a.Role.String(), string(a.Confidence),
					strings.Join(ambiguous, "; "), strings.Join(own, "; "), strings.Join(owners, "; "), at, quote,
					strings.Join(unique(sources), " "), string(verdict), ids)...)
			}
		}
		if s := r.Subject; s != nil {
			row("subject", joinName(s.Group, s.Name), s.Version, s.PURL, s.Ref, s.Standing, holder{place: s.Place, claims: s.Claims, attributions: s.Attributions})
		}
		for i := range r.Components {
			c := &r.Components[i]
			row("component", joinName(c.Group, c.Name), c.Version, c.PURL, c.Ref, c.Standing, holder{place: c.Place, claims: c.Claims, attributions: c.Attributions})
		}
		for i := range r.Services {
			s := &r.Services[i]
			row("service", s.Name, s.Version, "", s.Ref, s.Standing, holder{place: s.Place, claims: s.Claims, attributions: s.Attributions})
		}
	}
	cw.Flush()
	if err := cw.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// csvCell makes a string harmless in a spreadsheet.
func csvCell(s string) string {
	s = sentence(s)
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}

func joinName(group, name string) string { return label(group, name, "") }

func unique(list []string) []string {
	seen := map[string]bool{}
	out := list[:0:0]
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// refFindings are the findings about each component and service.
type refFindings map[string][]*provenance.Finding

func findingsByRef(r *provenance.Report) refFindings {
	m := refFindings{}
	for i := range r.Findings {
		f := &r.Findings[i]
		for _, ref := range append([]string{f.Component, f.Service}, f.Also...) {
			if ref != "" {
				m[ref] = append(m[ref], f)
			}
		}
	}
	return m
}

// of returns the worst verdict of the findings about a component that count,
// and the ids of all.
func (m refFindings) of(ref string) (worst provenance.Verdict, ids string) {
	var list []string
	for _, f := range m[ref] {
		list = append(list, f.ID)
		if counts(f) && verdictRank(f.Verdict) > verdictRank(worst) {
			worst = f.Verdict
		}
	}
	return worst, strings.Join(list, " ")
}

func verdictRank(v provenance.Verdict) int {
	switch v {
	case provenance.Fail:
		return 4
	case provenance.Review:
		return 3
	case provenance.UnknownVerdict:
		return 2
	case provenance.Info:
		return 1
	}
	return 0
}
