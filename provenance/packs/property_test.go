package packs_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// random returns components and services that documents attribute to
// organizations of the database in random roles.
func random(rnd *rand.Rand, db provenance.Database, n int) *sbom.Document {
	ids := db.(interface{ OrganizationIDs() []string }).OrganizationIDs()
	listed := []string{"huawei", "hikvision", "dahua", "zte", "hytera", "dji", "kaspersky", "tp-link-technologies", "quectel", "cxmt", "hisilicon", "acronis"}
	types := []sbom.ComponentType{sbom.Device, sbom.Firmware, sbom.DeviceDriver, sbom.Library, sbom.Application, sbom.Platform}
	claims := func() []sbom.Claim {
		var out []sbom.Claim
		for range rnd.IntN(3) {
			id := ids[rnd.IntN(len(ids))]
			if rnd.IntN(2) == 0 {
				id = listed[rnd.IntN(len(listed))]
			}
			roles := sbom.Roles()
			out = append(out, sbom.Claim{Kind: sbom.OrgName, Value: db.Organization(id).Name, Role: roles[rnd.IntN(len(roles))], By: sbom.ByDocument, Field: fmt.Sprint("field", len(out))})
		}
		return out
	}
	doc := &sbom.Document{Source: sbom.Source{Kind: sbom.SourceCycloneDX}}
	for i := range n {
		name := fmt.Sprintf("thing%d", i)
		if rnd.IntN(6) == 0 {
			doc.Services = append(doc.Services, sbom.Service{Ref: name, Name: name, Place: "/services/" + name, Claims: claims()})
			continue
		}
		c := sbom.Component{Ref: name, Name: name, Type: types[rnd.IntN(len(types))], Version: fmt.Sprint(rnd.IntN(4)), Place: "/components/" + name, Claims: claims()}
		if rnd.IntN(3) == 0 {
			c.Licenses = []string{[]string{"MIT", "Proprietary"}[rnd.IntN(2)]}
		}
		doc.Components = append(doc.Components, &c)
	}
	return doc
}

// What must hold for all packs, whatever they judge: order never matters, one
// more thing removes no finding about another, a waiver of one finding waives no
// other, an id never names two findings, and differences are empty or mirror
// each other.
func TestProperties(t *testing.T) {
	db, policies := database(t), allPacks(t)
	run := func(doc *sbom.Document, waivers ...provenance.Waiver) *provenance.Report {
		t.Helper()
		r, err := provenance.Analyze(context.Background(), doc, db, &provenance.Options{AsOf: "2026-11-22", Policies: policies, Waivers: waivers})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	rank := func(v provenance.Verdict) int {
		return slices.Index([]provenance.Verdict{provenance.Info, provenance.UnknownVerdict, provenance.Review, provenance.Fail}, v)
	}
	rnd := rand.New(rand.NewPCG(6, 2026))
	verdicts := map[provenance.Verdict]int{}
	var before *provenance.Report
	for range 25 {
		doc := random(rnd, db, 5+rnd.IntN(40))
		r := run(doc)
		seen := map[string]bool{}
		for _, f := range r.Findings {
			verdicts[f.Verdict]++
			if seen[f.ID] {
				t.Fatalf("two findings are called %s", f.ID)
			}
			seen[f.ID] = true
		}

		shuffled := *doc
		shuffled.Components, shuffled.Services = slices.Clone(doc.Components), slices.Clone(doc.Services)
		rnd.Shuffle(len(shuffled.Components), func(i, j int) {
			shuffled.Components[i], shuffled.Components[j] = shuffled.Components[j], shuffled.Components[i]
		})
		slices.Reverse(shuffled.Services)
		if other := run(&shuffled); !reflect.DeepEqual(other.Findings, r.Findings) || !reflect.DeepEqual(other.Upcoming, r.Upcoming) || !reflect.DeepEqual(other.Groups, r.Groups) {
			t.Fatal("another order gives other findings")
		}

		grown := *doc
		extra := random(rnd, db, 1)
		for i := range extra.Components {
			extra.Components[i].Ref, extra.Components[i].Name = "extra", "extra"
		}
		for i := range extra.Services {
			extra.Services[i].Ref, extra.Services[i].Name = "extra", "extra"
		}
		grown.Components, grown.Services = append(slices.Clone(doc.Components), extra.Components...), append(slices.Clone(doc.Services), extra.Services...)
		after := map[string]provenance.Verdict{}
		for _, f := range run(&grown).Findings {
			after[f.ID] = f.Verdict
		}
		for _, f := range r.Findings {
			if v, ok := after[f.ID]; (!ok || rank(v) < rank(f.Verdict)) && (f.Component != "" || f.Service != "") {
				t.Fatalf("%s is %q after another thing was added, and was %q", f.ID, v, f.Verdict)
			}
		}

		if len(r.Findings) > 0 {
			f := r.Findings[rnd.IntN(len(r.Findings))]
			waived := run(doc, provenance.Waiver{ID: "w", Reason: "r", Owner: "o", Expires: "2027-01-01", Finding: f.ID})
			for i, g := range waived.Findings {
				if (g.Waiver != nil) != (g.ID == f.ID) {
					t.Fatalf("a waiver for %s: %s is waived: %v", f.ID, g.ID, g.Waiver != nil)
				}
				g.Waiver = nil
				if !reflect.DeepEqual(g, r.Findings[i]) {
					t.Fatalf("a waiver for %s changed %s", f.ID, g.ID)
				}
			}
		}

		if d := provenance.Diff(r, r); !d.Empty() {
			t.Fatalf("diff(a, a) is not empty: %+v", d)
		}
		if before != nil {
			ab, ba := provenance.Diff(before, r), provenance.Diff(r, before)
			if !reflect.DeepEqual(ab.Mirror(), ba) {
				t.Fatal("diff(a, b) does not mirror diff(b, a)")
			}
		}
		before = r
	}
	for _, v := range []provenance.Verdict{provenance.Fail, provenance.Review, provenance.UnknownVerdict, provenance.Info} {
		if verdicts[v] == 0 {
			t.Errorf("no finding of verdict %q: the test shows nothing for it", v)
		}
	}
	t.Logf("findings: %v", verdicts)
}

// An organization that is added to the database changes no finding about others.
func TestAddedOrganization(t *testing.T) {
	db, policies := database(t), allPacks(t)
	doc := random(rand.New(rand.NewPCG(3, 2026)), db, 60)
	cite := map[string]provenance.Source{"s": {URL: "https://example.org/register", Title: "Register", Retrieved: "2026-01-01", Says: "registered there"}}
	newcomer := &provenance.Records{Name: "own", Organizations: []provenance.Organization{{
		ID: "newcomer-works", Name: "Newcomer Works Ltd.", Kind: provenance.Company, Sources: cite, Reviewed: "2026-01-01",
		Origins: []provenance.Origin{{Country: "CN", Basis: provenance.Registered, Statement: provenance.Statement{Sources: []string{"s"}}}}}}}
	run := func(db provenance.Database, doc *sbom.Document) map[string]provenance.Finding {
		r, err := provenance.Analyze(context.Background(), doc, db, &provenance.Options{AsOf: "2026-11-22", Policies: policies})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]provenance.Finding{}
		for _, f := range r.Findings {
			if f.Component != "" || f.Service != "" {
				out[f.ID] = f
			}
		}
		return out
	}
	before := run(db, doc)
	if after := run(provenance.Overlay(db, newcomer), doc); !reflect.DeepEqual(before, after) {
		t.Error("a new record changes findings about others")
	}
	// Its own things do get findings, so the record was read.
	doc.Components = append(doc.Components, &sbom.Component{Ref: "new", Name: "new", Type: sbom.Firmware, Place: "/components/new",
		Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: "Newcomer Works Ltd.", Role: sbom.Supplier, By: sbom.ByDocument, Field: "supplier/name"}}})
	after := run(provenance.Overlay(db, newcomer), doc)
	own := 0
	for id, f := range after {
		if _, ok := before[id]; !ok && f.Organization != nil && f.Organization.ID == "newcomer-works" {
			own++
		}
	}
	for id := range before {
		if _, ok := after[id]; !ok {
			t.Errorf("%s is gone", id)
		}
	}
	if own == 0 {
		t.Error("no finding about the new organization: the test shows nothing")
	}
}

// Names that resemble an organization's give no finding about it, from any pack
// and in any role.
func TestTraps(t *testing.T) {
	data, err := os.ReadFile("../origindb/testdata/traps.tsv")
	if err != nil {
		t.Fatal(err)
	}
	db, policies := database(t), allPacks(t)
	doc := &sbom.Document{Source: sbom.Source{Kind: sbom.SourceCycloneDX}}
	not := map[string]string{}
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		cells := strings.Split(line, "\t")
		ref := fmt.Sprint("trap", i)
		not[ref] = cells[1]
		c := sbom.Component{Ref: ref, Name: ref, Type: sbom.Firmware, Place: "/components/" + ref}
		for _, role := range []sbom.Role{sbom.Supplier, sbom.Manufacturer, sbom.Developer} {
			c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.OrgName, Value: cells[0], Role: role, By: sbom.ByDocument, Field: role.String()})
		}
		c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.CertOrg, Value: cells[0], By: sbom.ByBytes,
			Evidence: []sbom.Evidence{{Technique: sbom.BinaryAnalysis, Extractor: "certificate", Path: "etc/cert.pem", Offset: 1, Length: 1, Match: cells[0]}}})
		doc.Components = append(doc.Components, &c)
	}
	r, err := provenance.Analyze(context.Background(), doc, db, &provenance.Options{AsOf: "2026-11-22", Policies: policies})
	if err != nil {
		t.Fatal(err)
	}
	listed := 0
	for _, f := range append(r.Findings, r.Upcoming...) {
		for _, ref := range append([]string{f.Component}, f.Also...) {
			if f.Organization != nil && (not[ref] == "*" || f.Organization.ID == not[ref]) {
				t.Errorf("%s: %s", f.ID, f.Why)
			}
		}
		if f.List != nil && f.Organization != nil {
			listed++
		}
	}
	t.Logf("%d traps, %d list findings about others than those they are mistaken for", len(not), listed)
}
