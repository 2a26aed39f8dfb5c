package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// The cyclonedx-go module has no .proto files. Their table is written from a
// checkout of github.com/CycloneDX/specification, with
// "go run ./internal/generate -proto DIR REVISION", and records the revision.

var protoScalars = strings.Fields("double float int32 int64 uint32 uint64 sint32 sint64 fixed32 fixed64 sfixed32 sfixed64 bool string bytes")

// protoTable returns the table of bom-1.3.proto to bom-1.7.proto in dir: for
// each version, the messages and enumerations that the version before does not
// have, or has otherwise; a field has a number, a name, a type, and "plain",
// "optional", "repeated" or the oneof that it is of.
func protoTable(dir, revision string) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Messages of CycloneDX in protobuf, from schema/bom-1.N.proto of\n# github.com/CycloneDX/specification at %s.\n", revision)
	before := map[string]string{}
	for _, v := range []string{"1.3", "1.4", "1.5", "1.6", "1.7"} {
		data, err := os.ReadFile(filepath.Join(dir, "schema", "bom-"+v+".proto"))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "version %s\n", v)
		p := &protoParser{toks: protoTokens(string(data))}
		if err := p.file(&b, before); err != nil {
			return nil, fmt.Errorf("bom-%s.proto: %w", v, err)
		}
	}
	return b.Bytes(), nil
}

var protoToken = regexp.MustCompile(`//[^\n]*|/\*(?s:.*?)\*/|"[^"]*"|[A-Za-z_][A-Za-z0-9_.]*|-?[0-9]+|[^\s]`)

func protoTokens(src string) []string {
	var out []string
	for _, t := range protoToken.FindAllString(src, -1) {
		if !strings.HasPrefix(t, "//") && !strings.HasPrefix(t, "/*") {
			out = append(out, t)
		}
	}
	return out
}

type protoField struct{ number, name, typ, label string }

type protoMessage struct {
	name   string
	fields []protoField
}

type protoParser struct {
	toks     []string
	at       int
	messages []protoMessage
	enums    map[string][]string
	order    []string
}

func (p *protoParser) next() string {
	if p.at >= len(p.toks) {
		return ""
	}
	p.at++
	return p.toks[p.at-1]
}

func (p *protoParser) until(end string) {
	for p.at < len(p.toks) && p.next() != end {
	}
}

func (p *protoParser) file(out *bytes.Buffer, before map[string]string) error {
	put := func(name, text string) {
		if before[name] != text {
			out.WriteString(text)
			before[name] = text
		}
	}
	p.enums = map[string][]string{}
	for p.at < len(p.toks) {
		switch t := p.next(); t {
		case "syntax", "package", "import", "option":
			p.until(";")
		case "message":
			if err := p.message(""); err != nil {
				return err
			}
		case "enum":
			p.enum("")
		case ";":
		default:
			return fmt.Errorf("%q is not implemented", t)
		}
	}
	known := func(name string) bool {
		return p.enums[name] != nil || slices.ContainsFunc(p.messages, func(m protoMessage) bool { return m.name == name })
	}
	for _, m := range p.messages {
		var b strings.Builder
		fmt.Fprintf(&b, "message %s\n", m.name)
		for _, f := range m.fields {
			typ := f.typ
			if typ == "google.protobuf.Timestamp" {
				typ = "Timestamp"
			} else if !slices.Contains(protoScalars, typ) {
				scope := m.name
				for !known(strings.TrimPrefix(scope+"."+typ, ".")) {
					if scope == "" {
						return fmt.Errorf("%s.%s: type %q is not known", m.name, f.name, typ)
					}
					scope = scope[:max(0, strings.LastIndexByte(scope, '.'))]
				}
				typ = strings.TrimPrefix(scope+"."+typ, ".")
			}
			fmt.Fprintf(&b, "\t%s %s %s %s\n", f.number, f.name, typ, f.label)
		}
		put("message "+m.name, b.String())
	}
	for _, name := range p.order {
		put("enum "+name, fmt.Sprintf("enum %s %s\n", name, strings.Join(p.enums[name], " ")))
	}
	return nil
}

func (p *protoParser) enum(scope string) {
	name := scope + p.next()
	p.next() // {
	p.order = append(p.order, name)
	for t := p.next(); t != "}" && t != ""; t = p.next() {
		if t == "option" || t == "reserved" {
			p.until(";")
			continue
		}
		p.next() // =
		p.enums[name] = append(p.enums[name], p.next()+"="+t)
		p.until(";")
	}
}

func (p *protoParser) message(scope string) error {
	m := protoMessage{name: scope + p.next()}
	if p.next() != "{" {
		return fmt.Errorf("%s: no body", m.name)
	}
	at := len(p.messages)
	p.messages = append(p.messages, m)
	oneof := ""
	for {
		t := p.next()
		label := "plain"
		switch t {
		case "":
			return fmt.Errorf("%s does not end", m.name)
		case "}":
			if oneof != "" {
				oneof = ""
				continue
			}
			p.messages[at] = m
			return nil
		case ";":
			continue
		case "option", "reserved":
			p.until(";")
			continue
		case "message":
			if err := p.message(m.name + "."); err != nil {
				return err
			}
			continue
		case "enum":
			p.enum(m.name + ".")
			continue
		case "oneof":
			oneof = p.next()
			p.next() // {
			continue
		case "map", "extensions", "group", "extend":
			return fmt.Errorf("%s: %s is not implemented", m.name, t)
		case "optional", "repeated":
			label, t = t, p.next()
		}
		if oneof != "" {
			label = "oneof:" + oneof
		}
		f := protoField{typ: t, label: label, name: p.next()}
		if p.next() != "=" {
			return fmt.Errorf("%s.%s: no number", m.name, f.name)
		}
		f.number = p.next()
		p.until(";")
		m.fields = append(m.fields, f)
	}
}
