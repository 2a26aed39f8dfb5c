package command

import (
	"errors"
	"fmt"
	"maps"
	"os"
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
		}
	}
	if len(unused) > 0 {
		return nil, fmt.Errorf("--set %s: no policy that was given has this parameter", strings.Join(slices.Sorted(maps.Keys(unused)), ", "))
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
		return nil, hint(fmt.Errorf("--policy: %w", err), "touchmark policy list names the packs; anything else is the path of a file")
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
			for _, id := range packs.List() {
				p, err := packs.Read(id)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.env.Stdout, "%-20s %s\n", p.ID, p.Title)
			}
			return nil
		}}
	show := &cobra.Command{Use: "show PACK", Short: "Write the YAML of a pack, to read or to copy", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := packs.Text(args[0])
			if err != nil {
				return hint(err, "touchmark policy list names the packs")
			}
			_, err = a.env.Stdout.Write(data)
			return err
		}}
	describe := &cobra.Command{Use: "describe PACK|FILE", Short: "Say in plain sentences what a policy does", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := a.readPolicy(args[0], nil, nil)
			if err != nil {
				return err
			}
			for i, p := range list {
				if i > 0 {
					fmt.Fprintln(a.env.Stdout)
				}
				for _, s := range p.Describe() {
					fmt.Fprintln(a.env.Stdout, visibleLong(s))
				}
			}
			return nil
		}}
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
	cmd.AddCommand(list, show, describe, lint)
	return cmd
}
