package firmware

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/touchmark-dev/touchmark/internal/elffile"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Packages of programming languages that stand in the tree as files.

// languagePackage makes the observation of one package.
func languagePackage(out *Result, typ, namespace, name, version string, offset int64, match string) Observation {
	c := sbom.Component{Type: sbom.Library, Name: name, Version: version, PURL: packageURL(typ, namespace, name, version, "")}
	if namespace != "" {
		c.Group = namespace
	}
	c.Evidence = []sbom.Evidence{identity(out.Evidence(sbom.ManifestAnalysis, "name", offset, len(match), match), sbom.High)}
	if version != "" {
		c.Evidence = append(c.Evidence, identity(out.Evidence(sbom.ManifestAnalysis, "version", offset, len(match), match), sbom.High))
	}
	return Observation{Key: typ + ":" + namespace + "/" + name + "@" + version, Component: c, Explains: true, Upstream: true}
}

var pythonSeparators = strings.NewReplacer("_", "-", ".", "-")

// pythonName returns the form in which names of distributions are compared:
// lower case with hyphens (PEP 503).
func pythonName(s string) string {
	return strings.ToLower(pythonSeparators.Replace(s))
}

// maxRecord bounds what is read of a RECORD. The largest distributions list some
// ten thousand files, at a hundred bytes each.
const maxRecord = 8 << 20

// readRecord reads the list of a distribution's files (PEP 376, PEP 627) in
// NAME-VERSION.dist-info/RECORD: lines of a path relative to the folder above,
// its digest and size. What is listed is the distribution's.
func readRecord(in *Input, out *Result) error {
	folder := dirOf(in.Path)
	name, version, ok := strings.Cut(strings.TrimSuffix(baseOf(folder), ".dist-info"), "-")
	if !ok || !validValue(name) || !validValue(version) {
		return nil
	}
	o := languagePackage(out, "pypi", "", pythonName(name), version, 0, "")
	for i := range o.Component.Evidence {
		o.Component.Evidence[i].Technique = sbom.Filename
	}
	r := csv.NewReader(bytes.NewReader(in.Bytes(0, maxRecord)))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read RECORD: %w", err)
		}
		p := path.Join(dirOf(folder), row[0])
		if row[0] == "" || path.IsAbs(row[0]) || !fs.ValidPath(p) {
			continue // outside of the tree
		}
		o.Files = append(o.Files, p)
		out.bringsModule(moduleOf(row[0]))
	}
	out.Component(o)
	return nil
}

// maxModules bounds the top-level modules of one package. The largest list some
// dozens.
const maxModules = 1000

// bringsModule notes a module that the package of this file brings.
func (r *Result) bringsModule(name string) {
	if name != "" && len(name) < 256 && len(r.modules) < maxModules {
		r.modules = appendNew(r.modules, name)
	}
}

// moduleOf returns the top-level module of a file of a distribution, from its
// path in the folder of packages: "yaml/nodes.py" yaml, "six.py" six. Scripts
// and metadata are of none.
func moduleOf(file string) string {
	top, _, folder := strings.Cut(path.Clean(file), "/")
	switch {
	case top == ".." || top == "." || top == "" || top == "__pycache__" || strings.HasSuffix(top, ".dist-info") || strings.HasSuffix(top, ".egg-info") || strings.HasSuffix(top, ".data"):
		return ""
	case folder:
		return top
	}
	stem, ext, _ := strings.Cut(top, ".")
	if ext == "py" || ext == "pyc" || strings.HasSuffix(ext, ".so") || ext == "so" || ext == "pyi" {
		return stem
	}
	return ""
}

// projectFolders stand beside a project's modules in its sources and are not
// installed, or not by their names; projectFiles likewise.
var (
	projectFolders = []string{"tests", "test", "docs", "doc", "examples", "example", "benchmarks", "tools", "scripts", "build", "dist", "debian"}
	projectFiles   = []string{"setup", "conftest", "versioneer", "noxfile", "tasks", "fabfile", "ez_setup"}
)

// readModules reads the files of a distribution's metadata that list its
// modules (setuptools, "Internal files"): one a line, or one file a line.
func readModules(in *Input, out *Result) {
	for l := range strings.Lines(string(in.Bytes(0, maxRecord))) {
		l = strings.TrimSpace(l)
		if l == "" || path.IsAbs(l) || !fs.ValidPath(strings.TrimPrefix(path.Clean(l), "../")) {
			continue
		}
		switch in.Base() {
		case "top_level.txt":
			out.bringsModule(l)
		case "namespace_packages.txt":
			out.bringsModule("-" + strings.ReplaceAll(l, ".", "/"))
		case "installed-files.txt": // relative to the folder of metadata
			if p, ok := strings.CutPrefix(path.Clean(l), "../"); ok {
				out.bringsModule(moduleOf(p))
			}
		case "SOURCES.txt": // relative to the project's sources
			p := strings.TrimPrefix(path.Clean(l), "src/")
			if top := moduleOf(p); strings.HasSuffix(p, ".py") && !slices.Contains(projectFolders, top) && !slices.Contains(projectFiles, top) {
				out.bringsModule(top)
			}
		}
	}
}

// isModuleList reports whether a file of a distribution's metadata lists modules.
func isModuleList(p string) bool {
	dir := dirOf(p)
	if !strings.HasSuffix(dir, ".dist-info") && !strings.HasSuffix(dir, ".egg-info") {
		return false
	}
	switch baseOf(p) {
	case "top_level.txt", "namespace_packages.txt", "installed-files.txt", "SOURCES.txt":
		return true
	}
	return false
}

// pythonExtractor reads the core metadata of installed distributions (PEP 566).
func pythonExtractor() Extractor {
	return Extractor{
		Name: "python",
		Doc:  "reads METADATA, PKG-INFO, RECORD and lists of modules of Python distributions, installed or in wheels and eggs",
		Match: func(e *Entry) bool {
			return isModuleList(e.Path) || strings.HasSuffix(e.Path, ".dist-info/RECORD") || strings.HasSuffix(e.Path, ".dist-info/METADATA") || strings.HasSuffix(e.Path, ".egg-info/PKG-INFO") || strings.HasSuffix(e.Path, ".egg/EGG-INFO/PKG-INFO") ||
				strings.HasSuffix(e.Path, ".egg-info") && e.Size > 0 || isZip(e, ".whl", ".egg") || isRunnableEgg(e)
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			if in.Base() == "RECORD" {
				return readRecord(in, out)
			}
			if isModuleList(in.Path) {
				readModules(in, out)
				return nil
			}
			if isZip(&in.Entry, ".whl", ".egg") || isRunnableEgg(&in.Entry) {
				return zipMembers(in, in.Size, func(f *zip.File) bool {
					return f.Name == "EGG-INFO/PKG-INFO" || strings.HasSuffix(f.Name, ".dist-info/METADATA") && strings.Count(f.Name, "/") == 1
				}, func(_ string, b []byte) error { return readPythonMetadata(b, true, out) })
			}
			return readPythonMetadata(in.Bytes(0, 1<<20), false, out)
		},
	}
}

// readPythonMetadata reads what a distribution says about itself (PEP 566, core
// metadata). A member of an archive has no place in the tree's bytes.
func readPythonMetadata(b []byte, member bool, out *Result) error {
	head, _, _ := bytes.Cut(b, []byte("\n\n"))
	f := map[string]string{}
	at := int64(0)
	lines := map[string]sbom.Evidence{}
	for _, l := range strings.Split(string(head), "\n") {
		k, v, ok := strings.Cut(l, ":")
		if k = strings.ToLower(k); ok && f[k] == "" && len(v) < 500 {
			f[k] = strings.TrimSpace(v)
			if k == "name" || k == "version" {
				line := strings.TrimRight(l, "\r")
				lines[k] = identity(out.Evidence(sbom.ManifestAnalysis, k, at, len(line), line), sbom.High)
			}
		}
		at += int64(len(l)) + 1
	}
	if f["name"] == "" || !validValue(f["name"]) {
		return fmt.Errorf("metadata has no name")
	}
	name := pythonName(f["name"])
	o := languagePackage(out, "pypi", "", name, f["version"], lines["name"].Offset, lines["name"].Match)
	for i, e := range o.Component.Evidence {
		o.Component.Evidence[i] = lines[e.Field]
	}
	if l := f["license"]; l != "" && len(l) < 100 {
		o.Component.Licenses = []string{l}
	}
	if u := f["home-page"]; strings.HasPrefix(u, "http") {
		o.Component.Links = []sbom.Link{{Type: "website", URL: u}}
	}
	o.Component.Description = CleanMatch(f["summary"])
	if member {
		for i := range o.Component.Evidence {
			o.Component.Evidence[i].Offset, o.Component.Evidence[i].Length = 0, 0
		}
	}
	out.Component(o)
	return nil
}

// nodeExtractor reads package.json of installed npm packages.
func nodeExtractor() Extractor {
	return Extractor{
		Name: "node",
		Doc:  "reads package.json in node_modules and of programs",
		Match: func(e *Entry) bool {
			return e.Base() == "package.json" && e.Size < 4<<20
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			var p struct {
				Name       string `json:"name"`
				Version    string `json:"version"`
				License    any    `json:"license"`
				Homepage   any    `json:"homepage"`
				Repository any    `json:"repository"`
			}
			b := in.Bytes(0, 4<<20)
			if err := json.Unmarshal(b, &p); err != nil {
				return fmt.Errorf("read package.json: %w", err)
			}
			if p.Name == "" || p.Version == "" || len(p.Name) > 214 || !validValue(p.Name) || strings.Contains(p.Name, "@") && !strings.HasPrefix(p.Name, "@") {
				return nil // a folder's settings, not a package
			}
			ns, name := "", p.Name
			if strings.HasPrefix(name, "@") {
				ns, name, _ = strings.Cut(name, "/")
			}
			if name == "" || ns == "@" {
				return nil // no name of npm's
			}
			place := func(key, value string) int64 {
				i := max(bytes.Index(b, []byte(`"`+key+`"`)), 0)
				return int64(i + max(bytes.Index(b[i:], []byte(value)), 0))
			}
			o := languagePackage(out, "npm", ns, name, p.Version, place("version", p.Version), p.Version)
			o.Component.Evidence[0] = identity(out.Evidence(sbom.ManifestAnalysis, "name", place("name", p.Name), len(p.Name), p.Name), sbom.High)
			if dir := dirOf(in.Path); isNodeFolder(dir) {
				o.Folders = []string{dir}
			} else if !strings.Contains(in.Path, "node_modules/") {
				// A program's own manifest: its name need not be one of npm's.
				o.Component.PURL, o.Upstream = "", false
			}
			if l, ok := p.License.(string); ok {
				o.Component.Licenses = []string{l}
			}
			if u, ok := p.Homepage.(string); ok && u != "" {
				o.Component.Links = append(o.Component.Links, sbom.Link{Type: "website", URL: u})
			}
			switch r := p.Repository.(type) {
			case string:
				o.Component.Links = append(o.Component.Links, sbom.Link{Type: "vcs", URL: r})
			case map[string]any:
				if u, ok := r["url"].(string); ok {
					o.Component.Links = append(o.Component.Links, sbom.Link{Type: "vcs", URL: u})
				}
			}
			out.Component(o)
			return nil
		},
	}
}

// luaExtractor reads LuaRocks' tree: rocks/NAME/VERSION/rock_manifest.
func luaExtractor() Extractor {
	return Extractor{
		Name:  "luarocks",
		Doc:   "reads the names of installed rocks",
		Match: func(e *Entry) bool { return e.Base() == "rock_manifest" },
		Extract: func(_ context.Context, in *Input, out *Result) error {
			elems := strings.Split(in.Path, "/")
			if len(elems) < 4 || !strings.HasPrefix(elems[len(elems)-4], "rocks") {
				return nil
			}
			name, version := elems[len(elems)-3], elems[len(elems)-2]
			if name == "" || version == "" || !validValue(name) || !validValue(version) {
				return nil
			}
			o := languagePackage(out, "luarocks", "", name, version, 0, "")
			o.Folders = []string{dirOf(in.Path)}
			for i := range o.Component.Evidence {
				o.Component.Evidence[i].Technique = sbom.Filename
				o.Component.Evidence[i].Match = CleanMatch(name + "/" + version)
			}
			out.Component(o)
			return nil
		},
	}
}

// rubyExtractor reads the names of installed gems' specifications, which end in
// the platform where a gem holds programs: nokogiri-1.13.10-arm-linux.gemspec.
func rubyExtractor() Extractor {
	return Extractor{
		Name: "gem",
		Doc:  "reads the names of installed gems and the lists of their files",
		Match: func(e *Entry) bool {
			return strings.HasSuffix(e.Path, ".gemspec") && strings.Contains("/"+e.Path, "/specifications/")
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			base := strings.TrimSuffix(in.Base(), ".gemspec")
			i := len(base) - 1
			for ; i > 0; i-- {
				if base[i] == '-' && i+1 < len(base) && base[i+1] >= '0' && base[i+1] <= '9' {
					break
				}
			}
			if i <= 0 || !validValue(base) {
				return nil
			}
			name := base[:i]
			version, _, _ := strings.Cut(base[i+1:], "-")
			o := languagePackage(out, "gem", "", name, version, 0, "")
			for i := range o.Component.Evidence {
				o.Component.Evidence[i].Technique = sbom.Filename
				o.Component.Evidence[i].Match = CleanMatch(base)
			}
			root, _, _ := strings.Cut("/"+in.Path, "/specifications/")
			o.Folders = []string{path.Join(strings.Trim(root, "/"), "gems", base)}
			for _, f := range gemFiles(in.Bytes(0, 1<<20)) {
				if f, ok := strings.CutPrefix(f, "lib/"); ok {
					top, _, _ := strings.Cut(f, "/")
					out.bringsModule(strings.TrimSuffix(top, ".rb"))
				}
			}
			out.Component(o)
			return nil
		},
	}
}

// gemFiles returns the texts of the list that a specification sets s.files to.
func gemFiles(b []byte) []string {
	_, b, ok := bytes.Cut(b, []byte("s.files = ["))
	if !ok {
		return nil
	}
	b, _, _ = bytes.Cut(b, []byte("]"))
	var list []string
	for _, f := range strings.Split(string(b), ",") {
		list = append(list, strings.TrimSuffix(strings.Trim(strings.TrimSpace(f), "\"'"), ".freeze"))
	}
	for i, f := range list {
		list[i] = strings.Trim(f, "\"'")
	}
	return list
}

// readCargo reads what cargo auditable stores in a Rust program: a JSON object,
// compressed with zlib, that lists its crates.
func readCargo(in *Input, out *Result, s *elffile.Span) {
	z, err := zlib.NewReader(bytes.NewReader(in.Bytes(s.Offset, int(s.Size))))
	if err != nil {
		return
	}
	defer z.Close()
	var audit struct {
		Packages []struct {
			Name, Version, Source, Kind string
			Root                        bool
		}
	}
	if err := json.NewDecoder(io.LimitReader(z, 8<<20)).Decode(&audit); err != nil {
		out.Problem("bad-cargo", sbom.ProblemWarning, "the list of crates could not be read: "+err.Error())
		return
	}
	for i, p := range audit.Packages {
		if i >= 5000 {
			break
		}
		if p.Kind == "build" || p.Name == "" || p.Source == "local" && !p.Root || !validValue(p.Name+p.Version) {
			continue
		}
		o := languagePackage(out, "cargo", "", p.Name, p.Version, s.Offset, "")
		for i := range o.Component.Evidence {
			o.Component.Evidence[i].Length = int(s.Size)
			o.Component.Evidence[i].Match = CleanMatch(p.Name + " " + p.Version)
		}
		o.Explains, o.Upstream = p.Root, p.Source != "local"
		out.Component(o)
	}
}

const (
	maxZipEntries = 50_000
	maxZipMember  = 1 << 20
)

// zipMembers calls visit for the members that want, unpacked as far as their
// limit. The archive is read in place.
func zipMembers(ra io.ReaderAt, size int64, want func(*zip.File) bool, visit func(name string, content []byte) error) error {
	z, err := zip.NewReader(ra, size)
	if err != nil {
		return fmt.Errorf("read zip: %w", err)
	}
	if len(z.File) > maxZipEntries {
		return fmt.Errorf("read zip: %d members: %w", len(z.File), ErrLimit)
	}
	n := 0
	for _, f := range z.File {
		if !want(f) {
			continue
		}
		if n++; n > 500 {
			continue
		}
		r, err := f.Open()
		if err != nil {
			continue
		}
		b, err := io.ReadAll(io.LimitReader(r, maxZipMember))
		r.Close()
		if err != nil && len(b) == 0 {
			continue
		}
		if err := visit(f.Name, b); err != nil {
			return err
		}
	}
	return nil
}

func isZip(e *Entry, ext ...string) bool {
	if !bytes.HasPrefix(e.Head, []byte("PK\x03\x04")) {
		return false
	}
	for _, x := range ext {
		if strings.HasSuffix(strings.ToLower(e.Path), x) {
			return true
		}
	}
	return false
}

// isRunnableEgg reports whether a file is an egg with a script before the archive, as
// setuptools installs itself.
func isRunnableEgg(e *Entry) bool {
	return strings.HasSuffix(e.Path, ".egg") && bytes.HasPrefix(e.Head, []byte("#!"))
}

// javaExtractor reads jars: Maven's pom.properties, else the manifest, else the
// file's name; and the jars inside of a program's archive.
func javaExtractor() Extractor {
	return Extractor{
		Name:  "java",
		Doc:   "reads Maven properties and manifests of jars, and of the jars in them",
		Match: func(e *Entry) bool { return isZip(e, jarSuffixes...) },
		Extract: func(_ context.Context, in *Input, out *Result) error {
			inner, err := readJar(in, in.Size, in.Path, out, "")
			if err != nil {
				return err
			}
			left := int64(maxInnerBytes)
			for i, f := range inner {
				if i >= maxInnerJars || left <= 0 {
					out.Problem("too-many-jars", sbom.ProblemWarning, fmt.Sprintf("of the jars inside the first %d were read", i))
					break
				}
				if f.UncompressedSize64 > maxInnerJar {
					out.Problem("large-jar", sbom.ProblemWarning, fmt.Sprintf("%s: a jar inside of %d bytes was not read", CleanMatch(f.Name), f.UncompressedSize64))
					continue
				}
				r, err := f.Open()
				if err != nil {
					continue
				}
				b, err := io.ReadAll(io.LimitReader(r, min(left, maxInnerJar)))
				r.Close()
				left -= int64(len(b))
				if err == nil {
					_, err = readJar(bytes.NewReader(b), int64(len(b)), f.Name, out, f.Name)
				}
				if err != nil {
					out.Problem("bad-jar", sbom.ProblemWarning, fmt.Sprintf("%s: %v", CleanMatch(f.Name), err))
				}
			}
			return nil
		},
	}
}

var jarSuffixes = []string{".jar", ".war", ".ear", ".hpi", ".jpi", ".aar"}

const (
	maxInnerJars  = 1000
	maxInnerJar   = 32 << 20
	maxInnerBytes = 256 << 20 // of the jars in one archive, unpacked
)

// readJar reads the manifest and Maven's properties of a jar: of the file at a
// path, or of a member of an archive that is a jar. It returns the jars inside.
func readJar(ra io.ReaderAt, size int64, name string, out *Result, member string) (inner []*zip.File, err error) {
	stem, fileVersion := jarName(baseOf(name))
	var manifest map[string]string
	manifestAt := "META-INF/MANIFEST.MF"
	type artifact struct{ group, name, version, at string }
	var poms []artifact
	err = zipMembers(ra, size, func(f *zip.File) bool {
		if member == "" && isJarName(f.Name) && len(inner) <= maxInnerJars {
			inner = append(inner, f)
		}
		return f.Name == manifestAt || strings.HasPrefix(f.Name, "META-INF/maven/") && path.Base(f.Name) == "pom.properties"
	}, func(at string, b []byte) error {
		f := properties(b)
		if at == manifestAt {
			manifest = f
			return nil
		}
		if f["artifactId"] != "" && f["groupId"] != "" && validValue(f["artifactId"]+f["groupId"]+f["version"]) {
			poms = append(poms, artifact{f["groupId"], f["artifactId"], f["version"], at})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// Of several, the jar is the one that it is named after, and holds the others.
	own := slices.IndexFunc(poms, func(a artifact) bool { return a.name == stem })
	if own < 0 && len(poms) == 1 {
		own = 0
	}
	inside := func(at string) string {
		if member != "" {
			return CleanMatch(member + "!" + at)
		}
		return CleanMatch(at)
	}
	for i, a := range poms {
		o := languagePackage(out, "maven", a.group, a.name, a.version, 0, "")
		o.Explains = i == own && member == ""
		for i := range o.Component.Evidence {
			o.Component.Evidence[i].Match = inside(a.at)
		}
		out.Component(o)
	}
	if own >= 0 {
		return inner, nil
	}
	jar, _, _ := strings.Cut(manifest["Bundle-SymbolicName"], ";")
	version := manifest["Bundle-Version"]
	if jar == "" {
		// A title is one for people, and of many jars of a product the same.
		if jar, version = manifest["Implementation-Title"], manifest["Implementation-Version"]; strings.Contains(jar, " ") && fileVersion != "" {
			jar = ""
		}
	}
	c := sbom.Component{Type: sbom.Library, Name: strings.TrimSpace(jar), Version: version}
	technique, match, sure := sbom.ManifestAnalysis, inside(manifestAt)+" "+jar, sbom.Medium
	if group, ok := mavenGroup(name, stem, fileVersion); ok {
		c.Group, c.Name, c.Version = group, stem, fileVersion
		c.PURL = packageURL("maven", group, stem, fileVersion, "")
		technique, match = sbom.Filename, CleanMatch(name)
	} else if c.Name == "" || c.Version == "" || !validValue(c.Name+c.Version) || strings.Contains(c.Name+c.Version, "${") {
		if fileVersion == "" && (c.Name == "" || !validValue(c.Name)) {
			return inner, nil
		}
		if fileVersion != "" {
			c.Name, c.Version = stem, fileVersion
			technique, match = sbom.Filename, CleanMatch(baseOf(name))
		}
	}
	if c.PURL == "" {
		c.PURL = packageURL("generic", "", c.Name, c.Version, "")
	}
	c.Evidence = []sbom.Evidence{identity(out.Evidence(technique, "name", 0, 0, match), sure)}
	if v := manifest["Implementation-Vendor"]; v != "" && len(v) < 100 {
		c.Claims = []sbom.Claim{{Kind: sbom.OrgName, Value: v, Role: sbom.Supplier, By: sbom.ByBytes, Evidence: []sbom.Evidence{out.Evidence(sbom.ManifestAnalysis, "", 0, 0, inside(manifestAt)+" Implementation-Vendor: "+v)}}}
	}
	o := Observation{Component: c, Explains: member == ""}
	if member != "" || c.Group != "" {
		o.Key = "maven:" + c.Group + "/" + c.Name + "@" + c.Version
	}
	out.Component(o)
	return inner, nil
}

func isJarName(name string) bool {
	return slices.Contains(jarSuffixes, strings.ToLower(path.Ext(name))) && !strings.HasSuffix(name, "/")
}

// jarName splits the name of a jar into that of its artifact and the version,
// which begins at the first hyphen before a digit: "commons-io-2.11.0.jar".
func jarName(base string) (stem, version string) {
	base = strings.TrimSuffix(base, path.Ext(base))
	for i := 0; i+1 < len(base); i++ {
		if base[i] == '-' && base[i+1] >= '0' && base[i+1] <= '9' && i > 0 {
			if stem, version = base[:i], base[i+1:]; validValue(stem + version) {
				return stem, version
			}
			break
		}
	}
	return base, ""
}

// mavenGroup returns the group of a jar in a Maven repository, which has
// GROUP/ARTIFACT/VERSION/ARTIFACT-VERSION.jar, the group's parts folders.
func mavenGroup(name, artifact, version string) (string, bool) {
	i := strings.LastIndex(name, "repository/")
	n := len("repository/")
	if i < 0 {
		i, n = strings.LastIndex(name, "maven-repo/"), len("maven-repo/")
	}
	if i < 0 || version == "" {
		return "", false
	}
	group, ok := strings.CutSuffix(dirOf(name[i+n:]), "/"+artifact+"/"+version)
	return strings.ReplaceAll(group, "/", "."), ok && group != "" && validValue(group)
}

// properties reads "key=value" and "Key: value" lines.
func properties(b []byte) map[string]string {
	f := map[string]string{}
	for _, l := range strings.Split(string(b), "\n") {
		l = strings.TrimRight(l, "\r")
		if i := strings.IndexAny(l, "=:"); i > 0 && l[0] != '#' && len(l) < 500 && len(f) < 500 {
			f[strings.TrimSpace(l[:i])] = strings.TrimSpace(l[i+1:])
		}
	}
	return f
}

// androidExtractor reads Android packages: name and version of the manifest,
// the organization of the signing certificate.
func androidExtractor() Extractor {
	return Extractor{
		Name:  "android",
		Doc:   "reads package name, version and signing certificate of Android packages",
		Match: func(e *Entry) bool { return isZip(e, ".apk") },
		Extract: func(_ context.Context, in *Input, out *Result) error {
			var name, version string
			var claims []sbom.Claim
			err := zipMembers(in, in.Size, func(f *zip.File) bool {
				u := strings.ToUpper(f.Name)
				return f.Name == "AndroidManifest.xml" || strings.HasPrefix(u, "META-INF/") && (strings.HasSuffix(u, ".RSA") || strings.HasSuffix(u, ".DSA") || strings.HasSuffix(u, ".EC"))
			}, func(member string, b []byte) error {
				if member == "AndroidManifest.xml" {
					n, v, err := readManifest(b)
					if err != nil {
						out.Problem("bad-android", sbom.ProblemWarning, "manifest: "+err.Error())
					}
					name, version = n, v
					return nil
				}
				if c := signerCertificate(b); c != nil && c.get("O") != "" && !isDefaultSubject(c) {
					claims = append(claims, sbom.Claim{Kind: sbom.CertOrg, Value: c.get("O"), Role: sbom.Signer, By: sbom.ByBytes,
						Evidence: []sbom.Evidence{out.Evidence(sbom.Attestation, "", 0, 0, member+": "+c.String())}})
				}
				return nil
			})
			if err != nil || name == "" {
				return err
			}
			c := sbom.Component{Type: sbom.Application, Name: name, Version: version, PURL: packageURL("generic", "", name, version, "")}
			c.Evidence = []sbom.Evidence{identity(out.Evidence(sbom.ManifestAnalysis, "name", 0, 0, "package="+name), sbom.High)}
			if l := strings.Split(name, "."); len(l) >= 2 {
				prefix := strings.Join(l[:2], ".")
				claims = append(claims, sbom.Claim{Kind: sbom.AndroidPrefix, Value: prefix, Role: sbom.Developer, By: sbom.ByBytes, Evidence: []sbom.Evidence{out.Evidence(sbom.ManifestAnalysis, "", 0, 0, "package="+name)}})
			}
			c.Claims = claims
			out.Component(Observation{Key: "android:" + name + "@" + version, Component: c, Explains: true})
			return nil
		},
	}
}

// signerCertificate finds the first certificate in a PKCS #7 signature.
func signerCertificate(b []byte) *certificate {
	for i := 0; i+4 < len(b) && i < 512; i++ {
		if b[i] == 0x30 && b[i+1] == 0x82 {
			if c, err := parseCertificate(b[i:]); err == nil && len(c.subject) > 0 {
				return c
			}
		}
	}
	return nil
}

var errManifest = errors.New("not a binary manifest")

// readManifest reads package and versionName of the first element of a binary
// AndroidManifest.xml (AOSP, ResourceTypes.h).
func readManifest(b []byte) (name, version string, err error) {
	le := binary.LittleEndian
	if len(b) < 8 || le.Uint16(b) != 0x0003 {
		return "", "", errManifest
	}
	var pool []string
	for at := 8; at+8 <= len(b); {
		typ, head, size := le.Uint16(b[at:]), int(le.Uint16(b[at+2:])), int(le.Uint32(b[at+4:]))
		if size < 8 || size > len(b)-at || head > size {
			return "", "", fmt.Errorf("chunk of %d bytes at offset %d", size, at)
		}
		chunk := b[at : at+size]
		switch typ {
		case 0x0001:
			pool = stringPool(chunk)
		case 0x0102: // the first element is <manifest>
			if len(chunk) < 36 {
				return "", "", errManifest
			}
			start, asize, n := int(le.Uint16(chunk[24:])), int(le.Uint16(chunk[26:])), int(le.Uint16(chunk[28:]))
			for i := 0; i < n && asize >= 20; i++ {
				a := 16 + start + i*asize
				if a+20 > len(chunk) {
					break
				}
				key, raw := int(le.Uint32(chunk[a+4:])), int(int32(le.Uint32(chunk[a+8:])))
				if key < 0 || key >= len(pool) || raw < 0 || raw >= len(pool) {
					continue
				}
				switch pool[key] {
				case "package":
					name = pool[raw]
				case "versionName":
					version = pool[raw]
				}
			}
			if !validName(name) {
				return "", "", errManifest
			}
			if !validValue(version) {
				version = ""
			}
			return name, version, nil
		}
		at += size
	}
	return "", "", errManifest
}

func stringPool(c []byte) []string {
	le := binary.LittleEndian
	if len(c) < 28 {
		return nil
	}
	n, flags, start := int(le.Uint32(c[8:])), le.Uint32(c[16:]), int(le.Uint32(c[20:]))
	if n > (len(c)-28)/4 || start > len(c) {
		return nil
	}
	out := make([]string, 0, n)
	for i := 0; i < n; i++ {
		at := start + int(le.Uint32(c[28+4*i:]))
		s := ""
		if at >= 0 && at+2 <= len(c) {
			if flags&0x100 != 0 { // UTF-8: length in characters, then in bytes
				at++
				if c[at-1]&0x80 != 0 {
					at++
				}
				if at < len(c) {
					l := int(c[at])
					at++
					if l&0x80 != 0 && at < len(c) {
						l = l&0x7f<<8 | int(c[at])
						at++
					}
					if l <= len(c)-at {
						s = string(c[at : at+l])
					}
				}
			} else {
				l := int(le.Uint16(c[at:]))
				at += 2
				if l < 0x8000 && 2*l <= len(c)-at {
					u := make([]uint16, l)
					for k := range u {
						u[k] = le.Uint16(c[at+2*k:])
					}
					s = string(utf16.Decode(u))
				}
			}
		}
		out = append(out, s)
	}
	return out
}
