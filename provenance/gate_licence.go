package provenance

import (
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// openLicences are beginnings of SPDX identifiers, and of the names that
// documents and kernel modules use instead, in lower case. All of them are
// licences that OSI or FSF calls open or free.
var openLicences = []string{
	"0bsd", "2-clause bsd", "3-clause bsd", "afl", "agpl", "apache", "artistic", "asl 2", "asl-2", "asl2", "beerware", "blueoak-", "boost", "bouncy castle", "bsd",
	"bsl-1.0", "bzip2-", "cc0", "cddl", "cecill", "common development and distribution", "cpl-", "curl", "dual bsd/gpl", "dual mit/gpl", "dual mpl/gpl",
	"eclipse distribution", "eclipse public", "ecl-", "edl ", "edl-", "efl-", "epl", "eupl-", "expat", "fsf", "fsfap", "fsful", "fsfullr", "ftl", "gfdl",
	"gnu affero general public", "gnu general public", "gnu lesser general public", "gnu library general public", "gnu gpl", "gnu lgpl", "gnu-lgpl", "go license",
	"gpl", "hpnd", "icu", "ijg", "ipl-", "isc", "lgpl", "libpng", "libtiff", "lppl-", "mit", "modified bsd", "mpl", "mozilla public", "mozilla-public-license",
	"ms-pl", "ms-rl", "ncsa", "new bsd", "ntp", "ofl-", "openldap", "openssl", "osl-", "php-", "postgresql", "psf", "psfl", "public domain", "public-domain",
	"python", "revised bsd", "ruby", "simplified bsd", "sissl", "sleepycat", "ssleay", "tcl", "unicode", "unlicense", "uoi-ncsa", "upl-", "vim", "w3c", "wtfpl",
	"x11", "zend-", "zlib", "zpl",
}

// closedLicences are words that say outright that something is not open.
// "UNLICENSED" is what npm asks to be written where no rights are granted
// (https://docs.npmjs.com/cli/configuring-npm/package-json#license).
var closedLicences = []string{"proprietary", "commercial", "all rights reserved", "confidential", "closed", "unlicensed"}

// openGrants are what the texts of common open licences say and others do not,
// white space folded, in lower case: MIT, BSD, ISC, GPL and its like, Apache,
// MPL, EPL.
var openGrants = []string{
	"permission is hereby granted, free of charge, to any person obtaining a copy",
	"redistribution and use in source and binary forms, with or without modification, are permitted",
	"permission to use, copy, modify, and distribute this software for any purpose with or without fee",
	"permission to use, copy, modify, and/or distribute this software for any purpose with or without fee",
	"under the terms of the gnu general public license", "under the terms of the gnu lesser general public license",
	"gnu general public license version", "gnu lesser general public license version",
	"apache license version 2.0", "licensed under the apache license", "mozilla public license version", "mozilla public license, v",
	"eclipse public license",
}

// licenceKind tells open source, proprietary and unknown apart by what the
// input says of the licence, or by a project record. extracted are the licences
// that the input defines for itself, by the ID that components refer to.
func licenceKind(c *Component, extracted map[string]*sbom.ExtractedLicense) Kind {
	kind := KindLicenceUnknown
	if ofProject(c) {
		kind = KindOpenSource
	}
	for _, l := range c.Licenses {
		switch licenceOf(l, extracted) {
		case KindProprietary:
			return KindProprietary
		case KindOpenSource:
			kind = KindOpenSource
		}
	}
	return kind
}

// extractedLicences indexes what a document says of licences of its own.
func extractedLicences(doc *sbom.Document) map[string]*sbom.ExtractedLicense {
	if len(doc.ExtractedLicenses) == 0 {
		return nil
	}
	out := make(map[string]*sbom.ExtractedLicense, len(doc.ExtractedLicenses))
	for i := range doc.ExtractedLicenses {
		l := &doc.ExtractedLicenses[i]
		if out[strings.ToLower(l.ID)] == nil {
			out[strings.ToLower(l.ID)] = l
		}
	}
	return out
}

// extractedKind classes a licence by its name, else by its text. A text of one
// line is a name; of a longer one only a known grant says something: many
// licences, open ones too, speak of "all rights reserved" or of proprietary
// programs.
func extractedKind(l *sbom.ExtractedLicense) Kind {
	if k := licenceOf(l.Name, nil); k != KindLicenceUnknown {
		return k
	}
	text := strings.Join(strings.Fields(l.Text), " ")
	if len(text) <= maxLicenceName {
		// Tern writes what the package's own database says behind these words.
		return licenceOf(strings.TrimPrefix(strings.TrimPrefix(text, "Original license:"), "Original License:"), nil)
	}
	text = strings.ToLower(text)
	for _, g := range openGrants {
		if strings.Contains(text, g) {
			return KindOpenSource
		}
	}
	return KindLicenceUnknown
}

// maxLicenceName is how long the name of a licence is at most, in bytes.
const maxLicenceName = 120

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
func licenceOf(expression string, extracted map[string]*sbom.ExtractedLicense) Kind {
	text := strings.ToLower(strings.TrimSpace(expression))
	for _, w := range closedLicences {
		if strings.Contains(text, w) {
			return KindProprietary
		}
	}
	text = licenceWords.Replace(text)
	open := 0
	for _, part := range strings.Split(text, "\n") {
		part, _, _ = strings.Cut(strings.TrimSpace(part), " with ")
		if part == "" {
			continue
		}
		if l := extracted[part]; l != nil {
			switch extractedKind(l) {
			case KindProprietary:
				return KindProprietary
			case KindOpenSource:
				open++
				continue
			}
		}
		// What a document or a collection of licences calls its own is named for
		// what it is like: LicenseRef-MIT-style, LicenseRef-Fedora-Public-Domain.
		if i := strings.LastIndex(part, "licenseref-"); i >= 0 {
			part = part[i+len("licenseref-"):]
			for _, collection := range []string{"fedora-", "callaway-", "scancode-"} {
				part = strings.TrimPrefix(part, collection)
			}
		}
		if !isOpen(strings.TrimPrefix(part, "the ")) {
			return KindLicenceUnknown
		}
		open++
	}
	if open == 0 {
		return KindLicenceUnknown
	}
	return KindOpenSource
}

// licenceWords puts every licence of an expression on a line of its own.
var licenceWords = strings.NewReplacer("(", " ", ")", " ", " and ", "\n", " or ", "\n", " / ", "\n", ";", "\n")

// isOpen reports whether a licence begins like one of the open ones and not
// like a longer word: "mit-0" and "gplv2" are, "mitsubishi" is not.
func isOpen(name string) bool {
	for _, l := range openLicences {
		rest, ok := strings.CutPrefix(name, l)
		if !ok {
			continue
		}
		if end := l[len(l)-1]; rest == "" || end < 'a' || end > 'z' || rest[0] < 'a' || rest[0] > 'z' || rest[0] == 'v' {
			return true
		}
	}
	return false
}
