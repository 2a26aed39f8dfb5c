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
	facts := factsOf(r)
	about := func(had []sbom.Property, ref string, standing provenance.Standing, attributions []provenance.Attribution) []sbom.Property {
		props := slices.DeleteFunc(slices.Clone(had), func(p sbom.Property) bool { return isEnrichment(p.Name) })
		return append(props, facts(ref, standing, attributions)...)
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

// factsOf returns what gives the properties for one thing of a report after the
// other; those of the whole report come with the first.
func factsOf(r *provenance.Report) func(ref string, standing provenance.Standing, attributions []provenance.Attribution) []sbom.Property {
	found := findingsByRef(r)
	head := []sbom.Property{{Name: "touchmark:database", Value: r.Database.Name + "@" + string(r.Database.Date)},
		{Name: "touchmark:as-of", Value: string(r.AsOf)}}
	return func(ref string, standing provenance.Standing, attributions []provenance.Attribution) []sbom.Property {
		var props []sbom.Property
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
}

// Insertions returns what [Enrich] adds to a document, for [sbom.Patch], which
// puts it into the document as it was written and loses nothing that
// [sbom.Read] does not read. ok is false where that cannot be: the document has
// properties of an earlier enrichment, which would stay beside the new ones,
// or what is in it has no place there, as in an archive of several documents.
func Insertions(doc *sbom.Document, r *provenance.Report) (ins []sbom.Insertion, ok bool) {
	facts := factsOf(r)
	places := map[string]bool{}
	ok = true
	add := func(place string, had []sbom.Property, ref string, standing provenance.Standing, attributions []provenance.Attribution) {
		if place == "" || places[place] || slices.ContainsFunc(had, func(p sbom.Property) bool { return isEnrichment(p.Name) }) {
			ok = false
			return
		}
		places[place] = true
		ins = append(ins, sbom.Insertion{Place: place, Properties: facts(ref, standing, attributions)})
	}
	if s, t := doc.Subject, r.Subject; s != nil && t != nil {
		add(s.Place, s.Properties, s.Ref, t.Standing, t.Attributions)
	}
	for i := range min(len(doc.Components), len(r.Components)) {
		c, t := &doc.Components[i], &r.Components[i]
		if c.Ref != t.Ref {
			return nil, false // the report is on another document
		}
		add(c.Place, c.Properties, c.Ref, t.Standing, t.Attributions)
	}
	for i := range min(len(doc.Services), len(r.Services)) {
		s, t := &doc.Services[i], &r.Services[i]
		if s.Ref != t.Ref {
			return nil, false
		}
		add(s.Place, s.Properties, s.Ref, t.Standing, t.Attributions)
	}
	return ins, ok
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
