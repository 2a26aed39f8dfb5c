package firmware

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Interfaces ask a program for its maker's name: GL_VENDOR (OpenGL ES 2.0, 6.1.5),
// CL_PLATFORM_VENDOR, EGL_VENDOR, manufacturerID of PKCS #11, vendor of a sensor and
// implementor of an effect in Android. The answer is a text that is nothing but
// the name. And whoever gives a maker's code a folder in Android's source tree
// names it for him: "vendor/acme/camera/hal.cpp", "device/acme/watch/health.cpp".

func vendorTextExtractor() Extractor {
	return Extractor{
		Name:    "vendor-text",
		Doc:     "reads the maker's name from texts of a program that are nothing else, and from the folders of its sources in Android's tree",
		Marks:   []string{" Inc", " Ltd", " GmbH", " Corp", " Technologies", " Semiconductor", " Instruments", " Software Systems", "vendor/", "device/", "glGetString", "eglQueryString", "clGetPlatformInfo", "clGetDeviceInfo"},
		Extract: readVendorTexts,
	}
}

const (
	maxVendorText = 64
	// A program with as many makers' names knows them all: a table of them.
	vendorTable = 3
	// More of one file are not looked at.
	maxVendorTexts = 16
	// minFolder is that of a folder that may be named for an organization.
	minFolder = 3
)

// androidFolders are folders of vendor/ and device/ in Android's source tree that
// are named for no maker.
var androidFolders = map[string]bool{
	"generic": true, "common": true, "sample": true, "samples": true, "lib": true, "libs": true, "src": true, "include": true, "external": true, "proprietary": true, "extra": true, "apps": true, "firmware": true, "third_party": true, "opensource": true, "open-source": true, "private": true, "partner": true, "partner_gms": true, "test": true, "tests": true, "lineage": true, "cm": true, "unbundled_google": true,
}

// everybodys are texts of libraries that programs have linked in: OpenSSL's owner of
// an object identifier and default of a question, and what marks the disks of a RAID
// for udev's volume_id and libblkid.
var everybodys = map[string]bool{"netscape communications corp": true, "internet widgits pty ltd": true, "promise technology, inc": true}

func readVendorTexts(_ context.Context, in *Input, out *Result) error {
	if !in.isELF() || strings.HasSuffix(in.Path, ".ko") {
		return nil // a driver has the names of the things that it is for
	}
	type name struct {
		text   string
		offset int64
		length int
		match  string
		count  int
		folder bool
	}
	var names []name
	texts, folders, asks := 0, 0, false
	for _, m := range in.Marks {
		if m.Text[0] >= 'a' && m.Text[len(m.Text)-1] != '/' {
			asks = asks || isWholeName(in, m)
			continue
		}
		folder := m.Text == "vendor/" || m.Text == "device/"
		var n name
		if folder {
			owner, at, path := sourceOwner(in, m.Offset)
			n = name{text: owner, offset: at, length: len(path), match: path, folder: true}
		} else {
			text, at := wholeText(in, m.Offset)
			n = name{text: makerText(text), offset: at, length: len(text), match: text}
		}
		if n.text == "" {
			continue
		}
		if i := slices.IndexFunc(names, func(o name) bool { return strings.EqualFold(o.text, n.text) }); i >= 0 {
			names[i].count++
			continue
		}
		if folder {
			folders++
		} else {
			texts++
		}
		if len(names) == maxVendorTexts {
			return nil
		}
		names = append(names, n)
	}
	role := sbom.Developer
	switch {
	case !asks || texts == 0:
	case answers(in):
		role = sbom.Silicon // a driver, of whoever made what it drives
	default:
		texts = vendorTable // it asks drivers for their makers' names, and knows some
	}
	for _, n := range names {
		// Names without a legal form are in lists of processors and of USB devices.
		if n.folder && folders >= vendorTable || !n.folder && (texts >= vendorTable || role != sbom.Silicon && !endsInLegalForm(n.text)) {
			continue
		}
		ev := out.Evidence(sbom.BinaryAnalysis, "", n.offset, n.length, n.match)
		out.Claim(sbom.Claim{Kind: sbom.OrgName, Value: n.text, Role: role, By: sbom.ByBytes, Field: sbom.FieldVendorText, Evidence: []sbom.Evidence{ev}})
	}
	return nil
}

// wholeText returns the text, from one NUL to the next, that a place is in, and
// where it begins; "" if it is long.
func wholeText(in *Input, offset int64) (string, int64) {
	lo := max(0, offset-maxVendorText)
	b := in.Bytes(lo, 2*maxVendorText)
	at := int(offset - lo)
	if at > len(b) {
		return "", 0
	}
	start := bytes.LastIndexByte(b[:at], 0) + 1
	end := bytes.IndexByte(b[at:], 0)
	if start == 0 || end < 0 || at+end-start > maxVendorText {
		return "", 0
	}
	return string(b[start : at+end]), lo + int64(start)
}

// makerText returns the organization that a text names and says nothing else,
// without the dot or line feed behind it.
func makerText(s string) string {
	s = strings.TrimRight(s, ". \n\r")
	if len(s) < 6 || s[0] < 'A' || s[0] > 'Z' || !printableASCII(s) || strings.ContainsAny(s, "%$=<>{}*|:;/\\\"@!?_#+") || isCopied(strings.ToLower(s)) || everybodys[strings.ToLower(s)] {
		return ""
	}
	if list := organizations(s); len(list) != 1 || list[0] != s || len(strings.Fields(s)) > 6 {
		return ""
	}
	return s
}

// sourceOwner returns for whom the folder of a source file in vendor/ or device/ of
// Android's tree is named, with the path's place and text.
func sourceOwner(in *Input, offset int64) (owner string, at int64, path string) {
	lo := max(0, offset-1)
	b := in.Bytes(lo, maxBuildPath)
	skip := int(offset - lo)
	if skip > 0 && b[0] != 0 && b[0] != '/' && b[0] != ' ' {
		return "", 0, "" // "libvendor/"
	}
	if len(b) < skip {
		return "", 0, ""
	}
	b = b[skip:]
	n := 0
	for n < len(b) && (isAlnum(b[n]) || strings.IndexByte("/_-.+", b[n]) >= 0) {
		n++
	}
	path = string(b[:n])
	parts := strings.Split(path, "/")
	if len(parts) < 4 || !isSourceFile(parts[len(parts)-1]) && !isHeader(path) {
		return "", 0, ""
	}
	owner = parts[1]
	if len(owner) < minFolder || !hasLetters(owner, minFolder) || androidFolders[owner] || owner != strings.ToLower(owner) || strings.Contains(owner, ".") {
		return "", 0, ""
	}
	return owner, offset, path
}

// isWholeName reports whether a mark is all of a name, as that of a function.
func isWholeName(in *Input, m Mark) bool {
	lo := max(0, m.Offset-1)
	b := in.Bytes(lo, len(m.Text)+2)
	skip := int(m.Offset - lo)
	return (skip == 0 || b[0] == 0) && len(b) > skip+len(m.Text) && b[skip+len(m.Text)] == 0
}

// answers reports whether a library has one of the functions itself that tell
// whose it is.
func answers(in *Input) bool {
	f, err := in.readELF()
	if err != nil {
		return false
	}
	is := false
	f.Exports(in, func(name []byte) {
		switch string(name) {
		case "glGetString", "eglQueryString", "clGetPlatformInfo", "clGetDeviceInfo":
			is = true
		}
	})
	return is
}

func endsInLegalForm(name string) bool {
	i := strings.LastIndexByte(name, ' ')
	return i > 0 && isLegalForm(name[i+1:])
}
