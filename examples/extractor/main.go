// Extractor is a program that teaches the firmware scanner a format of its
// own: JSON files "*.app.json", by which an imagined product line describes
// the applications on its devices.
//
//	go run ./examples/extractor rootfs/
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/touchmark-dev/touchmark/firmware"
	"github.com/touchmark-dev/touchmark/sbom"
)

// maxManifest bounds what is read of one file: a file from a device can be of
// any size.
const maxManifest = 64 << 10

// appManifests recognises a file by its name and reads a component and its
// supplier from it. It keeps nothing between files, since the scanner calls it
// from several goroutines.
func appManifests() firmware.Extractor {
	return firmware.Extractor{
		Name: "app-manifest",
		Doc:  "reads *.app.json, an application's name, version and vendor",
		Match: func(e *firmware.Entry) bool {
			return strings.HasSuffix(e.Path, ".app.json") && bytes.HasPrefix(bytes.TrimSpace(e.Head), []byte("{"))
		},
		Extract: func(_ context.Context, in *firmware.Input, out *firmware.Result) error {
			text := in.Bytes(0, maxManifest)
			var m struct{ Name, Version, Vendor string }
			if err := json.Unmarshal(text, &m); err != nil {
				return fmt.Errorf("read application manifest: %w", err) // becomes a Problem of the file
			}
			if m.Name == "" {
				return nil
			}
			seen := func(field, value string) sbom.Evidence {
				at := bytes.Index(text, []byte(value))
				return out.Evidence(sbom.ManifestAnalysis, field, int64(at), len(value), value)
			}
			c := sbom.Component{Type: sbom.Application, Name: m.Name, Version: m.Version,
				Evidence: []sbom.Evidence{seen("name", m.Name), seen("version", m.Version)}}
			if m.Vendor != "" {
				// A claim points to an organization; which one it is, package
				// provenance finds with a database.
				c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.OrgName, Value: m.Vendor, Role: sbom.Supplier,
					By: sbom.ByBytes, Evidence: []sbom.Evidence{seen("", m.Vendor)}})
			}
			out.Component(firmware.Observation{Key: "app:" + m.Name, Component: c, Explains: true})
			return nil
		},
	}
}

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	if err := run(context.Background(), os.DirFS(dir), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "extractor:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, tree fs.FS, out io.Writer) error {
	doc, err := firmware.Scan(ctx, firmware.FromFS(tree), &firmware.Options{
		Extractors: append(firmware.DefaultExtractors(), appManifests()),
	})
	if err != nil {
		return err
	}
	for _, c := range doc.Components {
		fmt.Fprintf(out, "%s %s at %s\n", c.Name, c.Version, strings.Join(c.Locations, ", "))
		for _, cl := range c.Claims {
			for _, ev := range cl.Evidence {
				fmt.Fprintf(out, "  %s %q as %s, %s:%d\n", cl.Kind, cl.Value, cl.Role, ev.Path, ev.Offset)
			}
		}
	}
	for _, p := range doc.Problems {
		fmt.Fprintf(out, "%s: %s: %s\n", p.Severity, p.Place, p.Message)
	}
	return nil
}
