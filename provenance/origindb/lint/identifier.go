package lint

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
	"golang.org/x/net/publicsuffix"
)

// identifierForms are the normal forms of values, by kind. Kinds that are not
// here have checks of their own.
var identifierForms = sync.OnceValue(func() map[sbom.ClaimKind]identifierForm {
	host := identifierForm{regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)+([a-z]{2,}|xn--[a-z0-9-]+)$`), "a host name, lower case, in ASCII"}
	return map[sbom.ClaimKind]identifierForm{
		sbom.USB:           {regexp.MustCompile(`^[0-9a-f]{4}$`), "four lower-case hexadecimal digits"},
		sbom.PCI:           {regexp.MustCompile(`^[0-9a-f]{4}$`), "four lower-case hexadecimal digits"},
		sbom.Bluetooth:     {regexp.MustCompile(`^[0-9a-f]{4}$`), "four lower-case hexadecimal digits"},
		sbom.Zigbee:        {regexp.MustCompile(`^[0-9a-f]{4}$`), "four lower-case hexadecimal digits"},
		sbom.OUI:           {regexp.MustCompile(`^([0-9A-F]{6}|[0-9A-F]{7}|[0-9A-F]{9})$`), "6, 7 or 9 upper-case hexadecimal digits"},
		sbom.JEDEC:         {regexp.MustCompile(`^[1-9][0-9]?:[0-9a-f]{2}$`), `bank and id as "6:2e"`},
		sbom.DTPrefix:      {regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`), "the prefix without a comma"},
		sbom.AndroidPrefix: {regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$`), "two or more labels, lower case"},
		sbom.CPE:           {regexp.MustCompile(`^[^\s:*?\\]+(:[^\s:*?\\]+)?$`), `the vendor field, or "vendor:product"`},
		sbom.Domain:        host,
		sbom.MailDomain:    host,
		// Package names of distributions.
		provenance.PackageName: {regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]*$`), "the name of a package, lower case"},
	}
})

type identifierForm struct {
	form *regexp.Regexp
	want string
}

func (s *sourced) identifiers(ids []provenance.Identifier) {
	for i, id := range ids {
		p := s.sub("identifiers/%d", i)
		s.statement(p, id.Statement)
		p.period(id.From, id.To)
		if id.Retracted != nil {
			continue
		}
		p.value(id)
		for _, f := range []struct {
			name string
			set  bool
			kind sbom.ClaimKind
		}{{"corporate_mail", id.CorporateMail, sbom.Domain}, {"verified", id.Verified, sbom.PURL},
			{"fold", id.Fold, sbom.LiteralMark}, {"word", id.Word, sbom.LiteralMark}} {
			if f.set && id.Kind != f.kind {
				p.error("identifier", "%s applies to kind %s, not %s", f.name, f.kind, id.Kind)
			}
		}
		s.identifierSources(p, id)
	}
}

// value checks the normal form of an identifier and that it can be one
// party's.
func (a at) value(id provenance.Identifier) {
	p := a.sub("value")
	key := provenance.Key(id.Kind, id.Value)
	if key == "" {
		p.error("identifier", "%q identifies nobody once it is folded", id.Value)
		return
	}
	if again := provenance.Key(id.Kind, key); again != key {
		p.error("identifier", "%q has no stable normal form: %q, then %q", id.Value, key, again)
	}
	if f, ok := identifierForms()[id.Kind]; ok && !f.form.MatchString(id.Value) {
		p.error("identifier", "%q: want %s", id.Value, f.want)
		return
	}
	switch id.Kind {
	case sbom.PURL:
		p.purl(id.Value, key)
	case sbom.Domain, sbom.MailDomain:
		p.domain(id)
	case sbom.LEI:
		if !leiChecks(id.Value) {
			p.error("identifier", "%q is not a legal entity identifier: 20 upper-case letters and digits whose check digits hold", id.Value)
		}
	case sbom.LiteralMark:
		p.literal(id)
	case sbom.CertOrg:
		if strings.TrimSpace(id.Value) != id.Value {
			p.error("identifier", "space around the text")
		}
	default:
		if key != id.Value {
			p.error("identifier", "%q is not in normal form: want %q", id.Value, key)
		}
	}
}

// codeHosts are the hosts in package URLs of golang below which the next label
// is the owner.
var codeHosts = map[string]bool{"github.com": true, "gitlab.com": true, "bitbucket.org": true, "gitee.com": true,
	"codeberg.org": true, "sourceforge.net": true, "git.sr.ht": true, "launchpad.net": true, "code.google.com": true,
	"gopkg.in": true, "golang.org/x": false}

// sharedGroups are Maven groups that many parties publish under.
var sharedGroups = map[string]bool{"com.github": true, "io.github": true, "com.gitlab": true, "io.gitlab": true,
	"com.gitee": true, "io.gitee": true, "com.bitbucket": true, "org.bitbucket": true, "net.sf": true,
	"net.sourceforge": true, "org.sourceforge": true, "com.googlecode": true, "org.webjars": true, "org.webjars.npm": true,
	"com": true, "org": true, "net": true, "io": true, "de": true, "cn": true, "ru": true, "co": true, "me": true, "dev": true}

func (a at) purl(value, key string) {
	rest, ok := strings.CutPrefix(value, "pkg:")
	if !ok {
		a.error("identifier", "%q does not start with pkg:", value)
		return
	}
	plain, err := url.PathUnescape(rest)
	if err != nil {
		a.error("identifier", "%q: %v", value, err)
		return
	}
	if plain != key {
		a.error("identifier", "%q is not in normal form: want pkg:%s", value, strings.ReplaceAll(key, "@", "%40"))
		return
	}
	if strings.Contains(rest, "@") {
		a.error("identifier", "%q: write the @ of a scope as %%40; a version is no part of an identifier", value)
	}
	parts := strings.Split(key, "/")
	switch {
	case len(parts) < 2 || parts[1] == "":
		a.error("shared-mark", "%q is a whole registry", value)
	case parts[0] == "golang" && codeHosts[parts[1]] && len(parts) < 3:
		a.error("shared-mark", "%q is a host of many parties", value)
	case parts[0] == "maven" && sharedGroups[parts[1]]:
		a.error("shared-mark", "%q is a group of many parties", value)
	case parts[0] == "golang" && !strings.Contains(parts[1], "."):
		a.error("identifier", "%q: a Go module path starts with a domain", value)
	}
}

func (a at) domain(id provenance.Identifier) {
	value := id.Value
	for _, shared := range provenance.SharedHosts() {
		if value == shared || strings.HasSuffix(value, "."+shared) {
			// Who runs a host of other people's work may be recorded as its
			// operator, and as nothing else.
			if id.Role != sbom.Operator {
				a.error("shared-mark", "%q is at the shared host %s: a claim of it points to nobody, unless as role operator", value, shared)
			}
			return
		}
	}
	if suffix, icann := publicsuffix.PublicSuffix(value); suffix == value {
		who := "the names below it belong to many parties"
		if icann {
			who = "it is a suffix of a registry of domains"
		}
		a.error("shared-mark", "%q is a public suffix: %s", value, who)
	}
}

func (a at) literal(id provenance.Identifier) {
	text := id.Value
	if strings.TrimSpace(text) == "" {
		return
	}
	for _, r := range text {
		if r == utf8.RuneError || unicode.IsControl(r) {
			a.error("literal", "%q holds a character that cannot be printed", text)
			break
		}
	}
	if n := len(text); n < 4 || n < 5 && !id.Word {
		a.error("literal", "%q is %d bytes: shorter than 5 (4 as a whole word) matches by chance", text, n)
	}
	if id.Role == 0 {
		a.error("literal", "a literal needs the role that it speaks for")
	}
	// Code in a library or an SDK runs in devices of many makers: only text
	// that the maker put on the device itself speaks for a device's roles.
	if strings.Contains(text, "://") {
		a.warn("literal", "%q is a URL: use kind domain", text)
	}
}

var leiForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Z]{18}[0-9]{2}$`) })

// leiChecks verifies the check digits of ISO 17442 (ISO 7064 MOD 97-10).
func leiChecks(lei string) bool {
	if !leiForm().MatchString(lei) {
		return false
	}
	rem := 0
	for _, c := range lei {
		if c >= 'A' {
			rem = (rem*100 + int(c-'A') + 10) % 97
		} else {
			rem = (rem*10 + int(c-'0')) % 97
		}
	}
	return rem == 1
}
