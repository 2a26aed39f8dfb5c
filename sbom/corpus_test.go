package sbom_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/testshared"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A manifestRow is what the corpus says about one of its documents.
type manifestRow struct {
	path, format, version, encoding, validity, schema, oddities string
	components, suppliers                                       int
}

func manifest(t testing.TB) (dir string, rows []manifestRow) {
	dir = filepath.Join(testshared.Dir(t), "corpus", "sbom")
	f, err := os.Open(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	column := map[string]int{}
	for sc.Scan() {
		c := strings.Split(sc.Text(), "\t")
		if len(column) == 0 {
			for i, name := range c {
				column[name] = i
			}
			continue
		}
		at := func(name string) string { return c[column[name]] }
		number := func(name string) int {
			n, err := strconv.Atoi(at(name))
			if err != nil {
				t.Fatalf("manifest: %s of %s: %v", name, c[0], err)
			}
			return n
		}
		rows = append(rows, manifestRow{path: at("path"), format: at("format"), version: at("spec_version"),
			encoding: at("encoding"), validity: at("validity"), schema: at("schema_check"), oddities: at("oddities"),
			components: number("component_count"), suppliers: number("with_supplier")})
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return dir, rows
}

const fourPackages = "the package list has glibc, Apache Commons Lang, Jena and Saxon"

// knownComponents are the documents that the manifest counts otherwise, with
// the reason.
var knownComponents = map[string]struct {
	count  int
	reason string
}{
	"savoirfairelinux+vulnscout/example/spdx2/example.rootfs.spdx.tar.zst": {201, "the manifest does not look into archives; " +
		"the documents in it have 201 packages"},
	"trustification+trustify/etc/test-data/cyclonedx/decompress/simple.json.gz": {8, "the manifest does not look into archives; " +
		"the document in it has 8 components"},
	"CycloneDX+cyclonedx-dotnet-library/tests/CycloneDX.Core.Tests/Resources/v1.6/valid-cryptography-full-1.6.textproto": {4,
		"a list in brackets, which the manifest counts as one"},
	"oss-review-toolkit+ort/utils/spdx-document/src/test/resources/spec-examples/v2.2.2/SPDXYAMLExample-2.2-no-ranges.spdx.yaml":                                       {4, fourPackages},
	"oss-review-toolkit+ort/utils/spdx-document/src/test/resources/spec-examples/v2.2.2/SPDXYAMLExample-2.2-no-relationship-describes-or-document-describes.spdx.yaml": {4, fourPackages},
	"spdx+spdx-testbed/SPDXDocumentExamples/spdx-spec-v2.3/SPDXYAMLExample-2.3.spdx.yaml":                                                                              {4, fourPackages},
	"spdx+spdx-testbed/SPDXDocumentExamples/tools-java/DifferentFileComment.spdx.yaml":                                                                                 {4, fourPackages},
	"spdx+spdx-testbed/SPDXDocumentExamples/tools-java/SPDXYAMLExample-2.3.spdx.yaml":                                                                                  {4, fourPackages},
	"spdx+tools-java/testResources/SPDXYAMLExample-2.3.spdx.yaml":                                                                                                      {4, fourPackages},
	"spdx+tools-python/tests/spdx/data/SPDXYAMLExample-UTF-16.spdx.yaml":                                                                                               {4, fourPackages},
}

// TestReadCorpus reads every document of the corpus and compares the number of
// components with the manifest's.
func TestReadCorpus(t *testing.T) {
	dir, rows := manifest(t)
	for _, row := range rows {
		t.Run(row.path, func(t *testing.T) {
			f, err := os.Open(filepath.Join(dir, row.path))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			doc, err := sbom.Read(context.Background(), f, nil)
			switch {
			case strings.Contains(row.oddities, "decompression-bomb"):
				if !errors.Is(err, sbom.ErrLimit) {
					t.Fatalf("want ErrLimit, got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if string(doc.Source.Kind) != row.format {
				t.Errorf("read as %s", doc.Source.Kind)
			}
			// The manifest counts the described package of SPDX, and not
			// metadata.component of CycloneDX.
			n := len(doc.Components)
			if doc.Source.Kind == sbom.SourceSPDX && doc.Subject != nil {
				n++
			}
			want := row.components
			if k, ok := knownComponents[row.path]; ok {
				want = k.count
			}
			if n != want {
				t.Errorf("%d components, want %d", n, want)
			}
			refs := map[string]bool{}
			for _, c := range doc.Components {
				if c.Ref == "" || refs[c.Ref] {
					t.Errorf("component %q: ref %q is empty or taken", c.Name, c.Ref)
				}
				refs[c.Ref] = true
				if c.Parent != "" && !refs[c.Parent] && (doc.Subject == nil || doc.Subject.Ref != c.Parent) {
					t.Errorf("component %q: parent %q does not come before it", c.Ref, c.Parent)
				}
			}
		})
	}
}

// TestSuppliersOfCorpus compares how many components name who supplied,
// published, made or originated them. The manifest counts that in two ways: by
// component; and in the encodings that it did not parse (RDF, SPDX's XML), the
// statements themselves.
func TestSuppliersOfCorpus(t *testing.T) {
	dir, rows := manifest(t)
	compared := 0
	for _, row := range rows {
		statements := false
		switch row.encoding {
		case "json", "json-ld", "tag-value", "yaml":
		case "xml":
			statements = row.format == "spdx"
		case "rdf-xml":
			statements = true
		default:
			// Of protobuf it counts every message called supplier, in metadata and
			// pedigree too; into compressed documents it does not look.
			continue
		}
		f, err := os.Open(filepath.Join(dir, row.path))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := sbom.Read(context.Background(), f, nil)
		f.Close()
		if err != nil {
			t.Errorf("%s: %v", row.path, err)
			continue
		}
		n := 0
		count := func(c *sbom.Component) {
			k := 0
			for _, p := range c.Parties {
				// Authors are not counted, in whichever member.
				if field, _, _ := strings.Cut(p.Field, "/"); p.Name != "" && field != "author" && field != "authors" {
					k++
				}
			}
			if k > 0 && !statements {
				k = 1
			}
			n += k
		}
		if doc.Subject != nil && doc.Source.Kind == sbom.SourceSPDX {
			count(doc.Subject)
		}
		for i := range doc.Components {
			count(doc.Components[i])
		}
		want := row.suppliers
		if k, ok := knownSuppliers[row.path]; ok {
			if k.count == row.suppliers {
				t.Errorf("%s: listed as known, and the manifest agrees", row.path)
			}
			want = k.count
		}
		if n != want {
			t.Errorf("%s: %d, want %d (the manifest says %d; %s)", row.path, n, want, row.suppliers, row.oddities)
		}
		compared++
	}
	t.Logf("%d documents compared", compared)
}

// knownSuppliers are the documents of which the manifest's number is another,
// with the reason.
var knownSuppliers = map[string]struct {
	count  int
	reason string
}{
	"anthonyharrison+lib4sbom/test/data/test_sbom.spdx":                                                  {3, `a supplier "Unknown" stands for none`},
	"anthonyharrison+lib4sbom/test/data/testapp2.json":                                                   {0, `a supplier "NOASSERTION" stands for none`},
	"anthonyharrison+lib4sbom/test/data/testapp2.spdx":                                                   {3, `a supplier "Unknown" stands for none`},
	"anthonyharrison+lib4sbom/test/data/testapp3.json":                                                   {0, `a supplier "NOASSERTION" stands for none`},
	"microsoft+sbom-tool/samples/spdx_3.0/manifest.spdx.json":                                            {11, `255 of the packages are supplied by an agent called "NOASSERTION"`},
	"nqminds+SBOM-GAP/packages/sbom-gap-cli/test/test-files/kernel-sbom-1.json":                          {1, `a supplier "NOASSERTION" stands for none`},
	"nqminds+SBOM-GAP/packages/sbom-gap-cli/test/test-files/kernel-sbom-2.json":                          {1, `a supplier "NOASSERTION" stands for none`},
	"nqminds+SBOM-GAP/packages/sbom-gap-cli/test/test-files/kernel-sbom-3.json":                          {1, `a supplier "NOASSERTION" stands for none`},
	"spdx+ntia-conformance-checker/tests/data/missing_author_name/SPDXYAMLExample-v2.3.spdx.yaml":        {1, "the package has an originator, which the manifest counts in the other encodings"},
	"spdx+ntia-conformance-checker/tests/data/missing_unique_identifiers/SPDXYAMLExample-v2.3.spdx.yaml": {1, "the package has an originator, which the manifest counts in the other encodings"},
}
