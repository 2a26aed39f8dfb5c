package sbom

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/anchore/packageurl-go"
	"github.com/touchmark-dev/touchmark/internal/testshared"
)

// TestPlainPURL checks that what is taken for well-formed without asking the
// library is so for the library, with the same namespace.
func TestPlainPURL(t *testing.T) {
	check := func(s string) bool {
		ns, ok := plainPURL(s)
		if !ok {
			return false
		}
		p, err := packageurl.FromString(s)
		if err != nil || !strings.EqualFold(p.Namespace, ns) {
			t.Errorf("%q: namespace %q, of the library %q, %v", s, ns, p.Namespace, err)
		}
		return true
	}
	for _, s := range []string{"pkg:", "pkg:npm", "pkg:npm/", "pkg:npm//", "pkg:npm/a", "pkg:npm/a/", "pkg:npm/a@", "pkg:npm/@1", "pkg:npm/@a/b",
		"pkg:npm/a@1@2", "pkg:npm//a", "pkg:npm/a//b", "pkg:npm/a@1/b", "pkg:maven/g/a@1.0", "pkg:golang/github.com/a/b@v1", "pkg:swift/a", "pkg:cran/a",
		"pkg:deb/debian/a@1:2-3", "pkg:npm/%40a/b@1", "pkg:npm/%40a", "pkg:npm/%40a@1", "pkg:npm/%40/b", "pkg:npm/%40a/b/c@1", "pkg:npm/%40%40a/b", "pkg:npm/%40A/B@1", "pkg:maven/%40a/b@1", "pkg:npm/a?b=c", "pkg:npm/a#b", "npm/a", "pkg:NPM/a", "pkg:npm/ä", "pkg:npm/..", "pkg:golang/./a"} {
		check(s)
	}
	dir := testshared.Dir(t) + "/corpus/sbom"
	purl := regexp.MustCompile(`pkg:[^"<>\s]+`)
	plain, all := 0, 0
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if st, err := d.Info(); err != nil || st.Size() > 1<<20 {
			return nil
		}
		data, err := os.ReadFile(path)
		for _, s := range purl.FindAll(data, -1) {
			all++
			if check(string(s)) {
				plain++
			}
		}
		return err
	})
	t.Logf("%d of %d package URLs are plain", plain, all)
	if plain == 0 {
		t.Error("no package URL is plain")
	}
}

// TestItemSizes reads objects below and above what is held as text; both ways
// read the same.
func TestItemSizes(t *testing.T) {
	read := func(pad int) *Document {
		item := `{"bom-ref" : "a\u0062", "na\u006de":"x\\\"\u00e9 \\", "unknown": {"a":[1,{"b":"}]\""},[]],"c":null}, "version":1.5e3 , "scope":null,` +
			"\n\t" + `"supplier":{"name":"Acme","url":["https://acme.example"]},"hashes":[ ],"properties":[{"name":"p","value":"v\u2028\ud83d\ude00"},{"name":"q","value":true}],` +
			`"components":[{"name":"in","bom-ref":"in"},null,7],"filler":"` + strings.Repeat("f", pad) + `","description":"\u00"}`
		item = strings.Replace(item, `"\u00"`, `"end\n\u0041"`, 1)
		doc, err := Read(context.Background(), strings.NewReader(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`+item+`,{"name":"next"}]}`), nil)
		if err != nil {
			t.Fatal(err)
		}
		doc.Source.SHA256 = ""
		return doc
	}
	small, large := read(0), read(3<<20)
	if a, b := asJSON(small), asJSON(large); a != b {
		t.Errorf("small: %s\nlarge: %s", a, b)
	}
	if c := small.Components; len(c) != 3 || c[0].Name != `x\"é \` || c[0].Ref != "ab" || c[0].Version != "1.5e3" || c[0].Description != "end\nA" ||
		c[0].Properties[0].Value != "v\u2028😀" || c[1].Parent != "ab" || len(small.Problems) != 4 {
		t.Errorf("%+v\n%+v", small.Components, small.Problems)
	}
}
