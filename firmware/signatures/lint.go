package signatures

import (
	"fmt"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/internal/bytesearch"
)

// A Problem is a fault that Lint found in a signature.
type Problem struct {
	File    string
	Line    int
	Message string
}

// String gives the problem as "file:line: message".
func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message) }

// Lint tries the samples of all signatures and looks for what a reviewer would
// refuse. An empty result means that
//   - every match sample gives its component with the stated version, and no
//     other version of it;
//   - every no_match sample gives nothing for its signature;
//   - every mark takes part in at least one match sample;
//   - literals are long enough not to slow every search down;
//   - licence and the binaries seen are stated.
//
// Signatures of Builtin are taken as clean.
func (s *Set) Lint() []Problem {
	var problems []Problem
	sigs, err := s.all()
	if err != nil {
		return []Problem{{Message: err.Error()}}
	}
	searcher := bytesearch.Join(s.index)
	for _, sig := range sigs {
		if sig.compiled {
			continue
		}
		add := func(line int, format string, args ...any) {
			problems = append(problems, Problem{sig.file, max(line, 1), fmt.Sprintf(format, args...)})
		}
		if sig.License == "" {
			add(1, "no license; write NOASSERTION where it is not known")
		}
		if len(sig.Seen) == 0 {
			add(1, "seen names no binary in which the marks were looked up")
		}
		if !strings.HasPrefix(sig.PURL, "pkg:") {
			add(1, "purl %q is no package URL", sig.PURL)
		}
		if len(sig.Match) == 0 {
			add(1, "no match sample")
		}
		for i := range sig.Marks {
			m := &sig.Marks[i]
			var texts []string
			if m.Text != "" {
				texts, _ = m.literals()
			}
			for _, text := range slices.Concat(texts, m.With, m.Without) {
				if len(text) < goodAnchor {
					add(m.line, "literal %q has less than %d bytes, which slows every search down; choose a longer one, or lengthen it with \"starts\"", text, goodAnchor)
				}
			}
		}
		used := make([]bool, len(sig.Marks))
		for _, sample := range sig.Match {
			found, marks, err := s.try(searcher, sig, sample)
			if err != nil {
				add(sample.line, "%v", err)
				continue
			}
			for _, m := range marks {
				used[m] = true
			}
			switch {
			case len(found) == 0:
				add(sample.line, "match sample gives nothing")
			case !slices.Equal(found, []string{sample.Version}):
				add(sample.line, "match sample gives version %q, want %q", found, sample.Version)
			}
		}
		for i, u := range used {
			if !u && len(sig.Match) > 0 {
				add(sig.Marks[i].line, "no match sample uses this mark")
			}
		}
		for _, sample := range sig.NoMatch {
			found, _, err := s.try(searcher, sig, sample)
			if err != nil {
				add(sample.line, "%v", err)
			} else if len(found) > 0 {
				add(sample.line, "no_match sample gives version %q", found)
			}
		}
	}
	return problems
}

// try resolves a sample and returns the versions that are found for sig and
// the marks that matched.
func (s *Set) try(searcher *bytesearch.Searcher, sig *Signature, sample Sample) (versions []string, marks []int, err error) {
	facts := FileFacts{Path: sample.File, Kind: sample.Kind, SONAME: sample.Soname}
	if facts.Kind == "" {
		facts.Kind = ELF
	}
	if facts.Path == "" {
		facts.Path = "sample"
	}
	// Text in a binary stands among other bytes.
	text := "\x7f\x01\x00" + sample.Text + "\x00\x02\x7f"
	if facts.Kind == Text {
		text = sample.Text
	}
	var hits []bytesearch.Match
	searcher.Search([]byte(text), func(m bytesearch.Match) { hits = append(hits, m) })
	r := resolution{set: s, file: facts, data: strings.NewReader(text)}
	if err := r.names(); err != nil {
		return nil, nil, err
	}
	if err := r.texts(hits); err != nil {
		return nil, nil, err
	}
	if err := r.alone(hits); err != nil {
		return nil, nil, err
	}
	if err := r.banners(); err != nil {
		return nil, nil, err
	}
	r.newest()
	for _, o := range r.observations {
		if o.signature == sig && o.mark >= 0 {
			marks = append(marks, o.mark)
		}
	}
	for _, f := range r.findings() {
		if f.Signature == sig.ID {
			versions = append(versions, f.Version)
		}
	}
	return versions, marks, nil
}
