package firmware

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Joining happens after all files were read, in the order of their paths, so
// that the result does not depend on which worker read what when.
//
// Observations of one thing become one component: what a package database
// lists, what signatures find in its files, SONAMEs, module information. Two
// versions of one thing stay two components. A file that nothing explains and
// that holds a mark becomes a component of its own, with its file name and no
// version.

const (
	maxEvidence      = 12 // of one component
	maxSONAMEs       = 4  // beside them
	maxClaimEvidence = 5  // of one claim
	// A text with marks of this many different owners is a table of the
	// world; so is a program with many more.
	registryValuesText = 15
	registryValuesELF  = 40
)

// A part is a component that is being put together.
type part struct {
	c        *sbom.Component // nil when it has gone into the document
	key      string
	ref      string // in the document, when it has gone there
	order    int
	self     [1]*part
	files    fileSet // files that are the component
	holders  fileSet // files that hold it among other things
	pkg      *packageFacts
	identity bool // it has a name and an identity of its own
	upstream bool
	parent   *part
	dropped  *part // joined into that one
	refHint  string
}

type joiner struct {
	s              *scanner
	same           *sameContents
	parts          []*part
	byKey          map[string]*part
	owners         ownerColumn // packages that list a file
	main           partColumn  // the component that a file is
	folder         []*part     // by file: the package of a language whose folder it lies in; nil if there is none
	kernels        map[string]*part
	subject        *sbom.Component
	facts          []subjectFact
	calls          []call
	hostNamed      bool                // the device is named by its host name alone
	named          map[nameKey]bool    // names of makers that speak for the device
	namedByDrivers bool                // two drivers of the device hold a name of a maker of chips
	namePaths      map[string][]string // by the value of a name: own files and folders that have it in theirs
	ownMarks       map[string]ownMark  // by value of a mark in the device's own files
	programs       bool                // the tree has programs, and not only settings
	packaged       bool                // the tree is packages of languages and nothing else, or one program
	doc            *sbom.Document

	marked      map[claimKey]bool // what files that are components for their marks hold
	markedFiles int
	unlisted    int
}

// An ownMark says where in the device's own files a mark stands.
type ownMark struct {
	any     bool
	program bool // in one that is no text
	sum     [32]byte
	several bool // in files of different content
}

type subjectFact struct {
	SubjectFact
	path string
	file int32
}

func (s *scanner) join() *sbom.Document {
	j := &joiner{s: s, same: s.files.sameContents(), byKey: map[string]*part{}, kernels: map[string]*part{}, subject: &sbom.Component{}, doc: &sbom.Document{}}
	j.main.parts, j.owners.first.parts = &j.parts, &j.parts
	j.leftovers()
	j.hostFiles()
	j.trustFolders()
	j.observations()
	j.packageFiles()
	j.folders()
	j.forgetObservations()
	j.signatures()
	j.notedPackages()
	j.spread()
	j.modules()
	j.elfFiles()
	j.tables()
	j.blobs()
	j.names()
	j.marks()
	j.claims()
	j.subjectClaims()
	j.endpoints()
	j.ownNames()
	j.finish()
	return j.doc
}

// each visits the files in which something was seen, in order. The file is the
// visitor's until it returns.
func (j *joiner) each(visit func(i int32, f *fileRec, r *fileResult)) {
	t := &j.s.files
	f := fileRec{cursor: t.cursor()}
	for i := range t.n {
		if t.rec(i).flags&flagResult == 0 {
			continue
		}
		f.load(t, i)
		r := f.result()
		if r == nil {
			continue
		}
		visit(i, &f, r)
		f.settle(r)
		for _, p := range r.problems {
			j.s.inFile.add(i, p)
		}
		r.problems = nil
	}
}

// at returns the file of that path. Files are in the order of their paths.
func (j *joiner) at(path string) (int32, bool) {
	return j.s.files.find(path)
}

// pathOf returns the path of a file.
func (j *joiner) pathOf(i int32) string {
	f := j.s.files.at(i)
	return f.path()
}

// canonical returns the first file with the same content: byte-identical files
// are one thing in several places.
func (j *joiner) canonical(i int32) int32 {
	f := j.s.files.at(i)
	if f.size == 0 || f.state == stateUnreadable || f.state == stateUnread {
		return i
	}
	return j.same.first(i)
}

func (j *joiner) part(key string) *part {
	if p := j.byKey[key]; p != nil {
		for p.dropped != nil {
			p = p.dropped
		}
		return p
	}
	p := &part{c: new(sbom.Component), key: key, order: len(j.parts)}
	p.self[0] = p
	j.parts = append(j.parts, p)
	j.byKey[key] = p
	return p
}

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

// resolve follows the links of the tree, by text, in every element of a path.
func (j *joiner) resolve(p string) (int32, bool) {
	for hops := 0; hops < 40; hops++ {
		if i, ok := j.at(p); ok && j.s.files.mode(i)&fs.ModeSymlink == 0 {
			return i, true
		}
		// The first element that is a link decides.
		next := ""
		for at := 0; at <= len(p); {
			end := strings.IndexByte(p[at:], '/')
			if end < 0 {
				end = len(p) - at
			}
			prefix := p[:at+end]
			if i, ok := j.at(prefix); ok {
				if f := j.s.files.at(i); f.target() != "" {
					next = joinPath(j.linkTarget(&f), strings.TrimPrefix(p[at+end:], "/"))
					next = strings.TrimSuffix(next, "/")
				}
				break
			}
			at += end + 1
		}
		if next == "" || next == p {
			return 0, false
		}
		p = next
	}
	return 0, false
}

// linkTarget returns where a link leads, or a file that stores a link's text.
func (j *joiner) linkTarget(f *fileRec) string {
	if f.class == classLinkText {
		return f.target() // a path of the tree already
	}
	return linkTarget(f.path(), f.target())
}

func (j *joiner) observations() {
	j.each(func(i int32, f *fileRec, r *fileResult) {
		for n := range r.observations {
			o := &r.observations[n]
			key := o.Key
			if f.class == classLeftover || isFixture(f.path()) {
				continue
			}
			if key == "" && f.class == classTrust && len(o.Component.Claims) == 0 {
				continue // whom the device trusts is no part of it
			}
			if key == "" {
				key = "file:" + j.pathOf(j.canonical(i))
			}
			p := j.part(key)
			if (f.class == classRegistry || f.class == classDocument) && o.Key == "" {
				// An image that a tool has for the boards it works with.
				about := *o
				about.Component.Claims = slices.DeleteFunc(slices.Clone(o.Component.Claims), func(c sbom.Claim) bool { return c.Role == sbom.Silicon || c.Role == sbom.SDK })
				o = &about
			}
			p.merge(o)
			if o.Explains {
				p.files.add(i)
				j.main.set(i, p)
			} else if o.pkg == nil && len(o.Files) == 0 {
				p.holders.add(i)
			}
			if o.Key != "" || o.Component.PURL != "" {
				p.identity = true
			}
			// The part has all of it; folders are looked for by the name.
			r.observations[n].Component = sbom.Component{Group: o.Component.Group, Name: o.Component.Name, Version: o.Component.Version}
		}
		for _, fact := range r.subject {
			j.facts = append(j.facts, subjectFact{fact, f.path(), i})
		}
		j.doc.Services = append(j.doc.Services, r.services...)
	})
}

// forgetObservations lets go of what has become parts: a tree of packages has
// one in every file that names a package.
func (j *joiner) forgetObservations() {
	j.each(func(_ int32, f *fileRec, r *fileResult) {
		r.observations = nil
		if r.empty() && r.target == "" && len(r.problems) == 0 {
			f.dropResult()
		}
	})
}

func (p *part) merge(o *Observation) {
	c, n := p.c, &o.Component
	set := func(dst *string, v string) {
		if *dst == "" {
			*dst = v
		}
	}
	set(&c.Name, n.Name)
	set(&c.Version, n.Version)
	set(&c.Group, n.Group)
	set(&c.Description, n.Description)
	if c.Type == "" {
		c.Type = n.Type
	}
	switch {
	case c.PURL == "":
		c.PURL = n.PURL
	case o.pkg != nil && p.pkg != nil:
		// Two files of one database: the one that knows more.
		if len(n.PURL) > len(c.PURL) {
			c.PURL = n.PURL
		}
	case n.PURL != "" && n.PURL != c.PURL:
		c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.PURL, Value: n.PURL, By: sbom.ByBytes})
	}
	for _, cpe := range n.CPEs {
		c.CPEs = appendNew(c.CPEs, cpe)
	}
	for _, l := range n.Licenses {
		c.Licenses = appendNew(c.Licenses, l)
	}
	for _, l := range n.Links {
		c.Links = appendNew(c.Links, l)
	}
	for _, pr := range n.Properties {
		c.Properties = appendNew(c.Properties, pr)
	}
	c.Parties = append(c.Parties, n.Parties...)
	p.addEvidence(n.Evidence...)
	c.Claims = append(c.Claims, n.Claims...)
	if o.pkg != nil && p.pkg == nil {
		p.pkg = o.pkg
	} else if o.pkg != nil && p.pkg.source == "" {
		// opkg keeps the recipe in info/NAME.control and not in status.
		p.pkg.source = o.pkg.source
		p.pkg.upstream = o.pkg.upstream
	}
	p.upstream = p.upstream || o.Upstream
}

func (p *part) addEvidence(list ...sbom.Evidence) {
	for _, e := range list {
		if len(p.c.Evidence) < maxEvidence {
			p.c.Evidence = appendNew(p.c.Evidence, e)
		}
	}
}

// join moves what q knows into p.
func (p *part) join(q *part) {
	o := Observation{Component: *q.c, Upstream: q.upstream, pkg: q.pkg}
	p.merge(&o)
	p.files.addAll(&q.files)
	p.holders.addAll(&q.holders)
	p.identity = p.identity || q.identity
	q.dropped = p
}

// packageFiles finds the files that packages list.
func (j *joiner) packageFiles() {
	j.each(func(_ int32, _ *fileRec, r *fileResult) {
		for n := range r.observations {
			o := &r.observations[n]
			if len(o.Files) == 0 {
				continue
			}
			p := j.part(o.Key)
			for _, name := range o.Files {
				i, ok := j.resolve(name)
				if !ok {
					continue
				}
				if p.files.add(i) {
					j.owners.add(i, p)
				}
				if j.main.of(i) == nil {
					j.main.set(i, p)
				}
			}
			o.Files = nil // a long list, and nobody asks for it again
		}
	})
	// A list of files without a package of that name: the package was removed
	// or its entry is damaged.
	for _, p := range j.parts {
		if p.c.Name == "" && p.files.n > 0 && p.pkg == nil && strings.Contains(p.key, ":") && !strings.HasPrefix(p.key, "linux-kernel:") {
			p.c.Name = baseOf(p.key[strings.IndexByte(p.key, ':')+1:])
			j.s.problem(sbom.Problem{Kind: "unknown-package", Severity: sbom.ProblemWarning, Place: EscapePath(p.c.Name),
				Message: "a list of files names a package that the database does not describe"})
		}
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
		for n := range r.signatures {
			fd := &r.signatures[n]
			var p *part
			for _, owner := range j.owners.of(i) {
				if owner.pkg != nil && owner.pkg.matches(fd) && sameVersion(owner.pkg.version, fd.Version) {
					p = owner
					p.c.Name = fd.Name // "libssl3" is a name of its distribution
					break
				}
			}
			if p == nil && fd.Own {
				p = j.packageOf(i, fd)
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

// packageOf returns the package that a finding's own file belongs to, where the
// file is what the package was made to bring under another name: "libuuid1" of
// the recipe util-linux, "libpolarssl" whose library calls itself mbed TLS. What
// a database states of the version outweighs a number that only a file's name
// or a text without the component's name shows, if they differ in their last
// parts only or no signature knows the program; the report tells both.
func (j *joiner) packageOf(i int32, fd *signatures.Finding) *part {
	for _, owner := range j.owners.of(i) {
		if owner.pkg == nil {
			continue
		}
		same := sameVersion(owner.pkg.version, fd.Version)
		built := owner.pkg.matches(fd) || owner.pkg.builtFrom(fd)
		switch {
		case same && (built || strings.Count(fd.Version, ".") >= 2 && !strings.HasPrefix(fd.Version, "vers:")):
		case built && fd.Confidence != sbom.High && (sameSeries(owner.pkg.version, fd.Version) || fd.Stated && owner.pkg.matches(fd)):
			j.s.problem(sbom.Problem{Kind: "conflicting-version", Severity: sbom.ProblemWarning, Place: EscapePath(j.pathOf(i)),
				Message: fmt.Sprintf("the package database has %s %s for this file, its bytes suggest %s %s", CleanMatch(owner.pkg.name), CleanMatch(owner.pkg.version), fd.Name, fd.Version)})
		default:
			continue
		}
		if !fd.Stated {
			owner.c.Name = fd.Name
		}
		return owner
	}
	return nil
}

// spread gives byte-identical copies of a file to the component that one of
// them is.
func (j *joiner) spread() {
	is := partColumn{parts: &j.parts}
	for i := range j.s.files.n {
		if p := j.main.of(i); p != nil {
			if c := j.canonical(i); is.of(c) == nil {
				is.set(c, p)
			}
		}
	}
	if len(is.chunks) == 0 {
		return
	}
	for n := range j.s.files.n {
		f := j.s.files.at(n)
		// Tiny files are alike by chance.
		if j.main.of(n) != nil || j.inFolder(n) || f.size < 64 || f.state != stateRead && f.state != stateOpaque || f.class == classLinkText {
			continue
		}
		if p := is.of(j.canonical(n)); p != nil {
			j.main.set(n, p)
			p.files.add(n)
		}
	}
}

func (j *joiner) replace(from, to *part) {
	for _, c := range j.main.chunks {
		if c == nil {
			continue
		}
		for i := range c {
			if c[i] == int32(from.order)+1 {
				c[i] = int32(to.order) + 1
			}
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

// stripFields copies evidence for use inside a claim, where it has no field.
func stripFields(list []sbom.Evidence) []sbom.Evidence {
	out := make([]sbom.Evidence, len(list))
	for i, e := range list {
		e.Field, e.Confidence = "", ""
		out[i] = e
	}
	return out
}

// modules sorts kernel modules: those of the mainline kernel belong to the
// kernel, others are drivers of their own.
func (j *joiner) modules() {
	j.each(func(i int32, f *fileRec, r *fileResult) {
		m := r.module
		if m == nil || f.class == classLinkText {
			return
		}
		release := m.release
		if _, dir := kernelDir(f.path()); !isKernelRelease(release) {
			release = dir
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

// tables finds the files that name so many different owners of marks that they
// must be tables about them.
func (j *joiner) tables() {
	j.each(func(_ int32, f *fileRec, r *fileResult) {
		values := map[string]bool{}
		for _, h := range r.literals {
			if l := j.s.literals.at(h.literal); !isName(l) {
				values[strings.ToLower(literalValue(l))] = true
			}
		}
		most := registryValuesText
		if r.elf != nil {
			most = registryValuesELF
		}
		if len(values) >= most && f.class != classTrust && f.class != classDatabase {
			f.setClass(classRegistry)
		}
	})
}

// marks notes the marks that stand in files of the device's own.
func (j *joiner) marks() {
	j.ownMarks = map[string]ownMark{}
	j.each(func(i int32, f *fileRec, r *fileResult) {
		j.programs = j.programs || r.elf != nil
		if len(r.literals) > 0 && j.own(i) {
			upstream := r.module != nil && r.module.mainline
			for _, h := range r.literals {
				v := literalValue(j.s.literals.at(h.literal))
				m := j.ownMarks[v]
				m.several = m.several || m.sum != [32]byte{} && m.sum != *f.sum
				m.sum = *f.sum
				m.any = m.any || !upstream
				m.program = m.program || r.elf != nil || f.class == classNone && !isBytecode(f.path())
				j.ownMarks[v] = m
			}
		}
	})
}

// isBytecode reports whether a file is what an interpreter made of a text: it
// says the same and no more.
func isBytecode(p string) bool { return strings.HasSuffix(p, ".pyc") || strings.HasSuffix(p, ".pyo") }

func literalValue(l *sbom.Literal) string {
	if l.Value != "" {
		return l.Value
	}
	return l.Text
}

// speaks reports whether an organization's name, by its first word, is one that
// speaks for the device. In a program that is known by name, a copyright notice
// tells who contributed to it: only of those who marked the device's own files
// too is it a sign that they changed this copy.
func (j *joiner) speaks(name string) bool {
	first, _, _ := strings.Cut(name, " ")
	for k := range j.named {
		if w, _, _ := strings.Cut(k.value, " "); strings.EqualFold(w, first) {
			return true
		}
	}
	return false
}

// A place is a file that holds a mark; the lowest rank is the best.
type place struct {
	h    literalHit
	f    fileRec
	rank int
}

// keepBest adds a place to the best ones of a mark: as many as its claim quotes,
// the best first, and of equals the first that was seen; of distinct contents,
// one of each.
func keepBest(list []place, p place, distinct bool) []place {
	if distinct {
		if i := slices.IndexFunc(list, func(q place) bool { return *q.f.sum == *p.f.sum }); i >= 0 {
			if list[i].rank <= p.rank {
				return list
			}
			list = slices.Delete(list, i, i+1)
		}
	}
	at := len(list)
	for at > 0 && list[at-1].rank > p.rank {
		at--
	}
	if at == maxClaimEvidence {
		return list
	}
	list = slices.Insert(list, at, p)
	return list[:min(len(list), maxClaimEvidence)]
}

func (j *joiner) evidenceOf(list []place) []sbom.Evidence {
	var ev []sbom.Evidence
	for _, p := range list {
		ev = append(ev, j.literalClaim(p.h, &p.f).Evidence...)
	}
	return ev
}

// literalClaim makes the claim of a hit.
func (j *joiner) literalClaim(h literalHit, f *fileRec) sbom.Claim {
	l := j.s.literals.at(h.literal)
	count := 0
	if h.count > 1 {
		count = int(h.count)
	}
	return sbom.Claim{Kind: l.Kind, Value: literalValue(l), Role: l.Role, By: sbom.ByBytes, Evidence: []sbom.Evidence{{
		Technique: sbom.BinaryAnalysis, Extractor: "literal:" + l.ID, Path: EscapePath(f.path()), Offset: h.offset, Length: int(h.length), Match: CleanMatch(l.Text), Count: count}}}
}

// silent reports whether marks in a file speak for nobody.
func silent(f *fileRec) bool {
	switch f.class {
	case classRegistry, classDocument, classTrust, classLinkText, classDatabase, classLeftover:
		return true
	}
	return false
}

// claims gives what was found in a file to the component that it belongs to.
func (j *joiner) claims() {
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if f.class == classLeftover || isFixture(f.path()) {
			return
		}
		p := j.main.of(i)
		claims := append([]sbom.Claim(nil), r.claims...)
		if !silent(f) {
			for _, h := range r.literals {
				inPackage := p != nil && p.pkg != nil
				if l := j.s.literals.at(h.literal); !isName(l) {
					if !j.foreign(i, f, r, l) && !(inPackage && configures(f, l.Role)) {
						claims = append(claims, j.literalClaim(h, f))
					}
				} else if c, ok := j.nameClaim(h, f, r); ok && (p != nil || r.elf != nil) && !(inPackage && configures(f, c.Role)) {
					claims = append(claims, c)
				}
			}
		} else if f.class == classDatabase {
			// A recipe's path or a description in NAME.control marks that package.
			if p := j.controlPackage(f.path()); p != nil {
				for _, h := range r.literals {
					switch c := j.literalClaim(h, f); {
					case !isName(j.s.literals.at(h.literal)):
						p.c.Claims = append(p.c.Claims, c)
					case h.said: // whose folder of recipes it is, has passed the package on
						c.Role, c.Field = sbom.Supplier, sbom.FieldNameMark
						p.c.Claims = append(p.c.Claims, c)
					}
				}
			}
			return
		}
		if p != nil && p.upstream && r.module == nil {
			claims = slices.DeleteFunc(claims, func(c sbom.Claim) bool { return c.Field == sbom.FieldCopyright && !j.speaks(c.Value) })
		}
		if p == nil && len(claims) > 0 {
			switch {
			case j.inFolder(i):
				p = j.folder[i]
				if p == sharedFolder {
					return
				}
			case f.class == classWeb:
				p = j.webPart(i)
			case r.elf == nil && onlyHosts(claims):
				return // they support what other marks say, and there are none
			case r.elf == nil && !j.listed(i, claims):
				return
			default:
				p = j.filePart(i)
			}
		}
		if p == nil {
			return
		}
		p.c.Claims = append(p.c.Claims, claims...)
		if r.elf != nil && j.canonical(i) == i {
			for _, pr := range r.properties {
				if len(p.c.Properties) < 12 {
					p.c.Properties = appendNew(p.c.Properties, pr)
				}
			}
		}
	})
}

// onlyHosts reports whether claims are of nothing but hosts.
func onlyHosts(claims []sbom.Claim) bool {
	return !slices.ContainsFunc(claims, func(c sbom.Claim) bool { return c.Kind != sbom.Host })
}

// maxMarkedFiles is how many files become components for nothing but the marks
// in them. Of more, only those that hold a mark which no other does.
const maxMarkedFiles = 2000

// listed reports whether a file becomes a component for its claims. A tree of
// hundreds of thousands of texts that name one company says no more than the
// first thousand do, and would not fit in memory.
func (j *joiner) listed(i int32, claims []sbom.Claim) bool {
	if j.byKey["file:"+j.pathOf(j.canonical(i))] != nil {
		return true // one more place of a component
	}
	is := j.markedFiles < maxMarkedFiles
	for _, c := range claims {
		k := claimKey{c.Kind, c.Value, c.Role, c.Field}
		if !j.marked[k] {
			if j.marked == nil {
				j.marked = map[claimKey]bool{}
			}
			j.marked[k], is = true, true
		}
	}
	if is {
		j.markedFiles++
	} else {
		j.unlisted++
	}
	return is
}

// claimKey is what a claim says, without its evidence.
type claimKey struct {
	kind  sbom.ClaimKind
	value string
	role  sbom.Role
	field string
}

// foreign reports whether a mark in a file is no mark of this device's makers.
// Upstream programs and drivers know the quirks and ids of many makers'
// devices: there a brand counts only if the device's own files have it too. A
// kit or a chip in a text (a log, a comment, a table) counts only if a program
// has it too, or the text is one that states what the device is.
func (j *joiner) foreign(i int32, f *fileRec, r *fileResult, l *sbom.Literal) bool {
	if l.Kind != sbom.LiteralMark {
		return false
	}
	own := j.ownMarks[literalValue(l)]
	switch l.Role {
	case sbom.Brand, sbom.Manufacturer, sbom.ODM:
		if strings.HasPrefix(l.Text, "/") {
			return false // a build path: whoever built the file
		}
		if r.nameTable && r.elf != nil {
			return true // a Bluetooth tool's list of all companies
		}
		if f.class == classText && j.programs && !own.program && !own.several && !isStatement(f.path()) {
			return true // one setting for somebody's device
		}
		return !own.several && (!j.own(i) || r.module != nil && r.module.mainline)
	case sbom.Developer:
		return r.nameTable && r.elf != nil && isPlainName(l.Text)
	case sbom.SDK, sbom.Silicon:
		if r.nameTable && r.elf != nil && isPlainName(l.Text) {
			return true
		}
		return f.class == classText && !own.program && !isStatement(f.path())
	}
	return false
}

// isPlainName reports whether a mark is a maker's name as a table writes it,
// and no prefix of functions, path or other text of a kit.
func isPlainName(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && r != ' ' && r != '-' && r != '.' && r != ',' && r != '&' {
			return false
		}
	}
	return true
}

// configures reports whether a mark stands in a text of a package: a script or
// configuration that was made for the device names its brand, which is the
// device's and not the package's.
func configures(f *fileRec, role sbom.Role) bool {
	return f.class == classText && (role == sbom.Brand || role == sbom.Manufacturer || role == sbom.ODM)
}

// isStatement reports whether a text states what the device or its system is.
func isStatement(p string) bool {
	switch base := strings.ToLower(baseOf(p)); base {
	case "banner", "issue", "issue.net", "motd", "os-release", "openwrt_release", "build.prop", "device_info", "version":
		return true
	default:
		return strings.HasSuffix(base, "version") || strings.HasSuffix(base, "release")
	}
}

// controlPackage returns the package that a file info/NAME.control describes.
func (j *joiner) controlPackage(p string) *part {
	root, rest, ok := databaseRoot(p, opkgDirs...)
	if !ok {
		return nil
	}
	name, ok := strings.CutSuffix(strings.TrimPrefix(rest, "info/"), ".control")
	if !ok {
		return nil
	}
	return j.byKey["opkg:"+root+name]
}

// webPart is the component of a web interface: the files of one top directory.
func (j *joiner) webPart(i int32) *part {
	f := j.s.files.at(i)
	dir := f.dirPath()
	for _, mark := range []string{"/www/", "/web/", "/webroot/", "/htdocs/", "/webpages/", "/html/", "/web1/", "/webui/"} {
		if k := strings.Index("/"+f.path(), mark); k >= 0 {
			dir = strings.TrimPrefix(("/" + f.path())[:k+len(mark)-1], "/")
			break
		}
	}
	p := j.part("web:" + dir)
	if p.c.Name == "" {
		p.c.Name, p.c.Type = "web interface "+EscapePath(dir), sbom.Application
		p.addEvidence(sbom.Evidence{Field: "name", Technique: sbom.Filename, Extractor: "tree", Path: EscapePath(dir), Match: CleanMatch(dir), Confidence: sbom.Low})
	}
	p.files.add(i)
	j.main.set(i, p)
	return p
}

// own reports whether a file is the device maker's own: nothing upstream
// explains it and it is no table of the world.
func (j *joiner) own(i int32) bool {
	f := j.s.files.at(i)
	if silent(&f) || f.host {
		return false
	}
	for _, p := range j.owners.of(i) {
		if p.upstream {
			return false
		}
	}
	p := j.main.of(i)
	return p == nil || !p.upstream || len(j.owners.of(i)) > 0
}

// strength orders the files of a mark's evidence: drivers and programs before
// pages, pages before configuration.
func strength(f *fileRec, r *fileResult) int {
	switch {
	case r.module != nil:
		return 0
	case r.elf != nil && !r.elf.shared:
		return 1
	case r.elf != nil:
		return 2
	case f.class == classWeb:
		return 3
	}
	return 4
}

// subjectClaims makes the device of what files say about it, and of marks that
// stand in several of its own files.
func (j *joiner) subjectClaims() {
	sub := j.subject
	sub.Ref, sub.Type = "device", sbom.Device
	nameRank, versionRank := -1, -1
	j.facts = slices.DeleteFunc(j.facts, j.aside)
	j.rankNames()
	for _, f := range j.facts {
		if f.Name != "" && f.Rank > nameRank {
			sub.Name, nameRank = f.Name, f.Rank
			j.hostNamed = nameRank == hostRank
		}
		if f.Version != "" && f.Rank > versionRank {
			sub.Version, versionRank = f.Version, f.Rank
		}
		for _, pr := range f.Properties {
			sub.Properties = appendNew(sub.Properties, pr)
		}
		for _, e := range f.Evidence {
			if len(sub.Evidence) < 4*maxEvidence {
				sub.Evidence = appendNew(sub.Evidence, e)
			}
		}
		sub.Claims = append(sub.Claims, f.Claims...)
	}
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if silent(f) || !j.own(i) {
			return
		}
		for _, c := range r.claims {
			if c.Kind == sbom.CertOrg && c.Role == sbom.Manufacturer {
				sub.Claims = append(sub.Claims, c)
			}
		}
	})
	j.boards()
	type markKey struct {
		kind  sbom.ClaimKind
		value string
		role  sbom.Role
	}
	marks := map[markKey][]place{}
	var order []markKey
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if len(r.literals) == 0 || !j.own(i) {
			return
		}
		for _, h := range r.literals {
			if l := j.s.literals.at(h.literal); isName(l) || j.foreign(i, f, r, l) {
				continue
			}
			l := j.s.literals.at(h.literal)
			k := markKey{l.Kind, literalValue(l), l.Role}
			if marks[k] == nil {
				order = append(order, k)
			}
			marks[k] = keepBest(marks[k], place{h, *f, strength(f, r)}, true)
		}
	})
	sort.Slice(order, func(a, b int) bool {
		x, y := order[a], order[b]
		if x.kind != y.kind {
			return x.kind < y.kind
		}
		if x.value != y.value {
			return x.value < y.value
		}
		return x.role < y.role
	})
	for _, k := range order {
		if list := marks[k]; len(list) >= 2 {
			sub.Claims = append(sub.Claims, sbom.Claim{Kind: k.kind, Value: k.value, Role: k.role, By: sbom.ByBytes, Evidence: j.evidenceOf(list)})
		}
	}
	j.greetingMaker()
	j.nameSubject()
	j.chips()
	sub.Claims = tidyClaims(sub.Claims)
	j.program(sub)
	j.packageFolder(sub)
	j.packaged = sub.Ref == "program"
	j.software(sub)
	j.doc.Subject = sub
}

// program makes the subject of a tree that is one program, as when a program
// is scanned by itself, that program: there is no device that could have a
// maker.
func (j *joiner) program(sub *sbom.Component) {
	if j.s.files.n != 1 || sub.Name != "" {
		return
	}
	only := j.s.files.at(0)
	if r := only.result(); r == nil || r.elf == nil {
		return
	}
	sub.Ref, sub.Type, sub.Name = "program", sbom.Application, EscapePath(only.base())
}

// packageFolder makes the subject of a tree that holds packages of programming
// languages and nothing of a system, as a folder node_modules or an unpacked
// wheel does, the package at its root, or software without a name: nothing says
// that a device is there.
func (j *joiner) packageFolder(sub *sbom.Component) {
	if sub.Type != sbom.Device || sub.Name != "" || sub.Version != "" || slices.ContainsFunc(sub.Claims, func(c sbom.Claim) bool { return c.Role != 0 }) {
		return
	}
	var roots []*part
	found := false
	for _, p := range j.parts {
		if p.dropped != nil {
			continue
		}
		switch p.c.Type {
		case sbom.OperatingSystem, sbom.Firmware, sbom.DeviceDriver:
			// A kernel's name in the test data of a package makes no system.
			if !j.inLanguagePackages(p) {
				return
			}
		}
		if p.pkg != nil {
			return // a package manager was at work: a system
		}
		if !isLanguageKey(p.key) {
			continue
		}
		found = true
		for i := range p.files.all() {
			// "package.json", or below the one folder that a packed package has.
			if f := j.s.files.at(i); strings.Count(f.path(), "/") <= 1 && f.base() == "package.json" {
				roots = append(roots, p)
			}
		}
	}
	if !found {
		return
	}
	system := false
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if r.elf == nil || !r.elf.program || isReference("/"+f.dirPath()+"/", "") {
			return
		}
		// A tool that a package brings is no system.
		system = system || !j.inFolder(i) && !slices.ContainsFunc(j.owners.of(i), func(o *part) bool { return isLanguageKey(o.key) })
	})
	if system {
		return
	}
	sub.Ref, sub.Type = "program", sbom.Application
	if len(roots) == 1 {
		sub.Name, sub.Version = roots[0].c.Name, roots[0].c.Version
		sub.Group = roots[0].c.Group
		sub.Evidence = append(sub.Evidence, roots[0].c.Evidence...)
	}
}

// inLanguagePackages reports whether all files of a component are listed by
// packages of languages.
func (j *joiner) inLanguagePackages(p *part) bool {
	listed := func(i int32) bool {
		return j.inFolder(i) || slices.ContainsFunc(j.owners.of(i), func(o *part) bool { return isLanguageKey(o.key) })
	}
	n := 0
	for _, files := range []*fileSet{&p.files, &p.holders} {
		for i := range files.all() {
			if n++; !listed(i) {
				return false
			}
		}
	}
	return n > 0
}

// isLanguageKey reports whether a component is a package of a language, by the
// key that languagePackage gives it.
func isLanguageKey(key string) bool {
	typ, _, _ := strings.Cut(key, ":")
	switch typ {
	case "npm", "pypi", "gem", "luarocks", "maven", "golang", "composer", "cargo":
		return true
	}
	return false
}

// rankNames prefers, of the names that files give the device, one that begins
// with its maker's or brand's: so the product is sold. Where files of one rank
// disagree the report says so.
func (j *joiner) rankNames() {
	var makers []string
	for _, f := range j.facts {
		for _, c := range f.Claims {
			if c.Kind == sbom.OrgName && c.Field == "" && (c.Role == sbom.Manufacturer || c.Role == sbom.Brand) {
				first, _, _ := strings.Cut(strings.ToLower(c.Value), " ")
				makers = appendNew(makers, first)
			}
		}
	}
	var names, places []string
	for i := range j.facts {
		f := &j.facts[i]
		if f.Name == "" {
			continue
		}
		low := strings.ToLower(f.Name)
		for _, m := range makers {
			if len(m) > 1 && strings.HasPrefix(low, m+" ") {
				f.Rank += 2
				break
			}
		}
		same := false
		for _, n := range names {
			same = same || strings.Contains(fold(n), fold(f.Name)) || strings.Contains(fold(f.Name), fold(n))
		}
		if !same && f.Rank >= 4 {
			names = append(names, f.Name)
			places = append(places, fmt.Sprintf("%q (%s)", CleanMatch(f.Name), EscapePath(f.path)))
		}
	}
	if len(places) > 1 {
		j.s.problem(sbom.Problem{Kind: "conflicting-name", Severity: sbom.ProblemWarning, Place: EscapePath(j.facts[0].path),
			Message: "files of the tree name the device differently: " + strings.Join(places[:min(len(places), 6)], ", ")})
	}
}

// fold drops case and punctuation of a product's name.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// boards takes the device's board from its device trees. Many trees are a
// kernel's for every board that it knows; then only what all of them agree on
// says something.
func (j *joiner) boards() {
	var all []boardFact
	models := map[string]bool{}
	j.each(func(_ int32, f *fileRec, r *fileResult) {
		if silent(f) {
			return
		}
		for _, b := range r.boards {
			if len(b.claims) > 0 {
				all = append(all, b)
				models[b.model] = true
			}
		}
	})
	sub := j.subject
	type key struct {
		value string
		role  sbom.Role
	}
	count := map[key]int{}
	for _, b := range all {
		for _, c := range b.claims {
			count[key{c.Value, c.Role}]++
		}
	}
	for _, b := range all {
		for _, c := range b.claims {
			if count[key{c.Value, c.Role}] == len(all) {
				sub.Claims = append(sub.Claims, c)
			}
		}
		if len(models) == 1 && b.model != "" && (sub.Name == "" || j.hostNamed) {
			sub.Name = b.model
			sub.Evidence = append(sub.Evidence, b.evidence...)
		}
	}
}

// tidyClaims joins equal claims, their evidence added up, and sorts them.
func tidyClaims(list []sbom.Claim) []sbom.Claim {
	type key struct {
		kind  sbom.ClaimKind
		value string
		role  sbom.Role
		by    sbom.Author
		field string
	}
	at := map[key]int{}
	var out []sbom.Claim
	for _, c := range list {
		c.Value = strings.TrimSpace(c.Value)
		if c.Value == "" {
			continue
		}
		k := key{c.Kind, c.Value, c.Role, c.By, c.Field}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			c.Evidence = append([]sbom.Evidence(nil), c.Evidence[:min(len(c.Evidence), maxClaimEvidence)]...)
			out = append(out, c)
			continue
		}
		for _, e := range c.Evidence {
			if len(out[i].Evidence) < maxClaimEvidence {
				out[i].Evidence = appendNew(out[i].Evidence, e)
			}
		}
	}
	sort.SliceStable(out, func(a, b int) bool {
		x, y := &out[a], &out[b]
		if x.Kind != y.Kind {
			return x.Kind < y.Kind
		}
		if x.Value != y.Value {
			return x.Value < y.Value
		}
		return x.Role < y.Role
	})
	return out
}

// finish turns the parts into components, in a fixed order, with refs,
// locations, relationships and coverage.
func (j *joiner) finish() {
	var parts []*part
	for _, p := range j.parts {
		if p.dropped != nil || p.c.Name == "" {
			continue
		}
		parts = append(parts, p)
	}
	sort.SliceStable(parts, func(a, b int) bool {
		x, y := parts[a].c, parts[b].c
		if x.Name != y.Name {
			return x.Name < y.Name
		}
		if x.Version != y.Version {
			return x.Version < y.Version
		}
		return parts[a].key < parts[b].key
	})
	refs := map[string]bool{"device": true, "program": true}
	for _, p := range parts {
		base := p.refBase()
		r := base
		for n := 2; refs[r]; n++ {
			r = fmt.Sprintf("%s#%d", base, n)
		}
		refs[r] = true
		p.ref = r
	}
	explained := make([]bool, j.s.files.n)
	paths := j.s.files.cursor()
	distribution := j.distribution(parts)
	j.doc.Components = make([]sbom.Component, 0, len(parts))
	for _, p := range parts {
		c := *p.c
		c.Ref = p.ref
		if p.parent != nil {
			c.Parent = p.parent.ref
		}
		if p.identity {
			for i := range p.files.all() {
				explained[i] = true
			}
		}
		var at fileSet
		at.addAll(&p.files)
		at.addAll(&p.holders)
		for i := range at.all() {
			c.Locations = append(c.Locations, EscapePath(string(paths.seek(i))))
		}
		sort.Strings(c.Locations)
		if len(c.Locations) > 0 {
			if from := unpackedFrom(c.Locations[0]); from != "" {
				c.Properties = append(c.Properties, sbom.Property{Name: "touchmark:unpacked-from", Value: from})
			}
		}
		if c.PURL != "" && p.pkg != nil {
			c.PURL = p.pkg.purl(c.PURL)
			if p.pkg.manager == "opkg" && distribution != "" {
				c.PURL = strings.Replace(c.PURL, "pkg:opkg/openwrt/", "pkg:opkg/"+distribution+"/", 1)
			}
		}
		// A package that its own files name, as package.json does, is claimed
		// like one that a package manager lists; what a signature found has
		// made its claim already. A generic package URL is only a name that was
		// read somewhere, no registry's.
		if c.PURL != "" && !strings.HasPrefix(c.PURL, "pkg:generic/") && !slices.ContainsFunc(c.Claims, func(cl sbom.Claim) bool { return cl.Kind == sbom.PURL && cl.Value == c.PURL }) {
			c.Claims = append([]sbom.Claim{{Kind: sbom.PURL, Value: c.PURL, By: sbom.ByBytes, Evidence: stripFields(c.Evidence[:min(1, len(c.Evidence))])}}, c.Claims...)
		}
		c.Claims = tidyClaims(c.Claims)
		if p.files.n > 0 && p.pkg == nil {
			if sum, ok := j.oneContent(p); ok {
				c.Hashes = append(c.Hashes, sbom.Hash{Algorithm: "SHA-256", Value: hex.EncodeToString(sum[:])})
			}
		}
		j.doc.Components = append(j.doc.Components, c)
		p.c = nil
	}
	j.relationships(parts)
	j.inFolders(parts, explained)
	j.coverage(explained)
	j.doc.Source = sbom.Source{Kind: sbom.SourceTree, SHA256: j.manifest()}
	if ts, ok := j.s.tree.(interface{ Problems() []sbom.Problem }); ok {
		for _, p := range ts.Problems() {
			j.s.problem(p)
		}
	}
	j.s.inFile.cut()
	for _, p := range j.s.inFile.list {
		j.s.problem(p.p)
	}
	j.s.dropped += j.s.inFile.dropped
	if j.unlisted > 0 {
		j.s.problem(sbom.Problem{Kind: "files-not-listed", Severity: sbom.ProblemWarning,
			Message: fmt.Sprintf("%d more files hold nothing but marks that listed components hold too; they are counted and not listed", j.unlisted)})
	}
	j.doc.Problems = j.s.problems
	if j.s.dropped > 0 {
		j.doc.Problems = append(j.doc.Problems, sbom.Problem{Kind: "too-many-problems", Severity: sbom.ProblemError,
			Message: fmt.Sprintf("%d more problems are not listed", j.s.dropped)})
	}
}

// inFolders marks the files in folders of packages as explained. The folder of a
// package.json outside of those counts only where the tree is nothing but
// packages: beside that of a web interface can lie anything.
func (j *joiner) inFolders(parts []*part, explained []bool) {
	for i, p := range j.folder {
		if p != nil {
			explained[i] = true
		}
	}
	if !j.packaged {
		return
	}
	m := &folderMap{dirs: map[string]*part{}}
	for _, p := range parts {
		if !p.identity || !strings.HasPrefix(p.key, "npm:") {
			continue
		}
		for i := range p.files.all() {
			if f := j.s.files.at(i); f.base() == "package.json" { // and no copy of it under another name
				m.dirs[f.dirPath()] = p
			}
		}
	}
	if len(m.dirs) == 0 {
		return
	}
	within := false // files of a folder follow each other
	for i, f := range j.s.files.all() {
		if f.newDir {
			owner, _, _ := m.of(f.dirPath())
			within = owner != nil
		}
		if !f.mode.IsRegular() {
			continue
		}
		explained[i] = explained[i] || within
	}
}

// distribution returns the id of the system that a tree's os-release states
// where it is another's than OpenWrt's: whoever built that system passed its
// packages on, made from OpenWrt's recipes or not.
func (j *joiner) distribution(parts []*part) string {
	id := ""
	for _, p := range parts {
		if !strings.HasPrefix(p.key, "os:") {
			continue
		}
		switch n := strings.ToLower(p.c.Name); {
		case n == "openwrt" || n == "lede":
			return ""
		case validName(n) && !strings.ContainsAny(n, "/@?#%"):
			id = n
		}
	}
	return id
}

// oneContent returns the digest of a component whose files are all the same.
func (j *joiner) oneContent(p *part) ([32]byte, bool) {
	var sum [32]byte
	first := true
	for i := range p.files.all() {
		f := j.s.files.at(i)
		if f.state != stateRead && f.state != stateOpaque || !first && *f.sum != sum {
			return sum, false
		}
		sum, first = *f.sum, false
	}
	return sum, !first
}

func (p *part) refBase() string {
	switch {
	case p.pkg != nil:
		return p.pkg.manager + ":" + EscapePath(p.pkg.name)
	case p.refHint != "" && p.c.Version != "":
		return p.refHint + "@" + p.c.Version
	case p.refHint != "":
		return p.refHint
	}
	return EscapePath(p.key)
}

// relationships follow from the libraries that programs need, and from
// components that hold others.
func (j *joiner) relationships(parts []*part) {
	provider := map[string]*part{}
	live := func(p *part) *part {
		for p != nil && p.dropped != nil {
			p = p.dropped
		}
		if p != nil && p.ref == "" {
			return nil
		}
		return p
	}
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if r.elf == nil || !r.elf.shared {
			return
		}
		p := live(j.main.of(i))
		if p == nil {
			return
		}
		for _, name := range []string{r.elf.soname, f.base()} {
			if name != "" && provider[name] == nil {
				provider[name] = p
			}
		}
	})
	for _, f := range j.s.files.all() {
		// A link libfoo.so.1 -> libfoo.so.1.2 names what it leads to.
		if f.target() == "" {
			continue
		}
		name := f.base()
		if !strings.Contains(name, ".so") || provider[name] != nil {
			continue
		}
		if i, ok := j.resolve(f.path()); ok {
			if p := live(j.main.of(i)); p != nil {
				provider[name] = p
			}
		}
	}
	seen := map[sbom.Relationship]bool{}
	add := func(from *part, typ sbom.RelationshipType, to *part) {
		if from == nil || to == nil || from == to {
			return
		}
		r := sbom.Relationship{From: from.ref, Type: typ, To: to.ref}
		if !seen[r] {
			seen[r] = true
			j.doc.Relationships = append(j.doc.Relationships, r)
		}
	}
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if r.elf == nil {
			return
		}
		from := live(j.main.of(i))
		for _, n := range r.elf.needed {
			if to := provider[path.Base(n)]; to != nil {
				add(from, sbom.DependsOn, to)
			}
		}
	})
	for _, c := range j.calls {
		if from := live(c.from); from != nil {
			j.doc.Relationships = append(j.doc.Relationships, sbom.Relationship{From: from.ref, Type: sbom.Calls, To: c.to})
		}
	}
	for _, p := range parts {
		for i := range p.holders.all() {
			add(live(j.main.of(i)), sbom.Contains, p)
		}
	}
	sort.Slice(j.doc.Relationships, func(a, b int) bool {
		x, y := j.doc.Relationships[a], j.doc.Relationships[b]
		if x.From != y.From {
			return x.From < y.From
		}
		if x.Type != y.Type {
			return x.Type < y.Type
		}
		return x.To < y.To
	})
}

func sortServices(list []sbom.Service) {
	for i := range list {
		sort.Strings(list[i].Locations)
		sort.Strings(list[i].Endpoints)
	}
	sort.SliceStable(list, func(a, b int) bool { return list[a].Name < list[b].Name })
	// A caller's extractor may have found a host too.
	refs := map[string]int{}
	for i := range list {
		if list[i].Ref == "" {
			list[i].Ref = "service:" + list[i].Name
		}
		if n := refs[list[i].Ref]; n > 0 {
			list[i].Ref = fmt.Sprintf("%s#%d", list[i].Ref, n+1)
		}
		refs[list[i].Ref]++
	}
}

// coverage counts what is explained.
func (j *joiner) coverage(explained []bool) {
	c := &j.doc.Coverage
	var rest []int32 // the largest unexplained, in order
	unexplained := func(i int32, size int64) {
		at := len(rest)
		for at > 0 && j.s.files.size(rest[at-1]) < size {
			at--
		}
		if at < 20 {
			rest = slices.Insert(rest, at, i)
			rest = rest[:min(len(rest), 20)]
		}
	}
	for i := range j.s.files.n {
		f := j.s.files.at(i)
		if !f.mode.IsRegular() {
			continue
		}
		c.Files++
		c.Bytes += f.size
		switch {
		case f.state == stateUnreadable || f.state == stateUnread:
			c.UnreadableFiles++
			c.UnreadableBytes += f.size
			unexplained(i, f.size)
			continue
		case explained[i] || f.class == classDatabase || f.class == classLinkText || f.class == classTrust || f.class == classLeftover:
			c.ExplainedFiles++
			c.ExplainedBytes += f.size
		default:
			unexplained(i, f.size)
		}
		if f.state == stateOpaque {
			c.OpaqueFiles++
			c.OpaqueBytes += f.size
		}
	}
	for _, i := range rest {
		f := j.s.files.at(i)
		c.Unexplained = append(c.Unexplained, sbom.FileSize{Path: EscapePath(f.path()), Size: f.size})
	}
}

// manifest is the digest of the sorted list of paths, types, sizes and content
// digests: equal trees have equal ones.
func (j *joiner) manifest() string {
	h := sha256.New()
	var line []byte
	paths := j.s.files.cursor()
	for i := range j.s.files.n {
		f := j.s.files.at(i)
		typ := "other"
		switch {
		case f.mode.IsRegular():
			typ = "file"
		case f.mode&fs.ModeSymlink != 0:
			typ = "link"
		}
		target := f.target()
		if typ == "file" {
			target = ""
		}
		line = append(appendQuoted(line[:0], paths.seek(i)), ' ')
		line = append(append(line, typ...), ' ')
		line = append(strconv.AppendInt(line, f.size, 10), ' ')
		line = append(hex.AppendEncode(line, f.sum[:]), ' ')
		h.Write(append(appendQuoted(line, []byte(target)), '\n'))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// appendQuoted is strconv.AppendQuote.
func appendQuoted(to, s []byte) []byte {
	for _, c := range s {
		if c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return strconv.AppendQuote(to, string(s))
		}
	}
	return append(append(append(to, '"'), s...), '"')
}
