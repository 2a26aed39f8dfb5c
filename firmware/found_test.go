package firmware

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// TestFoundLimit: a tree that holds more than there is room for is told as far as
// its first files go, and which one is the first that is not, whoever read what
// first.
func TestFoundLimit(t *testing.T) {
	const n = 3 * maxUnpacked
	run := func(most int64, workers int) *sbom.Document {
		o := manyOptions()
		o.Limits.FoundBytes, o.Workers = most, workers
		doc, err := Scan(context.Background(), distributionTree(n), o)
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	all := run(0, 2)
	if len(all.Components) != n || len(all.Problems) != 0 {
		t.Fatalf("%d components, problems %v; want %d and none", len(all.Components), all.Problems, n)
	}
	doc := run(4<<20, 1)
	kept := len(doc.Components)
	if kept < n/20 || kept > n/2 {
		t.Errorf("%d of %d components are kept", kept, n)
	}
	for i, c := range doc.Components {
		if want := fmt.Sprintf("mod-%06d", i); c.Name != want {
			t.Fatalf("component %d is %s, want %s: not the first ones are kept", i, c.Name, want)
		}
	}
	if len(doc.Problems) != 1 || doc.Problems[0].Kind != "too-many-finds" || doc.Problems[0].Severity != sbom.ProblemError ||
		doc.Problems[0].Place != fmt.Sprintf("usr/lib/python3/dist-packages/mod_%06d-1.0.dist-info/METADATA", kept) ||
		!strings.Contains(doc.Problems[0].Message, fmt.Sprintf("this and %d others", n-kept-1)) {
		t.Errorf("problems %+v, want one of the file after the %d that are kept", doc.Problems, kept)
	}
	want, _ := json.Marshal(doc)
	for range 3 {
		if got, _ := json.Marshal(run(4<<20, 8)); string(got) != string(want) {
			t.Error("eight workers keep other files than one")
		}
	}
}

// TestFoundLimitOrder compares the limit with its definition: the most files of
// which the weights, those below smallFound by blocks, are within it.
func TestFoundLimitOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		n := 1 + r.IntN(5*foundBlock)
		weights := make([]int64, n)
		for i := range weights {
			switch r.IntN(4) {
			case 0:
				weights[i] = smallFound + r.Int64N(9*smallFound)
			case 1:
				weights[i] = 1 + r.Int64N(smallFound-1)
			}
		}
		most := r.Int64N(int64(n)*smallFound*2 + 1)
		fits := func(files int) bool {
			sum := int64(0)
			for i, w := range weights {
				if w >= smallFound && i < files || w < smallFound && i/foundBlock*foundBlock < files {
					sum += w
				}
			}
			return sum <= most
		}
		want := n
		for want > 0 && !fits(want) {
			want--
		}
		l := foundLimit{most: most, small: make([]uint32, n/foundBlock+1), cut: int32(n)}
		dropped := map[int]bool{}
		for _, i := range r.Perm(n) {
			if weights[i] > 0 && !l.add(int32(i), weights[i], nil) {
				dropped[i] = true
			}
		}
		if int(l.cut) != want && slices.ContainsFunc(weights[min(want, int(l.cut)):max(want, int(l.cut))], func(w int64) bool { return w > 0 }) {
			t.Fatalf("cut at %d of %d, want %d (most %d, weights %v)", l.cut, n, want, most, weights)
		}
		for i := range dropped {
			if i < int(l.cut) {
				t.Fatalf("file %d before the cut at %d is dropped", i, l.cut)
			}
		}
	}
}

// TestFileLimit: one file gives no more than a quarter of what there is room for.
func TestFileLimit(t *testing.T) {
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, "Package: made-%d\nStatus: install ok installed\nVersion: 1.%d\nArchitecture: all\n\n", i, i)
	}
	o := manyOptions()
	o.Limits.FoundBytes = 8 << 20
	o.Extractors = []Extractor{dpkgExtractor()}
	doc := scan(t, map[string]string{"var/lib/dpkg/status": b.String(), "var/lib/other/status": "x"}, o)
	if n := len(doc.Components); n < 500 || n > 2000 {
		t.Errorf("%d packages of one file are kept", n)
	}
	if len(doc.Problems) != 1 || doc.Problems[0].Kind != "too-many-observations" || doc.Problems[0].Place != "var/lib/dpkg/status" {
		t.Errorf("problems %+v, want too many observations in the file", doc.Problems)
	}
}
