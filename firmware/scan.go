package firmware

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/internal/derived"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Options of a Scan. The zero value and nil are the defaults.
type Options struct {
	// Extractors to run; nil means DefaultExtractors.
	Extractors []Extractor
	// Signatures by which components are recognised; nil means the built-in
	// ones. An empty Set switches them off.
	Signatures *signatures.Set
	// NoDerivedTables leaves out the tables that were derived from packages and
	// that no person reviewed: see DerivedSnapshot. What they name then has no
	// name, and versions that only they give are missing.
	NoDerivedTables bool
	// DerivedTable is used in place of the built-in table: the bytes of a file
	// that internal/derived/make wrote.
	DerivedTable []byte
	// Literals to look for in every file. A hit becomes a claim of the
	// literal's kind on the component that the file belongs to.
	Literals []sbom.Literal
	// LiteralTable has further literals, which cost nothing until they are found.
	LiteralTable sbom.LiteralTable
	// Workers that read files at once; 0 means one for each processor. The
	// result does not depend on it.
	Workers int
	// Limits; a zero field means its default, never unlimited.
	Limits Limits
	// KeepPersons keeps personal names and the local parts of mail addresses
	// in the text that evidence quotes. They make no claim either way.
	KeepPersons bool
	// Progress is called after each file, by one goroutine at a time.
	Progress func(Progress)
}

// Limits bound what a Scan reads and keeps. What is beyond them is left out
// with a Problem that says so.
type Limits struct {
	// Entries of the tree, of every type. Default 2,000,000.
	Entries int
	// Depth of directories below the root. Default 128.
	Depth int
	// FileBytes of one file; of a larger one nothing is read. Default 16 GiB.
	FileBytes int64
	// TotalBytes of all files. Default 256 GiB.
	TotalBytes int64
	// Problems that are kept. Default 2,000.
	Problems int
}

func (l *Limits) fill() {
	set := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	set(&l.Entries, 2_000_000)
	set(&l.Depth, 128)
	set(&l.Problems, 2_000)
	if l.FileBytes <= 0 {
		l.FileBytes = 16 << 30
	}
	if l.TotalBytes <= 0 {
		l.TotalBytes = 256 << 30
	}
}

// Progress says how far a Scan is.
type Progress struct {
	Files, FilesTotal int
	Bytes, BytesTotal int64
}

// Scan reads a tree and returns what it holds: components with the evidence
// for them, the claims found in them, and the device as the subject. Every
// file is read once, in bounded chunks. Nothing in the tree is changed and
// nothing outside it is read.
//
// Damage does not fail a scan: what could not be read is a Problem of the
// document and counts in its Coverage. An error means that the options cannot
// be used, that the root cannot be read, or that ctx ended.
func Scan(ctx context.Context, tree Tree, opts *Options) (*sbom.Document, error) {
	s, err := newScanner(tree, opts)
	if err != nil {
		return nil, err
	}
	if err := s.walk(ctx); err != nil {
		return nil, err
	}
	if err := s.readFiles(ctx); err != nil {
		return nil, err
	}
	doc := s.join()
	return doc, nil
}

// A scanner is one run of Scan.
type scanner struct {
	tree       Tree
	open       func(path string) (File, error) // a regular file that the walk saw
	extractors []Extractor
	signatures *signatures.Set
	derived    *derived.Table // nil where switched off
	literals   literals
	workers    int
	limits     Limits
	persons    bool // keep personal names in quoted evidence
	progress   func(Progress)

	searcher     *bytesearch.Searcher
	patterns     int     // of the searcher: see search.go
	markOwners   []int32 // the extractors of the marks, which are the first patterns
	firstLiteral int     // the pattern; those between are of signatures

	kept atomic.Int32 // results of few facts

	files    []*fileRec // regular files, links and others, sorted by path
	problems []sbom.Problem
	dropped  int // problems over the limit
}

// A fileRec is an entry of the tree that is not a directory.
type fileRec struct {
	dir       *dirRec
	size      int64
	sum       *[32]byte // SHA-256 of the content, noSum of what was not read
	more      *recMore  // nil for most
	nameAt    uint32    // in dir.names
	mode      fs.FileMode
	nameLen   uint16
	state     fileState
	class     fileClass
	script    bool // a text that is run
	host      bool // probably of the computer that unpacked the tree
	persons   bool // of packed
	nameTable bool // of packed
}

// A dirRec is what the entries of a directory have in common. A tree of a million
// files has a million paths; they are put together where one is asked for.
type dirRec struct {
	prefix string // the directory's path with a slash behind it, nothing for the root
	names  string // of the entries, one after the other
}

// allNames is the nameLen of an entry that has a dirRec of its own, since its
// name is too long for a nameLen.
const allNames = 1<<16 - 1

// path is that of the entry in the tree.
func (f *fileRec) path() string { return f.dir.prefix + f.base() }

// base is the last element of the path.
func (f *fileRec) base() string {
	if f.nameLen == allNames {
		return f.dir.names
	}
	return f.dir.names[f.nameAt : f.nameAt+uint32(f.nameLen)]
}

// dirPath is the path without it, "." for the root.
func (f *fileRec) dirPath() string {
	if f.dir.prefix == "" {
		return "."
	}
	return f.dir.prefix[:len(f.dir.prefix)-1]
}

// comparePaths orders entries by their paths.
func comparePaths(a, b *fileRec) int {
	if a.dir == b.dir {
		return strings.Compare(a.base(), b.base())
	}
	return compareJoined(a.dir.prefix, a.base(), b.dir.prefix, b.base())
}

// compareJoined compares a+a2 with b+b2.
func compareJoined(a, a2, b, b2 string) int {
	if len(a) > len(b) {
		return -compareJoined(b, b2, a, a2)
	}
	if c := strings.Compare(a, b[:len(a)]); c != 0 {
		return c
	}
	b = b[len(a):]
	n := min(len(a2), len(b))
	if c := strings.Compare(a2[:n], b[:n]); c != 0 {
		return c
	}
	if n < len(b) {
		return -1 // a+a2 is the beginning of b
	}
	return strings.Compare(a2[n:], b2)
}

// Most entries of a tree of millions are empty: their digest is kept once.
var (
	noSum    = new([32]byte)
	emptySum = func() *[32]byte { s := sha256.Sum256(nil); return &s }()
)

// recMore is what few entries of a tree have.
type recMore struct {
	target string      // of a link
	res    *fileResult // nil if nothing was seen
	packed string      // in place of res: see packResult
}

func (f *fileRec) target() string {
	if f.more == nil {
		return ""
	}
	return f.more.target
}

func (f *fileRec) setTarget(t string) {
	if f.more == nil {
		if t == "" {
			return
		}
		f.more = new(recMore)
	}
	f.more.target = t
}

func (f *fileRec) setResult(res *fileResult, packed string) {
	if f.more == nil {
		f.more = new(recMore)
	}
	f.more.res, f.more.packed = res, packed
}

type fileState uint8

const (
	stateUnread fileState = iota // not a regular file, or not yet read
	stateRead
	stateUnreadable
	stateOpaque // read, but packed, compressed or encrypted inside
)

// A fileResult is what was seen in one file.
type fileResult struct {
	Result
	literals   []literalHit
	signatures []signatures.Finding
	nameTable  bool // it lists names of makers
}

type literalHit struct {
	literal   int32
	wide      bool
	said      bool // of a name: it stands in a module's own description, or in the path of a vendor's recipe
	notice    bool // of a name: it stands in a copyright notice
	toolchain bool // of a name: it stands in a compiler's line in .comment
	length    int32
	count     int32 // of a mark: how often it stands in the file; while the file is read, its pattern
	offset    int64
}

func newScanner(tree Tree, opts *Options) (*scanner, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	s := &scanner{tree: tree, extractors: o.Extractors, literals: literals{list: o.Literals, table: o.LiteralTable}, workers: o.Workers, limits: o.Limits, persons: o.KeepPersons, progress: o.Progress}
	s.open = tree.Open
	if t, ok := tree.(interface {
		openListed(path string) (File, error)
	}); ok {
		s.open = t.openListed
	}
	s.limits.fill()
	if s.extractors == nil {
		s.extractors = DefaultExtractors()
	}
	if s.workers <= 0 {
		s.workers = runtime.GOMAXPROCS(0)
	}
	s.workers = min(s.workers, 64)

	s.signatures = o.Signatures
	if s.signatures == nil {
		var err error
		if s.signatures, err = signatures.Builtin(); err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
	}
	if !o.NoDerivedTables {
		var err error
		if o.DerivedTable != nil {
			s.derived, err = derived.Open(string(o.DerivedTable))
		} else {
			s.derived, err = derived.Builtin()
		}
		if err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
	}
	if err := s.prepareSearch(s.signatures); err != nil {
		return nil, fmt.Errorf("scan: %w", err)
	}
	return s, nil
}

func (s *scanner) problem(p sbom.Problem) {
	if len(s.problems) >= s.limits.Problems {
		s.dropped++
		return
	}
	s.problems = append(s.problems, p)
}

// walk lists the tree. Links are recorded and never followed, so the walk ends.
func (s *scanner) walk(ctx context.Context) error {
	root, err := s.tree.ReadDir(".")
	if err != nil {
		return fmt.Errorf("read tree: %w", err)
	}
	type dir struct {
		path  string
		depth int
	}
	stack := []dir{{".", 0}}
	var recs []fileRec        // room for the next ones
	var names strings.Builder // of the directory that is read
	add := func(parent *dirRec, name string, mode fs.FileMode, size int64) *fileRec {
		if len(recs) == cap(recs) {
			recs = make([]fileRec, 0, 512)
		}
		f := fileRec{dir: parent, mode: mode, size: size, sum: noSum}
		if len(name) < allNames && names.Len() < 1<<31 {
			f.nameAt, f.nameLen = uint32(names.Len()), uint16(len(name))
			names.WriteString(name)
		} else {
			f.dir, f.nameLen = &dirRec{parent.prefix, name}, allNames
		}
		recs = append(recs, f)
		s.files = append(s.files, &recs[len(recs)-1])
		return s.files[len(s.files)-1]
	}
	count := 0
	for len(stack) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		d := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		list := root
		if d.depth > 0 {
			list, err = s.tree.ReadDir(d.path)
		}
		if err != nil {
			s.problem(sbom.Problem{Kind: "unreadable-directory", Severity: sbom.ProblemError, Place: EscapePath(d.path), Message: "directory could not be read: " + cause(err)})
		}
		slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
		here := &dirRec{}
		if d.path != "." {
			here.prefix = d.path + "/"
		}
		total := 0
		for _, e := range list {
			if !e.IsDir() {
				total += len(e.Name())
			}
		}
		names = strings.Builder{}
		names.Grow(total)
		for i, e := range list {
			name := e.Name()
			if i > 0 && name == list[i-1].Name() || name == "" || name == "." || name == ".." {
				continue
			}
			if count++; count > s.limits.Entries {
				s.problem(sbom.Problem{Kind: "too-many-entries", Severity: sbom.ProblemError, Place: EscapePath(d.path),
					Message: fmt.Sprintf("more than %d entries; the rest of the tree is not read", s.limits.Entries)})
				stack = nil
				break
			}
			mode, size := e.Type(), int64(0)
			if mode&(fs.ModeDir|fs.ModeSymlink) == 0 {
				st, err := e.Info() // what reading the directory has learned
				if err != nil {
					st, err = s.tree.Lstat(joinPath(d.path, name))
				}
				if err != nil {
					s.problem(sbom.Problem{Kind: "unreadable-entry", Severity: sbom.ProblemError, Place: EscapePath(joinPath(d.path, name)), Message: "entry could not be looked at: " + cause(err)})
					continue
				}
				mode, size = st.Mode(), st.Size()
			}
			switch {
			case mode.IsDir():
				p := joinPath(d.path, name)
				if d.depth+1 > s.limits.Depth || len(p) > maxPathLen {
					s.problem(sbom.Problem{Kind: "too-deep", Severity: sbom.ProblemError, Place: EscapePath(p), Message: fmt.Sprintf("directory is more than %d deep; not read", s.limits.Depth)})
					continue
				}
				stack = append(stack, dir{p, d.depth + 1})
			case mode&fs.ModeSymlink != 0:
				p := joinPath(d.path, name)
				target, err := s.tree.ReadLink(p)
				if err != nil {
					s.problem(sbom.Problem{Kind: "unreadable-link", Severity: sbom.ProblemWarning, Place: EscapePath(p), Message: "link could not be read: " + cause(err)})
				}
				add(here, name, mode, 0).setTarget(target)
			default:
				add(here, name, mode, size)
			}
		}
		here.names = names.String()
	}
	slices.SortFunc(s.files, comparePaths)
	return nil
}

// cause drops the path from an error of the file system: it is the Problem's
// Place, and a DirTree's own errors would tell the host's names.
func cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

const smallFile = 4 << 20 // read whole into the worker's buffer

// A worker holds what one goroutine reuses from file to file.
type worker struct {
	buf    []byte
	reader bytes.Reader // of buf
	hash   hash.Hash
	sums   [][32]byte // room for the next ones
	ent    entropy
	hits   hits
	in     Input
	res    fileResult
}

// sum keeps the digest of what was hashed.
func (w *worker) sum(size int64) *[32]byte {
	if size == 0 {
		return emptySum
	}
	if len(w.sums) == 0 {
		w.sums = make([][32]byte, 64)
	}
	s := &w.sums[0]
	w.sums = w.sums[1:]
	w.hash.Sum(s[:0])
	return s
}

// hits are the occurrences of patterns in one file.
type hits struct {
	marks      [][]Mark // by extractor
	perPattern []int32  // occurrences kept, by pattern
	touched    []int32  // patterns with any
	literals   []literalHit
	signatures []bytesearch.Match
}

const maxHitsPerPattern = 4096

func (s *scanner) readFiles(ctx context.Context) error {
	var todo int
	var total, used int64
	for _, f := range s.files {
		if !f.mode.IsRegular() {
			continue
		}
		if f.size > s.limits.FileBytes || used+f.size > s.limits.TotalBytes {
			f.state = stateUnreadable
			s.problem(sbom.Problem{Kind: "too-large", Severity: sbom.ProblemError, Place: EscapePath(f.path()), Message: fmt.Sprintf("file of %d bytes is beyond the limit; not read", f.size)})
			continue
		}
		used += f.size
		todo++
	}
	total = used
	var next atomic.Int64
	var mu sync.Mutex
	done := Progress{FilesTotal: todo, BytesTotal: total}
	var wg sync.WaitGroup
	for range min(s.workers, max(1, todo)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			w := &worker{hash: sha256.New()}
			w.hits.marks = make([][]Mark, len(s.extractors))
			w.hits.perPattern = make([]int32, s.patterns)
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(s.files) {
					return
				}
				f := s.files[i]
				if !f.mode.IsRegular() || f.state != stateUnread {
					continue
				}
				s.readFile(ctx, w, f)
				if s.progress != nil {
					mu.Lock()
					done.Files++
					done.Bytes += f.size
					s.progress(done)
					mu.Unlock()
				}
			}
		}()
	}
	wg.Wait()
	return ctx.Err()
}

// readFile reads one file: digest, hits and entropy in a single pass, then
// the extractors that match.
func (s *scanner) readFile(ctx context.Context, w *worker, f *fileRec) {
	res := &w.res
	*res = fileResult{}
	res.path, res.persons = EscapePath(f.path()), s.persons
	fail := func(err error) {
		f.state = stateUnreadable
		res.Problem("unreadable-file", sbom.ProblemError, "file could not be read: "+cause(err))
		s.keep(f, res)
	}
	file, err := s.open(f.path())
	if err != nil {
		fail(err)
		return
	}
	defer file.Close()
	in := &w.in
	*in = Input{Entry: Entry{Path: f.path(), Mode: f.mode, Size: file.Size()}, ra: file, buf: &w.buf}
	if in.Size > s.limits.FileBytes {
		fail(fmt.Errorf("it grew to %d bytes: %w", in.Size, ErrLimit))
		return
	}
	if in.Size != f.size {
		res.Problem("changed-file", sbom.ProblemWarning, fmt.Sprintf("size changed from %d to %d while the tree was read", f.size, in.Size))
		f.size = in.Size
	}
	w.hits.reset()
	w.hash.Reset()
	ent := &w.ent
	ent.reset()
	if in.Size <= smallFile {
		if int64(cap(w.buf)) < in.Size {
			// Twice the size, so that a buffer does not grow with each file that
			// is a little larger than those before.
			w.buf = make([]byte, in.Size, min(smallFile, max(2*in.Size, 256<<10)))
		}
		buf := w.buf[:in.Size]
		n, err := file.ReadAt(buf, 0)
		if int64(n) < in.Size {
			if err == nil || err == io.EOF {
				res.Problem("changed-file", sbom.ProblemError, fmt.Sprintf("file ended after %d of %d bytes", n, in.Size))
			} else {
				fail(err)
				return
			}
			buf = buf[:n]
			in.Size = int64(n)
		}
		in.memory = buf
		if in.memory == nil {
			in.memory = []byte{}
		}
		w.reader.Reset(buf)
		in.ra = &w.reader
		w.hash.Write(buf)
		s.searcher.Search(buf, func(m bytesearch.Match) { s.hit(w, m) })
	} else {
		r := &passReader{ctx: ctx, r: io.NewSectionReader(file, 0, in.Size), hash: w.hash, ent: ent, size: in.Size}
		n, err := s.searcher.SearchReader(r, func(m bytesearch.Match) { s.hit(w, m) })
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			fail(fmt.Errorf("after %d of %d bytes: %s", n, in.Size, cause(err)))
			return
		}
		if n < in.Size {
			res.Problem("changed-file", sbom.ProblemError, fmt.Sprintf("file ended after %d of %d bytes", n, in.Size))
			in.Size = n
		}
	}
	f.size = in.Size // what was read, and what the digest is of
	f.sum = w.sum(in.Size)
	in.SHA256 = hex.EncodeToString(f.sum[:])
	in.Head = in.Bytes(0, 512)
	f.state = stateRead
	f.class = classify(&in.Entry)
	f.script = isScript(&in.Entry)
	in.class = f.class
	if t, ok := linkText(in.memory); ok && f.class != classDatabase {
		f.setTarget(t)
	}
	if in.memory != nil && !in.isELF() { // which is never opaque
		ent.sample(in.memory, 0, in.Size)
	}
	if ent.opaque(&in.Entry) {
		f.state = stateOpaque
	}
	for i := range s.extractors {
		e := &s.extractors[i]
		if s.extract(ctx, e, in, w.hits.marks[i], res); ctx.Err() != nil {
			return
		}
	}
	s.keepHits(w, in, f, res)
	if res.class != classNone {
		f.class = res.class
	}
	s.keep(f, res)
}

// linkText returns the target if a file's content has the form of a link that
// was stored as text. Whether it is one shows when the whole tree is known.
func linkText(b []byte) (string, bool) {
	if len(b) < 2 || len(b) > 255 {
		return "", false
	}
	s := strings.TrimRight(string(b), "\x00")
	if s == "" || strings.ContainsAny(s, " \t\r\n=:;,'\"$<>{}#*?\x00") {
		return "", false
	}
	return s, true
}

// passReader feeds the digest and the entropy sample from the one read of a
// large file.
type passReader struct {
	ctx  context.Context
	r    io.Reader
	hash hash.Hash
	ent  *entropy
	at   int64
	size int64
}

func (p *passReader) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := p.r.Read(b)
	p.hash.Write(b[:n])
	p.ent.sample(b[:n], p.at, p.size)
	p.at += int64(n)
	return n, err
}

func (h *hits) reset() {
	for i := range h.marks {
		h.marks[i] = h.marks[i][:0]
	}
	for _, p := range h.touched {
		h.perPattern[p] = 0
	}
	h.touched = h.touched[:0]
	h.literals = h.literals[:0]
	h.signatures = h.signatures[:0]
}

func (s *scanner) hit(w *worker, m bytesearch.Match) {
	h := &w.hits
	n := h.perPattern[m.Pattern]
	if n == 0 {
		h.touched = append(h.touched, int32(m.Pattern))
	}
	if n >= maxHitsPerPattern {
		return
	}
	h.perPattern[m.Pattern]++
	switch {
	case m.Pattern >= s.firstLiteral:
		// One place in a file is enough to check it by; of a name the first
		// may be no word.
		if n > 0 && n >= maxNameHits {
			return
		}
		number := s.literals.number(m.Pattern - s.firstLiteral)
		// One without a text is damaged.
		if l := s.literals.at(number); l.Text != "" && (n == 0 || isName(l)) {
			h.literals = append(h.literals, literalHit{literal: number, wide: m.Wide, length: int32(m.End - m.Start), count: int32(m.Pattern), offset: int64(m.Start)})
		}
	case m.Pattern < len(s.markOwners):
		owner := s.markOwners[m.Pattern]
		h.marks[owner] = append(h.marks[owner], Mark{Offset: int64(m.Start), Text: s.markText(m.Pattern)})
	default:
		m.Pattern -= len(s.markOwners)
		h.signatures = append(h.signatures, m)
	}
}

// markText returns the text of a mark: marks are the first patterns, in the
// order of the extractors.
func (s *scanner) markText(pattern int) string {
	for _, e := range s.extractors {
		if pattern < len(e.Marks) {
			return e.Marks[pattern]
		}
		pattern -= len(e.Marks)
	}
	return ""
}

// extract runs one extractor. A panic in it is a Problem of the file.
func (s *scanner) extract(ctx context.Context, e *Extractor, in *Input, marks []Mark, res *fileResult) {
	defer func() {
		if r := recover(); r != nil {
			res.Problem("extractor-panic", sbom.ProblemError, fmt.Sprintf("extractor %s failed on this file: %v", e.Name, r))
		}
	}()
	if len(marks) == 0 && (e.Match == nil || !e.Match(&in.Entry)) {
		return
	}
	in.Marks = marks
	res.extractor = e.Name
	if err := e.Extract(ctx, in, &res.Result); err != nil && ctx.Err() == nil {
		res.Problem("bad-"+e.Name, sbom.ProblemError, fmt.Sprintf("extractor %s: %v", e.Name, err))
	}
	in.Marks = nil
}

func (s *scanner) keepHits(w *worker, in *Input, f *fileRec, res *fileResult) {
	if len(w.hits.literals) > 0 {
		for i := range w.hits.literals {
			h := &w.hits.literals[i]
			h.count = w.hits.perPattern[h.count]
		}
		res.literals = s.nameHits(in, res, w.hits.literals)
	}
	s.matchSignatures(w, in, f, res)
}

// keep stores what was seen in a file in the smallest form. Most texts hold
// hosts and hits of literals alone, if anything; a tree of many small files must
// not fill the memory, so these few facts are packed into a string.
// The first ones are kept as they are, since the joining asks for each a dozen
// times: a usual tree has no more.
func (s *scanner) keep(f *fileRec, res *fileResult) {
	rest := *res
	rest.endpoints, rest.literals = nil, nil
	switch {
	case res.empty():
	case rest.empty() && s.kept.Add(1) > maxUnpacked:
		f.setResult(nil, packResult(res))
		f.persons = res.persons
	default:
		kept := *res // which the worker uses again
		f.setResult(&kept, "")
	}
}

// maxUnpacked results of few facts are kept unpacked.
const maxUnpacked = 4096

// result returns what was seen in a file, nil for nothing. What a visitor of a
// packed one changes is put back by settle.
func (f *fileRec) result() *fileResult {
	if f.more == nil {
		return nil
	}
	if f.more.packed == "" {
		return f.more.res
	}
	r := unpackResult(f.more.packed)
	r.path, r.persons, r.nameTable = EscapePath(f.path()), f.persons, f.nameTable
	return r
}

func (f *fileRec) settle(r *fileResult) {
	if f.more == nil || f.more.packed == "" {
		return
	}
	f.nameTable = r.nameTable
	if len(r.problems) > 0 {
		f.setResult(r, "")
	}
}

// packResult writes hits of literals and hosts, one after the other, numbers as
// varints and texts with their length.
func packResult(r *fileResult) string {
	var b []byte
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	bit := func(set bool, n int) uint64 {
		if set {
			return 1 << n
		}
		return 0
	}
	b = binary.AppendUvarint(b, uint64(len(r.literals)))
	for _, h := range r.literals {
		b = binary.AppendUvarint(b, uint64(h.literal)<<4|bit(h.wide, 0)|bit(h.said, 1)|bit(h.notice, 2)|bit(h.toolchain, 3))
		b = binary.AppendUvarint(b, uint64(h.length))
		b = binary.AppendUvarint(b, uint64(h.count))
		b = binary.AppendUvarint(b, uint64(h.offset))
	}
	for _, e := range r.endpoints {
		text(e.host)
		text(e.url)
		text(e.purpose)
		b = binary.AppendUvarint(b, uint64(e.offset))
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	return string(b)
}

// unpackResult is the inverse of packResult.
func unpackResult(packed string) *fileResult {
	r := &fileResult{}
	number := func() uint64 {
		var v uint64
		for i := 0; i < len(packed); i++ {
			c := packed[i]
			v |= uint64(c&0x7f) << (7 * i)
			if c < 0x80 {
				packed = packed[i+1:]
				return v
			}
		}
		packed = ""
		return v
	}
	text := func() string {
		n := number()
		s := packed[:n]
		packed = packed[n:]
		return s
	}
	r.literals = make([]literalHit, number())
	for i := range r.literals {
		v := number()
		r.literals[i] = literalHit{literal: int32(v >> 4), wide: v&1 != 0, said: v&2 != 0, notice: v&4 != 0, toolchain: v&8 != 0,
			length: int32(number()), count: int32(number()), offset: int64(number())}
	}
	for packed != "" {
		r.endpoints = append(r.endpoints, endpointFact{host: text(), url: text(), purpose: text(), offset: int64(number()), length: int(number())})
	}
	return r
}

func (r *fileResult) empty() bool {
	return len(r.observations) == 0 && len(r.claims) == 0 && len(r.subject) == 0 && len(r.services) == 0 &&
		len(r.problems) == 0 && len(r.properties) == 0 && r.elf == nil && r.module == nil && len(r.boards) == 0 && len(r.endpoints) == 0 && len(r.chips) == 0 &&
		len(r.literals) == 0 && len(r.signatures) == 0 && len(r.modules) == 0
}
