package sbom

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Read reads a software bill of materials. The format shows in the content:
//
//   - CycloneDX 1.0 to 1.7 in JSON and XML, 1.3 to 1.7 in protobuf and its
//     text format;
//   - SPDX 1.2 to 2.3 in JSON, tag-value, YAML, XML and RDF/XML;
//   - SPDX 3.0 and 3.0.1 in JSON-LD;
//   - Syft's JSON, Buildroot's manifest.csv, OpenWrt's package manifests.
//
// Any of them may be compressed (gzip, bzip2, xz, zstd), in a tar or zip archive,
// inside an in-toto statement, a DSSE envelope or a Sigstore bundle, and in
// UTF-16. Signatures are not checked. The documents of one archive, and those of
// several envelopes in one file, become one Document.
//
// Damage does not end the reading. What could not be read is in the Document's
// Problems, up to a document that breaks off in the middle. An input that is
// none of these formats is an [ErrFormat], one beyond the limits an [ErrLimit];
// an error of r or ctx is returned as it is. With an error there is no
// Document.
//
// SHA256 of the Source is over all bytes of r, as they came.
func Read(ctx context.Context, r io.Reader, opts *ReadOptions) (*Document, error) {
	var o ReadOptions
	if opts != nil {
		o = *opts
	}
	limits := o.Limits.withDefaults()
	sum := sha256.New()
	in := &input{ctx: ctx, limits: limits, size: sizeOf(r)}
	raw := &rawReader{in, io.TeeReader(r, sum)}
	rd := &reading{in: in}
	err := rd.layer(raw, "", 0)
	if in.err != nil {
		err = in.err // of the input itself, not what was made of it
	}
	if isDamage(err) && in.err == nil {
		err = fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err == nil {
		// The digest is of the whole input, also of what no reader asked for.
		_, err = io.Copy(io.Discard, raw)
	}
	if err != nil {
		return nil, fmt.Errorf("read bill of materials: %w", err)
	}
	doc := rd.join()
	doc.Source.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return doc, nil
}

// readDocument tells the encoding of one document by its first bytes.
func readDocument(ctx context.Context, br *bufio.Reader, b *builder) error {
	head, err := br.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if order := utf16Order(head); order != 0 {
		br = bufio.NewReaderSize(&utf16Reader{r: br, big: order > 0}, 64<<10)
	} else if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, _ = br.Discard(3)
	}
	head, err = br.Peek(32 << 10)
	if err != nil && !isDamage(err) {
		return err
	}
	text := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(text) == 0:
		return fmt.Errorf("%w: it is empty", ErrFormat)
	case text[0] == '{' || text[0] == '[':
		return readJSON(ctx, br, b)
	case text[0] == '<':
		return readXML(ctx, br, b)
	case looksYAML(text):
		return readYAML(ctx, br, b)
	case looksTagValue(text):
		return readTagValue(ctx, br, b)
	case looksProtobuf(head):
		return readProtobuf(ctx, br, b)
	case looksTextproto(string(text)):
		return readTextproto(ctx, br, b)
	case looksBuildroot(text):
		return readBuildroot(ctx, br, b)
	case looksOpenWrt(text):
		return readOpenWrt(ctx, br, b)
	}
	return ErrFormat
}

// looksTagValue reports a text with tags of SPDX at the beginning of lines.
func looksTagValue(head []byte) bool {
	return anyLine(head, func(line []byte) bool {
		name, _, ok := bytes.Cut(bytes.TrimLeft(line, " \t"), []byte(":"))
		if !ok {
			return false
		}
		switch string(name) {
		case "SPDXVersion", "DataLicense", "DocumentName", "DocumentNamespace", "PackageName", "Creator", "PackageVersion":
			return true
		}
		return false
	})
}

// anyLine reports whether f holds for a line of a text. An archive may have
// hundreds of thousands of files that are looked at, for which regular
// expressions cost too much.
func anyLine(text []byte, f func(line []byte) bool) bool {
	for len(text) > 0 {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte("\n"))
		if f(line) {
			return true
		}
	}
	return false
}

// utf16Order tells UTF-16 by its byte order mark, or by the zero byte beside an
// opening bracket: +1 big-endian, -1 little-endian, 0 not UTF-16.
func utf16Order(head []byte) int {
	if len(head) < 4 {
		return 0
	}
	switch {
	case head[0] == 0xFE && head[1] == 0xFF, head[0] == 0 && head[2] == 0 && head[1] != 0:
		return 1
	case head[0] == 0xFF && head[1] == 0xFE, head[1] == 0 && head[3] == 0 && head[0] != 0:
		return -1
	}
	return 0
}

// A utf16Reader turns UTF-16 into UTF-8, without the byte order mark.
type utf16Reader struct {
	r    *bufio.Reader
	big  bool
	out  []byte
	over []byte
	high rune // a surrogate that waits for its second half
	any  bool
	err  error
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.over) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.fill()
	}
	n := copy(p, u.over)
	u.over = u.over[n:]
	return n, nil
}

func (u *utf16Reader) fill() {
	var in [4096]byte
	n, err := io.ReadFull(u.r, in[:])
	if err != nil {
		u.err = err
		if errors.Is(err, io.ErrUnexpectedEOF) {
			u.err = io.EOF
		}
	}
	u.out = u.out[:0]
	for i := 0; i+1 < n; i += 2 {
		c := rune(in[i]) | rune(in[i+1])<<8
		if u.big {
			c = rune(in[i])<<8 | rune(in[i+1])
		}
		if !u.any {
			u.any = true
			if c == 0xFEFF {
				continue
			}
		}
		if u.high != 0 {
			if d := utf16.DecodeRune(u.high, c); d != utf8.RuneError {
				u.out, u.high = utf8.AppendRune(u.out, d), 0
				continue
			}
			u.out, u.high = utf8.AppendRune(u.out, utf8.RuneError), 0
		}
		if utf16.IsSurrogate(c) {
			u.high = c
			continue
		}
		u.out = utf8.AppendRune(u.out, c)
	}
	u.over = u.out
}
