package origindb

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/internal/flattable"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Tables of the compiled file. Some are many: their names are
// a prefix and a kind or a registry's id.
const (
	metaTable     = "meta"     // "format", "name", "date"
	orgTable      = "org"      // id: Organization
	projectTable  = "project"  // id: Project
	listTable     = "list"     // id NUL edition: List
	listingTable  = "listing"  // organization id: pairs of list index and entry index
	literalTable  = "literal"  // id: Literal
	indexTable    = "index"    // "literal": the search table of the literals, in the order of their ids
	textTable     = "text"     // place, as four bytes: a text of sources that recurs, or that many begin with
	wordTable     = "word"     // place, as four bytes: a word that recurs in records and literals
	registryTable = "registry" // id: Registry
	keyTable      = "k:"       // Key of a value: postings
	rowsTable     = "r:"       // of a whole registry; key of a row: place of its organization's name
	namesTable    = "names"    // id of a whole registry: the names of its organizations, end to end
	packagesTable = "p:"       // of a registry of packages; name of a package: what its metadata says
	aliasTable    = "a:"       // of a registry; name of an organization there: organization id
)

// The first byte of a posting.
const (
	postProject = 1 << iota // the record is a project, else an organization
	postWeak                // a weak name
	postTitle               // the record's Name; no offset follows
	postName                // one of its Names, else an identifier
)

// Name of the embedded database in its edition.
const Name = "touchmark-origindb"

// BuildDir reads the records and registries of a directory and compiles them
// into a database of the given name.
func BuildDir(fsys fs.FS, name string) ([]byte, error) {
	records, err := provenance.ReadRecords(fsys)
	if err != nil {
		return nil, err
	}
	registries, err := ReadRegistries(fsys)
	if err != nil {
		return nil, err
	}
	records.Name = name
	return Build(records, registries)
}

// Build compiles records into the content of a database file. The result
// depends on nothing but its arguments. Names and identifiers that identify
// nobody (an empty [provenance.Key]) are not found by lookups, as in
// [provenance.Records]. Build does not lint.
//
// The rows of whole registries answer lookups of their kind where no record
// claims the key itself: as the organization to which the alias table joins
// the name in the row. registries may be nil.
func Build(records *provenance.Records, registries *Registries) ([]byte, error) {
	return build(records, registries, formNow)
}

// build compiles into a form, which is formNow but in tests.
func build(records *provenance.Records, registries *Registries, form int) ([]byte, error) {
	b := &builder{postings: map[[2]string][]byte{}}
	sourcesOf := func(o *provenance.Organization) map[string]provenance.Source {
		joined := registries.joinedSources(o.ID)
		if len(joined) == 0 {
			return o.Sources
		}
		maps.Copy(joined, o.Sources)
		return joined
	}
	var shared map[string]int
	if form >= formShared {
		shared = b.share(form, func(yield func(map[string]provenance.Source)) {
			for _, id := range records.OrganizationIDs() {
				yield(sourcesOf(records.Organization(id)))
			}
			for _, id := range records.ProjectIDs() {
				yield(records.Project(id).Sources)
			}
			for _, l := range records.ListEditions() {
				yield(l.Sources)
			}
		})
	}
	var words map[string]int
	if form >= formWords {
		words = b.words(func(e *encoder) {
			for _, id := range records.OrganizationIDs() {
				o := *records.Organization(id)
				o.Sources = sourcesOf(&o)
				e.organization(&o)
			}
			for _, id := range records.ProjectIDs() {
				e.project(records.Project(id))
			}
			for _, l := range records.ListEditions() {
				e.list(l)
			}
			for _, l := range records.Literals() {
				e.literal(l)
			}
		})
	}
	for i, id := range records.OrganizationIDs() {
		o := *records.Organization(id)
		o.Sources = sourcesOf(&o)
		e := encoder{shared: shared, words: words, form: form}
		parts := e.organization(&o)
		b.add(orgTable, id, e.b)
		title := byte(postTitle)
		if o.WeakName() {
			title |= postWeak
		}
		b.post(sbom.OrgName, o.Name, title, i, 0)
		b.parts(parts, 0, i)
	}
	for i, id := range records.ProjectIDs() {
		e := encoder{shared: shared, words: words, form: form}
		parts := e.project(records.Project(id))
		b.add(projectTable, id, e.b)
		// The names of a project are no names of an organization.
		b.parts(slices.DeleteFunc(parts, func(p part) bool { return p.id.Kind == 0 }), postProject, i)
	}
	for _, l := range records.ListEditions() {
		e := encoder{shared: shared, words: words, form: form}
		e.list(l)
		b.add(listTable, l.ID+"\x00"+l.Edition, e.b)
	}
	b.listings(records)
	b.literals(records.Literals(), words, form)
	registries.compile(b, form, func(id string) bool { return id != "" && records.Organization(id) != nil })
	for k, postings := range b.postings {
		b.add(keyTable+k[0], k[1], postings)
	}
	edition := records.Edition()
	b.add(metaTable, "format", strconv.AppendInt(nil, int64(form), 10))
	b.add(metaTable, "name", []byte(edition.Name))
	b.add(metaTable, "date", []byte(edition.Date))
	if b.err != nil {
		return nil, fmt.Errorf("build database: %w", b.err)
	}
	data, err := b.flat.Bytes()
	if err != nil {
		return nil, fmt.Errorf("build database: %w", err)
	}
	return data, nil
}

type builder struct {
	flat     flattable.Builder
	postings map[[2]string][]byte // kind and key
	err      error                // the first
}

func (b *builder) add(table, key string, value []byte) {
	if err := b.flat.Add(table, key, value); err != nil && b.err == nil {
		b.err = err
	}
}

// literals adds them, and what finds them in bytes. Ones that cannot be searched
// for are told by whoever searches, and there is no search table then.
func (b *builder) literals(list []sbom.Literal, words map[string]int, form int) {
	list = slices.SortedFunc(slices.Values(list), func(a, b sbom.Literal) int { return strings.Compare(a.ID, b.ID) })
	for _, l := range list {
		e := encoder{words: words, form: form}
		e.literal(l)
		b.add(literalTable, l.ID, e.b)
	}
	if index, err := indexOf(list); err == nil && len(list) > 0 {
		b.add(indexTable, literalTable, []byte(index.Bytes()))
	}
}

// indexOf makes the search table of literals.
func indexOf(list []sbom.Literal) (*bytesearch.Table, error) {
	patterns := make([]bytesearch.Pattern, len(list))
	for i, l := range list {
		if len(l.Text) > bytesearch.MaxPattern/2 {
			return nil, fmt.Errorf("literal %s has %d bytes", l.ID, len(l.Text))
		}
		patterns[i] = bytesearch.Pattern{Text: l.Text, Fold: l.Fold, Word: l.Word, Wide: l.Wide}
	}
	return bytesearch.Index(patterns)
}

// entry is how many bytes a table takes for an entry beside its value.
const entry = 20

// share puts the texts of sources that recur often enough, and what many begin
// with, into a table of their own, the most used first, and returns their
// places.
func (b *builder) share(form int, each func(func(map[string]provenance.Source))) map[string]int {
	counts := map[string]int{}
	each(func(sources map[string]provenance.Source) {
		for name, s := range sources {
			for _, t := range sourceTexts(s) {
				if form < formWords || !endsName(t, name) {
					counts[t]++
				}
			}
		}
	})
	uses := map[string]int{}
	for t, n := range counts {
		if (n-1)*len(t) > entry+2*n {
			uses[t] = n
		}
	}
	if form >= formPrefixes {
		b.prefixes(counts, uses)
	}
	return b.places(textTable, uses)
}

// places writes texts into a table, the most used first, and returns their places.
func (b *builder) places(table string, uses map[string]int) map[string]int {
	often := slices.SortedFunc(maps.Keys(uses), func(s, t string) int { return cmp.Or(uses[t]-uses[s], strings.Compare(s, t)) })
	places := make(map[string]int, len(often))
	for i, t := range often {
		places[t] = i
		b.add(table, string(binary.BigEndian.AppendUint32(nil, uint32(i))), []byte(t))
	}
	return places
}

// words writes the words that recur often enough into a table of their own, and
// returns their places. records writes all that is to be looked at.
func (b *builder) words(records func(*encoder)) map[string]int {
	e := encoder{seen: map[string]int{}}
	records(&e)
	maps.DeleteFunc(e.seen, func(s string, n int) bool { return (n-1)*len(s) <= entry+n })
	return b.places(wordTable, e.seen)
}

// prefixes adds to uses what many of the other texts begin with. An entry is
// worth its room where what it has over the one that its texts would begin with
// without it, as often as it is used, is more.
func (b *builder) prefixes(counts, uses map[string]int) {
	others := make([]string, 0, len(counts))
	begun := map[string]int{}
	for t, n := range counts {
		if _, whole := uses[t]; whole {
			continue
		}
		others = append(others, t)
		for at := range beginnings(t) {
			begun[t[:at]] += n
		}
	}
	longest := func(t string) string {
		for at := range beginnings(t) {
			if _, ok := uses[t[:at]]; ok {
				return t[:at]
			}
		}
		return ""
	}
	worth := func(p string, n int) bool { return n*(len(p)-len(longest(p))) > entry+len(p)+2*n }
	// Short ones first, so that a longer one is weighed against them; then those
	// go again whose texts all begin with longer ones.
	maps.DeleteFunc(begun, func(p string, n int) bool { return n < 3 })
	added := slices.SortedFunc(maps.Keys(begun), func(s, t string) int { return cmp.Or(len(s)-len(t), strings.Compare(s, t)) })
	added = slices.DeleteFunc(added, func(p string) bool {
		if _, whole := uses[p]; whole || !worth(p, begun[p]) {
			return true
		}
		uses[p] = 0
		return false
	})
	for _, p := range added {
		delete(uses, p)
	}
	whole := maps.Clone(uses)
	for again := true; again; {
		maps.Copy(uses, whole)
		for _, p := range added {
			uses[p] = 0
		}
		for _, t := range others {
			if p := longest(t); p != "" {
				uses[p] += counts[t]
			}
		}
		n := len(added)
		for i, p := range slices.Backward(added) {
			if !worth(p, uses[p]) {
				delete(uses, p)
				added = slices.Delete(added, i, i+1)
			}
		}
		again = len(added) < n
	}
}

func (b *builder) post(kind sbom.ClaimKind, value string, flags byte, record, offset int) {
	key := provenance.Key(kind, value)
	if key == "" {
		return
	}
	k := [2]string{kind.String(), key}
	e := encoder{b: append(b.postings[k], flags)}
	e.uint(record)
	if flags&postTitle == 0 {
		e.uint(offset)
	}
	b.postings[k] = e.b
}

func (b *builder) parts(parts []part, flags byte, record int) {
	for _, p := range parts {
		switch {
		case p.id.Kind != 0:
			b.post(p.id.Kind, p.id.Value, flags, record, p.offset)
		case p.name.Weak:
			b.post(sbom.OrgName, p.name.Name, flags|postName|postWeak, record, p.offset)
		default:
			b.post(sbom.OrgName, p.name.Name, flags|postName, record, p.offset)
		}
	}
}

// listings writes for each organization which entries name it, in the order of
// [provenance.Records.Listings].
func (b *builder) listings(records *provenance.Records) {
	type entry struct {
		provenance.Listing
		list, entry int
	}
	byOrg := map[string][]entry{}
	for i, l := range records.ListEditions() {
		for j := range l.Entries {
			for _, id := range l.Entries[j].Organizations {
				byOrg[id] = append(byOrg[id], entry{provenance.ListingOf(l, &l.Entries[j]), i, j})
			}
		}
	}
	for id, entries := range byOrg {
		slices.SortStableFunc(entries, func(x, y entry) int {
			return provenance.CompareListings(x.Listing, y.Listing)
		})
		var e encoder
		for _, en := range entries {
			e.uint(en.list)
			e.uint(en.entry)
		}
		b.add(listingTable, id, e.b)
	}
}
