// Package report writes a [provenance.Report] in the forms that people and
// programs read: text for a person ([WriteText]) and JSON ([WriteJSON], read
// back by [ReadJSON]).
//
// A writer takes the report as it is. It decides nothing, reads no clock and
// no environment, and gives the same bytes for the same report and options.
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
