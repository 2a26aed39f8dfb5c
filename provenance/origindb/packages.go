package origindb

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/touchmark-dev/touchmark/internal/flattable"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb/internal/packages"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A package's own metadata, as its registry hands it out, names the repository
// that it is built from. Where a record knows the account of that repository,
// whoever controls the account stands behind the package; where the account is
// the author's own, no organization is named. Tens of thousands of packages
// are told so by a table of one line each, and a record is written only for
// those of which there is more to say: records come first.

// A packageTable is the compiled form of one.
type packageTable struct {
	packages.Registry
	rows     flattable.Table
	projects []atomic.Pointer[provenance.Project]
}

func (e *encoder) packageRow(r packages.Row) {
	e.text(r.Version)
	e.uint(r.Retrieved)
	if r.Home == packages.NoHome {
		e.text("")
	} else {
		e.text(r.Home)
	}
}

func (d *decoder) packageRow() (r packages.Row) {
	r.Version, r.Retrieved, r.Home = d.text(), d.uint(), d.text()
	if r.Home == "" {
		r.Home = packages.NoHome
	}
	return r
}

// packageOf returns the project that stands for a package which no record
// claims, by the key of its package URL, which is the project's id too; nil
// where no table knows it, or nobody knows the account that it comes from.
func (db *DB) packageOf(key string) *provenance.Project {
	typ, name, ok := strings.Cut(key, "/")
	if !ok {
		return nil
	}
	for i := range db.packages {
		if t := &db.packages[i]; t.Type == typ {
			if at, ok := t.rows.Find(name); ok {
				return db.packageAt(t, at)
			}
		}
	}
	return nil
}

// nobody marks a package whose account no record knows, so that it is looked up
// once.
var nobody = new(provenance.Project)

func (db *DB) packageAt(t *packageTable, at int) *provenance.Project {
	p := t.projects[at].Load()
	if p == nil {
		p = db.makePackage(t, t.rows.Key(at), t.rows.ValueAt(at))
		t.projects[at].Store(p)
	}
	if p == nobody {
		return nil
	}
	return p
}

// metadataSource is the name under which the project of a package cites the
// package's metadata.
const metadataSource = "metadata"

// makePackage makes the project of a package from its row: unaffiliated, or
// with whoever stands behind the account that it comes from.
func (db *DB) makePackage(t *packageTable, name, value string) *provenance.Project {
	d := db.decoder(value)
	row := d.packageRow()
	if d.damaged {
		return nobody
	}
	day := provenance.Date(packages.Epoch.AddDate(0, 0, row.Retrieved).Format(time.DateOnly))
	meta := provenance.Source{
		URL:       fmt.Sprintf(t.URL, strings.ReplaceAll(name, "/", "%2F"), row.Version),
		Title:     fmt.Sprintf(t.Title, name, row.Version),
		Retrieved: day,
		Says:      "names its authors and no organization",
	}
	if row.Home != packages.NoHome {
		meta.Says = "its repository is of the account " + row.Home
	}
	cited := provenance.Statement{Sources: []string{metadataSource}}
	p := &provenance.Project{
		ID:          t.Type + "/" + name,
		Name:        name,
		Identifiers: []provenance.Identifier{{Kind: sbom.PURL, Value: "pkg:" + t.Type + "/" + name, Statement: cited}},
		Sources:     map[string]provenance.Source{metadataSource: meta},
		Reviewed:    day,
	}
	if row.Home == packages.NoHome {
		p.Unaffiliated = &provenance.Unaffiliated{Statement: cited}
		return p
	}
	for _, m := range db.Lookup(sbom.PURL, packages.AccountKey(row.Home)) {
		// The account's statement counts beside the metadata's: an account that
		// is uncited makes its packages so. Keys of sources are the record's own.
		account, record, sources := m.Identifier, m.Organization+m.Project, map[string]provenance.Source(nil)
		also := func(statements ...provenance.Statement) provenance.Statement {
			j := join(append(statements, account.Statement)...)
			for i, key := range j.Sources {
				j.Sources[i] = record + ": " + key
				if s, ok := sources[key]; ok {
					p.Sources[j.Sources[i]] = s
				}
			}
			return join(cited, j)
		}
		if pr := db.Project(m.Project); pr != nil {
			sources = pr.Sources
			for _, s := range pr.Stewards {
				s.Statement = also(s.Statement)
				p.Stewards = append(p.Stewards, s)
			}
			if pr.Community != nil && p.Community == nil {
				c := *pr.Community
				c.Statement = also(c.Statement)
				p.Community = &c
			}
			if pr.Unaffiliated != nil && p.Unaffiliated == nil {
				u := *pr.Unaffiliated
				u.Statement = also(u.Statement)
				p.Unaffiliated = &u
			}
		} else if o := db.Organization(m.Organization); o != nil {
			sources = o.Sources
			role := account.Role
			switch {
			case role != 0:
			case o.Kind == provenance.Foundation:
				role = sbom.Maintainer
			default:
				role = sbom.Developer
			}
			p.Stewards = append(p.Stewards, provenance.Steward{Organization: o.ID, Role: role, Since: account.From, Until: account.To, Statement: also()})
		}
	}
	if len(p.Stewards) == 0 && p.Community == nil && p.Unaffiliated == nil {
		return nobody
	}
	return p
}

// join returns a statement that holds where all of several do.
func join(statements ...provenance.Statement) (j provenance.Statement) {
	for _, s := range statements {
		j.Uncited = j.Uncited || s.Uncited
		if j.Disputed == "" {
			j.Disputed = s.Disputed
		}
		for _, key := range s.Sources {
			if !slices.Contains(j.Sources, key) {
				j.Sources = append(j.Sources, key)
			}
		}
	}
	return j
}

// Packages counts the tables of packages' own metadata.
func (db *DB) Packages() []PackageStatus {
	var out []PackageStatus
	for i := range db.packages {
		t := &db.packages[i]
		s := PackageStatus{Type: t.Type, Rows: t.rows.Len()}
		for j := range t.rows.Len() {
			d := db.decoder(t.rows.ValueAt(j))
			switch r := d.packageRow(); {
			case r.Home == packages.NoHome:
				s.Unaffiliated++
			case db.packageAt(t, j) != nil:
				s.Joined++
			}
		}
		out = append(out, s)
	}
	return out
}

// packageFacts are the homes of packages, for [Diff]. The version whose
// metadata was read is no fact about the package.
func (db *DB) packageFacts() map[string]facts {
	out := map[string]facts{}
	for i := range db.packages {
		t := &db.packages[i]
		f := facts{}
		for j := range t.rows.Len() {
			d := db.decoder(t.rows.ValueAt(j))
			f.add(d.packageRow().Home, "home of", t.rows.Key(j))
		}
		out["packages/"+t.Type] = f
	}
	return out
}
