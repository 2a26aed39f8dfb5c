package firmware

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/internal/elffile/elftest"
	"github.com/touchmark-dev/touchmark/sbom"
)

// treeOf makes a tree of files by their content. A content that begins with
// "-> " is a symbolic link.
func treeOf(files map[string]string) Tree {
	m := fstest.MapFS{}
	for name, content := range files {
		if target, ok := strings.CutPrefix(content, "-> "); ok {
			m[name] = &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink | 0o777}
			continue
		}
		m[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o644}
	}
	return FromFS(m)
}

// builtin is the set that Scan would read again each time.
var builtin = sync.OnceValues(signatures.Builtin)

func withSet(t testing.TB, opts *Options) *Options {
	t.Helper()
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Signatures == nil {
		set, err := builtin()
		if err != nil {
			t.Fatal(err)
		}
		o.Signatures = set
	}
	return &o
}

func scan(t testing.TB, files map[string]string, opts *Options) *sbom.Document {
	t.Helper()
	doc, err := Scan(context.Background(), treeOf(files), withSet(t, opts))
	if err != nil {
		t.Fatal(err)
	}
	if tt, ok := t.(*testing.T); ok {
		checkDocument(tt, doc)
	}
	return doc
}

func component(t testing.TB, doc *sbom.Document, name string) *sbom.Component {
	t.Helper()
	var found *sbom.Component
	var names []string
	for i := range doc.Components {
		names = append(names, doc.Components[i].Name)
		if doc.Components[i].Name == name {
			if found != nil {
				t.Fatalf("two components are named %q", name)
			}
			found = doc.Components[i]
		}
	}
	if found == nil {
		t.Fatalf("no component %q among %q", name, names)
	}
	return found
}

// claims writes claims as "kind value role", sorted, of the given kinds.
func claims(list []sbom.Claim, kinds ...sbom.ClaimKind) string {
	var out []string
	for _, c := range list {
		for _, k := range kinds {
			if c.Kind == k {
				out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Kind, c.Value, c.Role)))
			}
		}
	}
	sort.Strings(out)
	return strings.Join(out, "; ")
}

func problems(doc *sbom.Document) string {
	var out []string
	for _, p := range doc.Problems {
		out = append(out, p.Kind+" "+p.Place)
	}
	return strings.Join(out, "; ")
}

const opkgStatus = `Package: busybox
Version: 1.30.1-5
Depends: libc
Status: install user installed
Architecture: mips_24kc
Installed-Time: 1

Package: gone
Version: 1
Status: deinstall ok not-installed

Package: acme-cloud
Version: 7
Status: install user installed
Architecture: mips_24kc
`

func program(strings ...string) string {
	return string(elftest.Build(elftest.Spec{Type: 2, Machine: 8, Big: true, Data: []byte("\x00" + joinZero(strings) + "\x00")}))
}

func joinZero(list []string) string { return strings.Join(list, "\x00") }

// TestOpkg: a package, the signature of its program and the second place of
// the same program are one component; what its list names is explained; a
// vendor's package is not upstream.
func TestOpkg(t *testing.T) {
	bb := program("BusyBox v1.30.1 (2020-01-01 00:00:00 UTC)")
	doc := scan(t, map[string]string{
		"usr/lib/opkg/status":                  opkgStatus,
		"usr/lib/opkg/info/busybox.list":       "/bin/busybox\n/etc/alias\n",
		"usr/lib/opkg/info/busybox.control":    "Package: busybox\nVersion: 1.30.1-5\nSource: package/utils/busybox\nMaintainer: Jane Roe <jane@builder.example>\nLicense: GPL-2.0\nSection: base\n",
		"usr/lib/opkg/info/acme-cloud.list":    "/usr/bin/acme\n",
		"usr/lib/opkg/info/acme-cloud.control": "Package: acme-cloud\nVersion: 7\nSource: package/acme_property/cloud\nMaintainer: Acme Networks <dev@acme.example>\n",
		"bin/busybox":                          bb,
		"sbin/copy":                            bb,
		"etc/alias":                            "-> ../conf/alias",
		"conf/alias":                           "alias\n",
		"usr/bin/acme":                         program("acme cloud agent"),
	}, &Options{Literals: []sbom.Literal{{ID: "acme", Kind: sbom.LiteralMark, Text: "acme", Role: sbom.Brand}}})

	c := component(t, doc, "busybox")
	if c.Version != "1.30.1-5" || c.PURL != "pkg:opkg/openwrt/busybox@1.30.1-5?arch=mips_24kc" {
		t.Errorf("busybox is %q %q", c.Version, c.PURL)
	}
	if got := strings.Join(c.Locations, " "); got != "bin/busybox conf/alias sbin/copy" {
		t.Errorf("busybox is at %q", got)
	}
	if got, want := claims(c.Claims, sbom.PURL, sbom.MailDomain), "mail-domain builder.example maintainer; purl pkg:generic/busybox@1.30.1; purl pkg:opkg/openwrt/busybox@1.30.1-5?arch=mips_24kc"; got != want {
		t.Errorf("busybox claims\n got %s\nwant %s", got, want)
	}
	techniques := map[sbom.Technique]bool{}
	for _, e := range c.Evidence {
		techniques[e.Technique] = true
	}
	if !techniques[sbom.ManifestAnalysis] || !techniques[sbom.BinaryAnalysis] {
		t.Errorf("evidence of the database and of the bytes should both be there: %+v", c.Evidence)
	}
	for _, c := range doc.Components {
		if c.Name == "gone" {
			t.Error("a removed package is a component")
		}
	}
	acme := component(t, doc, "acme-cloud")
	if want := "pkg:opkg/acme-cloud@7"; !strings.HasPrefix(acme.PURL, want) {
		t.Errorf("a package by the vendor's recipe is %q, want %q...: it is none of OpenWrt's", acme.PURL, want)
	}
	if got, want := claims(acme.Claims, sbom.LiteralMark, sbom.OrgName, sbom.MailDomain), "literal acme brand; literal acme supplier; mail-domain acme.example maintainer; org-name Acme Networks maintainer"; got != want {
		t.Errorf("acme-cloud claims %q, want %q", got, want)
	}
	if strings.Contains(string(encode(t, doc)), "Jane") || strings.Contains(string(encode(t, doc)), "dev@") {
		t.Error("the document holds a personal name or a local part")
	}
	if doc.Coverage.ExplainedFiles != doc.Coverage.Files {
		t.Errorf("coverage %+v: everything is a package's or the database", doc.Coverage)
	}
}

func TestDpkgAndApk(t *testing.T) {
	doc := scan(t, map[string]string{
		"var/lib/dpkg/status":            "Package: libssl3\nStatus: install ok installed\nVersion: 3.0.11-1~deb12u2\nArchitecture: armhf\nSource: openssl (3.0.11-1)\nMaintainer: Debian OpenSSL Team <team@lists.alioth.debian.org>\nDescription: toolkit\n more\n\nno field\n",
		"var/lib/dpkg/info/libssl3.list": "/.\n/usr\n/usr/lib/libssl.so.3\n",
		"usr/lib/libssl.so.3":            string(elftest.Build(elftest.Spec{Type: 3, Machine: 40, SONAME: "libssl.so.3"})),
		"lib/apk/db/installed":           "C:Q1\nP:musl\nV:1.2.4-r2\nA:aarch64\nL:MIT\no:musl\nm:Jane Roe <jane@distro.example>\nF:lib\nR:ld-musl-aarch64.so.1\nZ:Q1\n\nP:zlib\nV:1.3\nA:aarch64\n",
		"lib/ld-musl-aarch64.so.1":       string(elftest.Build(elftest.Spec{Type: 3, Machine: 183, Bits: 64, SONAME: "libc.musl-aarch64.so.1"})),
	}, &Options{Signatures: &signatures.Set{}})
	ssl := component(t, doc, "libssl3")
	if ssl.PURL != "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=armhf" || len(ssl.Locations) != 1 {
		t.Errorf("libssl3 %q at %q", ssl.PURL, ssl.Locations)
	}
	musl := component(t, doc, "musl")
	if musl.PURL != "pkg:apk/alpine/musl@1.2.4-r2?arch=aarch64" || len(musl.Locations) != 1 || musl.Locations[0] != "lib/ld-musl-aarch64.so.1" {
		t.Errorf("musl %q at %q", musl.PURL, musl.Locations)
	}
	component(t, doc, "zlib")
	if got := problems(doc); got != "bad-dpkg-line var/lib/dpkg/status" {
		t.Errorf("problems %q", got)
	}
}

func module(fields ...string) string {
	return string(elftest.Build(elftest.Spec{Type: 1, Machine: 8, Big: true, Modinfo: joinZero(fields) + "\x00"}))
}

func TestModules(t *testing.T) {
	bare := module("license=Acme Semiconductor", "vermagic=4.9.206 mod_unload MIPS32_R1 32BIT ", "author=Jane Roe <jane@acme.example>")
	// Without section headers modinfo is only in the bytes.
	stripped := []byte(bare)
	copy(stripped[32:36], make([]byte, 4))
	copy(stripped[48:52], make([]byte, 4))
	doc := scan(t, map[string]string{
		"lib/modules/4.9.206/xt_mark.ko":  module("license=GPL", "vermagic=4.9.206 mod_unload", "intree=Y"),
		"lib/modules/4.9.206/ath9k.ko":    module("license=Dual BSD/GPL", "vermagic=4.9.206 mod_unload", "author=Atheros Communications"),
		"lib/modules/4.9.206/acme_hw.ko":  string(stripped),
		"lib/modules/4.9.206/team.ko":     module("license=GPL", "vermagic=4.9.206", "author=John Doe, Acme Networks Ltd.", "description=The acme thing", "version=1.2.3"),
		"lib/modules/4.9.206/single.ko":   module("license=GPL", "vermagic=4.9.206", "author=Someone"),
		"lib/modules/4.9.206/merged.ko":   module("license=Acme", "vermagic=4.9.206", "description=the whole", "description=one part", "version=PART-2.0"),
		"lib/modules/4.9.206/modules.dep": "",
	}, nil)
	if v := component(t, doc, "merged").Version; v != "" {
		t.Errorf("a module that several were linked into has the version %q of one", v)
	}
	kernel := component(t, doc, "linux-kernel")
	if kernel.Version != "4.9.206" || len(kernel.CPEs) != 1 || kernel.CPEs[0] != "cpe:2.3:o:linux:linux_kernel:4.9.206:*:*:*:*:*:*:*" {
		t.Errorf("kernel %q %q", kernel.Version, kernel.CPEs)
	}
	for name, want := range map[string]string{
		"ath9k":   "module-author Atheros Communications developer",
		"acme_hw": "mail-domain acme.example developer; module-author Acme Semiconductor developer",
		"team":    "module-author Acme Networks Ltd. developer",
		"single":  "", // one word may be a person's name
	} {
		c := component(t, doc, name)
		if got := claims(c.Claims, sbom.ModuleAuthor, sbom.MailDomain); got != want {
			t.Errorf("%s claims %q, want %q", name, got, want)
		}
		if c.Parent != kernel.Ref || c.Type != sbom.DeviceDriver {
			t.Errorf("%s: type %s, parent %q", name, c.Type, c.Parent)
		}
	}
	for _, c := range doc.Components {
		if c.Name == "xt_mark" {
			t.Error("a mainline module without a maker is a component of its own")
		}
	}
	if len(doc.Subject.Claims) != 0 {
		t.Errorf("modules speak for the device: %v", doc.Subject.Claims)
	}
}

func TestOrganizations(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"Atheros Communications, Inc.", "Atheros Communications, Inc."},
		{"Errno Consulting, Sam Leffler", "Errno Consulting"},
		{"Jane Roe <jane@acme.example>", ""},
		{"Jane Roe", ""},
		{"Lantiq Deutschland GmbH", "Lantiq Deutschland GmbH"},
		{"Jane Roe (Acme Technologies Co., Ltd.)", "Acme Technologies Co., Ltd."},
		{"Copyright (c) 2007-2008 Acme Semiconductor Corp", "Acme Semiconductor Corp"},
		{"<jane.roe@acme.example>, <x@y.example>", ""},
		{"someone who wrote the wireless driver", ""},
		{"nbd", ""},
		{"Lars Co", "Lars Co"}, // a legal form all the same
		{"Jane Roe ACME,inc.", "ACME,inc."},
		{"JaneRoe ACME, Inc.", "ACME, Inc."},
		{"Acme USA, Inc.", "Acme USA, Inc."},
		{"Acme Digital HDX, Inc.", "Acme Digital HDX, Inc."},
		{"Acme A/S", "Acme A/S"},
		{"Acme Telecom A/S / Jane Roe", "Acme Telecom A/S"},
		{"Netfilter Core Team <coreteam@netfilter.example>", "Netfilter Core Team"},
		{"", ""},
	} {
		if got := strings.Join(organizations(tt.in), "|"); got != tt.want {
			t.Errorf("organizations(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// What says that a device is an internet gateway, or what its board is called,
// is kept as it is written, and does not name the product.
func TestKindOfDevice(t *testing.T) {
	for name, tt := range map[string]struct{ path, text, property, match string }{
		"data model":           {"etc/config/general", "config 'general' 'general'\n\toption 'WANDeviceNumberOfEntries' '1'\n", "touchmark:data-model=InternetGatewayDevice", "option 'WANDeviceNumberOfEntries' '1'"},
		"no uplink":            {"etc/config/general", "config 'general' 'general'\n\toption 'WANDeviceNumberOfEntries' '0'\n", "", ""},
		"not a number":         {"etc/config/general", "config 'general' 'general'\n\toption 'WANDeviceNumberOfEntries' 'n/a'\n", "", ""},
		"board in a greeting":  {"etc/banner", " ___\n OS: OpenWRT r31467\n HW: ABX741ND v4 Build\n", "touchmark:board=ABX741ND v4 Build", "HW: ABX741ND v4 Build"},
		"version in a banner":  {"etc/banner", " SW: 1.2.3\n HW: v1234\n FW: Release 2024\n", "", ""},
		"greeting of no label": {"etc/banner", " ABX741ND welcomes you\n", "", ""},
	} {
		d := scan(t, map[string]string{tt.path: tt.text}, nil)
		var property, match string
		if d.Subject != nil {
			for _, p := range d.Subject.Properties {
				property += p.Name + "=" + p.Value
			}
			for _, e := range d.Subject.Evidence {
				match += e.Match
			}
			if d.Subject.Name != "" {
				t.Errorf("%s: named %q", name, d.Subject.Name)
			}
		}
		if property != tt.property || match != tt.match {
			t.Errorf("%s: %q by %q, want %q by %q", name, property, match, tt.property, tt.match)
		}
	}
}

func TestIdentity(t *testing.T) {
	for name, tt := range map[string]struct {
		files                 map[string]string
		name, version, claims string
	}{
		"filled in": {map[string]string{"etc/device_info": "DEVICE_MANUFACTURER='Acme'\nDEVICE_MANUFACTURER_URL='https://www.acme.example/'\nDEVICE_PRODUCT='WX-1'\n"},
			"WX-1", "", "domain www.acme.example manufacturer; org-name Acme manufacturer"},
		"kit's default": {map[string]string{"etc/device_info": "DEVICE_MANUFACTURER='OpenWrt'\nDEVICE_MANUFACTURER_URL='http://www.openwrt.org/'\nDEVICE_PRODUCT='Generic'\n"}, "", "", ""},
		"chip maker's kit": {map[string]string{"etc/device_info": "DEVICE_MANUFACTURER='Chipco'\nDEVICE_PRODUCT='Generic'\n"},
			"", "", "org-name Chipco sdk"},
		"build.prop": {map[string]string{"system/build.prop": "ro.product.brand=Acme\nro.product.manufacturer=Odmco\nro.product.model=Tab 5\nro.build.display.id=AB1.2\n# comment\nro.secure=1\n"},
			"Tab 5", "AB1.2", "org-name Acme brand; org-name Odmco manufacturer"},
		"a chip maker's build.prop": {map[string]string{"system/build.prop": "ro.product.brand=Amlogic\nro.product.manufacturer=Amlogic\nro.product.model=TX9 BOX\n"},
			"TX9 BOX", "", "org-name Amlogic sdk"},
		"a product's list": {map[string]string{"etc/product-info": "vendor_name:Acme\nvendor_url:www.acme-net.com\nproduct_name:Archer X\n"},
			"Archer X", "", "domain www.acme-net.com manufacturer; org-name Acme manufacturer"},
		"a network storage":  {map[string]string{"etc.defaults/VERSION": "majorversion=\"7\"\nproductversion=\"7.2.1\"\n", "etc.defaults/synoinfo.conf": "company_title=\"Acme Inc.\"\nupnpmodelname=\"AS218\"\n"}, "AS218", "7.2.1", "org-name Acme Inc. manufacturer"},
		"a kind of device":   {map[string]string{"mnt/custom/ProductDefinition": "{\"Vendor\": \"Acme\", \"DeviceType\": \"IPC\"}"}, "", "", "org-name Acme manufacturer"},
		"a type that is one": {map[string]string{"mnt/custom/ProductDefinition": "{\"Vendor\": \"Acme\", \"DeviceType\": \"IPC-HFW4300S\"}"}, "IPC-HFW4300S", "", "org-name Acme manufacturer"},
		"one word":           {map[string]string{"module_name": "R7800\n", "firmware_version": "V1.0.2.68\n"}, "R7800", "V1.0.2.68", ""},
		"a board's name":     {map[string]string{"etc/board.info": "board.sysid=0xe805\nboard.name=NanoThing M5\n"}, "NanoThing M5", "", ""},
		"a build's machine":  {map[string]string{"etc/build": "DISTRO = x\nMACHINE = imx8mp-evk\n"}, "", "", "org-name NXP silicon"},
		"a script is none":   {map[string]string{"etc/vendor": "#!/bin/sh\nvendor=Acme\n"}, "", "", ""},
		"uci": {map[string]string{"etc/config/general": "config 'general' 'DeviceInfo'\n\toption 'Manufacturer' 'Acme'\n\toption 'ManufacturerOUI' 'A8F94B'\n\toption 'ModelName' 'RG-1'\n\toption 'SoftwareVersion' '1.0'\n", "etc/version": "#2.3.4 Fri Feb 10 11:59:55 2012\n"},
			"RG-1", "2.3.4", "org-name Acme manufacturer; oui A8F94B manufacturer"},
		"json":                    {map[string]string{"etc/product_info": "x", "ProductInfo": `{"Vendor":"Acme","Product":{"Model":"C-3"}}`}, "C-3", "", "org-name Acme manufacturer"},
		"issue":                   {map[string]string{"etc/issue": "Acme Digital Labs FooLinux 3.0 \\n \\l\n"}, "", "3.0", "org-name Acme Digital Labs manufacturer"},
		"a distribution's prompt": {map[string]string{"etc/issue": "Ubuntu 18.04.5 LTS \\n \\l\n", "etc/issue.net": "Welcome to Alpine Linux 3.18\n"}, "", "", ""},
		"what it is built on":     {map[string]string{"etc/issue": "Poky 8.0 (Yocto Project 1.3 Reference Distro) 1.3 \\n \\l\n", "etc/debian_version": "9.5\n"}, "", "", ""},
		"no issue":                {map[string]string{"etc/issue": " \\n \\m \\v \\o\n"}, "", "", ""},
		"a script":                {map[string]string{"etc/version": "vendor=$VENDOR\n"}, "", "", ""},
		"not in etc":              {map[string]string{"usr/share/doc/x/version": "vendor=Acme\n"}, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			doc := scan(t, tt.files, nil)
			if doc.Subject.Name != tt.name || doc.Subject.Version != tt.version {
				t.Errorf("device %q %q, want %q %q", doc.Subject.Name, doc.Subject.Version, tt.name, tt.version)
			}
			if got := claims(doc.Subject.Claims, sbom.OrgName, sbom.Domain, sbom.OUI); got != tt.claims {
				t.Errorf("claims %q, want %q", got, tt.claims)
			}
		})
	}
}

// selfSigned makes a certificate; with an issuer it is not self-issued.
func selfSigned(t testing.TB, subject pkix.Name, issuer *pkix.Name) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: subject, NotAfter: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)}
	parent := tmpl
	if issuer != nil {
		parent = &x509.Certificate{SerialNumber: big.NewInt(2), Subject: *issuer}
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestCertificates(t *testing.T) {
	acme := pkix.Name{Organization: []string{"Foobar Networks Ltd"}, Country: []string{"XX"}, CommonName: "acme.example"}
	own := selfSigned(t, acme, nil)
	block, _ := pem.Decode([]byte(own))
	store := ""
	for i := range trustStoreSize {
		store += selfSigned(t, pkix.Name{Organization: []string{fmt.Sprintf("Root %c Ltd", 'A'+i)}}, nil)
	}
	for name, tt := range map[string]struct{ path, content, subject string }{
		"pem":             {"etc/server.pem", own, "cert-org Foobar Networks Ltd manufacturer"},
		"der":             {"etc/server.der", string(block.Bytes), "cert-org Foobar Networks Ltd manufacturer"},
		"in a program":    {"bin/httpd", program(own), "cert-org Foobar Networks Ltd manufacturer"},
		"issued":          {"etc/server.pem", selfSigned(t, acme, &pkix.Name{Organization: []string{"Some CA"}}), ""},
		"openssl default": {"etc/server.pem", selfSigned(t, pkix.Name{Organization: []string{"Internet Widgits Pty Ltd"}, Province: []string{"Some-State"}}, nil), ""},
		"default company": {"etc/server.pem", selfSigned(t, pkix.Name{Organization: []string{"Default Company Ltd"}}, nil), ""},
		"snake oil":       {"etc/server.pem", selfSigned(t, pkix.Name{Organization: []string{"Snake Oil, Ltd"}}, nil), ""},
		"default values":  {"etc/server.pem", selfSigned(t, pkix.Name{Organization: []string{"Default_org"}}, nil), ""},
		"public root":     {"etc/server.pem", selfSigned(t, pkix.Name{Organization: []string{"DigiCert Inc"}}, nil), ""},
		"trust store":     {"etc/anything.pem", store, ""},
		"cut":             {"etc/server.pem", own[:len(own)/2], ""},
	} {
		t.Run(name, func(t *testing.T) {
			doc := scan(t, map[string]string{tt.path: tt.content}, nil)
			if got := claims(doc.Subject.Claims, sbom.CertOrg); got != tt.subject {
				t.Errorf("device claims %q, want %q", got, tt.subject)
			}
		})
	}
}

// TestTrustFolder: a folder of as many authorities as make one file a trust store
// is one, and the maker's own certificate beside it counts as before.
func TestTrustFolder(t *testing.T) {
	files := map[string]string{"etc/server.pem": selfSigned(t, pkix.Name{Organization: []string{"Foobar Networks Ltd"}}, nil)}
	for i := range trustStoreSize - 1 {
		files[fmt.Sprintf("opt/armor/certs/%d.crt", i)] = selfSigned(t, pkix.Name{Organization: []string{fmt.Sprintf("Root %c Ltd", 'A'+i)}}, nil)
	}
	if got := strings.Count(claims(scan(t, files, nil).Subject.Claims, sbom.CertOrg), "manufacturer"); got != trustStoreSize {
		t.Errorf("with %d authorities: %d makers", trustStoreSize-1, got)
	}
	files["opt/armor/certs/last.crt"] = selfSigned(t, pkix.Name{Organization: []string{"Root Z Ltd"}}, nil)
	if got, want := claims(scan(t, files, nil).Subject.Claims, sbom.CertOrg), "cert-org Foobar Networks Ltd manufacturer"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLiterals: a mark in one own file stays with its component; in two it
// speaks for the device; in tables, trust stores and upstream software it does
// not.
func TestLiterals(t *testing.T) {
	lits := []sbom.Literal{
		{ID: "acme", Kind: sbom.LiteralMark, Text: "acmecorp", Fold: true, Role: sbom.Brand},
		{ID: "one", Kind: sbom.LiteralMark, Text: "onlyonce"},
		{ID: "bb", Kind: sbom.LiteralMark, Text: "buildmark"},
		{ID: "wide", Kind: sbom.Host, Text: "cloud.wide.example", Wide: true},
		{ID: "ouis", Kind: sbom.LiteralMark, Text: "Registered Inc"},
		{ID: "xx", Kind: sbom.LiteralMark, Text: "ab"},
	}
	doc := scan(t, map[string]string{
		"bin/one":                         program("x AcmeCorp x", "onlyonce"),
		"bin/copy":                        program("x AcmeCorp x", "onlyonce"),
		"bin/two":                         program("http://acmecorp.example/", "c\x00l\x00o\x00u\x00d\x00.\x00w\x00i\x00d\x00e\x00.\x00e\x00x\x00a\x00m\x00p\x00l\x00e\x00"),
		"www/index.html":                  "<b>ACMECORP</b> cloud.wide.example",
		"usr/share/oui.txt":               "00-11-22 Registered Inc",
		"etc/hwdb/pci.ids":                "1234 Registered Inc",
		"usr/share/licenses/x/LICENSE":    "Copyright onlyonce",
		"usr/share/locale/de/messages.po": "msgid onlyonce",
		"bin/busybox":                     program("BusyBox v1.19.4 (x)", "buildmark"),
		"sbin/busybox2":                   program("BusyBox v1.19.4 (x)", "buildmark", "other"),
	}, &Options{Literals: lits})
	want := "host cloud.wide.example; literal acmecorp brand; literal buildmark"
	got := claims(doc.Subject.Claims, sbom.LiteralMark, sbom.Host)
	// busybox2 is no name of BusyBox: its file is somebody's own, and only one.
	if got != strings.ReplaceAll(want, "; literal buildmark", "") {
		t.Errorf("device claims %q", got)
	}
	for _, c := range doc.Subject.Claims {
		if c.Value == "acmecorp" {
			var places []string
			for _, e := range c.Evidence {
				places = append(places, e.Path)
			}
			if got := strings.Join(places, " "); got != "bin/copy bin/two www/index.html" {
				t.Errorf("acmecorp is seen in %q; byte-identical files count once, programs first", got)
			}
		}
	}
	one := component(t, doc, "copy")
	if got := strings.Join(one.Locations, " "); got != "bin/copy bin/one" {
		t.Errorf("byte-identical programs: %q", got)
	}
	if got := claims(one.Claims, sbom.LiteralMark); got != "literal acmecorp brand; literal onlyonce" {
		t.Errorf("claims of the program: %q", got)
	}
	if got := problems(doc); got != "bad-literal xx" {
		t.Errorf("problems %q", got)
	}
}

// TestRegistryByContent: a text with the marks of many owners is a table.
func TestRegistryByContent(t *testing.T) {
	var lits []sbom.Literal
	table := ""
	for i := range registryValuesText {
		name := fmt.Sprintf("Vendor%c Ltd", 'A'+i)
		lits = append(lits, sbom.Literal{ID: name, Kind: sbom.LiteralMark, Text: name})
		table += name + "\n"
	}
	doc := scan(t, map[string]string{"etc/makers.list": table, "etc/makers2.list": table + "x"}, &Options{Literals: lits})
	if len(doc.Subject.Claims) != 0 || len(doc.Components) != 0 {
		t.Errorf("a table makes claims: %v %v", doc.Subject.Claims, doc.Components)
	}
}

// TestManyDomains: the domains of one company in a program are those of one owner.
func TestManyDomains(t *testing.T) {
	var lits []sbom.Literal
	hosts := []string{"cloud.acme-net.com"}
	for i := range registryValuesELF {
		host := fmt.Sprintf("acme%c%c.net", 'a'+i/26, 'a'+i%26)
		lits = append(lits, sbom.Literal{ID: host, Kind: sbom.Host, Text: host})
		hosts = append(hosts, "www."+host)
	}
	doc := scan(t, map[string]string{"sbin/rc": program(hosts...)}, &Options{Literals: lits})
	if !slices.ContainsFunc(doc.Services, func(s sbom.Service) bool { return s.Name == "cloud.acme-net.com" }) {
		t.Errorf("services %v: a company with many domains makes no table of the world", doc.Services)
	}
}

func TestLinksStoredAsText(t *testing.T) {
	doc := scan(t, map[string]string{
		"bin/busybox":           program("BusyBox v1.19.4 (x)"),
		"bin/ls":                "busybox",
		"usr/lib/libz.so":       "libz.so.1.2.8",
		"usr/lib/libz.so.1.2.8": string(elftest.Build(elftest.Spec{Type: 3, Machine: 8, SONAME: "libz.so.1"})),
		"etc/motd":              "welcome",
	}, nil)
	if doc.Coverage.ExplainedFiles != 4 {
		t.Errorf("coverage %+v: two files and two links stored as text are explained", doc.Coverage)
	}
}

func TestPathsNotUTF8(t *testing.T) {
	b := tarOf(t, file("bin/caf\xe9", program("BusyBox v1.19.4 (x)")), file("etc/100%", "x"))
	tree, err := openBytes(t, b, nil)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := Scan(context.Background(), tree, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, c := range doc.Components {
		for _, l := range c.Locations {
			found = found || l == "bin/caf%E9"
		}
	}
	if !found || doc.Coverage.Unexplained[0].Path != "bin/caf%E9" {
		t.Errorf("components %+v, coverage %+v", doc.Components, doc.Coverage)
	}
}

// TestExtractorPanic: a panic and an error of an own extractor are problems of
// the file; the scan goes on.
func TestExtractorPanic(t *testing.T) {
	own := Extractor{Name: "own", Match: func(e *Entry) bool { return e.Base() != "fine" }, Extract: func(_ context.Context, in *Input, out *Result) error {
		out.Component(Observation{Component: sbom.Component{Name: in.Base()}, Explains: true})
		if in.Base() == "panic" {
			panic("oops")
		}
		return errors.New("half read")
	}}
	doc := scan2(t, map[string]string{"a/panic": "x", "b/error": "y", "fine": "z"}, &Options{Extractors: append(DefaultExtractors(), own)})
	if got := problems(doc); got != "extractor-panic a/panic; bad-own b/error" {
		t.Errorf("problems %q", got)
	}
	component(t, doc, "panic")
	component(t, doc, "error")
}

// TestFoldedMarks: a folded mark is found in any case, beside those that are not, and is
// called as its extractor has it.
func TestFoldedMarks(t *testing.T) {
	var got []string
	extractor := func(name string, marks, folded []string) Extractor {
		return Extractor{Name: name, Marks: marks, Folded: folded, Extract: func(_ context.Context, in *Input, out *Result) error {
			for _, m := range in.Marks {
				got = append(got, fmt.Sprintf("%s %s %d", name, m.Text, m.Offset))
			}
			return nil
		}}
	}
	scan2(t, map[string]string{"x": "acmesdk AcMeSDK; ACME kit Acme kit"}, &Options{Extractors: []Extractor{extractor("a", []string{"Acme kit"}, []string{"acmesdk"}), extractor("b", []string{"ACME kit"}, nil)}})
	if want := []string{"a acmesdk 0", "a acmesdk 8", "a Acme kit 26", "b ACME kit 17"}; !slices.Equal(got, want) {
		t.Errorf("marks %q, want %q", got, want)
	}
}

// scan2 is scan for documents that hold problems on purpose.
func scan2(t testing.TB, files map[string]string, opts *Options) *sbom.Document {
	t.Helper()
	doc, err := Scan(context.Background(), treeOf(files), withSet(t, opts))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestOptions(t *testing.T) {
	tree := treeOf(map[string]string{"a": "x"})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Scan(ctx, tree, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled scan: %v", err)
	}
	e := Extractor{Name: "x", Extract: func(context.Context, *Input, *Result) error { return nil }}
	if _, err := Scan(context.Background(), tree, &Options{Extractors: []Extractor{e, e}}); err == nil {
		t.Error("two extractors of one name are accepted")
	}
	last := Progress{}
	if _, err := Scan(context.Background(), tree, &Options{Progress: func(p Progress) { last = p }}); err != nil || last.Files != 1 || last.FilesTotal != 1 || last.Bytes != 1 {
		t.Errorf("progress %+v, %v", last, err)
	}
	doc, err := Scan(context.Background(), treeOf(map[string]string{"a": "x", "b": "y", "c/d/e": "z"}), &Options{Limits: Limits{Entries: 2}})
	if err != nil || problems(doc) != "too-many-entries ." {
		t.Errorf("entries over the limit: %q %v", problems(doc), err)
	}
	doc, err = Scan(context.Background(), treeOf(map[string]string{"a": "x", "c/d/e": "zzzz"}), &Options{Limits: Limits{Depth: 1, FileBytes: 3}})
	if err != nil || problems(doc) != "too-deep c/d" {
		t.Errorf("depth over the limit: %q %v", problems(doc), err)
	}
	doc, err = Scan(context.Background(), treeOf(map[string]string{"big": "zzzz"}), &Options{Limits: Limits{FileBytes: 3}})
	if err != nil || problems(doc) != "too-large big" || doc.Coverage.UnreadableFiles != 1 {
		t.Errorf("file over the limit: %q %+v %v", problems(doc), doc.Coverage, err)
	}
}

// TestLargeFile: a file that is not held in memory gives the same hits and the
// same digest, across the borders of chunks.
func TestLargeFile(t *testing.T) {
	big := append(bytes.Repeat([]byte("0123456789ABCDEF"), smallFile/16), []byte("acmecorp")...)
	copy(big[256<<10-4:], "acmetwo1")
	lits := []sbom.Literal{{ID: "a", Kind: sbom.LiteralMark, Text: "acmecorp"}, {ID: "b", Kind: sbom.LiteralMark, Text: "acmetwo1"}}
	doc := scan(t, map[string]string{"data.bin": string(big)}, &Options{Literals: lits})
	c := component(t, doc, "data.bin")
	if got := claims(c.Claims, sbom.LiteralMark); got != "literal acmecorp; literal acmetwo1" {
		t.Errorf("claims %q", got)
	}
	if off := c.Claims[0].Evidence[0].Offset; off != smallFile {
		t.Errorf("acmecorp at %d, want %d", off, smallFile)
	}
}

func TestOpaque(t *testing.T) {
	random := make([]byte, 64<<10)
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	doc := scan(t, map[string]string{
		"random.bin": string(random), "text.txt": strings.Repeat("some text ", 7000), "zeros": strings.Repeat("\x00", 70000),
		"picture.png": "\x89PNG" + string(random), "fs.bin": "hsqs" + strings.Repeat("\x00", 4000),
	}, nil)
	if doc.Coverage.OpaqueFiles != 2 {
		t.Errorf("coverage %+v: random bytes and a packed file system are opaque", doc.Coverage)
	}
}

func TestMainlineModules(t *testing.T) {
	for name, want := range map[string]bool{"ath9k": true, "xt_mark": true, "usb-storage": true, "ip_conntrack": true, "8021q": true, "zstd": true, "siemens_mpi": true, "shortcut-fe-cm": true, "shortcuts": false,
		"tp_domain": false, "umac": false, "": false, "# Names": false, "ath9k\nx": false} {
		if got := isMainlineModule(name); got != want {
			t.Errorf("isMainlineModule(%q) = %v, want %v", name, got, want)
		}
	}
	// Every line of the table is found: it is sorted.
	n := 0
	for _, l := range strings.Split(strings.TrimSpace(mainlineNames), "\n") {
		if !strings.HasPrefix(l, "#") {
			n++
			if !isMainlineModule(l) {
				t.Fatalf("%q is in the table and not found", l)
			}
		}
	}
	if n < 10_000 {
		t.Errorf("the table has only %d names", n)
	}
}

func TestBuildPath(t *testing.T) {
	for in, want := range map[string]string{
		"/opt/acme/sdk-2/build_dir/target/x.c":        "/opt/acme/sdk-2/build_dir",
		"/home/jane/work/acme_router/src/main.c":      "/home/…/work/acme_router/src",
		"/home/jane":                                  "",
		"/usr/lib/libc.so":                            "",
		"/opt/bin":                                    "",
		"/workspace/job/openwrt/staging_dir/host/lib": "/workspace/job/openwrt/staging_dir",
	} {
		if got := buildDir(in); got != want {
			t.Errorf("buildDir(%q) = %q, want %q", in, got, want)
		}
	}
	doc := scan(t, map[string]string{"bin/x": program("/home/jane/acme_router/build_dir/x/main.c")}, nil)
	if s := string(encode(t, doc)); strings.Contains(s, "jane") || !strings.Contains(s, "acme_router") {
		t.Errorf("build path: %s", s)
	}
}

func FuzzIdentity(f *testing.F) {
	f.Add("DEVICE_MANUFACTURER='Acme'\n")
	f.Add("option 'Manufacturer' 'x'\n")
	f.Add(`{"Vendor":"a","x":{"Model":"b"}}`)
	f.Fuzz(func(t *testing.T, s string) {
		in := &Input{Entry: Entry{Path: "etc/device_info", Size: int64(len(s))}, ra: strings.NewReader(s), memory: []byte(s)}
		out := &Result{extractor: "identity"}
		if err := readIdentity(context.Background(), in, out); err != nil {
			t.Fatal(err)
		}
		for _, p := range readPairs([]byte(s)) {
			if p.offset < 0 || p.offset+int64(p.length) > int64(len(s)) {
				t.Fatalf("pair %+v lies outside of %q", p, s)
			}
		}
	})
}

func fuzzInput(b []byte, path string) *Input {
	return &Input{Entry: Entry{Path: path, Size: int64(len(b)), Head: b[:min(len(b), 512)]}, ra: bytes.NewReader(b), memory: append([]byte{}, b...)}
}

func FuzzCertificate(f *testing.F) {
	own := selfSigned(f, pkix.Name{Organization: []string{"Acme Ltd"}}, nil)
	block, _ := pem.Decode([]byte(own))
	f.Add(block.Bytes)
	f.Add([]byte(own))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := parseCertificate(b); err == nil {
			// What the standard library accepts has the same organization.
			if std, err := x509.ParseCertificate(b); err == nil && len(std.Subject.Organization) == 1 && c.get("O") == "" && derTextual(std.Subject.Organization[0]) {
				t.Fatalf("organization %q is not read", std.Subject.Organization[0])
			}
			_ = c.String()
		}
		readPEM(b, 0)
	})
}

// derTextual reports whether a value survives derText.
func derTextual(s string) bool { return derText(0x0c, []byte(s)) != "" }

func FuzzPackages(f *testing.F) {
	f.Add([]byte(opkgStatus))
	f.Add([]byte("P:x\nV:1\nF:a\nR:b\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for path, e := range map[string]Extractor{"usr/lib/opkg/status": opkgExtractor(), "var/lib/dpkg/status": dpkgExtractor(), "lib/apk/db/installed": apkExtractor(), "usr/lib/opkg/info/x.list": opkgExtractor()} {
			in := fuzzInput(b, path)
			if !e.Match(&in.Entry) {
				t.Fatalf("%s does not match %s", e.Name, path)
			}
			out := &Result{extractor: e.Name}
			if err := e.Extract(context.Background(), in, out); err != nil {
				t.Fatal(err)
			}
			for _, o := range out.observations {
				for _, e := range o.Component.Evidence {
					if e.Offset < 0 || e.Offset > int64(len(b)) {
						t.Fatalf("evidence %+v lies outside of %d bytes", e, len(b))
					}
				}
			}
		}
	})
}

func FuzzModule(f *testing.F) {
	f.Add([]byte(module("license=GPL", "vermagic=4.9.206 x", "author=A B <a@b.example>")))
	f.Add([]byte("\x7fELF\x00license=Acme Ltd\x00vermagic=3.0 x\x00author=Acme Ltd\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		out := &Result{extractor: "module"}
		err := readModule(context.Background(), fuzzInput(b, "lib/modules/x.ko"), out)
		if err != nil && !strings.HasPrefix(err.Error(), "unpack module: ") { // what a scan tells of the file
			t.Fatal(err)
		}
		if out.module == nil {
			return
		}
		for _, c := range out.module.claims {
			if strings.Contains(c.Value, "@") {
				t.Fatalf("claim %+v holds a mail address", c)
			}
			for _, e := range c.Evidence {
				if e.Offset < 0 || e.Offset+int64(e.Length) > int64(len(b)) {
					t.Fatalf("evidence %+v lies outside of %d bytes", e, len(b))
				}
			}
		}
	})
}

func FuzzIdentify(f *testing.F) {
	f.Add([]byte("\x27\x05\x19\x56" + strings.Repeat("x", 60)))
	f.Add([]byte("\x01\x00\x00\x00TP-LINK Technologies\x00\x00\x00\x00ver. 1.0\x00" + strings.Repeat("\x00", 100)))
	f.Add([]byte("\xd0\x0d\xfe\xed\x00\x00\x00\x60\x00\x00\x00\x38\x00\x00\x00\x50\x00\x00\x00\x28\x00\x00\x00\x11\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00\x18" + strings.Repeat("\x00", 60)))
	f.Add([]byte("\x1e\xf1\xee\x0b\x00\x01\x38\x00\x00\x00\x0f\x10" + strings.Repeat("\x00", 60)))
	f.Fuzz(func(t *testing.T, b []byte) {
		doc, ok, err := Identify(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if ok && (!doc.Coverage.NotRead || len(doc.Problems) == 0) {
			t.Fatal("an image is described without saying that it was not read")
		}
	})
}

func FuzzRPM(f *testing.F) {
	f.Add([]byte("\xed\xab\xee\xdb\x03\x00" + strings.Repeat("\x00", 90) + "\x8e\xad\xe8\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer func() {
			if r := recover(); r != nil {
				t.Skip("the library panics; Scan makes a problem of it")
			}
		}()
		ReadRPM(bytes.NewReader(b), int64(len(b)))
	})
}

// TestKeepPersons: a maintainer's name is quoted only where the caller asks
// for it, and makes no claim either way.
func TestKeepPersons(t *testing.T) {
	files := map[string]string{"usr/lib/opkg/info/tool.control": "Package: tool\nVersion: 1\nSource: package/utils/tool\nMaintainer: Jane Roe <jane@builder.example>\n"}
	for _, keep := range []bool{false, true} {
		doc, err := Scan(context.Background(), treeOf(files), withSet(t, &Options{KeepPersons: keep}))
		if err != nil {
			t.Fatal(err)
		}
		c := component(t, doc, "tool")
		if got := claims(c.Claims, sbom.MailDomain, sbom.OrgName); got != "mail-domain builder.example maintainer" {
			t.Errorf("KeepPersons %v: claims %q", keep, got)
		}
		quoted := false
		for _, cl := range c.Claims {
			for _, ev := range cl.Evidence {
				quoted = quoted || strings.Contains(ev.Match, "Jane Roe <jane@builder.example>")
			}
		}
		if quoted != keep {
			t.Errorf("KeepPersons %v: quoted %v", keep, quoted)
		}
	}
}

// TestHostFiles: a PC's program in a router's tree is flagged and does not
// speak for the device.
func TestHostFiles(t *testing.T) {
	files := map[string]string{}
	for i := range 12 {
		files[fmt.Sprintf("bin/tool%d", i)] = string(elftest.Build(elftest.Spec{Type: 2, Machine: 8, Needed: []string{"libc.so.0"}, Data: []byte(fmt.Sprint("tool", i))}))
	}
	files["bin/sh"] = string(elftest.Build(elftest.Spec{Type: 3, Machine: 62, Bits: 64, Needed: []string{"libc.so.6"}, Data: []byte("\x00desktopmaker\x00")}))
	files["bin/dash"] = string(elftest.Build(elftest.Spec{Type: 3, Machine: 62, Bits: 64, Needed: []string{"libc.so.6"}, Data: []byte("\x00desktopmaker and more\x00")}))
	// Two of fourteen is more than one in ten.
	opts := &Options{Literals: []sbom.Literal{{ID: "d", Kind: sbom.LiteralMark, Text: "desktopmaker"}}}
	if got := claims(scan(t, files, opts).Subject.Claims, sbom.LiteralMark); got == "" {
		t.Error("a mixed tree is taken for a contaminated one")
	}
	for i := range 12 {
		files[fmt.Sprintf("sbin/other%d", i)] = string(elftest.Build(elftest.Spec{Type: 2, Machine: 8, Data: []byte(fmt.Sprint("other", i))}))
	}
	doc := scan(t, files, opts)
	if got := problems(doc); got != "host-file bin/dash; host-file bin/sh" {
		t.Errorf("problems %q", got)
	}
	if got := claims(doc.Subject.Claims, sbom.LiteralMark); got != "" {
		t.Errorf("the device claims %q", got)
	}
}

// TestProgramManifest: package.json outside node_modules is a program's own,
// and its name need not be one of npm's.
func TestProgramManifest(t *testing.T) {
	doc := scan(t, map[string]string{"www/package.json": `{"version": "1.0.0", "name": "11ac"}`}, nil)
	c := component(t, doc, "11ac")
	if c.PURL != "" || c.Version != "1.0.0" {
		t.Errorf("got %q %q", c.PURL, c.Version)
	}
	for _, ev := range c.Evidence {
		if want := map[string]string{"name": "11ac", "version": "1.0.0"}[ev.Field]; want != "" && (ev.Match != want || ev.Length != len(want)) {
			t.Errorf("%s is quoted as %q", ev.Field, ev.Match)
		}
	}
}

// TestLinkedLibrary: a program that is linked to a library quotes the release
// of the headers that it was built with; that release need not be in the tree.
// TestPackageOfAnotherName: a file is listed once, as the package that brings it,
// though the bytes name it as its project does.
func TestPackageOfAnotherName(t *testing.T) {
	mbed := string(elftest.Build(elftest.Spec{Type: 3, Machine: 40, SONAME: "libmbedtls.so.12", Data: []byte("\x00mbed TLS 2.16.4\x00")}))
	doc := scan(t, map[string]string{
		"usr/lib/opkg/status": "Package: libuuid1\nVersion: 2.34-1\nStatus: install user installed\nSource: package/utils/util-linux\n\n" +
			"Package: libtls\nVersion: 2.16.4-1\nStatus: install user installed\nSource: package/libs/tls\n\n" +
			"Package: bb\nVersion: 7\nStatus: install user installed\nSource: package/utils/bb\n",
		"usr/lib/opkg/info/libuuid1.list": "/usr/bin/lscpu\n",
		"usr/lib/opkg/info/libtls.list":   "/usr/lib/libmbedtls.so.12\n",
		"usr/lib/opkg/info/bb.list":       "/bin/busybox\n",
		"usr/bin/lscpu":                   program("util-linux 2.34"),
		"usr/lib/libmbedtls.so.12":        mbed,
		"bin/busybox":                     program("BusyBox v1.30.1 (2020-01-01 00:00:00 UTC)"),
	}, nil)
	at := map[string][]string{}
	for _, c := range doc.Components {
		for _, l := range c.Locations {
			at[l] = append(at[l], c.Name+" "+c.Version)
		}
	}
	for file, want := range map[string]string{
		"usr/bin/lscpu":            "util-linux 2.34-1",
		"usr/lib/libmbedtls.so.12": "mbedtls 2.16.4-1",
		"bin/busybox":              "bb 7, busybox 1.30.1", // another version: another thing until somebody looks
	} {
		slices.Sort(at[file])
		if got := strings.Join(at[file], ", "); got != want {
			t.Errorf("%s is %q, want %q", file, got, want)
		}
	}
}

// TestRangeAndRelease: util-linux's libraries of those years state 0 as last
// number in every release; what they leave open its programs settle, where one
// release alone is meant.
func TestRangeAndRelease(t *testing.T) {
	blkid := string(elftest.Build(elftest.Spec{Type: 3, Machine: 40, SONAME: "libblkid.so.1", Data: []byte("\x002.16.0\x00")}))
	uuid := string(elftest.Build(elftest.Spec{Type: 3, Machine: 40, SONAME: "libuuid.so.1"}))
	tool := func(version string) string {
		return string(elftest.Build(elftest.Spec{Type: 2, Machine: 40, Needed: []string{"libblkid.so.1"}, Data: []byte("\x00util-linux-ng " + version + "\x00")}))
	}
	for _, tt := range []struct {
		name string
		more map[string]string
		want map[string]string // version by file
	}{
		{"the library alone", nil, map[string]string{"lib/libblkid.so.1.1.0": "vers:generic/>=2.16|<2.17", "lib/libuuid.so.1.3.0": "vers:generic/>=2.16|<2.17"}},
		{"a program of the line", map[string]string{"sbin/blkid": tool("2.16.1")},
			map[string]string{"lib/libblkid.so.1.1.0": "2.16.1", "lib/libuuid.so.1.3.0": "2.16.1", "sbin/blkid": "2.16.1"}},
		{"a program of another line", map[string]string{"sbin/blkid": tool("2.17.1")},
			map[string]string{"lib/libblkid.so.1.1.0": "vers:generic/>=2.16|<2.17", "sbin/blkid": "2.17.1"}},
		{"two of the line", map[string]string{"sbin/blkid": tool("2.16.1"), "sbin/findfs": tool("2.16.2")},
			map[string]string{"lib/libblkid.so.1.1.0": "vers:generic/>=2.16|<2.17", "sbin/blkid": "2.16.1", "sbin/findfs": "2.16.2"}},
	} {
		tree := map[string]string{"lib/libblkid.so.1.1.0": blkid, "lib/libuuid.so.1.3.0": uuid}
		maps.Copy(tree, tt.more)
		got := map[string]string{}
		for _, c := range scan(t, tree, nil).Components {
			if c.Name != "util-linux" {
				continue
			}
			for _, l := range c.Locations {
				got[l] = c.Version
			}
			for _, e := range c.Evidence {
				if e.Field == "version" && !strings.HasPrefix(c.Version, "vers:") && !strings.Contains(e.Match, c.Version) {
					t.Errorf("%s: %s rests on %q", tt.name, c.Version, e.Match)
				}
			}
		}
		for file, want := range tt.want {
			if got[file] != want {
				t.Errorf("%s: %s is %q, want %q", tt.name, file, got[file], want)
			}
		}
	}
}

// TestTextIsNoSoftware: settings and dumps with a mark are data; a script is not.
func TestTextIsNoSoftware(t *testing.T) {
	doc := scan(t, map[string]string{
		"etc/acme.conf": "server=acmecorp\n", "opt/dump": "libfoo\nacmecorp\n", "opt/agent": "#!/bin/sh\necho acmecorp\n", "etc/init.d/agent2": "acmecorp start\n",
		"bin/acme": program("acmecorp"),
	}, &Options{Literals: []sbom.Literal{{ID: "acme", Kind: sbom.LiteralMark, Text: "acmecorp", Role: sbom.Brand}}})
	for name, want := range map[string]sbom.ComponentType{"acme.conf": sbom.Data, "dump": sbom.Data, "agent": sbom.File, "agent2": sbom.File, "acme": sbom.Application} {
		if got := component(t, doc, name).Type; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestLinkedLibrary(t *testing.T) {
	text := "\x00OpenSSL 1.1.1k  25 Mar 2021\x00"
	build := func(needed ...string) string {
		return string(elftest.Build(elftest.Spec{Type: 2, Machine: 40, Needed: needed, Data: []byte(text)}))
	}
	for _, tt := range []struct {
		name, file string
		found      bool
	}{{"linked", build("libssl.so.1.1", "libcrypto.so.1.1"), false}, {"static", build("libc.so.6"), true}} {
		doc := scan(t, map[string]string{"usr/sbin/daemon": tt.file}, nil)
		found := slices.ContainsFunc(doc.Components, func(c *sbom.Component) bool { return c.Name == "openssl" && c.Version == "1.1.1k" })
		if found != tt.found {
			t.Errorf("%s: openssl 1.1.1k found %v, want %v", tt.name, found, tt.found)
		}
	}
}

// TestKitDefaults: the maker of chips in the maker field of a file says that
// nobody filled it in.
func TestKitDefaults(t *testing.T) {
	upnp := `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><manufacturer>%s</manufacturer><modelName>%s</modelName></device></root>`
	for name, tt := range map[string]struct{ path, content, name, claims string }{
		"wps of the kit":   {"etc/wscd.conf", "manufacturer = \"Realtek Semiconductor Corp.\"\nmodel_name = \"RTL8xxx\"\n", "", "org-name Realtek Semiconductor Corp. sdk"},
		"wps filled in":    {"etc/wscd.conf", "manufacturer = \"Acme Networks\"\nmodel_name = \"AN300\"\n", "AN300", "org-name Acme Networks manufacturer"},
		"upnp of the kit":  {"etc/simplecfg.xml", fmt.Sprintf(upnp, "Ralink Technology, Corp.", "RT2860"), "", "org-name Ralink Technology, Corp. sdk"},
		"upnp filled in":   {"etc/igd.xml", fmt.Sprintf(upnp, "Acme &amp; Sons", "AN300"), "AN300", "org-name Acme & Sons manufacturer"},
		"upnp of a format": {"etc/igd.xml", fmt.Sprintf(upnp, "%s", "%s"), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			doc := scan(t, map[string]string{tt.path: tt.content}, nil)
			if got := claims(doc.Subject.Claims, sbom.OrgName); doc.Subject.Name != tt.name || got != tt.claims {
				t.Errorf("name %q, claims %q; want %q, %q", doc.Subject.Name, got, tt.name, tt.claims)
			}
		})
	}
}

// TestConflictingNames: the name with the maker's in front wins, and the report
// says that another file has another.
func TestConflictingNames(t *testing.T) {
	doc := scan(t, map[string]string{
		"etc/config/general": "config general\n\toption 'Manufacturer' 'Acme'\n\toption 'ModelName' 'RG-14xx'\n",
		"etc/config/webif":   "config webif general\n\toption device_name \"Acme TAU-8\"\n",
	}, nil)
	if doc.Subject.Name != "Acme TAU-8" {
		t.Errorf("name %q", doc.Subject.Name)
	}
	if got := problems(doc); !strings.Contains(got, "conflicting-name") {
		t.Errorf("problems %q", got)
	}
}

// TestOtherDistribution: packages of a system that calls itself by another name
// are not OpenWrt's, whosever recipes it was made from.
func TestOtherDistribution(t *testing.T) {
	files := map[string]string{"usr/lib/opkg/status": "Package: kmod-thing\nVersion: 1\nStatus: install user installed\nArchitecture: mips\n"}
	for id, want := range map[string]string{"": "pkg:opkg/openwrt/kmod-thing@1?arch=mips", "ID=\"openwrt\"\n": "pkg:opkg/openwrt/kmod-thing@1?arch=mips", "ID=\"ugw\"\nID_LIKE=\"lede openwrt\"\n": "pkg:opkg/ugw/kmod-thing@1?arch=mips"} {
		delete(files, "usr/lib/os-release")
		if id != "" {
			files["usr/lib/os-release"] = id
		}
		if got := component(t, scan(t, files, nil), "kmod-thing").PURL; got != want {
			t.Errorf("%q: %s, want %s", id, got, want)
		}
	}
}

// A brand in a package's script is the device's; how often a mark stands in a
// file is told; and a program alone is no device.
func TestMarksInPackagesAndPrograms(t *testing.T) {
	opts := &Options{Literals: []sbom.Literal{
		{ID: "acme-brand", Kind: sbom.LiteralMark, Text: "AcmeRouter", Role: sbom.Brand},
		{ID: "acme-kit", Kind: sbom.LiteralMark, Text: "ACME_KIT_", Role: sbom.SDK},
	}}
	script := "#!/bin/sh\nssid=AcmeRouter_5G\n"
	files := map[string]string{
		"usr/lib/opkg/status":                 "Package: wifi-scripts\nVersion: 1\nMaintainer: Other Chips <x@chips.example>\nArchitecture: all\nStatus: install ok installed\n\n",
		"usr/lib/opkg/info/wifi-scripts.list": "/lib/wifi/setup.sh\n",
		"lib/wifi/setup.sh":                   script,
		"etc/own.sh":                          script,
	}
	doc := scan(t, files, opts)
	if got := claims(component(t, doc, "wifi-scripts").Claims, sbom.LiteralMark); got != "" {
		t.Errorf("the package claims %q: its script was made for the device", got)
	}
	if got := claims(component(t, doc, "own.sh").Claims, sbom.LiteralMark); got == "" {
		t.Error("the device's own script claims nothing")
	}

	program := string(elftest.Build(elftest.Spec{})) + strings.Repeat("ACME_KIT_x\x00", 7)
	doc = scan(t, map[string]string{"tool": program}, opts)
	if s := doc.Subject; s.Type != sbom.Application || s.Name != "tool" {
		t.Errorf("a program alone is %s %q", s.Type, s.Name)
	}
	count := 0
	for _, c := range doc.Components {
		for _, k := range c.Claims {
			if k.Kind == sbom.LiteralMark {
				count = k.Evidence[0].Count
			}
		}
	}
	if count != 7 {
		t.Errorf("the mark is counted %d times, want 7", count)
	}
	doc = scan(t, map[string]string{"bin/tool": program, "etc/x": "y"}, opts)
	if doc.Subject.Type != sbom.Device {
		t.Errorf("a tree is %s", doc.Subject.Type)
	}
}

// A package of modules without a module in the tree is the mainline kernel's
// where it has the name of one of its modules or loads one, and else anybody's.
func TestPackagesWithoutModules(t *testing.T) {
	var status strings.Builder
	for _, name := range []string{"kmod-usb-storage", "kmod-crypto-manager", "kmod-acme-fastpath"} {
		status.WriteString("Package: " + name + "\nVersion: 4.9.1-1\nArchitecture: mips\nSource: package/kernel/linux\nStatus: install user installed\n\n")
	}
	doc := scan(t, map[string]string{
		"usr/lib/opkg/status":                        status.String(),
		"usr/lib/opkg/info/kmod-crypto-manager.list": "/etc/modules.d/09-crypto-manager\n",
		"etc/modules.d/09-crypto-manager":            "cryptomgr\n",
		"usr/lib/opkg/info/kmod-acme-fastpath.list":  "/etc/modules.d/70-fastpath\n",
		"etc/modules.d/70-fastpath":                  "fastpath_acme mode=1\n",
	}, nil)
	for name, want := range map[string]bool{"kmod-usb-storage": true, "kmod-crypto-manager": true, "kmod-acme-fastpath": false} {
		if got := component(t, doc, name).PURL; strings.HasSuffix(got, "upstream=linux") != want {
			t.Errorf("%s has the package URL %s", name, got)
		}
	}
}

// The path of a recipe that is not OpenWrt's names whose folder of recipes it
// is in: he passed the package on.
func TestVendorRecipe(t *testing.T) {
	control := func(name, source string) string {
		return "Package: " + name + "\nVersion: 1\nSource: " + source + "\nDescription: works with Makertronic clouds\n"
	}
	doc := scan(t, map[string]string{
		"usr/lib/opkg/info/agent.control": control("agent", "package/makertronic_property/agent"),
		"usr/lib/opkg/info/curl.control":  control("curl", "feeds/packages/net/curl"),
	}, &Options{Literals: []sbom.Literal{{ID: "name/makertronic", Kind: sbom.OrgName, Text: "makertronic", Value: "Makertronic", Role: sbom.Brand, Fold: true}}})
	if got := claims(component(t, doc, "agent").Claims, sbom.OrgName); got != "org-name Makertronic supplier" {
		t.Errorf("claims of the vendor's package: %q", got)
	}
	if got := claims(component(t, doc, "curl").Claims, sbom.OrgName); got != "" {
		t.Errorf("claims of OpenWrt's package: %q", got)
	}
}

// A plug-in in the folder of a program that was recognised is the program's,
// unless it bears somebody's mark.
func TestPluginFolders(t *testing.T) {
	plugin := func(texts ...string) string {
		return string(elftest.Build(elftest.Spec{Type: 3, Machine: 40, Data: []byte("\x00" + strings.Join(texts, "\x00") + "\x00")}))
	}
	doc := scan(t, map[string]string{
		"usr/sbin/sipd":                  program("sipd version 5.6.3"),
		"usr/lib/sipd/modules/acc.so":    plugin("accounting"),
		"usr/lib/sipd/modules/vendor.so": plugin("makertronic"),
		"usr/lib/other/modules/acc2.so":  plugin("accounting too"),
		"usr/libexec/sipd/helper":        program("helps"),
		"opt/sipd/tool":                  program("a tool of its own"),
	}, &Options{Literals: []sbom.Literal{{ID: "m", Kind: sbom.LiteralMark, Text: "makertronic", Value: "Makertronic", Role: sbom.SDK}}})
	if c := component(t, doc, "sipd"); c.Version != "5.6.3" || strings.Join(c.Locations, " ") != "usr/lib/sipd/modules/acc.so usr/libexec/sipd/helper usr/sbin/sipd" {
		t.Errorf("component %+v", c)
	}
	component(t, doc, "tool")
	if component(t, doc, "vendor").Locations[0] != "usr/lib/sipd/modules/vendor.so" || component(t, doc, "acc2").Locations[0] != "usr/lib/other/modules/acc2.so" {
		t.Error("other plug-ins are not what they are")
	}
}
