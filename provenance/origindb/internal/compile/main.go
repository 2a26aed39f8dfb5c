// Compile writes the database file from the records and the extracts of
// registries.
//
//	go run ./provenance/origindb/internal/compile -data DIR -o FILE
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/touchmark-dev/touchmark/provenance/origindb"
)

func main() {
	data := flag.String("data", "data", "folder of the records")
	out := flag.String("o", "", "file to write")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(1)
	}
	content, err := origindb.BuildDir(os.DirFS(*data), origindb.Name)
	if err == nil {
		err = os.WriteFile(*out, content, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compile:", err)
		os.Exit(1)
	}
}
