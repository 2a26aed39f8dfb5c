package derived

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The number in a library's file name ("libfoo.so.0.7400.6") is made of what
// libtool counts, and no release. But many projects make it from the release by
// a rule: 2.74.6 above, 1.16.0 of "libfoo.so.2.11600.0". Such a rule is learned
// where several releases show it, and tells the release of a file that none of
// them is.

// A form is one part of such a rule: "n1/100%100" takes the second number of
// the name, divides and keeps the rest.
type form struct {
	index    int // of the number; -1 for a constant
	div, mod int
	value    int // of a constant
}

var forms = func() []form {
	var list []form
	for _, dm := range [][2]int{{1, 0}, {100, 0}, {1, 100}, {100, 100}, {10000, 0}, {1000, 0}, {1, 1000}} {
		for i := range 4 {
			list = append(list, form{index: i, div: dm[0], mod: dm[1]})
		}
	}
	return list
}()

func (f form) of(number []int) (int, bool) {
	if f.index < 0 {
		return f.value, true
	}
	if f.index >= len(number) {
		return 0, false
	}
	v := number[f.index] / f.div
	if f.mod > 0 {
		v %= f.mod
	}
	return v, true
}

func (f form) String() string {
	if f.index < 0 {
		return "c" + strconv.Itoa(f.value)
	}
	s := "n" + strconv.Itoa(f.index)
	if f.div > 1 {
		s += "/" + strconv.Itoa(f.div)
	}
	if f.mod > 0 {
		s += "%" + strconv.Itoa(f.mod)
	}
	return s
}

func parseForm(s string) (form, bool) {
	f := form{div: 1}
	num := func(t string) int {
		n, err := strconv.Atoi(t)
		if err != nil || n < 0 {
			return -1
		}
		return n
	}
	if rest, ok := strings.CutPrefix(s, "c"); ok {
		f.index, f.value = -1, num(rest)
		return f, f.value >= 0
	}
	rest, ok := strings.CutPrefix(s, "n")
	if !ok {
		return f, false
	}
	rest, mod, hasMod := strings.Cut(rest, "%")
	rest, div, hasDiv := strings.Cut(rest, "/")
	f.index = num(rest)
	if hasMod {
		f.mod = num(mod)
	}
	if hasDiv {
		f.div = num(div)
	}
	return f, f.index >= 0 && f.div > 0 && f.mod >= 0
}

// numbers reads "1.2.3"; nil if there is anything but numbers.
func numbers(s string) []int {
	var out []int
	for _, p := range strings.Split(s, ".") {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 || len(p) > 8 || len(p) > 1 && p[0] == '0' {
			return nil
		}
		out = append(out, n)
	}
	return out
}

// A sample is a file's number and the release that it is of.
type sample struct{ number, version string }

// learnRules returns the rules of a library, one for each count of numbers that
// its file names had, apart by "|": a project that goes over from libtool's count
// to its release ("liburing.so.1.0.7", then "liburing.so.2.9") changes that.
func learnRules(samples []sample) string {
	byCount := map[int][]sample{}
	for _, s := range samples {
		n := len(numbers(s.number))
		byCount[n] = append(byCount[n], s)
	}
	var out []string
	for _, n := range slices.Sorted(maps.Keys(byCount)) {
		rule := learnRule(byCount[n])
		if rule != "" {
			out = append(out, rule)
		}
		if wholeRule(rule) {
			continue // it says the same of every number
		}
		if r := learnEqual(n, byCount[n]); r != "" {
			out = append(out, r)
		}
	}
	return strings.Join(out, "|")
}

// wholeRule reports whether a rule says that the release is the number itself.
func wholeRule(rule string) bool {
	return slices.Contains([]string{"2:n0.n1", "3:n0.n1.n2", "4:n0.n1.n2.n3"}, rule)
}

// learnEqual returns the numbers that were the release itself, behind "=", and
// behind "!" those that were not, of names of n numbers, as "3=2.0.8,2.0.11!10.0.0";
// empty if there are none. A release that is written without the zeros at the end
// of its number follows a colon: "1.15.0:1.15".
//
// A project that has made a number its release once seldom has the same number
// for another. Numbers of three of the four of bullseye, bookworm, trixie and sid
// told the release of the fourth in 475 of 478, 898 of 919 and 738 of 747 cases
// where the fourth had the same number (bullseye, sid, bookworm), and where it had
// one that begins alike, in about 98 of 100. A number that was not the release
// tells far less (77 to 90 of 100), and none is kept to tell one.
func learnEqual(n int, samples []sample) string {
	if n < 2 {
		return ""
	}
	release := map[string]string{}
	for _, s := range samples {
		v := s.version
		if v != s.number && v+".0" != s.number {
			v = "" // another, or the number grew a zero
		}
		if old, ok := release[s.number]; ok && old != v {
			v = ""
		}
		release[s.number] = v
	}
	var equal, other []string
	for _, number := range slices.SortedFunc(maps.Keys(release), CompareVersions) {
		switch v := release[number]; v {
		case "":
			other = append(other, number)
		case number:
			equal = append(equal, number)
		default:
			equal = append(equal, number+":"+v)
		}
	}
	if len(equal) == 0 {
		return ""
	}
	r := strconv.Itoa(n) + "=" + strings.Join(equal, ",")
	if len(other) > 0 {
		r += "!" + strings.Join(other, ",")
	}
	return r
}

// applyEqual returns the release that a file's number tells by what
// [learnEqual] returned.
func applyEqual(rule, number string) (string, bool) {
	if numbers(number) == nil {
		return "", false
	}
	length, rule, ok := strings.Cut(rule, "=")
	parts := strings.Split(number, ".")
	if !ok || length != strconv.Itoa(len(parts)) {
		return "", false
	}
	equal, other, _ := strings.Cut(rule, "!")
	// How many numbers at the beginning are those of one in a list.
	alike := func(list string) (most, count int) {
		for n := range strings.SplitSeq(list, ",") {
			n, _, _ = strings.Cut(n, ":")
			if _, tail, _ := strings.Cut(n, "."); numbers(n) == nil || strings.Trim(tail, "0.") == "" && parts[1] != "0" {
				continue // "1.0.0" is what libtool makes of no number
			}
			same := 0
			for i, p := range strings.Split(n, ".") {
				if i >= len(parts) || p != parts[i] {
					break
				}
				same++
			}
			most = max(most, same)
			if same > 0 {
				count++
			}
		}
		return most, count
	}
	for n := range strings.SplitSeq(equal, ",") {
		n, release, short := strings.Cut(n, ":")
		if n == number && short {
			return release, true
		}
		if n == number {
			return n, true
		}
	}
	most, count := alike(equal)
	not, _ := alike(other)
	switch last := len(parts) - 1; {
	case last < 2 || strings.Contains(equal, ":"):
		return "", false
	case most == last && not < last:
		return number, true
	case most > 0 && not == 0 && (other == "" || count >= 2):
		return number, true
	}
	return "", false
}

// learnRule returns the rule that all samples follow, empty if there is none or
// they are too few to tell a rule from chance: how many numbers the name has,
// and a form for each number of the release, as "3:c2.n1/100.n2".
func learnRule(samples []sample) string {
	if len(samples) == 0 {
		return ""
	}
	var ns, vs [][]int
	distinct := map[string]bool{}
	for _, s := range samples {
		n, v := numbers(s.number), numbers(s.version)
		if len(n) < 2 || len(v) < 2 || len(v) > 4 || len(vs) > 0 && (len(v) != len(vs[0]) || len(n) != len(ns[0])) {
			return ""
		}
		ns, vs = append(ns, n), append(vs, v)
		distinct[s.version] = true
	}
	rule := make([]form, len(vs[0]))
	fits := func(f form, k int) bool {
		for i, n := range ns {
			if v, ok := f.of(n); !ok || v != vs[i][k] {
				return false
			}
		}
		return true
	}
	whole := true // the release is the number itself
	for k := range rule {
		rule[k] = form{index: k, div: 1}
		whole = whole && fits(rule[k], k)
	}
	for _, n := range ns {
		whole = whole && len(n) == len(rule)
	}
	// In two releases that is no chance: of 1,118 libraries of bookworm whose
	// number was the release in two of bullseye, trixie and sid it was so too in
	// 1,095, and 17 of the others differ in "rc1" and "final" alone. With two
	// numbers, 39 of 40.
	if whole && len(distinct) >= 2 {
		return ruleText(len(ns[0]), rule)
	}
	// The release has one more number than the name, and that is always zero.
	if n := len(ns[0]); n >= 3 && len(rule) == n+1 && len(distinct) >= 2 {
		tail := true
		for k := range rule {
			tail = tail && (k < n && fits(rule[k], k) || k == n && fits(form{index: -1}, k))
		}
		if tail {
			rule[n] = form{index: -1}
			return ruleText(n, rule)
		}
	}
	weight := 0 // how unlikely it is that the rule holds by chance
	leading := true
	for k := range rule {
		values, large := map[int]bool{}, false
		for _, v := range vs {
			values[v[k]] = true
			large = large || v[k] >= 10
		}
		if !whole {
			switch i := slices.IndexFunc(forms, func(f form) bool { return f.index == k && fits(f, k) }); {
			case len(values) == 1 && leading:
				// The first numbers of a release seldom change: they may be constant.
				rule[k] = form{index: -1, value: vs[0][k]}
				continue
			case len(values) == 1:
				return "" // whatever stands there, no sample shows that it follows
			case i >= 0:
				rule[k] = forms[i]
			default:
				// From another place of the number: three releases must show it.
				if i = slices.IndexFunc(forms, func(f form) bool { return fits(f, k) }); i < 0 || len(values) < 3 {
					return ""
				}
				rule[k] = forms[i]
			}
			leading = false
		}
		switch {
		case len(values) >= 3 || len(values) == 2 && large:
			weight += 2
		case len(values) == 2:
			weight++
		}
	}
	if len(distinct) < 2 {
		// One release alone: where its number is too long to be so by chance.
		if last := len(rule) - 1; !whole || last < 2 || vs[0][last] == 0 {
			return ""
		}
	} else if weight < 2 {
		return ""
	}
	r := ruleText(len(ns[0]), rule)
	if _, ok := applyRule(r, samples[0].number); !ok {
		return ""
	}
	return r
}

// ruleText writes a rule for names of n numbers.
func ruleText(n int, rule []form) string {
	parts := make([]string, len(rule))
	for i, f := range rule {
		parts[i] = f.String()
	}
	return strconv.Itoa(n) + ":" + strings.Join(parts, ".")
}

// applyRules returns the release that a file's number tells by one of the rules.
func applyRules(rules, number string) (string, bool) {
	if strings.Trim(number, "0.") == "" {
		return "", false // what libtool makes of no number
	}
	for rule := range strings.SplitSeq(rules, "|") {
		if release, ok := applyRule(rule, number); ok {
			return release, true
		}
		if release, ok := applyEqual(rule, number); ok {
			return release, true
		}
	}
	return "", false
}

// applyRule returns the release that a file's number tells by a rule.
func applyRule(rule, number string) (string, bool) {
	n := numbers(number)
	length, rule, _ := strings.Cut(rule, ":")
	if n == nil || rule == "" || length != strconv.Itoa(len(n)) {
		return "", false
	}
	var out []string
	var whole, rest uint             // the numbers of which hundreds are taken, and of which what is left
	constant, used := false, uint(1) // the first number is that of the ABI
	for _, p := range strings.Split(rule, ".") {
		f, ok := parseForm(p)
		if !ok {
			return "", false
		}
		if f.index < 0 {
			constant = true
		} else {
			// Less than a hundred where hundreds are the release is the number of
			// a series before the rule: libgstapp-0.10.so.0.25.0 is not 1.0.25.
			if f.div > 1 && f.mod == 0 && f.index < len(n) && n[f.index] < f.div {
				return "", false
			}
			used |= 1 << min(f.index, 31)
			if f.div > 1 && f.mod == 0 && f.index < len(n) && n[f.index]%f.div != 0 {
				whole |= 1 << min(f.index, 31)
			}
			if f.mod > 0 {
				rest |= 1 << min(f.index, 31)
			}
		}
		v, ok := f.of(n)
		if !ok {
			return "", false
		}
		out = append(out, strconv.Itoa(v))
	}
	// A constant holds as long as the numbers before those that the rule takes do,
	// and nobody knows how long: 1.3.5 of "libogg.so.0.8.5", and 1.1.4 of 0.6.0.
	if constant && used&(used+1) != 0 {
		return "", false
	}
	// 2.55.1 of "libglib-2.0.so.0.5501.0", where a rule knows 5800 and the like only:
	// no release showed what is left of the hundreds.
	if whole&^rest != 0 {
		return "", false
	}
	return strings.Join(out, "."), true
}

// Near reports whether a version is one that a component of these known versions
// may have: as many numbers as one of them, and the first of one of them or a
// place between them.
func Near(version string, known []string) bool {
	v := leading(version)
	if len(v) == 0 {
		return false
	}
	parts, major := false, false
	same, before, after := placeAmong(version, known, func(n []int) {
		parts = parts || len(n) == len(v)
		major = major || n[0] == v[0] && len(v) > 1
	})
	if same {
		return true
	}
	return parts && (major || before && after) && !outsized(v, known)
}

// sameShape reports whether a version has more than one number, or one of the known
// ones has no more: "03i" is none of "0.15" and "0.16".
func sameShape(version string, known []string) bool {
	return len(leading(version)) > 1 || slices.ContainsFunc(known, func(k string) bool { return len(leading(k)) <= 1 })
}

// placeAmong reports whether a version is one of the known ones, later than one of
// them, and earlier than one. visit is given the numbers of each.
func placeAmong(version string, known []string, visit func(numbers []int)) (same, before, after bool) {
	for _, k := range known {
		n := leading(k)
		if len(n) == 0 {
			continue
		}
		visit(n)
		switch c := CompareVersions(version, k); {
		case c == 0:
			same = true
		case c > 0:
			before = true
		default:
			after = true
		}
	}
	return same, before, after
}

const firstDate = 1990_01_01 // that a release is called by

// Within reports whether a version lies between two of the known ones, has as
// many numbers as one of them, and is no number that protocols have: what may be
// taken for the component's where nothing else says whose it is.
func Within(version string, known []string) bool {
	v := leading(version)
	if len(v) == 1 && v[0] >= firstDate && v[0] < 2100_01_01 {
		v = append(v, 0) // a date
	}
	if len(v) < 2 || version == "1.0" || version == "1.1" || version == "2.0" {
		return slices.Contains(known, version)
	}
	parts, minor := false, false
	same, before, after := placeAmong(version, known, func(n []int) {
		if len(n) == 1 && n[0] >= firstDate {
			n = append(n, 0)
		}
		parts = parts || len(n) == len(v)
		minor = minor || len(n) > 1 && n[0] == v[0] && n[1] == v[1] && len(v) > 2
	})
	if same {
		return true
	}
	return parts && (before && after || minor) && !outsized(v, known)
}

// outsized reports whether one of the numbers of a version is far larger than
// those of the known ones: "2.99999.3" is an example of an object identifier.
func outsized(version []int, known []string) bool {
	most := 10
	for _, k := range known {
		for _, n := range leading(k) {
			most = max(most, n)
		}
	}
	return slices.Max(version) >= 1000*most
}

// leading are the numbers with which a version begins.
func leading(s string) []int {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.') {
		end++
	}
	var out []int
	for _, p := range strings.Split(strings.Trim(s[:end], "."), ".") {
		n, err := strconv.Atoi(p)
		if err != nil {
			return nil
		}
		out = append(out, n)
	}
	return out
}
