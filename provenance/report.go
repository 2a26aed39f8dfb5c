package provenance

import "github.com/touchmark-dev/touchmark/sbom"

// Schema names the form of a [Report] in JSON. Additions keep the number;
// anything else changes it. The JSON schema is schema/report-1.schema.json.
const Schema = "touchmark.report/1"

// A Report is the answer to one run: plain data, the same bytes for the same
// input, database and date. It holds no durations, host names or absolute
// paths. Every string that came from the input is untrusted.
type Report struct {
	Schema string `json:"schema"` // [Schema]
	// AsOf is the day for which facts were taken to hold.
	AsOf Date `json:"as_of"`
	// Database says what was known.
	Database Edition `json:"database"`
	// Source is the input.
	Source sbom.Source `json:"source"`
	// Subject is the device or product, nil where the input names none. It is
	// attributed like a component.
	Subject  *Component `json:"subject,omitempty"`
	Coverage Coverage   `json:"coverage"`
	// Components in document order.
	Components []Component `json:"components"`
	Services   []Service   `json:"services"`
	// Policies that were applied, in the order given.
	Policies []PolicyRef `json:"policies"`
	// Verdict of the run: the worst of the findings that are neither waived nor
	// known. Empty where no policy was given.
	Verdict Verdict `json:"verdict,omitempty"`
	// Findings, worst first, then by rule and component.
	Findings []Finding `json:"findings"`
	// Upcoming are findings of rules that are not in force yet on AsOf; they
	// never count.
	Upcoming []Finding `json:"upcoming,omitempty"`
	// Groups put findings of one cause together; see [GroupFindings].
	Groups []FindingGroup `json:"groups,omitempty"`
	// Problems of the input and of the analysis.
	Problems []sbom.Problem `json:"problems"`
}

// A Component is a component of the document with its attributions.
type Component struct {
	Ref     string             `json:"ref"`
	Type    sbom.ComponentType `json:"type,omitempty"`
	Group   string             `json:"group,omitempty"`
	Name    string             `json:"name"`
	Version string             `json:"version,omitempty"`
	PURL    string             `json:"purl,omitempty"`
	// Hostname is the name by which a device calls itself in a network, where its
	// files state no name of the product.
	Hostname string `json:"hostname,omitempty"`
	// Released is the component's release date, as the document writes it.
	Released string `json:"released,omitempty"`
	// Licenses as the document writes them.
	Licenses []string `json:"licenses,omitempty"`
	// Hashes of the component's file or archive.
	Hashes []sbom.Hash `json:"hashes,omitempty"`
	// Place in the document.
	Place     string          `json:"place,omitempty"`
	Locations []string        `json:"locations,omitempty"`
	Evidence  []sbom.Evidence `json:"evidence,omitempty"`
	Claims    []sbom.Claim    `json:"claims,omitempty"`
	Standing  Standing        `json:"standing"`
	// Grouping: a node under which the tool that wrote the document put what
	// it found, no software by itself. Nobody is asked who made it.
	Grouping bool `json:"grouping,omitempty"`
	// Attributions, the surest first. Components whose claims amount to the same
	// share the slice: to change an element, replace the slice.
	Attributions []Attribution `json:"attributions,omitempty"`
	// Stated are names of makers that the subject's own files state and to which
	// no record answers; of other components there are none.
	Stated []StatedName `json:"stated,omitempty"`
	// Project that a mark of the component leads to, where its record names
	// nobody who stands behind it. The standing is unknown or distributor then.
	Project *Ref `json:"project,omitempty"`
}

// A Service is a service of the document with its attributions.
type Service struct {
	Ref          string          `json:"ref"`
	Name         string          `json:"name"`
	Version      string          `json:"version,omitempty"`
	Purpose      string          `json:"purpose,omitempty"`
	Endpoints    []string        `json:"endpoints,omitempty"`
	Place        string          `json:"place,omitempty"`
	Locations    []string        `json:"locations,omitempty"`
	Evidence     []sbom.Evidence `json:"evidence,omitempty"`
	Claims       []sbom.Claim    `json:"claims,omitempty"`
	Standing     Standing        `json:"standing"`
	Attributions []Attribution   `json:"attributions,omitempty"`
}

// Standing sums up who stands behind a component.
type Standing string

const (
	// Unknown: nobody is attributed.
	Unknown Standing = "unknown"
	// ByOrganization: at least one organization other than a foundation or
	// distributor.
	ByOrganization Standing = "organization"
	// ByFoundation: a foundation maintains it, and no other organization is
	// attributed.
	ByFoundation Standing = "foundation"
	// ByCommunity: a record says, with a source, that no organization controls
	// it.
	ByCommunity Standing = "community"
	// ByUnaffiliated: a record says, with a source, that the project's own
	// metadata names no organization. The project is known, and nobody is
	// named; a condition on what is unattributed holds for it.
	ByUnaffiliated Standing = "unaffiliated"
	// DistributorOnly: who passed it on is known, who made it is not.
	DistributorOnly Standing = "distributor"
)

// An Attribution is an inference: claims of a component that point to an
// organization in a role.
type Attribution struct {
	// Organization behind the component. Empty where Community or Unaffiliated
	// is set.
	Organization Ref `json:"organization,omitzero"`
	// Project through which the organization was found, if any.
	Project *Ref `json:"project,omitempty"`
	// Community says that the project is a community's, by record.
	Community bool `json:"community,omitempty"`
	// Unaffiliated says that by record no organization stands behind the
	// project. Organization is empty then.
	Unaffiliated bool `json:"unaffiliated,omitempty"`
	// Foundation says that the organization is a foundation: its seat is shown
	// and feeds no country rule by default.
	Foundation bool            `json:"foundation,omitempty"`
	Role       sbom.Role       `json:"role,omitempty"`
	Confidence sbom.Confidence `json:"confidence"`
	// Ambiguous names the other organizations that the same mark points to.
	Ambiguous []Ref `json:"ambiguous,omitempty"`
	// Matches are the claims behind it, with what they matched.
	Matches []ClaimMatch `json:"matches"`
	// Origins of the organization and of those who own it, as of the report's
	// date.
	Origins []OriginOf `json:"origins,omitempty"`
	// Sources of the project's stewardship or governance, where a project
	// record led here.
	Sources []Source `json:"sources,omitempty"`
}

// A Ref names a record.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A ClaimMatch is a claim of the component and the identifier that it matched.
type ClaimMatch struct {
	// Claim is the index into the component's Claims.
	Claim int `json:"claim"`
	// Kind and Value of the identifier or name in the record.
	Kind  sbom.ClaimKind `json:"kind"`
	Value string         `json:"value"`
	// Rule is the row of the claim table that was applied ([ClaimRule.ID]).
	Rule string `json:"rule"`
	// Confidence that the claim gives; empty where it only supports others.
	Confidence sbom.Confidence `json:"confidence,omitempty"`
	// Sources of the identifier.
	Sources []Source `json:"sources,omitempty"`
	Uncited bool     `json:"uncited,omitempty"`
}

// An OriginOf is an origin of an attributed organization, or of an owner of
// it.
type OriginOf struct {
	Country string `json:"country"` // ISO 3166-1 alpha-2
	Basis   Basis  `json:"basis"`
	Since   Date   `json:"since,omitempty"`
	Until   Date   `json:"until,omitempty"`
	// Confidence is low for an uncited or disputed statement, else high.
	Confidence sbom.Confidence `json:"confidence"`
	Uncited    bool            `json:"uncited,omitempty"`
	Disputed   string          `json:"disputed,omitempty"`
	Sources    []Source        `json:"sources,omitempty"`
	// Via is the chain of owners from the organization to the one whose origin
	// this is, nearest first; empty for its own.
	Via []OwnerStep `json:"via,omitempty"`
	// Holding says what the chain amounts to: "" for its own origin,
	// "controlling" where every step holds a majority or control, "minority"
	// where a step is under half, "unknown" where a share is not known.
	Holding Holding `json:"holding,omitempty"`
}

// Holding says what a chain of owners amounts to.
type Holding string

const (
	Own            Holding = ""
	Controlling    Holding = "controlling"
	Minority       Holding = "minority"
	UnknownHolding Holding = "unknown"
)

// An OwnerStep is one step up a chain of owners.
type OwnerStep struct {
	// Organization that holds; for a state's own holding the ID is empty and
	// the Name is the country code.
	Organization Ref           `json:"organization"`
	Share        Share         `json:"share,omitempty"`
	Kind         OwnershipKind `json:"kind"`
	Since        Date          `json:"since,omitempty"`
	Until        Date          `json:"until,omitempty"`
	Uncited      bool          `json:"uncited,omitempty"`
	Disputed     string        `json:"disputed,omitempty"` // what speaks against it
	Sources      []Source      `json:"sources,omitempty"`
}

// Coverage says how much of the input is explained.
type Coverage struct {
	// Components of the document, and by Standing. They add up.
	Components   int `json:"components"`
	Organization int `json:"organization"`
	Foundation   int `json:"foundation"`
	Community    int `json:"community"`
	Unaffiliated int `json:"unaffiliated"`
	Distributor  int `json:"distributor"`
	Unknown      int `json:"unknown"`
	// Services of the document, and those without an attribution.
	Services        int `json:"services"`
	UnknownServices int `json:"unknown_services"`
	// Tree is the share of files and bytes explained, for a firmware tree.
	Tree *sbom.Coverage `json:"tree,omitempty"`
}

// Percent returns the share of components that are attributed to an
// organization, foundation or community, from 0 to 100; 100 where there are
// no components.
func (c Coverage) Percent() float64 {
	if c.Components == 0 {
		return 100
	}
	return 100 * float64(c.Organization+c.Foundation+c.Community) / float64(c.Components)
}

// A Verdict of a rule or a run.
type Verdict string

const (
	Fail           Verdict = "fail"
	Review         Verdict = "review"
	UnknownVerdict Verdict = "unknown" // of a run: an unattributed or coverage rule fired with it
	Info           Verdict = "info"
	NoFinding      Verdict = "none" // of a run: no finding, which is not "clean"
)

// Severity sorts findings. It never gates.
type Severity string

const (
	Critical       Severity = "critical"
	HighSeverity   Severity = "high"
	MediumSeverity Severity = "medium"
	LowSeverity    Severity = "low"
	InfoSeverity   Severity = "info"
)

// A PolicyRef names a policy that was applied.
type PolicyRef struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Version string `json:"version,omitempty"`
}

// A Finding is a rule that applies to a component, service or the whole input.
type Finding struct {
	// ID is stable: it survives reordering of the input, and changes of the
	// version and place of the component. "POLICY.RULE-xxxxxxxxxx", the x ten
	// hexadecimal digits of a SHA-256 over policy, rule, the component without
	// its version, and the organization. Where two findings of one report would
	// have the same, which 40 bits make rare, both have six digits more, so that
	// no ID ever names two findings; a waiver or baseline by the short one then
	// covers neither.
	ID string `json:"id"`
	// Policy and Rule that made it.
	Policy   string   `json:"policy"`
	Rule     string   `json:"rule"`
	Title    string   `json:"title"`
	Verdict  Verdict  `json:"verdict"`
	Severity Severity `json:"severity"`
	// Confidence of the attribution that it rests on.
	Confidence sbom.Confidence `json:"confidence,omitempty"`
	// Component or Service is the Ref of what it is about; both empty for the
	// input as a whole. Name is what to call it.
	Component string `json:"component,omitempty"`
	Service   string `json:"service,omitempty"`
	Name      string `json:"name,omitempty"`
	// Also are the Refs of further components that differ from it in version or
	// place only: the finding is about all of them.
	Also []string `json:"also,omitempty"`
	// Organization attributed, and in which role.
	Organization *Ref      `json:"organization,omitempty"`
	Role         sbom.Role `json:"role,omitempty"`
	// List entry that the rule rests on, for a list rule.
	List *ListRef `json:"list,omitempty"`
	// Entries are all categories of the list that the thing may be in, List
	// among them, for a rule about categories.
	Entries []ListRef `json:"entries,omitempty"`
	// Provisions of the regime in force that the rule cites.
	Provisions []Provision `json:"provisions,omitempty"`
	// Why, in one line.
	Why string `json:"why"`
	// Downgraded says why a rule of verdict fail gave a review here.
	Downgraded string `json:"downgraded,omitempty"`
	// Counter is what speaks against the finding.
	Counter []string `json:"counter,omitempty"`
	// From is the first day on which an upcoming finding will count.
	From Date `json:"from,omitempty"`
	// Ask is the question to put to the supplier, Remedy what to do.
	Ask    string `json:"ask,omitempty"`
	Remedy string `json:"remedy,omitempty"`
	// Steps walk from the rule back to the evidence.
	Steps []Step `json:"steps"`
	// Waiver that covers the finding; a waived finding does not count.
	Waiver *Waiver `json:"waiver,omitempty"`
	// Known says that a baseline has it, no milder and not waived; a known
	// finding does not count.
	Known bool `json:"known,omitempty"`
	// WaiverExpired is a waiver that covered it and has ended.
	WaiverExpired *Waiver `json:"waiver_expired,omitempty"`
}

// A ListRef cites a list entry.
type ListRef struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Edition     string   `json:"edition"`
	Entry       string   `json:"entry"` // name as listed
	Paragraph   string   `json:"paragraph,omitempty"`
	Effective   Date     `json:"effective"`
	Transcribed string   `json:"transcribed,omitempty"`
	URL         string   `json:"url,omitempty"`
	Sources     []Source `json:"sources,omitempty"`
}

// A Provision is a paragraph of a law or order with the day from which it
// applies.
type Provision struct {
	Paragraph string `yaml:"paragraph" json:"paragraph"`
	Effective Date   `yaml:"effective" json:"effective"`
	Until     Date   `yaml:"until,omitempty" json:"until,omitempty"`
	Says      string `yaml:"says,omitempty" json:"says,omitempty"`
	URL       string `yaml:"url,omitempty" json:"url,omitempty"`
}

// A Step is one link of the chain from a rule to the bytes.
type Step struct {
	Kind StepKind `json:"kind"`
	// Text says the step in one sentence.
	Text string `json:"text"`
	// Sources that state it.
	Sources []Source `json:"sources,omitempty"`
	// Evidence in the input.
	Evidence []sbom.Evidence `json:"evidence,omitempty"`
	// Place in a document, where the evidence is a field of it.
	Place string `json:"place,omitempty"`
}

// A StepKind says what a Step states.
type StepKind string

const (
	StepRule         StepKind = "rule"
	StepProvision    StepKind = "provision"
	StepListEntry    StepKind = "list-entry"
	StepOrigin       StepKind = "origin"
	StepOwnership    StepKind = "ownership"
	StepOrganization StepKind = "organization"
	StepProject      StepKind = "project"
	StepIdentifier   StepKind = "identifier"
	StepClaim        StepKind = "claim"
	// StepRelease says what was otherwise when the component was released.
	StepRelease StepKind = "release"
	// StepInput says what was looked at, where the finding is that something
	// is not known.
	StepInput StepKind = "input"
)
