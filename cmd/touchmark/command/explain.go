package command

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
)

func (a *app) explainCommand() *cobra.Command {
	full := false
	cmd := &cobra.Command{
		Use:   "explain FINDING [REPORT.json|-]",
		Short: "Walk from a finding to its list entry and its evidence",
		Long: `Explain reads a JSON report and shows everything behind one finding: the rule
and its provision, the list entry or origin with its citation, the owners in
between, the organization, the mark by which it was recognised, and the place
of the evidence in the input.

FINDING is the id of a finding or the beginning of it. A component or service
works too, by name, package URL or reference: explain then shows who is behind
it and why.

The report is a file that "touchmark scan -o json=FILE" or "touchmark reconcile
--json" wrote, or "-" for standard input, the default.`,
		Example: `  touchmark scan sbom.json --policy ndaa-889 -o json=report.json
  touchmark explain ndaa-889.equipment-1a2b3c4d5e report.json
  touchmark explain easyjson report.json`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := "-"
			if len(args) == 2 {
				file = args[1]
			}
			reports, err := a.readExplained(file)
			if err != nil {
				return err
			}
			return a.explain(args[0], reports, full)
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "list everything")
	return cmd
}

// readExplained reads reports, or the findings of a reconciliation as one.
func (a *app) readExplained(file string) ([]*provenance.Report, error) {
	var kept bytes.Buffer
	reports, err := a.readReportsThrough(file, &kept)
	if errors.Is(err, report.ErrSchema) {
		if rec, e := report.ReadReconciliation(&kept); e == nil {
			return []*provenance.Report{rec.Report()}, nil
		}
	}
	return reports, err
}

func (a *app) readReports(file string) ([]*provenance.Report, error) {
	return a.readReportsThrough(file, io.Discard)
}

// readReportsThrough reads reports and writes what it reads to kept.
func (a *app) readReportsThrough(file string, kept io.Writer) ([]*provenance.Report, error) {
	var in io.Reader = a.env.Stdin
	name := "standard input"
	if file == "-" {
		if a.env.InTerminal {
			return nil, hint(errors.New("explain: which report?"), "touchmark scan PATH -o json=report.json, then touchmark explain FINDING report.json")
		}
	} else {
		f, err := os.Open(a.env.path(file))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, pathless(err))
		}
		defer f.Close()
		in, name = f, file
	}
	reports, err := report.ReadJSON(io.TeeReader(in, kept))
	if errors.Is(err, report.ErrSchema) {
		return nil, hint(fmt.Errorf("%s: %w", name, err), "write a report with: touchmark scan PATH -o json=report.json")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return reports, nil
}

// explain shows what the id names: an exact finding, findings that begin with
// it, or components and services of that name.
func (a *app) explain(id string, reports []*provenance.Report, full bool) error {
	opts := a.textOptions(full)
	var shows []func() error
	find := func(match func(f *provenance.Finding) bool) {
		for _, r := range reports {
			for _, list := range [][]provenance.Finding{r.Findings, r.Upcoming} {
				for i := range list {
					if f := &list[i]; match(f) {
						shows = append(shows, func() error { return report.WriteFinding(a.env.Stdout, r, f, opts) })
					}
				}
			}
		}
	}
	find(func(f *provenance.Finding) bool { return f.ID == id })
	if len(shows) == 0 && id != "" {
		find(func(f *provenance.Finding) bool { return strings.HasPrefix(f.ID, id) })
	}
	if len(shows) == 0 {
		for _, r := range reports {
			component := func(c *provenance.Component) {
				if c.Ref == id || c.Name == id || c.PURL == id || c.Group+"/"+c.Name == id || c.Name+"@"+c.Version == id {
					shows = append(shows, func() error { return report.WriteComponent(a.env.Stdout, r, c, opts) })
				}
			}
			if r.Subject != nil {
				component(r.Subject)
			}
			for i := range r.Components {
				component(&r.Components[i])
			}
			for i := range r.Services {
				s := &r.Services[i]
				if s.Ref == id || s.Name == id {
					shows = append(shows, func() error { return report.WriteService(a.env.Stdout, r, s, opts) })
				}
			}
		}
	}
	if len(shows) == 0 {
		return hint(fmt.Errorf("explain: the report has no finding, component or service %q", id), a.someIDs(reports))
	}
	for i, show := range shows {
		if i > 0 {
			fmt.Fprintln(a.env.Stdout)
		}
		if i == maxExplained && !full {
			fmt.Fprintf(a.env.Stdout, "and %d more; --full shows them\n", len(shows)-i)
			break
		}
		if err := show(); err != nil {
			return err
		}
	}
	return nil
}

const maxExplained = 5

// someIDs says what could have been asked for.
func (a *app) someIDs(reports []*provenance.Report) string {
	var ids []string
	for _, r := range reports {
		for _, f := range r.Findings {
			if len(ids) < 5 {
				ids = append(ids, report.Visible(f.ID))
			}
		}
	}
	if len(ids) == 0 {
		return "it has no findings; give the name of a component"
	}
	return "findings: " + strings.Join(ids, ", ")
}

// oneLine makes the message of an error harmless; lines of joined errors stay
// lines.
func oneLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i, l := range lines {
		lines[i] = visibleLong(l)
	}
	return strings.Join(lines, "\n  ")
}

// visibleLong is Visible for a message, which may be longer than a name.
func visibleLong(s string) string {
	const step = 200
	var b strings.Builder
	for len(s) > step && b.Len() < 8*step {
		n := step
		for n > 0 && s[n]&0xc0 == 0x80 {
			n--
		}
		if n == 0 {
			n = step
		}
		b.WriteString(report.Visible(s[:n]))
		s = s[n:]
	}
	b.WriteString(report.Visible(s))
	return b.String()
}
