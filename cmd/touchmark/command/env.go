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

// color reports whether output to w may have colors.
func (e *Env) color(w io.Writer) bool {
	if e.Getenv("NO_COLOR") != "" || e.Getenv("TERM") == "dumb" {
		return false
	}
	return w == e.Stdout && e.OutTerminal
}
