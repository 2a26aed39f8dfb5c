package sbom

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// CycloneDX 1.3 to 1.7 in protobuf, by the field numbers of its schemas
// (schema/bom-1.N.proto of github.com/CycloneDX/specification at e02a34ae).
// The numbers did not change between versions, so one table serves all; each
// message becomes a tree of the shape of the JSON encoding.

// A protoField is what a reader needs to know of one field of a message.
type protoField struct {
	number   protowire.Number
	text     string // name in the text format
	name     string // of the JSON member
	repeated bool
	kind     protoKind
	message  *protoMessage
	enum     []string // JSON words of an enumeration, by number
	prefix   string   // of an enumeration's names in the text format
}

type protoKind uint8

const (
	protoString protoKind = iota
	protoMsg
	protoEnum
	protoInt
	protoFloat
	protoTime
)

type protoMessage struct{ fields []protoField }

func (m *protoMessage) byNumber(n protowire.Number) *protoField {
	for i := range m.fields {
		if m.fields[i].number == n {
			return &m.fields[i]
		}
	}
	return nil
}

func (m *protoMessage) byText(s string) *protoField {
	for i := range m.fields {
		if f := &m.fields[i]; f.text == s || f.name == s {
			return f
		}
	}
	return nil
}

// bomMessage is the root of the table.
var bomMessage = sync.OnceValue(func() *protoMessage {
	str := func(n protowire.Number, text, name string) protoField {
		return protoField{number: n, text: text, name: name}
	}
	strs := func(n protowire.Number, text, name string) protoField {
		return protoField{number: n, text: text, name: name, repeated: true}
	}
	msg := func(n protowire.Number, text, name string, m *protoMessage) protoField {
		return protoField{number: n, text: text, name: name, kind: protoMsg, message: m}
	}
	msgs := func(n protowire.Number, text, name string, m *protoMessage) protoField {
		return protoField{number: n, text: text, name: name, kind: protoMsg, message: m, repeated: true}
	}
	enum := func(n protowire.Number, name, prefix, words string) protoField {
		return protoField{number: n, text: name, name: name, kind: protoEnum, prefix: prefix, enum: strings.Fields(words)}
	}
	stamp := func(n protowire.Number, name string) protoField {
		return protoField{number: n, text: name, name: name, kind: protoTime}
	}
	const none = "- " // the zero of an enumeration that says nothing

	contact := &protoMessage{[]protoField{str(1, "name", "name"), str(2, "email", "email")}}
	address := &protoMessage{[]protoField{str(2, "country", "country")}}
	entity := &protoMessage{[]protoField{str(1, "name", "name"), strs(2, "url", "url"),
		msgs(3, "contact", "contact", contact), msg(5, "address", "address", address)}}
	hash := &protoMessage{[]protoField{
		enum(1, "alg", "HASH_ALG_", none+`MD5 SHA-1 SHA-256 SHA-384 SHA-512 SHA3-256 SHA3-384 SHA3-512 BLAKE2b-256
			BLAKE2b-384 BLAKE2b-512 BLAKE3 Streebog-256 Streebog-512`),
		str(2, "value", "content")}}
	license := &protoMessage{[]protoField{str(1, "id", "id"), str(2, "name", "name")}}
	choice := &protoMessage{[]protoField{msg(1, "license", "license", license), str(2, "expression", "expression")}}
	reference := &protoMessage{[]protoField{
		enum(1, "type", "EXTERNAL_REFERENCE_TYPE_", `other vcs issue-tracker website advisories bom mailing-list social chat
			documentation support distribution license build-meta build-system security-contact attestation threat-model
			adversary-model risk-assessment distribution-intake vulnerability-assertion exploitability-statement pentest-report
			static-analysis-report dynamic-analysis-report runtime-analysis-report component-analysis-report maturity-report
			certification-report quality-metrics codified-infrastructure model-card poam log configuration evidence formulation
			source-distribution electronic-signature digital-signature rfc-9116 release-notes patent patent-family
			patent-assertion citation`),
		str(2, "url", "url")}}
	property := &protoMessage{[]protoField{str(1, "name", "name"), str(2, "value", "value")}}
	method := &protoMessage{[]protoField{
		enum(1, "technique", "EVIDENCE_TECHNIQUE_", `source-code-analysis binary-analysis manifest-analysis ast-fingerprint
			hash-comparison instrumentation dynamic-analysis filename attestation other`),
		{number: 2, text: "confidence", name: "confidence", kind: protoFloat},
		str(3, "value", "value")}}
	identity := &protoMessage{[]protoField{
		enum(1, "field", "EVIDENCE_FIELD_", none+"group name version purl cpe swid hash omniborId swhid"),
		{number: 2, text: "confidence", name: "confidence", kind: protoFloat},
		msgs(3, "methods", "methods", method)}}
	occurrence := &protoMessage{[]protoField{str(2, "location", "location"),
		{number: 4, text: "offset", name: "offset", kind: protoInt}, str(6, "additionalContext", "additionalContext")}}
	evidence := &protoMessage{[]protoField{msgs(3, "identity", "identity", identity), msgs(4, "occurrences", "occurrences", occurrence)}}
	notes := &protoMessage{[]protoField{stamp(6, "timestamp")}}

	component := &protoMessage{}
	component.fields = []protoField{
		enum(1, "type", "CLASSIFICATION_", none+`application framework library operating-system device file container firmware
			device-driver platform machine-learning-model data cryptographic-asset`),
		str(3, "bom_ref", "bom-ref"), msg(4, "supplier", "supplier", entity), str(5, "author", "author"),
		str(6, "publisher", "publisher"), str(7, "group", "group"), str(8, "name", "name"), str(9, "version", "version"),
		str(10, "description", "description"), enum(11, "scope", "SCOPE_", none+"required optional excluded"),
		msgs(12, "hashes", "hashes", hash), msgs(13, "licenses", "licenses", choice), str(15, "cpe", "cpe"), str(16, "purl", "purl"),
		msgs(20, "external_references", "externalReferences", reference), msgs(21, "components", "components", component),
		msgs(22, "properties", "properties", property), msg(23, "evidence", "evidence", evidence),
		msg(24, "releaseNotes", "releaseNotes", notes), msg(28, "manufacturer", "manufacturer", entity),
		msgs(29, "authors", "authors", contact),
	}
	service := &protoMessage{}
	service.fields = []protoField{
		str(1, "bom_ref", "bom-ref"), msg(2, "provider", "provider", entity), str(3, "group", "group"), str(4, "name", "name"),
		str(5, "version", "version"), strs(7, "endpoints", "endpoints"),
		msgs(12, "external_references", "externalReferences", reference), msgs(13, "services", "services", service),
		msgs(14, "properties", "properties", property),
	}
	dependency := &protoMessage{}
	dependency.fields = []protoField{str(1, "ref", "ref"), msgs(2, "dependencies", "dependsOn", dependency), strs(3, "provides", "provides")}
	tool := &protoMessage{[]protoField{str(2, "name", "name"), str(3, "version", "version"),
		msgs(6, "components", "components", component), msgs(7, "services", "services", service)}}
	metadata := &protoMessage{[]protoField{
		stamp(1, "timestamp"), msgs(2, "tools", "tools", tool), msgs(3, "authors", "authors", contact),
		msg(4, "component", "component", component), msg(5, "manufacture", "manufacture", entity),
		msg(6, "supplier", "supplier", entity), msg(10, "manufacturer", "manufacturer", entity)}}
	return &protoMessage{[]protoField{
		str(1, "spec_version", "specVersion"), str(3, "serial_number", "serialNumber"), msg(4, "metadata", "metadata", metadata),
		msgs(5, "components", "components", component), msgs(6, "services", "services", service),
		msgs(8, "dependencies", "dependencies", dependency), msgs(12, "properties", "properties", property)}}
})

// looksProtobuf reports a message that begins with its spec_version.
func looksProtobuf(head []byte) bool {
	return len(head) >= 5 && head[0] == 1<<3|byte(protowire.BytesType) && head[1] == 3 && head[2] == '1' && head[3] == '.' &&
		head[4] >= '0' && head[4] <= '9'
}

// readProtobuf reads the binary encoding, one field of the root at a time.
func readProtobuf(ctx context.Context, br *bufio.Reader, b *builder) error {
	b.doc.Source.Kind, b.doc.Source.Encoding = SourceCycloneDX, "protobuf"
	c := &cyclonedx{b: b, hasFormat: true}
	p := &protoReader{b: b}
	counts := map[string]int{}
	var off int64
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := p.rootField(br, c, counts)
		off += n
		switch {
		case errors.Is(err, io.EOF) && n == 0:
			c.finish()
			return nil
		case isDamage(err):
			b.clear()
			b.problem("broken-protobuf", ProblemError, "offset "+strconv.FormatInt(off, 10),
				"the document breaks off: %v; what stands before is read", err)
			c.finish()
			return nil
		case err != nil:
			return err
		}
	}
}

type protoReader struct {
	b   *builder
	t   tree
	buf []byte
}

// rootField reads one field of the root message, and returns the bytes it has
// taken.
func (p *protoReader) rootField(br *bufio.Reader, f format, counts map[string]int) (int64, error) {
	tag, n, err := readVarint(br)
	if err != nil {
		return int64(n), err
	}
	number, typ := protowire.DecodeTag(tag)
	if number <= 0 {
		return int64(n), errProto
	}
	if typ != protowire.BytesType {
		if field := bomMessage().byNumber(number); field != nil && f.wants(field.name) != skip {
			p.b.problem("wrong-type", ProblemError, "/"+field.name, "a number where another value belongs; left out")
		}
		m, err := skipField(br, typ)
		return int64(n) + m, noEOF(err)
	}
	size, k, err := readVarint(br)
	n += k
	if err != nil {
		return int64(n), noEOF(err)
	}
	field := bomMessage().byNumber(number)
	if field == nil || f.wants(field.name) == skip {
		m, err := io.CopyN(io.Discard, br, int64(min(size, math.MaxInt64)))
		return int64(n) + m, noEOF(err)
	}
	if !field.repeated {
		if counts[field.name]++; counts[field.name] > 1000 {
			return int64(n), limitError("a protobuf field that stands once, a thousand times")
		}
	}
	if size > maxText {
		return int64(n), limitError("a protobuf field of %d bytes", size)
	}
	// The size is only believed as far as there are bytes.
	w := &sliceWriter{p.buf[:0]}
	m, err := io.CopyN(w, br, int64(size))
	p.buf = w.b
	if err != nil {
		return int64(n) + m, noEOF(err)
	}
	place := "/" + field.name
	if field.repeated {
		place += "/" + strconv.Itoa(counts[field.name])
		counts[field.name]++
	}
	p.t.reset(place)
	if err := p.value(0, field, p.buf, 0); err != nil {
		if errors.Is(err, ErrLimit) {
			return int64(n) + m, err
		}
		p.b.problem("broken-protobuf", ProblemError, place, "%v; left out", err)
		return int64(n) + m, nil
	}
	f.accept(field.name, p.t.seal())
	return int64(n) + m, nil
}

type sliceWriter struct{ b []byte }

func (w *sliceWriter) Write(p []byte) (int, error) {
	w.b = append(w.b, p...)
	return len(p), nil
}

var errProto = errors.New("not a protobuf message")

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readVarint returns a number and how many bytes it took.
func readVarint(br *bufio.Reader) (uint64, int, error) {
	var v uint64
	for n := 0; n < 10; n++ {
		c, err := br.ReadByte()
		if err != nil {
			if n > 0 {
				err = noEOF(err)
			}
			return 0, n, err
		}
		v |= uint64(c&0x7f) << (7 * n)
		if c < 0x80 {
			return v, n + 1, nil
		}
	}
	return 0, 10, errProto
}

func skipField(br *bufio.Reader, typ protowire.Type) (int64, error) {
	switch typ {
	case protowire.VarintType:
		_, n, err := readVarint(br)
		return int64(n), err
	case protowire.Fixed32Type:
		return io.CopyN(io.Discard, br, 4)
	case protowire.Fixed64Type:
		return io.CopyN(io.Discard, br, 8)
	}
	return 0, errProto
}

// value adds a field of bytes type to the tree.
func (p *protoReader) value(parent int32, f *protoField, data []byte, depth int) error {
	switch f.kind {
	case protoMsg:
		return p.message(parent, f, data, depth)
	case protoTime:
		return p.time(parent, f, data)
	case protoString:
		_, err := p.t.addText(parent, f.name, text, data)
		return err
	}
	return fmt.Errorf("%w: field %s is no number", errProto, f.name)
}

func (p *protoReader) message(parent int32, f *protoField, data []byte, depth int) error {
	if depth > p.b.limits.Depth {
		return limitError("protobuf nested deeper than %d", p.b.limits.Depth)
	}
	at, err := p.t.add(parent, f.name, group)
	if err != nil {
		return err
	}
	for len(data) > 0 {
		number, typ, n := protowire.ConsumeTag(data)
		if n < 0 {
			return fmt.Errorf("%w: %w", errProto, protowire.ParseError(n))
		}
		data = data[n:]
		field := f.message.byNumber(number)
		if field == nil {
			n := protowire.ConsumeFieldValue(number, typ, data)
			if n < 0 {
				return fmt.Errorf("%w: %w", errProto, protowire.ParseError(n))
			}
			data = data[n:]
			continue
		}
		to := at
		if field.repeated {
			if to, err = p.t.listOf(at, field.name); err != nil {
				return err
			}
		}
		switch typ {
		case protowire.BytesType:
			v, n := protowire.ConsumeBytes(data)
			if n < 0 {
				return fmt.Errorf("%w: %w", errProto, protowire.ParseError(n))
			}
			data = data[n:]
			err = p.value(to, field, v, depth+1)
		case protowire.VarintType:
			v, n := protowire.ConsumeVarint(data)
			if n < 0 {
				return fmt.Errorf("%w: %w", errProto, protowire.ParseError(n))
			}
			data = data[n:]
			err = p.number(to, field, v)
		case protowire.Fixed32Type:
			v, n := protowire.ConsumeFixed32(data)
			if n < 0 {
				return fmt.Errorf("%w: %w", errProto, protowire.ParseError(n))
			}
			data = data[n:]
			if field.kind == protoFloat {
				s := strconv.FormatFloat(float64(math.Float32frombits(v)), 'g', -1, 32)
				_, err = p.t.addText(to, field.name, number_, []byte(s))
			} else {
				err = p.number(to, field, uint64(v))
			}
		default:
			n := protowire.ConsumeFieldValue(number, typ, data)
			if n < 0 {
				return fmt.Errorf("%w: %w", errProto, protowire.ParseError(n))
			}
			data = data[n:]
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// number_ is the kind of node: "number" is a field's number here.
const number_ = number

func (p *protoReader) number(to int32, f *protoField, v uint64) error {
	var err error
	switch {
	case f.kind == protoInt:
		_, err = p.t.addText(to, f.name, number, strconv.AppendInt(nil, int64(v), 10))
	case f.kind == protoEnum && v < uint64(len(f.enum)):
		if w := f.enum[v]; w != "-" {
			_, err = p.t.addText(to, f.name, text, []byte(w))
		}
	case f.kind == protoEnum:
		p.b.problem("unknown-enum", ProblemError, p.t.root(), "%s has no value %d; left out", f.name, v)
	default:
		// What belongs into another kind of field the format says.
		_, err = p.t.addText(to, f.name, number_, strconv.AppendUint(nil, v, 10))
	}
	return err
}

// time adds a google.protobuf.Timestamp as a text.
func (p *protoReader) time(parent int32, f *protoField, data []byte) error {
	var sec, nano uint64
	for len(data) > 0 {
		number, typ, n := protowire.ConsumeTag(data)
		if n < 0 {
			return errProto
		}
		data = data[n:]
		if typ != protowire.VarintType {
			n = protowire.ConsumeFieldValue(number, typ, data)
			if n < 0 {
				return errProto
			}
			data = data[n:]
			continue
		}
		v, n := protowire.ConsumeVarint(data)
		if n < 0 {
			return errProto
		}
		data = data[n:]
		switch number {
		case 1:
			sec = v
		case 2:
			nano = v
		}
	}
	return p.t.addTime(parent, f.name, int64(sec), int64(nano))
}

// addTime adds a timestamp in RFC 3339, if it lies in the years that it can
// write.
func (t *tree) addTime(parent int32, name string, sec, nano int64) error {
	if sec < -62135596800 || sec > 253402300799 || nano < 0 || nano > 999_999_999 {
		return nil
	}
	_, err := t.addText(parent, name, text, []byte(time.Unix(sec, nano).UTC().Format(time.RFC3339Nano)))
	return err
}

// listOf returns the list of a name in a group, which it adds if need be.
func (t *tree) listOf(parent int32, name string) (int32, error) {
	for c := t.nodes[parent].first; c != 0; c = t.nodes[c].next {
		if t.nodes[c].name == name && t.nodes[c].kind == list {
			return c, nil
		}
	}
	return t.add(parent, name, list)
}
