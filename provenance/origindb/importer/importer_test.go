package importer

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb/lint"
	"github.com/touchmark-dev/touchmark/sbom"
)

// The samples have the shape of the published files; their companies are made
// up.

func TestIEEE(t *testing.T) {
	const oui = "\xef\xbb\xbfRegistry,Assignment,Organization Name,Organization Address\r\n" +
		"MA-L,0A1B2C,\"Northwind Radio Co.,Ltd\",\"Rua 1  Porto  PT 4000-001 \"\r\n" +
		"MA-L,0a1b2d,Private,\r\n" +
		"MA-L,0A1B2E,\"Southwind \"\"Labs\"\"  Inc\",\"12 IN Street  London  GB SW1A 1AA \"\r\n"
	const mam = "Registry,Assignment,Organization Name,Organization Address\r\nMA-M,0A1B2C3,Eastwind,Plot 7 ZZ Zone\r\n"
	var b bytes.Buffer
	if err := IEEE(&b, strings.NewReader(oui), strings.NewReader(mam)); err != nil {
		t.Fatal(err)
	}
	want := "prefix\torganisation\tcountry_iso2\n0A1B2C\tNorthwind Radio Co.,Ltd\tPT\n0A1B2E\tSouthwind \"Labs\" Inc\tGB\n0A1B2C3\tEastwind\t\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &b, want)
	}
	if err := IEEE(io.Discard, strings.NewReader("a,b\n1,2\n")); err == nil || !strings.Contains(err.Error(), `no column "Assignment"`) {
		t.Errorf("a file with other columns: %v", err)
	}
	if err := IEEE(io.Discard, strings.NewReader("Registry,Assignment,Organization Name,Organization Address\nMA-L,\"x\n")); err == nil {
		t.Error("a damaged file is read without an error")
	}
}

func TestBluetoothAndVendors(t *testing.T) {
	var b bytes.Buffer
	if err := Bluetooth(&b, strings.NewReader("company_identifiers:\n  - value: 0x0F1F\n    name: 'Northwind'\n  - value: 0x0001\n    name: 'South\twind'\n")); err != nil {
		t.Fatal(err)
	}
	if want := "code_hex\torganisation\n0x0F1F\tNorthwind\n0x0001\tSouth wind\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	for _, bad := range []string{"", "x: 1\n", "company_identifiers:\n  - value: 0x10000\n    name: A\n", "company_identifiers: ["} {
		if err := Bluetooth(io.Discard, strings.NewReader(bad)); err == nil {
			t.Errorf("%q is read without an error", bad)
		}
	}
	b.Reset()
	const ids = "# comment\n1d0a  Northwind\n\t0001  Product\n1d0b  Southwind, Inc.\n\n# List of known device classes\nC 00  (Defined at Interface level)\n\t01  Audio\nAT 0100  USB Undefined\n"
	if err := Vendors(&b, strings.NewReader(ids)); err != nil {
		t.Fatal(err)
	}
	if want := "id\torganisation\n1d0a\tNorthwind\n1d0b\tSouthwind, Inc.\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	if err := Vendors(io.Discard, strings.NewReader("<html>")); err == nil {
		t.Error("a page is read as a list of vendors")
	}
}

var head = provenance.List{ID: "zz-list", Title: "T", Publisher: "P", Authority: "A", URL: "https://example.com/", Edition: "1", Complete: true,
	Transcribed: "imported", Reviewed: "2026-01-01",
	Sources: map[string]provenance.Source{"file": {URL: "https://example.com/list", Title: "L", Retrieved: "2026-01-01", Says: "the list"}}}

// The list is a record that can be read again and that lint accepts.
func checkList(t *testing.T, l *provenance.List) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteList(&b, l); err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{"lists/zz-list-1.yaml": &fstest.MapFile{Data: b.Bytes()}}
	r, err := provenance.ReadRecords(fsys)
	if err != nil {
		t.Fatalf("%v in\n%s", err, &b)
	}
	if diff := cmp.Diff(*l, r.Lists[0]); diff != "" {
		t.Errorf("written and read again (-want +got):\n%s", diff)
	}
	problems, err := lint.Check(fsys, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range lint.Errors(problems) {
		if p.Rule != "no-record" {
			t.Error(p)
		}
	}
}

func TestScreeningList(t *testing.T) {
	const file = `{"search_performed_at":"2026-08-01T00:00:00.000+00:00","sources_used":[{"source":"Entity List (EL) - Bureau of Industry and Security"}],
"total":6,"results":[
{"id":"1","source":"Entity List (EL) - Bureau of Industry and Security","type":null,"programs":[],"name":"Northwind Radio Co., Ltd.","alt_names":["NWR"],
 "addresses":[{"address":"1 Rua","city":"Porto","country":"PT"}],"federal_register_notice":"84 FR 22961","start_date":"2019-05-21","end_date":null,"license_requirement":"For all items subject to the EAR"},
{"id":"2","source":"Entity List (EL) - Bureau of Industry and Security","type":null,"name":"Jane Doe","start_date":"2019-05-21"},
{"id":"3","source":"Specially Designated Nationals (SDN) - Treasury Department","type":"Entity","programs":["RUSSIA-EO14024"],"name":"SOUTHWIND","start_date":null},
{"id":"4","source":"Specially Designated Nationals (SDN) - Treasury Department","type":"Individual","name":"DOE, Corp"},
{"id":"5","source":"Specially Designated Nationals (SDN) - Treasury Department","type":"Vessel","name":"WINDY"},
{"id":"6","source":"Entity List (EL) - Bureau of Industry and Security","type":null,"name":"Eastwind Research Institute","start_date":"8/14/2020","end_date":"2024-01-01"}
]}`
	l, skipped, err := ScreeningList(strings.NewReader(file), "Entity List (EL)", head)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range l.Entries {
		got = append(got, fmt.Sprintf("%s|%s|%s|%s|%s", e.Name, e.Effective, e.Ended, e.Paragraph, e.Scope))
	}
	want := []string{"Northwind Radio Co., Ltd.|2019-05-21||84 FR 22961|For all items subject to the EAR", "Eastwind Research Institute|2020-08-14|2024-01-01||"}
	if !cmp.Equal(got, want) {
		t.Errorf("entries %q, want %q", got, want)
	}
	if skipped != (Skipped{Persons: 1}) || l.Complete {
		t.Errorf("skipped %+v, complete %v: want one person, and no claim of completeness", skipped, l.Complete)
	}
	checkList(t, l)

	l, skipped, err = ScreeningList(strings.NewReader(file), "Specially Designated", head)
	if err != nil || len(l.Entries) != 1 || l.Entries[0].Name != "SOUTHWIND" || skipped != (Skipped{Persons: 1, Other: 1}) || !l.Complete {
		t.Errorf("%+v, %+v, %v", l, skipped, err)
	}
	for _, bad := range []string{"", "[]", `{"results":{}}`, `{"total":0}`, `{"results":[{"name":1}]}`, `{"results":[]}`} {
		if _, _, err := ScreeningList(strings.NewReader(bad), "Entity List", head); err == nil {
			t.Errorf("%q is read without an error", bad)
		}
	}
}

// No person of the Entity List is taken for a body.
func TestNamesBody(t *testing.T) {
	for _, person := range []string{"Jane Doe", "Iyad Ag Example", "Abu al-As Example", "Marine Example", "Example Co", "Dr. John Example Jr.", "General John Example"} {
		if namesBody(person) {
			t.Errorf("%q is taken for a body", person)
		}
	}
	for _, body := range []string{"Example Technology", "44th Research Institute of Example", "Example, Ltd.", "OOO Example", "University of Example", "Example (Shanghai) Electronics"} {
		if !namesBody(body) {
			t.Errorf("%q is not taken for a body", body)
		}
	}
}

func TestLines(t *testing.T) {
	const file = "# Entities identified under section 9999\n\n1. Northwind Radio Co., Ltd. (NWR)\n• Southwind\t2025-01-07\n(a) Eastwind Inc.\t2024-01-31\t2025-01-07\r\n360 Security\n"
	l, err := Lines(strings.NewReader(file), "2026-06-08", head)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range l.Entries {
		got = append(got, fmt.Sprintf("%s|%s|%s", e.Name, e.Effective, e.Ended))
	}
	want := []string{"Northwind Radio Co., Ltd. (NWR)|2026-06-08|", "Southwind|2025-01-07|", "Eastwind Inc.|2024-01-31|2025-01-07", "360 Security|2026-06-08|"}
	if !cmp.Equal(got, want) {
		t.Errorf("entries %q, want %q", got, want)
	}
	checkList(t, l)
	for bad, want := range map[string]string{
		"":                  "no names",
		"A\tsoon\n":         "line 1",
		"A\n\nA\n":          `line 3: "A" is in line 1 too`,
		"A\t2020\t2021\t22": "line 1",
	} {
		if _, err := Lines(strings.NewReader(bad), "2026", head); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", bad, err, want)
		}
	}
}

func database() *provenance.Records {
	return &provenance.Records{Organizations: []provenance.Organization{
		{ID: "northwind", Name: "Northwind Radio Co., Ltd.", Kind: provenance.Company,
			Identifiers: []provenance.Identifier{{Kind: sbom.LEI, Value: "529900T8BM49AURSDO55"}}},
		{ID: "southwind", Name: "Southwind", Kind: provenance.Company},
		{ID: "westwind-a", Name: "Westwind", Kind: provenance.Company},
		{ID: "westwind-b", Name: "Westwind Inc", Kind: provenance.Company},
		{ID: "eastwind", Name: "Eastwind Group", Kind: provenance.Company, Names: []provenance.Name{{Name: "Eastwind", Weak: true}}},
	}}
}

func TestJoinEntries(t *testing.T) {
	entry := func(name string, orgs ...string) provenance.ListEntry {
		return provenance.ListEntry{Name: name, Kind: provenance.EntityEntry, Organizations: orgs}
	}
	older := &provenance.List{Entries: []provenance.ListEntry{entry("NWR", "northwind"), entry("Other")}}
	l := &provenance.List{Entries: []provenance.ListEntry{entry("NWR"), entry("SOUTHWIND, Inc."), entry("Westwind"), entry("Eastwind"),
		{Name: "Southwind", Kind: provenance.CategoryEntry}}}
	proposed := JoinEntries(l, older, database())
	if want := []Join{{"SOUTHWIND, Inc.", "southwind"}}; !cmp.Equal(proposed, want) {
		t.Errorf("proposed %v, want %v: an ambiguous and a weak name propose nothing", proposed, want)
	}
	if !cmp.Equal(l.Entries[0].Organizations, []string{"northwind"}) {
		t.Errorf("the join of the older edition is lost: %v", l.Entries[0])
	}
	if l.Entries[1].Organizations != nil {
		t.Error("a proposal was taken for a join")
	}
}

func TestGLEIF(t *testing.T) {
	const level1 = `"LEI","Entity.LegalName","Entity.LegalName.xmllang","Entity.LegalAddress.Country","Entity.HeadquartersAddress.Country","Entity.LegalJurisdiction","Entity.EntityStatus"
"529900T8BM49AURSDO55","Nordwind Funk","de","KY","PT","KY","ACTIVE"
"5493001KJTIIGC8Y1R12","SOUTHWIND INC.","en","US","US","US-DE","ACTIVE"
"969500AAAAAAAAAAAA01","Westwind","en","US","US","US","ACTIVE"
"969500AAAAAAAAAAAA02","Nobody We Know","en","US","US","US","ACTIVE"
`
	const level2 = `"Relationship.StartNode.NodeID","Relationship.StartNode.NodeIDType","Relationship.EndNode.NodeID","Relationship.EndNode.NodeIDType","Relationship.RelationshipType","Relationship.RelationshipStatus","Relationship.Period.1.startDate"
"5493001KJTIIGC8Y1R12","LEI","529900T8BM49AURSDO55","LEI","IS_DIRECTLY_CONSOLIDATED_BY","ACTIVE","2018-01-01T00:00:00Z"
"5493001KJTIIGC8Y1R12","LEI","969500AAAAAAAAAAAA02","LEI","IS_ULTIMATELY_CONSOLIDATED_BY","ACTIVE",""
"5493001KJTIIGC8Y1R12","LEI","969500AAAAAAAAAAAA02","LEI","IS_DIRECTLY_CONSOLIDATED_BY","INACTIVE",""
"529900T8BM49AURSDO55","LEI","969500AAAAAAAAAAAA02","LEI","IS_FUND-MANAGED_BY","ACTIVE",""
`
	got, err := GLEIF(strings.NewReader(level1), strings.NewReader(level2), database())
	if err != nil {
		t.Fatal(err)
	}
	want := []Proposal{
		{Organization: "northwind", LEI: "529900T8BM49AURSDO55", Name: "Nordwind Funk", Status: "ACTIVE", Registered: "KY", Headquartered: "PT"},
		{Organization: "southwind", ByName: true, LEI: "5493001KJTIIGC8Y1R12", Name: "SOUTHWIND INC.", Status: "ACTIVE", Registered: "US", Headquartered: "US",
			Parents: []Parent{{LEI: "529900T8BM49AURSDO55", Since: "2018-01-01", Organization: "northwind"}, {LEI: "969500AAAAAAAAAAAA02", Ultimate: true}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := GLEIF(strings.NewReader("x,y\n"), nil, database()); err == nil || !strings.Contains(err.Error(), "level 1") {
		t.Errorf("a file with other columns: %v", err)
	}
}

func FuzzLists(f *testing.F) {
	f.Add(`{"results":[{"source":"Entity List","name":"A Ltd","start_date":"2020-01-01"}]}`)
	f.Add("1. A\t2020\n")
	f.Fuzz(func(t *testing.T, s string) {
		if l, _, err := ScreeningList(strings.NewReader(s), "Entity List", head); err == nil && len(l.Entries) == 0 {
			t.Error("a list without entries and without an error")
		}
		if l, err := Lines(strings.NewReader(s), "2026", head); err == nil {
			if err := WriteList(io.Discard, l); err != nil {
				t.Errorf("a list that was read cannot be written: %v", err)
			}
		}
	})
}
