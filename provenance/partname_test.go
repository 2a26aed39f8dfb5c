package provenance

import (
	"context"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// What a part of a company writes is the company's, whose name stands before the
// words for the part; other companies' names begin alike.
func TestPartsOfCompanies(t *testing.T) {
	db := testRecords(t,
		"\nid: gizmotron\nname: Gizmotron Inc.\nkind: company\n",
		"\nid: tiny-works\nname: Tinyworks Corp.\nkind: company\nnames: [{name: Tiny, kind: short, weak: true, sources: [s]}]\n",
		"\nid: mercury-ltd\nname: Mercury Inc.\nkind: company\n",
	)
	for _, tt := range []struct {
		kind        sbom.ClaimKind
		field       string
		value, want string
	}{
		{sbom.ModuleAuthor, "", "Gizmotron Inc.", "gizmotron medium"},
		{sbom.ModuleAuthor, "", "Gizmotron Drive Group", "gizmotron low"},
		{sbom.ModuleAuthor, "", "Gizmotron NIC software team", "gizmotron low"},
		{sbom.ModuleAuthor, "", "Gizmotron Tech. Co., Ltd.", "gizmotron low"},
		{sbom.ModuleAuthor, "", "Gizmotron India Pvt Ltd", "gizmotron low"},
		{sbom.ModuleAuthor, "", "Gizmotron Microelectronic (Shanghai) Ltd.", "gizmotron low"},
		{sbom.OrgName, sbom.FieldCopyright, "Gizmotron USA, Inc", "gizmotron low"},
		{sbom.OrgName, sbom.FieldVendorText, "Gizmotron Technology Inc", "gizmotron low"},
		// Somebody else's, as far as anybody can tell.
		{sbom.ModuleAuthor, "", "Gizmotron Networks Inc.", ""},
		{sbom.ModuleAuthor, "", "Gizmotron of the big old town Team", ""},
		{sbom.ModuleAuthor, "", "Tiny Technology Ltd.", ""},
		{sbom.ModuleAuthor, "", "Mercury Technology Ltd.", ""},
		{sbom.OrgName, "", "Gizmotron India Pvt Ltd", ""}, // declared: a name in full
	} {
		doc := &sbom.Document{Components: []*sbom.Component{{Ref: "c", Name: "driver", Type: sbom.DeviceDriver, Claims: []sbom.Claim{{
			Kind: tt.kind, Field: tt.field, Value: tt.value, Role: sbom.Developer, By: sbom.ByBytes, Evidence: []sbom.Evidence{{Path: "d.ko", Match: tt.value}},
		}}}}}
		r, err := Analyze(context.Background(), doc, db, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, a := range r.Components[0].Attributions {
			got += a.Organization.ID + " " + string(a.Confidence)
		}
		if got != tt.want {
			t.Errorf("%q: %q, want %q", tt.value, got, tt.want)
		}
	}
}
