// Package signatures recognises open-source and other known components in the
// bytes of files, by data that people review.
//
// A [Signature] describes one component: its name, package URL, CPE and
// developer, and the marks by which it is known: a text with a version in it
// ("BusyBox v<version>"), a text without, a file name, a SONAME. The built-in
// signatures are the YAML files beside the source, one a component; README.md
// there says how to write one. Users read their own with [Read] and put them
// over ours with [Set.Merge].
//
// # Use
//
// Most programs give a Set to the scan of a tree, and need no more of it:
//
//	own, err := signatures.Read(os.DirFS("signatures"))
//	builtin, err := signatures.Builtin()
//	set, err := builtin.Merge(own)
//	doc, err := firmware.Scan(ctx, tree, &firmware.Options{Signatures: set})
//
// [Set.Lint] tries the samples of each signature, and belongs into a test of
// your own data. [Set.Patterns] and [Set.Resolve] are for package firmware: their
// types are internal, so that the search may change. It searches each file once
// for the literals of all signatures, and hands the hits over; files without
// hits too, or marks that are file names and SONAMEs are not seen.
//
// # What a finding says
//
// That the bytes of a file hold a component's own text, at an offset that can
// be checked. The component is the file itself ([Finding.Own]) or is in it,
// linked statically or bundled. A version is what the text says: distributors
// patch without changing it. Where only a range of versions is certain, the
// version is a VERS range.
//
// The developer of a signature names who develops the component upstream. It
// does not say who built the binary.
//
// # Limits
//
// Compressed and encrypted content shows nothing. Text files are skipped
// unless a mark asks for them: a change log names versions that are not there.
// A text that somebody copied from another component misleads; signatures
// avoid the known cases, and their no_match samples list them.
package signatures
