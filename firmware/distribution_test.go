package firmware

import (
	"crypto/x509/pkix"
	"maps"
	"testing"
)

// TestShippedFiles: in a system of Debian's layout, programs that stand where its
// packages put some of their names say nothing of the device, whatever signature
// knows them; its maker's own do, and so does any program of another layout.
func TestShippedFiles(t *testing.T) {
	cert := selfSigned(t, pkix.Name{Organization: []string{"Sampleco Ltd"}}, nil)
	tables := map[string]string{
		"usr/bin/libinput":                              program("rivalco_quirk", "a"),
		"usr/libexec/libinput/libinput-debug-events":    program("rivalco_quirk", "b"),
		"usr/libexec/libinput/libinput-record":          program("rivalco_quirk", "c"),
		"usr/lib/dovecot/libdovecot.so.0.0.0":           sharedObject("libdovecot.so.0", "d", cert),
		"usr/sbin/dahdi_genconf":                        "#!/usr/bin/perl\n# Rivalco Box\n",
		"usr/sbin/dahdi_hardware":                       "#!/usr/bin/perl\n# for Rivalco Box\n",
		"usr/lib/udev/rc_keymaps/rivalco.toml":          "name = \"Rivalco Box\"\n",
		"usr/lib/udev/rc_keymaps/rivalco_two.toml":      "name = \"Rivalco Box 2\"\n",
		"etc/pki/fwupd/CA.pem":                          cert,
		"usr/lib/systemd/system/libinput-tools.service": "[Unit]\nDescription=x\n",
	}
	with := func(more map[string]string) map[string]string {
		files := maps.Clone(tables)
		maps.Copy(files, more)
		return files
	}
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"libraries of an architecture":   {with(map[string]string{"usr/lib/aarch64-linux-gnu/libx.so.1": sharedObject("libx.so.1", "x")}), ""},
		"below a folder":                 {map[string]string{"root/usr/bin/libinput": tables["usr/bin/libinput"], "root/usr/libexec/libinput/libinput-record": tables["usr/libexec/libinput/libinput-record"], "root/etc/debian_version": "12.1\n"}, ""},
		"a version of Debian":            {with(map[string]string{"etc/debian_version": "12.1\n"}), ""},
		"the maker's own among them":     {with(map[string]string{"etc/debian_version": "12.1\n", "usr/bin/acmed": program("acmenet_x"), "usr/sbin/acme-agent": program("acmenet_y"), "opt/acme/bin/libinput": program("acmenet_z")}), "AcmeNet brand"},
		"a system of no such layout":     {tables, "Rivalco brand; Rivalco Box brand"},
		"a sample certificate":           {map[string]string{"etc/debian_version": "12.1\n", "usr/lib/dovecot/libdovecot.so.0.0.0": tables["usr/lib/dovecot/libdovecot.so.0.0.0"]}, ""},
		"a certificate of no package":    {map[string]string{"etc/debian_version": "12.1\n", "usr/lib/acme/libacme.so.0.0.0": tables["usr/lib/dovecot/libdovecot.so.0.0.0"]}, "Sampleco Ltd manufacturer"},
		"a layout beside and not around": {map[string]string{"a/usr/bin/libinput": tables["usr/bin/libinput"], "a/usr/bin/libinput-list": tables["usr/libexec/libinput/libinput-debug-events"], "a/usr/bin/libinput-record": tables["usr/libexec/libinput/libinput-record"], "b/etc/debian_version": "12.1\n"}, "Rivalco brand"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := scan(t, tt.files, &Options{Literals: makerLiterals(0)})
			if device, _ := makers(doc); device != tt.want {
				t.Errorf("the device: %q, want %q", device, tt.want)
			}
		})
	}
	for name, tt := range map[string]struct{ program, page, want string }{
		"a package's":    {"usr/bin/libinput", "usr/share/zoneminder/www/", ""},
		"the maker's":    {"usr/bin/acmed", "var/www/", "Biosmaker developer; Foobar Networks, Inc developer; Rivalco Box brand"},
		"none of Debian": {"opt/bin/libinput", "opt/www/", "Biosmaker developer; Foobar Networks, Inc developer; Rivalco Box brand"},
	} {
		doc := scan(t, map[string]string{"etc/debian_version": "12.1\n", tt.program: program("Biosmaker format", "x", "Foobar Networks, Inc", "y"),
			tt.page + "a.html": "<p>Rivalco Box</p>", tt.page + "b.html": "<b>Rivalco Box</b>", "usr/bin/x": program("x")}, &Options{Literals: makerLiterals(0)})
		if _, components := makers(doc); components != tt.want {
			t.Errorf("program and pages, %s: %q, want %q", name, components, tt.want)
		}
	}
	files := with(map[string]string{"etc/debian_version": "12.1\n"})
	if device, _ := makers(scan(t, files, &Options{Literals: makerLiterals(0), NoDerivedTables: true})); device == "" {
		t.Error("without the derived tables the paths of packages are known all the same")
	}
}

func TestDebianRoot(t *testing.T) {
	for path, want := range map[string]string{
		"etc/debian_version": "", "x/y/etc/debian_version": "x/y/", "etc/xdebian_version": "-", "usr/lib/arm-linux-gnueabihf/libx.so": "", "lib/x86_64-linux-gnu/a/b": "",
		"fs/usr/lib/arm-linux-gnueabihf/libx.so": "fs/", "usr/arm-linux-gnueabihf/lib/libx.so": "-", "usr/lib/gcc/arm-linux-gnueabihf/12/cc1": "-", "bin/arm-linux-gnueabihf-gcc": "-",
		"usr/lib/arm-linux-gnueabihf": "-", "-linux-gnu/x": "-", "": "-", "etc/hosts": "-",
	} {
		got, ok := debianRoot(path)
		if !ok {
			got = "-"
		}
		if got != want {
			t.Errorf("debianRoot(%q) = %q, want %q", path, got, want)
		}
	}
}
