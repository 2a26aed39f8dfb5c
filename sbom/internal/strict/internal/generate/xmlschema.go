package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom/internal/strict"
)

// builtins are the types of XML Schema that package strict checks.
var builtins = []string{"string", "normalizedString", "token", "anyURI", "boolean", "integer", "nonNegativeInteger",
	"positiveInteger", "decimal", "dateTime", "date"}

const xsdNS = "http://www.w3.org/2001/XMLSchema"

// An element of a schema file.
type element struct {
	name  string
	attrs map[string]string
	kids  []*element
	file  string
	line  int
}

func (e *element) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s: %s", e.file, e.line, e.name, fmt.Sprintf(format, args...))
}

// only fails if the element has attributes or children other than these.
func (e *element) only(attrs, kids string) error {
	for a := range e.attrs {
		if !slices.Contains(strings.Fields(attrs), a) {
			return e.errorf("attribute %q is not implemented", a)
		}
	}
	for _, k := range e.kids {
		if k.name != "annotation" && !slices.Contains(strings.Fields(kids), k.name) {
			return e.errorf("child %q is not implemented", k.name)
		}
	}
	return nil
}

func (e *element) child(names ...string) *element {
	for _, k := range e.kids {
		if slices.Contains(names, k.name) {
			return k
		}
	}
	return nil
}

func parseXSD(dir, name string) (*element, []byte, error) {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, nil, err
	}
	dec := xml.NewDecoder(bytes.NewReader(data))
	var stack []*element
	var root *element
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return root, data, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			line, _ := dec.InputPos()
			e := &element{name: tok.Name.Local, attrs: map[string]string{}, file: name, line: line}
			if tok.Name.Space != xsdNS && !within(stack, "documentation") {
				return nil, nil, e.errorf("no element of XML Schema")
			}
			for _, a := range tok.Attr {
				if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
					continue
				}
				n := a.Name.Local
				if a.Name.Space != "" {
					n = a.Name.Space + "#" + n
				}
				e.attrs[n] = a.Value
			}
			if len(stack) == 0 {
				root = e
			} else {
				p := stack[len(stack)-1]
				p.kids = append(p.kids, e)
			}
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
}

func within(stack []*element, name string) bool {
	return slices.ContainsFunc(stack, func(e *element) bool { return e.name == name })
}

type xmlGenerator struct {
	dir   string
	sums  map[string]string
	nodes []strict.Type
	named map[string]int // by file and name
	decls map[string]*element
	file  string // of the version at work
}

func xmlTable(dir, version string) ([]byte, error) {
	g := &xmlGenerator{dir: dir, sums: map[string]string{}, nodes: []strict.Type{{}}, named: map[string]int{}, decls: map[string]*element{}}
	if err := g.declare("spdx.xsd", "spdx"); err != nil {
		return nil, err
	}
	roots := map[string]int{}
	for _, v := range []string{"1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"} {
		g.file = "bom-" + v + ".xsd"
		if err := g.declare(g.file, g.file); err != nil {
			return nil, err
		}
		e := g.decls[g.file+" element bom"]
		if e == nil {
			return nil, fmt.Errorf("%s: no element bom", g.file)
		}
		id, err := g.elementType(e)
		if err != nil {
			return nil, err
		}
		if u := e.child("unique"); u != nil {
			s, f := u.child("selector"), u.child("field")
			if s == nil || f == nil || s.attrs["xpath"] != ".//*" || f.attrs["xpath"] != "@bom-ref" {
				return nil, u.errorf("only bom-ref of all elements is implemented")
			}
			n := g.nodes[id]
			n.UniqueRefs = true
			g.nodes = append(g.nodes, n)
			id = len(g.nodes) - 1
		}
		roots[v] = id
	}
	nodes, class := minimise(g.nodes, xmlChildren)
	for v := range roots {
		roots[v] = class[roots[v]]
	}
	return table(version, g.sums, roots, nodes)
}

// declare reads a schema file and notes its global declarations.
func (g *xmlGenerator) declare(file, prefix string) error {
	root, data, err := parseXSD(g.dir, file)
	if err != nil {
		return err
	}
	g.sums[file] = sum(data)
	if err := root.only("elementFormDefault attributeFormDefault targetNamespace version http://www.w3.org/2007/XMLSchema-versioning#minVersion http://www.w3.org/2007/XMLSchema-versioning#maxVersion",
		"import simpleType complexType element attributeGroup"); err != nil {
		return err
	}
	if prefix != "spdx" && (root.attrs["elementFormDefault"] != "qualified" || root.attrs["attributeFormDefault"] == "qualified") {
		return root.errorf("only qualified elements and unqualified attributes are implemented")
	}
	for _, k := range root.kids {
		switch k.name {
		case "simpleType", "complexType":
			g.decls[prefix+" type "+k.attrs["name"]] = k
		case "element", "attributeGroup":
			g.decls[prefix+" "+k.name+" "+k.attrs["name"]] = k
		}
	}
	return nil
}

// typeNamed returns the node of a type by its qualified name.
func (g *xmlGenerator) typeNamed(at *element, name string) (int, error) {
	prefix, local, ok := strings.Cut(name, ":")
	if !ok {
		return 0, at.errorf("type %q has no prefix", name)
	}
	file := g.file
	switch prefix {
	case "xs":
		if !slices.Contains(builtins, local) {
			return 0, at.errorf("type %q is not implemented", name)
		}
		key := "xs " + local
		if id, ok := g.named[key]; ok {
			return id, nil
		}
		g.nodes = append(g.nodes, strict.Type{Builtin: local})
		g.named[key] = len(g.nodes) - 1
		return len(g.nodes) - 1, nil
	case "bom":
	case "spdx":
		file = "spdx"
	default:
		return 0, at.errorf("prefix of %q is not known", name)
	}
	d := g.decls[file+" type "+local]
	if d == nil {
		return 0, at.errorf("no type %q", name)
	}
	key := file + " " + local
	if id, ok := g.named[key]; ok {
		return id, nil
	}
	id := len(g.nodes)
	g.named[key] = id
	g.nodes = append(g.nodes, strict.Type{})
	return id, g.define(id, d)
}

func (g *xmlGenerator) anonymous(d *element) (int, error) {
	id := len(g.nodes)
	g.nodes = append(g.nodes, strict.Type{})
	return id, g.define(id, d)
}

func (g *xmlGenerator) define(id int, d *element) (err error) {
	var n strict.Type
	if d.name == "simpleType" {
		n, err = g.simple(d)
	} else {
		n, err = g.complex(d)
	}
	g.nodes[id] = n
	return err
}

func (g *xmlGenerator) simple(d *element) (n strict.Type, err error) {
	if err := d.only("name final", "restriction union"); err != nil {
		return n, err
	}
	if u := d.child("union"); u != nil {
		if err := u.only("memberTypes", "simpleType"); err != nil {
			return n, err
		}
		for _, m := range strings.Fields(u.attrs["memberTypes"]) {
			id, err := g.typeNamed(u, m)
			if err != nil {
				return n, err
			}
			n.Union = append(n.Union, id)
		}
		for _, k := range u.kids {
			if k.name == "simpleType" {
				id, err := g.anonymous(k)
				if err != nil {
					return n, err
				}
				n.Union = append(n.Union, id)
			}
		}
		return n, nil
	}
	r := d.child("restriction")
	if r == nil {
		return n, d.errorf("neither restriction nor union")
	}
	if err := r.only("base", "enumeration pattern minLength maxLength minInclusive maxInclusive"); err != nil {
		return n, err
	}
	if n.Of, err = g.typeNamed(r, r.attrs["base"]); err != nil {
		return n, err
	}
	for _, f := range r.kids {
		if f.name == "annotation" {
			continue
		}
		if err := f.only("value id", ""); err != nil {
			return n, err
		}
		v := f.attrs["value"]
		switch f.name {
		case "enumeration":
			n.Enum = append(n.Enum, v)
		case "pattern":
			// What XML Schema's expressions have and Go's have otherwise.
			if strings.Contains(v, `\i`) || strings.Contains(v, `\c`) || strings.Contains(v, `\p`) || subtracts(v) ||
				strings.HasPrefix(v, "^") || strings.HasSuffix(v, "$") {
				return n, f.errorf("pattern %q is not implemented", v)
			}
			n.Pattern = append(n.Pattern, v)
		case "minLength":
			n.MinLen, err = strconv.Atoi(v)
		case "maxLength":
			n.MaxLen, err = pointerTo(strconv.Atoi(v))
		case "minInclusive":
			n.Min = v
		case "maxInclusive":
			n.Max = v
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (g *xmlGenerator) complex(d *element) (n strict.Type, err error) {
	n.Complex, n.Mixed = true, d.attrs["mixed"] == "true"
	if err := d.only("name mixed", "sequence choice attribute attributeGroup anyAttribute simpleContent"); err != nil {
		return n, err
	}
	body := d
	if s := d.child("simpleContent"); s != nil {
		if err := s.only("", "extension"); err != nil {
			return n, err
		}
		x := s.child("extension")
		if err := x.only("base", "attribute attributeGroup anyAttribute"); err != nil {
			return n, err
		}
		if n.Text, err = g.typeNamed(x, x.attrs["base"]); err != nil {
			return n, err
		}
		body = x
	}
	if err := g.attributes(body, &n); err != nil {
		return n, err
	}
	if c := d.child("sequence", "choice"); c != nil {
		p, err := g.particle(c)
		if err != nil {
			return n, err
		}
		n.Content = &p
	}
	return n, nil
}

func (g *xmlGenerator) attributes(d *element, n *strict.Type) error {
	for _, k := range d.kids {
		switch k.name {
		case "attribute":
			if err := k.only("name type use default", "simpleType"); err != nil {
				return err
			}
			a := strict.Attr{Required: k.attrs["use"] == "required"}
			if u := k.attrs["use"]; u != "" && u != "required" && u != "optional" {
				return k.errorf("use %q is not implemented", u)
			}
			var err error
			switch s := k.child("simpleType"); {
			case s != nil:
				a.Type, err = g.anonymous(s)
			case k.attrs["type"] != "":
				a.Type, err = g.typeNamed(k, k.attrs["type"])
			}
			if err != nil {
				return err
			}
			if n.Attrs == nil {
				n.Attrs = strict.Attrs{}
			}
			n.Attrs[k.attrs["name"]] = a
		case "attributeGroup":
			_, local, _ := strings.Cut(k.attrs["ref"], ":")
			d := g.decls[g.file+" attributeGroup "+local]
			if d == nil {
				return k.errorf("no group %q", k.attrs["ref"])
			}
			if err := d.only("name", "attribute attributeGroup anyAttribute"); err != nil {
				return err
			}
			if err := g.attributes(d, n); err != nil {
				return err
			}
		case "anyAttribute":
			if err := k.only("namespace processContents", ""); err != nil {
				return err
			}
			n.AnyAttr = k.attrs["namespace"]
			if n.AnyAttr != "##any" && n.AnyAttr != "##other" || k.attrs["processContents"] != "lax" {
				return k.errorf("only lax ##any and ##other are implemented")
			}
		}
	}
	return nil
}

func (g *xmlGenerator) particle(d *element) (p strict.Particle, err error) {
	p.Min, p.Max = 1, 1
	if s, ok := d.attrs["minOccurs"]; ok {
		if p.Min, err = strconv.Atoi(s); err != nil {
			return p, d.errorf("minOccurs: %v", err)
		}
	}
	if s, ok := d.attrs["maxOccurs"]; ok {
		if p.Max, err = strconv.Atoi(s); s == "unbounded" {
			p.Max, err = -1, nil
		}
		if err != nil {
			return p, d.errorf("maxOccurs: %v", err)
		}
	}
	switch d.name {
	case "sequence", "choice":
		p.Kind = d.name[:1]
		if err := d.only("minOccurs maxOccurs", "sequence choice element any"); err != nil {
			return p, err
		}
		for _, k := range d.kids {
			if k.name == "annotation" {
				continue
			}
			c, err := g.particle(k)
			if err != nil {
				return p, err
			}
			p.Parts = append(p.Parts, c)
		}
	case "element":
		p.Kind, p.Name = "e", d.attrs["name"]
		p.Type, err = g.elementType(d)
		_, p.Default = d.attrs["default"]
	case "any":
		p.Kind, p.NS = "a", d.attrs["namespace"]
		if err := d.only("namespace processContents minOccurs maxOccurs", ""); err != nil {
			return p, err
		}
		if p.NS != "##other" || d.attrs["processContents"] != "lax" {
			return p, d.errorf("only lax ##other is implemented")
		}
	}
	return p, err
}

func (g *xmlGenerator) elementType(d *element) (int, error) {
	if err := d.only("name type minOccurs maxOccurs default", "simpleType complexType unique"); err != nil {
		return 0, err
	}
	if d.attrs["name"] == "" {
		return 0, d.errorf("no name")
	}
	if t := d.attrs["type"]; t != "" {
		return g.typeNamed(d, t)
	}
	if c := d.child("simpleType", "complexType"); c != nil {
		return g.anonymous(c)
	}
	return 0, nil
}

// xmlChildren returns the node with every number of another one replaced.
func xmlChildren(n strict.Type, f func(int) int) strict.Type {
	n.Of, n.Text = f(n.Of), f(n.Text)
	var union []int
	for _, u := range n.Union {
		union = append(union, f(u))
	}
	n.Union = union
	if n.Attrs != nil {
		attrs := strict.Attrs{}
		for k, a := range n.Attrs {
			a.Type = f(a.Type)
			attrs[k] = a
		}
		n.Attrs = attrs
	}
	var part func(p strict.Particle) strict.Particle
	part = func(p strict.Particle) strict.Particle {
		p.Type = f(p.Type)
		var parts []strict.Particle
		for _, c := range p.Parts {
			parts = append(parts, part(c))
		}
		p.Parts = parts
		return p
	}
	if n.Content != nil {
		c := part(*n.Content)
		n.Content = &c
	}
	return n
}

// subtracts reports a pattern with a class taken out of another, [a-z-[aeiou]].
func subtracts(pattern string) bool {
	in := false
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '[':
			if in {
				return true
			}
			in = true
		case ']':
			in = false
		}
	}
	return false
}
