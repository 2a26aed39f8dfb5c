package strict

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kinds of nodes.
const (
	Object  = 'o'
	Array   = 'a'
	String  = 's'
	Number  = 'n'
	Boolean = 'b'
	Null    = 'z'
	later   = 'd' // not parsed yet: Tree.open
)

// A Node is a value of a Tree.
type Node struct {
	Kind  byte
	Key   string // of a member of an object
	Text  string // of a string, or a number, true or false as written
	first int32
	last  int32
	next  int32
	n     int32
	Line  int32 // of encodings whose places are lines; 0 is that of the parent
	off   int   // of the value in the text, where it is parsed later
	end   int
}

// A Tree is a document, or a value of it. Node 0 is none, node 1 the root.
type Tree struct {
	Nodes []Node
	src   string // of later nodes
	depth int
	// The last two nodes that were parsed later; what is looked at is looked at
	// again soon, or not at all.
	opened [2]struct {
		i int32
		t *Tree
	}
	turn int
	// Twice are the places of members that stand twice in their object. The last
	// one counts.
	Twice []string
	// BadUTF8 says that a string was not valid UTF-8.
	BadUTF8 bool
}

// NewTree returns an empty tree.
func NewTree() *Tree { return &Tree{Nodes: make([]Node, 1, 64)} }

// Add appends a node to its parent and returns its number; the first one, of
// parent 0, is the root.
func (t *Tree) Add(parent int32, n Node) int32 {
	i := int32(len(t.Nodes))
	t.Nodes = append(t.Nodes, n)
	if parent > 0 {
		p := &t.Nodes[parent]
		if p.last == 0 {
			p.first = i
		} else {
			t.Nodes[p.last].next = i
		}
		p.last = i
		p.n++
	}
	return i
}

// Member returns the member of an object, 0 if there is none.
func (t *Tree) Member(i int32, key string) int32 {
	if t.Nodes[i].Kind != Object {
		return 0
	}
	for c := t.Nodes[i].first; c != 0; c = t.Nodes[c].next {
		if t.Nodes[c].Key == key {
			return c
		}
	}
	return 0
}

// Text returns the string at a member, or nothing.
func (t *Tree) Text(i int32, key string) string {
	if c := t.Member(i, key); c != 0 && t.Nodes[c].Kind == String {
		return t.Nodes[c].Text
	}
	return ""
}

// Each calls f for every child.
func (t *Tree) Each(i int32, f func(c int32)) {
	for c := t.Nodes[i].first; c != 0; c = t.Nodes[c].next {
		f(c)
	}
}

// ErrDepth is the error for a document that is nested too deep.
var ErrDepth = errors.New("nested too deep")

// A SyntaxError is the place where a text stops to be JSON.
type SyntaxError struct {
	Offset  int
	Message string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("offset %d: %s", e.Offset, e.Message) }

// ParseJSON parses a text. Items of the lists that are members of the root are
// checked for their syntax and parsed when they are looked at, so that what is
// in memory is the text and one of them.
func ParseJSON(src string, depth int) (*Tree, error) {
	t := NewTree()
	t.src, t.depth = src, depth
	p := &jsonParser{src: src, depth: depth, t: t, lazy: true}
	p.space()
	if err := p.value(0, "", 0); err != nil {
		return nil, err
	}
	p.space()
	if p.at != len(src) {
		return nil, p.fail("data after the end of the document")
	}
	return t, nil
}

// open returns the tree of a node that is parsed later. It holds until two
// others have been opened.
func (t *Tree) open(i int32) *Tree {
	for k := range t.opened {
		if t.opened[k].i == i {
			t.turn = 1 - k
			return t.opened[k].t
		}
	}
	slot := &t.opened[t.turn]
	t.turn = 1 - t.turn
	if slot.t == nil || cap(slot.t.Nodes) > 1<<16 {
		slot.t = NewTree()
	}
	out := slot.t
	*out = Tree{Nodes: append(out.Nodes[:0], Node{}), depth: t.depth}
	slot.i = i
	n := &t.Nodes[i]
	p := &jsonParser{src: t.src[:n.end], at: n.off, depth: t.depth, t: out}
	if err := p.value(0, "", 2); err != nil {
		// It was parsed before.
		out.Add(0, Node{Kind: Null})
	}
	return out
}

type jsonParser struct {
	src   string
	at    int
	depth int
	t     *Tree
	lazy  bool
	dry   bool // check only
}

func (p *jsonParser) fail(message string) error { return &SyntaxError{p.at, message} }

func (p *jsonParser) space() {
	for p.at < len(p.src) {
		switch p.src[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return
		}
	}
}

func (p *jsonParser) add(parent int32, n Node) int32 {
	if p.dry {
		return 0
	}
	return p.t.Add(parent, n)
}

func (p *jsonParser) value(parent int32, key string, depth int) error {
	if depth > p.depth {
		return fmt.Errorf("%w: more than %d at offset %d", ErrDepth, p.depth, p.at)
	}
	if p.at >= len(p.src) {
		return p.fail("the document ends early")
	}
	switch c := p.src[p.at]; c {
	case '{':
		start := p.at
		i := p.add(parent, Node{Kind: Object, Key: key})
		err := p.object(i, depth)
		if i > 0 {
			p.t.Nodes[i].off, p.t.Nodes[i].end = start, p.at
		}
		return err
	case '[':
		return p.array(p.add(parent, Node{Kind: Array, Key: key}), depth)
	case '"':
		s, err := p.str()
		if err == nil {
			p.add(parent, Node{Kind: String, Key: key, Text: s})
		}
		return err
	case 't', 'f', 'n':
		for _, w := range []string{"true", "false", "null"} {
			if strings.HasPrefix(p.src[p.at:], w) {
				p.at += len(w)
				n := Node{Kind: Boolean, Key: key, Text: w}
				if c == 'n' {
					n = Node{Kind: Null, Key: key, Text: w}
				}
				p.add(parent, n)
				return nil
			}
		}
		return p.fail("no value")
	}
	return p.number(parent, key)
}

func (p *jsonParser) number(parent int32, key string) error {
	start := p.at
	digits := func() bool {
		from := p.at
		for p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '9' {
			p.at++
		}
		return p.at > from
	}
	if p.at < len(p.src) && p.src[p.at] == '-' {
		p.at++
	}
	switch {
	case p.at < len(p.src) && p.src[p.at] == '0':
		p.at++
	case !digits():
		return p.fail("no value")
	}
	if p.at < len(p.src) && p.src[p.at] == '.' {
		p.at++
		if !digits() {
			return p.fail("a number without digits after its point")
		}
	}
	if p.at < len(p.src) && (p.src[p.at] == 'e' || p.src[p.at] == 'E') {
		p.at++
		if p.at < len(p.src) && (p.src[p.at] == '+' || p.src[p.at] == '-') {
			p.at++
		}
		if !digits() {
			return p.fail("a number without digits in its exponent")
		}
	}
	p.add(parent, Node{Kind: Number, Key: key, Text: p.src[start:p.at]})
	return nil
}

func (p *jsonParser) object(i int32, depth int) error {
	p.at++
	p.space()
	if p.at < len(p.src) && p.src[p.at] == '}' {
		p.at++
		return nil
	}
	for {
		if p.at >= len(p.src) || p.src[p.at] != '"' {
			return p.fail("a name of a member is missing")
		}
		key, err := p.str()
		if err != nil {
			return err
		}
		p.space()
		if p.at >= len(p.src) || p.src[p.at] != ':' {
			return p.fail("a colon is missing")
		}
		p.at++
		p.space()
		if err := p.value(i, key, depth+1); err != nil {
			return err
		}
		p.space()
		if p.at >= len(p.src) {
			return p.fail("the document ends early")
		}
		switch p.src[p.at] {
		case ',':
			p.at++
			p.space()
		case '}':
			p.at++
			if !p.dry {
				p.t.dropTwice(i)
			}
			return nil
		default:
			return p.fail("neither a comma nor the end of an object")
		}
	}
}

func (p *jsonParser) array(i int32, depth int) error {
	p.at++
	p.space()
	if p.at < len(p.src) && p.src[p.at] == ']' {
		p.at++
		return nil
	}
	defer func(dry bool) { p.dry = dry }(p.dry)
	put := p.lazy && depth == 1
	for {
		start := p.at
		if put {
			p.dry = true
		}
		if err := p.value(i, "", depth+1); err != nil {
			return err
		}
		if put {
			p.dry = false
			p.t.Add(i, Node{Kind: later, off: start, end: p.at})
		}
		p.space()
		if p.at >= len(p.src) {
			return p.fail("the document ends early")
		}
		switch p.src[p.at] {
		case ',':
			p.at++
			p.space()
		case ']':
			p.at++
			return nil
		default:
			return p.fail("neither a comma nor the end of a list")
		}
	}
}

// str parses a string. Without escapes it is a part of the text.
func (p *jsonParser) str() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == '"':
			s := p.src[start:p.at]
			p.at++
			return p.utf8(s), nil
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			return "", p.fail("a control character in a string")
		}
		p.at++
	}
	return "", p.fail("a string that does not end")
}

func (p *jsonParser) utf8(s string) string {
	if p.dry || utf8.ValidString(s) {
		return s
	}
	p.t.BadUTF8 = true
	return string([]rune(s)) // U+FFFD for each byte
}

func (p *jsonParser) escaped(start int) (string, error) {
	var b strings.Builder
	b.WriteString(p.src[start:p.at])
	hex := func() (rune, bool) {
		if p.at+4 > len(p.src) {
			return 0, false
		}
		v, err := strconv.ParseUint(p.src[p.at:p.at+4], 16, 32)
		if err != nil || strings.ContainsAny(p.src[p.at:p.at+4], "+-_") {
			return 0, false
		}
		p.at += 4
		return rune(v), true
	}
	for p.at < len(p.src) {
		c := p.src[p.at]
		p.at++
		switch {
		case c == '"':
			return p.utf8(b.String()), nil
		case c < 0x20:
			p.at--
			return "", p.fail("a control character in a string")
		case c != '\\':
			b.WriteByte(c)
			continue
		}
		if p.at >= len(p.src) {
			break
		}
		c = p.src[p.at]
		p.at++
		switch c {
		case '"', '\\', '/':
			b.WriteByte(c)
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			r, ok := hex()
			if !ok {
				return "", p.fail("a bad escape")
			}
			if r >= 0xD800 && r < 0xE000 {
				full := rune(utf8.RuneError)
				if r < 0xDC00 && strings.HasPrefix(p.src[p.at:], `\u`) {
					save := p.at
					p.at += 2
					if low, ok := hex(); ok && low >= 0xDC00 && low < 0xE000 {
						full = 0x10000 + (r-0xD800)<<10 + (low - 0xDC00)
					} else {
						p.at = save
					}
				}
				r = full
			}
			b.WriteRune(r)
		default:
			return "", p.fail("a bad escape")
		}
	}
	return "", p.fail("a string that does not end")
}

// dropTwice leaves of members of one name the last.
func (t *Tree) dropTwice(i int32) {
	n := &t.Nodes[i]
	twice := false
	if n.n <= 12 {
		for c := n.first; c != 0 && !twice; c = t.Nodes[c].next {
			for d := t.Nodes[c].next; d != 0; d = t.Nodes[d].next {
				if t.Nodes[c].Key == t.Nodes[d].Key {
					twice = true
					break
				}
			}
		}
	} else {
		seen := make(map[string]bool, n.n)
		for c := n.first; c != 0; c = t.Nodes[c].next {
			twice = twice || seen[t.Nodes[c].Key]
			seen[t.Nodes[c].Key] = true
		}
	}
	if !twice {
		return
	}
	last := map[string]int32{}
	for c := n.first; c != 0; c = t.Nodes[c].next {
		last[t.Nodes[c].Key] = c
	}
	var keep []int32
	for c := n.first; c != 0; c = t.Nodes[c].next {
		if last[t.Nodes[c].Key] == c {
			keep = append(keep, c)
		} else {
			t.Twice = append(t.Twice, t.Nodes[c].Key)
		}
	}
	n.first, n.n = keep[0], int32(len(keep))
	for k, c := range keep {
		t.Nodes[c].next = 0
		if k > 0 {
			t.Nodes[keep[k-1]].next = c
		}
	}
	n.last = keep[len(keep)-1]
}

// A Path is where a value stands.
type Path struct {
	up   *Path
	key  string
	i    int // of an item, if key is empty and up is not nil
	item bool
	line int32
	base string // of the root
}

func (p *Path) member(key string, line int32) *Path {
	return &Path{up: p, key: key, line: line}
}

func (p *Path) at(i int, line int32) *Path {
	return &Path{up: p, i: i, item: true, line: line}
}

// String returns the JSON pointer.
func (p *Path) String() string {
	var parts []string
	base := ""
	for q := p; q != nil; q = q.up {
		switch {
		case q.up == nil:
			base = q.base
		case q.item:
			parts = append(parts, strconv.Itoa(q.i))
		default:
			parts = append(parts, strings.ReplaceAll(strings.ReplaceAll(q.key, "~", "~0"), "/", "~1"))
		}
	}
	var b strings.Builder
	b.WriteString(base)
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteByte('/')
		b.WriteString(parts[i])
	}
	return b.String()
}

func (p *Path) lineOf() int {
	for q := p; q != nil; q = q.up {
		if q.line != 0 {
			return int(q.line)
		}
	}
	return 0
}

// Wrapped returns the document that stands in a member of another one, as its
// text: tools and attestations wrap it so.
func Wrapped(t *Tree) (inner, name string) {
	for _, known := range []string{"bomFormat", "specVersion", "spdxVersion", "SPDXID", "@graph", "@context", "components", "packages", "artifacts"} {
		if t.Member(1, known) != 0 {
			return "", ""
		}
	}
	for _, name := range []string{"predicate", "Document", "sbom", "SBOM", "bom", "spdx", "Predicate", "Data"} {
		if i := t.Member(1, name); i != 0 && t.Nodes[i].Kind == Object {
			return t.src[t.Nodes[i].off:t.Nodes[i].end], name
		}
	}
	return "", ""
}
