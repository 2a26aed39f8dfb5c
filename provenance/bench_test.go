package provenance

import (
	"context"
	"fmt"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// BenchmarkAnalyze attributes 100,000 components as generators write them: a
// package URL, a CPE name, a supplier and two links each.
func BenchmarkAnalyze(b *testing.B) {
	doc := &sbom.Document{}
	namespaces := []string{"golang/github.com/alpha", "npm/%40alpha", "golang/github.com/else", "maven/com.alpha.net", "deb/distro", "pypi"}
	suppliers := []string{"Alpha Networks Co., Ltd.", "Someone Else GmbH & Co. KG", "Distro Project"}
	for i := range 100_000 {
		ns := namespaces[i%len(namespaces)]
		purl := fmt.Sprintf("pkg:%s/module-%d@1.2.%d", ns, i/3, i%10)
		doc.Components = append(doc.Components, &sbom.Component{
			Ref: fmt.Sprint(i), Name: fmt.Sprintf("module-%d", i/3), PURL: purl,
			Claims: []sbom.Claim{
				{Kind: sbom.PURL, Value: purl, By: sbom.ByDocument},
				{Kind: sbom.CPE, Value: fmt.Sprintf("cpe:2.3:a:vendor%d:module-%d:1.2:*:*:*:*:*:*:*", i%100, i/3), By: sbom.ByDocument},
				{Kind: sbom.OrgName, Value: suppliers[i%len(suppliers)], Role: sbom.Supplier, By: sbom.ByDocument},
				{Kind: sbom.Domain, Value: fmt.Sprintf("www.site%d.example", i%1000), By: sbom.ByDocument},
				{Kind: sbom.Domain, Value: "github.com/else", By: sbom.ByDocument},
			}})
	}
	db := testRecords(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Analyze(context.Background(), doc, db, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100_000, "ns/component")
}
