package provenance

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// TestOwnName: the domain in which a device's own files agree is a mark of its
// holder's, and surer where a name of the device agrees too; that of the server which
// manages it says who operates it.
func TestOwnName(t *testing.T) {
	db := testRecords(t)
	for _, tt := range []struct {
		claims []sbom.Claim
		want   string
	}{
		{[]sbom.Claim{{Kind: sbom.Host, Value: "alpha.example", Role: sbom.Brand, By: sbom.ByBytes, Field: sbom.FieldOwnName}}, "alpha brand low"},
		{[]sbom.Claim{{Kind: sbom.Host, Value: "alpha.example", Role: sbom.Brand, By: sbom.ByBytes, Field: sbom.FieldOwnName},
			{Kind: sbom.OrgName, Value: "alpha networks", Role: sbom.Brand, By: sbom.ByBytes, Field: sbom.FieldOwnName}}, "alpha brand medium"},
		{[]sbom.Claim{{Kind: sbom.Host, Value: "acs.alpha.example", Role: sbom.Operator, By: sbom.ByBytes, Field: sbom.FieldManager}}, "alpha operator medium"},
		{[]sbom.Claim{{Kind: sbom.Host, Value: "acs.alpha.example", Role: sbom.Operator, By: sbom.ByBytes}}, ""},
		{[]sbom.Claim{{Kind: sbom.Host, Value: "alpha-cdn.example", Role: sbom.Brand, By: sbom.ByBytes, Field: sbom.FieldOwnName}}, ""},
	} {
		if got := attributed(t, db, "", &sbom.Component{Ref: "c", Name: "x", Type: sbom.Device, Claims: tt.claims}); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.claims, got, tt.want)
		}
	}
}

// TestStatedNames: a maker who is on no record is named as the device states
// him, and a faint name is not beside one that is known.
func TestStatedNames(t *testing.T) {
	db := testRecords(t)
	maker := func(value string) sbom.Claim {
		return sbom.Claim{Kind: sbom.OrgName, Value: value, Role: sbom.Manufacturer, By: sbom.ByBytes}
	}
	cert := func(value string) sbom.Claim {
		return sbom.Claim{Kind: sbom.CertOrg, Value: value, Role: sbom.Manufacturer, By: sbom.ByBytes}
	}
	own := func(value string) sbom.Claim {
		return sbom.Claim{Kind: sbom.OrgName, Value: value, Role: sbom.Brand, By: sbom.ByBytes, Field: sbom.FieldOwnName}
	}
	for _, tt := range []struct {
		name   string
		claims []sbom.Claim
		want   string
	}{
		{"declared", []sbom.Claim{maker("Nobodyknown")}, "Nobodyknown manufacturer medium"},
		{"two spellings", []sbom.Claim{maker("nobodyknown-x100"), maker("Nobodyknown"), cert("Nobodyknown GmbH")}, "Nobodyknown manufacturer medium"},
		{"certificate", []sbom.Claim{cert("Nobodyknown")}, "Nobodyknown manufacturer low"},
		{"authority", []sbom.Claim{cert("Nobodyknown Root CA")}, ""},
		{"own name", []sbom.Claim{own("nobodyknown")}, "nobodyknown brand low"},
		{"own domain", []sbom.Claim{{Kind: sbom.Host, Value: "nobodyknown.com", Role: sbom.Brand, By: sbom.ByBytes, Field: sbom.FieldOwnName}}, "nobodyknown brand low"},
		{"any host", []sbom.Claim{{Kind: sbom.Host, Value: "nobodyknown.com", Role: sbom.Brand, By: sbom.ByBytes}}, ""},
		{"beside a declared one", []sbom.Claim{maker("Nobodyknown"), own("partner")}, "Nobodyknown manufacturer medium"},
		{"beside a known one", []sbom.Claim{maker("Alpha Networks"), own("partner")}, ""},
		{"role that makes nothing", []sbom.Claim{{Kind: sbom.OrgName, Value: "Nobodyknown", Role: sbom.Developer, By: sbom.ByBytes}}, ""},
		{"of a document", []sbom.Claim{{Kind: sbom.OrgName, Value: "Nobodyknown", Role: sbom.Manufacturer, By: sbom.ByDocument}}, ""},
	} {
		subject := &sbom.Component{Ref: "device", Type: sbom.Device, Claims: tt.claims}
		r, err := Analyze(context.Background(), &sbom.Document{Subject: subject}, db, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range r.Subject.Stated {
			got = append(got, fmt.Sprintf("%s %s %s", s.Name, s.Role, s.Confidence))
			for _, i := range s.Claims {
				if i >= len(r.Subject.Claims) {
					t.Errorf("%s: claim %d of %d", tt.name, i, len(r.Subject.Claims))
				}
			}
		}
		if got := strings.Join(got, "; "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
