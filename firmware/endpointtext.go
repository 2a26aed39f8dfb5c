package firmware

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// What stands around a host in a file says whether the device calls it. Most
// names of hosts in configuration, scripts and programs are no hosts to call: they
// stand in comments, in links for people, in lists of what others ask for.

// linkWords stand before a link that is for people: help, a report of bugs, a
// licence, a name in XML. In the order of use, lower case.
var linkWords = []string{
	"see ", "visit ", "home page", "homepage", "home-page", "website", "web site", "bugs to", "bug report", "bugreport", "package_url", "report bugs", "information", "documentation", "document", "manual", "refer to", "described", "read ", "copyright", "licen", "warranty", "faq", "help", "upstream", "author:", "author=", "author ", "authors", "contact:", "credit",
	"xmlns", "schemeiduri", "\"@type\"", "\"@context\"", "\"$schema\"", "semantictype", "soapaction", "doctype", "schemalocation", "namespace", "<link", "@see", "rel=", "generator", "powered by", "based on", "originally", "from:", "written by", "project", "e.g", "(ex:", "(ex.", "for example", "example",
}

// sentenceWords are those of them that are no part of a setting's name: what they
// lead to is for people even where the path speaks of an update.
var sentenceWords = []string{"see ", "visit ", "bugs to", "report bugs", "refer to", "copyright", "please "}

// linkKeys are keys of settings whose value is a link for people.
var linkKeys = []string{"documentation", "homepage", "home_url", "support_url", "bug_report_url", "bug_url", "privacy_policy_url", "vcs-browser", "distrib_url", "manufacturer_url", "manufacturerurl", "modelurl", "model_url", "presentationurl", "device_manufacturer_url", "vendor_url", "search_url", "support:", "caps.node"}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// isLinkKey reports whether a line goes on with the value of one of them.
func isLinkKey(before string) bool {
	key := strings.Trim(strings.TrimRight(before, "=: \"'"), "\"' ")
	for _, k := range linkKeys {
		if strings.HasSuffix(key, k) {
			return true
		}
	}
	return false
}

// isMakerKey reports whether a line goes on with the page of a maker or model in settings
// of a program that describes its device (UPnP Device Architecture, 2.3).
func isMakerKey(before string) bool {
	key := strings.Trim(strings.TrimRight(before, "=: \"'"), "\"' ")
	return strings.HasSuffix(key, "manufacturerurl") || strings.HasSuffix(key, "modelurl")
}

// isDescriptionLink reports whether a line goes on with the page of a maker or
// model in what a device says of itself (UPnP Device Architecture, 2.3).
func isDescriptionLink(before string) bool {
	if isMakerKey(before) {
		return true
	}
	i := strings.LastIndexByte(before, '<')
	if i < 0 {
		return false
	}
	element, _, _ := strings.Cut(strings.TrimRight(before[i+1:], " \"'>="), " ")
	return element == "manufacturerurl" || element == "modelurl"
}

// callWords are commands whose argument is a host that is called.
var callWords = []string{"wget ", "curl ", "uclient-fetch ", "ftpget ", "tftp ", "aria2c ", "axel ", "s_client ", "ping ", "ping6 ", "nslookup ", "ntpdate ", "ntpclient ", "ntpd ", "rdate ", "htpdate ", "telnet ", "mosquitto_pub ", "mosquitto_sub ", "nc "}

// hasCall reports whether one of callWords stands in a line, as a word.
func hasCall(line string) bool {
	for _, w := range callWords {
		for at := 0; ; {
			i := strings.Index(line[at:], w)
			if i < 0 {
				break
			}
			if i += at; i == 0 || !isWordByte(line[i-1]) {
				return true
			}
			at = i + 1
		}
	}
	return false
}

// isPing reports whether a line asks only whether a host answers.
func isPing(line string) bool {
	return hasWord(line, "ping ") || hasWord(line, "ping6 ") || hasWord(line, "nslookup ")
}

// isReferenceLink reports whether a URL is a link for people: the words before
// it say so, the line is a comment, or it leads to a page.
func isReferenceLink(in *Input, f endpointFact, text bool) bool {
	before := lineBefore(in, f.offset, text)
	trimmed := strings.TrimSpace(before)
	if text && (isComment(before) || inBlockComment(in, f.offset)) {
		return true
	}
	if hasCall(before) {
		return false
	}
	if isPicture(f.url) && (f.purpose == "" || f.purpose == "website") {
		return true // on a page that somebody opens
	}
	if strings.HasSuffix(trimmed, "+") || strings.HasSuffix(trimmed, "origin:") || strings.HasSuffix(trimmed, "referer:") || strings.HasSuffix(trimmed, "referrer:") {
		return true // the page of a robot, or where a request claims to come from
	}
	path, _, _ := strings.Cut(strings.ToLower(f.url), "#")
	if strings.HasSuffix(path, ".pdf") || isPageOfDownloads(f, path) {
		return true
	}
	for _, s := range []string{".html", ".htm", ".txt", ".pdf", ".xhtml", ".md"} {
		if strings.HasSuffix(path, s) && (f.purpose != "update" || path != strings.ToLower(f.url)) && f.purpose != "ddns" {
			return true
		}
	}
	if i := strings.LastIndex(before, "href="); i >= 0 && len(before)-i <= 8 && f.purpose != "update" {
		return true
	}
	if text && isLinkKey(trimmed) {
		return !isMakerKey(trimmed)
	}
	if strings.HasSuffix(trimmed, "<") && !strings.Contains(trimmed, "url") || (strings.HasSuffix(trimmed, "(") || text && strings.HasSuffix(trimmed, "[")) && len(trimmed) > 8 && !strings.HasSuffix(trimmed, "open(") && !strings.HasSuffix(trimmed, ":[") && !strings.HasSuffix(trimmed, "= [") {
		return true // "Acme <http://...>"
	}
	if strings.Contains(before, "%{") && strings.HasSuffix(trimmed, ":") {
		return true // what a macro of rpm stands for
	}
	if text && (f.purpose == "" || f.purpose == "website") && isProgramText(in.Path) && (isPrinted(before) || inDocstring(in, f.offset)) {
		return true
	}
	if len(before) > 80 {
		before = before[len(before)-80:]
	}
	words := linkWords
	switch f.purpose {
	case "update", "mqtt", "ntp", "management":
		words = sentenceWords
	}
	if containsAny(before, words) {
		return true
	}
	if text {
		return (f.purpose == "" || f.purpose == "website") && (inProse(before, "") || strings.HasPrefix(string(in.Head[:min(len(in.Head), 2)]), "#!") && trimmed == "")
	}
	if (f.purpose == "" || f.purpose == "website") && strings.HasPrefix(trimmed, "* ") {
		return true // a line of help in a frame
	}
	if (f.purpose == "" || f.purpose == "website") && strings.Contains(before, "@") && !strings.Contains(before, "%") {
		return true // behind an author's mail
	}
	if strings.HasSuffix(trimmed, ">") && inPage(strings.TrimSuffix(trimmed, ">")) {
		return true // the text of an element of a page
	}
	if (f.purpose == "" || f.purpose == "website") && (before != "" && trimmed == "" || strings.HasPrefix(trimmed, "warn") || strings.HasPrefix(trimmed, "note")) {
		return true // a line of help, or where to read more
	}
	return (f.purpose == "" || f.purpose == "website") && (inSentence(before, 3) || inDescription(in, f))
}

// isPageOfDownloads reports whether a URL, in lower case, leads to a page and only its
// host speaks of an update, or of downloads.
func isPageOfDownloads(f endpointFact, url string) bool {
	_, path, _ := strings.Cut(url, f.host)
	if !strings.HasSuffix(path, ".html") && !strings.HasSuffix(path, ".htm") {
		return false
	}
	first := firstLabel(f.host)
	return (first == "download" || first == "downloads") && !containsAny(path, []string{"update", "upgrade", "firmware", "version", "ota", "fw"})
}

// inOtherURL reports whether a URL is part of the path of another, as an archive of
// pages calls them.
func inOtherURL(in *Input, f endpointFact) bool {
	b := in.Bytes(max(0, f.offset-1), 1)
	return f.offset > 0 && len(b) == 1 && b[0] == '/'
}

// inDescription reports whether a place of a program is in a text of several lines for
// people: how it is called, or what a function of a module does.
func inDescription(in *Input, f endpointFact) bool {
	const around = 512
	lo := max(0, f.offset-around)
	b := in.Bytes(lo, int(f.offset-lo)+f.length+around)
	at := int(f.offset - lo)
	if at > len(b) {
		return false
	}
	start := bytes.LastIndexByte(b[:at], 0) + 1
	if i := bytes.IndexByte(b[at:], 0); i >= 0 {
		b = b[:at+i]
	}
	s := strings.ToLower(string(b[start:]))
	if strings.Count(s, "\n") < 3 || strings.Contains(s, "http/1.") || strings.Contains(s, "<html") || strings.Contains(s, "#!/") {
		return false
	}
	for line := range strings.Lines(s) {
		if strings.HasPrefix(strings.TrimSpace(line), "usage") || inSentence(line, 4) {
			return true
		}
	}
	return false
}

// isPrinted reports whether a line of a program goes on with a text that it prints.
func isPrinted(before string) bool {
	for _, w := range []string{"print ", "print(", "printf(", "println(", "print stderr", "die ", "warn "} {
		if i := strings.Index(before, w); i >= 0 && !strings.Contains(before[i:], ">") {
			return true
		}
	}
	return false
}

// inDocstring reports whether a place of a Python program is in a text of several
// lines, as they describe parts of it.
func inDocstring(in *Input, offset int64) bool {
	if !strings.HasSuffix(in.lowerPath(), ".py") || offset > 256<<10 {
		return false
	}
	b := in.Bytes(0, int(offset))
	return bytes.Count(b, []byte("\"\"\""))%2 == 1 || bytes.Count(b, []byte("'''"))%2 == 1
}

// isPicture reports whether a URL leads to one.
func isPicture(url string) bool {
	for _, s := range []string{".png", ".jpg", ".jpeg", ".gif", ".ico", ".svg", ".css", ".swf"} {
		if len(url) > len(s) && strings.EqualFold(url[len(url)-len(s):], s) {
			return true
		}
	}
	return false
}

// inSentence reports whether a text before a URL is one for people: some words or
// more, of letters alone, that are no request's.
func inSentence(before string, least int) bool {
	if i := strings.LastIndexAny(before, "\n\r"); i >= 0 && len(strings.Trim(before[i:], " \t\r\n\"'(<")) > 0 {
		before = before[i:]
	}
	if strings.Contains(before, "http/1.") || strings.Contains(before, "%s") || strings.Contains(before, "url") {
		return false
	}
	words := strings.Fields(before)
	if len(words) < least {
		return false
	}
	letters := 0
	for _, w := range words {
		w = strings.Trim(w, ".,:;()'\"")
		plain := len(w) > 1
		for i := 0; plain && i < len(w); i++ {
			plain = w[i] >= 'a' && w[i] <= 'z' || w[i] == '\''
		}
		if plain {
			letters++
		}
	}
	return letters >= least
}

// inProse reports whether a line is one for people, by what stands before a name and
// behind it.
func inProse(before, after string) bool {
	if inSentence(before, 4) || strings.HasPrefix(after, " ") && inSentence(after, 4) && !strings.Contains(before, "=") {
		return true
	}
	for _, w := range []string{" on ", " at ", " from ", " see ", " visit "} {
		if strings.HasSuffix(before, w) {
			return inSentence(before, 3)
		}
	}
	return false
}

// leadsOn reports whether a text of a program is a sentence for people that goes on
// with a place to read: "... pursuant to this agreement at", "... available at %s".
func leadsOn(s string) bool {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(strings.ToLower(s)), "%s"))
	for _, w := range []string{" at", " at:", " from", " from:", " visit", " visit:", " see", " see:", " to:"} {
		if strings.HasSuffix(s, w) {
			return inSentence(s, 4)
		}
	}
	return false
}

// goesOn reports whether the text of a program in which a URL stands goes on with
// words for people.
func goesOn(in *Input, f endpointFact) bool {
	b := in.Bytes(f.offset+int64(f.length), 48)
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	rest := strings.TrimLeft(string(b), "\"'>),.")
	return strings.HasPrefix(rest, " ") && inSentence(strings.ToLower(rest), 3)
}

// isHomePage reports whether a host is that of a program's own project: the page
// without a path that a program under that name states, or its name as a domain.
func isHomePage(path string, f endpointFact) bool {
	name := strings.ToLower(baseOf(path))
	if i := strings.IndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	name = strings.TrimPrefix(name, "lib")
	if len(name) < 4 || f.purpose != "" && f.purpose != "website" {
		return false
	}
	labels := strings.Split(f.host, ".")
	switch labels[len(labels)-1] {
	case "org", "net", "io", "info", "de", "app", "dev":
	default:
		return false
	}
	if f.url == "" {
		return len(labels) == 2 && labels[0] == name
	}
	_, rest, _ := strings.Cut(f.url, "://")
	if _, p, _ := strings.Cut(rest, "/"); p != "" {
		return false
	}
	for _, l := range labels {
		if l == name {
			return true
		}
	}
	return false
}

// lineBefore is what stands before a place in its line, in a program in its text,
// in lower case.
func lineBefore(in *Input, offset int64, text bool) string {
	lo := max(0, offset-256)
	b := in.Bytes(lo, int(offset-lo))
	// In a program a text ends at a zero byte, in a file at a line.
	end := "\x00"
	if text {
		end = "\n"
	}
	if i := bytes.LastIndexAny(b, end); i >= 0 {
		b = b[i+1:]
	}
	return strings.ToLower(string(b))
}

// restOfLine is what stands in a text from a place to the end of its line, in lower case.
func restOfLine(in *Input, offset int64) string {
	b, _, _ := bytes.Cut(in.Bytes(offset, 256), []byte("\n"))
	return strings.ToLower(string(b))
}

// isComment reports whether a line that begins so is a comment where it ends.
func isComment(before string) bool {
	trimmed := strings.TrimSpace(before)
	for _, c := range []string{"#", "//", "*", ";", "--", "<!--", "/*", "'", "%", "rem ", "!"} {
		if strings.HasPrefix(trimmed, c) {
			return true
		}
	}
	return hasTrailingComment(before)
}

func hasTrailingComment(before string) bool {
	return strings.Contains(before, " # ") || strings.Contains(before, "\t# ") || strings.Contains(before, " //") || strings.Contains(before, "/* ") || strings.Contains(before, "<!--") || strings.Contains(before, " --[[")
}

// blockComments begin and end comments of several lines: in XML and pages, in
// Lua, and the manual that a Perl program has in itself (perlpod).
var blockComments = [][2]string{{"<!--", "-->"}, {"--[[", "]]"}, {"\n=head", "\n=cut"}, {"\n=item", "\n=cut"}, {"\n=over", "\n=cut"}, {"\n=back", "\n=cut"}, {"\n=pod", "\n=cut"}}

// inBlockComment reports whether a comment of several lines began in the 4 kB
// before a place and did not end.
func inBlockComment(in *Input, offset int64) bool {
	if in.class == classWeb {
		return false // scripts of pages begin as if they were one
	}
	lo := max(0, offset-4096)
	b := in.Bytes(lo, int(offset-lo))
	for _, c := range blockComments {
		if i := bytes.LastIndex(b, []byte(c[0])); i >= 0 && !bytes.Contains(b[i:], []byte(c[1])) {
			return true
		}
	}
	// Elsewhere in a line "/*" is a pattern of files.
	i := bytes.LastIndex(b, []byte("\n/*"))
	if i < 0 && lo == 0 && bytes.HasPrefix(b, []byte("/*")) {
		i = 0
	}
	return i >= 0 && !bytes.Contains(b[i:], []byte("*/"))
}

// isStandIn reports whether a text of a program is a name for documentation.
func isStandIn(s string) bool {
	host := strings.ToLower(s)
	return knownHost(host, false) && strings.Contains(host, "example.")
}

// besides returns the texts before and after a place in a program.
func besides(in *Input, offset int64, length int) (before, after string) {
	const most = 64
	lo := max(0, offset-most-8)
	b := in.Bytes(lo, int(offset-lo))
	b = bytes.TrimRightFunc(b, func(r rune) bool { return r < 0x20 || r > 0x7e })
	i := len(b)
	for i > 0 && b[i-1] >= 0x20 && b[i-1] < 0x7f {
		i--
	}
	before = string(b[i:])
	b = in.Bytes(offset+int64(length), most+8)
	b = bytes.TrimLeftFunc(b, func(r rune) bool { return r < 0x20 || r > 0x7e })
	i = 0
	for i < len(b) && b[i] >= 0x20 && b[i] < 0x7f {
		i++
	}
	return before, string(b[:i])
}

// speaksOfHosts reports whether a text of a program is one that stands beside a
// host: another host or address, a port, a path, a request, or words of hosts.
//
// Another host speaks for a name only below the same name, or where it is called as that
// name begins, "stun.acme.example": in tables that are compared with what others ask for
// stand names of everybody.
func speaksOfHosts(s, name string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" || len(s) > 60 || strings.HasSuffix(s, ".so") || strings.HasSuffix(s, ".c") || strings.HasSuffix(s, ".cpp") {
		return false
	}
	if s[0] == '/' && !strings.Contains(s, " ") || strings.Contains(s, "http/1.") {
		return true
	}
	_, rest, isURL := cutScheme(s)
	if host, _, _ := strings.Cut(rest, ":"); isURL || knownHost(host, false) {
		host, _, _ = strings.Cut(host, "/")
		kind := strings.TrimRight(firstLabel(host), "0123456789")
		return domainOf(host) != host && (firstLabel(domainOf(host)) == firstLabel(name) || len(kind) > 3 && strings.HasPrefix(name, kind))
	} else if publicAddress(host) {
		return true
	}
	digits := len(s) >= 2 && len(s) <= 5
	for i := 0; digits && i < len(s); i++ {
		digits = s[i] >= '0' && s[i] <= '9'
	}
	if digits {
		return true
	}
	for _, w := range []string{"host", "server", "domain", "connect", "resolv", "url", "login", "dns", "ping"} {
		if opensWord(s, w) {
			return true
		}
	}
	return false
}

// opensWord reports whether a word of s begins so.
func opensWord(s, begin string) bool {
	return anyWord(s, begin, func(string) bool { return true })
}

// anyWord reports whether a word of s begins so, with no small letter before it, and what
// stands behind is as asked.
func anyWord(s, begin string, asked func(rest string) bool) bool {
	for at := 0; ; {
		i := strings.Index(s[at:], begin)
		if i < 0 {
			return false
		}
		if i += at; (i == 0 || s[i-1] < 'a' || s[i-1] > 'z') && asked(s[i+len(begin):]) {
			return true
		}
		at = i + 1
	}
}

// tableNames are words in the name of a file that lists what others ask for or
// are called: access points of networks, sites to let through or to block.
var tableNames = []string{"whitelist", "white_list", "white-list", "white.list", "black.list", "blacklist", "black_list", "blocklist", "allowlist", "denylist", "wlist", "hostlist", "domainlist", "domain_list", "domain_rules", "gfwlist", "chinalist", "adblock", "adlist", "urlfilter", "url_filter", "url_list", "mactable", "isplist", "isp_list"}

// isNameTable reports whether a file is by its name such a list.
func isNameTable(path string) bool {
	base := strings.ToLower(baseOf(path))
	if hasWord(base, "apn") || strings.HasPrefix(base, "apns-") || strings.HasSuffix(base, ".pat") {
		return true
	}
	for _, w := range tableNames {
		if strings.Contains(base, w) {
			return true
		}
	}
	return false
}

// hasWord reports whether a word begins in s, with no letter before it; "apns" is
// none of "apn".
func hasWord(s, word string) bool {
	return anyWord(s, word, func(rest string) bool { return !strings.HasPrefix(rest, "s") })
}

// hasNTP reports whether a line speaks of the protocol, and not of a "mountpoint".
func hasNTP(line string) bool {
	return opensWord(line, "ntp") || opensWord(line, "sntp") || containsAny(line, []string{"timeserver", "time_server", "time-server"})
}

// filterWords stand in lines that say which hosts are let through, blocked or
// answered: rules about what others ask for.
var filterWords = []string{"firewallrule", "iptables", "ip6tables", "ipset", "ebtables", "nftset", "whitelist", "white_list", "blacklist", "black_list", "blocklist", "trusted_web", "realm", "allowlist", "denylist", "no_proxy", "noproxy", "rebind", "trusted_domain"}

// namesOthers reports whether the names in a line, in lower case and without
// spaces around it, are labels, or what others ask for, and no hosts to call.
func namesOthers(line string) bool {
	switch {
	case strings.Contains(line, "255.255."): // the label of a network
		return true
	case strings.Contains(line, "cgdcont"), strings.Contains(line, "*99"), hasWord(line, "apn"): // an access point: 3GPP TS 27.007, 10.1.1
		return true
	case strings.Contains(line, "u:object_r:"): // a property of Android and its label (SELinux)
		return true
	case isNetworkCode(line): // one in a list by networks
		return true
	case hasWord(line, "nasid"), hasWord(line, "nas_identifier"), strings.Contains(line, "r0kh"), strings.Contains(line, "r1kh"), strings.Contains(line, "r0_key_holder"):
		return true // what access points call each other for roaming (IEEE 802.11r)
	case strings.HasPrefix(line, "server_name ") && strings.HasSuffix(line, ";"), strings.HasPrefix(line, "serveralias "), strings.HasPrefix(line, "servername ") && !strings.Contains(line, "="):
		return true // what a web server is called
	case strings.Contains(line, "$http_host"), strings.HasPrefix(line, "if ($host"):
		return true // what a client asks a web server for
	}
	for _, w := range filterWords {
		if strings.Contains(line, w) {
			return true
		}
	}
	return false
}

// isNetworkCode reports whether a line begins with the number of a mobile network,
// MCC and MNC (3GPP TS 23.003, 2.2), and something else.
func isNetworkCode(line string) bool {
	n := 0
	for n < len(line) && line[n] >= '0' && line[n] <= '9' {
		n++
	}
	return (n == 5 || n == 6) && line[0] >= '2' && line[0] <= '7' && n < len(line) && strings.IndexByte(" \t,;:|=", line[n]) >= 0
}

// certificateKeys stand before the name in a certificate that a script makes.
var certificateKeys = []string{"cn=", "cn =", "commonname=", "commonname =", "common_name=", "dns:"}

// A configReader reads the host names and name servers in configuration.
type configReader struct {
	path    string // in lower case
	program bool   // only quoted words count: "self.cfg.de" is no host there
	page    bool   // the text is a page and its scripts
	add     func(endpointFact)

	time    bool           // the file is about time servers
	named   []endpointFact // names that dnsmasq is told to answer
	section string         // the words of a section of OpenWrt's settings, in lower case
	hosts   bool           // the file is the system's table of names
	listed  bool           // such a section lists what others may reach or may not
	block   string         // the end of the comment of several lines that it is in
}

func (c *configReader) read(b []byte) {
	base := baseOf(c.path)
	c.time = hasNTP(base) || strings.Contains(base, "chrony")
	c.hosts = base == "hosts"
	table := isNameTable(c.path)
	for at := 0; at < len(b); {
		n := bytes.IndexByte(b[at:min(len(b), at+2048)], '\n')
		if n < 0 {
			n = min(len(b)-at, 2048)
		}
		raw := b[at : at+n]
		trimmed := bytes.TrimSpace(raw)
		switch {
		case len(trimmed) == 0:
		case c.block != "":
			if bytes.Contains(trimmed, []byte(c.block)) {
				c.block = ""
			}
		case isCommentLine(trimmed):
			if c.block = openComment(trimmed); c.page && c.block == "-->" {
				c.block = "" // scripts of pages begin as if they were one
			}
		case trimmed[0] == 'c' && bytes.HasPrefix(trimmed, []byte("config ")):
			c.section = strings.ToLower(string(trimmed[7:min(len(trimmed), 64)]))
			c.listed = containsAny(c.section, filterWords) || strings.Contains(c.section, "walled")
		// Without a dot there is no host, and most lines have none.
		case !table && (bytes.IndexByte(trimmed, '.') >= 0 || bytes.Contains(trimmed, []byte("::"))):
			c.line(raw, trimmed, int64(at))
		}
		at += n + 1
	}
	if len(c.named) <= maxNamed { // more are a list of what is blocked
		for _, f := range c.named {
			c.add(f)
		}
	}
}

// maxNamed bounds the names under which a device has its own pages.
const maxNamed = 8

// isCommentLine reports whether a whole line is a comment.
func isCommentLine(trimmed []byte) bool {
	has := func(prefix string) bool {
		return len(trimmed) >= len(prefix) && string(trimmed[:len(prefix)]) == prefix
	}
	switch trimmed[0] {
	case '#', ';':
		return true
	case '/':
		return has("//") || has("/*")
	case '*':
		return has("* ")
	case '-':
		return has("--")
	case '<':
		return has("<!--")
	}
	return false
}

// openComment returns the end of the comment of several lines that a line begins,
// empty when it begins none or ends it.
func openComment(trimmed []byte) string {
	for _, k := range [][2]string{blockComments[0], blockComments[1], {"/*", "*/"}} {
		if bytes.HasPrefix(trimmed, []byte(k[0])) && !bytes.Contains(trimmed, []byte(k[1])) {
			return k[1]
		}
	}
	return ""
}

// longLine is the length from which a line is many settings in one, as programs
// write JSON: what is said of a name in it stands near.
const longLine = 256

// line reads one line, which begins at a place of the file.
func (c *configReader) line(raw, trimmed []byte, at int64) {
	// A line with a dot has no host as a rule, so it is copied when a word of it
	// may be one.
	var line, lower, context string
	var found []endpointFact
	sites, resolver, others := 0, false, false
	long := len(raw) > longLine
	about := func(words string) {
		lower = words
		resolver = strings.Contains(lower, "nameserver") || strings.Contains(lower, "dns") || strings.Contains(lower, "resolver")
		others = c.listed || namesOthers(lower)
		context = lower
		if c.time && namesServer(lower) || hasNTP(c.section) {
			context = "ntp " + lower
		}
	}
	copied := func() {
		if line == "" {
			line = string(raw)
			about(strings.ToLower(string(trimmed)))
		}
	}
	if bytes.Contains(raw, []byte("::")) {
		if copied(); resolver {
			addressesIn(line, at, c.add)
		}
	}
	for i := 0; i < len(raw); {
		if !isHostByte(raw[i]) {
			i++
			continue
		}
		j, dots := i, 0
		for j < len(raw) && isHostByte(raw[j]) {
			if raw[j] == '.' {
				dots++
			}
			j++
		}
		if dots == 0 || !endsAsHost(raw[i:j]) {
			i = j
			continue
		}
		copied()
		if long {
			about(withoutNames(strings.ToLower(strings.TrimSpace(line[max(0, i-longLine/2):min(len(line), j+longLine/4)]))))
			others = others || containsAny(strings.ToLower(elementOf(line[:i])), filterWords)
		}
		word := strings.ToLower(strings.Trim(line[i:j], ".-"))
		before, after := byte(' '), byte(' ')
		if i > 0 {
			before = line[i-1]
		}
		if j < len(line) {
			after = line[j]
		}
		start := i
		switch {
		case before == '@' || before == '_' || after == '_' || before == '$' || before == '%' || before == '\\' || after == '(' || after == '@':
		case after == '=': // the name of a setting: "set luci.languages.de=Deutsch"
		case strings.TrimSpace(line[:i]) == "" && strings.HasPrefix(strings.TrimSpace(line[j:]), "{"): // and of several
		case others, hasTrailingComment(line[:i]):
		case line[i] == '.' && strings.IndexByte(" \t\"'*,|=/(", before) >= 0: // "*.acme.com": a pattern of names
		case c.program && (before != '"' && before != '\'' || after != before) && !inCommand(line[:i]):
		case c.program && strings.HasSuffix(strings.TrimRight(line[:i], " (\"'"), "require"): // a module
		case before == '/' && after == '/' && i > 1 && strings.IndexByte("=\"' ", line[i-2]) >= 0 && strings.Contains(lower, "address") && knownHost(word, true) && !isNowhere(line[j+1:]):
			// dnsmasq: address=/NAME/ADDRESS
			if len(c.named) <= maxNamed {
				c.named = append(c.named, endpointFact{host: word, purpose: sbom.Local, offset: at + int64(start), length: j - start})
			}
		case before == '/' && i > 4 && line[i-4:i] == "\\/\\/" && line[i-5] == ':':
			// JSON may write a URL so: "http:\/\/...".
			scheme := strings.ToLower(line[max(0, i-11) : i-5])
			scheme = scheme[strings.LastIndexAny(scheme, "\"' ")+1:]
			rest, _, _ := strings.Cut(line[i:], "\"")
			url := scheme + "://" + strings.ReplaceAll(rest, "\\/", "/")
			if knownHost(word, true) {
				f := endpointFact{host: word, purpose: purposeOf(word, scheme, url, ""), offset: at + int64(start), length: j - start}
				f.purpose = purposeByKey(endpointFact{host: word, url: url, purpose: f.purpose}, line[:i-5-len(scheme)])
				if f.purpose != "website" && !isPicture(url) {
					found = append(found, f)
				}
			}
		case before == '/' && (i < 3 || line[i-2] != '/'):
		case i > 2 && strings.HasSuffix(line[:i], "://"): // a mark found it
		case !c.hosts && !c.standsForHost(word, lower): // "on: net.net", require "util.net"
		case isHardwareAddress(word), dots > 2 && !containsLower(raw[i:j]), inCertificate(line[:i]), before == '>' && inPage(line[:i]), isBlocked(line[:i]), isLinkKey(strings.ToLower(strings.TrimSpace(line[:i]))):
		case isCompared(line[:i], after, lower):
			if strings.Contains(lower, "/hosts") && knownHost(word, false) { // the device's table of names
				found = append(found, endpointFact{host: word, purpose: sbom.Local, offset: at + int64(start), length: j - start})
			}
		case isSite(word):
			sites++
			if f := (endpointFact{host: word, purpose: purposeOf(word, "", "", context), offset: at + int64(start), length: j - start}); f.purpose == "ntp" || f.purpose == "" {
				found = append(found, f)
			}
		default:
			if rest, ok := strings.CutPrefix(word, "x"); ok && strings.Contains(lower, "x$") {
				// Shells compare "x$name" with "xfreedns.afraid.org".
				if service, _ := dynamicDNS(rest); service != "" {
					word = rest
					start++
				}
			}
			switch {
			case c.hosts && knownHost(word, true) && isLocalLine(c.path, lower, line[:i]):
				found = append(found, endpointFact{host: word, purpose: sbom.Local, offset: at + int64(start), length: j - start})
			case knownHost(word, false) || echoSet[word] || dots > 1 && knownHost(word, true) && setsHost(line[:i], after):
				if strings.HasPrefix(lower, "search ") || domainOf(word) == word && (strings.Contains(c.path, "ddns") || resolver || isSearchLine(lower)) {
					break // what the service is called; where names are looked for
				}
				f := endpointFact{host: word, purpose: purposeOf(word, "", "", context), offset: at + int64(start), length: j - start, called: hasCall(lower)}
				if f.purpose == purposeIgnored && f.called && below(word, echoSet) != "" {
					f.purpose = ""
				}
				f.purpose = purposeByKey(f, line[:i])
				if strings.HasPrefix(word, "www.") && !f.called && (namesDynamicDNS(c.path) && isTest(line[:i]) || (namesDynamicDNS(c.path) || strings.Contains(lower, "ddns")) && !containsLower(raw[i:j])) {
					break // what the service is called
				}
				if f.called && (f.purpose == "" || f.purpose == "website") && isPing(lower) {
					f.purpose = sbom.Connectivity
				}
				if (f.purpose == "" || f.purpose == "website") && !f.called && (namesDomain(line[:i]) || inProse(strings.ToLower(line[:i]), strings.ToLower(line[j:])) || !c.program && isShownLine(lower)) {
					break // a domain and no host, or in a sentence for people
				}
				if isLocalLine(c.path, lower, line[:i]) || containsAny(strings.ToLower(line[:i]), localKeys) {
					f.purpose = sbom.Local
				}
				found = append(found, f)
			case dots >= 3 && publicAddress(word):
				if key := keyBefore(line[:i]); key == "server" && strings.Contains(baseOf(c.path), "dnsmasq") {
					resolver = true // dnsmasq(8)
				} else if setsHost(line[:i], after) && strings.Contains(key, "server") && !resolver && !c.program {
					found = append(found, endpointFact{host: word, purpose: purposeByKey(endpointFact{host: word}, line[:i]), offset: at + int64(start), length: j - start})
					break
				}
				switch key := strings.ToLower(line[:i]); {
				case hasNTP(key) || c.time && namesServer(key):
					found = append(found, endpointFact{host: word, purpose: "ntp", offset: at + int64(start), length: j - start})
				case resolver:
					found = append(found, endpointFact{host: word, purpose: "dns", offset: at + int64(start), length: j - start})
				}
			}
		}
		i = j
	}
	for _, f := range found {
		// What stands in a row with sites that stand for the internet does so too.
		if sites >= 2 && !long && (f.purpose == "" || f.purpose == "website") {
			continue
		}
		if c.hosts && f.purpose != sbom.Local {
			continue // others' addresses, once
		}
		c.add(f)
	}
}

// withoutNames returns a part of a line without the words that have dots: in a long line
// what a host is for a key says, and no other host.
func withoutNames(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
	words = slices.DeleteFunc(words, func(w string) bool {
		w = strings.Trim(w, "\"'[]{}:")
		return strings.Contains(w, ".") && !strings.ContainsAny(w, "<>=\":'")
	})
	return strings.Join(words, " ")
}

// elementOf returns the name of the element of XML to whose text a line goes on.
func elementOf(before string) string {
	i := strings.LastIndexByte(before, '<')
	if i < 0 {
		return ""
	}
	name, _, ok := strings.Cut(before[i+1:], ">")
	if !ok {
		return ""
	}
	return name
}

// inCommand reports whether a line of a program goes on with an argument of a command
// that calls a host: os.execute("ping -c 1 ...").
func inCommand(before string) bool {
	i := strings.LastIndexAny(before, "\"'")
	return i >= 0 && hasCall(strings.ToLower(before[i+1:]))
}

// isTest reports whether a line of a script goes on with what a variable is compared with.
func isTest(before string) bool {
	i := strings.LastIndexByte(before, '[')
	return i >= 0 && strings.Contains(before[i:], "=")
}

// isShownLine reports whether a line of a shell's script prints some words, and into no
// file or program: what it is for, how it is called.
func isShownLine(line string) bool {
	rest, ok := strings.CutPrefix(line, "echo ")
	if !ok {
		rest, ok = strings.CutPrefix(line, "printf ")
	}
	return ok && !strings.ContainsAny(rest, "|>") && len(strings.Fields(rest)) > 3
}

// isCompared reports whether a word of a script stands where text is looked for:
// behind grep, or as the label of a case.
func isCompared(before string, after byte, line string) bool {
	if after == ')' && strings.TrimSpace(before) == "" {
		return true
	}
	if !strings.Contains(line, "grep ") {
		return false
	}
	if i := strings.LastIndexAny(before, "|;&(`"); i >= 0 {
		before = before[i+1:]
	}
	words := strings.Fields(strings.ToLower(before))
	for _, w := range words {
		switch w = baseOf(w); w {
		case "grep", "egrep", "fgrep", "zgrep":
			return true
		}
	}
	return false
}

// keyPurposes are what keys of settings say that the host in their value is for.
var keyPurposes = []struct{ word, purpose string }{
	{"acsurl", "management"}, {"acs_url", "management"}, {"acs-url", "management"}, {"acsserver", "management"}, {"acs_server", "management"}, {"cwmp", "management"}, {"tr069", "management"}, {"tr-069", "management"},
	{"ping_host", sbom.Connectivity}, {"pinghost", sbom.Connectivity}, {"ping_location", sbom.Connectivity}, {"ping_ip", sbom.Connectivity}, {"ping_addr", sbom.Connectivity}, {"check_url", sbom.Connectivity}, {"checkurl", sbom.Connectivity}, {"detect_url", sbom.Connectivity},
	{"stun", "p2p"}, {"ddns", "ddns"}, {"dyndns", "ddns"}, {"mqtt", "mqtt"},
}

// setsClock reports whether a line goes on with the argument of a command that sets the
// clock by the host that it is given.
func setsClock(before string) bool {
	words := strings.Fields(before)
	for len(words) > 0 && strings.HasPrefix(words[len(words)-1], "-") {
		words = words[:len(words)-1]
	}
	return len(words) > 0 && timeClients[baseOf(words[len(words)-1])]
}

// linkKeyWords are words in keys of settings whose value is a page for people.
var linkKeyWords = []string{"url", "link", "home", "web", "site", "href", "help", "support", "manufacturer", "vendor", "shop"}

// keyBefore returns the key to whose value a line goes on, in lower case: what
// stands behind the value before it.
func keyBefore(before string) string {
	const most = 48
	before = strings.TrimRight(before[max(0, len(before)-most):], " \t\"'=:>{[(")
	if i := strings.LastIndexAny(before, ",;{|&\t<("); i >= 0 {
		before = before[i+1:]
	}
	return strings.ToLower(before)
}

// purposeByKey returns the purpose of a host in settings by the key before it, where
// its name says none. A name that begins with "www" is one of a page only where the
// key says so.
func purposeByKey(f endpointFact, before string) string {
	if f.purpose != "" && f.purpose != "website" && f.purpose != "cloud" {
		return f.purpose
	}
	key := keyBefore(before)
	if hasNTP(key) || f.url == "" && setsClock(before) {
		return "ntp"
	}
	for _, k := range keyPurposes {
		if strings.Contains(key, k.word) {
			return k.purpose
		}
	}
	switch {
	case f.purpose == "website" && (strings.Contains(key, "down_url") || strings.Contains(key, "download_url") || strings.Contains(key, "downurl")):
		return "update"
	case f.purpose == "website" && f.url == "" && !containsAny(key, linkKeyWords), f.purpose == "website" && (strings.Contains(key, "server") || hasWord(key, "api") || hasWord(key, "sts")):
		return ""
	case f.purpose == "" && (containsAny(key, updateKeys) || hasWord(key, "ota")) && containsAny(key, []string{"url", "server", "host", "addr", "domain", "repo"}):
		return "update"
	}
	return f.purpose
}

// updateKeys are words in keys of settings that say where a device's software
// comes from.
var updateKeys = []string{"upgrade", "update", "firmware", "fota"}

// namesServer reports whether a line of settings sets one.
func namesServer(line string) bool {
	for _, w := range []string{"server", "pool", "peer", "host", "ntp"} {
		if strings.Contains(line, w) {
			return true
		}
	}
	return false
}

// isSearchLine reports whether a line sets the domain of a network.
func isSearchLine(line string) bool {
	line = strings.Join(strings.Fields(line), " ")
	return strings.HasPrefix(line, "search ") || strings.HasPrefix(line, "domain ") || strings.Contains(line, "domain-name") || strings.Contains(line, "domain_name") || strings.Contains(line, "option domain ") || hasWord(line, "domainname")
}

// setsHost reports whether a line goes on with the whole value of a variable or setting
// that is called a host or server.
func setsHost(before string, after byte) bool {
	if strings.IndexByte(" \"'", after) < 0 || !strings.HasSuffix(strings.TrimRight(before, "\"'"), "=") {
		return false
	}
	key := keyBefore(before)
	for _, s := range []string{"host", "server", "serverip", "server_ip", "serveraddr", "server_addr"} {
		if strings.HasSuffix(key, s) {
			return true
		}
	}
	return false
}

// namesDomain reports whether a line goes on with the domain that a network gives out or
// under which a provider knows its customers.
func namesDomain(before string) bool {
	key := strings.TrimPrefix(keyBefore(before), "option ")
	return key == "domainname" || strings.HasSuffix(key, "domainname") && containsAny(key, []string{"ppp", "lan", "dhcp"})
}

// localKeys set the name under which a device's user finds its pages.
var localKeys = []string{"login.domain", "login_domain", "logindomain", "domainaccess", "domain_access", "local_domain", "lan_domain", "private_domain", "gatewayurl", "webui_url"}

// isLocalLine reports whether a line makes a name one of the device itself: an
// entry of its table of hosts.
func isLocalLine(path, line, before string) bool {
	if strings.Contains(line, "/hosts") && (strings.Contains(line, ">>") || strings.Contains(line, "echo ")) {
		return true
	}
	if !strings.Contains(path, "/hosts.d/") && !strings.Contains(path, "/hosts") {
		return false
	}
	fields := strings.Fields(before)
	if len(fields) == 0 {
		return false
	}
	a, err := netip.ParseAddr(fields[0])
	return err == nil && a.IsPrivate() // at the loopback address stands what is blocked
}

// pageTags are elements of pages whose text is for people.
var pageTags = []string{"a ", "b>", "u>", "i>", "p>", "td", "li", "dd", "tt>", "font", "span", "strong", "code"}

// inPage reports whether a line goes on with the text of such an element. Those of
// settings are called otherwise: "<NTPServer1>".
func inPage(before string) bool {
	tag := strings.ToLower(before[strings.LastIndexByte(before, '<')+1:])
	for _, t := range pageTags {
		if strings.HasPrefix(tag, t) {
			return true
		}
	}
	return false
}

// isBlocked reports whether a name is given an address at which nobody answers.
func isBlocked(before string) bool {
	before = strings.TrimRight(before, " \t")
	for _, a := range []string{"127.0.0.1", "0.0.0.0"} {
		if strings.HasSuffix(before, a) {
			return true
		}
	}
	return false
}

// isNowhere reports whether a text begins with an address at which nobody answers.
func isNowhere(s string) bool {
	for _, a := range []string{"127.", "0.0.0.0", "::", "#"} {
		if strings.HasPrefix(s, a) {
			return true
		}
	}
	return strings.TrimSpace(s) == ""
}

// isHardwareAddress reports whether a word is one with dots.
func isHardwareAddress(word string) bool {
	labels := strings.Split(word, ".")
	if len(labels) < 6 {
		return false
	}
	for _, l := range labels {
		if len(l) != 2 || !isHexByte(l[0]) || !isHexByte(l[1]) {
			return false
		}
	}
	return true
}

// containsLower reports whether a word is written as hosts are: with a small letter,
// or as an address. Names of parameters stand in capitals (TR-069).
func containsLower(word []byte) bool {
	capital := false
	for _, c := range word {
		if c >= 'a' && c <= 'z' {
			return true
		}
		capital = capital || c >= 'A' && c <= 'Z'
	}
	return !capital
}

func isHexByte(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }

// inCertificate reports whether a line goes on with the name in a certificate.
func inCertificate(before string) bool {
	before = strings.ToLower(strings.TrimRight(before, " \"'"))
	if key, ok := strings.CutSuffix(before, "="); ok {
		key = strings.TrimRight(key, " \t")
		if strings.HasSuffix(strings.TrimRight(key, "0123456789"), "dns.") {
			return true // "DNS.1 = ..."
		}
		// OpenSSL's settings: "commonName_default = ..."
		if key = strings.TrimSuffix(strings.TrimSuffix(key, "_default"), "_value"); strings.HasSuffix(key, "commonname") {
			return true
		}
	}
	for _, k := range certificateKeys {
		if rest, ok := strings.CutSuffix(before, k); ok && (rest == "" || !isWordByte(rest[len(rest)-1])) {
			return true // and no "domain_ocn="
		}
	}
	return false
}

// standsForHost reports whether a bare word can be a host in its line. Names of
// parts of programs and of files have dots too, and some end as hosts do: with ".net"
// or ".com" a word of two parts is one only in a line that speaks of hosts, with ".net"
// in a program never.
// Shells compare "x$name" with "xdebian.org".
func (c *configReader) standsForHost(word, line string) bool {
	if rest, ok := strings.CutPrefix(word, "x"); ok && strings.Contains(line, "x$") && purposeOf(rest, "", "", "") == purposeIgnored {
		return false
	}
	if strings.Count(word, ".") != 1 {
		return true
	}
	switch word[strings.IndexByte(word, '.'):] {
	case ".net", ".cloud":
		if c.program {
			return false
		}
	case ".com":
		if c.program {
			return true
		}
	default:
		return true
	}
	if line = strings.ReplaceAll(line, word, ""); containsAny(baseOf(c.path), hostWords) {
		return true
	}
	for _, w := range hostWords {
		if strings.Contains(line, w) {
			return true
		}
	}
	return false
}

// hostWords are words of settings whose value is a host.
var hostWords = []string{"host", "server", "url", "addr", "domain", "site", "peer", "proxy", "dns", "ntp", "relay", "broker", "endpoint", "gateway", "remote", "ping", "cloud", "update", "upgrade", "service"}

// addressesIn finds the IPv6 addresses in a line that sets name servers. They
// are added as RFC 5952 writes them.
func addressesIn(line string, at int64, add func(endpointFact)) {
	for i := 0; i < len(line); {
		j := i
		for j < len(line) && (line[j] == ':' || line[j] == '.' || line[j] >= '0' && line[j] <= '9' || line[j]|0x20 >= 'a' && line[j]|0x20 <= 'f') {
			j++
		}
		if j == i {
			i++
			continue
		}
		if word := line[i:j]; strings.Count(word, ":") >= 2 && publicAddress(word) {
			add(endpointFact{host: netip.MustParseAddr(word).String(), purpose: "dns", offset: at + int64(i), length: j - i})
		}
		i = j
	}
}
