package command

import (
	"bytes"
	"context"
	"testing"
	"time"
)

func TestCommandsHaveTheirNames(t *testing.T) {
	a := &app{}
	for _, c := range a.commands() {
		if made := c.make(); made.Name() != c.name || len(made.Aliases) > 0 {
			t.Errorf("%s is called %q, and also %q", c.name, made.Name(), made.Aliases)
		}
	}
}

// A run of scan has none of the other commands, and shows nothing of that.
func TestScanIsTheSameAlone(t *testing.T) {
	for _, args := range [][]string{{"scan", "--help"}, {"scan"}, {"scan", "--no-such-flag"}, {"scan", "--pollicy", "x", "y"}} {
		run := func(execute func(Env) int) string {
			var out bytes.Buffer
			status := execute(Env{Stdout: &out, Stderr: &out, Stdin: &bytes.Buffer{}, Now: time.Now, Getenv: func(string) string { return "" }, Dir: t.TempDir()})
			return out.String() + string(rune('0'+status))
		}
		alone := run(func(env Env) int { return Run(context.Background(), env, args) })
		among := run(func(env Env) int {
			cmd := New(env)
			cmd.SetArgs(args)
			return status(env, cmd.ExecuteContext(context.Background()))
		})
		if alone != among {
			t.Errorf("%q: alone\n%s\namong the others\n%s", args, alone, among)
		}
	}
}
