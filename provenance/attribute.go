package provenance

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/touchmark-dev/touchmark/sbom"
)

// attributor resolves claims against one database on one day. It is used by
// one goroutine.
type attributor struct {
	db      Database
	asOf    Date
	made    Date                  // of the document; no component of it is younger
	shared  map[string]bool       // hosts that point to nobody
	origins map[string][]OriginOf // by organization
	tables  map[string]bool       // files that list many makers

	loose bool // the component at work is a text of which nothing says whose it is

	// lookups are what was found, by kind and key; a miss is not worth its
	// memory. So a match is one value in memory, however often it is found.
	lookups []map[string][]Match
	hits    int                       // of lookup
	names   map[string]string         // folded names that are on record: the same suppliers recur
	silent  silentClaims              // that point to nobody
	joined  map[joinKey][]Attribution // what pointers amount to

	at attributing
}

// attributing is the component or service at work.
type attributing struct {
	claims []sbom.Claim
	subjectOf
	ps []pointer // kept for its memory

	// The claim at work.
	claim int
	day   Date // for the validity of identifiers
	part  bool // it names a part of who is looked up
}

// newAttributor is for a document that says that it was created then.
func newAttributor(db Database, asOf Date, created string) *attributor {
	a := &attributor{db: db, asOf: asOf, made: documentDay(created, asOf), shared: map[string]bool{}, origins: map[string][]OriginOf{},
		names: map[string]string{}, joined: map[joinKey][]Attribution{}}
	for _, h := range SharedHosts() {
		a.shared[h] = true
	}
	return a
}

// tableOf is the number of makers whose marks in one file make it a table of
// them: a list of boards, a compatibility table, a set of quirks. What stands
// in such a file gives low confidence and raises none. It is not left out:
// else a record that is added to the database could end a finding about the
// organization of another.
const tableOf = 4

// findTables notes the files that hold the marks of many makers.
func (a *attributor) findTables(doc *sbom.Document) {
	makers := map[string]map[string]bool{}
	note := func(claims []sbom.Claim) {
		for i := range claims {
			c := &claims[i]
			if c.Kind != sbom.LiteralMark || c.By != sbom.ByBytes {
				continue // names in bytes have their own bound, in the scanner
			}
			for _, m := range a.lookup(sbom.LiteralMark, c.Value) {
				switch m.Identifier.Role {
				case sbom.Brand, sbom.Manufacturer, sbom.ODM:
				default:
					continue // one binary may hold several kits
				}
				for j := range c.Evidence {
					p := c.Evidence[j].Path
					if makers[p] == nil {
						makers[p] = map[string]bool{}
					}
					makers[p][m.Organization] = true
				}
			}
		}
	}
	for i := range doc.Components {
		note(doc.Components[i].Claims)
	}
	a.tables = map[string]bool{}
	for p, m := range makers {
		if len(m) >= tableOf {
			a.tables[p] = true
		}
	}
}

// fromTables reports whether every observation behind a claim of a mark or
// host lies in a table of makers.
func (a *attributor) fromTables(c *sbom.Claim) bool {
	if len(a.tables) == 0 || len(c.Evidence) == 0 || c.Kind != sbom.LiteralMark && c.Kind != sbom.Host {
		return false
	}
	return !slices.ContainsFunc(c.Evidence, func(e sbom.Evidence) bool { return !a.tables[e.Path] })
}

func (a *attributor) component(out *Component, c *sbom.Component) {
	*out = Component{Ref: c.Ref, Type: c.Type, Group: c.Group, Name: c.Name, Version: c.Version,
		PURL: c.PURL, Released: c.Released, Licenses: c.Licenses, Hashes: c.Hashes, Place: c.Place, Locations: c.Locations,
		Evidence: c.Evidence, Claims: c.Claims}
	s := subjectOf{name: c.Name, typ: c.Type, purl: c.PURL, day: a.made}
	if d := strings.TrimSpace(c.Released); len(d) >= 10 {
		if day, err := ParseDate(d[:10]); err == nil {
			s.day, s.dated = day, true
		}
	}
	if day, ok := pseudoVersionDay(c.PURL); ok && !s.dated {
		s.day, s.dated = day, true
	}
	a.loose = c.Type == sbom.File || c.Type == sbom.Data
	out.Attributions = a.attribute(c.Claims, s)
	a.loose = false
	out.Standing = standing(out.Attributions)
	if out.Standing == Unknown || out.Standing == DistributorOnly {
		out.Project = a.unheldProject()
	}
	out.Grouping = grouping(c)
}

// unheldProject returns the project to which the surest mark of the component
// at work leads and behind which nobody is on record, if there is one.
func (a *attributor) unheldProject() *Ref {
	var out *Ref
	var best sbom.Confidence
	for i := range a.at.ps {
		p := &a.at.ps[i]
		if p.match.Project == "" || p.conf.Rank() <= best.Rank() || len(a.targets(p)) > 0 {
			continue
		}
		if pr := a.db.Project(p.match.Project); pr != nil && pr.Retracted == nil {
			out, best = &Ref{ID: pr.ID, Name: pr.Name}, p.conf
		}
	}
	return out
}

// grouping reports a node that a tool made to put what it found under: Trivy
// writes one for each lock file and language, of type application, with
// nothing but a name, and says in properties which class of packages it holds;
// in SPDX, where it writes no properties, the names of its language classes
// tell.
func grouping(c *sbom.Component) bool {
	if c.Type != sbom.Application || c.Version != "" || c.Group != "" || len(c.Claims) > 0 || len(c.Parties) > 0 ||
		len(c.Licenses) > 0 || len(c.Hashes) > 0 || len(c.Evidence) > 0 || len(c.Locations) > 0 {
		return false
	}
	return groupingNames[c.Name] || slices.ContainsFunc(c.Properties, func(p sbom.Property) bool {
		return p.Name == "aquasecurity:trivy:Class" && p.Value == "lang-pkgs"
	})
}

// groupingNames are what Trivy calls the packages of a language that stand in
// no lock file.
var groupingNames = map[string]bool{"python-pkg": true, "node-pkg": true, "gemspec": true, "conda-pkg": true, "jar": true, "Java": true, "Node.js": true, "Python": true, "Ruby": true}

func (a *attributor) service(v *sbom.Service) Service {
	out := Service{Ref: v.Ref, Name: v.Name, Version: v.Version, Purpose: v.Purpose,
		Endpoints: v.Endpoints, Place: v.Place, Locations: v.Locations,
		Evidence: v.Evidence, Claims: v.Claims}
	out.Attributions = a.attribute(v.Claims, subjectOf{name: v.Name, day: a.asOf, service: true, choice: v.Purpose == sbom.Choice})
	out.Standing = standing(out.Attributions)
	return out
}

// standing sums up the surest attributions other than a distributor's; see the
// Standings. A faint mark of some company in a program that is known to be a
// community's does not make it the company's.
func standing(as []Attribution) Standing {
	out := Unknown
	var best sbom.Confidence
	for i := range as {
		at := &as[i]
		if at.Role == sbom.Distributor {
			if out == Unknown {
				out = DistributorOnly
			}
			continue
		}
		if at.Confidence.Rank() < best.Rank() {
			continue
		}
		if at.Confidence.Rank() > best.Rank() {
			out, best = DistributorOnly, at.Confidence
		}
		switch {
		case at.Unaffiliated:
			if out == DistributorOnly {
				out = ByUnaffiliated
			}
		case at.Community:
			if out == DistributorOnly || out == ByUnaffiliated {
				out = ByCommunity
			}
		case at.Foundation:
			if out != ByOrganization {
				out = ByFoundation
			}
		default:
			out = ByOrganization
		}
	}
	return out
}

// subjectOf is what claims are about, as far as weighing them needs it.
type subjectOf struct {
	name    string
	typ     sbom.ComponentType
	purl    string
	day     Date // for the validity of identifiers and stewardships
	dated   bool // day is the release date and not just the latest that it can be
	service bool
	choice  bool // a service of many that a user may choose from
}

// A pointer is one claim that points to one record under one row of the claim
// table.
type pointer struct {
	claim int
	rule  *ClaimRule
	match *Match
	role  sbom.Role
	conf  sbom.Confidence // empty: supports only
}

// attribute resolves the claims of one thing.
func (a *attributor) attribute(claims []sbom.Claim, s subjectOf) []Attribution {
	a.at = attributing{claims: claims, subjectOf: s, ps: a.at.ps[:0]}
	for i := range claims {
		c := &claims[i]
		recurs := !s.service && c.By != sbom.ByBytes && recurring(c)
		if recurs && a.silent.has(c) {
			continue
		}
		hits := a.hits
		a.resolve(i, c)
		if recurs && a.hits == hits {
			a.silent.add(c)
		}
	}
	ps := a.at.ps
	if len(ps) == 0 {
		return nil
	}
	a.refine(ps, claims, s)
	pointers, ok := keyOf(ps, claims)
	key := joinKey{pointers, s.day, s.dated}
	if !ok || a.loose {
		return a.join(ps, claims)
	}
	as, known := a.joined[key]
	if !known {
		as = a.join(ps, claims)
		if len(a.joined) < maxJoined {
			a.joined[key] = as
		}
	}
	return as
}

// pointers are those of one component, as far as join looks at them. Packages
// of one namespace and supplier have the same, and share what they amount to.
type pointers [maxPointers]struct {
	match       *Match
	rule        *ClaimRule
	claim, kind uint16
	role, conf  uint16
}

// joinKey is all that join depends on besides the database.
type joinKey struct {
	pointers
	day   Date
	dated bool
}

const (
	maxPointers = 8
	maxJoined   = 16 << 10
)

// keyOf returns the pointers as a key, unless there are too many or they rest on
// observations in files, which join compares.
func keyOf(ps []pointer, claims []sbom.Claim) (key pointers, ok bool) {
	if len(ps) > maxPointers || len(claims) > 1<<16 {
		return key, false
	}
	for i := range ps {
		p, c := &ps[i], &claims[ps[i].claim]
		if c.By == sbom.ByBytes || len(c.Evidence) > 0 {
			return key, false
		}
		k := &key[i]
		k.match, k.rule = p.match, p.rule
		k.claim, k.kind, k.role, k.conf = uint16(p.claim), uint16(c.Kind), uint16(p.role), uint16(p.conf.Rank())
	}
	return key, true
}

// recurring reports a claim of a sort that recurs throughout a document, as those
// do that are about a supplier. Repositories are components' own.
func recurring(c *sbom.Claim) bool {
	switch c.Kind {
	case sbom.OrgName, sbom.MailDomain, sbom.Group:
		return true
	case sbom.Domain:
		return strings.IndexByte(c.Value, '/') < 0
	}
	return false
}

// silentClaims remembers claims of which the database knows nothing, by kind
// and value.
type silentClaims struct {
	of []map[string]struct{}
	n  int
}

// maxSilent is how many are remembered at a time.
const maxSilent = 32 << 10

func (s *silentClaims) has(c *sbom.Claim) bool {
	if int(c.Kind) >= len(s.of) {
		return false
	}
	_, ok := s.of[c.Kind][c.Value]
	return ok
}

func (s *silentClaims) add(c *sbom.Claim) {
	if s.n == maxSilent {
		*s = silentClaims{}
	}
	for len(s.of) <= int(c.Kind) {
		s.of = append(s.of, map[string]struct{}{})
	}
	s.of[c.Kind][c.Value] = struct{}{}
	s.n++
}

// lookup asks the database once for each key.
func (a *attributor) lookup(kind sbom.ClaimKind, key string) []Match {
	if key == "" {
		return nil
	}
	for len(a.lookups) <= int(kind) {
		a.lookups = append(a.lookups, nil)
	}
	known := a.lookups[kind]
	m, ok := known[key]
	if !ok {
		if m = a.db.Lookup(kind, key); len(m) == 0 {
			return nil
		}
		if known == nil {
			known = map[string][]Match{}
			a.lookups[kind] = known
		}
		known[key] = m
	}
	a.hits++
	return m
}

// named looks the name of an organization up, as each of the kinds until one
// answers.
func (a *attributor) named(rule *ClaimRule, value string, kinds ...sbom.ClaimKind) {
	key, known := a.names[value]
	if !known {
		key = Key(sbom.OrgName, value)
	}
	for _, k := range kinds {
		m := a.lookup(k, key)
		if len(m) > 0 && !known {
			a.names[value] = key
		}
		if a.found(rule, m) {
			return
		}
	}
	// Programs are signed by whoever in a company wrote them.
	if rule == &ruleAuthor || rule == &ruleCopyright || rule == &ruleVendorText {
		for whole := range wholeNames(key) {
			m := a.lookup(sbom.OrgName, whole)
			if len(m) == 0 || slices.ContainsFunc(m, func(m Match) bool { return m.Weak }) {
				continue
			}
			a.at.part = true
			known := a.found(rule, m)
			a.at.part = false
			if known {
				return
			}
		}
	}
}

// found adds what the claim at work points to under a row of the claim table,
// and reports whether it points to anything.
func (a *attributor) found(rule *ClaimRule, matches []Match) bool {
	any := false
	for i := range matches {
		any = a.one(rule, &matches[i]) || any
	}
	return any
}

func (a *attributor) one(rule *ClaimRule, m *Match) bool {
	if !a.at.day.Within(m.Identifier.From, m.Identifier.To) || m.Identifier.Retracted != nil {
		return false
	}
	// An identifier that only says who operates a host says nothing about who
	// made what names it.
	if m.Identifier.Role == sbom.Operator && !a.at.service {
		return false
	}
	c := &a.at.claims[a.at.claim]
	r := rule
	if m.Weak {
		r = &ruleWeakName
	}
	p := pointer{claim: a.at.claim, rule: r, match: m, role: r.Role, conf: r.Confidence}
	switch {
	case m.Identifier.Role != 0 && rule.Role != sbom.Distributor:
		p.role = m.Identifier.Role
	case c.Role != 0 && rule.Role != sbom.Distributor:
		p.role = c.Role
	}
	if p.conf != "" && (m.Identifier.shaky() || a.fromTables(c) || a.at.choice || a.at.part) {
		p.conf = sbom.Low
	}
	a.at.ps = append(a.at.ps, p)
	return true
}

// resolve adds what one claim points to.
func (a *attributor) resolve(i int, c *sbom.Claim) {
	// An identifier belonged to whoever held it when the thing was made. Bytes
	// of unknown age may be of any holder's time; a document that gives no
	// date speaks of the present.
	a.at.claim, a.at.day = i, a.at.subjectOf.day
	if c.By == sbom.ByBytes && !a.at.dated {
		a.at.day = ""
	}
	switch c.Kind {
	case sbom.PURL:
		a.purl(Key(sbom.PURL, c.Value), c.Value)
	case sbom.Group:
		if g := strings.ToLower(c.Value); strings.HasPrefix(g, "@") {
			a.found(&ruleGroup, a.lookup(sbom.PURL, "npm/"+g))
		} else if c.Field == "name" && !strings.Contains(g, ".") { // of Maven coordinates
			a.found(&ruleGroup, a.lookup(sbom.PURL, "maven/"+g))
		} else if strings.Contains(g, ".") && !strings.Contains(g, "/") {
			host := a.publisherHost("maven/" + g)
			// The same parents as of a package URL's namespace, the last label
			// ("jakarta" of "jakarta.jms") among them.
			for g != "" {
				if a.found(&ruleGroup, a.byDomain(a.lookup(sbom.PURL, "maven/"+g), "maven/"+g)) || sharedGroups[g] {
					return
				}
				g = g[:max(strings.LastIndexByte(g, '.'), 0)]
			}
			a.host(host, sbom.Domain, &ruleGroup)
		}
	case sbom.BuildMark:
		d, ok := buildMarks[c.Value]
		if !ok {
			return
		}
		m := a.lookup(sbom.PURL, d.namespace)
		for i := range m {
			if m[i].Identifier.Role == sbom.Distributor || d.maker {
				a.one(&ruleBuildMark, &m[i])
			}
		}
		if !d.packages || a.at.purl != "" {
			return
		}
		for _, n := range append([]string{a.at.name}, partOf(a.at.name)...) {
			if a.found(&rulePackage, a.lookup(PackageName, Key(PackageName, n))) {
				return
			}
		}
	case sbom.CPE:
		both, vendor := cpeKeys(c.Value)
		rule := &ruleCPE
		if c.By != sbom.ByDocument || both[len(vendor)+1:] == vendor {
			rule = &ruleCPESupport
		}
		for _, key := range [...]string{both, vendor} {
			if m := a.lookup(sbom.CPE, key); len(m) > 0 && (a.namesAnother(vendor, both[len(vendor)+1:]) || a.found(rule, m)) {
				return
			}
		}
	case sbom.Domain:
		key := Key(sbom.Domain, c.Value)
		if host, owner, ok := strings.Cut(key, "/"); ok {
			if t := codeHosts[host]; t != "" {
				a.purl(t+"/"+owner, "")
			}
			return
		}
		rule := &ruleLinkDomain
		if c.By == sbom.ByBytes {
			rule = &ruleHost // found in a file, not given as the component's own
			// The author field of a kernel module is who wrote it, by name or
			// by site; a site there is no host that the module names.
			if a.at.typ == sbom.DeviceDriver && c.Role == sbom.Developer {
				rule = &ruleAuthor
			}
		}
		a.host(key, sbom.Domain, rule)
	case sbom.MailDomain:
		a.host(Key(sbom.MailDomain, c.Value), sbom.MailDomain, &ruleMail)
	case sbom.Host:
		rule := &ruleHost
		switch {
		case a.at.service:
			rule = &ruleOperator
		case c.Field == sbom.FieldOwnName:
			rule = &ruleOwnName
		case c.Field == sbom.FieldManager:
			rule = &ruleManager
		}
		a.host(Key(sbom.Host, c.Value), sbom.Host, rule)
	case sbom.OrgName:
		rule := &ruleDeclared
		if c.By == sbom.ByBytes {
			if r := namesInBytes[c.Field]; r != nil {
				rule = r
			}
			if a.at.service && c.Role == sbom.Operator {
				rule = &rulePublicService
			}
		}
		a.named(rule, c.Value, sbom.OrgName)
	case sbom.CertOrg:
		a.named(&ruleCert, c.Value, sbom.CertOrg, sbom.OrgName)
	case sbom.ModuleAuthor:
		a.named(&ruleAuthor, c.Value, sbom.OrgName)
	case sbom.LiteralMark:
		m := a.lookup(sbom.LiteralMark, c.Value)
		for i := range m {
			rule := &ruleMark
			if r := m[i].Identifier.Role; (r == sbom.SDK || r == sbom.Silicon) && c.Field != "toolchain" {
				rule = &ruleSDKMark
			}
			a.one(rule, &m[i])
		}
	case sbom.LEI:
		a.found(&ruleLEI, a.lookup(sbom.LEI, Key(sbom.LEI, c.Value)))
	case sbom.AndroidPrefix:
		for p := Key(sbom.AndroidPrefix, c.Value); p != ""; {
			if a.found(&ruleAndroid, a.lookup(sbom.AndroidPrefix, p)) {
				return
			}
			p = p[:max(strings.LastIndexByte(p, '.'), 0)]
		}
		a.host(a.publisherHost("maven/"+Key(sbom.AndroidPrefix, c.Value)), sbom.Domain, &ruleAndroid)
	case sbom.OUI, sbom.USB, sbom.PCI, sbom.Bluetooth, sbom.Zigbee, sbom.JEDEC, sbom.DTPrefix:
		a.found(&ruleHardware, a.lookup(c.Kind, Key(c.Kind, c.Value)))
	}
}

// buildMarks are the namespaces of the distributors whose marks the readers
// know, whether what carries one has the distribution's name of a package, and
// whether the namespace is one of things that the distributor made itself.
var buildMarks = map[string]struct {
	namespace string
	packages  bool
	maker     bool
}{
	"redhat": {"rpm/redhat", false, false}, "fc": {"rpm/fedora", true, false}, "ph": {"rpm/photon", true, false}, "mga": {"rpm/mageia", true, false},
	"amzn": {"rpm/amzn", true, false}, "deb": {"deb/debian", true, false}, "ubuntu": {"deb/ubuntu", true, false}, "ccs": {"maven/io.confluent", false, true},
}

// namesAnother reports whether a CPE name is that of another product than the
// component at work: no word of three letters or more of either name is part of
// the other. Documents carry such names from templates, and where they say of
// what a thing is a part. Devices and their firmware have names of their own.
func (a *attributor) namesAnother(vendor, product string) bool {
	switch a.at.typ {
	case sbom.Device, sbom.Firmware, sbom.DeviceDriver, sbom.Platform:
		return false
	}
	if product == "" || a.at.name == "" {
		return false
	}
	names := []string{a.at.name}
	if key := Key(sbom.PURL, a.at.purl); key != "" {
		_, own, _ := strings.Cut(key, "/")
		names = append(names, own)
	}
	for _, n := range names {
		n = strings.ToLower(n)
		if sharesWord(n, product) || sharesWord(vendor, n) || plainName(n) == plainName(product) {
			return false
		}
	}
	return true
}

// sharesWord reports whether a word of one of two names, in lower case, stands
// in the other, spelling apart.
func sharesWord(a, b string) bool {
	in := func(a, b string) bool {
		b = plainName(b)
		return slices.ContainsFunc(strings.FieldsFunc(a, notAlphanumeric), func(w string) bool {
			w = strings.TrimPrefix(w, "lib")
			return len(w) >= 3 && strings.Contains(b, w)
		})
	}
	return in(a, b) || in(b, a)
}

func notAlphanumeric(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// plainName leaves out of a name what is neither letter nor digit.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if notAlphanumeric(r) {
			return -1
		}
		return r
	}, s)
}

// namesInBytes are the rows for names that no file declares as a maker's.
var namesInBytes = map[string]*ClaimRule{
	sbom.FieldNameMark: &ruleNameMark, sbom.FieldCopyright: &ruleCopyright, sbom.FieldVendorText: &ruleVendorText, sbom.FieldChip: &ruleChip,
	sbom.FieldTarget: &ruleTarget, sbom.FieldBlob: &ruleBlob, sbom.FieldOwnName: &ruleOwnName,
}

// host looks a host name up, then its parent domains. Identifiers of kind
// domain answer for every kind of host.
//
// A shared host points to nobody, with one exception: of a service that runs
// there, whoever rents the servers out is the operator, where an identifier of
// that role says so, or where the domain above the shared one is the
// organization's own: hub.docker.com is run by the holder of docker.com.
//
// Of a mail address, a domain speaks only where it is its owner's corporate
// mail.
func (a *attributor) host(host string, kind sbom.ClaimKind, rule *ClaimRule) {
	shared := false
	for h := host; strings.Contains(h, ".") && !shared; _, h, _ = strings.Cut(h, ".") {
		shared = a.shared[h]
	}
	if shared && !a.at.service {
		return
	}
	any := false
	above := false // h lies above every shared domain of the host
	found := func(matches []Match) {
		for i := range matches {
			id := &matches[i].Identifier
			if shared && !above && id.Role != sbom.Operator || kind == sbom.MailDomain && id.Kind == sbom.Domain && !id.CorporateMail {
				continue
			}
			if (rule.Kind == sbom.PURL || rule.Kind == sbom.Group) && id.Role != 0 {
				continue // whoever runs the servers publishes nothing by that
			}
			any = a.one(rule, &matches[i]) || any
		}
	}
	for h := host; strings.Contains(h, ".") && !any; _, h, _ = strings.Cut(h, ".") {
		above = shared && !a.shared[h] && !a.belowShared(h) && h != host
		found(a.lookup(sbom.Domain, h))
		if kind != sbom.Domain {
			found(a.lookup(kind, h))
		}
	}
}

// belowShared reports whether a parent domain of a host is shared.
func (a *attributor) belowShared(host string) bool {
	below := false
	for _, h, _ := strings.Cut(host, "."); strings.Contains(h, ".") && !below; _, h, _ = strings.Cut(h, ".") {
		below = a.shared[h]
	}
	return below
}

// codeHosts are the hosts whose first path segment is an owner, and the type
// of their package URLs.
var codeHosts = map[string]string{
	"github.com": "github", "gitlab.com": "gitlab", "bitbucket.org": "bitbucket",
	"gitee.com": "gitee", "codeberg.org": "codeberg",
}

// isDistribution reports a package URL type whose namespace is who packed the
// thing, and whose name is the distribution's name for it.
func isDistribution(typ string) bool {
	switch typ {
	case "deb", "rpm", "apk", "opkg", "alpm", "ebuild", "conda", "nix", "brew", "qpkg":
		return true
	}
	return false
}

// isBare reports a package URL type that holds an upstream's own name and no
// owner.
func isBare(typ string) bool {
	switch typ {
	case "generic", "conan", "bitnami", "yocto", "buildroot", "vcpkg":
		return true
	}
	return false
}

// purl looks a package URL up from the most specific key to the least, and
// stops at the first that answers.
func (a *attributor) purl(key, purl string) {
	typ, rest, ok := strings.Cut(key, "/")
	if !ok || rest == "" {
		return
	}
	elsewhere := otherRegistry(purl)
	ownDomain := &ruleOwnDomain
	if elsewhere {
		ownDomain = &ruleNamespace
	}
	try := func(key string) bool {
		matches := a.byDomain(a.lookup(sbom.PURL, key), key)
		hit := false
		for i := range matches {
			m, rule := &matches[i], &ruleNamespace
			switch {
			case m.Identifier.Kind == sbom.Domain:
				rule = ownDomain
			case codeTypes[typ] || strings.HasPrefix(key, "github/") || strings.HasPrefix(key, "gitlab/") ||
				strings.HasPrefix(key, "bitbucket/") || strings.HasPrefix(key, "gitee/") || strings.HasPrefix(key, "codeberg/"):
				rule = &ruleOwner
			case m.Identifier.Role == sbom.Distributor:
				rule = &ruleDistribution
			case (m.Identifier.Verified || exclusive(key)) && !elsewhere:
				rule = &ruleNamespaceVerified
			}
			hit = a.one(rule, m) || hit
		}
		return hit
	}
	switch {
	case isDistribution(typ) || isBare(typ):
		// The exact package first, then the names that the distribution gives
		// it, upstream's before its own. The namespace is the distributor.
		namespace, name, ok := cutLast(rest)
		if !ok {
			namespace, name = "", rest
		}
		if !try(key) {
			names := append(upstreamNames(purl), name)
			if isDistribution(typ) {
				names = append(names, partOf(name)...)
			}
			if l := libraryOf(name); typ == "deb" && l != "" {
				names = append(names, l)
			}
			named := a.found(&rulePackage, a.packaged(names))
			for _, n := range names {
				named = named || slices.ContainsFunc(upstreamKeys(typ, n), func(k string) bool { return a.found(&rulePackage, a.lookup(sbom.PURL, k)) })
			}
		}
		if isDistribution(typ) && namespace != "" {
			try(typ + "/" + namespace)
		}
	case typ == "golang" || typ == "swift":
		if repository := repositoryKey(rest); repository != "" {
			owner, _, _ := cutLast(repository)
			if try(repository) || strings.Contains(owner, "/") && try(owner) {
				return
			}
		}
		if !segments(key, try) {
			a.host(a.publisherHost(key), sbom.Domain, ownDomain)
		}
	case typ == "maven" || typ == "nuget":
		if try(key) {
			return
		}
		group := rest
		if typ == "maven" {
			if g, _, ok := cutLast(rest); ok {
				group = g
			}
			if try(typ + "/" + group) {
				return
			}
		}
		for strings.Contains(group, ".") {
			group = group[:strings.LastIndexByte(group, '.')]
			if sharedGroups[group] || try(typ+"/"+group) {
				return
			}
		}
		a.host(a.publisherHost(key), sbom.Domain, ownDomain)
	default:
		segments(key, try)
	}
}

// packaged returns what the first of the names of a package that is on record
// points to. Where nobody gave a source for that name, another that has one
// speaks for the same record: that of which the package is a part
// ("golang-bin" of "golang").
func (a *attributor) packaged(names []string) []Match {
	ended := func(m Match) bool {
		return m.Identifier.Retracted != nil || !a.at.day.Within(m.Identifier.From, m.Identifier.To)
	}
	lookup := func(name string) []Match {
		m := a.lookup(PackageName, Key(PackageName, name))
		if slices.ContainsFunc(m, ended) {
			m = slices.DeleteFunc(slices.Clone(m), ended)
		}
		return m
	}
	for i, n := range names {
		first := lookup(n)
		if len(first) == 0 {
			continue
		}
		if len(first) == 1 && first[0].Identifier.shaky() {
			for _, n := range names[i:] {
				for ; n != ""; n = n[:max(strings.LastIndexByte(n, '-'), 0)] {
					m := lookup(n)
					if len(m) == 1 && !m[0].Identifier.shaky() && m[0].Organization == first[0].Organization && m[0].Project == first[0].Project {
						return m
					}
				}
			}
		}
		return first
	}
	return nil
}

// publisherHost returns the host name that whoever publishes under a package
// URL's key has to hold: Maven Central gives a group to the holder of the domain
// that it is the reverse of ("com.example.tools" to that of example.com), and
// the path of a Go module begins with the host that the go command asks for it.
// It is empty where the registry asks for none, and for hosts where guests
// publish too.
func (a *attributor) publisherHost(key string) string {
	typ, rest, _ := strings.Cut(key, "/")
	first, _, _ := strings.Cut(rest, "/")
	switch typ {
	case "maven":
		labels := strings.Split(first, ".")
		for i := range labels {
			if sharedGroups[strings.Join(labels[:i+1], ".")] {
				return ""
			}
		}
		slices.Reverse(labels)
		first = strings.Join(labels, ".")
	case "golang":
		label, _, _ := strings.Cut(first, ".")
		if codeHosts[first] != "" || forges[label] {
			return ""
		}
	default:
		return ""
	}
	if !strings.Contains(first, ".") {
		return ""
	}
	return Key(sbom.Domain, first)
}

// exclusive reports whether the key of a namespace is of a kind in which the
// registry lets only whoever holds it publish: the scopes of npm, the groups of
// Maven Central, the paths of Go modules that are on no code host.
func exclusive(key string) bool {
	typ, rest, _ := strings.Cut(key, "/")
	switch typ {
	case "npm":
		return strings.HasPrefix(rest, "@")
	case "maven":
		return true
	case "golang":
		host, _, _ := strings.Cut(rest, "/")
		label, _, _ := strings.Cut(host, ".")
		return strings.Contains(host, ".") && codeHosts[host] == "" && !forges[label]
	}
	return false
}

// publicRegistries are the hosts of the registries that a package URL means
// where it names none, and of their mirrors under the same rules.
var publicRegistries = map[string]bool{
	"repo.maven.apache.org": true, "repo1.maven.org": true, "repo.maven.org": true, "central.maven.org": true,
	"registry.npmjs.org": true, "registry.npmjs.com": true, "registry.yarnpkg.com": true,
	"proxy.golang.org": true, "sum.golang.org": true,
}

// otherRegistry reports whether a package URL says that the package comes from
// a repository other than its type's own, whose rules are not known.
func otherRegistry(purl string) bool {
	_, q, ok := strings.Cut(purl, "?")
	if !ok {
		return false
	}
	q, _, _ = strings.Cut(q, "#")
	for kv := range strings.SplitSeq(q, "&") {
		v, ok := strings.CutPrefix(kv, "repository_url=")
		if !ok {
			continue
		}
		if u, err := url.PathUnescape(v); err == nil {
			v = u
		}
		if _, rest, ok := strings.Cut(v, "://"); ok {
			v = rest
		}
		v, _, _ = strings.Cut(v, "/")
		return !publicRegistries[Key(sbom.Domain, v)]
	}
	return false
}

// forges are first labels of hosts where an organization keeps code, often
// that of others too.
var forges = map[string]bool{
	"git": true, "gitlab": true, "gitea": true, "code": true, "forge": true, "cgit": true, "svn": true, "hg": true,
	"src": true, "source": true, "invent": true, "salsa": true, "pagure": true,
}

// byDomain puts in place of a namespace of which the record does not say that it
// is verified, the cited domain in the same record that the registry verifies.
func (a *attributor) byDomain(matches []Match, key string) []Match {
	if !slices.ContainsFunc(matches, func(m Match) bool { return !m.Identifier.Verified || m.Identifier.shaky() }) {
		return matches
	}
	host := a.publisherHost(key)
	if host == "" || a.shared[host] || a.belowShared(host) {
		return matches
	}
	matches = slices.Clone(matches)
	for i := range matches {
		m := &matches[i]
		id := &m.Identifier
		if id.Verified && !id.shaky() || id.Role != 0 || id.Retracted != nil || id.From != "" || id.To != "" || id.Disputed != "" {
			continue
		}
		for h := host; strings.Contains(h, "."); _, h, _ = strings.Cut(h, ".") {
			held := a.lookup(sbom.Domain, h)
			j := slices.IndexFunc(held, func(d Match) bool {
				return d.Organization == m.Organization && d.Project == m.Project && d.Identifier.Role == 0 &&
					d.Identifier.Retracted == nil && d.Identifier.From == "" && d.Identifier.To == "" && !d.Identifier.shaky()
			})
			if j >= 0 {
				*m = held[j]
			}
			if len(held) > 0 {
				break
			}
		}
	}
	return matches
}

var codeTypes = map[string]bool{"github": true, "gitlab": true, "bitbucket": true, "gitee": true, "codeberg": true}

// sharedGroups are Maven groups below which many parties publish, as guests of
// a code host. Only a record of a group below one of them says whose it is.
var sharedGroups = map[string]bool{
	"com.google.code": true, "com.googlecode": true, "com.github": true, "io.github": true, "com.gitlab": true, "io.gitlab": true,
	"net.java": true, "dev.java": true, "org.jvnet": true, "net.sf": true, "net.sourceforge": true, "org.sourceforge": true, "io.gitee": true, "com.gitee": true, "org.bitbucket": true,
	"io.bitbucket": true, "com.bitbucket": true, "org.codehaus": true, "org.webjars": true, "org.clojars": true, "com.jfrog.bintray": true,
}

// segments tries key and its parents, longest first, the bare type left out,
// until one answers, and reports whether one did.
func segments(key string, try func(string) bool) bool {
	for i := strings.LastIndexByte(key, '/'); i >= 0; i = strings.LastIndexByte(key, '/') {
		if try(key) {
			return true
		}
		key = key[:i]
	}
	return false
}

// repositoryKey returns the key of a module path on a code host:
// "github.com/mailru/easyjson/v2" gives "github/mailru/easyjson".
func repositoryKey(path string) string {
	host, rest, ok := strings.Cut(path, "/")
	t := codeHosts[host]
	if !ok || t == "" {
		return ""
	}
	if owner, rest, more := strings.Cut(rest, "/"); more {
		name, _, _ := strings.Cut(rest, "/")
		return t + "/" + owner + "/" + name
	}
	return t + "/" + rest
}

// upstreamNames returns the source package that a distribution's package URL
// states (syft's and Debian's qualifiers "upstream" and "source").
func upstreamNames(purl string) []string {
	_, q, ok := strings.Cut(purl, "?")
	if !ok {
		return nil
	}
	q, _, _ = strings.Cut(q, "#")
	var out []string
	for kv := range strings.SplitSeq(q, "&") {
		k, v, _ := strings.Cut(kv, "=")
		if k != "upstream" && k != "source" && k != "origin" {
			continue
		}
		v = Key(sbom.PURL, v) // unescapes, drops a version
		out = append(out, v)
		// An rpm's upstream is a file name: name-version-release.src.rpm.
		if n, ok := strings.CutSuffix(v, ".src.rpm"); ok {
			if p := strings.Split(n, "-"); len(p) > 2 {
				out = append(out, strings.Join(p[:len(p)-2], "-"))
			}
		}
	}
	return out
}

// upstreamNaming are the prefixes by which distributions name packages of a
// language's own registry: Fedora's packaging guidelines (rpm), the Debian
// language policies (deb), Alpine's and OpenWrt's package trees.
var upstreamNaming = map[string][]struct{ prefix, registry string }{
	"rpm":  {{"rubygem-", "gem"}, {"nodejs-", "npm"}, {"python-", "pypi"}, {"python2-", "pypi"}, {"python3-", "pypi"}, {"rust-", "cargo"}, {"golang-github-", "github"}},
	"deb":  {{"ruby-", "gem"}, {"node-", "npm"}, {"python-", "pypi"}, {"python3-", "pypi"}, {"rust-", "cargo"}, {"golang-github-", "github"}},
	"apk":  {{"ruby-", "gem"}, {"py3-", "pypi"}, {"py-", "pypi"}},
	"opkg": {{"python3-", "pypi"}},
}

// upstreamKeys returns the keys of the package of a language's registry that a
// distribution's package is named after: "rubygem-rack" gives "gem/rack",
// "python3.11-requests" and "python39-requests" give "pypi/requests". A Go
// repository's name does not say where the owner ends, so that
// "golang-github-spf13-cobra" gives each way to read it, whole names first.
func upstreamKeys(typ, name string) []string {
	name = strings.ToLower(name)
	// Software collections put their own name in front.
	if i := strings.Index(name, "-rubygem-"); i > 0 && typ == "rpm" {
		name = name[i+1:]
	}
	// Packages for one of several interpreters carry its version.
	if rest, ok := strings.CutPrefix(name, "python3"); ok && typ == "rpm" {
		if i := strings.IndexByte(rest, '-'); i > 0 && strings.Trim(rest[:i], ".0123456789") == "" {
			name = "python3" + rest[i:]
		}
	}
	for _, n := range upstreamNaming[typ] {
		rest, ok := strings.CutPrefix(name, n.prefix)
		if !ok || rest == "" {
			continue
		}
		if n.registry != "github" {
			return []string{Key(sbom.PURL, n.registry+"/"+rest)}
		}
		var repositories, owners []string
		for i := 1; i < len(rest)-1; i++ {
			if rest[i] == '-' {
				repositories = append(repositories, "github/"+rest[:i]+"/"+rest[i+1:])
				owners = append([]string{"github/" + rest[:i]}, owners...)
			}
		}
		return append(repositories, owners...)
	}
	return nil
}

// packageParts are the endings by which distributions name the parts that they
// split one upstream's package into.
var packageParts = []string{"-debuginfo", "-debugsource", "-dbgsym", "-dbg", "-devel", "-dev", "-docs", "-doc", "-libs", "-static", "-headers", "-common", "-tests", "-selinux", "-debug"}

// partOf returns what a part of a package is a part of, nearest first:
// "openssl-libs-debuginfo" gives "openssl-libs" and "openssl".
func partOf(name string) []string {
	var out []string
	for again := true; again; {
		again = false
		for _, p := range packageParts {
			if n, ok := strings.CutSuffix(name, p); ok && n != "" {
				name, again = n, true
				out = append(out, name)
				break
			}
		}
	}
	return out
}

// libraryOf returns the name of a library without the soname version that
// Debian puts behind it (Debian Policy 8.1): "libblkid1" gives "libblkid",
// "libdb5.3" "libdb", "libfoo-1.2-3t64" "libfoo". It is empty for any other
// name.
func libraryOf(name string) string {
	lib, ok := strings.CutPrefix(strings.TrimSuffix(name, "t64"), "lib")
	if !ok {
		return ""
	}
	cut := strings.TrimRight(lib, "0123456789.-")
	if len(cut) < 2 || cut == lib {
		return ""
	}
	return "lib" + cut
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '/')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// cpeKeys returns "vendor:product" and the vendor.
func cpeKeys(cpe string) (both, vendor string) {
	if both, vendor = plainCPE(cpe); vendor != "" {
		return both, vendor
	}
	vendor, product := cpeVendor(cpe)
	if i := strings.Index(cpe, vendor); i >= 0 { // mostly as it is written
		if end := i + len(vendor) + 1 + len(product); end <= len(cpe) && cpe[i+len(vendor)] == ':' && cpe[end-len(product):end] == product {
			return cpe[i:end], vendor
		}
	}
	return vendor + ":" + product, vendor
}

// plainCPE does what cpeKeys does for a CPE 2.3 name of which vendor and product
// need no folding, as nearly all are, and returns nothing for another.
func plainCPE(cpe string) (both, vendor string) {
	const prefix = len("cpe:2.3:a:")
	if len(cpe) < prefix || cpe[:len("cpe:2.3:")] != "cpe:2.3:" || cpe[prefix-2] < 'a' || cpe[prefix-1] != ':' {
		return "", ""
	}
	colon := 0
	for i := prefix; i < len(cpe); i++ {
		switch c := cpe[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '.', c == '_', c == '-' && i+1 < len(cpe) && cpe[i+1] != ':' && cpe[i-1] != ':':
		case c == ':' && colon == 0 && i > prefix:
			colon = i
		case c == ':' && colon > 0 && i > colon+1 && strings.IndexByte(cpe[i:], '\\') < 0:
			return cpe[prefix:i], cpe[prefix:colon]
		default:
			return "", ""
		}
	}
	return "", ""
}

// cpeVendor returns vendor and product of a CPE 2.2 or 2.3 name, normalised.
func cpeVendor(cpe string) (vendor, product string) {
	cpe = strings.ToLower(cpe)
	s, ok := strings.CutPrefix(cpe, "cpe:2.3:")
	if !ok {
		if s, ok = strings.CutPrefix(cpe, "cpe:/"); !ok {
			return "", ""
		}
	}
	if !strings.Contains(s, `\`) { // as nearly all are
		_, s, ok = strings.Cut(s, ":")
		vendor, s, more := strings.Cut(s, ":")
		if !ok || !more {
			return "", ""
		}
		product, _, _ := strings.Cut(s, ":")
		for _, f := range []*string{&vendor, &product} {
			if *f = strings.TrimSpace(*f); *f == "*" || *f == "-" {
				*f = ""
			}
		}
		return vendor, product
	}
	// Fields are separated by ":", and "\:" is a colon in one.
	s = strings.ReplaceAll(s, `\:`, "\x00")
	f := strings.Split(s, ":")
	if len(f) < 3 {
		return "", ""
	}
	clean := func(s string) string {
		s = Key(sbom.CPE, strings.ReplaceAll(s, "\x00", ":"))
		if s == "*" || s == "-" {
			return ""
		}
		return s
	}
	return clean(f[1]), clean(f[2])
}

// refine applies what depends on several claims at once.
func (a *attributor) refine(ps []pointer, claims []sbom.Claim, s subjectOf) {
	typ, _, _ := strings.Cut(Key(sbom.PURL, s.purl), "/")
	for i := range ps {
		p := &ps[i]
		switch p.rule.ID {
		case ruleDeclared.ID, ruleLinkDomain.ID, ruleMail.ID: // a supplier's name, site and mail
			// One of several authors with different employers has contributed,
			// and need not control anything.
			if p.rule.ID == ruleMail.ID && slices.ContainsFunc(claims, func(c sbom.Claim) bool {
				return c.Kind == sbom.MailDomain && c.Role == claims[p.claim].Role && !strings.EqualFold(c.Value, claims[p.claim].Value)
			}) {
				p.conf = lower(p.conf, sbom.Low)
			}
			if p.rule.ID == ruleLinkDomain.ID && p.conf == sbom.Low && claims[p.claim].By == sbom.ByDocument && a.nameAgrees(p, &s) {
				p.conf = sbom.Medium
			}
			// What a package of a distribution declares for its supplier or origin
			// is the distribution's own, as the vendor tag of an rpm. What its
			// files show of who wrote them is not.
			if (p.role == sbom.Supplier || p.role == sbom.Developer && isDistribution(typ) && p.rule.ID == ruleDeclared.ID && claims[p.claim].By != sbom.ByBytes) &&
				p.match.Organization != "" && a.passedOn(p, ps, typ, s) {
				p.role = sbom.Distributor
				if p.rule.ID == ruleDeclared.ID {
					p.rule = &ruleDeclaredDistro
				}
			}
		case ruleNamespaceVerified.ID, ruleOwnDomain.ID:
			// What somebody else built is in that registry's namespace by its
			// name only: it comes from a repository of the builder's.
			if p.conf == sbom.High && slices.ContainsFunc(ps, func(q pointer) bool {
				return q.rule.ID == ruleBuildMark.ID && q.match.Organization != p.match.Organization
			}) {
				p.conf = sbom.Medium
			}
		case ruleSDKMark.ID:
			if dominated(p, ps, claims) {
				p.conf = "" // supports only
			}
		case ruleCert.ID:
			for j := range ps {
				q := &ps[j]
				if q.match.Organization == p.match.Organization && claims[q.claim].Kind == sbom.Domain && claims[q.claim].By == sbom.ByBytes && sameFile(&claims[p.claim], &claims[q.claim]) {
					p.rule = &ruleCertDomain
					if p.conf == sbom.Medium {
						p.conf = ruleCertDomain.Confidence
					}
				}
			}
		}
	}
}

// nameAgrees reports whether the name of a component that has no package URL
// is a second witness beside its link: it is that of a package of the same
// project or organization, or begins with the name in the domain ("Apache
// Commons Lang" at apache.org). The mark itself has to be cited.
func (a *attributor) nameAgrees(p *pointer, s *subjectOf) bool {
	if s.purl != "" || s.name == "" || p.match.Identifier.shaky() || p.match.Organization != "" && !makes(p.role) {
		return false
	}
	name := Key(PackageName, strings.Join(strings.Fields(s.name), "-"))
	first, _, more := strings.Cut(name, "-")
	brand := p.match.Identifier.Value
	brand, _, _ = strings.Cut(brand, ".")
	if more && len(brand) >= 3 && strings.EqualFold(first, brand) {
		return true
	}
	for i, m := range a.packaged([]string{name, recipeOf(name)}) {
		if i > 0 || m.Identifier.shaky() {
			return false // of which of them is not said
		}
		if m.Project != "" && m.Project == p.match.Project || m.Organization != "" && m.Organization == p.match.Organization {
			return true
		}
		if pr := a.db.Project(m.Project); pr != nil && pr.Retracted == nil {
			return slices.ContainsFunc(pr.Stewards, func(w Steward) bool {
				_, ok := a.behind(&w.Statement, w.Since, w.Until)
				return ok && !w.shaky() && w.Organization == p.match.Organization
			})
		}
	}
	return false
}

// recipeOf returns the recipe of which an element of Yocto's documents is the
// source: "libtool-native-source-1" is the first source of libtool, built for the
// machine that builds (create-spdx.bbclass; BitBake's class native).
func recipeOf(name string) string {
	i := strings.LastIndex(name, "-source-")
	if i <= 0 || !numeric(name[i+len("-source-"):]) {
		return name
	}
	return strings.TrimPrefix(strings.TrimSuffix(name[:i], "-native"), "nativesdk-")
}

func numeric(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// dominates is how many times as often as a kit's mark that of another's kit
// stands in the same file, for the rarer to be a leftover: a text of the kit
// that the other was made from, or a name in a list.
const dominates = 20

// dominated reports whether in every file the mark of a kit is a leftover
// beside that of another organization's.
func dominated(p *pointer, ps []pointer, claims []sbom.Claim) bool {
	evidence := claims[p.claim].Evidence
	for i := range evidence {
		e := &evidence[i]
		if !slices.ContainsFunc(ps, func(q pointer) bool {
			return q.rule.ID == ruleSDKMark.ID && q.match.Organization != p.match.Organization &&
				slices.ContainsFunc(claims[q.claim].Evidence, func(o sbom.Evidence) bool {
					return o.Path == e.Path && o.Count >= dominates*max(1, e.Count)
				})
		}) {
			return false
		}
	}
	return len(evidence) > 0
}

// passedOn reports whether a declared supplier only passed a component on. Of an
// organization that distributes what others made, that is so for a package of a
// distribution, and for a package whose own URL does not point to it. It never
// is for hardware, firmware and drivers, which distributions do not resell.
func (a *attributor) passedOn(p *pointer, ps []pointer, typ string, s subjectOf) bool {
	switch s.typ {
	case sbom.Device, sbom.Firmware, sbom.DeviceDriver, sbom.Platform:
		return false
	}
	o := a.distributor(p.match.Organization)
	if o == nil {
		return false
	}
	switch {
	case typ == "":
		return o.Kind != Company
	case isDistribution(typ):
		return true
	}
	return !slices.ContainsFunc(ps, func(q pointer) bool {
		return q.rule.Kind == sbom.PURL && q.match.Organization == o.ID && q.rule.ID != ruleDistribution.ID
	})
}

// sameFile reports whether two claims have evidence in one file.
func sameFile(a, b *sbom.Claim) bool {
	for i := range a.Evidence {
		for j := range b.Evidence {
			if a.Evidence[i].Path == b.Evidence[j].Path {
				return true
			}
		}
	}
	return false
}

// distributor returns an organization whose record says that it passes on what
// others made, else nil.
func (a *attributor) distributor(id string) *Organization {
	o := organization(a.db, id)
	if o == nil {
		return nil
	}
	for i := range o.Identifiers {
		if o.Identifiers[i].Role == sbom.Distributor && o.Identifiers[i].Retracted == nil {
			return o
		}
	}
	return nil
}

// A target is where a pointer ends: an organization, or a community project.
type target struct {
	org, project string
	foundation   bool
	role         sbom.Role
	conf         sbom.Confidence // ceiling from the project's statement
	sources      []Source
	community    bool
	unaffiliated bool
}

// targets follows a pointer through a project record to whoever stands behind
// the project on the day.
func (a *attributor) targets(p *pointer) []target {
	if p.match.Organization != "" {
		o := organization(a.db, p.match.Organization)
		if o == nil {
			return nil
		}
		t := target{org: o.ID, foundation: o.Kind == Foundation, role: p.role}
		if t.foundation && t.role == sbom.Developer {
			t.role = sbom.Maintainer
		}
		return []target{t}
	}
	pr := a.db.Project(p.match.Project)
	if pr == nil || pr.Retracted != nil {
		return nil
	}
	var out []target
	var by stewards
	for i := range pr.Stewards {
		w := &pr.Stewards[i]
		o := organization(a.db, w.Organization)
		ceiling, ok := a.behind(&w.Statement, w.Since, w.Until)
		if o == nil || !ok {
			continue
		}
		// Who develops a project need not run the servers of its site.
		if p.rule.ID == ruleOperator.ID && w.Role == sbom.Developer && o.Kind != Foundation {
			continue
		}
		if ceiling != sbom.Low { // who surely was there shares it; who may have been does not
			by.count(w.Role)
		}
		out = append(out, target{org: o.ID, project: pr.ID, foundation: o.Kind == Foundation, role: w.Role, conf: ceiling, sources: sources(pr.Sources, w.Sources)})
	}
	for i := range out {
		out[i].conf = lower(out[i].conf, by.ceiling(out[i].role))
	}
	if c := pr.Community; c != nil {
		if ceiling, ok := a.behind(&c.Statement, c.Since, c.Until); ok {
			out = append(out, target{project: pr.ID, community: true, role: sbom.Maintainer, conf: ceiling, sources: sources(pr.Sources, c.Sources)})
		}
	}
	if u := pr.Unaffiliated; u != nil {
		if ceiling, ok := a.behind(&u.Statement, u.Since, u.Until); ok {
			// A registry proves who owns a namespace, and not that nobody stands
			// behind the owner.
			out = append(out, target{project: pr.ID, unaffiliated: true, role: sbom.Developer, conf: lower(ceiling, sbom.Medium), sources: sources(pr.Sources, u.Sources)})
		}
	}
	return out
}

// lower returns the lower of two ceilings; empty is none.
func lower(a, b sbom.Confidence) sbom.Confidence {
	if a == "" || b != "" && b.Rank() < a.Rank() {
		return b
	}
	return a
}

// stewards are how many of them share a project, by role.
type stewards struct{ developers, others int }

func (s *stewards) count(r sbom.Role) {
	if r == sbom.Developer {
		s.developers++
	} else {
		s.others++
	}
}

// ceiling bounds how sure the mark of a project makes one of its stewards. A
// verified namespace proves that the project published, and is the word of the
// one steward who controls it: the developer beside whom a foundation hosts it,
// or whoever stands alone. Of several who share it none is proved by it.
func (s *stewards) ceiling(r sbom.Role) sbom.Confidence {
	if r == sbom.Developer && s.developers > 1 || r != sbom.Developer && s.others+s.developers > 1 {
		return sbom.Medium
	}
	return ""
}

// Versions in use are mostly younger than versionAge years, and hardly any is
// older than longAge.
const (
	versionAge = 3
	longAge    = 10
)

// behind reports whether whoever a statement of a project names stood behind
// the component at work when it was made, or does now, and how sure that can
// be; empty is no ceiling. With a release date it is known who held the project
// then; whoever holds it now is shown beside, at low. Without one there is only
// the latest day that it can have been: a steward of some years may have come
// after the version at hand, one of few years likely did, and the one before is
// shown beside.
func (a *attributor) behind(s *Statement, since, until Date) (ceiling sbom.Confidence, ok bool) {
	if s.Retracted != nil {
		return "", false
	}
	day, dated := a.at.subjectOf.day, a.at.dated
	then, now := day.Within(since, until), a.asOf.Within(since, until)
	switch {
	case then && s.shaky():
		return sbom.Low, true
	case then && (dated || since == "" || !within(since, day, longAge)):
		return "", true
	case then && !within(since, day, versionAge):
		return sbom.Medium, true
	case then, now:
		return sbom.Low, true
	}
	return sbom.Low, !dated && until != "" && until.last() < day.first() && within(until, day, versionAge)
}

// within reports whether a day lies less than so many years after another.
func within(from, to Date, years int) bool {
	days, ok := daysBetween(from, to)
	return ok && days < years*365
}

// earliestDocument is before all SBOMs in the formats that are read: SPDX 1.0 is
// of August 2011. What claims to be older has a placeholder for a date, as
// reproducible builds write.
const earliestDocument = "2011"

// documentDay returns the day on which a document was made, after which nothing
// that is in it was: as far as it says so believably, else the day of the
// report.
func documentDay(created string, asOf Date) Date {
	day, ok := releaseDate(created)
	if !ok || len(day) < len("2006-01-02") || day.first() < earliestDocument || asOf != "" && day.first() > asOf.last() {
		return asOf
	}
	return day
}

// pseudoVersionDay returns the day of the commit that a pseudo-version of a Go
// module names (Go Modules Reference, "Pseudo-versions"):
// v0.0.0-20191109021931-daa7c04131f5, v1.2.4-0.20191109021931-daa7c04131f5.
func pseudoVersionDay(purl string) (Date, bool) {
	if !strings.HasPrefix(purl, "pkg:golang/") {
		return "", false
	}
	purl, _, _ = strings.Cut(purl, "#")
	purl, _, _ = strings.Cut(purl, "?")
	i := strings.LastIndexByte(purl, '@')
	if i < 0 {
		return "", false
	}
	version := purl[i+1:]
	j := strings.LastIndexByte(version, '-')
	if j < 0 {
		return "", false
	}
	stamp := version[:j]
	stamp = stamp[strings.LastIndexAny(stamp, "-.")+1:]
	if len(stamp) != len("20060102150405") || strings.Trim(stamp, "0123456789") != "" {
		return "", false
	}
	day, err := ParseDate(stamp[:4] + "-" + stamp[4:6] + "-" + stamp[6:8])
	return day, err == nil
}

// join turns pointers into attributions: one for each organization, project
// and role.
func (a *attributor) join(ps []pointer, claims []sbom.Claim) []Attribution {
	type key struct {
		org, project string
		role         sbom.Role
	}
	type group struct {
		Attribution
		claims []int           // of the claims behind it, supporting ones included
		owned  bool            // at least one claim that points to nobody else
		capped bool            // what is known of who stands behind the project allows no more than low
		itself bool            // a claim points to the organization, and not just to its project
		asked  map[string]bool // others that its marks point to
	}
	groups := map[key]*group{}
	var order []key
	type support struct {
		org string
		p   *pointer
	}
	var supports []support

	// Who else the same claim points to under the same row: a shared mark. That
	// a package URL names who passed a package on beside whose it is shares
	// nothing.
	rivals := map[int]map[string]bool{}
	for i := range ps {
		if ps[i].match.Organization != "" && !ps[i].rule.passesOn() {
			if rivals[ps[i].claim] == nil {
				rivals[ps[i].claim] = map[string]bool{}
			}
			rivals[ps[i].claim][ps[i].match.Organization] = true
		}
	}

	for i := range ps {
		p := &ps[i]
		for _, t := range a.targets(p) {
			if p.conf == "" || t.role == 0 {
				if t.org != "" {
					supports = append(supports, support{t.org, p})
				}
				continue
			}
			k := key{t.org, t.project, t.role}
			g := groups[k]
			if g == nil {
				g = &group{asked: map[string]bool{}}
				g.Role, g.Foundation, g.Community, g.Unaffiliated, g.Sources = t.role, t.foundation, t.community, t.unaffiliated, t.sources
				g.capped = t.conf == sbom.Low
				if t.org != "" {
					g.Organization = a.ref(t.org)
				}
				if t.project != "" {
					r := Ref{ID: t.project, Name: a.db.Project(t.project).Name}
					g.Project = &r
				}
				groups[k] = g
				order = append(order, k)
			}
			conf := p.conf
			if t.conf != "" && t.conf.Rank() < conf.Rank() {
				conf = t.conf
			}
			g.Matches = append(g.Matches, a.claimMatch(p, conf))
			g.claims = append(g.claims, p.claim)
			if conf.Rank() > g.Confidence.Rank() {
				g.Confidence = conf
			}
			others := rivals[p.claim]
			if p.rule.passesOn() {
				others = nil
			}
			if t.org == "" || len(others) < 2 || t.project != "" {
				g.owned = true
			} else {
				for o := range others {
					if o != t.org {
						g.asked[o] = true
					}
				}
			}
		}
	}

	// Supporting claims join what stands already. One that points to nobody
	// else settles whose a shared mark is.
	distinct := map[string]bool{}
	for _, s := range supports {
		for _, k := range order {
			if g := groups[k]; k.org == s.org {
				g.Matches = append(g.Matches, a.claimMatch(s.p, ""))
				g.claims = append(g.claims, s.p.claim)
				if !s.p.match.Weak && len(rivals[s.p.claim]) < 2 {
					g.owned = true
				}
			}
		}
	}
	// A mark of an organization beside one of its project, in the same role, is
	// of the project too: the page of a foundation is where the project is.
	var kept []key
	for _, k := range order {
		var with *group
		of := 0
		for _, o := range order {
			if k.org != "" && k.project == "" && o.org == k.org && o.role == k.role && o.project != "" {
				with, of = groups[o], of+1
			}
		}
		g := groups[k]
		if of != 1 || !g.owned { // of which one is not said
			kept = append(kept, k)
			continue
		}
		with.Matches, with.claims, with.itself = append(with.Matches, g.Matches...), append(with.claims, g.claims...), true
		if g.Confidence.Rank() > with.Confidence.Rank() {
			with.Confidence = g.Confidence
		}
	}
	order = kept
	for _, k := range order {
		if groups[k].owned {
			distinct[k.org] = true
		}
	}

	out := make([]Attribution, 0, len(order))
	for _, k := range order {
		g := groups[k]
		if !g.owned {
			// Only shared marks. Where another claim settles on one of those
			// who share them, the mark is that one's.
			settled := false
			for o := range g.asked {
				settled = settled || distinct[o]
			}
			if settled {
				continue
			}
			for o := range g.asked {
				g.Ambiguous = append(g.Ambiguous, a.ref(o))
			}
			slices.SortFunc(g.Ambiguous, func(x, y Ref) int { return strings.Compare(x.ID, y.ID) })
		}
		if g.Confidence == sbom.Low && !a.loose {
			raised := (!g.capped || g.itself) && !g.allShaky() && a.independent(claims, g.claims)
			for _, o := range order {
				raised = raised || k.org != "" && o.org == k.org && o != k && (agree(&g.Attribution, &groups[o].Attribution, claims) ||
					passesOn(k.role) && !groups[o].capped && makes(o.role) && groups[o].Confidence.Rank() > sbom.Low.Rank() && !g.allShaky())
			}
			if raised {
				g.Confidence = sbom.Medium
			}
		}
		if k.org != "" {
			g.Origins = a.originsOf(k.org)
		}
		out = append(out, g.Attribution)
	}
	slices.SortStableFunc(out, func(x, y Attribution) int {
		return cmp.Or(
			cmp.Compare(y.Confidence.Rank(), x.Confidence.Rank()),
			cmp.Compare(roleOrder(x.Role), roleOrder(y.Role)),
			strings.Compare(x.Organization.ID, y.Organization.ID),
		)
	})
	return out
}

// passesOn and makes tell roles apart of which the latter imply the former: a
// download at an organization's own host is its, if what is there is.
func passesOn(r sbom.Role) bool { return r == sbom.Supplier || r == sbom.Distributor }
func makes(r sbom.Role) bool    { return r == sbom.Developer || r == sbom.Maintainer }

// agree reports whether one attribution to an organization rests on what a
// document declares and the other, in another role, on the package's name or
// namespace, and at least one of them can be checked: a package in an
// organization's namespace of which the document says that the organization
// supplied or published it.
func agree(x, y *Attribution, claims []sbom.Claim) bool {
	declares := func(at *Attribution) bool {
		return slices.ContainsFunc(at.Matches, func(m ClaimMatch) bool {
			return m.Confidence != "" && claims[m.Claim].Kind == sbom.OrgName && claims[m.Claim].By == sbom.ByDocument
		})
	}
	named := func(at *Attribution) bool {
		return slices.ContainsFunc(at.Matches, func(m ClaimMatch) bool {
			k := claims[m.Claim].Kind
			return m.Confidence != "" && m.Rule != ruleDistribution.ID && (k == sbom.PURL || k == sbom.Group)
		})
	}
	return !(x.allShaky() && y.allShaky()) && (declares(x) && named(y) || declares(y) && named(x))
}

// independent reports whether two of the claims are of different kinds and
// rest on different observations: a brand inside a host name is not a second
// witness beside the host name.
func (a *attributor) independent(claims []sbom.Claim, which []int) bool {
	which = slices.DeleteFunc(slices.Clone(which), func(i int) bool { return a.fromTables(&claims[i]) })
	for i, x := range which {
		for _, y := range which[:i] {
			if sortOf(&claims[x]) != sortOf(&claims[y]) && (apart(&claims[x], &claims[y]) || apart(&claims[y], &claims[x])) {
				return true
			}
		}
	}
	return false
}

// sortOf returns what sort of witness a claim is: a name among a file's words
// is of one sort with a reviewed mark.
func sortOf(c *sbom.Claim) sortOfClaim {
	switch {
	case c.Kind != sbom.OrgName || c.By != sbom.ByBytes:
		return sortOfClaim{kind: c.Kind}
	case c.Field == sbom.FieldNameMark:
		return sortOfClaim{kind: sbom.LiteralMark}
	}
	return sortOfClaim{c.Kind, c.Field}
}

type sortOfClaim struct {
	kind  sbom.ClaimKind
	field string // of a name found in bytes
}

// apart reports whether x has an observation that none of y's overlaps. A
// claim of a document is an observation of its own.
func apart(x, y *sbom.Claim) bool {
	if len(x.Evidence) == 0 || len(y.Evidence) == 0 {
		return true
	}
	for i := range x.Evidence {
		e := &x.Evidence[i]
		if !slices.ContainsFunc(y.Evidence, func(o sbom.Evidence) bool {
			return o.Path == e.Path && e.Length > 0 && o.Length > 0 &&
				e.Offset < o.Offset+int64(o.Length) && o.Offset < e.Offset+int64(e.Length)
		}) {
			return true
		}
	}
	return false
}

// allShaky reports whether every match behind an attribution is uncited: what
// nobody can check does not add up.
func (at *Attribution) allShaky() bool {
	for i := range at.Matches {
		if !at.Matches[i].Uncited {
			return false
		}
	}
	return true
}

func roleOrder(r sbom.Role) int { return slices.Index(sbom.Roles(), r) }

func (a *attributor) ref(id string) Ref {
	if o := a.db.Organization(id); o != nil {
		return Ref{ID: id, Name: o.Name}
	}
	return Ref{ID: id, Name: id}
}

func (a *attributor) originsOf(id string) []OriginOf {
	o, ok := a.origins[id]
	if !ok {
		o = origins(a.db, id, a.asOf)
		a.origins[id] = o
	}
	return o
}

func (a *attributor) claimMatch(p *pointer, conf sbom.Confidence) ClaimMatch {
	m := ClaimMatch{Claim: p.claim, Kind: p.match.Identifier.Kind, Value: p.match.Identifier.Value,
		Rule: p.rule.ID, Confidence: conf, Uncited: p.match.Identifier.Uncited}
	var from map[string]Source
	if p.match.Organization != "" {
		if o := a.db.Organization(p.match.Organization); o != nil {
			from = o.Sources
		}
	} else if pr := a.db.Project(p.match.Project); pr != nil {
		from = pr.Sources
	}
	m.Sources = sources(from, p.match.Identifier.Sources)
	return m
}
