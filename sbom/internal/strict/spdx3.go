package strict

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed spdx3.table
var spdx3Table []byte

type spdx3Class struct {
	name, parent string
	abstract     bool
	props        map[string]spdx3Prop // inherited ones too
	own          []spdx3Prop
}

type spdx3Prop struct {
	name     string
	min, max int // max -1 is any number
	typ      string
	restrict bool
	list     bool // may be written as a list, whatever max is
}

type spdx3Model struct {
	classes map[string]*spdx3Class
	enums   map[string]map[string]bool
	words   map[string][]string
}

var loadSPDX3 = sync.OnceValues(func() (*spdx3Model, error) {
	m := &spdx3Model{classes: map[string]*spdx3Class{}, enums: map[string]map[string]bool{}, words: map[string][]string{}}
	var at *spdx3Class
	number := func(s string) int {
		if s == "*" || s == "-" {
			return -1
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			return -1
		}
		return n
	}
	for line := range bytes.Lines(spdx3Table) {
		f := strings.Fields(string(line))
		switch {
		case len(f) == 0 || f[0] == "#":
		case f[0] == "class" && len(f) == 4:
			at = &spdx3Class{name: f[1], parent: f[2], abstract: f[3] == "abstract"}
			m.classes[f[1]] = at
		case f[0] == "enum":
			m.enums[f[1]] = map[string]bool{}
			m.words[f[1]] = f[2:]
			for _, w := range f[2:] {
				m.enums[f[1]][w] = true
			}
		case f[0] == "restrict" && len(f) == 4 && at != nil:
			at.own = append(at.own, spdx3Prop{name: f[1], min: number(f[2]), max: number(f[3]), restrict: true})
		case len(f) == 4 && at != nil:
			at.own = append(at.own, spdx3Prop{name: f[0], min: number(f[1]), max: number(f[2]), typ: f[3], list: f[2] == "*"})
		case strings.HasPrefix(f[0], "#"):
		default:
			return nil, fmt.Errorf("table of SPDX 3: %q", line)
		}
	}
	for _, c := range m.classes {
		if err := m.inherit(c, 0); err != nil {
			return nil, err
		}
	}
	return m, nil
})

func (m *spdx3Model) inherit(c *spdx3Class, depth int) error {
	if c.props != nil {
		return nil
	}
	props := map[string]spdx3Prop{}
	if c.parent != "-" {
		p := m.classes[c.parent]
		if p == nil || depth > 20 {
			return fmt.Errorf("table of SPDX 3: no parent %q", c.parent)
		}
		if err := m.inherit(p, depth+1); err != nil {
			return err
		}
		for k, v := range p.props {
			props[k] = v
		}
	}
	for _, p := range c.own {
		if p.restrict {
			old, ok := props[p.name]
			if !ok {
				// A property that another class has: taken over.
				if old, ok = m.property(p.name); !ok {
					return fmt.Errorf("table of SPDX 3: %s restricts %q", c.name, p.name)
				}
			}
			old.min = max(old.min, p.min)
			if p.max >= 0 {
				old.max = p.max
			}
			p = old
		}
		props[p.name] = p
	}
	c.props = props
	return nil
}

// property returns a property as some class defines it.
func (m *spdx3Model) property(name string) (spdx3Prop, bool) {
	for _, c := range m.classes {
		for _, p := range c.own {
			if p.name == name && !p.restrict {
				return p, true
			}
		}
	}
	return spdx3Prop{}, false
}

// is reports whether a class is another one or below it.
func (m *spdx3Model) is(class, of string) bool {
	for range 20 {
		if class == of {
			return true
		}
		c := m.classes[class]
		if c == nil {
			return false
		}
		class = c.parent
	}
	return false
}

const spdx3Section = "SPDX 3.0.1 "

// A spdx3Checker holds one document against the model.
type spdx3Checker struct {
	m      *spdx3Model
	lim    *limits
	report Reporter
	err    error

	ids   map[string]string // class by spdxId or blank node
	twice map[string]bool
	links []spdx3Link
	docs  int
}

type spdx3Link struct {
	place, to, class string
}

// maxSPDX3Links bounds the references that are held to the end.
const maxSPDX3Links = 8 << 20

// CheckSPDX3 holds a tree of SPDX 3.0 or 3.0.1 in JSON-LD against the model:
// the classes, that they are concrete, their properties with how often they
// stand, the types of values, vocabularies, and that what a reference to a
// blank node names is there. Documents of 3.0 are held against the model of
// 3.0.1, which corrects it. JSON-LD is understood in the form of the published
// context (names as it defines them), not in general. Properties of classes of
// extensions are not known and not looked at.
func CheckSPDX3(ctx context.Context, t *Tree, size int, place string, report Reporter) error {
	m, err := loadSPDX3()
	if err != nil {
		return err
	}
	c := &spdx3Checker{m: m, lim: newLimits(ctx, size), report: report, ids: map[string]string{}, twice: map[string]bool{}}
	root := &Path{base: place}
	r := ref{t, 1}
	if r.node().Kind != Object {
		c.fail(r, root, "type", "", "is no object")
		return nil
	}
	if i := t.Member(1, "@context"); i == 0 {
		c.fail(ref{}, root, "required", "serialization", "member \"@context\" is missing")
	} else {
		c.context(ref{t, i}, root.member("@context", 0))
	}
	graph := t.Member(1, "@graph")
	switch {
	case graph == 0:
		c.element(r, root, true)
	case t.Nodes[graph].Kind == Array:
		k := 0
		at := root.member("@graph", 0)
		t.Each(graph, func(i int32) {
			if c.err == nil {
				c.element(opened(ref{t, i}), at.at(k, 0), true)
			}
			k++
		})
	case t.Nodes[graph].Kind == Object:
		c.element(ref{t, graph}, root.member("@graph", 0), true)
	default:
		c.fail(ref{t, graph}, root.member("@graph", 0), "type", "serialization", "is no list of elements")
	}
	if graph != 0 {
		t.Each(1, func(i int32) {
			if k := t.Nodes[i].Key; k != "@context" && k != "@graph" {
				c.fail(ref{t, i}, root.member(k, 0), "unknown", "serialization", "member %s is not known here", quote(k))
			}
		})
	}
	if c.err != nil {
		return c.err
	}
	c.finish()
	return nil
}

// SPDX3Version returns the version of SPDX that a context names.
func SPDX3Version(t *Tree) string {
	i := t.Member(1, "@context")
	if i == 0 {
		return ""
	}
	found := ""
	one := func(n *Node) {
		if _, rest, ok := strings.Cut(n.Text, "spdx.org/rdf/"); ok && n.Kind == String {
			found, _, _ = strings.Cut(rest, "/")
		}
	}
	one(&t.Nodes[i])
	t.Each(i, func(c int32) { one(opened(ref{t, c}).node()) })
	return strings.TrimPrefix(found, "v")
}

func (c *spdx3Checker) fail(r ref, p *Path, rule, section, format string, args ...any) {
	v := Violation{Place: p.String(), Line: p.lineOf(), Rule: rule, Message: fmt.Sprintf(format, args...), Section: spdx3Section + section}
	if r.t != nil {
		v.Value = r.brief()
	}
	c.report(v)
}

func (c *spdx3Checker) context(r ref, p *Path) {
	ok := false
	one := func(n *Node) {
		if n.Kind == String && strings.HasPrefix(n.Text, "https://spdx.org/rdf/3.") && strings.HasSuffix(n.Text, "/spdx-context.jsonld") {
			ok = true
		}
	}
	one(r.node())
	r.t.Each(r.i, func(i int32) { one(opened(ref{r.t, i}).node()) })
	if !ok {
		c.fail(r, p, "context", "serialization", "does not name the context of SPDX 3")
	}
}

// element checks an object. It returns its class.
func (c *spdx3Checker) element(r ref, p *Path, top bool) string {
	if c.err == nil {
		c.err = c.lim.step()
	}
	if c.err != nil {
		return ""
	}
	n := r.node()
	if n.Kind != Object {
		c.fail(r, p, "type", "serialization", "is %s and not an object", kindName(n.Kind))
		return ""
	}
	for _, k := range r.t.Twice {
		c.fail(ref{}, p, "twice", "serialization", "member %s is there twice", quote(k))
	}
	r.t.Twice = nil
	typ := r.t.Text(r.i, "type")
	if typ == "" {
		typ = r.t.Text(r.i, "@type")
	}
	if typ == "" {
		c.fail(r, p, "required", "serialization", "member \"type\" is missing")
		return ""
	}
	class := c.m.classes[typ]
	id := r.t.Text(r.i, "spdxId")
	if id == "" {
		id = r.t.Text(r.i, "@id")
	}
	if id != "" {
		if _, ok := c.ids[id]; ok {
			c.fail(ref{}, p, "unique", "Core/Element/spdxId", "identifier %s is another element's too", quote(id))
		}
		c.ids[id] = typ
	}
	if class == nil {
		if strings.ContainsAny(typ, ":/") {
			return typ // of an extension
		}
		c.fail(r, p, "class", "model", "%s is no class of SPDX 3", quote(typ))
		return ""
	}
	if class.abstract && typ != "extension_Extension" {
		c.fail(r, p, "class", "model "+typ, "%s is abstract", typ)
	}
	if typ == "SpdxDocument" {
		if c.docs++; c.docs > 1 {
			c.fail(ref{}, p, "unique", "Core/SpdxDocument", "a second SpdxDocument")
		}
	}
	for _, name := range sortedProps(class) {
		if class.props[name].min > 0 && r.t.Member(r.i, name) == 0 {
			if name == "spdxId" && r.t.Text(r.i, "@id") != "" {
				continue // the same in JSON-LD
			}
			c.fail(ref{}, p, "required", "model "+typ, "property %q is missing", name)
		}
	}
	r.t.Each(r.i, func(i int32) {
		m := &r.t.Nodes[i]
		at := p.member(m.Key, m.Line)
		prop, ok := class.props[m.Key]
		switch {
		case ok:
			c.values(ref{r.t, i}, at, typ, prop)
		case m.Key == "type" || m.Key == "@type" || m.Key == "@id" || m.Key == "@context":
		case strings.ContainsAny(m.Key, ":") || typ == "extension_Extension":
		default:
			c.fail(ref{r.t, i}, at, "unknown", "model "+typ, "%s has no property %s", typ, quote(m.Key))
		}
	})
	return typ
}

func sortedProps(c *spdx3Class) []string {
	out := make([]string, 0, len(c.props))
	for name := range c.props {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// values checks what a property has.
func (c *spdx3Checker) values(r ref, p *Path, class string, prop spdx3Prop) {
	n := r.node()
	if n.Kind != Array {
		c.value(r, p, class, prop)
		return
	}
	if prop.max == 1 && !prop.list {
		c.fail(r, p, "maxCount", "model "+class, "is a list, and the property stands once")
	} else if int(n.n) < prop.min {
		c.fail(r, p, "minCount", "model "+class, "has %d values and not at least %d", n.n, prop.min)
	} else if prop.max >= 0 && int(n.n) > prop.max {
		c.fail(r, p, "maxCount", "model "+class, "has %d values and not at most %d", n.n, prop.max)
	}
	k := 0
	r.t.Each(r.i, func(i int32) {
		c.value(opened(ref{r.t, i}), p.at(k, 0), class, prop)
		k++
	})
}

var (
	spdx3DateTime = lazy(`^\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	spdx3SemVer   = lazy(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
	spdx3Media    = lazy(`^[^/]+/[^/]+$`)
)

func (c *spdx3Checker) value(r ref, p *Path, class string, prop spdx3Prop) {
	if c.err == nil {
		c.err = c.lim.step()
	}
	if c.err != nil {
		return
	}
	n := r.node()
	section := "model " + class + "/" + prop.name
	wrong := func(what string) { c.fail(r, p, "type", section, "is %s and not %s", kindName(n.Kind), what) }
	if words, ok := c.m.enums[prop.typ]; ok {
		if n.Kind != String {
			wrong("a word of " + prop.typ)
		} else if !words[n.Text] {
			c.fail(r, p, "vocabulary", section, "is no word of %s", prop.typ)
		}
		return
	}
	switch prop.typ {
	case "DateTime":
		if n.Kind != String {
			wrong("a time")
		} else if !spdx3DateTime.MatchString(n.Text) || dateTime(n.Text) != nil {
			c.fail(r, p, "DateTime", "Core/DateTime", "is no time as 2006-01-02T15:04:05Z")
		}
		return
	case "SemVer":
		if n.Kind != String || !spdx3SemVer.MatchString(n.Text) {
			c.fail(r, p, "SemVer", "Core/SemVer", "is no semantic version")
		}
		return
	case "MediaType":
		if n.Kind != String || !spdx3Media.MatchString(n.Text) {
			c.fail(r, p, "MediaType", "Core/MediaType", "is no media type")
		}
		return
	}
	if x, ok := strings.CutPrefix(prop.typ, "xsd:"); ok {
		switch x {
		case "string":
			if n.Kind != String {
				wrong("a string")
			}
		case "anyURI":
			if n.Kind != String {
				wrong("a URI")
			} else if !isAnyURI(n.Text) || strings.ContainsAny(n.Text, " \t\r\n") {
				c.fail(r, p, "anyURI", section, "is no URI")
			} else if prop.name == "spdxId" && !strings.Contains(n.Text, ":") {
				c.fail(r, p, "anyURI", "Core/Element/spdxId", "is no absolute IRI")
			}
		case "boolean":
			if n.Kind != Boolean {
				wrong("a boolean")
			}
		case "decimal", "double", "float":
			if n.Kind != Number && (n.Kind != String || !xsdDecimal.MatchString(n.Text)) {
				wrong("a number")
			}
		case "integer", "nonNegativeInteger", "positiveInteger":
			if n.Kind != Number || !hasType(n, "i") {
				wrong("an integer")
			} else if builtin(x, strings.TrimSpace(n.Text)) != nil && !strings.ContainsAny(n.Text, ".eE") {
				c.fail(r, p, "range", section, "is no %s", x)
			}
		}
		return
	}
	switch n.Kind {
	case String:
		if n.Text == "" {
			c.fail(r, p, "reference", section, "is empty and names no %s", prop.typ)
			return
		}
		if len(c.links) >= maxSPDX3Links {
			c.err = fmt.Errorf("%w: more than %d references", ErrWork, maxSPDX3Links)
			return
		}
		c.links = append(c.links, spdx3Link{p.String(), n.Text, prop.typ})
	case Object:
		got := c.element(r, p, false)
		if got != "" && c.m.classes[got] != nil && !c.m.is(got, prop.typ) {
			c.fail(r, p, "class", section, "is of class %s and not %s", got, prop.typ)
		}
	default:
		wrong(prop.typ)
	}
}

// finish looks at the references.
func (c *spdx3Checker) finish() {
	for _, l := range c.links {
		class, ok := c.ids[l.to]
		p := &Path{base: l.place}
		switch {
		case ok && c.m.classes[class] != nil && !c.m.is(class, l.class):
			c.fail(ref{}, p, "class", "model", "names %s, of class %s and not %s", quote(l.to), class, l.class)
		case !ok && strings.HasPrefix(l.to, "_:"):
			c.fail(ref{}, p, "reference", "serialization", "names %s, which is not in the document", quote(l.to))
		}
	}
}
