package bytesearch

import "encoding/binary"

// printableMasks sets a bit in masks for each byte of data from 0x20 to 0x7f,
// and one more mask to 0.
func printableMasks(masks []uint64, data []byte) {
	n := len(data) / 64
	if masks = masks[:min(len(masks), n+2)]; n > 0 {
		printableBlocks(masks[:n], data[:64*n])
	}
	var m uint64
	for i, c := range data[64*n:] {
		if c >= 0x20 && c < 0x80 {
			m |= 1 << i
		}
	}
	masks[n] = m
	if n+1 < len(masks) {
		masks[n+1] = 0
	}
}

// slowPrintableBlocks sets the masks of as many blocks of 64 bytes as there are
// masks. It is what processors without their own way have, and the oracle of that.
func slowPrintableBlocks(masks []uint64, data []byte) {
	for i := range masks {
		p := (*[64]byte)(data[64*i:])
		masks[i] = printableBits(binary.LittleEndian.Uint64(p[0:])) |
			printableBits(binary.LittleEndian.Uint64(p[8:]))<<8 |
			printableBits(binary.LittleEndian.Uint64(p[16:]))<<16 |
			printableBits(binary.LittleEndian.Uint64(p[24:]))<<24 |
			printableBits(binary.LittleEndian.Uint64(p[32:]))<<32 |
			printableBits(binary.LittleEndian.Uint64(p[40:]))<<40 |
			printableBits(binary.LittleEndian.Uint64(p[48:]))<<48 |
			printableBits(binary.LittleEndian.Uint64(p[56:]))<<56
	}
}

// printableBits returns a number whose bit i is set where byte i of w is from
// 0x20 to 0x7f.
func printableBits(w uint64) uint64 {
	p := (w&^high8 + 0x6060606060606060) &^ w & high8
	return p >> 7 * 0x0102040810204080 >> 56
}
