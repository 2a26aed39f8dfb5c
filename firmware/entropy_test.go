package firmware

import (
	"math/rand/v2"
	"testing"
)

// The quick answer never contradicts the count.
func TestEntropyBound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	quick := 0
	for i := range 4000 {
		high, values := r.IntN(101), 1+r.IntN(128)
		b := make([]byte, 1024+r.IntN(3000))
		for k := range b {
			b[k] = byte(r.IntN(values))
			if r.IntN(100) < high {
				b[k] |= 0x80
			}
		}
		var e entropy
		e.sample(b, 0, int64(len(b)))
		most := 6.5 + 1.5*float64(i%100)/100
		if e.below(most) {
			quick++
			if bits := e.bits(); bits > most {
				t.Fatalf("%d %% high, %d values: said to be below %.3f, is %.3f", high, values, most, bits)
			}
		}
	}
	if quick < 400 {
		t.Errorf("only %d of 4000 were answered quickly", quick)
	}
}

func TestEntropyOpaque(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 50_000)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	text := make([]byte, 50_000)
	for i := range text {
		text[i] = byte(' ' + r.IntN(95))
	}
	half := append(append([]byte(nil), random[:25_000]...), text[:25_000]...)
	for name, tt := range map[string]struct {
		data []byte
		want bool
	}{"random": {random, true}, "short random": {random[:1500], true}, "too short": {random[:900], false}, "text": {text, false}, "half": {half, false}, "zeros": {make([]byte, 9000), false}} {
		for _, step := range []int{len(tt.data), 777} { // whole, and as a stream
			var e entropy
			for at := 0; at < len(tt.data); at += step {
				e.sample(tt.data[at:min(at+step, len(tt.data))], int64(at), int64(len(tt.data)))
			}
			if got := e.opaque(&Entry{Path: "x", Head: tt.data[:min(512, len(tt.data))]}); got != tt.want {
				t.Errorf("%s, %d bytes at a time: opaque %v, want %v", name, step, got, tt.want)
			}
		}
	}
}
