package signatures

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"

	"github.com/touchmark-dev/touchmark/sbom"
)

// The table of the built-in signatures is read at the start of every scan, and
// so has a form that costs next to nothing to read: numbers as varints, texts
// with their length before them, in the order of the fields. Texts are parts of
// the embedded table and not copied; what is needed of structures is allocated
// at once.

// compileTable is the inverse of readTable.
func (s *Set) compileTable() []byte {
	var b []byte
	number := func(n int) { b = binary.AppendUvarint(b, uint64(n)) }
	text := func(t string) {
		number(len(t))
		b = append(b, t...)
	}
	texts := func(l []string) {
		number(len(l))
		for _, t := range l {
			text(t)
		}
	}
	var marks, lists int
	for _, sig := range s.signatures {
		marks += len(sig.Marks)
		lists += len(sig.Files) + len(sig.Sonames)
		for _, m := range sig.Marks {
			lists += len(m.Starts) + len(m.With) + len(m.Without)
		}
	}
	number(len(s.signatures))
	number(marks)
	number(lists)
	for _, sig := range s.signatures {
		for _, t := range []string{sig.ID, sig.Name, string(sig.Type), sig.PURL, sig.CPE, sig.Developer, sig.Homepage} {
			text(t)
		}
		texts(sig.Files)
		texts(sig.Sonames)
		number(len(sig.Marks))
		for _, m := range sig.Marks {
			for _, t := range []string{m.Text, m.File, m.Soname, m.Version, m.Is, m.Before, m.After, string(m.Confidence)} {
				text(t)
			}
			var flags byte
			for i, set := range []bool{m.Alone, m.Newest, m.Fold, m.Own} {
				if set {
					flags |= 1 << i
				}
			}
			b = append(b, flags)
			texts(m.Starts)
			texts(m.With)
			texts(m.Without)
			number(len(m.In))
			for _, k := range m.In {
				text(string(k))
			}
			number(len(m.Versions))
			for _, k := range slices.Sorted(maps.Keys(m.Versions)) {
				text(k)
				text(m.Versions[k])
			}
		}
	}
	return b
}

// A tableReader reads a table from its start. After damage it yields nothing.
type tableReader struct {
	rest    string
	damaged bool
	lists   []string // room for texts in lists
}

// number reads a number of things that take at least a byte each.
func (r *tableReader) number() int {
	var v uint64
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		c := r.rest[i]
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			if r.rest = r.rest[i+1:]; v <= uint64(len(r.rest)) {
				return int(v)
			}
			break
		}
	}
	r.rest, r.damaged = "", true
	return 0
}

func (r *tableReader) text() string {
	n := r.number()
	t := r.rest[:n]
	r.rest = r.rest[n:]
	return t
}

func (r *tableReader) bits() byte {
	if r.rest == "" {
		r.damaged = true
		return 0
	}
	c := r.rest[0]
	r.rest = r.rest[1:]
	return c
}

func (r *tableReader) texts() []string {
	n := r.number()
	if n == 0 {
		return nil
	}
	at := len(r.lists)
	for range n {
		r.lists = append(r.lists, r.text())
	}
	return r.lists[at:len(r.lists):len(r.lists)]
}

// readTable reads what compileTable wrote.
func readTable(table string) ([]*Signature, error) {
	r := &tableReader{rest: table}
	sigs := make([]Signature, r.number())
	marks := make([]Mark, r.number())
	r.lists = make([]string, 0, r.number())
	lazy := make([]expressions, len(marks))
	shared := new(sharedExpressions)
	out := make([]*Signature, len(sigs))
	for i := range sigs {
		sig := &sigs[i]
		out[i] = sig
		sig.compiled = true
		sig.ID, sig.Name, sig.Type, sig.PURL = r.text(), r.text(), sbom.ComponentType(r.text()), r.text()
		sig.CPE, sig.Developer, sig.Homepage = r.text(), r.text(), r.text()
		sig.Files, sig.Sonames = r.texts(), r.texts()
		n := r.number()
		if n > len(marks) {
			return nil, errors.New("the table is damaged")
		}
		if n > 0 {
			sig.Marks = marks[:n:n]
		}
		for k := range sig.Marks {
			m := &sig.Marks[k]
			m.expressions = &lazy[k]
			m.expressions.shared = shared
			m.Text, m.File, m.Soname, m.Version = r.text(), r.text(), r.text(), r.text()
			m.Is, m.Before, m.After, m.Confidence = r.text(), r.text(), r.text(), sbom.Confidence(r.text())
			flags := r.bits()
			m.Alone, m.Newest, m.Fold, m.Own = flags&1 != 0, flags&2 != 0, flags&4 != 0, flags&8 != 0
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
		marks, lazy = marks[n:], lazy[n:]
	}
	if r.damaged || r.rest != "" {
		return nil, errors.New("the table is damaged")
	}
	return out, nil
}
