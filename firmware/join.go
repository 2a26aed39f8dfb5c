package firmware

import (
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"

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
	self     [1]*part
	files    fileSet // files that are the component
	holders  fileSet // files that hold it among other things
	pkg      *packageFacts
	order    int32
	identity bool // it has a name and an identity of its own
	upstream bool
	loose    bool // some of its texts are parts of packed results
	parent   *part
	dropped  *part // joined into that one
	refHint  string
}

type joiner struct {
	s               *scanner
	same            *sameContents
	parts           []*part
	byKey           map[string]*part
	owners          ownerColumn // packages that list a file
	main            partColumn  // the component that a file is
	folder          []*part     // by file: the package of a language whose folder it lies in; nil if there is none
	kernels         map[string]*part
	described       map[int32]*description // by library
	subject         *sbom.Component
	facts           []subjectFact
	calls           []call
	hostName        string              // a word by which the device is called in a network
	privatePrograms map[string]bool     // see firstOf
	hostNamed       bool                // the device is named by its host name alone
	named           map[nameKey]bool    // names of makers that speak for the device
	namedMakers     map[nameKey]bool    // names of makers in several programs, whoever made the device
	brands          []string            // names of brands that speak for the device
	libraries       map[string]string   // by brand: with what the names of its libraries begin
	guests          map[string]bool     // brands whose programs are on a device of another
	namedByDrivers  bool                // two drivers of the device hold a name of a maker of chips
	manyAttached    bool                // it has drivers for whatever people plug in
	brandFiles      int                 // that hold the commonest name of a brand
	namePaths       map[string][]string // by the value of a name: own files and folders that have it in theirs
	ownMarks        map[string]ownMark  // by value of a mark in the device's own files
	programs        bool                // the tree has programs, and not only settings
	debian          bool                // the tree has a system of Debian's layout
	shipped         fileSet             // files that a distribution's packages put where they stand
	packaged        bool                // the tree is packages of languages and nothing else, or one program
	tight           tightener
	doc             *sbom.Document

	marked      map[claimKey]bool // what files that are components for their marks hold
	markedFiles int
	unlisted    int
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
	j.descriptions()
	j.signatures()
	j.notedPackages()
	j.spread()
	j.modules()
	j.elfFiles()
	j.shippedFiles()
	j.tables()
	j.blobs()
	j.names()
	j.marks()
	j.claims()
	j.subjectClaims()
	j.endpoints()
	j.ownNames()
	j.doc.Services = slices.DeleteFunc(j.doc.Services, func(s sbom.Service) bool { return s.Purpose == purposeDescribed })
	j.kitCertificates()
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
	return j.newPart(key, new(sbom.Component))
}

func (j *joiner) newPart(key string, c *sbom.Component) *part {
	p := &part{c: c, key: key, order: int32(len(j.parts))}
	p.self[0] = p
	j.parts = append(j.parts, p)
	j.byKey[key] = p
	return p
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
			if (f.class == classRegistry || f.class == classDocument) && o.Key == "" {
				// An image that a tool has for the boards it works with.
				o.Component.Claims = slices.DeleteFunc(slices.Clone(o.Component.Claims), func(c sbom.Claim) bool { return c.Role == sbom.Silicon || c.Role == sbom.SDK })
			}
			identity := o.Key != "" || o.Component.PURL != ""
			p := j.observe(key, o, r.packed)
			if o.Explains {
				p.files.add(i)
				j.main.set(i, p)
			} else if o.pkg == nil && len(o.Files) == 0 {
				p.holders.add(i)
			}
			p.identity = p.identity || identity
		}
		if len(r.subject) > 0 && f.class == classRegistry && underAny("/"+strings.ToLower(f.dirPath())+"/", registryDirs) {
			r.subject = nil // what a table of the world's devices says of one
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
	for _, p := range j.parts {
		if p.loose {
			j.tight.component(p.c, &p.key)
			p.loose = false
		}
	}
	j.each(func(_ int32, f *fileRec, r *fileResult) {
		r.observations = nil
		if !isAutoload(f.path()) {
			r.modules = nil
		}
		if r.empty() && r.target == "" && len(r.problems) == 0 {
			f.dropResult()
		}
	})
}

// observe gives an observation to the part with that key. The first one becomes
// what the part is made of: a tree of packages has one for each.
func (j *joiner) observe(key string, o *observed, packed bool) *part {
	if j.byKey[key] != nil {
		p := j.part(key)
		had := *p.c
		p.merge(o)
		p.loose = p.loose || packed && addedTo(&had, p.c)
		o.Component = nil
		return p
	}
	n := o.Component
	*n = sbom.Component{
		Name: n.Name, Version: n.Version, Group: n.Group, Description: n.Description, Type: n.Type, PURL: n.PURL,
		CPEs: distinct(n.CPEs), Licenses: distinct(n.Licenses), Links: distinct(n.Links), Properties: distinct(n.Properties),
		Parties: slices.Clip(n.Parties), Evidence: distinct(n.Evidence), Claims: slices.Clip(n.Claims),
	}
	n.Evidence = slices.Clip(n.Evidence[:min(len(n.Evidence), maxEvidence)])
	o.Component = nil
	if packed {
		j.tight.component(n, &key)
	}
	p := j.newPart(key, n)
	p.pkg, p.upstream = o.pkg, o.Upstream
	return p
}

func (p *part) merge(o *observed) {
	c, n := p.c, o.Component
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
	for _, e := range n.Evidence {
		if !p.saysMore(&e) {
			p.addEvidence(e)
		}
	}
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

// addedTo reports whether a component has texts that it had not before.
func addedTo(had, c *sbom.Component) bool {
	return had.Name != c.Name || had.Version != c.Version || had.Group != c.Group || had.Description != c.Description || had.Type != c.Type || had.PURL != c.PURL ||
		len(had.CPEs) != len(c.CPEs) || len(had.Licenses) != len(c.Licenses) || len(had.Links) != len(c.Links) || len(had.Properties) != len(c.Properties) ||
		len(had.Parties) != len(c.Parties) || len(had.Evidence) != len(c.Evidence) || len(had.Claims) != len(c.Claims)
}

// saysMore reports whether a file beside the one that the evidence is taken from
// states in its text what that one's name or folder alone shows.
func (p *part) saysMore(e *sbom.Evidence) bool {
	return e.Technique == sbom.Filename && slices.ContainsFunc(p.c.Evidence, func(x sbom.Evidence) bool {
		return x.Field == e.Field && x.Extractor == e.Extractor && x.Technique != sbom.Filename && dirOf(x.Path) == dirOf(e.Path)
	})
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
	o := observed{Component: q.c, Upstream: q.upstream, pkg: q.pkg}
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
			if c[i] == from.order+1 {
				c[i] = to.order + 1
			}
		}
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
	// Nobody asks for these again, and the document of a large tree is large.
	j.byKey, refs = nil, nil
	explained := make([]bool, j.s.files.n)
	paths := j.s.files.cursor()
	distribution := j.distribution(parts)
	j.doc.Components = make([]*sbom.Component, 0, len(parts))
	for _, p := range parts {
		c := p.c
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
		c.Locations = slices.Grow(c.Locations, int(at.n))
		for i := range at.all() {
			c.Locations = append(c.Locations, p.escaped(paths.seek(i)))
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

// escaped returns an escaped path: the text that evidence of the part has, where
// it is that.
func (p *part) escaped(path []byte) string {
	if isCleanPath(path) {
		for i := range p.c.Evidence {
			if t := p.c.Evidence[i].Path; t == string(path) {
				return t
			}
		}
		return string(path)
	}
	return EscapePath(string(path))
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
