package sbom

import (
	"bytes"
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// Most of a document is a list of small objects: components, packages,
// relationships. The decoder checks such an object in one go, which costs a
// fraction of handing out its tokens, and what is checked can be walked
// without looking at it twice. A larger object is read by tokens, so that only
// what is kept of it is in memory.

// maxItem is how large an object may be to be held as text.
const maxItem = 1 << 20

// errLarge ends the reading of an object that is larger than maxItem. Nothing of
// it is consumed then.
var errLarge = errors.New("larger than is held as text")

// checked reads the next value into the tree as text, and reports whether it
// did. If not, nothing of it is consumed: it is too large, or broken, and then
// reading it by tokens tells the place.
func (j *jsonReader) checked(name string) (bool, error) {
	j.src.whole = true
	raw, err := j.dec.ReadValue()
	j.src.whole = false
	if err != nil {
		return false, nil
	}
	w := walk{j: j, t: &j.t, b: raw, base: j.dec.InputOffset() - int64(len(raw))}
	return true, w.value(0, name, 0)
}

// A walk goes through JSON that is known to be well-formed.
type walk struct {
	j    *jsonReader
	t    *tree
	b    []byte
	i    int
	base int64 // of b in the document
}

// space goes to what is next in an object or list, or after its bracket.
func (w *walk) space() byte {
	for {
		switch c := w.b[w.i]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
			w.i++
		default:
			return c
		}
	}
}

// quoted returns the text of the string that begins here, without its quotes
// and as it is written.
func (w *walk) quoted() []byte {
	start := w.i + 1
	for w.i = start; ; w.i++ {
		w.i += bytes.IndexByte(w.b[w.i:], '"')
		n := 0
		for w.b[w.i-1-n] == '\\' {
			n++
		}
		if n%2 == 0 {
			w.i++
			return w.b[start : w.i-1]
		}
	}
}

// bare returns the number or word that begins here.
func (w *walk) bare() []byte {
	start := w.i
	for ; w.i < len(w.b); w.i++ {
		switch w.b[w.i] {
		case ' ', '\t', '\r', '\n', ',', ']', '}':
			return w.b[start:w.i]
		}
	}
	return w.b[start:]
}

// skip passes over a value.
func (w *walk) skip() {
	for depth := 0; ; {
		switch w.b[w.i] {
		case '"':
			w.quoted()
		case '{', '[':
			depth++
			w.i++
		case '}', ']':
			depth--
			w.i++
		case ' ', '\t', '\r', '\n', ',', ':':
			w.i++
			continue
		default:
			w.bare()
		}
		if depth == 0 {
			return
		}
	}
}

// value does what jsonReader.value does.
func (w *walk) value(parent int32, name string, depth int) error {
	j, t := w.j, w.t
	if depth > j.b.limits.Depth {
		return limitError("JSON nested deeper than %d at offset %d", j.b.limits.Depth, w.base+int64(w.i))
	}
	switch c := w.space(); c {
	case '{':
		i, err := t.add(parent, name, group)
		if err != nil {
			return err
		}
		for w.i++; w.space() != '}'; {
			raw := w.quoted()
			n, ok := j.known(raw)
			if !ok && bytes.IndexByte(raw, '\\') >= 0 {
				j.buf, _ = jsontext.AppendUnquote(j.buf[:0], w.b[w.i-len(raw)-2:w.i])
				n, ok = names[string(j.buf)]
			}
			w.space()
			if !ok {
				w.skip()
				continue
			}
			for c := t.nodes[i].first; c != 0; c = t.nodes[c].next {
				if t.nodes[c].name == n {
					j.b.problem("duplicate-member", ProblemError, t.root(), "member %q is there twice; the last one counts", n)
					break
				}
			}
			if err := w.value(i, n, depth+1); err != nil {
				return err
			}
		}
		w.i++
	case '[':
		i, err := t.add(parent, name, list)
		if err != nil {
			return err
		}
		for w.i++; w.space() != ']'; {
			if err := w.value(i, "", depth+1); err != nil {
				return err
			}
		}
		w.i++
	case '"':
		s := w.quoted()
		if len(s) > j.b.limits.Value {
			return limitError("a single JSON value of more than %d bytes at offset %d", j.b.limits.Value, w.base+int64(w.i))
		}
		if bytes.IndexByte(s, '\\') >= 0 {
			j.buf, _ = jsontext.AppendUnquote(j.buf[:0], w.b[w.i-len(s)-2:w.i])
			s = j.buf
		}
		_, err := t.addText(parent, name, text, s)
		return err
	case 'n':
		w.bare()
		_, err := t.add(parent, name, null)
		return err
	default:
		kind := number
		if c == 't' || c == 'f' {
			kind = boolean
		}
		_, err := t.addText(parent, name, kind, w.bare())
		return err
	}
	return nil
}
