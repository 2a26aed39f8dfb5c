package origindb

import (
	"os"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// testdata/traps.tsv holds names that must not point to an organization alone:
// other bodies whose name holds or resembles its name, and, with "*" for the
// organization, words that are nobody's. Names of other bodies are from the
// registries, from the lists' known confusions, and made up.
func TestTraps(t *testing.T) {
	data, err := os.ReadFile("testdata/traps.tsv")
	if err != nil {
		t.Fatal(err)
	}
	db := openEmbedded(t)
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")[1:]
	if len(lines) < 300 {
		t.Errorf("%d traps, want at least 300", len(lines))
	}
	for i, line := range lines {
		cells := strings.Split(line, "\t")
		if len(cells) != 3 {
			t.Fatalf("traps.tsv:%d: want name, not and why", i+2)
		}
		name, not := cells[0], cells[1]
		for _, kind := range []sbom.ClaimKind{sbom.OrgName, sbom.CertOrg} {
			for _, m := range db.Lookup(kind, provenance.Key(kind, name)) {
				if !m.Weak && (not == "*" || m.Organization == not) {
					t.Errorf("traps.tsv:%d: %q points to %s%s by its %s %q; it is: %s", i+2, name, m.Organization, m.Project, m.Identifier.Kind, m.Identifier.Value, cells[2])
				}
			}
		}
	}
}
