package provenance

import (
	"cmp"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Makers write their names into what they build: in identifiers
// ("acme_get_config"), paths ("/tmp/acme"), banners and texts. A name of one
// word is therefore a literal too, of kind [sbom.OrgName]. It is weaker than a
// reviewed mark: a scanner counts it only where several of the device's own
// files hold it, and the row "name-mark" of the claim table gives it low
// confidence.

// minNameMark is the least number of letters and digits of such a name.
// Shorter ones, down to minShortMark, occur by chance: they are looked for as
// well, and a scanner asks more of them before it counts them.
const minNameMark, minShortMark = 5, 3

// commonWords are one-word names of organizations that are also words of
// programs, formats, languages or places, lower case. They mark nothing by
// themselves.
var commonWords = map[string]bool{
	"arm": true, "abbott": true, "agile": true, "alpha": true, "allen": true, "altair": true, "amazon": true, "anchor": true, "apache": true, "apollo": true, "apple": true, "arrow": true, "asset": true, "atlas": true, "aurora": true, "barracuda": true, "bridge": true, "brother": true, "canon": true, "canonical": true, "carrier": true,
	"catalyst": true, "cisco": true, "citrix": true, "cloud": true, "comet": true, "compal": true, "control4": true, "crucial": true, "cypress": true, "debian": true, "delphi": true, "delta": true, "device": true, "direct": true, "docker": true, "dolphin": true, "eagle": true, "eaton": true, "echelon": true, "elastic": true, "element": true, "emerson": true, "envision": true, "epson": true, "epic": true, "express": true,
	"facebook": true, "fedora": true, "flash": true, "focus": true, "fusion": true, "garmin": true, "general": true, "github": true, "gitlab": true, "gnome": true, "google": true, "haier": true, "harman": true, "heroku": true, "honor": true, "horizon": true, "hughes": true, "indeed": true, "insight": true, "intel": true, "iridium": true, "jabra": true, "java": true, "kaspersky": true, "kubernetes": true,
	"lexmark": true, "logic": true, "lotus": true, "magic": true, "mageia": true, "matrix": true, "mellon": true, "mercury": true, "meteor": true, "micro": true, "micron": true, "microsoft": true, "miele": true, "mirror": true, "mobile": true, "mozilla": true, "murata": true, "netlist": true, "netscape": true, "nexus": true, "nokia": true, "norton": true, "novell": true, "omega": true, "onstar": true, "oracle": true, "orange": true, "panda": true, "pioneer": true, "plume": true, "polar": true, "polestar": true,
	"premium": true, "prime": true, "proxy": true, "pulse": true, "python": true, "quantum": true, "quest": true, "radar": true, "redhat": true, "relay": true, "river": true, "roche": true, "router": true, "safari": true, "samba": true, "segment": true, "segway": true, "sentry": true, "server": true, "sharp": true, "shell": true, "signal": true, "skype": true, "snapchat": true, "solid": true, "spark": true, "sphere": true, "splash": true, "square": true, "squid": true, "stellar": true, "storage": true, "stream": true,
	"swagger": true, "symantec": true, "target": true, "telegram": true, "titan": true, "toast": true, "tesla": true, "thomson": true, "trust": true, "twitter": true, "ubuntu": true, "unity": true, "universal": true, "vector": true, "vertex": true, "vigor": true, "vision": true, "vmware": true, "volvo": true, "wechat": true, "whatsapp": true, "winbond": true, "wolfson": true, "xerox": true, "yahoo": true, "yandex": true, "youtube": true, "zebra": true, "zenith": true, "buffalo": true, "continental": true, "caterpillar": true, "valve": true, "aruba": true, "olympus": true, "optoelectronics": true, "dawning": true, "shelly": true, "baxter": true, "blackberry": true, "parrot": true, "stryker": true, "hella": true, "renault": true, "arduino": true, "trident": true, "juniper": true, "pricer": true, "contec": true, "whirlpool": true, "inhand": true,
}

// shortWords are names of three or four letters that are words of programs,
// formats or languages, or that programs of everybody name: processors, formats
// of others' disks and screens.
var shortWords = map[string]bool{"arm": true, "amd": true, "ibm": true, "tcl": true, "nio": true, "nec": true, "nice": true, "sick": true, "flex": true, "aws": true, "ati": true, "epos": true, "nest": true, "axis": true, "poly": true, "flir": true, "gree": true, "acti": true}

// softwareKits are organizations whose kits in devices are for their services, or for
// boards that others build on, and not for chips of theirs, by ID.
var softwareKits = map[string]bool{"friendlyelec": true, "alibaba": true, "tuya": true, "throughtek": true, "codesys": true, "radvision": true}

// nameMarks returns the literals of an organization's names.
func nameMarks(o *Organization) []sbom.Literal {
	if o.Kind != Company || o.Retracted != nil {
		return nil
	}
	hardware, brand, odm, silicon, made := false, false, false, false, false
	for i := range o.Identifiers {
		id := &o.Identifiers[i]
		if id.Retracted != nil {
			continue
		}
		switch id.Kind {
		case sbom.OUI, sbom.USB, sbom.PCI, sbom.Bluetooth, sbom.Zigbee, sbom.JEDEC, sbom.DTPrefix:
			hardware = true
		case sbom.LiteralMark:
			switch id.Role {
			case sbom.Brand, sbom.Manufacturer:
				hardware, brand = true, true
			case sbom.ODM:
				hardware, odm = true, true
			case sbom.Silicon, sbom.SDK:
				hardware, silicon = true, true
			case sbom.Developer:
				made = true
			}
		}
	}
	for _, s := range o.Sources {
		// IEEE's registry of addresses is of those who make what has one.
		hardware = hardware || s.Registry == "ieee"
	}
	if !hardware && !made {
		return nil // no maker of things: its name in a device is a service's
	}
	role := sbom.Brand
	switch {
	case made && !brand && !odm && !silicon:
		role = sbom.Developer // of its software marks are known, and none of a device
	case softwareKits[o.ID]:
		role = sbom.SDK
	case odm && !brand:
		// Who builds devices for others is named in all of them: the brand is
		// somebody else's.
		role = sbom.ODM
	case silicon && !brand:
		role = sbom.Silicon
	}
	var out []sbom.Literal
	seen := map[string]bool{}
	// A name on record in one word and in several is one: a scanner counts what
	// holds it by the value.
	glued := func(name string) string { return strings.ReplaceAll(Key(sbom.OrgName, name), " ", "") }
	values := map[string]string{}
	if !o.WeakName() {
		values[glued(o.Name)] = strings.TrimSpace(o.Name)
	}
	add := func(name string, weak bool) {
		if weak {
			return
		}
		g := glued(name)
		if values[g] == "" {
			values[g] = strings.TrimSpace(name)
		}
		for _, text := range nameSpellings(name) {
			if !seen[text] {
				seen[text] = true
				out = append(out, sbom.Literal{ID: "name/" + text, Kind: sbom.OrgName, Text: text, Value: cmp.Or(values[g], text), Role: role, Fold: true})
			}
		}
	}
	for i := range o.Names {
		n := &o.Names[i]
		if n.Retracted == nil && n.Disputed == "" {
			add(n.Name, n.Weak)
		}
	}
	add(o.Name, o.WeakName())
	return out
}

// nameSpellings returns the one-word spellings of a name, lower case: "TP-Link"
// is also "tplink" and "tp_link" in identifiers.
func nameSpellings(name string) []string {
	key := Key(sbom.OrgName, name)
	if len(key) < minNameMark {
		return append(withLegalForm(name, key), shortSpellings(key)...)
	}
	if !plainWord(strings.ReplaceAll(key, " ", "")) {
		return nil
	}
	switch parts := strings.Fields(key); {
	case len(parts) == 1:
		if commonWords[key] {
			return nil
		}
		return []string{key}
	case len(parts) == 2 && strings.Contains(strings.ToLower(name), parts[0]+"-"+parts[1]):
		joined := parts[0] + parts[1]
		if len(joined) < minNameMark || commonWords[joined] {
			return nil
		}
		return []string{joined, parts[0] + "-" + parts[1], parts[0] + "_" + parts[1]}
	}
	return nil
}

// shortSpellings returns what is looked for of a name of three or four letters:
// the name, or where that is too short for a search the name with a sign on one
// side, as identifiers, paths and texts have it.
func shortSpellings(key string) []string {
	if len(key) < minShortMark || shortWords[key] || commonWords[key] || !plainWord(key+"a") {
		return nil
	}
	if len(key) > minShortMark {
		return []string{key}
	}
	var out []string
	for _, sign := range [...]string{"_", " ", "/", "="} {
		out = append(out, sign+key)
		if sign != "=" {
			out = append(out, key+sign) // "author=ACM"
		}
	}
	return out
}

// withLegalForm returns the spelling of a name that is too short to be looked
// for, with its legal form: "moxa inc", "zte corporation". With it nothing else is meant.
func withLegalForm(name, key string) []string {
	words := strings.Fields(strings.NewReplacer(",", " ", ".", " ").Replace(strings.ToLower(name)))
	if len(words) != 2 || words[0] != key || len(key) < 3 || commonWords[key] {
		return nil
	}
	if text := words[0] + " " + words[1]; strings.Contains(strings.ToLower(name), text) {
		return []string{text}
	}
	return nil
}

func plainWord(s string) bool {
	letters := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z':
			letters++
		case '0' <= c && c <= '9':
		default:
			return false
		}
	}
	return letters >= 4
}
