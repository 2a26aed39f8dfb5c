package main

import (
	"archive/tar"
	"bufio"
	"cmp"
	"context"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/touchmark-dev/touchmark/firmware"
	"github.com/touchmark-dev/touchmark/internal/deb"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Labelled trees from Debian packages: what a device built on Debian would
// hold, without the package database, with the truth of every file beside it.
//
//	go run ./internal/eval -make-debian DIR -suite bookworm -arch armhf -seed 1
//	go run ./internal/eval -debian DIR
//
// The trees hold two halves. A source package is seen if a signature was
// written from one of its packages, or if there is a signature of that name;
// all others are unseen. Of the unseen, those with an odd hash are held out: no
// signature is written from them, no rule is tried on them before it is done.

//go:embed debian-sources.txt
var debianSources string

// A treeMaker makes one tree.
type treeMaker struct {
	dir, mirror, cache string
	suite, arch        string
	seed               uint64
	count              int
	signatures         string // folder of YAML files
}

var skippedPackage = regexp.MustCompile(`-(?:dev|dbg|dbgsym|doc|docs|tests?|examples|udeb|common-dev)$|^python3?-|^lib.*-(?:perl|java|ruby|cil)$|^(?:ruby|php|elpa|golang|gir1)[-.0-9]`)

func (m *treeMaker) run(ctx context.Context) error {
	mirror := &deb.Mirror{URL: m.mirror, Cache: m.cache}
	index, err := mirror.Index(ctx, m.suite, m.arch)
	if err != nil {
		return err
	}
	seen, err := seenSources(m.signatures, index)
	if err != nil {
		return err
	}
	bySource := map[string][]*deb.Package{}
	for i := range index {
		p := &index[i]
		if p.Architecture == m.arch && p.InstalledKiB < 20_000 && !skippedPackage.MatchString(p.Name) && !strings.HasPrefix(p.Section, "debian-installer") {
			bySource[p.Source] = append(bySource[p.Source], p)
		}
	}
	halves := map[string][]string{}
	for line := range strings.Lines(debianSources) {
		s := strings.TrimSpace(line)
		if s == "" || s[0] == '#' {
			continue
		}
		if len(bySource[s]) == 0 {
			continue
		}
		halves[halfOf(s, seen)] = append(halves[halfOf(s, seen)], s)
	}
	rnd := rand.New(rand.NewPCG(m.seed, 0))
	var chosen []string
	for _, h := range []struct {
		name string
		n    int
	}{{"seen", m.count / 2}, {"dev", m.count / 4}, {"held-out", m.count - m.count/2 - m.count/4}} {
		list := halves[h.name]
		slices.Sort(list)
		rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		chosen = append(chosen, list[:min(h.n, len(list))]...)
	}
	slices.Sort(chosen)

	name := m.suite + "-" + m.arch + fmt.Sprintf("-%d", m.seed)
	dir := filepath.Join(m.dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	truth, err := os.Create(filepath.Join(m.dir, name+".tsv"))
	if err != nil {
		return err
	}
	defer truth.Close()
	w := tsv(truth)
	w.Write([]string{"path", "source", "version", "debian-version", "package", "half", "elf"})
	files := 0
	for _, s := range chosen {
		for _, p := range bySource[s] {
			data, err := mirror.Open(ctx, p)
			if err != nil {
				return err
			}
			err = deb.Files(data, func(h *tar.Header, r io.Reader) error {
				if deb.Documentation(h.Name) || h.Typeflag == tar.TypeDir {
					return nil
				}
				name := usrMerged(h.Name)
				head := &headReader{r: r}
				if h.Typeflag == tar.TypeLink {
					h.Linkname = usrMerged(strings.TrimPrefix(path.Clean("/"+h.Linkname), "/"))
				}
				if err := place(root, name, h, head); errors.Is(err, fs.ErrExist) || err != nil && h.Typeflag != tar.TypeReg {
					return nil // two packages have the path, or the link leads out
				} else if err != nil {
					return err
				}
				if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeLink {
					return nil
				}
				files++
				isELF := "0"
				if string(head.head) == "\x7fELF" || h.Typeflag == tar.TypeLink {
					isELF = "1"
				}
				return w.Write([]string{name, s, deb.Upstream(p.Version), p.Version, p.Name, halfOf(s, seen), isELF})
			})
			if err != nil {
				return fmt.Errorf("%s: %w", p.Filename, err)
			}
		}
	}
	w.Flush()
	fmt.Printf("%s: %d source packages, %d files\n", dir, len(chosen), files)
	return w.Error()
}

// usrMerged moves /bin, /sbin and /lib below /usr, as they are since 2023.
func usrMerged(name string) string {
	for _, d := range []string{"bin/", "sbin/", "lib/"} {
		if strings.HasPrefix(name, d) {
			return "usr/" + name
		}
	}
	return name
}

// headReader keeps the first four bytes of what is read.
type headReader struct {
	r    io.Reader
	head []byte
}

func (h *headReader) Read(b []byte) (int, error) {
	n, err := h.r.Read(b)
	if len(h.head) < 4 {
		h.head = append(h.head, b[:min(n, 4-len(h.head))]...)
	}
	return n, err
}

// halfOf says to which part of the evaluation a source package belongs.
func halfOf(source string, seen map[string]bool) string {
	if seen[source] || seen[deb.Fold(source)] {
		return "seen"
	}
	h := fnv.New32a()
	h.Write([]byte(source))
	if h.Sum32()&1 == 1 {
		return "held-out"
	}
	return "dev"
}

var seenBinary = regexp.MustCompile(`Debian \S+ \S+ ([a-z0-9][a-z0-9.+-]+)`)

// seenSources returns the source packages from which signatures were written,
// and the folded names of all signatures.
func seenSources(dir string, index []deb.Package) (map[string]bool, error) {
	source := map[string]string{}
	for _, p := range index {
		source[p.Name] = p.Source
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no signatures in %s", dir)
	}
	seen := map[string]bool{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		seen[deb.Fold(strings.TrimSuffix(filepath.Base(f), ".yaml"))] = true
		for _, m := range seenBinary.FindAllStringSubmatch(string(data), -1) {
			seen[cmp.Or(source[m[1]], m[1])] = true
			// A library's package changes its name with its ABI.
			seen[deb.Fold(m[1])] = true
		}
	}
	return seen, nil
}

// A debianComponent is a source package of a tree.
type debianComponent struct {
	source, version, half string
	names                 map[string]bool // folded
	files                 map[string]bool
	elf                   bool
}

// scanDebian measures the trees that treeMaker made.
func (e *evaluation) scanDebian(ctx context.Context, dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.tsv"))
	if err != nil {
		return err
	}
	score := e.table("Debian trees: components with an ELF file", "by file name: only a library's SONAME or a program's name shows, not counted as named; program: the right version under the file's own name, no recall; other name: another component than the truth's at that path, wrong unless judged",
		"tree", "half", "components", "named", "by file name", "exact", "range", "named %", "exact %", "finds", "right", "program", "other version", "other name", "judged right", "precision", "name only", "right", "precision")
	miss := &table{Title: "Debian trees: what is wrong or missing", Columns: []string{"tree", "half", "what", "component", "version", "instead", "at", "evidence"}}
	total := map[string]*debianScore{}
	kinds := map[string][2]int{}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".tsv")
		start := time.Now()
		halves, err := e.scanDebianTree(ctx, filepath.Join(dir, name), f, name, kinds, miss)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, h := range []string{"seen", "dev", "held-out"} {
			if s := halves[h]; s != nil {
				s.row(score, name, h)
				if total[h] == nil {
					total[h] = &debianScore{}
				}
				total[h].add(s)
			}
		}
		fmt.Fprintf(os.Stderr, "eval: %s: %.1f s\n", name, time.Since(start).Seconds())
	}
	all, unseen := &debianScore{}, &debianScore{}
	for _, h := range []string{"seen", "dev", "held-out"} {
		if s := total[h]; s != nil {
			s.row(score, "all", h)
			all.add(s)
			if h != "seen" {
				unseen.add(s)
			}
		}
	}
	unseen.row(score, "all", "unseen")
	all.row(score, "all", "all")
	by := e.table("Debian trees: on what versions rest", "the first evidence of each", "evidence", "finds", "version of a package at that path", "share")
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		by.add(k, kinds[k][0], kinds[k][1], ratio(kinds[k][1], kinds[k][0]))
	}
	if e.verbose {
		e.tables = append(e.tables, miss)
	}
	return nil
}

func (e *evaluation) scanDocument(ctx context.Context, dir string) (doc *sbom.Document, err error) {
	err = guarded(func() error {
		tree, err := firmware.OpenDir(dir)
		if err != nil {
			return err
		}
		defer tree.Close()
		doc, err = firmware.Scan(ctx, tree, &firmware.Options{NoDerivedTables: e.noDerived, DerivedTable: e.derivedTable, Workers: e.workers})
		return err
	})
	return doc, err
}

type debianScore struct {
	components, named, exact, ranged              int
	finds, right, otherVersion, otherName, judged int
	byFile, program, nameOnly, nameRight          int
}

func (s *debianScore) add(o *debianScore) {
	s.components += o.components
	s.named += o.named
	s.exact += o.exact
	s.ranged += o.ranged
	s.finds += o.finds
	s.right += o.right
	s.otherVersion += o.otherVersion
	s.otherName += o.otherName
	s.judged += o.judged
	s.nameOnly += o.nameOnly
	s.nameRight += o.nameRight
	s.byFile += o.byFile
	s.program += o.program
}

func (s *debianScore) row(t *table, tree, half string) {
	t.add(tree, half, s.components, s.named, s.byFile, s.exact, s.ranged, ratio(s.named, s.components), ratio(s.exact, s.components),
		s.finds, s.right, s.program, s.otherVersion, s.otherName, s.judged, ratio(s.right+s.program+s.judged, s.finds), s.nameOnly, s.nameRight, ratio(s.nameRight, s.nameOnly))
}

func (e *evaluation) scanDebianTree(ctx context.Context, dir, truthFile, tree string, kinds map[string][2]int, miss *table) (map[string]*debianScore, error) {
	byPath := map[string]*debianComponent{}
	// Packages of one source may have versions of their own: libdevmapper of
	// lvm2, libldb of Samba.
	versionAt, packagedAt := map[string]string{}, map[string]string{}
	bySource := map[string]*debianComponent{}
	var list []*debianComponent
	f, err := os.Open(truthFile)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReader(f))
	r.Comma = '\t'
	for line := 0; ; line++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if line == 0 {
			continue
		}
		c := bySource[row[1]]
		if c == nil {
			c = &debianComponent{source: row[1], version: row[2], half: row[5], names: map[string]bool{}, files: map[string]bool{}}
			for _, n := range append(debianNames[row[1]], row[1], strings.TrimRight(row[1], "0123456789.-")) {
				c.names[deb.Fold(n)] = true
				c.names[deb.Fold(canonical(n))] = true
			}
			bySource[row[1]] = c
			list = append(list, c)
		}
		c.names[deb.Fold(row[4])] = true
		c.files[row[0]] = true
		c.elf = c.elf || row[6] == "1"
		byPath[row[0]], versionAt[row[0]], packagedAt[row[0]] = c, row[2], row[3]
	}
	rightAt := func(c *sbom.Component, of *debianComponent) bool {
		return slices.ContainsFunc(c.Locations, func(l string) bool {
			// What a packager's note in the file says is the package's version, as
			// the package URL is the package's.
			noted := strings.HasPrefix(c.PURL, "pkg:deb/") && c.Version == packagedAt[l]
			return byPath[l] != nil && (of == nil || byPath[l] == of) && (noted || sameUpstream(c.Version, versionAt[l]))
		})
	}
	doc, err := e.scanDocument(ctx, dir)
	if err != nil {
		return nil, err
	}
	scores := map[string]*debianScore{}
	byFile, named, exact, ranged := map[*debianComponent]bool{}, map[*debianComponent]bool{}, map[*debianComponent]bool{}, map[*debianComponent]bool{}
	for _, c := range doc.Components {
		if c.PURL == "" && c.Version == "" {
			// A file that nothing names but its SONAME or file name.
			for _, l := range c.Locations {
				if o := byPath[l]; o != nil && (o.names[deb.Fold(c.Name)] || o.names[deb.Fold(canonical(c.Name))]) {
					byFile[o] = true
				}
			}
			continue
		}
		if c.Type == "operating-system" || c.Type == "device-driver" || strings.HasPrefix(c.PURL, "pkg:pypi/") || strings.HasPrefix(c.PURL, "pkg:npm/") ||
			strings.HasPrefix(c.PURL, "pkg:golang/") || strings.HasPrefix(c.PURL, "pkg:cargo/") || strings.HasPrefix(c.PURL, "pkg:maven/") || strings.HasPrefix(c.PURL, "pkg:gem/") {
			continue // what a language's package manager says
		}
		if len(c.Evidence) > 0 && slices.Contains([]string{"node", "python", "lua", "ruby", "java"}, c.Evidence[0].Extractor) {
			continue
		}
		var owners []*debianComponent
		for _, l := range c.Locations {
			if o := byPath[l]; o != nil && !slices.Contains(owners, o) {
				owners = append(owners, o)
			}
		}
		if len(owners) == 0 {
			continue
		}
		fold, alias := deb.Fold(c.Name), deb.Fold(canonical(c.Name))
		var own *debianComponent
		for _, o := range owners {
			if o.names[fold] || o.names[alias] {
				own = o
				named[o] = true
				break
			}
		}
		first := owners[0]
		if own != nil {
			first = own
		}
		s := scores[first.half]
		if s == nil {
			s = &debianScore{}
			scores[first.half] = s
		}
		if c.Version == "" {
			s.nameOnly++
			if own != nil {
				s.nameRight++
			} else {
				miss.add(tree, first.half, "other name, no version", first.source, first.version, c.Name, strings.Join(firstN(c.Locations, 2), " "))
			}
			continue
		}
		if strings.HasPrefix(c.Version, "vers:") {
			if own != nil {
				ranged[own] = true
			}
			continue
		}
		s.finds++
		by := kinds[versionKind(c)]
		by[0]++
		if rightAt(c, nil) {
			by[1]++
		}
		kinds[versionKind(c)] = by
		switch {
		case own != nil && rightAt(c, own):
			s.right++
			exact[own] = true
		case rightAt(c, nil) &&
			slices.ContainsFunc(c.Locations, func(l string) bool { return sonameStem(path.Base(l)) == c.Name }):
			s.program++ // the file's name and the right version, not the component's name
		case e.judged[judgedKey{tree, c.Name, c.Version, c.Locations[0]}].verdict == "right":
			s.judged++
		case own != nil:
			s.otherVersion++
			miss.add(tree, first.half, "other version", own.source, own.version, c.Name+" "+c.Version, strings.Join(firstN(c.Locations, 2), " "), versionEvidence(c))
		default:
			s.otherName++
			miss.add(tree, first.half, "other name", first.source, first.version, c.Name+" "+c.Version, strings.Join(firstN(c.Locations, 2), " "), versionEvidence(c))
		}
	}
	for _, c := range list {
		if !c.elf {
			continue
		}
		s := scores[c.half]
		if s == nil {
			s = &debianScore{}
			scores[c.half] = s
		}
		s.components++
		if named[c] {
			s.named++
		} else if byFile[c] {
			s.byFile++
			miss.add(tree, c.half, "named by file only", c.source, c.version, "", oneOf(c.files))
		} else {
			miss.add(tree, c.half, "not named", c.source, c.version, "", oneOf(c.files))
		}
		switch {
		case exact[c]:
			s.exact++
		case ranged[c]:
			s.ranged++
			fallthrough
		default:
			if named[c] {
				miss.add(tree, c.half, "no version", c.source, c.version, "", oneOf(c.files))
			}
		}
	}
	return scores, nil
}

// sameUpstream compares a version that was found with that of the package.
// "2.6.2+samba4.17.12" is 2.6.2, as it comes with another source.
func sameUpstream(got, want string) bool {
	if i := strings.IndexByte(want, '+'); i > 0 && i+1 < len(want) && want[i+1] >= 'a' && want[i+1] <= 'z' {
		want = want[:i]
	}
	norm := func(v string) string {
		return strings.ToLower(strings.TrimPrefix(strings.NewReplacer("-", "", "~", "").Replace(v), "v"))
	}
	return norm(got) == norm(want)
}

func firstN(list []string, n int) []string { return list[:min(n, len(list))] }

func oneOf(files map[string]bool) string {
	best := ""
	for f := range files {
		if best == "" || strings.Contains(f, "bin/") && !strings.Contains(best, "bin/") || strings.Contains(f, "bin/") == strings.Contains(best, "bin/") && f < best {
			best = f
		}
	}
	return best
}

// debianNames are names of a source package's component that neither its own
// name nor those of its packages show.
var debianNames = map[string][]string{
	"apache2": {"apache-httpd"}, "xz-utils": {"xz"}, "knot": {"knot-dns"}, "pam": {"linux-pam"}, "procps": {"procps-ng"}, "gcc-12": {"libstdc++", "libgcc", "gcc"}, "gcc-14": {"libstdc++", "libgcc", "gcc"},
	"linux": {"linux-kernel"}, "wpa": {"wpa_supplicant", "hostapd"}, "isc-kea": {"kea"}, "openldap": {"openldap"}, "sqlite3": {"sqlite"},
	"libjpeg-turbo": {"libjpeg-turbo"}, "iproute2": {"iproute2"}, "db5.3": {"berkeley-db"}, "cyrus-sasl2": {"cyrus-sasl"}, "bind9": {"bind"},
	"curl": {"libcurl", "curl"}, "libnl3": {"libnl"}, "fuse": {"libfuse"}, "fuse3": {"libfuse3"}, "gnutls28": {"gnutls"}, "nettle": {"nettle"},
}

// sonameStem cuts a library's file name to its name.
func sonameStem(s string) string {
	if i := strings.Index(s, ".so"); i > 0 {
		s = s[:i]
	}
	return s
}

// versionKind sorts versions by what they rest on.
func versionKind(c *sbom.Component) string {
	for _, ev := range c.Evidence {
		if ev.Field != "version" {
			continue
		}
		kind, _, _ := strings.Cut(ev.Extractor, ":")
		kind += " " + string(ev.Technique) + " " + string(ev.Confidence)
		if ev.Technique == sbom.BinaryAnalysis && ev.Match == c.Version {
			kind += ", alone"
		}
		return kind
	}
	return "none"
}

// versionEvidence shows on what a version rests.
func versionEvidence(c *sbom.Component) string {
	for _, ev := range c.Evidence {
		if ev.Field == "version" {
			return ev.Extractor + ": " + ev.Match
		}
	}
	return ""
}
