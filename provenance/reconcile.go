package provenance

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/touchmark-dev/touchmark/sbom"
)

// ReconcileSchema names the form of a [Reconciliation] in JSON.
const ReconcileSchema = "touchmark.reconcile/1"

// A Reconciliation holds what a document declares against what was found in a
// tree. It compares two reports, made with one database and date.
type Reconciliation struct {
	Schema   string `json:"schema"` // [ReconcileSchema]
	Declared Side   `json:"declared"`
	Found    Side   `json:"found"`
	// Matches are components that both sides have. One declared component can
	// be several found ones (openssl: libssl.so and libcrypto.so).
	Matches []ReconcileMatch `json:"matches"`
	// NotFound are declared and were not found; Undeclared were found and are
	// not declared.
	NotFound   []ItemRef `json:"not_found"`
	Undeclared []ItemRef `json:"undeclared"`
	// Findings of policy "reconcile", worst first. Their rules are
	// "hidden-organization", "undeclared", "not-found", "version", "supplier"
	// and "hash".
	Findings []Finding `json:"findings"`
	Verdict  Verdict   `json:"verdict"`
}

// A ReconcileMatch is a declared component and what was found of it.
type ReconcileMatch struct {
	Declared ItemRef   `json:"declared"`
	Found    []ItemRef `json:"found"`
	// By is what they have in common: "purl", "project" or "name".
	By string `json:"by"`
}

// An ItemRef names a component of a report.
type ItemRef struct {
	Ref     string `json:"ref"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	PURL    string `json:"purl,omitempty"`
}

func (it *item) itemRef() ItemRef {
	return ItemRef{Ref: it.ref, Name: it.name, Version: it.version, PURL: it.purl}
}

// Reconcile compares a report on a document with one on the product itself.
// db says which names are one project's, and which organizations are listed;
// it is the database that both reports were made with.
//
// Names are compared as people and distributions write them: without lib, .so,
// versions and distribution suffixes, and through project records, so that
// openssl, libssl1.1 and libcrypto.so are one. What is declared is not judged
// here; apply policies to the reports for that.
func Reconcile(declared, found *Report, db Database) *Reconciliation {
	r := &Reconciliation{Schema: ReconcileSchema, Declared: sideOf(declared), Found: sideOf(found),
		Matches: []ReconcileMatch{}, NotFound: []ItemRef{}, Undeclared: []ItemRef{}, Findings: []Finding{}}
	x := &reconciler{db: db, out: r, asOf: found.AsOf, declared: reconcilable(declared), found: reconcilable(found),
		names: map[string][]string{}, umbrella: map[*item]bool{}, index: map[string]int{}, e: &evaluation{r: found, db: db, asOf: found.AsOf, lists: found.AsOf, cache: map[factKey]result{}}}
	x.known = map[string]bool{}
	for _, it := range itemsOf(declared, nil) {
		for i := range it.attributions {
			x.known[it.attributions[i].Organization.ID] = true
		}
	}
	x.match()
	x.hidden(itemsOf(found, nil))
	causes := make([]string, len(r.Findings))
	for i := range r.Findings {
		causes[i] = r.Findings[i].ID
	}
	ids := findingIDs(causes, findingDigest)
	for i := range r.Findings {
		r.Findings[i].ID = ids[r.Findings[i].ID]
	}
	sortFindings(r.Findings)
	r.Verdict = verdictOf(r.Findings)
	return r
}

// Report returns the findings as a report on what was found, without
// components, so that [Explain] can argue them.
func (r *Reconciliation) Report() *Report {
	rep := &Report{Schema: Schema, AsOf: r.Found.AsOf, Database: r.Found.Database, Components: []Component{}, Services: []Service{},
		Source:   sbom.Source{Name: r.Found.Name, SHA256: r.Found.SHA256},
		Policies: []PolicyRef{{ID: "reconcile", Title: "What is declared against what was found"}}, Verdict: r.Verdict, Findings: r.Findings, Problems: []sbom.Problem{}}
	rep.Groups = GroupFindings(rep)
	return rep
}

// reconcilable returns the components of a report that can be found in a tree.
func reconcilable(r *Report) []*item {
	return slices.DeleteFunc(itemsOf(r, nil), func(it *item) bool { return it.subject || it.service || it.typ == sbom.Device })
}

type reconciler struct {
	db              Database
	out             *Reconciliation
	asOf            Date
	declared, found []*item
	names           map[string][]string // project ids by package name
	umbrella        map[*item]bool      // declared projects whose parts have versions of their own
	index           map[string]int      // of out.Findings by ID
	e               *evaluation
	known           map[string]bool // organizations of the declared side
}

// match pairs the components and adds the findings about them.
func (x *reconciler) match() {
	index := map[string][]*item{}
	keys := map[*item][]string{}
	for _, it := range x.found {
		keys[it] = x.keys(it)
		for _, k := range keys[it] {
			index[k] = append(index[k], it)
		}
	}
	declaredFor := map[*item][]*item{}
	for _, d := range x.declared {
		var hits []*item
		by := ""
		own := x.keys(d)
		for _, k := range own { // the most telling key first
			for _, f := range index[k] {
				if project, ok := strings.CutPrefix(k, "project:"); ok && !x.named(project, own) && !x.named(project, keys[f]) {
					continue // two parts of a project that has many
				}
				if !slices.Contains(hits, f) {
					hits = append(hits, f)
				}
			}
			if len(hits) > 0 && by == "" {
				by, _, _ = strings.Cut(k, ":")
			}
		}
		if len(hits) == 0 {
			x.out.NotFound = append(x.out.NotFound, d.itemRef())
			x.add("not-found", Info, d, nil, "declared and not found: "+d.label(),
				"Is it linked statically, built in under another name, or not part of this image?", "Look for it by its version string, or take it out of the document.",
				inputStep("The document declares "+d.label(), d))
			continue
		}
		m := ReconcileMatch{Declared: d.itemRef(), By: by}
		for _, f := range hits {
			declaredFor[f] = append(declaredFor[f], d)
			m.Found = append(m.Found, f.itemRef())
		}
		x.umbrella[d] = len(hits) > 4 && by == "project"
		x.out.Matches = append(x.out.Matches, m)
	}
	for _, f := range x.found {
		ds := declaredFor[f]
		if len(ds) == 0 {
			x.undeclared(f)
			continue
		}
		x.compare(f, ds)
	}
}

// named reports whether one of the keys is the project's own name.
func (x *reconciler) named(project string, keys []string) bool {
	if slices.Contains(keys, "name:"+bareName(project)) {
		return true
	}
	p := x.db.Project(project)
	return p != nil && slices.Contains(keys, "name:"+bareName(p.Name))
}

// undeclared adds the finding about a component that only the tree has. It is
// a review where it brings in an organization that nothing declared names.
func (x *reconciler) undeclared(f *item) {
	x.out.Undeclared = append(x.out.Undeclared, f.itemRef())
	verdict, why := Info, "found and not declared: "+f.label()
	var behind *Attribution
	for i := range f.attributions {
		a := &f.attributions[i]
		if a.Organization.ID != "" && !a.Foundation && a.Role != sbom.Distributor && a.Confidence.Rank() > sbom.Low.Rank() && !x.declares(a) {
			behind = a
			verdict = Review
			why += fmt.Sprintf("; evidence suggests %s as %s, whom the document does not name at all", a.Organization.Name, roleWords(a.Role))
			break
		}
	}
	steps := []Step{inputStep("Found: "+f.label(), f)}
	if behind != nil {
		steps = append(steps, hitSteps(&hit{it: f, a: behind}, true)...)
	}
	x.add("undeclared", verdict, f, behind, why, "Why is this component not in the bill of materials?", "Declare it with its supplier, or take it out of the image.", steps...)
}

// compare adds findings where what was found disagrees with every declared
// component that it can be.
func (x *reconciler) compare(f *item, ds []*item) {
	slices.SortStableFunc(ds, func(a, b *item) int {
		return cmp.Or(strings.Compare(a.version, b.version), strings.Compare(a.ref, b.ref))
	})
	d := ds[0]
	if same := slices.IndexFunc(ds, func(d *item) bool { return d.version == f.version }); same >= 0 {
		d = ds[same]
	}
	both := func(what string) []Step {
		return []Step{inputStep(fmt.Sprintf("The document declares %s%s", d.label(), what), d), inputStep("Found: "+f.label(), f)}
	}
	if !slices.ContainsFunc(ds, func(d *item) bool { return x.umbrella[d] || sameVersion(d.version, f.version) }) {
		x.add("version", Review, f, nil, fmt.Sprintf("declared is %s, and version %s of %s was found", d.label(), f.version, f.name),
			"Which version is in the product?", "Correct the document; known vulnerabilities were judged by the wrong version.", both("")...)
	}
	as, bs := makers(d), makers(f)
	if len(as) > 0 && len(bs) > 0 && !slices.ContainsFunc(bs, func(b *Attribution) bool {
		return slices.ContainsFunc(as, func(a *Attribution) bool { return related(x.db, a, b, x.asOf) })
	}) {
		steps := both(" of " + as[0].Organization.Name)
		steps = append(steps, hitSteps(&hit{it: f, a: bs[0]}, true)...)
		x.add("supplier", Review, f, bs[0], fmt.Sprintf("declared is %s of %s, and evidence suggests %s as %s of what was found", d.label(), as[0].Organization.Name, bs[0].Organization.Name, roleWords(bs[0].Role)),
			"Who made the component that is in the product?", "Correct the supplier in the document, or explain the fork.", steps...)
	}
	if what := hashDiffers(d, f); what != "" {
		x.add("hash", Review, f, nil, fmt.Sprintf("the %s of %s is not the declared one", what, f.label()),
			"Was the file changed or built again after the document was written?", "Compare the two files.", both("")...)
	}
}

// makers are the attributions that say who made a thing.
func makers(it *item) []*Attribution {
	var out []*Attribution
	for i := range it.attributions {
		a := &it.attributions[i]
		switch a.Role {
		case sbom.Distributor, sbom.Maintainer, sbom.Signer, sbom.Operator:
			continue
		}
		if a.Organization.ID != "" && !a.Foundation && a.Confidence.Rank() > sbom.Low.Rank() {
			out = append(out, a)
		}
	}
	return out
}

// declares reports whether the document names an organization, or one that
// controls it, anywhere.
func (x *reconciler) declares(a *Attribution) bool {
	return slices.ContainsFunc(controllers(x.db, a.Organization.ID, x.asOf), func(id string) bool { return x.known[id] })
}

// hashDiffers names the algorithm by which two files are not the same. Hashes
// are of the same thing only where the document says which file it means.
func hashDiffers(d, f *item) string {
	if !slices.ContainsFunc(d.locations, func(l string) bool {
		return slices.ContainsFunc(f.locations, func(m string) bool { return strings.Trim(l, "/") == strings.Trim(m, "/") })
	}) {
		return ""
	}
	differs := ""
	for _, x := range d.hashes {
		for _, y := range f.hashes {
			if !strings.EqualFold(x.Algorithm, y.Algorithm) {
				continue
			}
			if strings.EqualFold(x.Value, y.Value) {
				return ""
			}
			differs = x.Algorithm
		}
	}
	return differs
}

// reconcileNexus is the nexus by which an organization counts as a listed one's.
var reconcileNexus = Nexus{Threshold: 50, Control: true}

// hidden adds a finding for each listed organization, or one that a listed one
// controls, that was found and that nothing declared names.
func (x *reconciler) hidden(items []*item) {
	byOrganization := map[string][]hit{}
	for _, it := range items {
		for i := range it.attributions {
			a := &it.attributions[i]
			if a.Organization.ID == "" || a.Role == sbom.Distributor || x.declares(a) {
				continue
			}
			res := x.e.fact(&reconcileNexus, it, a, func(asOf, lists Date) result {
				return x.e.covered(a.Organization, asOf, &reconcileNexus, func(o *Organization) result { return x.listed(o, lists) }, nil)
			})
			if res.truth >= possible {
				byOrganization[a.Organization.ID] = append(byOrganization[a.Organization.ID], hit{it, a, res})
			}
		}
	}
	for _, hits := range byOrganization {
		slices.SortStableFunc(hits, better)
		h := hits[0]
		why := fmt.Sprintf("evidence suggests %s as %s of %s; it %s, and nothing declared names it", h.a.Organization.Name, roleWords(h.a.Role), h.it.label(), h.res.why)
		steps := slices.Clone(h.res.steps)
		for i := range hits {
			steps = append(steps, hitSteps(&hits[i], i == 0)...)
		}
		f := x.add("hidden-organization", Fail, h.it, h.a, why,
			"Why does the document not name this supplier?", "Declare the component and its supplier; treat the document as incomplete until then.", steps...)
		f.List = h.res.list
		f.Severity = HighSeverity
		doubts := append(doubtsOf(h.a), h.res.doubts...)
		if len(doubts) > 0 {
			f.Verdict, f.Downgraded, f.Severity = Review, strings.Join(doubts, "; "), MediumSeverity
		}
		if h.a.Confidence.Rank() <= sbom.Low.Rank() && !h.it.subject {
			// That somebody hides something is not said on one weak mark.
			f.Verdict, f.Severity = Info, InfoSeverity
		}
		for _, other := range hits[1:] {
			if other.it.ref != h.it.ref && !slices.Contains(f.Also, other.it.ref) {
				f.Also = append(f.Also, other.it.ref)
			}
		}
		slices.Sort(f.Also)
		f.ID = causeOf("reconcile", f.Rule, "", h.a.Organization.ID)
	}
}

// listed says whether any list names an organization.
func (x *reconciler) listed(o *Organization, day Date) result {
	best := result{}
	for _, l := range x.db.Listings(o.ID) {
		newest := x.db.List(l.List)
		if newest == nil {
			continue
		}
		if r := x.e.listed(&ListCondition{ID: l.List}, newest, o, day); r.truth > best.truth {
			best = r
		}
	}
	return best
}

func inputStep(text string, it *item) Step {
	s := Step{Kind: StepInput, Text: sentence(text), Evidence: it.evidence}
	if it.place != "" || len(it.evidence) == 0 {
		s.Place = it.where()
	}
	return s
}

// add appends a finding of policy "reconcile" and returns it to be completed.
func (x *reconciler) add(rule string, v Verdict, it *item, a *Attribution, why, ask, remedy string, steps ...Step) *Finding {
	f := Finding{Policy: "reconcile", Rule: rule, Title: reconcileTitles[rule], Verdict: v, Severity: defaultSeverity[v],
		Component: it.ref, Name: it.label(), Why: sentence(why), Ask: ask, Remedy: remedy,
		Steps: append([]Step{{Kind: StepRule, Text: "Reconciliation: " + sentence(reconcileTitles[rule])}}, steps...)}
	organization := ""
	if a != nil {
		ref := a.Organization
		f.Organization, f.Role, f.Confidence = &ref, a.Role, a.Confidence
		organization = ref.ID
	}
	f.ID = causeOf(f.Policy, rule, it.identity(), organization) // until all are there
	// Copies of one thing are one finding.
	if i, ok := x.index[f.ID]; ok {
		g := &x.out.Findings[i]
		if g.Component != it.ref && !slices.Contains(g.Also, it.ref) {
			g.Also = append(g.Also, it.ref)
		}
		return g
	}
	x.index[f.ID] = len(x.out.Findings)
	x.out.Findings = append(x.out.Findings, f)
	return &x.out.Findings[len(x.out.Findings)-1]
}

var reconcileTitles = map[string]string{
	"hidden-organization": "a listed organization was found that the document does not name",
	"undeclared":          "a component was found that the document does not declare",
	"not-found":           "a declared component was not found",
	"version":             "another version was found than declared",
	"supplier":            "the evidence suggests another maker than declared",
	"hash":                "the file is not the declared one",
}

// keys are what two components can have in common, the most telling first.
func (x *reconciler) keys(it *item) []string {
	var out []string
	add := func(k string) {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	if it.purl != "" {
		add("purl:" + Key(sbom.PURL, versionless(it.purl)))
	}
	names := []string{it.name}
	if it.purl != "" {
		names = append(names, path.Base(versionless(it.purl)))
	}
	for _, l := range it.locations {
		if base := path.Base(l); strings.Contains(base, ".so") || strings.HasSuffix(base, ".ko") {
			names = append(names, base)
		}
	}
	for _, n := range names {
		for _, p := range x.projects(n) {
			add("project:" + p)
		}
	}
	for _, n := range names {
		if n = bareName(n); n != "" {
			add("name:" + n)
		}
	}
	return out
}

// projects returns the projects that answer to a package name, as it is and
// bare.
func (x *reconciler) projects(name string) []string {
	ids, ok := x.names[name]
	if !ok {
		bare := bareName(name)
		for _, n := range []string{name, bare, "lib" + bare} {
			for _, m := range x.db.Lookup(PackageName, Key(PackageName, n)) {
				if m.Project != "" && !m.Weak && !slices.Contains(ids, m.Project) {
					ids = append(ids, m.Project)
				}
			}
		}
		x.names[name] = ids
	}
	return ids
}

var (
	soSuffix      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\.(so|ko|a|dll|exe|jar|bin)([.0-9].*)?$`) })
	versionSuffix = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[-_.]?[0-9][0-9.]*[a-z]?$`) })
)

// bareName reduces a name to what its spellings have in common: lower case,
// the last part of a path, without lib, file ending and version.
func bareName(name string) string {
	n := strings.ToLower(strings.TrimSpace(name))
	n = n[strings.LastIndexByte(n, '/')+1:]
	n = soSuffix().ReplaceAllString(n, "")
	for _, suffix := range []string{"-dev", "-libs", "-lib", "-bin", "-utils", "-common", "-full", "-mini"} {
		if cut, ok := strings.CutSuffix(n, suffix); ok && len(cut) > 2 {
			n = cut
		}
	}
	if short := strings.TrimPrefix(n, "lib"); len(short) > 1 || oneName[short] != "" {
		n = short
	}
	if short := versionSuffix().ReplaceAllString(n, ""); len(short) > 1 {
		n = short
	}
	n = strings.ReplaceAll(n, "_", "-")
	if same, ok := oneName[n]; ok {
		return same
	}
	return n
}

// oneName maps names that differ beyond their spelling.
var oneName = map[string]string{
	"ssl": "openssl", "crypto": "openssl", "z": "zlib", "kernel": "linux", "linux-kernel": "linux", "linux-image": "linux",
	"vmlinux": "linux", "vmlinuz": "linux", "das-u-boot": "u-boot", "uboot": "u-boot", "stdc++": "gcc", "gcc-s": "gcc", "pthread": "libc",
}

// sameVersion reports whether two versions can be one: a missing one can be
// any, a distribution's suffix and epoch do not count, and a range holds what
// lies in it.
func sameVersion(a, b string) bool {
	if a == "" || b == "" || a == b {
		return true
	}
	if r, ok := strings.CutPrefix(a, "vers:"); ok {
		return inRange(r, bareVersion(b))
	}
	if r, ok := strings.CutPrefix(b, "vers:"); ok {
		return inRange(r, bareVersion(a))
	}
	x, y := bareVersion(a), bareVersion(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	rest, ok := strings.CutPrefix(y, x)
	return ok && (rest == "" || strings.ContainsRune("-+~_", rune(rest[0])))
}

// bareVersion cuts off an epoch and a leading v.
func bareVersion(v string) string {
	v = strings.ToLower(strings.TrimSpace(v))
	if epoch, rest, ok := strings.Cut(v, ":"); ok && strings.Trim(epoch, "0123456789") == "" {
		v = rest
	}
	return strings.TrimPrefix(v, "v")
}

// inRange applies a VERS range ("generic/>=1.2.0|<1.2.4") to a version. A
// range that cannot be read holds everything.
func inRange(vers, version string) bool {
	_, constraints, ok := strings.Cut(vers, "/")
	if !ok {
		return true
	}
	for _, c := range strings.Split(constraints, "|") {
		v := strings.TrimLeft(c, "<>=!")
		order := compareVersions(version, bareVersion(v))
		switch strings.TrimSpace(strings.TrimSuffix(c, v)) {
		case ">=":
			ok = order >= 0
		case ">":
			ok = order > 0
		case "<=":
			ok = order <= 0
		case "<":
			ok = order < 0
		case "!=":
			ok = order != 0
		case "", "=":
			ok = order == 0
		default:
			ok = true
		}
		if !ok {
			return false
		}
	}
	return true
}

// versionParts splits a version into numbers and words.
var versionParts = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9]+|[a-z]+`) })

// compareVersions orders versions by their numbers and words, part by part.
func compareVersions(a, b string) int {
	as, bs := versionParts().FindAllString(a, -1), versionParts().FindAllString(b, -1)
	for i := range min(len(as), len(bs)) {
		x, y := strings.TrimLeft(as[i], "0"), strings.TrimLeft(bs[i], "0")
		digits := strings.Trim(as[i], "0123456789") == "" && strings.Trim(bs[i], "0123456789") == ""
		if digits {
			if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
				return c
			}
		} else if c := strings.Compare(as[i], bs[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(as), len(bs))
}
