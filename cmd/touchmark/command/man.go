package command

import (
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{Use: "man [DIR]", Short: "Write the manual pages, to standard output or one file a command", Args: cobra.MaximumNArgs(1),
		Example: "  touchmark man | man -l -\n  touchmark man /usr/local/share/man/man1",
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			var walk func(c *cobra.Command)
			walk = func(c *cobra.Command) {
				if err != nil || c.Hidden || c.Name() == "help" {
					return
				}
				if len(args) == 0 {
					manPage(a.env.Stdout, c)
				} else {
					name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
					err = a.writeFile(filepath.Join(args[0], name), func(w io.Writer) error { return manPage(w, c) })
				}
				for _, sub := range c.Commands() {
					walk(sub)
				}
			}
			walk(cmd.Root())
			return err
		}}
}

// manPage writes the page of one command in the macros of man(7).
func manPage(w io.Writer, c *cobra.Command) error {
	var b strings.Builder
	name := strings.ReplaceAll(c.CommandPath(), " ", "-")
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"touchmark\" \"Touchmark\"\n", roff(strings.ToUpper(name)))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n.SH SYNOPSIS\n.B %s\n", roff(name), roff(c.Short), roff(c.UseLine()))
	fmt.Fprintf(&b, ".SH DESCRIPTION\n")
	text := c.Long
	if text == "" {
		text = c.Short + "."
	}
	b.WriteString(roffText(text))
	flags := func(title string, fs *pflag.FlagSet) {
		if !fs.HasAvailableFlags() {
			return
		}
		fmt.Fprintf(&b, ".SH %s\n", title)
		fs.VisitAll(func(f *pflag.Flag) {
			if f.Hidden {
				return
			}
			arg, usage := pflag.UnquoteUsage(f)
			b.WriteString(".TP\n")
			if f.Shorthand != "" {
				fmt.Fprintf(&b, "\\fB\\-%s\\fR, ", roff(f.Shorthand))
			}
			fmt.Fprintf(&b, "\\fB\\-\\-%s\\fR", roff(f.Name))
			if arg != "" {
				fmt.Fprintf(&b, " \\fI%s\\fR", roff(arg))
			}
			fmt.Fprintf(&b, "\n%s\n", roff(usage))
		})
	}
	flags("OPTIONS", c.LocalFlags())
	if c.Example != "" {
		fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s.fi\n", roffText(c.Example))
	}
	if c.HasAvailableSubCommands() {
		b.WriteString(".SH COMMANDS\n")
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(sub.CommandPath()), roff(sub.Short))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

var manFlag = regexp.MustCompile(`(^|[ "(])\\-\\-`)

// roff escapes one line of text.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	// A flag is not divided at the end of a line.
	s = manFlag.ReplaceAllString(s, `$1\%\-\-`)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

// roffText writes paragraphs; indented lines stay as they are.
func roffText(s string) string {
	var b strings.Builder
	literal := false
	set := func(on bool) {
		if on != literal {
			b.WriteString(map[bool]string{true: ".nf\n", false: ".fi\n"}[on])
			literal = on
		}
	}
	for _, l := range strings.Split(strings.Trim(s, "\n"), "\n") {
		if l == "" {
			set(false)
			b.WriteString(".PP\n")
			continue
		}
		set(strings.HasPrefix(l, "  "))
		b.WriteString(roff(l) + "\n")
	}
	set(false)
	return b.String()
}
