package command

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/touchmark-dev/touchmark/firmware"
)

// On a terminal one line is written again; elsewhere a plain line appears only
// in a long scan; quiet means none.
func TestProgress(t *testing.T) {
	run := func(terminal, quiet bool, took time.Duration) string {
		now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
		var b bytes.Buffer
		p := newProgress(Env{Stderr: &b, ErrTerminal: terminal, Now: func() time.Time { return now }, Getenv: func(string) string { return "" }}, quiet)
		p.start("rootfs\x1b[2J")
		const steps = 50
		for i := 1; i <= steps; i++ {
			now = now.Add(took / steps)
			p.update(firmware.Progress{Files: i, FilesTotal: steps, Bytes: int64(i) * 2e6, BytesTotal: steps * 2e6})
		}
		p.stop()
		return b.String()
	}
	if got := run(false, false, 5*time.Second); got != "" {
		t.Errorf("in a pipe a short scan says %q", got)
	}
	got := run(false, false, 25*time.Second)
	if lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n"); len(lines) != 2 || lines[0] != `rootfs\x1b[2J: 20 of 50 files, 40 of 100 MB, 4 MB/s` {
		t.Errorf("in a pipe a long scan says %q", got)
	}
	got = run(true, false, 5*time.Second)
	if !strings.HasSuffix(got, "\r\x1b[K") || strings.Contains(got, "\n") || strings.Count(got, "\r") < 20 {
		t.Errorf("on a terminal: %q", got)
	}
	if strings.Contains(strings.ReplaceAll(got, "\x1b[K", ""), "\x1b") {
		t.Errorf("the name of the input reaches the terminal: %q", got)
	}
	if got := run(true, true, time.Minute); got != "" {
		t.Errorf("quiet says %q", got)
	}
}

func TestParseSize(t *testing.T) {
	for in, want := range map[string]int64{"1": 1, "500MB": 500e6, "4 GB": 4e9, "64KiB": 64 << 10, "1.5k": 1500, "2TiB": 2 << 40} {
		if got, err := parseSize(in); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "nine", "-1", "0", "1e400", "MB", "99999999TB", "NaN"} {
		if got, err := parseSize(in); err == nil {
			t.Errorf("parseSize(%q) = %d", in, got)
		}
	}
}

func TestInputName(t *testing.T) {
	for in, want := range map[string]string{"sbom.json": "sbom.json", "./a//b.json": "a/b.json", "/home/jane/secret/x.json": "x.json", "/": "/", ".": ".", "../x": "../x"} {
		if got := inputName(in); got != want {
			t.Errorf("inputName(%q) = %q, want %q", in, got, want)
		}
	}
}
