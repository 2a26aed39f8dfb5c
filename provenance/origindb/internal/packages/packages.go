// Package packages reads the tables of packages' own metadata that the origin
// database holds beside its records.
//
// packages/TYPE.tsv holds such a table for one type of package URL. Its columns
// are the name, the version whose metadata was read, the day of that, and the
// home: HOST/ACCOUNT of the repository, or "-" where the metadata names its
// authors and no organization. Accounts of persons are not kept.
package packages

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A Registry hands out the metadata of packages.
type Registry struct {
	Type  string // of package URLs, and name of the table
	Title string // of the metadata; %s are name and version
	URL   string // likewise
}

// Registries are those that tables are known for.
var Registries = []Registry{
	{"npm", "metadata of %s %s in the registry of npm", "https://registry.npmjs.org/%s/%s"},
}

// NoHome is the home of a package whose metadata names no organization.
const NoHome = "-"

// Epoch is the first day that a table can name.
var Epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// A Row is a line of a table.
type Row struct {
	Line          int
	Name, Version string
	Retrieved     int // days since Epoch
	Home          string
}

// A Table is a file of packages.
type Table struct {
	Registry
	File string
	Rows []Row
}

// Key returns the key of the package URL of a row.
func (t *Table) Key(r Row) string { return t.Type + "/" + r.Name }

// Read reads the folder packages of fsys. Without it there are no tables.
func Read(fsys fs.FS) ([]Table, error) {
	var tables []Table
	files, err := fs.Glob(fsys, "packages/*.tsv")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		typ := strings.TrimSuffix(path.Base(name), ".tsv")
		i := slices.IndexFunc(Registries, func(r Registry) bool { return r.Type == typ })
		if i < 0 {
			return nil, fmt.Errorf("%s: no registry of packages is known for the type %q", name, typ)
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		rows, err := parse(data, typ)
		if err != nil {
			return nil, fmt.Errorf("%s:%w", name, err)
		}
		tables = append(tables, Table{Registries[i], name, rows})
	}
	return tables, nil
}

func parse(data []byte, typ string) ([]Row, error) {
	var rows []Row
	line := 0
	for l := range bytes.Lines(data) {
		line++
		cells := strings.Split(strings.TrimRight(string(l), "\n"), "\t")
		if line == 1 {
			if want := []string{"name", "version", "retrieved", "home"}; !slices.Equal(cells, want) {
				return nil, fmt.Errorf("1: columns %q, want %q", cells, want)
			}
			continue
		}
		row, err := parseRow(cells, typ)
		if err == nil && len(rows) > 0 && rows[len(rows)-1].Name >= row.Name {
			err = errors.New("out of order, or here twice")
		}
		if err != nil {
			return nil, fmt.Errorf("%d: %w", line, err)
		}
		row.Line = line
		rows = append(rows, row)
	}
	return rows, nil
}

func parseRow(cells []string, typ string) (row Row, err error) {
	if len(cells) != 4 || slices.Contains(cells, "") {
		return row, fmt.Errorf("%d cells, want name, version, retrieved and home", len(cells))
	}
	row = Row{Name: cells[0], Version: cells[1], Home: cells[3]}
	if key := provenance.Key(sbom.PURL, "pkg:"+typ+"/"+row.Name); key != typ+"/"+row.Name {
		return row, fmt.Errorf("name %q is not in the form in which names are compared, %q", row.Name, strings.TrimPrefix(key, typ+"/"))
	}
	day, err := time.Parse(time.DateOnly, cells[2])
	if err != nil || day.Before(Epoch) {
		return row, fmt.Errorf("retrieved %q, want a date of 2020 or later", cells[2])
	}
	row.Retrieved = int(day.Sub(Epoch) / (24 * time.Hour))
	if row.Home != NoHome && AccountKey(row.Home) == "" {
		return row, fmt.Errorf("home %q, want HOST/ACCOUNT of a code host that is known, or %q", row.Home, NoHome)
	}
	return row, nil
}

// AccountKey returns the key of package URLs for an account of a code host,
// empty where the host has no type of package URL.
func AccountKey(home string) string {
	host, account, ok := strings.Cut(home, "/")
	typ := map[string]string{"github.com": "github", "gitlab.com": "gitlab", "bitbucket.org": "bitbucket", "gitee.com": "gitee", "codeberg.org": "codeberg"}[host]
	if !ok || typ == "" || account == "" || strings.ContainsAny(account, "/ ") || account != strings.ToLower(account) {
		return ""
	}
	return provenance.Key(sbom.PURL, "pkg:"+typ+"/"+account)
}
