package report_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

func at(encoding string, places ...string) *provenance.Report {
	r := &provenance.Report{Source: sbom.Source{Kind: sbom.SourceCycloneDX, Encoding: encoding}}
	for _, p := range places {
		r.Findings = append(r.Findings, provenance.Finding{Steps: []provenance.Step{{Place: p}}})
	}
	return r
}

func TestFindLines(t *testing.T) {
	const json = "{\n \"metadata\": {\"component\": {\n  \"name\": \"d\"}},\n \"deep\": {\"a\": {\"b\": {\"c\": [1,\n2,3]}}},\n" +
		" \"components\": [\n  {\"name\": \"a\"},\n  {\"name\": \"b\",\n   \"supplier\": {\n    \"name\":\n      \"S\"}, \"x/y\": 1}\n ]\n}\n"
	const xml = "<?xml version=\"1.0\"?>\n<!-- <components> -->\n<bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\">\n <components>\n  <component>\n   <name>a</name>\n  </component>\n" +
		"  <component><name>b</name>\n   <supplier>\n    <name>S</name>\n   </supplier></component>\n </components>\n</bom>\n"
	const yaml = "spdxVersion: SPDX-2.3\npackages:\n- name: a\n  x: 1\n- name: b\n  supplier: \"Organization: S\"\n"
	for _, tt := range []struct {
		encoding, input, place string
		want                   int
	}{
		{"json", json, "/metadata/component", 2},
		{"json", json, "/components/0", 7},
		{"json", json, "/components/1", 8},
		{"json", json, "/components/1/supplier", 9},
		{"json", json, "/components/1/supplier/name", 10},
		{"json", json, "/components/1/x~1y", 11},
		{"json", json, "/components/1/supplier/address/country", 9}, // the nearest that is there
		{"json", json, "/components/7", 6},
		{"json", json, "/nothing", 0},
		{"json", json[:100], "/metadata/component", 2}, // broken off
		{"xml", xml, "/bom/components/component[1]", 5},
		{"xml", xml, "/bom/components/component", 5},
		{"xml", xml, "/bom/components/component[2]", 8},
		{"xml", xml, "/bom/components/component[2]/supplier/name", 10},
		{"yaml", yaml, "/packages/1", 5},
		{"yaml", yaml, "/packages/1/supplier", 6},
		{"tag-value", "", "line 607", 607},
		{"tag-value", "", "line 607/PackageSupplier", 607},
		{"tag-value", "", "line x", 0},
		{"protobuf", "\x0a\x00", "/components/0", 0},
	} {
		for name, in := range map[string]io.Reader{"whole": strings.NewReader(tt.input), "bytewise": iotest.OneByteReader(strings.NewReader(tt.input))} {
			find, err := report.FindLines(in, at(tt.encoding, tt.place))
			if err != nil {
				t.Fatal(err)
			}
			if got := find(tt.place); got != tt.want {
				t.Errorf("%s, %s, %s: line %d, want %d", tt.encoding, name, tt.place, got, tt.want)
			}
		}
	}
	if _, err := report.FindLines(iotest.ErrReader(errFull), at("json", "/components/0")); !errors.Is(err, errFull) {
		t.Errorf("a reader's error: %v", err)
	}
}
