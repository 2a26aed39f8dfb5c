package report

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// SARIFOptions for [WriteSARIF]. Nil is the zero value.
type SARIFOptions struct {
	// GitHub writes what GitHub code scanning understands: it goes by level and
	// ignores kind, so a review becomes a warning; every location has a line;
	// of more than 5,000 results, which it would not show, the worst are kept
	// and a notification counts the rest; rules not in force are left out; more
	// than 20 reports, which it would refuse in one file, are ErrGitHubRuns.
	GitHub bool
	// Version of Touchmark.
	Version string
	// Baseline are reports of an earlier run: results say whether they are new,
	// unchanged, updated or absent since.
	Baseline []*provenance.Report
	// Lines returns what finds lines in the input of a report, as [FindLines]
	// does, or nil where the input is not at hand. Without it, locations in
	// documents have a line only where GitHub needs one, the first.
	Lines func(r *provenance.Report) LineFinder
}

// ErrGitHubRuns is returned by [WriteSARIF] for more reports than GitHub takes
// in one file.
var ErrGitHubRuns = errors.New("code scanning takes 20 runs in one file")

// GitHub's documented limits for one file ("SARIF support for code scanning").
// A file may have 25,000 results and rules a run, 1,000 locations a result, 20
// tags a rule and 10 MB when compressed.
const (
	githubRuns      = 20   // of a file; more are refused
	githubResults   = 5000 // of a run that it shows; the worst first
	githubLocations = 100  // of a result that it keeps
	githubTags      = 10   // of a rule that it shows
)

// WriteSARIF writes reports as one SARIF 2.1.0 log (OASIS Standard, errata 01),
// a run for each.
//
// A finding is a result. Its kind is fail, review, open (a verdict of unknown)
// or informational; a finding of a rule that is not in force yet is
// notApplicable. Its rank is 90, 60 or 30 for high, medium and low confidence;
// its fingerprint "touchmarkFinding/v1" is the finding's id. A waiver is an
// accepted external suppression. Lists are taxonomies, their entries' paragraphs
// the taxa. Evidence in a tree is a location with byte offset. In a document the
// location is the line, where Lines finds it, with the component as its logical
// location.
//
// Strings of the input are JSON, escaped as by [WriteJSON]; in messages, which
// viewers render, they are made visible as by [WriteText].
func WriteSARIF(w io.Writer, reports []*provenance.Report, opts *SARIFOptions) error {
	if opts == nil {
		opts = &SARIFOptions{}
	}
	log := sarifLog{Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0", Runs: []sarifRun{}}
	base := baselineOf(opts.Baseline)
	if opts.GitHub && len(reports) > githubRuns {
		return fmt.Errorf("write SARIF of %d reports: %w", len(reports), ErrGitHubRuns)
	}
	for _, r := range reports {
		s := sarifWriter{r: r, opts: opts, base: base}
		if opts.Lines != nil {
			s.lines = opts.Lines(r)
		}
		log.Runs = append(log.Runs, s.run())
	}
	bw := bufio.NewWriter(w)
	enc := json.NewEncoder(&escaper{w: bw, indent: " "})
	enc.SetEscapeHTML(false)
	if err := enc.Encode(log); err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	if err := bw.Flush(); err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	return nil
}

// The parts of SARIF that are written. Names are the specification's
// (section 3).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool              sarifTool                `json:"tool"`
		AutomationDetails *sarifDetails            `json:"automationDetails,omitempty"`
		Invocations       []sarifInvocation        `json:"invocations"`
		BaseIDs           map[string]sarifArtifact `json:"originalUriBaseIds,omitempty"`
		Artifacts         []sarifArtifactEntry     `json:"artifacts,omitempty"`
		Taxonomies        []sarifComponent         `json:"taxonomies,omitempty"`
		Results           []sarifResult            `json:"results"`
		ColumnKind        string                   `json:"columnKind"`
		Properties        map[string]any           `json:"properties,omitempty"`
	}
	sarifDetails struct {
		ID string `json:"id"`
	}
	sarifTool struct {
		Driver     sarifComponent   `json:"driver"`
		Extensions []sarifComponent `json:"extensions,omitempty"`
	}
	sarifComponent struct {
		Name                string           `json:"name"`
		FullName            string           `json:"fullName,omitempty"`
		Version             string           `json:"version,omitempty"`
		InformationURI      string           `json:"informationUri,omitempty"`
		ShortDescription    *sarifText       `json:"shortDescription,omitempty"`
		Rules               []sarifRule      `json:"rules,omitempty"`
		Notifications       []sarifRule      `json:"notifications,omitempty"`
		Taxa                []sarifRule      `json:"taxa,omitempty"`
		SupportedTaxonomies []sarifReference `json:"supportedTaxonomies,omitempty"`
		Contents            []string         `json:"contents,omitempty"`
		Comprehensive       *bool            `json:"isComprehensive,omitempty"`
		Properties          map[string]any   `json:"properties,omitempty"`
	}
	sarifRule struct {
		ID               string         `json:"id"`
		Name             string         `json:"name,omitempty"`
		ShortDescription *sarifText     `json:"shortDescription,omitempty"`
		FullDescription  *sarifText     `json:"fullDescription,omitempty"`
		Help             *sarifText     `json:"help,omitempty"`
		HelpURI          string         `json:"helpUri,omitempty"`
		Default          *sarifDefault  `json:"defaultConfiguration,omitempty"`
		Properties       map[string]any `json:"properties,omitempty"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifReference struct {
		ID            string          `json:"id,omitempty"`
		Name          string          `json:"name,omitempty"`
		Index         *int            `json:"index,omitempty"`
		ToolComponent *sarifReference `json:"toolComponent,omitempty"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Descriptor sarifReference  `json:"descriptor"`
		Level      string          `json:"level"`
		Message    sarifText       `json:"message"`
		Locations  []sarifLocation `json:"locations,omitempty"`
	}
	sarifArtifact struct {
		URI         string     `json:"uri,omitempty"`
		URIBaseID   string     `json:"uriBaseId,omitempty"`
		Description *sarifText `json:"description,omitempty"`
	}
	sarifArtifactEntry struct {
		Location *sarifArtifact    `json:"location,omitempty"`
		Roles    []string          `json:"roles,omitempty"`
		Hashes   map[string]string `json:"hashes,omitempty"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifRegion struct {
		StartLine  int        `json:"startLine,omitempty"`
		ByteOffset *int64     `json:"byteOffset,omitempty"`
		ByteLength *int       `json:"byteLength,omitempty"`
		Snippet    *sarifText `json:"snippet,omitempty"`
	}
	sarifLogical struct {
		Name      string `json:"name,omitempty"`
		Qualified string `json:"fullyQualifiedName,omitempty"`
		Kind      string `json:"kind,omitempty"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Kind         string             `json:"kind"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"fingerprints"`
		Partial      map[string]string  `json:"partialFingerprints"`
		Rank         *float64           `json:"rank,omitempty"`
		Taxa         []sarifReference   `json:"taxa,omitempty"`
		Baseline     string             `json:"baselineState,omitempty"`
		Suppressions []sarifSuppression `json:"suppressions"`
		Properties   map[string]any     `json:"properties,omitempty"`
	}
	sarifSuppression struct {
		Kind          string         `json:"kind"`
		Status        string         `json:"status"`
		Justification string         `json:"justification,omitempty"`
		Properties    map[string]any `json:"properties,omitempty"`
	}
)

const sarifRoot = "SCANROOT"

type sarifWriter struct {
	r    *provenance.Report
	opts *SARIFOptions
	base map[string]provenance.Verdict
	// lines is nil where the input is not at hand.
	lines LineFinder

	rules      []sarifRule
	ruleIndex  map[string]int
	taxonomies []sarifComponent
	places     map[string]*sarifPlaces
}

// sarifPlaces is where a component or service is.
type sarifPlaces struct {
	logical  sarifLogical
	place    string
	evidence []sbom.Evidence
	files    []string
}

// baselineOf returns the findings of earlier reports by id.
func baselineOf(reports []*provenance.Report) map[string]provenance.Verdict {
	if reports == nil {
		return nil
	}
	m := map[string]provenance.Verdict{}
	for _, r := range reports {
		for _, f := range r.Findings {
			m[f.ID] = f.Verdict
		}
	}
	return m
}

func (s *sarifWriter) run() sarifRun {
	s.ruleIndex = map[string]int{}
	s.index()
	r := s.r
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}}
	tree := r.Source.Kind == sbom.SourceTree
	if tree {
		run.BaseIDs = map[string]sarifArtifact{sarifRoot: {Description: &sarifText{Text: "The root of the scanned tree."}}}
	}
	findings := r.Findings
	cutOff := 0
	if s.opts.GitHub && len(findings) > githubResults {
		cutOff = len(findings) - githubResults
		findings = findings[:githubResults] // they stand worst first
	}
	seen := map[string]bool{}
	for i := range findings {
		seen[findings[i].ID] = true
		run.Results = append(run.Results, s.result(&findings[i], false))
	}
	if !s.opts.GitHub {
		for i := range r.Upcoming {
			run.Results = append(run.Results, s.result(&r.Upcoming[i], true))
		}
	}
	for _, old := range s.opts.Baseline {
		if len(s.opts.Baseline) > 1 && old.Source.Name != r.Source.Name {
			continue
		}
		was := sarifWriter{r: old, opts: s.opts, ruleIndex: s.ruleIndex, rules: s.rules, taxonomies: s.taxonomies}
		was.index()
		for i := range old.Findings {
			if f := &old.Findings[i]; !seen[f.ID] {
				seen[f.ID] = true
				res := was.result(f, false)
				res.Baseline = "absent"
				run.Results = append(run.Results, res)
			}
		}
		s.rules, s.taxonomies = was.rules, was.taxonomies
	}
	name := r.Source.Name
	if name == "" {
		name = "input"
	}
	run.AutomationDetails = &sarifDetails{"touchmark/" + pathURI(name) + "/"}
	run.Artifacts = []sarifArtifactEntry{{Location: &sarifArtifact{URI: pathURI(name)}, Roles: []string{"analysisTarget"}}}
	if r.Source.SHA256 != "" && !tree {
		run.Artifacts[0].Hashes = map[string]string{"sha-256": r.Source.SHA256}
	}
	no := false
	run.Tool = sarifTool{
		Driver: sarifComponent{Name: "Touchmark", Version: cmp.Or(s.opts.Version, "unknown"),
			InformationURI: "https://github.com/touchmark-dev/touchmark", Rules: s.rules},
		Extensions: []sarifComponent{{Name: Visible(r.Database.Name), Version: Visible(string(r.Database.Date)),
			ShortDescription: &sarifText{Text: "The origin database: organizations, their countries, owners and marks."},
			Contents:         []string{"localizedData", "nonLocalizedData"}, Comprehensive: &no,
			Properties: map[string]any{"sha256": r.Database.SHA256, "overlays": r.Database.Overlays}}},
	}
	if r.Database.Overlays == nil {
		delete(run.Tool.Extensions[0].Properties, "overlays")
	}
	run.Taxonomies = s.taxonomies
	for i := range s.taxonomies {
		run.Tool.Driver.SupportedTaxonomies = append(run.Tool.Driver.SupportedTaxonomies, sarifReference{Name: s.taxonomies[i].Name, Index: &i})
	}
	run.Invocations = []sarifInvocation{s.invocation(cutOff)}
	kinds := map[string]bool{}
	for _, n := range run.Invocations[0].Notifications {
		if !kinds[n.Descriptor.ID] {
			kinds[n.Descriptor.ID] = true
			run.Tool.Driver.Notifications = append(run.Tool.Driver.Notifications, sarifRule{ID: n.Descriptor.ID})
		}
	}
	run.Properties = map[string]any{"schema": r.Schema, "asOf": r.AsOf, "verdict": cmp.Or(r.Verdict, provenance.NoFinding),
		"headline": sentence(Headline(r)), "coverage": r.Coverage}
	if len(r.Policies) == 0 {
		delete(run.Properties, "verdict")
	}
	return run
}

// index notes where each component and service is.
func (s *sarifWriter) index() {
	s.places = map[string]*sarifPlaces{}
	component := func(c *provenance.Component) {
		p := &sarifPlaces{logical: sarifLogical{Name: Visible(label(c.Group, c.Name, c.Version)), Qualified: cmp.Or(c.PURL, c.Ref), Kind: "module"}, place: c.Place, files: c.Locations}
		for _, e := range c.Evidence {
			if e.Path != "" {
				p.evidence = append(p.evidence, e)
			}
		}
		s.places[c.Ref] = p
	}
	if s.r.Subject != nil {
		component(s.r.Subject)
	}
	for i := range s.r.Components {
		component(&s.r.Components[i])
	}
	for i := range s.r.Services {
		v := &s.r.Services[i]
		s.places[v.Ref] = &sarifPlaces{logical: sarifLogical{Name: Visible(v.Name), Qualified: v.Ref, Kind: "resource"}, place: v.Place, files: v.Locations, evidence: v.Evidence}
	}
}

func (s *sarifWriter) invocation(cutOff int) sarifInvocation {
	inv := sarifInvocation{Successful: s.r.Coverage.Tree == nil || !s.r.Coverage.Tree.NotRead}
	for i, p := range s.r.Problems {
		if i == 1000 {
			inv.Notifications = append(inv.Notifications, sarifNotification{Descriptor: sarifReference{ID: "more-problems"}, Level: "note",
				Message: sarifText{Text: fmt.Sprintf("%d more problems are in the JSON report.", len(s.r.Problems)-i)}})
			break
		}
		level := "warning"
		if p.Severity == sbom.ProblemError {
			level = "error"
		}
		text := sentence(p.Message)
		if p.Place != "" {
			text = Visible(p.Place) + ": " + text
		}
		inv.Notifications = append(inv.Notifications, sarifNotification{Descriptor: sarifReference{ID: cmp.Or(p.Kind, "problem")}, Level: level,
			Message: sarifText{Text: cmp.Or(text, "A problem of the input.")}})
	}
	if cutOff > 0 {
		inv.Notifications = append(inv.Notifications, sarifNotification{Descriptor: sarifReference{ID: "more-findings"}, Level: "warning",
			Message: sarifText{Text: fmt.Sprintf("%d more findings are left out, because code scanning takes %d; all are in the JSON report.", cutOff, githubResults)}})
	}
	return inv
}

// rule returns the index of a finding's rule.
func (s *sarifWriter) rule(f *provenance.Finding) int {
	id := f.Policy + "." + f.Rule
	if i, ok := s.ruleIndex[id]; ok {
		return i
	}
	text := cmp.Or(sentence(f.Title), id)
	r := sarifRule{ID: id, Name: pascal(f.Rule), ShortDescription: &sarifText{Text: text}, Default: &sarifDefault{Level: s.level(f.Verdict, f.Severity)},
		Properties: map[string]any{"policy": f.Policy, "tags": s.tags(f)}}
	if n, ok := securitySeverity(f.Severity); ok {
		r.Properties["security-severity"] = n
	}
	full := text
	var help []string
	for _, p := range f.Provisions {
		line := sentence(p.Paragraph)
		if p.Effective != "" {
			line += " (from " + Visible(string(p.Effective)) + ")"
		}
		if p.Says != "" {
			line += ": " + sentence(p.Says)
		}
		help = append(help, line)
		if r.HelpURI == "" && isURI(p.URL) {
			r.HelpURI = p.URL
		}
	}
	if f.Remedy != "" {
		help = append(help, sentence(f.Remedy))
	}
	if f.Ask != "" {
		help = append(help, "Ask the supplier: "+sentence(f.Ask))
	}
	help = append(help, "An attribution is an inference about a component; a list entry is a fact about an organization. Nothing here is legal advice.")
	r.FullDescription = &sarifText{Text: cut(full, 1000)}
	r.Help = &sarifText{Text: strings.Join(help, "\n")}
	i := len(s.rules)
	s.rules = append(s.rules, r)
	s.ruleIndex[id] = i
	return i
}

func (s *sarifWriter) tags(f *provenance.Finding) []string {
	tags := []string{"security", "supply-chain", "provenance", "policy:" + f.Policy}
	if f.List != nil {
		tags = append(tags, "list:"+f.List.ID)
	}
	return tags[:min(len(tags), githubTags)]
}

// securitySeverity is what GitHub sorts by, as CVSS-like text.
func securitySeverity(s provenance.Severity) (string, bool) {
	switch s {
	case provenance.Critical:
		return "9.5", true
	case provenance.HighSeverity:
		return "8.0", true
	case provenance.MediumSeverity:
		return "5.5", true
	case provenance.LowSeverity:
		return "2.0", true
	}
	return "", false
}

func (s *sarifWriter) level(v provenance.Verdict, sev provenance.Severity) string {
	switch v {
	case provenance.Fail:
		return "error"
	case provenance.Review, provenance.UnknownVerdict:
		if s.opts.GitHub {
			return "warning"
		}
	case provenance.Info:
		if s.opts.GitHub {
			return "note"
		}
	}
	return "none"
}

func (s *sarifWriter) result(f *provenance.Finding, upcoming bool) sarifResult {
	res := sarifResult{RuleID: f.Policy + "." + f.Rule, RuleIndex: s.rule(f), Level: s.level(f.Verdict, f.Severity),
		Message:      sarifText{Text: cmp.Or(sentence(f.Why), sentence(f.Title), f.ID)},
		Fingerprints: map[string]string{"touchmarkFinding/v1": f.ID},
		Partial:      map[string]string{"touchmarkFinding/v1": f.ID, "primaryLocationLineHash": f.ID},
		Suppressions: []sarifSuppression{}, Locations: s.locations(f), Properties: map[string]any{"verdict": f.Verdict, "id": f.ID}}
	switch f.Verdict {
	case provenance.Fail:
		res.Kind = "fail"
	case provenance.Review:
		res.Kind = "review"
	case provenance.UnknownVerdict:
		res.Kind = "open"
	default:
		res.Kind = "informational"
	}
	if s.opts.GitHub && res.Level != "none" {
		res.Kind = "fail" // which a level requires (3.27.9)
	}
	if upcoming {
		res.Kind, res.Level = "notApplicable", "none"
		res.Properties["from"] = inForceDate(f)
	}
	if rank, ok := map[sbom.Confidence]float64{sbom.High: 90, sbom.Medium: 60, sbom.Low: 30}[f.Confidence]; ok {
		res.Rank = &rank
		res.Properties["confidence"] = f.Confidence
	}
	if f.Downgraded != "" {
		res.Properties["downgraded"] = f.Downgraded
	}
	if f.Organization != nil {
		res.Properties["organization"] = f.Organization
		res.Properties["role"] = f.Role
	}
	if f.List != nil {
		res.Properties["list"] = f.List
		res.Taxa = []sarifReference{s.taxon(f.List)}
	}
	var steps []string
	for _, st := range f.Steps {
		steps = append(steps, sentence(st.Text))
	}
	if steps != nil {
		res.Properties["steps"] = steps
	}
	if cites := citations(f); cites != nil {
		res.Properties["citations"] = cites
	}
	if w := f.Waiver; w != nil {
		res.Suppressions = append(res.Suppressions, sarifSuppression{Kind: "external", Status: "accepted", Justification: sentence(w.Reason),
			Properties: map[string]any{"waiver": w.ID, "owner": w.Owner, "expires": w.Expires}})
	}
	if s.base != nil && !upcoming {
		switch old, ok := s.base[f.ID]; {
		case !ok:
			res.Baseline = "new"
		case old != f.Verdict:
			res.Baseline = "updated"
		default:
			res.Baseline = "unchanged"
		}
	}
	return res
}

// inForceDate returns the first day on which an upcoming finding counts.
func inForceDate(f *provenance.Finding) provenance.Date {
	first := f.From
	if first == "" {
		for _, pr := range f.Provisions {
			if pr.Effective != "" && (first == "" || pr.Effective < first) {
				first = pr.Effective
			}
		}
	}
	return first
}

// citations returns every source of a finding's steps once.
func citations(f *provenance.Finding) []provenance.Source {
	var out []provenance.Source
	for _, st := range f.Steps {
		for _, c := range st.Sources {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// taxon refers to a list entry's paragraph, and adds it to the list's taxonomy.
func (s *sarifWriter) taxon(l *provenance.ListRef) sarifReference {
	i := slices.IndexFunc(s.taxonomies, func(t sarifComponent) bool { return t.Name == l.ID && t.Version == l.Edition })
	if i < 0 {
		i = len(s.taxonomies)
		t := sarifComponent{Name: l.ID, FullName: Visible(l.Title), Version: l.Edition}
		if isURI(l.URL) {
			t.InformationURI = l.URL
		}
		s.taxonomies = append(s.taxonomies, t)
	}
	t := &s.taxonomies[i]
	id := cmp.Or(l.Paragraph, l.Entry)
	if !slices.ContainsFunc(t.Taxa, func(x sarifRule) bool { return x.ID == id }) {
		t.Taxa = append(t.Taxa, sarifRule{ID: id, ShortDescription: &sarifText{Text: cmp.Or(Visible(l.Entry), id)}})
	}
	return sarifReference{ID: id, ToolComponent: &sarifReference{Name: l.ID, Index: &i}}
}

// locations returns where the evidence of a finding is; never none, as GitHub
// refuses a file with a result that has no physical location.
func (s *sarifWriter) locations(f *provenance.Finding) []sarifLocation {
	var logical []sarifLogical
	ref := cmp.Or(f.Component, f.Service)
	places := s.places[ref]
	if places != nil {
		logical = []sarifLogical{places.logical}
	}
	var out []sarifLocation
	seen := map[string]bool{}
	add := func(e sbom.Evidence) {
		key := evidencePlace(e)
		if e.Path == "" || seen[key] || len(out) >= githubLocations {
			return
		}
		seen[key] = true
		l := sarifLocation{Physical: &sarifPhysical{Artifact: s.artifact(e.Path)}, Logical: logical}
		if e.Length > 0 {
			off, n := e.Offset, e.Length
			l.Physical.Region = &sarifRegion{ByteOffset: &off, ByteLength: &n}
			if e.Match != "" {
				l.Physical.Region.Snippet = &sarifText{Text: e.Match}
			}
		}
		if s.opts.GitHub {
			if l.Physical.Region == nil {
				l.Physical.Region = &sarifRegion{}
			}
			l.Physical.Region.StartLine = 1
		}
		out = append(out, l)
	}
	for _, st := range f.Steps {
		for _, e := range st.Evidence {
			add(e)
		}
	}
	if len(out) == 0 && places != nil {
		for _, e := range places.evidence {
			add(e)
		}
		for _, p := range places.files {
			add(sbom.Evidence{Path: p})
		}
	}
	if len(out) > 0 {
		return out
	}
	l := sarifLocation{Physical: &sarifPhysical{Artifact: sarifArtifact{URI: pathURI(cmp.Or(s.r.Source.Name, "input"))}}, Logical: logical}
	place := ""
	if places != nil {
		place = places.place
	}
	for _, st := range f.Steps {
		if st.Place != "" {
			l.Message = &sarifText{Text: Visible(st.Place)}
			place = st.Place
		}
	}
	at := 0
	if s.lines != nil {
		at = s.lines(place)
	}
	if at == 0 && s.opts.GitHub {
		at = 1
	}
	if at > 0 {
		l.Physical.Region = &sarifRegion{StartLine: at}
	}
	return []sarifLocation{l}
}

// artifact is a file of the scanned tree. GitHub shows what is relative to the
// repository, so the base is left to the reader of the plain form only.
func (s *sarifWriter) artifact(path string) sarifArtifact {
	a := sarifArtifact{URI: pathURI(path)}
	if s.r.Source.Kind == sbom.SourceTree && !s.opts.GitHub {
		a.URIBaseID = sarifRoot
	}
	if s.opts.GitHub && s.r.Source.Name != "" {
		a.URI = pathURI(s.r.Source.Name) + "/" + a.URI
	}
	return a
}

// pathURI writes a path as a relative URI reference.
func pathURI(p string) string {
	p = strings.TrimLeft(p, "/")
	segments := strings.Split(p, "/")
	for i, seg := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(seg), ":", "%3A")
	}
	return cmp.Or(strings.Join(segments, "/"), "input")
}

// isURI reports whether a string can stand where SARIF wants an absolute URI.
func isURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsAny(s, " \"<>\\^`{|}")
}

// pascal writes a rule's id as a name, as SARIF asks for.
func pascal(id string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(id, func(r rune) bool { return r == '-' || r == '_' || r == '.' }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}
