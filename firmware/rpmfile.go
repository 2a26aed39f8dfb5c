package firmware

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

func rpmFileExtractor() Extractor {
	return Extractor{
		Name: "rpm-file",
		Doc:  "reads the header of .rpm files",
		Match: func(e *Entry) bool {
			return bytes.HasPrefix(e.Head, []byte("\xed\xab\xee\xdb"))
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			c, err := readRPM(in, in.Size, out)
			if err != nil {
				return err
			}
			out.Component(Observation{Component: *c, Explains: true, Upstream: true})
			return nil
		},
	}
}

// ReadRPM reads the header of a single .rpm file into a document with one
// component. The payload is not read, which Coverage and a Problem say.
func ReadRPM(r io.ReaderAt, size int64) (*sbom.Document, error) {
	res := &Result{extractor: "rpm-file"}
	c, err := readRPM(r, size, res)
	if err != nil {
		return nil, fmt.Errorf("read rpm: %w", err)
	}
	c.Ref = "rpm:" + c.Name
	return &sbom.Document{
		Source:     sbom.Source{Kind: sbom.SourceRPM},
		Components: []sbom.Component{*c},
		Coverage:   sbom.Coverage{Files: 1, Bytes: size, NotRead: true},
		Problems: append(res.problems, sbom.Problem{Kind: "not-unpacked", Severity: sbom.ProblemError,
			Message: "only the header of the package was read; to scan its files, unpack them (rpm2cpio FILE | cpio -id) and scan the directory"}),
	}, nil
}

func readRPM(r io.ReaderAt, size int64, out *Result) (*sbom.Component, error) {
	h, err := readRPMHeader(r, size)
	if err != nil {
		return nil, err
	}
	text := func(tag uint32) string {
		s, textErr := h.text(tag)
		if textErr != nil && err == nil {
			err = textErr
		}
		return strings.TrimSpace(s)
	}
	name, version := text(rpmName), text(rpmVersion)
	if name == "" && err == nil {
		err = fmt.Errorf("read rpm header: it has no name")
	}
	if err != nil {
		return nil, err
	}
	if rel := text(rpmRelease); rel != "" {
		version += "-" + rel
	}
	c := &sbom.Component{Name: name, Version: version, Description: text(rpmSummary), Type: packageType(name, text(rpmGroup))}
	if l := text(rpmLicense); l != "" {
		c.Licenses = []string{l}
	}
	if u := text(rpmURL); u != "" {
		c.Links = []sbom.Link{{Type: "website", URL: u}}
	}
	c.PURL = packageURL("rpm", rpmNamespace(text(rpmVendor), text(rpmDistribution)), name, version, text(rpmArch))
	if epoch := h.number(rpmEpoch); epoch > 0 {
		sep := "?"
		if strings.Contains(c.PURL, "?") {
			sep = "&"
		}
		c.PURL += sep + "epoch=" + strconv.FormatUint(uint64(epoch), 10)
	}
	c.Evidence = []sbom.Evidence{
		identity(out.Evidence(sbom.ManifestAnalysis, "name", 0, 0, name), sbom.High),
		identity(out.Evidence(sbom.ManifestAnalysis, "version", 0, 0, version), sbom.High),
	}
	if v := text(rpmVendor); v != "" {
		c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.OrgName, Value: v, Role: sbom.Supplier, By: sbom.ByBytes,
			Evidence: []sbom.Evidence{out.Evidence(sbom.ManifestAnalysis, "", 0, 0, "Vendor: "+v)}})
	}
	c.Claims = append(c.Claims, maintainerClaims(out, text(rpmPackager), 0)...)
	return c, err
}

func rpmNamespace(vendor, distribution string) string {
	v := strings.ToLower(vendor + " " + distribution)
	for _, n := range []struct{ word, ns string }{
		{"fedora", "fedora"}, {"red hat", "redhat"}, {"centos", "centos"}, {"opensuse", "opensuse"}, {"suse", "suse"}, {"oracle", "oracle"},
		{"rocky", "rocky"}, {"alma", "almalinux"}, {"mageia", "mageia"}, {"openeuler", "openeuler"}, {"anolis", "anolis"}, {"amazon", "amzn"},
	} {
		if strings.Contains(v, n.word) {
			return n.ns
		}
	}
	return ""
}

// Tags of a package's header, and types of their values: rpm's documentation,
// "RPM v4 header data" and "tags".
const (
	rpmName         = 1000
	rpmVersion      = 1001
	rpmRelease      = 1002
	rpmEpoch        = 1003
	rpmSummary      = 1004
	rpmDistribution = 1010
	rpmVendor       = 1011
	rpmLicense      = 1014
	rpmPackager     = 1015
	rpmGroup        = 1016
	rpmURL          = 1020
	rpmArch         = 1022

	rpmInt32     = 4
	rpmText      = 6
	rpmTexts     = 8
	rpmLocalText = 9
)

// An rpmHeader is the main header of an .rpm file: an index of tags, and a store
// with their values, which is not read as a whole.
type rpmHeader struct {
	store   *io.SectionReader
	entries map[uint32]rpmEntry
}

type rpmEntry struct {
	kind   uint32
	offset int64 // in the store
	count  int64
}

// readRPMHeader goes over the lead and the header of signatures, and reads the
// index of the main header.
func readRPMHeader(r io.ReaderAt, size int64) (*rpmHeader, error) {
	const lead = 96
	entries, data, err := rpmIntro(r, size, lead)
	if err != nil {
		return nil, fmt.Errorf("read rpm signature header at offset %d: %w", lead, err)
	}
	at := (lead + 16 + entries*16 + data + 7) &^ 7
	fail := func(err error) (*rpmHeader, error) {
		return nil, fmt.Errorf("read rpm main header at offset %d: %w", at, err)
	}
	if entries, data, err = rpmIntro(r, size, at); err != nil {
		return fail(err)
	}
	index := make([]byte, entries*16)
	if _, err := r.ReadAt(index, at+16); err != nil {
		return fail(err)
	}
	h := &rpmHeader{io.NewSectionReader(r, at+16+entries*16, data), map[uint32]rpmEntry{}}
	for ; len(index) >= 16; index = index[16:] {
		word := func(i int) uint32 { return binary.BigEndian.Uint32(index[4*i:]) }
		e := rpmEntry{kind: word(1), offset: int64(int32(word(2))), count: int64(int32(word(3)))}
		if e.offset < 0 || e.offset > data || e.count < 0 || e.count > data {
			return fail(fmt.Errorf("entry with %d values at %d of %d bytes", e.count, e.offset, data))
		}
		h.entries[word(0)] = e
	}
	return h, nil
}

// rpmIntro returns the number of entries of the header at an offset and the
// length of its store, which lie within the file.
func rpmIntro(r io.ReaderAt, size, at int64) (entries, data int64, err error) {
	const maxHeader = 64 << 20
	var intro [16]byte
	if _, err := r.ReadAt(intro[:], at); err != nil {
		return 0, 0, err
	}
	if binary.BigEndian.Uint32(intro[:]) != 0x8eade801 {
		return 0, 0, errors.New("no header magic")
	}
	entries, data = int64(binary.BigEndian.Uint32(intro[8:])), int64(binary.BigEndian.Uint32(intro[12:]))
	if entries*16+data > min(maxHeader, size-at-16) {
		return 0, 0, fmt.Errorf("%d entries and %d bytes do not fit in the file", entries, data)
	}
	return entries, data, nil
}

// maxRPMText bounds a text of a header; descriptions, the longest, are not read.
const maxRPMText = 1 << 20

// text returns the first text of a tag, empty where it has none.
func (h *rpmHeader) text(tag uint32) (string, error) {
	e, ok := h.entries[tag]
	if !ok || e.count == 0 || e.kind != rpmText && e.kind != rpmTexts && e.kind != rpmLocalText {
		return "", nil
	}
	var text []byte
	for buf := make([]byte, 256); len(text) < maxRPMText; {
		n, err := h.store.ReadAt(buf, e.offset+int64(len(text)))
		if end := bytes.IndexByte(buf[:n], 0); end >= 0 {
			return string(append(text, buf[:end]...)), nil
		}
		text = append(text, buf[:n]...)
		if err != nil {
			return "", fmt.Errorf("read rpm header: tag %d is truncated: %w", tag, err)
		}
	}
	return "", fmt.Errorf("read rpm header: tag %d has more than %d bytes", tag, maxRPMText)
}

// number returns the number of a tag, 0 where it has not exactly one.
func (h *rpmHeader) number(tag uint32) uint32 {
	var b [4]byte
	e := h.entries[tag]
	if _, err := h.store.ReadAt(b[:], e.offset); e.kind != rpmInt32 || e.count != 1 || err != nil && err != io.EOF {
		return 0
	}
	return binary.BigEndian.Uint32(b[:])
}
