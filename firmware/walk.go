package firmware

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// A lister is a Tree that can say what a directory holds without a value for each
// entry: a directory may have a million.
type lister interface {
	// list calls add with each name and its type until that returns false. The
	// name is valid during the call. What it gives for the type of anything but
	// a directory or link does not matter.
	list(path string, add func(name []byte, typ fs.FileMode) bool) error
}

// A statter is a Tree whose Lstat can do without a value for the answer.
type statter interface {
	stat(path string) (fs.FileMode, int64, error)
}

// A listing is what a directory holds, in the order of the paths of everything
// that is in it or below.
type listing struct {
	entries []listEntry
	names   []byte        // of a lister
	values  []fs.DirEntry // of another Tree
}

type listEntry struct {
	at   uint32 // where its name begins in names, or in values
	n    uint16 // how long it is
	kind entryKind
}

type entryKind uint8

const (
	entryFile entryKind = iota
	entryDir
	entryLink
)

func kindOf(typ fs.FileMode) entryKind {
	switch {
	case typ.IsDir():
		return entryDir
	case typ&fs.ModeSymlink != 0:
		return entryLink
	}
	return entryFile
}

func (l *listing) name(e *listEntry) []byte {
	if l.values != nil {
		return []byte(l.values[e.at].Name())
	}
	return l.names[e.at : e.at+uint32(e.n)]
}

// plainName reports whether a name is that of an entry of a directory.
func plainName[T string | []byte](base T) bool {
	return len(base) > 0 && string(base) != "." && string(base) != ".."
}

func (l *listing) sort() {
	slices.SortFunc(l.entries, func(a, b listEntry) int {
		return compareNames(l.name(&a), a.kind == entryDir, l.name(&b), b.kind == entryDir)
	})
}

// compareNames orders the entries of a directory by the paths of what is in them:
// those below "a" stand behind "a-b" and before "a0".
func compareNames(a []byte, aDir bool, b []byte, bDir bool) int {
	n := min(len(a), len(b))
	if c := bytes.Compare(a[:n], b[:n]); c != 0 {
		return c
	}
	next := func(s []byte, dir bool) int {
		switch {
		case n < len(s):
			return int(s[n])
		case dir:
			return '/'
		}
		return -1
	}
	return next(a, aDir) - next(b, bDir)
}

// A walker lists a tree into the files of a scan.
type walker struct {
	s      *scanner
	ctx    context.Context
	count  int
	listed int  // bytes of the names in the directories that are open
	full   bool // no more of the tree is listed
}

// Two million names of forty bytes are below these; a tree that has nothing but
// the longest names, or links to the longest targets, would fill the memory.
const (
	maxPathBytes   = 96 << 20 // of paths and targets, as they are kept
	maxListedBytes = 64 << 20
)

// walk lists the tree. Links are recorded and never followed, so the walk ends.
func (s *scanner) walk(ctx context.Context) error {
	w := &walker{s: s, ctx: ctx}
	root, err := w.list(".")
	if err != nil {
		return fmt.Errorf("read tree: %w", err)
	}
	if err := w.walk(".", 0, root); err != nil {
		return err
	}
	if !s.files.complete() {
		w.noRoom(".")
	}
	return nil
}

func (w *walker) noRoom(dir string) {
	w.stop(dir, "names of entries and targets of links take more than a tree of millions needs")
}

// stop ends the listing of the tree.
func (w *walker) stop(dir, why string) {
	if !w.full {
		w.full = true
		w.s.problem(sbom.Problem{Kind: "too-many-entries", Severity: sbom.ProblemError, Place: EscapePath(dir),
			Message: why + "; the rest of the tree is not read"})
	}
}

// list reads a directory. Entries over the limit are left out.
func (w *walker) list(dir string) (*listing, error) {
	l := &listing{}
	room := func() bool {
		if w.count++; w.count > w.s.limits.Entries {
			w.stop(dir, fmt.Sprintf("more than %d entries", w.s.limits.Entries))
		}
		return !w.full
	}
	if t, ok := w.s.tree.(lister); ok {
		err := t.list(dir, func(name []byte, typ fs.FileMode) bool {
			if !plainName(name) || !room() {
				return !w.full
			}
			if w.listed += len(name); len(name) > math.MaxUint16 || w.listed > maxListedBytes {
				w.noRoom(dir)
				return false
			}
			l.entries = append(l.entries, listEntry{uint32(len(l.names)), uint16(len(name)), kindOf(typ)})
			l.names = append(l.names, name...)
			return true
		})
		l.sort()
		return l, err
	}
	var err error
	l.values, err = w.s.tree.ReadDir(dir)
	slices.SortFunc(l.values, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for i, e := range l.values {
		name := e.Name()
		if i > 0 && name == l.values[i-1].Name() || !plainName(name) {
			continue
		}
		if strings.Contains(name, "/") {
			w.s.problem(sbom.Problem{Kind: "bad-entry-name", Severity: sbom.ProblemError, Place: EscapePath(joinPath(dir, name)), Message: "an entry's name has a slash; left out"})
			continue
		}
		if !room() {
			break
		}
		l.entries = append(l.entries, listEntry{at: uint32(i), kind: kindOf(e.Type())})
	}
	l.sort()
	return l, err
}

// walk adds what a directory holds, and all below.
func (w *walker) walk(dir string, depth int, l *listing) error {
	defer func() { w.listed -= len(l.names) }()
	if err := w.ctx.Err(); err != nil {
		return err
	}
	prefix := ""
	if dir != "." {
		prefix = dir + "/"
	}
	for i := range l.entries {
		e := &l.entries[i]
		name := l.name(e)
		if i > 0 && e.kind == l.entries[i-1].kind && bytes.Equal(name, l.name(&l.entries[i-1])) {
			continue
		}
		if e.kind == entryFile {
			mode, size, err := w.stat(prefix, name, l, e)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				continue // removed since it was listed
			case err != nil:
				w.s.problem(sbom.Problem{Kind: "unreadable-entry", Severity: sbom.ProblemError, Place: EscapePath(prefix + string(name)), Message: "entry could not be looked at: " + cause(err)})
				continue
			case mode.IsDir(): // since it was listed
				e.kind = entryDir
			case mode&fs.ModeSymlink != 0:
				e.kind = entryLink
			default:
				w.add(dir, prefix, name, mode, size)
				continue
			}
		}
		p := prefix + string(name)
		if e.kind == entryLink {
			target, err := w.s.tree.ReadLink(p)
			if err != nil {
				w.s.problem(sbom.Problem{Kind: "unreadable-link", Severity: sbom.ProblemWarning, Place: EscapePath(p), Message: "link could not be read: " + cause(err)})
			}
			if n, ok := w.add(dir, prefix, name, fs.ModeSymlink, 0); ok && target != "" && !w.s.files.setExtra(n, target, nil) {
				w.noRoom(dir)
			}
			continue
		}
		if depth+1 > w.s.limits.Depth || len(p) > maxPathLen {
			w.s.problem(sbom.Problem{Kind: "too-deep", Severity: sbom.ProblemError, Place: EscapePath(p), Message: fmt.Sprintf("directory is more than %d deep; not read", w.s.limits.Depth)})
			continue
		}
		if w.full {
			continue
		}
		below, err := w.list(p)
		if err != nil {
			w.s.problem(sbom.Problem{Kind: "unreadable-directory", Severity: sbom.ProblemError, Place: EscapePath(p), Message: "directory could not be read: " + cause(err)})
		}
		if err := w.walk(p, depth+1, below); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) add(dir, prefix string, name []byte, mode fs.FileMode, size int64) (int32, bool) {
	if w.s.files.paths.size+w.s.files.extras.size > maxPathBytes {
		w.noRoom(dir)
		return 0, false
	}
	n, ok := w.s.files.add(prefix, name, mode, size)
	if !ok {
		w.noRoom(dir)
	}
	return n, ok
}

// stat looks at an entry that is neither directory nor link.
func (w *walker) stat(prefix string, name []byte, l *listing, e *listEntry) (fs.FileMode, int64, error) {
	if l.values != nil {
		if st, err := l.values[e.at].Info(); err == nil { // what reading the directory has learned
			return st.Mode(), st.Size(), nil
		}
	}
	p := prefix + string(name)
	if t, ok := w.s.tree.(statter); ok {
		return t.stat(p)
	}
	st, err := w.s.tree.Lstat(p)
	if err != nil {
		return 0, 0, err
	}
	return st.Mode(), st.Size(), nil
}
