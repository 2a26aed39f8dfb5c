package sbom

// A Document is what one input says: the components and services of a product,
// the claims that point to organizations, and what could not be read. It is
// plain data; the zero Document is an empty one. Components that say the same
// may share the slices that hold it: to change an element, replace the slice.
type Document struct {
	// Source says what was read.
	Source Source `json:"source"`
	// Subject is the device or product that the document describes, nil where
	// it names none. CycloneDX: metadata.component. SPDX: the package that the
	// document DESCRIBES. Tree: the device.
	Subject *Component `json:"subject,omitempty"`
	// Suppliers are the parties that the document names for itself and its
	// subject (CycloneDX metadata.manufacturer, metadata.supplier,
	// metadata.authors). Who wrote the document says nothing about who made
	// the product, so they are no claims.
	Suppliers []Party `json:"suppliers,omitempty"`
	// Components in document order, nested ones after their parent, none of them
	// nil. The Subject is not among them.
	Components []*Component `json:"components"`
	// Services that the product offers or calls.
	Services []Service `json:"services,omitempty"`
	// Relationships between Refs of components, services and the subject.
	Relationships []Relationship `json:"relationships,omitempty"`
	// ExtractedLicenses are the licences that the document defines for itself,
	// to which Licenses of components refer by ID. SPDX: extracted licensing
	// information.
	ExtractedLicenses []ExtractedLicense `json:"extracted_licenses,omitempty"`
	// Coverage says how much of the input the components explain.
	Coverage Coverage `json:"coverage,omitzero"`
	// Problems says what was skipped, and why, in the order of discovery.
	Problems []Problem `json:"problems,omitempty"`
}

// A Source identifies the input that a Document was read from.
type Source struct {
	// Kind of input: a document format or a tree.
	Kind SourceKind `json:"kind,omitempty"`
	// SpecVersion is the version that the document declares ("1.6",
	// "SPDX-2.3"), as written.
	SpecVersion string `json:"spec_version,omitempty"`
	// Encoding of a document: "json", "xml", "tag-value", "yaml", "rdf",
	// "protobuf".
	Encoding string `json:"encoding,omitempty"`
	// Name is what the caller called the input, relative, never an absolute
	// path. The readers leave it empty.
	Name string `json:"name,omitempty"`
	// SHA256 of the input's bytes, lower-case hexadecimal. For a tree, of its
	// manifest: the sorted list of paths, types, sizes and content digests.
	SHA256 string `json:"sha256,omitempty"`
	// ID is the document's own identity: CycloneDX serialNumber, SPDX
	// documentNamespace.
	ID string `json:"id,omitempty"`
	// Created is the document's own timestamp, as written.
	Created string `json:"created,omitempty"`
	// Tools that the document says it was made with ("syft 1.4.1").
	Tools []string `json:"tools,omitempty"`
}

// A SourceKind says what sort of input a Document came from.
type SourceKind string

const (
	SourceCycloneDX SourceKind = "cyclonedx"
	SourceSPDX      SourceKind = "spdx"
	SourceTree      SourceKind = "tree"  // an unpacked firmware tree
	SourceImage     SourceKind = "image" // a packed image, of which only the header was read
	SourceRPM       SourceKind = "rpm"   // a single .rpm file

	SourceSyft      SourceKind = "syft"      // Syft's own JSON
	SourceBuildroot SourceKind = "buildroot" // a manifest.csv of "make legal-info"
	SourceOpenWrt   SourceKind = "openwrt"   // a package manifest beside an OpenWrt image
)

// A Component is one piece of software, firmware or hardware.
type Component struct {
	// Ref identifies the component in its Document: never empty, unique. It is
	// the document's own bom-ref or SPDXID where that is unique.
	Ref string `json:"ref"`
	// Parent is the Ref of the component that this one is nested in, or empty.
	Parent string `json:"parent,omitempty"`
	// Type is the CycloneDX component type; empty where the document gives
	// none. SPDX: primaryPackagePurpose.
	Type ComponentType `json:"type,omitempty"`
	// Group is a namespace in the sense of CycloneDX. SPDX has none.
	Group string `json:"group,omitempty"`
	// Name as the document gives it.
	Name string `json:"name"`
	// Version as the document gives it, empty where unknown. For a firmware
	// tree a range that is certain is written as a VERS range
	// ("vers:generic/>=1.2.0|<1.2.4").
	Version string `json:"version,omitempty"`
	// PURL is the first well-formed package URL, as written. Others are claims.
	PURL string `json:"purl,omitempty"`
	// CPEs are CPE 2.2 or 2.3 names, as written.
	CPEs []string `json:"cpes,omitempty"`
	// Hashes of the component's file or archive.
	Hashes []Hash `json:"hashes,omitempty"`
	// Licenses are SPDX expressions or names, as written.
	Licenses []string `json:"licenses,omitempty"`
	// Description is free text of the document.
	Description string `json:"description,omitempty"`
	// Scope is CycloneDX's required, optional or excluded.
	Scope string `json:"scope,omitempty"`
	// Released is the release date, as written; empty where unknown.
	// SPDX: releaseDate.
	Released string `json:"released,omitempty"`
	// Parties are the suppliers, manufacturers, publishers, authors and
	// originators that the document names, each as it was written.
	Parties []Party `json:"parties,omitempty"`
	// Links are external references. SPDX: downloadLocation, homepage,
	// external references that are locators.
	Links []Link `json:"links,omitempty"`
	// Properties are name and value pairs of the document.
	Properties []Property `json:"properties,omitempty"`
	// Locations are the paths in a tree where the component is, sorted.
	// CycloneDX: evidence.occurrences. Byte-identical files are all listed.
	Locations []string `json:"locations,omitempty"`
	// Evidence for the identity of the component: its name, version, package
	// URL.
	Evidence []Evidence `json:"evidence,omitempty"`
	// Claims that point to organizations, in a fixed order.
	Claims []Claim `json:"claims,omitempty"`
	// Place in the source document: a JSON pointer, an element path or
	// "line N". Claims' fields are relative to it. Empty for a tree.
	Place string `json:"place,omitempty"`
}

// A ComponentType is one of CycloneDX 1.6's component types.
type ComponentType string

const (
	Application     ComponentType = "application"
	Framework       ComponentType = "framework"
	Library         ComponentType = "library"
	Container       ComponentType = "container"
	Platform        ComponentType = "platform"
	OperatingSystem ComponentType = "operating-system"
	Device          ComponentType = "device"
	DeviceDriver    ComponentType = "device-driver"
	Firmware        ComponentType = "firmware"
	File            ComponentType = "file"
	MachineLearning ComponentType = "machine-learning-model"
	Data            ComponentType = "data"
	Cryptographic   ComponentType = "cryptographic-asset"
)

// A Service is something reached over a network: declared by a document, or a
// host name that is hard-coded in a tree. That a host name occurs does not say
// that it is contacted.
type Service struct {
	Ref string `json:"ref"`
	// Parent is the Ref of the service that this one is nested in, or empty.
	Parent  string `json:"parent,omitempty"`
	Group   string `json:"group,omitempty"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	// Purpose of a service found in a tree ("update", "cloud", "ntp", "dns",
	// "ddns", "mqtt", "p2p", "mail", "speedtest"; "management" for servers that configure the
	// device, as by TR-069; "website" for a link of its pages that people
	// follow); [Connectivity] for a host that the device asks only to see
	// whether it is connected; [Choice] for a host that stands only in tables of what
	// the user of a program may choose from; [Local] for a name that the device
	// answers itself; empty where unknown.
	Purpose string `json:"purpose,omitempty"`
	// Provider and other parties, as written.
	Parties []Party `json:"parties,omitempty"`
	// Endpoints are URLs, host names or addresses, as written.
	Endpoints  []string   `json:"endpoints,omitempty"`
	Links      []Link     `json:"links,omitempty"`
	Properties []Property `json:"properties,omitempty"`
	// Locations are the paths in a tree where an endpoint occurs, sorted.
	Locations []string   `json:"locations,omitempty"`
	Evidence  []Evidence `json:"evidence,omitempty"`
	Claims    []Claim    `json:"claims,omitempty"`
	// Place in the source document, as for a Component.
	Place string `json:"place,omitempty"`
}

// Choice is the purpose of a service that a file names among those of many
// companies, as a program for copying files knows dozens of clouds: which of
// them is called, if any, the user decides.
const Choice = "choice"

// Connectivity is the purpose of a host of which a device wants to know only whether
// it answers, as a name server that it pings.
const Connectivity = "connectivity"

// Local is the purpose of a name that the device answers itself, so that its user
// finds its pages: no data leave it for that.
const Local = "local"

// An ExtractedLicense is a licence that is in no list of licences.
type ExtractedLicense struct {
	ID   string `json:"id"` // "LicenseRef-1"
	Name string `json:"name,omitempty"`
	// Text of the licence, its first [MaxLicenseText] bytes.
	Text string `json:"text,omitempty"`
}

// MaxLicenseText is how much of a licence's text is kept, in bytes.
const MaxLicenseText = 2048

// A Relationship joins two Refs.
type Relationship struct {
	From string           `json:"from"`
	Type RelationshipType `json:"type"`
	To   string           `json:"to"`
}

// A RelationshipType is one of the relationships that Touchmark uses, or, for
// any other, the document's own word (SPDX relationshipType) in lower case
// with hyphens.
type RelationshipType string

const (
	DependsOn RelationshipType = "depends-on"
	Contains  RelationshipType = "contains"
	Describes RelationshipType = "describes"
	Calls     RelationshipType = "calls" // a component that holds a service's endpoint
)

// A Party is a person, organization or tool that a document names in a role.
type Party struct {
	Kind PartyKind `json:"kind,omitempty"`
	// Role in which the document names it.
	Role Role `json:"role,omitempty"`
	// Field that named it, relative to the component's Place
	// ("supplier", "PackageOriginator").
	Field string `json:"field,omitempty"`
	// Name as written, without mail address and SPDX prefix.
	Name string `json:"name,omitempty"`
	// Mails are addresses of the party or of its contacts.
	Mails []string `json:"mails,omitempty"`
	// URLs of the party.
	URLs []string `json:"urls,omitempty"`
	// Country of the postal address, as written. An address is where a party
	// can be reached, not an origin.
	Country string `json:"country,omitempty"`
	// Filled says that an earlier enrichment put the party into a field in which
	// the document names nobody ([FilledManufacturer]). It was derived from the
	// component's other claims, so it makes none.
	Filled bool `json:"filled,omitempty"`
}

// A PartyKind tells persons from organizations.
type PartyKind string

const (
	// UnknownParty is a party that the document does not qualify, as the
	// CycloneDX author and publisher strings.
	UnknownParty PartyKind = ""
	Organization PartyKind = "organization"
	// Person is a natural person: never matched, named in a finding or given a
	// country.
	Person PartyKind = "person"
	Tool   PartyKind = "tool"
)

// A Link is an external reference.
type Link struct {
	Type string `json:"type,omitempty"` // CycloneDX externalReference type, or SPDX field
	URL  string `json:"url"`
}

// A Hash is a digest of a component's content.
type Hash struct {
	Algorithm string `json:"alg"`     // CycloneDX spelling: "SHA-256"
	Value     string `json:"content"` // lower-case hexadecimal
}

// A Property is a name and value pair.
type Property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Coverage says how much of a tree was looked at and explained. It is the zero
// value for a document.
type Coverage struct {
	// Files and Bytes of regular files, each content counted once per path.
	Files int   `json:"files,omitempty"`
	Bytes int64 `json:"bytes,omitempty"`
	// ExplainedFiles belong to a component that has a name and an identity of
	// its own, beyond "a file of that name".
	ExplainedFiles int   `json:"explained_files,omitempty"`
	ExplainedBytes int64 `json:"explained_bytes,omitempty"`
	// UnreadableFiles could not be opened or read to the end.
	UnreadableFiles int   `json:"unreadable_files,omitempty"`
	UnreadableBytes int64 `json:"unreadable_bytes,omitempty"`
	// Opaque files are encrypted, compressed or of a packed format inside.
	OpaqueFiles int   `json:"opaque_files,omitempty"`
	OpaqueBytes int64 `json:"opaque_bytes,omitempty"`
	// Unexplained are the largest files that no component explains, largest
	// first, at most twenty.
	Unexplained []FileSize `json:"unexplained,omitempty"`
	// NotRead is set where the input was recognised and nothing inside it was
	// read: a packed image. The reason is a Problem.
	NotRead bool `json:"not_read,omitempty"`
}

// A FileSize names a file and its size in bytes.
type FileSize struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
}

// A Problem is something that a reader skipped or could not trust.
type Problem struct {
	// Kind groups problems of one sort, as a stable word ("bad-purl",
	// "duplicate-ref", "truncated-elf").
	Kind string `json:"kind"`
	// Severity says whether data was lost.
	Severity ProblemSeverity `json:"severity"`
	// Place is a JSON pointer, an element path, "line N", or a path in a tree,
	// with ":offset N" where bytes matter.
	Place string `json:"place,omitempty"`
	// Message says in one line what was found and what was done about it.
	Message string `json:"message"`
}

// A ProblemSeverity says whether a Problem cost data.
type ProblemSeverity string

const (
	ProblemWarning ProblemSeverity = "warning" // cost nothing, but may mislead
	ProblemError   ProblemSeverity = "error"   // cost data
)
