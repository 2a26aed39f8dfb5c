package firmware

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// A pair is one "key = value" of an identity file and its place.
type pair struct {
	key, value string
	offset     int64
	length     int
}

// readPairs reads the assignments of a small text file in any of the forms
// that identity files have: KEY=value, KEY="value", KEY: value, uci's
// "option 'key' 'value'", and the members of a flat JSON object.
func readPairs(b []byte) []pair {
	trimmed := strings.TrimSpace(string(b[:min(len(b), 512)]))
	if strings.HasPrefix(trimmed, "{") {
		if p := readJSONPairs(b); p != nil {
			return p
		}
	}
	if bytes.Contains(b[:min(len(b), 2048)], []byte("schemas-upnp-org:device")) {
		return readDevicePairs(b)
	}
	var out []pair
	for at := 0; at < len(b) && len(out) < 2000; {
		n := bytes.IndexByte(b[at:min(len(b), at+4096)], '\n')
		if n < 0 {
			n = min(len(b)-at, 4096)
		}
		line := string(b[at : at+n])
		if k, v, ok := cutPair(line); ok {
			out = append(out, pair{k, v, int64(at + len(line) - len(strings.TrimLeft(line, " \t"))), len(strings.TrimSpace(line))})
		}
		at += n + 1
	}
	return out
}

// readDevicePairs reads the elements of a UPnP device description that name
// its maker and model (UPnP Device Architecture 1.1, 2.3).
func readDevicePairs(b []byte) []pair {
	var out []pair
	for _, tag := range []string{"manufacturer", "manufacturerURL", "modelName", "modelNumber"} {
		open, end := []byte("<"+tag+">"), []byte("</"+tag+">")
		i := bytes.Index(b, open)
		if i < 0 {
			continue
		}
		at := i + len(open)
		n := bytes.Index(b[at:min(len(b), at+512)], end)
		if n < 0 {
			continue
		}
		v := xmlEntities.Replace(string(b[at : at+n]))
		if v = strings.TrimSpace(v); v != "" && !strings.ContainsAny(v, "<>%$@") {
			out = append(out, pair{tag, v, int64(at), n})
		}
	}
	sortPairs(out)
	return out
}

func cutPair(line string) (key, value string, ok bool) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' || line[0] == ';' || len(line) > 1024 {
		return "", "", false
	}
	if rest, is := strings.CutPrefix(line, "option "); is {
		rest = strings.TrimSpace(rest)
		if i := strings.IndexAny(rest, " \t"); i > 0 && rest[0] != '"' && rest[0] != '\'' {
			key, rest = rest[:i], rest[i:]
		} else {
			key, rest = cutQuoted(rest)
		}
		value, _ = cutQuoted(strings.TrimSpace(rest))
		return key, value, key != ""
	}
	line = strings.TrimPrefix(line, "export ")
	i := strings.IndexAny(line, "=:")
	if i <= 0 {
		return "", "", false
	}
	key = strings.TrimSpace(line[:i])
	if strings.ContainsAny(key, " \t$(){}<>|`\"'") {
		return "", "", false
	}
	value, _ = cutQuoted(strings.TrimSpace(line[i+1:]))
	return key, value, true
}

// cutQuoted takes a word from the front of s, in quotes or not. Without quotes
// it is the rest of the line.
func cutQuoted(s string) (word, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if i := strings.IndexByte(s[1:], s[0]); i >= 0 {
			return s[1 : 1+i], s[i+2:]
		}
		return s[1:], ""
	}
	if i := strings.IndexAny(s, " \t"); i >= 0 && strings.ContainsAny(s[i:], "'\"") {
		return s[:i], s[i:]
	}
	return s, ""
}

// readJSONPairs reads the string members of a JSON object and of the objects
// in it, two levels deep.
func readJSONPairs(b []byte) []pair {
	var top map[string]any
	if json.Unmarshal(b, &top) != nil {
		return nil
	}
	var out []pair
	var walk func(m map[string]any, depth int)
	walk = func(m map[string]any, depth int) {
		for k, v := range m {
			switch v := v.(type) {
			case string:
				off, n := int64(0), 0
				if i := strings.Index(string(b), v); i >= 0 && v != "" {
					off, n = int64(i), len(v)
				}
				out = append(out, pair{k, v, off, n})
			case map[string]any:
				if depth < 2 {
					walk(v, depth+1)
				}
			}
		}
	}
	walk(top, 0)
	sortPairs(out)
	return out
}

func sortPairs(p []pair) {
	for i := 1; i < len(p); i++ {
		for j := i; j > 0 && (p[j].offset < p[j-1].offset || p[j].offset == p[j-1].offset && p[j].key < p[j-1].key); j-- {
			p[j], p[j-1] = p[j-1], p[j]
		}
	}
}

// What an identity file's key states.
type identityMeaning int

const (
	meansNothing identityMeaning = iota
	meansMaker
	meansModel
	meansVersion
	meansBrand
	meansSilicon
	meansOS
	meansOSVersion
	meansMakerURL
	meansOUI
	meansODM
	meansOperator
	meansBoard
	meansHost
	meansGateway
	meansKind   // a model in some files and a word for the kind of device in others
	meansNumber // of a product, where the model is a word for the kind of device
)

// identityKeys gives the meaning of keys, lower case without "_", "-" and ".".
var identityKeys = map[string]identityMeaning{
	"devicemanufacturer": meansMaker, "openwrtdevicemanufacturer": meansMaker, "manufacturer": meansMaker, "manufacturername": meansMaker, "companyname": meansMaker, "company": meansMaker,
	"vendor": meansMaker, "vendorname": meansMaker, "lededevicemanufacturer": meansMaker, "roproductmanufacturer": meansMaker, "roproductvendormanufacturer": meansMaker, "roproductsystemmanufacturer": meansMaker, "sysvendor": meansMaker, "hwvendor": meansMaker, "mfg": meansMaker, "mfr": meansMaker, "makername": meansMaker, "oemname": meansBrand, "oem": meansBrand,
	"brand": meansBrand, "brandname": meansBrand, "roproductbrand": meansBrand, "roproductvendorbrand": meansBrand, "roproductsystembrand": meansBrand,
	"odm": meansODM, "odmname": meansODM, "operator": meansOperator, "operatorname": meansOperator, "isp": meansNothing,
	"deviceproduct": meansModel, "openwrtdeviceproduct": meansModel, "productname": meansModel, "product": meansModel, "model": meansModel, "modelname": meansModel, "devicemodel": meansModel, "roproductmodel": meansModel, "roproductvendormodel": meansModel,
	"upnpmodelname": meansModel, "devicetype": meansKind, "companytitle": meansMaker, "machine": meansBoard,
	"devicename": meansModel, "productid": meansNothing, "productmodel": meansModel, "firmwarename": meansModel, "productclass": meansModel, "hardware": meansBoard, "boardname": meansBoard, "boardid": meansBoard, "deviceid": meansBoard, "roproductboard": meansBoard, "roproductdevice": meansBoard, "devicerevision": meansNothing,
	"firmwareversion": meansVersion, "fwversion": meansVersion, "softwareversion": meansVersion, "swversion": meansVersion, "softwarever": meansVersion, "swver": meansVersion, "fwver": meansVersion, "firmwarever": meansVersion, "productversion": meansVersion, "otaversion": meansVersion, "otaboardname": meansModel, "softver": meansVersion, "robuilddisplayid": meansVersion, "roversion": meansVersion,
	"chipid": meansSilicon, "chip": meansSilicon, "soc": meansSilicon, "chipset": meansSilicon, "roboardplatform": meansSilicon, "rosocmanufacturer": meansSilicon, "rosocmodel": meansNothing, "rohardware": meansNothing,
	"devicemanufacturerurl": meansMakerURL, "openwrtdevicemanufacturerurl": meansMakerURL, "manufacturerurl": meansMakerURL, "modelnum": meansNothing, "vendorurl": meansMakerURL, "url": meansMakerURL,
	"manufactureroui": meansOUI, "hostname": meansHost, "modelnumber": meansNumber,
	// Synology's: "synology_armada37xx_ds120j".
	"unique": meansBoard,
	// A parameter of the root of the data model of an internet gateway, and of no
	// other device's (Broadband Forum TR-098, InternetGatewayDevice:1).
	"wandevicenumberofentries": meansGateway,
}

// defaultIdentity are values that say that nobody filled a field in, lower
// case: words for "none", and the names of the kits that ship the default.
var defaultIdentity = map[string]bool{
	"": true, "openwrt": true, "lede": true, "generic": true, "unknown": true, "default": true, "none": true, "n/a": true, "na": true, "null": true, "vendor": true, "manufacturer": true, "general": true, "custom": true, "undefined": true,
	"oem": true, "odm": true, "company": true, "brand": true, "model": true, "product": true, "test": true, "example": true, "your company": true, "android": true, "aosp": true, "to be filled by o.e.m.": true, "system manufacturer": true, "openwrt.org": true, "buildroot": true, "poky": true, "not specified": true, "linux": true, "xxx": true, "0": true, "1": true, "-": true, "v0": true, "unset": true, "customer": true, "neutral": true, "no brand": true, "router": true, "gateway": true, "ipc": true, "device": true, "demo": true, "sample": true, "wireless router": true, "evaluation board": true, "reference": true,
	"pandorabox": true, "d-team": true, // a system that devices are built on, and its makers
	"igd version 1.00": true, "igd version 2.00": true,
}

// defaultHost are names of hosts that name no product: those of operating systems
// and kits, lower case.
var defaultHost = map[string]bool{
	"localhost": true, "localhost.localdomain": true, "debian": true, "ubuntu": true, "raspberrypi": true, "alpine": true, "host": true, "myhost": true, "hostname": true, "mips": true, "arm": true, "(none)": true, "lede-project": true, "pandorabox": true, "padavan": true, "dd-wrt": true, "gargoyle": true, "immortalwrt": true,
	"akronite":     true, // Qualcomm's name of its IPQ806x boards
	"linux-target": true, "target": true, "board": true, "rlx-linux": true, "glibc": true, "uclibc": true, "root": true, "home": true, "emblinux": true, "vm": true, "docker": true, "wrt": true, "busybox": true, "embedded": true, "server": true, "sdk": true,
}

// isIdentityFile reports whether a file is one that states what the device is.
func isIdentityFile(e *Entry) bool {
	if e.Size == 0 || e.Size > 64<<10 || e.isELF() || !e.isText() || bytes.HasPrefix(e.Head, []byte("#!")) {
		return false // what a script states, it states of what it works with
	}
	if inFolder(e.Path, "sys") || inFolder(e.Path, "proc") {
		return false // the kernel's own files, copied from a device that ran
	}
	base, dir := e.lowerBase(), e.lowerDir()
	if strings.HasPrefix(base, "currentsetting.htm") {
		return true // NETGEAR's, by which its programs know a router
	}
	if isXiaomiVersion(base, dir) {
		return true
	}
	if base == "config" && strings.HasSuffix(dir, "/etc/") && bytes.Contains(e.Head, []byte("Automatically generated make config")) {
		return true
	}
	switch base {
	case "os-release", "openwrt_release", "openwrt_version", "lede_release", "device_info", "device_info.conf", "build.prop", "default.prop", "prop.default", "hwinfo", "firmwareinfo", "productdefinition", "productinfo", "product_info", "model_name", "brand", "banner", "issue", "issue.net", "lsb-release", "system-release", "board.json", "sysinfo.conf", "devinfo", "firmware_info", "deviceinfo", "product.conf", "product.ini", "device.conf", "device.ini", "fw_version", "fwversion", "firmware_version", "system_version", "version.conf", "sw_version", "hostname", "manufacturer", "vendor", "profile", "oem.conf", "oem.ini", "customize.conf", "customization.conf", "vendor.conf", "upnp.conf", "brand.conf", "wscd.conf", "wsc.conf", "wsc_config.txt", "wps.conf", "simplecfg.xml", "igd.xml", "rootdesc.xml", "gatedesc.xml", "picsdesc.xml", "picdesc.xml", "wfadevicedesc.xml", "devicedesc.xml", "device_description.xml", "upnpdevicedesc.xml":
		return true
	case "product-info", "board.info", "synoinfo.conf", "ulinux.conf", "module_name", "ota_info", "hw_id", "oem_id", "hardware.json", "device.json", "deviceinfo.json", "device_info.json", "product.json", "productinfo.json":
		return true
	case "build": // of Yocto's image-buildinfo
		return strings.HasSuffix(dir, "/etc/")
	case "version", "version.txt", "release", "model", "general", "webif", "system", "device":
		return strings.Contains(dir, "/etc/") || strings.HasSuffix(dir, "/etc.defaults/") || strings.Count(e.Path, "/") <= 1 || isVersionFile(e)
	}
	if !strings.Contains(dir, "/etc/") {
		return isVersionFile(e)
	}
	if base == "buildver" || isVersionFile(e) {
		return true
	}
	if what, ok := strings.CutSuffix(base, "_version"); ok {
		return !partVersions[what] && !strings.HasSuffix(what, "utils")
	}
	return strings.HasSuffix(base, "-release") || strings.HasSuffix(base, "_release") || isVersionNumberFile(base)
}

// isVersionFile reports whether a short text outside the folders of the system is
// named for a version ("config/pack_version", "etc/partition_config/soft-version",
// "home/httpd/version"): makers keep their application and its settings in folders of
// their own. In folders of programs, libraries and pages it is of what stands there,
// and so it is in one that is named for a release ("perl/5.36.0/unicore/version").
func isVersionFile(e *Entry) bool {
	if e.Size > maxVersionFile {
		return false
	}
	base, ending, _ := strings.Cut(e.lowerBase(), ".")
	switch ending {
	case "", "txt", "cfg", "conf", "ini":
	default:
		return false
	}
	for part := range strings.SplitSeq(e.lowerDir(), "/") {
		if noSettingsIn[part] || part == "www" || part == "web" || part == "wireless" || part == "wifi" || part == "modules" || part == "firmware" || part == "node_modules" || part == "opt" || part == "usr" || isRelease(part) {
			return false
		}
	}
	base = strings.ReplaceAll(base, "-", "_")
	for _, end := range []string{"_version", "_ver", "version", "fw_ver", "fwver"} {
		if what, ok := strings.CutSuffix(base, end); ok && (what == "" || end[0] == '_' || what == "fire" || what == "soft" || what == "firm" || what == "app") {
			what = what[strings.LastIndexByte(what, '_')+1:]
			return !partVersions[what] && !distributionNames[what] && !strings.HasSuffix(what, "utils")
		}
	}
	return false
}

// maxVersionFile is the size of a file that states no more than a version.
const maxVersionFile = 512

// partVersions are parts of a device that files state the versions of, and what its
// system is built on: "linux_version", "uboot_version", "debian_version".
var partVersions = map[string]bool{"debian": true, "linux": true, "kernel": true, "uboot": true, "u-boot": true, "boot": true, "bootloader": true, "cfe": true, "busybox": true, "toolchain": true, "gcc": true, "sdk": true, "driver": true, "hw": true, "hardware": true, "config": true, "cfg": true, "db": true, "api": true, "modem": true, "wifi": true, "bt": true, "mcu": true, "fpga": true,
	"language": true, "lang": true, "cloud": true, "gui": true, "ui": true, "web": true, "plugin": true, "os": true, "app": true}

// isVersionNumberFile reports whether a file is named for the number of a version
// ("ver_num_des", "zte_ver_num").
func isVersionNumberFile(base string) bool {
	return strings.HasPrefix(base, "ver_num") || strings.HasSuffix(base, "_ver_num")
}

// fileKey folds a key of a file. A key says again of what its file is, as
// "VERSION_MODEL" of a file of versions, and "CONFIG_VENDOR_MODEL" of the options
// that a build was configured with; "FIRMWARE" there is its number.
func fileKey(base, key string) string {
	word := strings.ToLower(key)
	key = strings.ToLower(keySeparators.Replace(key))
	switch {
	case strings.HasPrefix(base, "version"):
		key = strings.TrimPrefix(key, "version")
		if key == "" && base == "version" || key == "firmware" {
			return "firmwareversion"
		}
		if key == "processor" {
			return "soc"
		}
	case base == "config":
		rest, ok := strings.CutPrefix(key, "configvendor")
		switch {
		case !ok:
			return ""
		case rest == "name":
			return "vendorname"
		case strings.HasSuffix(rest, "fwversion"):
			return "firmwareversion"
		}
		return rest
	case strings.HasPrefix(base, "currentsetting.htm"):
		if key == "firmware" {
			return "firmwareversion"
		}
	case base == xiaomiVersion:
		switch key {
		case "rom":
			return "firmwareversion"
		case "hardware":
			return "model"
		}
	}
	// In a file of versions "acme_version" is the device's, by the word of whoever
	// made it; of two words it is that of a part ("acme_real_version").
	if what, ok := strings.CutSuffix(key, "version"); ok && identityKeys[key] == meansNothing && namesVersion(base) && strings.Count(word, "_")+strings.Count(word, "-") <= 1 && !strings.Contains(word, ".") && !partVersions[what] {
		return "firmwareversion"
	}
	return key
}

// namesVersion reports whether a file is named for a version, or for a release of a
// system whose maker has no further key ("IJAI_VERSION" of an "os-release").
func namesVersion(base string) bool {
	return strings.Contains(base, "version") || strings.HasSuffix(base, "-release")
}

func identityExtractor() Extractor {
	return Extractor{
		Name:    "identity",
		Doc:     "reads release, banner and version files that state what the device is",
		Match:   isIdentityFile,
		Extract: readIdentity,
	}
}

// oddballs: files whose keys mean the operating system, not the device.
func isOSFile(base string) bool {
	switch base {
	case "os-release", "openwrt_release", "lede_release", "lsb-release", "openwrt_version":
		return true
	}
	return false
}

// xiaomiVersion is the name of the file in which Xiaomi's routers have their version;
// its speakers have the same in a folder of theirs.
const xiaomiVersion = "xiaoqiang_version"

func isXiaomiVersion(base, dir string) bool {
	return base == xiaomiVersion || base == "version" && strings.HasSuffix(dir, "/share/mico/")
}

func readIdentity(_ context.Context, in *Input, out *Result) error {
	base := strings.ToLower(in.Base())
	if isXiaomiVersion(base, in.lowerDir()) {
		base = xiaomiVersion
	}
	b := in.Bytes(0, 64<<10)
	if isOSFile(base) {
		readOSRelease(in, out, b)
	}
	if base == "build.prop" {
		readAndroidRelease(in, out, b)
	}
	ev := func(p pair, field string) sbom.Evidence {
		n := p.length
		if n == 0 {
			n = len(p.value)
		}
		return out.Evidence(sbom.ManifestAnalysis, field, p.offset, n, string(b[min(int(p.offset), len(b)):min(int(p.offset)+n, len(b))]))
	}
	found, kit := false, false
	if base != "banner" && base != "issue" && base != "issue.net" && base != "hostname" && base != "profile" {
		kit = kitDefault(b)
		pairs := readPairs(b)
		others := statesOthers(base, pairs) || isSample(b)
		named := base
		if isOSFile(base) && slices.ContainsFunc(pairs, func(p pair) bool { return p.key == "ID" || p.key == "NAME" || p.key == "DISTRIB_ID" }) {
			named = "" // of the system's version, whatever key has it
		}
		for _, p := range pairs {
			if machine, ok := strings.CutPrefix(p.key, "CONFIG_MACH_"); ok && base == "config" && p.value == "y" {
				if f, ok := chipSubject(machine, ev(p, "")); ok {
					out.Subject(f)
				}
				continue
			}
			key := fileKey(named, p.key)
			means := identityKeys[key]
			value := strings.TrimSpace(p.value)
			if strings.HasPrefix(base, "currentsetting.htm") {
				// "V1.0.2_1.0.1@region#" is completed by the web server.
				if i := strings.IndexAny(value, "@#<%"); i >= 0 {
					value = value[:i]
				}
			}
			if means == meansNothing || value == "" || len(value) > 200 {
				continue
			}
			if !validValue(value) || strings.HasPrefix(value, "$") || strings.ContainsAny(value, "<>") || len(value) == 2 && value[0] == '%' || strings.HasPrefix(value, "~~") {
				continue // of a template: "%P", "~~WSC_MODEL_NAME:AP94~" of Atheros' access points
			}
			if means == meansGateway {
				if strings.Trim(value, "0123456789") == "" && strings.Trim(value, "0") != "" {
					out.Subject(SubjectFact{Properties: []sbom.Property{{Name: "touchmark:data-model", Value: "InternetGatewayDevice"}}, Evidence: []sbom.Evidence{ev(p, "")}})
				}
				continue
			}
			if means == meansKind {
				// "IPC", "router"; "6-0050F204-1", the Primary Device Type of Wi-Fi
				// Simple Configuration.
				if means = meansModel; !isDesignation(value) || strings.Contains(strings.ToUpper(value), "-0050F204-") {
					continue
				}
			}
			if means == meansNumber {
				if means = meansModel; !isProductNumber(value) {
					continue // "1", "V2.1"
				}
			}
			if base == "board.info" && key == "boardname" {
				means = meansModel // the product's, as airOS has it
			}
			if defaultIdentity[strings.ToLower(value)] {
				if means == meansMaker {
					out.Subject(SubjectFact{Properties: []sbom.Property{{Name: "touchmark:default-identity", Value: CleanMatch(in.Path + ": " + p.key + "=" + value)}}})
				}
				continue
			}
			if others && (means == meansMaker || means == meansBrand || means == meansModel || means == meansMakerURL) {
				continue
			}
			claim := func(kind sbom.ClaimKind, role sbom.Role, value string) {
				out.Subject(SubjectFact{Claims: []sbom.Claim{{Kind: kind, Value: value, Role: role, By: sbom.ByBytes, Evidence: []sbom.Evidence{ev(p, "")}}}})
			}
			found = true
			switch means {
			case meansMaker:
				// A chip maker's kit fills this with the chip maker's name and
				// leaves the product "Generic": then it names the kit.
				role := sbom.Manufacturer
				if kit {
					role = sbom.SDK
				}
				claim(sbom.OrgName, role, value)
			case meansBrand:
				if kit && isChipMaker(value) {
					break
				}
				claim(sbom.OrgName, sbom.Brand, value)
			case meansODM:
				claim(sbom.OrgName, sbom.ODM, value)
			case meansOperator:
				claim(sbom.OrgName, sbom.Operator, value)
			case meansModel:
				if kit && !strings.HasPrefix(key, "roproduct") {
					break // "RTL8xxx", "Sample": the kit's, not the product's
				}
				out.Subject(SubjectFact{Name: value, Rank: modelRank(key, value), Evidence: []sbom.Evidence{identity(ev(p, "name"), sbom.Medium)}})
			case meansVersion:
				// "acmeversion=ax9_V2.0.1(7241)" is of the product and its version.
				if name, v := cutVersion(value); v != "" && namesVersion(base) && !isApart(in.Path) && isProductNumber(name) && !strings.Contains(value, " ") {
					out.Subject(SubjectFact{Name: name, Rank: settingsRank, Evidence: []sbom.Evidence{identity(ev(p, "name"), sbom.Medium)}})
					value = v
				}
				out.Subject(SubjectFact{Version: value, Rank: versionRank(in.Path, value), Evidence: []sbom.Evidence{identity(ev(p, "version"), sbom.Medium)}})
			case meansSilicon:
				if f, ok := chipSubject(value, ev(p, "")); ok {
					out.Subject(f)
				}
				out.Subject(SubjectFact{Properties: []sbom.Property{{Name: "touchmark:chip", Value: CleanMatch(value)}}, Evidence: []sbom.Evidence{ev(p, "")}})
			case meansBoard:
				if f, ok := chipSubject(value, ev(p, "")); ok {
					out.Subject(f)
				}
				out.Subject(SubjectFact{Properties: []sbom.Property{{Name: "touchmark:board", Value: CleanMatch(value)}}, Evidence: []sbom.Evidence{ev(p, "")}})
			case meansMakerURL:
				h := strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(value, "http://"), "https://"))
				h, _, _ = strings.Cut(h, "/")
				if key == "url" && base != "hwinfo" && base != "device_info" || !validHost(h) || strings.HasSuffix(h, "openwrt.org") || strings.HasSuffix(h, "lede-project.org") {
					break
				}
				role := sbom.Manufacturer
				if kit {
					role = sbom.SDK
				}
				claim(sbom.Domain, role, h)
			case meansHost:
				// OpenWrt's "etc/config/system"; in other files it is a server's.
				if name := hostName(value); base == "system" && name != "" {
					out.Subject(SubjectFact{Name: name, Rank: hostRank, Evidence: []sbom.Evidence{identity(ev(p, "name"), sbom.Low)}})
				}
			case meansOUI:
				if oui := strings.ToUpper(ouiSeparators.Replace(value)); isHex(oui, 6) {
					claim(sbom.OUI, sbom.Manufacturer, oui)
				}
			}
		}
	}
	if found || isOSFile(base) {
		return nil
	}
	readFreeIdentity(in, out, b, base)
	return nil
}

// statesOthers reports whether the makers and models that a file states are not
// the device's: it is a table of makers, or what a project fills in for itself, as
// the Linux UPnP IGD Project does.
func statesOthers(base string, pairs []pair) bool {
	var makers []string
	for _, p := range pairs {
		if identityKeys[fileKey(base, p.key)] != meansMaker {
			continue
		}
		low := strings.ToLower(strings.TrimSpace(p.value))
		if strings.HasSuffix(low, " project") {
			return true
		}
		if low != "" && !defaultIdentity[low] && !slices.Contains(makers, low) {
			makers = append(makers, low)
		}
	}
	return len(makers) >= settingsTable
}

// hostRank is that of the name which a device has in a network: any other is
// better.
const hostRank = 0

// hostName returns the name of a product in a host's name, empty where there is
// none: the names of systems and of makers of chips are those of kits, and the
// half of a hardware address that makers put behind the model, or another number
// of the single device, is left out.
func hostName(s string) string {
	low := strings.ToLower(s)
	first, _, _ := strings.Cut(strings.NewReplacer("-", ".", "_", ".").Replace(low), ".")
	if defaultHost[low] || defaultIdentity[low] || isChipMaker(first) || !hasLetters(s, 2) {
		return "" // an address is no name either
	}
	if i := strings.Index(low, "xx"); i > 0 && low[i-1] >= '0' && low[i-1] <= '9' {
		return "" // "ax21xx": a family's
	}
	if isModuleBoard(strings.NewReplacer("-", " ", "_", " ").Replace(low)) {
		return "" // the module's that it is built on
	}
	if strings.Contains(low, "sabre") || strings.HasSuffix(low, "evk") || strings.HasSuffix(low, "evb") {
		return "" // of a board to try a chip
	}
	if maker, _ := chipOf(low); maker != "" {
		return "" // the kit's name for its chip: "imx6qdlsolo", "rk3326_robot"
	}
	if i := strings.LastIndexAny(s, "-_"); i > 0 && isSerial(s[i+1:]) {
		if s = s[:i]; len(s) < 3 || !hasLetters(s, 2) {
			return ""
		}
	}
	return s
}

// isSerial reports whether the last part of a host's name tells one device from
// another of its model: four or six digits in upper-case hexadecimal of which one
// is a letter, or seven and more with digits in front.
func isSerial(s string) bool {
	if digits := len(s) - len(strings.TrimLeft(s, "0123456789")); len(s) >= 7 && digits >= 4 {
		return true
	}
	return (len(s) == 4 || len(s) == 6) && strings.Trim(s, "0123456789ABCDEF") == "" && strings.ContainsAny(s, "ABCDEF")
}

// modelRank prefers keys that name the product that is sold, and the names of
// products to those of a kind or a family of them ("Acme NAS"), which are better
// than a host's name only.
func modelRank(key, value string) int {
	if isKindName(value) {
		return hostRank + 1
	}
	switch key {
	case "productname", "modelname", "roproductmodel", "devicemodel":
		return 5
	case "devicename", "model", "firmwarename", "productmodel", "modelnumber":
		return 4
	}
	return 3
}

// isKindName reports whether a name is of a kind or a family of devices: it has no
// digit, and a word for one.
func isKindName(s string) bool {
	if strings.ContainsAny(s, "0123456789") {
		return false
	}
	for w := range strings.FieldsSeq(strings.NewReplacer("-", " ", "_", " ").Replace(strings.ToLower(s))) {
		if kindWords[w] {
			return true
		}
	}
	return false
}

var kindWords = map[string]bool{"nas": true, "ap": true, "router": true, "gateway": true, "camera": true, "ipcam": true, "ipcamera": true, "series": true, "family": true, "device": true, "product": true, "platform": true, "system": true, "hg": true, "igd": true, "ipc": true, "dvr": true, "nvr": true, "xvr": true, "modem": true, "onu": true, "ont": true, "cpe": true, "wireless": true, "wlan": true, "adsl": true, "vdsl": true, "gpon": true, "epon": true, "switch": true, "extender": true, "repeater": true, "bridge": true, "server": true, "printer": true, "player": true, "hotspot": true, "mifi": true}

// isProductNumber reports whether the number of a model is that of a product: one
// word that begins with a letter and has two digits together, no version, date or
// chip.
func isProductNumber(s string) bool {
	if len(s) < 3 || len(s) > 24 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-+") != "" || strings.Count(s, "-") > 1 {
		return false
	}
	if c := s[0]; c >= '0' && c <= '9' || c == '-' || c == '+' || (c == 'v' || c == 'V') && strings.Trim(s[1:], "0123456789") == "" {
		return false
	}
	pair := false
	for i := 1; i < len(s); i++ {
		pair = pair || s[i-1] >= '0' && s[i-1] <= '9' && s[i] >= '0' && s[i] <= '9'
	}
	chip, _ := chipOf(s)
	return pair && chip == ""
}

// The ranks of versions: files that state a release are preferred to
// configuration, whose defaults ("1.0") often nobody filled in, and a number with
// parts to a count or a code.
const (
	unfilledVersion = iota + 1
	placeVersion    // of something on the device, unless all that state one agree
	defaultVersion
	countVersion
	freeVersion
	keyedVersion
)

// unfilledVersions are those that a kit begins to count with.
var unfilledVersions = map[string]bool{"1.0": true, "1.0.0": true, "1.0.0.0": true, "0.1": true, "0.0.1": true, "0.0.0": true, "0.0": true}

func versionRank(path, value string) int {
	switch {
	case unfilledVersions[strings.TrimLeft(value, "vV")]:
		return unfilledVersion
	case isApart(path):
		return placeVersion
	case strings.Contains("/"+path, "/config/") || len(value) < 4:
		return defaultVersion
	case !strings.Contains(value, ".") && !isReleaseCode(value):
		return countVersion
	}
	return keyedVersion
}

// isApart reports whether a file stands outside the folders in which a system states
// what it is: the root and those named "etc", "etc_ro", "etc.defaults".
func isApart(path string) bool {
	dir := "/" + dirOf(strings.ToLower(path)) + "/"
	return strings.Count(path, "/") > 1 && !strings.Contains(dir, "/etc")
}

// isReleaseCode reports whether a word is a version as Huawei writes it:
// "V800R316C00SPH205B001", of the product, its release, customer and patch.
func isReleaseCode(s string) bool {
	for _, part := range []string{"V", "R", "C"} {
		rest, ok := strings.CutPrefix(s, part)
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if !ok || digits < 2 {
			return false
		}
		s = rest[digits:]
	}
	return true
}

var (
	ouiSeparators = strings.NewReplacer(":", "", "-", "")
	keySeparators = strings.NewReplacer("_", "", "-", "", ".", "", " ", "")
	xmlEntities   = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&quot;", "\"", "&apos;", "'")
)

// isSample reports whether a file is filled with what its author made up: the maker
// and the model in it are those of a programmer's example. "example_hw_version" is in
// the settings that EasyCwmp comes with.
func isSample(b []byte) bool {
	low := bytes.ToLower(b)
	for _, s := range []string{"deadbeef", "deadcafe", "example_hw_version"} {
		if bytes.Contains(low, []byte(s)) {
			return true
		}
	}
	return false
}

// kitDefault reports whether a file was left as a development kit shipped it:
// its product is "Generic", or its maker is a maker of chips.
func kitDefault(b []byte) bool {
	for _, p := range readPairs(b) {
		key := strings.ToLower(keySeparators.Replace(p.key))
		switch {
		case (key == "deviceproduct" || key == "openwrtdeviceproduct" || key == "ledeproduct") && strings.EqualFold(p.value, "generic"):
			return true
		case identityKeys[key] == meansMaker && isChipMaker(p.value):
			return true
		}
	}
	return false
}

// isChipMaker reports whether a name is that of a maker of chips whose kits
// others build devices with ("Realtek Semiconductor Corp.").
func isChipMaker(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, c := range chipFamilies {
		m := strings.ToLower(c.maker)
		if name == strings.ReplaceAll(m, " ", "") {
			return true
		}
		if rest, ok := strings.CutPrefix(name, m); ok && endsMaker(rest) {
			return m != "xiongmai" // it makes devices too
		}
	}
	if name == "ti" {
		return true
	}
	for _, m := range []string{"amlogic", "spreadtrum", "telechips", "mstar", "freescale", "atheros", "intel", "airoha", "maxlinear", "ikanos", "conexant", "trendchip", "celeno", "quantenna", "cavium", "ambarella", "infineon", "econet", "goke", "zxic"} {
		if rest, ok := strings.CutPrefix(name, m); ok && endsMaker(rest) {
			return true
		}
	}
	return false
}

// endsMaker reports whether the rest of a name leaves the maker what it is:
// nothing, further words, or the ending that makers add in names of domains
// ("allwinnertech").
func endsMaker(rest string) bool {
	return rest == "" || rest[0] == ' ' || rest[0] == ',' || rest == "tech" || rest == "semi" || rest == "micro"
}

func isHex(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := 0; i < n; i++ {
		if _, ok := unhex(s[i]); !ok {
			return false
		}
	}
	return true
}

// readOSRelease makes the component of the operating system (os-release(5),
// openwrt_release).
func readOSRelease(in *Input, out *Result, b []byte) {
	f := map[string]pair{}
	for _, p := range readPairs(b) {
		if _, dup := f[p.key]; !dup {
			f[p.key] = p
		}
	}
	first := func(keys ...string) (pair, bool) {
		for _, k := range keys {
			if p, ok := f[k]; ok && p.value != "" && validValue(p.value) {
				return p, true
			}
		}
		return pair{}, false
	}
	name, ok := first("ID", "DISTRIB_ID", "NAME")
	if !ok {
		return
	}
	version, _ := first("VERSION_ID", "DISTRIB_RELEASE", "VERSION")
	branch := pair{}
	if !strings.ContainsAny(version.value, "0123456789") {
		d, _ := first("DISTRIB_DESCRIPTION")
		r, ok := first("DISTRIB_REVISION", "BUILD_ID")
		switch n := openWrtRelease(d.value); {
		case n != "":
			// "OpenWrt Barrier Breaker 14.07": releases had names, and the number
			// stands in the description alone.
			branch, version = version, d
			version.value = n
		case !ok || !strings.ContainsAny(r.value, "0123456789") || !validName(r.value):
		case strings.EqualFold(name.value, "OpenWrt") && !openWrtRevision(r.value):
			// A vendor's own count of his builds is no revision of OpenWrt.
			branch, version = version, pair{}
		default:
			// A build between releases: "Bleeding Edge" and "SNAPSHOT" name every one
			// of them, the revision which. OpenWrt writes revisions as "r31467".
			branch, version = version, r
			if strings.Trim(r.value, "0123456789") == "" {
				version.value = "r" + r.value
			}
		}
	}
	ev := func(p pair, field string) sbom.Evidence {
		return identity(out.Evidence(sbom.ManifestAnalysis, field, p.offset, p.length, string(b[p.offset:min(int(p.offset)+p.length, len(b))])), sbom.High)
	}
	id := strings.ToLower(name.value)
	c := sbom.Component{Type: sbom.OperatingSystem, Name: name.value, Version: version.value, Evidence: []sbom.Evidence{ev(name, "name")}}
	c.PURL = packageURL("generic", "", id, version.value, "")
	if version.value != "" {
		c.Evidence = append(c.Evidence, ev(version, "version"))
	}
	if p, ok := first("PRETTY_NAME", "DISTRIB_DESCRIPTION"); ok {
		c.Description = CleanMatch(p.value)
	}
	if branch.value != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "touchmark:release", Value: CleanMatch(branch.value)})
	}
	for _, k := range []string{"DISTRIB_TARGET", "OPENWRT_BOARD", "LEDE_BOARD", "DISTRIB_REVISION", "BUILD_ID"} {
		if p, ok := f[k]; ok && p.value != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: "touchmark:" + strings.ToLower(k), Value: CleanMatch(p.value)})
			if k == "DISTRIB_TARGET" || k == "OPENWRT_BOARD" || k == "LEDE_BOARD" {
				if f, ok := chipSubject(p.value, ev(p, "")); ok {
					out.Subject(f)
				}
			}
		}
	}
	root, _, _ := strings.Cut(in.Path, "etc/")
	if i := strings.Index(in.Path, "usr/lib/os-release"); i >= 0 {
		root = in.Path[:i]
	}
	c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.PURL, Value: c.PURL, By: sbom.ByBytes, Evidence: stripFields(c.Evidence[:1])})
	out.Component(Observation{Key: "os:" + root + id, Component: c, Explains: true})
}

// readAndroidRelease makes the component of Android (android.os.Build.VERSION.RELEASE,
// which is ro.build.version.release of the system's build.prop). Those of a vendor's
// part of the device have other keys.
func readAndroidRelease(in *Input, out *Result, b []byte) {
	c := sbom.Component{Type: sbom.OperatingSystem, Name: "Android"}
	for _, p := range readPairs(b) {
		switch {
		case !validValue(p.value) || p.value == "":
		case p.key == "ro.build.version.release" && c.Version == "" && isAndroidRelease(p.value):
			c.Version = p.value
			match := string(b[min(int(p.offset), len(b)):min(int(p.offset)+p.length, len(b))])
			for _, field := range []string{"name", "version"} {
				c.Evidence = append(c.Evidence, identity(out.Evidence(sbom.ManifestAnalysis, field, p.offset, p.length, match), sbom.High))
			}
		case p.key == "ro.build.version.sdk" || p.key == "ro.build.version.security_patch":
			c.Properties = append(c.Properties, sbom.Property{Name: "touchmark:" + p.key, Value: CleanMatch(p.value)})
		}
	}
	if c.Version == "" {
		return
	}
	c.PURL = packageURL("generic", "", "android", c.Version, "")
	c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.PURL, Value: c.PURL, By: sbom.ByBytes, Evidence: stripFields(c.Evidence[:1])})
	out.Component(Observation{Key: "android:" + strings.TrimSuffix(in.Path, in.Base()), Component: c, Explains: true})
}

// openWrtRelease returns the number in a description: the year and month of the
// branch, with the number of the release or candidate where there is one
// (openwrt.org, "OpenWrt version history").
func openWrtRelease(description string) string {
	for _, w := range strings.Fields(description) {
		n, candidate, isCandidate := strings.Cut(w, "-rc")
		parts := strings.Split(n, ".")
		ok := len(parts) >= 2 && len(parts) <= 3 && (!isCandidate || isNumber(candidate))
		for i, p := range parts {
			ok = ok && isNumber(p) && (i > 1 || len(p) == 2)
		}
		if ok && parts[1] <= "12" {
			return w
		}
	}
	return ""
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// openWrtRevision reports whether a revision is of a form that OpenWrt's builds
// write: "r31467", "50140", "r16279-5cc0535800", or a commit.
func openWrtRevision(s string) bool {
	count, commit, _ := strings.Cut(strings.TrimPrefix(s, "r"), "-")
	return isNumber(count) && strings.Trim(commit, "0123456789abcdef") == "" || len(s) >= 7 && strings.Trim(s, "0123456789abcdef") == ""
}

// readFreeIdentity reads files that state one thing without a key: a model, a
// version, a line for the login prompt.
func readFreeIdentity(in *Input, out *Result, b []byte, base string) {
	if base == "banner" {
		readBanner(out, b)
		return
	}
	line, second, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	line = strings.TrimSpace(line)
	if line == "" || len(line) > 160 || !validValue(line) {
		return
	}
	off := int64(strings.Index(string(b), line))
	ev := out.Evidence(sbom.ManifestAnalysis, "", off, len(line), line)
	if first, _, _ := strings.Cut(strings.ToLower(line), " "); base == "version" && (distributionNames[first] || isKitRelease(first)) {
		return // what the device is built on
	}
	switch {
	case base == "issue" || base == "issue.net":
		readIssue(out, line, ev)
	case strings.Contains(base, "version") || base == "release" || base == "buildver" || isVersionNumberFile(base) || isVersionFile(&in.Entry):
		v, rank := firstVersion(line), freeVersion
		if isApart(in.Path) {
			if rank = placeVersion; firstVersion(second) != "" {
				return // of two parts
			}
		}
		if strings.HasSuffix(in.lowerDir(), "/etc/") || !strings.Contains(in.Path, "/") {
			// "X1000_V1.0.2": one word is of the product and its version. In a folder
			// below it can be of a driver, or of one model of many.
			for _, w := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t()[],;", r) }) {
				name, cut := cutVersion(w)
				if cut == "" {
					continue
				}
				if v == "" || len(v) >= 8 && v[4] == '.' && (v[:2] == "19" || v[:2] == "20") {
					v = cut // the other is a day
				}
				if isProductNumber(name) && w == line {
					ev.Field = "name"
					out.Subject(SubjectFact{Name: name, Rank: settingsRank, Evidence: []sbom.Evidence{identity(ev, sbom.Medium)}})
				}
				break
			}
			if v == "" && strings.HasSuffix(in.lowerDir(), "/etc/") {
				v, rank = wordVersion(line), countVersion // at the root it can be a program's: "go1.26"
			}
		}
		if v != "" {
			ev.Field = "version"
			out.Subject(SubjectFact{Version: v, Rank: rank, Evidence: []sbom.Evidence{identity(ev, sbom.Medium)}})
		}
	case base == "hw_id":
		if isProductNumber(line) {
			ev.Field = "name"
			out.Subject(SubjectFact{Name: line, Rank: 3, Evidence: []sbom.Evidence{identity(ev, sbom.Medium)}})
		}
	case base == "oem_id":
		if isMakerName(line) {
			out.Subject(SubjectFact{Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: line, Role: sbom.Brand, By: sbom.ByBytes, Evidence: []sbom.Evidence{ev}}}})
		}
	case base == "model" || base == "model_name" || base == "module_name":
		ev.Field = "name"
		out.Subject(SubjectFact{Name: line, Rank: 3, Evidence: []sbom.Evidence{identity(ev, sbom.Medium)}})
	case base == "hostname":
		// Labels of letters, digits and hyphens (RFC 1123, 2.1), and the underscores
		// that devices have: a file of that name can also say where a program lies.
		if name := hostName(line); name != "" && strings.Trim(strings.ToLower(line), "abcdefghijklmnopqrstuvwxyz0123456789-._") == "" {
			ev.Field = "name"
			out.Subject(SubjectFact{Name: name, Rank: hostRank, Evidence: []sbom.Evidence{identity(ev, sbom.Low)}})
		}
	case base == "brand":
		out.Subject(SubjectFact{Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: line, Role: sbom.Brand, By: sbom.ByBytes, Evidence: []sbom.Evidence{ev}}}})
	case base == "manufacturer" || base == "vendor":
		if isMakerName(line) {
			out.Subject(SubjectFact{Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: line, Role: sbom.Manufacturer, By: sbom.ByBytes, Evidence: []sbom.Evidence{ev}}}})
		}
	}
}

// isKitRelease reports whether a word is the name of a release of Qualcomm's kit
// ("le.br.1.2.1.c1-00500-9x07", "LNX.LE.5.0.1"): letters of the system and of the
// branch, and numbers.
func isKitRelease(s string) bool {
	part := strings.Split(strings.ToLower(s), ".")
	return len(part) >= 4 && (part[0] == "le" || part[0] == "la" || part[0] == "lnx") && strings.Trim(part[1], "abcdefghijklmnopqrstuvwxyz") == "" && strings.Trim(part[2], "0123456789") == ""
}

// readBanner reads a greeting in whose lines somebody labelled the board or the
// firmware by a model ("HW: AB1234 v2"). What it is called in a greeting is not
// taken for the product's name: firmware for a board of another maker has it too.
func readBanner(out *Result, b []byte) {
	at := 0
	for line := range strings.Lines(string(b)) {
		text := strings.TrimSpace(line)
		off := at + strings.Index(line, text)
		at += len(line)
		key, value, ok := strings.Cut(text, ":")
		if value = strings.TrimSpace(value); !ok || !bannerKeys[strings.ToLower(strings.TrimSpace(key))] || len(text) > 160 || !validValue(text) {
			continue
		}
		if model, _, _ := strings.Cut(value, " "); isModel(model) {
			out.Subject(SubjectFact{Properties: []sbom.Property{{Name: "touchmark:board", Value: CleanMatch(value)}},
				Evidence: []sbom.Evidence{out.Evidence(sbom.ManifestAnalysis, "", int64(off), len(text), text)}})
		}
	}
}

// bannerKeys are the labels of lines of a greeting that say what it runs on.
var bannerKeys = map[string]bool{"hw": true, "sw": true, "fw": true, "hardware": true, "software": true, "firmware": true,
	"board": true, "model": true, "device": true, "machine": true, "platform": true, "product": true}

// isDesignation reports whether a text designates a product, and not a kind of
// them: it has letters and digits.
func isDesignation(s string) bool {
	return strings.ContainsAny(s, "0123456789") && hasLetters(s, 1) && len(s) <= 64
}

// isModel reports whether a word has the form of a model's designation: letters
// of ASCII in upper case, at least two, and after them three digits or more.
func isModel(s string) bool {
	i := strings.IndexAny(s, "0123456789")
	letters := 0
	for j := range max(i, 0) {
		switch c := s[j]; {
		case c >= 'A' && c <= 'Z':
			letters++
		case c != '-':
			return false
		}
	}
	rest := s[max(i, 0):]
	return letters >= 2 && len(rest)-len(strings.TrimLeft(rest, "0123456789")) >= 3
}

// readIssue reads a login prompt: where it names an organization (a legal form
// or a word as "Labs" in it), that is a claim; getty's escapes are dropped.
func readIssue(out *Result, line string, ev sbom.Evidence) {
	words := strings.Fields(line)
	kept := words[:0]
	for _, w := range words {
		if !strings.HasPrefix(w, "\\") {
			kept = append(kept, w)
		}
	}
	if len(kept) > 0 && strings.HasSuffix(kept[0], "gcc") {
		return // with what the system was built
	}
	first := 0
	if len(kept) > 2 && strings.EqualFold(kept[0], "welcome") && strings.EqualFold(kept[1], "to") {
		first = 2
	}
	// "Poky 8.0 (Yocto Project 1.3 Reference Distro)": on what a device is built.
	distribution := len(kept) > first && distributionNames[strings.ToLower(strings.Trim(kept[first], ",.!:"))]
	for i, w := range kept {
		// "Acme Poky (based on Yocto Project ...)": what is behind is not who made it.
		if i > first && (distributionNames[strings.ToLower(strings.Trim(w, ",.!:()"))] || strings.HasPrefix(w, "(")) {
			distribution = true
		}
	}
	// "Inverto Digital Labs AXE-Linux 3.0 Distribution": the name ends with
	// its last organization word.
	for end := min(len(kept), 6); end >= 2 && !distribution; end-- {
		l := strings.ToLower(strings.Trim(kept[end-1], ".,"))
		if orgWords[l] || legalForms[l] && len(l) > 2 {
			name := strings.Join(kept[:end], " ")
			if strings.EqualFold(kept[0], "welcome") && strings.EqualFold(kept[1], "to") {
				name = strings.Join(kept[2:end], " ")
			}
			role := sbom.Manufacturer
			if isChipMaker(name) {
				role = sbom.SDK
			}
			if !isCodePhrase(name) && strings.Contains(name, " ") {
				out.Subject(SubjectFact{Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: name, Role: role, By: sbom.ByBytes, Evidence: []sbom.Evidence{ev}}}})
			}
			break
		}
	}
	if first > 0 {
		// "Welcome to Acme Camera", "Welcome to Linux (ACME Cloud Bridge)".
		name := strings.Join(kept[first:], " ")
		if i := strings.IndexByte(name, '('); i >= 0 {
			name, _, _ = strings.Cut(name[i+1:], ")")
		}
		if name = strings.Trim(name, "!., "); isCalled(name) {
			out.Subject(SubjectFact{called: called{name: name, in: inGreeting}, Evidence: []sbom.Evidence{ev}})
		}
	}
	if n := len(kept); n == 3 && strings.EqualFold(kept[0], "welcome") && strings.EqualFold(kept[1], "to") {
		out.Subject(SubjectFact{Properties: []sbom.Property{{Name: propertyWelcome, Value: CleanMatch(strings.Trim(kept[2], "!.,"))}}, Evidence: []sbom.Evidence{ev}})
	} else if n > 4 && !greets(kept[:2]) {
		// "Acme Poky (based on Yocto Project ...) 1.5": whose distribution it is.
		out.Subject(SubjectFact{Properties: []sbom.Property{{Name: propertyGreeting, Value: CleanMatch(kept[0])}}, Evidence: []sbom.Evidence{ev}})
	}
	if n := len(kept); n >= 2 && n <= 4 && !greets(kept) {
		out.Subject(SubjectFact{Properties: []sbom.Property{{Name: propertyGreeting, Value: CleanMatch(strings.Join(kept, " "))}}, Evidence: []sbom.Evidence{ev}})
	}
	// A distribution, and a kit's, has a version of its own.
	if v := firstVersion(line); v != "" && len(kept) > 1 && !isChipMaker(kept[0]) && !distribution {
		ev.Field = "version"
		out.Subject(SubjectFact{Version: v, Rank: defaultVersion, Evidence: []sbom.Evidence{identity(ev, sbom.Low)}})
	}
}

// isAndroidRelease reports whether a value begins with one or two digits, as the
// releases of Android do: other systems put the day of the build there.
func isAndroidRelease(v string) bool {
	first, _, _ := strings.Cut(v, ".")
	return len(first) > 0 && len(first) <= 2 && strings.Trim(first, "0123456789") == ""
}

// distributionNames begin the login prompts of systems that devices are built on.
var distributionNames = map[string]bool{"ubuntu": true, "debian": true, "raspbian": true, "armbian": true, "fedora": true, "centos": true, "alpine": true, "rocky": true, "almalinux": true, "opensuse": true, "kali": true, "manjaro": true,
	"poky": true, "arago": true, "vyos": true, "vyatta": true, "angstrom": true, "ångström": true, "openembedded": true, "buildroot": true, "linaro": true, "yocto": true}

const propertyGreeting, propertyWelcome = "touchmark:greeting", "touchmark:welcome"

// greets reports whether a login prompt is a sentence and no name.
func greets(words []string) bool {
	for _, w := range words {
		switch strings.ToLower(strings.Trim(w, ",.!:")) {
		case "welcome", "to", "the", "this", "is", "login", "on", "linux", "gnu/linux", "version", "release", "system", "kernel", "development":
			return true
		}
	}
	return false
}

// greetingMaker claims the maker in a login prompt that ends in the name which the
// device gives itself, "Acme AcmeBox" of the host "acmebox"; begins with the word
// with which that name begins, "Acme Poky 1.5" of the host "acme-box"; or welcomes
// to one word that is not the device's name.
func (j *joiner) greetingMaker() {
	sub, name := j.subject, j.calledName()
	for i := range j.facts {
		f := &j.facts[i]
		for _, p := range f.Properties {
			maker, last, ok := cutLastWord(p.Value)
			if chip, _ := chipOf(maker); chip != "" {
				continue
			}
			switch {
			case p.Name == propertyWelcome:
				maker, ok = p.Value, !strings.EqualFold(p.Value, name) && !defaultHost[strings.ToLower(p.Value)]
			case p.Name != propertyGreeting:
				continue
			case !ok || !strings.EqualFold(last, name):
				maker, _, _ = strings.Cut(p.Value, " ")
				ok = hasLabel(name, strings.ToLower(maker)) && len(maker) < len(name) && strings.EqualFold(name[:min(len(maker), len(name))], maker)
			}
			if !ok || !isMakerName(maker) || isChipMaker(maker) || len(f.Evidence) == 0 {
				continue
			}
			sub.Claims = append(sub.Claims, sbom.Claim{Kind: sbom.OrgName, Value: maker, Role: sbom.Brand, By: sbom.ByBytes, Field: sbom.FieldOwnName, Evidence: f.Evidence[:1]})
		}
	}
}

func cutLastWord(s string) (before, last string, ok bool) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

// cutVersion splits a word that holds a name and a version: "X1000_V1.0.2",
// "EN-V1.2".
func cutVersion(word string) (name, version string) {
	for i := 1; i+2 < len(word); i++ {
		if (word[i-1] == '_' || word[i-1] == '-') && (word[i] == 'V' || word[i] == 'v') && word[i+1] >= '0' && word[i+1] <= '9' && strings.Contains(word[i:], ".") {
			return word[:i-1], word[i:]
		}
	}
	return word, ""
}

// firstVersion returns the last word of a line that looks like a version: a
// digit, and a dot between digits. The last, because names come first.
func firstVersion(line string) string {
	best := ""
	for _, w := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t[]()#,;\"'=", r) }) {
		if v := strings.TrimLeft(w, "vV"); len(v) >= 3 && v[0] >= '0' && v[0] <= '9' && strings.Contains(v, ".") && !strings.Contains(v, ":") || isReleaseCode(w) {
			best = w
			if strings.ContainsAny(line, "#") {
				break // "#1.3.5 Fri Feb 10 …"
			}
		}
	}
	return best
}

// wordVersion returns the version in a line that is one word of letters, digits and
// what separates its parts ("MF6728S.B05_Build04"), as makers number the builds of a
// product.
func wordVersion(line string) string {
	w := strings.TrimRight(line, ";")
	if len(w) < 6 || len(w) > 64 || !strings.ContainsAny(w, "0123456789") || !strings.ContainsAny(w, "._-") || !hasLetters(w, 1) ||
		strings.Trim(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != "" {
		return ""
	}
	return w
}

// validValue reports whether a value from a file can be shown as it is.
func validValue(s string) bool {
	for _, r := range s {
		if r < 0x20 || r == 0xfffd || r == 0x7f {
			return false
		}
	}
	return true
}
