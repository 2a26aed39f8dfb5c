package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/touchmark-dev/touchmark/cmd/touchmark/command"
)

func main() {
	if os.Getenv("GOGC") == "" {
		// Little is alive while a tree is read. Half as many collections save a
		// twentieth of the time and cost some ten megabytes.
		debug.SetGCPercent(200)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		// A soft limit: near it memory is collected oftener, so that a tree of
		// a million small files peaks little above what is alive.
		debug.SetMemoryLimit(210 << 20)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := command.Run(ctx, command.System(), os.Args[1:])
	stop()
	os.Exit(status)
}
