package origindb

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// The table of literals has the literals in their order, and its search table
// finds each.
func TestLiteralTable(t *testing.T) {
	_, data := small(t)
	db, err := Read(string(data))
	if err != nil {
		t.Fatal(err)
	}
	for name, db := range map[string]*DB{"small": db, "embedded": openEmbedded(t)} {
		t.Run(name, func(t *testing.T) {
			table, want := db.LiteralTable(), db.Literals()
			got := make([]sbom.Literal, table.Len())
			for i := range got {
				got[i] = table.Literal(i)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-Literals +LiteralTable\n%s", diff)
			}
			if l := table.Literal(len(got)); l != (sbom.Literal{}) {
				t.Errorf("beyond the last literal is %v", l)
			}
			if table.Index() == "" {
				if name == "small" {
					t.Error("a database that was built has no search table")
				}
				return // TestEmbeddedIsCurrent says whether the embedded one should
			}
			index, err := bytesearch.Open(table.Index())
			if err != nil {
				t.Fatal(err)
			}
			if err := index.Verify(); err != nil {
				t.Error(err)
			}
			var text strings.Builder
			ends := map[int]int{} // of literals in the text
			for i, l := range want {
				text.WriteString(" ")
				text.WriteString(l.Text)
				ends[text.Len()] = i
			}
			found := make([]bool, len(want))
			bytesearch.Join(index).Search([]byte(text.String()), func(m bytesearch.Match) {
				if i, ok := ends[m.End]; ok && i == m.Pattern {
					found[i] = true
				}
			})
			for i, ok := range found {
				if !ok {
					t.Errorf("literal %s is not found", want[i].ID)
				}
			}
		})
	}
}

// A database whose search table is that of other literals is refused; one with
// a search table of another version, or without, is searched for all the same.
func TestVerifyOfSearchTable(t *testing.T) {
	records, _ := small(t)
	other, err := bytesearch.Index([]bytesearch.Pattern{{Text: "something else"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		index string
		want  string // of the error
	}{
		"other literals": {other.Bytes(), "table index: it does not find the literals"},
		"cut":            {other.Bytes()[:40], "table index: search table: offset 8"},
		"later version":  {other.Bytes()[:7] + "\xff" + other.Bytes()[8:], ""},
		"none":           {"", ""},
	} {
		b := &builder{postings: map[[2]string][]byte{}}
		for _, l := range records.Literals() {
			e := encoder{form: formNow}
			e.literal(l)
			b.add(literalTable, l.ID, e.b)
		}
		b.add(indexTable, literalTable, []byte(test.index))
		b.add(metaTable, "format", strconv.AppendInt(nil, formNow, 10))
		data, err := b.flat.Bytes()
		if err != nil || b.err != nil {
			t.Fatal(err, b.err)
		}
		db, err := open(string(data))
		if err != nil {
			t.Fatal(err)
		}
		switch err := db.Verify(); {
		case test.want == "" && err != nil:
			t.Errorf("%s: error %v", name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: error %v, want %q", name, err, test.want)
		}
	}
}

// A literal that no search can look for leaves the others to whoever searches.
func TestLiteralThatCannotBeSearched(t *testing.T) {
	b := &builder{postings: map[[2]string][]byte{}}
	b.literals([]sbom.Literal{{ID: "b", Kind: sbom.LiteralMark, Text: "ab"}, {ID: "a", Kind: sbom.LiteralMark, Text: "abcdef"}}, nil, formNow)
	b.add(metaTable, "format", strconv.AppendInt(nil, formNow, 10))
	data, err := b.flat.Bytes()
	if err != nil || b.err != nil {
		t.Fatal(err, b.err)
	}
	db, err := open(string(data))
	if err != nil {
		t.Fatal(err)
	}
	var table provenance.LiteralTableSource = db
	if l := table.LiteralTable(); l.Index() != "" || l.Len() != 2 || l.Literal(0).ID != "a" {
		t.Errorf("%d literals, the first %v, a search table of %d bytes", l.Len(), l.Literal(0), len(l.Index()))
	}
}
