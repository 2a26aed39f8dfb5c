package signatures

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/internal/flattable"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A compiled Set is a file of tables (internal/flattable) that is opened at the
// start of every scan. Numbers in their values are varints, texts have their
// length before them. Nothing is decoded before it is asked for, and texts are
// parts of the file and not copied.
const (
	metaTable      = "meta"      // "format"; "files" and "sonames": the lengths of the keys of these tables
	signatureTable = "signature" // id: Signature
	useTable       = "use"       // pattern, as patternKey gives it: its uses
	fileTable      = "file"      // fixed beginning of a name: the templates that begin so
	sonameTable    = "soname"
	bannerTable    = "banner" // name, as foldBanner gives it: number of the signature and of the mark
	indexTable     = "index"  // "": the search table of the patterns, in the order of their keys

	tableFormat = 3
)

// What the second number of a name's template says: a number times two, and whose.
const (
	nameOfSignature = iota // one of its Files or Sonames
	nameOfMark
)

var errDamaged = errors.New("the table of signatures is damaged")

// patternKey is the key of a pattern in the table of uses.
func patternKey(p bytesearch.Pattern) string {
	if p.Fold {
		return "i" + p.Text
	}
	return "=" + p.Text
}

// pattern returns the pattern of a key.
func (s *Set) pattern(i int) bytesearch.Pattern {
	key := s.uses.Key(i)
	if key == "" {
		return bytesearch.Pattern{}
	}
	return bytesearch.Pattern{Text: key[1:], Fold: key[0] == 'i'}
}

type tableWriter struct{ b []byte }

func (w *tableWriter) number(n int) { w.b = binary.AppendUvarint(w.b, uint64(n)) }

func (w *tableWriter) text(t string) {
	w.number(len(t))
	w.b = append(w.b, t...)
}

func (w *tableWriter) texts(l []string) {
	w.number(len(l))
	for _, t := range l {
		w.text(t)
	}
}

// compileTable makes the file of signatures that are sorted by id.
func compileTable(sigs []*Signature) (string, error) {
	var file flattable.Builder
	var errs []error
	add := func(table, key string, value []byte) {
		if err := file.Add(table, key, value); err != nil {
			errs = append(errs, err)
		}
	}
	uses := map[bytesearch.Pattern]*tableWriter{}
	names := map[string]map[string]*tableWriter{fileTable: {}, sonameTable: {}} // by fixed part
	banners := map[string]string{}                                              // whose each is
	for number, sig := range sigs {
		add(signatureTable, sig.ID, sig.record())
		use := func(p bytesearch.Pattern, mark int, condition bool, trim int) {
			w := uses[p]
			if w == nil {
				w = new(tableWriter)
				uses[p] = w
			}
			w.number(number)
			w.number(mark)
			if condition {
				w.number(0)
			} else {
				w.number(1 + trim)
			}
		}
		name := func(table, text string, fold bool, of, part int) {
			fixed := fixedPart(text, fold)
			w := names[table][fixed]
			if w == nil {
				w = new(tableWriter)
				names[table][fixed] = w
			}
			w.text(text)
			w.number(number)
			w.number(2*part + of)
		}
		for i, text := range sig.Files {
			name(fileTable, text, false, nameOfSignature, i)
		}
		for i, text := range sig.Sonames {
			name(sonameTable, text, false, nameOfSignature, i)
		}
		for i := range sig.Marks {
			m := &sig.Marks[i]
			switch {
			case m.Alone:
			case m.Banner != "":
				key := foldBanner(m.Banner)
				if other, ok := banners[key]; ok {
					errs = append(errs, fmt.Errorf("the signatures %s and %s have the banner %q", other, sig.ID, key))
					continue
				}
				banners[key] = sig.ID
				var w tableWriter
				w.number(number)
				w.number(i)
				add(bannerTable, key, w.b)
			case m.File != "":
				name(fileTable, m.File, m.Fold, nameOfMark, i)
			case m.Soname != "":
				name(sonameTable, m.Soname, m.Fold, nameOfMark, i)
			default:
				texts, trim := m.literals()
				for k, text := range texts {
					use(bytesearch.Pattern{Text: text, Fold: m.Fold}, i, false, trim[k])
				}
			}
			for _, text := range slices.Concat(m.With, m.Without) {
				use(bytesearch.Pattern{Text: text}, i, true, 0)
			}
		}
	}
	patterns := slices.SortedFunc(maps.Keys(uses), func(a, b bytesearch.Pattern) int {
		return strings.Compare(patternKey(a), patternKey(b))
	})
	for _, p := range patterns {
		add(useTable, patternKey(p), uses[p].b)
	}
	for table, byFixed := range names {
		lengths := map[int]bool{}
		for fixed, w := range byFixed {
			add(table, fixed, w.b)
			lengths[len(fixed)] = true
		}
		var w tableWriter
		for _, n := range slices.Sorted(maps.Keys(lengths)) {
			w.number(n)
		}
		add(metaTable, table, w.b)
	}
	index, err := bytesearch.Index(patterns)
	if err != nil {
		return "", err
	}
	add(indexTable, "", []byte(index.Bytes()))
	add(metaTable, "format", strconv.AppendInt(nil, tableFormat, 10))
	if err := errors.Join(errs...); err != nil {
		return "", fmt.Errorf("compile signatures: %w", err)
	}
	data, err := file.Bytes()
	if err != nil {
		return "", fmt.Errorf("compile signatures: %w", err)
	}
	return string(data), nil
}

// record is the inverse of readSignature, without the id.
func (sig *Signature) record() []byte {
	var w tableWriter
	for _, t := range []string{sig.Name, string(sig.Type), sig.PURL, sig.CPE, sig.Developer, sig.Homepage} {
		w.text(t)
	}
	w.texts(sig.Files)
	w.texts(sig.Sonames)
	w.number(len(sig.Marks))
	for i := range sig.Marks {
		m := &sig.Marks[i]
		for _, t := range []string{m.Text, m.File, m.Soname, m.Version, m.Is, m.Before, m.After, string(m.Confidence), m.Banner} {
			w.text(t)
		}
		flags := 0
		for i, set := range []bool{m.Alone, m.Newest, m.Fold, m.Own, m.Static, m.Described} {
			if set {
				flags |= 1 << i
			}
		}
		w.number(flags)
		w.texts(m.Starts)
		w.texts(m.With)
		w.texts(m.Without)
		w.number(len(m.In))
		for _, k := range m.In {
			w.text(string(k))
		}
		w.number(len(m.Versions))
		for _, k := range slices.Sorted(maps.Keys(m.Versions)) {
			w.text(k)
			w.text(m.Versions[k])
		}
	}
	return w.b
}

// A tableReader reads a value from its start. After damage it yields nothing.
type tableReader struct {
	rest    string
	damaged bool
}

// count reads a number.
func (r *tableReader) count() int {
	var v uint64
	for i := 0; i < len(r.rest) && i < 4; i++ {
		c := r.rest[i]
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			r.rest = r.rest[i+1:]
			return int(v)
		}
	}
	r.rest, r.damaged = "", true
	return 0
}

// number reads a number of things that follow and take at least a byte each.
func (r *tableReader) number() int {
	n := r.count()
	if n > len(r.rest) {
		r.rest, r.damaged = "", true
		return 0
	}
	return n
}

func (r *tableReader) text() string {
	n := r.number()
	t := r.rest[:n]
	r.rest = r.rest[n:]
	return t
}

func (r *tableReader) texts() []string {
	n := r.number()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = r.text()
	}
	return list
}

// readSignature decodes a record.
func readSignature(id, record string, shared *sharedExpressions) (*Signature, error) {
	r := tableReader{rest: record}
	sig := &Signature{ID: id, compiled: true}
	sig.Name, sig.Type, sig.PURL = r.text(), sbom.ComponentType(r.text()), r.text()
	sig.CPE, sig.Developer, sig.Homepage = r.text(), r.text(), r.text()
	sig.Files, sig.Sonames = r.texts(), r.texts()
	sig.prepare()
	if n := r.number(); n > 0 {
		sig.Marks = make([]Mark, n)
	}
	lazy := make([]expressions, len(sig.Marks))
	for i := range sig.Marks {
		m := &sig.Marks[i]
		m.expressions = &lazy[i]
		m.expressions.shared = shared
		m.Text, m.File, m.Soname, m.Version = r.text(), r.text(), r.text(), r.text()
		m.Is, m.Before, m.After, m.Confidence = r.text(), r.text(), r.text(), sbom.Confidence(r.text())
		m.Banner = r.text()
		flags := r.count()
		m.Alone, m.Newest, m.Fold, m.Own, m.Static = flags&1 != 0, flags&2 != 0, flags&4 != 0, flags&8 != 0, flags&16 != 0
		m.Described = flags&32 != 0
		m.Starts, m.With, m.Without = r.texts(), r.texts(), r.texts()
		for range r.number() {
			m.In = append(m.In, FileKind(r.text()))
		}
		if n := r.number(); n > 0 {
			m.Versions = make(map[string]string, n)
			for range n {
				k := r.text()
				m.Versions[k] = r.text()
			}
		}
	}
	if r.damaged || r.rest != "" {
		return nil, errDamaged
	}
	return sig, nil
}

// use reads the next use of a pattern.
func (s *Set) use(r *tableReader) (use, error) {
	number, mark, trim := r.count(), r.count(), r.count()
	if r.damaged {
		return use{}, errDamaged
	}
	sig, err := s.signature(number)
	if err != nil {
		return use{}, err
	}
	if mark >= len(sig.Marks) {
		return use{}, errDamaged
	}
	if trim == 0 {
		return use{signature: sig, mark: mark, condition: true}, nil
	}
	return use{signature: sig, mark: mark, trim: trim - 1}, nil
}

// openSet opens what compileTable made.
func openSet(table string) (*Set, error) {
	file, err := flattable.Open(table)
	if err != nil {
		return nil, err
	}
	meta := file.Table(metaTable)
	if format, _ := meta.Value("format"); format != strconv.Itoa(tableFormat) {
		return nil, fmt.Errorf("the table of signatures has format %.20q, this program reads %d", format, tableFormat)
	}
	s := &Set{ids: file.Table(signatureTable), uses: file.Table(useTable), shared: new(sharedExpressions)}
	s.decoded = make([]atomic.Pointer[Signature], s.ids.Len())
	for _, x := range []struct {
		index *nameIndex
		table string
	}{{&s.files, fileTable}, {&s.sonames, sonameTable}} {
		x.index.byFixed, x.index.sonames = file.Table(x.table), x.table == sonameTable
		lengths, _ := meta.Value(x.table)
		for r := (tableReader{rest: lengths}); r.rest != "" || r.damaged; {
			if x.index.lengths = append(x.index.lengths, r.count()); r.damaged {
				return nil, errDamaged
			}
		}
	}
	s.bannerNames = file.Table(bannerTable)
	index, _ := file.Table(indexTable).Value("")
	if s.index, err = bytesearch.Open(index); err != nil {
		return nil, err
	}
	if s.index.Len() != s.uses.Len() {
		return nil, errDamaged
	}
	return s, nil
}
