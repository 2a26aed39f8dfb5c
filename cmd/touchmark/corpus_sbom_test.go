package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A tally counts the outputs that were checked, by format and what they were
// held against, and knows the largest.
type tally map[[2]string]*struct{ n, largest int }

func (c tally) add(format, against string, size int) {
	k := [2]string{format, against}
	if c[k] == nil {
		c[k] = new(struct{ n, largest int })
	}
	c[k].n++
	c[k].largest = max(c[k].largest, size)
}

func (c tally) lines() (out []string) {
	for k, v := range c {
		out = append(out, fmt.Sprintf("%s: %s: %d outputs, largest %d bytes", k[0], k[1], v.n, v.largest))
	}
	slices.Sort(out)
	return out
}

// givenSchema returns a published schema of the folder $TOUCHMARK_SCHEMAS, nil
// where it is not there: the licence or size of these keeps them out of the
// repository.
func givenSchema(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	path := filepath.Join(os.Getenv("TOUCHMARK_SCHEMAS"), file)
	if _, err := os.Stat(path); os.Getenv("TOUCHMARK_SCHEMAS") == "" || err != nil {
		t.Logf("TOUCHMARK_SCHEMAS has no %s: that schema is not asked", file)
		return nil
	}
	c := jsonschema.NewCompiler()
	c.UseRegexpEngine(func(pattern string) (jsonschema.Regexp, error) {
		// SPDX 3 looks ahead, which Go does not: no "_:" at the beginning.
		return regexp.Compile(strings.Replace(pattern, `^(?!_:).+:`, `^([^_\n]|_[^:\n]).*:`, 1))
	})
	s, err := c.Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// An sbomChecker holds SBOMs that were written against strict mode, and against
// the published schemas by other validators than ours: CycloneDX's are in the
// module of cyclonedx-go.
type sbomChecker struct {
	t       *testing.T
	checked tally
	dir     string                        // of the CycloneDX schemas
	schemas map[string]*jsonschema.Schema // of JSON, by kind and version
	// xml are documents by the version they declare.
	xml map[string][]string
}

func newSBOMChecker(t *testing.T, checked tally) *sbomChecker {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Fatalf("go list -m: %v", err)
	}
	k := &sbomChecker{t: t, checked: checked, dir: filepath.Join(strings.TrimSpace(string(out)), "schema"), xml: map[string][]string{}}
	k.schemas = map[string]*jsonschema.Schema{
		"spdx 2.3":   givenSchema(t, "spdx-2.3.schema.json"),
		"spdx 3.0.1": givenSchema(t, "spdx-3.0.1.schema.json"),
	}
	const base = "http://cyclonedx.org/schema/"
	c := jsonschema.NewCompiler()
	// The module lacks the words for cryptography, which are strict mode's to check.
	word := map[string]any{"type": "string"}
	resources := map[string]any{"cryptography-defs.schema.json": map[string]any{"definitions": map[string]any{"algorithmFamiliesEnum": word, "ellipticCurvesEnum": word}}}
	files := map[string]string{"spdx.schema.json": "spdx.schema.json", "jsf-0.82.schema.json": "jsf-0.82.schemax.json"}
	versions := []string{"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"}
	for _, v := range versions {
		files["bom-"+v+".schema.json"] = "bom-" + v + ".schema.json"
	}
	for name, file := range files {
		data, err := os.ReadFile(filepath.Join(k.dir, file))
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		v.(map[string]any)["$id"] = base + name // some name another version
		resources[name] = v
	}
	for name, v := range resources {
		if err := c.AddResource(base+name, v); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range versions {
		if k.schemas["cyclonedx "+v], err = c.Compile(base + "bom-" + v + ".schema.json"); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

// violations counts what strict mode refuses, and returns the version and the
// first few.
func violations(t *testing.T, path string) (n int, version string, first []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	vs, err := sbom.Validate(context.Background(), f, nil)
	if err != nil {
		return 1, "", []string{err.Error()}
	}
	for _, v := range vs {
		version = v.SpecVersion
		n += v.More
		for _, x := range v.Violations {
			if x.Severity == sbom.ProblemError {
				if n++; len(first) < 3 {
					first = append(first, x.String())
				}
			}
		}
	}
	return n, version, first
}

// check holds an output against strict mode and published schemas. An output
// that is its input with something put in (patched) has the defects of the
// input, and no others.
func (k *sbomChecker) check(name string, format sbom.WriteFormat, input, output string, patched bool) {
	k.t.Helper()
	data, err := os.ReadFile(output)
	if err != nil {
		k.t.Fatal(err)
	}
	how, allowed := "written anew", 0
	n, version, first := violations(k.t, output)
	if patched {
		how = "input enriched"
		allowed, _, _ = violations(k.t, input)
	}
	if n > allowed {
		k.t.Errorf("%s: %s, %s: %d violations, the input has %d: %s", name, format, how, n, allowed, strings.Join(first, "; "))
	}
	if patched && allowed > 0 {
		k.checked.add(string(format), "strict mode, input enriched: no violations but the input's", len(data))
		return
	}
	k.checked.add(string(format), "strict mode, "+how, len(data))
	if format == sbom.CycloneDX16XML || format == sbom.CycloneDX17XML {
		k.xml[version] = append(k.xml[version], output)
		return
	}
	// An input that was enriched keeps its version.
	kind, _, _ := strings.Cut(string(format), "-")
	if s := k.schemas[kind+" "+version]; s != nil {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err == nil {
			err = s.Validate(v)
		}
		if err != nil {
			k.t.Errorf("%s: %s, %s: by the published schema: %.1000v", name, format, how, err)
		}
		k.checked.add(string(format), "published JSON schema of "+version+", "+how, len(data))
	}
}

// xmllint holds the XML documents against the published schemas with libxml2.
func (k *sbomChecker) xmllint() {
	k.t.Helper()
	tool, err := exec.LookPath("xmllint")
	if err != nil {
		if os.Getenv("TOUCHMARK_REQUIRE_XMLLINT") != "" {
			k.t.Fatal("xmllint is required and not here")
		}
		k.t.Log("xmllint (Debian: libxml2-utils) is not here: XML is held against strict mode only")
		return
	}
	dir := k.t.TempDir()
	for version, files := range k.xml {
		schema := "bom-" + version + ".xsd"
		for _, name := range []string{"spdx.xsd", schema} {
			data, err := os.ReadFile(filepath.Join(k.dir, name))
			if err != nil {
				k.t.Fatal(err)
			}
			// The location of the import is on the network.
			data = regexp.MustCompile(`schemaLocation="[^"]*spdx[^"]*"`).ReplaceAll(data, []byte(`schemaLocation="spdx.xsd"`))
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
				k.t.Fatal(err)
			}
		}
		cmd := exec.Command(tool, append([]string{"--noout", "--nonet", "--huge", "--schema", schema}, files...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			k.t.Fatal(err)
		}
		if n := strings.Count(string(out), " validates\n"); err != nil || n != len(files) {
			k.t.Errorf("xmllint: %d of %d documents of CycloneDX %s are valid:\n%.3000s", n, len(files), version, regexp.MustCompile(`(?m)^.* validates\n`).ReplaceAll(out, nil))
		}
		for _, f := range files {
			st, err := os.Stat(f)
			if err != nil {
				k.t.Fatal(err)
			}
			k.checked.add("CycloneDX "+version+" XML", "published XSD, by xmllint", int(st.Size()))
		}
	}
}
