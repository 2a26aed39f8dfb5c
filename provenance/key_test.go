package provenance

import (
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

func TestKeyNames(t *testing.T) {
	same := [][]string{
		{"huawei technologies", "Huawei Technologies Co., Ltd.", "HUAWEI TECHNOLOGIES CO LTD", "Huawei Technologies Company Limited", "Huawei  Technologies Co.,Ltd"},
		{"siemens", "Siemens AG", "SIEMENS A.G."},
		{"tim", "TIM S.p.A.", "Tim SpA"},
		{"danfoss", "Danfoss A/S"},
		{"яндекс", "ООО «Яндекс»", "ООО \"Яндекс\""},
		{"kaspersky lab", "AO Kaspersky Lab", "Kaspersky Lab JSC", "Kaspersky Lab, Inc."},
		{"华为技术", "华为技术有限公司"},
		{"杭州海康威视数字技术", "杭州海康威视数字技术股份有限公司"},
		{"ソニー", "ソニー株式会社", "株式会社ソニー"},
		{"삼성전자", "삼성전자주식회사", "삼성전자 주식회사"},
		{"societe generale", "Société Générale S.A."},
		{"strasse", "Straße GmbH"},
		{"robert bosch", "Robert Bosch GmbH & Co. KG"},
		{"apache software foundation", "The Apache Software Foundation"},
		{"at and t", "AT&T Inc.", "AT&T"},
		{"amazon com", "Amazon.com, Inc."},
		{"d link", "D-Link Corporation", "D-LINK"},
	}
	for _, group := range same {
		for _, name := range group[1:] {
			if got := Key(sbom.OrgName, name); got != group[0] {
				t.Errorf("Key(%q) = %q, want %q", name, got, group[0])
			}
		}
		if got := Key(sbom.OrgName, group[0]); got != group[0] {
			t.Errorf("Key(%q) = %q: the key of a key is another", group[0], got)
		}
	}
	for _, name := range []string{"", "NOASSERTION", "None", "N/A", "Unknown", "  ", "..."} {
		if got := Key(sbom.OrgName, name); got != "" {
			t.Errorf("Key(%q) = %q, want none", name, got)
		}
	}
	// Names that a careless folding would merge.
	different := [][2]string{
		{"Motorola Mobility LLC", "Motorola Solutions, Inc."},
		{"Volvo Car Corporation", "AB Volvo"},
		{"Continental AG", "Continental Aerospace Technologies, Inc."},
		{"TP-Link Technologies Co., Ltd.", "TP-Link Systems Inc."},
		{"SE", "AS"},
	}
	for _, p := range different {
		if a, b := Key(sbom.OrgName, p[0]), Key(sbom.OrgName, p[1]); a == b {
			t.Errorf("%q and %q have the same key %q", p[0], p[1], a)
		}
	}
}

func TestKeyOthers(t *testing.T) {
	for _, tt := range []struct {
		kind       sbom.ClaimKind
		value, key string
	}{
		{sbom.PURL, "pkg:npm/%40angular/core@17.0.1?x=y#sub", "npm/@angular/core"},
		{sbom.PURL, "pkg:npm/@angular/core@17", "npm/@angular/core"},
		{sbom.PURL, "pkg:npm/@angular", "npm/@angular"},
		{sbom.PURL, "pkg:golang/github.com/Mailru/easyjson@v0.7.7", "golang/github.com/mailru/easyjson"},
		{sbom.PURL, "pkg://maven/org.Apache.commons/io", "maven/org.apache.commons/io"},
		{sbom.PURL, "pkg:pypi/Zope.Interface@5", "pypi/zope-interface"},
		{sbom.PURL, "pkg:cargo/serde_derive@1", "cargo/serde-derive"},
		{sbom.PURL, "pkg:cargo/serde-derive", "cargo/serde-derive"},
		{sbom.PURL, "pkg:npm/left_pad", "npm/left_pad"},
		{sbom.Domain, "WWW.Example.COM.", "www.example.com"},
		{sbom.Host, "example.com:443", "example.com"},
		{sbom.OUI, "00:1a-2B", "001A2B"},
		{sbom.CPE, `Hewlett\-Packard`, "hewlett-packard"},
		{PackageName, "Python_Foo", "python-foo"},
		{sbom.LiteralMark, "TP-LINK", "TP-LINK"},
	} {
		if got := Key(tt.kind, tt.value); got != tt.key {
			t.Errorf("Key(%s, %q) = %q, want %q", tt.kind, tt.value, got, tt.key)
		}
	}
}

func FuzzKey(f *testing.F) {
	for _, s := range []string{"Huawei Technologies Co., Ltd.", "ООО «Яндекс»", "株式会社", "pkg:npm/%40a/b@1", "a/s", "..", "İ", "ǆ ltd", "x y z", "a\u0085.", ":00."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []sbom.ClaimKind{sbom.OrgName, sbom.Domain, PackageName} {
			k := Key(kind, s)
			if again := Key(kind, k); again != k && k != "" {
				t.Errorf("Key(%s, %q) = %q, and its key is %q", kind, s, k, again)
			}
		}
	})
}

// The keys that are found at a look are those of the long way.
func TestPlainKeys(t *testing.T) {
	sure := 0
	for _, vendor := range []string{"acme", "a-b", "-", "*", "", "Acme", `a\:b`, "ä", "-a", "a c"} {
		for _, product := range []string{"tool", "c++", "*", "", "x_y.z", `t\.1`} {
			for _, rest := range []string{":1:*", ":", "", `:1\.0:*`, ":Ä"} {
				for _, start := range []string{"cpe:2.3:a:", "cpe:2.3:*:", "cpe:2.3::", "cpe:2.3:", "cpe:/a:", "CPE:2.3:a:", ""} {
					cpe := start + vendor + ":" + product + rest
					if both, v := plainCPE(cpe); v != "" {
						sure++
						wantVendor, wantProduct := cpeVendor(cpe)
						if v != wantVendor || both != wantVendor+":"+wantProduct {
							t.Errorf("%s: %s and %s, want %s and %s", cpe, both, v, wantVendor, wantProduct)
						}
					}
				}
			}
		}
	}
	if sure == 0 {
		t.Error("no CPE name is plain")
	}
	// Folding once more changes nothing of what is plain.
	for _, host := range []string{"a.example", "github.com/owner/x.y", "a_b.example", ".a", "a.", "a.example:80", "A.example", " a", "a b", ""} {
		if isPlainHost(host) && hostKey(host+".") != host {
			t.Errorf("%q is not plain", host)
		}
	}
	for purl, want := range map[string]string{
		"pkg:npm/@a/b@1@2": "npm/@a/b@1", "pkg:npm/@a/b": "npm/@a/b", "pkg:npm/@a": "npm/@a", "@a": "@a", "pkg:golang/a@b/c@1?x=/@#y": "golang/a@b/c",
		"pkg:golang/a@1/c": "golang/a@1/c", "pkg:GitHub/A/B@V": "github/a/b", "pkg:npm/%40A/b%2Fc@1": "npm/@a/b/c", "pkg:maven/a/b#x?y@1": "maven/a/b", "pkg:a?b#c": "a", "pkg:": "",
		"pkg:pypi/A_b.c": "pypi/a-b-c", "pkg:generic/Ä": "generic/ä", "pkg:arch/x": "alpm/arch/x", "pkg:alpine/alpine/x@1": "apk/alpine/x",
	} {
		if got := purlKey(purl); got != want {
			t.Errorf("%s: %s, want %s", purl, got, want)
		}
	}
}
