package provenance

import (
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// openLicences are beginnings of SPDX identifiers, and of the names that
// documents and kernel modules use instead, in lower case. All of them are
// licences that OSI or FSF calls open or free.
var openLicences = []string{
	"0bsd", "afl-", "agpl-", "apache-", "apache 2", "apache license", "artistic", "beerware", "blueoak-", "bsd", "bsl-1.0", "bzip2-",
	"cc0-", "cddl-", "cecill", "cpl-", "curl", "dual bsd/gpl", "dual mit/gpl", "dual mpl/gpl", "ecl-", "efl-", "epl-", "eupl-",
	"expat", "fsf", "ftl", "gfdl-", "gnu general public", "gnu lesser general public", "gnu gpl", "gnu lgpl", "gpl", "hpnd", "icu", "ijg",
	"ipl-", "isc", "lgpl", "libpng", "libtiff", "lppl-", "mit", "mpl", "mozilla public", "ms-pl", "ms-rl", "ncsa", "ntp", "ofl-", "openldap",
	"openssl", "osl-", "php-", "postgresql", "psf-", "public domain", "public-domain", "python-2", "ruby", "sleepycat", "ssleay", "tcl",
	"unicode-", "unlicense", "upl-", "vim", "w3c", "wtfpl", "x11", "zend-", "zlib", "zpl-",
}

// closedLicences are words that say outright that something is not open.
var closedLicences = []string{"proprietary", "commercial", "all rights reserved", "confidential", "closed"}

// licenceKind tells open source, proprietary and unknown apart by what the
// input says of the licence, or by a project record. It reads no licence text.
func licenceKind(c *Component) Kind {
	kind := KindLicenceUnknown
	if ofProject(c) {
		kind = KindOpenSource
	}
	for _, l := range c.Licenses {
		switch licenceOf(l) {
		case KindProprietary:
			return KindProprietary
		case KindOpenSource:
			kind = KindOpenSource
		}
	}
	return kind
}

// ofProject reports whether a component is of a project on record. A project
// that is known by less than a company's own marks are, as a package that only
// shares its name, says nothing of the licence.
func ofProject(c *Component) bool {
	var project, other sbom.Confidence
	for i := range c.Attributions {
		a := &c.Attributions[i]
		switch {
		case a.Project != nil:
			project = surer(project, a.Confidence)
		case a.Role != sbom.Distributor:
			other = surer(other, a.Confidence)
		}
	}
	return project != "" && project.Rank() >= other.Rank()
}

func surer(a, b sbom.Confidence) sbom.Confidence {
	if b.Rank() > a.Rank() {
		return b
	}
	return a
}

// licenceOf classes one SPDX expression or name. An expression is open where
// all of its licences are.
func licenceOf(expression string) Kind {
	text := strings.ToLower(strings.TrimSpace(expression))
	for _, w := range closedLicences {
		if strings.Contains(text, w) {
			return KindProprietary
		}
	}
	text = strings.NewReplacer("(", " ", ")", " ").Replace(text)
	for _, op := range []string{" and ", " or "} {
		text = strings.ReplaceAll(text, op, "\n")
	}
	open := 0
	for _, part := range strings.Split(text, "\n") {
		part, _, _ = strings.Cut(strings.TrimSpace(part), " with ")
		if part == "" {
			continue
		}
		known := false
		for _, l := range openLicences {
			known = known || strings.HasPrefix(part, l)
		}
		if !known {
			return KindLicenceUnknown
		}
		open++
	}
	if open == 0 {
		return KindLicenceUnknown
	}
	return KindOpenSource
}
