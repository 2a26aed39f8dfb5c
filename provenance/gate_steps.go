package provenance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// findingSteps walks from the rule to the evidence: rule, provisions, list
// entry or origin with the owners in between, organization, and for each claim
// the project, identifier and the claim itself.
func findingSteps(p *Policy, rule *Rule, provisions []Provision, hits []hit) []Step {
	text := fmt.Sprintf("Rule %s of policy %s asks for %q: %s", rule.ID, p.ID, rule.Verdict, sentence(rule.Title))
	steps := []Step{{Kind: StepRule, Text: text, Sources: sources(p.Sources, rule.Sources)}}
	for _, v := range provisions {
		s := Step{Kind: StepProvision, Text: fmt.Sprintf("%s applies from %s", v.Paragraph, v.Effective)}
		if v.Until != "" {
			s.Text += " until " + string(v.Until)
		}
		if v.Says != "" {
			s.Text += ": " + v.Says
		}
		s.Text = sentence(s.Text)
		if v.URL != "" {
			s.Sources = []Source{{URL: v.URL}}
		}
		steps = append(steps, s)
	}
	steps = append(steps, hits[0].res.steps...)
	said := map[string]bool{}
	for i := range hits {
		own := hitSteps(&hits[i], i == 0)
		// A document that lists one thing in twenty places says the same of each.
		// The others are in [Finding.Also]; observations in files are all kept.
		text, seen := "", false
		for _, s := range own {
			text += s.Text + "\n"
			seen = seen || len(s.Evidence) > 0
		}
		if text = strings.TrimPrefix(text, "Also, "); i > 0 && !seen && said[strings.ToLower(text)] {
			continue
		}
		said[strings.ToLower(text)] = true
		steps = append(steps, own...)
	}
	return steps
}

// hitSteps are the steps about one attribution of one item. Hits after the
// first are further roles, versions or copies of the same thing.
func hitSteps(h *hit, first bool) []Step {
	if h.it == nil {
		return nil
	}
	if h.a == nil || h.a.Organization.ID == "" {
		if named := attributedTo(h.it); named != "" && passedOnBy(h.it) == "" {
			return []Step{{Kind: StepInput, Place: h.it.where(), Evidence: h.it.evidence,
				Text: fmt.Sprintf("The rule is about %s itself and reads no attribution; the report attributes it to %s.", h.it.label(), named)}}
		}
		return unattributedSteps(h.it)
	}
	verb := "Evidence suggests"
	if !first {
		verb = "Also, evidence suggests"
	}
	text := fmt.Sprintf("%s that %s (confidence %s)", verb, h.statement(), h.a.Confidence)
	if len(h.a.Ambiguous) > 0 {
		text += "; the same mark also points to " + refNames(h.a.Ambiguous)
	}
	steps := []Step{{Kind: StepOrganization, Text: sentence(text)}}
	if h.a.Project != nil {
		steps = append(steps, Step{Kind: StepProject, Sources: h.a.Sources,
			Text: fmt.Sprintf("%s stands behind the project %s.", h.a.Organization.Name, h.a.Project.Name)})
	}
	owner := h.a.Organization.Name
	if h.a.Project != nil {
		owner = h.a.Project.Name
	}
	for _, m := range h.a.Matches {
		cited := ""
		if m.Uncited {
			cited = " (uncited)"
		}
		steps = append(steps, Step{Kind: StepIdentifier, Sources: m.Sources,
			Text: fmt.Sprintf("The record of %s holds the %s %q%s.", owner, m.Kind, m.Value, cited)})
		steps = append(steps, claimStep(h.it, m.Claim))
	}
	return steps
}

// claimStep says where a claim stands: the bytes of a file, or a field of a
// document.
func claimStep(it *item, claim int) Step {
	if claim < 0 || claim >= len(it.claims) {
		return Step{Kind: StepClaim, Text: fmt.Sprintf("%s itself.", it.label()), Place: it.where(), Evidence: it.evidence}
	}
	c := &it.claims[claim]
	s := Step{Kind: StepClaim, Evidence: c.Evidence}
	by := "The document says"
	switch c.By {
	case sbom.ByGenerator:
		by = "The tool that wrote the document guessed"
	case sbom.ByBytes:
		by = "The bytes hold"
	}
	s.Text = fmt.Sprintf("%s the %s %q for %s.", by, c.Kind, c.Value, it.label())
	if c.Kind == sbom.BuildMark {
		s.Text = fmt.Sprintf("The version of %s has the mark %q, which the distributor puts behind the versions that it builds.", it.label(), c.Value)
	}
	if found := matchOf(c); c.By == sbom.ByBytes && c.Kind == sbom.OrgName && c.Role == sbom.Operator && found != "" {
		s.Text = fmt.Sprintf("The bytes hold %q, an address that by the scanner's list of public services %s operates; the name is not in the bytes.", found, c.Value)
	} else if c.By == sbom.ByBytes && found != "" && !strings.Contains(strings.ToLower(found), strings.ToLower(c.Value)) {
		// The claim is what the scanner made of the bytes, not what stands there.
		s.Text = fmt.Sprintf("The bytes hold %q, which stands for the %s %q, for %s.", found, c.Kind, c.Value, it.label())
	}
	if len(c.Evidence) == 0 {
		s.Place = strings.TrimSuffix(it.where()+"/"+c.Field, "/")
	}
	return s
}

// matchOf returns the bytes that a claim's first evidence quotes.
func matchOf(c *sbom.Claim) string {
	for i := range c.Evidence {
		if m := c.Evidence[i].Match; m != "" {
			return m
		}
	}
	return ""
}

// where names an item's place in its document, or its ref where that has none.
func (it *item) where() string {
	if it.place != "" {
		return it.place
	}
	return it.ref
}

// attributedTo lists the organizations that an item is attributed to, once
// each, with the first role of each.
func attributedTo(it *item) string {
	var out []string
	seen := map[string]bool{}
	for i := range it.attributions {
		a := &it.attributions[i]
		if id := a.Organization.ID; id != "" && !seen[id] {
			seen[id] = true
			out = append(out, fmt.Sprintf("%s (%s, %s)", a.Organization.Name, roleWords(a.Role), a.Confidence))
		}
	}
	return strings.Join(out, ", ")
}

// passedOnBy names the distributors of an item of which nothing else is known.
func passedOnBy(it *item) string {
	var out []string
	for i := range it.attributions {
		a := &it.attributions[i]
		if a.Unaffiliated {
			continue
		}
		if a.Role != sbom.Distributor {
			return ""
		}
		if a.Organization.Name != "" && !slices.Contains(out, a.Organization.Name) {
			out = append(out, a.Organization.Name)
		}
	}
	return strings.Join(out, ", ")
}

// declaredInVain says whom the document, or a kernel module's author field, names
// for an item where the name leads to no record, as a clause.
func declaredInVain(it *item) string {
	type naming struct {
		name  string
		roles []string
	}
	var out []naming
	who := "the document declares"
	for i := range it.claims {
		c := &it.claims[i]
		role := c.Role.String()
		switch {
		case c.Kind == sbom.OrgName && c.By == sbom.ByDocument:
		case c.Kind == sbom.ModuleAuthor && (len(out) == 0 || who != "the document declares"):
			who, role = "the module names", "author"
		default:
			continue
		}
		if slices.ContainsFunc(it.attributions, func(a Attribution) bool {
			return slices.ContainsFunc(a.Matches, func(m ClaimMatch) bool { return m.Claim == i })
		}) {
			continue
		}
		at := slices.IndexFunc(out, func(n naming) bool { return n.name == c.Value })
		if at < 0 {
			if len(out) == 3 {
				continue
			}
			at = len(out)
			out = append(out, naming{name: c.Value})
		}
		if role != "" && !slices.Contains(out[at].roles, role) {
			out[at].roles = append(out[at].roles, role)
		}
	}
	if len(out) == 0 {
		return ""
	}
	texts := make([]string, 0, len(out))
	for _, n := range out {
		text := fmt.Sprintf("%q", n.name)
		if len(n.roles) > 0 {
			text += " as " + strings.Join(n.roles, " and ")
		}
		texts = append(texts, text)
	}
	return who + " " + strings.Join(texts, " and ") + ", and no record has that name"
}

// unaffiliatedProject names the project of an item that by record is of no
// organization.
func unaffiliatedProject(it *item) string {
	for i := range it.attributions {
		if a := &it.attributions[i]; a.Unaffiliated && a.Project != nil {
			return a.Project.Name
		}
	}
	return ""
}

// unattributedSteps say what was looked at in vain.
func unattributedSteps(it *item) []Step {
	text := fmt.Sprintf("Nobody is attributed to %s: its files hold no mark that points to an organization.", it.label())
	if it.place != "" {
		text = fmt.Sprintf("Nobody is attributed to %s: beside its name the document gives no package URL, supplier or other mark of it that points to an organization.", it.label())
	}
	by := passedOnBy(it)
	if project := unaffiliatedProject(it); project != "" {
		text = fmt.Sprintf("The project of %s is on record as %s, and no organization stands behind it.", it.label(), project)
		if by != "" {
			text += " " + by + " passed it on."
		}
	} else if it.project != nil {
		text = fmt.Sprintf("The project of %s is on record as %s, and nobody is on record behind it.", it.label(), it.project.Name)
		if by != "" {
			text += " " + by + " passed it on."
		}
	} else if by != "" {
		text = fmt.Sprintf("Nobody is attributed to %s as its maker or developer; %s passed it on.", it.label(), by)
	} else if n := len(it.claims); n == 1 {
		text = fmt.Sprintf("Nobody is attributed to %s: its one mark points to no record.", it.label())
	} else if n > 1 {
		text = fmt.Sprintf("Nobody is attributed to %s: none of its %d marks points to a record.", it.label(), n)
	}
	steps := []Step{{Kind: StepInput, Text: text, Place: it.where(), Evidence: it.evidence}}
	for i := range it.claims {
		if i == 10 {
			break
		}
		steps = append(steps, claimStep(it, i))
	}
	return steps
}
