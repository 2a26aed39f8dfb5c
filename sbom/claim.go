package sbom

// A Claim is one statement, found in an input, that points to an organization.
// It says nothing yet about which: package provenance resolves it.
type Claim struct {
	Kind ClaimKind `json:"kind"`
	// Value as the source has it, trimmed; see the ClaimKinds for its form.
	Value string `json:"value"`
	// Role that the claim speaks for; empty where the claim table of package
	// provenance decides.
	Role Role `json:"role,omitempty"`
	// By says who made the claim.
	By Author `json:"by"`
	// Field is where the claim stands in a document, relative to the
	// component's Place ("supplier/name", "externalRefs/2/referenceLocator").
	// Of a claim found in bytes it is empty, or a [FieldNameMark] or its like
	// where the place makes the claim weaker than its kind.
	Field string `json:"field,omitempty"`
	// Evidence are the observations behind a claim that was found in bytes.
	// A claim of a document has none: its Field is the observation.
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Fields of claims of kind [OrgName] that were found in bytes and that no file
// declares as the maker of something.
const (
	// FieldNameMark: the name stands as a word in identifiers and texts of
	// several of the device's own files.
	FieldNameMark = "name-mark"
	// FieldCopyright: the name stands in a copyright notice in a program.
	FieldCopyright = "copyright-notice"
	// FieldChip: a chip of the organization's is named.
	FieldChip = "chip-name"
	// FieldTarget: a build system's name of the target names its chips.
	FieldTarget = "build-target"
	// FieldBlob: the place or name of a file is that under which firmware of
	// the organization's chips is passed on.
	FieldBlob = "firmware-blob"
	// FieldOwnName: the device's own hosts, files, host name or pages agree in
	// the name. Of a claim of kind [Host] it says the same of the domain.
	FieldOwnName = "own-name"
	// FieldManager: settings of the device give the host as that of the server
	// which manages it (the ACS of Broadband Forum TR-069).
	FieldManager = "management-server"
	// FieldVendorText: the name is all of a text in a program, as interfaces ask
	// for their vendor's, or that of the folder of its sources in Android's tree.
	FieldVendorText = "vendor-text"
)

// A ClaimKind says what sort of mark a claim is, and so what it can prove. In
// text and JSON it is a word ("mail-domain"); the zero value is the empty word
// and no kind.
type ClaimKind uint16

const (
	// PURL: a package URL (ECMA-427), as written.
	PURL ClaimKind = iota + 1
	// CPE: a CPE 2.2 or 2.3 name, as written. Its vendor field points to an
	// organization.
	CPE
	// Domain: host name of a link or URL that a document gives for a component
	// (homepage, vcs, download). On a code host (github.com, gitlab.com,
	// bitbucket.org, gitee.com, codeberg.org) it is host and owner of the
	// repository: "github.com/mailru".
	Domain
	// MailDomain: the part after "@" of a mail address. The local part is
	// never carried.
	MailDomain
	// Host: a host name found in a tree's files or a service's endpoint.
	Host
	// OrgName: the name of an organization, as a document or an identity file
	// declares it.
	OrgName
	// CertOrg: the O attribute of a certificate's subject.
	CertOrg
	// ModuleAuthor: the organization part of a kernel module's author field.
	ModuleAuthor
	// Group: a CycloneDX group or a Maven group id that is in no package URL.
	Group
	// OUI: the first 24, 28 or 36 bits of a MAC address, upper-case
	// hexadecimal.
	OUI
	// USB: a USB vendor id, four lower-case hexadecimal digits.
	USB
	// PCI: a PCI vendor id, four lower-case hexadecimal digits.
	PCI
	// Bluetooth: a Bluetooth SIG company identifier, four lower-case
	// hexadecimal digits.
	Bluetooth
	// Zigbee: a Zigbee manufacturer code, four lower-case hexadecimal digits.
	Zigbee
	// JEDEC: a JEP106 identity as "bank:id" ("6:2e"), lower case.
	JEDEC
	// DTPrefix: the vendor prefix of a device tree's compatible string.
	DTPrefix
	// AndroidPrefix: the leading labels of an Android package name, or of another
	// of Java or C++ that is named for a reversed domain.
	AndroidPrefix
	// LEI: an ISO 17442 legal entity identifier.
	LEI
	// LiteralMark: a text that a record lists as a mark of its owner (an SDK
	// symbol prefix, a brand in a banner), found in bytes.
	LiteralMark
	// AddressCountry: the country of a party's postal address. It supports an
	// attribution and is no origin.
	AddressCountry
	// PackageName: the name that distributions give an upstream project
	// ("openssl"). No reader makes such a claim; records of the origin database
	// have identifiers of this kind.
	PackageName
	// BuildMark: the mark in a version by which a distributor tells its own
	// builds of what others wrote: "redhat" of "1.0.0.redhat-24", "ph" of
	// "7.78.0-2.ph3".
	BuildMark
)

// A Role is the part that an organization plays for a component. In text and
// JSON it is a word ("silicon"); the zero value is the empty word and means that
// no role is stated.
type Role uint16

const (
	Manufacturer Role = iota + 1 // made the thing
	Brand                        // sells it under its name
	ODM                          // designed and built it for a brand
	Silicon                      // made its chips
	SDK                          // made the development kit it was built with
	Developer                    // wrote the software
	Maintainer                   // looks after it, as a foundation does
	Supplier                     // delivered it
	Distributor                  // passed it on: a distribution, registry or reseller
	Operator                     // runs the service
	Owner                        // holds the rights
	Signer                       // signed it
)

// Roles returns every role, in the order in which reports show them.
func Roles() []Role {
	return []Role{Manufacturer, Brand, ODM, Silicon, SDK, Developer, Maintainer,
		Supplier, Distributor, Operator, Owner, Signer}
}

// An Author says who made a claim. In text and JSON it is a word ("generated").
type Author uint16

const (
	// ByDocument: somebody declared it in the document.
	ByDocument Author = iota + 1
	// ByGenerator: a tool guessed it, as CPE generators do.
	ByGenerator
	// ByBytes: it was found in the content of a file.
	ByBytes
)

// Evidence is one observation about one field of a component or claim. It is
// never merged with another: conflicting observations stay side by side.
type Evidence struct {
	// Field that the observation supports: "name", "version", "purl", "cpe",
	// "hash", or empty inside a Claim.
	Field string `json:"field,omitempty"`
	// Technique by which it was made.
	Technique Technique `json:"technique"`
	// Extractor that made it ("elf", "opkg", "signature:busybox").
	Extractor string `json:"extractor"`
	// Path of the file in the tree, escaped as Tree documents.
	Path string `json:"path,omitempty"`
	// Offset of the first matched byte in the file, and Length of the match,
	// in bytes. A Length of 0 means that the whole file is the observation and
	// that Offset has no meaning.
	Offset int64 `json:"offset,omitempty"`
	Length int   `json:"length,omitempty"`
	// Match is the matched text, at most 200 bytes, personal names and local
	// parts of mail addresses removed.
	Match string `json:"match,omitempty"`
	// Count is how often the text stands in the file, where a scanner counted
	// it and found it more than once. Offset is that of the first.
	Count int `json:"count,omitempty"`
	// Confidence of an identity observation; empty for a claim's.
	Confidence Confidence `json:"confidence,omitempty"`
}

// A Technique is one of CycloneDX's techniques of component.evidence.
type Technique string

const (
	SourceCodeAnalysis Technique = "source-code-analysis"
	BinaryAnalysis     Technique = "binary-analysis"
	ManifestAnalysis   Technique = "manifest-analysis"
	ASTFingerprint     Technique = "ast-fingerprint"
	HashComparison     Technique = "hash-comparison"
	Instrumentation    Technique = "instrumentation"
	DynamicAnalysis    Technique = "dynamic-analysis"
	Filename           Technique = "filename"
	Attestation        Technique = "attestation"
	OtherTechnique     Technique = "other"
)

// Confidence is one of three words. The zero value means that nothing is known.
type Confidence string

const (
	Low    Confidence = "low"
	Medium Confidence = "medium"
	High   Confidence = "high"
)

// Rank orders confidences: 0 for the zero value, 1 low, 2 medium, 3 high.
func (c Confidence) Rank() int {
	switch c {
	case Low:
		return 1
	case Medium:
		return 2
	case High:
		return 3
	}
	return 0
}

// A Literal is a text to look for in the bytes of files. A hit becomes a Claim
// of the Literal's kind. The origin database lists its literals; the scanner
// finds them; only the caller joins the two.
//
// A Literal of kind [OrgName] is a name: it matches as a word or as a part of
// an identifier, and makes claims with the field [FieldNameMark] only where
// several of the device's own files hold it.
type Literal struct {
	// ID of the literal, carried into the claim's evidence as extractor
	// "literal:ID".
	ID string `json:"id"`
	// Kind of the claim that a hit makes.
	Kind ClaimKind `json:"kind"`
	// Text to find, UTF-8.
	Text string `json:"text"`
	// Value of the claim; empty means Text.
	Value string `json:"value,omitempty"`
	// Role that a hit speaks for; empty where the claim table decides.
	Role Role `json:"role,omitempty"`
	// Fold matches without regard to ASCII case.
	Fold bool `json:"fold,omitempty"`
	// Word matches only where no ASCII letter, digit or underscore stands next
	// to the text.
	Word bool `json:"word,omitempty"`
	// Wide also matches the UTF-16LE form.
	Wide bool `json:"wide,omitempty"`
}

// A LiteralTable is a list of literals that can be searched for without being
// read: an origin database has thousands, of which a tree holds few. It does not
// change and may be used by any number of goroutines.
type LiteralTable interface {
	// Len returns the number of literals.
	Len() int
	// Literal returns the i-th, from 0 to Len-1.
	Literal(i int) Literal
	// Index returns what finds the literals in bytes, in a form that this
	// module's packages make and read (internal/bytesearch). It may be empty:
	// then whoever searches prepares the literals.
	Index() string
}
