package firmware

import (
	"testing"
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
		{map[string]string{"lib/modules/a/x.ko": module("license=GPL", "vermagic=2.6.23-RTL819x_V2.0 mod_unload"), "lib/modules/b/x.ko": module("license=GPL", "vermagic=3.10-HULK2 mod_unload")}, "", ""},
		// Settings of a wireless network, the defaults of a web interface, a data model.
		{map[string]string{"var/wpa-ap1.conf": "wps_manufacturer=AcmeNet\nwps_model_name=AX680\n"}, "AX680", ""},
		{map[string]string{"var/wpa-ap1.conf": "wps_manufacturer=AcmeNet\nwps_model_name=AX680\n", "var/wpa-ap2.conf": "wps_manufacturer=AcmeNet\nwps_model_name=AX780\n"}, "", ""},
		{map[string]string{"etc/defnodes/brand.php": "<?\nset(\"web/modelname\",\t\"DAX-3662\");\nset(\"vendor\",\t\"AcmeNet\");\n?>\n"}, "DAX-3662", ""},
		{map[string]string{"cfg/cpe.xml": "<obj name=\"DeviceInfo\">\n<param name=\"Manufacturer\">AcmeNet</param>\n<param name=\"ModelName\">AX5506_04F</param>\n<param name=\"SoftwareVersion\">RP2669</param>\n</obj>\n"}, "AX5506_04F", "RP2669"},
		{map[string]string{"a/b/other/cpe.cfg": "Manufacturer=AcmeNet\nModelName=AX5506\nSoftwareVersion=1.2.3\n", "cfg/cpe.cfg": "Manufacturer=AcmeNet\nModelName=AX5506\nSoftwareVersion=1.2.4\n"}, "AX5506", "1.2.4"},
	} {
		files := map[string]string{"bin/program": program("text")}
		for p, text := range tt.files {
			files[p] = text
		}
		doc := scan(t, files, nil)
		if doc.Subject.Name != tt.name || doc.Subject.Version != tt.version {
			t.Errorf("%q: %q, %q; want %q, %q", tt.files, doc.Subject.Name, doc.Subject.Version, tt.name, tt.version)
		}
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
