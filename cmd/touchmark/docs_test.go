package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
	"go.yaml.in/yaml/v4"
)

// The pages of docs and the README show commands and what they answer. These
// tests run each ```sh block of a page, in order, in a folder that looks like a
// clone of the repository: the exit status is 0 or what a comment "# exit
// status N" at the end of a command says, and a ```text block is what the block
// before it wrote, in which a line "…" stands for lines left out and "…" at the
// end of a line for its rest.
//
// An HTML comment before a block, which a reader does not see, says what
// running it takes:
//
//	<!-- needs: network, cpio -->   skipped without TOUCHMARK_NETWORK=1, or
//	                                where the program is absent
//	<!-- else: testdata/board -->   after "needs": where the block is skipped,
//	                                the content of that folder stands in for
//	                                what it would have made, and the answers of
//	                                later blocks are not compared
//	<!-- holds: stand-in -->        before an answer: compared all the same
//	<!-- in: clone -->              run in the repository itself
//	<!-- first: COMMAND -->         run before the block: makes what a reader
//	                                has and the test has not
type docBlock struct {
	lang, text string
	line       int
	needs      []string
	standIn    string
	first      string
	clone      bool
	holds      bool
}

var docDirective = regexp.MustCompile(`^<!-- (needs|else|in|holds|first): (.*) -->$`)

// docBlocks returns the fenced blocks of a page.
func docBlocks(page string) []docBlock {
	var blocks []docBlock
	var next docBlock
	in := false
	for i, line := range strings.Split(page, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case in && trimmed == "```":
			blocks = append(blocks, next)
			next, in = docBlock{}, false
		case in:
			next.text += line + "\n"
		case strings.HasPrefix(trimmed, "```"):
			in, next.lang, next.line = true, strings.TrimPrefix(trimmed, "```"), i+1
		default:
			m := docDirective.FindStringSubmatch(trimmed)
			switch {
			case m == nil && trimmed != "":
				next = docBlock{}
			case m == nil:
			case m[1] == "needs":
				next.needs = strings.Split(m[2], ", ")
			case m[1] == "else":
				next.standIn = m[2]
			case m[1] == "holds":
				next.holds = true
			case m[1] == "first":
				next.first = m[2]
			case m[1] == "in":
				next.clone = m[2] == "clone"
			}
		}
	}
	return blocks
}

var docStatus = regexp.MustCompile(`(?m)[ \t]*# exit status (\d+)[ \t]*$`)

// docScript makes a shell script of a block that ends where a command does not
// end as the block says.
func docScript(text string) string {
	text = strings.ReplaceAll(text, "go run ./cmd/touchmark ", "touchmark ")
	text = docStatus.ReplaceAllString(text, " || docs_status=$$?; docs_check $1")
	return `set -e -o pipefail
docs_status=0
docs_check() {
	if [ "$docs_status" != "$1" ]; then echo "docs: exit status $docs_status, not $1" >&2; exit 99; fi
	docs_status=0
}
` + text
}

// docMissing compares an answer with the excerpt that a page shows, and
// returns the first line of it that the answer does not have at its place.
func docMissing(output, excerpt string) string {
	lines := strings.Split(output, "\n")
	same := func(got, want string) bool {
		got, want = strings.TrimRight(got, " "), strings.TrimRight(want, " ")
		if head, cut := strings.CutSuffix(want, "…"); cut && want != "…" {
			return strings.HasPrefix(got, strings.TrimRight(head, " "))
		}
		return got == want
	}
	for _, part := range regexp.MustCompile(`(?m)^[ \t]*…[ \t]*$`).Split(strings.Trim(excerpt, "\n"), -1) {
		part = strings.Trim(part, "\n")
		if part == "" {
			continue
		}
		wanted := strings.Split(part, "\n")
		best, at := 0, -1
		for i := range lines {
			n := 0
			for n < len(wanted) && i+n < len(lines) && same(lines[i+n], wanted[n]) {
				n++
			}
			best = max(best, n)
			if n == len(wanted) {
				at = i + n
				break
			}
		}
		if at < 0 {
			return wanted[best]
		}
		lines = lines[at:]
	}
	return ""
}

func TestDocMissing(t *testing.T) {
	const output = "head 1\na\nb\nc\nlong line here\nend\n"
	for excerpt, want := range map[string]string{
		"a\nb":              "",
		"head 1\n…\nend":    "",
		"a\nc":              "c", // lines left out without a sign
		"c\n…\na":           "a", // another order
		"long…\nend":        "",
		"…\nb\n…":           "",
		"a\nb\nnot written": "not written",
	} {
		if got := docMissing(output, excerpt); got != want {
			t.Errorf("of %q the line %q is missing, want %q", excerpt, got, want)
		}
	}
}

// docPages returns the README and the pages of docs.
func docPages(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages in docs")
	}
	return append(pages, "../../README.md")
}

// clonedFolder is a folder in which a page's commands find what they would in a
// clone, and can write.
func clonedFolder(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"testdata", "examples", "schema", "LICENSE"} {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	return dir
}

// TestDocs runs the commands of every page.
func TestDocs(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	for _, page := range docPages(t) {
		t.Run(strings.TrimSuffix(filepath.Base(page), ".md"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			dir := clonedFolder(t)
			var output string
			stoodIn, ran := false, false
			for _, b := range docBlocks(string(data)) {
				switch b.lang {
				case "sh":
					if why := cannotRun(b); why != "" {
						t.Logf("line %d is not run: %s", b.line, why)
						ran = false
						if b.standIn != "" {
							if err := os.CopyFS(dir, os.DirFS(filepath.Join("../..", b.standIn))); err != nil {
								t.Fatal(err)
							}
							t.Logf("%s stands in for it; the answers that follow are not compared", b.standIn)
							stoodIn = true
						}
						continue
					}
					ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
					cmd := exec.CommandContext(ctx, bash, "-c", docScript(b.first+"\n"+b.text))
					cmd.Dir = dir
					if b.clone {
						cmd.Dir = "../.."
					}
					cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+filepath.Join(dir, ".config"), "COLUMNS=100", "BIN="+dir)
					if cache, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPATH").Output(); err == nil && cmd.Dir == "../.." {
						f := strings.Fields(string(cache))
						cmd.Env = append(cmd.Env, "GOCACHE="+f[0], "GOMODCACHE="+f[1], "GOPATH="+f[2])
					}
					var out bytes.Buffer
					cmd.Stdout, cmd.Stderr = &out, &out
					began := time.Now()
					err := cmd.Run()
					cancel()
					// On a machine that is busy with other work the processor time tells.
					if d, p := time.Since(began), cmd.ProcessState; p != nil && min(d, p.UserTime()+p.SystemTime()) > 5*time.Second && filepath.Base(page) == "README.md" {
						t.Errorf("%s:%d: took %v; the README's commands answer within 5 s", page, b.line, d)
					}
					if err != nil {
						t.Fatalf("%s:%d: %v\n%s\n%s", page, b.line, err, b.text, out.String())
					}
					output, ran = out.String(), true
				case "rego":
					if err := os.MkdirAll(filepath.Join(dir, "policy"), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(filepath.Join(dir, "policy", "touchmark.rego"), []byte(b.text), 0o644); err != nil {
						t.Fatal(err)
					}
				case "text":
					if !ran || stoodIn && !b.holds {
						continue
					}
					if missing := docMissing(output, b.text); missing != "" {
						t.Errorf("%s:%d: not what the command answers, at the line %q; the answer is:\n%s", page, b.line, missing, output)
					}
				}
			}
		})
	}
}

// cannotRun says why a block is not run here, or nothing.
func cannotRun(b docBlock) string {
	if strings.Contains(b.text, "go test ./...") {
		return "it runs all tests, this one among them"
	}
	for _, need := range b.needs {
		if need == "network" {
			if os.Getenv("TOUCHMARK_NETWORK") == "" {
				return "it needs the network (TOUCHMARK_NETWORK=1 runs it)"
			}
		} else if _, err := exec.LookPath(need); err != nil {
			return "it needs " + need
		}
	}
	return ""
}

// TestDocsLinks looks at the links between the pages and to the repository's
// files.
func TestDocsLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, page := range append(docPages(t), "../../CONTRIBUTING.md", "../../SECURITY.md") {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(data), -1) {
			file, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			target := page
			if file != "" {
				target = filepath.Join(filepath.Dir(page), filepath.FromSlash(file))
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: link to %s: no such file", page, m[1])
				continue
			}
			if anchor == "" || !strings.HasSuffix(target, ".md") {
				continue
			}
			text, err := os.ReadFile(target)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(headingAnchors(string(text)), anchor) {
				t.Errorf("%s: link to %s: no such heading", page, m[1])
			}
		}
	}
}

// headingAnchors are the names that GitHub gives to headings.
func headingAnchors(page string) []string {
	var anchors []string
	for line := range strings.Lines(page) {
		if !strings.HasPrefix(line, "#") {
			continue
		}
		text := strings.ToLower(strings.TrimSpace(strings.TrimLeft(line, "#")))
		text = regexp.MustCompile(`[^\p{L}\p{N}\- _]`).ReplaceAllString(text, "")
		anchors = append(anchors, strings.ReplaceAll(text, " ", "-"))
	}
	return anchors
}

var (
	docCommand = regexp.MustCompile(`(?m)\btouchmark ((?:[a-z]+ ?){1,2})([^\n]*)`)
	docFlag    = regexp.MustCompile(`(?:^|\s)(--[a-z][a-z0-9-]*)`)
)

// TestDocsPipelines looks at what cannot be run here: pipeline files are well
// formed, and the commands in them have flags that exist.
func TestDocsPipelines(t *testing.T) {
	var action struct {
		Inputs map[string]any
	}
	readYAML(t, "action.yml", &action)
	help := map[string]string{}
	flags := func(verb string) string {
		if _, ok := help[verb]; !ok {
			out, _ := exec.Command("touchmark", append(strings.Fields(verb), "--help")...).CombinedOutput()
			help[verb] = string(out)
		}
		return help[verb]
	}
	for _, page := range docPages(t) {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range docBlocks(string(data)) {
			if b.lang == "sh" || b.lang == "text" || b.lang == "" {
				continue
			}
			for _, m := range docCommand.FindAllStringSubmatch(b.text, -1) {
				verb := strings.TrimSpace(m[1])
				if !slices.Contains([]string{"db", "policy", "report"}, strings.Fields(verb)[0]) {
					verb = strings.Fields(verb)[0]
				}
				for _, f := range docFlag.FindAllStringSubmatch(m[2], -1) {
					if !strings.Contains(flags(verb), f[1]+" ") {
						t.Errorf("%s:%d: touchmark %s has no flag %s", page, b.line, verb, f[1])
					}
				}
			}
			if b.lang != "yaml" {
				continue
			}
			var doc yaml.Node
			if err := yaml.Unmarshal([]byte(b.text), &doc); err != nil {
				t.Errorf("%s:%d: %v", page, b.line, err)
				continue
			}
			for _, step := range mappings(&doc) {
				var s struct {
					Uses string
					With map[string]any
				}
				if step.Decode(&s) != nil || !strings.HasPrefix(s.Uses, "touchmark-dev/touchmark") {
					continue
				}
				for name := range s.With {
					if _, ok := action.Inputs[name]; !ok {
						t.Errorf("%s:%d: the action has no input %q", page, b.line, name)
					}
				}
			}
		}
	}
}

// mappings returns every mapping below a node.
func mappings(n *yaml.Node) []*yaml.Node {
	var found []*yaml.Node
	if n.Kind == yaml.MappingNode {
		found = append(found, n)
	}
	for _, c := range n.Content {
		found = append(found, mappings(c)...)
	}
	return found
}

// TestDocsClaimTable keeps the table of docs/attribution.md equal to the one
// that decides.
func TestDocsClaimTable(t *testing.T) {
	data, err := os.ReadFile("../../docs/attribution.md")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("| claim | alone it proves | row |\n|---|---|---|\n")
	for _, r := range provenance.ClaimTable() {
		role := "the role that it names"
		if r.Role != sbom.Role(0) {
			role = r.Role.String()
		}
		proves := role + ", " + string(r.Confidence)
		if r.Confidence == "" {
			proves = "nothing; it supports"
		}
		fmt.Fprintf(&want, "| %s | %s | `%s` |\n", r.Claim, proves, r.ID)
	}
	if !strings.Contains(string(data), want.String()) {
		t.Errorf("docs/attribution.md does not hold the claim table as it is:\n%s", want.String())
	}
}

// TestDocsRego looks that a report has every field that the rego of the pages
// names, since no program that runs rego need be here.
func TestDocsRego(t *testing.T) {
	data, err := os.ReadFile("../../docs/integrations.md")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("touchmark", "scan", "../../testdata/gateway.cdx.json", "--config", "none", "--policy", "ndaa-889", "-q", "-o", "json")
	out, err := cmd.Output()
	var report map[string]any
	if json.Unmarshal(out, &report) != nil {
		t.Fatal(err)
	}
	// fields are the names of fields of the objects in the lists of that name.
	fields := map[string]map[string]bool{}
	var walk func(list string, v any)
	walk = func(list string, v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(list, e)
			}
		case map[string]any:
			if fields[list] == nil {
				fields[list] = map[string]bool{}
			}
			for k, e := range v {
				fields[list][k] = true
				walk(k, e)
			}
		}
	}
	walk("input", report)
	some := regexp.MustCompile(`some (\w+) in (\w+)\.(\w+)`)
	field := regexp.MustCompile(`\b([a-z]\w*)\.([a-z_]+)((?:\.[a-z_]+)?)`)
	found := 0
	for _, b := range docBlocks(string(data)) {
		if b.lang != "rego" {
			continue
		}
		list := map[string]string{"input": "input"}
		for _, m := range some.FindAllStringSubmatch(b.text, -1) {
			list[m[1]] = m[3]
		}
		for _, m := range field.FindAllStringSubmatch(b.text, -1) {
			of, known := list[m[1]]
			if !known {
				continue
			}
			found++
			if !fields[of][m[2]] {
				t.Errorf("%s: a report has no field %q in %q", m[0], m[2], of)
			} else if next := strings.TrimPrefix(m[3], "."); next != "" && !fields[m[2]][next] {
				t.Errorf("%s: a report has no field %q in %q", m[0], next, m[2])
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d fields are named in the rego", found)
	}
}
