package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

// original returns what opens an input again, where an output is made of its
// bytes: nil for a directory, and where no output is. Standard input cannot be
// read twice; what comes is kept in a file that has no name left.
func (a *app) original(p *plan, arg string) (func() (io.ReadCloser, error), error) {
	if !p.wantsDocument() {
		return nil, nil
	}
	_, path := splitKind(arg)
	if path != "-" {
		place := a.env.path(path)
		if st, err := os.Stat(place); err != nil || !st.Mode().IsRegular() {
			return nil, nil // reading says what is wrong
		}
		return func() (io.ReadCloser, error) { return os.Open(place) }, nil
	}
	f, err := os.CreateTemp("", "touchmark-*")
	if err != nil {
		return nil, fmt.Errorf("keep standard input: %w", err)
	}
	// Where a file that is open cannot be removed, the system clears it away.
	_ = os.Remove(f.Name())
	a.env.Stdin = io.TeeReader(a.env.Stdin, f)
	return func() (io.ReadCloser, error) {
		_, err := f.Seek(0, io.SeekStart)
		return io.NopCloser(f), err
	}, nil
}

// writeEnriched writes an SBOM with what the report says in it; last says that no
// output comes after it.
func (a *app) writeEnriched(w io.Writer, r *result, format sbom.WriteFormat, fill, last bool) error {
	opts := report.SBOMOptions(r.report, "touchmark "+version())
	reason := a.patched(w, r, format, opts, fill)
	if reason == nil {
		return nil
	}
	if !errors.Is(reason, errAnew) {
		return reason
	}
	if r.doc.Source.Kind != sbom.SourceTree && r.doc.Source.Kind != sbom.SourceImage && r.doc.Source.Kind != sbom.SourceRPM {
		complain(a.env, fmt.Errorf("-o %s: %w, so it lacks what Touchmark does not read of it", format, reason))
	}
	doc, component := report.EnrichEach(r.doc, r.report, &report.EnrichOptions{Fill: fill})
	opts.Component = component
	if last {
		r.report = nil // nobody asks for it again, and of a large tree it is large
	}
	return sbom.Write(w, doc, format, opts)
}

// errAnew is why an SBOM is not the input with something put in.
var errAnew = errors.New("the SBOM is written anew")

func anew(why string, args ...any) error {
	return fmt.Errorf("%w, since "+why, append([]any{errAnew}, args...)...)
}

// patched writes the input with what the report says put in, or returns an
// errAnew and has written nothing.
func (a *app) patched(w io.Writer, r *result, format sbom.WriteFormat, opts *sbom.WriteOptions, fill bool) error {
	src := r.doc.Source
	same := false
	switch format {
	case sbom.CycloneDX16JSON:
		same = src.Kind == sbom.SourceCycloneDX && src.Encoding == "json"
	case sbom.CycloneDX17JSON:
		same = src.Kind == sbom.SourceCycloneDX && src.Encoding == "json" && src.SpecVersion == "1.7"
	case sbom.CycloneDX16XML:
		same = src.Kind == sbom.SourceCycloneDX && src.Encoding == "xml"
	case sbom.CycloneDX17XML:
		same = src.Kind == sbom.SourceCycloneDX && src.Encoding == "xml" && src.SpecVersion == "1.7"
	case sbom.SPDX23JSON:
		same = src.Kind == sbom.SourceSPDX && src.Encoding == "json"
	case sbom.SPDX301JSON:
		same = src.Kind == sbom.SourceSPDX && src.Encoding == "json-ld"
	}
	if !same || r.original == nil {
		return anew("the input is of another format (%s %s in %s)", src.Kind, src.SpecVersion, src.Encoding)
	}
	ins, ok := report.Insertions(r.doc, r.report, &report.EnrichOptions{Fill: fill})
	if !ok {
		return anew("the input is several documents, or something in it has no place of its own")
	}
	in, err := r.original()
	if err != nil {
		return pathless(err)
	}
	defer in.Close()
	// An error can come late, so the output waits for the end.
	out, err := os.CreateTemp("", "touchmark-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", format, err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	err = sbom.Patch(context.Background(), out, in, r.doc, ins, opts)
	if errors.Is(err, sbom.ErrPatch) {
		_, why, _ := strings.Cut(err.Error(), sbom.ErrPatch.Error())
		return anew("it %w%s", sbom.ErrPatch, why)
	}
	if err == nil && fill && src.Kind == sbom.SourceCycloneDX && src.SpecVersion < "1.6" {
		complain(a.env, fmt.Errorf("--fill: CycloneDX %s has no manufacturer of a component, so that only suppliers are filled in", src.SpecVersion))
	}
	if err == nil {
		_, err = out.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.Copy(w, out)
	}
	return err
}
