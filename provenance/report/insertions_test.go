package report_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/testshared"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

// TestInsertionsLoseNothing enriches the real documents of the corpus that are
// in JSON or XML. Every byte of the original is in the result, in order, and
// the result is read as the same components, services and relationships.
func TestInsertionsLoseNothing(t *testing.T) {
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
	done, attributed := map[string]int{}, 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, _, _ := strings.Cut(lines.Text(), "\t")
		data, err := os.ReadFile(dir + "/" + name)
		if err != nil || len(data) > 1<<20 {
			continue // the first line; and large ones, for time
		}
		doc, err := sbom.Read(ctx, bytes.NewReader(data), nil)
		if err != nil || len(doc.Components) == 0 {
			continue
		}
		r, err := provenance.Analyze(ctx, doc, db, nil)
		if err != nil {
			t.Fatal(err)
		}
		ins, ok := report.Insertions(doc, r, nil)
		if !ok {
			continue
		}
		var out bytes.Buffer
		opts := &sbom.WriteOptions{Created: "2026-11-22T00:00:00Z", Tool: "touchmark 1"}
		if err := sbom.Patch(ctx, &out, bytes.NewReader(data), doc, ins, opts); err != nil {
			if !errors.Is(err, sbom.ErrPatch) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if at := missing(data, out.Bytes()); at >= 0 {
			t.Errorf("%s: the byte at offset %d and what follows is not in the result", name, at)
			continue
		}
		again, err := sbom.Read(ctx, bytes.NewReader(out.Bytes()), nil)
		if err != nil {
			t.Errorf("%s: the result is not read: %v", name, err)
			continue
		}
		if len(again.Problems) != len(doc.Problems) {
			t.Errorf("%s: problems %v, were %v", name, again.Problems, doc.Problems)
		}
		told := 0
		strip := func(d *sbom.Document) {
			clean := func(props []sbom.Property) (kept []sbom.Property) {
				for _, p := range props {
					if strings.HasPrefix(p.Name, "touchmark:") {
						told++
						continue
					}
					kept = append(kept, p)
				}
				return kept
			}
			d.Source.SHA256, d.Problems = "", nil
			if d.Subject != nil {
				d.Subject.Properties = clean(d.Subject.Properties)
			}
			for i := range d.Components {
				d.Components[i].Properties = clean(d.Components[i].Properties)
			}
			for i := range d.Services {
				d.Services[i].Properties = clean(d.Services[i].Properties)
			}
		}
		strip(doc)
		had := told
		strip(again)
		if !reflect.DeepEqual(doc, again) {
			t.Errorf("%s: the result is read as another document", name)
		}
		// Annotations of SPDX 2.3 are not read as properties.
		if doc.Source.Encoding != "json" || doc.Source.Kind != sbom.SourceSPDX {
			if told-had <= had {
				t.Errorf("%s: nothing of the report is in the result", name)
			}
		}
		done[string(doc.Source.Kind)+" "+doc.Source.Encoding]++
		attributed += r.Coverage.Organization
	}
	n := 0
	for _, k := range done {
		n += k
	}
	t.Logf("%d documents %v, %d components attributed", n, done, attributed)
	if n < 50 || len(done) < 4 || attributed == 0 {
		t.Errorf("only %d documents were enriched: %v", n, done)
	}
}

// missing returns the offset of the first byte of a that is not in b in order,
// or -1.
func missing(a, b []byte) int {
	j := 0
	for i, c := range a {
		k := bytes.IndexByte(b[j:], c)
		if k < 0 {
			return i
		}
		j += k + 1
	}
	return -1
}
