package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/provenance"
)

// Only what a package's metadata tells is written: an account on record, or the
// author's own. A person's account is not kept.
func TestTable(t *testing.T) {
	records, err := provenance.ReadRecords(fstest.MapFS{"organizations/acme.yaml": {Data: []byte("id: acme\nname: Acme Ltd\nkind: company\nidentifiers:\n" +
		"  - {kind: purl, value: \"pkg:github/acme\", uncited: true}\n  - {kind: purl, value: \"pkg:npm/@acme\", uncited: true}\n  - {kind: purl, value: \"pkg:npm/claimed\", uncited: true}\nreviewed: 2026-01-02\n")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ doc, want string }{
		{`{"name": "a", "version": "1.0.0", "repository": {"url": "git+https://github.com/Acme/a.git"}, "author": "Jane Roe"}`, "a 1.0.0 github.com/acme"},
		{`{"name": "a", "version": "1.0.0", "repository": "git@github.com:acme/a.git"}`, "a 1.0.0 github.com/acme"},
		{`{"name": "a", "version": "1.0.0", "repository": "acme/a"}`, "a 1.0.0 github.com/acme"},
		{`{"name": "A", "version": "1.0.0", "repository": "github:acme/a"}`, "a 1.0.0 github.com/acme"},
		{`{"name": "@other/a", "version": "1.0.0", "repository": "github:acme/a"}`, "@other/a 1.0.0 github.com/acme"},
		{`{"name": "@acme/a", "version": "1.0.0", "repository": "github:acme/a"}`, ""},
		{`{"name": "claimed", "version": "1.0.0", "repository": "github:acme/a"}`, ""},
		{`{"name": "a", "version": "1.0.0", "repository": "https://git.acme.example/a"}`, ""},
		{`{"name": "a", "version": "1.0.0"}`, ""},
		{`{"name": "a", "version": "1.0.0", "repository": 7, "author": []}`, ""},
		{`{"name": "a", "version": "1.0.0", "repository": "janeroe/a", "author": "Jane Roe"}`, "a 1.0.0 -"},
		{`{"name": "a", "version": "1.0.0", "repository": "jroebuck/a", "author": {"name": "Jane Roebuck"}}`, "a 1.0.0 -"},
		{`{"name": "a", "version": "1.0.0", "repository": "quux-42/a", "author": "Jane Roe <quux42@mail.example>"}`, "a 1.0.0 -"},
		{`{"name": "a", "version": "1.0.0", "repository": "quux/a", "author": "Jane Roe <jane@quux.example> (https://github.com/quux)"}`, "a 1.0.0 -"},
		{`{"name": "a", "version": "1.0.0", "repository": "jroe/a", "author": "Jane Roe (@jroe)"}`, "a 1.0.0 -"},
		{`{"name": "needle", "version": "1.0.0", "repository": "janeroe/needle", "author": "Jane Roe"}`, ""}, // a company's by its licence
		{`{"name": "a", "version": "1.0.0", "repository": "widgets/a", "author": "Jane Roe"}`, ""},
		{`{"name": "a", "version": "1.0.0", "repository": "widgets/a", "author": "Widgets Inc."}`, ""},
		{`{"name": "a", "version": "1.0.0", "repository": "widgetscorp/a", "author": "Widgets Contributors"}`, ""},
		{`{"name": "a", "version": "1.0.0", "repository": "widget/a", "author": "widget"}`, ""},
	} {
		tab, err := read(strings.NewReader(test.doc), records)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		tab.write(&b, "2026-11-29")
		_, got, _ := strings.Cut(b.String(), "\n")
		got = strings.Join(strings.Fields(strings.Replace(got, "2026-11-29", "", 1)), " ")
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.doc, got, test.want)
		}
	}
	if _, err := read(strings.NewReader("{}\n{"), records); err == nil || !strings.Contains(err.Error(), "document 2") {
		t.Errorf("a broken document: %v", err)
	}
}
