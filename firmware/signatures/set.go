package signatures

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v4"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/internal/flattable"
	"github.com/touchmark-dev/touchmark/sbom"
)

// The YAML files compiled into one table: reading them costs a third of a
// second, as much as searching several hundred megabytes.
//
//go:generate go test -run TestTableIsCurrent -update .
//go:embed builtin.tm
var builtinTable string

// A Set is a collection of signatures, ready for use. It does not change and
// may be used by any number of goroutines. The zero value has no signatures.
//
// It is a table that is used as it lies in memory (see table.go): of hundreds of
// signatures, a scan decodes those that a file reminds of.
type Set struct {
	ids, uses      flattable.Table
	files, sonames nameIndex
	bannerNames    flattable.Table
	index          *bytesearch.Table // of the patterns, in the order of uses; nil for none

	decoded []atomic.Pointer[Signature] // by id, nil until it is asked for
	shared  *sharedExpressions

	buffers sync.Pool // of *[size]byte, for texts that stand alone

	bannerBuffers sync.Pool // of *[bannerRead + bannerText]byte
}

// A use is the part that a pattern or name plays in a signature.
type use struct {
	signature *Signature
	mark      int // -1: one of the signature's Files or Sonames
	// condition: the pattern is one of the mark's With or Without.
	condition bool
	// trim is the part of the pattern that belongs to the version.
	trim int
}

// Builtin returns the signatures that come with this package. They carry
// neither samples nor notes, and Lint passes over them: a test of this package
// lints the YAML files that they are compiled from.
//
// They are opened once; a Set does not change.
func Builtin() (*Set, error) { return builtin() }

var builtin = sync.OnceValues(func() (*Set, error) {
	s, err := openSet(builtinTable)
	if err != nil {
		return nil, fmt.Errorf("read built-in signatures: %w", err)
	}
	return s, nil
})

// Read reads every file *.yaml at the top of fsys. Unknown fields, bad
// expressions and ids that differ from their file's name are errors, each with
// file and line; all of them are reported together, and no Set is returned.
// Read does not try the samples: see [Set.Lint].
func Read(fsys fs.FS) (*Set, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list signatures: %w", err)
	}
	var sigs []*Signature
	var errs []error
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			errs = append(errs, fmt.Errorf("read signature: %w", err))
			continue
		}
		sig, err := decode(name, data)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		sigs = append(sigs, sig)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return newSet(sigs)
}

// Merge returns a Set of the signatures of both. Where both have an id, other's
// signature counts alone.
func (s *Set) Merge(other *Set) (*Set, error) {
	sigs, err := other.all()
	if err != nil {
		return nil, err
	}
	below, err := s.all()
	if err != nil {
		return nil, err
	}
	for _, sig := range below {
		if _, ok := other.ids.Find(sig.ID); !ok {
			sigs = append(sigs, sig)
		}
	}
	return newSet(sigs)
}

// Len returns the number of signatures.
func (s *Set) Len() int { return s.ids.Len() }

// IDs returns the ids of all signatures, sorted.
func (s *Set) IDs() []string {
	ids := make([]string, s.Len())
	for i := range ids {
		ids[i] = s.ids.Key(i)
	}
	return ids
}

// Signature returns the signature of that id, nil if there is none. The caller
// must not change it.
func (s *Set) Signature(id string) *Signature {
	i, ok := s.ids.Find(id)
	if !ok {
		return nil
	}
	sig, _ := s.signature(i) // nil where the table is damaged
	return sig
}

// all returns the signatures by id.
func (s *Set) all() ([]*Signature, error) {
	sigs := make([]*Signature, s.Len())
	for i := range sigs {
		var err error
		if sigs[i], err = s.signature(i); err != nil {
			return nil, err
		}
	}
	return sigs, nil
}

// signature returns the i-th by id.
func (s *Set) signature(i int) (*Signature, error) {
	if i >= len(s.decoded) {
		return nil, errDamaged
	}
	if sig := s.decoded[i].Load(); sig != nil {
		return sig, nil
	}
	sig, err := readSignature(s.ids.Key(i), s.ids.ValueAt(i), s.shared)
	if err != nil {
		return nil, err
	}
	// Signatures are compared as pointers, so each is only one.
	if !s.decoded[i].CompareAndSwap(nil, sig) {
		sig = s.decoded[i].Load()
	}
	return sig, nil
}

// Patterns returns the literals of all signatures, in a fixed order. Hits that
// are given to Resolve name them by their index here.
func (s *Set) Patterns() []bytesearch.Pattern {
	patterns := make([]bytesearch.Pattern, s.uses.Len())
	for i := range patterns {
		patterns[i] = s.pattern(i)
	}
	return patterns
}

// Index returns the patterns prepared for a search, nil where there are none.
func (s *Set) Index() *bytesearch.Table { return s.index }

// newSet compiles signatures, which the Set keeps as they are.
func newSet(sigs []*Signature) (*Set, error) {
	slices.SortFunc(sigs, func(a, b *Signature) int { return strings.Compare(a.ID, b.ID) })
	table, err := compileTable(sigs)
	if err != nil {
		return nil, err
	}
	s, err := openSet(table)
	if err != nil {
		return nil, err
	}
	for i, sig := range sigs {
		s.decoded[i].Store(sig)
	}
	return s, nil
}

// A nameIndex finds the templates that a name may match, by their fixed
// beginning. A tree has thousands of names, and few of them begin as any
// template does: only those reach an expression.
type nameIndex struct {
	byFixed flattable.Table
	lengths []int // of the keys of byFixed, ascending
	sonames bool  // of Sonames, else of Files
}

// fixedPart is the beginning of a name's template that is the same in all names.
func fixedPart(text string, fold bool) string {
	if fold {
		return "" // another case begins otherwise
	}
	if loc := findPlaceholder(text); loc != nil {
		return text[:loc[0]]
	}
	return text
}

// lookup calls visit for each template that matches the whole name, with the
// version that it found.
func (s *Set) lookup(x *nameIndex, name string, visit func(u use, version string)) error {
	if name == "" {
		return nil
	}
	for _, n := range x.lengths {
		if n > len(name) {
			break
		}
		value, ok := x.byFixed.Value(name[:n])
		if !ok {
			continue
		}
		for r := (tableReader{rest: value}); r.rest != ""; {
			text, number, part := r.text(), r.count(), r.count()
			if r.damaged {
				return errDamaged
			}
			plain := len(text) == n && n > 0 // no placeholder
			if plain && n != len(name) {
				continue
			}
			// Most templates of a usual beginning end in another way. One that
			// begins with fixed text has no mark that folds.
			sure := false
			if n > 0 && !plain {
				var fits bool
				if fits, sure = fitsName(text[n:], name[n:]); !fits {
					continue
				}
			}
			sig, err := s.signature(number)
			if err != nil {
				return err
			}
			u, expressions, err := sig.name(part, x.sonames)
			if err != nil {
				return err
			}
			if plain || sure {
				visit(u, "")
				continue
			}
			m := &Mark{}
			if u.mark >= 0 {
				m = &sig.Marks[u.mark]
			}
			t, err := expressions.compile(text, m, true)
			if err != nil {
				return err
			}
			loc := t.whole.FindStringSubmatchIndex(name)
			if loc == nil {
				continue
			}
			version, _ := group(t.whole, name, loc, "version")
			visit(u, version)
		}
	}
	return nil
}

// fitsName reports whether a name may be one of a template, without an expression,
// and whether that is sure: it is not where there is a version, nor where the
// name is not ASCII, of which expressions count runes.
func fitsName(text, name string) (fits, sure bool) {
	for _, c := range []byte(name) {
		if c >= 0x80 {
			return true, false
		}
	}
	if i := strings.Index(text, versionPlaceholder); i >= 0 {
		tail := text[i+len(versionPlaceholder):]
		return findPlaceholder(tail) != nil || strings.HasSuffix(name, tail), false
	}
	return fitsParts(text, name), true
}

// fitsParts reports whether a name is one of a template of fixed text and
// placeholders other than a version's.
func fitsParts(text, name string) bool {
	loc := findPlaceholder(text)
	if loc == nil {
		return text == name
	}
	name, ok := strings.CutPrefix(name, text[:loc[0]])
	if !ok {
		return false
	}
	p, ok := placeholders[text[loc[0]:loc[1]]]
	if !ok {
		return false
	}
	for n := 0; n <= p.most; n++ {
		if n >= p.least && fitsParts(text[loc[1]:], name[n:]) {
			return true
		}
		if n == len(name) || !p.holds(name[n]) {
			return false
		}
	}
	return false
}

// name returns what a name of the index is in the signature: one of its Files or
// Sonames, or a mark's.
func (sig *Signature) name(part int, soname bool) (use, *expressions, error) {
	own := sig.fileForms
	if soname {
		own = sig.sonameForms
	}
	switch i := part / 2; {
	case part%2 == nameOfMark && i < len(sig.Marks):
		return use{signature: sig, mark: i}, sig.Marks[i].expressions, nil
	case part%2 == nameOfSignature && i < len(own):
		return use{signature: sig, mark: -1}, &own[i], nil
	}
	return use{}, nil, errDamaged
}

// decode reads one file. Lines are those of the file, for messages.
func decode(name string, data []byte) (*Signature, error) {
	fail := func(line int, format string, args ...any) error {
		return fmt.Errorf("%s:%d: %w", name, line, fmt.Errorf(format, args...))
	}
	sig := &Signature{file: name}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, yamlError(name, err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(sig); errors.Is(err, io.EOF) {
		return nil, fail(1, "the file holds no signature")
	} else if err != nil {
		return nil, yamlError(name, err)
	}
	var rest yaml.Node
	if err := dec.Decode(&rest); err == nil {
		return nil, fail(rest.Line, "a second YAML document: want one signature a file")
	} else if !errors.Is(err, io.EOF) {
		return nil, yamlError(name, err)
	}

	lines := fieldLines(&root)
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); sig.ID != want {
		return nil, fail(lines.of("id", -1), "id %q is not the name of the file", sig.ID)
	}
	if sig.Name == "" {
		sig.Name = sig.ID
	}
	if sig.Type == "" {
		sig.Type = sbom.Library
	}
	if sig.PURL == "" {
		sig.PURL = "pkg:generic/" + sig.ID
	}
	if sig.CPE != "" && strings.Count(sig.CPE, ":") != 2 {
		return nil, fail(lines.of("cpe", -1), "cpe %q is not of the form part:vendor:product", sig.CPE)
	}
	var errs []error
	for field, texts := range map[string][]string{"files": sig.Files, "sonames": sig.Sonames} {
		for i, text := range texts {
			if _, err := checkTemplate(text, &Mark{}); err != nil {
				errs = append(errs, fail(lines.of(field, i), "%w", err))
			}
		}
	}
	for i := range sig.Marks {
		m := &sig.Marks[i]
		m.line = lines.of("marks", i)
		if err := m.check(); err != nil {
			errs = append(errs, fail(m.line, "%w", err))
		}
	}
	for i := range sig.Match {
		sig.Match[i].line = lines.of("match", i)
	}
	for i := range sig.NoMatch {
		sig.NoMatch[i].line = lines.of("no_match", i)
	}
	if len(sig.Marks) == 0 && len(sig.Sonames) == 0 {
		errs = append(errs, fail(1, "the signature has neither marks nor sonames"))
	}
	sig.prepare()
	return sig, errors.Join(errs...)
}

// check validates a mark and prepares its template.
func (m *Mark) check() error {
	var text string
	set := 0
	for _, t := range []string{m.Text, m.File, m.Soname, m.Banner} {
		if t != "" {
			text = t
			set++
		}
	}
	if m.Alone {
		set++
	}
	if set != 1 {
		return fmt.Errorf("a mark needs exactly one of text, file, soname, banner and alone")
	}
	for _, expr := range []string{m.Version, m.Before, m.After} {
		re, err := regexp.Compile(expr)
		if err != nil {
			return err
		}
		if re.NumSubexp() > 0 {
			return fmt.Errorf("expression %q has a capturing group; write (?:...)", expr)
		}
	}
	if m.Static && (!m.Alone || len(m.With) == 0) {
		return fmt.Errorf("\"static\" is for a mark with \"alone\" and \"with\"")
	}
	if m.Alone {
		if m.Version == "" {
			return fmt.Errorf("a mark with \"alone\" needs the form of the version")
		}
		m.prepare()
		return nil
	}
	if m.Banner != "" {
		return m.checkBanner()
	}
	if m.Described {
		return fmt.Errorf("only a mark with \"banner\" can be described")
	}
	version, err := checkTemplate(text, m)
	if err != nil {
		return err
	}
	if len(m.Starts) > 0 {
		parts, anchor := anchorOf(m.Text)
		if m.Text == "" || anchor+1 >= len(parts) || parts[anchor+1] != versionPlaceholder {
			return fmt.Errorf("a mark with \"starts\" needs a text whose longest fixed part stands before <version>")
		}
	}
	if m.Text != "" {
		if texts, _ := m.literals(); len(slices.MinFunc(texts, byLength)) < minAnchor {
			return fmt.Errorf("the longest fixed text of %q is shorter than %d bytes", text, minAnchor)
		}
	}
	for _, c := range slices.Concat(m.With, m.Without) {
		if len(c) < minAnchor {
			return fmt.Errorf("condition %q is shorter than %d bytes", c, minAnchor)
		}
	}
	switch {
	case version && m.Is != "":
		return fmt.Errorf("a mark with <version> cannot have \"is\"")
	case !version && (m.Version != "" || m.Versions != nil):
		return fmt.Errorf("a mark without <version> cannot have \"version\" or \"versions\"")
	case m.Newest && (!m.Own || !version || m.Text == ""):
		return fmt.Errorf("a mark with \"newest\" needs a text with <version>, and \"own\"")
	case m.Confidence != "" && m.Confidence.Rank() == 0:
		return fmt.Errorf("confidence %q is not one of low, medium, high", m.Confidence)
	}
	for _, k := range m.In {
		if k != ELF && k != Text && k != Data {
			return fmt.Errorf("kind of file %q is not one of elf, data, text", k)
		}
	}
	m.prepare()
	return nil
}

// checkBanner validates a mark with Banner.
func (m *Mark) checkBanner() error {
	switch key := foldBanner(m.Banner); {
	case len(key) < 2 || len(key) > bannerName:
		return fmt.Errorf("the banner %q has less than 2 or more than %d bytes", m.Banner, bannerName)
	case m.Version != "" || m.Starts != nil || m.Is != "" || m.Fold || m.Before != "" || m.After != "" || m.With != nil || m.Without != nil || m.Own || m.Newest || m.In != nil:
		return fmt.Errorf("a mark with \"banner\" can have \"described\", \"versions\" and \"confidence\" besides")
	case m.Confidence != "" && m.Confidence.Rank() == 0:
		return fmt.Errorf("confidence %q is not one of low, medium, high", m.Confidence)
	}
	m.prepare()
	return nil
}

// prepare sets up the expressions of the names.
func (sig *Signature) prepare() {
	sig.fileForms, sig.sonameForms = make([]expressions, len(sig.Files)), make([]expressions, len(sig.Sonames))
}

// prepare sets up the expressions of a checked mark, to be compiled at their
// first use: most marks never have a hit.
func (m *Mark) prepare() { m.expressions = new(expressions) }

func byLength(a, b string) int { return cmp.Compare(len(a), len(b)) }

// lineIndex knows the lines of a record's fields and of their elements.
type lineIndex map[string][]int

func fieldLines(root *yaml.Node) lineIndex {
	x := lineIndex{}
	if len(root.Content) == 0 {
		return x
	}
	fields := root.Content[0].Content
	for i := 0; i+1 < len(fields); i += 2 {
		lines := []int{fields[i].Line}
		for _, element := range fields[i+1].Content {
			lines = append(lines, element.Line)
		}
		x[fields[i].Value] = lines
	}
	return x
}

// of returns the line of element i of a field, or of the field itself for -1.
func (x lineIndex) of(field string, i int) int {
	if lines := x[field]; i+1 < len(lines) {
		return lines[i+1]
	}
	return 1
}

var yamlLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^a-z])line (\d+)(?:, column \d+)?:? ?`)
})

// yamlError puts file and line in front of each message of a YAML error.
func yamlError(file string, err error) error {
	messages := []string{err.Error()}
	var te *yaml.LoadErrors
	if errors.As(err, &te) {
		messages = nil
		for _, e := range te.Errors {
			messages = append(messages, e.Error())
		}
	}
	var errs []error
	for _, m := range messages {
		m = strings.TrimPrefix(strings.TrimSpace(m), "yaml: ")
		line := 1
		if loc := yamlLine().FindStringSubmatchIndex(m); loc != nil {
			line, _ = strconv.Atoi(m[loc[2]:loc[3]])
			m = m[:loc[0]] + m[loc[1]:]
		}
		errs = append(errs, fmt.Errorf("%s:%d: %s", file, line, strings.TrimSpace(m)))
	}
	return errors.Join(errs...)
}
