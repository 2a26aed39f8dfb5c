package provenance

import "github.com/touchmark-dev/touchmark/sbom"

// A Database answers what is publicly known about organizations. Package
// origindb holds Touchmark's own; [Records] is one in memory, read from YAML.
// Implementations are safe for concurrent use, and what they return is not
// modified by callers.
type Database interface {
	// Edition says which data answers.
	Edition() Edition
	// Lookup returns the identifiers recorded under a kind and the normal form
	// of a value ([Key]). Names of organizations answer to [sbom.OrgName],
	// upstream package names to [PackageName].
	Lookup(kind sbom.ClaimKind, key string) []Match
	// Organization returns the record of an id, nil where there is none.
	Organization(id string) *Organization
	// Project returns the record of an id, nil where there is none.
	Project(id string) *Project
	// Listings returns the list entries that name the organization, in order
	// of list id and effective date.
	Listings(organization string) []Listing
	// List returns one list with its entries, nil where there is none.
	List(id string) *List
}

// A LiteralSource is a [Database] that can list the texts by which its records
// are recognised in bytes.
type LiteralSource interface {
	// Literals in order of ID.
	Literals() []sbom.Literal
}

// A LiteralTableSource is a [LiteralSource] that can be searched for without
// listing them.
type LiteralTableSource interface {
	LiteralSource
	// LiteralTable has the same literals in the same order.
	LiteralTable() sbom.LiteralTable
}

// An Edition identifies the state of a database: what was known when.
type Edition struct {
	// Name of the database ("touchmark-origindb").
	Name string `json:"name"`
	// Date of the newest review in it.
	Date Date `json:"date"`
	// SHA256 over the compiled content, lower-case hexadecimal.
	SHA256 string `json:"sha256,omitempty"`
	// Overlays are user databases merged over it, by name.
	Overlays []string `json:"overlays,omitempty"`
}

// A Match is an identifier or name of a record that answers a lookup.
type Match struct {
	// Organization or Project is the record's id; exactly one is set.
	Organization string `json:"organization,omitempty"`
	Project      string `json:"project,omitempty"`
	// Identifier as recorded. For a name: Kind OrgName, Value the name.
	Identifier Identifier `json:"identifier"`
	// Weak is set for a name that never matches alone.
	Weak bool `json:"weak,omitempty"`
}

// A Listing is a list entry that names an organization.
type Listing struct {
	// List is the list's id, Edition its edition.
	List    string `json:"list"`
	Title   string `json:"title"`
	Edition string `json:"edition"`
	URL     string `json:"url"`
	// Complete and Transcribed as in [List].
	Complete    bool      `json:"complete"`
	Transcribed string    `json:"transcribed,omitempty"`
	Entry       ListEntry `json:"entry"`
	// Sources of the entry, resolved.
	Sources []Source `json:"sources,omitempty"`
}

// Superseded reports whether on a day the newest edition of the list, as
// [Database.List] returns it, speaks in place of the edition of this listing:
// the newest edition is complete, so that it no longer names who is not in it,
// and the day is not before it. An edition whose name is no date ("Pub. L.
// 115-232") has no day before which another was in force. An empty day is now.
func (l *Listing) Superseded(newest *List, day Date) bool {
	if newest == nil || l.Edition == newest.Edition || !newest.Complete {
		return false
	}
	published, err := ParseDate(newest.Edition)
	return day == "" || err != nil || day.last() >= published.first()
}
