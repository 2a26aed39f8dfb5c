package origindb

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
)

// A Change is one fact in which two states of a database differ.
type Change struct {
	// Record is "organizations/ID", "projects/ID", "lists/ID@EDITION" or, for
	// what packages' own metadata says, "packages/TYPE".
	Record string     `json:"record"`
	Kind   ChangeKind `json:"kind"`
	// Fact names what differs ("origin CN headquartered", "identifier usb
	// 2c7c"); "record" where the whole record came or went.
	Fact string `json:"fact"`
	// Old and New hold the fact in JSON, as the record states it, sources by
	// what they cite. Old is empty for what was added, New for what was removed.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
}

// A ChangeKind says how a fact differs.
type ChangeKind string

const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed" // or retracted
	Changed ChangeKind = "changed"
)

// Diff returns the facts in which two states of a database differ, in order of
// record and fact. What is retracted in the newer state is removed. Days of
// review do not count. Of databases that are no [provenance.Lister] it returns
// [ErrNotListed].
func Diff(older, newer provenance.Database) ([]Change, error) {
	a, err := factsOf(older)
	if err != nil {
		return nil, fmt.Errorf("older database: %w", err)
	}
	b, err := factsOf(newer)
	if err != nil {
		return nil, fmt.Errorf("newer database: %w", err)
	}
	// Packages are facts of compiled databases only: a folder of records alone
	// says nothing of them, which is no removal.
	if x, ok := compiledOf(older); ok {
		if y, ok := compiledOf(newer); ok {
			maps.Copy(a, x.packageFacts())
			maps.Copy(b, y.packageFacts())
		}
	}
	var changes []Change
	for record, facts := range a {
		if b[record] == nil {
			changes = append(changes, Change{Record: record, Kind: Removed, Fact: "record", Old: facts["record"]})
			continue
		}
		for fact, old := range facts {
			switch now, ok := b[record][fact]; {
			case !ok:
				changes = append(changes, Change{Record: record, Kind: Removed, Fact: fact, Old: old})
			case now != old:
				changes = append(changes, Change{Record: record, Kind: Changed, Fact: fact, Old: old, New: now})
			}
		}
	}
	for record, facts := range b {
		if a[record] == nil {
			changes = append(changes, Change{Record: record, Kind: Added, Fact: "record", New: facts["record"]})
			continue
		}
		for fact, now := range facts {
			if _, ok := a[record][fact]; !ok {
				changes = append(changes, Change{Record: record, Kind: Added, Fact: fact, New: now})
			}
		}
	}
	slices.SortFunc(changes, func(x, y Change) int {
		return cmp.Or(strings.Compare(x.Record, y.Record), strings.Compare(x.Fact, y.Fact))
	})
	return changes, nil
}

// facts of one record, by name, in JSON.
type facts map[string]string

// add notes a fact under a name. Of several of one name all count: two
// periods of one owner, say.
func (f facts) add(v any, name ...string) {
	data, err := json.Marshal(v)
	if err != nil {
		data = []byte(err.Error()) // texts and numbers: it cannot happen
	}
	key := strings.TrimSpace(strings.Join(name, " "))
	for n := 2; ; n++ {
		if _, ok := f[key]; !ok {
			break
		}
		key = fmt.Sprintf("%s (%d)", strings.TrimSpace(strings.Join(name, " ")), n)
	}
	f[key] = string(data)
}

// cited is a statement with its sources resolved, so that renaming a source
// changes nothing and another page under the same name does.
type cited[T any] struct {
	Statement T                   `json:"statement"`
	Cites     []provenance.Source `json:"cites,omitempty"`
}

func cite[T any](v T, st *provenance.Statement, sources map[string]provenance.Source) cited[T] {
	c := cited[T]{Statement: v}
	for _, name := range st.Sources {
		c.Cites = append(c.Cites, sources[name])
	}
	return c
}

func factsOf(db provenance.Database) (map[string]facts, error) {
	lister, ok := db.(provenance.Lister)
	if !ok {
		return nil, ErrNotListed
	}
	all := map[string]facts{}
	for _, id := range lister.OrganizationIDs() {
		if o := db.Organization(id); o != nil {
			all["organizations/"+id] = organizationFacts(*o)
		}
	}
	for _, id := range lister.ProjectIDs() {
		if p := db.Project(id); p != nil {
			all["projects/"+id] = projectFacts(*p)
		}
	}
	for _, l := range lister.ListEditions() {
		all["lists/"+l.ID+"@"+l.Edition] = listFacts(*l)
	}
	return all, nil
}

func (f facts) marks(names []provenance.Name, ids []provenance.Identifier, sources map[string]provenance.Source) {
	for _, n := range names {
		c := cite(n, &n.Statement, sources)
		c.Statement.Sources = nil
		f.add(c, "name", n.Name)
	}
	for _, i := range ids {
		c := cite(i, &i.Statement, sources)
		c.Statement.Sources = nil
		f.add(c, "identifier", i.Kind.String(), i.Value)
	}
}

func organizationFacts(o provenance.Organization) facts {
	f := facts{}
	f.add(map[string]string{"name": o.Name, "kind": string(o.Kind), "note": o.Note}, "record")
	f.marks(o.Names, o.Identifiers, o.Sources)
	for _, or := range o.Origins {
		c := cite(or, &or.Statement, o.Sources)
		c.Statement.Sources = nil
		f.add(c, "origin", or.Country, string(or.Basis))
	}
	for _, ow := range o.Owners {
		c := cite(ow, &ow.Statement, o.Sources)
		c.Statement.Sources = nil
		f.add(c, "owner", ow.Organization, ow.State, string(ow.Kind))
	}
	return f
}

func projectFacts(p provenance.Project) facts {
	f := facts{}
	f.add(map[string]string{"name": p.Name, "note": p.Note}, "record")
	f.marks(p.Names, p.Identifiers, p.Sources)
	for _, st := range p.Stewards {
		c := cite(st, &st.Statement, p.Sources)
		c.Statement.Sources = nil
		f.add(c, "steward", st.Organization, st.Role.String())
	}
	if com := p.Community; com != nil {
		c := cite(*com, &com.Statement, p.Sources)
		c.Statement.Sources = nil
		f.add(c, "community")
	}
	if u := p.Unaffiliated; u != nil {
		c := cite(*u, &u.Statement, p.Sources)
		c.Statement.Sources = nil
		f.add(c, "unaffiliated")
	}
	return f
}

func listFacts(l provenance.List) facts {
	f := facts{}
	head := l
	head.Entries, head.Sources, head.Reviewed = nil, nil, ""
	f.add(head, "record")
	for _, e := range l.Entries {
		c := cite(e, &e.Statement, l.Sources)
		c.Statement.Sources = nil
		f.add(c, "entry", e.Name, e.Paragraph)
	}
	return f
}
