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
	"github.com/touchmark-dev/touchmark/provenance/origindb"
	"github.com/touchmark-dev/touchmark/provenance/origindb/importer"
)

// openState opens a directory of records or a database file.
func (a *app) openState(name string) (provenance.Database, error) {
	place := a.env.path(name)
	st, err := os.Stat(place)
	if err != nil {
		return nil, pathless(err)
	}
	if !st.IsDir() {
		return origindb.OpenFile(place)
	}
	return provenance.ReadRecords(os.DirFS(place))
}

func (a *app) dbBuild() *cobra.Command {
	out, name := "", ""
	cmd := &cobra.Command{Use: "build DIR -o FILE", Short: "Compile a directory of records into a database file for --db", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return errors.New("db build: want -o FILE")
			}
			if st, err := os.Stat(a.env.path(args[0])); err != nil || !st.IsDir() {
				return fmt.Errorf("db build: %s is no directory of records", args[0])
			}
			if name == "" {
				name = inputName(args[0])
			}
			data, err := origindb.BuildDir(os.DirFS(a.env.path(args[0])), name)
			if err != nil {
				return hint(fmt.Errorf("db build %s: %w", args[0], err), "touchmark db lint "+args[0]+" shows all that is wrong with it")
			}
			db, err := origindb.Read(string(data))
			if err != nil {
				return fmt.Errorf("db build %s: %w", args[0], err)
			}
			if err := a.writeFile(out, func(w io.Writer) error { _, err := w.Write(data); return err }); err != nil {
				return err
			}
			fmt.Fprintf(a.env.Stdout, "%s: %d organizations, %d projects, sha256 %s\n", out, len(db.OrganizationIDs()), len(db.ProjectIDs()), db.Edition().SHA256)
			return nil
		}}
	cmd.Flags().StringVarP(&out, "output", "o", "", "`file` to write")
	cmd.Flags().StringVar(&name, "name", "", "`name` of the database in reports; the directory's by default")
	return cmd
}

func (a *app) dbImport() *cobra.Command {
	cmd := &cobra.Command{Use: "import", Short: "Turn what registries and governments publish into the form of the database", Args: cobra.NoArgs,
		Long: `Import reads files that were fetched before; nothing is fetched. Tables of
registries and lists go to standard output. Joins of list entries to
organizations, and what GLEIF says of organizations on record, are proposals: a
person reviews them.`,
		RunE: func(cmd *cobra.Command, args []string) error { return cmd.Help() }}
	table := func(use, short string, args cobra.PositionalArgs, read func(w io.Writer, files ...io.Reader) error) {
		cmd.AddCommand(&cobra.Command{Use: use, Short: short, Args: args, RunE: func(cmd *cobra.Command, args []string) error {
			return a.withFiles(args, func(files []io.Reader) error { return read(a.env.Stdout, files...) })
		}})
	}
	table("ieee FILE...", "oui.csv, mam.csv, oui36.csv, iab.csv, cid.csv: a table of prefixes", cobra.MinimumNArgs(1), importer.IEEE)
	one := func(f func(io.Writer, io.Reader) error) func(io.Writer, ...io.Reader) error {
		return func(w io.Writer, files ...io.Reader) error { return f(w, files[0]) }
	}
	table("vendors FILE", "usb.ids or pci.ids: a table of vendors", cobra.ExactArgs(1), one(importer.Vendors))
	table("bluetooth FILE", "company_identifiers.yaml: a table of companies", cobra.ExactArgs(1), one(importer.Bluetooth))
	cmd.AddCommand(a.importList(), a.importGLEIF())
	return cmd
}

// withFiles opens the files for reading and closes them after f.
func (a *app) withFiles(names []string, f func([]io.Reader) error) error {
	var files []io.Reader
	for _, name := range names {
		file, err := os.Open(a.env.path(name))
		if err != nil {
			return fmt.Errorf("%s: %w", name, pathless(err))
		}
		defer file.Close()
		files = append(files, file)
	}
	return f(files)
}

func (a *app) importList() *cobra.Command {
	var head, source, effective string
	var f databaseFlags
	cmd := &cobra.Command{Use: "list FILE --head HEAD.yaml", Short: "A government list: names a line, or the consolidated screening list with --source", Args: cobra.ExactArgs(1),
		Long: `List reads FILE and writes the edition whose head (everything but the entries,
see "touchmark db new list") is in HEAD.yaml. FILE holds a name a line, optionally
with a tab and the first day, another tab and the last; or, with --source, it is
consolidated.json of the International Trade Administration, of which the list
with that source is taken. Persons are never imported. Entries keep the joins of
the edition on record; further joins are proposed on standard error.`,
		Example: `  touchmark db import list names.txt --head head.yaml --effective 2026-06-08
  touchmark db import list consolidated.json --head head.yaml --source "Entity List (EL)"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := a.openDatabase(&f)
			if err != nil {
				return err
			}
			data, err := a.readSmall(head)
			if err != nil {
				return fmt.Errorf("--head %s: %w", head, pathless(err))
			}
			h, err := importer.Head(bytes.NewReader(data))
			if err != nil {
				return fmt.Errorf("--head %s: %w", head, err)
			}
			return a.withFiles(args, func(files []io.Reader) error {
				var l *provenance.List
				var skipped importer.Skipped
				if source != "" {
					l, skipped, err = importer.ScreeningList(files[0], source, h)
				} else {
					l, err = importer.Lines(files[0], provenance.Date(effective), h)
				}
				if err != nil {
					return fmt.Errorf("%s: %w", args[0], err)
				}
				for _, j := range importer.JoinEntries(l, db.List(l.ID), db) {
					fmt.Fprintf(a.env.Stderr, "review: %q may be %s\n", j.Entry, j.Organization)
				}
				if skipped.Persons+skipped.Other > 0 {
					fmt.Fprintf(a.env.Stderr, "left out: %d that are or may be persons, %d others\n", skipped.Persons, skipped.Other)
				}
				return importer.WriteList(a.env.Stdout, l)
			})
		}}
	f.add(cmd.Flags())
	cmd.Flags().StringVar(&head, "head", "", "`file` with everything of the edition but its entries")
	cmd.Flags().StringVar(&source, "source", "", "beginning of the `source` of the list in the consolidated screening list")
	cmd.Flags().StringVar(&effective, "effective", "", "first `day` of entries that state none")
	_ = cmd.MarkFlagRequired("head")
	return cmd
}

func (a *app) importGLEIF() *cobra.Command {
	var f databaseFlags
	cmd := &cobra.Command{Use: "gleif LEVEL1.csv [LEVEL2.csv]", Short: "GLEIF's concatenated files: what they say of organizations on record, in JSON", Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := a.openDatabase(&f)
			if err != nil {
				return err
			}
			return a.withFiles(args, func(files []io.Reader) error {
				var level2 io.Reader
				if len(files) > 1 {
					level2 = files[1]
				}
				proposals, err := importer.GLEIF(files[0], level2, db)
				if err != nil {
					return fmt.Errorf("%s: %w", strings.Join(args, ", "), err)
				}
				return a.writeValue(proposals)
			})
		}}
	f.add(cmd.Flags())
	return cmd
}
