package provenance

import (
	"regexp"
	"strings"
	"sync"

	"github.com/touchmark-dev/touchmark/sbom"
)

// address finds a mail address with, optionally, the name before it.
var address = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:[\p{L}][\p{L}.'’-]*\s+){0,4}<?[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)>?`)
})

// redact removes names and local parts of mail addresses from the text that the
// report quotes of a component, unless they are to be kept. The domain stays: it
// is what a claim rests on.
func (c *Component) redact(opts *Options) {
	if !opts.KeepPersons {
		c.Evidence, c.Claims = redact(c.Evidence, c.Claims)
	}
}

// redact returns evidence and claims without addresses. The input document is
// not modified: what changes is copied first.
func redact(evidence []sbom.Evidence, claims []sbom.Claim) ([]sbom.Evidence, []sbom.Claim) {
	evidence = redactEvidence(evidence)
	copied := false
	for i := range claims {
		was := &claims[i]
		if len(was.Evidence) == 0 && (was.Kind == sbom.PURL || was.Kind == sbom.CPE || strings.IndexByte(was.Value, '@') < 0) {
			continue // as nearly all are
		}
		c := *was
		// A package URL has an "@" of its own.
		if c.Kind != sbom.PURL && c.Kind != sbom.CPE && strings.Contains(c.Value, "@") && address().MatchString(c.Value) {
			c.Value = address().ReplaceAllString(c.Value, "<…@$1>")
		}
		if e := redactEvidence(c.Evidence); len(e) > 0 {
			c.Evidence = e
		}
		if c.Value != claims[i].Value || len(c.Evidence) > 0 && &c.Evidence[0] != &claims[i].Evidence[0] {
			if !copied {
				claims, copied = append([]sbom.Claim(nil), claims...), true
			}
			claims[i] = c
		}
	}
	return evidence, claims
}

func redactEvidence(evidence []sbom.Evidence) []sbom.Evidence {
	copied := false
	for i := range evidence {
		m := evidence[i].Match
		if !strings.Contains(m, "@") || !address().MatchString(m) {
			continue
		}
		if !copied {
			evidence, copied = append([]sbom.Evidence(nil), evidence...), true
		}
		evidence[i].Match = address().ReplaceAllString(m, "<…@$1>")
	}
	return evidence
}
