package firmware

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/sbom"
)

// hostFiles finds programs that seem to be of the computer that unpacked the
// tree: an unpacker that followed absolute links copied them. They are for a
// PC, and nearly all others are not. Firmware for a coprocessor is of a foreign
// architecture too, but never needs the PC's own loader.
func (j *joiner) hostFiles() {
	count, total := map[string]int{}, 0
	j.each(func(_ int32, _ *fileRec, r *fileResult) {
		if r.elf != nil && !r.elf.object {
			count[r.elf.arch]++
			total++
		}
	})
	const few = 10 // one in ten
	for _, arch := range []string{"x86_64", "i386"} {
		if n := count[arch]; n == 0 || n*few > total {
			continue
		}
		j.each(func(_ int32, f *fileRec, r *fileResult) {
			if r.elf == nil || r.elf.arch != arch || !r.elf.hostLoader {
				return
			}
			f.host = true
			f.keep()
			r.Problem("host-file", sbom.ProblemWarning, fmt.Sprintf("program for %s in a tree of %d other programs: probably a file of the computer that unpacked the tree; it does not speak for the device", arch, total-count[arch]))
		})
	}
}

// signatures adds what was recognised in bytes.
func (j *joiner) signatures() {
	var parts []*part
	type found struct {
		p  *part
		f  *signatures.Finding
		at int32
	}
	var unversioned []found
	byID := map[string][]*part{} // exact versions of a signature, in order
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if f.class == classLinkText || f.class == classLeftover || f.class == classRegistry && j.inFolder(i) {
			return
		}
		if d := j.described[i]; d != nil {
			j.describe(d, f, r)
		}
		for n := range r.signatures {
			fd := &r.signatures[n]
			var p *part
			for _, owner := range j.owners.of(i) {
				if owner.pkg != nil && owner.pkg.matches(fd) && sameVersion(owner.pkg.version, fd.Version) {
					p = owner
					if !fd.Stated || strings.HasPrefix(p.c.Name, fd.Name) {
						p.c.Name = fd.Name // "libssl3" is a name of its distribution
					}
					break
				}
			}
			if p == nil && fd.Own {
				p = j.packageOf(i, fd)
			}
			if p == nil && fd.Version != "" {
				// The package of npm that a file or its folder says it is from.
				if at, ok := strings.CutPrefix(fd.PURL, "pkg:npm/"); ok && !strings.Contains(at, "%40") {
					if j.byKey["npm:/"+at] != nil {
						p = j.part("npm:/" + at)
					}
				}
			}
			if p == nil {
				key := "signature:" + fd.Signature + "@" + fd.Version
				if fd.Signature == "linux-kernel" && isKernelRelease(fd.Version) {
					key = kernelKey(fd.Version)
				}
				if fd.Version == "" {
					key = "signature:" + fd.Signature + "@?" // joined below where it can be
				}
				p = j.part(key)
				p.refHint = fd.Signature
				if p.c.Name == "" || p.c.PURL == "" {
					p.c.Name, p.c.Type = fd.Name, fd.Type
					p.c.Version = fd.Version
				}
				p.identity = true
				parts = appendNew(parts, p)
			}
			addFinding(p, fd)
			p.upstream = p.upstream || !fd.Stated
			if fd.Version == "" && p.pkg == nil {
				unversioned = append(unversioned, found{p, fd, i})
			} else if p.pkg == nil {
				byID[fd.Signature] = appendNew(byID[fd.Signature], p)
			}
			if fd.Own {
				p.files.add(i)
				if j.main.of(i) == nil || len(j.owners.of(i)) == 0 {
					j.main.set(i, p)
				}
			} else {
				p.holders.add(i)
			}
		}
	})
	// A range that one version found elsewhere lies in, and no other, is that
	// version: a library that states half of what its programs state in full.
	for _, p := range parts {
		if !strings.HasPrefix(p.c.Version, "vers:") || p.dropped != nil || p.pkg != nil {
			continue
		}
		list := byID[p.refHint]
		var exact []*part
		for _, q := range list {
			if q != p && q.dropped == nil && inRange(q.c.Version, p.c.Version) {
				exact = append(exact, q)
			}
		}
		if len(exact) != 1 {
			continue
		}
		for i := range p.c.Evidence {
			if e := &p.c.Evidence[i]; e.Field == "version" {
				e.Field = "name" // the release stands in the other file
			}
		}
		exact[0].join(p)
		j.replace(p, exact[0])
		byID[p.refHint] = slices.DeleteFunc(slices.Clone(list), func(q *part) bool { return q == p })
	}
	// A component that was only named belongs to the one version of it that
	// was found elsewhere, if there is only one.
	seen := map[*part]bool{}
	for _, u := range unversioned {
		if seen[u.p] {
			continue
		}
		seen[u.p] = true
		if list := byID[u.f.Signature]; len(list) == 1 && list[0] != u.p {
			list[0].join(u.p)
			j.replace(u.p, list[0])
		}
	}
	// What a package of the same name and version already is, it is elsewhere
	// too: linked statically, or copied.
	packages := map[string][]*part{} // by folded name
	for _, q := range j.parts {
		if q.pkg != nil && q.dropped == nil {
			n := foldPackage(q.pkg.name)
			packages[n] = append(packages[n], q)
		}
	}
	for _, p := range parts {
		if p.dropped != nil || strings.HasPrefix(p.key, "linux-kernel:") {
			continue
		}
		fd := &signatures.Finding{Signature: p.refHint, Name: p.c.Name, Version: p.c.Version, PURL: p.c.PURL}
		var same *part
		several := false
		for _, n := range namesOf(fd) {
			for _, q := range packages[n] {
				if sameVersion(q.pkg.version, fd.Version) && q != same {
					several = several || same != nil
					if same == nil || q.order < same.order {
						same = q
					}
				}
			}
		}
		// What has no version of its own could be any of several.
		if same != nil && (fd.Version != "" || !several) {
			same.c.Name = fd.Name
			same.join(p)
			j.replace(p, same)
		}
	}
}

// addFinding adds a signature's finding to a component.
func addFinding(p *part, fd *signatures.Finding) {
	p.addEvidence(fd.Evidence...)
	ev := fd.Evidence
	if len(ev) > 1 {
		ev = ev[:1]
	}
	claim := func(kind sbom.ClaimKind, value string, role sbom.Role) {
		if value != "" {
			p.c.Claims = append(p.c.Claims, sbom.Claim{Kind: kind, Value: value, Role: role, By: sbom.ByBytes, Evidence: stripFields(ev)})
		}
	}
	if p.c.PURL == "" {
		p.c.PURL = fd.PURL
	}
	claim(sbom.PURL, fd.PURL, 0)
	if fd.CPE != "" {
		p.c.CPEs = appendNew(p.c.CPEs, fd.CPE)
		claim(sbom.CPE, fd.CPE, 0)
	}
	if fd.Developer != "" {
		claim(sbom.OrgName, fd.Developer, sbom.Developer)
	}
	if fd.Homepage != "" {
		p.c.Links = appendNew(p.c.Links, sbom.Link{Type: "website", URL: fd.Homepage})
	}
}

// modules sorts kernel modules: those of the mainline kernel belong to the
// kernel, others are drivers of their own.
func (j *joiner) modules() {
	var folders releaseFolders
	j.each(func(i int32, f *fileRec, r *fileResult) {
		m := r.module
		if m == nil || f.class == classLinkText {
			return
		}
		release := m.release
		if _, dir := kernelDir(f.path()); !isKernelRelease(release) {
			release = dir
		} else {
			folders.add(dir, release)
		}
		var kernel *part
		if isKernelRelease(release) {
			kernel = j.kernel(release)
			if m.vermagic != "" {
				kernel.addEvidence(sbom.Evidence{Field: "version", Technique: sbom.BinaryAnalysis, Extractor: "module", Path: r.path,
					Offset: m.vermagicAt, Length: m.extent("vermagic=" + m.vermagic), Match: CleanMatch("vermagic=" + m.vermagic), Confidence: sbom.High})
			}
		}
		owned := j.owners.of(i)
		upstream := m.mainline || m.intree || len(owned) > 0 && owned[0].pkg != nil && owned[0].pkg.upstream && owned[0].pkg.source == "linux"
		if len(owned) > 0 {
			if pkg := owned[0].pkg; pkg != nil {
				pkg.modules = true
				pkg.foreign = pkg.foreign || !m.mainline // intree is what a vendor's kernel says of its own, too
			}
			owned[0].c.Claims = append(owned[0].c.Claims, m.claims...)
			owned[0].addEvidence(m.evidence...)
			if owned[0].c.Description == "" {
				owned[0].c.Description = m.desc
			}
			if upstream && kernel != nil {
				kernel.holders.add(i)
			}
			return
		}
		if upstream && len(m.claims) == 0 && kernel != nil {
			kernel.files.add(i)
			j.main.set(i, kernel)
			return
		}
		c := j.part("module:" + j.pathOf(j.canonical(i)))
		c.c.Type, c.c.Name = sbom.DeviceDriver, m.name
		if c.c.Version == "" {
			c.c.Version = m.version
		}
		if c.c.Description == "" {
			c.c.Description = m.desc
		}
		if m.licence != "" {
			c.c.Licenses = appendNew(c.c.Licenses, CleanMatch(m.licence))
		}
		if upstream {
			c.c.Properties = appendNew(c.c.Properties, sbom.Property{Name: "touchmark:mainline-module", Value: "true"})
		}
		c.addEvidence(m.evidence...)
		c.c.Claims = append(c.c.Claims, m.claims...)
		c.files.add(i)
		c.parent = kernel
		c.upstream = upstream
		c.identity = true
		j.main.set(i, c)
		if upstream && kernel != nil {
			kernel.holders.add(i)
		}
	})
	for _, dir := range slices.Sorted(maps.Keys(folders.of)) {
		release := folders.of[dir]
		// A folder that somebody set aside: "2.6.15-box-orig" with modules of
		// 2.6.15-box. That of 2.6.15 is named for what they were built from.
		if q := j.byKey[kernelKey(dir)]; q != nil && q.dropped == nil && release != "" && strings.HasPrefix(dir, release) && !folders.stated[dir] {
			q.c.Evidence = nil
			p := j.kernel(release)
			p.join(q)
			j.replace(q, p)
		}
	}
	loads := map[*part]bool{} // packages that load a module of the mainline kernel
	j.each(func(i int32, f *fileRec, r *fileResult) {
		for _, p := range j.owners.of(i) {
			if p.pkg != nil && isAutoload(f.path()) && slices.ContainsFunc(r.modules, isMainlineModule) {
				loads[p] = true
			}
		}
	})
	for _, p := range j.parts {
		// A package of modules that brings none, for they are built in, and that
		// neither loads one of the kernel's nor has the name of one.
		if p.pkg != nil && strings.HasPrefix(p.pkg.name, "kmod-") && !p.pkg.modules {
			p.pkg.foreign = !loads[p] && !hasMainlineName(strings.TrimPrefix(p.pkg.name, "kmod-"))
		}
		if strings.HasPrefix(p.key, "linux-kernel:") {
			j.fillKernel(p, strings.TrimPrefix(p.key, "linux-kernel:"))
		}
	}
}

// releaseFolders are the releases that the modules in folders lib/modules/NAME
// state.
type releaseFolders struct {
	of     map[string]string // by name of the folder; empty for several
	stated map[string]bool   // by some module
}

func (l *releaseFolders) add(dir, release string) {
	if l.of == nil {
		l.of, l.stated = map[string]string{}, map[string]bool{}
	}
	l.stated[release] = true
	if dir == "" {
		return
	}
	if other, ok := l.of[dir]; ok && other != release {
		release = ""
	}
	l.of[dir] = release
}

func (j *joiner) kernel(release string) *part {
	return j.part(kernelKey(release))
}

// fillKernel names a kernel. The release that modules state ends in what the
// builder added; the package URL has the version that kernel.org knows.
func (j *joiner) fillKernel(p *part, release string) {
	p.identity, p.upstream = true, true
	p.refHint = "linux-kernel"
	p.c.Name, p.c.Version, p.c.Type = "linux-kernel", release, sbom.OperatingSystem
	base := release
	for i := 0; i < len(base); i++ {
		if c := base[i]; !(c >= '0' && c <= '9' || c == '.') {
			base = strings.TrimRight(base[:i], ".")
			break
		}
	}
	purl, cpe := "pkg:generic/linux-kernel@"+base, "cpe:2.3:o:linux:linux_kernel:"+base+":*:*:*:*:*:*:*"
	if sig := j.s.signatures.Signature("linux-kernel"); sig != nil {
		purl = sig.PURL + "@" + base
	}
	if p.c.PURL == "" {
		p.c.PURL = purl
	}
	p.c.CPEs = appendNew(p.c.CPEs, cpe)
	ev := p.c.Evidence
	if len(ev) > 1 {
		ev = ev[:1]
	}
	p.c.Claims = append(p.c.Claims,
		sbom.Claim{Kind: sbom.PURL, Value: purl, By: sbom.ByBytes, Evidence: stripFields(ev)},
		sbom.Claim{Kind: sbom.CPE, Value: cpe, By: sbom.ByBytes, Evidence: stripFields(ev)})
}

// elfFiles makes components of the programs and libraries that nothing else
// explains.
func (j *joiner) elfFiles() {
	programs := j.foldedNames()
	j.each(func(i int32, f *fileRec, r *fileResult) {
		e := r.elf
		if e == nil || f.class == classLinkText || f.class == classLeftover || isFixture(f.path()) {
			return
		}
		if j.main.of(i) == nil && r.module == nil && e.soname == "" && !strings.HasSuffix(f.path(), ".ko") {
			if p := j.pluginOf(f, r, programs); p != nil {
				j.main.set(i, p)
				p.files.add(i)
				return
			}
		}
		if p := j.main.of(i); p != nil {
			if e.soname != "" && len(p.c.Properties) < 12 {
				// The version of the ABI: not the release, and where no release is
				// known the only number there is.
				p.c.Properties = appendNew(p.c.Properties, sbom.Property{Name: "touchmark:soname", Value: e.soname})
			}
			if e.soname != "" && len(p.c.Evidence) < maxEvidence+maxSONAMEs {
				p.c.Evidence = appendNew(p.c.Evidence, sbom.Evidence{Field: "name", Technique: sbom.BinaryAnalysis, Extractor: "elf", Path: r.path,
					Offset: e.sonameAt, Length: len(e.soname), Match: e.soname, Confidence: sbom.Low})
			}
			return
		}
		if r.module != nil {
			return
		}
		j.filePart(i)
	})
}

// foldedNames returns the components that were recognised, by their folded names;
// nil where several have one.
func (j *joiner) foldedNames() map[string]*part {
	by := map[string]*part{}
	for _, p := range j.parts {
		if p.dropped != nil || !p.identity || p.c.Name == "" || p.c.Type != sbom.Application && p.c.Type != sbom.Library && p.c.Type != sbom.Framework || isLanguageKey(p.key) {
			continue
		}
		for _, n := range []string{p.c.Name, p.refHint} {
			if n = foldPackage(n); len(n) < 3 {
				continue
			}
			switch q, ok := by[n]; {
			case !ok || q == p:
				by[n] = p
			case q == nil:
			case strings.HasPrefix(p.c.Version, q.c.Version+"."):
				by[n] = p // the same, told in full
			case !strings.HasPrefix(q.c.Version, p.c.Version+"."):
				by[n] = nil
			}
		}
	}
	return by
}

// pluginOf returns the program or library that loads a plug-in, a library without
// a SONAME or an object file, or runs a helper: a folder above it has the name of
// one that was recognised, as lib/kamailio/modules/acc.so. What bears anybody's
// mark is a thing of its own.
func (j *joiner) pluginOf(f *fileRec, r *fileResult, programs map[string]*part) *part {
	if len(r.claims) > 0 || slices.ContainsFunc(r.literals, func(h literalHit) bool { return j.s.literals.at(h.literal).Kind != sbom.Host }) {
		return nil
	}
	for d := f.dirPath(); d != "."; d = dirOf(d) {
		if isLibraryFolder(d) {
			return nil
		}
		// Programs stand in lib/NAME or libexec/NAME where nobody but NAME runs them.
		if up := dirOf(d); r.elf.program && baseOf(up) != "libexec" && (!isLibraryFolder(up) || up == "." || strings.HasSuffix(up, "bin")) {
			continue
		}
		name := baseOf(d)
		if i := strings.LastIndexByte(name, '-'); i > 0 && i+1 < len(name) && name[i+1] >= '0' && name[i+1] <= '9' {
			name = name[:i]
		}
		if p := programs[foldPackage(name)]; p != nil {
			return p
		}
	}
	return nil
}

// filePart makes a component of a file that nothing explains.
func (j *joiner) filePart(i int32) *part {
	can := j.canonical(i)
	f := j.s.files.at(can)
	p := j.part("file:" + f.path())
	p.files.add(i)
	if j.main.of(i) == nil {
		j.main.set(i, p)
	}
	if p.c.Name != "" {
		return p
	}
	p.c.Name = EscapePath(f.base())
	p.c.Type = sbom.File
	if r := f.result(); r != nil && r.elf != nil {
		e := r.elf
		p.c.Type = sbom.Application
		ev := sbom.Evidence{Field: "name", Technique: sbom.Filename, Extractor: "elf", Path: r.path, Match: CleanMatch(f.base()), Confidence: sbom.Low}
		switch {
		case e.shared:
			p.c.Type = sbom.Library
			if e.soname != "" {
				p.c.Name = sonameStem(e.soname)
				ev = sbom.Evidence{Field: "name", Technique: sbom.BinaryAnalysis, Extractor: "elf", Path: r.path, Offset: e.sonameAt, Length: len(e.soname), Match: e.soname, Confidence: sbom.Low}
			} else {
				p.c.Name = EscapePath(sonameStem(f.base()))
			}
		case e.object:
			p.c.Type = sbom.File
			if strings.HasSuffix(f.path(), ".ko") {
				p.c.Type = sbom.DeviceDriver
				p.c.Name = strings.TrimSuffix(p.c.Name, ".ko")
			}
		}
		p.addEvidence(ev)
		p.c.Properties = append(p.c.Properties, sbom.Property{Name: "touchmark:architecture", Value: e.arch})
		if e.buildID != "" {
			p.c.Properties = append(p.c.Properties, sbom.Property{Name: "touchmark:build-id", Value: e.buildID})
		}
		for _, t := range e.comments {
			p.c.Properties = append(p.c.Properties, sbom.Property{Name: "touchmark:toolchain", Value: CleanMatch(t.Value)})
		}
	} else {
		if f.class == classText && !f.script {
			p.c.Type = sbom.Data // settings, a dump, a log: it says something and runs nowhere
		}
		p.addEvidence(sbom.Evidence{Field: "name", Technique: sbom.Filename, Extractor: "tree", Path: EscapePath(f.path()), Match: CleanMatch(f.base()), Confidence: sbom.Low})
	}
	return p
}
