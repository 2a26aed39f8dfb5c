package firmware

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/internal/bytesearch"
	"github.com/touchmark-dev/touchmark/sbom"
)

// What a scan looks for in bytes are three lists, numbered one after the other:
// the marks of extractors, the patterns of signatures, and literals. What comes
// with the program is prepared for the search, and joining it takes a twentieth
// of the time that preparing it would; a tree of a hundred files takes less to
// read.

// The marks of DefaultExtractors, prepared.
//
//go:generate go test -run TestMarksAreCurrent -update .
//go:embed marks.tm
var defaultMarks string

// marksOf prepares the marks of the extractors, and says whose each is.
func marksOf(extractors []Extractor) (*bytesearch.Table, []int32, error) {
	var patterns []bytesearch.Pattern
	var owners []int32
	seen := map[string]bool{}
	for i, e := range extractors {
		if e.Name == "" || e.Extract == nil {
			return nil, nil, fmt.Errorf("extractor %d has no name or no function", i)
		}
		if seen[e.Name] {
			return nil, nil, fmt.Errorf("two extractors have the name %q", e.Name)
		}
		seen[e.Name] = true
		for _, m := range e.Marks {
			patterns = append(patterns, bytesearch.Pattern{Text: m})
			owners = append(owners, int32(i))
		}
		for _, m := range e.Folded {
			patterns = append(patterns, bytesearch.Pattern{Text: m, Fold: true})
			owners = append(owners, int32(i))
		}
	}
	table, err := bytesearch.Open(defaultMarks)
	if err != nil || !table.Is(patterns) {
		table, err = bytesearch.Index(patterns)
	}
	return table, owners, err
}

// prepareSearch makes the searcher of a scan.
func (s *scanner) prepareSearch(set *signatures.Set) error {
	marks, owners, err := marksOf(s.extractors)
	if err != nil {
		return err
	}
	tables := []*bytesearch.Table{marks}
	s.markOwners, s.firstLiteral = owners, len(owners)
	if index := set.Index(); index != nil {
		tables = append(tables, index)
		s.firstLiteral += index.Len()
	}
	s.patterns = s.firstLiteral
	literals, err := s.literals.prepare(s.problem)
	if err != nil {
		return err
	}
	for _, t := range literals {
		s.patterns += t.Len()
	}
	s.searcher = bytesearch.Join(append(tables, literals...)...)
	return nil
}

// literals are those of the options: the ones of the list and then the ones of
// the table.
type literals struct {
	list  []sbom.Literal
	table sbom.LiteralTable // nil for none

	searched []int32 // of the list, the ones that are looked for

	// Of the table, those that were asked for: in a tree they are some hundreds
	// of tens of thousands.
	mu   sync.RWMutex
	read map[int32]*sbom.Literal
}

// prepare returns what finds the literals: those of the list that can be looked
// for, then those of the table.
func (l *literals) prepare(problem func(sbom.Problem)) (tables []*bytesearch.Table, err error) {
	var prepared *bytesearch.Table
	if l.table != nil {
		if index := l.table.Index(); index != "" {
			prepared, err = bytesearch.Open(index)
			if err != nil && !errors.Is(err, bytesearch.ErrVersion) {
				return nil, err
			}
			if err == nil && prepared.Len() != l.table.Len() {
				return nil, fmt.Errorf("the search table has %d patterns for %d literals", prepared.Len(), l.table.Len())
			}
		}
		if prepared == nil {
			l.list = slices.Clone(l.list) // the caller's
			for i := range l.table.Len() {
				l.list = append(l.list, l.table.Literal(i))
			}
			l.table = nil
		}
	}
	if len(l.list) > 0 {
		patterns := make([]bytesearch.Pattern, 0, len(l.list))
		l.searched = make([]int32, 0, len(l.list))
		for i := range l.list {
			t := &l.list[i]
			if len(t.Text) < bytesearch.MinPattern || len(t.Text) > bytesearch.MaxPattern/2 {
				problem(sbom.Problem{Kind: "bad-literal", Severity: sbom.ProblemWarning, Place: t.ID,
					Message: fmt.Sprintf("literal of %d bytes is not looked for; %d to %d are possible", len(t.Text), bytesearch.MinPattern, bytesearch.MaxPattern/2)})
				continue
			}
			patterns = append(patterns, bytesearch.Pattern{Text: t.Text, Fold: t.Fold, Word: t.Word, Wide: t.Wide})
			l.searched = append(l.searched, int32(i))
		}
		t, err := bytesearch.Index(patterns)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	if prepared != nil {
		l.read = map[int32]*sbom.Literal{}
		tables = append(tables, prepared)
	}
	return tables, nil
}

// number is that of the literal which is the n-th of the patterns.
func (l *literals) number(n int) int32 {
	if n < len(l.searched) {
		return l.searched[n]
	}
	return int32(len(l.list) + n - len(l.searched))
}

// at returns a literal by its number.
func (l *literals) at(number int32) *sbom.Literal {
	i := int(number)
	if i < len(l.list) {
		return &l.list[i]
	}
	l.mu.RLock()
	t := l.read[number]
	l.mu.RUnlock()
	if t != nil {
		return t
	}
	text := l.table.Literal(i - len(l.list))
	l.mu.Lock()
	defer l.mu.Unlock()
	if t = l.read[number]; t == nil {
		t = &text
		l.read[number] = t
	}
	return t
}
