package form

import (
	"fmt"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Dossier drafts what is on record about one organization, by the id of its
// record: names, marks, countries with basis, date and source, who holds it,
// the arithmetic of each policy's tests, the list entries that name it, and
// what is not known. An id without a record gives an error that wraps
// [ErrNoRecord].
func Dossier(db provenance.Database, id string, opts *Options) (*Form, error) {
	if opts == nil {
		opts = &Options{}
	}
	o := db.Organization(id)
	if o == nil || o.Retracted != nil {
		return nil, fmt.Errorf("dossier of %q: %w", id, ErrNoRecord)
	}
	f := &Form{ID: "dossier", Title: "Ownership dossier: " + o.Name,
		About: "What public sources state about one organization. It says nothing about any product, and nothing about persons.",
		Facts: []Field{
			{Label: "Organization", Values: value(o.Name, "record "+o.ID)},
			{Label: "Kind", Values: value(string(o.Kind), "record "+o.ID)},
			{Label: "Record last read whole on", Values: value(string(o.Reviewed), "record "+o.ID)},
			{Label: "Facts as of", Values: value(dayText(opts.AsOf), "the request")},
			{Label: "Origin database", Values: value(editionText(db.Edition()), "the database")},
		}}
	if o.Note != "" {
		f.Facts = append(f.Facts, Field{Label: "Note", Values: value(o.Note, "record "+o.ID)})
	}
	f.Sections = append(f.Sections, names(o), marks(o), origins(o, opts.AsOf), owners(db, o, opts.AsOf))
	f.Sections = append(f.Sections, arithmetic(db, o, opts)...)
	f.Sections = append(f.Sections, listings(db, o, opts.AsOf), holds(db, o), unknowns(db, o, opts))
	f.Unverified = []string{
		"Registers and pages were read on the day that each citation gives. Ownership changes; ask the organization for a dated statement of its owners.",
		"The arithmetic uses what is on record. A holder who is not on record is not in it.",
		"Whether a regime applies to a transaction or a product is not decided here.",
	}
	return f, nil
}

func dayText(d provenance.Date) string {
	if d == "" {
		return "every period on record"
	}
	return string(d)
}

func statement(text, record string, st *provenance.Statement, sources map[string]provenance.Source) Value {
	if st.Uncited {
		text += " (uncited)"
	}
	if st.Disputed != "" {
		text += " (disputed: " + st.Disputed + ")"
	}
	if st.Note != "" {
		text += " (" + st.Note + ")"
	}
	return Value{Text: text, From: "record " + record, Sources: cite(sources, st.Sources)}
}

func period(since, until provenance.Date) string {
	var s string
	if since != "" {
		s += " since " + string(since)
	}
	if until != "" {
		s += " until " + string(until)
	}
	return s
}

func names(o *provenance.Organization) Section {
	s := Section{Title: "Names"}
	f := Field{Label: "Also known as"}
	for i := range o.Names {
		n := &o.Names[i]
		if n.Retracted != nil {
			continue
		}
		text := n.Name
		if n.Kind != "" {
			text += ", " + string(n.Kind) + " name"
		}
		f.Values = append(f.Values, statement(text+period(n.From, n.To), o.ID, &n.Statement, o.Sources))
	}
	if len(f.Values) == 0 {
		f.Gap = "ask the organization for its former names, brands and names in other scripts; none are on record"
	}
	s.Fields = []Field{f}
	return s
}

func marks(o *provenance.Organization) Section {
	s := Section{Title: "Identifiers and marks", Text: []string{"By these a component is recognised as its own. They are no proof of who supplied it."}}
	t := Table{Columns: []string{"Kind", "Value", "Period", "Source"}}
	registered := false
	for i := range o.Identifiers {
		id := &o.Identifiers[i]
		if id.Retracted != nil {
			continue
		}
		if id.Kind == sbom.LEI {
			registered = true
		}
		v := statement("", o.ID, &id.Statement, o.Sources)
		t.Rows = append(t.Rows, []Field{cell(id.Kind.String()), cell(id.Value), cell(strings.TrimSpace(period(id.From, id.To))),
			{Values: []Value{{Text: strings.TrimSpace("record " + o.ID + v.Text), Sources: v.Sources}}}})
	}
	if len(t.Rows) > 0 {
		s.Tables = []Table{t}
	}
	gap := "ask the organization for its company registration number, LEI, UEI and CAGE or NCAGE code; none of them is on record"
	if registered {
		gap = "ask the organization for its company registration number, UEI and CAGE or NCAGE code; the record has its LEI only"
	}
	s.Fields = []Field{{Label: "Registration numbers", Gap: gap}}
	return s
}

func cell(text string) Field { return Field{Values: []Value{{Text: text}}} }

func origins(o *provenance.Organization, day provenance.Date) Section {
	s := Section{Title: "Countries, by basis", Text: []string{"A country is where the organization is registered, headquartered or active. It does not say where a thing was made."}}
	t := Table{Columns: []string{"Country", "Basis", "Period", "Source"}}
	has := map[provenance.Basis]bool{}
	for i := range o.Origins {
		g := &o.Origins[i]
		if g.Retracted != nil {
			continue
		}
		when := strings.TrimSpace(period(g.Since, g.Until))
		if !day.Within(g.Since, g.Until) {
			when += " (not on the day of this dossier)"
		} else {
			has[g.Basis] = true
		}
		v := statement("", o.ID, &g.Statement, o.Sources)
		t.Rows = append(t.Rows, []Field{cell(report.CountryName(g.Country)), cell(string(g.Basis)), cell(when),
			{Values: []Value{{Text: strings.TrimSpace("record " + o.ID + v.Text), Sources: v.Sources}}}})
	}
	if len(t.Rows) > 0 {
		s.Tables = []Table{t}
	}
	if !has[provenance.Registered] {
		s.Fields = append(s.Fields, Field{Label: "Country of incorporation", Gap: "ask the organization for its certificate of incorporation; no source on record states the country"})
	}
	if !has[provenance.Headquartered] {
		s.Fields = append(s.Fields, Field{Label: "Principal place of business", Gap: "ask the organization; no source on record states the country"})
	}
	return s
}

func owners(db provenance.Database, o *provenance.Organization, day provenance.Date) Section {
	s := Section{Title: "Who holds it"}
	if n := ownership(db, o.ID, day); n != nil && len(n.Up) > 0 {
		s.Trees = []Node{*n}
		var vague []string
		for i := range o.Owners {
			w := &o.Owners[i]
			if iv, err := w.Share.Interval(); w.Retracted == nil && day.Within(w.Since, w.Until) && (err != nil || iv.Min != iv.Max) {
				name := w.Organization
				if p := db.Organization(name); p != nil {
					name = p.Name
				} else if w.State != "" {
					name = "the state of " + report.CountryName(w.State)
				}
				vague = append(vague, name)
			}
		}
		if vague != nil {
			s.Fields = append(s.Fields, Field{Label: "Exact shares", Gap: "ask the organization for the exact share of " + strings.Join(vague, ", ")})
		}
		s.Fields = append(s.Fields, Field{Label: "Other holders", Gap: "ask the organization for all holders of 5 % or more up to the last owner; the record names only those that a source states"})
	} else {
		s.Fields = []Field{{Label: "Owners", Gap: "ask the organization for its owners up to the last one; none are on record for the day"}}
	}
	return s
}

// arithmetic works the tests of each policy out.
func arithmetic(db provenance.Database, o *provenance.Organization, opts *Options) []Section {
	var out []Section
	for _, p := range opts.Policies {
		tests := p.Tests()
		if len(tests) == 0 {
			continue
		}
		s := Section{Title: "Arithmetic: " + p.Title, Rule: "policy " + strings.TrimSpace(p.ID+" "+p.Version)}
		for i := range tests {
			t := &tests[i]
			a := t.Account(db, o.ID, opts.AsOf)
			if a == nil {
				continue
			}
			s.Fields = append(s.Fields, Field{Label: "Test: " + t.Describe(), Values: []Value{{
				Text: o.Name + ": the test is " + string(a.Outcome), From: "rules " + strings.Join(t.Rules, ", ") + " of " + p.ID + "; " + method(a.Nexus)}}})
			if a.Outcome != provenance.NotMet || sums(a) {
				s.Tables = append(s.Tables, accountTable(t, a))
			}
		}
		if len(s.Fields) == 0 {
			continue
		}
		for _, key := range slices.Sorted(mapsKeys(p.Sources)) {
			s.Fields = append(s.Fields, Field{Label: "Text of the rule", Values: []Value{{Text: p.Sources[key].Title, From: "policy " + p.ID, Sources: []provenance.Source{p.Sources[key]}}}})
		}
		out = append(out, s)
	}
	return out
}

func mapsKeys(m map[string]provenance.Source) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// method says how a nexus adds up.
func method(n *provenance.Nexus) string {
	if n == nil {
		return "the organization itself only; owners do not count"
	}
	text := fmt.Sprintf("owners that meet it and together hold %g %% or more pass it on; exactly 50 %% is enough", n.Threshold)
	if n.Threshold != 50 {
		text = fmt.Sprintf("owners that meet it and together hold %g %% or more pass it on", n.Threshold)
	}
	if n.Exclusive {
		text = fmt.Sprintf("owners that meet it and together hold more than %g %% pass it on; exactly %g %% is not enough", n.Threshold, n.Threshold)
	}
	text += "; such an owner counts with its whole holding, shares are not multiplied along a chain (cascade)"
	if n.Control {
		return text + "; control without a share counts too"
	}
	return text + "; control without a share does not count"
}

func counting(o provenance.NexusOutcome) string {
	switch o {
	case provenance.Met:
		return "counts"
	case provenance.PossiblyMet:
		return "may count"
	}
	return "does not count"
}

func sums(a *provenance.NexusAccount) bool {
	return slices.ContainsFunc(a.Entities, func(e provenance.NexusEntity) bool { return len(e.Sums) > 0 || e.Test != "" })
}

func accountTable(t *provenance.PolicyTest, a *provenance.NexusAccount) Table {
	out := Table{Caption: "Working: " + t.Describe(), Columns: []string{"Organization", "Meets the test itself", "Held by", "Owners that count hold", "The test is"}}
	for i := range a.Entities {
		e := &a.Entities[i]
		if len(out.Rows) == maxNodes {
			out.Left = len(a.Entities) - i
			break
		}
		own := Field{Values: []Value{{Text: "no"}}}
		if e.Test != "" {
			text := e.Organization.Name + " " + e.Test
			if len(e.Doubts) > 0 {
				text += "; in doubt: " + strings.Join(e.Doubts, "; ")
			}
			own.Values = []Value{{Text: text, Sources: e.Sources}}
		}
		var held, total []Value
		for j := range e.Holdings {
			h := &e.Holdings[j]
			text := stepName(&h.OwnerStep) + ": " + holdingText(&h.OwnerStep)
			if h.Disputed != "" {
				text += ", disputed"
			}
			held = append(held, Value{Text: text + " (" + counting(h.Owner) + ")", Sources: h.Sources})
		}
		if held == nil {
			held = []Value{{Text: "nobody on record"}}
		}
		for _, s := range e.Sums {
			text := s.Sure + " %"
			if s.Most != s.Sure {
				text = "between " + s.Sure + " and " + s.Most + " %"
			}
			total = append(total, Value{Text: text + " of " + string(s.Kind) + ", needed " + s.Need + " %"})
		}
		for j := range e.Holdings {
			if h := &e.Holdings[j]; h.Kind == provenance.Control && h.Owner != provenance.NotMet && a.Nexus != nil && a.Nexus.Control {
				total = append(total, Value{Text: "control by " + stepName(&h.OwnerStep) + ", which counts"})
			}
		}
		if total == nil {
			total = []Value{{Text: "nothing on record"}}
		}
		out.Rows = append(out.Rows, []Field{cell(e.Organization.Name), own, {Values: held}, {Values: total}, cell(string(e.Outcome))})
	}
	return out
}

func listings(db provenance.Database, o *provenance.Organization, day provenance.Date) Section {
	s := Section{Title: "Lists that name it", Text: []string{"An entry reaches an organization only through a reviewed join; names alone never match."}}
	t := Table{Columns: []string{"List", "Edition", "Entry, as listed", "Paragraph", "In force", "How it was transcribed", "Source"}}
	for _, l := range db.Listings(o.ID) {
		e := &l.Entry
		if e.Retracted != nil {
			continue
		}
		edition := l.Edition
		if !l.Complete {
			edition += ", partial: nothing follows for who is not in it"
		}
		when := strings.TrimSpace(period(e.Effective, e.Ended))
		if !day.Within(e.Effective, e.Ended) {
			when += " (not on the day of this dossier)"
		} else if newest := db.List(l.List); l.Superseded(newest, day) {
			when += " (the edition " + newest.Edition + " has taken its place)"
		}
		entry := e.Name
		if e.Extends {
			entry += " (and its subsidiaries and affiliates, by the text of the list)"
		}
		if e.Uncited {
			entry += " (uncited)"
		}
		if e.Disputed != "" {
			entry += " (disputed: " + e.Disputed + ")"
		}
		sources := l.Sources
		if len(sources) == 0 && l.URL != "" {
			sources = []provenance.Source{{URL: l.URL, Title: l.Title}}
		}
		t.Rows = append(t.Rows, []Field{cell(l.Title), cell(edition), cell(entry), cell(e.Paragraph), cell(when), cell(l.Transcribed),
			{Values: []Value{{Text: "join to record " + o.ID, Sources: sources}}}})
	}
	if len(t.Rows) > 0 {
		s.Tables = []Table{t}
	} else {
		s.Fields = []Field{{Label: "Entries", Values: value("none in the lists that this database holds, which are not every list", "the database")}}
	}
	return s
}

// lister can say which organizations a database has.
type lister interface{ OrganizationIDs() []string }

// holds lists what the organization holds directly.
func holds(db provenance.Database, o *provenance.Organization) Section {
	s := Section{Title: "What it holds directly"}
	l, ok := db.(lister)
	if !ok {
		s.Fields = []Field{{Label: "Holdings", Gap: "ask the organization for its subsidiaries; this database cannot be searched by owner"}}
		return s
	}
	t := Table{Columns: []string{"Organization", "Holding", "Source"}}
	for _, id := range l.OrganizationIDs() {
		p := db.Organization(id)
		if p == nil || p.Retracted != nil {
			continue
		}
		for i := range p.Owners {
			w := &p.Owners[i]
			if w.Organization != o.ID || w.Retracted != nil {
				continue
			}
			if len(t.Rows) == maxItems {
				t.Left++
				continue
			}
			step := provenance.OwnerStep{Share: w.Share, Kind: w.Kind, Since: w.Since, Until: w.Until, Uncited: w.Uncited}
			t.Rows = append(t.Rows, []Field{cell(p.Name), cell(holdingText(&step)), {Values: []Value{{Text: "record " + p.ID, Sources: cite(p.Sources, w.Sources)}}}})
		}
	}
	if len(t.Rows) > 0 {
		s.Tables = []Table{t}
	} else {
		s.Fields = []Field{{Label: "Holdings", Values: value("none on record, which is not all there are", "the database")}}
	}
	return s
}

// unknowns says what the record does not answer.
func unknowns(db provenance.Database, o *provenance.Organization, opts *Options) Section {
	s := Section{Title: "What is not known"}
	uncited := 0
	tally := func(st *provenance.Statement) {
		if st.Uncited && st.Retracted == nil {
			uncited++
		}
	}
	for i := range o.Names {
		tally(&o.Names[i].Statement)
	}
	for i := range o.Origins {
		tally(&o.Origins[i].Statement)
	}
	for i := range o.Owners {
		tally(&o.Owners[i].Statement)
	}
	for i := range o.Identifiers {
		tally(&o.Identifiers[i].Statement)
	}
	if uncited > 0 {
		s.Fields = append(s.Fields, Field{Label: "Uncited statements", Gap: fmt.Sprintf("find a source for %s marked uncited above", count(uncited, "statement", "statements"))})
	}
	s.Fields = append(s.Fields,
		Field{Label: "Control other than by shares", Gap: "ask the organization whether agreements, appointments or special shares give control to anyone; a record states it only where a source does"},
		Field{Label: "Government ties", Gap: "ask the organization about state holdings, state financing and instructions; only cited state owners stand above"},
		Field{Label: "Ultimate beneficial owners", Gap: "ask the organization; natural persons are never on record here"})
	var partial []string
	for _, p := range opts.Policies {
		for _, t := range p.Tests() {
			if t.List == nil {
				continue
			}
			if l := db.List(t.List.ID); l != nil && !l.Complete && !slices.Contains(partial, l.Title) {
				partial = append(partial, l.Title)
			}
		}
	}
	if partial != nil {
		s.Fields = append(s.Fields, Field{Label: "Lists that are partial here", Gap: "look the organization up in the official edition of: " + strings.Join(partial, "; ")})
	}
	return s
}
