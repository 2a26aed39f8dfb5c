package command

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
)

func (a *app) diffCommand() *cobra.Command {
	var asJSON, full, exit bool
	cmd := &cobra.Command{
		Use:   "diff BEFORE.json AFTER.json",
		Short: "Say what changed between two reports, and why",
		Long: `Diff compares two JSON reports: of two releases, or of one at two times. It says
which findings, organizations, owners, countries and components came, went or
changed, and whether the product, the database, the date or the policy did it.

The exit status is 0; with --exit-code it is 3 where something changed.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var sides []*provenance.Report
			for _, file := range args {
				r, err := a.oneReport(file)
				if err != nil {
					return err
				}
				sides = append(sides, r)
			}
			d := provenance.Diff(sides[0], sides[1])
			var err error
			if asJSON {
				err = report.WriteDifferenceJSON(a.env.Stdout, d)
			} else {
				err = report.WriteDifference(a.env.Stdout, d, a.textOptions(full))
			}
			if err == nil && exit && !d.Empty() {
				return &ExitError{Status: provenance.ExitReview}
			}
			return err
		}}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	cmd.Flags().BoolVar(&full, "full", false, "list everything")
	cmd.Flags().BoolVar(&exit, "exit-code", false, "exit status 3 where something changed")
	return cmd
}

// oneReport reads a file that holds one report.
func (a *app) oneReport(file string) (*provenance.Report, error) {
	reports, err := a.readReports(file)
	if err != nil {
		return nil, err
	}
	if len(reports) != 1 {
		return nil, hint(fmt.Errorf("%s holds %d reports, and one is wanted", file, len(reports)), "scan one input a run")
	}
	return reports[0], nil
}

func (a *app) textOptions(full bool) *report.TextOptions {
	return a.textOptionsFor(a.env.Stdout, full)
}

func (a *app) textOptionsFor(w io.Writer, full bool) *report.TextOptions {
	return &report.TextOptions{Width: a.env.width(), Color: a.colors(w), Full: full}
}

func (a *app) reconcileCommand() *cobra.Command {
	var f databaseFlags
	var asJSON, full bool
	cmd := &cobra.Command{
		Use:   "reconcile DECLARED.json FOUND.json",
		Short: "Hold what an SBOM declares against what was found in the product",
		Long: `Reconcile compares a report on an SBOM with a report on the product's own tree:
what is declared and not found, found and not declared, of another version, and
organizations that stand behind what was found and that the SBOM hides.

Exit status: 2 where the verdict is fail, 3 for review.`,
		Example: `  touchmark scan vendor.cdx.json -o json=declared.json
  touchmark scan rootfs/ -o json=found.json
  touchmark reconcile declared.json found.json`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			declared, err := a.oneReport(args[0])
			if err != nil {
				return err
			}
			found, err := a.oneReport(args[1])
			if err != nil {
				return err
			}
			db, err := a.openDatabase(&f)
			if err != nil {
				return err
			}
			r := provenance.Reconcile(declared, found, db)
			if asJSON {
				err = report.WriteReconciliationJSON(a.env.Stdout, r)
			} else {
				err = report.WriteReconciliation(a.env.Stdout, r, a.textOptions(full))
			}
			if err != nil {
				return err
			}
			if status := provenance.ExitStatus(provenance.RunState{Verdict: r.Verdict}); status != 0 {
				return &ExitError{Status: status}
			}
			return nil
		}}
	f.add(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	cmd.Flags().BoolVar(&full, "full", false, "list everything")
	return cmd
}
