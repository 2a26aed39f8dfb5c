package main_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/touchmark-dev/touchmark/cmd/touchmark/command"
)

// TestDocsInline looks that each command and flag that a page names within a
// sentence exists: what stands in blocks is run, these are not.
func TestDocsInline(t *testing.T) {
	root := command.New(command.System())
	// All flags, for those that stand alone.
	flags := map[string]bool{"help": true, "version": true}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { flags[f.Name] = true })
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	code := regexp.MustCompile("`([^`\n]+)`")
	long := regexp.MustCompile(`^--([a-z][a-z0-9-]*)`)
	checked := 0
	check := func(page, text string) {
		words := strings.Fields(text)
		named := words[0] == "touchmark"
		if named {
			words = words[1:]
		} else if !long.MatchString(words[0]) {
			return
		}
		checked++
		cmd := root
		if named && len(words) > 0 && !strings.HasPrefix(words[0], "-") {
			var err error
			var rest []string
			if cmd, rest, err = root.Find(words); err != nil || cmd == root {
				t.Errorf("%s: `%s`: no such command", page, text)
				return
			}
			if cmd.HasAvailableSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
				t.Errorf("%s: `%s`: %s has no command %s", page, text, cmd.CommandPath(), rest[0])
			}
		}
		for _, w := range words {
			m := long.FindStringSubmatch(w)
			if m == nil {
				continue
			}
			known := flags[m[1]]
			if named && cmd != root {
				known = m[1] == "help" || cmd.Flags().Lookup(m[1]) != nil || cmd.InheritedFlags().Lookup(m[1]) != nil
			}
			if !known {
				t.Errorf("%s: `%s`: no flag --%s", page, text, m[1])
			}
		}
	}
	pages := append(docPages(t), "../../CONTRIBUTING.md", "../../SECURITY.md", "../../CHANGELOG.md", "../../firmware/signatures/README.md", "../../provenance/origindb/README.md")
	for _, page := range pages {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		fenced := regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(string(data), "")
		for _, m := range code.FindAllStringSubmatch(fenced, -1) {
			check(page, m[1])
		}
	}
	if checked < 30 {
		t.Errorf("only %d commands and flags are named", checked)
	}
	// The manual of the command names flags too.
	data, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`--([a-z][a-z0-9-]+)`).FindAllStringSubmatch(string(data), -1) {
		if !flags[m[1]] {
			t.Errorf("doc.go: no flag --%s", m[1])
		}
	}
}
