package signatures

import (
	"testing"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
)

// What every scan pays before it reads a file.
func BenchmarkBuiltin(b *testing.B) {
	for b.Loop() {
		set, err := openSet(builtinTable)
		if err != nil {
			b.Fatal(err)
		}
		bytesearch.Join(set.Index())
	}
}
