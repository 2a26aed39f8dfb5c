package main

import (
	"archive/tar"
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/touchmark-dev/touchmark/internal/deb"
	"github.com/touchmark-dev/touchmark/internal/derived"
)

// A package's changelog lists the releases that Debian had, those too of which no
// suite has a package any more: what lies between two known ones.

const (
	maxChangelog = 16 << 20
	triedFor     = 6 // packages of a source: many link to the changelog of another
)

// changelogs returns the releases of each source of the packages.
func (a *archive) changelogs(ctx context.Context, list []*deb.Package) (map[string][]derived.Release, error) {
	bySource := map[string][]*deb.Package{}
	for _, p := range list {
		bySource[p.Source] = append(bySource[p.Source], p)
	}
	out := map[string][]derived.Release{}
	for source, packages := range bySource {
		slices.SortFunc(packages, func(x, y *deb.Package) int {
			return cmp.Or(cmp.Compare(x.InstalledKiB, y.InstalledKiB), strings.Compare(x.Name, y.Name))
		})
		for _, p := range packages[:min(len(packages), triedFor)] {
			releases, err := a.changelog(ctx, p)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.Filename, err)
			}
			if len(releases) > 0 {
				out[source] = releases
				break
			}
		}
	}
	return out, nil
}

var errFound = errors.New("found")

// changelog returns the releases that the changelog in a package lists, none
// where it holds no changelog.
func (a *archive) changelog(ctx context.Context, p *deb.Package) ([]derived.Release, error) {
	file := filepath.Join(a.facts, path.Base(p.Filename)+".releases")
	if f, err := os.Open(file); err == nil {
		defer f.Close()
		var list []derived.Release
		if err := gob.NewDecoder(f).Decode(&list); err == nil {
			return list, nil
		}
	}
	data, err := a.mirror.Open(ctx, p)
	if err != nil {
		return nil, err
	}
	list := []derived.Release{}
	dir := "usr/share/doc/" + p.Name + "/"
	err = deb.Files(data, func(h *tar.Header, r io.Reader) error {
		if h.Typeflag != tar.TypeReg || h.Name != dir+"changelog.Debian.gz" && h.Name != dir+"changelog.gz" {
			return nil
		}
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		if got := readChangelog(io.LimitReader(z, maxChangelog), p.Source); len(got) > 0 {
			list = got
			return errFound
		}
		return nil
	})
	if err != nil && !errors.Is(err, errFound) {
		return nil, err
	}
	if err := os.MkdirAll(a.facts, 0o755); err != nil {
		return nil, err
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	return list, errors.Join(gob.NewEncoder(f).Encode(list), f.Close())
}

var (
	entry   = regexp.MustCompile(`^([a-z0-9][a-z0-9.+-]*) \(([^()\s]+)\) `)
	trailer = regexp.MustCompile(`^ -- .*>  ?(\w{3}, +\d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4})`)
)

// readChangelog reads a deb-changelog(5): the upstream version of each entry, and
// the day of the first entry that has it.
func readChangelog(r io.Reader, source string) []derived.Release {
	var list []derived.Release
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 64<<10), 1<<20)
	version := ""
	for sc.Scan() {
		line := sc.Text()
		if m := entry.FindStringSubmatch(line); m != nil && m[1] == source {
			version = deb.Upstream(m[2])
		}
		m := trailer.FindStringSubmatch(line)
		if m == nil || version == "" {
			continue
		}
		day, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", strings.Join(strings.Fields(m[1]), " "))
		if err != nil {
			day, err = time.Parse("2 Jan 2006 15:04:05 -0700", strings.Join(strings.Fields(m[1])[1:], " "))
		}
		if err == nil {
			if i := slices.IndexFunc(list, func(x derived.Release) bool { return x.Version == version }); i >= 0 {
				list[i].Day = day // entries go back in time
			} else {
				list = append(list, derived.Release{Version: version, Day: day})
			}
		}
		version = ""
	}
	return list
}
