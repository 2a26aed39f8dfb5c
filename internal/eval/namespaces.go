package main

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A namespace is the part of a package URL that says whose the package is, as
// far as its type has such a part:
//
//   - the namespace of the types in which an owner holds one: npm scope, Maven
//     group, Composer vendor, owner on a code host, registry organization;
//   - of a Go or Swift path, host and owner where the host is a code host or
//     gopkg.in, else the host;
//   - the source package, else the name, of a distribution's package: who
//     packed it is one question, whose the software is another;
//   - the name, where the type has no namespace (PyPI, crates, gems, NuGet) or
//     the package none.
//
// Versions, qualifiers and case do not count. It is empty for a component
// without a package URL.
type namespace struct{ ecosystem, name string }

// namespaceOf returns the namespace of a package URL.
func namespaceOf(purl string) namespace {
	key := provenance.Key(sbom.PURL, purl)
	typ, rest, ok := strings.Cut(key, "/")
	if !ok || rest == "" {
		return namespace{}
	}
	owner, name := "", rest
	if i := strings.LastIndexByte(rest, '/'); i >= 0 {
		owner, name = rest[:i], rest[i+1:]
	}
	switch typ {
	case "deb", "rpm", "apk", "opkg", "alpm", "ebuild", "qpkg", "conda", "nix", "brew", "yocto", "generic", "conan", "bitnami":
		return namespace{typ, cmp.Or(sourcePackage(purl), name)}
	case "golang", "swift":
		parts := strings.Split(rest, "/")
		n := 1
		if sharedCodeHosts[parts[0]] {
			n = 2
		}
		return namespace{typ, strings.Join(parts[:min(n, len(parts))], "/")}
	}
	if owner != "" {
		return namespace{typ, owner}
	}
	return namespace{typ, name}
}

// sharedCodeHosts are the hosts in Go and Swift paths whose next segment is an
// owner.
var sharedCodeHosts = map[string]bool{
	"github.com": true, "gitlab.com": true, "bitbucket.org": true, "gitee.com": true, "codeberg.org": true,
	"git.sr.ht": true, "gopkg.in": true, "launchpad.net": true,
}

// sourcePackage returns the source package that a distribution's package URL
// names in a qualifier.
func sourcePackage(purl string) string {
	_, q, _ := strings.Cut(purl, "?")
	q, _, _ = strings.Cut(q, "#")
	values, err := url.ParseQuery(q)
	if err != nil {
		return ""
	}
	v := cmp.Or(values.Get("upstream"), values.Get("source"), values.Get("origin"))
	v, _, _ = strings.Cut(v, "@")
	if n, ok := strings.CutSuffix(v, ".src.rpm"); ok {
		if p := strings.Split(n, "-"); len(p) > 2 {
			v = strings.Join(p[:len(p)-2], "-")
		}
	}
	return strings.ToLower(v)
}

// answers are what can stand behind a namespace, the most telling first.
var answers = []provenance.Standing{provenance.ByOrganization, provenance.ByFoundation, provenance.ByCommunity, provenance.ByUnaffiliated, provenance.DistributorOnly, provenance.Unknown}

// namespaces collects what stands behind distinct namespaces.
type namespaces map[namespace]map[provenance.Standing]int

func (n namespaces) add(c *provenance.Component) {
	ns := namespaceOf(c.PURL)
	if ns.name == "" {
		return
	}
	if n[ns] == nil {
		n[ns] = map[provenance.Standing]int{}
	}
	n[ns][c.Standing]++
}

// answer is the standing of most components of a namespace; of equals the
// least telling, so that nothing is claimed that half of them lack.
func (n namespaces) answer(ns namespace) provenance.Standing {
	best := provenance.Unknown
	for _, s := range answers {
		if n[ns][s] >= n[ns][best] && n[ns][s] > 0 {
			best = s
		}
	}
	return best
}

func (e *evaluation) namespaceTables(n namespaces) {
	by := map[string]map[provenance.Standing]int{}
	total := map[provenance.Standing]int{}
	var unknown []namespace
	for ns := range n {
		if by[ns.ecosystem] == nil {
			by[ns.ecosystem] = map[provenance.Standing]int{}
		}
		a := n.answer(ns)
		by[ns.ecosystem][a]++
		total[a]++
		if a == provenance.Unknown || a == provenance.DistributorOnly {
			unknown = append(unknown, ns)
		}
	}
	t := e.table("Who stands behind the distinct namespaces of SBOMs",
		"answered: by a record of an organization, a foundation, a governed community, or a project on record behind which none of them stands; see internal/eval/namespaces.go for what a namespace is",
		"ecosystem", "namespaces", "organization", "foundation", "community", "on record", "distributor only", "unknown", "answered")
	row := func(name string, m map[provenance.Standing]int) {
		all := 0
		for _, c := range m {
			all += c
		}
		left := m[provenance.DistributorOnly] + m[provenance.Unknown]
		t.add(name, all, m[provenance.ByOrganization], m[provenance.ByFoundation], m[provenance.ByCommunity], m[provenance.ByUnaffiliated],
			m[provenance.DistributorOnly], m[provenance.Unknown], ratio(all-left, all))
	}
	size := func(m map[provenance.Standing]int) (s int) {
		for _, c := range m {
			s += c
		}
		return s
	}
	ecosystems := make([]string, 0, len(by))
	for k := range by {
		ecosystems = append(ecosystems, k)
	}
	slices.SortFunc(ecosystems, func(a, b string) int { return cmp.Or(cmp.Compare(size(by[b]), size(by[a])), cmp.Compare(a, b)) })
	for _, k := range ecosystems {
		row(k, by[k])
	}
	row("all", total)

	count := func(ns namespace) int { return size(n[ns]) }
	slices.SortFunc(unknown, func(a, b namespace) int {
		return cmp.Or(cmp.Compare(count(b), count(a)), cmp.Compare(a.ecosystem, b.ecosystem), cmp.Compare(a.name, b.name))
	})
	if !e.verbose {
		unknown = first(unknown, 50)
	}
	u := e.table("Namespaces of SBOMs that no record answers, the most frequent", "all of them with -v", "ecosystem", "namespace", "components", "standing")
	for _, ns := range unknown {
		u.add(ns.ecosystem, ns.name, count(ns), string(n.answer(ns)))
	}
}

// companyForm finds the legal form of a company at the end of a name: who
// carries it says itself that it is one, whatever the database knows.
var companyForm = regexp.MustCompile(`(?i)(^|[\s,.])(inc|incorporated|corp|corporation|ltd|limited|llc|gmbh|ag|kg|se|s\.?a|sas|sarl|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|ab|as|asa|a/s|aps|oy|oyj|plc|pty|pvt|co|kk|k\.k|jsc|ooo|llp)\.?,?$|有限公司|株式会社|주식회사|ООО|АО$`)

// declaredCompany returns the party of a component that calls itself a company,
// placeholders ("Acme Inc.") left out.
func declaredCompany(c *sbom.Component) string {
	for _, p := range c.Parties {
		if p.Kind != sbom.Person && p.Kind != sbom.Tool && provenance.Key(sbom.OrgName, p.Name) != "" && companyForm.MatchString(strings.TrimSpace(p.Name)) {
			return p.Name
		}
	}
	return ""
}

// companyOwners are owners on code hosts that OpenDigger labels as companies.
// It is read beside the corpus; without it only declared parties count.
func companyOwners(file string) (map[string]bool, error) {
	rows, err := readTSV(file)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, r := range rows {
		if r["owner_kind"] == "companies" && r["level"] == "org" {
			out[strings.ToLower(r["platform"])+"/"+strings.ToLower(r["name"])] = true
		}
	}
	return out, nil
}

// companyRecall counts the components that a document or OpenDigger says are a
// company's, and for how many of them an organization is named, in whatever
// role: of a distribution's package the declared company is its distributor.
type companyRecall struct {
	all, found map[string]int // by kind of statement
	missed     map[string]int
}

func (r *companyRecall) add(owners map[string]bool, c *sbom.Component, got *provenance.Component) {
	named := slices.ContainsFunc(got.Attributions, func(a provenance.Attribution) bool { return a.Organization.ID != "" })
	count := func(kind, who string) {
		r.all[kind]++
		if named {
			r.found[kind]++
		} else {
			r.missed[kind+": "+who]++
		}
	}
	if name := declaredCompany(c); name != "" {
		count("declared party with a company's legal form", name)
	}
	ns := namespaceOf(c.PURL)
	host, owner, _ := strings.Cut(ns.name, "/")
	switch {
	case ns.ecosystem == "golang" || ns.ecosystem == "swift":
		host, _, _ = strings.Cut(host, ".")
	default:
		host, owner = ns.ecosystem, ns.name
	}
	if owner != "" && owners[host+"/"+owner] {
		count("owner on a code host that OpenDigger calls a company", ns.name)
	}
}
