package firmware

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// A programTree has n programs, a hundred in a directory. Each is the same real
// one and eight bytes of its own after it, so that no two are equal.
type programTree struct {
	n       int
	program []byte
}

func (t *programTree) size() int64 { return int64(len(t.program)) + 8 }

func (t *programTree) ReadDir(p string) ([]fs.DirEntry, error) {
	var list []fs.DirEntry
	if p == "." {
		for d := range (t.n + 99) / 100 {
			list = append(list, manyEntry{strconv.Itoa(d), fs.ModeDir, 0})
		}
		return list, nil
	}
	d, err := strconv.Atoi(p)
	for i := d * 100; i < min(t.n, d*100+100); i++ {
		list = append(list, manyEntry{strconv.Itoa(i), 0o755, t.size()})
	}
	return list, err
}

func (t *programTree) Lstat(string) (fs.FileInfo, error) { return nil, fs.ErrNotExist }
func (t *programTree) ReadLink(string) (string, error)   { return "", fs.ErrNotExist }
func (t *programTree) Open(p string) (File, error) {
	i, err := strconv.Atoi(path.Base(p))
	f := &programFile{tree: t}
	binary.LittleEndian.PutUint64(f.own[:], uint64(i))
	return f, err
}

type programFile struct {
	tree *programTree
	own  [8]byte
}

func (f *programFile) Size() int64  { return f.tree.size() }
func (f *programFile) Close() error { return nil }
func (f *programFile) ReadAt(b []byte, at int64) (n int, err error) {
	for _, part := range [][]byte{f.tree.program, f.own[:]} {
		if at < int64(len(part)) {
			k := copy(b[n:], part[at:])
			n += k
			at += int64(k)
		}
		at -= int64(len(part))
	}
	if n < len(b) {
		err = io.EOF
	}
	return n, err
}

// BenchmarkScanSize states that a byte costs the same whatever the size of the
// tree, and what is alive in memory at most. TOUCHMARK_LARGE_TREES=1 adds the
// large sizes.
func BenchmarkScanSize(b *testing.B) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Skip(err)
	}
	program, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "bin", "gofmt"))
	if err != nil {
		b.Skip(err)
	}
	sizes := []int{10, 100}
	if os.Getenv("TOUCHMARK_LARGE_TREES") != "" {
		sizes = append(sizes, 1000, 5000)
	}
	for _, mb := range sizes {
		b.Run(fmt.Sprintf("%dMB", mb), func(b *testing.B) {
			tree := &programTree{program: program}
			tree.n = max(1, mb*1_000_000/int(tree.size()))
			most := uint64(0)
			opts := &Options{Progress: func(p Progress) {
				if p.Files%max(1, p.FilesTotal/4) == 0 {
					runtime.GC()
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					most = max(most, m.HeapAlloc)
				}
			}}
			for b.Loop() {
				doc, err := Scan(context.Background(), tree, opts)
				if err != nil {
					b.Fatal(err)
				}
				if doc.Coverage.Files != tree.n || doc.Coverage.Bytes != int64(tree.n)*tree.size() {
					b.Fatalf("%d files, %d bytes are counted", doc.Coverage.Files, doc.Coverage.Bytes)
				}
			}
			b.SetBytes(int64(tree.n) * tree.size())
			b.ReportMetric(float64(most)/(1<<20), "MB-alive")
		})
	}
}

// A shapeTree has n small files, so many in a directory, and directories so deep.
type shapeTree struct {
	n, wide, deep int
	content       func(i int) string
}

// number returns which directory of files a path is below, or its files are in;
// -1 for those above.
func (t *shapeTree) number(p string) int {
	elems := strings.Split(p, "/")
	if p == "." && t.deep > 0 || len(elems) < t.deep {
		return -1
	}
	d, _ := strconv.Atoi(strings.TrimPrefix(elems[0], "d"))
	return d
}

func (t *shapeTree) list(p string, add func(name []byte, typ fs.FileMode) bool) error {
	switch d := t.number(p); {
	case d >= 0:
		for i := d * t.wide; i < min(t.n, (d+1)*t.wide) && add(fmt.Appendf(nil, "f%07d", i), 0); i++ {
		}
	case p == ".":
		for d := 0; d*t.wide < t.n && add(fmt.Appendf(nil, "d%06d", d), fs.ModeDir); d++ {
		}
	default:
		add([]byte("level"), fs.ModeDir)
	}
	return nil
}

func (t *shapeTree) file(p string) string {
	i, _ := strconv.Atoi(path.Base(p)[1:])
	return t.content(i)
}

func (t *shapeTree) stat(p string) (fs.FileMode, int64, error) {
	return 0o644, int64(len(t.file(p))), nil
}
func (t *shapeTree) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrInvalid }
func (t *shapeTree) Lstat(string) (fs.FileInfo, error)     { return nil, fs.ErrNotExist }
func (t *shapeTree) ReadLink(string) (string, error)       { return "", fs.ErrNotExist }
func (t *shapeTree) Open(p string) (File, error) {
	s := t.file(p)
	return &memoryFile{strings.NewReader(s), int64(len(s))}, nil
}

// BenchmarkEntries states what is alive for each of many files in which nothing
// is seen, in trees of several shapes: what a scan of a single one keeps is taken
// off. TOUCHMARK_MANY_FILES sets how many there are.
func BenchmarkEntries(b *testing.B) {
	n := 200_000
	if s := os.Getenv("TOUCHMARK_MANY_FILES"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	alive := func(tree *shapeTree) (most uint64) {
		opts := manyOptions()
		opts.Progress = func(p Progress) {
			if p.Files == p.FilesTotal {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = m.HeapAlloc
			}
		}
		doc, err := Scan(context.Background(), tree, opts)
		if err != nil || doc.Coverage.Files != tree.n || len(doc.Problems) > 0 {
			b.Fatal(err, doc.Coverage.Files, doc.Problems)
		}
		return most
	}
	for _, content := range []struct {
		name string
		of   func(i int) string
	}{
		{"empty", func(int) string { return "" }},
		{"text", func(i int) string { return fmt.Sprintf("option value %d\n", i) }},
		{"binary", func(i int) string {
			return "\x01\x02\x80\xff" + string(binary.LittleEndian.AppendUint64(nil, uint64(i)))
		}},
	} {
		for _, shape := range []struct {
			name       string
			wide, deep int
		}{{"flat", n, 0}, {"wide", 1000, 1}, {"deep", 100, 100}} {
			b.Run(content.name+"/"+shape.name, func(b *testing.B) {
				for b.Loop() {
					one := alive(&shapeTree{1, shape.wide, shape.deep, content.of})
					most := alive(&shapeTree{n, shape.wide, shape.deep, content.of})
					b.ReportMetric((float64(most)-float64(one))/float64(n), "B/file")
				}
			})
		}
	}
}
