package firmware

import (
	"context"
	"debug/buildinfo"
	"strings"

	"github.com/touchmark-dev/touchmark/internal/elffile"
	"github.com/touchmark-dev/touchmark/sbom"
)

// elfFacts is what the join needs of an ELF file.
type elfFacts struct {
	arch     string
	soname   string
	sonameAt int64
	needed   []string
	buildID  string
	shared   bool
	program  bool
	object   bool // relocatable: a kernel module or an object file
	comments []elffile.Text
	pkg      *notedPackage
	pureGo   bool // built from Go alone: no library of C is linked into it
	// hostLoader: it runs with, or needs, the C library of a PC.
	hostLoader bool
}

// goBuildInfo is what the build information of a Go program begins with.
const goBuildInfo = "\xff Go buildinf:"

func elfExtractor() Extractor {
	return Extractor{
		Name:  "elf",
		Doc:   "reads ELF headers, SONAME, NEEDED, build id, .comment and Go build information",
		Match: func(e *Entry) bool { return e.isELF() },
		Marks: []string{goBuildInfo},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			if !in.isELF() {
				return nil // the mark alone
			}
			f, err := in.readELF()
			if err != nil {
				out.Problem("bad-elf", sbom.ProblemWarning, "the ELF header could not be read: "+err.Error())
				return nil
			}
			for _, d := range f.Damage {
				out.Problem("truncated-elf", sbom.ProblemWarning, "damaged ELF file, read as far as it goes: "+d)
				break
			}
			facts := &elfFacts{arch: f.Arch(), needed: f.Needed, buildID: f.BuildID, comments: f.Comments,
				object: f.Type == elffile.Relocatable}
			facts.hostLoader = strings.Contains(f.Interp, "ld-linux") && (facts.arch == "x86_64" || facts.arch == "i386")
			for _, n := range f.Needed {
				facts.hostLoader = facts.hostLoader || n == "libc.so.6" || strings.HasPrefix(n, "ld-linux")
			}
			base := in.Base()
			facts.shared = f.SONAME.Value != "" || f.Type == elffile.Shared && f.Interp == "" && (strings.Contains(base, ".so") || strings.HasPrefix(base, "lib"))
			facts.program = !facts.shared && !facts.object
			if s := f.SONAME.Value; validName(s) {
				facts.soname, facts.sonameAt = s, f.SONAME.Offset
			}
			out.elf = facts
			if f.Package.Value != "" {
				facts.pkg = readPackageNote(out, f.Package)
			}
			if f.DepV0 != nil {
				readCargo(in, out, f.DepV0)
			}
			if f.GoBuildInfo || len(f.Sections) == 0 && facts.program && len(in.Marks) > 0 {
				readGo(in, out)
			}
			return nil
		},
	}
}

// validName reports whether a string from a file can be a name: short and
// printable ASCII.
func validName(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] <= 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// readGo reads the build information that the Go linker leaves: the main
// module, its dependencies and the version of Go. One component a module.
func readGo(in *Input, out *Result) {
	bi, err := buildinfo.Read(in)
	if err != nil {
		return // not a Go program
	}
	ev := func(field, match string) sbom.Evidence {
		return identity(out.Evidence(sbom.ManifestAnalysis, field, 0, 0, match), sbom.High)
	}
	add := func(path, version string, main bool) {
		if path == "" || len(path) > 500 {
			return
		}
		v := version
		if v == "(devel)" {
			v = ""
		}
		i := strings.LastIndexByte(path, '/')
		ns, name := "", path
		if i >= 0 {
			ns, name = path[:i], path[i+1:]
		}
		c := sbom.Component{Type: sbom.Library, Name: path, Version: v, PURL: packageURL("golang", ns, name, v, "")}
		c.Evidence = []sbom.Evidence{ev("name", "mod "+path+" "+version)}
		if v != "" {
			c.Evidence = append(c.Evidence, ev("version", "mod "+path+" "+version))
		}
		if main {
			c.Type = sbom.Application
		}
		out.Component(Observation{Key: "golang:" + path + "@" + v, Component: c, Explains: main})
	}
	add(bi.Main.Path, bi.Main.Version, true)
	if bi.Main.Path == "" && bi.Path != "" && bi.Path != "command-line-arguments" {
		add(bi.Path, "", true)
	}
	for _, s := range bi.Settings {
		if s.Key == "CGO_ENABLED" && s.Value == "0" && out.elf != nil {
			out.elf.pureGo = true
		}
	}
	for i, d := range bi.Deps {
		if i >= 5000 {
			break
		}
		if d.Replace != nil && d.Replace.Version != "" {
			d = d.Replace
		}
		add(d.Path, d.Version, false)
	}
	if v, _, _ := strings.Cut(bi.GoVersion, " "); strings.HasPrefix(v, "go") {
		version := strings.TrimPrefix(v, "go")
		c := sbom.Component{Type: sbom.Library, Name: "stdlib", Version: version, PURL: packageURL("golang", "", "stdlib", version, "")}
		c.Evidence = []sbom.Evidence{ev("version", bi.GoVersion)}
		out.Component(Observation{Key: "golang:stdlib@" + version, Component: c, Upstream: true})
	}
}

// sonameStem returns the library name of a SONAME or file name:
// "libfoo.so.1.2" and "libfoo-1.2.so" give "libfoo".
func sonameStem(s string) string {
	if i := strings.Index(s, ".so"); i > 0 {
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '-'); i > 0 && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
		s = s[:i]
	}
	return s
}
