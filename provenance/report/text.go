package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// TextOptions for [WriteText]. Nil is the zero value.
type TextOptions struct {
	// Width of the output in columns; 0 means 100. Less than 40 is taken as
	// 40. A word that is longer, such as a path, is never broken.
	Width int
	// Color marks verdicts and headings with ANSI escape sequences. Color
	// repeats what the words say; nothing depends on it.
	Color bool
	// Full lists everything where the text otherwise names the first few and
	// counts the rest.
	Full bool
}

// WriteText writes the report for a person: what was scanned, the headline, the
// findings with one line of why, the device, countries with basis and
// organization, foundations and communities, what is unknown, problems and
// coverage.
//
// Of the input's strings, control, bidirectional and invisible characters are
// shown as escapes (\x1b, \u202e), no name takes more than 300 characters
// and no sentence more than 3,000.
func WriteText(w io.Writer, r *provenance.Report, opts *TextOptions) error {
	p := newPrinter(w, opts)
	p.input(r)
	p.headline(r)
	p.nothing(r)
	p.findings(r)
	p.device(r)
	p.countries(r)
	p.others(r)
	p.unknown(r)
	p.problems(r)
	p.coverage(r)
	return p.flush()
}

// printer writes wrapped lines. What it is given as text may hold strings of
// the input only where they went through Visible.
type printer struct {
	w     *bufio.Writer
	width int
	color bool
	full  bool
}

func newPrinter(w io.Writer, opts *TextOptions) *printer {
	if opts == nil {
		opts = &TextOptions{}
	}
	p := &printer{w: bufio.NewWriter(w), width: opts.Width, color: opts.Color, full: opts.Full}
	if p.width == 0 {
		p.width = 100
	}
	p.width = max(p.width, 40)
	return p
}

func (p *printer) flush() error {
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	return nil
}

type style string

const (
	bold   style = "1"
	dim    style = "2"
	red    style = "1;31"
	yellow style = "1;33"
	blue   style = "1;34"
)

func (p *printer) paint(s style, text string) string {
	if !p.color || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// line writes text after a lead, wrapped at spaces; further lines are indented
// by hang columns. The lead is painted and never wrapped.
func (p *printer) line(s style, lead string, hang int, text string) {
	col := columns(lead)
	p.w.WriteString(p.paint(s, lead))
	first := true
	for _, word := range strings.Fields(text) {
		if strings.HasPrefix(word, "::") {
			word = `\x3a` + word[1:]
		}
		n := columns(word)
		switch {
		case first:
		case col+1+n > p.width:
			p.w.WriteByte('\n')
			p.w.WriteString(strings.Repeat(" ", hang))
			col = hang
		default:
			p.w.WriteByte(' ')
			col++
		}
		p.w.WriteString(word)
		col += n
		first = false
	}
	p.w.WriteByte('\n')
}

// row writes a label of a column of the given width and text beside it.
func (p *printer) row(indent, column int, name, text string) {
	lead := strings.Repeat(" ", indent) + pad(name, column)
	if columns(name) > column-1 {
		// A long label has a line of its own.
		p.line("", strings.Repeat(" ", indent), indent, name)
		lead = strings.Repeat(" ", indent+column)
	}
	p.line("", lead, indent+column, text)
}

func (p *printer) heading(text string) {
	p.w.WriteByte('\n')
	if columns(text) > p.width {
		p.line("", "", 0, text)
		return
	}
	p.line(bold, text, 0, "")
}

// some returns as many of the first n of list as are shown, and how many are
// left.
func (p *printer) some(list []string, n int) ([]string, int) {
	if p.full || len(list) <= n {
		return list, 0
	}
	return list[:n], len(list) - n
}

// names joins the first n of list, each made visible.
func (p *printer) names(list []string, n int) string {
	shown, rest := p.some(list, n)
	out := make([]string, len(shown))
	for i, s := range shown {
		out[i] = Visible(s)
	}
	text := strings.Join(out, ", ")
	if rest > 0 {
		text += fmt.Sprintf(" and %s more", number(int64(rest)))
	}
	return text
}

func (p *printer) input(r *provenance.Report) {
	const column = 11
	s := &r.Source
	what := Visible(s.Name)
	if what == "" {
		what = "(unnamed)"
	}
	p.row(0, column, "Input", what+" ("+sourceText(s)+")")
	if r.Subject != nil {
		text := Visible(subjectLabel(r.Subject))
		if r.Subject.Type != "" && r.Subject.Name != "" {
			text += " (" + Visible(string(r.Subject.Type)) + ")"
		}
		p.row(0, column, "Subject", text)
	}
	db := Visible(r.Database.Name)
	if r.Database.Date != "" {
		db += ", edition of " + Visible(string(r.Database.Date))
	}
	if len(r.Database.Overlays) > 0 {
		db += ", with " + p.names(r.Database.Overlays, 5)
	}
	if r.AsOf != "" {
		db += "; facts as of " + Visible(string(r.AsOf))
	}
	p.row(0, column, "Database", db)
	for i, pol := range r.Policies {
		name := "Policy"
		if i > 0 {
			name = ""
		}
		text := Visible(pol.ID)
		if pol.Version != "" {
			text += " " + Visible(pol.Version)
		}
		if pol.Title != "" {
			text += ": " + Visible(pol.Title)
		}
		p.row(0, column, name, text)
	}
}

func sourceText(s *sbom.Source) string {
	var parts []string
	switch s.Kind {
	case sbom.SourceCycloneDX:
		parts = append(parts, strings.TrimSpace("CycloneDX "+Visible(s.SpecVersion)+" "+Visible(s.Encoding)))
	case sbom.SourceSPDX:
		parts = append(parts, strings.TrimSpace("SPDX "+Visible(strings.TrimPrefix(s.SpecVersion, "SPDX-"))+" "+Visible(s.Encoding)))
	case sbom.SourceTree:
		parts = append(parts, "directory tree")
	case sbom.SourceImage:
		parts = append(parts, "packed image, header only")
	case sbom.SourceRPM:
		parts = append(parts, ".rpm package")
	default:
		if s.Kind != "" {
			parts = append(parts, Visible(string(s.Kind)))
		}
	}
	if s.SHA256 != "" {
		parts = append(parts, "sha256 "+Visible(cut(s.SHA256, 12)))
	}
	if len(parts) == 0 {
		return "of unknown kind"
	}
	return strings.Join(parts, ", ")
}

func (p *printer) headline(r *provenance.Report) {
	line := sentence(Headline(r))
	p.w.WriteByte('\n')
	if v, rest, ok := strings.Cut(line, ": "); ok && v == string(r.Verdict) {
		p.line(verdictStyle(r.Verdict), strings.ToUpper(v)+"  ", 0, rest)
		return
	}
	p.line("", "", 0, strings.ToUpper(line[:1])+line[1:])
}

// nothing says what to do next where nothing was recognised in a tree.
func (p *printer) nothing(r *provenance.Report) {
	if t := r.Coverage.Tree; t == nil || t.NotRead || len(r.Components) > 0 {
		return
	}
	p.line("", "", 0, "No file of it is recognised as software. The unpacked file system of a device has folders such as bin, lib and etc. "+
		"An image that is still packed must be unpacked first (unblob, binwalk).")
}

func verdictStyle(v provenance.Verdict) style {
	switch v {
	case provenance.Fail:
		return red
	case provenance.Review, provenance.UnknownVerdict:
		return yellow
	}
	return blue
}

func (p *printer) findings(r *provenance.Report) {
	open, waived, known := sortOut(r.Findings)
	if len(open) > 0 {
		p.heading("Findings")
		for _, g := range groups(open) {
			p.finding(g)
		}
		p.w.WriteByte('\n')
		p.line(dim, "", 2, "  For the chain from the rule to the evidence: touchmark explain "+Visible(open[0].ID)+" REPORT.json")
	}
	if len(waived) > 0 {
		p.heading("Waived, not counted")
		for _, g := range groups(waived) {
			f := g.first
			p.line("", "  ", 4, fmt.Sprintf("%s: %s; waiver %s until %s (%s)", sentence(f.Title), p.about(g, 3),
				Visible(f.Waiver.ID), Visible(string(f.Waiver.Expires)), sentence(f.Waiver.Reason)))
		}
	}
	if len(known) > 0 {
		p.heading("Known from the baseline, not counted")
		for _, g := range groups(known) {
			p.line("", "  ", 4, fmt.Sprintf("%s: %s, %s", Visible(string(g.first.Verdict)), sentence(g.first.Title), p.about(g, 3)))
		}
	}
	if len(r.Upcoming) > 0 {
		p.heading("Rules not in force yet, not counted")
		for _, g := range groups(r.Upcoming) {
			f := g.first
			p.line("", "  ", 4, fmt.Sprintf("%s, %s from %s: %s", sentence(f.Title), Visible(string(f.Verdict)), inForce(f), p.about(g, 3)))
		}
	}
}

// inForce returns the first day on which an upcoming finding counts.
func inForce(f *provenance.Finding) string {
	first := f.From
	if first != "" {
		return Visible(string(first))
	}
	for _, pr := range f.Provisions {
		if pr.Effective != "" && (first == "" || pr.Effective < first) {
			first = pr.Effective
		}
	}
	return cmp.Or(Visible(string(first)), "a later day")
}

// about names what the findings of a group are about.
func (p *printer) about(g group, n int) string {
	var list []string
	for _, f := range g.findings {
		name := f.Name
		if name == "" {
			name = cmp.Or(f.Component, f.Service, "the input as a whole")
		}
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return p.names(list, n)
}

func (p *printer) finding(g group) {
	const hang = 10
	f := g.first
	p.w.WriteByte('\n')
	title := sentence(f.Title)
	if f.Severity != "" {
		title += " (" + Visible(string(f.Severity)) + ")"
	}
	p.line(verdictStyle(f.Verdict), "  "+pad(strings.ToUpper(Visible(string(f.Verdict))), hang-2), hang, title)
	text := func(name, text string) {
		if text != "" {
			p.line(dim, strings.Repeat(" ", hang)+pad(name, 9), hang+9, text)
		}
	}
	about := p.about(g, 4)
	if n := len(g.findings); n > 1 {
		about = fmt.Sprintf("%s: %s", plural(n, "finding", "findings"), about)
	}
	also := 0
	for _, f := range g.findings {
		also += len(f.Also)
	}
	if also > 0 {
		about += fmt.Sprintf(" (and %s)", plural(also, "other version or copy", "other versions or copies"))
	}
	text("in", about)
	text("at", p.seen(g))
	text("why", sentence(f.Why))
	if l := f.List; l != nil && l.Edition != "" && len(f.Entries) == 0 && !strings.Contains(f.Why, l.Entry) {
		text("list", fmt.Sprintf("\"%s\" in the edition %s", Visible(l.Entry), Visible(l.Edition)))
	}
	var rules []string
	for _, pr := range f.Provisions {
		s := pr.Paragraph
		if pr.Effective != "" {
			s += " since " + string(pr.Effective)
		}
		rules = append(rules, s)
	}
	text("under", p.names(rules, 6))
	text("but", sentence(f.Downgraded))
	if f.Verdict != provenance.Fail {
		text("ask", sentence(f.Ask))
	}
	if w := f.WaiverExpired; w != nil {
		text("waiver", fmt.Sprintf("%s expired on %s", Visible(w.ID), Visible(string(w.Expires))))
	}
	ids := make([]string, len(g.findings))
	for i, f := range g.findings {
		ids[i] = f.ID
	}
	text("id", p.names(ids, 3))
}

func listText(l *provenance.ListRef) string {
	s := cmp.Or(Visible(l.Title), Visible(l.ID))
	if l.Paragraph != "" {
		s += " " + Visible(l.Paragraph)
	}
	s += ", \"" + Visible(l.Entry) + "\""
	if l.Effective != "" {
		s += ", since " + Visible(string(l.Effective))
	}
	if l.Edition != "" {
		s += " (edition " + Visible(l.Edition) + ")"
	}
	return s
}

// device shows who stands behind the subject, by role, each with the evidence
// that the reader can check.
func (p *printer) device(r *provenance.Report) {
	type line struct {
		role sbom.Role
		text string
	}
	var lines []line
	if s := r.Subject; s != nil {
		h := holder{place: s.Place, claims: s.Claims, attributions: s.Attributions}
		for i := range s.Attributions {
			a := &s.Attributions[i]
			lines = append(lines, line{a.Role, p.attribution(h, a)})
		}
	}
	// Who operates the services of a device belongs to its picture.
	type operator struct {
		a     *provenance.Attribution
		hosts []string
	}
	var operators []*operator
	for i := range r.Services {
		s := &r.Services[i]
		if s.Purpose == sbom.Choice {
			continue // counted below
		}
		for j := range s.Attributions {
			a := &s.Attributions[j]
			if a.Role != sbom.Operator || a.Organization.ID == "" {
				continue
			}
			k := slices.IndexFunc(operators, func(o *operator) bool { return o.a.Organization.ID == a.Organization.ID })
			if k < 0 {
				k = len(operators)
				operators = append(operators, &operator{a: a})
			}
			operators[k].hosts = append(operators[k].hosts, s.Name)
		}
	}
	slices.SortStableFunc(operators, func(a, b *operator) int { return cmp.Compare(len(b.hosts), len(a.hosts)) })
	for _, o := range operators {
		text := p.organization(o.a) + ", " + Visible(string(o.a.Confidence)) + " confidence: " + p.names(o.hosts, 3)
		lines = append(lines, line{sbom.Operator, text})
	}
	for i := range statedOf(r.Subject) {
		n := &r.Subject.Stated[i]
		text := Visible(n.Name) + " (as it states itself; on no record), " + Visible(string(n.Confidence)) + " confidence"
		if at, quote := statedProof(r.Subject, n); at != "" {
			text += "; " + Visible(at) + " \"" + Visible(cut(quote, 80)) + "\""
		}
		lines = append(lines, line{n.Role, text})
	}
	unanswered := p.declared(r.Subject)
	if len(lines) == 0 && unanswered == "" {
		if r.Subject != nil && r.Subject.Name != "" && r.Subject.Standing == provenance.Unknown && isDevice(r.Subject.Type) {
			p.heading("Device")
			p.line("", "  ", 2, "Who made it is unknown: no mark in the input points to an organization on record.")
		}
		return
	}
	if r.Subject != nil && isDevice(r.Subject.Type) || r.Source.Kind == sbom.SourceTree && (r.Subject == nil || r.Subject.Type == "") {
		p.heading("Device (evidence suggests)")
	} else {
		p.heading("Product (evidence suggests)")
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(roleRank(a.role), roleRank(b.role)) })
	column := 14
	last := ^sbom.Role(0) // none
	const most = 12
	for i, l := range lines {
		if i == most && !p.full {
			p.row(2, column, "", fmt.Sprintf("and %d more", len(lines)-most))
			break
		}
		name := Visible(l.role.String())
		if l.role == last {
			name = ""
		}
		last = l.role
		p.row(2, column, name, l.text)
	}
	if unanswered != "" {
		p.row(2, column, "unknown", unanswered)
	}
}

// declared names the makers that the input names for its subject where no
// record answers to any of them.
func (p *printer) declared(c *provenance.Component) string {
	if c == nil || c.Standing != provenance.Unknown || len(c.Stated) > 0 {
		return ""
	}
	var list []string
	for _, cl := range c.Claims {
		switch cl.Kind {
		case sbom.OrgName, sbom.CertOrg, sbom.LiteralMark:
			s := "\"" + cl.Value + "\""
			if cl.Role != 0 {
				s = cl.Role.String() + " " + s
			}
			if !slices.Contains(list, s) {
				list = append(list, s)
			}
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "named, and on no record: " + p.names(list, 4)
}

// statedOf returns the names that a subject states for itself.
func statedOf(c *provenance.Component) []provenance.StatedName {
	if c == nil {
		return nil
	}
	return c.Stated
}

// statedProof returns the first place where a name is stated, and what stands
// there.
func statedProof(c *provenance.Component, n *provenance.StatedName) (at, quote string) {
	for _, i := range n.Claims {
		if i < 0 || i >= len(c.Claims) || len(c.Claims[i].Evidence) == 0 {
			continue // of a report that was made by hand
		}
		e := &c.Claims[i].Evidence[0]
		return evidencePlace(*e), e.Match
	}
	return "", ""
}

func isDevice(t sbom.ComponentType) bool {
	return t == sbom.Device || t == sbom.Firmware || t == sbom.OperatingSystem
}

// organization names who an attribution points to, with countries and their
// bases.
func (p *printer) organization(a *provenance.Attribution) string {
	name := Visible(a.Organization.Name)
	if a.Community && a.Project != nil {
		return Visible(a.Project.Name) + ", a community project"
	}
	if a.Unaffiliated && a.Project != nil {
		return Visible(a.Project.Name) + ", a project without an organization"
	}
	if s := seat(a); s != "" {
		name += " [" + Visible(s) + "]"
	}
	return name
}

func (p *printer) attribution(h holder, a *provenance.Attribution) string {
	s := p.organization(a)
	s += ", " + Visible(string(a.Confidence)) + " confidence"
	if len(a.Ambiguous) > 0 {
		var names []string
		for _, o := range a.Ambiguous {
			names = append(names, o.Name)
		}
		s += ", ambiguous: the same mark points to " + p.names(names, 4)
	}
	if at, quote := proof(h, a); at != "" {
		s += "; " + Visible(at)
		if quote != "" {
			s += " \"" + Visible(cut(quote, 80)) + "\""
		}
	}
	return s
}

func (p *printer) countries(r *provenance.Report) {
	rows, none := byCountry(r)
	if len(rows) == 0 && len(none) == 0 {
		return
	}
	p.heading("Countries of the organizations, by basis")
	const most = 10
	for _, row := range rows {
		p.line("", "  "+p.paint(bold, Visible(CountryName(row.code))), 4, "")
		shown := row.organizations
		if len(shown) > most && !p.full {
			shown = shown[:most]
		}
		for _, t := range shown {
			p.tie(t)
		}
		if n := len(row.organizations) - len(shown); n > 0 {
			p.line("", "    ", 6, fmt.Sprintf("and %s more", plural(n, "organization", "organizations")))
		}
	}
	if len(none) > 0 {
		p.line("", "  "+p.paint(bold, "No country on record"), 4, "")
		for i, t := range none {
			if i == most && !p.full {
				p.line("", "    ", 6, fmt.Sprintf("and %s more", plural(len(none)-i, "organization", "organizations")))
				break
			}
			p.tie(t)
		}
	}
}

// tie writes an organization, its ground, in which role it stands behind which
// components, and the owners through which it is tied to the country.
func (p *printer) tie(t *tie) {
	head := Visible(t.organization.Name)
	switch {
	case t.own != "":
		head += " — " + sentence(t.own)
	case len(t.owners) > 0:
		head += " — through owners"
	}
	p.line("", "    ", 6, head)
	roles := make([]string, len(t.roles))
	for i, rc := range t.roles {
		roles[i] = strings.TrimSpace(Visible(rc.role.String()) + " (" + Visible(string(rc.confidence)) + ")")
	}
	p.line(dim, "      ", 8, strings.Join(roles, ", ")+": "+p.names(t.things(), 3))
	const most = 2
	for i, g := range t.owners {
		if i == most && !p.full {
			p.line("", "      ", 8, fmt.Sprintf("and %s there", plural(len(t.owners)-i, "further owner", "further owners")))
			break
		}
		p.line("", "      ", 8, "owned by "+sentence(g.text))
	}
}

func (p *printer) others(r *provenance.Report) {
	foundations, communities, distributors := others(r)
	section := func(title string, list []*tie, most int) {
		if len(list) == 0 {
			return
		}
		p.heading(title)
		for i, t := range list {
			if i == most && !p.full {
				p.line("", "  ", 4, fmt.Sprintf("and %s more", number(int64(len(list)-i))))
				break
			}
			s := Visible(t.organization.Name)
			if t.own != "" {
				s += " [" + sentence(t.own) + "]"
			}
			p.line("", "  ", 4, s+": "+p.names(t.things(), 4))
		}
	}
	section("Foundations", foundations, 10)
	section("Communities, by record: no organization and no country", communities, 15)
	section("Distributors", distributors, 10)
}

func (p *printer) unknown(r *provenance.Report) {
	var names []string
	seen := map[string]bool{}
	for i := range r.Components {
		c := &r.Components[i]
		if c.Standing == provenance.Unknown {
			if l := label(c.Group, c.Name, c.Version); !seen[l] {
				seen[l] = true
				names = append(names, l)
			}
		}
	}
	var hosts []string
	for i := range r.Services {
		if s := &r.Services[i]; s.Standing == provenance.Unknown && s.Purpose != sbom.Choice {
			hosts = append(hosts, r.Services[i].Name)
		}
	}
	if len(names) == 0 && len(hosts) == 0 {
		return
	}
	p.heading("Unknown")
	if len(names) > 0 {
		p.line("", "  ", 4, plural(r.Coverage.Unknown, "component", "components")+": "+p.names(names, 15))
	}
	if len(hosts) > 0 {
		p.line("", "  ", 4, plural(len(hosts), "service", "services")+": "+p.names(hosts, 8))
	}
	if marks := unanswered(r); len(marks) > 0 {
		var list []string
		for _, m := range marks {
			s := Visible(m.kind.String()) + " \"" + Visible(cut(m.value, 60)) + "\""
			if m.count > 1 {
				s += fmt.Sprintf(" (%d)", m.count)
			}
			list = append(list, s)
		}
		shown, rest := p.some(list, 8)
		text := strings.Join(shown, ", ")
		if rest > 0 {
			text += fmt.Sprintf(" and %s more", number(int64(rest)))
		}
		p.line("", "  ", 4, "marks on them that no record answers: "+text)
	}
}

func (p *printer) problems(r *provenance.Report) {
	list := problems(r)
	if len(list) == 0 {
		return
	}
	p.heading("Problems of the input")
	for i, g := range list {
		if i == 12 && !p.full {
			p.line("", "  ", 4, fmt.Sprintf("and problems of %d more kinds (all are in the JSON report)", len(list)-i))
			break
		}
		s := Visible(string(g.severity)) + " " + Visible(g.kind)
		if g.count > 1 {
			s += fmt.Sprintf(", %s times, first", number(int64(g.count)))
		}
		if g.first.Place != "" {
			s += " at " + Visible(g.first.Place)
		}
		p.line("", "  ", 4, s+": "+sentence(g.first.Message))
	}
}

func (p *printer) coverage(r *provenance.Report) {
	const column = 12
	c := r.Coverage
	p.heading("Coverage")
	by := []struct {
		n    int
		text string
	}{
		{c.Organization, "by organization"},
		{c.Foundation, "by foundation"},
		{c.Community, "by community"},
		{c.Distributor, "by distributor only"},
		{c.Unknown, "unknown"},
	}
	if c.Unaffiliated > 0 {
		by = slices.Insert(by, 3, by[0])
		by[3].n, by[3].text = c.Unaffiliated, "on record without an organization"
	}
	var parts []string
	for _, b := range by {
		parts = append(parts, number(int64(b.n))+" "+b.text)
	}
	p.row(2, column, "components", number(int64(c.Components))+": "+strings.Join(parts, ", "))
	if c.Services > 0 {
		text := fmt.Sprintf("%s: %s unknown", number(int64(c.Services)), number(int64(c.UnknownServices)))
		choices, unknown := 0, 0
		for i := range r.Services {
			if s := &r.Services[i]; s.Purpose == sbom.Choice {
				choices++
				if s.Standing == provenance.Unknown {
					unknown++
				}
			}
		}
		if choices > 0 {
			text += fmt.Sprintf("; %s of them, %s unknown, stand in tables of what a user may choose and are not named above", number(int64(choices)), number(int64(unknown)))
		}
		p.row(2, column, "services", text)
	}
	if t := c.Tree; t != nil {
		if t.NotRead {
			p.row(2, column, "files", "nothing inside the image was read")
			return
		}
		p.row(2, column, "files", fmt.Sprintf("%s: %s explained by a component (%s), %s encrypted or packed, %s unreadable", number(int64(t.Files)),
			number(int64(t.ExplainedFiles)), percentOf(int64(t.ExplainedFiles), int64(t.Files)), number(int64(t.OpaqueFiles)), number(int64(t.UnreadableFiles))))
		p.row(2, column, "bytes", fmt.Sprintf("%s: %s explained (%s), %s encrypted or packed, %s unreadable", size(t.Bytes),
			size(t.ExplainedBytes), percentOf(t.ExplainedBytes, t.Bytes), size(t.OpaqueBytes), size(t.UnreadableBytes)))
		if len(t.Unexplained) > 0 {
			var list []string
			for _, f := range t.Unexplained {
				list = append(list, fmt.Sprintf("%s (%s)", f.Path, size(f.Size)))
			}
			p.row(2, column, "", "largest unexplained: "+p.names(list, 3))
		}
	}
}

// WriteRows writes labels, in a column as wide as the longest, and texts beside
// them, wrapped to the width. Strings are treated as by [WriteText].
func WriteRows(w io.Writer, rows [][2]string, opts *TextOptions) error {
	p := newPrinter(w, opts)
	column := 0
	for _, r := range rows {
		column = max(column, columns(Visible(r[0]))+2)
	}
	column = min(column, p.width/2)
	for _, r := range rows {
		p.row(0, column, Visible(r[0]), sentence(r[1]))
	}
	return p.flush()
}

// WriteLines writes sentences, wrapped to the width; those that begin with
// spaces stay indented by them. Strings are treated as by [WriteText].
func WriteLines(w io.Writer, lines []string, opts *TextOptions) error {
	p := newPrinter(w, opts)
	for _, l := range lines {
		text := strings.TrimLeft(l, " ")
		n := len(l) - len(text)
		p.line("", strings.Repeat(" ", n), n+2, sentence(text))
	}
	return p.flush()
}
