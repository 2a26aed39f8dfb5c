package firmware

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

func tarGzip(t testing.TB, members ...[2]string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, m := range members {
		if err := w.WriteHeader(&tar.Header{Name: m[0], Mode: 0o644, Size: int64(len(m[1]))}); err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(m[1]))
	}
	w.Close()
	z.Close()
	return b.String()
}

func arOf(members ...[2]string) string {
	var b strings.Builder
	b.WriteString("!<arch>\n")
	for _, m := range members {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n%s", m[0], 0, 0, 0, "100644", len(m[1]), m[1])
		if len(m[1])%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Packages that lie in the tree are what their control file says, opkg's and
// Debian's, whatever comes first in them. No person of it is quoted.
func TestPackageFiles(t *testing.T) {
	control := "Package: libevent\nVersion: 2.0.20-1\nArchitecture: arm\nMaintainer: Jane Roe <jane@builder.example>\nSection: libs\nDescription: events\n more\n"
	packed := tarGzip(t, [2]string{"./", ""}, [2]string{"./control", control})
	doc := scan(t, map[string]string{
		"rom/libevent_2.0.20-1_arm.ipk": tarGzip(t, [2]string{"./debian-binary", "2.0\n"}, [2]string{"./data.tar.gz", strings.Repeat("x", 5000)}, [2]string{"./control.tar.gz", packed}),
		"rom/zlib_1.2.11-1_octeon.ipk": tarGzip(t, [2]string{"debian-binary", "2.0\n"}, [2]string{"control.tar.gz",
			tarGzip(t, [2]string{"control", "Package: zlib\nVersion: 1.2.11-1\nSource: package/libs/zlib\nArchitecture: octeon\n"})}),
		"var/cache/dnsmasq-base_2.76-5_armhf.deb": arOf([2]string{"debian-binary", "2.0\n"}, [2]string{"control.tar.gz",
			tarGzip(t, [2]string{"./control", "Package: dnsmasq-base\nVersion: 2.76-5\nArchitecture: armhf\nMaintainer: J <j@debian.org>\n"})}, [2]string{"data.tar.xz", "x"}),
		"rom/none.ipk":   tarGzip(t, [2]string{"debian-binary", "2.0\n"}),
		"rom/noname.ipk": tarGzip(t, [2]string{"control.tar.gz", tarGzip(t, [2]string{"control", "Version: 1\n"})}),
		"rom/short.ipk":  packed[:40],
		"rom/bad.deb":    "!<arch>\ndebian-binary   0           0     0     100644  -5        `\n",
		"rom/long.deb":   "!<arch>\ncontrol.tar.gz  0           0     0     100644  999999999 `\n\x1f\x8b",
		"rom/other.ipk":  "no package",
	}, nil)
	for name, want := range map[string]string{
		"libevent": "pkg:opkg/libevent@2.0.20-1?arch=arm", "zlib": "pkg:opkg/openwrt/zlib@1.2.11-1?arch=octeon", "dnsmasq-base": "pkg:deb/debian/dnsmasq-base@2.76-5?arch=armhf",
	} {
		c := component(t, doc, name)
		if c.PURL != want {
			t.Errorf("%s has the package URL %q, want %q", name, c.PURL, want)
		}
		for _, e := range c.Evidence {
			if e.Offset != 0 || e.Length != 0 {
				t.Errorf("%s: evidence %+v has a place in compressed bytes", name, e)
			}
		}
	}
	if got := claims(component(t, doc, "libevent").Claims, sbom.MailDomain); got != "mail-domain builder.example maintainer" {
		t.Errorf("claims %q", got)
	}
	if strings.Contains(string(encode(t, doc)), "ane") {
		t.Error("the document names a person")
	}
	if got, want := problems(doc), "bad-package-file rom/bad.deb; bad-package-file rom/long.deb; bad-package-file rom/noname.ipk; bad-package-file rom/none.ipk; bad-package-file rom/short.ipk"; got != want {
		t.Errorf("problems %q, want %q", got, want)
	}
}

// A control file that unpacks to more than it may is refused.
func TestPackageFileLimits(t *testing.T) {
	big := tarGzip(t, [2]string{"control", "Package: x\nDescription: " + strings.Repeat("a", maxControl)})
	in := fuzzInput([]byte(tarGzip(t, [2]string{"control.tar.gz", big})), "x.ipk")
	if _, err := packageControl(in); err == nil || !strings.Contains(err.Error(), ErrLimit.Error()) {
		t.Errorf("error %v, want %v", err, ErrLimit)
	}
}

func FuzzPackageFile(f *testing.F) {
	control := tarGzip(f, [2]string{"./control", "Package: a\nVersion: 1\nMaintainer: Jane Roe <jane@acme.example>\n"})
	f.Add([]byte(tarGzip(f, [2]string{"./control.tar.gz", control})), true)
	f.Add([]byte(arOf([2]string{"debian-binary", "2.0\n"}, [2]string{"control.tar.gz", control})), false)
	f.Add([]byte(arOf([2]string{"control.tar/", "Package: a\n"})), false)
	e := packageFileExtractor()
	f.Fuzz(func(t *testing.T, b []byte, opkg bool) {
		name := "x.deb"
		if opkg {
			name = "x.ipk"
		}
		for _, o := range runExtractor(t, &e, fuzzInput(b, name)).observations {
			if o.Component.Name == "" || o.Component.PURL == "" {
				t.Fatalf("component %+v", o.Component)
			}
		}
	})
}

// TestPackagesOfOthers: what somebody adds to a distribution is not its.
func TestPackagesOfOthers(t *testing.T) {
	stanza := func(name, maintainer, more string) string {
		return "Package: " + name + "\nStatus: install ok installed\nMaintainer: " + maintainer + "\nVersion: 1.0\nArchitecture: all\n" + more + "\n"
	}
	var ubuntu strings.Builder
	for i := range 40 {
		ubuntu.WriteString(stanza(fmt.Sprintf("of-ubuntu-%d", i), "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>", ""))
	}
	for name, c := range map[string]struct{ status, want string }{
		"a person's, on Debian": {stanza("app", "Jane Roe <jane@roe.example>", ""), "pkg:deb/debian/app@1.0?arch=all"},
		"a team of Debian's":    {stanza("app", "Debian Widget Technologies Team <team@lists.debian.org>", ""), "pkg:deb/debian/app@1.0?arch=all"},
		"an organization's":     {stanza("app", "Acme Networks Ltd. <support@acme.example>", ""), "pkg:deb/app@1.0?arch=all"},
		"made by another tool":  {stanza("app", "<root@build.example>", "Vendor: none\nLicense: unknown\n"), "pkg:deb/app@1.0?arch=all"},
		"on Ubuntu":             {ubuntu.String() + stanza("app", "Jane Roe <jane@roe.example>", ""), "pkg:deb/app@1.0?arch=all"},
	} {
		doc := scan(t, map[string]string{"var/lib/dpkg/status": c.status}, nil)
		if got := component(t, doc, "app").PURL; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestListsOfFilesWithoutColons: a file system without colons has NAME_ARCH.list.
func TestListsOfFilesWithoutColons(t *testing.T) {
	doc := scan(t, map[string]string{
		"var/lib/dpkg/status":                  "Package: libacl1\nStatus: install ok installed\nMaintainer: Ubuntu Developers <u@lists.ubuntu.com>\nVersion: 2.2.52-3\nArchitecture: arm64\nMulti-Arch: same\n",
		"var/lib/dpkg/info/libacl1_arm64.list": "/.\n/lib\n/lib/libacl.so.1\n",
		"lib/libacl.so.1":                      program("acl"),
	}, nil)
	if c := component(t, doc, "libacl1"); strings.Join(c.Locations, " ") != "lib/libacl.so.1" || len(doc.Problems) != 0 {
		t.Errorf("locations %q, problems %v", c.Locations, doc.Problems)
	}
}
