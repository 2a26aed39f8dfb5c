package report

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

//go:embed html/matrix.tmpl
var htmlMatrixPage string

// WriteMatrixJSON writes a matrix as indented JSON, in the form of
// schema/matrix-1.schema.json, with the escapes of [WriteJSON].
func WriteMatrixJSON(w io.Writer, m *provenance.Matrix) error { return writeJSON(w, m) }

// WriteDifferenceJSON writes a difference as indented JSON, in the form of
// schema/diff-1.schema.json, with the escapes of [WriteJSON].
func WriteDifferenceJSON(w io.Writer, d *provenance.Difference) error { return writeJSON(w, d) }

// WriteReconciliationJSON writes a reconciliation as indented JSON, in the form
// of schema/reconcile-1.schema.json, with the escapes of [WriteJSON].
func WriteReconciliationJSON(w io.Writer, r *provenance.Reconciliation) error {
	return writeJSON(w, r)
}

// MatrixCSVColumns returns the header of what [WriteMatrixCSV] writes. Columns
// are only ever added at the end.
func MatrixCSVColumns() []string {
	return []string{"organization_id", "organization", "countries", "product", "input", "as_of", "roles", "components", "services",
		"list_id", "list", "entry", "paragraph", "effective", "findings", "verdict"}
}

// WriteMatrixCSV writes a matrix as a table with one row for each organization,
// product behind something of which it stands, and list that names it there;
// a row with empty list columns where no list does. "findings" and "verdict"
// are those that rest on the row's list, or without a list those of the
// organization in the product. Cells are as in [WriteCSV].
func WriteMatrixCSV(w io.Writer, m *provenance.Matrix) error {
	cw := csv.NewWriter(w)
	write := func(cells ...string) {
		row := make([]string, len(MatrixCSVColumns()))
		for i, c := range cells {
			row[i] = csvCell(c)
		}
		cw.Write(row) // an error stays, and Flush's caller gets it
	}
	write(MatrixCSVColumns()...)
	for i := range m.Rows {
		r := &m.Rows[i]
		for j := range r.Cells {
			c, p := &r.Cells[j], &m.Products[j]
			if c.Findings == 0 && len(c.Roles) == 0 && len(c.Lists) == 0 {
				continue
			}
			base := []string{r.Organization.ID, r.Organization.Name, strings.Join(r.Countries, "; "), p.Name, p.Input, string(p.AsOf),
				roleNames(c.Roles), strconv.Itoa(c.Components), strconv.Itoa(c.Services)}
			if len(c.Lists) == 0 {
				write(append(base, "", "", "", "", "", strconv.Itoa(c.Findings), string(c.Verdict))...)
			}
			for _, l := range c.Lists {
				e := entryOf(r, l.ID)
				write(append(slices.Clip(base), l.ID, e.Title, e.Entry, e.Paragraph, string(e.Effective), strconv.Itoa(l.Findings), string(l.Verdict))...)
			}
		}
	}
	cw.Flush()
	if err := cw.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// entryOf returns the first entry of a list in a row.
func entryOf(r *provenance.MatrixRow, list string) provenance.MatrixList {
	if i := slices.IndexFunc(r.Lists, func(l provenance.MatrixList) bool { return l.ID == list }); i >= 0 {
		return r.Lists[i]
	}
	return provenance.MatrixList{ID: list}
}

func roleNames(roles []sbom.Role) string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = r.String()
	}
	return strings.Join(out, ", ")
}

// matrixHeadline says in one line what several reports amount to.
func matrixHeadline(m *provenance.Matrix) string {
	n := map[provenance.Verdict]int{}
	for _, p := range m.Products {
		n[p.Verdict]++
	}
	var parts []string
	for _, v := range []struct {
		verdict   provenance.Verdict
		one, many string
	}{{provenance.Fail, "fails", "fail"}, {provenance.Review, "asks for review", "ask for review"}, {provenance.UnknownVerdict, "is unknown", "are unknown"},
		{provenance.NoFinding, "has no finding that counts", "have no finding that counts"}, {"", "had no policy applied", "had no policy applied"}} {
		if k := n[v.verdict]; k > 0 {
			parts = append(parts, plural(k, v.one, v.many))
		}
	}
	return fmt.Sprintf("of %s %s", plural(len(m.Products), "product", "products"), strings.Join(parts, ", "))
}

// countsText says how many findings there are.
func countsText(n provenance.FindingCounts) string {
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{{n.Fail, "fail"}, {n.Review, "review"}, {n.Unknown, "unknown"}, {n.Info, "info"}, {n.Waived, "waived"}, {n.Known, "known"}, {n.Upcoming, "upcoming"}} {
		if c.n > 0 {
			parts = append(parts, number(int64(c.n))+" "+c.what)
		}
	}
	if len(parts) == 0 {
		return "no findings"
	}
	return strings.Join(parts, ", ")
}

// mixed says in what the reports of a matrix were not made alike.
func mixed(m *provenance.Matrix) string {
	var parts []string
	differ := func(what string, of func(p *provenance.MatrixProduct) string) {
		for i := range m.Products {
			if of(&m.Products[i]) != of(&m.Products[0]) {
				parts = append(parts, what)
				return
			}
		}
	}
	differ("editions of the database", func(p *provenance.MatrixProduct) string {
		return p.Database.Name + string(p.Database.Date) + p.Database.SHA256 + strings.Join(p.Database.Overlays, ",")
	})
	differ("days", func(p *provenance.MatrixProduct) string { return string(p.AsOf) })
	differ("policies", func(p *provenance.MatrixProduct) string {
		ids := ""
		for _, x := range p.Policies {
			ids += x.ID + " " + x.Version + ","
		}
		return ids
	})
	if len(parts) == 0 {
		return ""
	}
	return "The reports were made with different " + strings.Join(parts, " and ") + "; what one has and another lacks may come from that."
}

// weighty reports whether a row has a finding that counts or a list.
func weighty(r *provenance.MatrixRow) bool {
	return len(r.Lists) > 0 || slices.ContainsFunc(r.Cells, func(c provenance.MatrixCell) bool { return c.Findings > 0 })
}

// shownRows returns the rows that are shown, and how many are left out: all
// with findings or lists, and a few of the others.
func shownRows(m *provenance.Matrix, full bool) (rows []*provenance.MatrixRow, left int) {
	others := 0
	for i := range m.Rows {
		r := &m.Rows[i]
		if !full && !weighty(r) {
			if others++; others > 20 {
				left++
				continue
			}
		}
		rows = append(rows, r)
	}
	return rows, left
}

// listNames names the lists of a row, each once.
func listNames(r *provenance.MatrixRow) []string {
	var out []string
	for _, l := range r.Lists {
		if title := cmp.Or(l.Title, l.ID); !slices.Contains(out, title) {
			out = append(out, title)
		}
	}
	return out
}

// cellText says what an organization has to do with a product.
func cellText(c *provenance.MatrixCell) string {
	if c.Findings == 0 && len(c.Roles) == 0 && len(c.Lists) == 0 {
		return ""
	}
	text := roleNames(c.Roles)
	var of []string
	if c.Components > 0 {
		of = append(of, plural(c.Components, "component", "components"))
	}
	if c.Services > 0 {
		of = append(of, plural(c.Services, "service", "services"))
	}
	if len(of) > 0 {
		text += " of " + strings.Join(of, " and ")
	}
	if c.Findings > 0 {
		text += "; " + plural(c.Findings, "finding", "findings")
	}
	var by []string
	for _, l := range c.Lists {
		if l.Findings > 0 {
			by = append(by, fmt.Sprintf("%s (%s)", l.ID, l.Verdict))
		}
	}
	if len(by) > 0 {
		text += " by " + strings.Join(by, ", ")
	}
	return strings.TrimPrefix(text, "; ")
}

// WriteMatrix writes several reports as one for a person: the verdict of all,
// each product, which organizations stand behind which of them and on which
// lists they are, and the findings of each product apart. reports are those
// that the matrix was made of. Strings of the input are treated as by
// [WriteText].
func WriteMatrix(w io.Writer, m *provenance.Matrix, reports []*provenance.Report, opts *TextOptions) error {
	p := newPrinter(w, opts)
	line := matrixHeadline(m)
	if m.Verdict != "" && m.Verdict != provenance.NoFinding {
		p.line(verdictStyle(m.Verdict), strings.ToUpper(Visible(string(m.Verdict)))+"  ", 0, line)
	} else {
		p.line("", "", 0, strings.ToUpper(line[:1])+line[1:])
	}
	if note := mixed(m); note != "" {
		p.line("", "", 0, note)
	}
	p.heading("Products")
	for i := range m.Products {
		x := &m.Products[i]
		p.line("", fmt.Sprintf("%4d  ", i+1), 6, fmt.Sprintf("%s: %s; %s; %s; facts as of %s", cmp.Or(Visible(x.Name), "(unnamed)"),
			cmp.Or(Visible(string(x.Verdict)), "no policy"), countsText(x.Findings), unknownOf(x.Coverage), Visible(string(x.AsOf))))
	}
	rows, left := shownRows(m, p.full)
	if len(rows) > 0 {
		p.heading("Organizations, by product")
	}
	for _, r := range rows {
		text := Visible(r.Organization.Name)
		if len(r.Countries) > 0 {
			text += " [" + p.names(r.Countries, 4) + "]"
		}
		if lists := listNames(r); len(lists) > 0 {
			text += "; on " + p.names(lists, 6)
		}
		p.line("", "  ", 4, text)
		for j := range r.Cells {
			if t := cellText(&r.Cells[j]); t != "" {
				verdict := cmp.Or(string(r.Cells[j].Verdict), "-")
				p.line("", fmt.Sprintf("%8d  %s", j+1, pad(Visible(verdict), 9)), 19, sentence(t))
			}
		}
	}
	if left > 0 {
		p.line("", "  ", 4, fmt.Sprintf("and %s without a finding or a list; --full shows them", plural(left, "organization", "organizations")))
	}
	for i, r := range reports {
		open, waived, known := sortOut(r.Findings)
		if len(open)+len(waived)+len(known) == 0 {
			continue
		}
		p.heading(fmt.Sprintf("Findings of product %d, %s", i+1, cmp.Or(Visible(m.Products[i].Name), "(unnamed)")))
		gs := groups(open)
		for k, g := range gs {
			if k == 20 && !p.full {
				p.line("", "  ", 4, fmt.Sprintf("and %s more; --full shows them", number(int64(len(gs)-k))))
				break
			}
			f := g.first
			text := fmt.Sprintf("%s: %s: %s", Visible(string(f.Verdict)), sentence(f.Title), p.about(g, 3))
			if n := len(g.findings); n > 1 {
				text += fmt.Sprintf(" (%d findings)", n)
			}
			p.line("", "  ", 4, text+" ["+Visible(f.ID)+"]")
		}
		if n := len(waived) + len(known); n > 0 {
			p.line("", "  ", 4, fmt.Sprintf("not counted: %s waived, %s known", number(int64(len(waived))), number(int64(len(known)))))
		}
	}
	return p.flush()
}

// WriteMatrixMarkdown writes what [WriteMatrix] does in GitHub's Markdown, with
// a table of organizations and products. Strings are treated as by
// [WriteMarkdown].
func WriteMatrixMarkdown(w io.Writer, m *provenance.Matrix, reports []*provenance.Report, opts *MarkdownOptions) error {
	if opts == nil {
		opts = &MarkdownOptions{}
	}
	k := &markdown{full: opts.Full}
	p := &printer{full: opts.Full}
	k.printf("## Touchmark: %s\n\n**%s** %s\n", plural(len(m.Products), "product", "products"), md(cmp.Or(string(m.Verdict), "no policy")), md(matrixHeadline(m)))
	if note := mixed(m); note != "" {
		k.printf("\n%s\n", md(note))
	}
	k.printf("\n### Products\n\n")
	k.table("", "Product", "Verdict", "Findings", "Coverage", "Facts as of")
	for i := range m.Products {
		x := &m.Products[i]
		k.row(strconv.Itoa(i+1), cmp.Or(md(x.Name), "(unnamed)"), "**"+md(cmp.Or(string(x.Verdict), "no policy"))+"**", md(countsText(x.Findings)), md(unknownOf(x.Coverage)), md(string(x.AsOf)))
	}
	rows, left := shownRows(m, opts.Full)
	if len(rows) > 0 {
		k.printf("\n### Organizations, by product\n\n")
		head := []string{"Organization", "Countries", "Lists"}
		for i := range m.Products {
			head = append(head, strconv.Itoa(i+1))
		}
		k.table(head...)
	}
	for _, r := range rows {
		cells := []string{md(r.Organization.Name), k.names(r.Countries, 4), k.names(listNames(r), 6)}
		for j := range r.Cells {
			text := md(cellText(&r.Cells[j]))
			if v := r.Cells[j].Verdict; v != "" {
				text = "**" + md(string(v)) + "** " + text
			}
			cells = append(cells, text)
		}
		k.row(cells...)
	}
	k.more(left, 0, "organizations without a finding or a list")
	for i, r := range reports {
		open, _, _ := sortOut(r.Findings)
		if len(open) == 0 {
			continue
		}
		k.printf("\n### Findings of product %d, %s\n\n", i+1, cmp.Or(md(m.Products[i].Name), "(unnamed)"))
		k.table("Verdict", "Rule", "In", "Why", "Id")
		gs := groups(open)
		shown := k.limit(len(gs), 30)
		for _, g := range gs[:shown] {
			in := mdEscape(p.about(g, 4))
			if len(g.findings) > 1 {
				in = fmt.Sprintf("%d: %s", len(g.findings), in)
			}
			k.row("**"+md(string(g.first.Verdict))+"**", md(g.first.Title), in, md(g.first.Why), md(g.first.ID))
		}
		k.more(len(gs), shown, "findings")
	}
	k.printf("\n_An attribution is an inference about a component, a list entry a fact about an organization._\n")
	if _, err := w.Write(k.b.Bytes()); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

type htmlMatrix struct {
	Style    template.CSS
	Verdict  string
	Headline string
	Note     string
	Products []htmlMatrixProduct
	Rows     []htmlMatrixRow
	Left     int
}

type htmlMatrixProduct struct {
	Number                                       int
	Name, Verdict, Findings, Coverage, AsOf, Edn string
	Open, Waived, Known                          []htmlFinding
}

type htmlMatrixRow struct {
	Name, Countries, Lists string
	Cells                  []htmlMatrixCell
}

type htmlMatrixCell struct{ Verdict, Text string }

// WriteMatrixHTML writes what [WriteMatrix] does as one HTML file without
// scripts, that needs no network, with the chain of each finding from the rule
// to the evidence. Strings are treated as by [WriteHTML].
func WriteMatrixHTML(w io.Writer, m *provenance.Matrix, reports []*provenance.Report) error {
	p := &printer{}
	line := matrixHeadline(m)
	page := htmlMatrix{Style: template.CSS(htmlStyle), Verdict: Visible(string(m.Verdict)), Headline: strings.ToUpper(line[:1]) + line[1:], Note: mixed(m)}
	for i := range m.Products {
		x := &m.Products[i]
		h := htmlMatrixProduct{Number: i + 1, Name: cmp.Or(Visible(x.Name), "(unnamed)"), Verdict: Visible(string(x.Verdict)), Findings: countsText(x.Findings),
			Coverage: unknownOf(x.Coverage), AsOf: Visible(string(x.AsOf)), Edn: Visible(x.Database.Name + " " + string(x.Database.Date))}
		if i < len(reports) {
			open, waived, known := sortOut(reports[i].Findings)
			h.Open, h.Waived, h.Known = htmlFindings(p, open, nil), htmlFindings(p, waived, nil), htmlFindings(p, known, nil)
			for _, list := range [][]htmlFinding{h.Open, h.Waived, h.Known} {
				for k := range list {
					list[k].ID = fmt.Sprintf("%d-%s", i+1, list[k].ID) // two products can have one finding
				}
			}
		}
		page.Products = append(page.Products, h)
	}
	rows, left := shownRows(m, false)
	page.Left = left
	for _, r := range rows {
		h := htmlMatrixRow{Name: Visible(r.Organization.Name), Countries: p.names(r.Countries, 4), Lists: p.names(listNames(r), 6)}
		for j := range r.Cells {
			h.Cells = append(h.Cells, htmlMatrixCell{Visible(string(r.Cells[j].Verdict)), sentence(cellText(&r.Cells[j]))})
		}
		page.Rows = append(page.Rows, h)
	}
	tmpl, err := template.New("page").Funcs(template.FuncMap{"v": sentence}).Parse(htmlPage)
	if err == nil {
		tmpl, err = tmpl.New("matrix").Parse(htmlMatrixPage)
	}
	if err != nil {
		return fmt.Errorf("write HTML: %w", err)
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&b, page); err != nil {
		return fmt.Errorf("write HTML: %w", err)
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write HTML: %w", err)
	}
	return nil
}
