package firmware

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Packages of opkg and dpkg that lie in the tree as files: a device installs
// them later, or whoever built the image left them behind. Their control file
// says what they are; the files inside are not read.
//
// A package is an ar archive (deb(5)) or, as opkg builds them, a tar compressed
// with gzip, of debian-binary, control.tar.* and data.tar.*.

const (
	maxPackageFile = 64 << 20 // what is unpacked to reach the control file
	maxControl     = 1 << 20
)

func packageFileExtractor() Extractor {
	return Extractor{
		Name: "package-file",
		Doc:  "reads the control file of .ipk, .opk and .deb files",
		Match: func(e *Entry) bool {
			return packageFileManager(e.Path) != "" && (bytes.HasPrefix(e.Head, []byte("!<arch>\n")) || bytes.HasPrefix(e.Head, []byte("\x1f\x8b")))
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			control, err := packageControl(in)
			if err != nil {
				return fmt.Errorf("read package: %w", err)
			}
			manager := packageFileManager(in.Path)
			text := &Input{Entry: Entry{Path: in.Path, Size: int64(len(control))}, ra: bytes.NewReader(control), memory: control}
			found := false
			_, err = readStanzas(text, func(s *stanza) {
				if found || s.get("package") == "" {
					return
				}
				found = true
				known := len(out.recipes)
				c, facts := debComponent(s, out, manager)
				out.recipes = out.recipes[:known]
				if manager == "opkg" && !facts.upstream {
					// Distributions for routers before OpenWrt have the format too.
					c.PURL = packageURL("opkg", "", c.Name, c.Version, s.get("architecture"))
				}
				// What is compressed has no place in the tree's bytes.
				for i := range c.Evidence {
					c.Evidence[i].Offset, c.Evidence[i].Length = 0, 0
				}
				for i := range c.Claims {
					for j := range c.Claims[i].Evidence {
						c.Claims[i].Evidence[j].Offset, c.Claims[i].Evidence[j].Length = 0, 0
					}
				}
				out.Component(Observation{Key: "package-file:" + manager + ":" + c.Name + "@" + c.Version, Component: c, Explains: true, Upstream: facts.upstream})
			})
			if err == nil && !found {
				err = errors.New("read package: the control file names none")
			}
			return err
		},
	}
}

// packageFileManager returns whose package a file is by the ending of its name.
func packageFileManager(p string) string {
	switch {
	case strings.HasSuffix(p, ".ipk"), strings.HasSuffix(p, ".opk"):
		return "opkg"
	case strings.HasSuffix(p, ".deb"):
		return "dpkg"
	}
	return ""
}

// packageControl returns the control file of a package.
func packageControl(in *Input) ([]byte, error) {
	head := make([]byte, 8)
	if _, err := in.ReadAt(head, 0); err != nil {
		return nil, err
	}
	if string(head) == "!<arch>\n" {
		return arControl(in)
	}
	r, done, err := packedReader(io.NewSectionReader(in, 0, in.Size), ".gz")
	if err != nil {
		return nil, err
	}
	defer done()
	t := tar.NewReader(io.LimitReader(r, maxPackageFile))
	for {
		h, err := t.Next()
		if err != nil {
			return nil, noControl(err)
		}
		if ending, ok := controlArchive(h.Name); ok {
			return controlMember(t, ending)
		}
	}
}

// arControl looks for the control archive among the members of an ar archive:
// headers of 60 bytes, with name and size as text, and content that is padded to
// an even length.
func arControl(in *Input) ([]byte, error) {
	h := make([]byte, 60)
	at := int64(8)
	for range 16 {
		if _, err := in.ReadAt(h, at); err != nil {
			return nil, noControl(err)
		}
		size, err := strconv.ParseInt(strings.TrimSpace(string(h[48:58])), 10, 64)
		if err != nil || size < 0 || string(h[58:]) != "`\n" {
			return nil, fmt.Errorf("bad header of a member at %d", at)
		}
		at += int64(len(h))
		if ending, ok := controlArchive(strings.TrimRight(string(h[:16]), " /")); ok {
			return controlMember(io.NewSectionReader(in, at, min(size, in.Size-at)), ending)
		}
		at += size + size%2
		if at < 0 || at >= in.Size {
			break
		}
	}
	return nil, noControl(io.EOF)
}

// controlArchive reports whether a member of a package is the archive with its
// control file, and how that is compressed.
func controlArchive(name string) (ending string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(name, "./"), "control.tar")
	return rest, ok && (rest == "" || rest == ".gz" || rest == ".xz" || rest == ".zst")
}

func controlMember(packed io.Reader, ending string) ([]byte, error) {
	r, done, err := packedReader(packed, ending)
	if err != nil {
		return nil, err
	}
	defer done()
	t := tar.NewReader(io.LimitReader(r, maxPackageFile))
	for {
		h, err := t.Next()
		if err != nil {
			return nil, noControl(err)
		}
		if strings.TrimPrefix(h.Name, "./") != "control" {
			continue
		}
		b, err := io.ReadAll(io.LimitReader(t, maxControl+1))
		if err == nil && len(b) > maxControl {
			err = fmt.Errorf("control file of more than %d bytes: %w", maxControl, ErrLimit)
		}
		return b, err
	}
}

func noControl(err error) error {
	if err == io.EOF {
		return errors.New("it has no control file")
	}
	return err
}
