package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

// What a report says is in the SBOM that is written, is there again when it is
// read, is replaced when it is enriched again, and leaves the document as it
// was.
func TestEnrich(t *testing.T) {
	doc := &sbom.Document{
		Subject: &sbom.Component{Ref: "device", Type: sbom.Device, Name: "Gateway"},
		Components: []*sbom.Component{{Ref: "c1", Type: sbom.Library, Name: "camera-core", Version: "4.1",
			Properties: []sbom.Property{{Name: "vendor:note", Value: "kept"}, {Name: "touchmark:standing", Value: "old"}}},
			{Ref: "not-in-the-report", Name: "x"}},
		Services: []sbom.Service{{Ref: "s1", Name: "cloud.lanworks.example"}},
	}
	before, _ := json.Marshal(doc)
	r := gateway()
	rich := report.Enrich(report.Enrich(doc, r, nil), r, nil)
	after, _ := json.Marshal(doc)
	if !bytes.Equal(before, after) {
		t.Error("Enrich changed the document")
	}
	for _, format := range []sbom.WriteFormat{sbom.CycloneDX16JSON, sbom.CycloneDX16XML} {
		var b bytes.Buffer
		if err := sbom.Write(&b, rich, format, &sbom.WriteOptions{Created: "2026-11-22T00:00:00Z"}); err != nil {
			t.Fatal(err)
		}
		back, err := sbom.Read(context.Background(), &b, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range back.Components[0].Properties {
			got = append(got, p.Name+"="+p.Value)
		}
		want := []string{
			"vendor:note=kept",
			"touchmark:standing=organization",
			"touchmark:origin:supplier:seeing-eye:name=Seeing Eye Digital Co., Ltd.",
			"touchmark:origin:supplier:seeing-eye:confidence=medium",
			"touchmark:origin:supplier:seeing-eye:country:registered=HK",
			"touchmark:origin:supplier:seeing-eye:country:headquartered=CN",
			"touchmark:origin:supplier:seeing-eye:citation=https://register.example/1",
			"touchmark:finding=covered.listed-00000001 fail",
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: properties %q, want %q", format, got, want)
		}
		if p := back.Subject.Properties; len(p) == 0 || p[0].Name != "touchmark:database" || p[0].Value != "test-db@2026-11-20" {
			t.Errorf("%s: the subject has %v", format, p)
		}
	}
}
