// Package elftest makes small ELF files for tests.
package elftest

import (
	"bytes"
	"encoding/binary"
)

// A Spec says what the file holds.
type Spec struct {
	Bits    int // 32 or 64; 0 means 32
	Big     bool
	Type    uint16
	Machine uint16
	SONAME  string
	Needed  []string
	BuildID []byte
	Package string // the packager's note, behind the build id
	Comment string // .comment, with its zero bytes
	Modinfo string // .modinfo, with its zero bytes
	Data    []byte // more bytes of the loaded segment
	// NoSections leaves out the section headers, as some strippers do.
	NoSections bool
}

// Build returns the file.
func Build(s Spec) []byte {
	var bo binary.ByteOrder = binary.LittleEndian
	if s.Big {
		bo = binary.BigEndian
	}
	wide := s.Bits == 64
	ehsize, phsize, shsize, dynsize := 52, 32, 40, 8
	if wide {
		ehsize, phsize, shsize, dynsize = 64, 56, 64, 16
	}
	const base = 0x10000
	dynamic := s.SONAME != "" || len(s.Needed) > 0
	phnum := 1
	if dynamic {
		phnum++
	}
	if s.BuildID != nil {
		phnum++
	}
	var out bytes.Buffer
	out.Write(make([]byte, ehsize+phnum*phsize))
	word := func(v uint64) {
		if wide {
			b := make([]byte, 8)
			bo.PutUint64(b, v)
			out.Write(b)
		} else {
			b := make([]byte, 4)
			bo.PutUint32(b, uint32(v))
			out.Write(b)
		}
	}
	type section struct {
		name      string
		typ       uint32
		off, size int
	}
	var secs []section
	strtab := "\x00"
	add := func(v string) uint64 {
		off := len(strtab)
		strtab += v + "\x00"
		return uint64(off)
	}
	dynOff, dynSize := 0, 0
	if dynamic {
		type entry struct{ tag, val uint64 }
		var ents []entry
		for _, n := range s.Needed {
			ents = append(ents, entry{1, add(n)})
		}
		if s.SONAME != "" {
			ents = append(ents, entry{14, add(s.SONAME)})
		}
		strOff := out.Len()
		out.WriteString(strtab)
		ents = append(ents, entry{5, base + uint64(strOff)}, entry{0, 0})
		for out.Len()%8 != 0 {
			out.WriteByte(0)
		}
		dynOff = out.Len()
		for _, e := range ents {
			word(e.tag)
			word(e.val)
		}
		dynSize = len(ents) * dynsize
		secs = append(secs, section{".dynstr", 3, strOff, len(strtab)}, section{".dynamic", 6, dynOff, dynSize})
	}
	noteOff, noteSize := 0, 0
	if s.BuildID != nil {
		for out.Len()%4 != 0 {
			out.WriteByte(0)
		}
		noteOff = out.Len()
		b := make([]byte, 12)
		bo.PutUint32(b, 4)
		bo.PutUint32(b[4:], uint32(len(s.BuildID)))
		bo.PutUint32(b[8:], 3)
		out.Write(b)
		out.WriteString("GNU\x00")
		out.Write(s.BuildID)
		if s.Package != "" {
			for out.Len()%4 != 0 {
				out.WriteByte(0)
			}
			bo.PutUint32(b[4:], uint32(len(s.Package)+1))
			bo.PutUint32(b[8:], 0xcafe1a7e)
			out.Write(b)
			out.WriteString("FDO\x00" + s.Package + "\x00")
			for out.Len()%4 != 0 {
				out.WriteByte(0)
			}
		}
		noteSize = out.Len() - noteOff
		secs = append(secs, section{".note.gnu.build-id", 7, noteOff, noteSize})
	}
	out.Write(s.Data)
	loadEnd := out.Len()
	for _, x := range []struct{ name, data string }{{".comment", s.Comment}, {".modinfo", s.Modinfo}} {
		if x.data != "" {
			secs = append(secs, section{x.name, 1, out.Len(), len(x.data)})
			out.WriteString(x.data)
		}
	}
	shoff, shnum := 0, 0
	if !s.NoSections {
		names := "\x00"
		var at []int
		for _, x := range secs {
			at = append(at, len(names))
			names += x.name + "\x00"
		}
		nameAt := len(names)
		names += ".shstrtab\x00"
		secs = append(secs, section{".shstrtab", 3, out.Len(), len(names)})
		at = append(at, nameAt)
		out.WriteString(names)
		for out.Len()%8 != 0 {
			out.WriteByte(0)
		}
		shoff, shnum = out.Len(), len(secs)+1
		out.Write(make([]byte, shsize))
		for i, x := range secs {
			b := make([]byte, shsize)
			bo.PutUint32(b, uint32(at[i]))
			bo.PutUint32(b[4:], x.typ)
			if wide {
				bo.PutUint64(b[24:], uint64(x.off))
				bo.PutUint64(b[32:], uint64(x.size))
			} else {
				bo.PutUint32(b[16:], uint32(x.off))
				bo.PutUint32(b[20:], uint32(x.size))
			}
			out.Write(b)
		}
	}
	file := out.Bytes()
	copy(file, "\x7fELF\x01\x01\x01")
	if wide {
		file[4] = 2
	}
	if s.Big {
		file[5] = 2
	}
	bo.PutUint16(file[16:], s.Type)
	bo.PutUint16(file[18:], s.Machine)
	bo.PutUint32(file[20:], 1)
	ph := func(i int, typ uint32, off, size int) {
		p := file[ehsize+i*phsize:]
		bo.PutUint32(p, typ)
		if wide {
			bo.PutUint64(p[8:], uint64(off))
			bo.PutUint64(p[16:], base+uint64(off))
			bo.PutUint64(p[32:], uint64(size))
			return
		}
		bo.PutUint32(p[4:], uint32(off))
		bo.PutUint32(p[8:], base+uint32(off))
		bo.PutUint32(p[16:], uint32(size))
	}
	ph(0, 1, 0, loadEnd)
	n := 1
	if dynamic {
		ph(n, 2, dynOff, dynSize)
		n++
	}
	if s.BuildID != nil {
		ph(n, 4, noteOff, noteSize)
	}
	if wide {
		bo.PutUint64(file[32:], uint64(ehsize))
		bo.PutUint64(file[40:], uint64(shoff))
		bo.PutUint16(file[54:], uint16(phsize))
		bo.PutUint16(file[56:], uint16(phnum))
		bo.PutUint16(file[58:], uint16(shsize))
		bo.PutUint16(file[60:], uint16(shnum))
		bo.PutUint16(file[62:], uint16(max(shnum-1, 0)))
	} else {
		bo.PutUint32(file[28:], uint32(ehsize))
		bo.PutUint32(file[32:], uint32(shoff))
		bo.PutUint16(file[42:], uint16(phsize))
		bo.PutUint16(file[44:], uint16(phnum))
		bo.PutUint16(file[46:], uint16(shsize))
		bo.PutUint16(file[48:], uint16(shnum))
		bo.PutUint16(file[50:], uint16(max(shnum-1, 0)))
	}
	return file
}
