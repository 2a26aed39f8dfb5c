//go:build !linux

package firmware

import "os"

func openSelf(*os.Root) *os.File { return nil }

func (h *dirHandle) open(base string) (File, error) { return h.openRoot(base) }
