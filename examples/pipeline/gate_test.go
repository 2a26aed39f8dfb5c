// Package pipeline tests the example gate with the real command: red on a
// listed supplier, green with a waiver, red again after its end.
package pipeline

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const camera = `{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
	{"type": "firmware", "name": "camera-firmware", "version": "5.7", "supplier": {"name": "Hangzhou Hikvision Digital Technology Co., Ltd."}},
	{"type": "library", "name": "left-pad", "version": "1.3.0", "purl": "pkg:npm/left-pad@1.3.0"}]}`

const clean = `{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
	{"type": "library", "name": "left-pad", "version": "1.3.0", "purl": "pkg:npm/left-pad@1.3.0"}]}`

const waiver = `waivers:
  - id: W-1
    rule: ndaa-889
    component: camera-firmware
    reason: on the test bench only, not shipped
    owner: product@example.org
    expires: `

func TestGate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the gate is a shell script")
	}
	dir := t.TempDir()
	touchmark := filepath.Join(dir, "touchmark")
	build := exec.Command("go", "build", "-o", touchmark, "../../cmd/touchmark")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	gate, err := filepath.Abs("gate.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, sbom, waivers string
		status              int
		says                string
	}{
		{"listed supplier", camera, "", 2, "gate: stopped"},
		{"waived", camera, waiver + "2999-12-31\n", 0, "gate: no finding"},
		{"waiver ended", camera, waiver + "2020-12-31\n", 2, "gate: stopped"},
		{"nothing listed", clean, "", 0, "gate: no finding"},
		{"no SBOM", "hello", "", 1, "not a verdict"},
		{"waiver without an end", camera, strings.TrimSuffix(waiver, "expires: "), 1, "not a verdict"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := []string{gate, write("bom.json", tt.sbom)}
			if tt.waivers != "" {
				args = append(args, write("waivers.yaml", tt.waivers))
			}
			cmd := exec.Command("sh", args...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "TOUCHMARK="+touchmark)
			out, err := cmd.CombinedOutput()
			status := 0
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				status = exit.ExitCode()
			} else if err != nil {
				t.Fatal(err)
			}
			if status != tt.status || !strings.Contains(string(out), tt.says) {
				t.Errorf("status %d, want %d with %q:\n%s", status, tt.status, tt.says, out)
			}
		})
	}
}
