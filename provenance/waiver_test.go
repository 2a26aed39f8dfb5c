package provenance

import (
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

func TestReadWaivers(t *testing.T) {
	good := `waivers:
  - id: w1
    reason: replaced in the next release
    owner: platform team
    expires: 2026-12-31
    ticket: T-1
    organization: listed
    component: "pkg:generic/*"
`
	ws, err := ReadWaivers("w.yaml", []byte(good))
	if err != nil || len(ws) != 1 || ws[0].Expires != "2026-12-31" || ws[0].Component != "pkg:generic/*" {
		t.Fatalf("%+v, %v", ws, err)
	}
	for name, test := range map[string]struct{ from, to, want string }{
		"no reason":     {"    reason: replaced in the next release\n", "", "w.yaml:2: waivers/0: reason missing"},
		"blank owner":   {"owner: platform team", "owner: ' '", "owner missing"},
		"no expiry":     {"    expires: 2026-12-31\n", "", "expires missing"},
		"bad expiry":    {"2026-12-31", "next year", "is not a date"},
		"no scope":      {"    organization: listed\n    component: \"pkg:generic/*\"\n", "", "scope"},
		"everything":    {"    organization: listed\n    component: \"pkg:generic/*\"\n", "    component: '*'\n", "a pattern for everything"},
		"unknown field": {"ticket:", "tickets:", "w.yaml:6"},
		"no id":         {"  - id: w1\n    reason", "  - reason", "id is missing"},
	} {
		_, err := ReadWaivers("w.yaml", []byte(strings.Replace(good, test.from, test.to, 1)))
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "w.yaml:") {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
	if _, err := ReadWaivers("w.yaml", []byte(good+strings.TrimPrefix(good, "waivers:\n"))); err == nil || !strings.Contains(err.Error(), "w.yaml:9") {
		t.Errorf("two waivers of one id: %v", err)
	}
}

// What a waiver covers, and until when.
func TestWaiver(t *testing.T) {
	p := policy(t, "verdict: fail, when: {country: {in: [KP]}}")
	cam := supplied("cam", "Listed Optics")
	cam.PURL = "pkg:generic/optics/cam@1.0?arch=arm"
	lamp := supplied("lamp", "Listed Optics")
	plain := analyze(t, []*sbom.Component{cam, lamp}, Options{Policies: []*Policy{p}})
	camID := ""
	for _, f := range plain.Findings {
		if f.Component == cam.Ref {
			camID = f.ID
		}
	}
	for _, test := range []struct {
		name   string
		waiver Waiver
		covers string // refs
	}{
		{"finding", Waiver{Finding: camID}, "ref-cam"},
		{"beginning of a finding", Waiver{Finding: camID[:6]}, ""},
		{"rule", Waiver{Rule: "p.r"}, "ref-cam ref-lamp"},
		{"policy", Waiver{Rule: "p"}, "ref-cam ref-lamp"},
		{"other rule", Waiver{Rule: "p.other"}, ""},
		{"organization", Waiver{Organization: "listed"}, "ref-cam ref-lamp"},
		{"other organization", Waiver{Organization: "child"}, ""},
		{"package URL", Waiver{Component: "pkg:generic/optics/cam@1.0?arch=arm"}, "ref-cam"},
		{"package URL without version", Waiver{Component: "pkg:generic/optics/cam"}, "ref-cam"},
		{"pattern", Waiver{Component: "pkg:generic/*"}, "ref-cam"},
		{"another version", Waiver{Component: "pkg:generic/optics/cam@1.1*"}, ""},
		{"name of what has no package URL", Waiver{Component: "l?mp"}, "ref-lamp"},
		{"name of what has one", Waiver{Component: "cam"}, ""},
		{"all that is set", Waiver{Organization: "listed", Component: "lamp", Rule: "p.r"}, "ref-lamp"},
		{"one of them wrong", Waiver{Organization: "listed", Component: "lamp", Rule: "p.q"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := test.waiver
			w.ID, w.Reason, w.Owner, w.Expires = "w", "known", "us", "2026-06-01"
			for _, day := range []Date{"2026-06-01", "2026-06-02"} {
				r := analyze(t, []*sbom.Component{cam, lamp}, Options{AsOf: day, Policies: []*Policy{p}, Waivers: []Waiver{w}})
				if len(r.Findings) != 2 {
					t.Fatalf("%d findings: a waived one stays", len(r.Findings))
				}
				var waived, expired []string
				for _, f := range r.Findings {
					if f.Waiver != nil {
						waived = append(waived, f.Component)
					}
					if f.WaiverExpired != nil {
						expired = append(expired, f.Component)
					}
				}
				inForce := day == "2026-06-01"
				got := strings.Join(waived, " ")
				if !inForce {
					got = strings.Join(expired, " ")
				}
				if len(waived) > 0 && !inForce || len(expired) > 0 && inForce || !sameWords(got, test.covers) {
					t.Errorf("on %s waived %v, expired %v, want %q", day, waived, expired, test.covers)
				}
				want := Fail
				if inForce && len(waived) == 2 {
					want = NoFinding
				}
				if r.Verdict != want {
					t.Errorf("on %s verdict %s, want %s", day, r.Verdict, want)
				}
			}
		})
	}
}

func sameWords(a, b string) bool {
	as, bs := strings.Fields(a), strings.Fields(b)
	if len(as) != len(bs) {
		return false
	}
	for _, w := range as {
		if !strings.Contains(" "+b+" ", " "+w+" ") {
			return false
		}
	}
	return true
}

// A finding about two versions is not waived for one of them.
func TestWaiverOfOneCopy(t *testing.T) {
	p := policy(t, "verdict: fail, when: {country: {in: [KP]}}")
	a, b := supplied("cam", "Listed Optics"), supplied("cam", "Listed Optics")
	a.PURL, b.PURL, b.Ref = "pkg:generic/cam@1", "pkg:generic/cam@2", "other"
	w := Waiver{ID: "w", Reason: "known", Owner: "us", Expires: "2027-01-01", Component: "pkg:generic/cam@1"}
	r := analyze(t, []*sbom.Component{a, b}, Options{Policies: []*Policy{p}, Waivers: []Waiver{w}})
	if r.Verdict != Fail || r.Findings[0].Waiver != nil {
		t.Errorf("a waiver of version 1 also took version 2: %+v", r.Findings)
	}
}

// A waiver by finding never hides a different finding.
func TestWaiverHidesOne(t *testing.T) {
	base := analyze(t, mixed(), Options{Policies: everything(t)})
	for _, f := range base.Findings {
		w := Waiver{ID: "w", Reason: "known", Owner: "us", Expires: "2027-01-01", Finding: f.ID}
		r := analyze(t, mixed(), Options{Policies: everything(t), Waivers: []Waiver{w}})
		n := 0
		for _, g := range r.Findings {
			if g.Waiver != nil {
				n++
				if g.ID != f.ID {
					t.Errorf("a waiver of %s covers %s", f.ID, g.ID)
				}
			}
		}
		if n != 1 || len(r.Findings) != len(base.Findings) {
			t.Errorf("a waiver of %s covers %d findings of %d", f.ID, n, len(r.Findings))
		}
	}
}

func TestGlob(t *testing.T) {
	for _, test := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"*", "", true}, {"*", "a/b", true}, {"a*c", "abbc", true}, {"a*c", "abcd", false}, {"a*b*c", "a-b-b-c", true},
		{"?", "", false}, {"?b", "ab", true}, {"a[b]", "ab", false}, {"a[b]", "a[b]", true}, {"**x", "x", true}, {"x**", "xy", true}, {"abc", "ab", false},
	} {
		if got := glob(test.pattern, test.s); got != test.want {
			t.Errorf("glob(%q, %q) = %v", test.pattern, test.s, got)
		}
	}
}
