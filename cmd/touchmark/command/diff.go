package command

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
)

func (a *app) diffCommand() *cobra.Command {
	var asJSON, full, exit bool
	var f sideFlags
	cmd := &cobra.Command{
		Use:   "diff BEFORE AFTER",
		Short: "Say what changed between two reports or inputs, and why",
		Long: `Diff compares two JSON reports: of two releases, or of one at two times. It says
which findings, organizations, owners, countries and components came, went or
changed, and whether the product, the database, the date or the policy did it.
An SBOM or a tree in the place of a report is scanned first, with --policy.

The exit status is 0; with --exit-code it is 3 where something changed.`,
		Example: `  touchmark diff old.json new.json
  touchmark diff vendor-1.2.cdx.json vendor-1.3.cdx.json --policy ndaa-889`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var sides []*provenance.Report
			for _, file := range args {
				r, err := a.side(cmd.Context(), &f, file)
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
	f.add(cmd.Flags())
	return cmd
}

// sideFlags say how an input is scanned that stands in the place of a report.
type sideFlags struct {
	database databaseFlags
	policies []string
	asOf     string
	quiet    bool
}

func (f *sideFlags) add(fl *pflag.FlagSet) {
	f.database.add(fl)
	fl.StringArrayVar(&f.policies, "policy", nil, "`policy` to apply to an input that is no report, repeatable; also a file")
	fl.StringVar(&f.asOf, "as-of", "", "`date` for which facts hold in an input that is no report, YYYY-MM-DD (default today)")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no progress")
}

// side reads a report, or makes one of an input.
func (a *app) side(ctx context.Context, f *sideFlags, path string) (*provenance.Report, error) {
	if a.isReport(path) {
		return a.oneReport(path)
	}
	return a.scanOne(ctx, &scanFlags{database: f.database, policies: f.policies, failOn: "fail", asOf: f.asOf, quiet: f.quiet}, path)
}

// scanOne scans one input where a report is wanted.
func (a *app) scanOne(ctx context.Context, f *scanFlags, path string) (*provenance.Report, error) {
	p, err := a.plan(f, []string{path})
	if err != nil {
		return nil, err
	}
	bar := newProgress(a.env, f.quiet)
	defer bar.stop()
	res, err := a.one(ctx, p, path, bar)
	if err != nil {
		return nil, err
	}
	return res.report, nil
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
	var f sideFlags
	var asJSON, full bool
	cmd := &cobra.Command{
		Use:   "reconcile DECLARED FOUND",
		Short: "Hold what an SBOM declares against what was found in the product",
		Long: `Reconcile compares an SBOM with the product's own tree: what is declared and not
found, found and not declared, of another version, and organizations that stand
behind what was found and that the SBOM hides. A saved JSON report can stand in
the place of either.

Exit status: 2 where the verdict is fail, 3 for review.`,
		Example: `  touchmark reconcile vendor.cdx.json rootfs/
  touchmark reconcile declared.json found.json`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			declared, err := a.side(cmd.Context(), &f, args[0])
			if err != nil {
				return err
			}
			found, err := a.side(cmd.Context(), &f, args[1])
			if err != nil {
				return err
			}
			db, err := a.openDatabase(&f.database)
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
