package firmware

import (
	"crypto/x509/pkix"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/elffile/elftest"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Programs for everybody's hardware name its makers. These trees are such, each
// beside one that differs in what the rule looks at and must still name its
// maker.

func sharedObject(soname string, strings ...string) string {
	return string(elftest.Build(elftest.Spec{Type: 3, Machine: 8, Big: true, SONAME: soname, Data: []byte("\x00" + joinZero(strings) + "\x00")}))
}

// makerLiterals are the one-word names of n makers of devices: "makera" ....
func makerLiterals(n int) []sbom.Literal {
	out := slices.Clone(nameLiterals)
	for i := range n {
		w := "maker" + string(rune('a'+i))
		out = append(out, sbom.Literal{ID: "name/" + w, Kind: sbom.OrgName, Text: w, Value: w, Role: sbom.Brand, Fold: true})
	}
	return append(out,
		sbom.Literal{ID: "literal/Plainsil", Kind: sbom.LiteralMark, Text: "Plainsil", Role: sbom.Silicon},
		sbom.Literal{ID: "literal/kit_common_init", Kind: sbom.LiteralMark, Text: "kit_common_init", Role: sbom.SDK},
		sbom.Literal{ID: "literal/OpenRG", Kind: sbom.LiteralMark, Text: "OpenRG", Role: sbom.Developer},
		sbom.Literal{ID: "literal/acmeplay", Kind: sbom.LiteralMark, Text: "acmeplay", Role: sbom.ODM, Fold: true},
		sbom.Literal{ID: "literal/Biosmaker", Kind: sbom.LiteralMark, Text: "Biosmaker", Role: sbom.Developer})
}

// makers lists who is named in any role, by names and marks, for the device
// and for its components.
func makers(doc *sbom.Document) (device, components string) {
	list := func(claims []sbom.Claim, into []string) []string {
		for _, c := range claims {
			if c.Field != "" || c.Kind == sbom.LiteralMark || c.Kind == sbom.CertOrg || c.Kind == sbom.USB || c.Kind == sbom.PCI || c.Kind == sbom.OrgName {
				into = appendNew(into, c.Value+" "+c.Role.String())
			}
		}
		return into
	}
	var all []string
	for i := range doc.Components {
		all = list(doc.Components[i].Claims, all)
	}
	slices.Sort(all)
	return strings.Join(list(doc.Subject.Claims, nil), "; "), strings.Join(all, "; ")
}

func TestNobodysMakers(t *testing.T) {
	others := func(files map[string]string, n int) map[string]string {
		for i := range n {
			files[fmt.Sprintf("usr/bin/other%d", i)] = program(fmt.Sprintf("nobody's text %d", i))
		}
		return files
	}
	plugins := func(each string) map[string]string {
		files := map[string]string{}
		for i := range 6 {
			files[fmt.Sprintf("usr/bin/other%d", i)] = program(fmt.Sprint("other", i), each)
		}
		for i, pair := range [][2]string{{"a", "b"}, {"a", "c"}, {"a", "d"}, {"b", "e"}, {"e", "f"}, {"f", "b"}, {"", ""}} {
			s := []string{fmt.Sprint(i), each}
			for _, m := range pair {
				if m != "" {
					s = append(s, "maker"+m+"_probe")
				}
			}
			files[fmt.Sprintf("usr/lib/modemd/libplugin-%d.so", i)] = sharedObject("", s...)
		}
		return files
	}
	modem := func(mark string) map[string]string {
		return others(map[string]string{
			"usr/bin/modemd": program("acmenet_em820", mark), "usr/bin/ussd": program("acmenet", "x", mark), "usr/bin/sms": program("acmenet", "y", mark),
			"etc/init.d/ppp": "#!/bin/sh\nMODEM=acmenet\n"}, 4)
	}
	spread := func(programs int) map[string]string {
		return others(map[string]string{"usr/bin/a": program("acmenet", "a"), "usr/bin/b": program("acmenet", "b"), "usr/bin/c": program("acmenet", "c")}, programs)
	}
	rivals := func(makers string) map[string]string {
		files := map[string]string{}
		for _, m := range makers {
			for i := range 3 {
				files[fmt.Sprintf("usr/bin/%c%d", m, i)] = program(fmt.Sprintf("maker%c", m), fmt.Sprint(i))
			}
		}
		return files
	}
	texts := func(files map[string]string, n int) map[string]string {
		for i := range n {
			files[fmt.Sprintf("d/%d.conf", i)] = fmt.Sprintf("x=%d\n", i)
		}
		return files
	}
	packaged := func(drivers ...string) map[string]string {
		files := others(map[string]string{"usr/lib/opkg/status": "Package: kmod-all\nVersion: 1\nStatus: install user installed\nArchitecture: mips\n\n"}, 1)
		for i, d := range drivers {
			p := "lib/modules/4.4.1/" + d + ".ko"
			files[p] = module("license=GPL", "vermagic=4.4.1 ", fmt.Sprintf("x=quirks of a Rivalco Box %d", i))
			files["usr/lib/opkg/info/kmod-all.list"] += "/" + p + "\n"
		}
		return files
	}
	table := "makera\x00makerb\x00makerc\x00makerd\x00makere"
	test := selfSigned(t, pkix.Name{Organization: []string{"Foobar Networks Ltd"}}, &pkix.Name{Organization: []string{"Trusty CA"}})
	drivers := func(intree string) map[string]string {
		files := map[string]string{}
		for i := range 3 {
			files[fmt.Sprintf("lib/modules/4.4.1/chipdrv%d.ko", i)] = module("license=GPL", "vermagic=4.4.1 ", intree, fmt.Sprintf("x=chiptek_clk%d", i))
		}
		return files
	}
	for name, tt := range map[string]struct {
		files              map[string]string
		device, components string
	}{
		"plug-ins of a modem manager":        {plugins("x"), "", ""},
		"plug-ins that hold their maker":     {plugins("acmenet_plugin"), "AcmeNet brand", "AcmeNet brand"},
		"programs that control modems":       {modem("AT+CSQ"), "", ""},
		"programs that do not":               {modem("nothing"), "AcmeNet brand", "AcmeNet brand"},
		"three of a hundred programs":        {spread(97), "", ""},
		"three of twenty programs":           {spread(17), "AcmeNet brand", "AcmeNet brand"},
		"five brands as often":               {rivals("abcde"), "", ""},
		"two brands as often":                {rivals("ab"), "makera brand; makerb brand", "makera brand; makerb brand"},
		"a table's plain names":              {map[string]string{"usr/bin/jtag": program(table, "Plainsil", "Biosmaker")}, "", ""},
		"a table beside a kit":               {map[string]string{"usr/bin/app": program(table, "CHIP_MPI_SYS_Init")}, "", "CHIP_MPI_ sdk"},
		"plain names in no table":            {map[string]string{"usr/bin/jtag": program("Plainsil", "Biosmaker")}, "", "Biosmaker developer; Plainsil silicon"},
		"a setting for somebody's device":    {others(map[string]string{"etc/ftp.conf": "# for Rivalco Box only\n"}, 1), "", ""},
		"settings that are all there is":     {map[string]string{"etc/ftp.conf": "# for Rivalco Box only\n"}, "", "Rivalco Box brand"},
		"two settings among many":            {texts(map[string]string{"ftp.conf": "# Rivalco Box\n", "web.conf": "name=Rivalco Box\n", "acme.conf": "acmenet\n", "bcme.conf": "acmenet 2\n", "ccme.conf": "acmenet 3\n", "dcme.conf": "acmenet 4\n"}, 1300), "", "Rivalco Box brand"},
		"a name among many texts":            {texts(map[string]string{"a/acmenet/one.conf": "acmenet 1\n", "b/acmenet-two.conf": "acmenet 2\n", "c/acmenet_x.conf": "acmenet 3\n", "c/y.conf": "acmenet 4\n"}, 1300), "", ""},
		"a name among few texts":             {texts(map[string]string{"a/acmenet/one.conf": "acmenet 1\n", "b/acmenet-two.conf": "acmenet 2\n", "c/acmenet_x.conf": "acmenet 3\n", "c/y.conf": "acmenet 4\n"}, 100), "AcmeNet brand", ""},
		"packaged drivers of the kernel":     {packaged("omninet", "siemens_mpi"), "", ""},
		"packaged drivers, one its own":      {packaged("omninet", "acmehub"), "Rivalco Box brand", "Rivalco Box brand"},
		"two settings among few":             {texts(map[string]string{"ftp.conf": "# Rivalco Box\n", "web.conf": "name=Rivalco Box\n"}, 100), "Rivalco Box brand", "Rivalco Box brand"},
		"settings of one program":            {others(map[string]string{"etc/getty/dialin.config": "# Rivalco Box\n", "etc/getty/getty.config": "# the Rivalco Box can\n"}, 1), "", ""},
		"drivers of the public kernel":       {others(map[string]string{"lib/modules/4.4.1/omninet.ko": module("description=Rivalco Box", "license=GPL", "vermagic=4.4.1 "), "lib/modules/4.4.1/siemens_mpi.ko": module("description=for a Rivalco Box", "license=GPL", "vermagic=4.4.1 ")}, 1), "", ""},
		"part of another's function":         {map[string]string{"usr/bin/a": program("dkit_common_init"), "usr/bin/b": program("dkit_common_init b")}, "", ""},
		"parts of other names":               {map[string]string{"usr/bin/a": program("REPlainsil", "OpenRGPProfile", "MavacmeplayState"), "usr/bin/b": program("REPlainsil b", "OpenRGB b", "Mavacmeplay b")}, "", ""},
		"the names, in words of two cases":   {map[string]string{"usr/bin/a": program("rePlainsil2", "x_OpenRG_y", "isacmeplay", "_acmeplay"), "usr/bin/b": program("Plainsil b", "OpenRG b", "libacmeplay.so")}, "Plainsil silicon; acmeplay odm", "OpenRG developer; Plainsil silicon; acmeplay odm"},
		"holders of rights in a program":     {map[string]string{"bin/busybox": program("BusyBox v1.22.1 (2015-01-01 00:00:00 CST)", "Copyright 2001-2011 Somebody, Plainsil, Other")}, "", "BusyBox developer"},
		"a mark in a program":                {map[string]string{"bin/busybox": program("BusyBox v1.22.1 (2015-01-01 00:00:00 CST)", "for Plainsil chips")}, "", "BusyBox developer; Plainsil silicon"},
		"a kit's function":                   {map[string]string{"usr/bin/a": program("kit_common_init"), "usr/bin/b": program("my_kit_common_init")}, "kit_common_init sdk", "kit_common_init sdk"},
		"a certificate of installed tests":   {map[string]string{"usr/libexec/installed-tests/tls/ca.pem": test, "usr/lib/x/test-server.crt": test}, "", ""},
		"two settings":                       {others(map[string]string{"etc/ftp.conf": "# Rivalco Box\n", "etc/web.conf": "name=Rivalco Box\n"}, 1), "Rivalco Box brand", "Rivalco Box brand"},
		"a certificate of a test":            {map[string]string{"src/tls/testdata/cert.pem": test, "src/tls/conn_test.go": "package tls\n" + test, "lib/x/tests/a.pem": test}, "", ""},
		"a certificate of a public kit":      {map[string]string{"usr/bin/sink": program("x", selfSigned(t, pkix.Name{Organization: []string{"Google Automotive Link"}}, nil))}, "", ""},
		"a certificate of its maker":         {map[string]string{"usr/bin/sink": program("x", selfSigned(t, pkix.Name{Organization: []string{"Foobar Automotive Ltd"}}, nil))}, "Foobar Automotive Ltd manufacturer", "Foobar Automotive Ltd manufacturer"},
		"a certificate in use":               {map[string]string{"etc/server.pem": test}, "", "Foobar Networks Ltd owner; Trusty CA signer"},
		"a driver with a quirk":              {map[string]string{"lib/modules/4.4.1/acmehub.ko": module("alias=usb:v05E3p*d*dc*dsc*dp*ic09isc*ip*in*", "alias=usb:v*p*d*dc*dsc*dp*ic09isc*ip*in*", "license=P", "vermagic=4.4.1 ")}, "", ""},
		"a driver for one vendor":            {map[string]string{"lib/modules/4.4.1/acmehub.ko": module("alias=usb:v05E3p*d*dc*dsc*dp*ic09isc*ip*in*", "license=P", "vermagic=4.4.1 ")}, "", "05e3 silicon"},
		"drivers of the chip maker's kernel": {drivers("intree=Y"), "Chiptek silicon", "Chiptek silicon"},
		"a tool's image for a board":         {map[string]string{"usr/share/boardtools/boot.bin": "\x16\x00\x00\xea" + "eGON.BT0" + strings.Repeat("\x01", 120)}, "", ""},
		"an image of the device's":           {map[string]string{"boot/boot.bin": "\x16\x00\x00\xea" + "eGON.BT0" + strings.Repeat("\x01", 120)}, "", "Allwinner silicon"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := scan(t, tt.files, &Options{Literals: makerLiterals(6)})
			if device, components := makers(doc); device != tt.device || components != tt.components {
				t.Errorf("the device: %q, want %q; components: %q, want %q", device, tt.device, components, tt.components)
			}
		})
	}
}

// TestHostLists: a list of the world's access points is no list of services;
// a few hosts are, and so are those of a list that have a purpose.
func TestHostLists(t *testing.T) {
	list := func(n int) string {
		var b strings.Builder
		b.WriteString("server 0.pool.ntp.org\n")
		for i := range n {
			fmt.Fprintf(&b, "box.carrier%d.com\n", i)
		}
		return b.String()
	}
	if got := services(t, map[string]string{"etc/carriers": list(40)}); strings.Contains(got, "carrier1") || !strings.Contains(got, "0.pool.ntp.org=ntp") {
		t.Errorf("a list of 40: %s", got)
	}
	if got := services(t, map[string]string{"etc/carriers": list(3)}); !strings.Contains(got, "box.carrier1.com") {
		t.Errorf("a list of 3: %s", got)
	}
}

// A vendor's driver that is packaged from the kernel's folder is not the
// kernel's: its package names no upstream. One that the mainline kernel has is.
func TestVendorModuleFromKernelFolder(t *testing.T) {
	pkg := func(name string) string {
		return "Package: " + name + "\nVersion: 4.9.206-1\nSource: package/kernel/linux\nArchitecture: mips\n"
	}
	doc := scan(t, map[string]string{
		"usr/lib/os-release": "ID=\"openwrt\"\n",
		"usr/lib/opkg/status": "Package: kmod-fuse\nVersion: 4.9.206-1\nStatus: install user installed\nArchitecture: mips\n\n" +
			"Package: kmod-acme-eth\nVersion: 4.9.206-1\nStatus: install user installed\nArchitecture: mips\n",
		"usr/lib/opkg/info/kmod-fuse.control":     pkg("kmod-fuse"),
		"usr/lib/opkg/info/kmod-fuse.list":        "/lib/modules/4.9.206/fuse.ko\n",
		"usr/lib/opkg/info/kmod-acme-eth.control": pkg("kmod-acme-eth"),
		"usr/lib/opkg/info/kmod-acme-eth.list":    "/lib/modules/4.9.206/acme_eth_x5.ko\n",
		"lib/modules/4.9.206/fuse.ko":             module("name=fuse", "license=GPL", "intree=Y", "vermagic=4.9.206 mod_unload MIPS32"),
		"lib/modules/4.9.206/acme_eth_x5.ko":      module("name=acme_eth_x5", "license=GPL", "intree=Y", "vermagic=4.9.206 mod_unload MIPS32"),
	}, nil)
	if got := component(t, doc, "kmod-fuse").PURL; !strings.HasSuffix(got, "upstream=linux") {
		t.Errorf("kmod-fuse: %s", got)
	}
	if got := component(t, doc, "kmod-acme-eth").PURL; strings.Contains(got, "upstream") {
		t.Errorf("kmod-acme-eth: %s", got)
	}
}

// A program that carries many makers' notices, marks of components or names is
// about them: it makes none of them its developer, and the device nobody's.
func TestProgramsOfTables(t *testing.T) {
	var notices, names []string
	var literals []sbom.Literal
	for i := range 9 {
		maker := fmt.Sprintf("Makertronic%c", 'a'+i)
		notices = append(notices, "Copyright (C) 2019 "+maker+" Networks Ltd. All rights reserved")
		if i < 4 {
			names = append(names, strings.ToLower(maker)+"_init")
			literals = append(literals, sbom.Literal{ID: "name/" + maker, Kind: sbom.OrgName, Text: strings.ToLower(maker), Value: maker, Role: sbom.Brand, Fold: true})
		}
	}
	names = append(names, "RTL8168", "BCM2835", "SUN8I")
	files := map[string]string{"bin/one": program(notices[0]), "bin/licences": program(notices...)}
	for i := range 3 {
		files[fmt.Sprintf("bin/emulator%d", i)] = program(append(names, fmt.Sprint("build ", i))...)
	}
	doc := scan(t, files, &Options{Literals: literals})
	device, components := makers(doc)
	if device != "" || components != "Makertronica Networks Ltd developer; Makertronica developer" {
		t.Errorf("device %q, components %q", device, components)
	}
}

// A text that holds a host and nothing else is no component: a host supports
// what other marks say. What tests work with is no part of a program, and a
// trusted certificate is its authority's alone.
func TestNoComponents(t *testing.T) {
	lits := []sbom.Literal{
		{ID: "domain/makertronic.example", Kind: sbom.Host, Text: "makertronic.example", Fold: true, Word: true},
		{ID: "m", Kind: sbom.LiteralMark, Text: "Makertronic", Value: "Makertronic", Role: sbom.Brand},
	}
	doc := scan(t, map[string]string{
		"etc/one.conf":             "url=makertronic.example\n",
		"etc/two.conf":             "vendor=Makertronic at makertronic.example\n",
		"lib/x/testdata/prog":      program("Makertronic"),
		"lib/x/testdata/key.pem":   selfSigned(t, pkix.Name{Organization: []string{"Makertronic Ltd"}}, nil),
		"etc/ssl/certs/root-1.pem": selfSigned(t, pkix.Name{Organization: []string{"Some Trust Ltd"}}, nil),
	}, &Options{Literals: lits})
	var names []string
	for _, c := range doc.Components {
		names = append(names, c.Name)
	}
	if got := strings.Join(names, " "); got != "root-1.pem two.conf" {
		t.Errorf("components %q", got)
	}
}
