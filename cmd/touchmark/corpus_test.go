package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/touchmark-dev/touchmark/cmd/touchmark/command"
	"github.com/touchmark-dev/touchmark/internal/formatcheck"
	"github.com/touchmark-dev/touchmark/internal/testshared"
	"time"
)

// Fifty real SBOMs, drawn by a seed, and every real tree end with a report or a
// clear error, and every machine format of every report is well formed: JSON
// and SARIF by their schemas, all by what their readers ask (package formatcheck).
func TestSharedCorpus(t *testing.T) {
	shared := testshared.Dir(t)
	var inputs []string
	err := filepath.WalkDir(filepath.Join(shared, "corpus", "sbom"), func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && filepath.Base(p) != "MANIFEST.tsv" && filepath.Ext(p) != ".md" {
			inputs = append(inputs, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rand.New(rand.NewPCG(889, 1)).Shuffle(len(inputs), func(i, j int) { inputs[i], inputs[j] = inputs[j], inputs[i] })
	inputs = inputs[:min(50, len(inputs))]
	trees, _ := filepath.Glob(filepath.Join(shared, "corpus", "firmware", "*.tar.zst"))
	inputs = append(inputs, trees...)

	compiler := jsonschema.NewCompiler()
	reportSchema, err := compiler.Compile("../../schema/report-1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var sarifSchema *jsonschema.Schema
	if dir := os.Getenv("TOUCHMARK_SCHEMAS"); dir != "" {
		if sarifSchema, err = compiler.Compile(filepath.Join(dir, "sarif-schema-2.1.0.json")); err != nil {
			t.Fatal(err)
		}
	} else {
		t.Log("TOUCHMARK_SCHEMAS is not set: SARIF is not held against the standard's schema")
	}
	read := 0
	largest := map[string]int{}
	for _, input := range inputs {
		name := filepath.Base(input)
		dir := t.TempDir()
		var out, errs bytes.Buffer
		file := func(format string) string { return filepath.Join(dir, format) }
		env := command.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: func() time.Time { return today }, Getenv: func(name string) string {
			if name == "GITHUB_STEP_SUMMARY" {
				return file("summary")
			}
			return ""
		}}
		args := []string{"scan", input, "--policy", "ndaa-889", "--policy", "unknown-supplier", "-o", "text"}
		for _, f := range []string{"json", "jsonl", "sarif", "sarif-github", "github", "csv", "junit", "html", "markdown", "cyclonedx-json"} {
			args = append(args, "-o", f+"="+file(f))
		}
		status := command.Run(context.Background(), env, args)
		if out.Len() == 0 {
			if status != 1 || !strings.HasPrefix(errs.String(), "touchmark: ") {
				t.Errorf("%s: no report, exit status %d, %q", name, status, errs.String())
			}
			continue
		}
		read++
		if status == 2 {
			t.Errorf("%s: a real SBOM or tree of the corpus fails ndaa-889:\n%s", name, out.String())
		}
		valid := func(format string, s *jsonschema.Schema) {
			data, err := os.ReadFile(file(format))
			if err != nil {
				t.Fatal(err)
			}
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
			if err == nil {
				err = s.Validate(v)
			}
			if err != nil {
				t.Errorf("%s: %s: %v", name, format, err)
			}
		}
		valid("json", reportSchema)
		if sarifSchema != nil {
			valid("sarif", sarifSchema)
		}
		text := func(format string) []byte {
			data, err := os.ReadFile(file(format))
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
		for format, check := range map[string]func([]byte) error{
			"sarif":        func(b []byte) error { return formatcheck.SARIF(b, false) },
			"sarif-github": func(b []byte) error { return formatcheck.SARIF(b, true) },
			"github":       formatcheck.WorkflowCommands,
			"summary":      formatcheck.StepSummary,
			"csv":          formatcheck.CSV,
			"junit":        formatcheck.JUnit,
		} {
			data := text(format)
			if err := check(data); err != nil {
				t.Errorf("%s: %s: %v", name, format, err)
			}
			if n := len(data); n > largest[format] {
				largest[format] = n
			}
		}
		for _, line := range bytes.Split(bytes.TrimSpace(text("jsonl")), []byte("\n")) {
			if !json.Valid(line) {
				t.Errorf("%s: jsonl: %.80q", name, line)
			}
		}
		if n := len(text("html")); n > 2_000_000 {
			t.Errorf("%s: html of %d bytes", name, n)
		}
		// What was written as an SBOM is one.
		errs.Reset()
		out.Reset()
		if status := command.Run(context.Background(), env, []string{"scan", file("cyclonedx-json"), "-o", "csv"}); status != 0 && !slices.Contains([]int{1}, status) || out.Len() == 0 {
			t.Errorf("%s: the SBOM that was written cannot be read: %s", name, errs.String())
		}
	}
	t.Logf("%d of %d inputs were read; the largest outputs have, in bytes: %v", read, len(inputs), largest)
	if read < len(inputs)*3/4 {
		t.Errorf("only %d of %d inputs were read", read, len(inputs))
	}
}
