package firmware

import (
	"bytes"
	"context"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

func buildPathExtractor() Extractor {
	return Extractor{
		Name:    "build-path",
		Doc:     "reads the directories that source and build paths left in binaries name",
		Marks:   []string{"/home/", "/opt/", "/build_dir/", "/staging_dir/", "/workspace/", "/jenkins/", "/buildroot", "/openwrt", "/projects/", "/project/", "/source/"},
		Extract: readBuildPaths,
	}
}

const maxBuildPath = 300

// readBuildPaths keeps, for binaries, the directory part of absolute paths of
// the build host: they name projects and kits ("/opt/acme/sdk-2.1/build_dir").
// What follows /home/ or /Users/ is a person's login and is dropped.
func readBuildPaths(_ context.Context, in *Input, out *Result) error {
	if !in.isELF() {
		return nil
	}
	type found struct {
		dir    string
		offset int64
		length int
		count  int
	}
	var list []*found
	for _, m := range in.Marks {
		start, path := pathAround(in, m.Offset, len(m.Text))
		dir := buildDir(path)
		if dir == "" {
			continue
		}
		known := false
		for _, f := range list {
			if f.dir == dir {
				f.count++
				known = true
			}
		}
		if !known && len(list) < 64 {
			list = append(list, &found{dir, start, len(path), 1})
		}
	}
	// One path that is only the beginning of another says nothing more.
	kept := 0
	for _, f := range list {
		if kept == 3 {
			break
		}
		longer := false
		for _, g := range list {
			longer = longer || g != f && strings.HasPrefix(g.dir, f.dir+"/")
		}
		if !longer {
			out.Property("touchmark:build-path", CleanMatch(f.dir))
			kept++
		}
	}
	return nil
}

// pathAround returns the absolute path that a mark stands in.
func pathAround(in *Input, offset int64, n int) (start int64, path string) {
	lo := max(0, offset-maxBuildPath)
	b := in.Bytes(lo, maxBuildPath+n+maxBuildPath)
	at := int(offset - lo)
	if at+n > len(b) {
		return 0, ""
	}
	isPath := func(c byte) bool { return c > 0x20 && c < 0x7f && bytes.IndexByte([]byte(`"'<>|:;,()=*`), c) < 0 }
	s, e := at, at+n
	for s > 0 && isPath(b[s-1]) {
		s--
	}
	for e < len(b) && isPath(b[e]) {
		e++
	}
	p := string(b[s:e])
	// "-I/opt/x" and "prefix=/opt/x" hold a path after their first slash.
	if i := strings.IndexByte(p, '/'); i > 0 {
		if !strings.HasPrefix(p, "-") {
			return 0, ""
		}
		s += i
		p = p[i:]
	}
	return lo + int64(s), p
}

// buildDir returns the telling part of a build path: up to the directory that
// build systems make. Paths of the device itself give "".
func buildDir(p string) string {
	if !strings.HasPrefix(p, "/") || strings.Contains(p, "//") && strings.Contains(p, "://") || strings.Contains(p, "%") {
		return ""
	}
	elems := strings.Split(strings.Trim(p, "/"), "/")
	if len(elems) < 4 {
		return ""
	}
	switch elems[0] {
	case "home", "Users":
		if len(elems) < 5 {
			return ""
		}
		elems = append([]string{elems[0], "…"}, elems[2:]...)
	case "opt", "work", "workspace", "jenkins", "build", "data", "mnt", "projects", "project", "srv", "local", "root", "disk", "disk1", "data1", "storage", "media", "sdk", "space", "var", "nfs", "export", "vol":
	default:
		return ""
	}
	source := false
	last := elems[len(elems)-1]
	for _, suf := range []string{".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".S", ".o", ".a", ".go", ".rs", ".java"} {
		source = source || strings.HasSuffix(last, suf)
	}
	for i, e := range elems {
		switch e {
		case "build_dir", "staging_dir", "buildroot", "output", "host", "src", "source", "sources", "linux", "kernel", "apps", "modules", "userspace", "userapps", "toolchain", "build", "trunk", "release":
			if i >= 2 && (source || e == "build_dir" || e == "staging_dir") {
				return "/" + strings.Join(elems[:i+1], "/")
			}
		}
	}
	if !source {
		return ""
	}
	return "/" + strings.Join(elems[:min(4, len(elems)-1)], "/")
}

// kernelDirExtractor sees the release of the kernel in the name of the modules'
// directory: modules.dep and its like stand in lib/modules/RELEASE.
func kernelDirExtractor() Extractor {
	return Extractor{
		Name: "kernel-modules",
		Doc:  "reads the kernel release from the name of a directory lib/modules/RELEASE",
		Match: func(e *Entry) bool {
			_, release := kernelDir(e.Path)
			return release != "" && (e.isELF() || strings.HasPrefix(e.Base(), "modules."))
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			dir, release := kernelDir(in.Path)
			ev := out.Evidence(sbom.Filename, "version", 0, 0, EscapePath(dir))
			ev.Path = EscapePath(dir)
			out.Component(Observation{Key: kernelKey(release), Upstream: true, Explains: strings.HasPrefix(in.Base(), "modules."),
				Component: sbom.Component{Version: release, Evidence: []sbom.Evidence{identity(ev, sbom.High)}}})
			return nil
		},
	}
}

// kernelDir splits ".../lib/modules/4.9.206/x/y.ko".
func kernelDir(p string) (dir, release string) {
	const mark = "lib/modules/"
	i := strings.Index(p, mark)
	if i < 0 || i > 0 && p[i-1] != '/' {
		return "", ""
	}
	rest := p[i+len(mark):]
	j := strings.IndexByte(rest, '/')
	if j <= 0 || !isKernelRelease(rest[:j]) {
		return "", ""
	}
	return p[:i+len(mark)+j], rest[:j]
}

// isKernelRelease reports whether s begins as a release of Linux: two or three
// numbers. Those of some SDKs have a space ("3.6.5-Broadcom Linux").
func isKernelRelease(s string) bool {
	if len(s) > 64 || s == "" || s[0] < '2' || s[0] > '9' {
		return false
	}
	major, rest, ok := strings.Cut(s, ".")
	return ok && len(major) == 1 && rest != "" && rest[0] >= '0' && rest[0] <= '9' && validName(strings.ReplaceAll(s, " ", "-"))
}

func kernelKey(release string) string { return "linux-kernel:" + release }
