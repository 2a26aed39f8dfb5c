// Package rpmdb reads the installed packages of an rpm database in a firmware
// tree: Berkeley DB (Packages), NDB (Packages.db) and SQLite (rpmdb.sqlite).
//
// It is an [firmware.Extractor] in a package of its own. Pass it with the
// others:
//
//	firmware.Options{Extractors: append(firmware.DefaultExtractors(), rpmdb.Extractor())}
//
// The databases are read in place, read-only, with every page number and
// length checked: trees are hostile. Locks and write-ahead logs are ignored, so
// what was written last may be missing from a database that was in use when the
// image was made.
//
// Sources: Berkeley DB's db_page.h, rpm's lib/backend/ndb/rpmpkg.c, "Database
// File Format" of SQLite, rpm's header format (docs/manual/format_header.md).
package rpmdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/touchmark-dev/touchmark/firmware"
	"github.com/touchmark-dev/touchmark/sbom"
)

const (
	maxBlob     = 64 << 20
	maxPackages = 100_000
)

var databasePaths = []string{"var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"}

// root returns the root of the tree that a database belongs to ("" or with a
// slash at its end).
func root(path string) (string, bool) {
	for _, d := range databasePaths {
		if i := strings.Index(path, d); i == 0 || i > 0 && path[i-1] == '/' {
			switch path[i+len(d):] {
			case "Packages", "Packages.db", "rpmdb.sqlite":
				return path[:i], true
			}
		}
	}
	return "", false
}

// Extractor returns the extractor.
func Extractor() firmware.Extractor {
	return firmware.Extractor{
		Name: "rpmdb",
		Doc:  "reads the installed packages of an rpm database",
		Match: func(e *firmware.Entry) bool {
			_, ok := root(e.Path)
			return ok && e.Size > 0
		},
		Extract: extract,
	}
}

func extract(ctx context.Context, in *firmware.Input, out *firmware.Result) error {
	prefix, _ := root(in.Path)
	n, bad, total := 0, 0, int64(0)
	var first error
	visit := func(offset int64, blob []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if n++; n > maxPackages {
			return fmt.Errorf("more than %d packages: %w", maxPackages, firmware.ErrLimit)
		}
		// No byte of a sound database belongs to two packages.
		if total += int64(len(blob)); total > 2*in.Size {
			return fmt.Errorf("packages are larger than the database: %w", firmware.ErrLimit)
		}
		o, err := read(blob, prefix)
		if err != nil {
			if bad++; first == nil {
				first = err
			}
			return nil
		}
		if o == nil {
			return nil
		}
		for _, field := range []struct{ name, value string }{{"name", o.Component.Name}, {"version", o.Component.Version}} {
			if field.value != "" {
				e := out.Evidence(sbom.ManifestAnalysis, field.name, offset, 0, field.value)
				e.Confidence = sbom.High
				o.Component.Evidence = append(o.Component.Evidence, e)
			}
		}
		for i := range o.Component.Claims {
			o.Component.Claims[i].Evidence = []sbom.Evidence{out.Evidence(sbom.ManifestAnalysis, "", offset, 0, o.Component.Claims[i].Value)}
		}
		out.Component(*o)
		return nil
	}
	var err error
	head := in.Bytes(0, 512)
	switch {
	case strings.HasPrefix(string(head), "SQLite format 3\x00"):
		err = readSQLite(in, in.Size, visit)
	case strings.HasPrefix(string(head), "RpmP"):
		err = readNDB(in, visit)
	default:
		err = readBDB(in, in.Size, visit)
	}
	if bad > 0 {
		out.Problem("bad-rpmdb-package", sbom.ProblemError, fmt.Sprintf("%d of %d packages could not be read: %v", bad, n, first))
	}
	return err
}

// source is the file; Bytes returns fewer bytes where it ends.
type source interface {
	Bytes(off int64, n int) []byte
}

// Tags of headers (rpmtag.h).
const (
	tagName       = 1000
	tagVersion    = 1001
	tagRelease    = 1002
	tagEpoch      = 1003
	tagSummary    = 1004
	tagVendor     = 1011
	tagLicense    = 1014
	tagURL        = 1020
	tagArch       = 1022
	tagDirIndexes = 1116
	tagBaseNames  = 1117
	tagDirNames   = 1118
)

var errHeader = errors.New("damaged rpm header")

// A header is a blob of an rpm database: an index of tags and their data.
type header struct {
	index []byte
	data  []byte
}

func parseHeader(b []byte) (*header, error) {
	if len(b) < 8 {
		return nil, errHeader
	}
	n, size := uint64(binary.BigEndian.Uint32(b)), uint64(binary.BigEndian.Uint32(b[4:]))
	if n*16+size > uint64(len(b)-8) {
		return nil, fmt.Errorf("%d tags and %d bytes in a blob of %d: %w", n, size, len(b), errHeader)
	}
	return &header{b[8 : 8+n*16], b[8+n*16 : 8+n*16+size]}, nil
}

// find returns type, count and data from a tag's offset on.
func (h *header) find(tag uint32) (typ, count uint32, data []byte) {
	for at := 0; at+16 <= len(h.index); at += 16 {
		e := h.index[at:]
		if binary.BigEndian.Uint32(e) == tag {
			off := binary.BigEndian.Uint32(e[8:])
			if uint64(off) > uint64(len(h.data)) {
				return 0, 0, nil
			}
			return binary.BigEndian.Uint32(e[4:]), binary.BigEndian.Uint32(e[12:]), h.data[off:]
		}
	}
	return 0, 0, nil
}

// texts returns the strings of a tag, at most max.
func (h *header) texts(tag uint32, max int) []string {
	typ, count, data := h.find(tag)
	if typ != 6 && typ != 8 && typ != 9 {
		return nil
	}
	var out []string
	for i := uint32(0); i < count && len(out) < max; i++ {
		end := bytes.IndexByte(data[:min(len(data), 64<<10)], 0)
		if end < 0 {
			break
		}
		out = append(out, string(data[:end]))
		data = data[end+1:]
	}
	return out
}

func (h *header) text(tag uint32) string {
	if t := h.texts(tag, 1); len(t) > 0 {
		return strings.TrimSpace(t[0])
	}
	return ""
}

func (h *header) ints(tag uint32, max int) []uint32 {
	typ, count, data := h.find(tag)
	if typ != 4 {
		return nil
	}
	var out []uint32
	for i := uint32(0); i < count && len(out) < max && len(data) >= 4; i++ {
		out = append(out, binary.BigEndian.Uint32(data))
		data = data[4:]
	}
	return out
}

// read makes the observation of one package. Public keys that rpm keeps as
// packages give nil.
func read(blob []byte, root string) (*firmware.Observation, error) {
	h, err := parseHeader(blob)
	if err != nil {
		return nil, err
	}
	name, version := h.text(tagName), h.text(tagVersion)
	if name == "" {
		return nil, fmt.Errorf("no name: %w", errHeader)
	}
	if name == "gpg-pubkey" {
		return nil, nil
	}
	if rel := h.text(tagRelease); rel != "" {
		version += "-" + rel
	}
	vendor, arch := h.text(tagVendor), h.text(tagArch)
	c := sbom.Component{Type: sbom.Application, Name: name, Version: version, Description: firmware.CleanMatch(h.text(tagSummary))}
	if strings.HasPrefix(name, "lib") {
		c.Type = sbom.Library
	}
	purl := "pkg:rpm/"
	if ns := namespace(vendor); ns != "" {
		purl += ns + "/"
	}
	purl += url.PathEscape(name) + "@" + strings.ReplaceAll(url.PathEscape(version), "+", "%2B")
	var q []string
	if arch != "" {
		q = append(q, "arch="+url.QueryEscape(arch))
	}
	if e := h.ints(tagEpoch, 1); len(e) == 1 && e[0] > 0 {
		q = append(q, "epoch="+strconv.FormatUint(uint64(e[0]), 10))
	}
	if len(q) > 0 {
		purl += "?" + strings.Join(q, "&")
	}
	c.PURL = purl
	if l := h.text(tagLicense); l != "" {
		c.Licenses = []string{l}
	}
	if u := h.text(tagURL); u != "" {
		c.Links = []sbom.Link{{Type: "website", URL: u}}
	}
	c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.PURL, Value: purl, By: sbom.ByBytes})
	if vendor != "" {
		c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.OrgName, Value: vendor, Role: sbom.Supplier, By: sbom.ByBytes})
	}
	o := &firmware.Observation{Key: "rpm:" + root + name + "@" + version + "?" + arch, Component: c, Upstream: namespace(vendor) != ""}
	const maxFiles = 200_000
	dirs, bases, idx := h.texts(tagDirNames, maxFiles), h.texts(tagBaseNames, maxFiles), h.ints(tagDirIndexes, maxFiles)
	for i, b := range bases {
		if i < len(idx) && int(idx[i]) < len(dirs) {
			if p := strings.Trim(dirs[idx[i]], "/") + "/" + b; !strings.Contains(p, "..") {
				o.Files = append(o.Files, root+strings.TrimPrefix(p, "/"))
			}
		}
	}
	return o, nil
}

// namespace of a package URL: the distribution, from the vendor's name.
func namespace(vendor string) string {
	v := strings.ToLower(vendor)
	for _, n := range [][2]string{{"fedora", "fedora"}, {"red hat", "redhat"}, {"centos", "centos"}, {"opensuse", "opensuse"}, {"suse", "suse"}, {"oracle", "oracle"}, {"rocky", "rocky"}, {"alma", "almalinux"}, {"mageia", "mageia"}, {"openeuler", "openeuler"}, {"amazon", "amzn"}} {
		if strings.Contains(v, n[0]) {
			return n[1]
		}
	}
	return ""
}
