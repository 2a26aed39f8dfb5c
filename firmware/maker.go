package firmware

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Settings of any program may hold the name of the device's maker: that of a
// remote management client, a UPnP daemon, a wireless driver. Only keys made for
// it count, and only in files of settings: elsewhere a "vendor" is the subject of
// a table.

// makerKeys gives the meaning of keys as [identityKeys] does, of those whose
// meaning is sure in any file of settings.
var makerKeys = map[string]identityMeaning{
	"manufacturer": meansMaker, "manufacturername": meansMaker, "devicemanufacturer": meansMaker, "rootdevmanufacturer": meansMaker, "upnpmanufacturer": meansMaker, "wscmanufacturer": meansMaker, "wpsmanufacturer": meansMaker, "distribmanufacturer": meansMaker,
	"vendor": meansMaker, "vendorname": meansMaker, "vendoren": meansMaker, "companyname": meansMaker, "devicevendor": meansMaker, "productvendor": meansMaker, "sysvendor": meansMaker,
	"brand": meansBrand, "brandname": meansBrand, "devicebrand": meansBrand, "productbrand": meansBrand, "oemname": meansBrand,
}

// productKeys are keys of the product's name in settings that also say who made it.
var productKeys = map[string]bool{"modelname": true, "modelnumber": true, "devicemodel": true, "productmodel": true, "productname": true, "product": true, "prodnumber": true, "prodfriendlyname": true}

// wirelessKeys are keys of what a wireless network tells those who join it of the
// device: drivers for several chips have a file each, and who filled in one may have
// left another as it came.
var wirelessKeys = map[string]bool{"wpsmodelname": true, "wpsmodelnumber": true, "wscmodelname": true, "wscmodelnumber": true}

// calledKeys are keys of names that a device goes by before its owner names it,
// and the property that holds them: that of its wireless network, and that which
// it announces by UPnP.
var calledKeys = map[string]string{"ssid": propertySSID, "ssid1": propertySSID, "defaultssid": propertySSID, "wlanssid": propertySSID, "wlan0ssid": propertySSID, "wl0ssid": propertySSID, "friendlyname": propertyFriendly, "rootdevfriendlyname": propertyFriendly}

const (
	propertySSID, propertyFriendly = "touchmark:ssid", "touchmark:friendly-name"
	// Names of that sort in one file that are kept.
	maxCalled   = 4
	maxSettings = 64 << 10
	// settingsRank is that of a product's name in settings, below what files made
	// for it state.
	settingsRank = 2
	// friendlyRank is that of the name by which people know the product: files made
	// for a build have the code of its board or its customer.
	friendlyRank = 4
	// Settings with the names of this many makers are a table of them.
	settingsTable = 3
)

// managerKeys are keys of the server that manages the device, the ACS of Broadband
// Forum TR-069: whoever runs it operates the device.
var managerKeys = map[string]bool{"acsurl": true, "acsserverurl": true, "acsserver": true, "managementserverurl": true, "cwmpacsurl": true, "tr069acsurl": true, "acsaddress": true, "defaultacsurl": true}

// readManager reads the host of the server that manages the device. Addresses that
// reach nobody outside, and hosts of examples, name nobody.
func readManager(b []byte, pairs []pair, out *Result, evidence func(pair) sbom.Evidence) {
	seen := ""
	for _, p := range pairs {
		key := makerKey(p.key)
		if key == "url" && inObject(b, p.offset, "ManagementServer") {
			key = "managementserverurl"
		}
		if i := strings.LastIndex(p.key, "ManagementServer."); i >= 0 {
			key = "managementserver" + makerKey(p.key[i+len("ManagementServer."):])
		}
		if !managerKeys[key] {
			continue
		}
		host := strings.ToLower(strings.Trim(p.value, "\"' ="))
		if _, rest, ok := strings.Cut(host, "://"); ok {
			host = rest
		}
		host, _, _ = strings.Cut(host, "/")
		host, _, _ = strings.Cut(host, ":")
		if !validHost(host) || host == seen || isNumber(strings.ReplaceAll(host, ".", "")) || hasLabel(host, "example") || hasLabel(host, "acs-server") {
			continue
		}
		seen = host
		out.Subject(SubjectFact{Claims: []sbom.Claim{{Kind: sbom.Host, Value: host, Role: sbom.Operator, By: sbom.ByBytes, Field: sbom.FieldManager, Evidence: []sbom.Evidence{evidence(p)}}}})
	}
}

// inObject reports whether a place in a data model in XML is in the object of that
// name: the last that begins before it.
func inObject(b []byte, at int64, name string) bool {
	before := b[:min(int(at), len(b))]
	i := bytes.LastIndex(before, []byte("<obj name=\""))
	return i >= 0 && bytes.HasPrefix(before[i+len("<obj name=\""):], []byte(name))
}

func makerExtractor() Extractor {
	return Extractor{
		Name:  "maker",
		Doc:   "reads who made the device from the settings of its programs, and its name from the scripts that start it",
		Match: func(e *Entry) bool { return isSettingsFile(e) || isStartScript(e) },
		Extract: func(ctx context.Context, in *Input, out *Result) error {
			if isStartScript(&in.Entry) {
				return readStartScript(in, out)
			}
			return readMaker(ctx, in, out)
		},
	}
}

// isStartScript reports whether a file is the script that init runs first, or a
// copy of one that somebody kept.
func isStartScript(e *Entry) bool {
	if e.Size == 0 || e.Size > maxSettings || !e.isText() || !inFolder(e.Path, "etc") {
		return false
	}
	switch base, _, _ := strings.Cut(e.lowerBase(), "."); base {
	case "rcs", "rc":
		return true
	}
	return false
}

// readStartScript reads the name that the device gives itself in a network:
// "hostname acme-box".
func readStartScript(in *Input, out *Result) error {
	b := in.Bytes(0, maxSettings)
	at := 0
	for line := range strings.Lines(string(b)) {
		text := strings.TrimSpace(line)
		off := at + strings.Index(line, text)
		at += len(line)
		name, ok := strings.CutPrefix(strings.TrimPrefix(text, "/bin/"), "hostname ")
		name = strings.Trim(strings.TrimSpace(name), "\"'")
		if !ok || !isMakerName(name) || name[0] == '-' || strings.Contains(name, " ") {
			continue
		}
		if name = hostName(name); name == "" {
			continue
		}
		ev := out.Evidence(sbom.ManifestAnalysis, "name", int64(off), len(text), text)
		out.Subject(SubjectFact{Name: name, Rank: hostRank, Evidence: []sbom.Evidence{identity(ev, sbom.Low)}})
		return nil
	}
	return nil
}

// isSettingsFile reports whether a file is of settings, as its kind and place
// say: a text that is no program, page, document or library's.
func isSettingsFile(e *Entry) bool {
	if e.Size < 8 || e.Size > maxSettings || len(e.Head) == 0 || !e.isText() {
		return false // a file that cannot be read has no first bytes
	}
	// What a page is tried with, and what a program says of other things, is JSON.
	if e.Head[0] == '{' || e.Head[0] == '[' || bytes.HasPrefix(e.Head, []byte("#!")) {
		return false
	}
	base, dir := e.lowerBase(), e.lowerDir()
	if i := strings.LastIndexByte(base, '.'); i >= 0 && noSettings[base[i+1:]] {
		return false
	}
	for rest := dir; rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		if noSettingsIn[part] {
			return false
		}
	}
	if inWebFolder(dir) || isIdentityFile(e) {
		return false
	}
	if strings.HasSuffix(base, ".php") && inFolder(e.Path, "etc") {
		return true // defaults, for which PHP is the language
	}
	if isScript(e) {
		return false
	}
	return strings.HasSuffix(base, ".xml") || classify(e) == classText
}

// noSettings are endings of texts that are no settings, and noSettingsIn folders
// of programs' own files, of tables, and of a kernel that ran.
var (
	noSettings   = map[string]bool{"htm": true, "html": true, "asp": true, "js": true, "qml": true, "css": true, "lua": true, "sh": true, "py": true, "svg": true, "sql": true, "json": true, "c": true, "h": true, "txt~": true, "control": true, "list": true, "la": true, "pc": true, "po": true, "pem": true, "crt": true, "key": true}
	noSettingsIn = map[string]bool{"lib": true, "lib32": true, "lib64": true, "libexec": true, "share": true, "include": true, "src": true, "proc": true, "sys": true, "samba": true, "git-core": true, "snmp": true, "init.d": true, "rc.d": true}
)

// inWebFolder reports whether a folder, in lower case, is of a web interface.
func inWebFolder(dir string) bool {
	return isWebDir(dir) || strings.Contains(dir, "/web") || strings.Contains(dir, "/www")
}

func readMaker(_ context.Context, in *Input, out *Result) error {
	b := in.Bytes(0, maxSettings)
	if !statesMaker(b) {
		return nil
	}
	pairs := append(readPairs(b), elementPairs(b)...)
	evidence := func(p pair) sbom.Evidence {
		start, n := min(int(p.offset), len(b)), max(p.length, len(p.value))
		return out.Evidence(sbom.ManifestAnalysis, "", p.offset, n, string(b[start:min(start+n, len(b))]))
	}
	readManager(b, pairs, out, evidence)
	called := 0
	for _, p := range pairs {
		name := calledKeys[makerKey(p.key)]
		if p.value = strings.TrimSpace(p.value); name == "" || called == maxCalled || len(p.value) > 32 || !hasLetters(p.value, minOwnName) || !validValue(p.value) || strings.ContainsAny(p.value, "$%@<>") {
			continue
		}
		called++
		out.Subject(SubjectFact{Properties: []sbom.Property{{Name: name, Value: CleanMatch(p.value)}}, Evidence: []sbom.Evidence{evidence(p)}})
	}
	// A file of the product's configuration says its name without the maker's.
	product := strings.HasPrefix(in.lowerBase(), "product")
	type statement struct {
		role sbom.Role
		pair
	}
	var found []statement
	var values []string
	for _, p := range pairs {
		means := makerKeys[makerKey(p.key)]
		value := strings.TrimSpace(p.value)
		if means == meansNothing || !isMakerName(value) || isChipMaker(value) || p.condition(b) {
			continue // a maker of chips: as his kit shipped the file, or of a part
		}
		if l := strings.ToLower(value); !slices.Contains(values, l) {
			values = append(values, l)
		}
		role := sbom.Manufacturer
		if means == meansBrand {
			role = sbom.Brand
		}
		p.value = value
		found = append(found, statement{role, p})
	}
	if len(values) >= settingsTable || isSample(b) {
		return nil
	}
	if len(found) > 0 || product {
		readProduct(pairs, out, evidence)
	}
	for _, s := range found {
		// What stands in a folder named for the same maker is a program of his.
		if inNamedFolder(in.Path, s.value) {
			continue
		}
		out.Subject(SubjectFact{Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: s.value, Role: s.role, By: sbom.ByBytes, Evidence: []sbom.Evidence{evidence(s.pair)}}}})
	}
	return nil
}

// condition reports whether a pair is one of several in its line, as rules have
// them that say what to do with a disk or another thing of that vendor:
// vendor="ATA",options=-p 0x80 (scsi_id.config).
func (p pair) condition(b []byte) bool {
	rest := b[min(int(p.offset), len(b)):]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	i := bytes.Index(rest, []byte(p.value))
	if i < 0 {
		return false
	}
	rest = bytes.TrimLeft(rest[i+len(p.value):], "\"' ")
	return bytes.HasPrefix(rest, []byte(",")) && bytes.IndexByte(rest, '=') > 0
}

// readProduct reads the name of the product, of what designates one, and the
// version beside it: kits and programs fill the keys with words for the kind of
// device.
func readProduct(pairs []pair, out *Result, evidence func(pair) sbom.Evidence) {
	named := false
	for _, p := range pairs {
		key, value := makerKey(p.key), strings.TrimSpace(p.value)
		if !productKeys[key] && !wirelessKeys[key] || defaultIdentity[strings.ToLower(value)] || !isDesignation(value) || !validValue(value) || strings.ContainsAny(value, "$%@<>{}~") {
			continue
		}
		if chip, _ := chipOf(value); chip != "" || strings.HasSuffix(key, "modelnumber") && !isProductNumber(value) {
			continue
		}
		e := evidence(p)
		e.Field = "name"
		if wirelessKeys[key] {
			out.Subject(SubjectFact{called: called{name: value, in: inWireless}, Evidence: []sbom.Evidence{identity(e, sbom.Low)}})
			continue
		}
		rank := settingsRank
		if key == "prodfriendlyname" {
			rank = friendlyRank
		}
		out.Subject(SubjectFact{Name: value, Rank: rank, Evidence: []sbom.Evidence{identity(e, sbom.Medium)}})
		named = true
	}
	for _, p := range pairs {
		// A modem in the device has a version of its own (ModemFirmwareVersion and
		// AdditionalSoftwareVersion of Broadband Forum TR-098).
		key, value := makerKey(p.key), strings.TrimSpace(p.value)
		what, ok := key, false
		for _, end := range []string{"softwareversion", "firmwareversion", "swversion", "fwversion"} {
			if !ok {
				what, ok = strings.CutSuffix(key, end)
			}
		}
		if (named && ok || key == "curver") && !strings.Contains(what, "modem") && !strings.Contains(what, "additional") && (strings.Contains(value, ".") || named && isProductNumber(value)) && len(value) <= 64 && !strings.ContainsAny(value, "$%@<>{} ") && validValue(value) {
			e := evidence(p)
			e.Field = "version"
			out.Subject(SubjectFact{Version: value, Rank: defaultVersion, Evidence: []sbom.Evidence{identity(e, sbom.Low)}})
			return
		}
	}
}

// statesMaker reports whether one of the words of makerKeys stands in a text.
func statesMaker(b []byte) bool {
	for _, w := range []string{"anufacturer", "ANUFACTURER", "endor", "ENDOR", "rand", "RAND", "ompany", "OMPANY", "oem", "OEM", "ssid", "SSID", "riendly", "modelName", "acs", "ACS", "Acs", "ManagementServer"} {
		if bytes.Contains(b, []byte(w)) {
			return true
		}
	}
	return false
}

// makerKey folds a key, of which a path in front of the name is left out
// ("InternetGatewayDevice.DeviceInfo.Manufacturer" of Broadband Forum TR-098).
func makerKey(key string) string {
	if i := strings.LastIndex(key, "DeviceInfo."); i >= 0 {
		key = key[i+len("DeviceInfo."):]
	}
	return strings.ToLower(keySeparators.Replace(key))
}

// elementPairs reads elements of XML that hold the name of a manufacturer, and lines
// whose key a space ends ("vendoren Acme").
func elementPairs(b []byte) []pair {
	var out []pair
	for at := 0; at < len(b) && len(out) < 64; {
		n := bytes.IndexByte(b[at:], '\n')
		if n < 0 {
			n = len(b) - at
		}
		line := string(b[at : at+n])
		text := strings.TrimSpace(line)
		off := at + strings.Index(line, text)
		at += n + 1
		if len(text) > 512 {
			continue
		}
		// The values of a data model in XML: <param name="ModelName">AX900</param>.
		if rest, ok := strings.CutPrefix(text, `<param name="`); ok {
			name, rest, ok := strings.Cut(rest, `">`)
			if value, _, closed := strings.Cut(rest, "</"); ok && closed {
				out = append(out, pair{name, xmlEntities.Replace(value), int64(off), len(text)})
			}
			continue
		}
		// The defaults of a web interface in PHP: set("device/modelname", "AX900");
		if rest, ok := strings.CutPrefix(text, `set("`); ok {
			name, rest, ok := strings.Cut(rest, `"`)
			_, rest, is := strings.Cut(rest, `"`)
			if value, _, closed := strings.Cut(rest, `"`); ok && is && closed {
				out = append(out, pair{baseOf(name), value, int64(off), len(text)})
			}
			continue
		}
		if rest, ok := strings.CutPrefix(text, "<"); ok {
			tag, rest, ok := strings.Cut(rest, ">")
			value, end, closed := strings.Cut(rest, "</")
			// A "vendor" of XML is anything's.
			if ok && closed && strings.HasPrefix(end, tag+">") && (strings.HasPrefix(strings.ToLower(tag), "manufacturer") || managerKeys[makerKey(tag)] || strings.EqualFold(tag, "friendlyName") || strings.EqualFold(tag, "modelName") || strings.EqualFold(tag, "modelNumber")) {
				out = append(out, pair{tag, xmlEntities.Replace(value), int64(off), len(text)})
			}
			continue
		}
		if key, value, ok := strings.Cut(text, " "); ok && !strings.ContainsAny(key, "=:#\"'<") && key != "vendor" && key != "brand" {
			out = append(out, pair{key, value, int64(off), len(text)})
		}
	}
	return out
}

// isMakerName reports whether the value of a setting can be the name of an
// organization, and is not what kits and programs put there by default.
func isMakerName(s string) bool {
	if len(s) < 2 || len(s) > 60 || !hasLetters(s, 2) || !validValue(s) || strings.ContainsAny(s, "$%@<>{}[]()=/\\|*?;~\"'`") || s[len(s)-1] == ',' {
		return false
	}
	low := strings.ToLower(s)
	if defaultIdentity[low] || strings.HasPrefix(low, "0x") || isHex(low, len(low)) || isProjectName(low) || strings.HasPrefix(low, "your ") || strings.HasSuffix(strings.ReplaceAll(low, " ", ""), "namehere") || strings.Contains(s, "  ") || strings.Contains(low, "manufacturer") || strings.Contains(low, "vendor") {
		return false
	}
	return !strings.Contains(s, " ") || !isCodePhrase(s)
}

// isProjectName reports whether a name, lower case, is that of a project or an
// operating system whose programs fill the field in for themselves.
func isProjectName(low string) bool {
	switch first, _, _ := strings.Cut(low, " "); first {
	case "openwrt", "lede", "linux", "gnu", "debian", "ubuntu", "raspbian", "armbian", "poky", "yocto", "arago", "angstrom", "buildroot", "alpine", "fedora", "centos", "embedded", "hostapd", "wpa_supplicant", "miniupnp", "miniupnpd", "minidlna", "samba", "freeradius", "asterisk", "qemu", "google", "microsoft", "msft", "android", "apple", "cisco", "true", "false", "yes", "no", "auto", "enable", "disable", "enabled", "disabled", "all", "any", "string", "text", "name":
		return true
	}
	return false
}

// inNamedFolder reports whether a folder of a path begins as a name does, by at
// least four letters.
func inNamedFolder(p, name string) bool {
	word := strings.ToLower(name)
	if i := strings.IndexAny(word, " .,-_"); i >= 0 {
		word = word[:i]
	}
	for dir := range strings.SplitSeq(strings.ToLower(dirOf(p)), "/") {
		if len(dir) >= 4 && strings.HasPrefix(word, dir) || len(word) >= 4 && strings.HasPrefix(dir, word) {
			return true
		}
	}
	return false
}
