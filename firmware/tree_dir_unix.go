//go:build unix

package firmware

import (
	"os"
	"syscall"
)

// openFlags never wait for the other end of a FIFO or for a device, and never
// make a terminal the controlling one.
const openFlags = os.O_RDONLY | syscall.O_NONBLOCK | syscall.O_NOCTTY
