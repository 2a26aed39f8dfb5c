package provenance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Describe says what a policy does in plain sentences: what it is about, each
// rule with its condition, days, question, remedy and sources, its parameters,
// and what it does not decide.
func (p *Policy) Describe() []string {
	out := []string{fmt.Sprintf("%s (%s)", p.Title, p.ID)}
	if p.About != "" {
		out = append(out, sentence(p.About))
	}
	if len(p.Include) > 0 {
		out = append(out, fmt.Sprintf("It includes %s.", strings.Join(p.Include, ", ")))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Parameters)) {
		d := p.Parameters[name]
		out = append(out, fmt.Sprintf("The parameter %s is %s, unless it is set: %s", name, d.Default, sentence(d.About)))
	}
	for i := range p.Rules {
		out = append(out, p.describeRule(&p.Rules[i])...)
	}
	return append(out, p.describeLimits()...)
}

// DescribeRule is [Policy.Describe] for one rule, with what the policy does not
// decide. It is nil where the policy has no such rule.
func (p *Policy) DescribeRule(id string) []string {
	for i := range p.Rules {
		if r := &p.Rules[i]; r.ID == id {
			out := []string{fmt.Sprintf("%s (%s.%s)", r.Title, p.ID, r.ID)}
			return append(append(out, p.describeRule(r)...), p.describeLimits()...)
		}
	}
	return nil
}

func (p *Policy) describeLimits() []string {
	var out []string
	for _, n := range p.NotDecided {
		out = append(out, "It does not decide: "+sentence(n))
	}
	return out
}

func (p *Policy) describeRule(r *Rule) []string {
	severity := r.Severity
	if severity == "" {
		severity = defaultSeverity[r.Verdict]
	}
	out := []string{fmt.Sprintf("Rule %s gives %q (severity %s) where %s.", r.ID, r.Verdict, severity, r.When.describe())}
	if len(r.When.Roles) == 0 && r.When.anywhere(func(c *Condition) bool {
		return c.List != nil && len(c.List.Categories) == 0 || c.Country != nil || c.Organization != nil
	}) &&
		!r.When.anywhere(func(c *Condition) bool { return len(c.Roles) > 0 }) {
		out = append(out, fmt.Sprintf("  The organization is read in these roles: %s; a supplier only where it is no distribution.", strings.Join(texts(DefaultRoles()), ", ")))
	}
	if r.Otherwise {
		out = append(out, "  It speaks only where no other rule of the policy has a finding about the same thing and organization.")
	}
	if r.Verdict == Fail {
		out = append(out, "  It gives \"review\" where the attribution has low confidence or its mark points to several organizations, or where a fact is uncited, disputed or not exactly known.")
	}
	for _, v := range r.Provisions {
		text := fmt.Sprintf("%s applies from %s", v.Paragraph, v.Effective)
		if v.Until != "" {
			text += " until " + string(v.Until)
		}
		if v.Says != "" {
			text += ": " + v.Says
		}
		out = append(out, "  "+sentence(text))
	}
	if len(r.Provisions) > 0 {
		out = append(out, "  Before the first of these days its findings are shown as upcoming and do not count.")
	}
	switch {
	case r.Effective != "" && r.Until != "":
		out = append(out, fmt.Sprintf("  It applies from %s until %s.", r.Effective, r.Until))
	case r.Effective != "":
		out = append(out, fmt.Sprintf("  It applies from %s.", r.Effective))
	case r.Until != "":
		out = append(out, fmt.Sprintf("  It applies until %s.", r.Until))
	}
	if r.Ask != "" {
		out = append(out, "  It asks: "+sentence(r.Ask))
	}
	if r.Remedy != "" {
		out = append(out, "  What to do: "+sentence(r.Remedy))
	}
	for _, s := range sources(p.Sources, r.Sources) {
		out = append(out, "  Source: "+s.cite())
	}
	return out
}

// describe says a condition in half a sentence.
func (c *Condition) describe() string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if c.If != nil {
		if *c.If {
			add("the user states so")
		} else {
			add("the user stated otherwise, so never")
		}
	}
	if c.Subject {
		add("it is the device or product itself")
	}
	if len(c.Kinds) > 0 {
		add("it is of kind %s", orList(c.Kinds))
	}
	if len(c.Words) > 0 {
		add("its name or identity holds a word of %s", strings.Join(c.Words, ", "))
	}
	if len(c.Holds) > 0 {
		add("the input has a component called %s", orList(c.Holds))
	}
	if c.Unattributed {
		add("nobody is attributed")
	}
	if c.Unaffiliated {
		add("by record no organization stands behind its project")
	}
	if c.MinCoverage > 0 {
		add("less than %g %% of the components are attributed", c.MinCoverage)
	}
	if c.MaxDatabaseAge > 0 {
		add("the database is more than %d days old", c.MaxDatabaseAge)
	}
	if l := c.List; l != nil {
		switch {
		case len(l.Categories) > 0:
			add("list %s has a category that it may be in (%s)", l.ID, strings.Join(l.Categories, "; "))
		default:
			text := "the organization is named in list " + l.ID
			if l.Edition != "" {
				text += ", edition " + l.Edition
			}
			if len(l.Paragraphs) > 0 {
				text += ", " + orList(l.Paragraphs)
			}
			add("%s%s", text, l.Nexus.describe())
		}
	}
	if n := c.Country; n != nil {
		basis := n.Basis
		if len(basis) == 0 {
			basis = []Basis{Registered, Headquartered}
		}
		who := "the organization is"
		if n.Owners {
			who = "an owner is"
		}
		add("%s %s in %s%s", who, orList(basis), orList(n.In), n.Nexus.describe())
	}
	if o := c.Organization; o != nil {
		add("the organization is %s%s", orList(o.IDs), o.Nexus.describe())
	}
	if c.Ambiguous {
		add("its mark points to several organizations")
	}
	if c.Conflicting {
		add("other marks name another organization in the same role")
	}
	if len(c.Roles) > 0 {
		add("its role is %s", orList(c.Roles))
	}
	if c.Only {
		add("it has no other role")
	}
	if c.Confidence != "" {
		add("confidence is at least %s", c.Confidence)
	}
	if len(c.Techniques) > 0 {
		add("it was found by %s", orList(c.Techniques))
	}
	if c.Foundations {
		add("foundations count too")
	}
	for i := range c.All {
		parts = append(parts, c.All[i].describe())
	}
	if len(c.Any) > 0 {
		any := make([]string, 0, len(c.Any))
		for i := range c.Any {
			any = append(any, c.Any[i].describe())
		}
		add("(%s)", strings.Join(any, ", or "))
	}
	if c.Not != nil {
		add("it is not so that %s", c.Not.describe())
	}
	return strings.Join(parts, ", and ")
}

func (n *Nexus) describe() string {
	if n == nil {
		return ""
	}
	text := fmt.Sprintf(", or such hold %g %% or more of it", n.Threshold)
	if n.Exclusive {
		text = fmt.Sprintf(", or such hold more than %g %% of it", n.Threshold)
	}
	if n.Control {
		text += " or control it"
	}
	return text
}

// orList joins words with commas and "or".
func orList[T any](words []T) string {
	texts := texts(words)
	if n := len(texts); n > 1 {
		return strings.Join(texts[:n-1], ", ") + " or " + texts[n-1]
	}
	return strings.Join(texts, "")
}

func texts[T any](words []T) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		out = append(out, fmt.Sprint(w))
	}
	return out
}
