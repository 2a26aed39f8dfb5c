package provenance

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/sbom"
)

// testRecords is a small world of invented organizations.
func testRecords(t testing.TB, extra ...string) *Records {
	t.Helper()
	fsys := fstest.MapFS{}
	add := func(text string) {
		folder := "organizations/"
		switch {
		case strings.Contains(text, "\nstewards:") || strings.Contains(text, "\ncommunity:"), strings.Contains(text, "\nunaffiliated:"), !strings.Contains(text, "\nkind:"):
			folder = "projects/"
		}
		id, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(text), "id: "), "\n")
		fsys[folder+id+".yaml"] = &fstest.MapFile{Data: []byte(text + "sources: {s: {url: \"https://example.org/\", retrieved: 2026-01-02, says: it}}\nreviewed: 2026-01-02\n")}
	}
	for _, text := range append(testWorld(), extra...) {
		add(text)
	}
	r, err := ReadRecords(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func testWorld() []string {
	return []string{`
id: big-distro
name: Big Distro Inc.
kind: company
identifiers:
  - {kind: purl, value: rpm/big, role: distributor, sources: [s]}
  - {kind: purl, value: maven/com.big, verified: true, sources: [s]}
  - {kind: domain, value: big.example, sources: [s]}
`, `
id: alpha
name: Alpha Networks Co., Ltd.
kind: company
names:
  - {name: 阿尔法网络有限公司, lang: zh, sources: [s]}
  - {name: AN, weak: true, sources: [s]}
origins:
  - {country: CN, basis: registered, sources: [s]}
  - {country: CN, basis: headquartered, since: 2001, until: 2019, sources: [s]}
  - {country: SG, basis: headquartered, since: 2020, sources: [s]}
owners:
  - {organization: alpha-holding, share: "60", kind: equity, sources: [s]}
  - {organization: fund, share: "10", kind: equity, sources: [s]}
identifiers:
  - {kind: purl, value: github/alpha, sources: [s]}
  - {kind: purl, value: gem/alpha-sdk, sources: [s]}
  - {kind: purl, value: npm/@alpha, verified: true, sources: [s]}
  - {kind: purl, value: maven/com.google, verified: true, sources: [s]}
  - {kind: purl, value: maven/com.alpha, verified: true, to: 2020-06-30, sources: [s]}
  - {kind: purl, value: maven/alpha-legacy, sources: [s]}
  - {kind: purl, value: npm/@alpha-labs, sources: [s]}
  - {kind: purl, value: npm/@alpha-said, uncited: true}
  - {kind: purl, value: maven/example.alpha, uncited: true}
  - {kind: purl, value: maven/example.hearsay, uncited: true}
  - {kind: domain, value: hearsay.example, uncited: true}
  - {kind: domain, value: alpha-cdn.example, role: operator, sources: [s]}
  - {kind: domain, value: java.net, sources: [s]}
  - {kind: domain, value: sourceforge.net, sources: [s]}
  - {kind: domain, value: alpha.example, corporate_mail: true, sources: [s]}
  - {kind: domain, value: alpha-shop.example, sources: [s]}
  - {kind: domain, value: alpha-staff.example, sources: [s]}
  - {kind: mail-domain, value: alpha-staff.example, uncited: true}
  - {kind: domain, value: shared.example, to: 2019, sources: [s]}
  - {kind: domain, value: mail.ru, corporate_mail: true, sources: [s]}
  - {kind: cpe, value: alpha, sources: [s]}
  - {kind: literal, value: AlphaBrand, role: brand, sources: [s]}
  - {kind: literal, value: alpha_sdk_, role: sdk, sources: [s]}
  - {kind: literal, value: alpha_kit_, role: sdk, sources: [s]}
  - {kind: literal, value: SharedBrand, role: brand, sources: [s]}
  - {kind: literal, value: OldMark, role: brand, to: 2015, sources: [s]}
  - {kind: dt-prefix, value: alpha, sources: [s]}
`, `
id: beta
name: Beta Systems Inc.
kind: company
origins: [{country: US, basis: registered, sources: [s]}]
identifiers:
  - {kind: literal, value: SharedBrand, role: brand, sources: [s]}
  - {kind: literal, value: beta_sdk_, role: sdk, sources: [s]}
  - {kind: domain, value: docker.com, sources: [s]}
  - {kind: domain, value: beta.example, sources: [s]}
  - {kind: domain, value: shared.example, from: 2020, sources: [s]}
`, `
id: alpha-holding
name: Alpha Holding Ltd
kind: company
origins: [{country: KY, basis: registered, sources: [s]}]
owners:
  - {state: CN, share: "51", kind: state, sources: [s]}
  - {organization: alpha, share: "5", kind: equity, sources: [s]}
`, `
id: fund
name: The Fund LP
kind: company
origins: [{country: FR, basis: registered, uncited: true}]
`, `
id: good-works
name: Good Works Foundation
kind: foundation
origins: [{country: BE, basis: registered, sources: [s]}]
identifiers: [{kind: purl, value: golang/goodworks.example, verified: true, sources: [s]}]
`, `
id: distro
name: Distro Project
kind: association
identifiers:
  - {kind: purl, value: deb/distro, role: distributor, sources: [s]}
`, `
id: builder
name: Builder Inc.
kind: company
identifiers:
  - {kind: purl, value: rpm/amzn, role: distributor, sources: [s]}
  - {kind: purl, value: maven/io.confluent, verified: true, sources: [s]}
`, `
id: libthing
name: libthing
stewards: [{organization: good-works, role: maintainer, since: 2015, sources: [s]}]
identifiers: [{kind: package, value: libthing, sources: [s]}]
`, `
id: tended
name: Tended
stewards: [{organization: beta, role: developer, since: 2015, sources: [s]}, {organization: good-works, role: maintainer, since: 2015, sources: [s]}]
identifiers: [{kind: domain, value: tended.example, sources: [s]}]
`, `
id: nohands
name: No Hands
identifiers: [{kind: purl, value: pypi/nohands, sources: [s]}]
`, `
id: topgroup
name: Top Group
stewards: [{organization: good-works, role: maintainer, since: 2015, sources: [s]}]
identifiers:
  - {kind: purl, value: maven/topgroup, verified: true, sources: [s]}
  - {kind: domain, value: topgroup.example, sources: [s]}
  - {kind: package, value: toptool, sources: [s]}
  - {kind: package, value: hearsaytool, uncited: true}
`, `
id: manyhands
name: Many Hands
community: {sources: [s]}
identifiers: [{kind: package, value: manyhands, sources: [s]}, {kind: purl, value: npm/manyhands, sources: [s]}]
`, `
id: fewhands
name: Few Hands
unaffiliated: {sources: [s]}
identifiers: [{kind: purl, value: gem/fewhands, sources: [s]}, {kind: purl, value: pypi/fewhands, sources: [s]}, {kind: purl, value: github/hands/few, sources: [s]}]
`}
}

func TestAttribute(t *testing.T) {
	doc := func(kind sbom.ClaimKind, value string) sbom.Claim {
		return sbom.Claim{Kind: kind, Value: value, By: sbom.ByDocument}
	}
	as := func(role sbom.Role, c sbom.Claim) sbom.Claim { c.Role = role; return c }
	by := func(a sbom.Author, c sbom.Claim) sbom.Claim { c.By = a; return c }
	span := func(path string, from, to int, c sbom.Claim) sbom.Claim {
		c.By = sbom.ByBytes
		c.Evidence = []sbom.Evidence{{Path: path, Offset: int64(from), Length: to - from}}
		return c
	}
	times := func(path string, count int, c sbom.Claim) sbom.Claim {
		c.By = sbom.ByBytes
		c.Evidence = []sbom.Evidence{{Path: path, Count: count}}
		return c
	}
	at := func(path string, c sbom.Claim) sbom.Claim {
		c.By = sbom.ByBytes
		c.Evidence = []sbom.Evidence{{Path: path}}
		return c
	}
	for _, tt := range []struct {
		name     string
		claims   []sbom.Claim
		released string
		service  bool
		want     string // "organization role confidence", sorted as reported
		standing Standing
	}{
		{name: "no claim", standing: Unknown},
		{"npm scope that only its owner can publish in", []sbom.Claim{doc(sbom.PURL, "pkg:npm/%40alpha/x@1")}, "", false, "alpha developer high", ByOrganization},
		{"npm package of a like name outside the scope", []sbom.Claim{doc(sbom.PURL, "pkg:npm/alpha-x@1")}, "", false, "", Unknown},
		{"go module below a code host owner", []sbom.Claim{doc(sbom.PURL, "pkg:golang/github.com/Alpha/x/v2@v2.1.0#sub")}, "", false, "alpha developer medium", ByOrganization},
		{"owner whose name only begins like it", []sbom.Claim{doc(sbom.PURL, "pkg:golang/github.com/alphabet/x")}, "", false, "", Unknown},
		{"link to a repository of the owner", []sbom.Claim{doc(sbom.Domain, "github.com/alpha")}, "", false, "alpha developer medium", ByOrganization},
		{"maven group below the reviewed one", []sbom.Claim{doc(sbom.PURL, "pkg:maven/com.alpha.net/x@1")}, "2019-05-01", false, "alpha developer high", ByOrganization},
		{"maven group after it was given away", []sbom.Claim{doc(sbom.PURL, "pkg:maven/com.alpha.net/x@2")}, "2021-05-01T00:00:00Z", false, "", Unknown},
		{"maven group of a guest below a shared one", []sbom.Claim{doc(sbom.PURL, "pkg:maven/com.google.code.findbugs/jsr305@3")}, "", false, "", Unknown},
		{"cited scope of npm", []sbom.Claim{doc(sbom.PURL, "pkg:npm/%40alpha-labs/x@1")}, "", false, "alpha developer high", ByOrganization},
		{"cited scope, from another registry", []sbom.Claim{doc(sbom.PURL, "pkg:npm/%40alpha-labs/x@1?repository_url=https://npm.pkg.github.com")}, "", false, "alpha developer medium", ByOrganization},
		{"cited scope, from the registry of npm by its address", []sbom.Claim{doc(sbom.PURL, "pkg:npm/%40alpha-labs/x@1?repository_url=https%3A%2F%2Fregistry.npmjs.org%2F")}, "", false, "alpha developer high", ByOrganization},
		{"scope that only hearsay gives to somebody", []sbom.Claim{doc(sbom.PURL, "pkg:npm/%40alpha-said/x@1")}, "", false, "alpha developer low", ByOrganization},
		{"cited group of Maven Central", []sbom.Claim{doc(sbom.PURL, "pkg:maven/alpha-legacy/x@1")}, "", false, "alpha developer high", ByOrganization},
		{"verified group, in a build of somebody else's", []sbom.Claim{doc(sbom.PURL, "pkg:maven/alpha-legacy/x@1-3.amzn2"), doc(sbom.BuildMark, "amzn")}, "", false, "alpha developer medium; builder distributor medium", ByOrganization},
		{"verified group, in a build by one that is no distribution", []sbom.Claim{doc(sbom.PURL, "pkg:maven/alpha-legacy/x@1-ccs"), doc(sbom.BuildMark, "ccs")}, "", false, "alpha developer medium; builder distributor medium", ByOrganization},
		{"build of one's own", []sbom.Claim{doc(sbom.PURL, "pkg:maven/io.confluent/x@1-ccs"), doc(sbom.BuildMark, "ccs")}, "", false, "builder developer high; builder distributor medium", ByOrganization},
		{"verified group, from a repository of a company's own", []sbom.Claim{doc(sbom.PURL, "pkg:maven/com.alpha.net/x@1?type=jar&repository_url=repo.corp.example/maven2")}, "2019-05-01", false, "alpha developer medium", ByOrganization},
		{"uncited group that is a cited domain of the organization", []sbom.Claim{doc(sbom.PURL, "pkg:maven/example.alpha.tools/x@1")}, "", false, "alpha developer high", ByOrganization},
		{"uncited group below an uncited domain", []sbom.Claim{doc(sbom.PURL, "pkg:maven/example.hearsay/x@1")}, "", false, "alpha developer low", ByOrganization},
		{"group on no record below a domain", []sbom.Claim{doc(sbom.PURL, "pkg:maven/example.alpha-shop.cart/x@1")}, "", false, "alpha developer high", ByOrganization},
		{"group below a domain, from another repository", []sbom.Claim{doc(sbom.PURL, "pkg:maven/example.alpha-shop.cart/x@1?repository_url=https://repo.corp.example/")}, "", false, "alpha developer medium", ByOrganization},
		{"group below a domain that changed hands, by the day", []sbom.Claim{doc(sbom.PURL, "pkg:maven/example.shared/x@1")}, "2018-03-01", false, "alpha developer high", ByOrganization},
		{"group whose reverse only begins like a domain", []sbom.Claim{doc(sbom.PURL, "pkg:maven/example.alphabet/x@1")}, "", false, "", Unknown},
		{"group that is a domain not reversed", []sbom.Claim{doc(sbom.PURL, "pkg:maven/alpha.example/x@1")}, "", false, "", Unknown},
		{"group below a domain whose holder only runs the servers", []sbom.Claim{doc(sbom.PURL, "pkg:maven/example.alpha-cdn/x@1")}, "", false, "", Unknown},
		{"group of a guest of a code host whose domain is on record", []sbom.Claim{doc(sbom.PURL, "pkg:maven/net.java.dev.guest/x@1")}, "", false, "", Unknown},
		{"group below a shared host that a record wrongly claims", []sbom.Claim{doc(sbom.PURL, "pkg:maven/net.sourceforge.guest/x@1")}, "", false, "", Unknown},
		{"Go module at a domain", []sbom.Claim{doc(sbom.PURL, "pkg:golang/go.alpha.example/zip/v2@v2.0.1")}, "", false, "alpha developer high", ByOrganization},
		{"Go module at a forge below a domain", []sbom.Claim{doc(sbom.PURL, "pkg:golang/gitlab.alpha.example/guest/zip@v2.0.1")}, "", false, "", Unknown},
		{"NuGet package named like a domain", []sbom.Claim{doc(sbom.PURL, "pkg:nuget/example.alpha@1")}, "", false, "", Unknown},
		{"group without a package URL", []sbom.Claim{doc(sbom.Group, "example.alpha-shop.cart")}, "", false, "alpha developer medium", ByOrganization},
		{"group without a package URL that only hearsay gives to somebody", []sbom.Claim{doc(sbom.Group, "example.hearsay")}, "", false, "alpha developer low", ByOrganization},
		{"word for a group", []sbom.Claim{doc(sbom.Group, "alpha")}, "", false, "", Unknown},
		{"distribution package of a known project", []sbom.Claim{doc(sbom.PURL, "pkg:deb/distro/libthing1@1?upstream=libthing")}, "", false, "good-works maintainer medium; distro distributor medium", ByFoundation},
		{"part of a distribution's package", []sbom.Claim{doc(sbom.PURL, "pkg:deb/distro/libthing-devel-debuginfo@1")}, "", false, "good-works maintainer medium; distro distributor medium", ByFoundation},
		{"Debian's package of a library with its soname version", []sbom.Claim{doc(sbom.PURL, "pkg:deb/distro/libthing-1.2-7t64@1")}, "", false, "good-works maintainer medium; distro distributor medium", ByFoundation},
		{"library with a version in another distribution's name", []sbom.Claim{doc(sbom.PURL, "pkg:rpm/big/libthing2@1")}, "", false, "big-distro distributor medium", DistributorOnly},
		{"distribution package of an unknown project", []sbom.Claim{doc(sbom.PURL, "pkg:deb/distro/other@1")}, "", false, "distro distributor medium", DistributorOnly},
		{"distribution named as supplier", []sbom.Claim{as(sbom.Supplier, doc(sbom.OrgName, "Distro Project"))}, "", false, "distro distributor medium", DistributorOnly},
		{"distributor that supplies another's module", []sbom.Claim{doc(sbom.PURL, "pkg:golang/github.com/else/x"), as(sbom.Supplier, doc(sbom.OrgName, "Big Distro Inc."))}, "", false, "big-distro distributor medium", DistributorOnly},
		{"distributor that supplies its own", []sbom.Claim{doc(sbom.PURL, "pkg:maven/com.big/x@1"), as(sbom.Supplier, doc(sbom.OrgName, "Big Distro Inc."))}, "", false, "big-distro developer high; big-distro supplier medium", ByOrganization},
		{"distributor that supplies a product", []sbom.Claim{as(sbom.Supplier, doc(sbom.OrgName, "Big Distro Inc."))}, "", false, "big-distro supplier medium", ByOrganization},
		{"community by record", []sbom.Claim{doc(sbom.PURL, "pkg:npm/manyhands@3")}, "", false, " maintainer medium", ByCommunity},
		{"community's package with a faint mark of a company", []sbom.Claim{doc(sbom.PURL, "pkg:generic/manyhands@3"), span("bin/x", 1, 2, doc(sbom.LiteralMark, "AlphaBrand"))}, "", false, " maintainer medium; alpha brand low", ByCommunity},
		{"package in a group below one of one label", []sbom.Claim{doc(sbom.PURL, "pkg:maven/topgroup.jms/api@3")}, "", false, "good-works maintainer high", ByFoundation},
		{"group below one of one label", []sbom.Claim{doc(sbom.Group, "topgroup.jms")}, "", false, "good-works maintainer medium", ByFoundation},
		{"group of another name with the same letters", []sbom.Claim{doc(sbom.Group, "topgroups.jms")}, "", false, "", Unknown},
		{"project on record with nobody behind it", []sbom.Claim{doc(sbom.PURL, "pkg:pypi/nohands@3")}, "", false, "", Unknown},
		{"project without an organization, by record", []sbom.Claim{doc(sbom.PURL, "pkg:gem/fewhands@3")}, "", false, " developer medium", ByUnaffiliated},
		{"project without an organization that a company supplies", []sbom.Claim{doc(sbom.PURL, "pkg:gem/fewhands@3"), as(sbom.Supplier, doc(sbom.OrgName, "ALPHA NETWORKS CO LTD"))}, "", false, " developer medium; alpha supplier medium", ByOrganization},
		{"project without an organization with a faint mark of a company", []sbom.Claim{doc(sbom.PURL, "pkg:gem/fewhands@3"), span("bin/x", 1, 2, doc(sbom.LiteralMark, "AlphaBrand"))}, "", false, " developer medium; alpha brand low", ByUnaffiliated},
		{"distribution package named after a gem", []sbom.Claim{doc(sbom.PURL, "pkg:rpm/redhat/tfm-rubygem-fewhands-doc@3")}, "", false, " developer medium", ByUnaffiliated},
		{"distribution package named after an interpreter and a project", []sbom.Claim{doc(sbom.PURL, "pkg:rpm/redhat/python3.11-fewhands@3")}, "", false, " developer medium", ByUnaffiliated},
		{"distribution package that only begins like one", []sbom.Claim{doc(sbom.PURL, "pkg:rpm/redhat/python3x-fewhands@3")}, "", false, "", Unknown},
		{"Debian package named after a Go repository", []sbom.Claim{doc(sbom.PURL, "pkg:deb/debian/golang-github-alpha-x@3")}, "", false, "alpha developer medium", ByOrganization},
		{"Debian package named after one repository on record", []sbom.Claim{doc(sbom.PURL, "pkg:deb/debian/golang-github-hands-few-dev@3")}, "", false, " developer medium", ByUnaffiliated},
		{"Debian package of another repository of the owner", []sbom.Claim{doc(sbom.PURL, "pkg:deb/debian/golang-github-hands-many@3")}, "", false, "", Unknown},
		{"distribution package of an organization's gem, supplied by the distribution", []sbom.Claim{doc(sbom.PURL, "pkg:rpm/big/rubygem-alpha-sdk@3"), as(sbom.Supplier, doc(sbom.OrgName, "Big Distro Inc."))}, "", false, "alpha developer medium; big-distro distributor medium", ByOrganization},
		{"scope without its at sign", []sbom.Claim{doc(sbom.PURL, "pkg:npm/alpha/x@1")}, "", false, "alpha developer high", ByOrganization},
		{"npm package of a scope's name", []sbom.Claim{doc(sbom.PURL, "pkg:npm/alpha@1")}, "", false, "", Unknown},
		{"link to one repository on record", []sbom.Claim{doc(sbom.Domain, "github.com/hands/few")}, "", false, " developer medium", ByUnaffiliated},
		{"foundation", []sbom.Claim{doc(sbom.PURL, "pkg:golang/goodworks.example/tool")}, "", false, "good-works maintainer high", ByFoundation},
		{"declared supplier", []sbom.Claim{as(sbom.Supplier, doc(sbom.OrgName, "ALPHA NETWORKS CO LTD"))}, "", false, "alpha supplier medium", ByOrganization},
		{"name in another script", []sbom.Claim{as(sbom.Manufacturer, doc(sbom.OrgName, "阿尔法网络"))}, "", false, "alpha manufacturer medium", ByOrganization},
		{"short name alone", []sbom.Claim{as(sbom.Supplier, doc(sbom.OrgName, "AN"))}, "", false, "", Unknown},
		{"short name with a domain", []sbom.Claim{as(sbom.Supplier, doc(sbom.OrgName, "AN")), doc(sbom.Domain, "www.alpha.example")}, "", false, "alpha developer medium", ByOrganization},
		{"link domain alone", []sbom.Claim{doc(sbom.Domain, "www.alpha.example")}, "", false, "alpha developer low", ByOrganization},
		{"two low claims of different kinds", []sbom.Claim{doc(sbom.Domain, "alpha.example"), doc(sbom.CPE, "cpe:2.3:a:alpha:router:1:*:*:*:*:*:*:*")}, "", false, "alpha developer medium", ByOrganization},
		{"two low claims of one kind", []sbom.Claim{doc(sbom.Domain, "alpha.example"), doc(sbom.Domain, "alpha-shop.example")}, "", false, "alpha developer low", ByOrganization},
		{"cpe that a tool made", []sbom.Claim{by(sbom.ByGenerator, doc(sbom.CPE, "cpe:2.3:a:alpha:router:1:*:*:*:*:*:*:*"))}, "", false, "", Unknown},
		{"cpe vendor equal to the product", []sbom.Claim{doc(sbom.CPE, "cpe:/a:alpha:alpha:1")}, "", false, "", Unknown},
		{"corporate mail", []sbom.Claim{doc(sbom.MailDomain, "alpha.example")}, "", false, "alpha developer medium", ByOrganization},
		{"mail of one author among those of others", []sbom.Claim{doc(sbom.MailDomain, "alpha.example"), doc(sbom.MailDomain, "elsewhere.example")}, "", false, "alpha developer low", ByOrganization},
		{"mail of one company twice", []sbom.Claim{doc(sbom.MailDomain, "alpha.example"), doc(sbom.MailDomain, "Alpha.example")}, "", false, "alpha developer medium", ByOrganization},
		{"mail at a domain that is likely the staff's", []sbom.Claim{doc(sbom.MailDomain, "alpha-staff.example")}, "", false, "alpha developer low", ByOrganization},
		{"mail at a domain that is not the staff's", []sbom.Claim{doc(sbom.MailDomain, "alpha-shop.example")}, "", false, "", Unknown},
		{"mail provider that a record wrongly claims", []sbom.Claim{doc(sbom.MailDomain, "mail.ru")}, "", false, "", Unknown},
		{"host in bytes alone", []sbom.Claim{at("bin/x", doc(sbom.Host, "update.alpha.example"))}, "", false, "", Unknown},
		{"brand mark with a host", []sbom.Claim{at("bin/x", doc(sbom.LiteralMark, "AlphaBrand")), at("bin/x", doc(sbom.Host, "update.alpha.example"))}, "", false, "alpha brand medium", ByOrganization},
		{"brand mark inside a host name", []sbom.Claim{span("bin/x", 107, 117, doc(sbom.LiteralMark, "AlphaBrand")), span("bin/x", 100, 130, doc(sbom.Host, "update.alpha.example"))}, "", false, "alpha brand low", ByOrganization},
		{"brand mark beside a host name", []sbom.Claim{span("bin/x", 10, 20, doc(sbom.LiteralMark, "AlphaBrand")), span("bin/x", 100, 130, doc(sbom.Host, "update.alpha.example"))}, "", false, "alpha brand medium", ByOrganization},
		{"mark of a former holder, in bytes of unknown age", []sbom.Claim{span("bin/x", 1, 2, doc(sbom.LiteralMark, "OldMark"))}, "", false, "alpha brand low", ByOrganization},
		{"mark of a former holder, in bytes of a known later day", []sbom.Claim{span("bin/x", 1, 2, doc(sbom.LiteralMark, "OldMark"))}, "2024-02-03", false, "", Unknown},
		{"sdk mark", []sbom.Claim{at("bin/x", doc(sbom.LiteralMark, "alpha_sdk_"))}, "", false, "alpha sdk medium", ByOrganization},
		{"kit's mark that another's outnumbers in the file", []sbom.Claim{times("bin/x", 1, doc(sbom.LiteralMark, "alpha_sdk_")), times("bin/x", 237, doc(sbom.LiteralMark, "beta_sdk_"))}, "", false, "beta sdk medium", ByOrganization},
		{"kit's mark that another's outnumbers, and stands in another file too", []sbom.Claim{{Kind: sbom.LiteralMark, Value: "alpha_sdk_", By: sbom.ByBytes, Evidence: []sbom.Evidence{{Path: "bin/x"}, {Path: "bin/y"}}}, times("bin/x", 237, doc(sbom.LiteralMark, "beta_sdk_"))}, "", false, "alpha sdk medium; beta sdk medium", ByOrganization},
		{"two kits in one file", []sbom.Claim{times("bin/x", 20, doc(sbom.LiteralMark, "alpha_sdk_")), times("bin/x", 237, doc(sbom.LiteralMark, "beta_sdk_"))}, "", false, "alpha sdk medium; beta sdk medium", ByOrganization},
		{"kit's mark beside many of its own", []sbom.Claim{times("bin/x", 1, doc(sbom.LiteralMark, "alpha_sdk_")), times("bin/x", 300, doc(sbom.LiteralMark, "alpha_kit_"))}, "", false, "alpha sdk medium", ByOrganization},
		{"service at a shared host below its operator's own domain", []sbom.Claim{at("bin/x", doc(sbom.Host, "hub.docker.com"))}, "", true, "beta operator medium", ByOrganization},
		{"service below such a host", []sbom.Claim{at("bin/x", doc(sbom.Host, "x.hub.docker.com"))}, "", true, "beta operator medium", ByOrganization},
		{"component at such a host", []sbom.Claim{doc(sbom.Domain, "hub.docker.com")}, "", false, "", Unknown},
		{"service at a domain that is shared itself", []sbom.Claim{at("bin/x", doc(sbom.Host, "box.mail.ru"))}, "", true, "", Unknown},
		{"address of a public service, by the scanner's list", []sbom.Claim{at("bin/x", as(sbom.Operator, doc(sbom.OrgName, "Alpha Networks")))}, "", true, "alpha operator medium", ByOrganization},
		{"shared mark", []sbom.Claim{at("bin/x", doc(sbom.LiteralMark, "SharedBrand"))}, "", false, "alpha brand low ambiguous beta; beta brand low ambiguous alpha", ByOrganization},
		{"shared mark and a host of one", []sbom.Claim{at("bin/x", doc(sbom.LiteralMark, "SharedBrand")), at("bin/x", doc(sbom.Host, "beta.example"))}, "", false, "beta brand medium", ByOrganization},
		{"shared mark and a host that changed hands, in bytes of unknown age", []sbom.Claim{at("bin/x", doc(sbom.LiteralMark, "SharedBrand")), at("bin/y", doc(sbom.Host, "shared.example"))}, "", false, "alpha brand medium ambiguous beta; beta brand medium ambiguous alpha", ByOrganization},
		{"shared mark and a host that changed hands, of a known day", []sbom.Claim{at("bin/x", doc(sbom.LiteralMark, "SharedBrand")), at("bin/y", doc(sbom.Host, "shared.example"))}, "2018-03-01", false, "alpha brand medium", ByOrganization},
		{"service at a project's site, which its developers need not run", []sbom.Claim{at("bin/x", as(sbom.Operator, doc(sbom.Host, "www.tended.example")))}, "", true, "good-works maintainer medium", ByFoundation},
		{"service host", []sbom.Claim{at("bin/x", doc(sbom.Host, "api.alpha.example"))}, "", true, "alpha operator medium", ByOrganization},
		{"self-issued certificate", []sbom.Claim{at("etc/c.pem", as(sbom.Manufacturer, doc(sbom.CertOrg, "Alpha Networks")))}, "", false, "alpha manufacturer medium", ByOrganization},
		{"self-issued certificate with the maker's domain", []sbom.Claim{at("etc/c.pem", as(sbom.Manufacturer, doc(sbom.CertOrg, "Alpha Networks"))), at("etc/c.pem", doc(sbom.Domain, "alpha.example"))}, "", false, "alpha manufacturer high", ByOrganization},
		{"hardware identifier", []sbom.Claim{at("board.dtb", doc(sbom.DTPrefix, "alpha"))}, "", false, "alpha silicon medium", ByOrganization},
		{"address alone", []sbom.Claim{doc(sbom.AddressCountry, "CN")}, "", false, "", Unknown},
		{"placeholder", []sbom.Claim{as(sbom.Supplier, doc(sbom.OrgName, "NOASSERTION"))}, "", false, "", Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &sbom.Document{}
			name, purl := "Router Alpha", "" // what the CPE names are of; it begins with no name of a domain, which would be a witness
			for _, c := range tt.claims {
				if c.Kind == sbom.PURL {
					purl = c.Value
				}
			}
			if tt.service {
				d.Services = []sbom.Service{{Ref: "s", Name: name, Claims: tt.claims}}
			} else {
				d.Components = []*sbom.Component{{Ref: "c", Name: name, PURL: purl, Released: tt.released, Claims: tt.claims}}
			}
			r, err := Analyze(context.Background(), d, testRecords(t), &Options{AsOf: "2026-06-01"})
			if err != nil {
				t.Fatal(err)
			}
			var got []Attribution
			var standing Standing
			if tt.service {
				got, standing = r.Services[0].Attributions, r.Services[0].Standing
			} else {
				got, standing = r.Components[0].Attributions, r.Components[0].Standing
			}
			var lines []string
			for _, a := range got {
				s := fmt.Sprintf("%s %s %s", a.Organization.ID, a.Role, a.Confidence)
				for _, o := range a.Ambiguous {
					s += " ambiguous " + o.ID
				}
				lines = append(lines, s)
				if len(a.Matches) == 0 {
					t.Errorf("%s: no matched claim", s)
				}
			}
			if s := strings.Join(lines, "; "); s != tt.want {
				t.Errorf("attributed %q, want %q", s, tt.want)
			}
			if standing != tt.standing {
				t.Errorf("standing %q, want %q", standing, tt.standing)
			}
		})
	}
}

// A name is a second witness beside a link where it is a package's of the same
// project or begins with the name in the domain, and a site in the author field
// of a kernel module is an author.
func TestNameBesideALink(t *testing.T) {
	link := func(host string) sbom.Claim { return sbom.Claim{Kind: sbom.Domain, Value: host, By: sbom.ByDocument} }
	author := sbom.Claim{Kind: sbom.Domain, Value: "www.alpha.example", Role: sbom.Developer, By: sbom.ByBytes,
		Evidence: []sbom.Evidence{{Path: "x.ko", Offset: 7, Length: 24, Match: "author=www.alpha.example"}}}
	for _, tt := range []struct {
		name  string
		typ   sbom.ComponentType
		purl  string
		claim sbom.Claim
		want  string
	}{
		{"toptool", sbom.Library, "", link("ftp.topgroup.example"), "good-works maintainer medium"},
		{"toptool-native-source-1", sbom.Library, "", link("ftp.topgroup.example"), "good-works maintainer medium"},
		{"nativesdk-toptool-source-2", sbom.Library, "", link("ftp.topgroup.example"), "good-works maintainer medium"},
		{"toptool-source-tree", sbom.Library, "", link("ftp.topgroup.example"), "good-works maintainer low"},
		{"othertool", sbom.Library, "", link("ftp.topgroup.example"), "good-works maintainer low"},
		{"hearsaytool", sbom.Library, "", link("ftp.topgroup.example"), "good-works maintainer low"},
		{"libthing", sbom.Library, "", link("ftp.topgroup.example"), "good-works maintainer low"},
		{"Alpha Commons Lang", sbom.Library, "", link("commons.alpha.example"), "alpha developer medium"},
		{"alpha", sbom.Library, "", link("commons.alpha.example"), "alpha developer low"},
		{"Alphabet Lang", sbom.Library, "", link("commons.alpha.example"), "alpha developer low"},
		{"Lang for Alpha", sbom.Library, "", link("commons.alpha.example"), "alpha developer low"},
		{"Hearsay Lang", sbom.Library, "", link("hearsay.example"), "alpha developer low"},
		{"alpha-commons", sbom.Library, "pkg:pypi/alpha-commons@1", link("commons.alpha.example"), "alpha developer low"},
		{"ipt_x", sbom.DeviceDriver, "", author, "alpha developer medium"},
		{"ipt_x", sbom.Application, "", author, ""},
	} {
		d := &sbom.Document{Components: []*sbom.Component{{Ref: "c", Name: tt.name, Type: tt.typ, PURL: tt.purl, Claims: []sbom.Claim{tt.claim}}}}
		r, err := Analyze(context.Background(), d, testRecords(t), &Options{AsOf: "2026-06-01"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range r.Components[0].Attributions {
			got = append(got, fmt.Sprintf("%s %s %s", a.Organization.ID, a.Role, a.Confidence))
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("%s (%s): %q, want %q", tt.name, tt.typ, s, tt.want)
		}
	}
}

func TestOrigins(t *testing.T) {
	db := testRecords(t)
	show := func(day Date) []string {
		var out []string
		for _, o := range origins(db, "alpha", day) {
			s := fmt.Sprintf("%s %s", o.Country, o.Basis)
			for _, v := range o.Via {
				s += " via " + v.Organization.Name
			}
			if o.Holding != Own {
				s += " (" + string(o.Holding) + ")"
			}
			if o.Confidence == sbom.Low {
				s += " low"
			}
			if len(o.Sources) == 0 && !o.Uncited && len(o.Via) == 0 {
				t.Errorf("%s has no source", s)
			}
			out = append(out, s)
		}
		return out
	}
	want := []string{
		"CN registered", "SG headquartered",
		"KY registered via Alpha Holding Ltd (controlling)",
		"FR registered via The Fund LP (minority) low",
		"CN state-owner via Alpha Holding Ltd via CN (controlling)",
	}
	if got := show("2026-06-01"); !reflect.DeepEqual(got, want) {
		t.Errorf("origins today:\n got %q\nwant %q", got, want)
	}
	if got := show("2010-06-01")[:2]; !reflect.DeepEqual(got, []string{"CN registered", "CN headquartered"}) {
		t.Errorf("origins in 2010: %q", got)
	}
}

// TestReach holds the arithmetic of ownership against the cases that
// regulations and their guidance discuss.
func TestReach(t *testing.T) {
	org := func(id string, owners ...string) string {
		s := "\nid: " + id + "\nname: " + id + " corp\nkind: company\n"
		if len(owners) > 0 {
			s += "owners:\n"
			for _, o := range owners {
				s += "  - {" + o + ", sources: [s]}\n"
			}
		}
		return s
	}
	own := func(id, share string) string {
		return fmt.Sprintf("organization: %s, share: %q, kind: equity", id, share)
	}
	db := testRecords(t,
		org("listed"), org("listed2"), org("clean"),
		org("b50", own("listed", "50")), org("c50", own("b50", "50")),
		org("x49", own("listed", "49")), org("x51", own("listed", "49"), own("listed2", "2")),
		org("x49-2", own("listed", "47"), own("c50", "2")),
		org("mixed", own("listed", "30"), own("clean", "70")),
		org("unknown", own("listed", "")), org("unknown-bounded", own("listed", ""), own("clean", "60")),
		org("interval", own("listed", "40-60")), org("majority", own("listed", ">50")),
		org("votes", "organization: listed, share: \"60\", kind: voting", own("listed", "10")),
		org("split", "organization: listed, share: \"30\", kind: voting", own("listed", "30")),
		org("controlled", "organization: listed, kind: control"),
		org("ring1", own("ring2", "60"), own("listed", "20")), org("ring2", own("ring1", "60"), own("listed", "40")),
		org("ring3", own("ring4", "100")), org("ring4", own("ring3", "100")),
		org("past", "organization: listed, share: \"100\", kind: equity, until: 2020-12-31"),
		org("stateheld", "state: CN, share: \"51\", kind: state"),
		strings.Replace(org("uncited", "organization: listed, share: \"80\", kind: equity, uncited: true"), ", sources: [s]", "", 1),
	)
	seed := func(o *Organization) bool { return o.ID == "listed" || o.ID == "listed2" }
	state := func(c string) bool { return c == "CN" }
	half := &Nexus{Threshold: 50}
	for _, tt := range []struct {
		org   string
		day   Date
		nexus *Nexus
		want  string // "no", "certain", "possible"
		path  string
	}{
		{"listed", "", half, "certain", ""},
		{"clean", "", half, "no", ""},
		{"b50", "", half, "certain", "listed"},
		{"b50", "", &Nexus{Threshold: 50, Exclusive: true}, "no", ""},
		{"b50", "", nil, "no", ""},
		{"c50", "", half, "certain", "b50 listed"}, // 50 % of 50 % cascades, it is not 25 %
		{"x49", "", half, "no", ""},
		{"x51", "", half, "certain", "listed"}, // 49 % + 2 % in aggregate
		{"x49-2", "", half, "no", ""},
		{"mixed", "", half, "no", ""},
		{"mixed", "", &Nexus{Threshold: 25}, "certain", "listed"},
		{"unknown", "", half, "possible", "listed"},
		{"unknown-bounded", "", half, "no", ""}, // at most 40 % are left
		{"interval", "", half, "possible", "listed"},
		{"majority", "", half, "certain", "listed"},
		{"majority", "", &Nexus{Threshold: 50, Exclusive: true}, "certain", "listed"},
		{"votes", "", half, "certain", "listed"},
		{"split", "", half, "no", ""}, // votes and equity do not add up
		{"controlled", "", half, "no", ""},
		{"controlled", "", &Nexus{Threshold: 50, Control: true}, "certain", "listed"},
		{"ring1", "", half, "no", ""},
		{"ring1", "", &Nexus{Threshold: 40}, "certain", "ring2 listed"}, // ring2 by its 40 %, then ring1
		{"ring3", "", half, "no", ""},
		{"past", "2020-06-01", half, "certain", "listed"},
		{"past", "2021-06-01", half, "no", ""},
		{"stateheld", "", half, "certain", "CN"},
		{"uncited", "", half, "possible", "listed"},
		{"nobody", "", half, "no", ""},
	} {
		day := tt.day
		if day == "" {
			day = "2026-06-01"
		}
		certain, possible, path := reach(db, tt.org, day, tt.nexus, seed, state)
		got := "no"
		if possible {
			got = "possible"
		}
		if certain {
			got = "certain"
			if !possible {
				t.Errorf("%s: certain and not possible", tt.org)
			}
		}
		var steps []string
		for _, s := range path {
			steps = append(steps, strings.TrimSuffix(s.Organization.Name, " corp"))
		}
		if got != tt.want || strings.Join(steps, " ") != tt.path {
			t.Errorf("%s under %+v: %s by %q, want %s by %q", tt.org, tt.nexus, got, steps, tt.want, tt.path)
		}
	}
}

// TestAnalyzeLeavesPersonsOut checks that what a reader left in by mistake is
// not quoted, and that the input is not modified.
func TestAnalyzeLeavesPersonsOut(t *testing.T) {
	doc := &sbom.Document{Components: []*sbom.Component{{Ref: "c", Name: "driver", Claims: []sbom.Claim{{
		Kind: sbom.ModuleAuthor, Value: "Jane Doe <jane.doe@alpha.example>", By: sbom.ByBytes,
		Evidence: []sbom.Evidence{{Path: "d.ko", Match: "author=Jane Doe <jane.doe@alpha.example>"}},
	}}}}}
	r, err := Analyze(context.Background(), doc, testRecords(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Components[0].Claims[0]
	for _, s := range []string{c.Value, c.Evidence[0].Match} {
		if strings.Contains(s, "jane") || strings.Contains(s, "Doe") || !strings.Contains(s, "<…@alpha.example>") {
			t.Errorf("report quotes %q", s)
		}
	}
	if !strings.Contains(doc.Components[0].Claims[0].Value, "Jane") {
		t.Error("Analyze changed the document it was given")
	}
	r, _ = Analyze(context.Background(), doc, testRecords(t), &Options{KeepPersons: true})
	if !strings.Contains(r.Components[0].Claims[0].Value, "Jane") {
		t.Error("KeepPersons removed a name")
	}
}

// TestTableOfMakers: a file that names many makers is a list of them, and what
// it says stays low however much of it there is.
func TestTableOfMakers(t *testing.T) {
	var extra []string
	for _, id := range []string{"m1", "m2", "m3", "m4"} {
		extra = append(extra, fmt.Sprintf("\nid: %s\nname: Maker %s\nkind: company\nidentifiers: [{kind: literal, value: Mark-%s, role: brand, sources: [s]}, {kind: literal, value: SDK-%s, role: sdk, sources: [s]}, {kind: domain, value: %s.example, sources: [s]}]\n", id, id, id, id, id))
	}
	db := testRecords(t, extra...)
	claim := func(kind sbom.ClaimKind, value string, offset int, paths ...string) sbom.Claim {
		c := sbom.Claim{Kind: kind, Value: value, By: sbom.ByBytes}
		for _, p := range paths {
			c.Evidence = append(c.Evidence, sbom.Evidence{Path: p, Offset: int64(offset), Length: 8})
		}
		return c
	}
	mark, host := sbom.LiteralMark, sbom.Host
	doc := &sbom.Document{Components: []*sbom.Component{
		{Ref: "boards", Claims: []sbom.Claim{claim(mark, "Mark-m1", 0, "lib/boards.sh"), claim(host, "m1.example", 50, "lib/boards.sh"), claim(mark, "SDK-m1", 90, "lib/boards.sh")}},
		{Ref: "others", Claims: []sbom.Claim{claim(mark, "Mark-m2", 10, "lib/boards.sh"), claim(mark, "Mark-m3", 20, "lib/boards.sh"), claim(mark, "Mark-m4", 30, "lib/boards.sh")}},
		{Ref: "own", Claims: []sbom.Claim{claim(mark, "Mark-m1", 0, "lib/boards.sh", "bin/httpd"), claim(host, "m1.example", 50, "bin/httpd")}},
	}}
	r, err := Analyze(context.Background(), doc, db, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"brand low sdk low", "brand low brand low brand low", "brand medium"} {
		var got []string
		for _, a := range r.Components[i].Attributions {
			got = append(got, fmt.Sprintf("%s %s", a.Role, a.Confidence))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", r.Components[i].Ref, got, want)
		}
	}
}
