package sbom

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/touchmark-dev/touchmark/sbom/internal/strict"
)

// A cdxWriter turns a Document into the types of cyclonedx-go, which encodes
// them.
type cdxWriter struct {
	doc      *Document
	options  *WriteOptions
	version  cdx.SpecVersion
	children map[string][]int
}

func writeCycloneDX(w io.Writer, doc *Document, format WriteFormat, o WriteOptions) error {
	c := &cdxWriter{doc: doc, options: &o, version: cdx.SpecVersion1_6, children: doc.children()}
	encoding := cdx.BOMFileFormatJSON
	switch format {
	case CycloneDX17JSON:
		c.version = cdx.SpecVersion1_7
	case CycloneDX16XML:
		encoding = cdx.BOMFileFormatXML
	case CycloneDX17XML:
		c.version, encoding = cdx.SpecVersion1_7, cdx.BOMFileFormatXML
	}
	bom := cdx.NewBOM()
	bom.SpecVersion = c.version
	bom.XMLNS = "http://cyclonedx.org/schema/bom/" + c.version.String()
	bom.JSONSchema = "http://cyclonedx.org/schema/bom-" + c.version.String() + ".schema.json"
	bom.SerialNumber = serial(doc, format)
	bom.Metadata = c.metadata(o)
	if list := c.services(""); len(list) > 0 {
		bom.Services = &list
	}
	var props []cdx.Property
	bom.Dependencies, props = c.relationships()
	if cov := asJSON(doc.Coverage); cov != "{}" {
		props = append(props, property("coverage", cov))
	}
	for _, p := range doc.Problems {
		props = append(props, property("problem", asJSON(p)))
	}
	if doc.Source.Kind != "" {
		props = append(props, property("source", asJSON(doc.Source)))
	}
	if len(props) > 0 {
		bom.Properties = &props
	}
	if doc.Subject != nil && (doc.Source.Kind == SourceTree || doc.Source.Kind == SourceImage) {
		aggregate := cdx.CompositionAggregateUnknown
		if cov := doc.Coverage; cov.Files > 0 && cov.ExplainedFiles < cov.Files {
			aggregate = cdx.CompositionAggregateIncomplete
		}
		bom.Compositions = &[]cdx.Composition{{Aggregate: aggregate, Assemblies: &[]cdx.BOMReference{cdx.BOMReference(doc.Subject.Ref)}}}
	}
	if encoding == cdx.BOMFileFormatXML {
		w = &occurrenceWriter{w: w}
	}
	if c.version >= cdx.SpecVersion1_7 && o.cites() {
		list := c.cite(bom, o)
		if encoding == cdx.BOMFileFormatXML && len(list) > 0 {
			// The library writes attributedTo as an attribute, which the schema has
			// as an element. Citations are the last of the document.
			bom.Citations = nil
			tail := &tailWriter{w: w}
			if err := c.encode(tail, bom, encoding); err != nil {
				return err
			}
			return tail.end("</bom>", "<citations>"+xmlCitations("", list)+"</citations>")
		}
	}
	return c.encode(w, bom, encoding)
}

// encode writes the document with the components that no other holds, one after
// the other.
func (c *cdxWriter) encode(w io.Writer, bom *cdx.BOM, encoding cdx.BOMFileFormat) error {
	whole := func(w io.Writer) error {
		return cdx.NewBOMEncoder(w, encoding).SetPretty(true).SetEscapeHTML(false).Encode(bom)
	}
	roots := c.children[""]
	if len(roots) == 0 {
		return whole(w)
	}
	bom.Components = &[]cdx.Component{{}}
	return writeAround(w, whole, c.list(0, roots, encoding))
}

// list is a list of components of the document, or of one that holds many: the
// modules of a kernel, the packages of a distribution.
func (c *cdxWriter) list(level int, of []int, encoding cdx.BOMFileFormat) longList {
	const many = 64
	list := jsonList(level, "components", cdx.Component{}, func(put func(any) error) error {
		for _, i := range of {
			if nested := c.children[c.doc.Components[i].Ref]; len(nested) > many {
				out := c.component(c.options.component(c.doc, i))
				out.Components = &[]cdx.Component{{}}
				if err := put(elementWithLists{&out, []longList{c.list(level+1, nested, encoding)}}); err != nil {
					return err
				}
				continue
			}
			out := c.whole(i)
			if err := put(&out); err != nil {
				return err
			}
		}
		return nil
	})
	if encoding == cdx.BOMFileFormatXML {
		indent := strings.Repeat("    ", level)
		list.before, list.between, list.after = "\n"+indent+"  <components>\n", "\n", "\n"+indent+"  </components>"
		list.encode = func(w *bytes.Buffer, element any) error {
			enc := xml.NewEncoder(w)
			enc.Indent(indent+"    ", "  ")
			return enc.EncodeElement(element, xml.StartElement{Name: xml.Name{Local: "component"}})
		}
	}
	return list
}

// property returns a property of our namespace.
func property(name, value string) cdx.Property {
	return cdx.Property{Name: namespace + name, Value: value}
}

var serialForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
})

// serial is the document's own serial number, or one made of the digest of the
// input.
func serial(doc *Document, format WriteFormat) string {
	if serialForm().MatchString(doc.Source.ID) {
		return doc.Source.ID
	}
	sum := sha256.Sum256([]byte(doc.Source.SHA256 + "\x00" + doc.Source.ID + "\x00" + string(format)))
	sum[6] = sum[6]&0x0f | 0x80 // version 8 of RFC 9562: made of own content
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func (c *cdxWriter) metadata(o WriteOptions) *cdx.Metadata {
	m := &cdx.Metadata{}
	if _, err := time.Parse(time.RFC3339, o.Created); err == nil {
		m.Timestamp = o.Created
	}
	var tools []cdx.Component
	for _, t := range append(slices.Clone(c.doc.Source.Tools), o.Tool) {
		if t == "" {
			continue
		}
		tool := cdx.Component{Type: cdx.ComponentTypeApplication}
		tool.Name, tool.Version = toolNameVersion(t)
		if !slices.ContainsFunc(tools, func(u cdx.Component) bool { return u.Name == tool.Name && u.Version == tool.Version }) {
			tools = append(tools, tool)
		}
	}
	if len(tools) > 0 {
		m.Tools = &cdx.ToolsChoice{Components: &tools}
	}
	var authors []cdx.OrganizationalContact
	for _, p := range c.doc.Suppliers {
		switch {
		case p.Kind == Person || p.Kind == UnknownParty:
			authors = append(authors, contact(p))
		case p.Role == Supplier && m.Supplier == nil:
			m.Supplier = entity(p)
		case m.Manufacturer == nil:
			m.Manufacturer = entity(p)
		default:
			authors = append(authors, contact(p))
		}
	}
	if len(authors) > 0 {
		m.Authors = &authors
	}
	if c.doc.Subject != nil {
		s := c.component(c.doc.Subject)
		if list := c.components(c.doc.Subject.Ref); len(list) > 0 {
			s.Components = &list
		}
		m.Component = &s
	}
	return m
}

// cite says of what was derived whose it is (CycloneDX 1.7, citations).
func (c *cdxWriter) cite(bom *cdx.BOM, o WriteOptions) []Citation {
	cites := &citations{}
	properties := func(pointer string, props *[]cdx.Property) (filled []string) {
		if props == nil {
			return nil
		}
		var at []int
		for i, p := range *props {
			if o.isDerived(p.Name) {
				at = append(at, i)
			}
			if field, ok := strings.CutPrefix(p.Name, namespace+"filled:"); ok {
				filled = append(filled, field)
			}
		}
		cites.addProperties(pointer+"/properties", at, len(at) == len(*props))
		return filled
	}
	var component func(pointer string, in *cdx.Component)
	components := func(pointer string, list *[]cdx.Component) {
		if list != nil {
			for i := range *list {
				component(fmt.Sprintf("%s/components/%d", pointer, i), &(*list)[i])
			}
		}
	}
	component = func(pointer string, in *cdx.Component) {
		for _, field := range properties(pointer, in.Properties) {
			if field == "manufacturer" && in.Manufacturer != nil || field == "supplier" && in.Supplier != nil {
				cites.addFilled(pointer + "/" + field)
			}
		}
		components(pointer, in.Components)
	}
	var services func(pointer string, list *[]cdx.Service)
	services = func(pointer string, list *[]cdx.Service) {
		if list != nil {
			for i := range *list {
				at := fmt.Sprintf("%s/services/%d", pointer, i)
				properties(at, (*list)[i].Properties)
				services(at, (*list)[i].Services)
			}
		}
	}
	if bom.Metadata.Component != nil {
		component("/metadata/component", bom.Metadata.Component)
	}
	for n, i := range c.children[""] {
		out := c.whole(i)
		component(fmt.Sprintf("/components/%d", n), &out)
	}
	services("", bom.Services)
	list := cites.list(&o)
	if len(list) == 0 {
		return nil
	}
	name, version := toolNameVersion(o.Tool)
	// The tool also stands there as one that made the document.
	tools := append(*bom.Metadata.Tools.Components, cdx.Component{BOMRef: enrichmentRef, Type: cdx.ComponentTypeApplication, Name: name, Version: version})
	bom.Metadata.Tools.Components = &tools
	var out []cdx.Citation
	by := cdx.BOMReference(enrichmentRef)
	for _, k := range list {
		out = append(out, cdx.Citation{Pointers: &k.Pointers, Timestamp: k.Timestamp, AttributedTo: &by, Note: k.Note})
	}
	bom.Citations = &out
	return list
}

// A tailWriter holds back the last bytes that are written.
type tailWriter struct {
	w    io.Writer
	tail []byte
}

func (t *tailWriter) Write(b []byte) (int, error) {
	const held = 64
	t.tail = append(t.tail, b...)
	if n := len(t.tail) - held; n > 0 {
		if _, err := t.w.Write(t.tail[:n]); err != nil {
			return 0, err
		}
		t.tail = t.tail[:copy(t.tail, t.tail[n:])]
	}
	return len(b), nil
}

// end writes what was held back, with a text put before the last tag.
func (t *tailWriter) end(tag, text string) error {
	i := bytes.LastIndex(t.tail, []byte(tag))
	if i < 0 {
		return fmt.Errorf("the document does not end with %s", tag)
	}
	_, err := fmt.Fprintf(t.w, "%s%s%s", t.tail[:i], text, t.tail[i:])
	return err
}

// An occurrenceWriter turns the attributes of occurrences into elements: the
// library writes line, offset, symbol and additionalContext as attributes, which
// the schema has as elements after the location. The encoder indents, so that
// each tag begins a line, and escapes what could end a tag or an attribute.
type occurrenceWriter struct {
	w     io.Writer
	line  []byte
	after []byte // elements to write after the next line, the location's
}

var occurrenceAttribute = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(` (line|offset|symbol|additionalContext)="([^"]*)"`)
})

func (o *occurrenceWriter) Write(b []byte) (int, error) {
	for rest := b; ; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			o.line = append(o.line, rest...)
			// What is no occurrence need not wait for its end: the last line has none.
			if start := bytes.TrimLeft(o.line, " "); o.after == nil && len(start) > 0 && !bytes.HasPrefix([]byte("<occurrence "), start[:min(len(start), 12)]) {
				if _, err := o.w.Write(o.line); err != nil {
					return 0, err
				}
				o.line = o.line[:0]
			}
			return len(b), nil
		}
		o.line = append(o.line, rest[:i+1]...)
		rest = rest[i+1:]
		line, after := o.line, o.after
		o.after = nil
		if start := bytes.TrimLeft(line, " "); bytes.HasPrefix(start, []byte("<occurrence ")) {
			indent := line[:len(line)-len(start)]
			for _, m := range occurrenceAttribute().FindAllSubmatch(line, -1) {
				o.after = fmt.Appendf(o.after, "%s  <%s>%s</%[2]s>\n", indent, m[1], m[2])
			}
			line = occurrenceAttribute().ReplaceAll(line, nil)
		}
		if _, err := o.w.Write(append(line, after...)); err != nil {
			return 0, err
		}
		o.line = o.line[:0]
	}
}

func contact(p Party) cdx.OrganizationalContact {
	k := cdx.OrganizationalContact{Name: p.Name}
	if len(p.Mails) > 0 && strict.IsMail(p.Mails[0]) {
		k.Email = p.Mails[0]
	}
	return k
}

func entity(p Party) *cdx.OrganizationalEntity {
	e := &cdx.OrganizationalEntity{Name: p.Name}
	if len(p.URLs) > 0 {
		e.URL = &p.URLs
	}
	if len(p.Mails) > 0 {
		var ks []cdx.OrganizationalContact
		for _, m := range p.Mails {
			if strict.IsMail(m) {
				ks = append(ks, cdx.OrganizationalContact{Email: m})
			}
		}
		if len(ks) > 0 {
			e.Contact = &ks
		}
	}
	if p.Country != "" {
		e.Address = &cdx.PostalAddress{Country: p.Country}
	}
	return e
}

func (c *cdxWriter) components(parent string) []cdx.Component {
	var list []cdx.Component
	for _, i := range c.children[parent] {
		list = append(list, c.whole(i))
	}
	return list
}

// whole returns a component with those that it holds.
func (c *cdxWriter) whole(i int) cdx.Component {
	in := c.options.component(c.doc, i)
	out := c.component(in)
	if nested := c.components(in.Ref); len(nested) > 0 {
		out.Components = &nested
	}
	return out
}

func (c *cdxWriter) component(in *Component) cdx.Component {
	out := cdx.Component{BOMRef: in.Ref, Type: cdx.ComponentType(in.Type), Group: in.Group, Name: in.Name,
		Version: in.Version, Description: in.Description, Scope: cdx.Scope(in.Scope), PackageURL: in.PURL}
	var props []cdx.Property
	for _, p := range in.Properties {
		props = append(props, cdx.Property{Name: p.Name, Value: p.Value})
	}
	own := func(name, value string) { props = append(props, property(name, value)) }
	if !slices.Contains(componentTypes, in.Type) {
		out.Type = cdx.ComponentTypeLibrary
		own("type", string(in.Type))
	}
	switch in.Scope {
	case "", "required", "optional", "excluded":
	default:
		out.Scope = ""
		own("scope", in.Scope)
	}
	if in.Released != "" {
		own("released", in.Released)
	}
	for _, s := range in.CPEs {
		if out.CPE == "" && strict.IsCPE(s) {
			out.CPE = s
		} else {
			own("cpe", s)
		}
	}
	c.parties(in.Parties, &out, own)
	var hashes []cdx.Hash
	for _, h := range in.Hashes {
		if c.knowsHash(h) {
			hashes = append(hashes, cdx.Hash{Algorithm: cdx.HashAlgorithm(h.Algorithm), Value: h.Value})
		} else {
			own("hash", h.Algorithm+":"+h.Value)
		}
	}
	if len(hashes) > 0 {
		out.Hashes = &hashes
	}
	if n := len(in.Licenses); n == 1 && isExpression(in.Licenses[0]) && strict.IsExpression(in.Licenses[0]) {
		out.Licenses = &cdx.Licenses{{Expression: in.Licenses[0]}}
	} else if n > 0 {
		var ls cdx.Licenses
		rest := false
		for _, l := range in.Licenses {
			// An expression is no name, and stands alone in its field. What comes
			// after it goes with it, so that the order stays.
			if rest = rest || strict.NamesLicenses(l); rest {
				own("license", l)
				continue
			}
			ls = append(ls, cdx.LicenseChoice{License: &cdx.License{Name: l}})
		}
		if len(ls) > 0 {
			out.Licenses = &ls
		}
	}
	if refs := links(in.Links, own); len(refs) > 0 {
		out.ExternalReferences = &refs
	}
	if ev := evidence(in); ev != nil {
		out.Evidence = ev
	}
	for _, e := range in.Evidence {
		own("evidence", asJSON(e))
	}
	for _, cl := range in.Claims {
		switch {
		case cl.By == ByBytes || len(cl.Evidence) > 0:
			own("claim", asJSON(cl))
		case cl.Kind == PURL && cl.Value != in.PURL:
			own("purl", cl.Value)
		}
	}
	if len(props) > 0 {
		out.Properties = &props
	}
	return out
}

var componentTypes = []ComponentType{Application, Framework, Library, Container, Platform, OperatingSystem, Device,
	DeviceDriver, Firmware, File, MachineLearning, Data, Cryptographic}

// parties writes each party into the field of its role, if that is free.
func (c *cdxWriter) parties(in []Party, out *cdx.Component, own func(name, value string)) {
	var authors []cdx.OrganizationalContact
	for _, p := range in {
		_, mail := splitMail(p.Name)
		plain := len(p.URLs) == 0 && p.Country == "" && len(p.Mails) == 0 && len(mail) == 0
		switch {
		case slices.ContainsFunc(p.Mails, func(m string) bool { return !strict.IsMail(m) }):
			own("party", asJSON(p)) // a field for addresses takes nothing else
		case p.Field == "publisher" && out.Publisher == "" && plain:
			out.Publisher = p.Name
		case p.Field == "author" && out.Author == "" && plain:
			out.Author = p.Name
		case p.Role == Supplier && p.Kind == Organization && out.Supplier == nil:
			out.Supplier = entity(p)
		case p.Role == Manufacturer && p.Kind == Organization && out.Manufacturer == nil:
			out.Manufacturer = entity(p)
		case p.Role == Developer && p.Kind == Person && len(p.URLs) == 0 && len(p.Mails) < 2:
			authors = append(authors, contact(p))
		default:
			own("party", asJSON(p))
		}
	}
	if len(authors) > 0 {
		out.Authors = &authors
	}
}

// knowsHash reports a hash that the schema of the version accepts.
func (c *cdxWriter) knowsHash(h Hash) bool {
	switch len(h.Value) {
	case 32, 40, 64, 96, 128:
	default:
		return false
	}
	if strings.Trim(h.Value, "0123456789abcdef") != "" {
		return false
	}
	switch h.Algorithm {
	case "MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512", "BLAKE2b-256",
		"BLAKE2b-384", "BLAKE2b-512", "BLAKE3":
		return true
	case "Streebog-256", "Streebog-512":
		return c.version >= cdx.SpecVersion1_7
	}
	return false
}

// linkTypes are the types of external references of CycloneDX 1.6.
var linkTypes = strings.Fields(`vcs issue-tracker website advisories bom mailing-list social chat documentation support
	source-distribution distribution distribution-intake license build-meta build-system release-notes security-contact
	model-card log configuration evidence formulation attestation threat-model adversary-model risk-assessment
	vulnerability-assertion exploitability-statement pentest-report static-analysis-report dynamic-analysis-report
	runtime-analysis-report component-analysis-report maturity-report certification-report codified-infrastructure
	quality-metrics poam electronic-signature digital-signature rfc-9116 other`)

func links(in []Link, own func(name, value string)) []cdx.ExternalReference {
	var out []cdx.ExternalReference
	for _, l := range in {
		if _, err := url.Parse(l.URL); err != nil { // such as git@host:path
			own("link", asJSON(l))
			continue
		}
		r := cdx.ExternalReference{URL: l.URL, Type: cdx.ExternalReferenceType(l.Type)}
		switch {
		case slices.Contains(linkTypes, l.Type):
		case l.Type == "homepage", l.Type == "PackageHomePage":
			r.Type = cdx.ERTypeWebsite
		case l.Type == "downloadLocation", l.Type == "PackageDownloadLocation":
			r.Type = cdx.ERTypeDistribution
		default:
			r.Type, r.Comment = cdx.ERTypeOther, l.Type
		}
		out = append(out, r)
	}
	return out
}

// evidence writes the identity observations and the places where the component
// and its claims were found. Exactly what was observed where stands in the
// properties; this is for the tools that read CycloneDX.
func evidence(in *Component) *cdx.Evidence {
	var ids []cdx.EvidenceIdentity
	var occ []cdx.EvidenceOccurrence
	seen := map[string]bool{}
	at := func(e Evidence) {
		if e.Path == "" {
			return
		}
		// The context tells an observation from a location of the component.
		o := cdx.EvidenceOccurrence{Location: e.Path, AdditionalContext: cmp.Or(e.Extractor, string(e.Technique), "evidence")}
		if e.Match != "" {
			o.AdditionalContext += ": " + e.Match
		}
		if e.Length > 0 {
			off := int(e.Offset)
			o.Offset = &off
		}
		key := fmt.Sprint(e.Path, "\x00", e.Offset, "\x00", e.Length, "\x00", o.AdditionalContext)
		if !seen[key] {
			seen[key] = true
			occ = append(occ, o)
		}
	}
	for _, l := range in.Locations {
		occ = append(occ, cdx.EvidenceOccurrence{Location: l})
	}
	for _, e := range in.Evidence {
		at(e)
		switch e.Field {
		case "group", "name", "version", "purl", "cpe", "hash":
		default:
			continue
		}
		id := cdx.EvidenceIdentity{Field: cdx.EvidenceIdentityFieldType(e.Field)}
		score := float32(0)
		switch e.Confidence {
		case Low:
			score = 0.3
		case Medium:
			score = 0.6
		case High:
			score = 0.9
		}
		technique := e.Technique
		if !slices.Contains(techniques, technique) {
			technique = OtherTechnique
		}
		id.Confidence = &score
		id.Methods = &[]cdx.EvidenceIdentityMethod{{Technique: cdx.EvidenceIdentityTechnique(technique), Confidence: &score, Value: e.Match}}
		ids = append(ids, id)
	}
	for _, cl := range in.Claims {
		for _, e := range cl.Evidence {
			at(e)
		}
	}
	if len(ids) == 0 && len(occ) == 0 {
		return nil
	}
	ev := &cdx.Evidence{}
	if len(ids) > 0 {
		ev.Identity = &cdx.EvidenceIdentityChoice{Identities: &ids}
	}
	if len(occ) > 0 {
		ev.Occurrences = &occ
	}
	return ev
}

var techniques = []Technique{SourceCodeAnalysis, BinaryAnalysis, ManifestAnalysis, ASTFingerprint, HashComparison,
	Instrumentation, DynamicAnalysis, Filename, Attestation, OtherTechnique}

func (c *cdxWriter) services(parent string) []cdx.Service {
	var list []cdx.Service
	for i := range c.doc.Services {
		in := &c.doc.Services[i]
		if in.Parent != parent {
			continue
		}
		out := cdx.Service{BOMRef: in.Ref, Group: in.Group, Name: in.Name, Version: in.Version}
		var props []cdx.Property
		for _, p := range in.Properties {
			props = append(props, cdx.Property{Name: p.Name, Value: p.Value})
		}
		own := func(name, value string) { props = append(props, property(name, value)) }
		for _, p := range in.Parties {
			if p.Role == Operator && out.Provider == nil {
				out.Provider = entity(p)
			} else {
				own("party", asJSON(p))
			}
		}
		var endpoints []string
		for _, e := range in.Endpoints {
			if _, err := url.Parse(e); err != nil { // such as http://host:%d/, a pattern in a program
				own("endpoint", e)
				continue
			}
			endpoints = append(endpoints, e)
		}
		if len(endpoints) > 0 {
			out.Endpoints = &endpoints
		}
		if refs := links(in.Links, own); len(refs) > 0 {
			out.ExternalReferences = &refs
		}
		if in.Purpose != "" {
			own("purpose", in.Purpose)
		}
		for _, l := range in.Locations {
			own("location", l)
		}
		for _, e := range in.Evidence {
			own("evidence", asJSON(e))
		}
		for _, cl := range in.Claims {
			if cl.By == ByBytes || len(cl.Evidence) > 0 {
				own("claim", asJSON(cl))
			}
		}
		if len(props) > 0 {
			out.Properties = &props
		}
		if in.Ref != parent {
			if nested := c.services(in.Ref); len(nested) > 0 {
				out.Services = &nested
			}
		}
		list = append(list, out)
	}
	return list
}

// relationships writes dependencies, and the others as properties.
func (c *cdxWriter) relationships() (*[]cdx.Dependency, []cdx.Property) {
	var deps []cdx.Dependency
	var props []cdx.Property
	at := map[string]int{}
	seen := map[Relationship]bool{}
	for _, r := range c.doc.Relationships {
		if seen[r] {
			continue
		}
		seen[r] = true
		if r.Type != DependsOn && r.Type != "provides" {
			props = append(props, property("relationship", asJSON(r)))
			continue
		}
		i, ok := at[r.From]
		if !ok {
			i = len(deps)
			at[r.From] = i
			deps = append(deps, cdx.Dependency{Ref: r.From})
		}
		list := &deps[i].Dependencies
		if r.Type == "provides" {
			list = &deps[i].Provides
		}
		if *list == nil {
			*list = &[]string{}
		}
		**list = append(**list, r.To)
	}
	if len(deps) == 0 {
		return nil, props
	}
	return &deps, props
}
