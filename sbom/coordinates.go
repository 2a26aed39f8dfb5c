package sbom

import (
	"slices"
	"strings"
)

// Some documents give a component no package URL and hold one, or a Maven
// group, in another field: "SPDXRef-pkg:golang/golang.org/x/crypto@v0.1" as an
// SPDX identifier, "org.example:parser:jar" or "org.example/parser" as a name.

// coordinates takes the package URL of a component's SPDX identifier, or claims
// the group of its name, where it has no package URL.
func (b *builder) coordinates(c *Component) {
	if b.s.purl != "" {
		return
	}
	if purl, ok := strings.CutPrefix(c.Ref, "SPDXRef-"); ok && c.Group == "" {
		if namespace, ok := plainPURL(purl); ok {
			b.s.purl, b.s.purlNS = purl, namespace
			b.claim(PURL, purl, 0, "SPDXID")
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
