package firmware

import (
	"bytes"
	"context"
	"path"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Names of makers: literals of kind org-name. A name is weak where it stands,
// since any program may know of any maker. It counts where several of the
// device's own files hold it, or where it stands in what a kernel module says
// about itself.

const (
	maxNameHits = 32 // of one name in one file that are looked at
	// A file with the names of this many makers of devices lists them; so
	// does one with the names of this many makers of chips.
	nameTableBrands  = 5
	nameTableSilicon = 6
	// So does a program with as many of either sort, by names of makers or of
	// their chips: it works with all of them, as an emulator does.
	nameTableBoth = 7
	// nameFiles is the least number of different own files that hold a name
	// which speaks for the device, and namePrograms how many of them must be
	// programs or modules.
	nameFiles, namePrograms = 3, 2
	// Contents with one name that are told apart; more say no more.
	maxNameContents = 16384
	// A name in less than one in so many of the files of the commonest name
	// of its role is a partner's or a competitor's.
	nameShare = 4
	// Whoever built a device named himself in more than one in so many of its
	// programs, and the maker of its chips, who is named in drivers only, in
	// less. A name in fewer is that of something the programs work with.
	brandShare, siliconShare = 20, 50
	// So many brands that are each in half as many files as the commonest:
	// the tree is a collection of programs for everybody's devices.
	rivalBrands = 4
	// A brand in so many of the names of the device's own files and folders
	// ("etc/config/acme", "etc/init.d/acme-update") is the device's if its files
	// hold it too; so is one in a single name that so many own files hold. Much of
	// a device is scripts and pages, and its programs are others'.
	namePaths, nameTexts = 3, 6
	// So is one in so many pages of its own web interface: in their titles and
	// copyright lines.
	namePages = 8
	// Of so many programs the maker's name is in one at least. One that only
	// texts and paths have is that of a partner, for whom a cloud's tools have a
	// folder.
	namedByOne = 50
	// A name of less than minLongName letters and digits that nothing states to be
	// the device's maker's is his if so many of the device's own programs hold it,
	// and more than one in so many of them.
	minLongName, shortPrograms, shortShare = 5, 5, 12
	// A name in so many of the device's own programs, and one in siliconShare of them,
	// that does not speak for the device is that of whoever made them, if they name
	// nobody else.
	madePrograms = 3
	// A brand in less than one in so many of the programs of another.
	guestShare = 10
)

func isName(l *sbom.Literal) bool { return l.Kind == sbom.OrgName }

// nameText returns the name in what is looked for, where a short one has a sign
// beside it ("acm_").
func nameText(l *sbom.Literal) string { return strings.Trim(l.Text, nameSigns) }

const nameSigns = "_ /="

func isShortName(l *sbom.Literal) bool { return len(nameText(l)) < minLongName }

// nameHits drops the hits of names that are no words: part of a longer word, or
// of mixed case as in encoded data. Of each name the first good place stays,
// one in a module's description before the others.
func (s *scanner) nameHits(in *Input, res *fileResult, hits []literalHit) []literalHit {
	any := false
	for _, h := range hits {
		l := s.literals.at(h.literal)
		any = any || isName(l) || hasEdge(l)
	}
	if !any {
		return append([]literalHit(nil), hits...)
	}
	var out []literalHit
	type key struct {
		literal   int32
		toolchain bool
	}
	at := map[key]int{}
	for _, h := range hits {
		if l := s.literals.at(h.literal); !isName(l) {
			h.notice = isPlainName(l.Text) && within(res.notices, h.offset)
			if hasEdge(l) {
				if _, seen := at[key{h.literal, false}]; seen || inWord(in, h, l) {
					continue
				}
				at[key{h.literal, false}] = len(out)
			}
			out = append(out, h)
			continue
		}
		if isCompilersWord(in, h) {
			continue
		}
		if !isNameWord(in, h, s.literals.at(h.literal)) {
			if res.elf != nil && len(res.begun) < maxBegun && beginsWord(in, h, s.literals.at(h.literal)) && !slices.ContainsFunc(res.begun, func(o literalHit) bool { return o.literal == h.literal }) {
				res.begun = append(res.begun, h)
			}
			continue
		}
		if m := res.module; m != nil {
			h.said = within(m.said, h.offset)
		}
		h.said = h.said || within(res.recipes, h.offset)
		h.notice = !h.said && within(res.notices, h.offset) && !isCopied(s.literals.at(h.literal).Text) && !(isShortName(s.literals.at(h.literal)) && inside(in, res.notices, h.offset))
		if h.notice && res.licences {
			continue
		}
		if e := res.elf; e != nil {
			for _, t := range e.comments {
				h.toolchain = h.toolchain || h.offset >= t.Offset && h.offset < t.Offset+int64(len(t.Value))
			}
		}
		if res.elf != nil && !h.toolchain && !h.said && !h.notice && len(res.subject) < maxFileClaims {
			if f, ok := modelBehind(in, h, s.literals.at(h.literal)); ok {
				res.Subject(f)
			}
		}
		h.built = res.elf != nil && !h.toolchain && !h.said && !h.notice && inBuildPath(in, h.offset)
		h.written = res.elf != nil && !h.toolchain && hasCapital(in.Bytes(h.offset, int(h.length)))
		if i, ok := at[key{h.literal, h.toolchain}]; !ok {
			at[key{h.literal, h.toolchain}] = len(out)
			out = append(out, h)
		} else if h.said && !out[i].said || h.notice && !out[i].said && !out[i].notice || out[i].built && !h.built {
			h.written = h.written || out[i].written
			out[i] = h
		} else {
			out[i].written = out[i].written || h.written
		}
	}
	return out
}

// hasEdge reports whether a mark begins with a letter: in a longer word
// ("dhd_common_init", "WMI_SNR_", "MavlinkPlay") it is no mark.
func hasEdge(l *sbom.Literal) bool {
	return l.Kind == sbom.LiteralMark && l.Text != "" && isLetter(l.Text[0])
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// inWord reports whether a mark with an edge is a part of a longer word: a letter of
// the same case stands before it, or behind a name of both cases ("OpenRG", which is
// not in "OpenRGPProfile").
func inWord(in *Input, h literalHit, l *sbom.Literal) bool {
	lo := max(0, h.offset-4)
	b := in.Bytes(lo, int(h.offset-lo)+int(h.length)+maxLibraryName)
	start := int(h.offset - lo)
	end := start + int(h.length)
	joined := func(x, y byte) bool { return isLetter(x) && isLetter(y) && x&0x20 == y&0x20 }
	if h.wide || end > len(b) {
		return false
	}
	if start > 0 && joined(b[start-1], b[start]) && !namesLibrary(b, start) {
		return true
	}
	return end < len(b) && joined(b[end-1], b[end]) && b[end]&0x20 == 0 && isPlainName(l.Text) && l.Text != strings.ToUpper(l.Text) && !l.Fold
}

// buildWords are in the paths of where a program was built, and not of what it opens
// on the device.
var buildWords = []string{"toolchain", "gcc", "g++", "sdk", "/src/", "/source", "buildroot", "build_dir", "staging_dir", "/build/", "/tmp/work/", "workspace", "jenkins", "yocto", "sysroot", "-linux-"}

// inBuildPath reports whether a place is in an absolute path of that kind: to a source,
// or through folders named for building.
func inBuildPath(in *Input, at int64) bool {
	const most = 160
	lo := max(0, at-most)
	b := in.Bytes(lo, int(at-lo)+most)
	start := int(at - lo)
	inPath := func(c byte) bool { return c > ' ' && c < 0x7f && strings.IndexByte("\"'=<>|;,:()", c) < 0 }
	end := start
	for end < len(b) && inPath(b[end]) {
		end++
	}
	for start > 0 && inPath(b[start-1]) {
		start--
	}
	p := strings.ToLower(string(b[start:min(end, len(b))]))
	if !strings.HasPrefix(p, "/") || strings.Count(p, "/") < 3 {
		return false
	}
	switch path.Ext(p) {
	case ".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".s":
		return true
	}
	return slices.ContainsFunc(buildWords, func(w string) bool { return strings.Contains(p, w) })
}

// isCompilersWord reports whether a name is in one of the processors that a compiler
// knows: what it writes for a debugger lists them all ("TARGET_CPU_marvell_pj4").
func isCompilersWord(in *Input, h literalHit) bool {
	const before = "TARGET_CPU_"
	return h.offset >= int64(len(before)) && string(in.Bytes(h.offset-int64(len(before)), len(before))) == before
}

func hasCapital(b []byte) bool {
	return bytes.ContainsFunc(b, func(r rune) bool { return r >= 'A' && r <= 'Z' })
}

// maxBegun is how many names with which longer words begin are kept of a program.
const maxBegun = 8

// beginsWord reports whether a longer word of one case begins with a name:
// "acmecloud", "/tmp/acmesvcs", "ACMEDDNS". It is the owner's where the device is his.
func beginsWord(in *Input, h literalHit, l *sbom.Literal) bool {
	if l.Role != sbom.Brand || strings.ContainsAny(nameText(l), nameSigns+"-") || strings.IndexByte(nameSigns, l.Text[len(l.Text)-1]) >= 0 {
		return false
	}
	lo := max(0, h.offset-4)
	b := in.Bytes(lo, int(h.offset-lo)+int(h.length)+maxLibraryName)
	start := int(h.offset - lo)
	end := start + int(h.length)
	if strings.IndexByte(nameSigns, l.Text[0]) >= 0 {
		start++
	}
	if end >= len(b) || start > 0 && (isAlnum(b[start-1]) && !namesLibrary(b, start) || b[start-1] >= 0x80) {
		return false
	}
	lower, upper := true, true
	for _, c := range b[start : end+1] {
		lower, upper = lower && c >= 'a' && c <= 'z', upper && c >= 'A' && c <= 'Z'
	}
	return lower || upper
}

// inside reports whether the text of a notice has another name before a place in
// it: "(c) 2019 Example Inc. Acme Camera".
func inside(in *Input, ranges [][2]int64, at int64) bool {
	for _, r := range ranges {
		if at < r[0] || at >= r[1] {
			continue
		}
		before := strings.ToLower(string(in.Bytes(r[0], int(at-r[0]))))
		for _, w := range strings.FieldsFunc(before, func(r rune) bool { return !unicode.IsLetter(r) }) {
			switch w {
			case "copyright", "c", "by", "the", "of", "and":
			default:
				return true
			}
		}
	}
	return false
}

func within(ranges [][2]int64, at int64) bool {
	for _, r := range ranges {
		if at >= r[0] && at < r[1] {
			return true
		}
	}
	return false
}

// isNameWord reports whether a hit is a word or a part of an identifier:
// "acme_get", "isAcme", "AcmeWifi", "ACME2", and not "placmeant" or "aCMe".
func isNameWord(in *Input, h literalHit, l *sbom.Literal) bool {
	lo := max(0, h.offset-1)
	b := in.Bytes(lo, int(h.offset-lo)+int(h.length)+1)
	start := int(h.offset - lo)
	if isWordOf(b, start, start+int(h.length), l) {
		return true
	}
	if start == 0 || b[0] != 'b' { // of "libacme.so"
		return false
	}
	lo = max(0, h.offset-4)
	start = int(h.offset - lo)
	b = in.Bytes(lo, start+int(h.length)+maxLibraryName)
	return isWordOf(b, start, start+int(h.length), l)
}

// isWordOf is isNameWord of the bytes from start to end.
func isWordOf(b []byte, start, end int, l *sbom.Literal) bool {
	if end > len(b) {
		return false
	}
	for end-start > 1 && strings.IndexByte(nameSigns, b[start]) >= 0 {
		start++
	}
	for end-start > 1 && strings.IndexByte(nameSigns, b[end-1]) >= 0 {
		end--
	}
	word := b[start:end]
	lower := func(c byte) bool { return 'a' <= c && c <= 'z' }
	upper := func(c byte) bool { return 'A' <= c && c <= 'Z' }
	if start > 0 {
		if c := b[start-1]; upper(c) || lower(c) && !upper(word[0]) && !namesLibrary(b, start) && !isOddSpelling(string(word), l) || c >= 0x80 {
			return false
		}
	}
	last := word[len(word)-1]
	if end < len(b) {
		if c := b[end]; lower(c) && (lower(last) || !isOddSpelling(string(word), l)) || upper(c) && !lower(last) || c >= 0x80 {
			return false
		}
	}
	// "acme", "ACME", "Acme", or as the owner writes it: encoded data has any
	// mixture.
	w := string(word)
	low := strings.ToLower(w)
	return w == low || w == strings.ToUpper(w) || w == strings.ToUpper(low[:1])+low[1:] || strings.Contains(l.Value, w)
}

// isOddSpelling reports whether a word is a name as its owner writes it, with
// capitals within ("aCMENET"): nothing else is spelled so, in a longer word either
// ("startaCMENETd").
func isOddSpelling(word string, l *sbom.Literal) bool {
	if len(word) < minLongName || !strings.Contains(l.Value, word) {
		return false
	}
	changes := 0
	for i := 1; i < len(word); i++ {
		a, b := word[i-1], word[i]
		if a >= 'a' && a <= 'z' && b >= 'A' && b <= 'Z' || i > 1 && a >= 'A' && a <= 'Z' && b >= 'a' && b <= 'z' {
			changes++
		}
	}
	return changes > 0
}

// A nameKey is a name in the words of files, or in the toolchains' lines.
type nameKey struct {
	value     string
	toolchain bool
}

func (j *joiner) nameKey(h literalHit) nameKey {
	return nameKey{literalValue(j.s.literals.at(h.literal)), h.toolchain}
}

// nameRole is the role that a hit speaks for: a toolchain's name is that of the
// kit, whoever made the chips or sells the device.
func (j *joiner) nameRole(h literalHit) sbom.Role {
	if h.toolchain {
		return sbom.SDK
	}
	return j.s.literals.at(h.literal).Role
}

// pluginFolders finds the folders of libraries that a program loads by the
// device it meets: modems, scanners, cameras. Each file has the names of one
// or two makers, and the folder is the table of them. One maker's name in most
// of the files that have any is that of the folder's own maker.
func (j *joiner) pluginFolders() map[string]bool {
	type folder struct {
		files int // that hold a name
		names map[string]int
	}
	by := map[string]*folder{}
	j.each(func(_ int32, f *fileRec, r *fileResult) {
		dir := f.dirPath()
		if r.elf == nil || !r.elf.shared || r.module != nil || isLibraryFolder(dir) {
			return
		}
		d := by[dir]
		if d == nil {
			d = &folder{names: map[string]int{}}
			by[dir] = d
		}
		seen := map[string]bool{}
		for _, h := range r.literals {
			if l := j.s.literals.at(h.literal); isName(l) && !seen[literalValue(l)] {
				seen[literalValue(l)] = true
				d.names[literalValue(l)]++
			}
		}
		if len(seen) > 0 {
			d.files++
		}
	})
	tables := map[string]bool{}
	for dir, d := range by {
		most := 0
		for _, n := range d.names {
			most = max(most, n)
		}
		if len(d.names) >= nameTableBrands && most*2 <= d.files {
			tables[dir] = true
		}
	}
	return tables
}

// isLibraryFolder reports whether libraries of all kinds stand in a folder:
// "lib", "usr/lib64", "usr/lib/arm-linux-gnueabihf", "bin". So do those of what is
// in an Android device, in the folders from which its parts load them ("lib/hw" in
// libhardware's hardware.c).
func isLibraryFolder(dir string) bool {
	base := baseOf(dir)
	switch base {
	case "hw", "egl", "soundfx":
		base = baseOf(dirOf(dir))
	}
	return dir == "." || strings.HasPrefix(base, "lib") && len(base) <= 5 || strings.HasSuffix(base, "bin") || strings.Contains(base, "-linux")
}

// modemExtractor marks the programs that speak to cellular modems. They know
// modems by their makers' names, whoever made the device that the modem is in.
// The marks are commands of 3GPP TS 27.007 and the names that Linux gives to
// such devices.
func modemExtractor() Extractor {
	return Extractor{
		Name:  "modem",
		Doc:   "finds the programs that control modems, which know them by their makers' names",
		Marks: []string{"AT+CGMI", "AT+CGMM", "AT+CSQ", "AT+CPIN", "AT+COPS", "AT+CREG", "AT+CGDCONT", "AT+CUSD", "AT+CMGF", "AT+CFUN", "AT+CIMI", "+CSQ:", "+CREG:", "+CUSD:", "csq_parse", "parse_csq", "ttyUSB", "ttyACM", "cdc-wdm"},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			out.modem = in.isELF()
			return nil
		},
	}
}

// names decides which names speak for the device.
func (j *joiner) names() {
	type count struct {
		role     sbom.Role
		contents map[[32]byte]bool
		programs int
		outside  int // programs that stand in no folder of that name
		pages    int // of a web interface
		modules  int
		drivers  int  // modules of a kernel that its builder changed
		once     int  // programs that hold it once, as people write it
		long     bool // by a spelling of five letters or more
	}
	by := map[nameKey]*count{} // spellings of one name count together
	paths := pathNames{j: j}
	plugins := j.pluginFolders()
	programs := map[[32]byte]bool{} // the device's own
	needed := map[string]bool{}     // libraries, by those
	j.countAttached()
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if j.speaksByName(i, f, r) && j.own(i) {
			if r.elf != nil {
				programs[*f.sum] = true
				for _, n := range r.elf.needed {
					if len(needed) < maxNeeded {
						needed[path.Base(n)] = true
					}
				}
			}
			paths.add(f.path())
		}
		var brands, chips int
		seen, others := map[string]bool{}, false
		for _, h := range r.literals {
			l := j.s.literals.at(h.literal)
			if isName(l) && (isShortName(l) || l.Role == sbom.Developer) {
				others = true // there by chance, or of no maker of things
			} else if isName(l) && !seen[literalValue(l)] {
				seen[literalValue(l)] = true
				if l.Role == sbom.Silicon {
					chips++
				} else {
					brands++
				}
			}
		}
		if r.elf != nil && r.module == nil && makersIn(seen, r.chips) >= nameTableBoth {
			r.nameTable = true
			return
		}
		if len(seen) == 0 && !others {
			return
		}
		if brands >= nameTableBrands || chips >= nameTableSilicon || plugins[f.dirPath()] && r.elf != nil {
			r.nameTable = true
			if r.elf == nil && brands >= nameTableBrands && f.class != classTrust && f.class != classDatabase {
				f.setClass(classRegistry)
			}
			return
		}
		if !j.speaksByName(i, f, r) {
			return
		}
		own := j.own(i)
		for _, h := range r.literals {
			l := j.s.literals.at(h.literal)
			role := j.nameRole(h)
			if !isName(l) || role == sbom.Silicon && isShortName(l) || !own && role != sbom.Silicon || r.modem && role == sbom.Brand || role == sbom.Silicon && j.otherSilicon(f, r, literalValue(l)) {
				continue
			}
			c := by[j.nameKey(h)]
			if c == nil {
				c = &count{role: role, contents: map[[32]byte]bool{}}
				by[j.nameKey(h)] = c
			}
			c.long = c.long || !isShortName(l)
			if role == sbom.Silicon && !j.firstOf(f, r, j.nameKey(h)) {
				continue
			}
			if !c.contents[*f.sum] && len(c.contents) < maxNameContents {
				c.contents[*f.sum] = true
				if r.elf != nil {
					c.programs++
					if h.written && h.count == 1 && !h.notice && !h.said {
						c.once++
					}
					if role == sbom.Brand && !inNamedFolder(f.path(), literalValue(l)) {
						c.outside++
					}
				}
				if f.class == classWeb {
					c.pages++
				}
				if r.module != nil {
					c.modules++
					c.drivers++
				}
			}
		}
	})
	j.namePaths = paths.names()
	j.namedMakers = map[nameKey]bool{}
	for v, c := range by {
		if c.programs >= madePrograms && c.programs*siliconShare >= len(programs) && (c.long || c.programs >= shortPrograms) && !v.toolchain {
			j.namedMakers[v] = true
		}
	}
	for v, c := range by {
		if !c.long && (c.programs < shortPrograms || c.programs*shortShare < len(programs)) && !j.stated(v.value) {
			delete(by, v) // it may be there by chance
		}
	}
	top := map[sbom.Role]int{}
	for _, c := range by {
		top[c.role] = max(top[c.role], len(c.contents))
	}
	j.brandFiles = top[sbom.Brand]
	j.named = map[nameKey]bool{}
	rivals := 0
	for v, c := range by {
		if len(c.contents)*nameShare < top[c.role] || len(programs) == 0 && j.isRare(len(c.contents)) {
			continue
		}
		inPaths := len(j.namePaths[v.value])
		if c.programs == 0 && len(programs) >= namedByOne {
			inPaths = 0
		}
		switch {
		case c.role == sbom.Developer:
			continue // who made parts of it did not make the device
		case c.role == sbom.Brand && len(c.contents) >= nameFiles && inPaths >= namePaths:
		case c.role == sbom.Brand && len(c.contents) >= nameTexts && inPaths > 0:
		case c.role == sbom.Brand && c.pages >= namePages && (c.programs > 0 || len(c.contents)*2 >= top[sbom.Brand]):
			// What only pages name beside a better known brand is a choice in their
			// forms, in each language.
		case len(c.contents) < nameFiles || c.programs < namePrograms:
			continue
		case c.role == sbom.Brand && (c.modules == len(c.contents) || c.modules > 0 && c.modules == c.programs && c.pages+inPaths == 0 && !j.stated(v.value)):
			continue // whose parts, or whose devices, the drivers and their settings are for
		case c.role == sbom.Brand && c.once == c.programs && c.pages+inPaths == 0 && !j.stated(v.value):
			continue // each names him once, in a table of things
		case (c.role == sbom.Brand || c.role == sbom.ODM) && c.programs*brandShare < len(programs):
			continue
		case c.role == sbom.SDK && !v.toolchain && c.programs*siliconShare < len(programs):
			continue // a service that a few programs can be used with
		case c.role == sbom.Silicon && c.drivers == 0 && c.programs*siliconShare < len(programs):
			continue
		}
		j.named[v] = true
		j.namedByDrivers = j.namedByDrivers || c.role == sbom.Silicon && c.drivers >= 2
		if c.role == sbom.Brand && len(c.contents)*2 >= top[c.role] {
			rivals++
		}
	}
	if j.namedByDrivers {
		// Drivers say which chips are there; the programs work with others too.
		for v := range j.named {
			if c := by[v]; c.role == sbom.Silicon && c.drivers == 0 {
				delete(j.named, v)
			}
		}
	}
	// Who brought a few programs, or those of one folder, to a device most of whose
	// programs name another did not sell it.
	most := 0
	for v := range j.named {
		if c := by[v]; c.role == sbom.Brand && c.long {
			most = max(most, c.outside)
		}
	}
	j.guests = map[string]bool{}
	for v := range j.named {
		if by[v].role == sbom.Brand && by[v].outside*guestShare >= most {
			j.brands = append(j.brands, v.value)
		}
	}
	slices.Sort(j.brands)
	for v := range j.named {
		if c := by[v]; c.role == sbom.Brand && c.outside*guestShare < most && !j.stated(v.value) {
			j.guests[v.value] = true
		}
	}
	if rivals >= rivalBrands {
		for v := range j.named {
			if by[v].role == sbom.Brand {
				delete(j.named, v)
			}
		}
		return
	}
	j.libraryLabels(needed)
}

// isRare reports whether so few files of a tree without programs hold a mark that it
// is one of the things which they are about: folders of documents and settings for
// everybody's devices know each maker somewhere.
func (j *joiner) isRare(files int) bool { return files*rareShare < int(j.s.files.n) }

// rareShare: one file of as many holds a maker's mark, where nothing else tells him.
const rareShare = 200

// stated reports whether a file says that the device's maker or brand is one whose
// name begins as a name does.
func (j *joiner) stated(name string) bool {
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	for i := range j.facts {
		for k := range j.facts[i].Claims {
			c := &j.facts[i].Claims[k]
			if c.Kind != sbom.OrgName || c.Role != sbom.Manufacturer && c.Role != sbom.Brand {
				continue
			}
			w, _, _ := strings.Cut(strings.ToLower(c.Value), " ")
			if w = strings.TrimRight(w, ".,"); w == first || len(first) > 3 && strings.HasPrefix(w, first) {
				return true
			}
		}
	}
	return false
}

// pathNames finds the names of makers of devices in the names of files and
// folders.
type pathNames struct {
	j     *joiner
	text  []byte                     // paths, each with a line feed behind it
	found map[string]map[string]bool // by name: paths up to the part that holds it
	in    map[string]map[string]bool // by folder: the names in its entries
	noted int
}

const (
	pathNamesBatch = 1 << 20
	maxNamePaths   = 1 << 15 // names in paths that are looked at; more say no more
)

func (p *pathNames) add(path string) {
	p.text = append(append(p.text, path...), '\n')
	if len(p.text) >= pathNamesBatch {
		p.search()
	}
}

func (p *pathNames) search() {
	b := p.text
	p.j.s.searcher.Search(b, func(m bytesearch.Match) {
		n := m.Pattern - p.j.s.firstLiteral
		if n < 0 || m.Wide || p.noted >= maxNamePaths {
			return
		}
		l := p.j.s.literals.at(p.j.s.literals.number(n))
		if !isName(l) || l.Role != sbom.Brand || !isWordOf(b, m.Start, m.End, l) {
			return
		}
		line := bytes.LastIndexByte(b[:m.Start], '\n') + 1
		end := len(b)
		if i := bytes.IndexAny(b[m.End:], "/\n"); i >= 0 {
			end = m.End + i
		}
		dir := bytes.LastIndexByte(b[line:m.Start], '/')
		p.noted++
		note(&p.found, literalValue(l), string(b[line:end]))
		note(&p.in, string(b[line:line+dir+1]), literalValue(l))
	})
	p.text = p.text[:0]
}

func note(to *map[string]map[string]bool, key, value string) {
	if *to == nil {
		*to = map[string]map[string]bool{}
	}
	if (*to)[key] == nil {
		(*to)[key] = map[string]bool{}
	}
	(*to)[key][value] = true
}

// names returns the paths by name. A folder with entries of many makers is a
// table of them, and its entries say nothing.
func (p *pathNames) names() map[string][]string {
	p.search()
	out := map[string][]string{}
	for name, paths := range p.found {
		for path := range paths {
			if len(p.in[path[:strings.LastIndexByte(path, '/')+1]]) < nameTableBrands {
				out[name] = append(out[name], path)
			}
		}
		slices.Sort(out[name])
	}
	return out
}

// makersIn counts the makers that a program names, by their names and by those
// of their chips. Names of one maker begin with one word.
func makersIn(names map[string]bool, chips []chipFact) int {
	makers := map[string]bool{}
	add := func(name string) {
		first, _, _ := strings.Cut(strings.ToLower(name), " ")
		makers[strings.TrimRight(first, ",.")] = true
	}
	for n := range names {
		add(n)
	}
	for i := range chips {
		add(chips[i].maker)
	}
	return len(makers)
}

// speaksByName reports whether the names in a file may be those of whoever
// made the device or its chips. A module that a kernel's build marked as its
// own, and that the mainline kernel does not have, is of the kernel that the
// maker of the chips hands out: it speaks for the chips.
func (j *joiner) speaksByName(i int32, f *fileRec, r *fileResult) bool {
	if f.state == stateOpaque || silent(f) || f.host {
		return false
	}
	if m := r.module; m != nil {
		return !m.mainline && (j.own(i) || m.intree)
	}
	return j.own(i)
}

// nameClaim makes the claim of a name in a file, where the name counts.
func (j *joiner) nameClaim(i int32, h literalHit, f *fileRec, r *fileResult) (sbom.Claim, bool) {
	named := j.named[j.nameKey(h)]
	c := j.literalClaim(h, f)
	c.Role, c.Field = j.nameRole(h), sbom.FieldNameMark
	switch {
	case r.nameTable:
		// A program that knows the devices of many makers, and names the one who
		// says that this device is his, or the device's brand more than all others.
		return c, named && c.Role == sbom.Brand && r.elf != nil && !h.toolchain && ((!r.modem || h.count > nameTableBrands) && j.stated(c.Value) || !r.modem && r.module == nil && j.own(i) && j.mostlyNames(h, r))
	case named && r.module != nil && r.module.mainline && !h.said:
		return c, false // the kernel's driver, which only was built for the device
	case named:
	case !h.said && !h.notice && j.own(i) && j.onlyMaker(h, f, r):
	case h.notice:
		c.Role, c.Field = sbom.Developer, sbom.FieldCopyright
	case !h.said:
		return c, false
	case r.module.mainline && c.Role != sbom.Silicon:
		return c, false // its author's employer, which other claims name
	}
	return c, true
}

// firstOf reports whether a program is the first with a name in its folder, where that
// is one below those of libraries: what one program keeps there are its own parts, and
// speaks once ("usr/lib/valgrind/memcheck-arm-linux").
func (j *joiner) firstOf(f *fileRec, r *fileResult, k nameKey) bool {
	dir := f.dirPath()
	if r.elf == nil || !r.elf.program || r.elf.shared || r.module != nil || isLibraryFolder(dir) || !inFolder(f.path(), "lib") && !inFolder(f.path(), "libexec") {
		return true
	}
	if j.privatePrograms == nil {
		j.privatePrograms = map[string]bool{}
	}
	at := k.value + "\x00" + dir
	if j.privatePrograms[at] {
		return false
	}
	j.privatePrograms[at] = true
	return true
}

// mostlyNames reports whether a file has a name as often as all other makers' names
// together, and more than in passing.
func (j *joiner) mostlyNames(h literalHit, r *fileResult) bool {
	others := int32(0)
	for _, o := range r.literals {
		if ol := j.s.literals.at(o.literal); isName(ol) && !o.toolchain && o.literal != h.literal {
			others += o.count
		}
	}
	return h.count >= madeMentions && h.count >= others
}

// onlyMaker reports whether a name is that of whoever made a program, which names
// no other maker of its kind: several programs of the device are his.
func (j *joiner) onlyMaker(h literalHit, f *fileRec, r *fileResult) bool {
	if r.elf == nil || r.module != nil || r.modem || f.host || !j.namedMakers[j.nameKey(h)] {
		return false
	}
	// Paths of toolchains and attributes of processors have a maker's name in lower
	// case.
	l := j.s.literals.at(h.literal)
	silicon := l.Role == sbom.Silicon
	if !h.written || !silicon && (l.Role != sbom.Brand && l.Role != sbom.ODM && l.Role != sbom.Developer || h.count < madeMentions) {
		return false
	}
	name := literalValue(l)
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	if silicon && (memoryMakers[first] || slices.ContainsFunc(r.chips, func(c chipFact) bool { return !strings.HasPrefix(strings.ToLower(c.maker), first) })) {
		return false
	}
	return !slices.ContainsFunc(r.literals, func(o literalHit) bool {
		ol := j.s.literals.at(o.literal)
		return isName(ol) && !o.toolchain && literalValue(ol) != name && (ol.Role == sbom.Silicon) == silicon
	})
}

// madeMentions is how often a program must name a maker of devices who is not that
// of the device to be his: a partner it names once.
const madeMentions = 3

// otherChips reports whether something better than a name states the maker of the
// device's chips, and it is another: a target of the build, a chip's name. Names
// stay in drivers and kits long after their owner (Ralink's, in MediaTek's).
func (j *joiner) otherChips(name string) bool {
	other := false
	for i := range j.subject.Claims {
		c := &j.subject.Claims[i]
		if c.Role != sbom.Silicon || c.Field == "" || c.Field == sbom.FieldNameMark {
			continue
		}
		// NXP bought Freescale in 2015, and its chips go by either name since.
		if strings.EqualFold(c.Value, name) || c.Value == "NXP" && strings.HasPrefix(name, "Freescale") {
			return false
		}
		other = true
	}
	return other
}

// nameSubject adds the names that speak for the device to its claims.
func (j *joiner) nameSubject() {
	places := map[nameKey][]place{}
	var order []nameKey
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if r.nameTable || !j.speaksByName(i, f, r) {
			return
		}
		own := j.own(i)
		for _, h := range r.literals {
			l := j.s.literals.at(h.literal)
			if !isName(l) || !own && j.nameRole(h) != sbom.Silicon || j.nameRole(h) == sbom.Silicon && j.otherSilicon(f, r, literalValue(l)) {
				continue
			}
			if k := j.nameKey(h); j.named[k] {
				if places[k] == nil {
					order = append(order, k)
				}
				places[k] = keepBest(places[k], place{h, *f, strength(f, r)}, false)
			}
		}
	})
	sort.Slice(order, func(a, b int) bool {
		if order[a].value != order[b].value {
			return order[a].value < order[b].value
		}
		return order[b].toolchain
	})
	for _, k := range order {
		best := places[k][0]
		if j.nameRole(best.h) == sbom.Silicon && j.otherChips(k.value) || j.nameRole(best.h) == sbom.Brand && j.guests[k.value] {
			continue
		}
		c := j.literalClaim(best.h, &best.f)
		c.Role, c.Field = j.nameRole(best.h), sbom.FieldNameMark
		c.Evidence = j.evidenceOf(places[k])
		for _, path := range j.namePaths[k.value][:min(len(j.namePaths[k.value]), max(0, maxClaimEvidence-len(c.Evidence)))] {
			c.Evidence = append(c.Evidence, sbom.Evidence{Technique: sbom.Filename, Extractor: c.Evidence[0].Extractor, Path: EscapePath(path), Match: CleanMatch(baseOf(path))})
		}
		j.subject.Claims = append(j.subject.Claims, c)
	}
}
