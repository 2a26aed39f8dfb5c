package provenance

import (
	"errors"
	"fmt"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// ErrNoFinding says that a report has no finding of an ID.
var ErrNoFinding = errors.New("no such finding")

// An Explanation is the argument for one finding in plain sentences. All of it
// comes from the report, so that a saved report can be explained years later.
// Strings from the input are in it as they are: a writer makes them safe.
type Explanation struct {
	ID string `json:"id"`
	// Verdict as it counts, with its reason, in one or more sentences.
	Verdict []string `json:"verdict"`
	// Argument from the rule to the evidence.
	Argument []ArgumentStep `json:"argument"`
	// Sure says how sure the whole is, and what speaks against it.
	Sure []string `json:"sure"`
	// Change says what would change the verdict.
	Change []string `json:"change"`
	// Dispute says where the facts, the inference and the rule can be
	// contradicted.
	Dispute []string `json:"dispute"`
	// Do is what to do and to ask.
	Do []string `json:"do,omitempty"`
}

// An ArgumentStep is a [Step] with its citations and evidence as text.
type ArgumentStep struct {
	Text string `json:"text"`
	// Sure says what the step rests on.
	Sure string `json:"sure,omitempty"`
	// Cites and Evidence, one line each.
	Cites    []string `json:"cites,omitempty"`
	Evidence []string `json:"evidence,omitempty"`
}

// Explain explains a finding of a report by its ID, or by a beginning of one
// that only one finding has. The error is [ErrNoFinding] where there is none.
func Explain(r *Report, id string) (*Explanation, error) {
	f, upcoming, err := findFinding(r, id)
	if err != nil {
		return nil, err
	}
	e := &Explanation{ID: f.ID}
	e.Verdict = explainVerdict(r, f, upcoming)
	for i := range f.Steps {
		e.Argument = append(e.Argument, explainStep(&f.Steps[i]))
	}
	e.Sure = explainSure(f)
	e.Change = explainChange(r, f, upcoming)
	e.Dispute = explainDispute(r, f)
	if f.Ask != "" {
		e.Do = append(e.Do, "Ask the supplier: "+sentence(f.Ask))
	}
	if f.Remedy != "" {
		e.Do = append(e.Do, sentence(f.Remedy))
	}
	return e, nil
}

func findFinding(r *Report, id string) (f *Finding, upcoming bool, err error) {
	var found *Finding
	n := 0
	for k, list := range [][]Finding{r.Findings, r.Upcoming} {
		for i := range list {
			if list[i].ID == id {
				return &list[i], k == 1, nil
			}
			if id != "" && strings.HasPrefix(list[i].ID, id) {
				found, upcoming = &list[i], k == 1
				n++
			}
		}
	}
	switch n {
	case 0:
		return nil, false, fmt.Errorf("explain %q: %w: the report has %d findings and %d upcoming ones",
			id, ErrNoFinding, len(r.Findings), len(r.Upcoming))
	case 1:
		return found, upcoming, nil
	}
	return nil, false, fmt.Errorf("explain %q: %d findings begin with it, the last is %s", id, n, found.ID)
}

func explainVerdict(r *Report, f *Finding, upcoming bool) []string {
	out := []string{sentence(f.Why)}
	rule := fmt.Sprintf("Rule %s of policy %s gives %q for that", f.Rule, f.Policy, f.Verdict)
	if f.Downgraded != "" {
		rule = fmt.Sprintf("Rule %s of policy %s would give %q for that; it is %q because %s", f.Rule, f.Policy, Fail, f.Verdict, f.Downgraded)
	}
	out = append(out, sentence(rule))
	switch {
	case upcoming:
		out = append(out, fmt.Sprintf("It does not count yet: it begins on %s, and the report is as of %s.", f.From, r.AsOf))
	case f.Waiver != nil:
		out = append(out, fmt.Sprintf("It does not count until %s: waiver %s of %s covers it. Reason: %s", f.Waiver.Expires, f.Waiver.ID, f.Waiver.Owner, sentence(f.Waiver.Reason)))
	case f.WaiverExpired != nil:
		out = append(out, fmt.Sprintf("Waiver %s of %s covered it until %s and has expired; it counts again.", f.WaiverExpired.ID, f.WaiverExpired.Owner, f.WaiverExpired.Expires))
	case f.Verdict == Info:
		out = append(out, "It is for information and sets no verdict.")
	}
	if n := len(f.Also); n > 0 {
		out = append(out, fmt.Sprintf("It is about %d components that differ in version or place only.", n+1))
	}
	return out
}

func explainStep(s *Step) ArgumentStep {
	a := ArgumentStep{Text: s.Text}
	for _, src := range s.Sources {
		a.Cites = append(a.Cites, src.cite())
	}
	for _, e := range s.Evidence {
		a.Evidence = append(a.Evidence, evidenceText(&e))
	}
	if s.Place != "" {
		a.Evidence = append(a.Evidence, "in the document at "+s.Place)
	}
	switch s.Kind {
	case StepListEntry, StepOrigin, StepOwnership, StepProject, StepIdentifier:
		if len(s.Sources) == 0 {
			a.Sure = "no source is recorded for this"
		} else {
			a.Sure = fmt.Sprintf("a fact of the database with %s", count(len(s.Sources), "source"))
		}
	case StepOrganization:
		a.Sure = "an inference from the claims below"
	case StepClaim:
		if len(s.Evidence) > 0 {
			a.Sure = "can be checked at the path and offset"
		} else {
			a.Sure = "what the document says of itself"
		}
	}
	return a
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// cite says a source in one line.
func (s *Source) cite() string {
	if s.Registry != "" {
		text := "registry " + s.Registry
		if s.Revision != "" {
			text += " " + s.Revision
		}
		if s.Key != "" {
			text += ", row " + s.Key
		}
		return text
	}
	text := s.Title
	if s.URL != "" {
		text = strings.TrimSpace(text + " <" + s.URL + ">")
	}
	if s.Retrieved != "" {
		text += ", read " + string(s.Retrieved)
	}
	if s.Says != "" {
		text += ": " + s.Says
	}
	return text
}

// evidenceText says an observation in one line.
func evidenceText(e *sbom.Evidence) string {
	text := string(e.Technique) + " by " + e.Extractor
	if e.Path != "" {
		text += ": " + e.Path
		if e.Length > 0 {
			text += fmt.Sprintf(" at offset %d (0x%x), %d bytes", e.Offset, e.Offset, e.Length)
		}
	}
	if e.Match != "" {
		text += fmt.Sprintf(": %q", e.Match)
	}
	return text
}

func explainSure(f *Finding) []string {
	var out []string
	switch kindOf(f) {
	case aboutAttribution:
		meaning := map[sbom.Confidence]string{
			sbom.High:   "the mark is one that only its owner can use, or several kinds of marks agree",
			sbom.Medium: "the mark is declared or distinctive, and could be copied or wrong",
			sbom.Low:    "the mark is a hint only",
		}[f.Confidence]
		out = append(out, fmt.Sprintf("That %s is %s here is an inference of confidence %s: %s.", f.Organization.Name, roleWords(f.Role), f.Confidence, meaning))
	case aboutCategory:
		out = append(out, "Whether it is of one of these kinds, and where it was produced, the input does not say: this is a question, and no statement about it.")
		out = append(out, "Where its maker is registered or headquartered says nothing of where it was produced.")
	case aboutUnattributed:
		out = append(out, "That nobody is attributed is about this database and this input, not about the world.")
	case aboutInput:
		out = append(out, "It is counted from this report, and is about the input or the database as a whole.")
	case aboutComparison:
		out = append(out, "It is a comparison of two reports: the document is taken as it is written, and what was found can be checked at the places above.")
		if f.Rule == "not-found" {
			out = append(out, "What was not found may still be there: linked into another file, packed, or without a mark that is known.")
		}
	}
	if f.List != nil && len(f.Entries) == 0 {
		text := fmt.Sprintf("That %q is listed is a public fact about an organization, edition %s of %s", f.List.Entry, f.List.Edition, f.List.Title)
		if f.List.Transcribed != "" {
			text += "; transcription: " + f.List.Transcribed
		}
		out = append(out, sentence(text))
	}
	if len(f.Counter) == 0 && f.Organization != nil {
		out = append(out, "Nothing in the input or the database speaks against it.")
	}
	for _, c := range f.Counter {
		out = append(out, "Against it: "+c)
	}
	return out
}

func explainChange(r *Report, f *Finding, upcoming bool) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	accept := func() {
		switch {
		case upcoming:
			add("It will count from %s.", f.From)
		case f.Waiver != nil:
			add("It will count again after %s, when the waiver expires.", f.Waiver.Expires)
		case f.Policy != "reconcile":
			add("A waiver with a reason, an owner and an expiry would keep it visible and stop it counting.")
		}
		for _, p := range f.Provisions {
			if p.Until != "" {
				add("%s applies until %s.", p.Paragraph, p.Until)
			}
		}
	}
	if f.Policy == "reconcile" {
		add("%s", map[string]string{
			"hidden-organization": "It would go if the document named the organization, or one that controls it, as the maker or supplier of anything; if the list entry ended; or if the mark proved to be another's.",
			"undeclared":          "It would go if the document declared the component under a name or package URL that fits what was found, or if it were taken out of the product.",
			"not-found":           "It would go if the component were found in the product, or taken out of the document.",
			"version":             "It would go if the document gave the version that is in the product, or a range that holds it.",
			"supplier":            "It would go if the document named the maker that the evidence names, or one under common control with it, or if that evidence proved to be wrong.",
			"hash":                "It would go if the file were the declared one, or the document gave the hash of this one.",
		}[f.Rule])
		if f.Downgraded != "" {
			add("It would become %q if these doubts were removed: %s.", Fail, f.Downgraded)
		}
		return out
	}
	switch kindOf(f) {
	case aboutCategory:
		add("It would go if the product is of none of these kinds: state that by the parameter of the policy that its remedy names, or by a waiver.")
		for i := range f.Entries {
			e := &f.Entries[i]
			add("The entry %q would no longer ask once it ended.", e.Entry)
		}
		accept()
		return out
	case aboutInput:
		add("More components with an attribution, a more complete input, or a newer database would end the finding.")
		accept()
		return out
	case aboutUnattributed:
		add("A supplier, manufacturer or package URL in the input, or a record for one of its marks in the database, would end the finding.")
		accept()
		return out
	}
	o := f.Organization.Name
	kinds := map[StepKind]bool{}
	for _, s := range f.Steps {
		kinds[s.Kind] = true
	}
	add("It would go if the evidence pointed to somebody else: a corrected field of the document, another component, or a mark that proves not to be %s's.", o)
	if kinds[StepOwnership] {
		add("It would change if the ownership shown ended or fell below the threshold of the rule.")
	}
	if kinds[StepOrigin] {
		add("It would change if the country shown no longer held for the organization, or another basis counted.")
	}
	if f.List != nil {
		add("It would go if the entry %q of %s ended.", f.List.Entry, f.List.Title)
	}
	switch {
	case f.Downgraded != "":
		add("It would become %q if these doubts were removed: %s.", Fail, f.Downgraded)
	case f.Verdict == Fail:
		add("It would become %q if the attribution were of low confidence, shared by several organizations, or rested on uncited or disputed facts only.", Review)
	}
	accept()
	return out
}

func explainDispute(r *Report, f *Finding) []string {
	var out []string
	if f.Organization != nil {
		out = append(out, fmt.Sprintf("A fact about %s: propose a correction of the record %q of %s (%s) with a source; or put a corrected record into a directory of your own and scan with it. A statement that is marked as disputed gives at most a review.",
			f.Organization.Name, f.Organization.ID, r.Database.Name, r.Database.Date))
	}
	if f.List != nil {
		text := "Whether an organization is on the list is decided by its publisher"
		if f.List.URL != "" {
			text += " <" + f.List.URL + ">"
		}
		if len(f.Entries) > 0 {
			out = append(out, strings.Replace(text, "Whether an organization is on the list", "What the categories of the list cover", 1)+".")
		} else {
			out = append(out, text+"; that an entry means this organization is a reviewed join of the database, and can be corrected there.")
		}
	}
	switch kindOf(f) {
	case aboutAttribution:
		out = append(out, "The inference about the component: compare each claim above with the file and offset or the field of the document, and correct the document or report the wrong mark.")
	case aboutUnattributed:
		out = append(out, fmt.Sprintf("That nobody is known: propose a record, or an identifier for one, to %s with a source, or put one into a directory of your own and scan with it.", r.Database.Name))
	case aboutInput:
		out = append(out, "The count: the report lists every component with its standing, and what the coverage is made of.")
	case aboutComparison:
		out = append(out, "The comparison: names are taken for one by their spelling and by project records; where two things were wrongly taken for one or for two, the package URL in the document decides, or a project record that names both.")
	}
	if f.Policy == "reconcile" {
		return out
	}
	out = append(out, fmt.Sprintf("The rule: policy %s says what it does not decide (touchmark policy explain %s); this is not legal advice.", f.Policy, f.Policy))
	return out
}

// What a finding is about, for the words that explain it.
type about int

const (
	aboutAttribution  about = iota // an organization that evidence points to
	aboutCategory                  // a category of a list, which asks
	aboutUnattributed              // a thing behind which nobody is known
	aboutInput                     // the input or the database as a whole
	aboutComparison                // a declared and a found thing
)

func kindOf(f *Finding) about {
	switch {
	case f.Organization != nil:
		return aboutAttribution
	case f.Policy == "reconcile":
		return aboutComparison
	case len(f.Entries) > 0 || f.List != nil:
		return aboutCategory
	case f.Component != "" || f.Service != "":
		return aboutUnattributed
	}
	return aboutInput
}

// String returns the explanation as plain text.
func (e *Explanation) String() string {
	var b strings.Builder
	section := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n%s\n", title)
		for _, l := range lines {
			fmt.Fprintf(&b, "  %s\n", l)
		}
	}
	fmt.Fprintf(&b, "%s\n", e.ID)
	for _, l := range e.Verdict {
		fmt.Fprintf(&b, "  %s\n", l)
	}
	b.WriteString("\nWhy\n")
	for i, s := range e.Argument {
		fmt.Fprintf(&b, "  %d. %s\n", i+1, s.Text)
		for _, l := range s.Evidence {
			fmt.Fprintf(&b, "     evidence: %s\n", l)
		}
		for _, l := range s.Cites {
			fmt.Fprintf(&b, "     source: %s\n", l)
		}
		if s.Sure != "" {
			fmt.Fprintf(&b, "     (%s)\n", s.Sure)
		}
	}
	section("How sure", e.Sure)
	section("What would change it", e.Change)
	section("How to dispute it", e.Dispute)
	section("What to do", e.Do)
	return b.String()
}
