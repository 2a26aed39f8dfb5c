package form

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
)

// draftNotice stands on top of every form.
const draftNotice = "DRAFT for a person to check, complete and sign. Each value names its source; what is missing is marked GAP. It says what evidence suggests and nothing about compliance, holds nothing about persons, and is no legal advice."

// WriteMarkdown writes a form as Markdown with tables, as GitHub and most
// readers take it. Strings of the input are made plain text as by
// [report.MarkdownText].
func WriteMarkdown(w io.Writer, f *Form) error {
	m := &markdown{number: numbering(f)}
	m.printf("# %s\n\n**%s**\n\n%s\n", report.MarkdownText(f.Title), report.MarkdownText(draftNotice), report.MarkdownText(f.About))
	m.fields(f.Facts)
	for i := range f.Sections {
		s := &f.Sections[i]
		m.printf("\n## %s\n", report.MarkdownText(s.Title))
		if s.Rule != "" {
			m.printf("\n_Asked for by: %s_\n", report.MarkdownText(s.Rule))
		}
		for _, t := range s.Text {
			m.printf("\n%s\n", report.MarkdownText(t))
		}
		for j := range s.Trees {
			m.printf("\n")
			m.tree(&s.Trees[j], 0)
		}
		m.fields(s.Fields)
		for j := range s.Tables {
			m.table(&s.Tables[j])
		}
	}
	if len(f.Unverified) > 0 {
		m.printf("\n## Not verified\n\n")
		for _, u := range f.Unverified {
			m.printf("- %s\n", report.MarkdownText(u))
		}
	}
	if len(m.number.list) > 0 {
		m.printf("\n## Sources\n\n")
		for i, s := range m.number.list {
			m.printf("%d. %s\n", i+1, report.MarkdownText(report.CitationText(s)))
		}
	}
	if _, err := m.b.WriteTo(w); err != nil {
		return fmt.Errorf("write form: %w", err)
	}
	return nil
}

// numbers gives each source of a form a number, in order of first use.
type numbers struct {
	list  []provenance.Source
	index map[provenance.Source]int
}

func (n *numbers) of(s provenance.Source) int {
	i, ok := n.index[s]
	if !ok {
		n.list = append(n.list, s)
		i = len(n.list)
		n.index[s] = i
	}
	return i
}

// numbering numbers the texts that the form rests on first.
func numbering(f *Form) *numbers {
	n := &numbers{index: map[provenance.Source]int{}}
	for _, s := range f.Read {
		n.of(s)
	}
	return n
}

type markdown struct {
	b      bytes.Buffer
	number *numbers
}

func (m *markdown) printf(format string, args ...any) { fmt.Fprintf(&m.b, format, args...) }

func (m *markdown) row(cells ...string) { m.printf("| %s |\n", strings.Join(cells, " | ")) }

func (m *markdown) head(columns ...string) {
	m.row(columns...)
	m.printf("|%s\n", strings.Repeat(" --- |", len(columns)))
}

func (m *markdown) cites(sources []provenance.Source) string {
	var b strings.Builder
	for _, s := range sources {
		fmt.Fprintf(&b, " \\[%d\\]", m.number.of(s))
	}
	return b.String()
}

// cell writes values and gap of a field into one cell of a table.
func (m *markdown) cell(f *Field) string {
	var parts []string
	for _, v := range f.Values {
		text := report.MarkdownText(v.Text) + m.cites(v.Sources)
		if v.From != "" {
			text += " _(" + report.MarkdownText(v.From) + ")_"
		}
		parts = append(parts, text)
	}
	if f.Gap != "" {
		parts = append(parts, "**GAP:** "+report.MarkdownText(f.Gap))
	}
	return strings.Join(parts, "; ")
}

func (m *markdown) fields(list []Field) {
	if len(list) == 0 {
		return
	}
	m.printf("\n")
	m.head("Field", "Value, with its source")
	for i := range list {
		m.row(report.MarkdownText(list[i].Label), m.cell(&list[i]))
	}
}

func (m *markdown) table(t *Table) {
	if t.Caption != "" {
		m.printf("\n%s\n", report.MarkdownText(t.Caption))
	}
	m.printf("\n")
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = report.MarkdownText(c)
	}
	m.head(columns...)
	for _, r := range t.Rows {
		cells := make([]string, len(r))
		for i := range r {
			cells[i] = m.cell(&r[i])
		}
		m.row(cells...)
	}
	if t.Left > 0 {
		m.printf("\n**%d further rows are left out;** the JSON report has all.\n", t.Left)
	}
}

// tree writes a tree as a list, each owner below what it holds.
func (m *markdown) tree(n *Node, depth int) {
	m.printf("%s- ", strings.Repeat("  ", depth))
	if n.Edge != "" {
		m.printf("held (%s) by ", report.MarkdownText(n.Edge))
	}
	m.printf("**%s**", report.MarkdownText(n.Text))
	for i, note := range n.Notes {
		m.printf("%s%s", map[bool]string{true: ": ", false: "; "}[i == 0], report.MarkdownText(note))
	}
	m.printf("%s\n", m.cites(n.Sources))
	for i := range n.Up {
		m.tree(&n.Up[i], depth+1)
	}
}
