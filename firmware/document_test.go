package firmware

import (
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// TestDocuments: what a text for people names is its subject. It makes no
// component, no service and no complaint about the certificate in its example;
// the same text as configuration does.
func TestDocuments(t *testing.T) {
	text := "Set the registry:\n\n    registry = https://update.acme-net.com/fw\n    server cloud.acme-net.com\n    acmesdk\n"
	example := "-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE-----\n"
	opts := &Options{Literals: []sbom.Literal{
		{ID: "a", Kind: sbom.LiteralMark, Text: "acmesdk", Role: sbom.SDK},
		{ID: "d", Kind: sbom.Host, Text: "acme-net.com"},
	}}
	for _, p := range []string{
		"man/man5/install.5", "usr/man/man8/acmed.8.gz", "opt/x/man7/config.7", "usr/lib/x/README", "etc/acme/README.md", "etc/acme/ReadMe.txt",
		"lib/acme/CHANGELOG", "etc/acme/ChangeLog.old", "lib/acme/index.d.ts", "etc/docs/config.txt", "usr/share/doc/acme/conf.example", "etc/default/AUTHORS", "etc/config/guide.adoc",
	} {
		doc := scan(t, map[string]string{p: text + example}, opts)
		if len(doc.Components)+len(doc.Services)+len(doc.Problems) > 0 || len(doc.Subject.Claims) > 0 {
			t.Errorf("%s: components %v, services %v, problems %s", p, doc.Components, doc.Services, problems(doc))
		}
	}
	for _, p := range []string{"etc/acme/registry.conf", "etc/config/man", "etc/man.conf", "usr/lib/man5.conf", "opt/config/x.5"} {
		doc := scan(t, map[string]string{p: text, "bin/acmed": program("acmesdk")}, opts)
		if len(doc.Services) != 2 {
			t.Errorf("%s: services %v", p, doc.Services)
		}
	}
	// A library whose name ends in a number is no page of the manual.
	doc := scan(t, map[string]string{"opt/man5/libx.so.5": program("acmesdk")}, opts)
	if got := claims(component(t, doc, "libx.so.5").Claims, sbom.LiteralMark); got == "" {
		t.Error("a program in a folder man5 says nothing")
	}
	// What is no stand-in is still complained about.
	doc = scan(t, map[string]string{"etc/x.pem": "-----BEGIN CERTIFICATE-----\n" + strings.Repeat("MIIBacme", 20) + "\n-----END CERTIFICATE-----\n"}, nil)
	if got := problems(doc); got != "bad-certificate etc/x.pem" {
		t.Errorf("problems %q", got)
	}
}

// TestPackageFolder: a folder of packages is no device, and what is a device
// stays one when it holds such a folder.
func TestPackageFolder(t *testing.T) {
	chalk := `{"name":"chalk","version":"5.0.0"}`
	for _, tt := range []struct {
		what  string
		files map[string]string
		want  string
	}{
		{"a program with its packages", map[string]string{"package.json": `{"name":"@acme/tool","version":"2.1.0"}`, "node_modules/chalk/package.json": chalk, "lib/web/x.js": "x"}, "application tool 2.1.0"},
		{"a packed package", map[string]string{"package/package.json": `{"name":"tool","version":"2.1.0"}`, "package/index.js": "x"}, "application tool 2.1.0"},
		{"packages alone", map[string]string{"node_modules/chalk/package.json": chalk, "node_modules/esbuild/bin/esbuild": program("esbuild"), "node_modules/esbuild/package.json": `{"name":"esbuild","version":"1.0.0"}`}, "application  "},
		{"Python's", map[string]string{"six-1.16.0.dist-info/METADATA": "Name: six\nVersion: 1.16.0\n\n", "six.py": "x"}, "application  "},
		{"beside programs", map[string]string{"usr/lib/node_modules/chalk/package.json": chalk, "usr/sbin/httpd": program("httpd")}, "device  "},
		{"beside a system", map[string]string{"usr/lib/node_modules/chalk/package.json": chalk, "etc/os-release": "ID=acmeos\nVERSION_ID=1\n"}, "device  "},
		{"beside a package database", map[string]string{"usr/lib/node_modules/chalk/package.json": chalk, "usr/lib/opkg/status": opkgStatus}, "device  "},
		{"beside what states a product", map[string]string{"srv/node_modules/chalk/package.json": chalk, "etc/device_info": "DEVICE_MANUFACTURER='Acme'\nDEVICE_PRODUCT='R5'\n"}, "device R5 "},
		{"no packages", map[string]string{"etc/x.conf": "a=b\n"}, "device  "},
	} {
		s := scan(t, tt.files, nil).Subject
		if got := strings.Join([]string{string(s.Type), s.Name, s.Version}, " "); got != tt.want {
			t.Errorf("%s: the subject is %q, want %q", tt.what, got, tt.want)
		}
	}
}

// TestCarriedNotices: a notice in a certificate or in a document that a program
// carries names nobody who made the program.
func TestCarriedNotices(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"\x00Acme tool 1\x00Copyright (c) 2009 Acme Networks Ltd.\x00", "org-name Acme Networks Ltd developer"},
		{"\x00% Copyright (c) 1990-1994 Acme Networks Ltd.\x00", "org-name Acme Networks Ltd developer"},
		{"readonly def\r% Copyright (c) 1990-1994 Acme Networks Ltd.\r% All Rights Reserved.\r", ""},
		{"\x31\x39\x30\x37\x06\x03\x55\x04\x0b\x13\x31(c) 2009 Acme Networks Ltd. - for authorized use \x31", ""},
		// An attribute that ended before the notice.
		{"\x06\x03\x55\x04\x0b\x13\x04Acme\x00(c) 2009 Acme Networks Ltd.\x00", "org-name Acme Networks Ltd developer"},
	} {
		doc := scan(t, map[string]string{"bin/tool": program(tt.text)}, nil)
		if got := claims(component(t, doc, "tool").Claims, sbom.OrgName); got != tt.want {
			t.Errorf("%q claims %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestLibraryWithoutName: a library that the linker was told no name for is named by
// its file, and says its version as others do. Two numbers need the word.
func TestLibraryWithoutName(t *testing.T) {
	for _, tt := range []struct{ file, text, want string }{
		{"usr/lib/libplat_foo.so", "libplat_foo V1.9.05", "library libplat_foo 1.9.05"},
		{"usr/lib/libfoobar.so.1.2", "foobar version 2.4.1", "library libfoobar 2.4.1"},
		{"usr/lib/libfoobar.so", "libfoobar 2.4", ""},
		{"usr/lib/libfoobar.so", "libother V2.4.1", ""},
		{"usr/lib/libfoobar.so", "V2.4.1", ""},
		{"usr/lib/plugins/foobar.so", "foobar V2.4.1", ""},
	} {
		got := ""
		for _, c := range scan(t, map[string]string{tt.file: program(tt.text)}, nil).Components {
			if c.Version != "" {
				got += string(c.Type) + " " + c.Name + " " + c.Version
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q gives %q, want %q", tt.file, tt.text, got, tt.want)
		}
	}
}

// TestAndroidVersion: build.prop says which Android the system is; a vendor's part of
// the device and a template do not.
func TestAndroidVersion(t *testing.T) {
	for _, tt := range []struct{ file, content, want string }{
		{"system/build.prop", "# begin\nro.build.version.sdk=23\nro.build.version.release=6.0.1\nro.product.model=Tab 5\n", "operating-system Android 6.0.1 pkg:generic/android@6.0.1"},
		{"build.prop", "ro.build.version.release=12\n", "operating-system Android 12 pkg:generic/android@12"},
		{"vendor/build.prop", "ro.vendor.build.version.release=9\n", ""},
		{"system/build.prop", "ro.build.version.release=${release}\n", ""},
		{"build.prop", "ro.build.version.release=202503111542\n", ""},
		{"etc/settings.conf", "ro.build.version.release=6.0.1\n", ""},
	} {
		got := ""
		for _, c := range scan(t, map[string]string{tt.file: tt.content}, nil).Components {
			if c.Type == sbom.OperatingSystem {
				got = string(c.Type) + " " + c.Name + " " + c.Version + " " + c.PURL
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q gives %q, want %q", tt.file, tt.content, got, tt.want)
		}
	}
}

// TestSystemVersion: a build between releases has its revision as version, since
// the word in its place is that of every such build.
func TestSystemVersion(t *testing.T) {
	for _, tt := range []struct{ file, content, want string }{
		{"etc/openwrt_release", "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='Bleeding Edge'\nDISTRIB_REVISION='50140'\n", "r50140 Bleeding Edge"},
		{"etc/openwrt_release", "DISTRIB_ID=\"OpenWrt\"\nDISTRIB_RELEASE=\"SNAPSHOT\"\nDISTRIB_REVISION=\"r16279-5cc0535800\"\n", "r16279-5cc0535800 SNAPSHOT"},
		{"usr/lib/os-release", "ID=openwrt\nVERSION_ID=snapshot\nBUILD_ID=r16279-5cc0535800\n", "r16279-5cc0535800 snapshot"},
		{"etc/openwrt_release", "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='19.07.1'\nDISTRIB_REVISION='r10911-c155900f66'\n", "19.07.1 "},
		{"etc/os-release", "ID=arch\nBUILD_ID=rolling\n", " "},
		{"etc/openwrt_release", "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='Chaos Calmer'\nDISTRIB_REVISION='r48532'\nDISTRIB_DESCRIPTION='OpenWrt Chaos Calmer 15.05.1'\n", "15.05.1 Chaos Calmer"},
		{"etc/openwrt_release", "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='Attitude Adjustment'\nDISTRIB_DESCRIPTION='OpenWrt Attitude Adjustment 12.09-rc1'\n", "12.09-rc1 Attitude Adjustment"},
		{"etc/openwrt_release", "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='Bleeding Edge'\nDISTRIB_REVISION='0.9107.1.7117s'\nDISTRIB_DESCRIPTION='OpenWrt Barrier Breaker 0.9107.1.7117s'\n", " Bleeding Edge"},
		{"etc/openwrt_release", "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='Chaos Calmer'\nDISTRIB_REVISION='unknown'\nDISTRIB_DESCRIPTION='OpenWrt Chaos Calmer unknown'\n", "Chaos Calmer "},
	} {
		doc := scan(t, map[string]string{tt.file: tt.content}, nil)
		c := doc.Components[0]
		got := c.Version + " "
		for _, p := range c.Properties {
			if p.Name == "touchmark:release" {
				got += p.Value
			}
		}
		if got != tt.want {
			t.Errorf("%q gives %q, want %q", tt.content, got, tt.want)
		}
	}
}
