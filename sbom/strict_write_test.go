package sbom_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// TestWrittenIsStrict writes every document of the corpus that can be read in
// every format, and validates what was written.
func TestWrittenIsStrict(t *testing.T) {
	dir, rows := manifest(t)
	written := 0
	for _, row := range rows {
		if row.components > 500 {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, row.path))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := sbom.Read(context.Background(), bytes.NewReader(data), nil)
		if err != nil {
			if errors.Is(err, sbom.ErrFormat) || errors.Is(err, sbom.ErrLimit) {
				continue
			}
			t.Fatal(err)
		}
		for _, format := range sbom.WriteFormats() {
			var buf bytes.Buffer
			if err := sbom.Write(&buf, doc, format, nil); err != nil {
				t.Fatal(err)
			}
			vs, err := sbom.Validate(context.Background(), &buf, nil)
			if err != nil {
				t.Errorf("%s as %s: %v", row.path, format, err)
				continue
			}
			written++
			for _, v := range vs {
				n := 0
				for _, x := range v.Violations {
					if x.Severity == sbom.ProblemError && n < 5 {
						t.Errorf("%s as %s: %s: %s", row.path, format, x.Kind, x)
						n++
					}
				}
			}
		}
	}
	t.Logf("%d documents written and validated", written)
}

// What a scan of a tree finds (places with offsets, patterns of addresses, an
// operating system) is valid in every format, and is read again.
func TestWrittenTreeIsStrict(t *testing.T) {
	seen := sbom.Evidence{Technique: sbom.BinaryAnalysis, Extractor: "signature:x", Path: "bin/a\"b", Offset: 33, Length: 4, Match: "a \" offset=\"7\" <b>\n& c"}
	doc := &sbom.Document{
		Source:  sbom.Source{Kind: sbom.SourceTree, Name: "rootfs"},
		Subject: &sbom.Component{Ref: "device", Type: sbom.Device, Name: "device"},
		Components: []*sbom.Component{{Ref: "a", Type: sbom.OperatingSystem, Name: "vendor os", Version: "1", Locations: []string{"bin/a\"b", "etc/os-release"}, Evidence: []sbom.Evidence{seen},
			Claims: []sbom.Claim{{Kind: sbom.Domain, Value: "example.com", By: sbom.ByBytes, Evidence: []sbom.Evidence{seen}}}}},
		Services: []sbom.Service{{Ref: "s", Name: "example.com", Endpoints: []string{"http://example.com:%d/x", "http://example.com/y"}}},
	}
	for _, format := range sbom.WriteFormats() {
		var buf bytes.Buffer
		if err := sbom.Write(&buf, doc, format, nil); err != nil {
			t.Fatal(err)
		}
		vs, err := sbom.Validate(context.Background(), bytes.NewReader(buf.Bytes()), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range vs {
			if err := v.Err(); err != nil {
				t.Errorf("%s: %v", format, err)
			}
		}
		if format == sbom.SPDX23JSON && !bytes.Contains(buf.Bytes(), []byte(`"OPERATING_SYSTEM"`)) {
			t.Error("the purpose is not in the words of the schema of SPDX 2.3 in JSON")
		}
		again, err := sbom.Read(context.Background(), &buf, nil)
		if err != nil {
			t.Fatal(err)
		}
		c := again.Components[0]
		if c.Type != sbom.OperatingSystem || !slices.ContainsFunc(c.Evidence, func(e sbom.Evidence) bool { return e.Path == seen.Path && e.Offset == 33 && e.Match == seen.Match }) {
			t.Errorf("%s: read again as %s with %+v", format, c.Type, c.Evidence)
		}
		if len(again.Services) == 1 && !slices.Contains(again.Services[0].Endpoints, "http://example.com:%d/x") {
			t.Errorf("%s: the service has %q", format, again.Services[0].Endpoints)
		}
	}
}
