// Collect writes a table of data/packages from the metadata that a registry
// of packages hands out: one JSON document a line, as the registry's address
// NAME/latest gives it, on standard input.
//
//	go run ./provenance/origindb/internal/collect -type npm -retrieved 2026-11-29 < documents > provenance/origindb/data/packages/npm.tsv
//
// A package is written where its metadata tells whose it is: its repository is
// of an account that a record claims, or of its author's own account, unless its
// licence text is known to name an organization (licences.txt). All others stay
// unknown, and the accounts of most of them are listed on standard
// error, most packages first: they are what to write records for.
package main

import (
	"bufio"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb/internal/packages"
	"github.com/touchmark-dev/touchmark/sbom"
)

func main() {
	data := flag.String("data", "provenance/origindb/data", "folder of the records")
	typ := flag.String("type", "npm", "type of package URL; npm is known")
	retrieved := flag.String("retrieved", "", "day on which the documents were fetched")
	most := flag.Int("unknown", 40, "unknown accounts to list")
	flag.Parse()
	err := func() error {
		if *typ != "npm" || *retrieved == "" || flag.NArg() > 0 {
			return errors.New("want -type npm and -retrieved DATE, and documents on standard input")
		}
		records, err := provenance.ReadRecords(os.DirFS(*data))
		if err != nil {
			return err
		}
		t, err := read(os.Stdin, records)
		if err != nil {
			return err
		}
		t.write(os.Stdout, *retrieved)
		t.report(os.Stderr, *most)
		return nil
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "collect:", err)
		os.Exit(1)
	}
}

// licences are the lines of licences.txt.
//
//go:embed licences.txt
var licences string

type table struct {
	rows    map[string]row // by name
	unknown map[string]int // accounts, and how many packages are theirs
	claimed int            // packages that a record claims
	silent  int            // packages whose metadata does not tell
}

type row struct{ version, home string }

func read(r io.Reader, records *provenance.Records) (*table, error) {
	t := &table{rows: map[string]row{}, unknown: map[string]int{}}
	known := func(purl string) bool { return len(records.Lookup(sbom.PURL, provenance.Key(sbom.PURL, purl))) > 0 }
	licensed := strings.Split(licences, "\n")
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		var d document
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			return nil, fmt.Errorf("document %d: %w", n, err)
		}
		name := strings.TrimPrefix(provenance.Key(sbom.PURL, "pkg:npm/"+d.Name), "npm/")
		if name == "" || d.Version == "" || strings.ContainsAny(name+d.Version, "\t\n") {
			continue
		}
		scope, _, scoped := strings.Cut(name, "/")
		if known("pkg:npm/"+name) || scoped && known("pkg:npm/"+scope) {
			t.claimed++
			continue
		}
		home := d.account()
		switch {
		case home == "":
			t.silent++
			continue
		case known("pkg:" + packages.AccountKey(home)):
		case slices.Contains(licensed, name):
			t.silent++
			continue
		case d.Author.owns(home):
			home = packages.NoHome
		default:
			t.unknown[home]++
			continue
		}
		t.rows[name] = row{d.Version, home}
	}
	return t, lines.Err()
}

func (t *table) write(w io.Writer, retrieved string) {
	fmt.Fprintln(w, "name\tversion\tretrieved\thome")
	for _, name := range slices.Sorted(maps.Keys(t.rows)) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", name, t.rows[name].version, retrieved, t.rows[name].home)
	}
}

func (t *table) report(w io.Writer, most int) {
	people := 0
	for _, r := range t.rows {
		if r.home == packages.NoHome {
			people++
		}
	}
	unknown := 0
	for _, n := range t.unknown {
		unknown += n
	}
	fmt.Fprintf(w, "%d of accounts on record, %d of their authors; claimed by records %d, of accounts on no record %d, not told %d\n",
		len(t.rows)-people, people, t.claimed, unknown, t.silent)
	accounts := slices.SortedFunc(maps.Keys(t.unknown), func(a, b string) int { return cmp.Or(t.unknown[b]-t.unknown[a], strings.Compare(a, b)) })
	for _, a := range accounts[:min(most, len(accounts))] {
		fmt.Fprintf(w, "%6d %s\n", t.unknown[a], a)
	}
}

// A document is the metadata of one version of a package of npm.
type document struct {
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Author     person     `json:"author"`
	Repository repository `json:"repository"`
}

// A person is the author of a package: "Name <mail> (url)" or its parts. What
// is neither is nobody.
type person struct{ Name, Email, URL string }

var personForm = regexp.MustCompile(`^([^<(]*)(?:<([^>]*)>)?\s*(?:\(([^)]*)\))?`)

func (p *person) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		if m := personForm.FindStringSubmatch(s); m != nil {
			p.Name, p.Email, p.URL = strings.TrimSpace(m[1]), m[2], m[3]
		}
		return nil
	}
	var o struct{ Name, Email, URL any }
	if json.Unmarshal(b, &o) == nil {
		p.Name, _ = o.Name.(string)
		p.Email, _ = o.Email.(string)
		p.URL, _ = o.URL.(string)
	}
	return nil
}

// collective are words in the names of authors that are no persons.
var collective = regexp.MustCompile(`(?i)\b(inc|llc|ltd|limited|gmbh|corp|corporation|company|co|foundation|team|teams|contributors|contributor|authors|community|group|labs|lab|software|technologies|technology|solutions|systems|studio|studios|project|org|organization|working|developers|university|institute|js|the|and)\b|[&/@.]|\d`)

// owns reports whether an account is evidently the author's own: a person, by
// the form of the name, whose name, mail or address holds the account or is
// held by it.
func (p person) owns(account string) bool {
	words := strings.Fields(p.Name)
	if len(words) < 2 || len(words) > 4 || collective.MatchString(strings.ReplaceAll(p.Name, ". ", " ")) {
		return false
	}
	_, account, _ = strings.Cut(account, "/")
	account = letters(account)
	if len(account) < 3 {
		return false
	}
	for _, w := range words {
		// A first name alone is also that of a product; a long one, or a
		// family name, in an account is the person's.
		if w = letters(w); len(w) >= 5 && strings.Contains(account, w) {
			return true
		}
	}
	if name := letters(p.Name); name == account || len(account) >= 5 && strings.Contains(name, account) {
		return true
	}
	local, domain, _ := strings.Cut(strings.ToLower(p.Email), "@")
	domain, _, _ = strings.Cut(domain, ".")
	if len(account) >= 4 && (letters(local) == account || letters(domain) == account) {
		return true
	}
	if letters(p.URL) == account && strings.HasPrefix(p.URL, "@") { // "Jane Roe (@jroe)"
		return true
	}
	u, err := url.Parse(strings.ToLower(p.URL))
	if err != nil || len(account) < 4 {
		return false
	}
	host, _, _ := strings.Cut(strings.TrimPrefix(u.Hostname(), "www."), ".")
	return letters(host) == account || letters(strings.Trim(u.Path, "/")) == account && strings.HasSuffix(u.Hostname(), "github.com")
}

// letters returns the lower-case letters and digits of a text.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// A repository is the address of a repository, in any of the forms that npm
// takes.
type repository string

func (r *repository) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		var o struct{ URL any }
		if json.Unmarshal(b, &o) == nil {
			s, _ = o.URL.(string)
		}
	}
	*r = repository(s)
	return nil
}

var (
	// shorthand is npm's own form: "github:owner/name", and "owner/name".
	shorthand = regexp.MustCompile(`^(?:(github|gitlab|bitbucket):)?([A-Za-z0-9_.-]+)/[A-Za-z0-9_.-]+(?:#.*)?$`)
	remote    = regexp.MustCompile(`(?:^|[/@])(?:www\.)?(github\.com|gitlab\.com|bitbucket\.org|gitee\.com|codeberg\.org)[/:]+([A-Za-z0-9_.-]+)/`)
	hosts     = map[string]string{"": "github.com", "github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
)

// account returns HOST/ACCOUNT of the repository, empty where it is on no known
// code host.
func (d *document) account() string {
	r := strings.TrimSpace(string(d.Repository))
	if m := remote.FindStringSubmatch(r); m != nil {
		return m[1] + "/" + strings.ToLower(m[2])
	}
	if m := shorthand.FindStringSubmatch(r); m != nil {
		return hosts[m[1]] + "/" + strings.ToLower(m[2])
	}
	return ""
}
