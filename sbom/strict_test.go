package sbom_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/types/known/structpb"
)

func validate(t testing.TB, data []byte) []sbom.Validation {
	t.Helper()
	vs, err := sbom.Validate(context.Background(), bytes.NewReader(data), nil)
	if err != nil {
		t.Fatal(err)
	}
	return vs
}

func failures(vs []sbom.Validation) (out []string) {
	for _, v := range vs {
		for _, x := range v.Violations {
			if x.Severity == sbom.ProblemError {
				out = append(out, x.Kind+" "+x.String())
			}
		}
	}
	return out
}

// invalidFor says of the documents of the corpus that are deliberately invalid
// what they are invalid for: one of the violations begins with the kind and has
// the rest. The names are the ends of paths.
var invalidFor = []struct{ path, kind, has string }{
	{"/1.1/invalid-license-id-count-1.1.xml", "element", "/bom/components/component/licenses/license/id[2]"},
	{"core-java/src/test/resources/1.2/invalid-empty-component-1.2.json", "required", `/components/0: member "name" is missing`},
	{"/1.2/invalid-license-id-count-1.2.xml", "element", "/bom/components/component/licenses/license/id[2]"},
	{"/1.2/invalid-missing-component-type-1.2.json", "required", `/components/0: member "type" is missing`},
	{"/1.3/invalid-license-id-count-1.3.xml", "element", "/bom/components/component/licenses/license/id[2]"},
	{"/1.4/invalid-license-id-count-1.4.xml", "element", "/bom/components/component/licenses/license/id[2]"},
	{"/1.5/invalid-license-id-count-1.5.xml", "element", "/bom/components/component/licenses/license/id[2]"},
	{"/1.6/invalid-license-id-count-1.6.xml", "element", "/bom/components/component/licenses/license/id[2]"},
	{"/1.7/invalid-license-id-count-1.7.xml", "element", "/bom/components/component/licenses/license/id[2]"},
	{"/invalid-license-id-1.5.xml", "value", "/bom/components/component/licenses/license/id"},
	{"/invalid-license-id-1.6.xml", "value", "/bom/components/component/licenses/license/id"},
	{"/invalid-license-id-1.7.xml", "value", "/bom/components/component/licenses/license/id"},
	{"/invalid-license-encoding-1.7.xml", "attribute", "attribute encoding"},
	{"/invalid-empty-component-1.1.xml", "element", "/bom/components/component"},
	{"/invalid-empty-component-1.6.xml", "element", "/bom/components/component"},
	{"/invalid-component-type-1.2.xml", "attribute", "attribute type is none of"},
	{"/invalid-namespace-1.2.xml", "namespace", "/bom"},
	{"/invalid-namespace-1.7.xml", "namespace", "/bom"},
	{"/invalid-issue-type-1.3.json", "enum", "/components/0/pedigree/patches/0/resolves/0/type"},
	{"/invalid-license-missing-id-and-name-1.6.textproto", "required", "license has none of id, name"},
	{"/invalid-license-missing-id-and-name-1.7.textproto", "required", "license has none of id, name"},
	{"/invalid-properties-1.6.textproto", "required", `"name" is missing`},
	{"/invalid-properties-1.7.textproto", "required", `"name" is missing`},
	{"/invalid-citations-1.7.textproto", "oneof", `expressions stands beside "pointers"`},
	// Nothing is wrong with what these four say. They begin with a byte order
	// mark, which neither JSON nor the text format of protobuf has.
	{"ValidationTests.ValidProtobufTest_valid-empty-components-1.3.json.snap", "byte-order-mark", ""},
	{"ValidationTests.ValidProtobufTest_valid-empty-components-1.4.json.snap", "byte-order-mark", ""},
	{"ValidationTests.ValidProtobufTest_valid-empty-components-1.5.json.snap", "byte-order-mark", ""},
	{"ConverterTests.FromCDXToSpdxToCDXRoundTripTest_empty-components.snap", "byte-order-mark", ""},
	{"/test-cdx-spec-version-invalid.json", "version", "/specVersion"},
	{"/test-cdx-spec-version-missing.json", "required", `"specVersion" is missing`},
	{"/cdx-1-4-invalid-email-format.json", "idn-email", "/metadata/supplier/contact/0/email"},
	{"/cdx-1-2-invalid-license-name-has-expression.json", "license", "/components/0/licenses/0/license/name: is a licence expression"},
	{"/bom-invalid-license-expression.json", "license", "/components/0/licenses/0/expression: is no licence expression"},
	{"Acme_Application_1.3_9.1.1_ec7781220ec7781220ec778122012345_20220217T101458.cdx.json", "type", `/metadata/tools/0/vendor: is a boolean`},
	{"Acme_Application_1.4_9.1.1_ec7781220ec7781220ec778122012345_20220217T101458.cdx.json", "required", `/metadata/tools/0/externalReferences/0: member "type" is missing`},
	{"Acme_Application_1.5_9.1.1_ec7781220ec7781220ec778122012345_20220217T101458.cdx.json", "required", `/metadata/tools/components/0: member "type" is missing`},
	{"Acme_Application_1.7_9.1.1_ec7781220ec7781220ec778122012345_20220217T101458.cdx.json", "required", `/metadata/tools/components/0: member "type" is missing`},
	{"invalid/default/laravel_1.3.cdx.json", "required", `/metadata/component: member "type" is missing`},
	{"invalid/default/laravel_1.7.cdx.json", "enum", `/components/0/licenses/0/license/acknowledgement`},
	{"trivy/pkg/sbom/cyclonedx/testdata/sad/invalid-serial.json", "type", `/serialNumber`},
	{"guac/internal/testing/testdata/exampledata/invalid-cyclonedx.json", "enum", `/bomFormat: is not "CycloneDX"`},
	{"invalidComponentManufacturerEmail.cdx16.json", "idn-email", "/components/0/manufacturer/contact/0/email"},
	{"invalidMetadataTimestamp.cdx16.json", "format", "/metadata/timestamp"},
	{"validComponentExtRefDistributionHashEmpty.cdx16.json", "pattern", `/externalReferences/0/hashes/0/content`},
	{"trustify/etc/test-data/cyclonedx/invalid-purl.json", "purl", "/components/0/purl"},

	{"invalidPrimaryPackagePurpose.json", "enum", "/packages/2/primaryPackagePurpose"},
	{"broken/sbom.alpine-compare.2-3.spdx", "syntax", "line 452: neither a tag with a value nor a comment"},
	{"sbom.version-missing.spdx", "version", "spdxVersion"},
	{"bad/example7-go-module.spdx.json", "type", "/creationInfo/creators/0: is an object"},
	{"trivy/pkg/sbom/spdx/testdata/sad/invalid-purl.json", "purl", "pkg:invalid"},
	{"invalid-spdx-identifier-spdx.json", "id", "/packages/0/SPDXID"},
	{"exampledata/invalid-spdx.json", "type", "/spdxVersion: is a number"},
	{"brokenSourceComponentDependencies.spdx23.json", "reference", "SPDXRef-nonexistent-source"},
	{"invalidMetadataTimestamp.spdx23.json", "time", "/creationInfo/created"},
	{"test-data/spdx/broken-refs.json", "reference", "/relationships/0/spdxElementId"},
	{"v2.1.0-doc-missing-sbom-uri.json", "anyURI", "/@graph/0/spdxId: is no absolute IRI"},
	{"v2.1.0-doc-missing-spec-version.json", "required", `/@graph/1: property "specVersion" is missing`},
	{"v2.1.0-doc-missing-timestamp.json", "required", `/@graph/1: property "created" is missing`},
	{"missing_author_name/SPDXYAMLExample-v2.3.spdx.yaml", "type", "/creationInfo/creators"},
	// The package without a name stands where a reference must, as before SPDX 2.
	{"missing_component_name/SPDXJsonExample.json", "type", `/Document/documentDescribes/0`},
	{"missing_component_name/SPDXRdfExample.rdf", "required", `"name" is missing`},
	{"missing_concluded_license/SPDXRdfExample-v2.3.spdx.rdf.xml", "license", "licenseConcluded is no licence expression: it is empty"},
	{"missing_unique_identifiers/SPDXRdfExample-v2.3.spdx.rdf.xml", "required", `"SPDXID" is missing`},
	{"missing_unique_identifiers/SPDXYAMLExample-v2.3.spdx.yaml", "required", `/packages/0 (line 260): "SPDXID" is missing`},
	{"spdx3/missing_unique_identifiers.json", "required", `property "spdxId" is missing`},
	{"invalid_creation_info.rdf.xml", "required", `"creators" is missing`},
	// Whatever its name says, every package has a name; a licence is not defined.
	{"SPDXSBOMExampleMissingComponentName.spdx.yml", "reference", `/packages/0/licenseDeclared`},
}

// notInvalid are documents that are deliberately short of something that the
// specification does not ask for.
var notInvalid = map[string]string{
	"spdx+ntia-conformance-checker/tests/data/missing_dependency_relationships/SPDXYAMLExample-v2.3.spdx.yaml": "without dependencies it lacks one of the NTIA's minimum elements; SPDX asks for none (2.3, 11.1: cardinality 0..*)",
}

// TestStrictCorpus validates every document of which the manifest says whether
// it is valid.
func TestStrictCorpus(t *testing.T) {
	dir, rows := manifest(t)
	valid, invalid := 0, 0
	for _, row := range rows {
		if row.validity == "unknown" {
			continue
		}
		t.Run(row.path, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, row.path))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(row.oddities, "decompression-bomb") {
				if _, err := sbom.Validate(context.Background(), bytes.NewReader(data), nil); !errors.Is(err, sbom.ErrLimit) {
					t.Errorf("want ErrLimit, got %v", err)
				}
				return
			}
			vs := validate(t, data)
			found := failures(vs)
			ok := !slices.ContainsFunc(vs, func(v sbom.Validation) bool { return !v.Valid() })
			if ok != (len(found) == 0) {
				t.Errorf("valid is %v with %d violations", ok, len(found))
			}
			why, mistaken := notInvalid[row.path]
			if row.validity == "valid" || mistaken {
				valid++
				if !ok {
					t.Errorf("valid, and refused (%s): %q", why, found)
				}
				return
			}
			invalid++
			if ok {
				t.Fatal("deliberately invalid, and accepted")
			}
			i := slices.IndexFunc(invalidFor, func(w struct{ path, kind, has string }) bool { return strings.HasSuffix(row.path, w.path) })
			if i < 0 {
				t.Fatalf("it is not said what it is invalid for; found %q", found)
			}
			w := invalidFor[i]
			if !slices.ContainsFunc(found, func(s string) bool {
				return strings.HasPrefix(s, w.kind+" ") && strings.Contains(s, w.has)
			}) {
				t.Errorf("want %s %q, found %q", w.kind, w.has, found)
			}
		})
	}
	t.Logf("%d valid and %d invalid documents", valid, invalid)
}

// TestByteOrderMark shows that the libraries refuse the mark too: it is the
// reason why documents of the corpus are refused that say nothing wrong.
func TestByteOrderMark(t *testing.T) {
	text := "fields: { key: \"a\" value: { bool_value: true } }"
	if err := prototext.Unmarshal([]byte(text), &structpb.Struct{}); err != nil {
		t.Fatal(err)
	}
	if prototext.Unmarshal([]byte("\xef\xbb\xbf"+text), &structpb.Struct{}) == nil {
		t.Error("prototext takes a byte order mark")
	}
	if json.Unmarshal([]byte("\xef\xbb\xbf{}"), &map[string]any{}) == nil {
		t.Error("encoding/json takes a byte order mark")
	}
}

// TestStrictAgainstManifest compares the verdicts with those of the schemas
// that the manifest was made with: of CycloneDX the published ones, of SPDX 2
// its JSON schema, which asks for less than the specification.
func TestStrictAgainstManifest(t *testing.T) {
	dir, rows := manifest(t)
	compared, differ := 0, map[string]int{}
	for _, row := range rows {
		if row.schema != "pass" && row.schema != "fail" || strings.HasPrefix(row.encoding, "compressed") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, row.path))
		if err != nil {
			t.Fatal(err)
		}
		v := validate(t, data)[0]
		compared++
		if row.format == "cyclonedx" {
			if v.SchemaValid() != (row.schema == "pass") {
				t.Errorf("%s: the manifest says %s, found %q", row.path, row.schema, failures([]sbom.Validation{v}))
			}
			continue
		}
		if v.Valid() == (row.schema == "pass") {
			continue
		}
		if v.Valid() {
			why := schemaOnly[row.path]
			if why == "" {
				t.Errorf("%s: the JSON schema refuses it, and the rules do not", row.path)
			}
			differ["refused by the schema alone"]++
			continue
		}
		// What the schema lets pass, the specification asks for in these rules.
		for _, x := range v.Violations {
			if x.Severity != sbom.ProblemError {
				continue
			}
			switch x.Kind {
			case "id", "uri", "unique", "time", "reference", "describes", "version", "empty", "agent", "locator", "hex", "location", "license", "required", "purl", "cpe", "filesAnalyzed", "enum":
				differ[x.Kind]++
			default:
				t.Errorf("%s: the JSON schema accepts it, the rules find %s %s", row.path, x.Kind, x)
			}
		}
	}
	t.Logf("%d documents compared; SPDX beyond the schema: %v", compared, differ)
	if compared < 200 {
		t.Errorf("only %d documents compared", compared)
	}
}

// schemaOnly are documents that only the JSON schema of SPDX refuses.
var schemaOnly = map[string]string{
	"spdx+ntia-conformance-checker/tests/doc_fest/OpenEmbedded/runtime-python3-pyyaml-dbg.spdx.json": "AMENDS, a type of relationship that 2.2 has (11.1) and its schema lacks",
	"spdx+ntia-conformance-checker/tests/doc_fest/OpenEmbedded/runtime-python3-pyyaml-src.spdx.json": "AMENDS, a type of relationship that 2.2 has (11.1) and its schema lacks",
	"spdx+ntia-conformance-checker/tests/doc_fest/OpenEmbedded/runtime-time-doc.spdx.json":           "AMENDS, a type of relationship that 2.2 has (11.1) and its schema lacks",
	"spdx+ntia-conformance-checker/tests/doc_fest/OpenEmbedded/runtime-time-src.spdx.json":           "AMENDS, a type of relationship that 2.2 has (11.1) and its schema lacks",
}
