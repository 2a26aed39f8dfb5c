package firmware

import (
	"crypto/sha256"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/touchmark-dev/touchmark/sbom"
)

// An ownMark says where in the device's own files a mark stands.
type ownMark struct {
	any     bool // in one that is no driver of the public kernel
	program bool // in one that is no text
	sum     [32]byte
	several bool // in files of different content
}

// tables finds the files that name so many different owners of marks that they
// must be tables about them.
func (j *joiner) tables() {
	j.each(func(_ int32, f *fileRec, r *fileResult) {
		values := map[string]bool{}
		for _, h := range r.literals {
			if l := j.s.literals.at(h.literal); !isName(l) {
				values[ownerOf(l)] = true
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

// ownerOf returns what tells the owner of a mark from others. A company has several domains,
// which begin alike as a rule: "acme.example", "acmelogin.example".
func ownerOf(l *sbom.Literal) string {
	value := strings.ToLower(literalValue(l))
	if l.Kind != sbom.Host {
		return value
	}
	const alike = 4 // letters
	name := firstLabel(domainOf(value))
	return name[:min(len(name), alike)] + "."
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
				sum := *f.sum
				if f.class == classText && isProgramsFolder(f.dirPath()) {
					sum = sha256.Sum256([]byte(f.dirPath())) // they are one program's settings
				}
				m.several = m.several || m.sum != [32]byte{} && m.sum != sum
				m.sum = sum
				m.any = m.any || !upstream
				m.program = m.program || r.elf != nil || f.class == classNone && !isBytecode(f.path())
				j.ownMarks[v] = m
			}
		}
	})
}

// isProgramsFolder reports whether a folder is one for the settings of a program,
// below "etc".
func isProgramsFolder(dir string) bool {
	switch base, up := baseOf(dir), dirOf(dir); base {
	case "init.d", "config", "rc.d", "default", "defaults", "conf", "cfg", "sysconfig":
		return false // of the system
	default:
		return up == "etc" || strings.HasSuffix(up, "/etc")
	}
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

// inProgram reports whether the file is a program or a page, and no text.
func (p *place) inProgram() bool { return p.rank < 4 }

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
					// Who holds rights in a public program has written a part of it.
					held := h.notice && r.module == nil && l.Role != sbom.Developer && !j.own(i)
					if !held && !j.foreign(i, f, r, l) && !(inPackage && configures(f, l.Role)) {
						claims = append(claims, j.literalClaim(h, f))
					}
				} else if h.built && r.module == nil && (j.nameRole(h) == sbom.Silicon || p != nil && p.upstream) {
					// Where it was built says of a program neither for which chips nor whose it is.
				} else if h.toolchain && p != nil && p.upstream {
					// With whose compiler a public project's program was built makes it no part
					// of his kit.
				} else if c, ok := j.nameClaim(i, h, f, r); ok && (p != nil || r.elf != nil) && !(inPackage && configures(f, c.Role)) {
					claims = append(claims, c)
				}
			}
			for _, h := range r.begun {
				if j.named[j.nameKey(h)] && !r.nameTable && !(r.module != nil && r.module.mainline) {
					c := j.literalClaim(h, f)
					c.Field = sbom.FieldNameMark
					claims = append(claims, c)
				}
			}
			claims = append(claims, j.libraryClaims(i, f, r)...)
		} else if f.class == classDatabase {
			// A recipe's path or a description in NAME.control marks that package.
			if p := j.controlPackage(f.path()); p != nil {
				for _, h := range r.literals {
					switch c := j.literalClaim(h, f); {
					case !isName(j.s.literals.at(h.literal)):
						if c.Role == sbom.Brand || c.Role == sbom.Manufacturer || c.Role == sbom.ODM {
							c.Role = sbom.Supplier
						}
						p.c.Claims = append(p.c.Claims, c)
					case h.said: // whose folder of recipes it is, has passed the package on
						c.Role, c.Field = sbom.Supplier, sbom.FieldNameMark
						p.c.Claims = append(p.c.Claims, c)
					}
				}
			}
			return
		}
		if j.shipped.has(i) && r.module == nil {
			// A name that stands alone in a public program is one of those that it knows.
			claims = slices.DeleteFunc(claims, func(c sbom.Claim) bool { return c.Field == sbom.FieldVendorText })
		}
		if p != nil && p.upstream && r.module == nil {
			claims = slices.DeleteFunc(claims, func(c sbom.Claim) bool {
				return c.Field == sbom.FieldVendorText && c.Role == sbom.Developer || c.Field == sbom.FieldCopyright && !j.speaks(c.Value)
			})
		}
		if p != nil && p.c.Type == sbom.OperatingSystem && r.elf == nil && r.module == nil {
			// The file that states a system's release names the device's brand and chips.
			claims = slices.DeleteFunc(claims, func(c sbom.Claim) bool { return c.Field == sbom.FieldNameMark })
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
	own.several = own.several && own.any // drivers of the public kernel alone know everybody's devices
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
		if j.shipped.has(i) && !own.any {
			return true // a public program's word for somebody's device or format
		}
		return f.class == classText || r.nameTable && r.elf != nil && isPlainName(l.Text)
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
func (j *joiner) own(i int32) bool { return !j.shipped.has(i) && j.unexplained(i) }

// unexplained reports whether nothing upstream that is known by its content or
// by a package database explains a file.
func (j *joiner) unexplained(i int32) bool {
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
