package derived

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/touchmark-dev/touchmark/internal/flattable"
)

//go:embed paths.tm
var builtinPaths string

// Paths are the places at which packages of a distribution put programs, and the
// folders for libraries and parts of programs in which nine of ten files are of
// packages of one source. It tells nothing of what stands there: only that a file of that name need
// not be of whoever built a system from that distribution. What is kept are
// hashes: one of some 4,000 other names has that of a name which is known.
type Paths struct {
	snapshot string
	ends     string // by the upper bits of a hash: the number of hashes up to there, 2 bytes each, little-endian
	hashes   string // the lower 16 bits of each, in order, little-endian
}

const (
	upperBits = 12
	lowerBits = 16
)

// BuiltinPaths returns the paths that come with this package.
var BuiltinPaths = sync.OnceValues(func() (*Paths, error) { return OpenPaths(builtinPaths) })

// OpenPaths reads what [PathsBuilder.Bytes] made.
func OpenPaths(data string) (*Paths, error) {
	f, err := flattable.Open(data)
	if err != nil {
		return nil, fmt.Errorf("open paths of packages: %w", err)
	}
	p := new(Paths)
	p.snapshot, _ = f.Table("snapshot").Value("text")
	p.ends, _ = f.Table("paths").Value("ends")
	p.hashes, _ = f.Table("paths").Value("hashes")
	if len(p.ends) != 2<<upperBits || len(p.hashes)%2 != 0 {
		return nil, errors.New("open paths of packages: a table has a bad size")
	}
	for i, last := 0, 0; i < 1<<upperBits; i++ {
		if end := p.end(i); end < last || end > p.Len() {
			return nil, fmt.Errorf("open paths of packages: end %d is out of order", i)
		} else {
			last = end
		}
	}
	return p, nil
}

func (p *Paths) end(i int) int {
	return int(p.ends[2*i]) | int(p.ends[2*i+1])<<8
}

// Snapshot says from what and when the paths were taken.
func (p *Paths) Snapshot() string { return p.snapshot }

// Len returns the number of programs and folders.
func (p *Paths) Len() int { return len(p.hashes) / 2 }

// Has reports whether a package puts a program at the path, which is relative to
// the root of the system, or has the folder of libraries that it leads to.
func (p *Paths) Has(path string) bool {
	key, ok := pathKey(path)
	if !ok {
		return false
	}
	h := pathHash(key)
	upper, lower := int(h>>lowerBits), h&(1<<lowerBits-1)
	first := 0
	if upper > 0 {
		first = p.end(upper - 1)
	}
	for i := first; i < p.end(upper); i++ { // some 15
		if uint32(p.hashes[2*i])|uint32(p.hashes[2*i+1])<<8 == lower {
			return true
		}
	}
	return false
}

// pathKey reduces a path to what releases and architectures have in common:
// without "usr", the architecture, and what numbers end the name of a program;
// one folder for all programs, and a folder for the libraries in it. ok is false
// for what is in no folder of programs or libraries, or is data by its name.
func pathKey(path string) (key string, ok bool) {
	path = strings.TrimPrefix(path, "usr/")
	dir, rest, ok := strings.Cut(path, "/")
	if !ok || rest == "" {
		return "", false
	}
	switch dir {
	case "bin", "sbin", "games":
		if short := strings.TrimRight(rest, "0123456789.-"); len(short) > 2 {
			rest = short
		}
		return "bin/" + rest, true
	case "libexec":
		if folder, _, nested := strings.Cut(rest, "/"); nested {
			return "libexec/" + folder + "/", true
		}
		return path, true
	case "lib", "lib32", "lib64":
	default:
		return "", false
	}
	first, below, nested := strings.Cut(rest, "/")
	if nested && strings.Contains(first, "-linux-gnu") {
		first, _, nested = strings.Cut(below, "/")
	}
	return "lib/" + first + "/", nested // single libraries the table knows by their SONAMEs
}

// pathHash is the 32-bit FNV-1a, folded to the bits that are kept.
func pathHash(key string) uint32 {
	h := uint32(2166136261)
	for i := range len(key) {
		h = (h ^ uint32(key[i])) * 16777619
	}
	const bits = upperBits + lowerBits
	return h>>bits ^ h&(1<<bits-1)
}

// A PathsBuilder makes Paths.
type PathsBuilder struct {
	// Snapshot says from what the paths are taken.
	Snapshot string

	files map[string]map[string]int // by key and source; of programs without the number
}

// Add adds the path of a file of a package of a source. Several releases of one
// source have one name.
func (b *PathsBuilder) Add(path, source string) {
	key, ok := pathKey(path)
	if !ok || strings.Contains(key, "-linux-gnu") || strings.Contains(key, "-mingw32") { // compilers
		return
	}
	if b.files == nil {
		b.files = map[string]map[string]int{}
	}
	by := b.files[key]
	if by == nil && strings.HasSuffix(key, "/") {
		by = map[string]int{}
	}
	if by != nil {
		by[source]++
	}
	b.files[key] = by
}

// ownFolder reports whether a folder is one source's. Into one that several use a
// maker puts plug-ins of his own.
func ownFolder(files map[string]int) bool {
	most, all := 0, 0
	for _, n := range files {
		most, all = max(most, n), all+n
	}
	return most*10 >= all*9
}

// Bytes returns the file.
func (b *PathsBuilder) Bytes() ([]byte, error) {
	var list []uint32
	for key, files := range b.files {
		if ownFolder(files) {
			list = append(list, pathHash(key))
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) > math.MaxUint16 {
		return nil, fmt.Errorf("%d programs and folders, at most %d fit", len(list), math.MaxUint16)
	}
	var ends, hashes []byte
	n := 0
	for upper := range uint32(1 << upperBits) {
		for n < len(list) && list[n]>>lowerBits == upper {
			hashes = binary.LittleEndian.AppendUint16(hashes, uint16(list[n]))
			n++
		}
		ends = binary.LittleEndian.AppendUint16(ends, uint16(n))
	}
	var out flattable.Builder
	for _, e := range []struct {
		table, key string
		value      []byte
	}{{"snapshot", "text", []byte(b.Snapshot)}, {"paths", "ends", ends}, {"paths", "hashes", hashes}} {
		if err := out.Add(e.table, e.key, e.value); err != nil {
			return nil, err
		}
	}
	return out.Bytes()
}
