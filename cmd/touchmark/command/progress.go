package command

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/touchmark-dev/touchmark/firmware"
	"github.com/touchmark-dev/touchmark/provenance/report"
)

// progress tells a person that a long scan goes on: on a terminal one line that
// is written again ten times a second, elsewhere a plain line every ten
// seconds, so that short work is silent.
type progress struct {
	w        io.Writer // nil for none
	terminal bool
	now      func() time.Time
	width    int

	mu    sync.Mutex
	name  string
	began time.Time
	last  time.Time
	shown bool
}

func newProgress(env Env, quiet bool) *progress {
	p := &progress{w: env.Stderr, terminal: env.ErrTerminal && env.Getenv("TERM") != "dumb", now: env.Now, width: env.width()}
	if quiet {
		p.w = nil
	}
	if p.width == 0 {
		p.width = 80
	}
	return p
}

// start begins an input.
func (p *progress) start(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.name = report.Visible(name)
	p.began = p.now()
	p.last = p.began
	if p.w != nil && p.terminal {
		// Listing a tree's files, or reading an SBOM, can take a while too.
		p.line(p.name + ": reading")
	}
}

// line writes the line of a terminal again.
func (p *progress) line(text string) {
	if r := []rune(text); len(r) > p.width-1 {
		text = string(r[:p.width-1])
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", text)
	p.shown = true
}

// update is called while a tree is scanned.
func (p *progress) update(s firmware.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil {
		return
	}
	now := p.now()
	every := 10 * time.Second
	if p.terminal {
		every = 100 * time.Millisecond
	}
	if now.Sub(p.last) < every {
		return
	}
	p.last = now
	line := fmt.Sprintf("%s: %d of %d files, %d of %d MB", p.name, s.Files, s.FilesTotal, s.Bytes/1e6, s.BytesTotal/1e6)
	if secs := now.Sub(p.began).Seconds(); secs > 0 {
		line += fmt.Sprintf(", %.0f MB/s", float64(s.Bytes)/1e6/secs)
	}
	if !p.terminal {
		fmt.Fprintln(p.w, line)
		return
	}
	p.line(line)
}

// stop clears the line.
func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}
