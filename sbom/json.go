package sbom

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// A jsonReader reads JSON into trees, one item at a time.
type jsonReader struct {
	*jsonScanner
	ctx context.Context
	b   *builder
	t   tree
	unq []byte // for texts with escapes

	words [256]string // those of texts that recur that came last

	held func([]byte) (string, bool) // of the builder

	recent [512]struct {
		asked string
		known *jsonName
	} // of known
}

// jsonWindow is the size of a scanner's window, and of its reads, for all but
// small documents.
const jsonWindow = 64 << 10

// maxWord is the length of the texts that are kept as words, in bytes.
const maxWord = 24

func newJSONReader(ctx context.Context, br *bufio.Reader, b *builder) *jsonReader {
	window := jsonWindow
	// What the source has at hand is all of a small document, or most.
	if n := br.Buffered(); n < window/2 {
		window = max(n, 64)
	}
	return &jsonReader{jsonScanner: newJSONScanner(br, window, b.limits.Value+1<<16), ctx: ctx, b: b, held: b.held}
}

// readJSON reads a document in JSON. What it is shows in the names of its
// members, which come in any order.
func readJSON(ctx context.Context, br *bufio.Reader, b *builder) error {
	j := newJSONReader(ctx, br, b)
	var f format
	err := j.document(&f, "")
	if f == nil {
		if err == nil || isSyntax(err) {
			if err != nil && !errors.Is(err, ErrFormat) {
				return fmt.Errorf("%w: JSON: %w", ErrFormat, err)
			}
			return ErrFormat
		}
		return err
	}
	if err != nil {
		if !isSyntax(err) {
			return err
		}
		b.clear()
		b.problem("broken-json", ProblemError, "offset "+strconv.FormatInt(j.offset(), 10),
			"the document breaks off: %v; what stands before is read", err)
	} else if err := j.trailing(); err != nil {
		return err
	}
	f.finish()
	return nil
}

func isSyntax(err error) bool {
	var s *jsonError
	return errors.As(err, &s) || isDamage(err)
}

// trailing looks for data after the document.
func (j *jsonReader) trailing() error {
	at := j.offset()
	if c := j.space(); c == 0 && j.i == j.n {
		if errors.Is(j.err, io.EOF) {
			return nil
		}
		if !isSyntax(j.err) {
			return j.err
		}
	}
	j.b.problem("trailing-data", ProblemError, "offset "+strconv.FormatInt(at, 10), "data after the end of the document; left out")
	return nil
}

// document reads one object into the format that it shows to be of, at place.
func (j *jsonReader) document(f *format, place string) error {
	if c := j.space(); c != '{' {
		if c == 0 {
			return j.bad("where a value belongs")
		}
		return ErrFormat
	}
	if err := j.open(); err != nil {
		return err
	}
	// Members that came before the format was known.
	type member struct {
		name string
		t    *tree
	}
	var early []member
	for first := true; ; first = false {
		if err := j.ctx.Err(); err != nil {
			return err
		}
		c, err := j.next(first, '}')
		if err != nil {
			return err
		}
		if c == 0 {
			if *f == nil {
				return ErrFormat
			}
			return nil
		}
		raw, marks, err := j.name()
		if err != nil {
			return err
		}
		name, known := j.rootName(raw, marks)
		if *f == nil {
			*f = recognize(j.b, name, "json")
			if *f != nil {
				for _, m := range early {
					if (*f).wants(m.name) != skip {
						(*f).accept(m.name, m.t.seal())
					}
				}
				early = nil
			}
		}
		if c, err = j.colon(); err != nil {
			return err
		}
		if *f == nil {
			if wrapper(name) && c == '{' {
				if err := j.document(f, place+"/"+escapePointer(name)); err != nil && !errors.Is(err, ErrFormat) {
					return err
				}
				continue
			}
			if known == nil {
				if err := j.skip(); err != nil {
					return err
				}
				continue
			}
			t := new(tree)
			t.reset(place + "/" + escapePointer(name))
			if err := j.value(t, 0, name, known, 0); err != nil {
				return err
			}
			if len(early) < 64 {
				early = append(early, member{name, t})
			}
			continue
		}
		if err := j.member(*f, name, known, place); err != nil {
			return err
		}
	}
}

// wrapper reports a member that some tools wrap a document in.
func wrapper(name string) bool {
	switch name {
	case "Document", "sbom", "SBOM", "bom", "predicate", "spdx", "Predicate", "Data":
		return true
	}
	return false
}

// recognize tells the format by a member that only one has.
func recognize(b *builder, name, encoding string) format {
	src := &b.doc.Source
	switch name {
	case "bomFormat", "components", "serialNumber", "dependencies", "specVersion", "metadata", "vulnerabilities":
		src.Kind, src.Encoding = SourceCycloneDX, encoding
		return &cyclonedx{b: b}
	case "@context", "@graph":
		src.Kind, src.Encoding = SourceSPDX, "json-ld"
		return newSPDX3(b)
	case "spdxVersion", "SPDXID", "packages", "documentNamespace", "dataLicense", "documentDescribes":
		src.Kind, src.Encoding = SourceSPDX, encoding
		return newSPDX2(b)
	case "artifacts", "artifactRelationships":
		src.Kind, src.Encoding = SourceSyft, encoding
		return &syft{b: b}
	}
	return nil
}

// member reads one member of a document's root, whose value begins here.
func (j *jsonReader) member(f format, name string, known *jsonName, place string) error {
	at := place + "/" + escapePointer(name)
	switch f.wants(name) {
	case skip:
		return j.skip()
	case whole:
		return j.item(f, name, known, at, 0)
	}
	switch c := j.space(); {
	case c == '[':
	case strings.IndexByte(`{"-0123456789tf`, c) < 0: // null, or no value
		return j.skip()
	default:
		j.b.problem("wrong-type", ProblemWarning, at, "%s is no list; read as its only item", name)
		return j.item(f, name, known, at, 0)
	}
	if err := j.open(); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if n&255 == 0 {
			if err := j.ctx.Err(); err != nil {
				return err
			}
		}
		if c, err := j.next(n == 0, ']'); c == 0 {
			return err
		}
		if err := j.item(f, name, known, at, n+1); err != nil {
			return err
		}
	}
}

// item reads a value of the root's, at place; n is which of a list there it is,
// from 1, or 0.
func (j *jsonReader) item(f format, name string, known *jsonName, place string, n int) error {
	j.t.reset(place)
	j.t.item = n
	if name == "dependencies" || name == "relationships" {
		j.t.ref = j.held
	}
	if err := j.value(&j.t, 0, name, known, 0); err != nil {
		return err
	}
	f.accept(name, j.t.seal())
	return nil
}

// rootName returns the name of a member of the root, and what is known of it:
// nil where no format looks at it.
func (j *jsonReader) rootName(raw []byte, marks textMarks) (string, *jsonName) {
	if n := j.known(raw, marks); n != nil {
		return n.name, n
	}
	if marks&escaped != 0 {
		raw = j.unquoted(raw)
	}
	return string(raw[:min(len(raw), 256)]), nil
}

// value reads the value that begins here into a tree. known is what is known of
// its name, or of that of the list that it is an item of.
func (j *jsonReader) value(t *tree, parent int32, name string, known *jsonName, depth int) error {
	if depth > j.b.limits.Depth {
		return limitError("JSON nested deeper than %d at offset %d", j.b.limits.Depth, j.offset())
	}
	switch c := j.space(); c {
	case '{':
		i, err := t.add(parent, name, group)
		if err != nil {
			return err
		}
		if err := j.open(); err != nil {
			return err
		}
		var seen [4]uint64 // which members may have been there
		for first := true; ; first = false {
			if c, err := j.next(first, '}'); c == 0 {
				return err
			}
			raw, marks, err := j.name()
			if err != nil {
				return err
			}
			n := j.known(raw, marks)
			if n == nil {
				if _, err := j.colon(); err != nil {
					return err
				}
				if err := j.skip(); err != nil {
					return err
				}
				continue
			}
			bit := uint64(1) << (n.id % 64)
			if seen[n.id/64]&bit != 0 && t.holds(i, n.name) {
				j.b.problem("duplicate-member", ProblemError, t.root(), "member %q is there twice; the last one counts", n.name)
			}
			seen[n.id/64] |= bit
			if _, err := j.colon(); err != nil {
				return err
			}
			if err := j.value(t, i, n.name, n, depth+1); err != nil {
				return err
			}
		}
	case '[':
		i, err := t.add(parent, name, list)
		if err != nil {
			return err
		}
		if err := j.open(); err != nil {
			return err
		}
		for first := true; ; first = false {
			if c, err := j.next(first, ']'); c == 0 {
				return err
			}
			if err := j.value(t, i, "", known, depth+1); err != nil {
				return err
			}
		}
	case '"':
		s, marks, err := j.quoted()
		if err != nil {
			return err
		}
		if len(s) > j.b.limits.Value {
			return limitError("a single JSON value of more than %d bytes at offset %d", j.b.limits.Value, j.offset())
		}
		if marks&escaped != 0 {
			s = j.unquoted(s)
		}
		i, err := t.add(parent, name, text)
		if err != nil {
			return err
		}
		if len(s) > maxText-t.size {
			return errItemSize
		}
		recurs := known != nil && (known.recurs || known.recursBelow && parent != 1)
		if !recurs || t.ref != nil || marks != 0 || len(s) == 0 || len(s) > maxWord {
			t.setPlain(i, s, marks == 0, recurs)
			return nil
		}
		// Types, algorithms, licences: the same few words for each component.
		word := &j.words[(int(known.id)*8+len(s)*5+int(s[0])+int(s[len(s)-1])*2)&(len(j.words)-1)]
		if *word == string(s) {
			t.size += len(s)
			t.nodes[i].text = *word
			return nil
		}
		t.setPlain(i, s, true, true)
		*word = t.nodes[i].text
		return nil
	default:
		s, kind, err := j.bare()
		if err != nil {
			return err
		}
		i, err := t.add(parent, name, kind)
		if err != nil || kind == null {
			return err
		}
		return t.setText(i, s)
	}
}

// unquoted returns the text of a string with escapes, which stands in the window.
func (j *jsonReader) unquoted(s []byte) []byte {
	// The quotes stand around it.
	from := j.last - len(s) - 2
	j.unq, _ = jsontext.AppendUnquote(j.unq[:0], j.buf[from:j.last])
	return j.unq
}

// A jsonName is the name of a member that a format looks at.
type jsonName struct {
	name string
	id   uint8 // of the name; the last ones share theirs
	// recurs says that texts of that name are often the same, recursBelow
	// that they are below the root of an item.
	recurs, recursBelow bool
}

// jsonNames has the names by how they are written.
var jsonNames = sync.OnceValue(func() map[string]*jsonName {
	m := map[string]*jsonName{}
	ids := map[string]*jsonName{}
	for written, name := range names() {
		n := ids[name]
		if n == nil {
			n = &jsonName{name: name, id: uint8(min(len(ids), 255)), recurs: recurs(name), recursBelow: name == "name"}
			ids[name] = n
		}
		m[written] = n
	}
	return m
})

// known returns the member of a name as it is written, nil where no format looks
// at it. It is asked for every member of a document, so what was asked before is
// found without hashing.
func (j *jsonReader) known(b []byte, marks textMarks) *jsonName {
	if len(b) == 0 {
		return nil
	}
	if marks&escaped != 0 {
		return jsonNames()[string(j.unquoted(b))]
	}
	at := &j.recent[(len(b)*37+int(b[0])*5+int(b[len(b)-1])*11+int(b[len(b)/2])*3)&(len(j.recent)-1)]
	if at.asked == string(b) {
		return at.known
	}
	n := jsonNames()[string(b)]
	switch {
	case n != nil && n.name == string(b):
		at.asked, at.known = n.name, n
	case at.asked == "" && len(b) <= 64:
		at.asked, at.known = string(b), n
	}
	return n
}

// names are the members and elements that a format looks at, below the root.
// All others are skipped where they stand, however large.
var names = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for _, list := range [][]string{
		{ // CycloneDX
			"bom-ref", "type", "group", "name", "version", "description", "scope", "purl", "cpe", "properties", "property", "value",
			"supplier", "manufacturer", "manufacture", "publisher", "author", "authors", "contact", "email", "url", "address",
			"country", "externalReferences", "reference", "hashes", "hash", "alg", "content", "licenses", "license", "id", "expression",
			"releaseNotes", "timestamp", "evidence", "identity", "field", "confidence", "methods", "method", "technique",
			"occurrences", "occurrence", "location", "offset", "additionalContext", "components", "component", "services",
			"service", "provider", "endpoints", "endpoint", "ref", "dependsOn", "provides", "dependency", "tools", "tool",
			"vendor", "supplier", "bomFormat", "specVersion", "serialNumber", "metadata", "dependencies", "$schema",
		},
		{ // SPDX 2
			"SPDXID", "versionInfo", "primaryPackagePurpose", "originator", "downloadLocation", "homepage", "checksums",
			"algorithm", "checksumValue", "licenseConcluded", "licenseDeclared", "summary", "externalRefs", "referenceType",
			"referenceCategory", "referenceLocator", "releaseDate", "spdxElementId", "relationshipType", "relatedSpdxElement",
			"externalDocumentId", "spdxDocument", "created", "creators", "creator", "packages", "files", "snippets",
			"relationships", "documentDescribes", "externalDocumentRefs", "spdxVersion", "documentNamespace", "creationInfo",
			"dataLicense", "annotations", "comment", "hasExtractedLicensingInfos", "licenseId", "extractedText",
		},
		{ // Syft
			"artifacts", "artifactRelationships", "source", "target", "userInput", "distro", "descriptor", "schema", "prettyName", "cpes",
			"foundBy", "locations", "path", "accessPath", "maintainer", "parent", "child",
		},
		{ // SPDX 3
			"@id", "@type", "@graph", "@context", "spdxId", "rootElement", "import", "imports", "externalSpdxId", "externalId",
			"createdBy", "createdUsing", "creationInfo", "externalIdentifier", "externalIdentifiers", "identifier",
			"externalIdentifierType", "suppliedBy", "originatedBy", "externalRef", "externalRefType", "locator",
			"verifiedUsing", "hashValue", "releaseTime", "from", "to", "extension", "packageVersion", "packageUrl",
			"primaryPurpose", "homePage", "licenseExpression", "licenseText", "cdxProperty", "cdxPropName", "cdxPropValue",
		},
	} {
		for _, s := range list {
			m[s] = s
		}
	}
	// SPDX 3 puts the profile before the names of all profiles but its core.
	for _, s := range []string{"packageVersion", "packageUrl", "primaryPurpose", "homePage", "downloadLocation"} {
		m["software_"+s] = s
	}
	m["simplelicensing_licenseExpression"] = "licenseExpression"
	m["simplelicensing_licenseText"] = "licenseText"
	for _, s := range []string{"cdxProperty", "cdxPropName", "cdxPropValue"} {
		m["extension_"+s] = s
	}
	return m
})
