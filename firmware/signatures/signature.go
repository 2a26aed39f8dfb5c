package signatures

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/touchmark-dev/touchmark/sbom"
)

// A Signature says how to recognise one component. README.md describes the
// fields for authors; the YAML keys are those of the tags.
type Signature struct {
	// ID is the name of the file without ".yaml", and unique in a Set.
	ID string `yaml:"id" json:"id,omitempty"`
	// Name of the component as its project writes it; empty means ID.
	Name string `yaml:"name,omitempty" json:"name,omitempty"`
	// Type of component; empty means library.
	Type sbom.ComponentType `yaml:"type,omitempty" json:"type,omitempty"`
	// PURL without version; empty means "pkg:generic/" and the ID.
	PURL string `yaml:"purl,omitempty" json:"purl,omitempty"`
	// CPE is part, vendor and product of a CPE 2.3 name ("a:busybox:busybox"),
	// as the CPE dictionary has them; empty where it has none.
	CPE string `yaml:"cpe,omitempty" json:"cpe,omitempty"`
	// Developer is the project or organization that develops the component,
	// never a person; empty where there is no such name.
	Developer string `yaml:"developer,omitempty" json:"developer,omitempty"`
	// Homepage of the project.
	Homepage string `yaml:"homepage,omitempty" json:"homepage,omitempty"`
	// License as an SPDX expression.
	License string `yaml:"license" json:"-"`
	// Notes for the next author: what misleads, what was left out and why.
	Notes string `yaml:"notes,omitempty" json:"-"`
	// Seen lists the binaries in which the marks were looked up ("Debian 11
	// armhf busybox 1.30.1").
	Seen []string `yaml:"seen" json:"-"`

	// Files are templates of the names of the component's own files.
	Files []string `yaml:"files,omitempty" json:"files,omitempty"`
	// Sonames are templates of the component's SONAMEs. A file with one is the
	// component's own, and is named without version if no mark says more.
	Sonames []string `yaml:"sonames,omitempty" json:"sonames,omitempty"`

	Marks   []Mark   `yaml:"marks,omitempty" json:"marks,omitempty"`
	Match   []Sample `yaml:"match" json:"-"`
	NoMatch []Sample `yaml:"no_match,omitempty" json:"-"`

	file     string // for messages
	compiled bool   // from the compiled table, without samples
	stated   bool   // made of what a file says of itself

	fileForms, sonameForms []expressions // of Files and Sonames
}

// A Mark is one way to recognise a component: exactly one of Text, File,
// Soname, Banner and Alone is set. The first three are templates, see README.md.
type Mark struct {
	// Text to find in a file's bytes.
	Text string `yaml:"text,omitempty" json:"text,omitempty"`
	// File is the base name of the file.
	File string `yaml:"file,omitempty" json:"file,omitempty"`
	// Soname is the SONAME of an ELF file.
	Soname string `yaml:"soname,omitempty" json:"soname,omitempty"`

	// Banner is the name that a comment of a page or a script gives with a
	// version, in one of the usual forms. Case and separators do not count.
	Banner string `yaml:"banner,omitempty" json:"banner,omitempty"`
	// Described means that the name may also be the first part of a line that
	// goes on to say what the component is, with the version in a later line.
	Described bool `yaml:"described,omitempty" json:"described,omitempty"`

	// Alone looks in the component's own files for strings that are nothing but
	// a version, between NUL bytes. It counts only where all such strings of
	// the file are equal. Version is their form.
	Alone bool `yaml:"alone,omitempty" json:"alone,omitempty"`
	// Static makes a mark with Alone count in other files too that hold all
	// texts of With: the component's code, linked statically. Not in a file that
	// is linked to the component's shared library.
	Static bool `yaml:"static,omitempty" json:"static,omitempty"`

	// Newest keeps, of all versions that the mark finds in one of the
	// component's own files, the newest: for names of symbol versions, of which
	// a library lists all that it ever had.
	Newest bool `yaml:"newest,omitempty" json:"newest,omitempty"`

	// Version is the expression that "<version>" stands for in the template;
	// empty means the usual form of versions.
	Version string `yaml:"version,omitempty" json:"version,omitempty"`
	// Starts lists how versions may begin ("1.", "2."). They lengthen the
	// literal that is searched, where it stands directly before "<version>"
	// and is too short by itself.
	Starts []string `yaml:"starts,omitempty" json:"starts,omitempty"`
	// Versions translates what "<version>" matched; what is not in it gives
	// no match.
	Versions map[string]string `yaml:"versions,omitempty" json:"versions,omitempty"`
	// Is the version that a template without "<version>" proves: exact, or a
	// VERS range.
	Is string `yaml:"is,omitempty" json:"is,omitempty"`

	// Fold ignores the case of ASCII letters in the literal.
	Fold bool `yaml:"fold,omitempty" json:"fold,omitempty"`
	// Before and After are expressions that must match directly before and
	// after the template's text.
	Before string `yaml:"before,omitempty" json:"before,omitempty"`
	After  string `yaml:"after,omitempty" json:"after,omitempty"`
	// With lists texts that must be somewhere in the same file, Without texts
	// that must not.
	With    []string `yaml:"with,omitempty" json:"with,omitempty"`
	Without []string `yaml:"without,omitempty" json:"without,omitempty"`
	// Own restricts the mark to the component's own files.
	Own bool `yaml:"own,omitempty" json:"own,omitempty"`
	// In lists the kinds of files in which the mark counts; empty means
	// binaries: ELF and Data.
	In []FileKind `yaml:"in,omitempty" json:"in,omitempty"`
	// Confidence of a match; empty means high with a version, else medium.
	Confidence sbom.Confidence `yaml:"confidence,omitempty" json:"confidence,omitempty"`

	line        int
	expressions *expressions
}

// A Sample is an input on which a signature is tried by Lint.
type Sample struct {
	// Text stands somewhere in the file.
	Text string `yaml:"text,omitempty" json:"text,omitempty"`
	// File is the base name of the file, Soname its SONAME.
	File   string `yaml:"file,omitempty" json:"file,omitempty"`
	Soname string `yaml:"soname,omitempty" json:"soname,omitempty"`
	// Kind of the file; empty means ELF.
	Kind FileKind `yaml:"kind,omitempty" json:"kind,omitempty"`
	// Version that must be found; empty means that the component must be named
	// without a version.
	Version string `yaml:"version,omitempty" json:"version,omitempty"`

	line int
}

// A FileKind is the sort of content of a file, as far as marks care.
type FileKind string

const (
	ELF  FileKind = "elf"
	Text FileKind = "text" // scripts, pages, documentation
	Data FileKind = "data" // any other: kernel and boot images, archives
)

// usualVersion is what "<version>" stands for: numbers with dots, and one of
// the usual suffixes.
const usualVersion = `[0-9]{1,4}(?:\.[0-9]{1,8}){1,4}(?:[-_.~]?(?:alpha|beta|devel|dev|git|pre|rc|RC|patch|pl|p|b|a)[-.]?[0-9]{0,8}|[a-z]{1,2})?`

// A template is a compiled text with placeholders: one that is looked for in
// bytes has before and after, each nil where anything is right, a name has whole.
type template struct {
	before, after *regexp.Regexp
	whole         *regexp.Regexp
	// word: no letter or digit may stand before it. In place of before, since
	// most texts ask for nothing else there.
	word bool
}

const versionPlaceholder = "<version>"

// A placeholder stands for some bytes of a kind.
type placeholder struct {
	expression  string
	least, most int
	holds       func(c byte) bool
}

// placeholders are those other than <version>.
var placeholders = map[string]placeholder{
	"<any>": {`[^\x00\n]{0,80}?`, 0, 80, func(c byte) bool { return c != 0 && c != '\n' }},
	"<n>":   {`[0-9]{1,8}`, 1, 8, func(c byte) bool { return '0' <= c && c <= '9' }},
	"<nul>": {`\x00{1,16}`, 1, 16, func(c byte) bool { return c == 0 }},
	"<gap>": {`(?s:.{0,120}?)`, 0, 120, func(byte) bool { return true }},
}

// placeholderOf returns the expression of a placeholder other than <version>,
// or nothing.
func placeholderOf(p string) string { return placeholders[p].expression }

const (
	minAnchor  = 4 // bytes
	goodAnchor = 7 // shorter ones slow every search down

	// A version that ends or begins a template is not part of a longer one.
	// Nor is a text that begins with a letter or digit the end of a longer word.
	endOfVersion   = `(?:[^0-9A-Za-z.]|\.[^0-9]|\.?$)`
	startOfVersion = `(?:^|[^0-9A-Za-z.])`
	startOfText    = `(?:^|[^0-9A-Za-z])`
)

// anchorOf splits a template into its parts and finds the longest fixed one.
func anchorOf(text string) (parts []string, anchor int) {
	anchor = -1
	for text != "" {
		loc := findPlaceholder(text)
		if loc == nil {
			loc = []int{len(text), len(text)}
		}
		if loc[0] > 0 {
			parts = append(parts, text[:loc[0]])
			if anchor < 0 || loc[0] > len(parts[anchor]) {
				anchor = len(parts) - 1
			}
		}
		if loc[1] > loc[0] {
			parts = append(parts, text[loc[0]:loc[1]])
		}
		text = text[loc[1]:]
	}
	return parts, anchor
}

// checkTemplate reports what is wrong with a template, and whether there is a
// version in it.
func checkTemplate(text string, m *Mark) (version bool, err error) {
	if _, anchor := anchorOf(text); anchor < 0 {
		return false, fmt.Errorf("template %q has no fixed text", text)
	}
	n := strings.Count(text, versionPlaceholder)
	if n > 1 {
		return false, fmt.Errorf("template %q has more than one <version>", text)
	}
	for _, name := range []bool{false, true} {
		if _, err := compileTemplate(text, m, name, nil); err != nil {
			return false, err
		}
	}
	return n > 0, nil
}

// compileTemplate builds the expressions of a text, for a name or for texts in
// bytes: those are tried only directly at a hit of the anchor.
func compileTemplate(text string, m *Mark, name bool, shared *sharedExpressions) (*template, error) {
	compile := func(expr string) (*regexp.Regexp, error) {
		re, err := shared.compile(expr)
		if err != nil {
			return nil, fmt.Errorf("template %q: %w", text, err)
		}
		return re, nil
	}
	parts, anchor := anchorOf(text)
	expr := func(p string) string {
		switch {
		case p == versionPlaceholder:
			v := usualVersion
			if m.Version != "" {
				v = m.Version
			}
			return "(?P<version>" + v + ")"
		case placeholderOf(p) != "":
			return placeholderOf(p)
		case m.Fold:
			return "(?i:" + regexp.QuoteMeta(p) + ")"
		}
		return regexp.QuoteMeta(p)
	}
	t := &template{}
	var err error
	if name {
		var all strings.Builder
		for _, p := range parts {
			all.WriteString(expr(p))
		}
		t.whole, err = compile(`(?s)^(?:` + all.String() + `)$`)
		return t, err
	}
	// The group "inside" is the template's own part of an expression. What the
	// context must show beyond it does not belong to the evidence.
	var before, after strings.Builder
	for i, p := range parts {
		if i < anchor {
			before.WriteString(expr(p))
		} else if i > anchor {
			after.WriteString(expr(p))
		}
	}
	head, tail := m.Before, m.After
	if head == "" {
		if parts[0] == versionPlaceholder {
			head = startOfVersion
		} else if first := parts[0][0]; first < 0x80 && isAlphanumeric(first) {
			if t.word = before.Len() == 0; !t.word {
				head = startOfText
			}
		}
	}
	if tail == "" && parts[len(parts)-1] == versionPlaceholder {
		tail = endOfVersion
	}
	if before.Len() > 0 || head != "" {
		if t.before, err = compile(`(?s)(?:` + head + `)(?P<inside>` + before.String() + `)$`); err != nil {
			return nil, err
		}
	}
	if after.Len() > 0 || tail != "" {
		if t.after, err = compile(`(?s)^(?P<inside>` + after.String() + `)(?:` + tail + `)`); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// literals returns the texts that are searched for a mark, and by how much each
// is longer than the anchor of the template.
func (m *Mark) literals() (texts []string, trim []int) {
	parts, anchor := anchorOf(m.Text)
	if len(m.Starts) == 0 {
		return []string{parts[anchor]}, []int{0}
	}
	for _, start := range m.Starts {
		texts = append(texts, parts[anchor]+start)
		trim = append(trim, len(start))
	}
	return texts, trim
}

// expressions of a template or of a mark with Alone, compiled at their first use.
type expressions struct {
	once     sync.Once
	template *template
	alone    *regexp.Regexp
	err      error
	shared   *sharedExpressions
}

func (e *expressions) compile(text string, m *Mark, name bool) (*template, error) {
	e.once.Do(func() { e.template, e.err = compileTemplate(text, m, name, e.shared) })
	return e.template, e.err
}

// compile returns the template of a mark without Alone.
func (m *Mark) compile() (*template, error) {
	return m.expressions.compile(m.Text+m.File+m.Soname, m, m.Text == "")
}

// form returns the expression of a mark with Alone.
func (m *Mark) form() (*regexp.Regexp, error) {
	e := m.expressions
	e.once.Do(func() { e.alone, e.err = e.shared.compile(`^(?:` + m.Version + `)$`) })
	return e.alone, e.err
}

// sharedExpressions are those of the signatures of one table: a few of them are
// what hundreds of marks ask for, and to compile one takes as long as to search
// a hundred kilobytes.
type sharedExpressions struct {
	mu   sync.Mutex
	made map[string]*regexp.Regexp
}

// compile is regexp.Compile, of which s knows some results unless it is nil.
func (s *sharedExpressions) compile(expr string) (*regexp.Regexp, error) {
	if s == nil {
		return regexp.Compile(expr)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if re := s.made[expr]; re != nil {
		return re, nil
	}
	re, err := regexp.Compile(expr)
	if err == nil {
		if s.made == nil {
			s.made = map[string]*regexp.Regexp{}
		}
		s.made[expr] = re
	}
	return re, err
}

// findPlaceholder returns where the first placeholder of a template is, nil if
// it has none.
func findPlaceholder(text string) []int {
	for at := 0; ; at++ {
		i := strings.IndexByte(text[at:], '<')
		if i < 0 {
			return nil
		}
		at += i
		if n := strings.IndexByte(text[at:], '>') + 1; n > 0 {
			if p := text[at : at+n]; p == versionPlaceholder || placeholderOf(p) != "" {
				return []int{at, at + n}
			}
		}
	}
}

// group returns the text of a named group, and whether the expression has it.
func group[T string | []byte](re *regexp.Regexp, text T, loc []int, name string) (T, bool) {
	i := re.SubexpIndex(name)
	if i < 0 || loc[2*i] < 0 {
		return text[:0], false
	}
	return text[loc[2*i]:loc[2*i+1]], true
}
