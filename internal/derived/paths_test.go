package derived

import (
	"bytes"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/flattable"
)

func TestPaths(t *testing.T) {
	b := PathsBuilder{Snapshot: "a suite"}
	for _, p := range []string{
		"bin/ls", "usr/sbin/quirkd-2.1", "usr/games/chess", "usr/libexec/quirks/quirk-list", "usr/libexec/quirk-helper", "usr/lib/aarch64-linux-gnu/libquirk.so.1.2.3",
		"usr/lib/aarch64-linux-gnu/quirk-1/plugin.so", "usr/lib/plugins/quirk.so", "usr/share/quirk/quirk", "etc/quirk", "usr/bin/arm-linux-gnueabi-gcc",
	} {
		b.Add(p, "quirk")
	}
	b.Add("usr/lib/plugins/other.so", "other")
	data, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	paths, err := OpenPaths(string(data))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := paths.Len(), 6; got != want {
		t.Errorf("%d programs and folders, want %d", got, want)
	}
	if got := paths.Snapshot(); got != "a suite" {
		t.Errorf("snapshot %q", got)
	}
	for path, want := range map[string]bool{
		"usr/bin/ls": true, "usr/bin/quirkd-3": true, "sbin/quirkd": true, "bin/chess": true, // other releases put them elsewhere
		"usr/libexec/quirks/quirk-show": true, "usr/libexec/quirk-helper": true, "usr/lib/mipsel-linux-gnu/quirk-1/other.so": true, "lib/quirk-1/a/b": true,
		"usr/bin/acmed": false, "opt/bin/ls": false, "usr/local/bin/ls": false, "usr/libexec/quirk-list": false, "usr/lib/libquirk.so.1": false, "usr/lib/quirk-2/plugin.so": false,
		"usr/lib/plugins/quirk.so": false, // a folder for anybody's
		"usr/share/quirk/quirk":    false, "etc/quirk": false, "quirkd": false, "bin/": false, "": false,
	} {
		if got := paths.Has(path); got != want {
			t.Errorf("Has(%q) = %v, want %v", path, got, want)
		}
	}
}

// TestBuiltinPaths: the paths that come with the library are those of whole
// releases, and not of what a maker's own programs are called.
func TestBuiltinPaths(t *testing.T) {
	paths, err := BuiltinPaths()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(paths.Snapshot(), "Debian ") {
		t.Errorf("snapshot %q", paths.Snapshot())
	}
	for path, want := range map[string]bool{
		"usr/bin/libinput": true, "usr/libexec/libinput/libinput-debug-events": true, "usr/sbin/dahdi_genconf": true, "bin/bash": true, "usr/lib/dovecot/libdovecot.so.0.0.0": true,
		"usr/bin/acmed": false, "usr/sbin/ubntbox": false, "usr/bin/cwmpCPE": false, "usr/lib/libacme.so.1": false, "usr/lib/gstreamer-1.0/libgstacme.so": false, "usr/lib/udev/acme": false,
	} {
		if got := paths.Has(path); got != want {
			t.Errorf("Has(%q) = %v, want %v", path, got, want)
		}
	}
}

func TestOpenPathsDamaged(t *testing.T) {
	if _, err := OpenPaths("no table"); err == nil || !strings.Contains(err.Error(), "paths of packages") {
		t.Errorf("no table: %v", err)
	}
	var out flattable.Builder
	ends := bytes.Repeat([]byte{1, 0}, 1<<upperBits)
	for key, value := range map[string][]byte{"ends": ends, "hashes": nil} {
		if err := out.Add("paths", key, value); err != nil {
			t.Fatal(err)
		}
	}
	data, err := out.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPaths(string(data)); err == nil || !strings.Contains(err.Error(), "end 0") {
		t.Errorf("ends behind the hashes: %v", err)
	}
}
