// Package pipeline tests the example gate with the real command: red on a
// listed supplier, green with a waiver, red again after its end, a review where
// a name is shared by a listed and another company.
package pipeline

import (
	"errors"
	"fmt"
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

// The name is that of a listed company and of another one.
const shared = `{"bomFormat": "CycloneDX", "specVersion": "1.6",
	"metadata": {"component": {"type": "device", "name": "router", "supplier": {"name": "TP-Link"}}}, "components": [
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
	const day, later = "GATE_AS_OF=2026-11-22", "GATE_AS_OF=2027-01-01"
	for _, tt := range []struct {
		name, sbom, waivers string
		env                 []string
		status, touchmark   int // of the gate, and of the command in it
		says                string
	}{
		{"listed supplier", camera, "", []string{day}, 2, 2, "gate: stopped"},
		{"waived", camera, waiver + "2026-12-31\n", []string{day}, 0, 0, "gate: no finding"},
		{"the same waiver, ended", camera, waiver + "2026-12-31\n", []string{later}, 2, 2, "W-1 expired on 2026-12-31"},
		{"a waiver for another component", camera, strings.Replace(waiver, "camera-firmware", "left-pad", 1) + "2026-12-31\n", []string{day}, 2, 2, "gate: stopped"},
		{"a shared name", shared, "", []string{day}, 0, 3, "gate: to be reviewed, not stopped"},
		{"a shared name, and reviews stop", shared, "", []string{day, "GATE_REVIEW=stop"}, 3, 3, "the same mark also points to"},
		{"nothing listed", clean, "", []string{day}, 0, 0, "gate: no finding"},
		{"no SBOM", "hello", "", nil, 1, 1, "not a verdict"},
		{"no such pack", clean, "", []string{"GATE_PACKS=no-such-pack"}, 1, 1, "not a verdict"},
		{"waiver without an end", camera, strings.TrimSuffix(waiver, "expires: "), nil, 1, 1, "not a verdict"},
		{"no input named", "", "", nil, 1, 0, "usage: gate.sh"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := []string{gate}
			if tt.sbom != "" {
				args = append(args, write("bom.json", tt.sbom))
			}
			if tt.waivers != "" {
				args = append(args, write("waivers.yaml", tt.waivers))
			}
			cmd := exec.Command("sh", args...)
			cmd.Dir = dir
			cmd.Env = append(append(os.Environ(), "TOUCHMARK="+touchmark), tt.env...)
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
			if tt.sbom == "" {
				return // nothing was run
			}
			if want := fmt.Sprintf("gate: touchmark ended with %d\n", tt.touchmark); !strings.Contains(string(out), want) {
				t.Errorf("%q is missing:\n%s", want, out)
			}
		})
	}
}
