package provenance_test

import (
	"context"
	"fmt"
	"strings"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A database of two made-up companies, one of which owns the other. A program
// may read it from os.DirFS, or take package origindb's.
var exampleRecords = fstest.MapFS{
	"organizations/example-devices.yaml": {Data: []byte(`
id: example-devices
name: Example Devices GmbH
kind: company
origins:
  - {country: DE, basis: registered, sources: [register]}
owners:
  - {organization: example-holding, share: 100, kind: equity, sources: [register]}
identifiers:
  - {kind: purl, value: "pkg:npm/%40example-devices", verified: true, sources: [register]}
sources:
  register: {url: "https://register.example/hrb/1", retrieved: 2026-11-22, says: "registered in Berlin, wholly owned by Example Holding"}
reviewed: 2026-11-22
`)},
	"organizations/example-holding.yaml": {Data: []byte(`
id: example-holding
name: Example Holding AG
kind: company
origins:
  - {country: CH, basis: registered, sources: [register]}
sources:
  register: {url: "https://register.example/ch/2", retrieved: 2026-11-22, says: "registered in Zug"}
reviewed: 2026-11-22
`)},
}

const exampleBOM = `{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
	{"type": "library", "name": "display", "purl": "pkg:npm/%40example-devices/display@2.1.0"},
	{"type": "library", "name": "left-pad", "purl": "pkg:npm/left-pad@1.3.0"}]}`

// Attribute the components of an SBOM with a database of one's own.
func ExampleAnalyze() {
	ctx := context.Background()
	doc, err := sbom.Read(ctx, strings.NewReader(exampleBOM), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	db, err := provenance.ReadRecords(exampleRecords)
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := provenance.Analyze(ctx, doc, db, &provenance.Options{AsOf: "2026-11-22"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range report.Components {
		fmt.Printf("%s: %s\n", c.Name, c.Standing)
		for _, a := range c.Attributions {
			fmt.Printf("  %s as %s, confidence %s\n", a.Organization.Name, a.Role, a.Confidence)
			for _, o := range a.Origins {
				fmt.Printf("  %s in %s, through %d owners\n", o.Basis, o.Country, len(o.Via))
			}
		}
	}
	// Output:
	// display: organization
	//   Example Devices GmbH as developer, confidence high
	//   registered in DE, through 0 owners
	//   registered in CH, through 1 owners
	// left-pad: unknown
}

// Judge a report by a policy of one's own, and walk from a finding to its
// evidence.
func ExampleReadPolicy() {
	policy, err := provenance.ReadPolicy("own.yaml", []byte(`
id: own
title: Developers that we look at
rules:
  - id: owned-abroad
    title: The developer, or who owns it, is registered in a chosen country
    verdict: review
    when:
      country: {in: [CH], basis: [registered], nexus: {threshold: 50}}
`))
	if err != nil {
		fmt.Println(err) // names the file and the line
		return
	}
	ctx := context.Background()
	doc, err := sbom.Read(ctx, strings.NewReader(exampleBOM), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	db, err := provenance.ReadRecords(exampleRecords)
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := provenance.Analyze(ctx, doc, db, &provenance.Options{AsOf: "2026-11-22", Policies: []*provenance.Policy{policy}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Verdict)
	for _, f := range report.Findings {
		fmt.Println(f.Name, f.Verdict)
		for _, step := range f.Steps {
			fmt.Println(" ", step.Kind)
		}
	}
	// Output:
	// review
	// display review
	//   rule
	//   ownership
	//   origin
	//   organization
	//   identifier
	//   claim
}

// Lay records of one's own over another database.
func ExampleOverlay() {
	base, err := provenance.ReadRecords(exampleRecords)
	if err != nil {
		fmt.Println(err)
		return
	}
	own, err := provenance.ReadRecords(fstest.MapFS{"organizations/example-holding.yaml": {Data: []byte(`
id: example-holding
name: Example Holding AG
kind: company
origins:
  - {country: LI, basis: registered, sources: [letter]}
sources:
  letter: {url: "https://register.example/li/3", retrieved: 2026-11-22, says: "moved to Vaduz"}
reviewed: 2026-11-22
`)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	db := provenance.Overlay(base, own)
	for _, o := range provenance.Origins(db, "example-devices", "2026-11-22") {
		fmt.Println(o.Basis, o.Country)
	}
	// Output:
	// registered DE
	// registered LI
}
