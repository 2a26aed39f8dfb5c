package provenance

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// What a finding says of an organization is no more than what the marks show:
// a program that holds a brand is not made by its owner, and has no chip maker.
func TestWordsOfAFinding(t *testing.T) {
	p, err := ReadPolicy("p.yaml", []byte("id: p\ntitle: P\nrules:\n  - {id: r, title: R, verdict: info, when: {country: {in: [US, CN], basis: [registered]}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	records := testRecords(t, `
id: chips
name: Chips GmbH
kind: company
origins: [{country: CN, basis: registered, sources: [s]}]
identifiers: [{kind: literal, value: CHIP7, role: silicon, sources: [s]}, {kind: literal, value: DesignHouse, role: odm, sources: [s]}]
`)
	mark := func(value string) []sbom.Claim {
		return []sbom.Claim{{Kind: sbom.LiteralMark, Value: value, By: sbom.ByBytes, Evidence: []sbom.Evidence{{Path: "bin/x"}}}}
	}
	component := func(typ sbom.ComponentType, value string) *sbom.Document {
		return &sbom.Document{Components: []*sbom.Component{{Ref: "c", Name: "thing", Type: typ, Claims: mark(value)}}}
	}
	service := func(c sbom.Claim) *sbom.Document {
		c.By, c.Evidence = sbom.ByBytes, []sbom.Evidence{{Path: "etc/x", Match: "192.0.2.1"}}
		return &sbom.Document{Services: []sbom.Service{{Ref: "s", Name: "192.0.2.1", Purpose: "dns", Claims: []sbom.Claim{c}, Evidence: c.Evidence}}}
	}
	for _, test := range []struct {
		name string
		doc  *sbom.Document
		want string
	}{
		{"program with a brand", component(sbom.Application, "AlphaBrand"), "Evidence suggests that thing carries a brand mark of Alpha Networks Co., Ltd., which is registered in CN."},
		{"device with a brand", component(sbom.Device, "AlphaBrand"), "Evidence suggests that Alpha Networks Co., Ltd. is the brand of thing; it is registered in CN."},
		{"program with a chip's name", component(sbom.Library, "CHIP7"), "Evidence suggests that thing names chips of Chips GmbH, which is registered in CN."},
		{"program of a design house", component(sbom.Application, "DesignHouse"), "Evidence suggests that thing carries a mark of the device designer (ODM) Chips GmbH, which is registered in CN."},
		{"mark that two share", component(sbom.Application, "SharedBrand"), "; the same mark also points to "},
		{"known address", service(sbom.Claim{Kind: sbom.OrgName, Value: "Alpha Networks", Role: sbom.Operator}),
			"Evidence suggests that Alpha Networks Co., Ltd. is the operator of 192.0.2.1, a DNS server that the product's files name; it is registered in CN."},
	} {
		r, err := Analyze(context.Background(), test.doc, records, &Options{AsOf: "2026-06-01", Policies: []*Policy{p}})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Findings) == 0 || !strings.Contains(r.Findings[0].Why, test.want) {
			t.Errorf("%s: %+v, want %q", test.name, r.Findings, test.want)
			continue
		}
		if test.name == "known address" && !strings.Contains(r.Findings[0].Steps[len(r.Findings[0].Steps)-1].Text, "the name is not in the bytes") {
			t.Errorf("%s: steps %+v do not say where the name is from", test.name, r.Findings[0].Steps)
		}
	}
}

// A text that nothing explains mentions names; two sorts of them make nobody
// its maker.
func TestLooseTextStaysLow(t *testing.T) {
	claims := []sbom.Claim{
		{Kind: sbom.LiteralMark, Value: "AlphaBrand", By: sbom.ByBytes, Evidence: []sbom.Evidence{{Path: "etc/x", Offset: 1, Length: 2}}},
		{Kind: sbom.Host, Value: "update.alpha.example", By: sbom.ByBytes, Evidence: []sbom.Evidence{{Path: "etc/x", Offset: 100, Length: 2}}},
	}
	for typ, want := range map[sbom.ComponentType]sbom.Confidence{sbom.File: sbom.Low, sbom.Application: sbom.Medium} {
		r, err := Analyze(context.Background(), &sbom.Document{Components: []*sbom.Component{{Ref: "c", Name: "x", Type: typ, Claims: claims}}}, testRecords(t), &Options{AsOf: "2026-06-01"})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Components[0].Attributions[0].Confidence; got != want {
			t.Errorf("%s: confidence %s, want %s", typ, got, want)
		}
	}
}

// Of a project that by record is of no organization, and of what somebody only
// passed on, a finding says that, and not that nothing marks it.
func TestWordsOfTheUnattributed(t *testing.T) {
	p, err := ReadPolicy("p.yaml", []byte("id: p\ntitle: P\nrules:\n  - {id: r, title: R, verdict: unknown, when: {unattributed: true}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	doc := &sbom.Document{Components: []*sbom.Component{{Ref: "c", Name: "few", PURL: "pkg:gem/fewhands@3", Place: "/components/0", Claims: []sbom.Claim{
		{Kind: sbom.PURL, Value: "pkg:gem/fewhands@3", By: sbom.ByDocument},
		{Kind: sbom.OrgName, Value: "Distro Project", Role: sbom.Supplier, By: sbom.ByDocument},
	}}}}
	r, err := Analyze(context.Background(), doc, testRecords(t), &Options{AsOf: "2026-06-01", Policies: []*Policy{p}})
	if err != nil || len(r.Findings) != 1 {
		t.Fatal(err, r)
	}
	f := &r.Findings[0]
	if want := "few: by record no organization stands behind the project Few Hands; Distro Project passed it on."; f.Why != want {
		t.Errorf("%q, want %q", f.Why, want)
	}
	if got := f.Steps[1].Text; !strings.Contains(got, "no organization stands behind it. Distro Project passed it on.") {
		t.Errorf("the step says %q", got)
	}
}

// A project that is on record with nobody behind it is named, and its marks are
// not said to point to no record.
func TestWordsOfAProjectWithNobody(t *testing.T) {
	doc := &sbom.Document{Components: []*sbom.Component{
		{Ref: "a", Name: "nohands", PURL: "pkg:pypi/nohands@3", Place: "/components/0", Claims: []sbom.Claim{
			{Kind: sbom.PURL, Value: "pkg:pypi/nohands@3", By: sbom.ByDocument}}},
		{Ref: "b", Name: "nohands", PURL: "pkg:pypi/nohands@4", Place: "/components/1", Claims: []sbom.Claim{
			{Kind: sbom.PURL, Value: "pkg:pypi/nohands@4", By: sbom.ByDocument},
			{Kind: sbom.OrgName, Value: "Distro Project", Role: sbom.Distributor, By: sbom.ByDocument}}},
		{Ref: "c", Name: "other", PURL: "pkg:pypi/other@4", Place: "/components/2", Claims: []sbom.Claim{
			{Kind: sbom.PURL, Value: "pkg:pypi/other@4", By: sbom.ByDocument}}},
	}}
	findings := gateOf(t, doc, "unknown", "{unattributed: true}")
	if len(findings) != 2 { // that somebody passed on is not unattributed
		t.Fatal(len(findings), "findings")
	}
	for i, want := range []struct{ why, step string }{
		{"nohands: nobody is attributed; the project is on record as No Hands, and nobody behind it is.",
			"The project of nohands is on record as No Hands, and nobody is on record behind it."},
		{"other: nobody is attributed.", "Nobody is attributed to other: its one mark points to no record."},
	} {
		if f := &findings[i]; f.Why != want.why || f.Steps[1].Text != want.step {
			t.Errorf("%q\n%q, want\n%q\n%q", f.Why, f.Steps[1].Text, want.why, want.step)
		}
	}
}

// What a project without an organization is, a rule can tell from what nobody
// knows.
func TestUnaffiliatedCondition(t *testing.T) {
	claim := func(purl string) []sbom.Claim {
		return []sbom.Claim{{Kind: sbom.PURL, Value: purl, By: sbom.ByDocument}}
	}
	doc := &sbom.Document{Components: []*sbom.Component{
		{Ref: "a", Name: "few", Claims: claim("pkg:gem/fewhands@3")},
		{Ref: "b", Name: "many", Claims: claim("pkg:npm/manyhands@3")},
		{Ref: "c", Name: "none", Claims: claim("pkg:pypi/nohands@3")},
		{Ref: "d", Name: "other", Claims: claim("pkg:pypi/other@3")},
	}}
	for when, want := range map[string][]string{
		"{unattributed: true}":                            {"few", "none", "other"},
		"{unaffiliated: true}":                            {"few"},
		"{unattributed: true, not: {unaffiliated: true}}": {"none", "other"},
	} {
		var got []string
		for _, f := range gateOf(t, doc, "unknown", when) {
			got = append(got, f.Name)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s holds for %q, want %q", when, got, want)
		}
	}
}

// gateOf analyses a document with one rule.
func gateOf(t *testing.T, doc *sbom.Document, verdict, when string) []Finding {
	t.Helper()
	p, err := ReadPolicy("p.yaml", []byte("id: p\ntitle: P\nrules:\n  - {id: r, title: R, verdict: "+verdict+", when: "+when+"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Analyze(context.Background(), doc, testRecords(t), &Options{AsOf: "2026-06-01", Policies: []*Policy{p}})
	if err != nil {
		t.Fatal(err)
	}
	return r.Findings
}

// Whom a document declares is said, on the component or in the metadata of the
// document; who wrote the document is not.
func TestDeclaredInVain(t *testing.T) {
	party := sbom.Party{Kind: sbom.Organization, Name: "Unheard Of Ltd", Role: sbom.Supplier, Field: "supplier"}
	author := sbom.Party{Name: "Somebody Else", Field: "authors/0"}
	doc := &sbom.Document{Source: sbom.Source{Kind: sbom.SourceCycloneDX}, Suppliers: []sbom.Party{party, author},
		Subject: &sbom.Component{Ref: "s", Name: "product", Place: "/metadata/component"},
		Components: []*sbom.Component{{Ref: "c", Name: "part", Place: "/components/0", Claims: []sbom.Claim{
			{Kind: sbom.OrgName, Value: "Nowhere GmbH", Role: sbom.Manufacturer, By: sbom.ByDocument}}},
			{Ref: "d", Name: "both", Place: "/components/1", Claims: []sbom.Claim{
				{Kind: sbom.OrgName, Value: "Nowhere GmbH", Role: sbom.Supplier, By: sbom.ByDocument},
				{Kind: sbom.OrgName, Value: "Nowhere GmbH", Role: sbom.Manufacturer, By: sbom.ByDocument}}},
			{Ref: "e", Name: "xt_multiport", Type: sbom.DeviceDriver, Claims: []sbom.Claim{
				{Kind: sbom.ModuleAuthor, Value: "Some Core Team", By: sbom.ByBytes, Evidence: []sbom.Evidence{{Path: "x.ko"}}}}}}}
	got := map[string]string{}
	for _, f := range gateOf(t, doc, "unknown", "{unattributed: true}") {
		got[f.Name] = f.Why
	}
	for name, want := range map[string]string{
		"product": `product: nobody is attributed; the document declares "Unheard Of Ltd" as supplier, and no record has that name.`,
		"part":    `part: nobody is attributed; the document declares "Nowhere GmbH" as manufacturer, and no record has that name.`,
		"both":    `both: nobody is attributed; the document declares "Nowhere GmbH" as supplier and manufacturer, and no record has that name.`,

		"xt_multiport": `xt_multiport: nobody is attributed; the module names "Some Core Team" as author, and no record has that name.`,
	} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
}

// A node under which a tool groups what it found is no software to ask about;
// an application with as little to it is.
func TestGroupingNodes(t *testing.T) {
	doc := &sbom.Document{Components: []*sbom.Component{
		{Ref: "a", Name: "python-pkg", Type: sbom.Application},
		{Ref: "b", Name: "web/package-lock.json", Type: sbom.Application, Properties: []sbom.Property{{Name: "aquasecurity:trivy:Class", Value: "lang-pkgs"}}},
		{Ref: "c", Name: "web", Type: sbom.Application},
		{Ref: "d", Name: "python-pkg", Version: "1", Type: sbom.Application},
	}}
	var asked []string
	for _, f := range gateOf(t, doc, "unknown", "{unattributed: true}") {
		asked = append(asked, f.Component)
	}
	slices.Sort(asked)
	if want := []string{"c", "d"}; !slices.Equal(asked, want) {
		t.Errorf("asked about %v, want %v", asked, want)
	}
}

// A link to a web site is no path for data: rules that ask or note are milder of
// it. A rule that fails is its author's decision, and stands.
func TestWebSiteIsNoService(t *testing.T) {
	ev := []sbom.Evidence{{Path: "www/index.html", Match: "http://www.alpha.example"}}
	service := func(ref, purpose string) sbom.Service {
		return sbom.Service{Ref: ref, Name: "www.alpha.example", Purpose: purpose, Evidence: ev,
			Claims: []sbom.Claim{{Kind: sbom.Host, Value: "www.alpha.example", Role: sbom.Operator, By: sbom.ByBytes, Evidence: ev}}}
	}
	for _, test := range []struct {
		purpose, verdict string
		want             Verdict
		noted            bool
	}{
		{"website", "review", Info, true}, {"website", "fail", Fail, true},
		{"choice", "review", Info, true}, {"choice", "fail", Review, true},
		{"local", "review", Info, true}, {"local", "fail", Fail, true},
		{"update", "review", Review, false}, {"update", "fail", Fail, false},
	} {
		fs := gateOf(t, &sbom.Document{Services: []sbom.Service{service("s", test.purpose)}}, test.verdict, "{kinds: [service], country: {in: [CN], basis: [registered]}}")
		if len(fs) != 1 || fs[0].Verdict != test.want {
			t.Errorf("%s under %s: %+v, want verdict %s", test.purpose, test.verdict, fs, test.want)
			continue
		}
		if noted := slices.ContainsFunc(fs[0].Counter, func(s string) bool {
			return strings.Contains(s, "a link is no path for data") || strings.Contains(s, "that it is called is not known") || strings.Contains(s, "no data leave it")
		}); noted != test.noted {
			t.Errorf("%s under %s: counter %q, want the link noted: %t", test.purpose, test.verdict, fs[0].Counter, test.noted)
		}
	}
}

// A listing of a tree runs nowhere, and a package that only shares the name of
// a project is not open source by that.
func TestKindsOfListingsAndNames(t *testing.T) {
	tree := Component{Type: sbom.Data, Locations: []string{"bin/list"}}
	if k := kindsOf(sbom.Data, &tree, nil); len(k) != 0 {
		t.Errorf("a listing is %v", k)
	}
	project := Attribution{Project: &Ref{ID: "p"}, Confidence: sbom.Low}
	vendor := Attribution{Organization: Ref{ID: "v"}, Confidence: sbom.Medium, Role: sbom.Brand}
	for _, test := range []struct {
		name string
		c    Component
		want Kind
	}{
		{"project alone", Component{Attributions: []Attribution{project}}, KindOpenSource},
		{"surer vendor", Component{Attributions: []Attribution{vendor, project}}, KindLicenceUnknown},
		{"surer vendor, open licence", Component{Licenses: []string{"MIT"}, Attributions: []Attribution{vendor, project}}, KindOpenSource},
		{"closed licence", Component{Licenses: []string{"Proprietary"}, Attributions: []Attribution{project}}, KindProprietary},
	} {
		if got := licenceKind(&test.c, nil); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// What a document lists in many places is argued once; what differs, or was
// observed in files, is not left out.
func TestStepsOfCopiesAreSaidOnce(t *testing.T) {
	component := func(ref, version string, ev []sbom.Evidence) *sbom.Component {
		return &sbom.Component{Ref: ref, Name: "part", Version: version, PURL: "pkg:generic/part", Place: "/components/" + ref, Evidence: ev,
			Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: "Nobody Known", Role: sbom.Supplier, By: sbom.ByDocument}}}
	}
	steps := func(cs ...*sbom.Component) int {
		fs := gateOf(t, &sbom.Document{Components: cs}, "unknown", "{unattributed: true}")
		if len(fs) != 1 || len(fs[0].Also) != len(cs)-1 {
			t.Fatalf("%+v, want one finding about all", fs)
		}
		return len(fs[0].Steps)
	}
	one := steps(component("a", "1", nil))
	if got := steps(component("a", "1", nil), component("b", "1", nil)); got != one {
		t.Errorf("%d steps for two copies, want %d", got, one)
	}
	if got := steps(component("a", "1", nil), component("b", "2", nil)); got == one {
		t.Error("the second version has no step")
	}
	ev := func(path string) []sbom.Evidence { return []sbom.Evidence{{Path: path}} }
	if got := steps(component("a", "1", ev("x")), component("b", "1", ev("y"))); got == one {
		t.Error("the second file has no step")
	}
}

// A licence that the document defines for itself is followed, and one that only
// begins like an open one is not open.
func TestLicencesOfADocumentsOwn(t *testing.T) {
	doc := &sbom.Document{ExtractedLicenses: []sbom.ExtractedLicense{
		{ID: "LicenseRef-tern", Text: "Original license: GPLv2+ and BSD"},
		{ID: "LicenseRef-house", Name: "Example, Inc. Commercial License"},
		{ID: "LicenseRef-mit", Text: "Copyright (c) 2016 Example.\n\nPermission is hereby granted, free of charge,\nto any person obtaining a copy of this software" + strings.Repeat(" x", 60)},
		{ID: "LicenseRef-text", Text: "All rights reserved to those who read this far. " + strings.Repeat("No grant is known by these words. ", 10)},
		{ID: "LicenseRef-none", Text: ""},
	}}
	extracted := extractedLicences(doc)
	for l, want := range map[string]Kind{
		"LicenseRef-tern":                      KindOpenSource,
		"LicenseRef-house":                     KindProprietary,
		"LicenseRef-mit":                       KindOpenSource,
		"MIT AND LicenseRef-tern":              KindOpenSource,
		"MIT OR LicenseRef-house":              KindProprietary,
		"MIT AND LicenseRef-text":              KindLicenceUnknown,
		"LicenseRef-text":                      KindLicenceUnknown,
		"LicenseRef-none":                      KindLicenceUnknown,
		"LicenseRef-7":                         KindLicenceUnknown,
		"LicenseRef-MIT-style":                 KindOpenSource,
		"LicenseRef-Fedora-Public-Domain":      KindOpenSource,
		"DocumentRef-r:LicenseRef-bzip2-1.0.4": KindOpenSource,
		"LicenseRef-Mitsubishi":                KindLicenceUnknown,
		"UNLICENSED":                           KindProprietary,
		"Unlicense":                            KindOpenSource,
		"GPLv2+":                               KindOpenSource,
		"The MIT License":                      KindOpenSource,
		"Apache Software License, Version 2.0": KindOpenSource,
		"ASL 2.0":                              KindOpenSource,
		"BUSL-1.1":                             KindLicenceUnknown,
		"Elastic-2.0":                          KindLicenceUnknown,
		"SEE LICENSE IN LICENSE.txt":           KindLicenceUnknown,
		"Eclipse Public License v2.0":          KindOpenSource,
		"GNU Lesser General Public License":    KindOpenSource,
		"curly braces licence":                 KindLicenceUnknown,
	} {
		if got := licenceKind(&Component{Licenses: []string{l}}, extracted); got != want {
			t.Errorf("%s: %s, want %s", l, got, want)
		}
	}
	doc.Components = []*sbom.Component{
		{Ref: "a", Name: "a", Licenses: []string{"LicenseRef-tern"}},
		{Ref: "b", Name: "b", Licenses: []string{"LicenseRef-text"}},
	}
	fs := gateOf(t, doc, "unknown", "{unattributed: true, kinds: [licence-unknown]}")
	if len(fs) != 1 || fs[0].Component != "b" {
		t.Errorf("%+v, want a finding about b alone", fs)
	}
}

// The mark of a distributor in a version says who built the package, and by its
// name which project's it is; it makes nobody its developer.
func TestBuildMarkNamesTheDistributor(t *testing.T) {
	records := testRecords(t, `
id: photon-maker
name: Photon Maker, Inc.
kind: company
identifiers: [{kind: purl, value: "pkg:rpm/photon", role: distributor, sources: [s]}]
`)
	doc := &sbom.Document{Components: []*sbom.Component{{Ref: "c", Name: "thing-libs", Version: "1.2-2.ph3",
		Claims: []sbom.Claim{{Kind: sbom.BuildMark, Value: "ph", By: sbom.ByDocument, Field: "version"}}}}}
	r, err := Analyze(context.Background(), doc, records, &Options{AsOf: "2026-06-01"})
	if err != nil {
		t.Fatal(err)
	}
	as := r.Components[0].Attributions
	if len(as) != 1 || as[0].Organization.ID != "photon-maker" || as[0].Role != sbom.Distributor || as[0].Confidence != sbom.Medium || r.Components[0].Standing != DistributorOnly {
		t.Errorf("%+v, standing %s", as, r.Components[0].Standing)
	}
}
