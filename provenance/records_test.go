package provenance

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/sbom"
)

func mapFS(files map[string]string) fs.FS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func mustRead(t *testing.T, files map[string]string) *Records {
	t.Helper()
	r, err := ReadRecords(mapFS(files))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const northwind = `id: northwind
name: Northwind Radio Co., Ltd.
kind: company
names:
  - {name: 北风无线电有限公司, kind: legal, lang: zh, sources: [reg]}
  - {name: Boreas Devices, kind: former, to: 2016, sources: [reg]}
  - {name: NWR, kind: short, weak: true, uncited: true}
  - {name: Wrongwind, kind: brand, uncited: true, retracted: {date: 2026-02-01, reason: another company's}}
origins:
  - {country: PT, basis: registered, since: 2010, sources: [reg]}
  - {country: ES, basis: headquartered, uncited: true, retracted: {date: 2026-02-01, reason: it never moved}}
identifiers:
  - {kind: purl, value: "pkg:npm/%40northwind", verified: true, uncited: true}
  - {kind: domain, value: northwind.example, corporate_mail: true, uncited: true}
  - {kind: literal, value: NW_SDK_, role: sdk, word: true, uncited: true}
  - {kind: literal, value: NorthStar, role: brand, uncited: true}
  - {kind: usb, value: "1d6b", uncited: true, retracted: {date: 2026-02-01, reason: of the Linux Foundation}}
sources:
  reg: {registry: ieee, revision: 2.1.9, key: "001122"}
reviewed: 2026-03-01
`

const southwind = `id: southwind
name: Southwind Inc.
kind: company
identifiers:
  - {kind: literal, value: NorthStar, role: manufacturer, uncited: true}
reviewed: 2026-04-01
`

func TestRecordsAnswer(t *testing.T) {
	r := mustRead(t, map[string]string{
		"organizations/northwind.yaml": northwind,
		"organizations/southwind.yaml": southwind,
		"projects/breeze.yaml":         "id: breeze\nname: Breeze\nstewards: [{organization: northwind, role: developer, uncited: true}]\nidentifiers: [{kind: package, value: libbreeze, uncited: true}]\nreviewed: 2026-01-01\n",
		"organizations/README.md":      "not a record",
	})
	for _, test := range []struct {
		kind  sbom.ClaimKind
		value string
		want  string
	}{
		{sbom.OrgName, "NORTHWIND RADIO Company Limited", "northwind"},
		{sbom.OrgName, "北风无线电", "northwind"},
		{sbom.OrgName, "Boreas Devices GmbH", "northwind"},
		{sbom.OrgName, "nwr", "northwind (weak)"},
		{sbom.OrgName, "Wrongwind", ""},
		{sbom.PURL, "pkg:npm/@Northwind", "northwind"},
		{sbom.Domain, "NORTHWIND.example.", "northwind"},
		{sbom.MailDomain, "northwind.example", ""},
		{sbom.LiteralMark, "NorthStar", "northwind southwind"},
		{sbom.LiteralMark, "northstar", ""},
		{sbom.USB, "1d6b", ""},
		{PackageName, "libbreeze", "breeze"},
	} {
		var got []string
		for _, m := range r.Lookup(test.kind, Key(test.kind, test.value)) {
			s := m.Organization + m.Project
			if m.Weak {
				s += " (weak)"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("Lookup(%s, %q) answers %q, want %q", test.kind, test.value, s, test.want)
		}
	}
	o := r.Organization("northwind")
	if len(o.Origins) != 1 || o.Origins[0].Country != "PT" {
		t.Errorf("a retracted origin is still answered: %+v", o.Origins)
	}
	if len(r.Organizations[0].Origins) != 2 {
		t.Error("reading an answer removed the retracted origin from the record itself")
	}
	if m := r.Lookup(sbom.OrgName, Key(sbom.OrgName, "Boreas Devices"))[0]; m.Identifier.To != "2016" || len(m.Identifier.Sources) != 1 {
		t.Errorf("the match of a former name does not carry its period and source: %+v", m)
	}
	want := []sbom.Literal{
		{ID: "domain/northwind.example", Kind: sbom.Host, Text: "northwind.example", Value: "northwind.example", Fold: true, Word: true},
		{ID: "literal/NW_SDK_", Kind: sbom.LiteralMark, Text: "NW_SDK_", Value: "NW_SDK_", Role: sbom.SDK, Word: true},
		{ID: "literal/NorthStar", Kind: sbom.LiteralMark, Text: "NorthStar", Value: "NorthStar"}, // the two records disagree on the role
		{ID: "name/southwind", Kind: sbom.OrgName, Text: "southwind", Value: "Southwind Inc.", Role: sbom.Brand, Fold: true},
	}
	if got := r.Literals(); !reflect.DeepEqual(got, want) {
		t.Errorf("Literals:\n got %+v\nwant %+v", got, want)
	}
	if e := r.Edition(); e.Date != "2026-04-01" || len(e.SHA256) != 64 {
		t.Errorf("edition %+v, want the date of the newest review and a digest", e)
	}
}

const listOld = `id: zz-list
title: List of examples
publisher: Example
authority: Example Act 1
url: https://example.com/
edition: "2024-01-01"
complete: true
transcribed: by hand
entries:
  - {name: NORTHWIND, kind: entity, organizations: [northwind], effective: 2024-01-01, ended: 2025-01-01, sources: [s]}
  - {name: SOUTHWIND, kind: entity, organizations: [southwind], effective: 2024-01-01, uncited: true, retracted: {date: 2024-02-02, reason: joined by mistake}}
sources:
  s: {url: "https://example.com/old", title: Old, retrieved: 2026-01-01, says: names Northwind}
reviewed: 2026-01-01
`

func TestWeakMainName(t *testing.T) {
	r := mustRead(t, map[string]string{"organizations/program.yaml": "id: program\nname: Program AG\nkind: company\nnames: [{name: Program AG, kind: legal, weak: true, uncited: true}, {name: Program AG Holding, uncited: true}]\nreviewed: 2026-01-01\n"})
	for name, weak := range map[string]bool{"Program": true, "PROGRAM AG": true, "Program AG Holding": false} {
		m := r.Lookup(sbom.OrgName, Key(sbom.OrgName, name))
		if len(m) == 0 {
			t.Errorf("%q is not answered", name)
		}
		for _, m := range m {
			if m.Weak != weak {
				t.Errorf("%q: weak %v, want %v", name, m.Weak, weak)
			}
		}
	}
}

func TestRecordsListings(t *testing.T) {
	newer := strings.NewReplacer(`"2024-01-01"`, `"2025-01-01"`, "NORTHWIND", "Northwind Radio",
		"effective: 2024-01-01, ended: 2025-01-01", "effective: 2025-01-01").Replace(listOld)
	r := mustRead(t, map[string]string{
		"organizations/northwind.yaml":  northwind,
		"lists/zz-list-2024-01-01.yaml": listOld,
		"lists/zz-list-2025-01-01.yaml": newer,
	})
	var got []string
	for _, l := range r.Listings("northwind") {
		got = append(got, l.Edition+" "+l.Entry.Name)
		if len(l.Sources) != 1 || l.Sources[0].Title != "Old" {
			t.Errorf("listing of edition %s does not carry its source: %+v", l.Edition, l.Sources)
		}
	}
	if want := []string{"2024-01-01 NORTHWIND", "2025-01-01 Northwind Radio"}; !reflect.DeepEqual(got, want) {
		t.Errorf("Listings %q, want %q", got, want)
	}
	if ls := r.Listings("southwind"); len(ls) != 0 {
		t.Errorf("a retracted entry is still answered: %+v", ls)
	}
	if l := r.List("zz-list"); l == nil || l.Edition != "2025-01-01" || len(l.Entries) != 1 {
		t.Errorf("List gives %+v, want the newest edition without its retracted entry", l)
	}
	// The name of a list entry is no name of anybody.
	if m := r.Lookup(sbom.OrgName, Key(sbom.OrgName, "SOUTHWIND")); len(m) != 0 {
		t.Errorf("the name of a list entry matches %v", m)
	}
}

func TestReadRecordsErrors(t *testing.T) {
	_, err := ReadRecords(mapFS(map[string]string{
		"organizations/a.yaml": "id: a\nname: A\nkind: firm\norigins:\n  - {country: cn, basis: headquartered}\n  - country: CN\n    basis: registered\n    since: 2010-13\nreviewed: 2026-01-01\n",
		"organizations/b.yaml": "id: c\nname: B\nkind: company\ncolour: red\n",
		"organizations/d.yaml": "id: e\nname: \"\"\nkind: company\nowners:\n  - {kind: equity}\n  - {organization: x, state: CN, kind: equity}\n  - {organization: X Y, share: much, kind: equity}\n",
		"projects/p.yaml":      "id: p\nname: P\nidentifiers:\n  - {kind: org-name, value: P}\n  - {kind: purl, value: \"\", role: sdk}\n",
		"projects/q.yaml":      "id: q\nname: Q\nidentifiers:\n  - {kind: purl, value: pkg:npm/q, role: boss}\n  - {kind: mail, value: q}\n",
		"lists/l.yaml":         "id: m\nedition: \"\"\nentries:\n  - {name: N, kind: person, effective: soon}\n",
	}))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"organizations/a.yaml:3: kind: \"firm\" is not one of company,",
		"organizations/a.yaml:5: origins/0/country: \"cn\" is not an ISO",
		"organizations/a.yaml:8: origins/1/since: \"2010-13\" is not a date",
		"organizations/b.yaml:4: ",
		"organizations/d.yaml:1: id: id \"e\" is not the file's name \"d\"",
		"organizations/d.yaml:2: name: empty name",
		"organizations/d.yaml:5: owners/0: want exactly one of organization and state",
		"organizations/d.yaml:6: owners/1: want exactly one",
		"organizations/d.yaml:7: owners/2/organization: \"X Y\" is not an id",
		"organizations/d.yaml:7: owners/2/share: share \"much\"",
		"projects/p.yaml:4: identifiers/0/kind: \"org-name\" is not one of",
		"projects/p.yaml:5: identifiers/1/value: empty value",
		"projects/q.yaml:4: \"boss\" is no role: want manufacturer, brand,",
		"projects/q.yaml:5: \"mail\" is no kind of claim: want purl,",
		"lists/l.yaml:1: id: the file's name \"l\" does not start",
		"lists/l.yaml:2: edition: empty edition",
		"lists/l.yaml:4: entries/0/kind: \"person\" is not one of",
		"lists/l.yaml:4: entries/0/effective: \"soon\" is not a date",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no error %q in:\n%v", want, err)
		}
	}
}

func TestReadRecordsOfBrokenDirectory(t *testing.T) {
	r, err := ReadRecords(mapFS(map[string]string{
		"organizations/southwind.yaml": southwind,
		"organizations/a.yaml":         "id: b\nname: A\nkind: company\nreviewed: 2026-01-01\n",
	}))
	if err == nil || len(r.Organizations) != 1 || r.Organization("southwind") == nil || r.Organization("b") != nil {
		t.Errorf("got %d records and error %v; want an error and the record that is well formed", len(r.Organizations), err)
	}
}

func TestRecordsWhere(t *testing.T) {
	r := mustRead(t, map[string]string{"organizations/northwind.yaml": northwind})
	for part, want := range map[string]int{"": 1, "kind": 3, "names/1": 6, "names/1/to": 6, "origins/1": 11, "sources/reg": 19, "sources/none": 18, "names/9": 4} {
		file, line := r.Where("organizations/northwind", part)
		if file != "organizations/northwind.yaml" || line != want {
			t.Errorf("Where(%q) = %s:%d, want line %d", part, file, line, want)
		}
	}
}

func TestOverlay(t *testing.T) {
	base := mustRead(t, map[string]string{
		"organizations/northwind.yaml":  northwind,
		"organizations/southwind.yaml":  southwind,
		"lists/zz-list-2024-01-01.yaml": listOld,
	})
	over := mustRead(t, map[string]string{
		// A correction of one record, a retraction of another, a new one, and
		// another edition of the list.
		"organizations/northwind.yaml":  strings.Replace(northwind, "kind: domain, value: northwind.example", "kind: domain, value: northwind.test", 1),
		"organizations/southwind.yaml":  southwind + "retracted: {date: 2026-05-01, reason: it never existed}\n",
		"organizations/westwind.yaml":   "id: westwind\nname: Westwind\nkind: company\nidentifiers: [{kind: literal, value: NorthStar, uncited: true}]\nreviewed: 2026-01-01\n",
		"lists/zz-list-2025-01-01.yaml": strings.NewReplacer(`"2024-01-01"`, `"2025-01-01"`, "[northwind]", "[westwind]").Replace(listOld),
	})
	over.Name = "ours"
	db := Overlay(base, over)
	answers := func(kind sbom.ClaimKind, value string) string {
		var ids []string
		for _, m := range db.Lookup(kind, Key(kind, value)) {
			ids = append(ids, m.Organization)
		}
		return strings.Join(ids, " ")
	}
	if got := answers(sbom.LiteralMark, "NorthStar"); got != "northwind westwind" {
		t.Errorf("NorthStar points to %q, want northwind and westwind", got)
	}
	if got := answers(sbom.Domain, "northwind.example") + "|" + answers(sbom.Domain, "northwind.test"); got != "|northwind" {
		t.Errorf("domains point to %q: the overlay's record must replace the base's whole", got)
	}
	if db.Organization("southwind") != nil {
		t.Error("a record that the overlay retracts is still answered")
	}
	if len(db.Listings("northwind")) != 0 || len(db.Listings("westwind")) != 1 {
		t.Errorf("listings %v and %v: the overlay's list must replace the base's", db.Listings("northwind"), db.Listings("westwind"))
	}
	e := db.Edition()
	if e.SHA256 != base.Edition().SHA256 || len(e.Overlays) != 1 || !strings.HasPrefix(e.Overlays[0], "ours@") {
		t.Errorf("edition %+v: want the base's digest and the overlay named", e)
	}
	var texts []string
	for _, l := range db.(LiteralSource).Literals() {
		texts = append(texts, l.Text)
	}
	if got := strings.Join(texts, " "); got != "northwind.test NW_SDK_ NorthStar" {
		t.Errorf("literals %q", got)
	}
	if got := strings.Join(db.(Lister).OrganizationIDs(), " "); got != "northwind westwind" {
		t.Errorf("organizations %q", got)
	}
	if base.Lookup(sbom.Domain, "northwind.example") == nil {
		t.Error("the overlay changed its base")
	}
}
