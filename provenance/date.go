package provenance

import (
	"fmt"
	"strings"
	"time"
)

// A Date is a day, month or year in ISO 8601 ("2019-08-13", "2019-08",
// "2019"), or empty where unknown. A month or year stands for all of its days:
// as the start of a period it begins with the first, as the end it runs to the
// last.
type Date string

// ParseDate checks the form of s.
func ParseDate(s string) (Date, error) {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if len(s) == len(layout) {
			if _, err := time.Parse(layout, s); err == nil {
				return Date(s), nil
			}
		}
	}
	return "", fmt.Errorf("%q is not a date: want YYYY-MM-DD, YYYY-MM or YYYY", s)
}

// first returns the first day of d as YYYY-MM-DD.
func (d Date) first() string {
	switch len(d) {
	case 4:
		return string(d) + "-01-01"
	case 7:
		return string(d) + "-01"
	}
	return string(d)
}

// last returns the last day of d in a form that compares after every day of it
// and before the next month.
func (d Date) last() string {
	switch len(d) {
	case 4:
		return string(d) + "-12-31"
	case 7:
		return string(d) + "-31"
	}
	return string(d)
}

// Within reports whether the day d lies in the period from since to until, both
// included. An empty bound is open. An empty d lies in every period.
func (d Date) Within(since, until Date) bool {
	if d == "" {
		return true
	}
	if since != "" && strings.Compare(d.last(), since.first()) < 0 {
		return false
	}
	if until != "" && strings.Compare(d.first(), until.last()) > 0 {
		return false
	}
	return true
}
