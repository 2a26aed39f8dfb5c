package sbom

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// elementPath writes an element path with the position of every element, so
// that paths can be compared.
func elementPath(place string) string {
	if place == "" {
		place = "/bom"
	}
	var b strings.Builder
	for _, s := range strings.Split(strings.TrimPrefix(place, "/"), "/") {
		b.WriteString("/" + s)
		if !strings.HasSuffix(s, "]") {
			b.WriteString("[1]")
		}
	}
	return b.String()
}

// jsonPointer writes an element path of CycloneDX as a JSON pointer: citations
// have those in XML too.
func jsonPointer(path string) string {
	var b strings.Builder
	for _, s := range strings.Split(strings.TrimPrefix(path, "/bom[1]/"), "/") {
		name, n, _ := strings.Cut(strings.TrimSuffix(s, "]"), "[")
		i, err := strconv.Atoi(n)
		switch list := b.String(); {
		case err == nil && (name == "component" && strings.HasSuffix(list, "/components") || name == "service" && strings.HasSuffix(list, "/services")):
			b.WriteString("/" + strconv.Itoa(i-1))
		default:
			b.WriteString("/" + name)
		}
	}
	return b.String()
}

// What comes after an element in the sequences of the schemas bom-1.3.xsd to
// bom-1.7.xsd.
var (
	afterProperties = map[string]bool{"components": true, "evidence": true, "releaseNotes": true, "modelCard": true, "data": true,
		"cryptoProperties": true, "tags": true, "patentAssertions": true, "Signature": true, "signature": true}
	afterServiceProperties = map[string]bool{"services": true, "releaseNotes": true, "tags": true, "patentAssertions": true, "Signature": true,
		"signature": true}
	afterDocumentProperties = map[string]bool{"vulnerabilities": true, "annotations": true, "formulation": true, "declarations": true,
		"definitions": true, "citations": true, "Signature": true, "signature": true}
	beforeTools = map[string]bool{"timestamp": true, "lifecycles": true}
)

// An xmlFrame is an element that is being copied.
type xmlFrame struct {
	raw    string // its name with prefix
	path   int    // length of the path before it
	counts map[string]int
	// slots are what is still to be put into it, in the order of the schema.
	slots []*xmlSlot
	// fill is the slot that this element itself is: it is held until its end.
	fill  *xmlSlot
	start int64 // of its tag, where it is held
	inner int64 // behind its tag
}

// An xmlSlot is a child that an element has or gets.
type xmlSlot struct {
	name string
	// before reports the names of children that the slot comes before.
	before func(child string) bool
	// now returns what the element becomes, of the one that is there; nil
	// stands for none.
	now func(x string, old *xmlHeld) (string, error)
}

// An xmlHeld is an element that is there, as text, with its children.
type xmlHeld struct {
	text     string // with its tags
	open     int    // length of its tag
	end      int    // where its end tag begins
	children []xmlChild
	closed   bool // it is an empty tag
}

// An xmlChild is a child of a held element.
type xmlChild struct {
	name, attr, text string // attr is its name or bom-ref
	attributedTo     string
	start, end       int
}

// xml copies a document in XML.
func (p *patcher) xml() error {
	dec := xml.NewDecoder(bufio.NewReader(p.src))
	dec.CharsetReader = func(label string, r io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("%w: XML in %s and not in UTF-8", ErrPatch, label)
	}
	var stack []*xmlFrame
	var path []byte
	var before int64
	var held *xmlHeld
	holding := 0 // depth of the element that is held
	for count := 0; ; count++ {
		if count&4095 == 0 {
			if err := p.ctx.Err(); err != nil {
				return err
			}
		}
		tok, err := dec.RawToken()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrPatch, err)
		}
		after := dec.InputOffset()
		switch tok := tok.(type) {
		case xml.StartElement:
			name := tok.Name.Local
			raw := name
			if tok.Name.Space != "" {
				raw = tok.Name.Space + ":" + name
			}
			f := &xmlFrame{raw: raw, path: len(path), start: before, inner: after}
			n := 1
			if len(stack) > 0 {
				top := stack[len(stack)-1]
				if holding == 0 {
					if f.fill, err = p.xmlChild(before, top, name); err != nil {
						return err
					}
				}
				if top.counts == nil {
					top.counts = map[string]int{}
				}
				top.counts[name]++
				n = top.counts[name]
			}
			path = append(strconv.AppendInt(append(append(append(path, '/'), name...), '['), int64(n), 10), ']')
			stack = append(stack, f)
			empty := p.src.buf[offsetIn(p.src, after)-2] == '/'
			switch {
			case holding > 0:
				if len(stack) == holding+1 {
					c := xmlChild{name: name, start: int(before - stack[holding-1].start)}
					for _, a := range tok.Attr {
						if a.Name.Space == "" && (a.Name.Local == "name" || a.Name.Local == "bom-ref") {
							c.attr = a.Value
						}
					}
					held.children = append(held.children, c)
				}
			case f.fill != nil:
				holding = len(stack)
				held = &xmlHeld{open: int(after - before), closed: empty}
			default:
				f.slots = p.slots(string(path))
				if empty && len(f.slots) > 0 {
					// An empty element must be opened first.
					if err := p.copyTo(after - 2); err != nil {
						return err
					}
					p.skipTo(after)
					if _, err := p.out.WriteString(">"); err != nil {
						return err
					}
					if err := p.xmlRest(after, f); err != nil {
						return err
					}
					if _, err := p.out.WriteString("</" + raw + ">"); err != nil {
						return err
					}
				}
			}
		case xml.CharData:
			if holding > 0 && len(held.children) > 0 && len(stack) > holding {
				c := &held.children[len(held.children)-1]
				if top := stack[len(stack)-1].raw; len(stack) == holding+2 && top[strings.IndexByte(top, ':')+1:] == "attributedTo" {
					c.attributedTo += string(tok)
				}
				c.text += string(tok)
			}
		case xml.EndElement:
			if len(stack) == 0 {
				return fmt.Errorf("%w: an end tag without a beginning", ErrPatch)
			}
			f := stack[len(stack)-1]
			switch {
			case holding == len(stack):
				holding = 0
				held.text = string(p.src.buf[offsetIn(p.src, f.start):offsetIn(p.src, after)])
				held.end = int(before - f.start)
				now, err := f.fill.now(f.prefix(), held)
				if err != nil {
					return err
				}
				if _, err := p.out.WriteString(now); err != nil {
					return err
				}
				p.skipTo(after)
			case holding > 0:
				if len(stack) == holding+1 {
					held.children[len(held.children)-1].end = int(after - stack[holding-1].start)
				}
			default:
				if err := p.xmlRest(before, f); err != nil {
					return err
				}
			}
			path = path[:f.path]
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				return nil
			}
		}
		before = after
		if holding == 0 {
			// Everything up to the last token is settled, and the tag itself may
			// yet be opened.
			if err := p.copyTo(before); err != nil {
				return err
			}
		}
	}
}

// xmlChild puts in what belongs before a child that begins at an offset, and
// returns the slot that the child itself is.
func (p *patcher) xmlChild(offset int64, f *xmlFrame, child string) (*xmlSlot, error) {
	var s strings.Builder
	for i, slot := range f.slots {
		if slot == nil {
			continue
		}
		if slot.name == child {
			f.slots[i] = nil
			if s.Len() > 0 {
				if err := p.xmlWrite(offset, s.String()); err != nil {
					return nil, err
				}
			}
			return slot, nil
		}
		if slot.before(child) {
			f.slots[i] = nil
			now, err := slot.now(f.prefix(), nil)
			if err != nil {
				return nil, err
			}
			s.WriteString(now)
		}
	}
	return nil, p.xmlWrite(offset, s.String())
}

// xmlRest puts in what belongs before the end of an element.
func (p *patcher) xmlRest(offset int64, f *xmlFrame) error {
	var s strings.Builder
	for _, slot := range f.slots {
		if slot == nil {
			continue
		}
		now, err := slot.now(f.prefix(), nil)
		if err != nil {
			return err
		}
		s.WriteString(now)
	}
	f.slots = nil
	return p.xmlWrite(offset, s.String())
}

func (p *patcher) xmlWrite(offset int64, s string) error {
	if s == "" {
		return nil
	}
	if err := p.copyTo(offset); err != nil {
		return err
	}
	_, err := p.out.WriteString(s)
	return err
}

// prefix returns the namespace prefix of an element, with its colon.
func (f *xmlFrame) prefix() string { return f.raw[:strings.IndexByte(f.raw, ':')+1] }

// slots returns what is to be put into the element at a path.
func (p *patcher) slots(path string) []*xmlSlot {
	in, root := p.at[path], path == "/bom[1]"
	cites := root && p.source.SpecVersion >= "1.7" && len(p.opts.Derived) > 0
	var out []*xmlSlot
	if root && p.cites != nil {
		out = append(out, p.xmlMetadata())
	}
	if path == "/bom[1]/metadata[1]" && p.cites != nil {
		out = append(out, p.xmlTools())
	}
	if in != nil {
		delete(p.at, path)
		filled := p.filled[path]
		if in.Supplier != nil || filled.supplier.is {
			out = append(out, p.xmlField("supplier", in.Supplier, filled.supplier.is, path, func(string) bool { return true }))
		}
		if in.Manufacturer != nil || filled.manufacturer.is {
			out = append(out, p.xmlField("manufacturer", in.Manufacturer, filled.manufacturer.is, path, func(child string) bool { return child != "supplier" }))
		}
		after := afterProperties
		switch {
		case root:
			after = afterDocumentProperties
		case strings.Contains(path[strings.LastIndexByte(path, '/'):], "/service["):
			after = afterServiceProperties
		}
		out = append(out, p.xmlProperties(in.Properties, path, after))
	}
	if cites {
		out = append(out, p.xmlCited())
	}
	return out
}

// without returns a held element without some of its children, and with others
// at its end.
func (h *xmlHeld) without(x string, drop func(xmlChild) bool, add string) string {
	if h.closed {
		if add == "" {
			return h.text
		}
		tag := h.text[:strings.LastIndexByte(h.text, '/')]
		return tag + ">" + add + "</" + strings.Trim(strings.Fields(tag)[0], "</") + ">"
	}
	var b strings.Builder
	at := 0
	for _, c := range h.children {
		if drop(c) {
			b.WriteString(h.text[at:c.start])
			at = c.end
		}
	}
	return b.String() + h.text[at:h.end] + add + h.text[h.end:]
}

func (p *patcher) xmlProperties(props []Property, path string, after map[string]bool) *xmlSlot {
	text := func(x string) string {
		var b strings.Builder
		for _, q := range props {
			b.WriteString("<" + x + `property name="` + xmlText(q.Name) + `">` + xmlText(q.Value) + "</" + x + "property>")
		}
		return b.String()
	}
	told := func(from, others int) {
		at := make([]int, len(props))
		for i := range at {
			at[i] = from + i
		}
		if p.cites != nil {
			p.cites.addProperties(jsonPointer(path)+"/properties", at, others == 0)
		}
	}
	return &xmlSlot{name: "properties", before: func(child string) bool { return after[child] }, now: func(x string, h *xmlHeld) (string, error) {
		if h == nil {
			if len(props) == 0 {
				return "", nil
			}
			told(0, 0)
			return "<" + x + "properties>" + text(x) + "</" + x + "properties>", nil
		}
		var had []Property
		var at []int
		for i, c := range h.children {
			if p.opts.isDerived(c.attr) {
				had, at = append(had, Property{c.attr, strings.TrimSpace(c.text)}), append(at, i)
			}
		}
		if slices.Equal(had, props) {
			if p.cites != nil {
				p.cites.addProperties(jsonPointer(path)+"/properties", at, len(at) == len(h.children))
			}
			return h.text, nil
		}
		others := len(h.children) - len(at)
		told(others, others)
		return h.without(x, func(c xmlChild) bool { return p.opts.isDerived(c.attr) }, text(x)), nil
	}}
}

// xmlField is a field of a component for an organization.
func (p *patcher) xmlField(name string, party *Party, filled bool, path string, before func(string) bool) *xmlSlot {
	text := func(x string) string {
		if party == nil {
			return ""
		}
		p.cites.addFilled(jsonPointer(path) + "/" + name)
		var b strings.Builder
		b.WriteString("<" + x + name + "><" + x + "name>" + xmlText(party.Name) + "</" + x + "name>")
		if party.Country != "" {
			b.WriteString("<" + x + "address><" + x + "country>" + xmlText(party.Country) + "</" + x + "country></" + x + "address>")
		}
		for _, u := range party.URLs {
			b.WriteString("<" + x + "url>" + xmlText(u) + "</" + x + "url>")
		}
		b.WriteString("</" + x + name + ">")
		return b.String()
	}
	return &xmlSlot{name: name, before: before, now: func(x string, h *xmlHeld) (string, error) {
		switch {
		case h == nil:
			return text(x), nil
		case filled:
			if party != nil && len(h.children) == 1 && strings.TrimSpace(h.children[0].text) == party.Name {
				p.cites.addFilled(jsonPointer(path) + "/" + name)
				return h.text, nil
			}
			return text(x), nil
		case party == nil:
			return h.text, nil
		}
		for _, c := range h.children {
			if strings.TrimSpace(c.text) != "" && !isNobody(c.text) {
				return "", fmt.Errorf("%w: %s has a %s already", ErrPatch, path, name)
			}
		}
		return text(x), nil
	}}
}

// xmlTool is the tool that citations are attributed to.
func (p *patcher) xmlTool(x string) string {
	name, version := toolNameVersion(p.opts.Tool)
	s := "<" + x + `component type="application" bom-ref="` + enrichmentRef + `"><` + x + "name>" + xmlText(name) + "</" + x + "name>"
	if version != "" {
		s += "<" + x + "version>" + xmlText(version) + "</" + x + "version>"
	}
	return s + "</" + x + "component>"
}

// xmlMetadata makes the metadata, which come first, where there are none.
func (p *patcher) xmlMetadata() *xmlSlot {
	slot := &xmlSlot{name: "metadata "}
	slot.before = func(child string) bool {
		if child == "metadata" {
			slot.now = func(string, *xmlHeld) (string, error) { return "", nil }
		}
		return true
	}
	slot.now = func(x string, _ *xmlHeld) (string, error) {
		return "<" + x + "metadata><" + x + "tools><" + x + "components>" + p.xmlTool(x) + "</" + x + "components></" + x + "tools></" + x + "metadata>", nil
	}
	return slot
}

// xmlTools puts the tool to those of the metadata.
func (p *patcher) xmlTools() *xmlSlot {
	return &xmlSlot{name: "tools", before: func(child string) bool { return !beforeTools[child] }, now: func(x string, h *xmlHeld) (string, error) {
		tool := p.xmlTool(x)
		if h == nil {
			return "<" + x + "tools><" + x + "components>" + tool + "</" + x + "components></" + x + "tools>", nil
		}
		for _, c := range h.children {
			if c.name == "tool" {
				p.cites = nil // the deprecated form, in which a tool has no bom-ref
				return h.text, nil
			}
			if c.name != "components" {
				continue
			}
			list := h.text[c.start:c.end]
			if at := strings.Index(list, "<"+x+`component type="application" bom-ref="`+enrichmentRef+`">`); at >= 0 {
				end := strings.Index(list[at:], "</"+x+"component>")
				if end < 0 {
					return "", fmt.Errorf("%w: the tool %s has no end", ErrPatch, enrichmentRef)
				}
				end += at + len("</"+x+"component>")
				if list[at:end] == tool {
					return h.text, nil
				}
				return h.text[:c.start] + list[:at] + tool + list[end:] + h.text[c.end:], nil
			}
			if strings.Contains(list, enrichmentRef) { // written otherwise: it stays as it is
				return h.text, nil
			}
			if end := strings.LastIndex(list, "</"); end >= 0 {
				return h.text[:c.start] + list[:end] + tool + list[end:] + h.text[c.end:], nil
			}
			return h.text[:c.start] + "<" + x + "components>" + tool + "</" + x + "components>" + h.text[c.end:], nil
		}
		// Components come before services.
		list := "<" + x + "components>" + tool + "</" + x + "components>"
		if h.closed {
			return h.without(x, nil, list), nil
		}
		return h.text[:h.open] + list + h.text[h.open:], nil
	}}
}

// xmlCitations is the last of the elements of the document.
func (p *patcher) xmlCited() *xmlSlot {
	before := func(child string) bool { return child == "Signature" || child == "signature" }
	return &xmlSlot{name: "citations", before: before, now: func(x string, h *xmlHeld) (string, error) {
		list := p.cites.list(&p.opts)
		if h == nil {
			if len(list) == 0 {
				return "", nil
			}
			return "<" + x + "citations>" + xmlCitations(x, list) + "</" + x + "citations>", nil
		}
		ours := func(c xmlChild) bool { return strings.TrimSpace(c.attributedTo) == enrichmentRef }
		return h.without(x, ours, xmlCitations(x, list)), nil
	}}
}

// xmlCitations writes citations, with a namespace prefix.
func xmlCitations(x string, list []Citation) string {
	var b strings.Builder
	for _, c := range list {
		b.WriteString("<" + x + "citation><" + x + "pointers>")
		for _, s := range c.Pointers {
			b.WriteString("<" + x + "pointer>" + xmlText(s) + "</" + x + "pointer>")
		}
		b.WriteString("</" + x + "pointers><" + x + "timestamp>" + xmlText(c.Timestamp) + "</" + x + "timestamp><" + x + "attributedTo>" +
			xmlText(c.AttributedTo) + "</" + x + "attributedTo><" + x + "note>" + xmlText(c.Note) + "</" + x + "note></" + x + "citation>")
	}
	return b.String()
}

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder never fails
	return b.String()
}
