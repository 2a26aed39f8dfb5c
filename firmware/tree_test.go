package firmware

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEscapePath(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"etc/passwd", "etc/passwd"},
		{"100%", "100%25"},
		{"bad\xffname", "bad%FFname"},
		{"esc\x1b[31m", "esc%1B[31m"},
		{"line\nbreak", "line%0Abreak"},
		{"grün/文件", "grün/文件"},
		{"cut\xe6\x96", "cut%E6%96"},
	} {
		got := EscapePath(tt.in)
		if got != tt.want {
			t.Errorf("EscapePath(%q) = %q, want %q", tt.in, got, tt.want)
		}
		if back := UnescapePath(got); back != tt.in {
			t.Errorf("UnescapePath(%q) = %q, want %q", got, back, tt.in)
		}
	}
}

func FuzzEscapePath(f *testing.F) {
	f.Add("a/b%\xff\x00")
	f.Fuzz(func(t *testing.T, p string) {
		if back := UnescapePath(EscapePath(p)); back != p {
			t.Fatalf("%q comes back as %q", p, back)
		}
	})
}

func write(t testing.TB, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t testing.TB, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
}

func tarOf(t testing.TB, entries ...tar.Header) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, h := range entries {
		body := h.PAXRecords["comment"] // the content, for brevity
		h.PAXRecords = nil
		h.Format = tar.FormatPAX
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(body))
		}
		if h.Mode == 0 {
			h.Mode = 0o644
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := w.Write([]byte(body)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func file(name, content string) tar.Header {
	return tar.Header{Name: name, PAXRecords: map[string]string{"comment": content}}
}

func openBytes(t testing.TB, b []byte, o *ArchiveOptions) (*ArchiveTree, error) {
	t.Helper()
	tree, err := OpenArchive(context.Background(), bytes.NewReader(b), int64(len(b)), o)
	if err == nil {
		t.Cleanup(func() { tree.Close() })
	}
	return tree, err
}

func readAll(t testing.TB, tree Tree, name string) string {
	t.Helper()
	f, err := tree.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, f.Size())
	if _, err := f.ReadAt(b, 0); err != nil && f.Size() > 0 {
		t.Fatal(err)
	}
	return string(b)
}

func TestArchiveHostile(t *testing.T) {
	b := tarOf(t,
		file("./etc/ok", "fine"),
		file("../evil", "x"),
		file("/abs/name", "absolute names start at the root"),
		file("etc/../../evil", "x"),
		tar.Header{Name: "lnk", Typeflag: tar.TypeSymlink, Linkname: "/etc"},
		file("lnk/below", "x"),
		file("twice", "first"),
		file("twice", "second"),
		tar.Header{Name: "hard", Typeflag: tar.TypeLink, Linkname: "etc/ok"},
		tar.Header{Name: "dangling", Typeflag: tar.TypeLink, Linkname: "nowhere"},
		tar.Header{Name: "dev/null", Typeflag: tar.TypeChar},
		tar.Header{Name: "pipe", Typeflag: tar.TypeFifo},
	)
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write(b)
	w.Close()
	for name, data := range map[string][]byte{"tar": b, "tar.gz": gz.Bytes()} {
		t.Run(name, func(t *testing.T) {
			tree, err := openBytes(t, data, nil)
			if err != nil {
				t.Fatal(err)
			}
			for path, want := range map[string]string{"etc/ok": "fine", "abs/name": "absolute names start at the root", "twice": "second", "hard": "fine"} {
				if got := readAll(t, tree, path); got != want {
					t.Errorf("%s = %q, want %q", path, got, want)
				}
			}
			var kinds []string
			for _, p := range tree.Problems() {
				kinds = append(kinds, p.Kind+" "+p.Place)
			}
			want := "bad-entry-name ../evil; bad-entry-name etc/../../evil; entry-below-file lnk/below; duplicate-entry twice; dangling-hardlink dangling"
			if got := strings.Join(kinds, "; "); got != want {
				t.Errorf("problems:\n got %s\nwant %s", got, want)
			}
			for _, p := range []string{"dev/null", "pipe", "lnk"} {
				if _, err := tree.Open(p); !errors.Is(err, ErrNotRegular) {
					t.Errorf("Open(%q): %v, want ErrNotRegular", p, err)
				}
			}
			if _, err := tree.Lstat("evil"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("an entry that leads out of the tree is in it: %v", err)
			}
		})
	}
}

func TestArchiveBomb(t *testing.T) {
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write(tarOf(t, file("zeros", strings.Repeat("\x00", 1<<20))))
	w.Close()
	if _, err := openBytes(t, gz.Bytes(), &ArchiveOptions{MaxBytes: 100 << 10}); !errors.Is(err, ErrLimit) {
		t.Errorf("gzip over the limit: %v, want ErrLimit", err)
	}
	var zb bytes.Buffer
	z := zip.NewWriter(&zb)
	for _, n := range []string{"a", "b"} {
		f, err := z.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		f.Write(bytes.Repeat([]byte{0}, 80<<10))
	}
	z.Close()
	if _, err := openBytes(t, zb.Bytes(), &ArchiveOptions{MaxBytes: 100 << 10}); !errors.Is(err, ErrLimit) {
		t.Errorf("zip over the limit: %v, want ErrLimit", err)
	}
	if tree, err := openBytes(t, zb.Bytes(), nil); err != nil {
		t.Error(err)
	} else if got := readAll(t, tree, "b"); len(got) != 80<<10 {
		t.Errorf("zip entry has %d bytes", len(got))
	}
	many := tarOf(t, file("a", ""), file("b", ""), file("c", ""))
	if _, err := openBytes(t, many, &ArchiveOptions{MaxEntries: 2}); !errors.Is(err, ErrLimit) {
		t.Errorf("entries over the limit: %v, want ErrLimit", err)
	}
}

// TestArchiveWindow: a zstd frame states the window that unpacking takes (RFC
// 8878, 3.1.1.1.2): what zstd itself unpacks is read, more is told and not taken.
func TestArchiveWindow(t *testing.T) {
	b := tarOf(t, file("etc/version", "1.2.3\n"))
	frame := func(log byte) []byte {
		f := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3}
		header := uint32(len(b))<<3 | 1 // the last block, raw
		return append(append(f, byte(header), byte(header>>8), byte(header>>16)), b...)
	}
	for _, log := range []byte{20, 27} {
		tree, err := openBytes(t, frame(log), nil)
		if err != nil {
			t.Fatalf("a window of 1<<%d: %v", log, err)
		}
		if got := readAll(t, tree, "etc/version"); got != "1.2.3\n" {
			t.Errorf("a window of 1<<%d: content %q", log, got)
		}
	}
	if _, err := openBytes(t, frame(28), nil); err == nil || errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "window of more than 128 MiB") {
		t.Errorf("a window of 1<<28: %v", err)
	}
}

func TestArchiveTruncated(t *testing.T) {
	b := tarOf(t, file("first", strings.Repeat("x", 600)), file("second", strings.Repeat("y", 600)))
	tree, err := openBytes(t, b[:2048+100], nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, tree, "first"); len(got) != 600 {
		t.Errorf("first has %d bytes", len(got))
	}
	if len(tree.Problems()) == 0 || tree.Problems()[0].Kind != "truncated-archive" {
		t.Errorf("problems = %v, want a truncated archive", tree.Problems())
	}
	if _, err := openBytes(t, []byte("no archive at all"), nil); !errors.Is(err, ErrFormat) {
		t.Errorf("other content: %v, want ErrFormat", err)
	}
}

func TestFromFS(t *testing.T) {
	tree := FromFS(fstest.MapFS{
		"bin/sh":   {Data: []byte("#!/bin/true\n")},
		"bin/link": {Data: []byte("sh"), Mode: fs.ModeSymlink},
	})
	if got := readAll(t, tree, "bin/sh"); got != "#!/bin/true\n" {
		t.Errorf("bin/sh = %q", got)
	}
	if _, err := tree.Open("bin/link"); !errors.Is(err, ErrNotRegular) {
		t.Errorf("Open of a link: %v, want ErrNotRegular", err)
	}
	if target, err := tree.ReadLink("bin/link"); err != nil || target != "sh" {
		t.Errorf("ReadLink = %q, %v", target, err)
	}
}

func FuzzOpenArchive(f *testing.F) {
	f.Add(tarOf(f, file("a/b", "c"), tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/x"}))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, b []byte) {
		tree, err := openBytes(t, b, &ArchiveOptions{MaxBytes: 1 << 20, MaxEntries: 1000, TempDir: t.TempDir()})
		if err != nil {
			return
		}
		if _, err := Scan(context.Background(), tree, withSet(t, &Options{Workers: 1})); err != nil {
			t.Fatalf("a tree that opened cannot be scanned: %v", err)
		}
	})
}
