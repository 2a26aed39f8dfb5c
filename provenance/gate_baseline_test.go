package provenance

import (
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

func TestBaseline(t *testing.T) {
	p := policy(t, "verdict: fail, when: {list: {id: watch, nexus: {threshold: 50}}}")
	run := func(opts Options, cs ...*sbom.Component) *Report {
		opts.Policies = []*Policy{p}
		return analyze(t, cs, opts)
	}
	cam, lamp, vague := supplied("cam", "Listed Optics"), supplied("lamp", "Child Optics"), supplied("cam", "Vague Optics")
	waiver := Waiver{ID: "w", Reason: "lab", Owner: "us", Expires: "2026-07-01", Organization: "listed"}
	newer := copyOf(cam)
	newer.Version, newer.Ref = "2", "other"
	for _, test := range []struct {
		name     string
		base, is *Report
		want     Verdict
		counted  int
	}{
		{"the same", run(Options{}, cam), run(Options{}, cam), NoFinding, 0},
		{"another version", run(Options{}, cam), run(Options{}, newer), NoFinding, 0},
		{"one more", run(Options{}, cam), run(Options{}, cam, lamp), Fail, 1},
		{"one fewer", run(Options{}, cam, lamp), run(Options{}, cam), NoFinding, 0},
		{"nothing before", run(Options{}), run(Options{}, cam), Fail, 1},
		{"another organization", run(Options{}, vague), run(Options{}, cam), Fail, 1},
		{"waived before, and the waiver has ended", run(Options{Waivers: []Waiver{waiver}}, cam), run(Options{AsOf: "2026-07-02", Waivers: []Waiver{waiver}}, cam), Fail, 1},
		{"waived now", run(Options{}), run(Options{Waivers: []Waiver{waiver}}, cam), NoFinding, 0},
	} {
		if got := test.is.ApplyBaseline(test.base); got != test.counted || test.is.Verdict != test.want {
			t.Errorf("%s: %d count, verdict %s, want %d and %s", test.name, got, test.is.Verdict, test.counted, test.want)
		}
	}

	milder := run(Options{}, cam)
	milder.Findings[0].Verdict = Review
	if is := run(Options{}, cam); is.ApplyBaseline(milder) != 1 || is.Verdict != Fail {
		t.Error("a finding that became worse is taken for known")
	}
	none := analyze(t, []*sbom.Component{cam}, Options{})
	if none.ApplyBaseline(run(Options{}, cam)); none.Verdict != "" {
		t.Errorf("a report without a policy got the verdict %q", none.Verdict)
	}
}
