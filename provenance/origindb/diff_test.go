package origindb

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/provenance"
)

func readRecords(t *testing.T, files map[string]string) *provenance.Records {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	r, err := provenance.ReadRecords(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDiff(t *testing.T) {
	const aa = `id: aa
name: Aa
kind: company
names:
  - {name: Aa Works, uncited: true}
origins:
  - {country: PT, basis: headquartered, until: 2019, sources: [one]}
  - {country: ES, basis: headquartered, since: 2019, sources: [one]}
owners:
  - {organization: bb, kind: equity, share: "60", uncited: true}
identifiers:
  - {kind: usb, value: "1234", uncited: true}
  - {kind: usb, value: "5678", uncited: true}
sources:
  one: {url: "https://aa.example/", title: Aa, retrieved: 2026-01-01, says: gives the seat}
reviewed: 2026-01-01
`
	const bb = "id: bb\nname: Bb\nkind: company\nreviewed: 2026-01-01\n"
	older := map[string]string{"organizations/aa.yaml": aa, "organizations/bb.yaml": bb}

	// A review, another name of a source and another order change no fact.
	same := strings.NewReplacer("[one]", "[two]", "  one:", "  two:", "reviewed: 2026-01-01", "reviewed: 2026-05-01",
		"  - {kind: usb, value: \"1234\", uncited: true}\n  - {kind: usb, value: \"5678\", uncited: true}\n",
		"  - {kind: usb, value: \"5678\", uncited: true}\n  - {kind: usb, value: \"1234\", uncited: true}\n").Replace(aa)
	changes, err := Diff(readRecords(t, older), readRecords(t, map[string]string{"organizations/aa.yaml": same, "organizations/bb.yaml": bb}))
	if err != nil || len(changes) != 0 {
		t.Errorf("changes %v, error %v; want none", changes, err)
	}

	newer := strings.NewReplacer(
		`share: "60"`, `share: "51"`,
		"basis: headquartered, since: 2019, sources: [one]", "basis: headquartered, since: 2019, sources: [one], retracted: {date: 2026-02-01, reason: it never moved}",
		"  - {name: Aa Works, uncited: true}\n", "  - {name: Aa Works, uncited: true}\n  - {name: Aa Group, uncited: true}\n",
		"  - {kind: usb, value: \"5678\", uncited: true}\n", "",
	).Replace(aa)
	changes, err = Diff(readRecords(t, older), readRecords(t, map[string]string{
		"organizations/aa.yaml": newer,
		"organizations/cc.yaml": "id: cc\nname: Cc\nkind: company\nreviewed: 2026-01-01\n"}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, string(c.Kind)+" "+c.Record+" "+c.Fact)
		if (c.Old == "") != (c.Kind == Added) || (c.New == "") != (c.Kind == Removed) {
			t.Errorf("%+v: old and new do not fit the kind", c)
		}
		if c.Kind == Changed && (!strings.Contains(c.Old, `"60"`) || !strings.Contains(c.New, `"51"`)) {
			t.Errorf("%+v does not show both shares", c)
		}
		if strings.Contains(c.Fact, "origin") && !strings.Contains(c.Old, "https://aa.example/") {
			t.Errorf("%+v does not say what the fact cited", c)
		}
	}
	want := []string{
		"removed organizations/aa identifier usb 5678",
		"added organizations/aa name Aa Group",
		"removed organizations/aa origin ES headquartered",
		"changed organizations/aa owner bb  equity",
		"removed organizations/bb record",
		"added organizations/cc record",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The compiled database and the records that it was compiled from state the
// same facts.
func TestDiffOfCompiled(t *testing.T) {
	records, data := small(t)
	db, err := Read(string(data))
	if err != nil {
		t.Fatal(err)
	}
	changes, err := Diff(records, db)
	if err != nil || len(changes) != 0 {
		t.Errorf("changes %v, error %v", changes, err)
	}
}
