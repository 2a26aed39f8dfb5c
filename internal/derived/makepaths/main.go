// Makepaths makes the paths at which packages of Debian put programs and
// libraries, internal/derived/paths.tm, from the lists of contents of suites.
//
//	go run ./internal/derived/makepaths -from bullseye,trixie
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/touchmark-dev/touchmark/internal/deb"
	"github.com/touchmark-dev/touchmark/internal/derived"
)

func main() {
	var (
		from     = flag.String("from", "bullseye,trixie,sid", "suites")
		arches   = flag.String("architectures", "all,arm64,armhf", "their architectures")
		mirror   = flag.String("mirror", "http://deb.debian.org/debian", "Debian archive")
		cache    = flag.String("cache", filepath.Join(os.TempDir(), "touchmark-deb"), "folder that keeps fetched lists")
		snapshot = flag.String("snapshot", "", "date of the lists, for the table")
		out      = flag.String("out", filepath.Join("internal", "derived", "paths.tm"), "file to write")
	)
	flag.Parse()
	if err := run(context.Background(), &deb.Mirror{URL: *mirror, Cache: *cache}, *from, *arches, *snapshot, *out); err != nil {
		fmt.Fprintln(os.Stderr, "makepaths:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, m *deb.Mirror, from, arches, snapshot, out string) error {
	b := derived.PathsBuilder{Snapshot: "Debian " + from + " of " + snapshot}
	for _, suite := range strings.Split(from, ",") {
		sources := map[string]string{}
		for _, arch := range strings.Split(arches, ",") {
			if arch == "all" {
				continue // the indexes of others have them too
			}
			index, err := m.Index(ctx, suite, arch)
			if err != nil {
				return err
			}
			for _, p := range index {
				sources[p.Name] = deb.Fold(p.Source)
			}
		}
		for _, arch := range strings.Split(arches, ",") {
			err := m.Contents(ctx, suite, arch, func(file, packages string) {
				for p := range strings.SplitSeq(packages, ",") {
					b.Add(file, sources[path.Base(p)])
				}
			})
			if err != nil {
				return err
			}
		}
	}
	data, err := b.Bytes()
	if err != nil {
		return err
	}
	p, err := derived.OpenPaths(string(data))
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d paths, %d bytes\n", p.Len(), len(data))
	return os.WriteFile(out, data, 0o644)
}
