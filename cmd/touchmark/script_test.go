package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/touchmark-dev/touchmark/cmd/touchmark/command"
)

// today is the day of the scripts, so that what they say of the age of the
// database and of waivers does not depend on the day of the test.
var today = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// touchmark runs the command as main does, on a fixed day. The script's
// TERMINAL says that a person sits at the ends.
func touchmark() {
	env := command.System()
	env.Now = func() time.Time { return today }
	if os.Getenv("TERMINAL") != "" {
		env.InTerminal, env.OutTerminal, env.ErrTerminal, env.Width = true, true, true, 80
	}
	os.Exit(command.Run(context.Background(), env, os.Args[1:]))
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"touchmark": touchmark})
}

var updateScripts = flag.Bool("update", false, "write the wanted output in the scripts anew")

func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: *updateScripts,
		Setup: func(env *testscript.Env) error {
			env.Setenv("REPO", root)
			env.Setenv("TESTDATA", filepath.Join(root, "testdata"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": cmdStatus,
		},
	})
}

// cmdStatus runs a command and compares its exit status: "status 3 touchmark
// scan x". What it writes can be looked at with stdout and stderr.
func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command args...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		if exit, ok := err.(interface{ ExitCode() int }); ok {
			got = string(rune('0' + exit.ExitCode()))
		} else {
			ts.Fatalf("%v", err)
		}
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}
