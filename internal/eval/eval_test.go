package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write fills a folder with files.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const records = `
id: gizmo
name: Gizmo Works GmbH
kind: company
names: [{name: Gizmo, kind: brand, sources: [s]}]
origins: [{country: DE, basis: headquartered, sources: [s]}, {country: LU, basis: registered, sources: [s]}]
owners: [{organization: gizmo-holding, share: "100", kind: equity, sources: [s]}]
identifiers: [{kind: literal, value: GizmoCloudAgent, role: brand, sources: [s]}]
sources: {s: {url: "https://example.org/", retrieved: 2026-01-02, says: it}}
reviewed: 2026-01-02
`

// program is the header of an ELF executable for 64-bit ARM.
var program = "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x02\x00\xb7\x00\x01\x00\x00\x00" + strings.Repeat("\x00", 28) + "\x40\x00\x38\x00\x00\x00\x40\x00\x00\x00\x00\x00"

const holding = `
id: gizmo-holding
name: Gizmo Holding S.A.
kind: company
origins: [{country: FR, basis: headquartered, sources: [s]}]
sources: {s: {url: "https://example.org/", retrieved: 2026-01-02, says: it}}
reviewed: 2026-01-02
`

// row returns the cells of the table's row that starts with the given cells.
func (e *evaluation) row(t *testing.T, title string, start ...string) string {
	t.Helper()
	for _, tab := range e.tables {
		if tab.Title != title {
			continue
		}
		for _, r := range tab.Rows {
			if strings.HasPrefix(strings.Join(r, " "), strings.Join(start, " ")) {
				return strings.Join(r, " ")
			}
		}
	}
	t.Fatalf("no row %v in a table %q", start, title)
	return ""
}

// TestCounts evaluates labelled inputs with known faults and checks that each
// is counted where it belongs.
func TestCounts(t *testing.T) {
	dir := write(t, map[string]string{
		"db/organizations/gizmo.yaml":         records,
		"db/organizations/gizmo-holding.yaml": holding,
		"sboms/MANIFEST.tsv": "path\tformat\tspec_version\tencoding\tcomponent_count\twith_supplier\tvalidity\n" +
			"good.json\tcyclonedx\t1.6\tjson\t1\t1\tvalid\n" +
			"miscounted.json\tcyclonedx\t1.6\tjson\t7\t1\tvalid\n" +
			"broken.json\tcyclonedx\t1.6\tjson\t1\t0\tdeliberately invalid\n",
		"sboms/good.json":       `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","supplier":{"name":"Gizmo"}}]}`,
		"sboms/miscounted.json": `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","supplier":{"name":"Gizmo"}}]}`,
		"sboms/broken.json":     `hello`,
		"fw/truth/box.tsv": "path\tkind\tcomponent\tversion\tmaker\tevidence\n" +
			"bin/busybox\tcomponent\tbusybox\t1.30.1\tBusyBox project\tstring\n" +
			"bin/agent\tvendor-binary\tagent\t\tGizmo (DE)\tstring\n" +
			"bin/other\tvendor-binary\tother\t\tSomebody Else (FR)\tstring\n" +
			"lib/missing\tcomponent\tnothere\t9.9\tNobody\tstring\n",
		"fw/box/bin/busybox": program + "BusyBox v1.30.1 (2020-01-01 00:00:00 UTC)\x00multi-call binary\x00",
		"fw/box/bin/agent":   program + "GizmoCloudAgent/2\x00",
		"fw/box/bin/other":   program + "GizmoCloudAgent/2 too\x00",
		"orgs.tsv": "name\taliases\thq_country\tinc_country\tparent\tultimate_parent\tultimate_parent_country\tsource\n" +
			"Gizmo Works\tGizmo\tDE\tNL\t\tGizmo Holding\tFR\tregistry\n" +
			"Unknown Corp\t\tUS\tUS\t\t\tUS\tgeneral knowledge (unconfirmed)\n",
	})
	e := &evaluation{sboms: filepath.Join(dir, "sboms"), firmware: filepath.Join(dir, "fw"), organizations: filepath.Join(dir, "orgs.tsv"), robust: true, verbose: true}
	if err := e.open(filepath.Join(dir, "db"), filepath.Join(dir, "judged.tsv"), ""); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := e.readSBOMs(ctx); err != nil {
		t.Fatal(err)
	}
	if err := e.scanTrees(ctx); err != nil {
		t.Fatal(err)
	}
	if err := e.checkOrganizations(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ title, start, want string }{
		{"SBOMs by format, version and encoding", "all", "all   3 2 1 0 2 2"},
		{"SBOMs that were not read", "broken.json", "broken.json deliberately invalid"},
		{"SBOMs that disagree with the manifest", "miscounted.json", "miscounted.json valid components 1 7"},
		{"Firmware: components with a version against the truth", "box", "box 2 1 0.500 1"},
		{"Firmware: makers of files against the truth", "box", "box vendor-binary 2 1 1 0 0.500 0.500"},
		{"Firmware: rows of the truth that were not found", "box vendor-binary", "box vendor-binary bin/other other  Somebody Else (FR) gizmo"},
		{"Organizations", "confirmed headquarters", "confirmed headquarters 1 1 1 1 1.000 1.000"},
		{"Organizations", "confirmed registration", "confirmed registration 1 1 1 0 0.000 0.000"},
		{"Organizations", "confirmed ultimate owner", "confirmed ultimate owner's country 1 1 1 1 1.000 1.000"},
		{"Organizations", "unconfirmed headquarters", "unconfirmed headquarters 1 0 0 0 1.000 0.000"},
	} {
		if got := e.row(t, tt.title, tt.start); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.title, got, tt.want)
		}
	}
	if e.failed != 0 {
		t.Errorf("%d inputs failed", e.failed)
	}

	// The same seed draws the same, another seed something else.
	draw := func(seed uint64) string {
		var b strings.Builder
		if err := e.draw(&b, 2, seed, seed > 1); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if one := draw(1); one != draw(1) {
		t.Error("one seed draws different samples")
	}
	if strings.Count(draw(1), "\n") < 3 {
		t.Errorf("drew nothing:\n%s", draw(1))
	}
}

// A tree is what a folder holds, and the folder in it only where that is all.
func TestUnpackFolderOfItsOwnName(t *testing.T) {
	alone, own := filepath.Join(t.TempDir(), "box"), filepath.Join(t.TempDir(), "box")
	for _, dir := range []string{filepath.Join(alone, "box"), filepath.Join(own, "box"), filepath.Join(own, "bin")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{alone: filepath.Join(alone, "box"), own: own} {
		if got, cleanup, err := unpack(path); err != nil || got != want {
			t.Errorf("unpack(%s) = %s, %v; want %s", path, got, err, want)
		} else {
			cleanup()
		}
	}
}
