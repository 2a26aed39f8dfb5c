package report_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
	"golang.org/x/net/html"
)

func writeHTML(t *testing.T, r *provenance.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteHTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Nothing of the input is markup, an address to follow or a script, and the
// page asks nothing of the network.
func TestHTMLInert(t *testing.T) {
	for name, r := range map[string]*provenance.Report{"gateway": gateway(), "hostile": hostile(), "empty": {}} {
		doc, err := html.Parse(strings.NewReader(writeHTML(t, r)))
		if err != nil {
			t.Fatal(err)
		}
		scripts := 0
		var walk func(n *html.Node)
		walk = func(n *html.Node) {
			if n.Type == html.ElementNode {
				switch n.Data {
				case "script":
					scripts++
				case "img", "iframe", "object", "embed", "link", "base", "svg":
					t.Errorf("%s: an element %s", name, n.Data)
				}
				for _, a := range n.Attr {
					switch {
					case strings.HasPrefix(a.Key, "on"):
						t.Errorf("%s: %s has %s", name, n.Data, a.Key)
					case a.Key == "href" && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "https://"):
						t.Errorf("%s: a link to %q", name, a.Val)
					case a.Key == "src" || a.Key == "srcset" || a.Key == "action":
						t.Errorf("%s: %s has %s", name, n.Data, a.Key)
					}
				}
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		walk(doc)
		if scripts != 2 {
			t.Errorf("%s: %d scripts, want the data and ours", name, scripts)
		}
	}
}

// big returns a report of n components with the claims and evidence of a
// firmware scan.
func big(n int) *provenance.Report {
	r := gateway()
	proto := r.Components[0]
	r.Components = nil
	for i := range n {
		c := proto
		c.Ref, c.Name = fmt.Sprint("ref-", i), fmt.Sprint("lib-number-", i)
		c.PURL = fmt.Sprintf("pkg:npm/%%40scope/lib-number-%d@4.1", i)
		c.Locations = []string{fmt.Sprintf("usr/lib/node_modules/lib-number-%d/index.js", i), fmt.Sprintf("opt/lib-number-%d.so", i)}
		c.Claims = append([]sbom.Claim{proto.Claims[0]}, sbom.Claim{Kind: sbom.PURL, Value: c.PURL, By: sbom.ByDocument, Field: "purl"},
			sbom.Claim{Kind: sbom.Host, Value: "update.example.com", By: sbom.ByBytes, Evidence: []sbom.Evidence{
				{Technique: sbom.BinaryAnalysis, Extractor: "literal:x", Path: c.Locations[1], Offset: 4096, Length: 20, Match: "https://update.example.com/"}}})
		r.Components = append(r.Components, c)
	}
	r.Coverage = provenance.Coverage{Components: n, Organization: n}
	return r
}

func TestHTMLSize(t *testing.T) {
	size := len(writeHTML(t, big(5000)))
	t.Logf("5,000 components: %d bytes", size)
	if size > 2_000_000 {
		t.Errorf("a page of 5,000 components has %d bytes, more than 2 MB", size)
	}
}

// huge is big with a finding about every second component, each of a cause of
// its own every hundred.
func huge(n int) *provenance.Report {
	r := big(n)
	f := r.Findings[0]
	r.Findings = nil
	for i := 0; i < n; i += 2 {
		f.ID, f.Component, f.Name, f.Rule = fmt.Sprintf("covered.listed-%08x", i), fmt.Sprint("ref-", i), fmt.Sprint("lib-number-", i), fmt.Sprint("listed-", i/100)
		r.Findings = append(r.Findings, f)
	}
	return r
}

// Beyond what a browser takes well, the page is bounded and says what is not in
// it.
func TestHTMLBounded(t *testing.T) {
	page := writeHTML(t, huge(100_000))
	if len(page) > 10_000_000 {
		t.Errorf("a page of 100,000 components has %d bytes, more than 10 MB", len(page))
	}
	t.Logf("100,000 components: %d bytes", len(page))
	for _, want := range []string{"This page holds ", " of 100,002 components", "the JSON report has them", "further causes are left out here"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if small := writeHTML(t, big(5000)); strings.Contains(small, "This page holds ") || !strings.Contains(small, "lib-number-4999") {
		t.Error("of 5,000 components some are left out")
	}
}

// long returns the gateway's report with every name, path and quotation of it
// 300 characters long, without a place to break at.
func long() *provenance.Report {
	r := gateway()
	stretch(reflect.ValueOf(r).Elem())
	return r
}

func stretch(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			stretch(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			stretch(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			stretch(v.Index(i))
		}
	case reflect.String:
		if _, plain := v.Interface().(string); plain && v.Len() > 2 {
			v.SetString(strings.Repeat(strings.NewReplacer(" ", "_", "-", "_", "/", "_", ".", "_").Replace(v.String())+"x", 300)[:300])
		}
	}
}

// A browser is Chromium, driven over its debugging pipe (messages end in a zero
// byte), so that no library is needed.
type browser struct {
	t       *testing.T
	in      *os.File
	out     *bufio.Reader
	id      int
	session string
	// problems are exceptions and messages of the console.
	problems []string
}

func startBrowser(t *testing.T) *browser {
	t.Helper()
	name := os.Getenv("TOUCHMARK_CHROMIUM")
	for _, candidate := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if name == "" {
			name, _ = exec.LookPath(candidate)
		}
	}
	if name == "" && os.Getenv("TOUCHMARK_REQUIRE_BROWSER") != "" {
		t.Fatal("a browser is required, and there is no Chromium here")
	}
	if name == "" {
		t.Skip("no Chromium here (TOUCHMARK_CHROMIUM names one): the HTML is not tried in a browser")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute) // on a busy machine it is slow
	toBrowser, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, fromBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, name, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
		"--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{toBrowser, fromBrowser}
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	toBrowser.Close()
	fromBrowser.Close()
	b := &browser{t: t, in: in, out: bufio.NewReaderSize(out, 1<<20)}
	t.Cleanup(func() {
		b.call("Browser.close", nil)
		in.Close()
		cmd.Wait()
		out.Close()
		cancel()
	})
	target := b.call("Target.createTarget", map[string]any{"url": "about:blank"})
	attached := b.call("Target.attachToTarget", map[string]any{"targetId": target["targetId"], "flatten": true})
	b.session, _ = attached["sessionId"].(string)
	for _, domain := range []string{"Runtime.enable", "Log.enable", "Page.enable"} {
		b.call(domain, nil)
	}
	return b
}

// call sends a command and returns its result; events on the way are looked at.
func (b *browser) call(method string, params map[string]any) map[string]any {
	b.t.Helper()
	b.id++
	m := map[string]any{"id": b.id, "method": method}
	if params != nil {
		m["params"] = params
	}
	if b.session != "" && method != "Browser.close" {
		m["sessionId"] = b.session
	}
	data, _ := json.Marshal(m)
	if _, err := b.in.Write(append(data, 0)); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	for {
		reply := b.read()
		if reply == nil {
			return nil
		}
		if id, ok := reply["id"].(float64); ok && int(id) == b.id {
			if e, ok := reply["error"]; ok {
				b.t.Fatalf("%s: %v", method, e)
			}
			res, _ := reply["result"].(map[string]any)
			return res
		}
	}
}

func (b *browser) read() map[string]any {
	data, err := b.out.ReadBytes(0)
	if err != nil {
		return nil
	}
	var m map[string]any
	if err := json.Unmarshal(bytes.TrimSuffix(data, []byte{0}), &m); err != nil {
		b.t.Fatal(err)
	}
	switch m["method"] {
	case "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded":
		b.problems = append(b.problems, fmt.Sprint(m["params"]))
	}
	return m
}

// open loads a page and waits until it is there.
func (b *browser) open(page string) {
	b.t.Helper()
	file := filepath.Join(b.t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		b.t.Fatal(err)
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(file)}
	b.call("Page.navigate", map[string]any{"url": u.String()})
	for range 100 {
		// The page of a report is drawn when it says how many rows it shows.
		if b.eval(`location.protocol === "file:" && document.readyState === "complete" && document.querySelector("#count:empty") === null`) == "true" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatal("the page does not load")
}

// eval returns the value of an expression as text.
func (b *browser) eval(expression string) string {
	b.t.Helper()
	res := b.call("Runtime.evaluate", map[string]any{"expression": "String(" + expression + ")", "awaitPromise": true})
	if e, ok := res["exceptionDetails"]; ok {
		b.t.Fatalf("%s: %v", expression, e)
	}
	v, _ := res["result"].(map[string]any)
	s, _ := v["value"].(string)
	return s
}

// do runs statements and lets the page react.
func (b *browser) do(statements string) {
	b.t.Helper()
	b.eval(`(async () => { ` + statements + `; await new Promise((r) => setTimeout(r, 60)); return ""; })().then((x) => x)`)
}

func (b *browser) want(expression, want string) {
	b.t.Helper()
	if got := b.eval(expression); got != want {
		b.t.Errorf("%s is %q, want %q", expression, got, want)
	}
}

func TestHTMLInBrowser(t *testing.T) {
	b := startBrowser(t)
	const rows = `[...document.querySelectorAll("#rows tr")].map((r) => r.querySelector("a").textContent).join("|")`
	const set = `const set = (id, v) => { const e = document.getElementById(id); e.value = v; e.dispatchEvent(new Event("input", {bubbles: true})); }`
	b.open(writeHTML(t, gateway()))
	b.want(`document.querySelector(".headline strong").textContent`, "fail")
	b.want(`document.querySelectorAll("#rows tr").length`, "8")

	// Search and filters.
	b.do(set + `; set("q", "camera seeing")`)
	b.want(rows, "camera-core 4.1|camera-boot 1.9")
	b.do(set + `; set("q", ""); set("f-country", "DE")`)
	b.want(rows, "Gateway 2.0")
	b.do(set + `; set("f-country", ""); set("f-basis", "through owners")`)
	b.want(rows, "camera-core 4.1|camera-boot 1.9|lens-driver 1.0")
	b.do(set + `; set("f-basis", ""); set("f-role", "maintainer")`)
	b.want(rows, "httpd 2.4.62")
	b.do(set + `; set("f-role", ""); set("f-list", "covered-list"); set("f-verdict", "fail")`)
	b.want(rows, "camera-core 4.1|camera-boot 1.9")
	b.do(`document.querySelector("#filters button[type=reset]").click()`)
	b.want(`document.querySelectorAll("#rows tr").length`, "8")
	b.do(set + `; set("f-standing", "unknown")`)
	b.want(rows, "libseye.so")
	b.do(`document.querySelector("#filters button[type=reset]").click()`)

	b.do(set + `; set("f-confidence", "medium")`)
	b.want(`[...document.querySelectorAll("#rows tr")].length > 0 && [...document.querySelectorAll("#rows tr")].every((r) => r.textContent.includes("medium"))`, "true")
	b.want(rows+`.includes("libseye.so")`, "false") // nobody is attributed to it
	b.do(`document.querySelector("#filters button[type=reset]").click()`)

	// A finding says whose rule it is; several of one verdict are counted.
	b.want(`document.querySelector(".finding summary").textContent.includes("covered")`, "true")
	b.want(`[...document.querySelectorAll("#rows td:last-child")].every((td) => { const v = [...td.querySelectorAll(".chip")].map((c) => c.parentElement.textContent.split("\u00d7")[0].trim()); return new Set(v).size === v.length })`, "true")
	// An organization in one role is one line, however many ways led to it.
	twice := gateway()
	twice.Components[0].Attributions = append(slices.Clone(twice.Components[0].Attributions), twice.Components[0].Attributions...)
	b.open(writeHTML(t, twice))
	b.want(`[...document.querySelectorAll("#rows tr")].find((r) => r.textContent.includes("camera-core")).cells[2].childElementCount`, "1")
	b.open(writeHTML(t, gateway()))
	// What can be used can be reached with the keyboard.
	b.want(`[...document.querySelectorAll("a, button, input, select, summary")].filter((e) => e.tabIndex < 0).length`, "0")
	b.want(`[...document.querySelectorAll("input, select")].filter((e) => !e.labels.length).length`, "0")

	// The heading that sorts says so to who cannot see it; "/" leads to the search.
	b.do(`document.querySelector("[data-sort=n]").click()`)
	b.want(rows+`.split("|")[0]`, "camera-boot 1.9")
	b.want(`document.querySelector("th[aria-sort=ascending]").textContent`, "Component")
	b.do(`window.dispatchEvent(new KeyboardEvent("keydown", {key: "/"}))`)
	b.want(`document.activeElement.id`, "q")

	// The bars say the same as the table, and lead to the components.
	b.want(`[...document.querySelectorAll(".cbar")].map((r) => r.textContent).join("|")`, "China3|Hong Kong3|Germany1")
	b.do(`document.querySelector(".cbar button").click()`)
	b.want(`document.getElementById("f-country").value`, "CN")
	b.want(`document.querySelectorAll("#rows tr").length`, "3")
	b.do(`const s = document.getElementById("chart-basis"); s.value = "through owners"; s.dispatchEvent(new Event("change"))`)
	b.want(`[...document.querySelectorAll(".cbar")].map((r) => r.textContent).join("|")`, "China3")

	// A component's page, an organization's with its ownership path, and back.
	b.do(`location.hash = "#/c/1"`)
	b.want(`document.querySelector("#page h2").textContent`, "camera-core 4.1")
	b.want(`document.getElementById("report").hidden`, "true")
	b.want(`document.activeElement.tagName`, "H2")
	b.want(`document.querySelector("#page").textContent.includes('org-name "Seeing Eye" at supplier/name (medium)')`, "true")
	b.want(`document.querySelector("#page .sources a").href`, "https://register.example/1")
	b.do(`document.querySelector("#page h3 a").click()`)
	b.want(`document.querySelector("#page h2").textContent`, "Seeing Eye Digital Co., Ltd.")
	b.want(`[...document.querySelectorAll(".path li")].map((x) => x.textContent).join(" ")`,
		"Seeing Eye Digital Co., Ltd. ← 62.5% — State Optics Group controlling China: registered")
	b.do(`window.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"}))`)
	b.want(`document.getElementById("page").hidden`, "true")
	b.do(`location.hash = "#f-covered.listed-00000001"`)
	b.want(`document.getElementById("f-covered.listed-00000001").open`, "true")
	b.do(`location.hash = "#/c/999999"`)
	b.want(`document.getElementById("page").hidden`, "true")

	// What an input says stays text.
	b.open(writeHTML(t, hostile()))
	b.want(`document.querySelectorAll("script").length`, "2")
	b.do(`location.hash = "#/c/1"`)
	b.want(`document.querySelectorAll("#page script, #page img").length`, "0")
	b.want(`document.querySelector("#page h2").textContent.includes("<script>alert(1)</script>")`, "true")
	b.open(writeHTML(t, huge(40_000)))
	b.want(`document.querySelectorAll("#rows tr").length`, "100")
	b.do(set + `; set("q", "lib-number-10000 covered.listed-00002710")`)
	b.want(rows, "lib-number-10000 4.1")
	b.do(`document.querySelector("#rows a").click()`)
	b.want(`document.querySelector("#page h2").textContent`, "lib-number-10000 4.1")
	b.want(`[...document.querySelectorAll("details.finding")].filter((d) => d.querySelector("a[href^='#/c/']")).every((d) => JSON.parse(document.getElementById("data").textContent).components[Number(d.querySelector("a[href^='#/c/']").hash.slice(4))].f.length > 0)`, "true")
	b.open(writeHTML(t, big(5000)))
	b.want(`document.querySelectorAll("#rows tr").length`, "100")
	b.do(set + `; set("q", "lib-number-4999")`)
	b.want(rows, "lib-number-4999 4.1")

	// Names without a place to break at are broken: nothing leaves the page, on a
	// screen, a telephone or paper (A4 without its margins). On a telephone a
	// table may be moved sideways, by what its columns need to stay readable.
	merged := &bytes.Buffer{}
	if err := report.WriteMatrixHTML(merged, provenance.MatrixOf([]*provenance.Report{long(), long()}, nil), []*provenance.Report{long(), long()}); err != nil {
		t.Fatal(err)
	}
	for name, page := range map[string]string{"report": writeHTML(t, long()), "matrix": merged.String()} {
		b.open(page)
		for _, hash := range []string{"", "#/c/1", "#/o/0"} {
			b.do(`location.hash = "` + hash + `"; for (const d of document.querySelectorAll("details")) d.open = true`)
			for _, c := range []struct {
				media string
				width int
				table int // the most that a table may be wide
			}{{"screen", 1280, 1280}, {"screen", 390, 1000}, {"print", 688, 688}} {
				b.call("Emulation.setEmulatedMedia", map[string]any{"media": c.media})
				b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": c.width, "height": 900, "deviceScaleFactor": 1, "mobile": false})
				// The scroll bar takes a part of the width.
				if got := b.eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`); got != "0" {
					t.Errorf("%s%s, %s of %d: %s pixels stand out", name, hash, c.media, c.width, got)
				}
				if got := b.eval(`Math.max(0, ...[...document.querySelectorAll("table")].map((e) => e.scrollWidth)) <= ` + fmt.Sprint(c.table)); got != "true" {
					t.Errorf("%s%s, %s of %d: a table is %s wide", name, hash, c.media, c.width, b.eval(`[...document.querySelectorAll("table")].map((e) => e.scrollWidth)`))
				}
			}
		}
	}

	for _, p := range b.problems {
		t.Errorf("the console says: %.300s", p)
	}
}
