package sbom

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An xmlReader reads XML into trees, one item at a time. Entities other than
// the five of XML itself are not known and nothing external is ever read.
type xmlReader struct {
	ctx context.Context
	dec *xml.Decoder
	src *xmlSource
	b   *builder
	t   tree
	// lists says that a list of the document is one element with an element for
	// each item (CycloneDX), not an element that is repeated (SPDX).
	lists bool
	txt   []byte
}

// An xmlSource ends the reading of a single token that is larger than the
// limit. The decoder would keep all of it.
type xmlSource struct {
	r     io.Reader
	n     int64
	mark  int64 // n when the token began
	limit int64
	err   error // of reading, other than the end
}

func (s *xmlSource) Read(p []byte) (int, error) {
	if s.n-s.mark > s.limit {
		s.err = limitError("a single text or tag in XML of more than %d bytes", s.limit)
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.n += int64(n)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

func (x *xmlReader) token() (xml.Token, error) {
	x.src.mark = x.src.n
	tok, err := x.dec.Token()
	if err != nil && err != io.EOF && x.src.err == nil && !isXMLSyntax(err) {
		// The decoder has no type for what it says of the declaration.
		line, _ := x.dec.InputPos()
		err = &xml.SyntaxError{Msg: strings.TrimPrefix(err.Error(), "xml: "), Line: line}
	}
	return tok, err
}

// skip reads to the end of the element that was begun.
func (x *xmlReader) skip() error {
	for depth := 1; depth > 0; {
		tok, err := x.token()
		if err != nil {
			return err
		}
		switch tok.(type) {
		case xml.StartElement:
			// The decoder keeps every element that is open, those that nobody
			// knows too.
			if depth++; depth > x.b.limits.Depth {
				line, _ := x.dec.InputPos()
				return limitError("XML nested deeper than %d at line %d", x.b.limits.Depth, line)
			}
		case xml.EndElement:
			depth--
		}
	}
	return nil
}

// readXML reads a CycloneDX or SPDX document in XML, or SPDX in RDF/XML.
func readXML(ctx context.Context, r io.Reader, b *builder) error {
	src := &xmlSource{r: r, limit: int64(b.limits.Value) + 1<<16}
	dec := xml.NewDecoder(src)
	dec.CharsetReader = charsetReader
	x := &xmlReader{ctx: ctx, dec: dec, src: src, b: b}
	for {
		tok, err := x.token()
		if err != nil {
			if isXMLSyntax(err) {
				return fmt.Errorf("%w: XML: %w", ErrFormat, err)
			}
			return err
		}
		root, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		var f format
		switch root.Name.Local {
		case "bom":
			b.doc.Source.Kind, b.doc.Source.Encoding = SourceCycloneDX, "xml"
			c := &cyclonedx{b: b, hasFormat: true}
			if _, v, ok := strings.Cut(root.Name.Space, "/schema/bom/"); ok {
				c.namespace, b.versionAt = v, "/bom"
			}
			for _, a := range root.Attr {
				if a.Name.Local == "serialNumber" {
					b.doc.Source.ID = strings.TrimSpace(a.Value)
				}
			}
			x.lists = true
			f = c
		case "Document", "SpdxDocument":
			b.doc.Source.Kind, b.doc.Source.Encoding = SourceSPDX, "xml"
			f = newSPDX2(b)
		case "RDF":
			return readRDF(ctx, x)
		default:
			return fmt.Errorf("%w: XML with root element %q", ErrFormat, clip(root.Name.Local))
		}
		err = x.root(f, "/"+root.Name.Local)
		if err != nil {
			if !isXMLSyntax(err) {
				return err
			}
			line, _ := dec.InputPos()
			b.clear()
			b.problem("broken-xml", ProblemError, "line "+strconv.Itoa(line),
				"the document breaks off: %v; what stands before is read", err)
		} else if err := x.trailing(); err != nil {
			return err
		}
		f.finish()
		return nil
	}
}

// trailing looks for data after the document's element.
func (x *xmlReader) trailing() error {
	for {
		tok, err := x.token()
		switch {
		case err == io.EOF:
			return nil
		case err != nil && !isXMLSyntax(err):
			return err
		}
		text, ok := tok.(xml.CharData)
		_, opens := tok.(xml.StartElement)
		if err != nil || opens || ok && len(bytes.TrimSpace(text)) > 0 {
			line, _ := x.dec.InputPos()
			x.b.problem("trailing-data", ProblemError, place(line), "data after the end of the document; left out")
			return nil
		}
	}
}

func isXMLSyntax(err error) bool {
	var s *xml.SyntaxError
	return errors.As(err, &s) || errors.Is(err, errCharset) || isDamage(err)
}

// root reads the children of the document's element.
func (x *xmlReader) root(f format, place string) error {
	counts := map[string]int{}
	for {
		if err := x.ctx.Err(); err != nil {
			return err
		}
		tok, err := x.token()
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			name := tok.Name.Local
			at := place + "/" + name
			treat := f.wants(name)
			switch {
			case treat == skip:
				err = x.skip()
			case treat == items && x.lists:
				err = x.list(f, name, at)
			default:
				counts[name]++
				if n := counts[name]; n > 1 || treat == items {
					at += "[" + strconv.Itoa(n) + "]"
				}
				err = x.item(f, name, tok, at)
			}
			if err != nil {
				return err
			}
		}
	}
}

// list hands over the children of a list's element.
func (x *xmlReader) list(f format, name, place string) error {
	for n := 1; ; {
		tok, err := x.token()
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if n&255 == 0 {
				if err := x.ctx.Err(); err != nil {
					return err
				}
			}
			if _, ok := names()[tok.Name.Local]; !ok {
				x.b.problem("unknown-element", ProblemWarning, place, "element %q is no item of %s; left out", clip(tok.Name.Local), name)
				if err := x.skip(); err != nil {
					return err
				}
				continue
			}
			if err := x.item(f, name, tok, place+"/"+tok.Name.Local+"["+strconv.Itoa(n)+"]"); err != nil {
				return err
			}
			n++
		}
	}
}

func (x *xmlReader) item(f format, name string, start xml.StartElement, place string) error {
	x.t.reset(place)
	x.t.elements = true
	if err := x.element(0, start, 0); err != nil {
		return err
	}
	f.accept(name, x.t.seal())
	return nil
}

// element reads an element into the tree. One without attributes and children
// is a text, any other a group.
func (x *xmlReader) element(parent int32, start xml.StartElement, depth int) error {
	if depth > x.b.limits.Depth {
		line, _ := x.dec.InputPos()
		return limitError("XML nested deeper than %d at line %d", x.b.limits.Depth, line)
	}
	name, ok := names()[start.Name.Local]
	if !ok {
		name = "" // the root of an item
	}
	i, err := x.t.add(parent, name, text)
	if err != nil {
		return err
	}
	for _, a := range start.Attr {
		n, ok := names()[a.Name.Local]
		if !ok || a.Name.Space == "xmlns" {
			continue
		}
		x.t.nodes[i].kind = group
		if _, err := x.t.addText(i, n, text, []byte(a.Value)); err != nil {
			return err
		}
	}
	own := len(x.txt)
	for {
		tok, err := x.token()
		if err != nil {
			x.txt = x.txt[:own]
			return err
		}
		switch tok := tok.(type) {
		case xml.CharData:
			x.txt = append(x.txt, tok...)
			if len(x.txt) > x.b.limits.Value {
				return limitError("a single XML text of more than %d bytes", x.b.limits.Value)
			}
		case xml.StartElement:
			x.t.nodes[i].kind = group
			child, ok := names()[tok.Name.Local]
			if !ok {
				if err := x.skip(); err != nil {
					return err
				}
				continue
			}
			if x.t.twice(i, child) {
				x.b.problem("duplicate-member", ProblemError, value{&x.t, i}.pointer(), "member %q is there twice; the first one counts", child)
			}
			if err := x.element(i, tok, depth+1); err != nil {
				return err
			}
		case xml.EndElement:
			err := x.t.setText(i, x.txt[own:])
			x.txt = x.txt[:own]
			return err
		}
	}
}

var errCharset = errors.New("unknown character encoding")

// charsetReader reads the single-byte encodings that documents declare. UTF-16
// is decoded before, whatever the declaration says.
func charsetReader(label string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be":
		return r, nil
	case "iso-8859-1", "latin1", "windows-1252", "iso-8859-15":
		return &latin1{r: r}, nil
	}
	return nil, fmt.Errorf("%w %q", errCharset, label)
}

// latin1 turns ISO 8859-1 into UTF-8.
type latin1 struct {
	r    io.Reader
	in   [2048]byte
	out  []byte
	over []byte
}

func (l *latin1) Read(p []byte) (int, error) {
	for len(l.over) == 0 {
		n, err := l.r.Read(l.in[:])
		l.out = l.out[:0]
		for _, c := range l.in[:n] {
			l.out = utf8.AppendRune(l.out, rune(c))
		}
		l.over = l.out
		if n == 0 && err != nil {
			return 0, err
		}
	}
	n := copy(p, l.over)
	l.over = l.over[n:]
	return n, nil
}
