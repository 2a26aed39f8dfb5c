package provenance

import "strings"

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
	for i := range c.Attributions {
		if c.Attributions[i].Project != nil {
			return KindOpenSource
		}
	}
	kind := KindLicenceUnknown
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
