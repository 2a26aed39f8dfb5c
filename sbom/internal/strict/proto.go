package strict

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
)

//go:embed proto.table
var protoTable []byte

// A protoMessage is a message of CycloneDX in protobuf.
type protoMessage struct {
	name     string
	fields   []protoField
	byName   map[string]*protoField
	byNumber map[protowire.Number]*protoField
}

type protoField struct {
	number protowire.Number
	name   string
	typ    string
	label  string
}

type protoSchema struct {
	messages map[string]*protoMessage
	enums    map[string]map[string]int32
	numbers  map[string]map[int32]string
}

var loadProto = sync.OnceValues(func() (map[string]*protoSchema, error) {
	out := map[string]*protoSchema{}
	var s *protoSchema
	var m *protoMessage
	for line := range strings.Lines(string(protoTable)) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0 || f[0] == "#":
		case f[0] == "version" && len(f) == 2:
			next := &protoSchema{map[string]*protoMessage{}, map[string]map[string]int32{}, map[string]map[int32]string{}}
			if s != nil {
				for k, v := range s.messages {
					next.messages[k] = v
				}
				for k, v := range s.enums {
					next.enums[k] = v
					next.numbers[k] = s.numbers[k]
				}
			}
			s = next
			out[f[1]] = s
		case f[0] == "message" && len(f) == 2 && s != nil:
			m = &protoMessage{name: f[1]}
			s.messages[f[1]] = m
		case f[0] == "enum" && s != nil:
			words, numbers := map[string]int32{}, map[int32]string{}
			for _, w := range f[2:] {
				n, name, _ := strings.Cut(w, "=")
				i, err := strconv.ParseInt(n, 10, 32)
				if err != nil {
					return nil, fmt.Errorf("table of protobuf: %q", w)
				}
				words[name], numbers[int32(i)] = int32(i), name
			}
			s.enums[f[1]], s.numbers[f[1]] = words, numbers
		case len(f) == 4 && m != nil:
			n, err := strconv.ParseInt(f[0], 10, 32)
			if err != nil {
				return nil, fmt.Errorf("table of protobuf: %q", line)
			}
			m.fields = append(m.fields, protoField{protowire.Number(n), f[1], f[2], f[3]})
		default:
			return nil, fmt.Errorf("table of protobuf: %q", line)
		}
	}
	for _, s := range out {
		for _, m := range s.messages {
			if m.byName != nil {
				continue
			}
			m.byName, m.byNumber = map[string]*protoField{}, map[protowire.Number]*protoField{}
			for i := range m.fields {
				f := &m.fields[i]
				m.byName[f.name], m.byNumber[f.number] = f, f
			}
		}
		s.messages["Timestamp"] = timestamp
	}
	return out, nil
})

var timestamp = func() *protoMessage {
	m := &protoMessage{name: "Timestamp", fields: []protoField{{1, "seconds", "int64", "optional"}, {2, "nanos", "int32", "optional"}}}
	m.byName = map[string]*protoField{"seconds": &m.fields[0], "nanos": &m.fields[1]}
	m.byNumber = map[protowire.Number]*protoField{1: &m.fields[0], 2: &m.fields[1]}
	return m
}()

const (
	protoUnknown = "?" // kind of node of a field that the messages do not have
	protoSection = "bom-%s.proto"
)

// errProto is the error for bytes that are no message.
var errProto = errors.New("not a protobuf message")

// ProtoVersion returns whether there are messages of a version.
func ProtoVersion(version string) bool {
	s, err := loadProto()
	return err == nil && s[version] != nil
}

// DecodeProtobuf turns a document in the binary encoding into a tree in the
// form of the text encoding: fields by their names, repeated ones as several
// members. The version is that of its first field; what is not known to it is
// left in with a name that no message has.
func DecodeProtobuf(data []byte, depth int) (*Tree, string, error) {
	all, err := loadProto()
	if err != nil {
		return nil, "", err
	}
	version := ""
	if n, typ, k := protowire.ConsumeTag(data); k > 0 && n == 1 && typ == protowire.BytesType {
		if v, m := protowire.ConsumeBytes(data[k:]); m > 0 {
			version = string(v)
		}
	}
	s := all[version]
	if s == nil {
		return nil, version, nil
	}
	t := NewTree()
	d := &protoDecoder{s: s, t: t, depth: depth}
	root := t.Add(0, Node{Kind: Object})
	return t, version, d.message(root, s.messages["Bom"], data, 0)
}

type protoDecoder struct {
	s     *protoSchema
	t     *Tree
	depth int
}

func (d *protoDecoder) message(to int32, m *protoMessage, data []byte, depth int) error {
	if depth > d.depth {
		return fmt.Errorf("%w: more than %d", ErrDepth, d.depth)
	}
	for len(data) > 0 {
		number, typ, n := protowire.ConsumeTag(data)
		if n < 0 {
			return errProto
		}
		data = data[n:]
		size := protowire.ConsumeFieldValue(number, typ, data)
		if size < 0 {
			return errProto
		}
		value := data[:size]
		data = data[size:]
		f := m.byNumber[number]
		if f == nil {
			d.t.Add(to, Node{Kind: Null, Key: fmt.Sprintf("%s%d", protoUnknown, number)})
			continue
		}
		if err := d.field(to, f, typ, value, depth); err != nil {
			return err
		}
	}
	return nil
}

func (d *protoDecoder) field(to int32, f *protoField, typ protowire.Type, value []byte, depth int) error {
	add := func(kind byte, text string) { d.t.Add(to, Node{Kind: kind, Key: f.name, Text: text}) }
	wrong := func() error { return fmt.Errorf("%w: field %s is of another type", errProto, f.name) }
	if sub := d.s.messages[f.typ]; sub != nil || f.typ == "string" || f.typ == "bytes" {
		if typ != protowire.BytesType {
			return wrong()
		}
		v, _ := protowire.ConsumeBytes(value)
		if sub != nil {
			return d.message(d.t.Add(to, Node{Kind: Object, Key: f.name}), sub, v, depth+1)
		}
		if s := string(v); f.typ == "string" && strings.ToValidUTF8(s, "") != s {
			return fmt.Errorf("%w: field %s is no UTF-8", errProto, f.name)
		}
		add(String, string(v))
		return nil
	}
	number := func(v uint64) {
		switch {
		case d.s.enums[f.typ] != nil:
			name := d.s.numbers[f.typ][int32(v)]
			if name == "" {
				name = strconv.FormatInt(int64(int32(v)), 10)
			}
			add(Boolean, name) // a word
		case f.typ == "bool":
			add(Boolean, strconv.FormatBool(v != 0))
		default:
			add(Number, strconv.FormatInt(int64(v), 10))
		}
	}
	switch typ {
	case protowire.VarintType:
		v, _ := protowire.ConsumeVarint(value)
		number(v)
	case protowire.Fixed32Type:
		v, _ := protowire.ConsumeFixed32(value)
		if f.typ == "float" {
			add(Number, strconv.FormatFloat(float64(math.Float32frombits(v)), 'g', -1, 32))
		} else {
			number(uint64(v))
		}
	case protowire.Fixed64Type:
		v, _ := protowire.ConsumeFixed64(value)
		if f.typ == "double" {
			add(Number, strconv.FormatFloat(math.Float64frombits(v), 'g', -1, 64))
		} else {
			number(v)
		}
	case protowire.BytesType: // packed
		if f.label != "repeated" {
			return wrong()
		}
		v, _ := protowire.ConsumeBytes(value)
		for len(v) > 0 {
			x, n := protowire.ConsumeVarint(v)
			if n < 0 || f.typ == "float" || f.typ == "double" {
				return wrong()
			}
			number(x)
			v = v[n:]
		}
	default:
		return wrong()
	}
	return nil
}

// ParseTextproto turns a document in the text encoding into a tree. Words stand
// in it as booleans.
func ParseTextproto(src string, depth int) (*Tree, error) {
	p := &textprotoParser{s: src, line: 1, t: NewTree(), depth: depth}
	root := p.t.Add(0, Node{Kind: Object, Line: 1})
	return p.t, p.fields(root, "", 0)
}

type textprotoParser struct {
	s     string
	line  int32
	t     *Tree
	depth int
}

func (p *textprotoParser) fail(format string, args ...any) error {
	return fmt.Errorf("line %d: %s", p.line, fmt.Sprintf(format, args...))
}

func (p *textprotoParser) space() {
	for p.s != "" {
		switch c := p.s[0]; {
		case c == '\n':
			p.line++
			p.s = p.s[1:]
		case c == ' ' || c == '\t' || c == '\r':
			p.s = p.s[1:]
		case c == '#':
			i := strings.IndexByte(p.s, '\n')
			if i < 0 {
				i = len(p.s)
			}
			p.s = p.s[i:]
		default:
			return
		}
	}
}

func (p *textprotoParser) word() string {
	i := 0
	for i < len(p.s) && (p.s[i] == '_' || p.s[i] >= '0' && p.s[i] <= '9' || p.s[i]|0x20 >= 'a' && p.s[i]|0x20 <= 'z') {
		i++
	}
	w := p.s[:i]
	p.s = p.s[i:]
	return w
}

func (p *textprotoParser) fields(to int32, end string, depth int) error {
	if depth > p.depth {
		return fmt.Errorf("%w: more than %d at line %d", ErrDepth, p.depth, p.line)
	}
	for {
		p.space()
		if p.s == "" || end != "" && strings.HasPrefix(p.s, end) {
			if p.s == "" && end != "" {
				return p.fail("a message does not end")
			}
			p.s = strings.TrimPrefix(p.s, end)
			return nil
		}
		name := p.word()
		if name == "" {
			return p.fail("no name of a field")
		}
		p.space()
		colon := strings.HasPrefix(p.s, ":")
		p.s = strings.TrimPrefix(p.s, ":")
		p.space()
		if rest, ok := strings.CutPrefix(p.s, "["); ok {
			p.s = rest
			for {
				p.space()
				if rest, ok := strings.CutPrefix(p.s, "]"); ok {
					p.s = rest
					break
				}
				if err := p.value(to, name, colon, depth); err != nil {
					return err
				}
				p.space()
				if rest, ok := strings.CutPrefix(p.s, ","); ok {
					p.s = rest
				} else if !strings.HasPrefix(p.s, "]") {
					return p.fail("a list does not end")
				}
			}
		} else if err := p.value(to, name, colon, depth); err != nil {
			return err
		}
		p.space()
		if strings.HasPrefix(p.s, ",") || strings.HasPrefix(p.s, ";") {
			p.s = p.s[1:]
		}
	}
}

func (p *textprotoParser) value(to int32, name string, colon bool, depth int) error {
	n := Node{Key: name, Line: p.line}
	switch {
	case p.s == "":
		return p.fail("no value of %s", name)
	case p.s[0] == '{' || p.s[0] == '<':
		end := map[byte]string{'{': "}", '<': ">"}[p.s[0]]
		p.s = p.s[1:]
		n.Kind = Object
		return p.fields(p.t.Add(to, n), end, depth+1)
	case !colon:
		return p.fail("no colon after %s", name)
	case p.s[0] == '"' || p.s[0] == '\'':
		n.Kind = String
		var b strings.Builder
		for p.s != "" && (p.s[0] == '"' || p.s[0] == '\'') {
			if err := p.str(&b); err != nil {
				return err
			}
			p.space()
		}
		n.Text = b.String()
	default:
		sign := ""
		if rest, ok := strings.CutPrefix(p.s, "-"); ok {
			sign, p.s = "-", rest
			p.space()
		}
		i := strings.IndexAny(p.s, " \t\r\n,;]}>#[{<")
		if i < 0 {
			i = len(p.s)
		}
		w := p.s[:i]
		p.s = p.s[i:]
		if w == "" {
			return p.fail("no value of %s", name)
		}
		n.Kind, n.Text = Boolean, sign+w
		if w[0] >= '0' && w[0] <= '9' || w[0] == '.' {
			n.Kind = Number
		}
	}
	p.t.Add(to, n)
	return nil
}

func (p *textprotoParser) str(b *strings.Builder) error {
	quoteMark := p.s[0]
	p.s = p.s[1:]
	for p.s != "" {
		c := p.s[0]
		p.s = p.s[1:]
		switch c {
		case quoteMark:
			return nil
		case '\n':
			return p.fail("a text does not end")
		case '\\':
			if p.s == "" {
				return p.fail("a text does not end")
			}
			e := p.s[0]
			p.s = p.s[1:]
			switch e {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			case 'a', 'b', 'f', 'v', '?', '\\', '\'', '"':
				b.WriteByte(e)
			case 'x', 'X', 'u', 'U', '0', '1', '2', '3', '4', '5', '6', '7':
				digits := 0
				base := 16
				if e >= '0' && e <= '7' {
					base, p.s = 8, string(e)+p.s
				}
				most := map[byte]int{'x': 2, 'X': 2, 'u': 4, 'U': 8}[e]
				if base == 8 {
					most = 3
				}
				v := 0
				for digits < most && p.s != "" {
					d, err := strconv.ParseUint(p.s[:1], base, 8)
					if err != nil {
						break
					}
					v = v*base + int(d)
					p.s = p.s[1:]
					digits++
				}
				if digits == 0 {
					return p.fail("a bad escape")
				}
				if e == 'u' || e == 'U' {
					b.WriteRune(rune(v))
				} else {
					b.WriteByte(byte(v))
				}
			default:
				return p.fail("a bad escape")
			}
		default:
			b.WriteByte(c)
		}
	}
	return p.fail("a text does not end")
}

// CheckProto holds a tree in the form of the text encoding against the messages
// of a version: the names and types of fields, what stands once, that one of a
// oneof is there and only one, and that fields which the messages call neither
// optional nor repeated have a value. Package URLs, CPEs, mail addresses and
// licence expressions are held against the rules for them.
func CheckProto(ctx context.Context, t *Tree, size int, version string, report Reporter) error {
	all, err := loadProto()
	if err != nil {
		return err
	}
	s := all[version]
	if s == nil {
		return fmt.Errorf("no messages of version %q", version)
	}
	c := &protoChecker{s: s, t: t, version: version, report: report, lim: newLimits(ctx, size), rules: NewCycloneDXRules(version, false, report)}
	err = c.message(1, s.messages["Bom"], &Path{})
	if err == nil {
		c.rules.Finish()
	}
	return err
}

type protoChecker struct {
	s       *protoSchema
	t       *Tree
	version string
	report  Reporter
	lim     *limits
	rules   *CycloneDXRules
}

func (c *protoChecker) fail(i int32, p *Path, rule, format string, args ...any) {
	v := Violation{Place: p.String(), Line: p.lineOf(), Rule: rule, Message: fmt.Sprintf(format, args...), Section: fmt.Sprintf(protoSection, c.version), Schema: true}
	if i != 0 {
		v.Value = ref{c.t, i}.brief()
	}
	c.report(v)
}

func (c *protoChecker) message(i int32, m *protoMessage, p *Path) error {
	if err := c.lim.step(); err != nil {
		return err
	}
	n := &c.t.Nodes[i]
	if n.Kind != Object {
		c.fail(i, p, "type", "is no message %s", m.name)
		return nil
	}
	counts := map[string]int{}
	oneofs := map[string]string{}
	for k := n.first; k != 0; k = c.t.Nodes[k].next {
		e := &c.t.Nodes[k]
		f := m.byName[e.Key]
		if f == nil {
			at := p.member(e.Key, e.Line)
			if number, ok := strings.CutPrefix(e.Key, protoUnknown); ok {
				c.fail(0, p, "unknown", "field number %s is not of %s", number, m.name)
			} else {
				c.fail(0, at, "unknown", "is no field of %s", m.name)
			}
			continue
		}
		at := p.member(f.name, e.Line)
		if f.label == "repeated" {
			at = at.at(counts[f.name], e.Line)
		}
		if counts[f.name]++; counts[f.name] == 2 && f.label != "repeated" {
			c.fail(k, at, "twice", "is there twice")
		}
		if one, ok := strings.CutPrefix(f.label, "oneof:"); ok {
			if other := oneofs[one]; other != "" && other != f.name {
				c.fail(k, at, "oneof", "stands beside %q, and only one of them may", other)
			}
			oneofs[one] = f.name
		}
		if err := c.value(k, f, at, m); err != nil {
			return err
		}
	}
	for j := range m.fields {
		f := &m.fields[j]
		one, isOne := strings.CutPrefix(f.label, "oneof:")
		switch {
		case isOne && oneofs[one] == "":
			oneofs[one] = "-"
			c.fail(0, p, "required", "has none of %s", strings.Join(m.alternatives(one), ", "))
		case f.label == "plain" && counts[f.name] == 0 && c.mandatory(m, f):
			c.fail(0, p, "required", "%q is missing", f.name)
		}
	}
	return nil
}

func (m *protoMessage) alternatives(one string) []string {
	var out []string
	for _, f := range m.fields {
		if f.label == "oneof:"+one {
			out = append(out, f.name)
		}
	}
	return out
}

// mandatory reports a field that has to be there: of those which are neither
// optional nor repeated, texts, messages, and enumerations whose number 0 says
// nothing. proto3 does not write a zero, so nothing can be asked of numbers.
// The version of a component is optional since 1.4 in the other encodings.
func (c *protoChecker) mandatory(m *protoMessage, f *protoField) bool {
	if m.name == "Component" && f.name == "version" && c.version != "1.3" {
		return false
	}
	if c.s.enums[f.typ] != nil {
		return emptyWord(c.s.numbers[f.typ][0])
	}
	return f.typ == "string" || c.s.messages[f.typ] != nil
}

func emptyWord(name string) bool {
	return strings.HasSuffix(name, "_NULL") || strings.HasSuffix(name, "_UNSPECIFIED")
}

func (c *protoChecker) value(k int32, f *protoField, at *Path, m *protoMessage) error {
	n := &c.t.Nodes[k]
	if sub := c.s.messages[f.typ]; sub != nil {
		return c.message(k, sub, at)
	}
	wrong := func() { c.fail(k, at, "type", "is no %s", f.typ) }
	if words := c.s.enums[f.typ]; words != nil {
		number, err := strconv.ParseInt(n.Text, 10, 32)
		name := n.Text
		if n.Kind == Number || err == nil {
			name = c.s.numbers[f.typ][int32(number)]
		}
		_, ok := words[name]
		switch {
		case n.Kind != Boolean && n.Kind != Number || !ok:
			c.fail(k, at, "enum", "is no word of %s", f.typ)
		case f.label == "plain" && emptyWord(name) && c.mandatory(m, f):
			c.fail(k, at, "required", "is %s, which says nothing", name)
		}
		return nil
	}
	switch f.typ {
	case "string", "bytes":
		if n.Kind != String {
			wrong()
			return nil
		}
		if n.Text == "" && f.label == "plain" && c.mandatory(m, f) {
			c.fail(0, at, "required", "is empty")
		}
		here := func() (string, int) { return at.String(), at.lineOf() }
		switch {
		case f.name == "bom_ref":
			if c.rules.refs[n.Text] && n.Text != "" {
				c.rules.fail(at.String(), at.lineOf(), "unique", quote(n.Text), "is the bom_ref of another element too")
			}
			c.rules.refs[n.Text] = true
		case slices.Contains([]string{"purl", "cpe", "email"}, f.name), f.name == "expression" && m.name == "LicenseChoice":
			c.rules.text(here, f.name, n.Text)
		case f.name == "ref" && m.name == "Dependency":
			c.rules.link(at.String(), at.lineOf(), n.Text)
		}
	case "bool":
		if n.Text != "true" && n.Text != "false" {
			wrong()
		}
	case "float", "double":
		if _, err := strconv.ParseFloat(strings.TrimSuffix(n.Text, "f"), 64); err != nil || n.Kind == String {
			wrong()
		}
	default:
		_, err := strconv.ParseInt(n.Text, 0, 64)
		_, errU := strconv.ParseUint(n.Text, 0, 64)
		if n.Kind == String || err != nil && errU != nil {
			wrong()
		}
	}
	return nil
}
