package origindb

import (
	"encoding/binary"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/internal/flattable"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// The records' form in the compiled file. Integers are unsigned varints, a
// text is its length and its bytes, a list its length and its elements, and a
// structure its fields in the order of its declaration. What a record does not
// state is an empty text or list; booleans of one structure share a byte.
// Retracted statements are not compiled.
//
// encoder and decoder below must change together, and with them the number of
// the form: a test fills every field of every record and compares, and another
// knows the encoding of each form by its digest. A form that was published is
// read for good, so that editions can be compared: a field is added with
//
//	if d.has(formN) { ... }
//
// in the decoder, and absent means empty.

// Numbers of the records' form; the table "meta" states one.
const (
	// In files of form 1 projects may lack Unaffiliated: it was added without
	// another number. [open] looks which of the two a file has.
	formFirst = iota + 1
	formUnaffiliated
	// From form 3 on, texts of sources that recur stand once, in the table
	// "text".
	formShared
	// From form 4 on, rows of whole registries hold the places of their names in
	// the table "names", and there are tables of packages.
	formPackages
	// From form 5 on, a text of a source may begin with one of the table "text",
	// and the id of a record stands in its key only.
	formPrefixes
	// From form 6 on, words that recur (kinds, roles, countries, days, names of
	// sources) stand once, in the table "word", texts of sources say in one number
	// how they are written, and a literal that its key spells is not repeated.
	formWords

	formNow = formWords

	// maxPrefix bounds what a text can begin with from the table: a file with
	// long ones would take more memory than its size says.
	maxPrefix = 256
)

type encoder struct {
	b []byte
	// shared are the texts of the table "text", by place; nil writes every
	// text where it is.
	shared map[string]int
	words  map[string]int // likewise of the table "word"
	seen   map[string]int // how often a word was written, nil where nobody asks
	form   int            // as in decoder; other than formNow in tests only
}

// has reports whether the form that is written has what a form brought.
func (e *encoder) has(form int) bool { return e.form == 0 || e.form >= form }

func (e *encoder) uint(n int)             { e.b = binary.AppendUvarint(e.b, uint64(n)) }
func (e *encoder) text(s string)          { e.uint(len(s)); e.b = append(e.b, s...) }
func (e *encoder) date(d provenance.Date) { e.word(string(d)) }

// word writes a text that other records have too: twice its length and the text,
// or twice its place in the table of words and one more. Before form 6 it is a
// text like any.
func (e *encoder) word(s string) {
	if e.seen != nil {
		e.seen[s]++
	}
	i, ok := e.words[s]
	switch {
	case !e.has(formWords):
		e.text(s)
	case ok:
		e.uint(2*i + 1)
	default:
		e.uint(2 * len(s))
		e.b = append(e.b, s...)
	}
}

func (e *encoder) wordList(list []string) {
	e.uint(len(list))
	for _, s := range list {
		e.word(s)
	}
}

func (e *encoder) bits(flags ...bool) {
	var b byte
	for i, f := range flags {
		if f {
			b |= 1 << i
		}
	}
	e.b = append(e.b, b)
}

func (e *encoder) texts(list []string) {
	e.uint(len(list))
	for _, s := range list {
		e.text(s)
	}
}

// id writes the id of a record, which from form 5 on its key says.
func (e *encoder) id(id string) {
	if !e.has(formPrefixes) {
		e.text(id)
	}
}

func (e *encoder) statement(s provenance.Statement) {
	e.bits(s.Uncited, s.Disputed != "", s.Note != "")
	e.wordList(s.Sources)
	if s.Disputed != "" {
		e.text(s.Disputed)
	}
	if s.Note != "" {
		e.text(s.Note)
	}
}

func (e *encoder) source(name string, s provenance.Source) {
	for _, t := range sourceTexts(s) {
		e.sharedText(t, name)
	}
}

// sourceTexts returns the fields of a source in their order in the file.
func sourceTexts(s provenance.Source) [7]string {
	return [...]string{s.Registry, s.Revision, s.Key, s.URL, s.Title, string(s.Retrieved), s.Says}
}

// How the text of a source is written, in the lowest two bits of a number whose
// others are the text's length, its place in the table, or the place of what it
// begins with.
const (
	textWhole = iota
	textShared
	textBegins
	textOfName // what the name of the source ends with, from that byte on
)

// how writes n with the way the text is written in its lowest two bits.
func (e *encoder) how(n, how int) { e.uint(n<<2 | how) }

// sharedText writes a text of a source: its length and the text; its place in the
// table; the place of what it begins with and the rest; or where it begins in the
// name of the source. In form 5 it was 0 and the text, twice one more than the
// place, or twice the place and one more and the rest; before, one more than the
// place.
func (e *encoder) sharedText(s, name string) {
	if !e.has(formShared) {
		e.text(s)
		return
	}
	i, ok := e.shared[s]
	switch {
	case ok && e.has(formWords):
		e.how(i, textShared)
		return
	case e.has(formWords) && endsName(s, name):
		e.how(len(name)-len(s), textOfName)
		return
	case e.has(formWords):
		for n := range beginnings(s) {
			if i, ok := e.shared[s[:n]]; ok {
				e.how(i, textBegins)
				e.text(s[n:])
				return
			}
		}
		e.how(len(s), textWhole)
		e.b = append(e.b, s...)
		return
	case ok && e.has(formPrefixes):
		e.uint(2 * (i + 1))
		return
	case ok:
		e.uint(i + 1)
		return
	case e.has(formPrefixes):
		for n := range beginnings(s) {
			if i, ok := e.shared[s[:n]]; ok {
				e.uint(2*i + 1)
				e.text(s[n:])
				return
			}
		}
	}
	e.uint(0)
	e.text(s)
}

// endsName reports whether a text of a source is what the name of the source ends
// with: rows of registries that are joined to a record are named after their key.
func endsName(s, name string) bool { return len(s) >= 4 && strings.HasSuffix(name, s) }

// beginnings yields the lengths of what a text can begin with from the table,
// the longest first: up to a character that is no letter or digit.
func beginnings(s string) iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := min(len(s)-1, maxPrefix); n >= 6; n-- {
			c := s[n-1]
			if c < 0x80 && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && !yield(n) {
				return
			}
		}
	}
}

func (e *encoder) sources(m map[string]provenance.Source) {
	e.uint(len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		e.word(k)
		e.source(k, m[k])
	}
}

func (e *encoder) name(n provenance.Name) {
	e.text(n.Name)
	e.word(string(n.Kind))
	e.word(n.Lang)
	e.date(n.From)
	e.date(n.To)
	e.bits(n.Weak)
	e.statement(n.Statement)
}

func (e *encoder) identifier(i provenance.Identifier) {
	e.word(i.Kind.String())
	e.text(i.Value)
	e.word(i.Role.String())
	e.date(i.From)
	e.date(i.To)
	e.bits(i.CorporateMail, i.Verified, i.Fold, i.Word, i.Wide)
	e.statement(i.Statement)
}

// A part is a place in an encoded record that a key points to.
type part struct {
	offset int
	name   provenance.Name       // one of the two
	id     provenance.Identifier //
}

func (e *encoder) namesAndIdentifiers(names []provenance.Name, ids []provenance.Identifier) (parts []part) {
	e.uint(len(names))
	for _, n := range names {
		parts = append(parts, part{offset: len(e.b), name: n})
		e.name(n)
	}
	e.uint(len(ids))
	for _, i := range ids {
		parts = append(parts, part{offset: len(e.b), id: i})
		e.identifier(i)
	}
	return parts
}

func (e *encoder) organization(o *provenance.Organization) []part {
	e.id(o.ID)
	e.text(o.Name)
	e.word(string(o.Kind))
	parts := e.namesAndIdentifiers(o.Names, o.Identifiers)
	e.uint(len(o.Origins))
	for _, or := range o.Origins {
		e.word(or.Country)
		e.word(string(or.Basis))
		e.date(or.Since)
		e.date(or.Until)
		e.statement(or.Statement)
	}
	e.uint(len(o.Owners))
	for _, ow := range o.Owners {
		e.word(ow.Organization)
		e.word(ow.State)
		e.word(string(ow.Share))
		e.word(string(ow.Kind))
		e.date(ow.Since)
		e.date(ow.Until)
		e.statement(ow.Statement)
	}
	e.sources(o.Sources)
	e.text(o.Note)
	e.date(o.Reviewed)
	return parts
}

func (e *encoder) project(p *provenance.Project) []part {
	e.id(p.ID)
	e.text(p.Name)
	parts := e.namesAndIdentifiers(p.Names, p.Identifiers)
	e.uint(len(p.Stewards))
	for _, s := range p.Stewards {
		e.word(s.Organization)
		e.word(s.Role.String())
		e.date(s.Since)
		e.date(s.Until)
		e.statement(s.Statement)
	}
	e.bits(p.Community != nil)
	if c := p.Community; c != nil {
		e.date(c.Since)
		e.date(c.Until)
		e.statement(c.Statement)
	}
	if e.has(formUnaffiliated) {
		e.bits(p.Unaffiliated != nil)
		if u := p.Unaffiliated; u != nil {
			e.date(u.Since)
			e.date(u.Until)
			e.statement(u.Statement)
		}
	}
	e.sources(p.Sources)
	e.text(p.Note)
	e.date(p.Reviewed)
	return parts
}

func (e *encoder) list(l *provenance.List) {
	for _, t := range []string{l.ID, l.Title, l.Publisher, l.Authority, l.URL, l.Edition, l.Transcribed, l.Note} {
		e.text(t)
	}
	e.date(l.Reviewed)
	e.bits(l.Complete)
	e.uint(len(l.Entries))
	for _, en := range l.Entries {
		e.text(en.Name)
		e.word(string(en.Kind))
		e.texts(en.Organizations)
		e.bits(en.Extends)
		e.text(en.Paragraph)
		e.text(en.Scope)
		e.date(en.Effective)
		e.date(en.Ended)
		e.statement(en.Statement)
	}
	e.sources(l.Sources)
}

func (e *encoder) literal(l sbom.Literal) {
	e.id(l.ID)
	e.word(l.Kind.String())
	if !e.has(formWords) {
		e.text(l.Text)
	}
	if !e.has(formPrefixes) {
		e.text(l.Value)
		e.word(l.Role.String())
		e.bits(l.Fold, l.Word, l.Wide)
		return
	}
	same := l.Value == l.Text // as of most domains
	_, text, _ := strings.Cut(l.ID, "/")
	spelled := e.has(formWords) && text == l.Text
	e.bits(l.Fold, l.Word, l.Wide, same, spelled)
	if e.has(formWords) && !spelled {
		e.text(l.Text)
	}
	if !same {
		e.text(l.Value)
	}
	e.word(l.Role.String())
}

// A decoder reads from text that may be damaged: beyond its end everything is
// empty, and damaged is set.
type decoder struct {
	s       string
	at      int
	damaged bool
	form    int              // of the file; 0 is formNow
	id      string           // of the record: its key
	shared  *flattable.Table // texts that recur
	words   *flattable.Table // words that recur
}

// entryOf returns what a table has at a place; a decoder without the table has
// nothing there.
func entryOf(t *flattable.Table, i int) (string, bool) {
	if t == nil || i >= t.Len() {
		return "", false
	}
	return t.ValueAt(i), true
}

// has reports whether records of the file have what a form brought.
func (d *decoder) has(form int) bool { return d.form == 0 || d.form >= form }

func (d *decoder) uint() int {
	n, shift := uint64(0), 0
	for d.at < len(d.s) && shift < 35 {
		c := d.s[d.at]
		d.at++
		n |= uint64(c&0x7f) << shift
		if c < 0x80 && n <= math.MaxInt32 {
			return int(n)
		}
		shift += 7
	}
	d.fail()
	return 0
}

func (d *decoder) fail() { d.damaged, d.at = true, len(d.s) }

// count reads the length of a list, of which every element takes at least one
// byte.
func (d *decoder) count() int {
	n := d.uint()
	if n > len(d.s)-d.at {
		d.fail()
		return 0
	}
	return n
}

func (d *decoder) text() string {
	n := d.count()
	s := d.s[d.at : d.at+n]
	d.at += n
	return s
}

// word reads a text that other records have too.
func (d *decoder) word() string {
	if !d.has(formWords) {
		return d.text()
	}
	n := d.uint()
	if n%2 == 1 {
		s, ok := entryOf(d.words, n/2)
		if !ok {
			d.fail()
		}
		return s
	}
	return d.bytes(n / 2)
}

// bytes reads a text of a known length.
func (d *decoder) bytes(n int) string {
	if n > len(d.s)-d.at {
		d.fail()
		return ""
	}
	s := d.s[d.at : d.at+n]
	d.at += n
	return s
}

// kind and role read a word, and mark the data as damaged where it is none of
// those that this program knows.
func (d *decoder) kind() sbom.ClaimKind {
	k, ok := sbom.ParseClaimKind(d.word())
	if !ok {
		d.fail()
	}
	return k
}

func (d *decoder) role() sbom.Role {
	r, ok := sbom.ParseRole(d.word())
	if !ok {
		d.fail()
	}
	return r
}

func (d *decoder) date() provenance.Date { return provenance.Date(d.word()) }

func (d *decoder) bits() byte {
	if d.at >= len(d.s) {
		d.fail()
		return 0
	}
	d.at++
	return d.s[d.at-1]
}

// list reads a list, nil where it is empty.
func list[T any](d *decoder, element func(*decoder) T) []T {
	n := d.count()
	if n == 0 {
		return nil
	}
	// An element can be larger than its encoding: grow with what is read.
	out := make([]T, 0, min(n, 64))
	for range n {
		if d.damaged {
			break
		}
		out = append(out, element(d))
	}
	return out
}

func (d *decoder) texts() []string    { return list(d, (*decoder).text) }
func (d *decoder) wordList() []string { return list(d, (*decoder).word) }

func (d *decoder) statement() (s provenance.Statement) {
	flags := d.bits()
	s.Uncited = flags&1 != 0
	s.Sources = d.wordList()
	if flags&2 != 0 {
		s.Disputed = d.text()
	}
	if flags&4 != 0 {
		s.Note = d.text()
	}
	return s
}

func (d *decoder) source(name string) (s provenance.Source) {
	s.Registry, s.Revision, s.Key = d.sharedText(name), d.sharedText(name), d.sharedText(name)
	s.URL, s.Title, s.Retrieved = d.sharedText(name), d.sharedText(name), provenance.Date(d.sharedText(name))
	s.Says = d.sharedText(name)
	return s
}

// sharedText reads a text of the source of a name.
func (d *decoder) sharedText(name string) string {
	if !d.has(formShared) {
		return d.text()
	}
	n := d.uint()
	begins := false
	switch {
	case d.has(formWords):
		how := n & 3
		n >>= 2
		switch {
		case how == textWhole:
			return d.bytes(n)
		case how == textOfName && n <= len(name):
			return name[n:]
		case how == textOfName:
			d.fail()
			return ""
		}
		begins = how == textBegins
		n++
	case n == 0:
		return d.text()
	case d.has(formPrefixes):
		begins = n%2 == 1
		n = (n + 1) / 2
	}
	s, ok := entryOf(d.shared, n-1)
	if !ok {
		d.fail()
	}
	if !begins {
		return s
	}
	if len(s) > maxPrefix {
		d.fail()
		return ""
	}
	return s + d.text()
}

func (d *decoder) sources() map[string]provenance.Source {
	n := d.count()
	if n == 0 {
		return nil
	}
	m := make(map[string]provenance.Source, min(n, 64))
	for range n {
		if d.damaged {
			break
		}
		k := d.word()
		m[k] = d.source(k)
	}
	return m
}

func (d *decoder) name() (n provenance.Name) {
	n.Name, n.Kind, n.Lang = d.text(), provenance.NameKind(d.word()), d.word()
	n.From, n.To = d.date(), d.date()
	n.Weak = d.bits()&1 != 0
	n.Statement = d.statement()
	return n
}

func (d *decoder) identifier() (i provenance.Identifier) {
	i.Kind, i.Value, i.Role = d.kind(), d.text(), d.role()
	i.From, i.To = d.date(), d.date()
	flags := d.bits()
	i.CorporateMail, i.Verified = flags&1 != 0, flags&2 != 0
	i.Fold, i.Word, i.Wide = flags&4 != 0, flags&8 != 0, flags&16 != 0
	i.Statement = d.statement()
	return i
}

func (d *decoder) origin() (o provenance.Origin) {
	o.Country, o.Basis = d.word(), provenance.Basis(d.word())
	o.Since, o.Until = d.date(), d.date()
	o.Statement = d.statement()
	return o
}

func (d *decoder) owner() (o provenance.Owner) {
	o.Organization, o.State = d.word(), d.word()
	o.Share, o.Kind = provenance.Share(d.word()), provenance.OwnershipKind(d.word())
	o.Since, o.Until = d.date(), d.date()
	o.Statement = d.statement()
	return o
}

// recordID reads the id of a record.
func (d *decoder) recordID() string {
	if d.has(formPrefixes) {
		return d.id
	}
	return d.text()
}

func (d *decoder) organization() *provenance.Organization {
	o := &provenance.Organization{ID: d.recordID(), Name: d.text(), Kind: provenance.OrganizationKind(d.word())}
	o.Names = list(d, (*decoder).name)
	o.Identifiers = list(d, (*decoder).identifier)
	o.Origins = list(d, (*decoder).origin)
	o.Owners = list(d, (*decoder).owner)
	o.Sources = d.sources()
	o.Note, o.Reviewed = d.text(), d.date()
	return o
}

func (d *decoder) steward() (s provenance.Steward) {
	s.Organization, s.Role = d.word(), d.role()
	s.Since, s.Until = d.date(), d.date()
	s.Statement = d.statement()
	return s
}

func (d *decoder) project() *provenance.Project {
	p := &provenance.Project{ID: d.recordID(), Name: d.text()}
	p.Names = list(d, (*decoder).name)
	p.Identifiers = list(d, (*decoder).identifier)
	p.Stewards = list(d, (*decoder).steward)
	if d.bits()&1 != 0 {
		p.Community = &provenance.Community{Since: d.date(), Until: d.date()}
		p.Community.Statement = d.statement()
	}
	if d.has(formUnaffiliated) && d.bits()&1 != 0 {
		p.Unaffiliated = &provenance.Unaffiliated{Since: d.date(), Until: d.date()}
		p.Unaffiliated.Statement = d.statement()
	}
	p.Sources = d.sources()
	p.Note, p.Reviewed = d.text(), d.date()
	return p
}

func (d *decoder) entry() (e provenance.ListEntry) {
	e.Name, e.Kind = d.text(), provenance.EntryKind(d.word())
	e.Organizations = d.texts()
	e.Extends = d.bits()&1 != 0
	e.Paragraph, e.Scope = d.text(), d.text()
	e.Effective, e.Ended = d.date(), d.date()
	e.Statement = d.statement()
	return e
}

func (d *decoder) list() *provenance.List {
	l := &provenance.List{ID: d.text(), Title: d.text(), Publisher: d.text(), Authority: d.text(), URL: d.text(),
		Edition: d.text(), Transcribed: d.text(), Note: d.text(), Reviewed: d.date()}
	l.Complete = d.bits()&1 != 0
	l.Entries = list(d, (*decoder).entry)
	l.Sources = d.sources()
	return l
}

func (d *decoder) literal() (l sbom.Literal) {
	l.ID, l.Kind = d.recordID(), d.kind()
	var flags byte
	if d.has(formWords) {
		if flags = d.bits(); flags&16 == 0 {
			l.Text = d.text()
		} else {
			_, l.Text, _ = strings.Cut(l.ID, "/")
		}
		if l.Value = l.Text; flags&8 == 0 {
			l.Value = d.text()
		}
		l.Role = d.role()
		l.Fold, l.Word, l.Wide = flags&1 != 0, flags&2 != 0, flags&4 != 0
		return l
	}
	l.Text = d.text()
	if d.has(formPrefixes) {
		flags = d.bits()
		l.Value = l.Text
		if flags&8 == 0 {
			l.Value = d.text()
		}
		l.Role = d.role()
	} else {
		l.Value, l.Role = d.text(), d.role()
		flags = d.bits()
	}
	l.Fold, l.Word, l.Wide = flags&1 != 0, flags&2 != 0, flags&4 != 0
	return l
}
