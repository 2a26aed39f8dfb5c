package strict

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/anchore/packageurl-go"
)

// The rules of SPDX 2.2 and 2.3, written from the specification (2.2.1 as
// published by ISO, and 2.3; clause numbers are the same in both): which fields
// stand how often, and what may stand in them. The names are those of the JSON
// encoding, and the other encodings are held against the rules in its form.

// A spdx2Field is one member of a class.
type spdx2Field struct {
	name    string
	card    byte   // 1 mandatory, ? optional, * list, + list with at least one item
	kind    string // text; bool; int; or a class
	section string
	check   string // of a text
	since   string // first version that has it
	must22  bool   // mandatory up to 2.2, optional since 2.3
}

var spdx2Classes = map[string][]spdx2Field{
	"Document": {
		{name: "spdxVersion", card: '1', section: "6.1", check: "version"},
		{name: "dataLicense", card: '1', section: "6.2", check: "cc0"},
		{name: "SPDXID", card: '1', section: "6.3", check: "document-id"},
		{name: "name", card: '1', section: "6.4", check: "some"},
		{name: "documentNamespace", card: '1', section: "6.5", check: "namespace"},
		{name: "externalDocumentRefs", card: '*', kind: "ExternalDocumentRef", section: "6.6"},
		{name: "creationInfo", card: '1', kind: "CreationInfo", section: "6.8"},
		{name: "comment", card: '?', section: "6.11"},
		{name: "packages", card: '*', kind: "Package", section: "7"},
		{name: "files", card: '*', kind: "File", section: "8"},
		{name: "snippets", card: '*', kind: "Snippet", section: "9"},
		{name: "hasExtractedLicensingInfos", card: '*', kind: "ExtractedLicense", section: "10"},
		{name: "relationships", card: '*', kind: "Relationship", section: "11.1"},
		{name: "annotations", card: '*', kind: "Annotation", section: "12"},
		{name: "revieweds", card: '*', kind: "Review", section: "13"},
		{name: "documentDescribes", card: '*', section: "11.1", check: "ref"},
	},
	"CreationInfo": {
		{name: "licenseListVersion", card: '?', section: "6.7", check: "list-version"},
		{name: "creators", card: '+', section: "6.8", check: "creator"},
		{name: "created", card: '1', section: "6.9", check: "time"},
		{name: "comment", card: '?', section: "6.10"},
	},
	"ExternalDocumentRef": {
		{name: "externalDocumentId", card: '1', section: "6.6", check: "document-ref"},
		{name: "spdxDocument", card: '1', section: "6.6", check: "uri"},
		{name: "checksum", card: '1', kind: "Checksum", section: "6.6"},
	},
	"Checksum": {
		{name: "algorithm", card: '1', section: "8.4", check: "algorithm"},
		{name: "checksumValue", card: '1', section: "8.4", check: "hex"},
	},
	"Package": {
		{name: "name", card: '1', section: "7.1", check: "some"},
		{name: "SPDXID", card: '1', section: "7.2", check: "id"},
		{name: "versionInfo", card: '?', section: "7.3"},
		{name: "packageFileName", card: '?', section: "7.4"},
		{name: "supplier", card: '?', section: "7.5", check: "agent"},
		{name: "originator", card: '?', section: "7.6", check: "agent"},
		{name: "downloadLocation", card: '1', section: "7.7", check: "location"},
		{name: "filesAnalyzed", card: '?', kind: "bool", section: "7.8"},
		{name: "packageVerificationCode", card: '?', kind: "VerificationCode", section: "7.9"},
		{name: "checksums", card: '*', kind: "Checksum", section: "7.10"},
		{name: "homepage", card: '?', section: "7.11", check: "url-or-none"},
		{name: "sourceInfo", card: '?', section: "7.12"},
		{name: "licenseConcluded", card: '?', section: "7.13", check: "license", must22: true},
		{name: "licenseInfoFromFiles", card: '*', section: "7.14", check: "license"},
		{name: "licenseDeclared", card: '?', section: "7.15", check: "license", must22: true},
		{name: "licenseComments", card: '?', section: "7.16"},
		{name: "copyrightText", card: '?', section: "7.17", must22: true},
		{name: "summary", card: '?', section: "7.18"},
		{name: "description", card: '?', section: "7.19"},
		{name: "comment", card: '?', section: "7.20"},
		{name: "externalRefs", card: '*', kind: "ExternalRef", section: "7.21"},
		{name: "attributionTexts", card: '*', section: "7.23"},
		{name: "primaryPackagePurpose", card: '?', section: "7.24", check: "purpose", since: "2.3"},
		{name: "releaseDate", card: '?', section: "7.25", check: "time", since: "2.3"},
		{name: "builtDate", card: '?', section: "7.26", check: "time", since: "2.3"},
		{name: "validUntilDate", card: '?', section: "7.27", check: "time", since: "2.3"},
		{name: "hasFiles", card: '*', section: "11.1", check: "ref"},
		{name: "annotations", card: '*', kind: "Annotation", section: "12"},
	},
	"VerificationCode": {
		{name: "packageVerificationCodeValue", card: '1', section: "7.9", check: "sha1"},
		{name: "packageVerificationCodeExcludedFiles", card: '*', section: "7.9"},
	},
	"ExternalRef": {
		{name: "referenceCategory", card: '1', section: "7.21", check: "category"},
		{name: "referenceType", card: '1', section: "7.21", check: "some"},
		{name: "referenceLocator", card: '1', section: "7.21", check: "locator"},
		{name: "comment", card: '?', section: "7.22"},
	},
	"File": {
		{name: "fileName", card: '1', section: "8.1", check: "some"},
		{name: "SPDXID", card: '1', section: "8.2", check: "id"},
		{name: "fileTypes", card: '*', section: "8.3", check: "file-type"},
		{name: "checksums", card: '+', kind: "Checksum", section: "8.4"},
		{name: "licenseConcluded", card: '?', section: "8.5", check: "license", must22: true},
		{name: "licenseInfoInFiles", card: '*', section: "8.6", check: "license", must22: true},
		{name: "licenseComments", card: '?', section: "8.7"},
		{name: "copyrightText", card: '?', section: "8.8", must22: true},
		{name: "artifactOfs", card: '*', kind: "any", section: "8.9"},
		{name: "comment", card: '?', section: "8.12"},
		{name: "noticeText", card: '?', section: "8.13"},
		{name: "fileContributors", card: '*', section: "8.14"},
		{name: "attributionTexts", card: '*', section: "8.15"},
		{name: "fileDependencies", card: '*', section: "8.16"},
		{name: "annotations", card: '*', kind: "Annotation", section: "12"},
	},
	"Snippet": {
		{name: "SPDXID", card: '1', section: "9.1", check: "id"},
		{name: "snippetFromFile", card: '1', section: "9.2", check: "ref"},
		{name: "ranges", card: '+', kind: "Range", section: "9.3"},
		{name: "licenseConcluded", card: '?', section: "9.5", check: "license", must22: true},
		{name: "licenseInfoInSnippets", card: '*', section: "9.6", check: "license"},
		{name: "licenseComments", card: '?', section: "9.7"},
		{name: "copyrightText", card: '?', section: "9.8", must22: true},
		{name: "comment", card: '?', section: "9.9"},
		{name: "name", card: '?', section: "9.10"},
		{name: "attributionTexts", card: '*', section: "9.11"},
		{name: "annotations", card: '*', kind: "Annotation", section: "12"},
	},
	"Range": {
		{name: "startPointer", card: '1', kind: "Pointer", section: "9.3"},
		{name: "endPointer", card: '1', kind: "Pointer", section: "9.3"},
	},
	"Pointer": {
		{name: "reference", card: '1', section: "9.3", check: "ref"},
		{name: "offset", card: '?', kind: "int", section: "9.3"},
		{name: "lineNumber", card: '?', kind: "int", section: "9.4"},
	},
	"ExtractedLicense": {
		{name: "licenseId", card: '1', section: "10.1", check: "license-ref"},
		{name: "extractedText", card: '1', section: "10.2"},
		{name: "name", card: '?', section: "10.3"},
		{name: "seeAlsos", card: '*', section: "10.4"},
		{name: "crossRefs", card: '*', kind: "any", section: "10.4"},
		{name: "comment", card: '?', section: "10.5"},
	},
	"Relationship": {
		{name: "spdxElementId", card: '1', section: "11.1", check: "from"},
		{name: "relationshipType", card: '1', section: "11.1", check: "relationship"},
		{name: "relatedSpdxElement", card: '1', section: "11.1", check: "to"},
		{name: "comment", card: '?', section: "11.2"},
	},
	"Annotation": {
		{name: "annotator", card: '1', section: "12.1", check: "creator"},
		{name: "annotationDate", card: '1', section: "12.2", check: "time"},
		{name: "annotationType", card: '1', section: "12.3", check: "annotation-type"},
		{name: "comment", card: '1', section: "12.5"},
	},
	"Review": {
		{name: "reviewer", card: '?', section: "13.1", check: "creator"},
		{name: "reviewDate", card: '1', section: "13.2", check: "time"},
		{name: "comment", card: '?', section: "13.3"},
	},
}

func wordSet(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

var (
	spdx2Relationships = wordSet(`DESCRIBES DESCRIBED_BY CONTAINS CONTAINED_BY DEPENDS_ON DEPENDENCY_OF DEPENDENCY_MANIFEST_OF
		BUILD_DEPENDENCY_OF DEV_DEPENDENCY_OF OPTIONAL_DEPENDENCY_OF PROVIDED_DEPENDENCY_OF TEST_DEPENDENCY_OF
		RUNTIME_DEPENDENCY_OF EXAMPLE_OF GENERATES GENERATED_FROM ANCESTOR_OF DESCENDANT_OF VARIANT_OF
		DISTRIBUTION_ARTIFACT PATCH_FOR PATCH_APPLIED COPY_OF FILE_ADDED FILE_DELETED FILE_MODIFIED
		EXPANDED_FROM_ARCHIVE DYNAMIC_LINK STATIC_LINK DATA_FILE_OF TEST_CASE_OF BUILD_TOOL_OF DEV_TOOL_OF TEST_OF
		TEST_TOOL_OF DOCUMENTATION_OF OPTIONAL_COMPONENT_OF METAFILE_OF PACKAGE_OF AMENDS PREREQUISITE_FOR
		HAS_PREREQUISITE REQUIREMENT_DESCRIPTION_FOR SPECIFICATION_FOR OTHER`)
	spdx2Relationships23 = wordSet("REQUIREMENT_DESCRIPTION_FOR SPECIFICATION_FOR")
	spdx2FileTypes       = wordSet("SOURCE BINARY ARCHIVE APPLICATION AUDIO IMAGE TEXT VIDEO DOCUMENTATION SPDX OTHER")
	spdx2Purposes        = wordSet("APPLICATION FRAMEWORK LIBRARY CONTAINER OPERATING-SYSTEM OPERATING_SYSTEM DEVICE FIRMWARE SOURCE ARCHIVE FILE INSTALL OTHER")
	// Hexadecimal digits of a checksum by its algorithm, 0 for any number.
	spdx2Algorithms = map[string]int{"SHA1": 40, "SHA224": 56, "SHA256": 64, "SHA384": 96, "SHA512": 128, "MD2": 32, "MD4": 32, "MD5": 32,
		"MD6": 0, "SHA3-256": 64, "SHA3-384": 96, "SHA3-512": 128, "BLAKE2b-256": 64, "BLAKE2b-384": 96, "BLAKE2b-512": 128,
		"BLAKE3": 0, "ADLER32": 8}
	spdx2Algorithms23 = wordSet("SHA3-256 SHA3-384 SHA3-512 BLAKE2b-256 BLAKE2b-384 BLAKE2b-512 BLAKE3 ADLER32")

	spdx2ID       = lazy(`^SPDXRef-[A-Za-z0-9.-]+$`)
	spdx2DocRef   = lazy(`^DocumentRef-[A-Za-z0-9.+-]+$`)
	spdx2License  = lazy(`^LicenseRef-[A-Za-z0-9.-]+$`)
	spdx2Time     = lazy(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	spdx2Hex      = lazy(`^[0-9a-fA-F]+$`)
	spdx2Version  = lazy(`^SPDX-2\.[0-3]$`)
	spdx2ListVer  = lazy(`^\d+\.\d+(\.\d+)?$`)
	spdx2Scheme   = lazy(`^[A-Za-z][A-Za-z0-9+.-]*:`)
	spdx2CPE22    = lazy(`^cpe:/[AHOaho]?(:[A-Za-z0-9._\-~%]*){0,6}$`)
	spdx2CPE23    = lazy(`^cpe:2\.3:[aho*\-](:(((\?*|\*?)([a-zA-Z0-9\-._]|(\\[\\*?!"#$%&'()+,/:;<=>@\[\]^` + "`" + `{|}~]))+(\?*|\*?))|[*\-])){5}(:(([a-zA-Z]{2,3}(-([a-zA-Z]{2}|[0-9]{3}))?)|[*\-]))(:(((\?*|\*?)([a-zA-Z0-9\-._]|(\\[\\*?!"#$%&'()+,/:;<=>@\[\]^` + "`" + `{|}~]))+(\?*|\*?))|[*\-])){4}$`)
	spdx2SHA1     = lazy(`^[0-9a-f]{40}$`)
	spdx2Creators = []string{"Person: ", "Organization: ", "Tool: "}
)

type spdx2Checker struct {
	version string // 2.2 or 2.3; earlier ones are held against 2.2
	lim     *limits
	report  Reporter
	err     error

	ids       map[string]bool
	licenses  map[string]bool // LicenseRef- that are defined
	documents map[string]bool // DocumentRef-
	refs      []spdx2Ref
	packages  int
	describes bool
	encoding  string
}

type spdx2Ref struct {
	place   *Path
	id      string
	section string
	license bool
}

// CheckSPDX2 holds a tree in the form of the JSON encoding against the rules of
// a version. The encoding is json, tag-value, yaml, xml or rdf: what only JSON
// has (such as unknown members) is looked at there and in YAML.
func CheckSPDX2(ctx context.Context, t *Tree, size int, version, encoding, place string, report Reporter) error {
	c := &spdx2Checker{version: version, lim: newLimits(ctx, size), report: report, encoding: encoding,
		ids: map[string]bool{}, licenses: map[string]bool{}, documents: map[string]bool{}}
	if version < "2.2" {
		c.version = "2.2"
	}
	root := &Path{base: place}
	c.object(ref{t, 1}, root, "Document", "6")
	if c.err != nil {
		return c.err
	}
	c.finish(root)
	return c.err
}

func (c *spdx2Checker) fail(r ref, p *Path, rule, section, format string, args ...any) {
	v := Violation{Place: p.String(), Line: p.lineOf(), Rule: rule, Message: fmt.Sprintf(format, args...), Section: "SPDX " + c.version + ", " + section}
	if r.t != nil {
		v.Value = r.brief()
	}
	c.report(v)
}

func (c *spdx2Checker) object(r ref, p *Path, class, section string) {
	if c.err == nil {
		c.err = c.lim.step()
	}
	if c.err != nil {
		return
	}
	n := r.node()
	if class == "any" {
		return
	}
	if n.Kind != Object {
		c.fail(r, p, "type", section, "is %s and not an object", kindName(n.Kind))
		return
	}
	for _, k := range r.t.Twice {
		c.fail(ref{}, p, "twice", "4", "member %s is there twice", quote(k))
	}
	r.t.Twice = nil
	fields := spdx2Classes[class]
	for i := range fields {
		f := &fields[i]
		m := r.t.Member(r.i, f.name)
		if m == 0 {
			if f.card == '1' || f.card == '+' || f.must22 && c.version == "2.2" {
				c.fail(ref{}, p, "required", f.section, "%q is missing", f.name)
			}
			continue
		}
		at := p.member(f.name, r.t.Nodes[m].Line)
		if f.since > c.version {
			c.fail(ref{r.t, m}, at, "since", f.section, "is of SPDX %s", f.since)
		}
		c.field(ref{r.t, m}, at, f)
	}
	if c.encoding == "json" || c.encoding == "yaml" {
		r.t.Each(r.i, func(i int32) {
			k := r.t.Nodes[i].Key
			for j := range fields {
				if fields[j].name == k {
					return
				}
			}
			if class == "Document" && (k == "$schema" || k == "@context") {
				return
			}
			c.fail(ref{r.t, i}, p.member(k, r.t.Nodes[i].Line), "unknown", section, "%s is no field of a %s", quote(k), strings.ToLower(class))
		})
	}
	c.whole(r, p, class)
}

// field checks one member.
func (c *spdx2Checker) field(r ref, p *Path, f *spdx2Field) {
	n := r.node()
	if f.card == '1' || f.card == '?' {
		c.item(r, p, f)
		return
	}
	if n.Kind != Array {
		c.fail(r, p, "type", f.section, "is %s and not a list", kindName(n.Kind))
		return
	}
	if n.n == 0 && f.card == '+' {
		c.fail(r, p, "cardinality", f.section, "is empty, and at least one is mandatory")
	}
	if f.name == "packages" {
		c.packages = int(n.n)
	}
	k := 0
	r.t.Each(r.i, func(i int32) {
		if c.err == nil {
			c.item(opened(ref{r.t, i}), p.at(k, r.t.Nodes[i].Line), f)
		}
		k++
	})
}

func (c *spdx2Checker) item(r ref, p *Path, f *spdx2Field) {
	n := r.node()
	switch f.kind {
	case "":
		if n.Kind != String {
			c.fail(r, p, "type", f.section, "is %s and not a string", kindName(n.Kind))
			return
		}
		c.text(r, p, f)
	case "bool":
		if n.Kind != Boolean {
			c.fail(r, p, "type", f.section, "is %s and not a boolean", kindName(n.Kind))
		}
	case "int":
		if n.Kind != Number || !hasType(n, "i") {
			c.fail(r, p, "type", f.section, "is no integer")
		}
	default:
		c.object(r, p, f.kind, f.section)
	}
}

func (c *spdx2Checker) link(p *Path, id, section string, license bool) {
	if len(c.refs) < maxSPDX3Links {
		c.refs = append(c.refs, spdx2Ref{p, id, section, license})
	} else {
		c.err = fmt.Errorf("%w: more than %d references", ErrWork, maxSPDX3Links)
	}
}

// text checks what a text says.
func (c *spdx2Checker) text(r ref, p *Path, f *spdx2Field) {
	s := r.node().Text
	bad := func(rule, format string, args ...any) { c.fail(r, p, rule, f.section, format, args...) }
	switch f.check {
	case "some":
		if strings.TrimSpace(s) == "" {
			bad("empty", "is empty")
		}
	case "version":
		if !spdx2Version.MatchString(s) {
			bad("version", "is no version of SPDX 2")
		}
	case "cc0":
		if s != "CC0-1.0" && fragmentOf(s) != "CC0-1.0" {
			bad("enum", `is not "CC0-1.0"`)
		}
	case "document-id":
		if s != "SPDXRef-DOCUMENT" {
			bad("id", `is not "SPDXRef-DOCUMENT"`)
		}
		c.ids[s] = true
	case "id":
		if !spdx2ID.MatchString(s) {
			bad("id", `is no identifier: "SPDXRef-" and letters, digits, "." and "-"`)
		}
		if c.ids[s] && s != "" {
			bad("unique", "is the identifier of another element too")
		}
		c.ids[s] = true
	case "namespace":
		u, err := url.Parse(s)
		if err != nil || !u.IsAbs() {
			bad("uri", "is no absolute URI")
		} else if strings.Contains(s, "#") {
			bad("uri", `has a "#"`)
		}
	case "uri":
		if u, err := url.Parse(s); err != nil || !u.IsAbs() {
			bad("uri", "is no absolute URI")
		}
	case "url-or-none":
		if u, err := url.Parse(s); s != "NONE" && s != "NOASSERTION" && (err != nil || !u.IsAbs()) {
			bad("uri", "is no URL, NONE or NOASSERTION")
		}
	case "location":
		switch {
		case s == "NONE" || s == "NOASSERTION":
		case s == "":
			bad("location", "is empty")
		case strings.ContainsAny(s, " \t\n") || !spdx2Scheme.MatchString(s) && !strings.HasPrefix(s, "git@"):
			bad("location", "is no URL, location of a version control system, NONE or NOASSERTION")
		}
	case "list-version":
		if !spdx2ListVer.MatchString(s) {
			bad("version", "is no version of the licence list, as 3.17")
		}
	case "creator":
		if !hasPrefix(s, spdx2Creators) {
			bad("agent", `begins with none of "Person: ", "Organization: " and "Tool: "`)
		}
	case "agent":
		if s != "NOASSERTION" && !hasPrefix(s, spdx2Creators[:2]) {
			bad("agent", `is not NOASSERTION and begins with neither "Person: " nor "Organization: "`)
		}
	case "time":
		if !spdx2Time.MatchString(s) || dateTime(s) != nil {
			bad("time", "is no time as 2006-01-02T15:04:05Z")
		}
	case "document-ref":
		if !spdx2DocRef.MatchString(s) {
			bad("id", `is no "DocumentRef-" with letters, digits, ".", "+" and "-"`)
		}
		c.documents[s] = true
	case "algorithm":
		if _, ok := spdx2Algorithms[s]; !ok {
			bad("enum", "is no algorithm of a checksum")
		} else if spdx2Algorithms23[s] && c.version < "2.3" {
			bad("since", "is of SPDX 2.3")
		}
	case "hex":
		if !spdx2Hex.MatchString(s) {
			bad("hex", "is not hexadecimal")
		}
	case "sha1":
		if !spdx2SHA1.MatchString(s) {
			bad("hex", "is no SHA1 in lower-case hexadecimal")
		}
	case "license":
		if s == "NONE" || s == "NOASSERTION" {
			return
		}
		e, err := ParseExpression(s)
		if err != nil {
			bad("license", "is no licence expression: it %v", err)
			return
		}
		for _, id := range e.Unknown {
			c.report(Violation{Place: p.String(), Line: p.lineOf(), Rule: "license", Advice: true, Value: quote(s), Section: "SPDX " + c.version + ", annex A",
				Message: fmt.Sprintf("%s is not in the list of licences that this program knows", quote(id))})
		}
		for _, w := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ()\t\n", r) }) {
			if strings.HasPrefix(w, "LicenseRef-") {
				c.link(p, strings.TrimSuffix(w, "+"), f.section, true)
			}
		}
	case "license-ref":
		if !spdx2License.MatchString(s) {
			bad("id", `is no "LicenseRef-" with letters, digits, "." and "-"`)
		}
		if c.licenses[s] {
			bad("unique", "is the identifier of another licence too")
		}
		c.licenses[s] = true
	case "category":
		word := strings.ReplaceAll(s, "_", "-")
		switch {
		case word != "SECURITY" && word != "PACKAGE-MANAGER" && word != "PERSISTENT-ID" && word != "OTHER":
			bad("enum", "is none of SECURITY, PACKAGE-MANAGER, PERSISTENT-ID, OTHER")
		case word != s && c.version > "2.2":
			bad("enum", "is written %s", word) // 2.2's own JSON schema has the other one
		}
	case "locator":
		if s == "" || strings.ContainsAny(s, " \t\n") {
			bad("locator", "is empty or has a space")
		}
	case "file-type":
		if !spdx2FileTypes[s] {
			bad("enum", "is no type of a file")
		}
	case "purpose":
		if !spdx2Purposes[s] {
			bad("enum", "is no purpose of a package")
		}
	case "annotation-type":
		if s != "REVIEW" && s != "OTHER" {
			bad("enum", "is neither REVIEW nor OTHER")
		}
	case "relationship":
		if !spdx2Relationships[s] {
			bad("enum", "is no type of a relationship")
		} else if spdx2Relationships23[s] && c.version < "2.3" {
			bad("since", "is of SPDX 2.3")
		}
	case "ref", "from", "to":
		if f.check == "to" && (s == "NONE" || s == "NOASSERTION") {
			return
		}
		doc, id, ok := strings.Cut(s, ":")
		if !ok {
			doc, id = "", s
		}
		if ok && !spdx2DocRef.MatchString(doc) || !spdx2ID.MatchString(id) {
			bad("id", "is no reference to an element")
			return
		}
		c.link(p, s, f.section, false)
	}
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		// The space is left out by some, and the specification's own examples have
		// it in every case.
		if strings.HasPrefix(s, p) && strings.TrimSpace(s[len(p):]) != "" {
			return true
		}
	}
	return false
}

func fragmentOf(s string) string { return s[strings.LastIndexAny(s, "/#")+1:] }

// whole checks what several members of an object say together.
func (c *spdx2Checker) whole(r ref, p *Path, class string) {
	text := func(i int32, name string) string { return r.t.Text(i, name) }
	switch class {
	case "Package":
		if m := r.t.Member(r.i, "filesAnalyzed"); m != 0 && r.t.Nodes[m].Text == "false" {
			for _, f := range []struct{ name, section string }{{"packageVerificationCode", "7.9"}, {"licenseInfoFromFiles", "7.14"}} {
				if k := r.t.Member(r.i, f.name); k != 0 && (r.t.Nodes[k].Kind != Array || r.t.Nodes[k].n > 0) {
					c.fail(ref{}, p.member(f.name, r.t.Nodes[k].Line), "filesAnalyzed", f.section, "must be left out where filesAnalyzed is false")
				}
			}
		}
	case "File":
		if m := r.t.Member(r.i, "checksums"); m != 0 && r.t.Nodes[m].Kind == Array && r.t.Nodes[m].n > 0 {
			sha1 := false
			r.t.Each(m, func(i int32) { sha1 = sha1 || text(i, "algorithm") == "SHA1" })
			if !sha1 {
				c.fail(ref{}, p.member("checksums", r.t.Nodes[m].Line), "required", "8.4", "has no SHA1, which is mandatory")
			}
		}
	case "Checksum":
		alg, val := text(r.i, "algorithm"), text(r.i, "checksumValue")
		if n := spdx2Algorithms[alg]; n > 0 && spdx2Hex.MatchString(val) && len(val) != n {
			c.fail(ref{}, p.member("checksumValue", 0), "hex", "8.4", "has %d digits, and %s has %d", len(val), alg, n)
		}
	case "ExternalRef":
		typ, loc := fragmentOf(text(r.i, "referenceType")), text(r.i, "referenceLocator")
		at := p.member("referenceLocator", 0)
		switch typ {
		case "purl":
			if err := checkPURL(loc); err != nil {
				c.fail(ref{}, at, "purl", "F.3.5", "%s is no package URL: %v", quote(loc), err)
			}
		case "cpe22Type":
			if !spdx2CPE22.MatchString(loc) {
				c.fail(ref{}, at, "cpe", "F.2.1", "%s is no CPE 2.2", quote(loc))
			}
		case "cpe23Type":
			if !spdx2CPE23.MatchString(loc) {
				c.fail(ref{}, at, "cpe", "F.2.2", "%s is no CPE 2.3", quote(loc))
			}
		}
	case "Relationship":
		if text(r.i, "relationshipType") == "DESCRIBES" && text(r.i, "spdxElementId") == "SPDXRef-DOCUMENT" ||
			text(r.i, "relationshipType") == "DESCRIBED_BY" && text(r.i, "relatedSpdxElement") == "SPDXRef-DOCUMENT" {
			c.describes = true
		}
	case "Document":
		if m := r.t.Member(r.i, "documentDescribes"); m != 0 && r.t.Nodes[m].n > 0 {
			c.describes = true
		}
	}
}

func checkPURL(s string) error {
	p, err := packageurl.FromString(s)
	if err == nil && p.Name == "" {
		err = fmt.Errorf("it has no name")
	}
	return err
}

// finish looks at the references and at what the document has as a whole.
func (c *spdx2Checker) finish(root *Path) {
	for _, r := range c.refs {
		if r.license {
			if !c.licenses[r.id] {
				c.fail(ref{}, r.place, "reference", "10.1", "names %s, which hasExtractedLicensingInfos does not define", quote(r.id))
			}
			continue
		}
		if doc, _, ok := strings.Cut(r.id, ":"); ok {
			if !c.documents[doc] {
				c.fail(ref{}, r.place, "reference", "6.6", "names %s, which is no external document of this one", quote(doc))
			}
			continue
		}
		if !c.ids[r.id] {
			c.fail(ref{}, r.place, "reference", r.section, "names %s, which is not in the document", quote(r.id))
		}
	}
	if c.packages > 1 && !c.describes {
		c.fail(ref{}, root, "describes", "11.1", "has %d packages and no DESCRIBES, which is mandatory for more than one", c.packages)
	}
}

// IsCPE reports a name of the form of CPE 2.2 or 2.3.
func IsCPE(s string) bool { return spdx2CPE22.MatchString(s) || spdx2CPE23.MatchString(s) }

// IsChecksum reports a value that an algorithm of SPDX 2.3 makes.
func IsChecksum(algorithm, value string) bool {
	n, ok := spdx2Algorithms[algorithm]
	return ok && spdx2Hex.MatchString(value) && (n == 0 || len(value) == n)
}

// IsMail reports a mail address.
func IsMail(s string) bool { return idnEmail.MatchString(s) }

// IsURL reports an absolute URL that every format takes.
func IsURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && isAnyURI(s) && !strings.ContainsAny(s, " \t\n\\")
}
