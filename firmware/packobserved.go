package firmware

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// A tree of packages of a language names one or two in every other file. Until
// they are joined, what was seen of each is kept as bytes: a component as it is
// takes a kilobyte, mostly of empty fields.

// packNamed writes what was seen of packages in a file and the modules that they
// bring; evidence of that path is written without it. False means that something
// was seen which has no packed form.
func packNamed(list []observed, modules []string, path string) (string, bool) {
	p := packer{path: path}
	p.texts(modules)
	for i := range list {
		o := &list[i]
		if o.pkg != nil || o.Component != nil && !p.plain(o.Component) {
			return "", false
		}
		p.number(packedBit(o.Explains, 0) | packedBit(o.Upstream, 1) | packedBit(o.Component != nil, 2))
		p.text(o.Key)
		p.texts(o.Files)
		p.texts(o.Folders)
		if o.Component != nil {
			p.component(o.Component)
		}
	}
	return string(p.b), true
}

// unpackNamed is the inverse of packNamed. The texts are parts of packed.
func unpackNamed(packed, path string) (list []observed, modules []string) {
	u := unpacker{packed, path}
	modules = u.texts()
	for u.packed != "" {
		flags := u.number()
		o := observed{Explains: flags&1 != 0, Upstream: flags&2 != 0, Key: u.text(), Files: u.texts(), Folders: u.texts()}
		if flags&4 != 0 {
			o.Component = u.component()
		}
		list = append(list, o)
	}
	return list, modules
}

func packedBit(set bool, n int) uint64 {
	if set {
		return 1 << n
	}
	return 0
}

// A packer writes numbers as varints, texts with their length and lists with
// their count, one after the other.
type packer struct {
	b    []byte
	path string
}

func (p *packer) number(n uint64) { p.b = binary.AppendUvarint(p.b, n) }

func (p *packer) text(s string) {
	p.number(uint64(len(s)))
	p.b = append(p.b, s...)
}

func (p *packer) texts(list []string) {
	p.number(uint64(len(list)))
	for _, s := range list {
		p.text(s)
	}
}

// packedWords are texts that most observations have. They are numbered while a
// program runs, and no longer.
var packedWords = [...]string{
	string(sbom.ManifestAnalysis), string(sbom.Filename), string(sbom.BinaryAnalysis), "name", "version", string(sbom.High), string(sbom.Medium), string(sbom.Low),
	string(sbom.Library), string(sbom.Application), "python", "npm", "ruby", "lua", "perl", "go", "rust", "java",
}

// word writes a text that may be one of packedWords.
func (p *packer) word(s string) {
	if i := slices.Index(packedWords[:], s); i >= 0 {
		p.number(uint64(i)<<1 | 1)
		return
	}
	p.number(uint64(len(s)) << 1)
	p.b = append(p.b, s...)
}

// plain reports whether a component has nothing but what component writes: the
// rest comes from documents, and from the joining.
func (p *packer) plain(c *sbom.Component) bool {
	return c.Ref == "" && c.Parent == "" && c.Hashes == nil && c.Scope == "" && c.Released == "" && c.Locations == nil && c.Place == "" &&
		!slices.ContainsFunc(c.Parties, func(x sbom.Party) bool { return x.Filled })
}

func (p *packer) component(c *sbom.Component) {
	p.word(string(c.Type))
	for _, s := range [...]string{c.Group, c.Name, c.Version, c.PURL, c.Description} {
		p.text(s)
	}
	p.texts(c.CPEs)
	p.texts(c.Licenses)
	p.number(uint64(len(c.Parties)))
	for i := range c.Parties {
		x := &c.Parties[i]
		p.text(string(x.Kind))
		p.number(uint64(x.Role))
		p.text(x.Field)
		p.text(x.Name)
		p.texts(x.Mails)
		p.texts(x.URLs)
		p.text(x.Country)
	}
	p.number(uint64(len(c.Links)))
	for _, x := range c.Links {
		p.text(x.Type)
		p.text(x.URL)
	}
	p.number(uint64(len(c.Properties)))
	for _, x := range c.Properties {
		p.text(x.Name)
		p.text(x.Value)
	}
	p.evidence(c.Evidence)
	p.number(uint64(len(c.Claims)))
	for i := range c.Claims {
		x := &c.Claims[i]
		p.number(uint64(x.Kind))
		p.text(x.Value)
		p.number(uint64(x.Role))
		p.number(uint64(x.By))
		p.text(x.Field)
		p.evidence(x.Evidence)
	}
}

func (p *packer) evidence(list []sbom.Evidence) {
	p.number(uint64(len(list)))
	for i := range list {
		e := &list[i]
		here := e.Path == p.path
		p.number(packedBit(here, 0) | packedBit(e.Offset < 0, 1))
		if !here {
			p.text(e.Path)
		}
		p.word(e.Field)
		p.word(string(e.Technique))
		p.word(e.Extractor)
		p.number(uint64(max(e.Offset, -e.Offset)))
		p.number(uint64(e.Length))
		p.text(e.Match)
		p.number(uint64(e.Count))
		p.word(string(e.Confidence))
	}
}

// An unpacker reads what a packer wrote.
type unpacker struct{ packed, path string }

func (u *unpacker) number() uint64 {
	var v uint64
	for i := 0; i < len(u.packed); i++ {
		c := u.packed[i]
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			u.packed = u.packed[i+1:]
			return v
		}
	}
	u.packed = ""
	return v
}

func (u *unpacker) text() string { return u.cut(u.number()) }

// cut returns the next bytes as a part of packed; no bytes are no part of it,
// which a text of no length would be and keep it all.
func (u *unpacker) cut(n uint64) string {
	if n == 0 {
		return ""
	}
	s := u.packed[:n]
	u.packed = u.packed[n:]
	return s
}

func (u *unpacker) word() string {
	n := u.number()
	if n&1 != 0 {
		return packedWords[n>>1]
	}
	return u.cut(n >> 1)
}

func (u *unpacker) texts() []string {
	return unpackList(u, (*unpacker).text)
}

// unpackList reads a list; an empty one is nil.
func unpackList[T any](u *unpacker, one func(*unpacker) T) []T {
	n := u.number()
	if n == 0 {
		return nil
	}
	list := make([]T, n)
	for i := range list {
		list[i] = one(u)
	}
	return list
}

func (u *unpacker) component() *sbom.Component {
	return &sbom.Component{
		Type: sbom.ComponentType(u.word()), Group: u.text(), Name: u.text(), Version: u.text(), PURL: u.text(), Description: u.text(),
		CPEs: u.texts(), Licenses: u.texts(),
		Parties: unpackList(u, func(u *unpacker) sbom.Party {
			return sbom.Party{Kind: sbom.PartyKind(u.text()), Role: sbom.Role(u.number()), Field: u.text(), Name: u.text(),
				Mails: u.texts(), URLs: u.texts(), Country: u.text()}
		}),
		Links:      unpackList(u, func(u *unpacker) sbom.Link { return sbom.Link{Type: u.text(), URL: u.text()} }),
		Properties: unpackList(u, func(u *unpacker) sbom.Property { return sbom.Property{Name: u.text(), Value: u.text()} }),
		Evidence:   u.evidence(),
		Claims: unpackList(u, func(u *unpacker) sbom.Claim {
			return sbom.Claim{Kind: sbom.ClaimKind(u.number()), Value: u.text(), Role: sbom.Role(u.number()), By: sbom.Author(u.number()),
				Field: u.text(), Evidence: u.evidence()}
		}),
	}
}

func (u *unpacker) evidence() []sbom.Evidence {
	return unpackList(u, func(u *unpacker) sbom.Evidence {
		e := sbom.Evidence{Path: u.path}
		flags := u.number()
		if flags&1 == 0 {
			e.Path = u.text()
		}
		e.Field, e.Technique, e.Extractor = u.word(), sbom.Technique(u.word()), u.word()
		e.Offset = int64(u.number())
		if flags&2 != 0 {
			e.Offset = -e.Offset
		}
		e.Length, e.Match, e.Count, e.Confidence = int(u.number()), u.text(), int(u.number()), sbom.Confidence(u.word())
		return e
	})
}

// A tightener keeps the texts of components in little memory. A text that was
// unpacked is a part of all that was packed with it, which it keeps from being
// freed.
type tightener struct {
	words map[string]string
	list  []*string
	at    []int
	buf   []byte
}

const (
	maxTightWords = 1024 // different ones that are kept
	maxTightWord  = 24   // bytes of one
	maxTightText  = 2048 // bytes in which a text is looked for
)

// component puts the texts of a component, and its key, into one string, in which
// those that are parts of others take no room; words that many components have
// are kept once for all.
func (t *tightener) component(c *sbom.Component, key *string) {
	t.texts(key, &c.PURL, &c.Description, &c.Name, &c.Version, &c.Group)
	t.word((*string)(&c.Type))
	t.list2(c.CPEs)
	for i := range c.Licenses {
		t.word(&c.Licenses[i])
	}
	for i := range c.Parties {
		x := &c.Parties[i]
		t.word((*string)(&x.Kind))
		t.word(&x.Field)
		t.texts(&x.Name, &x.Country)
		t.list2(x.Mails)
		t.list2(x.URLs)
	}
	for i := range c.Links {
		t.word(&c.Links[i].Type)
		t.texts(&c.Links[i].URL)
	}
	for i := range c.Properties {
		t.word(&c.Properties[i].Name)
		t.texts(&c.Properties[i].Value)
	}
	t.evidence(c.Evidence)
	for i := range c.Claims {
		x := &c.Claims[i]
		t.texts(&x.Value)
		t.word(&x.Field)
		t.evidence(x.Evidence)
	}
	t.buf = t.buf[:0]
	t.at = slices.Grow(t.at[:0], len(t.list))[:len(t.list)]
	const long = 16 // these come first: short ones are parts of them
	for i, p := range t.list {
		if len(*p) >= long {
			t.at[i] = t.place(*p)
		}
	}
	for i, p := range t.list {
		if len(*p) < long {
			t.at[i] = t.place(*p)
		}
	}
	all := string(t.buf)
	for i, p := range t.list {
		*p = all[t.at[i] : t.at[i]+len(*p)]
	}
	clear(t.list)
	t.list = t.list[:0]
}

// place returns where a text stands in buf, to which it is added if need be.
func (t *tightener) place(s string) int {
	if len(t.buf) <= maxTightText {
		if i := bytes.Index(t.buf, []byte(s)); i >= 0 {
			return i
		}
	}
	t.buf = append(t.buf, s...)
	return len(t.buf) - len(s)
}

func (t *tightener) texts(list ...*string) {
	for _, s := range list {
		if *s != "" {
			t.list = append(t.list, s)
		}
	}
}

func (t *tightener) list2(list []string) {
	for i := range list {
		t.texts(&list[i])
	}
}

// word puts a text that many components have: its own copy serves them all.
func (t *tightener) word(s *string) {
	if *s == "" {
		return
	}
	w, ok := t.words[*s]
	if !ok {
		if len(*s) > maxTightWord || len(t.words) >= maxTightWords {
			t.list = append(t.list, s)
			return
		}
		if t.words == nil {
			t.words = map[string]string{}
		}
		w = strings.Clone(*s)
		t.words[w] = w
	}
	*s = w
}

func (t *tightener) evidence(list []sbom.Evidence) {
	for i := range list {
		e := &list[i]
		t.word(&e.Field)
		t.word((*string)(&e.Technique))
		t.word(&e.Extractor)
		t.word((*string)(&e.Confidence))
		t.texts(&e.Path, &e.Match)
	}
}
