package firmware

import (
	"bytes"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/internal/derived"
	"github.com/touchmark-dev/touchmark/internal/elffile"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Releases unpack in a folder NAME-VERSION, and compilers leave the path of a
// source file where the code has checks or messages that name it:
// ".../build_dir/target/libtasn1-4.9/lib/decoding.c". So does libtool with the
// folder of a library that was not installed yet, for the programs beside it:
// ".../libtasn1-4.9/lib/.libs". The first says of which release code in the file
// is, whoever built it; the second only of the project's own programs.

const (
	maxSourcePath = 240 // bytes on each side of a version
	maxSources    = 256 // of one file
)

// A sourceFolder is a release that a path in a file names.
type sourceFolder struct {
	name, version string
	quote         string // from the name to the version
	at            int64
	libs          bool // the folder of a library that was not installed
}

// sourceFolderAt returns the release whose folder a version in a text ends: the
// innermost one of a path that leads to a source file or to ".libs".
func sourceFolderAt(s []byte, start, end int) (f sourceFolder, from int, ok bool) {
	if end >= len(s) || s[end] != '/' || start < 3 {
		return f, 0, false
	}
	n := start
	if s[n-1] == 'v' {
		n--
	}
	if s[n-1] != '-' && s[n-1] != '_' {
		return f, 0, false
	}
	n--
	from = n
	for from > 0 && n-from < 48 && (isAlnum(s[from-1]) || strings.IndexByte("+-_.", s[from-1]) >= 0) {
		from--
	}
	name := s[from:n]
	if len(name) < 2 || from > 0 && s[from-1] != '/' || !(name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z') {
		return f, 0, false
	}
	version := string(s[start:end])
	if !strings.Contains(version, ".") {
		// "udev-182", "iputils-20101006", "libubox-2019-12-28"; not "libstdc++-v3".
		if i := len(name) - len("-2019-12"); i > 1 && len(version) == 2 && name[i] == '-' && name[i+5] == '-' && digitsOnly(string(name[i+1:i+5])+string(name[i+6:])) {
			name, version = name[:i], string(name[i+1:])+"-"+version
		} else if n+1 != start || !digitsOnly(version) || len(version) < 2 || len(version) > 4 && len(version) != 8 || name[len(name)-1] >= '0' && name[len(name)-1] <= '9' {
			return f, 0, false
		}
	}
	rest := s[end:min(len(s), end+maxSourcePath)]
	if i := bytes.IndexFunc(rest, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"'<>|:;,()=*[]{}`, r) }); i >= 0 {
		rest = rest[:i]
	}
	depth, last := 0, ""
	for elem := range strings.SplitSeq(string(rest[1:]), "/") {
		switch last = elem; {
		case elem == "" || elem == ".":
			continue
		case elem == "..":
			depth--
		case releaseFolder(elem):
			return f, 0, false // another's sources within
		default:
			depth++
		}
		if depth < 0 {
			return f, 0, false // it leads out again
		}
	}
	f = sourceFolder{name: string(name), version: version, quote: string(s[from:end]), libs: last == ".libs"}
	return f, from, f.libs || isSourceFile(last)
}

// isSourceFile reports whether a file's name is one of code that is compiled by
// itself. A header is part of whatever includes it.
func isSourceFile(name string) bool {
	i := strings.LastIndexByte(name, '.')
	return i > 0 && slices.Contains([]string{"c", "cc", "cpp", "cxx", "C", "S", "m", "y", "l"}, name[i+1:])
}

// releaseFolder reports whether a folder's name ends in a version of two numbers
// at least: "pcre-8.31".
func releaseFolder(elem string) bool {
	i := strings.LastIndexByte(elem, '-')
	return i > 0 && derived.Version([]byte(strings.TrimPrefix(elem[i+1:], "v")), false) > 0
}

// source notes the release whose folder a version in a text ends.
func (st *stated) source(s []byte, at int64, start, end int) {
	if len(st.sources) == maxSources {
		return
	}
	f, from, ok := sourceFolderAt(s, start, end)
	if !ok {
		return
	}
	for _, g := range st.sources {
		if g.name == f.name && g.version == f.version && g.libs == f.libs {
			return
		}
	}
	f.at = at + int64(from)
	st.sources = append(st.sources, f)
}

// ownSource returns the release in whose folder the file's own sources were, if
// it is one.
func (st *stated) ownSource() (statedVersion, bool) {
	names := st.names
	if st.maybe > 0 {
		names = names[:st.maybe]
	}
	return st.sourceOf(names...)
}

// sourceOf returns the one release of that name that paths in the file name.
func (st *stated) sourceOf(names ...string) (statedVersion, bool) {
	var out statedVersion
	for _, f := range st.sources {
		i := slices.IndexFunc(names, func(n string) bool {
			return n != "" && (strings.EqualFold(n, f.name) || len(n) > 3 && foldPackage(n) == foldPackage(f.name))
		})
		if i < 0 {
			continue
		}
		if out.text != "" && out.text != f.version {
			return statedVersion{}, false
		}
		out = statedVersion{text: f.version, quote: f.quote, name: names[i], at: f.at, whole: true}
	}
	return out, out.text != ""
}

// bundled adds the components whose sources a file of another's was compiled
// from, of those that a signature knows and did not find.
func (s *scanner) bundled(res *fileResult, st *stated) {
	for _, f := range st.sources {
		if f.libs || len(f.name) < 4 || !strings.Contains(f.version, ".") {
			continue
		}
		name := strings.ToLower(f.name)
		var sig *signatures.Signature
		for _, id := range []string{name, "lib" + name, strings.TrimPrefix(name, "lib")} {
			if sig = s.signatures.Signature(id); sig != nil {
				break
			}
		}
		if sig == nil || slices.ContainsFunc(res.signatures, func(g signatures.Finding) bool { return g.Signature == sig.ID }) {
			continue
		}
		// What a program got from the compiler's own objects is no part of it
		// that anybody chose.
		if linked, err := s.signatures.Linked(sig, res.elf.needed); err != nil || linked {
			continue
		}
		ev := sbom.Evidence{Field: "version", Technique: sbom.BinaryAnalysis, Extractor: "source-path", Path: res.path, Offset: f.at,
			Length: len(f.quote), Match: CleanMatch(f.quote), Confidence: sbom.Medium}
		found := sig.Finding(f.version, []sbom.Evidence{ev}, sbom.Medium)
		found.Own = false
		res.signatures = append(res.signatures, found)
	}
}

// compilerOf returns the release of GCC that made a file, if the comments that
// its objects left in it say one. uClibc's start-up code is written down in the
// form that GCC 3.3.2 gave it, with that one's comment.
func compilerOf(comments []elffile.Text) (version string, comment elffile.Text) {
	const uClibcs = "3.3.2"
	for _, c := range comments {
		_, rest, ok := strings.Cut(c.Value, "GCC: (")
		if !ok {
			continue
		}
		depth := 1
		i := strings.IndexFunc(rest, func(r rune) bool {
			switch r {
			case '(':
				depth++
			case ')':
				depth--
			}
			return depth == 0
		})
		if i < 0 {
			return "", comment
		}
		v := strings.TrimLeft(rest[i+1:], " ")
		v = v[:derived.Version([]byte(v), false)]
		switch {
		case strings.Count(v, ".") != 2 || !digitsOnly(v):
			return "", elffile.Text{}
		case version == "" || version == uClibcs:
			version, comment = v, c
		case v != version && v != uClibcs:
			return "", elffile.Text{}
		}
	}
	return version, comment
}
