package firmware

import (
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Package managers of programming languages give each package a folder, or list
// the modules that it brings. What lies there is the package's: it is explained,
// its names and hosts are those of a library that anybody uses, and a program in
// it is part of the package. That holds where the tree is the folder of packages
// itself, and no path tells of what kind it is.

// sharedFolder is what several packages put their files into.
var sharedFolder = &part{c: new(sbom.Component), identity: true}

// A folderMap says which package a folder or a module is of.
type folderMap struct {
	dirs    map[string]*part // by path of the folder
	modules moduleMap
	bases   map[string]bool // folders that modules stand in
	sites   map[string]bool // folders that hold installed packages only
}

// A moduleMap says which package a module is of: by its folder and its name
// without suffix, lower case. Thousands of modules stand in one folder.
type moduleMap map[string]map[string]*part

// at returns the package of a module. Types of a module stand beside it (PEP 561).
func (m moduleMap) at(dir, name string) *part {
	in := m[dir]
	if p := in[name]; p != nil || in == nil {
		return p
	}
	if of, ok := strings.CutSuffix(name, "-stubs"); ok {
		return in[of]
	}
	return nil
}

// splitModule returns the folder of a module, which its name may add to: lazr/uri.
func splitModule(dir, name string) (string, string) {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return joinPath(dir, name[:i]), name[i+1:]
	}
	return dir, name
}

// claim notes that a module is a package's.
func (m moduleMap) claim(dir, name string, p *part) {
	dir, name = splitModule(dir, name)
	in := m[dir]
	if in == nil {
		in = map[string]*part{}
		m[dir] = in
	}
	claim(in, name, p)
}

// claim notes that a folder or module is a package's. What two claim is shared.
func claim(m map[string]*part, key string, p *part) {
	if q := m[key]; q != nil && q != p {
		p = sharedFolder
	}
	m[key] = p
}

// minNodes is how many packages in folders of their own names make a folder one
// of installed packages.
const minNodes = 3

// folders finds the files that lie in folders of packages.
func (j *joiner) folders() {
	m := j.folderClaims()
	if len(m.dirs) == 0 && len(m.modules) == 0 {
		return
	}
	j.folder = make([]*part, j.s.files.n)
	var owner *part
	site, base := false, false
	for i, f := range j.s.files.all() {
		if f.newDir {
			owner, site, base = m.of(f.dirPath())
		}
		if !f.mode.IsRegular() {
			continue
		}
		p := owner
		if p == nil && base {
			p = m.module(f.dirPath(), f.base())
		}
		if p == nil && !site {
			continue
		}
		r := f.result()
		elf := r != nil && r.elf != nil
		if !elf {
			switch f.class {
			case classNone, classText, classWeb:
				f.setClass(classRegistry)
			}
		}
		if p == nil {
			continue
		}
		j.folder[i] = p
		if q := j.main.of(i); q != nil && q.c.Type == sbom.Cryptographic && !elf {
			q.dropped = p // a certificate for its tests
			j.main.set(i, nil)
		}
		if elf && p != sharedFolder && j.main.of(i) == nil {
			j.main.set(i, p)
			p.files.add(i)
		}
	}
}

// inFolder reports whether a file lies in the folder of a package.
func (j *joiner) inFolder(i int32) bool { return j.folder != nil && j.folder[i] != nil }

// of returns the package of a folder, whether it lies in one of installed
// packages, and whether modules stand in it.
func (m *folderMap) of(dir string) (owner *part, site, base bool) {
	base = m.bases[dir] || baseOf(dir) == "__pycache__" && m.bases[dirOf(dir)]
	low := strings.ToLower(dir)
	for d, l := dir, low; ; d, l = dirOf(d), dirOf(l) {
		if owner == nil {
			if owner = m.dirs[d]; owner == nil {
				owner = m.modules.at(dirOf(l), baseOf(l))
			}
		}
		if site = m.sites[d]; site || d == "." {
			return owner, site, base
		}
		if baseOf(d) == "node_modules" && owner == nil {
			return nil, false, base // what lies beside the packages is no package's
		}
	}
}

// module returns the package of a module that is a file: six.py,
// _yaml.cpython-311-arm-linux-gnueabihf.so, __pycache__/six.cpython-311.pyc.
func (m *folderMap) module(dir, base string) *part {
	if baseOf(dir) == "__pycache__" {
		dir = dirOf(dir)
	}
	stem, _, _ := strings.Cut(base, ".")
	return m.modules.at(strings.ToLower(dir), strings.ToLower(stem))
}

// folderClaims collects what packages say of their folders and modules.
func (j *joiner) folderClaims() *folderMap {
	m := &folderMap{dirs: map[string]*part{}, modules: moduleMap{}, bases: map[string]bool{}, sites: map[string]bool{}}
	listed := map[string][]string{} // modules, by folder of metadata
	nodes := map[string][]nodePlace{}
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if len(r.modules) > 0 {
			key := f.dirPath()
			if strings.HasSuffix(f.path(), ".gemspec") {
				key = f.path() // they stand in one folder
			}
			listed[key] = append(listed[key], r.modules...)
		}
		for n := range r.observations {
			o := &r.observations[n]
			if o.Key == "" {
				continue
			}
			p := j.part(o.Key)
			for _, d := range o.Folders {
				claim(m.dirs, d, p)
			}
			if strings.HasPrefix(o.Key, "npm:") && len(o.Folders) == 0 && f.base() == "package.json" {
				if parent, ok := nodeParent(f.dirPath(), p.c.Group, p.c.Name); ok {
					nodes[parent] = append(nodes[parent], nodePlace{f.dirPath(), p})
				}
			}
		}
	})
	// A folder of which so many have the names of the packages in them is what
	// npm calls node_modules.
	for parent, list := range nodes {
		if len(list) < minNodes {
			continue
		}
		m.sites[parent] = true
		for _, n := range list {
			claim(m.dirs, n.dir, n.p)
			n.p.upstream = true
			if n.p.c.PURL == "" {
				n.p.c.PURL = packageURL("npm", n.p.c.Group, n.p.c.Name, n.p.c.Version, "")
			}
		}
	}
	j.pythonModules(m, listed)
	j.rubyModules(m, listed)
	return m
}

// A nodePlace is a folder with a manifest of npm's.
type nodePlace struct {
	dir string
	p   *part
}

// nodeParent returns the folder that NAME or @SCOPE/NAME stands in.
func nodeParent(dir, scope, name string) (string, bool) {
	if baseOf(dir) != name || dir == "." {
		return "", false
	}
	dir = dirOf(dir)
	if scope == "" {
		return dir, true
	}
	if baseOf(dir) != scope || dir == "." {
		return "", false
	}
	return dirOf(dir), true
}

// pythonModules adds the modules of installed distributions: those that their
// metadata list, else those with the distribution's name.
func (j *joiner) pythonModules(m *folderMap, listed map[string][]string) {
	j.distributions(func(p *part, base, meta string, folder bool) {
		if folder {
			claim(m.dirs, meta, p)
		}
		m.bases[base] = true
		low := strings.ToLower(base)
		common := map[string]bool{} // namespaces of several distributions
		for _, mod := range listed[meta] {
			if ns, ok := strings.CutPrefix(mod, "-"); ok {
				common[ns] = true
			}
		}
		for _, mod := range listed[meta] {
			if q := p; !strings.HasPrefix(mod, "-") {
				if common[mod] {
					q = sharedFolder
				}
				m.modules.claim(low, strings.ToLower(mod), q)
			}
		}
	})
	guessed := moduleMap{}
	j.distributions(func(p *part, base, _ string, _ bool) {
		low := strings.ToLower(base)
		for _, mod := range moduleNames(p.c.Name) {
			if dir, name := splitModule(low, mod); m.modules[dir][name] == nil {
				guessed.claim(low, mod, p)
			}
		}
	})
	for dir, names := range guessed {
		for name, p := range names {
			if p != sharedFolder {
				m.modules.claim(dir, name, p)
			}
		}
	}
}

// distributions visits the folders of metadata of Python's distributions, or the
// files that are instead of such: what they are of, the folder that the modules
// stand in, and whether it is a folder. The order is the same in each run: several
// places of one distribution are shared.
func (j *joiner) distributions(visit func(p *part, base, meta string, folder bool)) {
	for _, p := range j.parts {
		if p.dropped != nil || !strings.HasPrefix(p.key, "pypi:") {
			continue
		}
		for i := range p.files.all() {
			path := j.pathOf(i)
			meta := dirOf(path)
			switch {
			case strings.HasSuffix(path, ".egg-info"):
				visit(p, meta, path, false)
			case !strings.HasSuffix(meta, ".dist-info") && !strings.HasSuffix(meta, ".egg-info"):
			case baseOf(path) == "METADATA" || baseOf(path) == "PKG-INFO":
				visit(p, dirOf(meta), meta, true)
			}
		}
	}
}

// moduleNames are the modules that a distribution has by custom: "lazr.uri"
// lazr/uri, "dbus-python" dbus.
func moduleNames(name string) []string {
	name = strings.ToLower(name)
	plain := strings.ReplaceAll(name, "-", "_")
	list := []string{plain}
	for _, s := range []string{strings.ReplaceAll(name, "-", "/"), strings.TrimPrefix(plain, "python_"), strings.TrimSuffix(plain, "_python")} {
		if s != "" {
			list = appendNew(list, s)
		}
	}
	return list
}

// rubyModules adds the files of gems that a distribution installs into one
// folder for all: Debian's have their list in share/rubygems-integration.
func (j *joiner) rubyModules(m *folderMap, listed map[string][]string) {
	for _, p := range j.parts {
		if p.dropped != nil || !strings.HasPrefix(p.key, "gem:") {
			continue
		}
		for i := range p.files.all() {
			path := j.pathOf(i)
			root, _, ok := databaseRoot(path, "share/rubygems-integration/")
			if !ok {
				continue
			}
			base := root + "lib/ruby/vendor_ruby"
			m.bases[base] = true
			mods := slices.Clone(listed[path])
			mods = append(mods, p.c.Name, strings.ReplaceAll(p.c.Name, "-", "/"), strings.ReplaceAll(p.c.Name, "-", "_"))
			seen := map[string]bool{}
			for _, mod := range mods {
				if mod = strings.ToLower(mod); !seen[mod] {
					seen[mod] = true
					m.modules.claim(strings.ToLower(base), mod, p)
				}
			}
		}
	}
}

// isNodeFolder reports whether a folder is one that npm makes for a package,
// node_modules/NAME or node_modules/@SCOPE/NAME, or Debian.
func isNodeFolder(dir string) bool {
	parent := dirOf(dir)
	if strings.HasPrefix(baseOf(parent), "@") {
		parent = dirOf(parent)
	}
	switch baseOf(parent) {
	case "node_modules":
		return true
	case "nodejs":
		return strings.HasSuffix(parent, "share/nodejs") || strings.Contains(parent, "lib/") // lib/nodejs, lib/TRIPLET/nodejs
	}
	return false
}
