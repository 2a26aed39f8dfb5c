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

// pythonName returns the form in which names of distributions are compared:
// lower case with hyphens (PEP 503).
func pythonName(s string) string {
	return strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(s))
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
	}
	out.Component(o)
	return nil
}

// pythonExtractor reads the core metadata of installed distributions (PEP 566).
func pythonExtractor() Extractor {
	return Extractor{
		Name: "python",
		Doc:  "reads METADATA, PKG-INFO and RECORD of installed Python distributions",
		Match: func(e *Entry) bool {
			return strings.HasSuffix(e.Path, ".dist-info/RECORD") || strings.HasSuffix(e.Path, ".dist-info/METADATA") || strings.HasSuffix(e.Path, ".egg-info/PKG-INFO") || strings.HasSuffix(e.Path, ".egg-info") && e.Size > 0
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			if in.Base() == "RECORD" {
				return readRecord(in, out)
			}
			b := in.Bytes(0, 1<<20)
			head, _, _ := bytes.Cut(b, []byte("\n\n"))
			f := map[string]string{}
			at := int64(0)
			nameAt, nameLine := int64(0), ""
			for _, l := range strings.Split(string(head), "\n") {
				k, v, ok := strings.Cut(l, ":")
				if k = strings.ToLower(k); ok && f[k] == "" && len(v) < 500 {
					f[k] = strings.TrimSpace(v)
					if k == "name" {
						nameAt, nameLine = at, strings.TrimRight(l, "\r")
					}
				}
				at += int64(len(l)) + 1
			}
			if f["name"] == "" || !validValue(f["name"]) {
				return fmt.Errorf("metadata has no name")
			}
			name := pythonName(f["name"])
			o := languagePackage(out, "pypi", "", name, f["version"], nameAt, nameLine)
			if l := f["license"]; l != "" && len(l) < 100 {
				o.Component.Licenses = []string{l}
			}
			if u := f["home-page"]; strings.HasPrefix(u, "http") {
				o.Component.Links = []sbom.Link{{Type: "website", URL: u}}
			}
			o.Component.Description = CleanMatch(f["summary"])
			out.Component(o)
			return nil
		},
	}
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
			place := func(key, value string) int64 {
				i := max(bytes.Index(b, []byte(`"`+key+`"`)), 0)
				return int64(i + max(bytes.Index(b[i:], []byte(value)), 0))
			}
			o := languagePackage(out, "npm", ns, name, p.Version, place("version", p.Version), p.Version)
			o.Component.Evidence[0] = identity(out.Evidence(sbom.ManifestAnalysis, "name", place("name", p.Name), len(p.Name), p.Name), sbom.High)
			if !strings.Contains(in.Path, "node_modules/") {
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
			o := languagePackage(out, "luarocks", "", name, version, 0, "")
			for i := range o.Component.Evidence {
				o.Component.Evidence[i].Technique = sbom.Filename
				o.Component.Evidence[i].Match = CleanMatch(name + "/" + version)
			}
			out.Component(o)
			return nil
		},
	}
}

// rubyExtractor reads the names of installed gems' specifications.
func rubyExtractor() Extractor {
	return Extractor{
		Name: "gem",
		Doc:  "reads the names of installed gems",
		Match: func(e *Entry) bool {
			return strings.HasSuffix(e.Path, ".gemspec") && strings.Contains(e.Path, "specifications/")
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			base := strings.TrimSuffix(in.Base(), ".gemspec")
			i := strings.LastIndexByte(base, '-')
			if i <= 0 || i+1 == len(base) || base[i+1] < '0' || base[i+1] > '9' {
				return nil
			}
			o := languagePackage(out, "gem", "", base[:i], base[i+1:], 0, "")
			for i := range o.Component.Evidence {
				o.Component.Evidence[i].Technique = sbom.Filename
				o.Component.Evidence[i].Match = CleanMatch(base)
			}
			out.Component(o)
			return nil
		},
	}
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
func zipMembers(in *Input, want func(name string) bool, visit func(name string, content []byte) error) error {
	z, err := zip.NewReader(in, in.Size)
	if err != nil {
		return fmt.Errorf("read zip: %w", err)
	}
	if len(z.File) > maxZipEntries {
		return fmt.Errorf("read zip: %d members: %w", len(z.File), ErrLimit)
	}
	n := 0
	for _, f := range z.File {
		if !want(f.Name) {
			continue
		}
		if n++; n > 500 {
			return nil
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

// javaExtractor reads jars: Maven's pom.properties, else the manifest.
func javaExtractor() Extractor {
	return Extractor{
		Name:  "java",
		Doc:   "reads Maven properties and manifests of jars",
		Match: func(e *Entry) bool { return isZip(e, ".jar", ".war", ".ear") },
		Extract: func(_ context.Context, in *Input, out *Result) error {
			var manifest map[string]string
			found := false
			err := zipMembers(in, func(name string) bool {
				return name == "META-INF/MANIFEST.MF" || strings.HasPrefix(name, "META-INF/maven/") && path.Base(name) == "pom.properties"
			}, func(name string, b []byte) error {
				f := properties(b)
				if name == "META-INF/MANIFEST.MF" {
					manifest = f
					return nil
				}
				if f["artifactId"] == "" || f["groupId"] == "" || !validValue(f["artifactId"]+f["groupId"]+f["version"]) {
					return nil
				}
				o := languagePackage(out, "maven", f["groupId"], f["artifactId"], f["version"], 0, "")
				o.Explains = !found
				for i := range o.Component.Evidence {
					o.Component.Evidence[i].Match = CleanMatch(name)
				}
				found = true
				out.Component(o)
				return nil
			})
			if err != nil || found || manifest == nil {
				return err
			}
			name := manifest["Bundle-SymbolicName"]
			name, _, _ = strings.Cut(name, ";")
			version := manifest["Bundle-Version"]
			if name == "" {
				name, version = manifest["Implementation-Title"], manifest["Implementation-Version"]
			}
			if name == "" || !validValue(name+version) {
				return nil
			}
			c := sbom.Component{Type: sbom.Library, Name: name, Version: version, PURL: packageURL("generic", "", name, version, "")}
			c.Evidence = []sbom.Evidence{identity(out.Evidence(sbom.ManifestAnalysis, "name", 0, 0, "META-INF/MANIFEST.MF "+name), sbom.Medium)}
			if v := manifest["Implementation-Vendor"]; v != "" && len(v) < 100 {
				c.Claims = []sbom.Claim{{Kind: sbom.OrgName, Value: v, Role: sbom.Supplier, By: sbom.ByBytes, Evidence: []sbom.Evidence{out.Evidence(sbom.ManifestAnalysis, "", 0, 0, "Implementation-Vendor: "+v)}}}
			}
			out.Component(Observation{Component: c, Explains: true})
			return nil
		},
	}
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
			err := zipMembers(in, func(name string) bool {
				u := strings.ToUpper(name)
				return name == "AndroidManifest.xml" || strings.HasPrefix(u, "META-INF/") && (strings.HasSuffix(u, ".RSA") || strings.HasSuffix(u, ".DSA") || strings.HasSuffix(u, ".EC"))
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
