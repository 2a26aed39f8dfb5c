package sbom

import (
	"hash/maphash"
	"slices"
	"strings"
	"unicode"
)

// SPDX 3.0 and 3.0.1 in JSON-LD, as its context compacts it
// (https://spdx.github.io/spdx-spec/v3.0.1/).
//
// Packages, AI packages and datasets become components; files, snippets,
// builds, licences and vulnerabilities do not. Agents are elements of their
// own, in any order, so what a package says of its supplier is resolved at the
// end where the agent was not seen before. "suppliedBy" has the role Supplier,
// "originatedBy" Developer, a relationship "availableFrom" Distributor.
type spdx3 struct {
	b    *builder
	root *tree // a document that is one element, without @graph

	agents   map[string]Party
	created  map[string]creation3
	licenses map[string]string // text of licence elements
	purls    map[string]string // of ExternalIdentifiers that are elements, by id
	waiting  []waiting3
	others   map[uint64]struct{} // ids of elements that are no components
	seed     maphash.Seed

	docID     string
	info      string              // id of the document's CreationInfo
	roots     []string            // rootElement of the document
	sbomRoots map[string][]string // of collections, which may be the document's root
	seenSpec  string
}

// creation3 is what counts of a CreationInfo.
type creation3 struct {
	spec, created string
	place         string // of spec
	by, using     []string
}

// waiting3 is a component whose parties or licences are not all known yet.
type waiting3 struct {
	at       int // component
	claimsAt int // where its parties' claims belong
	parties  []partyRef
	own      bool // some party was written by us in full
	filled   filledNames
	// identifiers are ids of ExternalIdentifiers that stand elsewhere. SPDX has
	// them in place; a generator in wide use writes them as elements.
	identifiers []string
}

type partyRef struct {
	id    string
	role  Role
	field string
}

func newSPDX3(b *builder) *spdx3 {
	return &spdx3{b: b, agents: map[string]Party{}, created: map[string]creation3{}, licenses: map[string]string{}, purls: map[string]string{},
		others: map[uint64]struct{}{}, seed: maphash.MakeSeed(), sbomRoots: map[string][]string{}}
}

func (d *spdx3) wants(name string) treatment {
	switch name {
	case "@graph":
		return items
	case "@context":
		return skip
	}
	if _, ok := names()[name]; ok {
		return whole
	}
	return skip
}

func (d *spdx3) accept(name string, v value) {
	if name == "@graph" {
		d.element(v)
		return
	}
	// A member of a document that is itself the only element.
	if d.root == nil {
		d.root = new(tree)
		d.root.reset("")
		if _, err := d.root.add(0, "", group); err != nil {
			return
		}
	}
	_ = d.root.graft(1, v) // bounded by the reader of v
}

// graft copies a value with all that is in it.
func (t *tree) graft(parent int32, v value) error {
	n := v.node()
	if len(n.text) > maxText-t.size {
		return errItemSize
	}
	i, err := t.add(parent, n.name, n.kind)
	if err != nil {
		return err
	}
	t.nodes[i].text = n.text
	t.size += len(n.text)
	v.each(func(c value) {
		if err == nil {
			err = t.graft(i, c)
		}
	})
	return err
}

// class returns the type of an element without its profile or namespace.
func class(v value) string {
	s := v.first("type", "@type").raw()
	return s[strings.LastIndexAny(s, "_:/#")+1:]
}

func elementID(v value) string { return v.first("spdxId", "@id").raw() }

func (d *spdx3) element(v value) {
	b := d.b
	if !b.isGroup(v, "an element") {
		return
	}
	id := elementID(v)
	kind := class(v)
	switch kind {
	case "Package", "AIPackage", "DatasetPackage":
		d.pkg(v, id)
		return
	case "Organization", "Person", "Agent", "SoftwareAgent", "Tool":
		d.agent(v, id)
	case "ExternalIdentifier":
		switch b.str(v, "externalIdentifierType") {
		case "packageUrl", "packageURL", "purl":
			if val := v.get("identifier").raw(); id != "" && val != "" {
				d.purls[id] = val
			}
		}
	case "CreationInfo":
		d.creation(v, id)
	case "SpdxDocument":
		if d.docID == "" || len(d.roots) == 0 {
			d.docID = id
			d.roots = refs3(v.get("rootElement"))
			if info := v.get("creationInfo"); info.kind() == group {
				d.info = elementID(info)
				d.creation(info, d.info)
			} else {
				d.info = info.raw()
			}
		}
		for _, p := range d.extension(v) {
			b.ownFact(p.Name, p.Value)
		}
		v.each(func(c value) {
			if c.name() == "import" || c.name() == "imports" {
				c.each(func(m value) { d.other(m.first("externalSpdxId", "externalId").raw()) })
			}
		})
	case "Sbom", "Bom", "Bundle", "ElementCollection":
		d.sbomRoots[id] = refs3(v.get("rootElement"))
	case "LicenseExpression":
		d.licenses[id] = b.str(v, "licenseExpression")
	case "SimpleLicensingText", "CustomLicense", "ListedLicense":
		d.licenses[id] = b.str(v, "name")
		if text := b.str(v, "licenseText"); d.licenses[id] == "" && len(text) <= 100 {
			d.licenses[id] = text // a name, or as good as one
		}
	case "":
		b.problem("no-type", ProblemError, v.pointer(), "an element without a type; left out")
	}
	if strings.HasSuffix(kind, "Relationship") {
		d.relationship(v, kind)
	}
	d.other(id)
}

func (d *spdx3) other(id string) {
	if id != "" {
		d.others[maphash.String(d.seed, id)] = struct{}{}
	}
}

// refs3 returns the ids in a member: one, a list of them, or elements in place.
func refs3(v value) []string {
	var ids []string
	one := func(e value) {
		switch e.kind() {
		case text:
			ids = append(ids, e.raw())
		case group:
			if id := elementID(e); id != "" {
				ids = append(ids, id)
			}
		}
	}
	if v.kind() == list {
		v.each(one)
	} else {
		one(v)
	}
	return ids
}

func (d *spdx3) creation(v value, id string) {
	c := creation3{spec: d.b.str(v, "specVersion"), created: d.b.str(v, "created"),
		place: v.get("specVersion").pointer(), by: refs3(v.get("createdBy")), using: refs3(v.get("createdUsing"))}
	// There may be one for each element; only the document's counts, or the
	// first where the document has none.
	if len(d.created) < 10_000 {
		d.created[id] = c
	}
	if d.seenSpec == "" {
		d.seenSpec, d.b.versionAt = c.spec, c.place
	}
	if d.info == "" {
		d.info = id
	}
}

func (d *spdx3) agent(v value, id string) {
	b := d.b
	p, _ := b.named(b.str(v, "name"), v.get("name"))
	switch class(v) {
	case "Organization":
		p.Kind = Organization
	case "Person":
		p.Kind = Person
	case "Tool", "SoftwareAgent":
		p.Kind = Tool
	default:
		if p.Kind == UnknownParty && looksPersonal(p.Name, p.Mails, true) {
			p.Kind = Person
		}
	}
	identifiers3(v, func(_ int, x value, typ, val string) {
		switch {
		case typ == "email":
			p.Mails = append(p.Mails, val)
		case strings.Contains(val, "://"):
			p.URLs = append(p.URLs, val)
		}
	})
	if id != "" {
		d.agents[id] = p
	}
}

// identifiers3 calls f for the external identifiers of an element.
func identifiers3(v value, f func(i int, x value, typ, val string)) {
	for _, name := range [...]string{"externalIdentifier", "externalIdentifiers"} {
		v.items(name, "", func(i int, x value) {
			if val := x.get("identifier").raw(); x.kind() == group && val != "" {
				f(i, x, x.get("externalIdentifierType").raw(), val)
			}
		})
	}
}

func (d *spdx3) pkg(v value, id string) {
	b := d.b
	c := Component{Ref: id, Name: b.str(v, "name"), Version: b.str(v, "packageVersion"),
		Type: purposeType3(b.str(v, "primaryPurpose")), Released: b.str(v, "releaseTime"),
		Place: v.pointer()}
	if c.Description = b.str(v, "description"); c.Description == "" {
		c.Description = b.str(v, "summary")
	}
	if c.Type == "" && class(v) == "AIPackage" {
		c.Type = MachineLearning
	}
	if c.Type == "" && class(v) == "DatasetPackage" {
		c.Type = Data
	}
	if c.Name == "" {
		b.problem("no-name", ProblemWarning, c.Place, "a package without a name")
	}
	if c.Ref == "" {
		b.problem("no-ref", ProblemWarning, c.Place, "a package without spdxId; no relationship can name it")
	}
	if m := v.get("packageUrl"); m.ok() {
		b.purl(b.scalar(m), "packageUrl", m)
	}
	identifiers3(v, func(i int, x value, typ, val string) {
		switch typ {
		case "packageUrl", "packageURL", "purl":
			if val != b.s.purl {
				b.purl(val, b.field("externalIdentifier/", i, "/identifier"), x.get("identifier"))
			}
		}
	})
	identifiers3(v, func(i int, x value, typ, val string) {
		switch typ {
		case "cpe22", "cpe23":
			b.cpe(val, b.field("externalIdentifier/", i, "/identifier"), x.get("identifier"))
		}
	})
	w := waiting3{at: len(b.doc.Components), claimsAt: len(b.s.claims)}
	own := d.extension(v)
	w.own = slices.ContainsFunc(own, func(p Property) bool { return p.Name == namespace+"party" })
	for _, p := range own {
		b.s.filled.note(p.Name, p.Value)
	}
	w.filled = b.s.filled
	d.parties(v, &w, "suppliedBy", Supplier)
	d.parties(v, &w, "originatedBy", Developer)
	for _, f := range [...]struct{ name, typ string }{{"homePage", "homepage"}, {"homepage", "homepage"}, {"downloadLocation", "downloadLocation"}} {
		if u := b.str(v, f.name); u != "" && !isNobody(u) && !strings.HasPrefix(u, termsIRI) {
			b.link(Link{f.typ, u}, f.name)
		}
	}
	v.items("externalRef", "", func(i int, r value) {
		typ := b.str(r, "externalRefType")
		r.items("locator", "", func(_ int, l value) {
			if u := b.scalar(l); u != "" {
				b.link(Link{typ, u}, b.field("externalRef/", i, "/locator"))
			}
		})
	})
	v.items("verifiedUsing", "", func(_ int, h value) {
		if h.kind() == group && class(h) != "PackageVerificationCode" {
			b.hash(b.str(h, "algorithm"), b.str(h, "hashValue"))
		}
	})
	for _, p := range own {
		if !b.ownProperty(&c, p) {
			b.s.props = append(b.s.props, p)
		}
	}
	if b.s.purl == "" {
		v.items("externalIdentifier", "", func(_ int, x value) {
			if x.kind() == text && x.raw() != "" {
				w.identifiers = append(w.identifiers, x.raw())
			}
		})
	}
	if b.addComponent(&c) && len(w.parties)+len(w.identifiers) > 0 {
		d.waiting = append(d.waiting, w)
	}
}

// extension returns the properties of CycloneDX that an element carries
// (Extension/CdxPropertiesExtension).
func (d *spdx3) extension(v value) []Property {
	var props []Property
	v.items("extension", "", func(_ int, x value) {
		x.items("cdxProperty", "", func(_ int, p value) {
			if name := d.b.str(p, "cdxPropName"); name != "" {
				props = append(props, Property{name, d.b.str(p, "cdxPropValue")})
			}
		})
	})
	return props
}

const termsIRI = "https://spdx.org/rdf/"

// parties reads agents that an element refers to. Those not seen yet wait.
func (d *spdx3) parties(v value, w *waiting3, name string, role Role) {
	m := v.get(name)
	i := 0
	one := func(e value, field string) {
		if e.kind() == group {
			d.agent(e, elementID(e))
		}
		id := elementID(e)
		if e.kind() == text {
			id = e.raw()
		}
		if id == "" || isNobody(id) || strings.HasPrefix(id, termsIRI) {
			return
		}
		if p, ok := d.agents[id]; ok && len(w.parties) == 0 && !w.own {
			d.agreed(p, role, field)
			w.claimsAt = len(d.b.s.claims)
			return
		}
		w.parties = append(w.parties, partyRef{id, role, field})
	}
	if m.kind() != list {
		if m.ok() {
			one(m, name)
		}
		return
	}
	m.each(func(e value) {
		one(e, d.b.field(name+"/", i, ""))
		i++
	})
}

// agreed records a party that was resolved, unless it is one that stands for
// none, as agents of the name NOASSERTION do.
func (d *spdx3) agreed(p Party, role Role, field string) {
	if p.Name == "" && len(p.Mails) == 0 && len(p.URLs) == 0 {
		return
	}
	p.Role, p.Field = role, field
	d.b.party(p, field)
}

// purposeType3 turns a SoftwarePurpose into a component type.
func purposeType3(s string) ComponentType {
	s = s[strings.LastIndexAny(s, "/_")+1:]
	switch s {
	case "application", "framework", "library", "container", "device", "firmware", "file", "data", "platform":
		return ComponentType(s)
	case "operatingSystem":
		return OperatingSystem
	case "deviceDriver":
		return DeviceDriver
	case "model":
		return MachineLearning
	}
	return ""
}

func (d *spdx3) relationship(v value, kind string) {
	b := d.b
	if strings.Contains(kind, "Vuln") || strings.Contains(kind, "Vex") {
		return // about vulnerabilities
	}
	from, typ := "", b.str(v, "relationshipType")
	if ids := refs3(v.get("from")); len(ids) > 0 {
		from = ids[0]
	}
	to := refs3(v.get("to"))
	if from == "" || typ == "" {
		b.problem("bad-relationship", ProblemError, v.pointer(), "a relationship that lacks its source or type; left out")
		return
	}
	typ = typ[strings.LastIndexAny(typ, "/_")+1:]
	for _, id := range to {
		if strings.HasPrefix(id, termsIRI) {
			continue
		}
		b.relate(from, relationshipType3(typ), id)
	}
}

// relationshipType3 writes a type of SPDX 3 in lower case with hyphens.
func relationshipType3(s string) RelationshipType {
	switch s {
	case "dependsOn":
		return DependsOn
	case "contains":
		return Contains
	case "describes":
		return Describes
	case "hasConcludedLicense":
		return concluded3
	case "hasDeclaredLicense":
		return declared3
	case "availableFrom":
		return available3
	}
	var out strings.Builder
	for i, r := range s {
		if unicode.IsUpper(r) && i > 0 {
			out.WriteByte('-')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return RelationshipType(out.String())
}

// Relationships that end in no component.
const (
	concluded3 RelationshipType = "has-concluded-license"
	declared3  RelationshipType = "has-declared-license"
	available3 RelationshipType = "available-from"
)

func (d *spdx3) known(ref string) bool {
	if strings.HasPrefix(ref, termsIRI) || ref == d.docID {
		return true
	}
	_, ok := d.others[maphash.String(d.seed, ref)]
	return ok
}

func (d *spdx3) finish() {
	b := d.b
	if d.root != nil {
		d.element(d.root.seal())
	}
	src := &b.doc.Source
	src.ID = d.docID
	info := d.created[d.info]
	src.SpecVersion, src.Created = info.spec, info.created
	if src.SpecVersion == "" {
		src.SpecVersion = d.seenSpec
	} else {
		b.versionAt = info.place
	}
	switch src.SpecVersion {
	case "3.0", "3.0.0", "3.0.1":
	case "":
		b.problem("spec-version", ProblemWarning, "", "the document does not say which version of SPDX it is")
	default:
		b.problem("spec-version", ProblemWarning, b.versionAt, "SPDX %q is not known; read as far as known", clip(src.SpecVersion))
	}
	for _, id := range info.using {
		if a, ok := d.agents[id]; ok && a.Name != "" {
			src.Tools = append(src.Tools, a.Name)
		}
	}
	for i, id := range info.by {
		a, ok := d.agents[id]
		switch {
		case !ok:
		case a.Kind == Tool:
			src.Tools = append(src.Tools, a.Name)
		default:
			a.Field = b.field("createdBy/", i, "")
			b.doc.Suppliers = append(b.doc.Suppliers, a)
		}
	}
	for _, w := range d.waiting {
		d.settle(w)
	}
	d.edges()
	for len(d.roots) > 0 {
		// The document's root may be a collection with roots of its own.
		sub, ok := d.sbomRoots[d.roots[0]]
		if !ok || len(d.roots) > 1 {
			break
		}
		delete(d.sbomRoots, d.roots[0])
		d.roots = sub
	}
	if len(d.roots) == 0 {
		for _, id := range sortedKeys(d.sbomRoots) {
			d.roots = append(d.roots, d.sbomRoots[id]...)
		}
	}
	b.setSubject(d.roots, d.known)
	b.finish(d.known)
}

// settle adds the parties that were not known when their component was read.
func (d *spdx3) settle(w waiting3) {
	b := d.b
	c := b.doc.Components[w.at]
	b.clear()
	b.s.parties = append(b.s.parties, c.Parties...)
	b.s.claims = append(b.s.claims, c.Claims[:w.claimsAt]...)
	b.s.filled = w.filled
	for _, r := range w.parties {
		p, ok := d.agents[r.id]
		if !ok {
			if !d.known(r.id) {
				b.problem("dangling-ref", ProblemError, c.Place+"/"+r.field, "agent %q is not in the document; left out", clip(r.id))
			}
			continue
		}
		q := p
		q.Role, q.Field = r.role, r.field
		if w.own && !w.filled.mark(q).Filled && slices.ContainsFunc(c.Parties, func(q Party) bool { return q.Name == p.Name && q.Role == r.role }) {
			continue
		}
		d.agreed(p, r.role, r.field)
	}
	for i, id := range w.identifiers {
		purl, ok := d.purls[id]
		if !ok {
			if !d.known(id) {
				b.problem("dangling-ref", ProblemError, c.Place+"/externalIdentifier", "identifier %q is not in the document; left out", clip(id))
			}
			continue
		}
		if _, err := namespaceOf(purl); err != nil {
			b.problem("bad-purl", ProblemError, c.Place+"/externalIdentifier", badPURL, clip(purl), err)
			continue
		}
		if c.PURL == "" {
			c.PURL = purl
		}
		b.claim(PURL, purl, 0, b.field("externalIdentifier/", i, ""))
	}
	c.Claims = b.claims.keep(append(b.s.claims, c.Claims[w.claimsAt:]...))
	c.Parties = b.parties.keep(b.s.parties)
	b.clear()
}

// edges takes the relationships whose ends are licences and agents, and leaves
// the others to the builder.
func (d *spdx3) edges() {
	b := d.b
	kept := b.edges[:0]
	var declared []Relationship
	for _, e := range b.edges {
		i, isComponent := b.refs[e.From]
		switch {
		case e.Type == Describes && e.From == d.docID:
			if !slices.Contains(d.roots, e.To) {
				d.roots = append(d.roots, e.To)
			}
		case e.Type == concluded3 || e.Type == declared3:
			if !isComponent || i < 0 {
				continue
			}
			if e.Type == declared3 {
				declared = append(declared, e)
				continue
			}
			d.licensed(i, e.To)
		case e.Type == available3 && isComponent && i >= 0 && d.agents[e.To].Name != "":
			c := b.doc.Components[i]
			b.clear()
			p := d.agents[e.To]
			p.Role, p.Field = Distributor, "availableFrom"
			b.party(p, p.Field)
			c.Parties = append(slices.Clip(c.Parties), b.s.parties...)
			c.Claims = append(slices.Clip(c.Claims), b.s.claims...)
			b.clear()
		default:
			kept = append(kept, e)
		}
	}
	b.edges = kept
	// A declared licence counts where none was concluded.
	for _, e := range declared {
		if i := b.refs[e.From]; len(b.doc.Components[i].Licenses) == 0 {
			d.licensed(i, e.To)
		}
	}
}

func (d *spdx3) licensed(i int32, id string) {
	s, ok := d.licenses[id]
	if !ok {
		s = strings.TrimPrefix(id, "https://spdx.org/licenses/")
		if s == id {
			return
		}
	}
	c := d.b.doc.Components[i]
	if s != "" && !isNobody(s) && !slices.Contains(c.Licenses, s) {
		c.Licenses = append(slices.Clip(c.Licenses), s)
	}
}
