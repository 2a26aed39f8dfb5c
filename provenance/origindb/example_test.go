package origindb_test

import (
	"fmt"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb"
)

// Look up the countries of an organization, each with its basis, in the
// database that comes with Touchmark.
func ExampleOpen() {
	db, err := origindb.Open()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range provenance.Origins(db, "allwinner", "2026-11-22") {
		fmt.Println(o.Basis, o.Country)
	}
	// Output: headquartered CN
}
