package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/touchmark-dev/touchmark/internal/testshared"
)

// A decompression bomb ends the command within a second of processor time and
// 200 MB, with the limit named: a real one that holds no document, and one that
// begins as an SBOM.
func TestBombCosts(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "touchmark")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	made := filepath.Join(dir, "bom.json.gz")
	f, err := os.Create(made)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	_, _ = z.Write([]byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`))
	for range 300 {
		_, _ = z.Write(blanks)
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, bomb := range []string{made, testshared.Dir(t) + "/corpus/sbom/trustification+trustify/etc/test-data/bomb.bz2"} {
		for _, arg := range []string{bomb, "sbom:" + bomb} {
			cmd := exec.Command(program, "scan", arg)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			err := cmd.Run()
			cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
			t.Logf("%s: %v, %d MB", filepath.Base(bomb), cpu, peak)
			if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(stderr.String(), "times its size") || !strings.Contains(stderr.String(), "--max-size") {
				t.Errorf("%s: %v, %s", arg, err, stderr.String())
			}
			if cpu > time.Second || peak > 200 {
				t.Errorf("%s: %v and %d MB, want a second and 200 MB at most", arg, cpu, peak)
			}
		}
	}
}
