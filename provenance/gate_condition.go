package provenance

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/touchmark-dev/touchmark/sbom"
)

// A truth is what a condition says of a component. The order matters: "and" is
// the least of its parts, "or" the greatest.
type truth int

const (
	no        truth = iota
	undefined       // speaks of an attribution where there is none
	possible        // turns on an unknown share or an uncited or disputed fact
	yes
)

func (t truth) not() truth {
	switch t {
	case no:
		return yes
	case yes:
		return no
	}
	return t
}

// A result is a truth with the facts that it rests on.
type result struct {
	truth  truth
	steps  []Step
	doubts []string // why it is only possible
	list   *ListRef
	why    string // the facts in half a sentence about the organization
	from   Date   // first day of the list entry, where that lies ahead
	key    string // tells two chains of facts apart
	// dissent says which other organizations the marks name, as a clause.
	dissent string
	// entries are those of the list, where it has several that may apply.
	entries []ListRef
}

// An item is what a rule is applied to: a component, a service or the subject.
// The input as a whole is the nil item.
type item struct {
	ref, name, version, purl, released, place string
	group                                     string
	purpose                                   string // of a service
	typ                                       sbom.ComponentType
	service, subject, grouping                bool
	locations, licenses                       []string
	hashes                                    []sbom.Hash
	claims                                    []sbom.Claim
	evidence                                  []sbom.Evidence
	standing                                  Standing
	attributions                              []Attribution
	project                                   *Ref // see [Component.Project]
	kinds                                     []Kind
}

// evaluation evaluates conditions as of one day.
type evaluation struct {
	r     *Report
	db    Database
	asOf  Date // for which facts about organizations hold
	lists Date // for which list entries are in force
	cache map[factKey]result
}

// factKey names a fact about an organization; condition is the address of the
// leaf that asks.
type factKey struct {
	condition    any
	organization string
	asOf, lists  Date
}

// inherited is what a condition passes down to its parts.
type inherited struct {
	roles       []sbom.Role
	foundations bool
}

// speaksOfItems reports whether a condition, or a part of it, is about
// components and services, not about the input as a whole.
func (c *Condition) speaksOfItems() bool {
	return c.anywhere(func(c *Condition) bool {
		return c.speaksOfAttributions() || c.Unattributed || c.Unaffiliated || len(c.Kinds) > 0 || len(c.Words) > 0 || c.Subject || c.List != nil
	})
}

// anywhere reports whether f holds for c or a part of it.
func (c *Condition) anywhere(f func(*Condition) bool) bool {
	part := func(p Condition) bool { return p.anywhere(f) }
	return f(c) || slices.ContainsFunc(c.Any, part) || slices.ContainsFunc(c.All, part) || c.Not != nil && c.Not.anywhere(f)
}

// speaksOfAttributions reports whether fields of c itself are about an
// attribution.
func (c *Condition) speaksOfAttributions() bool {
	return c.List != nil && len(c.List.Categories) == 0 || c.Country != nil || c.Organization != nil || c.Ambiguous || c.Conflicting ||
		c.Only || c.Confidence != "" || len(c.Techniques) > 0 || len(c.Roles) > 0
}

// condition evaluates c for an item and one of its attributions; it is nil for
// the input, a is nil where nobody is attributed.
func (e *evaluation) condition(c *Condition, it *item, a *Attribution, in inherited) result {
	if len(c.Roles) > 0 {
		in.roles = c.Roles
	}
	in.foundations = in.foundations || c.Foundations
	out := result{truth: yes}
	and := func(r result) bool {
		out.truth = min(out.truth, r.truth)
		out.steps = append(out.steps, r.steps...)
		out.doubts = append(out.doubts, r.doubts...)
		if out.list == nil {
			out.list = r.list
		}
		out.entries = append(out.entries, r.entries...)
		if r.dissent != "" {
			out.dissent = strings.TrimPrefix(out.dissent+"; "+r.dissent, "; ")
		}
		if r.why != "" {
			if out.why != "" {
				out.why += ", "
			}
			out.why += r.why
		}
		out.from = max(out.from, r.from)
		return out.truth > no
	}
	for _, leaf := range []func(*Condition, *item, *Attribution, inherited) result{
		e.input, e.kinds, e.words, e.holds, e.category, e.unattributed, e.unaffiliated, e.attribution, e.list, e.country, e.organization, e.dissent,
	} {
		if !and(leaf(c, it, a, in)) {
			return result{}
		}
	}
	for i := range c.All {
		if !and(e.condition(&c.All[i], it, a, in)) {
			return result{}
		}
	}
	if len(c.Any) > 0 {
		best := result{}
		for i := range c.Any {
			if r := e.condition(&c.Any[i], it, a, in); r.truth > best.truth {
				best = r
			}
		}
		if !and(best) {
			return result{}
		}
	}
	if c.Not != nil {
		r := e.condition(c.Not, it, a, in)
		if !and(result{truth: r.truth.not(), doubts: r.doubts}) {
			return result{}
		}
	}
	return out
}

func holdsIf(b bool) result {
	if b {
		return result{truth: yes}
	}
	return result{truth: no}
}

// input evaluates what is about the run as a whole.
func (e *evaluation) input(c *Condition, _ *item, _ *Attribution, _ inherited) result {
	out := result{truth: yes}
	if c.If != nil && !*c.If {
		return result{}
	}
	if c.MinCoverage > 0 {
		cov := e.r.Coverage
		if cov.Percent() >= c.MinCoverage {
			return result{}
		}
		out.why = fmt.Sprintf("%d of %d components are attributed (%.1f %%, wanted %.4g %%)",
			cov.Organization+cov.Foundation+cov.Community, cov.Components, cov.Percent(), c.MinCoverage)
		out.steps = append(out.steps, Step{Kind: StepInput, Text: sentence(out.why)})
	}
	if c.MaxDatabaseAge > 0 {
		age, ok := daysBetween(e.r.Database.Date, e.asOf)
		if ok && age <= c.MaxDatabaseAge {
			return result{}
		}
		why := fmt.Sprintf("the database is of %s, %d days before %s (at most %d wanted)", e.r.Database.Date, age, e.asOf, c.MaxDatabaseAge)
		if !ok {
			why = fmt.Sprintf("the database's date %q does not say how old it is on %s", e.r.Database.Date, e.asOf)
		}
		out.why = strings.TrimPrefix(out.why+"; "+why, "; ")
		out.steps = append(out.steps, Step{Kind: StepInput, Text: sentence(why)})
	}
	return out
}

func (e *evaluation) kinds(c *Condition, it *item, _ *Attribution, _ inherited) result {
	if c.Subject && (it == nil || !it.subject) {
		return result{}
	}
	if len(c.Kinds) == 0 {
		return result{truth: yes}
	}
	return holdsIf(it != nil && slices.ContainsFunc(c.Kinds, func(k Kind) bool { return slices.Contains(it.kinds, k) }))
}

// words evaluates Words.
func (e *evaluation) words(c *Condition, it *item, _ *Attribution, _ inherited) result {
	if len(c.Words) == 0 {
		return result{truth: yes}
	}
	if it == nil {
		return result{}
	}
	texts := []string{it.name, it.group, it.purl}
	for i := range it.evidence {
		texts = append(texts, it.evidence[i].Match)
	}
	for _, text := range texts {
		for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
			for _, w := range append([]string{w}, runTogether(w)...) {
				if slices.ContainsFunc(c.Words, func(o string) bool { return strings.EqualFold(o, w) }) {
					text := fmt.Sprintf("The name or identity of %s holds the word %q.", it.label(), w)
					return result{truth: yes, steps: []Step{{Kind: StepInput, Text: text, Place: it.where()}}}
				}
			}
		}
	}
	return result{}
}

// runTogether returns the words that are written as one, each with a capital
// letter or in capitals ("NetIPOnvif": Net, IP, Onvif). It is empty where there
// is one word only.
func runTogether(s string) []string {
	r := []rune(s)
	var out []string
	start := 0
	for i := 1; i < len(r); i++ {
		if unicode.IsUpper(r[i]) && (!unicode.IsUpper(r[i-1]) || i+1 < len(r) && unicode.IsLower(r[i+1])) {
			out, start = append(out, string(r[start:i])), i
		}
	}
	if start == 0 {
		return nil
	}
	return append(out, string(r[start:]))
}

// holds evaluates Holds.
func (e *evaluation) holds(c *Condition, _ *item, _ *Attribution, _ inherited) result {
	if len(c.Holds) == 0 {
		return result{truth: yes}
	}
	for i := range e.r.Components {
		part := &e.r.Components[i]
		if slices.ContainsFunc(c.Holds, func(name string) bool { return strings.EqualFold(name, part.Name) }) {
			where := part.Place
			if where == "" {
				where = part.Ref
			}
			return result{truth: yes, steps: []Step{{Kind: StepInput, Place: where, Evidence: part.Evidence,
				Text: fmt.Sprintf("The input holds %s.", part.Name)}}}
		}
	}
	return result{}
}

// category evaluates a ListCondition over categories.
func (e *evaluation) category(c *Condition, it *item, _ *Attribution, _ inherited) result {
	if c.List == nil || len(c.List.Categories) == 0 {
		return result{truth: yes}
	}
	l := e.db.List(c.List.ID)
	if it == nil || l == nil {
		return result{}
	}
	out := result{}
	for i := range l.Entries {
		entry := &l.Entries[i]
		if entry.Kind != CategoryEntry || !slices.Contains(c.List.Categories, entry.Name) || entry.Retracted != nil ||
			!e.lists.Within(entry.Effective, entry.Ended) {
			continue
		}
		r := entryResult(&Listing{List: l.ID, Title: l.Title, Edition: l.Edition, URL: l.URL, Transcribed: l.Transcribed,
			Entry: *entry, Sources: sources(l.Sources, entry.Sources)}, "", e.asOf)
		if out.truth == no {
			out = result{truth: yes, list: r.list, from: r.from, why: "to be asked is whether it is of a kind that " + l.Title + " covers by where it was produced: " + entry.Name}
		} else {
			out.why += "; " + entry.Name
			out.from = min(out.from, r.from)
		}
		out.entries = append(out.entries, *r.list)
		out.steps = append(out.steps, r.steps...)
	}
	return out
}

func (e *evaluation) unattributed(c *Condition, it *item, _ *Attribution, _ inherited) result {
	if !c.Unattributed {
		return result{truth: yes}
	}
	if it == nil || it.grouping || it.standing != Unknown && it.standing != ByUnaffiliated {
		return result{}
	}
	why := "nobody is attributed"
	by := passedOnBy(it)
	if project := unaffiliatedProject(it); project != "" {
		why = "by record no organization stands behind the project " + project
	} else {
		if by != "" {
			why += " as maker or developer"
		}
		if it.project != nil {
			why += "; the project is on record as " + it.project.Name + ", and nobody behind it is"
		}
	}
	if by != "" {
		why += "; " + by + " passed it on"
	}
	if said := declaredInVain(it); said != "" {
		why += "; " + said
	}
	return result{truth: yes, why: why}
}

// unaffiliated evaluates Unaffiliated.
func (e *evaluation) unaffiliated(c *Condition, it *item, _ *Attribution, _ inherited) result {
	if !c.Unaffiliated {
		return result{truth: yes}
	}
	if it == nil || it.standing != ByUnaffiliated {
		return result{}
	}
	out := result{truth: yes}
	if !c.Unattributed { // which says it
		out.why = "by record no organization stands behind the project " + unaffiliatedProject(it)
	}
	return out
}

// attribution evaluates the fields that restrict which attributions count.
func (e *evaluation) attribution(c *Condition, it *item, a *Attribution, in inherited) result {
	if !c.speaksOfAttributions() {
		return result{truth: yes}
	}
	if a == nil {
		return result{truth: undefined}
	}
	if a.Community || a.Organization.ID == "" {
		return result{}
	}
	roles := in.roles
	if len(roles) == 0 {
		roles = DefaultRoles()
	}
	if !slices.Contains(roles, a.Role) || a.Confidence.Rank() < c.Confidence.Rank() {
		return result{}
	}
	// One that passes a thing on is no supplier of it, whatever else says so.
	if a.Role == sbom.Supplier && hasRole(it, a.Organization.ID, sbom.Distributor) {
		return result{}
	}
	if c.Only && slices.ContainsFunc(it.attributions, func(o Attribution) bool {
		return o.Organization.ID == a.Organization.ID && !slices.Contains(roles, o.Role) &&
			(o.Role != sbom.Supplier || !slices.Contains(roles, sbom.Distributor))
	}) {
		return result{}
	}
	if len(c.Techniques) > 0 && !slices.ContainsFunc(a.Matches, func(m ClaimMatch) bool {
		return slices.ContainsFunc(techniquesOf(it, m), func(t sbom.Technique) bool { return slices.Contains(c.Techniques, t) })
	}) {
		return result{}
	}
	return result{truth: yes}
}

func hasRole(it *item, organization string, role sbom.Role) bool {
	return slices.ContainsFunc(it.attributions, func(a Attribution) bool {
		return a.Organization.ID == organization && a.Role == role
	})
}

func techniquesOf(it *item, m ClaimMatch) []sbom.Technique {
	if m.Claim < 0 || m.Claim >= len(it.claims) {
		return nil
	}
	c := &it.claims[m.Claim]
	if len(c.Evidence) == 0 {
		return []sbom.Technique{sbom.ManifestAnalysis}
	}
	out := make([]sbom.Technique, 0, len(c.Evidence))
	for i := range c.Evidence {
		out = append(out, c.Evidence[i].Technique)
	}
	return out
}

// dissent evaluates Ambiguous and Conflicting.
func (e *evaluation) dissent(c *Condition, it *item, a *Attribution, _ inherited) result {
	out := result{truth: yes}
	if a == nil {
		if c.Ambiguous || c.Conflicting {
			out.truth = undefined
		}
		return out
	}
	if c.Ambiguous {
		if len(a.Ambiguous) == 0 {
			return result{}
		}
		out.dissent = "the same mark also points to " + refNames(a.Ambiguous)
	}
	if c.Conflicting {
		others := e.conflicting(it, a)
		if len(others) == 0 {
			return result{}
		}
		out.dissent = strings.TrimPrefix(out.dissent+"; other marks name "+refNames(others)+" in the same role", "; ")
	}
	return out
}

// conflicting returns the organizations that are attributed in a's role on
// other marks and are not under common control with it.
func (e *evaluation) conflicting(it *item, a *Attribution) []Ref {
	var out []Ref
	for i := range it.attributions {
		b := &it.attributions[i]
		if b.Role != a.Role || b.Organization.ID == "" || b.Organization.ID == a.Organization.ID || slices.Contains(out, b.Organization) {
			continue
		}
		if slices.ContainsFunc(a.Ambiguous, func(r Ref) bool { return r.ID == b.Organization.ID }) {
			continue
		}
		if related(e.db, a, b, e.asOf) {
			continue
		}
		out = append(out, b.Organization)
	}
	return out
}

// related reports whether two attributions name one organization, or two under
// common control.
func related(db Database, a, b *Attribution, day Date) bool {
	above := controllers(db, b.Organization.ID, day)
	return slices.ContainsFunc(controllers(db, a.Organization.ID, day), func(id string) bool { return slices.Contains(above, id) })
}

// controllers returns an organization and those that hold half of it or
// control it, directly or through others.
func controllers(db Database, id string, day Date) []string {
	ids := []string{id}
	for i := 0; i < len(ids) && i < maxOwnerDepth; i++ {
		o := organization(db, ids[i])
		if o == nil {
			continue
		}
		for j := range o.Owners {
			w := &o.Owners[j]
			if w.Organization != "" && w.holds(day, w.Since, w.Until) && w.holding() == Controlling && !slices.Contains(ids, w.Organization) {
				ids = append(ids, w.Organization)
			}
		}
	}
	return ids
}

// fact evaluates a statement about an organization, once for each of them, and
// says what was otherwise when the component was released.
func (e *evaluation) fact(key any, it *item, a *Attribution, find func(asOf, lists Date) result) result {
	at := func(asOf, lists Date) result {
		k := factKey{key, a.Organization.ID, asOf, lists}
		r, ok := e.cache[k]
		if !ok {
			r = find(asOf, lists)
			e.cache[k] = r
		}
		return r
	}
	now := at(e.asOf, e.lists)
	released, ok := releaseDate(it.released)
	if now.truth < possible || !ok || released.first() >= e.asOf.first() {
		return now
	}
	then := at(released, released)
	if then.truth == now.truth && then.key == now.key {
		return now
	}
	text := fmt.Sprintf("When it was released, on %s, this was otherwise: %s was not covered.", released, a.Organization.Name)
	if then.truth >= possible {
		text = fmt.Sprintf("When it was released, on %s, this was otherwise: %s.", released, a.Organization.Name+" "+then.why)
	}
	now.steps = append(slices.Clone(now.steps), Step{Kind: StepRelease, Text: text, Sources: stepSources(then.steps)})
	return now
}

func stepSources(steps []Step) []Source {
	var out []Source
	for _, s := range steps {
		for _, src := range s.Sources {
			if !slices.Contains(out, src) {
				out = append(out, src)
			}
		}
	}
	return out
}

// list evaluates a ListCondition.
func (e *evaluation) list(c *Condition, it *item, a *Attribution, _ inherited) result {
	if c.List == nil || len(c.List.Categories) > 0 {
		return result{truth: yes}
	}
	if a == nil {
		return result{truth: undefined}
	}
	return e.fact(c.List, it, a, func(asOf, lists Date) result {
		newest := e.db.List(c.List.ID)
		if newest == nil {
			return result{}
		}
		listed := func(o *Organization) result { return e.listed(c.List, newest, o, lists) }
		return e.covered(a.Organization, asOf, c.List.Nexus, listed, nil)
	})
}

// listed says whether an organization is named by an entry in force.
func (e *evaluation) listed(c *ListCondition, newest *List, o *Organization, day Date) result {
	var best result
	for _, l := range e.db.Listings(o.ID) {
		entry := &l.Entry
		if l.List != c.ID || entry.Retracted != nil || !day.Within(entry.Effective, entry.Ended) {
			continue
		}
		// What a list says of goods by where they were produced is no statement
		// about an organization, and who an authority might name is not named.
		if entry.Kind != EntityEntry || len(c.Paragraphs) > 0 && !slices.Contains(c.Paragraphs, entry.Paragraph) {
			continue
		}
		r := entryResult(&l, o.Name, e.asOf)
		if c.Edition != "" && l.Edition != c.Edition {
			continue
		}
		if c.Edition == "" && l.Superseded(newest, day) {
			continue // the newer edition no longer names it, or names it itself
		}
		if c.Edition == "" && l.Edition != newest.Edition && !newest.Complete {
			r.truth = possible
			r.doubts = append(r.doubts, fmt.Sprintf("only the edition %s of %s names %s; the newer edition here is incomplete", l.Edition, l.Title, o.Name))
		}
		if r.truth > best.truth || r.truth == best.truth && r.from < best.from {
			best = r
		}
	}
	return best
}

// entryResult says that a list has an entry; organization is the name of the
// one that it names, empty for a category.
func entryResult(l *Listing, organization string, asOf Date) result {
	entry := &l.Entry
	r := result{truth: yes, key: l.List + "|" + entry.Name + "|" + entry.Paragraph}
	if s := shakyText(&entry.Statement); s != "" {
		r.truth = possible
		r.doubts = append(r.doubts, "the list entry is "+s)
	}
	sources := l.Sources
	if len(sources) == 0 && l.URL != "" {
		sources = []Source{{URL: l.URL, Title: l.Title}}
	}
	r.list = &ListRef{ID: l.List, Title: l.Title, Edition: l.Edition, Entry: entry.Name, Paragraph: entry.Paragraph,
		Effective: entry.Effective, Transcribed: l.Transcribed, URL: l.URL, Sources: sources}
	place := l.Title
	if entry.Paragraph != "" {
		place += ", " + entry.Paragraph
	}
	r.why = fmt.Sprintf("is named in %s", place)
	text := fmt.Sprintf("%s (edition %s) names %q", place, l.Edition, entry.Name)
	if entry.Effective != "" {
		text += " from " + string(entry.Effective)
	}
	if organization != "" {
		text += "; a reviewed join says that this is " + organization
	}
	text = sentence(text)
	if entry.Scope != "" {
		text += " Scope: " + sentence(entry.Scope)
	}
	r.steps = []Step{{Kind: StepListEntry, Text: text, Sources: sources}}
	if entry.Effective.first() > string(asOf) {
		r.from = Date(entry.Effective.first())
	}
	return r
}

// country evaluates a CountryCondition.
func (e *evaluation) country(c *Condition, it *item, a *Attribution, in inherited) result {
	if c.Country == nil {
		return result{truth: yes}
	}
	if a == nil {
		return result{truth: undefined}
	}
	if !in.foundations {
		if o := e.db.Organization(a.Organization.ID); a.Foundation || o != nil && o.Kind == Foundation {
			return result{}
		}
	}
	set := func(country string) bool { return slices.Contains(c.Country.In, country) }
	return e.fact(c.Country, it, a, func(asOf, _ Date) result {
		return e.covered(a.Organization, asOf, c.Country.Nexus, func(o *Organization) result {
			if c.Country.Owners && o.ID == a.Organization.ID {
				return result{}
			}
			return from(o, asOf, c.Country, set)
		}, set)
	})
}

// from says whether an own origin of an organization lies in the set.
func from(o *Organization, day Date, c *CountryCondition, set func(string) bool) result {
	basis := c.Basis
	if len(basis) == 0 {
		basis = []Basis{Registered, Headquartered}
	}
	best := result{}
	for i := range o.Origins {
		g := &o.Origins[i]
		if !g.holds(day, g.Since, g.Until) || !set(g.Country) || !slices.Contains(basis, g.Basis) {
			continue
		}
		r := result{truth: yes, why: fmt.Sprintf("is %s in %s", g.Basis, g.Country), key: g.Country + "|" + string(g.Basis)}
		text := fmt.Sprintf("%s is %s in %s", o.Name, g.Basis, g.Country)
		if g.Since != "" {
			text += " since " + string(g.Since)
		}
		if s := shakyText(&g.Statement); s != "" {
			r.truth = possible
			r.doubts = []string{fmt.Sprintf("that %s is %s in %s is %s", o.Name, g.Basis, g.Country, s)}
			text += " (" + s + ")"
		}
		r.steps = []Step{{Kind: StepOrigin, Text: text + ".", Sources: sources(o.Sources, g.Sources)}}
		switch {
		case r.truth > best.truth:
			best = r
		case r.truth == best.truth: // one more basis for the same
			best.steps = append(best.steps, r.steps...)
			best.doubts = append(best.doubts, r.doubts...)
			best.why += ", " + r.why
			best.key += " " + r.key
		}
	}
	return best
}

// organization evaluates an OrganizationCondition.
func (e *evaluation) organization(c *Condition, it *item, a *Attribution, _ inherited) result {
	if c.Organization == nil {
		return result{truth: yes}
	}
	if a == nil {
		return result{truth: undefined}
	}
	return e.fact(c.Organization, it, a, func(asOf, _ Date) result {
		return e.covered(a.Organization, asOf, c.Organization.Nexus, func(o *Organization) result {
			if !slices.Contains(c.Organization.IDs, o.ID) {
				return result{}
			}
			return result{truth: yes, why: "is named by the rule", key: o.ID}
		}, nil)
	})
}

// covered says whether an organization is a seed itself or, with a nexus, is
// held by seeds.
func (e *evaluation) covered(ref Ref, asOf Date, n *Nexus, seed func(*Organization) result, state func(string) bool) result {
	o := organization(e.db, ref.ID)
	if o == nil {
		return result{}
	}
	own := seed(o)
	if own.truth == yes || n == nil {
		return own
	}
	seeds := map[string]result{}
	at := func(least truth) func(*Organization) bool {
		return func(p *Organization) bool {
			r, ok := seeds[p.ID]
			if !ok {
				r = seed(p)
				seeds[p.ID] = r
			}
			return r.truth >= least && p.ID != ref.ID
		}
	}
	sure, _, path := reach(e.db, ref.ID, asOf, n, at(yes), state)
	if !sure {
		if own.truth == possible {
			return own
		}
		var maybe bool
		if _, maybe, path = reach(e.db, ref.ID, asOf, n, at(possible), state); !maybe {
			return result{}
		}
	}
	out := result{truth: yes}
	if !sure {
		out.truth = possible
	}
	of := o.Name
	for _, s := range path {
		text, doubt := ownership(of, &s)
		out.steps = append(out.steps, Step{Kind: StepOwnership, Text: text, Sources: s.Sources})
		if doubt != "" && !sure {
			out.doubts = append(out.doubts, doubt)
		}
		out.key += s.Organization.ID + s.Organization.Name + ">"
		of = s.Organization.Name
	}
	if len(path) == 0 {
		return out
	}
	last := path[len(path)-1].Organization
	r := seeds[last.ID]
	if last.ID == "" { // the state itself
		out.why = fmt.Sprintf("is held by the state %s", last.Name)
	} else {
		out.why = fmt.Sprintf("is %s %s, which %s", heldBy(sure), last.Name, r.why)
	}
	out.steps = append(out.steps, r.steps...)
	out.doubts = append(out.doubts, r.doubts...)
	out.list, out.from = r.list, r.from
	out.key += r.key
	if !sure && len(out.doubts) == 0 {
		out.doubts = append(out.doubts, "whether the threshold of ownership is reached is not known")
	}
	return out
}

func heldBy(sure bool) string {
	if sure {
		return "held by"
	}
	return "possibly held by"
}

// ownership says a step of a chain in a sentence, and what is doubtful in it.
func ownership(of string, s *OwnerStep) (text, doubt string) {
	owner := s.Organization.Name
	if s.Organization.ID == "" {
		owner = "The state " + owner
	}
	share := "an unknown share"
	if s.Share != "" {
		share = string(s.Share) + " %"
	}
	switch {
	case s.Kind == Control && s.Share == "":
		text = fmt.Sprintf("%s controls %s", owner, of)
	default:
		text = fmt.Sprintf("%s holds %s of %s (%s)", owner, share, of, s.Kind)
	}
	if s.Since != "" {
		text += " since " + string(s.Since)
	}
	if s.Until != "" {
		text += " until " + string(s.Until)
	}
	switch iv, err := s.Share.Interval(); {
	case s.Disputed != "":
		text += fmt.Sprintf(" (disputed: %s)", strings.TrimSuffix(s.Disputed, "."))
		doubt = fmt.Sprintf("that %s holds %s is disputed", owner, of)
	case s.Uncited:
		text += " (uncited)"
		doubt = fmt.Sprintf("that %s holds %s is uncited", owner, of)
	case s.Kind != Control && (err != nil || iv.Min != iv.Max):
		doubt = fmt.Sprintf("how much of %s %s holds is not exactly known", of, owner)
	}
	return text + ".", doubt
}

func shakyText(s *Statement) string {
	switch {
	case s.Disputed != "":
		return "disputed: " + s.Disputed
	case s.Uncited:
		return "uncited"
	}
	return ""
}

func refNames(refs []Ref) string {
	names := make([]string, 0, len(refs))
	for _, r := range refs {
		names = append(names, r.Name)
	}
	return strings.Join(names, " and ")
}

// sentence makes a sentence of half of one.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	if c := s[0]; c >= 'a' && c <= 'z' {
		s = string(c-'a'+'A') + s[1:]
	}
	if !strings.ContainsRune(".?!", rune(s[len(s)-1])) {
		s += "."
	}
	return s
}
