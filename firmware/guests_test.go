package firmware

import (
	"crypto/x509/pkix"
	"fmt"
	"slices"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// TestGuests: a brand in a few of the programs of another, or in those of its own
// folder, brought programs to the device and did not sell it. They are his all the
// same, and what he signed in one of them is no certificate of the device.
func TestGuests(t *testing.T) {
	files := map[string]string{}
	for i := range 30 {
		files[fmt.Sprintf("usr/sbin/own%d", i)] = program(fmt.Sprint("acmenet_", i))
	}
	cert := selfSigned(t, pkix.Name{Organization: []string{"Rivalco Ltd"}}, nil)
	for i := range 12 {
		files[fmt.Sprintf("rivalco-edge/sbin/agent%d", i)] = program(fmt.Sprint("rivalco_", i), cert)
	}
	doc := scan(t, files, &Options{Literals: nameLiterals})
	if got, want := fieldClaims(doc.Subject.Claims), "name-mark AcmeNet brand"; got != want {
		t.Errorf("the device: %q, want %q", got, want)
	}
	if got := claims(doc.Subject.Claims, sbom.CertOrg); got != "" {
		t.Errorf("the device has the certificate of a guest: %q", got)
	}
	if got, want := fieldClaims(component(t, doc, "agent3").Claims), "name-mark Rivalco brand"; got != want {
		t.Errorf("a guest's program: %q, want %q", got, want)
	}
	// Where nobody else is named, the folder is the maker's own.
	files = map[string]string{}
	for i := range 5 {
		files[fmt.Sprintf("opt/rivalco/bin/agent%d", i)] = program(fmt.Sprint("rivalco_", i))
	}
	doc = scan(t, files, &Options{Literals: nameLiterals})
	if got, want := fieldClaims(doc.Subject.Claims), "name-mark Rivalco brand"; got != want {
		t.Errorf("the device: %q, want %q", got, want)
	}
}

// TestDevelopers: who made a part did not make the device, and a text that names
// him is none of his.
func TestDevelopers(t *testing.T) {
	literals := append(slices.Clone(nameLiterals),
		sbom.Literal{ID: "name/partsoft", Kind: sbom.OrgName, Text: "partsoft", Value: "Partsoft", Role: sbom.Developer, Fold: true},
		sbom.Literal{ID: "literal/Partsoft driver", Kind: sbom.LiteralMark, Text: "Partsoft driver", Role: sbom.Developer})
	files := map[string]string{"etc/part.conf": "# for the Partsoft driver\n", "lib/modules/4.4.1/part.ko": module("author=Partsoft Inc. & somebody", "description=Partsoft driver", "license=P", "vermagic=4.4.1 ")}
	for i := range 4 {
		files[fmt.Sprintf("usr/sbin/part%d", i)] = program(fmt.Sprint("Partsoft driver tool ", i))
	}
	doc := scan(t, files, &Options{Literals: literals})
	if device, _ := makers(doc); device != "" {
		t.Errorf("the device: %q", device)
	}
	for name, want := range map[string]string{"part": "module-author Partsoft Inc. developer", "part2": "literal Partsoft driver developer"} {
		if got := claims(component(t, doc, name).Claims, sbom.LiteralMark, sbom.ModuleAuthor); got != want && got != "literal Partsoft driver developer; "+want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, c := range doc.Components {
		if c.Name == "part.conf" {
			t.Errorf("a text became a component with %q", claims(c.Claims))
		}
	}
}

// TestKitsBoards: a device tree names no product by its chip or by the board of a
// kit, and a chip with a core of Arm's is not Arm's.
func TestKitsBoards(t *testing.T) {
	for _, test := range []struct{ model, name string }{
		{"Acme Router 5", "Acme Router 5"},
		{"sun8iw20", ""},
		{"Chiptek Quad SABRE Smart Device Board", ""},
		{"Chiptek CT9000-EVK", ""},
		{"Acme ZX279128", ""},
		{"Acme Chiptek QuickBoard Board", ""},
		{"Acme Boarder 5", "Acme Boarder 5"},
	} {
		doc := scan(t, map[string]string{"boot/board.dtb": madeTree([2]string{"model", test.model}, [2]string{"compatible", "chiptek,ct9000\x00arm,ct9000p1"})}, &Options{})
		if doc.Subject.Name != test.name {
			t.Errorf("%s: the device is %q, want %q", test.model, doc.Subject.Name, test.name)
		}
		if got, want := claims(doc.Subject.Claims, sbom.DTPrefix), "dt-prefix chiptek silicon"; got != want {
			t.Errorf("%s: %q, want %q", test.model, got, want)
		}
	}
}

// TestHolders: a certificate that an authority signed is its holder's; that of one
// authority in a folder of them is its own, and beside the settings of remote
// management it says whom the device believes.
func TestHolders(t *testing.T) {
	client := pkix.Name{Organization: []string{"Foobar Networks Ltd"}, CommonName: "box.foobar.example"}
	root := selfSigned(t, pkix.Name{Organization: []string{"Some Root Ltd"}}, nil)
	many := map[string]string{}
	for i := range trustStoreSize {
		many[fmt.Sprintf("etc/ssl/certs/%d.pem", i)] = selfSigned(t, pkix.Name{Organization: []string{fmt.Sprintf("Root %c Ltd", 'A'+i)}}, nil)
	}
	for name, test := range map[string]struct {
		files              map[string]string
		device, components string
	}{
		"holder":            {map[string]string{"etc/client.pem": selfSigned(t, client, &pkix.Name{Organization: []string{"Trusty CA"}})}, "", "Foobar Networks Ltd owner; Trusty CA signer"},
		"of himself":        {map[string]string{"etc/client.pem": selfSigned(t, client, &pkix.Name{Organization: client.Organization})}, "", "Foobar Networks Ltd signer"},
		"sample":            {map[string]string{"etc/client.pem": selfSigned(t, pkix.Name{Organization: []string{"ssl-test.example"}}, &pkix.Name{Organization: []string{"ssl-test.example CA"}})}, "", ""},
		"one authority":     {map[string]string{"etc/ssl/certs/root.0": root}, "", "Some Root Ltd signer"},
		"many authorities":  {many, "", ""},
		"remote management": {map[string]string{"etc/tr069/ca.pem": root}, "", "Some Root Ltd signer"},
	} {
		doc := scan(t, test.files, &Options{})
		if device, components := makers(doc); device != test.device || components != test.components {
			t.Errorf("%s: the device %q, want %q; components %q, want %q", name, device, test.device, components, test.components)
		}
	}
}

// TestFilledYear: a notice whose year the program fills in has a holder.
func TestFilledYear(t *testing.T) {
	doc := scan(t, map[string]string{"usr/bin/tool": program("Copyright (C) 2016-%c%c%c%c Foobar Networks Ltd <http://foobar.example>.")}, &Options{})
	if got, want := fieldClaims(component(t, doc, "tool").Claims), "copyright-notice Foobar Networks Ltd developer"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestKitCertificates: the certificate that the kit of a chip's maker brings as a
// sample makes nobody the maker of a device that names its own.
func TestKitCertificates(t *testing.T) {
	files := map[string]string{
		"etc/ca/sample.pem":   selfSigned(t, pkix.Name{Organization: []string{"Realtek Semiconductor Corp."}}, nil),
		"lib/modules/wifi.ko": program("rtl8192cd"), "lib/modules/eth.ko": program("rtl8192cd x"), "lib/modules/usb.ko": program("rtl8192cd y"),
	}
	if got, want := claims(scan(t, files, nil).Subject.Claims, sbom.CertOrg), "cert-org Realtek Semiconductor Corp. manufacturer"; got != want {
		t.Errorf("of a device that names nobody: %q, want %q", got, want)
	}
	files["etc/tr098.xml"] = "<DeviceInfo>\n  <Manufacturer>AcmeNet</Manufacturer>\n</DeviceInfo>\n"
	if got := claims(scan(t, files, nil).Subject.Claims, sbom.CertOrg); got != "" {
		t.Errorf("of a device that names its maker: %q", got)
	}
}
