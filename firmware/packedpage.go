package firmware

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Web servers of small devices hand pages out as they lie there, packed: the
// script in "prototype.js.gz" says what it is like any other, once it is unpacked.
// It is read for signatures alone, of the names that scripts and pages have; what
// it unpacks to is bounded, and kept by no one.

const (
	maxPackedPage = 1 << 20  // of what is read: scripts of a megabyte are packed to a third
	maxPage       = 4 << 20  // of what it unpacks to
	minPackedHTML = 16 << 10 // of a page: one that has libraries inside is large, and manuals are a thousand small ones
)

// pageEndings are the names' endings of pages, scripts and style sheets, before
// the ending that says they are packed.
var pageEndings = []string{".js", ".mjs", ".css", ".htm", ".html", ".htc"}

// packedPage returns the path that a packed page would have unpacked; empty for
// another file.
func packedPage(e *Entry) string {
	if !bytes.HasPrefix(e.Head, []byte("\x1f\x8b\x08")) || e.Size > maxPackedPage {
		return ""
	}
	p := e.Path
	if ending := path.Ext(p); strings.EqualFold(ending, ".gz") {
		p = p[:len(p)-len(ending)]
	}
	// Some servers know what is packed, and the name does not say so.
	ending := strings.ToLower(path.Ext(p))
	if !slices.Contains(pageEndings, ending) || strings.HasPrefix(ending, ".htm") && e.Size < minPackedHTML {
		return ""
	}
	return p
}

// matchPackedPage asks the signatures what a packed page holds. It uses the hits
// of the file again, which nothing needs any more. The places that it finds are
// those in what was unpacked: the file has none to show.
func (s *scanner) matchPackedPage(w *worker, in *Input, f *fileRec, res *fileResult) {
	p := packedPage(&in.Entry)
	if p == "" || s.signatures.Len() == 0 {
		return
	}
	b, err := unpackPage(in)
	if err != nil {
		res.Problem("bad-packed-page", sbom.ProblemWarning, "unpack page: "+err.Error())
	}
	if len(b) == 0 || !isText(b[:min(len(b), 512)]) {
		return
	}
	page := &Input{Entry: Entry{Path: p, Mode: in.Mode, Size: int64(len(b)), Head: b[:min(len(b), 512)]}, SHA256: in.SHA256, ra: bytes.NewReader(b), memory: b}
	w.hits.reset()
	s.searcher.Search(b, func(m bytesearch.Match) { s.hit(w, m) })
	class := f.class
	f.class = classify(&page.Entry)
	s.matchSignatures(w, page, f, res)
	f.class = class
	for i := range res.signatures {
		for j := range res.signatures[i].Evidence {
			ev := &res.signatures[i].Evidence[j]
			ev.Offset, ev.Length = 0, 0
		}
	}
	if f.state == stateOpaque && err == nil {
		f.state = stateRead
	}
}

// unpackPage returns what a page unpacks to, and what was read of it with an error.
func unpackPage(in *Input) ([]byte, error) {
	z, err := gzip.NewReader(io.NewSectionReader(in, 0, in.Size))
	if err != nil {
		return nil, err
	}
	z.Multistream(false) // what stands behind is padding
	var b bytes.Buffer
	_, err = b.ReadFrom(io.LimitReader(z, maxPage+1))
	if b.Len() > maxPage {
		return b.Bytes()[:maxPage], fmt.Errorf("it unpacks to more than %d bytes: %w", maxPage, ErrLimit)
	}
	return b.Bytes(), err
}
