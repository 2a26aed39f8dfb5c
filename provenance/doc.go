// Package provenance says which organization stands behind each component of a
// document, in which role, under which country's jurisdiction and on which
// public evidence, and whether a policy allows it.
//
// [Analyze] does all of it: it takes an [sbom.Document], a [Database] and
// [Options], and returns a [Report]. It is a pure function: it reads no clock,
// no network and no file, and the same input, database and date give the same
// report.
//
// # Three things kept apart
//
// An entity fact is a public, cited and dated statement about an organization
// and lives in the database ([Organization], [Origin], [Owner], [ListEntry]).
// A component inference is a claim in a component that points to an
// organization ([Attribution]). A verdict is a rule applied to both on a date
// ([Finding]). Reports never mix them: that a company is on a list is a fact
// about the company; that a binary holds its mark is an inference about the
// binary.
//
// # Roles and confidence
//
// What a claim can prove, in which role and how surely, is one table
// ([ClaimTable]). Confidence is one of three words. Independent claims of
// different kinds raise low to medium and never to high. A mark that two
// records share gives an attribution to each of them that names the other.
//
// # Unknown
//
// A component without an attribution is unknown. Unknown is an answer, is
// always counted, and is never a pass.
//
// # Limits
//
// Attribution is of organizations, never of persons. A country is printed only
// with its basis: registered and headquartered are facts about a legal entity,
// and neither says where a thing was produced. "Provenance" here is not a SLSA
// build record. Nothing here is legal advice.
//
// # Stability
//
// While the major version of the module is 0, a minor version may change exported
// names, and the change log says how to adapt; from 1.0 on they keep to Semantic
// Versioning. The forms of reports, policies, waivers and records change
// incompatibly only with the number in their schema. A finding keeps its id as
// long as rule, component and organization are the same. Texts for people may
// change with any version, and what is attributed with any edition of the data.
package provenance
