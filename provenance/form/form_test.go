package form_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/form"
	"github.com/touchmark-dev/touchmark/provenance/origindb"
	"github.com/touchmark-dev/touchmark/provenance/packs"
	"github.com/touchmark-dev/touchmark/sbom"
	"golang.org/x/net/html"
)

func database(t testing.TB) provenance.Database {
	t.Helper()
	db, err := origindb.Open()
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// gateway is the report on the repository's sample, a made-up video gateway.
func gateway(t testing.TB, policies ...string) *provenance.Report {
	t.Helper()
	f, err := os.Open("../../testdata/gateway.cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := sbom.Read(context.Background(), f, nil)
	if err != nil {
		t.Fatal(err)
	}
	doc.Source.Name = "gateway.cdx.json"
	opts := &provenance.Options{AsOf: "2026-11-22"}
	for _, id := range policies {
		list, err := packs.Load(id, nil)
		if err != nil {
			t.Fatal(err)
		}
		opts.Policies = append(opts.Policies, list...)
	}
	r, err := provenance.Analyze(context.Background(), doc, database(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func allPolicies(t testing.TB) []*provenance.Policy {
	t.Helper()
	var out []*provenance.Policy
	for _, id := range packs.List() {
		list, err := packs.Load(id, nil)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, list...)
	}
	return out
}

func forms(t testing.TB, r *provenance.Report, db provenance.Database, id string) []*form.Form {
	t.Helper()
	far, err := form.FAR25(r, db)
	if err != nil {
		t.Fatal(err)
	}
	fcc, err := form.FCCOrigin(r, db)
	if err != nil {
		t.Fatal(err)
	}
	dossier, err := form.Dossier(db, id, &form.Options{AsOf: "2026-11-22", Policies: allPolicies(t)})
	if err != nil {
		t.Fatal(err)
	}
	return []*form.Form{far, fcc, dossier}
}

func write(t testing.TB, w func(io.Writer, *form.Form) error, f *form.Form) string {
	t.Helper()
	var b bytes.Buffer
	if err := w(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// gaps returns the labels of fields with a gap and those with a value, of a
// section whose title starts with a text.
func fields(f *form.Form, section string) (gaps, values map[string]string) {
	gaps, values = map[string]string{}, map[string]string{}
	for _, s := range f.Sections {
		if !strings.HasPrefix(s.Title, section) {
			continue
		}
		for _, fd := range s.Fields {
			if fd.Gap != "" {
				gaps[fd.Label] = fd.Gap
			}
			for _, v := range fd.Values {
				values[fd.Label] += v.Text + "\n"
			}
		}
	}
	return gaps, values
}

// What the clause asks within one business day is there, each with a value and
// its source or a gap; only the contractor's own records fill some.
func TestFAR25(t *testing.T) {
	f, err := form.FAR25(gateway(t, "ndaa-889"), database(t))
	if err != nil {
		t.Fatal(err)
	}
	gaps, values := fields(f, "Part 1, item 1:")
	for _, asked := range []string{"Contract number", "Order number", "Supplier name", "Supplier unique entity identifier", "Supplier CAGE code", "Brand",
		"Model number", "Item description", "Mitigation"} {
		found := false
		for _, m := range []map[string]string{gaps, values} {
			for label := range m {
				found = found || strings.HasPrefix(label, asked)
			}
		}
		if !found {
			t.Errorf("(d)(2)(i) asks for %q, and the draft has no such field", asked)
		}
	}
	for _, own := range []string{"Contract number", "Order number(s), if applicable", "Supplier unique entity identifier, if known"} {
		if gaps[own] == "" || values[own] != "" {
			t.Errorf("%s is not in the input, and the draft says %q with the gap %q", own, values[own], gaps[own])
		}
	}
	if !strings.Contains(values["Supplier name"], "evidence suggests Hangzhou Hikvision") || gaps["Supplier name"] == "" {
		t.Errorf("supplier %q, gap %q", values["Supplier name"], gaps["Supplier name"])
	}
	if !strings.Contains(values["List entry"], "(f)(3)(B)") {
		t.Errorf("list entry %q", values["List entry"])
	}
	gaps, _ = fields(f, "Part 2")
	if len(gaps) != 3 {
		t.Errorf("part 2 has the gaps %v, want the three that (d)(2)(ii) names", gaps)
	}
	gaps, values = fields(f, "Log of the inquiry")
	if !strings.Contains(values["List used"], "Pub. L. 115-232") || gaps["Examined on, by whom"] == "" {
		t.Errorf("log: %v, gaps %v", values, gaps)
	}
	// A review is no item to report before somebody judged it.
	for _, s := range f.Sections {
		if strings.HasPrefix(s.Title, "Part 1") && strings.Contains(s.Title, "video-relay") {
			t.Errorf("%s: it is of verdict review", s.Title)
		}
	}
	if _, err := form.FAR25(gateway(t), nil); !errors.Is(err, form.ErrPolicy) {
		t.Errorf("without the policy: %v", err)
	}
	// A waiver accepts the finding for the gate; the duty to report is the
	// Government's, so the log has it.
	r := gateway(t, "ndaa-889")
	for i := range r.Findings {
		r.Findings[i].Waiver = &provenance.Waiver{ID: "w", Reason: "replaced soon", Expires: "2027-01-01"}
	}
	if f, err = form.FAR25(r, nil); err != nil {
		t.Fatal(err)
	}
	if _, values = fields(f, "Log of the inquiry"); !strings.Contains(values["Waived findings, not among the items above"], "ndaa-889.equipment") {
		t.Errorf("a waived finding is nowhere: %v", values)
	}
}

// Every component of the input is in one of the tables, and none has a country
// of origin without a gap: an organization's country is none.
func TestFCCOrigin(t *testing.T) {
	r := gateway(t)
	f, err := form.FCCOrigin(r, database(t))
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, s := range f.Sections {
		for _, table := range s.Tables {
			rows += len(table.Rows)
			for _, row := range table.Rows {
				if len(row) != len(table.Columns) {
					t.Errorf("%s: a row of %d cells under %d columns", s.Title, len(row), len(table.Columns))
				}
				if last := row[len(row)-1]; last.Gap == "" {
					t.Errorf("%s: %v has an origin without a gap: %v", s.Title, row[0].Values, last.Values)
				}
			}
		}
	}
	if want := len(r.Components) + len(r.Services); rows != want {
		t.Errorf("%d rows, want %d", rows, want)
	}
	gaps, _ := fields(f, "Device")
	for _, stage := range []string{"design", "development", "manufacturing", "assembly"} {
		if gaps["Country of "+stage] == "" {
			t.Errorf("the country of %s has no gap", stage)
		}
	}
}

// A huge input gives a bounded form that says what is left out.
func TestBounded(t *testing.T) {
	r := gateway(t, "ndaa-889")
	c := r.Components[0]
	for range 5000 {
		r.Components = append(r.Components, c)
	}
	for _, f := range forms(t, r, database(t), "hikvision")[:2] {
		for name, w := range map[string]func(io.Writer, *form.Form) error{"md": form.WriteMarkdown, "html": form.WriteHTML} {
			out := write(t, w, f)
			if len(out) > 4_000_000 {
				t.Errorf("%s %s has %d bytes", f.ID, name, len(out))
			}
			if f.ID == "fcc-origin" && !strings.Contains(out, "further rows are left out") {
				t.Errorf("%s %s does not say what is left out", f.ID, name)
			}
		}
	}
}

func TestDossier(t *testing.T) {
	db := database(t)
	if _, err := form.Dossier(db, "no-such-record", nil); !errors.Is(err, form.ErrNoRecord) {
		t.Errorf("an unknown id: %v", err)
	}
	f, err := form.Dossier(db, "hikvision", &form.Options{AsOf: "2026-11-22", Policies: allPolicies(t)})
	if err != nil {
		t.Fatal(err)
	}
	out := write(t, form.WriteMarkdown, f)
	for _, want := range []string{
		"- **Hangzhou Hikvision Digital Technology Co., Ltd.**",
		"  - held (control, with 36-42 %) by **China Electronics Technology HIK Group Co., Ltd.**",
		"exactly 50 % is enough", "shares are not multiplied along a chain",
		"Pub. L. 115-232", "(f)(3)(B)", "join to record hikvision", "**GAP:** ask the organization for its certificate of incorporation",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the dossier lacks %q", want)
		}
	}
	if page := write(t, form.WriteHTML, f); !strings.Contains(page, "<svg ") {
		t.Error("the owners are not drawn")
	}
	// Every record gives a dossier that can be written.
	ids := db.(interface{ OrganizationIDs() []string }).OrganizationIDs()
	for i, id := range ids {
		if i%7 != 0 && !testing.Verbose() {
			continue
		}
		f, err := form.Dossier(db, id, &form.Options{AsOf: "2026-11-22"})
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		write(t, form.WriteMarkdown, f)
		write(t, form.WriteHTML, f)
	}
}

// No draft claims compliance or a deed.
func TestWording(t *testing.T) {
	claims := regexp.MustCompile(`(?i)\b(is compliant|complies with|is in compliance|we certify|certifies that|passes the|is clean|is safe|is chinese|is russian)\b`)
	for _, f := range forms(t, gateway(t, "ndaa-889"), database(t), "hikvision") {
		out := write(t, form.WriteMarkdown, f)
		if m := claims.FindString(out); m != "" {
			t.Errorf("%s says %q", f.ID, m)
		}
		if !strings.Contains(out, "DRAFT for a person") || !strings.Contains(out, "## Not verified") {
			t.Errorf("%s does not say that it is a draft, or what is not verified", f.ID)
		}
	}
}

const evil = "=1+1|\x1b]0;owned\x07\x1b[2J\r\n::error::%0Ax ::warning::y ##[error]z\u202egnp.exe\u2066\u200b\u009b31m\xff\x00<script>alert(1)</script></svg>&amp;\"'`![x](javascript:x)\u2028]]>--><!-- www.example.com @someone"

func poison(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				poison(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			e := reflect.New(v.Type().Elem()).Elem()
			e.Set(v.MapIndex(k))
			poison(e)
			v.SetMapIndex(k, e)
		}
	case reflect.String:
		switch v.Interface().(type) {
		case string, sbom.ClaimKind, sbom.SourceKind:
			v.SetString(evil)
		}
	}
}

// hostileDB answers with records whose every text is hostile.
type hostileDB struct{ provenance.Database }

func copied[T any](in *T) *T {
	if in == nil {
		return nil
	}
	data, _ := json.Marshal(in)
	out := new(T)
	if err := json.Unmarshal(data, out); err != nil {
		panic(err)
	}
	return out
}

func (h hostileDB) Edition() provenance.Edition {
	e := h.Database.Edition()
	poison(reflect.ValueOf(&e).Elem())
	return e
}

func (h hostileDB) Organization(id string) *provenance.Organization {
	o := copied(h.Database.Organization(id))
	if o != nil {
		var keys []string
		for _, w := range o.Owners {
			keys = append(keys, w.Organization)
		}
		poison(reflect.ValueOf(o).Elem())
		for i := range o.Owners {
			o.Owners[i].Organization = keys[i] // so that the tree has depth
			o.Owners[i].Sources = nil
		}
	}
	return o
}

func (h hostileDB) Listings(id string) []provenance.Listing {
	var out []provenance.Listing
	for _, l := range h.Database.Listings(id) {
		c := copied(&l)
		poison(reflect.ValueOf(c).Elem())
		out = append(out, *c)
	}
	return out
}

func (h hostileDB) List(id string) *provenance.List {
	l := copied(h.Database.List(id))
	poison(reflect.ValueOf(&l).Elem())
	return l
}

func (h hostileDB) OrganizationIDs() []string { return []string{"hikvision", "cetc-hik"} }

// What an input or a record says stays text in both forms of writing.
func TestHostile(t *testing.T) {
	r := gateway(t, "ndaa-889")
	poison(reflect.ValueOf(r).Elem())
	r.Schema = provenance.Schema
	r.Policies[0].ID = form.FAR25Policy
	for i := range r.Findings {
		r.Findings[i].Policy = form.FAR25Policy
	}
	markup := regexp.MustCompile("(^|[^\\\\])[<`!@]|[^\\\\]\\]\\(|://")
	cells := regexp.MustCompile(`(^|[^\\])\|`)
	for _, f := range forms(t, r, hostileDB{database(t)}, "hikvision") {
		md, page := write(t, form.WriteMarkdown, f), write(t, form.WriteHTML, f)
		for _, out := range []string{md, page} {
			for i, c := range out {
				if c != '\n' && !unicode.IsPrint(c) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, c) {
					t.Fatalf("%s: %U reaches the reader at %q", f.ID, c, out[max(0, i-60):i])
				}
			}
			for _, l := range strings.Split(out, "\n") {
				if strings.HasPrefix(strings.TrimSpace(l), "::") {
					t.Errorf("%s: a line starts with a workflow command: %.100q", f.ID, l)
				}
			}
		}
		columns := 0
		for _, l := range strings.Split(md, "\n") {
			if m := markup.FindString(l); m != "" {
				t.Errorf("%s: %q in %.200q", f.ID, m, l)
			}
			if !strings.HasPrefix(l, "|") {
				columns = 0
				continue
			}
			n := len(cells.FindAllString(l, -1))
			if columns == 0 {
				columns = n
			} else if n != columns {
				t.Errorf("%s: a row of %d cells in a table of %d", f.ID, n-1, columns-1)
			}
		}
		inert(t, f.ID, page)
	}
	for _, f := range forms(t, gateway(t, "ndaa-889"), database(t), "hikvision") {
		inert(t, f.ID, write(t, form.WriteHTML, f))
	}
}

// inert looks for what could act or load.
func inert(t *testing.T, name, page string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "script", "img", "iframe", "object", "embed", "link", "base", "foreignobject", "use", "image":
				t.Errorf("%s: an element %s", name, n.Data)
			}
			for _, a := range n.Attr {
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "src", a.Key == "srcset", a.Key == "action":
					t.Errorf("%s: %s has %s", name, n.Data, a.Key)
				case a.Key == "href" && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "http://"):
					t.Errorf("%s: a link to %q", name, a.Val)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	// Each citation leads to a source that is there.
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`id="(s\d+)"`).FindAllStringSubmatch(page, -1) {
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#(s\d+)"`).FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("%s: a citation leads to %s, which is not there", name, m[1])
		}
	}
}

// The same report and database give the same bytes, and an error of the
// destination comes back.
func TestPure(t *testing.T) {
	r := gateway(t, "ndaa-889")
	before, _ := json.Marshal(r)
	a, b := forms(t, r, database(t), "hikvision"), forms(t, r, database(t), "hikvision")
	for i := range a {
		for _, w := range []func(io.Writer, *form.Form) error{form.WriteMarkdown, form.WriteHTML} {
			if write(t, w, a[i]) != write(t, w, b[i]) {
				t.Errorf("%s: two runs differ", a[i].ID)
			}
			if err := w(full{}, a[i]); !errors.Is(err, errFull) {
				t.Errorf("%s: a full disk gives %v", a[i].ID, err)
			}
		}
	}
	if after, _ := json.Marshal(r); !bytes.Equal(before, after) {
		t.Error("the report was changed")
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
