package firmware

import (
	"bytes"
	"context"
	"path"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Two networks that hand out packages of npm as single files for pages write
// into each file that they minify or bundle which package it is from. Whoever
// saves such a file for a device keeps the line:
//
//   - Original file: /npm/axios@1.4.0/index.js                (jsDelivr)
//     /* esm.sh - esbuild bundle(semver@6.3.0) es2022 production */
//     /* esm.sh - axios@1.6.0 */
//
// What the file of a bundle has of the package's own dependencies is not told.
const (
	jsDelivrMark = "* Original file: /"
	esmMark      = "/* esm.sh - "
)

func cdnExtractor() Extractor {
	return Extractor{
		Name:  "cdn",
		Doc:   "reads the packages that files from jsDelivr and esm.sh say they are from",
		Marks: []string{jsDelivrMark, esmMark},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			for i, m := range in.Marks {
				if i == maxCDN {
					break
				}
				at := m.Offset + int64(len(m.Text))
				line, _, _ := bytes.Cut(in.Bytes(at, 400), []byte("\n"))
				typ, ns, name, version, from, to := cdnPackage(m.Text, string(line))
				if name == "" {
					continue
				}
				o := languagePackage(out, typ, ns, name, version, at+int64(from), string(line[from:to]))
				for i := range o.Component.Evidence {
					o.Component.Evidence[i].Technique = sbom.SourceCodeAnalysis
				}
				// A file that begins with the line is the package's; what comes
				// later in a file of several is one of them.
				o.Explains = m.Offset < 64 && scriptSuffix(in.Path)
				if i > 0 {
					o.Explains = false
				}
				out.Component(o)
			}
			return nil
		},
	}
}

// maxCDN bounds the packages of one file.
const maxCDN = 256

func scriptSuffix(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".js", ".mjs", ".css", ".cjs":
		return true
	}
	return false
}

// cdnPackage reads what follows a mark in its line: a package with its version,
// and where that stands in the line.
func cdnPackage(mark, line string) (typ, namespace, name, version string, from, to int) {
	none := func() (string, string, string, string, int, int) { return "", "", "", "", 0, 0 }
	rest := line
	typ = "npm"
	if mark == jsDelivrMark {
		var kind string
		var ok bool
		if kind, rest, ok = strings.Cut(line, "/"); !ok {
			return none()
		}
		switch kind {
		case "npm":
		case "gh":
			typ = "github"
		default:
			return none()
		}
	} else if i := strings.Index(rest, "bundle("); i >= 0 && i < 20 {
		rest = rest[i+len("bundle("):]
	}
	from = len(line) - len(rest)
	// "@scope/name@1.0/path", "name@1.0/path", of GitHub "owner/name@1.0/path".
	at := 0
	if typ == "github" || strings.HasPrefix(rest, "@") {
		i := strings.IndexByte(rest, '/')
		if i <= 0 {
			return none()
		}
		namespace, at = rest[:i], i+1
	}
	i := strings.IndexByte(rest[at:], '@')
	if i <= 0 {
		return none()
	}
	name = rest[at : at+i]
	version = rest[at+i+1:]
	if k := strings.IndexAny(version, "/) *\t\r,"); k >= 0 {
		version = version[:k]
	}
	to = from + at + i + 1 + len(version)
	digit := version != "" && (version[0] >= '0' && version[0] <= '9' || len(version) > 1 && version[0] == 'v' && version[1] >= '0' && version[1] <= '9')
	// "latest" and ranges ("2", "^1.2") are what somebody asked for.
	if !digit || !strings.Contains(version, ".") || len(version) > 64 || strings.ContainsAny(version, "^~<>|") ||
		!validName(version) || !validValue(name+version) || len(name) > 214 || namespace != "" && !validName(namespace) || strings.ContainsAny(name, "/:") {
		return none()
	}
	return typ, namespace, name, version, from, to
}
