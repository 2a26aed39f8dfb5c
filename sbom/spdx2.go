package sbom

import (
	"encoding/json"
	"hash/maphash"
	"strings"
)

// SPDX 1.x and 2.x, all encodings, from trees of the shape of its JSON encoding
// (https://spdx.github.io/spdx-spec/v2.3/).
//
// Packages become components. Files and snippets do not: they say nothing about
// who stands behind a package. A package's supplier has the role Supplier, its
// originator, "from where or whom the package originally came" (7.6), Developer.
//
// The package that the document describes becomes the subject, if it is one
// alone; a document that describes several has none.
type spdx2 struct {
	b *builder
	// names of the encoding's fields, where they differ from the JSON members.
	fieldName map[string]string
	// others are the ids of what is no component, as hashes: there may be many
	// files.
	others map[uint64]struct{}
	seed   maphash.Seed

	docID     string
	describes []string
}

func newSPDX2(b *builder) *spdx2 {
	return &spdx2{b: b, others: map[uint64]struct{}{}, seed: maphash.MakeSeed(), docID: "SPDXRef-DOCUMENT"}
}

func (d *spdx2) wants(name string) treatment {
	switch name {
	case "packages", "files", "snippets", "relationships", "annotations", "documentDescribes", "externalDocumentRefs",
		"hasExtractedLicensingInfos":
		return items
	case "spdxVersion", "SPDXID", "name", "documentNamespace", "creationInfo":
		return whole
	}
	return skip
}

func (d *spdx2) accept(name string, v value) {
	b := d.b
	switch name {
	case "spdxVersion", "specVersion":
		b.doc.Source.SpecVersion, b.versionAt = b.scalar(v), v.pointer()
	case "SPDXID":
		if id := b.scalar(v); id != "" {
			d.docID = id
		}
	case "documentNamespace":
		b.doc.Source.ID = b.scalar(v)
	case "creationInfo":
		d.creation(v)
	case "documentDescribes":
		if id := b.scalar(v); id != "" {
			d.describes = append(d.describes, id)
		}
	case "annotations":
		if name, val, ok := ownAnnotation(v); ok {
			b.ownFact(name, val)
		}
	case "packages":
		d.pkg(v)
	case "files":
		if v.kind() == group {
			d.other(b.str(v, "SPDXID"))
		}
	case "snippets":
		if v.kind() == group {
			d.other(b.str(v, "SPDXID"))
		}
	case "externalDocumentRefs":
		if id := v.get("externalDocumentId").raw(); id != "" {
			d.external(id, v.get("spdxDocument").raw())
		}
	case "relationships":
		d.relationship(v)
	case "hasExtractedLicensingInfos":
		if b.isGroup(v, "a licence") {
			b.extracted(b.str(v, "licenseId"), b.str(v, "name"), b.str(v, "extractedText"))
		}
	}
}

// external records what the document calls another one.
func (d *spdx2) external(name, namespace string) {
	if d.b.external == nil {
		d.b.external = map[string]string{}
	}
	d.b.external[name] = namespace
}

func (d *spdx2) other(id string) {
	if id != "" {
		d.others[maphash.String(d.seed, id)] = struct{}{}
	}
}

// field returns the encoding's own name of a field.
func (d *spdx2) field(name string) string {
	if f, ok := d.fieldName[name]; ok {
		return f
	}
	return name
}

func (d *spdx2) creation(v value) {
	b := d.b
	if !b.isGroup(v, "creationInfo") {
		return
	}
	b.doc.Source.Created = b.str(v, "created")
	v.items("creators", "", func(i int, c value) { d.creator(b.scalar(c), b.field("creators/", i, "")) })
	v.items("creator", "", func(i int, c value) { d.creator(b.scalar(c), b.field("creator/", i, "")) })
}

func (d *spdx2) creator(s, field string) {
	b := d.b
	p, ok := parseAgent(s)
	switch {
	case !ok:
	case p.Kind == Tool:
		b.doc.Source.Tools = append(b.doc.Source.Tools, p.Name)
	default:
		p.Field = field
		b.doc.Suppliers = append(b.doc.Suppliers, p)
	}
}

func (d *spdx2) pkg(v value) {
	b := d.b
	if !b.isGroup(v, "a package") {
		return
	}
	c := Component{
		Ref:      b.str(v, "SPDXID"),
		Type:     purposeType(b.str(v, "primaryPackagePurpose")),
		Name:     b.str(v, "name"),
		Version:  b.str(v, "versionInfo"),
		Released: b.str(v, "releaseDate"),
		Place:    v.pointer(),
	}
	if c.Version == "NOASSERTION" || c.Version == "NONE" {
		c.Version = ""
	}
	if c.Name == "" {
		b.problem("no-name", ProblemWarning, c.Place, "a package without a name")
	}
	if c.Ref == "" {
		b.problem("no-ref", ProblemWarning, c.Place, "a package without SPDXID; no relationship can name it")
	}
	if c.Description = b.str(v, "description"); c.Description == "" {
		c.Description = b.str(v, "summary")
	}
	// Claims come in the order package URL, CPE, supplier, originator, links,
	// so the references are walked twice.
	refs := func(f func(i int, r value, typ, loc string)) {
		v.items("externalRefs", "", func(i int, r value) {
			if r.kind() != group {
				return
			}
			typ := r.get("referenceType").raw()
			if k := strings.LastIndexAny(typ, "/#"); k >= 0 && k < len(typ)-1 {
				typ = typ[k+1:] // written as a URL
			}
			if loc := r.get("referenceLocator").raw(); loc != "" {
				f(i, r, typ, loc)
			}
		})
	}
	refs(func(i int, r value, typ, loc string) {
		if typ == "purl" || typ == "PACKAGE_MANAGER" && strings.HasPrefix(loc, "pkg:") {
			b.purl(loc, d.refField(i), r.get("referenceLocator"))
		}
	})
	refs(func(i int, r value, typ, loc string) {
		switch typ {
		case "cpe22Type", "cpe23Type":
			b.cpe(loc, d.refField(i), r.get("referenceLocator"))
		}
	})
	own := annotations(v)
	for _, p := range own {
		b.s.filled.note(p.Name, p.Value)
	}
	d.agent(v, "supplier", Supplier, own)
	d.agent(v, "originator", Developer, own)
	for _, f := range [...]string{"homepage", "downloadLocation"} {
		m := v.get(f)
		if !m.ok() {
			continue
		}
		u := b.scalar(m)
		if isNobody(u) {
			continue
		}
		b.link(Link{d.field(f), u}, d.field(f))
	}
	refs(func(i int, r value, typ, loc string) {
		switch typ {
		case "purl", "cpe22Type", "cpe23Type":
		default:
			b.link(Link{typ, loc}, d.refField(i))
		}
	})
	v.items("checksums", "", func(_ int, h value) {
		if h.kind() == group {
			b.hash(b.str(h, "algorithm"), b.str(h, "checksumValue"))
		}
	})
	if l := b.str(v, "licenseConcluded"); !isNobody(l) {
		b.license(l)
	} else {
		b.license(b.str(v, "licenseDeclared"))
	}
	for _, p := range own {
		if !b.ownProperty(&c, p) {
			b.s.props = append(b.s.props, p)
		}
	}
	b.addComponent(&c)
}

// annotations returns what [Write] put on a package.
func annotations(v value) []Property {
	var own []Property
	v.items("annotations", "", func(_ int, a value) {
		if name, val, ok := ownAnnotation(a); ok {
			own = append(own, Property{name, val})
		}
	})
	return own
}

func ownAnnotation(a value) (name, val string, ok bool) {
	s := a.get("comment").raw()
	if !strings.HasPrefix(s, namespace) {
		return "", "", false
	}
	name, val, _ = strings.Cut(s, " ")
	return name, val, true
}

// written reports whether a party in a role stands among what [Write] put on
// the package, in full.
func written(own []Property, p Party) bool {
	for _, o := range own {
		var q Party
		if o.Name == namespace+"party" && json.Unmarshal([]byte(o.Value), &q) == nil && q.Name == p.Name && q.Role == p.Role {
			return true
		}
	}
	return false
}

func (d *spdx2) refField(i int) string {
	if f, ok := d.fieldName["externalRefs"]; ok {
		return f
	}
	return d.b.field("externalRefs/", i, "/referenceLocator")
}

// agent reads PackageSupplier or PackageOriginator.
func (d *spdx2) agent(v value, name string, role Role, own []Property) {
	m := v.get(name)
	if !m.ok() {
		return
	}
	s := d.b.scalar(m)
	if len(own) > 0 {
		if p, ok := parseAgent(s); ok {
			p.Role, p.Field = role, name
			if !d.b.s.filled.mark(p).Filled && written(own, p) {
				return
			}
		}
	}
	if prefix, ok := strings.CutSuffix(s, ":"); ok {
		switch strings.ToLower(prefix) {
		case "organization", "person":
			d.b.problem("empty-party", ProblemWarning, m.pointer(), "%q names nobody", clip(s))
		}
	}
	d.b.freeText(s, role, d.field(name), m, false)
}

// purposeType turns a primaryPackagePurpose (7.24) into a component type.
func purposeType(s string) ComponentType {
	switch t := strings.ReplaceAll(strings.ToLower(s), "_", "-"); t {
	case "application", "framework", "library", "container", "operating-system", "device", "firmware", "file":
		return ComponentType(t)
	}
	return "" // SOURCE, ARCHIVE, INSTALL and OTHER say how it is packed
}

func (d *spdx2) relationship(v value) {
	b := d.b
	if !b.isGroup(v, "a relationship") {
		return
	}
	from, typ, to := b.str(v, "spdxElementId"), b.str(v, "relationshipType"), b.str(v, "relatedSpdxElement")
	d.relate(from, typ, to, v.pointer())
}

func (d *spdx2) relate(from, typ, to, place string) {
	b := d.b
	if typ == "" || from == "" || to == "" {
		b.problem("bad-relationship", ProblemError, place, "a relationship that lacks an end or its type; left out")
		return
	}
	if to == "NONE" || to == "NOASSERTION" {
		return
	}
	typ = strings.ReplaceAll(strings.ToLower(typ), "_", "-")
	switch typ {
	case "describes":
		if from == d.docID {
			d.describes = append(d.describes, to)
			return
		}
	case "described-by":
		if to == d.docID {
			d.describes = append(d.describes, from)
			return
		}
	case "contained-by":
		from, typ, to = to, string(Contains), from
	case "dependency-of":
		from, typ, to = to, string(DependsOn), from
	}
	if strings.HasPrefix(from, "DocumentRef-") || strings.HasPrefix(to, "DocumentRef-") {
		b.cross = append(b.cross, Relationship{from, relationshipType(typ), to})
		return
	}
	b.relate(from, relationshipType(typ), to)
}

// relationshipType returns a type, as a constant where it is a common one.
func relationshipType(s string) RelationshipType {
	switch s {
	case string(DependsOn):
		return DependsOn
	case string(Contains):
		return Contains
	case string(Describes):
		return Describes
	}
	return RelationshipType(strings.Clone(s))
}

// known reports ids of elements that are no components.
func (d *spdx2) known(ref string) bool {
	if ref == d.docID || ref == "SPDXRef-DOCUMENT" || strings.HasPrefix(ref, "DocumentRef-") {
		return true
	}
	_, ok := d.others[maphash.String(d.seed, ref)]
	return ok
}

func (d *spdx2) finish() {
	b := d.b
	switch v := strings.TrimPrefix(b.doc.Source.SpecVersion, "SPDX-"); v {
	case "1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "2.3":
	case "":
		b.problem("spec-version", ProblemWarning, "", "the document does not say which version of SPDX it is")
	default:
		b.problem("spec-version", ProblemWarning, b.versionAt, "SPDX has no version %q; read as far as known", clip(v))
	}
	b.setSubject(d.describes, d.known)
	b.finish(d.known)
}

// setSubject makes the one described component the subject, and moves it out of
// the components.
func (b *builder) setSubject(described []string, known func(string) bool) {
	at := int32(-1)
	for _, ref := range described {
		i, ok := b.refs[ref]
		switch {
		case !ok:
			if known == nil || !known(ref) {
				b.problem("dangling-ref", ProblemWarning, "", "the document describes %q, and nothing in it is called so", clip(ref))
			}
		case i < 0 || at == i:
		case at >= 0:
			return
		default:
			at = i
		}
	}
	if at < 0 {
		return
	}
	s := b.doc.Components[at]
	b.doc.Subject = s
	b.doc.Components = append(b.doc.Components[:at], b.doc.Components[at+1:]...)
	clear(b.doc.Components[len(b.doc.Components) : len(b.doc.Components)+1])
	b.refs[s.Ref] = refSubject
	for i := int(at); i < len(b.doc.Components); i++ {
		b.refs[b.doc.Components[i].Ref] = int32(i)
	}
}
