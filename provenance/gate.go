package provenance

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/touchmark-dev/touchmark/sbom"
)

// applyPolicies adds the findings of the policies, the waivers and the verdict
// to r. Claims and evidence of r are already stripped of persons.
func applyPolicies(ctx context.Context, r *Report, db Database, opts *Options, extracted map[string]*sbom.ExtractedLicense) error {
	if len(opts.Policies) == 0 {
		return ctx.Err()
	}
	for i := range opts.Waivers {
		if err := opts.Waivers[i].check(); err != nil {
			return fmt.Errorf("apply waivers: waiver %d %q: %w", i+1, opts.Waivers[i].ID, err)
		}
	}
	items := itemsOf(r, extracted)
	known := map[string]bool{}
	var found, upcoming []causedFinding
	for _, p := range opts.Policies {
		if len(p.Include) > 0 {
			return fmt.Errorf("apply policy %s: it includes others: expand it first", p.ID)
		}
		if known[p.ID] {
			return fmt.Errorf("apply policy %s: it is given twice", p.ID)
		}
		known[p.ID] = true
		r.Policies = append(r.Policies, PolicyRef{ID: p.ID, Title: p.Title, Version: p.Version})
		said := map[string]bool{} // what a rule that is no otherwise says something about
		for _, otherwise := range []bool{false, true} {
			for i := range p.Rules {
				if err := ctx.Err(); err != nil {
					return err
				}
				if p.Rules[i].Otherwise != otherwise {
					continue
				}
				now, later := applyRule(r, db, p, &p.Rules[i], items)
				if otherwise {
					now = slices.DeleteFunc(now, func(f causedFinding) bool { return said[thingOf(f.cause)] })
				}
				for k := range now {
					if !otherwise {
						said[thingOf(now[k].cause)] = true
					}
				}
				found, upcoming = append(found, now...), append(upcoming, later...)
			}
		}
	}
	r.Findings, r.Upcoming = nameFindings(found, upcoming, findingDigest)
	if len(opts.Waivers) > 0 {
		byRef := make(map[string]*item, len(items))
		for _, it := range items {
			byRef[it.ref] = it
		}
		for i := range r.Findings {
			applyWaivers(&r.Findings[i], opts.Waivers, byRef, r.AsOf)
		}
	}
	sortFindings(r.Findings)
	sortFindings(r.Upcoming)
	r.Verdict = verdictOf(r.Findings)
	r.Groups = GroupFindings(r)
	return nil
}

// verdictOf returns the worst verdict of the findings that count.
func verdictOf(fs []Finding) Verdict {
	worst := NoFinding
	for i := range fs {
		if v := fs[i].Verdict; fs[i].Waiver == nil && !fs[i].Known && v != Info && v.rank() > worst.rank() {
			worst = v
		}
	}
	return worst
}

// rank orders verdicts, the worst highest.
func (v Verdict) rank() int {
	return slices.Index([]Verdict{NoFinding, Info, UnknownVerdict, Review, Fail}, v)
}

func (s Severity) rank() int {
	return slices.Index([]Severity{InfoSeverity, LowSeverity, MediumSeverity, HighSeverity, Critical}, s)
}

func sortFindings(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Verdict.rank(), a.Verdict.rank()),
			cmp.Compare(b.Severity.rank(), a.Severity.rank()),
			strings.Compare(a.Policy, b.Policy), strings.Compare(a.Rule, b.Rule),
			strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
}

// itemsOf returns the subject, the components and the services as rules see
// them. Licences that the document defines are only known when it is analysed.
func itemsOf(r *Report, extracted map[string]*sbom.ExtractedLicense) []*item {
	items := make([]*item, 0, 1+len(r.Components)+len(r.Services))
	if r.Subject != nil {
		it := componentItem(r.Subject)
		if k := r.Source.Kind; it.typ == "" && (k == sbom.SourceTree || k == sbom.SourceImage) {
			it.typ = sbom.Device // what a firmware tree runs on
		}
		it.kinds, it.subject = kindsOf(it.typ, r.Subject, extracted), true
		items = append(items, it)
	}
	for i := range r.Components {
		it := componentItem(&r.Components[i])
		it.kinds = kindsOf(it.typ, &r.Components[i], extracted)
		items = append(items, it)
	}
	for i := range r.Services {
		s := &r.Services[i]
		items = append(items, &item{ref: s.Ref, name: s.Name, version: s.Version, purpose: s.Purpose, place: s.Place, service: true,
			locations: s.Locations, claims: s.Claims, evidence: s.Evidence, standing: s.Standing,
			attributions: s.Attributions, kinds: []Kind{KindService}})
	}
	return items
}

func componentItem(c *Component) *item {
	return &item{ref: c.Ref, name: c.Name, group: c.Group, version: c.Version, purl: c.PURL, typ: c.Type,
		released: c.Released, licenses: c.Licenses, hashes: c.Hashes, place: c.Place, locations: c.Locations, claims: c.Claims, evidence: c.Evidence,
		standing: c.Standing, attributions: c.Attributions, project: c.Project, grouping: c.Grouping}
}

// kindsOf returns the kinds of a component; see the Kinds.
func kindsOf(t sbom.ComponentType, c *Component, extracted map[string]*sbom.ExtractedLicense) []Kind {
	var kinds []Kind
	switch t {
	case sbom.Device:
		return []Kind{KindDevice, KindHardware}
	case sbom.Platform:
		return []Kind{KindHardware}
	case sbom.Firmware:
		kinds = []Kind{KindFirmware}
	case sbom.DeviceDriver:
		kinds = []Kind{KindDriver}
	case sbom.Data:
		if c.Place == "" && len(c.Locations) > 0 {
			return nil // a listing, log or setting of a tree, which runs nowhere
		}
		kinds = []Kind{KindSoftware}
	case sbom.Library, sbom.Framework:
		kinds = []Kind{KindSoftware, KindLibrary}
	default:
		kinds = []Kind{KindSoftware}
	}
	return append(kinds, licenceKind(c, extracted))
}

// identity names an item without version and place, so that a finding keeps
// its ID when they change.
func (it *item) identity() string {
	if it.service {
		return "service:" + it.name
	}
	if it.purl != "" {
		return versionless(it.purl)
	}
	return fmt.Sprintf("%s:%s/%s", it.typ, it.group, it.name)
}

// versionless cuts version, qualifiers and subpath off a package URL.
func versionless(purl string) string {
	purl, _, _ = strings.Cut(purl, "#")
	purl, _, _ = strings.Cut(purl, "?")
	if at := strings.LastIndexByte(purl, '@'); at > strings.LastIndexByte(purl, '/') {
		purl = purl[:at]
	}
	return purl
}

// label is what to call an item.
func (it *item) label() string {
	name := it.name
	if name == "" {
		name = it.purl
	}
	if name == "" {
		name = it.ref
	}
	if it.version != "" {
		name += " " + it.version
	}
	return name
}

// force says when a rule applies: whether on the day, and if not, from when.
// Both are zero for a rule that has ended.
func (rule *Rule) force(day Date) (in bool, from Date, provisions []Provision) {
	if len(rule.Provisions) == 0 {
		if day.Within(rule.Effective, rule.Until) {
			return true, "", nil
		}
		if rule.Effective.first() > day.last() {
			return false, rule.Effective, nil
		}
		return false, "", nil
	}
	for _, p := range rule.Provisions {
		if day.Within(p.Effective, p.Until) {
			provisions = append(provisions, p)
		}
	}
	if len(provisions) > 0 {
		return true, "", provisions
	}
	for _, p := range rule.Provisions {
		if first := Date(p.Effective.first()); first > day && (from == "" || first < from) {
			from = first
		}
	}
	if from != "" {
		for _, p := range rule.Provisions {
			if from.Within(p.Effective, p.Until) {
				provisions = append(provisions, p)
			}
		}
	}
	return false, from, provisions
}

// endOfTime is later than every date of a list entry.
const endOfTime Date = "9999-12-31"

// applyRule returns the findings of one rule, and those that will count on a
// later day.
func applyRule(r *Report, db Database, p *Policy, rule *Rule, items []*item) (now, later []causedFinding) {
	in, from, provisions := rule.force(r.AsOf)
	if !in && from == "" {
		return nil, nil
	}
	if !in {
		e := &evaluation{r: r, db: db, asOf: r.AsOf, lists: from, cache: map[factKey]result{}}
		later = ruleFindings(e, p, rule, provisions, items)
		for i := range later {
			later[i].From = max(later[i].From, from)
		}
		return nil, later
	}
	e := &evaluation{r: r, db: db, asOf: r.AsOf, lists: r.AsOf, cache: map[factKey]result{}}
	now = ruleFindings(e, p, rule, provisions, items)
	if !awaitsEntries(&rule.When, db, r.AsOf) {
		return now, nil
	}
	// The rule is in force, and an entry of its list is not yet.
	known := map[string]bool{}
	for i := range now {
		known[now[i].cause] = true
	}
	e.lists = endOfTime
	for _, f := range ruleFindings(e, p, rule, provisions, items) {
		if !known[f.cause] && f.From != "" {
			later = append(later, f)
		}
	}
	return now, later
}

// awaitsEntries reports whether a list that the condition asks for has entries
// that take effect after the day.
func awaitsEntries(c *Condition, db Database, day Date) bool {
	return c.anywhere(func(c *Condition) bool {
		if c.List == nil {
			return false
		}
		l := db.List(c.List.ID)
		return l != nil && slices.ContainsFunc(l.Entries, func(e ListEntry) bool { return e.Effective.first() > day.last() })
	})
}

// A hit is a rule that holds for an item, and the attribution that it rests
// on.
type hit struct {
	it  *item
	a   *Attribution // nil where nobody is attributed, and for the input
	res result
}

// better orders hits of one finding: the one that says most first, and never
// by the order of the input.
func better(a, b hit) int {
	if c := cmp.Compare(b.strength(), a.strength()); c != 0 {
		return c
	}
	if a.a != nil && b.a != nil {
		roles := sbom.Roles()
		if c := cmp.Or(cmp.Compare(b.a.Confidence.Rank(), a.a.Confidence.Rank()),
			cmp.Compare(slices.Index(roles, a.a.Role), slices.Index(roles, b.a.Role))); c != 0 {
			return c
		}
	}
	if a.it == nil || b.it == nil {
		return 0
	}
	return cmp.Or(strings.Compare(a.it.version, b.it.version), slices.Compare(a.it.locations, b.it.locations),
		strings.Compare(a.it.purl, b.it.purl), strings.Compare(a.it.ref, b.it.ref))
}

// strength is 1 where a rule of verdict fail would fail.
func (h hit) strength() int {
	if h.res.truth == yes && (h.a == nil || len(doubtsOf(h.a)) == 0) {
		return 1
	}
	return 0
}

// doubtsOf says why an attribution carries no more than a review.
func doubtsOf(a *Attribution) []string {
	var out []string
	if a.Confidence.Rank() <= sbom.Low.Rank() {
		out = append(out, "the attribution has low confidence")
	}
	if len(a.Ambiguous) > 0 {
		out = append(out, "the same mark also points to "+refNames(a.Ambiguous))
	}
	if len(a.Matches) > 0 && !slices.ContainsFunc(a.Matches, func(m ClaimMatch) bool { return !m.Uncited }) {
		out = append(out, "the identifier in the database is uncited")
	}
	return out
}

// ruleFindings evaluates one rule. Items that differ in version and place only
// share a finding for each organization.
func ruleFindings(e *evaluation, p *Policy, rule *Rule, provisions []Provision, items []*item) []causedFinding {
	if !rule.When.speaksOfItems() {
		res := e.condition(&rule.When, nil, nil, inherited{})
		if res.truth < possible {
			return nil
		}
		return []causedFinding{newFinding(e, p, rule, provisions, []hit{{res: res}})}
	}
	attributions := rule.When.anywhere((*Condition).speaksOfAttributions)
	type key struct{ identity, organization string }
	hits := map[key][]hit{}
	var order []key
	for _, it := range items {
		try := func(a *Attribution) {
			res := e.condition(&rule.When, it, a, inherited{})
			if res.truth < possible {
				return
			}
			k := key{identity: it.identity()}
			if a != nil {
				k.organization = a.Organization.ID
			}
			if hits[k] == nil {
				order = append(order, k)
			}
			hits[k] = append(hits[k], hit{it, a, res})
		}
		if !attributions || len(it.attributions) == 0 {
			try(nil)
			continue
		}
		for i := range it.attributions {
			try(&it.attributions[i])
		}
	}
	out := make([]causedFinding, 0, len(order))
	for _, k := range order {
		hs := hits[k]
		slices.SortStableFunc(hs, better)
		out = append(out, newFinding(e, p, rule, provisions, hs))
	}
	return out
}

// A causedFinding is a finding without an ID yet, and what its ID is made of.
type causedFinding struct {
	Finding
	cause string
}

// causeOf joins what a finding is about. Version and place of a component and
// its number in the input are no part of it, so that the ID stays when they
// change.
func causeOf(policy, rule, identity, organization string) string {
	return strings.Join([]string{policy, rule, identity, organization}, "\x00")
}

// thingOf is what a cause is about, whichever rule speaks.
func thingOf(cause string) string {
	_, rest, _ := strings.Cut(cause, "\x00")
	_, thing, _ := strings.Cut(rest, "\x00")
	return thing
}

// findingDigest returns the hexadecimal digest of a cause.
func findingDigest(cause string) string {
	sum := sha256.Sum256([]byte(cause))
	return hex.EncodeToString(sum[:])
}

// idDigits are the digits of a finding's ID: 40 bits, so that of ten thousand
// findings two share one in one report of twenty thousand. Those that do get
// idMoreDigits more until they differ.
const (
	idDigits     = 10
	idMoreDigits = 6
)

// findingIDs returns the ID of each cause; see [Finding.ID]. The result for one
// cause depends on which others there are, and never on their order.
func findingIDs(causes []string, digest func(string) string) map[string]string {
	ids := make(map[string]string, len(causes))
	same := map[string][]string{} // causes by ID
	for _, c := range causes {
		if _, ok := ids[c]; ok {
			continue // now and upcoming
		}
		id := idOf(c, digest, idDigits)
		ids[c] = id
		same[id] = append(same[id], c)
	}
	for _, cs := range same {
		for n := idDigits; len(cs) > 1 && n < len(digest(cs[0])); {
			n += idMoreDigits
			distinct := map[string]bool{}
			for _, c := range cs {
				ids[c] = idOf(c, digest, n)
				distinct[ids[c]] = true
			}
			if len(distinct) == len(cs) {
				break
			}
		}
	}
	return ids
}

func idOf(cause string, digest func(string) string, digits int) string {
	policy, rest, _ := strings.Cut(cause, "\x00")
	rule, _, _ := strings.Cut(rest, "\x00")
	d := digest(cause)
	return policy + "." + rule + "-" + d[:min(digits, len(d))]
}

// nameFindings gives findings their IDs.
func nameFindings(found, upcoming []causedFinding, digest func(string) string) (now, later []Finding) {
	causes := make([]string, 0, len(found)+len(upcoming))
	for _, list := range [][]causedFinding{found, upcoming} {
		for i := range list {
			causes = append(causes, list[i].cause)
		}
	}
	ids := findingIDs(causes, digest)
	name := func(list []causedFinding, out []Finding) []Finding {
		for i := range list {
			f := list[i].Finding
			f.ID = ids[list[i].cause]
			out = append(out, f)
		}
		return out
	}
	return name(found, make([]Finding, 0, len(found))), name(upcoming, nil)
}

// newFinding makes the finding of hits, the best of which is the first.
func newFinding(e *evaluation, p *Policy, rule *Rule, provisions []Provision, hits []hit) causedFinding {
	h := hits[0]
	f := Finding{
		Policy: p.ID, Rule: rule.ID, Title: rule.Title, Verdict: rule.Verdict, Severity: rule.Severity,
		Provisions: provisions, Ask: rule.Ask, Remedy: rule.Remedy, List: h.res.list, From: h.res.from, Entries: h.res.entries,
	}
	if f.Severity == "" {
		f.Severity = defaultSeverity[rule.Verdict]
	}
	identity, organization := "", ""
	if h.it != nil {
		identity = h.it.identity()
		f.Name = h.it.label()
		if h.it.service {
			f.Service = h.it.ref
		} else {
			f.Component = h.it.ref
		}
	}
	for _, other := range hits[1:] {
		if ref := other.it.ref; ref != h.it.ref && !slices.Contains(f.Also, ref) {
			f.Also = append(f.Also, ref)
		}
	}
	slices.Sort(f.Also)
	doubts := slices.Clone(h.res.doubts)
	if h.a != nil && h.a.Organization.ID != "" {
		organization = h.a.Organization.ID
		ref := h.a.Organization
		f.Organization, f.Role, f.Confidence = &ref, h.a.Role, h.a.Confidence
		doubts = append(doubtsOf(h.a), doubts...)
		f.Counter = counter(e, &h, doubts)
	}
	if f.Verdict == Fail && len(doubts) > 0 {
		f.Verdict = Review
		f.Downgraded = strings.Join(doubts, "; ")
		if rule.Severity == "" {
			f.Severity = defaultSeverity[Review]
		}
	}
	// What asks or notes is milder of a link. Whoever wrote that a service fails
	// has decided, and is only told that it is a link.
	if h.it != nil && h.it.linked() && rule.Verdict == Fail {
		f.Counter = append(f.Counter, h.it.mild())
	} else if h.it != nil && h.it.linked() && f.Verdict.rank() > Info.rank() {
		f.Verdict, f.Severity = Info, InfoSeverity
		f.Ask = "Does the product send anything to this host, or is it a link for people to follow?"
		if h.it.purpose == sbom.Choice {
			f.Ask = "Is the product set up to use this host, or is it one that its users may choose?"
		}
		f.Remedy = ""
		f.Counter = append(f.Counter, h.it.mild())
	}
	f.Why = why(rule, &h)
	f.Steps = findingSteps(p, rule, provisions, hits)
	return causedFinding{f, causeOf(p.ID, rule.ID, identity, organization)}
}

var defaultSeverity = map[Verdict]Severity{
	Fail: HighSeverity, Review: MediumSeverity, UnknownVerdict: LowSeverity, Info: InfoSeverity,
}

// counter collects what speaks against a finding.
func counter(e *evaluation, h *hit, doubts []string) []string {
	out := make([]string, 0, len(doubts))
	for _, d := range doubts {
		out = append(out, sentence(d))
	}
	if others := e.conflicting(h.it, h.a); len(others) > 0 {
		out = append(out, fmt.Sprintf("Other marks name %s as %s.", refNames(others), roleWords(h.a.Role)))
	}
	return out
}

// why says a finding in one line.
func why(rule *Rule, h *hit) string {
	if h.it == nil {
		return sentence(h.res.why)
	}
	if h.a == nil || h.a.Organization.ID == "" {
		text := h.res.why
		if text == "" {
			text = rule.Title
		}
		return h.it.label() + ": " + text + "."
	}
	text := "evidence suggests that " + h.statement()
	if h.res.why != "" {
		link := "; it "
		if h.turned() {
			link = ", which " // the organization stands last
		}
		text += link + h.res.why
	}
	if len(h.a.Ambiguous) > 0 && h.res.dissent == "" {
		text += "; the same mark also points to " + refNames(h.a.Ambiguous)
	}
	if h.res.dissent != "" {
		text += "; " + h.res.dissent
	}
	if h.a.Confidence == sbom.Low && h.a.allShaky() {
		text += "; the record cites no source for " + marks(len(h.a.Matches)) + ", which keeps the confidence low"
	}
	return sentence(text)
}

func marks(n int) string {
	if n == 1 {
		return "this mark"
	}
	return "these marks"
}

// turned reports whether a statement has the item as its subject: what a
// program or a service has of a brand or chip maker is a mark, and no part that
// they played in making it.
func (h *hit) turned() bool {
	if h.it.subject || slices.Contains(h.it.kinds, KindHardware) || slices.Contains(h.it.kinds, KindFirmware) {
		return false
	}
	switch h.a.Role {
	case sbom.Brand, sbom.Silicon:
		return true
	case sbom.ODM:
		return h.a.Confidence == sbom.Low
	}
	return false
}

// linked reports a host of which files say no more than that it is a web site:
// a home page or a page of help, to which no data go, that a user may choose
// it, or that the device answers the name itself. Rules of verdict review and unknown give info for it, those of verdict
// fail stand; see [Rule.Verdict].
func (it *item) linked() bool {
	return it.service && (it.purpose == "website" || it.purpose == sbom.Choice || it.purpose == sbom.Local) && len(it.evidence) > 0
}

// mild says what speaks against a finding about such a host.
func (it *item) mild() string {
	switch it.purpose {
	case sbom.Choice:
		return "The files name the host among those of many companies; that it is called is not known."
	case sbom.Local:
		return "The device answers this name itself; no data leave it for that."
	}
	return "The files name the host as a web site; a link is no path for data."
}

// statement says what an attribution says of an item, as a clause.
func (h *hit) statement() string {
	name, label := h.a.Organization.Name, h.it.label()
	switch {
	case !h.turned() && h.it.service && len(h.it.evidence) > 0:
		return fmt.Sprintf("%s is %s of %s, %s that the product's files name", name, roleWords(h.a.Role), label, serviceWords(h.it.purpose))
	case !h.turned():
		return fmt.Sprintf("%s is %s of %s", name, roleWords(h.a.Role), label)
	case h.it.service:
		return fmt.Sprintf("the name %s is under a brand of %s", label, name)
	case h.a.Role == sbom.Silicon:
		return fmt.Sprintf("%s names chips of %s", label, name)
	case h.a.Role == sbom.ODM:
		return fmt.Sprintf("%s carries a mark of the device designer (ODM) %s", label, name)
	}
	return fmt.Sprintf("%s carries a brand mark of %s", label, name)
}

// serviceWords says what a service is for, as far as the scanner knows.
func serviceWords(purpose string) string {
	switch purpose {
	case "dns":
		return "a DNS server"
	case "ntp":
		return "a time server"
	case "website":
		return "a web site"
	case sbom.Choice:
		return "a host to choose among many"
	case sbom.Connectivity:
		return "a host that the device asks to see whether it is connected"
	case sbom.Local:
		return "a name that the device answers itself"
	case "":
		return "a host"
	}
	return "a host (" + purpose + ")"
}

// roleWords says a role in a sentence.
func roleWords(r sbom.Role) string {
	switch r {
	case sbom.ODM:
		return "the original designer (ODM)"
	case sbom.Silicon:
		return "the chip maker"
	case sbom.SDK:
		return "the development-kit maker"
	case sbom.Distributor:
		return "a distributor"
	}
	return "the " + r.String()
}

// releaseDate reads the day of a component's release date.
func releaseDate(s string) (Date, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 10 {
		s = s[:10]
	}
	d, err := ParseDate(s)
	return d, err == nil
}

// daysBetween counts the days from a to b. It is false where a date is not a
// day or month or year.
func daysBetween(a, b Date) (int, bool) {
	at, err := time.Parse("2006-01-02", a.first())
	if err != nil {
		return 0, false
	}
	bt, err := time.Parse("2006-01-02", b.first())
	if err != nil {
		return 0, false
	}
	return int(bt.Sub(at).Hours() / 24), true
}
