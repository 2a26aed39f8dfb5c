package firmware

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/xi2/xz"

	"github.com/touchmark-dev/touchmark/sbom"
)

// ErrFormat is returned by OpenArchive for what is no archive that it reads.
var ErrFormat = errors.New("not a known archive")

// ArchiveOptions bound what OpenArchive reads. The zero value is the default.
type ArchiveOptions struct {
	// MaxBytes of unpacked content in all; 0 means 8 GiB, and of a compressed
	// archive at most 200 times its size or 64 MiB, whichever is more: real
	// trees stay below a tenth of that, and a small file that unpacks to
	// gigabytes is made to.
	MaxBytes int64
	// MaxEntries; 0 means 2,000,000.
	MaxEntries int
	// TempDir for the unpacked content of a compressed archive; empty means
	// os.TempDir. The file is removed by Close.
	TempDir string
}

const (
	defaultArchiveBytes   = 8 << 30
	defaultArchiveRatio   = 200
	archiveRatioFrom      = 64 << 20
	defaultArchiveEntries = 2_000_000
	maxPathLen            = 4096
	maxPathDepth          = 128
)

// IsArchive reports whether the first bytes of a file (at least 512, or all of
// it) are those of an archive that OpenArchive may read. A compressed file
// need not hold a tar: OpenArchive then returns ErrFormat.
func IsArchive(head []byte) bool { return archiveKind(head) != "" }

func archiveKind(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return "zip"
	case bytes.HasPrefix(head, []byte("\x1f\x8b\x08")):
		return "gzip"
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		return "xz"
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")),
		len(head) > 3 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18": // a skippable frame (RFC 8878, 3.1.2), as pzstd begins with
		return "zstd"
	case len(head) > 3 && bytes.HasPrefix(head, []byte("BZh")) && head[3] >= '1' && head[3] <= '9':
		return "bzip2"
	case len(head) >= 263 && string(head[257:262]) == "ustar":
		return "tar"
	}
	return ""
}

// OpenArchive opens a tar, a tar compressed with gzip, xz, zstd or bzip2, or a
// zip as a Tree. A plain tar is read in place; the content of a compressed
// archive is unpacked into one temporary file that has no name a tree could
// choose. No entry is ever created as a file of the host.
//
// Entries that lead out of the tree, stand below a link or have no valid name
// are left out; a later entry of the same name replaces the earlier, as tar
// does. Problems says so. Larger archives than the options allow give
// ErrLimit, anything else that is no archive ErrFormat. A truncated archive
// gives the tree up to there, and a Problem.
func OpenArchive(ctx context.Context, r io.ReaderAt, size int64, opts *ArchiveOptions) (*ArchiveTree, error) {
	var o ArchiveOptions
	if opts != nil {
		o = *opts
	}
	if o.MaxEntries <= 0 {
		o.MaxEntries = defaultArchiveEntries
	}
	head := make([]byte, 512)
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	kind := archiveKind(head[:n])
	if kind == "" {
		return nil, fmt.Errorf("open archive: %w", ErrFormat)
	}
	byRatio := "" // why the limit is what it is
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultArchiveBytes
		if kind != "tar" && size < defaultArchiveBytes/defaultArchiveRatio {
			o.MaxBytes = max(archiveRatioFrom, size*defaultArchiveRatio)
			byRatio = fmt.Sprintf(", which is too many for an archive of %d", size)
		}
	}
	t := &ArchiveTree{root: &archiveNode{mode: fs.ModeDir | 0o755, children: map[string]*archiveNode{}}, opts: o}
	switch kind {
	case "tar":
		t.data = r
		err = t.readTar(ctx, io.NewSectionReader(r, 0, size))
	case "zip":
		err = t.readZip(ctx, r, size)
	default:
		err = t.readCompressedTar(ctx, kind, io.NewSectionReader(r, 0, size))
	}
	if err != nil {
		t.Close()
		if errors.Is(err, errTooLarge) {
			err = fmt.Errorf("it unpacks to more than %d bytes%s: %w", o.MaxBytes, byRatio, ErrLimit)
		}
		return nil, fmt.Errorf("open archive: %w", err)
	}
	return t, nil
}

// An ArchiveTree is an archive read as a Tree.
type ArchiveTree struct {
	root     *archiveNode
	opts     ArchiveOptions
	data     io.ReaderAt // where nodes' offsets point to
	spool    *os.File
	entries  int
	problems []sbom.Problem
}

type archiveNode struct {
	mode     fs.FileMode
	size     int64
	offset   int64 // in data; -1 if the content cannot be had
	target   string
	children map[string]*archiveNode
}

// Problems returns what was left out of the tree.
func (t *ArchiveTree) Problems() []sbom.Problem { return t.problems }

// Close removes the temporary file.
func (t *ArchiveTree) Close() error {
	if t.spool == nil {
		return nil
	}
	err := t.spool.Close()
	// Where an open file cannot be removed it still has its name.
	if rerr := os.Remove(t.spool.Name()); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) && err == nil {
		err = rerr
	}
	t.spool = nil
	return err
}

func (t *ArchiveTree) newSpool() error {
	f, err := os.CreateTemp(t.opts.TempDir, "touchmark-*")
	if err != nil {
		return err
	}
	os.Remove(f.Name()) // unix: gone from here on, even after a crash
	t.spool, t.data = f, f
	return nil
}

// errTooLarge says that the content of an archive is beyond MaxBytes.
var errTooLarge = fmt.Errorf("too large: %w", ErrLimit)

// copyLimited copies at most max bytes and returns errTooLarge if there are
// more.
func copyLimited(ctx context.Context, w io.Writer, r io.Reader, max int64) (int64, error) {
	buf := make([]byte, 256<<10)
	var total int64
	for {
		if err := ctx.Err(); err != nil {
			return total, err
		}
		n, err := r.Read(buf)
		if total+int64(n) > max {
			return total, errTooLarge
		}
		if n > 0 {
			if _, werr := w.Write(buf[:n]); werr != nil {
				return total, werr
			}
			total += int64(n)
		}
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

func (t *ArchiveTree) readCompressedTar(ctx context.Context, kind string, r io.Reader) error {
	var dec io.Reader
	switch kind {
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		dec = z
	case "xz":
		// The header states the dictionary that the decoder allocates; xz -9
		// takes 64 MiB, and a stream that wants more is refused.
		z, err := xz.NewReader(r, 64<<20)
		if err != nil {
			return err
		}
		dec = z
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(256<<20), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return err
		}
		defer z.Close()
		dec = z
	case "bzip2":
		dec = bzip2.NewReader(r)
	}
	// Look before unpacking gigabytes: is there a tar inside?
	head := make([]byte, 512)
	n, err := io.ReadFull(dec, head)
	if err != nil || archiveKind(head[:n]) != "tar" {
		return fmt.Errorf("%s holds no tar: %w", kind, ErrFormat)
	}
	if err := t.newSpool(); err != nil {
		return err
	}
	size, err := copyLimited(ctx, t.spool, io.MultiReader(bytes.NewReader(head), dec), t.opts.MaxBytes)
	if err != nil {
		if errors.Is(err, ErrLimit) || ctx.Err() != nil {
			return err
		}
		t.problem("truncated-archive", sbom.ProblemError, "", fmt.Sprintf("%s stream ends after %d bytes: %v; the rest is not read", kind, size, err))
	}
	return t.readTar(ctx, io.NewSectionReader(t.spool, 0, size))
}

// A countReader knows its position, from which the place of an entry's content
// follows: tar.Reader reads no byte ahead of it.
type countReader struct {
	r *io.SectionReader
	n int64
}

func (c *countReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *countReader) Seek(off int64, whence int) (int64, error) {
	n, err := c.r.Seek(off, whence)
	if err == nil {
		c.n = n
	}
	return n, err
}

func (t *ArchiveTree) readTar(ctx context.Context, sec *io.SectionReader) error {
	cr := &countReader{r: sec}
	tr := tar.NewReader(cr)
	var total int64
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			if t.entries == 0 {
				return fmt.Errorf("read tar: %v: %w", err, ErrFormat)
			}
			t.problem("truncated-archive", sbom.ProblemError, "", fmt.Sprintf("tar entry after offset %d: %v; the rest is not read", cr.n, err))
			return nil
		}
		offset := cr.n
		node := &archiveNode{offset: offset, size: h.Size}
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeGNUSparse, '\x00', tar.TypeCont:
			node.mode = fs.FileMode(h.Mode).Perm()
			total += h.Size
			if total > t.opts.MaxBytes {
				return errTooLarge
			}
			if offset+h.Size > sec.Size() {
				t.problem("truncated-archive", sbom.ProblemError, h.Name, "content ends beyond the archive; what is there is read")
				node.size = max(0, sec.Size()-offset)
			}
			if h.Typeflag == tar.TypeGNUSparse || sparsePAX(h) {
				node.offset = -1 // its bytes do not stand in one piece
				t.problem("sparse-entry", sbom.ProblemError, h.Name, "sparse tar entry; its content is not read")
			}
		case tar.TypeDir:
			node.mode = fs.ModeDir | fs.FileMode(h.Mode).Perm()
			node.size = 0
			node.children = map[string]*archiveNode{}
		case tar.TypeSymlink:
			node.mode = fs.ModeSymlink | 0o777
			node.size = int64(len(h.Linkname))
			node.target = h.Linkname
		case tar.TypeLink:
			name, ok := entryPath(h.Linkname)
			var to *archiveNode
			if ok {
				to = t.find(name)
			}
			if to == nil || !to.mode.IsRegular() {
				t.problem("dangling-hardlink", sbom.ProblemError, h.Name, "hard link to an entry that is not there; left out")
				continue
			}
			node = to
		case tar.TypeChar, tar.TypeBlock:
			node.mode = fs.ModeDevice
			if h.Typeflag == tar.TypeChar {
				node.mode |= fs.ModeCharDevice
			}
			node.size = 0
		case tar.TypeFifo:
			node.mode = fs.ModeNamedPipe
			node.size = 0
		default:
			continue
		}
		if err := t.add(h.Name, node); err != nil {
			return err
		}
	}
}

func sparsePAX(h *tar.Header) bool {
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}

func (t *ArchiveTree) readZip(ctx context.Context, r io.ReaderAt, size int64) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("read zip: %v: %w", err, ErrFormat)
	}
	if err := t.newSpool(); err != nil {
		return err
	}
	var total int64
	for _, f := range z.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		mode := f.Mode()
		node := &archiveNode{mode: mode & (fs.ModeType | fs.ModePerm), offset: total}
		switch {
		case strings.HasSuffix(f.Name, "/") || mode.IsDir():
			node.mode = fs.ModeDir | 0o755
			node.children = map[string]*archiveNode{}
		case mode.IsRegular(), mode&fs.ModeSymlink != 0:
			n, err := t.unzip(ctx, f, total)
			if errors.Is(err, ErrLimit) || ctx.Err() != nil {
				return err
			}
			if err != nil {
				t.problem("damaged-entry", sbom.ProblemError, f.Name, fmt.Sprintf("zip entry: %v; read as far as it goes", err))
			}
			node.size = n
			if mode&fs.ModeSymlink != 0 {
				target := make([]byte, min(n, maxPathLen))
				if _, err := t.spool.ReadAt(target, total); err != nil && err != io.EOF {
					return err
				}
				node.target = string(target)
			}
			total += n
		default:
			node.size = 0
		}
		if err := t.add(f.Name, node); err != nil {
			return err
		}
	}
	return nil
}

func (t *ArchiveTree) unzip(ctx context.Context, f *zip.File, at int64) (int64, error) {
	rc, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer rc.Close()
	return copyLimited(ctx, io.NewOffsetWriter(t.spool, at), rc, t.opts.MaxBytes-at)
}

// entryPath turns an entry's name into a tree path. False means that it leads
// out of the tree or is no name.
func entryPath(name string) (string, bool) {
	if name == "" || len(name) > maxPathLen || strings.IndexByte(name, 0) >= 0 {
		return "", false
	}
	depth := 0
	for _, e := range strings.Split(name, "/") {
		switch e {
		case "..":
			return "", false
		case "", ".":
		default:
			depth++
		}
	}
	if depth > maxPathDepth {
		return "", false
	}
	p := strings.TrimPrefix(path.Clean("/"+name), "/")
	if p == "" {
		p = "."
	}
	return p, true
}

func (t *ArchiveTree) add(name string, node *archiveNode) error {
	t.entries++
	if t.entries > t.opts.MaxEntries {
		return fmt.Errorf("more than %d entries: %w", t.opts.MaxEntries, ErrLimit)
	}
	p, ok := entryPath(name)
	if !ok {
		t.problem("bad-entry-name", sbom.ProblemError, name, "entry leads out of the tree or has no usable name; left out")
		return nil
	}
	if p == "." {
		return nil
	}
	elems := strings.Split(p, "/")
	at := t.root
	for _, e := range elems[:len(elems)-1] {
		next := at.children[e]
		if next == nil {
			next = &archiveNode{mode: fs.ModeDir | 0o755, children: map[string]*archiveNode{}}
			at.children[e] = next
		}
		if !next.mode.IsDir() {
			t.problem("entry-below-file", sbom.ProblemError, name, "entry stands below a link or a file; left out")
			return nil
		}
		at = next
	}
	last := elems[len(elems)-1]
	if old := at.children[last]; old != nil {
		if old.mode.IsDir() {
			if !node.mode.IsDir() {
				t.problem("duplicate-entry", sbom.ProblemError, name, "entry has the name of a directory; left out")
			}
			return nil
		}
		t.problem("duplicate-entry", sbom.ProblemWarning, name, "a later entry of the same name replaces the earlier one")
	}
	at.children[last] = node
	return nil
}

func (t *ArchiveTree) problem(kind string, sev sbom.ProblemSeverity, name, msg string) {
	const most = 1000
	if len(t.problems) < most {
		t.problems = append(t.problems, sbom.Problem{Kind: kind, Severity: sev, Place: EscapePath(name), Message: msg})
	}
}

func (t *ArchiveTree) find(p string) *archiveNode {
	at := t.root
	if p == "." {
		return at
	}
	for _, e := range strings.Split(p, "/") {
		if at = at.children[e]; at == nil {
			return nil
		}
	}
	return at
}

func (t *ArchiveTree) get(op, p string) (*archiveNode, error) {
	n := t.find(p)
	if n == nil {
		return nil, &fs.PathError{Op: op, Path: p, Err: fs.ErrNotExist}
	}
	return n, nil
}

// ReadDir implements Tree.
func (t *ArchiveTree) ReadDir(p string) ([]fs.DirEntry, error) {
	n, err := t.get("readdir", p)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(n.children))
	for name := range n.children {
		names = append(names, name)
	}
	sort.Strings(names)
	out := make([]fs.DirEntry, len(names))
	for i, name := range names {
		out[i] = fs.FileInfoToDirEntry(archiveInfo{name, n.children[name]})
	}
	return out, nil
}

// Lstat implements Tree.
func (t *ArchiveTree) Lstat(p string) (fs.FileInfo, error) {
	n, err := t.get("lstat", p)
	if err != nil {
		return nil, err
	}
	return archiveInfo{baseOf(p), n}, nil
}

// ReadLink implements Tree.
func (t *ArchiveTree) ReadLink(p string) (string, error) {
	n, err := t.get("readlink", p)
	if err != nil {
		return "", err
	}
	if n.mode&fs.ModeSymlink == 0 {
		return "", &fs.PathError{Op: "readlink", Path: p, Err: fs.ErrInvalid}
	}
	return n.target, nil
}

// Open implements Tree.
func (t *ArchiveTree) Open(p string) (File, error) {
	n, err := t.get("open", p)
	if err != nil {
		return nil, err
	}
	if !n.mode.IsRegular() {
		return nil, fmt.Errorf("open %q: %w", p, ErrNotRegular)
	}
	if n.offset < 0 {
		return nil, fmt.Errorf("open %q: sparse tar entry", p)
	}
	return &readerAtFile{io.NewSectionReader(t.data, n.offset, n.size), nil, n.size}, nil
}

type archiveInfo struct {
	name string
	n    *archiveNode
}

func (i archiveInfo) Name() string       { return i.name }
func (i archiveInfo) Size() int64        { return i.n.size }
func (i archiveInfo) Mode() fs.FileMode  { return i.n.mode }
func (i archiveInfo) ModTime() time.Time { return time.Time{} }
func (i archiveInfo) IsDir() bool        { return i.n.mode.IsDir() }
func (i archiveInfo) Sys() any           { return nil }
