package provenance

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ReadWaivers reads a file of waivers: a YAML mapping with the one key
// "waivers", a sequence. Reading is strict; every error starts with
// "file:line". A waiver without reason, owner, expiry or scope is an error.
func ReadWaivers(file string, data []byte) ([]Waiver, error) {
	var f struct {
		Waivers []Waiver `yaml:"waivers"`
	}
	if err := decodeYAML(file, data, &f); err != nil {
		return nil, err
	}
	var ds defects
	ids := map[string]int{}
	for i := range f.Waivers {
		w, part := &f.Waivers[i], fmt.Sprintf("waivers/%d", i)
		if w.ID == "" {
			ds.add(part, "id is missing")
		} else if first, ok := ids[w.ID]; ok {
			ds.add(part+"/id", "id %q is that of waiver %d too", w.ID, first+1)
		} else {
			ids[w.ID] = i
		}
		if err := w.check(); err != nil {
			ds.add(part, "%v", err)
		}
	}
	if err := malformed(file, data, ds); err != nil {
		return nil, err
	}
	return f.Waivers, nil
}

// check returns what a waiver lacks.
func (w *Waiver) check() error {
	var missing []string
	if strings.TrimSpace(w.Reason) == "" {
		missing = append(missing, "reason")
	}
	if strings.TrimSpace(w.Owner) == "" {
		missing = append(missing, "owner")
	}
	if w.Expires == "" {
		missing = append(missing, "expires")
	}
	if w.Finding == "" && w.Rule == "" && w.Organization == "" && w.Component == "" {
		missing = append(missing, "scope (finding, rule, organization or component)")
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s missing", strings.Join(missing, ", "))
	}
	if _, err := ParseDate(string(w.Expires)); err != nil {
		return fmt.Errorf("expires: %w", err)
	}
	// A waiver for everything is no decision about anything.
	if w.Finding == "" && w.Rule == "" && w.Organization == "" && strings.Trim(w.Component, "*") == "" {
		return errors.New("component: a pattern for everything, and no other scope")
	}
	return nil
}

// applyWaivers marks a finding with the waiver that covers it, or else with
// the one that did so longest. items are all that the report is about, by Ref.
func applyWaivers(f *Finding, waivers []Waiver, items map[string]*item, day Date) {
	var active, expired []Waiver
	for _, w := range waivers {
		if !w.covers(f, items) {
			continue
		}
		if day.first() <= w.Expires.last() {
			active = append(active, w)
		} else {
			expired = append(expired, w)
		}
	}
	longest := func(ws []Waiver) *Waiver {
		w := slices.MinFunc(ws, func(a, b Waiver) int {
			return cmp.Or(strings.Compare(b.Expires.last(), a.Expires.last()), strings.Compare(a.ID, b.ID))
		})
		return &w
	}
	switch {
	case len(active) > 0:
		f.Waiver = longest(active)
	case len(expired) > 0:
		f.WaiverExpired = longest(expired)
	}
}

// covers reports whether every scope that is set agrees with the finding. A
// finding about several components is covered where all of them are.
func (w *Waiver) covers(f *Finding, items map[string]*item) bool {
	if w.Finding != "" && w.Finding != f.ID {
		return false
	}
	if w.Rule != "" && w.Rule != f.Policy && w.Rule != f.Policy+"."+f.Rule {
		return false
	}
	if w.Organization != "" && (f.Organization == nil || f.Organization.ID != w.Organization) {
		return false
	}
	if w.Component == "" {
		return true
	}
	matched := 0
	for _, ref := range append([]string{f.Component, f.Service}, f.Also...) {
		it := items[ref]
		if it == nil {
			continue // "" for the one of both that it is not about
		}
		if !w.matchesComponent(it) {
			return false
		}
		matched++
	}
	return matched > 0
}

// matchesComponent applies the pattern to the package URL, whole and without
// its version, or to the name of what has none.
func (w *Waiver) matchesComponent(it *item) bool {
	if it.purl != "" {
		return glob(w.Component, it.purl) || glob(w.Component, versionless(it.purl))
	}
	return glob(w.Component, it.name)
}

// glob matches a pattern in which "*" stands for any characters, "/" too, and
// "?" for one.
func glob(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			p = star + 1
			mark++
			i = mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
