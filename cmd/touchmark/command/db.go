package command

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb"
	"github.com/touchmark-dev/touchmark/provenance/origindb/lint"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

// databaseFlags say which database is used.
type databaseFlags struct {
	dirs []string
}

func (f *databaseFlags) add(fl *pflag.FlagSet) {
	fl.StringArrayVar(&f.dirs, "db", nil, "`directory` of own records over the database, repeatable; or a file of db build in its place")
}

// openDatabase opens the database that comes with the program, with the user's
// records over it.
func (a *app) openDatabase(f *databaseFlags) (provenance.Database, error) {
	dirs, db, err := a.baseDatabase(f.dirs)
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		place := a.env.path(dir)
		own, err := provenance.ReadRecords(os.DirFS(place))
		if err != nil {
			return nil, hint(fmt.Errorf("--db %s: %w", dir, err), "touchmark db lint "+dir+" shows all that is wrong with it")
		}
		if len(own.Organizations)+len(own.Projects)+len(own.Lists) == 0 {
			return nil, hint(fmt.Errorf("--db %s: it holds no records", dir), "records are YAML files in its folders organizations, projects and lists")
		}
		own.Name = inputName(dir)
		db = provenance.Overlay(db, own)
	}
	return db, nil
}

// baseDatabase opens the file among the values of --db, or else the database
// that comes with the program. It returns the values that are directories.
func (a *app) baseDatabase(values []string) (dirs []string, db provenance.Database, err error) {
	file := ""
	for _, v := range values {
		st, err := os.Stat(a.env.path(v))
		switch {
		case err != nil:
			return nil, nil, hint(fmt.Errorf("--db %s: %w", v, pathless(err)), "a directory of records, or a file that touchmark db build wrote")
		case st.IsDir():
			dirs = append(dirs, v)
		case file != "":
			return nil, nil, fmt.Errorf("--db %s: %s is a database already; only directories can be laid over it", v, file)
		default:
			file = v
		}
	}
	if file == "" {
		db, err = origindb.Open()
	} else if db, err = origindb.OpenFile(a.env.path(file)); err != nil {
		err = hint(fmt.Errorf("--db %s: %w", file, err), "a directory of records, or a file that touchmark db build wrote")
	}
	return dirs, db, err
}

func (a *app) dbCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "db", Short: "Look things up in the origin database, and check own records", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return cmd.Help() }}
	cmd.AddCommand(a.dbShow(), a.dbSearch(), a.dbStatus(), a.dbLint(), a.dbDiff(), a.dbFmt(), a.dbNew(), a.dbBuild(), a.dbImport())
	return cmd
}

func (a *app) dbShow() *cobra.Command {
	var f databaseFlags
	var asJSON, full bool
	cmd := &cobra.Command{Use: "show ID...", Short: "Show records with every statement's citation", Args: cobra.MinimumNArgs(1),
		Example: "  touchmark db show vk\n  touchmark db show us-ndaa-889",
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := a.openDatabase(&f)
			if err != nil {
				return err
			}
			opts := a.textOptions(full)
			for i, id := range args {
				if asJSON {
					err = a.showJSON(db, id)
				} else {
					if i > 0 {
						fmt.Fprintln(a.env.Stdout)
					}
					err = report.WriteRecord(a.env.Stdout, db, id, opts)
				}
				if errors.Is(err, report.ErrNoRecord) {
					return hint(err, didYouMean(nearestRecord(db, id), "touchmark db search "+id+" finds records by name, domain or package URL"))
				}
				if err != nil {
					return err
				}
			}
			return nil
		}}
	f.add(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	cmd.Flags().BoolVar(&full, "full", false, "list everything")
	return cmd
}

// showJSON writes the records of an id as JSON.
func (a *app) showJSON(db provenance.Database, id string) error {
	out := struct {
		Organization *provenance.Organization `json:"organization,omitempty"`
		Listings     []provenance.Listing     `json:"listings,omitempty"`
		Project      *provenance.Project      `json:"project,omitempty"`
		List         *provenance.List         `json:"list,omitempty"`
	}{db.Organization(id), db.Listings(id), db.Project(id), db.List(id)}
	if out.Organization == nil && out.Project == nil && out.List == nil {
		return fmt.Errorf("%q: %w", id, report.ErrNoRecord)
	}
	return a.writeValue(out)
}

func (a *app) writeValue(v any) error {
	enc := json.NewEncoder(a.env.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// found is a record that a search found.
type found struct {
	Kind string `json:"kind"` // organization, project or list
	ID   string `json:"id"`
	Name string `json:"name"`
	By   string `json:"by"` // what matched
	rank int
}

func (a *app) dbSearch() *cobra.Command {
	var f databaseFlags
	asJSON := false
	cmd := &cobra.Command{Use: "search WORD", Short: "Find records by name, domain, package URL or another mark", Args: cobra.MinimumNArgs(1),
		Example: "  touchmark db search hikvision\n  touchmark db search pkg:golang/github.com/mailru/easyjson",
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := a.openDatabase(&f)
			if err != nil {
				return err
			}
			word := strings.Join(args, " ")
			results := search(cmd.Context(), db, word)
			if asJSON {
				return a.writeValue(results)
			}
			if len(results) == 0 {
				return hint(fmt.Errorf("no record answers to %q, which says nothing about who that is", word),
					didYouMean(nearestRecord(db, word), "try a part of the name, a domain or a package URL; docs/add-organization.md says how to add a record"))
			}
			for i, r := range results {
				if i == 50 {
					fmt.Fprintf(a.env.Stdout, "and %d more\n", len(results)-i)
					break
				}
				fmt.Fprintf(a.env.Stdout, "%-12s %-28s %s (%s)\n", r.Kind, report.Visible(r.ID), report.Visible(r.Name), report.Visible(r.By))
			}
			return nil
		}}
	f.add(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

// search returns the records that the word names: first those whose id, name
// or mark it is, then those whose id or name holds it.
func search(ctx context.Context, db provenance.Database, word string) []found {
	best := map[string]found{}
	note := func(f found) {
		k := f.Kind + " " + f.ID
		if old, ok := best[k]; !ok || f.rank < old.rank {
			best[k] = f
		}
	}
	organization := func(id, by string, rank int) {
		if o := db.Organization(id); o != nil {
			note(found{"organization", id, o.Name, by, rank})
		}
	}
	project := func(id, by string, rank int) {
		if p := db.Project(id); p != nil {
			note(found{"project", id, p.Name, by, rank})
		}
	}
	lower := strings.ToLower(word)
	organization(lower, "id", 0)
	project(lower, "id", 0)
	if l := db.List(lower); l != nil {
		note(found{"list", l.ID, l.Title, "id", 0})
	}
	kinds := append([]sbom.ClaimKind{sbom.OrgName}, provenance.IdentifierKinds()...)
	for _, kind := range kinds {
		for _, m := range db.Lookup(kind, provenance.Key(kind, word)) {
			by := m.Identifier.Kind.String() + " " + m.Identifier.Value
			organization(m.Organization, by, 1)
			project(m.Project, by, 1)
		}
	}
	if strings.HasPrefix(lower, "pkg:") {
		// Who a package is attributed to, the attribution says: marks answer
		// to parts of a package URL too.
		doc := &sbom.Document{Components: []*sbom.Component{{Ref: word, Name: word, PURL: word,
			Claims: []sbom.Claim{{Kind: sbom.PURL, Value: word, By: sbom.ByDocument}}}}}
		if r, err := provenance.Analyze(ctx, doc, db, nil); err == nil {
			for _, at := range r.Components[0].Attributions {
				by := at.Role.String() + " of the package"
				organization(at.Organization.ID, by, 1)
				if at.Project != nil {
					project(at.Project.ID, "project of the package", 1)
				}
			}
		}
	}
	if l, ok := db.(provenance.Lister); ok {
		inNames := func(name string, names []provenance.Name) (string, bool) {
			if strings.Contains(strings.ToLower(name), lower) {
				return "name", true
			}
			for _, n := range names {
				if n.Retracted == nil && strings.Contains(strings.ToLower(n.Name), lower) {
					return "name " + n.Name, true
				}
			}
			return "", false
		}
		for _, id := range l.OrganizationIDs() {
			if o := db.Organization(id); o != nil {
				if by, ok := inNames(o.Name, o.Names); ok || strings.Contains(id, lower) {
					organization(id, cmp.Or(by, "id"), 2)
				}
			}
		}
		for _, id := range l.ProjectIDs() {
			if p := db.Project(id); p != nil {
				if by, ok := inNames(p.Name, p.Names); ok || strings.Contains(id, lower) {
					project(id, cmp.Or(by, "id"), 2)
				}
			}
		}
		for _, list := range l.ListEditions() {
			if strings.Contains(list.ID, lower) || strings.Contains(strings.ToLower(list.Title), lower) {
				note(found{"list", list.ID, list.Title, "title", 2})
			}
			for _, e := range list.Entries {
				if strings.Contains(strings.ToLower(e.Name), lower) {
					note(found{"list", list.ID, list.Title, "entry " + e.Name, 3})
				}
			}
		}
	}
	out := make([]found, 0, len(best))
	for _, f := range best {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), strings.Compare(a.Kind, b.Kind), strings.Compare(a.ID, b.ID))
	})
	return out
}

func (a *app) dbStatus() *cobra.Command {
	var f databaseFlags
	asJSON := false
	cmd := &cobra.Command{Use: "status", Short: "Say which database this is, how old, and which lists it holds", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := a.openDatabase(&f)
			if err != nil {
				return err
			}
			return a.status(db, asJSON)
		}}
	f.add(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

func (a *app) status(db provenance.Database, asJSON bool) error {
	s, err := origindb.StatusOf(db)
	if err != nil {
		return err
	}
	if asJSON {
		return a.writeValue(s)
	}
	var rows [][2]string
	row := func(name, format string, args ...any) {
		rows = append(rows, [2]string{name, fmt.Sprintf(format, args...)})
	}
	row("database", "%s", s.Edition.Name)
	row("edition", "%s (the newest review; the oldest is of %s)", s.Edition.Date, s.OldestReview)
	row("sha256", "%s", s.Edition.SHA256)
	for _, o := range s.Edition.Overlays {
		row("overlay", "%s", o)
	}
	row("organizations", "%d, %d of them with no country on record, %d joined by a program and not read whole yet", s.Organizations, s.Seatless, s.Unreviewed)
	row("projects", "%d: %d with a steward, %d a community's, %d with neither", s.Projects, s.Stewarded, s.Community, s.Unattributed)
	row("names", "%d", s.Names)
	row("marks", "%d", s.Identifiers)
	row("origins", "%d, %.1f%% uncited, %d disputed", s.Origins.Total, s.Origins.UncitedPercent(), s.Origins.Disputed)
	for _, l := range s.Lists {
		complete := "complete"
		if !l.Complete {
			complete = "partial"
		}
		row("list", "%s, edition %s, %s: %d entries, %d joined to an organization on record, %d not yet", l.ID, l.Edition, complete, l.Entries, l.Joined, l.Unjoined)
		row("", "%s", l.Transcribed)
	}
	for _, r := range s.Registries {
		kept := "of its rows are cited"
		if r.Whole {
			kept = fmt.Sprintf("rows, %d (%.1f%%) joined to an organization on record", r.Joined, 100*float64(r.Joined)/float64(max(r.Rows, 1)))
		}
		row("registry", "%s, revision %s of %s: %d %s", r.ID, r.Revision, r.Date, r.Rows, kept)
	}
	for _, p := range s.Packages {
		row("packages", "%s: %d by their own metadata, %d from an account on record, %d whose metadata names no organization", p.Type, p.Rows, p.Joined, p.Unaffiliated)
	}
	return report.WriteRows(a.env.Stdout, rows, a.textOptions(false))
}

func (a *app) dbDiff() *cobra.Command {
	asJSON := false
	var names, set []string
	asOf := ""
	cmd := &cobra.Command{Use: "diff OLD NEW", Short: "Say in which facts and verdicts two states of a database differ", Args: cobra.ExactArgs(2),
		Long: `Diff compares two directories of records, or files of "touchmark db build", fact
by fact. "-" stands for the database that comes with the program.

With --policy it also says for which organizations the policy's verdict changes:
each is judged as the maker of a device, the developer of a library and the
operator of a service, as if that were beyond doubt. What changes for one product,
"touchmark diff" of two saved reports tells.`,
		Example: `  touchmark db diff - ./records --policy ndaa-889 --policy dod-1260h`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var sides [2]provenance.Database
			for i, dir := range args {
				var err error
				if dir == "-" {
					sides[i], err = origindb.Open()
				} else {
					sides[i], err = a.openState(dir)
				}
				if err != nil {
					return fmt.Errorf("db diff %s: %w", dir, err)
				}
			}
			var out struct {
				Facts    []origindb.Change        `json:"facts"`
				Verdicts []origindb.VerdictChange `json:"verdicts"`
			}
			var err error
			if out.Facts, err = origindb.Diff(sides[0], sides[1]); err != nil {
				return err
			}
			if len(names) > 0 {
				policies, err := a.readPolicies(names, set, sides[1])
				if err != nil {
					return err
				}
				day := provenance.Date(cmp.Or(asOf, a.env.Now().UTC().Format(time.DateOnly)))
				if out.Verdicts, err = origindb.DiffVerdicts(cmd.Context(), sides[0], sides[1], policies, day); err != nil {
					return fmt.Errorf("db diff: %w", err)
				}
			}
			if asJSON {
				if out.Facts == nil {
					out.Facts = []origindb.Change{}
				}
				if out.Verdicts == nil {
					out.Verdicts = []origindb.VerdictChange{}
				}
				return a.writeValue(out)
			}
			for _, c := range out.Facts {
				fmt.Fprintf(a.env.Stdout, "%-8s %s: %s\n", c.Kind, report.Visible(c.Record), report.Visible(c.Fact))
				if c.Old != "" && c.Fact != "record" {
					fmt.Fprintf(a.env.Stdout, "           - %s\n", visibleLong(c.Old))
				}
				if c.New != "" && c.Fact != "record" {
					fmt.Fprintf(a.env.Stdout, "           + %s\n", visibleLong(c.New))
				}
			}
			for _, v := range out.Verdicts {
				fmt.Fprintf(a.env.Stdout, "verdict  %s as %s under %s: %s -> %s\n", report.Visible(v.Organization.Name), v.As, report.Visible(v.Policy),
					judgement(v.Old, v.OldRules), judgement(v.New, v.NewRules))
			}
			fmt.Fprintf(a.env.Stdout, "%d facts differ\n", len(out.Facts))
			if len(names) > 0 {
				fmt.Fprintf(a.env.Stdout, "%d verdicts differ\n", len(out.Verdicts))
			}
			return nil
		}}
	fl := cmd.Flags()
	fl.BoolVar(&asJSON, "json", false, "write JSON")
	fl.StringArrayVar(&names, "policy", nil, "policy `file or pack` whose verdicts are compared, repeatable")
	fl.StringArrayVar(&set, "set", nil, "parameter of a policy, `name=value`")
	fl.StringVar(&asOf, "as-of", "", "`day` on which the verdicts are compared; today by default")
	return cmd
}

func judgement(v provenance.Verdict, rules []string) string {
	switch {
	case v == "":
		return "not on record"
	case len(rules) == 0:
		return string(v)
	}
	return fmt.Sprintf("%s (%s)", v, report.Visible(strings.Join(rules, ", ")))
}

func (a *app) dbFmt() *cobra.Command {
	list := false
	cmd := &cobra.Command{Use: "fmt FILE...", Short: "Put records into the form in which records are kept", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range args {
				old, err := a.readSmall(name)
				if err != nil {
					return fmt.Errorf("db fmt: %w", err)
				}
				text, err := origindb.Format(old)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				if bytes.Equal(old, text) {
					continue
				}
				fmt.Fprintln(a.env.Stdout, report.Visible(name))
				if list {
					continue
				}
				if err := a.writeFile(name, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
					return err
				}
			}
			return nil
		}}
	cmd.Flags().BoolVarP(&list, "list", "l", false, "only name the files that would change")
	return cmd
}

func (a *app) dbNew() *cobra.Command {
	return &cobra.Command{Use: "new organization|project|list ID", Short: "Write the skeleton of a record, to be filled in", Args: cobra.ExactArgs(2),
		Example: "  touchmark db new organization acme > own/organizations/acme.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := origindb.Template(args[0], args[1], provenance.Date(a.env.Now().UTC().Format(time.DateOnly)))
			if err != nil {
				return err
			}
			_, err = a.env.Stdout.Write(text)
			return err
		}}
}

// ownRecords is where the sources of the database are in a checkout.
const ownRecords = "provenance/origindb/data"

func (a *app) dbLint() *cobra.Command {
	cmd := &cobra.Command{Use: "lint [DIR...]", Short: "Check records: form, citations, marks claimed twice, owners",
		Long: `Lint checks directories of records that are to be used with --db, by the rules
for Touchmark's own. Owners and stewards may be in the database. Without a DIR
it checks ` + ownRecords + ` of a checkout.

Every problem is written as "file:line: severity: message (rule)". The exit
status is 1 where one is an error.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var base provenance.Database
			if len(args) == 0 {
				if _, err := os.Stat(a.env.path(ownRecords)); err != nil {
					return hint(errors.New("db lint: which directory?"), "touchmark db lint DIR, with the folders organizations, projects and lists in DIR")
				}
				args = []string{ownRecords}
			} else {
				db, err := a.openDatabase(&databaseFlags{})
				if err != nil {
					return err
				}
				base = db
			}
			failed := false
			for _, dir := range args {
				if _, err := os.Stat(a.env.path(dir)); err != nil {
					return fmt.Errorf("db lint %s: %w", dir, pathless(err))
				}
				problems, err := lint.Check(os.DirFS(a.env.path(dir)), &lint.Options{Base: base})
				if err != nil {
					return fmt.Errorf("db lint %s: %w", dir, err)
				}
				for _, p := range problems {
					p.File = dir + "/" + p.File
					fmt.Fprintln(a.env.Stdout, visibleLong(p.String()))
				}
				bad := lint.Errors(problems)
				failed = failed || len(bad) > 0
				fmt.Fprintf(a.env.Stdout, "%s: %d errors, %d other remarks\n", dir, len(bad), len(problems)-len(bad))
			}
			if failed {
				return &ExitError{Status: provenance.ExitUnreadable}
			}
			return nil
		}}
	return cmd
}
