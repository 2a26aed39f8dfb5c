// Package strict holds documents against the published schemas of CycloneDX and
// against rules written from the specifications of CycloneDX and SPDX.
//
// The schemas are tables of our own form, which internal/generate writes from
// the schemas in the cyclonedx-go module and which record its version and the
// digest of every file:
//
//   - json.table: the JSON schemas of CycloneDX 1.2 to 1.7 (both variants of 1.2
//     and 1.3), with those of JSF and of SPDX licences. Every keyword that they
//     use is implemented as draft-07 has it, and the generator fails on any
//     other. Nodes that say the same are one, recursion included. Formats are
//     checked as far as the usual validators do: date, date-time, uri,
//     iri-reference.
//   - xml.table: the XML schemas of CycloneDX 1.0 to 1.7; see [Type] for what of
//     XML Schema is implemented.
//   - proto.table: the messages of CycloneDX 1.3 to 1.7, from the specification's
//     own repository, since the module has no .proto files.
//   - spdx3.table: classes, properties and vocabularies of SPDX 3.0.1.
//
// The enumerations of cryptography-defs.schema.json, to which the schema of 1.7
// refers and which the module does not carry, are in internal/generate.
//
// Tests hold the verdicts against a full validator of JSON schemas and against
// libxml2, on real documents and on thousands of altered ones.
package strict
