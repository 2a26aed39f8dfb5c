package firmware

import (
	"crypto/x509/pkix"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/elffile/elftest"
	"github.com/touchmark-dev/touchmark/sbom"
)

func pcProgram(texts ...string) string {
	return string(elftest.Build(elftest.Spec{Bits: 64, Type: 2, Machine: 62, Data: []byte("\x00" + strings.Join(texts, "\x00") + "\x00")}))
}

// TestSoftware: packages of a distribution, programs for a PC and folders of
// packages are no devices; whatever has a part of a system, a mark of a maker or
// programs for another processor alone may be one.
func TestSoftware(t *testing.T) {
	blob := strings.Repeat("\x01\x02\x03\xff", 200)
	deb := func(files map[string]string) map[string]string {
		files["usr/share/doc/clouder/copyright"] = "Format: x\n"
		return files
	}
	for name, tt := range map[string]struct {
		files map[string]string
		want  string // type and name
	}{
		"a package of Debian":              {deb(map[string]string{"usr/bin/clouder": pcProgram("x")}), "application clouder"},
		"for another processor":            {deb(map[string]string{"usr/bin/clouder": program("x")}), "application clouder"},
		"a trusted certificate":            {deb(map[string]string{"usr/bin/clouder": pcProgram("x"), "etc/pki/clouder/Firmware-CA.pem": selfSigned(t, pkix.Name{Organization: []string{"Foobar Networks Ltd"}}, nil)}), "application clouder"},
		"firmware for chips":               {deb(map[string]string{"usr/lib/u-boot/x/u-boot.bin": program("x"), "usr/lib/u-boot/a": program("CHIP_MPI_SYS_Init"), "usr/lib/u-boot/b": program("CHIP_MPI_SYS_Exit"), "lib/firmware/brcm/a.bin": blob}), "firmware clouder"},
		"two packages":                     {deb(map[string]string{"usr/bin/clouder": pcProgram("x"), "usr/share/doc/other/copyright": "y\n"}), "application "},
		"a system of packages":             {deb(map[string]string{"usr/bin/clouder": pcProgram("x"), "etc/inittab": "::respawn:/bin/x\n"}), "device "},
		"a system in a folder":             {deb(map[string]string{"root/usr/bin/clouder": pcProgram("x"), "root/sbin/init": pcProgram("y")}), "device "},
		"a program for a PC":               {map[string]string{"app/run": pcProgram("x"), "app/lib.so": pcProgram("y")}, "application "},
		"a program for another processor":  {map[string]string{"app/run": program("x"), "app/lib.so": program("y")}, "device "},
		"with a maker":                     {map[string]string{"app/run": pcProgram("x"), "etc/device_info": "DEVICE_MANUFACTURER='Acme Networks'\nDEVICE_PRODUCT='AN-1'\n"}, "device AN-1"},
		"settings":                         {map[string]string{"etc/app.conf": "x=1\n"}, "device "},
		"firmware of many makers":          {deb(map[string]string{"lib/firmware/brcm/a.bin": blob + "1", "lib/firmware/qcom/b.bin": blob + "2", "lib/firmware/mediatek/c.bin": blob + "3", "lib/firmware/i915/d.bin": blob + "4"}), "firmware clouder"},
		"sources":                          {map[string]string{"app/go.mod": "module x\n", "app/data/one.yaml": "name: Rivalco Box\n", "app/data/two.yaml": "name: Rivalco Box 2\n"}, "application "},
		"sources beside a system":          {map[string]string{"CMakeLists.txt": "project(x)\n", "root/etc/passwd": "root:x:0:0:\n", "root/etc/one.conf": "name: Rivalco Box\n"}, "device "},
		"a Go module cache with a command": {map[string]string{"pkg/mod/github.com/a/b@v1.0.0/go.mod": "module x\n", "pkg/mod/github.com/a/b@v1.0.0/scripts/vendor": "#!/bin/sh\necho x\n"}, "application "},
	} {
		t.Run(name, func(t *testing.T) {
			doc := scan(t, tt.files, &Options{Literals: nameLiterals})
			if got := string(doc.Subject.Type) + " " + doc.Subject.Name; got != tt.want {
				t.Errorf("the subject is %s, want %s", got, tt.want)
			}
			if s := claims(doc.Subject.Claims, sbom.OrgName, sbom.CertOrg, sbom.LiteralMark); strings.HasPrefix(tt.want, "application") && s != "" {
				t.Errorf("%s made an application", s)
			}
		})
	}
}

// TestCollectionOfFirmware: where the firmware of many makers' chips stands, none
// of it says whose chips the device has.
func TestCollectionOfFirmware(t *testing.T) {
	blob := strings.Repeat("\x01\x02\x03\xff", 200) + "\x00CHIP_MPI_SYS_Init\x00"
	tree := func(dirs ...string) map[string]string {
		files := map[string]string{"sbin/init": program("x")}
		for _, d := range dirs {
			files["lib/firmware/"+d+"/a.bin"] = blob + d
		}
		return files
	}
	for dirs, want := range map[string]bool{"brcm mediatek i915": true, "brcm mediatek i915 qcom": false} {
		doc := scan(t, tree(strings.Fields(dirs)...), &Options{Literals: nameLiterals})
		if got := claims(doc.Subject.Claims, sbom.LiteralMark) != ""; got != want {
			t.Errorf("firmware in %s: a mark of the device: %t, want %t", dirs, got, want)
		}
	}
}

// TestVersionBeside: a file that states a version is about the folder that it
// stands in.
func TestVersionBeside(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"at the root":                {map[string]string{"version": "3.4.5\n", "x/y": "z"}, "3.4.5"},
		"in the only folder":         {map[string]string{"image/version": "3.4.5\n", "image/y": "z"}, "3.4.5"},
		"beside other folders":       {map[string]string{"sdk/version": "3.4.5\n", "x/y": "z"}, ""},
		"at the root of a system":    {map[string]string{"squashfs-root/version": "3.4.5\n", "squashfs-root/etc/y": "z", "kernel": "k"}, "3.4.5"},
		"in the system's own folder": {map[string]string{"etc/version": "3.4.5\n", "x/y": "z"}, "3.4.5"},
	} {
		if got := scan(t, tt.files, nil).Subject.Version; got != tt.want {
			t.Errorf("%s: version %q, want %q", name, got, tt.want)
		}
	}
}
