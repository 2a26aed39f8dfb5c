package firmware

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
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
	mu    sync.Mutex
	dirs  map[string]*dirHandle
	inUse []*dirHandle // the same, without the names
	tick  uint64

	buffers sync.Pool // for lists of directories
}

const maxDirHandles = 32

// A dirHandle is an open directory; what that is depends on the system.
type dirHandle struct {
	openDir
	path string
	refs atomic.Int32
	used uint64
}

// Close releases the directory.
func (t *DirTree) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range t.dirs {
		h.close()
	}
	t.dirs, t.inUse = nil, nil
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
	h.refs.Add(1)
	t.mu.Unlock()
	err = f(h, baseOf(path))
	h.refs.Add(-1)
	return err
}

// handle returns the handle of a directory; t.mu is held. It opens a directory
// from the one above, if that is at hand: a tree is walked downwards.
func (t *DirTree) handle(dir string) (*dirHandle, error) {
	h := t.dirs[dir]
	if h == nil {
		h = &dirHandle{path: dir}
		var up *dirHandle
		if dir != "." {
			up = t.dirs[dirOf(dir)]
		}
		if err := h.openIn(t.root, up, dir); err != nil {
			return nil, err
		}
		if t.dirs == nil {
			t.dirs = map[string]*dirHandle{}
		}
		t.dirs[dir] = h
		t.inUse = append(t.inUse, h)
		t.evict()
	}
	t.tick++
	h.used = t.tick
	return h, nil
}

// evict closes the directory that was not used for the longest time.
func (t *DirTree) evict() {
	for len(t.inUse) > maxDirHandles {
		oldest := -1
		for i, h := range t.inUse {
			if h.refs.Load() == 0 && h.used > 0 && (oldest < 0 || h.used < t.inUse[oldest].used) {
				oldest = i
			}
		}
		if oldest < 0 {
			return
		}
		t.inUse[oldest].close()
		delete(t.dirs, t.inUse[oldest].path)
		t.inUse = slices.Delete(t.inUse, oldest, oldest+1)
	}
}

// Open implements Tree.
func (t *DirTree) Open(path string) (file File, err error) { return t.open(path, false) }

// openListed opens a file that a ReadDir of its directory gave as a regular one.
func (t *DirTree) openListed(path string) (file File, err error) { return t.open(path, true) }

func (t *DirTree) open(path string, listed bool) (file File, err error) {
	err = t.in(path, func(dir *dirHandle, base string) error {
		file, err = dir.open(base, listed)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	return file, nil
}
