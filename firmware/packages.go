package firmware

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// packageFacts is what a package database says beside a component's fields.
type packageFacts struct {
	manager  string // "opkg", "dpkg", "apk"
	name     string
	version  string // as the database has it
	source   string // name of the source package or recipe
	upstream bool   // the recipe is that of a public distribution
	modules  bool   // kernel modules of it stand in the tree
	foreign  bool   // it holds a kernel module that the kernel's sources do not have, or seems to
}

// maxStanzaLine bounds a line of a database; maxDatabase bounds the whole.
const (
	maxStanzaLine = 1 << 20
	maxDatabase   = 256 << 20
)

// A stanza is one paragraph of "Key: value" lines (deb822). Continuation lines
// are joined with newlines. offset is the place of its first byte.
type stanza struct {
	offset int64
	fields []stanzaField // some dozens
}

type stanzaField struct {
	key, value string // the key in lower case
	at         int64  // offset of the value
}

// field returns a field by its key; an empty one if there is none.
func (s *stanza) field(key string) stanzaField {
	for i := range s.fields {
		if s.fields[i].key == key {
			return s.fields[i]
		}
	}
	return stanzaField{}
}

// get returns the value of a field.
func (s *stanza) get(key string) string { return s.field(key).value }

// evidence is the observation of a field's value.
func (s *stanza) evidence(out *Result, field, key string) sbom.Evidence {
	f := s.field(key)
	return out.Evidence(sbom.ManifestAnalysis, field, f.at, len(f.value), f.value)
}

// readStanzas reads paragraphs. Lines that are no fields are counted.
func readStanzas(in *Input, visit func(*stanza)) (bad int, err error) {
	if in.Size > maxDatabase {
		return 0, fmt.Errorf("package database of %d bytes: %w", in.Size, ErrLimit)
	}
	next := in.lines(maxStanzaLine)
	// What visit is given is valid during the call.
	cur := &stanza{}
	last := "" // the key of the last line's field
	var at int64
	flush := func() {
		if len(cur.fields) > 0 {
			visit(cur)
		}
		clear(cur.fields)
		cur.fields, last = cur.fields[:0], ""
	}
	lastField := func() *stanzaField {
		i := slices.IndexFunc(cur.fields, func(f stanzaField) bool { return f.key == last })
		if last == "" || i < 0 {
			return nil
		}
		return &cur.fields[i]
	}
	for {
		line, n, err := next()
		if n == 0 && err != nil {
			flush()
			if err == io.EOF {
				return bad, nil
			}
			return bad, err
		}
		start := at
		at += int64(n)
		switch {
		case len(bytes.TrimSpace(line)) == 0:
			flush()
		case line[0] == ' ' || line[0] == '\t':
			switch f := lastField(); {
			case last == "":
				bad++
			case f != nil && len(f.value) < maxStanzaLine:
				f.value += "\n" + string(bytes.TrimSpace(line))
			}
		default:
			key, value, ok := strings.Cut(string(line), ":")
			if !ok || key == "" || strings.ContainsAny(key, " \t") {
				// opkg-build copies descriptions of several lines without
				// indenting them.
				if last != "description" {
					bad++
				}
				continue
			}
			if len(cur.fields) == 0 {
				cur.offset = start
			}
			last = strings.ToLower(key)
			if lastField() == nil && len(cur.fields) < 200 {
				cur.fields = append(cur.fields, stanzaField{last, strings.TrimSpace(value), start + int64(len(line)-len(strings.TrimLeft(value, " \t")))})
			}
		}
	}
}

// lines returns a function that gives one line of the file after the other, as
// readLine does. What it gives is valid until the next call.
func (in *Input) lines(most int) func() (line []byte, n int, err error) {
	if rest := in.memory; rest != nil {
		return func() (line []byte, n int, err error) {
			if line, n = rest, bytes.IndexByte(rest, '\n')+1; n > 0 {
				line = rest[:n]
			} else {
				n, err = len(rest), io.EOF
			}
			rest = rest[n:]
			line = line[:min(n, most)]
			return bytes.TrimRight(line, "\r\n"), n, err
		}
	}
	br := bufio.NewReaderSize(io.NewSectionReader(in, 0, in.Size), int(min(max(in.Size, 16), 64<<10)))
	return func() (line []byte, n int, err error) { return readLine(br, most) }
}

// readLine reads a line without its end, at most max bytes of it, and returns
// how many bytes were consumed.
func readLine(br *bufio.Reader, max int) (line []byte, n int, err error) {
	for {
		part, err := br.ReadSlice('\n')
		n += len(part)
		if len(line)+len(part) <= max {
			line = append(line, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		return bytes.TrimRight(line, "\r\n"), n, err
	}
}

// databaseRoot splits the path of a database file into the root of the tree it
// belongs to and the rest: an image may hold more than one root file system.
// The root is "" or ends in a slash.
func databaseRoot(p string, dirs ...string) (root, rest string, ok bool) {
	for _, d := range dirs {
		if i := strings.Index(p, d); i == 0 || i > 0 && p[i-1] == '/' {
			return p[:i], p[i+len(d):], true
		}
	}
	return "", "", false
}

var opkgDirs = []string{"usr/lib/opkg/", "var/lib/opkg/", "usr/lib/ipkg/", "lib/opkg/"}

func opkgExtractor() Extractor {
	return Extractor{
		Name: "opkg",
		Doc:  "reads opkg's database: status, info/*.control and info/*.list",
		Match: func(e *Entry) bool {
			_, rest, ok := databaseRoot(e.Path, opkgDirs...)
			return ok && (rest == "status" || strings.HasPrefix(rest, "info/") && (strings.HasSuffix(rest, ".control") || strings.HasSuffix(rest, ".list")))
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			root, rest, _ := databaseRoot(in.Path, opkgDirs...)
			if name, ok := strings.CutSuffix(strings.TrimPrefix(rest, "info/"), ".list"); ok {
				return readFileList(in, out, "opkg", root, name)
			}
			return readDebStanzas(in, out, "opkg", root)
		},
	}
}

var dpkgDirs = []string{"var/lib/dpkg/"}

func dpkgExtractor() Extractor {
	return Extractor{
		Name: "dpkg",
		Doc:  "reads dpkg's database: status, status.d/* and info/*.list",
		Match: func(e *Entry) bool {
			_, rest, ok := databaseRoot(e.Path, dpkgDirs...)
			return ok && (rest == "status" || strings.HasPrefix(rest, "status.d/") && !strings.HasSuffix(rest, ".md5sums") ||
				strings.HasPrefix(rest, "info/") && strings.HasSuffix(rest, ".list"))
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			root, rest, _ := databaseRoot(in.Path, dpkgDirs...)
			if name, ok := strings.CutSuffix(strings.TrimPrefix(rest, "info/"), ".list"); ok {
				// Multi-arch: NAME:ARCH.list. Names have neither sign (Debian Policy,
				// 5.6.7), and some file systems no colon.
				if i := strings.IndexAny(name, ":_"); i > 0 {
					name = name[:i]
				}
				return readFileList(in, out, "dpkg", root, name)
			}
			return readDebStanzas(in, out, "dpkg", root)
		},
	}
}

// readDebStanzas reads the packages of a dpkg or opkg database.
func readDebStanzas(in *Input, out *Result, manager, root string) error {
	bad, err := readStanzas(in, func(s *stanza) {
		name := s.get("package")
		if name == "" {
			return
		}
		if st := s.get("status"); st != "" && !strings.Contains(st, " installed") {
			return // removed, its configuration kept
		}
		c, facts := debComponent(s, out, manager)
		out.Component(Observation{Key: manager + ":" + root + name, Component: c, Upstream: facts.upstream, pkg: facts})
	})
	if manager == "dpkg" {
		othersThanUbuntu(out.observations)
	}
	if bad > 0 {
		out.Problem("bad-"+manager+"-line", sbom.ProblemWarning, fmt.Sprintf("%d lines are no fields of a package and were skipped", bad))
	}
	return err
}

// debComponent makes the component of a package from its fields.
func debComponent(s *stanza, out *Result, manager string) (c sbom.Component, facts *packageFacts) {
	name, version, arch := s.get("package"), s.get("version"), s.get("architecture")
	c.Name, c.Version = name, version
	switch manager {
	case "dpkg":
		c.PURL = packageURL("deb", debNamespace(s), name, version, arch)
	default:
		c.PURL = packageURL("opkg", "openwrt", name, version, arch)
	}
	c.Type = packageType(name, s.get("section"))
	if l := s.get("license"); l != "" {
		c.Licenses = []string{l}
	}
	c.Description, _, _ = strings.Cut(s.get("description"), "\n")
	source, _, _ := strings.Cut(s.get("source"), " ")
	facts = &packageFacts{manager: manager, name: name, version: version, source: baseOf(strings.TrimRight(source, "/"))}
	if manager == "opkg" {
		facts.upstream = openWrtRecipe(source)
		if strings.Contains(source, "/") && !facts.upstream {
			out.recipes = append(out.recipes, [2]int64{s.field("source").at, s.field("source").at + int64(len(source))})
		}
	} else {
		facts.upstream = strings.Contains(s.get("maintainer"), "debian.org") || strings.Contains(s.get("maintainer"), "ubuntu.com") ||
			strings.Contains(s.get("original-maintainer"), "@")
	}
	c.Evidence = append(c.Evidence, identity(s.evidence(out, "name", "package"), sbom.High))
	if version != "" {
		c.Evidence = append(c.Evidence, identity(s.evidence(out, "version", "version"), sbom.High))
	}
	if url := s.get("homepage"); url != "" {
		c.Links = append(c.Links, sbom.Link{Type: "website", URL: url})
	}
	c.Claims = append(c.Claims, maintainerClaims(out, s.get("maintainer"), s.field("maintainer").at)...)
	if source != "" && strings.Contains(source, "/") {
		c.Properties = append(c.Properties, sbom.Property{Name: "touchmark:recipe", Value: CleanMatch(source)})
	}
	return c, facts
}

// purl completes the package URL of an opkg package once its recipe is known.
// The recipe's last segment is what OpenWrt calls the upstream; a package by a
// recipe of the vendor's own is none of OpenWrt's.
func (f *packageFacts) purl(purl string) string {
	if f.manager != "opkg" || f.source == "" {
		return purl
	}
	if !f.upstream {
		return strings.Replace(purl, "pkg:opkg/openwrt/", "pkg:opkg/", 1)
	}
	// A kernel module of a folder that is not the kernel's can be anybody's, and
	// vendors add drivers of their own to the kernel's folder.
	if f.source == f.name || strings.HasPrefix(f.name, "kmod-") && (f.source != "linux" || f.foreign) {
		return purl
	}
	sep := "?"
	if strings.Contains(purl, "?") {
		sep = "&"
	}
	return purl + sep + "upstream=" + escapePURL(f.source)
}

func identity(e sbom.Evidence, c sbom.Confidence) sbom.Evidence {
	e.Confidence = c
	return e
}

// maintainerClaims makes the claims of a package's maintainer field: the
// domain of the mail address, and the name where it is an organization's. A
// person's name is nothing.
func maintainerClaims(out *Result, m string, at int64) []sbom.Claim {
	if m == "" {
		return nil
	}
	var claims []sbom.Claim
	for _, d := range mailDomains(m) {
		claims = append(claims, sbom.Claim{Kind: sbom.MailDomain, Value: d, Role: sbom.Maintainer, By: sbom.ByBytes,
			Evidence: []sbom.Evidence{out.namesPersons(sbom.ManifestAnalysis, at, len(m), "<…@"+d+">", m)}})
	}
	for _, org := range organizations(m) {
		claims = append(claims, sbom.Claim{Kind: sbom.OrgName, Value: org, Role: sbom.Maintainer, By: sbom.ByBytes,
			Evidence: []sbom.Evidence{out.namesPersons(sbom.ManifestAnalysis, at, len(m), org, m)}})
	}
	return claims
}

// openWrtRecipe reports whether a recipe's path is one of OpenWrt's own tree
// or public feeds. Vendors put theirs in directories of other names.
func openWrtRecipe(source string) bool {
	p := strings.Split(source, "/")
	switch p[0] {
	case "package":
		if len(p) < 2 {
			return false
		}
		switch p[1] {
		case "base-files", "boot", "devel", "firmware", "kernel", "libs", "network", "system", "utils", "lang", "admin", "multimedia", "mtd", "busybox", "kmod", "toolchain", "admin-utils":
			return true
		}
		return len(p) == 2
	case "feeds":
		if len(p) < 2 {
			return false
		}
		switch p[1] {
		case "base", "packages", "luci", "routing", "telephony", "oldpackages", "management", "video":
			return true
		}
	}
	return false
}

func packageType(name, section string) sbom.ComponentType {
	section = strings.ToLower(section)
	switch {
	case strings.HasPrefix(name, "kmod-"):
		return sbom.DeviceDriver
	case name == "kernel" || strings.HasPrefix(name, "linux-image"):
		return sbom.OperatingSystem
	case section == "libs" || section == "libdevel" || strings.HasPrefix(name, "lib"):
		return sbom.Library
	case section == "firmware" || strings.HasSuffix(name, "-firmware") || strings.HasPrefix(name, "firmware-"):
		return sbom.Firmware
	}
	return sbom.Application
}

// debNamespace returns the distribution that a package is of, empty where it is
// none's: fields that only other tools than the distributions' write, or an
// organization that maintains it under its own mail domain.
func debNamespace(s *stanza) string {
	m := s.get("maintainer")
	switch low := strings.ToLower(m); {
	case strings.Contains(low, "ubuntu") || strings.Contains(s.get("version"), "ubuntu"):
		return "ubuntu"
	case strings.Contains(low, "debian"):
		return "debian"
	case s.get("vendor") != "" || s.get("license") != "" || len(mailDomains(m)) > 0 && len(organizations(m)) > 0:
		return ""
	}
	return "debian"
}

// othersThanUbuntu takes the namespace from packages that nobody at Ubuntu
// maintains, in the database of a system of Ubuntu's: it puts itself into the field
// of all that it builds, those of Debian's too.
func othersThanUbuntu(list []observed) {
	ubuntu := 0
	for i := range list {
		if strings.HasPrefix(list[i].Component.PURL, "pkg:deb/ubuntu/") {
			ubuntu++
		}
	}
	if ubuntu <= len(list)/2 || len(list) < minUbuntu {
		return
	}
	for i := range list {
		c := list[i].Component
		ofDebian := func(cl sbom.Claim) bool {
			return cl.Kind == sbom.MailDomain && (cl.Value == "debian.org" || strings.HasSuffix(cl.Value, ".debian.org"))
		}
		if rest, ok := strings.CutPrefix(c.PURL, "pkg:deb/debian/"); ok && !slices.ContainsFunc(c.Claims, ofDebian) {
			c.PURL = "pkg:deb/" + rest
		}
	}
}

// minUbuntu packages are at least in a system.
const minUbuntu = 30

// packageURL builds a package URL (ECMA-427) of a package database.
func packageURL(typ, namespace, name, version, arch string) string {
	var b strings.Builder
	b.WriteString("pkg:" + typ)
	for _, ns := range strings.Split(namespace, "/") {
		if ns != "" {
			b.WriteString("/" + escapePURL(ns))
		}
	}
	b.WriteString("/" + escapePURL(name))
	if version != "" {
		b.WriteString("@" + escapePURL(version))
	}
	if arch != "" {
		b.WriteString("?arch=" + escapePURL(arch))
	}
	return b.String()
}

// escapePURL percent-encodes what ECMA-427 does not let stand: everything but
// letters, digits and ".-_~:".
func escapePURL(s string) string {
	s = strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
	return strings.ReplaceAll(s, "%3A", ":")
}

// readFileList reads a package's list of files: one path a line, opkg's with
// tab-separated mode and link target after it.
func readFileList(in *Input, out *Result, manager, root, name string) error {
	o := Observation{Key: manager + ":" + root + name}
	br := bufio.NewReaderSize(io.NewSectionReader(in, 0, min(in.Size, maxDatabase)), int(min(max(in.Size, 16), 32<<10)))
	for len(o.Files) < 500_000 {
		line, n, err := readLine(br, maxPathLen)
		if n == 0 && err != nil {
			break
		}
		p, _, _ := strings.Cut(string(line), "\t")
		if !strings.HasPrefix(p, "/") {
			continue
		}
		if p = cleanTarget(".", p); p != "." {
			o.Files = append(o.Files, root+p)
		}
	}
	if len(o.Files) > 0 {
		out.Component(o)
	}
	return nil
}

var apkDirs = []string{"lib/apk/db/"}

// apkExtractor reads Alpine's and OpenWrt's apk database (apk-tools' installed
// file: one-letter keys; F: directory, R: file in it).
func apkExtractor() Extractor {
	return Extractor{
		Name: "apk",
		Doc:  "reads the apk database lib/apk/db/installed",
		Match: func(e *Entry) bool {
			_, rest, ok := databaseRoot(e.Path, apkDirs...)
			return ok && rest == "installed"
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			root, _, _ := databaseRoot(in.Path, apkDirs...)
			if in.Size > maxDatabase {
				return fmt.Errorf("package database of %d bytes: %w", in.Size, ErrLimit)
			}
			br := bufio.NewReaderSize(io.NewSectionReader(in, 0, in.Size), int(min(max(in.Size, 16), 64<<10)))
			var at int64
			f := map[byte]string{}
			place := map[byte]int64{}
			var files []string
			dir := ""
			flush := func() {
				if name := f['P']; name != "" {
					version := f['V']
					c := sbom.Component{Name: name, Version: version, Type: packageType(name, ""), Description: f['T']}
					ns := "alpine"
					if strings.Contains(f['U'], "openwrt") || strings.Contains(f['o'], "/") {
						ns = "openwrt"
					}
					c.PURL = packageURL("apk", ns, name, version, f['A'])
					if f['L'] != "" {
						c.Licenses = []string{f['L']}
					}
					if f['U'] != "" {
						c.Links = []sbom.Link{{Type: "website", URL: f['U']}}
					}
					c.Evidence = append(c.Evidence, identity(out.Evidence(sbom.ManifestAnalysis, "name", place['P'], len(name), name), sbom.High))
					if version != "" {
						c.Evidence = append(c.Evidence, identity(out.Evidence(sbom.ManifestAnalysis, "version", place['V'], len(version), version), sbom.High))
					}
					c.Claims = maintainerClaims(out, f['m'], place['m'])
					facts := &packageFacts{manager: "apk", name: name, version: version, source: f['o'], upstream: true}
					out.Component(Observation{Key: "apk:" + root + name, Component: c, Files: files, Upstream: true, pkg: facts})
				}
				clear(f)
				clear(place)
				files, dir = nil, ""
			}
			for {
				line, n, err := readLine(br, 64<<10)
				if n == 0 && err != nil {
					flush()
					if err == io.EOF {
						return nil
					}
					return err
				}
				start := at
				at += int64(n)
				if len(line) == 0 {
					flush()
					continue
				}
				if len(line) < 2 || line[1] != ':' {
					continue
				}
				value := string(line[2:])
				switch line[0] {
				case 'F':
					dir = value
				case 'R':
					if p := cleanTarget(dir, value); len(files) < 500_000 && p != "." {
						files = append(files, root+p)
					}
				default:
					if _, dup := f[line[0]]; !dup {
						f[line[0]] = value
						place[line[0]] = start + 2
					}
				}
			}
		},
	}
}
