package report

import (
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// EnrichOptions are the options of [Enrich] and [Insertions]. The zero value, and
// nil, is the default.
type EnrichOptions struct {
	// Fill puts a derived manufacturer and supplier into the fields of components
	// that name nobody there. Otherwise what was derived is in properties only.
	//
	// A manufacturer, which is SPDX's originator, is an organization attributed
	// as manufacturer or, where there is none, as developer; a supplier one that
	// is attributed as such, or the distribution of the package URL. Each with
	// medium confidence or high, and only where all that is known of the role
	// points to one organization. Foundations are not filled in.
	Fill bool
}

// derived are the names of the properties that Enrich writes.
var derived = []string{"touchmark:standing", "touchmark:finding", "touchmark:database", "touchmark:as-of", "touchmark:origin:", "touchmark:filled:"}

// SBOMOptions returns how an enriched document is to be written or patched: which
// of its properties are derived, from what and as of when. tool is the name and
// version of the program that does it.
func SBOMOptions(r *provenance.Report, tool string) *sbom.WriteOptions {
	o := &sbom.WriteOptions{Tool: tool, Noted: string(r.AsOf) + "T00:00:00Z", Derived: slices.Clone(derived),
		Basis: "origin database " + r.Database.Name + "@" + string(r.Database.Date) + ", as of " + string(r.AsOf)}
	if r.Source.Created == "" {
		o.Created = o.Noted // an SBOM of a tree is of the day
	}
	return o
}

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
//	touchmark:filled:manufacturer               the name that was filled in there
//	touchmark:filled:supplier                   likewise
//
// and on the subject, or else the first component, "touchmark:database" and
// "touchmark:as-of". What the document had of an earlier enrichment, properties
// of these names and parties that were filled in, is replaced.
func Enrich(doc *sbom.Document, r *provenance.Report, opts *EnrichOptions) *sbom.Document {
	out, component := EnrichEach(doc, r, opts)
	out.Components = make([]*sbom.Component, len(doc.Components))
	for i, c := range doc.Components {
		out.Components[i] = component(i, c)
	}
	return out
}

// EnrichEach is [Enrich] for a document of many components, of which no copy is
// made: the document that it returns shares the components of doc, and component
// gives what is to be written in place of one of them, as [sbom.WriteOptions]
// take it. Neither keeps the report.
func EnrichEach(doc *sbom.Document, r *provenance.Report, opts *EnrichOptions) (enriched *sbom.Document, component func(i int, c *sbom.Component) *sbom.Component) {
	out := *doc
	facts, once := factsOf(r)
	fill := func(c *sbom.Component, attributions []provenance.Attribution) {
		c.Parties = slices.DeleteFunc(slices.Clone(c.Parties), func(p sbom.Party) bool { return p.Filled })
		manufacturer, supplier := opts.fill(doc, c, attributions)
		for _, p := range []*sbom.Party{supplier, manufacturer} {
			if p != nil {
				c.Parties = append(c.Parties, *p)
				c.Properties = append(c.Properties, filledBy(p))
			}
		}
	}
	about := func(had, once []sbom.Property, ref string, standing provenance.Standing, attributions []provenance.Attribution) []sbom.Property {
		props := slices.DeleteFunc(slices.Clone(had), func(p sbom.Property) bool { return isEnrichment(p.Name) })
		return append(append(props, once...), facts(ref, standing, attributions)...)
	}
	if doc.Subject != nil && r.Subject != nil {
		c := *doc.Subject
		c.Properties = about(c.Properties, once, c.Ref, r.Subject.Standing, r.Subject.Attributions)
		fill(&c, r.Subject.Attributions)
		out.Subject, once = &c, nil
	}
	of := reportedOf(r)
	// What is told once comes with the first.
	first := -1
	var told []sbom.Property
	for i, c := range doc.Components {
		if once == nil {
			break
		}
		if of(i, c.Ref) != nil {
			first, told, once = i, once, nil
		}
	}
	component = func(i int, c *sbom.Component) *sbom.Component {
		t := of(i, c.Ref)
		if t == nil {
			return c
		}
		var once []sbom.Property
		if i == first {
			once = told
		}
		e := *c
		e.Properties = about(c.Properties, once, c.Ref, t.standing, t.attributions)
		fill(&e, t.attributions)
		return &e
	}
	out.Services = slices.Clone(doc.Services)
	byRef := map[string]int{}
	for i := range r.Services {
		byRef[r.Services[i].Ref] = i
	}
	for i := range out.Services {
		s := &out.Services[i]
		if j, ok := byRef[s.Ref]; ok {
			s.Properties = about(s.Properties, once, s.Ref, r.Services[j].Standing, r.Services[j].Attributions)
			once = nil
		}
	}
	return &out, component
}

// A reported is what a report says of who stands behind a component.
type reported struct {
	ref          string
	standing     provenance.Standing
	attributions []provenance.Attribution
}

// reportedOf returns what gives that of the component with a reference, nil if the
// report has none: of the i-th, as in a report on the document that it is asked
// for. It does not keep the report.
func reportedOf(r *provenance.Report) func(i int, ref string) *reported {
	list := make([]reported, len(r.Components))
	for i := range r.Components {
		c := &r.Components[i]
		list[i] = reported{c.Ref, c.Standing, c.Attributions}
	}
	var byRef map[string]int
	return func(i int, ref string) *reported {
		if i < len(list) && list[i].ref == ref {
			return &list[i]
		}
		if byRef == nil {
			byRef = make(map[string]int, len(list))
			for i := range list {
				byRef[list[i].ref] = i
			}
		}
		if i, ok := byRef[ref]; ok {
			return &list[i]
		}
		return nil
	}
}

// fill returns whom to fill in for a component.
func (o *EnrichOptions) fill(doc *sbom.Document, c *sbom.Component, attributions []provenance.Attribution) (manufacturer, supplier *sbom.Party) {
	if o == nil || !o.Fill {
		return nil, nil
	}
	named := func(roles ...sbom.Role) bool {
		return slices.ContainsFunc(c.Parties, func(p sbom.Party) bool {
			// The publisher has a field of its own.
			return !p.Filled && p.Field != "publisher" && slices.Contains(roles, p.Role)
		})
	}
	makers := []sbom.Role{sbom.Manufacturer}
	if doc.Source.Kind == sbom.SourceSPDX {
		makers = append(makers, sbom.Developer) // one field for both
	}
	if !named(makers...) {
		if name := theOne(attributions, sbom.Manufacturer, sbom.Developer); name != "" {
			manufacturer = &sbom.Party{Kind: sbom.Organization, Role: sbom.Manufacturer, Field: "manufacturer", Name: name, Filled: true}
		}
	}
	if !named(sbom.Supplier) {
		if name := theOne(attributions, sbom.Supplier, sbom.Distributor); name != "" {
			supplier = &sbom.Party{Kind: sbom.Organization, Role: sbom.Supplier, Field: "supplier", Name: name, Filled: true}
		}
	}
	return manufacturer, supplier
}

// theOne returns the name of the organization that is attributed in the first of
// some roles that anybody is attributed in, if it is one alone.
func theOne(attributions []provenance.Attribution, roles ...sbom.Role) string {
	for _, role := range roles {
		var one *provenance.Attribution
		for i := range attributions {
			a := &attributions[i]
			if a.Role != role || a.Confidence.Rank() < sbom.Medium.Rank() || a.Organization.ID == "" {
				continue
			}
			if a.Foundation || len(a.Ambiguous) > 0 || one != nil && one.Organization.ID != a.Organization.ID {
				return ""
			}
			// A registry or a host of downloads supplies nothing.
			if role != sbom.Distributor || slices.ContainsFunc(a.Matches, func(m provenance.ClaimMatch) bool { return m.Rule == "purl-distribution" }) {
				one = a
			}
		}
		if one != nil {
			return one.Organization.Name
		}
	}
	return ""
}

// filledBy returns the property of a party that is filled in.
func filledBy(p *sbom.Party) sbom.Property {
	if p.Role == sbom.Supplier {
		return sbom.Property{Name: sbom.FilledSupplier, Value: p.Name}
	}
	return sbom.Property{Name: sbom.FilledManufacturer, Value: p.Name}
}

// factsOf returns what gives the properties for a thing of a report, and those of
// the whole report, which come before those of the first thing.
func factsOf(r *provenance.Report) (facts func(ref string, standing provenance.Standing, attributions []provenance.Attribution) []sbom.Property, once []sbom.Property) {
	found := findingsByRef(r)
	once = []sbom.Property{{Name: "touchmark:database", Value: r.Database.Name + "@" + string(r.Database.Date)},
		{Name: "touchmark:as-of", Value: string(r.AsOf)}}
	facts = func(ref string, standing provenance.Standing, attributions []provenance.Attribution) []sbom.Property {
		var props []sbom.Property
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
	return facts, once
}

// Insertions returns what [Enrich] adds to a document, for [sbom.Patch], which
// puts it into the document as it was written and loses nothing that
// [sbom.Read] does not read. ok is false where that cannot be: what is in the
// document has no place of its own there, as in an archive of several documents.
//
// CycloneDX before 1.6 has no manufacturer of a component, and none is filled in.
func Insertions(doc *sbom.Document, r *provenance.Report, opts *EnrichOptions) (ins []sbom.Insertion, ok bool) {
	facts, once := factsOf(r)
	places := map[string]bool{}
	ok = true
	add := func(place string, c *sbom.Component, ref string, standing provenance.Standing, attributions []provenance.Attribution) {
		if place == "" || places[place] {
			ok = false
			return
		}
		places[place] = true
		in := sbom.Insertion{Place: place, Properties: append(once, facts(ref, standing, attributions)...)}
		once = nil
		if c != nil {
			in.Manufacturer, in.Supplier = opts.fill(doc, c, attributions)
			if doc.Source.Kind == sbom.SourceCycloneDX && doc.Source.SpecVersion < "1.6" {
				in.Manufacturer = nil
			}
			for _, p := range []*sbom.Party{in.Supplier, in.Manufacturer} {
				if p != nil {
					in.Properties = append(in.Properties, filledBy(p))
				}
			}
		}
		ins = append(ins, in)
	}
	if s, t := doc.Subject, r.Subject; s != nil && t != nil {
		add(s.Place, s, s.Ref, t.Standing, t.Attributions)
	}
	for i := range min(len(doc.Components), len(r.Components)) {
		c, t := doc.Components[i], &r.Components[i]
		if c.Ref != t.Ref {
			return nil, false // the report is on another document
		}
		add(c.Place, c, c.Ref, t.Standing, t.Attributions)
	}
	for i := range min(len(doc.Services), len(r.Services)) {
		s, t := &doc.Services[i], &r.Services[i]
		if s.Ref != t.Ref {
			return nil, false
		}
		add(s.Place, nil, s.Ref, t.Standing, t.Attributions)
	}
	return ins, ok
}

// isEnrichment reports whether Enrich writes properties of this name.
func isEnrichment(name string) bool {
	return slices.ContainsFunc(derived, func(d string) bool {
		return name == d || strings.HasSuffix(d, ":") && strings.HasPrefix(name, d)
	})
}
