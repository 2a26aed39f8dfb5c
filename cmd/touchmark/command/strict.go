package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/touchmark-dev/touchmark/sbom"
)

// An invalidError is an SBOM that --strict refuses, with all that is wrong.
type invalidError struct {
	err       error
	documents []sbom.Validation
}

func (e *invalidError) Error() string { return e.err.Error() }
func (e *invalidError) Unwrap() error { return e.err }

// validated validates what r has, and returns it again from its beginning, with
// what is only a warning.
func validated(ctx context.Context, r io.Reader, o *inputOptions) (io.Reader, []sbom.Problem, error) {
	again, ok := r.(io.ReadSeeker)
	if ok {
		_, err := again.Seek(0, io.SeekCurrent) // a pipe says that it can, and cannot
		ok = err == nil
	}
	if !ok {
		most := o.sbom.Limits.Bytes
		if most <= 0 {
			most = 1 << 30 // as Read
		}
		data, err := io.ReadAll(io.LimitReader(r, most+1))
		if err != nil {
			return nil, nil, err
		}
		again = bytes.NewReader(data)
	}
	found, err := sbom.Validate(ctx, again, &o.sbom)
	if err != nil {
		if errors.Is(err, sbom.ErrFormat) {
			err = hint(err, "wanted: an SBOM in CycloneDX or SPDX; touchmark scan --help names what is read")
		}
		return nil, nil, err
	}
	const most = 100 // more would drown the report
	var warnings []sbom.Problem
	for i := range found {
		v := &found[i]
		if !v.Valid() {
			return nil, nil, &invalidError{v.Err(), found}
		}
		for _, x := range v.Violations {
			// What reading finds by itself is not said twice.
			if p := x.Problem; len(warnings) < most && p.Kind != "reference" {
				if v.Name != "" {
					p.Place = v.Name + "#" + p.Place
				}
				warnings = append(warnings, p)
			}
		}
	}
	_, err = again.Seek(0, io.SeekStart)
	return again, warnings, err
}

// violations lists what --strict found, a line each.
func (a *app) violations(err error) {
	var invalid *invalidError
	if !errors.As(err, &invalid) {
		return
	}
	for _, v := range invalid.documents {
		at := ""
		if v.Name != "" {
			at = v.Name + ": "
		}
		for _, x := range v.Violations {
			fmt.Fprintf(a.env.Stderr, "  %s: %s%s\n", x.Severity, oneLine(at), oneLine(x.String()))
		}
		if v.More > 0 {
			fmt.Fprintf(a.env.Stderr, "  and %d more\n", v.More)
		}
		if v.Against != "" {
			fmt.Fprintf(a.env.Stderr, "  %sheld against the %s\n", oneLine(at), oneLine(v.Against))
		}
	}
}
