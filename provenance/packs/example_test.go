package packs_test

import (
	"fmt"

	"github.com/touchmark-dev/touchmark/provenance/packs"
)

// Take a pack, to pass it in provenance.Options.Policies, and read what it does
// not decide.
func ExampleRead() {
	p, err := packs.Read("unknown-supplier")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Title)
	for _, limit := range p.NotDecided {
		fmt.Println("not decided:", limit)
	}
	// Output:
	// Who stands behind it is not known
	// not decided: Whether an unknown component is a risk.
	// not decided: Community projects that a record says nobody controls, and projects that by record are of no organization; they are known. Who passed such a package on, and whether that is enough, is another question.
}
