package firmware

import (
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// statedMakers lists the names of organizations that a device's files state, with the
// roles.
func statedMakers(doc *sbom.Document) string {
	var out []string
	for _, c := range doc.Subject.Claims {
		if c.Kind == sbom.OrgName && c.Field == "" {
			out = append(out, c.Value+" "+c.Role.String())
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// TestMakerInSettings: the settings of programs name a device's maker under keys
// made for it, and not where the name is a default, a chip maker's, of the
// program itself, or one of a table.
func TestMakerInSettings(t *testing.T) {
	for _, tt := range []struct{ path, text, want string }{
		{"etc/firmware", "VERSION=3.1\nVENDOR=AcmeNet\n", "AcmeNet manufacturer"},
		{"etc/config/easycwmp", "config device\n\toption manufacturer 'AcmeNet'\n\toption oui ABCDEF\n", "AcmeNet manufacturer"},
		{"etc/Wireless/RT2860AP.dat", "#Default\nSSID=x\nWscManufacturer=AcmeNet\n", "AcmeNet manufacturer"},
		{"etc_ro/default/parameters", "Brand=AcmeNet\nrootdev_manufacturer=Acme Networks\n", "Acme Networks manufacturer; AcmeNet brand"},
		{"app/version.bi", "date 2020\nvendoren Acme Communication Tech\n", "Acme Communication Tech manufacturer"},
		{"etc/tr098.xml", "<DeviceInfo>\n  <Manufacturer>AcmeNet</Manufacturer>\n</DeviceInfo>\n", "AcmeNet manufacturer"},
		{"conf/cwmp.conf", "InternetGatewayDevice.DeviceInfo.Manufacturer=AcmeNet\n", "AcmeNet manufacturer"},
		// Nobody filled it in, or the kit's maker did.
		{"etc/firmware", "VENDOR=OEM\n", ""},
		{"etc/config/wireless", "config wifi-device\n\toption vendor 'ralink'\n", ""},
		{"etc/hostapd.conf", "manufacturer=TexasInstruments\n", ""},
		{"etc/upnp", "manufacturer=Linux\n", ""},
		{"etc/wpa_supplicant.conf", "device_name=Blaze\nmanufacturer=TI\nmodel_name=wl18xx\n", ""},
		{"etc/device_info", "DEVICE_MANUFACTURER=\"D-Team\"\nDEVICE_PRODUCT=\"PandoraBox\"\n", ""},
		{"opt/agent/router_info", "manufacturer:AcmeNet\nserial:xyz-deadcafe\n", ""},
		{"etc/device_info", "DEVICE_MANUFACTURER='AcmeNet'\nDEVICE_SERIAL='deadbeef01'\n", ""},
		{"etc/device_info", "DEVICE_MANUFACTURER='AcmeNet'\nDEVICE_SERIAL='0123456789'\n", "AcmeNet manufacturer"},
		{"opt/agent/router_info", "manufacturer:AcmeNet\nserial:xyz-12345678\n", "AcmeNet manufacturer"},
		{"etc/wps.cfg", "manufacturer=Your manufacturer\nvendor=0x05ac\n", ""},
		// A media server's own, a table, a sample of a page's data, a script's.
		{"opt/acmenet/description.txt", "manufacturer:AcmeNet GmbH\n", ""},
		{"etc/modems.conf", "vendor=AcmeNet\nvendor=Rivalco\nvendor=Thirdco\n", ""},
		{"webs/api/usb.txt", "vendor=AcmeNet\n", ""},
		{"etc/toolchains.xml", "<provides>\n  <vendor>AcmeNet</vendor>\n</provides>\n", ""},
		{"etc/usb.cfg", "{\"vendor\": \"AcmeNet\"}\n", ""},
		{"etc/probe", "#!/bin/sh\nVENDOR=AcmeNet\n", ""},
		{"sys/devices/input0/id/vendor", "AcmeNet\n", ""},
		{"etc/vendor", "0001\n", ""},
		{"etc/ap_bss", "wps_manufacturer=Mfgr Name Here\n", ""},
		{"etc/ap_bss", "wps_manufacturer=MfgrNameHere\n", ""},
		{"etc/wsc.conf", "manufacturer=~~WSC_MAKER:AcmeNet, Inc.~\n", ""},
		{"etc/radius.cfg", "vendor=Rivalco      42397\n", ""},
		{"app/example.qml", "Car {\n  brand: \"Puma\"\n}\n", ""},
		{"etc/issue", "Acme Poky (based on Yocto Project Reference Distro) 1.5\n", ""},
	} {
		doc := scan(t, map[string]string{"bin/program": program("text"), tt.path: tt.text}, nil)
		if got := statedMakers(doc); got != tt.want {
			t.Errorf("%s %q: %q, want %q", tt.path, tt.text, got, tt.want)
		}
	}
}

// TestGreeting: a login prompt that ends in the device's own name begins with its
// maker's.
func TestGreeting(t *testing.T) {
	for issue, want := range map[string]string{
		"AcmeNet Box9\n": "own-name AcmeNet brand", "AcmeNet Box9 \\n \\l\n": "own-name AcmeNet brand", "Welcome to box9\n": "", "AcmeNet Linux box9\n": "", "Debian box9\n": "", "box9\n": "", "AcmeNet Other\n": "",
		"Box9 Poky (based on Yocto Project Reference Distro) 1.5\n": "", "Welcome to AcmeNet\n": "own-name AcmeNet brand", "Welcome to AcmeNet systems\n": "", "Welcome to Buildroot\n": "", "Welcome to Rockchip\n": "",
	} {
		doc := scan(t, map[string]string{"bin/program": program("text"), "etc/issue": issue, "etc/hostname": "box9\n"}, nil)
		if got := fieldClaims(doc.Subject.Claims); got != want {
			t.Errorf("%q: %q, want %q", issue, got, want)
		}
	}
}

// TestGreetingOfDistribution: who put a distribution together for a device names it
// in the login prompt as in the host's name.
func TestGreetingOfDistribution(t *testing.T) {
	for issue, want := range map[string]string{
		"AcmeNet Poky (based on Yocto Project Reference Distro) 1.5.1 \\n \\l\n": "own-name AcmeNet brand",
		"Poky (Yocto Project Reference Distro) 8.0 Rivalco\n":                    "",
		"Rivalco Linux 3.1 for all of the boards\n":                              "",
	} {
		doc := scan(t, map[string]string{"bin/program": program("text"), "etc/issue": issue, "etc/hostname": "acmenet_controller\n"}, nil)
		if got := fieldClaims(doc.Subject.Claims); got != want {
			t.Errorf("%q: %q, want %q", issue, got, want)
		}
	}
}

// What states something of other things says nothing of the device: rules for
// disks, a table of makers, what a project fills in for itself, the type of a
// column, with what the system was built; and an address is no name.
func TestStatesOthers(t *testing.T) {
	doc := scan(t, map[string]string{
		"bin/app":                      program("usage: app"),
		"etc/scsi_id.config":           "options=-g\nvendor=\"ATA\",options=-p 0x80\n",
		"etc/linuxigd/gatedesc.xml":    "<root>\n<manufacturer>Linux UPnP IGD Project</manufacturer>\n<modelName>IGD Version 2.00</modelName>\n</root>\n",
		"usr/share/conf/deviceinfo":    "[a]\nManufacturer = Dell\n[b]\nManufacturer = Nokia\n[c]\nManufacturer = Sharp\n",
		"etc/devicedb/device_core.sql": "CREATE TABLE device (\n  manufacturer         TEXT,\n  name TEXT);\n",
		"etc/issue":                    "arm-none-linux-gnueabi-gcc (Linaro 2011.07) 4.6.2 20110630 (prerelease)\nroot filesystem built on Tue\n",
		"etc/hostname":                 "192.168.0.91\n",
	}, nil)
	if s := doc.Subject; s.Name != "" || s.Version != "" || claims(s.Claims, sbom.OrgName) != "" {
		t.Errorf("the device is %q %q, %q", s.Name, s.Version, claims(s.Claims, sbom.OrgName))
	}
}
