package provenance

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/touchmark-dev/touchmark/sbom"
)

// A FindingGroup is the findings of one cause, which differ only in what they
// are about and in the role: one decision settles all of them.
type FindingGroup struct {
	Policy   string   `json:"policy"`
	Rule     string   `json:"rule"`
	Title    string   `json:"title"`
	Verdict  Verdict  `json:"verdict"`
	Severity Severity `json:"severity,omitempty"`
	// Status of all of its findings.
	Status FindingStatus `json:"status"`
	// Organization attributed, and the Roles, in the order of [sbom.Roles].
	Organization *Ref        `json:"organization,omitempty"`
	Roles        []sbom.Role `json:"roles,omitempty"`
	// Count of findings, and their IDs in the order of the report.
	Count    int      `json:"count"`
	Findings []string `json:"findings"`
	// Names of the first things that they are about, and Places of the first
	// evidence: "path@offset" in a tree, or a field of the document. At most
	// [GroupSamples] each.
	Names  []string `json:"names,omitempty"`
	Places []string `json:"places,omitempty"`
}

// GroupSamples is how many names and places a [FindingGroup] has at most.
const GroupSamples = 5

// FindingStatus says how a finding counts.
type FindingStatus string

const (
	OpenFinding     FindingStatus = "open"     // it counts, unless it is for information
	WaivedFinding   FindingStatus = "waived"   // see [Finding.Waiver]
	KnownFinding    FindingStatus = "known"    // see [Finding.Known]
	UpcomingFinding FindingStatus = "upcoming" // of [Report.Upcoming]
)

// status says how a finding that is in force counts.
func (f *Finding) status() FindingStatus {
	switch {
	case f.Waiver != nil:
		return WaivedFinding
	case f.Known:
		return KnownFinding
	}
	return OpenFinding
}

// GroupFindings puts the findings of a report together that have one cause:
// policy and rule, verdict and why it is milder, organization, list entry,
// question, day from which they count, and waiver. The groups stand in the
// order of their first findings, those that are upcoming last.
func GroupFindings(r *Report) []FindingGroup {
	type key struct {
		policy, rule, organization, entry, downgraded, waiver, ask, from string
		verdict                                                          Verdict
		status                                                           FindingStatus
	}
	var out []FindingGroup
	index := map[key]int{}
	add := func(f *Finding, status FindingStatus) {
		k := key{policy: f.Policy, rule: f.Rule, verdict: f.Verdict, status: status, downgraded: f.Downgraded, ask: f.Ask, from: string(f.From)}
		if f.Organization != nil {
			k.organization = f.Organization.ID
		}
		if f.List != nil {
			k.entry = f.List.ID + "\x00" + f.List.Paragraph + "\x00" + f.List.Entry
		}
		if f.Waiver != nil {
			k.waiver = f.Waiver.ID
		}
		i, ok := index[k]
		if !ok {
			i = len(out)
			index[k] = i
			out = append(out, FindingGroup{Policy: f.Policy, Rule: f.Rule, Title: f.Title, Verdict: f.Verdict, Severity: f.Severity, Status: status, Organization: f.Organization})
		}
		g := &out[i]
		g.Count++
		g.Findings = append(g.Findings, f.ID)
		if f.Role != 0 && !slices.Contains(g.Roles, f.Role) {
			g.Roles = append(g.Roles, f.Role)
		}
		if name := f.Name; name != "" && len(g.Names) < GroupSamples && !slices.Contains(g.Names, name) {
			g.Names = append(g.Names, name)
		}
		if place := f.firstPlace(); place != "" && len(g.Places) < GroupSamples && !slices.Contains(g.Places, place) {
			g.Places = append(g.Places, place)
		}
	}
	for i := range r.Findings {
		add(&r.Findings[i], r.Findings[i].status())
	}
	for i := range r.Upcoming {
		add(&r.Upcoming[i], UpcomingFinding)
	}
	for i := range out {
		slices.SortFunc(out[i].Roles, func(a, b sbom.Role) int {
			return cmp.Compare(slices.Index(sbom.Roles(), a), slices.Index(sbom.Roles(), b))
		})
	}
	return out
}

// firstPlace says where the first evidence of a finding is.
func (f *Finding) firstPlace() string {
	for i := range f.Steps {
		s := &f.Steps[i]
		if s.Kind != StepClaim && s.Kind != StepInput {
			continue
		}
		for _, e := range s.Evidence {
			if e.Path != "" && e.Length > 0 {
				return fmt.Sprintf("%s@%d", e.Path, e.Offset)
			}
			if e.Path != "" {
				return e.Path
			}
		}
		if s.Place != "" {
			return s.Place
		}
	}
	return ""
}
