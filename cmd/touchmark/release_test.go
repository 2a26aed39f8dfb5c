package main_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// built builds the command once and returns the folder that holds it.
func built(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the command")
	}
	dir := t.TempDir()
	name := "touchmark"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, name), ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

func readYAML(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// TestAction runs the script of the GitHub action as GitHub would.
func TestAction(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	var action struct {
		Inputs map[string]struct {
			Default string
		}
		Runs struct {
			Steps []struct {
				ID  string
				Run string
				Env map[string]string
			}
		}
	}
	readYAML(t, "action.yml", &action)
	bin := built(t)
	input := regexp.MustCompile(`^\$\{\{ inputs\.([a-z-]+) \}\}$`)
	for _, c := range []struct {
		with   map[string]string
		status string
	}{
		{map[string]string{"path": "testdata/gateway.cdx.json", "policy": "ndaa-889\nunknown-supplier\n", "sarif": "out.sarif"}, "2"},
		{map[string]string{"path": "testdata/gateway.cdx.json"}, "0"},
		{map[string]string{"path": "testdata/no such file; exit 0"}, "1"},
	} {
		dir := t.TempDir()
		out := filepath.Join(dir, "outputs")
		for _, step := range action.Runs.Steps {
			if step.ID != "scan" {
				continue
			}
			cmd := exec.Command(bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
			cmd.Dir = filepath.Join("..", "..")
			cmd.Env = append(os.Environ(), "GITHUB_OUTPUT="+out, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			for name, value := range step.Env {
				m := input.FindStringSubmatch(value)
				if m == nil {
					t.Fatalf("variable %s is %q, want an input", name, value)
				}
				def, ok := action.Inputs[m[1]]
				if !ok {
					t.Fatalf("variable %s names the input %s, which does not exist", name, m[1])
				}
				given, ok := c.with[m[1]]
				if !ok {
					given = def.Default
				}
				if given != "" && (m[1] == "report" || m[1] == "sarif") {
					given = filepath.Join(dir, given)
				}
				cmd.Env = append(cmd.Env, name+"="+given)
			}
			log, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			got, err := os.ReadFile(out)
			if err != nil || string(got) != "status="+c.status+"\n" {
				t.Errorf("with %v the outputs are %q, want status %s\n%s", c.with, got, c.status, log)
			}
			if c.status == "1" {
				continue
			}
			if _, err := os.Stat(filepath.Join(dir, "touchmark-report.json")); err != nil {
				t.Error(err)
			}
			if c.with["sarif"] != "" {
				if _, err := os.Stat(filepath.Join(dir, "out.sarif")); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// TestOwnSBOM runs the command by which a release gets its SBOM.
func TestOwnSBOM(t *testing.T) {
	var release struct {
		SBOMs []struct {
			Cmd  string
			Args []string
		}
	}
	readYAML(t, ".goreleaser.yaml", &release)
	if len(release.SBOMs) != 1 || release.SBOMs[0].Cmd != "go" || strings.Join(release.SBOMs[0].Args[:2], " ") != "run ./cmd/touchmark" {
		t.Fatalf("SBOMs are made by %+v", release.SBOMs)
	}
	bin := built(t)
	program := filepath.Join(bin, "touchmark")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	document := filepath.Join(t.TempDir(), "own.cdx.json")
	var args []string
	for _, a := range release.SBOMs[0].Args[2:] {
		args = append(args, strings.NewReplacer("$artifact", program, "$document", document).Replace(a))
	}
	if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	var bom struct {
		SpecVersion string
		Components  []struct{ PURL string }
	}
	if err := json.Unmarshal(data, &bom); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"pkg:golang/github.com/spf13/cobra": false, "pkg:golang/github.com/cyclonedx/cyclonedx-go": false}
	for _, c := range bom.Components {
		name, _, _ := strings.Cut(strings.ToLower(c.PURL), "@")
		if _, ok := want[name]; ok {
			want[name] = true
		}
	}
	for name, found := range want {
		if !found {
			t.Errorf("the SBOM of %d components, CycloneDX %s, does not name %s", len(bom.Components), bom.SpecVersion, name)
		}
	}
}

// TestHooks: each pre-commit hook calls a command that exists, with flags that
// it has.
func TestHooks(t *testing.T) {
	var hooks []struct {
		ID, Entry, Files string
		Language         string
	}
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	bin := built(t)
	for _, h := range hooks {
		args := strings.Fields(h.Entry)
		if args[0] != "touchmark" || h.Language != "golang" {
			t.Errorf("hook %s runs %q", h.ID, h.Entry)
			continue
		}
		if _, err := regexp.Compile(h.Files); err != nil {
			t.Errorf("hook %s: %v", h.ID, err)
		}
		out, err := exec.Command(filepath.Join(bin, "touchmark"), append(args[1:], "--help")...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), strings.Join(nonFlags(args), " ")) {
			t.Errorf("hook %s: %s --help: %v\n%s", h.ID, h.Entry, err, out)
		}
	}
}

func nonFlags(args []string) (out []string) {
	for _, a := range args {
		if !strings.HasPrefix(a, "-") {
			out = append(out, a)
		}
	}
	return out
}

// TestDockerfile looks at what would end a build that cannot be run here: what
// is copied is there and not left out, the compiler is new enough, and the
// program that is started is the one that was built and copied.
func TestDockerfile(t *testing.T) {
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	ignored := map[string]bool{}
	for line := range strings.Lines(read(".dockerignore")) {
		ignored[strings.Trim(strings.TrimSpace(line), "/")] = true
	}
	var module, image, output, copied, started string
	if m := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read("go.mod")); m != nil {
		module = m[1]
	}
	stages := map[string]bool{}
	for line := range strings.Lines(read("Dockerfile")) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		switch words[0] {
		case "FROM":
			if name, ok := strings.CutPrefix(words[1], "golang:"); ok {
				image = name
			}
			if len(words) == 4 && words[2] == "AS" {
				stages[words[3]] = true
			}
		case "COPY":
			if from, ok := strings.CutPrefix(words[1], "--from="); ok {
				if !stages[from] {
					t.Errorf("%s: no stage is called %q", line, from)
				}
				if words[2] != output {
					t.Errorf("%s: what was built is %q", line, output)
				}
				copied = words[3]
				continue
			}
			for _, source := range words[1 : len(words)-1] {
				if _, err := os.Stat(filepath.Join("..", "..", source)); err != nil || ignored[source] {
					t.Errorf("%s: %s is not in what a build is given", strings.TrimSpace(line), source)
				}
			}
		case "RUN":
			if m := regexp.MustCompile(`go build .*-o (\S+) (\S+)`).FindStringSubmatch(line); m != nil {
				output = m[1]
				if _, err := os.Stat(filepath.Join("..", "..", m[2], "main.go")); err != nil {
					t.Error(err)
				}
			}
		case "ENTRYPOINT":
			var list []string
			if err := json.Unmarshal([]byte(strings.TrimSpace(strings.TrimPrefix(line, "ENTRYPOINT"))), &list); err != nil || len(list) == 0 {
				t.Fatalf("%s: %v", line, err)
			}
			started = list[0]
		case "WORKDIR", "USER":
		default:
			t.Errorf("%s is no instruction that this test knows", words[0])
		}
	}
	if image != module {
		t.Errorf("the image of Go is %q, go.mod wants %q", image, module)
	}
	if output == "" || copied == "" || started != copied {
		t.Errorf("%q is built, %q is copied, %q is started", output, copied, started)
	}
}
