package provenance

import (
	"slices"

	"github.com/touchmark-dev/touchmark/sbom"
)

// maxOwnerDepth bounds chains of owners. Real ones have fewer than ten steps.
const maxOwnerDepth = 32

// sources resolves keys of a record's source map, in the order given.
func sources(m map[string]Source, keys []string) []Source {
	if len(keys) == 0 {
		return nil
	}
	out := make([]Source, 0, len(keys))
	for _, k := range keys {
		if s, ok := m[k]; ok {
			out = append(out, s)
		}
	}
	return out
}

// holds reports whether a statement that is valid from since to until holds on
// the day.
func (s *Statement) holds(day, since, until Date) bool {
	return s.Retracted == nil && day.Within(since, until)
}

// shaky says that a statement cannot carry more than a review.
func (s *Statement) shaky() bool { return s.Uncited || s.Disputed != "" }

// organization returns the record of an organization unless it was retracted.
func organization(db Database, id string) *Organization {
	o := db.Organization(id)
	if o == nil || o.Retracted != nil {
		return nil
	}
	return o
}

// origins returns the origins of an organization that hold on the day, its own
// first, then those of its owners, nearest first. An owner that is reached by
// several chains is listed once for each. Chains end at an owner that is
// already in them: cross-holdings are legal.
func origins(db Database, id string, day Date) []OriginOf {
	o := organization(db, id)
	if o == nil {
		return nil
	}
	out := ownOrigins(o, day, nil, Own, nil)
	type node struct {
		org     *Organization
		via     []OwnerStep
		holding Holding
		path    []string
	}
	queue := []node{{org: o, path: []string{id}}}
	for len(queue) > 0 && len(out) < 256 {
		n := queue[0]
		queue = queue[1:]
		if len(n.via) >= maxOwnerDepth {
			continue
		}
		for i := range n.org.Owners {
			w := &n.org.Owners[i]
			if !w.holds(day, w.Since, w.Until) {
				continue
			}
			step := ownerStep(db, n.org, w)
			via := append(slices.Clip(n.via), step)
			holding := weaker(n.holding, w.holding())
			if w.State != "" {
				out = append(out, OriginOf{Country: w.State, Basis: StateOwner, Since: w.Since, Until: w.Until,
					Confidence: statementConfidence(&w.Statement), Uncited: w.Uncited, Disputed: w.Disputed,
					Sources: step.Sources, Via: via, Holding: holding})
				continue
			}
			if slices.Contains(n.path, w.Organization) {
				continue
			}
			owner := organization(db, w.Organization)
			if owner == nil {
				continue
			}
			out = ownOrigins(owner, day, via, holding, out)
			queue = append(queue, node{owner, via, holding, append(slices.Clip(n.path), w.Organization)})
		}
	}
	return out
}

// ownOrigins appends the origins that o's own record states for the day.
func ownOrigins(o *Organization, day Date, via []OwnerStep, holding Holding, out []OriginOf) []OriginOf {
	for i := range o.Origins {
		g := &o.Origins[i]
		if !g.holds(day, g.Since, g.Until) {
			continue
		}
		if len(via) > 0 && g.Basis != Registered && g.Basis != Headquartered {
			continue // where an owner works says nothing of what it owns
		}
		out = append(out, OriginOf{Country: g.Country, Basis: g.Basis, Since: g.Since, Until: g.Until,
			Confidence: statementConfidence(&g.Statement), Uncited: g.Uncited, Disputed: g.Disputed,
			Sources: sources(o.Sources, g.Sources), Via: via, Holding: holding})
	}
	return out
}

func ownerStep(db Database, of *Organization, w *Owner) OwnerStep {
	s := OwnerStep{Share: w.Share, Kind: w.Kind, Since: w.Since, Until: w.Until,
		Uncited: w.Uncited, Disputed: w.Disputed, Sources: sources(of.Sources, w.Sources)}
	if w.State != "" {
		s.Organization.Name = w.State
		return s
	}
	s.Organization.ID = w.Organization
	s.Organization.Name = w.Organization
	if o := db.Organization(w.Organization); o != nil {
		s.Organization.Name = o.Name
	}
	return s
}

// holding says what one owner's share amounts to.
func (w *Owner) holding() Holding {
	if w.Kind == Control {
		return Controlling
	}
	share, err := w.Share.Interval()
	switch {
	case err != nil:
		return UnknownHolding
	case share.Min >= 50*percent:
		return Controlling
	case share.Max < 50*percent:
		return Minority
	}
	return UnknownHolding
}

// weaker returns the weaker of two holdings: a chain is as strong as its
// weakest step.
func weaker(a, b Holding) Holding {
	rank := map[Holding]int{Own: 3, Controlling: 2, UnknownHolding: 1, Minority: 0}
	if rank[b] < rank[a] {
		return b
	}
	return a
}

// reach says whether an organization is covered on a day: it is a seed, or its
// covered owners together hold the threshold of the nexus. An owner that is
// covered passes on its whole holding (cascade); shares are not multiplied
// along a chain, as in 28 CFR 202.211 and the 50 Percent Rule of OFAC.
//
// certain is true where that holds whatever the unknown shares are, and rests
// on no uncited or disputed statement; possible where it holds for some value
// of them. path is one chain of owners up to a seed, empty where the
// organization is a seed itself or is not covered. A nil nexus covers seeds
// only. Cross-holdings are legal: the result is the least fixed point, which
// is reached after at most as many rounds as there are owners.
func reach(db Database, id string, day Date, n *Nexus, seed func(*Organization) bool, state func(country string) bool) (certain, possible bool, path []OwnerStep) {
	o := organization(db, id)
	if o == nil {
		return false, false, nil
	}
	if seed(o) {
		return true, true, nil
	}
	if n == nil {
		return false, false, nil
	}

	above, order := ownersAbove(db, o, day, seed)
	covered := settle(above, order, n, state)
	e := above[id]
	if !e.possible {
		return false, false, nil
	}

	// One chain up, through the largest covered holding at each step.
	seen := map[string]bool{id: true}
	for at := e; at != nil && len(path) < maxOwnerDepth; {
		var best *Owner
		var bestShare int64 = -1
		for _, w := range at.owners {
			c, p := covered(w)
			if w.Kind == Control && !n.Control || w.State == "" && seen[w.Organization] {
				continue
			}
			if e.certain && (!c || w.shaky()) || !p {
				continue
			}
			share, _ := w.Share.Interval()
			size := share.Min
			if w.Kind == Control {
				size = 101 * percent
			}
			if size > bestShare {
				best, bestShare = w, size
			}
		}
		if best == nil {
			break
		}
		path = append(path, ownerStep(db, at.org, best))
		if best.State != "" {
			break
		}
		seen[best.Organization] = true
		at = above[best.Organization]
		if seed(at.org) {
			break
		}
	}
	return e.certain, true, path
}

// An entity is an organization in the closure of owners that reach walks.
type entity struct {
	org               *Organization
	owners            []*Owner
	certain, possible bool
}

// ownersAbove returns o and all who hold it on the day, directly or not, in
// order of their distance. Those above o that are seeds are covered.
func ownersAbove(db Database, o *Organization, day Date, seed func(*Organization) bool) (above map[string]*entity, order []string) {
	above = map[string]*entity{o.ID: {org: o}}
	order = []string{o.ID}
	for i := 0; i < len(order); i++ {
		e := above[order[i]]
		for j := range e.org.Owners {
			w := &e.org.Owners[j]
			if !w.holds(day, w.Since, w.Until) {
				continue
			}
			e.owners = append(e.owners, w)
			if w.State != "" || above[w.Organization] != nil {
				continue
			}
			if p := organization(db, w.Organization); p != nil {
				s := seed(p)
				above[w.Organization] = &entity{org: p, certain: s, possible: s}
				order = append(order, w.Organization)
			}
		}
	}
	return above, order
}

// settle marks the entities that are covered, to the least fixed point, and
// returns what says whether an owner is.
func settle(above map[string]*entity, order []string, n *Nexus, state func(country string) bool) (covered func(*Owner) (certain, possible bool)) {
	threshold := n.threshold()
	covered = func(w *Owner) (certain, possible bool) {
		if w.State != "" {
			c := state != nil && state(w.State)
			return c, c
		}
		if e := above[w.Organization]; e != nil {
			return e.certain, e.possible
		}
		return false, false
	}
	for changed := true; changed; {
		changed = false
		for _, id := range order {
			e := above[id]
			c, p := coverage(e.owners, n, threshold, covered)
			if c && !e.certain || p && !e.possible {
				e.certain, e.possible, changed = e.certain || c, e.possible || p, true
			}
		}
	}
	return covered
}

// threshold is the least aggregate share that meets the nexus, in millionths
// of a percent.
func (n *Nexus) threshold() int64 {
	t := int64(n.Threshold*percent + 0.5)
	if n.Exclusive {
		t++
	}
	return t
}

// coverage applies the threshold to the owners of one organization. Equity and
// voting rights are added up apart, since a regime's threshold is met by
// either. What is held for sure by owners that are not covered bounds what
// unknown shares of covered ones can be.
func coverage(owners []*Owner, n *Nexus, threshold int64, covered func(*Owner) (certain, possible bool)) (certain, possible bool) {
	for _, kind := range []OwnershipKind{Equity, Voting} {
		sure, most := sums(owners, kind, covered)
		// A threshold of none is met by any share, and not by no share.
		certain = certain || sure > 0 && sure >= threshold
		possible = possible || most > 0 && most >= threshold
	}
	if n.Control {
		for _, w := range owners {
			if w.Kind != Control {
				continue
			}
			c, p := covered(w)
			certain = certain || c && !w.shaky()
			possible = possible || p
		}
	}
	return certain, possible || certain
}

// sums adds up what covered owners hold, in equity or in voting rights: sure
// for certain, most where every doubt goes their way.
func sums(owners []*Owner, kind OwnershipKind, covered func(*Owner) (certain, possible bool)) (sure, most int64) {
	var others int64
	for _, w := range owners {
		if w.Kind == Control || w.Kind == Voting != (kind == Voting) {
			continue
		}
		share, err := w.Share.Interval()
		if err != nil {
			share = Interval{0, 100 * percent}
		}
		c, p := covered(w)
		if c && !w.shaky() {
			sure += share.Min
		}
		if p {
			most += share.Max
		} else if !w.shaky() {
			others += share.Min
		}
	}
	most = min(most, 100*percent-min(others, 100*percent))
	return sure, most
}

func statementConfidence(s *Statement) sbom.Confidence {
	if s.shaky() {
		return sbom.Low
	}
	return sbom.High
}

// Origins returns the origins of an organization that hold on a day, its own
// first, then those of its owners, nearest first, as attributions carry them.
// It is nil where the database has no record of that id. An empty day takes
// every period.
func Origins(db Database, id string, day Date) []OriginOf { return origins(db, id, day) }
