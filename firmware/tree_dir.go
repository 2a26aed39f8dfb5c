package firmware

import (
	"fmt"
	"io/fs"
	"os"
)

// OpenDir opens a directory of the host as a Tree. Everything is reached
// through os.Root, so that no link and no race leads out of the directory.
// The tree is only read. Close it when done.
func OpenDir(dir string) (*DirTree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open tree: %w", err)
	}
	return &DirTree{root: root}, nil
}

// A DirTree is a directory of the host.
type DirTree struct{ root *os.Root }

// Close releases the directory.
func (t *DirTree) Close() error { return t.root.Close() }

// ReadDir implements Tree.
func (t *DirTree) ReadDir(path string) ([]fs.DirEntry, error) {
	// A directory may have been swapped for a FIFO since it was listed:
	// without O_NONBLOCK the open could wait for ever.
	f, err := t.root.OpenFile(path, openFlags, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil {
		return nil, err
	} else if !st.IsDir() {
		return nil, fmt.Errorf("read %q: not a directory", path)
	}
	return f.ReadDir(-1)
}

// Lstat implements Tree.
func (t *DirTree) Lstat(path string) (fs.FileInfo, error) { return t.root.Lstat(path) }

// ReadLink implements Tree.
func (t *DirTree) ReadLink(path string) (string, error) { return t.root.Readlink(path) }

// Open implements Tree.
func (t *DirTree) Open(path string) (File, error) {
	before, err := t.root.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, fmt.Errorf("open %q: %w", path, ErrNotRegular)
	}
	f, err := t.root.OpenFile(path, openFlags, 0)
	if err != nil {
		return nil, err
	}
	after, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	// os.Root follows a link inside the tree, so compare what was opened with
	// what was looked at: the entry may have been replaced in between.
	if !after.Mode().IsRegular() || !os.SameFile(before, after) {
		f.Close()
		return nil, fmt.Errorf("open %q: changed while it was opened: %w", path, ErrNotRegular)
	}
	return osFile{f, after.Size()}, nil
}

type osFile struct {
	*os.File
	size int64
}

func (f osFile) Size() int64 { return f.size }
