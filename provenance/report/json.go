package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// ListSchema names the form of several reports in one JSON document.
const ListSchema = "touchmark.reports/1"

// A streamWriter writes a document piece by piece: encoding/json holds a whole
// value in memory before it writes the first byte, and prepares itself for all
// types that it might meet, whether it does or not. So lists go to it one
// element after the other, and those that are empty not at all.
type streamWriter struct {
	w     *bufio.Writer
	enc   [6]*json.Encoder // by depth
	depth int
	first bool // nothing stands in the open object or list
	err   error
}

func (s *streamWriter) open(bracket string) {
	s.text(bracket)
	s.depth++
	s.first = true
}

// shut ends what open began. An empty list stays on one line.
func (s *streamWriter) shut(bracket string) {
	s.depth--
	if !s.first {
		s.line()
	}
	s.text(bracket)
	s.first = false
}

func (s *streamWriter) text(t string) {
	if s.err == nil {
		_, s.err = s.w.WriteString(t)
	}
}

func (s *streamWriter) line() {
	s.text("\n")
	for range s.depth {
		s.text(layoutIndent)
	}
}

// next begins an element of a list, or a field.
func (s *streamWriter) next(key string) {
	if !s.first {
		s.text(",")
	}
	s.first = false
	s.line()
	if key != "" {
		s.text(`"` + key + `": `)
	}
}

func (s *streamWriter) value(v any) {
	if s.err != nil {
		return
	}
	enc := s.enc[s.depth]
	if enc == nil {
		enc = json.NewEncoder(&escaper{w: s.w, indent: layoutIndent, depth: s.depth, part: true})
		enc.SetEscapeHTML(false)
		s.enc[s.depth] = enc
	}
	s.err = enc.Encode(v)
}

func (s *streamWriter) field(key string, v any) {
	s.next(key)
	s.value(v)
}

func writeList[E any](s *streamWriter, key string, list []E) {
	s.next(key)
	s.open("[")
	for i := range list {
		s.next("")
		s.value(&list[i])
	}
	s.shut("]")
}

// report writes the fields of a report in their order.
func (s *streamWriter) report(r *provenance.Report) {
	r = whole(r)
	s.open("{")
	s.field("schema", r.Schema)
	s.field("as_of", r.AsOf)
	s.field("database", r.Database)
	s.field("source", r.Source)
	if r.Subject != nil {
		s.field("subject", r.Subject)
	}
	s.field("coverage", r.Coverage)
	writeList(s, "components", r.Components)
	writeList(s, "services", r.Services)
	writeList(s, "policies", r.Policies)
	if r.Verdict != "" {
		s.field("verdict", r.Verdict)
	}
	writeList(s, "findings", r.Findings)
	if len(r.Upcoming) > 0 {
		writeList(s, "upcoming", r.Upcoming)
	}
	if len(r.Groups) > 0 {
		writeList(s, "groups", r.Groups)
	}
	writeList(s, "problems", r.Problems)
	s.shut("}")
}

// WriteJSON writes the report as indented JSON with a final newline, in the
// form of schema/report-1.schema.json. The same report gives the same bytes.
// Control, bidirectional and invisible characters of the input are written as
// \u escapes, which lose nothing. Bytes that are not UTF-8 become U+FFFD.
func WriteJSON(w io.Writer, r *provenance.Report) error {
	return stream(w, func(s *streamWriter) { s.report(r) })
}

// WriteJSONList writes several reports as one JSON document of the form
// {"schema": "touchmark.reports/1", "reports": [...]}, in the order given.
func WriteJSONList(w io.Writer, reports []*provenance.Report) error {
	return stream(w, func(s *streamWriter) {
		s.open("{")
		s.field("schema", ListSchema)
		s.next("reports")
		s.open("[")
		for _, r := range reports {
			s.next("")
			s.report(r)
		}
		s.shut("]")
		s.shut("}")
	})
}

func stream(w io.Writer, write func(*streamWriter)) error {
	s := &streamWriter{w: bufio.NewWriter(w)}
	write(s)
	s.text("\n")
	if s.err == nil {
		s.err = s.w.Flush()
	}
	if s.err != nil {
		return fmt.Errorf("write JSON report: %w", s.err)
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	return stream(w, func(s *streamWriter) { s.value(v) })
}

// layoutIndent is of each level.
const layoutIndent = "  "

// whole returns r with empty slices where the schema wants an array and a
// report made by hand has nil.
func whole(r *provenance.Report) *provenance.Report {
	c := *r
	if c.Schema == "" {
		c.Schema = provenance.Schema
	}
	c.Components = matchesSet(c.Components)
	if c.Subject != nil {
		c.Subject = &matchesSet([]provenance.Component{*c.Subject})[0]
	}
	services := make([]provenance.Service, len(c.Services))
	copy(services, c.Services)
	for i := range services {
		services[i].Attributions = attributionsSet(services[i].Attributions)
	}
	c.Services = services
	if c.Policies == nil {
		c.Policies = []provenance.PolicyRef{}
	}
	c.Findings = stepsSet(c.Findings)
	if c.Upcoming != nil {
		c.Upcoming = stepsSet(c.Upcoming)
	}
	if c.Problems == nil {
		c.Problems = []sbom.Problem{}
	}
	return &c
}

func matchesSet(in []provenance.Component) []provenance.Component {
	out := make([]provenance.Component, len(in))
	copy(out, in)
	for i := range out {
		out[i].Attributions = attributionsSet(out[i].Attributions)
	}
	return out
}

func attributionsSet(in []provenance.Attribution) []provenance.Attribution {
	for i := range in {
		if in[i].Matches == nil {
			out := make([]provenance.Attribution, len(in))
			copy(out, in)
			for j := range out {
				if out[j].Matches == nil {
					out[j].Matches = []provenance.ClaimMatch{}
				}
			}
			return out
		}
	}
	return in
}

func stepsSet(in []provenance.Finding) []provenance.Finding {
	out := make([]provenance.Finding, len(in))
	copy(out, in)
	for i := range out {
		if out[i].Steps == nil {
			out[i].Steps = []provenance.Step{}
		}
	}
	return out
}

// ErrSchema is returned by [ReadJSON] for JSON that is no report of this
// version.
var ErrSchema = errors.New("not a report of schema " + provenance.Schema)

// MaxJSON is the size in bytes of the largest document that [ReadJSON] takes.
const MaxJSON = 1 << 30

// ReadJSON reads what [WriteJSON] or [WriteJSONList] wrote: one report or
// several. Fields that it does not know are ignored, as additions keep the
// schema's number. JSON that is no report gives an error that wraps
// [ErrSchema].
func ReadJSON(r io.Reader) ([]*provenance.Report, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxJSON+1))
	if err != nil {
		return nil, fmt.Errorf("read JSON report: %w", err)
	}
	if len(data) > MaxJSON {
		return nil, fmt.Errorf("read JSON report: larger than %d bytes", MaxJSON)
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	var head struct {
		Schema  string            `json:"schema"`
		Reports []json.RawMessage `json:"reports"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("read JSON report: %w: %w", ErrSchema, err)
	}
	one := func(data []byte) (*provenance.Report, error) {
		// What it says it is comes first: an SBOM is no broken report.
		var is struct {
			Schema      string `json:"schema"`
			BOMFormat   string `json:"bomFormat"`
			SPDXVersion string `json:"spdxVersion"`
		}
		if err := json.Unmarshal(data, &is); err != nil {
			return nil, fmt.Errorf("read JSON report: %w: %w", ErrSchema, err)
		}
		switch {
		case is.Schema == provenance.Schema:
		case is.BOMFormat != "" || is.SPDXVersion != "":
			return nil, fmt.Errorf("read JSON report: %w: it is an SBOM", ErrSchema)
		default:
			return nil, fmt.Errorf("read JSON report: %w: its schema is %q", ErrSchema, cut(is.Schema, 60))
		}
		var rep provenance.Report
		if err := json.Unmarshal(data, &rep); err != nil {
			return nil, fmt.Errorf("read JSON report: %w: %w", ErrSchema, err)
		}
		return &rep, nil
	}
	if head.Schema != ListSchema {
		rep, err := one(data)
		if err != nil {
			return nil, err
		}
		return []*provenance.Report{rep}, nil
	}
	reports := make([]*provenance.Report, 0, len(head.Reports))
	for i, raw := range head.Reports {
		rep, err := one(raw)
		if err != nil {
			return nil, fmt.Errorf("report %d of the list: %w", i, err)
		}
		reports = append(reports, rep)
	}
	return reports, nil
}

// ReadReconciliation reads what [WriteReconciliationJSON] wrote.
func ReadReconciliation(r io.Reader) (*provenance.Reconciliation, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxJSON+1))
	if err != nil {
		return nil, fmt.Errorf("read JSON reconciliation: %w", err)
	}
	if len(data) > MaxJSON {
		return nil, fmt.Errorf("read JSON reconciliation: larger than %d bytes", MaxJSON)
	}
	var rec provenance.Reconciliation
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\uFEFF")), &rec); err != nil {
		return nil, fmt.Errorf("read JSON reconciliation: %w", err)
	}
	if rec.Schema != provenance.ReconcileSchema {
		return nil, fmt.Errorf("read JSON reconciliation: its schema is %q, not %s", cut(rec.Schema, 60), provenance.ReconcileSchema)
	}
	return &rec, nil
}

// cut shortens s to n bytes at most, at a rune's start.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// escaper lays out compact JSON, as the encoder writes it, and rewrites it so
// that it holds no character that a terminal or a reader of the raw file can be
// misled by. Outside of strings JSON is ASCII, so each such character is in a
// string and may be written as an escape. The encoder writes a whole value at
// once, so no rune is split.
//
// The encoder's own indentation goes over the document with a general scanner
// and keeps a second copy of it; a report of a large tree is some megabytes.
type escaper struct {
	w      io.Writer
	indent string // of each level; empty for one line
	depth  int    // at which the value stands
	part   bool   // more follows: the encoder's final newline is left out
	buf    []byte // of the last value, for the next one
}

func (e *escaper) Write(p []byte) (int, error) {
	const chunk = 16 << 10
	if e.buf == nil {
		e.buf = make([]byte, 0, chunk+chunk/8)
	}
	b := e.buf[:0]
	var err error
	start, depth, all := 0, e.depth, len(p)
	if e.part {
		p = bytes.TrimSuffix(p, []byte("\n"))
	}
	flush := func(end int) { // p up to end
		b = append(b, p[start:end]...)
		start = end
		if len(b) >= chunk && err == nil {
			_, err = e.w.Write(b)
			b = b[:0]
		}
	}
	line := func(end int) {
		flush(end)
		b = append(b, '\n')
		for range depth {
			b = append(b, e.indent...)
		}
	}
	for i := 0; i < len(p); {
		c := p[i]
		i++
		if c == '"' {
			for i < len(p) && p[i] != '"' {
				switch c := p[i]; {
				case c == '\\':
					i += 2
				case c < 0x7f:
					i++
				default:
					r, n := utf8.DecodeRune(p[i:])
					if hidden(r) {
						flush(i)
						if r1, r2 := utf16.EncodeRune(r); r1 != utf8.RuneError {
							b = fmt.Appendf(b, `\u%04x\u%04x`, r1, r2)
						} else {
							b = fmt.Appendf(b, `\u%04x`, r)
						}
						start = i + n
					}
					i += n
				}
			}
			i++
			continue
		}
		if e.indent == "" {
			continue
		}
		switch c {
		case '{', '[':
			if i < len(p) && p[i] == c+2 { // "}" and "]": empty ones stay together
				i++
				continue
			}
			depth++
			line(i)
		case '}', ']':
			depth--
			line(i - 1)
		case ',':
			line(i)
		case ':':
			flush(i)
			b = append(b, ' ')
		}
	}
	flush(len(p))
	if err == nil {
		_, err = e.w.Write(b)
	}
	if cap(b) <= 4*chunk { // one long text must not cost memory until the end
		e.buf = b
	}
	if err != nil {
		return 0, err
	}
	return all, nil
}
