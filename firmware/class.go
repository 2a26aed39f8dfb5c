package firmware

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"sync"
)

// A fileClass says what a file may speak for.
type fileClass uint8

const (
	classNone fileClass = iota
	// classRegistry: a table that names many organizations because it is about
	// them: hardware ids, services, blocklists, translations, licence texts.
	// What is found there is no mark of anybody.
	classRegistry
	// classTrust: a trust store. Its certificates say whom the device believes,
	// not who made it.
	classTrust
	// classLinkText: a symbolic link that an unpacker left as a small text file.
	classLinkText
	// classDatabase: a package database. It names the makers of other files.
	classDatabase
	// classWeb: part of a web interface.
	classWeb
	// classText: configuration or a script.
	classText
	// classDocument: a text for people: a manual, a page of one, a README, a list
	// of changes, declarations for programmers. What it names is its subject, and
	// nobody calls the hosts in its examples.
	classDocument
	// classLeftover: what an unpacker left: a packed piece whose content stands
	// beside it, a log, a report.
	classLeftover
)

// registryNames are base names of files that list organizations, hosts or
// devices of the whole world, lower case. "*" at an end stands for anything.
var registryNames = []string{
	// What somebody typed at the device or at the one that it was unpacked on.
	".ash_history", ".bash_history", ".sh_history", ".history", ".lesshst", ".viminfo", ".python_history",
	"oui.txt", "oui.csv", "oui.dat", "oui", "oui36.txt", "iab.txt", "ieee-oui*", "manuf", "nmap-mac-prefixes", "mac_vendor*", "macvendor*", "vendormac*", "ethercodes.dat", "arp-fingerprint*",
	"usb.ids", "usb.ids.gz", "pci.ids", "pci.ids.gz", "pnp.ids", "sdio.ids", "hwdata*", "eisa.ids", "usb_modeswitch*", "usb-modeswitch*", "ld.so.cache", "aux-cache", "preloaded-classes", "modules.alias", "modules.alias.bin", "modules.usbmap", "modules.pcimap", "modules.symbols*", "modules.dep*",
	"services", "protocols", "ethertypes", "rpc", "networks", "mime.types", "magic", "magic.mgc", "nmap-*", "snort*.rules", "p0f*.fp", "dhcp_fingerprints*", "dhcp-fingerprint*", "fingerbank*", "devices.xml",
	"effective_tld_names*", "public_suffix_list*", "publicsuffix*", "adblock*", "*blocklist*", "*blacklist*", "easylist*", "default.action", "user.action", "match-all.action", "default.filter", "user.filter", "malware*", "geoip*", "*.mmdb", "geolite*", "ipcountry*", "iso-codes*", "iso3166*", "zone.tab", "zone1970.tab", "tzdata*", "zones.json",
	"copying*", "license*", "licence*", "copyright*", "notice", "notice.*", "third_party*", "thirdparty*", "*opensource*", "*opensoftware*", "open_source*", "gpl*.txt", "lgpl*.txt", "*legal*.txt",
	"isp.txt", "*apn*.xml", "apns*.xml", "apns-conf.xml", "serviceproviders.xml", "mobile_isp*", "3g_isp*", "*isp_list*", "*isplist*", "providers.xml", "ddns-scripts*", "ddns_services*", "services_ipv6", "named.root", "root.hints", "root.key", "db.root", "trusted-key.key", "bogon*", "wireless-regdb*", "regulatory.*", "*quirks*", "iab.csv", "mam.csv", "cid.csv", "oui*.csv", "oui*.txt", "dictionary.*", "default-accounts*", "favicon-db",
	// Content filters (DansGuardian, e2guardian, squidGuard) and Snort: what is not to be reached, and where rules are explained.
	"*sitelist", "*urllist", "*phraselist", "*phraselist*", "*regexplist", "*searchlist", "*domainlist", "reference.config", "classification.config",
	"*vidpid*",
}

// documentNames are base names of texts for people, lower case; documentSuffixes
// and documentDirs say the same of a file's kind and place.
var (
	documentNames    = []string{"authors", "authors.*", "credits", "credits.*", "thanks", "thanks.*", "changelog*", "changes.txt", "changes", "readme*", "contributors*", "contributing*", "code_of_conduct*", "faq", "faq.txt", "todo", "todo.txt", "news", "news.txt", "install.txt", "history.txt", "release_notes*", "release-notes*", "releasenotes*"}
	documentSuffixes = []string{".md", ".markdown", ".rst", ".adoc", ".asciidoc", ".rdoc", ".pod", ".texi", ".texinfo", ".tex", ".d.ts", ".d.mts", ".d.cts", ".js.flow", ".pc"}
	documentDirs     = []string{"share/doc", "share/man", "share/info", "man", "doc", "docs", "documentation"}
)

// isDocument reports whether a text is for people, from its folder and its name
// in lower case.
func isDocument(dir, base string) bool {
	return isDocumentName(base) || isDocumentDir(dir) || !isWebDir(dir) && isManualPage(dir, base)
}

func isDocumentName(base string) bool {
	if tables().document.match(base) {
		return true
	}
	for _, s := range documentSuffixes {
		if strings.HasSuffix(base, s) {
			return true
		}
	}
	return false
}

func isDocumentDir(dir string) bool {
	if strings.Contains(dir, "/share/doc/") || strings.Contains(dir, "/share/man/") {
		return true
	}
	if isWebDir(dir) {
		return false // "docs" of a web interface are its pages
	}
	for _, d := range documentDirs {
		if strings.Contains(dir, "/"+d+"/") {
			return true
		}
	}
	return false
}

// isManualPage reports whether a file is a page of the manual outside of a folder
// "man": install.5 in man5, packed or not. The folder alone does not say so, nor
// does the number: libfoo.so.5 ends in one.
func isManualPage(dir, base string) bool {
	section := path.Base(dir)
	if len(section) < 4 || len(section) > 5 || !strings.HasPrefix(section, "man") {
		return false
	}
	for _, packed := range []string{".gz", ".bz2", ".xz", ".zst"} {
		base = strings.TrimSuffix(base, packed)
	}
	i := strings.LastIndexByte(base, '.')
	return i > 0 && i+1 < len(base) && base[i+1] == section[3]
}

// registryDirs are directories, anywhere in a path, whose files are such
// tables, translations or data of the world.
var registryDirs = []string{
	"zoneinfo", "locale", "i18n", "lang", "langs", "language", "languages", "translations", "hwdb.d", "licenses", "license", "licences", "usb_modeswitch.d", "usb_modeswitch", "usb-mode", "terminfo", "share/misc", "xtables-addons", "geoip", "share/ddns", "l10n",
	"udev/keymaps", "rc_keymaps", "openzwave", "apt/lists", "cache/debconf", "dpkg/origins", "phraselists", "dansguardian/lists", "e2guardian/lists", "squidguard/db", "blacklists", "blocklists", "usr/lib/rpm",
}

// fontDirs hold fonts, and the style sheets of sets of icons, which are pages like
// any other.
var (
	fontDirs     = []string{"fonts"}
	pageSuffixes = []string{".css", ".js"}
)

var registrySuffixes = []string{".po", ".mo", ".lmo", ".gmo", ".qm", ".ids", ".bdf", ".pcf", ".ttf", ".otf", ".woff", ".woff2", ".eot"}

// trustNames are base names of bundles of certificate authorities.
var trustNames = []string{"ca-certificates*", "ca-bundle*", "cacert.pem", "cacerts.pem", "cacerts*", "ca-bundle.crt", "certdata.txt", "cert_bundle*", "root_ca*", "rootcas*", "roots.pem", "trusted*.pem", "tls-ca-bundle*"}

var trustDirs = []string{"ssl/certs", "ca-certificates", "cacerts", "pki/tls/certs", "pki/ca-trust", "pki/fwupd", "pki/fwupd-metadata", "security/cacerts", "cacerts_google"}

// globs are patterns by the byte that they begin with: each file is asked for
// hundreds of them.
type globs struct {
	first [256][]string
	any   []string // that begin with "*"
}

func newGlobs(patterns []string) *globs {
	g := new(globs)
	for _, p := range patterns {
		if p[0] == '*' {
			g.any = append(g.any, p)
		} else {
			g.first[p[0]] = append(g.first[p[0]], p)
		}
	}
	return g
}

func (g *globs) match(name string) bool {
	matches := func(p string) bool { return globName(p, name) }
	return name != "" && slices.ContainsFunc(g.first[name[0]], matches) || slices.ContainsFunc(g.any, matches)
}

// tables are the name tables above, ready to be asked.
var tables = sync.OnceValue(func() (t struct{ registry, trust, document *globs }) {
	t.registry, t.trust, t.document = newGlobs(registryNames), newGlobs(trustNames), newGlobs(documentNames)
	return t
})

// A folder is what classify asks of the folder that a file is in: files come folder
// by folder.
type folder struct {
	dir                                           string // as in Entry.Path
	database, registry, fonts, trust              bool
	document, web, reference, packaged, inStartup bool
}

func newFolder(e *Entry) *folder {
	dir := e.lowerDir()
	f := &folder{
		dir: dirOf(e.Path), database: isDatabasePath(e.Path),
		registry: underAny(dir, registryDirs), fonts: underAny(dir, fontDirs), trust: underAny(dir, trustDirs),
		document: isDocumentDir(dir), web: isWebDir(dir), reference: isReferenceDir(dir), packaged: isPackageDir(dir) || isLanguageDir(dir),
	}
	f.inStartup = inStartup(e.Path)
	return f
}

// classify says from name and first bytes what a file is.
func classify(e *Entry) fileClass { return newFolder(e).classify(e) }

// classify says what a file of the folder is.
func (f *folder) classify(e *Entry) fileClass {
	base := e.lowerBase()
	if f.database {
		return classDatabase
	}
	elf := e.isELF()
	if !elf {
		if tables().registry.match(base) {
			return classRegistry
		}
		for _, s := range registrySuffixes {
			if strings.HasSuffix(base, s) {
				return classRegistry
			}
		}
		if f.registry || f.fonts && !slices.Contains(pageSuffixes, path.Ext(base)) {
			return classRegistry
		}
		if tables().trust.match(base) {
			return classTrust
		}
	}
	if f.trust {
		return classTrust
	}
	if elf {
		return classNone
	}
	if f.document || isDocumentName(base) || !f.web && isManualPage(e.lowerDir(), base) {
		return classDocument
	}
	if (f.reference || isReferenceName(base)) && !f.web || f.packaged {
		return classRegistry
	}
	if i := strings.LastIndexByte(base, '.'); i >= 0 {
		switch base[i:] {
		case ".html", ".htm", ".asp", ".js", ".css", ".jsp", ".php", ".shtml", ".stm", ".cgi", ".xml", ".json", ".svg", ".png", ".gif", ".jpg", ".ico", ".rpm", ".rhtm", ".lp", ".ctp", ".tpl", ".tmpl", ".twig", ".phtml", ".ejs", ".erb", ".vue", ".ts", ".map", ".scss", ".less", ".sql":
			if f.web || base[i:] == ".html" || base[i:] == ".htm" || base[i:] == ".asp" || base[i:] == ".js" || base[i:] == ".css" || base[i:] == ".shtml" {
				return classWeb
			}
		}
	}
	if e.Size > 0 && e.isText() {
		return classText
	}
	return classNone
}

// isScript reports whether a text is a program: by its first line, by its name,
// or because the system runs it by its place.
func isScript(e *Entry) bool { return isScriptFile(e) || inStartup(e.Path) }

// inStartup reports whether a path leads through a folder whose files the system
// runs.
func inStartup(p string) bool {
	return inFolder(p, "init.d") || inFolder(p, "hotplug.d") || inFolder(p, "rc.d")
}

func isScriptFile(e *Entry) bool {
	if bytes.HasPrefix(e.Head, []byte("#!")) {
		return true
	}
	switch path.Ext(e.lowerBase()) {
	case ".sh", ".lua", ".py", ".pl", ".rb", ".tcl", ".awk", ".nut", ".cgi", ".php", ".js", ".lp", ".uc":
		return true
	}
	return false
}

// referenceDirs hold libraries, documents and tables that come with programs of
// public projects; referenceSuffixes are those of sources, documents and tables
// wherever they stand. What they name is their subject.
var (
	referenceDirs     = []string{"usr/share", "usr/src", "testdata", "node_modules", "site-packages", "dist-packages", "perl5", "perl-base", "mibs", "ieee-data", "wireshark", "nmap", "foomatic"}
	referenceSuffixes = []string{".go", ".c", ".h", ".cc", ".cpp", ".hpp", ".java", ".rs", ".s", ".nse", ".vim", ".csv", ".tsv", ".lst", ".patch", ".diff", ".mib", ".ppd", ".pm", ".hwdb", ".rules", ".spec", ".spec.in", ".at", ".m4", ".prl", ".la"}
)

// isPackageDir reports whether a folder is one of installed packages of a
// language, of which one may well have a folder "web", or of other people's
// sources that a program brings.
func isPackageDir(dir string) bool {
	for _, d := range []string{"/node_modules/", "/site-packages/", "/dist-packages/", "/third_party/"} {
		if strings.Contains(dir, d) {
			return true
		}
	}
	return false
}

// isLanguageDir reports whether a folder is the library that comes with an
// interpreter: lib/python3.11, lib/ruby/3.1.0.
func isLanguageDir(dir string) bool {
	for _, l := range []string{"/lib/python", "/lib/ruby/"} {
		if _, rest, ok := strings.Cut(dir, l); ok && rest != "" && (rest[0] >= '0' && rest[0] <= '9' || strings.HasPrefix(rest, "vendor_ruby") || strings.HasPrefix(rest, "gems")) {
			return true
		}
	}
	return false
}

// isFixture reports whether a file is in a folder that Go's tools leave out, and
// by custom others: what its tests work with is none of a program.
func isFixture(p string) bool { return strings.Contains("/"+p, "/testdata/") }

// isSampleProgram reports whether a program is named as one that shows how a
// library or a kit is used: it calls hosts that its author made up.
func isSampleProgram(p string) bool {
	for _, w := range strings.FieldsFunc(strings.ToLower(baseOf(p)), func(r rune) bool { return r == '-' || r == '_' || r == '.' }) {
		if w == "sample" || w == "samples" || w == "example" || w == "examples" {
			return true
		}
	}
	return false
}

func isReference(dir, base string) bool {
	return isReferenceDir(dir) || isReferenceName(base)
}

// isReferenceDir reports whether a folder is one of such, or the one of "usr"
// where that is the root of the tree.
func isReferenceDir(dir string) bool {
	return underAny(dir, referenceDirs) || strings.HasPrefix(dir, "/share/")
}

func isReferenceName(base string) bool {
	for _, s := range referenceSuffixes {
		if strings.HasSuffix(base, s) {
			return true
		}
	}
	return false
}

// isSharedImage reports whether a file in a folder of tables and documents can be
// a program for another processor, as the boot firmware of virtual machines is:
// it is known by what it is, and speaks for nobody all the same.
func isSharedImage(e *Entry) bool {
	const least = 32 << 10
	base, dir := strings.ToLower(e.Base()), "/"+strings.ToLower(dirOf(e.Path))+"/"
	if e.Size < least || isText(e.Head) || isMedia(e.Head) || !underAny(dir, []string{"usr/share"}) || isPackageDir(dir) || underAny(dir, registryDirs) || underAny(dir, fontDirs) || isDocument(dir, base) {
		return false
	}
	for _, n := range registryNames {
		if globName(n, base) {
			return false
		}
	}
	return !slices.ContainsFunc(registrySuffixes, func(s string) bool { return strings.HasSuffix(base, s) })
}

// isSharedPage reports whether a file in a folder of tables and documents is a style
// sheet or a script of pages: distributions put web interfaces there. What libraries
// they bring they say as any other page does, and what else they name stays unread.
func isSharedPage(e *Entry) bool {
	base, dir := e.lowerBase(), e.lowerDir()
	return slices.Contains(pageSuffixes, path.Ext(base)) && underAny(dir, []string{"usr/share"}) && !isPackageDir(dir) && !underAny(dir, registryDirs) && !isDocument(dir, base)
}

func isWebDir(dir string) bool {
	for _, d := range []string{"/www/", "/web/", "/webroot/", "/htdocs/", "/webpages/", "/html/", "/web1/", "/webs/", "/luci-static/", "/webui/", "/home/httpd/"} {
		if strings.Contains(dir, d) {
			return true
		}
	}
	return false
}

// isDatabasePath reports whether a path is that of a package database.
func isDatabasePath(p string) bool {
	for _, d := range []string{"usr/lib/opkg/", "var/lib/opkg/", "usr/lib/ipkg/", "var/lib/dpkg/", "lib/apk/db/", "var/lib/rpm/", "usr/lib/sysimage/rpm/", "etc/opkg/"} {
		if i := strings.Index(p, d); i == 0 || i > 0 && p[i-1] == '/' {
			return true
		}
	}
	return false
}

// inFolder reports whether a path leads through a folder of that name.
func inFolder(p, name string) bool {
	for at := 0; ; at++ {
		i := strings.Index(p[at:], name)
		if i < 0 {
			return false
		}
		at += i
		if end := at + len(name); (at == 0 || p[at-1] == '/') && end < len(p) && p[end] == '/' {
			return true
		}
	}
}

// underAny reports whether one of the names stands in a directory, which begins
// and ends with a slash, between two slashes.
func underAny(dir string, names []string) bool {
	for i := 0; i+1 < len(dir); i++ {
		if dir[i] != '/' {
			continue
		}
		rest := dir[i+1:]
		for _, n := range names {
			if len(n) < len(rest) && rest[0] == n[0] && rest[len(n)] == '/' && rest[:len(n)] == n {
				return true
			}
		}
	}
	return false
}

// globName matches a name against a pattern with "*" at its ends only.
func globName(pattern, name string) bool {
	// Each file is asked for a hundred patterns: nearly all differ here.
	if pattern != "" && pattern[0] != '*' && (name == "" || name[0] != pattern[0]) {
		return false
	}
	pre, suf := strings.HasPrefix(pattern, "*"), strings.HasSuffix(pattern, "*")
	core := strings.Trim(pattern, "*")
	switch {
	case pre && suf:
		return strings.Contains(name, core)
	case pre:
		return strings.HasSuffix(name, core)
	case suf:
		return strings.HasPrefix(name, core)
	}
	if i := strings.IndexByte(core, '*'); i >= 0 {
		return len(name) >= len(core)-1 && strings.HasPrefix(name, core[:i]) && strings.HasSuffix(name, core[i+1:])
	}
	return name == core
}

// isText reports whether bytes are those of a text: no zero byte and few
// control characters.
func isText(b []byte) bool {
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) {
		return true
	}
	if bytes.IndexByte(b, 0) >= 0 {
		return false
	}
	odd := 0
	for _, c := range b {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b {
			odd++
		}
	}
	return odd*20 <= len(b)
}
