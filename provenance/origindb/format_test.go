package origindb

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/provenance"
)

func TestFormat(t *testing.T) {
	const untidy = `reviewed: 2026-01-01
# What is easily missed: the order of fields.
name: Aa
id: aa
kind: company
identifiers:
  - kind: purl
    sources: [one]
    value: "pkg:NPM/@Aa"
  - {sources: [one], value: 0x1D6B, kind: usb}
  - {value: "1e10", uncited: true, kind: pci}
  # shared with nobody
  - kind: domain
    value: AA.example # the old one
    uncited: true
sources:
  one:
    says: gives the scope, and more
    url: https://aa.example/
    title: "Aa: about"
    retrieved: 2026-01-01
`
	const tidy = `id: aa
# What is easily missed: the order of fields.
name: Aa
kind: company
identifiers:
  - {kind: purl, value: "pkg:npm/%40aa", sources: [one]}
  - {kind: usb, value: 1d6b, sources: [one]}
  - {kind: pci, value: "1e10", uncited: true}
  # shared with nobody
  - kind: domain
    value: aa.example # the old one
    uncited: true
sources:
  one: {url: "https://aa.example/", title: "Aa: about", retrieved: 2026-01-01, says: "gives the scope, and more"}
reviewed: 2026-01-01
`
	got, err := Format([]byte(untidy))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != tidy {
		t.Errorf("got\n%s\nwant\n%s", got, tidy)
	}
	for _, bad := range []string{"", "- a\n- b\n", "a: [", "just text"} {
		if _, err := Format([]byte(bad)); err == nil {
			t.Errorf("%q is formatted", bad)
		}
	}
}

// Formatting changes no fact of any record, and formatting again changes
// nothing.
func TestFormatKeepsTheData(t *testing.T) {
	formatted := fstest.MapFS{}
	for _, folder := range []string{"organizations", "projects", "lists"} {
		files, err := fs.Glob(os.DirFS("data"), folder+"/*.yaml")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile("data/" + file)
			if err != nil {
				t.Fatal(err)
			}
			once, err := Format(data)
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			twice, err := Format(once)
			if err != nil || !bytes.Equal(once, twice) {
				t.Errorf("%s: formatting again changes it (%v)", file, err)
			}
			formatted[file] = &fstest.MapFile{Data: once}
		}
	}
	after, err := provenance.ReadRecords(formatted)
	if err != nil {
		t.Fatal(err)
	}
	before, err := provenance.ReadRecords(os.DirFS("data"))
	if err != nil {
		t.Fatal(err)
	}
	changes, err := Diff(before, after)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		t.Errorf("%+v", c)
	}
}

// A new record is strict YAML already: only what is to be filled in is wrong.
func TestTemplate(t *testing.T) {
	for kind, folder := range map[string]string{"organization": "organizations", "project": "projects", "list": "lists"} {
		data, err := Template(kind, "northwind", "2026-05-01")
		if err != nil {
			t.Fatal(err)
		}
		_, err = provenance.ReadRecords(fstest.MapFS{folder + "/northwind.yaml": &fstest.MapFile{Data: data}})
		if err == nil || strings.Contains(err.Error(), "not found in type") || strings.Contains(err.Error(), "cannot") {
			t.Errorf("%s: %v; want errors for what is to be filled in, and no other", kind, err)
		}
		filled := strings.NewReplacer("\nname:\n", "\nname: Northwind\n", "\nedition:\n", "\nedition: \"1\"\n").Replace(string(data))
		if _, err := provenance.ReadRecords(fstest.MapFS{folder + "/northwind.yaml": &fstest.MapFile{Data: []byte(filled)}}); err != nil {
			t.Errorf("%s, filled in: %v", kind, err)
		}
	}
	if _, err := Template("person", "x", "2026-05-01"); err == nil {
		t.Error("there is a template for a person")
	}
}
