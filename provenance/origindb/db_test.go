package origindb

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb/lint"
	"github.com/touchmark-dev/touchmark/sbom"
)

func TestEmbeddedIsCurrent(t *testing.T) {
	want, err := BuildDir(os.DirFS("data"), Name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, []byte(embedded)) {
		t.Error("origindb.flat is not what data compiles to: run go generate ./provenance/origindb")
	}
}

func TestDataIsClean(t *testing.T) {
	problems, err := lint.Check(os.DirFS("data"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range lint.Errors(problems) {
		t.Error(p)
	}
}

func openEmbedded(t testing.TB) *DB {
	t.Helper()
	db, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// The records in memory are the slow and obvious implementation. Every answer
// of the compiled database must be theirs.
func TestAgainstRecords(t *testing.T) {
	records, err := provenance.ReadRecords(os.DirFS("data"))
	if err != nil {
		t.Fatal(err)
	}
	db := openEmbedded(t)
	if err := db.Verify(); err != nil {
		t.Fatal(err)
	}
	registries, err := ReadRegistries(os.DirFS("data"))
	if err != nil {
		t.Fatal(err)
	}
	compareDatabases(t, db, records, registries)
}

func compareDatabases(t *testing.T, db *DB, records *provenance.Records, registries *Registries) {
	t.Helper()
	same := func(what string, got, want any) {
		t.Helper()
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s differs (-records +compiled):\n%s", what, diff)
		}
	}
	same("OrganizationIDs", db.OrganizationIDs(), records.OrganizationIDs())
	same("ProjectIDs", db.ProjectIDs(), records.ProjectIDs())
	same("ListEditions", db.ListEditions(), records.ListEditions())
	same("Literals", db.Literals(), records.Literals())
	same("date", db.Edition().Date, records.Edition().Date)
	lookup := func(kind sbom.ClaimKind, value string) {
		key := provenance.Key(kind, value)
		want := records.Lookup(kind, key)
		if key != "" && len(want) == 0 {
			t.Errorf("the records do not answer %s %q, which is in one of them", kind, value)
		}
		if got := db.Lookup(kind, key); !cmp.Equal(want, got, cmpopts.EquateEmpty()) {
			same(fmt.Sprintf("Lookup(%s, %q)", kind, key), got, want)
		}
		if kind == sbom.LiteralMark || kind == sbom.OrgName {
			return
		}
		for _, miss := range []string{key + "\x00", key + "-x-not-there"} {
			if len(records.Lookup(kind, miss)) == 0 && len(db.Lookup(kind, miss)) != 0 {
				t.Errorf("Lookup(%s, %q) answers, and no record does", kind, miss)
			}
		}
	}
	both := func(names []provenance.Name, ids []provenance.Identifier, isOrg bool) {
		for _, n := range names {
			if isOrg {
				lookup(sbom.OrgName, n.Name)
			}
		}
		for _, id := range ids {
			lookup(id.Kind, id.Value)
		}
	}
	for _, id := range records.OrganizationIDs() {
		o := records.Organization(id)
		// The compiled record also cites the registries that are joined to it.
		want := *o
		if joined := registries.joinedSources(id); len(joined) > 0 {
			maps.Copy(joined, want.Sources)
			want.Sources = joined
		}
		same("Organization "+id, db.Organization(id), &want)
		same("Listings "+id, db.Listings(id), records.Listings(id))
		lookup(sbom.OrgName, o.Name)
		both(o.Names, o.Identifiers, true)
	}
	for _, id := range records.ProjectIDs() {
		p := records.Project(id)
		same("Project "+id, db.Project(id), p)
		both(p.Names, p.Identifiers, false)
	}
	for _, l := range records.ListEditions() {
		same("List "+l.ID, db.List(l.ID), records.List(l.ID))
	}
	for _, id := range []string{"", "no-such-record", "\xff"} {
		if db.Organization(id) != nil || db.Project(id) != nil || db.List(id) != nil || db.Listings(id) != nil {
			t.Errorf("%q is answered, and there is no such record", id)
		}
	}
}

// Every row of a whole registry answers with the organization to which the
// alias table joins its name, unless a record claims the key, and cites a
// source that the organization's record resolves.
func TestWholeRegistries(t *testing.T) {
	registries, err := ReadRegistries(os.DirFS("data"))
	if err != nil {
		t.Fatal(err)
	}
	records, err := provenance.ReadRecords(os.DirFS("data"))
	if err != nil {
		t.Fatal(err)
	}
	db := openEmbedded(t)
	stated := map[string]Registry{}
	for _, r := range db.Registries() {
		stated[r.ID] = r
	}
	for _, reg := range registries.set.Registries {
		if !reg.Whole || reg.Kind == 0 {
			continue
		}
		joined := 0
		for key, name := range reg.Assignments() {
			if got, from := db.Registered(reg.Kind, key); got != name || from != reg.ID {
				t.Fatalf("%s %s is registered to %q of %q, want %q", reg.ID, key, got, from, name)
			}
			org := registries.aliases[reg.ID][name]
			if org != "" {
				joined++
			}
			got := db.Lookup(reg.Kind, key)
			if want := records.Lookup(reg.Kind, key); len(want) > 0 {
				if !cmp.Equal(got, want, cmpopts.EquateEmpty()) {
					t.Fatalf("%s %s: %v, want what the records say", reg.ID, key, got)
				}
				continue
			}
			if org == "" && len(got) == 0 {
				continue
			}
			if len(got) != 1 || got[0].Organization != org || got[0].Identifier.Kind != reg.Kind || got[0].Identifier.Value != key {
				t.Fatalf("%s %s (%s): %+v, want %q", reg.ID, key, name, got, org)
			}
			src := db.Organization(org).Sources[got[0].Identifier.Sources[0]]
			if src.Registry != reg.ID || src.Key != name || src.Revision != reg.Revision {
				t.Fatalf("%s %s cites %+v", reg.ID, key, src)
			}
		}
		if s := stated[reg.ID]; s.Joined != joined || joined == 0 {
			t.Errorf("%s states %d joined rows, %d are", reg.ID, s.Joined, joined)
		}
	}
	for _, test := range []struct {
		kind sbom.ClaimKind
		key  string
		org  string
	}{{sbom.USB, "8087", "intel"}, {sbom.PCI, "10ec", "realtek"}, {sbom.Bluetooth, "000f", "broadcom"}, {sbom.DTPrefix, "rockchip", "rockchip"}, {sbom.OUI, "001018", "broadcom"}, {sbom.Zigbee, "1049", "silicon-labs"}} {
		m := db.Lookup(test.kind, test.key)
		if name, _ := db.Registered(test.kind, test.key); len(m) != 1 || m[0].Organization != test.org {
			t.Errorf("%s %s, registered to %q, answers %v, want %s", test.kind, test.key, name, m, test.org)
		}
	}
}

// A record in which every field is set, so that a new field that the codec
// forgets is noticed.
func fill(v reflect.Value, n *int) {
	switch v.Kind() {
	case reflect.String:
		*n++
		v.SetString(fmt.Sprintf("t%d", *n))
	case reflect.Uint16: // a word of package sbom; the first dozen have values
		v.SetUint(uint64(*n%12 + 1))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 3 {
			k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(k, n)
			fill(e, n)
			v.SetMapIndex(k, e)
		}
	case reflect.Pointer:
		if v.Type() == reflect.TypeFor[*provenance.Retraction]() {
			return // what is retracted is not compiled
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic("a kind of field that the test does not know: " + v.Kind().String())
	}
}

func TestCodecKeepsEveryField(t *testing.T) {
	n := 0
	roundTrip := func(record any, encode func(*encoder), decode func(*decoder) any) {
		t.Helper()
		fill(reflect.ValueOf(record).Elem(), &n)
		var e encoder
		encode(&e)
		id := reflect.ValueOf(record).Elem().FieldByName("ID").String()
		d := decoder{s: string(e.b), id: id}
		got := decode(&d)
		if d.damaged || d.at != len(d.s) {
			t.Errorf("%T: the decoder stands at %d of %d, damaged %v", record, d.at, len(d.s), d.damaged)
		}
		if diff := cmp.Diff(record, got); diff != "" {
			t.Errorf("%T (-written +read):\n%s", record, diff)
		}
		// Cut anywhere, it is damaged and nothing worse.
		for cut := range d.s {
			d := decoder{s: string(e.b[:cut]), id: id}
			if decode(&d); !d.damaged {
				t.Errorf("%T cut to %d of %d bytes is not found damaged", record, cut, len(e.b))
			}
		}
	}
	var o provenance.Organization
	roundTrip(&o, func(e *encoder) { e.organization(&o) }, func(d *decoder) any { return d.organization() })
	var p provenance.Project
	roundTrip(&p, func(e *encoder) { e.project(&p) }, func(d *decoder) any { return d.project() })
	var l provenance.List
	roundTrip(&l, func(e *encoder) { e.list(&l) }, func(d *decoder) any { return d.list() })
	var lit sbom.Literal
	roundTrip(&lit, func(e *encoder) { e.literal(lit) }, func(d *decoder) any { lit := d.literal(); return &lit })
	r := Registry{ID: "i", Title: "t", Publisher: "p", URL: "u", Licence: "l", Notice: "n", Revision: "r", Date: "2026", Kind: sbom.USB, Whole: true, Rows: 300, Joined: 200}
	var e encoder
	e.registry(r)
	if got := (&decoder{s: string(e.b)}).registry(); got != r {
		t.Errorf("registry %+v is read as %+v", r, got)
	}
}

// small is a database of a few records, with retracted ones, shared marks and
// two editions of a list.
func small(t testing.TB) (*provenance.Records, []byte) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range map[string]string{
		"organizations/aa.yaml": "id: aa\nname: Aa Works GmbH\nkind: company\nnames:\n  - {name: AA, weak: true, uncited: true}\n  - {name: Old Works, kind: former, to: 2020, uncited: true}\nidentifiers:\n  - {kind: domain, value: aa.example, corporate_mail: true, uncited: true}\n  - {kind: literal, value: Shared Brand, role: brand, uncited: true}\n  - {kind: usb, value: \"1234\", uncited: true, retracted: {date: 2026-01-01, reason: wrong}}\nreviewed: 2026-01-01\n",
		"organizations/bb.yaml": "id: bb\nname: Bb\nkind: foundation\nnames: [{name: Bb Inc, weak: true, uncited: true}]\nidentifiers:\n  - {kind: literal, value: Shared Brand, role: brand, uncited: true}\nreviewed: 2026-01-02\n",
		"organizations/cc.yaml": "id: cc\nname: Cc\nkind: company\nreviewed: 2026-01-02\nretracted: {date: 2026-01-01, reason: wrong}\n",
		"projects/pp.yaml":      "id: pp\nname: Pp\nnames: [{name: Aa Works, uncited: true}]\ncommunity: {sources: [g]}\nidentifiers: [{kind: package, value: libpp, uncited: true}]\nsources: {g: {url: \"https://pp.example/\", title: G, retrieved: 2026-01-01, says: run by many}}\nreviewed: 2026-01-01\n",
		"lists/ll-1.yaml":       "id: ll\ntitle: L\npublisher: P\nauthority: A\nurl: https://example.com/\nedition: \"1\"\ncomplete: true\ntranscribed: by hand\nentries: [{name: AA, kind: entity, organizations: [aa, bb], effective: 2020, ended: 2021, uncited: true}]\nreviewed: 2026-01-01\n",
		"lists/ll-2.yaml":       "id: ll\ntitle: L\npublisher: P\nauthority: A\nurl: https://example.com/\nedition: \"2\"\ncomplete: true\ntranscribed: by hand\nentries: [{name: BB, kind: entity, organizations: [bb], effective: 2019, uncited: true}, {name: AA, kind: entity, organizations: [aa], effective: 2021, uncited: true}]\nreviewed: 2026-01-01\n",
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	records, err := provenance.ReadRecords(fsys)
	if err != nil {
		t.Fatal(err)
	}
	records.Name = "small"
	data, err := Build(records, nil)
	if err != nil {
		t.Fatal(err)
	}
	return records, data
}

func TestSmallAgainstRecords(t *testing.T) {
	records, data := small(t)
	file := filepath.Join(t.TempDir(), "small.flat")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	compareDatabases(t, db, records, nil)
	if m := db.Lookup(sbom.USB, "1234"); len(m) != 0 {
		t.Errorf("a retracted identifier is answered: %v", m)
	}
	if db.Organization("cc") != nil {
		t.Error("a retracted record is answered")
	}
	if m := db.Lookup(sbom.OrgName, "aa works"); len(m) != 1 || m[0].Organization != "aa" {
		t.Errorf("a name of a project answers as one of an organization: %v", m)
	}
	if e := db.Edition(); e.Name != "small" || e.Date != "2026-01-02" || len(e.SHA256) != 64 {
		t.Errorf("edition %+v", e)
	}
}

func TestReadRefuses(t *testing.T) {
	_, data := small(t)
	for name, test := range map[string]struct {
		damage func([]byte) []byte
		want   string
	}{
		"empty":       {func(b []byte) []byte { return nil }, "offset 0: the file ends within its header"},
		"cut":         {func(b []byte) []byte { return b[:len(b)-1] }, "offset 8: the header says"},
		"other file":  {func(b []byte) []byte { return bytes.Repeat([]byte("PK\x03\x04"), 100) }, "this is no file of tables"},
		"changed":     {func(b []byte) []byte { b[len(b)-9] ^= 1; return b }, "offset 16: the content has SHA-256"},
		"next format": {func(b []byte) []byte { b[7]++; return b }, "offset 7: format version 3"},
	} {
		if _, err := Read(string(test.damage(bytes.Clone(data)))); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", name, err, test.want)
		}
	}
	if _, err := OpenFile(filepath.Join(t.TempDir(), "none")); err == nil || !os.IsNotExist(unwrapAll(err)) {
		t.Errorf("a missing file: %v", err)
	}
}

func unwrapAll(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		if _, isPath := err.(*os.PathError); isPath {
			return err
		}
		err = u.Unwrap()
	}
}

func TestConcurrentUse(t *testing.T) {
	_, data := small(t)
	db, err := Read(string(data))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if db.Organization("aa").Name != "Aa Works GmbH" || len(db.Listings("bb")) != 2 || db.Project("pp") == nil {
					t.Error("a wrong answer under concurrency")
				}
			}
		})
	}
	wg.Wait()
}

// FuzzDatabase damages a database below its digest. Answers may then be
// wrong; nothing may fail or run away.
func FuzzDatabase(f *testing.F) {
	_, data := small(f)
	f.Add(data)
	f.Fuzz(func(t *testing.T, b []byte) {
		b = bytes.Clone(b)
		if len(b) >= 64 {
			copy(b, data[:8])
			binary.LittleEndian.PutUint64(b[8:], uint64(len(b)))
			clear(b[48:56])
		}
		db, err := open(string(b))
		if err != nil {
			return
		}
		_ = db.Verify()
		for _, id := range append([]string{"aa", "bb"}, db.OrganizationIDs()...) {
			_, _ = db.Organization(id), db.Listings(id)
		}
		for _, id := range db.ProjectIDs() {
			_ = db.Project(id)
		}
		_, _, _, _ = db.ListEditions(), db.Literals(), db.Registries(), db.List("ll")
		for _, k := range db.keys {
			for i := range min(k.table.Len(), 100) {
				_ = db.Lookup(k.kind, k.table.Key(i))
			}
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := Open(); err != nil {
			b.Fatal(err)
		}
	}
}

// keysOf returns every key of the embedded database in random order.
func keysOf(db *DB, kinds ...sbom.ClaimKind) (keys []struct {
	kind sbom.ClaimKind
	key  string
}) {
	for _, k := range db.keys {
		for _, want := range kinds {
			if k.kind == want {
				for i := range k.table.Len() {
					keys = append(keys, struct {
						kind sbom.ClaimKind
						key  string
					}{k.kind, strings.Clone(k.table.Key(i))})
				}
			}
		}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	return keys
}

func benchmarkLookup(b *testing.B, suffix string, kinds ...sbom.ClaimKind) {
	db := openEmbedded(b)
	keys := keysOf(db, kinds...)
	for i := range keys {
		keys[i].key += suffix
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		k := keys[i%len(keys)]
		if len(db.Lookup(k.kind, k.key)) == 0 && suffix == "" {
			b.Fatal("not found: ", k)
		}
	}
}

func BenchmarkLookupPURL(b *testing.B) { benchmarkLookup(b, "", sbom.PURL) }
func BenchmarkLookupName(b *testing.B) { benchmarkLookup(b, "", sbom.OrgName) }
func BenchmarkLookupMiss(b *testing.B) { benchmarkLookup(b, "/not-there", sbom.PURL, sbom.Domain) }

func BenchmarkOrganizationDecode(b *testing.B) {
	db := openEmbedded(b)
	ids := db.OrganizationIDs()
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		d := db.record(db.orgTab, i%len(ids))
		if d.organization(); d.damaged {
			b.Fatal("damaged")
		}
	}
}
