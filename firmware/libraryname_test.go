package firmware

import (
	"fmt"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/elffile/elftest"
	"github.com/touchmark-dev/touchmark/sbom"
)

// TestLibrariesOfTheBrand: programs that need libraries named for the device's brand
// are his, if the name is long or several libraries have it, and nothing else
// explains the library.
func TestLibrariesOfTheBrand(t *testing.T) {
	literals := []sbom.Literal{
		{ID: "name/acmenet", Kind: sbom.OrgName, Text: "acmenet", Value: "Acme-Net Inc.", Role: sbom.Brand, Fold: true},
		{ID: "name/rvl_", Kind: sbom.OrgName, Text: "rvl_", Value: "RVL", Role: sbom.Brand, Fold: true},
		{ID: "name/rivalco", Kind: sbom.OrgName, Text: "rivalco", Value: "Rivalco", Role: sbom.Brand, Fold: true},
	}
	needs := func(text string, libs ...string) string {
		return string(elftest.Build(elftest.Spec{Type: 2, Machine: 8, Big: true, Needed: libs, Data: []byte("\x00" + text + "\x00")}))
	}
	files := map[string]string{
		"usr/bin/long":    needs("1", "libc.so.0", "libacmenetcfg.so.1"),
		"usr/bin/short":   needs("2", "librvlsock.so.2"),
		"usr/bin/short2":  needs("3", "librvlhmac.so.2"),
		"usr/bin/other":   needs("4", "libc.so.0", "libmacmenet.so", "librival.so"),
		"usr/bin/rivalco": needs("5", "librivalco.so.1"),
		"usr/bin/named":   program("dlopen", "/usr/lib/libacmenet_ui.so"),
		"usr/bin/longer":  program("libacmenetui.so.3"),
		"usr/bin/func":    program("libacmenet_get"),
		// The file's own name.
		"usr/bin/set-acmenet":  program("6"),
		"usr/bin/setacmenet-x": program("7"),
		"usr/bin/set-rvl":      program("8"),
	}
	for i := range 6 {
		files[fmt.Sprintf("usr/bin/own%d", i)] = program(fmt.Sprintf("acmenet_get%d", i), fmt.Sprint("g_rvl_", i))
	}
	doc := scan(t, files, &Options{Literals: literals})
	for name, want := range map[string]string{
		"long": "name-mark Acme-Net Inc. brand", "short": "name-mark RVL brand", "short2": "name-mark RVL brand", "other": "", "rivalco": "",
		"named": "name-mark Acme-Net Inc. brand", "longer": "name-mark Acme-Net Inc. brand", "func": "",
		"set-acmenet": "name-mark Acme-Net Inc. brand", "setacmenet-x": "", "set-rvl": "",
	} {
		if got := fieldClaims(component(t, doc, name).Claims); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if ev := component(t, doc, "short").Claims[0].Evidence[0]; ev.Match != "NEEDED librvlsock.so.2" || ev.Path != "usr/bin/short" {
		t.Errorf("evidence %+v", ev)
	}
	// One library with a short name is somebody's.
	delete(files, "usr/bin/short2")
	doc = scan(t, files, &Options{Literals: literals})
	if got := fieldClaims(component(t, doc, "short").Claims); got != "" {
		t.Errorf("one library with a short name: %q", got)
	}
}
