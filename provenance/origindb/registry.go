package origindb

import (
	"fmt"
	"io/fs"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb/internal/registry"
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
	// Rows here, and how many of them are joined to a record.
	Rows   int `json:"rows"`
	Joined int `json:"joined,omitempty"`
}

// ReadRegistries reads the folder registries of fsys: registries.yaml and the
// extracts beside it. Without the folder there are none.
func ReadRegistries(fsys fs.FS) ([]Registry, error) {
	sub, err := fs.Sub(fsys, "registries")
	if err != nil {
		return nil, fmt.Errorf("open registries: %w", err)
	}
	if _, err := fs.Stat(sub, "registries.yaml"); err != nil {
		return nil, nil
	}
	set, err := registry.Read(sub)
	if err != nil {
		return nil, err
	}
	var out []Registry
	for _, r := range set.Registries {
		out = append(out, Registry{ID: r.ID, Title: r.Title, Publisher: r.Publisher, URL: r.URL, Licence: r.Licence,
			Notice: r.Notice, Revision: r.Revision, Date: r.Date, Whole: r.Whole, Rows: len(r.Keys())})
	}
	return out, nil
}

func (e *encoder) registry(r Registry) {
	for _, t := range []string{r.ID, r.Title, r.Publisher, r.URL, r.Licence, r.Notice, r.Revision, string(r.Date)} {
		e.text(t)
	}
	e.bits(r.Whole)
	e.uint(r.Rows)
	e.uint(r.Joined)
}

func (d *decoder) registry() (r Registry) {
	r.ID, r.Title, r.Publisher, r.URL, r.Licence = d.text(), d.text(), d.text(), d.text(), d.text()
	r.Notice, r.Revision, r.Date = d.text(), d.text(), d.date()
	r.Whole = d.bits()&1 != 0
	r.Rows, r.Joined = d.uint(), d.uint()
	return r
}
