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
// A scanner searches each file once for the literals of all signatures,
// together with what else it looks for, and hands the hits over:
//
//	set, err := signatures.Builtin()
//	searcher, err := bytesearch.Compile(append(set.Patterns(), others...))
//	// for each file, hits are the matches whose Pattern < len(set.Patterns())
//	findings, err := set.Resolve(facts, file, hits)
//
// Resolve must be called for files without hits too, or marks that are file
// names and SONAMEs are not seen. It reads only small windows around the hits.
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
