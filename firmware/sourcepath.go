package firmware

import (
	"bytes"
	"path"
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
// ".../libtasn1-4.9/lib/.libs", and whoever passes such a folder to the linker as
// one to look in when the program runs (DT_RUNPATH). The first says of which release
// code in the file is, whoever built it; the others only of the project's own files.

const (
	maxSourcePath = 240 // bytes on each side of a version
	maxSources    = 256 // of one file
	minSources    = 2   // that say of what a file was made
)

// A sourceFolder is a release that a path in a file names.
type sourceFolder struct {
	name, version string
	quote         string // from the name to the version
	at            int64
	libs          bool // the folder of a library that was not installed
	file          string
	files         int  // paths to different files in it, at least
	self          bool // one of the files is named as the program
}

// sourceFolderAt returns the release whose folder a version in a text ends: the
// innermost one of a path that leads to a source file or to ".libs".
func sourceFolderAt(s []byte, start, end int) (f sourceFolder, from int, ok bool) {
	n := start
	if end >= len(s) || n < 3 || strings.IndexByte("-_v/", s[n-1]) < 0 {
		return f, 0, false
	}
	if s[end] != '/' {
		if end += betweenReleases(s[end:]); end >= len(s) {
			return f, 0, false
		}
	}
	rest := s[end:min(len(s), end+maxSourcePath)]
	if revision := recipeRevision(rest); revision > 0 && s[n-1] == '/' {
		// Yocto unpacks in a folder of the recipe's name, and below it one of its
		// version and revision: ".../work/armv7a/connman/1.22-r0/git/src/main.c".
		rest = rest[revision:]
	} else {
		if s[n-1] == 'v' {
			n--
		}
		if s[end] != '/' || s[n-1] != '-' && s[n-1] != '_' {
			return f, 0, false
		}
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
	// "jsoncpp-src-0.5.0", "qt-everywhere-opensource-src-4.8.6".
	name = bytes.TrimSuffix(name, []byte("-src"))
	f = sourceFolder{name: string(name), version: version, quote: string(s[from:end]), libs: last == ".libs", file: last, files: 1}
	return f, from, f.libs || isSourceFile(last)
}

// betweenReleases returns how many bytes behind a number are of the same version: of a
// release that is not there yet, or the day of a commit ("4.2.2+git20130218").
func betweenReleases(after []byte) int {
	if n := preRelease(after); n > 0 {
		return n
	}
	for _, w := range []string{"+git", "~git", ".git"} {
		day, ok := bytes.CutPrefix(after, []byte(w))
		if ok && len(day) > 8 && digitsOnly(string(day[:8])) && day[8] == '/' {
			return len(w) + 8
		}
	}
	return 0
}

// recipeRevision returns the length of a recipe's revision that a folder's name ends
// in: "-r0".
func recipeRevision(after []byte) int {
	digits, ok := bytes.CutPrefix(after, []byte("-r"))
	n := len(digits) - len(bytes.TrimLeft(digits, "0123456789"))
	if !ok || n == 0 || n > 3 || len(digits) == n || digits[n] != '/' {
		return 0
	}
	return len("-r") + n
}

// runPath notes the releases in whose folders a file looks for libraries.
func (st *stated) runPath(t elffile.Text) {
	at := 0
	for dir := range strings.SplitSeq(t.Value, ":") {
		start := at
		at += len(dir) + 1
		if len(dir) > 2*maxSourcePath || !strings.HasPrefix(dir, "/") || !printableASCII(dir) || isInstalled(dir) {
			continue
		}
		f, from, ok := releaseFolderOf(dir)
		if !ok || len(st.sources) == maxSources || slices.ContainsFunc(st.sources, func(g sourceFolder) bool { return g.name == f.name && g.version == f.version && g.libs }) {
			continue
		}
		f.at, f.libs = t.Offset+int64(start+from), true
		st.sources = append(st.sources, f)
	}
}

// isInstalled reports whether a folder is one of the device's, and not of whoever
// built the file: in that of plug-ins is the number of the interface
// ("/usr/lib/pipewire-0.3").
func isInstalled(dir string) bool {
	return strings.HasPrefix(dir, "/lib") || strings.HasPrefix(dir, "/usr/lib") || strings.HasPrefix(dir, "/usr/local/lib") || strings.HasPrefix(dir, "/opt/lib")
}

// builtIn notes the releases in whose folders the parts of a file were compiled, by
// the texts of its debugging information: the folder of each part
// (DW_AT_comp_dir) and the absolute paths of sources.
func (st *stated) builtIn(b []byte, at int64) {
	for from := 0; from < len(b) && len(st.sources) < maxSources; {
		n := bytes.IndexByte(b[from:], 0)
		if n < 0 {
			n = len(b) - from
		}
		text := b[from : from+n]
		start := from
		from += n + 1
		if n < len("/x-1.2") || n > 2*maxSourcePath || text[0] != '/' {
			continue
		}
		dir := string(text)
		if isHeader(dir) || !printableASCII(dir) {
			continue
		}
		f, in, ok := releaseFolderOf(dir)
		if !ok || isToolchain(f.name) || slices.ContainsFunc(st.sources, func(g sourceFolder) bool { return g.name == f.name && g.version == f.version && !g.libs }) {
			continue
		}
		f.at = at + int64(start+in)
		st.sources = append(st.sources, f)
	}
}

func isHeader(p string) bool {
	return strings.HasSuffix(p, ".h") || strings.HasSuffix(p, ".hpp") || strings.Contains(p, "/include/")
}

// isToolchain reports whether a release is one whose objects a compiler adds to
// every program, or that holds others: what those were compiled in is no part of
// it that anybody chose.
func isToolchain(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"gcc", "glibc", "eglibc", "uclibc", "musl", "newlib", "binutils", "linux", "crosstool", "buildroot", "openwrt", "lede", "target", "toolchain", "staging", "host"}, func(w string) bool {
		return name == w || strings.HasPrefix(name, w+"-") || strings.HasSuffix(name, "-"+w)
	})
}

// releaseFolderOf returns the innermost folder of a path that has the name of a
// release: "/work/libnl-1.1.4/lib". One that leads out of it is none.
func releaseFolderOf(dir string) (f sourceFolder, from int, ok bool) {
	depth := 0 // below the folder that is looked at
	for end := len(dir); end > 0; {
		start := strings.LastIndexByte(dir[:end], '/') + 1
		switch elem := dir[start:end]; {
		case elem == "" || elem == ".":
		case elem == "..":
			depth--
		case depth < 0:
			depth++ // left again
		default:
			name, version := splitRelease(elem)
			if version != "" {
				return sourceFolder{name: name, version: version, quote: elem}, start, true
			}
		}
		end = start - 1
	}
	return f, 0, false
}

// splitRelease splits the name of a release's folder: "libnl-1.1.4", "openssh-7.5p1",
// "uci-2014-04-11.1". What a system or toolchain is called is none ("linux-4.1.27",
// "gcc-4.8-linaro").
func splitRelease(elem string) (name, version string) {
	i := 0
	for i = 1; i < len(elem); i++ {
		if (elem[i-1] == '-' || elem[i-1] == '_') && elem[i] >= '0' && elem[i] <= '9' || i+1 < len(elem) && elem[i-1] == '-' && elem[i] == 'v' && elem[i+1] >= '0' && elem[i+1] <= '9' {
			break
		}
	}
	if i >= len(elem) || i < 3 {
		return "", ""
	}
	name, version = elem[:i-1], strings.TrimPrefix(elem[i:], "v")
	number := version[:derived.Version([]byte(version), false)]
	date := len(version) >= len("2014-04-11") && digitsOnly(version[:4]) && version[4] == '-' && digitsOnly(version[5:7]) && version[7] == '-' && digitsOnly(version[8:10])
	if !(name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z') || len(name) > 48 || len(version) > 24 || !isRelease(version) || !date && !strings.Contains(number, ".") {
		return "", ""
	}
	rest := version[len(number):] // a word of the builder's
	if date {
		rest = strings.TrimLeft(version[len("2014-04-11"):], ".0123456789")
	}
	if rest != "" {
		return "", ""
	}
	return name, version
}

func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
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
	f.self = !f.libs && strings.TrimSuffix(f.file, path.Ext(f.file)) == st.program
	for i := range st.sources {
		if g := &st.sources[i]; g.name == f.name && g.version == f.version && g.libs == f.libs {
			if g.file != f.file {
				g.files, g.file = g.files+1, f.file
			}
			g.self = g.self || f.self
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

// builtFrom adds the release that a file which nothing names was made from: the only
// one whose sources paths in it name. One of those has the program's own name, or
// there are several; then it may be code that the program has among other.
func (s *scanner) builtFrom(res *fileResult, st *stated) {
	var of *sourceFolder
	for i := range st.sources {
		switch f := &st.sources[i]; {
		case f.libs || isToolchain(f.name):
		case of != nil && of.self != f.self:
			if f.self {
				of = f
			}
		case of != nil:
			return
		default:
			of = f
		}
	}
	if of == nil || len(of.name) < 3 || !strings.Contains(of.version, ".") {
		return
	}
	// A vendor's own folders may be named for a product and two numbers.
	if !of.self && (of.files < minSources || of.name != strings.ToLower(of.name) || strings.Count(of.version, ".") < 2) {
		return
	}
	ev := sbom.Evidence{Field: "version", Technique: sbom.BinaryAnalysis, Extractor: "source-path", Path: res.path, Offset: of.at,
		Length: len(of.quote), Match: CleanMatch(of.quote), Confidence: sbom.Medium}
	if sig := s.signatures.Signature(strings.ToLower(of.name)); sig != nil {
		if slices.ContainsFunc(res.signatures, func(g signatures.Finding) bool { return g.Signature == sig.ID }) {
			return
		}
		found := sig.Finding(of.version, []sbom.Evidence{ev}, sbom.Medium)
		found.Own = of.self
		res.signatures = append(res.signatures, found)
		return
	}
	typ := sbom.Library
	if of.self {
		typ = sbom.Application
	}
	res.signatures = append(res.signatures, signatures.Finding{Signature: "stated:" + of.name, Name: EscapePath(of.name), Version: of.version, Type: typ,
		Own: of.self, Stated: true, Confidence: sbom.Medium, Evidence: []sbom.Evidence{ev}})
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
		for _, id := range []string{name, "lib" + name, strings.TrimPrefix(name, "lib"), "google-" + name} {
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
