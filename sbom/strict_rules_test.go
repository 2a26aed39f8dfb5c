package sbom_test

import (
	"strings"
	"testing"
)

const validSPDX2 = `{"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "a",
"documentNamespace": "https://example.com/a", "creationInfo": {"created": "2026-01-01T00:00:00Z", "creators": ["Tool: x-1", "Organization: Example Ltd"]},
"externalDocumentRefs": [{"externalDocumentId": "DocumentRef-o", "spdxDocument": "https://example.com/o", "checksum": {"algorithm": "SHA1", "checksumValue": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}}],
"packages": [{"name": "p", "SPDXID": "SPDXRef-p", "downloadLocation": "git+https://example.com/p.git@v1", "filesAnalyzed": false, "supplier": "NOASSERTION",
 "primaryPackagePurpose": "LIBRARY", "licenseDeclared": "MIT OR LicenseRef-own", "checksums": [{"algorithm": "SHA256", "checksumValue": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}],
 "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/p@1"},
  {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*"}]}],
"files": [{"fileName": "./f", "SPDXID": "SPDXRef-f", "fileTypes": ["SOURCE"], "checksums": [{"algorithm": "SHA1", "checksumValue": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}]}],
"snippets": [{"SPDXID": "SPDXRef-s", "snippetFromFile": "SPDXRef-f", "ranges": [{"startPointer": {"reference": "SPDXRef-f", "offset": 1}, "endPointer": {"reference": "SPDXRef-f", "offset": 2}}]}],
"hasExtractedLicensingInfos": [{"licenseId": "LicenseRef-own", "extractedText": "Own."}],
"annotations": [{"annotator": "Tool: x-1", "annotationDate": "2026-01-01T00:00:00Z", "annotationType": "OTHER", "comment": "c"}],
"relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-p"},
 {"spdxElementId": "SPDXRef-p", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "DocumentRef-o:SPDXRef-q"},
 {"spdxElementId": "SPDXRef-p", "relationshipType": "CONTAINS", "relatedSpdxElement": "NONE"}]}`

const validSPDX3 = `{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [
{"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2026-01-01T00:00:00Z", "createdBy": ["https://example.com/a#org"]},
{"type": "Organization", "spdxId": "https://example.com/a#org", "creationInfo": "_:c", "name": "Example Ltd"},
{"type": "SpdxDocument", "spdxId": "https://example.com/a#doc", "creationInfo": "_:c", "rootElement": ["https://example.com/a#p"], "profileConformance": ["core", "software"]},
{"type": "software_Package", "spdxId": "https://example.com/a#p", "creationInfo": "_:c", "name": "p", "software_primaryPurpose": "library",
 "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": "00"}], "suppliedBy": "https://example.com/a#org"},
{"type": "Relationship", "spdxId": "https://example.com/a#r", "creationInfo": "_:c", "from": "https://example.com/a#p", "to": ["https://example.com/a#q"], "relationshipType": "dependsOn"}]}`

// TestSPDXRules breaks one rule at a time of a valid document.
func TestSPDXRules(t *testing.T) {
	for _, doc := range []string{validSPDX2, validSPDX3} {
		if found := failures(validate(t, []byte(doc))); len(found) > 0 {
			t.Fatalf("the valid document is refused: %q", found)
		}
	}
	for _, c := range []struct{ doc, from, to, kind, has string }{
		{validSPDX2, `"dataLicense": "CC0-1.0", `, ``, "required", "6.2"},
		{validSPDX2, `"CC0-1.0"`, `"MIT"`, "enum", "/dataLicense"},
		{validSPDX2, `"SPDXRef-DOCUMENT", "name"`, `"SPDXRef-Doc", "name"`, "id", "6.3"},
		{validSPDX2, `, "name": "a"`, ``, "required", "6.4"},
		{validSPDX2, `"https://example.com/a"`, `"https://example.com/a#b"`, "uri", "6.5"},
		{validSPDX2, `DocumentRef-o", "spdx`, `Document-o", "spdx`, "id", "6.6"},
		{validSPDX2, `DocumentRef-o:SPDXRef-q`, `DocumentRef-z:SPDXRef-q`, "reference", "DocumentRef-z"},
		{validSPDX2, `["Tool: x-1", "Organization: Example Ltd"]`, `[]`, "cardinality", "6.8"},
		{validSPDX2, `"Tool: x-1", "Org`, `"x-1", "Org`, "agent", "/creationInfo/creators/0"},
		{validSPDX2, `"created": "2026-01-01T00:00:00Z"`, `"created": "2026-02-30T00:00:00Z"`, "time", "6.9"},
		{validSPDX2, `{"name": "p", `, `{`, "required", "7.1"},
		{validSPDX2, `"SPDXRef-p", "down`, `"SPDXRef-p_1", "down`, "id", "7.2"},
		{validSPDX2, `"supplier": "NOASSERTION"`, `"supplier": "Example"`, "agent", "7.5"},
		{validSPDX2, `"git+https://example.com/p.git@v1"`, `"somewhere"`, "location", "7.7"},
		{validSPDX2, `"filesAnalyzed": false`, `"filesAnalyzed": "false"`, "type", "7.8"},
		{validSPDX2, `"filesAnalyzed": false`, `"filesAnalyzed": false, "packageVerificationCode": {"packageVerificationCodeValue": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}`, "filesAnalyzed", "7.9"},
		{validSPDX2, `"SHA256", "checksumValue": "e3`, `"SHA256", "checksumValue": "`, "hex", "62 digits"},
		{validSPDX2, `"SHA256"`, `"SHA-256"`, "enum", "/packages/0/checksums/0/algorithm"},
		{validSPDX2, `"MIT OR LicenseRef-own"`, `"MIT or LicenseRef-own"`, "license", "7.15"},
		{validSPDX2, `"MIT OR LicenseRef-own"`, `"LicenseRef-other"`, "reference", "10.1"},
		{validSPDX2, `"PACKAGE-MANAGER"`, `"PACKAGES"`, "enum", "7.21"},
		{validSPDX2, `pkg:npm/p@1`, `npm/p@1`, "purl", "F.3.5"},
		{validSPDX2, `cpe:2.3:a:v:p:1:`, `cpe:2.3:a:v:p:`, "cpe", "F.2.2"},
		{validSPDX2, `"LIBRARY"`, `"BOOK"`, "enum", "7.24"},
		{validSPDX2, `"fileName": "./f", `, ``, "required", "8.1"},
		{validSPDX2, `["SOURCE"]`, `["CODE"]`, "enum", "8.3"},
		{validSPDX2, `["SOURCE"], "checksums": [{"algorithm": "SHA1"`, `["SOURCE"], "checksums": [{"algorithm": "MD6"`, "required", "no SHA1"},
		{validSPDX2, `"snippetFromFile": "SPDXRef-f"`, `"snippetFromFile": "SPDXRef-none"`, "reference", "9.2"},
		{validSPDX2, `"licenseId": "LicenseRef-own", `, ``, "required", "10.1"},
		{validSPDX2, `"DEPENDS_ON"`, `"NEEDS"`, "enum", "11.1"},
		{validSPDX2, `"relatedSpdxElement": "SPDXRef-p"`, `"relatedSpdxElement": "SPDXRef-none"`, "reference", "SPDXRef-none"},
		{validSPDX2, `"OTHER"`, `"NOTE"`, "enum", "12.3"},
		{validSPDX2, `"comment": "c"`, `"comments": "c"`, "unknown", "/annotations/0/comments"},
		{validSPDX2, `"SPDXRef-f", "fileTypes"`, `"SPDXRef-p", "fileTypes"`, "unique", "8.2"},
		{validSPDX2, `SPDX-2.3`, `SPDX-2.2`, "since", "/packages/0/primaryPackagePurpose"},
		{validSPDX2, `SPDX-2.3`, `SPDX-2.2`, "required", `"copyrightText" is missing [SPDX 2.2, 7.17]`},
		{validSPDX2, `SPDX-2.3`, `SPDX-2.9`, "version", "6.1"},

		{validSPDX3, `"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", `, ``, "required", `"@context"`},
		{validSPDX3, `"specVersion": "3.0.1", `, ``, "required", `"specVersion"`},
		{validSPDX3, `"3.0.1", "cre`, `"3.0", "cre`, "SemVer", "/@graph/0/specVersion"},
		{validSPDX3, `"2026-01-01T00:00:00Z"`, `"2026-01-01T00:00:00+01:00"`, "DateTime", "/@graph/0/created"},
		{validSPDX3, `"creationInfo": "_:c", "name": "Example`, `"name": "Example`, "required", `"creationInfo"`},
		{validSPDX3, `"creationInfo": "_:c", "name": "Example`, `"creationInfo": "_:d", "name": "Example`, "reference", "_:d"},
		{validSPDX3, `"type": "Organization"`, `"type": "Company"`, "class", "Company"},
		{validSPDX3, `"type": "Organization"`, `"type": "Artifact"`, "class", "abstract"},
		{validSPDX3, `"library"`, `"book"`, "vocabulary", "software_primaryPurpose"},
		{validSPDX3, `"name": "p", `, ``, "required", `"name"`},
		{validSPDX3, `"software_primaryPurpose"`, `"primaryPurpose"`, "unknown", "primaryPurpose"},
		{validSPDX3, `"hashValue": "00"`, `"hashValue": 0`, "type", "hashValue"},
		{validSPDX3, `"suppliedBy": "https://example.com/a#org"`, `"suppliedBy": "https://example.com/a#r"`, "class", "Relationship"},
		{validSPDX3, `"suppliedBy": "https://example.com/a#org"`, `"suppliedBy": ["https://example.com/a#org"]`, "maxCount", "suppliedBy"},
		{validSPDX3, `"to": ["https://example.com/a#q"]`, `"to": []`, "minCount", "/to"},
		{validSPDX3, `"type": "Hash"`, `"type": "Agent"`, "class", "IntegrityMethod"},
		{validSPDX3, `a#r", "c`, `a#p", "c`, "unique", "/@graph/4"},
	} {
		if strings.Count(c.doc, c.from) == 0 {
			t.Fatalf("%q is not in the document", c.from)
		}
		found := failures(validate(t, []byte(strings.Replace(c.doc, c.from, c.to, 1))))
		ok := false
		for _, f := range found {
			ok = ok || strings.HasPrefix(f, c.kind+" ") && strings.Contains(f, c.has)
		}
		if !ok {
			t.Errorf("%s -> %s: want %s %q, found %q", c.from, c.to, c.kind, c.has, found)
		}
	}
}

// TestViolationsAboutPersons checks that no value is quoted that may be a
// person's.
func TestViolationsAboutPersons(t *testing.T) {
	for _, doc := range []string{
		strings.Replace(validSPDX2, `"Tool: x-1", "Org`, `"Jo Doe <jo.doe@example.com>", "Org`, 1),
		`{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"authors": [{"name": 7, "email": "jo.doe"}]},
		  "components": [{"type": "library", "name": "a", "author": ["Jo Doe"], "supplier": {"contact": [{"email": "jo.doe@"}]}}]}`,
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><metadata><authors><author><email>jo.doe</email><x>Jo Doe</x></author></authors></metadata></bom>`,
	} {
		found := validate(t, []byte(doc))
		if found[0].Valid() {
			t.Errorf("accepted: %s", doc)
		}
		for _, v := range found[0].Violations {
			if s := strings.ToLower(v.String() + v.Value); strings.Contains(s, "doe") {
				t.Errorf("%s: %s", v.Kind, s)
			}
			if v.Class == "" || v.Severity == "" {
				t.Errorf("%+v has no class or severity", v)
			}
		}
	}
}
