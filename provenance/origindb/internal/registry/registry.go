// Package registry reads the public registries that records cite: what each is
// (registries.yaml) and its rows (one sorted TSV file a registry).
//
// The extracts in data/registries hold the rows that records cite, or all rows
// where the registry is kept whole. A folder of sources as the registries
// publish them has the same rows and more; [ReadSource] reads that.
package registry

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
	"go.yaml.in/yaml/v4"
)

// A Registry describes one public registry at one revision.
type Registry struct {
	ID        string          `yaml:"id"`
	Title     string          `yaml:"title"`
	Publisher string          `yaml:"publisher"`
	URL       string          `yaml:"url"`
	Licence   string          `yaml:"licence"`
	Notice    string          `yaml:"notice,omitempty"` // what the licence asks to be said
	Revision  string          `yaml:"revision"`
	Date      provenance.Date `yaml:"date"`

	// From is the source's file in a folder of sources, Format its form: "tsv"
	// or "ids" (usb.ids, pci.ids).
	From   string `yaml:"from"`
	Format string `yaml:"format,omitempty"`
	// Columns of the source that the extract keeps, in this order.
	Columns []string `yaml:"columns,flow"`
	// Key are the columns that make the key of a row, joined by KeyJoin.
	Key     []string `yaml:"key,flow"`
	KeyJoin string   `yaml:"key_join,omitempty"`
	// Hex says that the key's last part is a hexadecimal number: "0x" and case
	// do not count.
	Hex bool `yaml:"hex,omitempty"`
	// Names are the columns that name the organization of a row.
	Names []string `yaml:"names,omitempty,flow"`
	// Country is the column of the country, Basis what it means; a country
	// without Basis is only support and can be cited for no origin.
	Country string           `yaml:"country,omitempty"`
	Basis   provenance.Basis `yaml:"basis,omitempty"`
	// CountryMeans says in words what the country column means.
	CountryMeans string `yaml:"country_means,omitempty"`
	// ISIN is the column of an ISO 6166 code, Website that of a URL.
	ISIN    string `yaml:"isin,omitempty"`
	Website string `yaml:"website,omitempty"`
	// Kind of identifier that the key is a value of.
	Kind sbom.ClaimKind `yaml:"kind,omitempty"`
	// Whole keeps every row in the extract.
	Whole bool `yaml:"whole,omitempty"`

	rows map[string][]Row
}

// A Row of a registry: column to value.
type Row map[string]string

// A Set of registries.
type Set struct {
	Registries []*Registry
	byID       map[string]*Registry
}

// Registry returns the registry of an id, nil where there is none.
func (s *Set) Registry(id string) *Registry { return s.byID[id] }

// Read reads registries.yaml and the extracts beside it.
func Read(fsys fs.FS) (*Set, error) {
	return read(fsys, func(r *Registry) ([]Row, error) {
		data, err := fs.ReadFile(fsys, r.ID+".tsv")
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil // nothing of it is cited yet
		}
		if err != nil {
			return nil, err
		}
		return tsv(r.ID+".tsv", data)
	})
}

// ReadSource reads registries.yaml of fsys and the rows from a folder of
// sources.
func ReadSource(fsys, source fs.FS) (*Set, error) {
	return read(fsys, func(r *Registry) ([]Row, error) {
		data, err := fs.ReadFile(source, r.From)
		if err != nil {
			return nil, err
		}
		if r.Format == "ids" {
			return ids(data), nil
		}
		return tsv(r.From, data)
	})
}

func read(fsys fs.FS, rows func(*Registry) ([]Row, error)) (*Set, error) {
	data, err := fs.ReadFile(fsys, "registries.yaml")
	if err != nil {
		return nil, fmt.Errorf("read registries: %w", err)
	}
	var file struct {
		Registries []*Registry `yaml:"registries"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("read registries.yaml: %w", err)
	}
	s := &Set{Registries: file.Registries, byID: map[string]*Registry{}}
	for _, r := range s.Registries {
		if s.byID[r.ID] != nil {
			return nil, fmt.Errorf("registries.yaml: two registries %q", r.ID)
		}
		s.byID[r.ID] = r
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("registries.yaml: %s: %w", r.ID, err)
		}
		all, err := rows(r)
		if err != nil {
			return nil, fmt.Errorf("read registry %s: %w", r.ID, err)
		}
		r.rows = make(map[string][]Row, len(all))
		for _, row := range all {
			key := r.KeyOf(row)
			r.rows[key] = append(r.rows[key], row)
		}
	}
	return s, nil
}

// Licences are those under which rows may be kept here. "facts" is for lists
// of which only single rows are taken, as facts.
var Licences = []string{"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CC-BY-4.0", "CVE-TOU", "public-domain", "facts"}

func (r *Registry) check() error {
	for _, f := range []struct{ name, value string }{{"id", r.ID}, {"title", r.Title}, {"publisher", r.Publisher},
		{"url", r.URL}, {"licence", r.Licence}, {"revision", r.Revision}, {"date", string(r.Date)}, {"from", r.From}} {
		if f.value == "" {
			return fmt.Errorf("no %s", f.name)
		}
	}
	if len(r.Key) == 0 || len(r.Columns) == 0 {
		return errors.New("want key and columns")
	}
	if !slices.Contains(Licences, r.Licence) {
		return fmt.Errorf("licence %q is not on the allow list (%s)", r.Licence, strings.Join(Licences, ", "))
	}
	if r.Licence == "facts" && r.Whole {
		return errors.New(`a registry of licence "facts" is not kept whole`)
	}
	if r.Country != "" && r.CountryMeans == "" {
		return errors.New("a country column without country_means")
	}
	for _, c := range slices.Concat(r.Key, r.Names, nonEmpty(r.Country, r.ISIN, r.Website)) {
		if !slices.Contains(r.Columns, c) {
			return fmt.Errorf("column %q is used and not among columns", c)
		}
	}
	return nil
}

func nonEmpty(values ...string) []string {
	return slices.DeleteFunc(values, func(v string) bool { return v == "" })
}

// KeyOf returns the normal form of a row's key.
func (r *Registry) KeyOf(row Row) string {
	parts := make([]string, 0, len(r.Key))
	for _, c := range r.Key {
		parts = append(parts, row[c])
	}
	return r.NormalKey(strings.Join(parts, r.KeyJoin))
}

// NormalKey returns the form in which keys are compared.
func (r *Registry) NormalKey(key string) string {
	if !r.Hex {
		return key
	}
	key = strings.ToLower(key)
	if i := strings.LastIndex(key, "0x"); i >= 0 {
		key = key[:i] + key[i+2:]
	}
	return key
}

// Identifier returns the value of an identifier of the registry's kind that a
// key stands for.
func (r *Registry) Identifier(key string) string {
	if r.Kind == sbom.Zigbee {
		// The registry counts in decimal, the identifier is hexadecimal.
		if n, err := strconv.ParseUint(key, 10, 16); err == nil {
			return fmt.Sprintf("%04x", n)
		}
	}
	return key
}

// Assignments returns the name of the organization to which each identifier of
// the registry's kind is assigned, by [provenance.Key]. Of two keys that fold
// to one ("IBM" and "ibm") the one that is in normal form counts.
func (r *Registry) Assignments() map[string]string {
	assigned := map[string]string{}
	if r.Kind == 0 || len(r.Names) == 0 {
		return assigned
	}
	for key, rows := range r.rows {
		value := r.Identifier(key)
		normal := provenance.Key(r.Kind, value)
		if _, ok := assigned[normal]; !ok || normal == value {
			assigned[normal] = rows[0][r.Names[0]]
		}
	}
	return assigned
}

// Rows returns the rows of a key: none, one, or several where the registry
// holds the key more than once.
func (r *Registry) Rows(key string) []Row { return r.rows[r.NormalKey(key)] }

// Keys returns the normal forms of all keys in ascending order.
func (r *Registry) Keys() []string {
	keys := make([]string, 0, len(r.rows))
	for k := range r.rows {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// WriteExtract writes the rows of the given keys, all of them where the
// registry is kept whole, sorted, with the registry's columns.
func (r *Registry) WriteExtract(w io.Writer, keys []string) error {
	if r.Whole {
		keys = r.Keys()
	}
	var lines []string
	seen := map[string]bool{}
	for _, key := range keys {
		key = r.NormalKey(key)
		if seen[key] {
			continue
		}
		seen[key] = true
		for _, row := range r.rows[key] {
			cells := make([]string, 0, len(r.Columns))
			for _, c := range r.Columns {
				cells = append(cells, row[c])
			}
			lines = append(lines, strings.Join(cells, "\t"))
		}
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, strings.Join(r.Columns, "\t"))
	for _, l := range lines {
		fmt.Fprintln(b, l)
	}
	return b.Flush()
}

// An Alias joins the name of an organization, as a registry spells it, to a
// record. An empty Organization says that a person looked and that no record
// is meant.
type Alias struct {
	Registry, Name, Organization string
}

// ReadAliases reads aliases.tsv: registry, name, organization. Without the
// file there are none.
func ReadAliases(fsys fs.FS) ([]Alias, error) {
	data, err := fs.ReadFile(fsys, "aliases.tsv")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read aliases: %w", err)
	}
	rows, err := tsv("aliases.tsv", data)
	if err != nil {
		return nil, fmt.Errorf("read aliases: %w", err)
	}
	aliases := make([]Alias, 0, len(rows))
	seen := map[[2]string]bool{}
	for i, row := range rows {
		a := Alias{row["registry"], row["name"], row["organization"]}
		if a.Registry == "" || a.Name == "" {
			return nil, fmt.Errorf("aliases.tsv:%d: want registry, name and organization", i+2)
		}
		if k := [2]string{a.Registry, a.Name}; seen[k] {
			return nil, fmt.Errorf("aliases.tsv:%d: %q of %s is here twice", i+2, a.Name, a.Registry)
		} else {
			seen[k] = true
		}
		aliases = append(aliases, a)
	}
	return aliases, nil
}

// WriteAliases writes aliases in order of registry and name.
func WriteAliases(w io.Writer, aliases []Alias) error {
	aliases = slices.Clone(aliases)
	slices.SortFunc(aliases, func(a, b Alias) int {
		return cmp.Or(strings.Compare(a.Registry, b.Registry), strings.Compare(a.Name, b.Name))
	})
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "registry\tname\torganization")
	for _, a := range aliases {
		fmt.Fprintf(b, "%s\t%s\t%s\n", a.Registry, a.Name, a.Organization)
	}
	return b.Flush()
}

// tsv reads a table with a header line. A line with another number of cells
// than the header is an error.
func tsv(name string, data []byte) ([]Row, error) {
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	header := strings.Split(lines[0], "\t")
	rows := make([]Row, 0, len(lines)-1)
	for i, l := range lines[1:] {
		cells := strings.Split(strings.TrimSuffix(l, "\r"), "\t")
		if len(cells) != len(header) {
			return nil, fmt.Errorf("%s:%d: %d cells, want %d", name, i+2, len(cells), len(header))
		}
		row := make(Row, len(header))
		for j, c := range cells {
			row[header[j]] = strings.TrimSpace(c)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// ids reads the vendors of usb.ids or pci.ids: lines "xxxx  Name" before the
// first other section ("C 00  ..."). Indented lines are products.
func ids(data []byte) []Row {
	var rows []Row
	for _, l := range strings.Split(string(data), "\n") {
		if len(l) < 7 || l[0] == '#' || l[0] == '\t' || l[4] != ' ' || strings.Trim(l[:4], "0123456789abcdef") != "" {
			continue
		}
		rows = append(rows, Row{"id": l[:4], "organisation": strings.TrimSpace(l[4:])})
	}
	return rows
}
