package firmware

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/elffile/elftest"
	"github.com/touchmark-dev/touchmark/sbom"
)

// names of two makers of devices and one of chips, as a database lists them.
var nameLiterals = []sbom.Literal{
	{ID: "name/acmenet", Kind: sbom.OrgName, Text: "acmenet", Value: "AcmeNet", Role: sbom.Brand, Fold: true},
	{ID: "name/rivalco", Kind: sbom.OrgName, Text: "rivalco", Value: "Rivalco", Role: sbom.Brand, Fold: true},
	{ID: "name/chiptek", Kind: sbom.OrgName, Text: "chiptek", Value: "Chiptek", Role: sbom.Silicon, Fold: true},
	{ID: "literal/Rivalco Box", Kind: sbom.LiteralMark, Text: "Rivalco Box", Role: sbom.Brand},
	{ID: "literal/CHIP_MPI_", Kind: sbom.LiteralMark, Text: "CHIP_MPI_", Role: sbom.SDK},
}

// fieldClaims lists the claims with a field: "name-mark AcmeNet brand".
func fieldClaims(list []sbom.Claim) string {
	var out []string
	for _, c := range list {
		if c.Field != "" {
			out = append(out, c.Field+" "+c.Value+" "+c.Role.String())
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// fieldClaimsOf is fieldClaims of the component of that name, "" where there is none.
func fieldClaimsOf(doc *sbom.Document, name string) string {
	for _, c := range doc.Components {
		if c.Name == name {
			return fieldClaims(c.Claims)
		}
	}
	return ""
}

// TestNameMarks: a name counts where several own files hold it as a word or a
// part of an identifier; one competitor's name in one file does not.
func TestNameMarks(t *testing.T) {
	doc := scan(t, map[string]string{
		"usr/bin/one":   program("acmenet_get_config", "x"),
		"usr/bin/two":   program("/tmp/AcmeNet/state", "rivalco_compat"),
		"usr/bin/three": program("ACMENET_MODE", "6Chiptek driver"),
		"usr/bin/four":  program("placmenets", "Acmeneta", "aCmEnEt", "myacmenet"),
		"usr/bin/five":  program("/tmp/acmenetsvcs"),
		"usr/bin/table": program("AcmeNet", "Rivalco", "Chiptek", "second", "x"),
	}, &Options{Literals: nameLiterals})
	if got, want := fieldClaims(doc.Subject.Claims), "name-mark AcmeNet brand"; got != want {
		t.Errorf("the device: %q, want %q", got, want)
	}
	for name, want := range map[string]string{"one": "name-mark AcmeNet brand", "two": "name-mark AcmeNet brand", "three": "name-mark AcmeNet brand", "four": "", "five": "name-mark AcmeNet brand"} {
		c := component(t, doc, name)
		if got := fieldClaims(c.Claims); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	ev := component(t, doc, "two").Claims[0].Evidence[0]
	if ev.Match != "acmenet" || ev.Offset == 0 || ev.Path != "usr/bin/two" {
		t.Errorf("evidence %+v", ev)
	}
	// Alone, a name says nothing.
	doc = scan(t, map[string]string{"usr/bin/one": program("acmenet_get_config"), "usr/bin/two": program("nothing here")}, &Options{Literals: nameLiterals})
	if got := fieldClaims(doc.Subject.Claims); got != "" {
		t.Errorf("one file makes the device %q", got)
	}
}

// TestOddSpelling: a name as its owner writes it, with capitals within, is one in
// longer words too.
func TestOddSpelling(t *testing.T) {
	literals := []sbom.Literal{
		{ID: "name/acmenet", Kind: sbom.OrgName, Text: "acmenet", Value: "aCMENET", Role: sbom.Brand, Fold: true},
	}
	literals = append(literals, sbom.Literal{ID: "name/rivco", Kind: sbom.OrgName, Text: "rivco", Value: "RivCo", Role: sbom.Brand, Fold: true})
	files := map[string]string{"usr/bin/within": program("getRivConfig"), "usr/bin/odd": program("startaCMENETd"), "usr/bin/even": program("startacmenetd", "AcmeNetd", "UniAcmeNetwork")}
	for i := range 4 {
		files[fmt.Sprintf("usr/bin/own%d", i)] = program(fmt.Sprintf("acmenet_get%d", i), fmt.Sprintf("rivco_get%d", i))
	}
	doc := scan(t, files, &Options{Literals: literals})
	for name, want := range map[string]string{"within": "", "odd": "name-mark aCMENET brand", "even": ""} {
		if got := fieldClaims(component(t, doc, name).Claims); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestNamesInPlugins: a folder whose libraries name many makers is a table of their
// devices, unless an Android device's parts are loaded from it.
func TestNamesInPlugins(t *testing.T) {
	literals := slices.Clone(nameLiterals)
	for i := range 5 {
		name := fmt.Sprintf("maker%c", 'a'+i) + "corp"
		literals = append(literals, sbom.Literal{ID: "name/" + name, Kind: sbom.OrgName, Text: name, Value: name, Role: sbom.Brand, Fold: true})
	}
	library := func(name, text string) string {
		return string(elftest.Build(elftest.Spec{Type: 3, Machine: 8, Big: true, SONAME: name, Data: []byte("\x00" + text + "\x00")}))
	}
	for dir, want := range map[string]string{"system/lib/hw": "name-mark AcmeNet brand", "usr/lib/scanners": ""} {
		files := map[string]string{dir + "/lights.so": library("lights.so", "acmenet_lights")}
		for i := range 5 {
			files[fmt.Sprintf("%s/d%d.so", dir, i)] = library(fmt.Sprintf("d%d.so", i), fmt.Sprintf("maker%ccorp_get", 'a'+i))
			files[fmt.Sprintf("usr/bin/own%d", i)] = program(fmt.Sprintf("acmenet_get%d", i))
		}
		doc := scan(t, files, &Options{Literals: literals})
		if got := fieldClaims(component(t, doc, "lights").Claims); got != want {
			t.Errorf("%s: %q, want %q", dir, got, want)
		}
	}
}

// TestBrandAmongOthers: a program that knows many makers and names the device's
// brand more than all of them is the brand's; and a folder of plug-ins of which few
// name anybody is no table of makers if most of those name one.
func TestBrandAmongOthers(t *testing.T) {
	literals := slices.Clone(nameLiterals)
	var rivals []string
	for i := range 5 {
		name := fmt.Sprintf("maker%c", 'a'+i) + "corp"
		rivals = append(rivals, name)
		literals = append(literals, sbom.Literal{ID: "name/" + name, Kind: sbom.OrgName, Text: name, Value: name, Role: sbom.Brand, Fold: true})
	}
	files := map[string]string{
		"usr/bin/most":   program(append(slices.Clone(rivals), "acmenet_a", "acmenet_b", "acmenet_c", "acmenet_d", "acmenet_e")...),
		"usr/bin/little": program(append(slices.Clone(rivals), "acmenet_a", "acmenet_b", "acmenet_c", "acmenet_d")...),
		"usr/bin/once":   program(append(slices.Clone(rivals), "acmenet")...),
	}
	for i := range 5 {
		files[fmt.Sprintf("usr/bin/own%d", i)] = program(fmt.Sprintf("acmenet_get%d", i))
	}
	library := func(name, text string) string {
		return string(elftest.Build(elftest.Spec{Type: 3, Machine: 8, Big: true, SONAME: name, Data: []byte("\x00" + text + "\x00")}))
	}
	for i := range 6 {
		files[fmt.Sprintf("opt/plugins/own%d.so", i)] = library(fmt.Sprintf("own%d.so", i), fmt.Sprintf("acmenet_plug%d", i))
		files[fmt.Sprintf("opt/plugins/mute%d.so", i)] = library(fmt.Sprintf("mute%d.so", i), fmt.Sprintf("nothing%d", i))
	}
	for i, name := range rivals[:4] {
		files[fmt.Sprintf("opt/plugins/rival%d.so", i)] = library(fmt.Sprintf("rival%d.so", i), name)
	}
	doc := scan(t, files, &Options{Literals: literals})
	for _, c := range doc.Components {
		want := ""
		switch c.Name {
		case "most", "own0", "own5", "plugins/own5":
			want = "name-mark AcmeNet brand"
		case "little", "once":
		default:
			continue
		}
		if got := fieldClaims(c.Claims); got != want {
			t.Errorf("%s: %q, want %q", c.Name, got, want)
		}
	}
}

// TestShortNames: a name of three or four letters counts where a file states the
// maker, or where much of the device's own programs holds it.
func TestShortNames(t *testing.T) {
	literals := []sbom.Literal{
		{ID: "name/acme", Kind: sbom.OrgName, Text: "acme", Value: "Acme", Role: sbom.Brand, Fold: true},
		{ID: "name/rvl_", Kind: sbom.OrgName, Text: "rvl_", Value: "RVL", Role: sbom.Brand, Fold: true},
	}
	files := func(n, others int, extra map[string]string) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprintf("usr/bin/own%d", i)] = program(fmt.Sprintf("acme_get%d", i), fmt.Sprint("g_rvl_", i))
		}
		for i := range others {
			m[fmt.Sprintf("usr/bin/other%d", i)] = program(fmt.Sprintf("nothing %d", i))
		}
		for p, text := range extra {
			m[p] = text
		}
		return m
	}
	for _, test := range []struct {
		why   string
		files map[string]string
		want  string
	}{
		{"many programs", files(5, 20, nil), "name-mark Acme brand; name-mark RVL brand"},
		{"few of many programs", files(5, 80, nil), ""},
		{"few programs", files(4, 2, nil), ""},
		{"few, and a file states it", files(3, 2, map[string]string{"etc/config/maker.conf": "manufacturer=AcmeTek Inc.\n"}), "name-mark Acme brand"},
	} {
		doc := scan(t, test.files, &Options{Literals: literals})
		if got := fieldClaims(doc.Subject.Claims); got != test.want {
			t.Errorf("%s: the device: %q, want %q", test.why, got, test.want)
		}
	}
	// Of a notice the first name is the holder's.
	doc := scan(t, map[string]string{
		"usr/lib/liba.so": program("(c) 2019 Northwind and the ACME Camera"), "usr/lib/libb.so": program("Copyright 2019 by ACME"),
	}, &Options{Literals: literals})
	for _, c := range doc.Components {
		if got, want := fieldClaims(c.Claims), map[string]string{"libb.so": "copyright-notice Acme developer"}[c.Name]; got != want {
			t.Errorf("%s: %q, want %q", c.Name, got, want)
		}
	}
}

// TestMakersOfPrograms: several programs name somebody who did not make the device
// and nobody else: he made the programs.
func TestMakersOfPrograms(t *testing.T) {
	files := map[string]string{
		"lib/modules/4.4.1/a.ko": module("description=Othertek 1", "license=P", "vermagic=4.4.1 "),
		"lib/modules/4.4.1/b.ko": module("description=Othertek 2", "license=P", "vermagic=4.4.1 "),
		"sbin/one":               program("Chiptek Powerline one"), "sbin/two": program("Chiptek Powerline two"), "sbin/three": program("Chiptek Powerline three"),
		"sbin/both": program("Chiptek", "Othertek"), "sbin/path": program("/opt/chiptek/toolchain"),
		"sbin/rival": program("Rivalco"), "sbin/rival2": program("Rivalco", "2"), "sbin/rival3": program("Rivalco", "Rivalco box", "rivalco_get"),
	}
	for i := range 70 {
		files[fmt.Sprintf("usr/bin/other%d", i)] = program(fmt.Sprint("nothing ", i))
	}
	doc := scan(t, files, &Options{Literals: append(slices.Clone(nameLiterals), sbom.Literal{ID: "name/othertek", Kind: sbom.OrgName, Text: "othertek", Value: "Othertek", Role: sbom.Silicon, Fold: true})})
	for name, want := range map[string]string{"one": "name-mark Chiptek silicon", "two": "name-mark Chiptek silicon", "both": "name-mark Othertek silicon", "path": "", "rival": "", "rival3": "name-mark Rivalco brand"} {
		if got := fieldClaimsOf(doc, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestNamesOfFiles: where a device is scripts and pages, the names of its own files
// and folders say whose it is. A folder with entries of many makers says nothing.
func TestNamesOfFiles(t *testing.T) {
	literals := slices.Clone(nameLiterals)
	for i := range 5 {
		name := fmt.Sprintf("maker%c", 'a'+i) + "corp"
		literals = append(literals, sbom.Literal{ID: "name/" + name, Kind: sbom.OrgName, Text: name, Value: name, Role: sbom.Brand, Fold: true})
	}
	text := func(n int) string { return fmt.Sprintf("# %d\noption name acmenet\n", n) }
	own := map[string]string{
		"etc/config/acmenet":          text(1),
		"etc/uci-defaults/99_acmenet": text(2),
		"www/acmenet/index.js":        text(3),
		"usr/bin/daemon":              program("nothing here"),
	}
	doc := scan(t, own, &Options{Literals: literals})
	if got, want := fieldClaims(doc.Subject.Claims), "name-mark AcmeNet brand"; got != want {
		t.Fatalf("the device: %q, want %q", got, want)
	}
	i := slices.IndexFunc(doc.Subject.Claims, func(c sbom.Claim) bool { return c.Field == sbom.FieldNameMark })
	if ev := doc.Subject.Claims[i].Evidence; !slices.ContainsFunc(ev, func(e sbom.Evidence) bool {
		return e.Technique == sbom.Filename && e.Path == "etc/config/acmenet" && e.Match == "acmenet"
	}) {
		t.Errorf("no file's name is quoted: %+v", ev)
	}
	// In the names alone, as in a folder of pictures of everybody's devices.
	doc = scan(t, map[string]string{"www/acmenet/a.js": "x=1", "www/acmenet/b.js": "x=2", "www/img/acmenet.js": "x=3", "etc/acmenet": "a"}, &Options{Literals: literals})
	if got := fieldClaims(doc.Subject.Claims); got != "" {
		t.Errorf("names of files alone make the device %q", got)
	}
	table := map[string]string{"usr/bin/daemon": program("nothing here")}
	for i := range 5 {
		name := fmt.Sprintf("maker%c", 'a'+i) + "corp"
		for k, dir := range []string{"etc/modems", "usr/share/remotes", "www/devices"} {
			table[dir+"/"+name+".conf"] = fmt.Sprintf("%s %d", name, k)
		}
	}
	doc = scan(t, table, &Options{Literals: literals})
	if got := fieldClaims(doc.Subject.Claims); got != "" {
		t.Errorf("a table of makers makes the device %q", got)
	}
}

// TestNameInPages: the titles and copyright lines of the device's own pages name
// its brand.
func TestNameInPages(t *testing.T) {
	files := map[string]string{"bin/httpd": program("x")}
	for i := range namePages {
		files[fmt.Sprintf("web/page%d.asp", i)] = fmt.Sprintf("<html><title>AcmeNet %d</title></html>", i)
	}
	doc := scan(t, files, &Options{Literals: nameLiterals})
	if got := fieldClaims(doc.Subject.Claims); got != "name-mark AcmeNet brand" {
		t.Errorf("pages: %q", got)
	}
	delete(files, "web/page0.asp")
	doc = scan(t, files, &Options{Literals: nameLiterals})
	if got := fieldClaims(doc.Subject.Claims); got != "" {
		t.Errorf("few pages make the device %q", got)
	}
}

// TestNameInDriversAlone: who is named in drivers and nowhere else made the parts
// that they drive.
func TestNameInDriversAlone(t *testing.T) {
	files := map[string]string{"bin/app": program("x")}
	for i := range 4 {
		files[fmt.Sprintf("drv/sensor_%d.ko", i)] = module(fmt.Sprintf("alias=%d", i), "license=P", "vermagic=3.10.14 ", "acmenet_sensor")
	}
	doc := scan(t, files, &Options{Literals: nameLiterals})
	if got := fieldClaims(doc.Subject.Claims); got != "" {
		t.Errorf("drivers alone make the device %q", got)
	}
	for i := range 3 {
		files[fmt.Sprintf("etc/sensors/%d", i)] = fmt.Sprintf("acmenet_capable=%d\n", i)
	}
	doc = scan(t, files, &Options{Literals: nameLiterals})
	if got := fieldClaims(doc.Subject.Claims); got != "" {
		t.Errorf("drivers and their settings make the device %q", got)
	}
	files["bin/one"], files["bin/two"] = program("acmenet_get"), program("acmenet_set")
	doc = scan(t, files, &Options{Literals: nameLiterals})
	if got := fieldClaims(doc.Subject.Claims); got != "name-mark AcmeNet brand" {
		t.Errorf("drivers and programs: %q", got)
	}
}

// TestNameInModule: a driver's own description names its maker at once; the
// employer of a mainline module's author is no brand.
func TestNameInModule(t *testing.T) {
	doc := scan(t, map[string]string{
		"lib/modules/4.4.1/chipdrv.ko":   module("description=Chiptek 9000 WLAN", "license=Proprietary", "vermagic=4.4.1 "),
		"lib/modules/4.4.1/usbcore.ko":   module("author=One of Rivalco", "license=GPL", "vermagic=4.4.1 "),
		"lib/modules/4.4.1/otherdrv.ko":  module("description=for pci", "alias=pci:v000014E4d00004331sv*sd*bc*sc*i*", "alias=pci:v000014E4d00004353sv*sd*bc*sc*i*", "license=P", "vermagic=4.4.1 "),
		"lib/modules/4.4.1/resellers.ko": module("alias=usb:v0BDAp8176d*dc*", "alias=usb:v050Dp1102d*dc*", "license=P", "vermagic=4.4.1 "),
	}, &Options{Literals: nameLiterals})
	if got := fieldClaims(component(t, doc, "chipdrv").Claims); got != "name-mark Chiptek silicon" {
		t.Errorf("chipdrv: %q", got)
	}
	for _, c := range doc.Components {
		if c.Name == "usbcore" && fieldClaims(c.Claims) != "" {
			t.Errorf("usbcore: %q", fieldClaims(c.Claims))
		}
	}
	if got := claims(component(t, doc, "otherdrv").Claims, sbom.PCI, sbom.USB); got != "pci 14e4 silicon" {
		t.Errorf("otherdrv: %q", got)
	}
	if got := claims(component(t, doc, "resellers").Claims, sbom.PCI, sbom.USB); got != "" {
		t.Errorf("a driver for the devices of two vendors names %q", got)
	}
}

// TestForeignMarks: a kit's prefix in a text is talk of it; a brand in an
// upstream driver is a quirk.
func TestForeignMarks(t *testing.T) {
	doc := scan(t, map[string]string{
		"var/log/boot.log":                 "CHIP_MPI_SYS_Init failed\n",
		"lib/modules/4.4.1/usb-storage.ko": module("description=quirks for Rivalco Box", "license=GPL", "vermagic=4.4.1 "),
		"etc/config/net":                   "# for CHIP_MPI_ only\n",
		"usr/bin/app":                      program("hello"),
	}, &Options{Literals: nameLiterals})
	for _, c := range doc.Components {
		if got := claims(c.Claims, sbom.LiteralMark); got != "" {
			t.Errorf("%s: %q", c.Name, got)
		}
	}
	doc = scan(t, map[string]string{"etc/config/net": "# for CHIP_MPI_ only\n", "usr/bin/app": program("CHIP_MPI_SYS_Init")}, &Options{Literals: nameLiterals})
	if got := claims(doc.Subject.Claims, sbom.LiteralMark); got != "literal CHIP_MPI_ sdk" {
		t.Errorf("a program and a text: %q", got)
	}
}

func TestChipNames(t *testing.T) {
	for s, want := range map[string]string{
		"RTL8188FU": "Realtek", "rtl8192cd": "Realtek", "rtl819x": "Realtek", "mt7620a": "MediaTek", "bcm47xx": "Broadcom", "BCM4718": "Broadcom", "hi3518ev200": "HiSilicon", "Hi3516CV300": "HiSilicon",
		"GK7205V300": goke, "ak3918ev300": "Anyka", "FH8852V200": "Fullhan", "NT98566": "Novatek", "ssc335": "SigmaStar", "rv1109": "Rockchip", "rk3288": "Rockchip", "sun8iw11p1": "Allwinner", "imx6ull": "NXP", "esp32": "Espressif", "qca9531": "Qualcomm Atheros", "88W8864": "Marvell", "XM530V200": "Xiongmai",
		"at91sam9260": "Microchip", "S3C2440": "Samsung", "SMP8654": "Sigma Designs", "AR9285": "Qualcomm Atheros", "ar92xx": "Qualcomm Atheros", "EN7523": econet,
		"AR9201":   "",                       // Artosyn's
		"88e6790b": "", "88e6176": "Marvell", // a checksum, and a switch
		"rtl8": "", "rtl81": "", "bcmath": "", "hi35": "", "rt2": "", "mt76": "", "rtl8192cdabcdefghijklmnopqrs": "", "rTl8188": "", "imx": "",
	} {
		if got, _ := chipAt(s); got != want {
			t.Errorf("chipAt(%q) = %q, want %q", s, got, want)
		}
	}
	doc := scan(t, map[string]string{
		"bin/wlan":            program("/proc/rtl8192cd/status"),
		"bin/cfg":             program("RTL8367RB switch"),
		"lib/libwl.so":        program("rtl819x"),
		"bin/every":           program("rtl8188", "mt7601", "bcm4318", "qca9531", "88w8786", "rt2860"),
		"etc/openwrt_release": "DISTRIB_ID='Acme'\nDISTRIB_TARGET='ramips/mt7621'\n",
	}, nil)
	if got, want := fieldClaims(doc.Subject.Claims), "build-target MediaTek silicon; chip-name Realtek silicon"; got != want {
		t.Errorf("the device: %q, want %q", got, want)
	}
	if got := fieldClaims(component(t, doc, "every").Claims); got != "" {
		t.Errorf("a program that knows every chip: %q", got)
	}
	if got := fieldClaims(component(t, doc, "wlan").Claims); got != "chip-name Realtek silicon" {
		t.Errorf("wlan: %q", got)
	}
}

// TestChipsOfDrivers: where drivers name the device's chips, programs that know
// others say nothing; a driver is named for its chip; and the name of a maker
// whose drivers another took over is not that of the chip.
func TestChipsOfDrivers(t *testing.T) {
	driver := func(text string) string { return module("name=wifi", "vermagic=3.4.113 mips", "x="+text) }
	ralink := []sbom.Literal{nameLiterals[2],
		{ID: "name/ralink", Kind: sbom.OrgName, Text: "ralink", Value: "Ralink", Role: sbom.Silicon, Fold: true}}
	for _, tt := range []struct {
		name, want string
		files      map[string]string
	}{
		{"programs alone", "chip-name HiSilicon silicon", map[string]string{"bin/a": program("hi3518"), "bin/b": program("hi3518 x"), "bin/c": program("hi3518 y")}},
		{"drivers of another", "chip-name Realtek silicon", map[string]string{
			"bin/a": program("hi3518"), "bin/b": program("hi3518 x"), "bin/c": program("hi3518 y"), "lib/modules/w.ko": driver("rtl8188"), "lib/modules/v.ko": driver("rtl8188f")}},
		{"tables in drivers", "", map[string]string{"lib/modules/pdt.ko": driver("RT5392 BCM43217 RTL8192"), "lib/modules/dev.ko": driver("rt5392 bcm43217 rtl8192")}},
		{"name of a driver", "chip-name MediaTek silicon", map[string]string{"lib/modules/mt7628_ap.ko": driver("mt7628")}},
		{"names of drivers for several", "", map[string]string{"lib/modules/mt7628_ap.ko": driver("mt7628"), "lib/modules/rtl8188.ko": driver("rtl8188")}},
		{"heir", "chip-name MediaTek silicon", map[string]string{
			"lib/modules/mt7621.ko": driver("mt7621 ralink rt2860"), "lib/modules/eth.ko": driver("mt7621 ralink"), "bin/a": program("ralink_init")}},
		{"names in programs beside names in drivers", "name-mark Chiptek silicon", map[string]string{
			"bin/a": program("ralink_init"), "bin/b": program("ralink_x"), "bin/c": program("ralink_y"),
			"lib/modules/w.ko": driver("chiptek_probe"), "lib/modules/v.ko": driver("chiptek_open"), "lib/modules/u.ko": driver("chiptek_close")}},
		{"no heir", "chip-name Ralink silicon; name-mark Ralink silicon", map[string]string{
			"lib/modules/wifi.ko": driver("rt3052 ralink rt2860"), "lib/modules/eth.ko": driver("rt3052 ralink"), "bin/a": program("ralink_init")}},
	} {
		doc := scan(t, tt.files, &Options{Literals: ralink})
		if got := fieldClaims(doc.Subject.Claims); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCopyrightNotices(t *testing.T) {
	for notice, want := range map[string]string{
		"Copyright Acme Technologies Inc. 2006-2010":                                            "Acme Technologies Inc",
		"(c) 2012 \xd2\xd2\xd2\xd2\xd2\xd2\xd2\xd2 All rights":                                  "",
		"Copyright (c) Acme Systems 42 Ltd. 2006":                                               "Acme Systems 42 Ltd",
		"Copyright (c) 2007-2008, Atheros Communications":                                       "Atheros Communications",
		"Copyright (C) 2012 Realtek Semiconductor Corp. All rights reserved.":                   "Realtek Semiconductor Corp",
		"Copyright 2004 Some Body <some@body.example>":                                          "",
		"Copyright (C) 1989, 1991 Free Software Foundation, Inc.":                               "",
		"Copyright notice, this list of conditions":                                             "",
		"(c) 2001 The Regents of the University of California":                                  "",
		"Copyright (C) 2009 Lantiq Deutschland GmbH":                                            "Lantiq Deutschland GmbH",
		"Copyright %s %d Acme Systems":                                                          "", // a format
		"Copyright (c) 1999-2005 Alice Example and Bob Example. Released under the GPL License": "",
	} {
		if got := strings.Join(noticeHolders(notice), "; "); got != want {
			t.Errorf("%q: %q, want %q", notice, got, want)
		}
	}
	doc := scan(t, map[string]string{"sbin/apd": program("Copyright (c) 2007-2008, Atheros Communications"), "etc/x.conf": "# Copyright (c) 2009 Acme Systems Inc.\n"}, nil)
	c := component(t, doc, "apd")
	if got := fieldClaims(c.Claims); got != "copyright-notice Atheros Communications developer" {
		t.Errorf("apd: %q", got)
	}
	if len(doc.Components) != 1 {
		t.Errorf("a notice in a text makes a component: %d", len(doc.Components))
	}
	// In a program that is known by name, notices tell of contributors.
	known := "hostapd v0.5.9\x00Copyright (c) 2007, Sony Corporation and contributors"
	sony := []sbom.Literal{{ID: "name/sony", Kind: sbom.OrgName, Text: "sony", Value: "Sony", Role: sbom.Brand, Fold: true}}
	c = component(t, scan(t, map[string]string{"sbin/hostapd": program(known)}, &Options{Literals: sony}), "hostapd")
	if got := fieldClaims(c.Claims); got != "" {
		t.Errorf("hostapd: %q", got)
	}
}

func TestFirmwareBlobs(t *testing.T) {
	blob := strings.Repeat("\x00\x01\x02\x03", 64)
	doc := scan(t, map[string]string{
		"lib/firmware/ath10k/QCA988X/hw2.0/board.bin": blob + "1", "lib/firmware/rt2860.bin": blob + "2", "lib/firmware/iwlwifi-6000-4.ucode": blob + "3",
		"lib/firmware/unknown.bin": blob + "4", "lib/firmware/fw_xr829.bin": blob + "6", "lib/firmware/brcm/readme": "text", "usr/share/rt2860.bin": blob + "5",
	}, nil)
	var got []string
	for _, c := range doc.Components {
		got = append(got, c.Name+": "+fieldClaims(c.Claims))
	}
	want := []string{"ath10k/QCA988X/hw2.0/board.bin: firmware-blob Qualcomm Atheros silicon", "fw_xr829.bin: firmware-blob XRadio silicon", "iwlwifi-6000-4.ucode: firmware-blob Intel silicon", "rt2860.bin: firmware-blob Ralink silicon"}
	if !slices.Equal(got, want) {
		t.Errorf("components %q, want %q", got, want)
	}
}

// TestBoardTables: a script with branches for many boards names all their
// makers and none of this device's.
func TestBoardTables(t *testing.T) {
	var b strings.Builder
	b.WriteString("#!/bin/sh\nboard_name() {\n case \"$machine\" in\n")
	for i := range 20 {
		fmt.Fprintf(&b, "\t*\"Rivalco Box %d\"*)\n\t\tname=\"rivalco-box%d\"\n\t\t;;\n\trivalco,box-%d|\\\n", i, i, i)
	}
	b.WriteString(" esac\n}\n")
	doc := scan(t, map[string]string{"lib/boards.sh": b.String(), "etc/rc": "#!/bin/sh\necho Rivalco Box\n"}, &Options{Literals: nameLiterals})
	for _, c := range doc.Components {
		if slices.Contains(c.Locations, "lib/boards.sh") {
			t.Errorf("the table of boards became %q with %q", c.Name, claims(c.Claims))
		}
	}
}

// TestNamesOfPartners: of many programs one at least has the name of whoever built
// the device; what only texts and folders are called is a partner.
func TestNamesOfPartners(t *testing.T) {
	tree := func(first string) map[string]string {
		files := map[string]string{"usr/bin/p0": program(first)}
		for i := 1; i < 60; i++ {
			files[fmt.Sprintf("usr/bin/p%d", i)] = program(fmt.Sprint("text ", i))
		}
		for i := range 8 {
			files[fmt.Sprintf("opt/tool/acmenet/f%d.conf", i)] = fmt.Sprintf("acmenet = %d\n", i)
		}
		return files
	}
	for first, want := range map[string]bool{"nothing": false, "acmenet_init": true} {
		doc := scan(t, tree(first), &Options{Literals: nameLiterals})
		if got := strings.Contains(fieldClaims(doc.Subject.Claims), "AcmeNet"); got != want {
			t.Errorf("a program with %q: the device is AcmeNet's: %t, want %t", first, got, want)
		}
	}
}

// TestHostName: what a device calls itself in a network is its name where it
// designates a product and nothing better is there; a word is stated as what it is,
// and no default of its kit.
func TestHostName(t *testing.T) {
	for _, c := range []struct{ path, text, name, host string }{
		{"etc/config/system", "config system\n\toption hostname\tAcme Hub\n", "", "Acme Hub"},
		{"etc/config/system", "config system\n\toption hostname 'AcmeHub'\n", "", "AcmeHub"},
		{"etc/config/system", "config system\n\toption hostname 'AcmeHub-3000'\n", "AcmeHub-3000", ""},
		{"etc/config/system", "config system\n\toption hostname OpenWrt\n", "", ""},
		{"etc/config/ddns", "config service\n\toption hostname 'my.example.org'\n", "", ""},
		{"etc/hostname", "acmehub\n", "", "acmehub"},
		{"etc/hostname", "ax3000\n", "ax3000", ""},
		{"etc/hostname", "debian\n", "", ""},
		{"var/lib/opkg/alternatives/hostname", "/bin/hostname\n", "", ""},
	} {
		doc := scan(t, map[string]string{c.path: c.text}, nil)
		if got := doc.Subject.Name; got != c.name {
			t.Errorf("%s, %q: name %q, want %q", c.path, c.text, got, c.name)
		}
		if got := propertyOf(doc.Subject, sbom.PropertyHostname); got != c.host {
			t.Errorf("%s, %q: host name %q, want %q", c.path, c.text, got, c.host)
		}
	}
}

// TestBoardBeforeHostName: the model in the device tree is a better name.
func TestBoardBeforeHostName(t *testing.T) {
	files := map[string]string{"etc/hostname": "acmehub\n", "boot/board.dtb": madeTree([2]string{"model", "Acme Hub 3000"}, [2]string{"compatible", "acme,hub3000"})}
	if got := scan(t, files, nil).Subject.Name; got != "Acme Hub 3000" {
		t.Errorf("the device is named %q", got)
	}
}

// TestOtherSilicon: drivers for what may be plugged in, gadgets, drivers named for
// somebody else's chips and tables of memory name no maker of the device's chips.
func TestOtherSilicon(t *testing.T) {
	literals := append(slices.Clone(nameLiterals), sbom.Literal{ID: "name/macronix", Kind: sbom.OrgName, Text: "macronix", Value: "Macronix", Role: sbom.Silicon, Fold: true})
	literals = append(literals, sbom.Literal{ID: "literal/CHIPSIL_9", Kind: sbom.LiteralMark, Text: "CHIPSIL_9", Role: sbom.Silicon})
	for _, maker := range []string{"makera", "makerb", "makerc"} {
		literals = append(literals, sbom.Literal{ID: "name/" + maker, Kind: sbom.OrgName, Text: maker, Role: sbom.Silicon, Fold: true})
	}
	driver := func(i int, texts ...string) string {
		return module(append([]string{fmt.Sprintf("name=drv%d", i), "license=P", "vermagic=3.10.14 "}, texts...)...)
	}
	plugged := func(n int) map[string]string {
		files := map[string]string{"lib/wifi_a.ko": driver(101, "alias=usb:v0BDAp8176d*dc*", "alias=usb:v050Dp1102d*dc*", "chiptek_a", "rtl8192cu"), "lib/wifi_b.ko": driver(102, "alias=usb:v0BDAp8177d*dc*", "chiptek_b", "rtl8712u"), "lib/wifi_c.ko": driver(103, "alias=usb:v0BDAp8178d*dc*", "chiptek_c")}
		for i := range n {
			files[fmt.Sprintf("lib/usb%d.ko", i)] = driver(i, fmt.Sprintf("alias=usb:v%04dp0001d*", i))
		}
		return files
	}
	packaged := func(files map[string]string) map[string]string { // whose marks are of the public kernel's drivers
		files["usr/lib/opkg/status"] = "Package: kmod-all\nVersion: 1\nStatus: install user installed\nArchitecture: mips\n\n"
		for i, d := range []string{"asix", "smsc9420"} {
			files["lib/"+d+".ko"] = module("name="+d, "license=P", "vermagic=3.10.14 ", fmt.Sprintf("x=CHIPSIL_9 %d", i))
			files["usr/lib/opkg/info/kmod-all.list"] += "/lib/" + d + ".ko\n"
		}
		return files
	}
	three := func(name func(int) string, texts ...string) map[string]string {
		files := map[string]string{}
		for i := range 3 {
			files[name(i)] = driver(i, texts...)
		}
		return files
	}
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"its own parts on USB":    {plugged(4), "chip-name Realtek silicon; name-mark Chiptek silicon"},
		"whatever people plug in": {plugged(40), ""},
		"a kernel for anything":   {packaged(plugged(40)), ""},
		"a kernel for the device": {packaged(map[string]string{}), "CHIPSIL_9 silicon"},
		"drivers":                 {three(func(i int) string { return fmt.Sprintf("lib/wifi%d.ko", i) }, "chiptek_a"), "name-mark Chiptek silicon"},
		"gadgets":                 {three(func(i int) string { return fmt.Sprintf("lib/g_ether%d.ko", i) }, "chiptek_a", "s3c2410"), ""},
		"a table of peers":        {three(func(i int) string { return fmt.Sprintf("lib/wifi%d.ko", i) }, "chiptek_a", "makera_b", "makerb_b", "makerc_b"), ""},
		"a kit and a table":       {three(func(i int) string { return fmt.Sprintf("lib/wifi%d.ko", i) }, "chiptek_a", "chiptek_b", "makera_b", "makerb_b", "makerc_b"), "name-mark Chiptek silicon"},
		"another maker's":         {three(func(i int) string { return fmt.Sprintf("lib/mt760%d.ko", i) }, "chiptek_a", "mt7603"), "chip-name MediaTek silicon"},
		"memory":                  {map[string]string{"sbin/a": program("macronix_a"), "sbin/b": program("macronix_b"), "sbin/c": program("macronix_c")}, ""},
	} {
		doc := scan(t, tt.files, &Options{Literals: literals})
		got := fieldClaims(doc.Subject.Claims)
		for _, c := range doc.Subject.Claims {
			if c.Kind == sbom.LiteralMark {
				got += c.Value + " " + c.Role.String()
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// TestCompetitorsMark: a maker's name as a mark in two files is a competitor's where
// many files hold another's, and the brand's own where they hold it.
func TestCompetitorsMark(t *testing.T) {
	literals := append(slices.Clone(nameLiterals), sbom.Literal{ID: "literal/Thirdco", Kind: sbom.LiteralMark, Text: "Thirdco", Role: sbom.Brand}, sbom.Literal{ID: "literal/AcmeNet Box", Kind: sbom.LiteralMark, Text: "AcmeNet Box", Role: sbom.Brand})
	files := map[string]string{"bin/x": program("Thirdco", "AcmeNet Box"), "bin/y": program("Thirdco y", "AcmeNet Box")}
	marks := func() string {
		var out []string
		for _, c := range scan(t, files, &Options{Literals: literals}).Subject.Claims {
			if c.Kind == sbom.LiteralMark {
				out = append(out, c.Value)
			}
		}
		return strings.Join(out, "; ")
	}
	if got := marks(); got != "AcmeNet Box; Thirdco" {
		t.Errorf("alone: %q", got)
	}
	for i := range 10 {
		files[fmt.Sprintf("bin/p%d", i)] = program(fmt.Sprintf("acmenet_%d", i))
	}
	if got := marks(); got != "AcmeNet Box" {
		t.Errorf("beside a brand: %q", got)
	}
}

func propertyOf(c *sbom.Component, name string) string {
	for _, p := range c.Properties {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// TestNamedOnce: a brand that each of a few programs names once, as people write it,
// is in a table of things; one that identifiers hold is the device's.
func TestNamedOnce(t *testing.T) {
	for text, want := range map[string]string{"Rev B, AcmeNet PC Card": "", "acmenet_init": "name-mark AcmeNet brand"} {
		doc := scan(t, map[string]string{"sbin/a": program(text, "a"), "sbin/b": program(text, "b"), "sbin/c": program(text, "c")}, &Options{Literals: nameLiterals})
		if got := fieldClaims(doc.Subject.Claims); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestCompilersBanner: whose compiler built the programs says whose kit the device
// is made with, and of which his own are; a public project's program is no part of
// that kit.
func TestCompilersBanner(t *testing.T) {
	built := func(texts ...string) string {
		return string(elftest.Build(elftest.Spec{Type: 2, Machine: 8, Big: true, Comment: "GCC: (Chiptek SDK) 4.8.2\x00", Data: []byte("\x00" + joinZero(texts) + "\x00")}))
	}
	doc := scan(t, map[string]string{
		"bin/agent": built("agent"), "bin/player": built("player"), "bin/uploader": built("uploader"),
		"bin/busybox": built("BusyBox v1.22.1 (2015-01-01 00:00:00 CST)"),
	}, &Options{Literals: nameLiterals})
	if got, want := fieldClaims(doc.Subject.Claims), "name-mark Chiptek sdk"; got != want {
		t.Errorf("the device: %q, want %q", got, want)
	}
	if got, want := fieldClaims(component(t, doc, "agent").Claims), "name-mark Chiptek sdk"; got != want {
		t.Errorf("a program of its own: %q, want %q", got, want)
	}
	if got := fieldClaims(component(t, doc, "busybox").Claims); got != "" {
		t.Errorf("a public project's program: %q", got)
	}
}

// TestBuildPaths: a name in the path of where a program was built says neither for
// which chips it is nor whose a public project's program is; one in a path that it
// opens does.
func TestBuildPaths(t *testing.T) {
	files := map[string]string{
		"bin/busybox": program("BusyBox v1.22.1 (2015-01-01 00:00:00 CST)", "/home/acmenet/sdk/busybox/libbb.c"),
		"bin/built":   program("/work/chiptek_linux/toolchain/include/x"),
		"bin/opens":   program("/dev/chiptek/dsp0"),
		"bin/both":    program("/opt/chiptek/src/a.c", "x", "chiptek_open"),
		"bin/own":     program("/home/acmenet/build/own.c"),
	}
	for i := range 3 {
		files[fmt.Sprintf("bin/more%d", i)] = program(fmt.Sprint("chiptek_", i), "acmenet_get")
	}
	doc := scan(t, files, &Options{Literals: nameLiterals})
	for name, want := range map[string]string{
		"busybox": "", "built": "", "opens": "name-mark Chiptek silicon", "both": "name-mark Chiptek silicon", "own": "name-mark AcmeNet brand",
	} {
		if got := fieldClaimsOf(doc, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
