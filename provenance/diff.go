package provenance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// DiffSchema names the form of a [Difference] in JSON.
const DiffSchema = "touchmark.diff/1"

// A Difference says what changed from one report to another. It is empty
// where a reader of both would not see a change in what was found or judged;
// places and evidence alone are none.
type Difference struct {
	Schema string `json:"schema"` // [DiffSchema]
	Before Side   `json:"before"`
	After  Side   `json:"after"`
	// Items are the subject, components and services that were added, removed
	// or changed, in order of kind and name.
	Items []ItemChange `json:"items"`
	// Organizations, Owners and Countries that stand behind anything on one
	// side only, roles and bases included.
	Organizations SetChange `json:"organizations,omitzero"`
	Owners        SetChange `json:"owners,omitzero"`
	Countries     SetChange `json:"countries,omitzero"`
	// Findings that came, went or have another verdict, worst first.
	Findings []FindingChange `json:"findings"`
	// Verdict of both runs where they differ.
	Verdict *ValueChange `json:"verdict,omitempty"`
}

// A Side is what one report of a [Difference] rests on.
type Side struct {
	Name     string      `json:"name,omitempty"`
	SHA256   string      `json:"sha256,omitempty"`
	AsOf     Date        `json:"as_of"`
	Database Edition     `json:"database"`
	Policies []PolicyRef `json:"policies"`
}

// A SetChange is what a set lost and gained, sorted.
type SetChange struct {
	Removed []string `json:"removed,omitempty"`
	Added   []string `json:"added,omitempty"`
}

// A ValueChange is a value before and after.
type ValueChange struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// A ChangeKind says what happened to an item or finding.
type ChangeKind string

const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed"
)

// A Cause says why something changed.
type Cause string

const (
	// ByProduct: the input has another version of it, or other marks.
	ByProduct Cause = "product"
	// ByDatabase: the input says the same, and the database something else.
	ByDatabase Cause = "database"
	// ByDate: input and database are the same, and the day is another one.
	ByDate Cause = "date"
	// ByPolicy: the rules are others.
	ByPolicy Cause = "policy"
	// ByWaiver: a waiver came, went or expired.
	ByWaiver Cause = "waiver"
)

// An ItemChange is a component, service or subject that is not the same.
type ItemChange struct {
	Kind ChangeKind `json:"kind"`
	// Item is "subject", "component" or "service".
	Item string `json:"item"`
	Name string `json:"name"`
	// Before and After are the Refs in each report; empty on the side that
	// does not have it.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Version where it changed.
	Version *ValueChange `json:"version,omitempty"`
	// Attributions (organization and role), Countries (country and basis of
	// the organizations' own origins) and Owners that changed.
	Attributions SetChange    `json:"attributions,omitzero"`
	Countries    SetChange    `json:"countries,omitzero"`
	Owners       SetChange    `json:"owners,omitzero"`
	Standing     *ValueChange `json:"standing,omitempty"`
	// Because says why, for a change.
	Because []Cause `json:"because,omitempty"`
}

// A FindingChange is a finding that is not the same.
type FindingChange struct {
	Kind   ChangeKind `json:"kind"`
	ID     string     `json:"id"`
	Policy string     `json:"policy"`
	Rule   string     `json:"rule"`
	Name   string     `json:"name,omitempty"`
	Why    string     `json:"why"`
	// Verdict before and after; empty on the side that does not have it. A
	// finding that does not count is "waived", "known" or "upcoming".
	Verdict ValueChange `json:"verdict"`
	Because []Cause     `json:"because"`
	// Facts that the finding rests on and that are not the same on both sides:
	// marks and names, whether they are cited, how sure the attribution is,
	// origins, the edition of the list. In order.
	Facts []FactChange `json:"facts,omitempty"`
}

// A FactChange is what a finding rests on, before and after; empty on the side
// that does not have it.
type FactChange struct {
	Fact   string `json:"fact"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Empty reports whether nothing changed. Another database or date alone is no
// change.
func (d *Difference) Empty() bool {
	return len(d.Items) == 0 && len(d.Findings) == 0 && d.Verdict == nil &&
		len(d.Organizations.Added)+len(d.Organizations.Removed)+len(d.Owners.Added)+len(d.Owners.Removed)+
			len(d.Countries.Added)+len(d.Countries.Removed) == 0
}

// Mirror returns the difference as seen from the other side: Mirror of
// Diff(a, b) is Diff(b, a).
func (d *Difference) Mirror() *Difference {
	set := func(s SetChange) SetChange { return SetChange{s.Added, s.Removed} }
	value := func(v *ValueChange) *ValueChange {
		if v == nil {
			return nil
		}
		return &ValueChange{v.After, v.Before}
	}
	kind := map[ChangeKind]ChangeKind{Added: Removed, Removed: Added, Changed: Changed}
	m := &Difference{Schema: d.Schema, Before: d.After, After: d.Before, Items: []ItemChange{}, Findings: []FindingChange{},
		Organizations: set(d.Organizations), Owners: set(d.Owners), Countries: set(d.Countries), Verdict: value(d.Verdict)}
	for _, c := range d.Items {
		c.Kind, c.Before, c.After = kind[c.Kind], c.After, c.Before
		c.Version, c.Standing = value(c.Version), value(c.Standing)
		c.Attributions, c.Countries, c.Owners = set(c.Attributions), set(c.Countries), set(c.Owners)
		m.Items = append(m.Items, c)
	}
	for _, c := range d.Findings {
		c.Kind, c.Verdict = kind[c.Kind], *value(&c.Verdict)
		c.Facts = slices.Clone(c.Facts)
		for i, f := range c.Facts {
			c.Facts[i].Before, c.Facts[i].After = f.After, f.Before
		}
		m.Findings = append(m.Findings, c)
	}
	sortItemChanges(m.Items)
	sortFindingChanges(m.Findings)
	return m
}

// Diff compares two reports: of two inputs, or of one at two times. Components
// are matched by package URL or by type, group and name, versions apart.
func Diff(before, after *Report) *Difference {
	d := &Difference{Schema: DiffSchema, Before: sideOf(before), After: sideOf(after), Items: []ItemChange{}, Findings: []FindingChange{}}
	why := causes(before, after)
	touched := [2]map[string]bool{{}, {}}     // refs whose input changed
	matched := [2]map[string][2]*item{{}, {}} // by ref on each side
	for _, pair := range pairs(before, after) {
		a, b := pair[0], pair[1]
		for side, it := range pair {
			if it != nil {
				matched[side][it.ref] = pair
			}
		}
		switch {
		case a == nil:
			touched[1][b.ref] = true
			d.Items = append(d.Items, ItemChange{Kind: Added, Item: b.sort(), Name: b.label(), After: b.ref})
		case b == nil:
			touched[0][a.ref] = true
			d.Items = append(d.Items, ItemChange{Kind: Removed, Item: a.sort(), Name: a.label(), Before: a.ref})
		default:
			product := a.version != b.version || !sameInput(a, b)
			// A version alone changes no finding: its ID does not hold it, and
			// no rule asks for it.
			touched[0][a.ref], touched[1][b.ref] = !sameInput(a, b), !sameInput(a, b)
			if c, ok := compareItems(a, b); ok {
				if c.Version != nil || product {
					c.Because = append(c.Because, ByProduct)
				}
				if c.Version == nil && !product || len(c.Attributions.Added)+len(c.Attributions.Removed)+
					len(c.Countries.Added)+len(c.Countries.Removed)+len(c.Owners.Added)+len(c.Owners.Removed) > 0 {
					c.Because = append(c.Because, why...)
				}
				d.Items = append(d.Items, c)
			}
		}
	}
	sortItemChanges(d.Items)
	ao, aw, ac := allFacts(before)
	bo, bw, bc := allFacts(after)
	d.Organizations, d.Owners, d.Countries = changeOf(ao, bo), changeOf(aw, bw), changeOf(ac, bc)
	d.Findings = diffFindings(before, after, touched, matched, why)
	if before.Verdict != after.Verdict {
		d.Verdict = &ValueChange{string(before.Verdict), string(after.Verdict)}
	}
	return d
}

func sideOf(r *Report) Side {
	s := Side{Name: r.Source.Name, SHA256: r.Source.SHA256, AsOf: r.AsOf, Database: r.Database, Policies: r.Policies}
	if s.Policies == nil {
		s.Policies = []PolicyRef{}
	}
	return s
}

// causes are those that do not lie in the product.
func causes(a, b *Report) []Cause {
	var out []Cause
	if !sameEdition(a.Database, b.Database) {
		out = append(out, ByDatabase)
	}
	if a.AsOf != b.AsOf {
		out = append(out, ByDate)
	}
	return out
}

func (it *item) sort() string {
	switch {
	case it.subject:
		return "subject"
	case it.service:
		return "service"
	}
	return "component"
}

// pairs matches the items of two reports. Of several with one identity those
// of the same version belong together, then those in order of version.
func pairs(a, b *Report) [][2]*item {
	type key struct{ sort, identity string }
	group := func(r *Report) (map[key][]*item, []key) {
		m := map[key][]*item{}
		var order []key
		for _, it := range itemsOf(r, nil) {
			k := key{it.sort(), it.identity()}
			if it.subject {
				k.identity = "" // there is one, whatever it is called
			}
			if m[k] == nil {
				order = append(order, k)
			}
			m[k] = append(m[k], it)
		}
		for _, its := range m {
			slices.SortStableFunc(its, func(x, y *item) int {
				return cmp.Or(strings.Compare(x.version, y.version), slices.Compare(x.locations, y.locations),
					strings.Compare(x.purl, y.purl), strings.Compare(x.ref, y.ref))
			})
		}
		return m, order
	}
	am, order := group(a)
	bm, more := group(b)
	for _, k := range more {
		if am[k] == nil {
			order = append(order, k)
		}
	}
	var out [][2]*item
	for _, k := range order {
		as, bs := slices.Clone(am[k]), slices.Clone(bm[k])
		for i := 0; i < len(as); i++ {
			j := slices.IndexFunc(bs, func(it *item) bool { return it.version == as[i].version })
			if j < 0 {
				continue
			}
			out = append(out, [2]*item{as[i], bs[j]})
			as, bs = slices.Delete(as, i, i+1), slices.Delete(bs, j, j+1)
			i--
		}
		for i := range max(len(as), len(bs)) {
			var p [2]*item
			if i < len(as) {
				p[0] = as[i]
			}
			if i < len(bs) {
				p[1] = bs[i]
			}
			out = append(out, p)
		}
	}
	return out
}

// sameInput reports whether rules read the same of two items in the input:
// their claims, types, licences and release dates.
func sameInput(a, b *item) bool {
	return sameClaims(a, b) && a.typ == b.typ && slices.Equal(a.licenses, b.licenses) && a.released == b.released
}

// sameClaims reports whether two items make the same claims, versions apart.
func sameClaims(a, b *item) bool {
	marks := func(it *item) []string {
		out := make([]string, 0, len(it.claims))
		for _, c := range it.claims {
			out = append(out, strings.Join([]string{c.Kind.String(), strings.ReplaceAll(c.Value, it.version, ""), c.Role.String(), c.By.String()}, "\x00"))
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	return slices.Equal(marks(a), marks(b))
}

// compareItems says how two items differ; ok is false where they do not.
func compareItems(a, b *item) (c ItemChange, ok bool) {
	c = ItemChange{Kind: Changed, Item: a.sort(), Name: b.name, Before: a.ref, After: b.ref}
	if a.name != b.name || a.name == "" {
		// Both sides give the name in the same order, for the mirror.
		c.Name = strings.Join(slices.Compact(slices.Sorted(slices.Values([]string{a.label(), b.label()}))), " / ")
	}
	if a.version != b.version {
		c.Version = &ValueChange{a.version, b.version}
		ok = true
	}
	if a.standing != b.standing {
		c.Standing = &ValueChange{string(a.standing), string(b.standing)}
		ok = true
	}
	ao, aw, ac := factsOf(a.attributions)
	bo, bw, bc := factsOf(b.attributions)
	c.Attributions, c.Owners, c.Countries = changeOf(ao, bo), changeOf(aw, bw), changeOf(ac, bc)
	for _, s := range []SetChange{c.Attributions, c.Owners, c.Countries} {
		ok = ok || len(s.Added)+len(s.Removed) > 0
	}
	return c, ok
}

// factsOf returns who stands behind a thing in which role, who owns them, and
// from where they are.
func factsOf(as []Attribution) (organizations, owners, countries []string) {
	for i := range as {
		a := &as[i]
		if a.Community {
			name := "community"
			if a.Project != nil {
				name += " of " + a.Project.Name
			}
			organizations = append(organizations, name)
			continue
		}
		if a.Unaffiliated {
			continue // nobody is named
		}
		text := fmt.Sprintf("%s (%s)", a.Organization.Name, a.Role)
		if len(a.Ambiguous) > 0 {
			text = fmt.Sprintf("%s (%s, ambiguous)", a.Organization.Name, a.Role)
		}
		organizations = append(organizations, text)
		for _, o := range a.Origins {
			if len(o.Via) == 0 {
				countries = append(countries, fmt.Sprintf("%s (%s)", o.Country, o.Basis))
			}
			for _, s := range o.Via {
				owners = append(owners, s.Organization.Name)
			}
		}
	}
	return organizations, owners, countries
}

func allFacts(r *Report) (organizations, owners, countries []string) {
	for _, it := range itemsOf(r, nil) {
		o, w, c := factsOf(it.attributions)
		organizations, owners, countries = append(organizations, o...), append(owners, w...), append(countries, c...)
	}
	return organizations, owners, countries
}

// changeOf compares two sets.
func changeOf(before, after []string) SetChange {
	a, b := map[string]bool{}, map[string]bool{}
	for _, s := range before {
		a[s] = true
	}
	for _, s := range after {
		b[s] = true
	}
	var c SetChange
	for s := range a {
		if !b[s] {
			c.Removed = append(c.Removed, s)
		}
	}
	for s := range b {
		if !a[s] {
			c.Added = append(c.Added, s)
		}
	}
	slices.Sort(c.Removed)
	slices.Sort(c.Added)
	return c
}

// about returns the Ref of what a finding is about.
func (f *Finding) about() string { return cmp.Or(f.Component, f.Service) }

// counts says how a finding counts.
func (f *Finding) counts(upcoming bool) string {
	switch {
	case upcoming:
		return "upcoming"
	case f.Waiver != nil:
		return "waived"
	case f.Known:
		return "known"
	}
	return string(f.Verdict)
}

func diffFindings(before, after *Report, touched [2]map[string]bool, matched [2]map[string][2]*item, why []Cause) []FindingChange {
	type state struct {
		f      *Finding
		counts string
	}
	collect := func(r *Report) map[string]state {
		m := map[string]state{}
		for i := range r.Upcoming {
			m[r.Upcoming[i].ID] = state{&r.Upcoming[i], r.Upcoming[i].counts(true)}
		}
		for i := range r.Findings {
			m[r.Findings[i].ID] = state{&r.Findings[i], r.Findings[i].counts(false)}
		}
		return m
	}
	a, b := collect(before), collect(after)
	product := func(f *Finding, side int) bool {
		for _, ref := range append([]string{f.Component, f.Service}, f.Also...) {
			if touched[side][ref] {
				return true
			}
		}
		return false
	}
	version := func(r *Report, id string) string {
		for _, p := range r.Policies {
			if p.ID == id {
				return "version " + p.Version
			}
		}
		return ""
	}
	var editions [2]map[string]string // of the lists that findings name
	for side, r := range []*Report{before, after} {
		editions[side] = map[string]string{}
		for _, fs := range [][]Finding{r.Findings, r.Upcoming} {
			for i := range fs {
				if l := fs[i].List; l != nil {
					editions[side][l.ID] = max(editions[side][l.ID], l.Edition)
				}
			}
		}
	}
	out := []FindingChange{}
	add := func(c FindingChange, fa, fb *Finding) {
		f := fb
		if f == nil {
			f = fa
		}
		c.ID, c.Policy, c.Rule = f.ID, f.Policy, f.Rule
		c.Name, c.Why = f.Name, f.Why
		if fa != nil && fb != nil && fa.Why != fb.Why {
			// As for names: the same from both sides.
			c.Name, c.Why = max(fa.Name, fb.Name), max(fa.Why, fb.Why)
		}
		if fa != nil && product(fa, 0) || fb != nil && product(fb, 1) {
			c.Because = append(c.Because, ByProduct)
		}
		if version(before, f.Policy) != version(after, f.Policy) {
			c.Because = append(c.Because, ByPolicy)
		}
		if c.Verdict.Before == "waived" || c.Verdict.After == "waived" {
			c.Because = append(c.Because, ByWaiver)
		}
		if len(c.Because) == 0 || len(why) > 0 && !slices.Contains(c.Because, ByProduct) {
			c.Because = append(c.Because, why...)
		}
		if len(c.Because) == 0 {
			c.Because = append(c.Because, ByProduct) // about the input as a whole
		}
		// Each side's own item, or the one that the other side's belongs to.
		var its [2]*item
		switch {
		case f.Organization == nil:
		case fb == nil:
			its = matched[0][fa.about()]
		case fa == nil:
			its = matched[1][fb.about()]
		default:
			its = [2]*item{matched[0][fa.about()][0], matched[1][fb.about()][1]}
		}
		if f.Organization != nil {
			c.Facts = compareGrounds(groundsOf(its[0], f, editions[0]), groundsOf(its[1], f, editions[1]))
		}
		out = append(out, c)
	}
	for id, x := range a {
		if y, ok := b[id]; !ok {
			add(FindingChange{Kind: Removed, Verdict: ValueChange{Before: x.counts}}, x.f, nil)
		} else if x.counts != y.counts {
			add(FindingChange{Kind: Changed, Verdict: ValueChange{x.counts, y.counts}}, x.f, y.f)
		}
	}
	for id, y := range b {
		if _, ok := a[id]; !ok {
			add(FindingChange{Kind: Added, Verdict: ValueChange{After: y.counts}}, nil, y.f)
		}
	}
	sortFindingChanges(out)
	return out
}

// groundsOf returns what an attribution of an item to an organization rests
// on. Of lists that no finding names the edition is not known.
func groundsOf(it *item, f *Finding, editions map[string]string) map[string]string {
	m := map[string]string{}
	if it == nil {
		return m
	}
	if f.List != nil && editions[f.List.ID] != "" {
		m["edition of list "+f.List.ID] = editions[f.List.ID]
	}
	for i := range it.attributions {
		a := &it.attributions[i]
		if a.Organization.ID != f.Organization.ID {
			continue
		}
		m[fmt.Sprintf("%s as %s", a.Organization.Name, a.Role)] = string(a.Confidence) + " confidence"
		for j := range a.Matches {
			w := &a.Matches[j]
			state := "cited"
			if w.Uncited {
				state = "uncited"
			}
			k := fmt.Sprintf("%s %q", w.Kind, w.Value)
			m[k] = max(m[k], state) // cited by one record and not by another: the weaker
		}
		for j := range a.Origins {
			o := &a.Origins[j]
			k := fmt.Sprintf("%s (%s)", o.Country, o.Basis)
			if n := len(o.Via); n > 0 {
				k += " through " + o.Via[n-1].Organization.Name
			}
			m[k] = max(m[k], string(o.Confidence)+" confidence")
		}
	}
	return m
}

func compareGrounds(a, b map[string]string) []FactChange {
	var out []FactChange
	for k, v := range a {
		if b[k] != v {
			out = append(out, FactChange{Fact: k, Before: v, After: b[k]})
		}
	}
	for k, v := range b {
		if _, ok := a[k]; !ok {
			out = append(out, FactChange{Fact: k, After: v})
		}
	}
	slices.SortFunc(out, func(x, y FactChange) int { return strings.Compare(x.Fact, y.Fact) })
	return out
}

func sortItemChanges(cs []ItemChange) {
	slices.SortFunc(cs, func(a, b ItemChange) int {
		return cmp.Or(strings.Compare(a.Item, b.Item), strings.Compare(a.Name, b.Name),
			strings.Compare(min(a.Before, a.After), min(b.Before, b.After)), strings.Compare(max(a.Before, a.After), max(b.Before, b.After)),
			strings.Compare(string(a.Kind), string(b.Kind)))
	})
}

// sortFindingChanges puts the worst first, whichever side it is on.
func sortFindingChanges(cs []FindingChange) {
	worst := func(c *FindingChange) int {
		return max(Verdict(c.Verdict.Before).rank(), Verdict(c.Verdict.After).rank())
	}
	slices.SortFunc(cs, func(a, b FindingChange) int {
		return cmp.Or(cmp.Compare(worst(&b), worst(&a)), strings.Compare(a.ID, b.ID))
	})
}
