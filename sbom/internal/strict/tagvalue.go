package strict

import (
	"fmt"
	"strings"
	"sync"
)

// A tag of SPDX tag-value: where its value goes in the form of JSON.
type tag struct {
	class  string // of the element that it belongs to
	member string
	list   bool
	begin  bool   // it begins a new element
	how    string // of a value that is more than a text
}

var tags = map[string]tag{
	"SPDXVersion":         {class: "Document", member: "spdxVersion"},
	"DataLicense":         {class: "Document", member: "dataLicense"},
	"DocumentName":        {class: "Document", member: "name"},
	"DocumentNamespace":   {class: "Document", member: "documentNamespace"},
	"DocumentComment":     {class: "Document", member: "comment"},
	"ExternalDocumentRef": {class: "Document", member: "externalDocumentRefs", list: true, how: "external-document"},
	"LicenseListVersion":  {class: "CreationInfo", member: "licenseListVersion"},
	"Creator":             {class: "CreationInfo", member: "creators", list: true},
	"Created":             {class: "CreationInfo", member: "created"},
	"CreatorComment":      {class: "CreationInfo", member: "comment"},

	"PackageName":                 {class: "Package", member: "name", begin: true},
	"PackageVersion":              {class: "Package", member: "versionInfo"},
	"PackageFileName":             {class: "Package", member: "packageFileName"},
	"PackageSupplier":             {class: "Package", member: "supplier"},
	"PackageOriginator":           {class: "Package", member: "originator"},
	"PackageDownloadLocation":     {class: "Package", member: "downloadLocation"},
	"FilesAnalyzed":               {class: "Package", member: "filesAnalyzed", how: "bool"},
	"PackageVerificationCode":     {class: "Package", member: "packageVerificationCode", how: "code"},
	"PackageChecksum":             {class: "Package", member: "checksums", list: true, how: "checksum"},
	"PackageHomePage":             {class: "Package", member: "homepage"},
	"PackageSourceInfo":           {class: "Package", member: "sourceInfo"},
	"PackageLicenseConcluded":     {class: "Package", member: "licenseConcluded"},
	"PackageLicenseInfoFromFiles": {class: "Package", member: "licenseInfoFromFiles", list: true},
	"PackageLicenseDeclared":      {class: "Package", member: "licenseDeclared"},
	"PackageLicenseComments":      {class: "Package", member: "licenseComments"},
	"PackageCopyrightText":        {class: "Package", member: "copyrightText"},
	"PackageSummary":              {class: "Package", member: "summary"},
	"PackageDescription":          {class: "Package", member: "description"},
	"PackageComment":              {class: "Package", member: "comment"},
	"ExternalRef":                 {class: "Package", member: "externalRefs", list: true, how: "external-ref"},
	"ExternalRefComment":          {class: "Package", how: "ref-comment"},
	"PackageAttributionText":      {class: "Package", member: "attributionTexts", list: true},
	"PrimaryPackagePurpose":       {class: "Package", member: "primaryPackagePurpose"},
	"ReleaseDate":                 {class: "Package", member: "releaseDate"},
	"BuiltDate":                   {class: "Package", member: "builtDate"},
	"ValidUntilDate":              {class: "Package", member: "validUntilDate"},

	"FileName":            {class: "File", member: "fileName", begin: true},
	"FileType":            {class: "File", member: "fileTypes", list: true},
	"FileChecksum":        {class: "File", member: "checksums", list: true, how: "checksum"},
	"LicenseConcluded":    {class: "File", member: "licenseConcluded"},
	"LicenseInfoInFile":   {class: "File", member: "licenseInfoInFiles", list: true},
	"LicenseComments":     {class: "File", member: "licenseComments"},
	"FileCopyrightText":   {class: "File", member: "copyrightText"},
	"FileComment":         {class: "File", member: "comment"},
	"FileNotice":          {class: "File", member: "noticeText"},
	"FileContributor":     {class: "File", member: "fileContributors", list: true},
	"FileAttributionText": {class: "File", member: "attributionTexts", list: true},
	"FileDependency":      {class: "File", member: "fileDependencies", list: true},

	"ArtifactOfProjectName":     {class: "File", how: "ignore"},
	"ArtifactOfProjectHomePage": {class: "File", how: "ignore"},
	"ArtifactOfProjectURI":      {class: "File", how: "ignore"},

	"SnippetSPDXID":           {class: "Snippet", member: "SPDXID", begin: true},
	"SnippetSPDXIdentifier":   {class: "Snippet", member: "SPDXID", begin: true}, // as 2.2 has it in places
	"SnippetFromFileSPDXID":   {class: "Snippet", member: "snippetFromFile"},
	"SnippetByteRange":        {class: "Snippet", member: "ranges", list: true, how: "bytes"},
	"SnippetLineRange":        {class: "Snippet", member: "ranges", list: true, how: "lines"},
	"SnippetLicenseConcluded": {class: "Snippet", member: "licenseConcluded"},
	"LicenseInfoInSnippet":    {class: "Snippet", member: "licenseInfoInSnippets", list: true},
	"SnippetLicenseComments":  {class: "Snippet", member: "licenseComments"},
	"SnippetCopyrightText":    {class: "Snippet", member: "copyrightText"},
	"SnippetComment":          {class: "Snippet", member: "comment"},
	"SnippetName":             {class: "Snippet", member: "name"},
	"SnippetAttributionText":  {class: "Snippet", member: "attributionTexts", list: true},

	"LicenseID":             {class: "ExtractedLicense", member: "licenseId", begin: true},
	"ExtractedText":         {class: "ExtractedLicense", member: "extractedText"},
	"LicenseName":           {class: "ExtractedLicense", member: "name"},
	"LicenseCrossReference": {class: "ExtractedLicense", member: "seeAlsos", list: true},
	"LicenseComment":        {class: "ExtractedLicense", member: "comment"},

	"Relationship":        {class: "Relationship", how: "relationship", begin: true},
	"RelationshipComment": {class: "Relationship", member: "comment"},

	"Annotator":         {class: "Annotation", member: "annotator", begin: true},
	"AnnotationDate":    {class: "Annotation", member: "annotationDate"},
	"AnnotationType":    {class: "Annotation", member: "annotationType"},
	"SPDXREF":           {class: "Annotation", how: "ignore"},
	"AnnotationComment": {class: "Annotation", member: "comment"},

	"Reviewer":      {class: "Review", member: "reviewer", begin: true},
	"ReviewDate":    {class: "Review", member: "reviewDate"},
	"ReviewComment": {class: "Review", member: "comment"},
}

// tagClasses are the classes of the tags by their name in lower case.
var tagClasses = sync.OnceValue(func() map[string]string {
	m := make(map[string]string, len(tags))
	for name, d := range tags {
		m[strings.ToLower(name)] = d.class
	}
	return m
})

// TagClass returns what a tag of SPDX tag-value, its name in lower case,
// belongs to: "Document", "CreationInfo", "Package", "File", "Snippet",
// "ExtractedLicense", "Relationship", "Annotation" or "Review". SPDXID, which
// belongs to several, is not among them.
func TagClass(name string) (class string, ok bool) {
	class, ok = tagClasses()[name]
	return class, ok
}

// listOf is the member of the document in which the elements of a class are.
var listOf = map[string]string{"Package": "packages", "File": "files", "Snippet": "snippets", "ExtractedLicense": "hasExtractedLicensingInfos",
	"Relationship": "relationships", "Annotation": "annotations", "Review": "revieweds"}

var tagLine = lazy(`^[ \t]*([A-Za-z]+)[ \t]*:[ \t]*(.*)$`)

// ParseTagValue turns a document in tag-value into the form of JSON. What is no
// tag, not known, out of place or twice is reported.
func ParseTagValue(src string, report Reporter) *Tree {
	t := NewTree()
	root := t.Add(0, Node{Kind: Object, Line: 1})
	p := &tagParser{t: t, root: root, at: map[string]int32{"Document": root}, report: report, named: "Document"}
	line := 0
	var open *tagText
	for text := range strings.Lines(src) {
		line++
		text = strings.TrimRight(text, "\r\n")
		if open != nil {
			end := strings.Index(text, "</text>")
			if end < 0 {
				open.b.WriteString("\n" + text)
				continue
			}
			open.b.WriteString("\n" + text[:end])
			p.tag(open.name, open.b.String(), open.line)
			open = nil
			continue
		}
		if s := strings.TrimSpace(text); s == "" || s[0] == '#' {
			continue
		}
		m := tagLine.FindStringSubmatch(text)
		if m == nil {
			p.fail(line, "syntax", "neither a tag with a value nor a comment")
			continue
		}
		value := strings.TrimSpace(m[2])
		if rest, ok := strings.CutPrefix(value, "<text>"); ok {
			if in, _, ok := strings.Cut(rest, "</text>"); ok {
				p.tag(m[1], in, line)
			} else {
				open = &tagText{name: m[1], line: line}
				open.b.WriteString(rest)
			}
			continue
		}
		p.tag(m[1], value, line)
	}
	if open != nil {
		p.fail(open.line, "syntax", "the text of %s is not closed", open.name)
	}
	return t
}

type tagText struct {
	name string
	line int
	b    strings.Builder
}

type tagParser struct {
	t      *Tree
	root   int32
	at     map[string]int32 // the element of each class that is open
	named  string           // class that an SPDXID belongs to
	ref    int32            // the last external reference
	report Reporter
}

func (p *tagParser) fail(line int, rule, format string, args ...any) {
	p.report(Violation{Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Section: "SPDX 2, 4.4"})
}

// list returns the list of a member, made if need be.
func (p *tagParser) list(of int32, member string, line int) int32 {
	if l := p.t.Member(of, member); l != 0 {
		return l
	}
	return p.t.Add(of, Node{Kind: Array, Key: member, Line: int32(line)})
}

func (p *tagParser) tag(name, value string, line int) {
	l := int32(line)
	d, ok := tags[name]
	if name == "SPDXID" {
		d, ok = tag{class: p.named, member: "SPDXID"}, true
	}
	if !ok {
		p.fail(line, "unknown", "tag %s is not known", quote(name))
		return
	}
	value = strings.TrimSpace(value)
	if d.begin {
		p.at[d.class] = p.t.Add(p.list(p.root, listOf[d.class], line), Node{Kind: Object, Line: l})
		switch d.class {
		case "Package", "File", "Snippet":
			p.named = d.class
		}
		p.ref = 0
	}
	if d.class == "CreationInfo" && p.at[d.class] == 0 {
		p.at[d.class] = p.t.Add(p.root, Node{Kind: Object, Key: "creationInfo", Line: l})
	}
	of, open := p.at[d.class]
	if !open {
		p.fail(line, "place", "tag %s stands before what it belongs to", name)
		return
	}
	to, key := of, d.member
	if d.list {
		to, key = p.list(of, d.member, line), ""
	} else if d.member != "" && d.how == "" && p.t.Member(of, d.member) != 0 {
		p.fail(line, "cardinality", "tag %s is there twice", name)
		return
	}
	text := func(to int32, key, s string) { p.t.Add(to, Node{Kind: String, Key: key, Text: s, Line: l}) }
	switch d.how {
	case "":
		text(to, key, value)
	case "bool":
		k := Node{Kind: Boolean, Key: key, Text: strings.ToLower(value), Line: l}
		if k.Text != "true" && k.Text != "false" {
			k = Node{Kind: String, Key: key, Text: value, Line: l}
		}
		p.t.Add(to, k)
	case "checksum":
		alg, sum, _ := strings.Cut(value, ":")
		i := p.t.Add(to, Node{Kind: Object, Line: l})
		text(i, "algorithm", strings.TrimSpace(alg))
		text(i, "checksumValue", strings.TrimSpace(sum))
	case "code":
		code, skipped, _ := strings.Cut(value, "(")
		i := p.t.Add(to, Node{Kind: Object, Key: key, Line: l})
		text(i, "packageVerificationCodeValue", strings.TrimSpace(code))
		_ = skipped
	case "external-ref":
		f := strings.SplitN(strings.Join(strings.Fields(value), " "), " ", 3)
		p.ref = p.t.Add(to, Node{Kind: Object, Line: l})
		for i, k := range []string{"referenceCategory", "referenceType", "referenceLocator"} {
			if i < len(f) {
				text(p.ref, k, f[i])
			}
		}
	case "ref-comment":
		if p.ref == 0 {
			p.fail(line, "place", "tag %s stands before what it belongs to", name)
			return
		}
		text(p.ref, "comment", value)
	case "external-document":
		f := strings.Fields(value)
		i := p.t.Add(to, Node{Kind: Object, Line: l})
		if len(f) > 0 {
			text(i, "externalDocumentId", f[0])
		}
		if len(f) > 1 {
			text(i, "spdxDocument", f[1])
		}
		if len(f) > 2 {
			alg, sum, _ := strings.Cut(strings.Join(f[2:], ""), ":")
			s := p.t.Add(i, Node{Kind: Object, Key: "checksum", Line: l})
			text(s, "algorithm", alg)
			text(s, "checksumValue", sum)
		}
	case "bytes", "lines":
		from, upto, _ := strings.Cut(value, ":")
		member := map[string]string{"bytes": "offset", "lines": "lineNumber"}[d.how]
		r := p.t.Add(to, Node{Kind: Object, Line: l})
		for _, e := range []struct{ key, n string }{{"startPointer", from}, {"endPointer", upto}} {
			i := p.t.Add(r, Node{Kind: Object, Key: e.key, Line: l})
			text(i, "reference", p.t.Text(of, "snippetFromFile"))
			n := Node{Kind: Number, Key: member, Text: strings.TrimSpace(e.n), Line: l}
			if !xsdInteger.MatchString(n.Text) {
				n.Kind = String
			}
			p.t.Add(i, n)
		}
	case "relationship":
		f := strings.Fields(value)
		for i, k := range []string{"spdxElementId", "relationshipType", "relatedSpdxElement"} {
			if i < len(f) {
				text(of, k, f[i])
			}
		}
		if len(f) > 3 {
			p.fail(line, "relationship", "more than two elements and a type")
		}
	}
}
