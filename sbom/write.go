package sbom

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A WriteFormat is a format that [Write] knows.
type WriteFormat string

const (
	CycloneDX16JSON WriteFormat = "cyclonedx-json"     // CycloneDX 1.6 JSON
	CycloneDX17JSON WriteFormat = "cyclonedx-1.7-json" // CycloneDX 1.7 JSON
	CycloneDX16XML  WriteFormat = "cyclonedx-xml"      // CycloneDX 1.6 XML
	CycloneDX17XML  WriteFormat = "cyclonedx-1.7-xml"  // CycloneDX 1.7 XML
	SPDX23JSON      WriteFormat = "spdx-json"          // SPDX 2.3 JSON
	SPDX301JSON     WriteFormat = "spdx-3-json"        // SPDX 3.0.1 JSON-LD
)

// WriteFormats returns every format, the preferred one first.
func WriteFormats() []WriteFormat {
	return []WriteFormat{CycloneDX16JSON, CycloneDX17JSON, CycloneDX16XML, CycloneDX17XML, SPDX23JSON, SPDX301JSON}
}

// ErrWriteFormat is the error for a format that [Write] does not know.
var ErrWriteFormat = errors.New("not a format that can be written")

// WriteOptions are the options of [Write]. The zero value is the default.
type WriteOptions struct {
	// Created is the timestamp to write, in RFC 3339. Empty means the
	// document's own (Source.Created).
	Created string
	// Tool is the name and version of the program that writes, added to the
	// document's tools.
	Tool string
	// Component, if it is set, gives what is written in place of the i-th of the
	// document's components, more than once for some: a document of many need not
	// be copied to add something to each. Ref and Parent have to stay.
	Component func(i int, c *Component) *Component
	// Noted is the time, in RFC 3339, of SPDX's annotations and CycloneDX's
	// citations: when what they say was found out. Empty means Created.
	Noted string
	// Derived are names of properties that say what was derived, and not what
	// the document says. A name that ends in ":" stands for all that begin with
	// it. CycloneDX 1.7 cites Tool for them, and [Patch] takes them out before
	// it puts new ones in.
	Derived []string
	// Basis is what they were derived from, for the note of a citation ("origin
	// database 2026-11-29").
	Basis string
}

// Write writes a document in a format. The same document and options give the
// same bytes.
//
// What the format has no field for is written as properties of the namespace
// "touchmark:" (SPDX 2.3: as annotations; SPDX 3: as a CdxPropertiesExtension),
// which [Read] understands, so that a document that was written and read again
// has the same components, claims and evidence. SPDX knows no nested
// components: there a parent contains its children.
//
//	touchmark:claim         a Claim that was found in bytes, as JSON
//	touchmark:evidence      an Evidence of the component, as JSON
//	touchmark:location      a path in the tree (of a service)
//	touchmark:party         a Party in a role that the format lacks, as JSON
//	touchmark:link          a Link whose URL is no IRI reference, as JSON
//	touchmark:purl          a package URL beyond the first
//	touchmark:cpe           a CPE name beyond the first
//	touchmark:hash          a Hash of an algorithm that the format lacks, as "alg:value"
//	touchmark:type          the component's type as the input gave it, where the format has no such type
//	touchmark:scope         the component's scope, likewise
//	touchmark:group         the component's group (SPDX)
//	touchmark:name          a component without a name (SPDX requires one)
//	touchmark:license       a licence that is no expression, or one of several (SPDX)
//	touchmark:property      a Property of the component, as JSON (SPDX)
//	touchmark:service       a Service, as JSON (SPDX, on the document)
//	touchmark:released      Component.Released
//	touchmark:purpose       Service.Purpose
//	touchmark:relationship  a Relationship of a type that the format lacks, as JSON (on the document)
//	touchmark:coverage      the Coverage, as JSON (on the document)
//	touchmark:problem       a Problem, as JSON (on the document); not read back
//	touchmark:source        the Source of the input, as JSON (on the document); not read back
//
// Parties keep the names that the document gives them, persons' included.
func Write(w io.Writer, doc *Document, format WriteFormat, opts *WriteOptions) error {
	var o WriteOptions
	if opts != nil {
		o = *opts
	}
	if o.Created == "" {
		o.Created = doc.Source.Created
	}
	buf := bufio.NewWriterSize(w, 64<<10)
	var err error
	switch format {
	case CycloneDX16JSON, CycloneDX17JSON, CycloneDX16XML, CycloneDX17XML:
		err = writeCycloneDX(buf, doc, format, o)
	case SPDX23JSON:
		err = writeSPDX2(buf, doc, o)
	case SPDX301JSON:
		err = writeSPDX3(buf, doc, o)
	default:
		return fmt.Errorf("%w: %q", ErrWriteFormat, format)
	}
	if err == nil {
		err = buf.Flush()
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", format, err)
	}
	return nil
}

// component returns what is to be written of a component.
func (o *WriteOptions) component(doc *Document, i int) *Component {
	if o.Component != nil {
		return o.Component(i, doc.Components[i])
	}
	return doc.Components[i]
}

// A longList is a list of a document that is written element by element: an
// encoder keeps all that it is given until it is done, and tens of thousands of
// components fill the memory several times.
type longList struct {
	before, after string                                  // what stands around it, lines whole
	between       string                                  // two elements
	empty         any                                     // an element that the document has in its place
	each          func(put func(element any) error) error // gives the elements, one or more
	encode        func(w *bytes.Buffer, element any) error
}

// An elementWithLists is an element of a longList that has such lists itself.
type elementWithLists struct {
	element any // with an empty element in each list
	lists   []longList
}

// jsonList is a list of a document in JSON, indented by two spaces; level is how
// many such lists it stands in.
func jsonList(level int, key string, empty any, each func(put func(element any) error) error) longList {
	indent := strings.Repeat("    ", level)
	return longList{"\n" + indent + "  \"" + key + "\": [\n", "\n" + indent + "  ]", ",\n", empty, each, func(w *bytes.Buffer, element any) error {
		w.WriteString(indent + "    ")
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent(indent+"    ", "  ")
		if err := enc.Encode(element); err != nil {
			return err
		}
		w.Truncate(w.Len() - len("\n"))
		return nil
	}}
}

// writeAround writes a document with long lists of it, in their order. Whole
// writes the document with one empty element in each list; that is found by its
// lines, since lines begin where no text can.
func writeAround(w io.Writer, whole func(io.Writer) error, lists ...longList) error {
	var all, one bytes.Buffer
	if err := whole(&all); err != nil {
		return err
	}
	rest := all.Bytes()
	for _, l := range lists {
		one.Reset()
		if err := l.encode(&one, l.empty); err != nil {
			return err
		}
		head, tail, ok := bytes.Cut(rest, []byte(l.before+one.String()+l.after))
		if !ok {
			return fmt.Errorf("the document has no place for a list: %s", strings.TrimSpace(l.before))
		}
		if _, err := w.Write(head); err != nil {
			return err
		}
		rest = tail
		next := l.before
		err := l.each(func(element any) error {
			nested, _ := element.(elementWithLists)
			if nested.lists != nil {
				element = nested.element
			}
			one.Reset()
			one.WriteString(next)
			next = l.between
			if err := l.encode(&one, element); err != nil {
				return err
			}
			if nested.lists != nil {
				return writeAround(w, func(w io.Writer) error { _, err := one.WriteTo(w); return err }, nested.lists...)
			}
			_, err := one.WriteTo(w)
			return err
		})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, l.after); err != nil {
			return err
		}
	}
	_, err := w.Write(rest)
	return err
}

// namespace of our properties.
const namespace = "touchmark:"

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs of strings and numbers
	}
	return string(b)
}

// ownProperty takes a property of our own namespace back into what it was
// written from, and reports whether it was one. The claims and evidence are
// only appended: the caller has nothing else that says the same.
func (b *builder) ownProperty(c *Component, p Property) bool {
	name, ok := strings.CutPrefix(p.Name, namespace)
	if !ok {
		return false
	}
	switch name {
	case "claim":
		var cl Claim
		if json.Unmarshal([]byte(p.Value), &cl) != nil || cl.Kind == 0 {
			return false
		}
		b.s.own = append(b.s.own, cl)
	case "evidence":
		var e Evidence
		if json.Unmarshal([]byte(p.Value), &e) != nil {
			return false
		}
		b.s.ownEv = append(b.s.ownEv, e)
	case "party":
		var q Party
		if json.Unmarshal([]byte(p.Value), &q) != nil {
			return false
		}
		// It stands in no field, so nobody filled it in.
		filled := b.s.filled
		b.s.filled, q.Filled = filledNames{}, false
		b.party(q, q.Field)
		b.s.filled = filled
	case "link":
		var l Link
		if json.Unmarshal([]byte(p.Value), &l) != nil || l.URL == "" {
			return false
		}
		b.link(l, "properties")
	case "hash":
		alg, val, ok := strings.Cut(p.Value, ":")
		if !ok {
			return false
		}
		b.hash(alg, val)
	case "type":
		c.Type = ComponentType(p.Value)
	case "scope":
		c.Scope = p.Value
	case "name":
		c.Name = p.Value
	case "group":
		c.Group = p.Value
		if !strings.EqualFold(c.Group, b.s.purlNS) {
			b.claim(Group, c.Group, 0, "group")
		}
	case "location":
		b.s.locs = append(b.s.locs, p.Value)
	case "license":
		b.license(p.Value)
	case "cpe":
		b.cpe(p.Value, "", value{})
	case "purl":
		b.purl(p.Value, "", value{})
	case "property":
		var q Property
		if json.Unmarshal([]byte(p.Value), &q) != nil {
			return false
		}
		b.s.props = append(b.s.props, q)
	case "released":
		c.Released = p.Value
	default:
		return false
	}
	return true
}

// ownFact takes back what [Write] put on a document.
func (b *builder) ownFact(name, val string) {
	switch name {
	case namespace + "relationship":
		var r Relationship
		if json.Unmarshal([]byte(val), &r) == nil && r.From != "" && r.To != "" {
			b.relate(r.From, r.Type, r.To)
		}
	case namespace + "coverage":
		_ = json.Unmarshal([]byte(val), &b.doc.Coverage) // a foreign text leaves it as it is
	case namespace + "service":
		var s Service
		if json.Unmarshal([]byte(val), &s) == nil && len(b.doc.Components)+len(b.doc.Services) < b.limits.Components {
			s.Ref = b.ref(s.Ref, s.Place, int32(refService-len(b.doc.Services)))
			b.doc.Services = append(b.doc.Services, s)
		}
	}
}

// children returns the indexes of the components nested in each Ref, the ones
// at the top under "".
func (d *Document) children() map[string][]int {
	known := make(map[string]bool, len(d.Components))
	if d.Subject != nil {
		known[d.Subject.Ref] = true
	}
	of := map[string][]int{}
	for i, c := range d.Components {
		parent := c.Parent
		// A parent stands before its children. Anything else would be no tree.
		if !known[parent] {
			parent = ""
		}
		known[c.Ref] = true
		of[parent] = append(of[parent], i)
	}
	return of
}

// isExpression reports a licence that is an SPDX expression of several.
func isExpression(s string) bool {
	return strings.Contains(s, " AND ") || strings.Contains(s, " OR ") || strings.Contains(s, " WITH ") ||
		strings.HasPrefix(s, "(")
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
