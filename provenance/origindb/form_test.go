package origindb

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/flattable"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// The encoding of records in which every field is set has one digest for each
// form. Another digest under the same number is a file that programs take for
// what it is not: give the form another number, and read the earlier ones on.
func TestFormHasOneEncoding(t *testing.T) {
	digests := map[int]string{
		formUnaffiliated: "b35e03b5b72fd6a3",
		formShared:       "9bfcfb0a24322dbd",
		formPackages:     "9bfcfb0a24322dbd", // only registries and packages differ
		formPrefixes:     "b94c4fe61209ca94", // texts of the table differ too: see TestSharedTexts
		formWords:        "c573a77df9bd5934",
	}
	if digests[formNow] == "" {
		t.Errorf("no digest for form %d", formNow)
	}
	var (
		n   int
		o   provenance.Organization
		p   provenance.Project
		l   provenance.List
		lit sbom.Literal
	)
	for _, record := range []any{&o, &p, &l, &lit} {
		fill(reflect.ValueOf(record).Elem(), &n)
	}
	for form, want := range digests {
		e := encoder{form: form}
		e.organization(&o)
		e.project(&p)
		e.list(&l)
		e.literal(lit)
		sum := sha256.Sum256(e.b)
		if got := hex.EncodeToString(sum[:8]); got != want {
			t.Errorf("form %d encodes the records as %s, and was %q before", form, got, want)
		}
	}
}

// edition compiles records as an earlier program did, into a form, and names
// the form in its way.
func edition(t *testing.T, records *provenance.Records, form int, named string) string {
	t.Helper()
	data, err := build(records, nil, form)
	if err != nil {
		t.Fatal(err)
	}
	f, err := flattable.Open(string(data))
	if err != nil {
		t.Fatal(err)
	}
	var b flattable.Builder
	for _, name := range f.Names() {
		table := f.Table(name)
		for i := range table.Len() {
			value := []byte(table.ValueAt(i))
			if name == metaTable && table.Key(i) == "format" {
				value = []byte(named)
			}
			if err := b.Add(name, table.Key(i), value); err != nil {
				t.Fatal(err)
			}
		}
	}
	out, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// A text of a source stands where it is, in the table of texts, or begins with
// one of the table; each form has one way to write each.
func TestSharedTexts(t *testing.T) {
	long := strings.Repeat("x", maxPrefix) + "/"
	const name = "registry: Example Ltd."
	table := []string{"https://example.org/records/", "the whole of it", long}
	shared := map[string]int{}
	var b flattable.Builder
	for i, s := range table {
		shared[s] = i
		if err := b.Add(textTable, string(binary.BigEndian.AppendUint32(nil, uint32(i))), []byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	data, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	f, err := flattable.Open(string(data))
	if err != nil {
		t.Fatal(err)
	}
	texts := f.Table(textTable)
	for _, test := range []struct {
		form int
		text string
		want string
	}{
		{formShared, "the whole of it", "\x02"},
		{formShared, "https://example.org/records/7", "\x00\x1dhttps://example.org/records/7"},
		{formPrefixes, "the whole of it", "\x04"},
		{formPrefixes, "https://example.org/records/7", "\x01\x017"},
		{formPrefixes, "https://example.org/records/", "\x02"},
		{formPrefixes, "https://example.org/other/7", "\x00\x1bhttps://example.org/other/7"},
		{formPrefixes, "", "\x00\x00"},
		{formPrefixes, long + "y", "\x00\x82\x02" + long + "y"},
		{formWords, "the whole of it", "\x05"},
		{formWords, "https://example.org/records/7", "\x02\x017"},
		{formWords, "https://example.org/records/", "\x01"},
		{formWords, "https://example.org/other/7", "\x6chttps://example.org/other/7"},
		{formWords, "Example Ltd.", "\x2b"},
		{formWords, "td.", "\x0ctd."},
		{formWords, "", "\x00"},
		{formWords, long + "y", "\x88\x08" + long + "y"},
	} {
		e := encoder{form: test.form, shared: shared}
		e.sharedText(test.text, name)
		if string(e.b) != test.want {
			t.Errorf("form %d, %q: %q, want %q", test.form, test.text, e.b, test.want)
		}
		d := decoder{s: string(e.b), form: test.form, shared: &texts}
		if got := d.sharedText(name); got != test.text || d.damaged || d.at != len(d.s) {
			t.Errorf("form %d, %q: read as %q, damaged %t", test.form, test.text, got, d.damaged)
		}
	}
	// A long beginning in front of many short texts would be a bomb.
	for form, damaged := range map[int][]string{
		formPrefixes: {"\x05\x01y", "\x07\x01y", "\x08", "\x01\x09y"},
		formWords:    {"\x0a\x01y", "\x0e\x01y", "\x0d", "\x02\x09y", "\x08y", "\x5f"},
	} {
		for _, s := range damaged {
			d := decoder{s: s, form: form, shared: &texts}
			if got := d.sharedText(name); !d.damaged {
				t.Errorf("form %d: %q is read as %q", form, s, got)
			}
		}
	}
}

// A word stands where it is, or in the table of words.
func TestWords(t *testing.T) {
	var b flattable.Builder
	if err := b.Add(wordTable, "\x00\x00\x00\x00", []byte("developer")); err != nil {
		t.Fatal(err)
	}
	data, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	f, err := flattable.Open(string(data))
	if err != nil {
		t.Fatal(err)
	}
	words := f.Table(wordTable)
	for _, test := range []struct {
		form       int
		word, want string
	}{
		{formPrefixes, "developer", "\x09developer"},
		{formWords, "developer", "\x01"},
		{formWords, "owner", "\x0aowner"},
		{formWords, "", "\x00"},
	} {
		e := encoder{form: test.form, words: map[string]int{"developer": 0}}
		e.word(test.word)
		if string(e.b) != test.want {
			t.Errorf("form %d, %q: %q, want %q", test.form, test.word, e.b, test.want)
		}
		d := decoder{s: string(e.b), form: test.form, words: &words}
		if got := d.word(); got != test.word || d.damaged || d.at != len(d.s) {
			t.Errorf("form %d, %q: read as %q, damaged %t", test.form, test.word, got, d.damaged)
		}
	}
	for _, s := range []string{"\x03", "\x0aowne", ""} {
		d := decoder{s: s, words: &words}
		if got := d.word(); !d.damaged {
			t.Errorf("%q is read as %q", s, got)
		}
	}
}

// A file of an earlier form says what its records say, in all ways to ask, so
// that editions can be compared.
func TestEarlierForms(t *testing.T) {
	records, _ := small(t)
	for _, test := range []struct {
		name  string
		form  int
		named string
	}{{"first", formFirst, "1"}, {"first, with the field", formUnaffiliated, "1"}, {"second", formUnaffiliated, "2"}, {"third", formShared, "3"}, {"fourth", formPackages, "4"}, {"fifth", formPrefixes, "5"}, {"sixth", formWords, "6"}} {
		db, err := Read(edition(t, records, test.form, test.named))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		compareDatabases(t, db, records, nil)
		changes, err := Diff(records, db)
		if err != nil || len(changes) != 0 {
			t.Errorf("%s: changes %v, error %v; want none", test.name, changes, err)
		}
	}
}

// What this program cannot read it says once, with what to do.
func TestOtherForms(t *testing.T) {
	records, _ := small(t)
	for form, want := range map[string]string{
		"7":   "form 7, and this program reads forms 1 to 6: it was written by a later version of this program; update the program, or build the file",
		"99":  "form 99",
		"0":   "is none",
		"new": "is none",
	} {
		_, err := Read(edition(t, records, formNow, form))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), "\n") > 0 || strings.Contains(err.Error(), "damaged") {
			t.Errorf("form %s: %v; want one line with %q", form, err, want)
		}
	}
}

// Damage all over a file is an error of a few lines, which says how much more
// there is.
func TestDamageIsCounted(t *testing.T) {
	records, err := provenance.ReadRecords(os.DirFS("data"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := Build(records, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := flattable.Open(string(data))
	if err != nil {
		t.Fatal(err)
	}
	var b flattable.Builder
	for _, name := range f.Names() {
		table := f.Table(name)
		for i := range table.Len() {
			value := table.ValueAt(i)
			if name == orgTable {
				value = value[:len(value)/2]
			}
			if err := b.Add(name, table.Key(i), []byte(value)); err != nil {
				t.Fatal(err)
			}
		}
	}
	cut, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	_, err = Read(string(cut))
	if err == nil || strings.Count(err.Error(), "\n") > 6 || !strings.Contains(err.Error(), "more places") {
		t.Errorf("%v; want a few places and a count", err)
	}
}
