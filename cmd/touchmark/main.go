package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"syscall"

	"github.com/touchmark-dev/touchmark/cmd/touchmark/command"
)

func main() {
	tuneMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := command.Run(ctx, command.System(), os.Args[1:])
	stop()
	os.Exit(status)
}

const (
	// Most runs end before there is much to collect. The first collection comes
	// where the process has this much memory; from then on the others hold.
	firstCollection = 72 << 20
	// Little is alive while a tree is read. Half as many collections save a
	// twentieth of the time and cost some ten megabytes.
	gcPercent = 200
	// Where much is alive, in trees of a million files, the heap grows to this
	// much, or to little more than has to be kept: most of that has no pointers
	// and costs a collection nothing.
	largeHeap = 76 << 20
	headroom  = 24 << 20
	// A soft limit, for what none of these foresee. Where more than that has to be
	// kept, it gives way: below it the collector would run all the time.
	memoryLimit = 210 << 20
)

// tuneMemory sets when memory is collected, unless the environment does, and goes
// on to until stop is called.
func tuneMemory() (stop func()) {
	stop = func() {}
	switch percent, limit := os.Getenv("GOGC") == "", os.Getenv("GOMEMLIMIT") == ""; {
	case percent && limit:
		debug.SetGCPercent(-1)
		debug.SetMemoryLimit(firstCollection)
	case percent:
		debug.SetGCPercent(gcPercent)
		return stop
	case limit:
		debug.SetMemoryLimit(memoryLimit)
		return stop
	default:
		return stop
	}
	var stopped atomic.Bool
	var collected func(int)
	next := func() {
		// The next collection finds this object dead. It has to hold a pointer,
		// or it could live on beside another small one.
		runtime.AddCleanup(&struct{ p *int }{}, collected, 0)
	}
	collected = func(int) {
		if stopped.Load() {
			return
		}
		alive := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(alive)
		n := int64(alive[0].Value.Uint64())
		debug.SetGCPercent(percentFor(n))
		debug.SetMemoryLimit(max(memoryLimit, n+n/16+headroom))
		next()
	}
	next()
	return func() { stopped.Store(true) }
}

// percentFor is by how much the heap may grow until the next collection where so
// many bytes are alive after one.
func percentFor(alive int64) int {
	growth := max(largeHeap-alive, headroom)
	return int(min(gcPercent, max(10, growth*100/max(alive, 1))))
}
