package sbom_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/touchmark-dev/touchmark/sbom"
)

// FuzzStrict checks that validating ends, twice the same, and that what is valid
// can be read to its end.
func FuzzStrict(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, s := range []string{
		`{"bomFormat":"CycloneDX","specVersion":"1.7","components":[{"type":"library","name":"a","licenses":[{"expression":"MIT AND (Apache-2.0"}]}]}`,
		`{"bomFormat":"CycloneDX","specVersion":"1.2","components":[{"type":"library","name":"a","version":"1","x":1},{"x":1e400}]}`,
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><components><component type="library"><name>a</name></component></components></bom>`,
		`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"a:b"}]}`,
		"SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nPackageName: a\nSnippetByteRange: 1:2\nRelationship: a b\n",
		"spec_version: \"1.7\"\ncomponents { type: CLASSIFICATION_LIBRARY name: \"a\" hashes [{alg: 2}, {}] }\n",
		"\x0a\x031.6\x2a\x05\x08\x03\x42\x01a",
		"spdxVersion: SPDX-2.3\npackages: &a [{name: x}]\nfiles: *a\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		opts := &sbom.ReadOptions{Limits: sbom.Limits{Bytes: 1 << 20, Depth: 64, Value: 1 << 16}}
		found, err := sbom.Validate(context.Background(), bytes.NewReader(data), opts)
		if err != nil {
			if !errors.Is(err, sbom.ErrFormat) && !errors.Is(err, sbom.ErrLimit) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		again, err := sbom.Validate(context.Background(), bytes.NewReader(data), opts)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(found, again, cmpopts.IgnoreUnexported(sbom.Validation{})); d != "" {
			t.Fatalf("validating twice differs: %s", d)
		}
		for i := range found {
			if v := &found[i]; v.Valid() != (v.Err() == nil) {
				t.Fatalf("valid is %v, and the error %v", v.Valid(), v.Err())
			} else if !v.Valid() {
				return
			}
		}
		doc, err := sbom.Read(context.Background(), bytes.NewReader(data), opts)
		if errors.Is(err, sbom.ErrLimit) {
			return
		}
		if err != nil {
			t.Fatalf("valid, and cannot be read: %v", err)
		}
		for _, p := range doc.Problems {
			if strings.HasPrefix(p.Kind, "broken-") && p.Kind != "broken-protobuf" || p.Kind == "trailing-data" {
				t.Fatalf("valid, and %s: %s", p.Kind, p.Message)
			}
		}
	})
}

// TestQuirksAreRefused validates the documents that are damaged or odd in one
// way: what reading passes over with a problem, strict mode refuses.
func TestQuirksAreRefused(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			found := validate(t, data)
			doc, err := sbom.Read(context.Background(), bytes.NewReader(data), nil)
			if err != nil {
				t.Fatal(err)
			}
			lost := false
			for _, p := range doc.Problems {
				lost = lost || p.Severity == sbom.ProblemError
			}
			if lost && found[0].Valid() {
				t.Errorf("reading lost something (%v), and strict mode accepts it", doc.Problems)
			}
		})
	}
}

// BenchmarkValidate10k validates 10,000 components.
func BenchmarkValidate10k(b *testing.B) {
	for _, format := range sbom.WriteFormats() {
		b.Run(string(format), func(b *testing.B) {
			var buf bytes.Buffer
			if err := sbom.Write(&buf, generated(10_000), format, nil); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(buf.Len()))
			b.ReportAllocs()
			for b.Loop() {
				found, err := sbom.Validate(context.Background(), bytes.NewReader(buf.Bytes()), nil)
				if err != nil {
					b.Fatal(err)
				}
				if err := found[0].Err(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
