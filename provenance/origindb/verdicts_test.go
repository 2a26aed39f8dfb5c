package origindb_test

import (
	"testing"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A list entry that is joined, and a sale, change the verdicts of exactly the
// organizations that they reach: the sale, uncited here, to a review.
func TestDiffVerdicts(t *testing.T) {
	state := func(join, owner string) provenance.Database {
		record := func(id, more string) *fstest.MapFile {
			return &fstest.MapFile{Data: []byte("id: " + id + "\nname: " + id + " Works\nkind: company\n" + more + "reviewed: 2026-11-01\n")}
		}
		db, err := provenance.ReadRecords(fstest.MapFS{
			"organizations/listed.yaml": record("listed", ""),
			"organizations/parent.yaml": record("parent", ""),
			"organizations/child.yaml":  record("child", "owners:\n  - {organization: "+owner+", share: 100, kind: equity, uncited: true}\n"),
			"organizations/other.yaml":  record("other", ""),
			"lists/example-2026-01-01.yaml": {Data: []byte(`id: example
title: Example list
edition: 2026-01-01
authority: Example act
complete: true
transcribed: made up for a test
entries:
  - {name: Listed Works, kind: entity, effective: 2026-01-01, organizations: [` + join + `], sources: [text]}
sources:
  text: {url: "https://list.example/1", title: The list, retrieved: 2026-11-01, says: names Listed Works}
reviewed: 2026-11-01
`)},
		})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	policy, err := provenance.ReadPolicy("p.yaml", []byte(`id: example
title: Example
version: "1"
about: An example.
rules:
  - id: named
    title: named
    verdict: fail
    when: {list: {id: example, nexus: {threshold: 50, control: true}}, roles: [manufacturer]}
`))
	if err != nil {
		t.Fatal(err)
	}
	changes, err := origindb.DiffVerdicts(t.Context(), state("", "other"), state("parent", "parent"), []*provenance.Policy{policy}, "2026-11-01")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]provenance.Verdict{}
	for _, c := range changes {
		if c.As != sbom.Manufacturer || c.Old != provenance.NoFinding || c.Policy != "example" {
			t.Errorf("unexpected change %+v", c)
		}
		got[c.Organization.ID] = c.New
	}
	if len(got) != 2 || got["parent"] != provenance.Fail || got["child"] != provenance.Review {
		t.Errorf("changes of %v, want parent and child", got)
	}
	same, err := origindb.DiffVerdicts(t.Context(), state("parent", "parent"), state("parent", "parent"), []*provenance.Policy{policy}, "2026-11-01")
	if err != nil || len(same) != 0 {
		t.Errorf("one state differs from itself: %v, %v", same, err)
	}
}
