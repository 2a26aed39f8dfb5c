package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

//go:embed html/page.tmpl
var htmlPage string

//go:embed html/page.css
var htmlStyle string

//go:embed html/page.js
var htmlScript string

// htmlBudget is how many bytes the data of the components may take: with the
// rest a page stays under 2 MB. Where that cannot be had by leaving out details,
// components are left out beyond htmlMost bytes.
const (
	htmlBudget = 1_600_000
	htmlMost   = 5_000_000
	// htmlLeast is what a component takes at least: of more than fit, details
	// are not even tried.
	htmlLeast = 60
)

// Bounds of the findings that are written out; the worst stand first.
const (
	htmlGroups     = 500       // findings of one cause each, of the open, the waived, …
	htmlChains     = 1_500_000 // bytes of the chains of one of these lists
	htmlEvidence   = 50        // observations of one step
	htmlIDs        = 200       // ids of one cause
	htmlRows       = 2000      // organizations of a table
	htmlOfOneThing = 50        // findings about one component
)

// WriteHTML writes a report as one HTML file that needs no network and works
// from disk: verdict and coverage, findings with their chain, the device,
// countries by role and basis, the components with search and filters, and a
// page for each component and organization. Without scripts, everything but the
// pages of components and organizations can be read.
//
// The page forbids itself every request and every script but its own, by a
// content security policy. Strings of the input are text only, made visible as
// by [WriteText]; links go to citations with an http or https address.
//
// A report whose components would make the page larger than 2 MB loses, in this
// order, claims that prove nothing, further evidence of a claim, and claims. A
// report so large that this is not enough, from some 10,000 components, gives a
// page of less than 10 MB that holds the subject, what has findings, the
// services and the first of the other components. The page says what is left
// out; the JSON report has all.
func WriteHTML(w io.Writer, r *provenance.Report) error {
	data, index, left, err := htmlData(r)
	if err != nil {
		return fmt.Errorf("write HTML: %w", err)
	}
	sum := sha256.Sum256([]byte(htmlScript))
	page := htmlModel{
		Style: template.CSS(htmlStyle), Script: template.JS(htmlScript), Data: template.JS(data), Left: left,
		Hash:  template.HTMLAttr("content=\"default-src 'none'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\""),
		Title: cmp.Or(Visible(r.Source.Name), "report"),
	}
	page.fill(r, index)
	tmpl, err := template.New("page").Funcs(template.FuncMap{"v": sentence}).Parse(htmlPage)
	if err != nil {
		return fmt.Errorf("write HTML: %w", err)
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&b, page); err != nil {
		return fmt.Errorf("write HTML: %w", err)
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write HTML: %w", err)
	}
	return nil
}

// htmlModel is what the template shows. Strings of the input in it are made
// visible already or by the template's v.
type htmlModel struct {
	Style  template.CSS
	Script template.JS
	Data   template.JS
	Hash   template.HTMLAttr
	Title  string
	Left   string

	Verdict  string
	Headline string
	Facts    [][2]string
	Bars     []htmlBar
	Tree     []htmlBar
	TreeText string
	Largest  string
	Judged   bool // a policy was applied
	Findings []htmlFinding
	Notes    []htmlFinding
	Waived   []htmlFinding
	Known    []htmlFinding
	Upcoming []htmlFinding
	Roles    []htmlRole
	Device   string
	Rows     []htmlCountry
	MoreRows int
	Others   []htmlOther
	Unknown  string
	Marks    string
	Problems []problemRow
}

type htmlBar struct {
	Label   string
	Class   string
	Count   string
	Percent string // of the whole, for the width
}

type htmlFinding struct {
	ID, Policy, Verdict, Severity, Title, About, Why, But, Ask, Do, List, Waiver, From string
	Against                                                                            []string
	Steps                                                                              []htmlStep
	IDs                                                                                []string
	MoreIDs, More                                                                      string
	Component                                                                          int // index of the component's page, -1 for none
}

type htmlStep struct {
	Text     string
	Sources  []htmlSource
	Evidence []string
}

type htmlSource struct {
	Text string
	URL  string // empty where it is no address to follow
}

type htmlRole struct {
	Role  string
	Found []htmlRoleOf
}

type htmlRoleOf struct {
	Name, Country, Confidence, Evidence string
}

type htmlCountry struct {
	Name, Organization, Basis, Roles, Things string
}

type htmlOther struct {
	Kind, Name, Seat, Things string
}

type problemRow struct {
	Severity, Kind, Count, First string
}

func (m *htmlModel) fill(r *provenance.Report, index map[string]int) {
	p := &printer{}
	line := sentence(Headline(r))
	if v, rest, ok := strings.Cut(line, ": "); ok && v == string(r.Verdict) {
		m.Verdict, line = v, rest
	}
	m.Headline = strings.ToUpper(line[:1]) + line[1:]
	fact := func(name, text string) {
		if text != "" {
			m.Facts = append(m.Facts, [2]string{name, text})
		}
	}
	fact("Input", Visible(r.Source.Name)+" ("+sourceText(&r.Source)+")")
	if r.Subject != nil {
		fact("Subject", Visible(subjectLabel(r.Subject)))
	}
	fact("Facts as of", Visible(string(r.AsOf)))
	fact("Database", Visible(r.Database.Name)+", edition of "+Visible(string(r.Database.Date))+" "+Visible(cut(r.Database.SHA256, 12)))
	if len(r.Database.Overlays) > 0 {
		fact("With", p.names(r.Database.Overlays, 10))
	}
	for i, pol := range r.Policies {
		name := "Policy"
		if i > 0 {
			name = ""
		}
		fact(name, strings.TrimSpace(Visible(pol.ID)+" "+Visible(pol.Version))+": "+sentence(pol.Title))
	}
	c := r.Coverage
	m.Bars = htmlBars(int64(c.Components), []htmlShare{{"by organization", "s-org", int64(c.Organization)}, {"by foundation", "s-fou", int64(c.Foundation)},
		{"by community", "s-com", int64(c.Community)}, {"on record without an organization", "s-una", int64(c.Unaffiliated)}, {"by distributor only", "s-dis", int64(c.Distributor)}, {"unknown", "s-unk", int64(c.Unknown)}}, number)
	if t := c.Tree; t != nil && !t.NotRead && t.Bytes > 0 {
		rest := max(t.Bytes-t.ExplainedBytes-t.OpaqueBytes-t.UnreadableBytes, 0)
		m.Tree = htmlBars(t.Bytes, []htmlShare{{"explained", "s-org", t.ExplainedBytes}, {"encrypted or packed", "s-dis", t.OpaqueBytes},
			{"unreadable", "s-fou", t.UnreadableBytes}, {"not explained", "s-unk", rest}}, size)
		m.TreeText = fmt.Sprintf("%s files, %s", number(int64(t.Files)), size(t.Bytes))
		var list []string
		for _, f := range t.Unexplained {
			if f.Size == 0 {
				continue
			}
			list = append(list, fmt.Sprintf("%s (%s)", f.Path, size(f.Size)))
		}
		m.Largest = p.names(list, 10)
	}
	open, waived, known := sortOut(r.Findings)
	m.Known = htmlFindings(p, known, index)
	// Notes stand after all that counts: a page of many packs has dozens.
	var counted, notes []provenance.Finding
	for _, f := range open {
		if f.Verdict == provenance.Info {
			notes = append(notes, f)
		} else {
			counted = append(counted, f)
		}
	}
	m.Judged = len(r.Policies) > 0
	m.Notes = htmlFindings(p, notes, index)
	m.Findings, m.Waived, m.Upcoming = htmlFindings(p, counted, index), htmlFindings(p, waived, index), htmlFindings(p, r.Upcoming, index)
	m.device(r)
	rows, none := byCountry(r)
	tie := func(country string, t *tie) {
		if len(m.Rows) == htmlRows {
			m.MoreRows++
			return
		}
		ground := t.own
		for i, g := range t.owners {
			if i == 2 {
				ground += fmt.Sprintf("; and %s there", plural(len(t.owners)-i, "further owner", "further owners"))
				break
			}
			if ground != "" {
				ground += "; "
			}
			ground += "owned by " + g.text
		}
		var roles []string
		for _, rc := range t.roles {
			roles = append(roles, fmt.Sprintf("%s (%s)", rc.role, rc.confidence))
		}
		m.Rows = append(m.Rows, htmlCountry{country, Visible(t.organization.Name), sentence(ground), Visible(strings.Join(roles, ", ")), p.names(t.things(), 3)})
	}
	for _, row := range rows {
		for _, t := range row.organizations {
			tie(Visible(CountryName(row.code)), t)
		}
	}
	for _, t := range none {
		tie("none on record", t)
	}
	foundations, communities, distributors := others(r)
	for _, t := range foundations {
		m.Others = append(m.Others, htmlOther{"foundation", Visible(t.organization.Name), sentence(t.own), p.names(t.things(), 4)})
	}
	for _, t := range communities {
		m.Others = append(m.Others, htmlOther{"community", Visible(t.organization.Name), "", p.names(t.things(), 4)})
	}
	for _, t := range distributors {
		m.Others = append(m.Others, htmlOther{"distributor", Visible(t.organization.Name), sentence(t.own), p.names(t.things(), 4)})
	}
	var unknown []string
	for i := range r.Components {
		if c := &r.Components[i]; c.Standing == provenance.Unknown {
			unknown = append(unknown, label(c.Group, c.Name, c.Version))
		}
	}
	m.Unknown = p.names(unique(unknown), 40)
	var marks []string
	for _, k := range unanswered(r) {
		marks = append(marks, fmt.Sprintf("%s %q (%d)", k.kind, k.value, k.count))
	}
	m.Marks = p.names(marks, 15)
	for _, g := range problems(r) {
		first := sentence(g.first.Message)
		if g.first.Place != "" {
			first = Visible(g.first.Place) + ": " + first
		}
		m.Problems = append(m.Problems, problemRow{string(g.severity), Visible(g.kind), number(int64(g.count)), first})
	}
}

type htmlShare struct {
	label, class string
	n            int64
}

func htmlBars(whole int64, shares []htmlShare, text func(int64) string) []htmlBar {
	var out []htmlBar
	for _, s := range shares {
		width := 0.0
		if whole > 0 {
			width = 100 * float64(s.n) / float64(whole)
		}
		out = append(out, htmlBar{s.label, s.class, text(s.n), fmt.Sprintf("%.2f", width)})
	}
	return out
}

// device fills the picture of the device: who stands behind it by role.
func (m *htmlModel) device(r *provenance.Report) {
	s := r.Subject
	if s == nil {
		return
	}
	isTree := r.Source.Kind == sbom.SourceTree || r.Source.Kind == sbom.SourceImage
	if len(s.Attributions) == 0 && !isDevice(s.Type) && !isTree {
		return
	}
	m.Device = Visible(subjectLabel(s))
	roles := []sbom.Role{sbom.Brand, sbom.Manufacturer, sbom.ODM, sbom.SDK, sbom.Silicon, sbom.Operator}
	for _, a := range s.Attributions {
		if !slices.Contains(roles, a.Role) && a.Role != 0 {
			roles = append(roles, a.Role)
		}
	}
	h := holder{place: s.Place, claims: s.Claims, attributions: s.Attributions}
	for _, role := range roles {
		hr := htmlRole{Role: roleName(role)}
		for i := range s.Attributions {
			a := &s.Attributions[i]
			if a.Role != role || a.Organization.ID == "" {
				continue
			}
			at, quote := proof(h, a)
			if quote != "" {
				at += " \"" + cut(quote, 80) + "\""
			}
			name := Visible(a.Organization.Name)
			if len(a.Ambiguous) > 0 {
				name += " (or " + Visible(a.Ambiguous[0].Name) + ": the mark is shared)"
			}
			hr.Found = append(hr.Found, htmlRoleOf{name, sentence(seat(a)), Visible(string(a.Confidence)), sentence(at)})
		}
		for i := range s.Stated {
			if n := &s.Stated[i]; n.Role == role {
				at, quote := statedProof(s, n)
				if quote != "" {
					at += " \"" + cut(quote, 80) + "\""
				}
				hr.Found = append(hr.Found, htmlRoleOf{Visible(n.Name) + " (stated; on no record)", "", Visible(string(n.Confidence)), sentence(at)})
			}
		}
		if role == sbom.Operator {
			seen := map[string]bool{}
			for i := range r.Services {
				for j := range r.Services[i].Attributions {
					a := &r.Services[i].Attributions[j]
					if a.Role == role && a.Organization.ID != "" && !seen[a.Organization.ID] {
						seen[a.Organization.ID] = true
						hr.Found = append(hr.Found, htmlRoleOf{Visible(a.Organization.Name), sentence(seat(a)), Visible(string(a.Confidence)), Visible(r.Services[i].Name)})
					}
				}
			}
		}
		m.Roles = append(m.Roles, hr)
	}
}

// roleName writes a role as a heading.
func roleName(role sbom.Role) string {
	switch role {
	case sbom.ODM:
		return "ODM"
	case sbom.SDK:
		return "SDK"
	}
	s := Visible(role.String())
	if s != "" && s[0] < 0x80 {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	return s
}

func htmlFindings(p *printer, list []provenance.Finding, index map[string]int) []htmlFinding {
	var out []htmlFinding
	gs := groups(list)
	written := 0
	for i, g := range gs {
		f := g.first
		if i == htmlGroups || written > htmlChains {
			out[i-1].More = plural(len(gs)-i, "further cause is", "further causes are") + " left out here; the JSON report has all."
			break
		}
		h := htmlFinding{ID: Visible(f.ID), Policy: Visible(f.Policy), Verdict: Visible(string(f.Verdict)), Severity: Visible(string(f.Severity)), Title: sentence(f.Title),
			About: p.about(g, 6), Why: sentence(f.Why), But: sentence(f.Downgraded), Ask: sentence(f.Ask), Do: sentence(f.Remedy), Component: -1}
		if i, ok := index[cmp.Or(f.Component, f.Service)]; ok && (f.Component != "" || f.Service != "") {
			h.Component = i
		}
		if n := len(g.findings); n > 1 {
			h.About = fmt.Sprintf("%s: %s", plural(n, "finding", "findings"), h.About)
			if at := p.seen(g); at != "" {
				h.About += "; at " + at
			}
		}
		if f.List != nil && len(f.Entries) == 0 {
			h.List = listText(f.List)
		}
		for i := range f.Entries {
			if i > 0 {
				h.List += "; "
			}
			h.List += listText(&f.Entries[i])
		}
		if f.Waiver != nil {
			h.Waiver = waiverText(f.Waiver)
		}
		h.From = Visible(string(f.From))
		for _, c := range f.Counter {
			h.Against = append(h.Against, sentence(c))
		}
		for i, f := range g.findings {
			if i == htmlIDs {
				h.MoreIDs = "and " + number(int64(len(g.findings)-i)) + " more"
				break
			}
			h.IDs = append(h.IDs, Visible(f.ID))
		}
		for _, s := range f.Steps {
			st := htmlStep{Text: sentence(s.Text)}
			for _, c := range s.Sources {
				st.Sources = append(st.Sources, htmlSourceOf(c))
			}
			for i, e := range s.Evidence {
				if i == htmlEvidence {
					st.Evidence = append(st.Evidence, "and "+number(int64(len(s.Evidence)-i))+" more")
					break
				}
				st.Evidence = append(st.Evidence, evidenceText(e))
				written += len(st.Evidence[i])
			}
			if s.Place != "" {
				st.Evidence = append(st.Evidence, "in the document at "+Visible(s.Place))
			}
			h.Steps = append(h.Steps, st)
			written += len(st.Text) + 200*len(st.Sources)
		}
		written += 500 + len(h.Why) + len(h.Title) + len(h.Ask) + len(h.Do) + 40*len(h.IDs)
		out = append(out, h)
	}
	return out
}

func htmlSourceOf(s provenance.Source) htmlSource {
	h := htmlSource{Text: sourceCitation(s)}
	if isURI(s.URL) {
		h.URL = s.URL
	}
	return h
}

// evidenceText writes an observation in one line.
func evidenceText(e sbom.Evidence) string {
	s := Visible(evidencePlace(e))
	if e.Match != "" {
		s = strings.TrimSpace(s + " \"" + Visible(e.Match) + "\"")
	}
	return strings.TrimSpace(s + " (" + Visible(e.Extractor) + ")")
}

// The data of the script: short names, each organization and source once.
type (
	pageData struct {
		Countries  map[string]string `json:"countries"`
		Sources    []htmlDataSource  `json:"sources"`
		Orgs       []*pageOrg        `json:"orgs"`
		Components []pageComponent   `json:"components"`
		Findings   []pageFinding     `json:"findings"`
		Rules      []pageRule        `json:"rules"`
	}
	htmlDataSource struct {
		Text string `json:"t"`
		URL  string `json:"u,omitempty"`
	}
	pageOrg struct {
		ID         string       `json:"id"`
		Name       string       `json:"n"`
		Foundation bool         `json:"f,omitempty"`
		Origins    []pageOrigin `json:"o,omitempty"`
	}
	pageOrigin struct {
		Country string     `json:"c"`
		Basis   string     `json:"b"`
		Text    string     `json:"t"`
		Sources []int      `json:"s,omitempty"`
		Via     []pageStep `json:"v,omitempty"`
		Holding string     `json:"h,omitempty"`
	}
	pageStep struct {
		Name    string `json:"n"`
		Share   string `json:"s"`
		Sources []int  `json:"c,omitempty"`
	}
	pageComponent struct {
		Kind         string            `json:"k"` // d, c or s
		Name         string            `json:"n"`
		Version      string            `json:"v,omitempty"`
		Type         string            `json:"t,omitempty"`
		PURL         string            `json:"p,omitempty"`
		Place        string            `json:"pl,omitempty"`
		Files        []string          `json:"l,omitempty"`
		MoreFiles    int               `json:"lm,omitempty"`
		Standing     string            `json:"st"`
		Evidence     []string          `json:"e,omitempty"`
		Attributions []pageAttribution `json:"a,omitempty"`
		Claims       []pageClaim       `json:"cl,omitempty"`
		Findings     []int             `json:"f,omitempty"`

		ref string
	}
	pageAttribution struct {
		Org        int         `json:"o"` // -1 for a community, -2 for a project without an organization
		Project    string      `json:"p,omitempty"`
		Role       string      `json:"r,omitempty"`
		Confidence string      `json:"c"`
		Ambiguous  []string    `json:"x,omitempty"`
		Matches    []pageMatch `json:"m,omitempty"`
		Sources    []int       `json:"s,omitempty"`
	}
	pageMatch struct {
		Text    string `json:"t"`
		Sources []int  `json:"s,omitempty"`
	}
	pageClaim struct {
		Text     string   `json:"t"`
		Evidence []string `json:"e,omitempty"`
	}
	pageFinding struct {
		ID      string `json:"id"`
		Verdict string `json:"v"`
		Rule    int    `json:"r"`
		Waived  bool   `json:"w,omitempty"`
	}
	// pageRule is what findings of one rule and list have in common.
	pageRule struct {
		Title string `json:"t"`
		List  string `json:"l,omitempty"`
	}
)

// htmlData returns the data of the page, the number of the page of each
// component by its ref, and what had to be left out.
func htmlData(r *provenance.Report) (data []byte, index map[string]int, left string, err error) {
	var d pageData
	for level, text := range []string{"", "Claims that prove nothing are left out, to keep this page small; the JSON report has them.",
		"All evidence but the first of each claim is left out, and claims that prove nothing, to keep this page small; the JSON report has them.",
		"Claims and their evidence are left out, to keep this page small; the JSON report has them."} {
		if level < 3 && len(r.Components) > htmlBudget/htmlLeast {
			continue
		}
		d = htmlDataAt(r, level)
		if len(d.Components) > htmlMost/htmlLeast {
			left = text
			break
		}
		data, err = json.Marshal(d) // which escapes <, > and &
		if err != nil || len(data) <= htmlBudget {
			return data, d.index(), text, err
		}
		left = text
	}
	if len(data) > htmlMost || data == nil {
		all := len(d.Components)
		if err = d.cut(htmlMost); err != nil {
			return nil, nil, "", err
		}
		data, err = json.Marshal(d)
		left = fmt.Sprintf("This page holds %s of %s components, the subject and services among them: those with findings, then the first of the others. The bars and the search know no more; the coverage, the findings and the tables of countries count all. %s",
			number(int64(len(d.Components))), number(int64(all)), left)
	}
	return data, d.index(), left, err
}

// index returns the place of each component in the data, by its ref.
func (d *pageData) index() map[string]int {
	m := make(map[string]int, len(d.Components))
	for i := range d.Components {
		if _, ok := m[d.Components[i].ref]; !ok {
			m[d.Components[i].ref] = i
		}
	}
	return m
}

// cut leaves out components until the data takes at most so many bytes.
func (d *pageData) cut(most int) error {
	whole := *d
	d.Components, d.Findings = []pageComponent{}, []pageFinding{}
	base, err := json.Marshal(d)
	if err != nil {
		return err
	}
	room := most - len(base)
	keep := make([]bool, len(whole.Components))
	for _, wanted := range []func(c *pageComponent) bool{
		func(c *pageComponent) bool { return c.Kind == "d" },
		func(c *pageComponent) bool {
			return slices.ContainsFunc(c.Findings, func(i int) bool { return !whole.Findings[i].Waived })
		},
		func(c *pageComponent) bool { return len(c.Findings) > 0 },
		func(c *pageComponent) bool { return c.Kind == "s" },
		func(c *pageComponent) bool { return true },
	} {
		for i := range whole.Components {
			c := &whole.Components[i]
			if keep[i] || !wanted(c) {
				continue
			}
			data, err := json.Marshal(c)
			if err != nil {
				return err
			}
			need := len(data) + 1
			for _, f := range c.Findings {
				need += len(whole.Findings[f].ID) + 40
			}
			if need > room {
				room = 0 // the next may be smaller, but then others would be missing between
				break
			}
			room -= need
			keep[i] = true
		}
	}
	at := map[int]int{} // findings
	for i := range whole.Components {
		if !keep[i] {
			continue
		}
		c := whole.Components[i]
		c.Findings = slices.Clone(c.Findings)
		for j, f := range c.Findings {
			n, ok := at[f]
			if !ok {
				n = len(d.Findings)
				at[f] = n
				d.Findings = append(d.Findings, whole.Findings[f])
			}
			c.Findings[j] = n
		}
		d.Components = append(d.Components, c)
	}
	return nil
}

func htmlDataAt(r *provenance.Report, level int) pageData {
	d := pageData{Countries: map[string]string{}, Sources: []htmlDataSource{}, Orgs: []*pageOrg{}, Components: []pageComponent{}, Findings: []pageFinding{}, Rules: []pageRule{}}
	sources := map[provenance.Source]int{}
	cite := func(list []provenance.Source) []int {
		var out []int
		for _, s := range list {
			i, ok := sources[s]
			if !ok {
				i = len(d.Sources)
				sources[s] = i
				d.Sources = append(d.Sources, htmlDataSource(htmlSourceOf(s)))
			}
			out = append(out, i)
		}
		return out
	}
	orgs := map[string]int{}
	org := func(a *provenance.Attribution) int {
		switch {
		case a.Unaffiliated:
			return -2
		case a.Organization.ID == "":
			return -1
		}
		if i, ok := orgs[a.Organization.ID]; ok {
			return i
		}
		o := &pageOrg{ID: Visible(a.Organization.ID), Name: Visible(a.Organization.Name), Foundation: a.Foundation}
		for _, or := range a.Origins {
			code := Visible(or.Country)
			d.Countries[code] = Visible(CountryName(or.Country))
			text := cmp.Or(basisText(or), string(or.Basis))
			if or.Since != "" {
				text += " since " + string(or.Since)
			}
			po := pageOrigin{Country: code, Basis: Visible(string(or.Basis)), Text: sentence(text), Sources: cite(or.Sources), Holding: string(or.Holding)}
			for _, v := range or.Via {
				name := v.Organization.Name
				if v.Organization.ID == "" {
					name = "the state of " + CountryName(name)
				}
				po.Via = append(po.Via, pageStep{Visible(name), Visible(shareText(v)), cite(v.Sources)})
			}
			o.Origins = append(o.Origins, po)
		}
		i := len(d.Orgs)
		orgs[a.Organization.ID] = i
		d.Orgs = append(d.Orgs, o)
		return i
	}
	byRef := map[string][]int{}
	rules := map[pageRule]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		rule := pageRule{Title: sentence(f.Title)}
		if f.List != nil {
			rule.List = Visible(f.List.ID)
		}
		n, ok := rules[rule]
		if !ok {
			n = len(d.Rules)
			rules[rule] = n
			d.Rules = append(d.Rules, rule)
		}
		d.Findings = append(d.Findings, pageFinding{ID: Visible(f.ID), Verdict: Visible(string(f.Verdict)), Rule: n, Waived: !counts(f)})
		for _, ref := range append([]string{f.Component, f.Service}, f.Also...) {
			if ref != "" && len(byRef[ref]) < htmlOfOneThing {
				byRef[ref] = append(byRef[ref], i)
			}
		}
	}
	add := func(kind, ref, name, version, typ, purl, place string, files []string, standing provenance.Standing, evidence []sbom.Evidence, claims []sbom.Claim, attributions []provenance.Attribution) {
		const mostFiles = 20
		c := pageComponent{ref: ref, Kind: kind, Name: Visible(name), Version: Visible(version), Type: Visible(typ), PURL: Visible(purl), Place: Visible(place), Standing: string(standing), Findings: byRef[ref]}
		for i, f := range files {
			if i == mostFiles || level > 1 && i == 3 {
				c.MoreFiles = len(files) - i
				break
			}
			c.Files = append(c.Files, Visible(f))
		}
		for i, e := range evidence {
			if level > 1 && i == 1 || level > 2 || i == 20 {
				break
			}
			s := evidenceText(e)
			if e.Field != "" {
				s = Visible(e.Field) + ": " + s
			}
			c.Evidence = append(c.Evidence, s)
		}
		used := map[int]bool{}
		for i := range attributions {
			a := &attributions[i]
			pa := pageAttribution{Org: org(a), Role: Visible(a.Role.String()), Confidence: Visible(string(a.Confidence)), Sources: cite(a.Sources)}
			if a.Project != nil {
				pa.Project = Visible(a.Project.Name)
			}
			for _, o := range a.Ambiguous {
				pa.Ambiguous = append(pa.Ambiguous, Visible(o.Name))
			}
			for _, m := range a.Matches {
				used[m.Claim] = true
				text := fmt.Sprintf("%s %q on record", m.Kind, m.Value)
				if m.Claim >= 0 && m.Claim < len(claims) {
					cl := claims[m.Claim]
					text = fmt.Sprintf("%s %q", cl.Kind, cl.Value)
					if cl.Value != m.Value || cl.Kind != m.Kind {
						text += fmt.Sprintf(" matches %s %q", m.Kind, m.Value)
					}
					if at := where("", cl); at != "" {
						text += " at " + at
					}
				}
				pa.Matches = append(pa.Matches, pageMatch{sentence(text + " (" + cmp.Or(string(m.Confidence), "only supports") + ")"), cite(m.Sources)})
			}
			c.Attributions = append(c.Attributions, pa)
		}
		for i, cl := range claims {
			if level > 2 || level > 0 && !used[i] {
				continue
			}
			text := fmt.Sprintf("%s %q", cl.Kind, cl.Value)
			if cl.Role != 0 {
				text += " as " + cl.Role.String()
			}
			if cl.Field != "" {
				text += " at " + cl.Field
			}
			pc := pageClaim{Text: sentence(text)}
			for j, e := range cl.Evidence {
				if level > 1 && j == 1 || j == 20 {
					break
				}
				pc.Evidence = append(pc.Evidence, evidenceText(e))
			}
			c.Claims = append(c.Claims, pc)
		}
		d.Components = append(d.Components, c)
	}
	if s := r.Subject; s != nil {
		name := joinName(s.Group, s.Name)
		if s.Name == "" {
			name = subjectLabel(s)
		}
		add("d", s.Ref, name, s.Version, string(s.Type), s.PURL, s.Place, s.Locations, s.Standing, s.Evidence, s.Claims, s.Attributions)
	}
	for i := range r.Components {
		c := &r.Components[i]
		add("c", c.Ref, joinName(c.Group, c.Name), c.Version, string(c.Type), c.PURL, c.Place, c.Locations, c.Standing, c.Evidence, c.Claims, c.Attributions)
	}
	for i := range r.Services {
		s := &r.Services[i]
		add("s", s.Ref, s.Name, s.Version, "service", "", s.Place, s.Locations, s.Standing, s.Evidence, s.Claims, s.Attributions)
	}
	return d
}
