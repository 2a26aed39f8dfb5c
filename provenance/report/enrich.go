package report

import (
	"slices"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Enrich returns a copy of a document with what a report on it says, as
// properties that [sbom.Write] carries into CycloneDX and SPDX. Nothing that the
// document declares changes. On the subject, each component and each service:
//
//	touchmark:standing                          who stands behind it, as [provenance.Standing]
//	touchmark:origin:ROLE:ID:name               an organization attributed in a role
//	touchmark:origin:ROLE:ID:confidence         low, medium or high
//	touchmark:origin:ROLE:ID:country:BASIS      ISO 3166-1 alpha-2, its own origins, repeatable
//	touchmark:origin:ROLE:ID:citation           address of a source of these, repeatable
//	touchmark:finding                           id and verdict of a finding, repeatable
//
// and on the subject, or else the first component, "touchmark:database" and
// "touchmark:as-of". Properties of these names that the document had are
// replaced.
func Enrich(doc *sbom.Document, r *provenance.Report) *sbom.Document {
	out := *doc
	found := findingsByRef(r)
	head := []sbom.Property{{Name: "touchmark:database", Value: r.Database.Name + "@" + string(r.Database.Date)},
		{Name: "touchmark:as-of", Value: string(r.AsOf)}}
	about := func(had []sbom.Property, ref string, standing provenance.Standing, attributions []provenance.Attribution) []sbom.Property {
		props := slices.DeleteFunc(slices.Clone(had), func(p sbom.Property) bool { return isEnrichment(p.Name) })
		props = append(props, head...)
		head = nil
		props = append(props, sbom.Property{Name: "touchmark:standing", Value: string(standing)})
		for i := range attributions {
			a := &attributions[i]
			if a.Organization.ID == "" {
				continue
			}
			prefix := "touchmark:origin:" + a.Role.String() + ":" + a.Organization.ID + ":"
			props = append(props, sbom.Property{Name: prefix + "name", Value: a.Organization.Name},
				sbom.Property{Name: prefix + "confidence", Value: string(a.Confidence)})
			var cites []string
			for _, o := range a.Origins {
				if len(o.Via) > 0 {
					continue
				}
				props = append(props, sbom.Property{Name: prefix + "country:" + string(o.Basis), Value: o.Country})
				for _, s := range o.Sources {
					if s.URL != "" {
						cites = append(cites, s.URL)
					}
				}
			}
			for _, c := range unique(cites) {
				props = append(props, sbom.Property{Name: prefix + "citation", Value: c})
			}
		}
		for _, f := range found[ref] {
			props = append(props, sbom.Property{Name: "touchmark:finding", Value: f.ID + " " + string(f.Verdict)})
		}
		return props
	}
	if doc.Subject != nil && r.Subject != nil {
		c := *doc.Subject
		c.Properties = about(c.Properties, c.Ref, r.Subject.Standing, r.Subject.Attributions)
		out.Subject = &c
	}
	out.Components = slices.Clone(doc.Components)
	byRef := map[string]int{}
	for i := range r.Components {
		byRef[r.Components[i].Ref] = i
	}
	for i := range out.Components {
		c := &out.Components[i]
		if j, ok := byRef[c.Ref]; ok {
			c.Properties = about(c.Properties, c.Ref, r.Components[j].Standing, r.Components[j].Attributions)
		}
	}
	out.Services = slices.Clone(doc.Services)
	byRef = map[string]int{}
	for i := range r.Services {
		byRef[r.Services[i].Ref] = i
	}
	for i := range out.Services {
		s := &out.Services[i]
		if j, ok := byRef[s.Ref]; ok {
			s.Properties = about(s.Properties, s.Ref, r.Services[j].Standing, r.Services[j].Attributions)
		}
	}
	return &out
}

// isEnrichment reports whether Enrich writes properties of this name.
func isEnrichment(name string) bool {
	const origin = "touchmark:origin:"
	switch name {
	case "touchmark:standing", "touchmark:finding", "touchmark:database", "touchmark:as-of":
		return true
	}
	return len(name) > len(origin) && name[:len(origin)] == origin
}
