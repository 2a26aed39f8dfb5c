// Package report writes a [provenance.Report] in the forms that people and
// programs read. Most callers need [WriteText] for a person, [WriteHTML] for a
// page with search and filters, and [WriteJSON] to keep, which [ReadJSON] reads
// back.
//
// For other programs there are [WriteSARIF] (code scanning), [WriteGitHub]
// (annotations of a workflow), [WriteJUnit], [WriteCSV], [WriteJSONLines] and
// [WriteMarkdown]; [WriteTemplate] writes what a template says. An SBOM that
// carries the report is made with [Insertions] and sbom.Patch. [WriteFinding]
// and [WriteComponent] walk one answer back to its evidence, [WriteRecord] shows
// what is on record about an organization, [WriteMatrix] many reports as one,
// [WriteDifference] and [WriteReconciliation] two.
//
// A writer takes the report as it is. It decides nothing, reads no clock and
// no environment, and gives the same bytes for the same report and options. A
// writer of your own ranges over the fields of [provenance.Report]; it passes
// each string through [Visible] before it reaches a terminal, or through
// [MarkdownText] in Markdown.
//
// # Untrusted strings
//
// Every name, version, path and message of a report may have been written by
// whoever made the input. No writer passes on a character that could change
// what a terminal, a spreadsheet or a browser shows: each writer's
// documentation says what it does with them.
//
// # Wording
//
// An attribution is an inference, so text says "evidence suggests". A country
// stands only beside its basis: where an organization is registered or
// headquartered says nothing about where a thing was made. A run without a
// finding is never called "pass" or "clean", because what is unknown was not
// looked at.
package report
