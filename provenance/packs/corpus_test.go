package packs_test

import (
	"context"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/testshared"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/packs"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Fifty real SBOMs of open source, drawn by each of several seeds: no pack fails
// any of them, and every finding on them can be walked back and explained.
func TestOpenSource(t *testing.T) {
	seeds := []uint64{11, 23, 42, 2026}
	if testing.Short() {
		seeds = seeds[:1]
	}
	judged := map[string]bool{} // a file is judged once
	for _, seed := range seeds {
		openSource(t, seed, judged)
	}
	t.Logf("%d SBOMs judged", len(judged))
}

// allPacks returns every pack, without what it includes: all of them are here.
func allPacks(t *testing.T) []*provenance.Policy {
	t.Helper()
	var policies []*provenance.Policy
	for _, id := range packs.List() {
		p, err := packs.Read(id)
		if err != nil {
			t.Fatal(err)
		}
		p.Include = nil
		policies = append(policies, p)
	}
	return policies
}

func openSource(t *testing.T, seed uint64, judged map[string]bool) {
	t.Helper()
	root := filepath.Join(testshared.Dir(t), "corpus", "sbom")
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() && info.Size() < 4<<20 && filepath.Ext(path) != ".tsv" && filepath.Ext(path) != ".md" {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	rnd := rand.New(rand.NewPCG(2026, seed))
	rnd.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })

	db := database(t)
	policies := allPacks(t)
	inputs, findings := 0, map[provenance.Verdict]int{}
	for _, file := range files {
		if inputs == 50 {
			break
		}
		doc := readSBOM(file)
		if doc == nil || len(doc.Components) == 0 {
			continue
		}
		inputs++
		if judged[file] {
			continue
		}
		judged[file] = true
		r, err := provenance.Analyze(context.Background(), doc, db, &provenance.Options{AsOf: "2026-11-22", Policies: policies})
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		name, _ := filepath.Rel(root, file)
		for _, f := range r.Findings {
			findings[f.Verdict]++
			if f.Verdict == provenance.Fail {
				t.Errorf("%s: %s: %s", name, f.ID, f.Why)
			}
			walkable(t, name, &f)
			if _, err := provenance.Explain(r, f.ID); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, f := range r.Upcoming {
			if f.From == "" {
				t.Errorf("%s: %s is upcoming without a day", name, f.ID)
			}
			walkable(t, name, &f)
		}
	}
	if inputs != 50 {
		t.Errorf("%d SBOMs with components, want 50", inputs)
	}
	t.Logf("seed %d: findings by verdict: %v", seed, findings)
	if findings[provenance.UnknownVerdict] == 0 {
		t.Error("nothing is unknown in fifty SBOMs: the test shows nothing")
	}
}

func readSBOM(file string) *sbom.Document {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	doc, err := sbom.Read(context.Background(), f, nil)
	if err != nil {
		return nil // a damaged one; package sbom tests them
	}
	return doc
}

// walkable checks the chain from the rule to the input.
func walkable(t *testing.T, name string, f *provenance.Finding) {
	t.Helper()
	has := map[provenance.StepKind]bool{}
	for _, s := range f.Steps {
		has[s.Kind] = true
		if s.Kind == provenance.StepClaim && len(s.Evidence) == 0 && s.Place == "" {
			t.Errorf("%s: %s: a claim from nowhere: %s", name, f.ID, s.Text)
		}
	}
	want := []provenance.StepKind{provenance.StepRule}
	switch {
	case f.Organization != nil:
		want = append(want, provenance.StepOrganization, provenance.StepIdentifier, provenance.StepClaim)
	case f.List != nil:
		want = append(want, provenance.StepListEntry)
	default:
		want = append(want, provenance.StepInput)
	}
	for _, k := range want {
		if !has[k] {
			t.Errorf("%s: %s has no step %s: %s", name, f.ID, k, f.Why)
		}
	}
	if strings.ContainsAny(f.Why, "\n\r") {
		t.Errorf("%s: %s: why is not one line", name, f.ID)
	}
}
