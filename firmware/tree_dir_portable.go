//go:build !linux

package firmware

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// An openDir is a directory as os.Root opens it.
type openDir struct{ root *os.Root }

// openIn opens a directory of a tree from the one above, if that is at hand: a
// tree is walked downwards.
func (d *openDir) openIn(tree *os.Root, up *dirHandle, dir string) (err error) {
	if up != nil {
		if d.root, err = up.root.OpenRoot(baseOf(dir)); err == nil {
			return nil
		}
	}
	// It may be a link that leads out of the one above.
	d.root, err = tree.OpenRoot(dir)
	return err
}

func (d *openDir) close() { d.root.Close() }

// ReadDir implements Tree.
func (t *DirTree) ReadDir(path string) (list []fs.DirEntry, err error) {
	err = t.listing(path, func(f *os.File) (err error) {
		list, err = f.ReadDir(-1)
		return err
	})
	return list, err
}

// listing calls read with an open directory.
func (t *DirTree) listing(path string, read func(*os.File) error) error {
	return t.in(path, func(dir *dirHandle, base string) error {
		// A directory may have been swapped for a FIFO since it was listed:
		// without O_NONBLOCK the open could wait for ever.
		f, err := dir.root.OpenFile(base, openFlags, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		if st, err := f.Stat(); err != nil {
			return err
		} else if !st.IsDir() {
			return fmt.Errorf("read %q: not a directory", path)
		}
		return read(f)
	})
}

// list implements lister.
func (t *DirTree) list(path string, add func(name []byte, typ fs.FileMode) bool) error {
	return t.listing(path, func(f *os.File) error {
		for {
			some, err := f.ReadDir(1000)
			for _, e := range some {
				if !add([]byte(e.Name()), e.Type()) {
					return nil
				}
			}
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
}

// Lstat implements Tree.
func (t *DirTree) Lstat(path string) (st fs.FileInfo, err error) {
	err = t.in(path, func(dir *dirHandle, base string) error {
		st, err = dir.root.Lstat(base)
		return err
	})
	return st, err
}

// ReadLink implements Tree.
func (t *DirTree) ReadLink(path string) (target string, err error) {
	err = t.in(path, func(dir *dirHandle, base string) error {
		target, err = dir.root.Readlink(base)
		return err
	})
	return target, err
}

// errSwapped: what was opened is not what was looked at just before.
var errSwapped = fmt.Errorf("changed while it was opened: %w", ErrNotRegular)

// open opens a regular file of the directory.
func (h *dirHandle) open(base string, _ bool) (File, error) {
	before, err := h.root.Lstat(base)
	if err != nil {
		return nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, ErrNotRegular
	}
	f, err := h.root.OpenFile(base, openFlags, 0)
	if err != nil {
		return nil, err
	}
	after, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	// os.Root follows a link inside the tree, so compare what was opened
	// with what was looked at: the entry may have been replaced in between.
	if !after.Mode().IsRegular() || !os.SameFile(before, after) {
		f.Close()
		return nil, errSwapped
	}
	return osFile{f, after.Size()}, nil
}

type osFile struct {
	*os.File
	size int64
}

func (f osFile) Size() int64 { return f.size }
