package sbom

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// parseAgent reads the ways in which documents write one party in a string:
// "Organization: X (mail)" of SPDX, with or without its prefix, and "Name
// <mail>". ok is false where it names nobody: empty, NOASSERTION, NONE.
func parseAgent(s string) (p Party, ok bool) {
	s = strings.TrimSpace(s)
	if isNobody(s) {
		return Party{}, false
	}
	// A prefix may stand twice. "Organization: Person: X" says both, and then
	// it is a person's: nobody is taken for an organization in doubt.
	for {
		prefix, rest, found := strings.Cut(s, ":")
		kind, ok := agentKind(prefix)
		if !found || !ok {
			break
		}
		if p.Kind != Person {
			p.Kind = kind
		}
		s = strings.TrimSpace(rest)
	}
	s, link := splitLink(s)
	if link != "" {
		p.URLs = append(p.URLs, link)
	}
	p.Name, p.Mails = splitMail(s)
	if isNobody(p.Name) {
		p.Name = ""
	}
	return p, p.Name != "" || len(p.Mails) > 0
}

// agentKind returns the kind of party that a prefix names.
func agentKind(prefix string) (PartyKind, bool) {
	switch prefix = strings.TrimSpace(prefix); {
	case strings.EqualFold(prefix, "organization"), strings.EqualFold(prefix, "organisation"):
		return Organization, true
	case strings.EqualFold(prefix, "person"):
		return Person, true
	case strings.EqualFold(prefix, "tool"):
		return Tool, true
	}
	return UnknownParty, false
}

// splitLink takes a link in brackets off the end, as npm's authors have it:
// "Name <mail> (url)". Without a scheme it is one only behind a mail address:
// "Acme (U.S.)" is a name.
func splitLink(s string) (rest, link string) {
	s = strings.TrimSpace(s)
	i := strings.LastIndexByte(s, '(')
	if i < 0 || !strings.HasSuffix(s, ")") {
		return s, ""
	}
	rest, link = strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:len(s)-1])
	if strings.ContainsAny(link, " \t@") || !strings.Contains(link, "://") && !(strings.Contains(rest, "@") && hostOf(link) != "") {
		return s, ""
	}
	return rest, link
}

// splitMail takes mail addresses in brackets, or alone, off a name.
func splitMail(s string) (name string, mails []string) {
	s = trimName(s)
	for {
		var open byte
		switch {
		case strings.HasSuffix(s, ")"):
			open = '('
		case strings.HasSuffix(s, ">"):
			open = '<'
		default:
			if mailDomain(s) != "" && !strings.ContainsAny(s, " \t") {
				return "", append(mails, s)
			}
			// "Name <mail>, Name <mail>" and a bracket that was never closed.
			if i := strings.IndexByte(s, '<'); i >= 0 {
				mail, _, _ := strings.Cut(s[i+1:], ">")
				mail = trimName(mail)
				if mailDomain(mail) != "" {
					return trimName(s[:i]), append(mails, mail)
				}
			}
			return s, mails
		}
		i := strings.LastIndexByte(s, open)
		if i < 0 {
			return s, mails
		}
		in := strings.TrimSpace(s[i+1 : len(s)-1])
		switch {
		case mailDomain(in) != "":
			mails = append(mails, in)
		case in != "" && !isNobody(in):
			return s, mails // part of the name, as in "Acme (UK)"
		}
		s = trimName(s[:i])
	}
}

// trimName takes off what separates a name from its neighbours in a list.
func trimName(s string) string { return strings.Trim(s, " \t\r\n,;") }

// isNobody reports a value that stands for none: NOASSERTION, NONE and what
// people write instead.
func isNobody(s string) bool {
	if len(s) > 24 {
		return false
	}
	s = strings.Trim(s, " \t.()<>[]")
	if s == "" {
		return true
	}
	// It is asked of nearly every text of a document, so it makes no string.
	var lower [24]byte
	n := copy(lower[:], s)
	for i, c := range lower[:n] {
		switch {
		case c >= 'A' && c <= 'Z':
			lower[i] = c | 0x20
		case c >= 0x80:
			return isNobodyWord(strings.ToLower(s))
		}
	}
	return isNobodyWord(string(lower[:n]))
}

func isNobodyWord(lower string) bool {
	switch lower {
	case "", "noassertion", "none", "unknown", "n/a", "na", "null", "nil", "undefined", "not specified",
		"organization:", "person:", "tbd", "no assertion", "not available":
		return true
	}
	return false
}

// isTemplate reports the name of a party that is of a template that nobody
// filled in. It is asked of every name, so that most end at their first letter.
func isTemplate(s string) bool {
	s = trimName(s)
	if len(s) < 3 || len(s) > 80 {
		return false
	}
	if isUnfilled(s) || hasFoldSuffix(s, "placeholder") {
		return true
	}
	switch s[0] | 0x20 {
	case 'a', 'c', 'e', 'f', 'i', 'm', 'o', 'p', 'r', 's', 't', 'v', 'x', 'y':
	default:
		return false
	}
	if !slices.ContainsFunc(templateStarts, func(p string) bool { return len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) }) {
		return false
	}
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) })
	if len(words) == 0 {
		return false
	}
	if slices.Contains([]string{"todo", "fixme", "changeme", "xxx", "placeholder"}, words[0]) {
		return true
	}
	rest := words[1:]
	switch words[0] {
	case "change", "fill":
		return len(rest) > 0 && (rest[0] == "me" || rest[0] == "in")
	case "insert", "enter", "replace":
		return slices.ContainsFunc(rest, func(w string) bool { return partyWords[w] || w == "name" || w == "here" || w == "me" })
	case "your", "my":
		return len(rest) > 0 && partyWords[rest[0]]
	}
	if !partyWords[words[0]] {
		return false
	}
	// "Supplier", "Company Name", "supplier name here".
	return len(rest) == 0 || rest[0] == "name" && (len(rest) == 1 || rest[1] == "here") || len(rest) == 1 && rest[0] == "here"
}

// templateStarts are the beginnings of texts that isTemplate looks at closer.
var templateStarts = []string{"todo", "fixme", "change", "xxx", "placeholder", "fill", "insert", "enter", "replace", "your", "my",
	"company", "organi", "supplier", "vendor", "manufacturer", "publisher", "author"}

// partyWords are what templates call a party.
var partyWords = map[string]bool{"company": true, "organization": true, "organisation": true, "org": true, "supplier": true, "vendor": true,
	"manufacturer": true, "publisher": true, "author": true}

// isUnfilled reports a text with the marks of a template, which no name has.
func isUnfilled(s string) bool {
	if len(s) < 3 {
		return false
	}
	last := s[len(s)-1]
	switch s[0] {
	case '$':
		return s[1] == '{' && last == '}'
	case '{':
		return s[1] == '{' && last == '}'
	case '<':
		return last == '>' && !strings.Contains(s, "@")
	case '[':
		return last == ']'
	case 'T', 't', 'F', 'f':
		return len(s) > 5 && (strings.EqualFold(s[:5], "todo:") || len(s) > 6 && strings.EqualFold(s[:6], "fixme:"))
	}
	return false
}

func hasFoldSuffix(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// An unfilled name is told once, with how often it occurs.
type unfilled struct {
	text, place string
	n           int
	claim       bool // it would have made a claim
}

// maxUnfilled is how many different ones are told.
const maxUnfilled = 50

// unfilledAt counts a name that was never filled in.
func (b *builder) unfilledAt(s string, at value, claim bool) {
	i, ok := b.unfilledBy[s]
	if !ok {
		if len(b.unfilled) == maxUnfilled {
			b.unfilledMore++
			return
		}
		if b.unfilledBy == nil {
			b.unfilledBy = map[string]int{}
		}
		i = len(b.unfilled)
		b.unfilledBy[s] = i
		b.unfilled = append(b.unfilled, unfilled{text: s, place: at.pointer(), claim: claim})
	}
	b.unfilled[i].n++
}

// tellUnfilled makes the problems of names that were never filled in.
func (b *builder) tellUnfilled() {
	for _, u := range b.unfilled {
		times, effect := "", "it stays as it is"
		if u.n > 1 {
			times = fmt.Sprintf(", here and at %d more places", u.n-1)
		}
		if u.claim {
			effect = "it makes no claim"
		}
		b.problem("template", ProblemWarning, u.place, "%q was never filled in%s; %s", clip(u.text), times, effect)
	}
	if b.unfilledMore > 0 {
		b.problem("template", ProblemWarning, "", "%d more names that were never filled in; they make no claim", b.unfilledMore)
	}
}

// isFiller reports a word that people write where they know no name. That a
// document asserts nothing (NOASSERTION, NONE) is a statement of SPDX.
func isFiller(s string) bool {
	s = strings.TrimSpace(s)
	return s != "" && isNobody(s) && !strings.EqualFold(s, "NOASSERTION") && !strings.EqualFold(s, "NONE") && !strings.HasSuffix(s, ":")
}

// mailDomain returns the part after "@" of an address in lower case, or
// nothing where s is no address.
func mailDomain(s string) string {
	s = strings.Trim(strings.TrimSpace(s), "<>()")
	s = strings.TrimPrefix(s, "mailto:")
	i := strings.LastIndexByte(s, '@')
	if i <= 0 || strings.ContainsAny(s, " \t/") {
		return ""
	}
	d := strings.ToLower(strings.TrimSuffix(s[i+1:], "."))
	if !isHostName(d) {
		return ""
	}
	return d
}

// isHostName reports a name of at least two labels, in ASCII or as an
// internationalized name.
func isHostName(s string) bool {
	if len(s) > 253 || !strings.Contains(s, ".") || strings.HasPrefix(s, ".") ||
		strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-' {
			if i == len(s)-1 {
				return true
			}
			continue
		}
		break
	}
	for _, r := range s {
		if r == '.' || r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			continue
		}
		return false
	}
	return true
}

// hostOf returns the host name of a URL, a "git@host:path" address or a bare
// host name, in lower case, or nothing where there is none. An IP address is no
// host name.
func hostOf(s string) string {
	if host := plainHost(s); host != "" {
		return host
	}
	return anyHost(s)
}

func anyHost(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || isNobody(s) {
		return ""
	}
	var host string
	switch {
	case strings.Contains(s, "://"):
		_, rest, _ := strings.Cut(s, "://")
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			rest = rest[:i]
		}
		if i := strings.LastIndexByte(rest, '@'); i >= 0 {
			rest = rest[i+1:]
		}
		host = rest
	case strings.HasPrefix(s, "git@"), strings.HasPrefix(s, "git+ssh:"), strings.HasPrefix(s, "scm:git:git@"):
		_, rest, _ := strings.Cut(s, "@")
		if i := strings.IndexAny(rest, ":/"); i >= 0 {
			rest = rest[:i]
		}
		host = rest
	case strings.HasPrefix(s, "//"):
		if u, err := url.Parse(s); err == nil {
			host = u.Host
		}
	default:
		host = s
		if i := strings.IndexAny(host, "/?#"); i >= 0 {
			host = host[:i]
		}
		if !strings.Contains(host, ".") {
			return ""
		}
	}
	if strings.HasPrefix(host, "[") {
		return ""
	}
	if i := strings.IndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if !isHostName(host) {
		return ""
	}
	if c := host[len(host)-1]; c >= '0' && c <= '9' {
		if _, err := netip.ParseAddr(host); err == nil {
			return ""
		}
	}
	return host
}

// plainHost returns the host name of a URL that begins with a scheme and a name
// in lower case that is one beyond doubt, as most do.
func plainHost(s string) string {
	start := strings.Index(s, "://") + len("://")
	if start < len("://") || s[0] <= ' ' {
		return ""
	}
	i, dot := start, start // the dot before the last label, or where the first begins
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-':
			continue
		case c == '.':
			if i == dot || s[i-1] == '.' {
				return ""
			}
			dot = i
			continue
		case c != '/':
			return ""
		}
		break
	}
	host := s[start:i]
	// The last label begins with a letter, so that it is no part of an address.
	if dot == start || dot+1 >= i || s[dot+1] < 'a' || len(host) > 253 {
		return ""
	}
	return host
}

// orgWords are words of a name that no person bears.
var orgWords = map[string]bool{
	"ab": true, "ag": true, "aps": true, "as": true, "asa": true, "association": true, "authors": true,
	"bv": true, "b.v": true, "co": true, "collective": true, "committee": true, "community": true,
	"company": true, "consortium": true, "contributors": true, "corp": true, "corporation": true,
	"developers": true, "developer": true, "development": true, "electronics": true, "e.v": true,
	"foundation": true, "gbr": true, "gmbh": true, "group": true, "inc": true, "industries": true,
	"initiative": true, "institute": true, "international": true, "kft": true, "kg": true, "kk": true,
	"lab": true, "labs": true, "laboratories": true, "laboratory": true, "limited": true, "llc": true,
	"llp": true, "ltd": true, "ltda": true, "maintainers": true, "maintainer": true, "media": true,
	"microsystems": true, "mbh": true, "network": true, "networks": true, "nv": true, "n.v": true, "oss": true,
	"ooo": true, "org": true, "organization": true, "oy": true, "oyj": true, "packagers": true, "plc": true,
	"project": true, "pte": true, "pty": true, "sa": true, "s.a": true, "sas": true, "sarl": true,
	"se": true, "security": true, "semiconductor": true, "semiconductors": true, "sl": true, "s.l": true,
	"software": true, "solutions": true, "sp": true, "spa": true, "s.p.a": true, "srl": true, "s.r.l": true,
	"systems": true, "team": true, "technologies": true, "technology": true, "the": true, "university": true,
	"union": true, "working": true, "works": true,
}

// hasOrgWord reports a name with a legal form or another word of
// organizations.
func hasOrgWord(name string) bool {
	for _, w := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return r == ' ' || r == ',' || r == '(' || r == ')' || r == '/' || r == '-'
	}) {
		if orgWords[strings.TrimSuffix(w, ".")] {
			return true
		}
	}
	for _, r := range name {
		// Scripts whose names of companies have no Latin legal form.
		if unicode.In(r, unicode.Han, unicode.Hangul, unicode.Katakana, unicode.Hiragana) {
			for _, form := range []string{"公司", "株式会社", "集团", "集團", "科技", "有限", "주식회사"} {
				if strings.Contains(name, form) {
					return true
				}
			}
			return false
		}
	}
	return false
}

// looksPersonal reports an unqualified name that is probably a natural
// person's: it then makes no claim by name. It errs on that side where the
// field is one that mostly names persons (authored) or where the mail address
// is made of the name.
func looksPersonal(name string, mails []string, authored bool) bool {
	if name == "" || hasOrgWord(name) {
		return false
	}
	words := strings.Fields(name)
	if authored && len(words) == 1 && name == strings.ToLower(name) && !strings.Contains(name, ".") {
		return true // an account's name
	}
	if strings.ContainsAny(name, "0123456789") {
		return false
	}
	for _, m := range mails {
		local, domain, _ := strings.Cut(strings.ToLower(m), "@")
		for _, w := range words {
			w = strings.ToLower(strings.Trim(w, ".,'\""))
			if len(w) < 3 || !strings.Contains(local, w) && !strings.Contains(w, local) {
				continue
			}
			// info@acme.example of Acme is the organization's own.
			if !strings.Contains(domain, w) {
				return true
			}
		}
	}
	if authored || len(mails) > 0 {
		return len(words) >= 2
	}
	return false
}
