package command

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

// scanFlags are the flags of scan as they were given.
type scanFlags struct {
	database     databaseFlags
	outputs      []string
	template     string
	policies     []string
	set          []string
	waivers      []string
	baseline     string
	failOn       string
	minCoverage  float64
	requireDBAge int
	requireDB    string
	asOf         string
	signatures   []string
	persons      bool
	noDerived    bool
	workers      int
	maxSize      string
	maxFiles     int
	maxFound     string
	full         bool
	quiet        bool
	strict       bool
	fill         bool
}

func (a *app) scanCommand() *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan PATH...",
		Short: "Report on SBOMs, firmware trees and archives of them",
		Long: `Scan reads each PATH, attributes its components to the organizations behind
them, applies the policies, and writes a report.

A PATH is an SBOM (CycloneDX or SPDX), a directory with an unpacked firmware
tree, a tar or zip of one, an .rpm file, a program, or "-" for an SBOM on
standard input.
A directory, tar or zip that holds nothing but SBOMs, and texts such as a README
beside them, is each of these SBOMs, in a list of reports; "dir:PATH" and
"file:PATH" read it as a tree all the same, and "sbom:PATH" reads an archive as
one SBOM of several documents. An archive of Yocto's (with index.json) is one.
The kind shows in the content; "sbom:PATH", "dir:PATH" and "file:PATH" say it.
A packed image is recognised, and the report says that nothing inside was read.

An SBOM as output (-o cyclonedx-json, spdx-json and the like) carries what the
report says as properties named "touchmark:...", in SPDX 2.3 as annotations.
Where the input is one SBOM of the same format in JSON or XML, it is the input
itself, byte for byte and in its own version, with these put in: nothing of it is
lost. Any other input is written anew, and a line on standard error says so and
why: then fields that Touchmark does not read are not in the output. An SBOM that
was enriched before is not enriched twice: what is new takes the place of what
was there.

With --fill a component that names no manufacturer (SPDX: originator) or supplier
gets the one that was derived, if it is one alone and the confidence is medium or
high, with a property touchmark:filled:... that says so; CycloneDX 1.7 cites it.
Without --fill what was derived is in properties only, and what an earlier run
filled in is taken out. No field that names somebody is changed, and no country
is put into an address. Readers other than Touchmark take what is filled in for
declared; touchmark itself does not.

With --strict an SBOM must be valid: CycloneDX by the published schema of the
version that it declares, SPDX by rules written from its specification. Every
violation is listed with its place, and the input counts as one that could not
be read (status 1). Trees and packages have nothing that strict could check.

Exit status: 0 no finding that counts, or no policy; 2 fail; 1 an input or
configuration could not be read; 5 database older than --require-db-age or not
the one of --db-sha256; 4 coverage below --min-coverage; 3 review or unknown.
If several hold, the first of 2, 1, 5, 4, 3. --fail-on makes review, or review
and unknown, a 2.`,
		Example: `  touchmark scan sbom.json
  touchmark scan rootfs/ --policy ndaa-889 -o text -o json=report.json
  syft image -o cyclonedx-json | touchmark scan - --policy policy.yaml --fail-on review`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return a.scan(cmd.Context(), &f, args) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringArrayVarP(&f.outputs, "output", "o", nil, "`format[=file]` to write, repeatable: "+strings.Join(formatNames(), ", ")+" (default text)")
	fl.BoolVar(&f.fill, "fill", false, "in an SBOM that is written, fill in a manufacturer and supplier where a component names none")
	fl.StringVar(&f.template, "template", "", "`file` with the template of -o template")
	fl.StringArrayVar(&f.policies, "policy", nil, "policy `file or pack` to apply, repeatable")
	fl.StringArrayVar(&f.set, "set", nil, "`name=value` of a policy's parameter, repeatable")
	fl.StringArrayVar(&f.waivers, "waivers", nil, "`file` of waivers, repeatable")
	fl.StringVar(&f.baseline, "baseline", "", "JSON `report` of an earlier run: findings that it has are shown and do not count")
	fl.StringVar(&f.failOn, "fail-on", "fail", "mildest `verdict` that ends with status 2: fail, review or unknown")
	fl.Float64Var(&f.minCoverage, "min-coverage", 0, "`percent` of components that must be attributed, else status 4")
	fl.IntVar(&f.requireDBAge, "require-db-age", 0, "`days` that the database may be old, else status 5")
	fl.StringVar(&f.requireDB, "db-sha256", "", "`sha256` of the database, or its beginning, else status 5")
	fl.StringVar(&f.asOf, "as-of", "", "`date` for which facts hold, YYYY-MM-DD (default today)")
	f.database.add(fl)
	fl.StringArrayVar(&f.signatures, "signatures", nil, "`directory` of further signatures, repeatable")
	fl.BoolVar(&f.noDerived, "no-derived-tables", false, "recognise components by reviewed signatures only, not by tables derived from packages")
	fl.BoolVar(&f.persons, "show-persons", false, "keep persons' names and local parts of mail addresses in quoted evidence")
	fl.BoolVar(&f.full, "full", false, "list everything in text output")
	fl.IntVar(&f.workers, "workers", 0, "`number` of files read at once (default one for each processor)")
	fl.BoolVar(&f.strict, "strict", false, "refuse an SBOM that is not valid, and list every violation with its place")
	fl.StringVar(&f.maxSize, "max-size", "", "`size` of an input, as 500MB or 4GB: of an SBOM, or of a tree's files together")
	fl.IntVar(&f.maxFiles, "max-files", 0, "`number` of entries of a tree (default 2000000, in an archive 1000000)")
	fl.StringVar(&f.maxFound, "max-found", "", "`size` of the memory for what a tree's files hold (default 128MiB)")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no progress")
	return cmd
}

// plan is a scan with every flag read.
type plan struct {
	db       provenance.Database
	options  provenance.Options
	inputs   inputOptions
	outputs  []output
	baseline []*provenance.Report
	// template is the name of the template of -o template, and its text.
	template, templateText string
	state                  provenance.RunState
	full                   bool
	quiet                  bool
	fill                   bool
	last                   bool // the last output is being written
	coverage               float64
}

func (a *app) scan(ctx context.Context, f *scanFlags, args []string) error {
	if len(args) == 0 {
		return hint(errors.New("scan: no path given"), "touchmark scan PATH, where PATH is an SBOM, a directory or an archive; - reads standard input")
	}
	// Everything that can be wrong with the flags shows before the work.
	p, err := a.plan(f, args)
	if err != nil {
		return err
	}
	bar := newProgress(a.env, p.quiet)
	defer bar.stop()

	var results []result
	list := len(args) > 1
	for _, arg := range args {
		found, collection, err := a.several(ctx, p, arg, bar)
		bar.stop()
		if err != nil {
			if ctx.Err() != nil {
				return errors.New("interrupted: nothing was written")
			}
			p.state.Unreadable = true
			complain(a.env, err)
			a.violations(err)
			continue
		}
		results = append(results, found...)
		list = list || collection
		if i := slices.IndexFunc(p.outputs, func(o output) bool { return o.format.single }); i >= 0 && len(results) > 1 {
			return hint(fmt.Errorf("-o %s takes one input, and %s is a collection of SBOMs", p.outputs[i].format.name, arg), "scan them one at a time")
		}
	}
	if len(results) > 0 {
		if err := a.write(p, results, list); err != nil {
			return err
		}
	}
	if status := provenance.ExitStatus(p.state); status != provenance.ExitNone {
		return &ExitError{Status: status}
	}
	return nil
}

// result is a scanned input.
type result struct {
	// path as it was given; empty for a saved report.
	path   string
	doc    *sbom.Document // nil where no output needs it
	report *provenance.Report
	// original opens the input again; nil where it was no file or stream.
	original func() (io.ReadCloser, error)
}

// maxLines bounds the documents that are read again to find lines in them.
const maxLines = 256 << 20

// lines finds lines in a scanned document, nil where it cannot be read again:
// standard input, archives and compressed files, and what has changed since.
func (a *app) lines(results []result, r *provenance.Report) report.LineFinder {
	i := slices.IndexFunc(results, func(x result) bool { return x.report == r })
	if i < 0 || results[i].path == "" || r.Source.Encoding == "" {
		return nil
	}
	_, path := splitKind(results[i].path)
	place := a.env.path(path)
	if st, err := os.Stat(place); err != nil || !st.Mode().IsRegular() || st.Size() > maxLines {
		return nil
	}
	f, err := os.Open(place)
	if err != nil {
		return nil
	}
	defer f.Close()
	sum := sha256.New()
	in := io.TeeReader(f, sum)
	find, err := report.FindLines(in, r)
	if err != nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, in); err != nil || hex.EncodeToString(sum.Sum(nil)) != r.Source.SHA256 {
		return nil
	}
	return find
}

// plan reads the flags.
func (a *app) plan(f *scanFlags, args []string) (*plan, error) {
	p := &plan{full: f.full, quiet: f.quiet, fill: f.fill, coverage: f.minCoverage}
	var err error
	if p.outputs, err = parseOutputs(f.outputs, len(args)); err != nil {
		return nil, err
	}
	if f.fill && !p.wantsDocument() {
		return nil, hint(errors.New("--fill: no SBOM is written"), "touchmark scan PATH --fill -o cyclonedx-json=FILE")
	}
	if err := a.readTemplate(f.template, p); err != nil {
		return nil, err
	}
	if p.state.FailOn, err = parseFailOn(f.failOn); err != nil {
		return nil, err
	}
	if f.minCoverage < 0 || f.minCoverage > 100 {
		return nil, fmt.Errorf("--min-coverage %v: want a percentage from 0 to 100", f.minCoverage)
	}
	today := a.env.Now().UTC().Format(time.DateOnly)
	p.options.AsOf = provenance.Date(today)
	if f.asOf != "" {
		if p.options.AsOf, err = provenance.ParseDate(f.asOf); err != nil {
			return nil, fmt.Errorf("--as-of: %w", err)
		}
	}
	p.options.KeepPersons = f.persons
	if p.db, err = a.openDatabase(&f.database); err != nil {
		return nil, err
	}
	if err := a.checkEdition(f, p, today); err != nil {
		return nil, err
	}
	if p.options.Policies, err = a.readPolicies(f.policies, f.set, p.db); err != nil {
		return nil, err
	}
	for _, file := range f.waivers {
		data, err := a.readSmall(file)
		if err != nil {
			return nil, fmt.Errorf("--waivers: %w", err)
		}
		w, err := provenance.ReadWaivers(file, data)
		if err != nil {
			return nil, fmt.Errorf("--waivers: %w", err)
		}
		p.options.Waivers = append(p.options.Waivers, w...)
	}
	if f.baseline != "" {
		if p.baseline, err = a.readReports(f.baseline); err != nil {
			return nil, fmt.Errorf("--baseline: %w", err)
		}
	}
	p.inputs, err = a.inputOptions(f, p.db)
	return p, err
}

// readTemplate reads the template of -o template.
func (a *app) readTemplate(name string, p *plan) error {
	wanted := slices.ContainsFunc(p.outputs, func(o output) bool { return o.format.name == "template" })
	switch {
	case wanted && name == "":
		return hint(errors.New("-o template: no --template"), "-o template=FILE --template TEMPLATE; examples/templates has some")
	case name == "":
		return nil
	case !wanted:
		return hint(fmt.Errorf("--template %s: no -o template", name), "-o template=FILE --template "+name)
	}
	data, err := a.readSmall(name)
	if err != nil {
		return fmt.Errorf("--template: %w", err)
	}
	p.template, p.templateText = inputName(name), string(data)
	return nil
}

// checkEdition notes a database that is too old or not the one wanted. The
// scan goes on: the report still says what is known.
func (a *app) checkEdition(f *scanFlags, p *plan, today string) error {
	e := p.db.Edition()
	if f.requireDBAge > 0 {
		d, err := time.Parse(time.DateOnly, string(e.Date))
		if err != nil {
			return fmt.Errorf("--require-db-age: the database has no day: %w", err)
		}
		now, _ := time.Parse(time.DateOnly, today)
		if age := int(now.Sub(d).Hours() / 24); age > f.requireDBAge {
			p.state.Stale = true
			complain(a.env, hint(fmt.Errorf("the database is %d days old (edition of %s), and --require-db-age allows %d", age, e.Date, f.requireDBAge),
				"update Touchmark, whose database comes with it, or give newer records with --db"))
		}
	}
	if want := strings.ToLower(f.requireDB); want != "" {
		if len(want) < 8 {
			return fmt.Errorf("--db-sha256 %q: want 8 hexadecimal digits or more", f.requireDB)
		}
		if !strings.HasPrefix(e.SHA256, want) {
			p.state.Stale = true
			complain(a.env, hint(fmt.Errorf("the database is %s, not the required %s", e.SHA256, want), "touchmark db status shows which one is in use"))
		}
	}
	return nil
}

// one scans one input.
func (a *app) one(ctx context.Context, p *plan, arg string, bar *progress) (*result, error) {
	original, err := a.original(p, arg)
	if err != nil {
		return nil, err
	}
	doc, err := a.readInput(ctx, arg, &p.inputs, bar)
	if err != nil {
		return nil, err
	}
	r, err := a.analyze(ctx, p, arg, doc)
	if err != nil {
		return nil, err
	}
	r.original = original
	return r, nil
}

// analyze reports on a document, and notes what the exit status depends on.
func (a *app) analyze(ctx context.Context, p *plan, arg string, doc *sbom.Document) (*result, error) {
	opts := p.options
	opts.Consume = !p.wantsDocument() // of a large tree it takes as much memory as the report
	r, err := provenance.Analyze(ctx, doc, p.db, &opts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", arg, err)
	}
	if base := baselineFor(p.baseline, r); base != nil {
		r.ApplyBaseline(base)
	}
	if doc.Coverage.NotRead || slices.ContainsFunc(doc.Problems, breaksOff) {
		p.state.Unreadable = true
		if doc.Coverage.NotRead {
			complain(a.env, hint(fmt.Errorf("%s: nothing inside the packed image was read", arg), "unpack it (unblob, binwalk) and scan the directory"))
		} else {
			complain(a.env, hint(fmt.Errorf("%s: the input breaks off; what stands before is reported", arg), "get or make the file anew: a gate must not take the rest for read"))
		}
	}
	if p.coverage > 0 && r.Coverage.Percent() < p.coverage {
		p.state.Thin = true
		complain(a.env, fmt.Errorf("%s: %.1f %% of components are attributed, and --min-coverage asks for %v", arg, r.Coverage.Percent(), p.coverage))
	}
	p.state.Verdict = worse(p.state.Verdict, r.Verdict)
	if !p.wantsDocument() {
		doc = nil
	}
	return &result{path: arg, doc: doc, report: r}, nil
}

// wantsDocument reports whether an output needs the input itself.
func (p *plan) wantsDocument() bool {
	return slices.ContainsFunc(p.outputs, func(o output) bool { return o.format.document })
}

// baselineFor returns the report of an earlier run about the same input: the
// only one, or that of the same name.
func baselineFor(reports []*provenance.Report, r *provenance.Report) *provenance.Report {
	for _, b := range reports {
		if len(reports) == 1 || b.Source.Name == r.Source.Name {
			return b
		}
	}
	return nil
}

// breaksOff reports whether a problem is that the input ends before its end: a
// gate must not take the rest for read.
func breaksOff(p sbom.Problem) bool {
	return p.Kind == "broken-json" || p.Kind == "broken-xml" || p.Kind == "truncated-archive"
}

// worse returns the worse of two verdicts of runs.
func worse(a, b provenance.Verdict) provenance.Verdict {
	order := []provenance.Verdict{"", provenance.NoFinding, provenance.Info, provenance.UnknownVerdict, provenance.Review, provenance.Fail}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// output is one -o.
type output struct {
	format format
	file   string // empty for standard output
}

// format is something that -o can write.
type format struct {
	name string
	// write writes the results of a run; list says that several inputs were
	// given.
	write func(w io.Writer, a *app, p *plan, results []result, list bool) error
	// single formats take one input only.
	single bool
	// document formats need the input itself, not its report only.
	document bool
}

func formats() []format {
	// all is a format that takes reports and needs no more.
	all := func(name string, write func(io.Writer, []*provenance.Report) error) format {
		return format{name: name, write: func(w io.Writer, a *app, p *plan, results []result, _ bool) error {
			return write(w, reportsOf(results))
		}}
	}
	sarif := func(name string, github bool) format {
		return format{name: name, write: func(w io.Writer, a *app, p *plan, results []result, _ bool) error {
			err := report.WriteSARIF(w, reportsOf(results), &report.SARIFOptions{GitHub: github, Version: version(), Baseline: p.baseline,
				Lines: func(r *provenance.Report) report.LineFinder { return a.lines(results, r) }})
			if errors.Is(err, report.ErrGitHubRuns) {
				err = hint(err, "scan the inputs in several runs, a file each")
			}
			return err
		}}
	}
	list := []format{
		{name: "text", write: writeText},
		{name: "json", write: writeJSON},
		all("jsonl", report.WriteJSONLines),
		sarif("sarif", false),
		sarif("sarif-github", true),
		{name: "markdown", write: func(w io.Writer, a *app, p *plan, results []result, _ bool) error {
			return report.WriteMarkdown(w, reportsOf(results), &report.MarkdownOptions{Full: p.full})
		}},
		{name: "html", write: func(w io.Writer, a *app, p *plan, results []result, list bool) error {
			if list {
				return report.WriteMatrixHTML(w, p.matrix(results), reportsOf(results))
			}
			return report.WriteHTML(w, results[0].report)
		}},
		{name: "matrix", write: func(w io.Writer, a *app, p *plan, results []result, _ bool) error {
			return report.WriteMatrix(w, p.matrix(results), reportsOf(results), a.textOptionsFor(w, p.full))
		}},
		{name: "matrix-json", write: func(w io.Writer, a *app, p *plan, results []result, _ bool) error {
			return report.WriteMatrixJSON(w, p.matrix(results))
		}},
		{name: "matrix-csv", write: func(w io.Writer, a *app, p *plan, results []result, _ bool) error {
			return report.WriteMatrixCSV(w, p.matrix(results))
		}},
		{name: "matrix-markdown", write: func(w io.Writer, a *app, p *plan, results []result, _ bool) error {
			return report.WriteMatrixMarkdown(w, p.matrix(results), reportsOf(results), &report.MarkdownOptions{Full: p.full})
		}},
		all("csv", report.WriteCSV),
		all("junit", report.WriteJUnit),
		{name: "github", write: writeGitHub},
		{name: "template", write: func(w io.Writer, a *app, p *plan, results []result, _ bool) error {
			return report.WriteTemplate(w, reportsOf(results), p.template, p.templateText, nil)
		}},
	}
	for _, f := range sbom.WriteFormats() {
		list = append(list, format{name: string(f), single: true, document: true, write: func(w io.Writer, a *app, p *plan, results []result, _ bool) error {
			return a.writeEnriched(w, &results[0], f, p.fill, p.last)
		}})
	}
	return list
}

// matrix rolls the reports of a run up.
func (p *plan) matrix(results []result) *provenance.Matrix {
	return provenance.MatrixOf(reportsOf(results), p.db)
}

func reportsOf(results []result) []*provenance.Report {
	reports := make([]*provenance.Report, len(results))
	for i, r := range results {
		reports[i] = r.report
	}
	return reports
}

// writeGitHub writes annotations, and the summary of the step where GitHub says
// that it wants one.
func writeGitHub(w io.Writer, a *app, p *plan, results []result, _ bool) error {
	reports := reportsOf(results)
	opts := &report.GitHubOptions{Lines: func(r *provenance.Report) report.LineFinder { return a.lines(results, r) }}
	if err := report.WriteGitHub(w, reports, opts); err != nil {
		return err
	}
	name := a.env.Getenv("GITHUB_STEP_SUMMARY")
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(a.env.path(name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write the summary of the step: %w", err)
	}
	room := int64(report.GitHubSummaryBytes)
	if st, err := f.Stat(); err == nil {
		room -= st.Size() // what earlier commands of the step wrote
	}
	if room > 1000 {
		err = report.WriteMarkdown(f, reports, &report.MarkdownOptions{MaxBytes: int(room)})
	}
	return errors.Join(err, f.Close())
}

func formatNames() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

func parseOutputs(specs []string, inputs int) ([]output, error) {
	if len(specs) == 0 {
		specs = []string{"text"}
	}
	var outs []output
	for _, spec := range specs {
		name, file, named := strings.Cut(spec, "=")
		if named && file == "" {
			return nil, fmt.Errorf("-o %s: no file name after =", spec)
		}
		if file == "-" {
			file = ""
		}
		i := slices.IndexFunc(formats(), func(f format) bool { return f.name == name })
		if i < 0 {
			return nil, hint(fmt.Errorf("-o %s: no such format", name), didYouMean(nearest(name, formatNames()), "formats: "+strings.Join(formatNames(), ", ")))
		}
		o := output{formats()[i], file}
		if o.format.single && inputs > 1 {
			return nil, hint(fmt.Errorf("-o %s takes one input, and %d were given", name, inputs), "scan them one at a time")
		}
		for _, other := range outs {
			if other.file == o.file {
				where := "standard output"
				if o.file != "" {
					where = o.file
				}
				return nil, hint(fmt.Errorf("-o %s and -o %s both go to %s", other.format.name, name, where), "give one a file: -o "+name+"=FILE")
			}
		}
		outs = append(outs, o)
	}
	return outs, nil
}

func writeText(w io.Writer, a *app, p *plan, results []result, list bool) error {
	opts := a.textOptionsFor(w, p.full)
	for i, r := range results {
		if list {
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprintf(w, "===== %d of %d\n", i+1, len(results))
		}
		if err := report.WriteText(w, r.report, opts); err != nil {
			return err
		}
	}
	if len(results) > 1 {
		// The findings stand above.
		fmt.Fprint(w, "\n===== together\n")
		return report.WriteMatrix(w, p.matrix(results), nil, opts)
	}
	return nil
}

func writeJSON(w io.Writer, a *app, p *plan, results []result, list bool) error {
	if !list {
		return report.WriteJSON(w, results[0].report)
	}
	return report.WriteJSONList(w, reportsOf(results))
}

// write writes every output. A file appears whole or not at all.
func (a *app) write(p *plan, results []result, list bool) error {
	for i, o := range p.outputs {
		p.last = i == len(p.outputs)-1
		if o.file == "" {
			if err := o.format.write(a.env.Stdout, a, p, results, list); err != nil {
				return err
			}
			continue
		}
		if err := a.writeFile(o.file, func(w io.Writer) error { return o.format.write(w, a, p, results, list) }); err != nil {
			return fmt.Errorf("-o %s: %w", o.format.name, err)
		}
	}
	return nil
}

func (a *app) writeFile(name string, write func(io.Writer) error) error {
	place := a.env.path(name)
	if st, err := os.Stat(place); err == nil && !st.Mode().IsRegular() {
		// A device or a pipe that the user named is written as it is.
		f, err := os.OpenFile(place, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		return errors.Join(write(f), f.Close())
	}
	f, err := os.CreateTemp(filepath.Dir(place), ".touchmark-*")
	if err != nil {
		return hint(fmt.Errorf("write %s: %w", name, err), "the directory must exist and be writable")
	}
	defer os.Remove(f.Name())
	err = write(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(f.Name(), place); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// maxConfig bounds a policy or waiver file, in bytes.
const maxConfig = 16 << 20

// readSmall reads a file of configuration.
func (a *app) readSmall(name string) ([]byte, error) {
	f, err := os.Open(a.env.path(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxConfig {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, maxConfig)
	}
	return bytes.TrimPrefix(data, []byte("\uFEFF")), nil
}
