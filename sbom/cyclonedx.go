package sbom

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// CycloneDX, all versions and encodings, from trees of the shape of its JSON
// encoding (ECMA-424; https://cyclonedx.org/specification/overview/).
//
// Roles. "supplier": the organization that supplied the component, Supplier.
// "manufacturer": the organization that created it, Manufacturer. "publisher":
// "the person(s) or organization(s) that published the component", which is
// who released it and not who wrote it: Supplier. "author" and "authors":
// Developer. A service's "provider": Operator.
type cyclonedx struct {
	b *builder
	// namespace is the version that an XML namespace states.
	namespace string
	hasFormat bool
}

// A treatment says what a reader of an encoding does with a member of the
// document's root.
type treatment uint8

const (
	skip  treatment = iota
	whole           // hand it over as one value
	items           // a list: hand over its items, one at a time
)

// A format takes a document's parts, in any order.
type format interface {
	// wants says what to do with a member of the root.
	wants(name string) treatment
	// accept takes the value of a wanted member, or an item of it.
	accept(name string, v value)
	// finish is called after the last part.
	finish()
}

func (c *cyclonedx) wants(name string) treatment {
	switch name {
	case "components", "services", "dependencies", "properties":
		return items
	case "bomFormat", "specVersion", "serialNumber", "metadata", "$schema":
		return whole
	}
	return skip
}

func (c *cyclonedx) accept(name string, v value) {
	b := c.b
	switch name {
	case "bomFormat":
		if s := b.scalar(v); s != "CycloneDX" {
			b.problem("wrong-format-name", ProblemWarning, v.pointer(), "bomFormat is %q and not \"CycloneDX\"", clip(s))
		}
		c.hasFormat = true
	case "specVersion":
		b.doc.Source.SpecVersion, b.versionAt = b.scalar(v), v.pointer()
	case "$schema":
		if s := v.raw(); c.namespace == "" {
			_, c.namespace, _ = strings.Cut(s, "/bom-")
			c.namespace = strings.TrimSuffix(c.namespace, ".schema.json")
			if b.versionAt == "" {
				b.versionAt = v.pointer()
			}
		}
	case "serialNumber":
		b.doc.Source.ID = b.scalar(v)
	case "metadata":
		c.metadata(v)
	case "components":
		c.component(v, "")
	case "services":
		c.service(v, "")
	case "dependencies":
		c.dependency(v)
	case "properties":
		b.ownFact(v.get("name").raw(), c.textOr(v, "value"))
	}
}

func (c *cyclonedx) finish() {
	b := c.b
	if b.doc.Source.SpecVersion == "" {
		b.doc.Source.SpecVersion = c.namespace
	}
	switch v := b.doc.Source.SpecVersion; v {
	case "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7":
	case "":
		b.problem("spec-version", ProblemWarning, "", "the document does not say which version of CycloneDX it is")
	default:
		b.problem("spec-version", ProblemWarning, b.versionAt, "CycloneDX has no version %q; read as far as known", clip(v))
	}
	b.finish(nil)
}

func (c *cyclonedx) metadata(v value) {
	b := c.b
	if !b.isGroup(v, "the metadata") {
		return
	}
	src := &b.doc.Source
	src.Created = b.str(v, "timestamp")
	c.tools(v.get("tools"))
	for _, f := range []struct {
		name string
		role Role
	}{{"supplier", Supplier}, {"manufacturer", Manufacturer}, {"manufacture", Manufacturer}} {
		if p, ok := c.entity(v.get(f.name), f.role, f.name); ok {
			b.doc.Suppliers = append(b.doc.Suppliers, p)
		}
	}
	v.items("authors", "author", func(i int, a value) {
		if p, ok := c.contact(a, 0, b.field("authors/", i, "")); ok {
			b.doc.Suppliers = append(b.doc.Suppliers, p)
		}
	})
	if s := v.get("component"); s.ok() && b.isGroup(s, "a component") {
		c.subject(s)
	}
}

// tools reads both forms: a list of tools, and since 1.5 an object with lists
// of components and services.
func (c *cyclonedx) tools(v value) {
	b := c.b
	add := func(t value) {
		if t.kind() != group {
			if s := t.raw(); s != "" {
				b.doc.Source.Tools = append(b.doc.Source.Tools, s)
			}
			return
		}
		if t.get("bom-ref").raw() == enrichmentRef {
			return // it did not make the document
		}
		if s := strings.TrimSpace(b.str(t, "name") + " " + b.str(t, "version")); s != "" {
			b.doc.Source.Tools = append(b.doc.Source.Tools, s)
		}
	}
	if v.kind() == list {
		v.each(add)
		return
	}
	v.items("tool", "", func(_ int, t value) { add(t) })
	v.items("components", "component", func(_ int, t value) { add(t) })
	v.items("services", "service", func(_ int, t value) { add(t) })
}

// subject reads metadata.component.
func (c *cyclonedx) subject(v value) {
	b := c.b
	if b.doc.Subject != nil {
		b.problem("duplicate-subject", ProblemError, v.pointer(), "a second metadata.component; left out")
		return
	}
	s := c.fields(v)
	s.Ref = b.ref(s.Ref, s.Place, refSubject)
	b.coordinates(&s)
	b.take(&s)
	b.doc.Subject = &s
	v.items("components", "component", func(_ int, n value) { c.component(n, s.Ref) })
}

// component adds a component and those nested in it.
func (c *cyclonedx) component(v value, parent string) {
	if !c.b.isGroup(v, "a component") {
		return
	}
	comp := c.fields(v)
	comp.Parent = parent
	at := len(c.b.doc.Components)
	if !c.b.addComponent(&comp) {
		return
	}
	ref := c.b.doc.Components[at].Ref
	v.items("components", "component", func(_ int, n value) { c.component(n, ref) })
}

// fields reads a component into the scratch; the caller takes it.
func (c *cyclonedx) fields(v value) Component {
	b := c.b
	comp := Component{
		Ref:         b.str(v, "bom-ref"),
		Type:        ComponentType(b.str(v, "type")),
		Group:       b.str(v, "group"),
		Name:        b.str(v, "name"),
		Version:     b.str(v, "version"),
		Description: b.str(v, "description"),
		Scope:       b.str(v, "scope"),
		Place:       v.pointer(),
	}
	if comp.Name == "" {
		b.problem("no-name", ProblemWarning, comp.Place, "a component without a name")
	}
	if m := v.get("purl"); m.ok() {
		b.purl(b.scalar(m), "purl", m)
	}
	if m := v.get("cpe"); m.ok() {
		b.cpe(b.scalar(m), "cpe", m)
	}
	v.items("properties", "property", func(i int, p value) {
		switch p.get("name").raw() {
		case namespace + "purl":
			b.purl(c.textOr(p, "value"), b.field("properties/", i, "/value"), p)
		case namespace + "cpe", "syft:cpe23":
			b.cpe(c.textOr(p, "value"), b.field("properties/", i, "/value"), p)
		case FilledManufacturer, FilledSupplier:
			b.s.filled.note(p.get("name").raw(), c.textOr(p, "value"))
		}
	})
	c.party(v, "supplier", Supplier)
	c.party(v, "manufacturer", Manufacturer)
	if m := v.get("publisher"); m.ok() {
		b.freeText(b.scalar(m), Supplier, "publisher", m, false)
	}
	if m := v.get("author"); m.ok() {
		b.freeText(b.scalar(m), Developer, "author", m, true)
	}
	v.items("authors", "author", func(i int, a value) {
		if p, ok := c.contact(a, Developer, b.field("authors/", i, "")); ok {
			b.party(p, p.Field)
		}
	})
	if comp.Group != "" && !strings.EqualFold(comp.Group, b.s.purlNS) {
		b.claim(Group, comp.Group, 0, "group")
	}
	c.links(v)
	v.items("hashes", "hash", func(_ int, h value) { b.hash(b.str(h, "alg"), c.textOr(h, "content")) })
	c.licenses(v)
	v.items("properties", "property", func(i int, p value) {
		name, val := b.str(p, "name"), c.textOr(p, "value")
		switch {
		case name == "" && val == "", name == namespace+"cpe", name == namespace+"purl":
		case !b.ownProperty(&comp, Property{name, val}):
			b.s.props = append(b.s.props, Property{name, val})
		}
	})
	if m := v.get("releaseNotes"); m.kind() == group && comp.Released == "" {
		comp.Released = b.str(m, "timestamp")
	}
	c.evidence(v.get("evidence"))
	return comp
}

// textOr returns the named member, or the text of an element that carries the
// value as its own.
func (c *cyclonedx) textOr(v value, name string) string {
	if m := v.get(name); m.ok() {
		return c.b.scalar(m)
	}
	if v.kind() == group && !v.t.elements {
		return ""
	}
	return v.raw()
}

// party reads an organizational entity of a component, with the claims that it
// makes.
func (c *cyclonedx) party(v value, name string, role Role) {
	b := c.b
	m := v.get(name)
	if !m.ok() {
		return
	}
	p, as, ok := c.entityAs(m, role, name)
	if !ok {
		return
	}
	if m.kind() == text && !m.t.elements {
		b.party(p, name)
		return
	}
	// The claims of an entity each have their own field.
	fields := entityFields()[name]
	p = b.s.filled.mark(p)
	if len(b.s.parties) == 0 {
		b.s.agent = as
	}
	b.s.parties = append(b.s.parties, p)
	if p.Filled {
		return
	}
	if p.Name != "" && p.Kind != Person {
		b.claim(OrgName, p.Name, role, fields.name)
	}
	if d := agentMail(m.get("name").raw()); d != "" {
		b.claim(MailDomain, d, role, fields.name)
	}
	m.items("contact", "", func(i int, k value) {
		if d := as.mailDomain(k.get("email").raw()); d != "" {
			b.claim(MailDomain, d, role, b.field(fields.contact, i, "/email"))
		}
	})
	m.items("url", "", func(i int, u value) {
		if h := hostOf(u.raw()); h != "" {
			b.claim(Domain, h, role, b.field(fields.url, i, ""))
		}
	})
	if p.Country != "" {
		b.claim(AddressCountry, p.Country, role, fields.country)
	}
}

// entityFields are where the claims of an organizational entity stand.
var entityFields = sync.OnceValue(func() map[string]entityField {
	m := map[string]entityField{}
	for _, name := range []string{"supplier", "manufacturer", "provider"} {
		m[name] = entityField{name + "/name", name + "/contact/", name + "/url/", name + "/address/country"}
	}
	return m
})

type entityField struct{ name, contact, url, country string }

// agentMail returns the mail domain of a name with an address in it.
func agentMail(name string) string {
	if !strings.Contains(name, "@") {
		return ""
	}
	if p, ok := parseAgent(name); ok && len(p.Mails) > 0 {
		return mailDomain(p.Mails[0])
	}
	return ""
}

// entity reads an organizationalEntity.
func (c *cyclonedx) entity(v value, role Role, field string) (Party, bool) {
	p, _, ok := c.entityAs(v, role, field)
	return p, ok
}

// entityAs also returns what is known of its name; see builder.agent.
func (c *cyclonedx) entityAs(v value, role Role, field string) (Party, *agent, bool) {
	b := c.b
	switch v.kind() {
	case absent, null:
		return Party{}, nil, false
	case text:
		s := v.raw()
		if s == "" {
			return Party{}, nil, false
		}
		if !v.t.elements {
			b.problem("wrong-type", ProblemWarning, v.pointer(), "%s is a string and not an object; taken as the name", field)
		}
		p, as, ok := b.agent(s, v)
		p.Role, p.Field = role, field
		return p, as, ok
	case group:
	case list:
		// Some writers give a list of one.
		var only value
		v.each(func(e value) {
			if only.i == 0 {
				only = e
			}
		})
		b.problem("wrong-type", ProblemWarning, v.pointer(), "%s is a list and not an object; its first item taken", field)
		if only.kind() == list {
			return Party{}, nil, false
		}
		return c.entityAs(only, role, field)
	default:
		b.isGroup(v, "an organization")
		return Party{}, nil, false
	}
	var p Party
	var as *agent
	if m := v.get("name"); m.ok() {
		p, as, _ = b.agent(b.scalar(m), m)
	}
	if p.Kind == UnknownParty {
		p.Kind = Organization
	}
	v.items("url", "", func(_ int, u value) {
		if s := b.scalar(u); s != "" && !isNobody(s) {
			p.URLs = append(p.URLs, s)
		}
	})
	v.items("contact", "", func(_ int, k value) {
		s := k.get("email")
		if !s.ok() {
			return
		}
		switch mail := b.scalar(s); {
		case mail == "":
		case len(p.Mails) == 0 && as != nil:
			p.Mails = as.mailed(mail)
		default:
			p.Mails = append(slices.Clip(p.Mails), mail)
		}
	})
	if a := v.get("address"); a.kind() == group {
		p.Country = b.str(a, "country")
	}
	p.Role, p.Field = role, field
	return p, as, p.Name != "" || len(p.Mails) > 0 || len(p.URLs) > 0 || p.Country != ""
}

// named reads the name of a party.
func (b *builder) named(s string, v value) (Party, bool) {
	p, _, ok := b.agent(s, v)
	return p, ok
}

// agent also returns what is known of the name, nil where it is more than a
// name or nobody's. Most documents name few suppliers.
func (b *builder) agent(s string, v value) (Party, *agent, bool) {
	if as := b.agents[s]; as != nil {
		return Party{Kind: as.kind, Name: as.name}, as, true
	}
	bare := s
	if prefix, rest, found := strings.Cut(s, ":"); found {
		switch strings.ToLower(strings.TrimSpace(prefix)) {
		case "organization", "organisation", "person": // as SPDX writes them
			bare = strings.TrimSpace(strings.TrimSuffix(rest, "()"))
		}
	}
	if isTemplate(bare) || isFiller(bare) {
		b.unfilledAt(bare, v, true)
		return Party{}, nil, false
	}
	p, ok := parseAgent(s)
	if ok && p.Name != bare && isTemplate(p.Name) {
		// The mail address or site may be real.
		b.unfilledAt(p.Name, v, true)
		if p.Name = ""; len(p.Mails) == 0 && len(p.URLs) == 0 {
			return Party{}, nil, false
		}
	}
	if !ok || len(p.Mails) > 0 || len(p.URLs) > 0 || len(b.agents) == maxSame {
		return p, nil, ok
	}
	as := &agent{kind: p.Kind, name: p.Name}
	b.agents[s] = as
	return p, as, true
}

// An agent is a party as far as its name tells, with the mail address that it
// was given last.
type agent struct {
	kind   PartyKind
	name   string
	mails  []string // one
	domain string   // of it
	kept   []Party  // of the last component of which it was the first party
}

// mailed returns an address as a slice, the same as before where it is that one.
func (as *agent) mailed(mail string) []string {
	if len(as.mails) == 0 || as.mails[0] != mail {
		as.mails, as.domain = []string{mail}, mailDomain(mail)
	}
	return as.mails
}

// mailDomain returns the domain of an address.
func (as *agent) mailDomain(mail string) string {
	if as != nil && len(as.mails) > 0 && as.mails[0] == mail {
		return as.domain
	}
	return mailDomain(mail)
}

// contact reads an organizationalContact: a person.
func (c *cyclonedx) contact(v value, role Role, field string) (Party, bool) {
	p := Party{Kind: Person, Role: role, Field: field}
	switch v.kind() {
	case text:
		q, ok := parseAgent(v.raw())
		q.Kind, q.Role, q.Field = Person, role, field
		return q, ok
	case group:
		p.Name = c.b.str(v, "name")
		if m := c.b.str(v, "email"); m != "" {
			p.Mails = []string{m}
		}
	}
	return p, p.Name != "" || len(p.Mails) > 0
}

func (c *cyclonedx) links(v value) {
	b := c.b
	v.items("externalReferences", "reference", func(i int, r value) {
		l := Link{Type: b.str(r, "type"), URL: b.str(r, "url")}
		if l.URL == "" {
			return
		}
		b.link(l, b.field("externalReferences/", i, "/url"))
	})
}

func (c *cyclonedx) licenses(v value) {
	b := c.b
	one := func(l value) {
		switch {
		case l.name() == "expression" && l.kind() == text:
			b.license(l.raw())
		case l.kind() == text && !l.t.elements:
			b.license(l.raw())
		default:
			n := l
			if m := l.get("license"); m.kind() == group {
				n = m
			}
			if m := l.first("expression"); m.ok() {
				b.license(b.scalar(m))
			} else if m := n.first("id", "name", "expression"); m.ok() {
				b.license(b.scalar(m))
			}
		}
	}
	v.each(func(l value) {
		if l.name() != "licenses" {
			return
		}
		if l.kind() == group && !l.t.elements {
			one(l)
			return
		}
		l.each(one)
	})
}

// evidence reads component.evidence: identity observations and occurrences.
func (c *cyclonedx) evidence(v value) {
	b := c.b
	if v.kind() != group {
		return
	}
	v.items("identity", "", func(_ int, id value) {
		if id.kind() != group {
			return
		}
		e := Evidence{Field: b.str(id, "field"), Extractor: "document", Confidence: confidence(id.get("confidence").raw())}
		n := 0
		id.items("methods", "method", func(_ int, m value) {
			n++
			e := e
			e.Technique = Technique(m.get("technique").raw())
			e.Match = withoutMail(clip(m.get("value").raw()))
			if k := confidence(m.get("confidence").raw()); k != "" {
				e.Confidence = k
			}
			b.s.ev = append(b.s.ev, e)
		})
		if n == 0 {
			e.Technique = OtherTechnique
			b.s.ev = append(b.s.ev, e)
		}
	})
	v.items("occurrences", "occurrence", func(_ int, o value) {
		loc := b.str(o, "location")
		if loc == "" {
			return
		}
		off, offErr := strconv.ParseInt(o.get("offset").raw(), 10, 64)
		context := o.get("additionalContext").raw()
		if len(b.s.own)+len(b.s.ownEv) > 0 && context != "" {
			return // written by us beside the property that says it in full
		}
		b.s.locs = append(b.s.locs, loc)
		if offErr == nil || context != "" {
			b.s.ev = append(b.s.ev, Evidence{Technique: OtherTechnique, Extractor: "document", Path: loc,
				Offset: off, Match: withoutMail(clip(context))})
		}
	})
}

// confidence turns CycloneDX's number from 0 to 1 into one of three words.
func confidence(s string) Confidence {
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || f <= 0:
		return ""
	case f < 0.5:
		return Low
	case f < 0.8:
		return Medium
	}
	return High
}

func (c *cyclonedx) service(v value, parent string) {
	b := c.b
	if !b.isGroup(v, "a service") {
		return
	}
	if len(b.doc.Components)+len(b.doc.Services) >= b.limits.Components {
		b.tooMany = true
		return
	}
	s := Service{Parent: parent, Group: b.str(v, "group"), Name: b.str(v, "name"), Version: b.str(v, "version"),
		Place: v.pointer()}
	if m := v.get("provider"); m.ok() {
		c.party(v, "provider", Operator)
	}
	if s.Group != "" {
		b.claim(Group, s.Group, 0, "group")
	}
	v.items("endpoints", "endpoint", func(i int, e value) {
		u := b.scalar(e)
		if u == "" {
			return
		}
		b.s.locs = append(b.s.locs, u)
		if h := hostOf(u); h != "" {
			b.claim(Host, h, Operator, b.field("endpoints/", i, ""))
		}
	})
	c.links(v)
	v.items("properties", "property", func(_ int, p value) {
		name, val := b.str(p, "name"), c.textOr(p, "value")
		switch {
		case name == "" && val == "":
		case name == namespace+"purpose":
			s.Purpose = val
		case name == namespace+"location":
			s.Locations = append(s.Locations, val)
		case name == namespace+"endpoint": // one that is no URL
			b.s.locs = append(b.s.locs, val)
		case !b.ownProperty(&Component{}, Property{name, val}):
			b.s.props = append(b.s.props, Property{name, val})
		}
	})
	s.Ref = b.ref(b.str(v, "bom-ref"), s.Place, int32(refService-len(b.doc.Services)))
	b.takeService(&s)
	b.doc.Services = append(b.doc.Services, s)
	v.items("services", "service", func(_ int, n value) { c.service(n, s.Ref) })
}

func (c *cyclonedx) dependency(v value) {
	b := c.b
	if !b.isGroup(v, "a dependency") {
		return
	}
	ref := b.str(v, "ref")
	if ref == "" {
		b.problem("no-ref", ProblemError, v.pointer(), "a dependency without ref; left out")
		return
	}
	v.items("dependsOn", "", func(_ int, d value) {
		if d.kind() == group {
			d = d.get("ref")
		}
		if to := b.scalar(d); to != "" {
			b.relate(ref, DependsOn, to)
		}
	})
	v.items("provides", "", func(_ int, d value) {
		if d.kind() == group {
			d = d.get("ref")
		}
		if to := b.scalar(d); to != "" {
			b.relate(ref, "provides", to)
		}
	})
	if v.t.elements {
		v.each(func(d value) {
			if d.name() == "dependency" {
				if to := b.str(d, "ref"); to != "" {
					b.relate(ref, DependsOn, to)
				}
			}
		})
	}
}
