package provenance

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// attributed returns what one component in a document of some day is attributed
// to, as a line.
func attributed(t *testing.T, db Database, created string, c *sbom.Component) string {
	t.Helper()
	d := &sbom.Document{Source: sbom.Source{Created: created}, Components: []*sbom.Component{c}}
	r, err := Analyze(context.Background(), d, db, &Options{AsOf: "2026-06-01"})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, a := range r.Components[0].Attributions {
		who := a.Organization.ID
		if who == "" {
			who = a.Project.ID
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", who, a.Role, a.Confidence))
	}
	return strings.Join(lines, "; ")
}

func packageClaims(purl string, more ...sbom.Claim) *sbom.Component {
	claims := append([]sbom.Claim{{Kind: sbom.PURL, Value: purl, By: sbom.ByDocument}}, more...)
	name := purl[strings.LastIndexByte(purl, '/')+1:]
	name, _, _ = strings.Cut(name, "@")
	return &sbom.Component{Ref: "c", Name: name, PURL: purl, Claims: claims}
}

// TestStewardsInTime: who stands behind a project is said of the time in which
// the version at hand was made, and no surer than that time is known.
func TestStewardsInTime(t *testing.T) {
	project := func(id, stewards string) string {
		return "\nid: " + id + "\nname: " + id + "\nstewards:\n" + stewards + "identifiers:\n  - {kind: purl, value: npm/@" + id +
			", verified: true, sources: [s]}\n  - {kind: purl, value: golang/" + id + ".example, verified: true, sources: [s]}\n"
	}
	db := testRecords(t,
		project("donated", "  - {organization: alpha, role: developer, until: 2024-05-31, sources: [s]}\n  - {organization: good-works, role: maintainer, since: 2024-06-01, sources: [s]}\n"),
		project("adopted", "  - {organization: beta, role: developer, since: 2020-01-01, sources: [s]}\n"),
		project("old", "  - {organization: beta, role: developer, since: 2001, sources: [s]}\n"),
		project("alone", "  - {organization: beta, role: developer, sources: [s]}\n"),
		project("hosted", "  - {organization: beta, role: developer, sources: [s]}\n  - {organization: good-works, role: maintainer, sources: [s]}\n"),
		project("shared", "  - {organization: beta, role: developer, sources: [s]}\n  - {organization: alpha, role: developer, sources: [s]}\n"),
		project("joint", "  - {organization: beta, role: maintainer, sources: [s]}\n  - {organization: good-works, role: maintainer, sources: [s]}\n"),
		project("hearsay", "  - {organization: beta, role: developer, uncited: true}\n"),
	)
	for _, tt := range []struct{ name, purl, released, created, want string }{
		{"no day needed", "pkg:npm/%40alone/x@1", "", "", "beta developer high"},
		{"released before the donation", "pkg:npm/%40donated/x@1", "2022-01-01", "", "alpha developer high; good-works maintainer low"},
		{"released after it", "pkg:npm/%40donated/x@1", "2025-01-01T00:00:00Z", "", "good-works maintainer high"},
		{"document of before it", "pkg:npm/%40donated/x@1", "", "2023-03-01T10:00:00Z", "alpha developer high; good-works maintainer low"},
		{"of unknown age, soon after it", "pkg:npm/%40donated/x@1", "", "", "alpha developer low; good-works maintainer low"},
		{"of unknown age, document soon after it", "pkg:npm/%40donated/x@1", "", "2025-03-01T10:00:00Z", "alpha developer low; good-works maintainer low"},
		{"steward of some years", "pkg:npm/%40adopted/x@1", "", "", "beta developer medium"},
		{"steward of some years, document of the first", "pkg:npm/%40adopted/x@1", "", "2021-01-01", "beta developer low"},
		{"steward of some years, released under it", "pkg:npm/%40adopted/x@1", "2021-01-01", "", "beta developer high"},
		{"steward of some years, released before", "pkg:npm/%40adopted/x@1", "2019-01-01", "", "beta developer low"},
		{"steward of long", "pkg:npm/%40old/x@1", "", "", "beta developer high"},
		{"document without a believable day", "pkg:npm/%40old/x@1", "", "1970-01-01T00:00:00Z", "beta developer high"},
		{"document of tomorrow", "pkg:npm/%40donated/x@1", "", "2031-01-01T00:00:00Z", "alpha developer low; good-works maintainer low"},
		{"pseudo-version of before", "pkg:golang/donated.example/x@v0.0.0-20191109021931-daa7c04131f5", "", "", "alpha developer high; good-works maintainer low"},
		{"pseudo-version of after", "pkg:golang/donated.example/x@v1.2.4-0.20250109021931-daa7c04131f5%2Bincompatible", "", "", "good-works maintainer high"},
		{"no pseudo-version", "pkg:golang/donated.example/x@v1.2.4-20259999999999-daa7c04131f5", "", "", "alpha developer low; good-works maintainer low"},
		{"hosted by a foundation", "pkg:npm/%40hosted/x@1", "", "", "beta developer high; good-works maintainer medium"},
		{"two developers", "pkg:npm/%40shared/x@1", "", "", "alpha developer medium; beta developer medium"},
		{"two maintainers", "pkg:npm/%40joint/x@1", "", "", "beta maintainer medium; good-works maintainer medium"},
	} {
		c := packageClaims(tt.purl)
		c.Released = tt.released
		if got := attributed(t, db, tt.created, c); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	// One document holds packages of several days.
	d := &sbom.Document{}
	for _, released := range []string{"2022-01-01", "2025-01-01", ""} {
		c := packageClaims("pkg:npm/%40donated/x@1")
		c.Released = released
		d.Components = append(d.Components, c)
	}
	r, err := Analyze(context.Background(), d, db, &Options{AsOf: "2026-06-01"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{2, 1, 2} {
		if got := len(r.Components[i].Attributions); got != want {
			t.Errorf("component %d of one document: %d attributions, want %d", i, got, want)
		}
	}
	// Two marks of a project say no more of a steward who is uncertain.
	twice := packageClaims("pkg:npm/%40hearsay/x@1", sbom.Claim{Kind: sbom.Group, Value: "@hearsay", By: sbom.ByDocument})
	if got := attributed(t, db, "", twice); got != "beta developer low" {
		t.Errorf("uncited steward by two marks: %q, want low", got)
	}
}

// TestAgreement: what a document declares and what a package's name says
// support each other across roles, where one of them can be checked.
func TestAgreement(t *testing.T) {
	db := testRecords(t, "\nid: gamma\nname: Gamma Tools Inc.\nkind: company\nnames: [{name: Gammatronic, uncited: true}]\nidentifiers:\n"+
		"  - {kind: purl, value: npm/gamma, uncited: true}\n  - {kind: domain, value: gamma.example, sources: [s]}\n",
		"\nid: works-kit\nname: Works Kit\nstewards: [{organization: good-works, role: maintainer, sources: [s]}]\nidentifiers: [{kind: purl, value: npm/works-kit, uncited: true}]\n")
	declared := func(role sbom.Role, name string) sbom.Claim {
		return sbom.Claim{Kind: sbom.OrgName, Value: name, Role: role, By: sbom.ByDocument}
	}
	as := func(role sbom.Role, c sbom.Claim) sbom.Claim { c.Role = role; return c }
	link := func(host string) sbom.Claim { return sbom.Claim{Kind: sbom.Domain, Value: host, By: sbom.ByDocument} }
	for _, tt := range []struct {
		name   string
		purl   string
		claims []sbom.Claim
		want   string
	}{
		{"alone", "pkg:npm/gamma@1", nil, "gamma developer low"},
		{"declared too", "pkg:npm/gamma@1", []sbom.Claim{declared(sbom.Supplier, "Gamma Tools")}, "gamma developer medium; gamma supplier medium"},
		{"declared by a name without a source", "pkg:npm/gamma@1", []sbom.Claim{declared(sbom.Supplier, "Gammatronic")}, "gamma developer low; gamma supplier low"},
		{"declared to be another's", "pkg:npm/gamma@1", []sbom.Claim{declared(sbom.Supplier, "Beta Systems")}, "beta supplier medium; gamma developer low"},
		{"a link is no declaration", "pkg:npm/gamma@1", []sbom.Claim{link("gamma.example")}, "gamma developer medium"},
		{"a project's foundation declared", "pkg:npm/works-kit@1", []sbom.Claim{declared(sbom.Supplier, "Good Works Foundation")}, "good-works maintainer medium; good-works supplier medium"},
		{"downloaded from the developer", "pkg:gem/alpha-sdk@1", []sbom.Claim{as(sbom.Distributor, link("alpha.example"))}, "alpha developer medium; alpha distributor medium"},
		{"downloaded from another", "pkg:gem/alpha-sdk@1", []sbom.Claim{as(sbom.Distributor, link("gamma.example"))}, "alpha developer medium; gamma distributor low"},
		{"home page at a distributor", "pkg:rpm/big/gamma@1", []sbom.Claim{link("big.example")}, "big-distro distributor medium; big-distro developer low"},
		{"never high", "pkg:gem/alpha-sdk@1", []sbom.Claim{declared(sbom.Supplier, "Alpha Networks")}, "alpha developer medium; alpha supplier medium"},
	} {
		if got := attributed(t, db, "", packageClaims(tt.purl, tt.claims...)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestVendorOfPackage: whom a package of a distribution declares as its origin
// is who packed it, where that is a distribution's maker.
func TestVendorOfPackage(t *testing.T) {
	db := testRecords(t)
	declared := func(role sbom.Role, name string) sbom.Claim {
		return sbom.Claim{Kind: sbom.OrgName, Value: name, Role: role, By: sbom.ByDocument}
	}
	for _, tt := range []struct {
		purl  string
		claim sbom.Claim
		want  string
	}{
		{"pkg:rpm/big/curl@1", declared(sbom.Developer, "Big Distro Inc."), "big-distro distributor medium"},
		{"pkg:rpm/big/curl@1", declared(sbom.Supplier, "Big Distro Inc."), "big-distro distributor medium"},
		{"pkg:rpm/big/curl@1", declared(sbom.Developer, "Beta Systems Inc."), "beta developer medium; big-distro distributor medium"},
		{"pkg:maven/com.big/tool@1", declared(sbom.Developer, "Big Distro Inc."), "big-distro developer high"},
	} {
		if got := attributed(t, db, "", packageClaims(tt.purl, tt.claim)); got != tt.want {
			t.Errorf("%s, declared %s: %q, want %q", tt.purl, tt.claim.Role, got, tt.want)
		}
	}
}

// TestCPEOfAnother: a CPE name speaks only of the product that it names.
func TestCPEOfAnother(t *testing.T) {
	db := testRecords(t)
	for _, tt := range []struct {
		name, purl, cpe, want string
		typ                   sbom.ComponentType
	}{
		{"glibc", "", "cpe:2.3:a:alpha:spring_framework:4.1.0:*:*:*:*:*:*:*", "", sbom.Library},
		{"Spring Core", "", "cpe:2.3:a:alpha:spring_framework:4.1.0:*:*:*:*:*:*:*", "alpha developer low", sbom.Library},
		{"mbed TLS", "", "cpe:2.3:a:alpha:mbed_tls:3.6.0:*:*:*:*:*:*:*", "alpha developer low", sbom.Library},
		{"httpd", "", "cpe:/a:alpha:http_server:2.4", "alpha developer low", sbom.Application},
		{"libssl", "", "cpe:2.3:a:alpha:openssl:3:*:*:*:*:*:*:*", "alpha developer low", sbom.Library},
		{"alpha suite", "", "cpe:2.3:a:alpha:routing:3:*:*:*:*:*:*:*", "alpha developer low", sbom.Application},
		{"core", "pkg:generic/vendor/spanner@1", "cpe:2.3:a:alpha:spanner:1:*:*:*:*:*:*:*", "alpha developer low", sbom.Library},
		{"7z", "", "cpe:2.3:a:alpha:7-z:1:*:*:*:*:*:*:*", "alpha developer low", sbom.Library},
		{"glibc", "", "cpe:2.3:a:alpha:*:4.1.0:*:*:*:*:*:*:*", "alpha developer low", sbom.Library},
		{"Living room box", "", "cpe:2.3:h:alpha:wr841n:11:*:*:*:*:*:*:*", "alpha developer low", sbom.Device},
	} {
		c := &sbom.Component{Ref: "c", Name: tt.name, PURL: tt.purl, Type: tt.typ, Claims: []sbom.Claim{{Kind: sbom.CPE, Value: tt.cpe, By: sbom.ByDocument}}}
		if got := attributed(t, db, "", c); got != tt.want {
			t.Errorf("%s with %s: %q, want %q", tt.name, tt.cpe, got, tt.want)
		}
	}
}

// TestPartsOfPackages: the name of a part without a source is as good as the
// cited name of the package that it is a part of, if both are of one record.
func TestPartsOfPackages(t *testing.T) {
	db := testRecords(t, "\nid: libparts\nname: Parts\nstewards: [{organization: beta, role: developer, sources: [s]}]\nidentifiers:\n"+
		"  - {kind: package, value: parts, sources: [s]}\n  - {kind: package, value: parts-libs, uncited: true}\n  - {kind: package, value: parts-minimal-langpack, uncited: true}\n  - {kind: package, value: manyhands-libs, uncited: true}\n",
		"\nid: little-distro\nname: Little Distro\nkind: association\nidentifiers: [{kind: purl, value: apk/alpine, role: distributor, sources: [s]}]\n")
	for _, tt := range []struct{ purl, want string }{
		{"pkg:rpm/big/parts-libs@1", "beta developer medium; big-distro distributor medium"},
		{"pkg:rpm/big/parts-libs-debuginfo@1", "beta developer medium; big-distro distributor medium"},
		{"pkg:rpm/big/parts-minimal-langpack@1", "beta developer medium; big-distro distributor medium"},
		{"pkg:rpm/big/parts-unheard-of@1", "big-distro distributor medium"},
		{"pkg:rpm/big/manyhands-libs@1", "big-distro distributor medium; beta developer low"}, // another record's
		{"pkg:alpine/parts-libs@1?arch=x86_64", "beta developer medium; little-distro distributor medium"},
		{"pkg:alpine/alpine/parts@1", "beta developer medium; little-distro distributor medium"},
	} {
		if got := attributed(t, db, "", packageClaims(tt.purl)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.purl, got, tt.want)
		}
	}
}
