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
