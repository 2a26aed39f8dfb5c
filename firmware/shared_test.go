package firmware

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/touchmark-dev/touchmark/internal/testshared"
	"github.com/touchmark-dev/touchmark/sbom"
)

// sharedTrees lists the real trees of the shared corpus.
var sharedTrees = []string{"tplink-wr841n-v11", "tenda-rx9", "xiongmai-ipc", "belkin-f9k1015", "palazzetti-cbox", "inverto-idl4k", "iptime-a2004ns", "eltex-tau8ip", "samknows-whitebox"}

// unpack extracts a tree of the shared corpus. Device nodes are left out: they
// cannot be made without privileges.
func unpack(t testing.TB, name string) string {
	t.Helper()
	unpacked.Lock()
	defer unpacked.Unlock()
	if unpacked.trees[name] == "" {
		testshared.Dir(t)
		if unpacked.dir == "" {
			dir, err := os.MkdirTemp("", "touchmark-trees-*")
			if err != nil {
				t.Fatal(err)
			}
			unpacked.dir, unpacked.trees = dir, map[string]string{}
		}
		unpacked.trees[name] = unpackInto(t, name, filepath.Join(unpacked.dir, name))
	}
	return unpacked.trees[name]
}

// unpacked trees are shared by the tests: none of them changes one.
var unpacked struct {
	sync.Mutex
	dir   string
	trees map[string]string
}

func TestMain(m *testing.M) {
	code := m.Run()
	if unpacked.dir != "" {
		os.RemoveAll(unpacked.dir)
	}
	os.Exit(code)
}

func unpackInto(t testing.TB, name, dir string) string {
	t.Helper()
	f, err := os.Open(filepath.Join(testshared.Dir(t), "corpus", "firmware", name+".tar.zst"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f, zstd.WithDecoderMaxWindow(256<<20))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(z)
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, filepath.FromSlash(h.Name))
		if !filepath.IsLocal(filepath.FromSlash(h.Name)) {
			t.Fatalf("tar entry %q leads out of the folder", h.Name)
		}
		switch h.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(name, 0o755)
		case tar.TypeSymlink:
			os.MkdirAll(filepath.Dir(name), 0o755)
			err = os.Symlink(h.Linkname, name)
		case tar.TypeReg:
			os.MkdirAll(filepath.Dir(name), 0o755)
			var w *os.File
			if w, err = os.Create(name); err == nil {
				if _, err = io.Copy(w, r); err == nil {
					err = w.Close()
				}
			}
		case tar.TypeLink:
			err = os.Link(filepath.Join(dir, filepath.FromSlash(h.Linkname)), name)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("archive of %s holds %d folders, want one: %v", name, len(entries), err)
	}
	return filepath.Join(dir, entries[0].Name())
}

func scanDir(t testing.TB, dir string, opts *Options) *sbom.Document {
	t.Helper()
	tree, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	doc, err := Scan(context.Background(), tree, withSet(t, opts))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func encode(t testing.TB, doc *sbom.Document) []byte {
	t.Helper()
	b, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// truth reads the rows of one kind: path, component, version, evidence.
type truthRow struct{ path, kind, component, version, maker, evidence string }

func truth(t testing.TB, tree string) []truthRow {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(testshared.Dir(t), "corpus", "firmware", "truth", tree+".tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []truthRow
	for i, l := range strings.Split(strings.TrimRight(string(b), "\n"), "\n") {
		f := strings.Split(l, "\t")
		if i == 0 || len(f) < 6 {
			continue
		}
		rows = append(rows, truthRow{f[0], f[1], f[2], f[3], f[4], f[5]})
	}
	return rows
}

// snapshot describes a folder with sizes, times and modes, to see that a scan
// changes nothing.
func snapshot(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		b.WriteString(p + " " + st.Mode().String() + " " + st.ModTime().String() + "\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestSharedTrees scans every real tree: no panic, the same bytes for one and
// eight workers, the tree untouched, every component of a package database and
// the rows of the truth that need no signature found.
func TestSharedTrees(t *testing.T) {
	for _, name := range sharedTrees {
		t.Run(name, func(t *testing.T) {
			dir := unpack(t, name)
			before := snapshot(t, dir)
			one := scanDir(t, dir, &Options{Workers: 1})
			eight := scanDir(t, dir, &Options{Workers: 8})
			if !bytes.Equal(encode(t, one), encode(t, eight)) {
				t.Error("the result depends on the number of workers")
			}
			if snapshot(t, dir) != before {
				t.Error("the scan changed the tree")
			}
			checkDocument(t, one)
			checkPackages(t, name, one)
			checkKernel(t, name, one)
		})
	}
}

// checkDocument tests what holds for every document: unique refs, evidence
// that can be found again, no problem that says something broke.
func checkDocument(t *testing.T, doc *sbom.Document) {
	t.Helper()
	refs := map[string]bool{}
	for _, c := range doc.Components {
		if c.Ref == "" || c.Name == "" || refs[c.Ref] {
			t.Errorf("component %q %q: empty or repeated ref", c.Ref, c.Name)
		}
		refs[c.Ref] = true
	}
	for _, s := range doc.Services {
		if s.Ref == "" || refs[s.Ref] {
			t.Errorf("service %q: empty or repeated ref %q", s.Name, s.Ref)
		}
		refs[s.Ref] = true
	}
	for _, r := range doc.Relationships {
		if !refs[r.From] || !refs[r.To] {
			t.Errorf("relationship %v names a component that is not there", r)
		}
	}
	for _, c := range doc.Components {
		if c.Parent != "" && !refs[c.Parent] {
			t.Errorf("component %q has the parent %q, which is not there", c.Ref, c.Parent)
		}
	}
	for _, p := range doc.Problems {
		if p.Kind == "extractor-panic" || p.Kind == "bad-signature" {
			t.Errorf("problem %+v", p)
		}
	}
	if cov := doc.Coverage; cov.ExplainedFiles > cov.Files || cov.ExplainedBytes > cov.Bytes {
		t.Errorf("coverage = %+v", cov)
	}
}

// checkPackages compares with the packages that the corpus lists.
func checkPackages(t *testing.T, name string, doc *sbom.Document) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(testshared.Dir(t), "corpus", "firmware", "truth", name+".packages.tsv"))
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, c := range doc.Components {
		have[c.Name+" "+c.Version] = true
		for _, e := range c.Evidence { // a package under its upstream name
			if e.Extractor == "opkg" && e.Field == "name" {
				have[e.Match+" "+c.Version] = true
			}
		}
	}
	for i, l := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		f := strings.Split(l, "\t")
		if i > 0 && len(f) > 2 && !have[f[1]+" "+f[2]] {
			t.Errorf("package %s %s is not among the components", f[1], f[2])
		}
	}
}

func checkKernel(t *testing.T, name string, doc *sbom.Document) {
	t.Helper()
	for _, row := range truth(t, name) {
		if row.kind != "component" || row.component != "linux-kernel" {
			continue
		}
		found := false
		for _, c := range doc.Components {
			found = found || c.Name == "linux-kernel" && c.Version == row.version
		}
		if !found {
			t.Errorf("kernel %s is not among the components", row.version)
		}
	}
}

// TestSharedEvidence: what evidence quotes stands at the offset that it gives.
func TestSharedEvidence(t *testing.T) {
	for _, name := range []string{"tplink-wr841n-v11", "samknows-whitebox", "iptime-a2004ns", "eltex-tau8ip"} {
		t.Run(name, func(t *testing.T) { checkEvidence(t, unpack(t, name)) })
	}
}

func checkEvidence(t *testing.T, dir string) {
	doc := scanDir(t, dir, &Options{Literals: []sbom.Literal{{ID: "x", Kind: sbom.LiteralMark, Text: "tp-link", Fold: true}}})
	checked := 0
	check := func(e sbom.Evidence) {
		if e.Length == 0 || e.Path == "" {
			return
		}
		f, err := os.Open(filepath.Join(dir, filepath.FromSlash(UnescapePath(e.Path))))
		if err != nil {
			t.Error(err)
			return
		}
		defer f.Close()
		b := make([]byte, e.Length)
		if _, err := f.ReadAt(b, e.Offset); err != nil {
			t.Errorf("%+v: %v", e, err)
			return
		}
		if strings.Contains(e.Match, "…") || strings.HasPrefix(e.Match, "author=") || e.Extractor == "certificate" || e.Extractor == "opkg" && e.Field == "" {
			return // personal data left out
		}
		if got := CleanMatch(string(b)); !strings.EqualFold(got, e.Match) {
			t.Errorf("%s at %d holds %q, evidence says %q", e.Path, e.Offset, got, e.Match)
		}
		checked++
	}
	for _, c := range append(doc.Components, doc.Subject) {
		for _, e := range c.Evidence {
			check(e)
		}
		for _, cl := range c.Claims {
			for _, e := range cl.Evidence {
				check(e)
			}
		}
	}
	if checked < 3 {
		t.Errorf("only %d observations could be checked", checked)
	}
}

// TestSharedModuleAuthors: the modules that the truth says a maker wrote carry
// a claim, and none carries a person's name or the local part of an address.
func TestSharedModuleAuthors(t *testing.T) {
	doc := scanDir(t, unpack(t, "tplink-wr841n-v11"), nil)
	for module, want := range map[string]string{
		"tp_domain": "mail-domain tp-link.net", "br_filter": "mail-domain tp-link.net", "statistics": "mail-domain tp-link.net",
		"umac": "module-author Atheros Communications, Inc.", "adf": "module-author QUalcomm Atheros Inc.", "ipt_TRIGGER": "domain www.tplink.com.cn",
	} {
		found := false
		for _, c := range doc.Components {
			for _, cl := range c.Claims {
				found = found || c.Name == module && c.Type == sbom.DeviceDriver && cl.Kind.String()+" "+cl.Value == want
			}
		}
		if !found {
			t.Errorf("module %s has no claim %q", module, want)
		}
	}
	out := string(encode(t, doc))
	for _, person := range []string{"Shaozhang", "lishaozhang", "Wenzhong", "huangwenzhong", "Leffler"} {
		if strings.Contains(out, person) {
			t.Errorf("the document holds the personal name %q", person)
		}
	}
}

// TestSharedSubject: what identity files state about the device.
func TestSharedSubject(t *testing.T) {
	for _, tt := range []struct{ tree, name, claim string }{
		{"iptime-a2004ns", "ipTIME A2004NS", "org-name EFM Networks manufacturer; org-name Realtek Semiconductor Corp. sdk"}, // its WPS files are the kit's
		{"eltex-tau8ip", "Eltex TAU-8.IP", "org-name Eltex manufacturer"},
		{"belkin-f9k1015", "Belkin WRX", "org-name Belkin International, Inc. manufacturer"},
		{"inverto-idl4k", "", "org-name Inverto Digital Labs manufacturer"},
		{"tenda-rx9", "", "org-name Intel sdk"},
		{"palazzetti-cbox", "", ""}, // its fields are the kit's defaults
	} {
		t.Run(tt.tree, func(t *testing.T) {
			doc := scanDir(t, unpack(t, tt.tree), nil)
			if tt.name != "" && doc.Subject.Name != tt.name {
				t.Errorf("name = %q, want %q", doc.Subject.Name, tt.name)
			}
			var orgs []string
			for _, c := range doc.Subject.Claims {
				if c.Kind == sbom.OrgName && c.Field == "" { // declared, not inferred
					orgs = append(orgs, "org-name "+c.Value+" "+c.Role.String())
				}
			}
			if got := strings.Join(orgs, "; "); got != tt.claim {
				t.Errorf("organizations of the device: %q, want %q", got, tt.claim)
			}
		})
	}
}

// TestSharedCertificates: default subjects and large trust stores make no claim;
// of a short list each root names who signed that file, and nobody as the
// device's maker.
func TestSharedCertificates(t *testing.T) {
	for _, tt := range []struct {
		tree string
		want []string
	}{
		{"samknows-whitebox", []string{"AddTrust AB signer", "SamKnows Ltd signer"}},
		{"palazzetti-cbox", []string{"Amazon signer", "Baltimore signer", "GoDaddy.com, Inc. signer", "The Go Daddy Group, Inc. signer"}},
		{"tenda-rx9", nil}, // a public bundle, and a subject that says "company"
	} {
		t.Run(tt.tree, func(t *testing.T) {
			doc := scanDir(t, unpack(t, tt.tree), nil)
			var got []string
			for _, c := range doc.Components {
				for _, cl := range c.Claims {
					if cl.Kind == sbom.CertOrg {
						got = append(got, cl.Value+" "+cl.Role.String())
					}
				}
			}
			for _, cl := range doc.Subject.Claims {
				if cl.Kind == sbom.CertOrg && cl.Role == sbom.Signer {
					t.Errorf("an authority speaks for the device: %+v", cl)
				}
			}
			sort.Strings(got)
			if strings.Join(got, ";") != strings.Join(tt.want, ";") {
				t.Errorf("certificates claim %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSharedImages: headers of packed images, and every device tree.
func TestSharedImages(t *testing.T) {
	dir := unpackImages(t, "images-dtb-dev")
	b, err := os.ReadFile(filepath.Join(testshared.Dir(t), "corpus", "firmware", "truth", "dtb-dev.dtb.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		f := strings.Split(l, "\t")
		if len(f) < 3 || !strings.HasSuffix(f[0], ".dtb") {
			continue
		}
		doc, ok := identifyFile(t, filepath.Join(dir, filepath.FromSlash(f[0])))
		if !ok {
			t.Errorf("%s is not recognised", f[0])
			continue
		}
		n++
		if doc.Subject.Name != f[1] {
			t.Errorf("%s: model %q, want %q", f[0], doc.Subject.Name, f[1])
		}
		list := strings.Fields(f[2])
		chip, _, _ := strings.Cut(list[len(list)-1], ",")
		found := false
		for _, c := range doc.Subject.Claims {
			found = found || c.Kind == sbom.DTPrefix && c.Role == sbom.Silicon && c.Value == strings.ToLower(chip)
		}
		if !found && strings.Contains(list[len(list)-1], ",") {
			t.Errorf("%s: no claim on the chip's maker %q", f[0], chip)
		}
	}
	if n < 100 {
		t.Errorf("only %d device trees were read", n)
	}

	dir = unpackImages(t, "images-tplink-wr841n-v11")
	doc, ok := identifyFile(t, filepath.Join(dir, "tplink-wr841n-v11-160325.bin"))
	if !ok || len(doc.Subject.Claims) != 1 || doc.Subject.Claims[0].Value != "TP-LINK Technologies" || !doc.Coverage.NotRead {
		t.Errorf("TP-Link image: %v %+v", ok, doc)
	}
}

func identifyFile(t *testing.T, name string) (*sbom.Document, bool) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	doc, ok, err := Identify(f, st.Size())
	if err != nil {
		t.Fatal(err)
	}
	return doc, ok
}

// unpackImages extracts a set of images and returns the folder that holds what
// the archive holds.
func unpackImages(t testing.TB, name string) string {
	t.Helper()
	f, err := os.Open(filepath.Join(testshared.Dir(t), "corpus", "firmware", name+".tar.zst"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := OpenArchive(context.Background(), f, st.Size(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	dir := t.TempDir()
	var walk func(p string)
	walk = func(p string) {
		list, err := tree.ReadDir(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			c := joinPath(p, e.Name())
			switch {
			case e.IsDir():
				walk(c)
			case e.Type().IsRegular():
				write(t, filepath.Join(dir, filepath.FromSlash(c)), readAll(t, tree, c))
			}
		}
	}
	walk(".")
	return dir
}

// TestSharedArchive: a tree read from its archive is the tree read from disk.
func TestSharedArchive(t *testing.T) {
	dir := unpack(t, "belkin-f9k1015")
	want := scanDir(t, filepath.Dir(dir), nil)
	f, err := os.Open(filepath.Join(testshared.Dir(t), "corpus", "firmware", "belkin-f9k1015.tar.zst"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := OpenArchive(context.Background(), f, st.Size(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	got, err := Scan(context.Background(), tree, withSet(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encode(t, want), encode(t, got)) {
		t.Error("the archive's document differs from the folder's")
	}
}

func BenchmarkScan(b *testing.B) {
	dir := unpack(b, "tenda-rx9")
	var size int64
	for range b.N {
		doc := scanDir(b, dir, nil)
		size = doc.Coverage.Bytes
	}
	b.SetBytes(size)
	b.ReportMetric(float64(runtime.GOMAXPROCS(0)), "procs")
}
