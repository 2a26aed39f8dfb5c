package origindb

import (
	"cmp"
	"errors"
	"slices"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A Status says what a database holds, how well it is founded and how old it
// is.
type Status struct {
	Edition provenance.Edition `json:"edition"`
	// OldestReview is the day of the record that was not read for longest.
	OldestReview provenance.Date `json:"oldest_review,omitempty"`
	// Unreviewed organizations were joined from registries by a program, and
	// nobody has read the whole record yet.
	Unreviewed int `json:"unreviewed"`

	Organizations       int                                 `json:"organizations"`
	OrganizationsByKind map[provenance.OrganizationKind]int `json:"organizations_by_kind"`
	// Seatless organizations have no origin on record.
	Seatless int `json:"seatless"`

	// Projects, and how many of them have a steward, are a community's by
	// record, or have neither.
	Projects     int `json:"projects"`
	Stewarded    int `json:"stewarded"`
	Community    int `json:"community"`
	Unattributed int `json:"unattributed"`

	Names             int                    `json:"names"`
	Identifiers       int                    `json:"identifiers"`
	IdentifiersByKind map[sbom.ClaimKind]int `json:"identifiers_by_kind"`

	// Statements by what they state, with the share that is uncited: origins,
	// owners, names, identifiers, stewards, communities, entries.
	Origins        Citations                      `json:"origins"`
	OriginsByBasis map[provenance.Basis]Citations `json:"origins_by_basis"`
	Statements     map[string]Citations           `json:"statements"`

	Lists      []ListStatus `json:"lists"`
	Registries []Registry   `json:"registries,omitempty"`
	// Packages are the tables of packages' own metadata.
	Packages []PackageStatus `json:"packages,omitempty"`
}

// PackageStatus is the state of a table of packages' own metadata.
type PackageStatus struct {
	// Type of package URL.
	Type string `json:"type"`
	// Rows of the table: those whose metadata names no organization, and those
	// that come from an account on record.
	Rows         int `json:"rows"`
	Unaffiliated int `json:"unaffiliated"`
	Joined       int `json:"joined"`
}

// Citations counts statements.
type Citations struct {
	Total    int `json:"total"`
	Uncited  int `json:"uncited"`
	Disputed int `json:"disputed,omitempty"`
}

// UncitedPercent returns the uncited share, from 0 to 100; 0 of nothing.
func (c Citations) UncitedPercent() float64 {
	if c.Total == 0 {
		return 0
	}
	return 100 * float64(c.Uncited) / float64(c.Total)
}

func (c *Citations) add(s provenance.Statement) {
	c.Total++
	if s.Uncited {
		c.Uncited++
	}
	if s.Disputed != "" {
		c.Disputed++
	}
}

// ListStatus is the state of one edition of a list.
type ListStatus struct {
	ID       string          `json:"id"`
	Title    string          `json:"title"`
	Edition  string          `json:"edition"`
	Reviewed provenance.Date `json:"reviewed"`
	// Complete and Transcribed as in [provenance.List].
	Complete    bool   `json:"complete"`
	Transcribed string `json:"transcribed"`
	// Entries of all kinds. Of those that name an entity, Joined name a record
	// and Unjoined none yet.
	Entries  int `json:"entries"`
	Joined   int `json:"joined"`
	Unjoined int `json:"unjoined"`
}

// ErrNotListed says that a database cannot list what it holds.
var ErrNotListed = errors.New("the database cannot list its records")

// StatusOf counts what a database holds: a [DB], [provenance.Records] or an
// overlay of them. Of a database that is no [provenance.Lister] it returns
// [ErrNotListed].
func StatusOf(db provenance.Database) (*Status, error) {
	lister, ok := db.(provenance.Lister)
	if !ok {
		return nil, ErrNotListed
	}
	s := &Status{
		Edition:             db.Edition(),
		OrganizationsByKind: map[provenance.OrganizationKind]int{},
		IdentifiersByKind:   map[sbom.ClaimKind]int{},
		OriginsByBasis:      map[provenance.Basis]Citations{},
		Statements:          map[string]Citations{},
		Registries:          registriesOf(db),
	}
	if c, ok := compiledOf(db); ok {
		s.Packages = c.Packages()
	}
	for _, id := range lister.OrganizationIDs() {
		if o := db.Organization(id); o != nil {
			s.organization(o)
		}
	}
	for _, id := range lister.ProjectIDs() {
		if p := db.Project(id); p != nil {
			s.project(p)
		}
	}
	for _, l := range lister.ListEditions() {
		s.list(l)
	}
	slices.SortFunc(s.Lists, func(a, b ListStatus) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Edition, b.Edition)) })
	return s, nil
}

// compiledOf finds the compiled database among a database and those below it.
func compiledOf(db provenance.Database) (*DB, bool) {
	for {
		switch d := db.(type) {
		case *DB:
			return d, true
		case interface{ Unwrap() provenance.Database }:
			db = d.Unwrap()
		default:
			return nil, false
		}
	}
}

// registriesOf returns the registries of a database or of the one below it.
func registriesOf(db provenance.Database) []Registry {
	if c, ok := compiledOf(db); ok {
		return c.Registries()
	}
	return nil
}

func (s *Status) count(what string, st provenance.Statement) {
	c := s.Statements[what]
	c.add(st)
	s.Statements[what] = c
}

func (s *Status) reviewed(d provenance.Date) {
	if d != "" && (s.OldestReview == "" || d < s.OldestReview) {
		s.OldestReview = d
	}
}

func (s *Status) organization(o *provenance.Organization) {
	s.Organizations++
	s.OrganizationsByKind[o.Kind]++
	s.reviewed(o.Reviewed)
	if o.Reviewed == "" {
		s.Unreviewed++
	}
	if len(o.Origins) == 0 {
		s.Seatless++
	}
	s.Names++
	s.marks(o.Names, o.Identifiers)
	for _, or := range o.Origins {
		s.Origins.add(or.Statement)
		c := s.OriginsByBasis[or.Basis]
		c.add(or.Statement)
		s.OriginsByBasis[or.Basis] = c
		s.count("origins", or.Statement)
	}
	for _, ow := range o.Owners {
		s.count("owners", ow.Statement)
	}
}

func (s *Status) marks(names []provenance.Name, ids []provenance.Identifier) {
	for _, n := range names {
		s.Names++
		s.count("names", n.Statement)
	}
	for _, id := range ids {
		s.Identifiers++
		s.IdentifiersByKind[id.Kind]++
		s.count("identifiers", id.Statement)
	}
}

func (s *Status) project(p *provenance.Project) {
	s.Projects++
	s.reviewed(p.Reviewed)
	switch {
	case len(p.Stewards) > 0:
		s.Stewarded++
	case p.Community != nil:
		s.Community++
	default:
		s.Unattributed++
	}
	s.marks(p.Names, p.Identifiers)
	for _, st := range p.Stewards {
		s.count("stewards", st.Statement)
	}
	if p.Community != nil {
		s.count("communities", p.Community.Statement)
	}
	if p.Unaffiliated != nil {
		s.count("unaffiliated", p.Unaffiliated.Statement)
	}
}

func (s *Status) list(l *provenance.List) {
	s.reviewed(l.Reviewed)
	ls := ListStatus{ID: l.ID, Title: l.Title, Edition: l.Edition, Reviewed: l.Reviewed,
		Complete: l.Complete, Transcribed: l.Transcribed, Entries: len(l.Entries)}
	for _, e := range l.Entries {
		s.count("entries", e.Statement)
		switch {
		case e.Kind != provenance.EntityEntry:
		case len(e.Organizations) > 0:
			ls.Joined++
		default:
			ls.Unjoined++
		}
	}
	s.Lists = append(s.Lists, ls)
}
