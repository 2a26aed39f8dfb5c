package firmware

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// A flat device tree (Devicetree Specification v0.4, chapter 5), as far as it
// says what board it is for, or, as a FIT, what an image holds.

const (
	fdtMagic     = "\xd0\x0d\xfe\xed"
	maxFDT       = 64 << 20 // a FIT holds whole kernels
	maxFDTDepth  = 32
	maxFDTNodes  = 50_000
	maxFDTValue  = 4 << 10
	fdtBeginNode = 1
	fdtEndNode   = 2
	fdtProp      = 3
	fdtNop       = 4
	fdtEnd       = 9
)

// An fdtProperty is a text property of a node that was asked for.
type fdtProperty struct {
	node   string // path
	name   string
	value  string // strings joined with a zero byte
	offset int64  // of the value in the input
}

// Strings are the property's values.
func (p *fdtProperty) strings() []string {
	return strings.Split(strings.Trim(p.value, "\x00"), "\x00")
}

var errNoFDT = fmt.Errorf("no device tree")

// byteSource gives pieces of a file without trusting lengths; Input is one.
type byteSource interface {
	Bytes(off int64, n int) []byte
}

// readFDT calls visit for the properties that want names, of all nodes. It
// returns the size that the header states. The structure block is read as far
// as it goes: a cut tree gives what stands before the cut, and an error.
func readFDT(src byteSource, base int64, want map[string]bool, visit func(fdtProperty)) (size int64, err error) {
	h := src.Bytes(base, 40)
	if len(h) < 40 || string(h[:4]) != fdtMagic {
		return 0, errNoFDT
	}
	u := func(i int) int64 { return int64(binary.BigEndian.Uint32(h[i:])) }
	total, offStruct, offStrings, version, lastComp := u(4), u(8), u(12), u(20), u(24)
	sizeStrings, sizeStruct := u(32), u(36)
	if total < 40 || total > maxFDT*4 || offStruct >= total || offStrings >= total || version < 16 || version > 100 || lastComp > version || offStruct < 40 || offStruct%4 != 0 {
		return 0, errNoFDT
	}
	if version < 17 {
		sizeStruct = total - offStruct
	}
	names := src.Bytes(base+offStrings, int(min(sizeStrings, total-offStrings, 1<<20)))
	name := func(off uint32) string {
		if int64(off) >= int64(len(names)) {
			return ""
		}
		s := names[off:]
		if i := bytes.IndexByte(s, 0); i >= 0 {
			s = s[:i]
		}
		return string(s[:min(len(s), 64)])
	}
	at, end := base+offStruct, base+offStruct+min(sizeStruct, total-offStruct)
	var path []string
	nodes := 0
	for at+4 <= end {
		b := src.Bytes(at, 12)
		if len(b) < 4 {
			return total, fmt.Errorf("device tree ends at offset %d", at)
		}
		switch token := binary.BigEndian.Uint32(b); token {
		case fdtBeginNode:
			nm := src.Bytes(at+4, 256)
			i := bytes.IndexByte(nm, 0)
			if i < 0 {
				return total, fmt.Errorf("device tree has a node name without end at offset %d", at)
			}
			if nodes++; nodes > maxFDTNodes || len(path) >= maxFDTDepth {
				return total, fmt.Errorf("device tree has too many or too deep nodes at offset %d", at)
			}
			path = append(path, string(nm[:i]))
			at += 4 + int64(i+1+3)&^3
		case fdtEndNode:
			if len(path) == 0 {
				return total, fmt.Errorf("device tree ends a node that was not begun at offset %d", at)
			}
			path = path[:len(path)-1]
			at += 4
		case fdtProp:
			if len(b) < 12 {
				return total, fmt.Errorf("device tree ends at offset %d", at)
			}
			n := int64(binary.BigEndian.Uint32(b[4:]))
			if n > end-at-12 {
				return total, fmt.Errorf("device tree has a property of %d bytes at offset %d", n, at)
			}
			if p := name(binary.BigEndian.Uint32(b[8:])); want[p] {
				v := src.Bytes(at+12, int(min(n, maxFDTValue)))
				visit(fdtProperty{node: strings.Join(path, "/"), name: p, value: string(v), offset: at + 12})
			}
			at += 12 + (n+3)&^3
		case fdtNop:
			at += 4
		case fdtEnd:
			return total, nil
		default:
			return total, fmt.Errorf("device tree has the token %d at offset %d", token, at)
		}
	}
	return total, nil
}

// dtVendor returns the vendor prefix of a compatible string ("ti,am33xx"), or
// "" where it has none.
func dtVendor(s string) string {
	v, _, ok := strings.Cut(s, ",")
	if !ok || len(v) < 1 || len(v) > 40 {
		return ""
	}
	for i := 0; i < len(v); i++ {
		if c := v[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c >= 'A' && c <= 'Z') {
			return ""
		}
	}
	return strings.ToLower(v)
}
