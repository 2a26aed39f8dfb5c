package command

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/packs"
	"github.com/touchmark-dev/touchmark/provenance/report"
)

// readPolicies reads policy files and packs with what they include, sets their
// parameters, and checks them against the database.
func (a *app) readPolicies(names, set []string, db provenance.Database) ([]*provenance.Policy, error) {
	values := map[string]string{}
	unused := map[string]bool{}
	for _, s := range set {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--set %s: want name=value", s)
		}
		values[name] = value
		unused[name] = true
	}
	var all []*provenance.Policy
	var parameters []string
	for _, name := range names {
		list, err := a.readPolicy(name, values, unused)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if slices.ContainsFunc(all, func(q *provenance.Policy) bool { return q.ID == p.ID }) {
				continue // a second policy includes it too
			}
			if errs := p.Check(db); len(errs) > 0 {
				return nil, fmt.Errorf("--policy %s: %w", name, errors.Join(errs...))
			}
			all = append(all, p)
			parameters = slices.AppendSeq(parameters, maps.Keys(p.Parameters))
		}
	}
	slices.Sort(parameters)
	parameters = slices.Compact(parameters)
	if len(unused) > 0 {
		names := slices.Sorted(maps.Keys(unused))
		advice := "touchmark policy show PACK shows the parameters of a pack, if it has any"
		if len(parameters) > 0 {
			advice = didYouMean(nearest(names[0], parameters), "parameters: "+strings.Join(parameters, ", "))
		}
		return nil, hint(fmt.Errorf("--set %s: no policy that was given has this parameter", strings.Join(names, ", ")), advice)
	}
	return all, nil
}

func (a *app) readPolicy(name string, values map[string]string, unused map[string]bool) ([]*provenance.Policy, error) {
	file, text := name, func() ([]byte, error) { return a.readSmall(name) }
	if _, err := os.Stat(a.env.path(name)); err != nil && isPackName(name) {
		file, text = name+"/policy.yaml", func() ([]byte, error) { return packs.Text(name) }
	}
	data, err := text()
	if err != nil {
		return nil, hint(fmt.Errorf("--policy: %w", err), didYouMean(nearest(name, packs.List()), "touchmark policy list names the packs; anything else is the path of a file"))
	}
	plain, err := provenance.ReadPolicy(file, data)
	if err != nil {
		return nil, fmt.Errorf("--policy: %w", err)
	}
	own := map[string]string{}
	for k, v := range values {
		if _, ok := plain.Parameters[k]; ok {
			own[k] = v
			delete(unused, k)
		}
	}
	p, err := provenance.ReadPolicyOptions(file, data, &provenance.PolicyOptions{Parameters: own})
	if err != nil {
		return nil, fmt.Errorf("--policy: %w", err)
	}
	list, err := p.Expand(packs.Read)
	if err != nil {
		return nil, hint(fmt.Errorf("--policy: %w", err), "a policy can include packs; touchmark policy list names them")
	}
	return list, nil
}

// isPackName reports whether a name can be a pack's and is no path.
func isPackName(name string) bool {
	return !strings.ContainsAny(name, `/\`) && !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".yml")
}

func (a *app) policyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "policy", Short: "Show the rule packs and check policies", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return cmd.Help() }}
	list := &cobra.Command{Use: "list", Short: "List the rule packs that come with Touchmark", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			ids := packs.List()
			var rows [][2]string
			for _, id := range ids {
				p, err := packs.Read(id)
				if err != nil {
					return err
				}
				rows = append(rows, [2]string{p.ID, p.Title})
			}
			return report.WriteRows(a.env.Stdout, rows, a.textOptions(false))
		}}
	show := &cobra.Command{Use: "show PACK", Short: "Write the YAML of a pack, to read or to copy", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := packs.Text(args[0])
			if err != nil {
				return hint(err, didYouMean(nearest(args[0], packs.List()), "touchmark policy list names the packs"))
			}
			_, err = a.env.Stdout.Write(data)
			return err
		}}
	explain := &cobra.Command{Use: "explain PACK|FILE[/RULE]", Aliases: []string{"describe"}, Short: "Say in plain sentences what a policy or one of its rules asks",
		Long: `Explain says in plain sentences what each rule of a policy asks for, in which
roles it reads organizations, from which day it applies, what it asks and what to
do, with the sources of the rule, and what the policy does not decide.`,
		Example: `  touchmark policy explain ndaa-889
  touchmark policy explain dod-1260h/component
  touchmark policy explain policies/own.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.explainPolicy(args[0]) }}
	var f databaseFlags
	lint := &cobra.Command{Use: "lint FILE...", Short: "Check policy files: form, and the lists and organizations that they name", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := a.openDatabase(&f)
			if err != nil {
				return err
			}
			bad := false
			for _, name := range args {
				list, err := a.readPolicies([]string{name}, nil, db)
				if err != nil {
					bad = true
					complain(a.env, err)
					continue
				}
				for _, p := range list {
					fmt.Fprintf(a.env.Stdout, "%s: %d rules, well formed\n", report.Visible(p.ID), len(p.Rules))
				}
			}
			if bad {
				return &ExitError{Status: provenance.ExitUnreadable}
			}
			return nil
		}}
	f.add(lint.Flags())
	cmd.AddCommand(list, show, explain, lint, a.policyTest())
	return cmd
}

// explainPolicy explains a pack, a file, or one rule of it.
func (a *app) explainPolicy(arg string) error {
	name, rule := arg, ""
	if _, err := os.Stat(a.env.path(arg)); err != nil {
		if i := strings.LastIndexByte(arg, '/'); i > 0 {
			name, rule = arg[:i], arg[i+1:]
		}
	}
	list, err := a.readPolicy(name, nil, map[string]bool{})
	if err != nil {
		return err
	}
	var out [][]string
	var rules []string
	for _, p := range list {
		for _, r := range p.Rules {
			rules = append(rules, r.ID)
		}
		if lines := p.DescribeRule(rule); rule != "" && lines != nil {
			out = append(out, lines)
		} else if rule == "" {
			out = append(out, p.Describe())
		}
	}
	if len(out) == 0 {
		return hint(fmt.Errorf("%s has no rule %q", name, rule), "rules: "+strings.Join(rules, ", "))
	}
	opts := a.textOptions(false)
	for i, lines := range out {
		if i > 0 {
			fmt.Fprintln(a.env.Stdout)
		}
		if err := report.WriteLines(a.env.Stdout, lines, opts); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) policyTest() *cobra.Command {
	var f databaseFlags
	var caseFiles []string
	verbose := false
	cmd := &cobra.Command{Use: "test [PACK|FILE...]", Short: "Run the cases of policies: what they must find, and nothing else",
		Long: `Test runs the cases of packs, or of policy files of your own, against the
database: each case is a small input with every finding that the policy must
give for it, and no other. Without arguments all packs are tested.

The cases of a policy file are the files cases/*.yaml beside it, or those that
--cases names. "touchmark policy show PACK" and the packs' own cases in the
repository are examples.

The exit status is 2 where a case does not pass, and 1 where a policy or case
cannot be read or a policy file has no case.`,
		Example: `  touchmark policy test
  touchmark policy test ndaa-889 dod-1260h
  touchmark policy test policies/own.yaml --cases policies/own-cases`,
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := a.openDatabase(&f)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				args = packs.List()
			}
			unreadable, failed := false, false
			for _, name := range args {
				ok, err := a.testPolicy(cmd.Context(), name, caseFiles, db, verbose)
				if err != nil {
					unreadable = true
					complain(a.env, err)
					continue
				}
				failed = failed || !ok
			}
			switch {
			case failed:
				return &ExitError{Status: provenance.ExitFail}
			case unreadable:
				return &ExitError{Status: provenance.ExitUnreadable}
			}
			return nil
		}}
	cmd.Flags().StringArrayVar(&caseFiles, "cases", nil, "`file or directory` of cases, repeatable (default the directory cases beside the policy)")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "name each case")
	f.add(cmd.Flags())
	return cmd
}

// testPolicy runs the cases of one policy and reports whether all pass.
func (a *app) testPolicy(ctx context.Context, name string, caseFiles []string, db provenance.Database, verbose bool) (bool, error) {
	list, err := a.readPolicies([]string{name}, nil, db)
	if err != nil {
		return false, err
	}
	p := list[len(list)-1] // what it includes comes before it
	var cases []*provenance.Case
	if _, err := os.Stat(a.env.path(name)); err != nil && isPackName(name) && len(caseFiles) == 0 {
		if cases, err = packs.Cases(name); err != nil {
			return false, err
		}
	} else if cases, err = a.readCases(name, caseFiles); err != nil {
		return false, err
	}
	bad := 0
	for _, c := range cases {
		differences, err := c.Run(ctx, p, db)
		if err != nil {
			return false, err
		}
		switch {
		case len(differences) > 0:
			bad++
			fmt.Fprintf(a.env.Stdout, "%s: case %q does not pass\n", report.Visible(p.ID), report.Visible(c.Name))
			for _, d := range differences {
				fmt.Fprintf(a.env.Stdout, "  %s\n", visibleLong(d))
			}
		case verbose:
			fmt.Fprintf(a.env.Stdout, "%s: case %q passes\n", report.Visible(p.ID), report.Visible(c.Name))
		}
	}
	if bad == 0 {
		fmt.Fprintf(a.env.Stdout, "%s: %d cases pass\n", report.Visible(p.ID), len(cases))
	} else {
		fmt.Fprintf(a.env.Stdout, "%s: %d of %d cases do not pass\n", report.Visible(p.ID), bad, len(cases))
	}
	return bad == 0, nil
}

// readCases reads the cases that were named, or those beside a policy file.
func (a *app) readCases(policy string, named []string) ([]*provenance.Case, error) {
	if len(named) == 0 {
		named = []string{filepath.Join(filepath.Dir(policy), "cases")}
		if st, err := os.Stat(a.env.path(named[0])); err != nil || !st.IsDir() {
			return nil, hint(fmt.Errorf("%s: no cases: there is no directory %s", policy, filepath.ToSlash(named[0])), "put cases there, or name them with --cases")
		}
	}
	var files []string
	for _, n := range named {
		st, err := os.Stat(a.env.path(n))
		if err != nil {
			return nil, fmt.Errorf("--cases %s: %w", n, pathless(err))
		}
		if !st.IsDir() {
			files = append(files, n)
			continue
		}
		entries, err := os.ReadDir(a.env.path(n))
		if err != nil {
			return nil, fmt.Errorf("--cases %s: %w", n, pathless(err))
		}
		for _, e := range entries {
			if ext := filepath.Ext(e.Name()); ext == ".yaml" || ext == ".yml" {
				files = append(files, filepath.ToSlash(filepath.Join(n, e.Name())))
			}
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no cases in %s", policy, strings.Join(named, ", "))
	}
	var cases []*provenance.Case
	var errs []error
	for _, file := range files {
		data, err := a.readSmall(file)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", file, pathless(err)))
			continue
		}
		c, err := provenance.ReadCase(file, data)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		cases = append(cases, c)
	}
	return cases, errors.Join(errs...)
}
