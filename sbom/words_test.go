package sbom_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// TestWords checks that what is a number in memory is a word in every text,
// and that a word that nobody knows is refused and not taken for another.
func TestWords(t *testing.T) {
	c := sbom.Claim{Kind: sbom.MailDomain, Value: "acme.example", Role: sbom.Silicon, By: sbom.ByGenerator}
	const want = `{"kind":"mail-domain","value":"acme.example","role":"silicon","by":"generated"}`
	b, err := json.Marshal(c)
	if err != nil || string(b) != want {
		t.Errorf("claim in JSON: %s, %v; want %s", b, err, want)
	}
	var again sbom.Claim
	if err := json.Unmarshal(b, &again); err != nil || !reflect.DeepEqual(again, c) {
		t.Errorf("read back: %+v, %v", again, err)
	}
	for _, bad := range []string{`{"kind":"mail"}`, `{"kind":"purl","role":"chips"}`, `{"kind":"purl","by":"me"}`, `{"kind":1}`} {
		if err := json.Unmarshal([]byte(bad), new(sbom.Claim)); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
	if b, _ := json.Marshal(sbom.Claim{}); string(b) != `{"kind":"","value":"","by":""}` {
		t.Errorf("the zero claim: %s", b)
	}
	for _, r := range sbom.Roles() {
		if got, ok := sbom.ParseRole(r.String()); !ok || got != r || r.String() == "" {
			t.Errorf("role %d: %q", r, r)
		}
	}
	for k := sbom.PURL; k <= sbom.BuildMark; k++ {
		if got, ok := sbom.ParseClaimKind(k.String()); !ok || got != k || k.String() == "" {
			t.Errorf("kind %d: %q", k, k)
		}
	}
	if len(sbom.Roles()) != 12 || (sbom.BuildMark+1).String() != "" {
		t.Error("words without values")
	}
}
