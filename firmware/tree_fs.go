package firmware

import (
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// FromFS adapts an fs.FS. Names that fs.FS refuses cannot be reached through
// it. A file that implements io.ReaderAt is read in place; any other is read
// into memory as far as it is asked for, at most 64 MiB.
func FromFS(fsys fs.FS) Tree { return fsTree{fsys} }

type fsTree struct{ fsys fs.FS }

func (t fsTree) ReadDir(path string) ([]fs.DirEntry, error) { return fs.ReadDir(t.fsys, path) }
func (t fsTree) Lstat(path string) (fs.FileInfo, error)     { return fs.Lstat(t.fsys, path) }
func (t fsTree) ReadLink(path string) (string, error)       { return fs.ReadLink(t.fsys, path) }

func (t fsTree) Open(path string) (File, error) {
	st, err := fs.Lstat(t.fsys, path)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("open %q: %w", path, ErrNotRegular)
	}
	f, err := t.fsys.Open(path)
	if err != nil {
		return nil, err
	}
	st, err = f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	if !st.Mode().IsRegular() {
		f.Close()
		return nil, fmt.Errorf("open %q: %w", path, ErrNotRegular)
	}
	if ra, ok := f.(io.ReaderAt); ok {
		return &readerAtFile{ra, f, st.Size()}, nil
	}
	const most = 64 << 20
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(f, most+1))
	f.Close()
	if err != nil {
		return nil, err
	}
	if n > most {
		return nil, fmt.Errorf("open %q: larger than %d bytes and without random access: %w", path, most, ErrLimit)
	}
	return &readerAtFile{strings.NewReader(b.String()), nil, n}, nil
}

// A readerAtFile is a File over some other ReaderAt.
type readerAtFile struct {
	io.ReaderAt
	close io.Closer
	size  int64
}

func (f *readerAtFile) Size() int64 { return f.size }

func (f *readerAtFile) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close.Close()
}
