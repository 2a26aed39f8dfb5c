//go:build !unix

package sbom_test

import "time"

var started = time.Now()

// cpuTime returns the time since the beginning of the tests.
func cpuTime() time.Duration { return time.Since(started) }
