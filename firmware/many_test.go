package firmware

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A manyTree has n small texts, a thousand in a directory, every second with a
// host and a mark. It is made while it is read and needs no disk.
type manyTree int

func (t manyTree) content(p string) string {
	i, _ := strconv.Atoi(strings.TrimSuffix(path.Base(p), ".conf"))
	if i%2 == 0 {
		return fmt.Sprintf("option value %d\n", i)
	}
	return fmt.Sprintf("# set %d\nserver=http://update%d.acme-widgets.com/fw\nvendor=Acme Widgets\n", i, i%5000)
}

func (t manyTree) ReadDir(p string) ([]fs.DirEntry, error) {
	var list []fs.DirEntry
	switch {
	case p == ".":
		list = append(list, manyEntry{"etc", fs.ModeDir, 0})
	case p == "etc":
		for d := range (int(t) + 999) / 1000 {
			list = append(list, manyEntry{fmt.Sprintf("set%04d", d), fs.ModeDir, 0})
		}
	default:
		d, _ := strconv.Atoi(strings.TrimPrefix(path.Base(p), "set"))
		for i := d * 1000; i < min(int(t), d*1000+1000); i++ {
			name := fmt.Sprintf("%d.conf", i)
			list = append(list, manyEntry{name, 0, int64(len(t.content(name)))})
		}
	}
	return list, nil
}

func (t manyTree) Lstat(string) (fs.FileInfo, error) { return nil, fs.ErrNotExist }
func (t manyTree) ReadLink(string) (string, error)   { return "", fs.ErrNotExist }
func (t manyTree) Open(p string) (File, error) {
	s := t.content(p)
	return &memoryFile{strings.NewReader(s), int64(len(s))}, nil
}

type memoryFile struct {
	*strings.Reader
	size int64
}

func (f *memoryFile) Size() int64  { return f.size }
func (f *memoryFile) Close() error { return nil }

type manyEntry struct {
	name string
	mode fs.FileMode
	size int64
}

func (e manyEntry) Name() string               { return e.name }
func (e manyEntry) IsDir() bool                { return e.mode.IsDir() }
func (e manyEntry) Type() fs.FileMode          { return e.mode.Type() }
func (e manyEntry) Info() (fs.FileInfo, error) { return e, nil }
func (e manyEntry) Size() int64                { return e.size }
func (e manyEntry) Mode() fs.FileMode          { return e.mode }
func (e manyEntry) ModTime() time.Time         { return time.Time{} }
func (e manyEntry) Sys() any                   { return nil }

func manyOptions() *Options {
	return &Options{Signatures: &signatures.Set{}, NoDerivedTables: true, Literals: []sbom.Literal{
		{ID: "mark/acme", Kind: sbom.LiteralMark, Text: "Acme Widgets", Value: "acme", Role: sbom.Brand},
		{ID: "domain/acme-widgets.com", Kind: sbom.Host, Text: "acme-widgets.com"},
	}}
}

// TestManyFiles: texts with the same mark do not all become components, the
// rest is counted, and what stays in memory of a file is small.
func TestManyFiles(t *testing.T) {
	const n = 20_000
	doc, err := Scan(context.Background(), manyTree(n), manyOptions())
	if err != nil {
		t.Fatal(err)
	}
	if doc.Coverage.Files != n {
		t.Errorf("%d files are counted, want %d", doc.Coverage.Files, n)
	}
	if got := len(doc.Components); got != maxMarkedFiles {
		t.Errorf("%d components, want %d", got, maxMarkedFiles)
	}
	want := fmt.Sprintf("%d more files", n/2-maxMarkedFiles)
	told := false
	for _, p := range doc.Problems {
		told = told || p.Kind == "files-not-listed" && strings.HasPrefix(p.Message, want)
	}
	if !told {
		t.Errorf("no problem says %q: %+v", want, doc.Problems)
	}
	if len(doc.Services) == 0 || len(doc.Subject.Claims) == 0 {
		t.Errorf("%d services, %d claims of the device", len(doc.Services), len(doc.Subject.Claims))
	}
}

// TestManyServices: what is beyond the services that are listed is told.
func TestManyServices(t *testing.T) {
	files := map[string]string{}
	for i := range maxServices + 5 {
		files[fmt.Sprintf("etc/%d.conf", i)] = fmt.Sprintf("ntp_server=ntp%d.acme-time%d.net\n", i, i)
	}
	doc := scan(t, files, manyOptions())
	if len(doc.Services) != maxServices {
		t.Errorf("%d services, want %d", len(doc.Services), maxServices)
	}
	want := fmt.Sprintf("hosts stand in 5 more places, beyond the %d services", maxServices)
	if len(doc.Problems) != 1 || !strings.Contains(doc.Problems[0].Message, want) {
		t.Errorf("problems %+v, want %q", doc.Problems, want)
	}
}

// TestPackedResult: what is packed comes back as it was.
func TestPackedResult(t *testing.T) {
	r := &fileResult{literals: []literalHit{
		{literal: 1 << 20, wide: true, notice: true, length: 300, count: 4096, offset: 1 << 40},
		{literal: 0, said: true, toolchain: true, written: true, built: true, length: 4, offset: 0},
	}}
	r.endpoints = []endpointFact{{host: "update.acme.example", url: "http://update.acme.example/fw", purpose: "update", offset: 7, length: 29}, {host: "10.0.0.1", offset: 1 << 33, length: 8, called: true}}
	for _, list := range []reflect.Value{reflect.ValueOf(r.literals), reflect.ValueOf(r.endpoints)} {
		for f := range list.Index(0).NumField() {
			set := false
			for i := range list.Len() {
				set = set || !list.Index(i).Field(f).IsZero()
			}
			if !set {
				t.Errorf("the sample does not set %s of %s", list.Index(0).Type().Field(f).Name, list.Index(0).Type())
			}
		}
	}
	got := unpackResult(string(packResult(r)))
	if fmt.Sprint(got.literals, got.endpoints) != fmt.Sprint(r.literals, r.endpoints) {
		t.Errorf("got %v %v, want %v %v", got.literals, got.endpoints, r.literals, r.endpoints)
	}
	if empty := unpackResult(string(packResult(&fileResult{}))); len(empty.literals)+len(empty.endpoints) != 0 {
		t.Errorf("nothing gives %v", empty)
	}
}

// BenchmarkManyFiles states what a file costs in memory: the most that is alive
// during the scan, by file. TOUCHMARK_MANY_FILES sets how many there are.
func BenchmarkManyFiles(b *testing.B) {
	n := 50_000
	if s := os.Getenv("TOUCHMARK_MANY_FILES"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	for b.Loop() {
		most := uint64(0)
		opts := manyOptions()
		alive := func() {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		opts.Progress = func(p Progress) {
			if p.Files%(p.FilesTotal/4) == 0 {
				alive()
			}
		}
		doc, err := Scan(context.Background(), manyTree(n), opts)
		if err != nil {
			b.Fatal(err)
		}
		alive()
		runtime.KeepAlive(doc)
		b.ReportMetric(float64(most)/float64(n), "B/file")
		b.ReportMetric(float64(most)/(1<<20), "MB")
	}
}

// A distributionTree has n distributions of Python, as manyTree made while it is read.
type distributionTree int

func (t distributionTree) content(p string) string {
	i, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(baseOf(dirOf(p)), "mod_"), "-1.0.dist-info"))
	return fmt.Sprintf("Metadata-Version: 2.1\nName: mod-%06d\nVersion: 1.0\nSummary: module number %d\nHome-page: https://example%d.org/mod%d\nAuthor: Example Org %d\nLicense: MIT\n", i, i, i%50, i, i%50)
}

func (t distributionTree) ReadDir(p string) ([]fs.DirEntry, error) {
	const site = "usr/lib/python3/dist-packages"
	if name, ok := strings.CutPrefix(site, strings.TrimPrefix(p+"/", "./")); ok && p != site {
		name, _, _ = strings.Cut(name, "/")
		return []fs.DirEntry{manyEntry{name, fs.ModeDir, 0}}, nil
	}
	var list []fs.DirEntry
	if p == site {
		for i := range int(t) {
			list = append(list, manyEntry{fmt.Sprintf("mod_%06d-1.0.dist-info", i), fs.ModeDir, 0})
		}
		return list, nil
	}
	return []fs.DirEntry{manyEntry{"METADATA", 0, int64(len(t.content(p + "/METADATA")))}}, nil
}

func (t distributionTree) Lstat(string) (fs.FileInfo, error) { return nil, fs.ErrNotExist }
func (t distributionTree) ReadLink(string) (string, error)   { return "", fs.ErrNotExist }
func (t distributionTree) Open(p string) (File, error) {
	s := t.content(p)
	return &memoryFile{strings.NewReader(s), int64(len(s))}, nil
}

// TestPackageMemory: what stays in memory of a package is little more than what a
// component is; the packed form that it was kept in until the joining goes.
func TestPackageMemory(t *testing.T) {
	alive := func() int64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	const few, many = 2 * maxUnpacked, 5 * maxUnpacked
	size := func(n int) int64 {
		before := alive()
		doc, err := Scan(context.Background(), distributionTree(n), manyOptions())
		if err != nil {
			t.Fatal(err)
		}
		if len(doc.Components) != n {
			t.Fatalf("%d components, want %d", len(doc.Components), n)
		}
		after := alive()
		runtime.KeepAlive(doc)
		return after - before
	}
	size(few) // what is prepared once
	each := (size(many) - size(few)) / (many - few)
	t.Logf("%d bytes a package", each)
	if each > 1400 {
		t.Errorf("a package takes %d bytes, want 1400 at most", each)
	}
	s, err := newScanner(distributionTree(few), manyOptions())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.walk(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.found.start(1<<40, s.tree, &s.files)
	if err := s.readFiles(context.Background()); err != nil {
		t.Fatal(err)
	}
	if weight := s.found.sum / few; weight < each || weight > 2*each {
		t.Errorf("a package weighs %d bytes and takes %d", weight, each)
	}
}

// A changingTree has a file whose size is another each time it is looked at.
type changingTree struct {
	Tree
	listed, opened, read string
}

func (t changingTree) ReadDir(string) ([]fs.DirEntry, error) {
	return []fs.DirEntry{manyEntry{"file", 0, int64(len(t.listed))}}, nil
}

func (t changingTree) Open(string) (File, error) {
	return changingFile{bytes.NewReader([]byte(t.read)), int64(len(t.opened))}, nil
}

type changingFile struct {
	*bytes.Reader
	size int64
}

func (f changingFile) Size() int64  { return f.size }
func (f changingFile) Close() error { return nil }

// TestChangedFiles: a file that grows or shrinks between the listing of its
// directory, its opening and its reading is a Problem, and what could be read
// of it counts.
func TestChangedFiles(t *testing.T) {
	big := strings.Repeat("x", smallFile+1000)
	mark := "see Acme Widgets here\n"
	for _, tt := range []struct {
		name                 string
		listed, opened, read string
		want                 string
		bytes                int
	}{
		{"unchanged", mark, mark, mark, "", len(mark)},
		{"grew before it was opened", "", mark, mark, "size changed from 0 to 22", len(mark)},
		{"shrank before it was opened", big, mark, mark, "size changed from 4195304 to 22", len(mark)},
		{"shrank while it was read", mark + "more", mark + "more", mark, "file ended after 22 of 26 bytes", len(mark)},
		{"emptied while it was read", mark, mark, "", "file ended after 0 of 22 bytes", 0},
		{"large, shrank while it was read", big, big, mark + big[:smallFile], "file ended after 4194326 of 4195304 bytes", smallFile + 22},
		{"grew while it was read", mark, mark, mark + "more", "", len(mark)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := Scan(context.Background(), changingTree{listed: tt.listed, opened: tt.opened, read: tt.read}, manyOptions())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range doc.Problems {
				if p.Kind != "changed-file" || p.Place != "file" {
					t.Errorf("problem %+v", p)
				}
				got = append(got, p.Message)
			}
			if all := strings.Join(got, "; "); !strings.Contains(all, tt.want) || tt.want == "" && all != "" {
				t.Errorf("problems %q, want %q", all, tt.want)
			}
			if doc.Coverage.Bytes != int64(tt.bytes) || doc.Coverage.UnreadableFiles != 0 {
				t.Errorf("coverage = %+v, want %d bytes", doc.Coverage, tt.bytes)
			}
			if found := len(doc.Components) == 1; found != (tt.read != "") {
				t.Errorf("%d components", len(doc.Components))
			}
		})
	}
}

// TestFiles: what is kept of entries comes back, paths can be found, and each
// column takes a value of its own.
func TestFiles(t *testing.T) {
	long := strings.Repeat("n", 1<<16+10)
	paths := []string{"a", "a-b", "a/b", "a/b/c", "a.b/c", "a/b0", "a/b/c/d", "b", "a/" + long, "a/" + long[:1<<16], "\xff", "a/\xff", "a b/c", "a\x00b"}
	for i := range 3*pathBlock + 1 {
		paths = append(paths, fmt.Sprintf("m/n%d/o%04d", i/50, i))
	}
	slices.Sort(paths)
	var fl files
	for i, p := range paths {
		name := baseOf(p)
		size := int64(i)
		if i%7 == 0 {
			size += 1 << 33
		}
		if n, ok := fl.add(strings.TrimSuffix(p, name), []byte(name), fs.FileMode(i%5), size); !ok || n != int32(i) {
			t.Fatalf("%.40q is entry %d, %v; want %d", p, n, ok, i)
		}
		if i%11 == 0 {
			fl.setExtra(int32(i), "to "+baseOf(p)[:1], nil)
		}
	}
	if !fl.complete() {
		t.Fatal("no room")
	}
	for i := range paths {
		f := fl.at(int32(i))
		f.state, f.class, f.script, f.host, f.persons, f.nameTable = fileState(i%4), fileClass(i%9), i%2 == 0, i%3 == 0, i%5 == 0, i%6 == 0
		f.keep()
		fl.setSum(int32(i), &[32]byte{0: byte(i % 100), 31: 1})
	}
	c := fl.cursor()
	newDirs := 0
	for i, f := range fl.all() {
		p, n := paths[i], int(i)
		for _, g := range []fileRec{*f, fl.at(i), {t: &fl, n: i, cursor: c}} {
			if g.path() != p || g.base() != baseOf(p) || g.dirPath() != dirOf(p) {
				t.Fatalf("%.40q: path %.40q, base %.40q, directory %.40q", p, g.path(), g.base(), g.dirPath())
			}
		}
		if back := paths[len(paths)-1-n]; string(c.seek(fl.n-1-i)) != back {
			t.Errorf("from the end: %.40q, want %.40q", c.path, back)
		}
		if at, ok := fl.find(p); at != i || !ok {
			t.Errorf("%.40q is found at %d, %v; want %d", p, at, ok, i)
		}
		if at, ok := fl.find(p + "\x00"); ok || at != i+1 {
			t.Errorf("what follows %.40q is found at %d, %v; want %d", p, at, ok, i+1)
		}
		if f.newDir {
			newDirs++
		}
		if want := i == 0 || dirOf(paths[i-1]) != dirOf(p); f.newDir != want {
			t.Errorf("%.40q: a new directory: %v", p, f.newDir)
		}
		size := int64(i)
		if i%7 == 0 {
			size += 1 << 33
		}
		if f.size != size || f.mode != fs.FileMode(n%5) || f.state != fileState(n%4) || f.class != fileClass(n%9) ||
			f.script != (n%2 == 0) || f.host != (n%3 == 0) || f.persons != (n%5 == 0) || f.nameTable != (n%6 == 0) {
			t.Errorf("entry %d comes back as %+v", i, *f)
		}
		if want := ""; f.target() != want && n%11 != 0 || n%11 == 0 && f.target() != "to "+baseOf(p)[:1] {
			t.Errorf("target of %.40q: %q", p, f.target())
		}
		if read := f.state == stateRead || f.state == stateOpaque; read != (*f.sum != [32]byte{}) {
			t.Errorf("entry %d, state %d: digest %x", i, f.state, *f.sum)
		}
	}
	if newDirs < 10 {
		t.Errorf("%d directories", newDirs)
	}
	for _, p := range []string{"a", "a/b", "m", "m/n0", "a b"} {
		if !fl.hasDir(p) {
			t.Errorf("no directory %q", p)
		}
	}
	for _, p := range []string{"a-b", "a/b/c/d", "b", "z", ".", "", "m/n"} {
		if fl.hasDir(p) {
			t.Errorf("a directory %q", p)
		}
	}
	same := fl.sameContents()
	for i := range fl.n {
		f := fl.at(i)
		if f.state != stateRead && f.state != stateOpaque {
			continue
		}
		want := i
		for k := i - 1; k >= 0; k-- {
			if g := fl.at(k); (g.state == stateRead || g.state == stateOpaque) && *g.sum == *f.sum {
				want = k
			}
		}
		if f.size > 0 && same.first(i) != want {
			t.Errorf("the first with the content of %d is %d, want %d", i, same.first(i), want)
		}
	}
}

// TestCompareNames: a directory is where what lies below it belongs.
func TestCompareNames(t *testing.T) {
	names := []string{"a", "a-", "a.x", "a/", "a0", "aa", "aa/", "b/", "a\x00", "\xff/"}
	for _, a := range names {
		for _, b := range names {
			got := compareNames([]byte(strings.TrimSuffix(a, "/")), strings.HasSuffix(a, "/"), []byte(strings.TrimSuffix(b, "/")), strings.HasSuffix(b, "/"))
			if want := strings.Compare(a, b); (got < 0) != (want < 0) || (got > 0) != (want > 0) {
				t.Errorf("%q and %q compare as %d, want %d", a, b, got, want)
			}
		}
	}
}

// TestFileProblems: the problems of the first files are kept, in whichever order
// they come.
func TestFileProblems(t *testing.T) {
	l := fileProblems{most: 10}
	for i := range int32(1000) {
		l.add(i*7919%1000, sbom.Problem{Message: "first"})
		l.add(i*7919%1000, sbom.Problem{Message: "second"})
	}
	l.cut()
	if len(l.list) != 10 || l.dropped != 1990 {
		t.Fatalf("%d are kept, %d not", len(l.list), l.dropped)
	}
	for i, p := range l.list {
		if p.file != int32(i/2) || (p.p.Message == "second") != (i%2 == 1) {
			t.Errorf("%d: %+v", i, p)
		}
	}
}

// TestColumns: sets of entries and the columns of components hold what was put
// into them.
func TestColumns(t *testing.T) {
	var parts []*part
	for i := range 3 {
		p := &part{order: int32(i)}
		p.self[0] = p
		parts = append(parts, p)
	}
	main, owners := partColumn{parts: &parts}, ownerColumn{first: partColumn{parts: &parts}}
	if main.of(5000) != nil || owners.of(0) != nil {
		t.Error("an empty column has something")
	}
	main.set(5000, parts[2])
	main.set(5001, parts[1])
	main.set(5001, nil)
	owners.add(7, parts[0])
	for _, p := range parts {
		owners.add(8, p)
	}
	if main.of(5000) != parts[2] || main.of(5001) != nil || main.of(4999) != nil || main.of(1) != nil {
		t.Error("the column has something else")
	}
	if len(owners.of(6)) != 0 || !slices.Equal(owners.of(7), parts[:1]) || !slices.Equal(owners.of(8), parts) {
		t.Errorf("owners %v, %v, %v", owners.of(6), owners.of(7), owners.of(8))
	}

	var one fileSet
	if one.has(0) || !one.add(70) || one.add(70) || !one.has(70) || one.has(0) || one.has(6) || !slices.Equal(slices.Collect(one.all()), []int32{70}) {
		t.Errorf("a set of one entry: %+v", one)
	}
	var few fileSet
	if !few.add(9) || !few.add(3) || !few.add(5) || few.add(3) || few.has(4) || !few.has(5) || !slices.Equal(slices.Collect(few.all()), []int32{3, 5, 9}) {
		t.Errorf("a set of three entries: %+v", few)
	}
	var s fileSet
	want := []int32{0, 1, 63, 64, 65, 127, 4096, 1 << 30}
	for _, i := range want {
		if !s.add(want[len(want)-1-slices.Index(want, i)]) {
			t.Errorf("%d was there", i)
		}
	}
	if s.add(64) || int(s.n) != len(want) || s.has(2) || !s.has(63) || !slices.Equal(slices.Collect(s.all()), want) {
		t.Errorf("%d entries: %v", s.n, slices.Collect(s.all()))
	}
}

// TestManyPackages: the packages of a tree that has so many that their results
// are kept in the small form are told like those of a small tree.
func TestManyPackages(t *testing.T) {
	files := map[string]string{}
	const n = maxUnpacked + 100
	for i := range n {
		site := "usr/lib/python3/dist-packages/"
		files[fmt.Sprintf("%smod_%04d-1.2.dist-info/METADATA", site, i)] = fmt.Sprintf("Metadata-Version: 2.1\nName: mod-%04d\nVersion: 1.2\nHome-page: https://www.makertronic.example/%d\n\n", i, i)
		files[fmt.Sprintf("%smod_%04d-1.2.dist-info/RECORD", site, i)] = fmt.Sprintf("mod_%04d/core.py,,\n", i)
		files[fmt.Sprintf("%smod_%04d/core.py", site, i)] = fmt.Sprintf("x = %d\n", i)
	}
	doc := scan(t, files, nil)
	shape := func(name string) string {
		c := component(t, doc, name)
		c.Links = slices.Clone(c.Links)
		return strings.ReplaceAll(fmt.Sprintf("%+v", *c), strings.TrimPrefix(name, "mod-"), "NNNN")
	}
	first, last := shape("mod-0001"), shape(fmt.Sprintf("mod-%04d", n-1))
	cut := func(s string) string { // the number of the home page
		a, b, _ := strings.Cut(s, "makertronic.example/")
		return a + b[strings.Index(b, "}"):]
	}
	if cut(first) != cut(last) {
		t.Errorf("the first package is\n%s\nand the last\n%s", first, last)
	}
	if len(doc.Components) != n || len(doc.Services) != 0 || doc.Coverage.ExplainedFiles != len(files) {
		t.Errorf("%d components, %d services, %d of %d files explained", len(doc.Components), len(doc.Services), doc.Coverage.ExplainedFiles, len(files))
	}
}

// A longTree has n links with the longest names and targets, two thousand in a
// directory.
type longTree int

func (t longTree) ReadDir(p string) ([]fs.DirEntry, error) {
	var list []fs.DirEntry
	if p == "." {
		for d := range int(t) / 2000 {
			list = append(list, manyEntry{strconv.Itoa(d), fs.ModeDir, 0})
		}
		return list, nil
	}
	for i := range 2000 {
		list = append(list, manyEntry{fmt.Sprintf("%04d", i) + strings.Repeat("n", 250), fs.ModeSymlink, 0})
	}
	return list, nil
}

func (t longTree) Lstat(string) (fs.FileInfo, error) { return nil, fs.ErrNotExist }
func (t longTree) ReadLink(string) (string, error)   { return strings.Repeat("t", 4000), nil }
func (t longTree) Open(string) (File, error)         { return nil, fs.ErrNotExist }

// TestLongPaths: names and targets that would fill the memory are a Problem.
func TestLongPaths(t *testing.T) {
	doc, err := Scan(context.Background(), longTree(100_000), manyOptions())
	if err != nil {
		t.Fatal(err)
	}
	if len(doc.Problems) != 1 || doc.Problems[0].Kind != "too-many-entries" || !strings.Contains(doc.Problems[0].Message, "targets of links") {
		t.Errorf("problems %+v", doc.Problems)
	}
}
