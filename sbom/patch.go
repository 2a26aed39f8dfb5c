package sbom

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrPatch is the error for a document or a change that [Patch] refuses, with
// the reason.
var ErrPatch = errors.New("cannot be patched")

// An Insertion is what to add at one place of a document.
type Insertion struct {
	// Place of a component or service, as the reader gave it; empty for the
	// document itself.
	Place string
	// Properties are added to those that are there. In SPDX 2 they become
	// annotations, "name value"; in SPDX 3 a CdxPropertiesExtension.
	Properties []Property
	// Manufacturer of a component, CycloneDX 1.6 and later. It is only for a
	// component that has none; for one that has, Patch fails.
	Manufacturer *Party
	// Citations, CycloneDX 1.7 JSON, only at the document itself.
	Citations []Citation
}

// A Citation says where a part of a document comes from (CycloneDX 1.7,
// citations).
type Citation struct {
	// Pointers are JSON pointers (RFC 6901) to what is cited.
	Pointers []string `json:"pointers"`
	// Timestamp in RFC 3339.
	Timestamp string `json:"timestamp"`
	// AttributedTo is the bom-ref of the component, service or organization
	// that it is attributed to.
	AttributedTo string `json:"attributedTo,omitempty"`
	Note         string `json:"note,omitempty"`
}

// Patch writes the document of r again, byte for byte, with the insertions put
// in. doc is what [Read] made of the same bytes; if they are others, Patch
// fails. Nothing that the document says is changed or left out, fields that
// this package does not model included.
//
// It patches CycloneDX 1.3 and later in JSON and XML, SPDX 2.x in JSON and SPDX
// 3 in JSON-LD, in UTF-8. Anything else, and a place that is not in the
// document, is an [ErrPatch]. On an error what was written so far is of no use.
//
// opts gives SPDX 2 the date and tool of its annotations.
func Patch(ctx context.Context, w io.Writer, r io.Reader, doc *Document, ins []Insertion, opts *WriteOptions) error {
	var o WriteOptions
	if opts != nil {
		o = *opts
	}
	if o.Created == "" {
		o.Created = doc.Source.Created
	}
	p := &patcher{ctx: ctx, source: doc.Source, opts: o, at: map[string]*Insertion{}}
	for i := range ins {
		in := &ins[i]
		if err := p.check(in); err != nil {
			return fmt.Errorf("patch %q: %w", in.Place, err)
		}
		at := in.Place
		if doc.Source.Encoding == "xml" {
			at = elementPath(at)
		}
		if p.at[at] != nil {
			return fmt.Errorf("patch %q: %w: two insertions for one place", in.Place, ErrPatch)
		}
		p.at[at] = in
	}
	sum := sha256.New()
	p.out = bufio.NewWriterSize(w, 64<<10)
	p.src = &spool{r: io.TeeReader(r, sum)}
	var err error
	switch doc.Source.Encoding {
	case "json", "json-ld":
		err = p.json()
	case "xml":
		err = p.xml()
	}
	if err == nil {
		err = p.rest()
	}
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != doc.Source.SHA256 {
		err = fmt.Errorf("%w: these are not the bytes that were read", ErrPatch)
	}
	if err == nil && len(p.at) > 0 {
		err = fmt.Errorf("%w: nothing is at %s", ErrPatch, strings.Join(sortedKeys(p.at), ", "))
	}
	if err == nil {
		err = p.out.Flush()
	}
	if err != nil {
		return fmt.Errorf("patch: %w", err)
	}
	return nil
}

type patcher struct {
	ctx    context.Context
	source Source
	opts   WriteOptions
	at     map[string]*Insertion // what is still to be put in, by place
	out    *bufio.Writer
	src    *spool
}

// check refuses what the document's format cannot carry.
func (p *patcher) check(in *Insertion) error {
	src := p.source
	switch {
	case src.Kind == SourceCycloneDX && (src.Encoding == "json" || src.Encoding == "xml"):
		if slices.Contains([]string{"1.0", "1.1", "1.2"}, src.SpecVersion) {
			return fmt.Errorf("%w: CycloneDX %s has no properties", ErrPatch, src.SpecVersion)
		}
		if in.Manufacturer != nil && src.SpecVersion < "1.6" {
			return fmt.Errorf("%w: CycloneDX %s has no manufacturer of a component", ErrPatch, src.SpecVersion)
		}
		if len(in.Citations) > 0 && (src.Encoding != "json" || src.SpecVersion < "1.7" || in.Place != "") {
			return fmt.Errorf("%w: citations are of CycloneDX 1.7, in JSON, at the document", ErrPatch)
		}
		return nil
	case src.Kind == SourceSPDX && (src.Encoding == "json" || src.Encoding == "json-ld"):
		if in.Manufacturer != nil || len(in.Citations) > 0 {
			return fmt.Errorf("%w: SPDX has neither manufacturer nor citations", ErrPatch)
		}
		if src.Encoding == "json-ld" && in.Place == "" {
			return fmt.Errorf("%w: in SPDX 3 the document is an element; its place is needed", ErrPatch)
		}
		return nil
	}
	return fmt.Errorf("%w: %s in %s has no place for insertions", ErrPatch, src.Kind, src.Encoding)
}

// A spool keeps what was read until it is known whether something is put in.
type spool struct {
	r    io.Reader
	buf  []byte
	base int64 // offset of buf in the input
}

func (s *spool) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.buf = append(s.buf, b[:n]...)
	return n, err
}

// copyTo writes the input up to an offset.
func (p *patcher) copyTo(offset int64) error {
	n := offset - p.src.base
	if n <= 0 {
		return nil
	}
	_, err := p.out.Write(p.src.buf[:n])
	p.src.buf = p.src.buf[:copy(p.src.buf, p.src.buf[n:])]
	p.src.base = offset
	return err
}

// rest writes what is left of the input.
func (p *patcher) rest() error {
	if err := p.copyTo(p.src.base + int64(len(p.src.buf))); err != nil {
		return err
	}
	for {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		var b [32 << 10]byte
		n, err := p.src.r.Read(b[:])
		if _, werr := p.out.Write(b[:n]); werr != nil {
			return werr
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// A jsonAddition is what goes into one member of an object.
type jsonAddition struct {
	member string
	value  string // items without brackets if list, else a whole value
	list   bool
}

// additions returns what an insertion adds to its object.
func (p *patcher) additions(in *Insertion) []jsonAddition {
	var out []jsonAddition
	var items []string
	switch {
	case len(in.Properties) == 0:
	case p.source.Kind == SourceCycloneDX:
		for _, q := range in.Properties {
			items = append(items, asJSON(q))
		}
		out = append(out, jsonAddition{"properties", strings.Join(items, ","), true})
	case p.source.Encoding == "json-ld":
		out = append(out, jsonAddition{"extension", asJSON(extensions3(in.Properties)[0]), true})
	default:
		for _, q := range in.Properties {
			items = append(items, asJSON(struct {
				Date      string `json:"annotationDate"`
				Type      string `json:"annotationType"`
				Annotator string `json:"annotator"`
				Comment   string `json:"comment"`
			}{spdxTime(p.opts.Created), "OTHER", "Tool: " + spdxTool(p.opts), q.Name + " " + q.Value}))
		}
		out = append(out, jsonAddition{"annotations", strings.Join(items, ","), true})
	}
	if in.Manufacturer != nil {
		out = append(out, jsonAddition{"manufacturer", asJSON(entity(*in.Manufacturer)), false})
	}
	if len(in.Citations) > 0 {
		for _, c := range in.Citations {
			items = append(items, asJSON(c))
		}
		out = append(out, jsonAddition{"citations", strings.Join(items[len(items)-len(in.Citations):], ","), true})
	}
	return out
}

// A jsonFrame is an object or list that is being read.
type jsonFrame struct {
	object  bool
	n       int // members or items so far
	pointer int // length of the pointer of the frame itself
	adds    []jsonAddition
	// into is the addition that belongs at the end of this list.
	into *jsonAddition
}

// json copies a document in JSON.
func (p *patcher) json() error {
	br := bufio.NewReader(p.src)
	var skipped int64
	if head, _ := br.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		_, _ = br.Discard(3)
		skipped = 3
	}
	dec := jsontext.NewDecoder(br, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var stack []jsonFrame
	var pointer []byte
	var name []byte
	push := func(object bool) error {
		f := jsonFrame{object: object, pointer: len(pointer)}
		if len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.object {
				pointer = append(append(pointer, '/'), escapePointer(string(name))...)
				for i := range top.adds {
					if a := &top.adds[i]; a.member == string(name) && a.list && !object {
						f.into = a
					}
				}
			} else {
				pointer = strconv.AppendInt(append(pointer, '/'), int64(top.n-1), 10)
			}
		}
		if in := p.at[string(pointer)]; in != nil && object {
			f.adds = p.additions(in)
			delete(p.at, string(pointer))
		}
		stack = append(stack, f)
		return nil
	}
	for count := 0; ; count++ {
		if count&4095 == 0 {
			if err := p.ctx.Err(); err != nil {
				return err
			}
		}
		if len(stack) > 0 {
			top := &stack[len(stack)-1]
			if k := dec.PeekKind(); k != '}' && k != ']' {
				if top.object {
					raw, err := dec.ReadValue()
					if err != nil {
						return fmt.Errorf("%w: %w", ErrPatch, err)
					}
					name, _ = jsontext.AppendUnquote(name[:0], raw)
				}
				top.n++
				for i := range top.adds {
					if a := &top.adds[i]; top.object && a.member == string(name) {
						if !a.list {
							return fmt.Errorf("%w: %s has a %s already", ErrPatch, pointer, a.member)
						}
						if dec.PeekKind() != '[' {
							return fmt.Errorf("%w: %s of %s is no list", ErrPatch, a.member, pointer)
						}
					}
				}
			}
		}
		if err := p.copyTo(dec.InputOffset() + skipped); err != nil {
			return err
		}
		tok, err := dec.ReadToken()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrPatch, err)
		}
		switch tok.Kind() {
		case '{':
			err = push(true)
		case '[':
			err = push(false)
		case '}', ']':
			top := stack[len(stack)-1]
			if err := p.jsonEnd(dec.InputOffset()+skipped-1, top); err != nil {
				return err
			}
			pointer = pointer[:top.pointer]
			stack = stack[:len(stack)-1]
			if top.into != nil {
				// The list is there: nothing is left for the end of its object.
				parent := &stack[len(stack)-1]
				parent.adds = slices.DeleteFunc(slices.Clone(parent.adds), func(a jsonAddition) bool { return a.member == top.into.member })
			}
		}
		if err != nil {
			return err
		}
		if len(stack) == 0 {
			return nil
		}
	}
}

// jsonEnd puts in what belongs before the bracket at an offset.
func (p *patcher) jsonEnd(bracket int64, f jsonFrame) error {
	var add []string
	if f.into != nil {
		add = append(add, f.into.value)
	}
	for _, a := range f.adds {
		v := a.value
		if a.list {
			v = "[" + v + "]"
		}
		add = append(add, strconv.Quote(a.member)+":"+v)
	}
	if len(add) == 0 {
		return nil
	}
	if err := p.copyTo(bracket); err != nil {
		return err
	}
	s := strings.Join(add, ",")
	if f.n > 0 {
		s = "," + s
	}
	_, err := p.out.WriteString(s)
	return err
}

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

// afterProperties are the elements that come after "properties" in a component
// or service, and in the document (the schemas bom-1.3.xsd to bom-1.7.xsd).
var afterProperties = map[string]bool{"components": true, "evidence": true, "releaseNotes": true, "modelCard": true, "data": true,
	"cryptoProperties": true, "tags": true, "patentAssertions": true, "services": true, "Signature": true, "signature": true}

var afterDocumentProperties = map[string]bool{"vulnerabilities": true, "annotations": true, "formulation": true, "declarations": true,
	"definitions": true, "citations": true, "Signature": true, "signature": true}

// An xmlFrame is an element that is being read.
type xmlFrame struct {
	raw    string // its name with prefix
	path   int    // length of the path before it
	counts map[string]int
	in     *Insertion // what is still to be put into it
	props  bool       // its properties are put in
	into   *Insertion // it is the properties of the element of this insertion
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
			n := 1
			if len(stack) > 0 {
				top := stack[len(stack)-1]
				if err := p.xmlBefore(before, top, name, len(stack) == 1); err != nil {
					return err
				}
				if top.counts == nil {
					top.counts = map[string]int{}
				}
				top.counts[name]++
				n = top.counts[name]
			}
			f := &xmlFrame{raw: raw, path: len(path)}
			path = append(strconv.AppendInt(append(append(append(path, '/'), name...), '['), int64(n), 10), ']')
			if in := p.at[string(path)]; in != nil {
				f.in = in
				delete(p.at, string(path))
			}
			if len(stack) > 0 && name == "properties" {
				if top := stack[len(stack)-1]; top.in != nil && !top.props && len(top.in.Properties) > 0 {
					top.props, f.into = true, top.in
				}
			}
			stack = append(stack, f)
			if p.src.buf[after-p.src.base-2] == '/' && (f.in != nil || f.into != nil) {
				// An empty element must be opened first.
				if err := p.copyTo(after - 2); err != nil {
					return err
				}
				if _, err := p.out.WriteString(">"); err != nil {
					return err
				}
				if err := p.xmlEnd(after-2, f); err != nil {
					return err
				}
				if _, err := p.out.WriteString("</" + raw + ">"); err != nil {
					return err
				}
				f.in, f.into = nil, nil
				p.src.buf = p.src.buf[:copy(p.src.buf, p.src.buf[2:])]
				p.src.base = after
			}
		case xml.EndElement:
			f := stack[len(stack)-1]
			if err := p.xmlEnd(before, f); err != nil {
				return err
			}
			path = path[:f.path]
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				return nil
			}
		}
		before = after
		// Everything up to the last token is settled, and the tag itself may
		// yet be opened.
		if err := p.copyTo(before); err != nil {
			return err
		}
	}
}

// xmlBefore puts in what belongs before the child of a name.
func (p *patcher) xmlBefore(offset int64, f *xmlFrame, child string, root bool) error {
	if f.in == nil {
		return nil
	}
	var s string
	if f.in.Manufacturer != nil && child == "manufacturer" {
		return fmt.Errorf("%w: %s has a manufacturer already", ErrPatch, f.in.Place)
	}
	if f.in.Manufacturer != nil && child != "supplier" {
		s += p.xmlManufacturer(f)
	}
	after := afterProperties
	if root {
		after = afterDocumentProperties
	}
	if !f.props && after[child] {
		s += p.xmlProperties(f, f.in.Properties, true)
		f.props = true
	}
	if s == "" {
		return nil
	}
	if err := p.copyTo(offset); err != nil {
		return err
	}
	_, err := p.out.WriteString(s)
	return err
}

// xmlEnd puts in what belongs before the end of an element.
func (p *patcher) xmlEnd(offset int64, f *xmlFrame) error {
	var s string
	if f.into != nil {
		s = p.xmlProperties(f, f.into.Properties, false)
	}
	if f.in != nil {
		if f.in.Manufacturer != nil {
			s += p.xmlManufacturer(f)
		}
		if !f.props {
			s += p.xmlProperties(f, f.in.Properties, true)
			f.props = true
		}
	}
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
func (f *xmlFrame) prefix() string {
	if i := strings.IndexByte(f.raw, ':'); i >= 0 {
		return f.raw[:i+1]
	}
	return ""
}

func (p *patcher) xmlProperties(f *xmlFrame, props []Property, wrap bool) string {
	if len(props) == 0 {
		return ""
	}
	x := f.prefix()
	var b strings.Builder
	for _, q := range props {
		b.WriteString("<" + x + `property name="` + xmlText(q.Name) + `">` + xmlText(q.Value) + "</" + x + "property>")
	}
	if !wrap {
		return b.String()
	}
	return "<" + x + "properties>" + b.String() + "</" + x + "properties>"
}

func (p *patcher) xmlManufacturer(f *xmlFrame) string {
	m, x := f.in.Manufacturer, f.prefix()
	in := *f.in
	in.Manufacturer = nil
	f.in = &in
	var b strings.Builder
	b.WriteString("<" + x + "manufacturer><" + x + "name>" + xmlText(m.Name) + "</" + x + "name>")
	if m.Country != "" {
		b.WriteString("<" + x + "address><" + x + "country>" + xmlText(m.Country) + "</" + x + "country></" + x + "address>")
	}
	for _, u := range m.URLs {
		b.WriteString("<" + x + "url>" + xmlText(u) + "</" + x + "url>")
	}
	b.WriteString("</" + x + "manufacturer>")
	return b.String()
}

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder never fails
	return b.String()
}
