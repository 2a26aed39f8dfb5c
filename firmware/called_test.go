package firmware

import (
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// TestCalled: a device that no file made for it names has the name that two sorts of
// places agree in, or one that is written as a model is; a name for the maker's
// network, for a page, for a kit or for one of many products is none.
func TestCalled(t *testing.T) {
	page := func(title string) string {
		return "<html>\n<head>\n<TITLE>" + title + "</TITLE>\n</head><body></body></html>\n"
	}
	maker := "manufacturer=AcmeNet\n"
	for _, tt := range []struct {
		files         map[string]string
		name, version string
	}{
		// The title of a start page.
		{map[string]string{"www/home.asp": page("AcmeBox 800")}, "AcmeBox 800", ""},
		{map[string]string{"webs/login.html": page("iGate AX040 GPON ONT")}, "iGate AX040", ""},
		{map[string]string{"www/index.htm": page("AX-900W")}, "AX-900W", ""},
		{map[string]string{"www/index.htm": "<!-- " + strings.Repeat("\xb5\xc7\xc2\xbc", 100) + " -->\n" + page("AX-900W")}, "AX-900W", ""}, // GBK
		{map[string]string{"www/index.htm": page("AX-900W"), "www/login.htm": page("AX-800W")}, "", ""},
		{map[string]string{"www/help.htm": page("AX-900W")}, "", ""},
		{map[string]string{"www/index.htm": page("404 Not Found"), "www/login.htm": page("RTL8196"), "www/main.htm": page("AX800 Web Admin"), "www/home.htm": page("Chapter 22")}, "", ""},
		// Two sorts of places.
		{map[string]string{"www/index.htm": page("Acme Air Pen"), "etc/nvram.deft": "wlan0_ssid=Acme Air Pen\n"}, "Acme Air Pen", ""},
		{map[string]string{"www/index.htm": page("Acme Air Pen"), "etc/nvram.deft": "wlan0_ssid=Acme\n"}, "", ""},
		{map[string]string{"www/index.htm": page("AcmeNet 4G"), "etc/nvram.deft": maker + "wlan0_ssid=AcmeNet 4G\n"}, "", ""},
		{map[string]string{"www/index.htm": page("Wireless Router"), "etc/nvram.deft": "wlan0_ssid=Wireless Router\n"}, "", ""},
		{map[string]string{"etc/hostname": "acme-bridge\n", "etc/issue": "Welcome to Linux (ACME Bridge)\n"}, "ACME Bridge", ""},
		{map[string]string{"etc/hostname": "acme-camera\n", "etc/issue": "Welcome to Acme Camera\n"}, "Acme Camera", ""},
		{map[string]string{"etc/hostname": "SDK\n", "etc/issue": "Welcome to SDK.\n"}, "", ""},
		// A device description that a program holds.
		{map[string]string{"bin/upnpd": program("<friendlyName>Acmeport Hybrid</friendlyName>")}, "Acmeport Hybrid", ""},
		{map[string]string{"bin/upnpd": program("<modelName>Acme Series AX90</modelName>", "<modelNumber>AX90</modelNumber>")}, "AX90", ""},
		{map[string]string{"bin/upnpd": program("<friendlyName>%s</friendlyName>", "<friendlyName>WANDevice</friendlyName>", "<modelName>Linux IGD</modelName>", "<friendlyName>RTL8186 Gate</friendlyName>", "<modelNumber>1.0</modelNumber>")}, "", ""},
		// The kernel's name, with a version of its own.
		{map[string]string{"lib/modules/a/x.ko": module("license=GPL", "vermagic=2.6.23-AX360_V2.0.0 mod_unload")}, "AX360", "V2.0.0"},
		{map[string]string{"lib/modules/a/x.ko": module("license=GPL", "vermagic=2.6.23-AX360 mod_unload")}, "", ""},
		{map[string]string{"lib/modules/a/x.ko": module("license=GPL", "vermagic=2.6.23-AX360 mod_unload"), "www/index.htm": page("Home of AX360"), "etc/hostname": "AX360\n"}, "AX360", ""},
		{map[string]string{"lib/modules/a/x.ko": module("license=GPL", "vermagic=2.6.23-RTL819x_V2.0 mod_unload"), "lib/modules/b/x.ko": module("license=GPL", "vermagic=3.10-HULK2 mod_unload"), "lib/modules/c/x.ko": module("license=GPL", "vermagic=2.6.32-build24_V1.2 mod_unload")}, "", ""},
		// Settings of a wireless network, the defaults of a web interface, a data model.
		{map[string]string{"var/wpa-ap1.conf": "wps_manufacturer=AcmeNet\nwps_model_name=AX680\n"}, "AX680", ""},
		{map[string]string{"var/wpa-ap1.conf": "wps_manufacturer=AcmeNet\nwps_model_name=AX680\n", "var/wpa-ap2.conf": "wps_manufacturer=AcmeNet\nwps_model_name=AX780\n"}, "", ""},
		{map[string]string{"etc/defnodes/brand.php": "<?\nset(\"web/modelname\",\t\"DAX-3662\");\nset(\"vendor\",\t\"AcmeNet\");\n?>\n"}, "DAX-3662", ""},
		{map[string]string{"cfg/cpe.xml": "<obj name=\"DeviceInfo\">\n<param name=\"Manufacturer\">AcmeNet</param>\n<param name=\"ModelName\">AX5506_04F</param>\n<param name=\"SoftwareVersion\">RP2669</param>\n</obj>\n"}, "AX5506_04F", "RP2669"},
		{map[string]string{"a/b/other/cpe.cfg": "Manufacturer=AcmeNet\nModelName=AX5506\nSoftwareVersion=1.2.3\n", "cfg/cpe.cfg": "Manufacturer=AcmeNet\nModelName=AX5506\nSoftwareVersion=1.2.4\n"}, "AX5506", "1.2.4"},
	} {
		checkDevice(t, tt.files, tt.name, tt.version)
	}
}

// TestModelBehindMaker: programs that name one model of the maker's name the device:
// several do, or one in a text of its own. Those that name many have a list.
func TestModelBehindMaker(t *testing.T) {
	for _, tt := range []struct {
		one, two []string
		want     string
	}{
		{[]string{"AcmeNet AX-932B"}, []string{"acmenet_x"}, "AX-932B"},
		{[]string{"this AcmeNet AX-932B is"}, []string{"to AcmeNet AX-932B."}, ""},
		{[]string{"this AcmeNet AX-932B is"}, []string{"the AcmeNet AX-932B, too"}, "AX-932B"},
		{[]string{"this AcmeNet AX-932B is"}, []string{"acmenet_x"}, ""},
		{[]string{"AcmeNet AX-932B"}, []string{"AcmeNet AX-800"}, ""},
		{[]string{"Rivalco AX-932B"}, []string{"Rivalco AX-932B", "x"}, ""},
		{[]string{"AcmeNet TR-069"}, []string{"AcmeNet TR-069", "x"}, ""},
	} {
		doc := scan(t, map[string]string{
			"usr/bin/one": program(tt.one...), "usr/bin/two": program(tt.two...), "usr/bin/three": program("AcmeNet service"), "usr/bin/four": program("acmenet_get", "AcmeNet daemon"),
		}, &Options{Literals: nameLiterals})
		if doc.Subject.Name != tt.want {
			t.Errorf("%q, %q: %q, want %q", tt.one, tt.two, doc.Subject.Name, tt.want)
		}
	}
}

// TestModuleBoard: the module that a device is built on is a part of it: whose it is
// designed that, and its name is not the device's.
func TestModuleBoard(t *testing.T) {
	for _, tt := range []struct{ model, host, name, role string }{
		{"Acme AX-9 with 2GiB DDR3, Industrial Temp", "", "", "odm"},
		{"Acme SMARC-s9 module", "smarc-s9", "", "odm"},
		{"Acme Router 5", "", "Acme Router 5", "manufacturer"},
	} {
		files := map[string]string{"boot/a.dtb": madeTree([2]string{"model", tt.model}, [2]string{"compatible", "acme,r5\x00rockchip,rk3328"}), "bin/program": program("text")}
		if tt.host != "" {
			files["etc/hostname"] = tt.host + "\n"
		}
		doc := scan(t, files, nil)
		role := ""
		for _, c := range doc.Subject.Claims {
			if c.Kind == sbom.DTPrefix && c.Value == "acme" {
				role = c.Role.String()
			}
		}
		if doc.Subject.Name != tt.name || role != tt.role {
			t.Errorf("%q: %q, the maker is %s; want %q, %s", tt.model, doc.Subject.Name, role, tt.name, tt.role)
		}
	}
}

// TestChipsInside: a kernel with drivers of what one maker has on his chips is for
// them; one with those of two is for whatever there may be.
func TestChipsInside(t *testing.T) {
	for list, want := range map[string]string{
		"kernel/drivers/cpufreq/imx6q-cpufreq.ko\nkernel/drivers/thermal/imx_thermal.ko\n":                                                "chip-name NXP silicon",
		"kernel/drivers/cpufreq/imx6q-cpufreq.ko\n":                                                                                       "",
		"kernel/drivers/cpufreq/imx6q-cpufreq.ko\nkernel/drivers/thermal/imx_thermal.ko\nkernel/drivers/watchdog/sunxi_wdt.ko\n":          "",
		"kernel/drivers/net/phy/realtek.ko\nkernel/drivers/net/phy/realtek2.ko\nkernel/drivers/thermal/thermal.ko\n":                      "",
		"kernel/drivers/pwm/pwm-sunxi.ko\nkernel/drivers/watchdog/sunxi_wdt.ko\nkernel/drivers/net/phy/realtek.ko\nkernel/lib/crc16.ko\n": "chip-name Allwinner silicon",
	} {
		doc := scan(t, map[string]string{"bin/program": program("text"), "lib/modules/4.1/modules.builtin": list}, nil)
		if got := fieldClaims(doc.Subject.Claims); got != want {
			t.Errorf("%q: %q, want %q", list, got, want)
		}
	}
}

// TestTalkOfChips: the name of a maker of chips in the parts of one program, and in
// what a compiler lists, is of none that the device has.
func TestTalkOfChips(t *testing.T) {
	files := map[string]string{}
	for _, n := range []string{"one", "two", "three"} {
		files["usr/lib/tool/"+n] = program("Chiptek-baseline", n)
		files["usr/bin/"+n] = program("TARGET_CPU_chiptek", n)
	}
	doc := scan(t, files, &Options{Literals: nameLiterals})
	if got := fieldClaims(doc.Subject.Claims); got != "" {
		t.Errorf("the device: %q", got)
	}
	for _, n := range []string{"one", "two", "three"} {
		files["usr/bin/"+n] = program("Chiptek bus", n)
	}
	doc = scan(t, files, &Options{Literals: nameLiterals})
	if got, want := fieldClaims(doc.Subject.Claims), "name-mark Chiptek silicon"; got != want {
		t.Errorf("the device: %q, want %q", got, want)
	}
}

// TestManager: whoever runs the server that manages a device operates it, as its
// settings name the server; an address, an example and another setting name nobody.
func TestManager(t *testing.T) {
	for _, tt := range []struct{ path, text, want string }{
		{"etc/config/cwmpd", "config cwmpd\n\toption acs_url 'https://box.cwmp.acme.net:7547/acs'\n", "management-server box.cwmp.acme.net operator"},
		{"etc/cpestate.cfg", "<acsURL>https://macs.acme.net:8443/ACS</acsURL>\n", "management-server macs.acme.net operator"},
		{"fhcfg/cpe_mib.xml", "<obj name=\"ManagementServer\">\n<param name=\"URL\">http://acs.acme.net:9090/tr069</param>\n</obj>\n", "management-server acs.acme.net operator"},
		{"fhcfg/cpe_mib.xml", "<obj name=\"ManagementServer\">\n</obj>\n<obj name=\"Firmware\">\n<param name=\"URL\">http://files.acme.net/x</param>\n</obj>\n", ""},
		{"etc/tr098.cfg", "InternetGatewayDevice.ManagementServer.URL=http://acs.acme.net/\n", "management-server acs.acme.net operator"},
		{"etc/config/cwmpd", "config cwmpd\n\toption acs_url 'http://192.168.16.21:8080/openacs/acs'\n", ""},
		{"etc/config/cwmpd", "config cwmpd\n\toption acs_url 'http://acs.example.com/'\n\toption log_url 'http://log.acme.net/'\n", ""},
	} {
		doc := scan(t, map[string]string{"bin/program": program("text"), tt.path: tt.text}, nil)
		if got := fieldClaims(doc.Subject.Claims); got != tt.want {
			t.Errorf("%s %q: %q, want %q", tt.path, tt.text, got, tt.want)
		}
	}
}
