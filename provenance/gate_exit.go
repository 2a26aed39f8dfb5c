package provenance

// A RunState is what the exit status of a run is made of.
type RunState struct {
	// Verdict of the run; empty where no policy was given. Of several reports,
	// the worst.
	Verdict Verdict
	// Unreadable: an input or a configuration (policy, waiver file, database
	// directory) could not be read.
	Unreadable bool
	// Stale: the database is older than wanted, or not the pinned one.
	Stale bool
	// Thin: the coverage is below the one wanted.
	Thin bool
	// FailOn is the mildest verdict that counts as a failure: Fail, Review or
	// UnknownVerdict. Empty means Fail.
	FailOn Verdict
}

// Exit statuses of a run. If several hold, the first of 2, 1, 5, 4 and 3 wins.
const (
	ExitNone       = 0 // no finding that counts, or no policy
	ExitUnreadable = 1 // an input or configuration could not be read
	ExitFail       = 2 // a verdict of fail, or one that fail-on raises to it
	ExitReview     = 3 // a verdict of review or unknown
	ExitThin       = 4 // coverage below what was asked for
	ExitStale      = 5 // database too old, or not the one pinned
)

// ExitStatus returns the exit status of a run.
func ExitStatus(s RunState) int {
	failOn := s.FailOn
	if failOn == "" {
		failOn = Fail
	}
	counts := s.Verdict == Fail || s.Verdict == Review || s.Verdict == UnknownVerdict
	switch {
	case counts && s.Verdict.rank() >= failOn.rank():
		return ExitFail
	case s.Unreadable:
		return ExitUnreadable
	case s.Stale:
		return ExitStale
	case s.Thin:
		return ExitThin
	case counts:
		return ExitReview
	}
	return ExitNone
}
