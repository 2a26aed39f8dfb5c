package firmware

import (
	"fmt"
	"io/fs"
	"os"
	"sync"
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
type DirTree struct {
	root *os.Root

	// Directories that were used last, so that a deep path does not cost an
	// open for each of its elements again and again.
	mu   sync.Mutex
	dirs map[string]*dirHandle
	tick uint64
}

const maxDirHandles = 32

type dirHandle struct {
	root *os.Root
	refs int
	used uint64
}

// Close releases the directory.
func (t *DirTree) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range t.dirs {
		h.root.Close()
	}
	t.dirs = nil
	return t.root.Close()
}

// in calls f with the directory that holds a path, and the path's last element.
func (t *DirTree) in(path string, f func(dir *os.Root, base string) error) error {
	parent := dirOf(path)
	if parent == "." {
		return f(t.root, path)
	}
	t.mu.Lock()
	h := t.dirs[parent]
	if h == nil {
		root, err := t.root.OpenRoot(parent)
		if err != nil {
			t.mu.Unlock()
			return err
		}
		h = &dirHandle{root: root}
		if t.dirs == nil {
			t.dirs = map[string]*dirHandle{}
		}
		t.dirs[parent] = h
		t.evict()
	}
	h.refs++
	t.tick++
	h.used = t.tick
	t.mu.Unlock()
	err := f(h.root, baseOf(path))
	t.mu.Lock()
	h.refs--
	t.mu.Unlock()
	return err
}

// evict closes the directory that was not used for the longest time.
func (t *DirTree) evict() {
	for len(t.dirs) > maxDirHandles {
		oldest := ""
		for p, h := range t.dirs {
			if h.refs == 0 && h.used > 0 && (oldest == "" || h.used < t.dirs[oldest].used) {
				oldest = p
			}
		}
		if oldest == "" {
			return
		}
		t.dirs[oldest].root.Close()
		delete(t.dirs, oldest)
	}
}

// ReadDir implements Tree.
func (t *DirTree) ReadDir(path string) (list []fs.DirEntry, err error) {
	err = t.in(path, func(dir *os.Root, base string) error {
		// A directory may have been swapped for a FIFO since it was listed:
		// without O_NONBLOCK the open could wait for ever.
		f, err := dir.OpenFile(base, openFlags, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		if st, err := f.Stat(); err != nil {
			return err
		} else if !st.IsDir() {
			return fmt.Errorf("read %q: not a directory", path)
		}
		list, err = f.ReadDir(-1)
		return err
	})
	return list, err
}

// Lstat implements Tree.
func (t *DirTree) Lstat(path string) (st fs.FileInfo, err error) {
	err = t.in(path, func(dir *os.Root, base string) error {
		st, err = dir.Lstat(base)
		return err
	})
	return st, err
}

// ReadLink implements Tree.
func (t *DirTree) ReadLink(path string) (target string, err error) {
	err = t.in(path, func(dir *os.Root, base string) error {
		target, err = dir.Readlink(base)
		return err
	})
	return target, err
}

// Open implements Tree.
func (t *DirTree) Open(path string) (file File, err error) {
	err = t.in(path, func(dir *os.Root, base string) error {
		before, err := dir.Lstat(base)
		if err != nil {
			return err
		}
		if !before.Mode().IsRegular() {
			return fmt.Errorf("open %q: %w", path, ErrNotRegular)
		}
		f, err := dir.OpenFile(base, openFlags, 0)
		if err != nil {
			return err
		}
		after, err := f.Stat()
		if err != nil {
			f.Close()
			return err
		}
		// os.Root follows a link inside the tree, so compare what was opened
		// with what was looked at: the entry may have been replaced in between.
		if !after.Mode().IsRegular() || !os.SameFile(before, after) {
			f.Close()
			return fmt.Errorf("open %q: changed while it was opened: %w", path, ErrNotRegular)
		}
		file = osFile{f, after.Size()}
		return nil
	})
	return file, err
}

type osFile struct {
	*os.File
	size int64
}

func (f osFile) Size() int64 { return f.size }
