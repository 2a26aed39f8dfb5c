package provenance

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Records is a [Database] in memory: the records as people write them. It is
// what [ReadRecords] reads, what a user's own directory becomes, and the plain
// implementation that a compiled database is tested against.
//
// Fill the fields before the first call of a method and leave them alone
// afterwards. Retracted records and statements stay in the fields and are in
// no answer of a method. A Records is safe for concurrent use and must not be
// copied.
type Records struct {
	// Name of the database in its [Edition].
	Name          string
	Organizations []Organization
	Projects      []Project
	// Lists holds editions: several may have the same ID.
	Lists []List

	files map[string]recordFile // by Ref of the record

	once  sync.Once
	index recordIndex
}

// recordFile is the text that a record was read from.
type recordFile struct {
	name string
	data []byte
}

type recordIndex struct {
	edition  Edition
	orgs     map[string]*Organization
	projects map[string]*Project
	lists    map[string]*List // the newest edition of each
	matches  map[lookupKey][]Match
	listings map[string][]Listing
	literals []sbom.Literal

	orgIDs, projectIDs []string
	editions           []*List
}

type lookupKey struct {
	kind sbom.ClaimKind
	key  string
}

// A Lister is a [Database] that can list what it holds, as [Records] and the
// databases of package origindb can. The ids are in ascending order, and
// retracted records are not among them.
type Lister interface {
	OrganizationIDs() []string
	ProjectIDs() []string
	// ListEditions returns every edition of every list, in order of id and
	// edition.
	ListEditions() []*List
}

var (
	_ Database      = (*Records)(nil)
	_ LiteralSource = (*Records)(nil)
	_ Lister        = (*Records)(nil)
)

// ReadRecords reads the folders organizations, projects and lists of fsys, one
// YAML file a record. Folders may be missing. Files with another ending than
// .yaml are not read.
//
// Reading is strict: unknown fields, values outside their enumerations,
// malformed dates, shares, countries and ids, and two records with one id are
// errors. The error joins those of all files, each as "file:line: what". With
// an error come the records of the files that have none, for tools that report
// on the rest. What is well formed can still be wrong: package origindb/lint
// looks for that.
func ReadRecords(fsys fs.FS) (*Records, error) {
	r := &Records{files: map[string]recordFile{}}
	var errs []error
	read := func(folder string, decode func(file, id string, data []byte) error) {
		names, err := fs.Glob(fsys, folder+"/*.yaml")
		if err != nil {
			errs = append(errs, fmt.Errorf("list %s: %w", folder, err))
			return
		}
		slices.Sort(names)
		for _, name := range names {
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				errs = append(errs, fmt.Errorf("read record: %w", err))
				continue
			}
			if err := decode(name, strings.TrimSuffix(path.Base(name), ".yaml"), data); err != nil {
				errs = append(errs, err)
			}
		}
	}
	read("organizations", func(file, id string, data []byte) error {
		var o Organization
		if err := decodeYAML(file, data, &o); err != nil {
			return err
		}
		if err := malformed(file, data, checkOrganization(&o, id)); err != nil {
			return err
		}
		r.Organizations = append(r.Organizations, o)
		r.files["organizations/"+o.ID] = recordFile{file, data}
		return nil
	})
	read("projects", func(file, id string, data []byte) error {
		var p Project
		if err := decodeYAML(file, data, &p); err != nil {
			return err
		}
		if err := malformed(file, data, checkProject(&p, id)); err != nil {
			return err
		}
		r.Projects = append(r.Projects, p)
		r.files["projects/"+p.ID] = recordFile{file, data}
		return nil
	})
	editions := map[[2]string]string{}
	read("lists", func(file, id string, data []byte) error {
		var l List
		if err := decodeYAML(file, data, &l); err != nil {
			return err
		}
		if err := malformed(file, data, checkList(&l, id)); err != nil {
			return err
		}
		key := [2]string{l.ID, l.Edition}
		if other, ok := editions[key]; ok {
			return fmt.Errorf("%s:1: edition %q of list %s is also in %s", file, l.Edition, l.ID, other)
		}
		editions[key] = file
		r.Lists = append(r.Lists, l)
		r.files["lists/"+l.ID+"@"+l.Edition] = recordFile{file, data}
		return nil
	})
	slices.SortStableFunc(r.Lists, func(a, b List) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Edition, b.Edition))
	})
	return r, errors.Join(errs...)
}

// Where returns the file and line of a part of a record that [ReadRecords]
// read. The record is named "organizations/ID", "projects/ID" or
// "lists/ID@EDITION", the part by keys and indices ("identifiers/3/value"). A
// part that is not there gives the line of the nearest one around it.
func (r *Records) Where(record, part string) (file string, line int) {
	f, ok := r.files[record]
	if !ok {
		return record, 1
	}
	return f.name, lineOf(f.data, part)
}

func (r *Records) built() *recordIndex {
	r.once.Do(r.build)
	return &r.index
}

func (r *Records) build() {
	x := &r.index
	x.orgs = make(map[string]*Organization, len(r.Organizations))
	x.projects = make(map[string]*Project, len(r.Projects))
	x.lists = make(map[string]*List)
	x.matches = make(map[lookupKey][]Match)
	x.listings = make(map[string][]Listing)
	add := func(m Match) {
		key := Key(m.Identifier.Kind, m.Identifier.Value)
		if key == "" {
			return
		}
		k := lookupKey{m.Identifier.Kind, key}
		x.matches[k] = append(x.matches[k], m)
	}
	for i := range r.Organizations {
		if o := liveOrganization(&r.Organizations[i]); o != nil {
			x.orgs[o.ID] = o
		}
	}
	for i := range r.Projects {
		if p := liveProject(&r.Projects[i]); p != nil {
			x.projects[p.ID] = p
		}
	}
	x.orgIDs = slices.Sorted(maps.Keys(x.orgs))
	x.projectIDs = slices.Sorted(maps.Keys(x.projects))
	for _, id := range x.orgIDs {
		o := x.orgs[id]
		add(Match{Organization: id, Weak: o.WeakName(), Identifier: Identifier{Kind: sbom.OrgName, Value: o.Name}})
		for _, n := range o.Names {
			add(Match{Organization: id, Weak: n.Weak, Identifier: Identifier{Kind: sbom.OrgName, Value: n.Name,
				From: n.From, To: n.To, Statement: n.Statement}})
		}
		for _, i := range o.Identifiers {
			add(Match{Organization: id, Identifier: i})
		}
	}
	for _, id := range x.projectIDs {
		for _, i := range x.projects[id].Identifiers {
			add(Match{Project: id, Identifier: i})
		}
	}
	for i := range r.Lists {
		x.editions = append(x.editions, liveList(&r.Lists[i]))
	}
	slices.SortStableFunc(x.editions, compareLists)
	for _, l := range x.editions {
		x.lists[l.ID] = l // the newest edition comes last
		for i := range l.Entries {
			for _, id := range l.Entries[i].Organizations {
				x.listings[id] = append(x.listings[id], ListingOf(l, &l.Entries[i]))
			}
		}
	}
	for _, ls := range x.listings {
		slices.SortStableFunc(ls, CompareListings)
	}
	x.literals = literalsOf(x.orgs, x.projects)
	x.edition = r.editionOf()
}

func compareLists(a, b *List) int {
	return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Edition, b.Edition))
}

// ListingOf returns an entry of a list as [Database.Listings] does, its sources
// resolved. It is for implementations of [Database].
func ListingOf(l *List, e *ListEntry) Listing {
	li := Listing{List: l.ID, Title: l.Title, Edition: l.Edition, URL: l.URL,
		Complete: l.Complete, Transcribed: l.Transcribed, Entry: *e}
	for _, key := range e.Sources {
		if s, ok := l.Sources[key]; ok {
			li.Sources = append(li.Sources, s)
		}
	}
	return li
}

// CompareListings is the order in which [Database.Listings] returns them: list
// id, effective date, edition.
func CompareListings(a, b Listing) int {
	return cmp.Or(strings.Compare(a.List, b.List), strings.Compare(string(a.Entry.Effective), string(b.Entry.Effective)),
		strings.Compare(a.Edition, b.Edition))
}

// editionOf names the database by the newest review and the digest of its live
// content.
func (r *Records) editionOf() Edition {
	x := &r.index
	e := Edition{Name: cmp.Or(r.Name, "records")}
	sum := sha256.New()
	enc := json.NewEncoder(sum)
	note := func(v any, reviewed Date) {
		_ = enc.Encode(v) // strings, numbers and slices: it cannot fail
		if string(reviewed) > string(e.Date) {
			e.Date = reviewed
		}
	}
	for _, id := range x.orgIDs {
		note(x.orgs[id], x.orgs[id].Reviewed)
	}
	for _, id := range x.projectIDs {
		note(x.projects[id], x.projects[id].Reviewed)
	}
	for _, l := range x.editions {
		note(l, l.Reviewed)
	}
	e.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return e
}

// Edition returns the name, the date of the newest review, and a digest over
// what is not retracted.
func (r *Records) Edition() Edition { return r.built().edition }

// Lookup returns the identifiers and names under a key, organizations before
// projects, each in order of id and record.
func (r *Records) Lookup(kind sbom.ClaimKind, key string) []Match {
	return r.built().matches[lookupKey{kind, key}]
}

// Organization returns the record without its retracted statements, nil where
// there is none or it is retracted.
func (r *Records) Organization(id string) *Organization { return r.built().orgs[id] }

// Project returns the record without its retracted statements, nil where there
// is none or it is retracted.
func (r *Records) Project(id string) *Project { return r.built().projects[id] }

// Listings returns the entries of all editions that name the organization.
func (r *Records) Listings(organization string) []Listing { return r.built().listings[organization] }

// List returns the newest edition of a list: the one whose Edition is last in
// the order of strings.
func (r *Records) List(id string) *List { return r.built().lists[id] }

// Literals returns the texts by which records are recognised in bytes: their
// identifiers of kind literal, their domains as hosts, and the one-word names
// of makers of hardware as literals of kind [sbom.OrgName]. Records that share
// a text share its literal, which names a role only if they agree on it.
func (r *Records) Literals() []sbom.Literal { return r.built().literals }

// OrganizationIDs implements [Lister].
func (r *Records) OrganizationIDs() []string { return r.built().orgIDs }

// ProjectIDs implements [Lister].
func (r *Records) ProjectIDs() []string { return r.built().projectIDs }

// ListEditions implements [Lister].
func (r *Records) ListEditions() []*List { return r.built().editions }

// liveOrganization returns a copy without what is retracted, nil where all of
// it is.
func liveOrganization(o *Organization) *Organization {
	if o.Retracted != nil {
		return nil
	}
	c := *o
	c.Names = live(c.Names)
	c.Origins = live(c.Origins)
	c.Owners = live(c.Owners)
	c.Identifiers = live(c.Identifiers)
	return &c
}

func liveProject(p *Project) *Project {
	if p.Retracted != nil {
		return nil
	}
	c := *p
	c.Names = live(c.Names)
	c.Stewards = live(c.Stewards)
	c.Identifiers = live(c.Identifiers)
	if c.Community != nil && c.Community.Retracted != nil {
		c.Community = nil
	}
	if c.Unaffiliated != nil && c.Unaffiliated.Retracted != nil {
		c.Unaffiliated = nil
	}
	return &c
}

func liveList(l *List) *List {
	c := *l
	c.Entries = live(c.Entries)
	return &c
}

// WeakName reports whether Name must not match alone: whether it is among Names
// too, by its [Key], and marked Weak there ("Software AG", "Kong Inc.").
func (o *Organization) WeakName() bool {
	key := Key(sbom.OrgName, o.Name)
	return slices.ContainsFunc(o.Names, func(n Name) bool {
		return n.Weak && n.Retracted == nil && Key(sbom.OrgName, n.Name) == key
	})
}

// retracted is promoted to every type that embeds a Statement.
func (s Statement) retracted() bool { return s.Retracted != nil }

// live returns the statements that are not retracted, without touching the
// slice that it is given.
func live[S interface{ retracted() bool }](statements []S) []S {
	if !slices.ContainsFunc(statements, S.retracted) {
		return statements
	}
	var kept []S
	for _, s := range statements {
		if !s.retracted() {
			kept = append(kept, s)
		}
	}
	return kept
}

// literalsOf merges the marks of all records into one literal a text.
func literalsOf(orgs map[string]*Organization, projects map[string]*Project) []sbom.Literal {
	byID := map[string]*sbom.Literal{}
	add := func(i Identifier) {
		l := sbom.Literal{Text: i.Value, Role: i.Role, Fold: i.Fold, Word: i.Word, Wide: i.Wide}
		switch i.Kind {
		case sbom.LiteralMark:
			l.Kind, l.Value = sbom.LiteralMark, i.Value
		case sbom.Domain:
			// Host names are matched as a whole and without regard to case
			// whatever the record says.
			l.Kind, l.Value, l.Fold, l.Word = sbom.Host, i.Value, true, true
		default:
			return
		}
		l.ID = i.Kind.String() + "/" + i.Value
		other, ok := byID[l.ID]
		if !ok {
			byID[l.ID] = &l
			return
		}
		if other.Role != l.Role {
			other.Role = 0
		}
		other.Fold = other.Fold || l.Fold
		other.Word = other.Word && l.Word
		other.Wide = other.Wide || l.Wide
	}
	for _, o := range orgs {
		for _, i := range o.Identifiers {
			add(i)
		}
	}
	for _, p := range projects {
		for _, i := range p.Identifiers {
			add(i)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(orgs)) {
		for _, l := range nameMarks(orgs[id]) {
			if other, ok := byID[l.ID]; !ok {
				byID[l.ID] = &l
			} else if other.Role != l.Role {
				other.Role = sbom.Brand
			}
		}
	}
	literals := make([]sbom.Literal, 0, len(byID))
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		literals = append(literals, *byID[id])
	}
	return literals
}
