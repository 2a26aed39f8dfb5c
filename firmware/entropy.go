package firmware

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// entropy estimates how random a file's bytes are, from up to 32 blocks of
// 512 bytes spread over it: enough for a scatter of a few thousandths of a bit.
//
// Only randomness is asked for, and most files are far from it by how few of
// their bytes have the highest bit. So the blocks are kept and counted where
// that does not answer.
type entropy struct {
	bytes  []byte // of the blocks, in a buffer that the next file uses again
	next   int64  // offset of the next block to take
	left   int    // bytes of the current block still to come
	blocks int
}

// reset prepares for another file.
func (e *entropy) reset() { *e = entropy{bytes: e.bytes[:0]} }

const (
	entropyBlock  = 1 << 9
	entropyBlocks = 32
)

// sample takes its part of b, which stands at offset at of a file of the given
// size. Calls come in the order of the file.
func (e *entropy) sample(b []byte, at, size int64) {
	step := max(size/entropyBlocks, entropyBlock)
	for len(b) > 0 && e.blocks <= entropyBlocks {
		if e.left == 0 {
			if at+int64(len(b)) <= e.next {
				return
			}
			if skip := e.next - at; skip > 0 {
				b = b[skip:]
				at += skip
			}
			e.left = entropyBlock
			e.next += step
			e.blocks++
		}
		n := min(e.left, len(b))
		e.bytes = append(e.bytes, b[:n]...)
		e.left -= n
		b = b[n:]
		at += int64(n)
	}
}

// bits per byte, 0 to 8.
func (e *entropy) bits() float64 {
	var counts [256]uint32
	for _, c := range e.bytes {
		counts[c]++
	}
	var h float64
	for _, c := range counts {
		if c > 0 {
			p := float64(c) / float64(len(e.bytes))
			h -= p * math.Log2(p)
		}
	}
	return h
}

// below reports whether bits is surely less than so many. If a share p of the
// bytes has the highest bit, which takes h(p) bits to tell, the others take 7 at
// most.
func (e *entropy) below(most float64) bool {
	high, b := 0, e.bytes
	for ; len(b) >= 8; b = b[8:] {
		high += bits.OnesCount64(binary.LittleEndian.Uint64(b) & 0x8080808080808080)
	}
	for _, c := range b {
		high += int(c >> 7)
	}
	if high == 0 || high == len(e.bytes) {
		return 7 < most
	}
	p := float64(high) / float64(len(e.bytes))
	return 7-p*math.Log2(p)-(1-p)*math.Log2(1-p) < most
}

// opaque reports whether a file is packed, compressed or encrypted inside:
// its magic says so, or its bytes look random. Pictures, sounds and fonts are
// compressed too, but hide nothing that an extractor would have read.
func (e *entropy) opaque(f *Entry) bool {
	for _, m := range packedMagic {
		if len(f.Head) >= m.offset+len(m.magic) && string(f.Head[m.offset:m.offset+len(m.magic)]) == m.magic {
			return true
		}
	}
	if len(e.bytes) < 1024 || f.isELF() {
		return false
	}
	if hasMagic(f.Head, mediaMagic) || hasMagic(f.Head, otherMagic) {
		return false
	}
	// A sample of n random bytes has 8 - 255/(2n ln 2) bits on average (Miller
	// and Madow), with little scatter.
	most := 8 - 255/(2*float64(len(e.bytes))*math.Ln2) - 0.06
	return !e.below(most) && e.bits() > most
}

var packedMagic = []struct {
	offset int
	magic  string
}{
	{0, "\x1f\x8b\x08"}, {0, "BZh9"}, {0, "\xfd7zXZ\x00"}, {0, "\x28\xb5\x2f\xfd"}, {0, "\x04\x22\x4d\x18"},
	{0, "7z\xbc\xaf\x27\x1c"}, {0, "Rar!\x1a\x07"}, {0, "PK\x03\x04"}, {0, "\x5d\x00\x00\x80\x00"}, {0, "\x6d\x00\x00\x80\x00"},
	{0, "hsqs"}, {0, "sqsh"}, {0, "qshs"}, {0, "shsq"}, {0, "tqsh"}, {0, "hsqt"}, {0, "\x45\x3d\xcd\x28"}, {0, "\x28\xcd\x3d\x45"},
	{0, "UBI#"}, {0, "\x31\x18\x10\x06"}, {0, "\x27\x05\x19\x56"}, {0, "HDR0"}, {0, "ANDROID!"}, {0, "\x3a\xff\x26\xed"},
	{0, "Salted__"}, {0, "-rom1fs-"},
}

// mediaMagic begins pictures and sounds, which name the program that made them and
// are no part of it; otherMagic what is packed by its nature beside these.
var (
	mediaMagic = []string{"\x89PNG", "\xff\xd8\xff", "GIF8", "OggS", "ID3", "RIFF", "fLaC"}
	otherMagic = []string{"\xff\xfb", "wOFF", "wOF2", "CWS", "FWS", "ZWS", "\x00\x00\x01\x00", "%PDF"}
)

func hasMagic(head []byte, list []string) bool {
	return slices.ContainsFunc(list, func(m string) bool { return len(head) >= len(m) && string(head[:len(m)]) == m })
}
