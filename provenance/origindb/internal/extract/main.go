// Extract writes data/registries/*.tsv: the rows of public registries that the
// records cite, or all rows of the registries that are kept whole.
//
//	go run ./provenance/origindb/internal/extract -from DIR [-data DIR] [-lint]
//
// DIR holds the registries as data/registries/registries.yaml names them. A
// citation of a row that is not there is an error, and then nothing is written.
// With -lint nothing is written at all: the records are linted against the
// whole registries instead of the extracts, so that new citations can be
// checked before the extracts are written.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb/internal/registry"
	"github.com/touchmark-dev/touchmark/provenance/origindb/lint"
)

func main() {
	from := flag.String("from", "", "folder of the registries' sources")
	data := flag.String("data", "provenance/origindb/data", "folder of the records")
	only := flag.Bool("lint", false, "lint the records and write nothing")
	flag.Parse()
	if *from == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(1)
	}
	run := extract
	if *only {
		run = check
	}
	if err := run(*data, *from); err != nil {
		fmt.Fprintln(os.Stderr, "extract:", err)
		os.Exit(1)
	}
}

func check(data, from string) error {
	problems, err := lint.Check(os.DirFS(data), &lint.Options{RegistrySource: os.DirFS(from)})
	if err != nil {
		return err
	}
	for _, p := range problems {
		fmt.Println(p)
	}
	if n := len(lint.Errors(problems)); n > 0 {
		return fmt.Errorf("%d errors", n)
	}
	return nil
}

func extract(data, from string) error {
	folder := filepath.Join(data, "registries")
	set, err := registry.ReadSource(os.DirFS(folder), os.DirFS(from))
	if err != nil {
		return err
	}
	records, err := provenance.ReadRecords(os.DirFS(data))
	if err != nil {
		return err
	}
	cited, err := citations(set, records)
	if err != nil {
		return err
	}
	for _, r := range set.Registries {
		var b bytes.Buffer
		if err := r.WriteExtract(&b, cited[r.ID]); err != nil {
			return err
		}
		name := filepath.Join(folder, r.ID+".tsv")
		if bytes.Count(b.Bytes(), []byte("\n")) == 1 {
			// No row: no file.
			if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
			continue
		}
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// citations returns the keys of each registry that records cite, retracted
// statements included.
func citations(set *registry.Set, records *provenance.Records) (map[string][]string, error) {
	cited := map[string][]string{}
	var errs []error
	note := func(record string, sources map[string]provenance.Source) {
		for name, s := range sources {
			if s.Registry == "" {
				continue
			}
			r := set.Registry(s.Registry)
			if r == nil || len(r.Rows(s.Key)) == 0 {
				file, line := records.Where(record, "sources/"+name)
				errs = append(errs, fmt.Errorf("%s:%d: no row %q in registry %q", file, line, s.Key, s.Registry))
				continue
			}
			cited[s.Registry] = append(cited[s.Registry], s.Key)
		}
	}
	for i := range records.Organizations {
		note("organizations/"+records.Organizations[i].ID, records.Organizations[i].Sources)
	}
	for i := range records.Projects {
		note("projects/"+records.Projects[i].ID, records.Projects[i].Sources)
	}
	for i := range records.Lists {
		l := &records.Lists[i]
		note("lists/"+l.ID+"@"+strings.TrimSpace(l.Edition), l.Sources)
	}
	return cited, errors.Join(errs...)
}
