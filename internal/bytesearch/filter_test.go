package bytesearch

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestPrintableMasks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	data := make([]byte, 700)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	copy(data, []byte{0, 0x1f, 0x20, 0x7e, 0x7f, 0x80, 0x9f, 0xa0, 0xff})
	for from := range 3 {
		for n := range len(data) - from {
			got := make([]uint64, n/64+2)
			for i := range got {
				got[i] = ^uint64(0)
			}
			want := make([]uint64, n/64+2)
			for i, c := range data[from : from+n] {
				if c >= 0x20 && c <= 0x7f {
					want[i/64] |= 1 << (i % 64)
				}
			}
			if printableMasks(got, data[from:from+n]); !slices.Equal(got, want) {
				t.Fatalf("%d bytes from %d: %x, want %x", n, from, got, want)
			}
			slow := want[:n/64]
			if slowPrintableBlocks(slow, data[from:from+n]); !slices.Equal(slow, got[:n/64]) {
				t.Fatalf("%d bytes from %d without SSE2: %x, want %x", n, from, slow, got[:n/64])
			}
		}
	}
}

func TestFilterPlaces(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	block := make([]byte, 64*40+4)
	filter := new([filterWords]uint64)
	for i := range filter {
		filter[i] = r.Uint64() & r.Uint64()
	}
	for round := range 200 {
		for i := range block {
			block[i] = byte(r.Uint32()) // or letters alone
			if round%2 == 1 {
				block[i] = block[i]&0x1f | 0x40
			}
		}
		places := make([]uint64, 1+r.IntN(40))
		for k := range places {
			switch r.IntN(4) {
			case 0:
			case 1:
				places[k] = 0x5555555555555555
			case 2:
				places[k] = ^uint64(0)
			default:
				places[k] = r.Uint64()
			}
		}
		for _, grams := range []uint32{1<<24 - 1, 1<<32 - 1} {
			for _, mask := range []uint32{1<<minFilterBits - 1, 1<<maxFilterBits - 1} {
				got, want := make([]uint16, 64*40), make([]uint16, 64*40)
				got = got[:filterPlaces(got, places, block, filter, grams, mask)]
				want = want[:slowFilterPlaces(want, places, block, filter, grams, mask)]
				if !slices.Equal(got, want) {
					t.Fatalf("round %d, %d words: %d candidates, want %d", round, len(places), len(got), len(want))
				}
			}
		}
	}
}
