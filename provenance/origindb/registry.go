package origindb

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/touchmark-dev/touchmark/provenance"
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
}

// ReadRegistries reads the folder registries of fsys: registries.yaml, the
// extracts beside it, and aliases.tsv, the reviewed table of registered names
// that are organizations on record. Without the folder there are none.
func ReadRegistries(fsys fs.FS) (*Registries, error) {
	sub, err := fs.Sub(fsys, "registries")
	if err != nil {
		return nil, fmt.Errorf("open registries: %w", err)
	}
	if _, err := fs.Stat(sub, "registries.yaml"); errors.Is(err, fs.ErrNotExist) {
		return &Registries{}, nil
	}
	set, err := registry.Read(sub)
	if err != nil {
		return nil, err
	}
	aliases, err := registry.ReadAliases(sub)
	if err != nil {
		return nil, err
	}
	r := &Registries{set, map[string]map[string]string{}}
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
func (r *Registries) compile(b *builder, known func(id string) bool) {
	if r == nil || r.set == nil {
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
			for key, name := range reg.Assignments() {
				b.add(rowsTable+reg.ID, key, []byte(name))
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
		var e encoder
		e.registry(d)
		b.add(registryTable, d.ID, e.b)
	}
}

func (e *encoder) registry(r Registry) {
	for _, t := range []string{r.ID, r.Title, r.Publisher, r.URL, r.Licence, r.Notice, r.Revision, string(r.Date), r.Kind.String()} {
		e.text(t)
	}
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
