package sbom

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom/internal/strict"
)

// SPDX tag-value, 1.0 to 2.3. Each package, file and relationship becomes a
// tree of the shape of SPDX's JSON encoding.

// tagFields are the names that the fields of a package have in tag-value, for
// Claim.Field.
var tagFields = map[string]string{
	"supplier": "PackageSupplier", "originator": "PackageOriginator", "homepage": "PackageHomePage",
	"downloadLocation": "PackageDownloadLocation", "externalRefs": "ExternalRef",
}

// packageTags maps the tags of a package to JSON members.
var packageTags = map[string]string{
	"packageversion": "versionInfo", "packagesupplier": "supplier", "packageoriginator": "originator",
	"packagedownloadlocation": "downloadLocation", "packagehomepage": "homepage",
	"packagelicenseconcluded": "licenseConcluded", "packagelicensedeclared": "licenseDeclared",
	"packagesummary": "summary", "packagedescription": "description", "primarypackagepurpose": "primaryPackagePurpose",
	"releasedate": "releaseDate", "spdxid": "SPDXID",
}

// A tagReader holds the element that is being read.
type tagReader struct {
	d    *spdx2
	b    *builder
	t    tree
	line int

	in   section
	open bool // a package's tree is being built
	refs int32
	sums int32

	licence [3]string // id, name and text of the one that is being read
	// begun are the classes of what a tag can belong to here, beside the
	// document.
	begun map[string]bool
	once  map[string]bool // tags of the document that were there
}

type section uint8

const (
	inDocument section = iota
	inPackage
	inFile
	inSnippet
	inLicense
)

func readTagValue(ctx context.Context, r io.Reader, b *builder) error {
	b.doc.Source.Kind, b.doc.Source.Encoding = SourceSPDX, "tag-value"
	d := newSPDX2(b)
	d.fieldName = tagFields
	tr := &tagReader{d: d, b: b, begun: map[string]bool{}, once: map[string]bool{}}
	br := bufio.NewReaderSize(r, 64<<10)
	var val []byte // of a text over several lines
	var tag string
	inText := false
	start := 0
	for {
		if tr.line&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		line, err := readLine(br, b.limits.Value)
		end := isDamage(err)
		if err != nil && !end {
			return err
		}
		if end && !errors.Is(err, io.EOF) {
			b.problem("broken-archive", ProblemError, place(tr.line+1), "the document breaks off: %v; what stands before is read", err)
		}
		if end && len(line) == 0 {
			break
		}
		tr.line++
		if inText {
			// Each line counts something, so that empty ones end too.
			if len(val)+len(line)+8*(tr.line-start) > b.limits.Value {
				return limitError("a text of more than %d bytes from line %d on", b.limits.Value, start)
			}
			val = append(val, '\n')
			i := bytes.Index(line, []byte("</text>"))
			if i < 0 {
				val = append(val, line...)
			} else {
				inText = false
				if err := tr.tag(tag, bytes.TrimSpace(append(val, line[:i]...)), start); err != nil {
					return err
				}
			}
			if end {
				break
			}
			continue
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			if end {
				break
			}
			continue
		}
		name, rest, found := bytes.Cut(line, []byte(":"))
		name, rest = bytes.TrimSpace(name), bytes.TrimSpace(rest)
		switch {
		case !found || len(name) == 0 || len(name) > 64 || bytes.ContainsAny(name, " \t"):
			b.problem("bad-line", ProblemError, place(tr.line), "neither a tag with a value nor a comment; left out")
		case bytes.HasPrefix(rest, []byte("<text>")):
			val = append(val[:0], rest[len("<text>"):]...)
			tag, start = string(name), tr.line
			if i := bytes.Index(val, []byte("</text>")); i >= 0 {
				if err := tr.tag(tag, bytes.TrimSpace(val[:i]), start); err != nil {
					return err
				}
			} else {
				inText = true
			}
		default:
			if err := tr.tag(string(name), rest, tr.line); err != nil {
				return err
			}
		}
		if end {
			break
		}
	}
	if inText {
		b.problem("open-text", ProblemError, place(start), "the text of %s is not closed; the rest of the document is in it", tag)
	}
	tr.close()
	d.finish()
	return nil
}

func place(line int) string {
	v := value{t: &tree{lines: true, nodes: []node{{}, {line: int32(line)}}}, i: 1}
	return v.pointer()
}

// readLine returns a line without its end, valid until the next call.
func readLine(br *bufio.Reader, limit int) ([]byte, error) {
	line, err := br.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		all := append([]byte(nil), line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			if len(all) > limit {
				return nil, limitError("a line of more than %d bytes", limit)
			}
			line, err = br.ReadSlice('\n')
			all = append(all, line...)
		}
		line = all
	}
	return bytes.TrimRight(line, "\r\n"), err
}

// valid returns a text with invalid UTF-8 replaced.
func valid(b []byte) string { return strings.ToValidUTF8(string(b), "\uFFFD") }

// begin opens an element, which ends those of the other classes. Annotations,
// reviews and relationships may stand beside any.
func (tr *tagReader) begin(class string) {
	for _, other := range [...]string{"Package", "File", "Snippet", "ExtractedLicense"} {
		delete(tr.begun, other)
	}
	tr.begun[class] = true
}

// placed says what is wrong with a tag that the specification does not know, or
// that stands where nothing is open to which it belongs. What this reader takes
// from the element's tags is an error of its own.
func (tr *tagReader) placed(key, name string, line int) {
	class, ok := strict.TagClass(key)
	switch {
	case key == "spdxid":
	case !ok:
		tr.b.problem("unknown-tag", ProblemWarning, place(line), "SPDX has no tag %q; passed over", clip(valid([]byte(name))))
	case class == "Document" || class == "CreationInfo":
		if tr.in != inDocument {
			tr.b.problem("stray-tag", ProblemWarning, place(line), "%s, a tag of the document, behind the first package, file or licence; it counts all the same", name)
		}
		switch key {
		case "creator", "externaldocumentref": // of these there are several
		default:
			if tr.once[key] {
				tr.b.problem("duplicate-member", ProblemError, place(line), "%s is there twice; the last one counts", name)
			}
			tr.once[key] = true
		}
	case key == "packagename":
		tr.begin(class)
	case key == "filename":
		tr.begin(class)
	case key == "licenseid":
		tr.begin(class)
	case key == "snippetspdxid", key == "snippetspdxidentifier", key == "relationship", key == "annotator", key == "reviewer":
		tr.begun[class] = true
	case !tr.begun[class]:
		sev := ProblemWarning
		if _, kept := packageTags[key]; kept || key == "externalref" || key == "packagechecksum" {
			sev = ProblemError
		}
		tr.b.problem("stray-tag", sev, place(line), "%s without %s before it; left out", name, tagBegins[class])
	case key == "externalrefcomment" && tr.refs == 0:
		tr.b.problem("stray-tag", ProblemWarning, place(line), "%s without ExternalRef before it; left out", name)
	}
}

// tagBegins are the tags with which elements begin, by class.
var tagBegins = map[string]string{
	"Package": "the package's PackageName", "File": "the file's FileName", "Snippet": "the snippet's SnippetSPDXID",
	"ExtractedLicense": "the licence's LicenseID", "Relationship": "Relationship", "Annotation": "Annotator", "Review": "Reviewer",
}

// tag takes one tag with its value.
func (tr *tagReader) tag(name string, val []byte, line int) error {
	key := strings.ToLower(name)
	tr.placed(key, name, line)
	switch key {
	case "spdxversion":
		tr.b.doc.Source.SpecVersion, tr.b.versionAt = valid(val), place(line)
	case "documentnamespace":
		tr.b.doc.Source.ID = valid(val)
	case "created":
		tr.b.doc.Source.Created = valid(val)
	case "creator":
		tr.d.creator(valid(val), "Creator")
	case "externaldocumentref":
		f := strings.Fields(valid(val))
		if len(f) < 2 {
			tr.b.problem("bad-external-document", ProblemError, place(line), "%q has no name and document; left out", clip(valid(val)))
			return nil
		}
		tr.d.external(f[0], f[1])
	case "packagename":
		tr.close()
		tr.in, tr.open = inPackage, true
		tr.t.reset(place(line))
		tr.t.lines = true
		if _, err := tr.t.add(0, "packages", group); err != nil {
			return err
		}
		tr.t.nodes[1].line = int32(line)
		tr.refs, tr.sums = 0, 0
		return tr.text(1, "name", val, line)
	case "filename":
		tr.close()
		tr.in = inFile
	case "snippetspdxid", "snippetspdxidentifier":
		// A snippet stands after its file, and some writers put it inside a
		// package, whose tags go on after it.
		if tr.in != inPackage {
			tr.in = inSnippet
		}
		tr.d.other(valid(val))
	case "licenseid":
		tr.close()
		tr.in = inLicense
		tr.licence[0] = valid(val)
	case "licensename":
		if tr.in == inLicense {
			tr.licence[1] = valid(val)
		}
	case "extractedtext":
		if tr.in == inLicense {
			tr.licence[2] = valid(val)
		}
	case "spdxid":
		switch tr.in {
		case inDocument:
			if len(val) > 0 {
				tr.d.docID = valid(val)
			}
		case inPackage:
			return tr.text(1, "SPDXID", val, line)
		default:
			tr.d.other(valid(val))
		}
	case "relationship":
		f := strings.Fields(valid(val))
		if len(f) < 3 {
			tr.b.problem("bad-relationship", ProblemError, place(line), "%q has not two ends and a type; left out", clip(valid(val)))
			return nil
		}
		tr.d.relate(f[0], f[1], f[2], place(line))
	case "externalref":
		if tr.in != inPackage {
			return nil
		}
		f := strings.Fields(valid(val))
		if len(f) < 3 {
			tr.b.problem("bad-external-ref", ProblemError, place(line), "%q has no category, type and locator; left out", clip(valid(val)))
			return nil
		}
		i, err := tr.sub(&tr.refs, "externalRefs", line)
		if err != nil {
			return err
		}
		if err := tr.text(i, "referenceType", []byte(f[1]), line); err != nil {
			return err
		}
		return tr.text(i, "referenceLocator", []byte(strings.Join(f[2:], " ")), line)
	case "packagechecksum":
		if tr.in != inPackage {
			return nil
		}
		alg, sum, _ := strings.Cut(valid(val), ":")
		i, err := tr.sub(&tr.sums, "checksums", line)
		if err != nil {
			return err
		}
		if err := tr.text(i, "algorithm", []byte(strings.TrimSpace(alg)), line); err != nil {
			return err
		}
		return tr.text(i, "checksumValue", []byte(strings.TrimSpace(sum)), line)
	default:
		if member, ok := packageTags[key]; ok && tr.in == inPackage {
			return tr.text(1, member, val, line)
		}
	}
	return nil
}

func (tr *tagReader) text(parent int32, name string, val []byte, line int) error {
	if tr.t.twice(parent, name) {
		tr.b.problem("duplicate-member", ProblemError, place(line), "member %q is there twice; the last one counts", name)
	}
	i, err := tr.t.addText(parent, name, text, val)
	if err == nil {
		tr.t.nodes[i].line = int32(line)
	}
	return err
}

// sub adds an object to one of the package's lists, which it makes if need be.
func (tr *tagReader) sub(at *int32, name string, line int) (int32, error) {
	if *at == 0 {
		i, err := tr.t.add(1, name, list)
		if err != nil {
			return 0, err
		}
		*at = i
	}
	i, err := tr.t.add(*at, "", group)
	if err == nil {
		tr.t.nodes[i].line = int32(line)
	}
	return i, err
}

// close hands over the package or licence that was being read.
func (tr *tagReader) close() {
	if tr.open {
		tr.open = false
		tr.d.accept("packages", tr.t.seal())
	}
	tr.b.extracted(tr.licence[0], tr.licence[1], tr.licence[2])
	tr.licence = [3]string{}
}
