package strict

import (
	"regexp"
	"sync"
)

// A matcher is a pattern of a schema.
type matcher interface{ MatchString(string) bool }

func newMatcher(pattern string) (matcher, error) { return regexp.Compile(pattern) }

// A lazyPattern is compiled when it is first asked: who never validates pays
// nothing for it.
type lazyPattern struct{ compile func() *regexp.Regexp }

func lazy(pattern string) lazyPattern {
	return lazyPattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })}
}

func (l lazyPattern) MatchString(s string) bool { return l.compile().MatchString(s) }

func (l lazyPattern) FindStringSubmatch(s string) []string { return l.compile().FindStringSubmatch(s) }
