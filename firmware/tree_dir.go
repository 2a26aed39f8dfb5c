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
	self *os.File // the directory itself, where files are opened by it
	refs int
	used uint64
}

func (h *dirHandle) close() {
	h.root.Close()
	if h.self != nil {
		h.self.Close()
	}
}

// Close releases the directory.
func (t *DirTree) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range t.dirs {
		h.close()
	}
	t.dirs = nil
	return t.root.Close()
}

// in calls f with the directory that holds a path, and the path's last element.
func (t *DirTree) in(path string, f func(dir *dirHandle, base string) error) error {
	t.mu.Lock()
	h, err := t.handle(dirOf(path))
	if err != nil {
		t.mu.Unlock()
		return err
	}
	h.refs++
	t.mu.Unlock()
	err = f(h, baseOf(path))
	t.mu.Lock()
	h.refs--
	t.mu.Unlock()
	return err
}

// handle returns the handle of a directory; t.mu is held. It opens a directory
// from the one above, if that is at hand: a tree is walked downwards.
func (t *DirTree) handle(dir string) (*dirHandle, error) {
	h := t.dirs[dir]
	if h == nil {
		var root *os.Root
		err := fs.ErrNotExist
		if up := t.dirs[dirOf(dir)]; up != nil && dir != "." {
			root, err = up.root.OpenRoot(baseOf(dir))
		}
		if err != nil { // or it is a link that leads out of the one above
			root, err = t.root.OpenRoot(dir)
		}
		if err != nil {
			return nil, err
		}
		h = &dirHandle{root: root, self: openSelf(root)}
		if t.dirs == nil {
			t.dirs = map[string]*dirHandle{}
		}
		t.dirs[dir] = h
		t.evict()
	}
	t.tick++
	h.used = t.tick
	return h, nil
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
		t.dirs[oldest].close()
		delete(t.dirs, oldest)
	}
}

// ReadDir implements Tree.
func (t *DirTree) ReadDir(path string) (list []fs.DirEntry, err error) {
	err = t.in(path, func(dir *dirHandle, base string) error {
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
		list, err = f.ReadDir(-1)
		return err
	})
	return list, err
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

// Open implements Tree.
func (t *DirTree) Open(path string) (file File, err error) {
	err = t.in(path, func(dir *dirHandle, base string) error {
		file, err = dir.open(base)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	return file, nil
}

// errSwapped: what was opened is not what was looked at just before.
var errSwapped = fmt.Errorf("changed while it was opened: %w", ErrNotRegular)

// openRoot opens a regular file through os.Root.
func (h *dirHandle) openRoot(base string) (File, error) {
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
