package integrations_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/open-policy-agent/opa/v1/rego"
)

// page returns the blocks of a language on the page on integrations.
func page(t *testing.T, language string) []string {
	t.Helper()
	data, err := os.ReadFile("../../docs/integrations.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(data), -1) {
		blocks = append(blocks, m[1])
	}
	if len(blocks) == 0 {
		t.Fatalf("the page has no block of %s", language)
	}
	return blocks
}

// scan returns what a scan of the sample writes in a format.
func scan(t *testing.T, format string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.json")
	cmd := exec.Command("go", "run", "./cmd/touchmark", "scan", "testdata/gateway.cdx.json", "--config", "none", "-q", "--policy", "ndaa-889", "-o", format+"="+out)
	cmd.Dir = "../.."
	// The verdict is fail, so that the command does not end with 0.
	message, _ := cmd.CombinedOutput()
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatalf("%v\n%s", err, message)
	}
	return data
}

// The expressions for Dependency-Track, over the properties of an enriched SBOM
// as Dependency-Track keeps them: what stands before the first colon is the
// group. They are compiled and evaluated by the library that it uses the
// language of; its own server is not run.
func TestDependencyTrackExpressions(t *testing.T) {
	var bom struct {
		Components []struct {
			Name       string
			Properties []struct{ Name, Value string }
		}
	}
	if err := json.Unmarshal(scan(t, "cyclonedx-json"), &bom); err != nil {
		t.Fatal(err)
	}
	env, err := cel.NewEnv(cel.Variable("component", cel.MapType(cel.StringType, cel.DynType)))
	if err != nil {
		t.Fatal(err)
	}
	var expressions []string
	for _, b := range page(t, "cel") {
		for _, e := range strings.Split(b, "\n\n") {
			expressions = append(expressions, strings.TrimSpace(e))
		}
	}
	// The components that each expression must name, and how many of all.
	want := [][]string{{"dome-camera-module", "dome-camera-firmware"}, {"overlayd"}, {"github.com/mailru/easyjson"}}
	if len(expressions) != len(want) {
		t.Fatalf("%d expressions on the page, want %d", len(expressions), len(want))
	}
	for i, text := range expressions {
		ast, issues := env.Compile(text)
		if issues.Err() != nil {
			t.Errorf("%s\n%v", text, issues.Err())
			continue
		}
		program, err := env.Program(ast)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range bom.Components {
			properties := []map[string]string{}
			for _, p := range c.Properties {
				group, name, ok := strings.Cut(p.Name, ":")
				if !ok {
					group, name = "", p.Name
				}
				properties = append(properties, map[string]string{"group": group, "name": name, "value": p.Value})
			}
			v, _, err := program.Eval(map[string]any{"component": map[string]any{"properties": properties}})
			if err != nil {
				t.Errorf("%s: %s: %v", c.Name, text, err)
				continue
			}
			if v.Value() == true {
				got = append(got, c.Name)
			}
		}
		slices.Sort(got)
		slices.Sort(want[i])
		if !slices.Equal(got, want[i]) {
			t.Errorf("%s\nholds for %q, want %q", text, got, want[i])
		}
	}
}

// The policy for conftest, evaluated by OPA, which conftest is made of.
func TestRego(t *testing.T) {
	var input any
	if err := json.Unmarshal(scan(t, "json"), &input); err != nil {
		t.Fatal(err)
	}
	options := []func(*rego.Rego){rego.Query("deny := data.main.deny; warn := data.main.warn"), rego.Input(input)}
	for _, b := range page(t, "rego") {
		options = append(options, rego.Module("page.rego", b))
	}
	results, err := rego.New(options...).Eval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 1 {
		t.Fatalf("%d results, want 1", len(results))
	}
	has := func(list string, parts ...string) bool {
		messages, _ := results[0].Bindings[list].([]any)
		return slices.ContainsFunc(messages, func(m any) bool {
			s, _ := m.(string)
			return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(s, p) })
		})
	}
	if !has("deny", "ndaa-889.equipment-", "dome-camera-firmware") || !has("deny", "easyjson", "VK", "in RU") || !has("warn", "overlayd") {
		t.Errorf("the policy says %v", results[0].Bindings)
	}
	// What only asks for review is not denied.
	if has("deny", "video-relay") {
		t.Errorf("a review is denied: %v", results[0].Bindings)
	}
}
