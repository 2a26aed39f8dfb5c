package sbom

import (
	"slices"
	"strings"
	"unicode"
)

// Some documents give a component no package URL and hold one, or a Maven
// group, in another field: "SPDXRef-pkg:golang/golang.org/x/crypto@v0.1" as an
// SPDX identifier, "org.example:parser:jar" or "org.example/parser" as a name.

// A version may say who built a package, and a path where it comes from.

// coordinates takes the package URL of a component's SPDX identifier, or claims
// the group of its name, where it has no package URL. The mark of whoever built
// it is claimed where the package URL does not name a distribution.
func (b *builder) coordinates(c *Component) {
	if mark := buildMark(c.Version); mark != "" && !ofDistribution(b.s.purl) {
		b.claim(BuildMark, mark, 0, "version")
	}
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
	group := mavenGroup(c.Name)
	if group == "" {
		group = plainGroup(c.Name)
	}
	if group == "" {
		group = mavenPath(c.Name)
	}
	b.claim(Group, group, 0, "name")
}

// ofDistribution reports whether a package URL is of a type whose namespace
// says which distribution built the package.
func ofDistribution(purl string) bool {
	for _, typ := range [...]string{"pkg:rpm/", "pkg:deb/", "pkg:apk/", "pkg:alpm/", "pkg:opkg/", "pkg:alpine/"} {
		if strings.HasPrefix(purl, typ) {
			return true
		}
	}
	return false
}

// buildMarks are the marks that distributors put behind a version, with what
// tells them apart from a part of the version itself. Red Hat marks what it
// builds of Java projects by "redhat-N" (https://access.redhat.com/maven-repository),
// distributions of rpm packages mark the release by their dist tag
// (https://docs.fedoraproject.org/en-US/packaging-guidelines/DistTag/), Debian
// its stable updates by "+debNuN" (Debian developer's reference, 5.13) and
// Ubuntu its revisions by "ubuntuN". Confluent marks the Kafka of its community
// packages by "ccs" (https://docs.confluent.io/platform/current/installation/available_packages.html).
// Tags that several distributions share, as
// "el8", name none of them.
var buildMarks = []struct {
	mark    string
	release bool // stands in the release of a package, behind a hyphen
}{
	{"redhat", false}, {"fc", true}, {"ph", true}, {"mga", true}, {"amzn", true}, {"deb", true}, {"ubuntu", true}, {"ccs", false},
}

// buildMark returns the mark of a distributor in a version, or nothing.
func buildMark(version string) string {
	for i := range buildMarks {
		m := &buildMarks[i]
		at := strings.LastIndex(version, m.mark)
		if at < 2 {
			continue
		}
		before, after := version[:at], version[at+len(m.mark):]
		if m.release && !strings.Contains(before, "-") {
			continue
		}
		switch last := before[len(before)-1]; m.mark {
		case "redhat":
			if last != '.' && last != '-' {
				continue
			}
			if after = strings.TrimLeft(after, "-_"); strings.Trim(after, "0123456789-_.") == "" && strings.ContainsAny(after, "0123456789") {
				return m.mark // also of a rebuild: "redhat-64-31"
			}
			continue
		case "deb":
			if n, update, ok := strings.Cut(after, "u"); last != '+' && last != '~' || !ok || !isNumber(n) || !isNumber(update) {
				continue
			}
			return m.mark
		case "ccs":
			if last == '-' && after == "" && before[0] >= '0' && before[0] <= '9' {
				return m.mark
			}
			continue
		case "ubuntu":
			if last < '0' || last > '9' || after == "" || after[0] < '0' || after[0] > '9' {
				continue
			}
			return m.mark
		default:
			if last != '.' {
				continue
			}
		}
		if isNumber(after) {
			return m.mark
		}
	}
	return ""
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// plainGroup returns the group of Maven coordinates that say how the artifact is
// packed ("commons-io:commons-io:jar"). Old groups are no domain names.
func plainGroup(name string) string {
	s := strings.Split(name, ":")
	if len(s) != 3 || s[0] == "" || s[1] == "" || strings.ContainsAny(name, "/ \t@") {
		return ""
	}
	switch s[2] {
	case "jar", "war", "ear", "pom", "bundle", "aar", "test-jar", "maven-plugin":
		return s[0]
	}
	return ""
}

// mavenPath returns the Maven group that stands in a name which is a path: of a
// module in the layout of JBoss Modules ("modules/.../org/example/parser/main/x"),
// or of a file in that of a Maven repository ("org/example/parser/1.2/parser-1.2.jar").
// Other paths have folders of such names too, and say nothing. A module is named
// by whoever put it together and may hold a library of others, so that its name
// is the group only of an artifact that is named after the project too.
func mavenPath(name string) string {
	s := strings.Split(name, "/")
	n := len(s)
	if n < 5 {
		return ""
	}
	end, module := 0, false
	switch {
	case s[n-2] == "main" && slices.Contains(s[:n-3], "modules"):
		end, module = n-2, true
	case strings.HasPrefix(s[n-1], s[n-3]+"-"+s[n-2]):
		end = n - 3
	default:
		return ""
	}
	for i := range end - 1 {
		switch s[i] {
		case "com", "org", "net", "io", "javax", "jakarta":
			if module && !namedAfter(s[n-1], s[i+1:min(i+3, end)]) {
				return ""
			}
			if group := strings.Join(s[i:end], "."); mavenGroup(group+":x") == group {
				return group
			}
			return ""
		}
	}
	return ""
}

// namedAfter reports whether a word of an artifact's name is one of the labels.
func namedAfter(artifact string, labels []string) bool {
	words := strings.FieldsFunc(strings.ToLower(artifact), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.ContainsFunc(labels, func(l string) bool {
		l = strings.ToLower(l)
		return slices.Contains(words, l) || slices.ContainsFunc(strings.FieldsFunc(l, func(r rune) bool { return r == '-' || r == '_' }),
			func(part string) bool { return len(part) > 2 && slices.Contains(words, part) })
	})
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
	case "com", "org", "net", "io", "edu", "gov", "mil", "dev", "app", "info", "biz", "javax", "jakarta":
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
