package firmware

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Packages whose sources lie in the tree: of Go modules, crates of Rust, PHP's
// composer.

// goModule makes the observation of a module of Go.
func goModule(out *Result, module, version string, offset int64, match string) Observation {
	ns, name := "", module
	if i := strings.LastIndexByte(module, '/'); i >= 0 {
		ns, name = module[:i], module[i+1:]
	}
	o := languagePackage(out, "golang", ns, name, version, offset, match)
	// As readGo has it: modules go by their path.
	o.Component.Name, o.Component.Group = module, ""
	o.Key = "golang:" + module + "@" + version
	return o
}

// goModuleFolder splits the path of a folder of the module cache into the
// module and its version: ".../pkg/mod/github.com/!burnt!sushi/toml@v1.2.0". A
// "!" stands before what is a capital letter (golang.org/ref/mod, module cache).
func goModuleFolder(dir string) (module, version string, ok bool) {
	i := strings.LastIndex(dir, "@v")
	if i < 0 || strings.IndexByte(dir[i:], '/') >= 0 {
		return "", "", false
	}
	module, version = dir[:i], dir[i+1:]
	if _, rest, cut := strings.Cut(module, "pkg/mod/"); cut {
		module = rest
	}
	var b strings.Builder
	for i := 0; i < len(module); i++ {
		if module[i] == '!' && i+1 < len(module) && module[i+1] >= 'a' && module[i+1] <= 'z' {
			i++
			b.WriteByte(module[i] - 'a' + 'A')
			continue
		}
		b.WriteByte(module[i])
	}
	module = b.String()
	host, _, _ := strings.Cut(module, "/")
	return module, version, strings.Index(host, ".") > 0 && fs.ValidPath(dir) && validValue(module+version) && len(version) > 1 && version[1] >= '0' && version[1] <= '9'
}

// goSourceExtractor reads modules of Go whose sources lie in the tree: in a
// module cache, by folder, and in vendor/modules.txt.
func goSourceExtractor() Extractor {
	return Extractor{
		Name: "gomod",
		Doc:  "reads the modules of a Go module cache and of vendor/modules.txt",
		Match: func(e *Entry) bool {
			switch e.Base() {
			case "go.mod":
				return strings.Contains(e.Path, "@v")
			case "modules.txt":
				return baseOf(dirOf(e.Path)) == "vendor"
			}
			return strings.HasSuffix(e.Path, ".ziphash") && baseOf(dirOf(e.Path)) == "@v"
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			dir := dirOf(in.Path)
			switch {
			case in.Base() == "modules.txt":
				out.class = classDatabase
				readGoVendor(in, out)
				return nil
			case strings.HasSuffix(in.Path, ".ziphash"):
				// cache/download/MODULE/@v/VERSION.ziphash: it was unpacked beside.
				root, mod, ok := strings.Cut(dirOf(dir), "cache/download/")
				if !ok {
					return nil
				}
				dir = root + mod + "@" + strings.TrimSuffix(in.Base(), ".ziphash")
			}
			module, version, ok := goModuleFolder(dir)
			if !ok {
				return nil
			}
			o := goModule(out, module, version, 0, "")
			for i := range o.Component.Evidence {
				o.Component.Evidence[i].Technique = sbom.Filename
				o.Component.Evidence[i].Match = CleanMatch(module + "@" + version)
			}
			o.Folders = []string{dir}
			if stem, ok := strings.CutSuffix(in.Path, ".ziphash"); ok {
				for _, ext := range []string{".zip", ".mod", ".info", ".lock"} {
					o.Files = append(o.Files, stem+ext)
				}
			}
			out.Component(o)
			return nil
		},
	}
}

// readGoVendor reads vendor/modules.txt: "# MODULE VERSION", where one stands
// for another "# MODULE VERSION => MODULE VERSION", and the packages below.
func readGoVendor(in *Input, out *Result) {
	at := int64(0)
	for l := range strings.Lines(string(in.Bytes(0, 4<<20))) {
		start := at
		at += int64(len(l))
		rest, ok := strings.CutPrefix(l, "# ")
		if !ok {
			continue
		}
		f := strings.Fields(rest)
		if len(f) < 2 || !strings.HasPrefix(f[1], "v") || !validValue(f[0]+f[1]) {
			continue
		}
		module, version := f[0], f[1]
		if len(f) >= 5 && f[2] == "=>" && validValue(f[3]+f[4]) {
			module, version = f[3], f[4]
		}
		line := strings.TrimRight(l, "\r\n")
		o := goModule(out, module, version, start, line)
		o.Explains = false
		if d := cleanTarget(dirOf(in.Path), f[0]); d != "." {
			o.Folders = []string{d} // by the name that the program asks for
		}
		out.Component(o)
	}
}

// composerExtractor reads the list that PHP's composer keeps of what it
// installed (composer/installed.json): an object with "packages", and before
// composer 2 an array of them.
func composerExtractor() Extractor {
	return Extractor{
		Name:  "composer",
		Doc:   "reads the packages that PHP's composer installed",
		Match: func(e *Entry) bool { return strings.HasSuffix(e.Path, "composer/installed.json") },
		Extract: func(_ context.Context, in *Input, out *Result) error {
			type pkg struct {
				Name, Version string
				License       any
				Homepage      any
				Source        struct{ URL string }
				Install       string `json:"install-path"`
			}
			b := in.Bytes(0, 16<<20)
			var list struct{ Packages []pkg }
			if err := json.Unmarshal(b, &list); err != nil {
				if err := json.Unmarshal(b, &list.Packages); err != nil {
					return fmt.Errorf("read installed.json: %w", err)
				}
			}
			out.class = classDatabase
			dir := dirOf(in.Path)
			for i, p := range list.Packages {
				if i >= 5000 {
					break
				}
				vendor, name, ok := strings.Cut(strings.ToLower(p.Name), "/")
				if !ok || !validValue(vendor+name) || p.Version != "" && !validValue(p.Version) {
					continue
				}
				at := max(0, strings.Index(string(b), `"`+p.Name+`"`))
				o := languagePackage(out, "composer", vendor, name, p.Version, int64(at), p.Name)
				o.Explains = false
				folder := joinPath(dirOf(dir), p.Name)
				if p.Install != "" && !path.IsAbs(p.Install) {
					folder = path.Join(dir, p.Install)
				}
				if folder != "." && !strings.HasPrefix(folder, "../") && folder != ".." {
					o.Folders = []string{folder}
				}
				if l, ok := p.License.([]any); ok {
					for _, x := range l {
						if s, ok := x.(string); ok && len(s) < 100 {
							o.Component.Licenses = appendNew(o.Component.Licenses, s)
						}
					}
				}
				if u, ok := p.Homepage.(string); ok && strings.HasPrefix(u, "http") {
					o.Component.Links = append(o.Component.Links, sbom.Link{Type: "website", URL: u})
				}
				if u := p.Source.URL; strings.HasPrefix(u, "http") {
					o.Component.Links = append(o.Component.Links, sbom.Link{Type: "vcs", URL: u})
				}
				out.Component(o)
			}
			return nil
		},
	}
}

// crateExtractor reads Cargo.toml of crates whose sources lie in the tree, as
// cargo's registry and cargo vendor unpack them: in a folder of the crate's name,
// with or without its version.
func crateExtractor() Extractor {
	return Extractor{
		Name:  "crate",
		Doc:   "reads Cargo.toml of crates in cargo's registry and vendor folders",
		Match: func(e *Entry) bool { return e.Base() == "Cargo.toml" && e.Size < 1<<20 },
		Extract: func(_ context.Context, in *Input, out *Result) error {
			f := map[string]string{}
			place, line := int64(0), ""
			section, at := "", int64(0)
			for l := range strings.Lines(string(in.Bytes(0, 1<<20))) {
				start := at
				at += int64(len(l))
				l = strings.TrimSpace(l)
				if strings.HasPrefix(l, "[") {
					section = l
					continue
				}
				k, v, ok := strings.Cut(l, "=")
				if section != "[package]" || !ok {
					continue
				}
				k, v = strings.TrimSpace(k), strings.TrimSpace(v)
				if len(v) < 2 || v[0] != '"' || v[len(v)-1] != '"' || f[k] != "" {
					continue
				}
				if f[k] = v[1 : len(v)-1]; k == "name" {
					place, line = start, l
				}
			}
			name, version, dir := f["name"], f["version"], dirOf(in.Path)
			if name == "" || version == "" || !validValue(name+version) || !fs.ValidPath(dir) {
				return nil
			}
			if baseOf(dir) != name+"-"+version && !(baseOf(dirOf(dir)) == "vendor" && baseOf(dir) == name) {
				return nil // a program's own sources
			}
			o := languagePackage(out, "cargo", "", name, version, place, line)
			o.Folders = []string{dir}
			if l := f["license"]; l != "" && len(l) < 100 {
				o.Component.Licenses = []string{l}
			}
			if u := f["homepage"]; strings.HasPrefix(u, "http") {
				o.Component.Links = append(o.Component.Links, sbom.Link{Type: "website", URL: u})
			}
			if u := f["repository"]; strings.HasPrefix(u, "http") {
				o.Component.Links = append(o.Component.Links, sbom.Link{Type: "vcs", URL: u})
			}
			out.Component(o)
			return nil
		},
	}
}
