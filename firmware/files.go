package firmware

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/maphash"
	"io/fs"
	"iter"
	"maps"
	"math"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
)

// What is kept of each entry of a tree is what a scan of millions of them takes
// in memory, so it is kept in columns without a pointer, and in the order of the
// paths, which a walk can give.
//
// An entry in which nothing was seen keeps 8 bytes for its size, type and class,
// and what its path does not share with the one before: 3 to 8 bytes in most
// trees, 11 to 16 in all. A regular file that is not empty keeps its digest too,
// 32 bytes, and 5 for finding those with the same one while the facts are joined.
// BenchmarkEntries measures it. It cannot be nothing: a package may list any path
// of the tree, any file may be the copy of one that is known, and the digest of
// the tree is taken over all of them in order, whichever worker reads one first.
// maxPathBytes bounds what a tree of long names can take.

// files are the entries of a tree that are not directories.
type files struct {
	n      int32
	paths  slab
	blocks []uint32 // where each pathBlock paths begin in paths
	recs   []*[recChunk]rec
	modes  []fs.FileMode
	modeOf map[fs.FileMode]uint16

	// Of what is not empty, by entry.
	sums []atomic.Pointer[[sumChunk][32]byte]
	// Of those that have one, by entry: the place of what extra wrote, plus one,
	// or with unpackedBit that in results.
	refs []*atomic.Pointer[[refChunk]uint32]

	mu      sync.Mutex // of what follows, while files are read
	extras  slab
	results []*keptResult
	large   map[int32]int64 // sizes that a rec has no room for

	cut int32 // of the files from here on nothing is told; 0 for none

	// While the tree is walked.
	block       []byte // paths of the last block
	last, whole []byte // the last path, and the new one
}

const (
	pathBlock   = 64
	recChunk    = 4096
	sumChunk    = 256
	refChunk    = 1024
	unpackedBit = 1 << 31
)

// A keptResult is what was seen in a file: the result as it is, or, where it has
// nothing else, what packages it names and the rest packed.
type keptResult struct {
	whole  *fileResult
	named  string // see packNamed
	packed string
}

// A rec is what is kept of each entry.
type rec struct {
	size  uint32 // math.MaxUint32: see files.large
	flags uint16
	mode  uint16 // in files.modes
}

// The flags of a rec: two bits of its state, and
const (
	flagScript uint16 = 1 << (iota + 2)
	flagHost
	flagPersons
	flagNameTable
	flagResult // there is a result, or a target
	classShift = iota + 2
)

// A slab holds pieces of bytes one after the other.
type slab struct {
	chunks [][]byte
	size   int // of the pieces
}

const (
	slabBits  = 16
	slabChunk = 1 << slabBits
)

// add keeps a copy of b and returns its place, which is below 1<<31: a chunk is
// full before the next one begins. False means that there is no room.
func (s *slab) add(b []byte) (uint32, bool) {
	n := len(s.chunks)
	if n == 0 || len(s.chunks[n-1])+len(b) > slabChunk {
		if n >= 1<<(31-slabBits) {
			return 0, false
		}
		size := slabChunk
		if len(b) > slabChunk {
			size = len(b)
		}
		s.chunks = append(s.chunks, make([]byte, 0, size))
		n++
	}
	c := &s.chunks[n-1]
	at := len(*c)
	*c = append(*c, b...)
	s.size += len(b)
	return uint32(n-1)<<slabBits | uint32(at), true
}

// from returns what follows a place.
func (s *slab) from(at uint32) []byte {
	return s.chunks[at>>slabBits][at&(slabChunk-1):]
}

// add adds an entry: its path is the directory's, with a slash, and the name. It
// comes after those before it. False means that there is no room.
func (t *files) add(prefix string, name []byte, mode fs.FileMode, size int64) (int32, bool) {
	i := t.n
	if i == math.MaxInt32 || i%pathBlock == 0 && !t.flush() {
		return 0, false
	}
	t.whole = append(append(t.whole[:0], prefix...), name...)
	shared := 0
	if i%pathBlock != 0 {
		for n := min(len(t.last), len(t.whole)); shared < n && t.last[shared] == t.whole[shared]; shared++ {
		}
	}
	t.block = binary.AppendUvarint(t.block, uint64(shared))
	t.block = binary.AppendUvarint(t.block, uint64(len(t.whole)-shared))
	t.block = append(t.block, t.whole[shared:]...)
	t.last, t.whole = t.whole, t.last
	if i%recChunk == 0 {
		t.recs = append(t.recs, new([recChunk]rec))
	}
	t.n++
	t.rec(i).mode = t.modeIndex(mode)
	t.setSize(i, size)
	return i, true
}

func (t *files) flush() bool {
	if len(t.block) == 0 {
		return true
	}
	at, ok := t.paths.add(t.block)
	if ok {
		t.blocks = append(t.blocks, at)
		t.block = t.block[:0]
	}
	return ok
}

// complete ends the walk: no entry is added any more, and the columns for what
// is seen in files are there.
func (t *files) complete() bool {
	ok := t.flush()
	t.block, t.last, t.whole, t.modeOf = nil, nil, nil, nil
	t.sums = make([]atomic.Pointer[[sumChunk][32]byte], (int(t.n)+sumChunk-1)/sumChunk)
	t.growRefs()
	return ok
}

func (t *files) growRefs() {
	for len(t.refs)*refChunk < int(t.n) {
		t.refs = append(t.refs, nil)
		t.refs[len(t.refs)-1] = new(atomic.Pointer[[refChunk]uint32])
	}
}

func (t *files) rec(i int32) *rec { return &t.recs[i/recChunk][i%recChunk] }

// modeIndex returns the place of a mode: a tree has a dozen.
func (t *files) modeIndex(mode fs.FileMode) uint16 {
	i, ok := t.modeOf[mode]
	if !ok {
		if len(t.modes) > math.MaxUint16 {
			// More than the types and permissions that there are: a tree that
			// makes up others. What it says beside these is lost.
			return t.modeOf[mode&fs.ModeType]
		}
		if t.modeOf == nil {
			t.modeOf = map[fs.FileMode]uint16{}
		}
		i = uint16(len(t.modes))
		t.modes = append(t.modes, mode)
		t.modeOf[mode] = i
	}
	return i
}

func (t *files) mode(i int32) fs.FileMode { return t.modes[t.rec(i).mode] }

func (t *files) size(i int32) int64 {
	if n := t.rec(i).size; n != math.MaxUint32 {
		return int64(n)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.large[i]
}

func (t *files) setSize(i int32, size int64) {
	r := t.rec(i)
	if size >= 0 && size < math.MaxUint32 {
		r.size = uint32(size)
		return
	}
	r.size = math.MaxUint32
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.large == nil {
		t.large = map[int32]int64{}
	}
	t.large[i] = size
}

// Most entries of a tree of millions are empty: their digest is kept once.
var (
	noSum    = new([32]byte) // of what was not read
	emptySum = func() *[32]byte { s := sha256.Sum256(nil); return &s }()

	emptySHA256 = hex.EncodeToString(emptySum[:])
)

// sum is the SHA-256 of the content.
func (t *files) sum(i int32) *[32]byte {
	switch s := fileState(t.rec(i).flags & 3); {
	case s != stateRead && s != stateOpaque:
		return noSum
	case t.rec(i).size == 0:
		return emptySum
	}
	if c := t.sums[i/sumChunk].Load(); c != nil {
		return &c[i%sumChunk]
	}
	return noSum
}

// setSum keeps what h has read of an entry that is not empty.
func (t *files) setSum(i int32, sum *[32]byte) {
	p := &t.sums[i/sumChunk]
	if p.Load() == nil {
		p.CompareAndSwap(nil, new([sumChunk][32]byte))
	}
	p.Load()[i%sumChunk] = *sum
}

// ref returns the entry's place in refs, nil if its neighbours have none either.
func (t *files) ref(i int32) *uint32 {
	if int(i/refChunk) < len(t.refs) {
		if c := t.refs[i/refChunk].Load(); c != nil {
			return &c[i%refChunk]
		}
	}
	return nil
}

func (t *files) setRef(i int32, to uint32) {
	if int(i/refChunk) >= len(t.refs) { // only while the tree is walked
		t.growRefs()
	}
	p := t.refs[i/refChunk]
	if p.Load() == nil {
		p.CompareAndSwap(nil, new([refChunk]uint32))
	}
	p.Load()[i%refChunk] = to
	t.rec(i).flags |= flagResult
}

// setExtra keeps the target of a link and the packed result of an entry, in
// place of an earlier one. False means that there is no room.
func (t *files) setExtra(i int32, target string, packed []byte) bool {
	b := binary.AppendUvarint(make([]byte, 0, 2*binary.MaxVarintLen32+len(target)+len(packed)), uint64(len(target)))
	b = append(b, target...)
	b = append(binary.AppendUvarint(b, uint64(len(packed))), packed...)
	t.mu.Lock()
	at, ok := t.extras.add(b)
	t.mu.Unlock()
	if ok && at+1 < unpackedBit {
		t.setRef(i, at+1)
		return true
	}
	return false
}

// setResult keeps the result of an entry.
func (t *files) setResult(i int32, r *keptResult) {
	t.mu.Lock()
	t.results = append(t.results, r)
	n := uint32(len(t.results) - 1)
	t.mu.Unlock()
	t.setRef(i, n|unpackedBit)
}

// extra is the inverse of setExtra.
func (t *files) extra(at uint32) (target, packed []byte) {
	t.mu.Lock()
	b := t.extras.from(at - 1)
	t.mu.Unlock()
	piece := func() (p []byte) {
		n, k := binary.Uvarint(b)
		p, b = b[k:k+int(n)], b[k+int(n):]
		return p
	}
	return piece(), piece()
}

// A pathCursor gives paths of entries one after the other.
type pathCursor struct {
	t    *files
	n    int32 // of path; -1 for none
	path []byte
	rest []byte // of the block
}

func (t *files) cursor() *pathCursor { return &pathCursor{t: t, n: -1} }

// seek returns the path of an entry. The bytes are the cursor's.
func (c *pathCursor) seek(i int32) []byte {
	if c.n < 0 || i < c.n || i/pathBlock != c.n/pathBlock {
		c.rest = c.t.paths.from(c.t.blocks[i/pathBlock])
		c.n = i - i%pathBlock - 1
	}
	for c.n < i {
		c.next()
	}
	return c.path
}

func (c *pathCursor) next() {
	shared, k := binary.Uvarint(c.rest)
	n, m := binary.Uvarint(c.rest[k:])
	k += m
	c.path = append(c.path[:shared], c.rest[k:k+int(n)]...)
	c.rest = c.rest[k+int(n):]
	c.n++
}

// find returns the first entry whose path is not before that one, and whether
// it has that path.
func (t *files) find(path string) (int32, bool) {
	c := pathCursor{t: t, n: -1}
	// The last block that does not begin behind it.
	lo, hi := 0, len(t.blocks)
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if string(c.seek(int32(m*pathBlock))) <= path {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo == 0 {
		return 0, false
	}
	end := min(t.n, int32(lo*pathBlock))
	for i := int32((lo - 1) * pathBlock); i < end; i++ {
		if p := c.seek(i); string(p) >= path {
			return i, string(p) == path
		}
	}
	return end, false
}

// hasDir reports whether a directory holds any entry, at whatever depth.
func (t *files) hasDir(path string) bool {
	path += "/"
	i, _ := t.find(path)
	return i < t.n && bytes.HasPrefix(t.cursor().seek(i), []byte(path))
}

// A fileRec is an entry of the tree that is not a directory, as it is kept in
// files. What is changed in it is kept by its methods only.
type fileRec struct {
	t      *files
	cursor *pathCursor // nil for a new one
	n      int32
	newDir bool // of all: it is in another directory than the one before
	whole  string

	mode      fs.FileMode
	size      int64
	sum       *[32]byte // SHA-256 of the content, noSum of what was not read
	state     fileState
	class     fileClass
	script    bool // a text that is run
	host      bool // probably of the computer that unpacked the tree
	persons   bool // of a packed result
	nameTable bool // of a packed result
}

// at returns an entry.
func (t *files) at(i int32) (f fileRec) {
	f.load(t, i)
	return f
}

func (f *fileRec) load(t *files, i int32) {
	r := t.rec(i)
	f.t, f.n, f.whole, f.newDir = t, i, "", false
	f.mode, f.size, f.sum = t.mode(i), t.size(i), t.sum(i)
	f.state, f.class = fileState(r.flags&3), fileClass(r.flags>>classShift)
	f.script, f.host, f.persons, f.nameTable = r.flags&flagScript != 0, r.flags&flagHost != 0, r.flags&flagPersons != 0, r.flags&flagNameTable != 0
}

// all gives the entries in order. The value is used again for the next one: a
// copy can be kept, a pointer to it not.
func (t *files) all() iter.Seq2[int32, *fileRec] {
	return func(yield func(int32, *fileRec) bool) {
		f := fileRec{cursor: t.cursor()}
		var dir []byte
		for i := range t.n {
			f.load(t, i)
			p := f.cursor.seek(i)
			if d := p[:bytes.LastIndexByte(p, '/')+1]; i == 0 || !bytes.Equal(d, dir) {
				dir = append(dir[:0], d...)
				f.newDir = true
			}
			if !yield(i, &f) {
				return
			}
		}
	}
}

// path is that of the entry in the tree.
func (f *fileRec) path() string {
	if f.whole == "" {
		c := f.cursor
		if c == nil {
			c = f.t.cursor()
		}
		f.whole = string(c.seek(f.n))
	}
	return f.whole
}

// base is the last element of the path.
func (f *fileRec) base() string { return baseOf(f.path()) }

// dirPath is the path without it, "." for the root.
func (f *fileRec) dirPath() string { return dirOf(f.path()) }

// keep keeps what was changed in the value's fields.
func (f *fileRec) keep() {
	bit := func(set bool, flag uint16) uint16 {
		if set {
			return flag
		}
		return 0
	}
	r := f.t.rec(f.n)
	r.flags = r.flags&flagResult | uint16(f.state) | uint16(f.class)<<classShift |
		bit(f.script, flagScript) | bit(f.host, flagHost) | bit(f.persons, flagPersons) | bit(f.nameTable, flagNameTable)
	f.t.setSize(f.n, f.size)
}

func (f *fileRec) setClass(c fileClass) {
	f.class = c
	f.keep()
}

// target is that of a link.
func (f *fileRec) target() string {
	if f.t.rec(f.n).flags&flagResult == 0 {
		return ""
	}
	switch ref := f.t.ref(f.n); {
	case ref == nil || *ref == 0:
		return ""
	case *ref&unpackedBit != 0:
		if w := f.t.results[*ref&^unpackedBit].whole; w != nil {
			return w.target
		}
		return ""
	default:
		target, _ := f.t.extra(*ref)
		return string(target)
	}
}

// result returns what was seen in a file, nil for nothing. What a visitor of a
// packed one changes is put back by settle.
func (f *fileRec) result() *fileResult {
	if f.t.rec(f.n).flags&flagResult == 0 || f.t.cut > 0 && f.n >= f.t.cut {
		return nil
	}
	ref := f.t.ref(f.n)
	if ref == nil || *ref == 0 {
		return nil
	}
	if *ref&unpackedBit != 0 {
		k := f.t.results[*ref&^unpackedBit]
		if k == nil || k.whole != nil {
			return k.wholeResult()
		}
		r := f.unpack(k.packed)
		if k.named != "" {
			r.observations, r.modules = unpackNamed(k.named, r.path)
			r.packed = true
		}
		return r
	}
	_, packed := f.t.extra(*ref)
	if len(packed) == 0 {
		return nil
	}
	return f.unpack(string(packed))
}

// holds reports whether there is more of an entry than the target of a link.
func (t *files) holds(i int32) bool {
	ref := t.ref(i)
	switch {
	case ref == nil || *ref == 0:
		return false
	case *ref&unpackedBit == 0:
		_, packed := t.extra(*ref)
		return len(packed) > 0
	}
	k := t.results[*ref&^unpackedBit]
	return k != nil && (k.named != "" || k.packed != "" || !k.whole.empty())
}

func (k *keptResult) wholeResult() *fileResult {
	if k == nil {
		return nil
	}
	return k.whole
}

func (f *fileRec) unpack(packed string) *fileResult {
	r := &fileResult{}
	if packed != "" {
		r = unpackResult(packed)
	}
	r.path, r.persons, r.nameTable = EscapePath(f.path()), f.persons, f.nameTable
	return r
}

// dropResult forgets the result if it is one that was kept as it is.
func (f *fileRec) dropResult() {
	if ref := f.t.ref(f.n); ref != nil && *ref&unpackedBit != 0 {
		f.t.results[*ref&^unpackedBit], *ref = nil, 0
	}
}

// settle keeps what a visitor of a result has changed in it.
func (f *fileRec) settle(r *fileResult) {
	if f.nameTable != r.nameTable {
		f.nameTable = r.nameTable
		f.keep()
	}
	ref := f.t.ref(f.n)
	if ref == nil || *ref&unpackedBit == 0 {
		return
	}
	// What has become part of a component is not needed again, only what the
	// packages say of other files.
	at := *ref &^ unpackedBit
	k := f.t.results[at]
	switch {
	case k == nil || k.named == "":
	case len(r.observations)+len(r.modules) == 0 && k.packed == "":
		f.dropResult()
	case len(r.observations)+len(r.modules) == 0 && f.t.setExtra(f.n, "", []byte(k.packed)):
		f.t.results[at] = nil
	case !slices.ContainsFunc(r.observations, func(o observed) bool { return o.Component != nil }):
		k.named, _ = packNamed(r.observations, r.modules, r.path)
	}
}

// sameContents finds the first of the files with one content. The table is a
// fourth larger than there are files that are not empty. Its places are drawn
// anew in each run, so that no tree can choose contents that all want the same.
type sameContents struct {
	t     *files
	seed  maphash.Seed
	table []uint32 // entries, plus one
}

func (t *files) sameContents() *sameContents {
	read := func(i int32) bool {
		s := fileState(t.rec(i).flags & 3)
		return t.rec(i).size > 0 && (s == stateRead || s == stateOpaque)
	}
	n := 0
	for i := range t.n {
		if read(i) {
			n++
		}
	}
	s := &sameContents{t: t, seed: maphash.MakeSeed(), table: make([]uint32, n+n/4+1)}
	for i := range t.n {
		if !read(i) {
			continue
		}
		if at := s.slot(t.sum(i)); s.table[at] == 0 {
			s.table[at] = uint32(i) + 1
		}
	}
	return s
}

// slot returns where a content stands, or would.
func (s *sameContents) slot(sum *[32]byte) int {
	n := uint64(len(s.table))
	at := int(maphash.Bytes(s.seed, sum[:]) >> 32 * n >> 32)
	for s.table[at] != 0 && *s.t.sum(int32(s.table[at] - 1)) != *sum {
		if at++; at == len(s.table) {
			at = 0
		}
	}
	return at
}

// first returns the first entry with the same content.
func (s *sameContents) first(i int32) int32 {
	if n := s.table[s.slot(s.t.sum(i))]; n != 0 {
		return int32(n - 1)
	}
	return i
}

// A fileSet is a set of entries. Those of a component are near each other.
type fileSet struct {
	n    int32
	few  [3]int32         // the entries in order, where there are no more: most have one or two
	bits map[int32]uint64 // by entry/64, where there are
}

func (s *fileSet) has(i int32) bool {
	if int(s.n) <= len(s.few) {
		return slices.Contains(s.few[:s.n], i)
	}
	return s.bits[i>>6]&(1<<(i&63)) != 0
}

// add reports whether the entry is new.
func (s *fileSet) add(i int32) bool {
	if s.has(i) {
		return false
	}
	s.n++
	if int(s.n) <= len(s.few) {
		at, _ := slices.BinarySearch(s.few[:s.n-1], i)
		copy(s.few[at+1:s.n], s.few[at:])
		s.few[at] = i
		return true
	}
	if s.bits == nil {
		s.bits = map[int32]uint64{}
		for _, i := range s.few {
			s.bits[i>>6] |= 1 << (i & 63)
		}
	}
	s.bits[i>>6] |= 1 << (i & 63)
	return true
}

func (s *fileSet) addAll(t *fileSet) {
	for i := range t.all() {
		s.add(i)
	}
}

// all gives the entries in order.
func (s *fileSet) all() iter.Seq[int32] {
	return func(yield func(int32) bool) {
		if int(s.n) <= len(s.few) {
			for _, i := range s.few[:s.n] {
				if !yield(i) {
					return
				}
			}
			return
		}
		for _, k := range slices.Sorted(maps.Keys(s.bits)) {
			for b := s.bits[k]; b != 0; b &= b - 1 {
				if !yield(k<<6 | int32(bits.TrailingZeros64(b))) {
					return
				}
			}
		}
	}
}

// A partColumn has a component for each of the entries that have one.
type partColumn struct {
	parts  *[]*part
	chunks []*[refChunk]int32 // the part's order, plus one
}

func (c *partColumn) number(i int32) int32 {
	if n := int(i / refChunk); n < len(c.chunks) && c.chunks[n] != nil {
		return c.chunks[n][i%refChunk]
	}
	return 0
}

func (c *partColumn) setNumber(i, n int32) {
	for int(i/refChunk) >= len(c.chunks) {
		c.chunks = append(c.chunks, nil)
	}
	p := &c.chunks[i/refChunk]
	if *p == nil {
		*p = new([refChunk]int32)
	}
	(*p)[i%refChunk] = n
}

func (c *partColumn) of(i int32) *part {
	if n := c.number(i); n > 0 {
		return (*c.parts)[n-1]
	}
	return nil
}

func (c *partColumn) set(i int32, p *part) {
	if p == nil {
		c.setNumber(i, 0)
		return
	}
	c.setNumber(i, int32(p.order)+1)
}

// An ownerColumn has the components that list an entry: nearly always one.
type ownerColumn struct {
	first partColumn
	more  map[int32][]*part // all, where there are several
}

func (c *ownerColumn) of(i int32) []*part {
	switch n := c.first.number(i); {
	case n > 0:
		return (*c.first.parts)[n-1].self[:]
	case n < 0:
		return c.more[i]
	}
	return nil
}

func (c *ownerColumn) add(i int32, p *part) {
	list := c.of(i)
	if len(list) == 0 {
		c.first.set(i, p)
		return
	}
	if c.more == nil {
		c.more = map[int32][]*part{}
	}
	c.more[i] = append(slices.Clip(list), p)
	c.first.setNumber(i, -1)
}
