package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
)

// MarkdownOptions for [WriteMarkdown]. Nil is the zero value.
type MarkdownOptions struct {
	// MaxBytes bounds the output; what is beyond it is cut at a line and
	// counted. 0 means no bound. GitHub takes 1 MiB for the summary of a step.
	MaxBytes int
	// Full lists everything where tables otherwise show the first rows.
	Full bool
}

// WriteMarkdown writes reports in GitHub's Markdown, for a pull request, a step
// summary or a wiki: the headline, findings, the device, countries by basis,
// foundations and communities, what is unknown, and coverage.
//
// Of the input's strings, everything that Markdown, HTML or a mention could be
// made of is escaped, besides what [WriteText] makes visible.
func WriteMarkdown(w io.Writer, reports []*provenance.Report, opts *MarkdownOptions) error {
	if opts == nil {
		opts = &MarkdownOptions{}
	}
	m := &markdown{full: opts.Full}
	for i, r := range reports {
		if i > 0 {
			m.b.WriteString("\n---\n\n")
		}
		m.report(r)
	}
	out := m.b.Bytes()
	if opts.MaxBytes > 0 && len(out) > opts.MaxBytes {
		const note = "\n\n_%d lines more are left out._\n"
		keep := max(opts.MaxBytes-len(note)-10, 0)
		if i := bytes.LastIndexByte(out[:keep], '\n'); i >= 0 {
			keep = i
		} else {
			keep = 0
		}
		out = fmt.Appendf(out[:keep:keep], note, bytes.Count(out[keep:], []byte("\n")))
	}
	if _, err := w.Write(out); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

type markdown struct {
	b    bytes.Buffer
	full bool
}

// md makes a string of the input plain text in Markdown.
func md(s string) string { return mdEscape(sentence(s)) }

func mdEscape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\\', '`', '*', '_', '[', ']', '|', '~', '#', '!', '$':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteString("&amp;")
		case '@':
			b.WriteString("&#64;") // no mention, no mail link
		case ':':
			// "scheme:" at the start of a link; ":smile:" otherwise. A colon
			// between a word and a blank begins neither.
			if i > 0 && s[i-1] != ' ' && i+1 < len(s) && s[i+1] == ' ' {
				b.WriteByte(c)
			} else {
				b.WriteString("&#58;")
			}
		case '.':
			if strings.HasSuffix(strings.ToLower(s[:i]), "www") {
				b.WriteString("&#46;")
			} else {
				b.WriteByte(c)
			}
		case '-', '+', '=':
			if strings.Trim(s[:i], " ") == "" {
				b.WriteByte('\\') // a list or a heading's underline
			}
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func (m *markdown) printf(format string, args ...any) { fmt.Fprintf(&m.b, format, args...) }

// row writes a row of a table; cells are Markdown.
func (m *markdown) row(cells ...string) {
	m.b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func (m *markdown) table(columns ...string) {
	m.row(columns...)
	rules := make([]string, len(columns))
	for i := range rules {
		rules[i] = "---"
	}
	m.row(rules...)
}

// names joins the first n strings of the input.
func (m *markdown) names(list []string, n int) string {
	rest := 0
	if len(list) > n && !m.full {
		list, rest = list[:n], len(list)-n
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = mdEscape(Visible(s))
	}
	text := strings.Join(out, ", ")
	if rest > 0 {
		text += fmt.Sprintf(" and %s more", number(int64(rest)))
	}
	return text
}

// limit returns how many of n rows are shown, and notes the rest after f.
func (m *markdown) limit(n, most int) int {
	if m.full || n <= most {
		return n
	}
	return most
}

func (m *markdown) more(n, shown int, what string) {
	if n > shown {
		m.printf("\n%s more %s are in the JSON report.\n", number(int64(n-shown)), what)
	}
}

func (m *markdown) report(r *provenance.Report) {
	m.printf("## Touchmark: %s\n\n", cmp.Or(md(r.Source.Name), "report"))
	line := Headline(r)
	if v, rest, ok := strings.Cut(line, ": "); ok && v == string(r.Verdict) {
		m.printf("**%s** %s\n\n", strings.ToUpper(v), md(rest))
	} else {
		m.printf("**%s**\n\n", md(strings.ToUpper(line[:1])+line[1:]))
	}
	var facts []string
	facts = append(facts, mdEscape(sourceText(&r.Source)))
	if r.Subject != nil {
		facts = append(facts, "subject "+md(subjectLabel(r.Subject)))
	}
	facts = append(facts, "facts as of "+md(string(r.AsOf)), "database "+md(r.Database.Name)+" of "+md(string(r.Database.Date)))
	for _, p := range r.Policies {
		facts = append(facts, "policy "+md(strings.TrimSpace(p.ID+" "+p.Version)))
	}
	m.printf("%s\n", strings.Join(facts, "; "))
	m.findings(r)
	m.device(r)
	m.countries(r)
	m.others(r)
	m.unknown(r)
	if list := problems(r); len(list) > 0 {
		m.printf("\n### Problems of the input\n\n")
		m.table("Severity", "Kind", "Times", "First")
		shown := m.limit(len(list), 20)
		for _, g := range list[:shown] {
			at := ""
			if g.first.Place != "" {
				at = md(g.first.Place) + ": "
			}
			m.row(md(string(g.severity)), md(g.kind), number(int64(g.count)), at+md(g.first.Message))
		}
		m.more(len(list), shown, "kinds of problem")
	}
	c := r.Coverage
	m.printf("\n### Coverage\n\n")
	m.table("Components", "By organization", "By foundation", "By community", "No organization", "By distributor only", "Unknown")
	m.row(number(int64(c.Components)), number(int64(c.Organization)), number(int64(c.Foundation)), number(int64(c.Community)), number(int64(c.Unaffiliated)), number(int64(c.Distributor)), number(int64(c.Unknown)))
	if t := c.Tree; t != nil && !t.NotRead {
		m.printf("\n%s of %s explained (%s); %s encrypted or packed, %s unreadable.\n", size(t.ExplainedBytes), size(t.Bytes),
			percentOf(t.ExplainedBytes, t.Bytes), size(t.OpaqueBytes), size(t.UnreadableBytes))
	}
	m.printf("\n_An attribution is an inference about a component, a list entry a fact about an organization. A country is where an organization is registered or headquartered, not where a thing was made._\n")
}

func (m *markdown) findings(r *provenance.Report) {
	open, waived, known := sortOut(r.Findings)
	p := &printer{full: m.full}
	table := func(title string, list []provenance.Finding, last string, cell func(f *provenance.Finding) string) {
		if len(list) == 0 {
			return
		}
		m.printf("\n### %s\n\n", title)
		m.table("Verdict", "Rule", "In", "Why", last)
		gs := groups(list)
		shown := m.limit(len(gs), 50)
		for _, g := range gs[:shown] {
			f := g.first
			in := mdEscape(p.about(g, 4))
			if len(g.findings) > 1 {
				in = fmt.Sprintf("%d: %s", len(g.findings), in)
				if at := p.seen(g); at != "" {
					in += " (at " + mdEscape(at) + ")"
				}
			}
			why := md(f.Why)
			if f.Downgraded != "" {
				why = strings.TrimSuffix(why, ".") + "; but " + md(f.Downgraded)
			}
			m.row("**"+md(string(f.Verdict))+"**", md(f.Title), in, why, cell(f))
		}
		m.more(len(gs), shown, "findings")
	}
	table("Findings", open, "Id", func(f *provenance.Finding) string { return md(f.ID) })
	table("Waived, not counted", waived, "Waiver", func(f *provenance.Finding) string {
		return md(fmt.Sprintf("%s until %s: %s", f.Waiver.ID, f.Waiver.Expires, f.Waiver.Reason))
	})
	table("Known from the baseline, not counted", known, "Id", func(f *provenance.Finding) string { return md(f.ID) })
	table("Rules not in force yet, not counted", r.Upcoming, "From", func(f *provenance.Finding) string { return md(string(inForceDate(f))) })
}

func (m *markdown) device(r *provenance.Report) {
	s := r.Subject
	if s == nil || len(s.Attributions)+len(s.Stated) == 0 {
		return
	}
	m.printf("\n### %s: evidence suggests\n\n", md(subjectLabel(s)))
	m.table("Role", "Organization", "Countries", "Confidence", "Evidence")
	h := holder{place: s.Place, claims: s.Claims, attributions: s.Attributions}
	for i := range s.Attributions {
		a := &s.Attributions[i]
		name := a.Organization.Name
		if a.Community && a.Project != nil {
			name = a.Project.Name + " (community)"
		}
		if a.Unaffiliated && a.Project != nil {
			name = a.Project.Name + " (no organization)"
		}
		var ambiguous []string
		for _, o := range a.Ambiguous {
			ambiguous = append(ambiguous, o.Name)
		}
		if ambiguous != nil {
			name += "; ambiguous with " + strings.Join(ambiguous, ", ")
		}
		at, quote := proof(h, a)
		if quote != "" {
			at += " \"" + quote + "\""
		}
		m.row(md(a.Role.String()), md(name), md(seat(a)), md(string(a.Confidence)), md(at))
	}
	for i := range s.Stated {
		n := &s.Stated[i]
		at, quote := statedProof(s, n)
		if quote != "" {
			at += " \"" + quote + "\""
		}
		m.row(md(n.Role.String()), md(n.Name+" (stated; on no record)"), "", md(string(n.Confidence)), md(at))
	}
}

func (m *markdown) countries(r *provenance.Report) {
	rows, none := byCountry(r)
	if len(rows)+len(none) == 0 {
		return
	}
	m.printf("\n### Countries of the organizations, by basis\n\n")
	m.table("Country", "Organization", "Basis", "Roles", "Components")
	n, shown := 0, m.limit(1<<30, 100)
	tie := func(country string, t *tie) {
		if n++; n > shown {
			return
		}
		ground := t.own
		if len(t.owners) > 0 {
			if ground != "" {
				ground += "; "
			}
			ground += "owned by " + t.owners[0].text
			if len(t.owners) > 1 {
				ground += fmt.Sprintf(" and %d further there", len(t.owners)-1)
			}
		}
		var roles []string
		for _, rc := range t.roles {
			roles = append(roles, fmt.Sprintf("%s (%s)", rc.role, rc.confidence))
		}
		m.row(md(country), md(t.organization.Name), md(ground), md(strings.Join(roles, ", ")), m.names(t.things(), 3))
	}
	for _, row := range rows {
		for _, t := range row.organizations {
			tie(CountryName(row.code), t)
		}
	}
	for _, t := range none {
		tie("none on record", t)
	}
	m.more(n, shown, "organizations")
}

func (m *markdown) others(r *provenance.Report) {
	foundations, communities, distributors := others(r)
	if len(foundations)+len(communities)+len(distributors) == 0 {
		return
	}
	m.printf("\n### Foundations, communities, distributors\n\n")
	m.table("Kind", "Name", "Seat", "Components")
	n, shown := 0, m.limit(1<<30, 60)
	for _, l := range []struct {
		kind string
		list []*tie
	}{{"foundation", foundations}, {"community", communities}, {"distributor", distributors}} {
		for _, t := range l.list {
			if n++; n <= shown {
				m.row(l.kind, md(t.organization.Name), md(t.own), m.names(t.things(), 3))
			}
		}
	}
	m.more(n, shown, "of them")
}

func (m *markdown) unknown(r *provenance.Report) {
	var names []string
	for i := range r.Components {
		if c := &r.Components[i]; c.Standing == provenance.Unknown {
			names = append(names, label(c.Group, c.Name, c.Version))
		}
	}
	if len(names) == 0 {
		return
	}
	m.printf("\n### Unknown\n\n%s: %s\n", plural(len(names), "component", "components"), m.names(unique(names), 20))
	if marks := unanswered(r); len(marks) > 0 {
		var list []string
		for _, k := range marks {
			list = append(list, fmt.Sprintf("%s %q (%d)", k.kind, k.value, k.count))
		}
		m.printf("\nMarks on them that no record answers: %s\n", m.names(list, 10))
	}
}
