package firmware

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// An endpointFact is a host that a file names.
type endpointFact struct {
	host    string // lower case, or an address
	url     string // as written, without a query; empty for a bare name
	purpose string
	called  bool // a command of the line calls it
	offset  int64
	length  int
}

// endpointMarks find URLs, and host names that end a string of a program.
// Longer marks are cheaper to look for.
var endpointMarks = []string{
	"http://", "https://", "ws://", "mqtt://", "mqtts://", "wss://", "rtmp://", "coap://", "coaps://", "ssl://", "tcp://", "ftp://", "stun:", "pool.ntp.org",
	".com\x00", ".net\x00", ".org\x00", ".gov\x00", ".edu\x00", ".hk\x00", ".th\x00", ".uk\x00", ".br\x00", ".au\x00", ".fr\x00", ".com.cn\x00", ".cn\x00", ".kr\x00", ".tr\x00", ".be\x00", ".nl\x00", ".es\x00", ".ch\x00", ".vn\x00", ".mx\x00", ".za\x00", ".ua\x00", ".ir\x00", ".com:", ".net:", ".com/", ".net/", ".tv\x00", ".ru\x00", ".eu\x00", ".it\x00", ".de\x00", ".io\x00", ".cc\x00", ".biz\x00", ".co\x00", ".tw\x00", ".jp\x00",
	hostHeader,
}

func endpointExtractor() Extractor {
	return Extractor{
		Name:   "endpoint",
		Doc:    "reads the hosts that programs and configuration name: updates, clouds, time servers",
		Marks:  slices.Concat(endpointMarks, resolverMarks(), []string{pingMark}),
		Folded: offerMarks(),
		Match: func(e *Entry) bool {
			return e.Size > 0 && e.Size <= maxConfigSize(e.lowerPath()) && (isConfigText(e) || namesTime(baseOf(e.lowerPath()))) && e.isText()
		},
		Extract: readEndpoints,
	}
}

// maxConfigSize returns up to which size a text is read for bare names. Few are
// larger but lists, and the tables in which vendors keep all settings of a device.
func maxConfigSize(path string) int64 {
	if strings.HasSuffix(path, ".xml") || strings.HasSuffix(path, ".cfg") {
		return 1 << 20
	}
	return 256 << 10
}

// namesTime reports whether a file is by its name about the time.
func namesTime(base string) bool {
	return strings.Contains(base, "ntp") || strings.Contains(base, "time")
}

// hostHeader begins the line of a request that a program writes by hand: the
// name ends where the line does.
const hostHeader = "Host: "

// pingMark stands in programs that ask hosts whether they answer.
const pingMark = "ping -c"

// resolverMarks are the addresses of public name servers as whole texts of a
// program.
func resolverMarks() []string {
	var out []string
	for a := range resolvers {
		out = append(out, a+"\x00")
	}
	slices.Sort(out)
	return out
}

// shortDomains are suffixes of countries under which a program's bare name of two
// labels may be a host. Below the others it is a word as a rule: "ring.au".
var shortDomains = map[string]bool{"cn": true, "tv": true, "cc": true, "io": true, "me": true, "tw": true, "kr": true, "jp": true, "ru": true}

// configDirs are folders of configuration and scripts.
var configDirs = []string{"/etc/", "/etc_ro/", "/etc_rw/", "/config", "/conf/", "cfg/", "/bin/", "/sbin/", "/libexec/", "/default", "/lib/", "/mnt/", "/root/"}

// configSuffixes are those of settings, in whichever folder a vendor keeps them.
var configSuffixes = []string{".conf", ".cfg", ".ini", ".default", ".defaults", ".sh"}

// isConfigText reports whether a text is configuration or a script of the
// system: every host in it may be one that the device calls.
func isConfigText(e *Entry) bool {
	p := e.lowerPath()
	base := baseOf(p)
	switch {
	case base == "services", base == "protocols", strings.HasSuffix(base, ".js"), strings.HasSuffix(base, ".html"), strings.HasSuffix(base, ".css"), strings.Contains(base, ".css."), strings.HasSuffix(base, ".crt"), strings.HasSuffix(base, ".pem"):
		return false
	case isBuildText(base), isLabelText(p, base), strings.HasSuffix(base, ".control"): // what a package says of itself
		return false
	case strings.Contains(p, "-available/"):
		return false // of which those that are in use are linked to elsewhere
	}
	if bytes.HasPrefix(e.Head, []byte("#!")) && !isInterpreted(e.Head) {
		return true // a shell's script, wherever it lies
	}
	for _, d := range configDirs {
		if strings.Contains(p, d) {
			return true
		}
	}
	for _, s := range configSuffixes {
		if strings.HasSuffix(base, s) {
			return true
		}
	}
	return strings.HasPrefix(base, "default_") || strings.Contains(base, "_default")
}

// isBuildText reports whether a text says how programs or documents are made: no
// device runs it.
func isBuildText(base string) bool {
	switch {
	case strings.HasPrefix(base, "makefile"), base == "doxyfile", base == "configure", base == "config.guess", base == "config.sub", base == "kconfig", base == "cmakelists.txt":
		return true
	}
	for _, s := range []string{".mk", ".cmake", ".m4", ".am", ".la"} {
		if strings.HasSuffix(base, s) {
			return true
		}
	}
	return false
}

// isLabelText reports whether a text holds what a device shows to people, each in
// a language, by its name or its folder's.
func isLabelText(path, base string) bool {
	if strings.HasSuffix(base, ".catalog") {
		return true
	}
	for _, d := range []string{"/localization/", "/localisation/", "/locales/", "/messages/"} {
		if strings.Contains(path, d) {
			return true
		}
	}
	stem, _, _ := strings.Cut(base, ".")
	stem = strings.TrimRight(stem, "0123456789_-")
	return stem == "string" || stem == "strings" || stem == "messages"
}

// isBanner reports whether a text is what a device prints when somebody logs in.
func isBanner(base string) bool {
	return strings.HasPrefix(base, "banner") || strings.HasPrefix(base, "logo") || base == "motd" || base == "issue" || base == "issue.net"
}

// isForeign reports whether a file is made for other machines than the one that
// holds it: a program for Windows that its user is to run (Microsoft's PE format),
// or a library to make programs of (the archive format of ar).
func isForeign(head []byte) bool {
	return bytes.HasPrefix(head, []byte("MZ")) || bytes.HasPrefix(head, []byte("!<arch>\n"))
}

// javaLibraries are those of Java that Android takes from others, as they lie in its
// framework's folder: what they name are parts of XML and of protocols.
var javaLibraries = map[string]bool{"core": true, "core-libart": true, "core-oj": true, "core-junit": true, "ext": true, "apache-xml": true, "bouncycastle": true, "conscrypt": true, "okhttp": true}

// isJavaLibrary reports whether a path is one of those, compiled, or an image of its
// objects. Those that Android starts with are called "boot-" and their name.
func isJavaLibrary(path string) bool {
	if !strings.Contains(path, "framework/") {
		return false
	}
	stem, kind, _ := strings.Cut(baseOf(path), ".")
	return (kind == "jar" || kind == "art" || isCompiledJava(baseOf(path))) && javaLibraries[strings.TrimPrefix(stem, "boot-")]
}

// isCompiledJava reports whether a file is by its name a program of Android's runtime.
func isCompiledJava(base string) bool {
	for _, s := range []string{".odex", ".oat", ".vdex", ".dex"} {
		if strings.HasSuffix(base, s) {
			return true
		}
	}
	return false
}

// isProgramText reports whether a text is a program of a language whose words
// have dots.
func isProgramText(p string) bool {
	base := baseOf(p)
	i := strings.LastIndexByte(base, '.')
	if i < 0 {
		return false
	}
	switch base[i:] {
	case ".lua", ".py", ".pl", ".pm", ".js", ".rb", ".php", ".awk", ".tcl", ".uc", ".c", ".h":
		return true
	}
	return false
}

// isInterpreted reports the same of a program whose first line names its
// interpreter. A shell's words have no dots.
func isInterpreted(b []byte) bool {
	line, _, _ := bytes.Cut(b[:min(len(b), 128)], []byte("\n"))
	if !bytes.HasPrefix(line, []byte("#!")) {
		return false
	}
	for _, name := range []string{"lua", "python", "perl", "ruby", "node", "tclsh", "wish", "expect", "php", "awk", "ucode"} {
		if bytes.Contains(line, []byte(name)) {
			return true
		}
	}
	return false
}

const (
	maxEndpoints = 250 // in one file
	// A text with this many hosts without a URL or a purpose is a list of the
	// world's: access points of networks, providers, sites.
	hostTable = 30
	// A program with hosts under more domains than this, time and name servers and
	// dynamic DNS apart, is a program that knows the services of the world, for
	// its user to choose from.
	choiceTable = 12
	// A text that links to so many is one too: references, feeds, channels.
	choiceTableText = 8
	// A device has one server that manages it: a file that names those of more
	// companies has one for each operator that may sell the device.
	choiceManagement = 3
)

// offersChoice reports whether the hosts that a file names are a table of
// services to choose from.
func offersChoice(list []endpointFact, text bool) bool {
	most := choiceTable
	if text {
		most = choiceTableText
	}
	if len(list) <= most {
		return false
	}
	domains := map[string]bool{}
	for _, e := range list {
		if !isInfrastructure(e.purpose) && e.purpose != "ddns" && e.purpose != purposeOffer && e.purpose != "mail" && e.purpose != sbom.Local {
			domains[domainOf(e.host)] = true
		}
	}
	return len(domains) > most
}

// choosesManager reports whether a file names the servers for management of many
// operators.
func choosesManager(list []endpointFact) bool {
	if len(list) <= choiceManagement {
		return false
	}
	domains := map[string]bool{}
	for _, e := range list {
		if e.purpose == "management" {
			domains[domainOf(e.host)] = true
		}
	}
	return len(domains) > choiceManagement
}

// servesOne reports whether a program is the client of one dynamic DNS service: even
// one that many devices have calls that service, where one that knows several is
// their table.
func servesOne(list []endpointFact) bool {
	domain := ""
	for _, e := range list {
		if e.purpose != "ddns" {
			continue
		}
		if d := domainOf(e.host); domain == "" {
			domain = d
		} else if d != domain {
			return false
		}
	}
	return domain != ""
}

// dynamicServices counts the dynamic DNS services of which a file names hosts.
func dynamicServices(list []endpointFact) int {
	services := map[string]bool{}
	for _, e := range list {
		if e.purpose == "ddns" {
			service, _ := dynamicDNS(e.host)
			services[service] = true
		}
	}
	return len(services)
}

// isInfrastructure reports a purpose for which devices name several companies'
// hosts and use them all.
func isInfrastructure(purpose string) bool { return purpose == "ntp" || purpose == "dns" }

func readEndpoints(_ context.Context, in *Input, out *Result) error {
	class := in.class
	switch class {
	case classDatabase:
		if !strings.HasSuffix(in.lowerPath(), ".conf") {
			return nil
		}
	case classRegistry, classDocument, classTrust:
		return nil
	}
	out.endpoints = append(out.endpoints, offered(in)...)
	base := baseOf(in.lowerPath())
	if isJavaLibrary(in.lowerPath()) {
		return nil
	}
	compiled := bytes.HasPrefix(in.Head, []byte("dex\n")) || isCompiledJava(base)
	text := !in.isELF() && in.isText()
	if text && class != classWeb && isPageText(in.Head) {
		class = classWeb // a page that somebody saved under another name
	}
	if text && class != classWeb && !isConfigText(&in.Entry) || !text && (isMedia(in.Head) || isPagePack(in.lowerPath(), in.Head)) || isForeign(in.Head) || !in.isELF() && isNameTable(in.lowerPath()) {
		return nil // a document or a picture: nobody calls what it links to
	}
	ddns, banner, speed := namesDynamicDNS(in.lowerPath()), isBanner(base), namesSpeedTest(base)
	script := text && (strings.HasSuffix(base, ".sh") || bytes.HasPrefix(in.Head, []byte("#!"))) && !isInterpreted(in.Head)
	listed := text && strings.HasSuffix(base, ".txt")
	feeds := text && (strings.Contains(in.lowerPath(), "/yum.repos.d/") || strings.Contains(in.lowerPath(), "/zypp/repos.d/"))
	seen := map[string]bool{}
	var sites []endpointFact
	add := func(f endpointFact) {
		if f.purpose == purposeIgnored && (f.url == "") == !text && class != classWeb && len(sites) < maxEndpoints && isSite(f.host) {
			if f.purpose = purposeAtSite(strings.Split(f.host, ".")); f.purpose == purposeIgnored {
				f.purpose = ""
			}
			sites = append(sites, f)
			return
		}
		key := f.host + " " + f.url
		if f.purpose == purposeNamed {
			key = f.host + " -" // elsewhere it may stand alone
		}
		if f.purpose == purposeIgnored || f.purpose == purposeAccess && text || seen[key] || len(out.endpoints) >= maxEndpoints {
			return
		}
		seen[key] = true
		if ddns && (f.purpose == "" || f.purpose == "website" || f.purpose == "update" || f.purpose == "cloud") {
			f.purpose = "ddns" // what a client of such services names is one
		}
		if speed && (f.purpose == "" || f.purpose == "website" || f.purpose == "update" || f.purpose == "cloud") {
			f.purpose = purposeSpeed
		}
		out.endpoints = append(out.endpoints, f)
	}
	// The strings of Go programs have no end of their own, nor have values in the
	// records of SQLite: a bare name there begins and ends anywhere.
	bare := !bytes.HasPrefix(in.Head, []byte("SQLite format 3"))
	pings := !text && slices.ContainsFunc(in.Marks, func(m Mark) bool { return m.Text == pingMark })
	if e, err := in.readELF(); in.isELF() && err == nil && (e.GoBuildInfo || slices.Contains(e.Sections, ".gopclntab")) {
		bare = false
	}
	for _, m := range in.Marks {
		if m.Text == pingMark || offers[m.Text] != 0 {
			continue
		}
		f, ok := endpointAt(in, m, !bare)
		if !ok || !bare && f.url == "" {
			continue
		}
		if f.purpose == purposeIgnored && (!text || behindCall(in, f, true)) && isSite(f.host) && isSiteService(f.host, f.url) {
			scheme, _, _ := strings.Cut(f.url, ":")
			f.purpose = purposeOfService(f.host, strings.Split(f.host, "."), scheme, f.url, "")
		}
		if f.purpose == purposeIgnored && below(f.host, echoSet) != "" && behindCall(in, f, text) {
			f.purpose = ""
		}
		if (f.purpose == "" || f.purpose == "cloud") && hasBrokerPort(in, f) {
			f.purpose = "mqtt"
		}
		if f.url != "" && (f.purpose == purposeIgnored || text) {
			if f.purpose = purposeOfFetch(f, lineBefore(in, f.offset, text), text); feeds {
				f.purpose = "update"
			}
		}
		if text && f.url == "" {
			continue // the lines of the text say what such a name is
		}
		if text {
			before := lineBefore(in, f.offset, true)
			f.called = hasCall(before)
			f.purpose = purposeByKey(f, before)
			if strings.HasSuffix(keyBefore(before), "presentationurl") {
				f.purpose = sbom.Local // the page of the device itself (UPnP Device Architecture, 2.3)
			}
			if f.purpose == "website" && (f.called || script && hasPath(f.url) && !strings.Contains(before, "echo") && !strings.Contains(before, "print")) {
				f.purpose = "" // no page that somebody reads
			}
			if f.purpose == "" && banner {
				f.purpose = "website"
			}
			if line := strings.TrimSpace(before + restOfLine(in, f.offset)); script && isShownLine(line) && (f.called && !strings.ContainsAny(line, "$`") || !f.called && (f.purpose == "" || f.purpose == "website")) {
				continue
			}
			if listed && strings.TrimSpace(before) == "" && (f.purpose == "" || f.purpose == "website") {
				continue // a line of a document of its own
			}
		}
		switch {
		case f.url != "" && (isReferenceLink(in, f, text) || inOtherURL(in, f)):
			continue
		case !text && f.url == "" && f.purpose != sbom.Local && f.purpose != "dns" && (strings.HasSuffix(base, ".ko") || nameServers[base]):
			continue // a module of the kernel or a name server looks for names in what others ask
		case compiled && f.url == "" && strings.HasPrefix(f.host, "cn."):
			continue // a package of Java, from China
		case !text && f.url == "" && inCertificate(lineBefore(in, f.offset, false)):
			continue // whose certificate it asks for
		case !text && f.url == "" && (isDialled(in, f) || f.purpose == "ddns" && isOwnName(in, f)):
			continue
		case !text && (isHomePage(in.Path, f) || besidesNotice(in, f)):
			continue
		case !text && f.purpose == "website" && f.url != "" && !isShownSite(in, f):
			continue
		case !text && f.url == "" && m.Text != hostHeader && !standsAlone(in, f):
			if domainOf(f.host) == f.host && inRow(in, f) {
				f.purpose = purposeNamed
				add(f)
			}
			continue
		}
		if !text {
			f.purpose = purposeBeside(in, f, m, pings)
		}
		if !text && f.purpose == "website" && f.url != "" && isFallbackPage(in, f) {
			f.purpose = purposeFallback
		}
		if (f.purpose == "" || f.purpose == "website" || f.purpose == purposeFallback) && !f.called && isDescriptionLink(lineBefore(in, f.offset, text)) {
			f.purpose = purposeDescribed
		}
		if class == classWeb && f.purpose != "update" && f.purpose != "cloud" && f.purpose != "mqtt" {
			continue // a link for the user to click
		}
		if (f.purpose == "" || f.purpose == "website") && (isInterfaceDomain(f.host) || strings.Contains(f.url, "/oauth")) {
			f.purpose = "cloud"
		}
		add(f)
		if !text && f.url == "" && f.purpose == "ntp" {
			for _, f := range rowBefore(in, f) {
				add(f)
			}
		}
	}
	if most := maxConfigSize(in.lowerPath()); in.Size <= most && class != classWeb && text {
		b := in.Bytes(0, int(most))
		(&configReader{path: in.lowerPath(), program: isProgramText(in.Path) || isInterpreted(b), add: add}).read(b)
		listed := func(f endpointFact) bool {
			return f.url == "" && (f.purpose == "" || f.purpose == "website" || f.purpose == purposeSpeed && !speed)
		}
		hosts := map[string]bool{}
		for _, f := range out.endpoints {
			if listed(f) {
				hosts[f.host] = true
			}
		}
		if len(hosts) >= hostTable {
			out.endpoints = slices.DeleteFunc(out.endpoints, listed)
		}
	}
	if script && in.Size <= 64<<10 && onlyPings(in.Bytes(0, 64<<10)) {
		for i := range out.endpoints {
			if f := &out.endpoints[i]; f.purpose == "dns" {
				f.purpose = sbom.Connectivity
			}
		}
	}
	if class == classWeb && text && in.Size <= 64<<10 && namesTime(base) {
		// The servers of which a page offers one.
		(&configReader{path: in.lowerPath(), program: true, page: true, add: func(f endpointFact) {
			if f.purpose == "ntp" && purposeOf(f.host, "", "", "") == "ntp" {
				add(f)
			}
		}}).read(in.Bytes(0, 64<<10))
	}
	for _, f := range ownSite(sites) {
		add(f)
	}
	out.endpoints = withoutAccessPoints(out.endpoints)
	if text && dynamicServices(out.endpoints) > ddnsTable {
		out.endpoints = slices.DeleteFunc(out.endpoints, func(f endpointFact) bool { return f.purpose == "ddns" })
	}
	out.endpoints = withoutMailTable(out.endpoints)
	asRootCheck(out.endpoints)
	return nil
}

// onlyPings reports whether a script pings, and gives name servers to nothing that would
// ask them for names.
func onlyPings(b []byte) bool {
	if !bytes.Contains(b, []byte("ping ")) {
		return false // as scripts spell it; few have it
	}
	b = bytes.ToLower(b)
	for _, w := range []string{"resolv", "nameserver", "nslookup", "dig ", "dnsmasq", "uci set", "nvram", "iptables", "option dns", "add_dns", "setdns", "set_dns"} {
		if bytes.Contains(b, []byte(w)) {
			return false
		}
	}
	return true
}

// asRootCheck tells a program that asks for the name of one root server, to see whether the
// internet answers, from one that has all of them so as to resolve names.
func asRootCheck(list []endpointFact) {
	roots := map[string]bool{}
	for _, f := range list {
		if strings.HasSuffix(f.host, rootServers) {
			roots[f.host] = true
		}
	}
	for i := range list {
		if len(roots) == 1 && strings.HasSuffix(list[i].host, rootServers) {
			list[i].purpose = sbom.Connectivity
		}
	}
}

// rowBefore returns the time servers that stand before one in the same text of a program,
// a blank between each two.
func rowBefore(in *Input, f endpointFact) []endpointFact {
	line := lineBefore(in, f.offset, false)
	at := f.offset
	var out []endpointFact
	for strings.HasSuffix(line, " ") {
		line, at = line[:len(line)-1], at-1
		i := strings.LastIndexByte(line, ' ') + 1
		host := line[i:]
		if !knownHost(host, true) || purposeOf(host, "", "", "") != "ntp" {
			break
		}
		at -= int64(len(host))
		out = append(out, endpointFact{host: host, purpose: "ntp", offset: at, length: len(host)})
		line = line[:i]
	}
	return out
}

// mailTable is of how many providers a file names the servers of mail when it has
// their names so as to let them pass a filter, or to fill a form in.
const mailTable = 8

// withoutMailTable drops the servers of mail where they are those of so many
// providers: a device sends its own by one.
func withoutMailTable(list []endpointFact) []endpointFact {
	isMail := func(f endpointFact) bool { return f.purpose == "mail" || isMailServer(f.host) }
	providers := map[string]bool{}
	for _, f := range list {
		if isMail(f) {
			providers[domainOf(f.host)] = true
		}
	}
	if len(providers) < mailTable {
		return list
	}
	// What else has no purpose below their domains is one that the words of a name do
	// not tell.
	return slices.DeleteFunc(list, func(f endpointFact) bool {
		return isMail(f) || f.purpose == "" && f.url == "" && providers[domainOf(f.host)]
	})
}

// isMailServer reports whether a host is one of mail by a label of its name:
// "asmtp.provider.example", "smtprelay.provider.example", "mx.provider.example".
func isMailServer(host string) bool {
	labels, _ := strings.CutSuffix(host, domainOf(host))
	for l := range strings.SplitSeq(labels, ".") {
		switch {
		case l == "mx" || l == "pop" || l == "pop3" || l == "imap" || strings.Contains(l, "smtp") || strings.HasSuffix(l, "mail"):
			return true
		}
	}
	return false
}

// withoutAccessPoints keeps of the names that access points have those of which
// the file names another host of the domain.
func withoutAccessPoints(list []endpointFact) []endpointFact {
	domains := map[string]bool{}
	for _, f := range list {
		if f.purpose != purposeAccess {
			domains[domainOf(f.host)] = true
		}
	}
	list = slices.DeleteFunc(list, func(f endpointFact) bool { return f.purpose == purposeAccess && !domains[domainOf(f.host)] })
	for i := range list {
		if list[i].purpose == purposeAccess {
			list[i].purpose = ""
		}
	}
	return list
}

// purposeOfFetch returns the purpose of a host by a line that says what the device
// fetches from it, even from one that is none of a service by its name: packages, as opkg
// and apt are told, or its own address, for dynamic DNS.
func purposeOfFetch(f endpointFact, before string, text bool) string {
	if text {
		switch words := strings.Fields(before); {
		case len(words) == 2 && (words[0] == "src/gz" || words[0] == "src"), len(words) == 1 && (words[0] == "deb" || words[0] == "deb-src"):
			return "update"
		}
	}
	if service, _ := dynamicDNS(f.host); service != "" && (hasCall(before) || text && strings.HasSuffix(keyBefore(before), "ip_url")) {
		return "ddns"
	}
	return f.purpose
}

// purposeBeside returns the purpose of a host in a program by the texts beside it,
// where its name says none.
func purposeBeside(in *Input, f endpointFact, m Mark, pings bool) string {
	switch {
	case f.purpose == "dns" && f.url == "" && resolvers[f.host] != "":
		return purposeOfResolver(in, f, pings)
	case f.purpose != "" && f.purpose != "website" && f.purpose != "update":
		return f.purpose
	}
	before, after := besides(in, f.offset, f.length)
	before, after = strings.ToLower(before), strings.ToLower(after)
	switch {
	case f.url == "" && f.purpose != "update" && (strings.Contains(after, "ping "+f.host) || strings.Contains(before, "_detect_dns") || strings.Contains(before, "detect_url")):
		return sbom.Connectivity
	case f.url == "" && (timeClients[baseOf(in.lowerPath())] || baseOf(in.lowerPath()) == "ntp"):
		return "ntp"
	case m.Text == hostHeader && f.purpose == "website":
		return "" // it is asked by a request
	case f.purpose == "" && f.url != "" && strings.HasSuffix(strings.TrimRight(before, "'\""), "window.open("):
		return "website" // of a page in the program
	case isMakerKey(before):
		return purposeDescribed
	case strings.HasPrefix(after, "/nic/update"), strings.HasPrefix(after, "/dyndns"), strings.HasPrefix(after, "/dynamic"), strings.HasPrefix(after, "/ph/update"), strings.Contains(after, "hostname="):
		return "ddns"
	case f.purpose == "" && f.url == "" && namesTime(firstLabel(f.host)) && (isTimeServer(strings.Split(before, ".")) || isTimeServer(strings.Split(after, "."))):
		return "ntp" // in a row with others
	case f.purpose == "website" && isRequestPath(strings.TrimPrefix(after, "get ")), f.purpose == "website" && f.url == "" && strings.HasPrefix(after, "/") && !strings.Contains(after, " ") && isFilePath(after), f.purpose == "website" && (strings.HasPrefix(after, "get /") || strings.HasPrefix(after, "post /") || strings.Contains(after, "http/1.")):
		return ""
	}
	return f.purpose
}

// hasBrokerPort reports whether a host stands with a port of MQTT (IANA's registry: mqtt,
// secure-mqtt), in its URL or behind its name.
func hasBrokerPort(in *Input, f endpointFact) bool {
	_, port, ok := strings.Cut(f.url, f.host+":")
	if f.url == "" {
		port, ok = strings.CutPrefix(string(in.Bytes(f.offset+int64(f.length), 6)), ":")
	}
	if !ok || len(port) < 4 || len(port) > 4 && port[4] >= '0' && port[4] <= '9' {
		return false
	}
	return port[:4] == "1883" || port[:4] == "8883"
}

// nameServers are programs that answer what others ask for.
var nameServers = map[string]bool{"dnsmasq": true, "dnrd": true, "dproxy": true, "dnsproxy": true, "dproxy-nexgen": true, "pdnsd": true}

// timeClients are programs that set the clock by the hosts that they name.
var timeClients = map[string]bool{"tlsdate": true, "htpdate": true, "ntpdate": true, "rdate": true, "sntp": true, "msntp": true, "ntpclient": true, "systemd-timesyncd": true}

func firstLabel(host string) string {
	label, _, _ := strings.Cut(host, ".")
	return label
}

const (
	// A program that pings does so with a row of this many name servers.
	resolverRow = 4
	// A row of this many is no setting of a device: its user may choose one.
	resolverTable = 6
)

// purposeOfResolver says what a program wants of a public name server, by the texts nearest
// to its address that tell: names, or only whether it answers. Where none tells, a program
// that pings pings a row of them.
func purposeOfResolver(in *Input, f endpointFact, pings bool) string {
	const most = 6
	before, after := textsBefore(in, f.offset, 2*most), textsAfter(in, f.offset+int64(f.length), 2*most)
	row := 1
	addresses := func(list []string) []string {
		n := 0
		for n < len(list) && publicAddress(list[n]) {
			n++
		}
		row += n
		return list[n:]
	}
	before, after = addresses(before), addresses(after)
	if len(before) > 0 && isAddressPattern(before[0]) || len(after) > 0 && isAddressPattern(after[0]) {
		return purposeIgnored // to tell what kind of server somebody set
	}
	for i := range most {
		for _, list := range [][]string{before, after} {
			if i >= len(list) {
				continue
			}
			switch s := strings.ToLower(list[i]); {
			case hasWord(s, "ping") || hasWord(s, "icmp") || isSiteName(s) || containsAny(s, reachWords):
				return sbom.Connectivity
			case strings.Contains(s, "dns") || strings.Contains(s, "nameserver") || strings.Contains(s, "resolv"):
				return "dns"
			}
		}
	}
	switch {
	case pings && row >= resolverRow:
		return sbom.Connectivity
	case row >= resolverTable:
		return sbom.Choice
	}
	return "dns"
}

// isAddressPattern reports whether a text is one of addresses: "127.*.*.*".
func isAddressPattern(s string) bool {
	return strings.Count(s, ".") == 3 && strings.HasSuffix(s, ".*.*") && isDigits(s[:strings.IndexByte(s, '.')])
}

// reachWords stand in programs beside what they ask whether it answers, or to which they
// only want to know the way. "di_addr" are the settings for that of routers made from
// ASUS's sources.
var reachWords = []string{"keepalive", "alive", "wandog", "watchdog_target", "reachab", "selfcheck", "netcheck", "wan_check", "internet_detect", "detect_internet", "di_addr", "di_recon", "not connected", "getsockname"}

// standsAlone reports whether a bare name in a program is one of a host by what
// stands beside it. A name of two parts is one of a brand, a project or a module
// as often, so a neighbour has to speak of hosts; and a site in a row of sites
// that stand for the internet does so too.
func standsAlone(in *Input, f endpointFact) bool {
	switch {
	case f.purpose == "dns" && (f.host == "1.1.1.1" || f.host == "1.0.0.1" || f.host == "9.9.9.9"):
		// Programs write such for an address that is none since before they were one.
		before, after := besides(in, f.offset, f.length)
		beside := func(s string) bool { return resolvers[s] != "" || f.host == "9.9.9.9" && publicAddress(s) }
		return beside(before) || beside(after) || speaksOfDNS(strings.ToLower(before)) || speaksOfDNS(strings.ToLower(after))
	case f.purpose == "ntp":
		// A row of names that a program answers or lets through has checks of the
		// connection, which no list of time servers has.
		before, after := besides(in, f.offset, f.length)
		return !isCheckHost(before) && !isCheckHost(after)
	case f.purpose == "" || f.purpose == "website" || f.purpose == purposeAccess:
	default:
		return true
	}
	before, after := besides(in, f.offset, f.length)
	if line := lineBefore(in, f.offset, false); isCheckPath(after) || containsAny(line, linkWords) || leadsOn(line) {
		return false
	}
	if namesNamespace(before) || namesNamespace(after) {
		return false
	}
	if sharesHead(before, f.host) || sharesHead(after, f.host) {
		return false // names of settings begin alike, hosts end alike
	}
	if isStandIn(before) || isStandIn(after) || strings.Contains(before, "realm") || strings.Contains(after, "realm") {
		return false // samples, and what Hotspot 2.0 calls home
	}
	if f.purpose == "website" && (strings.HasPrefix(before, "urn:") || strings.HasPrefix(after, "urn:")) {
		return false // what other devices say of themselves
	}
	if f.purpose == "website" && (strings.HasSuffix(in.Path, ".ko") || isOtherSite(before, f.host) || isOtherSite(after, f.host)) {
		return false // a module of the kernel opens no pages; one in a row of sites is one of a table
	}
	if isCutName(before) && !strings.HasPrefix(f.host, before) || isCutName(after) && !strings.HasPrefix(f.host, after) {
		return false // beginnings of names are what others are compared with
	}
	plain := domainOf(f.host) == f.host
	if plain && (strings.HasPrefix(before, reversed(f.host)+".") || strings.HasPrefix(after, reversed(f.host)+".")) {
		return false // whose a kind of data is, for programs of Android and others
	}
	if plain && (namesNetwork(before) || namesNetwork(after) || strings.HasSuffix(lineBefore(in, f.offset, false), "domain=")) {
		return false // the domain of a network that the device gives out, or of a name
	}
	if plain && strings.HasSuffix(strings.ToLower(before), "."+f.host) {
		return false // behind a host below it: the end of names
	}
	if (plain || f.purpose == "website") && (isSiteName(before) || isSiteName(after)) {
		return false
	}
	if !plain || behindCall(in, f, false) {
		return true
	}
	if inProse(lineBefore(in, f.offset, false), "") {
		return false // a page for people
	}
	return speaksOfHosts(before, f.host) || speaksOfHosts(after, f.host) || bytes.HasPrefix(in.Bytes(f.offset+int64(f.length), 1), []byte("/")) || bytes.Equal(in.Bytes(max(0, f.offset-6), 6), []byte("://%s."))
}

// isCutName reports whether a text is a name of a host of which the last label is left
// out: "webdav.acme.".
func isCutName(s string) bool {
	name, ok := strings.CutSuffix(s, ".")
	return ok && strings.Contains(name, ".") && validHost(name) && !knownHost(strings.ToLower(name), true)
}

// reversed returns a name of two labels or more the other way round, as packages of Java
// are called.
func reversed(host string) string {
	labels := strings.Split(host, ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".")
}

// inRow reports whether a name in a program that stands for no host by itself stands
// beside one: both may be of a table.
func inRow(in *Input, f endpointFact) bool {
	before, after := besides(in, f.offset, f.length)
	for _, s := range []string{before, after} {
		_, s, _ = cutScheme(strings.ToLower(s))
		host, _, _ := strings.Cut(s, ":")
		if host, _, _ = strings.Cut(host, "/"); knownHost(host, false) && domainOf(host) != host {
			return true
		}
	}
	return false
}

// cutScheme returns what stands before "://" in a text, and behind it; without that, the
// text.
func cutScheme(s string) (scheme, rest string, isURL bool) {
	if scheme, rest, isURL = strings.Cut(s, "://"); !isURL {
		return "", s, false
	}
	return scheme, rest, true
}

// namesNamespace reports whether a text of a program is a namespace of SOAP or XML: in a
// row with them stand others, which need be no URLs.
func namesNamespace(s string) bool {
	return strings.HasPrefix(s, "http://schemas.xmlsoap.org/") || strings.HasPrefix(s, "http://www.w3.org/")
}

// behindCall reports whether a line, or a text of a program, is a command that calls the
// host in it.
func behindCall(in *Input, f endpointFact, text bool) bool {
	return hasCall(lineBefore(in, f.offset, text))
}

// besidesNotice reports whether what a program names for nothing in particular
// stands beside a notice of copyright, an author's mail or the program's version, a
// declaration of a namespace, or a list of whom to let through.
func besidesNotice(in *Input, f endpointFact) bool {
	if f.url == "" && slices.ContainsFunc(textsBefore(in, f.offset, 3), func(s string) bool { return strings.Contains(strings.ToLower(s), "white list") }) {
		return true
	}
	if f.purpose != "" && f.purpose != "website" {
		return false
	}
	before, after := besides(in, f.offset, f.length)
	if f.url != "" && (strings.Contains(in.Path, "/directfb") || strings.Contains(in.Path, "/xorg/modules/")) {
		return true // one of its modules says whose it is (DFBGraphicsDriverInfo), X.Org's too
	}
	if f.url != "" && strings.Count(f.url, "/") <= 3 && (isLicenceName(after) || slices.ContainsFunc(textsBefore(in, f.offset, 4), isLicenceName)) {
		return true // a plugin says of itself: version, licence, package, origin
	}
	if slices.ContainsFunc(textsBefore(in, f.offset, 8), func(s string) bool { return strings.HasPrefix(s, "/proc/bus/") }) {
		return true // compared with what devices that are plugged in say of themselves
	}
	if f.url != "" && (leadsOn(before) || goesOn(in, f)) {
		return true
	}
	if f.url == "" && bytes.Equal(in.Bytes(f.offset+int64(f.length), 2), []byte("/\x00")) && inSiteTable(in, f) {
		return true
	}
	if f.url != "" && !hasPath(f.url) && (isSchemes(textsBefore(in, f.offset, 2)) || isSchemes(textsAfter(in, f.offset+int64(f.length), 2)) || inSiteTable(in, f)) {
		return true // compared with what a user or another program gives
	}
	if f.url != "" && strings.Count(f.url, "/") <= 3 && digitsOnly(before) && strings.Contains(before, ".") && f.purpose == "" {
		return true // name, version, home page
	}
	for _, s := range []string{before, after} {
		s = strings.ToLower(s)
		if f.url != "" && strings.Contains(s, "xmlns") {
			return true
		}
		if strings.Contains(s, "<") && strings.Contains(s, "@") || strings.Contains(s, "white list") || strings.Contains(s, "whitelist") || strings.Contains(s, "black list") || strings.Contains(s, "blacklist") {
			return true
		}
		if strings.Contains(s, "copyright") || f.url != "" && (strings.Contains(s, "homepage") || strings.Contains(s, "home page")) || strings.HasPrefix(s, "fixme") || strings.Contains(s, "free software") || strings.Contains(s, "warranty") {
			return true
		}
	}
	return false
}

// isSchemes reports whether two texts are nothing but the beginnings of URLs.
func isSchemes(texts []string) bool {
	return len(texts) == 2 && !slices.ContainsFunc(texts, func(s string) bool { return !strings.HasSuffix(s, "://") })
}

// siteTable is how many sites in a row, of as many companies and each without a path, are
// a table of sites. Where all but one are pages, they are those of the brands of a device.
const siteTable = 4

// inSiteTable reports whether a URL of a program stands in such a row.
func inSiteTable(in *Input, f endpointFact) bool {
	names, pages := map[string]bool{firstLabel(domainOf(f.host)): true}, 0
	if firstLabel(f.host) == "www" {
		pages++
	}
	for _, texts := range [][]string{textsBefore(in, f.offset, siteTable), textsAfter(in, f.offset+int64(f.length), siteTable+1)} {
		for _, s := range texts {
			if s == "/" {
				continue // of the URL itself
			}
			_, host, isURL := cutScheme(strings.ToLower(s))
			host = strings.TrimSuffix(host, "/")
			if !knownHost(host, isURL) || publicAddress(host) {
				break
			}
			names[firstLabel(domainOf(host))] = true
			if firstLabel(host) == "www" {
				pages++
			}
		}
	}
	return len(names) >= siteTable && pages < len(names)-1
}

// isDialled reports whether a name in a program stands beside what a modem dials for
// a connection of data: it is an access point (3GPP TS 27.007, 10.1.1).
func isDialled(in *Input, f endpointFact) bool {
	for _, s := range slices.Concat(textsBefore(in, f.offset, 1), textsAfter(in, f.offset+int64(f.length), 1)) {
		if strings.HasPrefix(s, "*99") && strings.HasSuffix(s, "#") || s == "#777" {
			return true
		}
	}
	return false
}

// siteWords stand beside a maker's page in programs that show it or say whose they are.
var siteWords = []string{"manufactur", "vendor", "model", "url", "link", "site", "page", "home", "support", "help", "gatewaydevice", "upnp", "href", "http", "www.", "web"}

// sitePrograms are parts of names of programs that describe a device, or have its pages.
var sitePrograms = []string{"upnp", "ssdp", "igd", "wsc", "wps", "dlna", "dms", "lld2", "lltd", "http", "web", "cgi", "boa", "goahead", "tr069", "tr69", "tr64", "cwmp"}

// isShownSite reports whether a page that a program names by its host alone is one that
// somebody is led to: by the text that it stands in, by what stands beside it, by what the
// program is for. Others are names in XML, or compared with what other devices say.
func isShownSite(in *Input, f endpointFact) bool {
	if hasPath(f.url) || containsAny(strings.ToLower(baseOf(in.Path)), sitePrograms) || strings.TrimSpace(lineBefore(in, f.offset, false)) != "" {
		return true
	}
	name, _, _ := strings.Cut(domainOf(f.host), ".")
	before, after := besides(in, f.offset, f.length)
	for _, s := range []string{before, after} {
		s = strings.ToLower(s)
		if containsAny(s, siteWords) {
			return true
		}
		for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' }) {
			if len(w) > 2 && strings.Contains(strings.ReplaceAll(name, "-", ""), w) {
				return true
			}
		}
	}
	return false
}

// isFallbackPage reports whether a program has a maker's page in a description of the
// device, and beside it the same element for what its settings say.
func isFallbackPage(in *Input, f endpointFact) bool {
	before := lineBefore(in, f.offset, false)
	i := strings.LastIndexByte(before, '<')
	if i < 0 || !strings.HasSuffix(before, ">") {
		return false
	}
	element := before[i:]
	after := strings.ToLower(string(in.Bytes(f.offset, 512)))
	return strings.Contains(after, element+"%s") || strings.Contains(before, element+"%s")
}

// isOwnName reports whether a name in a program is what a device would be called at a
// dynamic DNS service, by the element of its settings before it or behind it.
func isOwnName(in *Input, f endpointFact) bool {
	before, after := besides(in, f.offset, f.length)
	return strings.HasSuffix(strings.ToLower(strings.TrimSpace(before)), "hostname>") || strings.Contains(strings.ToLower(after), "hostname>%s")
}

// sharesHead reports whether a text begins with the first two labels of a name, of
// three or more, and goes on otherwise.
func sharesHead(s, name string) bool {
	i := strings.IndexByte(name, '.')
	j := strings.IndexByte(name[i+1:], '.')
	if i < 3 || j < 3 {
		return false
	}
	j += i + 2
	return len(s) > j && strings.EqualFold(s[:j], name[:j]) && !strings.EqualFold(s, name) && domainOf(strings.ToLower(s)) != domainOf(name)
}

// speaksOfDNS reports whether a text in lower case has the word or its plural.
func speaksOfDNS(s string) bool {
	return strings.Contains(s, "nameserver") || anyWord(s, "dns", func(rest string) bool {
		rest = strings.TrimPrefix(rest, "s")
		return rest == "" || rest[0] < 'a' || rest[0] > 'z'
	})
}

// namesNetwork reports whether a text of a program is one that stands beside the
// domain of a network: its addresses, or what else its DHCP server gives out (RFC
// 2132).
func namesNetwork(s string) bool {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.IsPrivate()
	}
	switch s = strings.ToLower(s); s {
	case "iprouters", "dnsserver", "dnsservers", "dnsservers1", "dnsservers2", "dnsservers3", "dhcpleasetime", "leasetime", "domainname", "subnetmask", "minaddress", "maxaddress":
		return true
	}
	return strings.Contains(s, "hostname") && !strings.ContainsAny(s, " %=?")
}

// licenceNames are words for a licence as plugins and drivers have them among
// what they say of themselves.
var licenceNames = []string{"LGPL", "GPL", "GPL/LGPL", "LGPL/X11", "MIT", "MIT/X11", "BSD", "MPL", "QPL", "Proprietary", "unknown", "GPLv2", "LGPL-2.1"}

func isLicenceName(s string) bool { return slices.Contains(licenceNames, s) }

// textsBefore returns up to n texts of a program before a place, the nearest first.
func textsBefore(in *Input, offset int64, n int) []string {
	const most = 192
	lo := max(0, offset-most)
	b := in.Bytes(lo, int(offset-lo))
	var out []string
	for len(b) > 0 && len(out) < n {
		end := len(b)
		for end > 0 && (b[end-1] < 0x20 || b[end-1] > 0x7e) {
			end--
		}
		start := end
		for start > 0 && b[start-1] >= 0x20 && b[start-1] <= 0x7e {
			start--
		}
		if start < end {
			out = append(out, string(b[start:end]))
		}
		b = b[:start]
	}
	return out
}

// textsAfter returns up to n texts of a program behind a place, the nearest first.
func textsAfter(in *Input, offset int64, n int) []string {
	b := in.Bytes(offset, 192)
	var out []string
	for i := 0; i < len(b) && len(out) < n; {
		for i < len(b) && (b[i] < 0x20 || b[i] > 0x7e) {
			i++
		}
		j := i
		for j < len(b) && b[j] >= 0x20 && b[j] <= 0x7e {
			j++
		}
		if i < j {
			out = append(out, string(b[i:j]))
		}
		i = j
	}
	return out
}

// isOtherSite reports whether a text is a web site under another name than a host's,
// whatever stands behind the name: makers have one in each country.
func isOtherSite(s, host string) bool {
	s = strings.ToLower(s)
	return strings.HasPrefix(s, "www.") && knownHost(s, false) && firstLabel(domainOf(s)) != firstLabel(domainOf(host))
}

func isSiteName(s string) bool {
	host := strings.ToLower(s)
	return knownHost(host, false) && isSite(host)
}

// documentMagic begins what else has such metadata: archives that are documents,
// OpenPGP keys, pictures in TIFF, certificates.
var documentMagic = []string{"PK\x03\x04", "\x99\x01", "\x99\x02", "II*\x00", "\x30\x82"}

// isMedia reports whether first bytes are those of a picture, sound, font or
// document, whose metadata hold namespaces and home pages.
func isMedia(head []byte) bool {
	return hasMagic(head, mediaMagic) || hasMagic(head, otherMagic) || hasMagic(head, documentMagic)
}

// isPageText reports whether first bytes are those of a page.
func isPageText(head []byte) bool {
	head = bytes.ToLower(bytes.TrimLeft(head[:min(len(head), 64)], " \t\r\n\xef\xbb\xbf"))
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}

// isPagePack reports whether a file is one of Chromium's packs of pages and texts for
// people, in its version 4 or 5 (ui/base/resource/data_pack.cc).
func isPagePack(path string, head []byte) bool {
	return strings.HasSuffix(path, ".pak") && len(head) > 4 && (head[0] == 4 || head[0] == 5) && head[1] == 0 && head[2] == 0 && head[3] == 0
}

func isHostByte(c byte) bool { return isDomainByte(c) }

// inDER reports whether a URL is a value in a certificate: before it stand its tag, of an
// IA5String or of a general name, and its length (ITU-T X.690, RFC 5280).
func inDER(in *Input, offset int64) bool {
	b := in.Bytes(max(0, offset-2), 2)
	if offset < 2 || len(b) != 2 || b[0] != 0x16 && b[0] != 0x86 || int(b[1]) < len("http://a.b") || b[1] > 0x7f {
		return false
	}
	n := int(b[1])
	b = in.Bytes(offset, n)
	return len(b) == n && !slices.ContainsFunc(b, func(c byte) bool { return c < 0x20 || c > 0x7e })
}

// inNameTable reports whether a text is one of a font inside of another file: its table of
// names has each twice, first in UTF-16.
func inNameTable(in *Input, offset int64, text string) bool {
	const between = 3 // bytes that may stand between both
	n := min(int64(2*len(text)+between), offset)
	b := bytes.TrimRight(in.Bytes(offset-n, int(n)), "\x00")
	for i := len(text) - 1; i >= 0; i-- {
		if len(b) == 0 || b[len(b)-1] != text[i] {
			return false
		}
		if b = b[:len(b)-1]; i > 0 {
			if len(b) == 0 || b[len(b)-1] != 0 {
				return false
			}
			b = b[:len(b)-1]
		}
	}
	return true
}

// endpointAt reads the URL or host name around a mark. Where texts run on into
// the next ones nothing tells where a path ends: the host is what counts.
func endpointAt(in *Input, m Mark, runOn bool) (endpointFact, bool) {
	const around = 256
	if i := strings.Index(m.Text, "://"); i > 0 || m.Text == "stun:" {
		b := in.Bytes(m.Offset, around)
		n := len(m.Text)
		end := n
		for end < len(b) && b[end] > 0x20 && b[end] < 0x7f && strings.IndexByte("\"'<>\\`|;,)}]", b[end]) < 0 {
			end++
		}
		url := string(b[:end])
		if strings.Contains(url, "([") {
			return endpointFact{}, false // an expression that URLs are matched with
		}
		if runOn {
			if j := strings.IndexByte(url[n:], '/'); j >= 0 {
				url = url[:n+j]
			}
			for _, scheme := range []string{"http:", "https:"} {
				url = strings.TrimSuffix(url, scheme) // of the next one
			}
		}
		rest := url[n:]
		if j := strings.IndexAny(rest, "/?#"); j >= 0 {
			rest = rest[:j]
		}
		if j := strings.LastIndexByte(rest, '@'); j >= 0 {
			url = url[:n] + url[n+j+1:] // login and password are nobody's business
			rest = rest[j+1:]
		}
		if j := strings.IndexByte(url, '?'); j >= 0 {
			url = url[:j]
		}
		if j := strings.IndexByte(url, '@'); j >= 0 {
			url = url[:strings.LastIndexByte(url[:j], '/')+1] // so are addresses of mail in a path
		}
		url = strings.TrimRight(url, ".")
		host, _, _ := strings.Cut(rest, ":")
		host = strings.ToLower(strings.Trim(host, "."))
		scheme, _, _ := strings.Cut(m.Text, ":")
		if !knownHost(host, true) && !publicAddress(host) || inDER(in, m.Offset) || inNameTable(in, m.Offset, url) {
			return endpointFact{}, false
		}
		if strings.HasSuffix(rest, ".") && end == len(url)+1 && end < len(b) && b[end] == 0 {
			return endpointFact{}, false // "http://cache.vip.": the domain is put behind it
		}
		return endpointFact{host: host, url: url, purpose: purposeOf(host, scheme, url, ""), offset: m.Offset, length: len(url)}, true
	}
	if address := strings.TrimSuffix(m.Text, "\x00"); resolvers[address] != "" {
		if b := in.Bytes(m.Offset-1, 1); m.Offset > 0 && (len(b) != 1 || b[0] != 0) {
			return endpointFact{}, false // the end of a longer number
		}
		return endpointFact{host: address, purpose: "dns", offset: m.Offset, length: len(address)}, in.isELF()
	}
	if m.Text == hostHeader {
		b := in.Bytes(m.Offset+int64(len(hostHeader)), around)
		end := 0
		for end < len(b) && isHostByte(b[end]) {
			end++
		}
		host := strings.ToLower(string(b[:end]))
		if end == len(b) || b[end] != '\r' && b[end] != '\n' && b[end] != ':' && b[end] != 0 || !knownHost(host, true) {
			return endpointFact{}, false
		}
		purpose := purposeOf(host, "", "", "")
		if service, _ := dynamicDNS(host); service == host {
			purpose = "ddns" // a request to the service itself
		}
		return endpointFact{host: host, purpose: purpose, offset: m.Offset + int64(len(hostHeader)), length: end}, true
	}
	// A bare name that ends here.
	lo := max(0, m.Offset-around)
	b := in.Bytes(lo, int(m.Offset-lo)+len(m.Text)+8)
	end := int(m.Offset-lo) + len(strings.TrimRight(m.Text, "\x00:/"))
	if end > len(b) {
		return endpointFact{}, false
	}
	if strings.HasSuffix(m.Text, ":") && (end+1 >= len(b) || b[end+1] < '0' || b[end+1] > '9') {
		return endpointFact{}, false // no port follows: "android.com: 1.0"
	}
	start := int(m.Offset - lo)
	for start > 0 && isHostByte(b[start-1]) {
		start--
	}
	if start > 0 {
		switch c := b[start-1]; {
		case c == '%' && end-start > 2 && b[start+1] == '.' && strings.IndexByte("sdux", b[start]) >= 0:
		case c == '/' && start > 3 && b[start-2] == '/' && b[start-3] == ':' && !slices.ContainsFunc(endpointMarks, func(m string) bool { return strings.HasSuffix(m, "://") && bytes.HasSuffix(b[:start], []byte(m)) }):
			// A URL of a scheme that is looked for by no mark: "udp://".
		case c < 0x20, c == ' ', c == '"', c == '\'', c == '=', c == ',', c == ';', c == '|', c == '(', c == ')':
		default:
			return endpointFact{}, false // part of a URL, an address, a path
		}
	}
	if inDescriptor(in, lo+int64(start)) {
		return endpointFact{}, false
	}
	host := strings.ToLower(string(b[start:end]))
	if start > 3 && b[start-1] == '/' {
		from := start - 3
		for from > 0 && (b[from-1] >= 'a' && b[from-1] <= 'z' || b[from-1] >= '0' && b[from-1] <= '9') {
			from--
		}
		scheme, url := string(b[from:start-3]), string(b[from:end])
		if scheme == "" || repositorySchemes[scheme] || !knownHost(host, true) {
			return endpointFact{}, false
		}
		return endpointFact{host: host, url: url, purpose: purposeOf(host, scheme, url, ""), offset: lo + int64(from), length: end - from}, true
	}
	if start > 0 && b[start-1] == '%' && end-start > 2 && b[start+1] == '.' {
		// "%s.p2p.acme.com": what stands below it the program puts there.
		start += 2
		host = host[2:]
	}
	if isLocalName(host) {
		return endpointFact{host: host, purpose: sbom.Local, offset: lo + int64(start), length: end - start}, true
	}
	if !knownHost(host, in.isELF()) || len(host)-strings.LastIndexByte(host, '.') == 3 && domainOf(host) == host && !shortDomains[host[len(host)-2:]] {
		return endpointFact{}, false
	}
	if name, last, _ := strings.Cut(host, "."); wordSuffixes[last] && len(name) <= 3 {
		return endpointFact{}, false // "ati.io" names ports of a graphics card
	}
	if strings.HasSuffix(host, ".cc") && strings.Count(host, ".") == 1 {
		return endpointFact{}, false // a source of C++, in what its asserts say
	}
	return endpointFact{host: host, purpose: purposeOf(host, "", "", ""), offset: lo + int64(start), length: end - start}, true
}

// inDescriptor reports whether at a place begins the option of a file of Protocol Buffers that
// says where its package of Go lies: field 11 of google.protobuf.FileOptions, with its
// length.
func inDescriptor(in *Input, offset int64) bool {
	b := in.Bytes(offset, 2)
	if len(b) < 2 || b[0] != 11<<3|2 || b[1] > 0x7f {
		return false
	}
	n := int(b[1])
	b = in.Bytes(offset+2, n)
	return len(b) == n && bytes.IndexByte(b, '/') > 0 && !slices.ContainsFunc(b, func(c byte) bool { return c <= 0x20 || c > 0x7e })
}

// repositorySchemes begin places of sources, where a program was built from and
// which it never calls.
var repositorySchemes = map[string]bool{"p4": true, "perforce": true, "svn": true, "git": true, "cvs": true, "hg": true, "bzr": true}

// endpoints turns what files name into services of the document. Only the
// device's own files count, and its configuration whoever shipped it.
func (j *joiner) endpoints() {
	type svc struct {
		s     sbom.Service
		calls []*part
		meant string // the purpose of a choice if it were none
		known bool   // that it is a choice only public clients of dynamic DNS say
		asked bool   // though its name is one of a page
	}
	var named uint64          // services of dynamic DNS that other files name
	pages := false            // settings or a description name the maker's page
	var homes map[string]bool // hosts of home pages of components
	used := map[string]bool{} // domains of hosts that are no choice
	byHost := map[string]*svc{}
	var order []*svc
	unlisted, more := 0, 0
	j.each(func(i int32, f *fileRec, r *fileResult) {
		// Of scripts that tell boards of many makers apart the names of makers count
		// for nothing, but the hosts that they call are called.
		if len(r.endpoints) == 0 || silent(f) && !(f.class == classRegistry && f.script) && f.class != classDatabase || isFixture(f.path()) || isSampleProgram(f.path()) || isShown(f.path()) {
			return
		}
		if isBytecode(f.path()) && j.hasSource(f.path()) {
			return // the text says it, and which of its words are comments
		}
		if j.isUnread(r.path) || isRunning(r.path) || r.module != nil && r.module.mainline {
			return // a driver of the public kernel says where more is to be read
		}
		own := j.unexplained(i) || j.unrecognised(i, r)
		shipped := j.shipped.has(i)
		// A client of several dynamic DNS services, which a public project made, calls the
		// one that the user of the device chooses.
		client := !own && !silent(f) && r.elf != nil && slices.ContainsFunc(r.endpoints, func(e endpointFact) bool { return e.purpose == "ddns" })
		offered := client && !servesOne(r.endpoints) || r.elf != nil && dynamicServices(r.endpoints) > ddnsTable
		// A program that everybody has offers none: pppd's "noip" is another word.
		if !client && (own || r.elf == nil) {
			for _, e := range r.endpoints {
				if e.purpose == purposeOffer {
					named |= serviceBit(e.host)
				}
			}
		}
		// So do the time servers of a program that sets the clock. Those of systemd-timesyncd
		// a distribution put there: its system has to start it.
		config := r.elf != nil && timeClients[baseOf(f.path())] && (baseOf(f.path()) != "systemd-timesyncd" || j.isStarted(f.path())) || f.class == classText || f.class == classRegistry && f.script || f.class == classDatabase // only time and name servers of it
		if !own && !config && !client || len(r.endpoints) >= maxEndpoints && r.elf == nil {
			return // a table of hosts is nobody's data path
		}
		choice := offersChoice(r.endpoints, r.elf == nil)
		if choice && r.elf == nil && f.class != classText && f.class != classRegistry && f.class != classWeb {
			return // data of a program that knows the hosts of the world: what it looks for
		}
		if choice && own && !j.own(i) {
			return // of a program that everybody has
		}
		managers := choosesManager(r.endpoints)
		suffixes := r.elf != nil && holdsSuffixes(r.endpoints)
		if homes == nil {
			homes = j.homePages()
		}
		for _, e := range r.endpoints {
			if e.purpose == purposeOffer || e.purpose == purposeNamed {
				continue
			}
			if (e.purpose == "" || e.purpose == "website" || e.purpose == purposeFallback) && !e.called && (homes[e.host] || shipped) && isPage(e.url) {
				continue // where a component comes from, and nothing that it calls
			}
			if suffixes && e.url == "" {
				continue
			}
			if f.class == classDatabase && e.purpose != "update" {
				continue // of settings of a package manager the feeds
			}
			if client && e.purpose != "ddns" {
				continue
			}
			if !own && !client && !isInfrastructure(e.purpose) && !e.called && !(config && inFolder(r.path, "etc")) {
				continue
			}
			if choice && r.elf == nil && !f.script && e.url == "" && (e.purpose == "" || e.purpose == "website" || e.purpose == purposeSpeed && !namesSpeedTest(baseOf(strings.ToLower(r.path)))) {
				continue // one of a list of names without a word what for
			}
			meant := e.purpose
			// What a script itself calls is chosen by nobody.
			if choice && !isInfrastructure(e.purpose) && e.purpose != sbom.Local && e.purpose != purposeDescribed && e.purpose != purposeSpeed && !(e.called && f.script) || managers && e.purpose == "management" || offered && e.purpose == "ddns" {
				e.purpose = sbom.Choice
			} else if e.purpose != sbom.Local {
				used[domainOf(e.host)] = true
			}
			s := byHost[e.host]
			if s == nil {
				if len(order) >= maxServices {
					more++
					continue
				}
				s = &svc{s: sbom.Service{Ref: "service:" + e.host, Name: e.host}, meant: meant, known: true}
				byHost[e.host] = s
				order = append(order, s)
			}
			s.known = s.known && client
			// Nothing but a request tells such a name from a page that somebody opens.
			s.asked = s.asked || e.purpose == "" && strings.HasPrefix(e.host, "www.")
			pages = pages || r.elf == nil && (e.purpose == "website" || e.purpose == purposeDescribed)
			switch known := len(s.s.Evidence) > 0; {
			case !known || s.s.Purpose == purposeDescribed:
				s.s.Purpose = e.purpose
			case e.purpose == purposeDescribed:
				// Another file names it for more.
			case e.purpose == sbom.Connectivity && s.s.Purpose != "website" && s.s.Purpose != sbom.Choice:
				// Another file names it for more.
			case s.s.Purpose == sbom.Connectivity && e.purpose != "website" && e.purpose != sbom.Choice:
				s.s.Purpose = e.purpose
			case e.purpose == sbom.Choice:
				// Another file names it for a purpose, or as a choice too.
			case s.s.Purpose == sbom.Choice, rankPurpose(e.purpose) > rankPurpose(s.s.Purpose):
				s.s.Purpose = e.purpose
			}
			end := e.host
			if e.url != "" {
				end = CleanMatch(e.url)
			}
			if len(s.s.Endpoints) < 8 {
				s.s.Endpoints = appendNew(s.s.Endpoints, end)
			}
			if n := len(s.s.Locations); n == 0 || s.s.Locations[n-1] != r.path { // each file comes once
				if n < maxServicePlaces {
					s.s.Locations = append(s.s.Locations, r.path)
				} else {
					unlisted++
				}
			}
			if len(s.s.Evidence) < maxClaimEvidence {
				s.s.Evidence = append(s.s.Evidence, sbom.Evidence{Field: "name", Technique: sbom.BinaryAnalysis, Extractor: "endpoint", Path: r.path, Offset: e.offset, Length: e.length, Match: end, Confidence: sbom.Medium})
			}
			if p := j.main.of(i); p != nil && e.purpose != sbom.Choice {
				s.calls = appendNew(s.calls, p)
			}
		}
	})
	for _, s := range order {
		if namesParts(s.s) || s.known && s.s.Purpose == sbom.Choice && serviceBit(s.s.Name)&^named != 0 {
			continue
		}
		if s.s.Purpose == purposeFallback {
			if pages && !s.asked {
				continue
			}
			s.s.Purpose = "website"
		}
		if s.asked && s.s.Purpose == "website" {
			s.s.Purpose = ""
		}
		// A host under the domain of one that another file calls is no matter of
		// choice: the program is large, and no table.
		if s.s.Purpose == sbom.Choice && used[domainOf(s.s.Name)] {
			s.s.Purpose = s.meant
		}
		if _, err := netip.ParseAddr(s.s.Name); err == nil {
			if who := resolvers[s.s.Name]; who != "" {
				s.s.Claims = []sbom.Claim{{Kind: sbom.OrgName, Value: who, Role: sbom.Operator, By: sbom.ByBytes, Evidence: stripFields(s.s.Evidence[:1])}}
			}
		} else {
			s.s.Claims = []sbom.Claim{{Kind: sbom.Host, Value: s.s.Name, Role: sbom.Operator, By: sbom.ByBytes, Evidence: stripFields(s.s.Evidence[:1])}}
		}
		j.doc.Services = append(j.doc.Services, s.s)
		if s.s.Purpose == purposeDescribed {
			continue
		}
		for _, p := range s.calls {
			j.calls = append(j.calls, call{p, s.s.Ref})
		}
	}
	sortServices(j.doc.Services)
	if more > 0 {
		j.s.problem(sbom.Problem{Kind: "services-not-listed", Severity: sbom.ProblemWarning,
			Message: fmt.Sprintf("hosts stand in %d more places, beyond the %d services that are listed", more, maxServices)})
	}
	if unlisted > 0 {
		j.s.problem(sbom.Problem{Kind: "places-not-listed", Severity: sbom.ProblemWarning,
			Message: fmt.Sprintf("%d more places of services, beyond %d of one, are counted and not listed", unlisted, maxServicePlaces)})
	}
}

// isStarted reports whether systemd starts the program at a path: the service of its name
// is wanted by a target.
func (j *joiner) isStarted(p string) bool {
	root, base := "", baseOf(p)
	if i := strings.Index("/"+p, "/lib/systemd/"); i > 0 {
		root = strings.TrimSuffix(p[:i], "usr/")
	}
	for _, target := range []string{"sysinit", "multi-user", "basic"} {
		if _, ok := j.at(root + "etc/systemd/system/" + target + ".target.wants/" + base + ".service"); ok {
			return true
		}
	}
	return false
}

// readers are settings that many devices keep from the kit that they are made with, by
// where they lie, and the programs and scripts that read them.
var readers = []struct {
	place string
	by    []string
}{
	{"etc/opkg", []string{"bin/opkg", "usr/bin/opkg", "bin/opkg-cl", "usr/bin/opkg-cl", "opt/bin/opkg"}},
	{"etc/ipkg", []string{"bin/ipkg", "usr/bin/ipkg", "usr/bin/ipkg-cl", "opt/bin/ipkg", "bin/opkg", "usr/bin/opkg"}},
	{"etc/apt/", []string{"usr/bin/apt-get", "usr/bin/apt"}},
	{"etc/yum.repos.d/", []string{"usr/bin/yum", "usr/bin/dnf", "usr/bin/dnf-3", "usr/bin/microdnf"}},
	{"etc/zypp/repos.d/", []string{"usr/bin/zypper"}},
	// OpenWrt's before it had NTP (package/base-files, rdate).
	{"etc/config/timeserver", []string{"etc/hotplug.d/iface/40-rdate"}},
	// Ralink's SDK.
	{"etc_ro/Wireless/RT2860AP/RT2860_default", []string{"bin/ralink_init", "sbin/ralink_init", "usr/bin/ralink_init", "usr/sbin/ralink_init"}},
	{"default/Wireless/RT2860AP/RT2860_default", []string{"bin/ralink_init", "sbin/ralink_init", "usr/bin/ralink_init", "usr/sbin/ralink_init"}},
}

// isUnread reports whether nothing in the tree reads the settings in a file: its reader is
// not there, or it is what OpenWrt's first start would write into settings that are there
// (package/base-files, config_generate).
func (j *joiner) isUnread(p string) bool {
	if root, ok := strings.CutSuffix("/"+p, "/bin/config_generate"); ok {
		root = strings.TrimPrefix(root+"/", "/")
		_, system := j.at(root + "etc/config/system")
		_, network := j.at(root + "etc/config/network")
		return system && network
	}
	for _, r := range readers {
		i := strings.LastIndex("/"+p, "/"+r.place)
		if i < 0 {
			continue
		}
		return !slices.ContainsFunc(r.by, func(name string) bool {
			_, ok := j.at(p[:i] + name)
			return ok
		})
	}
	return false
}

// namesParts reports whether what was taken for a service is a maker's domain below which he
// names parts of XML or of a protocol: several folders or words, and never a file, a port
// or a host of the domain.
func namesParts(s sbom.Service) bool {
	if s.Purpose != "" && s.Purpose != "website" || domainOf(s.Name) != s.Name {
		return false
	}
	paths := 0
	for _, e := range s.Endpoints {
		rest, ok := strings.CutPrefix(e, "http://")
		if !ok {
			return false
		}
		if _, path, _ := strings.Cut(rest, "/"); path != "" {
			paths++
		}
		if rest = strings.TrimPrefix(rest, s.Name); strings.ContainsAny(rest, ".:%$?") {
			return false
		}
	}
	return paths > 1
}

// isShown reports whether a file lies in a folder of examples of a library or kit, or
// is a library of tests: what it calls its author made up, or no device calls. So do the
// scripts that tell other systems on a disk by their files ("win.com"), and the defaults
// that a desktop keeps for any of its programs.
func isShown(p string) bool {
	p = "/" + strings.ToLower(p)
	for _, d := range []string{"/examples/", "/samples/", "/demos/", "/simulator/", "/mockup", "/os-probes/", "/gconf/"} {
		if strings.Contains(p, d) {
			return true
		}
	}
	stem, _, _ := strings.Cut(baseOf(p), ".")
	return strings.HasSuffix(stem, "tests") || strings.HasPrefix(stem, "lib") && strings.HasSuffix(stem, "test") && !strings.Contains(stem, "speed")
}

// isRunning reports whether a file is what a system that ran was told of name servers: that
// says where the system stood when somebody copied it.
func isRunning(p string) bool {
	p = "/" + strings.ToLower(p)
	if strings.HasSuffix(p, "/ppp/resolv.conf") {
		return true // pppd writes what it was given there (pppd(8), usepeerdns)
	}
	return strings.Contains(baseOf(p), "resolv") && (strings.Contains(p, "/tmp/") || strings.Contains(p, "/run/")) && !strings.Contains(p, "/etc")
}

// homePages returns the hosts of the home pages of the public projects of which the
// tree has components.
func (j *joiner) homePages() map[string]bool {
	homes := map[string]bool{}
	for _, p := range j.parts {
		if p.dropped != nil || !p.upstream || p.c == nil {
			continue
		}
		for _, l := range p.c.Links {
			if l.Type != "website" {
				continue
			}
			_, host, _ := strings.Cut(l.URL, "://")
			if i := strings.IndexAny(host, "/:?#"); i >= 0 {
				host = host[:i]
			}
			host = strings.TrimPrefix(strings.ToLower(host), "www.")
			homes[host], homes["www."+host] = true, true
		}
	}
	return homes
}

// hasPath reports whether a URL leads further than to a host.
func hasPath(url string) bool {
	_, rest, _ := strings.Cut(url, "://")
	_, path, _ := strings.Cut(rest, "/")
	return path != ""
}

// isPage reports whether a URL leads to a host alone, or to a page or folder of it.
func isPage(url string) bool {
	_, rest, _ := strings.Cut(url, "://")
	_, path, _ := strings.Cut(rest, "/")
	return !isFilePath("/" + strings.ToLower(path))
}

// toolkits are web servers of which makers make their own, pages and all.
var toolkits = []string{"goahead", "boa", "appweb", "mini_httpd", "thttpd"}

// unrecognised reports whether a file is a program of a package in which nothing
// of a known component was seen: vendors write recipes of their own among those
// of the distribution, and nothing tells them apart. So is one of toolkits.
func (j *joiner) unrecognised(i int32, r *fileResult) bool {
	if r.elf == nil {
		return false
	}
	if p := j.main.of(i); p != nil && p.upstream && p.c != nil && len(j.owners.of(i)) == 0 {
		name := strings.ToLower(p.c.Name)
		return slices.Contains(toolkits, name)
	}
	if len(r.signatures) > 0 {
		return false
	}
	owners := j.owners.of(i)
	return len(owners) > 0 && owners[0].pkg != nil && owners[0].pkg.manager == "opkg"
}

// hasSource reports whether the text of which a file is the bytecode stands in the
// tree: x.py for x.pyc and for __pycache__/x.cpython-311.pyc.
func (j *joiner) hasSource(p string) bool {
	dir, base := dirOf(p), baseOf(p)
	if baseOf(dir) == "__pycache__" {
		dir = dirOf(dir)
	}
	stem, _, _ := strings.Cut(base, ".")
	_, ok := j.at(joinPath(dir, stem+".py"))
	return ok
}

const (
	maxServices      = 2000 // of a tree
	maxServicePlaces = 1000
)

// A call is a component that names a service.
type call struct {
	from *part
	to   string
}

func rankPurpose(p string) int {
	switch p {
	case purposeDescribed:
		return -1
	case "", purposeFallback:
		return 0
	case "website", purposeSpeed:
		return 1
	case "cloud":
		return 2
	case sbom.Local:
		return 4 // its name alone says "cloud"
	}
	return 3
}
