package lint

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// sourced is a record's sources while it is checked.
type sourced struct {
	at
	sources map[string]provenance.Source
	used    map[string]bool
	names   map[string]bool // keys of the names that a registry row may give
}

func (c *checker) organization(o *provenance.Organization) {
	s := &sourced{at{c, "organizations/" + o.ID, ""}, o.Sources, map[string]bool{}, c.namesOf(o.ID)}
	if o.Reviewed != "" { // empty: joined by a program, not read whole yet
		s.reviewed(o.Reviewed)
	}
	mainKey := provenance.Key(sbom.OrgName, o.Name)
	if mainKey == "" {
		s.sub("name").error("name", "the name %q identifies nobody once it is folded", o.Name)
	}
	if (commonWords()[mainKey] || len(mainKey) < 3) && !o.WeakName() && o.Retracted == nil {
		s.sub("name").warn("weak-name", "%q folds to %q, which is much else besides: give the name once more among names, with weak: true", o.Name, mainKey)
	}
	s.checkNames(o.Names, mainKey)
	for i, origin := range o.Origins {
		p := s.sub("origins/%d", i)
		s.statement(p, origin.Statement)
		p.country("country", origin.Country)
		p.period(origin.Since, origin.Until)
		if origin.Retracted == nil {
			s.originSources(p, origin)
		}
		for j, other := range o.Origins[:i] {
			if other.Country != origin.Country && other.Basis == origin.Basis && other.Retracted == nil && origin.Retracted == nil &&
				(origin.Basis == provenance.Registered || origin.Basis == provenance.Headquartered) &&
				overlap(other.Since, other.Until, origin.Since, origin.Until) && other.Disputed == "" && origin.Disputed == "" {
				p.warn("two-seats", "%s in %s and (origin %d) in %s at the same time: close one, or mark the dispute",
					origin.Basis, origin.Country, j, other.Country)
			}
		}
	}
	for i, owner := range o.Owners {
		p := s.sub("owners/%d", i)
		s.statement(p, owner.Statement)
		p.period(owner.Since, owner.Until)
		if owner.State != "" {
			p.country("state", owner.State)
		} else if owner.Organization == o.ID {
			p.error("owner", "the organization owns itself")
		} else {
			p.sub("organization").organizationExists(owner.Organization)
		}
		for _, src := range owner.Sources {
			if reg := o.Sources[src].Registry; reg != "" && owner.Retracted == nil {
				p.error("registry-row", "registry %s says nothing about owners", reg)
			}
		}
	}
	s.identifiers(o.Identifiers)
	s.checkSources()
}

func (c *checker) project(pr *provenance.Project) {
	names := map[string]bool{}
	addName(names, pr.Name)
	for _, n := range pr.Names {
		addName(names, n.Name)
	}
	for _, st := range pr.Stewards {
		for n := range c.namesOf(st.Organization) {
			names[n] = true
		}
	}
	s := &sourced{at{c, "projects/" + pr.ID, ""}, pr.Sources, map[string]bool{}, names}
	s.reviewed(pr.Reviewed)
	s.checkNames(pr.Names, "")
	for i, st := range pr.Stewards {
		p := s.sub("stewards/%d", i)
		s.statement(p, st.Statement)
		p.period(st.Since, st.Until)
		p.sub("organization").organizationExists(st.Organization)
		if o := c.organizationByID(st.Organization); o != nil {
			if o.Kind == provenance.Foundation && st.Role == sbom.Developer {
				p.sub("role").warn("steward", "%s is a foundation: its role is maintainer unless it employs those who write the project", o.ID)
			}
			if st.Retracted == nil {
				s.rowsName(p, st.Sources, c.namesOf(st.Organization), "steward "+st.Organization, "opendigger")
			}
		}
	}
	if com := pr.Community; com != nil {
		p := s.sub("community")
		s.statement(p, com.Statement)
		p.period(com.Since, com.Until)
		if com.Uncited && com.Retracted == nil {
			p.error("community", "community without a source that says how the project is governed")
		}
		for i, st := range pr.Stewards {
			if st.Retracted == nil && com.Retracted == nil && overlap(st.Since, st.Until, com.Since, com.Until) {
				s.sub("stewards/%d", i).error("community", "a project has not both a steward and a community in one period")
			}
		}
	}
	if un := pr.Unaffiliated; un != nil {
		p := s.sub("unaffiliated")
		s.statement(p, un.Statement)
		p.period(un.Since, un.Until)
		if un.Uncited && un.Retracted == nil {
			p.error("unaffiliated", "unaffiliated without a source that names no organization")
		}
		for i, st := range pr.Stewards {
			if st.Retracted == nil && un.Retracted == nil && overlap(st.Since, st.Until, un.Since, un.Until) {
				s.sub("stewards/%d", i).error("unaffiliated", "a project with a steward is not unaffiliated in the same period")
			}
		}
		if com := pr.Community; com != nil && com.Retracted == nil && un.Retracted == nil && overlap(com.Since, com.Until, un.Since, un.Until) {
			p.error("unaffiliated", "a governed community is not unaffiliated in the same period")
		}
	}
	s.identifiers(pr.Identifiers)
	s.checkSources()
}

func (c *checker) list(l *provenance.List) {
	s := &sourced{at{c, "lists/" + l.ID + "@" + l.Edition, ""}, l.Sources, map[string]bool{}, nil}
	s.reviewed(l.Reviewed)
	for _, f := range []struct{ part, value string }{{"title", l.Title}, {"publisher", l.Publisher},
		{"authority", l.Authority}, {"url", l.URL}, {"transcribed", l.Transcribed}} {
		if strings.TrimSpace(f.value) == "" {
			s.sub("%s", f.part).error("list", "a list needs %s", f.part)
		}
	}
	if l.URL != "" {
		s.sub("url").webURL(l.URL)
	}
	if len(l.Entries) == 0 {
		s.error("list", "a list without entries")
	}
	for i, e := range l.Entries {
		p := s.sub("entries/%d", i)
		s.statement(p, e.Statement)
		p.period(e.Effective, e.Ended)
		if e.Effective == "" {
			p.error("list", "an entry needs the day from which it is effective")
		}
		for j, id := range e.Organizations {
			p.sub("organizations/%d", j).organizationExists(id)
		}
		if e.Kind == provenance.EntityEntry && len(e.Organizations) == 0 && e.Retracted == nil {
			p.report(Info, "unjoined", "entry %q names no record yet", e.Name)
		}
		if e.Kind != provenance.EntityEntry && len(e.Organizations) > 0 {
			p.error("list", "an entry of kind %s names organizations: only an entity entry does", e.Kind)
		}
	}
	s.checkSources()
}

func (c *checker) organizationByID(id string) *provenance.Organization {
	if o := c.records.Organization(id); o != nil {
		return o
	}
	if c.base != nil {
		return c.base.Organization(id)
	}
	return nil
}

func (a at) organizationExists(id string) {
	if a.c.organizationByID(id) == nil {
		a.error("no-record", "there is no organization %q", id)
	}
}

func (a at) country(part, code string) {
	if !IsCountry(code) {
		a.sub("%s", part).error("country", "%q is not an assigned ISO 3166-1 alpha-2 code", code)
	}
}

func (a at) reviewed(d provenance.Date) {
	if len(d) != len("2006-01-02") {
		a.sub("reviewed").error("reviewed", "want the day of the last review as YYYY-MM-DD")
	}
}

func (a at) period(from, to provenance.Date) {
	if from == "" || to == "" {
		return
	}
	n := min(len(from), len(to))
	if from[:n] > to[:n] {
		a.error("dates", "the period ends (%s) before it begins (%s)", to, from)
	}
}

// overlap reports whether two periods share a time. Periods that only touch,
// to the precision of their dates, do not.
func overlap(from1, to1, from2, to2 provenance.Date) bool {
	endsBefore := func(to, from provenance.Date) bool {
		n := min(len(to), len(from))
		return n > 0 && to[:n] <= from[:n]
	}
	return !endsBefore(to1, from2) && !endsBefore(to2, from1)
}

func (a at) webURL(text string) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		a.error("url", "%q is not a URL", text)
	} else if u.Scheme != "https" && u.Scheme != "http" {
		a.error("url", "%q is not a web address", text)
	} else if strings.ContainsAny(text, " \t\"<>") {
		a.error("url", "%q holds characters that a URL does not", text)
	}
}

// statement checks that a statement is either cited or marked uncited.
func (s *sourced) statement(p at, st provenance.Statement) {
	for i, key := range st.Sources {
		s.used[key] = true
		if slices.Contains(st.Sources[:i], key) {
			p.error("unsourced", "source %q is cited twice", key)
		}
		if _, ok := s.sources[key]; !ok {
			p.error("no-source", "there is no source %q", key)
		}
	}
	switch {
	case st.Retracted != nil:
	case len(st.Sources) == 0 && !st.Uncited:
		p.error("unsourced", "want sources or uncited: true")
	case len(st.Sources) > 0 && st.Uncited:
		p.error("unsourced", "uncited and sources exclude each other")
	}
	// "disputed: true" is read as the text "true".
	if st.Disputed != "" && (strings.TrimSpace(st.Disputed) != st.Disputed || len(strings.Fields(st.Disputed)) < 3) {
		p.error("disputed", "%q: want who contradicts it and how, in words", st.Disputed)
	}
}

func (s *sourced) checkSources() {
	keys := make([]string, 0, len(s.sources))
	for k := range s.sources {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, key := range keys {
		src := s.sources[key]
		p := s.sub("sources/%s", key)
		if !s.used[key] {
			p.error("unused-source", "no statement cites source %q", key)
		}
		page := src.URL != "" || src.Title != "" || src.Retrieved != "" || src.Says != ""
		row := src.Registry != "" || src.Revision != "" || src.Key != ""
		switch {
		case page == row:
			p.error("source", "want either registry, revision and key or url, title, retrieved and says")
		case row:
			s.registrySource(p, src)
		default:
			s.pageSource(p, src)
		}
	}
}

func (s *sourced) pageSource(p at, src provenance.Source) {
	if src.URL == "" || src.Title == "" || src.Retrieved == "" || src.Says == "" {
		p.error("source", "a citation of a page needs url, title, retrieved and says")
		return
	}
	p.webURL(src.URL)
	if strings.HasPrefix(src.URL, "http://") {
		p.report(Info, "url", "%q is not encrypted: cite the https address unless the page has none", src.URL)
	}
	if len(src.Retrieved) != len("2006-01-02") {
		p.error("source", "retrieved wants a day, YYYY-MM-DD")
	}
	if n := len(strings.Fields(src.Says)); n > 25 {
		p.error("says", "says has %d words, at most 25", n)
	}
	// Scripts without spaces count by letter.
	if n := utf8.RuneCountInString(src.Says); n > 250 {
		p.error("says", "says has %d characters, at most 250", n)
	}
}

func (s *sourced) registrySource(p at, src provenance.Source) {
	if src.Registry == "" || src.Revision == "" || src.Key == "" {
		p.error("source", "a citation of a registry needs registry, revision and key")
		return
	}
	if s.c.registries == nil {
		p.report(Info, "registry-unchecked", "registry %s is not here: the citation is not checked", src.Registry)
		return
	}
	r := s.c.registries.Registry(src.Registry)
	if r == nil {
		p.error("registry", "there is no registry %q", src.Registry)
		return
	}
	if src.Revision != r.Revision {
		p.error("registry", "registry %s is here in revision %s, not %s", r.ID, r.Revision, src.Revision)
	}
	if len(r.Rows(src.Key)) == 0 {
		p.error("registry-row", "registry %s has no row %q here", r.ID, src.Key)
	}
}

func (s *sourced) checkNames(names []provenance.Name, mainKey string) {
	seen := map[string]int{}
	if mainKey != "" {
		seen[mainKey] = -1
	}
	for i, n := range names {
		p := s.sub("names/%d", i)
		s.statement(p, n.Statement)
		p.period(n.From, n.To)
		if n.Retracted != nil {
			continue
		}
		if n.Kind == provenance.FormerName && n.To == "" && n.From != "" {
			p.warn("name", "a former name with a beginning and no end")
		}
		key := provenance.Key(sbom.OrgName, n.Name)
		if key == "" {
			p.error("name", "the name %q identifies nobody once it is folded", n.Name)
			continue
		}
		if _, ok := seen[key]; ok && n.Lang == "" && n.Kind != provenance.LegalName {
			p.report(Info, "name", "%q folds to a name that the record has already", n.Name)
		}
		seen[key] = i
		if commonWords()[key] && !n.Weak && n.Note == "" {
			p.error("weak-name", "%q folds to %q, a common word: mark it weak", n.Name, key)
		} else if shortName(key) && !n.Weak && n.Note == "" && n.Kind != provenance.LegalName && key != mainKey && mainKey != "" {
			p.error("weak-name", "%q is short: mark it weak, or say in a note why it is nobody else's", n.Name)
		}
		s.rowsGiveName(p, n)
	}
}

// commonWords are folded names that are words of the field or of every day, so
// that a component's supplier of that name may be anybody.
var commonWords = sync.OnceValue(func() map[string]bool {
	return words(`access agent alpha analog apex app apps arc array arrow atlas audio aurora autonomous axis
	base beacon beta bit block blue bolt box bridge bright bull byte camera canvas carbon cell chef chip circle circuit citizen clear client cloud code compass
	community computer concept connect connected control core cosmos crystal cube current cyber dash data database delta design desktop device digital direct
	display domain dragon drive dynamic eagle earth echo eclipse edge elastic electron electronic electronics element elements embedded energy engine
	epic express factory file firmware flash flex flow focus forge fusion galaxy gateway general gap generic genesis giant global go gold graph green grid ground group
	hardware harmony harness home horizon host hub hyper icon idea image impact index industrial infinity info innovation insight instant integrated intelligent interactive
	internet iris jet jump kernel key kiwi kong launch layer lear leap legend lens level library life light line link linear lite local logic lotus lynx magic main map mark master
	matrix media medical memory mercury meta meteor metric micro mini mirror mobile mode modern modular module monitor moon motion national native nest net network networks
	new nexus nice node north nova ocean omni one open optical optimal option orange orbit origin osprey pacific palm panda patch path peak phoenix pilot pixel planet platform play plex
	plus point polar portal power precision premier prime print prism private pro process product program progress project proton proxy public pulse puppet pure quantum quick
	radio range rapid raven ray reach reactor real red remote research ring river robot rock rocket root router safe sage scale scout sea search secure security select sense sensor server service services
	shadow shell shield shift sick signal silicon silver simple site sky slack smart snap social soft software solar solid solution solutions sonic source space spark
	spectrum speed sphere spider spring square stack standard star state static station storage storm stream street studio summit sun super surface swift switch system systems
	target team tech technology technologies telecom terminal test texture thread tiger time titan token tools torch total touch tower track trend triton turbo twin union unity universal unknown
	update vantage vector vendor venture vertex video viking vision visual voice volt vortex wave web weave west wheel wind window windows wire wireless wizard world zero zone zoom`)
})

func words(text string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(text) {
		m[w] = true
	}
	return m
}

// shortName reports whether a folded name is too short to identify anybody
// alone: fewer than five letters of an alphabet, or one character of a script
// that writes words or syllables.
func shortName(key string) bool {
	letters, wide := 0, false
	for _, r := range key {
		if r != ' ' {
			letters++
		}
		if r >= 0x2E80 {
			wide = true
		}
	}
	if wide {
		return letters < 2
	}
	return letters < 5
}

// namesOf returns the keys of all names of an organization, retracted ones
// left out.
func (c *checker) namesOf(id string) map[string]bool {
	if names, ok := c.names[id]; ok {
		return names
	}
	names := map[string]bool{}
	if o := c.organizationByID(id); o != nil {
		addName(names, o.Name)
		for _, n := range o.Names {
			addName(names, n.Name)
		}
	}
	c.names[id] = names
	return names
}

func addName(names map[string]bool, name string) {
	if key := provenance.Key(sbom.OrgName, name); key != "" {
		names[key] = true
	}
}

// claims looks for marks that several records claim in one period.
func (c *checker) claims() {
	type claim struct {
		at
		identifier provenance.Identifier
	}
	type mark struct {
		kind sbom.ClaimKind
		key  string
	}
	byMark := map[mark][]claim{}
	note := func(record string, ids []provenance.Identifier) {
		for i, id := range ids {
			if id.Retracted != nil {
				continue
			}
			m := mark{id.Kind, provenance.Key(id.Kind, id.Value)}
			byMark[m] = append(byMark[m], claim{at{c, record, fmt.Sprintf("identifiers/%d", i)}, id})
		}
	}
	for i := range c.records.Organizations {
		if o := &c.records.Organizations[i]; o.Retracted == nil {
			note("organizations/"+o.ID, o.Identifiers)
		}
	}
	for i := range c.records.Projects {
		if p := &c.records.Projects[i]; p.Retracted == nil {
			note("projects/"+p.ID, p.Identifiers)
		}
	}
	for m, claims := range byMark {
		for i, b := range claims {
			for _, a := range claims[:i] {
				if !overlap(a.identifier.From, a.identifier.To, b.identifier.From, b.identifier.To) {
					continue
				}
				file, line := c.records.Where(a.record, a.part)
				switch {
				case a.record == b.record:
					b.error("claimed-twice", "%s %q stands twice in the record (line %d)", m.kind, b.identifier.Value, line)
				case m.kind == sbom.LiteralMark:
					if a.identifier.Fold != b.identifier.Fold || a.identifier.Word != b.identifier.Word || a.identifier.Wide != b.identifier.Wide {
						b.error("claimed-twice", "literal %q is searched in another way by %s:%d: fold, word and wide must agree", b.identifier.Value, file, line)
					}
					b.report(Info, "shared", "literal %q is also a mark of %s", b.identifier.Value, a.record)
				case a.identifier.Note != "" && b.identifier.Note != "":
					b.report(Info, "shared", "%s %q is also claimed by %s, on purpose", m.kind, b.identifier.Value, a.record)
				default:
					b.error("claimed-twice", "%s %q is also claimed by %s:%d: end one, or give both a note that says why", m.kind, b.identifier.Value, file, line)
				}
			}
		}
	}
	c.overBase()
	byName := map[string][]string{}
	mainNames := map[string]string{}
	for i := range c.records.Organizations {
		o := &c.records.Organizations[i]
		if o.Retracted != nil {
			continue
		}
		mainKey := provenance.Key(sbom.OrgName, o.Name)
		if other, ok := mainNames[mainKey]; ok && !o.WeakName() {
			at{c, "organizations/" + o.ID, "name"}.error("two-records", "%q is also the name of %s: merge the records, or tell the organizations apart in their names", o.Name, other)
		}
		mainNames[mainKey] = o.ID
		keys := map[string]string{mainKey: "name"}
		for j, n := range o.Names {
			if key := provenance.Key(sbom.OrgName, n.Name); keys[key] == "" && !n.Weak && n.Retracted == nil {
				keys[key] = fmt.Sprintf("names/%d", j)
			}
		}
		for key, part := range keys {
			for _, other := range byName[key] {
				at{c, "organizations/" + o.ID, part}.report(Info, "shared", "the name %q is also a name of %s", key, other)
			}
			byName[key] = append(byName[key], o.ID)
		}
	}
}

// overBase reports where records take the place of the base's, and where they
// claim marks that others of the base have.
func (c *checker) overBase() {
	if c.base == nil {
		return
	}
	over := func(record string, match func(provenance.Match) bool, ids []provenance.Identifier) {
		for i, ident := range ids {
			if ident.Retracted != nil {
				continue
			}
			for _, m := range c.base.Lookup(ident.Kind, provenance.Key(ident.Kind, ident.Value)) {
				if match(m) || c.records.Organization(m.Organization) != nil || c.records.Project(m.Project) != nil {
					continue
				}
				at{c, record, fmt.Sprintf("identifiers/%d", i)}.report(Info, "base", "%s %q is also claimed by %s of the database below: both will answer", ident.Kind, ident.Value, m.Organization+m.Project)
			}
		}
	}
	for i := range c.records.Organizations {
		o := &c.records.Organizations[i]
		if c.base.Organization(o.ID) != nil {
			at{c, "organizations/" + o.ID, "id"}.report(Info, "base", "the record takes the place of the one of the database below")
		}
		over("organizations/"+o.ID, func(m provenance.Match) bool { return m.Organization == o.ID }, o.Identifiers)
	}
	for i := range c.records.Projects {
		p := &c.records.Projects[i]
		if c.base.Project(p.ID) != nil {
			at{c, "projects/" + p.ID, "id"}.report(Info, "base", "the record takes the place of the one of the database below")
		}
		over("projects/"+p.ID, func(m provenance.Match) bool { return m.Project == p.ID }, p.Identifiers)
	}
}
