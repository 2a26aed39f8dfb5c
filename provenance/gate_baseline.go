package provenance

// ApplyBaseline marks the findings of r that base has too as known, so that
// the verdict is that of the new ones, and returns how many count. A finding
// is matched by its ID. It is new where it was milder in base, or where a
// waiver covered it there: what was accepted for a time comes back when the
// time is over. Findings of base that r does not have change nothing.
//
// base is a report about the same product. Its verdict does not matter, nor
// what was known to it.
func (r *Report) ApplyBaseline(base *Report) (counted int) {
	before := map[string]*Finding{}
	for i := range base.Findings {
		before[base.Findings[i].ID] = &base.Findings[i]
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		b := before[f.ID]
		f.Known = b != nil && b.Waiver == nil && b.Verdict.rank() >= f.Verdict.rank()
		if !f.Known && f.Waiver == nil && f.Verdict != Info {
			counted++
		}
	}
	if r.Verdict != "" {
		r.Verdict = verdictOf(r.Findings)
	}
	r.Groups = GroupFindings(r)
	return counted
}
