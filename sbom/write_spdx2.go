package sbom

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"

	"github.com/touchmark-dev/touchmark/sbom/internal/strict"
)

// SPDX 2.3 through the types of tools-golang. What the format has no field for
// becomes annotations of the type OTHER, "touchmark:name value".

func writeSPDX2(w io.Writer, doc *Document, o WriteOptions) error {
	created, noted := spdxTime(o.Created), spdxTime(o.noted())
	annotator := common.Annotator{AnnotatorType: "Tool", Annotator: spdxTool(o)}
	note := func(p Property) v2_3.Annotation {
		return v2_3.Annotation{Annotator: annotator, AnnotationDate: noted, AnnotationType: "OTHER", AnnotationComment: p.Name + " " + p.Value}
	}
	out := &v2_3.Document{SPDXVersion: "SPDX-2.3", DataLicense: "CC0-1.0", SPDXIdentifier: "DOCUMENT",
		DocumentName: "document", DocumentNamespace: spdxNamespace(doc), CreationInfo: &v2_3.CreationInfo{Created: created}}
	for _, t := range doc.Source.Tools {
		out.CreationInfo.Creators = append(out.CreationInfo.Creators, common.Creator{CreatorType: "Tool", Creator: strings.ReplaceAll(t, " ", "-")})
	}
	if c := (common.Creator{CreatorType: "Tool", Creator: spdxTool(o)}); !slices.Contains(out.CreationInfo.Creators, c) {
		out.CreationInfo.Creators = append(out.CreationInfo.Creators, c)
	}
	var notes []Property
	for _, p := range doc.Suppliers {
		if (p.Kind == Organization || p.Kind == Person) && p.Name != "" {
			out.CreationInfo.Creators = append(out.CreationInfo.Creators, common.Creator{CreatorType: spdxKind(p.Kind), Creator: nameAndMail(p)})
		}
	}
	ids := spdxIDs(doc)
	id := func(ref string) common.DocElementID {
		return common.DocElementID{ElementRefID: common.ElementID(strings.TrimPrefix(ids[ref], "SPDXRef-"))}
	}
	document := common.DocElementID{ElementRefID: "DOCUMENT"}
	packages := func(put func(any) error) error {
		add := func(c *Component) error {
			p, facts := spdxPackage(c)
			p.PackageSPDXIdentifier = id(c.Ref).ElementRefID
			for _, f := range facts {
				p.Annotations = append(p.Annotations, note(f))
			}
			return put(p)
		}
		if doc.Subject != nil {
			if err := add(doc.Subject); err != nil {
				return err
			}
		}
		for i := range doc.Components {
			if err := add(o.component(doc, i)); err != nil {
				return err
			}
		}
		return nil
	}
	typeOf := func(r *Relationship) (typ string, ok bool) {
		typ = strings.ToUpper(strings.ReplaceAll(string(r.Type), "-", "_"))
		return typ, ids[r.From] != "" && ids[r.To] != "" && slices.Contains(spdxRelationships, typ)
	}
	relationships := func(put func(any) error) error {
		relate := func(from common.DocElementID, typ string, to common.DocElementID) error {
			return put(&v2_3.Relationship{RefA: from, Relationship: typ, RefB: to})
		}
		if doc.Subject != nil {
			if err := relate(document, "DESCRIBES", id(doc.Subject.Ref)); err != nil {
				return err
			}
		}
		for _, c := range doc.Components {
			var err error
			switch {
			case c.Parent != "" && ids[c.Parent] != "":
				err = relate(id(c.Parent), "CONTAINS", id(c.Ref))
			case doc.Subject == nil:
				err = relate(document, "DESCRIBES", id(c.Ref))
			}
			if err != nil {
				return err
			}
		}
		for i := range doc.Relationships {
			r := &doc.Relationships[i]
			if typ, ok := typeOf(r); ok {
				if err := relate(id(r.From), typ, id(r.To)); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if doc.Subject != nil {
		out.DocumentName = nonEmpty(doc.Subject.Name, "document")
	}
	for _, r := range doc.Relationships {
		if _, ok := typeOf(&r); !ok {
			r.From, r.To = nonEmpty(ids[r.From], r.From), nonEmpty(ids[r.To], r.To)
			notes = append(notes, Property{namespace + "relationship", asJSON(r)})
		}
	}
	notes = append(notes, documentFacts(doc)...)
	out.OtherLicenses = extractedLicenses(doc)
	for _, n := range notes {
		a := note(n)
		out.Annotations = append(out.Annotations, &a)
	}
	var lists []longList
	if doc.Subject != nil || len(doc.Components) > 0 {
		out.Packages = []*v2_3.Package{{}}
		lists = append(lists, jsonList(0, "packages", v2_3.Package{}, packages))
	}
	one := errors.New("there is one")
	if relationships(func(any) error { return one }) != nil {
		none := &v2_3.Relationship{RefA: document, RefB: document}
		out.Relationships = []*v2_3.Relationship{none}
		lists = append(lists, jsonList(0, "relationships", none, relationships))
	}
	return writeAround(w, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(out)
	}, lists...)
}

// documentFacts are the facts on a document that SPDX has no field for.
func documentFacts(doc *Document) []Property {
	var facts []Property
	for _, s := range doc.Services {
		facts = append(facts, Property{namespace + "service", asJSON(s)})
	}
	if cov := asJSON(doc.Coverage); cov != "{}" {
		facts = append(facts, Property{namespace + "coverage", cov})
	}
	for _, p := range doc.Problems {
		facts = append(facts, Property{namespace + "problem", asJSON(p)})
	}
	if doc.Source.Kind != "" {
		facts = append(facts, Property{namespace + "source", asJSON(doc.Source)})
	}
	return facts
}

func nonEmpty(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// spdxTool is the tool that writes, as SPDX writes tools.
func spdxTool(o WriteOptions) string {
	return strings.ReplaceAll(nonEmpty(o.Tool, "touchmark"), " ", "-")
}

// spdxTime returns a timestamp in the form that SPDX requires (6.9), in UTC.
// Where the document has none it is the beginning of time: SPDX does not know
// "unknown", and the writer reads no clock.
func spdxTime(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t = time.Unix(0, 0)
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

func spdxNamespace(doc *Document) string {
	if id := doc.Source.ID; strings.Contains(id, ":") && !strings.ContainsAny(id, "# \t\n<>\"") {
		return id
	}
	return serial(doc, "spdx")
}

// spdxIDs gives every component an id of the form that SPDX requires, its own
// where it has one.
func spdxIDs(doc *Document) map[string]string {
	ids := make(map[string]string, len(doc.Components)+1)
	taken := map[string]bool{"SPDXRef-DOCUMENT": true}
	valid := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}
	add := func(ref string) {
		if _, ok := ids[ref]; ok {
			return
		}
		id := "SPDXRef-" + strings.Map(valid, strings.TrimPrefix(ref, "SPDXRef-"))
		first := id
		for n := 2; taken[id]; n++ {
			id = fmt.Sprintf("%s-%d", first, n)
		}
		taken[id], ids[ref] = true, id
	}
	if doc.Subject != nil {
		add(doc.Subject.Ref)
	}
	for i := range doc.Components {
		add(doc.Components[i].Ref)
	}
	return ids
}

func spdxKind(k PartyKind) string {
	if k == Person {
		return "Person"
	}
	return "Organization"
}

func nameAndMail(p Party) string {
	if len(p.Mails) > 0 {
		return p.Name + " (" + p.Mails[0] + ")"
	}
	return p.Name
}

// spdxPackage turns a component into a package, and what does not fit into
// properties of our namespace.
func spdxPackage(c *Component) (*v2_3.Package, []Property) {
	p := &v2_3.Package{PackageName: nonEmpty(c.Name, "NOASSERTION"), PackageVersion: c.Version, PackageDescription: c.Description,
		PackageDownloadLocation: "NOASSERTION", IsFilesAnalyzedTagPresent: true}
	f := spdxFacts(c)
	if s := f.supplier; s != nil {
		p.PackageSupplier = &common.Supplier{SupplierType: spdxKind(s.Kind), Supplier: nameAndMail(*s)}
	}
	if s := f.originator; s != nil {
		p.PackageOriginator = &common.Originator{OriginatorType: spdxKind(s.Kind), Originator: nameAndMail(*s)}
	}
	switch c.Type {
	case Application, Framework, Library, Container, OperatingSystem, Device, Firmware, File:
		// The schema of JSON has OPERATING_SYSTEM, the text OPERATING-SYSTEM.
		p.PrimaryPackagePurpose = strings.ReplaceAll(strings.ToUpper(string(c.Type)), "-", "_")
	case "":
	default:
		f.own("type", string(c.Type))
	}
	if c.Name == "" {
		f.own("name", "")
	}
	if t, err := time.Parse("2006-01-02T15:04:05Z", c.Released); err == nil {
		p.ReleaseDate = t.Format("2006-01-02T15:04:05Z")
	} else if c.Released != "" {
		f.own("released", c.Released)
	}
	for _, h := range c.Hashes {
		alg := h.Algorithm
		if strings.HasPrefix(alg, "SHA-") {
			alg = "SHA" + alg[4:]
		}
		if slices.Contains(spdxHashes, alg) && strict.IsChecksum(alg, h.Value) {
			p.PackageChecksums = append(p.PackageChecksums, common.Checksum{Algorithm: common.ChecksumAlgorithm(alg), Value: h.Value})
		} else {
			f.own("hash", h.Algorithm+":"+h.Value)
		}
	}
	if p.PackageLicenseDeclared = declared(c); p.PackageLicenseDeclared == "" {
		for _, l := range c.Licenses {
			f.own("license", l)
		}
	}
	ref := func(category, typ, loc string) {
		p.PackageExternalReferences = append(p.PackageExternalReferences, &v2_3.PackageExternalReference{Category: category, RefType: typ, Locator: loc})
	}
	for _, s := range f.purls {
		ref("PACKAGE-MANAGER", "purl", s)
	}
	for _, s := range c.CPEs {
		switch {
		case !strict.IsCPE(s):
			f.own("cpe", s)
		case strings.HasPrefix(s, "cpe:2.3:"):
			ref("SECURITY", "cpe23Type", s)
		default:
			ref("SECURITY", "cpe22Type", s)
		}
	}
	for _, l := range c.Links {
		switch {
		case !strict.IsURL(l.URL):
			f.own("link", asJSON(l))
		case (l.Type == "website" || l.Type == "homepage" || l.Type == "PackageHomePage") && p.PackageHomePage == "":
			p.PackageHomePage = l.URL
		case (l.Type == "distribution" || l.Type == "downloadLocation" || l.Type == "PackageDownloadLocation") && p.PackageDownloadLocation == "NOASSERTION":
			p.PackageDownloadLocation = l.URL
		default:
			f.own("link", asJSON(l))
		}
	}
	return p, f.facts
}

// A spdxFact set is what both writers of SPDX say of a component.
type spdxFactSet struct {
	supplier, originator *Party
	purls                []string
	facts                []Property
}

func (f *spdxFactSet) own(name, val string) {
	f.facts = append(f.facts, Property{namespace + name, val})
}

// parties sets who supplied and made a component. What was filled in for another
// than these is misplaced: the names of the properties that say so.
func (f *spdxFactSet) parties(c *Component) (misplaced map[string]bool) {
	misplaced = map[string]bool{}
	for i := range c.Parties {
		p := &c.Parties[i]
		if p.Filled {
			// SPDX calls who made it its originator. Where the document names
			// somebody there is nothing to fill.
			switch {
			case p.Role == Supplier && f.supplier == nil:
				f.supplier = p
			case p.Role == Manufacturer && f.originator == nil:
				f.originator = p
			case p.Role == Supplier:
				misplaced[FilledSupplier] = true
			default:
				misplaced[FilledManufacturer] = true
			}
			continue
		}
		named := (p.Kind == Organization || p.Kind == Person) && p.Name != "" && !isNobody(p.Name)
		plain := len(p.URLs) == 0 && p.Country == "" && len(p.Mails) <= 1
		switch {
		case named && p.Role == Supplier && f.supplier == nil:
			f.supplier = p
			if !plain {
				f.own("party", asJSON(*p))
			}
		case named && p.Role == Developer && f.originator == nil:
			f.originator = p
			if !plain {
				f.own("party", asJSON(*p))
			}
		default:
			f.own("party", asJSON(*p))
		}
	}
	return misplaced
}

func spdxFacts(c *Component) *spdxFactSet {
	f := &spdxFactSet{}
	misplaced := f.parties(c)
	purl := func(s string) {
		if strings.ContainsAny(s, " \t\n") {
			f.own("purl", s) // readers take it, and SPDX has no room for it
		} else if !slices.Contains(f.purls, s) {
			f.purls = append(f.purls, s)
		}
	}
	if c.PURL != "" {
		purl(c.PURL)
	}
	for _, cl := range c.Claims {
		switch {
		case cl.By == ByBytes || len(cl.Evidence) > 0:
			f.own("claim", asJSON(cl))
		case cl.Kind == PURL && cl.Value != c.PURL:
			purl(cl.Value)
		}
	}
	if c.Group != "" {
		f.own("group", c.Group)
	}
	if c.Scope != "" {
		f.own("scope", c.Scope)
	}
	for _, l := range c.Locations {
		f.own("location", l)
	}
	for _, e := range c.Evidence {
		f.own("evidence", asJSON(e))
	}
	for _, p := range c.Properties {
		switch {
		case misplaced[p.Name]:
		case strings.HasPrefix(p.Name, namespace) && !strings.ContainsAny(p.Name, " \t\r\n"):
			// One that readers do not take for another part of a component.
			f.facts = append(f.facts, p)
		default:
			f.own("property", asJSON(p))
		}
	}
	return f
}

// spdxHashes are the algorithms of SPDX 2.3 (7.10).
var spdxHashes = strings.Fields(`SHA1 SHA224 SHA256 SHA384 SHA512 SHA3-256 SHA3-384 SHA3-512 BLAKE2b-256 BLAKE2b-384 BLAKE2b-512
	BLAKE3 MD2 MD4 MD5 MD6 ADLER32`)

// spdxRelationships are the types of SPDX 2.3 (11.1).
var spdxRelationships = strings.Fields(`DESCRIBES DESCRIBED_BY CONTAINS CONTAINED_BY DEPENDS_ON DEPENDENCY_OF DEPENDENCY_MANIFEST_OF
	BUILD_DEPENDENCY_OF DEV_DEPENDENCY_OF OPTIONAL_DEPENDENCY_OF PROVIDED_DEPENDENCY_OF TEST_DEPENDENCY_OF RUNTIME_DEPENDENCY_OF
	EXAMPLE_OF GENERATES GENERATED_FROM ANCESTOR_OF DESCENDANT_OF VARIANT_OF DISTRIBUTION_ARTIFACT PATCH_FOR PATCH_APPLIED COPY_OF
	FILE_ADDED FILE_DELETED FILE_MODIFIED EXPANDED_FROM_ARCHIVE DYNAMIC_LINK STATIC_LINK DATA_FILE_OF TEST_CASE_OF BUILD_TOOL_OF
	DEV_TOOL_OF TEST_OF TEST_TOOL_OF DOCUMENTATION_OF OPTIONAL_COMPONENT_OF METAFILE_OF PACKAGE_OF AMENDS PREREQUISITE_FOR
	HAS_PREREQUISITE REQUIREMENT_DESCRIPTION_FOR SPECIFICATION_FOR OTHER`)

// declarable reports a licence that SPDX 2 takes as an expression of this
// document alone (annex D).
func declarable(s string) bool {
	_, own := strict.LicenseRefs(s)
	return own && strict.IsExpression(s)
}

// declared is the licence that a package declares, empty for none that is one.
func declared(c *Component) string {
	if len(c.Licenses) == 1 && declarable(c.Licenses[0]) {
		return c.Licenses[0]
	}
	return ""
}

// extractedLicenses defines the licences that the packages name and SPDX does
// not list. Their texts are not known here.
func extractedLicenses(doc *Document) []*v2_3.OtherLicense {
	var out []*v2_3.OtherLicense
	seen, known := map[string]bool{}, map[string]bool{}
	add := func(c *Component) {
		l := declared(c)
		if l == "" || known[l] {
			return // as most say what others do
		}
		known[l] = true
		refs, _ := strict.LicenseRefs(l)
		for _, id := range refs {
			if !seen[id] {
				seen[id] = true
				out = append(out, &v2_3.OtherLicense{LicenseIdentifier: id, ExtractedText: "NOASSERTION"})
			}
		}
	}
	if doc.Subject != nil {
		add(doc.Subject)
	}
	for _, c := range doc.Components {
		add(c)
	}
	return out
}
