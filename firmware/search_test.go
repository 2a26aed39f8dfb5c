package firmware

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/sbom"
)

var update = flag.Bool("update", false, "write marks.tm anew")

// Without it a scan finds the same, and starts later.
func TestMarksAreCurrent(t *testing.T) {
	var patterns []bytesearch.Pattern
	for _, e := range DefaultExtractors() {
		for _, m := range e.Marks {
			patterns = append(patterns, bytesearch.Pattern{Text: m})
		}
		for _, m := range e.Folded {
			patterns = append(patterns, bytesearch.Pattern{Text: m, Fold: true})
		}
	}
	want, err := bytesearch.Index(patterns)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("marks.tm", []byte(want.Bytes()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if defaultMarks != want.Bytes() {
		t.Error("marks.tm is not that of the extractors' marks; run go generate ./firmware")
	}
	got, _, err := marksOf(DefaultExtractors())
	if err != nil || got.Bytes() != want.Bytes() {
		t.Errorf("the marks of the extractors are prepared otherwise: error %v", err)
	}
	if got, owners, err := marksOf([]Extractor{{Name: "x", Marks: []string{"abc", "defg"}, Extract: func(context.Context, *Input, *Result) error { return nil }}}); err != nil || got.Len() != 2 || len(owners) != 2 {
		t.Errorf("other marks: %v, error %v", owners, err)
	}
}

type literalTable struct {
	list  []sbom.Literal
	index string
}

func (t literalTable) Len() int                   { return len(t.list) }
func (t literalTable) Literal(i int) sbom.Literal { return t.list[i] }
func (t literalTable) Index() string              { return t.index }

func indexOf(t testing.TB, list []sbom.Literal) string {
	t.Helper()
	var patterns []bytesearch.Pattern
	for _, l := range list {
		patterns = append(patterns, bytesearch.Pattern{Text: l.Text, Fold: l.Fold, Word: l.Word, Wide: l.Wide})
	}
	table, err := bytesearch.Index(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return table.Bytes()
}

// A scan finds the same whether literals are listed or in a table, prepared or
// not.
func TestLiteralTable(t *testing.T) {
	files := map[string]string{
		"usr/bin/one": program("acmenet_get_config") + "AcmeSDK\x00chipco\x00", "usr/bin/two": program("CHIP_MPI_SYS_Init") + "ACMESDK2\x00",
		"etc/config/it": "# ChipCo and AcmeSDK\nserver=cloud.acme.example\n",
	}
	list := []sbom.Literal{
		{ID: "a", Kind: sbom.LiteralMark, Text: "AcmeSDK", Role: sbom.SDK, Fold: true},
		{ID: "b", Kind: sbom.LiteralMark, Text: "CHIP_MPI_", Role: sbom.Silicon},
		{ID: "c", Kind: sbom.OrgName, Text: "chipco", Value: "ChipCo", Role: sbom.Silicon, Fold: true, Word: true},
		{ID: "d", Kind: sbom.Host, Text: "cloud.acme.example"},
		{ID: "e", Kind: sbom.LiteralMark, Text: "not in the tree"},
	}
	report := func(opts *Options) string {
		t.Helper()
		b, err := json.MarshalIndent(scan(t, files, opts), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	want := report(&Options{Literals: list})
	if !strings.Contains(want, "literal:a") || !strings.Contains(want, "literal:b") {
		t.Fatalf("the literals are not found: %s", want)
	}
	index := indexOf(t, list)
	for name, opts := range map[string]*Options{
		"prepared":        {LiteralTable: literalTable{list, index}},
		"not prepared":    {LiteralTable: literalTable{list, ""}},
		"later version":   {LiteralTable: literalTable{list, index[:7] + "\xff" + index[8:]}},
		"in part listed":  {Literals: list[:2], LiteralTable: literalTable{list[2:], indexOf(t, list[2:])}},
		"listed and not":  {Literals: list[:2], LiteralTable: literalTable{list[2:], ""}},
		"an empty table":  {Literals: list, LiteralTable: literalTable{nil, indexOf(t, nil)}},
		"nothing at all.": {Literals: list, LiteralTable: literalTable{}},
	} {
		if diff := cmp.Diff(want, report(opts)); diff != "" {
			t.Errorf("%s: -listed +table\n%s", name, diff)
		}
	}
	// Of one that cannot be looked for a Problem tells, wherever it is listed.
	short := sbom.Literal{ID: "short", Kind: sbom.LiteralMark, Text: "ab"}
	listed := report(&Options{Literals: append([]sbom.Literal{short}, list...)})
	if !strings.Contains(listed, "bad-literal") {
		t.Errorf("no problem for a literal of two bytes: %s", listed)
	}
	if diff := cmp.Diff(listed, report(&Options{LiteralTable: literalTable{append([]sbom.Literal{short}, list...), ""}})); diff != "" {
		t.Errorf("a literal of two bytes: -listed +table\n%s", diff)
	}
	// A damaged literal is none.
	damaged := append([]sbom.Literal{{}}, list[1:]...)
	if got := report(&Options{LiteralTable: literalTable{damaged, index}}); strings.Contains(got, "literal:a") || strings.Contains(got, `"literal:"`) {
		t.Errorf("a damaged literal is a claim: %s", got)
	}
	for name, bad := range map[string]string{"damaged": index[:len(index)-1], "of other literals": indexOf(t, list[1:])} {
		if _, err := Scan(context.Background(), treeOf(files), withSet(t, &Options{LiteralTable: literalTable{list, bad}})); err == nil || !strings.Contains(err.Error(), "search table") {
			t.Errorf("a search table that is %s: error %v", name, err)
		}
	}
}
