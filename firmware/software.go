package firmware

import (
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Not every tree is of a device: a package of a distribution, a folder with a
// program, an application for a web server have no maker of hardware to ask for.
// A tree is software where nothing in it is of a system and no mark names
// somebody who made a device, and it is known as software: a package manager of
// a distribution or a language brought it, a program of it is recognised, or all
// its programs run on a PC.

// systemFiles are files that only whoever puts a system together has, by the
// ends of their paths.
var systemFiles = []string{"sbin/init", "linuxrc", "etc/inittab", "etc/fstab", "etc/passwd", "etc/init.d/rcS", "build.prop", "etc/openwrt_release"}

// software makes the subject of such a tree an application, or firmware that a
// distribution packs; what the only package in it names has that name.
func (j *joiner) software(sub *sbom.Component) {
	if sub.Type == sbom.Application && sub.Name == "" {
		packages, _ := j.distributed()
		namePackage(sub, packages)
		return
	}
	if sub.Type != sbom.Device || j.calledName() != "" {
		return
	}
	packages, system := j.distributed()
	if system {
		return
	}
	if len(packages) == 0 && j.isSource() {
		// Whose devices a program is for, and what it knows of others', made none.
		sub.Claims = slices.DeleteFunc(sub.Claims, func(c sbom.Claim) bool { return c.Role != 0 && c.Kind != sbom.Host })
		sub.Ref, sub.Type = "program", sbom.Application
		return
	}
	if len(packages) > 0 {
		// What a distribution packs has no certificate of a device: they are of
		// those whom the program trusts.
		sub.Claims = slices.DeleteFunc(sub.Claims, func(c sbom.Claim) bool { return c.Kind == sbom.CertOrg })
	}
	// Whose chips firmware is for, a package of it says rightly, and one package is
	// no device whatever mark it bears.
	if len(packages) != 1 && hasMakers(sub.Claims, len(packages) > 0) {
		return
	}
	known, images := false, false
	for _, p := range j.parts {
		if p.dropped != nil || p.c.Name == "" {
			continue
		}
		switch p.c.Type {
		case sbom.OperatingSystem, sbom.DeviceDriver:
			if !j.inLanguagePackages(p) {
				return
			}
		case sbom.Firmware:
			images = images || !j.inLanguagePackages(p)
		}
		if p.pkg != nil {
			return // the database of a package manager is a system's
		}
		known = known || isLanguageKey(p.key) || isApplicationKey(p.key) || p.refHint != "" && p.c.Type == sbom.Application
	}
	pc, other, board := 0, 0, false // programs and libraries; a device tree
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if silent(f) || isFixture(f.path()) || j.inFolder(i) || isReference("/"+f.dirPath()+"/", "") {
			return
		}
		board = board || len(r.boards) > 0
		switch {
		case r.elf == nil:
		case r.elf.arch == "x86_64" || r.elf.arch == "i386":
			pc++
		default:
			other++
		}
	})
	if board && len(packages) == 0 {
		return
	}
	if len(packages) == 0 && (images || other > 0 || pc == 0 && !known) {
		return
	}
	sub.Ref, sub.Type = "program", sbom.Application
	if images {
		sub.Type = sbom.Firmware // for the devices of those who install the package
	}
	namePackage(sub, packages)
}

// buildFiles are what a project's sources have at their root for the program that
// builds them.
var buildFiles = []string{"go.mod", "Cargo.toml", "CMakeLists.txt", "configure.ac", "configure.in", "meson.build", "pyproject.toml", "setup.py", "pom.xml", "build.gradle", "build.gradle.kts", "WORKSPACE", "MODULE.bazel"}

// isSource reports whether a tree, or the one folder at its root, is a project's
// sources.
func (j *joiner) isSource() bool {
	if j.s.files.n == 0 {
		return false
	}
	roots := []string{""}
	if top, _, ok := strings.Cut(j.pathOf(0), "/"); ok && strings.HasPrefix(j.pathOf(j.s.files.n-1), top+"/") {
		roots = append(roots, top)
	}
	for _, root := range roots {
		for _, name := range buildFiles {
			if _, ok := j.at(joinPath(root, name)); ok {
				return true
			}
		}
	}
	return false
}

// distributed returns the packages of a distribution in the tree, and where the
// documents of each stand, and whether files of a system are there.
func (j *joiner) distributed() (packages map[string]string, system bool) {
	packages = map[string]string{}
	for _, f := range j.s.files.all() {
		p := f.path()
		for _, s := range systemFiles {
			if strings.HasSuffix(p, s) && (len(p) == len(s) || p[len(p)-len(s)-1] == '/') {
				return nil, true
			}
		}
		if name, ok := distributionPackage(p); ok {
			packages[name] = p
		}
	}
	return packages, false
}

func namePackage(sub *sbom.Component, packages map[string]string) {
	if len(packages) != 1 {
		return
	}
	for name, p := range packages {
		sub.Name = EscapePath(name)
		sub.Evidence = append(sub.Evidence, sbom.Evidence{Field: "name", Technique: sbom.Filename, Extractor: "tree", Path: EscapePath(p), Match: CleanMatch(name), Confidence: sbom.Medium})
	}
}

// aside reports whether a fact about the device is about something else: a file
// "vendor" in a package of a language is a program of it, and "version" in a
// folder beside others is that folder's, unless it is the root of a system.
func (j *joiner) aside(f subjectFact) bool {
	if j.inFolder(f.file) || isFixture(f.path) {
		return true
	}
	top, base, _ := strings.Cut(f.path, "/")
	if base == "" || strings.Contains(base, "/") || top == "etc" || strings.HasPrefix(top, "etc.") || !slices.Contains([]string{"version", "version.txt", "release", "model", "general", "webif", "system", "device"}, strings.ToLower(base)) {
		return false
	}
	if j.s.files.hasDir(top + "/etc") {
		return false
	}
	return !strings.HasPrefix(j.pathOf(0), top+"/") || !strings.HasPrefix(j.pathOf(j.s.files.n-1), top+"/")
}

// hasMakers reports whether somebody is claimed to have a part in a device,
// the makers of its chips aside where they do not count. Hosts only support
// what other marks say.
func hasMakers(claims []sbom.Claim, chips bool) bool {
	for _, c := range claims {
		if c.Role != 0 && c.Kind != sbom.Host && !(chips && (c.Role == sbom.Silicon || c.Role == sbom.SDK)) {
			return true
		}
	}
	return false
}

// distributionPackage returns the package whose statement of copyright a file
// is: share/doc/PACKAGE/copyright (Debian Policy 12.5).
func distributionPackage(p string) (string, bool) {
	dir, ok := strings.CutSuffix(p, "/copyright")
	if !ok || !strings.HasSuffix(dirOf(dir), "usr/share/doc") {
		return "", false
	}
	name := baseOf(dir)
	return name, validName(name)
}
