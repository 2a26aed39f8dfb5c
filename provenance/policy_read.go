package provenance

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/touchmark-dev/touchmark/sbom"
	"go.yaml.in/yaml/v4"
)

// PolicyOptions for [ReadPolicyOptions].
type PolicyOptions struct {
	// Parameters set the policy's parameters, in YAML: a scalar, or a sequence
	// in brackets ("[CN, HK]"). One that the policy does not declare is an
	// error.
	Parameters map[string]string
}

// policyText is where a policy was read from, for messages.
type policyText struct {
	file    string
	data    []byte // with the values of parameters in place, line for line
	written []byte // as it is in the file
}

// ReadPolicy reads a policy or pack in YAML. Reading is strict: unknown
// fields, roles, kinds, countries, verdicts and the like, a rule without a
// condition, and dates out of order are errors, each as "file:line: where:
// what". Parameters have their defaults. Whether lists and organizations exist
// is asked of a database by [Policy.Check].
func ReadPolicy(file string, data []byte) (*Policy, error) {
	return ReadPolicyOptions(file, data, nil)
}

// ReadPolicyOptions is [ReadPolicy] with options; nil is the same as none.
func ReadPolicyOptions(file string, data []byte, opts *PolicyOptions) (*Policy, error) {
	if opts == nil {
		opts = &PolicyOptions{}
	}
	written := data
	data, err := setParameters(file, data, opts.Parameters)
	if err != nil {
		return nil, err
	}
	p := &Policy{text: policyText{file, data, written}}
	if err := decodeYAML(file, data, p); err != nil {
		return nil, errors.Join(err, beside(file, data))
	}
	if err := malformed(file, data, checkPolicy(p)); err != nil {
		return nil, err
	}
	return p, nil
}

// beside returns what else is wrong in a policy with fields that are not known
// or values of a wrong type, so that all of it can be mended at once. What is
// missing may only be misspelt, so that it is not told.
func beside(file string, data []byte) error {
	var p Policy
	if err := yaml.Unmarshal(data, &p); err != nil {
		return nil // the strict reading has said so
	}
	return malformed(file, data, slices.DeleteFunc(checkPolicy(&p), func(d defect) bool {
		return strings.HasSuffix(d.part, "/when") || !standsIn(data, d.part)
	}))
}

var (
	parameterUse  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$\(([^)\n]*)\)`) })
	parameterForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9_]*$`) })
)

// setParameters puts the values of parameters where they are used.
func setParameters(file string, data []byte, values map[string]string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, yamlError(file, err, nil)
	}
	// What is wrong elsewhere in the text is reported by the strict reading.
	var declared map[string]Parameter
	if len(doc.Content) == 1 && doc.Content[0].Kind == yaml.MappingNode {
		top := doc.Content[0].Content
		for i := 0; i+1 < len(top); i += 2 {
			if top[i].Value == "parameters" {
				if err := top[i+1].Decode(&declared); err != nil {
					return nil, yamlError(file, err, nil)
				}
			}
		}
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, ok := declared[name]; !ok {
			errs = append(errs, fmt.Errorf("%s:1: no parameter %q: have %s", file, name,
				strings.Join(slices.Sorted(maps.Keys(declared)), ", ")))
		}
	}
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		lines[i] = parameterUse().ReplaceAllStringFunc(line, func(use string) string {
			name := parameterUse().FindStringSubmatch(use)[1]
			p, ok := declared[name]
			if !ok {
				errs = append(errs, fmt.Errorf("%s:%d: %s: no parameter of that name is declared", file, i+1, use))
				return use
			}
			value := p.Default
			if v, ok := values[name]; ok {
				value = v
			}
			if err := checkParameter(value); err != nil {
				errs = append(errs, fmt.Errorf("%s:%d: parameter %s: %w", file, i+1, name, err))
				return use
			}
			return value
		})
	}
	return []byte(strings.Join(lines, "\n")), errors.Join(errs...)
}

// checkParameter refuses a value that is more than a scalar or a sequence of
// scalars, so that a value cannot change the rules around it.
func checkParameter(value string) error {
	var n yaml.Node
	if strings.ContainsAny(value, "\n\r#{}$") || yaml.Unmarshal([]byte(value), &n) != nil || len(n.Content) != 1 {
		return fmt.Errorf("%q is no scalar and no sequence of scalars", value)
	}
	switch v := n.Content[0]; v.Kind {
	case yaml.ScalarNode:
		return nil
	case yaml.SequenceNode:
		for _, e := range v.Content {
			if e.Kind != yaml.ScalarNode {
				return fmt.Errorf("%q is no scalar and no sequence of scalars", value)
			}
		}
		if strings.HasPrefix(strings.TrimSpace(value), "[") {
			return nil
		}
	}
	return fmt.Errorf("%q is no scalar and no sequence of scalars", value)
}

var ruleKinds = []Kind{KindDevice, KindHardware, KindFirmware, KindDriver, KindSoftware, KindService,
	KindLibrary, KindOpenSource, KindProprietary, KindLicenceUnknown}

// checkPolicy returns what is not well formed in a policy.
func checkPolicy(p *Policy) defects {
	var ds defects
	ds.id("id", p.ID)
	if strings.TrimSpace(p.Title) == "" {
		ds.add("title", "a policy needs a title")
	}
	if len(p.Rules) == 0 && len(p.Include) == 0 {
		ds.add("rules", "a policy needs a rule or an include")
	}
	for i, id := range p.Include {
		part := fmt.Sprintf("include/%d", i)
		ds.id(part, id)
		if id == p.ID {
			ds.add(part, "the policy includes itself")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Parameters)) {
		if !parameterForm().MatchString(name) {
			ds.add("parameters/"+name, "%q is not a parameter's name: want lower-case ASCII letters, digits and underscores", name)
		}
		if err := checkParameter(p.Parameters[name].Default); err != nil {
			ds.add("parameters/"+name+"/default", "%v", err)
		}
	}
	ds.sources(p.Sources)
	ids := map[string]bool{}
	for i := range p.Rules {
		r, part := &p.Rules[i], fmt.Sprintf("rules/%d", i)
		ds.id(part+"/id", r.ID)
		if ids[r.ID] {
			ds.add(part+"/id", "a second rule %q", r.ID)
		}
		ids[r.ID] = true
		ds.rule(part, p, r)
	}
	return ds
}

func (d *defects) rule(part string, p *Policy, r *Rule) {
	if strings.TrimSpace(r.Title) == "" {
		d.add(part+"/title", "a rule needs a title")
	}
	oneOf(d, part+"/verdict", r.Verdict, []Verdict{Fail, Review, UnknownVerdict, Info})
	if r.Severity != "" {
		oneOf(d, part+"/severity", r.Severity, []Severity{Critical, HighSeverity, MediumSeverity, LowSeverity, InfoSeverity})
	}
	if len(r.Provisions) > 0 && (r.Effective != "" || r.Until != "") {
		d.add(part+"/effective", "a rule with provisions takes its dates from them")
	}
	d.period(part, r.Effective, r.Until)
	for i, v := range r.Provisions {
		vp := fmt.Sprintf("%s/provisions/%d", part, i)
		if strings.TrimSpace(v.Paragraph) == "" {
			d.add(vp, "a provision needs a paragraph")
		}
		if v.Effective == "" {
			d.add(vp, "a provision needs the day from which it applies (effective)")
		}
		d.period(vp, v.Effective, v.Until)
	}
	for i, key := range r.Sources {
		if _, ok := p.Sources[key]; !ok {
			d.add(fmt.Sprintf("%s/sources/%d", part, i), "no source %q", key)
		}
	}
	asks := d.condition(part+"/when", &r.When)
	switch {
	case asks == 0:
		d.add(part+"/when", "no condition: want one of list, country, organization, unattributed, unaffiliated, ambiguous, conflicting, min_coverage, max_database_age")
	case r.Verdict == Fail && asks&asksCategory != 0:
		d.add(part+"/verdict", "a category turns on where a thing was produced, which no input says: want review or info")
	case r.Verdict == UnknownVerdict && asks&asksAttribution != 0:
		d.add(part+"/verdict", "unknown is for rules about unattributed components, coverage or the database")
	}
}

// What a condition asks about.
const (
	asksUnattributed = 1 << iota
	asksInput
	asksAttribution
	asksCategory
)

// condition checks a condition and returns what it asks about.
func (d *defects) condition(part string, c *Condition) (asks int) {
	for i := range c.Any {
		asks |= d.condition(fmt.Sprintf("%s/any/%d", part, i), &c.Any[i])
	}
	for i := range c.All {
		asks |= d.condition(fmt.Sprintf("%s/all/%d", part, i), &c.All[i])
	}
	if c.Not != nil {
		asks |= d.condition(part+"/not", c.Not)
	}
	if l := c.List; l != nil {
		asks |= asksAttribution
		if len(l.Categories) > 0 {
			asks = asks&^asksAttribution | asksCategory
			if l.Nexus != nil || len(l.Paragraphs) > 0 || l.Edition != "" {
				d.add(part+"/list/categories", "categories name no organization: nexus, paragraphs and edition do not go with them")
			}
		}
		d.id(part+"/list/id", l.ID)
		d.nexus(part+"/list/nexus", l.Nexus)
	}
	if n := c.Country; n != nil {
		asks |= asksAttribution
		if len(n.In) == 0 {
			d.add(part+"/country", "the set of countries (in) is empty")
		}
		for i, cc := range n.In {
			if !isCountry(cc) {
				d.add(fmt.Sprintf("%s/country/in/%d", part, i), "%q is not an ISO 3166-1 alpha-2 code", cc)
			}
		}
		for i, b := range n.Basis {
			oneOf(d, fmt.Sprintf("%s/country/basis/%d", part, i), b, bases)
		}
		d.nexus(part+"/country/nexus", n.Nexus)
		if n.Owners && n.Nexus == nil {
			d.add(part+"/country/owners", "owners count by a nexus, and there is none")
		}
	}
	if o := c.Organization; o != nil {
		asks |= asksAttribution
		if len(o.IDs) == 0 {
			d.add(part+"/organization", "the set of organizations (ids) is empty")
		}
		for i, id := range o.IDs {
			d.id(fmt.Sprintf("%s/organization/ids/%d", part, i), id)
		}
		d.nexus(part+"/organization/nexus", o.Nexus)
	}
	if c.Ambiguous || c.Conflicting {
		asks |= asksAttribution
	}
	if c.Unattributed || c.Unaffiliated {
		asks |= asksUnattributed
	}
	if c.MinCoverage != 0 || c.MaxDatabaseAge != 0 {
		asks |= asksInput
	}
	if c.MinCoverage < 0 || c.MinCoverage > 100 {
		d.add(part+"/min_coverage", "%g is not a percentage from 0 to 100", c.MinCoverage)
	}
	if c.MaxDatabaseAge < 0 {
		d.add(part+"/max_database_age", "%d is not a number of days", c.MaxDatabaseAge)
	}
	if c.Unattributed && (c.List != nil || c.Country != nil || c.Organization != nil || c.Ambiguous || c.Conflicting ||
		len(c.Roles) > 0 || c.Confidence != "" || c.Only || len(c.Techniques) > 0) {
		d.add(part+"/unattributed", "what is unattributed has no organization, role or confidence: combine them with any")
	}
	for i, r := range c.Roles {
		oneOf(d, fmt.Sprintf("%s/roles/%d", part, i), r, sbom.Roles())
	}
	for i, k := range c.Kinds {
		oneOf(d, fmt.Sprintf("%s/kinds/%d", part, i), k, ruleKinds)
	}
	for i, w := range c.Words {
		if w == "" || strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) }) {
			d.add(fmt.Sprintf("%s/words/%d", part, i), "a word is made of letters only: %q never matches", w)
		}
	}
	for i, h := range c.Holds {
		if strings.TrimSpace(h) == "" {
			d.add(fmt.Sprintf("%s/holds/%d", part, i), "an empty name never matches")
		}
	}
	for i, t := range c.Techniques {
		oneOf(d, fmt.Sprintf("%s/techniques/%d", part, i), t, techniques)
	}
	if c.Confidence != "" {
		oneOf(d, part+"/confidence", c.Confidence, []sbom.Confidence{sbom.Low, sbom.Medium, sbom.High})
	}
	return asks
}

var techniques = []sbom.Technique{sbom.SourceCodeAnalysis, sbom.BinaryAnalysis, sbom.ManifestAnalysis, sbom.ASTFingerprint,
	sbom.HashComparison, sbom.Instrumentation, sbom.DynamicAnalysis, sbom.Filename, sbom.Attestation, sbom.OtherTechnique}

func (d *defects) nexus(part string, n *Nexus) {
	if n == nil {
		return
	}
	if n.Threshold < 0 || n.Threshold > 100 {
		d.add(part+"/threshold", "%g is not a percentage from 0 to 100", n.Threshold)
	}
	if n.Method != "" && n.Method != "cascade" {
		d.add(part+"/method", "%q is not a method: want cascade", n.Method)
	}
}

func (d *defects) period(part string, from, to Date) {
	d.date(part+"/effective", from)
	d.date(part+"/until", to)
	if from != "" && to != "" && to.last() < from.first() {
		d.add(part+"/until", "%s lies before %s", to, from)
	}
}

// Check returns an error for each list and organization that the policy names
// and db does not hold, as "file:line: where: what", and for each paragraph
// that no entry of the list has.
func (p *Policy) Check(db Database) []error {
	var ds defects
	for i := range p.Rules {
		ds.references(fmt.Sprintf("rules/%d/when", i), &p.Rules[i].When, db)
	}
	var errs []error
	for _, d := range ds {
		file, line := p.text.file, lineOf(p.text.data, d.part)
		if file == "" {
			file = "policy " + p.ID
		}
		errs = append(errs, fmt.Errorf("%s:%d: %s: %s", file, line, d.part, d.what))
	}
	return errs
}

func (d *defects) references(part string, c *Condition, db Database) {
	for i := range c.Any {
		d.references(fmt.Sprintf("%s/any/%d", part, i), &c.Any[i], db)
	}
	for i := range c.All {
		d.references(fmt.Sprintf("%s/all/%d", part, i), &c.All[i], db)
	}
	if c.Not != nil {
		d.references(part+"/not", c.Not, db)
	}
	if l := c.List; l != nil {
		list := db.List(l.ID)
		if list == nil {
			d.add(part+"/list/id", "the database has no list %q", l.ID)
		}
		for i, name := range l.Categories {
			if list != nil && !slices.ContainsFunc(list.Entries, func(e ListEntry) bool { return e.Kind == CategoryEntry && e.Name == name }) {
				d.add(fmt.Sprintf("%s/list/categories/%d", part, i), "%s has no category %q", l.ID, name)
			}
		}
		for i, para := range l.Paragraphs {
			if list != nil && !slices.ContainsFunc(list.Entries, func(e ListEntry) bool { return e.Paragraph == para }) {
				d.add(fmt.Sprintf("%s/list/paragraphs/%d", part, i), "no entry of %s has the paragraph %q", l.ID, para)
			}
		}
	}
	if o := c.Organization; o != nil {
		for i, id := range o.IDs {
			if db.Organization(id) == nil {
				d.add(fmt.Sprintf("%s/organization/ids/%d", part, i), "the database has no organization %q", id)
			}
		}
	}
}

// Expand returns the policies that p includes, in order and each once, and
// then p itself, which no longer includes any. read is asked for each id.
func (p *Policy) Expand(read func(id string) (*Policy, error)) ([]*Policy, error) {
	var out []*Policy
	state := map[string]int{} // 1 while being expanded, 2 when done
	var visit func(p *Policy, chain []string) error
	visit = func(p *Policy, chain []string) error {
		state[p.ID] = 1
		chain = append(slices.Clip(chain), p.ID)
		for _, id := range p.Include {
			switch state[id] {
			case 2:
				continue
			case 1:
				return fmt.Errorf("expand policy %s: the includes form a circle: %s", chain[0], strings.Join(append(chain, id), " -> "))
			}
			q, err := read(id)
			if err != nil {
				return fmt.Errorf("expand policy %s: include %s: %w", p.ID, id, err)
			}
			if q.ID != id {
				return fmt.Errorf("expand policy %s: include %s: got policy %s", p.ID, id, q.ID)
			}
			if err := visit(q, chain); err != nil {
				return err
			}
		}
		state[p.ID] = 2
		if len(p.Rules) == 0 {
			return nil // it only names others
		}
		flat := *p
		flat.Include = nil
		out = append(out, &flat)
		return nil
	}
	if err := visit(p, nil); err != nil {
		return nil, err
	}
	return out, nil
}
