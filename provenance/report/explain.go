package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// WriteFinding writes one finding of a report for a person, with the whole
// chain from the rule to the evidence and its citations. Strings of the input
// are treated as by [WriteText].
func WriteFinding(w io.Writer, r *provenance.Report, f *provenance.Finding, opts *TextOptions) error {
	p := newPrinter(w, opts)
	const column = 11
	p.line(verdictStyle(f.Verdict), strings.ToUpper(Visible(string(f.Verdict)))+"  ", 0, sentence(f.Title))
	p.w.WriteByte('\n')
	field := func(name, text string) {
		if text != "" {
			p.row(0, column, name, text)
		}
	}
	field("Finding", Visible(f.ID))
	field("In", p.about(group{first: f, findings: []*provenance.Finding{f}}, 4)+p.also(r, f))
	field("Input", Visible(r.Source.Name)+" ("+sourceText(&r.Source)+")")
	field("Facts", "as of "+Visible(string(r.AsOf))+", database "+Visible(r.Database.Name)+" of "+Visible(string(r.Database.Date)))
	if l := f.List; l != nil && len(f.Entries) == 0 {
		field("List", listText(l))
		field("", sentence(l.Transcribed))
	}
	for i := range f.Entries {
		name := "List"
		if i > 0 {
			name = ""
		}
		field(name, listText(&f.Entries[i]))
	}
	e, err := provenance.Explain(r, f.ID)
	if err != nil {
		return fmt.Errorf("write finding: %w", err)
	}
	paragraphs := func(title string, list []string) {
		if len(list) == 0 {
			return
		}
		p.heading(title)
		for _, s := range list {
			p.line("", "  ", 4, sentence(s))
		}
	}
	paragraphs("Verdict", e.Verdict)
	p.heading("From the rule to the evidence")
	for i, s := range e.Argument {
		p.line("", fmt.Sprintf("%3d. ", i+1), 5, sentence(s.Text))
		if s.Sure != "" {
			p.line(dim, "     ", 5, "("+sentence(s.Sure)+")")
		}
		for _, c := range s.Cites {
			p.line(dim, "     source: ", 13, sentence(c))
		}
		for _, o := range s.Evidence {
			p.line(dim, "     seen:   ", 13, sentence(o))
		}
	}
	if len(e.Argument) == 0 {
		p.line("", "", 2, "  The report holds no steps for it.")
	}
	paragraphs("How sure", e.Sure)
	paragraphs("What would change it", e.Change)
	paragraphs("How to contradict it", e.Dispute)
	paragraphs("What to do", e.Do)
	return p.flush()
}

// also names the further components that a finding is about.
func (p *printer) also(r *provenance.Report, f *provenance.Finding) string {
	if len(f.Also) == 0 {
		return ""
	}
	names := map[string]string{}
	for i := range r.Components {
		c := &r.Components[i]
		names[c.Ref] = label(c.Group, c.Name, c.Version)
	}
	list := make([]string, len(f.Also))
	for i, ref := range f.Also {
		list[i] = cmp.Or(names[ref], ref)
	}
	return "; also " + p.names(list, 6)
}

// WriteComponent writes what a report says about one component for a person:
// where it is, the claims in it, and each attribution with what matched, the
// countries and owners, and the citations. Strings of the input are treated as
// by [WriteText].
func WriteComponent(w io.Writer, r *provenance.Report, c *provenance.Component, opts *TextOptions) error {
	p := newPrinter(w, opts)
	p.component(r, c, "Component")
	return p.flush()
}

// WriteService is [WriteComponent] for a service.
func WriteService(w io.Writer, r *provenance.Report, s *provenance.Service, opts *TextOptions) error {
	p := newPrinter(w, opts)
	p.component(r, &provenance.Component{Ref: s.Ref, Name: s.Name, Version: s.Version, Place: s.Place, Locations: s.Locations,
		Evidence: s.Evidence, Claims: s.Claims, Standing: s.Standing, Attributions: s.Attributions}, "Service")
	return p.flush()
}

func (p *printer) component(r *provenance.Report, c *provenance.Component, what string) {
	const column = 11
	field := func(name, text string) {
		if text != "" {
			p.row(0, column, name, text)
		}
	}
	field(what, Visible(label(c.Group, c.Name, c.Version)))
	field("Type", Visible(string(c.Type)))
	field("purl", Visible(c.PURL))
	field("Ref", Visible(c.Ref))
	field("At", Visible(c.Place))
	if len(c.Locations) > 0 {
		field("Files", p.names(c.Locations, 6))
	}
	field("Standing", standingText(c.Standing))
	if c.Project != nil {
		field("Project", Visible(c.Project.Name)+", on record, and nobody behind it is")
	}
	field("Facts", "as of "+Visible(string(r.AsOf))+", database "+Visible(r.Database.Name)+" of "+Visible(string(r.Database.Date)))
	if len(c.Evidence) > 0 {
		p.heading("Evidence for what it is")
		for _, e := range c.Evidence {
			p.evidence(2, e)
		}
	}
	for i := range c.Attributions {
		a := &c.Attributions[i]
		name := a.Organization.Name
		if a.Community && a.Project != nil {
			name = "the community of " + a.Project.Name
		}
		s := "Evidence suggests that " + Visible(name)
		switch {
		case a.Unaffiliated && a.Project != nil:
			s = "Evidence suggests that it is " + Visible(a.Project.Name) + ", whose own metadata names no organization"
		case a.Community:
			s += " stands behind it"
		default:
			s += " " + deed(a.Role)
		}
		s += " (" + Visible(string(a.Confidence)) + " confidence)"
		p.w.WriteByte('\n')
		p.line("", "", 2, s)
		if a.Organization.ID != "" {
			p.line(dim, "  ", 4, "record "+Visible(a.Organization.ID))
		}
		if a.Project != nil {
			p.line("", "  ", 4, "through the project "+Visible(a.Project.Name)+" (record "+Visible(a.Project.ID)+")")
			p.cite(4, a.Sources)
		}
		for _, o := range a.Ambiguous {
			p.line("", "  ", 4, "ambiguous: the same mark points to "+Visible(o.Name))
		}
		for _, m := range a.Matches {
			s := fmt.Sprintf("because %s %q is on record for it", Visible(m.Kind.String()), Visible(m.Value))
			if m.Claim >= 0 && m.Claim < len(c.Claims) {
				cl := c.Claims[m.Claim]
				s = fmt.Sprintf("because its %s %q matches %s %q", Visible(cl.Kind.String()), Visible(cl.Value), Visible(m.Kind.String()), Visible(m.Value))
				if at := where("", cl); at != "" {
					s += " at " + Visible(at)
				}
			}
			s += fmt.Sprintf(" (rule %s, %s)", Visible(m.Rule), cmp.Or(Visible(string(m.Confidence)), "only supports"))
			if m.Uncited {
				s += ", uncited"
			}
			p.line("", "  ", 4, s)
			p.cite(4, m.Sources)
			if m.Claim >= 0 && m.Claim < len(c.Claims) {
				for _, e := range c.Claims[m.Claim].Evidence {
					p.evidence(4, e)
				}
			}
		}
		for _, o := range a.Origins {
			s := Visible(CountryName(o.Country)) + ": " + Visible(basisText(o))
			if o.Since != "" {
				s += " since " + Visible(string(o.Since))
			}
			if len(o.Via) > 0 {
				s += ", " + Visible(viaText(o.Via))
			}
			if o.Disputed != "" {
				s += "; disputed: " + sentence(o.Disputed)
			}
			p.line("", "  ", 4, s)
			p.cite(4, o.Sources)
			for _, v := range o.Via {
				p.cite(4, v.Sources)
			}
		}
	}
	used := map[int]bool{}
	for _, a := range c.Attributions {
		for _, m := range a.Matches {
			used[m.Claim] = true
		}
	}
	first := true
	for i, cl := range c.Claims {
		if used[i] {
			continue
		}
		if first {
			p.heading("Claims that point to nobody on record, or prove nothing")
			first = false
		}
		s := fmt.Sprintf("%s %q", Visible(cl.Kind.String()), Visible(cl.Value))
		if cl.Role != 0 {
			s += " as " + Visible(cl.Role.String())
		}
		if at := where("", cl); at != "" {
			s += " at " + Visible(at)
		}
		p.line("", "  ", 4, s)
	}
	if len(c.Claims) == 0 {
		p.heading("It carries no claim that could point to an organization")
	}
}

func standingText(s provenance.Standing) string {
	switch s {
	case provenance.ByOrganization:
		return "an organization is attributed"
	case provenance.ByFoundation:
		return "a foundation maintains it, and no other organization is attributed"
	case provenance.ByCommunity:
		return "a community's, by record: no organization controls it"
	case provenance.ByUnaffiliated:
		return "a project on record whose own metadata names no organization; nobody is attributed"
	case provenance.DistributorOnly:
		return "who passed it on is known, who made it is not"
	}
	return "unknown: nobody is attributed"
}

// cite writes citations.
func (p *printer) cite(indent int, sources []provenance.Source) {
	lead := strings.Repeat(" ", indent)
	for _, s := range sources {
		p.line(dim, lead+"source: ", indent+8, sourceCitation(s))
	}
}

// sourceCitation writes a citation in one line.
func sourceCitation(s provenance.Source) string {
	if s.URL == "" {
		text := "registry " + Visible(s.Registry)
		if s.Key != "" {
			text += ", row " + Visible(s.Key)
		}
		if s.Revision != "" {
			text += ", revision " + Visible(s.Revision)
		}
		return text
	}
	text := Visible(s.URL)
	if s.Title != "" {
		text = Visible(s.Title) + ", " + text
	}
	if s.Retrieved != "" {
		text += ", read " + Visible(string(s.Retrieved))
	}
	if s.Says != "" {
		text += ": \"" + sentence(s.Says) + "\""
	}
	return text
}

// evidence writes an observation so that a reader can repeat it: the offset is
// what "strings -t x" prints.
func (p *printer) evidence(indent int, e sbom.Evidence) {
	s := Visible(evidencePlace(e))
	if s == "" {
		s = Visible(string(e.Technique))
	}
	if e.Field != "" {
		s += ", " + Visible(e.Field)
	}
	if e.Match != "" {
		s += " \"" + Visible(e.Match) + "\""
	}
	s += " (" + Visible(e.Extractor)
	if e.Confidence != "" {
		s += ", " + Visible(string(e.Confidence))
	}
	p.line(dim, strings.Repeat(" ", indent)+"seen:   ", indent+8, s+")")
}

func waiverText(w *provenance.Waiver) string {
	s := fmt.Sprintf("%s until %s by %s: %s", Visible(w.ID), Visible(string(w.Expires)), Visible(w.Owner), sentence(w.Reason))
	if w.Ticket != "" {
		s += " (" + Visible(w.Ticket) + ")"
	}
	return s
}
