package firmware

import "testing"

func TestLuaVersion(t *testing.T) {
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
		name, version, from, to := luaVersionAt([]byte(tt.text), at)
		if name != tt.name || version != tt.version || version != "" && (from < 0 || to > len(tt.text) || to <= from) {
			t.Errorf("%s: %q %q from %d to %d, want %q %q", tt.text, name, version, from, to, tt.name, tt.version)
		}
	}
}
