package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// The first collection comes late, and after it the usual rules hold; what the
// environment sets is left alone.
func TestTuneMemory(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	defer func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}()
	state := func() (int, int64) {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p, debug.SetMemoryLimit(-1)
	}
	for _, tt := range []struct {
		gogc, limit  string
		first, later [2]int64
	}{
		{"", "", [2]int64{-1, firstCollection}, [2]int64{gcPercent, memoryLimit}},
		{"50", "", [2]int64{100, memoryLimit}, [2]int64{100, memoryLimit}},
		{"", "1GiB", [2]int64{gcPercent, math.MaxInt64}, [2]int64{gcPercent, math.MaxInt64}},
		{"50", "1GiB", [2]int64{100, math.MaxInt64}, [2]int64{100, math.MaxInt64}},
	} {
		t.Setenv("GOGC", tt.gogc)
		t.Setenv("GOMEMLIMIT", tt.limit)
		debug.SetGCPercent(100) // the runtime has read GOGC when it began
		debug.SetMemoryLimit(math.MaxInt64)
		stop := tuneMemory()
		if p, l := state(); int64(p) != tt.first[0] || l != tt.first[1] {
			t.Errorf("GOGC=%s GOMEMLIMIT=%s: %d %%, %d bytes at first, want %v", tt.gogc, tt.limit, p, l, tt.first)
		}
		deadline := time.Now().Add(10 * time.Second)
		for {
			runtime.GC()
			p, l := state()
			if int64(p) == tt.later[0] && l == tt.later[1] {
				break
			}
			if time.Now().After(deadline) {
				t.Errorf("GOGC=%s GOMEMLIMIT=%s: %d %%, %d bytes after a collection, want %v", tt.gogc, tt.limit, p, l, tt.later)
				break
			}
			time.Sleep(time.Millisecond)
		}
		stop()
	}
}

// A heap of a usual tree may triple, that of a very large one grows by little.
func TestPercentFor(t *testing.T) {
	for _, tt := range []struct{ alive, most int64 }{{0, 0}, {20, 60}, {37, 76}, {60, 84}, {88, 112}, {100, 124}, {200, 224}, {1000, 1100}} {
		heap := tt.alive * int64(100+percentFor(tt.alive<<20)) / 100
		if heap > tt.most || heap < tt.most-2 {
			t.Errorf("%d MB alive: up to %d MB, want %d", tt.alive, heap, tt.most)
		}
	}
}
