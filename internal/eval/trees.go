package main

import (
	"archive/tar"
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/touchmark-dev/touchmark/firmware"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A truthRow is one line of ground truth: columns path, kind, component,
// version, maker, evidence.
type truthRow struct{ path, kind, component, version, maker, evidence string }

// makerKinds are the kinds of row that say who made a file.
var makerKinds = []string{"vendor-binary", "module", "silicon-binary", "certificate"}

// scanTrees scans every tree of a folder: NAME.tar.zst, or NAME/, with
// truth/NAME.tsv and, where the tree has a package database,
// truth/NAME.packages.tsv.
func (e *evaluation) scanTrees(ctx context.Context) error {
	entries, err := os.ReadDir(e.firmware)
	if err != nil {
		return err
	}
	var names []string
	for _, d := range entries {
		name := strings.TrimSuffix(d.Name(), ".tar.zst")
		st, err := os.Stat(filepath.Join(e.firmware, d.Name())) // follows a link to a tree
		if err == nil && st.IsDir() || name != d.Name() {
			if _, err := os.Stat(filepath.Join(e.firmware, "truth", name+".tsv")); err == nil && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	t := &treeTables{
		finds:   e.table("Firmware: components with a version against the truth", "", "tree", "truth (component, version)", "found", "recall", "named at all", "by path", "found by path", "finds", "in truth", "judged right", "judged wrong", "unjudged", "precision"),
		pkgs:    e.table("Firmware: package databases", "", "tree", "packages", "found", "with version"),
		makers:  e.table("Firmware: makers of files against the truth", "", "tree", "kind", "rows", "right", "other", "none", "recall", "precision"),
		device:  e.table("Firmware: the device", "evidence suggests; confidence in parentheses, * ambiguous", "tree", "role", "organizations"),
		cover:   e.table("Firmware: coverage and cost", "", "tree", "components", "attributed %", "files", "bytes explained %", "unreadable", "problems", "seconds"),
		missing: &table{Title: "Firmware: rows of the truth that were not found", Columns: []string{"tree", "kind", "path", "component", "version", "maker", "instead"}},
	}
	for _, name := range names {
		if err := e.scanTree(ctx, name, t); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if errors.Is(err, errPanic) {
				e.failed++
			}
			fmt.Fprintf(os.Stderr, "eval: %s: %v\n", name, err)
		}
	}
	t.finds.add("all", t.want, t.got, ratio(t.got, t.want), t.named, t.wantPath, t.gotPath, t.all, t.inTruth, t.right, t.wrong, t.unjudged, ratio(t.inTruth+t.right, t.inTruth+t.right+t.wrong))
	for _, k := range makerKinds {
		m := t.maker[k]
		t.makers.add("all", k, m.rows, m.right, m.other, m.rows-m.right-m.other, ratio(m.right, m.rows), ratio(m.right, m.right+m.other))
	}
	if e.verbose {
		e.tables = append(e.tables, t.missing)
	}
	return nil
}

type makerScore struct{ rows, right, other int }

type treeTables struct {
	finds, pkgs, makers, device, cover, missing                               *table
	want, got, named, wantPath, gotPath, all, inTruth, right, wrong, unjudged int
	maker                                                                     map[string]makerScore
}

func (e *evaluation) scanTree(ctx context.Context, name string, t *treeTables) error {
	rows, err := readTSV(filepath.Join(e.firmware, "truth", name+".tsv"))
	if err != nil {
		return err
	}
	if len(rows) > 0 && rows[0]["kind"] == "" {
		return nil // another kind of truth: not a tree
	}
	var truth []truthRow
	for _, r := range rows {
		truth = append(truth, truthRow{r["path"], r["kind"], canonical(r["component"]), r["version"], r["maker"], r["evidence"]})
	}
	dir, cleanup, err := unpack(filepath.Join(e.firmware, name))
	if err != nil {
		return err
	}
	defer cleanup()

	start := time.Now()
	report, err := e.scan(ctx, dir, e.workers)
	if err != nil {
		return err
	}
	seconds := time.Since(start).Seconds()
	if e.robust {
		for _, workers := range []int{1, 8} {
			again, err := e.scan(ctx, dir, workers)
			if err != nil {
				return err
			}
			if !sameBytes(report, again) {
				e.failed++
				fmt.Fprintf(os.Stderr, "eval: %s: another report with %d workers\n", name, workers)
			}
		}
	}
	e.collect(name, report)
	e.compareComponents(name, truth, report, t)
	if pkgs, err := readTSV(filepath.Join(e.firmware, "truth", name+".packages.tsv")); err == nil {
		found, version := 0, 0
		for _, p := range pkgs {
			for i := range report.Components {
				c := &report.Components[i]
				if c.Name == p["package"] || slices.ContainsFunc(c.Evidence, func(ev sbom.Evidence) bool { return ev.Field == "name" && ev.Match == p["package"] }) {
					found++
					if c.Version == p["version"] || strings.Contains(c.PURL, "@"+p["version"]) {
						version++
					}
					break
				}
			}
		}
		t.pkgs.add(name, len(pkgs), found, version)
	}
	e.compareMakers(name, truth, report, t)

	if s := report.Subject; s != nil {
		by := map[sbom.Role][]string{}
		for _, a := range s.Attributions {
			mark := ""
			if len(a.Ambiguous) > 0 {
				mark = "*"
			}
			by[a.Role] = append(by[a.Role], fmt.Sprintf("%s%s (%s)", a.Organization.Name, mark, a.Confidence))
		}
		for _, r := range sbom.Roles() {
			if len(by[r]) > 0 {
				t.device.add(name, r.String(), strings.Join(by[r], ", "))
			}
		}
		if len(s.Attributions) == 0 {
			t.device.add(name, "-", "-")
		}
	}
	cov := sbom.Coverage{}
	if report.Coverage.Tree != nil {
		cov = *report.Coverage.Tree
	}
	t.cover.add(name, report.Coverage.Components, fmt.Sprintf("%.1f", report.Coverage.Percent()), cov.Files,
		fmt.Sprintf("%.1f", 100*ratio(int(cov.ExplainedBytes), int(cov.Bytes))), cov.UnreadableFiles, len(report.Problems), fmt.Sprintf("%.2f", seconds))
	return nil
}

func (e *evaluation) scan(ctx context.Context, dir string, workers int) (report *provenance.Report, err error) {
	err = guarded(func() error {
		tree, err := firmware.OpenDir(dir)
		if err != nil {
			return err
		}
		defer tree.Close()
		doc, err := firmware.Scan(ctx, tree, &firmware.Options{NoDerivedTables: e.noDerived, DerivedTable: e.derivedTable, Workers: workers, Literals: e.literals})
		if err != nil {
			return err
		}
		report, err = e.analyze(ctx, doc)
		return err
	})
	return report, err
}

// compareComponents counts the (component, version) pairs of the truth that
// were found, and what was found beyond them.
func (e *evaluation) compareComponents(tree string, truth []truthRow, report *provenance.Report, t *treeTables) {
	type pair struct{ name, version string }
	want := map[pair]bool{}
	names := map[string]bool{}
	for i := range report.Components {
		names[canonical(report.Components[i].Name)] = true
	}
	wantPath, gotPath := 0, 0
	seen := map[truthRow]bool{}
	for _, r := range truth {
		if r.kind != "component" || r.version == "" || seen[r] {
			continue
		}
		seen[r] = true
		p := pair{r.component, r.version}
		hit, atPath := false, false
		for i := range report.Components {
			c := &report.Components[i]
			if canonical(c.Name) == r.component && sameVersion(c, r.version) || statesSONAME(c, r) {
				hit = true
				atPath = atPath || slices.ContainsFunc(c.Locations, func(l string) bool { return l == r.path || strings.HasPrefix(l, r.path+"/") })
			}
		}
		want[p] = want[p] || hit
		wantPath++
		if atPath {
			gotPath++
		}
		if !hit {
			t.missing.add(tree, r.kind, r.path, r.component, r.version, "", "")
		}
	}
	got, named := 0, 0
	for p, hit := range want {
		if hit {
			got++
		}
		if names[p.name] {
			named++
		}
	}
	all, inTruth, right, wrong, unjudged := 0, 0, 0, 0, 0
	for i := range report.Components {
		c := &report.Components[i]
		if c.Version == "" || strings.HasPrefix(c.PURL, "pkg:opkg/") || strings.HasPrefix(c.PURL, "pkg:deb/") || strings.HasPrefix(c.PURL, "pkg:apk/") {
			continue // a package database says so itself
		}
		all++
		matched := false
		for p := range want {
			matched = matched || p.name == canonical(c.Name) && sameVersion(c, p.version)
		}
		if matched {
			inTruth++
			continue
		}
		verdict := ""
		for _, l := range append(slices.Clone(c.Locations), "") {
			if j, ok := e.judged[judgedKey{tree, c.Name, c.Version, l}]; ok {
				verdict = j.verdict
				break
			}
		}
		switch verdict {
		case "right":
			right++
		case "wrong":
			wrong++
		default:
			unjudged++
			loc := strings.Join(first(c.Locations, 2), " ")
			t.missing.add(tree, "unjudged find", loc, c.Name, c.Version, "", "")
		}
	}
	t.finds.add(tree, len(want), got, ratio(got, len(want)), named, wantPath, gotPath, all, inTruth, right, wrong, unjudged, ratio(inTruth+right, inTruth+right+wrong))
	t.want += len(want)
	t.got += got
	t.named += named
	t.wantPath += wantPath
	t.gotPath += gotPath
	t.all += all
	t.inTruth += inTruth
	t.right += right
	t.wrong += wrong
	t.unjudged += unjudged
}

// compareMakers counts, for each file whose maker the truth states, whether
// the organizations attributed to the components at that place include it.
func (e *evaluation) compareMakers(tree string, truth []truthRow, report *provenance.Report, t *treeTables) {
	if t.maker == nil {
		t.maker = map[string]makerScore{}
	}
	scores := map[string]makerScore{}
	at := map[string][]*provenance.Component{}
	for i := range report.Components {
		c := &report.Components[i]
		for _, l := range c.Locations {
			at[l] = append(at[l], c)
		}
	}
	for _, r := range truth {
		if !slices.Contains(makerKinds, r.kind) || r.maker == "" || strings.HasPrefix(r.maker, "(") {
			continue // "(public CAs: ...)": of nobody
		}
		path, _, _ := strings.Cut(r.path, "#")
		s := scores[r.kind]
		s.rows++
		right, others := false, []string{}
		for _, c := range at[path] {
			for _, a := range c.Attributions {
				if a.Organization.ID == "" {
					continue
				}
				if e.isMaker(a.Organization.ID, r.maker, r.kind) {
					right = true
				} else {
					others = append(others, a.Organization.ID)
				}
			}
		}
		if r.kind == "certificate" && report.Subject != nil {
			for _, a := range report.Subject.Attributions {
				right = right || e.isMaker(a.Organization.ID, r.maker, r.kind)
			}
		}
		switch {
		case right:
			s.right++
		case len(others) > 0:
			s.other++
			fallthrough
		default:
			t.missing.add(tree, r.kind, r.path, r.component, r.version, r.maker, strings.Join(others, " "))
		}
		scores[r.kind] = s
	}
	for _, k := range makerKinds {
		s := scores[k]
		if s.rows == 0 {
			continue
		}
		t.makers.add(tree, k, s.rows, s.right, s.other, s.rows-s.right-s.other, ratio(s.right, s.rows), ratio(s.right, s.right+s.other))
		m := t.maker[k]
		t.maker[k] = makerScore{m.rows + s.rows, m.right + s.right, m.other + s.other}
	}
}

// isMaker reports whether an organization goes by one of the names of a
// truth's maker column, of a row of that kind: "Atheros / Qualcomm Atheros (US)".
func (e *evaluation) isMaker(id, maker, kind string) bool {
	o := e.db.Organization(id)
	if o == nil {
		return false
	}
	maker = regexp.MustCompile(`\s*(\([A-Z]{2}\)|C=[A-Z]{2})\s*`).ReplaceAllString(maker, "")
	names := []string{o.Name}
	for _, n := range o.Names {
		names = append(names, n.Name)
	}
	for m := range strings.SplitSeq(maker, "/") {
		want := provenance.Key(sbom.OrgName, m)
		if want == "" {
			continue
		}
		for _, n := range names {
			got := provenance.Key(sbom.OrgName, n)
			// The O of a certificate may be a phrase with the name in it: "Root CA of
			// Acme Routers".
			if got == want || strings.HasPrefix(got, want+" ") || strings.HasPrefix(want, got+" ") || kind == "certificate" && len(got) > 4 && strings.Contains(" "+want+" ", " "+got+" ") {
				return true
			}
		}
	}
	return false
}

// sameVersion reports whether a component has a version of the truth, which
// states upstream's: a distribution's epoch and revision around it ("1:1.30.1-5")
// do not count, and a version that one piece of evidence states does.
func sameVersion(c *provenance.Component, want string) bool {
	if v := strings.TrimPrefix(c.Version, "v"); v == strings.TrimPrefix(want, "v") || revision.ReplaceAllString(epoch.ReplaceAllString(v, ""), "") == want {
		return true
	}
	return slices.ContainsFunc(c.Evidence, func(ev sbom.Evidence) bool {
		return ev.Field == "version" && ev.Match == want
	})
}

// statesSONAME reports whether a component answers a row that says no more than
// a library's file name ("libcrypto.so.1.0.0"): that is the version of its ABI,
// which the component states as its SONAME and not as its version.
func statesSONAME(c *provenance.Component, r truthRow) bool {
	base := path.Base(r.path)
	return r.evidence == "file name "+base && canonical(c.Name) == canonical(strings.TrimSuffix(strings.TrimSuffix(r.component, "-soname"), "-libcrypto")) &&
		slices.ContainsFunc(c.Evidence, func(ev sbom.Evidence) bool { return ev.Field == "name" && ev.Match == base })
}

var epoch = regexp.MustCompile(`^[0-9]+:`)

// A revision may have those of whoever derived it behind it: "-r22.1.3", "-2ubuntu4".
var revision = regexp.MustCompile(`-r?[0-9]+(\.[0-9]+)*(ubuntu[0-9.]+)?$`)

//go:embed aliases.tsv
var aliasText string

// aliases are names of one component that different sources use.
var aliases = func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(aliasText) {
		if a, name, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && !strings.HasPrefix(a, "#") {
			m[a] = name
		}
	}
	return m
}()

func canonical(name string) string {
	n := strings.ToLower(name)
	return cmp.Or(aliases[n], n)
}

// unpack returns a folder that holds the tree NAME, unpacking NAME.tar.zst
// where there is no such folder. Device nodes are left out: making them needs
// privileges, and that a scanner survives them is another test's.
func unpack(path string) (dir string, cleanup func(), err error) {
	none := func() {}
	// An archive of a folder holds the folder itself, and nothing beside it: a
	// device may have a folder of its own name.
	single := func(dir string) string {
		inner := filepath.Join(dir, filepath.Base(path))
		if st, err := os.Stat(inner); err != nil || !st.IsDir() {
			return dir
		}
		if all, err := os.ReadDir(dir); err != nil || len(all) > 1 {
			return dir
		}
		return inner
	}
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		return single(path), none, nil
	}
	f, err := os.Open(path + ".tar.zst")
	if err != nil {
		return "", none, err
	}
	defer f.Close()
	z, err := zstd.NewReader(f, zstd.WithDecoderMaxWindow(1<<27))
	if err != nil {
		return "", none, err
	}
	defer z.Close()
	tmp, err := os.MkdirTemp("", "touchmark-eval-")
	if err != nil {
		return "", none, err
	}
	cleanup = func() { os.RemoveAll(tmp) }
	root, err := os.OpenRoot(tmp)
	if err != nil {
		cleanup()
		return "", none, err
	}
	defer root.Close()
	for tr := tar.NewReader(z); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return single(tmp), cleanup, nil
		}
		if err == nil {
			err = place(root, filepath.Clean(h.Name), h, tr)
		}
		if err != nil {
			cleanup()
			return "", none, fmt.Errorf("unpack %s: %w", path, err)
		}
	}
}

func place(root *os.Root, name string, h *tar.Header, r io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeSymlink:
		if runtime.GOOS == "windows" {
			return nil
		}
		return root.Symlink(h.Linkname, name)
	case tar.TypeLink:
		return root.Link(filepath.Clean(h.Linkname), name)
	case tar.TypeReg:
		f, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644|os.FileMode(h.Mode)&0o111)
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, r); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	}
	return nil
}
