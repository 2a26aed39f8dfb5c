package sbom

import (
	"errors"
	"fmt"
)

var (
	// ErrFormat is the error for an input that is none of the documents that
	// [Read] knows.
	ErrFormat = errors.New("not a bill of materials of a known format")
	// ErrLimit is the error for an input that goes beyond one of the [Limits].
	ErrLimit = errors.New("limit exceeded")
)

// ReadOptions are the options of [Read]. The zero value is the default.
type ReadOptions struct {
	Limits Limits
}

// Limits bound what an input may cost. A zero field is the default, and no
// value means unlimited.
type Limits struct {
	// Bytes of the document after decompression. Default 1 GiB.
	Bytes int64
	// Ratio of decompressed to compressed bytes, looked at beyond the first 8
	// MiB. Default 100.
	Ratio int
	// Depth of nesting in the document. Default 512.
	Depth int
	// Components and services together. Default 5,000,000.
	Components int
	// Value is the largest single string, in bytes. Default 16 MiB.
	Value int
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 1 << 30
	}
	if l.Ratio <= 0 {
		l.Ratio = 100
	}
	if l.Depth <= 0 {
		l.Depth = 512
	}
	if l.Components <= 0 {
		l.Components = 5_000_000
	}
	if l.Value <= 0 {
		l.Value = 16 << 20
	}
	return l
}

func limitError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrLimit, fmt.Sprintf(format, args...))
}
