// Make makes the derived table of Debian's and Ubuntu's packages:
// internal/derived/debian.tm. It fetches some 35,000 packages; what it read of each
// is kept in the cache.
//
//	go run ./internal/derived/make -out internal/derived/debian.tm
//	go run ./internal/derived/make -from bullseye/armhf,trixie/armhf -out /tmp/part.tm
package main

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/gob"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/internal/deb"
	"github.com/touchmark-dev/touchmark/internal/derived"
)

func main() {
	var (
		from     = flag.String("from", "ubuntu:xenial/amd64,ubuntu:bionic/amd64,ubuntu:focal/amd64,ubuntu:jammy/amd64,bullseye/amd64,bullseye/armhf,bookworm/armhf,bookworm/mipsel,trixie/armhf,trixie/arm64,sid/arm64", "suites and architectures")
		sources  = flag.String("sources", filepath.Join("internal", "eval", "debian-sources.txt"), "list of source packages")
		mirror   = flag.String("mirror", "http://deb.debian.org/debian", "Debian archive")
		ubuntu   = flag.String("ubuntu", "http://archive.ubuntu.com/ubuntu", "Ubuntu archive, of suites that begin with ubuntu:")
		cache    = flag.String("cache", filepath.Join(os.TempDir(), "touchmark-deb"), "folder that keeps fetched packages")
		facts    = flag.String("facts", filepath.Join(os.TempDir(), "touchmark-facts"), "folder that keeps what was read of each package")
		snapshot = flag.String("snapshot", "", "date of the package indexes, for the table")
		buildIDs = flag.String("build-ids", "bullseye/armhf,bookworm/armhf,bookworm/mipsel,trixie/armhf,trixie/arm64", "suites and architectures of which build ids are kept")
		out      = flag.String("out", filepath.Join("internal", "derived", "debian.tm"), "file to write")
		workers  = flag.Int("workers", 3, "packages read at once")
	)
	flag.Parse()
	m := &maker{workers: *workers, archives: map[string]*archive{
		"": {mirror: &deb.Mirror{URL: *mirror, Cache: *cache}, facts: *facts},
		// Packages of the same names as Debian's hold other builds.
		"ubuntu": {mirror: &deb.Mirror{URL: *ubuntu, Cache: filepath.Join(*cache, "ubuntu"), Areas: []string{"main", "universe"}}, facts: filepath.Join(*facts, "ubuntu")},
	}}
	if err := m.run(context.Background(), *from, *sources, *snapshot, *buildIDs, *out); err != nil {
		fmt.Fprintln(os.Stderr, "make:", err)
		os.Exit(1)
	}
}

type maker struct {
	archives map[string]*archive // by what stands before a suite's name
	workers  int
}

type archive struct {
	mirror *deb.Mirror
	facts  string // folder
}

// lastingYears before the newest suite was made is [derived.Builder.Lasting].
const lastingYears = 3

// Larger packages are left out: they hold few components for their size, and
// signatures know most of them.
const maxInstalled = 8000 // KiB

var (
	skipped = regexp.MustCompile(`-(?:dev|dbg|dbgsym|doc|docs|tests?|examples|udeb|common-dev)$|^python3?-|^lib.*-(?:perl|java|ruby|cil)$|^(?:ruby|php|elpa|golang|gir1)[-.0-9]`)
	numbers = regexp.MustCompile(`-?[0-9.]+$`)
	dotted  = regexp.MustCompile(`-?[0-9]+(?:\.[0-9]+)+$|-[0-9]{1,2}$`)
)

func (m *maker) run(ctx context.Context, from, sources, snapshot, buildIDs, out string) error {
	text, err := os.ReadFile(sources)
	if err != nil {
		return err
	}
	want := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if s := strings.TrimSpace(line); s != "" && s[0] != '#' {
			want[s], want[numbers.ReplaceAllString(s, "")] = true, true
		}
	}
	sigs, err := signatures.Builtin()
	if err != nil {
		return err
	}
	byFold := map[string]string{}
	for _, id := range sigs.IDs() {
		f := deb.Fold(id)
		if _, dup := byFold[f]; dup {
			byFold[f] = ""
		} else {
			byFold[f] = id
		}
	}
	b := &derived.Builder{BuildIDs: buildIDs != "", Snapshot: named(from) + " of " + snapshot}
	done := map[string]bool{}
	for _, suite := range strings.Split(from, ",") {
		distribution, name, ok := strings.Cut(suite, ":")
		if !ok {
			distribution, name = "", suite
		}
		a := m.archives[distribution]
		if a == nil {
			return fmt.Errorf("suite %q: no such archive", suite)
		}
		release, arch, _ := strings.Cut(name, "/")
		index, err := a.mirror.Index(ctx, release, arch)
		if err != nil {
			return err
		}
		var todo []*deb.Package
		for i := range index {
			p := &index[i]
			if p.Architecture == arch && (want[p.Source] || want[numbers.ReplaceAllString(p.Source, "")]) && p.InstalledKiB < maxInstalled &&
				!skipped.MatchString(p.Name) && p.Section != "debug" && p.Section != "libdevel" && p.Section != "doc" && p.Section != "debian-installer" && !done[p.Filename] {
				done[p.Filename] = true
				todo = append(todo, p)
			}
		}
		results := make([][]*derived.Facts, len(todo))
		var wg sync.WaitGroup
		next := make(chan int)
		for range m.workers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := range next {
					var err error
					if results[i], err = a.read(ctx, todo[i]); err != nil {
						fmt.Fprintln(os.Stderr, "make: left out:", todo[i].Filename, err)
					}
				}
			}()
		}
		for i := range todo {
			next <- i
		}
		close(next)
		wg.Wait()
		files := 0
		kept := slices.Contains(strings.Split(buildIDs, ","), suite)
		for i, p := range todo {
			name := dotted.ReplaceAllString(p.Source, "")
			c := derived.Component{Name: name, Signature: derived.SignatureOf(name, byFold[deb.Fold(p.Source)]), Homepage: p.Homepage}
			if strings.Contains(p.Version, "+"+p.Source) {
				continue // "2.11.0+samba4.25.1" of ldb, which samba brings along
			}
			for _, f := range results[i] {
				if !kept {
					f.BuildID = ""
				}
				b.Add(c, deb.Upstream(p.Version), arch, f)
				files++
			}
		}
		logs, err := a.changelogs(ctx, todo)
		if err != nil {
			return err
		}
		var days []time.Time
		sources := map[string]bool{}
		for source, releases := range logs {
			name := dotted.ReplaceAllString(source, "")
			b.AddReleases(name, releases)
			sources[name] = true
			days = append(days, releases[0].Day)
		}
		if len(days) > 0 {
			// Half of the packages had their last release by then.
			slices.SortFunc(days, time.Time.Compare)
			if day := days[len(days)/2].AddDate(-lastingYears, 0, 0); day.After(b.Lasting) {
				b.Lasting, b.Current = day, sources
			}
		}
		libraries := 0
		if distribution == "" { // Ubuntu's are the same ones
			if libraries, err = a.libraries(ctx, b, byFold, release, arch, index); err != nil {
				return err
			}
		}
		fmt.Fprintf(os.Stderr, "%s: %d packages, %d files, %d libraries\n", suite, len(todo), files, libraries)
	}
	data, err := b.Bytes()
	if err != nil {
		return err
	}
	t, err := derived.Open(string(data))
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d components, %d file names, %d libraries, %d bytes\n", t.Components(), t.Files(), t.Libraries(), len(data))
	return os.WriteFile(out, data, 0o644)
}

// named says of which distributions the suites are.
func named(from string) string {
	var debian, ubuntu []string
	for _, suite := range strings.Split(from, ",") {
		if u, ok := strings.CutPrefix(suite, "ubuntu:"); ok {
			ubuntu = append(ubuntu, u)
		} else {
			debian = append(debian, suite)
		}
	}
	s := "Debian " + strings.Join(debian, ",")
	if ubuntu != nil {
		s += " and Ubuntu " + strings.Join(ubuntu, ",")
	}
	return s
}

// libraries adds the libraries of all packages of a suite by their names.
func (a *archive) libraries(ctx context.Context, b *derived.Builder, byFold map[string]string, release, arch string, index []deb.Package) (int, error) {
	byPackage, err := a.mirror.Libraries(ctx, release, arch)
	if err != nil {
		return 0, err
	}
	n := 0
	for i := range index {
		p := &index[i]
		name := dotted.ReplaceAllString(p.Source, "")
		c := derived.Component{Name: name, Signature: derived.SignatureOf(name, byFold[deb.Fold(p.Source)])}
		longest := map[string]string{} // links have shorter names
		for _, f := range byPackage[p.Name] {
			if stem := derived.Stem(f); len(f) > len(longest[stem]) {
				longest[stem] = f
			}
		}
		for _, f := range longest {
			b.AddLibrary(c, deb.Upstream(p.Version), f)
			n++
		}
		delete(byPackage, p.Name) // the index may list two versions
	}
	return n, nil
}

// read returns the facts of a package's ELF files.
func (a *archive) read(ctx context.Context, p *deb.Package) ([]*derived.Facts, error) {
	file := filepath.Join(a.facts, path.Base(p.Filename)+".gob")
	if f, err := os.Open(file); err == nil {
		defer f.Close()
		var list []*derived.Facts
		if err := gob.NewDecoder(f).Decode(&list); err == nil {
			return list, nil
		}
	}
	data, err := a.mirror.Open(ctx, p)
	if err != nil {
		return nil, err
	}
	list := []*derived.Facts{}
	err = deb.Files(data, func(h *tar.Header, r io.Reader) error {
		if h.Typeflag != tar.TypeReg || h.Size < 512 || h.Size > 64<<20 {
			return nil
		}
		head := make([]byte, 4)
		if _, err := io.ReadFull(r, head); err != nil || string(head) != "\x7fELF" {
			return nil
		}
		rest, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if f, ok := derived.ReadFacts(path.Base(h.Name), bytes.NewReader(append(head, rest...)), h.Size); ok {
			list = append(list, f)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(a.facts, 0o755); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(list); err != nil {
		return nil, err
	}
	return list, os.WriteFile(file, buf.Bytes(), 0o644)
}
