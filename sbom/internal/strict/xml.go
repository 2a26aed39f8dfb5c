package strict

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// xmlNamespace is the namespace of CycloneDX, before its version.
const xmlNamespace = "http://cyclonedx.org/schema/bom/"

// An XMLSource is a document in XML as a stream of tokens.
type XMLSource struct {
	Token func() (xml.Token, error)
	Line  func() int
	// Depth and Value bound nesting and a single text.
	Depth, Value int
	// Element is told of every start of an element with its place, for rules
	// beyond the schema. It may be nil.
	Element func(place func() string, line int, start xml.StartElement)
	// Text is told of the text of every element that has no children.
	Text func(place func() string, line int, name, text string)
}

// ErrValue is the error for a text that is longer than the limit.
var ErrValue = errors.New("a single text longer than the limit")

// A frame is an element that is open.
type frame struct {
	name     string
	index    int
	line     int
	kind     frameKind
	id       int // of the type
	states   []int
	started  bool // a child has come
	broken   bool // a child was out of place: no word on what is missing
	text     []byte
	textual  bool // text other than white space was reported
	children bool
	fallback bool // an empty element has a default
	counts   map[string]int
}

type frameKind uint8

const (
	known   frameKind = iota
	unknown           // of a type that accepts everything, or of another namespace
)

type xmlValidator struct {
	s      *xmlSchemas
	src    *XMLSource
	ns     string
	report Reporter
	stack  []frame
	refs   map[string]int // line of each bom-ref
	unique bool
	at     func() string // place
}

// XMLVersion returns the version of CycloneDX that a namespace names.
func XMLVersion(namespace string) (version string, known bool) {
	version, ok := strings.CutPrefix(namespace, xmlNamespace)
	s, err := loadXML()
	if !ok || err != nil {
		return "", false
	}
	_, known = s.head.Roots[version]
	return version, known
}

// CheckXML holds a document against the schema of a version of CycloneDX, from
// its root element on, whose start has been read. The document is never in
// memory as a whole; the identifiers that must be unique are.
func CheckXML(ctx context.Context, src *XMLSource, root xml.StartElement, version string, report Reporter) error {
	s, err := loadXML()
	if err != nil {
		return err
	}
	id, ok := s.head.Roots[version]
	if !ok {
		return fmt.Errorf("no schema of version %q", version)
	}
	v := &xmlValidator{s: s, src: src, ns: xmlNamespace + version, report: report, unique: s.types[id].UniqueRefs, refs: map[string]int{}}
	v.at = v.place
	v.push(root, known, id, false, 0)
	for n := 0; len(v.stack) > 0; n++ {
		if n&255 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		tok, err := src.Token()
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if len(v.stack) > src.Depth {
				return fmt.Errorf("%w: more than %d at line %d", ErrDepth, src.Depth, src.Line())
			}
			v.start(tok)
		case xml.EndElement:
			v.end()
		case xml.CharData:
			f := &v.stack[len(v.stack)-1]
			if len(f.text)+len(tok) > src.Value {
				return fmt.Errorf("%w: line %d", ErrValue, src.Line())
			}
			if t := &s.types[f.id]; f.kind == known && t.Complex && t.Text == 0 {
				if !t.Mixed && !f.textual && strings.TrimSpace(string(tok)) != "" {
					f.textual = true
					v.fail(f, "text", shorten(strings.TrimSpace(string(tok))), "has text, and only elements may stand here")
				}
				continue
			}
			if f.kind == known || src.Text != nil {
				f.text = append(f.text, tok...)
			}
		}
	}
	return nil
}

func (v *xmlValidator) place() string {
	var b strings.Builder
	for i := range v.stack {
		f := &v.stack[i]
		b.WriteByte('/')
		b.WriteString(f.name)
		if f.index > 1 {
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(f.index))
			b.WriteByte(']')
		}
	}
	return b.String()
}

func (v *xmlValidator) fail(f *frame, rule, value, format string, args ...any) {
	line := v.src.Line()
	if f != nil && rule != "text" && rule != "element" {
		line = f.line
	}
	v.report(Violation{Place: v.place(), Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Value: value, Schema: true})
}

func (v *xmlValidator) push(start xml.StartElement, kind frameKind, id int, fallback bool, index int) {
	v.stack = append(v.stack, frame{name: start.Name.Local, index: index, line: v.src.Line(), kind: kind, id: id, fallback: fallback})
	f := &v.stack[len(v.stack)-1]
	if v.src.Element != nil {
		v.src.Element(v.at, f.line, start)
	}
	if id == 0 {
		f.kind = unknown
	}
	if f.kind == known {
		v.attributes(f, start)
	}
	if v.unique && len(v.stack) > 1 {
		for _, a := range start.Attr {
			if a.Name.Space != "" || a.Name.Local != "bom-ref" {
				continue
			}
			if line, twice := v.refs[a.Value]; twice {
				v.fail(f, "unique", quote(a.Value), "bom-ref is that of line %d too", line)
			} else {
				v.refs[a.Value] = f.line
			}
		}
	}
}

const xsi = "http://www.w3.org/2001/XMLSchema-instance"

func (v *xmlValidator) attributes(f *frame, start xml.StartElement) {
	t := &v.s.types[f.id]
	for _, a := range start.Attr {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" || a.Name.Space == xsi {
			continue
		}
		if d, ok := t.Attrs[a.Name.Local]; ok && a.Name.Space == "" {
			if err := v.simple(d.Type, a.Value); err != nil {
				v.fail(f, "attribute", quote(a.Value), "attribute %s %v", a.Name.Local, err)
			}
			continue
		}
		if t.AnyAttr == "##any" || t.AnyAttr == "##other" && a.Name.Space != "" && a.Name.Space != v.ns {
			continue
		}
		v.fail(f, "attribute", quote(a.Value), "attribute %s is not known here", quote(a.Name.Local))
	}
	if len(t.Attrs) == 0 {
		return
	}
	var missing []string
	for name, d := range t.Attrs {
		if d.Required && !slices.ContainsFunc(start.Attr, func(a xml.Attr) bool { return a.Name.Space == "" && a.Name.Local == name }) {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	for _, name := range missing {
		v.fail(f, "attribute", "", "attribute %q is missing", name)
	}
}

// start takes the start of a child of the element that is open.
func (v *xmlValidator) start(tok xml.StartElement) {
	f := &v.stack[len(v.stack)-1]
	f.children = true
	if f.counts == nil {
		f.counts = map[string]int{}
	}
	f.counts[tok.Name.Local]++
	index := f.counts[tok.Name.Local]
	if f.kind == unknown {
		v.push(tok, unknown, 0, false, index)
		return
	}
	t := &v.s.types[f.id]
	if t.auto == nil {
		v.push(tok, unknown, 0, false, index)
		v.fail(&v.stack[len(v.stack)-1], "element", "", "no element may stand here")
		return
	}
	var next []int
	var match *Particle
	for _, i := range t.auto.after(f) {
		p := t.auto.positions[i]
		if v.fits(p, tok.Name) {
			next = append(next, i)
			if match == nil || p.Kind == "e" {
				match = p
			}
		}
	}
	if match == nil {
		// Out of place, or not known at all.
		expected := v.expected(t.auto, f)
		f.broken = true
		for i, p := range t.auto.positions {
			if p.Kind == "e" && v.fits(p, tok.Name) {
				match, next = p, append(next, i)
				break
			}
		}
		if match != nil {
			f.states, f.started = next, true
			v.push(tok, known, match.Type, match.Default, index)
		} else {
			v.push(tok, unknown, 0, false, index)
		}
		what := "is not known here"
		if match != nil {
			what = "may not stand at this place"
		} else if tok.Name.Space != v.ns {
			what = fmt.Sprintf("of namespace %s may not stand here", quote(tok.Name.Space))
		}
		v.fail(&v.stack[len(v.stack)-1], "element", "", "element %s%s", what, expected)
		return
	}
	f.states, f.started = next, true
	if match.Kind == "a" {
		v.push(tok, unknown, 0, false, index)
		return
	}
	v.push(tok, known, match.Type, match.Default, index)
}

// after returns the positions that may come next.
func (a *automaton) after(f *frame) []int {
	if !f.started {
		return a.first
	}
	if len(f.states) == 1 {
		return a.follow[f.states[0]]
	}
	var out []int
	for _, s := range f.states {
		for _, n := range a.follow[s] {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

func (v *xmlValidator) fits(p *Particle, name xml.Name) bool {
	if p.Kind == "a" {
		return name.Space != v.ns && name.Space != ""
	}
	return p.Name == name.Local && name.Space == v.ns
}

func (v *xmlValidator) expected(a *automaton, f *frame) string {
	var names []string
	for _, i := range a.after(f) {
		if p := a.positions[i]; p.Kind == "e" && !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	const most = 8
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	return "; expected is " + strings.Join(names, ", ") + more
}

// end takes the end of the element that is open.
func (v *xmlValidator) end() {
	f := &v.stack[len(v.stack)-1]
	if !f.children && v.src.Text != nil {
		v.src.Text(v.at, f.line, f.name, string(f.text))
	}
	if f.kind == known {
		t := &v.s.types[f.id]
		switch {
		case t.auto != nil && !f.broken:
			ok := t.auto.empty
			if f.started {
				ok = slices.ContainsFunc(f.states, func(i int) bool { return t.auto.last[i] })
			}
			if !ok {
				v.fail(f, "element", "", "an element is missing at the end%s", v.expected(t.auto, f))
			}
		case t.Complex && t.Text == 0:
		case !f.children:
			id := f.id
			if t.Complex {
				id = t.Text
			}
			if len(f.text) == 0 && f.fallback {
				break
			}
			if err := v.simple(id, string(f.text)); err != nil {
				v.fail(f, "value", quote(strings.TrimSpace(string(f.text))), "%v", err)
			}
		}
	}
	v.stack = v.stack[:len(v.stack)-1]
}

// simple checks a text against a simple type.
func (v *xmlValidator) simple(id int, s string) error {
	t := &v.s.types[id]
	switch {
	case id == 0:
		return nil
	case t.Union != nil:
		var first error
		for _, u := range t.Union {
			err := v.simple(u, s)
			if err == nil {
				return nil
			}
			if first == nil {
				first = err
			}
		}
		return first
	case t.Builtin != "":
		return builtin(t.Builtin, normalise(t.Builtin, s))
	}
	if err := v.simple(t.Of, s); err != nil {
		return err
	}
	base := v.builtinOf(id)
	s = normalise(base, s)
	if t.words != nil && !t.words[s] {
		return fmt.Errorf("is %s", noneOfWords(t.Enum))
	}
	if t.pattern != nil && !slices.ContainsFunc(t.pattern, func(m matcher) bool { return m.MatchString(s) }) {
		return fmt.Errorf("does not match %s", shorten(strings.Join(t.Pattern, " | ")))
	}
	if n := utf8.RuneCountInString(s); n < t.MinLen {
		return fmt.Errorf("has %d characters and not at least %d", n, t.MinLen)
	} else if t.MaxLen != nil && n > *t.MaxLen {
		return fmt.Errorf("has %d characters and not at most %d", n, *t.MaxLen)
	}
	if t.Min != "" && decimalLess(s, t.Min) {
		return fmt.Errorf("is less than %s", t.Min)
	}
	if t.Max != "" && decimalLess(t.Max, s) {
		return fmt.Errorf("is more than %s", t.Max)
	}
	return nil
}

// builtinOf returns the built-in type at the bottom of a restriction.
func (v *xmlValidator) builtinOf(id int) string {
	for range 32 {
		t := &v.s.types[id]
		if t.Builtin != "" {
			return t.Builtin
		}
		if t.Of == 0 {
			break
		}
		id = t.Of
	}
	return "string"
}

// normalise treats white space as a built-in type does (XML Schema part 2,
// 4.3.6).
func normalise(builtin, s string) string {
	switch builtin {
	case "string":
		return s
	case "normalizedString":
		return strings.Map(func(r rune) rune {
			if r == '\t' || r == '\n' || r == '\r' {
				return ' '
			}
			return r
		}, s)
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }), " ")
}

var (
	xsdInteger  = lazy(`^[+-]?[0-9]+$`)
	xsdDecimal  = lazy(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$`)
	xsdDate     = lazy(`^-?([1-9][0-9]{3,}|0[0-9]{3})-([0-9]{2})-([0-9]{2})(Z|[+-]([0-9]{2}):([0-9]{2}))?$`)
	xsdDateTime = lazy(`^(-?(?:[1-9][0-9]{3,}|0[0-9]{3})-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?$`)
	// xsdURI is a reference of RFC 3986, after the characters that it would have
	// escaped are.
	xsdURI = lazy(`^([A-Za-z][A-Za-z0-9+.-]*:)?` +
		`(//(([A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?(\[[0-9A-Fa-f:.vV]+\]|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(:[0-9]*)?(/|\?|#|$))?` +
		`([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*` +
		`(\?([A-Za-z0-9._~!$&'()*+,;=:@/?\[\]-]|%[0-9A-Fa-f]{2})*)?` +
		`(#([A-Za-z0-9._~!$&'()*+,;=:@/?\[\]-]|%[0-9A-Fa-f]{2})*)?$`)
)

// builtin checks a built-in type.
func builtin(name, s string) error {
	bad := fmt.Errorf("is no %s", name)
	switch name {
	case "boolean":
		if s != "true" && s != "false" && s != "0" && s != "1" {
			return bad
		}
	case "integer", "nonNegativeInteger", "positiveInteger":
		if !xsdInteger.MatchString(s) {
			return bad
		}
		zero := strings.Trim(s, "+-0") == ""
		if name != "integer" && !zero && s[0] == '-' || name == "positiveInteger" && zero {
			return bad
		}
	case "decimal":
		if !xsdDecimal.MatchString(s) {
			return bad
		}
	case "date":
		if !xsdDay(s) {
			return bad
		}
	case "dateTime":
		m := xsdDateTime.FindStringSubmatch(s)
		if m == nil || !xsdDay(m[1]+m[6]) || m[2] > "24" || m[3] > "59" || m[4] > "59" ||
			m[2] == "24" && (m[3] != "00" || m[4] != "00" || strings.Trim(m[5], ".0") != "") {
			return bad
		}
	case "anyURI":
		if !isAnyURI(s) {
			return bad
		}
	}
	return nil
}

func xsdDay(s string) bool {
	m := xsdDate.FindStringSubmatch(s)
	if m == nil || m[1] == "0000" {
		return false
	}
	y, err := strconv.Atoi(m[1][max(0, len(m[1])-4):])
	month, _ := strconv.Atoi(m[2])
	day, _ := strconv.Atoi(m[3])
	if err != nil || month < 1 || month > 12 || day < 1 {
		return false
	}
	days := []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		days = 29
	}
	if m[5] > "14" || m[5] == "14" && m[6] != "00" || m[6] > "59" {
		return false
	}
	return day <= days
}

// isAnyURI reports a reference of RFC 3986, after every other character has
// been escaped, as XML Schema 1.0 has it (part 2, 3.2.17).
func isAnyURI(s string) bool {
	s = strings.Map(func(r rune) rune {
		if r <= 32 || r >= 127 || strings.ContainsRune(`<>"{}|\^`+"`", r) {
			return '_'
		}
		return r
	}, s)
	if !xsdURI.MatchString(s) {
		return false
	}
	// Without a scheme the first segment of a path has no colon.
	if i := strings.IndexAny(s, ":/?#"); i >= 0 && s[i] == ':' {
		return i > 0 && (s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z') && strings.Trim(s[:i], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-") == ""
	}
	return true
}

// decimalLess compares decimals, or days of four-digit years.
func decimalLess(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX != nil || errY != nil {
		return a < b
	}
	return x < y
}
