package main_test

import (
	"io/fs"
	"os"
	"path/filepath"
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
	// The program of the evaluation has flags of one hyphen, and says them in its
	// source alone.
	source, err := os.ReadFile("../../internal/eval/main.go")
	if err != nil {
		t.Fatal(err)
	}
	evalFlags := map[string]bool{}
	for _, m := range regexp.MustCompile(`= flag\.\w+\("([^"]+)"`).FindAllSubmatch(source, -1) {
		evalFlags[string(m[1])] = true
	}
	checked := 0
	check := func(page, text string) {
		if rest, ok := strings.CutPrefix(text, "go run ./internal/eval"); ok {
			checked++
			for _, w := range strings.Fields(rest) {
				if name, ok := strings.CutPrefix(w, "-"); ok && !evalFlags[name] {
					t.Errorf("%s: `%s`: no flag -%s", page, text, name)
				}
			}
			return
		}
		words := strings.Fields(strings.Replace(text, "go run ./cmd/touchmark", "touchmark", 1))
		named := words[0] == "touchmark"
		if named {
			words = words[1:]
		} else if !long.MatchString(words[0]) {
			return
		}
		checked++
		cmd := root
		// A path in the place of a command is scanned.
		if named && len(words) > 0 && strings.ContainsAny(words[0], "./") {
			words = append([]string{"scan"}, words...)
		}
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
	pages := append(docPages(t), "../../CONTRIBUTING.md", "../../SECURITY.md", "../../CHANGELOG.md", "../../firmware/signatures/README.md",
		"../../provenance/origindb/README.md", "../../provenance/origindb/data/registries/README.md", "../../internal/derived/README.md", "../../testdata/README.md")
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
	// Documentation of packages, help, errors and examples name commands in
	// quotation marks or with the path of the input after them.
	quoted := regexp.MustCompile(`["\x60](touchmark [a-z][^"\x60\n]*)`)
	sources := 0
	for _, dir := range []string{"../../cmd", "../../firmware", "../../provenance", "../../sbom", "../../examples"} {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			for _, m := range quoted.FindAllStringSubmatch(string(data), -1) {
				sources++
				check(name, m[1])
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if sources < 30 {
		t.Errorf("only %d commands are named in sources", sources)
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
