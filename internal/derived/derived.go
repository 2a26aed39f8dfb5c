// Package derived is a table that a program made from the packages of several
// Debian releases and architectures: by file name and SONAME, the texts and
// exported symbols that a component's file has in every release, the places
// where it states its version, the symbols that came with a release, and build
// ids. Unlike a signature no person reviewed a row; so a file is named only
// where several of its own texts agree, the snapshot is stated, and a scan can
// leave the table out.
//
// What is kept are hashes: no text of a package is in the table.
package derived

import (
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/touchmark-dev/touchmark/internal/flattable"
)

//go:generate go run -C ../.. ./internal/derived/make
//go:generate go run -C ../.. ./internal/derived/makepaths

//go:embed debian.tm
var builtin string

// A Table is read-only and may be used by any number of goroutines.
type Table struct {
	file     *flattable.File
	files    flattable.Table
	parts    flattable.Table
	buildIDs string

	libraries flattable.Table
}

// Builtin returns the table that comes with this package.
var Builtin = sync.OnceValues(func() (*Table, error) { return Open(builtin) })

// format of the rows. A table is read by the program that it was made for.
const format = "2"

// Open reads a table that [Builder.Bytes] made.
func Open(data string) (*Table, error) {
	f, err := flattable.Open(data)
	if err != nil {
		return nil, fmt.Errorf("open derived table: %w", err)
	}
	t := &Table{file: f, files: f.Table("files"), parts: f.Table("components"), libraries: f.Table("libraries")}
	t.buildIDs, _ = f.Table("build-ids").Value("all")
	if v, _ := f.Table("snapshot").Value("format"); v != format {
		return nil, fmt.Errorf("open derived table: its format is %q, that of this program %q", v, format)
	}
	if len(t.buildIDs)%buildIDSize != 0 {
		return nil, errors.New("open derived table: build ids have a bad size")
	}
	return t, nil
}

// Snapshot says from what and when the table was made.
func (t *Table) Snapshot() string {
	v, _ := t.file.Table("snapshot").Value("text")
	return v
}

// Files returns the number of file names, Components that of components.
func (t *Table) Files() int      { return t.files.Len() }
func (t *Table) Libraries() int  { return t.libraries.Len() }
func (t *Table) Components() int { return t.parts.Len() }

// A Component is what a row names.
type Component struct {
	// Name of the upstream project's package.
	Name string
	// Signature is the id of the signature of the same component, or empty.
	Signature string
	Homepage  string
	// Versions that the table was made from, ascending.
	Versions []string
}

func (t *Table) component(i int) (*Component, bool) {
	if i >= t.parts.Len() {
		return nil, false
	}
	f := strings.Split(t.parts.ValueAt(i), "\t")
	if len(f) < 3 {
		return nil, false
	}
	return &Component{Name: f[0], Signature: SignatureOf(f[0], f[1]), Homepage: f[2], Versions: f[3:]}, true
}

// SignatureOf returns the id of the signature of a source package, where folded
// is the one whose name is the package's but for "lib" and a number: that is
// another project's for some, and then the id is the package's own name.
func SignatureOf(source, folded string) string {
	switch source {
	case "bzip3", "exif", "gphoto2", "iperf3", "libmpd", "libraw", "librsync", "libsysstat", "libtar", "mikmod", "mpc", "mpc123", "mpg321", "usbmuxd", "wget2", "xml2", "zip":
		return source
	}
	return folded
}

// A Library is what the table knows of a SONAME's stem from the lists of files
// of all packages: less than of a file whose texts it has.
type Library struct {
	Name, Signature string
	rule            string
}

// Release returns the release that the number in the name of the library's
// file tells ("1.2.3" of "libfoo.so.1.2.3"), where it told it in every release
// by one rule.
func (l Library) Release(number string) (string, bool) {
	if l.rule == "v" { // of tables made before there were other rules
		return number, strings.Contains(number, ".") && numbers(number) != nil
	}
	return applyRules(l.rule, number)
}

// Library returns what packages hold libraries of that SONAME; false where
// there is none or where there are several.
func (t *Table) Library(soname string) (Library, bool) {
	whole, _, _ := strings.Cut(soname, ".so")
	v, ok := t.libraries.Value(whole)
	if !ok {
		v, ok = t.libraries.Value(Stem(soname))
	}
	f := strings.Split(v, "\t")
	if !ok || len(f) != 3 {
		return Library{}, false
	}
	return Library{Name: f[0], Signature: SignatureOf(f[0], f[1]), rule: f[2]}, true
}

const buildIDSize = 5 + 2 + 1

// BuildID returns the component and version of a file by its build id
// (hexadecimal).
func (t *Table) BuildID(id string) (*Component, string, bool) {
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) < 8 {
		return nil, "", false
	}
	key := string(raw[:5])
	n := len(t.buildIDs) / buildIDSize
	i := sort.Search(n, func(i int) bool { return t.buildIDs[i*buildIDSize:i*buildIDSize+5] >= key })
	if i == n || t.buildIDs[i*buildIDSize:i*buildIDSize+5] != key {
		return nil, "", false
	}
	row := t.buildIDs[i*buildIDSize+5 : (i+1)*buildIDSize]
	c, ok := t.component(int(row[0]) | int(row[1])<<8)
	if !ok || int(row[2]) >= len(c.Versions) {
		return nil, "", false
	}
	return c, c.Versions[row[2]], true
}

// Key is the name under which a file is looked up: the stem of its SONAME, or
// for a program "bin:" and its base name.
func Key(base, soname string) string {
	if soname != "" {
		return Stem(soname)
	}
	return "bin:" + base
}

// Stem returns what stays of a SONAME between ABIs: "libfoo.so.1" and
// "libfoo-1.2.so" give "libfoo".
func Stem(soname string) string {
	if i := strings.Index(soname, ".so"); i > 0 {
		soname = soname[:i]
	}
	if i := strings.LastIndexByte(soname, '-'); i > 0 && i+1 < len(soname) && soname[i+1] >= '0' && soname[i+1] <= '9' {
		soname = soname[:i]
	}
	return soname
}

// Hash of a text: 32-bit FNV-1a over at most 128 bytes. The table has 24 bits of
// it: it is asked for a text among the few of a row.
func Hash(s []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range s[:min(len(s), 128)] {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}

// A row is what the table knows of a file name for one component.
type row struct {
	component int
	prints    []uint32
	templates []uint32
	// from is the first of the component's versions for which templates and near
	// hold: what they say of an earlier one is not its version.
	from int
	// near are contexts in which builds state other versions beside their own,
	// of which only their own is Near the versions of the others.
	near          []uint32
	leads, silent bool // see [Match]
	steps         []step
	alike         []release
}

// A release is a version of which builds are told from those of every other
// version that there is, though they do not state it.
type release struct {
	version int // index in Component.Versions
	// has are texts and symbols of its builds, and not those of the builds of the
	// versions before and after that the others of the two do not have.
	has, not []uint32
}

// narrow is what the table has of a hash, and symbolHash of that of a symbol
// where it stands among those of texts.
func narrow(h uint32) uint32     { return h & 0xffffff }
func symbolHash(h uint32) uint32 { return narrow(h ^ 0x5bd1e9) }

// A step lists symbols that were in no build before a version, and in all from
// it on.
type step struct {
	version int // index in Component.Versions
	symbols []uint32
}

const leadsFlag, silentFlag = 1, 2

func (r *row) append(b []byte) []byte {
	b = append(b, byte(r.component), byte(r.component>>8))
	list := func(l []uint32) {
		b = append(b, byte(len(l)))
		for _, v := range l {
			b = append(b, byte(v), byte(v>>8), byte(v>>16))
		}
	}
	list(r.prints)
	b = append(b, byte(r.from))
	list(r.templates)
	list(r.near)
	flags := byte(0)
	if r.leads {
		flags |= leadsFlag
	}
	if r.silent {
		flags |= silentFlag
	}
	b = append(b, flags, byte(len(r.steps)))
	for _, s := range r.steps {
		b = append(b, byte(s.version))
		list(s.symbols)
	}
	b = append(b, byte(len(r.alike)))
	for _, a := range r.alike {
		b = append(b, byte(a.version))
		list(a.has)
		list(a.not)
	}
	return b
}

// decodeRows reads the rows of a key; a damaged table gives fewer.
func (t *Table) decodeRows(v string) []row {
	var rows []row
	at := 0
	bad := false
	u8 := func() int {
		if at >= len(v) {
			bad = true
			return 0
		}
		at++
		return int(v[at-1])
	}
	list := func() []uint32 {
		n := u8()
		if at+3*n > len(v) {
			bad = true
			return nil
		}
		l := make([]uint32, n)
		for i := range l {
			l[i] = uint32(v[at]) | uint32(v[at+1])<<8 | uint32(v[at+2])<<16
			at += 3
		}
		return l
	}
	for at < len(v) && !bad {
		r := row{component: u8()}
		r.component |= u8() << 8
		r.prints, r.from = list(), u8()
		r.templates = list()
		r.near = list()
		flags := u8()
		r.leads, r.silent = flags&leadsFlag != 0, flags&silentFlag != 0
		for n := u8(); n > 0 && !bad; n-- {
			s := step{version: u8()}
			s.symbols = list()
			r.steps = append(r.steps, s)
		}
		for n := u8(); n > 0 && !bad; n-- {
			a := release{version: u8()}
			a.has, a.not = list(), list()
			r.alike = append(r.alike, a)
		}
		if !bad {
			rows = append(rows, r)
		}
	}
	return rows
}
