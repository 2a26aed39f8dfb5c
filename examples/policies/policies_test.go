// Package policies tests that the example policies and waivers are read.
package policies

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb"
)

func TestExamplesAreRead(t *testing.T) {
	db, err := origindb.Open()
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("*.yaml")
	policies := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if file == "waivers.yaml" {
			if w, err := provenance.ReadWaivers(file, data); err != nil || len(w) == 0 {
				t.Errorf("%d waivers, %v", len(w), err)
			}
			continue
		}
		p, err := provenance.ReadPolicy(file, data)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, err := range p.Check(db) {
			t.Error(err)
		}
		policies++
	}
	if policies < 2 {
		t.Errorf("%d policies", policies)
	}
}
