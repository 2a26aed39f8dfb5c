package signatures

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"math/bits"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/sbom"
)

// The YAML files compiled into one table: reading them costs a third of a
// second, as much as searching several hundred megabytes.
//
//go:generate go test -run TestTableIsCurrent -update .
//go:embed builtin.tm
var builtinTable string

// A Set is a collection of signatures, ready for use. It does not change and
// may be used by any number of goroutines.
type Set struct {
	signatures []*Signature // by id

	patterns []bytesearch.Pattern
	uses     [][]use    // by pattern
	names    *nameIndex // of file names
	sonames  *nameIndex

	buffers sync.Pool // of *[size]byte, for texts that stand alone
}

// A use is the part that a pattern plays in a signature.
type use struct {
	signature *Signature
	mark      int
	// condition: the pattern is one of the mark's With or Without.
	condition bool
	// trim is the part of the pattern that belongs to the version.
	trim int
}

// Builtin returns the signatures that come with this package. They carry
// neither samples nor notes, and Lint passes over them: a test of this package
// lints the YAML files that they are compiled from.
//
// They are read once; a Set does not change.
func Builtin() (*Set, error) { return builtin() }

var builtin = sync.OnceValues(readBuiltin)

func readBuiltin() (*Set, error) {
	sigs, err := readTable(builtinTable)
	if err != nil {
		return nil, fmt.Errorf("read built-in signatures: %w", err)
	}
	return newSet(sigs)
}

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
	sigs := slices.Clone(other.signatures)
	for _, sig := range s.signatures {
		if other.Signature(sig.ID) == nil {
			sigs = append(sigs, sig)
		}
	}
	return newSet(sigs)
}

// Len returns the number of signatures.
func (s *Set) Len() int { return len(s.signatures) }

// IDs returns the ids of all signatures, sorted.
func (s *Set) IDs() []string {
	ids := make([]string, len(s.signatures))
	for i, sig := range s.signatures {
		ids[i] = sig.ID
	}
	return ids
}

// Signature returns the signature of that id, nil if there is none. The caller
// must not change it.
func (s *Set) Signature(id string) *Signature {
	i, ok := slices.BinarySearchFunc(s.signatures, id, func(sig *Signature, id string) int { return strings.Compare(sig.ID, id) })
	if !ok {
		return nil
	}
	return s.signatures[i]
}

// Patterns returns the literals of all signatures, in a fixed order. Hits that
// are given to Resolve name them by their index here. The caller must not
// change the slice.
func (s *Set) Patterns() []bytesearch.Pattern { return s.patterns }

func newSet(sigs []*Signature) (*Set, error) {
	slices.SortFunc(sigs, func(a, b *Signature) int { return strings.Compare(a.ID, b.ID) })
	s := &Set{signatures: sigs}
	texts, names := 0, 0
	for _, sig := range sigs {
		for i := range sig.Marks {
			m := &sig.Marks[i]
			texts += max(1, len(m.Starts)) + len(m.With) + len(m.Without)
		}
		names += len(sig.Files) + len(sig.Sonames)
	}
	index := newPatternIndex(texts)
	type patternUse struct {
		pattern int
		use     use
	}
	all := make([]patternUse, 0, texts)
	add := func(p bytesearch.Pattern, u use) {
		slot := index.slot(p, s.patterns)
		if *slot == 0 {
			s.patterns = append(s.patterns, p)
			*slot = int32(len(s.patterns))
		}
		all = append(all, patternUse{int(*slot) - 1, u})
	}
	files, sonames := make([]namedTemplate, 0, names), make([]namedTemplate, 0, names)
	for _, sig := range sigs {
		for _, text := range sig.Files {
			files = append(files, nameTemplate(text, use{signature: sig, mark: -1}))
		}
		for _, text := range sig.Sonames {
			sonames = append(sonames, nameTemplate(text, use{signature: sig, mark: -1}))
		}
		for i := range sig.Marks {
			m := &sig.Marks[i]
			u := use{signature: sig, mark: i}
			switch {
			case m.Alone:
			case m.File != "":
				files = append(files, namedTemplate{m.File, m.expressions, u})
			case m.Soname != "":
				sonames = append(sonames, namedTemplate{m.Soname, m.expressions, u})
			default:
				texts, trim := m.literals()
				for k, text := range texts {
					u.trim = trim[k]
					add(bytesearch.Pattern{Text: text, Fold: m.Fold}, u)
				}
			}
			u.condition, u.trim = true, 0
			for _, text := range m.With {
				add(bytesearch.Pattern{Text: text}, u)
			}
			for _, text := range m.Without {
				add(bytesearch.Pattern{Text: text}, u)
			}
		}
	}
	s.uses = grouped(all, len(s.patterns), func(p patternUse) (int, use) { return p.pattern, p.use })
	s.names = indexNames(files)
	s.sonames = indexNames(sonames)
	return s, nil
}

// A patternIndex finds patterns in a list by their text. A map would take eight
// times its memory, which counts at the start of each scan.
type patternIndex struct {
	seed  maphash.Seed
	slots []int32 // 1 + index of a pattern
}

// newPatternIndex has room for n patterns.
func newPatternIndex(n int) *patternIndex {
	return &patternIndex{maphash.MakeSeed(), make([]int32, 1<<bits.Len(uint(2*n+1)))}
}

// slot returns the place of a pattern of the list, or the free one that it would
// have.
func (x *patternIndex) slot(p bytesearch.Pattern, list []bytesearch.Pattern) *int32 {
	mask := len(x.slots) - 1
	at := int(maphash.String(x.seed, p.Text)) & mask
	for x.slots[at] != 0 && list[x.slots[at]-1] != p {
		at = (at + 1) & mask
	}
	return &x.slots[at]
}

// grouped lays out the values of all in one array by their number, from 0 to
// n-1, and returns its part for each number. Values of one number keep
// their order.
func grouped[E, V any](all []E, n int, of func(E) (int, V)) [][]V {
	ends := make([]int, n+1)
	for _, e := range all {
		i, _ := of(e)
		ends[i+1]++
	}
	for i := range n {
		ends[i+1] += ends[i]
	}
	flat, parts := make([]V, len(all)), make([][]V, n)
	for i := range parts {
		parts[i] = flat[ends[i]:ends[i]:ends[i+1]]
	}
	for _, e := range all {
		i, v := of(e)
		parts[i] = append(parts[i], v)
	}
	return parts
}

// A nameIndex finds the templates that a name may match, by their fixed
// beginning. A tree has thousands of names, and few of them begin as any
// template does: only those reach an expression.
type nameIndex struct {
	byFixed map[string]int32 // index of templates
	lengths []int            // of the keys of byFixed, ascending

	templates [][]namedTemplate
}

type namedTemplate struct {
	text        string
	expressions *expressions // nil where text has no placeholder
	use         use
}

// nameTemplate prepares a name that no mark has.
func nameTemplate(text string, u use) namedTemplate {
	t := namedTemplate{text: text, use: u}
	if findPlaceholder(text) != nil {
		t.expressions = new(expressions)
	}
	return t
}

func (t *namedTemplate) compile() (*template, error) {
	if i := t.use.mark; i >= 0 {
		return t.use.signature.Marks[i].compile()
	}
	return t.expressions.compile(t.text, &Mark{}, true)
}

func indexNames(templates []namedTemplate) *nameIndex {
	x := &nameIndex{byFixed: make(map[string]int32, len(templates))}
	numbers := make([]int32, len(templates))
	for i, t := range templates {
		fixed := t.text
		if loc := findPlaceholder(fixed); loc != nil {
			fixed = fixed[:loc[0]]
		}
		if m := t.use.mark; m >= 0 && t.use.signature.Marks[m].Fold {
			fixed = "" // another case begins otherwise
		}
		n, ok := x.byFixed[fixed]
		if !ok {
			n = int32(len(x.byFixed))
			x.byFixed[fixed] = n
		}
		numbers[i] = n
		if at, ok := slices.BinarySearch(x.lengths, len(fixed)); !ok {
			x.lengths = slices.Insert(x.lengths, at, len(fixed))
		}
	}
	indexes := make([]int, len(templates))
	for k := range indexes {
		indexes[k] = k
	}
	x.templates = grouped(indexes, len(x.byFixed), func(k int) (int, namedTemplate) { return int(numbers[k]), templates[k] })
	return x
}

// lookup calls visit for each template that matches the whole name, with the
// version that it found.
func (x *nameIndex) lookup(name string, visit func(u use, version string)) error {
	if x == nil || name == "" {
		return nil
	}
	for _, n := range x.lengths {
		if n > len(name) {
			break
		}
		at, ok := x.byFixed[name[:n]]
		if !ok {
			continue
		}
		for i := range x.templates[at] {
			nt := &x.templates[at][i]
			if len(nt.text) == n && n > 0 { // no placeholder
				if n == len(name) {
					visit(nt.use, "")
				}
				continue
			}
			t, err := nt.compile()
			if err != nil {
				return err
			}
			loc := t.whole.FindStringSubmatchIndex(name)
			if loc == nil {
				continue
			}
			version, _ := group(t.whole, name, loc, "version")
			visit(nt.use, version)
		}
	}
	return nil
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
	return sig, errors.Join(errs...)
}

// check validates a mark and prepares its template.
func (m *Mark) check() error {
	var text string
	set := 0
	for _, t := range []string{m.Text, m.File, m.Soname} {
		if t != "" {
			text = t
			set++
		}
	}
	if m.Alone {
		set++
	}
	if set != 1 {
		return fmt.Errorf("a mark needs exactly one of text, file, soname and alone")
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
	if m.Alone {
		if m.Version == "" {
			return fmt.Errorf("a mark with \"alone\" needs the form of the version")
		}
		m.prepare()
		return nil
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
