// Importer is what a program that embeds the library looks like; archtest
// builds it to see what comes along.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/touchmark-dev/touchmark/firmware"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

func main() {
	doc, err := sbom.Read(context.Background(), os.Stdin, nil)
	if err != nil && len(os.Args) > 1 {
		doc, err = firmware.Scan(context.Background(), firmware.FromFS(os.DirFS(os.Args[1])), nil)
	}
	if err == nil {
		var report *provenance.Report
		report, err = provenance.Analyze(context.Background(), doc, &provenance.Records{}, nil)
		if err == nil {
			fmt.Println(report.Coverage)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
