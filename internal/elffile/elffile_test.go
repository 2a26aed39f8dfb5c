package elffile

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/elffile/elftest"
)

func read(b []byte) (*File, error) { return Read(bytes.NewReader(b), int64(len(b))) }

func spec(bits int, big bool, machine uint16) elftest.Spec {
	return elftest.Spec{Bits: bits, Big: big, Type: Shared, Machine: machine, SONAME: "libfoo.so.1", Needed: []string{"libc.so.0", "libbar.so"},
		BuildID: []byte{0xde, 0xad, 0xbe, 0xef}, Package: `{"name":"foo"}`, Comment: "GCC: (GNU) 4.3.3\x00GCC: (GNU) 4.3.3\x00GCC: (Acme 1.2) 4.4.7\x00"}
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		bits    int
		big     bool
		machine uint16
		arch    string
	}{
		{32, true, 8, "mips"}, {32, false, 8, "mipsel"}, {64, true, 8, "mips64"}, {32, false, 40, "arm"}, {64, false, 183, "aarch64"}, {64, false, 243, "riscv64"}, {32, false, 42, "sh4"}, {64, false, 62, "x86_64"}, {32, false, 9999, "machine 9999"},
	} {
		for _, bare := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/bare=%v", tt.arch, bare), func(t *testing.T) {
				s := spec(tt.bits, tt.big, tt.machine)
				s.NoSections = bare
				b := elftest.Build(s)
				f, err := read(b)
				if err != nil {
					t.Fatal(err)
				}
				if f.Arch() != tt.arch || f.Bits != tt.bits || f.Big != tt.big {
					t.Errorf("arch %q bits %d big %v", f.Arch(), f.Bits, f.Big)
				}
				if f.SONAME.Value != "libfoo.so.1" || string(b[f.SONAME.Offset:f.SONAME.Offset+11]) != "libfoo.so.1" {
					t.Errorf("SONAME %+v", f.SONAME)
				}
				if want := []string{"libc.so.0", "libbar.so"}; !reflect.DeepEqual(f.Needed, want) {
					t.Errorf("needed %q, want %q", f.Needed, want)
				}
				if f.BuildID != "deadbeef" {
					t.Errorf("build id %q", f.BuildID)
				}
				if p := f.Package; p.Value != `{"name":"foo"}` || string(b[p.Offset:p.Offset+14]) != p.Value {
					t.Errorf("package note %+v", p)
				}
				if len(f.Damage) > 0 {
					t.Errorf("damage %q", f.Damage)
				}
				if bare {
					return
				}
				if len(f.Comments) != 2 || f.Comments[1].Value != "GCC: (Acme 1.2) 4.4.7" {
					t.Errorf("comments %+v", f.Comments)
				}
				// The standard library reads the same file alike.
				std, err := elf.NewFile(bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				if len(std.Sections) != len(f.Sections) || std.Section(".comment") == nil {
					t.Errorf("sections %q", f.Sections)
				}
			})
		}
	}
}

// TestTruncated cuts a file at every length: what remains is read, and the
// loss is told once the cut hits something that the headers name.
func TestTruncated(t *testing.T) {
	b := elftest.Build(spec(32, true, 8))
	for n := range len(b) {
		f, err := read(b[:n])
		switch {
		case n < 52:
			if err == nil {
				t.Errorf("%d bytes: no error", n)
			}
		case err != nil:
			t.Errorf("%d bytes: %v", n, err)
		case len(f.Damage) == 0:
			t.Errorf("%d of %d bytes: no damage reported", n, len(b))
		}
	}
}

func TestNotELF(t *testing.T) {
	for _, b := range []string{"", "\x7fELF", "#!/bin/sh\nexit 0\n....................", "\x7fELF\x09\x01\x01.................."} {
		if _, err := read([]byte(b)); !errors.Is(err, ErrNotELF) {
			t.Errorf("%q: %v, want ErrNotELF", b, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []elftest.Spec{spec(32, true, 8), spec(64, false, 183), {Type: Relocatable, Machine: 40, Modinfo: "license=GPL\x00"}} {
		b := elftest.Build(s)
		f.Add(b)
		f.Add(b[:len(b)/2])
		s.NoSections = true
		f.Add(elftest.Build(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := read(b)
		if err != nil {
			return
		}
		inside := func(off int64, n int) bool { return off >= 0 && off+int64(n) <= int64(len(b)) }
		if e.SONAME.Value != "" && (!inside(e.SONAME.Offset, len(e.SONAME.Value)) || string(b[e.SONAME.Offset:][:len(e.SONAME.Value)]) != e.SONAME.Value) {
			t.Fatalf("SONAME %+v is not in the file", e.SONAME)
		}
		for _, c := range e.Comments {
			if !inside(c.Offset, len(c.Value)) || string(b[c.Offset:][:len(c.Value)]) != c.Value {
				t.Fatalf("comment %+v is not in the file", c)
			}
		}
		if e.Modinfo != nil && !inside(e.Modinfo.Offset, int(e.Modinfo.Size)) {
			t.Fatalf("modinfo %+v is not in the file", e.Modinfo)
		}
	})
}
