package sbom

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/touchmark-dev/touchmark/sbom/internal/strict"
)

// ErrInvalid is the error of a document that [Validate] refuses.
var ErrInvalid = errors.New("not a valid bill of materials")

// A ViolationClass says which rule a [Violation] breaks.
type ViolationClass string

const (
	// SchemaViolation is one that a validator of the published schema finds: the
	// JSON schema or the XML schema of the declared version.
	SchemaViolation ViolationClass = "schema"
	// RuleViolation is one of the specification's text: all of SPDX, of which no
	// schema is carried, and what CycloneDX says beside its schemas.
	RuleViolation ViolationClass = "specification"
	// SyntaxViolation is a text that is not of its encoding at all. What comes
	// after it was not checked.
	SyntaxViolation ViolationClass = "syntax"
)

// A Violation is one place where a document is not what it must be.
type Violation struct {
	// Kind is the keyword or rule that failed, as a stable word: "required",
	// "enum", "pattern", "license". Severity is [ProblemWarning] for what the
	// specification only recommends: it refuses no document. Place is a JSON
	// pointer, an element path, or a line.
	Problem
	Class ViolationClass `json:"class"`
	// Line of the document, where its encoding has lines to speak of.
	Line int `json:"line,omitempty"`
	// Value is what stands there, shortened; nothing where it may be about a
	// person.
	Value string `json:"value,omitempty"`
	// Section is where the rule is written.
	Section string `json:"section,omitempty"`
}

// String returns the violation in one line.
func (v Violation) String() string {
	var b strings.Builder
	b.WriteString(v.Place)
	if v.Line > 0 && !strings.HasPrefix(v.Place, "line ") {
		fmt.Fprintf(&b, " (line %d)", v.Line)
	}
	if b.Len() == 0 {
		b.WriteString("document")
	}
	b.WriteString(": ")
	b.WriteString(v.Message)
	if v.Value != "" && !strings.Contains(v.Message, v.Value) {
		b.WriteString(": " + v.Value)
	}
	if v.Section != "" {
		b.WriteString(" [" + v.Section + "]")
	}
	return b.String()
}

// A Validation is what [Validate] found in one document.
type Validation struct {
	// Name of the file, for a document in an archive.
	Name string `json:"name,omitempty"`
	// What the document says it is.
	Kind        SourceKind `json:"kind"`
	SpecVersion string     `json:"specVersion,omitempty"`
	Encoding    string     `json:"encoding"`
	// Against says what it was held against.
	Against    string      `json:"against,omitempty"`
	Violations []Violation `json:"violations"`
	// More counts those beyond the first 10,000.
	More int `json:"more,omitempty"`

	refused, schemaRefused bool
}

// Valid reports whether the document may pass: it has no violation but
// warnings.
func (v *Validation) Valid() bool { return !v.refused }

// SchemaValid reports whether the document fits the published schema, whatever
// else the specification asks for.
func (v *Validation) SchemaValid() bool { return !v.schemaRefused }

// Err returns nil for a valid document, and an error that wraps [ErrInvalid] and
// names the first violation for any other.
func (v *Validation) Err() error {
	if v.Valid() {
		return nil
	}
	n, first := v.More, ""
	for _, x := range v.Violations {
		if x.Severity == ProblemError {
			if n++; first == "" {
				first = x.String()
			}
		}
	}
	if n == 1 {
		return fmt.Errorf("%w: %s", ErrInvalid, first)
	}
	return fmt.Errorf("%w: %d violations, first %s", ErrInvalid, n, first)
}

// maxViolations bounds a Validation.
const maxViolations = 10_000

// Validate holds a document against the published schema of the version that it
// declares, and reports every violation with its place. It takes what [Read]
// takes, archives and envelopes included, and returns one Validation for each
// document. A document that [Read] would read with Problems is refused here.
//
// CycloneDX in JSON (1.2 to 1.7) and XML (1.0 to 1.7) is held against tables
// made from its JSON and XML schemas, strict ones where there are two: for 1.2
// and 1.3 the variant that refuses unknown members. The verdict is that of a
// validator of these schemas ([Validation.SchemaValid]); rules of the
// specification's text come beside it: package URLs, CPEs, mail addresses and
// licence expressions are well-formed, bom-refs are unique, a licence's name is
// no expression. References that name nothing are warnings.
//
// CycloneDX in protobuf and its text format has no schema that says more than
// the types of fields. What is checked is that it can be decoded, and that the
// fields which this package knows have what the JSON schema of the version
// requires of them.
//
// SPDX 2.0 to 2.3 in every encoding is held against rules written from the
// specification (2.2 and 2.3; the versions before against 2.2): mandatory
// fields, cardinalities, enumerations, the forms of identifiers, times,
// checksums, agents, licence expressions and external references, and that
// references name something. SPDX 3.0 and 3.0.1 in JSON-LD is held against the
// classes, properties and vocabularies of the model of 3.0.1.
//
// A document in JSON is in memory as a whole, up to Limits.Bytes; in XML only
// its identifiers are. Errors are those of [Read]: [ErrFormat] for what is no
// document of a known format, [ErrLimit] beyond the limits, those of r and ctx.
func Validate(ctx context.Context, r io.Reader, opts *ReadOptions) ([]Validation, error) {
	var o ReadOptions
	if opts != nil {
		o = *opts
	}
	in := &input{ctx: ctx, limits: o.Limits.withDefaults()}
	raw := &rawReader{in, r}
	var out []Validation
	rd := &reading{in: in}
	rd.each = func(br *bufio.Reader, name string) error {
		v := &validator{ctx: ctx, limits: in.limits, out: Validation{Name: name, Violations: []Violation{}}}
		if err := v.document(br); err != nil {
			if in.err != nil {
				return in.err
			}
			if errors.Is(err, strict.ErrDepth) || errors.Is(err, strict.ErrWork) || errors.Is(err, strict.ErrValue) {
				err = limitError("%v", err)
			}
			return err
		}
		out = append(out, v.out)
		rd.docs = append(rd.docs, part{name, newBuilder(in.limits)})
		return nil
	}
	err := rd.layer(raw, "", 0)
	if in.err != nil {
		err = in.err
	}
	if isDamage(err) && in.err == nil {
		err = fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, raw)
	}
	if err != nil {
		return nil, fmt.Errorf("validate bill of materials: %w", err)
	}
	if len(out) > 0 {
		// A tar that breaks off.
		for _, d := range rd.docs {
			for _, p := range d.b.doc.Problems {
				out[0].add(Violation{Problem: p, Class: SyntaxViolation})
			}
		}
	}
	return out, nil
}

// add keeps a violation.
func (v *Validation) add(x Violation) {
	if x.Severity == "" {
		x.Severity = ProblemError
	}
	if x.Severity == ProblemError {
		v.refused = true
		if x.Class != RuleViolation {
			v.schemaRefused = true
		}
	}
	if len(v.Violations) >= maxViolations {
		v.More++
		return
	}
	v.Violations = append(v.Violations, x)
}

// A validator validates one document.
type validator struct {
	ctx    context.Context
	limits Limits
	out    Validation
	lines  bool // places are lines
}

// about matches the places of values that may be about a person.
var about = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(/contact|/author|/creator|/annotator|/reviewer|/contributor|/individual|/email|/supplier|/originator|/publisher|/committer|/signator|Person|/createdBy)`)
})

func (v *validator) report(x strict.Violation) {
	p := Violation{Problem: Problem{Kind: x.Rule, Severity: ProblemError, Place: x.Place, Message: x.Message},
		Class: RuleViolation, Line: x.Line, Value: x.Value, Section: x.Section}
	if x.Advice {
		p.Severity = ProblemWarning
	}
	if x.Schema {
		p.Class = SchemaViolation
	}
	if x.Rule == "syntax" {
		p.Class = SyntaxViolation
	}
	if v.lines && x.Line > 0 {
		p.Place = place(x.Line)
		if i := strings.LastIndexByte(x.Place, '/'); i >= 0 && x.Place[i+1:] != "" && !isIndex(x.Place[i+1:]) {
			p.Message = x.Place[i+1:] + " " + p.Message
		}
	}
	if about().MatchString(x.Place) || about().MatchString(x.Value) {
		p.Value = ""
	}
	p.Value = withoutMail(p.Value)
	v.out.add(p)
}

func isIndex(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}

func (v *validator) syntax(place string, line int, format string, args ...any) {
	v.out.add(Violation{Problem: Problem{Kind: "syntax", Severity: ProblemError, Place: place, Message: fmt.Sprintf(format, args...)}, Class: SyntaxViolation, Line: line})
}

func (v *validator) rule(kind, place, format string, args ...any) {
	v.out.add(Violation{Problem: Problem{Kind: kind, Severity: ProblemError, Place: place, Message: fmt.Sprintf(format, args...)}, Class: SchemaViolation})
}

// document tells the encoding as [Read] does.
func (v *validator) document(br *bufio.Reader) error {
	head, err := br.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	wide, mark := false, false
	if order := utf16Order(head); order != 0 {
		br = bufio.NewReaderSize(&utf16Reader{r: br, big: order > 0}, 64<<10)
		wide = true
	} else if mark = bytes.HasPrefix(head, []byte("\xef\xbb\xbf")); mark {
		_, _ = br.Discard(3)
	}
	head, err = br.Peek(32 << 10)
	if err != nil && !isDamage(err) {
		return err
	}
	text := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(text) == 0:
		return fmt.Errorf("%w: it is empty", ErrFormat)
	case text[0] == '{' || text[0] == '[':
		return v.json(br, wide, mark)
	case text[0] == '<':
		return v.xml(br)
	case looksYAML(text):
		return v.yaml(br)
	case looksTagValue(text):
		return v.tagValue(br)
	case looksProtobuf(head):
		return v.protobuf(br)
	case looksTextproto(string(text)):
		return v.textproto(br, mark)
	case looksBuildroot(text), looksOpenWrt(text):
		v.out.Encoding = "text"
		v.rule("no-schema", "", "a manifest of packages, of which there is no published schema")
		_, err := io.Copy(io.Discard, br)
		return err
	}
	return ErrFormat
}

// whole reads what is left, up to the limits that the layers hold.
func (v *validator) whole(r io.Reader) (string, error) {
	var b strings.Builder
	_, err := io.Copy(&b, r)
	if isDamage(err) {
		v.syntax("", 0, "the document breaks off: %v", err)
		err = nil
	}
	return b.String(), err
}

func (v *validator) json(br *bufio.Reader, wide, mark bool) error {
	src, err := v.whole(br)
	if err != nil {
		return err
	}
	base := ""
	for range 4 {
		t, err := strict.ParseJSON(src, v.limits.Depth)
		var bad *strict.SyntaxError
		if errors.As(err, &bad) {
			// What format it is shows in what stands before.
			if !jsonLooksKnown(src) {
				return fmt.Errorf("%w: JSON: %w", ErrFormat, err)
			}
			v.out.Encoding = "json"
			v.syntax("offset "+strconv.Itoa(bad.Offset), 0, "the document is no JSON: %s", bad.Message)
			return nil
		} else if err != nil {
			return err
		}
		if t.Nodes[1].Kind != strict.Object {
			return ErrFormat
		}
		inner, name := strict.Wrapped(t)
		if inner == "" {
			return v.jsonTree(t, len(src), base, wide, mark)
		}
		if name != "predicate" && base == "" {
			v.rule("wrapped", base, "the document stands inside a member %q", name)
		}
		src, base = inner, base+"/"+name
	}
	return ErrFormat
}

// jsonLooksKnown reports a broken text that has a member of a known format.
func jsonLooksKnown(src string) bool {
	for _, m := range []string{`"bomFormat"`, `"specVersion"`, `"spdxVersion"`, `"SPDXID"`, `"@graph"`, `"@context"`, `"components"`, `"packages"`, `"artifacts"`} {
		if strings.Contains(src, m) {
			return true
		}
	}
	return false
}

func (v *validator) jsonTree(t *strict.Tree, size int, base string, wide, mark bool) error {
	src := &v.out
	src.Encoding = "json"
	if wide {
		defer v.rule("encoding", "", "JSON is UTF-8 (RFC 8259, 8.1), and this is UTF-16")
	}
	if mark {
		v.out.add(Violation{Problem: Problem{Kind: "byte-order-mark", Severity: ProblemError, Message: "JSON must begin without a byte order mark (RFC 8259, 8.1)"}, Class: SyntaxViolation})
	}
	has := func(names ...string) bool {
		for _, n := range names {
			if t.Member(1, n) != 0 {
				return true
			}
		}
		return false
	}
	switch {
	case has("@graph", "@context") && !has("spdxVersion", "SPDXID", "bomFormat"):
		src.Kind, src.Encoding, src.SpecVersion = SourceSPDX, "json-ld", strict.SPDX3Version(t)
		return v.spdx3(t, size, base)
	case has("bomFormat") || !has("spdxVersion", "SPDXID", "packages", "documentNamespace", "dataLicense") && has("specVersion", "components", "serialNumber", "dependencies", "vulnerabilities", "metadata"):
		src.Kind = SourceCycloneDX
		return v.cyclonedxTree(t, size, base)
	case has("spdxVersion", "SPDXID", "packages", "documentNamespace", "dataLicense", "documentDescribes"):
		src.Kind = SourceSPDX
		return v.spdx2(t, size, base)
	case has("artifacts", "artifactRelationships"):
		src.Kind = SourceSyft
		v.rule("no-schema", "", "Syft's own format, whose schemas are not among those that are checked")
		return nil
	}
	return ErrFormat
}

func (v *validator) cyclonedxTree(t *strict.Tree, size int, base string) error {
	version, known := strict.JSONVersion(t)
	v.out.SpecVersion = version
	if !known {
		if version == "" {
			v.rule("required", base, `member "specVersion" is missing or no string: the document does not say which version of CycloneDX it is`)
		} else {
			v.rule("version", base+"/specVersion", "there is no schema of CycloneDX %s in JSON", strconv.Quote(clip(version)))
		}
		if name := t.Text(1, "bomFormat"); name != "CycloneDX" {
			v.rule("enum", base+"/bomFormat", `is not "CycloneDX"`)
		}
		return nil
	}
	v.against("JSON schema of CycloneDX " + version)
	if err := strict.CheckJSON(v.ctx, t, size, version, base, v.report); err != nil {
		return err
	}
	return strict.NewCycloneDXRules(version, true, v.report).Tree(v.ctx, t, size, base)
}

func (v *validator) against(what string) {
	if module, version, err := strict.Source(); err == nil {
		what += ", from " + module + " " + version
	}
	v.out.Against = what
}

func (v *validator) spdx2(t *strict.Tree, size int, base string) error {
	n := t.Text(1, "spdxVersion")
	version, ok := strings.CutPrefix(n, "SPDX-")
	v.out.SpecVersion = version
	if ok && strings.HasPrefix(version, "1.") {
		v.rule("version", base, "there are no rules for SPDX %s here, only for 2.0 and later", clip(version))
		return nil
	}
	if !ok || !strings.HasPrefix(version, "2.") || len(version) != 3 || version > "2.3" {
		version = "2.3"
	}
	v.out.Against = "specification of SPDX " + max(version, "2.2")
	return strict.CheckSPDX2(v.ctx, t, size, version, v.out.Encoding, base, v.report)
}

func (v *validator) spdx3(t *strict.Tree, size int, base string) error {
	v.out.Against = "model of SPDX 3.0.1"
	return strict.CheckSPDX3(v.ctx, t, size, base, v.report)
}

func (v *validator) xml(br *bufio.Reader) error {
	b := newBuilder(v.limits)
	src := &xmlSource{r: br, limit: int64(v.limits.Value) + 1<<16}
	dec := xml.NewDecoder(src)
	dec.CharsetReader = charsetReader
	x := &xmlReader{ctx: v.ctx, dec: dec, src: src, b: b}
	line := func() int { l, _ := dec.InputPos(); return l }
	broken := func(err error) error {
		if !isXMLSyntax(err) {
			return err
		}
		v.syntax(place(line()), line(), "the document is no XML: %v", err)
		return nil
	}
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
		v.out.Encoding = "xml"
		switch root.Name.Local {
		case "bom":
			v.out.Kind = SourceCycloneDX
			version, known := strict.XMLVersion(root.Name.Space)
			v.out.SpecVersion = version
			if !known {
				v.rule("namespace", "/bom", "namespace %s is none of CycloneDX 1.0 to 1.7", strconv.Quote(clip(root.Name.Space)))
				return nil
			}
			v.against("XML schema of CycloneDX " + version)
			rules := strict.NewCycloneDXRules(version, false, v.report)
			xs := &strict.XMLSource{Token: x.token, Line: line, Depth: v.limits.Depth, Value: v.limits.Value, Element: rules.Element, Text: rules.Text}
			if err := strict.CheckXML(v.ctx, xs, root, version, v.report); err != nil {
				return broken(err)
			}
			rules.Finish()
		case "Document", "SpdxDocument":
			v.out.Kind = SourceSPDX
			t, err := strict.ParseSPDX2XML(&strict.XMLSource{Token: x.token, Line: line, Depth: v.limits.Depth, Value: v.limits.Value})
			if err != nil {
				return broken(err)
			}
			return v.spdx2(t, len(t.Nodes)*64, "")
		case "RDF":
			v.out.Kind, v.out.Encoding = SourceSPDX, "rdf"
			return v.rdf(x, broken)
		default:
			return fmt.Errorf("%w: XML with root element %q", ErrFormat, clip(root.Name.Local))
		}
		for {
			tok, err := x.token()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return broken(err)
			}
			if _, ok := tok.(xml.StartElement); ok {
				v.syntax(place(line()), line(), "a second root element")
				return nil
			}
		}
	}
}

func (v *validator) yaml(br *bufio.Reader) error {
	data, err := readWhole(br, "YAML")
	if err != nil {
		return err
	}
	v.out.Encoding = "yaml"
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return fmt.Errorf("%w: YAML: %w", ErrFormat, err)
	}
	root := &doc
	for root.Kind == yaml.DocumentNode && len(root.Content) > 0 {
		root = root.Content[0]
	}
	if root.Kind != yaml.MappingNode {
		return ErrFormat
	}
	t := strict.NewTree()
	left := 4096 + 4*len(data)
	var value func(parent int32, key string, n *yaml.Node, depth int) error
	value = func(parent int32, key string, n *yaml.Node, depth int) error {
		for n.Kind == yaml.AliasNode && depth <= v.limits.Depth {
			n = n.Alias
			depth++
		}
		if depth > v.limits.Depth {
			return limitError("YAML nested deeper than %d at line %d", v.limits.Depth, n.Line)
		}
		if left--; left < 0 {
			return limitError("YAML whose aliases make much more of it than it is")
		}
		node := strict.Node{Kind: strict.String, Key: key, Text: n.Value, Line: int32(n.Line)}
		switch n.Kind {
		case yaml.MappingNode:
			node.Kind = strict.Object
			i := t.Add(parent, node)
			for k := 0; k+1 < len(n.Content); k += 2 {
				if err := value(i, n.Content[k].Value, n.Content[k+1], depth+1); err != nil {
					return err
				}
			}
			return nil
		case yaml.SequenceNode:
			node.Kind = strict.Array
			i := t.Add(parent, node)
			for _, e := range n.Content {
				if err := value(i, "", e, depth+1); err != nil {
					return err
				}
			}
			return nil
		}
		switch n.ShortTag() {
		case "!!null":
			node.Kind = strict.Null
		case "!!bool":
			node.Kind, node.Text = strict.Boolean, strings.ToLower(n.Value)
		case "!!int", "!!float":
			node.Kind = strict.Number
		}
		t.Add(parent, node)
		return nil
	}
	if err := value(0, "", root, 0); err != nil {
		return err
	}
	if t.Member(1, "bomFormat") != 0 {
		v.out.Kind = SourceCycloneDX
		return v.cyclonedxTree(t, len(data), "")
	}
	v.out.Kind = SourceSPDX
	return v.spdx2(t, len(data), "")
}

func (v *validator) tagValue(br *bufio.Reader) error {
	src, err := v.whole(br)
	if err != nil {
		return err
	}
	v.out.Kind, v.out.Encoding, v.lines = SourceSPDX, "tag-value", true
	return v.spdx2(strict.ParseTagValue(src, v.report), len(src), "")
}
