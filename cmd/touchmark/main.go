package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/touchmark-dev/touchmark/cmd/touchmark/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := command.Run(ctx, command.System(), os.Args[1:])
	stop()
	os.Exit(status)
}
