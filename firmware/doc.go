// Package firmware reads an unpacked firmware tree and says what is in it: the
// components with the evidence for them, the marks in their bytes that point
// to organizations, and the device itself as far as its files state what it
// is. [Scan] returns the same [sbom.Document] that a reader of SBOMs returns.
//
// A [Tree] is what is scanned: [OpenDir] opens a directory, [OpenArchive] a
// tar or zip, [FromFS] adapts an fs.FS. An [Extractor] recognises one sort of
// file; [DefaultExtractors] is the list that Scan uses, and a caller may pass
// its own. A packed image is not unpacked: [Identify] reads what its header
// states.
//
// # What is claimed, and what not
//
// Every claim carries its evidence: the file, the offset and the matched text,
// so that it can be checked with strings(1). Firmware resolves no organization
// and knows no country; package provenance does.
//
// Names of persons are never carried: of a module's author only the part that
// is an organization's name and the domain of the mail address, of a build path
// nothing that follows /home/.
//
// Files that list the world's organizations (hardware ids, services, block
// lists, translations, licence texts, trust stores) name no maker, nor do the
// subjects that sample certificates carry. Modules of the mainline kernel name
// their developer and never speak for the device's maker. Marks speak for the
// device only where two of its own files hold them.
//
// # Limits
//
// Nothing is unpacked and nothing is run. Content that is compressed or
// encrypted shows nothing; Coverage says how much that is. That a host name
// occurs does not say that it is contacted.
//
// What no signature knows, a table that was derived from packages of Debian and
// Ubuntu may name: a file is named where it has several of the texts that all
// builds of that file share. It has the version that it states where builds state
// theirs, or that of the one release whose builds it is like, with low confidence,
// where changelogs leave no other. No person reviewed the table's rows;
// [DerivedSnapshot] says of which day it is and Options.NoDerivedTables leaves it out. A program that states its
// own name with a version has that version; any other file is named after itself
// and has none. In a system of Debian's layout the names of its packages' programs
// are known too: what such a program names is no mark of who made the device.
//
// # Stability
//
// While the major version of the module is 0, a minor version may change exported
// names, and the change log says how to adapt; from 1.0 on they keep to Semantic
// Versioning. What a scan finds may grow or be corrected with any version. Fields
// may be added to structs: write their literals with names.
package firmware
