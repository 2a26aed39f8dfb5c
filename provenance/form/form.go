// Package form drafts papers that people file or keep: the report that FAR
// 52.204-25 asks for, with the log of a reasonable inquiry ([FAR25]), the table
// of components by country that an FCC conditional approval asks for
// ([FCCOrigin]), and the dossier of one organization ([Dossier]).
//
// A form is a draft for a person to check, complete and sign. Each value says
// where it is from: the report, the input, a cited record. What nobody knows is
// marked "GAP:" with whom to ask, and never filled by guessing. A form says
// what evidence suggests; it never says that anything complies, and it holds
// nothing about persons. Where a law was read, and what of it was not, stands
// in the form.
//
// A [Form] is plain data, the same for the same report, database and options;
// [WriteMarkdown] and [WriteHTML] write it. Strings of the input in it are as
// the input has them: the writers make them harmless.
package form

import (
	"errors"
	"fmt"
	"slices"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A Form is a draft.
type Form struct {
	// ID of the form: "far-52.204-25", "fcc-origin", "dossier".
	ID    string
	Title string
	// About says in a line what the draft is about.
	About string
	// Facts of the draft as a whole: input, database, date.
	Facts    []Field
	Sections []Section
	// Read are the texts that the form rests on, as they were read; Unverified
	// what was not, or not in an official text.
	Read       []provenance.Source
	Unverified []string
}

// A Section of a form.
type Section struct {
	Title string
	// Rule is the provision that asks for it.
	Rule   string
	Text   []string
	Fields []Field
	Tables []Table
	Trees  []Node
}

// A Field is one thing that the form asks for.
type Field struct {
	Label string
	// Values, each with its source. None and no Gap: nothing is asked.
	Values []Value
	// Gap is what is missing and whom to ask, empty where nothing is.
	Gap string
}

// A Value is a statement with what it rests on.
type Value struct {
	Text string
	// From says where the value is from in a few words: a place in the input,
	// a field of the report.
	From string
	// Sources that state it.
	Sources []provenance.Source
}

// A Table has a cell for each column in each row.
type Table struct {
	Caption string
	Columns []string
	Rows    [][]Field // Label is not used
	// Left is how many rows were left out, to bound the form.
	Left int
}

// A Node of a tree: an organization and who holds it.
type Node struct {
	Text string
	// Edge says how the node holds its parent: "62.5% equity".
	Edge    string
	Notes   []string
	Sources []provenance.Source
	Up      []Node
}

// Options for the forms. Nil is the zero value.
type Options struct {
	// AsOf is the day for which facts of records hold, in a dossier. The other
	// forms take the report's. Empty takes every period.
	AsOf provenance.Date
	// Policies whose tests a dossier works out.
	Policies []*provenance.Policy
}

// Errors of the forms.
var (
	// ErrPolicy: the report was made without the policy that the form rests on,
	// so that it cannot say what was found.
	ErrPolicy = errors.New("the report was made without the policy that this form rests on")
	// ErrNoRecord: the database has no record of the organization.
	ErrNoRecord = errors.New("no record of that organization")
)

// Bounds of a form, so that a hostile or huge input gives a form of bounded
// size. What is left out is counted in it.
const (
	maxRows     = 2000
	maxItems    = 200 // things described one by one
	maxNodes    = 80  // of one ownership tree
	maxEvidence = 12  // observations quoted for one thing
)

func value(text, from string, sources ...provenance.Source) []Value {
	if text == "" {
		return nil
	}
	return []Value{{Text: text, From: from, Sources: sources}}
}

// field has a value, or a gap where there is none.
func field(label string, values []Value, gap string) Field {
	f := Field{Label: label, Values: values}
	if len(values) == 0 {
		f.Gap = gap
	}
	return f
}

// facts are what every form about a report starts with.
func facts(r *provenance.Report) []Field {
	name := r.Source.Name
	if name == "" {
		name = "input"
	}
	out := []Field{{Label: "Input examined", Values: value(name+" ("+report.InputText(&r.Source)+")", "the report")}}
	if r.Source.SHA256 != "" {
		out = append(out, Field{Label: "SHA-256 of the input", Values: value(r.Source.SHA256, digestText(r))})
	}
	if s := r.Subject; s != nil {
		out = append(out, Field{Label: "Product, as the input names it", Values: value(subjectName(s), "the input"+at(s.Place))})
	}
	out = append(out, Field{Label: "Facts as of", Values: value(string(r.AsOf), "the report")},
		Field{Label: "Origin database", Values: value(editionText(r.Database), "the report")})
	for _, p := range r.Policies {
		text := p.ID
		if p.Version != "" {
			text += " version " + p.Version
		}
		out = append(out, Field{Label: "Policy applied", Values: value(text+": "+p.Title, "the report")})
	}
	return out
}

func digestText(r *provenance.Report) string {
	if r.Source.Kind == sbom.SourceTree {
		return "over the sorted list of the tree's paths, types, sizes and content digests"
	}
	return "over the bytes of the input"
}

func editionText(e provenance.Edition) string {
	s := e.Name + ", edition of " + string(e.Date)
	if e.SHA256 != "" {
		s += ", sha256 " + e.SHA256
	}
	for _, o := range e.Overlays {
		s += ", with " + o
	}
	return s
}

func subjectName(s *provenance.Component) string {
	if s.Name == "" {
		return "the " + string(s.Type) + ", which the input does not name"
	}
	return report.Label(s.Group, s.Name, s.Version)
}

func at(place string) string {
	if place == "" {
		return ""
	}
	return " at " + place
}

// thing is a component, a service or the subject.
type thing struct {
	ref, name, version, kind, purl, place string
	subject, service                      bool
	claims                                []sbom.Claim
	evidence                              []sbom.Evidence
	locations                             []string
	hashes                                []sbom.Hash
	licenses                              []string
	standing                              provenance.Standing
	attributions                          []provenance.Attribution
}

func things(r *provenance.Report) []thing {
	var out []thing
	component := func(c *provenance.Component, subject bool) {
		name := report.Label(c.Group, c.Name, "")
		if subject {
			name = subjectName(c)
		}
		out = append(out, thing{ref: c.Ref, name: name, version: c.Version, kind: string(c.Type), purl: c.PURL, place: c.Place, subject: subject,
			claims: c.Claims, evidence: c.Evidence, locations: c.Locations, hashes: c.Hashes, licenses: c.Licenses, standing: c.Standing, attributions: c.Attributions})
	}
	if r.Subject != nil {
		component(r.Subject, true)
	}
	for i := range r.Components {
		component(&r.Components[i], false)
	}
	for i := range r.Services {
		s := &r.Services[i]
		out = append(out, thing{ref: s.Ref, name: s.Name, version: s.Version, kind: "service", place: s.Place, service: true,
			claims: s.Claims, evidence: s.Evidence, locations: s.Locations, standing: s.Standing, attributions: s.Attributions})
	}
	return out
}

// label is what to call the thing.
func (t *thing) label() string {
	if t.subject {
		return t.name
	}
	return report.Label("", t.name, t.version)
}

// behind returns who is attributed in a role, as "evidence suggests" does.
func (t *thing) behind(roles ...sbom.Role) []Value {
	var out []Value
	for i := range t.attributions {
		a := &t.attributions[i]
		if !slices.Contains(roles, a.Role) || a.Organization.ID == "" {
			continue
		}
		out = append(out, t.attributed(a))
	}
	return out
}

// attributed says one attribution with its evidence.
func (t *thing) attributed(a *provenance.Attribution) Value {
	text := fmt.Sprintf("evidence suggests %s as %s (%s confidence)", a.Organization.Name, a.Role, a.Confidence)
	for i, o := range a.Ambiguous {
		if i == 3 {
			text += fmt.Sprintf(" and %d further", len(a.Ambiguous)-i)
			break
		}
		text += ", or " + o.Name + ": the mark is shared"
	}
	return Value{Text: text, From: t.proof(a)}
}

func (t *thing) proof(a *provenance.Attribution) string {
	place, quote := report.Proof(t.place, t.claims, a)
	if quote != "" {
		place += " \"" + quote + "\""
	}
	return place
}

// countries of an attribution's organization, its own and its owners'.
func countries(a *provenance.Attribution) []Value {
	var out []Value
	for _, o := range a.Origins {
		if len(o.Via) > 0 && o.Holding != provenance.Controlling {
			continue
		}
		out = append(out, originValue(a.Organization.Name, &o))
	}
	return out
}

func originValue(of string, o *provenance.OriginOf) Value {
	who := of
	text := ""
	sources := slices.Clone(o.Sources)
	for _, s := range o.Via {
		who = stepName(&s)
		text += ", which holds " + of + " (" + holdingText(&s) + ")"
		of = who
		sources = append(sources, s.Sources...)
	}
	state := len(o.Via) > 0 && o.Via[len(o.Via)-1].Organization.ID == ""
	line := who + ": " + report.CountryName(o.Country) + ", " + string(o.Basis)
	if state {
		line = report.CountryName(o.Country) + ", as a state"
	}
	if o.Since != "" {
		line += " since " + string(o.Since)
	}
	if o.Until != "" {
		line += " until " + string(o.Until)
	}
	if o.Uncited {
		line += ", uncited"
	}
	if o.Disputed != "" {
		line += ", disputed: " + o.Disputed
	}
	return Value{Text: line + text, From: "origin database", Sources: unique(sources)}
}

func stepName(s *provenance.OwnerStep) string {
	if s.Organization.ID == "" {
		return "the state of " + report.CountryName(s.Organization.Name)
	}
	return s.Organization.Name
}

// holdingText writes what an owner holds.
func holdingText(s *provenance.OwnerStep) string {
	text := "share unknown"
	if s.Share != "" {
		text = string(s.Share) + " %"
	}
	switch s.Kind {
	case provenance.Voting:
		text += " of the votes"
	case provenance.Control:
		if s.Share == "" {
			text = "control, share unknown"
		} else {
			text = "control, with " + text
		}
	case provenance.StateHeld:
		text += ", held for the state"
	case "":
	default:
		text += " " + string(s.Kind)
	}
	if s.Since != "" {
		text += " since " + string(s.Since)
	}
	if s.Until != "" {
		text += " until " + string(s.Until)
	}
	if s.Uncited {
		text += ", uncited"
	}
	return text
}

func unique(list []provenance.Source) []provenance.Source {
	var out []provenance.Source
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// ownership draws who holds an organization on a day.
func ownership(db provenance.Database, id string, day provenance.Date) *Node {
	o := db.Organization(id)
	if o == nil || o.Retracted != nil {
		return nil
	}
	nodes := 0
	var walk func(o *provenance.Organization, edge string, sources []provenance.Source, path []string) Node
	walk = func(o *provenance.Organization, edge string, sources []provenance.Source, path []string) Node {
		nodes++
		n := Node{Text: o.Name, Edge: edge, Sources: sources}
		for i := range o.Origins {
			g := &o.Origins[i]
			if g.Retracted != nil || !day.Within(g.Since, g.Until) || g.Basis != provenance.Registered && g.Basis != provenance.Headquartered {
				continue
			}
			note := report.CountryName(g.Country) + ": " + string(g.Basis)
			if g.Uncited {
				note += ", uncited"
			}
			if g.Disputed != "" {
				note += ", disputed"
			}
			n.Notes = append(n.Notes, note)
			n.Sources = append(n.Sources, cite(o.Sources, g.Sources)...)
		}
		n.Sources = unique(n.Sources)
		if slices.Contains(path, o.ID) {
			n.Notes = append(n.Notes, "stands below already: a cross-holding")
			return n
		}
		for i := range o.Owners {
			w := &o.Owners[i]
			if w.Retracted != nil || !day.Within(w.Since, w.Until) {
				continue
			}
			if nodes >= maxNodes {
				n.Notes = append(n.Notes, "further owners are left out")
				break
			}
			step := provenance.OwnerStep{Share: w.Share, Kind: w.Kind, Since: w.Since, Until: w.Until, Uncited: w.Uncited}
			edge := holdingText(&step)
			if w.Disputed != "" {
				edge += ", disputed: " + w.Disputed
			}
			if w.State != "" {
				nodes++
				n.Up = append(n.Up, Node{Text: "the state of " + report.CountryName(w.State), Edge: edge, Sources: cite(o.Sources, w.Sources)})
				continue
			}
			owner := db.Organization(w.Organization)
			if owner == nil || owner.Retracted != nil {
				nodes++
				n.Up = append(n.Up, Node{Text: w.Organization, Edge: edge, Notes: []string{"no record"}, Sources: cite(o.Sources, w.Sources)})
				continue
			}
			n.Up = append(n.Up, walk(owner, edge, cite(o.Sources, w.Sources), append(slices.Clip(path), o.ID)))
		}
		return n
	}
	n := walk(o, "", nil, nil)
	return &n
}

// cite resolves keys of a record's sources.
func cite(m map[string]provenance.Source, keys []string) []provenance.Source {
	var out []provenance.Source
	for _, k := range keys {
		if s, ok := m[k]; ok {
			out = append(out, s)
		}
	}
	return out
}
