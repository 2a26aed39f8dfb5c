package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// What stands in this file is computed once for every writer for people. It
// returns strings of the input as they are: the writers make them harmless.

// Headline returns the report in one line: the verdict and what it rests on,
// and always how much is unknown. It never says that an input passed or is
// clean.
func Headline(r *provenance.Report) string {
	var parts []string
	if r.Coverage.Tree != nil && r.Coverage.Tree.NotRead {
		parts = append(parts, "nothing inside the image was read")
	}
	verdicts := map[provenance.Verdict]int{}
	open, waived, known := sortOut(r.Findings)
	for _, f := range open {
		verdicts[f.Verdict]++
	}
	var found []string
	if n := verdicts[provenance.Fail]; n > 0 {
		found = append(found, plural(n, "finding fails", "findings fail"))
	}
	if n := verdicts[provenance.Review]; n > 0 {
		found = append(found, plural(n, "asks for review", "ask for review"))
	}
	if n := verdicts[provenance.UnknownVerdict]; n > 0 {
		found = append(found, plural(n, "finding stays unknown", "findings stay unknown"))
	}
	switch {
	case len(r.Policies) == 0 && len(found) == 0:
		parts = append(parts, "no policy was applied")
	case len(found) == 0:
		parts = append(parts, "no finding")
	default:
		parts = append(parts, strings.Join(found, ", "))
	}
	if n := verdicts[provenance.Info]; n > 0 {
		parts = append(parts, plural(n, "note", "notes"))
	}
	if len(waived) > 0 {
		parts = append(parts, plural(len(waived), "finding waived", "findings waived"))
	}
	if len(known) > 0 {
		parts = append(parts, plural(len(known), "known finding", "known findings"))
	}
	parts = append(parts, unknownOf(r.Coverage))
	lost := 0
	for _, p := range r.Problems {
		if p.Severity == sbom.ProblemError {
			lost++
		}
	}
	if lost > 0 {
		parts = append(parts, plural(lost, "problem of the input cost data", "problems of the input cost data"))
	}
	line := strings.Join(parts, "; ")
	switch r.Verdict {
	case provenance.Fail, provenance.Review, provenance.UnknownVerdict:
		line = string(r.Verdict) + ": " + line
	}
	return line
}

// counts reports whether a finding counts for the verdict.
func counts(f *provenance.Finding) bool { return f.Waiver == nil && !f.Known }

// sortOut divides findings into those that count, those waived and those that
// a baseline knows.
func sortOut(findings []provenance.Finding) (open, waived, known []provenance.Finding) {
	for _, f := range findings {
		switch {
		case f.Waiver != nil:
			waived = append(waived, f)
		case f.Known:
			known = append(known, f)
		default:
			open = append(open, f)
		}
	}
	return open, waived, known
}

// unknownOf says how many components are unknown.
func unknownOf(c provenance.Coverage) string {
	s := "no components"
	switch {
	case c.Components > 0 && c.Unknown == 0:
		s = "none of " + plural(c.Components, "component", "components") + " unknown"
	case c.Components > 0:
		s = fmt.Sprintf("%s of %s unknown", number(int64(c.Unknown)), plural(c.Components, "component", "components"))
	}
	if c.Distributor > 0 {
		s += fmt.Sprintf(", %s known by the distributor only", number(int64(c.Distributor)))
	}
	return s
}

// group is a set of findings with one cause.
type group struct {
	first    *provenance.Finding
	findings []*provenance.Finding
	places   []string // of the first few
}

// groups puts findings together that differ only in what they are about, in
// the order of the first of each.
func groups(findings []provenance.Finding) []group {
	// A report that somebody else made can hold one ID twice.
	byID := make(map[string][]*provenance.Finding, len(findings))
	for i := range findings {
		byID[findings[i].ID] = append(byID[findings[i].ID], &findings[i])
	}
	// What is upcoming is grouped as what counts is.
	var out []group
	for _, fg := range provenance.GroupFindings(&provenance.Report{Findings: findings}) {
		g := group{places: fg.Places}
		for _, id := range fg.Findings {
			g.findings = append(g.findings, byID[id][0])
			byID[id] = byID[id][1:]
		}
		g.first = g.findings[0]
		out = append(out, g)
	}
	return out
}

// seen says where the first findings of a group of several are.
func (p *printer) seen(g group) string {
	if len(g.findings) < 2 || len(g.places) == 0 {
		return ""
	}
	text := p.names(g.places, 3)
	if len(g.findings) > len(g.places) || len(g.places) > 3 {
		text += ", …"
	}
	return text
}

// holder is a component, service or the subject with its attributions.
type holder struct {
	label        string
	place        string
	claims       []sbom.Claim
	attributions []provenance.Attribution
}

// holders returns the subject, the components and the services in that order.
func holders(r *provenance.Report) []holder {
	out := make([]holder, 0, 1+len(r.Components)+len(r.Services))
	add := func(c *provenance.Component, label string) {
		out = append(out, holder{label, c.Place, c.Claims, c.Attributions})
	}
	if r.Subject != nil {
		add(r.Subject, subjectLabel(r.Subject))
	}
	for i := range r.Components {
		c := &r.Components[i]
		add(c, label(c.Group, c.Name, c.Version))
	}
	for i := range r.Services {
		s := &r.Services[i]
		if s.Purpose == sbom.Choice {
			continue // nobody is known to have chosen it
		}
		out = append(out, holder{label("", s.Name, s.Version), s.Place, s.Claims, s.Attributions})
	}
	return out
}

// label is what to call a component.
func label(group, name, version string) string {
	s := name
	if group != "" && !strings.HasPrefix(name, group) {
		s = group + "/" + name
	}
	if s == "" {
		s = "(no name)"
	}
	switch {
	case version == "":
	case strings.HasPrefix(version, name+"-") && s == name:
		return version // some generators repeat the name there
	default:
		s += " " + version
	}
	return s
}

// subjectLabel is what to call the subject, which a tree often does not name.
func subjectLabel(c *provenance.Component) string {
	if c.Name != "" {
		return label(c.Group, c.Name, c.Version)
	}
	what := "the product"
	if c.Type != "" {
		what = "the " + string(c.Type)
	}
	if c.Hostname != "" {
		what += " (host name " + c.Hostname + ")"
	}
	return what
}

// countryRow is a country with the organizations that have a tie to it.
type countryRow struct {
	code          string
	organizations []*tie
	things        int
}

// tie is an organization's connection to one country.
type tie struct {
	organization provenance.Ref
	// own says on what basis the organization itself is tied to the country
	// ("registered, headquartered"), empty where only its owners are.
	own string
	// owners says the same of its owners, the controlling ones first.
	owners []ground
	// roles in which it was found, with the best confidence, in order of Roles.
	roles []roleConfidence
	// labels are those of the things behind which it stands, each once, and
	// times says how many things have that label.
	labels []string
	times  map[string]int
	seen   map[string]bool
}

// things names what the organization stands behind. A device and the image of
// its device tree have one name, and so have drivers for several bands: what is
// named alike is named once, with how many these are.
func (t *tie) things() []string {
	list := make([]string, len(t.labels))
	for i, l := range t.labels {
		list[i] = l
		if n := t.times[l]; n > 1 {
			list[i] += fmt.Sprintf(" (%d)", n)
		}
	}
	return list
}

type roleConfidence struct {
	role       sbom.Role
	confidence sbom.Confidence
}

// byCountry returns the countries of organizations other than foundations and
// mere distributors, the one with most components first.
func byCountry(r *provenance.Report) (rows []*countryRow, noCountry []*tie) {
	countries := map[string]*countryRow{}
	ties := map[[2]string]*tie{} // country, organization
	none := map[string]*tie{}
	for i, h := range holders(r) {
		thing := strconv.Itoa(i)
		for j := range h.attributions {
			a := &h.attributions[j]
			if a.Community || a.Foundation || a.Role == sbom.Distributor || a.Organization.ID == "" {
				continue
			}
			if len(a.Origins) == 0 {
				t := none[a.Organization.ID]
				if t == nil {
					t = &tie{organization: a.Organization}
					none[a.Organization.ID] = t
					noCountry = append(noCountry, t)
				}
				t.add(a, thing, h.label)
				continue
			}
			for _, g := range grounds(a.Origins) {
				k := [2]string{g.country, a.Organization.ID}
				t := ties[k]
				if t == nil {
					t = &tie{organization: a.Organization}
					ties[k] = t
					row := countries[g.country]
					if row == nil {
						row = &countryRow{code: g.country}
						countries[g.country] = row
						rows = append(rows, row)
					}
					row.organizations = append(row.organizations, t)
				}
				if g.steps == 0 {
					t.own = g.text
				} else if !slices.Contains(t.owners, g) {
					t.owners = append(t.owners, g)
				}
				t.add(a, thing, h.label)
			}
		}
	}
	for _, row := range rows {
		things := map[string]bool{}
		for _, t := range row.organizations {
			for k := range t.seen {
				things[k] = true
			}
			slices.SortStableFunc(t.owners, func(a, b ground) int {
				return cmp.Or(cmp.Compare(holdingRank(a.holding), holdingRank(b.holding)), cmp.Compare(a.steps, b.steps))
			})
		}
		row.things = len(things)
		slices.SortStableFunc(row.organizations, func(a, b *tie) int {
			ownerOnly := func(t *tie) int {
				if t.own == "" {
					return 1
				}
				return 0
			}
			return cmp.Or(cmp.Compare(ownerOnly(a), ownerOnly(b)), byThings(a, b))
		})
	}
	slices.SortStableFunc(rows, func(a, b *countryRow) int {
		return cmp.Or(cmp.Compare(b.things, a.things), cmp.Compare(a.code, b.code))
	})
	slices.SortStableFunc(noCountry, byThings)
	return rows, noCountry
}

func byThings(a, b *tie) int {
	return cmp.Or(cmp.Compare(len(b.seen), len(a.seen)), cmp.Compare(a.organization.Name, b.organization.Name),
		cmp.Compare(a.organization.ID, b.organization.ID))
}

func holdingRank(h provenance.Holding) int {
	switch h {
	case provenance.Own:
		return 0
	case provenance.Controlling:
		return 1
	case provenance.UnknownHolding:
		return 2
	}
	return 3
}

func (t *tie) add(a *provenance.Attribution, key, label string) {
	if t.seen == nil {
		t.seen, t.times = map[string]bool{}, map[string]int{}
	}
	if !t.seen[key] {
		t.seen[key] = true
		if t.times[label] == 0 {
			t.labels = append(t.labels, label)
		}
		t.times[label]++
	}
	for i := range t.roles {
		if t.roles[i].role == a.Role {
			if a.Confidence.Rank() > t.roles[i].confidence.Rank() {
				t.roles[i].confidence = a.Confidence
			}
			return
		}
	}
	t.roles = append(t.roles, roleConfidence{a.Role, a.Confidence})
	slices.SortStableFunc(t.roles, func(a, b roleConfidence) int {
		return cmp.Compare(roleRank(a.role), roleRank(b.role))
	})
}

func roleRank(role sbom.Role) int {
	if i := slices.Index(sbom.Roles(), role); i >= 0 {
		return i
	}
	return len(sbom.Roles())
}

// ground is one country and why it is named.
type ground struct {
	country string
	text    string
	holding provenance.Holding
	steps   int // owners in between
}

// grounds puts the bases together that one organization, itself or one chain
// of its owners, has in one country.
func grounds(origins []provenance.OriginOf) []ground {
	type key struct{ country, via string }
	type entry struct {
		key
		bases   []string
		holding provenance.Holding
		steps   int
	}
	var entries []*entry
	index := map[key]*entry{}
	for _, o := range origins {
		k := key{o.Country, viaText(o.Via)}
		e := index[k]
		if e == nil {
			e = &entry{key: k, holding: o.Holding, steps: len(o.Via)}
			index[k] = e
			entries = append(entries, e)
		}
		if b := basisText(o); b != "" && !slices.Contains(e.bases, b) {
			e.bases = append(e.bases, b)
		}
	}
	out := make([]ground, 0, len(entries))
	for _, e := range entries {
		text := strings.Join(e.bases, ", ")
		if e.via != "" {
			if text != "" {
				text = ", " + text
			}
			text = e.via + text
			if e.holding == provenance.Minority {
				text += "; a minority holding"
			}
		}
		out = append(out, ground{e.country, text, e.holding, e.steps})
	}
	return out
}

func basisText(o provenance.OriginOf) string {
	if o.Basis == provenance.StateOwner && len(o.Via) > 0 && o.Via[len(o.Via)-1].Organization.ID == "" {
		return "" // the chain ends in "the state"
	}
	s := string(o.Basis)
	if o.Until != "" {
		s += " until " + string(o.Until)
	}
	switch {
	case o.Disputed != "":
		s += " (disputed)"
	case o.Uncited:
		s += " (uncited)"
	}
	return s
}

// viaText says through which owners, the nearest first: "A (100%) > B
// (control)".
func viaText(via []provenance.OwnerStep) string {
	var b strings.Builder
	for i, s := range via {
		if i > 0 {
			b.WriteString(" > ")
		}
		name := s.Organization.Name
		if s.Organization.ID == "" {
			name = "the state of " + CountryName(name)
		}
		b.WriteString(name)
		b.WriteString(" (" + shareText(s) + ")")
	}
	return b.String()
}

func shareText(s provenance.OwnerStep) string {
	text := "share unknown"
	if s.Share != "" {
		text = string(s.Share) + "%"
	}
	switch s.Kind {
	case provenance.Voting:
		text += " of votes"
	case provenance.Control:
		text = "control"
		if s.Share != "" {
			text += ", " + string(s.Share) + "%"
		}
	}
	if s.Until != "" {
		text += ", until " + string(s.Until)
	}
	if s.Uncited {
		text += ", uncited"
	}
	return text
}

// others returns what stands behind components and is no organization with a
// country of its own: foundations and communities, with the number of
// components.
func others(r *provenance.Report) (foundations, communities, distributors []*tie) {
	found, com, dist := map[string]*tie{}, map[string]*tie{}, map[string]*tie{}
	get := func(m map[string]*tie, list *[]*tie, ref provenance.Ref, g string) *tie {
		t := m[ref.ID]
		if t == nil {
			t = &tie{organization: ref, own: g}
			m[ref.ID] = t
			*list = append(*list, t)
		}
		return t
	}
	for i, h := range holders(r) {
		thing := strconv.Itoa(i)
		for j := range h.attributions {
			a := &h.attributions[j]
			switch {
			case a.Community:
				ref := provenance.Ref{Name: "(unnamed)"}
				if a.Project != nil {
					ref = *a.Project
				}
				get(com, &communities, ref, "").add(a, thing, h.label)
			case a.Organization.ID == "":
			case a.Role == sbom.Distributor:
				get(dist, &distributors, a.Organization, seat(a)).add(a, thing, h.label)
			case a.Foundation:
				get(found, &foundations, a.Organization, seat(a)).add(a, thing, h.label)
			}
		}
	}
	for _, l := range [][]*tie{foundations, communities, distributors} {
		slices.SortStableFunc(l, byThings)
	}
	return foundations, communities, distributors
}

// seat says an organization's own countries, each with its bases.
func seat(a *provenance.Attribution) string {
	var parts []string
	for _, g := range grounds(a.Origins) {
		if g.holding == provenance.Own {
			parts = append(parts, CountryName(g.country)+": "+g.text)
		}
	}
	return strings.Join(parts, "; ")
}

// mark is a statement of unknown components that no record answers.
type mark struct {
	kind  sbom.ClaimKind
	value string
	count int
}

// unanswered returns the names and codes of organizations that unknown
// components carry, the most frequent first: what a record would explain.
func unanswered(r *provenance.Report) []mark {
	type key struct {
		kind  sbom.ClaimKind
		value string
	}
	counts := map[key]int{}
	for i := range r.Components {
		c := &r.Components[i]
		if c.Standing != provenance.Unknown {
			continue
		}
		seen := map[key]bool{}
		for _, cl := range c.Claims {
			switch cl.Kind {
			case sbom.OrgName, sbom.CertOrg, sbom.ModuleAuthor, sbom.Group, sbom.DTPrefix, sbom.OUI, sbom.USB, sbom.PCI:
				k := key{cl.Kind, cl.Value}
				if !seen[k] {
					seen[k] = true
					counts[k]++
				}
			}
		}
	}
	marks := make([]mark, 0, len(counts))
	for k, n := range counts {
		marks = append(marks, mark{k.kind, k.value, n})
	}
	slices.SortFunc(marks, func(a, b mark) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.kind, b.kind), cmp.Compare(a.value, b.value))
	})
	return marks
}

// problemGroup is a set of problems of one kind.
type problemGroup struct {
	kind     string
	severity sbom.ProblemSeverity
	count    int
	first    sbom.Problem
}

// problems returns the problems by kind, those that cost data first.
func problems(r *provenance.Report) []problemGroup {
	var out []problemGroup
	for _, p := range r.Problems {
		i := slices.IndexFunc(out, func(g problemGroup) bool { return g.kind == p.Kind && g.severity == p.Severity })
		if i < 0 {
			i = len(out)
			out = append(out, problemGroup{kind: p.Kind, severity: p.Severity, first: p})
		}
		out[i].count++
	}
	slices.SortStableFunc(out, func(a, b problemGroup) int {
		rank := func(s sbom.ProblemSeverity) int {
			if s == sbom.ProblemError {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(rank(a.severity), rank(b.severity)), cmp.Compare(b.count, a.count))
	})
	return out
}

// where says where a claim was found: "lib/a.so@0x1f20", or the field of a
// document.
func where(place string, c sbom.Claim) string {
	for _, e := range c.Evidence {
		if at := evidencePlace(e); at != "" {
			return at
		}
	}
	switch {
	case c.Field == "":
		return place
	case place == "":
		return c.Field
	}
	return place + "/" + c.Field
}

// evidencePlace returns "path@0xOFFSET", the path alone where the whole file is
// the observation, or "@0xOFFSET" in an input that is one file.
func evidencePlace(e sbom.Evidence) string {
	if e.Length == 0 {
		return e.Path
	}
	return fmt.Sprintf("%s@0x%x", e.Path, e.Offset)
}

// proof returns the place and the quoted text of the surest match behind an
// attribution.
func proof(h holder, a *provenance.Attribution) (at, quote string) {
	var best *provenance.ClaimMatch
	for i := range a.Matches {
		m := &a.Matches[i]
		if m.Claim < 0 || m.Claim >= len(h.claims) {
			continue
		}
		if best == nil || m.Confidence.Rank() > best.Confidence.Rank() {
			best = m
		}
	}
	if best == nil {
		return "", ""
	}
	c := h.claims[best.Claim]
	at, quote = where(h.place, c), c.Value
	for _, e := range c.Evidence {
		if e.Match != "" && evidencePlace(e) == at {
			return at, e.Match
		}
	}
	return at, quote
}

// deed says what an organization in a role did for a thing, after "that X".
func deed(role sbom.Role) string {
	switch role {
	case sbom.Manufacturer:
		return "made it"
	case sbom.Brand:
		return "sells it under its brand"
	case sbom.ODM:
		return "designed and built it"
	case sbom.Silicon:
		return "made its chips"
	case sbom.SDK:
		return "made the development kit that it was built with"
	case sbom.Developer:
		return "developed it"
	case sbom.Maintainer:
		return "maintains it"
	case sbom.Supplier:
		return "supplied it"
	case sbom.Distributor:
		return "passed it on"
	case sbom.Operator:
		return "operates it"
	case sbom.Owner:
		return "holds the rights to it"
	case sbom.Signer:
		return "signed it"
	}
	return "stands behind it"
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(int64(n)) + " " + many
}

// number writes n with commas between thousands.
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size writes a number of bytes for people, in powers of ten.
func size(n int64) string {
	switch {
	case n < 1000:
		return plural(int(n), "byte", "bytes")
	case n < 1000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

func percentOf(part, whole int64) string {
	if whole == 0 {
		return "0%"
	}
	return fmt.Sprintf("%.0f%%", 100*float64(part)/float64(whole))
}
