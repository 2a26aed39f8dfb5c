package firmware

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Many devices state their model in no file made for it, and say it all the same: in
// the title of the first page of their web interface, in what they announce by UPnP,
// in the name of their wireless network, to whoever logs in, in the name of their
// kernel. Each alone is as often a kit's, an owner's or a maker's name. A name that
// two places of different sorts agree in is the product's, and one that designates a
// product in the form of a model needs no second.

// A called is a name by which a file calls the device in passing, and the sort of
// place.
type called struct {
	name string
	in   calledIn
	by   string // of a model behind a maker's name: the name
	all  bool   // and a text of the program is no more than the two
}

type calledIn uint8

const (
	calledNothing calledIn = iota
	inTitle
	inUPnP
	inGreeting
	inNetwork
	inHostName
	inKernel
	inPrograms
	inWireless
	calledPlaces
)

const (
	maxTitlePage = 256 << 10
	maxTitleAt   = 8 << 10 // in which the title of a page begins
	// Titles of start pages and names in programs that are kept of a tree.
	maxCalledNames = 64
)

// startPages are names of the pages that a web interface opens with, without ending.
var startPages = map[string]bool{"index": true, "login": true, "logon": true, "home": true, "main": true, "default": true, "start": true, "welcome": true, "top": true, "status": true, "setup": true}

func pageTitleExtractor() Extractor {
	return Extractor{
		Name: "page-title",
		Doc:  "reads the titles of the pages that a web interface opens with",
		Match: func(e *Entry) bool {
			if e.Size < 16 || e.Size > maxTitlePage || e.isELF() || !e.isText() {
				return false
			}
			base, ending, _ := strings.Cut(e.lowerBase(), ".")
			switch ending {
			case "htm", "html", "asp", "php", "cgi", "lp", "shtml", "jsp", "stm":
				return startPages[base] && !inFolder(e.Path, "share") && !inFolder(e.Path, "lib") && !inFolder(e.Path, "doc")
			}
			return false
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			b := in.Bytes(0, maxTitleAt)
			i := strings.Index(lowerASCII(string(b)), "<title>")
			if i < 0 {
				return nil
			}
			at := i + len("<title>")
			n := bytes.IndexByte(b[at:min(len(b), at+128)], '<')
			if n < 0 {
				return nil
			}
			title := strings.Join(strings.Fields(xmlEntities.Replace(string(b[at:at+n]))), " ")
			ev := out.Evidence(sbom.ManifestAnalysis, "name", int64(at), n, title)
			if title = withoutKind(title); !isCalled(title) {
				return nil
			}
			out.Subject(SubjectFact{called: called{name: title, in: inTitle}, Evidence: []sbom.Evidence{identity(ev, sbom.Low)}})
			return nil
		},
	}
}

// withoutKind returns a name without the words for its kind behind it ("AX40 GPON
// ONT").
func withoutKind(s string) string {
	words := strings.Fields(s)
	for len(words) > 1 && isKindWord(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

// isKindWord reports whether a word of a name says no more than what sort of thing it
// is, or what it connects to.
func isKindWord(w string) bool { return isPlainWord(w) || kindWords[strings.ToLower(w)] }

// isPlainWord reports whether a word of a name is that of a page or of a network.
func isPlainWord(w string) bool {
	low := strings.ToLower(w)
	switch low {
	case "3g", "4g", "5g", "lte", "wifi", "wi-fi", "login", "the", "web", "ui", "portal", "home", "smart", "digital", "mini", "pro", "new", "network", "internet", "broadband", "access", "point", "manager", "management", "interface", "page", "setup", "box", "hub":
		return true
	}
	return false
}

// upnpTemplateExtractor reads what programs fill into device descriptions (UPnP
// Device Architecture 1.1, 2.3) where it stands in them whole: elsewhere they have a
// place for what the settings say.
func upnpTemplateExtractor() Extractor {
	return Extractor{
		Name:  "upnp-template",
		Doc:   "reads the names of devices in the UPnP descriptions that programs hold",
		Marks: []string{"<friendlyName>", "<modelName>", "<modelNumber>"},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			if !in.isELF() {
				return nil
			}
			for _, m := range in.Marks {
				b := in.Bytes(m.Offset, 96)
				i := bytes.IndexByte(b, '>')
				if i < 0 {
					continue
				}
				n := bytes.IndexByte(b[i+1:], '<')
				if n < 0 || !bytes.HasPrefix(b[i+1+n:], []byte("</")) {
					continue
				}
				name := strings.TrimSpace(string(b[i+1 : i+1+n]))
				chip, _ := chipOf(name)
				if !isCalled(name) || chip != "" || isUPnPKind(name) || string(b[:i+1]) == "<modelNumber>" && !isProductNumber(name) {
					continue
				}
				ev := out.Evidence(sbom.BinaryAnalysis, "name", m.Offset+int64(i)+1, n, name)
				out.Subject(SubjectFact{called: called{name: name, in: inUPnP}, Evidence: []sbom.Evidence{identity(ev, sbom.Low)}})
			}
			return nil
		},
	}
}

// isUPnPKind reports whether a name in a device description is of a part of every
// device or of the kit whose program it is ("WANDevice", "Linux IGD", "WPS Router").
func isUPnPKind(name string) bool {
	low := strings.ToLower(name)
	for _, w := range []string{"wps", "wfa", "wsc", "upnp", "igd", "device", "proxy", "media", "dlna", "renderer", "simple", "config", "linux"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	return isKindName(name)
}

// modelBehind returns the model that stands in a program behind the name of who makes
// or sells devices: "Acme AX-932B".
func modelBehind(in *Input, h literalHit, l *sbom.Literal) (SubjectFact, bool) {
	if l.Role != sbom.Brand && l.Role != sbom.Manufacturer || strings.IndexByte(nameSigns, l.Text[len(l.Text)-1]) >= 0 && l.Text[len(l.Text)-1] != ' ' {
		return SubjectFact{}, false
	}
	end := h.offset + int64(h.length)
	b := in.Bytes(end-1, 28)
	if len(b) > 0 && b[0] != ' ' {
		b = b[1:]
		end++
	}
	if len(b) < 4 || b[0] != ' ' || b[1] < 'A' || b[1] > 'Z' {
		return SubjectFact{}, false
	}
	n := 1
	for n < len(b) && (isAlnum(b[n]) || b[n] == '-' || b[n] == '+') {
		n++
	}
	if n == len(b) || b[n] == '.' || b[n] == '/' || b[n] == '_' || b[n] == '=' {
		return SubjectFact{}, false
	}
	name := strings.TrimRight(string(b[1:n]), "-")
	if !isProductNumber(name) || isStandard(name) {
		return SubjectFact{}, false
	}
	before := in.Bytes(max(0, h.offset-1), 1)
	whole := b[n] == 0 && h.offset > 0 && len(before) == 1 && before[0] == 0
	match := string(in.Bytes(h.offset, int(end-h.offset)+len(name)))
	ev := sbom.Evidence{Field: "name", Technique: sbom.BinaryAnalysis, Extractor: "model-name", Path: EscapePath(in.Path), Offset: h.offset, Length: len(match), Match: CleanMatch(match)}
	return SubjectFact{called: called{name, inPrograms, literalValue(l), whole}, Evidence: []sbom.Evidence{identity(ev, sbom.Low)}}, true
}

// isStandard reports whether a word of letters and digits is that of a standard, a
// protocol or a mode, which programs name behind a maker's name too.
func isStandard(s string) bool {
	low := strings.ReplaceAll(strings.ToLower(s), "-", "")
	for _, p := range []string{"tr0", "tr1", "tr3", "ht2", "ht4", "ht8", "vht", "hsp", "iso", "rfc", "ieee", "utf", "md5", "sha", "aes", "wpa", "wep", "usb", "http", "ipv", "fat", "ntfs", "gb", "en3", "win", "ie1", "g7", "h26", "mpeg", "crc", "base", "rs4", "rs2", "dx", "vc"} {
		if strings.HasPrefix(low, p) {
			return true
		}
	}
	return false
}

// isCalled reports whether a text can be the name of a device: a few words without
// what templates and sentences have.
func isCalled(s string) bool {
	return len(s) >= 3 && len(s) <= 48 && hasLetters(s, 2) && validValue(s) && !strings.ContainsAny(s, "<>{}[]()$%@\"'=;:|\\?*#,") && strings.Count(s, " ") <= 3
}

// kernelName returns the word that somebody put behind the version of his kernel for
// the device ("2.6.32.2-AX1500"), and the version behind that ("2.6.23-AX360_V2.0.0"):
// of the form that models have. Marks of branches, builds and chips are none.
func kernelName(release string) (name, version string) {
	i := strings.IndexAny(release, "-_")
	if i < 0 || len(release) > 64 {
		return "", ""
	}
	word := release[i+1:]
	name, version = cutVersion(word)
	if chip, _ := chipOf(name); chip != "" || !isModel(name) || !isProductNumber(name) {
		return "", ""
	}
	return name, version
}

// calledKernel notes the name that the kernels of a tree have, if all that have one
// agree.
func (j *joiner) calledKernel() {
	var name, version string
	var at subjectFact
	agree := true
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if r.module == nil || silent(f) || !agree {
			return
		}
		n, v := kernelName(r.module.release)
		switch {
		case n == "":
		case name == "":
			name, version = n, v
			ev := sbom.Evidence{Field: "name", Technique: sbom.BinaryAnalysis, Extractor: "module", Path: r.path, Offset: r.module.vermagicAt, Length: len(r.module.release), Match: CleanMatch(r.module.release)}
			at = subjectFact{path: f.path(), file: i}
			at.Evidence = []sbom.Evidence{identity(ev, sbom.Low)}
		case n != name || v != version:
			agree = false
		}
	})
	if name == "" || !agree {
		return
	}
	at.called = called{name: name, in: inKernel}
	if version != "" {
		// Whoever gave it a version gave it the product's.
		at.Name, at.Rank = name, settingsRank
		v := at
		v.called, v.Name, v.Version, v.Rank = called{}, "", version, defaultVersion
		ev := at.Evidence[0]
		ev.Field = "version"
		v.Evidence = []sbom.Evidence{ev}
		j.facts = append(j.facts, v)
	}
	j.facts = append(j.facts, at)
}

// callDevice gives the device that nothing names the name by which two sorts of
// places call it, or one as a model is written.
func (j *joiner) callDevice() {
	sub := j.subject
	if sub.Name != "" {
		return
	}
	type name struct {
		text     string
		best     calledIn
		places   [calledPlaces]bool
		evidence []sbom.Evidence
		programs map[[32]byte]bool
		whole    bool // a text of a program is no more than the maker's name and it
	}
	by := map[string]*name{}
	var order []*name
	add := func(c called, evidence []sbom.Evidence, file int32) {
		key := fold(c.name)
		if len(key) < 3 || defaultHost[strings.ToLower(c.name)] || defaultIdentity[strings.ToLower(c.name)] || isChipMaker(c.name) || c.in == inPrograms && !j.isMakersName(fold(c.by)) {
			return
		}
		// "Wireless Router", "Acme 4G": words for any product of the kind, and the maker's
		// name for his network.
		own := slices.DeleteFunc(strings.Fields(c.name), isPlainWord)
		if !slices.ContainsFunc(own, func(w string) bool { return !isKindWord(w) }) || j.isMakersName(fold(strings.Join(own, " "))) {
			return
		}
		n := by[key]
		if n == nil {
			if len(order) == maxCalledNames {
				return
			}
			n = &name{text: c.name, best: c.in, programs: map[[32]byte]bool{}}
			by[key] = n
			order = append(order, n)
		}
		if c.in < n.best {
			n.text, n.best = c.name, c.in
		}
		if !n.places[c.in] {
			n.evidence = append(n.evidence, evidence[:min(len(evidence), 1)]...)
		}
		n.places[c.in] = true
		if c.in == inPrograms && len(n.programs) < maxNameHits {
			n.programs[*j.s.files.at(file).sum] = true
			n.whole = n.whole || c.all
		}
	}
	for i := range j.facts {
		f := &j.facts[i]
		if f.called.name != "" {
			add(f.called, f.Evidence, f.file)
		}
		if f.Name != "" && f.Rank == hostRank {
			add(called{name: f.Name, in: inHostName}, f.Evidence, f.file)
		}
		for _, p := range f.Properties {
			switch p.Name {
			case propertySSID:
				add(called{name: p.Value, in: inNetwork}, f.Evidence, f.file)
			case propertyFriendly:
				add(called{name: p.Value, in: inUPnP}, f.Evidence, f.file)
			}
		}
	}
	// namedByPrograms reports whether programs name a model and no other: several, or
	// one in a text of its own. Those that work with the maker's other products name
	// many.
	namedByPrograms := func(n *name) bool {
		for _, o := range order {
			if o != n && o.places[inPrograms] && !strings.HasPrefix(fold(o.text), fold(n.text)) && !strings.HasPrefix(fold(n.text), fold(o.text)) {
				return false
			}
		}
		return len(n.programs) >= 2 || n.whole
	}
	var found *name
	count := func(n *name) int {
		c := 0
		for _, is := range n.places {
			if is {
				c++
			}
		}
		if c == 1 && !(n.places[inTitle] && isModelTitle(n.text) || n.places[inWireless] || n.places[inPrograms] && namedByPrograms(n) || n.places[inUPnP] && n.evidence[0].Extractor == "upnp-template") {
			return 0
		}
		return c
	}
	for _, n := range order {
		if c := count(n); c > 0 && (found == nil || c > count(found)) {
			found = n
		} else if c > 0 && c == count(found) && !strings.Contains(fold(n.text), fold(found.text)) {
			if !strings.Contains(fold(found.text), fold(n.text)) {
				return // two products, and nothing to tell which is here
			}
			found = n // "AX9" is what it is, "Acme AX9 Portal" what somebody calls it
		}
	}
	if found == nil {
		return
	}
	sub.Name = found.text
	j.hostNamed = true
	for _, e := range found.evidence {
		e.Field = "name"
		if e.Confidence == "" {
			e.Confidence = sbom.Low
		}
		sub.Evidence = appendNew(sub.Evidence, e)
	}
}

// isModelTitle reports whether a title is the designation of a product and no more:
// "AX-900", "AcmeBox 800".
func isModelTitle(s string) bool {
	words := strings.Fields(s)
	if len(words) > 2 || !hasLetters(s[:1], 1) {
		return false
	}
	digits := 0
	for _, c := range s {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	chip, _ := chipOf(s)
	last := words[len(words)-1]
	return digits >= 2 && chip == "" && !strings.ContainsAny(s, "./+") && (len(words) == 1 && isProductNumber(s) || len(words) == 2 && (isProductNumber(last) || isNumber(last) && len(last) >= 3) && hasLetters(words[0], 3) && !isVersionWord(words[0]))
}

// isVersionWord reports whether a word stands before a number that is no model's.
func isVersionWord(w string) bool {
	switch strings.ToLower(w) {
	case "error", "http", "version", "ver", "page", "chapter", "figure", "table", "step", "part", "code", "status", "port", "test", "windows", "copyright", "release", "build":
		return true
	}
	return false
}

// isMakersName reports whether a folded name is no more than that of who made or
// sells the device, as claims and domains say it.
func (j *joiner) isMakersName(key string) bool {
	return slices.ContainsFunc(j.subject.Claims, func(c sbom.Claim) bool {
		switch {
		case c.Kind == sbom.LiteralMark || c.Role != sbom.Manufacturer && c.Role != sbom.Brand && c.Role != sbom.ODM && c.Role != sbom.Silicon && c.Role != sbom.SDK:
			return false
		case c.Kind == sbom.Host || c.Kind == sbom.Domain:
			label, _, _ := strings.Cut(domainOf(c.Value), ".")
			return fold(label) == key
		}
		value := fold(c.Value)
		first, _, _ := strings.Cut(c.Value, " ")
		return value == key || fold(first) == key || len(key) >= 4 && strings.HasPrefix(value, key)
	}) || slices.ContainsFunc(j.brands, func(b string) bool { return fold(b) == key })
}
