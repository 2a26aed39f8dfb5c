package sbom

import (
	"encoding/xml"
	"errors"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom/internal/strict"
)

// rdfMembers are the names that properties of SPDX's RDF have in its JSON,
// where they are others, by class. A list ends in "*".
var rdfMembers = map[string]map[string]string{
	"SpdxDocument": {"specVersion": "spdxVersion", "externalDocumentRef": "externalDocumentRefs*", "hasExtractedLicensingInfo": "",
		"relationship": "", "referencesFile": "", "describesPackage": "documentDescribes*", "annotation": "annotations*", "reviewed": "revieweds*",
		"spdxId": "", "hasFile": ""},
	"CreationInfo": {"creator": "creators*"},
	"Package": {"checksum": "checksums*", "externalRef": "externalRefs*", "licenseInfoFromFiles": "licenseInfoFromFiles*", "hasFile": "hasFiles*",
		"annotation": "annotations*", "attributionText": "attributionTexts*", "relationship": ""},
	"File": {"checksum": "checksums*", "fileType": "fileTypes*", "licenseInfoInFile": "licenseInfoInFiles*", "fileContributor": "fileContributors*",
		"annotation": "annotations*", "attributionText": "attributionTexts*", "fileDependency": "fileDependencies*", "artifactOf": "artifactOfs*",
		"relationship": "", "licenseInfoFromFiles": "", "name": ""},
	"Snippet": {"licenseInfoInSnippet": "licenseInfoInSnippets*", "range": "", "annotation": "annotations*", "attributionText": "attributionTexts*",
		"relationship": ""},
	"PackageVerificationCode": {"packageVerificationCodeExcludedFile": "packageVerificationCodeExcludedFiles*"},
	"ExtractedLicensingInfo":  {"crossRef": "crossRefs*", "seeAlso": "seeAlsos*"},
	"Relationship":            {"relatedSpdxElement": "", "relationshipType": "", "spdxElementId": ""},
}

// rdf holds a graph against the rules, in the form of JSON. Ranges of snippets
// and project references of files are not looked at.
func (v *validator) rdf(x *xmlReader, broken func(error) error) error {
	g := &rdfReader{x: x, ctx: v.ctx, nodes: map[string]*rdfNode{}}
	for {
		tok, err := x.token()
		if err != nil {
			return broken(err)
		}
		if _, ok := tok.(xml.EndElement); ok {
			break
		}
		if start, ok := tok.(xml.StartElement); ok {
			if _, err := g.node(start, 0); err != nil {
				return broken(err)
			}
		}
	}
	v.lines = true
	c := &rdfConverter{t: strict.NewTree(), left: 8*maxRDF + 1, external: map[string]string{}}
	root := c.t.Add(0, strict.Node{Kind: strict.Object, Line: 1})
	lists := map[string]int32{}
	list := func(name string) int32 {
		if lists[name] == 0 {
			lists[name] = c.t.Add(root, strict.Node{Kind: strict.Array, Key: name})
		}
		return lists[name]
	}
	documents := 0
	for _, n := range g.order {
		if doc, ok := n.get("spdxDocument"); ok && n.class == "ExternalDocumentRef" {
			id := n.elementRef()
			if p, ok := n.get("externalDocumentId"); ok {
				id = p.value()
			}
			c.external[doc.value()] = id
		}
	}
	for _, n := range g.order {
		if n.class != "SpdxDocument" {
			continue
		}
		if documents++; documents > 1 {
			v.rule("unique", place(int(n.line)), "a second SpdxDocument")
			break
		}
		namespace, id, ok := strings.Cut(n.id, "#")
		c.namespace = namespace
		if ok {
			c.text(root, "documentNamespace", namespace, n.line)
			c.text(root, "SPDXID", id, n.line)
		}
		c.fields(root, n, 0)
	}
	if documents == 0 {
		v.rule("required", "", "no SpdxDocument in the graph")
	}
	for _, n := range g.order {
		name := map[string]string{"Package": "packages", "File": "files", "Snippet": "snippets", "ExtractedLicensingInfo": "hasExtractedLicensingInfos"}[n.class]
		if name != "" {
			i := c.t.Add(list(name), strict.Node{Kind: strict.Object, Line: n.line})
			if n.class != "ExtractedLicensingInfo" && n.id != "" && !strings.HasPrefix(n.id, "_:") {
				c.text(i, "SPDXID", n.elementRef(), n.line)
			}
			c.fields(i, n, 0)
			if n.class == "Snippet" {
				// Their pointers are of another vocabulary.
				r := c.t.Add(c.t.Add(i, strict.Node{Kind: strict.Array, Key: "ranges"}), strict.Node{Kind: strict.Object})
				for _, key := range []string{"startPointer", "endPointer"} {
					p := c.t.Add(r, strict.Node{Kind: strict.Object, Key: key})
					c.text(p, "reference", c.t.Text(i, "snippetFromFile"), n.line)
				}
			}
		}
		for _, p := range n.props {
			if p.name != "relationship" || p.node == nil || n.elementRef() == "" {
				continue
			}
			i := c.t.Add(list("relationships"), strict.Node{Kind: strict.Object, Line: p.node.line})
			c.text(i, "spdxElementId", n.elementRef(), p.node.line)
			if q, ok := p.node.get("relationshipType"); ok {
				c.text(i, "relationshipType", rdfRelationship(q.value()), p.node.line)
			}
			if q, ok := p.node.get("relatedSpdxElement"); ok {
				to := q.value()
				if q.node != nil && q.text == "" {
					to = c.element(q.node.id)
				} else if to != "NONE" && to != "NOASSERTION" {
					to = c.element(to)
				}
				c.text(i, "relatedSpdxElement", to, p.node.line)
			}
			c.fields(i, p.node, 1)
		}
	}
	if c.left <= 0 {
		return errors.Join(ErrLimit, errItemSize)
	}
	return v.spdx2(c.t, 64*len(c.t.Nodes), "")
}

type rdfConverter struct {
	t         *strict.Tree
	left      int
	namespace string            // of the document
	external  map[string]string // DocumentRef- by namespace
}

// element returns how JSON names an element, here or of another document.
func (c *rdfConverter) element(iri string) string {
	namespace, id, ok := strings.Cut(iri, "#")
	if !ok || namespace == "" || namespace == c.namespace {
		return fragment(iri)
	}
	if doc := c.external[namespace]; doc != "" {
		return doc + ":" + id
	}
	return "DocumentRef-" + clip(namespace) + ":" + id
}

func (c *rdfConverter) text(to int32, key, s string, line int32) {
	c.t.Add(to, strict.Node{Kind: strict.String, Key: key, Text: s, Line: line})
}

// fields adds the properties of a resource.
func (c *rdfConverter) fields(to int32, n *rdfNode, depth int) {
	names := rdfMembers[n.class]
	for _, p := range n.props {
		if c.left--; c.left <= 0 || depth > 8 {
			return
		}
		name, renamed := names[p.name]
		if renamed && name == "" || p.name == "type" {
			continue
		}
		if !renamed {
			name = p.name
		}
		at, key := to, name
		if list, ok := strings.CutSuffix(name, "*"); ok {
			if at = c.t.Member(to, list); at == 0 {
				at = c.t.Add(to, strict.Node{Kind: strict.Array, Key: list, Line: n.line})
			}
			key = ""
		} else if c.t.Member(to, name) != 0 {
			continue
		}
		c.value(at, key, p, n, depth)
	}
}

// value adds one property.
func (c *rdfConverter) value(to int32, key string, p rdfProp, n *rdfNode, depth int) {
	word := func(prefix string) string { return strings.TrimPrefix(fragment(p.value()), prefix) }
	switch p.name {
	case "filesAnalyzed":
		c.t.Add(to, strict.Node{Kind: strict.Boolean, Key: key, Text: p.value(), Line: n.line})
	case "algorithm":
		c.text(to, key, rdfAlgorithm(word("checksumAlgorithm_")), n.line)
	case "fileType":
		c.text(to, key, strings.ToUpper(word("fileType_")), n.line)
	case "primaryPackagePurpose":
		c.text(to, key, strings.ToUpper(word("purpose_")), n.line)
	case "annotationType":
		c.text(to, key, strings.ToUpper(word("annotationType_")), n.line)
	case "referenceCategory":
		s := word("referenceCategory_")
		if strings.EqualFold(s, "packageManager") {
			s = "PACKAGE-MANAGER"
		} else if strings.EqualFold(s, "persistentId") {
			s = "PERSISTENT-ID"
		}
		c.text(to, key, strings.ToUpper(s), n.line)
	case "licenseConcluded", "licenseDeclared", "licenseInfoFromFiles", "licenseInfoInFile", "licenseInfoInSnippet", "dataLicense":
		c.text(to, key, license(p, 0), n.line)
	case "describesPackage", "hasFile", "fileDependency", "snippetFromFile":
		s := fragment(p.text)
		if p.node != nil {
			s = p.node.elementRef()
		}
		c.text(to, key, s, n.line)
	case "externalDocumentRef", "checksum", "externalRef", "creationInfo", "packageVerificationCode", "annotation", "reviewed":
		if p.node == nil {
			c.text(to, key, p.value(), n.line)
			return
		}
		i := c.t.Add(to, strict.Node{Kind: strict.Object, Key: key, Line: p.node.line})
		if id := p.node.elementRef(); strings.HasPrefix(id, "DocumentRef-") && p.name == "externalDocumentRef" {
			c.text(i, "externalDocumentId", id, p.node.line)
		}
		c.fields(i, p.node, depth+1)
	case "crossRef", "artifactOf", "range":
	default:
		c.text(to, key, p.value(), n.line)
	}
}

// rdfAlgorithm returns the name of an algorithm as JSON writes it: sha3_256 is
// SHA3-256, blake2b256 is BLAKE2b-256.
func rdfAlgorithm(s string) string {
	if n, ok := strings.CutPrefix(strings.ToLower(s), "blake2b"); ok {
		return "BLAKE2b-" + strings.Trim(n, "_-")
	}
	return strings.ReplaceAll(strings.ToUpper(s), "_", "-")
}
