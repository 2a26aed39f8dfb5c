package sbom

import (
	"slices"
	"strings"
)

// Some documents give a component no package URL and hold one, or a Maven
// group, in another field: "SPDXRef-pkg:golang/golang.org/x/crypto@v0.1" as an
// SPDX identifier, "org.example:parser:jar" or "org.example/parser" as a name.
// They claim what they say.

// coordinates adds the claims of a component's reference and name, where it
// has no package URL.
func (b *builder) coordinates(c *Component) {
	if b.s.purl != "" {
		return
	}
	if i := strings.Index(c.Ref, "pkg:"); i >= 0 && (i == 0 || c.Ref[i-1] == '-' || c.Ref[i-1] == '#') {
		if _, ok := plainPURL(c.Ref[i:]); ok {
			b.claim(PURL, c.Ref[i:], 0, refField(c.Ref, i))
			return
		}
	}
	if c.Group != "" || slices.ContainsFunc(b.s.claims, func(c Claim) bool { return c.Kind == Group || c.Kind == PURL }) {
		return
	}
	if group := mavenGroup(c.Name); group != "" {
		b.claim(Group, group, 0, "name")
	}
}

// refField names the field that a reference is, as far as that matters: those
// of SPDX begin with its prefix.
func refField(ref string, at int) string {
	if at > 0 && strings.HasPrefix(ref, "SPDXRef-") {
		return "SPDXID"
	}
	return "bom-ref"
}

// mavenGroup returns the group of a name that is written as Maven coordinates,
// "group:artifact", with or without more fields, or "group/artifact"; empty
// for any other. A group is a reversed domain name.
func mavenGroup(name string) string {
	i := strings.IndexAny(name, ":/")
	if i <= 0 || i == len(name)-1 {
		return ""
	}
	group, rest := name[:i], name[i+1:]
	top, _, dotted := strings.Cut(group, ".")
	if !dotted || strings.ContainsAny(rest, "/ \t") || strings.HasPrefix(rest, ":") || strings.Contains(group, "..") || strings.HasSuffix(group, ".") {
		return ""
	}
	switch top {
	case "com", "org", "net", "io", "edu", "gov", "mil", "dev", "app", "info", "biz":
	default:
		if len(top) != 2 || top[0] < 'a' || top[0] > 'z' || top[1] < 'a' || top[1] > 'z' {
			return ""
		}
	}
	for j := 0; j < len(group); j++ {
		switch c := group[j]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-', c == '_':
		default:
			return ""
		}
	}
	return group
}
