//go:build unix

package firmware

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

// TestOpenDirSpecialFiles: a FIFO is never opened, a link never followed out
// of the tree, and both are reported without blocking.
func TestOpenDirSpecialFiles(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o644); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "secret")
	write(t, outside, "secret")
	write(t, filepath.Join(dir, "file"), "hello")
	link(t, outside, filepath.Join(dir, "escape"))
	link(t, "file", filepath.Join(dir, "inside"))
	link(t, "..", filepath.Join(dir, "up"))
	link(t, "loop", filepath.Join(dir, "loop"))
	tree, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for _, name := range []string{"fifo", "escape", "inside", "up", "loop", "."} {
		if f, err := tree.Open(name); !errors.Is(err, ErrNotRegular) {
			t.Errorf("Open(%q) = %v, %v, want ErrNotRegular", name, f, err)
		}
	}
	if f, err := tree.Open("up/file"); err == nil {
		t.Errorf("Open through a link out of the tree succeeded: %v", f)
	}
	f, err := tree.Open("file")
	if err != nil || f.Size() != 5 {
		t.Fatalf("Open(file) = %v, %v", f, err)
	}
	f.Close()
	doc, err := Scan(context.Background(), tree, nil)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Coverage.Files != 1 || doc.Coverage.UnreadableFiles != 0 {
		t.Errorf("coverage = %+v, want the one regular file", doc.Coverage)
	}
}
