package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"golang.org/x/net/html"
)

func template(t testing.TB, name, text string, reports ...*provenance.Report) (string, error) {
	t.Helper()
	var b bytes.Buffer
	err := report.WriteTemplate(&b, reports, name, text, nil)
	return b.String(), err
}

func TestTemplate(t *testing.T) {
	for _, tt := range [][2]string{
		{`{{.source.name}} {{.verdict}} {{.coverage.components}} {{len .components}}`, "gateway.cdx.json fail 6 6"},
		{`{{range .reports}}{{.as_of}}{{end}}`, "2026-11-22"},
		{`{{with .subject}}{{.name}} {{.purl}}|{{end}}`, "Gateway |"}, // an absent field is empty
		{`{{range .components}}{{.standing}} {{end}}`, "organization organization organization foundation community unknown "},
		{`{{join (sort (unique .database.overlays)) "+"}}`, "ours"},
		{`{{range where .components "standing" "unknown"}}{{label .}}{{end}}`, "libseye.so"},
		{`{{range sort .components "name"}}{{.name}};{{end}}`, "camera-boot;camera-core;httpd;lens-driver;libseye.so;tiny-tls;"},
		{`{{range first 1 .findings}}{{.why}}{{end}}`, "Seeing Eye Digital supplied it and is named on the Covered List"},
		{`{{csv "=1+1" "a,b" "\"q\"" 3 true}}`, `'=1+1,"a,b","""q""",3,true`},
		{`{{markdown "a|b *c* @d <e>"}}`, `a\|b \*c\* &#64;d &lt;e&gt;`},
		{`{{markdown "a: b :smile: https://c d:"}}`, `a: b &#58;smile: https&#58;//c d&#58;`},
		{`{{html "<b>&'"}}`, "&lt;b&gt;&amp;&#39;"},
		{`{{json .policies}}`, `[{"id":"covered","title":"Covered equipment","version":"1"}]`},
		{`{{country "CN"}} {{headline .}}`, "China fail: 2 findings fail, 1 asks for review; 1 finding waived; 1 known finding; 1 of 6 components unknown; 1 problem of the input cost data"},
		{`{{upper "a"}}{{lower "B"}}`, "Ab"},
	} {
		if got, err := template(t, "t", tt[0], gateway()); err != nil || got != tt[1] {
			t.Errorf("%s gives %q, %v; want %q", tt[0], got, err, tt[1])
		}
	}
	// Several reports stand in "reports" only.
	if got, err := template(t, "t", `{{len .reports}}`, gateway(), gateway()); err != nil || got != "2" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTemplateErrors(t *testing.T) {
	for name, text := range map[string]string{
		"own.tmpl:2:":  "a\n{{.no_such_field}}",
		"own.tmpl:3:":  "a\n\n{{range .components}}{{.nmae}}{{end}}",
		"own.tmpl:1:":  "{{if}}",
		"own.tmpl:1:4": `{{  nosuchfunction 1}}`,
		`no field "x"`: `{{sort .components "x"}}`,
		"page.html:2:": "<p>\n{{.no_such_field}}",
	} {
		file := "own.tmpl"
		if strings.HasPrefix(name, "page.html") {
			file = "page.html"
		}
		want := name
		if strings.HasPrefix(want, "own.tmpl:1:4") {
			want = "own.tmpl:1:"
		}
		if _, err := template(t, file, text, gateway()); !errors.Is(err, report.ErrTemplate) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want the place %s", text, err, want)
		}
	}
	var b bytes.Buffer
	err := report.WriteTemplate(&b, []*provenance.Report{gateway()}, "t", `{{define "x"}}xxxxxxxxxx{{template "x"}}{{end}}{{template "x"}}`, &report.TemplateOptions{MaxBytes: 1000})
	if !errors.Is(err, report.ErrTemplateSize) || b.Len() > 1000 {
		t.Errorf("output without end gives %v after %d bytes", err, b.Len())
	}
	if err := report.WriteTemplate(full{}, []*provenance.Report{gateway()}, "t", "x", nil); !errors.Is(err, errFull) {
		t.Errorf("a full disk gives %v", err)
	}
}

func examples(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../examples/templates/*")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	out := map[string]string{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(f)] = string(data)
	}
	return out
}

// The templates of examples/templates work, on hostile strings too.
func TestTemplateExamples(t *testing.T) {
	for name, text := range examples(t) {
		for kind, reports := range map[string][]*provenance.Report{"gateway": {gateway()}, "hostile": {hostile()}, "two": {gateway(), hostile()}, "empty": {{}}} {
			out, err := template(t, name, text, reports...)
			if err != nil {
				t.Errorf("%s on %s: %v", name, kind, err)
				continue
			}
			for i, c := range out {
				if c != '\n' && !unicode.IsPrint(c) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, c) {
					t.Fatalf("%s on %s: %U reaches the reader at %q", name, kind, c, out[max(0, i-60):i])
				}
			}
			for _, l := range strings.Split(out, "\n") {
				if strings.HasPrefix(strings.TrimSpace(l), "::") {
					t.Errorf("%s on %s: a line starts with a workflow command: %.100q", name, kind, l)
				}
			}
			if strings.Contains(out, "<no value>") {
				t.Errorf("%s on %s: a field that is not there", name, kind)
			}
			switch {
			case strings.Contains(name, ".json"):
				var issues []struct {
					Description, Fingerprint, Severity string
					CheckName                          string `json:"check_name"`
					Location                           struct {
						Path  string
						Lines struct{ Begin int }
					}
				}
				dec := json.NewDecoder(strings.NewReader(out))
				if err := dec.Decode(&issues); err != nil {
					t.Errorf("%s on %s: %v\n%s", name, kind, err, out)
				}
				if kind == "gateway" && (len(issues) != 3 || issues[0].Severity != "critical" || issues[0].Location.Lines.Begin != 1 || issues[0].Fingerprint == "" || issues[0].CheckName != "covered.listed") {
					t.Errorf("%s: %+v", name, issues)
				}
			case strings.Contains(name, ".csv"):
				rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
				if err != nil {
					t.Errorf("%s on %s: %v", name, kind, err)
				}
				for _, row := range rows {
					for _, cell := range row {
						if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
							t.Errorf("%s: a spreadsheet takes %.40q for a formula", name, cell)
						}
					}
				}
				if kind == "gateway" && len(rows) != 1+3*2+1 { // own countries of three components, and a foundation's seat
					t.Errorf("%s: %d rows:\n%s", name, len(rows), out)
				}
			case strings.Contains(name, ".html"):
				doc, err := html.Parse(strings.NewReader(out))
				if err != nil {
					t.Fatal(err)
				}
				for n := range doc.Descendants() {
					if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "img") {
						t.Errorf("%s on %s: an element %s", name, kind, n.Data)
					}
				}
			case strings.Contains(name, ".md"):
				if kind == "gateway" && !strings.Contains(out, "### gateway.cdx.json: fail: 2 findings fail") {
					t.Errorf("%s:\n%s", name, out)
				}
			}
		}
	}
}
