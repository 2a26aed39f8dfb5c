package firmware

import (
	"bytes"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/internal/derived"
	"github.com/touchmark-dev/touchmark/sbom"
)

// What no signature names, or names without version, may still say what it is:
//
//   - the derived table knows texts that a component's file of that name has in
//     every release, and where it states its version;
//   - a program states its own name with a version ("mawk 1.3.4"), in one of
//     the forms that programs use. This needs no table and names no project:
//     the component has the file's own name.
//
// Both look only at programs and libraries, and only where signatures leave the
// question open.

const (
	maxStatedFile = 64 << 20
	statedChunk   = 1 << 20

	minLibraryName = 7 // bytes of a SONAME's stem that names a component alone
)

// identify adds to the findings of an ELF file.
func (s *scanner) identify(in *Input, res *fileResult) {
	e := res.elf
	if e == nil || e.object || in.Size > maxStatedFile || e.soname == "" && strings.Contains(in.Base(), ".so") && !strings.HasPrefix(in.Base(), "lib") {
		return
	}
	// Many who link a library do not tell the linker its name; what other libraries are
	// known by is no measure then, but what the file says of itself is.
	soname := e.soname
	if i := strings.Index(in.Base(), ".so"); i > 0 && soname == "" {
		soname = in.Base()[:i+len(".so")]
	}
	open := -1 // the finding that names the file without version
	for i := range res.signatures {
		f := &res.signatures[i]
		if !f.Own {
			continue
		}
		if f.Version != "" && !strings.HasPrefix(f.Version, "vers:") {
			return
		}
		open = i
	}
	f, err := in.readELF()
	if err != nil {
		return
	}
	// GCC builds its runtime with the compiler that it belongs to.
	if open >= 0 && res.signatures[open].Signature == "libgcc" {
		if version, c := compilerOf(e.comments); version != "" {
			ev := sbom.Evidence{Field: "version", Technique: sbom.BinaryAnalysis, Extractor: "compiler-comment", Path: res.path, Offset: c.Offset,
				Length: len(c.Value), Match: CleanMatch(c.Value), Confidence: sbom.Medium}
			s.addIdentity(res, open, nil, version, []sbom.Evidence{ev}, sbom.Medium)
			return
		}
	}
	if s.derived != nil && e.buildID != "" {
		if c, version, ok := s.derived.BuildID(e.buildID); ok {
			ev := sbom.Evidence{Field: "version", Technique: sbom.HashComparison, Extractor: "derived-table", Path: res.path, Match: CleanMatch(e.buildID), Confidence: sbom.High}
			s.addIdentity(res, open, c, version, []sbom.Evidence{ev}, sbom.High)
			return
		}
	}
	var probe *derived.Probe
	if s.derived != nil && soname == e.soname {
		probe = s.derived.Probe(in.Base(), e.soname)
		if program, _ := alternative(in.Base()); probe == nil && program != "" && e.soname == "" {
			probe = s.derived.Probe(program, "")
		}
	}
	st := newStated(in.Base(), soname, res.signatures, open)
	if probe != nil {
		st.maybe, st.probed = len(st.names), true
		st.add(probe.Components()...) // as which the file may turn out
	}
	for _, span := range f.Strings {
		for at := span.Offset; at < span.Offset+span.Size; at += statedChunk {
			// Texts that cross a border of chunks are cut; they are rare.
			b := in.passing(at, int(min(statedChunk, span.Offset+span.Size-at)))
			st.chunk, st.chunkAt = b, at
			derived.Texts(b, 3, probe != nil, func(text []byte, i int, digit bool) {
				if probe != nil {
					probe.Text(text, at+int64(i))
				}
				if !digit {
					return // nearly all texts
				}
				if c := text[len(text)-1]; probe == nil && (c < '0' || c > '9') && bytes.IndexByte(text, '.') < 0 {
					return // a number alone counts at the end only
				}
				derived.Versions(text, func(start, end int) {
					if probe != nil {
						probe.Version(text, at+int64(i), start, end)
					}
					st.version(text, at+int64(i), start, end)
				})
			})
		}
	}
	st.runPath(f.RunPath)
	if d := f.DebugStr; d != nil {
		for at := d.Offset; at < d.Offset+d.Size; at += statedChunk {
			st.builtIn(in.passing(at, int(min(statedChunk, d.Offset+d.Size-at))), at)
		}
	}
	defer s.bundled(res, st)
	if len(st.alone)+len(st.loose) > 0 {
		for _, span := range f.Strings {
			for at := span.Offset; at < span.Offset+span.Size; at += statedChunk {
				b := in.passing(at, int(min(statedChunk, span.Offset+span.Size-at)))
				st.linked(b)
			}
		}
	}
	var library derived.Library
	known := false
	if s.derived != nil && e.soname != "" {
		library, known = s.derived.Library(e.soname)
		if known && library.Name == "glibc" && !slices.Contains(e.needed, "libc.so.6") {
			// uClibc and musl have parts of the same names (libpthread, libutil).
			known = false
		}
	}
	evidence := func(field string, at int64, text string, c sbom.Confidence) sbom.Evidence {
		return sbom.Evidence{Field: field, Technique: sbom.BinaryAnalysis, Extractor: "derived-table", Path: res.path,
			Offset: at, Length: len(text), Match: CleanMatch(text), Confidence: c}
	}
	// The number of a library's file name, where that is the release's.
	fileVersion := func() (string, []sbom.Evidence) {
		_, number, ok := strings.Cut(in.Base(), ".so.")
		if !known || !ok || derived.Stem(in.Base()) != derived.Stem(e.soname) {
			return "", nil
		}
		release, ok := library.Release(number)
		if !ok {
			return "", nil
		}
		ev := evidence("version", 0, in.Base(), sbom.Medium)
		ev.Technique, ev.Length = sbom.Filename, 0
		return release, []sbom.Evidence{ev}
	}
	if probe != nil {
		f.Exports(in.ra, probe.Symbol)
		if m := probe.Match(); m != nil {
			var list []sbom.Evidence
			version, confidence := m.Version, sbom.Medium
			if version == "" {
				// What stands alone may be another's number: it must be one that
				// the component's versions make likely. So must what a program
				// says under a name of its own, which may be the project's or not.
				v, c := st.own()
				if m.Silent {
					v = statedVersion{}
				}
				if v.text != "" && (st.speaksFor(v, m.Component) && (c != sbom.Low || derived.Near(v.text, m.Component.Versions)) ||
					v.name != "" && derived.Within(v.text, m.Component.Versions)) {
					version, confidence, m.At = v.text, c, derived.Text{Text: v.quote, Offset: v.at}
				}
				if v, ok := st.looseOf(m.Component); ok && version == "" && m.Leads {
					version, confidence, m.At = v.text, sbom.Low, derived.Text{Text: v.quote, Offset: v.at}
				}
				if v, ok := st.fourOf(m.Component); ok && version == "" {
					version, confidence, m.At = v.text, sbom.Low, derived.Text{Text: v.quote, Offset: v.at}
				}
				if v, ok := st.sourceOf(m.Component.Name, m.Component.Signature); ok && (version == "" || confidence == sbom.Low) {
					version, confidence, m.At = v.text, sbom.Medium, derived.Text{Text: v.quote, Offset: v.at}
				}
			}
			if version != "" {
				list = append(list, evidence("version", m.At.Offset, m.At.Text, confidence))
			} else if version, list = fileVersion(); version == "" && m.Alike != "" {
				version = m.Alike
				list = append(list, sbom.Evidence{Field: "version", Technique: sbom.HashComparison, Extractor: "derived-table", Path: res.path,
					Match: "texts and symbols are those of release " + version + " alone", Confidence: sbom.Low})
			} else if version == "" {
				version = m.Range()
			}
			for _, t := range m.Texts {
				list = append(list, evidence("name", t.Offset, t.Text, sbom.Medium))
			}
			s.addIdentity(res, open, m.Component, version, list, sbom.Medium)
			return
		}
	}
	// "/build/openldap2-2.1.30/libraries/libldap_r/rdwr.c" in libldap_r.
	if known && open < 0 {
		if v, ok := st.sourceOf(library.Name, library.Signature); ok && !isToolchain(v.quote) {
			c := &derived.Component{Name: library.Name, Signature: library.Signature}
			s.addIdentity(res, open, c, v.text, []sbom.Evidence{evidence("version", v.at, v.quote, sbom.Medium)}, sbom.Medium)
			return
		}
	}
	if version, list := fileVersion(); version != "" {
		s.addIdentity(res, open, &derived.Component{Name: library.Name, Signature: library.Signature}, version, list, sbom.Medium)
		return
	}
	v, confidence := st.own()
	if v.text == "" {
		if release, name := releaseInName(e.soname); release != "" {
			v, confidence = statedVersion{text: release, quote: name, at: e.sonameAt}, sbom.Medium
		}
	}
	// A library whose texts the table does not have, by its name alone.
	if known && probe == nil && open < 0 && len(library.Name) > 2 && len(derived.Stem(e.soname)) >= minLibraryName {
		c := &derived.Component{Name: library.Name, Signature: library.Signature}
		list := []sbom.Evidence{evidence("name", e.sonameAt, e.soname, sbom.Low)}
		version := ""
		if v.text != "" && st.speaksFor(v, c) {
			version = v.text
			list = append([]sbom.Evidence{evidence("version", v.at, v.quote, confidence)}, list...)
		}
		s.addIdentity(res, open, c, version, list, sbom.Low)
		return
	}
	if open < 0 && (v.text == "" || confidence == sbom.Low) {
		s.builtFrom(res, st)
		return // a lone version of a file that nothing names is no more than that
	}
	if v.text == "" {
		return
	}
	ev := sbom.Evidence{Field: "version", Technique: sbom.BinaryAnalysis, Extractor: "stated-version", Path: res.path, Offset: v.at,
		Length: len(v.quote), Match: CleanMatch(v.quote), Confidence: confidence}
	if open >= 0 {
		// Programs of a project of several may count for themselves, and do so in two
		// numbers: "ubiattach version 1.1" of mtd-utils 1.5.0, "last 2.85" of sysvinit.
		f := &res.signatures[open]
		if sig := s.signatures.Signature(f.Signature); v.name != "" && strings.Count(v.text, ".") < 2 && sig != nil && len(sig.Files) > 1 &&
			!st.speaksFor(v, &derived.Component{Name: f.Name, Signature: f.Signature}) {
			return
		}
		s.addIdentity(res, open, nil, v.text, []sbom.Evidence{ev}, confidence)
		return
	}
	if slices.ContainsFunc(res.signatures, func(f signatures.Finding) bool { return f.Version == v.text }) {
		return // axhttpd, which says that it is axTLS of that version
	}
	name, typ := in.Base(), sbom.Application
	if soname != "" {
		name, typ = sonameStem(soname), sbom.Library
	} else if program, pkg := alternative(name); program != "" {
		name = program
		if pkg != "" && v.name == pkg {
			if sig := s.signatures.Signature(pkg); sig != nil {
				res.signatures = append(res.signatures, sig.Finding(v.text, []sbom.Evidence{ev}, confidence))
				return
			}
			name = pkg
		}
	}
	if v.project != "" {
		if sig := s.signatures.Signature(strings.ToLower(v.project)); sig != nil {
			res.signatures = append(res.signatures, sig.Finding(v.text, []sbom.Evidence{ev}, confidence))
			return
		}
		name = v.project
	}
	if sig := s.signatures.Signature(strings.ToLower(name)); sig != nil && v.project == "" && slices.Contains(sig.Files, in.Base()) {
		res.signatures = append(res.signatures, sig.Finding(v.text, []sbom.Evidence{ev}, confidence))
		return
	}
	if sig := s.daemonOf(in.Base()); sig != nil && v.project == "" {
		res.signatures = append(res.signatures, sig.Finding(v.text, []sbom.Evidence{ev}, confidence))
		return
	}
	res.signatures = append(res.signatures, signatures.Finding{Signature: "stated:" + name, Name: EscapePath(name), Version: v.text, Type: typ,
		Own: true, Stated: true, Confidence: confidence, Evidence: []sbom.Evidence{ev}})
}

// alternative splits the name of a program that several packages have, to which the
// build adds the package's ("newgrp.shadow", "sed.sed") or what says that a link or a
// script has the plain name ("fbset.real"). Both are empty for all other names.
func alternative(base string) (program, pkg string) {
	i := strings.LastIndexByte(base, '.')
	if i < 2 || len(base)-i < len(".sed") {
		return "", ""
	}
	program, pkg = base[:i], base[i+1:]
	switch {
	case strings.IndexFunc(pkg, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-') }) >= 0 || pkg[0] < 'a':
		return "", ""
	case slices.Contains([]string{"real", "orig", "suid", "nosuid"}, pkg):
		return program, ""
	case slices.Contains([]string{"bin", "exe", "cgi", "elf", "out", "org", "old", "bak", "new", "img", "app", "test", "plugin"}, pkg), slices.Contains([]string{"mkfs", "fsck", "mount", "umount", "rpc", "ld", "ntfs-3g"}, program) && !strings.Contains(pkg, "-"):
		return "", "" // of a file system, a service
	}
	return program, pkg
}

// daemonOf returns the signature of the project whose daemon has that name: its
// own name and a "d", and the signature lists it ("rsyslogd").
func (s *scanner) daemonOf(base string) *signatures.Signature {
	id, ok := strings.CutSuffix(base, "d")
	if !ok || len(id) < 4 {
		return nil // "atd", "smbd": short names are anybody's
	}
	sig := s.signatures.Signature(id)
	if sig == nil || !slices.Contains(sig.Files, base) {
		return nil
	}
	return sig
}

// addIdentity gives the finding that names the file without version what else
// was found, or adds a finding for a component of the table.
func (s *scanner) addIdentity(res *fileResult, open int, c *derived.Component, version string, evidence []sbom.Evidence, confidence sbom.Confidence) {
	exact := version != "" && !strings.HasPrefix(version, "vers:")
	if open < 0 && c.Signature != "" {
		if sig := s.signatures.Signature(c.Signature); sig != nil {
			res.signatures = append(res.signatures, sig.Finding(version, evidence, confidence))
			return
		}
	}
	if open >= 0 {
		old := &res.signatures[open]
		if version == "" || !exact && old.Version != "" {
			return
		}
		// What a signature reads as a range on purpose is no release here, wherever
		// else the file has the number: the table only saw that it was the release
		// in the builds it has.
		if len(evidence) > 0 && slices.ContainsFunc(old.Evidence, func(e sbom.Evidence) bool {
			return e.Field == "version" && e.Length > 0 && (strings.HasSuffix(strings.TrimRight(e.Match, "."), version) ||
				e.Offset < evidence[0].Offset+int64(evidence[0].Length) && evidence[0].Offset < e.Offset+int64(e.Length))
		}) {
			return
		}
		sig := s.signatures.Signature(old.Signature)
		if sig == nil {
			return
		}
		res.signatures[open] = sig.Finding(version, append(evidence, old.Evidence...), confidence)
		return
	}
	f := signatures.Finding{Signature: "derived:" + c.Name, Name: c.Name, Version: version, Type: sbom.Library, Homepage: c.Homepage,
		PURL: packageURL("generic", "", c.Name, "", ""), Own: true, Confidence: confidence, Evidence: evidence}
	if res.elf.program {
		f.Type = sbom.Application
	}
	if exact {
		f.PURL = packageURL("generic", "", c.Name, version, "")
	}
	res.signatures = append(res.signatures, f)
}

// stated collects the versions that a file states together with its own name.
type stated struct {
	file string // base name and SONAME
	// program is the name of a program without an ending, as that of its main
	// source may be.
	program string
	names   []string // lower case
	maybe   int      // how many of them are the file's own, if not 0: the others are of components that it may be part of
	// zlib and png are set where the file calls libraries whose headers leave
	// their version in it.
	zlib, png bool
	checks    bool // it asks a library for its version
	compiler  bool // it tells what compiled it
	library   bool
	named     []statedVersion
	alone     []statedVersion
	four      []statedVersion // alone, of four numbers: an address, unless the table knows better
	loose     []statedVersion // that lead their text: anybody's, unless the table knows better
	sources   []sourceFolder  // in which the sources were that it was made from

	probed bool // the table knows the file's name

	chunk   []byte // of the file, in which the texts stand
	chunkAt int64
}

type statedVersion struct {
	text, quote string
	name        string // that stands before it, lower case
	project     string // that stands in parentheses between them
	at          int64
	whole       bool // the text holds nothing but name and version
}

func newStated(base, soname string, found []signatures.Finding, open int) *stated {
	st := &stated{file: base + " " + soname, library: soname != ""}
	add := func(n string) { st.add(n) }
	if soname != "" {
		stem := sonameStem(soname)
		add(stem)
		if short := derived.Stem(soname); len(short) > 5 {
			add(short) // "libgweather-4" says "libgweather/%s"
		}
		if rest, ok := strings.CutPrefix(stem, "lib"); ok && len(rest) > 2 {
			add(rest)
		}
	} else {
		add(base)
		st.program = strings.TrimSuffix(base, path.Ext(base))
		add(st.program)
		if _, pkg := alternative(base); pkg != "" {
			add(pkg)
		}
	}
	if open >= 0 {
		add(found[open].Signature)
		add(found[open].Name)
	}
	return st
}

func (st *stated) add(names ...string) {
	for _, n := range names {
		n = strings.ToLower(n)
		// "luaposix" is lua-posix.
		for _, n := range []string{n, strings.ReplaceAll(n, "-", "")} {
			if len(n) >= 2 && !slices.Contains(st.names, n) {
				st.names = append(st.names, n)
			}
		}
	}
}

// Words that stand between a name and its version.
var versionWords = []string{"version", "release", "ver", "rev", "v"}

// Protocols and interfaces: a number behind them is theirs.
var protocols = []string{"ssl", "tls", "dtls", "http", "https", "rtsp", "sip", "xml", "html", "json", "usb", "snmp", "nfs", "smb", "ftp", "ssh", "ssdp", "upnp", "dlna",
	"opengl", "gl", "gles", "egl", "vulkan", "bluetooth", "mqtt", "soap", "rpc", "ieee", "rfc", "iso", "posix", "unicode", "va-api", "gobject", "glib"}

// Words of texts that speak of other versions than the file's own.
var otherVersionWords = [][]byte{[]byte("requir"), []byte("need"), []byte("since"), []byte("before"), []byte("later"), []byte("earlier"), []byte("newer"), []byte("older"),
	[]byte("deprecat"), []byte("compat"), []byte("at least"), []byte("remove"), []byte("prior"), []byte("protocol"), []byte("format"), []byte("bug"),
	[]byte("workaround"), []byte("support"), []byte("obsolete"), []byte("spec"), []byte("instead"), []byte("http://"), []byte("https://"), []byte("standard"), []byte(".so"), []byte("is not")}

// linked notes which libraries the file calls that leave or tell a version.
// Only versions that stand alone can be theirs.
func (st *stated) linked(b []byte) {
	derived.Texts(b, 3, true, func(text []byte, _ int, _ bool) { st.linkedText(text) })
	st.compiler = st.compiler || namesGCC(b)
}

func (st *stated) linkedText(s []byte) {
	switch {
	case bytes.HasPrefix(s, []byte("inflateInit")) || bytes.HasPrefix(s, []byte("deflateInit")):
		st.zlib = true
	case bytes.HasPrefix(s, []byte("png_create_")):
		st.png = true
	case bytes.Contains(s, []byte("check_version")) || bytes.Contains(s, []byte("CheckVersion")):
		st.checks = true
	case bytes.Contains(s, []byte("ompiled with ")) || bytes.Contains(s, []byte("ompiled by ")):
		st.compiler = true
	}
}

// namesGCC reports whether one of the texts in b is "gcc", with or without a
// space: __VERSION__ of the compiler is then a text of its own ("4.7.2" in
// unzip).
func namesGCC(b []byte) bool {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("gcc"))
		if i < 0 {
			return false
		}
		start := at + i
		end := start + len("gcc")
		if end < len(b) && b[end] == ' ' {
			end++
		}
		if !(start > 0 && derived.IsText(b[start-1])) && !(end < len(b) && derived.IsText(b[end])) {
			return true
		}
		at = start + 1
	}
}

// version looks at a version in a text.
func (st *stated) version(s []byte, at int64, start, end int) {
	st.source(s, at, start, end)
	if len(s) > 400 {
		return
	}
	end += preRelease(s[end:])
	// Most numbers of most texts end here, so nothing is copied before.
	parts := bytes.Count(s[start:end], []byte(".")) + 1
	if parts > 4 {
		return
	}
	if st.probed && (parts >= 2 || end-start == len("20120424")) && len(st.loose) < maxLoose && derived.Leads(s, at, start, end) {
		st.loose = append(st.loose, statedVersion{text: string(s[start:end]), quote: string(s[start:]), at: at + int64(start)})
	}
	before, after := s[:start], s[end:]
	name, spelled := trimVersionWord(before)
	if len(name) == 0 && len(after) == 0 && (len(before) == 0 || spelled) {
		// What stands alone in a library is often the release of another that
		// it wants to have.
		v := string(s[start:end])
		if parts >= 2 && len(st.named) < 64 && !isHostAddress(v) {
			if own := st.printed(at, len(s)); own != "" && !strings.Contains(st.file, v) {
				st.named = append(st.named, statedVersion{text: v, name: own, quote: string(s), at: at, whole: true})
				return
			}
		}
		if !st.library && !st.foreign(v, parts) && (parts >= 3 || parts == 2 && spelled) {
			st.alone = append(st.alone, statedVersion{text: v, quote: string(s), at: at})
		} else if !st.library && parts == 4 && digitsOnly(v) && len(st.four) < 64 {
			st.four = append(st.four, statedVersion{text: v, quote: string(s), at: at})
		}
		return
	}
	project := ""
	if n := len(name); n > 0 && name[n-1] == ')' {
		if open := bytes.LastIndexByte(name, '('); open > 0 {
			project = projectName(string(name[open+1 : n-1]))
			name = bytes.TrimRight(name[:open], " ")
		}
	}
	// "ifenslave.c:v1.1.0 (December 1, 2003)"; not "$Id: lmdd.c,v 1.23".
	if rest, ok := bytes.CutSuffix(name, []byte(".c")); ok && spelled && before[len(name)] == ':' {
		name = rest
	}
	for i, own := range st.names {
		rest, ok := cutSuffixFold(name, own)
		if !ok {
			continue
		}
		from := 0 // where the name begins
		if n := len(rest); n > 0 && isWordByte(rest[n-1]) {
			// The end of other constants, where texts begin at multiples of four.
			if n > 3 || at%4 == 0 || (at+int64(n))%4 != 0 {
				continue
			}
			from, rest = n, nil
		} else {
			from = n
		}
		v := string(s[start:end])
		if st.foreign(v, parts) {
			return
		}
		begins := len(bytes.TrimLeft(rest, " \t@(#)*-")) == 0
		plain := bytes.TrimRight(before, " \t")
		if !spelled && len(plain) > 0 && plain[len(plain)-1] == '_' {
			continue // a symbol version
		}
		if parts == 2 && !spelled && len(plain) > 0 && (plain[len(plain)-1] == '-' || plain[len(plain)-1] == '/' && (v == "1.0" || v == "1.1" || v == "2.0")) {
			continue // an API, or a protocol
		}
		if parts <= 2 && slices.Contains(protocols, own) {
			continue
		}
		// Two numbers alone are often those of a format, of an interface or of
		// the release since when something is so. A library's own release
		// stands with the word, a program's at the beginning of a text.
		whole := begins && len(after) == 0
		if parts == 2 && (st.library && !(spelled && whole) || !st.library && !spelled && !begins) {
			continue
		}
		if !whole && st.maybe > 0 && i >= st.maybe {
			continue // a program says of its project since when something is so
		}
		if parts == 2 && !spelled && len(before) == len(name) {
			continue // "vips8.14" is a folder of an interface
		}
		if parts == 1 && !(begins && spelled && len(after) == 0 && end-start >= 2) || len(own) == 2 && !begins {
			continue
		}
		if !begins || len(after) > 0 {
			lower := bytes.ToLower(s)
			if slices.ContainsFunc(otherVersionWords, func(w []byte) bool { return bytes.Contains(lower, w) }) {
				continue
			}
		}
		if len(st.named) < 64 {
			st.named = append(st.named, statedVersion{text: v, name: own, project: project, quote: string(s[from:end]), at: at + int64(from), whole: whole})
		}
		return
	}
}

// releaseInName returns the release in a SONAME of the form that libtool gives a
// library which is linked with -release: "libproc-3.2.8.so", "libevent-1.3b.so.1".
// Two numbers alone are an interface of many releases ("libglib-2.0.so.0"), and what
// the name of a library in a program ends in.
func releaseInName(soname string) (release, quote string) {
	i := strings.Index(soname, ".so")
	if i < 0 || i+3 < len(soname) && soname[i+3] != '.' {
		return "", ""
	}
	stem := soname[:i]
	k := strings.LastIndexByte(stem, '-')
	if k < 4 || !strings.HasPrefix(stem, "lib") {
		return "", ""
	}
	release = stem[k+1:]
	digits := strings.TrimRight(release, "abcdefgh")
	parts := versionNumbers(digits)
	if parts == nil || len(release)-len(digits) > 1 || strings.Count(digits, ".") < 1 || strings.Count(digits, ".") > 3 || digits == release && strings.Count(digits, ".") < 2 || len(release) > 16 {
		return "", ""
	}
	return release, soname
}

// preRelease returns the length of what makes the release in front of it one that
// came before: "-pre1", "rc2", "-beta".
func preRelease(after []byte) int {
	n := 0
	if len(after) > 0 && (after[0] == '-' || after[0] == '~') {
		n = 1
	}
	for _, w := range []string{"pre", "rc", "alpha", "beta"} {
		rest, ok := bytes.CutPrefix(after[n:], []byte(w))
		if !ok {
			continue
		}
		digits := len(rest) - len(bytes.TrimLeft(rest, "0123456789"))
		if digits == 0 && len(rest) > 0 && isWordByte(rest[0]) {
			return 0 // "-prefix"
		}
		return n + len(w) + digits
	}
	return 0
}

// projectName returns what stands in parentheses between a program's name and
// its version where it can be the package that the program is part of, as the
// GNU Coding Standards have it ("--version"): "psql (PostgreSQL) 15.3".
func projectName(s string) string {
	s = strings.TrimSpace(strings.TrimPrefix(s, "GNU "))
	if len(s) < 3 || len(s) > 30 || strings.IndexFunc(s, func(r rune) bool { return !(isAlnum(byte(r)) || r == '-' || r == '+' || r == ' ') || r > 0x7e }) >= 0 {
		return ""
	}
	switch low := strings.ToLower(s); {
	case !(low[0] >= 'a' && low[0] <= 'z'):
		return "" // "64-bit"
	case slices.Contains([]string{"linux", "debian", "ubuntu", "unix", "build", "release", "beta", "alpha", "version", "x86", "arm", "mips", "default", "static", "dynamic", "gcc", "clang"}, low):
		return ""
	}
	return s
}

// printed returns the name of the file's own that is printed with a version
// which is a text of its own, as compilers put it beside the form that it is
// printed by: "2.0", and then "corkscrew %s".
func (st *stated) printed(at int64, n int) string {
	const gap, most = 16, 200
	i := int(at - st.chunkAt)
	if i < 0 || i+n > len(st.chunk) {
		return ""
	}
	before, after := st.chunk[:i], st.chunk[i+n:]
	skip := func(b []byte, from, step int) int {
		for k := 0; k < gap && from >= 0 && from < len(b) && !derived.IsText(b[from]); k++ {
			from += step
		}
		return from
	}
	end := skip(before, len(before)-1, -1) + 1
	start := end
	for start > 0 && end-start < most && derived.IsText(before[start-1]) {
		start--
	}
	begin := skip(after, 0, 1)
	stop := begin
	for stop < len(after) && stop-begin < most && derived.IsText(after[stop]) {
		stop++
	}
	// "%s %s", "fbdump", "0.4.2", or the other way round: all that is printed is
	// the name and the version.
	if !st.library {
		v := string(st.chunk[i : i+n])
		if own := string(bytes.ToLower(before[start:end])); slices.Contains(st.names, own) && v != "1.0" && v != "1.1" && v != "2.0" {
			end := skip(before, start-1, -1) + 1
			start := end
			for start > 0 && end-start < most && derived.IsText(before[start-1]) {
				start--
			}
			if onlyTwo(before[start:end]) {
				return own
			}
		}
		if own := string(bytes.ToLower(after[min(begin, len(after)):stop])); slices.Contains(st.names, own) && v != "1.0" && v != "1.1" && v != "2.0" {
			begin := skip(after, stop, 1)
			stop := begin
			for stop < len(after) && stop-begin < most && derived.IsText(after[stop]) {
				stop++
			}
			if onlyTwo(after[min(begin, len(after)):stop]) {
				return own
			}
		}
	}
	for _, form := range [][]byte{before[start:end], after[min(begin, len(after)):stop]} {
		if !bytes.Contains(form, []byte("%s")) {
			continue
		}
		low := bytes.ToLower(form)
		for _, own := range st.names {
			i := bytes.Index(low, []byte(own))
			if i < 0 || i > 0 && isWordByte(low[i-1]) || i+len(own) < len(low) && isWordByte(low[i+len(own)]) {
				continue
			}
			rest := low[i+len(own):]
			// The name and what follows it at once, or a word that says so.
			rest = bytes.TrimLeft(rest, " :,-/")
			if bytes.Contains(rest, []byte("%s.%")) {
				continue // what is printed is put together from several texts
			}
			if i == 0 && (bytes.HasPrefix(rest, []byte("%s")) || bytes.HasPrefix(rest, []byte("v%s")) || bytes.HasPrefix(rest, []byte("v.%s")) || bytes.HasPrefix(rest, []byte("("))) ||
				bytes.Contains(low, []byte("version")) ||
				i == 0 && bytes.HasSuffix(bytes.TrimRight(low, " \n."), []byte(" v%s")) {
				return own
			}
		}
		if !st.library && onlyVersionForm(low) {
			return st.names[0]
		}
	}
	return ""
}

// onlyTwo reports whether a form prints two texts and holds nothing else than a
// "v" and separators: "%s %s", "%s v%s".
func onlyTwo(form []byte) bool {
	rest := bytes.ReplaceAll(form, []byte("%s"), nil)
	return len(form)-len(rest) == 2*len("%s") && len(bytes.Trim(rest, " \t\n-:,()v")) == 0
}

// onlyVersionForm reports whether a form, in lower case, prints a version and
// nothing but it and a name that is printed too: "%s version %s", "version: %s".
func onlyVersionForm(low []byte) bool {
	word := false
	for len(low) > 0 {
		switch {
		case bytes.HasPrefix(low, []byte("version")):
			low, word = low[len("version"):], true
		case bytes.HasPrefix(low, []byte("%s")):
			low = low[2:]
		case strings.IndexByte(" :,.()\t\n-", low[0]) >= 0:
			low = low[1:]
		default:
			return false
		}
	}
	return word
}

// foreign reports whether a number of so many parts is no version of the file.
func (st *stated) foreign(v string, parts int) bool {
	if digitsOnly(v) {
		// An address or an object identifier; the API that a file's name shows.
		return parts == 4 || strings.Contains(st.file, v)
	}
	return parts == 1 || strings.Contains(st.file, v) // "ntfs-3g"
}

// trimVersionWord cuts what stands between a name and a version: separators,
// and at most one word such as "version".
func trimVersionWord(s []byte) (rest []byte, word bool) {
	s = trimSeparators(s)
	for _, w := range versionWords {
		if rest, ok := cutSuffixFold(s, w); ok && (len(rest) == 0 || !isWordByte(rest[len(rest)-1])) {
			rest = trimSeparators(rest)
			// "Debian run-parts program, version 5.7"
			if short, ok := cutSuffixFold(rest, " program"); ok {
				rest = trimSeparators(short)
			}
			return rest, true
		}
	}
	return s, false
}

func trimSeparators(s []byte) []byte {
	for len(s) > 0 {
		switch s[len(s)-1] {
		case ' ', '\t', '-', '_', '/', ':', ',', '.', '=', '"':
			s = s[:len(s)-1]
			continue
		}
		break
	}
	return s
}

// cutSuffixFold is bytes.CutSuffix for a suffix in lower case and a text in any.
func cutSuffixFold(s []byte, suffix string) (rest []byte, ok bool) {
	n := len(s) - len(suffix)
	if n < 0 {
		return s, false
	}
	for i, c := range s[n:] {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != suffix[i] {
			return s, false
		}
	}
	return s[:n], true
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-'
}

// isHostAddress reports whether a number of four parts is an address rather than a
// release: few releases begin with 100 or more.
func isHostAddress(v string) bool {
	a, err := netip.ParseAddr(v)
	return err == nil && a.Is4() && a.As4()[0] >= 100
}

func digitsOnly(v string) bool { return strings.Trim(v, "0123456789.") == "" }

// speaksFor reports whether a version is that of the component, and not of one
// of its programs or of a plug-in.
func (st *stated) speaksFor(v statedVersion, c *derived.Component) bool {
	same := func(n string) bool {
		f := foldPackage(n)
		return f == foldPackage(c.Name) || c.Signature != "" && f == foldPackage(c.Signature)
	}
	if v.name != "" {
		return same(v.name) || v.project != "" && same(v.project)
	}
	names := st.names
	if st.maybe > 0 {
		names = names[:st.maybe]
	}
	return slices.ContainsFunc(names, same)
}

const maxLoose = 64

// looseOf returns the one version that leads its text and lies between two of the
// component's.
func (st *stated) looseOf(c *derived.Component) (statedVersion, bool) {
	var out statedVersion
	if len(st.loose) == maxLoose {
		return out, false // a table
	}
	for _, v := range st.loose {
		if !derived.Within(v.text, c.Versions) || st.linkedVersion(v) || strings.Contains(st.file, "-"+v.text) {
			continue
		}
		if out.text != "" && out.text != v.text {
			return statedVersion{}, false
		}
		out = v
	}
	return out, out.text != ""
}

// linkedVersion reports whether a version can be that of a library or compiler
// whose version a file gets by using it.
func (st *stated) linkedVersion(v statedVersion) bool {
	return st.checks || st.compiler && isCompilerVersion(v.text) || st.zlib && (strings.HasPrefix(v.text, "1.2.") || strings.HasPrefix(v.text, "1.3.")) || st.png && strings.HasPrefix(v.text, "1.")
}

// fourOf returns the one version of four numbers that stands alone in a program
// and begins as one of the component's does that has four numbers too. Any other
// is an address.
func (st *stated) fourOf(c *derived.Component) (statedVersion, bool) {
	var out statedVersion
	for _, v := range st.four {
		n := versionNumbers(v.text)
		near := slices.ContainsFunc(c.Versions, func(k string) bool {
			m := versionNumbers(k)
			return strings.Count(k, ".") == 3 && len(m) > 1 && len(n) > 1 && m[0] == n[0] && m[1] == n[1]
		})
		if !near {
			continue
		}
		if out.text != "" && out.text != v.text {
			return statedVersion{}, false
		}
		out = v
	}
	if out.text == "" || len(st.named) > 0 || len(st.alone) > 0 || !st.speaksFor(out, c) {
		return statedVersion{}, false
	}
	return out, true
}

// isCompilerVersion reports whether a version can be one of GCC or Clang: three
// numbers, the first from 2 on and small.
func isCompilerVersion(v string) bool {
	n := versionNumbers(v)
	return strings.Count(v, ".") == 2 && len(n) > 0 && n[0] >= 2 && n[0] < 30
}

// own returns the one version that the file states for itself: medium
// confidence with its name or in the path of its sources, low where it stands
// alone.
func (st *stated) own() (statedVersion, sbom.Confidence) {
	st.alone = slices.DeleteFunc(st.alone, st.linkedVersion)
	one := func(list []statedVersion) (statedVersion, bool) {
		for _, v := range list {
			if v.text != list[0].text {
				return statedVersion{}, false
			}
		}
		if len(list) == 0 {
			return statedVersion{}, false
		}
		return list[0], true
	}
	if v, ok := one(st.named); ok {
		return v, sbom.Medium
	}
	var whole, both []statedVersion
	for _, v := range st.named {
		if v.whole {
			whole = append(whole, v)
		}
		if slices.ContainsFunc(st.alone, func(a statedVersion) bool { return a.text == v.text }) {
			both = append(both, v)
		}
	}
	for _, list := range [][]statedVersion{whole, both} {
		if v, ok := one(list); ok {
			return v, sbom.Medium
		}
	}
	if v, ok := st.ownSource(); ok {
		return v, sbom.Medium
	}
	if len(st.named) > 0 {
		return statedVersion{}, ""
	}
	if v, ok := one(st.alone); ok {
		return v, sbom.Low
	}
	return statedVersion{}, ""
}
