package firmware

import "testing"

func TestModuleVersion(t *testing.T) {
	for _, tt := range []struct{ text, name, version string }{
		{`_VERSION = "LuaLogging 1.3.0",`, "LuaLogging", "1.3.0"},
		{`_M._VERSION = "URL 1.0.3"`, "URL", "1.0.3"},
		{`_VERSION='0.5.1'`, "", "0.5.1"},
		{`_VERSION	= "Other Thing v2.0-rc1"`, "Other Thing", "2.0-rc1"},
		{`_VERSION = "Lua 5.1"`, "", ""},
		{`_VERSION == "Other 5.1"`, "", ""},
		{`_VERSION = "Other 5"`, "", ""},
		{`_VERSION = "needs Other, 5.1"`, "", ""},
		{`FW_VERSION = "5.1.1"`, "", ""},
		{`_VERSION = other`, "", ""},
		{`_VERSION = "5.1.1`, "", ""},
		{`_VERSION`, "", ""},
	} {
		at := 0
		for i := range tt.text {
			if len(tt.text) >= i+8 && tt.text[i:i+8] == "_VERSION" {
				at = i + 8
			}
		}
		name, version, from, to := moduleVersionAt([]byte(tt.text), at, "_VERSION")
		if name != tt.name || version != tt.version || version != "" && (from < 0 || to > len(tt.text) || to <= from) {
			t.Errorf("%s: %q %q from %d to %d, want %q %q", tt.text, name, version, from, to, tt.name, tt.version)
		}
	}
}

func TestModuleFiles(t *testing.T) {
	for path, tt := range map[string]struct{ text, want string }{
		"usr/local/app/vendor/bottle.py":         {"#!/usr/bin/python\n__version__ = '0.11.6'\n", "bottle 0.11.6"},
		"usr/local/app/vendor/ws4py/__init__.py": {"__version__ = \"0.3.3\"\n", "ws4py 0.3.3"},
		"usr/local/app/vendor/x/_version.py":     {"x = 1\n__version__ = \"1.2rc1\"\n", ""},
		"usr/local/app/main.py":                  {"__version__ = '0.11.6'\n", ""},
		"usr/local/app/other.py":                 {"print other.__version__ == '0.11.6'\n", ""},
		"usr/lib/python2.7/optparse.py":          {"__version__ = '1.5.3'\n", ""},
		"usr/lib/lua/socket/url.lua":             {"_VERSION = \"URL 1.0.1\"\n", "socket.url 1.0.1"},
		"usr/lib/lua/x/init.lua":                 {"local x = {}\nx._VERSION = '1.0.1'\n", ""},
		"usr/lib/lua/acme/init.lua":              {"local x = {}\nx._VERSION = '1.0.1'\n", "acme 1.0.1"},
	} {
		got := ""
		for _, c := range scan(t, map[string]string{path: tt.text}, nil).Components {
			if c.Version != "" {
				got += c.Name + " " + c.Version
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", path, got, tt.want)
		}
	}
}

func TestReleaseInName(t *testing.T) {
	for soname, want := range map[string]string{
		"libproc-3.2.8.so": "3.2.8", "libevent-1.3b.so.1": "1.3b", "libjrtp-3.3.0.so": "3.3.0",
		"libglib-2.0.so.0": "", "libusb-1.0.so.0": "", "libfoo.so.1.2.3": "", "libfoo-bar.so": "", "libfoo-12.so": "", "libfoo-1.2-gcc.so": "", "libfoo-1.2.3.something": "",
	} {
		if got, _ := releaseInName(soname); got != want {
			t.Errorf("%s: %q, want %q", soname, got, want)
		}
	}
}
