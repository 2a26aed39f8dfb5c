package provenance

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// withProjects is the world with two projects in it.
func withProjects() *Records {
	db := world()
	cited := Statement{Sources: []string{"s"}}
	db.Organizations[0].Identifiers = append(db.Organizations[0].Identifiers,
		Identifier{Kind: sbom.LiteralMark, Value: "Listed Optics hint", Role: sbom.SDK, Statement: Statement{Uncited: true}})
	cite := map[string]Source{"s": {URL: "https://example.org/projects", Title: "Projects", Retrieved: "2026-01-01", Says: "so"}}
	db.Projects = []Project{
		{ID: "openssl", Name: "OpenSSL", Sources: cite, Reviewed: "2026-01-01", Identifiers: []Identifier{
			{Kind: PackageName, Value: "openssl", Statement: cited}, {Kind: PackageName, Value: "libssl1.1", Statement: cited}}},
		{ID: "plainlib", Name: "Plain Library", Sources: cite, Reviewed: "2026-01-01",
			Stewards:    []Steward{{Organization: "plain", Role: sbom.Developer, Statement: cited}},
			Identifiers: []Identifier{{Kind: PackageName, Value: "plainlib", Statement: cited}}},
		{ID: "meadow", Name: "Meadow", Sources: cite, Reviewed: "2026-01-01", Identifiers: []Identifier{
			{Kind: PackageName, Value: "meadow", Statement: cited}, {Kind: PackageName, Value: "clover", Statement: cited}, {Kind: PackageName, Value: "daisy", Statement: cited}}},
	}
	return db
}

func reconcile(t *testing.T, declared, found []*sbom.Component) *Reconciliation {
	t.Helper()
	db := withProjects()
	run := func(cs []*sbom.Component, k sbom.SourceKind) *Report {
		cs = slices.Clone(cs)
		for i := range cs {
			cs[i] = copyOf(cs[i])
			if cs[i].Ref == "" {
				cs[i].Ref = string(k) + "-" + cs[i].Name + cs[i].Version
			}
			if k == sbom.SourceCycloneDX {
				cs[i].Place = "/components/" + cs[i].Name
			}
		}
		r, err := Analyze(context.Background(), &sbom.Document{Source: sbom.Source{Kind: k}, Components: cs}, db, &Options{AsOf: "2026-06-01"})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	return Reconcile(run(declared, sbom.SourceCycloneDX), run(found, sbom.SourceTree), db)
}

func named(name, version string) *sbom.Component {
	return &sbom.Component{Name: name, Version: version, Type: sbom.Library}
}

// marked is a component in whose bytes an organization's mark was found.
func marked(name, organization string) *sbom.Component {
	return &sbom.Component{Name: name, Type: sbom.Library, Locations: []string{"usr/lib/" + name},
		Claims: []sbom.Claim{{Kind: sbom.LiteralMark, Value: organization + " mark", By: sbom.ByBytes,
			Evidence: []sbom.Evidence{{Technique: sbom.BinaryAnalysis, Extractor: "literal:x", Path: "usr/lib/" + name, Offset: 16, Length: 4, Match: organization}}}}}
}

// weak is a component whose mark is known without a source only.
func weak(c *sbom.Component) *sbom.Component {
	c.Claims[0].Value = "Listed Optics hint"
	return c
}

// rules lists the rules of findings with what they are about.
func rules(r *Reconciliation) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, string(f.Verdict)+" "+f.Rule+" "+f.Name)
	}
	slices.Sort(out)
	return out
}

func TestReconcile(t *testing.T) {
	type list = []*sbom.Component
	hashed := func(c *sbom.Component, value string) *sbom.Component {
		c.Hashes, c.Locations = []sbom.Hash{{Algorithm: "SHA-256", Value: value}}, []string{"/usr/bin/" + c.Name}
		return c
	}
	file := func(name, location string) *sbom.Component {
		c := named(name, "")
		c.Locations = []string{location}
		return c
	}
	purl := func(p string) *sbom.Component {
		c := named("x", "")
		c.PURL = p
		return c
	}
	from := supplied
	for _, test := range []struct {
		name            string
		declared, found list
		want            []string
	}{
		{"the same", list{named("zlib", "1.2.13")}, list{named("zlib", "1.2.13")}, nil},
		{"nothing", nil, nil, nil},
		{"not found", list{named("zlib", "1.2.13")}, nil, []string{"info not-found zlib 1.2.13"}},
		{"undeclared", nil, list{named("zlib", "1.2.13")}, []string{"info undeclared zlib 1.2.13"}},
		{"version", list{named("zlib", "1.2.11")}, list{named("zlib", "1.2.13")}, []string{"review version zlib 1.2.13"}},
		{"a letter is a version", list{named("openssl", "1.1.1")}, list{named("openssl", "1.1.1n")}, []string{"review version openssl 1.1.1n"}},
		{"a suffix of a distribution is none", list{named("openssl", "1:1.1.1n-0+deb11u3")}, list{named("openssl", "1.1.1n")}, nil},
		{"a missing version", list{named("zlib", "")}, list{named("zlib", "1.2.13")}, nil},
		{"a range that holds it", list{named("zlib", "1.2.3")}, list{named("zlib", "vers:generic/>=1.2.0|<1.2.4")}, nil},
		{"a range that does not", list{named("zlib", "1.2.4")}, list{named("zlib", "vers:generic/>=1.2.0|<1.2.4")}, []string{"review version zlib vers:generic/>=1.2.0|<1.2.4"}},
		{"two versions, one of them right", list{named("zlib", "1.2.11"), named("zlib", "1.2.13")}, list{named("zlib", "1.2.13")}, nil},
		{"openssl is libssl and libcrypto", list{named("openssl", "1.1.1n")}, list{named("libssl1.1", "1.1.1n"), file("libcrypto.so.1.1", "usr/lib/libcrypto.so.1.1")}, nil},
		{"through a project", list{purl("pkg:deb/debian/libssl1.1@1.1.1n")}, list{named("openssl", "1.1.1n")}, nil},
		{"parts of one project are not each other", list{named("clover", "1")}, list{named("daisy", "2")}, []string{"info not-found clover 1", "info undeclared daisy 2"}},
		{"a project by its own name is its parts", list{named("meadow", "1")}, list{named("daisy", "1")}, nil},
		{"spelling", list{named("Linux Kernel", "")}, list{named("linux", "")}, []string{"info not-found Linux Kernel", "info undeclared linux"}},
		{"linux_kernel", list{named("linux-kernel", "")}, list{named("linux", "")}, nil},
		{"unlike names", list{named("libpng", "")}, list{named("libjpeg", "")}, []string{"info not-found libpng", "info undeclared libjpeg"}},
		{"an undeclared maker", list{from("app", "Plain Software")}, list{from("app", "Plain Software"), marked("libvid.so", "Soon Listed")}, []string{"review undeclared libvid.so"}},
		{"an undeclared part of a declared maker", list{from("app", "Plain Software")}, list{from("app", "Plain Software"), marked("libtwo.so", "Plain Software")}, []string{"info undeclared libtwo.so"}},
		{"another maker", list{from("app", "Plain Software")}, list{from("app", "Soon Listed")}, []string{"review supplier app"}},
		{"the maker's subsidiary", list{from("app", "Child Optics")}, list{from("app", "Grandchild Optics")}, nil},
		{"a hidden listed organization", list{from("app", "Plain Software")}, list{from("app", "Plain Software"), marked("libcam.so", "Listed Optics")},
			[]string{"fail hidden-organization libcam.so", "review undeclared libcam.so"}},
		{"one that a listed one holds", nil, list{marked("libcam.so", "Child Optics")}, []string{"fail hidden-organization libcam.so", "review undeclared libcam.so"}},
		{"perhaps held", nil, list{marked("libcam.so", "Vague Optics")}, []string{"review hidden-organization libcam.so", "review undeclared libcam.so"}},
		{"a listed organization that is declared elsewhere", list{from("camera", "Listed Optics")}, list{from("camera", "Listed Optics"), marked("libcam.so", "Listed Optics")},
			[]string{"info undeclared libcam.so"}},
		{"hidden behind another's name", list{from("app", "Plain Software")}, list{from("app", "Listed Optics")}, []string{"fail hidden-organization app", "review supplier app"}},
		{"a weak mark of a listed organization", list{from("app", "Plain Software")}, list{from("app", "Plain Software"), weak(marked("libcam.so", "Listed Optics"))},
			[]string{"info hidden-organization libcam.so", "info undeclared libcam.so"}},
		{"a variant of a package", list{named("dnsmasq", "2.80")}, list{named("dnsmasq-full", "2.80")}, nil},
		{"another library with a like name", list{named("libnl", "")}, list{named("libnl-tiny", "")}, []string{"info not-found libnl", "info undeclared libnl-tiny"}},
		{"hash of the same file", list{hashed(named("init", ""), "aa")}, list{hashed(named("init", ""), "AA")}, nil},
		{"hash of a changed file", list{hashed(named("init", ""), "aa")}, list{hashed(named("init", ""), "bb")}, []string{"review hash init"}},
	} {
		r := reconcile(t, test.declared, test.found)
		if got := rules(r); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		if len(r.NotFound)+len(r.Matches) != len(test.declared) {
			t.Errorf("%s: %d not found and %d matched of %d declared", test.name, len(r.NotFound), len(r.Matches), len(test.declared))
		}
		for _, f := range r.Findings {
			if f.Why == "" || len(f.Steps) < 2 {
				t.Errorf("%s: %s has no steps", test.name, f.ID)
			}
			if f.Rule == "hidden-organization" {
				kinds := ""
				for _, s := range f.Steps {
					kinds += " " + string(s.Kind)
				}
				for _, k := range []StepKind{StepListEntry, StepOrganization, StepIdentifier, StepClaim} {
					if !strings.Contains(kinds, string(k)) {
						t.Errorf("%s: no step %s in%s", test.name, k, kinds)
					}
				}
				if f.List == nil || f.Organization == nil {
					t.Errorf("%s: the finding names no list or organization", test.name)
				}
			}
		}
	}
}

// Each finding of a reconciliation can be argued, from the saved JSON too.
func TestReconcileExplained(t *testing.T) {
	hash := named("init", "")
	hash.Hashes, hash.Locations = []sbom.Hash{{Algorithm: "SHA-256", Value: "aa"}}, []string{"sbin/init"}
	other := copyOf(hash)
	other.Hashes = []sbom.Hash{{Algorithm: "SHA-256", Value: "bb"}}
	r := reconcile(t, []*sbom.Component{named("zlib", "1.2.11"), named("gone", "1"), supplied("app", "Plain Software"), hash},
		[]*sbom.Component{named("zlib", "1.2.13"), supplied("app", "Soon Listed"), marked("libcam.so", "Listed Optics"), other})
	got := map[string]bool{}
	rep := saved(t, r.Report())
	for _, f := range r.Findings {
		got[f.Rule] = true
		e, err := Explain(rep, f.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Verdict) == 0 || len(e.Argument) < 2 || len(e.Sure) == 0 || len(e.Change) == 0 || e.Change[0] == "" || len(e.Dispute) == 0 || len(e.Do) == 0 {
			t.Errorf("%s: a part is missing:\n%s", f.ID, e)
		}
		if strings.Contains(e.String(), "That nobody is attributed") {
			t.Errorf("%s speaks of attributions:\n%s", f.ID, e)
		}
	}
	for rule := range reconcileTitles {
		if !got[rule] {
			t.Errorf("no finding of rule %s: the test shows nothing for it", rule)
		}
	}
}

// Order never matters.
func TestReconcileOrder(t *testing.T) {
	declared := []*sbom.Component{named("zlib", "1.2.11"), supplied("app", "Plain Software"), named("gone", "1")}
	found := []*sbom.Component{named("zlib", "1.2.13"), marked("libcam.so", "Listed Optics"), marked("libcam2.so", "Listed Optics"), supplied("app", "Child Optics")}
	a := reconcile(t, slices.Clone(declared), slices.Clone(found))
	slices.Reverse(declared)
	slices.Reverse(found)
	b := reconcile(t, declared, found)
	if !slices.Equal(ids(a.Findings), ids(b.Findings)) || !slices.Equal(rules(a), rules(b)) {
		t.Errorf("%q\n%q", rules(a), rules(b))
	}
}

func TestBareName(t *testing.T) {
	for name, want := range map[string]string{
		"libssl1.1": "openssl", "libcrypto.so.1.1": "openssl", "OpenSSL": "openssl", "libz.so.1": "zlib", "zlib1g": "zlib", "busybox": "busybox",
		"libpcre2-8.so.0": "pcre2", "linux_kernel": "linux", "usr/lib/libcurl.so.4.5.0": "curl", "libstdc++.so.6": "gcc", "lib": "lib", "7zip": "7zip", "": "",
	} {
		if got := bareName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
