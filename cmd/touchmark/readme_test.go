package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/touchmark-dev/touchmark/cmd/touchmark/command"
)

// The README's command works in the repository and answers what the README
// shows: each line of the excerpt is in the output, in order. A line "…"
// stands for lines that are left out.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	sh := regexp.MustCompile("(?s)```sh\ngo run ./cmd/touchmark ([^\n]*)\n```").FindSubmatch(readme)
	sample := regexp.MustCompile("(?s)```text\n(.*?)```").FindSubmatch(readme)
	if sh == nil || sample == nil {
		t.Fatal("the README has no command or no sample")
	}
	var out, errs bytes.Buffer
	env := command.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: "../..",
		Now: func() time.Time { return today }, Getenv: func(string) string { return "" }}
	began := time.Now()
	if status := command.Run(context.Background(), env, strings.Fields(string(sh[1]))); status != 2 {
		t.Errorf("exit status %d, want 2: %s", status, errs.String())
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("the answer took %v, more than 5 s", d)
	}
	rest := out.String()
	for _, line := range strings.Split(strings.TrimSpace(string(sample[1])), "\n") {
		if line == "…" {
			continue
		}
		i := strings.Index(rest, "\n"+line)
		if i < 0 {
			t.Errorf("the README's sample is not current at %q; the output is:\n%s", line, out.String())
			break
		}
		rest = rest[i+len(line):]
	}
}
