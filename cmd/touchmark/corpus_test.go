package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/touchmark-dev/touchmark/cmd/touchmark/command"
	"github.com/touchmark-dev/touchmark/internal/testshared"
	"time"
)

// Fifty real SBOMs, drawn by a seed, and every real tree end with a report or a
// clear error, and every machine format of every report is well formed: JSON
// and SARIF by their schemas, the others by a strict reader.
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
	for _, input := range inputs {
		name := filepath.Base(input)
		dir := t.TempDir()
		var out, errs bytes.Buffer
		env := command.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: func() time.Time { return today }, Getenv: func(string) string { return "" }}
		file := func(format string) string { return filepath.Join(dir, format) }
		args := []string{"scan", input, "--policy", "ndaa-889", "-o", "text"}
		for _, f := range []string{"json", "jsonl", "sarif", "csv", "junit", "html", "markdown", "cyclonedx-json"} {
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
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			z.Write(data)
			z.Close()
			if format == "sarif" && b.Len() > 10_000_000 {
				t.Errorf("%s: SARIF of %d bytes compressed, more than GitHub takes", name, b.Len())
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
		if _, err := csv.NewReader(bytes.NewReader(text("csv"))).ReadAll(); err != nil {
			t.Errorf("%s: csv: %v", name, err)
		}
		for dec := xml.NewDecoder(bytes.NewReader(text("junit"))); ; {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Errorf("%s: junit: %v", name, err)
				break
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
	t.Logf("%d of %d inputs were read", read, len(inputs))
	if read < len(inputs)*3/4 {
		t.Errorf("only %d of %d inputs were read", read, len(inputs))
	}
}
