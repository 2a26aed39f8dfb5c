package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

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
	fl.StringArrayVar(&f.dirs, "db", nil, "`directory` of own records over the database, repeatable")
}

// openDatabase opens the database that comes with the program, with the user's
// records over it.
func (a *app) openDatabase(f *databaseFlags) (provenance.Database, error) {
	var db provenance.Database
	db, err := origindb.Open()
	if err != nil {
		return nil, err
	}
	for _, dir := range f.dirs {
		place := a.env.path(dir)
		if st, err := os.Stat(place); err != nil {
			return nil, fmt.Errorf("--db %s: %w", dir, pathless(err))
		} else if !st.IsDir() {
			return nil, fmt.Errorf("--db %s: it is not a directory", dir)
		}
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

func (a *app) dbCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "db", Short: "Look things up in the origin database, and check own records", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return cmd.Help() }}
	cmd.AddCommand(a.dbShow(), a.dbSearch(), a.dbStatus(), a.dbLint())
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
			opts := &report.TextOptions{Width: a.env.width(), Color: a.env.color(a.env.Stdout), Full: full}
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
					return hint(err, "touchmark db search "+id+" finds records by name, domain or package URL")
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
				return fmt.Errorf("no record answers to %q, which says nothing about who that is", word)
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
			by := string(m.Identifier.Kind) + " " + m.Identifier.Value
			organization(m.Organization, by, 1)
			project(m.Project, by, 1)
		}
	}
	if strings.HasPrefix(lower, "pkg:") {
		// Who a package is attributed to, the attribution says: marks answer
		// to parts of a package URL too.
		doc := &sbom.Document{Components: []sbom.Component{{Ref: word, Name: word, PURL: word,
			Claims: []sbom.Claim{{Kind: sbom.PURL, Value: word, By: sbom.ByDocument}}}}}
		if r, err := provenance.Analyze(ctx, doc, db, nil); err == nil {
			for _, at := range r.Components[0].Attributions {
				by := string(at.Role) + " of the package"
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

// listStatus is one edition of a list.
type listStatus struct {
	ID       string `json:"id"`
	Edition  string `json:"edition"`
	Title    string `json:"title"`
	Complete bool   `json:"complete"`
	Entries  int    `json:"entries"`
	Joined   int    `json:"joined"` // entries that name an organization on record
}

func (a *app) status(db provenance.Database, asJSON bool) error {
	var s struct {
		Edition       provenance.Edition `json:"edition"`
		Organizations int                `json:"organizations"`
		Projects      int                `json:"projects"`
		Lists         []listStatus       `json:"lists"`
	}
	s.Edition = db.Edition()
	if l, ok := db.(provenance.Lister); ok {
		s.Organizations, s.Projects = len(l.OrganizationIDs()), len(l.ProjectIDs())
		for _, list := range l.ListEditions() {
			ls := listStatus{ID: list.ID, Edition: list.Edition, Title: list.Title, Complete: list.Complete, Entries: len(list.Entries)}
			for _, e := range list.Entries {
				if len(e.Organizations) > 0 {
					ls.Joined++
				}
			}
			s.Lists = append(s.Lists, ls)
		}
	}
	if asJSON {
		return a.writeValue(s)
	}
	w := a.env.Stdout
	fmt.Fprintf(w, "database       %s\nedition        %s\nsha256         %s\n", report.Visible(s.Edition.Name), s.Edition.Date, s.Edition.SHA256)
	for _, o := range s.Edition.Overlays {
		fmt.Fprintf(w, "overlay        %s\n", report.Visible(o))
	}
	fmt.Fprintf(w, "organizations  %d\nprojects       %d\n", s.Organizations, s.Projects)
	for _, l := range s.Lists {
		complete := "complete"
		if !l.Complete {
			complete = "partial"
		}
		fmt.Fprintf(w, "list           %s, edition %s, %s: %d entries, %d with an organization on record\n",
			report.Visible(l.ID), report.Visible(l.Edition), complete, l.Entries, l.Joined)
	}
	return nil
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
