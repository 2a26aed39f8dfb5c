package provenance

import (
	"fmt"
	"strconv"
	"strings"
)

// A Share of an organization in percent, as text: a number ("62.5"), an
// interval ("50-75"), a lower bound (">50", ">=50"), an upper bound ("<10",
// "<=10"), or empty for unknown.
type Share string

// An Interval is a range of shares in millionths of a percent, both ends
// included.
type Interval struct {
	Min, Max int64
}

const percent = 1_000_000

// Interval returns the range that s stands for. Unknown is 0 to 100 percent.
func (s Share) Interval() (Interval, error) {
	t := strings.ReplaceAll(string(s), " ", "")
	all := Interval{0, 100 * percent}
	if t == "" {
		return all, nil
	}
	num := func(t string) (int64, error) {
		f, err := strconv.ParseFloat(t, 64)
		if err != nil || f != f || f < 0 || f > 100 {
			return 0, fmt.Errorf("share %q: want a percentage from 0 to 100", string(s))
		}
		return int64(f*percent + 0.5), nil
	}
	bound := func(prefix string, step int64) (int64, bool, error) {
		rest, ok := strings.CutPrefix(t, prefix)
		if !ok {
			return 0, false, nil
		}
		n, err := num(rest)
		return n + step, true, err
	}
	if n, ok, err := bound(">=", 0); ok {
		return Interval{n, all.Max}, err
	}
	if n, ok, err := bound(">", 1); ok {
		return Interval{min(n, all.Max), all.Max}, err
	}
	if n, ok, err := bound("<=", 0); ok {
		return Interval{0, n}, err
	}
	if n, ok, err := bound("<", -1); ok {
		return Interval{0, max(n, 0)}, err
	}
	if lo, hi, ok := strings.Cut(t, "-"); ok {
		a, err := num(lo)
		if err != nil {
			return all, err
		}
		b, err := num(hi)
		if err == nil && b < a {
			err = fmt.Errorf("share %q: the interval ends before it starts", string(s))
		}
		return Interval{a, b}, err
	}
	n, err := num(t)
	return Interval{n, n}, err
}
