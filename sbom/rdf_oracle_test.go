package sbom_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	spdxjson "github.com/spdx/tools-golang/json"
	spdxrdf "github.com/spdx/tools-golang/rdf"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/tagvalue"
	"github.com/touchmark-dev/touchmark/sbom"
	"go.yaml.in/yaml/v4"
)

// The readers of RDF/XML and YAML are held against the reader of RDF of
// tools-golang and against the same content in another encoding.

// rdfOf writes a document as RDF/XML, with the properties of SPDX's ontology
// (https://spdx.org/rdf/terms/) that say who stands behind a package, and what
// it is related to. It knows nothing of the reader.
func rdfOf(doc *spdx.Document, nested bool) string {
	var b strings.Builder
	esc := func(s string) string {
		var e bytes.Buffer
		_ = xml.EscapeText(&e, []byte(s))
		return e.String()
	}
	text := func(name, s string) {
		if s != "" {
			fmt.Fprintf(&b, "<%s>%s</%s>\n", name, esc(s), name)
		}
	}
	resource := func(name, iri string) { fmt.Fprintf(&b, "<%s rdf:resource=%q/>\n", name, esc(iri)) }
	ns := doc.DocumentNamespace
	if ns == "" {
		ns = "https://example.com/document"
	}
	iri := func(id string) string { return ns + "#SPDXRef-" + strings.TrimPrefix(id, "SPDXRef-") }
	license := func(name, s string) {
		one := func(name, s string) {
			switch {
			case s == "NOASSERTION" || s == "NONE":
				resource(name, "http://spdx.org/rdf/terms#"+strings.ToLower(s))
			case strings.HasPrefix(s, "LicenseRef-"):
				resource(name, ns+"#"+s)
			default:
				resource(name, "http://spdx.org/licenses/"+s)
			}
		}
		parts, class := licenseParts(s)
		switch {
		case s == "":
		case class == "":
			one(name, parts[0])
		default:
			fmt.Fprintf(&b, "<%s><%s>\n", name, class)
			for _, p := range parts {
				one("member", p)
			}
			fmt.Fprintf(&b, "</%s></%s>\n", class, name)
		}
	}
	relations := map[string][]*spdx.Relationship{}
	for _, r := range doc.Relationships {
		if r.RefA.DocumentRefID == "" && r.RefB.DocumentRefID == "" && r.RefB.SpecialID == "" {
			from := string(r.RefA.ElementRefID)
			relations[from] = append(relations[from], r)
		}
	}
	related := func(id string) {
		for _, r := range relations[id] {
			b.WriteString("<relationship><Relationship>\n")
			camel, up := "", false
			for _, c := range strings.ToLower(r.Relationship) {
				switch {
				case c == '_':
					up = true
				case up:
					camel, up = camel+string(unicode.ToUpper(c)), false
				default:
					camel += string(c)
				}
			}
			resource("relationshipType", "http://spdx.org/rdf/terms#relationshipType_"+camel)
			resource("relatedSpdxElement", iri(string(r.RefB.ElementRefID)))
			b.WriteString("</Relationship></relationship>\n")
		}
	}
	b.WriteString("<?xml version=\"1.0\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" " +
		"xmlns:doap=\"http://usefulinc.com/ns/doap#\" xmlns=\"http://spdx.org/rdf/terms#\">\n")
	fmt.Fprintf(&b, "<SpdxDocument rdf:about=%q>\n", iri("DOCUMENT"))
	text("specVersion", doc.SPDXVersion)
	resource("dataLicense", "http://spdx.org/licenses/CC0-1.0")
	text("name", doc.DocumentName)
	b.WriteString("<creationInfo><CreationInfo>\n")
	if c := doc.CreationInfo; c != nil {
		text("created", c.Created)
		for _, who := range c.Creators {
			text("creator", who.CreatorType+": "+who.Creator)
		}
	}
	b.WriteString("</CreationInfo></creationInfo>\n")
	related("DOCUMENT")
	pkg := func(p *spdx.Package) {
		id := string(p.PackageSPDXIdentifier)
		fmt.Fprintf(&b, "<Package rdf:about=%q>\n", iri(id))
		text("name", p.PackageName)
		text("versionInfo", p.PackageVersion)
		if s := p.PackageSupplier; s != nil {
			if s.SupplierType != "" {
				text("supplier", s.SupplierType+": "+s.Supplier)
			} else {
				text("supplier", s.Supplier)
			}
		}
		if s := p.PackageOriginator; s != nil {
			if s.OriginatorType != "" {
				text("originator", s.OriginatorType+": "+s.Originator)
			} else {
				text("originator", s.Originator)
			}
		}
		switch s := p.PackageDownloadLocation; s {
		case "NOASSERTION", "NONE":
			resource("downloadLocation", "http://spdx.org/rdf/terms#"+strings.ToLower(s))
		default:
			text("downloadLocation", s)
		}
		text("doap:homepage", p.PackageHomePage)
		license("licenseConcluded", p.PackageLicenseConcluded)
		license("licenseDeclared", p.PackageLicenseDeclared)
		if p.PrimaryPackagePurpose != "" {
			resource("primaryPackagePurpose", "http://spdx.org/rdf/terms#purpose_"+strings.ReplaceAll(strings.ToLower(p.PrimaryPackagePurpose), "-", "_"))
		}
		text("releaseDate", p.ReleaseDate)
		text("summary", p.PackageSummary)
		text("description", p.PackageDescription)
		for _, c := range p.PackageChecksums {
			b.WriteString("<checksum><Checksum>\n")
			resource("algorithm", "http://spdx.org/rdf/terms#checksumAlgorithm_"+strings.ToLower(string(c.Algorithm)))
			text("checksumValue", c.Value)
			b.WriteString("</Checksum></checksum>\n")
		}
		for _, r := range p.PackageExternalReferences {
			b.WriteString("<externalRef><ExternalRef>\n")
			category := map[string]string{"SECURITY": "security", "OTHER": "other"}[r.Category]
			if strings.HasPrefix(r.Category, "PACKAGE") {
				category = "packageManager"
			}
			resource("referenceCategory", "http://spdx.org/rdf/terms#referenceCategory_"+category)
			resource("referenceType", "http://spdx.org/rdf/references/"+r.RefType[strings.LastIndexByte(r.RefType, '/')+1:])
			text("referenceLocator", r.Locator)
			b.WriteString("</ExternalRef></externalRef>\n")
		}
		related(id)
		b.WriteString("</Package>\n")
	}
	if nested {
		for _, p := range doc.Packages {
			b.WriteString("<describesPackage>\n")
			pkg(p)
			b.WriteString("</describesPackage>\n")
		}
	}
	b.WriteString("</SpdxDocument>\n")
	if !nested {
		for _, p := range doc.Packages {
			pkg(p)
		}
	}
	b.WriteString("</rdf:RDF>\n")
	return b.String()
}

// licenseParts takes an expression of one operator apart. For others, which
// need sets in sets, parts is empty.
func licenseParts(s string) (parts []string, class string) {
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") && strings.Count(s, "(") == 1 {
		s = s[1 : len(s)-1]
	}
	if parts = strings.Split(s, " OR "); len(parts) > 1 {
		class = "DisjunctiveLicenseSet"
	} else if parts = strings.Split(s, " AND "); len(parts) > 1 {
		class = "ConjunctiveLicenseSet"
	}
	for _, p := range parts {
		if strings.ContainsAny(p, " ()+/:") {
			return nil, ""
		}
	}
	return parts, class
}

// twinFacts renders what two encodings of one document must agree on.
func twinFacts(doc *sbom.Document) []string {
	known := map[string]bool{}
	var out []string
	one := func(c *sbom.Component) {
		known[c.Ref] = true
		say := func(what string, args ...any) {
			out = append(out, c.Ref+" "+what+" "+strings.TrimSuffix(fmt.Sprintln(args...), "\n"))
		}
		say("component", c.Name, c.Version, c.Type)
		for _, p := range c.Parties {
			say("party", p.Name, p.Kind, p.Role)
		}
		for _, h := range c.Hashes {
			say("hash", h.Algorithm, h.Value)
		}
		for _, l := range c.Licenses {
			say("licence", strings.Trim(l, "()"))
		}
		for _, l := range c.Links {
			// Types of links are called as the encoding calls the field.
			switch l.Type {
			case "PackageHomePage":
				l.Type = "homepage"
			case "PackageDownloadLocation":
				l.Type = "downloadLocation"
			}
			say("link", l.Type, l.URL)
		}
		for _, cl := range c.Claims {
			say("claim", cl.Kind, cl.Value, cl.Role, cl.By)
		}
	}
	if doc.Subject != nil {
		one(doc.Subject)
	}
	for i := range doc.Components {
		one(doc.Components[i])
	}
	for _, r := range doc.Relationships {
		if known[r.From] && known[r.To] {
			out = append(out, fmt.Sprintln("relationship", r.From, r.Type, r.To))
		}
	}
	for _, p := range doc.Suppliers {
		out = append(out, fmt.Sprintln("document's", p.Name, p.Kind, p.Role))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// libraryFacts renders of a document that tools-golang read what ourFacts
// renders of one that we read.
func libraryFacts(doc *spdx.Document) []string {
	known := map[string]bool{}
	var out []string
	for _, p := range doc.Packages {
		id := "SPDXRef-" + strings.TrimPrefix(string(p.PackageSPDXIdentifier), "SPDXRef-")
		known[id] = true
		out = append(out, fmt.Sprintln("component", id, strings.TrimSpace(p.PackageName), strings.TrimSpace(p.PackageVersion)))
		if s := p.PackageSupplier; s != nil && s.SupplierType == "Organization" && !nobody(s.Supplier) {
			out = append(out, fmt.Sprintln("supplier", id, organization(s.Supplier)))
		}
		if s := p.PackageOriginator; s != nil && s.OriginatorType == "Organization" && !nobody(s.Originator) {
			out = append(out, fmt.Sprintln("originator", id, organization(s.Originator)))
		}
		for _, c := range p.PackageChecksums {
			out = append(out, fmt.Sprintln("checksum", id, strings.ReplaceAll(string(c.Algorithm), "-", ""), strings.ToLower(c.Value)))
		}
	}
	for _, r := range doc.Relationships {
		if r.RefA.DocumentRefID != "" || r.RefB.DocumentRefID != "" {
			continue
		}
		from, to := "SPDXRef-"+string(r.RefA.ElementRefID), "SPDXRef-"+string(r.RefB.ElementRefID)
		// Its reader of RDF loses where the words of a type begin.
		typ := strings.ReplaceAll(strings.ToLower(r.Relationship), "_", "")
		switch typ {
		case "containedby":
			from, typ, to = to, "contains", from
		case "dependencyof":
			from, typ, to = to, "dependson", from
		}
		if known[from] && known[to] && from != to {
			out = append(out, fmt.Sprintln("relationship", from, typ, to))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// nobody reports the names of suppliers of the corpus that stand for none.
func nobody(s string) bool { return strings.EqualFold(s, "unknown") || s == "NOASSERTION" || s == "" }

// organization returns a name without the mail address behind it.
func organization(s string) string {
	s, _, _ = strings.Cut(s, "(")
	return strings.TrimSpace(s)
}

func ourFacts(doc *sbom.Document) []string {
	known := map[string]bool{}
	var out []string
	one := func(c *sbom.Component) {
		known[c.Ref] = true
		out = append(out, fmt.Sprintln("component", c.Ref, c.Name, c.Version))
		for _, p := range c.Parties {
			if p.Kind != sbom.Organization || p.Name == "" {
				continue
			}
			switch p.Role {
			case sbom.Supplier:
				out = append(out, fmt.Sprintln("supplier", c.Ref, organization(p.Name)))
			case sbom.Developer:
				out = append(out, fmt.Sprintln("originator", c.Ref, organization(p.Name)))
			}
		}
		for _, h := range c.Hashes {
			out = append(out, fmt.Sprintln("checksum", c.Ref, strings.ReplaceAll(h.Algorithm, "-", ""), h.Value))
		}
	}
	if doc.Subject != nil {
		one(doc.Subject)
	}
	for i := range doc.Components {
		one(doc.Components[i])
	}
	for _, r := range doc.Relationships {
		if known[r.From] && known[r.To] && r.From != r.To {
			out = append(out, fmt.Sprintln("relationship", r.From, strings.ReplaceAll(string(r.Type), "-", ""), r.To))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// lineDiff returns what stands in one of two sorted lists alone.
func lineDiff(want, got []string) string {
	var b strings.Builder
	n := 0
	only := func(sign string, of, in []string) {
		for _, l := range of {
			if _, ok := slices.BinarySearch(in, l); !ok {
				if n++; n <= 40 {
					fmt.Fprintf(&b, "%s %q\n", sign, l)
				}
			}
		}
	}
	only("-", want, got)
	only("+", got, want)
	return b.String()
}

func mustRead(t *testing.T, data []byte) *sbom.Document {
	t.Helper()
	doc, err := sbom.Read(context.Background(), bytes.NewReader(data), nil)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// rdfWithoutID has one package, which is a node without a name; the library
// leaves it out.
const rdfWithoutID = "missing_unique_identifiers/SPDXRdfExample-v2.3.spdx.rdf.xml"

// TestRDFOracle reads RDF/XML with our reader and with that of tools-golang:
// the corpus's documents where the library reads them, and those of the corpus
// in JSON and tag-value written as RDF, which must say what they said before.
func TestRDFOracle(t *testing.T) {
	dir, rows := manifest(t)
	real, library, twins := 0, 0, 0
	for _, row := range rows {
		if row.format != "spdx" || row.encoding != "rdf-xml" && (row.encoding != "json" && row.encoding != "tag-value" || row.components > 300) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, row.path))
		if err != nil {
			t.Fatal(err)
		}
		var source *spdx.Document
		switch row.encoding {
		case "json":
			source, err = spdxjson.Read(bytes.NewReader(data))
		case "tag-value":
			source, err = tagvalue.Read(bytes.NewReader(data))
		}
		if err != nil || source != nil && len(source.Packages) == 0 {
			continue // what the library does not read, it cannot write
		}
		if source != nil && bytes.Contains(data, []byte(`\u002B`)) {
			continue // the library leaves escapes of JSON in identifiers as they stand
		}
		t.Run(row.path, func(t *testing.T) {
			written := data
			if source != nil {
				// What the other encoding cannot say, or rdfOf does not write.
				source.Packages = slices.DeleteFunc(source.Packages, func(p *spdx.Package) bool { return p == nil })
				for _, p := range source.Packages {
					for _, l := range []*string{&p.PackageLicenseConcluded, &p.PackageLicenseDeclared} {
						if parts, _ := licenseParts(*l); parts == nil {
							*l = ""
						}
					}
				}
				// Through the library, so that what it drops is no difference.
				var buf bytes.Buffer
				if err := spdxjson.Write(source, &buf); err != nil {
					t.Skip(err) // it reads an empty originator and does not write it
				}
				want := twinFacts(mustRead(t, buf.Bytes()))
				for _, nested := range []bool{false, true} {
					written = []byte(rdfOf(source, nested))
					if d := lineDiff(want, twinFacts(mustRead(t, written))); d != "" {
						t.Errorf("nested %v (-JSON +RDF):\n%s", nested, d)
					}
				}
				twins++
			}
			got := mustRead(t, written)
			if got.Source.Encoding != "rdf" {
				t.Fatalf("read as %s", got.Source.Encoding)
			}
			theirs, err := spdxrdf.Read(bytes.NewReader(written))
			if err != nil {
				t.Logf("tools-golang: %v", err)
				return
			}
			library++
			if source == nil {
				real++
			}
			if d := lineDiff(libraryFacts(theirs), ourFacts(got)); d != "" && !strings.HasSuffix(row.path, rdfWithoutID) {
				t.Errorf("(-library +ours):\n%s", d)
			}
		})
	}
	t.Logf("%d documents read by the library too, %d of them the corpus's own; %d compared with their JSON", library, real, twins)
	if library < 20 || twins < 40 {
		t.Errorf("only %d and %d documents compared", library, twins)
	}
}

// TestRDFLiterals keeps words that only a resource says in another sense.
func TestRDFLiterals(t *testing.T) {
	doc := mustRead(t, []byte(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#">
<Package rdf:about="http://x.example/d#SPDXRef-a"><name>example.com/none</name><versionInfo>none</versionInfo>
<supplier rdf:resource="http://spdx.org/rdf/terms#noassertion"/></Package></rdf:RDF>`))
	if c := doc.Components[0]; c.Name != "example.com/none" || c.Version != "none" || len(c.Parties) != 0 {
		t.Errorf("%+v", c)
	}
}

func hasKind(doc *sbom.Document, kind string) bool {
	return slices.ContainsFunc(doc.Problems, func(p sbom.Problem) bool { return p.Kind == kind })
}

// TestYAMLTwins reads documents of the corpus in JSON, written as YAML, and
// compares all that was read.
func TestYAMLTwins(t *testing.T) {
	dir, rows := manifest(t)
	compared := 0
	for _, row := range rows {
		if row.encoding != "json" || row.components > 300 {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, row.path))
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if json.Unmarshal(data, &v) != nil {
			continue
		}
		if m, ok := v.(map[string]any); !ok || m["bomFormat"] == nil && m["spdxVersion"] == nil {
			continue
		}
		written, err := yaml.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(row.path, func(t *testing.T) {
			want, err := sbom.Read(context.Background(), bytes.NewReader(data), nil)
			if err != nil {
				t.Skip(err)
			}
			if hasKind(want, "duplicate-ref") {
				t.Skip("which of two is the second is a matter of the order of members, which is another here")
			}
			got := mustRead(t, written)
			if got.Source.Encoding != "yaml" {
				t.Fatalf("read as %s", got.Source.Encoding)
			}
			if d := lineDiff(twinFacts(want), twinFacts(got)); d != "" {
				t.Errorf("(-JSON +YAML):\n%s", d)
			}
			compared++
		})
	}
	t.Logf("%d documents compared", compared)
	if compared < 100 {
		t.Errorf("only %d documents compared", compared)
	}
}

// TestSampleTwins reads the example of the specification in each encoding, as
// tools-golang ships it.
func TestSampleTwins(t *testing.T) {
	samples := filepath.Join(moduleDir(t, "github.com/spdx/tools-golang"), "examples", "sample-docs")
	for version, names := range map[string][]string{
		"2.2": {"json/SPDXJSONExample-v2.2.spdx.json", "yaml/SPDXYAMLExample-2.2.spdx.yaml", "xml/SPDXXMLExample-v2.2.spdx.xml", "tv/SPDXTagExample-v2.2.spdx", "rdf/SPDXRdfExample-v2.2.spdx.rdf"},
		"2.3": {"json/SPDXJSONExample-v2.3.spdx.json", "yaml/SPDXYAMLExample-2.3.spdx.yaml", "tv/SPDXTagExample-v2.3.spdx"},
	} {
		var want []string
		for i, name := range names {
			data, err := os.ReadFile(filepath.Join(samples, name))
			if err != nil {
				t.Fatal(err)
			}
			doc := mustRead(t, data)
			got := twinFacts(doc)
			if i == 0 {
				want = got
				continue
			}
			diff := strings.Split(strings.TrimSuffix(lineDiff(want, got), "\n"), "\n")
			differ := sampleDiffers[name]
			diff = slices.DeleteFunc(diff, func(l string) bool {
				return l == "" || slices.ContainsFunc(differ, func(d string) bool { return strings.Contains(l, d) })
			})
			if len(diff) > 0 {
				t.Errorf("%s, %s against JSON:\n%s", version, name, strings.Join(diff, "\n"))
			}
		}
	}
}

// sampleDiffers are what these editions of the example say otherwise, or not.
var sampleDiffers = map[string][]string{
	"rdf/SPDXRdfExample-v2.2.spdx.rdf": {"fromDoap"},
}
