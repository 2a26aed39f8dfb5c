// Package elffile reads what identifies an ELF file: class, machine, SONAME,
// needed libraries, build id, comment. It is made for stripped, truncated and
// hostile files: every size in the file is checked against the file's length,
// nothing is allocated because a field says so, and where section headers are
// missing the program headers and the dynamic table are used. What cannot be
// read is reported in File.Damage and the rest is kept.
//
// Source: System V ABI, generic (gabi, chapters 4 and 5), and the GNU note
// layout of the Linux Standard Base.
package elffile

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
)

// Bounds of one file.
const (
	maxSections = 4096
	maxProgs    = 512
	maxDynamic  = 16384
	maxNeeded   = 512
	maxString   = 4096
	maxComment  = 64 << 10
	maxModinfo  = 256 << 10
	maxNotes    = 64 << 10
)

// Types of files (e_type).
const (
	Relocatable = 1
	Executable  = 2
	Shared      = 3
	Core        = 4
)

// ErrNotELF means that the file does not begin with an ELF header.
var ErrNotELF = errors.New("not an ELF file")

// A File is what was read.
type File struct {
	Bits    int    // 32 or 64
	Big     bool   // big-endian
	Type    uint16 // e_type
	Machine uint16 // e_machine
	Flags   uint32 // e_flags
	OSABI   byte

	Interp   string   // PT_INTERP: the dynamic loader
	SONAME   Text     // DT_SONAME
	Needed   []string // DT_NEEDED, in file order
	RunPath  Text     // DT_RUNPATH, or DT_RPATH
	Dynamic  bool     // it has a dynamic table
	BuildID  string   // lower-case hexadecimal
	Comments []Text   // .comment, distinct strings
	Modinfo  *Span    // .modinfo
	// DebugStr is .debug_str, the texts of debugging information, where that is
	// in the file and not compressed.
	DebugStr *Span
	// DepV0 is .dep-v0, in which cargo auditable stores a Rust program's
	// dependencies.
	DepV0 *Span
	// Package is the text of the note in which a packager says what package the
	// file is from (.note.package; systemd, "Package Metadata for ELF files").
	Package Text
	// GoBuildInfo: a section or segment that may hold Go's build information.
	GoBuildInfo bool
	// Strings are the parts of the file that hold texts: constants, data, the
	// names of dynamic symbols. Without section headers it is the whole file.
	Strings []Span
	// Sections are the names of all sections; nil without section headers.
	Sections []string
	// Damage says what could not be read, in words.
	Damage []string

	symtab, strtab Span // of dynamic symbols
}

// A Text is a string and its place in the file.
type Text struct {
	Value  string
	Offset int64
}

// A Span is a range of bytes in the file, inside the file's bounds.
type Span struct{ Offset, Size int64 }

type reader struct {
	r    io.ReaderAt
	size int64
	bo   binary.ByteOrder
	f    *File
	segs []seg
}

type seg struct {
	typ, flags          uint32
	off, addr, filesize uint64
}

type sect struct {
	name, typ       uint32
	flags           uint32 // the lower half of 64 bits
	off, size, addr uint64
	link            uint32
}

// Read reads an ELF file of the given size. An error means that not even the
// header could be used; it wraps ErrNotELF for a file of another kind.
func Read(ra io.ReaderAt, size int64) (*File, error) {
	r := &reader{r: ra, size: size, f: &File{}}
	ident := r.bytes(0, 16)
	if len(ident) < 16 || string(ident[:4]) != "\x7fELF" {
		return nil, ErrNotELF
	}
	switch ident[4] {
	case 1:
		r.f.Bits = 32
	case 2:
		r.f.Bits = 64
	default:
		return nil, fmt.Errorf("read ELF header: class %d: %w", ident[4], ErrNotELF)
	}
	switch ident[5] {
	case 1:
		r.bo = binary.LittleEndian
	case 2:
		r.bo, r.f.Big = binary.BigEndian, true
	default:
		return nil, fmt.Errorf("read ELF header: byte order %d: %w", ident[5], ErrNotELF)
	}
	r.f.OSABI = ident[7]
	n := 52
	if r.f.Bits == 64 {
		n = 64
	}
	h := r.bytes(0, n)
	if len(h) < n {
		return nil, fmt.Errorf("read ELF header: file ends after %d bytes", size)
	}
	r.f.Type = r.bo.Uint16(h[16:])
	r.f.Machine = r.bo.Uint16(h[18:])
	var phoff, shoff uint64
	var phentsize, phnum, shentsize, shnum, shstrndx uint16
	if r.f.Bits == 32 {
		phoff, shoff = uint64(r.bo.Uint32(h[28:])), uint64(r.bo.Uint32(h[32:]))
		r.f.Flags = r.bo.Uint32(h[36:])
		phentsize, phnum = r.bo.Uint16(h[42:]), r.bo.Uint16(h[44:])
		shentsize, shnum, shstrndx = r.bo.Uint16(h[46:]), r.bo.Uint16(h[48:]), r.bo.Uint16(h[50:])
	} else {
		phoff, shoff = r.bo.Uint64(h[32:]), r.bo.Uint64(h[40:])
		r.f.Flags = r.bo.Uint32(h[48:])
		phentsize, phnum = r.bo.Uint16(h[54:]), r.bo.Uint16(h[56:])
		shentsize, shnum, shstrndx = r.bo.Uint16(h[58:]), r.bo.Uint16(h[60:]), r.bo.Uint16(h[62:])
	}
	r.programs(phoff, int(phentsize), int(phnum))
	r.sections(shoff, int(shentsize), int(shnum), int(shstrndx))
	r.fromSegments()
	if len(r.f.Strings) == 0 {
		r.f.Strings = []Span{{0, size}}
	}
	return r.f, nil
}

func (r *reader) damage(format string, args ...any) {
	if len(r.f.Damage) < 8 {
		r.f.Damage = append(r.f.Damage, fmt.Sprintf(format, args...))
	}
}

// inside reports whether a range lies in the file.
func (r *reader) inside(off, n uint64) bool {
	return off <= uint64(r.size) && n <= uint64(r.size)-off
}

// bytes reads up to n bytes at off; fewer where the file ends.
func (r *reader) bytes(off uint64, n int) []byte {
	if n <= 0 || off >= uint64(r.size) {
		return nil
	}
	if rest := uint64(r.size) - off; uint64(n) > rest {
		n = int(rest)
	}
	b := make([]byte, n)
	m, err := r.r.ReadAt(b, int64(off))
	if err != nil && m < n {
		return b[:m]
	}
	return b
}

// text reads the zero-terminated string at off.
func (r *reader) text(off uint64) (string, bool) {
	for _, n := range []int{64, maxString} {
		b := r.bytes(off, n)
		if i := bytes.IndexByte(b, 0); i >= 0 {
			return string(b[:i]), true
		}
		if len(b) < n {
			return "", false
		}
	}
	return "", false
}

func (r *reader) programs(off uint64, entsize, num int) {
	want := 32
	if r.f.Bits == 64 {
		want = 56
	}
	if num == 0 || off == 0 {
		return
	}
	if entsize < want {
		r.damage("program headers of %d bytes", entsize)
		return
	}
	if num > maxProgs {
		r.damage("%d program headers, %d are read", num, maxProgs)
		num = maxProgs
	}
	b := r.bytes(off, num*entsize)
	for ; len(b) >= want; b = b[min(entsize, len(b)):] {
		var s seg
		s.typ = r.bo.Uint32(b)
		if r.f.Bits == 32 {
			s.off, s.addr = uint64(r.bo.Uint32(b[4:])), uint64(r.bo.Uint32(b[8:]))
			s.filesize, s.flags = uint64(r.bo.Uint32(b[16:])), r.bo.Uint32(b[24:])
		} else {
			s.flags = r.bo.Uint32(b[4:])
			s.off, s.addr, s.filesize = r.bo.Uint64(b[8:]), r.bo.Uint64(b[16:]), r.bo.Uint64(b[32:])
		}
		r.segs = append(r.segs, s)
	}
	if len(r.segs) < num {
		r.damage("program headers end beyond the file")
	}
	for _, s := range r.segs {
		if s.typ == ptLoad && !r.inside(s.off, s.filesize) {
			r.damage("truncated: a segment ends at %d, the file at %d", s.off+s.filesize, r.size)
			break
		}
	}
}

const (
	ptLoad    = 1
	ptDynamic = 2
	ptInterp  = 3
	ptNote    = 4

	shtNobits = 8

	shfCompressed = 0x800
	shtDynamic    = 6
	shtNote       = 7
)

func (r *reader) sections(off uint64, entsize, num, strndx int) {
	want := 40
	if r.f.Bits == 64 {
		want = 64
	}
	if off == 0 || num == 0 {
		return
	}
	if entsize < want || !r.inside(off, uint64(num)*uint64(entsize)) {
		r.damage("section headers end beyond the file")
		return
	}
	if num > maxSections {
		r.damage("%d sections, %d are read", num, maxSections)
		num = maxSections
	}
	b := r.bytes(off, num*entsize)
	secs := make([]sect, 0, num)
	for ; len(b) >= want; b = b[min(entsize, len(b)):] {
		var s sect
		s.name, s.typ, s.flags = r.bo.Uint32(b), r.bo.Uint32(b[4:]), r.bo.Uint32(b[8:])
		if r.f.Bits == 64 && r.f.Big {
			s.flags = r.bo.Uint32(b[12:]) // of 64 bits
		}
		if r.f.Bits == 32 {
			s.addr, s.off, s.size = uint64(r.bo.Uint32(b[12:])), uint64(r.bo.Uint32(b[16:])), uint64(r.bo.Uint32(b[20:]))
			s.link = r.bo.Uint32(b[24:])
		} else {
			s.addr, s.off, s.size = r.bo.Uint64(b[16:]), r.bo.Uint64(b[24:]), r.bo.Uint64(b[32:])
			s.link = r.bo.Uint32(b[40:])
		}
		secs = append(secs, s)
	}
	if strndx >= len(secs) || secs[strndx].typ == shtNobits {
		r.damage("no section name table")
		return
	}
	names := r.bytes(secs[strndx].off, int(min(secs[strndx].size, 1<<20)))
	for _, s := range secs {
		name := ""
		if uint64(s.name) < uint64(len(names)) {
			rest := names[s.name:]
			if i := bytes.IndexByte(rest, 0); i >= 0 {
				rest = rest[:i]
			}
			name = string(rest[:min(len(rest), 256)])
		}
		r.f.Sections = append(r.f.Sections, name)
		if s.typ == shtNobits || s.size == 0 {
			continue
		}
		if !r.inside(s.off, s.size) {
			r.damage("section %q ends beyond the file", name)
			continue
		}
		switch {
		case name == ".comment":
			r.comment(s.off, s.size)
		case name == ".rodata" || strings.HasPrefix(name, ".rodata.") || name == ".data" || name == ".dynstr" || name == ".sdata" || name == ".rdata" || name == ".data.rel.ro":
			r.f.Strings = append(r.f.Strings, Span{int64(s.off), int64(s.size)})
		case name == ".modinfo":
			r.f.Modinfo = &Span{int64(s.off), int64(min(s.size, maxModinfo))}
		case name == ".note.gnu.build-id" || s.typ == shtNote:
			r.notes(s.off, s.size)
		case name == ".debug_str" && s.flags&shfCompressed == 0:
			r.f.DebugStr = &Span{int64(s.off), int64(s.size)}
		case name == ".dep-v0":
			r.f.DepV0 = &Span{int64(s.off), int64(min(s.size, maxModinfo))}
		case name == ".go.buildinfo":
			r.f.GoBuildInfo = true
		}
	}
}

// comment keeps the distinct strings of .comment: each object file that was
// linked may have left one.
func (r *reader) comment(off, size uint64) {
	b := r.bytes(off, int(min(size, maxComment)))
	seen := map[string]bool{}
	for at := 0; at < len(b); {
		end := bytes.IndexByte(b[at:], 0)
		if end < 0 {
			end = len(b) - at
		}
		if s := string(b[at : at+end]); end > 0 && end <= 512 && !seen[s] && len(seen) < 32 {
			seen[s] = true
			r.f.Comments = append(r.f.Comments, Text{s, int64(off) + int64(at)})
		}
		at += end + 1
	}
}

func (r *reader) notes(off, size uint64) {
	b := r.bytes(off, int(min(size, maxNotes)))
	for len(b) >= 12 {
		nsz, dsz, typ := uint64(r.bo.Uint32(b)), uint64(r.bo.Uint32(b[4:])), r.bo.Uint32(b[8:])
		dataAt := 12 + (nsz+3)&^3
		if nsz > uint64(len(b)) || dsz > uint64(len(b)) || dataAt+dsz > uint64(len(b)) {
			return
		}
		if typ == 3 && nsz == 4 && string(b[12:15]) == "GNU" && dsz >= 4 && dsz <= 64 && r.f.BuildID == "" {
			r.f.BuildID = hex.EncodeToString(b[dataAt : dataAt+dsz])
		}
		if typ == packageNote && nsz == 4 && string(b[12:15]) == "FDO" && r.f.Package.Value == "" {
			text, _, _ := bytes.Cut(b[dataAt:dataAt+dsz], []byte{0})
			r.f.Package = Text{string(text), int64(off + dataAt)}
		}
		next := dataAt + (dsz+3)&^3
		if next > uint64(len(b)) {
			return
		}
		b, off = b[next:], off+next
	}
}

// packageNote is the type of the note of the owner "FDO" that holds package
// metadata as JSON.
const packageNote = 0xcafe1a7e

// offset turns a virtual address into a file offset through the loadable
// segments.
func (r *reader) offset(addr uint64) (uint64, bool) {
	for _, s := range r.segs {
		if s.typ == ptLoad && addr >= s.addr && addr-s.addr < s.filesize {
			off := s.off + (addr - s.addr)
			if off < uint64(r.size) {
				return off, true
			}
		}
	}
	return 0, false
}

func (r *reader) fromSegments() {
	for _, s := range r.segs {
		switch s.typ {
		case ptInterp:
			r.f.Interp, _ = r.text(s.off)
		case ptNote:
			if (r.f.BuildID == "" || r.f.Package.Value == "") && r.inside(s.off, s.filesize) {
				r.notes(s.off, s.filesize)
			}
		case ptDynamic:
			r.f.Dynamic = true
			r.dynamic(s.off, s.filesize)
		}
	}
}

func (r *reader) dynamic(off, size uint64) {
	ent := 8
	if r.f.Bits == 64 {
		ent = 16
	}
	n := int(min(size/uint64(ent), maxDynamic))
	b := r.bytes(off, n*ent)
	var needed []uint64
	var soname, runpath, strtab, strsize, symtab uint64
	var hasSoname, hasRunpath bool
	for ; len(b) >= ent; b = b[ent:] {
		var tag, val uint64
		if ent == 8 {
			tag, val = uint64(r.bo.Uint32(b)), uint64(r.bo.Uint32(b[4:]))
		} else {
			tag, val = r.bo.Uint64(b), r.bo.Uint64(b[8:])
		}
		switch tag {
		case 0:
			b = b[:ent]
		case 1:
			if len(needed) < maxNeeded {
				needed = append(needed, val)
			}
		case 5:
			strtab = val
		case 6:
			symtab = val
		case 10:
			strsize = val
		case 14:
			soname, hasSoname = val, true
		case 15, 29:
			runpath, hasRunpath = val, true
		}
	}
	at, ok := r.offset(strtab)
	if !ok {
		if len(needed) > 0 || hasSoname {
			r.damage("the dynamic string table is in no segment")
		}
		return
	}
	// The table of symbols states no length; its strings follow it nearly always.
	if sym, ok := r.offset(symtab); ok && symtab < strtab && sym < at && r.inside(at, strsize) {
		r.f.symtab, r.f.strtab = Span{int64(sym), int64(at - sym)}, Span{int64(at), int64(strsize)}
	}
	if hasSoname && soname < uint64(r.size) {
		if s, ok := r.text(at + soname); ok {
			r.f.SONAME = Text{s, int64(at + soname)}
		}
	}
	if hasRunpath && runpath < uint64(r.size) {
		if s, ok := r.text(at + runpath); ok {
			r.f.RunPath = Text{s, int64(at + runpath)}
		}
	}
	for _, n := range needed {
		if n >= uint64(r.size) {
			continue
		}
		if s, ok := r.text(at + n); ok && s != "" {
			r.f.Needed = append(r.f.Needed, s)
		}
	}
}

// Exports calls visit with the name of each dynamic symbol that the file
// defines for others. The name is valid only during the call. It reads at most
// 8 MiB of each table; ra is the file that was given to Read.
func (f *File) Exports(ra io.ReaderAt, visit func(name []byte)) {
	const most = 8 << 20
	ent := int64(16)
	if f.Bits == 64 {
		ent = 24
	}
	var bo binary.ByteOrder = binary.LittleEndian
	if f.Big {
		bo = binary.BigEndian
	}
	read := func(s Span) []byte {
		b := make([]byte, min(s.Size, most))
		n, _ := ra.ReadAt(b, s.Offset)
		return b[:n]
	}
	syms, names := read(f.symtab), read(f.strtab)
	for ; int64(len(syms)) >= ent; syms = syms[ent:] {
		name, info, shndx := bo.Uint32(syms), byte(0), uint16(0)
		if ent == 16 {
			info, shndx = syms[12], bo.Uint16(syms[14:])
		} else {
			info, shndx = syms[4], bo.Uint16(syms[6:])
		}
		if typ, bind := info&15, info>>4; shndx == 0 || shndx >= 0xff00 || typ == 0 || typ > 2 && typ != 10 || bind == 0 || uint64(name) >= uint64(len(names)) {
			continue
		}
		rest := names[name:]
		if i := bytes.IndexByte(rest[:min(len(rest), maxString)], 0); i > 0 {
			visit(rest[:i])
		}
	}
}

// Arch returns the machine as distributions name it ("mips", "mipsel", "arm",
// "aarch64", "x86_64"), or "machine N" for one without a name here.
func (f *File) Arch() string {
	i := sort.Search(len(machines), func(i int) bool { return machines[i].id >= f.Machine })
	if i == len(machines) || machines[i].id != f.Machine {
		return fmt.Sprintf("machine %d", f.Machine)
	}
	name := machines[i].name
	switch {
	case f.Machine == 8 && f.Bits == 64:
		name = "mips64"
	case f.Machine == 243:
		return fmt.Sprintf("riscv%d", f.Bits)
	case f.Machine == 62 && f.Bits == 32:
		return "x32"
	}
	switch f.Machine {
	case 8:
		if !f.Big {
			name += "el"
		}
	case 40:
		if f.Big {
			name = "armeb"
		}
	case 183:
		if f.Big {
			name = "aarch64_be"
		}
	case 21:
		if !f.Big {
			name = "ppc64le"
		}
	case 42:
		if f.Big {
			name = "sh4eb"
		}
	case 195:
		if f.Big {
			name = "arceb"
		}
	case 94:
		if f.Big {
			name = "xtensaeb"
		}
	}
	return name
}

// machines by e_machine, sorted (gabi, "Machine Information").
var machines = []struct {
	id   uint16
	name string
}{
	{2, "sparc"}, {3, "i386"}, {4, "m68k"}, {7, "i860"}, {8, "mips"}, {15, "parisc"}, {18, "sparc32plus"},
	{20, "ppc"}, {21, "ppc64"}, {22, "s390"}, {23, "spu"}, {36, "v850"}, {40, "arm"}, {41, "alpha"}, {42, "sh4"},
	{43, "sparc64"}, {44, "tricore"}, {45, "arc"}, {46, "h8300"}, {50, "ia64"}, {53, "coldfire"}, {62, "x86_64"},
	{75, "vax"}, {76, "cris"}, {83, "avr"}, {87, "v850"}, {88, "m32r"}, {89, "mn10300"}, {92, "openrisc"}, {93, "arc"},
	{94, "xtensa"}, {105, "msp430"}, {106, "blackfin"}, {113, "nios2"}, {120, "m16c"}, {140, "c6000"}, {144, "pru"},
	{164, "hexagon"}, {173, "rx"}, {176, "metag"}, {183, "aarch64"}, {185, "avr32"}, {188, "tilepro"}, {189, "microblaze"},
	{190, "cuda"}, {191, "tilegx"}, {195, "arcv2"}, {224, "amdgpu"}, {243, "riscv"}, {244, "lanai"}, {247, "bpf"},
	{252, "csky"}, {258, "loongarch"},
}
