package origindb

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb/internal/packages"
	"github.com/touchmark-dev/touchmark/provenance/origindb/internal/registry"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A Registry is a public registry that records cite, at one revision.
type Registry struct {
	ID        string          `json:"id"`
	Title     string          `json:"title"`
	Publisher string          `json:"publisher"`
	URL       string          `json:"url"`
	Licence   string          `json:"licence"`
	Notice    string          `json:"notice,omitempty"`
	Revision  string          `json:"revision"`
	Date      provenance.Date `json:"date"`
	// Whole says that all rows are here; else only those that records cite.
	Whole bool `json:"whole"`
	// Kind of identifier that the keys of a whole registry are, empty where
	// they are none. Those rows answer lookups.
	Kind sbom.ClaimKind `json:"kind,omitempty"`
	// Rows here, and how many of them the alias table joins to a record.
	Rows   int `json:"rows"`
	Joined int `json:"joined,omitempty"`
}

// Registries are public registries with their rows, ready to be compiled.
type Registries struct {
	set     *registry.Set
	aliases map[string]map[string]string // registry id, name as registered: organization
	// packages are the tables of packages' own metadata.
	packages []packages.Table
}

// ReadRegistries reads the folder registries of fsys: registries.yaml, the
// extracts beside it, and aliases.tsv, the reviewed table of registered names
// that are organizations on record; and the folder packages, what packages'
// own metadata says. Without the folders there are none.
func ReadRegistries(fsys fs.FS) (*Registries, error) {
	tables, err := packages.Read(fsys)
	if err != nil {
		return nil, fmt.Errorf("read packages: %w", err)
	}
	sub, err := fs.Sub(fsys, "registries")
	if err != nil {
		return nil, fmt.Errorf("open registries: %w", err)
	}
	if _, err := fs.Stat(sub, "registries.yaml"); errors.Is(err, fs.ErrNotExist) {
		return &Registries{packages: tables}, nil
	}
	set, err := registry.Read(sub)
	if err != nil {
		return nil, err
	}
	aliases, err := registry.ReadAliases(sub)
	if err != nil {
		return nil, err
	}
	r := &Registries{set, map[string]map[string]string{}, tables}
	for _, a := range aliases {
		if r.aliases[a.Registry] == nil {
			r.aliases[a.Registry] = map[string]string{}
		}
		if a.Organization != "" {
			r.aliases[a.Registry][a.Name] = a.Organization
		}
	}
	return r, nil
}

// A registrySource is the name under which an organization's record cites the
// row of a registry that the alias table joins to it.
func registrySource(registry, name string) string { return registry + ": " + name }

// joinedSources returns the citations that joined rows add to an
// organization's record.
func (r *Registries) joinedSources(organization string) map[string]provenance.Source {
	if r == nil || r.set == nil {
		return nil
	}
	sources := map[string]provenance.Source{}
	for _, reg := range r.set.Registries {
		for name, id := range r.aliases[reg.ID] {
			if id == organization {
				sources[registrySource(reg.ID, name)] = provenance.Source{Registry: reg.ID, Revision: reg.Revision, Key: name}
			}
		}
	}
	return sources
}

// compile writes the descriptions, and of whole registries whose keys are
// identifiers the rows and the alias table. known says whether there is a
// record of an organization.
func (r *Registries) compile(b *builder, form int, known func(id string) bool) {
	if r == nil {
		return
	}
	if form >= formPackages {
		for _, t := range r.packages {
			for _, row := range t.Rows {
				var e encoder
				e.packageRow(row)
				b.add(packagesTable+t.Type, row.Name, e.b)
			}
		}
	}
	if r.set == nil {
		return
	}
	for _, reg := range r.set.Registries {
		d := Registry{ID: reg.ID, Title: reg.Title, Publisher: reg.Publisher, URL: reg.URL, Licence: reg.Licence,
			Notice: reg.Notice, Revision: reg.Revision, Date: reg.Date, Whole: reg.Whole, Kind: reg.Kind}
		aliases := r.aliases[reg.ID]
		for _, key := range reg.Keys() {
			d.Rows += len(reg.Rows(key))
		}
		if reg.Whole {
			assigned := reg.Assignments()
			places := b.registrants(reg.ID, form, maps.Values(assigned))
			for key, name := range assigned {
				value := []byte(name)
				if form >= formPackages {
					var e encoder
					e.uint(places[name])
					value = e.b
				}
				b.add(rowsTable+reg.ID, key, value)
				if known(aliases[name]) {
					d.Joined++
				}
			}
		}
		for name, id := range aliases {
			if known(id) {
				b.add(aliasTable+reg.ID, name, []byte(id))
			}
		}
		e := encoder{form: form}
		e.registry(d)
		b.add(registryTable, d.ID, e.b)
	}
}

// registrants writes the names of a whole registry end to end, the most
// frequent first, and returns their places: one registrant can hold hundreds of
// keys.
func (b *builder) registrants(id string, form int, names iter.Seq[string]) map[string]int {
	if form < formPackages {
		return nil
	}
	counts := map[string]int{}
	for n := range names {
		counts[n]++
	}
	order := slices.SortedFunc(maps.Keys(counts), func(s, t string) int { return cmp.Or(counts[t]-counts[s], strings.Compare(s, t)) })
	places := make(map[string]int, len(order))
	var e encoder
	for _, n := range order {
		places[n] = len(e.b)
		e.text(n)
	}
	b.add(namesTable, id, e.b)
	return places
}

// name returns the registrant of a row's value.
func (r *registryTables) name(form int, value string) (string, bool) {
	if form < formPackages {
		return value, true
	}
	d := decoder{s: value}
	at := decoder{s: r.names, at: d.uint()}
	if d.damaged || at.at > len(at.s) {
		return "", false
	}
	name := at.text()
	return name, !at.damaged
}

func (e *encoder) registry(r Registry) {
	for _, t := range []string{r.ID, r.Title, r.Publisher, r.URL, r.Licence, r.Notice, r.Revision} {
		e.text(t)
	}
	e.date(r.Date)
	e.word(r.Kind.String())
	e.bits(r.Whole)
	e.uint(r.Rows)
	e.uint(r.Joined)
}

func (d *decoder) registry() (r Registry) {
	r.ID, r.Title, r.Publisher, r.URL, r.Licence = d.text(), d.text(), d.text(), d.text(), d.text()
	r.Notice, r.Revision, r.Date, r.Kind = d.text(), d.text(), d.date(), d.kind()
	r.Whole = d.bits()&1 != 0
	r.Rows, r.Joined = d.uint(), d.uint()
	return r
}
