package main

import (
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// checkOrganizations compares the database with a table of organizations:
// columns name, aliases, hq_country, inc_country, ultimate_parent,
// ultimate_parent_country, source. Rows whose source says that nothing
// confirmed them are counted apart.
func (e *evaluation) checkOrganizations() error {
	rows, err := readTSV(e.organizations)
	if err != nil {
		return err
	}
	type score struct{ rows, found, right, stated int }
	kinds := []string{"headquarters", "registration", "ultimate owner's country", "ultimate owner"}
	scores := map[string]*score{}
	at := func(group, kind string) *score {
		k := group + "\t" + kind
		if scores[k] == nil {
			scores[k] = &score{}
		}
		return scores[k]
	}
	missing, wrong := e.table("Organizations not in the database", "list them with -v", "group", "count"), &table{Title: "Organizations where the database disagrees", Columns: []string{"group", "organization", "record", "what", "database", "table"}}
	missed := map[string]int{}
	var names []string
	for _, row := range rows {
		group := "confirmed"
		if strings.Contains(row["source"], "unconfirmed") {
			group = "unconfirmed"
		}
		id := e.find(append([]string{row["name"]}, strings.Split(row["aliases"], ";")...))
		if id == "" {
			missed[group]++
			names = append(names, row["name"])
		}
		origins := e.origins(id)
		own := func(basis provenance.Basis) []string {
			var out []string
			for _, o := range origins {
				if o.Basis == basis && len(o.Via) == 0 {
					out = append(out, o.Country)
				}
			}
			return out
		}
		top, topCountries := e.top(id)
		for _, c := range []struct {
			kind, want string
			got        []string
		}{
			{kinds[0], row["hq_country"], own(provenance.Headquartered)},
			{kinds[1], row["inc_country"], own(provenance.Registered)},
			{kinds[2], row["ultimate_parent_country"], topCountries},
			{kinds[3], row["ultimate_parent"], nil},
		} {
			if c.want == "" || c.want == "-" {
				continue
			}
			s := at(group, c.kind)
			s.rows++
			if id == "" {
				continue
			}
			s.found++
			if c.kind == kinds[3] {
				c.got = []string{top.Name}
				if top.ID != "" && e.isMaker(top.ID, c.want, "owner") {
					c.got = []string{c.want} // by another of its names
				}
			}
			if len(c.got) == 0 {
				continue
			}
			s.stated++
			if slices.Contains(c.got, c.want) {
				s.right++
			} else {
				wrong.add(group, row["name"], id, c.kind, strings.Join(c.got, " "), c.want)
			}
		}
	}
	t := e.table("Organizations", "precision: right of those that the database states; recall: right of all rows", "rows", "what", "rows", "in database", "stated", "right", "precision", "recall")
	for _, group := range []string{"confirmed", "unconfirmed"} {
		for _, kind := range kinds {
			s := at(group, kind)
			t.add(group, kind, s.rows, s.found, s.stated, s.right, ratio(s.right, s.stated), ratio(s.right, s.rows))
		}
		missing.add(group, missed[group])
	}
	e.tables = append(e.tables, wrong)
	if e.verbose {
		slices.Sort(names)
		l := e.table("Names without a record", "", "name")
		for _, n := range names {
			l.add(n)
		}
	}
	return nil
}

// find returns the id of the one organization that answers to a name, the
// first name that has one. A weak name answers where no other does, as in an
// attribution: "Yandex" is not the former Yandex N.V.
func (e *evaluation) find(names []string) string {
	for _, n := range names {
		strong, all := map[string]bool{}, map[string]bool{}
		for _, m := range e.db.Lookup(sbom.OrgName, provenance.Key(sbom.OrgName, n)) {
			if m.Organization != "" {
				all[m.Organization] = true
				if !m.Weak {
					strong[m.Organization] = true
				}
			}
		}
		for _, ids := range []map[string]bool{strong, all} {
			if len(ids) == 1 {
				for id := range ids {
					return id
				}
			}
		}
	}
	return ""
}

// origins returns what a report would say of an organization.
func (e *evaluation) origins(id string) []provenance.OriginOf {
	o := e.db.Organization(id)
	if o == nil {
		return nil
	}
	return provenance.Origins(e.db, id, e.today)
}

// top follows the controlling owners up to the last one, and returns it with
// the countries of its headquarters; without an owner it is the organization
// itself.
func (e *evaluation) top(id string) (provenance.Ref, []string) {
	o := e.db.Organization(id)
	if o == nil {
		return provenance.Ref{}, nil
	}
	best := provenance.Ref{ID: o.ID, Name: o.Name}
	var countries []string
	depth := -1
	for _, g := range e.origins(id) {
		if g.Basis != provenance.Headquartered && g.Basis != provenance.Registered {
			continue
		}
		if g.Holding != provenance.Own && g.Holding != provenance.Controlling {
			continue
		}
		switch n := len(g.Via); {
		case n > depth:
			depth, countries = n, nil
			if n > 0 {
				best = g.Via[n-1].Organization
			}
			fallthrough
		case n == depth:
			countries = append(countries, g.Country)
		}
	}
	return best, countries
}
