package report_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/testshared"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

// An enricher enriches documents in place.
type enricher struct {
	db      provenance.Database
	options provenance.Options
	fill    bool
	tool    string
	// change is made to a report before it is used.
	change func(*provenance.Report)
	filled int
}

// enrich returns a document with what is known put in, or nil where it cannot be
// patched.
func (e *enricher) enrich(t *testing.T, data []byte) []byte {
	t.Helper()
	ctx := context.Background()
	doc, err := sbom.Read(ctx, bytes.NewReader(data), nil)
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, data)
	}
	r, err := provenance.Analyze(ctx, doc, e.db, &e.options)
	if err != nil {
		t.Fatal(err)
	}
	if e.change != nil {
		e.change(r)
	}
	ins, ok := report.Insertions(doc, r, &report.EnrichOptions{Fill: e.fill})
	if !ok {
		return nil
	}
	for _, in := range ins {
		if in.Manufacturer != nil {
			e.filled++
		}
		if in.Supplier != nil {
			e.filled++
		}
	}
	var out bytes.Buffer
	if err := sbom.Patch(ctx, &out, bytes.NewReader(data), doc, ins, report.SBOMOptions(r, e.tool)); err != nil {
		if !errors.Is(err, sbom.ErrPatch) {
			t.Fatal(err)
		}
		return nil
	}
	return out.Bytes()
}

// TestEnrichAgain enriches what was enriched, for every document of the corpus
// in an encoding that can be patched, and for what is written of the others. The
// bytes stay the same; with another edition of the database, they are those of
// the document enriched with that edition alone. What was valid stays valid.
func TestEnrichAgain(t *testing.T) {
	dir := testshared.Dir(t) + "/corpus/sbom"
	f, err := os.Open(dir + "/MANIFEST.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	db, err := origindb.Open()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	at := provenance.Options{AsOf: "2026-11-20"}
	plain := &enricher{db: db, options: at, tool: "touchmark 1"}
	fills := &enricher{db: db, options: at, tool: "touchmark 1", fill: true}
	newer := &enricher{db: db, options: at, tool: "touchmark 2", change: newEdition}
	newerFills := &enricher{db: db, options: at, tool: "touchmark 2", fill: true, change: newEdition}
	done, cited := map[string]int{}, 0
	check := func(t *testing.T, name string, data []byte, kind string, original bool) {
		first := plain.enrich(t, data)
		if first == nil {
			return
		}
		done[kind]++
		same := func(what string, got, want []byte) {
			t.Helper()
			if !bytes.Equal(got, want) {
				i := 0
				for i < len(got) && i < len(want) && got[i] == want[i] {
					i++
				}
				from := max(0, i-200)
				t.Errorf("%s (%s): %s is otherwise from offset %d on:\n got %.400s\nwant %.400s", name, kind, what, i, got[min(from, len(got)):], want[min(from, len(want)):])
			}
		}
		same("enriched twice", plain.enrich(t, first), first)
		filled := fills.enrich(t, data)
		same("filled twice", fills.enrich(t, filled), filled)
		same("filled after enriched", fills.enrich(t, first), filled)
		same("enriched with a newer edition after an older one", newer.enrich(t, first), newer.enrich(t, data))
		same("filled with a newer edition after an older one", newerFills.enrich(t, filled), newerFills.enrich(t, data))
		emptied := plain.enrich(t, filled)
		if original {
			// What is written anew has our properties in its own layout, as long as
			// they are the same.
			same("enriched after filled", emptied, first)
		}
		if n := bytes.Count(emptied, []byte("touchmark:filled")); n > 0 {
			t.Errorf("%s: %d fields are filled in still", name, n)
		}
		if bytes.Contains(filled, []byte(`"citations"`)) || bytes.Contains(filled, []byte("<citations>")) {
			cited++
		}
		checkValid(t, name+" ("+kind+")", data, filled, original)
	}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, _, _ := strings.Cut(lines.Text(), "\t")
		data, err := os.ReadFile(dir + "/" + name)
		if err != nil || len(data) > 100<<10 {
			continue // the first line; and large ones, for time
		}
		doc, err := sbom.Read(ctx, bytes.NewReader(data), nil)
		if err != nil || len(doc.Components) == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			check(t, name, data, string(doc.Source.Kind)+" "+doc.Source.Encoding, true)
			if len(doc.Components) > 8 {
				return
			}
			for _, format := range sbom.WriteFormats() {
				r, err := provenance.Analyze(ctx, doc, db, &at)
				if err != nil {
					t.Fatal(err)
				}
				var anew bytes.Buffer
				if err := sbom.Write(&anew, report.Enrich(doc, r, nil), format, report.SBOMOptions(r, "touchmark 1")); err != nil {
					t.Fatal(err)
				}
				check(t, name, anew.Bytes(), string(format), false)
			}
		})
	}
	t.Logf("%v; %d fields filled in, %d documents with citations", done, fills.filled, cited)
	if len(done) < 10 || fills.filled < 100 || cited < 20 {
		t.Errorf("too little was tried: %v, %d fields filled in, %d documents with citations", done, fills.filled, cited)
	}
}

// newEdition is what an edition does that knows more: other names, more origins,
// an organization less.
func newEdition(r *provenance.Report) {
	r.Database.Date = "2026-12-24"
	n := 0
	change := func(list []provenance.Attribution) []provenance.Attribution {
		for i := range list {
			if n++; n%3 == 0 {
				list[i].Organization.Name += " Group"
			}
			if n%5 == 0 {
				list[i].Organization.ID = ""
			}
		}
		return list
	}
	if r.Subject != nil {
		r.Subject.Attributions = change(r.Subject.Attributions)
	}
	for i := range r.Components {
		r.Components[i].Attributions = change(r.Components[i].Attributions)
	}
}

// checkValid asks that a valid document is valid afterwards.
func checkValid(t *testing.T, name string, before, after []byte, original bool) {
	t.Helper()
	ctx := context.Background()
	invalid := func(data []byte) []sbom.Violation {
		list, err := sbom.Validate(ctx, bytes.NewReader(data), nil)
		if err != nil {
			return []sbom.Violation{{}}
		}
		var out []sbom.Violation
		for _, v := range list {
			for _, x := range v.Violations {
				if x.Severity == sbom.ProblemError {
					out = append(out, x)
				}
			}
		}
		return out
	}
	if bad := invalid(before); len(bad) > 0 {
		if !original {
			t.Errorf("%s: what was written is not valid: %v", name, bad[0])
		}
		return
	}
	for i, v := range invalid(after) {
		if i == 3 {
			break
		}
		t.Errorf("%s: was valid, and now: %v", name, v)
	}
}
