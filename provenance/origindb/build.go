package origindb

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"

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
	registryTable = "registry" // id: Registry
	keyTable      = "k:"       // Key of a value: postings
	rowsTable     = "r:"       // of a whole registry; key of a row: name of its organization
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
	b := &builder{postings: map[[2]string][]byte{}}
	for i, id := range records.OrganizationIDs() {
		o := *records.Organization(id)
		if joined := registries.joinedSources(id); len(joined) > 0 {
			maps.Copy(joined, o.Sources)
			o.Sources = joined
		}
		var e encoder
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
		var e encoder
		parts := e.project(records.Project(id))
		b.add(projectTable, id, e.b)
		// The names of a project are no names of an organization.
		b.parts(slices.DeleteFunc(parts, func(p part) bool { return p.id.Kind == 0 }), postProject, i)
	}
	for _, l := range records.ListEditions() {
		var e encoder
		e.list(l)
		b.add(listTable, l.ID+"\x00"+l.Edition, e.b)
	}
	b.listings(records)
	for _, l := range records.Literals() {
		var e encoder
		e.literal(l)
		b.add(literalTable, l.ID, e.b)
	}
	registries.compile(b, func(id string) bool { return id != "" && records.Organization(id) != nil })
	for k, postings := range b.postings {
		b.add(keyTable+k[0], k[1], postings)
	}
	edition := records.Edition()
	b.add(metaTable, "format", strconv.AppendInt(nil, formNow, 10))
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

func (b *builder) post(kind sbom.ClaimKind, value string, flags byte, record, offset int) {
	key := provenance.Key(kind, value)
	if key == "" {
		return
	}
	k := [2]string{kind.String(), key}
	e := encoder{append(b.postings[k], flags)}
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
