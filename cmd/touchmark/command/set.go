package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/firmware"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A directory or an archive can be the tree of a device or a collection of
// SBOMs. To take a tree for a collection would hide the device, so a collection
// is only what cannot be a tree: every file is an SBOM, or has the name of a
// document, or is one of the texts that go with documents (README, LICENSE,
// checksums, signatures); more documents are SBOMs than are not; there is no
// link and no device node. One program, library, script or configuration file
// makes it a tree. "dir:" and "file:" say that it is a tree.

// maxSet is how many files a collection may have.
const maxSet = 10_000

// A member is one SBOM of a collection, or why it could not be read.
type member struct {
	name string // in the collection
	doc  *sbom.Document
	err  error
}

// A setError is what an input is that holds several SBOMs: for callers that
// take several it is none.
type setError struct {
	members []member
	// inside is what stands between the name of the input and that of a member.
	inside string
}

func (e *setError) Error() string {
	return fmt.Sprintf("it is a collection of %d SBOMs, and one is wanted", len(e.members))
}

// besideNames are the names of what goes with documents, before the first dot
// and in upper case.
var besideNames = []string{"README", "LICENSE", "LICENCE", "COPYING", "NOTICE", "CHANGELOG", "CHECKSUMS", "SHA256SUMS", "SHA512SUMS", "MD5SUMS", "MANIFEST", "INDEX"}

// isBeside reports a file that goes with documents and is none.
func isBeside(name string) bool {
	base := path.Base(name)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(name, "__MACOSX/") {
		return true
	}
	word, _, _ := strings.Cut(strings.ToUpper(base), ".")
	switch strings.ToLower(path.Ext(base)) {
	case ".md", ".sha1", ".sha256", ".sha512", ".md5", ".asc", ".sig", ".pem", ".crt":
		return true
	case "", ".txt", ".json", ".tsv", ".html":
		return slices.Contains(besideNames, word)
	}
	return false
}

// hasDocumentName reports a name as documents have it.
func hasDocumentName(name string) bool {
	name = strings.ToLower(name)
	for _, packed := range []string{".gz", ".bz2", ".xz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	switch path.Ext(name) {
	case ".json", ".jsonld", ".jsonl", ".xml", ".spdx", ".cdx", ".yaml", ".yml", ".rdf", ".tag", ".tv", ".textproto", ".dsse", ".intoto":
		return true
	}
	return false
}

// eachFile visits the files of a tree that may be a collection, in order, until
// one is refused. It reports whether the tree can be one: it has nothing but
// directories and files, not too deep, and none was refused.
func eachFile(tree firmware.Tree, dir string, visit func(name string) bool) bool {
	list, err := tree.ReadDir(dir)
	if err != nil || strings.Count(dir, "/") > 16 {
		return false
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range list {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir():
			if !eachFile(tree, name, visit) {
				return false
			}
		case !e.Type().IsRegular(), !visit(name):
			return false
		}
	}
	return true
}

// readSet reads a tree that is a collection of SBOMs. It returns nil where the
// tree is none, which the first file mostly tells.
func (a *app) readSet(ctx context.Context, tree firmware.Tree, o *inputOptions) ([]member, error) {
	var members []member
	files, broken := 0, 0
	all := eachFile(tree, ".", func(name string) bool {
		if files++; files > maxSet || ctx.Err() != nil {
			return false
		}
		if isBeside(name) {
			return true
		}
		doc, err := a.readMember(ctx, tree, name, o)
		switch {
		case errors.Is(err, sbom.ErrInvalid):
			// It is an SBOM, and --strict refuses it.
		case err == nil && !surely(doc, name), err != nil && !hasDocumentName(name):
			return false
		case err != nil:
			broken++
		}
		members = append(members, member{firmware.EscapePath(name), doc, err})
		return true
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !all || len(members) <= 2*broken {
		return nil, nil
	}
	return members, nil
}

func (a *app) readMember(ctx context.Context, tree firmware.Tree, name string, o *inputOptions) (*sbom.Document, error) {
	f, err := tree.Open(name)
	if err != nil {
		return nil, pathless(err)
	}
	defer f.Close()
	return a.readSBOM(ctx, name, io.NewSectionReader(f, 0, f.Size()), o)
}

// surely reports a document that is an SBOM beyond doubt: lists in plain text
// are only where they are named as one.
func surely(doc *sbom.Document, name string) bool {
	switch doc.Source.Kind {
	case sbom.SourceOpenWrt:
		return path.Ext(name) == ".manifest"
	case sbom.SourceBuildroot:
		return path.Ext(name) == ".csv"
	}
	return true
}

// isYocto reports an archive of one image's documents, as Yocto makes it: they
// refer to each other and are one SBOM. The archive lists them in an index.json
// at its top.
func isYocto(tree firmware.Tree) bool {
	f, err := tree.Open("index.json")
	if err != nil {
		return false
	}
	defer f.Close()
	data, err := io.ReadAll(io.NewSectionReader(f, 0, min(f.Size(), 16<<20)))
	if err != nil || !bytes.Contains(data, []byte("documentNamespace")) {
		return false
	}
	var index struct{ Documents []struct{ Filename string } }
	return json.Unmarshal(data, &index) == nil && len(index.Documents) > 0
}

// several scans an argument, and each SBOM of it where it is a collection.
func (a *app) several(ctx context.Context, p *plan, arg string, bar *progress) (results []result, collection bool, err error) {
	r, err := a.one(ctx, p, arg, bar)
	var set *setError
	switch {
	case err == nil:
		return []result{*r}, false, nil
	case !errors.As(err, &set):
		return nil, false, err
	}
	_, at := splitKind(arg)
	for _, m := range set.members {
		name := inputName(at) + set.inside + m.name
		if m.err != nil {
			p.state.Unreadable = true
			complain(a.env, fmt.Errorf("%s: %w", name, m.err))
			a.violations(m.err)
			continue
		}
		m.doc.Source.Name = name
		// A file in a directory can be opened again, one of an archive not.
		place := ""
		if set.inside == "/" {
			place = strings.TrimSuffix(at, "/") + "/" + m.name
		}
		r, err := a.analyze(ctx, p, name, m.doc)
		if err != nil {
			return nil, true, err
		}
		if r.path = place; place != "" {
			r.original = func() (io.ReadCloser, error) { return os.Open(a.env.path(place)) }
		}
		results = append(results, *r)
	}
	return results, true, nil
}
