package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/touchmark-dev/touchmark/internal/testshared"
)

// bombSize is what each of the made bombs holds.
const bombSize = 300 << 20

// An xzStreams writes each chunk as an xz stream of its own, as the format
// allows, and packs equal chunks once: a compressor of xz takes a second for
// what a bomb holds.
type xzStreams struct {
	w             io.Writer
	chunk, packed []byte
}

func (x *xzStreams) Write(p []byte) (int, error) {
	if !bytes.Equal(p, x.chunk) {
		var out bytes.Buffer
		z, err := xz.NewWriter(&out)
		if err != nil {
			return 0, err
		}
		if _, err := z.Write(p); err != nil {
			return 0, err
		}
		if err := z.Close(); err != nil {
			return 0, err
		}
		x.chunk, x.packed = bytes.Clone(p), out.Bytes()
	}
	if _, err := x.w.Write(x.packed); err != nil {
		return 0, err
	}
	return len(p), nil
}

// A decompression bomb ends the command within a second of processor time and
// 200 MB, with the limit named: a real one that holds no document, those that
// begin as an SBOM, and archives that a tree could be in.
func TestBombCosts(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "touchmark")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	bombs := []string{testshared.Dir(t) + "/corpus/sbom/trustification+trustify/etc/test-data/bomb.bz2"}
	for name, open := range map[string]func(w io.Writer) (io.Writer, func() error){
		"bom.json.gz": func(w io.Writer) (io.Writer, func() error) { z := gzip.NewWriter(w); return z, z.Close },
		"bom.json.gz.gz": func(w io.Writer) (io.Writer, func() error) {
			outer := gzip.NewWriter(w)
			inner := gzip.NewWriter(outer)
			return inner, func() error { return errors.Join(inner.Close(), outer.Close()) }
		},
		"bom.json.gz.gz.gz": func(w io.Writer) (io.Writer, func() error) {
			outer := gzip.NewWriter(w)
			middle := gzip.NewWriter(outer)
			inner := gzip.NewWriter(middle)
			return inner, func() error { return errors.Join(inner.Close(), middle.Close(), outer.Close()) }
		},
		"bom.json.xz": func(w io.Writer) (io.Writer, func() error) { return &xzStreams{w: w}, func() error { return nil } },
		"bom.tar.xz": func(w io.Writer) (io.Writer, func() error) {
			t := tar.NewWriter(&xzStreams{w: w})
			_ = t.WriteHeader(&tar.Header{Name: "bom.json", Mode: 0o644, Size: bombSize})
			return t, t.Close
		},
		"bom.json.zst": func(w io.Writer) (io.Writer, func() error) { z, _ := zstd.NewWriter(w); return z, z.Close },
		"bom.tar.gz": func(w io.Writer) (io.Writer, func() error) {
			z := gzip.NewWriter(w)
			t := tar.NewWriter(z)
			_ = t.WriteHeader(&tar.Header{Name: "bom.json", Mode: 0o644, Size: bombSize})
			return t, func() error { return errors.Join(t.Close(), z.Close()) }
		},
		"bom.zip": func(w io.Writer) (io.Writer, func() error) {
			z := zip.NewWriter(w)
			f, _ := z.Create("bom.json")
			return f, z.Close
		},
	} {
		made := filepath.Join(dir, name)
		f, err := os.Create(made)
		if err != nil {
			t.Fatal(err)
		}
		w, closeAll := open(f)
		const head = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`
		blanks := bytes.Repeat([]byte(" "), 1<<20)
		_, _ = io.WriteString(w, head)
		_, _ = w.Write(blanks[len(head):])
		for range bombSize>>20 - 1 {
			_, _ = w.Write(blanks)
		}
		if err := errors.Join(closeAll(), f.Close()); err != nil {
			t.Fatal(err)
		}
		bombs = append(bombs, made)
	}
	for _, bomb := range bombs {
		for _, arg := range []string{bomb, "sbom:" + bomb} {
			cmd := exec.Command(program, "scan", arg)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			err := cmd.Run()
			cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
			t.Logf("%s: %v, %d MB", filepath.Base(bomb), cpu, peak)
			if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(stderr.String(), "times its size") && !strings.Contains(stderr.String(), "too many for an archive of") && !strings.Contains(stderr.String(), "limit exceeded") || !strings.Contains(stderr.String(), "--max-size") {
				t.Errorf("%s: %v, %s", arg, err, stderr.String())
			}
			if cpu > time.Second || peak > 200 {
				t.Errorf("%s: %v and %d MB, want a second and 200 MB at most", arg, cpu, peak)
			}
		}
	}
}
