package command

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/spf13/cobra"
	"github.com/touchmark-dev/touchmark/provenance"
)

// reportCommand holds what works on saved reports.
func (a *app) reportCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "report", Short: "Work with saved reports", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return cmd.Help() }}
	cmd.AddCommand(a.mergeCommand())
	return cmd
}

func (a *app) mergeCommand() *cobra.Command {
	var f databaseFlags
	var outputs []string
	var failOn, template string
	var full bool
	cmd := &cobra.Command{
		Use:   "merge REPORT.json...",
		Short: "Roll saved reports up: which organization stands behind which product, and on which list it is",
		Long: `Merge reads JSON reports, one or several in a file, and writes them as one: the
verdict of all, each product with its findings, and a matrix of organizations,
products and lists. Nothing is scanned or judged again, and the findings of each
product stay its own.

Reports of different dates, policies or editions of the database are told apart
in what is written. Lists that no rule asked for are shown for reports that were
made with the database in use.

Outputs are those of scan, without the SBOM formats: "matrix" (the default),
"matrix-json" (schema touchmark.matrix/1), "matrix-csv", "matrix-markdown" and
"html" hold the matrix; "json" is a list of all reports, which explain and merge
read again.

Exit status as of scan, for the worst verdict of all reports; 1 where one could
not be read.`,
		Example: `  touchmark scan camera.cdx.json --policy ndaa-889 -o json=camera.json
  touchmark scan router/ --policy ndaa-889 -o json=router.json
  touchmark report merge camera.json router.json -o matrix -o html=products.html`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p := &plan{full: full}
			if len(outputs) == 0 {
				outputs = []string{"matrix"}
			}
			var err error
			if p.outputs, err = parseOutputs(outputs, 1); err != nil {
				return err
			}
			if err := a.readTemplate(template, p); err != nil {
				return err
			}
			for _, o := range p.outputs {
				if o.format.document {
					return hint(fmt.Errorf("-o %s is made of the input, and a saved report does not hold it", o.format.name), "touchmark scan PATH -o "+o.format.name)
				}
			}
			if p.state.FailOn, err = parseFailOn(failOn); err != nil {
				return err
			}
			if p.db, err = a.openDatabase(&f); err != nil {
				return err
			}
			var results []result
			for _, file := range args {
				reports, err := a.readReports(file)
				if err != nil {
					p.state.Unreadable = true
					complain(a.env, err)
					continue
				}
				for _, r := range reports {
					if slices.ContainsFunc(results, func(x result) bool { return reflect.DeepEqual(x.report, r) }) {
						complain(a.env, fmt.Errorf("%s: the report on %s was given before, and is taken once", file, r.Source.Name))
						continue
					}
					results = append(results, result{report: r})
					p.state.Verdict = worse(p.state.Verdict, r.Verdict)
				}
			}
			if len(results) > 0 {
				if err := a.write(p, results, true); err != nil {
					return err
				}
			}
			if status := provenance.ExitStatus(p.state); status != provenance.ExitNone {
				return &ExitError{Status: status}
			}
			return nil
		}}
	fl := cmd.Flags()
	fl.StringArrayVarP(&outputs, "output", "o", nil, "`format[=file]` to write, repeatable (default matrix)")
	fl.StringVar(&template, "template", "", "`file` with the template of -o template")
	fl.StringVar(&failOn, "fail-on", "fail", "mildest `verdict` that ends with status 2: fail, review or unknown")
	fl.BoolVar(&full, "full", false, "list everything")
	f.add(fl)
	return cmd
}

// parseFailOn reads --fail-on.
func parseFailOn(s string) (provenance.Verdict, error) {
	switch v := provenance.Verdict(s); v {
	case provenance.Fail, provenance.Review, provenance.UnknownVerdict:
		return v, nil
	}
	return "", fmt.Errorf("--fail-on %q: want fail, review or unknown", s)
}
