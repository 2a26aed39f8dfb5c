package origindb

import (
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/internal/flattable"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb/internal/packages"
	"github.com/touchmark-dev/touchmark/sbom"
)

//go:generate go run ./internal/compile -data data -o origindb.flat

//go:embed origindb.flat
var embedded string

// A DB is a compiled database. It is safe for concurrent use. What it returns
// must not be modified.
type DB struct {
	file *flattable.File
	form int // of the records
	text flattable.Table
	word flattable.Table

	orgTab, projectTab, listTab, listings flattable.Table
	keys                                  []kindTable
	registries                            []registryTables
	packages                              []packageTable

	// Records are decoded when they are asked for, once.
	orgs     []atomic.Pointer[provenance.Organization]
	projects []atomic.Pointer[provenance.Project]
	lists    []atomic.Pointer[provenance.List]
}

type kindTable struct {
	kind  sbom.ClaimKind
	table flattable.Table
}

// registryTables are a whole registry and its alias table.
type registryTables struct {
	id            string
	kind          sbom.ClaimKind
	rows, aliases flattable.Table
	names         string // of registrants, end to end
}

var (
	_ provenance.Database           = (*DB)(nil)
	_ provenance.LiteralTableSource = (*DB)(nil)
	_ provenance.Lister             = (*DB)(nil)
)

// Open returns the database that is embedded in the program.
func Open() (*DB, error) { return open(embedded) }

// OpenFile reads a database file that [Build] made, and verifies all of it.
func OpenFile(name string) (*DB, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db, err := Read(string(data))
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", name, err)
	}
	return db, nil
}

// Read opens the content of a database file and verifies all of it.
func Read(data string) (*DB, error) {
	db, err := open(data)
	if err != nil {
		return nil, err
	}
	if err := db.Verify(); err != nil {
		return nil, err
	}
	return db, nil
}

func open(data string) (*DB, error) {
	f, err := flattable.Open(data)
	if err != nil {
		return nil, fmt.Errorf("read database: %w", err)
	}
	form, err := formOf(f)
	if err != nil {
		return nil, fmt.Errorf("read database: %w", err)
	}
	db := &DB{
		file:       f,
		form:       form,
		orgTab:     f.Table(orgTable),
		projectTab: f.Table(projectTable),
		listTab:    f.Table(listTable),
		listings:   f.Table(listingTable),
		text:       f.Table(textTable),
		word:       f.Table(wordTable),
	}
	for _, name := range f.Names() {
		if word, ok := strings.CutPrefix(name, keyTable); ok {
			kind, ok := sbom.ParseClaimKind(word)
			if !ok {
				return nil, fmt.Errorf("read database: it has identifiers of a kind %q, which this program does not know: %w", word, errLater)
			}
			db.keys = append(db.keys, kindTable{kind, f.Table(name)})
		}
	}
	for _, r := range db.Registries() {
		if r.Whole && r.Kind != 0 {
			names, _ := f.Table(namesTable).Value(r.ID)
			db.registries = append(db.registries, registryTables{r.ID, r.Kind, f.Table(rowsTable + r.ID), f.Table(aliasTable + r.ID), names})
		}
	}
	for _, r := range packages.Registries {
		if t := f.Table(packagesTable + r.Type); t.Len() > 0 {
			db.packages = append(db.packages, packageTable{r, t, make([]atomic.Pointer[provenance.Project], t.Len())})
		}
	}
	db.orgs = make([]atomic.Pointer[provenance.Organization], db.orgTab.Len())
	db.projects = make([]atomic.Pointer[provenance.Project], db.projectTab.Len())
	db.lists = make([]atomic.Pointer[provenance.List], db.listTab.Len())
	return db, nil
}

var errLater = errors.New("it was written by a later version of this program; update the program, or build the file from its records with this one (touchmark db build)")

// formOf returns the form of a file's records.
func formOf(f *flattable.File) (int, error) {
	word, ok := f.Table(metaTable).Value("format")
	if !ok {
		return 0, errors.New("it does not say which form its records have; it is no database of this program")
	}
	form, err := strconv.Atoi(word)
	switch {
	case err != nil || form < formFirst:
		return 0, fmt.Errorf("its records have the form %q, which is none; it is no database of this program", word)
	case form > formNow:
		return 0, fmt.Errorf("its records have form %d, and this program reads forms %d to %d: %w", form, formFirst, formNow, errLater)
	}
	if form == formFirst {
		// Of the two kinds of file with this number, the first project decides
		// that reads to its end in one form only.
		projects := f.Table(projectTable)
		for i := range projects.Len() {
			fits := func(form int) bool {
				d := decoder{s: projects.ValueAt(i), form: form}
				d.project()
				return !d.damaged && d.at == len(d.s)
			}
			if later := fits(formUnaffiliated); later != fits(formFirst) {
				if later {
					form = formUnaffiliated
				}
				break
			}
		}
	}
	return form, nil
}

func (db *DB) decoder(data string) decoder {
	return decoder{s: data, form: db.form, shared: &db.text, words: &db.word}
}

// record returns a decoder for a record of a table.
func (db *DB) record(t flattable.Table, i int) decoder {
	d := db.decoder(t.ValueAt(i))
	d.id = t.Key(i)
	return d
}

// Edition returns the name, the date of the newest review, and the digest that
// the file states and [DB.Verify] checks.
func (db *DB) Edition() provenance.Edition {
	meta := db.file.Table(metaTable)
	name, _ := meta.Value("name")
	date, _ := meta.Value("date")
	sum := db.file.SHA256()
	return provenance.Edition{Name: name, Date: provenance.Date(date), SHA256: hex.EncodeToString(sum[:])}
}

// Lookup returns the identifiers and names under a key, organizations before
// projects, each in order of id and record. A key that no record claims and
// that is a row of a whole registry answers with the organization that the row
// names, if that is on record: the match cites the registry. A package that no
// record claims answers with a project made of its own metadata, if that names
// no organization or one on record.
func (db *DB) Lookup(kind sbom.ClaimKind, key string) []provenance.Match {
	for i := range db.keys {
		if db.keys[i].kind == kind {
			if postings, ok := db.keys[i].table.Value(key); ok {
				return db.matches(postings)
			}
			break
		}
	}
	for i := range db.registries {
		r := &db.registries[i]
		if r.kind != kind {
			continue
		}
		value, ok := r.rows.Value(key)
		if !ok {
			continue
		}
		name, ok := r.name(db.form, value)
		if !ok {
			continue
		}
		if id, ok := r.aliases.Value(name); ok {
			return []provenance.Match{{Organization: id, Identifier: provenance.Identifier{Kind: kind, Value: key,
				Statement: provenance.Statement{Sources: []string{registrySource(r.id, name)}}}}}
		}
	}
	if kind == sbom.PURL {
		if p := db.packageOf(key); p != nil {
			return []provenance.Match{{Project: p.ID, Identifier: p.Identifiers[0]}}
		}
	}
	return nil
}

// Registered returns the name under which a key is assigned in a whole
// registry, on record or not, and the registry's id; empty where it is not.
func (db *DB) Registered(kind sbom.ClaimKind, key string) (name, registry string) {
	for i := range db.registries {
		r := &db.registries[i]
		if r.kind != kind {
			continue
		}
		if value, ok := r.rows.Value(key); ok {
			if name, ok := r.name(db.form, value); ok {
				return name, r.id
			}
		}
	}
	return "", ""
}

func (db *DB) matches(postings string) []provenance.Match {
	matches := make([]provenance.Match, 0, 1)
	d := db.decoder(postings)
	for d.at < len(d.s) {
		m, ok := db.posting(&d)
		if !ok {
			break
		}
		matches = append(matches, m)
	}
	return matches
}

// posting reads one posting and the part of a record that it points to.
func (db *DB) posting(d *decoder) (m provenance.Match, ok bool) {
	flags, record := d.bits(), d.uint()
	table := db.orgTab
	if flags&postProject != 0 {
		table = db.projectTab
	}
	if d.damaged || record >= table.Len() {
		return m, false
	}
	if flags&postProject != 0 {
		m.Project = table.Key(record)
	} else {
		m.Organization = table.Key(record)
	}
	m.Weak = flags&postWeak != 0
	at := db.record(table, record)
	if flags&postTitle != 0 {
		_ = at.recordID()
		m.Identifier = provenance.Identifier{Kind: sbom.OrgName, Value: at.text()}
		return m, !at.damaged
	}
	at.at = d.uint()
	if d.damaged || at.at > len(at.s) {
		return m, false
	}
	if flags&postName != 0 {
		n := at.name()
		m.Identifier = provenance.Identifier{Kind: sbom.OrgName, Value: n.Name, From: n.From, To: n.To, Statement: n.Statement}
	} else {
		m.Identifier = at.identifier()
	}
	return m, !at.damaged
}

// Organization returns the record of an id, nil where there is none.
func (db *DB) Organization(id string) *provenance.Organization {
	i, ok := db.orgTab.Find(id)
	if !ok {
		return nil
	}
	return once(&db.orgs[i], db.record(db.orgTab, i), (*decoder).organization)
}

// Project returns the record of an id, nil where there is none. The id of a
// package that no record claims is its type and name ("npm/ms").
func (db *DB) Project(id string) *provenance.Project {
	i, ok := db.projectTab.Find(id)
	if !ok {
		return db.packageOf(id)
	}
	return once(&db.projects[i], db.record(db.projectTab, i), (*decoder).project)
}

func (db *DB) listAt(i int) *provenance.List {
	if i < 0 || i >= len(db.lists) {
		return nil
	}
	return once(&db.lists[i], db.record(db.listTab, i), (*decoder).list)
}

// once decodes a record if nobody has yet. Two who do so at the same time get
// equal records.
func once[T any](p *atomic.Pointer[T], d decoder, decode func(*decoder) *T) *T {
	if v := p.Load(); v != nil {
		return v
	}
	v := decode(&d)
	if d.damaged {
		return nil
	}
	p.Store(v)
	return v
}

// List returns the newest edition of a list, nil where there is none.
func (db *DB) List(id string) *provenance.List {
	i := db.listTab.Search(id+"\x01") - 1 // the last edition of the id
	if l := db.listAt(i); l != nil && l.ID == id {
		return l
	}
	return nil
}

// Listings returns the list entries that name the organization, in all
// editions, in order of list id and effective date.
func (db *DB) Listings(organization string) []provenance.Listing {
	v, ok := db.listings.Value(organization)
	if !ok {
		return nil
	}
	var out []provenance.Listing
	d := db.decoder(v)
	for d.at < len(d.s) {
		l, e := db.listAt(d.uint()), d.uint()
		if d.damaged || l == nil || e >= len(l.Entries) {
			break
		}
		out = append(out, provenance.ListingOf(l, &l.Entries[e]))
	}
	return out
}

// Literals returns the texts by which records are recognised in bytes.
func (db *DB) Literals() []sbom.Literal {
	t := db.file.Table(literalTable)
	literals := make([]sbom.Literal, 0, t.Len())
	for i := range t.Len() {
		d := db.record(t, i)
		if l := d.literal(); !d.damaged {
			literals = append(literals, l)
		}
	}
	return literals
}

// LiteralTable returns the same as a table that needs not be read to be searched
// for.
func (db *DB) LiteralTable() sbom.LiteralTable {
	index, _ := db.file.Table(indexTable).Value(literalTable)
	return literalList{db, db.file.Table(literalTable), index}
}

type literalList struct {
	db    *DB
	table flattable.Table
	index string
}

func (l literalList) Len() int      { return l.table.Len() }
func (l literalList) Index() string { return l.index }

// Literal implements [sbom.LiteralTable]. Of a damaged record nothing is left.
func (l literalList) Literal(i int) sbom.Literal {
	if i < 0 || i >= l.table.Len() {
		return sbom.Literal{}
	}
	d := l.db.record(l.table, i)
	literal := d.literal()
	if d.damaged {
		return sbom.Literal{}
	}
	return literal
}

// verifyIndex checks that the search table is that of the literals.
func (db *DB) verifyIndex() error {
	table := db.LiteralTable()
	if table.Index() == "" {
		return nil
	}
	index, err := bytesearch.Open(table.Index())
	switch {
	case errors.Is(err, bytesearch.ErrVersion):
		return nil // whoever searches makes another
	case err != nil:
		return err
	}
	want, err := indexOf(db.Literals())
	if err == nil && want.Bytes() != index.Bytes() {
		err = errors.New("it does not find the literals")
	}
	return err
}

// OrganizationIDs implements [provenance.Lister].
func (db *DB) OrganizationIDs() []string { return allKeys(db.orgTab) }

// ProjectIDs implements [provenance.Lister].
func (db *DB) ProjectIDs() []string { return allKeys(db.projectTab) }

func allKeys(t flattable.Table) []string {
	keys := make([]string, 0, t.Len())
	for i := range t.Len() {
		keys = append(keys, t.Key(i))
	}
	return keys
}

// ListEditions implements [provenance.Lister].
func (db *DB) ListEditions() []*provenance.List {
	lists := make([]*provenance.List, 0, len(db.lists))
	for i := range db.lists {
		if l := db.listAt(i); l != nil {
			lists = append(lists, l)
		}
	}
	return lists
}

// Registries returns the public registries that the records cite.
func (db *DB) Registries() []Registry {
	t := db.file.Table(registryTable)
	out := make([]Registry, 0, t.Len())
	for i := range t.Len() {
		d := db.decoder(t.ValueAt(i))
		if r := d.registry(); !d.damaged {
			out = append(out, r)
		}
	}
	return out
}

// Verify reads the whole database: the digest, the tables, and every record
// and reference. The error names the table and key, or the offset, of the first
// few places that are damaged, and counts the others.
func (db *DB) Verify() error {
	if err := db.file.Verify(); err != nil {
		return fmt.Errorf("verify database: %w", err)
	}
	const named = 5
	var errs []error
	damaged := 0
	verify := func(t flattable.Table, name string, read func(*decoder)) {
		for i := range t.Len() {
			d := db.record(t, i)
			read(&d)
			if !d.damaged && d.at == len(d.s) {
				continue
			}
			if damaged++; damaged <= named {
				errs = append(errs, fmt.Errorf("verify database: table %s, key %q: damaged at byte %d of %d", name, t.Key(i), d.at, len(d.s)))
			}
		}
	}
	verify(db.orgTab, orgTable, func(d *decoder) { d.organization() })
	verify(db.projectTab, projectTable, func(d *decoder) { d.project() })
	verify(db.listTab, listTable, func(d *decoder) { d.list() })
	verify(db.file.Table(literalTable), literalTable, func(d *decoder) { d.literal() })
	if err := db.verifyIndex(); err != nil {
		errs = append(errs, fmt.Errorf("verify database: table %s: %w", indexTable, err))
	}
	verify(db.file.Table(registryTable), registryTable, func(d *decoder) { d.registry() })
	verify(db.listings, listingTable, func(d *decoder) {
		for d.at < len(d.s) {
			l, e := db.listAt(d.uint()), d.uint()
			if l == nil || e >= len(l.Entries) {
				d.fail()
			}
		}
	})
	for _, r := range db.registries {
		verify(r.aliases, aliasTable+r.id, func(d *decoder) {
			if db.Organization(d.s) == nil {
				d.damaged = true
			}
			d.at = len(d.s)
		})
	}
	for i := range db.registries {
		r := &db.registries[i]
		verify(r.rows, rowsTable+r.id, func(d *decoder) {
			if _, ok := r.name(db.form, d.s); !ok {
				d.damaged = true
			}
			d.at = len(d.s)
		})
	}
	for i := range db.packages {
		verify(db.packages[i].rows, packagesTable+db.packages[i].Type, func(d *decoder) { d.packageRow() })
	}
	for _, k := range db.keys {
		verify(k.table, keyTable+k.kind.String(), func(d *decoder) {
			for d.at < len(d.s) {
				if _, ok := db.posting(d); !ok {
					d.damaged = true
					return
				}
			}
		})
	}
	if damaged > named {
		errs = append(errs, fmt.Errorf("verify database: and %d more places", damaged-named))
	}
	return errors.Join(errs...)
}
