package sbom

import (
	"bytes"
	"fmt"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// TestWriteNestedLists: the components of one that holds many are written one by
// one, in the same bytes as the library writes a whole document.
func TestWriteNestedLists(t *testing.T) {
	doc := &Document{Subject: &Component{Ref: "device", Name: "gateway", Type: Firmware}}
	add := func(ref, parent string) {
		doc.Components = append(doc.Components, &Component{Ref: ref, Parent: parent, Name: ref, Version: "1.2", Type: Library,
			Evidence: []Evidence{{Field: "version", Technique: BinaryAnalysis, Extractor: "elf", Path: "lib/" + ref, Offset: 12, Match: "<" + ref + "> & \"components\": [", Confidence: High}}})
	}
	add("first", "")
	add("kernel", "")
	for i := range 100 {
		add(fmt.Sprintf("module-%d", i), "kernel")
	}
	for i := range 70 {
		add(fmt.Sprintf("part-%d", i), "module-7")
	}
	add("inner", "part-3")
	add("last", "")
	for format, as := range map[WriteFormat]cdx.BOMFileFormat{CycloneDX16JSON: cdx.BOMFileFormatJSON, CycloneDX17JSON: cdx.BOMFileFormatJSON, CycloneDX16XML: cdx.BOMFileFormatXML} {
		var got, want bytes.Buffer
		if err := Write(&got, doc, format, nil); err != nil {
			t.Fatal(err)
		}
		var bom cdx.BOM
		if err := cdx.NewBOMDecoder(bytes.NewReader(got.Bytes()), as).Decode(&bom); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		list := *bom.Components
		if len(list) != 3 || len(*list[1].Components) != 100 {
			t.Fatalf("%s: %d components, want 3, the second with 100", format, len(list))
		}
		if parts := *(*list[1].Components)[7].Components; len(parts) != 70 || len(*parts[3].Components) != 1 {
			t.Errorf("%s: %d parts in a module, want 70", format, len(parts))
		}
		if as == cdx.BOMFileFormatXML {
			continue // the library neither reads nor writes the elements of an occurrence
		}
		if err := cdx.NewBOMEncoder(&want, as).SetPretty(true).SetEscapeHTML(false).Encode(&bom); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%s is written otherwise than the library writes it", format)
		}
	}
}
