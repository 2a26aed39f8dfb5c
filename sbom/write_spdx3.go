package sbom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/touchmark-dev/touchmark/sbom/internal/strict"
)

// SPDX 3.0.1 in JSON-LD. What the model has no field for becomes a
// CdxPropertiesExtension of the element, with the names that the CycloneDX
// writers use.

// An element3 is one element of the graph; the fields of all classes that are
// written, in one order.
type element3 struct {
	Type         string        `json:"type"`
	ID           string        `json:"@id,omitempty"`
	SpdxID       string        `json:"spdxId,omitempty"`
	CreationInfo string        `json:"creationInfo,omitempty"`
	SpecVersion  string        `json:"specVersion,omitempty"`
	Created      string        `json:"created,omitempty"`
	CreatedBy    []string      `json:"createdBy,omitempty"`
	CreatedUsing []string      `json:"createdUsing,omitempty"`
	Name         string        `json:"name,omitempty"`
	Description  string        `json:"description,omitempty"`
	Profiles     []string      `json:"profileConformance,omitempty"`
	RootElement  []string      `json:"rootElement,omitempty"`
	Element      []string      `json:"element,omitempty"`
	Identifiers  []identifier3 `json:"externalIdentifier,omitempty"`
	References   []reference3  `json:"externalRef,omitempty"`
	VerifiedBy   []hash3       `json:"verifiedUsing,omitempty"`
	SuppliedBy   string        `json:"suppliedBy,omitempty"`
	OriginatedBy []string      `json:"originatedBy,omitempty"`
	Released     string        `json:"releaseTime,omitempty"`
	Version      string        `json:"software_packageVersion,omitempty"`
	Download     string        `json:"software_downloadLocation,omitempty"`
	HomePage     string        `json:"software_homePage,omitempty"`
	PackageURL   string        `json:"software_packageUrl,omitempty"`
	Purpose      string        `json:"software_primaryPurpose,omitempty"`
	Expression   string        `json:"simplelicensing_licenseExpression,omitempty"`
	From         string        `json:"from,omitempty"`
	Relationship string        `json:"relationshipType,omitempty"`
	To           []string      `json:"to,omitempty"`
	Extension    []extension3  `json:"extension,omitempty"`
}

type identifier3 struct {
	Type  string `json:"type"`
	Kind  string `json:"externalIdentifierType"`
	Value string `json:"identifier"`
}

type reference3 struct {
	Type    string   `json:"type"`
	Kind    string   `json:"externalRefType"`
	Locator []string `json:"locator"`
}

type hash3 struct {
	Type  string `json:"type"`
	Alg   string `json:"algorithm"`
	Value string `json:"hashValue"`
}

type extension3 struct {
	Type       string      `json:"type"`
	Properties []property3 `json:"extension_cdxProperty"`
}

type property3 struct {
	Type  string `json:"type"`
	Name  string `json:"extension_cdxPropName"`
	Value string `json:"extension_cdxPropValue,omitempty"`
}

type writer3 struct {
	doc    *Document
	base   string
	ids    map[string]string
	agents map[string]string // by what is written of them
	exprs  map[string]string
	graph  []node3
	edges  []Relationship // between elements
}

// A node3 is what is kept of an element of the graph until it is written: that of
// a package is as large as its component.
type node3 struct {
	kind kind3
	n    int32     // of the component of the document, or of the edge
	e    *element3 // where it is another
}

type kind3 uint8

const (
	other3 kind3 = iota
	subject3
	component3
	edge3
)

const info3 = "_:creationInfo"

func writeSPDX3(w io.Writer, doc *Document, o WriteOptions) error {
	x := &writer3{doc: doc, base: spdxNamespace(doc) + "#", ids: map[string]string{}, agents: map[string]string{}, exprs: map[string]string{}}
	for i := -1; i < len(doc.Components); i++ {
		c := doc.Subject
		if i >= 0 {
			c = doc.Components[i]
		}
		if c != nil {
			x.ids[c.Ref] = x.iri(c.Ref)
		}
	}
	info := &element3{Type: "CreationInfo", ID: info3, SpecVersion: "3.0.1", Created: spdxTime(o.Created)}
	document := &element3{Type: "SpdxDocument", SpdxID: x.base + "document", CreationInfo: info3, Name: "document",
		Profiles: []string{"core", "software", "simpleLicensing", "extension"}}
	for _, t := range append(slices.Clone(doc.Source.Tools), nonEmpty(o.Tool, "touchmark")) {
		if id := x.agent("Tool", t, nil); !slices.Contains(info.CreatedUsing, id) {
			info.CreatedUsing = append(info.CreatedUsing, id)
		}
	}
	for _, p := range doc.Suppliers {
		if (p.Kind == Organization || p.Kind == Person) && p.Name != "" {
			info.CreatedBy = append(info.CreatedBy, x.party(p))
		}
	}
	if len(info.CreatedBy) == 0 {
		// Who made it is required, and a tool did.
		info.CreatedBy = []string{x.agent("SoftwareAgent", nonEmpty(o.Tool, "touchmark"), nil)}
	}
	if doc.Subject != nil {
		document.Name = nonEmpty(doc.Subject.Name, "document")
		document.RootElement = []string{x.add(node3{kind: subject3}, doc.Subject)}
	}
	for i, c := range doc.Components {
		id := x.add(node3{kind: component3, n: int32(i)}, o.component(doc, i))
		switch {
		case c.Parent != "" && x.ids[c.Parent] != "":
			x.relate(x.ids[c.Parent], "contains", id)
		case doc.Subject == nil:
			document.RootElement = append(document.RootElement, id)
		}
	}
	var facts []Property
	for _, r := range doc.Relationships {
		from, to := x.ids[r.From], x.ids[r.To]
		if typ := camel(string(r.Type)); from != "" && to != "" && slices.Contains(relationships3, typ) {
			x.relate(from, typ, to)
		} else {
			r.From, r.To = nonEmpty(from, r.From), nonEmpty(to, r.To)
			facts = append(facts, Property{namespace + "relationship", asJSON(r)})
		}
	}
	document.Extension = extensions3(append(facts, documentFacts(doc)...))
	document.Element = []string{""}
	whole := func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(struct {
			Context string      `json:"@context"`
			Graph   []*element3 `json:"@graph"`
		}{"https://spdx.org/rdf/3.0.1/spdx-context.jsonld", []*element3{info, document, {}}})
	}
	// The tool is one element at least.
	elements := jsonList(0, "element", "", func(put func(any) error) error {
		for _, n := range x.graph {
			if err := put(x.idOf(n)); err != nil {
				return err
			}
		}
		return nil
	})
	elements.before, elements.after = "\n      \"element\": [\n", "\n      ]"
	encode := elements.encode
	elements.encode = func(w *bytes.Buffer, element any) error {
		w.WriteString("    ")
		return encode(w, element)
	}
	graph := jsonList(0, "@graph", element3{}, func(put func(any) error) error {
		for _, n := range x.graph {
			if err := put(x.element(&o, n)); err != nil {
				return err
			}
		}
		return nil
	})
	graph.before = graph.between
	return writeAround(w, whole, elements, graph)
}

// idOf returns the id of an element of the graph.
func (x *writer3) idOf(n node3) string {
	switch n.kind {
	case subject3:
		return x.ids[x.doc.Subject.Ref]
	case component3:
		return x.ids[x.doc.Components[n.n].Ref]
	case edge3:
		return fmt.Sprintf("%srelationship-%d", x.base, n.n)
	}
	return n.e.SpdxID
}

// element makes an element of the graph.
func (x *writer3) element(o *WriteOptions, n node3) *element3 {
	switch n.kind {
	case subject3:
		return x.pkg(x.doc.Subject)
	case component3:
		return x.pkg(o.component(x.doc, int(n.n)))
	case edge3:
		r := &x.edges[n.n]
		return &element3{Type: "Relationship", SpdxID: x.idOf(n), CreationInfo: info3, From: r.From, Relationship: string(r.Type), To: []string{r.To}}
	}
	return n.e
}

// iri makes an IRI of a reference, which stays as it is if it is one.
func (x *writer3) iri(ref string) string {
	if u, err := url.Parse(ref); err == nil && u.IsAbs() && !strings.ContainsAny(ref, " <>\"{}|\\^`") {
		return ref
	}
	return x.base + url.PathEscape(ref)
}

func (x *writer3) agent(class, name string, ids []identifier3) string {
	key := class + "\x00" + name + "\x00" + asJSON(ids)
	if id, ok := x.agents[key]; ok {
		return id
	}
	id := fmt.Sprintf("%sagent-%d", x.base, len(x.agents))
	x.agents[key] = id
	x.graph = append(x.graph, node3{e: &element3{Type: class, SpdxID: id, CreationInfo: info3, Name: name, Identifiers: ids}})
	return id
}

func (x *writer3) party(p Party) string {
	var ids []identifier3
	for _, m := range p.Mails {
		ids = append(ids, identifier3{"ExternalIdentifier", "email", m})
	}
	for _, u := range p.URLs {
		ids = append(ids, identifier3{"ExternalIdentifier", "urlScheme", u})
	}
	class := "Organization"
	if p.Kind == Person {
		class = "Person"
	}
	return x.agent(class, p.Name, ids)
}

func (x *writer3) relate(from, typ, to string) {
	x.graph = append(x.graph, node3{kind: edge3, n: int32(len(x.edges))})
	x.edges = append(x.edges, Relationship{from, RelationshipType(typ), to})
}

// add puts a package into the graph, with those that it names and its licence, and
// returns its id.
func (x *writer3) add(n node3, c *Component) string {
	var f spdxFactSet
	f.parties(c)
	if f.supplier != nil {
		x.party(*f.supplier)
	}
	if f.originator != nil {
		x.party(*f.originator)
	}
	x.graph = append(x.graph, n)
	id := x.idOf(n)
	if len(c.Licenses) == 1 && strict.IsExpression(c.Licenses[0]) {
		l, ok := x.exprs[c.Licenses[0]]
		if !ok {
			l = fmt.Sprintf("%slicense-%d", x.base, len(x.exprs))
			x.exprs[c.Licenses[0]] = l
			x.graph = append(x.graph, node3{e: &element3{Type: "simplelicensing_LicenseExpression", SpdxID: l, CreationInfo: info3, Expression: c.Licenses[0]}})
		}
		x.relate(id, "hasDeclaredLicense", l)
	}
	return id
}

// pkg makes the element of a package that is in the graph.
func (x *writer3) pkg(c *Component) *element3 {
	e := &element3{Type: "software_Package", SpdxID: x.ids[c.Ref], CreationInfo: info3, Name: nonEmpty(c.Name, "NOASSERTION"), Version: c.Version, Description: c.Description}
	f := spdxFacts(c)
	if c.Name == "" {
		f.own("name", "")
	}
	if f.supplier != nil {
		e.SuppliedBy = x.party(*f.supplier)
	}
	if f.originator != nil {
		e.OriginatedBy = []string{x.party(*f.originator)}
	}
	for i, p := range f.purls {
		if i == 0 {
			e.PackageURL = p
		} else {
			e.Identifiers = append(e.Identifiers, identifier3{"ExternalIdentifier", "packageUrl", p})
		}
	}
	for _, s := range c.CPEs {
		switch {
		case strings.HasPrefix(s, "cpe:2.3:"):
			e.Identifiers = append(e.Identifiers, identifier3{"ExternalIdentifier", "cpe23", s})
		case strings.HasPrefix(s, "cpe:/"):
			e.Identifiers = append(e.Identifiers, identifier3{"ExternalIdentifier", "cpe22", s})
		default:
			f.own("cpe", s)
		}
	}
	switch c.Type {
	case Application, Framework, Library, Container, Device, Firmware, File, Data, Platform:
		e.Purpose = string(c.Type)
	case OperatingSystem:
		e.Purpose = "operatingSystem"
	case DeviceDriver:
		e.Purpose = "deviceDriver"
	case MachineLearning:
		e.Purpose = "model"
	case "":
	default:
		f.own("type", string(c.Type))
	}
	if _, err := time.Parse(time.RFC3339, c.Released); err == nil && strings.HasSuffix(c.Released, "Z") {
		e.Released = c.Released
	} else if c.Released != "" {
		f.own("released", c.Released)
	}
	for _, h := range c.Hashes {
		if alg := hashes3[h.Algorithm]; alg != "" {
			e.VerifiedBy = append(e.VerifiedBy, hash3{"Hash", alg, h.Value})
		} else {
			f.own("hash", h.Algorithm+":"+h.Value)
		}
	}
	for _, l := range c.Links {
		ok := strict.IsURL(l.URL)
		switch {
		case ok && (l.Type == "website" || l.Type == "homepage" || l.Type == "PackageHomePage") && e.HomePage == "":
			e.HomePage = l.URL
		case ok && (l.Type == "distribution" || l.Type == "downloadLocation" || l.Type == "PackageDownloadLocation") && e.Download == "":
			e.Download = l.URL
		case l.Type == "vcs":
			e.References = append(e.References, reference3{"ExternalRef", "vcs", []string{l.URL}})
		default:
			f.own("link", asJSON(l))
		}
	}
	if len(c.Licenses) != 1 || x.exprs[c.Licenses[0]] == "" {
		for _, l := range c.Licenses {
			f.own("license", l)
		}
	}
	e.Extension = extensions3(f.facts)
	return e
}

func extensions3(facts []Property) []extension3 {
	if len(facts) == 0 {
		return nil
	}
	e := extension3{Type: "extension_CdxPropertiesExtension"}
	for _, f := range facts {
		e.Properties = append(e.Properties, property3{"extension_CdxPropertyEntry", f.Name, f.Value})
	}
	return []extension3{e}
}

// camel writes "depends-on" as "dependsOn".
func camel(s string) string {
	var b strings.Builder
	up := false
	for _, r := range s {
		switch {
		case r == '-':
			up = true
		case up:
			b.WriteRune(unicode.ToUpper(r))
			up = false
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hashes3 are the names of hash algorithms in SPDX 3 (Core/HashAlgorithm).
var hashes3 = map[string]string{"MD5": "md5", "MD2": "md2", "MD4": "md4", "MD6": "md6", "SHA-1": "sha1", "SHA-224": "sha224",
	"SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512", "SHA3-224": "sha3_224", "SHA3-256": "sha3_256", "SHA3-384": "sha3_384",
	"SHA3-512": "sha3_512", "BLAKE2b-256": "blake2b256", "BLAKE2b-384": "blake2b384", "BLAKE2b-512": "blake2b512", "BLAKE3": "blake3",
	"ADLER32": "adler32"}

// relationships3 are the types of SPDX 3 that join packages
// (Core/RelationshipType).
var relationships3 = strings.Fields(`ancestorOf amendedBy contains copiedTo dependsOn descendantOf describes expandsTo generates
	hasDataFile hasDistributionArtifact hasDocumentation hasDynamicLink hasExample hasHost hasInput hasMetadata hasOptionalComponent
	hasOptionalDependency hasOutput hasPrerequisite hasProvidedDependency hasRequirement hasSpecification hasStaticLink hasTest
	hasTestCase hasVariant modifiedBy other packagedBy patchedBy usesTool`)
