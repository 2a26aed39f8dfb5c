package firmware

import (
	"bytes"
	"path"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Makers name the libraries that their programs share for themselves:
// libacme_config.so, libacmenet.so.2. A program needs such a library of its
// dynamic linker (DT_NEEDED of the ELF specification) or holds its name, and is
// then the maker's, too, where the device is his.

const (
	// minLibraries is how many libraries must be named with a name of less than
	// minLongName letters, with which others' begin by chance (libtcl, libnec).
	minLibraries = 2
	// minProgramLabel is that of a name that is a word of a program's file name.
	minProgramLabel = 4
	// maxNeeded bounds the names of libraries that are looked at.
	maxNeeded = 1 << 14
	// maxLibraryName is how far behind a word the end of a library's name is
	// looked for.
	maxLibraryName = 48
)

// namesLibrary reports whether the bytes from start on are the name of a shared
// library behind its "lib", which begins what stands there.
func namesLibrary(b []byte, start int) bool {
	if start < 3 || string(b[start-3:start]) != "lib" || start > 3 && (isAlnum(b[start-4]) || b[start-4] == '_' || b[start-4] >= 0x80) {
		return false
	}
	rest := b[start:min(len(b), start+maxLibraryName)]
	n := 0
	for n < len(rest) && (isAlnum(rest[n]) || bytes.IndexByte([]byte("_-+"), rest[n]) >= 0) {
		n++
	}
	return bytes.HasPrefix(rest[n:], []byte(".so"))
}

// libraryLabel returns how a name begins names of libraries: "tplink" of
// "TP-Link Technologies"; "" if that is too short to say anything.
func libraryLabel(name string) string {
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	label := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, first)
	if len(label) < 3 {
		return ""
	}
	return label
}

// libraryLabels finds the brands of the device for which libraries are named that
// its own programs need.
func (j *joiner) libraryLabels(needed map[string]bool) {
	j.libraries = map[string]string{}
	for _, name := range j.brands {
		label := libraryLabel(name)
		if label == "" {
			continue
		}
		n := 0
		for lib := range needed {
			if strings.HasPrefix(lib, "lib"+label) {
				n++
			}
		}
		if n >= minLibraries || n > 0 && len(label) >= minLongName {
			j.libraries[name] = label
		}
	}
}

// libraryClaims makes claims of the libraries that a program needs and that are
// named for the device's brand, and of its own file's name.
func (j *joiner) libraryClaims(i int32, f *fileRec, r *fileResult) []sbom.Claim {
	if len(j.brands) == 0 || r.elf == nil || r.module != nil || r.nameTable || !j.own(i) {
		return nil
	}
	var out []sbom.Claim
	for _, name := range j.brands {
		if base := baseOf(f.path()); namedFor(base, libraryLabel(name)) && validName(base) {
			out = append(out, sbom.Claim{Kind: sbom.OrgName, Value: name, Role: sbom.Brand, By: sbom.ByBytes, Field: sbom.FieldNameMark, Evidence: []sbom.Evidence{{
				Technique: sbom.Filename, Extractor: "elf", Path: EscapePath(f.path()), Match: CleanMatch(base)}}})
			continue
		}
		label := j.libraries[name]
		if label == "" {
			continue
		}
		for _, lib := range r.elf.needed {
			base := path.Base(lib)
			if !strings.HasPrefix(base, "lib"+label) || !validName(base) || j.othersLibrary(base) {
				continue
			}
			out = append(out, sbom.Claim{Kind: sbom.OrgName, Value: name, Role: sbom.Brand, By: sbom.ByBytes, Field: sbom.FieldNameMark, Evidence: []sbom.Evidence{{
				Technique: sbom.BinaryAnalysis, Extractor: "elf", Path: EscapePath(f.path()), Match: CleanMatch("NEEDED " + base)}}})
			break
		}
	}
	return out
}

// namedFor reports whether a word of a program's file name is a label:
// "acme-upgrade", "libacme.so.1". Who sells the device names so what he made for it.
func namedFor(base, label string) bool {
	if len(label) < minProgramLabel {
		return false
	}
	base = strings.TrimPrefix(strings.ToLower(base), "lib")
	for w := range strings.FieldsFuncSeq(base, func(r rune) bool { return r == '-' || r == '_' || r == '.' }) {
		if w == label {
			return true
		}
	}
	return false
}

// othersLibrary reports whether a library of that name is there and something
// upstream explains it.
func (j *joiner) othersLibrary(base string) bool {
	for _, dir := range []string{"lib/", "usr/lib/", "lib64/", "usr/lib64/", "usr/local/lib/"} {
		if i, ok := j.at(dir + base); ok && !j.own(i) {
			return true
		}
	}
	return false
}
