// Touchmark says whose software and firmware something is: for each component
// of an SBOM or a firmware tree which organization stands behind it, in which
// role, in which country and on what basis, on which public evidence, and
// whether a policy allows it.
//
//	touchmark scan PATH...               report on inputs ("touchmark PATH..." is the same)
//	touchmark explain FINDING [REPORT]   walk from a finding to its evidence
//	touchmark diff BEFORE AFTER          what changed between two reports or inputs
//	touchmark reconcile DECLARED FOUND   an SBOM against what was found in the tree
//	touchmark report merge REPORT...     saved reports as one: organizations, products, lists
//	touchmark form FORM [REPORT|INPUT]   drafts to sign: FAR report, FCC annex, dossier
//	touchmark attest --key KEY REPORT    sign a report or SBOM, bound to its input
//	touchmark verify --key PUB ENVELOPE  check who signed it and what it is about
//	touchmark db show|search|status|...  what is on record; own records
//	touchmark policy list|explain|...    rule packs and own policies: list, show, explain,
//	                                     lint, test
//	touchmark config                     the effective configuration
//	touchmark completion SHELL           completion for bash, zsh, fish, powershell
//	touchmark man [DIR]                  manual pages
//	touchmark version                    ("touchmark --version" is the same)
//
// Nothing is fetched: the database is part of the program, and a scan uses no
// network.
//
// # Inputs
//
// A PATH is an SBOM (CycloneDX 1.0 to 1.7 in JSON, XML or protobuf, SPDX 1.1 to
// 3.0.1 in all its forms, Syft's JSON, Buildroot's and OpenWrt's lists), a
// directory with an unpacked firmware tree, a tar (also compressed) or zip of
// one, an .rpm file, a program, or "-" for an SBOM on standard input. The kind
// shows in the content. "sbom:PATH", "dir:PATH" and "file:PATH" say it where it does
// not, or where a name looks like a command. A firmware image that is still
// packed is recognised: the report gives what its header states and says that
// nothing inside was read, and the exit status is 1.
//
// A directory, tar or zip is a collection of SBOMs if it holds nothing but
// documents, most of them SBOMs, and texts that go with them (README, LICENSE,
// checksums, signatures), and no link. Each SBOM of it is then an input of its
// own, "DIRECTORY/MEMBER" or "ARCHIVE!MEMBER", and json is a list. One other file
// makes it a tree. "dir:PATH" and "file:PATH" read it as a tree all the same;
// "sbom:PATH" reads an archive as one SBOM of several documents, as an archive
// of Yocto's (with an index.json of its documents) is read without that.
//
// An SBOM may have 1 GiB, and 100 times its compressed size; a tree in an archive
// 8 GiB, in a compressed one 200 times its size or 64 MiB; a tree 2,000,000
// entries, one in an archive 1,000,000, and 128 MiB of memory for what its files
// hold. --max-size, --max-files and --max-found set other bounds. What is beyond
// is an error, or a problem in the report.
//
// A tree is never changed. Links are followed inside the tree only, device
// nodes are not opened.
//
// # Outputs
//
// -o FORMAT[=FILE] may be given several times; one may go to standard output.
// A file appears whole or not at all.
//
//	text             for a person (the default)
//	json             the report, in the form of schema/report-1.schema.json
//	jsonl            the report as JSON lines: a head, then a component,
//	                 service, finding or problem a line
//	sarif            SARIF 2.1.0; with --baseline it says what is new
//	sarif-github     the same, as GitHub code scanning wants it
//	markdown         for a pull request or a wiki
//	html             one file with search, filters and a page for each component;
//	                 of several inputs, the matrix and the findings of each
//	csv              a row for each component and attribution
//	junit            JUnit XML
//	template         what --template FILE says, in the language of Go's templates
//	                 over the names of the JSON (html/template where the file's
//	                 name ends in .html); examples/templates has some
//	github           annotations of GitHub Actions; the Markdown goes to
//	                 $GITHUB_STEP_SUMMARY
//	matrix           organizations by product and list, for a person
//	matrix-json, matrix-csv, matrix-markdown
//	                 the same for machines (schema/matrix-1.schema.json), as a
//	                 table, and as Markdown
//	cyclonedx-json   the input as a CycloneDX 1.6 SBOM, with the claims found
//	                 and the attributions as properties "touchmark:..."
//	cyclonedx-1.7-json, cyclonedx-xml, cyclonedx-1.7-xml, spdx-json (2.3),
//	spdx-3-json (3.0.1)
//
// An SBOM of the same format stays itself byte for byte, with what was derived
// put in as properties; enriching it again replaces what was there. --fill also
// puts a derived manufacturer and supplier into fields that name nobody.
// --strict refuses an SBOM that is not valid, and lists every violation.
//
// With one PATH, json is one report (schema "touchmark.report/1"). With
// several it is a list, also where only one could be read:
//
//	{"schema": "touchmark.reports/1", "reports": [...]}
//
// The text of several PATHs ends with what they are together. "touchmark report
// merge" writes the same of reports that were saved, without scanning again; its
// exit status is that of the worst verdict.
//
// The same input, database, policy and date give the same bytes.
//
// # Policies
//
// Without --policy there is no verdict. --policy takes the name of a pack that
// comes with Touchmark ("touchmark policy list") or the path of a YAML file,
// and may be repeated. --set NAME=VALUE sets a parameter of a policy.
// --waivers FILE accepts findings until a day. With --baseline REPORT.json only
// findings count that the earlier report does not have. What is waived or known
// is shown and does not count.
//
// # Dates
//
// --as-of is the day for which facts hold: ownership, listings, rules in
// force. The default is today, in UTC. The edition of the database, which says
// what was known, stands in every report; --require-db-age and --db-sha256
// refuse an old or another one.
//
// # Exit status
//
//	0  no finding that counts, or no policy
//	1  an input, policy, waiver file or database could not be read, or a flag is
//	   wrong; reports on the other inputs are written all the same
//	2  the verdict is fail, or one that --fail-on raises to it
//	3  the verdict is review or unknown
//	4  the coverage is below --min-coverage
//	5  the database is older than --require-db-age or not that of --db-sha256
//
// If several hold, the first of 2, 1, 5, 4, 3. With --fail-on review also a
// review is 2, with --fail-on unknown also an unknown.
//
// # Configuration
//
// Each flag can be set in the environment (TOUCHMARK_FAIL_ON=review) and in a
// file, .touchmark.yaml in the working directory or touchmark/config.yaml in the
// user's configuration directory, which maps names of flags to values:
//
//	policy: [ndaa-889, policies/own.yaml]
//	fail-on: review
//
// The command line comes before the environment, and that before the file.
// "touchmark config" shows what is in effect and where each value is from.
//
// # Firmware
//
// Components of a tree are recognised by reviewed signatures, to which
// --signatures adds others, and by a table that was derived from Debian's
// packages; --no-derived-tables leaves that out. Extractors and evidence say
// what rests on which.
//
// # Environment
//
// NO_COLOR switches colors off, as does an output that is no terminal; --color
// always and --color never come before both. COLUMNS sets the width of text
// where the terminal does not.
//
// # Persons
//
// Touchmark attributes to organizations. Personal names and the part of a mail
// address before "@" are removed from what reports quote; --show-persons keeps
// them. An SBOM that is written keeps the parties that the input declares.
package main
