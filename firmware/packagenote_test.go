package firmware

import (
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/internal/elffile/elftest"
	"github.com/touchmark-dev/touchmark/sbom"
)

// TestPackageNotes: a packager's note names the source package of a file that
// nothing else names, stands beside what else does, and says nothing where the
// package database lists the file. A damaged one is a Problem.
func TestPackageNotes(t *testing.T) {
	program := func(soname, note string) string {
		return string(elftest.Build(elftest.Spec{Type: 3, Machine: 40, SONAME: soname, BuildID: []byte{1, 2, 3, 4}, Package: note}))
	}
	doc := scan(t, map[string]string{
		"usr/lib/libacme.so.1":          program("libacme.so.1", `{"type":"rpm","os":"fedora","osVersion":"40","name":"acme","version":"1.4.2-3.fc40","architecture":"armv7hl"}`),
		"usr/lib/libacme-ui.so.1":       program("libacme-ui.so.1", `{"type":"rpm","os":"fedora","osVersion":"40","name":"acme","version":"1.4.2-3.fc40"}`),
		"usr/bin/tool":                  program("", `{"type":"deb","os":"debian","name":"tool","version":"2.0-1"}`),
		"usr/bin/listed":                program("", `{"type":"deb","os":"debian","name":"other","version":"9"}`),
		"usr/bin/broken":                program("", `{"type":"deb","name":`),
		"usr/bin/escapes":               program("", `{"type":"deb","name":"a\u001b[31m","version":"1"}`),
		"var/lib/dpkg/status":           "Package: listed\nStatus: install ok installed\nVersion: 1\nArchitecture: armhf\n",
		"var/lib/dpkg/info/listed.list": "/usr/bin/listed\n",
	}, &Options{Signatures: &signatures.Set{}, NoDerivedTables: true})
	acme := component(t, doc, "acme")
	if acme.Version != "1.4.2-3.fc40" || acme.PURL != "pkg:rpm/fedora/acme@1.4.2-3.fc40?arch=src" || len(acme.Locations) != 2 || acme.Type != sbom.Library {
		t.Errorf("acme: %q %q %q %q", acme.Version, acme.PURL, acme.Locations, acme.Type)
	}
	quoted := false
	for _, e := range acme.Evidence {
		quoted = quoted || e.Field == "version" && e.Path == "usr/lib/libacme.so.1" && e.Offset > 0 && strings.Contains(e.Match, `"osVersion":"40"`)
	}
	if !quoted {
		t.Errorf("evidence of acme: %+v", acme.Evidence)
	}
	if tool := component(t, doc, "tool"); tool.PURL != "pkg:deb/debian/tool@2.0-1?arch=source" {
		t.Errorf("tool: %q", tool.PURL)
	}
	for _, c := range doc.Components {
		if c.Name == "other" || strings.Contains(c.Name, "31m") {
			t.Errorf("component %q", c.Name)
		}
	}
	if got := problems(doc); got != "bad-package-note usr/bin/broken" {
		t.Errorf("problems %q", got)
	}
}
