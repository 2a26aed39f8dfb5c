package command

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/form"
	"github.com/touchmark-dev/touchmark/provenance/packs"
	"github.com/touchmark-dev/touchmark/provenance/report"
)

// formNames are the forms that there are.
var formNames = []string{"far-52.204-25", "fcc-origin", "dossier"}

// formFlags are the flags of form as they were given.
type formFlags struct {
	database     databaseFlags
	out          string
	format       string
	asOf         string
	organization string
	policies     []string
	quiet        bool
}

func (a *app) formCommand() *cobra.Command {
	var f formFlags
	cmd := &cobra.Command{
		Use:   "form FORM [REPORT.json|INPUT]",
		Short: "Draft a report, annex or dossier for a person to sign",
		Long: `Form drafts a paper from a JSON report, from an input that it scans first, or
from the record of an organization. FORM is one of

  far-52.204-25   what FAR 52.204-25(d) asks to be reported within one business
                  day and within 10, the log of the inquiry, and an annex for
                  52.204-24; a report must have been made with --policy ndaa-889
  fcc-origin      components with the country of origin of hardware, firmware
                  and software, for an FCC conditional approval
  dossier         one organization (--organization ID): names, marks, countries
                  with basis and source, owners drawn, the arithmetic of each
                  regime, list entries, what is not known

Each value names its source; what is missing is marked "GAP:" with whom to ask.
A form says what evidence suggests. It says of nothing that it complies, holds
nothing about persons, and is no legal advice.`,
		Example: `  touchmark scan rootfs/ --policy ndaa-889 -o json=report.json
  touchmark form far-52.204-25 report.json -o report.html
  touchmark form fcc-origin rootfs/ -o annex.html
  touchmark form dossier --organization hikvision -o hikvision.html`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error { return a.form(cmd.Context(), &f, args) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVarP(&f.out, "out", "o", "", "`file` to write (default standard output)")
	fl.StringVar(&f.format, "format", "", "`md or html` (default by the file's name, else md)")
	fl.StringVar(&f.organization, "organization", "", "`id` of the record that the dossier is about")
	fl.StringVar(&f.asOf, "as-of", "", "`date` for which facts hold, YYYY-MM-DD (default today; a report keeps its own)")
	fl.StringArrayVar(&f.policies, "policy", nil, "policy `file or pack`: what an input is scanned with, or the tests of a dossier (default every pack), repeatable")
	f.database.add(fl)
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no progress")
	return cmd
}

func (a *app) form(ctx context.Context, f *formFlags, args []string) error {
	write := form.WriteMarkdown
	switch format := f.format; {
	case format == "html", format == "" && isHTMLName(f.out):
		write = form.WriteHTML
	case format != "" && format != "md":
		return fmt.Errorf("--format %q: want md or html", format)
	}
	var draft *form.Form
	var err error
	switch kind := args[0]; kind {
	case "dossier":
		draft, err = a.dossier(f, args[1:])
	case "far-52.204-25", "fcc-origin":
		draft, err = a.formOf(ctx, f, kind, args[1:])
	default:
		return hint(fmt.Errorf("form %q: no such form", kind), didYouMean(nearest(kind, formNames), "forms: "+strings.Join(formNames, ", ")))
	}
	if err != nil {
		return err
	}
	if f.out == "" || f.out == "-" {
		return write(a.env.Stdout, draft)
	}
	return a.writeFile(f.out, func(w io.Writer) error { return write(w, draft) })
}

func isHTMLName(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".html" || ext == ".htm"
}

func (a *app) dossier(f *formFlags, args []string) (*form.Form, error) {
	if f.organization == "" || len(args) > 0 {
		return nil, hint(errors.New("form dossier: which organization?"), "touchmark form dossier --organization ID; touchmark db search WORD finds the id")
	}
	db, err := a.openDatabase(&f.database)
	if err != nil {
		return nil, err
	}
	opts := &form.Options{AsOf: provenance.Date(a.env.Now().UTC().Format(time.DateOnly))}
	if f.asOf != "" {
		if opts.AsOf, err = provenance.ParseDate(f.asOf); err != nil {
			return nil, fmt.Errorf("--as-of: %w", err)
		}
	}
	names := f.policies
	if len(names) == 0 {
		names = packs.List()
	}
	if opts.Policies, err = a.readPolicies(names, nil, db); err != nil {
		return nil, err
	}
	draft, err := form.Dossier(db, f.organization, opts)
	if errors.Is(err, form.ErrNoRecord) {
		return nil, hint(err, "touchmark db search WORD finds the id")
	}
	return draft, err
}

// formOf drafts a form about an input or a report on one.
func (a *app) formOf(ctx context.Context, f *formFlags, kind string, args []string) (*form.Form, error) {
	if f.organization != "" {
		return nil, fmt.Errorf("form %s is about an input; --organization is for the dossier", kind)
	}
	if len(args) == 0 {
		return nil, hint(fmt.Errorf("form %s: which report or input?", kind), "touchmark form "+kind+" REPORT.json, or the path of an SBOM or a tree")
	}
	db, err := a.openDatabase(&f.database)
	if err != nil {
		return nil, err
	}
	var r *provenance.Report
	if a.isReport(args[0]) {
		reports, err := a.readReports(args[0])
		if err != nil {
			return nil, err
		}
		if len(reports) != 1 {
			return nil, hint(fmt.Errorf("%s holds %d reports, and a form is about one", args[0], len(reports)), "scan the inputs one at a time")
		}
		r = reports[0]
	} else if r, err = a.scanFor(ctx, f, kind, args[0]); err != nil {
		return nil, err
	}
	if kind == "fcc-origin" {
		return form.FCCOrigin(r, db)
	}
	draft, err := form.FAR25(r, db)
	if errors.Is(err, form.ErrPolicy) {
		return nil, hint(err, "touchmark scan PATH --policy "+form.FAR25Policy+" -o json=report.json")
	}
	return draft, err
}

// scanFor scans an input for a form.
func (a *app) scanFor(ctx context.Context, f *formFlags, kind, path string) (*provenance.Report, error) {
	names := f.policies
	if len(names) == 0 && kind != "fcc-origin" {
		names = []string{form.FAR25Policy}
	}
	return a.scanOne(ctx, &scanFlags{database: f.database, policies: names, failOn: "fail", asOf: f.asOf, quiet: f.quiet}, path)
}

// isReport reports whether a path is a JSON report and not an input to scan.
// Standard input is a report: an input can be scanned first.
func (a *app) isReport(path string) bool {
	if path == "-" {
		return true
	}
	f, err := os.Open(a.env.path(path))
	if err != nil {
		return false
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return false
	}
	head, err := bufio.NewReader(f).Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	return bytes.Contains(head, []byte(`"`+provenance.Schema+`"`)) || bytes.Contains(head, []byte(`"`+report.ListSchema+`"`))
}
