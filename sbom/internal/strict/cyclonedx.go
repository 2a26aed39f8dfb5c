package strict

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
)

// What the specification of CycloneDX asks for in words, and its schemas do not
// hold: identifiers are unique, package URLs, CPEs, mail addresses and licence
// expressions are well-formed, a licence's name is no expression, and
// references name something.

// A CycloneDXRules collects what the rules need of a document.
type CycloneDXRules struct {
	version string
	report  Reporter
	refs    map[string]bool
	links   []cycloneLink
	json    bool
}

type cycloneLink struct {
	place string
	line  int
	ref   string
}

// NewCycloneDXRules returns rules for a document of a version. In XML the
// schema itself asks for unique identifiers.
func NewCycloneDXRules(version string, json bool, report Reporter) *CycloneDXRules {
	return &CycloneDXRules{version: version, report: report, refs: map[string]bool{}, json: json}
}

func (c *CycloneDXRules) fail(place string, line int, rule, value, format string, args ...any) {
	c.report(Violation{Place: place, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Value: value, Section: "CycloneDX " + c.version})
}

func (c *CycloneDXRules) advise(place string, line int, rule, value, format string, args ...any) {
	c.report(Violation{Place: place, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Value: value, Section: "CycloneDX " + c.version, Advice: true})
}

// Tree looks at a whole document.
func (c *CycloneDXRules) Tree(ctx context.Context, t *Tree, size int, place string) error {
	lim := newLimits(ctx, size)
	err := c.walk(lim, ref{t, 1}, &Path{base: place}, "", "")
	if err != nil {
		return err
	}
	c.Finish()
	return nil
}

func (c *CycloneDXRules) walk(lim *limits, r ref, p *Path, key, above string) error {
	if err := lim.step(); err != nil {
		return err
	}
	r = opened(r)
	n := r.node()
	for _, k := range r.t.Twice {
		c.fail(p.String(), 0, "twice", "", "member %s is there twice; the last one counts", quote(k))
	}
	r.t.Twice = nil
	if r.t.BadUTF8 {
		c.fail(p.String(), 0, "utf8", "", "has a text that is no UTF-8 (RFC 8259, 8.1)")
		r.t.BadUTF8 = false
	}
	switch n.Kind {
	case Object:
		if key == "license" || above == "license" {
			if name := r.t.Text(r.i, "name"); name != "" && key == "license" {
				if m := p.member("name", 0); isExpression(name) {
					c.fail(m.String(), p.lineOf(), "license", quote(name), "is a licence expression, and names a licence that SPDX does not list")
				}
			}
		}
		for i := n.first; i != 0; i = r.t.Nodes[i].next {
			m := &r.t.Nodes[i]
			if err := c.walk(lim, ref{r.t, i}, p.member(m.Key, m.Line), m.Key, key); err != nil {
				return err
			}
		}
	case Array:
		k := 0
		for i := n.first; i != 0; i = r.t.Nodes[i].next {
			if err := c.walk(lim, ref{r.t, i}, p.at(k, r.t.Nodes[i].Line), key, above); err != nil {
				return err
			}
			k++
		}
	case String:
		switch key {
		case "bom-ref":
			if c.refs[n.Text] && n.Text != "" {
				c.fail(p.String(), p.lineOf(), "unique", quote(n.Text), "is the bom-ref of another element too")
			}
			c.refs[n.Text] = true
		case "expression":
			if above == "licenses" {
				c.text(func() (string, int) { return p.String(), p.lineOf() }, key, n.Text)
			}
		case "purl", "cpe", "email":
			c.text(func() (string, int) { return p.String(), p.lineOf() }, key, n.Text)
		case "ref", "dependsOn", "provides":
			if above == "dependencies" || key != "ref" && strings.Contains(p.String(), "/dependencies/") {
				c.link(p.String(), p.lineOf(), n.Text)
			}
		}
	}
	return nil
}

func (c *CycloneDXRules) link(place string, line int, ref string) {
	if len(c.links) < maxSPDX3Links && !strings.HasPrefix(ref, "urn:cdx:") {
		c.links = append(c.links, cycloneLink{place, line, ref})
	}
}

var idnEmail = lazy(`^[^@\s/:]+@[^@\s/:]+$`)

// text checks a value by the name of its member or element.
func (c *CycloneDXRules) text(at func() (string, int), key, s string) {
	fail := func(rule, format string, args ...any) {
		place, line := at()
		c.fail(place, line, rule, quote(s), format, args...)
	}
	if s == "" && key != "expression" {
		place, line := at()
		c.advise(place, line, "empty", "", "is empty; left out it would say the same")
		return
	}
	switch key {
	case "purl":
		if err := checkPURL(s); err != nil {
			fail("purl", "is no package URL: %v", err)
		}
	case "cpe":
		if !spdx2CPE22.MatchString(s) && !spdx2CPE23.MatchString(s) {
			fail("cpe", "is neither a CPE 2.2 nor a CPE 2.3")
		}
	case "email":
		if !idnEmail.MatchString(s) {
			fail("idn-email", "is no mail address")
		}
	case "expression":
		e, err := ParseExpression(s)
		if err != nil {
			fail("license", "is no licence expression: it %v", err)
			return
		}
		for _, id := range e.Unknown {
			place, line := at()
			c.advise(place, line, "license", quote(s), "%s is not in the list of licences that this program knows", quote(id))
		}
	}
}

// isExpression reports a text that is an expression of listed licences.
func isExpression(s string) bool {
	e, err := ParseExpression(s)
	return err == nil && e.Operators > 0 && len(e.Unknown) == 0
}

// Element looks at the start of an element in XML.
func (c *CycloneDXRules) Element(place func() string, line int, start xml.StartElement) {
	for _, a := range start.Attr {
		if a.Name.Space != "" {
			continue
		}
		switch {
		case a.Name.Local == "bom-ref":
			c.refs[a.Value] = true
		case a.Name.Local == "ref" && (start.Name.Local == "dependency" || start.Name.Local == "provides"):
			c.link(place(), line, a.Value)
		}
	}
}

// Text looks at the text of an element in XML.
func (c *CycloneDXRules) Text(place func() string, line int, name, text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	switch name {
	case "purl", "email":
		c.text(func() (string, int) { return place(), line }, name, text)
	case "expression":
		if strings.HasSuffix(strings.TrimRight(place(), "[]0123456789"), "/licenses/expression") {
			c.text(func() (string, int) { return place(), line }, name, text)
		}
	case "name":
		if isExpression(text) {
			if at := place(); strings.HasSuffix(strings.TrimRight(strings.TrimSuffix(at, "/name"), "[]0123456789"), "/license") {
				c.fail(at, line, "license", quote(text), "is a licence expression, and names a licence that SPDX does not list")
			}
		}
	}
}

// Finish looks at the references. One that names nothing is bad advice to
// whoever follows it, and no published schema forbids it.
func (c *CycloneDXRules) Finish() {
	for _, l := range c.links {
		if !c.refs[l.ref] {
			c.advise(l.place, l.line, "reference", quote(l.ref), "names no bom-ref of the document")
		}
	}
}

// JSONVersion returns the version of CycloneDX that a tree declares, and
// whether the tables know it.
func JSONVersion(t *Tree) (version string, known bool) {
	s, err := loadJSON()
	version = t.Text(1, "specVersion")
	if err != nil {
		return version, false
	}
	_, known = s.head.Roots[version]
	return version, known && !strings.Contains(version, "-")
}

// Source says which release of which schemas the tables are from.
func Source() (module, version string, err error) {
	s, err := loadJSON()
	if err != nil {
		return "", "", err
	}
	if s.head.Module == "" {
		return "", "", errors.New("a table without a head")
	}
	return s.head.Module, s.head.Version, nil
}
