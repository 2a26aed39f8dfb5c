package firmware

import (
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

func TestVendorTexts(t *testing.T) {
	for name, c := range map[string]struct{ bytes, want string }{
		"a vendor's":                 {"\x00Acme Networks, Inc.\x00", "Acme Networks, Inc"},
		"without a legal form":       {"\x00Acme Technologies\x00", ""}, // no driver that is asked
		"with a line feed":           {"\x00Acme Sensors GmbH\n\x00", "Acme Sensors GmbH"},
		"a part of a text":           {"\x00made by Acme Networks, Inc. for you\x00Acme Networks, Inc.: %s\x00", ""},
		"two with legal forms":       {"\x00Acme Networks, Inc.\x00Other GmbH\x00", "Acme Networks, Inc Other GmbH"},
		"a table":                    {"\x00Acme Networks, Inc.\x00Other GmbH\x00Third Ltd.\x00", ""},
		"OpenSSL's":                  {"\x00Netscape Communications Corp.\x00Acme Networks, Inc.\x00", "Acme Networks, Inc"},
		"who asks the driver":        {"\x00glGetString\x00Acme Graphics Ltd\x00", ""},
		"a source of Android's tree": {"\x00vendor/acme/camera/hal/Camera.cpp\x00", "acme"},
		"below a builder's":          {"\x00/src/device/acme/health/Health.cc:12\x00", "acme"},
		"a folder of the device":     {"\x00vendor/acme/firmware/x.bin\x00/vendor/lib/hw/x.cpp\x00", ""},
		"a folder of no maker":       {"\x00vendor/generic/hal/x.cpp\x00device/common/gps/gps.c\x00", ""},
		"in a longer name":           {"\x00myvendor/acme/hal/x.cpp\x00", ""},
		"folders of all makers":      {"\x00vendor/acme/a/x.c\x00vendor/bcde/a/x.c\x00vendor/cdef/a/x.c\x00", ""},
	} {
		var got []string
		for _, c := range scan(t, map[string]string{"lib/libx.so": program("", c.bytes)}, nil).Components {
			for _, cl := range c.Claims {
				if cl.Field == sbom.FieldVendorText {
					got = append(got, cl.Value)
				}
			}
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: %q, want %q", name, g, c.want)
		}
	}
}
