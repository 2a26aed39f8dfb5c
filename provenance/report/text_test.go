package report_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

func text(t *testing.T, r *provenance.Report, opts *report.TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteText(&b, r, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// squeeze undoes wrapping, so that a test can look for a sentence.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestText(t *testing.T) {
	out := squeeze(text(t, gateway(), nil))
	for _, want := range []string{
		"Input gateway.cdx.json (CycloneDX 1.6 json, sha256 0123456789ab…)",
		"Database test-db, edition of 2026-11-20, with ours; facts as of 2026-11-22",
		"FAIL 2 findings fail, 1 asks for review; 1 finding waived; 1 known finding; 1 of 6 components unknown; 1 problem of the input cost data",
		// Two findings of one cause are one entry.
		"in 2 findings: camera-core 4.1, camera-boot 1.9",
		"why Seeing Eye Digital supplied it and is named on the Covered List",
		"under (a)(1)(A) since 2019-08-13",
		"id covered.listed-00000001, covered.listed-00000002",
		"but the attribution is of low confidence",
		"waiver W-1 until 2027-01-31 (replaced in the next release)",
		"Known from the baseline, not counted fail: Known since the last release, httpd 2.4.62",
		"Parts of a listed organization, fail from 2027-06-30: camera-core 4.1",
		// The device, with a place that can be checked.
		`brand Lanworks GmbH [Germany: registered], medium confidence, ambiguous: the same mark points to Lanworks Systems Inc.; etc/banner@0x1f "Lanworks"`,
		"operator Hosting Ltd., medium confidence: cloud.lanworks.example",
		// A country stands with its basis, and an owner's with the chain.
		"China Seeing Eye Digital Co., Ltd. — headquartered (uncited) supplier (medium): camera-core 4.1, camera-boot 1.9, lens-driver 1.0 owned by State Optics Group (62.5%), registered",
		"Hong Kong Seeing Eye Digital Co., Ltd. — registered",
		"No country on record Hosting Ltd.",
		"Web Foundation [United States: registered]: httpd 2.4.62",
		"Tiny TLS: tiny-tls 3.1",
		"Unknown 1 component: libseye.so",
		`marks on them that no record answers: cert-org "Nobody Known AG"`,
		"error bad-purl at /components/5/purl: not a package URL, ignored",
		"components 6: 3 by organization, 1 by foundation, 1 by community, 0 by distributor only, 1 unknown",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	// Findings that cost most stand first, a foundation's country is not among
	// the countries.
	if strings.Index(out, "FAIL A listed") > strings.Index(out, "REVIEW A mark") {
		t.Error("a review stands before a fail")
	}
	countries := out[strings.Index(out, "Countries of"):strings.Index(out, "Foundations")]
	if strings.Contains(countries, "United States") {
		t.Error("the seat of a foundation is among the countries")
	}
	if t.Failed() {
		t.Log(text(t, gateway(), nil))
	}
}

func TestHeadline(t *testing.T) {
	policies := []provenance.PolicyRef{{ID: "p"}}
	for _, test := range []struct {
		name string
		r    provenance.Report
		want string
	}{
		{"no policy", provenance.Report{Coverage: provenance.Coverage{Components: 90, Unknown: 14}},
			"no policy was applied; 14 of 90 components unknown"},
		{"no finding", provenance.Report{Policies: policies, Verdict: provenance.NoFinding, Coverage: provenance.Coverage{Components: 90, Unknown: 14}},
			"no finding; 14 of 90 components unknown"},
		{"all attributed", provenance.Report{Policies: policies, Verdict: provenance.NoFinding, Coverage: provenance.Coverage{Components: 1}},
			"no finding; none of 1 component unknown"},
		{"empty", provenance.Report{}, "no policy was applied; no components"},
		{"notes only", provenance.Report{Policies: policies, Verdict: provenance.NoFinding, Findings: []provenance.Finding{{Verdict: provenance.Info}},
			Coverage: provenance.Coverage{Components: 2000, Unknown: 1000, Distributor: 3}},
			"no finding; 1 note; 1,000 of 2,000 components unknown, 3 known by the distributor only"},
		{"unknown rule", provenance.Report{Policies: policies, Verdict: provenance.UnknownVerdict, Findings: []provenance.Finding{{Verdict: provenance.Review}}},
			"unknown: 1 asks for review; no components"},
		{"unknown findings", provenance.Report{Policies: policies, Verdict: provenance.UnknownVerdict, Findings: []provenance.Finding{{Verdict: provenance.UnknownVerdict},
			{Verdict: provenance.UnknownVerdict}, {Verdict: provenance.Info}}},
			"unknown: 2 findings stay unknown; 1 note; no components"},
		{"image", provenance.Report{Coverage: provenance.Coverage{Tree: &sbom.Coverage{NotRead: true}}},
			"nothing inside the image was read; no policy was applied; no components"},
	} {
		if got := report.Headline(&test.r); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// A device and the image of its device tree have one name: it is said once,
// with how many things have it, in every writer that lists them.
func TestSameNameOnce(t *testing.T) {
	maker := []provenance.Attribution{{Organization: provenance.Ref{ID: "chips", Name: "Chips Ltd."}, Role: sbom.Silicon, Confidence: sbom.Medium,
		Origins: []provenance.OriginOf{{Country: "IE", Basis: provenance.Registered}}}}
	r := &provenance.Report{
		Subject: &provenance.Component{Ref: "device", Type: sbom.Device, Name: "Board", Standing: provenance.ByOrganization, Attributions: maker},
		Components: []provenance.Component{
			{Ref: "dtb", Type: sbom.Firmware, Name: "Board", Standing: provenance.ByOrganization, Attributions: maker},
			{Ref: "driver", Name: "driver", Version: "1", Standing: provenance.ByOrganization, Attributions: maker},
		}, Coverage: provenance.Coverage{Components: 2, Organization: 2}}
	for writer, want := range map[string]string{"text": "silicon (medium): Board (2), driver 1\n", "markdown": "| Board (2), driver 1 |"} {
		if out := output(t, writerNamed(t, writer), r); !strings.Contains(out, want) {
			t.Errorf("%s does not hold %q:\n%s", writer, want, out)
		}
	}
}

// A version that repeats the name, as some generators write it, is not said
// twice.
func TestTextVersionWithName(t *testing.T) {
	r := &provenance.Report{Components: []provenance.Component{{Ref: "a", Name: "ceph", Version: "ceph-3.2", Standing: provenance.Unknown},
		{Ref: "b", Name: "zlib", Version: "1.3", Standing: provenance.Unknown}}, Coverage: provenance.Coverage{Components: 2, Unknown: 2}}
	if out := text(t, r, nil); !strings.Contains(out, "2 components: ceph-3.2, zlib 1.3") {
		t.Errorf("the unknown components are written otherwise:\n%s", out)
	}
}

func TestTextNeverSaysClean(t *testing.T) {
	for _, r := range []*provenance.Report{{}, {Verdict: provenance.NoFinding, Policies: []provenance.PolicyRef{{ID: "p"}}}} {
		if m := regexp.MustCompile(`(?i)\b(pass(ed)?|clean|safe|compliant|ok)\b`).FindString(text(t, r, nil)); m != "" {
			t.Errorf("a report without findings says %q", m)
		}
	}
}

func TestTextWidth(t *testing.T) {
	r := gateway()
	r.Components[0].Name = strings.Repeat("摄像头 ", 40)
	for _, width := range []int{40, 72, 132} {
		for _, line := range strings.Split(text(t, r, &report.TextOptions{Width: width, Full: true}), "\n") {
			n := 0
			for _, c := range line {
				n++
				if unicode.Is(unicode.Han, c) {
					n++
				}
			}
			// A single word may be longer than what is left of a line.
			if n > width && len(strings.Fields(line)) > 2 {
				t.Errorf("width %d: a line of %d columns: %q", width, n, line)
			}
		}
	}
}

func TestTextHostile(t *testing.T) {
	for _, opts := range []*report.TextOptions{nil, {Width: 40}, {Color: true, Full: true}} {
		out := text(t, hostile(), opts)
		if opts != nil && opts.Color {
			out = regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(out, "")
		}
		for i, c := range out {
			if c != '\n' && !unicode.IsPrint(c) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, c) {
				t.Fatalf("%U reaches the screen at %q", c, out[max(0, i-40):i])
			}
		}
		if !strings.Contains(out, `\x1b]0;owned\x07`) || !strings.Contains(out, `\u202e`) || !strings.Contains(out, `\xff`) {
			t.Error("hidden characters are not shown")
		}
		// Neither a line break of the input nor our own wrapping starts a
		// line where a pipeline would read a command.
		for _, line := range strings.Split(out, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##") {
				t.Errorf("a line holds a workflow command: %q", line)
			}
		}
	}
}

func TestTextColor(t *testing.T) {
	plain := text(t, gateway(), nil)
	if strings.Contains(plain, "\x1b") {
		t.Error("color without being asked")
	}
	colored := text(t, gateway(), &report.TextOptions{Color: true})
	if !strings.Contains(colored, "\x1b[1;31m") {
		t.Error("no color")
	}
	if got := regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(colored, ""); got != plain {
		t.Error("color changes more than color")
	}
}

func TestCountryName(t *testing.T) {
	for code, want := range map[string]string{"CN": "China", "HK": "Hong Kong", "TW": "Taiwan", "US": "United States",
		"AD": "Andorra", "ZW": "Zimbabwe", "CI": "Côte d’Ivoire", "XX": "XX", "": "", "cn": "cn", "C\n": "C\n"} {
		if got := report.CountryName(code); got != want {
			t.Errorf("CountryName(%q) = %q, want %q", code, got, want)
		}
	}
}
