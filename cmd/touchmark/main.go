package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
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
	// A soft limit: near it memory is collected oftener, so that a tree of a
	// million small files peaks little above what is alive.
	memoryLimit = 210 << 20
)

// tuneMemory sets when memory is collected, unless the environment does.
func tuneMemory() {
	switch percent, limit := os.Getenv("GOGC") == "", os.Getenv("GOMEMLIMIT") == ""; {
	case percent && limit:
		debug.SetGCPercent(-1)
		debug.SetMemoryLimit(firstCollection)
	case percent:
		debug.SetGCPercent(gcPercent)
		return
	case limit:
		debug.SetMemoryLimit(memoryLimit)
		return
	default:
		return
	}
	// The first collection finds this object dead. It has to hold a pointer, or
	// it could live on beside another small one.
	runtime.AddCleanup(&struct{ p *int }{}, func(int) {
		debug.SetGCPercent(gcPercent)
		debug.SetMemoryLimit(memoryLimit)
	}, 0)
}
