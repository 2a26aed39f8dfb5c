package command

import (
	"io"
	"os"
	"strconv"
	"time"

	"golang.org/x/term"
)

// Env is what the command needs of the world around it.
type Env struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Now is the clock. Today's date is the default of --as-of and what the age
	// of the database is measured against.
	Now func() time.Time
	// Getenv answers for environment variables.
	Getenv func(name string) string
	// Dir is the directory that relative paths of the arguments start from;
	// empty means the process's own.
	Dir string
	// InTerminal, OutTerminal and ErrTerminal say whether a person sits at
	// Stdin, Stdout and Stderr.
	InTerminal, OutTerminal, ErrTerminal bool
	// Width of the terminal at Stdout in columns; 0 where there is none.
	Width int
}

// System returns the environment of the process.
func System() Env {
	env := Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now, Getenv: os.Getenv,
		InTerminal: term.IsTerminal(int(os.Stdin.Fd())), OutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		ErrTerminal: term.IsTerminal(int(os.Stderr.Fd()))}
	if env.OutTerminal {
		if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
			env.Width = w
		}
	}
	return env
}

// width of text output: the terminal's, or COLUMNS, at most 160, where lines
// get hard to follow.
func (e *Env) width() int {
	w := e.Width
	if n, err := strconv.Atoi(e.Getenv("COLUMNS")); err == nil && n > 0 {
		w = n
	}
	return min(w, 160)
}

// colors reports whether text to w is colored. A file that -o names never is:
// it is read elsewhere.
func (a *app) colors(w io.Writer) bool {
	if w != a.env.Stdout || a.color == "never" {
		return false
	}
	if a.color == "always" {
		return true
	}
	return a.env.OutTerminal && a.env.Getenv("NO_COLOR") == "" && a.env.Getenv("TERM") != "dumb"
}
