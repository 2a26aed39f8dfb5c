package derived

import (
	"math/bits"
	"slices"
	"strings"
)

// A Probe compares one file with the rows of its name. Feed it the file's
// texts, versions and exported symbols, then ask for the Match.
type Probe struct {
	t         *Table
	rows      []row
	prints    map[uint32]uint64 // rows that have it, as bits
	templates map[uint32]uint64
	near      map[uint32]uint64
	symbols   map[uint32]bool // symbols of steps: seen
	alike     map[uint32]bool // texts and symbols of releases: seen
	found     []found
	maybe     [maybeBits / 64]uint64 // a bit of the hash of each of prints and alike
}

const maybeBits = 4096

type found struct {
	prints   map[uint32]bool
	texts    []Text
	versions map[string]Text
	near     map[string]Text
}

// A Text is a string of a file and its place.
type Text struct {
	Text   string
	Offset int64
}

// Probe returns a probe for a file of that base name and SONAME, nil if the
// table has no row for it.
func (t *Table) Probe(base, soname string) *Probe {
	v, ok := t.files.Value(Key(base, soname))
	if !ok {
		return nil
	}
	p := &Probe{t: t, rows: t.decodeRows(v), prints: map[uint32]uint64{}, templates: map[uint32]uint64{}, near: map[uint32]uint64{}, symbols: map[uint32]bool{}, alike: map[uint32]bool{}}
	p.rows = p.rows[:min(len(p.rows), 64)]
	p.found = make([]found, len(p.rows))
	for i := range p.rows {
		if soname == "" {
			p.rows[i].steps = nil // what a program exports is for its plug-ins, if it is not left there by chance
		}
		r := p.rows[i]
		p.found[i] = found{prints: map[uint32]bool{}, versions: map[string]Text{}, near: map[string]Text{}}
		for _, h := range r.prints {
			p.prints[h] |= 1 << i
			p.maybe[h%maybeBits/64] |= 1 << (h % 64)
		}
		for _, h := range r.templates {
			p.templates[h] |= 1 << i
		}
		for _, h := range r.near {
			p.near[h] |= 1 << i
		}
		for _, s := range r.steps {
			for _, h := range s.symbols {
				p.symbols[h] = false
			}
		}
		for _, a := range r.alike {
			for _, h := range slices.Concat(a.has, a.not) {
				p.alike[h] = false
				p.maybe[h%maybeBits/64] |= 1 << (h % 64)
			}
		}
	}
	return p
}

// Components are the names of what the file may be.
func (p *Probe) Components() []string {
	var names []string
	for i := range p.rows {
		if c, ok := p.t.component(p.rows[i].component); ok {
			names = append(names, c.Name)
		}
	}
	return names
}

// Text shows the probe a text of the file.
func (p *Probe) Text(s []byte, offset int64) {
	if len(s) >= MinPrint {
		h := narrow(Hash(s))
		if p.maybe[h%maybeBits/64]&(1<<(h%64)) == 0 {
			return // nearly all texts
		}
		if _, ok := p.alike[h]; ok {
			p.alike[h] = true
		}
		if set := p.prints[h]; set != 0 {
			for ; set != 0; set &= set - 1 {
				f := &p.found[bits.TrailingZeros64(set)]
				if !f.prints[h] && len(f.texts) < 2 {
					f.texts = append(f.texts, Text{string(s[:min(len(s), 80)]), offset})
				}
				f.prints[h] = true
			}
		}
	}
}

// Version shows the probe a version in a text, as [Versions] found it.
func (p *Probe) Version(s []byte, offset int64, start, end int) {
	if len(p.templates)+len(p.near) == 0 {
		return
	}
	note := func(to map[string]Text, most int) {
		v := string(s[start:end])
		if _, dup := to[v]; !dup && len(to) < most {
			from := max(0, start-contextLen)
			to[v] = Text{string(s[from:end]), offset + int64(from)}
		}
	}
	context := narrow(contextHash(s, start, end))
	for set := p.templates[context]; set != 0; set &= set - 1 {
		note(p.found[bits.TrailingZeros64(set)].versions, 4)
	}
	for set := p.near[context]; set != 0; set &= set - 1 {
		note(p.found[bits.TrailingZeros64(set)].near, maxNear)
	}
}

// Symbol shows the probe an exported symbol.
func (p *Probe) Symbol(name []byte) {
	if len(p.symbols)+len(p.alike) == 0 {
		return
	}
	h := Hash(name)
	if _, ok := p.symbols[narrow(h)]; ok {
		p.symbols[narrow(h)] = true
	}
	if h := symbolHash(h); len(p.alike) > 0 {
		if _, ok := p.alike[h]; ok {
			p.alike[h] = true
		}
	}
}

// A Match says what a file is.
type Match struct {
	Component *Component
	// Shared of Prints texts that the component's file has in every build of
	// the table, and in no other component, are in this one.
	Shared, Prints int
	Texts          []Text
	// Version that a text states in the place where the component's builds
	// state theirs; empty where none does.
	Version string
	At      Text
	// Leads says that the component's builds have their own version, and no other
	// that is Within the component's, where [Leads] finds it.
	Leads bool
	// Silent says that none of the component's builds states its own version.
	Silent bool
	// After and Before are versions between which the symbols put this one:
	// later than After, before Before. Either may be empty.
	After, Before string
	// Alike is the version whose builds the file is like, and no other's: empty
	// where there may be others that the table does not have.
	Alike string
}

const (
	// MinPrint is how many bytes a text has at least that identifies.
	MinPrint  = 8
	minShared = 3  // texts that must agree
	shareOf   = 4  // and at least one in four
	maxPrints = 12 // of a row
	// enoughPrints of all builds need no more of the later ones.
	enoughPrints = 8
	minAlike     = 5   // texts of a row that tells releases
	maxNear      = 256 // versions of a file in places that have others too
)

// Match returns the best row that the file agrees with, nil if there is none
// or two are as good.
func (p *Probe) Match() *Match {
	best, tie := -1, false
	ratio := func(i int) int { return 1000 * len(p.found[i].prints) / max(1, len(p.rows[i].prints)) }
	for i := range p.rows {
		n := len(p.found[i].prints)
		if n < minShared || n*shareOf < len(p.rows[i].prints) {
			continue
		}
		switch {
		case best < 0 || ratio(i) > ratio(best):
			best, tie = i, false
		case ratio(i) == ratio(best):
			tie = true
		}
	}
	if best < 0 || tie {
		return nil
	}
	r, f := &p.rows[best], &p.found[best]
	c, ok := p.t.component(r.component)
	if !ok {
		return nil
	}
	known := c.Versions[min(r.from, len(c.Versions)):]
	// One number may be anything, but for a date.
	near := func(v string) bool {
		return Near(v, known) && (strings.Contains(v, ".") || len(v) >= len("20120424") || slices.Contains(known, v))
	}
	later := func(v string) bool {
		return r.from == 0 || CompareVersions(v, c.Versions[min(r.from, len(c.Versions))-1]) > 0
	}
	m := &Match{Component: c, Shared: len(f.prints), Prints: len(r.prints), Texts: f.texts, Leads: r.leads, Silent: r.silent}
	if len(f.versions) == 1 {
		for v, t := range f.versions {
			// Alone it may be another's number, as in a program that came with
			// another project once: "3.8p" in pppoe-discovery of ppp 2.4.7.
			if later(v) && sameShape(v, known) && (t.Text != v || near(v)) {
				m.Version, m.At = v, t
			}
		}
		if m.Version != "" {
			return m
		}
	}
	n := 0
	for v, t := range f.near {
		if later(v) && near(v) {
			n++
			m.Version, m.At = v, t
		}
	}
	if n == 1 {
		return m
	}
	m.Version, m.At = "", Text{}
	low, high := -1, -1
	for k, s := range r.steps {
		n := 0
		for _, h := range s.symbols {
			if p.symbols[h] {
				n++
			}
		}
		switch {
		case n == len(s.symbols): // some may be visible in one way of building alone
			low, high = k, -1
		case n == 0 && len(s.symbols) >= 2 && high < 0:
			high = k
		}
	}
	version := func(i int) string {
		if i >= 0 && i < len(c.Versions) {
			return c.Versions[i]
		}
		return ""
	}
	m.Alike = version(p.alikeOf(r, len(f.prints)))
	if low >= 0 {
		m.After = version(r.steps[low].version - 1)
	}
	if high >= 0 {
		m.Before = version(r.steps[high].version)
	}
	return m
}

// alikeOf returns the index of the version whose builds the file is like, -1 if
// there is none or there are two.
func (p *Probe) alikeOf(r *row, prints int) int {
	if len(r.prints) < minAlike || prints*8 < len(r.prints)*7 {
		return -1 // built from other sources, or in another way
	}
	count := func(l []uint32) (n int) {
		for _, h := range l {
			if p.alike[h] {
				n++
			}
		}
		return n
	}
	found := -1
	for _, a := range r.alike {
		if count(a.not) > 0 || count(a.has) < len(a.has)-len(a.has)/4 {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = a.version
	}
	return found
}

// Range is the range of versions that the symbols allow as a VERS range, or
// empty.
func (m *Match) Range() string {
	if m.After == "" {
		return "" // that symbols are missing may be a matter of configuration
	}
	var parts []string
	if m.After != "" {
		parts = append(parts, ">"+m.After)
	}
	if m.Before != "" {
		parts = append(parts, "<"+m.Before)
	}
	if len(parts) == 0 {
		return ""
	}
	return "vers:generic/" + strings.Join(parts, "|")
}
