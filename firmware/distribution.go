package firmware

import (
	"bytes"
	"slices"
	"strings"
)

// shippedFiles notes the programs and libraries that stand where a distribution's
// packages put some of their names, in a system of its layout. A device that is
// built on it has hundreds that no signature knows, and the tables of quirks and
// sample certificates in them are none of the device's. Systems of other layouts
// give their makers' own programs the same names.
func (j *joiner) shippedFiles() {
	if j.s.paths == nil {
		return
	}
	var roots []string
	t := &j.s.files
	for i, c := int32(0), t.cursor(); i < t.n; i++ {
		p := c.seek(i)
		if !bytes.Contains(p, []byte("-linux-gnu")) && !bytes.HasSuffix(p, []byte(debianVersion)) {
			continue
		}
		if root, ok := debianRoot(string(p)); ok && !slices.Contains(roots, root) && len(roots) < maxSystems {
			roots = append(roots, root)
		}
	}
	if len(roots) == 0 {
		return
	}
	j.debian = true
	for i, c := int32(0), t.cursor(); i < t.n; i++ {
		if t.rec(i).flags&flagResult == 0 {
			continue
		}
		p := string(c.seek(i))
		for _, root := range roots {
			// Its pages and data are below "usr/share"; makers have theirs in their programs too.
			if rest, ok := strings.CutPrefix(p, root); ok && (strings.HasPrefix(rest, "usr/share/") || j.s.paths.Has(rest)) {
				j.shipped.add(i)
				break
			}
		}
	}
}

// isShippedName reports whether a distribution's packages have a program or a
// folder of that name, in a system of its layout.
func (j *joiner) isShippedName(name string) bool {
	return j.debian && (j.s.paths.Has("bin/"+name) || j.s.paths.Has("lib/"+name+"/"))
}

const maxSystems = 16 // in a tree, of which shipped files are told

// debianVersion is what every system that is made from Debian's base-files has.
const debianVersion = "etc/debian_version"

// debianRoot returns the root of the system, "" or with a slash at its end, that
// a file shows to be in the layout of Debian and its kin: by the file itself, or as
// it stands in a folder for the libraries of an architecture, as
// "usr/lib/arm-linux-gnueabihf/libfoo.so.1" (Debian Policy 9.1.1).
func debianRoot(p string) (root string, ok bool) {
	if root, ok := strings.CutSuffix("/"+p, "/"+debianVersion); ok {
		return strings.TrimPrefix(root+"/", "/"), true
	}
	i := strings.Index(p, "-linux-gnu")
	at := strings.LastIndexByte(p[:max(i, 0)], '/')
	if at < 0 || !strings.Contains(p[i:], "/") {
		return "", false
	}
	rest, ok := strings.CutSuffix("/"+p[:at], "/lib")
	return strings.TrimPrefix(strings.TrimSuffix(rest, "/usr")+"/", "/"), ok
}
