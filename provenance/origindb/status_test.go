package origindb

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

func TestStatus(t *testing.T) {
	records, data := small(t)
	db, err := Read(string(data))
	if err != nil {
		t.Fatal(err)
	}
	got, err := StatusOf(db)
	if err != nil {
		t.Fatal(err)
	}
	one := Citations{Total: 1, Uncited: 1}
	want := &Status{
		Edition: db.Edition(), OldestReview: "2026-01-01",
		Organizations: 2, OrganizationsByKind: map[provenance.OrganizationKind]int{provenance.Company: 1, provenance.Foundation: 1}, Seatless: 2,
		Projects: 1, Community: 1,
		Names: 6, Identifiers: 4,
		IdentifiersByKind: map[sbom.ClaimKind]int{sbom.Domain: 1, sbom.LiteralMark: 2, provenance.PackageName: 1},
		OriginsByBasis:    map[provenance.Basis]Citations{},
		Statements: map[string]Citations{"names": {Total: 4, Uncited: 4}, "identifiers": {Total: 4, Uncited: 4},
			"communities": {Total: 1}, "entries": {Total: 3, Uncited: 3}},
		Lists: []ListStatus{
			{ID: "ll", Title: "L", Edition: "1", Reviewed: "2026-01-01", Complete: true, Transcribed: "by hand", Entries: 1, Joined: 1},
			{ID: "ll", Title: "L", Edition: "2", Reviewed: "2026-01-01", Complete: true, Transcribed: "by hand", Entries: 2, Joined: 2},
		},
		Registries: []Registry{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p := one.UncitedPercent(); p != 100 {
		t.Errorf("one of one uncited is %v percent", p)
	}

	// An overlay counts with the records below it, and shows the registries
	// below it.
	over := &provenance.Records{Name: "ours", Organizations: []provenance.Organization{{ID: "dd", Name: "Dd", Kind: provenance.Company,
		Origins: []provenance.Origin{{Country: "PT", Basis: provenance.Registered, Statement: provenance.Statement{Uncited: true, Disputed: "by it"}}}}}}
	got, err = StatusOf(provenance.Overlay(openEmbedded(t), over))
	if err != nil {
		t.Fatal(err)
	}
	below, err := StatusOf(openEmbedded(t))
	if err != nil {
		t.Fatal(err)
	}
	if got.Organizations != below.Organizations+1 || got.Origins.Disputed != below.Origins.Disputed+1 || len(got.Registries) == 0 {
		t.Errorf("the overlay has %d organizations and %d registries over %d organizations", got.Organizations, len(got.Registries), below.Organizations)
	}
	if got.Unreviewed != below.Unreviewed+1 { // the overlay's record has no day of a review
		t.Errorf("%d records without a review over %d", got.Unreviewed, below.Unreviewed)
	}
	if s, err := StatusOf(records); err != nil || s.Identifiers != 4 {
		t.Errorf("status of the records in memory: %+v, %v", s, err)
	}
	if _, err := StatusOf(opaque{records}); !errors.Is(err, ErrNotListed) {
		t.Errorf("status of a database that cannot list: %v", err)
	}
}

type opaque struct{ provenance.Database }

// At least 85 percent of origins are cited.
func TestOriginsAreCited(t *testing.T) {
	s, err := StatusOf(openEmbedded(t))
	if err != nil {
		t.Fatal(err)
	}
	if p := s.Origins.UncitedPercent(); p >= 15 {
		t.Errorf("%.1f%% of %d origins are uncited, want under 15%%", p, s.Origins.Total)
	}
}
