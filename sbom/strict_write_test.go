package sbom_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
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
