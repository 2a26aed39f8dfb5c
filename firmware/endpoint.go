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
	offset  int64
	length  int
}

// endpointMarks find URLs, and host names that end a string of a program.
// Longer marks are cheaper to look for.
var endpointMarks = []string{
	"http://", "https://", "mqtt://", "mqtts://", "wss://", "rtmp://", "coap://", "coaps://", "ssl://", "tcp://", "ftp://", "stun:", "pool.ntp.org",
	".com\x00", ".net\x00", ".org\x00", ".com.cn\x00", ".cn\x00", ".co.kr\x00", ".com:", ".net:", ".com/", ".net/", ".tv\x00", ".ru\x00", ".eu\x00", ".it\x00", ".de\x00", ".io\x00", ".cc\x00", ".tw\x00", ".jp\x00",
	hostHeader,
}

func endpointExtractor() Extractor {
	return Extractor{
		Name:  "endpoint",
		Doc:   "reads the hosts that programs and configuration name: updates, clouds, time servers",
		Marks: slices.Concat(endpointMarks, resolverMarks()),
		Match: func(e *Entry) bool {
			return e.Size > 0 && e.Size <= 256<<10 && isConfigPath(e.lowerPath()) && e.isText()
		},
		Extract: readEndpoints,
	}
}

// hostHeader begins the line of a request that a program writes by hand: the
// name ends where the line does.
const hostHeader = "Host: "

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

// isConfigPath reports whether a text is configuration or a script of the
// system: every host in it may be one that the device calls. The path begins
// with a slash and is lower case.
func isConfigPath(p string) bool {
	if !strings.Contains(p, "/etc/") && !strings.Contains(p, "/config") && !strings.Contains(p, "/conf/") && !strings.Contains(p, "/bin/") && !strings.Contains(p, "/sbin/") && !strings.Contains(p, "/default") && !strings.Contains(p, "/lib/") && !strings.Contains(p, "/mnt/") {
		return false
	}
	base := baseOf(p)
	switch {
	case base == "hosts", base == "services", base == "protocols", strings.HasSuffix(base, ".js"), strings.HasSuffix(base, ".html"), strings.HasSuffix(base, ".css"), strings.HasSuffix(base, ".crt"), strings.HasSuffix(base, ".pem"):
		return false
	}
	return true
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
	maxEndpoints = 100 // in one file
	// A text with this many hosts without a URL or a purpose is a list of the
	// world's: access points of networks, providers, sites.
	hostTable = 30
	// A program with hosts under more domains than this, time and name servers and
	// dynamic DNS apart, is a program that knows the services of the world, for
	// its user to choose from.
	choiceTable = 12
	// A text that links to so many is one too: references, feeds, channels.
	choiceTableText = 8
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
		if !isInfrastructure(e.purpose) && e.purpose != "ddns" {
			domains[domainOf(e.host)] = true
		}
	}
	return len(domains) > most
}

// isInfrastructure reports a purpose for which devices name several companies'
// hosts and use them all.
func isInfrastructure(purpose string) bool { return purpose == "ntp" || purpose == "dns" }

func readEndpoints(_ context.Context, in *Input, out *Result) error {
	class := in.class
	switch class {
	case classRegistry, classDocument, classTrust, classDatabase:
		return nil
	}
	text := !in.isELF() && in.isText()
	if text && class != classWeb && !isConfigPath(in.lowerPath()) || !text && isMedia(in.Head) {
		return nil // a document or a picture: nobody calls what it links to
	}
	seen := map[string]bool{}
	add := func(f endpointFact) {
		if f.purpose == purposeIgnored || seen[f.host+" "+f.url] || len(out.endpoints) >= maxEndpoints {
			return
		}
		seen[f.host+" "+f.url] = true
		out.endpoints = append(out.endpoints, f)
	}
	// The strings of Go programs have no end of their own: a bare name there
	// begins and ends anywhere.
	bare := true
	if e, err := in.readELF(); in.isELF() && err == nil && e.GoBuildInfo {
		bare = false
	}
	for _, m := range in.Marks {
		if f, ok := endpointAt(in, m, !bare); ok && (bare || f.url != "") {
			if f.url != "" && isReferenceLink(in, f, text) || f.url == "" && text && inComment(in, f.offset) {
				continue
			}
			if class == classWeb && f.purpose != "update" && f.purpose != "cloud" && f.purpose != "mqtt" {
				continue // a link for the user to click
			}
			add(f)
		}
	}
	if in.Size <= 256<<10 && class != classWeb && text {
		b := in.Bytes(0, 256<<10)
		configEndpoints(b, isProgramText(in.Path) || isInterpreted(b), add)
		listed := func(f endpointFact) bool { return f.url == "" && (f.purpose == "" || f.purpose == "website") }
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
	services := map[string]bool{}
	for _, f := range out.endpoints {
		if f.purpose == "ddns" {
			service, _ := dynamicDNS(f.host)
			services[service] = true
		}
	}
	if len(services) > ddnsTable {
		out.endpoints = slices.DeleteFunc(out.endpoints, func(f endpointFact) bool { return f.purpose == "ddns" })
	}
	return nil
}

// isMedia reports whether first bytes are those of a picture, sound, font or
// document, whose metadata hold namespaces and home pages.
func isMedia(head []byte) bool {
	for _, m := range mediaMagic {
		if bytes.HasPrefix(head, []byte(m)) {
			return true
		}
	}
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("\x99\x01")) || bytes.HasPrefix(head, []byte("\x99\x02")) || bytes.HasPrefix(head, []byte("II*\x00")) || bytes.HasPrefix(head, []byte("\x30\x82"))
}

// linkWords stand before a link that is for people: help, a report of bugs, a
// licence, a name in XML. In the order of use, lower case.
var linkWords = []string{
	"see ", "visit ", "home page", "homepage", "home-page", "website", "web site", "bugs to", "bug report", "report bugs", "information", "documentation", "document", "manual", "refer to", "described", "read ", "copyright", "licen", "warranty", "faq", "help", "upstream", "author",
	"xmlns", "doctype", "schemalocation", "namespace", "<link", "@see", "rel=", "generator", "powered by", "based on", "originally", "from:", "written by", "project", "e.g", "for example", "example",
}

// linkKeys are keys of settings whose value is a link for people.
var linkKeys = []string{"documentation", "homepage", "home_url", "support_url", "bug_report_url", "privacy_policy_url", "vcs-browser", "distrib_url", "manufacturer_url", "manufacturerurl", "modelurl", "model_url", "presentationurl", "device_manufacturer_url", "vendor_url"}

// isReferenceLink reports whether a URL is a link for people: the words before
// it say so, the line is a comment, or it leads to a page.
func isReferenceLink(in *Input, f endpointFact, text bool) bool {
	path := strings.ToLower(f.url)
	page := f.purpose != "update"
	for _, s := range []string{".html", ".htm", ".txt", ".pdf", ".xhtml", ".md"} {
		if strings.HasSuffix(path, s) && page {
			return true
		}
	}
	before := lineBefore(in, f.offset)
	trimmed := strings.TrimSpace(before)
	if text {
		if isComment(before) {
			return true
		}
		key := strings.Trim(strings.TrimRight(trimmed, "=: \"'"), "\"' ")
		for _, k := range linkKeys {
			if strings.HasSuffix(key, k) {
				return true
			}
		}
	}
	if strings.HasSuffix(trimmed, "<") && !strings.Contains(trimmed, "url") || strings.HasSuffix(trimmed, "(") && len(trimmed) > 8 {
		return true // "Acme <http://...>"
	}
	switch f.purpose {
	case "update", "mqtt", "ntp", "management":
		return false
	}
	if len(before) > 80 {
		before = before[len(before)-80:]
	}
	for _, w := range linkWords {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

// lineBefore is what stands before a place in its line, in a program in its text,
// in lower case.
func lineBefore(in *Input, offset int64) string {
	lo := max(0, offset-256)
	b := in.Bytes(lo, int(offset-lo))
	// In a program a text ends at a zero byte, in a file at a line.
	if i := bytes.LastIndexAny(b, "\x00\n"); i >= 0 {
		b = b[i+1:]
	}
	return strings.ToLower(string(b))
}

// inComment reports whether a place of a text is in a comment.
func inComment(in *Input, offset int64) bool { return isComment(lineBefore(in, offset)) }

// isComment reports whether a line that begins so is a comment where it ends.
func isComment(before string) bool {
	trimmed := strings.TrimSpace(before)
	for _, c := range []string{"#", "//", "*", ";", "--", "<!--", "/*", "'", "%", "rem ", "!"} {
		if strings.HasPrefix(trimmed, c) {
			return true
		}
	}
	return strings.Contains(before, " # ") || strings.Contains(before, "\t# ") || strings.Contains(before, " // ") || strings.Contains(before, "/* ") || strings.Contains(before, "<!--")
}

func isHostByte(c byte) bool { return isDomainByte(c) }

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
			rest = rest[j+1:] // login and password are nobody's business
			url = url[:n] + rest
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
		if !knownHost(host, true) && !publicAddress(host) {
			return endpointFact{}, false
		}
		return endpointFact{host, url, purposeOf(host, scheme, url, ""), m.Offset, len(url)}, true
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
		return endpointFact{host: host, purpose: purposeOf(host, "", "", ""), offset: m.Offset + int64(len(hostHeader)), length: end}, true
	}
	// A bare name that ends here.
	lo := max(0, m.Offset-around)
	b := in.Bytes(lo, int(m.Offset-lo)+len(m.Text)+8)
	end := int(m.Offset-lo) + len(strings.TrimRight(m.Text, "\x00:/"))
	if end > len(b) {
		return endpointFact{}, false
	}
	start := int(m.Offset - lo)
	for start > 0 && isHostByte(b[start-1]) {
		start--
	}
	if start > 0 {
		switch c := b[start-1]; {
		case c == 0, c == '\n', c == ' ', c == '"', c == '\'', c == '=', c == ',', c == '(', c == '\t':
		default:
			return endpointFact{}, false // part of a URL, an address, a path
		}
	}
	host := strings.ToLower(string(b[start:end]))
	if !knownHost(host, in.isELF()) {
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

// configEndpoints reads the host names and name servers in configuration. In the
// text of a program only quoted words count: "self.cfg.de" is no host there.
func configEndpoints(b []byte, program bool, add func(endpointFact)) {
	for at := 0; at < len(b); {
		n := bytes.IndexByte(b[at:min(len(b), at+2048)], '\n')
		if n < 0 {
			n = min(len(b)-at, 2048)
		}
		raw := b[at : at+n]
		trimmed := bytes.TrimSpace(raw)
		// Without a dot there is no host, and most lines have none.
		if len(trimmed) > 0 && trimmed[0] != '#' && trimmed[0] != ';' && !bytes.HasPrefix(trimmed, []byte("//")) && !bytes.HasPrefix(trimmed, []byte("* ")) && !bytes.HasPrefix(trimmed, []byte("/*")) && (bytes.IndexByte(trimmed, '.') >= 0 || bytes.Contains(trimmed, []byte("::"))) {
			// Nor has a line with one a host as a rule, so it is copied when a
			// word of it may be one.
			var line, lower string
			resolver := false
			copied := func() {
				if line != "" {
					return
				}
				line, lower = string(raw), strings.ToLower(string(trimmed))
				resolver = strings.Contains(lower, "nameserver") || strings.Contains(lower, "dns") || strings.Contains(lower, "resolver")
			}
			if bytes.Contains(raw, []byte("::")) {
				if copied(); resolver {
					addressesIn(line, int64(at), add)
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
				word := strings.ToLower(strings.Trim(line[i:j], ".-"))
				before, after := byte(' '), byte(' ')
				if i > 0 {
					before = line[i-1]
				}
				if j < len(line) {
					after = line[j]
				}
				switch {
				case before == '@' || before == '_' || after == '_' || before == '$' || before == '%' || before == '\\' || after == '(' || after == '@':
				case after == '=': // the name of a setting: "set luci.languages.de=Deutsch"
				case strings.Contains(lower, "255.255."): // the label of a network
				case strings.Contains(lower, "cgdcont"): // an access point's name: 3GPP TS 27.007, 10.1.1
				case program && (before != '"' && before != '\'' || after != before):
				case before == '/' && (i < 3 || line[i-2] != '/'):
				case i > 2 && strings.HasSuffix(line[:i], "://"): // a mark found it
				case !standsForHost(word, lower, program): // "on: net.net", require "util.net"
				case knownHost(word, false):
					add(endpointFact{host: word, purpose: purposeOf(word, "", "", lower), offset: int64(at + i), length: j - i})
				case dots >= 3 && resolver && publicAddress(word):
					add(endpointFact{host: word, purpose: "dns", offset: int64(at + i), length: j - i})
				}
				i = j
			}
		}
		at += n + 1
	}
}

// standsForHost reports whether a bare word can be a host in its line. Names of
// parts of programs have dots too, and some end as hosts do: with ".net" a word
// of two parts is one only in a line that speaks of hosts, in a program never.
// Shells compare "x$name" with "xdebian.org".
func standsForHost(word, line string, program bool) bool {
	if rest, ok := strings.CutPrefix(word, "x"); ok && strings.Contains(line, "x$") && purposeOf(rest, "", "", "") == purposeIgnored {
		return false
	}
	if strings.Count(word, ".") != 1 || !strings.HasSuffix(word, ".net") && !strings.HasSuffix(word, ".cloud") {
		return true
	}
	if program {
		return false
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

// endpoints turns what files name into services of the document. Only the
// device's own files count, and its configuration whoever shipped it.
func (j *joiner) endpoints() {
	type svc struct {
		s     sbom.Service
		calls []*part
	}
	byHost := map[string]*svc{}
	var order []*svc
	unlisted := 0
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if len(r.endpoints) == 0 || silent(f) || isFixture(f.path()) {
			return
		}
		if isBytecode(f.path()) && j.hasSource(f.path()) {
			return // the text says it, and which of its words are comments
		}
		own := j.own(i)
		config := f.class == classText // only time and name servers of it
		if !own && !config || len(r.endpoints) >= maxEndpoints && r.elf == nil {
			return // a table of hosts is nobody's data path
		}
		choice := offersChoice(r.endpoints, r.elf == nil)
		for _, e := range r.endpoints {
			if !own && !isInfrastructure(e.purpose) {
				continue
			}
			if choice && !isInfrastructure(e.purpose) {
				e.purpose = sbom.Choice
			}
			s := byHost[e.host]
			if s == nil {
				if len(order) >= 2000 {
					continue
				}
				s = &svc{s: sbom.Service{Ref: "service:" + e.host, Name: e.host}}
				byHost[e.host] = s
				order = append(order, s)
			}
			switch known := len(s.s.Evidence) > 0; {
			case e.purpose == sbom.Choice && known:
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
		if _, err := netip.ParseAddr(s.s.Name); err == nil {
			if who := resolvers[s.s.Name]; who != "" {
				s.s.Claims = []sbom.Claim{{Kind: sbom.OrgName, Value: who, Role: sbom.Operator, By: sbom.ByBytes, Evidence: stripFields(s.s.Evidence[:1])}}
			}
		} else {
			s.s.Claims = []sbom.Claim{{Kind: sbom.Host, Value: s.s.Name, Role: sbom.Operator, By: sbom.ByBytes, Evidence: stripFields(s.s.Evidence[:1])}}
		}
		j.doc.Services = append(j.doc.Services, s.s)
		for _, p := range s.calls {
			j.calls = append(j.calls, call{p, s.s.Ref})
		}
	}
	sortServices(j.doc.Services)
	if unlisted > 0 {
		j.s.problem(sbom.Problem{Kind: "places-not-listed", Severity: sbom.ProblemWarning,
			Message: fmt.Sprintf("%d more places of services, beyond %d of one, are counted and not listed", unlisted, maxServicePlaces)})
	}
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

const maxServicePlaces = 1000

// A call is a component that names a service.
type call struct {
	from *part
	to   string
}

func rankPurpose(p string) int {
	switch p {
	case "":
		return 0
	case "website":
		return 1
	case "cloud":
		return 2
	}
	return 3
}
