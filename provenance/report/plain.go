package report

import (
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// What other writers of the input's strings need, so that all of them are made
// harmless in one place.

// Sentence is [Visible] for a text that may be longer than a name, up to 3,000
// runes.
func Sentence(s string) string { return sentence(s) }

// MarkdownText makes a string of the input plain text in Markdown, in a table
// too: visible as by [Sentence], and nothing of it is markup, HTML, a link or a
// mention.
func MarkdownText(s string) string { return md(s) }

// EvidenceText writes an observation in one line: place, quotation, extractor.
func EvidenceText(e sbom.Evidence) string { return evidenceText(e) }

// CitationText writes a citation in one line.
func CitationText(s provenance.Source) string { return sourceCitation(s) }

// IsLink reports whether an address may be made a link: http or https, with a
// host, and no character that an address does not have.
func IsLink(address string) bool { return isURI(address) }

// Seat says an organization's own countries, each with its bases: "China:
// registered, headquartered".
func Seat(a *provenance.Attribution) string { return seat(a) }

// Proof returns the place and the quoted text of the surest match behind an
// attribution of something with these claims.
func Proof(place string, claims []sbom.Claim, a *provenance.Attribution) (at, quote string) {
	return proof(holder{place: place, claims: claims}, a)
}

// Label is what to call a component: group, name and version.
func Label(group, name, version string) string { return label(group, name, version) }

// ListText cites a list entry in one line: title, paragraph, name as listed,
// since when, edition.
func ListText(l *provenance.ListRef) string { return listText(l) }

// InputText says in a few words what an input was: its kind and digest.
func InputText(s *sbom.Source) string { return sourceText(s) }
