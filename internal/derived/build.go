package derived

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/touchmark-dev/touchmark/internal/elffile"
	"github.com/touchmark-dev/touchmark/internal/flattable"
)

// Facts are what the table is made from, of one ELF file.
type Facts struct {
	Key      string
	Texts    []uint32 // hashes, sorted
	Versions []Stated
	Exports  []uint32 // hashes, sorted
	BuildID  string
}

// A Stated is a version that stands somewhere in the file.
type Stated struct {
	Context uint32
	Version string
	Letters bool // at least three letters stand before it
	Leads   bool // its text, see [Leads]
}

// ReadFacts reads an ELF file. ok is false for what the table leaves out:
// objects and plug-ins that have neither SONAME nor loader.
func ReadFacts(base string, ra io.ReaderAt, size int64) (f *Facts, ok bool) {
	e, err := elffile.Read(ra, size)
	if err != nil || e.Type == elffile.Relocatable {
		return nil, false
	}
	soname := e.SONAME.Value
	if soname == "" && strings.Contains(base, ".so") {
		return nil, false
	}
	f = &Facts{Key: Key(base, soname), BuildID: e.BuildID}
	for _, span := range e.Strings {
		b := make([]byte, min(span.Size, 32<<20))
		n, _ := ra.ReadAt(b, span.Offset)
		Texts(b[:n], 3, true, func(s []byte, at int, _ bool) {
			if len(s) >= MinPrint {
				f.Texts = append(f.Texts, Hash(s))
			}
			Versions(s, func(start, end int) {
				context := contextHash(s, start, end)
				letters := 0
				for _, c := range s[max(0, start-contextLen):start] {
					if isLetter(c) {
						letters++
					}
				}
				f.Versions = append(f.Versions, Stated{context, string(s[start:end]), letters >= 3, Leads(s, span.Offset+int64(at), start, end)})
			})
		})
	}
	e.Exports(ra, func(name []byte) { f.Exports = append(f.Exports, Hash(name)) })
	f.Texts, f.Exports = distinct(f.Texts), distinct(f.Exports)
	return f, true
}

func distinct(l []uint32) []uint32 {
	slices.Sort(l)
	return slices.Clip(slices.Compact(l))
}

// A Builder makes a table. Add the files of every build, then call Bytes.
type Builder struct {
	// Snapshot says from what the table is made.
	Snapshot string
	// BuildIDs keeps them.
	BuildIDs bool

	// Lasting is a day: a release that was there before it, and is the last one,
	// may well be the last for some time to come.
	Lasting time.Time
	// Current are the components of which the newest suite has builds: of others
	// nobody knows what came after the last release that a changelog lists.
	Current map[string]bool

	releases   map[string]map[string]time.Time // of components
	libraries  map[string]*buildLibrary
	components map[string]*buildComponent
	keys       map[string][]*build
}

type buildComponent struct {
	Component
	index int
}

type build struct {
	c             *buildComponent
	version, arch string
	facts         *Facts
}

// Add adds a file of a component's build of a version for an architecture.
func (b *Builder) Add(c Component, version, arch string, f *Facts) {
	if b.components == nil {
		b.components, b.keys = map[string]*buildComponent{}, map[string][]*build{}
	}
	bc := b.components[c.Name]
	if bc == nil {
		bc = &buildComponent{Component: c}
		b.components[c.Name] = bc
	}
	if !slices.Contains(bc.Versions, version) {
		bc.Versions = append(bc.Versions, version)
	}
	b.keys[f.Key] = append(b.keys[f.Key], &build{bc, version, arch, f})
}

type buildLibrary struct {
	c       Component
	several bool
	samples []sample
}

// AddLibrary adds a library of a component by the name of its file.
func (b *Builder) AddLibrary(c Component, version, file string) {
	if b.libraries == nil {
		b.libraries = map[string]*buildLibrary{}
	}
	whole, number, _ := strings.Cut(file, ".so.")
	add := func(stem string) {
		l := b.libraries[stem]
		if l == nil {
			l = &buildLibrary{c: c}
			b.libraries[stem] = l
		}
		l.several = l.several || l.c.Name != c.Name
		l.samples = append(l.samples, sample{number, version})
	}
	add(Stem(file))
	if whole != Stem(file) {
		add(whole) // "libgtk-3" and "libgtk-4" count apart
	}
}

// value of a library's row, empty where it says nothing.
func (l *buildLibrary) value(stem string) string {
	if l == nil || l.several || len(stem) < 5 {
		return ""
	}
	return l.c.Name + "\t" + l.c.Signature + "\t" + learnRules(l.samples)
}

// Bytes returns the table.
func (b *Builder) Bytes() ([]byte, error) {
	var out flattable.Builder
	if err := out.Add("snapshot", "text", []byte(b.Snapshot)); err != nil {
		return nil, err
	}
	if err := out.Add("snapshot", "format", []byte(format)); err != nil {
		return nil, err
	}
	for stem, l := range b.libraries {
		v := l.value(stem)
		// The short stem's row serves a longer one too, unless it says less.
		if v == "" || Stem(stem+".so") != stem && v == b.libraries[Stem(stem+".so")].value(Stem(stem+".so")) {
			continue
		}
		if err := out.Add("libraries", stem, []byte(v)); err != nil {
			return nil, err
		}
	}
	names := make([]string, 0, len(b.components))
	for n, c := range b.components {
		names = append(names, n)
		slices.SortFunc(c.Versions, CompareVersions)
		if len(c.Versions) > 255 {
			return nil, fmt.Errorf("component %s has %d versions", n, len(c.Versions))
		}
	}
	slices.Sort(names)
	for i, n := range names {
		c := b.components[n]
		c.index = i
		value := strings.Join(append([]string{c.Name, c.Signature, c.Homepage}, c.Versions...), "\t")
		// The keys keep the order of the indexes.
		if err := out.Add("components", fmt.Sprintf("%c%c", rune(0x100+i/256), rune(0x100+i%256)), []byte(value)); err != nil {
			return nil, err
		}
	}
	// What the builds of a component's file have, and then only what no other
	// component has anywhere.
	type group struct {
		key    string
		c      *buildComponent
		builds []*build
	}
	var groups []*group
	for key, builds := range b.keys {
		by := map[*buildComponent]*group{}
		for _, bd := range builds {
			g := by[bd.c]
			if g == nil {
				g = &group{key: key, c: bd.c}
				by[bd.c] = g
				groups = append(groups, g)
			}
			g.builds = append(g.builds, bd)
		}
	}
	owner := map[uint32]int32{} // of texts in question: component, or -1 for several
	for _, g := range groups {
		if len(g.builds) > 1 {
			for _, bd := range g.builds {
				for _, h := range bd.facts.Texts {
					owner[h] = int32(g.c.index)
				}
			}
		}
	}
	for _, g := range groups {
		for _, bd := range g.builds {
			for _, h := range bd.facts.Texts {
				if o, ok := owner[h]; ok && o != int32(g.c.index) {
					owner[h] = -1
				}
			}
		}
	}
	slices.SortFunc(groups, func(x, y *group) int { return cmp.Or(strings.Compare(x.key, y.key), x.c.index-y.c.index) })
	values := map[string][]byte{}
	for _, g := range groups {
		if len(g.builds) < 2 {
			continue
		}
		r := row{component: g.c.index}
		own := func(text uint32) bool { return owner[text] == int32(g.c.index) }
		slices.SortStableFunc(g.builds, func(x, y *build) int { return CompareVersions(x.version, y.version) })
		// What is true of the later builds alone serves where nothing is true of all.
		for later := range laterBuilds(g.builds) {
			common := later[0].facts.Texts
			for _, bd := range later[1:] {
				common = intersect(common, bd.facts.Texts)
			}
			common = slices.DeleteFunc(slices.Clone(common), func(h uint32) bool { return !own(h) })
			if len(common) > len(r.prints) {
				r.prints = common
			}
			if len(r.prints) >= enoughPrints {
				break
			}
		}
		if len(r.prints) < minShared {
			continue
		}
		// Any choice will do that does not follow the order of the file.
		slices.SortFunc(r.prints, func(x, y uint32) int { return cmp.Or(cmp.Compare(x*2654435761, y*2654435761), cmp.Compare(x, y)) })
		r.prints = r.prints[:min(len(r.prints), maxPrints)]
		for later := range laterBuilds(g.builds) {
			from := slices.Index(g.c.Versions, later[0].version)
			if len(later) == len(g.builds) {
				from = 0
			} else if later[0].version == later[len(later)-1].version || !strings.Contains(later[0].version, ".") {
				break // one version tells nothing from chance, and one number may be anything
			}
			templates := templates(later)
			near := nearTemplates(g.c.Versions[from:], later, templates)
			if len(templates)+len(near) > 0 {
				r.templates, r.near, r.from = templates, near, from
				break
			}
		}
		r.leads = leads(g.c.Versions, g.builds)
		r.silent = silent(g.builds)
		r.steps = steps(g.c, g.builds)
		r.alike = b.alike(g.c, g.builds, own)
		values[g.key] = r.append(values[g.key])
	}
	for key, v := range values {
		if err := out.Add("files", key, v); err != nil {
			return nil, err
		}
	}
	if b.BuildIDs {
		ids := map[string]string{}
		for _, g := range groups {
			for _, bd := range g.builds {
				raw, err := hex.DecodeString(bd.facts.BuildID)
				if err != nil || len(raw) < 8 {
					continue
				}
				v := slices.Index(g.c.Versions, bd.version)
				row := string([]byte{byte(g.c.index), byte(g.c.index >> 8), byte(v)})
				if old, dup := ids[string(raw[:5])]; dup && old != row {
					row = "" // two packages hold one file
				}
				ids[string(raw[:5])] = row
			}
		}
		var rows []string
		for k, v := range ids {
			if v != "" {
				rows = append(rows, k+v)
			}
		}
		slices.Sort(rows)
		if err := out.Add("build-ids", "all", []byte(strings.Join(rows, ""))); err != nil {
			return nil, err
		}
	}
	return out.Bytes()
}

// laterBuilds yields all builds, then those without the first version, and so on
// as long as two are left. The builds are in the order of their versions.
func laterBuilds(builds []*build) iter.Seq[[]*build] {
	return func(yield func([]*build) bool) {
		for len(builds) >= 2 && yield(builds) {
			first := builds[0].version
			builds = builds[slices.IndexFunc(builds, func(b *build) bool { return b.version != first || b == builds[len(builds)-1] }):]
		}
	}
}

func intersect(a, b []uint32) []uint32 {
	out := make([]uint32, 0, min(len(a), len(b)))
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			out = append(out, a[i])
			i++
			j++
		}
	}
	return slices.Clip(out)
}

// templates are the contexts in which every build that has one states its own
// version and nothing else, in at least two versions. Where there is only one
// version, three letters must stand before it.
func templates(builds []*build) []uint32 {
	type score struct {
		wrong, letters bool
		right          map[string]bool
		n              int
	}
	all := map[uint32]*score{}
	known := map[string]bool{}
	for _, bd := range builds {
		known[bd.version] = true
		for _, s := range bd.facts.Versions {
			sc := all[s.Context]
			if sc == nil {
				sc = &score{right: map[string]bool{}}
				all[s.Context] = sc
			}
			if !SameVersion(s.Version, bd.version) {
				sc.wrong = true
				continue
			}
			sc.right[bd.version] = true
			sc.letters = sc.letters || s.Letters
			sc.n++
		}
	}
	var list []uint32
	for h, sc := range all {
		if !sc.wrong && (len(sc.right) >= 2 || len(known) == 1 && sc.letters && len(sc.right) == 1) {
			list = append(list, h)
		}
	}
	slices.SortFunc(list, func(x, y uint32) int { return cmp.Or(cmp.Compare(all[y].n, all[x].n), cmp.Compare(x, y)) })
	return list[:min(len(list), 6)]
}

// nearTemplates are the contexts in which each build that has one states its own
// version, and others that are not Near the versions of the other builds: most
// often a text that is nothing but the version, in a file with other numbers
// that stand alone.
func nearTemplates(known []string, builds []*build, taken []uint32) []uint32 {
	type score struct {
		wrong bool
		right map[string]bool
		n     int
	}
	all := map[uint32]*score{}
	for _, bd := range builds {
		others := slices.DeleteFunc(slices.Clone(known), func(v string) bool { return v == bd.version })
		own := map[uint32]bool{}
		for _, s := range bd.facts.Versions {
			sc := all[s.Context]
			if sc == nil {
				sc = &score{right: map[string]bool{}}
				all[s.Context] = sc
			}
			if !Near(s.Version, others) {
				continue
			}
			if SameVersion(s.Version, bd.version) {
				own[s.Context] = true
			} else {
				sc.wrong = true
			}
		}
		for h := range own {
			all[h].right[bd.version] = true
			all[h].n++
		}
	}
	var list []uint32
	for h, sc := range all {
		if !sc.wrong && len(sc.right) >= 2 && !slices.Contains(taken, h) {
			list = append(list, h)
		}
	}
	slices.SortFunc(list, func(x, y uint32) int { return cmp.Or(cmp.Compare(all[y].n, all[x].n), cmp.Compare(x, y)) })
	return list[:min(len(list), 4)]
}

// leads reports whether in every build, of the versions that lead their text, the
// build's own is the one Within the known versions: a scan may then take that of a
// build that the table does not have.
func leads(known []string, builds []*build) bool {
	for _, bd := range builds {
		own := false
		for _, s := range bd.facts.Versions {
			switch {
			case !s.Leads || !Within(s.Version, known):
			case SameVersion(s.Version, bd.version):
				own = true
			default:
				return false
			}
		}
		if !own {
			return false
		}
	}
	return true
}

// silent reports whether no build states its own version anywhere: what such a
// file says is another's, or of a release long ago.
func silent(builds []*build) bool {
	for _, bd := range builds {
		for _, s := range bd.facts.Versions {
			if SameVersion(s.Version, bd.version) || strings.HasPrefix(s.Version, bd.version) || strings.HasPrefix(bd.version, s.Version+".0") {
				return false
			}
		}
	}
	return true
}

// SameVersion compares versions without regard to how a suffix is joined.
func SameVersion(a, b string) bool {
	norm := strings.NewReplacer("-", "", "_", "", "~", "")
	return a == b || norm.Replace(strings.ToLower(a)) == norm.Replace(strings.ToLower(b))
}

// steps are symbols that appear with a version: no build before it has them,
// every build from it on.
func steps(c *buildComponent, builds []*build) []step {
	exports := make([][]uint32, len(c.Versions)) // in all builds of the version
	any := make([][]uint32, len(c.Versions))
	for _, bd := range builds {
		v := slices.Index(c.Versions, bd.version)
		if any[v] == nil {
			exports[v] = bd.facts.Exports
		} else {
			exports[v] = intersect(exports[v], bd.facts.Exports)
		}
		any[v] = distinct(append(slices.Clone(any[v]), bd.facts.Exports...))
	}
	var have []int
	for v := range any {
		if any[v] != nil {
			have = append(have, v)
		}
	}
	var list []step
	for k := 1; k < len(have); k++ {
		fresh := exports[have[k]]
		for _, later := range have[k+1:] {
			fresh = intersect(fresh, exports[later])
		}
		for _, before := range have[:k] {
			fresh = slices.DeleteFunc(slices.Clone(fresh), func(h uint32) bool {
				_, ok := slices.BinarySearch(any[before], h)
				return ok
			})
		}
		if len(fresh) > 0 {
			if have[k] != have[k-1]+1 {
				continue // the file was not in a version between
			}
			list = append(list, step{have[k], slices.Clone(fresh[:min(len(fresh), 5)])})
		}
	}
	return list
}

// CompareVersions compares versions as sequences of numbers and other text; a
// suffix of letters such as "rc1" comes before nothing.
func CompareVersions(a, b string) int {
	for a != "" && b != "" {
		na, ra := digits(a)
		nb, rb := digits(b)
		if na != "" && nb != "" {
			if c := cmp.Or(cmp.Compare(len(na), len(nb)), strings.Compare(na, nb)); c != 0 {
				return c
			}
			a, b = ra, rb
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	pre := func(s string) bool {
		return strings.HasPrefix(s, "rc") || strings.HasPrefix(s, "alpha") || strings.HasPrefix(s, "beta") || strings.HasPrefix(s, "pre")
	}
	switch {
	case pre(a):
		return -1
	case pre(b):
		return 1
	}
	return cmp.Compare(len(a), len(b))
}

func digits(s string) (n, rest string) {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	n, rest = s[:i], s[i:]
	for len(n) > 1 && n[0] == '0' {
		n = n[1:]
	}
	return n, rest
}
