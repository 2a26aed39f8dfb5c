package main

import (
	"context"
	"os"
	"strings"
	"testing"
)

func Example() {
	bom := `{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
		{"type": "library", "name": "display", "purl": "pkg:npm/%40example-devices/display@2.1.0"},
		{"type": "library", "name": "left-pad", "purl": "pkg:npm/left-pad@1.3.0"},
		{"type": "library", "name": "broken", "purl": "npm:broken"}]}`
	if err := run(context.Background(), strings.NewReader(bom), os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// display: Example Devices GmbH is the developer, confidence high; registered in DE
	// left-pad: unknown
	// broken: unknown
	// error: /components/2/purl: package URL "npm:broken" is not well-formed (purl scheme is not "pkg": "npm"); it makes no claim
}

func TestRefusesWhatIsNoSBOM(t *testing.T) {
	if err := run(context.Background(), strings.NewReader("hello"), new(strings.Builder)); err == nil {
		t.Error("a text that is no SBOM was read")
	}
}
