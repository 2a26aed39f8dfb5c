package firmware

import (
	"bytes"
	"cmp"
	"context"
	"io/fs"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/internal/derived"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Builds that copy all of a library's installation leave its description for
// compilers beside it: lib/pkgconfig/libmnl.pc states the release of lib/libmnl.so
// (pc(5)). It is believed for the library of its own name alone, where the library
// states no release itself.

const (
	maxDescription  = 64 << 10
	maxDescriptions = 10_000 // of a tree
)

// A description is what a description says.
type description struct {
	file          int32
	path          string // escaped
	stem          string // the file's name: "libusb-1.0"
	name, version string
	library       string // "usb-1.0"
	dirs          [2]string
	offset        int64
	match         string
}

func pkgConfigExtractor() Extractor {
	return Extractor{
		Name:  "pkg-config",
		Doc:   "reads the descriptions of libraries that pkg-config uses",
		Match: func(e *Entry) bool { return strings.HasSuffix(e.Path, ".pc") && e.Size < maxDescription },
		Extract: func(_ context.Context, in *Input, out *Result) error {
			if d, ok := readDescription(in.Bytes(0, maxDescription)); ok {
				d.stem = strings.TrimSuffix(in.Base(), ".pc")
				d.path = out.path
				dir := dirOf(in.Path)
				d.dirs = [2]string{dir, dirOf(dir)}
				out.described = &d
			}
			return nil
		},
	}
}

// readDescription reads the fields of a description: "Key: value", where the
// value may name variables that were set above ("name=value").
func readDescription(b []byte) (d description, ok bool) {
	vars := map[string]string{}
	at := int64(0)
	for line := range bytes.Lines(b) {
		start := at
		at += int64(len(line))
		l := strings.TrimSpace(string(line))
		if i := strings.IndexAny(l, "=:"); i > 0 && l[0] != '#' {
			key, value := strings.TrimSpace(l[:i]), strings.TrimSpace(l[i+1:])
			if k, _, ok := strings.Cut(strings.TrimPrefix(value, "${"), "}"); ok && strings.HasPrefix(value, "${") && value == "${"+k+"}" {
				value = vars[k]
			}
			switch {
			case l[i] == '=':
				if len(vars) < 100 {
					vars[key] = value
				}
			case key == "Name":
				d.name = value
			case key == "Version" && isRelease(value) && d.version == "":
				d.version, d.offset, d.match = value, start, l
			case key == "Libs":
				for f := range strings.FieldsSeq(value) {
					if lib, is := strings.CutPrefix(f, "-l"); is && d.library == "" && validName(lib) && !strings.Contains(lib, "/") {
						d.library = lib
					}
				}
			}
		}
	}
	return d, d.version != "" && d.library != ""
}

// firstDescriptions returns those of the first files, whichever was read first.
func firstDescriptions(list []*description) []*description {
	slices.SortFunc(list, func(a, b *description) int { return cmp.Compare(a.file, b.file) })
	n := min(len(list), maxDescriptions)
	clear(list[n:])
	return list[:n]
}

// own reports whether the library is the one that the description is named for.
func (d *description) own() bool {
	lib := foldPackage("lib" + d.library)
	return lib != "" && (lib == foldPackage(d.stem) || lib == foldPackage(d.name))
}

// descriptions gives libraries the releases that descriptions state.
func (j *joiner) descriptions() {
	list := firstDescriptions(j.s.described)
	by := map[int32]*description{}
	for _, d := range list {
		if !d.own() || d.stem == "freetype2" {
			continue // FreeType's states the number of its interface
		}
		for _, dir := range d.dirs {
			prefix := "lib" + d.library + ".so"
			i, _ := j.at(joinPath(dir, prefix))
			for ; i < j.s.files.n; i++ {
				p := j.pathOf(i)
				if dirOf(p) != cleanTarget(dir, ".") || !strings.HasPrefix(baseOf(p), prefix) {
					break
				}
				if rest := strings.TrimPrefix(baseOf(p), prefix); rest != "" && rest[0] != '.' {
					continue
				}
				if k, ok := j.resolve(p); ok && by[k] == nil && j.s.files.mode(k)&fs.ModeType == 0 {
					by[k] = d
				}
			}
		}
	}
	j.described = by
}

// describe adds the release that a description states of a library, to the
// finding that names the file without one, or as a finding of its own.
func (j *joiner) describe(d *description, f *fileRec, r *fileResult) {
	if r.elf == nil || r.elf.soname == "" || d.libtool(f.base()) {
		return
	}
	ev := sbom.Evidence{Field: "version", Technique: sbom.ManifestAnalysis, Extractor: "pkg-config", Path: d.path, Offset: d.offset,
		Length: len(d.match), Match: CleanMatch(d.match), Confidence: sbom.Medium}
	for i := range r.signatures {
		fd := &r.signatures[i]
		if !fd.Own {
			continue
		}
		ranged := strings.HasPrefix(fd.Version, "vers:")
		if fd.Version != "" && !ranged || ranged && !inRange(d.version, fd.Version) {
			return
		}
		named := slices.ContainsFunc(namesOf(fd), func(n string) bool { return n != "" && (n == foldPackage(d.stem) || n == foldPackage(d.name)) })
		if !named && !ranged {
			return // a part of something whose release is another
		}
		list := append([]sbom.Evidence{ev}, fd.Evidence...)
		if sig := j.s.signatures.Signature(fd.Signature); sig != nil {
			*fd = sig.Finding(d.version, list, sbom.Medium)
			return
		}
		fd.Version, fd.Evidence = d.version, list
		if fd.PURL != "" {
			fd.PURL = packageURL("generic", "", fd.Name, d.version, "")
		}
		return
	}
	name := sonameStem(r.elf.soname)
	r.signatures = append(r.signatures, signatures.Finding{Signature: "stated:" + name, Name: EscapePath(name), Version: d.version, Type: sbom.Library,
		Own: true, Stated: true, Confidence: sbom.Medium, Evidence: []sbom.Evidence{ev}})
}

// libtool reports whether the version is libtool's of the library's interface,
// "current:revision:age" with dots: then the file's number is made of it.
func (d *description) libtool(base string) bool {
	v := versionNumbers(d.version)
	_, number, ok := strings.Cut(base, ".so.")
	if !ok || strings.Count(d.version, ".") != 2 {
		return false
	}
	for len(v) < 3 {
		v = append(v, 0)
	}
	n := versionNumbers(number)
	for len(n) > 0 && len(n) < 3 {
		n = append(n, 0)
	}
	return v[2] > 0 && len(n) == 3 && slices.Equal(n, []int{v[0] - v[2], v[2], v[1]}) && derived.Stem(base) != ""
}
