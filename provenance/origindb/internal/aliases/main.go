// Aliases proposes rows for data/registries/aliases.tsv: names of the whole
// registries that fold to a name of exactly one organization on record.
//
//	go run ./provenance/origindb/internal/aliases [-data DIR] [-w]
//
// It prints what it would add. With -w it adds it; then a person reviews the
// difference before it is committed, and clears the third column where the
// name is somebody else's. Rows that are there already stay as they are, but
// those of organizations without a record.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb/internal/registry"
	"github.com/touchmark-dev/touchmark/sbom"
)

func main() {
	data := flag.String("data", "provenance/origindb/data", "folder of the records")
	write := flag.Bool("w", false, "write aliases.tsv")
	flag.Parse()
	if err := propose(*data, *write); err != nil {
		fmt.Fprintln(os.Stderr, "aliases:", err)
		os.Exit(1)
	}
}

func propose(data string, write bool) error {
	records, err := provenance.ReadRecords(os.DirFS(data))
	if err != nil {
		return err
	}
	folder := os.DirFS(filepath.Join(data, "registries"))
	set, err := registry.Read(folder)
	if err != nil {
		return err
	}
	old, err := registry.ReadAliases(folder)
	if err != nil {
		return err
	}
	known := map[[2]string]bool{}
	var aliases []registry.Alias
	for _, a := range old {
		if a.Organization != "" && records.Organization(a.Organization) == nil {
			continue
		}
		known[[2]string{a.Registry, a.Name}] = true
		aliases = append(aliases, a)
	}
	for _, r := range set.Registries {
		if !r.Whole || len(r.Names) == 0 {
			continue
		}
		for _, key := range r.Keys() {
			name := r.Rows(key)[0][r.Names[0]]
			k := [2]string{r.ID, name}
			if name == "" || known[k] {
				continue
			}
			known[k] = true
			if id := theOne(records, name); id != "" {
				a := registry.Alias{Registry: r.ID, Name: name, Organization: id}
				fmt.Printf("%s\t%s\t%s\n", a.Registry, a.Name, a.Organization)
				aliases = append(aliases, a)
			}
		}
	}
	if !write {
		return nil
	}
	var b bytes.Buffer
	if err := registry.WriteAliases(&b, aliases); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(data, "registries", "aliases.tsv"), b.Bytes(), 0o644)
}

// theOne returns the only organization to which a name points, and not by a
// weak name.
func theOne(records *provenance.Records, name string) string {
	id := ""
	for _, m := range records.Lookup(sbom.OrgName, provenance.Key(sbom.OrgName, strings.ReplaceAll(name, "_", " "))) {
		if m.Weak || id != "" && m.Organization != id {
			return ""
		}
		id = m.Organization
	}
	return id
}
