package sbom_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/tagvalue"
	"github.com/touchmark-dev/touchmark/sbom"
	"go.yaml.in/yaml/v4"
)

// ours renders what a reader must agree on with the libraries.
func ours(doc *sbom.Document) []string {
	var out []string
	one := func(c *sbom.Component) {
		var suppliers []string
		for _, p := range c.Parties {
			if (p.Field == "supplier" || p.Field == "PackageSupplier") && p.Name != "" {
				suppliers = append(suppliers, p.Name)
			}
		}
		out = append(out, strings.Join(append([]string{c.Name, c.Version}, suppliers...), "|"))
	}
	if doc.Subject != nil {
		one(doc.Subject)
	}
	for i := range doc.Components {
		one(doc.Components[i])
	}
	slices.Sort(out)
	return out
}

func theirCycloneDX(bom *cdx.BOM) []string {
	var out []string
	var walk func(c cdx.Component)
	walk = func(c cdx.Component) {
		s := []string{strings.TrimSpace(c.Name), strings.TrimSpace(c.Version)}
		if c.Supplier != nil && strings.TrimSpace(c.Supplier.Name) != "" {
			s = append(s, strings.TrimSpace(c.Supplier.Name))
		}
		out = append(out, strings.Join(s, "|"))
		if c.Components != nil {
			for _, n := range *c.Components {
				walk(n)
			}
		}
	}
	if bom.Metadata != nil && bom.Metadata.Component != nil {
		walk(*bom.Metadata.Component)
	}
	if bom.Components != nil {
		for _, c := range *bom.Components {
			walk(c)
		}
	}
	slices.Sort(out)
	return out
}

func theirSPDX(doc *spdx.Document) []string {
	var out []string
	for _, p := range doc.Packages {
		if p == nil {
			continue // a null among the packages
		}
		s := []string{strings.TrimSpace(p.PackageName), strings.TrimSpace(p.PackageVersion)}
		if p.PackageSupplier != nil && p.PackageSupplier.SupplierType != "" {
			s = append(s, strings.TrimSpace(p.PackageSupplier.Supplier))
		}
		out = append(out, strings.Join(s, "|"))
	}
	slices.Sort(out)
	return out
}

// placeholders are names of suppliers that stand for none, and mail addresses
// that the libraries leave in the name.
func withoutSupplierNoise(lines []string) []string {
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		f := strings.SplitN(l, "|", 3)
		if len(f) == 3 {
			name, _, _ := strings.Cut(f[2], " (")
			name, _, _ = strings.Cut(name, " <")
			name = strings.TrimSuffix(strings.TrimSpace(name), "()")
			for _, prefix := range []string{"Organization:", "Person:"} {
				name = strings.TrimSpace(strings.TrimPrefix(name, prefix))
			}
			switch strings.ToLower(name) {
			case "", "noassertion", "unknown", "none", "n/a":
				f = f[:2]
			default:
				f[2] = name
			}
		}
		out = append(out, strings.Join(f, "|"))
	}
	slices.Sort(out)
	return out
}

// TestOracle compares what is read with the libraries, wherever they read the
// document at all.
func TestOracle(t *testing.T) {
	dir, rows := manifest(t)
	read, compared := 0, 0
	for _, row := range rows {
		data, err := os.ReadFile(filepath.Join(dir, row.path))
		if err != nil {
			t.Fatal(err)
		}
		var theirs []string
		switch {
		case row.format == "cyclonedx" && (row.encoding == "json" || row.encoding == "xml"):
			format := cdx.BOMFileFormatJSON
			if row.encoding == "xml" {
				format = cdx.BOMFileFormatXML
			}
			var bom cdx.BOM
			if cdx.NewBOMDecoder(bytes.NewReader(data), format).Decode(&bom) != nil {
				continue
			}
			theirs = theirCycloneDX(&bom)
		case row.format == "spdx" && spdxReaders[row.encoding] != nil:
			reader := spdxReaders[row.encoding]
			doc, err := reader(bytes.NewReader(data))
			if err != nil || doc == nil {
				continue
			}
			theirs = theirSPDX(doc)
		default:
			continue
		}
		read++
		t.Run(row.path, func(t *testing.T) {
			doc, err := sbom.Read(context.Background(), bytes.NewReader(data), nil)
			if err != nil {
				t.Fatal(err)
			}
			got, want := withoutSupplierNoise(ours(doc)), withoutSupplierNoise(theirs)
			if why, ok := oracleDiffers[row.path]; ok {
				if slices.Equal(got, want) {
					t.Errorf("listed as different (%s), and equal", why)
				}
				return
			}
			if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("(-library +ours):\n%s", d)
			}
			compared++
		})
	}
	t.Logf("%d documents read by a library, %d of them compared equal", read, compared)
	if compared < 200 {
		t.Errorf("only %d documents compared", compared)
	}
}

// spdxReaders are those of tools-golang.
var spdxReaders = map[string]func(io.Reader) (*spdx.Document, error){
	"json":      func(r io.Reader) (*spdx.Document, error) { return spdxjson.Read(r) },
	"tag-value": func(r io.Reader) (*spdx.Document, error) { return tagvalue.Read(r) },
	// As its reader of YAML does it, which needs a module more.
	"yaml": func(r io.Reader) (*spdx.Document, error) {
		var v any
		if err := yaml.NewDecoder(r).Decode(&v); err != nil {
			return nil, err
		}
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		return spdxjson.Read(bytes.NewReader(b))
	},
}

// oracleDiffers are the documents that a library reads otherwise, and why ours
// is right.
var oracleDiffers = map[string]string{
	"protobom+sbom-convert/pkg/convert/testdata/spdx-2.3.json": `the library leaves the escape \u003c of JSON in the supplier as it stands`,
}

// TestWrittenForLibraries reads what is written with the libraries.
func TestWrittenForLibraries(t *testing.T) {
	dir, rows := manifest(t)
	for _, row := range rows {
		if row.components > 300 {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, row.path))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := sbom.Read(context.Background(), bytes.NewReader(data), nil)
		if err != nil {
			continue // TestReadCorpus says so
		}
		n := len(doc.Components)
		if doc.Subject != nil {
			n++
		}
		t.Run(row.path, func(t *testing.T) {
			for _, format := range sbom.WriteFormats() {
				var buf bytes.Buffer
				if err := sbom.Write(&buf, doc, format, nil); err != nil {
					t.Fatal(err)
				}
				got := n
				switch format {
				case sbom.SPDX23JSON:
					back, err := spdxjson.Read(&buf)
					if err != nil {
						t.Errorf("tools-golang: %v", err)
						continue
					}
					got = len(back.Packages)
				case sbom.CycloneDX16XML, sbom.CycloneDX17XML, sbom.CycloneDX16JSON, sbom.CycloneDX17JSON:
					enc := cdx.BOMFileFormatJSON
					if strings.HasSuffix(string(format), "xml") {
						enc = cdx.BOMFileFormatXML
					}
					var bom cdx.BOM
					if err := cdx.NewBOMDecoder(&buf, enc).Decode(&bom); err != nil {
						t.Errorf("cyclonedx-go: %v", err)
						continue
					}
					got = len(theirCycloneDX(&bom))
				}
				if got != n {
					t.Errorf("%s: the library reads %d components, written were %d", format, got, n)
				}
			}
		})
	}
}
