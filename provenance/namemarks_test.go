package provenance

import (
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// TestNameMarks: the names of makers of hardware are looked for, those that are
// known by an identifier and those whom IEEE's registry names; one of three letters
// with its legal form or a sign, and no common word.
func TestNameMarks(t *testing.T) {
	usb := []Identifier{{Kind: sbom.USB, Value: "1d6b"}}
	ieee := map[string]Source{"ieee": {Registry: "ieee", Revision: "2.1.9", Key: "000B82"}}
	for _, test := range []struct {
		name    string
		ids     []Identifier
		sources map[string]Source
		want    string
	}{
		{"Northwind Inc.", usb, nil, "northwind"},
		{"North-Wind Inc.", usb, nil, "northwind|north-wind|north_wind"},
		{"Northwind Inc.", nil, ieee, "northwind"},
		{"Northwind Inc.", nil, map[string]Source{"fd": {Registry: "financedatabase"}}, ""},
		{"NWR Corporation", usb, nil, "nwr corporation|_nwr|nwr_| nwr|nwr |/nwr|nwr/|=nwr"},
		{"Nwnd, Inc.", usb, nil, "nwnd"}, // the comma stands in the text too
		{"Nwnd Inc.", usb, nil, "nwnd inc|nwnd"},
		{"Nwnd Radio Inc.", usb, nil, ""},
		{"NWR", usb, nil, "_nwr|nwr_| nwr|nwr |/nwr|nwr/|=nwr"},
		{"Nice S.p.A.", usb, nil, ""},
		{"NW", usb, nil, ""},
		{"Arm Limited", usb, nil, ""},
		{"Router Inc.", usb, nil, ""},
	} {
		var got []string
		for _, l := range nameMarks(&Organization{ID: "x", Name: test.name, Kind: Company, Identifiers: test.ids, Sources: test.sources}) {
			got = append(got, l.Text)
		}
		if s := strings.Join(got, "|"); s != test.want {
			t.Errorf("%s: %q is looked for, want %q", test.name, s, test.want)
		}
	}
}

// TestNameMarkRole: the name of one who builds devices for others is no brand.
// However a record spells a name, it is one, and a scanner counts it as one.
func TestNameMarkOneValue(t *testing.T) {
	o := &Organization{ID: "x", Name: "North-Wind Corporation", Kind: Company, Identifiers: []Identifier{{Kind: sbom.USB, Value: "1d6b"}}, Names: []Name{{Name: "NORTHWIND"}}}
	list := nameMarks(o)
	for _, l := range list {
		if l.Value != "North-Wind Corporation" {
			t.Errorf("%s has the value %q", l.Text, l.Value)
		}
	}
	if len(list) != 3 {
		t.Errorf("%d marks, want 3", len(list))
	}
}

func TestNameMarkRole(t *testing.T) {
	mark := func(roles ...sbom.Role) []Identifier {
		var ids []Identifier
		for _, r := range roles {
			ids = append(ids, Identifier{Kind: sbom.LiteralMark, Value: "northwind_", Role: r})
		}
		return ids
	}
	for _, test := range []struct {
		ids  []Identifier
		want sbom.Role
	}{
		{mark(sbom.ODM), sbom.ODM},
		{mark(sbom.ODM, sbom.Brand), sbom.Brand},
		{mark(sbom.ODM, sbom.SDK), sbom.ODM},
		{mark(sbom.SDK), sbom.Silicon},
		{mark(sbom.Manufacturer), sbom.Brand},
	} {
		list := nameMarks(&Organization{ID: "x", Name: "Northwind Inc.", Kind: Company, Identifiers: test.ids})
		if len(list) != 1 || list[0].Role != test.want {
			t.Errorf("%v: %v, want %s", test.ids, list, test.want)
		}
	}
}
