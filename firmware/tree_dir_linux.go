package firmware

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A tree has many small files, and what a scan of one costs is system calls:
// here a directory is listed and a file opened with a third of those that os.Root
// and os.File make.

// An openDir is a file descriptor. Names are looked up in it one at a time and
// no link is followed, so nothing leads out of the tree.
type openDir struct {
	fd      int
	file    *os.File   // that has fd, where os.Root opened it
	listing sync.Mutex // the place in the list is the descriptor's
}

// openIn opens a directory of a tree from the one above, if that is at hand: a
// tree is walked downwards.
func (d *openDir) openIn(tree *os.Root, up *dirHandle, dir string) (err error) {
	const flags = openFlags | unix.O_DIRECTORY | unix.O_CLOEXEC
	if base := baseOf(dir); up != nil && plainName(base) {
		err = retry(func() (err error) {
			d.fd, err = unix.Openat(up.fd, base, flags|unix.O_NOFOLLOW, 0)
			return err
		})
		if err == nil {
			return nil
		}
	}
	// It may be a link inside the tree.
	if d.file, err = tree.OpenFile(dir, flags, 0); err == nil {
		d.fd = int(d.file.Fd())
	}
	return err
}

func (d *openDir) close() {
	if d.file != nil {
		d.file.Close()
	} else {
		unix.Close(d.fd)
	}
}

// ReadDir implements Tree.
func (t *DirTree) ReadDir(path string) (list []fs.DirEntry, err error) {
	err = t.list(path, func(name []byte, typ fs.FileMode) bool {
		e := &dirEntry{name: string(name), mode: typ}
		if typ == 0 {
			var st fs.FileInfo
			if st, e.err = t.Lstat(joinPath(path, e.name)); errors.Is(e.err, fs.ErrNotExist) {
				return true // removed since it was listed
			} else if e.err == nil {
				e.info = *st.(*fileInfo)
				e.mode = e.info.mode.Type()
			}
		}
		list = append(list, e)
		return true
	})
	return list, err
}

const (
	direntBuffer = 16 << 10
	direntName   = 8 + 8 + 2 + 1 // inode, offset, length, type: struct linux_dirent64
)

// list calls add with the names in the directory until that returns false.
func (d *openDir) list(buf []byte, add func(name []byte, typ fs.FileMode) bool) error {
	d.listing.Lock()
	defer d.listing.Unlock()
	if _, err := unix.Seek(d.fd, 0, io.SeekStart); err != nil {
		return &fs.PathError{Op: "seek", Path: ".", Err: err}
	}
	for {
		var n int
		err := retry(func() (err error) {
			n, err = unix.ReadDirent(d.fd, buf)
			return err
		})
		if err != nil {
			return &fs.PathError{Op: "readdirent", Path: ".", Err: err}
		}
		if n <= 0 {
			return nil
		}
		for rest := buf[:n]; len(rest) > direntName; {
			size := int(binary.NativeEndian.Uint16(rest[16:]))
			if size <= direntName || size > len(rest) {
				break
			}
			name, _, _ := bytes.Cut(rest[direntName:size], []byte{0})
			var typ fs.FileMode
			switch rest[direntName-1] {
			case unix.DT_DIR:
				typ = fs.ModeDir
			case unix.DT_LNK:
				typ = fs.ModeSymlink
			}
			rest = rest[size:]
			if plainName(name) && !add(name, typ) {
				return nil
			}
		}
	}
}

// list implements lister.
func (t *DirTree) list(path string, add func(name []byte, typ fs.FileMode) bool) error {
	buf, ok := t.buffers.Get().(*[direntBuffer]byte) // a tree may have more directories than files
	if !ok {
		buf = new([direntBuffer]byte)
	}
	defer t.buffers.Put(buf)
	// What opens an entry of the directory has the directory itself.
	return t.in(joinPath(path, "x"), func(dir *dirHandle, _ string) error { return dir.list(buf[:], add) })
}

// stat implements statter.
func (t *DirTree) stat(path string) (mode fs.FileMode, size int64, err error) {
	err = t.in(path, func(dir *dirHandle, base string) error {
		info, err := dir.lstat(base)
		if err != nil {
			return &fs.PathError{Op: "fstatat", Path: base, Err: err}
		}
		mode, size = info.mode, info.size
		return nil
	})
	return mode, size, err
}

// A dirEntry is an entry of a directory. Of all but directories and links it
// has what their inode says, which is asked while the directory is at hand.
type dirEntry struct {
	name string
	mode fs.FileMode // type
	info fileInfo
	err  error
}

func (e *dirEntry) Name() string      { return e.name }
func (e *dirEntry) IsDir() bool       { return e.mode.IsDir() }
func (e *dirEntry) Type() fs.FileMode { return e.mode }

// Info of a directory or link says nothing but what it is.
func (e *dirEntry) Info() (fs.FileInfo, error) {
	if e.err != nil {
		return nil, e.err
	}
	if e.info.name == "" {
		return &fileInfo{name: e.name, mode: e.mode}, nil
	}
	return &e.info, nil
}

type fileInfo struct {
	name  string
	mode  fs.FileMode
	size  int64
	mtime unix.Timespec
}

func (i *fileInfo) Name() string       { return i.name }
func (i *fileInfo) Size() int64        { return i.size }
func (i *fileInfo) Mode() fs.FileMode  { return i.mode }
func (i *fileInfo) ModTime() time.Time { return time.Unix(i.mtime.Unix()) }
func (i *fileInfo) IsDir() bool        { return i.mode.IsDir() }
func (i *fileInfo) Sys() any           { return nil }

func (d *openDir) lstat(base string) (fileInfo, error) {
	var st unix.Stat_t
	if err := retry(func() error { return unix.Fstatat(d.fd, base, &st, unix.AT_SYMLINK_NOFOLLOW) }); err != nil {
		return fileInfo{}, err
	}
	mode := fs.FileMode(st.Mode & 0o777)
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
	case unix.S_IFDIR:
		mode |= fs.ModeDir
	case unix.S_IFLNK:
		mode |= fs.ModeSymlink
	case unix.S_IFBLK:
		mode |= fs.ModeDevice
	case unix.S_IFCHR:
		mode |= fs.ModeDevice | fs.ModeCharDevice
	case unix.S_IFIFO:
		mode |= fs.ModeNamedPipe
	case unix.S_IFSOCK:
		mode |= fs.ModeSocket
	default:
		mode |= fs.ModeIrregular
	}
	if st.Mode&unix.S_ISUID != 0 {
		mode |= fs.ModeSetuid
	}
	if st.Mode&unix.S_ISGID != 0 {
		mode |= fs.ModeSetgid
	}
	if st.Mode&unix.S_ISVTX != 0 {
		mode |= fs.ModeSticky
	}
	return fileInfo{base, mode, st.Size, st.Mtim}, nil
}

// Lstat implements Tree.
func (t *DirTree) Lstat(path string) (fs.FileInfo, error) {
	var info fileInfo
	err := t.in(path, func(dir *dirHandle, base string) (err error) {
		if info, err = dir.lstat(base); err != nil {
			return &fs.PathError{Op: "fstatat", Path: base, Err: err}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &info, nil
}

// ReadLink implements Tree.
func (t *DirTree) ReadLink(path string) (target string, err error) {
	err = t.in(path, func(dir *dirHandle, base string) error {
		for size := 256; ; size *= 2 {
			buf := make([]byte, size)
			var n int
			err := retry(func() (err error) {
				n, err = unix.Readlinkat(dir.fd, base, buf)
				return err
			})
			if err != nil {
				return &fs.PathError{Op: "readlinkat", Path: base, Err: err}
			}
			if n < size || size >= 1<<20 {
				target = string(buf[:n])
				return nil
			}
		}
	})
	return target, err
}

// errSwapped: what was opened is not what was looked at just before.
var errSwapped = fmt.Errorf("changed while it was opened: %w", ErrNotRegular)

// open opens a regular file of the directory. It follows no link, and looks at
// what it opens before, so that no device notices; where a list of the directory
// has just said what it is, that does.
func (d *openDir) open(base string, listed bool) (File, error) {
	if !plainName(base) {
		return nil, ErrNotRegular
	}
	var before, after unix.Stat_t
	if !listed {
		if err := retry(func() error { return unix.Fstatat(d.fd, base, &before, unix.AT_SYMLINK_NOFOLLOW) }); err != nil {
			return nil, &fs.PathError{Op: "fstatat", Path: base, Err: err}
		}
		if before.Mode&unix.S_IFMT != unix.S_IFREG {
			return nil, ErrNotRegular
		}
	}
	var fd int
	err := retry(func() (err error) {
		fd, err = unix.Openat(d.fd, base, openFlags|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		return err
	})
	if err == unix.ELOOP {
		return nil, errSwapped
	}
	if err != nil {
		return nil, &fs.PathError{Op: "openat", Path: base, Err: err}
	}
	if err := retry(func() error { return unix.Fstat(fd, &after) }); err != nil {
		unix.Close(fd)
		return nil, &fs.PathError{Op: "fstat", Path: base, Err: err}
	}
	// The entry may have been replaced since it was looked at.
	if after.Mode&unix.S_IFMT != unix.S_IFREG || !listed && (before.Dev != after.Dev || before.Ino != after.Ino) {
		unix.Close(fd)
		return nil, errSwapped
	}
	return &rawFile{fd: fd, size: after.Size}, nil
}

// A rawFile is an open regular file that the runtime does not know of.
type rawFile struct {
	fd   int
	size int64
}

func (f *rawFile) Size() int64 { return f.size }

// ReadAt implements io.ReaderAt.
func (f *rawFile) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 || f.fd < 0 {
		return 0, fs.ErrInvalid
	}
	for n < len(p) {
		var k int
		err := retry(func() (err error) {
			k, err = unix.Pread(f.fd, p[n:min(len(p), n+1<<30)], off+int64(n))
			return err
		})
		if err != nil {
			return n, err
		}
		if k == 0 {
			return n, io.EOF
		}
		n += k
	}
	return n, nil
}

// Close implements io.Closer.
func (f *rawFile) Close() error {
	if f.fd < 0 {
		return fs.ErrClosed
	}
	fd := f.fd
	f.fd = -1
	return unix.Close(fd)
}

// retry repeats a system call that a signal interrupted.
func retry(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}
