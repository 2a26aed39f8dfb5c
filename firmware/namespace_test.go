package firmware

import (
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

func TestNamespaces(t *testing.T) {
	cpp := "_ZN3com4acme5audio4OpenEv\x00_ZN3com4acme5audio5CloseEv\x00_ZN3com4acme5audio4NameEv\x00"
	for name, c := range map[string]struct{ bytes, want string }{
		"names for Java":          {"\x00Java_com_acme_player_Native_open\x00Java_com_acme_player_Native_close\x00", "com.acme"},
		"of two":                  {"\x00Java_com_acme_player_Native_open\x00Java_tv_other_Video_start\x00", "com.acme tv.other"},
		"a sign that is escaped":  {"\x00Java_com_acme_my_1player_Native_open\x00", "com.acme"},
		"in a longer name":        {"\x00Not_Java_com_acme_player_Native_open\x00", ""},
		"no domain":               {"\x00Java_acme_internal_Native_open\x00", ""},
		"a class at the top":      {"\x00Java_com_Native_open\x00", ""},
		"the platform's":          {"\x00Java_com_android_server_Native_open\x00Java_java_io_File_x\x00", ""},
		"spaces of C++":           {"\x00" + cpp, "com.acme"},
		"one name of C++":         {"\x00_ZN3com4acme5audio4OpenEv\x00", ""},
		"a space of another kind": {"\x00" + strings.ReplaceAll(cpp, "4acme", "4Acme"), ""},
		"classes":                 {"\x00JNI_OnLoad\x00com/acme/player/Native\x00Lcom/acme/player/Event$Kind;\x00com/android/server/Power\x00", "com.acme"},
		"classes of two":          {"\x00JNI_OnLoad\x00com/acme/player/Native\x00com/other/Video\x00", ""},
		"classes beside names":    {"\x00JNI_OnLoad\x00Java_com_acme_player_Native_open\x00com/other/Video\x00", "com.acme"},
		"a path":                  {"\x00JNI_OnLoad\x00com/acme/player/native\x00com/acme/Native.java\x00", ""},
		"an interface of binder":  {"\x00_ZNK4acme22getInterfaceDescriptorEv\x00com.acme.remote.IRemoteControl\x00", "com.acme"},
		"a setting":               {"\x00_ZNK4acme22getInterfaceDescriptorEv\x00com.acme.remote.Item\x00com.acme.enabled\x00", ""},
		"whoever writes anything": {"\x00Java_com_aa_A_a\x00Java_com_bb_A_a\x00Java_com_cc_A_a\x00Java_com_dd_A_a\x00Java_com_ee_A_a\x00Java_com_ff_A_a\x00", ""},
	} {
		var got []string
		for _, c := range scan(t, map[string]string{"lib/libx.so": program("", c.bytes)}, nil).Components {
			for _, cl := range c.Claims {
				if cl.Kind == sbom.AndroidPrefix {
					got = append(got, cl.Value)
				}
			}
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: %q, want %q", name, g, c.want)
		}
	}
}

// TestSystemIsNotTheDevicesBrand: build.prop states the release of Android and
// whose the device is; that is not whose Android is.
func TestSystemIsNotTheDevicesBrand(t *testing.T) {
	opts := &Options{Literals: []sbom.Literal{{ID: "name/acmenet", Kind: sbom.OrgName, Text: "acmenet", Value: "AcmeNet", Role: sbom.Brand, Fold: true}}}
	doc := scan(t, map[string]string{
		"build.prop": "ro.build.version.release=7.1.1\nro.product.brand=acmenet\n",
		"bin/a":      program("acmenet_a"), "bin/b": program("acmenet_b"), "bin/c": program("acmenet_c"), "bin/d": program("acmenet_d"),
	}, opts)
	if got := claims(component(t, doc, "Android").Claims, sbom.OrgName); got != "" {
		t.Errorf("Android: %s", got)
	}
	if got := claims(doc.Subject.Claims, sbom.OrgName); !strings.Contains(got, "acmenet brand") {
		t.Errorf("device: %s", got)
	}
}

func TestFirmwareOfChipsByItsName(t *testing.T) {
	for path, want := range map[string]string{
		"etc/bluetooth/BCM43430.hcd":                    "Broadcom",
		"system/etc/wifi/6212/fw_bcm43438a1.bin":        "Broadcom",
		"system/etc/wifi/6242/fw_bcm43242a1_ag.bin.trx": "Broadcom",
		"lib/firmware/brcm/x.bin":                       "Broadcom",
		"etc/wifi/nvram.bin":                            "",
		"etc/bcm.hcd":                                   "",
	} {
		got := ""
		for _, c := range scan(t, map[string]string{path: "\x00\x01\x02\x03" + path}, nil).Components {
			for _, cl := range c.Claims {
				if cl.Field == sbom.FieldBlob {
					got = cl.Value
				}
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
