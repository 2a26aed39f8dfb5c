package report_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/touchmark-dev/touchmark/internal/formatcheck"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

type writer struct {
	name  string
	write func(io.Writer, []*provenance.Report) error
}

func writers() []writer {
	return []writer{
		{"json", report.WriteJSONList},
		{"lines", report.WriteJSONLines},
		{"csv", report.WriteCSV},
		{"junit", report.WriteJUnit},
		{"github", func(w io.Writer, r []*provenance.Report) error { return report.WriteGitHub(w, r, nil) }},
		{"markdown", func(w io.Writer, r []*provenance.Report) error { return report.WriteMarkdown(w, r, nil) }},
		{"sarif", func(w io.Writer, r []*provenance.Report) error { return report.WriteSARIF(w, r, nil) }},
		{"sarif-github", func(w io.Writer, r []*provenance.Report) error {
			return report.WriteSARIF(w, r, &report.SARIFOptions{GitHub: true})
		}},
		{"html", func(w io.Writer, r []*provenance.Report) error { return report.WriteHTML(w, r[0]) }},
		{"text", func(w io.Writer, r []*provenance.Report) error { return report.WriteText(w, r[0], nil) }},
		{"matrix", func(w io.Writer, r []*provenance.Report) error {
			return report.WriteMatrix(w, provenance.MatrixOf(r, nil), r, nil)
		}},
		{"matrix-json", func(w io.Writer, r []*provenance.Report) error {
			return report.WriteMatrixJSON(w, provenance.MatrixOf(r, nil))
		}},
		{"matrix-csv", func(w io.Writer, r []*provenance.Report) error {
			return report.WriteMatrixCSV(w, provenance.MatrixOf(r, nil))
		}},
		{"matrix-markdown", func(w io.Writer, r []*provenance.Report) error {
			return report.WriteMatrixMarkdown(w, provenance.MatrixOf(r, nil), r, nil)
		}},
		{"matrix-html", func(w io.Writer, r []*provenance.Report) error {
			return report.WriteMatrixHTML(w, provenance.MatrixOf(r, nil), r)
		}},
		{"diff", func(w io.Writer, r []*provenance.Report) error {
			return report.WriteDifference(w, provenance.Diff(r[0], gateway()), nil)
		}},
		{"diff-json", func(w io.Writer, r []*provenance.Report) error {
			return report.WriteDifferenceJSON(w, provenance.Diff(r[0], gateway()))
		}},
		{"reconcile", func(w io.Writer, r []*provenance.Report) error {
			return report.WriteReconciliation(w, provenance.Reconcile(r[0], gateway(), &provenance.Records{}), nil)
		}},
		{"reconcile-json", func(w io.Writer, r []*provenance.Report) error {
			return report.WriteReconciliationJSON(w, provenance.Reconcile(r[0], gateway(), &provenance.Records{}))
		}},
	}
}

func output(t *testing.T, w writer, reports ...*provenance.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := w.write(&b, reports); err != nil {
		t.Fatalf("%s: %v", w.name, err)
	}
	return b.String()
}

func writerNamed(t *testing.T, name string) writer {
	t.Helper()
	for _, w := range writers() {
		if w.name == name {
			return w
		}
	}
	t.Fatalf("no writer %s", name)
	return writer{}
}

// No writer passes on a character that changes what its reader shows, and none
// lets a line of the input start a command of a pipeline.
func TestHostile(t *testing.T) {
	for _, w := range writers() {
		t.Run(w.name, func(t *testing.T) {
			out := output(t, w, hostile())
			for i, c := range out {
				if c != '\n' && !unicode.IsPrint(c) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, c) {
					t.Fatalf("%U reaches the reader at %q", c, out[max(0, i-60):i])
				}
			}
			for _, line := range strings.Split(out, "\n") {
				if w.name != "github" && strings.HasPrefix(strings.TrimSpace(line), "::") {
					t.Errorf("a line starts with a workflow command: %.100q", line)
				}
			}
		})
	}
}

// The same report gives the same bytes, no writer changes the report, and an
// error of the destination comes back.
func TestWritersArePure(t *testing.T) {
	for _, w := range writers() {
		r := gateway()
		before, _ := json.Marshal(r)
		a, b := output(t, w, r), output(t, w, r)
		after, _ := json.Marshal(r)
		if a != b {
			t.Errorf("%s: two runs differ", w.name)
		}
		if !bytes.Equal(before, after) {
			t.Errorf("%s: the report was changed", w.name)
		}
		if err := w.write(full{}, []*provenance.Report{r}); !errors.Is(err, errFull) {
			t.Errorf("%s: a full disk gives %v", w.name, err)
		}
		if strings.Contains(a, "\r") || !strings.HasSuffix(a, "\n") {
			t.Errorf("%s: the output does not end in one kind of line break", w.name)
		}
		if err := w.write(io.Discard, []*provenance.Report{{}}); err != nil {
			t.Errorf("%s: an empty report: %v", w.name, err)
		}
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestCSV(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(output(t, writerNamed(t, "csv"), gateway()))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, c := range rows[0] {
		column[c] = i
	}
	// The subject, six components and a service, each with one attribution or
	// none.
	if len(rows) != 1+8 {
		t.Errorf("%d rows, want 9", len(rows))
	}
	cell := func(name, col string) string {
		for _, r := range rows[1:] {
			if r[column["name"]] == name {
				return r[column[col]]
			}
		}
		t.Fatalf("no row for %s", name)
		return ""
	}
	for _, test := range [][3]string{
		{"camera-core", "organization_id", "seeing-eye"},
		{"camera-core", "countries", "HK:registered; CN:headquartered (uncited)"},
		{"camera-core", "countries_of_owners", "CN:State Optics Group (62.5%), registered"},
		{"camera-core", "verdict", "fail"},
		{"camera-core", "evidence_at", "/components/0/supplier/name"},
		{"lens-driver", "verdict", ""}, // waived
		{"lens-driver", "findings", "covered.listed-00000004"},
		{"libseye.so", "standing", "unknown"},
		{"libseye.so", "organization", ""},
		{"Gateway", "evidence_at", "etc/banner@0x1f"},
		{"Gateway", "ambiguous_with", "Lanworks Systems Inc."},
		{"tiny-tls", "project", "Tiny TLS"},
	} {
		if got := cell(test[0], test[1]); got != test[2] {
			t.Errorf("%s of %s is %q, want %q", test[1], test[0], got, test[2])
		}
	}
	rows, err = csv.NewReader(strings.NewReader(output(t, writerNamed(t, "csv"), hostile()))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		for _, c := range r {
			if c != "" && strings.ContainsRune("=+-@", rune(c[0])) {
				t.Errorf("a spreadsheet takes %.40q for a formula", c)
			}
		}
	}
}

func TestJSONLines(t *testing.T) {
	out := output(t, writerNamed(t, "lines"), gateway(), gateway())
	c := jsonschema.NewCompiler()
	defs := map[string]*jsonschema.Schema{}
	for kind, name := range map[string]string{"component": "Component", "service": "Service", "finding": "Finding", "upcoming": "Finding", "problem": "Problem"} {
		s, err := c.Compile(schemaFile + "#/$defs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defs[kind] = s
	}
	counts := map[string]int{}
	sc := bufio.NewScanner(strings.NewReader(out))
	for sc.Scan() {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(sc.Text()))
		if err != nil {
			t.Fatalf("%v in %.80q", err, sc.Text())
		}
		o := v.(map[string]any)
		kind := o["type"].(string)
		counts[fmt.Sprint(kind, " ", o["report"])]++
		if s := defs[kind]; s != nil {
			field := kind
			if kind == "upcoming" {
				field = "finding"
			}
			if err := s.Validate(o[field]); err != nil {
				t.Errorf("a line of type %s: %v", kind, err)
			}
		}
	}
	for kind, want := range map[string]int{"report 0": 1, "report 1": 1, "component 1": 6, "service 0": 1, "finding 0": 5, "upcoming 0": 1, "problem 0": 2} {
		if counts[kind] != want {
			t.Errorf("%d lines %s, want %d", counts[kind], kind, want)
		}
	}
}

func TestJUnit(t *testing.T) {
	type testcase struct {
		Name    string    `xml:"name,attr"`
		Class   string    `xml:"classname,attr"`
		Failure *struct{} `xml:"failure"`
		Error   *struct{} `xml:"error"`
		Skipped *struct {
			Message string `xml:"message,attr"`
		} `xml:"skipped"`
	}
	var doc struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Tests   int        `xml:"tests,attr"`
			Skipped int        `xml:"skipped,attr"`
			Cases   []testcase `xml:"testcase"`
		} `xml:"testsuite"`
	}
	for _, r := range []*provenance.Report{gateway(), hostile()} {
		out := output(t, writerNamed(t, "junit"), r)
		dec := xml.NewDecoder(strings.NewReader(out))
		dec.Strict = true
		if err := dec.Decode(&doc); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out, "<script>") {
			t.Error("markup of the input is markup")
		}
	}
	doc.Suites = nil
	if err := xml.Unmarshal([]byte(output(t, writerNamed(t, "junit"), gateway())), &doc); err != nil {
		t.Fatal(err)
	}
	state := map[string]string{}
	skipped := 0
	for _, c := range doc.Suites[0].Cases {
		switch {
		case c.Failure != nil:
			state[c.Name] = "failure"
		case c.Error != nil:
			state[c.Name] = "error"
		case c.Skipped != nil:
			state[c.Name] = "skipped"
			skipped++
		default:
			state[c.Name] = "none"
		}
	}
	for name, want := range map[string]string{"camera-core 4.1": "failure", "camera-boot 1.9": "failure", "libseye.so": "skipped",
		"lens-driver 1.0": "none", "httpd 2.4.62": "none", "input": "error", "Gateway 2.0": "none"} {
		if state[name] != want {
			t.Errorf("case %s is %q, want %q", name, state[name], want)
		}
	}
	if doc.Failures != 2 || doc.Errors != 1 || doc.Tests != len(doc.Suites[0].Cases) || doc.Suites[0].Skipped != skipped {
		t.Errorf("the counts of the suite do not add up: %+v", doc)
	}
}

func TestGitHub(t *testing.T) {
	command := regexp.MustCompile(`^::(error|warning|notice) (file=[^,:]*,(line=\d+,)?)?title=[^,:]*::.+$`)
	for _, r := range []*provenance.Report{gateway(), hostile()} {
		out := output(t, writerNamed(t, "github"), r)
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		for _, l := range lines {
			if !command.MatchString(l) {
				t.Errorf("not one command: %q", l)
			}
		}
		if len(lines) != 3 { // one cause that fails, one review, the headline
			t.Errorf("%d commands, want 3:\n%s", len(lines), out)
		}
	}
	// An annotation stands at the line of what points to the organization.
	var b strings.Builder
	lines := func(r *provenance.Report) report.LineFinder {
		find, err := report.FindLines(strings.NewReader("{\n\"components\": [\n{\"name\": \"camera-core\",\n\"supplier\": {\n\"name\": \"x\"}}]}"), r)
		if err != nil {
			t.Fatal(err)
		}
		return find
	}
	if err := report.WriteGitHub(&b, []*provenance.Report{gateway()}, &report.GitHubOptions{Lines: lines}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "::error file=gateway.cdx.json,line=5,title=") || strings.Contains(b.String(), "::notice file=gateway.cdx.json,line") {
		t.Errorf("the lines are not where the finding is:\n%s", b.String())
	}
	// Beyond ten of a level GitHub shows none: the tenth counts the rest.
	r := gateway()
	f := r.Findings[0]
	r.Findings = nil
	for i := range 25 {
		f.ID, f.Rule = fmt.Sprintf("p.r-%08x", i), fmt.Sprint("r", i)
		r.Findings = append(r.Findings, f)
	}
	out := output(t, writerNamed(t, "github"), r)
	if n := strings.Count(out, "::error "); n != 10 {
		t.Errorf("%d errors, want 10", n)
	}
	if !strings.Contains(out, "::error title=Touchmark::16 more; ") {
		t.Errorf("the rest is not counted:\n%s", out)
	}
}

func TestMarkdown(t *testing.T) {
	out := output(t, writerNamed(t, "markdown"), gateway())
	for _, want := range []string{"**FAIL** 2 findings fail, 1 asks for review", "2: camera-core 4.1, camera-boot 1.9",
		"State Optics Group (62.5%)", "| foundation | Web Foundation |", "### Unknown"} {
		if !strings.Contains(out, want) {
			t.Errorf("the Markdown lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
	unescaped := regexp.MustCompile(`(^|[^\\])\|`)
	for _, r := range []*provenance.Report{gateway(), hostile()} {
		out := output(t, writerNamed(t, "markdown"), r)
		columns := 0
		for _, l := range strings.Split(out, "\n") {
			if !strings.HasPrefix(l, "|") {
				columns = 0
				if m := regexp.MustCompile(`(^|[^\\])[<\[` + "`" + `!@]`).FindString(l); m != "" {
					t.Errorf("%q outside of a table in %q", m, l)
				}
				continue
			}
			n := len(unescaped.FindAllString(l, -1))
			if columns == 0 {
				columns = n
			} else if n != columns {
				t.Errorf("a row of %d cells in a table of %d: %q", n-1, columns-1, l)
			}
			// Nothing of the input is markup, a mention or a link.
			if m := regexp.MustCompile(`(^|[^\\])[<\[` + "`" + `!@]|://`).FindString(l); m != "" {
				t.Errorf("%q in %q", m, l)
			}
		}
	}
	var b bytes.Buffer
	if err := report.WriteMarkdown(&b, []*provenance.Report{gateway(), gateway()}, &report.MarkdownOptions{MaxBytes: 2000}); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 2000 || !strings.Contains(b.String(), "lines more are left out") {
		t.Errorf("a bound of 2000 bytes gives %d, ending in %q", b.Len(), b.String()[b.Len()-60:])
	}
}

// sarifSchema returns the standard's schema where the machine has it. Its
// licence does not let it be in the repository.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir := os.Getenv("TOUCHMARK_SCHEMAS")
	if dir == "" {
		t.Skip("TOUCHMARK_SCHEMAS names no folder with sarif-schema-2.1.0.json of OASIS, so SARIF is checked by our own rules only")
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(filepath.Join(dir, "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSARIFSchema(t *testing.T) {
	s := sarifSchema(t)
	tree := gateway()
	tree.Source = sbom.Source{Kind: sbom.SourceTree, Name: "rootfs with space"}
	for name, r := range map[string]*provenance.Report{"gateway": gateway(), "hostile": hostile(), "tree": tree, "empty": {}} {
		for _, w := range []string{"sarif", "sarif-github"} {
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(output(t, writerNamed(t, w), r)))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(v); err != nil {
				t.Errorf("%s %s: %v", w, name, err)
			}
		}
	}
}

// Every machine format is what its readers ask, whatever the report.
func TestFormats(t *testing.T) {
	tree := gateway()
	tree.Source = sbom.Source{Kind: sbom.SourceTree, Name: "rootfs with space"}
	tree.Findings[0].Steps[2].Evidence = []sbom.Evidence{{Technique: sbom.BinaryAnalysis, Extractor: "x", Path: "lib/a b%FF.so", Offset: 7968, Length: 8, Match: "Seeing_"}}
	many := gateway()
	f := many.Findings[0]
	many.Findings = nil
	for i := range 5200 {
		f.ID, f.Rule = "p.r-"+strconv.Itoa(i), "r"+strconv.Itoa(i%300)
		many.Findings = append(many.Findings, f)
	}
	evil := hostile()
	for i := range evil.Findings {
		evil.Findings[i].ID = "p.r-" + strconv.Itoa(i) // which are ours, and differ
	}
	evil.Upcoming[0].ID = "p.r-later"
	checks := map[string]func([]byte) error{
		"sarif":        func(b []byte) error { return formatcheck.SARIF(b, false) },
		"sarif-github": func(b []byte) error { return formatcheck.SARIF(b, true) },
		"github":       formatcheck.WorkflowCommands,
		"markdown":     nil,
		"csv":          formatcheck.CSV,
		"junit":        formatcheck.JUnit,
	}
	for kind, reports := range map[string][]*provenance.Report{"gateway": {gateway()}, "hostile": {evil}, "tree": {tree}, "empty": {{}}, "two": {gateway(), tree}, "many": {many}, "none": {}} {
		for name, check := range checks {
			if check == nil {
				var b bytes.Buffer
				if err := report.WriteMarkdown(&b, reports, &report.MarkdownOptions{MaxBytes: report.GitHubSummaryBytes, Full: true}); err != nil {
					t.Fatal(err)
				}
				if err := formatcheck.StepSummary(b.Bytes()); err != nil {
					t.Errorf("%s, %s: %v", name, kind, err)
				}
				continue
			}
			if name == "github" && kind == "none" {
				continue // nothing is written
			}
			if err := check([]byte(output(t, writerNamed(t, name), reports...))); err != nil {
				t.Errorf("%s, %s: %v", name, kind, err)
			}
		}
	}
	// More runs than GitHub takes is an error, and no file that it refuses.
	var reports []*provenance.Report
	for range 21 {
		reports = append(reports, gateway())
	}
	if err := report.WriteSARIF(io.Discard, reports, &report.SARIFOptions{GitHub: true}); !errors.Is(err, report.ErrGitHubRuns) {
		t.Errorf("21 runs for GitHub: %v", err)
	}
}

// In a document at hand a result is at the line of its evidence.
func TestSARIFLines(t *testing.T) {
	input := "{\n\"components\": [\n{\"name\": \"camera-core\",\n\"supplier\": {\n\"name\": \"Seeing Eye\"}}]}\n"
	lines := func(opts report.SARIFOptions) []int {
		opts.Lines = func(r *provenance.Report) report.LineFinder {
			find, err := report.FindLines(strings.NewReader(input), r)
			if err != nil {
				t.Fatal(err)
			}
			return find
		}
		var b bytes.Buffer
		if err := report.WriteSARIF(&b, []*provenance.Report{gateway()}, &opts); err != nil {
			t.Fatal(err)
		}
		if err := formatcheck.SARIF(b.Bytes(), opts.GitHub); err != nil {
			t.Error(err)
		}
		var l struct {
			Runs []struct {
				Results []struct {
					Locations []struct {
						PhysicalLocation struct{ Region *struct{ StartLine int } }
					}
				}
			}
		}
		if err := json.Unmarshal(b.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		var out []int
		for _, r := range l.Runs[0].Results {
			n := 0
			if g := r.Locations[0].PhysicalLocation.Region; g != nil {
				n = g.StartLine
			}
			out = append(out, n)
		}
		return out
	}
	// The third result has no place in the document.
	if got := fmt.Sprint(lines(report.SARIFOptions{})); got != "[5 5 0 5 5 5]" {
		t.Errorf("lines %s", got)
	}
	if got := fmt.Sprint(lines(report.SARIFOptions{GitHub: true})); got != "[5 5 1 5 5]" {
		t.Errorf("lines for GitHub %s", got)
	}
}

// The rules of the standard that its schema does not say, and those of GitHub.
func TestSARIF(t *testing.T) {
	type reference struct {
		ID            string
		Index         int
		ToolComponent struct {
			Name  string
			Index int
		}
	}
	type log struct {
		Runs []struct {
			Tool struct {
				Driver struct {
					Rules []struct {
						ID         string
						HelpURI    string `json:"helpUri"`
						Properties map[string]any
					}
				}
			}
			Taxonomies []struct {
				Name string
				Taxa []struct{ ID string }
			}
			Invocations []struct {
				ToolExecutionNotifications []struct{ Message struct{ Text string } }
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Kind      string
				Level     string
				Rank      float64
				Baseline  string `json:"baselineState"`
				Message   struct{ Text string }
				Taxa      []reference
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI, URIBaseID string }
						Region           *struct {
							StartLine, ByteLength int
							ByteOffset            int64
						}
					}
					LogicalLocations []struct{ Name string }
				}
				PartialFingerprints map[string]string
				Suppressions        []struct{ Kind, Status, Justification string }
			}
		}
	}
	read := func(name string, opts *report.SARIFOptions, r *provenance.Report) log {
		t.Helper()
		var b bytes.Buffer
		if err := report.WriteSARIF(&b, []*provenance.Report{r}, opts); err != nil {
			t.Fatal(err)
		}
		var l log
		if err := json.Unmarshal(b.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		for _, run := range l.Runs {
			for _, res := range run.Results {
				if len(res.Locations) == 0 || res.Locations[0].PhysicalLocation.ArtifactLocation.URI == "" {
					t.Errorf("%s: a result without a physical location", name)
				}
				for _, loc := range res.Locations {
					if strings.HasPrefix(loc.PhysicalLocation.ArtifactLocation.URI, "/") || strings.Contains(loc.PhysicalLocation.ArtifactLocation.URI, " ") {
						t.Errorf("%s: location %q is no relative URI", name, loc.PhysicalLocation.ArtifactLocation.URI)
					}
					if opts != nil && opts.GitHub && (loc.PhysicalLocation.Region == nil || loc.PhysicalLocation.Region.StartLine < 1) {
						t.Errorf("%s: a location without a line", name)
					}
				}
				if res.Message.Text == "" {
					t.Errorf("%s: a result without a message", name)
				}
				if (res.Kind == "fail") != (res.Level != "none") {
					t.Errorf("%s: kind %s with level %s (SARIF 3.27.10)", name, res.Kind, res.Level)
				}
				if run.Tool.Driver.Rules[res.RuleIndex].ID != res.RuleID {
					t.Errorf("%s: ruleIndex %d is not %s", name, res.RuleIndex, res.RuleID)
				}
				for _, x := range res.Taxa {
					if tax := run.Taxonomies[x.ToolComponent.Index]; tax.Name != x.ToolComponent.Name || tax.Taxa[0].ID != x.ID {
						t.Errorf("%s: taxon %s of %s does not resolve", name, x.ID, x.ToolComponent.Name)
					}
				}
				if res.PartialFingerprints["touchmarkFinding/v1"] == "" {
					t.Errorf("%s: a result without a fingerprint", name)
				}
			}
		}
		return l
	}
	kinds := func(l log) string {
		var s []string
		for _, r := range l.Runs[0].Results {
			s = append(s, r.Kind+"/"+r.Level)
		}
		return strings.Join(s, " ")
	}
	plain := read("plain", nil, gateway())
	if got := kinds(plain); got != "fail/error fail/error review/none fail/error fail/error notApplicable/none" {
		t.Errorf("kinds and levels: %s", got)
	}
	res := plain.Runs[0].Results
	if res[0].Rank != 60 || res[2].Rank != 30 {
		t.Errorf("ranks %v and %v, want 60 and 30", res[0].Rank, res[2].Rank)
	}
	if len(res[0].Taxa) != 1 || res[0].Taxa[0].ID != "(f)(3)(B)" || res[0].Taxa[0].ToolComponent.Name != "covered-list" {
		t.Errorf("taxa %+v", res[0].Taxa)
	}
	if len(res[3].Suppressions) != 1 || res[3].Suppressions[0].Status != "accepted" || res[3].Suppressions[0].Justification != "replaced in the next release" {
		t.Errorf("suppressions %+v", res[3].Suppressions)
	}
	if res[0].Locations[0].LogicalLocations[0].Name != "camera-core 4.1" {
		t.Errorf("logical location %+v", res[0].Locations[0].LogicalLocations)
	}
	if got := kinds(read("github", &report.SARIFOptions{GitHub: true}, gateway())); got != "fail/error fail/error fail/warning fail/error fail/error" {
		t.Errorf("for GitHub: %s", got)
	}
	read("hostile", nil, hostile())
	read("hostile github", &report.SARIFOptions{GitHub: true}, hostile())

	// Evidence in a tree is a place in bytes.
	tree := gateway()
	tree.Source = sbom.Source{Kind: sbom.SourceTree, Name: "rootfs"}
	tree.Findings[0].Steps[2].Evidence = []sbom.Evidence{{Technique: sbom.BinaryAnalysis, Extractor: "x", Path: "lib/a b%FF.so", Offset: 7968, Length: 8, Match: "Seeing_"}}
	loc := read("tree", nil, tree).Runs[0].Results[0].Locations[0].PhysicalLocation
	if loc.ArtifactLocation.URI != "lib/a%20b%25FF.so" || loc.ArtifactLocation.URIBaseID != "SCANROOT" || loc.Region == nil || loc.Region.ByteOffset != 7968 || loc.Region.ByteLength != 8 {
		t.Errorf("location in a tree: %+v %+v", loc, loc.Region)
	}

	// Against a baseline each result says what became of it.
	now, before := gateway(), gateway()
	before.Findings[0].Verdict = provenance.Review
	before.Findings[1].ID = "covered.listed-gone"
	var states []string
	for _, r := range read("baseline", &report.SARIFOptions{Baseline: []*provenance.Report{before}}, now).Runs[0].Results {
		states = append(states, r.Baseline)
	}
	if got := strings.Join(states, " "); got != "updated new unchanged unchanged unchanged  absent" {
		t.Errorf("baseline states %q", got)
	}

	// GitHub refuses more than it can take: the worst are kept, the rest is
	// counted.
	many := gateway()
	f := many.Findings[0]
	many.Findings = nil
	for i := range 5200 {
		f.ID = "p.r-" + strconv.Itoa(i)
		many.Findings = append(many.Findings, f)
	}
	l := read("many", &report.SARIFOptions{GitHub: true}, many)
	notes := l.Runs[0].Invocations[0].ToolExecutionNotifications
	if n := len(l.Runs[0].Results); n != 5000 || !strings.HasPrefix(notes[len(notes)-1].Message.Text, "200 more findings") {
		t.Errorf("%d results and %q", n, notes[len(notes)-1].Message.Text)
	}
}
