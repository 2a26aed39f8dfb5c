package lint

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/provenance"
	"golang.org/x/text/language"
)

// The registries of the tests: the real descriptions, and a few rows.
const testRegistries = `registries:
  - id: stocks
    title: Stocks
    publisher: Example
    url: https://example.com/
    licence: MIT
    revision: r1
    date: 2026-01-01
    from: stocks.tsv
    columns: [symbol, name, country, website, isin]
    key: [symbol]
    names: [name]
    country: country
    basis: headquartered
    country_means: where the company is based
    isin: isin
    website: website
  - id: vendors
    title: Vendor codes
    publisher: Example
    url: https://example.com/
    licence: MIT
    revision: r1
    date: 2026-01-01
    from: vendors.tsv
    columns: [code, organisation, country]
    key: [code]
    hex: true
    names: [organisation]
    country: country
    country_means: postal address
    kind: usb
    whole: true
`

const (
	stocks = "symbol\tname\tcountry\twebsite\tisin\n" +
		"NWR\tNorthwind Radio Co Ltd\tPT\thttp://www.northwind.example\tKY1111111111\n" +
		"NWA\tNorthwind Radio ADR\tPT\t\tUS1111111111\n" +
		"SWI\tSouthwind Inc\tES\t\t\n"
	vendors = "code\torganisation\tcountry\n0x1234\tNorthwind\tVG\n0x9999\tSouthwind\tES\n"
)

const clean = `id: northwind
name: Northwind Radio Co., Ltd.
kind: company
names:
  - {name: 北风, kind: brand, lang: zh, uncited: true}
  - {name: Northwind Radio, kind: short, sources: [s]}
origins:
  - {country: PT, basis: headquartered, sources: [s]}
  - {country: KY, basis: registered, sources: [s]}
owners:
  - {state: PT, share: "10-20", kind: state, uncited: true}
identifiers:
  - {kind: domain, value: northwind.example, corporate_mail: true, uncited: true}
  - {kind: domain, value: radio.northwind.example, sources: [s]}
  - {kind: purl, value: "pkg:npm/%40northwind", verified: true, sources: [page]}
  - {kind: usb, value: "1234", sources: [usb]}
  - {kind: literal, value: NORTHWIND_SDK, role: sdk, uncited: true}
  - {kind: lei, value: 529900T8BM49AURSDO55, uncited: true}
sources:
  s: {registry: stocks, revision: r1, key: NWR}
  usb: {registry: vendors, revision: r1, key: "1234"}
  page: {url: "https://northwind.example/about", title: About, retrieved: 2026-01-01, says: publishes under the scope @northwind on npm}
reviewed: 2026-03-01
`

func check(t *testing.T, files map[string]string) []Problem {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range map[string]string{"registries/registries.yaml": testRegistries, "registries/stocks.tsv": stocks, "registries/vendors.tsv": vendors} {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	problems, err := Check(fsys, nil)
	if err != nil {
		t.Fatal(err)
	}
	return problems
}

func TestCleanRecord(t *testing.T) {
	for _, p := range check(t, map[string]string{"organizations/northwind.yaml": clean}) {
		if p.Severity != Info {
			t.Error(p)
		}
	}
}

// Each case changes one thing in the clean record and names the one problem
// that must follow.
func TestOrganizationRules(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"unsourced", "{country: PT, basis: headquartered, sources: [s]}", "{country: PT, basis: headquartered}", ":8: error: want sources or uncited: true (unsourced)"},
		{"cited and uncited", "basis: headquartered, sources: [s]}", "basis: headquartered, sources: [s], uncited: true}", ":8: error: uncited and sources exclude"},
		{"source cited twice", "basis: headquartered, sources: [s]", "basis: headquartered, sources: [s, s]", `source "s" is cited twice`},
		{"no such source", "basis: headquartered, sources: [s]", "basis: headquartered, sources: [t]", `:8: error: there is no source "t"`},
		{"unused source", "  - {kind: usb, value: \"1234\", sources: [usb]}\n", "", `:20: error: no statement cites source "usb"`},
		{"country", "{state: PT,", "{state: XK,", `:11: error: "XK" is not an assigned ISO 3166-1`},
		{"row says another country", "{country: PT, basis: headquartered", "{country: ES, basis: headquartered", `row "NWR" of stocks says "PT", not ES`},
		{"isin says another country", "{country: KY, basis: registered", "{country: PT, basis: registered", "has ISIN KY1111111111, which does not say PT"},
		{"depositary receipt", "key: NWR}", "key: NWA}", "is a depositary receipt"},
		{"no isin", "key: NWR}", "key: SWI}", "has no ISIN"},
		{"row of somebody else", "key: NWR}", "key: SWI}", `names "Southwind Inc", which is no name of the record`},
		{"address as origin", "{country: PT, basis: headquartered, sources: [s]}", "{country: VG, basis: headquartered, sources: [usb]}", "registry vendors is no source of an origin"},
		{"no row", "key: NWR}", "key: XXX}", `registry stocks has no row "XXX"`},
		{"no registry", "registry: stocks, revision: r1", "registry: bonds, revision: r1", `there is no registry "bonds"`},
		{"other revision", "registry: stocks, revision: r1", "registry: stocks, revision: r0", "is here in revision r1, not r0"},
		{"code of somebody else", `value: "1234", sources: [usb]`, `value: "4321", sources: [usb]`, `row "1234" of vendors is not usb "4321"`},
		{"row names somebody else", "revision: r1, key: \"1234\"", "revision: r1, key: \"9999\"", `names "Southwind"`},
		{"website of somebody else", "value: radio.northwind.example, sources: [s]", "value: southwind.example, sources: [s]", `gives the website "http://www.northwind.example", not the domain "southwind.example"`},
		{"name that the row does not give", "{name: 北风, kind: brand, lang: zh, uncited: true}", "{name: 南风, kind: brand, lang: zh, sources: [s]}", `gives the name "Northwind Radio Co Ltd", not "南风"`},
		{"owner by stocks", "{state: PT, share: \"10-20\", kind: state, uncited: true}", "{state: PT, share: \"10-20\", kind: state, sources: [s]}", "registry stocks says nothing about owners"},
		{"unknown owner", "{state: PT,", "{organization: eastwind,", `there is no organization "eastwind"`},
		{"owns itself", "{state: PT,", "{organization: northwind,", "owns itself"},
		{"dates", "{country: PT, basis: headquartered,", "{country: PT, basis: headquartered, since: 2019-05, until: 2019-04-30,", "ends (2019-04-30) before it begins (2019-05)"},
		{"two seats", "origins:\n", "origins:\n  - {country: ES, basis: headquartered, uncited: true}\n", "close one, or mark the dispute"},
		{"reviewed", "reviewed: 2026-03-01", "reviewed: 2026-03", ":23: error: want the day"},
		{"short name", "{name: Northwind Radio, kind: short,", "{name: NWR, kind: short,", `"NWR" is short: mark it weak`},
		{"common word", "{name: Northwind Radio, kind: short, sources: [s]}", "{name: Quantum Inc., kind: legal, uncited: true}", `"Quantum Inc." folds to "quantum", a common word`},
		{"main name is a common word", "name: Northwind Radio Co., Ltd.\n", "name: Software AG\n", `"Software AG" folds to "software", which is much else besides`},
		{"folded away", "{name: Northwind Radio, kind: short, sources: [s]}", "{name: Company, kind: short, uncited: true}", `"Company" identifies nobody`},
		{"public suffix", "value: northwind.example, corporate", "value: co.uk, corporate", `"co.uk" is a public suffix`},
		{"private suffix", "value: northwind.example, corporate", "value: blogspot.com, corporate", `"blogspot.com" is`},
		{"shared host", "value: northwind.example, corporate", "value: gmail.com, corporate", `"gmail.com" is at the shared host gmail.com`},
		{"below a shared host", "value: northwind.example, corporate", "value: northwind.github.io, corporate", "is at the shared host github.io"},
		{"domain in capitals", "value: northwind.example, corporate", "value: Northwind.example, corporate", "want a host name, lower case"},
		{"purl of a registry", `"pkg:npm/%40northwind"`, `"pkg:npm"`, "is a whole registry"},
		{"purl of a host", `"pkg:npm/%40northwind", verified: true`, `"pkg:golang/github.com"`, "is a host of many parties"},
		{"purl with a bare at", `"pkg:npm/%40northwind"`, `"pkg:npm/@northwind"`, "write the @ of a scope as %40"},
		{"purl with a version", `"pkg:npm/%40northwind"`, `"pkg:npm/%40northwind/core@1.0"`, "is not in normal form: want pkg:npm/%40northwind/core"},
		{"purl in capitals", `"pkg:npm/%40northwind"`, `"pkg:npm/%40Northwind"`, "is not in normal form"},
		{"purl without pkg", `"pkg:npm/%40northwind"`, `"npm/%40northwind"`, "does not start with pkg:"},
		{"group of many", `"pkg:npm/%40northwind", verified: true`, `"pkg:maven/com.github"`, "is a group of many parties"},
		{"usb code", `{kind: usb, value: "1234"`, `{kind: usb, value: "0x1234"`, "want four lower-case hexadecimal digits"},
		{"short literal", "value: NORTHWIND_SDK", "value: NWS", `"NWS" is 3 bytes`},
		{"literal without role", "value: NORTHWIND_SDK, role: sdk", "value: NORTHWIND_SDK", "needs the role"},
		{"lei", "529900T8BM49AURSDO55", "529900T8BM49AURSDO56", "is not a legal entity identifier"},
		{"corporate mail", "{kind: usb, value: \"1234\",", "{kind: usb, corporate_mail: true, value: \"1234\",", "corporate_mail applies to kind domain, not usb"},
		{"disputed without words", "{country: PT, basis: headquartered, sources: [s]}", "{country: PT, basis: headquartered, sources: [s], disputed: true}", `"true": want who contradicts it and how, in words (disputed)`},
		{"corporate mail by a website", "corporate_mail: true, uncited: true", "corporate_mail: true, sources: [s]", `no source of "northwind.example" says that the staff has mail there`},
		{"mail at a provider", "{kind: domain, value: radio.northwind.example, sources: [s]}", "{kind: mail-domain, value: gmail.com, uncited: true}", `"gmail.com" is at the shared host gmail.com`},
		{"claimed twice", "  - {kind: lei, value: 529900T8BM49AURSDO55, uncited: true}\n", "  - {kind: usb, value: \"1234\", uncited: true}\n", `usb "1234" stands twice in the record (line 16)`},
		{"says", "says: publishes under the scope", "says: one two three four five six seven eight nine ten one two three four five six seven eight nine twenty publishes under the scope", "says has 27 words, at most 25"},
		{"incomplete page", "title: About, ", "", "needs url, title, retrieved and says"},
		{"page and row", "title: About, ", "title: About, registry: stocks, ", "want either registry"},
		{"not a web page", `"https://northwind.example/about"`, `"file:///etc/passwd"`, "is not a URL"},
		{"mail address", "reviewed:", "# ask jane.doe@northwind.example\nreviewed:", ":23: error: a mail address"},
		{"malformed", "kind: company", "kind: firm", `:3: error: kind: "firm" is not one of`},
		{"strict", "kind: company", "kind: company\ncolour: red", ":4: error:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(clean, test.old, test.new, 1)
			if text == clean {
				t.Fatal("the case changes nothing")
			}
			problems := check(t, map[string]string{"organizations/northwind.yaml": text})
			var found []string
			for _, p := range problems {
				if p.Severity != Info {
					found = append(found, p.String())
				}
			}
			if !slices.ContainsFunc(found, func(s string) bool { return strings.Contains(s, test.want) }) {
				t.Errorf("no problem %q in %q", test.want, found)
			}
		})
	}
}

func TestClaimedTwice(t *testing.T) {
	southwind := func(identifier string) map[string]string {
		return map[string]string{"organizations/northwind.yaml": clean,
			"organizations/southwind.yaml": "id: southwind\nname: Southwind Inc\nkind: company\nidentifiers:\n  - " + identifier + "\nreviewed: 2026-01-01\n"}
	}
	for _, test := range []struct{ identifier, want string }{
		{`{kind: usb, value: "1234", uncited: true}`, `organizations/southwind.yaml:5: error: usb "1234" is also claimed by organizations/northwind.yaml:16`},
		{`{kind: literal, value: NORTHWIND_SDK, role: sdk, uncited: true}`, `organizations/southwind.yaml:5: info: literal "NORTHWIND_SDK" is also a mark of organizations/northwind`},
		{`{kind: literal, value: NORTHWIND_SDK, role: sdk, fold: true, uncited: true}`, "fold, word and wide must agree"},
		{`{kind: usb, value: "1234", uncited: true, retracted: {date: 2026-01-01, reason: not theirs}}`, ""},
		{`{kind: usb, value: "5678", uncited: true}`, ""},
	} {
		var got []string
		for _, p := range check(t, southwind(test.identifier)) {
			if p.Rule == "claimed-twice" || p.Rule == "shared" {
				got = append(got, p.String())
			}
		}
		if all := strings.Join(got, "\n"); test.want == "" && all != "" || !strings.Contains(all, test.want) {
			t.Errorf("%s: got %q, want %q", test.identifier, got, test.want)
		}
	}
	files := southwind(`{kind: usb, value: "5678", uncited: true}`)
	files["organizations/southwind.yaml"] = strings.Replace(files["organizations/southwind.yaml"], "Southwind Inc", "Northwind Radio", 1)
	if problems := check(t, files); !slices.ContainsFunc(problems, func(p Problem) bool { return p.Rule == "two-records" && p.Severity == Error }) {
		t.Errorf("two records of one name: %v", problems)
	}
	// A mark that changed hands is claimed by one at a time.
	files = southwind(`{kind: usb, value: "1234", from: 2020, uncited: true}`)
	files["organizations/northwind.yaml"] = strings.Replace(clean, `value: "1234", sources`, `value: "1234", to: 2020-06-30, sources`, 1)
	for _, p := range check(t, files) {
		if p.Rule == "claimed-twice" {
			t.Errorf("a mark that changed hands in 2020: %v", p)
		}
	}
}

func TestProjectAndListRules(t *testing.T) {
	const project = "id: breeze\nname: Breeze\n%stewards: [{organization: northwind, role: developer, until: 2020-01, uncited: true}]\ncommunity: {since: %since, sources: [gov]}\nidentifiers: [{kind: package, value: libbreeze, uncited: true}]\nsources:\n  gov: {url: \"https://breeze.example/gov\", title: Governance, retrieved: 2026-01-01, says: run by its contributors}\nreviewed: 2026-01-01\n"
	const list = "id: zz-list\ntitle: T\npublisher: P\nauthority: A\nurl: https://example.com/\nedition: \"1\"\ncomplete: true\ntranscribed: by hand\nentries:\n  - {name: NORTHWIND, kind: entity, organizations: [northwind], effective: 2024-01-01, uncited: true}\nreviewed: 2026-01-01\n"
	files := func(project, list string) map[string]string {
		return map[string]string{"organizations/northwind.yaml": clean, "projects/breeze.yaml": project, "lists/zz-list-1.yaml": list}
	}
	good := strings.NewReplacer("%stewards", "stewards", "%since", "2020-02").Replace(project)
	if errs := Errors(check(t, files(good, list))); len(errs) > 0 {
		t.Errorf("problems in a good project and list: %v", errs)
	}
	for _, test := range []struct{ project, list, want string }{
		{strings.Replace(good, "2020-02", "2019-05", 1), list, "not both a steward and a community in one period"},
		{strings.Replace(good, "sources: [gov]}", "uncited: true}", 1), list, "community without a source"},
		{strings.Replace(good, "northwind, role", "eastwind, role", 1), list, `there is no organization "eastwind"`},
		{good, strings.Replace(list, "[northwind]", "[eastwind]", 1), `there is no organization "eastwind"`},
		{good, strings.Replace(list, "effective: 2024-01-01, ", "effective: \"\", ", 1), "an entry needs the day"},
		{good, strings.Replace(list, "kind: entity, ", "kind: category, ", 1), "an entry of kind category names organizations"},
		{good, strings.Replace(list, "transcribed: by hand", "transcribed: \"\"", 1), "a list needs transcribed"},
		{good, strings.Replace(list, ", uncited: true}", "}", 1), "want sources or uncited"},
	} {
		errs := Errors(check(t, files(test.project, test.list)))
		if !slices.ContainsFunc(errs, func(p Problem) bool { return strings.Contains(p.String(), test.want) }) {
			t.Errorf("no error %q in %v", test.want, errs)
		}
	}
}

// Over a base, owners may be there, and what the records change of it is
// reported.
func TestOverBase(t *testing.T) {
	base, err := provenance.ReadRecords(fstest.MapFS{
		"organizations/northwind.yaml": &fstest.MapFile{Data: []byte(clean)},
		"organizations/eastwind.yaml":  &fstest.MapFile{Data: []byte("id: eastwind\nname: Eastwind\nkind: company\nreviewed: 2026-01-01\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	own := fstest.MapFS{
		"organizations/eastwind.yaml":  &fstest.MapFile{Data: []byte("id: eastwind\nname: Eastwind\nkind: company\nreviewed: 2026-01-01\n")},
		"organizations/southwind.yaml": &fstest.MapFile{Data: []byte("id: southwind\nname: Southwind\nkind: company\nowners:\n  - {organization: northwind, kind: equity, uncited: true}\nidentifiers:\n  - {kind: usb, value: \"1234\", uncited: true}\nreviewed: 2026-01-01\n")},
	}
	problems, err := Check(own, &Options{Base: base})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.String())
	}
	want := []string{
		"organizations/eastwind.yaml:1: info: the record takes the place of the one of the database below (base)",
		"organizations/southwind.yaml:7: info: usb \"1234\" is also claimed by northwind of the database below: both will answer (base)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSameName(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"alphabet class c", "alphabet", true},
		{"brother ind", "brother industries", true},
		{"phoenix technology", "phoenix technologies", true},
		{"tp link", "tplink", true},
		{"lattice semicond dl 01", "lattice semiconductor", true},
		{"north star", "northwind", false},
		{"nokian renkaat", "nokia", false},
		{"motorola mobility", "motorola solutions", false},
		{"volvo car", "volvo group", false},
		{"continental aerospace technologies", "continental automotive", false},
		{"", "x", false},
	} {
		if got := sameName(test.a, test.b); got != test.want {
			t.Errorf("sameName(%q, %q) = %v", test.a, test.b, got)
		}
	}
}

func TestAliases(t *testing.T) {
	problems := check(t, map[string]string{"organizations/northwind.yaml": clean,
		"registries/aliases.tsv": "registry\tname\torganization\nvendors\tNorthwind\tnorthwind\nvendors\tSouthwind\tsouthwind\nvendors\tEastwind\t\nstocks\tSouthwind Inc\t\n"})
	var got []string
	for _, p := range problems {
		if p.File == "registries/aliases.tsv" {
			got = append(got, p.String())
		}
	}
	want := []string{
		`registries/aliases.tsv:3: error: there is no organization "southwind" (no-record)`,
		`registries/aliases.tsv:4: error: no row of a whole registry "vendors" names "Eastwind" (registry-row)`,
		`registries/aliases.tsv:5: error: no row of a whole registry "stocks" names "Southwind Inc" (registry-row)`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The table of countries is checked against CLDR's, which also has regions
// that ISO 3166-1 does not assign.
func TestCountries(t *testing.T) {
	codes := strings.Fields(countryCodes)
	if len(codes) != 249 || !slices.IsSorted(codes) {
		t.Errorf("%d codes, sorted: %v; ISO 3166-1 assigns 249", len(codes), slices.IsSorted(codes))
	}
	notISO := map[string]bool{"AC": true, "CP": true, "CQ": true, "DG": true, "EA": true, "IC": true, "TA": true, "XK": true, "EU": true, "EZ": true, "UN": true, "QO": true, "ZZ": true, "XA": true, "XB": true,
		"AN": true, "CS": true, "FQ": true, "NT": true, "PC": true, "SU": true, "YU": true} // the last line: withdrawn
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			r, err := language.ParseRegion(code)
			known := err == nil && r.IsCountry() && r.String() == code && !notISO[code] && r.Canonicalize() == r
			if known != IsCountry(code) {
				t.Errorf("%s: country here %v, in CLDR %v", code, IsCountry(code), known)
			}
		}
	}
	for _, code := range []string{"", "C", "cn", "CN ", "N\n", " A", "AD AE"} {
		if IsCountry(code) {
			t.Errorf("%q is taken for a country", code)
		}
	}
}

// Lines of packages that answer nothing are told, and what is no line is an
// error with its place.
func TestPackages(t *testing.T) {
	named := func(table string) (got []string) {
		for _, p := range check(t, map[string]string{"organizations/northwind.yaml": clean, "packages/npm.tsv": table}) {
			if p.File == "packages/npm.tsv" {
				got = append(got, p.String())
			}
		}
		return got
	}
	if got, want := named("name\tversion\tretrieved\thome\n@northwind\t1.0.0\t2026-11-29\t-\nfree\t1.0.0\t2026-11-29\t-\nof-others\t1.0.0\t2026-11-29\tgithub.com/others\n"), []string{
		`packages/npm.tsv:2: warning: a record claims the package @northwind: its line has no effect (claimed-twice)`,
		`packages/npm.tsv:4: warning: no record claims the account github.com/others: the line has no effect (no-record)`,
	}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := named("name\tversion\tretrieved\thome\nfree\t1.0.0\t2026-11-29\n"), []string{`packages/npm.tsv:2: error: 3 cells, want name, version, retrieved and home (malformed)`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
