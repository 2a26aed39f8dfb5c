package firmware

import (
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// TestOwnNames: the label of a domain that the device's own files are named for,
// or the device itself, is the name by which its maker calls himself. That of a
// partner in one folder, of a project and of a public service is not.
func TestOwnNames(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"host name", map[string]string{
			"etc/config/system": "config system\n\toption hostname 'Acmenet-router'\n",
			"usr/bin/agent":     program("https://api.acmenet.example.com/x", "https://log.acmenet.com/v1/report"),
		}, "acmenet brand; acmenet.com brand"},
		{"name in a start script", map[string]string{
			"etc/init.d/rcS": "#!/bin/sh\nmount -a\nhostname AcmenetMobile\n",
			"usr/bin/agent":  program("https://upgrade.acmenet.com/check"),
		}, "acmenet brand; acmenet.com brand"},
		{"network", map[string]string{
			"etc/config/wireless": "config wifi-iface\n\toption ssid 'AcmeNet_5G'\n",
			"usr/bin/agent":       program("https://api.acmenet.com/x"),
		}, "acmenet brand; acmenet.com brand"},
		{"folders", map[string]string{
			"etc/acmenet/agent.conf": "x=1\n",
			"etc/init.d/acmenet":     "#!/bin/sh\nstart\n",
			"usr/bin/one":            program("https://api.acmenet.com/one"),
			"usr/bin/two":            program("https://api.acmenet.com/two"),
		}, "acmenet.com brand"},
		{"folders in a distribution", map[string]string{
			"etc/acmenet/agent.conf": "x=1\n",
			"etc/init.d/acmenet":     "#!/bin/sh\nstart\n",
			"etc/debian_version":     "12.1\n",
			"usr/bin/one":            program("https://api.acmenet.com/one"),
			"usr/bin/two":            program("https://api.acmenet.com/two"),
		}, ""},
		{"many folders in a distribution", map[string]string{
			"etc/acmenet/agent.conf": "x=1\n",
			"etc/init.d/acmenet":     "#!/bin/sh\nstart\n",
			"etc/debian_version":     "12.1\n",
			"usr/bin/one":            program("https://api.acmenet.com/one"),
			"usr/bin/two":            program("https://api.acmenet.com/two"),
			"usr/bin/three":          program("https://api.acmenet.com/three"),
			"usr/bin/four":           program("https://api.acmenet.com/four"),
		}, "acmenet.com brand"},
		{"a project of the distribution", map[string]string{
			"etc/config/system":  "config system\n\toption hostname 'nagios-box'\n",
			"etc/debian_version": "12.1\n",
			"usr/bin/agent":      program("https://exchange.nagios.com/x"),
		}, ""},
		{"a folder and its program", map[string]string{
			"usr/local/Acmenet/shell":   program("https://www.acmenet.com/one"),
			"mnt/onboard/.acmenet/conf": "x=1\n",
		}, "acmenet.com brand"},
		{"one program's folder", map[string]string{
			"opt/player/plugins/acmenet-import":    program("https://api.acmenet.com/one"),
			"opt/player/plugins/acmenet.plugin":    "x=1\n",
			"opt/player/resources/acmenet-list.db": "1\n",
			"opt/player/bin/player":                program("https://api.acmenet.com/two"),
		}, ""},
		{"hosts alone", map[string]string{
			"usr/bin/one": program("https://api.acmenet.com/one"), "usr/bin/two": program("https://api.acmenet.com/two"),
		}, ""},
		{"part of a word", map[string]string{
			"etc/config/system": "config system\n\toption hostname 'placmenets'\n",
			"usr/bin/agent":     program("https://api.acmenet.com/x"),
		}, ""},
		{"anybody's service", map[string]string{
			"etc/config/system": "config system\n\toption hostname 'google-box'\n",
			"usr/bin/agent":     program("https://api.google.com/x"),
		}, ""},
	} {
		files := map[string]string{"bin/program": program("text"), "etc/passwd": "root:x:0:0:root:/:/bin/sh\n"}
		for p, text := range tt.files {
			files[p] = text
		}
		doc := scan(t, files, nil)
		var got []string
		for _, c := range doc.Subject.Claims {
			if c.Field == sbom.FieldOwnName {
				got = append(got, c.Value+" "+c.Role.String())
				if len(c.Evidence) < 2 {
					t.Errorf("%s: evidence %+v", tt.name, c.Evidence)
				}
			}
		}
		slices.Sort(got)
		if got := strings.Join(got, "; "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestKitIsNoBrand: the files of a kit agree in its maker's name; whose the device is
// it states itself.
func TestKitIsNoBrand(t *testing.T) {
	opts := &Options{Literals: []sbom.Literal{{ID: "name/chipco", Kind: sbom.OrgName, Text: "chipco", Value: "ChipCo", Role: sbom.Silicon, Fold: true}}}
	files := func(stated string) map[string]string {
		return map[string]string{
			"bin/a": program("chipco_a", "https://build.chipco.com/v1"), "bin/b": program("chipco_b"), "bin/c": program("chipco_c"), "bin/d": program("chipco_d"),
			"etc/config/wireless": "config wifi-iface\n\toption ssid 'ChipCoAP'\n", "etc/config/system": "config system\n\toption hostname 'chipco-ap'\n",
			"build.prop": "ro.product.model=One\n" + stated,
		}
	}
	for stated, want := range map[string]bool{"": true, "ro.product.brand=acmevr\n": false} {
		brand := false
		for _, c := range scan(t, files(stated), opts).Subject.Claims {
			brand = brand || c.Field == sbom.FieldOwnName
		}
		if brand != want {
			t.Errorf("%q: own name %v, want %v", stated, brand, want)
		}
	}
}
