package sbom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// A jsonReader reads JSON into trees, one item at a time.
type jsonReader struct {
	ctx context.Context
	dec *jsontext.Decoder
	src *jsonSource
	b   *builder
	t   tree
	buf []byte // for texts with escapes

	held func([]byte) (string, bool) // of the builder

	recent [512]struct{ asked, name string } // of known
}

// A jsonSource ends the reading of a single value that is larger than the
// limit. The decoder would keep all of it.
type jsonSource struct {
	r     io.Reader
	dec   *jsontext.Decoder
	n     int64
	limit int64
	whole bool // what is read is held as a whole, up to maxItem
}

func (s *jsonSource) Read(p []byte) (int, error) {
	if s.dec != nil && s.n-s.dec.InputOffset() > s.limit {
		return 0, limitError("a single JSON value of more than %d bytes at offset %d", s.limit, s.dec.InputOffset())
	}
	if s.whole && s.n-s.dec.InputOffset() > maxItem {
		return 0, errLarge
	}
	n, err := s.r.Read(p)
	s.n += int64(n)
	return n, err
}

func newJSONReader(ctx context.Context, r io.Reader, b *builder) *jsonReader {
	src := &jsonSource{r: r, limit: int64(b.limits.Value) + 1<<16}
	dec := jsontext.NewDecoder(src, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	src.dec = dec
	return &jsonReader{ctx: ctx, dec: dec, src: src, b: b, held: b.held}
}

// readJSON reads a document in JSON. What it is shows in the names of its
// members, which come in any order.
func readJSON(ctx context.Context, r io.Reader, b *builder) error {
	j := newJSONReader(ctx, r, b)
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
		b.problem("broken-json", ProblemError, "offset "+strconv.FormatInt(j.dec.InputOffset(), 10),
			"the document breaks off: %v; what stands before is read", err)
	} else if err := j.trailing(); err != nil {
		return err
	}
	f.finish()
	return nil
}

func isSyntax(err error) bool {
	var s *jsontext.SyntacticError
	return errors.As(err, &s) || isDamage(err)
}

// trailing looks for data after the document.
func (j *jsonReader) trailing() error {
	at := j.dec.InputOffset()
	_, err := j.dec.ReadToken()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil && !isSyntax(err) {
		return err
	}
	j.b.problem("trailing-data", ProblemError, "offset "+strconv.FormatInt(at, 10), "data after the end of the document; left out")
	return nil
}

// document reads one object into the format that it shows to be of, at place.
func (j *jsonReader) document(f *format, place string) error {
	if k := j.dec.PeekKind(); k != '{' {
		if _, err := j.dec.ReadToken(); err != nil {
			return err
		}
		return ErrFormat
	}
	if _, err := j.dec.ReadToken(); err != nil {
		return err
	}
	// Members that came before the format was known.
	type member struct {
		name string
		t    *tree
	}
	var early []member
	for {
		if err := j.ctx.Err(); err != nil {
			return err
		}
		switch k := j.dec.PeekKind(); k {
		case '}':
			_, err := j.dec.ReadToken()
			if *f != nil {
				return err
			}
			if err == nil {
				err = ErrFormat
			}
			return err
		case '"':
		default:
			_, err := j.dec.ReadToken()
			if err == nil {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		raw, err := j.dec.ReadValue()
		if err != nil {
			return err
		}
		name := j.name(raw)
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
		if *f == nil {
			if wrapper(name) && j.dec.PeekKind() == '{' {
				if err := j.document(f, place+"/"+escapePointer(name)); err != nil && !errors.Is(err, ErrFormat) {
					return err
				}
				continue
			}
			t := new(tree)
			t.reset(place + "/" + escapePointer(name))
			if _, known := names[name]; !known {
				if err := j.dec.SkipValue(); err != nil {
					return err
				}
				continue
			}
			if err := j.value(t, 0, name, 0); err != nil {
				return err
			}
			if len(early) < 64 {
				early = append(early, member{name, t})
			}
			continue
		}
		if err := j.member(*f, name, place); err != nil {
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

// member reads one member of a document's root.
func (j *jsonReader) member(f format, name, place string) error {
	at := place + "/" + escapePointer(name)
	switch f.wants(name) {
	case skip:
		return j.dec.SkipValue()
	case whole:
		return j.item(f, name, at, 0)
	}
	switch j.dec.PeekKind() {
	case '[':
	case 'n':
		return j.dec.SkipValue()
	default:
		j.b.problem("wrong-type", ProblemWarning, at, "%s is no list; read as its only item", name)
		return j.item(f, name, at, 0)
	}
	if _, err := j.dec.ReadToken(); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if n&255 == 0 {
			if err := j.ctx.Err(); err != nil {
				return err
			}
		}
		switch k := j.dec.PeekKind(); k {
		case ']':
			_, err := j.dec.ReadToken()
			return err
		case 0:
			_, err := j.dec.ReadToken()
			if err == nil {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		if err := j.item(f, name, at, n+1); err != nil {
			return err
		}
	}
}

// item reads a value of the root's, at place; n is which of a list there it is,
// from 1, or 0.
func (j *jsonReader) item(f format, name, place string, n int) error {
	j.t.reset(place)
	j.t.item = n
	if name == "dependencies" || name == "relationships" {
		j.t.ref = j.held
	}
	done, err := false, error(nil)
	if j.dec.PeekKind() == '{' {
		done, err = j.checked(name)
	}
	if !done && err == nil {
		err = j.value(&j.t, 0, name, 0)
	}
	if err != nil {
		return err
	}
	f.accept(name, j.t.seal())
	return nil
}

// name returns a member's name, without allocating a known one.
func (j *jsonReader) name(raw []byte) string {
	if n, ok := names[string(raw[1:len(raw)-1])]; ok {
		return n
	}
	b, _ := jsontext.AppendUnquote(nil, raw)
	if n, ok := names[string(b)]; ok {
		return n
	}
	if len(b) > 256 {
		b = b[:256]
	}
	return string(b)
}

// value reads the next value into a tree.
func (j *jsonReader) value(t *tree, parent int32, name string, depth int) error {
	if depth > j.b.limits.Depth {
		return limitError("JSON nested deeper than %d at offset %d", j.b.limits.Depth, j.dec.InputOffset())
	}
	switch k := j.dec.PeekKind(); k {
	case '{':
		i, err := t.add(parent, name, group)
		if err != nil {
			return err
		}
		if _, err := j.dec.ReadToken(); err != nil {
			return err
		}
		for j.dec.PeekKind() == '"' {
			raw, err := j.dec.ReadValue()
			if err != nil {
				return err
			}
			n, ok := j.known(raw[1 : len(raw)-1])
			if !ok {
				if bytes.IndexByte(raw, '\\') >= 0 {
					j.buf, _ = jsontext.AppendUnquote(j.buf[:0], raw)
					n, ok = names[string(j.buf)]
				}
				if !ok {
					if err := j.dec.SkipValue(); err != nil {
						return err
					}
					continue
				}
			}
			for c := t.nodes[i].first; c != 0; c = t.nodes[c].next {
				if t.nodes[c].name == n {
					j.b.problem("duplicate-member", ProblemError, t.root(), "member %q is there twice; the last one counts", n)
					break
				}
			}
			if err := j.value(t, i, n, depth+1); err != nil {
				return err
			}
		}
		_, err = j.dec.ReadToken()
		return err
	case '[':
		i, err := t.add(parent, name, list)
		if err != nil {
			return err
		}
		if _, err := j.dec.ReadToken(); err != nil {
			return err
		}
		for {
			if k := j.dec.PeekKind(); k == ']' || k == 0 {
				_, err := j.dec.ReadToken()
				return err
			}
			if err := j.value(t, i, "", depth+1); err != nil {
				return err
			}
		}
	case '"':
		raw, err := j.dec.ReadValue()
		if err != nil {
			return err
		}
		s := raw[1 : len(raw)-1]
		if bytes.IndexByte(raw, '\\') >= 0 {
			j.buf, _ = jsontext.AppendUnquote(j.buf[:0], raw)
			s = j.buf
		}
		_, err = t.addText(parent, name, text, s)
		return err
	case 'n':
		if err := j.dec.SkipValue(); err != nil {
			return err
		}
		_, err := t.add(parent, name, null)
		return err
	default:
		raw, err := j.dec.ReadValue()
		if err != nil {
			return err
		}
		kind := number
		if k == 't' || k == 'f' {
			kind = boolean
		}
		_, err = t.addText(parent, name, kind, raw)
		return err
	}
}

// known returns the name of a member that a format looks at. It is asked for
// every member of a document, so what was asked before is found without
// hashing.
func (j *jsonReader) known(b []byte) (string, bool) {
	if len(b) == 0 {
		return "", false
	}
	at := &j.recent[(len(b)*37+int(b[0])*5+int(b[len(b)-1])*11+int(b[len(b)/2])*3)&(len(j.recent)-1)]
	if at.asked == string(b) {
		return at.name, at.name != ""
	}
	n, ok := names[string(b)]
	if ok && n == string(b) {
		at.asked, at.name = n, n
	} else if at.asked == "" && len(b) <= 64 {
		at.asked, at.name = string(b), n
	}
	return n, ok
}

// names are the members and elements that a format looks at, below the root.
// All others are skipped where they stand, however large.
var names = func() map[string]string {
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
}()
