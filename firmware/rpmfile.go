package firmware

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sassoftware/go-rpmutils"

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
		Components: []*sbom.Component{c},
		Coverage:   sbom.Coverage{Files: 1, Bytes: size, NotRead: true},
		Problems: append(res.problems, sbom.Problem{Kind: "not-unpacked", Severity: sbom.ProblemError,
			Message: "only the header of the package was read; to scan its files, unpack them (rpm2cpio FILE | cpio -id) and scan the directory"}),
	}, nil
}

func readRPM(r io.ReaderAt, size int64, out *Result) (*sbom.Component, error) {
	end, err := checkRPM(r, size)
	if err != nil {
		return nil, err
	}
	h, err := rpmutils.ReadHeader(io.NewSectionReader(r, 0, end))
	if err != nil {
		return nil, fmt.Errorf("read rpm header: %w", err)
	}
	text := func(tag int) string {
		s, err := h.GetStrings(tag)
		if err != nil || len(s) == 0 {
			return ""
		}
		return strings.TrimSpace(s[0])
	}
	name, version := text(rpmutils.NAME), text(rpmutils.VERSION)
	if name == "" {
		return nil, fmt.Errorf("read rpm header: it has no name")
	}
	if rel := text(rpmutils.RELEASE); rel != "" {
		version += "-" + rel
	}
	c := &sbom.Component{Name: name, Version: version, Description: text(rpmutils.SUMMARY), Type: packageType(name, text(rpmutils.GROUP))}
	if l := text(rpmutils.LICENSE); l != "" {
		c.Licenses = []string{l}
	}
	if u := text(rpmutils.URL); u != "" {
		c.Links = []sbom.Link{{Type: "website", URL: u}}
	}
	c.PURL = packageURL("rpm", rpmNamespace(text(rpmutils.VENDOR), text(rpmutils.DISTRIBUTION)), name, version, text(rpmutils.ARCH))
	if e, err := h.GetInts(rpmutils.EPOCH); err == nil && len(e) == 1 && e[0] > 0 {
		sep := "?"
		if strings.Contains(c.PURL, "?") {
			sep = "&"
		}
		c.PURL += sep + "epoch=" + strconv.Itoa(e[0])
	}
	c.Evidence = []sbom.Evidence{
		identity(out.Evidence(sbom.ManifestAnalysis, "name", 0, 0, name), sbom.High),
		identity(out.Evidence(sbom.ManifestAnalysis, "version", 0, 0, version), sbom.High),
	}
	if v := text(rpmutils.VENDOR); v != "" {
		c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.OrgName, Value: v, Role: sbom.Supplier, By: sbom.ByBytes,
			Evidence: []sbom.Evidence{out.Evidence(sbom.ManifestAnalysis, "", 0, 0, "Vendor: "+v)}})
	}
	c.Claims = append(c.Claims, maintainerClaims(out, text(rpmutils.PACKAGER), 0)...)
	return c, nil
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

// checkRPM looks at the lead and at both header indexes before the library
// does, which allocates what they claim. It returns where the headers end.
func checkRPM(r io.ReaderAt, size int64) (int64, error) {
	const maxHeader = 64 << 20
	at := int64(96) // the lead
	for i, what := range []string{"signature", "main"} {
		var intro [16]byte
		if _, err := r.ReadAt(intro[:], at); err != nil {
			return 0, fmt.Errorf("read rpm %s header at offset %d: %w", what, at, err)
		}
		if binary.BigEndian.Uint32(intro[:]) != 0x8eade801 {
			return 0, fmt.Errorf("read rpm %s header at offset %d: no header magic", what, at)
		}
		entries, data := int64(binary.BigEndian.Uint32(intro[8:])), int64(binary.BigEndian.Uint32(intro[12:]))
		if entries*16+data > min(maxHeader, size-at-16) {
			return 0, fmt.Errorf("read rpm %s header at offset %d: %d entries and %d bytes do not fit in the file", what, at, entries, data)
		}
		index := make([]byte, entries*16)
		if _, err := r.ReadAt(index, at+16); err != nil {
			return 0, fmt.Errorf("read rpm %s header at offset %d: %w", what, at, err)
		}
		for ; len(index) >= 16; index = index[16:] {
			off, count := int64(int32(binary.BigEndian.Uint32(index[8:]))), int64(int32(binary.BigEndian.Uint32(index[12:])))
			if off > data || count < 0 || count > data {
				return 0, fmt.Errorf("read rpm %s header at offset %d: entry with %d values at %d of %d bytes", what, at, count, off, data)
			}
		}
		at += 16 + entries*16 + data
		if i == 0 {
			at = (at + 7) &^ 7
		}
	}
	return at, nil
}
