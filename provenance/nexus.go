package provenance

import (
	"slices"
	"strconv"
	"strings"
)

// A NexusAccount is the arithmetic of a nexus for one organization, for a
// person to check: who holds it, what the test says of each, what adds up, and
// what follows. The gate decides by the same sums.
type NexusAccount struct {
	Organization Ref `json:"organization"`
	// AsOf is the day for which facts were taken to hold.
	AsOf Date `json:"as_of"`
	// Nexus that was applied; nil where only the organization itself counts.
	Nexus *Nexus `json:"nexus,omitempty"`
	// Outcome for the organization.
	Outcome NexusOutcome `json:"outcome"`
	// Entities are the organization and those above it, nearest first.
	Entities []NexusEntity `json:"entities"`
}

// A NexusOutcome says whether a regime's test reaches an organization.
type NexusOutcome string

const (
	// Met: it does, whatever the unknown shares are, and on no uncited or disputed
	// statement.
	Met NexusOutcome = "met"
	// PossiblyMet: for some value of the unknown shares, or on a statement
	// that is uncited or disputed.
	PossiblyMet NexusOutcome = "possibly met"
	// NotMet: by nothing on record. What is not on record may be otherwise.
	NotMet NexusOutcome = "not met by what is on record"
)

// A NexusEntity is one organization of a [NexusAccount].
type NexusEntity struct {
	Organization Ref `json:"organization"`
	// Test says why the entity meets the regime's test itself, empty where it
	// does not; Doubts what is uncertain in that.
	Test    string   `json:"test,omitempty"`
	Doubts  []string `json:"doubts,omitempty"`
	Sources []Source `json:"sources,omitempty"`
	// Holdings in it.
	Holdings []NexusHolding `json:"holdings,omitempty"`
	// Sums of the holdings that count, by equity and by voting rights.
	Sums    []NexusSum   `json:"sums,omitempty"`
	Outcome NexusOutcome `json:"outcome"`
}

// A NexusHolding is one owner's holding.
type NexusHolding struct {
	OwnerStep
	// Owner says whether the owner meets the test or is held by such, so that
	// its holding counts.
	Owner NexusOutcome `json:"owner"`
}

// A NexusSum is what covered owners hold together, in percent.
type NexusSum struct {
	Kind OwnershipKind `json:"kind"` // equity or voting
	// Sure is held for certain; Most where every doubt goes their way.
	Sure string `json:"sure"`
	Most string `json:"most"`
	// Need is the threshold as it is compared: ">= 50" or "> 50".
	Need string `json:"need"`
}

// Account returns the arithmetic of a country test for an organization, nil
// where the database has no record of it. An empty day takes every period.
func (c *CountryCondition) Account(db Database, id string, day Date) *NexusAccount {
	set := func(country string) bool { return slices.Contains(c.In, country) }
	return account(db, id, day, c.Nexus, func(o *Organization) result {
		if c.Owners && o.ID == id {
			return result{}
		}
		return from(o, day, c, set)
	}, set)
}

// Account returns the arithmetic of a list test for an organization, nil where
// the database has no record of it or of the list.
func (c *ListCondition) Account(db Database, id string, day Date) *NexusAccount {
	newest := db.List(c.ID)
	if newest == nil || len(c.Categories) > 0 {
		return nil
	}
	e := &evaluation{db: db, asOf: day}
	return account(db, id, day, c.Nexus, func(o *Organization) result { return e.listed(c, newest, o, day) }, nil)
}

func account(db Database, id string, day Date, n *Nexus, seed func(*Organization) result, state func(string) bool) *NexusAccount {
	o := organization(db, id)
	if o == nil {
		return nil
	}
	out := &NexusAccount{Organization: Ref{ID: o.ID, Name: o.Name}, AsOf: day, Nexus: n, Outcome: NotMet}
	own := seed(o)
	if n == nil {
		e := NexusEntity{Organization: out.Organization, Outcome: outcome(own.truth == yes, own.truth == possible)}
		e.test(own)
		out.Outcome, out.Entities = e.Outcome, []NexusEntity{e}
		return out
	}
	results := map[string]result{id: own}
	at := func(least truth) func(*Organization) bool {
		return func(p *Organization) bool {
			r, ok := results[p.ID]
			if !ok {
				r = seed(p)
				results[p.ID] = r
			}
			return r.truth >= least && p.ID != id
		}
	}
	sure, order := ownersAbove(db, o, day, at(yes))
	sureOf := settle(sure, order, n, state)
	maybe, _ := ownersAbove(db, o, day, at(possible))
	maybeOf := settle(maybe, order, n, state)
	for _, at := range order {
		p := sure[at]
		e := NexusEntity{Organization: Ref{ID: p.org.ID, Name: p.org.Name}}
		r := results[at]
		e.test(r)
		e.Outcome = outcome(p.certain || r.truth == yes, maybe[at].possible || r.truth == possible)
		for _, w := range p.owners {
			c, _ := sureOf(w)
			_, m := maybeOf(w)
			e.Holdings = append(e.Holdings, NexusHolding{OwnerStep: ownerStep(db, p.org, w), Owner: outcome(c, m)})
		}
		for _, kind := range []OwnershipKind{Equity, Voting} {
			s, _ := sums(p.owners, kind, sureOf)
			_, most := sums(p.owners, kind, maybeOf)
			if most > 0 {
				e.Sums = append(e.Sums, NexusSum{Kind: kind, Sure: percentText(s), Most: percentText(most), Need: n.need()})
			}
		}
		out.Entities = append(out.Entities, e)
	}
	out.Outcome = out.Entities[0].Outcome
	return out
}

func (e *NexusEntity) test(r result) {
	if r.truth != yes && r.truth != possible {
		return
	}
	e.Test, e.Doubts, e.Sources = r.why, r.doubts, stepSources(r.steps)
}

func outcome(certain, possible bool) NexusOutcome {
	switch {
	case certain:
		return Met
	case possible:
		return PossiblyMet
	}
	return NotMet
}

func (n *Nexus) need() string {
	sign := ">= "
	if n.Exclusive || n.Threshold == 0 {
		sign = "> " // a threshold of none is met by any share, and not by none
	}
	return sign + strconv.FormatFloat(n.Threshold, 'f', -1, 64)
}

// percentText writes millionths of a percent as percent.
func percentText(n int64) string {
	s := strconv.FormatFloat(float64(n)/percent, 'f', 6, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Tests returns the country and list tests of a policy's rules, each once, in
// the order of the rules: what decides whether the policy is about an
// organization. Tests under a "not" are exclusions.
func (p *Policy) Tests() []PolicyTest {
	var out []PolicyTest
	var walk func(rule *Rule, c *Condition, not bool)
	add := func(t PolicyTest) {
		for i := range out {
			if out[i].same(&t) {
				out[i].Rules = append(out[i].Rules, t.Rules...)
				return
			}
		}
		out = append(out, t)
	}
	walk = func(rule *Rule, c *Condition, not bool) {
		if c.List != nil && len(c.List.Categories) == 0 {
			add(PolicyTest{Rules: []string{rule.ID}, List: c.List, Not: not})
		}
		if c.Country != nil {
			add(PolicyTest{Rules: []string{rule.ID}, Country: c.Country, Not: not})
		}
		for i := range c.Any {
			walk(rule, &c.Any[i], not)
		}
		for i := range c.All {
			walk(rule, &c.All[i], not)
		}
		if c.Not != nil {
			walk(rule, c.Not, !not)
		}
	}
	for i := range p.Rules {
		walk(&p.Rules[i], &p.Rules[i].When, false)
	}
	for i := range out {
		slices.Sort(out[i].Rules)
		out[i].Rules = slices.Compact(out[i].Rules)
	}
	return out
}

// A PolicyTest is a test of an organization in a policy's rules. Exactly one of
// List and Country is set.
type PolicyTest struct {
	// Rules in which it stands, by id.
	Rules   []string
	List    *ListCondition
	Country *CountryCondition
	// Not: who meets the test is excluded.
	Not bool
}

func (t *PolicyTest) same(o *PolicyTest) bool {
	return t.Not == o.Not && t.text() == o.text()
}

func (t *PolicyTest) text() string {
	c := Condition{List: t.List, Country: t.Country}
	return c.describe()
}

// Describe says the test in one line.
func (t *PolicyTest) Describe() string {
	if t.Not {
		return "excluded where " + t.text()
	}
	return t.text()
}

// Account returns the arithmetic of the test for an organization.
func (t *PolicyTest) Account(db Database, id string, day Date) *NexusAccount {
	if t.List != nil {
		return t.List.Account(db, id, day)
	}
	return t.Country.Account(db, id, day)
}
