package firmware

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"strings"

	"github.com/touchmark-dev/touchmark/internal/elffile"
	"github.com/touchmark-dev/touchmark/sbom"
)

// An Extractor recognises one sort of file and says what it sees there. It is
// a plain value: a caller adds its own to the list that it passes in Options.
// Its functions are called by several goroutines at once and must not keep
// anything between files. A panic in them becomes a Problem of the file.
type Extractor struct {
	// Name is the Evidence.Extractor of what it finds ("opkg").
	Name string
	// Doc says in a sentence what it reads.
	Doc string
	// Match is the cheap test, from path, mode, size and first bytes. Nil
	// matches nothing; the extractor then runs only where a mark occurs.
	Match func(*Entry) bool
	// Marks are texts to look for in every file, in the same single pass that
	// looks for everything else. Where one occurs Extract runs too, and finds
	// the places in Input.Marks. At least 3 bytes each.
	Marks []string
	// Folded are marks too, in lower case, of which the case of ASCII letters counts
	// for nothing.
	Folded []string
	// Extract reads one file. An error becomes a Problem; what was found
	// before it is kept.
	Extract func(context.Context, *Input, *Result) error
}

// An Entry is a regular file of the tree before it is read.
type Entry struct {
	// Path in the tree, as bytes, not escaped.
	Path string
	Mode fs.FileMode
	Size int64
	// Head is the first 512 bytes of the file, fewer in a shorter one.
	Head []byte

	// Most extractors ask the same of a file: whether it is a text, and where it
	// stands. The answers are kept here once somebody asked.
	lower string // see lowerPath
	text  answer // see isText
}

type answer uint8

const (
	notAsked answer = iota
	answerYes
	answerNo
)

// lowerPath is the path with a slash before it, in lower case.
func (e *Entry) lowerPath() string {
	if e.lower == "" {
		e.lower = "/" + strings.ToLower(e.Path)
	}
	return e.lower
}

// lowerBase is the last element of lowerPath.
func (e *Entry) lowerBase() string { return baseOf(e.lowerPath()) }

// lowerDir is the rest of lowerPath, with the slash at its end. The root of the
// tree is "/./".
func (e *Entry) lowerDir() string {
	p := e.lowerPath()
	if i := strings.LastIndexByte(p, '/'); i > 0 {
		return p[:i+1]
	}
	return "/./"
}

// isText reports whether the first bytes are those of a text.
func (e *Entry) isText() bool {
	if e.text == notAsked {
		e.text = answerNo
		if isText(e.Head) {
			e.text = answerYes
		}
	}
	return e.text == answerYes
}

// Base is the last element of the path.
func (e *Entry) Base() string { return baseOf(e.Path) }

// A Mark is one place where a mark of an extractor occurs.
type Mark struct {
	Text   string // as the extractor has it
	Offset int64
}

// An Input is a file that an extractor reads. It is valid only during the
// call.
type Input struct {
	Entry
	// Marks are the places of the extractor's own marks, by offset, at most
	// 4,096 of each mark.
	Marks []Mark
	// SHA256 of the content, lower-case hexadecimal.
	SHA256 string

	ra     io.ReaderAt
	memory []byte  // the whole content of a small file, else nil
	buf    *[]byte // the worker's, for passing
	elf    *elffile.File
	elfErr error
	elfSet bool
	class  fileClass
}

// ReadAt implements io.ReaderAt over the file's content.
func (in *Input) ReadAt(p []byte, off int64) (int, error) { return in.ra.ReadAt(p, off) }

// Bytes returns up to n bytes from off, fewer where the file ends or cannot be
// read, and never more than 16 MiB. The slice must not be changed or kept.
func (in *Input) Bytes(off int64, n int) []byte {
	const most = 16 << 20
	if off < 0 || n <= 0 || off >= in.Size {
		return nil
	}
	n = int(min(int64(n), in.Size-off, most))
	if in.memory != nil {
		return in.memory[off : off+int64(n) : off+int64(n)]
	}
	b := make([]byte, n)
	m, err := in.ra.ReadAt(b, off)
	if err != nil && m < n {
		return b[:m]
	}
	return b
}

// passing is Bytes into a buffer that the next call overwrites: for a second
// look at all of a large file.
func (in *Input) passing(off int64, n int) []byte {
	if in.memory != nil || in.buf == nil {
		return in.Bytes(off, n)
	}
	if n = int(min(int64(n), in.Size-off)); n <= 0 {
		return nil
	}
	if cap(*in.buf) < n {
		*in.buf = make([]byte, n)
	}
	b := (*in.buf)[:n]
	m, _ := in.ra.ReadAt(b, off)
	return b[:m]
}

// isELF reports whether the first bytes are those of an ELF file.
func (e *Entry) isELF() bool { return bytes.HasPrefix(e.Head, []byte("\x7fELF")) }

// readELF reads the file as ELF, once for all extractors.
func (in *Input) readELF() (*elffile.File, error) {
	if !in.elfSet {
		in.elf, in.elfErr = elffile.Read(in.ra, in.Size)
		in.elfSet = true
	}
	return in.elf, in.elfErr
}

// A Result collects what extractors see in one file.
type Result struct {
	path         string // escaped
	persons      bool   // keep personal names in quoted evidence
	room         int64  // for observations; 0 is no limit
	observed     int64  // the weight of those that were added
	observations []observed
	claims       []sbom.Claim
	subject      []SubjectFact
	services     []sbom.Service
	problems     []sbom.Problem
	properties   []sbom.Property
	elf          *elfFacts
	module       *moduleFacts
	boards       []boardFact
	endpoints    []endpointFact
	chips        []chipFact
	notices      [][2]int64   // where copyright notices stand
	licences     bool         // they are a table of many organizations' notices
	recipes      [][2]int64   // where the paths of recipes stand that are not OpenWrt's own
	modem        bool         // it controls modems
	described    *description // of a library, see descriptions
	modules      []string     // of the language's package that the file belongs to
	class        fileClass
	extractor    string // the one that runs
}

// Bounds of what one file can give.
const (
	maxObservations = 50_000 // a package database is one file
	maxFileClaims   = 200
	maxFileProblems = 20
)

// An Observation is one component that an extractor saw in a file.
type Observation struct {
	// Key identifies the component in the tree. Observations with the same key
	// are joined into one component: the first that gives a field sets it,
	// lists are added up. Empty means a component of its own.
	Key string
	// Component as far as this observation knows it. Ref, Locations and the
	// path of evidence need not be filled.
	Component sbom.Component
	// Files are tree paths, not escaped, that belong to the component besides
	// the file that was read.
	Files []string
	// Folders are tree paths, not escaped: what lies below them is the
	// component's, but for what lies in a folder of another component below.
	Folders []string
	// Explains says that the file that was read is the component or part of
	// it. A database that only lists the component does not explain it.
	Explains bool
	// Upstream says that the component is software of a public project, so
	// that marks inside it do not speak for the device's maker.
	Upstream bool

	pkg *packageFacts
}

// observed is an Observation as it is kept: what it knows of the component is
// apart, so that the component can be made of it and nothing be held twice.
type observed struct {
	Key       string
	Component *sbom.Component // nil once it has become part of a component
	Files     []string
	Folders   []string
	Explains  bool
	Upstream  bool
	pkg       *packageFacts
}

// A SubjectFact is what a file says about the device itself.
type SubjectFact struct {
	// Name and Version of the device or its firmware; may be empty.
	Name, Version string
	// Rank orders facts about names and versions: the highest wins, the
	// others stay as evidence. 0 is a weak one.
	Rank int
	// Claims that point to the device's organizations.
	Claims []sbom.Claim
	// Evidence for name and version.
	Evidence []sbom.Evidence
	// Properties of the device.
	Properties []sbom.Property

	called called
}

// Component adds an observation of a component.
func (r *Result) Component(o Observation) {
	c := o.Component
	seen := observed{o.Key, &c, o.Files, o.Folders, o.Explains, o.Upstream, o.pkg}
	if weight := seen.weight(); len(r.observations) >= maxObservations || r.room > 0 && r.observed+weight > r.room {
		r.tooMany("observations")
	} else {
		r.observed += weight
		r.observations = append(r.observations, seen)
	}
}

// Claim adds a claim that was found in the file. It goes to the component that
// the file belongs to.
func (r *Result) Claim(c sbom.Claim) {
	if len(r.claims) < maxFileClaims {
		r.claims = append(r.claims, c)
	} else {
		r.tooMany("claims")
	}
}

// Subject adds a fact about the device.
func (r *Result) Subject(f SubjectFact) {
	if len(r.subject) < maxFileClaims {
		r.subject = append(r.subject, f)
	}
}

// Service adds a service whose endpoint occurs in the file.
func (r *Result) Service(s sbom.Service) {
	if len(r.services) < maxFileClaims {
		r.services = append(r.services, s)
	} else {
		r.tooMany("services")
	}
}

// Property adds a property of the component that the file belongs to.
func (r *Result) Property(name, value string) {
	if len(r.properties) < maxFileClaims {
		r.properties = append(r.properties, sbom.Property{Name: name, Value: value})
	}
}

// Problem says that something in the file was skipped or cannot be trusted.
func (r *Result) Problem(kind string, severity sbom.ProblemSeverity, message string) {
	if len(r.problems) < maxFileProblems {
		r.problems = append(r.problems, sbom.Problem{Kind: kind, Severity: severity, Place: r.path, Message: message})
	}
}

func (r *Result) tooMany(what string) {
	for _, p := range r.problems {
		if p.Kind == "too-many-"+what {
			return
		}
	}
	r.problems = append(r.problems, sbom.Problem{Kind: "too-many-" + what, Severity: sbom.ProblemError, Place: r.path,
		Message: "more " + what + " in one file than the limit; the rest is left out"})
}

// Evidence returns an observation by the extractor that runs, at a place of
// the file: match is the text that was seen at the offset, length its extent
// in the file in bytes.
func (r *Result) Evidence(t sbom.Technique, field string, offset int64, length int, match string) sbom.Evidence {
	return sbom.Evidence{Field: field, Technique: t, Extractor: r.extractor, Path: r.path,
		Offset: offset, Length: length, Match: CleanMatch(match)}
}

// namesPersons is Evidence for a text that names persons: it quotes the part
// that says nothing of them, and the whole where the caller asked for that.
func (r *Result) namesPersons(t sbom.Technique, offset int64, length int, impersonal, whole string) sbom.Evidence {
	ev := r.Evidence(t, "", offset, length, impersonal)
	if r.persons {
		ev.Match = printable(whole)
	}
	return ev
}

// DefaultExtractors returns the extractors that Scan uses if Options names
// none. The slice is the caller's own.
func DefaultExtractors() []Extractor {
	return []Extractor{
		opkgExtractor(),
		dpkgExtractor(),
		apkExtractor(),
		rpmFileExtractor(),
		packageFileExtractor(),
		elfExtractor(),
		moduleExtractor(),
		identityExtractor(),
		makerExtractor(),
		pageTitleExtractor(),
		upnpTemplateExtractor(),
		certificateExtractor(),
		signedProgramExtractor(),
		buildPathExtractor(),
		cratePathExtractor(),
		kernelDirExtractor(),
		autoloadExtractor(),
		imageExtractor(),
		endpointExtractor(),
		chipExtractor(),
		modemExtractor(),
		copyrightExtractor(),
		vendorTextExtractor(),
		namespaceExtractor(),
		boardTableExtractor(),
		blobExtractor(),
		unpackReportExtractor(),
		pythonExtractor(),
		nodeExtractor(),
		cdnExtractor(),
		applicationExtractor(),
		pkgConfigExtractor(),
		luaExtractor(),
		rubyExtractor(),
		goSourceExtractor(),
		composerExtractor(),
		crateExtractor(),
		javaExtractor(),
		androidExtractor(),
	}
}
