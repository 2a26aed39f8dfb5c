package sbom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// CycloneDX in the text format of protobuf
// (https://protobuf.dev/reference/protobuf/textformat-spec/), by the same table
// as the binary one.

// maxWhole bounds the encodings that are read as a whole: they are written by
// hand or by tests.
const maxWhole = 64 << 20

// readWhole reads all of a document that cannot be read in parts.
func readWhole(r io.Reader, encoding string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxWhole+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxWhole {
		return nil, limitError("%s of more than %d bytes", encoding, maxWhole)
	}
	return data, nil
}

func looksTextproto(head string) bool {
	for line := range strings.Lines(head) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, _, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, "{")
		f := bomMessage().byText(strings.TrimSpace(name))
		return f != nil && strings.ContainsAny(line, ":{") && (strings.Contains(line, `"`) || strings.Contains(line, "{"))
	}
	return false
}

func readTextproto(ctx context.Context, r io.Reader, b *builder) error {
	data, err := readWhole(r, "textproto")
	if err != nil {
		return err
	}
	b.doc.Source.Kind, b.doc.Source.Encoding = SourceCycloneDX, "textproto"
	c := &cyclonedx{b: b, hasFormat: true}
	p := &textReader{s: string(data), line: 1, b: b}
	counts := map[string]int{}
	for err == nil {
		if err = ctx.Err(); err != nil {
			return err
		}
		p.space()
		if p.s == "" {
			break
		}
		err = p.rootField(c, counts)
	}
	if err != nil {
		if errors.Is(err, ErrLimit) {
			return err
		}
		b.clear()
		b.problem("broken-textproto", ProblemError, place(p.line), "the document breaks off: %v; what stands before is read", err)
	}
	c.finish()
	return nil
}

type textReader struct {
	s    string // what is left
	line int
	b    *builder
	t    tree
}

var errText = errors.New("not textproto")

func (p *textReader) rootField(f format, counts map[string]int) error {
	name, err := p.name()
	if err != nil {
		return err
	}
	field := bomMessage().byText(name)
	if field != nil && f.wants(field.name) == skip {
		field = nil
	}
	return p.values(0, func() error {
		p.t.reset("")
		if field == nil {
			return p.value(0, nil, 0)
		}
		p.t.place = "/" + field.name
		if field.repeated {
			p.t.place += "/" + strconv.Itoa(counts[field.name])
			counts[field.name]++
		}
		if err := p.value(0, field, 0); err != nil {
			return err
		}
		f.accept(field.name, p.t.seal())
		return nil
	})
}

// field reads what follows a name inside a message. Without a description of
// the field it is skipped.
func (p *textReader) field(to int32, f *protoField, depth int) error {
	return p.values(depth, func() error { return p.value(to, f, depth) })
}

// values calls f for the one value that follows a name, or for each of a list.
func (p *textReader) values(depth int, f func() error) error {
	if depth > p.b.limits.Depth {
		return limitError("textproto nested deeper than %d at line %d", p.b.limits.Depth, p.line)
	}
	p.take(':')
	if !p.take('[') {
		err := f()
		p.separator()
		return err
	}
	for !p.take(']') {
		if err := f(); err != nil {
			return err
		}
		if !p.take(',') && !strings.HasPrefix(p.s, "]") {
			return fmt.Errorf("%w: a list without end", errText)
		}
	}
	p.separator()
	return nil
}

func (p *textReader) separator() {
	if !p.take(',') {
		p.take(';')
	}
}

func (p *textReader) value(to int32, f *protoField, depth int) error {
	p.space()
	switch {
	case p.s == "":
		return io.ErrUnexpectedEOF
	case p.s[0] == '{' || p.s[0] == '<':
		end := byte('}')
		if p.s[0] == '<' {
			end = '>'
		}
		p.s = p.s[1:]
		return p.message(to, f, end, depth)
	case p.s[0] == '"' || p.s[0] == '\'':
		s, err := p.quoted()
		if err != nil {
			return err
		}
		switch {
		case f == nil:
		case f.kind == protoEnum:
			err = p.enum(to, f, string(s))
		default:
			// What belongs into another kind of field the format says.
			_, err = p.t.addText(to, f.name, text, s)
		}
		return err
	}
	i := 0
	for i < len(p.s) && !strings.ContainsRune(" \t\r\n,;]}>{#\"'", rune(p.s[i])) {
		i++
	}
	if i == 0 {
		return fmt.Errorf("%w: %q is no value", errText, p.s[:1])
	}
	word := p.s[:i]
	p.s = p.s[i:]
	if f == nil {
		return nil
	}
	switch f.kind {
	case protoEnum:
		return p.enum(to, f, word)
	case protoInt, protoFloat:
		_, err := p.t.addText(to, f.name, number, []byte(strings.TrimRight(word, "fF")))
		return err
	}
	kind := number
	if word == "true" || word == "false" {
		kind = boolean
	}
	_, err := p.t.addText(to, f.name, kind, []byte(word))
	return err
}

func (p *textReader) enum(to int32, f *protoField, word string) error {
	plain := func(s string) string { return strings.ToUpper(strings.NewReplacer("_", "", "-", "").Replace(s)) }
	w := plain(strings.TrimPrefix(word, f.prefix))
	for i, s := range f.enum {
		if plain(s) == w || strconv.Itoa(i) == word {
			if s != "-" {
				_, err := p.t.addText(to, f.name, text, []byte(s))
				return err
			}
			return nil
		}
	}
	if w != "NULL" && w != "UNSPECIFIED" {
		p.b.problem("unknown-enum", ProblemError, place(p.line), "%s has no value %q; left out", f.name, clip(word))
	}
	return nil
}

func (p *textReader) message(to int32, f *protoField, end byte, depth int) error {
	at := to
	var m *protoMessage
	var err error
	stamp := f != nil && f.kind == protoTime
	var sec, nano int64
	if f != nil && f.kind == protoMsg {
		m = f.message
		if at, err = p.t.add(to, f.name, group); err != nil {
			return err
		}
	}
	for !p.take(end) {
		name, err := p.name()
		if err != nil {
			return err
		}
		var field *protoField
		if m != nil {
			field = m.byText(name)
		}
		if stamp && p.take(':') {
			p.space()
			i := strings.IndexFunc(p.s, func(r rune) bool { return (r < '0' || r > '9') && r != '-' })
			if i < 0 {
				return io.ErrUnexpectedEOF
			}
			v, _ := strconv.ParseInt(p.s[:i], 10, 64) // out of range reads as a bound, which addTime leaves out
			p.s = p.s[i:]
			if name == "seconds" {
				sec = v
			} else {
				nano = v
			}
			p.separator()
			continue
		}
		to := at
		if field != nil && field.repeated {
			if to, err = p.t.listOf(at, field.name); err != nil {
				return err
			}
		}
		if err := p.field(to, field, depth+1); err != nil {
			return err
		}
	}
	if stamp {
		return p.t.addTime(to, f.name, sec, nano)
	}
	return nil
}

// name reads a field's name, or an extension's in brackets.
func (p *textReader) name() (string, error) {
	p.space()
	i := 0
	for i < len(p.s) && !strings.ContainsRune(" \t\r\n:{<,;}>#\"'", rune(p.s[i])) {
		i++
	}
	if i == 0 {
		if p.s == "" {
			return "", io.ErrUnexpectedEOF
		}
		return "", fmt.Errorf("%w: a field's name expected and %q found", errText, p.s[:1])
	}
	name := p.s[:i]
	p.s = p.s[i:]
	p.space()
	return name, nil
}

// space skips white space and comments.
func (p *textReader) space() {
	for p.s != "" {
		switch p.s[0] {
		case '\n':
			p.line++
			p.s = p.s[1:]
		case ' ', '\t', '\r':
			p.s = p.s[1:]
		case '#':
			if i := strings.IndexByte(p.s, '\n'); i >= 0 {
				p.s = p.s[i:]
			} else {
				p.s = ""
			}
		default:
			return
		}
	}
}

func (p *textReader) take(c byte) bool {
	p.space()
	if p.s != "" && p.s[0] == c {
		p.s = p.s[1:]
		return true
	}
	return false
}

// quoted reads one string, or several that stand side by side and are one.
func (p *textReader) quoted() ([]byte, error) {
	var out []byte
	for {
		p.space()
		if p.s == "" || p.s[0] != '"' && p.s[0] != '\'' {
			return out, nil
		}
		quote := p.s[0]
		i := 1
		for i < len(p.s) && p.s[i] != quote {
			c := p.s[i]
			switch {
			case c == '\n':
				return nil, fmt.Errorf("%w: a string without end", errText)
			case c != '\\':
				out = append(out, c)
				i++
				continue
			case i+1 >= len(p.s):
				return nil, io.ErrUnexpectedEOF
			}
			n := 2
			switch c := p.s[i+1]; c {
			case 'n':
				out = append(out, '\n')
			case 't':
				out = append(out, '\t')
			case 'r':
				out = append(out, '\r')
			case 'a', 'b', 'f', 'v':
				out = append(out, ' ')
			case 'x', 'X':
				k := digits(p.s[i+2:], 2, 16)
				v, _ := strconv.ParseUint(p.s[i+2:i+2+k], 16, 8)
				out = append(out, byte(v))
				n += k
			case 'u', 'U':
				k := digits(p.s[i+2:], map[byte]int{'u': 4, 'U': 8}[c], 16)
				v, _ := strconv.ParseUint(p.s[i+2:i+2+k], 16, 32)
				out = append(out, string(rune(v))...)
				n += k
			case '0', '1', '2', '3', '4', '5', '6', '7':
				k := digits(p.s[i+1:], 3, 8)
				v, _ := strconv.ParseUint(p.s[i+1:i+1+k], 8, 16)
				out = append(out, byte(v))
				n = 1 + k
			default:
				out = append(out, c)
			}
			i += n
		}
		if i >= len(p.s) {
			return nil, io.ErrUnexpectedEOF
		}
		p.s = p.s[i+1:]
	}
}

// digits counts the digits of a base at the beginning of s, at most n.
func digits(s string, n, base int) int {
	k := 0
	for k < len(s) && k < n {
		if _, err := strconv.ParseUint(s[k:k+1], base, 8); err != nil {
			break
		}
		k++
	}
	return k
}
