package firmware

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// What host names look like, what they are for, and which stand in devices from
// anywhere. Where a name stands in a file is endpoint.go's.

// endsAsHost reports whether the last label of a word is one of hostSuffixes, or
// digits as in an address.
func endsAsHost(word []byte) bool {
	word = bytes.Trim(word, ".-")
	last := word[bytes.LastIndexByte(word, '.')+1:]
	if len(last) == 0 || len(last) > 16 {
		return false
	}
	var low [16]byte
	for i, c := range last {
		if low[i] = c; c >= 'A' && c <= 'Z' {
			low[i] = c + 'a' - 'A'
		}
	}
	return last[0] >= '0' && last[0] <= '9' || hostSuffixes[string(low[:len(last)])]
}

// hostSuffixes are the last labels that a bare word must have to be taken for
// a host name. Words of programs end in many others ("os.path", "file.sh").
var hostSuffixes = map[string]bool{
	"com": true, "net": true, "org": true, "cn": true, "kr": true, "jp": true, "tw": true, "hk": true, "ru": true, "su": true, "by": true, "kz": true, "ua": true, "de": true, "it": true, "fr": true, "uk": true, "eu": true, "us": true, "ca": true, "au": true, "nz": true, "br": true, "mx": true, "ar": true, "nl": true, "be": true, "lu": true, "se": true, "no": true, "fi": true, "dk": true, "ee": true, "lv": true, "lt": true, "pl": true, "cz": true, "sk": true, "hu": true, "ro": true, "bg": true, "gr": true, "tr": true, "es": true, "pt": true, "ch": true, "at": true, "ie": true, "il": true, "ir": true, "ae": true, "sa": true, "za": true, "in": true, "sg": true, "my": true, "th": true, "vn": true, "id": true, "ph": true, "io": true, "tv": true, "cc": true, "me": true, "co": true, "biz": true, "cloud": true, "mobi": true,
	"app": true, "dev": true, "ai": true, "xyz": true, "online": true, "site": true, "top": true, "info": true, "link": true, "tech": true, "live": true, "store": true, "shop": true, "club": true, "vip": true, "network": true, "zone": true, "icu": true, "pro": true, "asia": true, "edu": true, "gov": true, "int": true, "space": true, "host": true, "services": true, "digital": true, "group": true, "ltd": true, "work": true, "life": true, "today": true, "email": true, "world": true, "global": true, "is": true, "to": true, "fm": true, "gg": true, "ly": true, "im": true, "am": true, "ge": true, "az": true, "uz": true, "rs": true, "si": true, "hr": true, "mk": true, "ba": true, "al": true, "cy": true, "mt": true, "li": true, "pk": true, "bd": true, "lk": true, "np": true, "kh": true, "la": true, "mm": true, "mo": true, "mn": true, "cl": true, "pe": true, "ec": true, "uy": true, "py": true, "bo": true, "ve": true, "cr": true, "eg": true, "ma": true, "tn": true, "ng": true, "ke": true, "qa": true, "kw": true, "om": true, "jo": true, "lb": true,
}

// knownHost reports whether a word is a host name: one with a suffix of three
// letters needs two labels, one of a country three, unless it stands where
// only a host can.
func knownHost(h string, certain bool) bool {
	if !validHost(h) || len(h) < 6 {
		return false
	}
	labels := strings.Split(h, ".")
	last := labels[len(labels)-1]
	if !hostSuffixes[last] || labels[0] == "www" && len(labels) == 2 {
		return false // or a text that runs into the next one
	}
	switch labels[0] {
	case "com", "org", "java", "javax", "sun", "android", "libcore", "dalvik", "persist", "iqn":
		return false // a name of a package, or of an iSCSI device, written the other way round; a property of Android
	}
	if labels[0] == "vendor" && strings.Contains(h, ".hardware.") {
		return false // an interface of a hardware abstraction layer (Android's HIDL)
	}
	if last == "org" && fileSuffixes[labels[len(labels)-2]] {
		return false // the original of a file: "resolv.conf.org"
	}
	switch last {
	case "com", "net", "org", "cloud":
		return len(labels[len(labels)-2]) > 1 || len(labels) > 2
	}
	if certain {
		return true
	}
	return len(labels) >= 3 && (len(labels[0]) > 1 || len(labels) > 3 && labels[len(labels)-2] != "co") && len(labels[len(labels)-2]) > 1 && !wordSuffixes[last]
}

// holdsSuffixes reports whether a program holds the Public Suffix List, below whose
// rows anybody has domains: it has rules for Japan's prefectures and cities, and
// DynDNS's domains.
func holdsSuffixes(list []endpointFact) bool {
	japan, dyndns := 0, 0
	for i := range list {
		switch first, rest, _ := strings.Cut(list[i].host, "."); {
		case rest == "dyndns.org" && (first == "go" || first == "home"):
			dyndns++
		case (first == "pref" || first == "city" || first == "metro") && strings.Count(rest, ".") == 1 && strings.HasSuffix(rest, ".jp"):
			japan++
		}
	}
	return japan >= 3 || dyndns == 2
}

// fileSuffixes end names of files of which scripts keep the original.
var fileSuffixes = map[string]bool{"conf": true, "cfg": true, "ini": true, "sh": true, "txt": true, "xml": true, "bin": true, "ko": true, "so": true, "html": true, "htm": true, "asp": true, "js": true, "dat": true, "lua": true, "tar": true, "gz": true, "img": true, "cgi": true, "rc": true}

// wordSuffixes are last labels that words of programs and settings have too:
// "stanza.attr.id", "util.human.io". A bare word with one is no host; a URL is.
var wordSuffixes = map[string]bool{
	"id": true, "io": true, "is": true, "in": true, "to": true, "at": true, "me": true, "my": true, "no": true, "py": true, "pl": true, "rs": true, "so": true, "sh": true, "info": true, "link": true, "host": true, "work": true, "group": true, "live": true,
	"app": true, "dev": true, "store": true, "site": true, "top": true, "network": true, "zone": true, "space": true, "services": true, "int": true, "la": true, "am": true, "om": true, "mm": true, "online": true, "global": true, "life": true, "today": true, "email": true, "world": true, "pro": true,
}

// publicAddress reports whether s is an address of the public internet.
func publicAddress(s string) bool {
	if s == "" || (s[0] < '0' || s[0] > '9') && strings.IndexByte(s, ':') < 0 {
		return false // most texts are none, and an error costs
	}
	a, err := netip.ParseAddr(s)
	if err != nil || !a.IsGlobalUnicast() || a.IsPrivate() || a.Zone() != "" {
		return false
	}
	if s == sampleResolver {
		return false
	}
	for _, p := range unroutedPrefixes {
		if p.Contains(a) {
			return false
		}
	}
	if a.Is6() {
		return netip.MustParsePrefix("2000::/3").Contains(a)
	}
	return a.As4()[0] >= 1 && a.As4()[0] < 224 && a.As4()[3] != 255 && a.As4()[3] != 0 && !strings.HasPrefix(s, "255.") && !strings.HasPrefix(s, "1.2.3.") && a.As4()[0] != 100
}

// sampleResolver stands in the sample of settings that comes with BusyBox's DHCP
// server (examples/udhcp/udhcpd.conf), and in many a device.
const sampleResolver = "129.219.13.81"

// unroutedPrefixes are for documentation and for protocols (RFC 5737, RFC 3849,
// RFC 9637, RFC 2928), 6to4, and what was never given to anybody.
var unroutedPrefixes = []netip.Prefix{
	netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2000::/16"),
}

// Purposes that no service has: of hosts that are none, and of names as access
// points of mobile networks have them, which count where the same file names
// another host of that domain.
const (
	purposeIgnored  = "-"
	purposeAccess   = "access"
	purposeFallback = "fallback" // of a page that a program shows where its settings name none
	// of the page of a maker or model in what a device says of itself: nothing calls it, and
	// it tells the maker's domain
	purposeDescribed = "described"
	purposeOffer     = "offer" // of a service of dynamic DNS that a file names, see offered
	purposeNamed     = "named" // of a name that counts in a table, and else for nothing
)

// purposeSpeed is of hosts from which a device fetches, or to which it sends, to measure
// how fast its connection is.
const purposeSpeed = "speedtest"

// namesSpeedTest reports whether a file, by its name in lower case, measures that.
func namesSpeedTest(base string) bool {
	return strings.Contains(base, "speedtest") || strings.Contains(base, "speed_test") || strings.Contains(base, "speed-test")
}

// standIns are labels of names that stand for whatever the reader has.
var standIns = map[string]bool{"domain": true, "example": true, "yourdomain": true, "mydomain": true, "yourcompany": true, "your-domain": true, "hostname": true, "localhost": true, "default": true, "somedomain": true, "mycompany": true, "mynetwork": true, "myserver": true, "myhost": true, "somehost": true, "your-server": true, "yourserver": true, "yourhost": true, "yourapn": true, "myapn": true, "yourisp": true, "yourname": true, "yoursite": true}

// purposeOf says what a host is for, from its labels, the scheme and path of
// the URL and the line it stands in. purposeIgnored marks hosts that are no
// data path of the device: checks whether the internet is there, links to
// documentation, names in XML, revocation services, licence texts, services
// that the user chooses.
func purposeOf(host, scheme, url, line string) string {
	if service, called := dynamicDNS(host); called {
		return "ddns"
	} else if service != "" {
		if strings.Contains(url, "/nic/update") {
			return "ddns" // whatever the host is called
		}
		return purposeIgnored
	}
	labels := strings.Split(host, ".")
	if isTimeServer(labels) {
		return "ntp" // whoever runs it: time.windows.com
	}
	if kind, _, _ := strings.Cut(domainOf(host), "."); kind == "ntp" && !strings.HasSuffix(host, "ntp.org") && labels[0] != "www" {
		return "ntp" // "ntp.br"
	}
	single := 0
	for _, l := range labels {
		if len(l) == 1 {
			single++
		}
		if strings.Contains(l, "example") {
			return purposeIgnored // "your-example-bank"
		}
		if standIns[strings.TrimRight(l, "0123456789")] {
			return purposeIgnored
		}
		if strings.HasPrefix(l, "yourdom") || strings.HasPrefix(l, "youdom") || strings.HasPrefix(l, "mydomain") {
			return purposeIgnored // in whichever spelling
		}
	}
	if single > 2 {
		return purposeIgnored // "a.b.c.co"
	}
	if isLocalName(host) {
		return sbom.Local
	}
	if isSite(host) {
		switch {
		case labels[0] == "smtp":
			return "mail"
		case url == "" && labels[0] != "stun" && labels[0] != "supl":
			return purposeIgnored
		case strings.Contains(url, "/api/"), strings.Contains(url, "/rest/"):
			return "cloud"
		}
		return purposeAtSite(labels)
	}
	return purposeOfService(host, labels, scheme, url, line)
}

// purposeOfService is the rest of purposeOf, for hosts that are no stand-in, local name or
// site that stands for the internet.
func purposeOfService(host string, labels []string, scheme, url, line string) string {
	if strings.HasPrefix(labels[0], "acme-") && scheme == "https" {
		return "cloud" // whose certificates a device asks for (RFC 8555)
	}
	if below(host, ignoredSet) != "" {
		return purposeIgnored
	}
	first := labels[0]
	if scheme == "" {
		if line == "" && (strings.HasSuffix(first, "lte") || strings.HasSuffix(first, "apn")) {
			return purposeAccess
		}
		// Access points of mobile networks are called by such names (3GPP TS 23.003,
		// 9.1): "internet.operator.example".
		switch strings.TrimRight(first, "0123456789") {
		case "3g", "4g", "internet", "wap", "mms", "gprs", "apn", "umts", "lte":
			if line == "" {
				return purposeAccess
			}
			return purposeIgnored
		}
	}
	if strings.HasSuffix(first, "-ocsp") || strings.HasSuffix(first, "-crl") || strings.HasSuffix(first, "-aia") {
		return purposeIgnored // "ts-crl"
	}
	if first == "ns" && scheme == "" {
		first = "" // no namespace, but a name server
	}
	kind := strings.TrimRight(first, "0123456789") // "wiki2"
	if kind == "ns" {
		kind = first
	}
	switch kind {
	case "kb", "faq", "learn", "developer", "developers", "community", "manual", "manuals", "tutorial", "gerrit", "jenkins", "jira", "redmine", "ocsp", "crl", "aia", "crt", "cps", "ocsp2", "crl3", "crl4", "cacerts", "schemas", "schema", "xmlns", "ns", "wiki", "docs", "doc", "forum", "forums", "bbs", "bugs", "bugzilla", "lists", "lists2", "tools", "man", "git", "gitweb", "cgit", "svn", "svnweb", "cvs", "cvsweb", "issues", "examples", "blog", "specs", "support", "help":
		return purposeIgnored
	}
	path := ""
	if i := strings.Index(url, "://"); i >= 0 {
		if j := strings.IndexByte(url[i+3:], '/'); j >= 0 {
			path = strings.ToLower(url[i+3+j:])
		}
	}
	if strings.Contains(path, "/licenses/") || strings.Contains(path, "/license") || strings.Contains(path, "/rfc") || strings.HasSuffix(path, ".dtd") || strings.HasSuffix(path, ".xsd") || strings.Contains(path, "/schema") || strings.Contains(path, "/xmlns") || strings.Contains(path, "/namespace") || strings.Contains(path, "/hnap") || strings.Contains(path, "/jnap") || strings.Contains(path, "/xml/features/") || strings.Contains(path, "/xml/properties/") || strings.Contains(path, "/ns/") || strings.Contains(path, "/wiki/") || strings.Contains(path, "/docs/") || strings.Contains(path, "/doc/") || strings.Contains(path, "/documentation") || strings.Contains(path, "/manual/") || strings.Contains(path, "/faq") || strings.Contains(path, "/samples/") || isRepositoryPath(path) || isCertificatePath(path) || isYearPath(path) || isCheckPath(path) || strings.HasSuffix(host, ".googleapis.com") && strings.HasPrefix(path, "/auth/") {
		return purposeIgnored
	}
	named := labels[:max(0, len(labels)-2)]
	has := func(words ...string) bool {
		// The name that somebody registered says what his company is called; below
		// a country's "edu" and the like it says what it is.
		for _, l := range named {
			for _, w := range words {
				if l == w || w == "update" && strings.HasSuffix(l, w) || strings.HasPrefix(l, w) && len(l) > len(w) && strings.IndexByte("0123456789-", l[len(w)]) >= 0 || strings.HasSuffix(l, "-"+w) {
					return true
				}
			}
		}
		return false
	}
	switch {
	case strings.Contains(host, "speedtest") || strings.Contains(path, "speedtest") || strings.Contains(path, "speed_test"):
		return purposeSpeed
	case has(timeLabels...) || strings.HasSuffix(host, "pool.ntp.org") || hasNTP(line):
		return "ntp"
	case strings.Contains(path, "/nic/update"):
		return "ddns"
	case strings.HasPrefix(scheme, "mqtt") || has("mqtt", "emqx", "mqtts"):
		return "mqtt"
	case has("ddns", "dyndns", "dynupdate") || strings.Contains(path, "/dyndns/") || strings.Contains(path, "/ddns/"):
		return "ddns"
	case has("update", "upgrade", "firmware", "fota", "ota", "download", "downloads", "upd", "fwupdate", "autoupdate", "updates") || !isOperation(url) && (strings.Contains(path, "firmware") || strings.Contains(path, "upgrade") || strings.Contains(path, "update") || strings.Contains(path, "/ota")):
		return "update"
	case kind == "stun" || kind == "turn":
		return "p2p" // whatever else is below that domain
	case has("acs", "tr069", "cwmp", "tr-069") || strings.Contains(path, "cwmp") || strings.Contains(path, "tr069") || strings.Contains(path+"/", "/acs/"):
		return "management"
	case has("stun", "turn", "p2p") || scheme == "stun":
		return "p2p"
	case has("cloud", "iot", "api", "auth", "device", "dev", "push", "log", "logs", "telemetry", "stat", "stats", "report", "register", "app", "data", "ws", "dcs", "registry"):
		return "cloud"
	case first != "gw" && first != "gateway" && has("gw", "gateway"):
		return "cloud" // and no end of a tunnel: "gw.acme.example"
	case strings.Contains(line, "nameserver") || strings.HasSuffix(host, rootServers):
		return "dns"
	case strings.Contains(path, "/api/"):
		return "cloud"
	case strings.Contains(path, "#"):
		return purposeIgnored // a part of a page, or a name in some language of descriptions
	case first == "www" && !isFilePath(path) && !isRequestPath(path):
		return "website"
	case !strings.HasPrefix(scheme, "http") && has("smtp", "pop", "pop3", "imap", "mail"):
		return "mail"
	}
	return ""
}

// rootServers ends the names of the servers of the root of all names.
const rootServers = ".root-servers.net"

// isInterfaceDomain reports whether a host is under a domain that is called for
// interfaces of programs: "googleapis.com".
func isInterfaceDomain(host string) bool {
	name, _, _ := strings.Cut(domainOf(host), ".")
	return len(name) > 6 && (strings.HasSuffix(name, "apis") || strings.HasSuffix(name, "api"))
}

// A file with hosts of more dynamic DNS services than these is a table of them.
const ddnsTable = 8

// dynamicDNS returns the service that a host belongs to, and whether it is one
// that a client calls.
func dynamicDNS(host string) (service string, called bool) {
	service = below(host, ddnsSet)
	if service == "" || service == host {
		return service, false
	}
	switch name := strings.TrimRight(host[:len(host)-len(service)-1], "0123456789"); name {
	case "host", "user", "username", "test", "demo", "myname", "youdomain", "mypersonaldomain", "name", "xxx", "abc":
		return service, false // a stand-in for the user's own
	case "www", "checkip", "ip", "myip", "support", "help", "secure", "my", "account":
		return service, false
	default:
		return service, !standIns[name]
	}
}

// dynamicDNSNames are parts of names of programs and settings for dynamic DNS.
var dynamicDNSNames = []string{"ddns", "dyndns", "inadyn", "ipupdate", "ip-update", "updatedd", "ddclient"}

// namesDynamicDNS reports whether a path, in lower case, is one of a client of
// dynamic DNS, or of its settings.
func namesDynamicDNS(path string) bool {
	return containsAny(baseOf(path), dynamicDNSNames) || strings.Contains(path, "/ddns/")
}

// isRepositoryPath reports whether a path is one of sources.
func isRepositoryPath(path string) bool {
	return strings.Contains(path, "/svn/") || strings.HasPrefix(path, "/hg/") || strings.HasPrefix(path, "/git/") || strings.Contains(path, "/trunk/") || strings.Contains(path, "/branches/") || strings.HasSuffix(path, ".git")
}

// isCertificatePath reports whether a path is one that stands in certificates: of
// a list of revoked ones, the issuer's, a statement of practice.
func isCertificatePath(path string) bool {
	for _, s := range []string{".crl", ".crl0", ".cer", ".cer0", ".p7c", ".p7b"} {
		if strings.HasSuffix(path, s) {
			return true
		}
	}
	return path == "/cps" || strings.HasPrefix(path, "/cps0") || path == "/rpa" || strings.HasPrefix(path, "/rpa0")
}

// isYearPath reports whether a path leads through a year to no file: names in XML
// are made so, for their day ("http://www.idpf.org/2007/opf").
func isYearPath(path string) bool {
	parts := strings.Split(path, "/")
	if strings.Contains(parts[len(parts)-1], ".") {
		return false
	}
	for _, p := range parts[:len(parts)-1] {
		if len(p) == 4 && (strings.HasPrefix(p, "19") || strings.HasPrefix(p, "20")) && isDigits(p) {
			return true
		}
	}
	return false
}

// isDigits reports whether a word is digits alone.
func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isFilePath reports whether a path is one of data or of a program that answers,
// and none of a page.
func isFilePath(path string) bool {
	last := path[strings.LastIndexByte(path, '/')+1:]
	i := strings.LastIndexByte(last, '.')
	if i < 0 {
		return false
	}
	switch last[i+1:] {
	case "gz", "tgz", "bz2", "xz", "zip", "tar", "bin", "img", "ipk", "deb", "rpm", "apk", "exe", "ids", "dat", "db", "csv", "json", "xml", "list", "rules", "conf", "cfg", "txt", "php", "cgi", "do", "action", "aspx", "ashx", "mpk", "md5":
		return true
	}
	return false
}

// isOperation reports whether a URL is the name of an operation, as SOAP calls them: a
// host, and behind it a verb and what it is done to in one word, "UpdateDeviceIp".
func isOperation(url string) bool {
	_, rest, _ := strings.Cut(url, "://")
	_, name, _ := strings.Cut(rest, "/")
	if name == "" || name[0] < 'A' || name[0] > 'Z' {
		return false
	}
	capitals := 0
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'A' && c <= 'Z':
			capitals++
		case c < 'a' || c > 'z':
			return false
		}
	}
	return capitals > 1 && capitals < len(name)/2
}

// isRequestPath reports whether a path is what a device asks for and nobody reads.
func isRequestPath(path string) bool {
	for _, p := range strings.Split(path, "/") {
		switch p {
		case "reg", "register", "report", "upload", "stat", "stats", "log", "logs", "speedtest", "collect", "track", "heartbeat", "query", "sts":
			return true
		}
	}
	return false
}

// isCheckPath reports whether a path is what systems ask for to see whether the
// internet answers.
func isCheckPath(path string) bool {
	for _, w := range []string{"/generate_204", "/gen_204", "/hotspot-detect", "/library/test/success", "/ncsi.txt", "/connecttest.txt", "/success.txt"} {
		if strings.HasPrefix(path, w) {
			return true
		}
	}
	return false
}

// checkHosts are names that systems ask for to see whether the internet answers.
var checkHosts = []string{"msftncsi.com", "msftconnecttest.com", "captive.apple.com", "connectivitycheck.gstatic.com", "connectivitycheck.android.com", "connectivitycheck.platform.hicloud.com", "detectportal.firefox.com"}

// isCheckHost reports whether a text is one of them or below it.
func isCheckHost(s string) bool {
	return below(strings.ToLower(s), checkSet) != ""
}

// siteHosts are, beside them, domains whose names stand for the internet: a device asks for
// them to see whether it is connected, and its pages link to them.
var siteHosts = []string{
	"baidu.com", "qq.com", "taobao.com", "sina.com.cn", "sohu.com", "163.com", "google.com", "gstatic.com", "yahoo.com", "bing.com", "facebook.com", "twitter.com", "youtube.com", "weibo.com", "naver.com", "daum.net", "yandex.ru", "ya.ru", "mail.ru", "wikipedia.org", "instagram.com", "linkedin.com", "whatsapp.com", "apple.com", "microsoft.com", "windows.com", "live.com", "hotmail.com", "gmail.com", "amazon.com", "nate.com", "test-ipv6.com", "ipv6-test.com", "neverssl.com", "so.com", "sogou.com", "hao123.com", "jd.com", "tmall.com", "ebay.com", "netflix.com", "reddit.com", "msn.com", "aol.com",
}

// siteNames are names of such sites that have one in each country.
var siteNames = []string{"google", "yahoo", "baidu", "bing", "facebook", "youtube", "amazon", "ebay", "yandex", "msn"}

// isSite reports whether a host is below one of siteHosts, or at one of siteNames
// in some country.
func isSite(host string) bool {
	if name, _, _ := strings.Cut(domainOf(host), "."); slices.Contains(siteNames, name) {
		return true
	}
	return below(host, siteSet) != ""
}

// The lists as sets: each host that a file names is looked up in them.
var ignoredSet, echoSet, checkSet, siteSet, ddnsSet = setOf(slices.Concat(echoHosts, ignoredHosts)), setOf(echoHosts), setOf(checkHosts), setOf(slices.Concat(checkHosts, siteHosts)), setOf(dynamicDomains())

func setOf(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, h := range list {
		m[h] = true
	}
	return m
}

// below returns the name of a set that a host is or is below, empty for none.
func below(host string, set map[string]bool) string {
	for {
		if set[host] {
			return host
		}
		i := strings.IndexByte(host, '.')
		if i < 0 {
			return ""
		}
		host = host[i+1:]
	}
}

// siteFaces are first labels of hosts of such sites that people open, or that say
// whether the internet answers.
var siteFaces = map[string]bool{"www": true, "m": true, "wap": true, "mobile": true, "search": true, "mail": true, "maps": true, "map": true, "news": true, "play": true, "plus": true, "docs": true, "drive": true, "image": true, "images": true, "img": true, "static": true, "video": true, "music": true, "store": true, "login": true, "itunes": true, "captive": true, "connectivitycheck": true, "clients": true, "dns": true, "ipv": true, "home": true, "help": true, "support": true,
	"code": true, "groups": true, "sites": true, "developers": true, "developer": true, "go": true, "msdn": true, "technet": true, "social": true, "blogs": true, "blog": true, "research": true, "tools": true, "books": true, "scholar": true, "translate": true, "tieba": true, "zhidao": true, "baike": true, "wenku": true, "schemas": true, "schema": true, "connect": true, "policies": true, "myaccount": true, "fonts": true, "ajax": true, "encrypted": true, "encrypted-tbn": true, "lh": true, "picasaweb": true, "ssl": true, "t": true, "user": true, "i": true, "upload": true,
}

// isSiteService reports whether a URL at such a site is what a program asks there: behind
// a host that nobody opens, and that is no part of a page.
func isSiteService(host, url string) bool {
	_, rest, _ := strings.Cut(url, "://")
	_, path, _ := strings.Cut(strings.ToLower(rest), "/")
	first := strings.TrimRight(firstLabel(host), "0123456789")
	if path == "" || domainOf(host) == host || isCheckPath("/"+path) || siteFaces[first] && first != "clients" {
		return false
	}
	return !isPicture(url) && !strings.HasSuffix(path, ".js") && !strings.HasSuffix(path, ".html") && !strings.HasSuffix(path, ".htm")
}

// ownSite returns the hosts of a site that a program or its settings name when they name
// those of no other, and two or more: a company that has such a site makes devices too.
func ownSite(list []endpointFact) []endpointFact {
	domain := ""
	hosts := map[string]bool{}
	for _, f := range list {
		d := domainOf(f.host)
		if domain != "" && firstLabel(d) != firstLabel(domain) {
			return nil
		}
		domain = d
		if first, _, _ := strings.Cut(f.host, "."); f.host != d && !siteFaces[strings.TrimRight(first, "0123456789")] {
			hosts[f.host] = true
		}
	}
	if len(hosts) < 2 {
		return nil
	}
	return slices.DeleteFunc(list, func(f endpointFact) bool { return !hosts[f.host] })
}

// purposeAtSite says what a host at such a domain is for when a URL names one of
// its interfaces for programs, which is no check of the connection.
func purposeAtSite(labels []string) string {
	for _, l := range labels[:max(0, len(labels)-2)] {
		switch strings.TrimRight(l, "0123456789") {
		case "api", "apis", "openapi", "graph", "accounts", "oauth", "mqtt", "push", "iot", "fcm", "rtmp":
			return "cloud"
		case "stun", "turn":
			return "p2p"
		case "supl":
			return "" // tells a device where it is (OMA Secure User Plane Location)
		case "update", "updates", "upgrade", "softwareupdate", "softwareupdates", "ota", "fota":
			return "update"
		}
	}
	return purposeIgnored
}

// timeLabels begin labels of names of time servers.
var timeLabels = []string{"ntp", "sntp", "time", "clock", "timeserver", "stdtime", "nist"}

// isTimeServer reports whether a host is called one by its first label.
func isTimeServer(labels []string) bool {
	if len(labels) < 3 {
		return false
	}
	first := labels[0]
	if strings.HasSuffix(first, "-time") || strings.HasSuffix(strings.TrimRight(first, "0123456789"), "ntp") {
		return true
	}
	for _, w := range timeLabels {
		if rest, ok := strings.CutPrefix(first, w); ok && (rest == "" || strings.IndexByte("0123456789-", rest[0]) >= 0) {
			return true
		}
	}
	return false
}

// localNames are names that devices answer themselves, by their makers' manuals:
// each of them also with "www.".
var localNames = map[string]bool{
	"tplinklogin.net": true, "tplinkwifi.net": true, "tplinkap.net": true, "tplinkrepeater.net": true, "tplinkextender.net": true, "tplinkmodem.net": true, "tplinkdeco.net": true, "tplinkplclogin.net": true, "tplinkeap.net": true, "tplogin.cn": true, "melogin.cn": true, "falogin.cn": true, "mwlogin.net": true,
	"routerlogin.net": true, "routerlogin.com": true, "mywifiext.net": true, "mywifiext.com": true, "orbilogin.com": true, "orbilogin.net": true, "miwifi.com": true, "router.miwifi.com": true, "guest.miwifi.com": true, "tendawifi.com": true, "re.tenda.cn": true, "phicomm.me": true, "4006024680.com": true,
	"router.asus.com": true, "repeater.asus.com": true, "ap.asus.com": true, "asusrouter.com": true, "asusrepeater.com": true, "asusrepeater.net": true, "asusap.com": true, "asusap.net": true, "asusswitch.com": true, "asusswitch.net": true, "asusnetwork.net": true, "zenwifi.net": true, "expertwifi.net": true, "netis.cc": true, "wavlogin.link": true, "luyou.360.cn": true, "myfiosgateway.com": true, "mynetworksettings.com": true, "extender.linksys.com": true, "setup.meraki.com": true, "my.meraki.com": true, "ap.meraki.com": true, "wired.meraki.com": true,
}

func isLocalName(host string) bool {
	// Below the name of a login page nothing else stands; below miwifi.com clouds do.
	domain := domainOf(host)
	return localNames[strings.TrimPrefix(host, "www.")] || strings.Contains(domain, "login") && localNames[domain]
}

// ignoredHosts are domains whose names stand in devices from anywhere and do
// not say that the device's maker or operator is theirs.
var ignoredHosts = []string{
	// Documentation, standards, XML names.
	"sp.nanomsg.org", "w3.org", "xmlsoap.org", "upnp.org", "openxmlformats.org", "onvif.org", "ietf.org", "rfc-editor.org", "iana.org", "ieee.org", "itu.int", "oasis-open.org", "broadband-forum.org", "dslforum.org", "purl.org", "adobe.com", "macromedia.com", "dublincore.org", "iptc.org", "schema.org", "etsi.org", "3gpp.org", "wi-fi.org", "dlna.org", "bluetooth.org", "usb.org", "unicode.org", "whatwg.org", "ecma-international.org", "iec.ch", "dvb.org", "dns-sd.org", "purenetworks.com", "tempuri.org", "pv.com", "ladspa.org", "exslt.org", "jabber.org", "xmpp.org", "opengis.net", "isotc211.org", "cups.org", "zeroconf.org", "pwg.org", "openmobilealliance.org", "json-schema.org", "man7.org", "godoc.org", "mediawiki.org", "wikimedia.org", "oauth.net", "openid.net", "netpreserve.org", "bnf.fr", "oclc.org", "relaxng.org", "ascc.net", "dashif.org", "dmtf.org", "homeplug.org", "3gppnetwork.org", "ipdr.org", "omg.org", "goessner.net", "type.googleapis.com", "type.googleprod.com", "android.com", "dtcp.com",
	// Free software's own sites and hosts of code.
	"webdav.org", "subsignal.org", "adblockplus.org", "privoxy.org", "gnu.org", "fsf.org", "opensource.org", "apache.org", "mozilla.org", "kernel.org", "busybox.net", "uclibc.org", "openssl.org", "github.com", "github.io", "githubusercontent.com", "gitlab.com", "bitbucket.org", "gitee.com", "googlecode.com", "sourceforge.net", "sf.net", "savannah.gnu.org", "debian.org", "ubuntu.com", "launchpad.net", "fedoraproject.org", "redhat.com", "openwrt.org", "lede-project.org", "dd-wrt.com", "buildroot.org", "yoctoproject.org", "netfilter.org", "thekelleys.org.uk", "matt.ucc.asn.au", "samba.org", "lighttpd.net", "nginx.org", "php.net", "python.org", "perl.org", "lua.org", "keplerproject.org", "ruby-lang.org", "nodejs.org", "npmjs.com", "npmjs.org", "jquery.com", "jquery.org", "jqueryui.com", "jquerymobile.com", "getbootstrap.com", "angularjs.org", "reactjs.org", "vuejs.org", "sizzlejs.com", "json.org", "mit.edu", "berkeley.edu", "isc.org", "openldap.org", "sqlite.org", "zlib.net", "haxx.se", "curl.se", "xiph.org", "ffmpeg.org", "videolan.org", "boost.org", "gnome.org", "kde.org", "freedesktop.org", "x.org", "qt.io", "trolltech.com", "qt.nokia.com", "qt-project.org", "affinix.com", "opendtv.de", "linuxtv.org", "alsa-project.org", "bluez.org", "pppd.org", "xelerance.com", "openswan.org", "strongswan.org", "openvpn.net", "freeradius.org", "net-snmp.org", "oss.oetiker.ch", "tcpdump.org", "creativecommons.org", "stackoverflow.com", "momentjs.com", "datatables.net", "highcharts.com", "d3js.org", "fontawesome.io", "modernizr.com", "mootools.net", "prototypejs.org", "dojotoolkit.org", "sencha.com", "extjs.com", "erlang.org", "golang.org", "go.dev", "rust-lang.org", "llvm.org", "proftpd.org", "pureftpd.org", "vsftpd.beasts.org", "transmissionbt.com", "minidlna.org", "miniupnp.tuxfamily.org", "free.fr", "tuxfamily.org", "infradead.org", "linux-foundation.org", "linuxfoundation.org", "linux-mips.org", "arm.linux.org.uk", "denx.de", "codeaurora.org", "linaro.org", "cyrius.com", "avahi.org", "matrixssl.org", "polarssl.org", "mbed.org", "wolfssl.com", "axtls.sourceforge.net", "goahead.com", "embedthis.com", "boa.org", "acme.com", "roaringpenguin.com", "snowman.net", "tuxera.com", "ntfs-3g.org", "ez-ipupdate.com", "gusnet.cx", "inadyn.sourceforge.net", "zend.com", "info-zip.org", "translationproject.org", "libusb.info", "minixml.org", "msweet.org", "easysw.com", "memtest86.com", "heartbleed.com", "strace.io", "winimage.com",
	// Certificate authorities and revocation.
	"digicert.com", "verisign.com", "symcb.com", "symcd.com", "thawte.com", "geotrust.com", "comodoca.com", "sectigo.com", "usertrust.com", "entrust.net", "globalsign.com", "globalsign.net", "godaddy.com", "starfieldtech.com", "letsencrypt.org", "identrust.com", "trust-provider.com", "quovadisglobal.com", "swisssign.net", "certum.pl", "wosign.com", "startssl.com", "pki.goog", "amazontrust.com", "trustwave.com", "netsolssl.com", "valicert.com", "public-trust.com", "omniroot.com",
	// Companies of which resolving names is one service among others.
	"namecheap.com", "dnsmadeeasy.com", "cloudflare.com", "he.net", "sitelutions.com", "tunnelbroker.net", "opendns.com", "gnudip.org", "justlinux.com", "dnspod.cn", "dnspod.com", "regfish.com", "ovh.com", "strato.de", "joker.com", "loopia.com",
	// Names that are none of a host: the ids of programs that Google knows; and where
	// bugs are reported.
	"apps.googleusercontent.com", "crbug.com", "java.net", "javax.net", "jdk.net", "sun.net", "nio.ch", "openoffice.org", "libreoffice.org",
	// What the tests of libraries ask, and defaults that kits of operating systems
	// left behind.
	"httpbin.org", "postman-echo.com", "badssl.com", "ics.uci.edu", "wrs.com", "openssl.client.net", "gatespace.net", "c2k.pde.com",
	// Stand-ins.
	"example.com", "example.org", "example.net", "domain.com", "yourdomain.com", "mydomain.com", "test.com", "foo.com", "bar.com", "foobar.com", "company.com", "host.com", "server.com", "somewhere.com", "abc.com", "abcd.com", "demo.com", "dummy.org", "dummy.com", "mydom.com", "xxx.com", "aaa.com", "123.com", "localhost.localdomain", "email.com", "mysite.com",
}

// echoHosts tell a caller his own address: that a command asks one says something, its
// name among others nothing.
var echoHosts = []string{"checkip.amazonaws.com", "ipify.org", "icanhazip.com", "ifconfig.me", "whatismyip.com", "ip138.com"}

// resolvers are public name servers, by the operators' own publications.
var resolvers = map[string]string{
	"2001:4860:4860::8888": "Google", "2001:4860:4860::8844": "Google", "2606:4700:4700::1111": "Cloudflare", "2606:4700:4700::1001": "Cloudflare", "2620:fe::fe": "Quad9", "2620:fe::9": "Quad9",
	"2620:119:35::35": "Cisco", "2620:119:53::53": "Cisco", "2400:3200::1": "Alibaba", "2400:3200:baba::1": "Alibaba", "2402:4e00::": "Tencent", "2402:4e00:1::": "Tencent", "2400:da00::6666": "Baidu",
	"8.8.8.8": "Google", "8.8.4.4": "Google", "1.1.1.1": "Cloudflare", "1.0.0.1": "Cloudflare", "9.9.9.9": "Quad9", "149.112.112.112": "Quad9",
	"208.67.222.222": "Cisco", "208.67.220.220": "Cisco", "208.67.220.222": "Cisco", "208.67.222.220": "Cisco", "223.5.5.5": "Alibaba", "223.6.6.6": "Alibaba", "119.29.29.29": "Tencent", "182.254.116.116": "Tencent", "180.76.76.76": "Baidu",
	"114.114.114.114": "114DNS", "114.114.115.115": "114DNS", "77.88.8.8": "Yandex", "77.88.8.1": "Yandex", "94.140.14.14": "AdGuard", "94.140.15.15": "AdGuard",
	"4.2.2.1": "Lumen Technologies", "4.2.2.2": "Lumen Technologies", "64.6.64.6": "Verisign", "64.6.65.6": "Verisign", "74.82.42.42": "Hurricane Electric",
	"168.126.63.1": "Korea Telecom", "168.126.63.2": "Korea Telecom", "164.124.101.2": "LG Uplus", "203.248.252.2": "LG Uplus", "210.220.163.82": "SK Broadband", "219.250.36.130": "SK Broadband",
	"168.95.1.1": "Chunghwa Telecom", "168.95.192.1": "Chunghwa Telecom", "1.2.4.8": "China Internet Network Information Center", "210.2.4.8": "China Internet Network Information Center",
}

// domainOf returns the part of a host name that somebody registered: its last
// two labels, or three under a country's "co" or "com". Addresses are their own.
func domainOf(host string) string {
	last := strings.LastIndexByte(host, '.')
	if strings.IndexByte(host, ':') >= 0 || last+1 < len(host) && host[last+1] >= '0' && host[last+1] <= '9' {
		if _, err := netip.ParseAddr(host); err == nil {
			return host
		}
	}
	second := strings.LastIndexByte(host[:max(0, last)], '.')
	if second < 0 {
		return host
	}
	if len(host)-last-1 == 2 {
		switch name := host[second+1 : last]; {
		case len(name) == 2, name == "com", name == "net", name == "org", name == "edu", name == "gov":
			return host[strings.LastIndexByte(host[:second], '.')+1:]
		}
	}
	return host[second+1:]
}
