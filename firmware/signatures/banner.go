package signatures

import (
	"bytes"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Libraries that are handed out as text state what they are in a comment: its
// first line is a name and a version ("/*! jQuery UI - v1.12.1 - 2016-09-14"), or
// the first line is a name and a tag of the comment gives the version
// ("@version 1.10.13"). Minifiers keep such comments, and a file that bundles
// libraries has one of each. So one reader serves all of them, and a mark with
// Banner is no more than a name. What no signature names stays unnamed, unless the
// file has the very name that its first comment gives with a version: see selfName.

const (
	bannerRead  = 64 << 10 // bytes read at a time
	bannerFile  = 64 << 20 // bytes of a file that are looked at
	bannerText  = 2 << 10  // bytes of a comment that are looked at
	bannerLines = 30       // of it
	bannerName  = 80       // bytes of a name
	maxBanners  = 256      // of a file, each of which may become evidence
)

// bannerSuffixes are the names' endings of the texts that begin so: pages, and
// sources of languages that have comments of this form.
var bannerSuffixes = []string{".js", ".css", ".mjs", ".cjs", ".jsm", ".htm", ".html", ".shtml", ".xhtml", ".asp", ".aspx", ".jsp", ".php", ".phtml", ".cgi", ".lp", ".vue", ".ts", ".jsx", ".tsx", ".less", ".scss", ".sass", ".tpl", ".tmpl", ".stm", ".htc"}

// banners reads the comments of a text.
func (r *resolution) banners() error {
	if r.file.Kind != Text || r.set.bannerNames.Len() == 0 {
		return nil
	}
	if !slices.Contains(bannerSuffixes, strings.ToLower(path.Ext(r.file.Path))) {
		return nil
	}
	pooled, _ := r.set.bannerBuffers.Get().(*[bannerRead + bannerText]byte)
	if pooled == nil {
		pooled = new([bannerRead + bannerText]byte)
	}
	defer r.set.bannerBuffers.Put(pooled)
	buf := pooled[:]
	named := false
	for base, found := int64(0), 0; base < bannerFile && found < maxBanners; {
		n, err := r.data.ReadAt(buf, base)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		last := n < len(buf)
		if base == 0 {
			r.self = selfName(r.file.Path)
			named, err = r.fileName(buf[:n])
			if err != nil {
				return err
			}
		}
		c := comments{b: buf[:n], line: -1, block: -1}
		at := c.beginning(base)
		for found < maxBanners {
			start, size := c.next(at)
			if start < 0 || !last && start >= bannerRead {
				at = max(at, min(n, bannerRead))
				break
			}
			if base+int64(start) > selfOffset {
				r.self = ""
			}
			ok, err := r.banner(c.b[start:start+size], base+int64(start))
			if err != nil {
				return err
			}
			if ok {
				found++
			}
			at = start + size
		}
		if last || at == 0 {
			break
		}
		base += int64(at)
	}
	if named {
		r.dropFileName()
	}
	if r.byName != "" && len(r.observations) == 0 {
		r.self = selfName(r.file.Path)
		if sig := r.ownName(selfName(r.file.Path)); sig != nil {
			r.add(use{signature: sig}, r.byName, sbom.Filename, sbom.Medium, 0, path.Base(r.file.Path), 0)
		}
	}
	return nil
}

// fileEndings are what stands between the version in a file's name and its suffix.
var fileEndings = []string{".min", "-min", ".pack", ".packed", ".slim", ".custom", ".full", ".bundle", ".all", ".prod", ".compressed"}

// fileName looks at the name of a file whose first bytes are given: projects hand
// out "jquery-1.8.1.min.js", and makers of devices cut the comment off. The name
// says what it does only of a file that has the word in it. It reports whether it
// added something.
func (r *resolution) fileName(head []byte) (bool, error) {
	base := strings.ToLower(path.Base(r.file.Path))
	switch path.Ext(base) {
	case ".js", ".css":
	default:
		return false, nil
	}
	name := strings.TrimSuffix(base, path.Ext(base))
	small := false
	for again := true; again; {
		again = false
		for _, e := range fileEndings {
			if rest, ok := strings.CutSuffix(name, e); ok {
				name, again, small = rest, true, true
			}
		}
	}
	from := len(name)
	for from > 0 && (name[from-1] >= '0' && name[from-1] <= '9' || name[from-1] == '.') {
		from--
	}
	version := strings.TrimLeft(name[from:], ".")
	name = strings.TrimRight(name[:len(name)-len(version)], "-_.v")
	if parts := strings.Count(version, "."); parts < 1 || parts > 3 || len(version) > 20 || strings.Contains(version, "..") || strings.HasSuffix(version, ".") || name == "" {
		return false, nil
	}
	self := r.self
	r.self = "" // what only the name says is nobody's word
	u, _, ok, err := r.bannerOf(name, false)
	r.self = self
	if err != nil {
		return false, err
	}
	words := strings.Split(foldBanner(name), " ")
	if !ok {
		// A plug-in that nobody signs, or what was published small.
		plugin := words[0] == "jquery" && len(words) > 1
		if word := words[len(words)-1]; path.Ext(base) == ".js" && self != "" && (plugin || strings.Count(version, ".") > 1 && small) && containsFold(head, word) {
			r.byName = version
		}
		return false, nil
	}
	if !containsFold(head, words[0]) {
		return false, nil
	}
	confidence := sbom.Medium
	if c := u.signature.Marks[u.mark].Confidence; c != "" {
		confidence = c
	}
	if v, ok := u.signature.Marks[u.mark].resolveVersion(version); ok {
		r.add(u, v, sbom.Filename, confidence, 0, path.Base(r.file.Path), 0)
		return true, nil
	}
	return false, nil
}

// dropFileName takes back what the name of the file says where the file itself
// states a version of the same thing.
func (r *resolution) dropFileName() {
	i := slices.IndexFunc(r.observations, func(o observation) bool {
		return o.mark >= 0 && o.signature.Marks[o.mark].Banner != "" && o.evidence.Technique == sbom.Filename
	})
	said := r.observations[i]
	if slices.ContainsFunc(r.observations, func(o observation) bool {
		return o.signature == said.signature && o.evidence.Technique != sbom.Filename && o.version != "" && o.version != said.version
	}) {
		r.observations = slices.Delete(r.observations, i, i+1)
	}
}

// containsFold reports whether a text has a word, given in lower case.
func containsFold(b []byte, word string) bool {
	if word == "" {
		return false
	}
	upper := word[0] &^ 0x20
	for at := 0; at+len(word) <= len(b); at++ {
		if c := b[at]; c != word[0] && c != upper {
			continue
		}
		if strings.EqualFold(string(b[at:at+len(word)]), word) {
			return true
		}
	}
	return false
}

// comments finds the comments in a piece of a text. Lines that begin with "//"
// and follow one another are one comment.
type comments struct {
	b           []byte
	line, block int // where the next ones begin, as far as they were looked for; len(b) for none
}

// beginning sets where the first comment is that has no line before it, and
// returns where to look from.
func (c *comments) beginning(base int64) int {
	at := 0
	if base == 0 && bytes.HasPrefix(c.b, []byte("\xef\xbb\xbf")) {
		at = 3
	}
	if base == 0 && bytes.HasPrefix(c.b[at:], []byte("//")) {
		c.line = at
	}
	return at
}

// next returns where the first comment from there on begins and how much of it
// there is, at most bannerText. -1 means that there is none.
func (c *comments) next(at int) (start, size int) {
	find := func(what string, skip int) int {
		if i := bytes.Index(c.b[at:], []byte(what)); i >= 0 {
			return at + i + skip
		}
		return len(c.b)
	}
	if c.block < at {
		c.block = find("/*", 0)
	}
	if c.line < at {
		c.line = find("\n//", 1)
	}
	start = min(c.line, c.block)
	if start >= len(c.b) {
		return -1, 0
	}
	if start == c.line {
		return start, lineComment(c.b[start:])
	}
	b := c.b[start:min(len(c.b), start+bannerText)]
	if end := bytes.Index(b[2:], []byte("*/")); end >= 0 {
		return start, 2 + end + 2
	}
	return start, len(b)
}

// lineComment returns how long the comment of lines is with which b begins.
func lineComment(b []byte) int {
	b = b[:min(len(b), bannerText)]
	n := 0
	for bytes.HasPrefix(b[n:], []byte("//")) {
		end := bytes.IndexByte(b[n:], '\n')
		if end < 0 {
			return len(b)
		}
		n += end + 1
	}
	return n
}

// banner looks at one comment, which begins at an offset of the file. It reports
// whether it names something that a signature knows.
func (r *resolution) banner(comment []byte, offset int64) (bool, error) {
	var title use              // what the first line names, without a version
	var named bool             // there is one
	var titleFrom, titleTo int // where its name stands
	first := true              // no line with text was seen
	lines := bytes.HasPrefix(comment, []byte("//"))
	count := 0
	for at := 0; at < len(comment) && count < bannerLines; count++ {
		end, skip := lineEnd(comment[at:])
		text, start := bannerLine(comment[at:at+end], at)
		at += end + skip
		if len(text) == 0 {
			continue
		}
		// The tags are JSDoc's; a minifier keeps comments with some of them.
		tag := ""
		if text[0] == '@' {
			word := len(text)
			if i := bytes.IndexAny(text, " \t:"); i >= 0 {
				word = i
			}
			tag = strings.ToLower(string(text[1:word]))
			rest := bytes.TrimLeft(text[word:], " \t:")
			start += len(text) - len(rest)
			text = rest
			if len(text) == 0 {
				continue
			}
		}
		switch tag {
		case "", "license", "licence", "lic", "preserve", "cc_on", "name", "overview", "fileoverview", "file", "summary", "project", "projectdescription", "title", "module", "class", "plugin":
		case "version", "ver", "release":
			if named {
				if v, from, to := findVersion(text, lines); v != "" && from == 0 {
					r.addBanner(title, "", comment[titleFrom:titleTo], offset+int64(titleFrom), sbom.Medium)
					r.addBanner(title, v, comment[start:start+to], offset+int64(start), sbom.Medium)
					return true, nil
				}
			}
			first = false
			continue
		default:
			first = false
			continue
		}
		if named && tag == "" {
			if v, from, to := findVersion(text, lines); v != "" && (isVersionWord(string(text[:from])) || from == 0 && text[0]|0x20 == 'v') {
				r.addBanner(title, "", comment[titleFrom:titleTo], offset+int64(titleFrom), sbom.Medium)
				r.addBanner(title, v, comment[start:start+to], offset+int64(start), sbom.Medium)
				return true, nil
			}
		}
		// The version of a later line is that of something else, unless the line is
		// nothing but name and version, or says that this is the same thing, changed.
		later, confidence := tag == "" && !first, sbom.High
		if first = false; later {
			rest, based := cutPrefixFold(text, "based on ")
			if named || !r.begins(rest) {
				continue
			}
			_, _, to := findVersion(text, lines)
			if !based && (to == 0 || to < len(bytes.TrimRight(text, ".;,"))) || namesOthers(comment[:start]) {
				continue
			}
			start += len(text) - len(rest)
			text, confidence = rest, sbom.Medium
		}
		if v, from, to := findVersion(text, lines); v != "" {
			if offset > 3 && to == len(text) && lines && bytes.IndexByte(comment[:len(comment)-1], '\n') < 0 {
				return false, nil // what a line of code is for
			}
			var u use
			var ok bool
			var err error
			if r.begins(text[:from]) {
				u, _, ok, err = r.bannerOf(string(text[:from]), false)
			}
			if err != nil {
				return false, err
			}
			if ok {
				r.addBanner(u, v, comment[start:start+to], offset+int64(start), confidence)
				return true, nil
			}
			if tag == "" && !later {
				return false, nil // something that has its own version
			}
			continue
		}
		if !named && !later && r.begins(text) {
			u, n, ok, err := r.bannerOf(string(text), true)
			if err != nil {
				return false, err
			}
			title, named, titleFrom, titleTo = u, ok, start, start+n
		}
	}
	return false, nil
}

// otherWords are those of lines behind which a comment names what the file works
// with, and not what it is.
var otherWords = []string{"depend", "requir", "need", "includ", "compat", "support", "test", "with", "plugin for", "import", "using", "uses", "change", "history"}

func namesOthers(text []byte) bool {
	low := strings.ToLower(string(text))
	return slices.ContainsFunc(otherWords, func(w string) bool { return strings.Contains(low, w) })
}

// addBanner adds a text of a comment that names a signature's component or states
// its version. What stands between the two is not quoted: persons are named there.
func (r *resolution) addBanner(u use, version string, text []byte, offset int64, confidence sbom.Confidence) {
	m := &u.signature.Marks[u.mark]
	if version != "" {
		var ok bool
		if version, ok = m.resolveVersion(version); !ok {
			return
		}
	}
	if m.Confidence != "" {
		confidence = m.Confidence
	}
	r.add(u, version, sbom.SourceCodeAnalysis, confidence, offset, string(text), len(text))
}

// begins reports whether the first word of a text is one that a name begins with:
// of most comments it is none.
func (r *resolution) begins(text []byte) bool {
	if r.self != "" {
		return true
	}
	var word [bannerName]byte
	n := 0
	for _, c := range text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if strings.IndexByte(bannerGaps, c) >= 0 {
			if n == 0 {
				continue
			}
			break
		}
		if n == len(word) {
			return false
		}
		word[n] = c
		n++
	}
	first := string(word[:n])
	i := r.set.bannerNames.Search(first)
	return n > 0 && i < r.set.bannerNames.Len() && strings.HasPrefix(r.set.bannerNames.Key(i), first)
}

// bannerOf returns the mark whose name a text is, and how much of the text that
// is. A text that stands alone on its line may go on to say what the thing is:
// "jQuery Form Plugin - for forms".
func (r *resolution) bannerOf(text string, alone bool) (u use, size int, ok bool, err error) {
	names := []string{text}
	if alone {
		for _, sep := range []string{" - ", " – ", " — ", ": ", " | ", " (", ", ", " <", " http"} {
			if i := strings.Index(text, sep); i > 0 {
				names = append(names, text[:i])
			}
		}
	}
	for i, name := range names {
		for key := foldBanner(name); key != ""; key = withoutKind(key) {
			if len(key) > bannerName {
				continue
			}
			value, ok := r.set.bannerNames.Value(key)
			if !ok {
				continue
			}
			t := tableReader{rest: value}
			number, mark := t.count(), t.count()
			if t.damaged {
				return use{}, 0, false, errDamaged
			}
			sig, err := r.set.signature(number)
			if err != nil {
				return use{}, 0, false, err
			}
			if mark >= len(sig.Marks) {
				return use{}, 0, false, errDamaged
			}
			// "jQuery - a plugin for tables" is no jQuery.
			if i > 0 && !sig.Marks[mark].Described {
				continue
			}
			return use{signature: sig, mark: mark}, len(name), true, nil
		}
	}
	for _, name := range names {
		if sig := r.ownName(name); sig != nil {
			return use{signature: sig}, len(name), true, nil
		}
	}
	return use{}, 0, false, nil
}

const (
	selfOffset = 1 << 10 // a file says what it is at its beginning
	minSelf    = 4       // bytes of a name without what separates its words
)

// selfNames that say what a file is for, and not what it is: anybody's pages have
// a file of that name.
var selfWords = []string{"main", "index", "common", "style", "styles", "stylesheet", "script", "scripts", "util", "utils", "utility", "base", "core", "theme", "themes", "plugin", "plugins", "vendor", "vendors",
	"global", "custom", "default", "layout", "page", "pages", "home", "login", "menu", "admin", "function", "functions", "config", "init", "lang", "language", "language en", "test", "demo", "example", "print", "reset", "normal", "responsive",
	"component", "components", "widget", "widgets", "module", "modules", "library", "helper", "helpers", "polyfill", "polyfills", "bundle", "runtime", "client", "server", "service", "tools", "setup", "status", "table", "form", "forms", "button", "buttons", "icons", "fonts", "font", "colors", "grid", "ajax", "json", "xml", "html", "javascript", "jquery", "wizard", "upgrade", "update", "network", "wireless", "router", "system", "device", "camera", "player"}

// selfName returns the name of a script's or style sheet's file without what
// builds and releases add to it, empty if that says nothing.
func selfName(p string) string {
	base := path.Base(p)
	ext := strings.ToLower(path.Ext(base))
	switch ext {
	case ".js", ".css", ".mjs", ".cjs", ".less", ".scss":
	default:
		return ""
	}
	name := base[:len(base)-len(ext)]
	for again := true; again; {
		again = false
		for _, e := range append(selfEndings, fileEndings...) {
			if n := len(name) - len(e); n > 0 && strings.EqualFold(name[n:], e) {
				name, again = name[:n], true
			}
		}
		if cut := strings.TrimRight(name, "0123456789."); cut != name && strings.Contains(name[len(cut):], ".") {
			name, again = strings.TrimRight(strings.TrimRight(cut, "vV"), "-_."), true
		}
	}
	key := foldBanner(name)
	if squashed := strings.ReplaceAll(key, " ", ""); len(squashed) < minSelf || slices.Contains(selfWords, key) || key[0] >= '0' && key[0] <= '9' {
		return ""
	}
	return name
}

// selfEndings are what builds for other sorts of loaders add to a file's name.
var selfEndings = []string{".esm", ".umd", ".iife", ".amd", ".cjs", ".global", ".module", ".es5", ".es6", ".browser", ".src", "-src", ".dev", ".debug", ".standalone"}

// ownName returns a signature for a file whose name a comment gives: what the
// file is by its own word, and may be anybody's. Two ways to say it must agree,
// but for what says that it is one of many of its sort: "jquery.knob.js" is
// "jQuery Knob" and "Knob", "fileinput.js" is "bootstrap-fileinput".
func (r *resolution) ownName(said string) *Signature {
	if r.self == "" {
		return nil
	}
	said = strings.TrimRight(said, " \t-:,|(@")
	squash := func(s string) string {
		s = foldBanner(s)
		for again := true; again; {
			again = false
			for _, w := range []string{"jquery ", "javascript ", "jquery plugin ", "the "} {
				if rest, ok := strings.CutPrefix(s, w); ok {
					s, again = rest, true
				}
			}
			for _, w := range []string{" js", " css", " plugin", " jquery plugin", " jquery", " javascript", " library", " framework", " for jquery"} {
				if rest, ok := strings.CutSuffix(s, w); ok {
					s, again = rest, true
				}
			}
		}
		return strings.ReplaceAll(s, " ", "")
	}
	own, name := squash(r.self), squash(said)
	spaced := strings.ContainsAny(said, " \t")
	switch {
	case own == name && len(own) >= minSelf:
	case !spaced && len(own) > 6 && strings.HasSuffix(strings.ToLower(said), "-"+strings.ToLower(r.self)):
	default:
		return nil
	}
	if spaced || strings.IndexFunc(said, func(c rune) bool { return c <= ' ' || c >= 0x7f }) >= 0 {
		said = r.self
	}
	said = strings.TrimSuffix(said, ".js")
	if r.selfSignature == nil {
		r.selfSignature = &Signature{ID: "stated:" + strings.ToLower(said), Name: said, Type: sbom.Library, Marks: []Mark{{}}, stated: true}
		if r.own == nil {
			r.own = map[*Signature]bool{}
		}
		r.own[r.selfSignature] = true
	}
	return r.selfSignature
}

// bannerKinds are what a name may be followed by and mean the same. "Plugin" is
// none: a plug-in of jQuery may be called just that.
var bannerKinds = []string{" javascript library", " js library", " library", " javascript framework", " framework"}

func withoutKind(key string) string {
	for _, k := range bannerKinds {
		if rest, ok := strings.CutSuffix(key, k); ok {
			return rest
		}
	}
	return ""
}

// bannerGaps separate the words of a name.
const bannerGaps = " \t._-/:,|(\"'`@<=#"

// foldBanner reduces a name to what its spellings have in common: "jquery.ui" and
// "jQuery UI" are alike.
func foldBanner(name string) string {
	b := make([]byte, 0, min(len(name), bannerName+1))
	gap := false
	for i := 0; i < len(name) && len(b) <= bannerName; i++ {
		c := name[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case strings.IndexByte(" \t._-/:,|(\"'`@<=", c) >= 0:
			gap = len(b) > 0
			continue
		}
		if gap {
			b = append(b, ' ')
			gap = false
		}
		b = append(b, c)
	}
	return trimVersionWords(string(b))
}

// trimVersionWords cuts the words that announce a version.
func trimVersionWords(key string) string {
	for {
		i := strings.LastIndexByte(key, ' ')
		if !isVersionWord(key[i+1:]) || key == "" {
			return key
		}
		key = key[:max(i, 0)]
	}
}

// isVersionWord reports whether a text, but for what separates words, is one that
// announces a version.
func isVersionWord(s string) bool {
	switch strings.ToLower(strings.Trim(s, " \t.:=-@#")) {
	case "version", "ver", "v", "release", "rev", "revision", "current version", "library version":
		return true
	}
	return false
}

// lineEnd returns where a comment's first line ends and how long its end is: a
// style sheet in a bundle is a string of JavaScript, with "\n" written out.
func lineEnd(b []byte) (end, skip int) {
	for i, c := range b {
		switch {
		case c == '\r' || c == '\n':
			return i, 1
		case c == '\\' && i+1 < len(b) && (b[i+1] == 'n' || b[i+1] == 'r'):
			return i, 2
		}
	}
	return len(b), 0
}

// bannerFrame is what comments are framed with.
const bannerFrame = " \t\v\f*!/#=~-+_|;\\│║┃┌─┐└┘├┤\ufeff\u00a0"

// bannerLine cuts what frames the text of a comment's line: its marks and white
// space.
func bannerLine(line []byte, at int) (text []byte, start int) {
	for len(line) > 0 && line[0] < 0x80 && strings.IndexByte(bannerFrame, line[0]) >= 0 {
		line, at = line[1:], at+1
	}
	text = line
	if len(line) > 0 && line[0] >= 0x80 {
		text = bytes.TrimLeft(line, bannerFrame)
	}
	start = at + len(line) - len(text)
	text = bytes.TrimRight(text, " \t")
	if rest, ok := bytes.CutSuffix(text, []byte("*/")); ok {
		text = bytes.TrimRight(rest, " \t*")
	}
	return text, start
}

// findVersion finds the first version in a line, and where it begins and ends,
// with the "v" before it: numbers with dots, of which a single one may be anything.
func findVersion(line []byte, strict bool) (version string, from, to int) {
	for i := 0; i < len(line); i++ {
		if line[i] < '0' || line[i] > '9' {
			continue
		}
		start := i
		for i < len(line) && (line[i] >= '0' && line[i] <= '9' || line[i] == '.' && i+1 < len(line) && line[i+1] >= '0' && line[i+1] <= '9') {
			i++
		}
		if parts := bytes.Count(line[start:i], []byte(".")) + 1; parts > 5 || parts == 1 || i-start > 24 {
			continue
		}
		i += versionSuffix(line[i:])
		// What stands before: nothing, a separator, or a "v" that is a word.
		before := start
		if before > 0 && line[before-1]|0x20 == 'v' {
			before--
		}
		if before > 0 && strings.IndexByte(" \t:(@-=#,|\"'/", line[before-1]) < 0 && !(before < start && line[before-1] == '.') && line[before-1] < 0x80 {
			continue
		}
		if !endsVersion(line[i:], strict) {
			return "", 0, 0
		}
		return string(line[start:i]), before, i
	}
	return "", 0, 0
}

// endsVersion reports whether what follows a version leaves it one: it may be a
// range ("1.4.3-1.5.x", "1.7+"), or the subject of a sentence ("React 15.5
// references this module"). Names may follow, but for where programmers write most
// of their remarks, which is what strict asks for.
func endsVersion(rest []byte, strict bool) bool {
	if len(rest) == 0 {
		return true
	}
	next := func(i int) byte {
		if i < len(rest) {
			return rest[i]
		}
		return 0
	}
	switch c := rest[0]; {
	case isAlphanumeric(c) || c == '*' || c == '_':
		return false
	case c == '+' && !isAlphanumeric(next(1)), c == '.' && next(1)|0x20 == 'x':
		return false
	case c == '-' && '0' <= next(1) && next(1) <= '9':
		word, _, _ := bytes.Cut(rest[1:], []byte(" "))
		number, _, dots := bytes.Cut(word, []byte("."))
		return !dots || len(number) >= 4 // a date or a count of changes
	}
	rest = bytes.TrimLeft(rest, " \t")
	if len(rest) == 0 || !isAlphanumeric(rest[0]) {
		return !(len(rest) > 2 && rest[0] == '-' && '0' <= next(2) && next(2) <= '9') || bytes.IndexByte(rest, '.') < 0
	}
	n := 0
	for n < len(rest) && strings.IndexByte(" \t,;:|()<>*", rest[n]) < 0 {
		n++
	}
	if !strict && 'A' <= rest[0] && rest[0] <= 'Z' {
		return true
	}
	word := strings.ToLower(string(rest[:n]))
	if !strict && word == "for" {
		return true // "jPlayer 2.9.2 for jQuery"
	}
	if slices.Contains(bannerWords, strings.Trim(word, ".")) || strings.ContainsAny(word, "0123456789/") || strings.IndexFunc(word, func(r rune) bool { return r >= 0x80 }) >= 0 {
		return true
	}
	for _, end := range []string{".js", ".css", ".com", ".org", ".net", ".io", ".me", ".github", ".de"} {
		if strings.HasSuffix(word, end) || strings.Contains(word, end+"/") {
			return true
		}
	}
	return strings.HasPrefix(word, "http") || strings.HasPrefix(word, "www.")
}

// bannerWords are those that follow the version where a library introduces itself.
var bannerWords = []string{"by", "build", "built", "copyright", "license", "licence", "licensed", "mit", "gpl", "lgpl", "bsd", "apache", "release", "released", "final", "free", "stable", "custom", "min", "minified", "compressed", "slim", "core", "pack", "packed", "production", "development", "lite", "web", "is"}

// versionSuffix returns the length of what belongs to a version behind its
// numbers: "-rc.1", "beta2", " Beta3", "a".
func versionSuffix(b []byte) int {
	n := 0
	if n < len(b) && (b[n] == '-' || b[n] == '.' || b[n] == ' ' || b[n] == '_') {
		n++
	}
	spaced := n > 0 && b[0] == ' '
	rest := strings.ToLower(string(b[n:min(len(b), n+16)]))
	for _, w := range []string{"alpha", "beta", "rc", "pre", "dev", "stable", "final", "patch", "build", "a", "b", "p", "c", "d"} {
		tail, ok := strings.CutPrefix(rest, w)
		if !ok || len(w) == 1 && n > 0 || spaced && (w == "dev" || w == "pre" || w == "build" || w == "patch" || w == "stable" || w == "final") {
			continue
		}
		end := n + len(w)
		digits := strings.TrimLeft(tail, ".-")
		if spaced {
			digits = tail
		}
		skip := len(tail) - len(digits)
		k := 0
		for k < len(digits) && digits[k] >= '0' && digits[k] <= '9' {
			k++
		}
		if k > 0 && skip <= 1 {
			end += skip + k
		}
		if end < len(b) && isAlphanumeric(b[end]) {
			return 0 // another word
		}
		return end
	}
	return 0
}

func cutPrefixFold(s []byte, prefix string) ([]byte, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(string(s[:len(prefix)]), prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
