package sbom

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
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
	// Manufacturer of a component: CycloneDX 1.6 and later; SPDX's originator.
	// It is only for a component that names nobody there, or one that an earlier
	// Patch put there ([Party.Filled]); otherwise Patch fails. Give a property
	// of [FilledManufacturer] with it, or it is read as the document's own.
	Manufacturer *Party
	// Supplier of a component, likewise, with a property of [FilledSupplier].
	Supplier *Party
	// Citations, CycloneDX 1.7 JSON, only at the document itself.
	Citations []Citation
}

// PropertyHostname is the property of a device with the name by which it calls itself
// in a network, where no file states that this is the product's name.
const PropertyHostname = "touchmark:hostname"

// Names of the properties that say which field of a component was filled in
// with what was derived. The value is the name that was filled in: where the
// field names somebody else, it is the document's again.
const (
	FilledManufacturer = namespace + "filled:manufacturer"
	FilledSupplier     = namespace + "filled:supplier"
)

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
// What an earlier Patch put in is taken out at the places of the insertions:
// the properties of opts.Derived, and manufacturers and suppliers that were
// filled in. So patching what was patched gives the same bytes as patching the
// original. Of properties that are there already, none is touched.
//
// It patches CycloneDX 1.3 and later in JSON and XML, SPDX 2.x in JSON and SPDX
// 3 in JSON-LD, in UTF-8. Anything else, and a place that is not in the
// document, is an [ErrPatch]. On an error what was written so far is of no use.
//
// In CycloneDX 1.7 what is put in is cited, opts.Tool being who says it, which
// joins the document's tools for that. In JSON that needs to see the document
// twice, so that r must be an [io.Seeker]; and a document whose tools are in
// the form that 1.5 deprecated has no place for it. Without one or the other,
// without opts.Derived, a tool or a date, nothing is cited.
//
// opts gives annotations and citations their date and tool.
func Patch(ctx context.Context, w io.Writer, r io.Reader, doc *Document, ins []Insertion, opts *WriteOptions) error {
	var o WriteOptions
	if opts != nil {
		o = *opts
	}
	if o.Created == "" {
		o.Created = doc.Source.Created
	}
	p := &patcher{ctx: ctx, source: doc.Source, opts: o, filled: map[string]filledFields{}}
	for i := range ins {
		in := &ins[i]
		if err := p.check(in); err != nil {
			return fmt.Errorf("patch %q: %w", in.Place, err)
		}
	}
	p.notedFilled(doc)
	if err := p.patch(w, r, ins); err != nil {
		return fmt.Errorf("patch: %w", err)
	}
	return nil
}

func (p *patcher) patch(w io.Writer, r io.Reader, ins []Insertion) error {
	if len(ins) == 0 || !p.citing() {
		return p.run(w, r, ins)
	}
	if p.source.Encoding == "json" {
		again, ok := r.(io.Seeker)
		if !ok {
			return p.run(w, r, ins)
		}
		start, err := again.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		p.cites = &citations{}
		if err := p.run(io.Discard, r, ins); err != nil {
			return err
		}
		if _, err := again.Seek(start, io.SeekStart); err != nil {
			return err
		}
		p.cites.known = true
		return p.run(w, r, ins)
	}
	p.cites = &citations{}
	return p.run(w, r, ins)
}

// run goes through the document once.
func (p *patcher) run(w io.Writer, r io.Reader, ins []Insertion) error {
	p.at = make(map[string]*Insertion, len(ins))
	for i := range ins {
		at := ins[i].Place
		if p.source.Encoding == "xml" {
			at = elementPath(at)
		}
		if p.at[at] != nil {
			return fmt.Errorf("%q: %w: two insertions for one place", ins[i].Place, ErrPatch)
		}
		p.at[at] = &ins[i]
	}
	sum := sha256.New()
	p.out = bufio.NewWriterSize(w, 64<<10)
	p.src = &spool{r: io.TeeReader(r, sum)}
	var err error
	switch p.source.Encoding {
	case "json", "json-ld":
		err = p.json()
	case "xml":
		err = p.xml()
	}
	if err == nil {
		err = p.rest()
	}
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != p.source.SHA256 {
		err = fmt.Errorf("%w: these are not the bytes that were read", ErrPatch)
	}
	if err == nil && len(p.at) > 0 {
		places := sortedKeys(p.at)
		more := ""
		if n := len(places); n > 3 {
			places, more = places[:3], fmt.Sprintf(" and %d more places", n-3)
		}
		err = fmt.Errorf("%w: nothing is at %s%s, as where the document is inside another", ErrPatch, strings.Join(places, ", "), more)
	}
	if err == nil {
		err = p.out.Flush()
	}
	return err
}

type patcher struct {
	ctx    context.Context
	source Source
	opts   WriteOptions
	at     map[string]*Insertion // what is still to be put in, by place
	filled map[string]filledFields
	cites  *citations // nil where nothing is cited
	out    *bufio.Writer
	src    *spool
	// graph says that packages of SPDX are filled in, so that they must be seen
	// as a whole; and in SPDX 3 elements be put in or taken out.
	graph  bool
	agents []string // names of the organizations that were filled in
}

// filledFields are the fields of a component that an earlier Patch filled in.
type filledFields struct{ manufacturer, supplier filledField }

// A filledField is one that an earlier Patch filled in; was is the text that
// stood there, as NOASSERTION in SPDX.
type filledField struct {
	is  bool
	was string
}

// notedFilled notes which fields were filled in, by place.
func (p *patcher) notedFilled(doc *Document) {
	one := func(c *Component) {
		var f filledFields
		for _, q := range c.Parties {
			if q.Filled {
				f.manufacturer.is = f.manufacturer.is || q.Role == Manufacturer
				f.supplier.is = f.supplier.is || q.Role == Supplier
			}
		}
		if f != (filledFields{}) {
			for _, q := range c.Properties {
				switch q.Name {
				case FilledManufacturer + ":was":
					f.manufacturer.was = q.Value
				case FilledSupplier + ":was":
					f.supplier.was = q.Value
				}
			}
			at := c.Place
			if p.source.Encoding == "xml" {
				at = elementPath(at)
			}
			p.filled[at] = f
			p.graph = p.graph || p.source.Kind == SourceSPDX
		}
	}
	if doc.Subject != nil {
		one(doc.Subject)
	}
	for i := range doc.Components {
		one(doc.Components[i])
	}
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
		if len(in.Citations) > 0 {
			return fmt.Errorf("%w: SPDX has no citations", ErrPatch)
		}
		if src.Encoding == "json-ld" && in.Place == "" {
			return fmt.Errorf("%w: in SPDX 3 the document is an element; its place is needed", ErrPatch)
		}
		if src.Encoding == "json-ld" && (in.Manufacturer != nil || in.Supplier != nil) {
			if !strings.HasPrefix(in.Place, "/@graph/") {
				return fmt.Errorf("%w: an SPDX 3 document of one element has no place for another", ErrPatch)
			}
		}
		p.graph = p.graph || in.Manufacturer != nil || in.Supplier != nil
		return nil
	}
	return fmt.Errorf("%w: %s in %s has no place for insertions", ErrPatch, src.Kind, src.Encoding)
}

// isDerived reports whether a property has one of the names of derived facts.
func (o *WriteOptions) isDerived(name string) bool {
	return slices.ContainsFunc(o.Derived, func(d string) bool {
		return name == d || strings.HasSuffix(d, ":") && strings.HasPrefix(name, d)
	})
}

// noted returns the time of annotations and citations.
func (o *WriteOptions) noted() string { return nonEmpty(o.Noted, o.Created) }

// cites reports whether these options have what a citation needs.
func (o *WriteOptions) cites() bool {
	_, err := time.Parse(time.RFC3339, o.noted())
	return len(o.Derived) > 0 && o.Tool != "" && err == nil
}

func (p *patcher) citing() bool {
	return p.source.Kind == SourceCycloneDX && p.source.SpecVersion >= "1.7" && p.opts.cites()
}

// citations are what is cited of a document, as JSON pointers.
type citations struct {
	known       bool // of a first pass; nothing is added any more
	derived     []string
	filled      []string
	hasMetadata bool
	noPlace     bool // for the tool
}

func (c *citations) addFilled(pointer string) {
	if c != nil && !c.known {
		c.filled = append(c.filled, pointer)
	}
}

// addProperties cites the properties at some places of a list, or the list where
// it has no others.
func (c *citations) addProperties(list string, at []int, only bool) {
	switch {
	case c == nil || c.known || len(at) == 0:
	case only:
		c.derived = append(c.derived, list)
	default:
		for _, i := range at {
			c.derived = append(c.derived, list+"/"+strconv.Itoa(i))
		}
	}
}

// enrichmentRef is the bom-ref of the tool that derived facts are attributed to.
// It did not make the document.
const enrichmentRef = namespace + "enrichment"

// list returns the citations in CycloneDX's form.
func (c *citations) list(o *WriteOptions) []Citation {
	if c == nil || c.noPlace {
		return nil
	}
	var out []Citation
	add := func(pointers []string, note string) {
		if len(pointers) > 0 {
			if o.Basis != "" {
				note += "; " + o.Basis
			}
			out = append(out, Citation{Pointers: pointers, Timestamp: o.noted(), AttributedTo: enrichmentRef, Note: note})
		}
	}
	add(c.derived, "derived from what this document says")
	add(c.filled, "filled in where the document names nobody, derived as the properties of the component say")
	return out
}

// toolNameVersion splits a tool into name and version.
func toolNameVersion(t string) (name, version string) {
	if i := strings.LastIndexByte(t, ' '); i > 0 {
		return t[:i], t[i+1:]
	}
	return t, ""
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
	p.skipTo(offset)
	return err
}

// skipTo leaves the input out up to an offset.
func (p *patcher) skipTo(offset int64) {
	if n := offset - p.src.base; n > 0 {
		p.src.buf = p.src.buf[:copy(p.src.buf, p.src.buf[n:])]
		p.src.base = offset
	}
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
