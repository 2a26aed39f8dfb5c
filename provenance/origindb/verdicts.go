package origindb

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A VerdictChange is an organization of which a policy says something else
// with one state of a database than with another.
type VerdictChange struct {
	Organization provenance.Ref `json:"organization"`
	Policy       string         `json:"policy"`
	// As is the part in which the organization was judged: "manufacturer" of a
	// device, "developer" of a library or "operator" of a service.
	As sbom.Role `json:"as"`
	// Old and New are the worst verdicts, and empty where the organization is
	// not in that state of the database.
	Old provenance.Verdict `json:"old,omitempty"`
	New provenance.Verdict `json:"new,omitempty"`
	// OldRules and NewRules made them, in order of name.
	OldRules []string `json:"old_rules,omitempty"`
	NewRules []string `json:"new_rules,omitempty"`
}

// DiffVerdicts says for which organizations the policies give another verdict
// with the newer state of a database than with the older. Each organization is
// judged as if a device, a library and a service were attributed to it beyond
// doubt (with high confidence), each by itself and as of the day; so the result
// does not depend on a product. Policies that a policy includes do not count:
// expand it first. The result is in order of organization, policy and part.
func DiffVerdicts(ctx context.Context, older, newer provenance.Database, policies []*provenance.Policy, asOf provenance.Date) ([]VerdictChange, error) {
	type key struct {
		organization, policy string
		as                   sbom.Role
	}
	var changes []VerdictChange
	for _, p := range policies {
		old, err := verdictsOf(ctx, older, p, asOf)
		if err != nil {
			return nil, fmt.Errorf("older database: %w", err)
		}
		now, err := verdictsOf(ctx, newer, p, asOf)
		if err != nil {
			return nil, fmt.Errorf("newer database: %w", err)
		}
		seen := map[key]bool{}
		for _, side := range []map[judged]judgement{old, now} {
			for j := range side {
				k := key{j.organization, p.ID, j.as}
				a, b := old[j], now[j]
				if seen[k] || a.verdict == b.verdict && slices.Equal(a.rules, b.rules) || quiet(a) && quiet(b) {
					continue
				}
				seen[k] = true
				changes = append(changes, VerdictChange{Organization: provenance.Ref{ID: j.organization, Name: cmp.Or(b.name, a.name)},
					Policy: p.ID, As: j.as, Old: a.verdict, New: b.verdict, OldRules: a.rules, NewRules: b.rules})
			}
		}
	}
	slices.SortFunc(changes, func(x, y VerdictChange) int {
		return cmp.Or(strings.Compare(x.Organization.ID, y.Organization.ID), strings.Compare(x.Policy, y.Policy), strings.Compare(x.As.String(), y.As.String()))
	})
	return changes, nil
}

type judged struct {
	organization string
	as           sbom.Role
}

type judgement struct {
	name    string
	verdict provenance.Verdict
	rules   []string
}

// quiet reports that no rule spoke: an organization that is new or gone and
// touches no rule changes no verdict.
func quiet(j judgement) bool { return len(j.rules) == 0 }

// verdictsOf judges each organization of a database by one policy.
func verdictsOf(ctx context.Context, db provenance.Database, p *provenance.Policy, asOf provenance.Date) (map[judged]judgement, error) {
	lister, ok := db.(provenance.Lister)
	if !ok {
		return nil, ErrNotListed
	}
	out := map[judged]judgement{}
	c := provenance.Case{Name: "verdicts", AsOf: asOf}
	for _, id := range lister.OrganizationIDs() {
		o := db.Organization(id)
		if o == nil {
			continue
		}
		for _, as := range []sbom.Role{sbom.Manufacturer, sbom.Developer, sbom.Operator} {
			it := provenance.CaseItem{Name: id, Attributions: []provenance.CaseAttribution{{Organization: id, Role: as, Confidence: sbom.High}}}
			switch as {
			case sbom.Manufacturer:
				it.Name, it.Type = id+" as manufacturer", sbom.Device
				c.Components = append(c.Components, it)
			case sbom.Developer:
				it.Name, it.Type = id+" as developer", sbom.Library
				c.Components = append(c.Components, it)
			case sbom.Operator:
				it.Name = id + " as operator"
				c.Services = append(c.Services, it)
			}
			out[judged{id, as}] = judgement{name: o.Name, verdict: provenance.NoFinding}
		}
	}
	r, err := c.Report(ctx, p, db)
	if err != nil {
		return nil, err
	}
	for _, f := range r.Findings {
		id, as, ok := strings.Cut(f.Name, " as ")
		if !ok {
			continue // of the input as a whole
		}
		role, _ := sbom.ParseRole(as) // one of those that it was named by above
		k := judged{id, role}
		j := out[k]
		if worse(f.Verdict, j.verdict) {
			j.verdict = f.Verdict
		}
		if !slices.Contains(j.rules, f.Rule) {
			j.rules = append(j.rules, f.Rule)
			slices.Sort(j.rules)
		}
		out[k] = j
	}
	return out, nil
}

func worse(a, b provenance.Verdict) bool {
	order := []provenance.Verdict{provenance.NoFinding, provenance.Info, provenance.UnknownVerdict, provenance.Review, provenance.Fail}
	return slices.Index(order, a) > slices.Index(order, b)
}
