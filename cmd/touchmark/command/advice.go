package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/packs"
)

// What a person who mistyped something is told: the name that was meant, or
// how the command is used.

// nearest returns the candidate that a mistyped word was most likely meant to
// be, empty where none is near: at most a third of its letters are other, or it
// is the only one that begins with the word.
func nearest(word string, candidates []string) string {
	best, least := "", max(1, len(word)/3)+1
	var begin []string
	for _, c := range candidates {
		if d := edits(word, c); d < least {
			best, least = c, d
		}
		if len(word) > 1 && strings.HasPrefix(c, word) {
			begin = append(begin, c)
		}
	}
	if best == "" && len(begin) == 1 {
		return begin[0]
	}
	return best
}

// edits counts the letters to put in, take out or exchange to make b of a: the
// Levenshtein distance, of bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			exchange := diagonal
			if a[i] != b[j] {
				exchange++
			}
			diagonal = row[j+1]
			row[j+1] = min(exchange, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// didYouMean puts the name that was meant before other advice.
func didYouMean(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return "did you mean " + name + "? " + otherwise
}

// flagError says which flag was meant.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	name := ""
	if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if name = nearest(unknown.GetSpecifiedName(), names); name != "" {
			name = "--" + name
		}
	}
	return hint(err, didYouMean(name, cmd.CommandPath()+" --help lists the flags"))
}

// checkArguments makes every command say how it is used where the number of
// its arguments is wrong, and which command was meant where it has commands.
func checkArguments(c *cobra.Command) {
	for _, sub := range c.Commands() {
		checkArguments(sub)
	}
	check := c.Args
	if check == nil || !c.HasParent() {
		return
	}
	c.Args = func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		name := strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
		switch {
		case err == nil:
			return nil
		case cmd.HasAvailableSubCommands() && len(args) > 0:
			var names []string
			for _, sub := range cmd.Commands() {
				names = append(names, sub.Name())
			}
			meant := nearest(args[0], names)
			if meant != "" {
				meant = cmd.CommandPath() + " " + meant
			}
			return hint(fmt.Errorf("%s: %q is no command of it", name, args[0]), didYouMean(meant, cmd.CommandPath()+" --help lists the commands"))
		case len(args) == 0:
			err = fmt.Errorf("%s: an argument is missing", name)
		case len(args) == 1:
			err = fmt.Errorf("%s: one argument is not what it takes", name)
		default:
			err = fmt.Errorf("%s: %d arguments are not what it takes", name, len(args))
		}
		return hint(err, "usage: "+strings.TrimSuffix(cmd.UseLine(), " [flags]")+"; "+cmd.CommandPath()+" --help says more")
	}
}

// nearestRecord returns the id of a record that is near a mistyped one.
func nearestRecord(db provenance.Database, id string) string {
	l, ok := db.(provenance.Lister)
	if !ok {
		return ""
	}
	ids := slices.Concat(l.OrganizationIDs(), l.ProjectIDs())
	return nearest(strings.ToLower(id), ids)
}

// completions tells shells which values flags and arguments take.
func (a *app) completions(c *cobra.Command) {
	for _, sub := range c.Commands() {
		a.completions(sub)
	}
	// values completes the first argument, and leaves further ones to the
	// shell, which knows files.
	values := func(values []string, directive cobra.ShellCompDirective) {
		c.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveDefault
			}
			return values, directive
		}
	}
	switch c.CommandPath() {
	case "touchmark form":
		values(formNames, cobra.ShellCompDirectiveNoFileComp)
		_ = c.RegisterFlagCompletionFunc("organization", a.completeID)
		_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"md", "html"}, cobra.ShellCompDirectiveNoFileComp))
	case "touchmark db new":
		values([]string{"organization", "project", "list"}, cobra.ShellCompDirectiveNoFileComp)
	case "touchmark db show":
		c.ValidArgsFunction = a.completeID
	case "touchmark policy show":
		values(packs.List(), cobra.ShellCompDirectiveNoFileComp)
	case "touchmark policy explain", "touchmark policy test":
		values(packs.List(), cobra.ShellCompDirectiveDefault)
	}
	fixed := func(flag string, values []string) {
		if c.LocalFlags().Lookup(flag) == nil {
			return
		}
		// An error means that the flag has a completion already.
		_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	fixed("fail-on", []string{string(provenance.Fail), string(provenance.Review), string(provenance.UnknownVerdict)})
	fixed("color", colorChoices)
	if c.LocalFlags().Lookup("policy") != nil {
		_ = c.RegisterFlagCompletionFunc("policy", cobra.FixedCompletions(packs.List(), cobra.ShellCompDirectiveDefault))
	}
	if c.Name() == "scan" {
		fixed("output", formatNames())
	}
	for _, flag := range []string{"db", "signatures"} {
		if c.LocalFlags().Lookup(flag) != nil {
			_ = c.MarkFlagDirname(flag)
		}
	}
}

// completeID completes the id of a record from its beginning: all of them would
// be thousands.
func (a *app) completeID(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	db, err := a.openDatabase(&databaseFlags{})
	l, ok := db.(provenance.Lister)
	if err != nil || !ok || begun == "" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	all := slices.Concat(l.OrganizationIDs(), l.ProjectIDs())
	for _, e := range l.ListEditions() {
		all = append(all, e.ID)
	}
	var ids []string
	for _, id := range all {
		if strings.HasPrefix(id, begun) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
