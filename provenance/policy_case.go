package provenance

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// A Case is a small input with the findings that a policy must give for it. A
// pack's cases are the files cases/*.yaml beside its policy.
type Case struct {
	Name  string `yaml:"name"`
	About string `yaml:"about,omitempty"` // what the case shows
	// AsOf is the report's date. It is required: a case must not change by
	// itself.
	AsOf       Date       `yaml:"as_of"`
	Subject    *CaseItem  `yaml:"subject,omitempty"`
	Components []CaseItem `yaml:"components,omitempty"`
	Services   []CaseItem `yaml:"services,omitempty"`
	Waivers    []Waiver   `yaml:"waivers,omitempty"`
	// Parameters of the policy.
	Parameters map[string]string `yaml:"parameters,omitempty"`
	Expect     CaseExpectation   `yaml:"expect"`

	text policyText
}

// A CaseItem is a component, the subject or a service of a [Case].
type CaseItem struct {
	Name     string             `yaml:"name"`
	Type     sbom.ComponentType `yaml:"type,omitempty"`
	Version  string             `yaml:"version,omitempty"`
	PURL     string             `yaml:"purl,omitempty"`
	Released string             `yaml:"released,omitempty"`
	Licenses []string           `yaml:"licenses,omitempty,flow"`
	// Claims are resolved with the database, as those of a real input.
	Claims []CaseClaim `yaml:"claims,omitempty"`
	// Attributions take the place of what the claims would give, for a case
	// that is about the policy alone.
	Attributions []CaseAttribution `yaml:"attributions,omitempty"`
}

// A CaseClaim is a claim of a [CaseItem], as if a document made it.
type CaseClaim struct {
	Kind  sbom.ClaimKind `yaml:"kind"`
	Value string         `yaml:"value"`
	Role  sbom.Role      `yaml:"role,omitempty"`
	By    sbom.Author    `yaml:"by,omitempty"` // default: document
}

// A CaseAttribution is an attribution of a [CaseItem].
type CaseAttribution struct {
	Organization string          `yaml:"organization"`
	Role         sbom.Role       `yaml:"role"`
	Confidence   sbom.Confidence `yaml:"confidence,omitempty"` // default: medium
	Ambiguous    []string        `yaml:"ambiguous,omitempty,flow"`
	Project      string          `yaml:"project,omitempty"`
	// Technique of its evidence; default: a field of the document.
	Technique sbom.Technique `yaml:"technique,omitempty"`
}

// A CaseExpectation is everything that a [Case] must give: no more findings,
// and no fewer.
type CaseExpectation struct {
	Verdict  Verdict       `yaml:"verdict"`
	Findings []CaseFinding `yaml:"findings,omitempty"`
	Upcoming []CaseFinding `yaml:"upcoming,omitempty"`
}

// A CaseFinding says what is wanted of one finding. Fields that are not set
// are not compared, except Downgraded and Waived.
type CaseFinding struct {
	Rule         string    `yaml:"rule"`
	Verdict      Verdict   `yaml:"verdict,omitempty"`
	Item         string    `yaml:"item,omitempty"` // name and version, as the finding says it
	Organization string    `yaml:"organization,omitempty"`
	Role         sbom.Role `yaml:"role,omitempty"`
	Paragraph    string    `yaml:"paragraph,omitempty"`       // of the list
	Provisions   []string  `yaml:"provisions,omitempty,flow"` // paragraphs, in order
	Downgraded   bool      `yaml:"downgraded,omitempty"`      // a fail that became a review
	Waived       bool      `yaml:"waived,omitempty"`          // covered by a waiver in force
	From         Date      `yaml:"from,omitempty"`            // of an upcoming finding
	Because      []string  `yaml:"because,omitempty,flow"`    // texts that the steps hold
}

// ReadCase reads a case, as strictly as [ReadPolicy].
func ReadCase(file string, data []byte) (*Case, error) {
	var c Case
	if err := decodeYAML(file, data, &c); err != nil {
		return nil, err
	}
	var ds defects
	if c.Name == "" {
		ds.add("name", "a case needs a name")
	}
	if c.AsOf == "" {
		ds.add("as_of", "a case needs its date")
	}
	ds.date("as_of", c.AsOf)
	oneOf(&ds, "expect/verdict", c.Expect.Verdict, []Verdict{Fail, Review, UnknownVerdict, NoFinding})
	items := []struct {
		part  string
		items []CaseItem
	}{{"components", c.Components}, {"services", c.Services}}
	if c.Subject != nil {
		items = append(items, struct {
			part  string
			items []CaseItem
		}{"subject", []CaseItem{*c.Subject}})
	}
	for _, l := range items {
		for i, it := range l.items {
			part := fmt.Sprintf("%s/%d", l.part, i)
			if it.Name == "" {
				ds.add(part, "the name is missing")
			}
			for j, a := range it.Attributions {
				ds.role(fmt.Sprintf("%s/attributions/%d/role", part, j), a.Role)
				if a.Technique != "" {
					oneOf(&ds, fmt.Sprintf("%s/attributions/%d/technique", part, j), a.Technique, techniques)
				}
			}
			for j, cl := range it.Claims {
				ds.role(fmt.Sprintf("%s/claims/%d/role", part, j), cl.Role)
			}
		}
	}
	for i := range c.Waivers {
		if err := c.Waivers[i].check(); err != nil {
			ds.add(fmt.Sprintf("waivers/%d", i), "%v", err)
		}
	}
	if err := malformed(file, data, ds); err != nil {
		return nil, err
	}
	c.text = policyText{file: file, data: data}
	return &c, nil
}

// Run applies the policy to the case and returns what differs from what is
// expected, one "file:line: what" each; nothing where the case passes.
func (c *Case) Run(ctx context.Context, p *Policy, db Database) ([]string, error) {
	r, err := c.Report(ctx, p, db)
	if err != nil {
		return nil, err
	}
	var out []string
	add := func(part, what string) {
		out = append(out, fmt.Sprintf("%s:%d: %s", c.text.file, lineOf(c.text.data, part), what))
	}
	if r.Verdict != c.Expect.Verdict {
		add("expect/verdict", fmt.Sprintf("verdict is %s, want %s", r.Verdict, c.Expect.Verdict))
	}
	compareFindings("finding", "expect/findings", r.Findings, c.Expect.Findings, add)
	compareFindings("upcoming finding", "expect/upcoming", r.Upcoming, c.Expect.Upcoming, add)
	return out, nil
}

// Report applies the policy to the case. Organizations that the case names and
// db does not hold are an error.
func (c *Case) Report(ctx context.Context, p *Policy, db Database) (*Report, error) {
	if len(c.Parameters) > 0 {
		set, err := ReadPolicyOptions(p.text.file, p.text.written, &PolicyOptions{Parameters: c.Parameters})
		if err != nil {
			return nil, fmt.Errorf("run case %q: %w", c.Name, err)
		}
		p = set
	}
	own := *p
	own.Include = nil // what it includes has cases of its own
	doc := &sbom.Document{}
	ref := 0
	component := func(it *CaseItem) *sbom.Component {
		ref++
		return &sbom.Component{Ref: fmt.Sprint("c", ref), Type: it.Type, Name: it.Name, Version: it.Version, PURL: it.PURL,
			Released: it.Released, Licenses: it.Licenses, Claims: it.claims(), Place: fmt.Sprintf("/components/%d", ref-1)}
	}
	if c.Subject != nil {
		s := component(c.Subject)
		s.Ref, s.Place = "subject", "/metadata/component"
		doc.Subject = s
	}
	for i := range c.Components {
		doc.Components = append(doc.Components, component(&c.Components[i]))
	}
	for i := range c.Services {
		it := &c.Services[i]
		doc.Services = append(doc.Services, sbom.Service{Ref: fmt.Sprint("s", i), Name: it.Name, Version: it.Version,
			Claims: it.claims(), Place: fmt.Sprintf("/services/%d", i)})
	}
	opts := &Options{AsOf: c.AsOf, Waivers: c.Waivers}
	r, err := Analyze(ctx, doc, db, opts)
	if err != nil {
		return nil, fmt.Errorf("run case %q: %w", c.Name, err)
	}
	give := func(it *CaseItem, claims *[]sbom.Claim, as *[]Attribution, s *Standing) error {
		if len(it.Attributions) == 0 {
			return nil
		}
		*claims, *as = nil, nil
		for _, a := range it.Attributions {
			at, err := a.attribution(db, c.AsOf, len(*claims))
			if err != nil {
				return fmt.Errorf("run case %q: %s: %w", c.Name, it.Name, err)
			}
			claim := sbom.Claim{Kind: sbom.OrgName, Value: at.Organization.Name, Role: at.Role, By: sbom.ByDocument, Field: at.Role.String()}
			if a.Technique != "" {
				claim.By, claim.Field = sbom.ByBytes, ""
				claim.Evidence = []sbom.Evidence{{Technique: a.Technique, Extractor: "case", Path: it.Name, Match: at.Organization.Name}}
			}
			*claims = append(*claims, claim)
			*as = append(*as, at)
		}
		*s = standing(*as)
		return nil
	}
	if c.Subject != nil {
		if err := give(c.Subject, &r.Subject.Claims, &r.Subject.Attributions, &r.Subject.Standing); err != nil {
			return nil, err
		}
	}
	for i := range c.Components {
		o := &r.Components[i]
		if err := give(&c.Components[i], &o.Claims, &o.Attributions, &o.Standing); err != nil {
			return nil, err
		}
	}
	for i := range c.Services {
		o := &r.Services[i]
		if err := give(&c.Services[i], &o.Claims, &o.Attributions, &o.Standing); err != nil {
			return nil, err
		}
	}
	r.Coverage = coverageOf(r, doc)
	opts.Policies = []*Policy{&own}
	if err := applyPolicies(ctx, r, db, opts, nil); err != nil {
		return nil, fmt.Errorf("run case %q: %w", c.Name, err)
	}
	return r, nil
}

func (it *CaseItem) claims() []sbom.Claim {
	var out []sbom.Claim
	if it.PURL != "" {
		out = append(out, sbom.Claim{Kind: sbom.PURL, Value: it.PURL, By: sbom.ByDocument, Field: "purl"})
	}
	for _, c := range it.Claims {
		by := c.By
		if by == 0 {
			by = sbom.ByDocument
		}
		out = append(out, sbom.Claim{Kind: c.Kind, Value: c.Value, Role: c.Role, By: by, Field: c.Kind.String()})
	}
	return out
}

func (a *CaseAttribution) attribution(db Database, day Date, claim int) (Attribution, error) {
	o := organization(db, a.Organization)
	if o == nil {
		return Attribution{}, fmt.Errorf("the database has no organization %q", a.Organization)
	}
	out := Attribution{Organization: Ref{ID: o.ID, Name: o.Name}, Foundation: o.Kind == Foundation, Role: a.Role,
		Confidence: a.Confidence, Origins: origins(db, o.ID, day)}
	if out.Confidence == "" {
		out.Confidence = sbom.Medium
	}
	for _, id := range a.Ambiguous {
		other := organization(db, id)
		if other == nil {
			return Attribution{}, fmt.Errorf("the database has no organization %q", id)
		}
		out.Ambiguous = append(out.Ambiguous, Ref{ID: other.ID, Name: other.Name})
	}
	if a.Project != "" {
		out.Project = &Ref{ID: a.Project, Name: a.Project}
	}
	out.Matches = []ClaimMatch{{Claim: claim, Kind: sbom.OrgName, Value: o.Name, Rule: ruleDeclared.ID, Confidence: out.Confidence}}
	return out, nil
}

// compareFindings pairs findings with expectations.
func compareFindings(what, part string, got []Finding, want []CaseFinding, add func(part, what string)) {
	used := make([]bool, len(got))
	for n, w := range want {
		i := -1
		for j := range got {
			if !used[j] && w.differs(&got[j]) == "" {
				i = j
				break
			}
		}
		if i >= 0 {
			used[i] = true
			continue
		}
		// Say what is different in the nearest one.
		text := fmt.Sprintf("no %s of rule %s for %s %s", what, w.Rule, w.Item, w.Organization)
		for j := range got {
			if !used[j] && got[j].Rule == w.Rule && (w.Item == "" || got[j].Name == w.Item) {
				text += ": " + w.differs(&got[j])
				break
			}
		}
		add(fmt.Sprintf("%s/%d", part, n), text)
	}
	for i := range got {
		if !used[i] {
			add(part, fmt.Sprintf("%s that is not expected: %s %s: %s", what, got[i].Rule, got[i].Verdict, got[i].Why))
		}
	}
}

// differs says in what a finding is not the one wanted.
func (w *CaseFinding) differs(f *Finding) string {
	var out []string
	diff := func(what string, got, want any) {
		out = append(out, fmt.Sprintf("%s is %v, want %v", what, got, want))
	}
	if f.Rule != w.Rule {
		diff("rule", f.Rule, w.Rule)
	}
	if w.Verdict != "" && f.Verdict != w.Verdict {
		diff("verdict", f.Verdict, w.Verdict)
	}
	if w.Item != "" && f.Name != w.Item {
		diff("item", f.Name, w.Item)
	}
	organization := ""
	if f.Organization != nil {
		organization = f.Organization.ID
	}
	if w.Organization != "" && organization != w.Organization {
		diff("organization", organization, w.Organization)
	}
	if w.Role != 0 && f.Role != w.Role {
		diff("role", f.Role, w.Role)
	}
	if w.Paragraph != "" && (f.List == nil || f.List.Paragraph != w.Paragraph) {
		diff("list entry", f.List, w.Paragraph)
	}
	if len(w.Provisions) > 0 {
		var got []string
		for _, p := range f.Provisions {
			got = append(got, p.Paragraph)
		}
		if !slices.Equal(got, w.Provisions) {
			diff("provisions", got, w.Provisions)
		}
	}
	if (f.Downgraded != "") != w.Downgraded {
		diff("downgraded", f.Downgraded != "", w.Downgraded)
	}
	if (f.Waiver != nil) != w.Waived {
		diff("waived", f.Waiver != nil, w.Waived)
	}
	if w.From != "" && f.From != w.From {
		diff("from", f.From, w.From)
	}
	for _, text := range w.Because {
		if !slices.ContainsFunc(f.Steps, func(s Step) bool { return strings.Contains(s.Text, text) }) {
			out = append(out, fmt.Sprintf("no step says %q", text))
		}
	}
	return strings.Join(out, "; ")
}
