package sbom

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/xi2/xz"
)

// Documents come compressed, in archives and in signed envelopes, one in the
// other. Every layer is read as a stream.

// maxLayers bounds archives in archives.
const maxLayers = 6

// maxWindow bounds what a decompressor may keep, whatever the input asks for.
const maxWindow = 64 << 20

// ratioFrom is how much may be decompressed before the ratio counts.
const ratioFrom = 8 << 20

// lookFor is how much more of what is no document is decompressed to find that it
// is beyond the ratio.
const lookFor = 64 << 20

// maxZip bounds a zip archive: its directory stands at its end, so it is held as
// a whole.
const maxZip = 128 << 20

// errDamaged marks an error of a decompressor: the data is broken, not the
// reading of it.
var errDamaged = errors.New("damaged archive")

// An input counts what is read, through all layers, against the limits.
type input struct {
	ctx    context.Context
	limits Limits
	in     int64 // bytes of the input itself
	size   int64 // of the input itself, 0 where it is not known
	out    int64 // bytes of documents
	err    error // of the input itself, or beyond a limit: final
}

// progress returns the part of the input that is read, 0 where its size is not
// known.
func (in *input) progress() float64 {
	if in.size <= 0 {
		return 0
	}
	return float64(in.in) / float64(in.size)
}

// sizeOf returns how many bytes a reader has at most, where it can tell: a file
// or a text in memory. It is only an estimate of what will be read.
func sizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case interface{ Len() int }:
		return int64(r.Len())
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := r.Stat(); err == nil && info.Mode().IsRegular() {
			return info.Size()
		}
	}
	return 0
}

// A rawReader reads the input itself.
type rawReader struct {
	in *input
	r  io.Reader
}

func (r *rawReader) Read(p []byte) (int, error) {
	if r.in.err == nil {
		r.in.err = r.in.ctx.Err()
	}
	if r.in.err != nil {
		return 0, r.in.err
	}
	n, err := r.r.Read(p)
	r.in.in += int64(n)
	if r.in.in > r.in.limits.Bytes {
		r.in.err = limitError("the input has more than %d bytes", r.in.limits.Bytes)
		return 0, r.in.err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.in.err = err
	}
	return n, err
}

// A layerReader reads what a decompressor makes.
type layerReader struct {
	in *input
	r  io.Reader
}

func (l *layerReader) Read(p []byte) (int, error) {
	if l.in.err != nil {
		return 0, l.in.err
	}
	n, err := l.r.Read(p)
	l.in.out += int64(n)
	switch {
	case l.in.err != nil:
		return 0, l.in.err
	case l.in.out > l.in.limits.Bytes:
		l.in.err = limitError("the input decompresses to more than %d bytes", l.in.limits.Bytes)
		return 0, l.in.err
	case l.in.out > ratioFrom && l.in.out/int64(l.in.limits.Ratio) > l.in.in:
		l.in.err = limitError("the input decompresses to more than %d times its size", l.in.limits.Ratio)
		return 0, l.in.err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", errDamaged, err)
	}
	return n, err
}

// isDamage reports an error that means broken content, of which what came
// before counts.
func isDamage(err error) bool {
	var payload base64.CorruptInputError
	return errors.As(err, &payload) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errDamaged) ||
		errors.Is(err, errProto) || errors.Is(err, errItemSize)
}

// A reading collects the documents of one input.
type reading struct {
	in   *input
	docs []part
	// buffers are those of the layers, by depth: an archive of many small files
	// must not cost a buffer for each.
	buffers [maxLayers + 1]*bufio.Reader
	// each takes the documents instead of the readers, if it is set.
	each func(br *bufio.Reader, name string) error
}

// part is one of an input's documents.
type part struct {
	name string // of the file in an archive
	b    *builder
}

// layer reads a document, or the documents of an archive.
func (rd *reading) layer(r io.Reader, name string, depth int) error {
	if depth > maxLayers {
		return limitError("archives in archives, more than %d", maxLayers)
	}
	br := rd.buffers[depth]
	if br == nil {
		br = bufio.NewReaderSize(r, 64<<10)
		rd.buffers[depth] = br
	} else {
		br.Reset(r)
	}
	head, err := br.Peek(512)
	if err != nil && !isDamage(err) {
		return err
	}
	open := func(r io.Reader, err error) error {
		if err != nil {
			return fmt.Errorf("%w: damaged %s: %w", ErrFormat, name, err)
		}
		lr := &layerReader{rd.in, r}
		err = rd.layer(lr, name, depth+1)
		if errors.Is(err, ErrFormat) && rd.in.err == nil {
			// What is no document may still be a bomb, and to know that is worth
			// a look at some more of it.
			if _, _ = io.CopyN(io.Discard, lr, lookFor); errors.Is(rd.in.err, ErrLimit) {
				return rd.in.err
			}
		}
		return err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8}):
		z, err := gzip.NewReader(br)
		return open(z, err)
	case bytes.HasPrefix(head, []byte("BZh")) && len(head) > 10 && head[4] == 0x31 && head[5] == 0x41:
		return open(bzip2.NewReader(br), nil)
	case bytes.HasPrefix(head, []byte{0xfd, '7', 'z', 'X', 'Z', 0}):
		z, err := xz.NewReader(br, maxWindow)
		return open(z, err)
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}),
		len(head) > 4 && head[0]&0xf0 == 0x50 && bytes.HasPrefix(head[1:], []byte{0x2a, 0x4d, 0x18}): // a skippable frame, as pzstd writes
		z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err == nil {
			defer z.Close()
		}
		return open(z, err)
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return rd.tar(br, name, depth)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return rd.zip(br, name, depth)
	}
	return rd.document(br, name, depth)
}

// tar reads all documents of an archive. Files that are none are passed over:
// archives have indexes and texts beside them.
func (rd *reading) tar(r io.Reader, name string, depth int) error {
	tr := tar.NewReader(r)
	before := len(rd.docs)
	for files := 0; ; files++ {
		if files > 1_000_000 {
			return limitError("more than a million files in an archive")
		}
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if rd.in.err != nil {
				return rd.in.err
			}
			if len(rd.docs) == before {
				return fmt.Errorf("%w: archive: %w", ErrFormat, err)
			}
			rd.docs[before].b.problem("broken-archive", ProblemError, name, "the archive breaks off: %v; what stands before is read", err)
			break
		}
		if h.Typeflag != tar.TypeReg || h.Size == 0 {
			continue
		}
		at := path.Clean(h.Name)
		if name != "" {
			at = name + "!" + at
		}
		if err := rd.layer(tr, at, depth+1); err != nil && !errors.Is(err, ErrFormat) {
			return err
		}
	}
	if len(rd.docs) == before {
		return fmt.Errorf("%w: an archive without one", ErrFormat)
	}
	return nil
}

// zip reads all documents of an archive, as tar does. Names are only names:
// nothing is written anywhere.
func (rd *reading) zip(r io.Reader, name string, depth int) error {
	data, err := io.ReadAll(io.LimitReader(r, maxZip+1))
	switch {
	case rd.in.err != nil:
		return rd.in.err
	case err != nil:
		return err
	case len(data) > maxZip:
		return limitError("a zip archive of more than %d bytes", maxZip)
	}
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fmt.Errorf("%w: archive: %w", ErrFormat, err)
	}
	before := len(rd.docs)
	var broken error
	for _, f := range zr.File {
		if !f.Mode().IsRegular() {
			continue
		}
		at := path.Clean(f.Name)
		if name != "" {
			at = name + "!" + at
		}
		c, err := f.Open()
		if err != nil {
			broken = errors.Join(broken, fmt.Errorf("%s: %w", at, err))
			continue
		}
		err = rd.layer(&layerReader{rd.in, c}, at, depth+1)
		c.Close()
		if err != nil && !errors.Is(err, ErrFormat) {
			return err
		}
	}
	if len(rd.docs) == before {
		return fmt.Errorf("%w: an archive without one", errors.Join(ErrFormat, broken))
	}
	if broken != nil {
		rd.docs[before].b.problem("broken-archive", ProblemError, name, "a file of the archive cannot be read: %v", broken)
	}
	return nil
}

// envelopeHead finds the payload of a DSSE envelope, alone, in a bundle or in a
// list
// (https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md).
var envelopeHead = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*(?:\[\s*)?\{[^\x00]*?"payload"\s*:\s*"[A-Za-z0-9+/_-]`)
})

var nextPayload = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"payload"\s*:\s*"[A-Za-z0-9+/_-]`) })

// envelopes reads the payload that begins here, and those of the envelopes
// behind it: attestations of one subject come as lines of one file. Payloads
// that are no documents are passed over where another is.
func (rd *reading) envelopes(br *bufio.Reader, name string, depth int) error {
	before := len(rd.docs)
	var none error
	read := 0
	seen := map[[sha256.Size]byte]bool{} // an attestation may be there once for each signature
	for n := 1; ; n++ {
		at := name
		if n > 1 {
			at = strings.TrimPrefix(name+"!payload-"+strconv.Itoa(n), "!")
		}
		sum := sha256.New()
		p := io.TeeReader(&payloadReader{r: br}, sum)
		docs := len(rd.docs)
		err := rd.layer(base64.NewDecoder(base64.StdEncoding, p), at, depth+1)
		switch {
		case err == nil:
			read++
		case errors.Is(err, ErrFormat) && rd.in.err == nil:
			none = err
		default:
			return err
		}
		// What the reader of the document did not ask for.
		if _, err := io.Copy(io.Discard, p); err != nil && !isDamage(err) {
			return err
		}
		key := [sha256.Size]byte(sum.Sum(nil))
		if seen[key] {
			rd.docs = rd.docs[:docs]
		}
		seen[key] = true
		for {
			head, err := br.Peek(32 << 10)
			if err != nil && (rd.in.err != nil || !isDamage(err)) {
				return err
			}
			if loc := nextPayload().FindIndex(head); loc != nil {
				_, _ = br.Discard(loc[1] - 1)
				break
			}
			if err != nil { // the end
				if read == 0 {
					return none
				}
				if len(rd.docs) > before+1 && rd.docs[before].name == name {
					rd.docs[before].name = strings.TrimPrefix(name+"!payload-1", "!")
				}
				return nil
			}
			// The word may begin in what is seen and end behind it.
			_, _ = br.Discard(len(head) - 1<<10)
		}
	}
}

// document reads one document.
func (rd *reading) document(br *bufio.Reader, name string, depth int) error {
	head, err := br.Peek(32 << 10)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		if rd.in.err != nil || !isDamage(err) {
			return err
		}
	}
	if loc := envelopeHead().FindIndex(head); loc != nil && bytes.Contains(head, []byte(`"payloadType"`)) {
		if _, err := br.Discard(loc[1] - 1); err != nil {
			return err
		}
		return rd.envelopes(br, name, depth)
	}
	if rd.each != nil {
		return rd.each(br, name)
	}
	b := newBuilder(rd.in.limits)
	b.progress = rd.in.progress
	if err := readDocument(rd.in.ctx, br, b); err != nil {
		return err
	}
	rd.docs = append(rd.docs, part{name, b})
	return nil
}

// A payloadReader reads base64 up to the end of its JSON string, in the
// standard alphabet whichever it is written in.
type payloadReader struct {
	r    *bufio.Reader
	done bool
}

func (p *payloadReader) Read(buf []byte) (int, error) {
	n := 0
	for n < len(buf) && !p.done {
		c, err := p.r.ReadByte()
		if err != nil {
			if n > 0 && errors.Is(err, io.EOF) {
				p.done = true
				break
			}
			return n, err
		}
		switch {
		case c == '"':
			p.done = true
		case c == '\\':
			// "\/" and "\n"; the decoder takes line ends, not letters.
			if next, err := p.r.ReadByte(); err == nil && next == '/' {
				buf[n] = '/'
				n++
			}
		case c == '-':
			buf[n] = '+'
			n++
		case c == '_':
			buf[n] = '/'
			n++
		default:
			buf[n] = c
			n++
		}
	}
	if n == 0 && len(buf) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// join makes one document of the documents of an input. A reference becomes
// the document's own identity, "#" and the reference, as SPDX writes elements
// of other documents. The subject is that of the one document to which no
// other refers, if there is one alone.
func (rd *reading) join() *Document {
	if len(rd.docs) == 1 {
		return rd.docs[0].b.doc
	}
	out := &Document{Components: []*Component{}}
	first := rd.docs[0].b.doc
	out.Source = Source{Kind: first.Source.Kind, SpecVersion: first.Source.SpecVersion, Encoding: first.Source.Encoding,
		ID: first.Source.ID, Created: first.Source.Created}
	ids := map[string]bool{}
	referred := map[string]bool{}
	refs := map[string]bool{}
	tools := map[string]bool{}
	for i := range rd.docs {
		p := &rd.docs[i]
		id := p.b.doc.Source.ID
		if id == "" || ids[id] {
			id = p.name
		}
		for n := 2; ids[id]; n++ {
			id = p.name + "~" + strconv.Itoa(n)
		}
		ids[id] = true
		p.b.joinID = id
		for _, ns := range p.b.external {
			referred[ns] = true
		}
	}
	var roots []string
	for _, p := range rd.docs {
		d := p.b.doc
		full := func(ref string) string { return p.b.joinID + "#" + ref }
		if p.b.doc.Source.Kind != out.Source.Kind {
			out.Source.Kind = ""
		}
		for _, t := range d.Source.Tools {
			if !tools[t] {
				tools[t] = true
				out.Source.Tools = append(out.Source.Tools, t)
			}
		}
		out.Suppliers = append(out.Suppliers, d.Suppliers...)
		at := func(place string) string {
			if strings.HasPrefix(place, "/") {
				return p.name + "#" + place
			}
			return p.name + ": " + place
		}
		add := func(of *Component) {
			c := *of
			c.Ref = full(c.Ref)
			if c.Parent != "" {
				c.Parent = full(c.Parent)
			}
			c.Place = at(c.Place)
			refs[c.Ref] = true
			out.Components = append(out.Components, &c)
		}
		root := d.Subject
		if root == nil && len(d.Components) == 1 {
			root = d.Components[0]
		}
		if root != nil && !referred[d.Source.ID] {
			roots = append(roots, full(root.Ref))
		}
		if d.Subject != nil {
			add(d.Subject)
		}
		for _, c := range d.Components {
			add(c)
		}
		for _, s := range d.Services {
			s.Ref, s.Place = full(s.Ref), at(s.Place)
			if s.Parent != "" {
				s.Parent = full(s.Parent)
			}
			refs[s.Ref] = true
			out.Services = append(out.Services, s)
		}
		for _, r := range d.Relationships {
			out.Relationships = append(out.Relationships, Relationship{full(r.From), r.Type, full(r.To)})
		}
		for _, pr := range d.Problems {
			pr.Place = strings.TrimSuffix(at(pr.Place), ": ")
			out.Problems = append(out.Problems, pr)
		}
	}
	// Relationships from one document into another.
	for _, p := range rd.docs {
		qualify := func(ref string) (string, bool) {
			doc, id, ok := strings.Cut(ref, ":")
			if !ok || !strings.HasPrefix(doc, "DocumentRef-") {
				return p.b.joinID + "#" + ref, true
			}
			ns, ok := p.b.external[doc]
			return ns + "#" + id, ok
		}
		for _, e := range p.b.cross {
			from, okFrom := qualify(e.From)
			to, okTo := qualify(e.To)
			if okFrom && okTo && refs[from] && refs[to] && from != to {
				out.Relationships = append(out.Relationships, Relationship{from, e.Type, to})
			}
		}
	}
	if len(roots) == 1 {
		for i, c := range out.Components {
			if c.Ref == roots[0] {
				out.Subject = c
				out.Components = slices.Delete(out.Components, i, i+1)
				break
			}
		}
	}
	return out
}
