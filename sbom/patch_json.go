package sbom

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A jsonChange is what becomes of one member of an object.
type jsonChange struct {
	member string
	// value returns what the member's value becomes: of its old one, which is
	// nil where there is no such member, and nil where there is to be none.
	value func(old []byte) ([]byte, error)
	done  bool
}

// A jsonFrame is an object or list that is being copied.
type jsonFrame struct {
	object  bool
	n       int // members or items so far
	kept    int // of them, those that are not left out
	pointer int // length of the pointer of the frame itself
	changes []jsonChange
	graph   bool // it is the list of an SPDX document's packages or elements, each of which is held as a whole
}

func lenient(r *bufio.Reader) *jsontext.Decoder {
	return jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// json copies a document in JSON.
func (p *patcher) json() error {
	br := bufio.NewReader(p.src)
	var skipped int64
	if head, _ := br.Peek(4); utf16Order(head) != 0 {
		return fmt.Errorf("%w: it is in UTF-16 and not in UTF-8", ErrPatch)
	}
	if head, _ := br.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		_, _ = br.Discard(3)
		skipped = 3
	}
	dec := lenient(br)
	offset := func() int64 { return dec.InputOffset() + skipped }
	var stack []jsonFrame
	var pointer, name []byte
	for count := 0; ; count++ {
		if count&4095 == 0 {
			if err := p.ctx.Err(); err != nil {
				return err
			}
		}
		// What was read is settled.
		if err := p.copyTo(offset()); err != nil {
			return err
		}
		var f *jsonFrame
		if len(stack) > 0 {
			f = &stack[len(stack)-1]
		}
		k := dec.PeekKind()
		if f != nil && k != '}' && k != ']' && (f.graph || f.object && f.changes != nil) {
			// A member that may change, or an element that may go.
			at := offset()
			raw, err := dec.ReadValue()
			if err != nil {
				return fmt.Errorf("%w: %w", ErrPatch, err)
			}
			start := offset() - int64(len(raw))
			before := p.src.buf[offsetIn(p.src, at):offsetIn(p.src, start)]
			if f.graph {
				place := string(strconv.AppendInt(append(pointer, '/'), int64(f.n), 10))
				f.n++
				now, err := p.graphItem(place, raw)
				if err != nil {
					return err
				}
				if err := p.settle(f, before, start, offset(), raw, now); err != nil {
					return err
				}
				continue
			}
			name, _ = jsontext.AppendUnquote(name[:0], raw)
			p.cites.noteMember(pointer, name, dec.PeekKind())
			f.n++
			i := slices.IndexFunc(f.changes, func(c jsonChange) bool { return c.member == string(name) })
			if i < 0 {
				if _, err := p.out.Write(trimGap(before, f.kept, true)); err != nil {
					return err
				}
				p.skipTo(start)
				f.kept++
				if err := p.copyTo(offset()); err != nil {
					return err
				}
			} else {
				c := &f.changes[i]
				if c.done {
					return fmt.Errorf("%w: %s has %q twice", ErrPatch, pointer, name)
				}
				c.done = true
				old, err := dec.ReadValue()
				if err != nil {
					return fmt.Errorf("%w: %w", ErrPatch, err)
				}
				now, err := c.value(old)
				if err != nil {
					return fmt.Errorf("%w (%s of %q)", err, name, pointer)
				}
				if now != nil && !bytes.Equal(now, old) {
					head := p.src.buf[offsetIn(p.src, start):offsetIn(p.src, offset()-int64(len(old)))]
					now = append(slices.Clone(head), now...)
				} else if now != nil {
					now = p.src.buf[offsetIn(p.src, start):offsetIn(p.src, offset())]
				}
				if err := p.settle(f, before, start, offset(), nil, now); err != nil {
					return err
				}
				continue
			}
		} else if f != nil && k != '}' && k != ']' {
			if f.object {
				raw, err := dec.ReadValue()
				if err != nil {
					return fmt.Errorf("%w: %w", ErrPatch, err)
				}
				name, _ = jsontext.AppendUnquote(name[:0], raw)
				p.cites.noteMember(pointer, name, dec.PeekKind())
			}
			f.n++
			f.kept++
		}
		tok, err := dec.ReadToken()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrPatch, err)
		}
		switch tok.Kind() {
		case '{', '[':
			n := jsonFrame{object: tok.Kind() == '{', pointer: len(pointer)}
			if f != nil && f.object {
				pointer = append(append(pointer, '/'), escapePointer(string(name))...)
			} else if f != nil {
				pointer = strconv.AppendInt(append(pointer, '/'), int64(f.n-1), 10)
			}
			if n.object {
				n.changes = p.changesAt(pointer)
			} else {
				n.graph = p.graph && (string(pointer) == "/@graph" || bytes.HasSuffix(pointer, []byte("/packages")))
			}
			stack = append(stack, n)
		case '}', ']':
			if err := p.jsonEnd(offset()-1, f); err != nil {
				return err
			}
			pointer = pointer[:f.pointer]
			stack = stack[:len(stack)-1]
		}
		if len(stack) == 0 {
			return nil
		}
	}
}

func offsetIn(s *spool, at int64) int { return int(at - s.base) }

// settle writes a member or item as it is now, or leaves it out.
func (p *patcher) settle(f *jsonFrame, before []byte, start, end int64, old, now []byte) error {
	if _, err := p.out.Write(trimGap(before, f.kept, now != nil)); err != nil {
		return err
	}
	if now != nil {
		f.kept++
		if _, err := p.out.Write(now); err != nil {
			return err
		}
	}
	p.skipTo(end)
	return nil
}

// trimGap returns what stays of the space and comma before a member or item.
func trimGap(gap []byte, kept int, keep bool) []byte {
	i := bytes.IndexByte(gap, ',')
	switch {
	case i < 0 || keep && kept > 0:
		return gap
	case kept > 0:
		return gap[:i]
	}
	return nil // what stood before the first is written
}

// jsonEnd puts in what belongs before the bracket at an offset.
func (p *patcher) jsonEnd(bracket int64, f *jsonFrame) error {
	add, err := unsettled(f.changes)
	if err != nil {
		return err
	}
	if f.graph {
		add = p.elements()
	}
	if len(add) == 0 {
		return nil
	}
	if err := p.copyTo(bracket); err != nil {
		return err
	}
	s := strings.Join(add, ",")
	if f.kept > 0 {
		s = "," + s
	}
	_, err = p.out.WriteString(s)
	return err
}

// unsettled returns the members that an object lacks and is to have.
func unsettled(changes []jsonChange) ([]string, error) {
	var add []string
	for i := range changes {
		if c := &changes[i]; !c.done {
			now, err := c.value(nil)
			if err != nil {
				return nil, err
			}
			if now != nil {
				add = append(add, strconv.Quote(c.member)+":"+string(now))
			}
		}
	}
	return add, nil
}

// editObject changes members of an object that is held as text.
func editObject(raw []byte, changes []jsonChange) ([]byte, error) {
	var out []byte
	kept := 0
	end, err := eachItem(raw, func(before, name, old []byte) error {
		s, _ := jsontext.AppendUnquote(nil, name[:bytes.IndexByte(name, 0)])
		head := name[:bytes.IndexByte(name, 0)]
		between := name[len(head)+1:]
		now := old
		if i := slices.IndexFunc(changes, func(c jsonChange) bool { return c.member == string(s) }); i >= 0 {
			if changes[i].done {
				return fmt.Errorf("%w: %q twice", ErrPatch, s)
			}
			changes[i].done = true
			var err error
			if now, err = changes[i].value(old); err != nil {
				return err
			}
		}
		out = append(out, trimGap(before, kept, now != nil)...)
		if now != nil {
			out = append(append(append(out, head...), between...), now...)
			kept++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	add, err := unsettled(changes)
	if err != nil {
		return nil, err
	}
	return closeList(out, raw, end, kept, add), nil
}

// editList leaves items out of a list, or changes them, and adds others. item
// returns what becomes of one.
func editList(raw []byte, item func(i int, old []byte) ([]byte, error), add []string) ([]byte, error) {
	var out []byte
	kept, n := 0, 0
	end, err := eachItem(raw, func(before, _, old []byte) error {
		now, err := item(n, old)
		n++
		out = append(out, trimGap(before, kept, now != nil)...)
		if now != nil {
			out = append(out, now...)
			kept++
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return closeList(out, raw, end, kept, add), nil
}

func closeList(out, raw []byte, end, kept int, add []string) []byte {
	out = append(slices.Insert(out, 0, raw[0]), raw[end:len(raw)-1]...)
	if len(add) > 0 {
		if kept > 0 {
			out = append(out, ',')
		}
		out = append(out, strings.Join(add, ",")...)
	}
	return append(out, raw[len(raw)-1])
}

// eachItem calls f for the items of a list, or the members of an object, that is
// held as text and well-formed, and returns where the last one ends. before is
// what stands between it and the one before; the name of a member comes with a
// zero byte and what stands between it and its value.
func eachItem(raw []byte, f func(before, name, value []byte) error) (int, error) {
	dec := lenient(bufio.NewReader(bytes.NewReader(raw)))
	if _, err := dec.ReadToken(); err != nil {
		return 0, err
	}
	end := int(dec.InputOffset())
	for k := dec.PeekKind(); k != ']' && k != '}'; k = dec.PeekKind() {
		var name []byte
		v, err := dec.ReadValue()
		if err != nil {
			return 0, err
		}
		at := int(dec.InputOffset()) - len(v)
		before := raw[end:at]
		if raw[0] == '{' {
			after := int(dec.InputOffset())
			name = append(slices.Clone(v), 0)
			if v, err = dec.ReadValue(); err != nil {
				return 0, err
			}
			name = append(name, raw[after:int(dec.InputOffset())-len(v)]...)
		}
		end = int(dec.InputOffset())
		if err := f(before, name, raw[end-len(v):end]); err != nil {
			return 0, err
		}
	}
	return end, nil
}

// changesAt returns what changes of the object at a pointer.
func (p *patcher) changesAt(at []byte) []jsonChange {
	in := p.at[string(at)]
	var out []jsonChange
	if in != nil {
		delete(p.at, string(at))
		out = p.changes(in, string(at))
	}
	cdx := p.source.Kind == SourceCycloneDX && p.source.SpecVersion >= "1.7" && len(p.opts.Derived) > 0
	switch {
	case len(at) == 0 && (cdx || in != nil && len(in.Citations) > 0):
		out = append(out, p.citationsChange(in))
		if p.cites != nil && p.cites.known && !p.cites.hasMetadata && len(p.cites.list(&p.opts)) > 0 {
			out = append(out, jsonChange{member: "metadata", value: func(old []byte) ([]byte, error) {
				return []byte(`{"tools":{"components":[` + p.tool() + `]}}`), nil
			}})
		}
	case string(at) == "/metadata" && p.cites != nil && p.cites.known && len(p.cites.list(&p.opts)) > 0:
		out = append(out, jsonChange{member: "tools", value: p.withTool})
	}
	return out
}

// noteMember notes whether the document has metadata, and tools that another can
// be put to.
func (c *citations) noteMember(pointer, name []byte, k jsontext.Kind) {
	switch {
	case c == nil || c.known:
	case len(pointer) == 0 && string(name) == "metadata":
		c.hasMetadata, c.noPlace = true, c.noPlace || k != '{'
	case string(pointer) == "/metadata" && string(name) == "tools":
		c.noPlace = c.noPlace || k != '{'
	}
}

// listItem is an item of a list that is added, with what tells it from others.
type listItem struct{ raw, key string }

// listChange returns the change of a list in which items are put for those of an
// earlier time. mine tells these, with their keys, or what stays of an item of
// which only a part is ours. If they are the same already, the list stays as it
// is. told hears where the items stand, and whether the list has no others.
func listChange(member string, add []listItem, mine func(item []byte) (key string, rest []byte), told func(at []int, only bool)) jsonChange {
	return jsonChange{member: member, value: func(old []byte) ([]byte, error) {
		var raws []string
		for _, a := range add {
			raws = append(raws, a.raw)
		}
		numbers := func(from int) []int {
			at := make([]int, len(add))
			for i := range at {
				at[i] = from + i
			}
			return at
		}
		if old == nil {
			if len(add) == 0 {
				return nil, nil
			}
			told(numbers(0), true)
			return []byte("[" + strings.Join(raws, ",") + "]"), nil
		}
		if old[0] != '[' {
			return nil, fmt.Errorf("%w: it is no list", ErrPatch)
		}
		var keys []string
		var at []int
		n := 0
		kept := 0
		now, err := editList(old, func(i int, item []byte) ([]byte, error) {
			n++
			key, rest := mine(item)
			if key != "" {
				keys, at = append(keys, key), append(at, i)
			}
			if rest != nil {
				kept++
			}
			return rest, nil
		}, raws)
		if err != nil {
			return nil, err
		}
		if slices.EqualFunc(keys, add, func(k string, a listItem) bool { return k == a.key }) {
			told(at, n == len(at))
			return old, nil
		}
		told(numbers(kept), kept == 0)
		return now, nil
	}}
}

// changes returns what an insertion changes of its object.
func (p *patcher) changes(in *Insertion, pointer string) []jsonChange {
	filled := p.filled[in.Place]
	var out []jsonChange
	field := func(member string, party *Party, value func(Party) string, f filledField) {
		if party == nil && !f.is {
			return
		}
		var now []byte
		if party != nil {
			now = []byte(value(*party))
			p.cites.addFilled(pointer + "/" + member)
		}
		out = append(out, jsonChange{member: member, value: func(old []byte) ([]byte, error) {
			return p.fieldValue(old, now, f)
		}})
	}
	switch {
	case p.source.Kind == SourceCycloneDX:
		out = append(out, p.propertiesChange(in.Properties, pointer))
		value := func(m Party) string { return asJSON(entity(m)) }
		field("manufacturer", in.Manufacturer, value, filled.manufacturer)
		field("supplier", in.Supplier, value, filled.supplier)
	case p.source.Encoding == "json-ld":
		out = append(out, p.extensionChange(in.Properties))
		field("originatedBy", in.Manufacturer, func(m Party) string { return asJSON([]string{p.agentOf(m.Name)}) }, filled.manufacturer)
		field("suppliedBy", in.Supplier, func(m Party) string { return asJSON(p.agentOf(m.Name)) }, filled.supplier)
	default:
		out = append(out, p.annotationsChange(in.Properties))
		value := func(m Party) string { return asJSON("Organization: " + m.Name) }
		field("originator", in.Manufacturer, value, filled.manufacturer)
		field("supplier", in.Supplier, value, filled.supplier)
	}
	return out
}

// propertiesChange is of CycloneDX.
func (p *patcher) propertiesChange(props []Property, pointer string) jsonChange {
	var add []listItem
	for _, q := range props {
		add = append(add, listItem{asJSON(q), q.Name + "\x00" + q.Value})
	}
	mine := func(item []byte) (string, []byte) {
		var q Property
		if json.Unmarshal(item, &q) != nil || !p.opts.isDerived(q.Name) {
			return "", item
		}
		return q.Name + "\x00" + q.Value, nil
	}
	return listChange("properties", add, mine, func(at []int, only bool) {
		p.cites.addProperties(pointer+"/properties", at, only)
	})
}

// annotation2 is an annotation of SPDX 2.
type annotation2 struct {
	Date      string `json:"annotationDate"`
	Type      string `json:"annotationType"`
	Annotator string `json:"annotator"`
	Comment   string `json:"comment"`
}

// annotationsChange is of SPDX 2.
func (p *patcher) annotationsChange(props []Property) jsonChange {
	var add []listItem
	for _, q := range props {
		a := annotation2{spdxTime(p.opts.noted()), "OTHER", "Tool: " + spdxTool(p.opts), q.Name + " " + q.Value}
		add = append(add, listItem{asJSON(a), asJSON(a)})
	}
	mine := func(item []byte) (string, []byte) {
		var a annotation2
		if json.Unmarshal(item, &a) != nil {
			return "", item
		}
		if name, _, _ := strings.Cut(a.Comment, " "); !p.opts.isDerived(name) {
			return "", item
		}
		return asJSON(a), nil
	}
	return listChange("annotations", add, mine, func([]int, bool) {})
}

// extensionChange is of SPDX 3. Properties of others may stand in one extension
// with those that are taken out.
func (p *patcher) extensionChange(props []Property) jsonChange {
	var add []listItem
	if len(props) > 0 {
		var key strings.Builder
		for _, q := range props {
			key.WriteString(q.Name + "\x00" + q.Value + "\x00")
		}
		add = append(add, listItem{asJSON(extensions3(props)[0]), key.String()})
	}
	mine := func(item []byte) (string, []byte) {
		var x extension3
		if json.Unmarshal(item, &x) != nil {
			return "", item
		}
		var key strings.Builder
		n := 0
		for _, q := range x.Properties {
			if p.opts.isDerived(q.Name) {
				n++
				key.WriteString(q.Name + "\x00" + q.Value + "\x00")
			}
		}
		switch n {
		case 0:
			return "", item
		case len(x.Properties):
			return key.String(), nil
		}
		rest, err := editObject(item, []jsonChange{{member: "extension_cdxProperty", value: func(old []byte) ([]byte, error) {
			return editList(old, func(_ int, e []byte) ([]byte, error) {
				var q property3
				if json.Unmarshal(e, &q) == nil && p.opts.isDerived(q.Name) {
					return nil, nil
				}
				return e, nil
			}, nil)
		}}})
		if err != nil {
			return "", item
		}
		return key.String(), rest
	}
	return listChange("extension", add, mine, func([]int, bool) {})
}

// fieldValue returns what a field for a party becomes.
func (p *patcher) fieldValue(old, now []byte, f filledField) ([]byte, error) {
	switch {
	case old == nil:
		return now, nil
	case f.is && now == nil && f.was != "":
		return []byte(asJSON(f.was)), nil
	case f.is && now == nil:
		return nil, nil
	case f.is && canonical(old) == canonical(now):
		return old, nil
	case f.is, now != nil && namesNobody(old):
		return now, nil
	case now == nil:
		return old, nil
	}
	return nil, fmt.Errorf("%w: it is there already", ErrPatch)
}

func canonical(raw []byte) string {
	v := jsontext.Value(raw).Clone()
	if v.Canonicalize() != nil {
		return string(raw)
	}
	return string(v)
}

// namesNobody reports a field for a party, in JSON, that holds nothing.
func namesNobody(raw []byte) bool {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return false
	}
	nobody := func(v any) bool {
		s, ok := v.(string)
		if p, named := parseAgent(s); ok && named && (p.Name != "" || len(p.Mails) > 0 || len(p.URLs) > 0) {
			return false
		}
		return ok || v == nil
	}
	if m, ok := v.(map[string]any); ok {
		for _, x := range m {
			if !nobody(x) {
				return false
			}
		}
		return true
	}
	return nobody(v)
}

// citationsChange puts in what is cited.
func (p *patcher) citationsChange(in *Insertion) jsonChange {
	var add []listItem
	var list []Citation
	if in != nil {
		list = append(list, in.Citations...)
	}
	if p.cites != nil && p.cites.known {
		list = append(list, p.cites.list(&p.opts)...)
	}
	for _, c := range list {
		add = append(add, listItem{asJSON(c), asJSON(c)})
	}
	mine := func(item []byte) (string, []byte) {
		var c Citation
		if json.Unmarshal(item, &c) != nil || c.AttributedTo != enrichmentRef || len(p.opts.Derived) == 0 {
			return "", item
		}
		return asJSON(c), nil
	}
	return listChange("citations", add, mine, func([]int, bool) {})
}

// tool returns the component of CycloneDX that citations are attributed to.
func (p *patcher) tool() string {
	name, version := toolNameVersion(p.opts.Tool)
	return asJSON(struct {
		Type    string `json:"type"`
		Ref     string `json:"bom-ref"`
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
	}{"application", enrichmentRef, name, version})
}

// withTool adds the tool to the tools of the metadata.
func (p *patcher) withTool(old []byte) ([]byte, error) {
	t := p.tool()
	if old == nil {
		return []byte(`{"components":[` + t + `]}`), nil
	}
	mine := func(item []byte) (string, []byte) {
		var c struct {
			Ref string `json:"bom-ref"`
		}
		if json.Unmarshal(item, &c) != nil || c.Ref != enrichmentRef {
			return "", item
		}
		return canonical(item), nil
	}
	return editObject(old, []jsonChange{listChange("components", []listItem{{t, canonical([]byte(t))}}, mine, func([]int, bool) {})})
}

// What SPDX 3 needs beside a component that was filled in are elements of its
// own: the organization, and who says so.
const (
	info3Ref  = "_:touchmark"
	agent3Ref = "urn:touchmark:agent"
	org3Ref   = "urn:touchmark:organization:"
)

// agentOf returns the id of the element of an organization.
func (p *patcher) agentOf(name string) string {
	if !slices.Contains(p.agents, name) {
		p.agents = append(p.agents, name)
	}
	sum := sha256.Sum256([]byte(name))
	return org3Ref + hex.EncodeToString(sum[:8])
}

// elements returns the elements that are put at the end of the graph.
func (p *patcher) elements() []string {
	if len(p.agents) == 0 {
		return nil
	}
	// The version of a CreationInfo is a semantic version; documents say "3.0".
	version := p.source.SpecVersion
	if strings.Count(version, ".") != 2 {
		version = "3.0.1"
	}
	out := []string{
		asJSON(element3{Type: "CreationInfo", ID: info3Ref, SpecVersion: version, Created: spdxTime(p.opts.noted()), CreatedBy: []string{agent3Ref}}),
		asJSON(element3{Type: "SoftwareAgent", SpdxID: agent3Ref, CreationInfo: info3Ref, Name: nonEmpty(p.opts.Tool, "touchmark")}),
	}
	for _, name := range p.agents {
		out = append(out, asJSON(element3{Type: "Organization", SpdxID: p.agentOf(name), CreationInfo: info3Ref, Name: name}))
	}
	return out
}

// graphItem returns what becomes of an element: nil for one of an earlier time.
func (p *patcher) graphItem(place string, raw []byte) ([]byte, error) {
	in := p.at[place]
	if in == nil {
		if p.source.Encoding == "json" || !bytes.Contains(raw, []byte("touchmark")) || raw[0] != '{' {
			return raw, nil
		}
		var e struct {
			ID     string `json:"@id"`
			SpdxID string `json:"spdxId"`
		}
		if json.Unmarshal(raw, &e) == nil && (e.ID == info3Ref || e.SpdxID == agent3Ref || strings.HasPrefix(e.SpdxID, org3Ref)) {
			return nil, nil
		}
		return raw, nil
	}
	delete(p.at, place)
	if raw[0] != '{' {
		return nil, fmt.Errorf("%w: %s is no element", ErrPatch, place)
	}
	of := map[string][]byte{}
	if _, err := eachItem(raw, func(_, name, value []byte) error {
		s, _ := jsontext.AppendUnquote(nil, name[:bytes.IndexByte(name, 0)])
		of[string(s)] = value
		return nil
	}); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPatch, err)
	}
	fill := *in
	one := func(party **Party, member, property string, f filledField) {
		old, there := of[member]
		if *party == nil || !there {
			return
		}
		i := slices.IndexFunc(fill.Properties, func(q Property) bool { return q.Name == property })
		switch {
		case p.source.Encoding == "json-ld" && !f.is:
			// Whether an agent that an element refers to is somebody shows elsewhere,
			// so nobody is filled in where there is a reference.
			*party = nil
			if i >= 0 {
				fill.Properties = slices.Delete(slices.Clone(fill.Properties), i, i+1)
			}
		case p.source.Encoding == "json":
			// What stood there comes back when the name is taken out again.
			was := f.was
			if !f.is {
				_ = json.Unmarshal(old, &was) // anything else is refused later
			}
			if was != "" {
				fill.Properties = slices.Insert(slices.Clone(fill.Properties), i+1, Property{property + ":was", was})
			}
		}
	}
	f := p.filled[place]
	if p.source.Encoding == "json" {
		one(&fill.Manufacturer, "originator", FilledManufacturer, f.manufacturer)
		one(&fill.Supplier, "supplier", FilledSupplier, f.supplier)
	} else {
		one(&fill.Manufacturer, "originatedBy", FilledManufacturer, f.manufacturer)
		one(&fill.Supplier, "suppliedBy", FilledSupplier, f.supplier)
	}
	return editObject(raw, p.changes(&fill, place))
}
