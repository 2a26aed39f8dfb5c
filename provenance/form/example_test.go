package form_test

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance/form"
	"github.com/touchmark-dev/touchmark/provenance/origindb"
)

// Draft the dossier of an organization and list what nobody knows.
func ExampleDossier() {
	db, err := origindb.Open()
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := form.Dossier(db, "allwinner", &form.Options{AsOf: "2026-11-22"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Title)
	var page bytes.Buffer
	if err := form.WriteMarkdown(&page, f); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("says where it ends:", strings.Contains(page.String(), "GAP:"))
	// Output:
	// Ownership dossier: Allwinner Technology Co., Ltd.
	// says where it ends: true
}
