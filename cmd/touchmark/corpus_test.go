package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/touchmark-dev/touchmark/cmd/touchmark/command"
	"github.com/touchmark-dev/touchmark/internal/formatcheck"
	"github.com/touchmark-dev/touchmark/internal/testshared"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Fifty real SBOMs, drawn by a seed, and every real tree end with a report or a
// clear error, and every machine format of every report is valid. What each is
// held against is in the log: published schemas where there are any, strict
// mode, and what the readers of a format ask (package formatcheck).
// $TOUCHMARK_SEED draws other SBOMs than those of every run.
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
	seed := uint64(889)
	if s := os.Getenv("TOUCHMARK_SEED"); s != "" {
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("TOUCHMARK_SEED: %v", err)
		}
	}
	rand.New(rand.NewPCG(seed, 1)).Shuffle(len(inputs), func(i, j int) { inputs[i], inputs[j] = inputs[j], inputs[i] })
	inputs = inputs[:min(50, len(inputs))]
	trees, _ := filepath.Glob(filepath.Join(shared, "corpus", "firmware", "*.tar.zst"))
	inputs = append(inputs, trees...)

	compiler := jsonschema.NewCompiler()
	reportSchema, err := compiler.Compile("../../schema/report-1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	lineSchemas := map[string]*jsonschema.Schema{}
	for kind, name := range map[string]string{"component": "Component", "service": "Service", "finding": "Finding", "upcoming": "Finding", "problem": "Problem"} {
		if lineSchemas[kind], err = compiler.Compile("../../schema/report-1.schema.json#/$defs/" + name); err != nil {
			t.Fatal(err)
		}
	}
	checked := tally{}
	sarifSchema := givenSchema(t, "sarif-schema-2.1.0.json")
	sboms := newSBOMChecker(t, checked)
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	keyFile := filepath.Join(t.TempDir(), "key.pem")
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	read := 0
	largest := map[string]int{}
	for i, input := range inputs {
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
		for _, f := range []string{"json", "jsonl", "sarif", "sarif-github", "github", "csv", "junit", "html", "markdown"} {
			args = append(args, "-o", f+"="+file(f))
		}
		for _, f := range sbom.WriteFormats() {
			args = append(args, "-o", string(f)+"="+file(string(f)))
		}
		if i%2 == 1 {
			args = append(args, "--fill")
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
			checked.add(format, "JSON schema", len(data))
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
			checked.add(format, "formatcheck", len(data))
			if n := len(data); n > largest[format] {
				largest[format] = n
				if format == "sarif" {
					var z bytes.Buffer
					w := gzip.NewWriter(&z)
					w.Write(data)
					w.Close()
					if largest["sarif, gzip"] = z.Len(); z.Len() > 10_000_000 {
						t.Errorf("%s: sarif of %d bytes compressed, more than code scanning takes", name, z.Len())
					}
				}
			}
		}
		for line := range bytes.Lines(text("jsonl")) {
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
			if err != nil {
				t.Errorf("%s: jsonl: %v in %.80q", name, err, line)
				continue
			}
			o, _ := v.(map[string]any)
			kind, _ := o["type"].(string)
			if kind == "report" {
				continue
			}
			s, field := lineSchemas[kind], kind
			if kind == "upcoming" {
				field = "finding"
			}
			if s == nil {
				t.Errorf("%s: jsonl: a line of type %q", name, kind)
			} else if err := s.Validate(o[field]); err != nil {
				t.Errorf("%s: jsonl: a line of type %s: %v", name, kind, err)
			}
		}
		checked.add("jsonl", "JSON schema, each line", len(text("jsonl")))
		if n := len(text("html")); n > 2_000_000 {
			t.Errorf("%s: html of %d bytes", name, n)
		}
		for _, f := range sbom.WriteFormats() {
			patched := !slices.Contains(trees, input) && !strings.Contains(errs.String(), "-o "+string(f)+": the SBOM is written anew")
			sboms.check(name, f, input, file(string(f)), patched)
		}

		// The report, signed.
		if status := command.Run(context.Background(), env, []string{"attest", "--key", keyFile, file("json"), "-o", file("dsse")}); status != 0 {
			t.Errorf("%s: attest: %s", name, errs.String())
			continue
		}
		predicate, err := formatcheck.Statement(text("dsse"), key.Public().(ed25519.PublicKey))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if v, err := jsonschema.UnmarshalJSON(bytes.NewReader(predicate)); err != nil || reportSchema.Validate(v) != nil {
			t.Errorf("%s: the predicate is no report", name)
		}
		checked.add("DSSE, in-toto", "formatcheck, predicate by JSON schema", len(text("dsse")))
	}
	sboms.xmllint()
	for _, line := range checked.lines() {
		t.Log(line)
	}
	t.Logf("%d of %d inputs were read; the largest outputs have, in bytes: %v", read, len(inputs), largest)
	if read < len(inputs)*3/4 {
		t.Errorf("only %d of %d inputs were read", read, len(inputs))
	}
}
