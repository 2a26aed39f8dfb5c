// Embed is a program that uses Touchmark as a library: it reads an SBOM,
// attributes it with records of its own, and prints who stands behind each
// component. It brings no origin database but the one below.
//
//	go run ./examples/embed bom.json
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// records is a database of one organization. A real program would pass
// os.DirFS of a folder that holds organizations/*.yaml and projects/*.yaml, or
// package origindb's database.
var records = fstest.MapFS{
	"organizations/example-devices.yaml": {Data: []byte(`
id: example-devices
name: Example Devices GmbH
kind: company
origins:
  - {country: DE, basis: registered, sources: [register]}
identifiers:
  - {kind: purl, value: "pkg:npm/%40example-devices", verified: true, sources: [register]}
sources:
  register: {url: "https://register.example/hrb/1", retrieved: 2026-11-22, says: "registered in Berlin"}
reviewed: 2026-11-22
`)},
}

func main() {
	in := io.Reader(os.Stdin)
	if len(os.Args) > 1 {
		f, err := os.Open(os.Args[1])
		if err != nil {
			fmt.Fprintln(os.Stderr, "embed:", err)
			os.Exit(1)
		}
		defer f.Close()
		in = f
	}
	if err := run(context.Background(), in, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "embed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, in io.Reader, out io.Writer) error {
	doc, err := sbom.Read(ctx, in, nil)
	if err != nil {
		return err
	}
	db, err := provenance.ReadRecords(records)
	if err != nil {
		return err
	}
	report, err := provenance.Analyze(ctx, doc, db, &provenance.Options{AsOf: "2026-11-22"})
	if err != nil {
		return err
	}
	for _, c := range report.Components {
		if len(c.Attributions) == 0 {
			fmt.Fprintf(out, "%s: unknown\n", c.Name)
			continue
		}
		for _, a := range c.Attributions {
			fmt.Fprintf(out, "%s: %s is the %s, confidence %s", c.Name, a.Organization.Name, a.Role, a.Confidence)
			for _, o := range a.Origins {
				fmt.Fprintf(out, "; %s in %s", o.Basis, o.Country)
			}
			fmt.Fprintln(out)
		}
	}
	// What could not be read is part of the answer.
	for _, p := range report.Problems {
		fmt.Fprintf(out, "%s: %s: %s\n", p.Severity, p.Place, p.Message)
	}
	return nil
}
