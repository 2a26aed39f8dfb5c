package sbom_test

import (
	"strings"
	"testing"
)

// TestMisplacedTags reads tags that the specification does not know, or that
// stand where nothing is open to which they belong. Each is told with its line,
// and what stands around it is read.
func TestMisplacedTags(t *testing.T) {
	const start = "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\n"
	const pkg = "PackageName: a\nSPDXID: SPDXRef-a\nPackageSupplier: Organization: Acme Ltd\n"
	for name, c := range map[string]struct{ text, want string }{
		"unknown":                    {start + "PackageVendor: x\n" + pkg, "unknown-tag warning line 3"},
		"unknown in a package":       {start + pkg + "PackageVendor: x\nPackageVersion: 1\n", "unknown-tag warning line 6"},
		"unknown over several lines": {start + pkg + "Vendor: <text>x\ny</text>\nPackageVersion: 1\n", "unknown-tag warning line 6"},
		"supplier before a package":  {start + "PackageSupplier: Organization: X\n" + pkg, "stray-tag error line 3"},
		"purl before a package":      {start + "ExternalRef: PACKAGE-MANAGER purl pkg:npm/x@1\n" + pkg, "stray-tag error line 3"},
		"checksum behind a file":     {start + pkg + "FileName: f\nPackageChecksum: SHA1: 00\n", "stray-tag error line 7"},
		"copyright before a package": {start + "PackageCopyrightText: NONE\n" + pkg, "stray-tag warning line 3"},
		"file's, in a package":       {start + pkg + "FileChecksum: SHA1: 00\n", "stray-tag warning line 6"},
		"file's, in the next package": {start + "FileName: f\nSPDXID: SPDXRef-f\nFileType: SOURCE\n" + pkg + "FileType: SOURCE\n",
			"stray-tag warning line 9"},
		"licence's, in a package":           {start + pkg + "ExtractedText: x\n", "stray-tag warning line 6"},
		"comment without relationship":      {start + pkg + "RelationshipComment: x\n", "stray-tag warning line 6"},
		"comment of no reference":           {start + pkg + "ExternalRefComment: x\n", "stray-tag warning line 6"},
		"annotation without annotator":      {start + pkg + "AnnotationType: REVIEW\n", "stray-tag warning line 6"},
		"review without reviewer":           {start + pkg + "ReviewComment: x\n", "stray-tag warning line 6"},
		"document's, behind a package":      {start + pkg + "Creator: Tool: x\n", "stray-tag warning line 6"},
		"version twice":                     {start + "SPDXVersion: SPDX-2.3\n" + pkg, "duplicate-member error line 3"},
		"another document without its name": {start + "ExternalDocumentRef: DocumentRef-x\n" + pkg, "bad-external-document error line 3"},

		"all in place": {start + "DataLicense: CC0-1.0\nCreator: Tool: x\nCreator: Tool: y\nCreated: 2026-01-01T00:00:00Z\n" + pkg +
			"PackageCopyrightText: NONE\nExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1\nExternalRefComment: x\n" +
			"Annotator: Tool: x\nAnnotationDate: 2026-01-01T00:00:00Z\nAnnotationType: OTHER\nSPDXREF: SPDXRef-a\nAnnotationComment: x\n" +
			"SnippetSPDXID: SPDXRef-s\nSnippetFromFileSPDXID: SPDXRef-f\nSnippetByteRange: 1:2\nPackageVersion: 1\n" +
			"FileName: f\nSPDXID: SPDXRef-f\nFileType: SOURCE\nArtifactOfProjectName: x\nSnippetSPDXID: SPDXRef-r\nSnippetComment: x\nFileComment: x\n" +
			"LicenseID: LicenseRef-x\nExtractedText: <text>x\ny</text>\nLicenseName: x\nReviewer: Tool: x\nReviewDate: 2026-01-01T00:00:00Z\n" +
			"Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a\nRelationshipComment: x\n", ""},
		// What a writer spells its own way is read all the same.
		"other case": {start + strings.Replace(pkg, "PackageSupplier", "packageSupplier", 1) + "packagecopyrighttext: NONE\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := read(t, c.text)
			checkDocument(t, d)
			var got []string
			for _, p := range d.Problems {
				got = append(got, p.Kind+" "+string(p.Severity)+" "+p.Place)
			}
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("problems %q, want %q\n%+v", s, c.want, d.Problems)
			}
			all := d.Components
			if d.Subject != nil {
				all = append(all, d.Subject)
			}
			if len(all) != 1 || all[0].Name != "a" || !strings.Contains(claims(all[0]), "Acme Ltd") {
				t.Errorf("components %+v", all)
			}
		})
	}
}

// Thousands of them are counted and not listed.
func TestManyMisplacedTags(t *testing.T) {
	d := read(t, "SPDXVersion: SPDX-2.3\n"+strings.Repeat("NoTag: x\nPackageSupplier: Organization: X\n", 5000)+"PackageName: a\n")
	if n := len(d.Problems); n < 200 || n > 210 {
		t.Errorf("%d problems", n)
	}
	more := 0
	for _, p := range d.Problems {
		if strings.Contains(p.Message, "4900 more") {
			more++
		}
	}
	if more != 2 {
		t.Errorf("the rest is not counted: %+v", d.Problems[max(0, len(d.Problems)-4):])
	}
	if len(d.Components) != 1 {
		t.Errorf("components %+v", d.Components)
	}
}
