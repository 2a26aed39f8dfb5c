package provenance

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/touchmark-dev/touchmark/sbom"
	"golang.org/x/text/unicode/norm"
)

// Key returns the normal form in which a claim or identifier of a kind is
// looked up. Two values with the same key are the same mark. It is empty for a
// value that can identify nobody (an empty name, "NOASSERTION").
//
// Names of organizations ([sbom.OrgName], [sbom.CertOrg], [sbom.ModuleAuthor])
// are folded: Unicode compatibility forms, case, diacritics of Latin letters,
// punctuation, "the", and the legal forms of companies in the languages of
// [legalForms] do not count. A package URL loses version, qualifiers, subpath,
// percent-encoding and case: "pkg:npm/%40angular/core@17" has the key
// "npm/@angular/core". Host names lose case, port and the final dot.
func Key(kind sbom.ClaimKind, value string) string {
	value = strings.TrimSpace(value)
	switch kind {
	case sbom.OrgName, sbom.CertOrg, sbom.ModuleAuthor:
		return foldName(value)
	case sbom.PURL:
		return purlKey(value)
	case sbom.CPE:
		return strings.ToLower(strings.ReplaceAll(value, `\`, ""))
	case sbom.Domain, sbom.MailDomain, sbom.Host:
		return hostKey(value)
	case sbom.OUI:
		return strings.ToUpper(ouiSpelling.Replace(value))
	case sbom.LEI:
		return strings.ToUpper(value)
	case sbom.LiteralMark:
		return value
	case PackageName:
		return packageKey(value)
	}
	return strings.ToLower(value)
}

// packageKey folds the spelling of package names that distributions vary:
// case, and "_" for "-".
func packageKey(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "_", "-")
}

func hostKey(host string) string {
	if isPlainHost(host) {
		return host
	}
	edge := func(r rune) bool { return r == '.' || unicode.IsSpace(r) }
	host = strings.TrimFunc(strings.ToLower(host), edge)
	if h, port, ok := strings.Cut(host, ":"); ok && strings.Trim(port, "0123456789") == "" {
		host = strings.TrimFunc(h, edge)
	}
	if strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "" // not a host name
	}
	return host
}

// isPlainHost reports a host name that is its own key beyond doubt, with or
// without a path.
func isPlainHost(host string) bool {
	for i := 0; i < len(host); i++ {
		if c := host[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '/' && c != '_' && (c != '.' || i == 0 || i == len(host)-1) {
			return false
		}
	}
	return true
}

// purlKey returns type/namespace/name of a package URL or of a prefix of one.
func purlKey(p string) string {
	p = strings.TrimPrefix(p, "pkg:")
	p = strings.TrimLeft(p, "/")
	at, slash, escaped, lower := 0, 0, false, true
look:
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c >= 'a' && c <= 'z':
		case c == '#' || c == '?':
			p = p[:i]
			break look
		case c == '@':
			at = i
		case c == '/':
			slash = i
		case c == '%':
			escaped, lower = true, false
		case c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf:
			lower = false
		}
	}
	// A version starts at the last "@" that does not begin a segment: npm
	// scopes are often left unencoded.
	if at > slash && p[at-1] != '/' {
		p = p[:at]
	}
	if escaped {
		if u, err := url.PathUnescape(p); err == nil {
			p = u
		}
	}
	p = strings.TrimRight(p, "/")
	if !lower {
		p = strings.ToLower(p)
	}
	if typ, rest, ok := strings.Cut(p, "/"); ok {
		if now := typeSince(typ); now != "" {
			p = now + strings.TrimPrefix(rest, typ+"/")
		}
	}
	// The name of an npm package holds no slash, so that what stands before one
	// is a scope, though some tools leave its "@" out.
	if rest, ok := strings.CutPrefix(p, "npm/"); ok && strings.Count(rest, "/") == 1 && rest[0] != '@' {
		p = "npm/@" + rest
	}
	if rest, ok := strings.CutPrefix(p, "pypi/"); ok {
		p = "pypi/" + pypiSpelling.Replace(rest)
	}
	// crates.io takes "-" and "_" for the same letter when a name is registered.
	if strings.HasPrefix(p, "cargo/") {
		p = strings.ReplaceAll(p, "_", "-")
	}
	return p
}

// typeSince returns the type and namespace of packages for which tools wrote
// another type before the package URL specification had one for their format: its
// list of candidates names alpine, arch and openwrt.
func typeSince(former string) string {
	switch former {
	case "alpine":
		return "apk/alpine/"
	case "arch":
		return "alpm/arch/"
	case "openwrt":
		return "opkg/openwrt/"
	}
	return ""
}

// Spellings that count as one; a Replacer is safe for concurrent use.
var (
	pypiSpelling = strings.NewReplacer("_", "-", ".", "-")
	apostrophes  = strings.NewReplacer("'", "", "’", "")
	ouiSpelling  = strings.NewReplacer(":", "", "-", "", ".", "")
)

// nobody are folded names that documents and templates use for no name.
var nobody = map[string]bool{
	"noassertion": true, "none": true, "unknown": true, "n a": true, "na": true, "null": true,
	"undefined": true, "not available": true, "unspecified": true, "tbd": true, "todo": true,
	"vendor": true, "supplier": true, "manufacturer": true, "company": true, "organization": true,
	"example": true, "acme": true, "default": true, "test": true, "your name": true, "other": true,
	"various": true, "anonymous": true, "generic": true,
}

// legalForms are the designations of legal form that do not distinguish an
// organization, after folding, in the order of languages: English, German,
// French, Italian, Spanish and Portuguese, Dutch, Nordic, Central European,
// Russian and Ukrainian (also transliterated), Turkish, Indian, Malay,
// Japanese and Korean in Latin letters. A form of more than one word is
// matched as a whole.
var legalForms = map[string]bool{
	"co": true, "company": true, "ltd": true, "limited": true, "inc": true, "incorporated": true, "corp": true,
	"corporation": true, "llc": true, "llp": true, "lp": true, "plc": true, "pbc": true, "pllc": true, "ltda": true, "co op": true,
	"gmbh": true, "mbh": true, "ag": true, "kg": true, "kgaa": true, "ohg": true, "ug": true, "e v": true, "ev": true, "se": true,
	"sa": true, "sas": true, "sasu": true, "sarl": true, "eurl": true, "scs": true, "sca": true,
	"spa": true, "srl": true, "sapa": true, "snc": true,
	"sl": true, "slu": true, "sau": true, "cv": true, "sab": true, "sa de cv": true, "lda": true, "eireli": true, "sgps": true,
	"bv": true, "nv": true, "vof": true, "bvba": true, "srls": true, "cvba": true,
	"ab": true, "publ": true, "as": true, "asa": true, "aps": true, "oy": true, "oyj": true, "ehf": true, "hf": true,
	"sro": true, "spol": true, "spol sro": true, "zrt": true, "kft": true, "nyrt": true, "sp zoo": true, "zoo": true, "doo": true, "dd": true, "ad": true, "ood": true, "eood": true, "uab": true, "sia": true, "ou": true,
	"ooo": true, "oao": true, "zao": true, "pao": true, "ao": true, "jsc": true, "pjsc": true, "ojsc": true, "cjsc": true, "mkpao": true, "tov": true, "fgup": true,
	"ооо": true, "оао": true, "зао": true, "пао": true, "ао": true, "мкпао": true, "тов": true,
	"sti": true, "anonim sirketi": true, "limited sirketi": true,
	"pvt": true, "private": true, "pte": true, "pty": true, "proprietary": true,
	"sdn": true, "bhd": true, "sdn bhd": true, "tbk": true, "pt": true,
	"kk": true, "kabushiki kaisha": true, "godo kaisha": true, "gk": true, "yugen kaisha": true,
	"jusik hoesa": true,
}

// eastAsianForms are the legal forms that stand without a space before or
// after a name, longest first.
var eastAsianForms = []string{
	"股份有限公司", "有限责任公司", "有限責任公司", "股份公司", "有限公司", "分公司", "公司",
	"株式会社", "有限会社", "合同会社", "주식회사", "유한회사", "(주)", "(株)", "(有)",
}

// foldName returns the comparable form of an organization's name. Stripping a
// legal form can lay bare another, so it folds until nothing changes; that the
// key of a key is the key itself lets records state keys.
func foldName(name string) string {
	key := foldOnce(name)
	for range 8 {
		next := foldOnce(key)
		if next == key {
			break
		}
		key = next
	}
	return key
}

func foldOnce(name string) string {
	s := norm.NFKC.String(strings.ToValidUTF8(name, " "))
	s = norm.NFKC.String(foldLatin(strings.ToLower(s)))
	s = strings.ReplaceAll(s, "&", " and ")
	for again := !isASCII(s); again; {
		again = false
		s = strings.TrimSpace(s)
		for _, f := range eastAsianForms {
			if t, ok := strings.CutSuffix(s, f); ok && t != "" {
				s, again = t, true
				break
			}
			if t, ok := strings.CutPrefix(s, f); ok && t != "" {
				s, again = t, true
				break
			}
		}
	}
	words := nameWords(s)
	if len(words) > 1 && words[0] == "the" {
		words = words[1:]
	}
	words = stripForms(words)
	key := strings.Join(words, " ")
	if nobody[key] {
		return ""
	}
	return key
}

// foldLatin removes diacritics from letters of the Latin script and leaves
// other scripts as they are: there a mark can be a letter of its own.
func foldLatin(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	latin := false
	for _, r := range norm.NFD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			if latin {
				continue
			}
		} else {
			latin = unicode.Is(unicode.Latin, r)
		}
		if t, ok := latinLetters[r]; ok {
			b.WriteString(t)
			continue
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// latinLetters are letters that Unicode does not decompose.
var latinLetters = map[rune]string{'ß': "ss", 'ø': "o", 'æ': "ae", 'œ': "oe", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i"}

// nameWords splits a folded name at everything that is no letter, digit or
// mark. Dots inside an abbreviation join it: "s.p.a." is "spa".
func nameWords(s string) []string {
	var words []string
	for _, chunk := range strings.FieldsFunc(s, func(r rune) bool {
		return r != '.' && r != '\'' && r != '’' && r != '+' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r)
	}) {
		if strings.ContainsAny(chunk, "'’") {
			chunk = apostrophes.Replace(chunk)
		}
		if strings.IndexByte(chunk, '.') < 0 { // as nearly all
			if strings.Trim(chunk, "+") != "" {
				words = append(words, chunk)
			}
			continue
		}
		parts := strings.FieldsFunc(chunk, func(r rune) bool { return r == '.' })
		abbreviation := len(parts) > 1
		for _, p := range parts {
			if len([]rune(p)) > 1 {
				abbreviation = false
			}
		}
		if abbreviation {
			words = append(words, strings.Join(parts, ""))
			continue
		}
		for _, p := range parts {
			if strings.Trim(p, "+") != "" {
				words = append(words, p)
			}
		}
	}
	// "a/s", "k/s", "s p a": single letters in a row are one abbreviation,
	// where they end the name.
	end := len(words)
	for end > 0 && len(words[end-1]) == 1 && words[end-1] >= "a" {
		end--
	}
	if n := len(words) - end; n >= 2 && end > 0 {
		words = append(words[:end:end], strings.Join(words[end:], ""))
	}
	return words
}

// stripForms removes legal forms from both ends, never the last word left.
func stripForms(words []string) []string {
	for changed := true; changed && len(words) > 1; {
		changed = false
		for n := min(3, len(words)-1); n >= 1; n-- {
			if legalForms[strings.Join(words[len(words)-n:], " ")] {
				words, changed = words[:len(words)-n], true
				break
			}
		}
		if !changed && len(words) > 1 && leadingForms[words[0]] {
			words, changed = words[1:], true
		}
		for len(words) > 1 && words[len(words)-1] == "and" { // "& Co. KG"
			words, changed = words[:len(words)-1], true
		}
	}
	return words
}

// leadingForms are the legal forms that stand before a name.
var leadingForms = map[string]bool{
	"ooo": true, "oao": true, "zao": true, "pao": true, "ao": true, "jsc": true, "pjsc": true, "mkpao": true, "tov": true,
	"ооо": true, "оао": true, "зао": true, "пао": true, "ао": true, "мкпао": true, "тов": true, "pt": true,
}
