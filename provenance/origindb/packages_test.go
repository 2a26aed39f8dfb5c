package origindb

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// packageData are records and tables that packages can be joined to.
func packageData(rows string) fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"organizations/acme.yaml": file("id: acme\nname: Acme Ltd\nkind: company\nidentifiers:\n" +
			"  - {kind: purl, value: \"pkg:github/acme\", sources: [gh]}\n  - {kind: purl, value: \"pkg:github/acme-said\", uncited: true}\n" +
			"  - {kind: purl, value: \"pkg:npm/claimed\", sources: [gh]}\n" +
			"sources:\n  gh: {url: \"https://acme.example/\", title: \"Acme\", retrieved: 2026-01-02, says: \"our account is acme\"}\nreviewed: 2026-01-02\n"),
		"organizations/common-ground.yaml": file("id: common-ground\nname: Common Ground Foundation\nkind: foundation\nidentifiers:\n" +
			"  - {kind: purl, value: \"pkg:github/ground\", to: 2025-06-30, sources: [gh]}\n" +
			"sources:\n  gh: {url: \"https://ground.example/\", title: \"Ground\", retrieved: 2026-01-02, says: \"our account is ground\"}\nreviewed: 2026-01-02\n"),
		"projects/widget.yaml": file("id: widget\nname: Widget\nidentifiers:\n  - {kind: purl, value: \"pkg:github/widget\", sources: [gh]}\n" +
			"stewards:\n  - {organization: common-ground, role: maintainer, sources: [gh]}\n" +
			"sources:\n  gh: {url: \"https://widget.example/\", title: \"Widget\", retrieved: 2026-01-02, says: \"a project of Common Ground\"}\nreviewed: 2026-01-02\n"),
		"packages/npm.tsv": file("name\tversion\tretrieved\thome\n" + rows),
	}
}

func buildPackages(t *testing.T, rows string) *DB {
	t.Helper()
	data, err := BuildDir(packageData(rows), "x")
	if err != nil {
		t.Fatal(err)
	}
	db, err := Read(string(data))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// A package that no record claims is its account's, or nobody's, and cites its
// own metadata and whoever says whose the account is.
func TestPackages(t *testing.T) {
	db := buildPackages(t, "@team/tool\t3.0.0\t2026-11-29\tgithub.com/widget\n"+
		"claimed\t1.0.0\t2026-11-29\tgithub.com/widget\n"+
		"lone\t1.0.0\t2026-11-29\t-\n"+
		"of-acme\t2.1.0\t2026-11-29\tgithub.com/acme\n"+
		"of-ground\t1.0.0\t2026-11-29\tgithub.com/ground\n"+
		"of-hearsay\t1.0.0\t2026-11-29\tgithub.com/acme-said\n"+
		"of-nobody\t1.0.0\t2026-11-29\tgithub.com/not-on-record\n")
	for _, test := range []struct{ purl, want string }{
		{"pkg:npm/of-acme@1.0.0", "npm/of-acme: developer acme; it is of github.com/acme (2.1.0); Acme"},
		{"pkg:npm/of-ground", "npm/of-ground: maintainer common-ground until 2025-06-30; it is of github.com/ground (1.0.0); Ground"},
		{"pkg:npm/%40team/tool@9", "npm/@team/tool: maintainer common-ground; it is of github.com/widget (%2Ftool/3.0.0); Widget"},
		{"pkg:npm/of-hearsay", "npm/of-hearsay: developer acme uncited; it is of github.com/acme-said (1.0.0)"},
		{"pkg:npm/lone", "npm/lone: unaffiliated; names its authors and no organization (1.0.0)"},
		{"pkg:npm/claimed", "acme"},
		{"pkg:npm/of-nobody", ""},
		{"pkg:npm/of-acm", ""},
		{"pkg:pypi/lone", ""},
	} {
		key := provenance.Key(sbom.PURL, test.purl)
		if got := describePackage(t, db, key); got != test.want {
			t.Errorf("%s: %q, want %q", test.purl, got, test.want)
		}
	}
	if got := db.Packages(); len(got) != 1 || got[0] != (PackageStatus{Type: "npm", Rows: 7, Unaffiliated: 1, Joined: 5}) {
		t.Errorf("counted as %+v", got)
	}
	changes, err := Diff(db, buildPackages(t, "lone\t2.0.0\t2026-11-30\tgithub.com/acme\n"))
	if err != nil || len(changes) != 7 || !slices.Contains(changes, Change{Record: "packages/npm", Kind: Changed, Fact: "home of lone", Old: `"-"`, New: `"github.com/acme"`}) {
		t.Errorf("changes %+v, error %v", changes, err)
	}
	if slices.Contains(db.ProjectIDs(), "npm/lone") {
		t.Error("a package is listed as a record")
	}
}

func describePackage(t *testing.T, db *DB, key string) string {
	t.Helper()
	matches := db.Lookup(sbom.PURL, key)
	if len(matches) == 0 {
		if db.Project(key) != nil {
			t.Errorf("%s is a project and no match", key)
		}
		return ""
	}
	if len(matches) > 1 {
		t.Errorf("%s has %d matches", key, len(matches))
	}
	m := matches[0]
	if m.Project == "" {
		return m.Organization
	}
	p := db.Project(m.Project)
	if got := m.Identifier.Value; "pkg:"+p.ID != got {
		t.Errorf("project %s has the identifier %s", p.ID, got)
	}
	out := p.ID + ": "
	s := p.Identifiers[0].Statement
	for _, st := range p.Stewards {
		out += st.Role.String() + " " + st.Organization
		if st.Until != "" {
			out += " until " + string(st.Until)
		}
		if st.Uncited {
			out += " uncited"
		}
		s = st.Statement
	}
	if p.Unaffiliated != nil {
		out += "unaffiliated"
		s = p.Unaffiliated.Statement
	}
	for i, k := range s.Sources {
		src, ok := p.Sources[k]
		if !ok {
			t.Errorf("%s cites %q, which is no source of it", p.ID, k)
		}
		if i > 0 {
			out += "; " + src.Title
			continue
		}
		says := strings.Replace(src.Says, "its repository is of the account", "it is of", 1)
		_, place, _ := strings.Cut(src.URL, "registry.npmjs.org/")
		out += "; " + says + " (" + strings.TrimPrefix(strings.TrimPrefix(place, p.Name+"/"), "@team") + ")"
	}
	return out
}

// A wrong line is refused with its place.
func TestPackageRows(t *testing.T) {
	for _, test := range []struct{ rows, want string }{
		{"a\t1\t2026-11-29\n", "packages/npm.tsv:2: 3 cells"},
		{"a\t\t2026-11-29\t-\n", "npm.tsv:2: 4 cells"},
		{"b\t1\t2026-11-29\t-\na\t1\t2026-11-29\t-\n", "npm.tsv:3: out of order"},
		{"a\t1\t2026-11-29\t-\na\t2\t2026-11-29\t-\n", "npm.tsv:3: out of order, or here twice"},
		{"JSONStream\t1\t2026-11-29\t-\n", `npm.tsv:2: name "JSONStream" is not in the form in which names are compared, "jsonstream"`},
		{"a\t1\tyesterday\t-\n", `npm.tsv:2: retrieved "yesterday"`},
		{"a\t1\t2019-11-29\t-\n", `npm.tsv:2: retrieved "2019-11-29"`},
		{"a\t1\t2026-11-29\tgit.example/a\n", `npm.tsv:2: home "git.example/a"`},
		{"a\t1\t2026-11-29\tgithub.com/a/b\n", `npm.tsv:2: home "github.com/a/b"`},
		{"a\t1\t2026-11-29\tgithub.com/Acme\n", `npm.tsv:2: home "github.com/Acme"`},
	} {
		if _, err := BuildDir(packageData(test.rows), "x"); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v, want %q", test.rows, err, test.want)
		}
	}
	fsys := packageData("")
	fsys["packages/soup.tsv"] = fsys["packages/npm.tsv"]
	if _, err := BuildDir(fsys, "x"); err == nil || !strings.Contains(err.Error(), `packages/soup.tsv: no registry of packages is known for the type "soup"`) {
		t.Errorf("a table of an unknown registry: %v", err)
	}
}

// The rows of a whole registry read the same from a file of the form before
// names stood end to end.
func TestRegistrantsOfEarlierForm(t *testing.T) {
	records, err := provenance.ReadRecords(os.DirFS("data"))
	if err != nil {
		t.Fatal(err)
	}
	registries, err := ReadRegistries(os.DirFS("data"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := build(records, registries, formShared)
	if err != nil {
		t.Fatal(err)
	}
	old, err := Read(string(data))
	if err != nil {
		t.Fatal(err)
	}
	now := openEmbedded(t)
	for i := range now.registries {
		r := &now.registries[i]
		for j := range r.rows.Len() {
			key := r.rows.Key(j)
			name, id := old.Registered(r.kind, key)
			if got, gotID := now.Registered(r.kind, key); got != name || gotID != id || name == "" {
				t.Fatalf("%s %s: %q of %s, was %q of %s", r.id, key, got, gotID, name, id)
			}
		}
	}
}
