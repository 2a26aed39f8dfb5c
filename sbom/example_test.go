package sbom_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

func ExampleRead() {
	const document = `SPDXVersion: SPDX-2.3
DocumentNamespace: https://acme.example/sbom/1
PackageName: modem
SPDXID: SPDXRef-modem
PackageSupplier: Organization: Acme Ltd (sales@acme.example)
PackageDownloadLocation: NOASSERTION
ExternalRef: PACKAGE-MANAGER purl not-a-purl
`
	doc, err := sbom.Read(context.Background(), strings.NewReader(document), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range doc.Components {
		for _, claim := range c.Claims {
			fmt.Printf("%s: %s %q in %s, %s\n", c.Name, claim.Kind, claim.Value, claim.Field, c.Place)
		}
	}
	for _, p := range doc.Problems {
		fmt.Printf("%s: %s\n", p.Place, p.Kind)
	}
	// Output:
	// modem: org-name "Acme Ltd" in PackageSupplier, line 3
	// modem: mail-domain "acme.example" in PackageSupplier, line 3
	// line 7: bad-purl
}
