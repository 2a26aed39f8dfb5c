package origindb

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// testdata/purl-traps.tsv holds package URLs that resemble an organization's
// and are not its: forks, mirrors, typosquats, unofficial clients, packages of
// types, repackagings, accounts of the same name on another code host. Some
// stand for real packages, others are made up in the form that real ones have.
// "*" for the organization means that nobody at all is to be named.
//
// The whole way from a document to its attributions is tried, not single
// lookups: what is looked up for a package URL, and in which order, is where
// such mistakes happen.
func TestPURLTraps(t *testing.T) {
	data, err := os.ReadFile("testdata/purl-traps.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")[1:]
	if len(lines) < 100 {
		t.Errorf("%d traps, want at least 100", len(lines))
	}
	doc := &sbom.Document{}
	traps := make([][]string, len(lines))
	for i, line := range lines {
		cells := strings.Split(line, "\t")
		if len(cells) != 3 {
			t.Fatalf("purl-traps.tsv:%d: want purl, not and why", i+2)
		}
		traps[i] = cells
		doc.Components = append(doc.Components, &sbom.Component{
			Ref: cells[0], Name: cells[0][strings.LastIndexByte(cells[0], '/')+1:], PURL: cells[0],
			Claims: []sbom.Claim{{Kind: sbom.PURL, Value: cells[0], By: sbom.ByDocument}},
		})
	}
	report, err := provenance.Analyze(context.Background(), doc, openEmbedded(t), &provenance.Options{AsOf: "2026-11-29"})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Components) != len(lines) {
		t.Fatalf("%d components of %d", len(report.Components), len(lines))
	}
	for i := range report.Components {
		for _, at := range report.Components[i].Attributions {
			if at.Organization.ID != "" && (traps[i][1] == "*" || at.Organization.ID == traps[i][1]) {
				t.Errorf("purl-traps.tsv:%d: %s is attributed to %s by %s; it is: %s", i+2, traps[i][0], at.Organization.ID, at.Matches[0].Value, traps[i][2])
			}
		}
	}
}

// That a trap is passed says something only where the organization it is for
// can be named at all.
func TestPURLTrapsNameRecords(t *testing.T) {
	data, err := os.ReadFile("testdata/purl-traps.tsv")
	if err != nil {
		t.Fatal(err)
	}
	db := openEmbedded(t)
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		if id := strings.Split(line, "\t")[1]; id != "*" && db.Organization(id) == nil {
			t.Errorf("purl-traps.tsv:%d: there is no organization %q", i+2, id)
		}
	}
}
