package firmware

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
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
	// MaxEntries; 0 means 1,000,000.
	MaxEntries int
	// TempDir for the unpacked content of a compressed archive; empty means
	// os.TempDir. The file is removed by Close.
	TempDir string
}

const (
	// What zstd itself unpacks unless it is told otherwise (--memory, --long=27).
	maxZstdWindow = 128 << 20
	// What xz -9 takes.
	maxXZDictionary = 64 << 20

	defaultArchiveBytes   = 8 << 30
	defaultArchiveRatio   = 200
	archiveRatioFrom      = 64 << 20
	defaultArchiveEntries = 1_000_000
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
// ErrLimit, anything else that is no archive ErrFormat; a zstd window of more
// than 128 MiB or an xz dictionary of more than 64 MiB is an error too, since
// unpacking takes that much memory. A truncated archive
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
	t := &ArchiveTree{seed: maphash.MakeSeed(), opts: o}
	t.newNode(noNode, "", archiveNode{mode: fs.ModeDir | 0o755})
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

// An ArchiveTree is an archive read as a Tree. It keeps some 50 bytes of each
// entry, its name included.
type ArchiveTree struct {
	nodes    []*[nodeChunk]archiveNode // the root is the first
	count    int32
	names    slab
	targets  slab
	index    []int32 // nodes by parent and name, plus one; 0 where there is none
	seed     maphash.Seed
	opts     ArchiveOptions
	data     io.ReaderAt // where nodes' offsets point to
	spool    *os.File
	entries  int
	problems []sbom.Problem
}

const (
	nodeChunk = 1024
	noNode    = int32(-1)
)

// An archiveNode is an entry, or a directory that an entry implies.
type archiveNode struct {
	// Of the content in data, -1 if it cannot be had; of a link the place of its
	// target; of a directory the last entry in it, plus one.
	offset int64
	size   int64
	mode   fs.FileMode
	name   uint32 // place in names
	parent int32
	next   int32 // the one before in the same directory, plus one
}

// indexBytes is about what the list of the entries takes.
func (t *ArchiveTree) indexBytes() int64 {
	const perNode = 40
	return int64(len(t.nodes))*nodeChunk*perNode + int64(len(t.index))*4 + int64(t.names.size+t.targets.size)
}

func (t *ArchiveTree) node(i int32) *archiveNode { return &t.nodes[i/nodeChunk][i%nodeChunk] }

// newNode adds an entry to a directory. False means that there is no room.
func (t *ArchiveTree) newNode(parent int32, name string, n archiveNode) (int32, bool) {
	if t.count == math.MaxInt32 {
		return noNode, false
	}
	at, ok := t.names.add(appendText(nil, name))
	if !ok {
		return noNode, false
	}
	i := t.count
	if i%nodeChunk == 0 {
		t.nodes = append(t.nodes, new([nodeChunk]archiveNode))
	}
	t.count++
	n.name, n.parent = at, parent
	if parent != noNode {
		up := t.node(parent)
		n.next, up.offset = int32(up.offset), int64(i)+1
	}
	*t.node(i) = n
	if int(t.count)*4 > len(t.index)*3 { // three of four places are taken
		t.index = make([]int32, max(256, len(t.index)*2))
		for k := range t.count {
			t.index[t.slot(t.node(k).parent, t.name(k))] = k + 1
		}
	} else {
		t.index[t.slot(parent, []byte(name))] = i + 1
	}
	return i, true
}

// name returns an entry's name; it must not be changed.
func (t *ArchiveTree) name(i int32) []byte { return textAt(t.names.from(t.node(i).name)) }

func (t *ArchiveTree) target(n *archiveNode) string {
	if n.mode&fs.ModeSymlink == 0 {
		return ""
	}
	return string(textAt(t.targets.from(uint32(n.offset))))
}

// appendText appends a text with its length, which textAt reads.
func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func textAt(b []byte) []byte {
	n, k := binary.Uvarint(b)
	return b[k : k+int(n)]
}

// slot returns the place in index of an entry of a directory, or where it would
// stand.
func (t *ArchiveTree) slot(parent int32, name []byte) int {
	// Names are spread so that no archive can tell where; equal ones of several
	// directories by the golden ratio.
	mask := len(t.index) - 1
	at := int(maphash.Bytes(t.seed, name)+uint64(uint32(parent))*0x9e3779b97f4a7c15) & mask
	for t.index[at] != 0 {
		if i := t.index[at] - 1; t.node(i).parent == parent && bytes.Equal(t.name(i), name) {
			break
		}
		at = (at + 1) & mask
	}
	return at
}

// child returns an entry of a directory.
func (t *ArchiveTree) child(parent int32, name string) int32 {
	return t.index[t.slot(parent, []byte(name))] - 1
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
		// The header states the dictionary that the decoder allocates.
		z, err := xz.NewReader(r, maxXZDictionary)
		if err != nil {
			return err
		}
		dec = z
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
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
	switch {
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return fmt.Errorf("unpacking it takes a window of more than %d MiB; pack it again without --long", maxZstdWindow>>20)
	case errors.Is(err, xz.ErrMemlimit):
		return fmt.Errorf("unpacking it takes a dictionary of more than %d MiB; pack it again with xz -9 or less", maxXZDictionary>>20)
	}
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
		node, target := archiveNode{offset: offset, size: h.Size}, ""
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
		case tar.TypeSymlink:
			node.mode = fs.ModeSymlink | 0o777
			node.size = int64(len(h.Linkname))
			target = h.Linkname
		case tar.TypeLink:
			name, ok := entryPath(h.Linkname)
			to := noNode
			if ok {
				to = t.find(name)
			}
			if to == noNode || !t.node(to).mode.IsRegular() {
				t.problem("dangling-hardlink", sbom.ProblemError, h.Name, "hard link to an entry that is not there; left out")
				continue
			}
			node = *t.node(to)
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
		if err := t.add(h.Name, node, target); err != nil {
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
		node, target := archiveNode{mode: mode & (fs.ModeType | fs.ModePerm), offset: total}, ""
		switch {
		case strings.HasSuffix(f.Name, "/") || mode.IsDir():
			node.mode = fs.ModeDir | 0o755
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
				b := make([]byte, min(n, maxPathLen))
				if _, err := t.spool.ReadAt(b, total); err != nil && err != io.EOF {
					return err
				}
				target = string(b)
			}
			total += n
		default:
			node.size = 0
		}
		if err := t.add(f.Name, node, target); err != nil {
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

// enter counts an entry or a directory that one implies.
func (t *ArchiveTree) enter() error {
	if t.entries++; t.entries > t.opts.MaxEntries {
		return fmt.Errorf("more than %d entries: %w", t.opts.MaxEntries, ErrLimit)
	}
	return nil
}

func (t *ArchiveTree) add(name string, node archiveNode, target string) error {
	if err := t.enter(); err != nil {
		return err
	}
	p, ok := entryPath(name)
	if !ok {
		t.problem("bad-entry-name", sbom.ProblemError, name, "entry leads out of the tree or has no usable name; left out")
		return nil
	}
	if p == "." {
		return nil
	}
	full := fmt.Errorf("too many entries: %w", ErrLimit)
	switch {
	case node.mode.IsDir():
		node.offset = 0
	case node.mode&fs.ModeSymlink != 0:
		place, ok := t.targets.add(appendText(nil, target))
		if !ok {
			return full
		}
		node.offset = int64(place)
	}
	at := int32(0)
	for elem, rest, below := strings.Cut(p, "/"); ; elem, rest, below = strings.Cut(rest, "/") {
		old := t.child(at, elem)
		switch {
		case !below && old == noNode:
			if _, ok := t.newNode(at, elem, node); !ok {
				return full
			}
			return nil
		case !below:
			n := t.node(old)
			if n.mode.IsDir() {
				if !node.mode.IsDir() {
					t.problem("duplicate-entry", sbom.ProblemError, name, "entry has the name of a directory; left out")
				}
				return nil
			}
			t.problem("duplicate-entry", sbom.ProblemWarning, name, "a later entry of the same name replaces the earlier one")
			n.offset, n.size, n.mode = node.offset, node.size, node.mode
			return nil
		case old == noNode:
			if err := t.enter(); err != nil {
				return err
			}
			if old, ok = t.newNode(at, elem, archiveNode{mode: fs.ModeDir | 0o755}); !ok {
				return full
			}
		case !t.node(old).mode.IsDir():
			t.problem("entry-below-file", sbom.ProblemError, name, "entry stands below a link or a file; left out")
			return nil
		}
		at = old
	}
}

func (t *ArchiveTree) problem(kind string, sev sbom.ProblemSeverity, name, msg string) {
	const most = 1000
	if len(t.problems) < most {
		t.problems = append(t.problems, sbom.Problem{Kind: kind, Severity: sev, Place: EscapePath(name), Message: msg})
	}
}

// find returns the entry at a path, noNode if there is none.
func (t *ArchiveTree) find(p string) int32 {
	at := int32(0)
	if p == "." {
		return at
	}
	for more := true; more && at != noNode; {
		var elem string
		elem, p, more = strings.Cut(p, "/")
		at = t.child(at, elem)
	}
	return at
}

func (t *ArchiveTree) get(op, p string) (*archiveNode, error) {
	i := t.find(p)
	if i == noNode {
		return nil, &fs.PathError{Op: op, Path: p, Err: fs.ErrNotExist}
	}
	return t.node(i), nil
}

// list implements lister.
func (t *ArchiveTree) list(p string, add func(name []byte, typ fs.FileMode) bool) error {
	n, err := t.get("readdir", p)
	if err != nil || !n.mode.IsDir() {
		return err
	}
	for i := int32(n.offset) - 1; i != noNode; i = t.node(i).next - 1 {
		if !add(t.name(i), t.node(i).mode.Type()) {
			break
		}
	}
	return nil
}

// ReadDir implements Tree.
func (t *ArchiveTree) ReadDir(p string) ([]fs.DirEntry, error) {
	n, err := t.get("readdir", p)
	if err != nil {
		return nil, err
	}
	var out []fs.DirEntry
	if n.mode.IsDir() {
		for i := int32(n.offset) - 1; i != noNode; i = t.node(i).next - 1 {
			out = append(out, fs.FileInfoToDirEntry(archiveInfo{string(t.name(i)), *t.node(i)}))
		}
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

// stat implements statter.
func (t *ArchiveTree) stat(p string) (fs.FileMode, int64, error) {
	n, err := t.get("lstat", p)
	if err != nil {
		return 0, 0, err
	}
	return n.mode, n.size, nil
}

// Lstat implements Tree.
func (t *ArchiveTree) Lstat(p string) (fs.FileInfo, error) {
	n, err := t.get("lstat", p)
	if err != nil {
		return nil, err
	}
	return archiveInfo{baseOf(p), *n}, nil
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
	return t.target(n), nil
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
	n    archiveNode
}

func (i archiveInfo) Name() string       { return i.name }
func (i archiveInfo) Size() int64        { return i.n.size }
func (i archiveInfo) Mode() fs.FileMode  { return i.n.mode }
func (i archiveInfo) ModTime() time.Time { return time.Time{} }
func (i archiveInfo) IsDir() bool        { return i.n.mode.IsDir() }
func (i archiveInfo) Sys() any           { return nil }
