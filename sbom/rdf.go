package sbom

import (
	"context"
	"encoding/xml"
	"errors"
	"strings"
	"unicode"
)

// SPDX 1.x and 2.x in RDF/XML (https://www.w3.org/TR/rdf-syntax-grammar/). The
// elements form a graph: a package may be described where it is first
// mentioned, or anywhere else, or in parts. So the graph is read as a whole,
// and then each package becomes a tree of the shape of the JSON encoding.

// An rdfNode is a resource.
type rdfNode struct {
	id    string // rdf:about, rdf:ID or rdf:nodeID; empty for one without a name
	class string
	props []rdfProp
	line  int32
}

// An rdfProp is a property: a literal, or a resource.
type rdfProp struct {
	name string
	text string
	node *rdfNode
}

// maxRDF bounds the nodes and properties of a graph.
const maxRDF = 4 << 20

type rdfReader struct {
	x     *xmlReader
	ctx   context.Context
	nodes map[string]*rdfNode
	order []*rdfNode
	count int
}

// readRDF reads the content of rdf:RDF, whose start has been read.
func readRDF(ctx context.Context, x *xmlReader) error {
	b := x.b
	b.doc.Source.Kind, b.doc.Source.Encoding = SourceSPDX, "rdf"
	g := &rdfReader{x: x, ctx: ctx, nodes: map[string]*rdfNode{}}
	var err error
	for err == nil {
		var tok xml.Token
		if tok, err = x.token(); err != nil {
			break
		}
		if start, ok := tok.(xml.StartElement); ok {
			_, err = g.node(start, 0)
			continue
		}
		if _, ok := tok.(xml.EndElement); ok {
			break
		}
	}
	if err != nil {
		if !isXMLSyntax(err) {
			return err
		}
		line, _ := x.dec.InputPos()
		b.problem("broken-xml", ProblemError, place(line), "the document breaks off: %v; what stands before is read", err)
	} else if err := x.trailing(); err != nil {
		return err
	}
	return g.document()
}

func attr(start xml.StartElement, name string) (string, bool) {
	for _, a := range start.Attr {
		if a.Name.Local == name && strings.HasSuffix(a.Name.Space, "rdf-syntax-ns#") {
			return strings.TrimSpace(a.Value), true
		}
	}
	return "", false
}

func (g *rdfReader) counted(depth int) error {
	if err := g.ctx.Err(); g.count&1023 == 0 && err != nil {
		return err
	}
	if g.count++; g.count > maxRDF {
		return limitError("an RDF graph of more than %d nodes and properties", maxRDF)
	}
	if depth > g.x.b.limits.Depth {
		return limitError("RDF nested deeper than %d", g.x.b.limits.Depth)
	}
	return nil
}

// named returns the node of a name, a new one where it was not mentioned
// before.
func (g *rdfReader) named(id string) *rdfNode {
	if id != "" {
		if n, ok := g.nodes[id]; ok {
			return n
		}
	}
	line, _ := g.x.dec.InputPos()
	n := &rdfNode{id: id, line: int32(line)}
	if id != "" {
		g.nodes[id] = n
	}
	g.order = append(g.order, n)
	return n
}

// node reads a node element (section 7.2.11 of the syntax).
func (g *rdfReader) node(start xml.StartElement, depth int) (*rdfNode, error) {
	if err := g.counted(depth); err != nil {
		return nil, err
	}
	id, _ := attr(start, "about")
	if s, ok := attr(start, "ID"); ok {
		id = "#" + s
	}
	if s, ok := attr(start, "nodeID"); ok {
		id = "_:" + s
	}
	n := g.named(id)
	if name := start.Name.Local; name != "Description" {
		n.class = name
	}
	for _, a := range start.Attr {
		if !strings.HasSuffix(a.Name.Space, "rdf-syntax-ns#") && a.Name.Space != "xmlns" && a.Name.Space != "" {
			n.props = append(n.props, rdfProp{name: a.Name.Local, text: strings.TrimSpace(a.Value)})
		}
	}
	for {
		tok, err := g.x.token()
		if err != nil {
			return n, err
		}
		switch tok := tok.(type) {
		case xml.EndElement:
			return n, nil
		case xml.StartElement:
			if err := g.property(n, tok, depth+1); err != nil {
				return n, err
			}
		}
	}
}

// property reads a property element (section 7.2.14).
func (g *rdfReader) property(of *rdfNode, start xml.StartElement, depth int) error {
	if err := g.counted(depth); err != nil {
		return err
	}
	if _, ok := attr(start, "about"); ok {
		// A node where a property belongs, as some writers put packages into
		// the document.
		n, err := g.node(start, depth+1)
		of.props = append(of.props, rdfProp{name: start.Name.Local, node: n})
		return err
	}
	p := rdfProp{name: start.Name.Local}
	if s, ok := attr(start, "resource"); ok {
		p.text, p.node = s, g.named(s)
	} else if s, ok := attr(start, "nodeID"); ok {
		p.node = g.named("_:" + s)
	}
	at := len(of.props)
	of.props = append(of.props, p)
	var lit []byte
	for {
		tok, err := g.x.token()
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.CharData:
			lit = append(lit, tok...)
		case xml.StartElement:
			child, err := g.node(tok, depth+1)
			if child != nil {
				if of.props[at].node != nil { // a collection
					of.props = append(of.props, rdfProp{name: p.name, node: child})
				} else {
					of.props[at].node = child
				}
			}
			if err != nil {
				return err
			}
		case xml.EndElement:
			if of.props[at].node == nil {
				of.props[at].text = strings.TrimSpace(string(lit))
			}
			if p.name == "type" && of.class == "" && p.text != "" {
				of.class = fragment(p.text)
			}
			return nil
		}
	}
}

// fragment returns what stands after the last "#" or "/".
func fragment(iri string) string { return iri[strings.LastIndexAny(iri, "#/")+1:] }

// elementRef returns the id of an SPDX element as the JSON encoding writes it.
func (n *rdfNode) elementRef() string {
	if i := strings.LastIndexByte(n.id, '#'); i >= 0 {
		return n.id[i+1:]
	}
	return n.id
}

// value returns a property as text: the literal, or what the name of the
// resource says. A literal "none" is a text: there are packages of that name.
func (p rdfProp) value() string {
	if p.node == nil {
		return p.text
	}
	id := p.text
	if id == "" {
		id = p.node.id
	}
	switch fragment(id) {
	case "noassertion":
		return "NOASSERTION"
	case "none":
		return "NONE"
	}
	return id
}

func (n *rdfNode) get(name string) (rdfProp, bool) {
	for _, p := range n.props {
		if p.name == name {
			return p, true
		}
	}
	return rdfProp{}, false
}

// document turns the graph into packages and relationships.
func (g *rdfReader) document() error {
	b := g.x.b
	d := newSPDX2(b)
	for _, n := range g.order {
		if n.class != "SpdxDocument" {
			continue
		}
		if b.doc.Source.ID == "" {
			b.doc.Source.ID, _, _ = strings.Cut(n.id, "#")
		}
		if ref := n.elementRef(); ref != "" {
			d.docID = ref
		}
		if p, ok := n.get("spdxId"); ok && p.value() != "" {
			d.docID = p.value()
		}
		if p, ok := n.get("specVersion"); ok {
			b.doc.Source.SpecVersion, b.versionAt = p.value(), place(int(n.line))
		}
		for _, p := range n.props {
			switch {
			case p.node == nil:
			case p.name == "creationInfo":
				g.creation(d, p.node)
			case p.name == "describesPackage":
				d.describes = append(d.describes, p.node.elementRef())
			case p.name == "externalDocumentRef":
				id, _ := p.node.get("externalDocumentId")
				doc, _ := p.node.get("spdxDocument")
				d.external(id.value(), doc.value())
			}
		}
	}
	for _, n := range g.order {
		switch n.class {
		case "Package":
			if err := g.pkg(d, n); err != nil && !errors.Is(err, errItemSize) {
				return err
			}
		case "ExtractedLicensingInfo":
			id, _ := n.get("licenseId")
			name, _ := n.get("name")
			text, _ := n.get("extractedText")
			b.extracted(id.value(), name.value(), text.value())
			d.other(n.elementRef())
		case "Relationship", "CreationInfo", "Checksum", "ExternalRef", "":
		default:
			d.other(n.elementRef())
		}
	}
	for _, n := range g.order {
		for _, p := range n.props {
			if p.name != "relationship" || p.node == nil {
				continue
			}
			typ, _ := p.node.get("relationshipType")
			to, _ := p.node.get("relatedSpdxElement")
			ref := to.text
			if to.node != nil {
				ref = to.node.elementRef()
			}
			from := n.elementRef()
			if p, ok := p.node.get("spdxElementId"); ok && p.value() != "" {
				from = fragment(p.value())
			}
			if from == "" {
				continue // SPDX 1 has elements without a name
			}
			switch fragment(ref) {
			case "noassertion", "none":
				continue
			}
			d.relate(from, rdfRelationship(typ.value()), fragment(ref), place(int(p.node.line)))
		}
	}
	d.finish()
	return nil
}

// rdfRelationship returns a type as the JSON encoding writes it:
// "relationshipType_dependsOn" is DEPENDS_ON.
func rdfRelationship(iri string) string {
	s, ok := strings.CutPrefix(fragment(iri), "relationshipType_")
	if !ok {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		if unicode.IsUpper(r) {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToUpper(r))
	}
	return out.String()
}

func (g *rdfReader) creation(d *spdx2, n *rdfNode) {
	if p, ok := n.get("created"); ok {
		g.x.b.doc.Source.Created = p.value()
	}
	for _, p := range n.props {
		if p.name == "creator" {
			d.creator(p.value(), "creator")
		}
	}
}

// pkg builds the tree of a package.
func (g *rdfReader) pkg(d *spdx2, n *rdfNode) error {
	t := &g.x.t
	t.reset(place(int(n.line)))
	t.lines = true
	root, err := t.add(0, "packages", group)
	if err != nil {
		return err
	}
	t.nodes[root].line = n.line
	put := func(parent int32, name, val string) error {
		if val == "" {
			return nil
		}
		if t.twice(parent, name) {
			g.x.b.problem("duplicate-member", ProblemError, place(int(n.line)), "member %q is there twice; the last one counts", name)
		}
		_, err := t.addText(parent, name, text, []byte(val))
		return err
	}
	if err := put(root, "SPDXID", n.elementRef()); err != nil {
		return err
	}
	for _, p := range n.props {
		var err error
		switch p.name {
		case "name", "versionInfo", "supplier", "originator", "downloadLocation", "summary", "description", "releaseDate":
			err = put(root, names()[p.name], p.value())
		case "homepage":
			err = put(root, "homepage", p.value())
		case "primaryPackagePurpose":
			err = put(root, "primaryPackagePurpose", strings.TrimPrefix(fragment(p.value()), "purpose_"))
		case "licenseConcluded", "licenseDeclared":
			err = put(root, names()[p.name], license(p, 0))
		case "checksum":
			if p.node == nil {
				continue
			}
			alg, _ := p.node.get("algorithm")
			sum, _ := p.node.get("checksumValue")
			var at int32
			if at, err = g.sub(root, "checksums"); err == nil {
				_ = put(at, "algorithm", strings.TrimPrefix(fragment(alg.value()), "checksumAlgorithm_"))
				err = put(at, "checksumValue", sum.value())
			}
		case "externalRef":
			if p.node == nil {
				continue
			}
			typ, _ := p.node.get("referenceType")
			loc, _ := p.node.get("referenceLocator")
			var at int32
			if at, err = g.sub(root, "externalRefs"); err == nil {
				_ = put(at, "referenceType", typ.value())
				err = put(at, "referenceLocator", loc.value())
			}
		}
		if err != nil {
			return err
		}
	}
	d.accept("packages", t.seal())
	return nil
}

func (g *rdfReader) sub(root int32, name string) (int32, error) {
	l, err := g.x.t.listOf(root, name)
	if err != nil {
		return 0, err
	}
	return g.x.t.add(l, "", group)
}

// license writes a licence as an expression.
func license(p rdfProp, depth int) string {
	if p.node == nil || len(p.node.props) == 0 && p.node.class == "" {
		v := p.value()
		if strings.HasPrefix(v, "http") {
			v = fragment(v)
		}
		return v
	}
	n := p.node
	if depth > 16 {
		return ""
	}
	op := map[string]string{"ConjunctiveLicenseSet": " AND ", "DisjunctiveLicenseSet": " OR "}[n.class]
	if op == "" {
		if id, ok := n.get("licenseId"); ok {
			return id.value()
		}
		return fragment(n.id)
	}
	var parts []string
	for _, m := range n.props {
		if m.name != "member" {
			continue
		}
		if s := license(m, depth+1); s != "" {
			parts = append(parts, s)
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, op) + ")"
}
