package report_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

// writeTable is a writer of one's own: it takes the report as it is. Names come
// from whoever made the input, so it passes them through report.Visible.
func writeTable(w io.Writer, r *provenance.Report) error {
	for _, c := range r.Components {
		who := "unknown"
		if len(c.Attributions) > 0 {
			who = c.Attributions[0].Organization.Name
		}
		if _, err := fmt.Fprintf(w, "%-10s %s\n", report.Visible(c.Name), report.Visible(who)); err != nil {
			return err
		}
	}
	return nil
}

// Write a report in a form of one's own.
func Example() {
	ctx := context.Background()
	doc, err := sbom.Read(ctx, strings.NewReader(`{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
		{"type": "library", "name": "display", "supplier": {"name": "Example Devices GmbH"}},
		{"type": "library", "name": "bad\u001b[2Jname"}]}`), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	db, err := provenance.ReadRecords(fstest.MapFS{"organizations/example-devices.yaml": {Data: []byte(`
id: example-devices
name: Example Devices GmbH
kind: company
reviewed: 2026-11-22
`)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := provenance.Analyze(ctx, doc, db, &provenance.Options{AsOf: "2026-11-22"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := writeTable(os.Stdout, r); err != nil {
		fmt.Println(err)
	}
	// Output:
	// display    Example Devices GmbH
	// bad\x1b[2Jname unknown
}
