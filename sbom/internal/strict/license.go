package strict

import (
	"errors"
	"fmt"
	"strings"
	"sync"
)

// licenseList is the list of licence and exception identifiers that the schema
// of CycloneDX enumerates, in lower case.
var licenseList = sync.OnceValues(func() (map[string]bool, error) {
	s, err := loadJSON()
	if err != nil {
		return nil, err
	}
	for i := range s.nodes {
		if w := s.nodes[i].words; w["MIT"] && w["Apache-2.0"] {
			out := make(map[string]bool, len(w))
			for id := range w {
				out[strings.ToLower(id)] = true
			}
			return out, nil
		}
	}
	return nil, errors.New("no list of licences in the table")
})

// An Expression is what a licence expression says about itself.
type Expression struct {
	Operators int      // AND, OR, WITH
	Unknown   []string // identifiers that no list has and that are no LicenseRef-
}

// ParseExpression parses a licence expression (SPDX 2.3, annex D): identifiers
// with an optional +, LicenseRef- of this or another document, WITH an
// exception, AND, OR and brackets. Operators are upper case, identifiers of any
// case. An identifier that the list does not have is no error: lists grow.
func ParseExpression(s string) (Expression, error) {
	var e Expression
	list, err := licenseList()
	if err != nil {
		return e, err
	}
	s = strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s)
	words := strings.Fields(s)
	if len(words) == 0 {
		return e, errors.New("is empty")
	}
	if len(words) > 100_000 {
		return e, errors.New("is too long")
	}
	depth, operand, with := 0, true, false
	for i, w := range words {
		switch {
		case w == "(":
			if !operand || with {
				return e, errors.New("has a bracket where an operator should stand")
			}
			depth++
		case w == ")":
			if operand || depth == 0 {
				return e, errors.New("has a closing bracket out of place")
			}
			depth--
		case w == "AND" || w == "OR" || w == "WITH":
			if operand {
				return e, fmt.Errorf("has %s where a licence should stand", w)
			}
			if w == "WITH" && words[i-1] == ")" {
				return e, errors.New("has WITH after a bracket")
			}
			operand, with = true, w == "WITH"
			e.Operators++
		case !operand:
			return e, fmt.Errorf("has %s where an operator should stand", quote(w))
		default:
			id := w
			if !with {
				id = strings.TrimSuffix(w, "+")
			}
			if doc, ref, ok := strings.Cut(id, ":"); ok {
				if !strings.HasPrefix(doc, "DocumentRef-") || !isIDString(doc[len("DocumentRef-"):]) || !strings.HasPrefix(ref, "LicenseRef-") {
					return e, fmt.Errorf("has %s, which is no identifier", quote(w))
				}
				id = ref
			}
			switch {
			case !isIDString(id):
				return e, fmt.Errorf("has %s, which is no identifier", quote(w))
			case strings.HasPrefix(id, "LicenseRef-") && len(id) > len("LicenseRef-"):
			case strings.HasPrefix(id, "AdditionRef-") && with:
			case !list[strings.ToLower(id)] && !list[strings.ToLower(id)+"+"]:
				e.Unknown = append(e.Unknown, id)
			}
			operand, with = false, false
		}
	}
	switch {
	case operand:
		return e, errors.New("ends after an operator")
	case depth > 0:
		return e, errors.New("has a bracket that is not closed")
	}
	return e, nil
}

// isIDString reports an idstring: letters, digits, "-" and ".".
func isIDString(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s != ""
}

// IsExpression reports a well-formed licence expression.
func IsExpression(s string) bool {
	_, err := ParseExpression(s)
	return err == nil
}

// NamesLicenses reports an expression with operators, all of whose licences
// SPDX lists: what may be no licence's name.
func NamesLicenses(s string) bool { return isExpression(s) }

// LicenseRefs returns the licences that an expression names and its document
// has to define, and whether it names none of other documents.
func LicenseRefs(s string) (refs []string, own bool) {
	own = true
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ()\t\n", r) }) {
		switch {
		case strings.HasPrefix(w, "LicenseRef-"):
			refs = append(refs, strings.TrimSuffix(w, "+"))
		case strings.HasPrefix(w, "DocumentRef-"):
			own = false
		}
	}
	return refs, own
}
