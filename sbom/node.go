package sbom

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Every encoding is read into the same small tree, one component, package or
// relationship at a time, and the formats read the tree. So a format is
// written once, whatever its encodings are, and a document is never in memory
// as a whole.
//
// A tree lives in two slices that the next one reuses. Its texts become one
// string when it is sealed, and what is kept of it are parts of that string.

// A nodeKind says what a node is.
type nodeKind uint8

const (
	absent  nodeKind = iota // no such value
	null                    // written as nothing: JSON null
	text                    // a string
	number                  // a number; the text is as written
	boolean                 // "true" or "false"
	list                    // values in order
	group                   // named values: a JSON object, an element with attributes or children
)

func (k nodeKind) String() string {
	return [...]string{"nothing", "null", "a string", "a number", "a boolean", "a list", "an object"}[k]
}

type node struct {
	name                      string
	off, end                  uint32 // of the text in tree.text
	parent, first, last, next int32
	line                      int32 // where the encoding has lines and no pointers
	kind                      nodeKind
}

// A tree is one value of a document with all that is in it. Node 0 is no node;
// node 1 is the root.
type tree struct {
	nodes []node
	buf   []byte
	text  string // of buf, set by seal
	place string // of the root, as a prefix of the places inside
	// elements says that lists are elements with an element for each item, as
	// XML has them, and that the text of an element may stand among others.
	elements bool
	// lines says that places are lines.
	lines bool
}

// maxNodes and maxText bound one tree: a component, with those nested in it,
// has at most so many values and bytes of text.
const (
	maxNodes = 4 << 20
	maxText  = 256 << 20
)

var errItemSize = errors.New("one item holds more than a reader keeps at once")

func (t *tree) reset(place string) {
	t.nodes = append(t.nodes[:0], node{})
	t.buf, t.text, t.place = t.buf[:0], "", place
	t.elements, t.lines = false, false
	// A single huge item must not be carried along for the rest of a document.
	if cap(t.nodes) > 1<<16 {
		t.nodes = make([]node, 1, 256)
	}
	if cap(t.buf) > 4<<20 {
		t.buf = nil
	}
}

// add appends a node to its parent and returns its index.
func (t *tree) add(parent int32, name string, k nodeKind) (int32, error) {
	if len(t.nodes) >= maxNodes || len(t.buf) > maxText {
		return 0, errItemSize
	}
	i := int32(len(t.nodes))
	t.nodes = append(t.nodes, node{name: name, kind: k, parent: parent})
	if parent > 0 {
		p := &t.nodes[parent]
		if p.last == 0 {
			p.first = i
		} else {
			t.nodes[p.last].next = i
		}
		p.last = i
	}
	return i, nil
}

// addText appends a node with a text.
func (t *tree) addText(parent int32, name string, k nodeKind, s []byte) (int32, error) {
	i, err := t.add(parent, name, k)
	if err != nil {
		return 0, err
	}
	return i, t.setText(i, s)
}

// setText gives a node its text, with invalid UTF-8 replaced.
func (t *tree) setText(i int32, s []byte) error {
	if len(s) > maxText-len(t.buf) {
		return errItemSize
	}
	t.nodes[i].off = uint32(len(t.buf))
	if utf8.Valid(s) {
		t.buf = append(t.buf, s...)
	} else {
		t.buf = append(t.buf, strings.ToValidUTF8(string(s), "\uFFFD")...)
	}
	t.nodes[i].end = uint32(len(t.buf))
	return nil
}

// seal ends the building of a tree and returns its root.
func (t *tree) seal() value {
	t.text = string(t.buf)
	if len(t.nodes) < 2 {
		return value{}
	}
	return value{t, 1}
}

// A value is a node of a sealed tree. The zero value is absent, and whatever is
// asked of it is absent too.
type value struct {
	t *tree
	i int32
}

func (v value) node() *node { return &v.t.nodes[v.i] }

func (v value) kind() nodeKind {
	if v.i == 0 {
		return absent
	}
	return v.node().kind
}

func (v value) ok() bool { return v.i != 0 && v.node().kind > null }

func (v value) name() string {
	if v.i == 0 {
		return ""
	}
	return v.node().name
}

// raw returns the node's own text, trimmed.
func (v value) raw() string {
	if v.i == 0 {
		return ""
	}
	n := v.node()
	return strings.TrimSpace(v.t.text[n.off:n.end])
}

// get returns the named member, the last of that name: that is what other
// readers of a document with duplicate members see.
func (v value) get(name string) value {
	if v.i == 0 {
		return value{}
	}
	var found int32
	for c := v.node().first; c != 0; c = v.t.nodes[c].next {
		if v.t.nodes[c].name == name {
			found = c
			if v.t.elements {
				break
			}
		}
	}
	return value{v.t, found}
}

// first returns the first of the named members that is there and not null.
func (v value) first(names ...string) value {
	for _, name := range names {
		if c := v.get(name); c.ok() {
			return c
		}
	}
	return value{}
}

// each calls f for every child.
func (v value) each(f func(value)) {
	if v.i == 0 {
		return
	}
	for c := v.node().first; c != 0; c = v.t.nodes[c].next {
		f(value{v.t, c})
	}
}

// items calls f for every item of the named list. Where lists are elements,
// item is the name of the element for an item inside the list's own, or empty
// if the list's name is repeated for each item.
func (v value) items(name, item string, f func(i int, v value)) {
	if v.i == 0 {
		return
	}
	n := 0
	for c := v.node().first; c != 0; c = v.t.nodes[c].next {
		if v.t.nodes[c].name != name {
			continue
		}
		l := value{v.t, c}
		switch {
		case l.kind() == list:
			l.each(func(e value) { f(n, e); n++ })
		case v.t.elements && item != "":
			l.each(func(e value) {
				if e.name() == item {
					f(n, e)
					n++
				}
			})
		case l.ok():
			f(n, l)
			n++
		}
	}
}

// pointer returns where the value stands, as the encoding writes places: a
// JSON pointer, an element path or a line.
func (v value) pointer() string {
	if v.i == 0 {
		if v.t != nil {
			return v.t.place
		}
		return ""
	}
	if v.t.lines {
		for i := v.i; i != 0; i = v.t.nodes[i].parent {
			if l := v.t.nodes[i].line; l != 0 {
				return "line " + strconv.Itoa(int(l))
			}
		}
		return v.t.place
	}
	if v.i == 1 {
		return v.t.place
	}
	return v.t.place + v.relative(1)
}

// relative returns the path from an enclosing node, with a leading slash, or
// nothing for the node itself.
func (v value) relative(from int32) string {
	var parts []string
	for i := v.i; i != 0 && i != from; i = v.t.nodes[i].parent {
		n := &v.t.nodes[i]
		p := v.t.nodes[n.parent]
		switch {
		case p.kind == list:
			parts = append(parts, strconv.Itoa(v.t.position(n.parent, i, false)))
		case v.t.elements:
			s := n.name
			if k := v.t.position(n.parent, i, true); k > 0 {
				s += "[" + strconv.Itoa(k+1) + "]"
			}
			parts = append(parts, s)
		default:
			parts = append(parts, escapePointer(n.name))
		}
	}
	var b strings.Builder
	for k := len(parts) - 1; k >= 0; k-- {
		b.WriteByte('/')
		b.WriteString(parts[k])
	}
	return b.String()
}

// position counts the siblings before a child, or only those of its name.
func (t *tree) position(parent, child int32, named bool) int {
	n := 0
	for c := t.nodes[parent].first; c != 0 && c != child; c = t.nodes[c].next {
		if !named || t.nodes[c].name == t.nodes[child].name {
			n++
		}
	}
	return n
}

// escapePointer escapes a member name for a JSON pointer (RFC 6901, 3).
func escapePointer(s string) string {
	if !strings.ContainsAny(s, "~/") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

// chunks keeps many short slices of one type in few allocations.
type chunks[T any] struct{ free []T }

// keep copies s and returns the copy, nil for an empty one.
func (c *chunks[T]) keep(s []T) []T {
	if len(s) == 0 {
		return nil
	}
	if cap(c.free)-len(c.free) < len(s) {
		n := min(max(2*cap(c.free), 16), 2048)
		c.free = make([]T, 0, max(n, len(s)))
	}
	i := len(c.free)
	c.free = append(c.free, s...)
	return c.free[i:len(c.free):len(c.free)]
}
