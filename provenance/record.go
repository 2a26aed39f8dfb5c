package provenance

import "github.com/touchmark-dev/touchmark/sbom"

// An Organization is a legal entity or another body that can stand behind a
// component: a company, a foundation, a government body, a university. Never a
// person, and never a sole trader named after one.
type Organization struct {
	// ID is the record's file name without ".yaml": lower-case ASCII letters,
	// digits and hyphens. It never changes and is never used again.
	ID string `yaml:"id" json:"id"`
	// Name is the name shown to readers: the legal name in English where there
	// is an official one.
	Name string `yaml:"name" json:"name"`
	// Kind of body.
	Kind OrganizationKind `yaml:"kind" json:"kind"`
	// Names by which it is known besides Name. All of them match, unless Weak.
	Names []Name `yaml:"names,omitempty" json:"names,omitempty"`
	// Origins state countries, each with its basis.
	Origins []Origin `yaml:"origins,omitempty" json:"origins,omitempty"`
	// Owners hold shares in it or control it.
	Owners []Owner `yaml:"owners,omitempty" json:"owners,omitempty"`
	// Identifiers are the marks that point to it.
	Identifiers []Identifier `yaml:"identifiers,omitempty" json:"identifiers,omitempty"`
	// Sources are the citations that the statements above refer to by name.
	Sources map[string]Source `yaml:"sources,omitempty" json:"sources,omitempty"`
	// Note for readers of the record: what is easily confused with it.
	Note string `yaml:"note,omitempty" json:"note,omitempty"`
	// Reviewed is the day on which somebody last read the whole record against
	// its sources. It is empty where a program joined the record from rows of
	// registries and nobody has read all of it yet.
	Reviewed Date `yaml:"reviewed,omitempty" json:"reviewed,omitempty"`
	// Retracted withdraws the whole record.
	Retracted *Retraction `yaml:"retracted,omitempty" json:"retracted,omitempty"`
}

// An OrganizationKind says what sort of body an organization is.
type OrganizationKind string

const (
	Company     OrganizationKind = "company"
	Foundation  OrganizationKind = "foundation" // holds or hosts projects for the public
	Government  OrganizationKind = "government"
	University  OrganizationKind = "university" // and research institutes
	Association OrganizationKind = "association"
)

// A Name is another name of an organization, project or list entry.
type Name struct {
	Name string   `yaml:"name" json:"name"`
	Kind NameKind `yaml:"kind,omitempty" json:"kind,omitempty"`
	// Lang is the BCP 47 tag of a name that is not in English.
	Lang string `yaml:"lang,omitempty" json:"lang,omitempty"`
	// From and To bound the period in which the name was its own.
	From Date `yaml:"from,omitempty" json:"from,omitempty"`
	To   Date `yaml:"to,omitempty" json:"to,omitempty"`
	// Weak names are shown and found by search, and never match alone: they
	// are short, common words or also somebody else's.
	Weak      bool `yaml:"weak,omitempty" json:"weak,omitempty"`
	Statement `yaml:",inline"`
}

// A NameKind says what sort of name a Name is.
type NameKind string

const (
	LegalName  NameKind = "legal"
	ShortName  NameKind = "short"
	BrandName  NameKind = "brand"
	FormerName NameKind = "former"
)

// A Statement is what every fact of a record carries besides its content.
type Statement struct {
	// Sources are keys of the record's Sources.
	Sources []string `yaml:"sources,omitempty,flow" json:"sources,omitempty"`
	// Uncited marks a statement that is believed right and that no source was
	// found for. It weighs as low confidence and is counted.
	Uncited bool `yaml:"uncited,omitempty" json:"uncited,omitempty"`
	// Disputed marks a statement that its subject or a source contradicts, and
	// says how. It weighs as low confidence and yields at most a review.
	Disputed string `yaml:"disputed,omitempty" json:"disputed,omitempty"`
	// Retracted withdraws a statement that was wrong.
	Retracted *Retraction `yaml:"retracted,omitempty" json:"retracted,omitempty"`
	Note      string      `yaml:"note,omitempty" json:"note,omitempty"`
}

// A Retraction withdraws a wrong statement or record: it leaves every output
// and stays in the file, so that the correction can be seen.
type Retraction struct {
	Date   Date   `yaml:"date" json:"date"`
	Reason string `yaml:"reason" json:"reason"`
}

// An Origin ties an organization to a country on one basis for a period.
type Origin struct {
	// Country is an ISO 3166-1 alpha-2 code.
	Country string `yaml:"country" json:"country"`
	Basis   Basis  `yaml:"basis" json:"basis"`
	// Since and Until bound the period in which it holds, both days included.
	// Absent means unknown and unbounded.
	Since     Date `yaml:"since,omitempty" json:"since,omitempty"`
	Until     Date `yaml:"until,omitempty" json:"until,omitempty"`
	Statement `yaml:",inline"`
}

// A Basis says on what ground a country is named. The last eight are the
// stages of the CycloneDX 2.0 draft.
type Basis string

const (
	Registered    Basis = "registered"    // organized under its laws
	Headquartered Basis = "headquartered" // principal place of business
	Designed      Basis = "designed"
	Developed     Basis = "developed"
	Built         Basis = "built"
	Manufactured  Basis = "manufactured"
	Assembled     Basis = "assembled"
	Hosted        Basis = "hosted"
	Operated      Basis = "operated"
	Maintained    Basis = "maintained"
	// StateOwner appears in reports only, where a state itself holds a share
	// ([Owner.State]); records do not use it as the basis of an origin.
	StateOwner Basis = "state-owner"
)

// An Owner holds a share of an organization or controls it.
type Owner struct {
	// Organization is the owner's record id. Exactly one of it and State is
	// set.
	Organization string `yaml:"organization,omitempty" json:"organization,omitempty"`
	// State is the ISO alpha-2 code of a state that holds the share itself.
	State string `yaml:"state,omitempty" json:"state,omitempty"`
	// Share in percent: "100", "62.5", an interval "50-75", ">50". Empty means
	// unknown, which is the interval from 0 to 100.
	Share     Share         `yaml:"share,omitempty" json:"share,omitempty"`
	Kind      OwnershipKind `yaml:"kind" json:"kind"`
	Since     Date          `yaml:"since,omitempty" json:"since,omitempty"`
	Until     Date          `yaml:"until,omitempty" json:"until,omitempty"`
	Statement `yaml:",inline"`
}

// An OwnershipKind says by what an owner holds.
type OwnershipKind string

const (
	Equity  OwnershipKind = "equity"
	Voting  OwnershipKind = "voting"
	Control OwnershipKind = "control" // by contract, appointment or otherwise, whatever the share
	// StateHeld marks a share that is held for a state by an agency or fund.
	StateHeld OwnershipKind = "state"
)

// An Identifier is a mark that points to an organization or project.
type Identifier struct {
	// Kind is the kind of claim that it answers, or [PackageName].
	Kind sbom.ClaimKind `yaml:"kind" json:"kind"`
	// Value in the normal form that [Key] gives for its kind.
	Value string `yaml:"value" json:"value"`
	// Role in which the owner stands behind what carries the mark; empty
	// leaves it to the claim table.
	Role sbom.Role `yaml:"role,omitempty" json:"role,omitempty"`
	// From and To bound the period in which the mark was the owner's.
	From Date `yaml:"from,omitempty" json:"from,omitempty"`
	To   Date `yaml:"to,omitempty" json:"to,omitempty"`
	// CorporateMail says that addresses at this domain are given to the
	// organization's own staff, so that a mail address points to it.
	CorporateMail bool `yaml:"corporate_mail,omitempty" json:"corporate_mail,omitempty"`
	// Verified says that the registry lets only the owner publish under this
	// package URL namespace. Scopes of npm, groups of Maven Central and paths
	// of Go modules on no code host are so without it.
	Verified bool `yaml:"verified,omitempty" json:"verified,omitempty"`
	// Fold, Word and Wide apply to literals, as in [sbom.Literal].
	Fold      bool `yaml:"fold,omitempty" json:"fold,omitempty"`
	Word      bool `yaml:"word,omitempty" json:"word,omitempty"`
	Wide      bool `yaml:"wide,omitempty" json:"wide,omitempty"`
	Statement `yaml:",inline"`
}

// PackageName is the kind of an [Identifier] that names an upstream project as
// distributions do ("openssl"). It answers package URLs of types without an
// owner in them: deb, rpm, apk, opkg, alpm, conan, generic and their like.
const PackageName = sbom.PackageName

// A Project is a body of open source that one or more organizations steward,
// or that a community runs.
type Project struct {
	ID   string `yaml:"id" json:"id"`
	Name string `yaml:"name" json:"name"`
	// Stewards are the organizations behind it, with their role: developer for
	// one that controls it, maintainer for a foundation that hosts it.
	Stewards []Steward `yaml:"stewards,omitempty" json:"stewards,omitempty"`
	// Community states that no organization controls it, with the source that
	// says how it is governed.
	Community *Community `yaml:"community,omitempty" json:"community,omitempty"`
	// Unaffiliated states that the project's own metadata names no
	// organization, with the source that was read. No person is named here.
	Unaffiliated *Unaffiliated     `yaml:"unaffiliated,omitempty" json:"unaffiliated,omitempty"`
	Names        []Name            `yaml:"names,omitempty" json:"names,omitempty"`
	Identifiers  []Identifier      `yaml:"identifiers,omitempty" json:"identifiers,omitempty"`
	Sources      map[string]Source `yaml:"sources,omitempty" json:"sources,omitempty"`
	Note         string            `yaml:"note,omitempty" json:"note,omitempty"`
	Reviewed     Date              `yaml:"reviewed" json:"reviewed"`
	Retracted    *Retraction       `yaml:"retracted,omitempty" json:"retracted,omitempty"`
}

// A Steward is an organization that stands behind a project for a period.
type Steward struct {
	Organization string    `yaml:"organization" json:"organization"`
	Role         sbom.Role `yaml:"role" json:"role"`
	Since        Date      `yaml:"since,omitempty" json:"since,omitempty"`
	Until        Date      `yaml:"until,omitempty" json:"until,omitempty"`
	Statement    `yaml:",inline"`
}

// Community is the statement that a project is written and run by many.
type Community struct {
	Since     Date `yaml:"since,omitempty" json:"since,omitempty"`
	Until     Date `yaml:"until,omitempty" json:"until,omitempty"`
	Statement `yaml:",inline"`
}

// Unaffiliated is the statement that a project's own metadata (its manifest,
// its list of authors) names persons or a handful of contributors, and no
// organization or governing body. It says that the project was looked at; whose
// it is stays with the source, since persons are not recorded.
type Unaffiliated struct {
	Since     Date `yaml:"since,omitempty" json:"since,omitempty"`
	Until     Date `yaml:"until,omitempty" json:"until,omitempty"`
	Statement `yaml:",inline"`
}

// A Source is a citation: a row of a registry, or a page that was read.
type Source struct {
	// Registry, Revision and Key name a row of a registry extract.
	Registry string `yaml:"registry,omitempty" json:"registry,omitempty"`
	Revision string `yaml:"revision,omitempty" json:"revision,omitempty"`
	Key      string `yaml:"key,omitempty" json:"key,omitempty"`
	// URL of a page, Retrieved the day on which it or a stored copy of it was
	// read, Says what it says in at most 25 words.
	URL       string `yaml:"url,omitempty" json:"url,omitempty"`
	Title     string `yaml:"title,omitempty" json:"title,omitempty"`
	Retrieved Date   `yaml:"retrieved,omitempty" json:"retrieved,omitempty"`
	Says      string `yaml:"says,omitempty" json:"says,omitempty"`
}

// A List is one edition of a government list.
type List struct {
	ID        string `yaml:"id" json:"id"` // of the list, the same in every edition
	Title     string `yaml:"title" json:"title"`
	Publisher string `yaml:"publisher" json:"publisher"`
	// Authority is the law or order that the list rests on, cited.
	Authority string `yaml:"authority" json:"authority"`
	URL       string `yaml:"url" json:"url"`
	// Edition of the list: its date, or the revision of its text.
	Edition string `yaml:"edition" json:"edition"`
	// Complete says that every entry of the edition is here. From a partial
	// list nothing follows for those who are not in it.
	Complete bool `yaml:"complete" json:"complete"`
	// Transcribed says how the entries came here and what was checked.
	Transcribed string            `yaml:"transcribed" json:"transcribed"`
	Entries     []ListEntry       `yaml:"entries" json:"entries"`
	Sources     map[string]Source `yaml:"sources,omitempty" json:"sources,omitempty"`
	Note        string            `yaml:"note,omitempty" json:"note,omitempty"`
	Reviewed    Date              `yaml:"reviewed" json:"reviewed"`
}

// A ListEntry is one line of a list. It reaches organizations only through
// Organizations, which a person reviewed; its names are never match keys.
type ListEntry struct {
	// Name exactly as listed.
	Name string    `yaml:"name" json:"name"`
	Kind EntryKind `yaml:"kind" json:"kind"`
	// Organizations are the ids of the records that the entry names; empty
	// where no record exists yet or none can (a category).
	Organizations []string `yaml:"organizations,omitempty,flow" json:"organizations,omitempty"`
	// Extends says that the text of the list reaches subsidiaries and
	// affiliates of the named entity.
	Extends bool `yaml:"extends,omitempty" json:"extends,omitempty"`
	// Paragraph of the authority ("(f)(3)(A)").
	Paragraph string `yaml:"paragraph,omitempty" json:"paragraph,omitempty"`
	// Scope: what the entry covers, in the list's terms.
	Scope string `yaml:"scope,omitempty" json:"scope,omitempty"`
	// Effective and Ended bound the listing.
	Effective Date `yaml:"effective" json:"effective"`
	Ended     Date `yaml:"ended,omitempty" json:"ended,omitempty"`
	Statement `yaml:",inline"`
}

// An EntryKind says what a list entry names.
type EntryKind string

const (
	EntityEntry   EntryKind = "entity"
	CategoryEntry EntryKind = "category"  // things by where they were produced
	CatchAllEntry EntryKind = "catch-all" // whoever an authority determines
)
