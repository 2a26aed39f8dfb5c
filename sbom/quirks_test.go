package sbom_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// quirks are what the documents of testdata, each named for its quirk, must
// give: components (with the subject), and the problem that says what was
// wrong, with its place.
var quirks = map[string]struct {
	components int
	problem    string // kind, and place behind a space
	claims     string // values of all claims, joined
}{
	"cyclonedx-supplier-is-a-string.json":  {1, "wrong-type /components/0/supplier", "Acme Ltd"},
	"cyclonedx-version-is-a-number.json":   {2, "wrong-type /components/1/version", ""},
	"cyclonedx-null-component.json":        {1, "null-item /components/2", ""},
	"cyclonedx-duplicate-refs.json":        {3, "duplicate-ref /components/2", ""},
	"cyclonedx-cycle.json":                 {2, "", ""},
	"cyclonedx-nested-under-metadata.json": {3, "", ""},
	"cyclonedx-version-last.json":          {1, "", ""},
	"cyclonedx-wrong-version.json":         {1, "spec-version /specVersion", ""},
	"cyclonedx-byte-order-mark.json":       {1, "", ""},
	"cyclonedx-utf-16.json":                {1, "", ""},
	"cyclonedx-cut-off.json":               {1, "broken-json offset 107", ""},
	"cyclonedx-trailing-data.json":         {1, "trailing-data offset 79", ""},
	"cyclonedx-template.json":              {1, "template /components/0/supplier/name", ""},
	"cyclonedx-broken-purl.json":           {1, "bad-purl /components/0/purl", ""},
	"cyclonedx-one-component-no-list.json": {1, "wrong-type /components", ""},
	"cyclonedx-member-twice.json":          {1, "duplicate-member /components/0", ""},
	"cyclonedx-services.json":              {0, "", "Cloud Ltd FR api.cloud.example"},
	"cyclonedx-latin-1.xml":                {1, "", "Müller GmbH"},
	"cyclonedx-entity.xml":                 {1, "broken-xml line 3", ""},
	"cyclonedx-cut-off.xml":                {1, "broken-xml line 1", ""},
	"spdx-2-no-prefix.json":                {2, "empty-party /packages/1/supplier", "Acme Ltd"},
	"spdx-2-null-package.json":             {1, "null-item /packages/0", ""},
	"spdx-2-dangling.json":                 {1, "dangling-ref /packages/0", ""},
	"spdx-snippet-inside-package.spdx":     {1, "", "Acme Ltd"},
	"spdx-text-not-closed.spdx":            {1, "open-text line 3", ""},
	"spdx-mail-in-angles.spdx":             {1, "", "Acme Ltd acme.example"},
	"spdx-numbers.yaml":                    {1, "wrong-type /packages/0/versionInfo", ""},
	"spdx-package-mentioned-first.rdf":     {1, "", ""},
	"spdx-3-agent-after-package.json":      {1, "dangling-ref /@graph/0/originatedBy/0", "Acme Ltd"},
	"syft-declared-cpe.json":               {1, "", "cpe:2.3:a:acme:a:1:*:*:*:*:*:*:*"},
	"manifest-buildroot.csv":               {1, "", "a.example"},
	"manifest-openwrt.manifest":            {5, "bad-line line 2", ""},
}

func TestQuirks(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if _, ok := quirks[filepath.Base(name)]; !ok {
			t.Errorf("%s: nothing is expected of it", name)
		}
	}
	for name, want := range quirks {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			doc, err := sbom.Read(context.Background(), bytes.NewReader(data), nil)
			if err != nil {
				t.Fatal(err)
			}
			checkDocument(t, doc)
			n := len(doc.Components)
			var claims []string
			add := func(cs []sbom.Claim) {
				for _, c := range cs {
					claims = append(claims, c.Value)
				}
			}
			if doc.Subject != nil {
				n++
				add(doc.Subject.Claims)
			}
			for _, c := range doc.Components {
				add(c.Claims)
			}
			for _, s := range doc.Services {
				add(s.Claims)
			}
			if n != want.components {
				t.Errorf("%d components, want %d", n, want.components)
			}
			if got := strings.Join(claims, " "); got != want.claims {
				t.Errorf("claims %q, want %q", got, want.claims)
			}
			kind, place, _ := strings.Cut(want.problem, " ")
			found := false
			for _, p := range doc.Problems {
				found = found || p.Kind == kind && p.Place == place
			}
			if kind != "" && !found || kind == "" && hasError(doc) {
				t.Errorf("problems %+v, want %q", doc.Problems, want.problem)
			}
		})
	}
}

func hasError(doc *sbom.Document) bool {
	for _, p := range doc.Problems {
		if p.Severity == sbom.ProblemError {
			return true
		}
	}
	return false
}
