package firmware

import (
	"strings"
	"unicode"
)

// organizations returns the parts of a free text (a module's author, a
// package's maintainer) that are names of organizations, never of persons. It
// needs a word that only organizations have in their names: a legal form, or a
// word as "Communications" or "Semiconductor". A single word without one may be
// a person's, and is left out.
func organizations(s string) []string {
	s = stripMails(s)
	var out []string
	parts := splitParties(s)
	for _, p := range parts {
		p = trimParty(p)
		if p == "" || len(p) > 100 || !hasOrgWord(p) || isCodePhrase(p) {
			continue
		}
		out = appendNew(out, withoutPerson(p))
	}
	return out
}

// withoutPerson cuts what stands before a name in capitals and its legal form, where
// that has the form of a person's name: "Jane Roe ACME, Inc.".
func withoutPerson(p string) string {
	name, form, ok := strings.Cut(p, ",")
	if !ok || !isLegalForm(form) {
		return p
	}
	words := strings.Fields(name)
	last := len(words) - 1
	if last < 1 || last > 3 || len(words[last]) < 3 || abbreviations[words[last]] || !isCapitals(words[last]) {
		return p
	}
	for _, w := range words[:last] {
		if isCapitals(w) || !unicode.IsUpper([]rune(w)[0]) || orgWords[strings.ToLower(w)] {
			return p
		}
	}
	return words[last] + "," + form
}

// abbreviations are words in capitals that end the names of companies.
var abbreviations = map[string]bool{"USA": true, "EMEA": true, "VOIP": true, "GPS": true, "LED": true, "LCD": true, "OEM": true, "NAND": true, "RFID": true, "IOT": true, "CCTV": true, "DSP": true, "PCB": true}

func isCapitals(w string) bool {
	return strings.IndexFunc(w, func(r rune) bool { return !unicode.IsUpper(r) }) < 0
}

// stripMails removes mail addresses, with their brackets, and URLs.
func stripMails(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		switch {
		case s[i] == '<':
			j := strings.IndexByte(s[i:], '>')
			if j < 0 {
				j = len(s) - i - 1
			}
			b.WriteByte(',')
			i += j + 1
		default:
			b.WriteByte(s[i])
			i++
		}
	}
	words := strings.Fields(b.String())
	kept := words[:0]
	for _, w := range words {
		if strings.Contains(w, "@") || strings.Contains(w, "://") || strings.HasPrefix(w, "www.") {
			w = ","
		}
		kept = append(kept, w)
	}
	return strings.Join(kept, " ")
}

var partySeparators = strings.NewReplacer(";", "\x00", "/", "\x00", "(", "\x00", ")", "\x00", "[", "\x00", "]", "\x00", "|", "\x00", "\n", "\x00",
	" and ", "\x00", " for ", "\x00", " from ", "\x00", " by ", "\x00", " at ", "\x00", " of ", " of ", " - ", "\x00", ":", "\x00", "\"", "")

// splitParties cuts a text at the signs and words that stand between parties,
// and keeps "X, Inc." together.
func splitParties(s string) []string {
	// The stroke in a Danish legal form parts nobody.
	s = strings.ReplaceAll(partySeparators.Replace(strings.ReplaceAll(s, "A/S", "A\x01S")), "\x01", "/")
	var out []string
	for _, part := range strings.Split(s, "\x00") {
		commas := strings.Split(part, ",")
		cur := ""
		for _, c := range commas {
			if cur != "" && isLegalForm(c) {
				cur += "," + c
				continue
			}
			if cur != "" {
				out = append(out, cur)
			}
			cur = c
		}
		out = append(out, cur)
	}
	// "Acme Inc. & somebody": a legal form ends a name.
	for i, p := range out {
		if before, _, ok := strings.Cut(p, " & "); ok {
			if words := strings.Fields(before); len(words) > 1 && isLegalForm(words[len(words)-1]) && strings.HasSuffix(before, ".") {
				out[i] = before
			}
		}
	}
	return out
}

func trimParty(p string) string {
	p = strings.TrimFunc(p, func(r rune) bool {
		return unicode.IsSpace(r) || r == ',' || r == '-' || r == '_' || r == '*' || r == '\''
	})
	for _, pre := range []string{"Copyright", "copyright", "(C)", "(c)", "©", "by ", "By ", "The ", "Author"} {
		p = strings.TrimSpace(strings.TrimPrefix(p, pre))
	}
	// A leading year or range of years belongs to a copyright line.
	for p != "" && (p[0] >= '0' && p[0] <= '9' || p[0] == '-') {
		i := strings.IndexByte(p, ' ')
		if i < 0 || strings.IndexFunc(p[:i], func(r rune) bool { return !(unicode.IsDigit(r) || r == '-' || r == ',') }) >= 0 {
			break
		}
		p = strings.TrimSpace(p[i:])
	}
	return strings.TrimRight(p, " ,-")
}

// legalForms are legal forms, lower case without dots.
var legalForms = map[string]bool{
	"inc": true, "incorporated": true, "ltd": true, "limited": true, "llc": true, "corp": true, "corporation": true, "co": true, "company": true,
	"gmbh": true, "ag": true, "kg": true, "ug": true, "sa": true, "sas": true, "sarl": true, "srl": true, "spa": true, "bv": true, "nv": true, "ab": true,
	"as": true, "a/s": true, "asa": true, "aps": true, "oy": true, "oyj": true, "plc": true, "pty": true, "kk": true, "pte": true, "bhd": true, "ooo": true, "zao": true,
	"oao": true, "pao": true, "jsc": true, "doo": true, "sro": true, "kft": true, "zrt": true, "spzoo": true, "sl": true, "lda": true, "ltda": true, "pvt": true,
	"llp": true, "lp": true, "se": true, "ev": true, "coltd": true, "pjsc": true, "intl": true,
}

func isLegalForm(s string) bool {
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 3 {
		return false
	}
	for _, w := range words {
		if !legalForms[strings.ToLower(strings.ReplaceAll(strings.Trim(w, ".,"), ".", ""))] {
			return false
		}
	}
	return true
}

// orgWords are words that make a name an organization's, lower case.
var orgWords = map[string]bool{
	"communications": true, "communication": true, "communicat": true, "semiconductor": true, "semiconductors": true, "technologies": true, "technology": true, "electronics": true,
	"electronic": true, "microelectronics": true, "systems": true, "networks": true, "networking": true, "software": true, "solutions": true, "labs": true, "laboratories": true, "laboratory": true,
	"instruments": true, "devices": true, "industries": true, "industrial": true, "consulting": true, "foundation": true, "university": true, "institute": true, "telecom": true,
	"telecommunications": true, "wireless": true, "digital": true, "micro": true, "microsystems": true, "group": true, "holdings": true, "international": true, "engineering": true,
	"enterprises": true, "research": true, "broadband": true, "team": true, "project": true, "developers": true, "computer": true, "computers": true, "computing": true, "mobile": true, "tech": true, "telecomunicacoes": true,
}

func hasOrgWord(p string) bool {
	words := strings.FieldsFunc(p, func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
	if len(words) < 2 {
		// One word: only with a legal form inside it, as "Foo(Inc)" is cut.
		return false
	}
	for i, w := range words {
		l := strings.ToLower(strings.ReplaceAll(strings.Trim(w, "."), ".", ""))
		if i > 0 && legalForms[l] {
			// "Co" and "As" occur in names of persons; they count last only.
			if len(l) > 2 || i == len(words)-1 && (l != "as" && l != "se" && l != "sl" && l != "lp" && l != "co" || strings.HasSuffix(w, ".") || l == "co") {
				return true
			}
		}
		if orgWords[l] {
			return true
		}
	}
	return false
}

// isCodePhrase reports whether a text is a phrase and not a name: modules'
// author fields hold sentences now and then.
func isCodePhrase(p string) bool {
	words := strings.Fields(p)
	if len(words) > 8 {
		return true
	}
	lower := 0
	for _, w := range words {
		r := []rune(w)[0]
		if unicode.IsLower(r) && !legalForms[strings.ToLower(strings.Trim(w, ".,"))] && w != "of" && w != "de" && w != "und" && w != "et" && w != "y" {
			lower++
		}
	}
	return lower*2 > len(words)
}
