package signatures

import (
	"testing"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
)

// What every scan pays before it reads a file.
func BenchmarkBuiltin(b *testing.B) {
	for b.Loop() {
		set, err := readBuiltin()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := bytesearch.Compile(set.Patterns()); err != nil {
			b.Fatal(err)
		}
	}
}
