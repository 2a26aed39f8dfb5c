package provenance

import (
	"slices"
	"testing"
)

// Every combination against the rule as it is written: of the statuses that
// hold, the first of 2, 1, 5, 4, 3.
func TestExitStatus(t *testing.T) {
	n := 0
	for _, verdict := range []Verdict{"", NoFinding, UnknownVerdict, Review, Fail} {
		for _, failOn := range []Verdict{"", Fail, Review, UnknownVerdict} {
			for bits := range 8 {
				s := RunState{Verdict: verdict, FailOn: failOn, Unreadable: bits&1 != 0, Stale: bits&2 != 0, Thin: bits&4 != 0}
				var holds []int
				raised := map[Verdict][]Verdict{
					"": {Fail}, Fail: {Fail}, Review: {Fail, Review}, UnknownVerdict: {Fail, Review, UnknownVerdict},
				}[failOn]
				switch {
				case slices.Contains(raised, verdict):
					holds = append(holds, 2)
				case verdict == Review || verdict == UnknownVerdict:
					holds = append(holds, 3)
				}
				for status, is := range map[int]bool{1: s.Unreadable, 5: s.Stale, 4: s.Thin} {
					if is {
						holds = append(holds, status)
					}
				}
				want := 0
				for _, status := range []int{3, 4, 5, 1, 2} {
					if slices.Contains(holds, status) {
						want = status
					}
				}
				if got := ExitStatus(s); got != want {
					t.Errorf("%+v: %d, want %d", s, got, want)
				}
				n++
			}
		}
	}
	if n != 160 {
		t.Errorf("%d combinations, want 160", n)
	}
}

// The combinations that people ask about, spelled out.
func TestExitStatusSpelledOut(t *testing.T) {
	for _, test := range []struct {
		state RunState
		want  int
	}{
		{RunState{}, 0},
		{RunState{Verdict: NoFinding}, 0},
		{RunState{Verdict: Fail}, 2},
		{RunState{Verdict: Review}, 3},
		{RunState{Verdict: UnknownVerdict}, 3},
		{RunState{Verdict: Fail, Unreadable: true, Stale: true, Thin: true}, 2},
		{RunState{Verdict: Review, Unreadable: true, Stale: true, Thin: true}, 1},
		{RunState{Verdict: Review, Stale: true, Thin: true}, 5},
		{RunState{Verdict: Review, Thin: true}, 4},
		{RunState{Thin: true}, 4},
		{RunState{Verdict: Review, FailOn: Review}, 2},
		{RunState{Verdict: UnknownVerdict, FailOn: Review}, 3},
		{RunState{Verdict: UnknownVerdict, FailOn: UnknownVerdict}, 2},
		{RunState{Verdict: Review, FailOn: UnknownVerdict}, 2},
		{RunState{Verdict: NoFinding, FailOn: UnknownVerdict}, 0},
	} {
		if got := ExitStatus(test.state); got != test.want {
			t.Errorf("%+v: %d, want %d", test.state, got, test.want)
		}
	}
}
