package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
)

// ErrNoRecord is returned by [WriteRecord] for an id that the database does not
// hold.
var ErrNoRecord = errors.New("no such record")

// WriteRecord writes a record of a database for a person: an organization with
// its names, origins, owners, marks and the list entries that name it, a
// project, or a list, each statement with its citation. Retracted statements
// are not shown. An unknown id gives [ErrNoRecord].
func WriteRecord(w io.Writer, db provenance.Database, id string, opts *TextOptions) error {
	p := newPrinter(w, opts)
	o, pr, l := db.Organization(id), db.Project(id), db.List(id)
	if o == nil && pr == nil && l == nil {
		return fmt.Errorf("%q: %w", id, ErrNoRecord)
	}
	if o != nil {
		p.organizationRecord(db, o)
	}
	if pr != nil {
		p.projectRecord(db, pr)
	}
	if l != nil {
		p.listRecord(l)
	}
	return p.flush()
}

// statement writes one statement with its citations.
func (p *printer) statement(text string, st provenance.Statement, sources map[string]provenance.Source) {
	if st.Retracted != nil {
		return
	}
	if st.Uncited {
		text += " (uncited)"
	}
	p.line("", "  ", 4, text)
	if st.Disputed != "" {
		p.line("", "    ", 6, "disputed: "+sentence(st.Disputed))
	}
	if st.Note != "" {
		p.line("", "    ", 6, "note: "+sentence(st.Note))
	}
	for _, key := range st.Sources {
		if s, ok := sources[key]; ok {
			p.cite(4, []provenance.Source{s})
		}
	}
}

func period(since, until provenance.Date) string {
	var s string
	if since != "" {
		s += " since " + Visible(string(since))
	}
	if until != "" {
		s += " until " + Visible(string(until))
	}
	return s
}

func (p *printer) otherNames(names []provenance.Name, sources map[string]provenance.Source) {
	if len(names) == 0 {
		return
	}
	p.heading("Names")
	for _, n := range names {
		s := Visible(n.Name)
		if n.Kind != "" {
			s += ", " + Visible(string(n.Kind))
		}
		s += period(n.From, n.To)
		if n.Weak {
			s += " (never matches alone)"
		}
		p.statement(s, n.Statement, sources)
	}
}

func (p *printer) identifiers(list []provenance.Identifier, sources map[string]provenance.Source) {
	if len(list) == 0 {
		return
	}
	p.heading("Marks")
	for _, id := range list {
		s := Visible(id.Kind.String()) + " " + Visible(id.Value)
		if id.Role != 0 {
			s += " as " + Visible(id.Role.String())
		}
		s += period(id.From, id.To)
		if id.CorporateMail {
			s += " (its staff's mail)"
		}
		p.statement(s, id.Statement, sources)
	}
}

func (p *printer) organizationRecord(db provenance.Database, o *provenance.Organization) {
	p.line(bold, Visible(o.Name), 2, "")
	read := "not read whole by anybody yet"
	if o.Reviewed != "" {
		read = "last read whole on " + Visible(string(o.Reviewed))
	}
	p.line("", "", 2, fmt.Sprintf("%s, record %s, %s", Visible(string(o.Kind)), Visible(o.ID), read))
	if o.Note != "" {
		p.line("", "", 2, sentence(o.Note))
	}
	p.heading("Countries, by basis")
	if len(o.Origins) == 0 {
		p.line("", "  ", 4, "none on record")
	}
	for _, or := range o.Origins {
		p.statement(Visible(CountryName(or.Country))+": "+Visible(string(or.Basis))+period(or.Since, or.Until), or.Statement, o.Sources)
	}
	if len(o.Owners) > 0 {
		p.heading("Owners")
	}
	for _, w := range o.Owners {
		name := "the state of " + CountryName(w.State)
		if w.Organization != "" {
			name = w.Organization
			if owner := db.Organization(w.Organization); owner != nil {
				name = owner.Name + " (" + owner.ID + ")"
			}
		}
		share := "share unknown"
		if w.Share != "" {
			share = string(w.Share) + "%"
		}
		p.statement(Visible(name)+", "+Visible(share)+", "+Visible(string(w.Kind))+period(w.Since, w.Until), w.Statement, o.Sources)
	}
	listings := db.Listings(o.ID)
	p.heading("Lists that name it")
	if len(listings) == 0 {
		p.line("", "  ", 4, "none that this database holds, which is not every list")
	}
	for _, l := range listings {
		s := fmt.Sprintf("%s %s, \"%s\", %s", Visible(l.Title), Visible(l.Entry.Paragraph), Visible(l.Entry.Name), strings.TrimSpace(period(l.Entry.Effective, l.Entry.Ended)))
		if l.Edition != "" {
			s += " (edition " + Visible(l.Edition)
			if !l.Complete {
				s += ", partial"
			}
			s += ")"
		}
		p.line("", "  ", 4, s)
		p.cite(4, l.Sources)
	}
	p.otherNames(o.Names, o.Sources)
	p.identifiers(o.Identifiers, o.Sources)
}

func (p *printer) projectRecord(db provenance.Database, pr *provenance.Project) {
	p.line(bold, Visible(pr.Name), 2, "")
	p.line("", "", 2, fmt.Sprintf("project, record %s, last read whole on %s", Visible(pr.ID), Visible(string(pr.Reviewed))))
	if pr.Note != "" {
		p.line("", "", 2, sentence(pr.Note))
	}
	p.heading("Who stands behind it")
	for _, s := range pr.Stewards {
		name := s.Organization
		if o := db.Organization(s.Organization); o != nil {
			name = o.Name + " (" + o.ID + ")"
		}
		p.statement(Visible(name)+", "+Visible(s.Role.String())+period(s.Since, s.Until), s.Statement, pr.Sources)
	}
	if c := pr.Community; c != nil {
		p.statement("a community: no organization controls it"+period(c.Since, c.Until), c.Statement, pr.Sources)
	}
	if u := pr.Unaffiliated; u != nil {
		p.statement("no organization: its own metadata names none"+period(u.Since, u.Until), u.Statement, pr.Sources)
	}
	if len(pr.Stewards) == 0 && pr.Community == nil && pr.Unaffiliated == nil {
		p.line("", "  ", 4, "nobody on record")
	}
	p.otherNames(pr.Names, pr.Sources)
	p.identifiers(pr.Identifiers, pr.Sources)
}

func (p *printer) listRecord(l *provenance.List) {
	p.line(bold, Visible(l.Title), 2, "")
	complete := "every entry of this edition is here"
	if !l.Complete {
		complete = "partial: nothing follows for who is not in it"
	}
	for _, row := range [][2]string{{"record", l.ID}, {"publisher", l.Publisher}, {"authority", l.Authority}, {"edition", l.Edition},
		{"complete", complete}, {"entries", l.Transcribed}, {"url", l.URL}, {"note", l.Note}} {
		if row[1] != "" {
			p.row(0, 11, row[0], sentence(row[1]))
		}
	}
	p.heading(plural(len(l.Entries), "entry", "entries"))
	entries := l.Entries
	if len(entries) > 40 && !p.full {
		entries = entries[:40]
	}
	for _, e := range entries {
		s := Visible(e.Name)
		if e.Kind != provenance.EntityEntry {
			s += " [" + Visible(string(e.Kind)) + "]"
		}
		if e.Paragraph != "" {
			s += ", " + Visible(e.Paragraph)
		}
		s += "," + period(e.Effective, e.Ended)
		orgs := slices.Clone(e.Organizations)
		if len(orgs) > 0 {
			s += ": " + p.names(orgs, 5)
		} else {
			s += ": no organization on record"
		}
		p.statement(s, e.Statement, nil)
	}
	if n := len(l.Entries) - len(entries); n > 0 {
		p.line("", "  ", 4, fmt.Sprintf("and %d more", n))
	}
}
