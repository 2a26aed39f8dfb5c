// Package command is the command line of Touchmark as a value: another program
// can run it with an environment of its own. It turns flags into calls of the
// library and reports into an exit status, and decides nothing itself. The
// manual is the documentation of cmd/touchmark.
package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/touchmark-dev/touchmark/provenance"
)

// An ExitError ends the command with a status and, where Err is set, a message.
type ExitError struct {
	Status int
	Err    error
}

func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit status %d", e.Status)
	}
	return e.Err.Error()
}

func (e *ExitError) Unwrap() error { return e.Err }

// Run runs the command with the arguments after its name and returns the exit
// status. An error is written to env.Stderr.
func Run(ctx context.Context, env Env, args []string) int {
	a := &app{env: env}
	args = a.withScan(args)
	var cmd *cobra.Command
	if len(args) > 0 && args[0] == "scan" {
		// The flags of all the others, and what completes arguments, take as long
		// as a dozen files.
		cmd = a.root()
		cmd.AddCommand(a.scanCommand())
		checkArguments(cmd)
	} else {
		cmd = New(env)
	}
	cmd.SetArgs(args)
	return status(env, cmd.ExecuteContext(ctx))
}

// status returns the exit status of a run that ended with err, which it tells.
func status(env Env, err error) int {
	if err == nil {
		return provenance.ExitNone
	}
	var exit *ExitError
	if !errors.As(err, &exit) {
		exit = &ExitError{provenance.ExitUnreadable, err}
	}
	if exit.Err != nil {
		complain(env, exit.Err)
	}
	return exit.Status
}

// New returns the root command. Its errors are ExitErrors where the status is
// not 1; it writes none itself.
func New(env Env) *cobra.Command {
	a := &app{env: env}
	root := a.root()
	for _, c := range a.commands() {
		root.AddCommand(c.make())
	}
	checkArguments(root)
	a.completions(root)
	return root
}

// commands are the subcommands by their names.
func (a *app) commands() []subcommand {
	return []subcommand{{"scan", a.scanCommand}, {"explain", a.explainCommand}, {"diff", a.diffCommand}, {"reconcile", a.reconcileCommand},
		{"report", a.reportCommand}, {"form", a.formCommand}, {"attest", a.attestCommand}, {"verify", a.verifyCommand}, {"db", a.dbCommand},
		{"policy", a.policyCommand}, {"config", a.configCommand}, {"man", a.manCommand}, {"version", a.versionCommand}}
}

type subcommand struct {
	name string
	make func() *cobra.Command
}

// root returns the root command without subcommands.
func (a *app) root() *cobra.Command {
	env := a.env
	root := &cobra.Command{
		Use:           "touchmark",
		Short:         "Say whose software and firmware this is, how that is known, and whether a policy allows it",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				var names []string
				for _, c := range cmd.Commands() {
					names = append(names, c.Name())
				}
				meant := nearest(args[0], names)
				if meant != "" {
					meant = "touchmark " + meant
				}
				return hint(fmt.Errorf("%q is neither a command nor a path", args[0]), didYouMean(meant, "touchmark --help lists the commands"))
			}
			fmt.Fprint(env.Stdout, welcome)
			return nil
		},
	}
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.SetFlagErrorFunc(flagError)
	a.configFlag(root.PersistentFlags())
	root.PersistentFlags().StringVar(&a.color, "color", "auto", "`when` text is colored: auto (on a terminal, unless NO_COLOR is set), always or never")
	root.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		switch cmd.Name() {
		case "config", "man", "version", "completion", "help":
		default:
			if err := a.configure(cmd); err != nil {
				return err
			}
		}
		if !slices.Contains(colorChoices, a.color) {
			return fmt.Errorf("--color %q: want auto, always or never", a.color)
		}
		return nil
	}
	return root
}

const welcome = `Touchmark says which organization stands behind each component of an SBOM or a
firmware tree, in which country and on what basis, on which evidence, and
whether a policy allows it.

  touchmark scan PATH         report on an SBOM, a directory tree, a tar or zip of one
  touchmark explain FINDING   walk from a finding to its list entry and its evidence
  touchmark db search WORD    look up what is on record about an organization

Try: touchmark scan sbom.json --policy ndaa-889
All commands and flags: touchmark --help
`

// colorChoices are the values of --color.
var colorChoices = []string{"auto", "always", "never"}

// app holds what the subcommands share.
type app struct {
	env    Env
	config string // --config
	color  string // --color
	// sources says where the value of each flag is from.
	sources map[string]string
}

// withScan puts "scan" in front of arguments that start with a path or a flag
// of scan, so that "touchmark sbom.json" works.
func (a *app) withScan(args []string) []string {
	if len(args) == 0 {
		return args
	}
	first := args[0]
	switch first {
	case "--version":
		return append([]string{"version"}, args[1:]...)
	case "-h", "--help", "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		return args
	}
	if slices.ContainsFunc(a.commands(), func(c subcommand) bool { return c.name == first }) {
		return args
	}
	isPath := first == "-" || strings.HasPrefix(first, "-") || strings.ContainsAny(first, `/\.`)
	if kind, _ := splitKind(first); kind != "" {
		isPath = true
	}
	if !isPath {
		_, err := os.Lstat(a.env.path(first))
		isPath = err == nil
	}
	if isPath {
		return append([]string{"scan"}, args...)
	}
	return args
}

// path returns the place of a path of the arguments.
func (e *Env) path(p string) string {
	if e.Dir == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(e.Dir, p)
}

// hinted is an error with advice on what to do next.
type hinted struct {
	error
	hint string
}

func (h *hinted) Unwrap() error { return h.error }

// hint adds to an error what to do next.
func hint(err error, what string) error {
	if err == nil {
		return nil
	}
	return &hinted{err, what}
}

// complain writes an error and its advice.
func complain(env Env, err error) {
	fmt.Fprintf(env.Stderr, "touchmark: %s\n", oneLine(err.Error()))
	var h *hinted
	if errors.As(err, &h) {
		fmt.Fprintf(env.Stderr, "  %s\n", oneLine(h.hint))
	}
}
