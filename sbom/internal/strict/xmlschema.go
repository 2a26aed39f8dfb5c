package strict

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

// A Type is one interned node of the XML tables: a simple or a complex type of
// XML Schema 1.0. Other nodes are named by their number; number 0 is anyType,
// which accepts everything.
//
// Implemented are what the schemas of CycloneDX 1.0 to 1.7 use: global and
// local elements and types, sequences and choices with occurrences, element
// wildcards (##any, ##other; lax, of namespaces that no schema is known for),
// attributes and attribute groups with their use, attribute wildcards, simple
// content, mixed content, restrictions by enumeration, pattern, length and
// range, unions, default values of elements, and xs:unique over @bom-ref. The
// generator fails on anything else. Of what a document can do to its own
// validation, xsi:type and xsi:nil are not followed.
type Type struct {
	// A simple type.
	Builtin string    `json:"b,omitempty"` // its type of XML Schema
	Of      int       `json:"of,omitempty"`
	Enum    []string  `json:"e,omitempty"`
	Pattern []string  `json:"re,omitempty"` // one of them matches
	MinLen  int       `json:"nl,omitempty"`
	MaxLen  *int      `json:"xl,omitempty"`
	Min     string    `json:"mn,omitempty"` // inclusive
	Max     string    `json:"mx,omitempty"`
	Union   []int     `json:"or,omitempty"`
	Attrs   Attrs     `json:"a,omitempty"` // of a complex type
	AnyAttr string    `json:"aa,omitempty"`
	Text    int       `json:"t,omitempty"` // simple content
	Mixed   bool      `json:"m,omitempty"`
	Content *Particle `json:"c,omitempty"`
	Complex bool      `json:"x,omitempty"`
	// UniqueRefs says that bom-ref is unique in all that is below.
	UniqueRefs bool `json:"u,omitempty"`

	pattern []matcher
	words   map[string]bool
	auto    *automaton
}

// Attrs are attributes by name.
type Attrs map[string]Attr

// An Attr is one attribute of a complex type.
type Attr struct {
	Type     int  `json:"t,omitempty"`
	Required bool `json:"r,omitempty"`
}

// A Particle is a part of a content model.
type Particle struct {
	Kind    string     `json:"k"` // s sequence, c choice, e element, a any
	Min     int        `json:"n"`
	Max     int        `json:"x"` // -1 is unbounded
	Name    string     `json:"e,omitempty"`
	Type    int        `json:"t,omitempty"`
	Default bool       `json:"d,omitempty"` // an empty element has a valid default
	NS      string     `json:"ns,omitempty"`
	Parts   []Particle `json:"p,omitempty"`
}

//go:embed xml.table
var xmlTable []byte

type xmlSchemas struct {
	head  tableHead
	types []Type
}

var loadXML = sync.OnceValues(func() (*xmlSchemas, error) {
	s := &xmlSchemas{}
	err := loadTable(xmlTable, &s.head, func(line []byte) error {
		var n Type
		if err := json.Unmarshal(line, &n); err != nil {
			return err
		}
		for _, p := range n.Pattern {
			m, err := newMatcher("^(?:" + p + ")$")
			if err != nil {
				return err
			}
			n.pattern = append(n.pattern, m)
		}
		if len(n.Enum) > 0 {
			n.words = make(map[string]bool, len(n.Enum))
			for _, e := range n.Enum {
				n.words[e] = true
			}
		}
		if n.Complex && n.Content != nil {
			var err error
			if n.auto, err = newAutomaton(n.Content); err != nil {
				return err
			}
		}
		s.types = append(s.types, n)
		return nil
	})
	return s, err
})

// An automaton is a content model as Glushkov's construction makes it: each
// element or wildcard of the model is a position, and after one of them some
// may follow.
type automaton struct {
	positions []*Particle
	first     []int
	follow    [][]int
	last      map[int]bool
	empty     bool // accepts no children
}

// maxPositions bounds an automaton; the largest model has about a hundred.
const maxPositions = 2048

func newAutomaton(p *Particle) (*automaton, error) {
	a := &automaton{last: map[int]bool{}}
	first, last, empty, err := a.add(p)
	if err != nil {
		return nil, err
	}
	a.first, a.empty = first, empty
	for _, l := range last {
		a.last[l] = true
	}
	return a, nil
}

// add adds a particle with its occurrences.
func (a *automaton) add(p *Particle) (first, last []int, empty bool, err error) {
	if p.Max == 0 {
		return nil, nil, true, nil
	}
	copies := max(p.Min, 1)
	if p.Max > 0 {
		copies = p.Max
	}
	empty = true
	for i := range copies {
		f, l, e, err := a.once(p)
		if err != nil {
			return nil, nil, false, err
		}
		if i >= p.Min {
			e = true
		}
		if p.Max < 0 && i == copies-1 {
			a.link(l, f)
		}
		first, last, empty = a.chain(first, last, empty, f, l, e)
	}
	return first, last, empty, nil
}

// chain appends one part to another.
func (a *automaton) chain(first, last []int, empty bool, f, l []int, e bool) ([]int, []int, bool) {
	a.link(last, f)
	if empty {
		first = append(slices.Clone(first), f...)
	}
	if e {
		l = append(slices.Clone(last), l...)
	}
	return first, l, empty && e
}

func (a *automaton) link(from, to []int) {
	for _, l := range from {
		for _, f := range to {
			if !slices.Contains(a.follow[l], f) {
				a.follow[l] = append(a.follow[l], f)
			}
		}
	}
}

func (a *automaton) once(p *Particle) (first, last []int, empty bool, err error) {
	switch p.Kind {
	case "e", "a":
		if len(a.positions) >= maxPositions {
			return nil, nil, false, fmt.Errorf("a content model with more than %d positions", maxPositions)
		}
		i := len(a.positions)
		a.positions = append(a.positions, p)
		a.follow = append(a.follow, nil)
		return []int{i}, []int{i}, false, nil
	case "s":
		empty = true
		for i := range p.Parts {
			f, l, e, err := a.add(&p.Parts[i])
			if err != nil {
				return nil, nil, false, err
			}
			first, last, empty = a.chain(first, last, empty, f, l, e)
		}
		return first, last, empty, nil
	case "c":
		for i := range p.Parts {
			f, l, e, err := a.add(&p.Parts[i])
			if err != nil {
				return nil, nil, false, err
			}
			first, last, empty = append(first, f...), append(last, l...), empty || e
		}
		return first, last, empty || len(p.Parts) == 0, nil
	}
	return nil, nil, false, fmt.Errorf("particle %q", p.Kind)
}
