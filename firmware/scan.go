package firmware

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
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
	// name, and versions that only they give are missing; and in a system of
	// Debian's layout the programs of its packages that no signature knows count
	// as its maker's own.
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
	// FoundBytes of memory for what the files hold: packages, marks, hosts and
	// all else that is reported, by an estimate, and with what the list of the
	// tree's entries takes beyond 16 MiB. Of one file a quarter of it is kept.
	// Default 128 MiB: about 80,000 packages.
	FoundBytes int64
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
	if l.FoundBytes <= 0 {
		l.FoundBytes = 128 << 20
	}
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
	s.found.start(s.limits.FoundBytes, tree, &s.files)
	if err := s.readFiles(ctx); err != nil {
		return nil, err
	}
	s.foundLimitReached()
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
	paths      *derived.Paths // nil where switched off
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

	files    files // regular files, links and others
	problems []sbom.Problem
	dropped  int // problems over the limit

	mu        sync.Mutex
	found     foundLimit
	inFile    fileProblems
	described []*description
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
	begun      []literalHit // names with which a longer word of a program begins
	signatures []signatures.Finding
	nameTable  bool   // it lists names of makers
	packed     bool   // the texts of observations are parts of a packed result
	target     string // where it is the text of a link
}

type literalHit struct {
	literal   int32
	wide      bool
	said      bool // of a name: it stands in a module's own description, or in the path of a vendor's recipe
	notice    bool // of a name: it stands in a copyright notice
	toolchain bool // of a name: it stands in a compiler's line in .comment
	written   bool // of a name in a program: it stands there with a capital, as people write it
	built     bool // of a name in a program: it stands there in nothing but paths of where that was built
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
	s.inFile.most = s.limits.Problems
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
		if err == nil {
			s.paths, err = derived.BuiltinPaths()
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

// A fileProblem is a problem of a file: those of the first files are kept.
type fileProblem struct {
	file, n int32
	p       sbom.Problem
}

// fileProblems are those of the first files in the order of paths, whichever
// file was read first, and the number of others.
type fileProblems struct {
	most    int
	n       int32
	list    []fileProblem
	dropped int
}

func (l *fileProblems) add(file int32, p sbom.Problem) {
	l.list = append(l.list, fileProblem{file, l.n, p})
	l.n++
	if len(l.list) >= 2*l.most+100 {
		l.cut()
	}
}

func (l *fileProblems) cut() {
	slices.SortFunc(l.list, func(a, b fileProblem) int { return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.n, b.n)) })
	if over := len(l.list) - l.most; over > 0 {
		l.dropped += over
		clear(l.list[l.most:])
		l.list = l.list[:l.most]
	}
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
	sum    [32]byte
	cursor *pathCursor
	folder *folder // of the last file
	file   fileRec
	ent    entropy
	hits   hits
	in     Input
	res    fileResult
}

// hits are the occurrences of patterns in one file.
type hits struct {
	marks      [][]Mark // by extractor
	perPattern []uint16 // occurrences kept, by pattern
	touched    []int32  // patterns with any
	literals   []literalHit
	signatures []bytesearch.Match
}

const maxHitsPerPattern = 4096 // below what perPattern can count

func (s *scanner) readFiles(ctx context.Context) error {
	var todo int
	var total, used int64
	for _, f := range s.files.all() {
		if !f.mode.IsRegular() {
			continue
		}
		if f.size > s.limits.FileBytes || used+f.size > s.limits.TotalBytes {
			f.state = stateUnreadable
			f.keep()
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
	work := func() {
		w := &worker{hash: sha256.New(), cursor: s.files.cursor()}
		w.hits.marks = make([][]Mark, len(s.extractors))
		w.hits.perPattern = make([]uint16, s.patterns)
		w.ent.bytes = make([]byte, 0, (entropyBlocks+1)*entropyBlock)
		for ctx.Err() == nil {
			i := next.Add(1) - 1
			if i >= int64(s.files.n) {
				return
			}
			f := &w.file
			f.cursor = w.cursor
			f.load(&s.files, int32(i))
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
	}
	// A worker more costs a thread and buffers, which a small tree is not worth.
	var wg sync.WaitGroup
	for range min(s.workers-1, todo/filesPerWorker+int(total/bytesPerWorker)) {
		wg.Go(work)
	}
	work()
	wg.Wait()
	return ctx.Err()
}

// A tree has one worker, and one more for each so many files or bytes.
const (
	filesPerWorker = 256
	bytesPerWorker = 256 << 10
)

// readFile reads one file: digest, hits and entropy in a single pass, then
// the extractors that match.
func (s *scanner) readFile(ctx context.Context, w *worker, f *fileRec) {
	res := &w.res
	*res = fileResult{}
	res.path, res.persons, res.room = EscapePath(f.path()), s.persons, s.limits.FoundBytes/4
	defer f.keep()
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
			// All that it may ever have to be: of fresh memory only what is used
			// counts, and a buffer that grows is a new one each time.
			w.buf = make([]byte, smallFile)
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
	f.sum, in.SHA256 = emptySum, emptySHA256
	if in.Size > 0 {
		f.sum = (*[32]byte)(w.hash.Sum(w.sum[:0]))
		s.files.setSum(f.n, f.sum)
		in.SHA256 = hex.EncodeToString(f.sum[:])
	}
	in.Head = in.Bytes(0, 512)
	f.state = stateRead
	if w.folder == nil || w.folder.dir != dirOf(in.Path) {
		w.folder = newFolder(&in.Entry)
	}
	f.class = w.folder.classify(&in.Entry)
	f.script = w.folder.inStartup || isScriptFile(&in.Entry)
	in.class = f.class
	if t, ok := linkText(in.memory); ok && f.class != classDatabase {
		res.target = s.linkTo(f, t)
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
	if res.target != "" {
		f.class = classLinkText
	}
	s.keep(f, res)
}

// linkTo returns where a small text leads that has the form of a link, in the
// tree; nothing if it is no link that an unpacker left as a text: then it is the
// path of something in the tree.
func (s *scanner) linkTo(f *fileRec, text string) string {
	t := linkTarget(f.path(), text)
	if strings.HasPrefix(text, "/tmp/") || strings.HasPrefix(text, "/var/") || strings.HasPrefix(text, "/proc/") {
		return t
	}
	if i, ok := s.files.find(t); ok && i != f.n || s.files.hasDir(t) && t != f.path() {
		return t
	}
	return ""
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
		if l := s.literals.at(number); l.Text != "" && (n == 0 || isName(l) || hasEdge(l)) {
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
		if pattern < len(e.Folded) {
			return e.Folded[pattern]
		}
		pattern -= len(e.Folded)
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
			h.count = int32(w.hits.perPattern[h.count])
		}
		res.literals = s.nameHits(in, res, w.hits.literals)
	}
	s.matchSignatures(w, in, f, res)
	s.matchPackedPage(w, in, f, res)
}

// keep stores what was seen in a file in the smallest form. Most texts hold
// hosts and hits of literals alone, if anything; a tree of many small files must
// not fill the memory, so these few facts are packed.
// The first ones are kept as they are, since the joining asks for each a dozen
// times: a usual tree has no more.
func (s *scanner) keep(f *fileRec, res *fileResult) {
	if len(res.problems) > 0 {
		s.mu.Lock()
		for _, p := range res.problems {
			s.inFile.add(f.n, p)
		}
		s.mu.Unlock()
		res.problems = nil
	}
	if d := res.described; d != nil {
		s.mu.Lock()
		d.file = f.n
		if s.described = append(s.described, d); len(s.described) == 2*maxDescriptions {
			s.described = firstDescriptions(s.described)
		}
		s.mu.Unlock()
		res.described = nil
	}
	if res.empty() {
		s.keepTarget(f, res.target)
		return
	}
	weight := res.weight()
	small, kept := s.smallest(res)
	s.mu.Lock()
	room := s.found.add(f.n, weight, kept)
	s.mu.Unlock()
	switch {
	case !room:
		s.keepTarget(f, res.target)
	case kept == nil && s.files.setExtra(f.n, res.target, small):
		f.persons = res.persons
	case kept == nil:
		whole := *res // which the worker uses again
		s.files.setResult(f.n, &keptResult{whole: &whole})
	default:
		f.persons = kept.whole == nil && res.persons
		s.files.setResult(f.n, kept)
	}
}

func (s *scanner) keepTarget(f *fileRec, target string) {
	if target != "" && !s.files.setExtra(f.n, target, nil) {
		s.files.setResult(f.n, &keptResult{whole: &fileResult{target: target}})
	}
}

// smallest returns what is kept of a result: bytes where it has hits of literals
// and hosts alone.
func (s *scanner) smallest(res *fileResult) ([]byte, *keptResult) {
	rest := *res
	rest.endpoints, rest.literals = nil, nil
	named := rest // beside what packages it names
	named.observations, named.modules = nil, nil
	if (rest.empty() || named.empty() && res.target == "") && s.kept.Add(1) > maxUnpacked {
		if rest.empty() {
			return packResult(res), nil
		}
		if packed, ok := packNamed(res.observations, res.modules, res.path); ok {
			k := &keptResult{named: packed}
			if len(res.endpoints) > 0 || len(res.literals) > 0 {
				k.packed = string(packResult(res))
			}
			return nil, k
		}
	}
	whole := *res // which the worker uses again
	return nil, &keptResult{whole: &whole}
}

// maxUnpacked results of few facts are kept as they are.
const maxUnpacked = 4096

// packResult writes hits of literals and hosts.
func packResult(r *fileResult) []byte {
	var p packer
	p.number(uint64(len(r.literals)))
	for _, h := range r.literals {
		p.number(uint64(h.literal)<<6 | packedBit(h.wide, 0) | packedBit(h.said, 1) | packedBit(h.notice, 2) | packedBit(h.toolchain, 3) | packedBit(h.written, 4) | packedBit(h.built, 5))
		p.number(uint64(h.length))
		p.number(uint64(h.count))
		p.number(uint64(h.offset))
	}
	for _, e := range r.endpoints {
		p.text(e.host)
		p.text(e.url)
		p.text(e.purpose)
		p.number(uint64(e.offset))
		p.number(uint64(e.length)<<1 | packedBit(e.called, 0))
	}
	return p.b
}

// unpackResult is the inverse of packResult.
func unpackResult(packed string) *fileResult {
	u := unpacker{packed: packed}
	r := &fileResult{literals: make([]literalHit, u.number())}
	for i := range r.literals {
		v := u.number()
		r.literals[i] = literalHit{literal: int32(v >> 6), wide: v&1 != 0, said: v&2 != 0, notice: v&4 != 0, toolchain: v&8 != 0, written: v&16 != 0, built: v&32 != 0,
			length: int32(u.number()), count: int32(u.number()), offset: int64(u.number())}
	}
	for u.packed != "" {
		e := endpointFact{host: u.text(), url: u.text(), purpose: u.text(), offset: int64(u.number())}
		v := u.number()
		e.called, e.length = v&1 != 0, int(v>>1)
		r.endpoints = append(r.endpoints, e)
	}
	return r
}

func (r *fileResult) empty() bool {
	return len(r.observations) == 0 && len(r.claims) == 0 && len(r.subject) == 0 && len(r.services) == 0 &&
		len(r.problems) == 0 && len(r.properties) == 0 && r.elf == nil && r.module == nil && len(r.boards) == 0 && len(r.endpoints) == 0 && len(r.chips) == 0 &&
		len(r.literals) == 0 && len(r.signatures) == 0 && len(r.modules) == 0
}
