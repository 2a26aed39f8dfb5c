package command

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/touchmark-dev/touchmark/firmware"
	"github.com/touchmark-dev/touchmark/firmware/rpmdb"
	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// inputOptions say how inputs are read.
type inputOptions struct {
	sbom     sbom.ReadOptions
	strict   bool // SBOMs are validated first
	archive  firmware.ArchiveOptions
	firmware firmware.Options
}

func (a *app) inputOptions(f *scanFlags, db provenance.Database) (inputOptions, error) {
	o := inputOptions{strict: f.strict}
	if f.maxSize != "" {
		n, err := parseSize(f.maxSize)
		if err != nil {
			return o, fmt.Errorf("--max-size: %w", err)
		}
		o.sbom.Limits.Bytes = n
		o.archive.MaxBytes = n
		o.firmware.Limits.TotalBytes = n
	}
	if f.maxFound != "" {
		n, err := parseSize(f.maxFound)
		if err != nil {
			return o, fmt.Errorf("--max-found: %w", err)
		}
		o.firmware.Limits.FoundBytes = n
	}
	if f.maxFiles < 0 || f.workers < 0 {
		return o, errors.New("--max-files and --workers: want a number above 0")
	}
	o.archive.MaxEntries = f.maxFiles
	o.firmware.Limits.Entries = f.maxFiles
	o.firmware.Workers = f.workers
	o.firmware.KeepPersons = f.persons
	o.firmware.NoDerivedTables = f.noDerived
	o.firmware.Extractors = append(firmware.DefaultExtractors(), rpmdb.Extractor())
	switch src := db.(type) {
	case provenance.LiteralTableSource:
		o.firmware.LiteralTable = src.LiteralTable()
	case provenance.LiteralSource:
		o.firmware.Literals = src.Literals()
	}
	if len(f.signatures) > 0 {
		set, err := signatures.Builtin()
		if err != nil {
			return o, err
		}
		for _, dir := range f.signatures {
			own, err := signatures.Read(os.DirFS(a.env.path(dir)))
			if err != nil {
				return o, fmt.Errorf("--signatures %s: %w", dir, err)
			}
			if set, err = set.Merge(own); err != nil {
				return o, fmt.Errorf("--signatures %s: %w", dir, err)
			}
		}
		o.firmware.Signatures = set
	}
	return o, nil
}

// parseSize reads a number of bytes with an optional unit: powers of ten, or
// of two with an i (KiB).
func parseSize(s string) (int64, error) {
	t := strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), "b")
	base := int64(1000)
	if rest, ok := strings.CutSuffix(t, "i"); ok {
		t, base = rest, 1024
	}
	factor := int64(1)
	if t != "" {
		if i := strings.IndexByte("kmgt", t[len(t)-1]); i >= 0 {
			for range i + 1 {
				factor *= base
			}
			t = t[:len(t)-1]
		}
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(t), 64)
	if err != nil || !(n > 0) || n*float64(factor) >= 1<<62 {
		return 0, fmt.Errorf("%q is not a size: want a number with kB, MB or GB", s)
	}
	return int64(n * float64(factor)), nil
}

// Kinds that a path can be given with.
const (
	kindSBOM = "sbom"
	kindDir  = "dir"
	kindFile = "file"
)

// splitKind splits "sbom:PATH", "dir:PATH" and "file:PATH". A drive letter is
// no kind.
func splitKind(arg string) (kind, path string) {
	switch k, rest, ok := strings.Cut(arg, ":"); {
	case ok && (k == kindSBOM || k == kindDir || k == kindFile):
		return k, rest
	}
	return "", arg
}

// inputName is what a report calls an input: the path as it was given, or its
// last element where it is absolute, so that a report tells nothing about the
// machine.
func inputName(path string) string {
	if filepath.IsAbs(path) {
		path = filepath.Base(path)
	}
	return filepath.ToSlash(filepath.Clean(path))
}

// readInput reads one argument of scan.
func (a *app) readInput(ctx context.Context, arg string, o *inputOptions, bar *progress) (*sbom.Document, error) {
	kind, path := splitKind(arg)
	if path == "" {
		return nil, fmt.Errorf("%s: no path after the colon", arg)
	}
	if path == "-" {
		if kind == kindDir || kind == kindFile {
			return nil, fmt.Errorf("%s: standard input can only be an SBOM", arg)
		}
		if a.env.InTerminal {
			return nil, hint(errors.New("-: standard input is the terminal"), "pipe an SBOM in: syft IMAGE -o cyclonedx-json | touchmark scan -")
		}
		doc, err := a.readSBOM(ctx, "standard input", a.env.Stdin, o)
		if err == nil {
			doc.Source.Name = "stdin"
		}
		if errors.Is(err, sbom.ErrInvalid) {
			err = fmt.Errorf("standard input: %w", err)
		}
		return doc, err
	}
	place := a.env.path(path)
	st, err := os.Stat(place)
	if err != nil {
		return nil, hint(fmt.Errorf("%s: %w", arg, pathless(err)), "give the path of an SBOM, a directory or an archive")
	}
	bar.start(inputName(path))
	var doc *sbom.Document
	switch {
	case st.IsDir():
		if kind == kindSBOM || kind == kindFile {
			return nil, fmt.Errorf("%s: it is a directory", arg)
		}
		doc, err = a.readDir(ctx, kind, place, o, bar)
	case kind == kindDir:
		return nil, fmt.Errorf("%s: it is not a directory", arg)
	case st.Mode().IsRegular():
		doc, err = a.readFile(ctx, kind, place, o, bar)
	case st.Mode().Type() == os.ModeNamedPipe && kind != kindFile:
		var f *os.File
		if f, err = os.Open(place); err == nil {
			doc, err = a.readSBOM(ctx, path, f, o)
			f.Close()
		}
	default:
		return nil, fmt.Errorf("%s: neither a file nor a directory", arg)
	}
	if errors.Is(err, os.ErrPermission) {
		return nil, hint(fmt.Errorf("%s: %w", path, pathless(err)), "run it as a user who may read it, or make it readable: chmod u+r")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if doc.Source.Name == "" {
		doc.Source.Name = inputName(path)
	}
	if doc.Source.SHA256 == "" && st.Mode().IsRegular() {
		if doc.Source.SHA256, err = digest(ctx, place); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return doc, nil
}

// digest returns the SHA-256 of a file in hexadecimal.
func digest(ctx context.Context, place string) (string, error) {
	f, err := os.Open(place)
	if err != nil {
		return "", pathless(err)
	}
	defer f.Close()
	sum := sha256.New()
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if _, err := io.CopyN(sum, f, 16<<20); errors.Is(err, io.EOF) {
			return hex.EncodeToString(sum.Sum(nil)), nil
		} else if err != nil {
			return "", pathless(err)
		}
	}
}

// pathless drops the operation and path of a file error, which the caller's
// message has.
func pathless(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func (a *app) readSBOM(ctx context.Context, name string, r io.Reader, o *inputOptions) (*sbom.Document, error) {
	var warnings []sbom.Problem
	if o.strict {
		var err error
		if r, warnings, err = validated(ctx, r, o); err != nil {
			if errors.Is(err, sbom.ErrLimit) {
				err = hint(err, "--max-size raises the limit")
			}
			return nil, err
		}
	}
	doc, err := sbom.Read(ctx, bufio.NewReaderSize(r, 1<<16), &o.sbom)
	switch {
	case errors.Is(err, sbom.ErrFormat):
		return nil, hint(err, "wanted: an SBOM in CycloneDX or SPDX; touchmark scan --help names what is read")
	case errors.Is(err, sbom.ErrLimit):
		return nil, hint(err, "--max-size raises the limit")
	}
	if err == nil {
		doc.Problems = append(doc.Problems, warnings...)
	}
	return doc, err
}

func (a *app) readDir(ctx context.Context, kind, place string, o *inputOptions, bar *progress) (*sbom.Document, error) {
	tree, err := firmware.OpenDir(place)
	if err != nil {
		return nil, pathless(err)
	}
	defer tree.Close()
	if kind == "" {
		if members, err := a.readSet(ctx, tree, o); err != nil {
			return nil, err
		} else if len(members) > 0 {
			return nil, &setError{members, "/"}
		}
	}
	return a.readTree(ctx, tree, o, bar)
}

func (a *app) readTree(ctx context.Context, tree firmware.Tree, o *inputOptions, bar *progress) (*sbom.Document, error) {
	fo := o.firmware
	fo.Progress = bar.update
	return firmware.Scan(ctx, tree, &fo)
}

// readFile reads a regular file: what it starts with says whether it is an
// archive of a tree, an .rpm, an SBOM or a packed image.
func (a *app) readFile(ctx context.Context, kind, place string, o *inputOptions, bar *progress) (*sbom.Document, error) {
	f, err := os.Open(place)
	if err != nil {
		return nil, pathless(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, pathless(err)
	}
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, pathless(err)
	}
	head = head[:n]
	if n == 0 {
		return nil, errors.New("the file is empty")
	}
	sbomOf := func() (*sbom.Document, error) {
		return a.readSBOM(ctx, place, io.NewSectionReader(f, 0, st.Size()), o)
	}
	if kind == kindSBOM {
		return sbomOf()
	}
	if bytes.HasPrefix(head, []byte("\xed\xab\xee\xdb")) {
		return firmware.ReadRPM(f, st.Size())
	}
	if firmware.IsArchive(head) {
		doc, err := a.readArchive(ctx, kind, f, st.Size(), o, bar)
		if errors.Is(err, errDocuments) {
			return sbomOf()
		}
		if !errors.Is(err, firmware.ErrFormat) {
			return doc, err
		}
		// Compressed and no tar inside: a compressed SBOM, or an image.
		if kind == "" {
			if doc, err := sbomOf(); err == nil || errors.Is(err, sbom.ErrLimit) || errors.Is(err, sbom.ErrInvalid) {
				return doc, err
			}
		}
	} else if kind == "" && looksLikeText(head) {
		doc, err := sbomOf()
		if !errors.Is(err, sbom.ErrFormat) {
			return doc, err
		}
	}
	doc, ok, err := firmware.Identify(f, st.Size())
	if err != nil || ok {
		return doc, err
	}
	if isProgram(head) || kind == kindFile {
		// A tree of one file.
		tree, err := firmware.OpenDir(filepath.Dir(place))
		if err != nil {
			return nil, pathless(err)
		}
		defer tree.Close()
		return a.readTree(ctx, oneFile{tree, filepath.Base(place)}, o, bar)
	}
	return nil, hint(errors.New("not an SBOM, an archive of a tree, or a firmware image that is recognised"),
		"unpack an image first (unblob, binwalk) and scan the directory; for an SBOM in another format see touchmark scan --help")
}

// isProgram reports whether a file begins as an ELF, PE or Mach-O file does.
func isProgram(head []byte) bool {
	for _, magic := range []string{"\x7fELF", "MZ", "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe", "\xfe\xed\xfa\xcf", "\xfe\xed\xfa\xce"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// oneFile is a tree of which only one file at the top is seen.
type oneFile struct {
	firmware.Tree
	name string
}

func (t oneFile) ReadDir(path string) ([]fs.DirEntry, error) {
	list, err := t.Tree.ReadDir(path)
	return slices.DeleteFunc(list, func(e fs.DirEntry) bool { return e.Name() != t.name }), err
}

// errDocuments is why an archive is no tree: its documents are one SBOM.
var errDocuments = errors.New("an archive of the documents of one SBOM")

func (a *app) readArchive(ctx context.Context, kind string, f *os.File, size int64, o *inputOptions, bar *progress) (*sbom.Document, error) {
	tree, err := firmware.OpenArchive(ctx, f, size, &o.archive)
	if err != nil {
		if errors.Is(err, firmware.ErrLimit) {
			err = hint(err, "--max-size and --max-files raise the limits")
		}
		return nil, err
	}
	defer tree.Close()
	if kind == "" {
		switch members, err := a.readSet(ctx, tree, o); {
		case err != nil:
			return nil, err
		case len(members) > 0 && isYocto(tree):
			return nil, errDocuments
		case len(members) > 0:
			return nil, &setError{members, "!"}
		}
	}
	doc, err := a.readTree(ctx, tree, o, bar)
	if err != nil {
		return nil, err
	}
	doc.Problems = append(tree.Problems(), doc.Problems...)
	return doc, nil
}

// looksLikeText reports whether a file may be an SBOM: documents are text, in
// UTF-8 or UTF-16, of which each second byte of the first letters is zero.
func looksLikeText(head []byte) bool {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return true
	}
	if len(head) > 3 && (head[0] == 0) != (head[1] == 0) && (head[0] == 0) == (head[2] == 0) && (head[1] == 0) == (head[3] == 0) {
		return true
	}
	return !bytes.ContainsRune(head, 0)
}
