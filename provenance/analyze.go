package provenance

import (
	"context"
	"slices"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Options for [Analyze]. The zero value, and nil, attribute without a policy
// as of the database's own date.
type Options struct {
	// AsOf is the day for which facts hold. Empty means the database's date.
	AsOf Date
	// Policies to apply.
	Policies []*Policy
	// Waivers to apply to the findings.
	Waivers []Waiver
	// KeepPersons keeps persons' names and the local parts of mail addresses
	// in the claims and evidence that the report quotes. By default they are
	// removed.
	KeepPersons bool
	// Consume lets go of the document's components while they are attributed, and
	// leaves it without any. What of a component is in no report is then not held
	// beside it: of a document of a hundred thousand it takes as much memory as
	// the report.
	Consume bool
}

// Analyze attributes every component and service of doc and its subject, and
// applies the policies. It reads nothing but its arguments and does not modify
// them, unless Options.Consume says so. It returns ctx.Err() when ctx is cancelled.
func Analyze(ctx context.Context, doc *sbom.Document, db Database, opts *Options) (*Report, error) {
	if opts == nil {
		opts = &Options{}
	}
	asOf := opts.AsOf
	if asOf == "" {
		asOf = db.Edition().Date
	}
	r := &Report{
		Schema:     Schema,
		AsOf:       asOf,
		Database:   db.Edition(),
		Source:     doc.Source,
		Components: make([]Component, len(doc.Components)),
		Services:   make([]Service, 0, len(doc.Services)),
		Policies:   []PolicyRef{},
		Findings:   []Finding{},
		Problems:   append([]sbom.Problem{}, doc.Problems...),
	}
	if opts.Consume {
		defer func() { doc.Components = nil }()
	}
	a := newAttributor(db, asOf, doc.Source.Created)
	a.findTables(doc)
	if doc.Subject != nil {
		r.Subject = new(Component)
		a.component(r.Subject, described(doc))
		r.Subject.redact(opts)
		switch r.Subject.Type {
		case sbom.Device, sbom.Firmware, sbom.OperatingSystem:
			if r.Subject.Name == "" {
				r.Subject.Hostname = hostname(doc.Subject)
			}
			r.Subject.Stated = statedNames(r.Subject.Claims, a.at.ps, r.Subject.Attributions)
		}
	}
	for i, c := range doc.Components {
		if i%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		a.component(&r.Components[i], c)
		r.Components[i].redact(opts)
		if opts.Consume {
			doc.Components[i] = nil
		}
	}
	for i := range doc.Services {
		r.Services = append(r.Services, a.service(&doc.Services[i]))
	}
	if !opts.KeepPersons {
		for i := range r.Services {
			s := &r.Services[i]
			s.Evidence, s.Claims = redact(s.Evidence, s.Claims)
		}
	}
	r.Coverage = coverageOf(r, doc)
	if err := applyPolicies(ctx, r, db, opts, extractedLicences(doc)); err != nil {
		return nil, err
	}
	return r, nil
}

// described returns the subject with what a CycloneDX document's metadata say of
// the component that they describe: "supplier", and until 1.5 "manufacture". A
// role that the component itself names somebody for stays as it is. (Since 1.6
// "manufacturer" is who made the document, and authors always were.)
func described(doc *sbom.Document) *sbom.Component {
	s := *doc.Subject
	if doc.Source.Kind != sbom.SourceCycloneDX {
		return &s
	}
	for i := range doc.Suppliers {
		p := &doc.Suppliers[i]
		if p.Field != "supplier" && p.Field != "manufacture" || p.Kind == sbom.Person || p.Kind == sbom.Tool || p.Filled || p.Name == "" ||
			slices.ContainsFunc(doc.Subject.Claims, func(c sbom.Claim) bool { return c.Kind == sbom.OrgName && c.Role == p.Role }) {
			continue
		}
		s.Claims = append(slices.Clip(s.Claims), sbom.Claim{Kind: sbom.OrgName, Value: p.Name, Role: p.Role, By: sbom.ByDocument, Field: "../" + p.Field + "/name"})
	}
	return &s
}

// coverageOf counts the components and services by standing.
func coverageOf(r *Report, doc *sbom.Document) Coverage {
	c := Coverage{Components: len(r.Components), Services: len(r.Services)}
	for i := range r.Components {
		switch r.Components[i].Standing {
		case ByOrganization:
			c.Organization++
		case ByFoundation:
			c.Foundation++
		case ByCommunity:
			c.Community++
		case ByUnaffiliated:
			c.Unaffiliated++
		case DistributorOnly:
			c.Distributor++
		default:
			c.Unknown++
		}
	}
	for i := range r.Services {
		if r.Services[i].Standing == Unknown {
			c.UnknownServices++
		}
	}
	if doc.Source.Kind == sbom.SourceTree || doc.Source.Kind == sbom.SourceImage {
		t := doc.Coverage
		c.Tree = &t
	}
	return c
}
