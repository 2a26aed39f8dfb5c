package importer

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb/lint"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A Proposal is what GLEIF's files say of an organization on record. A person
// reviews it and puts it into the record.
type Proposal struct {
	// Organization on record, and by what it was found: its identifier of kind
	// lei, or a name alone, which needs a closer look.
	Organization string `json:"organization"`
	ByName       bool   `json:"by_name,omitempty"`
	LEI          string `json:"lei"`
	// Name is the legal name.
	Name string `json:"name"`
	// Status of the entity: "ACTIVE" or "INACTIVE".
	Status string `json:"status"`
	// Registered is the country of the legal jurisdiction, Headquartered that
	// of the headquarters' address.
	Registered    string `json:"registered,omitempty"`
	Headquartered string `json:"headquartered,omitempty"`
	// Parents consolidate it in their accounts.
	Parents []Parent `json:"parents,omitempty"`
}

// A Parent is an entity of which GLEIF says that it consolidates another.
type Parent struct {
	LEI string `json:"lei"`
	// Ultimate says that it is the last of the chain, else the next.
	Ultimate bool            `json:"ultimate,omitempty"`
	Since    provenance.Date `json:"since,omitempty"`
	// Organization on record with that identifier, if any.
	Organization string `json:"organization,omitempty"`
}

// GLEIF reads the concatenated files of GLEIF as CSV, level 1 (entities) and
// level 2 (relationships, which may be nil), and returns what they say of the
// organizations of db: those with an identifier of kind lei, and those with a
// name that is the entity's legal name and nobody else's on record. The order
// is that of organization and LEI.
func GLEIF(level1, level2 io.Reader, db provenance.Database) ([]Proposal, error) {
	byLEI := map[string]*Proposal{}
	err := rows(level1, "level 1", []string{"LEI", "Entity.LegalName", "Entity.HeadquartersAddress.Country", "Entity.LegalJurisdiction", "Entity.EntityStatus"},
		func(row []string) error {
			p := Proposal{LEI: row[0], Name: cell(row[1]), Status: row[4]}
			if p.Organization = holder(db, row[0]); p.Organization == "" {
				p.Organization, p.ByName = onlyOne(db, row[1]), true
			}
			if p.Organization == "" {
				return nil
			}
			p.Headquartered = country(row[2])
			p.Registered = country(row[3])
			byLEI[p.LEI] = &p
			return nil
		})
	if err != nil {
		return nil, err
	}
	if level2 != nil {
		err = rows(level2, "level 2", []string{"Relationship.StartNode.NodeID", "Relationship.EndNode.NodeID", "Relationship.RelationshipType",
			"Relationship.RelationshipStatus", "Relationship.Period.1.startDate"}, func(row []string) error {
			p := byLEI[row[0]]
			ultimate := row[2] == "IS_ULTIMATELY_CONSOLIDATED_BY"
			if p == nil || row[3] != "ACTIVE" || !ultimate && row[2] != "IS_DIRECTLY_CONSOLIDATED_BY" {
				return nil
			}
			since, _, _ := strings.Cut(row[4], "T")
			parent := Parent{LEI: row[1], Ultimate: ultimate, Since: date(since), Organization: holder(db, row[1])}
			if q := byLEI[row[1]]; parent.Organization == "" && q != nil {
				parent.Organization = q.Organization
			}
			p.Parents = append(p.Parents, parent)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	out := make([]Proposal, 0, len(byLEI))
	for _, p := range byLEI {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b Proposal) int {
		if c := strings.Compare(a.Organization, b.Organization); c != 0 {
			return c
		}
		return strings.Compare(a.LEI, b.LEI)
	})
	return out, nil
}

// holder returns the organization whose record has the identifier.
func holder(db provenance.Database, lei string) string {
	for _, m := range db.Lookup(sbom.LEI, provenance.Key(sbom.LEI, lei)) {
		return m.Organization
	}
	return ""
}

// country takes "PT" and the subdivision "US-DE"; other text gives nothing.
func country(s string) string {
	code, _, _ := strings.Cut(s, "-")
	if !lint.IsCountry(code) {
		return ""
	}
	return code
}

// rows calls f with the named columns of each row.
func rows(file io.Reader, what string, names []string, f func(row []string) error) error {
	r := csv.NewReader(skipMark(file))
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return fmt.Errorf("read GLEIF %s: %w", what, err)
	}
	at, err := columns(header, names...)
	if err != nil {
		return fmt.Errorf("read GLEIF %s: %w", what, err)
	}
	picked := make([]string, len(at))
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read GLEIF %s: %w", what, err)
		}
		for i, c := range at {
			picked[i] = strings.Clone(row[c])
		}
		if err := f(picked); err != nil {
			return fmt.Errorf("read GLEIF %s: %w", what, err)
		}
	}
}
