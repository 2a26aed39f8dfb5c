// Package ipcountry says in which country the network that announces an IP
// address is registered.
//
// That is weak: it is the country in which a regional registry has the
// autonomous system on file, not where a server stands, and not where the
// company behind it is based. Networks are leased, sold and announced from
// elsewhere. It supports an attribution and is never an origin.
//
// The data is in a package of its own (2 MB) for programs that want it. It is
// the set [Source], CC0-1.0, of the day in [Date]; ranges without a country
// there have none here.
package ipcountry

import (
	_ "embed"
	"encoding/binary"
	"net/netip"
)

//go:generate go run ./internal/gen -from ../../../../shared/origin-data/network -o ranges.bin

// Source and date of the ranges.
const (
	Source = "@ip-location-db/asn-country 2.3.2026061719"
	Date   = "2026-06-17"
)

// The ranges, all numbers big-endian: the numbers of starts of IPv4 and IPv6
// ranges and of country codes (u32 each); the codes, two letters each; the
// starts of IPv4 ranges (u32) in ascending order, and an index into the codes
// for each (u8, from 1; 0 is none); the same for IPv6, of whose addresses the
// upper 64 bits count (u64). A range runs to the next start.
//
//go:embed ranges.bin
var ranges string

// Country returns the ISO 3166-1 alpha-2 code for an address, empty where none
// is known: private, reserved and unassigned addresses among others. An IPv4
// address may be in IPv6 form.
func Country(addr netip.Addr) string {
	n4, n6, codes := int(u32(0)), int(u32(4)), int(u32(8))
	codesAt := 12
	at4 := codesAt + 2*codes
	index4 := at4 + 4*n4
	at6 := index4 + n4
	index6 := at6 + 8*n6
	addr = addr.Unmap()
	var code byte
	switch {
	case addr.Is4():
		b := addr.As4()
		want := binary.BigEndian.Uint32(b[:])
		i := search(n4, func(i int) bool { return u32(at4+4*i) <= want })
		if i < 0 {
			return ""
		}
		code = ranges[index4+i]
	case addr.Is6():
		b := addr.As16()
		want := binary.BigEndian.Uint64(b[:])
		i := search(n6, func(i int) bool { return uint64(u32(at6+8*i))<<32|uint64(u32(at6+8*i+4)) <= want })
		if i < 0 {
			return ""
		}
		code = ranges[index6+i]
	}
	if code == 0 {
		return ""
	}
	from := codesAt + 2*int(code-1)
	return ranges[from : from+2]
}

// search returns the last index for which below holds, -1 where none does.
func search(n int, below func(int) bool) int {
	lo, hi := 0, n
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if below(mid) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo - 1
}

func u32(at int) uint32 {
	return uint32(ranges[at])<<24 | uint32(ranges[at+1])<<16 | uint32(ranges[at+2])<<8 | uint32(ranges[at+3])
}
