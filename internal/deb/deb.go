// Package deb reads what the programs that learn from Debian packages and are
// measured by them need: package indexes and the files of binary packages. It
// is no part of the library, and only those programs use the network.
//
// Sources: deb(5), deb-version(7), the Debian repository format (Packages).
package deb

import (
	"archive/tar"
	"bufio"
	"bytes"
	"cmp"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/xi2/xz"
)

// A Package is one stanza of an index.
type Package struct {
	Name, Source, Version, Architecture, Section, Homepage string
	Filename, SHA256                                       string
	Size, InstalledKiB                                     int64
}

// maxIndex bounds an unpacked index, maxPackage a package.
const (
	maxIndex   = 256 << 20
	maxPackage = 512 << 20
	maxDict    = 128 << 20
)

// ReadIndex reads a file Packages, not compressed.
func ReadIndex(r io.Reader) ([]Package, error) {
	var list []Package
	var p Package
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 1<<20), 8<<20)
	flush := func() {
		if p.Name != "" {
			p.Source, _, _ = strings.Cut(cmp.Or(p.Source, p.Name), " ")
			list = append(list, p)
		}
		p = Package{}
	}
	for sc.Scan() {
		line := sc.Text()
		if line == "" {
			flush()
			continue
		}
		key, value, ok := strings.Cut(line, ": ")
		if !ok || key[0] == ' ' {
			continue
		}
		switch key {
		case "Package":
			p.Name = value
		case "Source":
			p.Source = value
		case "Version":
			p.Version = value
		case "Architecture":
			p.Architecture = value
		case "Section":
			p.Section = path.Base(value) // "universe/libs"
		case "Homepage":
			p.Homepage = value
		case "Filename":
			p.Filename = value
		case "SHA256":
			p.SHA256 = value
		case "Size":
			p.Size, _ = strconv.ParseInt(value, 10, 64)
		case "Installed-Size":
			p.InstalledKiB, _ = strconv.ParseInt(value, 10, 64)
		}
	}
	flush()
	return list, sc.Err()
}

// A Mirror fetches from an archive of Debian's form and keeps what it fetched.
type Mirror struct {
	URL   string // "http://deb.debian.org/debian"
	Cache string // folder
	// Areas of the archive of which there are indexes; nil is Debian's "main".
	Areas []string
}

// Index returns the packages of a suite, those for all architectures included.
func (m *Mirror) Index(ctx context.Context, suite, arch string) ([]Package, error) {
	if m.Areas == nil {
		return m.index(ctx, suite, "main", arch)
	}
	var all []Package
	for _, area := range m.Areas {
		list, err := m.index(ctx, suite, area, arch)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

func (m *Mirror) index(ctx context.Context, suite, area, arch string) ([]Package, error) {
	name := "dists/" + suite + "/" + area + "/binary-" + arch + "/Packages.xz"
	data, err := m.fetch(ctx, name, strings.ReplaceAll(name, "/", "_"), "")
	if err != nil {
		return nil, err
	}
	z, err := xz.NewReader(bytes.NewReader(data), maxDict)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	list, err := ReadIndex(io.LimitReader(z, maxIndex))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return list, nil
}

// Contents calls visit for each line of a suite's list of contents: the path of a
// file and the names of the packages that hold it, with their sections.
// Architecture "all" has the files of packages for all architectures where the
// suite lists them apart.
func (m *Mirror) Contents(ctx context.Context, suite, arch string, visit func(file, packages string)) error {
	name := "dists/" + suite + "/main/Contents-" + arch + ".gz"
	data, err := m.fetch(ctx, name, strings.ReplaceAll(name, "/", "_"), "")
	if err != nil {
		return err
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	sc := bufio.NewScanner(io.LimitReader(z, 4*maxIndex))
	sc.Buffer(make([]byte, 1<<20), 8<<20)
	for sc.Scan() {
		line := sc.Text()
		if i := strings.LastIndexAny(line, " \t"); i >= 0 {
			visit(strings.TrimRight(line[:i], " \t"), line[i+1:])
		}
	}
	if err := sc.Err(); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// Libraries returns the shared libraries in the directories of the linker, by
// the package that holds them, from the suite's list of contents.
func (m *Mirror) Libraries(ctx context.Context, suite, arch string) (map[string][]string, error) {
	list := map[string][]string{}
	err := m.Contents(ctx, suite, arch, func(file, packages string) {
		if !strings.Contains(file, ".so") || strings.Contains(packages, ",") {
			return
		}
		if m := library.FindStringSubmatch(file); m != nil {
			p := path.Base(packages)
			list[p] = append(list[p], m[1])
		}
	})
	return list, err
}

var library = regexp.MustCompile(`^(?:usr/)?lib/(?:[a-z0-9_]+-linux-gnu[a-z0-9]*/)?(lib[^/]+\.so\.[0-9][0-9a-z.]*)$`)

// Open returns the bytes of a package and checks their digest.
func (m *Mirror) Open(ctx context.Context, p *Package) ([]byte, error) {
	return m.fetch(ctx, p.Filename, path.Base(p.Filename), p.SHA256)
}

func (m *Mirror) fetch(ctx context.Context, name, local, sum string) ([]byte, error) {
	good := func(data []byte) bool {
		got := sha256.Sum256(data)
		return sum == "" || hex.EncodeToString(got[:]) == sum
	}
	file := filepath.Join(m.Cache, local)
	if data, err := os.ReadFile(file); err == nil && good(data) {
		return data, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(m.URL, "/")+"/"+name, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch %s: %s", name, resp.Status)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxPackage))
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", name, err)
	}
	if !good(data) {
		return nil, fmt.Errorf("fetch %s: the digest is not that of the index", name)
	}
	if m.Cache == "" {
		return data, nil
	}
	if err := os.MkdirAll(m.Cache, 0o755); err != nil {
		return nil, err
	}
	return data, os.WriteFile(file, data, 0o644)
}

// Files calls visit for each entry of a package's data archive. Paths have no
// leading "./". The reader is valid during the call.
func Files(pkg []byte, visit func(h *tar.Header, r io.Reader) error) error {
	const magic, header = "!<arch>\n", 60
	if !bytes.HasPrefix(pkg, []byte(magic)) {
		return errors.New("read package: not an ar archive")
	}
	for at := len(magic); at+header <= len(pkg); {
		h := pkg[at : at+header]
		name := strings.TrimRight(string(h[:16]), " /")
		size, err := strconv.Atoi(strings.TrimSpace(string(h[48:58])))
		if err != nil || size < 0 || size > len(pkg)-at-header {
			return fmt.Errorf("read package: member %q at %d has a bad size", name, at)
		}
		body := pkg[at+header : at+header+size]
		at += header + size + size&1
		ext, ok := strings.CutPrefix(name, "data.tar")
		if !ok {
			continue
		}
		var r io.Reader = bytes.NewReader(body)
		switch ext {
		case ".xz":
			if z, stop := xzProgram(r); z != nil {
				defer stop()
				r = z
			} else {
				r, err = xz.NewReader(r, maxDict)
			}
		case ".gz":
			r, err = gzip.NewReader(r)
		case ".bz2":
			r = bzip2.NewReader(r)
		case ".zst":
			var z *zstd.Decoder
			if z, err = zstd.NewReader(r, zstd.WithDecoderConcurrency(1)); err == nil {
				defer z.Close()
				r = z
			}
		case "":
		default:
			err = fmt.Errorf("compression %q is not known", ext)
		}
		if err != nil {
			return fmt.Errorf("read package: %s: %w", name, err)
		}
		for tr := tar.NewReader(r); ; {
			h, err := tr.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("read package: %s: %w", name, err)
			}
			h.Name = strings.TrimPrefix(path.Clean("/"+h.Name), "/")
			if h.Name == "" {
				continue
			}
			if err := visit(h, tr); err != nil {
				return err
			}
		}
	}
	return errors.New("read package: no data archive")
}

// xzProgram unpacks with the program xz where there is one: it takes a third of
// the time.
func xzProgram(r io.Reader) (out io.Reader, stop func()) {
	name, err := exec.LookPath("xz")
	if err != nil {
		return nil, nil
	}
	cmd := exec.Command(name, "-dc", "--memlimit=256MiB")
	cmd.Stdin = r
	pipe, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return nil, nil
	}
	return pipe, func() {
		pipe.Close()
		cmd.Wait()
	}
}

var (
	repacked = regexp.MustCompile(`[.+~-]?(?:dfsg|ds|repack|debian|deb|nmu|nopatch|stable)[0-9]*(?:[.+~-].*)?$`)
	snapshot = regexp.MustCompile(`[.+~-](?:(?:git|svn|hg|bzr|cvs|snapshot)[.~-]?[0-9a-f]*|r[0-9]{2,})(?:[.+~-].*)?$|\+[0-9]{8}.*$`)
	really   = regexp.MustCompile(`^.*[+]really`)
)

// rebuilt is what Debian and Ubuntu add when they build the same source again or
// change it. Behind a revision it goes with that; sources that are a
// distribution's own have none.
var rebuilt = regexp.MustCompile(`\+b[0-9]+$|(?:ubuntu|build)[0-9.]*$`)

// Upstream returns the upstream version of a Debian one: without epoch and
// revision, and without what Debian adds for sources that it repacked or took
// from a repository: "1:2.3+dfsg1-4+deb12u1" gives "2.3". A "~" before an alpha,
// beta or release candidate is left out, as upstream writes none.
func Upstream(v string) string {
	if _, rest, ok := strings.Cut(v, ":"); ok {
		v = rest
	}
	if i := strings.LastIndexByte(v, '-'); i > 0 {
		v = v[:i]
	}
	v = really.ReplaceAllString(rebuilt.ReplaceAllString(v, ""), "")
	for {
		w := snapshot.ReplaceAllString(repacked.ReplaceAllString(v, ""), "")
		if w == v || w == "" {
			break
		}
		v = w
	}
	return strings.ReplaceAll(v, "~", "")
}

// Documentation reports whether a file is one that an image for a device
// leaves out: documents, translations, the package database.
func Documentation(name string) bool {
	for _, dir := range []string{"usr/share/doc/", "usr/share/man/", "usr/share/info/", "usr/share/locale/", "usr/share/lintian/",
		"usr/share/bash-completion/", "usr/share/zsh/", "usr/share/doc-base/", "usr/share/bug/", "usr/share/gtk-doc/", "usr/share/help/",
		"usr/lib/debug/", "usr/include/", "var/lib/dpkg/", "var/cache/", "usr/share/reportbug/", "usr/lib/.build-id/", "usr/share/fish/"} {
		if strings.HasPrefix(name, dir) {
			return true
		}
	}
	return strings.HasSuffix(name, ".a") || strings.HasSuffix(name, ".la") || strings.HasSuffix(name, ".pc")
}

// Fold reduces names of one thing to what they have in common: "libfoo2t64",
// "foo2" and "libfoo-1.2" give "foo".
func Fold(s string) string {
	s = strings.ToLower(s)
	s = strings.TrimSuffix(s, "t64")
	s = strings.ReplaceAll(s, "+", "p")
	s = strings.TrimRight(s, "0123456789.-_")
	s = strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(s)
	if rest, ok := strings.CutPrefix(s, "lib"); ok && len(rest) > 1 {
		s = rest
	}
	return s
}
