package firmware

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"
)

// A Tree is an unpacked root file system. Names are bytes: real trees hold
// names that are not UTF-8, absolute links and links that dangle, which fs.FS
// refuses. Paths are slash-separated, relative to the root of the tree and
// clean; "." is the root itself.
//
// A Tree is read by several goroutines at once.
type Tree interface {
	// ReadDir returns the entries of a directory, in any order. On an error it
	// returns what could be read before it.
	ReadDir(path string) ([]fs.DirEntry, error)
	// Lstat describes an entry without following a link in its last element.
	Lstat(path string) (fs.FileInfo, error)
	// ReadLink returns the target of a symbolic link, as it is stored.
	ReadLink(path string) (string, error)
	// Open opens a regular file for reading. It refuses anything else, does
	// not follow a link in the last element, and never blocks on a FIFO or a
	// device. The size is that of the opened file.
	Open(path string) (File, error)
}

// A File is an open regular file of a Tree.
type File interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// ErrNotRegular is returned by Tree.Open for what is not a regular file.
var ErrNotRegular = errors.New("not a regular file")

// ErrLimit is returned where an input is larger than the limits allow.
var ErrLimit = errors.New("limit exceeded")

// EscapePath returns a tree path as it is written in output: a byte that is
// not part of valid UTF-8 becomes %XX, and "%" becomes %25, so that the
// original bytes can be had back. Control characters are kept as %XX too.
func EscapePath(p string) string {
	if isCleanPath(p) {
		return p
	}
	var b strings.Builder
	for i := 0; i < len(p); {
		r, n := utf8.DecodeRuneInString(p[i:])
		switch {
		case r == utf8.RuneError && n <= 1, r < 0x20, r == 0x7f, r == '%':
			fmt.Fprintf(&b, "%%%02X", p[i])
			n = 1
		default:
			b.WriteString(p[i : i+n])
		}
		i += n
	}
	return b.String()
}

// isCleanPath reports a path in which nothing is escaped. Others need not be.
func isCleanPath[P string | []byte](p P) bool {
	for i := 0; i < len(p); i++ {
		if c := p[i]; c < 0x20 || c == '%' || c >= 0x7f {
			return false
		}
	}
	return true
}

// UnescapePath is the inverse of EscapePath. A "%" that no two hexadecimal
// digits follow stands for itself.
func UnescapePath(p string) string {
	if !strings.Contains(p, "%") {
		return p
	}
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		if p[i] == '%' && i+2 < len(p) {
			hi, ok1 := unhex(p[i+1])
			lo, ok2 := unhex(p[i+2])
			if ok1 && ok2 {
				b.WriteByte(hi<<4 | lo)
				i += 2
				continue
			}
		}
		b.WriteByte(p[i])
	}
	return b.String()
}

func unhex(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// cleanTarget resolves the target of a link that stands in directory dir, by
// text only and inside the tree: an absolute target starts at the tree's
// root, and ".." stops there.
func cleanTarget(dir, target string) string {
	if !strings.HasPrefix(target, "/") {
		target = "/" + dir + "/" + target
	}
	target = path.Clean(target)
	if target == "/" {
		return "."
	}
	return target[1:]
}

// dirOf returns the directory of a tree path, "." for the root.
func dirOf(p string) string {
	if i := strings.LastIndexByte(p, '/'); i >= 0 {
		return p[:i]
	}
	return "."
}

// baseOf returns the last element of a tree path.
func baseOf(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }

func joinPath(dir, name string) string {
	if dir == "." || dir == "" {
		return name
	}
	return dir + "/" + name
}
