package sbom

import (
	"bytes"
	"errors"
	"hash/maphash"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Every encoding is read into the same small tree, one component, package or
// relationship at a time, and the formats read the tree. So a format is
// written once, whatever its encodings are, and a document is never in memory
// as a whole.
//
// A tree lives in a slice that the next one reuses. Its texts go to where they
// stay: what a document keeps of them is not copied again.

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
	text                      string // trimmed
	parent, first, last, next int32
	line                      int32 // where the encoding has lines and no pointers
	kind                      nodeKind
}

// A tree is one value of a document with all that is in it. Node 0 is no node;
// node 1 is the root.
type tree struct {
	nodes []node
	size  int    // of the texts, in bytes
	place string // of the root, as a prefix of the places inside
	item  int    // of a list at place: 1 the first, 0 the root is no item of one
	texts texts
	// ref returns a text as it is held already, for trees of references to what
	// the document has. Nil for others.
	ref func([]byte) (string, bool)
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
	t.size, t.place, t.item = 0, place, 0
	t.elements, t.lines, t.ref = false, false, nil
	// A single huge item must not be carried along for the rest of a document.
	if cap(t.nodes) > 1<<16 {
		t.nodes = make([]node, 1, 256)
	}
}

// root returns the place of the root. That of an item is made when it is asked
// for: most of a document's relationships are never.
func (t *tree) root() string {
	if t.item > 0 {
		var buf [64]byte
		t.place = t.texts.keep(strconv.AppendInt(append(append(buf[:0], t.place...), '/'), int64(t.item-1), 10))
		t.item = 0
	}
	return t.place
}

// add appends a node to its parent and returns its index.
func (t *tree) add(parent int32, name string, k nodeKind) (int32, error) {
	if len(t.nodes) >= maxNodes || t.size > maxText {
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

// setText gives a node its text, trimmed and with invalid UTF-8 replaced.
func (t *tree) setText(i int32, s []byte) error {
	if len(s) > maxText-t.size {
		return errItemSize
	}
	t.setPlain(i, s, false, t.recurs(&t.nodes[i]))
	return nil
}

// setPlain does what setText does for a text that is within bounds. ascii says
// that nothing but ASCII is in it, recurs that it may come again.
func (t *tree) setPlain(i int32, s []byte, ascii, recurs bool) {
	t.size += len(s)
	n := &t.nodes[i]
	if !ascii || len(s) > 0 && (s[0] <= ' ' || s[len(s)-1] <= ' ') {
		s = bytes.TrimSpace(s)
	}
	switch {
	case len(s) == 0:
		n.text = ""
		return
	case !ascii && !utf8.Valid(s):
		n.text = strings.ToValidUTF8(string(s), "\uFFFD")
		return
	case t.ref != nil:
		if held, ok := t.ref(s); ok {
			n.text = held
			return
		}
	}
	if recurs {
		n.text = t.texts.once(s)
	} else {
		n.text = t.texts.keep(s)
	}
}

// recurs reports a node whose texts are often the same throughout a document:
// words of a schema, licences, names and addresses of suppliers. Names of
// components and what identifies them are not.
func (t *tree) recurs(n *node) bool {
	name := n.name
	if name == "" { // of a list
		name = t.nodes[n.parent].name
	}
	return name == "name" && n.parent != 1 || recurs(name)
}

func recurs(name string) bool {
	switch name {
	case "type", "scope", "group", "alg", "algorithm", "id", "expression", "email", "url", "country", "publisher", "author", "field", "technique", "confidence",
		"supplier", "originator", "licenseConcluded", "licenseDeclared", "referenceType", "referenceCategory", "relationshipType", "primaryPackagePurpose",
		"primaryPurpose", "externalIdentifierType", "externalRefType", "creationInfo", "suppliedBy", "originatedBy", "language", "maintainer", "foundBy":
		return true
	}
	return false
}

// holds reports whether a member of that name is there.
func (t *tree) holds(parent int32, name string) bool {
	for c := t.nodes[parent].first; c != 0; c = t.nodes[c].next {
		if t.nodes[c].name == name {
			return true
		}
	}
	return false
}

// seal ends the building of a tree and returns its root.
func (t *tree) seal() value {
	if len(t.nodes) < 2 {
		return value{}
	}
	return value{t, 1}
}

// texts keeps many short texts in few allocations.
type texts struct {
	block strings.Builder
	size  int // of all, in bytes
	// seen are texts that may come again, two for each hash: the first came
	// twice at least, so that texts that come once do not push it out.
	seen [][2]seenText
	seed maphash.Seed
	n    int // how often a text went to seen
}

// A seenText has the upper half of its hash beside it: that another is of
// another text shows without a look at it.
type seenText struct {
	text string
	hash uint32
}

// maxBlock is how many bytes of texts share one allocation, and stay as long as
// one of them does.
const maxBlock = 32 << 10

// keep returns s as a string.
func (t *texts) keep(s []byte) string {
	at := t.block.Len()
	if t.block.Cap()-at < len(s) {
		if len(s) > maxBlock/8 {
			return string(s)
		}
		t.block = strings.Builder{}
		t.block.Grow(max(min(t.size, maxBlock), 256, len(s)))
		at = 0
	}
	t.size += len(s)
	t.block.Write(s)
	return t.block.String()[at:]
}

const (
	minSeen, maxSeen = 64, 16 << 10
	maxRecurring     = 96 // bytes of a text
)

// once returns s as a string, the same that it returned before for such a text
// if that is not too long ago.
func (t *texts) once(s []byte) string {
	if len(s) > maxRecurring {
		return t.keep(s)
	}
	if t.n >= len(t.seen) && len(t.seen) < maxSeen {
		t.grow()
	}
	h := maphash.Bytes(t.seed, s)
	at, hash := &t.seen[h&uint64(len(t.seen)-1)], uint32(h>>32)
	if at[0].hash == hash && at[0].text == string(s) {
		return at[0].text
	}
	if at[1].hash == hash && at[1].text == string(s) {
		at[0], at[1] = at[1], at[0]
		return at[0].text
	}
	t.n++
	at[1] = seenText{t.keep(s), hash}
	return at[1].text
}

// grow makes seen four times as large.
func (t *texts) grow() {
	old := t.seen
	if old == nil {
		t.seed = maphash.MakeSeed()
	}
	t.seen = make([][2]seenText, max(minSeen, 4*len(old)))
	for _, pair := range old {
		for k, s := range pair {
			if s.text != "" {
				t.seen[maphash.String(t.seed, s.text)&uint64(len(t.seen)-1)][k] = s
			}
		}
	}
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
	return v.node().text
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
			return v.t.root()
		}
		return ""
	}
	if v.t.lines {
		for i := v.i; i != 0; i = v.t.nodes[i].parent {
			if l := v.t.nodes[i].line; l != 0 {
				return "line " + strconv.Itoa(int(l))
			}
		}
		return v.t.root()
	}
	if v.i == 1 {
		return v.t.root()
	}
	return v.t.root() + v.relative(1)
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

// one copies v and returns the copy.
func (c *chunks[T]) one(v *T) *T {
	if len(c.free) == cap(c.free) {
		c.free = make([]T, 0, min(max(2*cap(c.free), 1), 64))
	}
	c.free = append(c.free, *v)
	return &c.free[len(c.free)-1]
}
