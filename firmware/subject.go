package firmware

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/touchmark-dev/touchmark/sbom"
)

type subjectFact struct {
	SubjectFact
	path string
	file int32
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
	nameRank, versionRank, versionDepth := -1, -1, 0
	j.facts = slices.DeleteFunc(j.facts, j.aside)
	j.calledKernel()
	j.rankNames()
	apart := map[string]bool{} // versions that files outside the system's folders state
	for _, f := range j.facts {
		if f.Version != "" && f.Name == "" && f.Rank == placeVersion {
			apart[f.Version] = true
		}
	}
	for _, f := range j.facts {
		if f.Rank == placeVersion && f.Name == "" && len(apart) > 1 {
			f.Version = "" // each is of something of its own
		}
		if f.Name != "" && f.Rank == hostRank && (!isDesignation(f.Name) || len(f.Name) < minHostModel && f.Name == strings.ToLower(f.Name)) {
			if j.hostName == "" {
				// A word by which it is called in a network is as often a program's, a
				// kit's or an owner's as the product's.
				j.hostName = f.Name
				sub.Properties = append(sub.Properties, sbom.Property{Name: sbom.PropertyHostname, Value: CleanMatch(f.Name)})
			}
		} else if f.Name != "" && f.Rank > nameRank {
			sub.Name, nameRank = f.Name, f.Rank
			j.hostNamed = nameRank == hostRank
		}
		// Of two of a rank, the one nearer to the root: folders below hold what there is
		// for other models and customers.
		depth := 2 * strings.Count(f.path, "/")
		if !strings.EqualFold(baseOf(f.path), "version") || len(f.Version) < minWholeVersion {
			depth++ // of two as near, "wap_version" is of a part, and "v1.0" of the file's form
		}
		if f.Version != "" && (f.Rank > versionRank || f.Rank == versionRank && depth < versionDepth) {
			sub.Version, versionRank, versionDepth = f.Version, f.Rank, depth
		}
		for _, pr := range f.Properties {
			sub.Properties = appendNew(sub.Properties, pr)
		}
		for _, e := range f.Evidence {
			if f.called.name != "" && f.Name == "" {
				break // what only calls it so in passing
			}
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
			if c.Kind == sbom.CertOrg && c.Role == sbom.Manufacturer && !(r.elf != nil && j.otherMaker(c.Value)) {
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
	marks, files := map[markKey][]place{}, map[markKey]int{}
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
			if l.Role == sbom.Silicon && r.elf == nil && inFolder(f.path(), "firmware") {
				continue // a collection for whatever chips there may be
			}
			if l.Role == sbom.Silicon && r.module != nil && j.manyAttached && (r.module.usb || r.module.mainline) {
				continue // a kernel for whatever there may be
			}
			k := markKey{l.Kind, literalValue(l), l.Role}
			if marks[k] == nil {
				order = append(order, k)
			}
			marks[k] = keepBest(marks[k], place{h, *f, strength(f, r)}, true)
			files[k]++
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
	inProgram := false // a brand stands in a program
	for _, k := range order {
		inProgram = inProgram || k.role == sbom.Brand && len(marks[k]) >= 2 && marks[k][0].inProgram()
	}
	for _, k := range order {
		if k.role == sbom.Brand && files[k]*nameShare < j.brandFiles && j.otherBrand(k.value) {
			continue // a partner's or a competitor's
		}
		if first, _, _ := strings.Cut(k.value, " "); (k.role == sbom.Brand || k.role == sbom.Manufacturer || k.role == sbom.ODM) && isPlainName(k.value) && j.isGuest(first) {
			continue
		}
		if k.role == sbom.Developer {
			continue // who made parts of it did not make the device
		}
		if k.role == sbom.Brand && inProgram && !marks[k][0].inProgram() {
			continue // a customer for whom scripts have a case
		}
		if !j.programs && j.isRare(files[k]) {
			continue
		}
		if list := marks[k]; len(list) >= 2 {
			sub.Claims = append(sub.Claims, sbom.Claim{Kind: k.kind, Value: k.value, Role: k.role, By: sbom.ByBytes, Evidence: j.evidenceOf(list)})
		}
	}
	j.greetingMaker()
	j.nameSubject()
	j.chips()
	j.callDevice()
	sub.Claims = tidyClaims(sub.Claims)
	j.program(sub)
	j.packageFolder(sub)
	j.packaged = sub.Ref == "program"
	j.software(sub)
	j.doc.Subject = sub
}

// minHostModel is how long a host's name in small letters is that can be a model: a
// shorter one is as often a chip's or a board's ("a9s").
const minHostModel = 4

// minWholeVersion is how long a version is that more than a file's form has.
const minWholeVersion = 8

// calledName returns the device's name, or the one that it has in a network where
// nothing names it.
func (j *joiner) calledName() string {
	if j.subject.Name != "" {
		return j.subject.Name
	}
	return j.hostName
}

// otherMaker reports whether names speak for the device and none of them begins as
// that of a certificate in a program does: the program is a partner's then.
func (j *joiner) otherMaker(org string) bool {
	first, _, _ := strings.Cut(strings.ToLower(org), " ")
	for _, b := range j.brands {
		if strings.HasPrefix(strings.ToLower(b), first) {
			return false
		}
	}
	return len(j.brands) > 0 && !j.stated(org)
}

// otherBrand reports whether a mark is a maker's name as people write it, and none
// of those which speak for the device.
func (j *joiner) otherBrand(mark string) bool {
	if !isPlainName(mark) || !unicode.IsUpper([]rune(mark)[0]) {
		return false
	}
	for k := range j.named {
		if strings.Contains(fold(mark), fold(k.value)) {
			return false
		}
	}
	return true
}

// program makes the subject of a tree that is one program, as when a program
// is scanned by itself, that program: there is no device that could have a
// maker.
func (j *joiner) program(sub *sbom.Component) {
	if j.s.files.n != 1 || j.calledName() != "" {
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
	if sub.Type != sbom.Device || j.calledName() != "" || sub.Version != "" || slices.ContainsFunc(sub.Claims, func(c sbom.Claim) bool { return c.Role != 0 }) {
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
// disagree the report says so. A name for a kind of product ("Acme NAS") gains
// nothing by the maker's.
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
			if len(m) > 1 && f.Rank > hostRank+1 && strings.HasPrefix(low, m+" ") {
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

// kitBoards are words in the names of boards that makers of chips sell to try them,
// lower case: who builds a device on one keeps the name in its device tree.
var kitBoards = []string{"evaluation", "evk", "evb", "sabre", "reference", "demo", "development board", "dev board", "devkit", "starter kit"}

// namesProduct reports whether the model of a device tree can be the name of a
// product, and not that of a chip or of the kit's board.
func namesProduct(model string) bool {
	low := strings.ToLower(model)
	if low == "" || slices.ContainsFunc(kitBoards, func(w string) bool { return strings.Contains(low, w) }) {
		return false
	}
	if strings.HasSuffix(low, " board") {
		return false // what somebody builds a product on
	}
	if words := strings.Fields(low); len(words) == 2 && isChipName(words[1]) {
		return false // "ZTE ZX279128"
	}
	return strings.ContainsAny(low, " -_,") || !slices.ContainsFunc(chipFamilies, func(c chipFamily) bool { return strings.HasPrefix(low, c.prefix) })
}

// isChipName reports whether a word is the name of a chip and nothing else.
func isChipName(word string) bool {
	maker, n := chipAt(word)
	return maker != "" && n == len(word)
}

// boardModuleWords are words in the names of boards that are built into others' devices,
// with a processor and its memory on them: forms of their standards, and what a product
// does not have in its name.
var boardModuleWords = []string{"module", "som", "smarc", "qseven", "com-express", "coreboard", "core-board", "ddr2", "ddr3", "ddr3l", "ddr4", "lpddr4", "emmc", "nand"}

// isModuleBoard reports whether the model of a device tree is that of a module.
func isModuleBoard(model string) bool {
	words := strings.FieldsFunc(strings.ToLower(model), func(r rune) bool { return r == ' ' || r == ',' || r == '(' || r == ')' || r == '/' })
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(boardModuleWords, w) })
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
				// Whose module it is designed and made a part of the device, and not it.
				if c.Role == sbom.Manufacturer && isModuleBoard(b.model) {
					c.Role = sbom.ODM
				}
				sub.Claims = append(sub.Claims, c)
			}
		}
		if isModuleBoard(b.model) {
			sub.Properties = appendNew(sub.Properties, sbom.Property{Name: "touchmark:board", Value: CleanMatch(b.model)})
		} else if len(models) == 1 && namesProduct(b.model) && (sub.Name == "" || j.hostNamed) {
			sub.Name = b.model
			sub.Evidence = append(sub.Evidence, b.evidence...)
		}
	}
}
