package report_test

import (
	"reflect"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// gateway is a report made by hand that has one of everything a writer shows.
// Its organizations do not exist.
func gateway() *provenance.Report {
	cite := []provenance.Source{{URL: "https://register.example/1", Title: "Register", Retrieved: "2026-11-01", Says: "registered there"}}
	camera := provenance.Ref{ID: "seeing-eye", Name: "Seeing Eye Digital Co., Ltd."}
	holding := provenance.Ref{ID: "state-optics", Name: "State Optics Group"}
	cameraOrigins := []provenance.OriginOf{
		{Country: "HK", Basis: provenance.Registered, Confidence: sbom.High, Sources: cite},
		{Country: "CN", Basis: provenance.Headquartered, Confidence: sbom.Low, Uncited: true},
		{Country: "CN", Basis: provenance.Registered, Confidence: sbom.High, Sources: cite, Holding: provenance.Controlling,
			Via: []provenance.OwnerStep{{Organization: holding, Share: "62.5", Kind: provenance.Equity, Sources: cite}}},
	}
	cameraBy := []provenance.Attribution{{Organization: camera, Role: sbom.Supplier, Confidence: sbom.Medium, Origins: cameraOrigins,
		Matches: []provenance.ClaimMatch{{Claim: 0, Kind: sbom.OrgName, Value: "Seeing Eye", Rule: "declared-supplier", Confidence: sbom.Medium, Sources: cite}}}}
	listed := &provenance.ListRef{ID: "covered-list", Title: "Covered List", Edition: "2026-01-01", Entry: "Seeing Eye", Paragraph: "(f)(3)(B)", Effective: "2019-08-13", URL: "https://list.example/"}
	finding := func(id, component, name string) provenance.Finding {
		return provenance.Finding{ID: id, Policy: "covered", Rule: "listed", Title: "A listed organization supplied a part",
			Verdict: provenance.Fail, Severity: provenance.HighSeverity, Confidence: sbom.Medium, Component: component, Name: name,
			Organization: &camera, Role: sbom.Supplier, List: listed,
			Provisions: []provenance.Provision{{Paragraph: "(a)(1)(A)", Effective: "2019-08-13", Says: "may not be procured"}},
			Why:        "Seeing Eye Digital supplied it and is named on the Covered List", Ask: "Which parts of it are theirs?",
			Steps: []provenance.Step{
				{Kind: provenance.StepRule, Text: "rule covered.listed gives fail"},
				{Kind: provenance.StepListEntry, Text: "the Covered List names Seeing Eye", Sources: cite},
				{Kind: provenance.StepClaim, Text: "the document names it as supplier", Place: "/components/0/supplier/name"},
			}}
	}
	review := provenance.Finding{ID: "covered.mark-00000003", Policy: "covered", Rule: "mark", Title: "A mark of a listed organization", Verdict: provenance.Review,
		Severity: provenance.MediumSeverity, Confidence: sbom.Low, Component: "c3", Name: "libseye.so", Organization: &camera, Role: sbom.SDK,
		Why: "The mark is shared", Downgraded: "the attribution is of low confidence", Steps: []provenance.Step{}, Also: []string{"c7"}, Counter: []string{"The attribution is of low confidence."}}
	waived := finding("covered.listed-00000004", "c4", "lens-driver 1.0")
	waived.Waiver = &provenance.Waiver{ID: "W-1", Reason: "replaced in the next release", Owner: "security team", Expires: "2027-01-31", Component: "lens*"}
	known := finding("covered.old-00000006", "c5", "httpd 2.4.62")
	known.Rule, known.Title, known.Known = "old", "Known since the last release", true
	known.Entries = []provenance.ListRef{*listed, {ID: "covered-list", Title: "Covered List", Edition: "2026-01-01", Entry: "Routers produced abroad", Effective: "2026-03-23"}}
	upcoming := finding("covered.later-00000005", "c1", "camera-core 4.1")
	upcoming.Rule, upcoming.Title, upcoming.Provisions[0].Effective = "later", "Parts of a listed organization", "2027-06-30"
	upcoming.From = "2027-06-30"
	r := &provenance.Report{
		Schema: provenance.Schema, AsOf: "2026-11-22",
		Database: provenance.Edition{Name: "test-db", Date: "2026-11-20", SHA256: "00ff", Overlays: []string{"ours"}},
		Source: sbom.Source{Kind: sbom.SourceCycloneDX, SpecVersion: "1.6", Encoding: "json", Name: "gateway.cdx.json",
			SHA256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
		Subject: &provenance.Component{Ref: "device", Type: sbom.Device, Name: "Gateway", Version: "2.0", Standing: provenance.ByOrganization,
			Claims: []sbom.Claim{{Kind: sbom.LiteralMark, Value: "Lanworks", Role: sbom.Brand, By: sbom.ByBytes,
				Evidence: []sbom.Evidence{{Technique: sbom.BinaryAnalysis, Extractor: "literal:lanworks", Path: "etc/banner", Offset: 31, Length: 8, Match: "Lanworks"}}}},
			Attributions: []provenance.Attribution{{Organization: provenance.Ref{ID: "lanworks", Name: "Lanworks GmbH"}, Role: sbom.Brand, Confidence: sbom.Medium,
				Ambiguous: []provenance.Ref{{ID: "lanworks-us", Name: "Lanworks Systems Inc."}},
				Matches:   []provenance.ClaimMatch{{Claim: 0, Kind: sbom.LiteralMark, Value: "Lanworks", Rule: "literal", Confidence: sbom.Medium}},
				Origins:   []provenance.OriginOf{{Country: "DE", Basis: provenance.Registered, Confidence: sbom.High, Sources: cite}}}}},
		Coverage: provenance.Coverage{Components: 6, Organization: 3, Foundation: 1, Community: 1, Unknown: 1, Services: 1},
		Components: []provenance.Component{
			{Ref: "c1", Type: sbom.Library, Name: "camera-core", Version: "4.1", Place: "/components/0", Standing: provenance.ByOrganization,
				Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: "Seeing Eye", Role: sbom.Supplier, By: sbom.ByDocument, Field: "supplier/name"}}, Attributions: cameraBy},
			{Ref: "c2", Type: sbom.Firmware, Name: "camera-boot", Version: "1.9", Standing: provenance.ByOrganization,
				Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: "Seeing Eye", Role: sbom.Supplier, By: sbom.ByDocument, Field: "supplier/name"}}, Attributions: cameraBy},
			{Ref: "c4", Type: sbom.DeviceDriver, Name: "lens-driver", Version: "1.0", Standing: provenance.ByOrganization,
				Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: "Seeing Eye", Role: sbom.Supplier, By: sbom.ByDocument, Field: "supplier/name"}}, Attributions: cameraBy},
			{Ref: "c5", Name: "httpd", Version: "2.4.62", PURL: "pkg:generic/httpd@2.4.62", Standing: provenance.ByFoundation,
				Attributions: []provenance.Attribution{{Organization: provenance.Ref{ID: "web-foundation", Name: "Web Foundation"}, Foundation: true, Role: sbom.Maintainer, Confidence: sbom.Medium,
					Project: &provenance.Ref{ID: "httpd", Name: "httpd"}, Matches: []provenance.ClaimMatch{},
					Origins: []provenance.OriginOf{{Country: "US", Basis: provenance.Registered, Confidence: sbom.High, Sources: cite}}}}},
			{Ref: "c6", Name: "tiny-tls", Version: "3.1", Standing: provenance.ByCommunity,
				Attributions: []provenance.Attribution{{Project: &provenance.Ref{ID: "tiny-tls", Name: "Tiny TLS"}, Community: true, Confidence: sbom.Medium, Matches: []provenance.ClaimMatch{}}}},
			{Ref: "c3", Name: "libseye.so", Standing: provenance.Unknown,
				Claims: []sbom.Claim{{Kind: sbom.CertOrg, Value: "Nobody Known AG", By: sbom.ByBytes}}},
		},
		Services: []provenance.Service{{Ref: "s1", Name: "cloud.lanworks.example", Standing: provenance.ByOrganization,
			Attributions: []provenance.Attribution{{Organization: provenance.Ref{ID: "hoster", Name: "Hosting Ltd."}, Role: sbom.Operator, Confidence: sbom.Medium, Matches: []provenance.ClaimMatch{}}}}},
		Policies: []provenance.PolicyRef{{ID: "covered", Title: "Covered equipment", Version: "1"}},
		Verdict:  provenance.Fail,
		Findings: []provenance.Finding{
			finding("covered.listed-00000001", "c1", "camera-core 4.1"),
			finding("covered.listed-00000002", "c2", "camera-boot 1.9"),
			review, waived, known,
		},
		Upcoming: []provenance.Finding{upcoming},
		Problems: []sbom.Problem{
			{Kind: "bad-purl", Severity: sbom.ProblemError, Place: "/components/5/purl", Message: "not a package URL, ignored"},
			{Kind: "duplicate-ref", Severity: sbom.ProblemWarning, Place: "/components/4", Message: "the reference was given twice"},
		},
	}
	r.Groups = provenance.GroupFindings(r)
	return r
}

// evil holds what an input could try on each reader of a report: a terminal
// (escape sequences, carriage return, bidirectional overrides, C1 controls), a
// workflow log, a spreadsheet, a browser, Markdown and XML.
const evil = "=1+1|\x1b]0;owned\x07\x1b[2J\r\n::error::%0Ax ::warning::y ##[error]z ##vso[task.x]\u202egnp.exe\u2066\u200b\u009b31m\xff\x00<script>alert(1)</script>&amp;\"'`![x](javascript:x)\u2028]]>"

// hostile returns the gateway's report with every string of it replaced.
func hostile() *provenance.Report {
	r := gateway()
	poison(reflect.ValueOf(r).Elem())
	r.Schema = provenance.Schema
	return r
}

func poison(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			poison(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case reflect.String:
		// Enumerations come from our own code; what an input can choose is
		// plain text, or a type that documents fill.
		switch v.Interface().(type) {
		case string, sbom.ComponentType, sbom.ClaimKind, sbom.SourceKind, provenance.Date, provenance.Share:
			v.SetString(evil)
		}
	}
}
