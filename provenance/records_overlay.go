package provenance

import (
	"maps"
	"slices"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Overlay merges records over a base: a user's own directory over Touchmark's
// database. An overlay's record takes the place of the base's record of the
// same id, whole, and its list editions take the place of all editions of that
// list; a retracted record of an overlay hides the base's. Of several overlays
// the last wins. Two records of different ids may claim the same mark: then
// both answer.
//
// The result implements [Lister] and [LiteralSource] as far as base does, and
// has a method Unwrap that returns the database below.
func Overlay(base Database, overlays ...*Records) Database {
	db := base
	for _, r := range overlays {
		o := &overlay{base: db, top: r, orgs: map[string]bool{}, projects: map[string]bool{}, lists: map[string]bool{}}
		for i := range r.Organizations {
			o.orgs[r.Organizations[i].ID] = true
		}
		for i := range r.Projects {
			o.projects[r.Projects[i].ID] = true
		}
		for i := range r.Lists {
			o.lists[r.Lists[i].ID] = true
		}
		db = o
	}
	return db
}

// overlay is one Records over a base. The sets hold the ids for which the base
// is not asked.
type overlay struct {
	base                  Database
	top                   *Records
	orgs, projects, lists map[string]bool
}

// Unwrap returns the database below, as [errors.Unwrap] does for errors: for
// abilities that an overlay does not have.
func (o *overlay) Unwrap() Database { return o.base }

func (o *overlay) Edition() Edition {
	e := o.base.Edition()
	top := o.top.Edition()
	// The digest tells two states of one directory apart.
	e.Overlays = append(slices.Clone(e.Overlays), top.Name+"@"+top.SHA256[:12])
	return e
}

func (o *overlay) Lookup(kind sbom.ClaimKind, key string) []Match {
	below, above := o.base.Lookup(kind, key), o.top.Lookup(kind, key)
	hidden := func(m Match) bool { return o.orgs[m.Organization] || o.projects[m.Project] }
	if slices.ContainsFunc(below, hidden) {
		below = slices.DeleteFunc(slices.Clone(below), hidden)
	}
	if len(above) == 0 {
		return below
	}
	if len(below) == 0 {
		return above
	}
	return append(slices.Clone(below), above...)
}

func (o *overlay) Organization(id string) *Organization {
	if o.orgs[id] {
		return o.top.Organization(id)
	}
	return o.base.Organization(id)
}

func (o *overlay) Project(id string) *Project {
	if o.projects[id] {
		return o.top.Project(id)
	}
	return o.base.Project(id)
}

func (o *overlay) List(id string) *List {
	if o.lists[id] {
		return o.top.List(id)
	}
	return o.base.List(id)
}

func (o *overlay) Listings(organization string) []Listing {
	below, above := o.base.Listings(organization), o.top.Listings(organization)
	if len(o.lists) == 0 {
		return below
	}
	all := make([]Listing, 0, len(below)+len(above))
	for _, l := range below {
		if !o.lists[l.List] {
			all = append(all, l)
		}
	}
	all = append(all, above...)
	slices.SortStableFunc(all, CompareListings)
	return all
}

func (o *overlay) Literals() []sbom.Literal {
	byID := map[string]sbom.Literal{}
	if s, ok := o.base.(LiteralSource); ok {
		for _, l := range s.Literals() {
			// A literal stays while some record still claims its mark.
			kind := l.Kind
			if kind == sbom.Host {
				kind = sbom.Domain
			}
			if len(o.Lookup(kind, Key(kind, l.Value))) > 0 {
				byID[l.ID] = l
			}
		}
	}
	for _, l := range o.top.Literals() {
		byID[l.ID] = l
	}
	literals := make([]sbom.Literal, 0, len(byID))
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		literals = append(literals, byID[id])
	}
	return literals
}

func (o *overlay) OrganizationIDs() []string {
	var below []string
	if l, ok := o.base.(Lister); ok {
		below = l.OrganizationIDs()
	}
	return mergeIDs(below, o.orgs, o.top.OrganizationIDs())
}

func (o *overlay) ProjectIDs() []string {
	var below []string
	if l, ok := o.base.(Lister); ok {
		below = l.ProjectIDs()
	}
	return mergeIDs(below, o.projects, o.top.ProjectIDs())
}

func (o *overlay) ListEditions() []*List {
	var all []*List
	if l, ok := o.base.(Lister); ok {
		for _, list := range l.ListEditions() {
			if !o.lists[list.ID] {
				all = append(all, list)
			}
		}
	}
	all = append(all, o.top.ListEditions()...)
	slices.SortStableFunc(all, compareLists)
	return all
}

func mergeIDs(below []string, hidden map[string]bool, above []string) []string {
	ids := slices.Clone(above)
	for _, id := range below {
		if !hidden[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
