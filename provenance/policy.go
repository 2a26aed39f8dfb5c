package provenance

import "github.com/touchmark-dev/touchmark/sbom"

// A Policy is a set of rules, read from YAML by [ReadPolicy]. A pack is a
// policy that comes with Touchmark (package packs).
type Policy struct {
	ID      string `yaml:"id" json:"id"`
	Title   string `yaml:"title" json:"title"`
	Version string `yaml:"version,omitempty" json:"version,omitempty"`
	// About says what the policy decides, NotDecided what it does not.
	About      string   `yaml:"about,omitempty" json:"about,omitempty"`
	NotDecided []string `yaml:"not_decided,omitempty" json:"not_decided,omitempty"`
	// Sources are the legal texts that the rules cite by key.
	Sources map[string]Source `yaml:"sources,omitempty" json:"sources,omitempty"`
	// Parameters are values that a user can set; "$(name)" stands for one
	// anywhere in the text. See [PolicyOptions].
	Parameters map[string]Parameter `yaml:"parameters,omitempty" json:"parameters,omitempty"`
	// Include names further policies that apply with this one; [Policy.Expand]
	// puts them in front of it.
	Include []string `yaml:"include,omitempty,flow" json:"include,omitempty"`
	Rules   []Rule   `yaml:"rules" json:"rules"`

	text policyText
}

// A Parameter is a value of a policy that a user can set.
type Parameter struct {
	About string `yaml:"about" json:"about"`
	// Default in YAML: a scalar, or a sequence in brackets.
	Default string `yaml:"default" json:"default"`
}

// A Rule gives a verdict where its condition holds.
type Rule struct {
	ID    string `yaml:"id" json:"id"`
	Title string `yaml:"title" json:"title"`
	// Verdict is fail, review or info; or unknown, in a rule that is only about
	// unattributed components, coverage or the database. Of a host of which
	// files say no more than that it is a web site, or one of many to choose
	// from, review and unknown become info, since no data go to a link; fail
	// stands.
	Verdict  Verdict   `yaml:"verdict" json:"verdict"`
	Severity Severity  `yaml:"severity,omitempty" json:"severity,omitempty"`
	When     Condition `yaml:"when" json:"when"`
	// Otherwise: the rule speaks only where no other rule of the policy has a
	// finding about the same thing and organization.
	Otherwise bool `yaml:"otherwise,omitempty" json:"otherwise,omitempty"`
	// Provisions that the rule applies. A rule with provisions is in force
	// from the first Effective on; before, it is upcoming.
	Provisions []Provision `yaml:"provisions,omitempty" json:"provisions,omitempty"`
	// Effective and Until bound a rule without provisions.
	Effective Date `yaml:"effective,omitempty" json:"effective,omitempty"`
	Until     Date `yaml:"until,omitempty" json:"until,omitempty"`
	// Ask is the question for the supplier; Remedy what to do.
	Ask     string   `yaml:"ask,omitempty" json:"ask,omitempty"`
	Remedy  string   `yaml:"remedy,omitempty" json:"remedy,omitempty"`
	Sources []string `yaml:"sources,omitempty,flow" json:"sources,omitempty"`
}

// A Condition holds for a component, service or input where all of its set
// fields hold. Somewhere in it at least one of List, Country, Organization,
// Unattributed, Unaffiliated, Ambiguous, Conflicting, MinCoverage and MaxDatabaseAge is set.
//
// A component has several attributions; the fields that speak of one all speak
// of the same. What an unattributed component is not, nobody knows: a Not over
// a field that speaks of an attribution does not hold for it.
type Condition struct {
	// Any, All and Not combine conditions. Roles and Foundations pass down to
	// those that do not set their own.
	Any []Condition `yaml:"any,omitempty" json:"any,omitempty"`
	All []Condition `yaml:"all,omitempty" json:"all,omitempty"`
	Not *Condition  `yaml:"not,omitempty" json:"not,omitempty"`

	// If is a fact that the user states, as the value of a parameter: what
	// kind of product this is, or how it is used.
	If *bool `yaml:"if,omitempty" json:"if,omitempty"`
	// Subject: it is the device or product that the input describes.
	Subject bool `yaml:"subject,omitempty" json:"subject,omitempty"`

	// List: the organization, or with Nexus one that owns it, is named by an
	// entry in force; or the list has a category that the component may be in.
	List *ListCondition `yaml:"list,omitempty" json:"list,omitempty"`
	// Country: an origin of the organization lies in the set.
	Country *CountryCondition `yaml:"country,omitempty" json:"country,omitempty"`
	// Organization: ids of records; with Nexus also what they control.
	Organization *OrganizationCondition `yaml:"organization,omitempty" json:"organization,omitempty"`
	// Unattributed: nobody is attributed.
	Unattributed bool `yaml:"unattributed,omitempty" json:"unattributed,omitempty"`
	// Unaffiliated: what is known of it is that by record no organization
	// stands behind its project.
	Unaffiliated bool `yaml:"unaffiliated,omitempty" json:"unaffiliated,omitempty"`
	// MinCoverage: the share of attributed components, in percent, is below
	// this. It is about the input as a whole.
	MinCoverage float64 `yaml:"min_coverage,omitempty" json:"min_coverage,omitempty"`
	// MaxDatabaseAge: the database's date lies more than this many days before
	// the report's. It is about the run as a whole.
	MaxDatabaseAge int `yaml:"max_database_age,omitempty" json:"max_database_age,omitempty"`
	// Ambiguous: the mark behind the attribution points to several
	// organizations.
	Ambiguous bool `yaml:"ambiguous,omitempty" json:"ambiguous,omitempty"`
	// Conflicting: another organization is attributed in the same role, on
	// other marks, and the two are not under common control.
	Conflicting bool `yaml:"conflicting,omitempty" json:"conflicting,omitempty"`

	// Roles of the attribution. Empty means [DefaultRoles].
	Roles []sbom.Role `yaml:"roles,omitempty,flow" json:"roles,omitempty"`
	// Only: the organization has no other role for the component.
	Only bool `yaml:"only,omitempty" json:"only,omitempty"`
	// Techniques of evidence, one of which is behind a claim of the
	// attribution. The technique of a document's own field is
	// "manifest-analysis".
	Techniques []sbom.Technique `yaml:"techniques,omitempty,flow" json:"techniques,omitempty"`
	// Confidence that the attribution has at least. Empty means any; a rule of
	// verdict fail gives a review on a low one.
	Confidence sbom.Confidence `yaml:"confidence,omitempty" json:"confidence,omitempty"`
	// Kinds of component. Empty means all.
	Kinds []Kind `yaml:"kinds,omitempty,flow" json:"kinds,omitempty"`
	// Words: one of them stands in the name of the thing, or in what its
	// identity was read from, as a word of its own and in any case. Digits
	// and signs part words: "IPC" stands in "HI3516-IPC_V2". So do capitals:
	// "Onvif" stands in "NetIPOnvif".
	Words []string `yaml:"words,omitempty,flow" json:"words,omitempty"`
	// Holds: the input has a component of one of these names, in any case. What
	// runs on a device tells its kind where nothing names it.
	Holds []string `yaml:"holds,omitempty,flow" json:"holds,omitempty"`
	// Foundations also counts foundations, which are left out by default.
	Foundations bool `yaml:"foundations,omitempty" json:"foundations,omitempty"`
}

// A Kind of thing that a rule can be about.
type Kind string

const (
	KindDevice   Kind = "device"   // the subject, where it is a device, and components of type device
	KindHardware Kind = "hardware" // components of type device or platform
	KindFirmware Kind = "firmware"
	KindDriver   Kind = "driver"   // device-driver
	KindSoftware Kind = "software" // every other component
	KindService  Kind = "service"

	// KindLibrary is software of type library or framework.
	KindLibrary Kind = "library"
	// KindOpenSource has an open source licence or is of a project in the
	// database; KindProprietary states that it is not open;
	// KindLicenceUnknown states neither. Each is software, firmware or a driver.
	KindOpenSource     Kind = "open-source"
	KindProprietary    Kind = "proprietary"
	KindLicenceUnknown Kind = "licence-unknown"
)

// A ListCondition names a list.
type ListCondition struct {
	ID string `yaml:"id" json:"id"`
	// Edition restricts the entries to those of one edition. Empty means the
	// newest.
	Edition string `yaml:"edition,omitempty" json:"edition,omitempty"`
	// Paragraphs restricts the entries. Empty means all entity entries.
	Paragraphs []string `yaml:"paragraphs,omitempty,flow" json:"paragraphs,omitempty"`
	// Categories names category entries instead: things by what they are and
	// where they were produced. Whether a thing is in one, and where it was
	// produced, the input does not say, and nobody's country stands for it: the
	// condition holds for everything while such an entry is in force, and its
	// rule asks, with a verdict of review or info.
	Categories []string `yaml:"categories,omitempty" json:"categories,omitempty"`
	// Nexus also reaches organizations that a listed one owns or controls.
	Nexus *Nexus `yaml:"nexus,omitempty" json:"nexus,omitempty"`
}

// A CountryCondition names a set of countries and on what ground they count.
type CountryCondition struct {
	// In is the set, ISO 3166-1 alpha-2.
	In []string `yaml:"in" json:"in"`
	// Basis that counts. Empty means registered and headquartered.
	Basis []Basis `yaml:"basis,omitempty,flow" json:"basis,omitempty"`
	// Nexus also counts owners.
	Nexus *Nexus `yaml:"nexus,omitempty" json:"nexus,omitempty"`
	// Owners counts nothing but owners, not the organization's own origins. It
	// wants a Nexus.
	Owners bool `yaml:"owners,omitempty" json:"owners,omitempty"`
}

// An OrganizationCondition names organizations.
type OrganizationCondition struct {
	IDs   []string `yaml:"ids" json:"ids"`
	Nexus *Nexus   `yaml:"nexus,omitempty" json:"nexus,omitempty"`
}

// A Nexus says when ownership carries from an owner to what it owns, in the
// words of a regime. Method cascade: an organization whose covered owners
// together hold the threshold is covered with its whole holding; shares are
// never multiplied along a chain.
type Nexus struct {
	// Threshold in percent of the covered owners' aggregate share.
	Threshold float64 `yaml:"threshold" json:"threshold"`
	// Exclusive: the aggregate must exceed the threshold. Otherwise reaching
	// it is enough.
	Exclusive bool `yaml:"exclusive,omitempty" json:"exclusive,omitempty"`
	// Method is "cascade", the only one so far.
	Method string `yaml:"method,omitempty" json:"method,omitempty"`
	// Control also counts control without a share (contract, appointment).
	Control bool `yaml:"control,omitempty" json:"control,omitempty"`
}

// DefaultRoles are the roles that rules read unless they say otherwise. A
// supplier counts only where it is not a distribution.
func DefaultRoles() []sbom.Role {
	return []sbom.Role{sbom.Manufacturer, sbom.Brand, sbom.ODM, sbom.Silicon, sbom.SDK,
		sbom.Developer, sbom.Supplier, sbom.Operator, sbom.Owner}
}

// A Waiver accepts findings for a time. Reason, Owner and Expires are
// required.
type Waiver struct {
	ID      string `yaml:"id" json:"id"`
	Reason  string `yaml:"reason" json:"reason"`
	Owner   string `yaml:"owner" json:"owner"`
	Expires Date   `yaml:"expires" json:"expires"` // the last day on which it holds
	Ticket  string `yaml:"ticket,omitempty" json:"ticket,omitempty"`
	// Scope: a finding is covered where every field that is set agrees with
	// it. At least one is set.
	Finding      string `yaml:"finding,omitempty" json:"finding,omitempty"`           // finding id
	Rule         string `yaml:"rule,omitempty" json:"rule,omitempty"`                 // "policy.rule" or "policy"
	Organization string `yaml:"organization,omitempty" json:"organization,omitempty"` // record id
	Component    string `yaml:"component,omitempty" json:"component,omitempty"`       // glob over purl, or name where there is none
}
