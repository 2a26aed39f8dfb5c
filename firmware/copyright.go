package firmware

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

func copyrightExtractor() Extractor {
	return Extractor{
		Name:    "copyright",
		Doc:     "reads the organizations in copyright notices of programs",
		Marks:   []string{"Copyright", "COPYRIGHT", "copyright (", "(c) 19", "(c) 20", "(C) 19", "(C) 20", "(c)20", "(C)20"},
		Extract: readCopyrights,
	}
}

var copyrightSigns = strings.NewReplacer("©", " ", "Copyright", " ", "COPYRIGHT", " ", "copyright", " ", "(c)", " ", "(C)", " ")

const (
	// noticeTable is how many organizations' notices make a program one that
	// carries a table of licences or packages.
	noticeTable   = 8
	maxCopyrights = 16
	maxNotice     = 160
)

// copied are holders whose code is in programs of anybody: a notice says that
// a file of theirs was copied, as a licence asks. Lower-case beginnings.
var copied = []string{
	"free software foundation", "regents of", "university of california", "the regents", "massachusetts institute", "carnegie mellon", "carnegie-mellon",
	"sun microsystems", "rsa data security", "rsa laboratories", "openssl project", "the openssl project", "x consortium", "internet systems consortium", "internet software consortium",
	"netbsd foundation", "the netbsd foundation", "university of cambridge", "unicode", "independent jpeg group", "silicon graphics", "berkeley software design", "at&t bell", "xerox corp", "digital equipment", "international business machines",
	"lucent technologies", "bell communications research", "bellcore", "the internet society", "internet society", "university of", "network computing devices", "cygnus", "hewlett-packard", "tenfour", "nara institute", "wide project", "kungliga tekniska", "apple computer",
}

// readCopyrights finds notices in programs and keeps the organizations that
// they name. Persons hold most copyrights; they are left out, as everywhere.
func readCopyrights(_ context.Context, in *Input, out *Result) error {
	if !in.isELF() {
		return nil
	}
	seen := map[string]bool{}
	last := int64(-maxNotice)
	for _, m := range in.Marks {
		if m.Offset < last {
			continue // in the notice before
		}
		b := in.Bytes(m.Offset, maxNotice)
		n := 0
		for n < len(b) && (b[n] >= 0x20 && b[n] < 0x7f || b[n] == '\t' || b[n] >= 0xa0) {
			n++
		}
		notice := string(b[:n])
		last = m.Offset + int64(n)
		out.notices = append(out.notices, [2]int64{m.Offset, last})
		if isCarried(in.Bytes(max(0, m.Offset-maxAttribute), int(min(m.Offset, maxAttribute)))) {
			continue
		}
		for _, org := range noticeHolders(notice) {
			l := strings.ToLower(org)
			if seen[l] || len(seen) >= maxCopyrights {
				continue
			}
			seen[l] = true
			ev := out.namesPersons(sbom.BinaryAnalysis, m.Offset, n, "Copyright … "+org, notice)
			out.Claim(sbom.Claim{Kind: sbom.OrgName, Value: org, Role: sbom.Developer, By: sbom.ByBytes, Field: sbom.FieldCopyright, Evidence: []sbom.Evidence{ev}})
		}
		if len(out.notices) >= 256 {
			break
		}
	}
	if len(seen) >= noticeTable {
		isNotice := func(c sbom.Claim) bool { return c.Field == sbom.FieldCopyright }
		out.licences = true
		out.claims = slices.DeleteFunc(out.claims, isNotice)
		out.Property("touchmark:notices", fmt.Sprintf("copyright notices of %d organizations or more; none of them is named as a developer", len(seen)))
	}
	return nil
}

// maxAttribute is how far before a notice its attribute begins.
const maxAttribute = 64

// isCarried reports whether a notice, by the bytes before it, belongs to
// something that the program only carries: a name in a certificate ("(c) 2009
// Entrust, Inc." is its OU, X.520), whose authority did not make the program;
// or a comment of PostScript, whose procedures every program that writes it has
// from Adobe.
func isCarried(before []byte) bool {
	if i := bytes.LastIndex(before, []byte("\x06\x03\x55\x04")); i >= 0 && i+7 <= len(before) {
		tag, length, begun := before[i+5], int(before[i+6]), len(before)-i-7
		if (tag == 0x0c || tag == 0x13 || tag == 0x14 || tag == 0x16) && begun < length {
			return true
		}
	}
	line := before[bytes.LastIndexAny(before, "\x00\r\n")+1:]
	return len(line) < len(before) && bytes.HasPrefix(line, []byte("%")) && len(bytes.Trim(line, "% \t")) == 0 &&
		before[len(before)-len(line)-1] != 0 // "%Copyright" begins a text of a program that prints
}

// noticeHolders returns the organizations that a copyright notice names.
func noticeHolders(s string) []string {
	low := lowerASCII(s)
	// A notice has a year or the sign: "Copyright notice" is talk of one.
	if !strings.ContainsAny(s, "0123456789") && !strings.Contains(low, "(c)") && !strings.Contains(s, "©") {
		return nil
	}
	for _, stop := range []string{"all rights", "licensed under", "this program", "this is free", "released under", "under the terms", "permission", "http://", "https://"} {
		if i := strings.Index(low, stop); i > 0 {
			s, low = s[:i], low[:i]
		}
	}
	s = copyrightSigns.Replace(s)
	// A year that the program fills in: "2016-%c%c%c%c Acme SA".
	for at := strings.IndexByte(s, '%'); at >= 0 && at+1 < len(s) && strings.IndexByte("cds", s[at+1]) >= 0; at = strings.IndexByte(s, '%') {
		s = s[:at] + s[at+2:]
	}
	var out []string
	for _, p := range organizations(strings.TrimSpace(s)) {
		p = withoutYears(strings.TrimSpace(strings.TrimRight(p, ".")))
		l := strings.ToLower(p)
		if !strings.ContainsAny(p, "%$=<>{}*") && !isCopied(l) && len(p) >= 6 {
			out = appendNew(out, p)
		}
	}
	return out
}

// withoutYears cuts the years off that stand behind a name: "Acme Inc. 2006-2010".
func withoutYears(name string) string {
	short := strings.TrimRight(name, "0123456789-, ")
	years := strings.Trim(name[len(short):], ", ")
	if !strings.HasPrefix(name[len(short):], " ") && !strings.HasPrefix(name[len(short):], ",") || len(years) < 4 || !strings.HasPrefix(years, "19") && !strings.HasPrefix(years, "20") {
		return name
	}
	return strings.TrimRight(short, ". ")
}

// isCopied reports whether a holder's name, lower case, is one of those whose
// code is everywhere.
func isCopied(name string) bool {
	for _, c := range copied {
		if strings.HasPrefix(name, c) {
			return true
		}
	}
	return false
}
