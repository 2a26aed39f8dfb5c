package sbom

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/anchore/packageurl-go"
)

// A builder makes a Document. The formats tell it what they find; it keeps refs
// unique, collects claims, and says what was wrong.
type builder struct {
	doc    *Document
	limits Limits
	// progress returns the part of the input that is read, from 0 to 1, and 0
	// where the input's size is not known. Nil where nobody knows.
	progress func() float64

	refs   map[string]int32 // ref to component index, -1 subject, -2-i service i
	recent recentRefs       // of those that were looked up
	edges  []Relationship   // as written; resolved by finish
	counts map[string]int   // problems by kind
	extra  []string         // kinds of problems beyond maxProblems, in order
	fields []numberedFields

	comps   chunks[Component]
	claims  chunks[Claim]
	parties chunks[Party]
	links   chunks[Link]
	hashes  chunks[Hash]
	props   chunks[Property]
	strs    chunks[string]
	same    map[string][]Party  // by the name of the first
	agents  map[string]*agent   // by the text that names them
	alone   map[string][]string // licences of components that have one
	ev      chunks[Evidence]

	// Scratch for the component at work.
	s scratch

	tooMany bool // Limits.Components reached

	versionAt string // where the document states its version

	// Names that were never filled in.
	unfilled     []unfilled
	unfilledBy   map[string]int
	unfilledMore int

	// For an input of several documents: the namespaces of the documents that
	// this one refers to, by its own names for them, the relationships that end
	// in them, and how the others call it.
	external map[string]string
	cross    []Relationship
	joinID   string
}

type scratch struct {
	claims  []Claim
	parties []Party
	links   []Link
	hashes  []Hash
	props   []Property
	cpes    []string
	license []string
	locs    []string
	ev      []Evidence
	purl    string
	purlNS  string
	own     []Claim    // of properties that we wrote
	ownEv   []Evidence // likewise
	filled  filledNames
	agent   *agent // of the first party, where its name is all that is known of it
}

func newBuilder(limits Limits) *builder {
	return &builder{doc: &Document{Components: []*Component{}}, limits: limits,
		refs: map[string]int32{}, same: map[string][]Party{}, agents: map[string]*agent{}, alone: map[string][]string{}, counts: map[string]int{}}
}

// maxProblems is how many problems of one kind are listed; more are counted.
const maxProblems = 100

func (b *builder) problem(kind string, sev ProblemSeverity, place, format string, args ...any) {
	b.counts[kind]++
	if b.counts[kind] > maxProblems {
		if b.counts[kind] == maxProblems+1 {
			b.extra = append(b.extra, kind)
		}
		return
	}
	b.doc.Problems = append(b.doc.Problems,
		Problem{Kind: kind, Severity: sev, Place: place, Message: withoutMail(fmt.Sprintf(format, args...))})
}

var mailInText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[\w.%+-]+@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})`) })

// withoutMail takes the local parts of mail addresses out of a text that is
// quoted.
func withoutMail(s string) string {
	if !strings.Contains(s, "@") || strings.Contains(s, "pkg:") {
		return s
	}
	return mailInText().ReplaceAllString(s, "<…@$1>")
}

// str returns a member's text. A value of another type costs that field, or
// only a warning where its text is plain.
func (b *builder) str(v value, name string) string { return b.scalar(v.get(name)) }

func (b *builder) scalar(c value) string {
	switch c.kind() {
	case absent, null:
		return ""
	case text:
		return c.raw()
	case number, boolean:
		b.problem("wrong-type", ProblemWarning, c.pointer(), "%s where a string belongs; taken as written", c.kind())
		return c.raw()
	case group:
		if c.t.elements {
			return c.raw()
		}
	case list:
		var one string
		n := 0
		c.each(func(e value) {
			if e.kind() == text {
				one = e.raw()
				n++
			}
		})
		if n == 1 {
			b.problem("wrong-type", ProblemWarning, c.pointer(), "a list where a string belongs; its only string taken")
			return one
		}
	}
	b.problem("wrong-type", ProblemError, c.pointer(), "%s where a string belongs; left out", c.kind())
	return ""
}

// isGroup reports whether v is an object, with a problem where it is something
// else.
func (b *builder) isGroup(v value, what string) bool {
	switch v.kind() {
	case group:
		return true
	case absent:
		return false
	case null:
		b.problem("null-item", ProblemWarning, v.pointer(), "null where %s belongs; left out", what)
		return false
	case text:
		if v.t.elements && v.raw() == "" { // an empty element
			return true
		}
	}
	b.problem("wrong-type", ProblemError, v.pointer(), "%s where %s belongs; left out", v.kind(), what)
	return false
}

// twice reports whether a member that stands once is there already.
func (t *tree) twice(parent int32, name string) bool {
	switch name {
	case "name", "version", "versionInfo", "supplier", "manufacturer", "originator", "publisher", "purl", "cpe", "group", "downloadLocation",
		"homepage", "SPDXID":
	default:
		return false // of many others there may be several
	}
	return t.holds(parent, name)
}

// field returns pre + i + post, without making it anew for every component.
func (b *builder) field(pre string, i int, post string) string {
	if i >= 64 {
		return pre + strconv.Itoa(i) + post
	}
	at := slices.IndexFunc(b.fields, func(f numberedFields) bool { return f.pre == pre && f.post == post })
	if at < 0 {
		at = len(b.fields)
		b.fields = append(b.fields, numberedFields{pre: pre, post: post})
	}
	f := &b.fields[at]
	for len(f.names) <= i {
		f.names = append(f.names, pre+strconv.Itoa(len(f.names))+post)
	}
	return f.names[i]
}

// numberedFields are names of fields that differ in their number. A format has a
// dozen of them.
type numberedFields struct {
	pre, post string
	names     []string
}

// claim adds a claim to the component at work.
func (b *builder) claim(kind ClaimKind, val string, role Role, field string) {
	if val == "" {
		return
	}
	b.s.claims = append(b.s.claims, Claim{Kind: kind, Value: val, Role: role, By: ByDocument, Field: field})
}

// purl takes a package URL: the first well-formed one is the component's, every
// well-formed one a claim.
func (b *builder) purl(s, field string, at value) {
	if s == "" || isNobody(s) {
		return
	}
	namespace, err := namespaceOf(s)
	if err != nil {
		b.problem("bad-purl", ProblemError, at.pointer(), badPURL, clip(s), err)
		return
	}
	if b.s.purl == "" {
		b.s.purl, b.s.purlNS = s, namespace
	}
	b.claim(PURL, s, 0, field)
}

const badPURL = "package URL %q is not well-formed (%v); it makes no claim"

// namespaceOf returns the namespace of a package URL, or why it is none.
func namespaceOf(purl string) (string, error) {
	if namespace, plain := plainPURL(purl); plain {
		return namespace, nil
	}
	p, err := packageurl.FromString(purl)
	return p.Namespace, err
}

// plainPURL returns the namespace of a package URL that is well-formed beyond
// doubt: of a type without rules of its own, in the characters that need no
// escaping, without qualifiers. Most are; the others are for the library.
func plainPURL(s string) (namespace string, ok bool) {
	rest, ok := strings.CutPrefix(s, "pkg:")
	if !ok {
		return "", false
	}
	typ, rest, _ := strings.Cut(rest, "/")
	switch typ {
	case "maven", "npm", "golang", "pypi", "nuget", "cargo", "gem", "composer", "github", "deb", "rpm", "apk", "generic":
	default:
		return "", false
	}
	slash, version := -1, -1
	scope, scoped := "", false
	if typ == "npm" {
		if scope, scoped = strings.CutPrefix(rest, "%40"); scoped {
			rest = scope
		}
	}
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '.', c == '-', c == '_', c >= 'A' && c <= 'Z':
		case c == '/' && version < 0 && i > slash+1:
			slash = i
		case c == '@' && version < 0 && i > slash+1:
			version = i
		default:
			return "", false
		}
	}
	if slash+1 >= len(rest) || version == len(rest)-1 {
		return "", false
	}
	if slash > 0 {
		namespace = rest[:slash]
	}
	if scoped {
		if slash <= 0 {
			return "", false
		}
		namespace = "@" + namespace
	}
	return namespace, true
}

// cpe takes a CPE name.
func (b *builder) cpe(s, field string, at value) {
	if s == "" || isNobody(s) {
		return
	}
	if slices.Contains(b.s.cpes, s) {
		return
	}
	vendor, product := cpeVendorProduct(s)
	if vendor == "" && product == "" {
		b.problem("bad-cpe", ProblemError, at.pointer(), "CPE name %q is of no known form; it makes no claim", clip(s))
	}
	b.s.cpes = append(b.s.cpes, s)
	if vendor != "" { // "any" and "none" point to nobody
		b.claim(CPE, s, 0, field)
	}
}

// cpeVendorProduct returns the vendor and product of a CPE 2.2 or 2.3 name
// (NIST IR 7695, 6.1 and 6.2), as written.
func cpeVendorProduct(s string) (vendor, product string) {
	switch {
	case len(s) > 8 && strings.EqualFold(s[:8], "cpe:2.3:"):
		s = s[8:]
	case len(s) > 5 && strings.EqualFold(s[:5], "cpe:/"):
		s = s[5:]
	default:
		return "", ""
	}
	part, s, ok := cutUnescaped(s)
	vendor, s, more := cutUnescaped(s)
	if !ok || !more || len(part) > 1 {
		return "", ""
	}
	if product, _, _ = cutUnescaped(s); product == "" {
		return "", ""
	}
	if vendor == "*" || vendor == "-" {
		vendor = ""
	}
	return vendor, product
}

// cutUnescaped cuts at the first colon that no backslash stands before.
func cutUnescaped(s string) (before, after string, found bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ':':
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// party records a party and, if it is to count as one who stands behind the
// component, its claims.
func (b *builder) party(p Party, nameField string) {
	p = b.s.filled.mark(p)
	b.s.parties = append(b.s.parties, p)
	if p.Kind == Tool || p.Filled {
		return
	}
	if p.Kind != Person && p.Name != "" {
		b.claim(OrgName, p.Name, p.Role, nameField)
	}
	for i, m := range p.Mails {
		if d := mailDomain(m); d != "" && !slices.ContainsFunc(p.Mails[:i], func(o string) bool { return mailDomain(o) == d }) {
			b.claim(MailDomain, d, p.Role, p.Field)
		}
	}
	for _, u := range p.URLs {
		// A person's site is the person's.
		if h := hostOf(u); h != "" && p.Kind != Person {
			b.claim(Domain, h, p.Role, p.Field)
		}
	}
	if p.Country != "" {
		b.claim(AddressCountry, p.Country, p.Role, p.Field)
	}
}

// filledNames are the names that an earlier enrichment filled in.
type filledNames struct{ manufacturer, supplier string }

// note takes the property that says so.
func (f *filledNames) note(name, val string) {
	switch name {
	case FilledManufacturer:
		f.manufacturer = val
	case FilledSupplier:
		f.supplier = val
	}
}

// mark tells a party that was filled in from one that the document names.
// SPDX's originator takes a manufacturer.
func (f *filledNames) mark(p Party) Party {
	if p.Name == "" || p.Kind == Person || p.Name != f.supplier && p.Name != f.manufacturer {
		return p
	}
	switch field, _, _ := strings.Cut(p.Field, "/"); field {
	case "supplier", "PackageSupplier", "suppliedBy":
		p.Filled = p.Name == f.supplier
	case "manufacturer", "originator", "PackageOriginator", "originatedBy":
		if p.Filled = p.Name == f.manufacturer; p.Filled {
			p.Role = Manufacturer
		}
	}
	return p
}

// freeText takes a party that a document writes as one unqualified string.
func (b *builder) freeText(s string, role Role, field string, at value, authored bool) {
	if s == "" {
		return
	}
	p, ok := b.named(s, at)
	if !ok {
		return
	}
	if p.Kind == UnknownParty && looksPersonal(p.Name, p.Mails, authored) {
		p.Kind = Person
	}
	p.Role, p.Field = role, field
	b.party(p, field)
}

// maxSame is how many suppliers are kept in mind.
const maxSame = 16 << 10

// keepParties returns the parties of the component at work: those of another
// one, where they are the same. Most documents name few suppliers.
func (b *builder) keepParties() []Party {
	if len(b.s.parties) == 0 {
		return nil
	}
	name := b.s.parties[0].Name
	as := b.s.agent
	var same []Party
	if as != nil {
		same = as.kept
	} else {
		same = b.same[name]
	}
	if sameParties(same, b.s.parties) {
		return same
	}
	for i := range b.s.parties {
		p := &b.s.parties[i]
		p.Mails, p.URLs = b.strs.keep(p.Mails), b.strs.keep(p.URLs)
	}
	kept := b.parties.keep(b.s.parties)
	switch {
	case as != nil:
		as.kept = kept
	case len(b.same) < maxSame:
		b.same[name] = kept
	}
	return kept
}

func sameParties(a, b []Party) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		p, q := &a[i], &b[i]
		if p.Kind != q.Kind || p.Role != q.Role || p.Field != q.Field || p.Name != q.Name || p.Country != q.Country || p.Filled != q.Filled ||
			!slices.Equal(p.Mails, q.Mails) || !slices.Equal(p.URLs, q.URLs) {
			return false
		}
	}
	return true
}

// keepLicenses returns the licences of the component at work, as keepParties
// does its parties.
func (b *builder) keepLicenses() []string {
	if len(b.s.license) != 1 {
		return b.strs.keep(b.s.license)
	}
	kept, ok := b.alone[b.s.license[0]]
	if !ok {
		kept = b.strs.keep(b.s.license)
		if len(b.alone) < maxSame {
			b.alone[b.s.license[0]] = kept
		}
	}
	return kept
}

// take moves the scratch into a component's slices.
func (b *builder) take(c *Component) {
	c.PURL = b.s.purl
	c.CPEs = b.strs.keep(b.s.cpes)
	c.Hashes = b.hashes.keep(b.s.hashes)
	c.Licenses = b.keepLicenses()
	c.Parties = b.keepParties()
	c.Links = b.links.keep(b.s.links)
	c.Properties = b.props.keep(b.s.props)
	slices.Sort(b.s.locs)
	c.Locations = b.strs.keep(slices.Compact(b.s.locs))
	if len(b.s.ownEv) > 0 {
		b.s.ev = b.s.ownEv // what the fields say is made of it
	}
	c.Evidence = b.ev.keep(b.s.ev)
	c.Claims = b.claims.keep(append(b.s.claims, b.s.own...))
	b.clear()
}

func (b *builder) takeService(s *Service) {
	s.Parties = b.parties.keep(b.s.parties)
	s.Links = b.links.keep(b.s.links)
	s.Properties = b.props.keep(b.s.props)
	s.Endpoints = b.strs.keep(b.s.locs)
	s.Evidence = b.ev.keep(b.s.ownEv)
	s.Claims = b.claims.keep(append(b.s.claims, b.s.own...))
	b.clear()
}

func (b *builder) clear() {
	s := &b.s
	*s = scratch{claims: s.claims[:0], parties: s.parties[:0], links: s.links[:0], hashes: s.hashes[:0],
		props: s.props[:0], cpes: s.cpes[:0], license: s.license[:0], locs: s.locs[:0], ev: s.ev[:0]}
}

const (
	refSubject = -1
	refService = -2 // and below: service -2-i
)

// ref makes a component's reference unique. An empty one becomes its place.
func (b *builder) ref(ref, place string, index int32) string {
	given := ref != ""
	if !given {
		ref = "#" + place
	}
	if _, taken := b.refs[ref]; taken {
		first := ref
		for n := 2; taken; n++ {
			ref = first + "~" + strconv.Itoa(n)
			_, taken = b.refs[ref]
		}
		if given {
			b.problem("duplicate-ref", ProblemWarning, place,
				"reference %q is taken; this one is called %q, and relationships to it mean the first", clip(first), clip(ref))
		}
	}
	b.refs[ref] = index
	return ref
}

// held returns a reference as a string that the document holds.
func (b *builder) held(ref []byte) (string, bool) {
	i, ok := recall(&b.recent, b.doc.Components, ref)
	if !ok {
		if i, ok = b.refs[string(ref)]; !ok || i < 0 || int(i) >= len(b.doc.Components) {
			return "", false
		}
		b.recent.note(i)
	}
	c := b.doc.Components[i]
	return c.Ref, c.Ref == string(ref)
}

// recentRefs are two components to which references were lately, the one to
// which the last was first. Relationships mostly come in the order of the
// components that they begin at, and often of those that they end at: then the
// next reference is to one of these or to that behind it, and no map of all is
// asked.
type recentRefs [2]int32

func (r *recentRefs) note(i int32) { r[0], r[1] = i, r[0] }

// recall returns the component that is referred to, if it is one of these.
func recall[T string | []byte](r *recentRefs, components []*Component, ref T) (int32, bool) {
	for k, last := range r {
		for i := last; i <= last+1 && int(i) < len(components); i++ {
			if components[i].Ref == string(ref) {
				if k > 0 {
					r[1] = r[0]
				}
				r[0] = i
				return i, true
			}
		}
	}
	return 0, false
}

// addComponent appends a component, or returns false at the limit.
func (b *builder) addComponent(c *Component) bool {
	if len(b.doc.Components)+len(b.doc.Services) >= b.limits.Components {
		b.tooMany = true
		b.clear()
		return false
	}
	b.coordinates(c)
	c.Ref = b.ref(c.Ref, c.Place, int32(len(b.doc.Components)))
	b.take(c)
	if n := len(b.doc.Components); n == cap(b.doc.Components) {
		more := b.more(n)
		b.doc.Components = slices.Grow(b.doc.Components, more)
		if more > 2*n && n >= 4096 { // an estimate
			refs := make(map[string]int32, n+more)
			maps.Copy(refs, b.refs)
			b.refs = refs
		}
	}
	b.doc.Components = append(b.doc.Components, b.comps.one(c))
	return true
}

// more returns for how many components to make room where there are n: as many
// again, which moves each once on average. Where the size of the input is known, those that there are tell how many will come; a
// document may begin with its smallest components, so not too much is made of
// that.
func (b *builder) more(n int) int {
	again := max(n, 16)
	if n < 4096 || b.progress == nil {
		return again
	}
	read := b.progress()
	if read <= 0 || read > 1 {
		return again
	}
	return max(min(int(float64(n)*1.02/read)-n, 31*n, b.limits.Components-n), n/4)
}

// relate records an edge between two references as written.
func (b *builder) relate(from string, t RelationshipType, to string) {
	if n := len(b.edges); n == cap(b.edges) {
		// Where components come first, most have an edge of their own.
		b.edges = slices.Grow(b.edges, max(n, 16, min(len(b.doc.Components), 32*n)-n))
	}
	b.edges = append(b.edges, Relationship{from, t, to})
}

// finish resolves what could only be known at the end. known tells references
// to things of the document that are neither components nor services.
func (b *builder) finish(known func(ref string) bool) {
	if b.tooMany {
		b.problem("too-many-components", ProblemError, "", "more than %d components; the rest left out", b.limits.Components)
	}
	kept := b.edges[:0]
	ends := make([][2]int32, 0, len(b.edges)) // of those kept
	for _, e := range b.edges {
		from, nodeFrom, okFrom := b.resolve(e.From)
		to, nodeTo, okTo := b.resolve(e.To)
		if !okFrom || !okTo {
			bad := e.From
			if okFrom {
				bad = e.To
			}
			if known == nil || !known(bad) || (!okFrom && !okTo && !known(e.To)) {
				// The place is that of the end that is there: edges keep none of
				// their own, since there may be a million.
				place := b.placeOf(from)
				if !okFrom {
					place = b.placeOf(to)
				}
				b.problem("dangling-ref", ProblemError, place, "relationship %s %s %s: nothing in the document is called %q; left out",
					clip(e.From), e.Type, clip(e.To), clip(bad))
			}
			continue
		}
		if from == to {
			b.problem("self-relationship", ProblemWarning, b.placeOf(from), "%q %s itself; left out", clip(from), e.Type)
			continue
		}
		kept = append(kept, Relationship{from, e.Type, to})
		ends = append(ends, [2]int32{nodeFrom, nodeTo})
	}
	b.doc.Relationships = slices.Clip(kept)
	if len(kept) == 0 {
		b.doc.Relationships = nil
	}
	b.edges = nil
	b.cycles(ends)
	b.tellUnfilled()
	b.markGenerated()
	for _, k := range b.extra {
		b.doc.Problems = append(b.doc.Problems, Problem{Kind: k, Severity: ProblemWarning,
			Message: fmt.Sprintf("%d more of this kind are not listed", b.counts[k]-maxProblems)})
	}
}

// maxCycles is how many cycles are named.
const maxCycles = 10

// cycles says where components depend on themselves, or hold themselves, by way
// of others. Nothing is left out for it: both statements stand. Each cycle that
// is found ends the search below its last member, so not every cycle of a
// tangle is named. relations are the ends of the document's relationships, as resolve
// returns them.
func (b *builder) cycles(relations [][2]int32) {
	// A component or service is its index, the subject the last; edges of one
	// end stand together. Documents have a million of them.
	nested := len(b.doc.Components)
	subject := nested + len(b.doc.Services)
	node := func(i int32) int32 {
		switch {
		case i == refSubject:
			return int32(subject)
		case i <= refService:
			return int32(nested) + refService - i
		}
		return i
	}
	for i := range relations {
		relations[i] = [2]int32{node(relations[i][0]), node(relations[i][1])}
	}
	ref := func(i int) string {
		switch {
		case i < nested:
			return b.doc.Components[i].Ref
		case i < subject:
			return b.doc.Services[i-nested].Ref
		}
		return b.doc.Subject.Ref
	}
	for _, t := range []RelationshipType{DependsOn, Contains} {
		count := 0
		for i := range b.doc.Relationships {
			if b.doc.Relationships[i].Type == t {
				count++
			}
		}
		if count == 0 {
			continue
		}
		ends := relations // mostly all are of one type
		if count < len(relations) {
			ends = make([][2]int32, 0, count)
			for i := range b.doc.Relationships {
				if b.doc.Relationships[i].Type == t {
					ends = append(ends, relations[i])
				}
			}
		}
		if t == Contains {
			for i := range b.doc.Components {
				if p := b.doc.Components[i].Parent; p != "" {
					if from, ok := b.refs[p]; ok {
						ends = append(ends, [2]int32{node(from), int32(i)})
					}
				}
			}
		}
		first := make([]int32, subject+2) // of the edges of a node
		for _, e := range ends {
			first[e[0]+1]++
		}
		for i := range subject + 1 {
			first[i+1] += first[i]
		}
		next := make([]int32, len(ends))
		at := slices.Clone(first) // of the edge to follow next
		for _, e := range ends {
			next[at[e[0]]] = e[1]
			at[e[0]]++
		}
		copy(at, first)
		const open, done = 1, 2
		state := make([]byte, subject+1)
		found := 0
		var path []int32
		for _, e := range ends {
			if start := e[0]; state[start] == 0 && found < maxCycles {
				state[start] = open
				path = append(path[:0], start)
			} else {
				continue
			}
			for len(path) > 0 && found < maxCycles {
				top := path[len(path)-1]
				if at[top] == first[top+1] {
					state[top] = done
					path = path[:len(path)-1]
					continue
				}
				to := next[at[top]]
				at[top]++
				switch state[to] {
				case 0:
					state[to] = open
					path = append(path, to)
				case open:
					found++
					in := path[slices.Index(path, to):]
					var members []string
					for n, i := range in {
						if n == 8 {
							members = append(members, fmt.Sprintf("%d more", len(in)-n))
							break
						}
						members = append(members, strconv.Quote(clip(ref(int(i)))))
					}
					again := ref(int(to))
					b.problem("cycle", ProblemWarning, b.placeOf(again), "a cycle: %s %s %s again",
						strings.Join(members, " "+string(t)+" "), t, strconv.Quote(clip(again)))
				}
			}
		}
	}
}

// placeOf returns where what a reference means stands.
func (b *builder) placeOf(ref string) string {
	switch i, ok := b.refs[ref]; {
	case !ok:
	case i >= 0 && int(i) < len(b.doc.Components):
		return b.doc.Components[i].Place
	case i == refSubject && b.doc.Subject != nil:
		return b.doc.Subject.Place
	case i <= refService && int(refService-i) < len(b.doc.Services):
		return b.doc.Services[refService-i].Place
	}
	return ""
}

// resolve returns a reference as the document holds it, and what it means: the
// index of a component, refSubject, or refService and below.
func (b *builder) resolve(ref string) (held string, i int32, ok bool) {
	if i, ok = recall(&b.recent, b.doc.Components, ref); ok {
		return b.doc.Components[i].Ref, i, true
	}
	i, ok = b.refs[ref]
	if !ok {
		return ref, i, false
	}
	switch {
	case i >= 0 && int(i) < len(b.doc.Components) && b.doc.Components[i].Ref == ref:
		ref = b.doc.Components[i].Ref
		b.recent.note(i)
	case i == refSubject && b.doc.Subject != nil:
		ref = b.doc.Subject.Ref
	case i <= refService && int(refService-i) < len(b.doc.Services):
		ref = b.doc.Services[refService-i].Ref
	}
	return ref, i, true
}

// cpeGuessers are tools that write CPE names which they made up from a
// package's name, as several candidates for one component (syft) or as vendor
// and product from the supplier's or the package's name.
var cpeGuessers = []string{"syft", "cve-bin-tool", "sbom4", "distro2sbom", "lib4sbom", "buildkit", "docker-scout", "docker scout"}

// markGenerated says of CPE claims that a tool guessed them: where the document
// was made by one of cpeGuessers, a component carries that tool's properties,
// or vendor and product are the same word and any tool made the document.
func (b *builder) markGenerated() {
	guesser := slices.ContainsFunc(b.doc.Source.Tools, func(t string) bool {
		t = strings.ToLower(t)
		return slices.ContainsFunc(cpeGuessers, func(g string) bool { return strings.Contains(t, g) })
	})
	tool := len(b.doc.Source.Tools) > 0
	mark := func(c *Component) {
		syft := guesser || slices.ContainsFunc(c.Properties, func(p Property) bool { return strings.HasPrefix(p.Name, "syft:") })
		for i := range c.Claims {
			cl := &c.Claims[i]
			if cl.Kind != CPE {
				continue
			}
			if syft {
				cl.By = ByGenerator
				continue
			}
			if vendor, product := cpeVendorProduct(cl.Value); tool && strings.EqualFold(vendor, product) {
				cl.By = ByGenerator
			}
		}
	}
	for i := range b.doc.Components {
		mark(b.doc.Components[i])
	}
	if b.doc.Subject != nil {
		mark(b.doc.Subject)
	}
}

// clip shortens a text for a message.
func clip(s string) string {
	if len(s) > 120 {
		return strings.ToValidUTF8(s[:117], "") + "..."
	}
	return s
}

// hashNames maps spellings, with or without hyphens, to CycloneDX's.
var hashNames = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for _, n := range []string{"MD2", "MD4", "MD5", "MD6", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512", "SHA3-224", "SHA3-256",
		"SHA3-384", "SHA3-512", "BLAKE2b-256", "BLAKE2b-384", "BLAKE2b-512", "BLAKE3", "Streebog-256", "Streebog-512", "ADLER32"} {
		m[n], m[plainHash(n)] = n, n
	}
	return m
})

func plainHash(alg string) string {
	return strings.ToUpper(strings.ReplaceAll(strings.ReplaceAll(alg, "-", ""), "_", ""))
}

func (b *builder) hash(alg, val string) {
	if alg == "" || val == "" {
		return
	}
	for _, h := range b.s.hashes { // SHA-256 nearly always: no need to look further
		if h.Algorithm == alg && h.Value == val {
			return
		}
	}
	if n, ok := hashNames()[alg]; ok {
		alg = n
	} else if n, ok := hashNames()[plainHash(alg)]; ok {
		alg = n
	}
	b.s.hashes = append(b.s.hashes, Hash{alg, strings.ToLower(val)})
}

// link records a link. The domain of the component's own site and of its
// source points to whoever stands behind it, and that of a download to whoever
// passes it on, unless the "download" is a page to look at: generators put a
// home page there. Those of documentation, issue trackers, advisories and the like
// are often a third party's and make no claim. On a code host it is the owner
// of the repository that counts, wherever the link stands.
func (b *builder) link(l Link, field string) {
	b.s.links = append(b.s.links, l)
	var role Role
	switch l.Type {
	case "website", "vcs", "homepage", "PackageHomePage":
	case "distribution", "distribution-intake", "source-distribution", "downloadLocation", "PackageDownloadLocation":
		if !isPage(l.URL) {
			role = Distributor
		}
	default:
		return
	}
	h := hostOf(l.URL)
	if h == "" {
		return
	}
	if r := repository(l.URL, h); r != "" {
		h, role = r, 0
	}
	b.claim(Domain, h, role, field)
}

// isPage reports a link to a page that is read: the start of a site, or a page
// by the ending of its name. Nothing is downloaded there.
func isPage(link string) bool {
	_, rest, ok := strings.Cut(link, "://")
	if !ok {
		rest = link
	}
	rest, _, _ = strings.Cut(strings.TrimSpace(rest), "#")
	rest, query, _ := strings.Cut(rest, "?")
	_, path, _ := strings.Cut(rest, "/")
	if path == "" {
		return query == ""
	}
	switch ending := strings.ToLower(path[strings.LastIndexByte(path, '.')+1:]); ending {
	case "html", "htm", "xhtml", "shtml", "php", "asp", "aspx", "jsp":
		return query == ""
	}
	return false
}

// repository returns "host/owner/repository" of a link to a code host on which
// the first path segment is the owner, or "".
func repository(link, host string) string {
	switch host {
	case "github.com", "gitlab.com", "bitbucket.org", "gitee.com", "codeberg.org":
	default:
		return ""
	}
	i := indexFold(link, host)
	if i < 0 {
		return ""
	}
	// Behind the host: "/owner/repository", or ":owner/repository" over SSH.
	rest := strings.TrimLeft(link[i+len(host):], ":/")
	at := len(link) - len(rest)
	owner, rest, ok := strings.Cut(rest, "/")
	if !ok || strings.ContainsAny(owner, "?#@%: ") {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	if i := strings.IndexAny(name, "?#@%: "); i >= 0 {
		name = name[:i]
	}
	path := owner
	if name = strings.TrimSuffix(name, ".git"); name != "" {
		path = link[at : at+len(owner)+1+len(name)]
	}
	if at == i+len(host)+1 && link[at-1] == '/' {
		return strings.ToLower(link[i : at+len(path)]) // mostly no new string
	}
	return host + "/" + strings.ToLower(path)
}

// indexFold returns where a text of ASCII letters in lower case begins in s,
// in whatever case, or -1.
func indexFold(s, lower string) int {
	for i := 0; i+len(lower) <= len(s); i++ {
		if s[i]|0x20 == lower[0] && strings.EqualFold(s[i:i+len(lower)], lower) {
			return i
		}
	}
	return -1
}

func (b *builder) license(s string) {
	if s != "" && !isNobody(s) && !slices.Contains(b.s.license, s) {
		b.s.license = append(b.s.license, s)
	}
}

// extracted keeps what the document says of a licence of its own.
func (b *builder) extracted(id, name, text string) {
	if id == "" {
		return
	}
	if isNobody(name) {
		name = ""
	}
	if isNobody(text) {
		text = ""
	}
	if len(text) > MaxLicenseText {
		text = strings.ToValidUTF8(text[:MaxLicenseText], "")
	}
	b.doc.ExtractedLicenses = append(b.doc.ExtractedLicenses, ExtractedLicense{id, strings.Clone(name), strings.Clone(text)})
}
