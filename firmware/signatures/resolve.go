package signatures

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/bits"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/sbom"
)

// FileFacts is what a scanner knows about a file besides its bytes.
type FileFacts struct {
	// Path in the tree. Its last element is the name that file marks look at.
	Path string
	// Kind of content; empty means Data.
	Kind FileKind
	// SONAME of an ELF file, empty if it has none or is none.
	SONAME string
	// Needed are the SONAMEs of the libraries that an ELF file is linked to.
	Needed []string
}

// Linked reports whether one of the libraries that a file needs, by SONAME, is
// the signature's component.
func (s *Set) Linked(sig *Signature, needed []string) (bool, error) {
	linked := false
	for _, n := range needed {
		if err := s.lookup(&s.sonames, n, func(u use, _ string) { linked = linked || u.signature.ID == sig.ID }); err != nil {
			return false, err
		}
	}
	return linked, nil
}

// A Finding says that a file is or holds a component.
type Finding struct {
	// Signature is the id of the signature that matched.
	Signature string
	// Name of the component.
	Name string
	// Version as the bytes state it, a VERS range ("vers:generic/>=1.2|<1.4"),
	// or empty.
	Version string
	Type    sbom.ComponentType
	// PURL with the version, if that is exact.
	PURL string
	// CPE is a CPE 2.3 name, empty where the signature has none.
	CPE string
	// Developer and Homepage of the upstream project; they do not say who
	// built the binary.
	Developer string
	Homepage  string
	// Own is set where the file is the component's own, by its name or SONAME.
	// Elsewhere the component is linked or bundled into it.
	Own bool
	// Linked is set where the file is not the component's own and is linked to
	// the component's shared library. The version is then that of the headers
	// which it was built with; the library beside it may be another.
	Linked bool
	// Stated is set where nothing but the file itself says what it is, by its
	// name and a version beside it: the component may be anybody's. No finding
	// of a signature that somebody wrote has it.
	Stated bool
	// Confidence is the highest of the Evidence; at most medium if Linked.
	Confidence sbom.Confidence
	// Evidence has at most maxEvidence observations, in the order of their
	// offsets, those of names first. Field is "version" or "name", Extractor
	// "signature:" and the id.
	Evidence []sbom.Evidence
}

const (
	maxEvidence = 8
	maxText     = 200 // bytes of quoted text

	windowBefore = 160 // bytes before a hit that an expression may look at
	windowAfter  = 288
)

// Resolve says which components the file shows. The hits are all matches of
// Patterns in the file, in any order; others are an error of the caller and
// ignored. It reads data only around the hits; an error is one of reading it.
//
// The findings are ordered by signature and version. A component gives one
// finding for each version that the file states; a version-less observation
// only counts alone where there is none with a version.
func (s *Set) Resolve(file FileFacts, data io.ReaderAt, hits []bytesearch.Match) ([]Finding, error) {
	if strings.HasSuffix(file.Path, ".mo") {
		file.Kind = Text // translations name the version that they were made for
	}
	r := resolution{set: s, file: file, data: data}
	if err := r.names(); err != nil {
		return nil, err
	}
	if err := r.texts(hits); err != nil {
		return nil, fmt.Errorf("resolve signatures in %s: %w", file.Path, err)
	}
	if err := r.alone(hits); err != nil {
		return nil, fmt.Errorf("resolve signatures in %s: %w", file.Path, err)
	}
	if err := r.banners(); err != nil {
		return nil, fmt.Errorf("resolve signatures in %s: %w", file.Path, err)
	}
	r.newest()
	found := r.findings()
	return found, r.err
}

type resolution struct {
	set  *Set
	file FileFacts
	data io.ReaderAt
	buf  []byte

	own          map[*Signature]bool
	linked       map[*Signature]bool // see isLinked
	err          error               // of isLinked
	static       map[*Signature]bool // of which a mark with Static has all its texts
	observations []observation

	self          string     // name of a script's file that its first comment may give, see ownName
	selfSignature *Signature // for a file that does
	byName        string     // the version in the name of such a file, see fileName
}

// An observation is one mark that matched.
type observation struct {
	signature *Signature
	mark      int // -1: one of the signature's Sonames
	version   string
	evidence  sbom.Evidence
}

func (r *resolution) names() error {
	note := func(technique sbom.Technique, text string) func(u use, version string) {
		return func(u use, version string) {
			sig := u.signature
			if r.own == nil {
				r.own = map[*Signature]bool{}
			}
			r.own[sig] = true
			confidence := sbom.Medium
			if u.mark < 0 {
				if technique == sbom.Filename {
					return // "a file of that name" identifies nothing
				}
			} else {
				m := &sig.Marks[u.mark]
				var ok bool
				if version, ok = m.resolveVersion(version); !ok || !m.counts(r.file.Kind) {
					return
				}
				if m.Confidence != "" {
					confidence = m.Confidence
				}
			}
			r.add(u, version, technique, confidence, 0, text, 0)
		}
	}
	if err := r.set.lookup(&r.set.files, path.Base(r.file.Path), note(sbom.Filename, path.Base(r.file.Path))); err != nil {
		return err
	}
	// "ps.procps": of several packages that have a program, builds add the package's
	// name to that of the program.
	if i := strings.LastIndexByte(path.Base(r.file.Path), '.'); i > 1 && r.file.Kind == ELF {
		base := path.Base(r.file.Path)
		program, pkg := base[:i], base[i+1:]
		own := note(sbom.Filename, base)
		if err := r.set.lookup(&r.set.files, program, func(u use, version string) {
			if id := u.signature.ID; u.mark < 0 && (pkg == "real" || pkg == id || pkg == strings.ToLower(u.signature.Name) || len(pkg) > 2 && strings.HasPrefix(id, pkg+"-")) {
				own(u, version)
			}
		}); err != nil {
			return err
		}
	}
	if err := r.set.lookup(&r.set.sonames, r.file.SONAME, note(sbom.BinaryAnalysis, r.file.SONAME)); err != nil {
		return err
	}
	return nil
}

// isLinked reports whether the file is linked to the component's library. It is
// asked of what was found alone: most files need libraries and hold nothing. A
// library of the signature's name is its, though the SONAME may stand with a project
// of several ("libavcodec.so.59" with FFmpeg).
func (r *resolution) isLinked(sig *Signature) bool {
	if r.linked == nil {
		r.linked = map[*Signature]bool{}
		for _, needed := range r.file.Needed {
			if err := r.set.lookup(&r.set.sonames, needed, func(u use, _ string) { r.linked[u.signature] = true }); err != nil && r.err == nil {
				r.err = err
			}
		}
	}
	return r.linked[sig] || slices.ContainsFunc(r.file.Needed, func(n string) bool {
		rest, ok := strings.CutPrefix(n, sig.ID)
		return ok && strings.HasPrefix(rest, ".so")
	})
}

func (r *resolution) texts(hits []bytesearch.Match) error {
	if len(hits) == 0 {
		return nil
	}
	present := r.present(hits)
	for _, h := range hits {
		if h.Pattern < 0 || h.Pattern >= r.set.uses.Len() {
			continue
		}
		for uses := (tableReader{rest: r.set.uses.ValueAt(h.Pattern)}); uses.rest != ""; {
			u, err := r.set.use(&uses)
			if err != nil {
				return err
			}
			m := &u.signature.Marks[u.mark]
			if u.condition {
				if m.Static && !r.own[u.signature] && m.counts(r.file.Kind) && m.conditions(present) && !r.isLinked(u.signature) {
					if r.static == nil {
						r.static = map[*Signature]bool{}
					}
					r.static[u.signature] = true
				}
				continue
			}
			if !m.counts(r.file.Kind) || m.Own && !r.own[u.signature] || !m.conditions(present) {
				continue
			}
			anchor := h
			if anchor.End -= u.trim; anchor.End <= anchor.Start {
				return errDamaged
			}
			if err := r.try(u, anchor); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *resolution) present(hits []bytesearch.Match) map[bytesearch.Pattern]bool {
	present := map[bytesearch.Pattern]bool{}
	for _, h := range hits {
		if h.Pattern >= 0 && h.Pattern < r.set.uses.Len() {
			present[r.set.pattern(h.Pattern)] = true
		}
	}
	return present
}

const (
	maxAlone  = 32       // bytes of a version that stands alone
	aloneRead = 64 << 10 // bytes read at a time
	aloneFile = 64 << 20 // bytes of a file that are looked at
)

// alone looks for versions that stand alone, after no printable byte and before a
// NUL, in a component's own file or in one that shows all texts of its code.
func (r *resolution) alone(hits []bytesearch.Match) error {
	type search struct {
		use    use
		form   *regexp.Regexp
		text   string
		offset int64
		many   bool
	}
	var searches []search
	var present map[bytesearch.Pattern]bool
	candidates := slices.AppendSeq(slices.Collect(maps.Keys(r.own)), maps.Keys(r.static))
	for _, sig := range candidates {
		// A version that stands with the component's name leaves nothing to ask:
		// another that stands alone is a library's, or a kernel's that it needs.
		if slices.ContainsFunc(r.observations, func(o observation) bool {
			return o.signature == sig && o.mark >= 0 && o.version != "" && !strings.HasPrefix(o.version, "vers:")
		}) {
			continue
		}
		for i := range sig.Marks {
			m := &sig.Marks[i]
			if !m.Alone || !m.Static && r.static[sig] || !m.counts(r.file.Kind) {
				continue
			}
			if present == nil {
				present = r.present(hits)
			}
			if !m.conditions(present) {
				continue
			}
			form, err := m.form()
			if err != nil {
				return err
			}
			searches = append(searches, search{use: use{signature: sig, mark: i}, form: form})
		}
	}
	if len(searches) == 0 {
		return nil
	}
	const size = aloneRead + maxAlone + 2
	pooled, _ := r.set.buffers.Get().(*[size]byte)
	if pooled == nil {
		pooled = new([size]byte)
	}
	defer r.set.buffers.Put(pooled)
	buf := pooled[:]
	for base := int64(0); base < aloneFile; base += aloneRead {
		n, err := r.data.ReadAt(buf, base)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		for at := 0; at < min(n, aloneRead); at++ {
			// Most of a program is no digit.
			if at+9 <= n {
				digits := digitBits(binary.LittleEndian.Uint64(buf[at+1:]))
				if digits == 0 {
					at += 7
					continue
				}
				if at += bits.TrailingZeros64(digits) / 8; at >= aloneRead {
					break
				}
			}
			// A constant array need not follow another string's NUL.
			if buf[at+1]-'0' > 9 || at+1 >= n {
				continue
			}
			if c := buf[at]; c >= 0x20 && c <= 0x7e && !beginsText(buf[:at+1], base+int64(at)+1) {
				continue
			}
			text := buf[at+1 : min(n, at+2+maxAlone)]
			end := bytes.IndexByte(text, 0)
			if end < 0 {
				continue
			}
			text = text[:end]
			for i := range searches {
				s := &searches[i]
				if s.many || string(text) == s.text || !s.form.Match(text) {
					continue
				}
				s.many = s.text != ""
				s.text, s.offset = string(text), base+int64(at)+1
			}
		}
		if n < len(buf) {
			break
		}
	}
	for _, s := range searches {
		if s.text == "" || s.many {
			continue
		}
		m := &s.use.signature.Marks[s.use.mark]
		confidence := m.Confidence
		if confidence == "" {
			confidence = sbom.Medium
		}
		if v, ok := m.resolveVersion(s.text); ok {
			r.add(s.use, v, sbom.BinaryAnalysis, confidence, s.offset, s.text, len(s.text))
		}
	}
	return nil
}

// digitBits has the highest bit of each byte of w set that is a digit.
func digitBits(w uint64) uint64 {
	const each = 0x0101010101010101
	low := w &^ (0x80 * each) // no sum carries into the next byte
	return (low + (0x80-'0')*each) &^ (low + (0x80-'9'-1)*each) &^ w & (0x80 * each)
}

// newest drops what a mark found besides the newest version.
func (r *resolution) newest() {
	best := map[use]string{}
	for _, o := range r.observations {
		if o.mark >= 0 && o.signature.Marks[o.mark].Newest {
			u := use{signature: o.signature, mark: o.mark}
			if compareVersions(o.version, best[u]) > 0 {
				best[u] = o.version
			}
		}
	}
	if len(best) == 0 {
		return
	}
	r.observations = slices.DeleteFunc(r.observations, func(o observation) bool {
		v, ok := best[use{signature: o.signature, mark: o.mark}]
		return ok && v != o.version
	})
}

// compareVersions compares versions as sequences of numbers and other text.
func compareVersions(a, b string) int {
	for a != "" && b != "" {
		na, ra := number(a)
		nb, rb := number(b)
		if na != "" && nb != "" {
			if c := cmp.Or(cmp.Compare(len(na), len(nb)), strings.Compare(na, nb)); c != 0 {
				return c
			}
			a, b = ra, rb
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// number splits leading digits off, without leading zeros except the last.
func number(s string) (digits, rest string) {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	digits, rest = s[:n], s[n:]
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	return digits, rest
}

// try runs a mark's expressions at a hit.
func (r *resolution) try(u use, h bytesearch.Match) error {
	m := &u.signature.Marks[u.mark]
	t, err := m.compile()
	if err != nil {
		return err
	}
	start, end := h.Start, h.End
	var version []byte
	if t.before != nil || t.after != nil || t.word {
		before, after, err := r.window(h)
		if err != nil {
			return err
		}
		if t.word && !beginsWord(before, start) {
			return nil
		}
		if t.before != nil {
			loc := t.before.FindSubmatchIndex(before)
			if loc == nil {
				return nil
			}
			inside, _ := group(t.before, before, loc, "inside")
			start -= len(inside)
			if v, ok := group(t.before, before, loc, "version"); ok {
				version = v
			}
		}
		if t.after != nil {
			loc := t.after.FindSubmatchIndex(after)
			if loc == nil {
				return nil
			}
			inside, _ := group(t.after, after, loc, "inside")
			end += len(inside)
			if v, ok := group(t.after, after, loc, "version"); ok {
				version = v
			}
		}
	}
	v, ok := m.resolveVersion(string(version))
	if !ok {
		return nil
	}
	confidence := m.Confidence
	if confidence == "" {
		confidence = sbom.Medium
		if v != "" {
			confidence = sbom.High
		}
	}
	text := make([]byte, end-start)
	if _, err := r.data.ReadAt(text, int64(start)); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	r.add(u, v, sbom.BinaryAnalysis, confidence, int64(start), string(text), len(text))
	return nil
}

// beginsWord reports whether a text that begins at an offset, behind these bytes,
// is not the end of a longer word. What stands before it may be the level of a
// kernel's message, or bytes of other constants that happen to be printable.
func beginsWord(before []byte, at int) bool {
	n := len(before)
	if n == 0 || !isAlphanumeric(before[n-1]) {
		return true
	}
	if n > 1 && before[n-2] == 1 && (before[n-1] <= '7' || before[n-1] == 'c') {
		return true
	}
	return beginsText(before, int64(at))
}

// beginsText reports whether the printable bytes before an offset can be the end of
// other constants: up to three, behind one that no text ends with, where texts begin
// at multiples of four.
func beginsText(before []byte, at int64) bool {
	for i := 1; at%4 == 0 && i <= 4 && i <= len(before); i++ {
		if c := before[len(before)-i]; c < 0x20 || c > 0x7e {
			return c != 0
		}
	}
	return false
}

// window returns the bytes on both sides of a hit.
func (r *resolution) window(h bytesearch.Match) (before, after []byte, err error) {
	lo := max(0, h.Start-windowBefore)
	size := h.End - lo + windowAfter
	if cap(r.buf) < size {
		r.buf = make([]byte, size)
	}
	buf := r.buf[:size]
	n, err := r.data.ReadAt(buf, int64(lo))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	if n < h.End-lo {
		return nil, nil, io.ErrUnexpectedEOF // the file has changed
	}
	return buf[:h.Start-lo], buf[h.End-lo : n], nil
}

func (r *resolution) add(u use, version string, technique sbom.Technique, confidence sbom.Confidence, start int64, text string, length int) {
	field := "name"
	if version != "" {
		field = "version"
	}
	if len(text) > maxText {
		text = text[:maxText]
	}
	extractor := "signature:" + u.signature.ID
	if u.signature.stated {
		extractor = "banner"
	}
	r.observations = append(r.observations, observation{u.signature, u.mark, version, sbom.Evidence{
		Field: field, Technique: technique, Extractor: extractor, Path: r.file.Path,
		Offset: start, Length: length, Match: strings.ToValidUTF8(text, "�"), Confidence: confidence,
	}})
}

// counts reports whether the mark is meant for files of the kind.
func (m *Mark) counts(kind FileKind) bool {
	if kind == "" {
		kind = Data
	}
	if m.In == nil {
		return kind != Text
	}
	return slices.Contains(m.In, kind)
}

func (m *Mark) conditions(present map[bytesearch.Pattern]bool) bool {
	for _, text := range m.With {
		if !present[bytesearch.Pattern{Text: text}] {
			return false
		}
	}
	for _, text := range m.Without {
		if present[bytesearch.Pattern{Text: text}] {
			return false
		}
	}
	return true
}

// resolveVersion turns what "<version>" matched into a version; false means
// that the mark does not count.
func (m *Mark) resolveVersion(matched string) (string, bool) {
	if m.Versions != nil {
		v, ok := m.Versions[matched]
		return v, ok
	}
	if m.Is != "" {
		return m.Is, true
	}
	return matched, true
}

// findings joins the observations.
func (r *resolution) findings() []Finding {
	slices.SortFunc(r.observations, func(a, b observation) int {
		return cmp.Or(
			strings.Compare(a.signature.ID, b.signature.ID),
			-cmp.Compare(rank(a.version), rank(b.version)),
			strings.Compare(a.version, b.version),
			cmp.Compare(a.evidence.Offset, b.evidence.Offset),
			cmp.Compare(a.evidence.Length, b.evidence.Length),
			strings.Compare(a.evidence.Match, b.evidence.Match),
		)
	})
	var found []Finding
	for _, o := range r.observations {
		// The versions of a signature come before its ranges and these before
		// what only names it; the lesser ones support the first.
		last := len(found) - 1
		if last < 0 || found[last].Signature != o.signature.ID ||
			o.version != found[last].Version && rank(o.version) == 2 {
			found = append(found, r.finding(o))
			last++
		} else if o.version != found[last].Version {
			for last > 0 && found[last-1].Signature == o.signature.ID {
				last--
			}
		}
		f := &found[last]
		if len(f.Evidence) < maxEvidence && (len(f.Evidence) == 0 || !sameEvidence(f.Evidence[len(f.Evidence)-1], o.evidence)) {
			f.Evidence = append(f.Evidence, o.evidence)
		}
		if o.evidence.Confidence.Rank() > f.Confidence.Rank() {
			f.Confidence = o.evidence.Confidence
		}
		if f.Linked && f.Confidence == sbom.High {
			f.Confidence = sbom.Medium
		}
	}
	for i := range found {
		slices.SortStableFunc(found[i].Evidence, func(a, b sbom.Evidence) int {
			return cmp.Or(cmp.Compare(min(a.Length, 1), min(b.Length, 1)), cmp.Compare(a.Offset, b.Offset))
		})
	}
	return found
}

func sameEvidence(a, b sbom.Evidence) bool {
	return a.Offset == b.Offset && a.Match == b.Match && a.Technique == b.Technique
}

// rank orders versions: exact 2, range 1, none 0.
func rank(version string) int {
	switch {
	case version == "":
		return 0
	case strings.HasPrefix(version, "vers:"):
		return 1
	}
	return 2
}

func (r *resolution) finding(o observation) Finding {
	sig := o.signature
	f := Finding{
		Signature: sig.ID, Name: sig.Name, Version: o.version, Type: sig.Type,
		PURL: sig.PURL, Developer: sig.Developer, Homepage: sig.Homepage, Own: r.own[sig], Linked: !r.own[sig] && r.isLinked(sig),
	}
	if sig.stated {
		f.Stated = true
		return f
	}
	if rank(o.version) == 2 {
		f.PURL += "@" + escapePURL(o.version)
	}
	if sig.CPE != "" {
		version := "*"
		if rank(o.version) == 2 {
			version = escapeCPE(o.version)
		}
		f.CPE = "cpe:2.3:" + sig.CPE + ":" + version + ":*:*:*:*:*:*:*"
	}
	return f
}

// Finding returns the finding that a file is the signature's component in a
// version, exact or a VERS range or empty, for a caller with evidence of its own.
func (sig *Signature) Finding(version string, evidence []sbom.Evidence, confidence sbom.Confidence) Finding {
	r := resolution{own: map[*Signature]bool{sig: true}}
	f := r.finding(observation{signature: sig, version: version})
	f.Confidence = confidence
	f.Evidence = evidence[:min(len(evidence), maxEvidence)]
	return f
}

// escapePURL encodes a version for a package URL.
func escapePURL(v string) string {
	var b strings.Builder
	for i := range len(v) {
		c := v[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(".-_~:", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// escapeCPE writes a version as a component of a CPE 2.3 formatted string
// (NISTIR 7695, 6.2): punctuation other than period, hyphen and underscore is
// quoted with a backslash, letters are lower case.
func escapeCPE(v string) string {
	var b strings.Builder
	for _, c := range []byte(strings.ToLower(v)) {
		switch {
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("._-", c) >= 0:
			b.WriteByte(c)
		case c > ' ' && c < 0x7f:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String()
}
