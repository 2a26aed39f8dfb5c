package strict

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"math"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Violation is one place where a document is not what it must be.
type Violation struct {
	Place   string // JSON pointer or element path
	Line    int    // 0 where the encoding has pointers
	Rule    string // keyword of the schema, or a word for the rule
	Message string
	Value   string // what stands there, shortened
	Section string // of the specification
	// Schema says that it is one of the published schema.
	Schema bool
	// Advice says that the specification only recommends it, or leaves room.
	Advice bool
}

// Limits bound the work. A violation beyond the last is counted.
type limits struct {
	ctx   context.Context
	steps int64
	max   int64
}

// ErrWork is the error for a document that takes too much work.
var ErrWork = errors.New("the document takes more work to check than one of its size should")

func newLimits(ctx context.Context, size int) *limits {
	return &limits{ctx: ctx, max: 20_000_000 + 400*int64(size)}
}

func (l *limits) step() error {
	l.steps++
	if l.steps > l.max {
		return ErrWork
	}
	if l.steps&1023 == 0 {
		return l.ctx.Err()
	}
	return nil
}

// A Reporter takes violations.
type Reporter func(Violation)

// A ref is a node of a tree.
type ref struct {
	t *Tree
	i int32
}

func (r ref) node() *Node { return &r.t.Nodes[r.i] }

type jsonValidator struct {
	s    *jsonSchemas
	lim  *limits
	seed maphash.Seed
	err  error
}

// CheckJSON holds a tree against the schema of a version of CycloneDX. It
// reports every violation and returns an error only where the check itself
// ended. Of 1.2 and 1.3 the verdict is that of the plain schema; what the strict
// variant refuses beside it, members that it does not know, is reported as no
// violation of the schema. That variant's word on "$schema" is left out: it
// enumerates an address that even its own revision has left.
func CheckJSON(ctx context.Context, t *Tree, size int, version, place string, report Reporter) error {
	s, err := loadJSON()
	if err != nil {
		return err
	}
	root, ok := s.head.Roots[version]
	if !ok {
		return fmt.Errorf("no schema of version %q", version)
	}
	v := &jsonValidator{s: s, lim: newLimits(ctx, size), seed: maphash.MakeSeed()}
	strictRoot, both := s.head.Roots[version+"-strict"]
	if !both {
		v.visit(ref{t, 1}, root, &Path{base: place}, report)
		return v.err
	}
	type known struct{ place, rule, value string }
	found := map[known]bool{}
	v.visit(ref{t, 1}, root, &Path{base: place}, func(x Violation) {
		if len(found) < maxCompared {
			found[known{x.Place, x.Rule, x.Message}] = true
		}
		report(x)
	})
	v.visit(ref{t, 1}, strictRoot, &Path{base: place}, func(x Violation) {
		if x.Place != place+"/$schema" && !found[known{x.Place, x.Rule, x.Message}] && len(found) < maxCompared {
			x.Schema, x.Section = false, "strict variant of the schema of CycloneDX "+version
			report(x)
		}
	})
	return v.err
}

// maxCompared bounds the violations of the plain schema that those of the
// strict variant are compared with.
const maxCompared = 100_000

// visit reports whether the schema accepts the value. Without a reporter it
// ends at the first violation.
func (v *jsonValidator) visit(r ref, id int, p *Path, report Reporter) bool {
	if v.err != nil {
		return false
	}
	if v.err = v.lim.step(); v.err != nil {
		return false
	}
	if id == 0 {
		return true
	}
	if r.node().Kind == later {
		r = ref{r.t.open(r.i), 1}
	}
	s, n := &v.s.nodes[id], r.node()
	ok := true
	// fail reports one violation, and whether the visit may end.
	fail := func(rule, format string, args ...any) bool {
		ok = false
		if report == nil {
			return true
		}
		report(Violation{Place: p.String(), Line: p.lineOf(), Rule: rule, Message: fmt.Sprintf(format, args...), Value: r.brief(), Schema: true})
		return false
	}
	if s.False {
		fail("false", "nothing may stand here")
		return false
	}
	if s.Types != "" && !hasType(n, s.Types) {
		fail("type", "is %s and not %s", kindName(n.Kind), typeNames(s.Types))
		return false
	}
	if s.Enum != nil && !s.listed(n) {
		if fail("enum", "is %s", noneOf(s.Enum)) {
			return false
		}
	}
	switch n.Kind {
	case String:
		if s.MinLen > 0 || s.MaxLen != nil {
			count := utf8.RuneCountInString(n.Text)
			if count < s.MinLen && fail("minLength", "has %d characters and not at least %d", count, s.MinLen) {
				return false
			}
			if s.MaxLen != nil && count > *s.MaxLen && fail("maxLength", "has %d characters and not at most %d", count, *s.MaxLen) {
				return false
			}
		}
		if s.pattern != nil && !s.pattern.MatchString(n.Text) && fail("pattern", "does not match %s", s.Pattern) {
			return false
		}
		if s.Format != "" {
			if err := checkFormat(s.Format, n.Text); err != nil && fail("format", "is no %s: %v", s.Format, err) {
				return false
			}
		}
	case Number:
		if s.Min != nil || s.Max != nil {
			f, err := strconv.ParseFloat(n.Text, 64)
			if err != nil && math.IsInf(f, 0) {
				err = nil
			}
			if s.Min != nil && (err != nil || f < *s.Min) && fail("minimum", "is less than %v", *s.Min) {
				return false
			}
			if s.Max != nil && (err != nil || f > *s.Max) && fail("maximum", "is more than %v", *s.Max) {
				return false
			}
		}
	case Object:
		for _, name := range s.Required {
			if r.t.Member(r.i, name) == 0 && fail("required", "member %q is missing", name) {
				return false
			}
		}
		if s.Props != nil || s.Extra != 0 {
			for c := n.first; c != 0; c = r.t.Nodes[c].next {
				m := &r.t.Nodes[c]
				sub, known := s.Props[m.Key]
				if !known {
					if sub = s.Extra; sub == 0 {
						continue
					}
					if v.s.nodes[sub].False {
						if fail("additionalProperties", "member %s is not known here", quote(m.Key)) {
							return false
						}
						continue
					}
				}
				if !v.visit(ref{r.t, c}, sub, p.member(m.Key, m.Line), report) {
					ok = false
					if report == nil || v.err != nil {
						return false
					}
				}
			}
		}
	case Array:
		count := int(n.n)
		if count < s.MinItems && fail("minItems", "has %d items and not at least %d", count, s.MinItems) {
			return false
		}
		if s.MaxItems != nil && count > *s.MaxItems && fail("maxItems", "has %d items and not at most %d", count, *s.MaxItems) {
			return false
		}
		if s.Items != 0 || s.ItemList != nil {
			k := 0
			for c := n.first; c != 0; c = r.t.Nodes[c].next {
				sub := s.Items
				if s.ItemList != nil {
					if sub = s.More; k < len(s.ItemList) {
						sub = s.ItemList[k]
					}
				}
				if !v.visit(ref{r.t, c}, sub, p.at(k, r.t.Nodes[c].Line), report) {
					ok = false
					if report == nil || v.err != nil {
						return false
					}
				}
				k++
			}
		}
		if s.Unique && count > 1 {
			if a, b, twice := v.twice(r); twice && fail("uniqueItems", "items %d and %d are equal", a, b) {
				return false
			}
		}
	}
	for _, sub := range s.AllOf {
		if !v.visit(r, sub, p, report) {
			ok = false
			if report == nil {
				return false
			}
		}
	}
	if s.AnyOf != nil && !slices.ContainsFunc(s.AnyOf, func(sub int) bool { return v.visit(r, sub, p, nil) }) {
		ok = false
		if report == nil {
			return false
		}
		v.none("anyOf", r, s.AnyOf, p, report)
	}
	if s.OneOf != nil {
		fits := 0
		for _, sub := range s.OneOf {
			if v.visit(r, sub, p, nil) {
				fits++
			}
		}
		switch {
		case v.err != nil:
			return false
		case fits == 0:
			ok = false
			if report == nil {
				return false
			}
			v.none("oneOf", r, s.OneOf, p, report)
		case fits > 1 && fail("oneOf", "fits %d of %d alternatives, of which one only is allowed", fits, len(s.OneOf)):
			return false
		}
	}
	if s.Not != 0 && v.visit(r, s.Not, p, nil) {
		if fail("not", "must not be: %s", v.describe(s.Not)) {
			return false
		}
	}
	if s.If != 0 {
		sub := s.Else
		if v.visit(r, s.If, p, nil) {
			sub = s.Then
		}
		if !v.visit(r, sub, p, report) {
			ok = false
		}
	}
	return ok && v.err == nil
}

// none reports a value that fits none of the alternatives: what is wrong inside
// of the one that comes nearest, or, where they fail at the value itself, what
// each of them asks for.
func (v *jsonValidator) none(rule string, r ref, subs []int, p *Path, report Reporter) {
	const most = 100
	here := p.String()
	var best []Violation
	bestCost := math.MaxInt
	var reasons []string
	for _, sub := range subs {
		var found []Violation
		v.visit(r, sub, p, func(x Violation) {
			if len(found) < most {
				found = append(found, x)
			}
		})
		if v.err != nil {
			return
		}
		cost := len(found)
		for _, x := range found {
			if x.Place == here {
				cost += 1000
			}
		}
		if len(found) > 0 {
			reasons = append(reasons, found[0].Message)
			if found[0].Place != here {
				reasons[len(reasons)-1] = strings.TrimPrefix(found[0].Place, here) + " " + found[0].Message
			}
		}
		if cost < bestCost {
			best, bestCost = found, cost
		}
	}
	if bestCost < 1000 {
		for _, x := range best {
			report(x)
		}
		return
	}
	reasons = slices.Compact(reasons)
	if len(reasons) > 4 {
		reasons = append(reasons[:4], fmt.Sprintf("and %d more", len(reasons)-4))
	}
	report(Violation{Place: here, Line: p.lineOf(), Rule: rule, Schema: true, Value: r.brief(),
		Message: fmt.Sprintf("fits none of %d alternatives: %s", len(subs), strings.Join(reasons, "; "))})
}

func (v *jsonValidator) describe(id int) string {
	if s := &v.s.nodes[id]; len(s.Required) > 0 {
		return "with " + strings.Join(s.Required, " and ")
	}
	return "what it is"
}

// listed reports whether an enumeration has the value.
func (s *Schema) listed(n *Node) bool {
	if s.words != nil {
		return n.Kind == String && s.words[n.Text]
	}
	for _, e := range s.Enum {
		switch {
		case e[0] == '"':
			var w string
			if n.Kind == String && json.Unmarshal(e, &w) == nil && w == n.Text {
				return true
			}
		case n.Kind == Number && (e[0] == '-' || e[0] >= '0' && e[0] <= '9'):
			if canonicalNumber(string(e)) == canonicalNumber(n.Text) {
				return true
			}
		case n.Kind == Boolean || n.Kind == Null:
			if n.Text == string(e) {
				return true
			}
		}
	}
	return false
}

func hasType(n *Node, types string) bool {
	for i := range len(types) {
		if n.Kind == types[i] {
			return true
		}
		if types[i] == 'i' && n.Kind == Number && !strings.Contains(canonicalNumber(n.Text), "e-") {
			return true
		}
	}
	return false
}

// canonicalNumber writes a number in one way: an integer mantissa without
// zeros at its end, and an exponent.
func canonicalNumber(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	mant, exp := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mant, exp = s[:i], s[i+1:]
	}
	whole, frac, _ := strings.Cut(mant, ".")
	digits := strings.TrimLeft(whole+frac, "0")
	short := strings.TrimRight(digits, "0")
	if short == "" {
		return "0"
	}
	e, err := strconv.ParseInt(exp, 10, 62)
	if err != nil && exp != "" {
		// Beyond any use: only equal to what is written the same.
		if strings.HasPrefix(exp, "-") {
			return sign + s + "e-"
		}
		return sign + s
	}
	e += int64(len(digits)-len(short)) - int64(len(frac))
	return sign + short + "e" + strconv.FormatInt(e, 10)
}

// twice finds two equal items. Numbers are equal by value, members in any
// order.
func (v *jsonValidator) twice(r ref) (a, b int, found bool) {
	type item struct {
		r ref
		k int
	}
	seen := map[uint64][]item{}
	k := 0
	for c := r.node().first; c != 0; c = r.t.Nodes[c].next {
		at := ref{r.t, c}
		h := v.hash(opened(at))
		for _, o := range seen[h] {
			if v.equal(opened(o.r), opened(at)) {
				return o.k, k, true
			}
		}
		seen[h] = append(seen[h], item{ref{r.t, c}, k})
		k++
	}
	return 0, 0, false
}

func opened(r ref) ref {
	if r.node().Kind == later {
		return ref{r.t.open(r.i), 1}
	}
	return r
}

func (v *jsonValidator) hash(r ref) uint64 {
	if v.err == nil {
		v.err = v.lim.step()
	}
	n := r.node()
	var h maphash.Hash
	h.SetSeed(v.seed)
	h.WriteByte(n.Kind)
	put := func(x uint64) {
		for range 8 {
			h.WriteByte(byte(x))
			x >>= 8
		}
	}
	switch n.Kind {
	case Number:
		h.WriteString(canonicalNumber(n.Text))
	case Array:
		for c := n.first; c != 0; c = r.t.Nodes[c].next {
			put(v.hash(ref{r.t, c}))
		}
	case Object:
		var all uint64
		for c := n.first; c != 0; c = r.t.Nodes[c].next {
			all += maphash.String(v.seed, r.t.Nodes[c].Key) ^ v.hash(ref{r.t, c})*0x9E3779B97F4A7C15
		}
		put(all)
	default:
		h.WriteString(n.Text)
	}
	return h.Sum64()
}

func (v *jsonValidator) equal(a, b ref) bool {
	if v.err == nil {
		v.err = v.lim.step()
	}
	x, y := a.node(), b.node()
	if v.err != nil || x.Kind != y.Kind || x.n != y.n {
		return false
	}
	switch x.Kind {
	case Number:
		return canonicalNumber(x.Text) == canonicalNumber(y.Text)
	case Array:
		for c, d := x.first, y.first; c != 0; c, d = a.t.Nodes[c].next, b.t.Nodes[d].next {
			if !v.equal(ref{a.t, c}, ref{b.t, d}) {
				return false
			}
		}
		return true
	case Object:
		for c := x.first; c != 0; c = a.t.Nodes[c].next {
			d := b.t.Member(b.i, a.t.Nodes[c].Key)
			if d == 0 || !v.equal(ref{a.t, c}, ref{b.t, d}) {
				return false
			}
		}
		return true
	}
	return x.Text == y.Text
}

// checkFormat checks a format of draft-07 (validation, 7.3).
func checkFormat(format, s string) error {
	switch format {
	case "date-time":
		return dateTime(s)
	case "date":
		_, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return errors.New("not a day as 2006-01-02")
		}
	case "uri":
		u, err := reference(s)
		if err == nil && !u.IsAbs() {
			err = errors.New("not absolute")
		}
		return err
	case "iri-reference":
		if strings.Contains(s, `\`) {
			return errors.New("has a backslash")
		}
		_, err := reference(s)
		return err
	}
	return nil
}

func reference(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err
		}
		return nil, err
	}
	if host := u.Hostname(); strings.Contains(host, ":") {
		a, err := netip.ParseAddr(host)
		if !strings.Contains(u.Host, "[") || err != nil || !a.Is6() || a.Zone() != "" {
			return nil, errors.New("a host that is no address")
		}
	}
	return u, nil
}

// dateTime checks a time of RFC 3339.
func dateTime(s string) error {
	bad := errors.New("not a time as 2006-01-02T15:04:05Z")
	if len(s) < 20 || s[10] != 'T' && s[10] != 't' {
		return bad
	}
	if _, err := time.Parse(time.DateOnly, s[:10]); err != nil {
		return bad
	}
	num := func(s string) int {
		n := 0
		for i := range len(s) {
			if s[i] < '0' || s[i] > '9' {
				return 1000
			}
			n = n*10 + int(s[i]-'0')
		}
		return n
	}
	h, m, sec := num(s[11:13]), num(s[14:16]), num(s[17:19])
	if s[13] != ':' || s[16] != ':' || h > 23 || m > 59 || sec > 60 {
		return bad
	}
	rest := s[19:]
	if strings.HasPrefix(rest, ".") {
		i := 1
		for i < len(rest) && rest[i] >= '0' && rest[i] <= '9' {
			i++
		}
		if i == 1 {
			return bad
		}
		rest = rest[i:]
	}
	if rest != "Z" && rest != "z" {
		if len(rest) != 6 || rest[0] != '+' && rest[0] != '-' || rest[3] != ':' {
			return bad
		}
		zh, zm := num(rest[1:3]), num(rest[4:6])
		if zh > 23 || zm > 59 {
			return bad
		}
		t := h*60 + m
		if rest[0] == '+' {
			t -= zh*60 + zm
		} else {
			t += zh*60 + zm
		}
		if t < 0 {
			t += 24 * 60
		}
		h, m = t/60, t%60
	}
	if sec == 60 && (h != 23 || m != 59) {
		return errors.New("a leap second at another time than 23:59 UTC")
	}
	return nil
}

// brief returns a value as it may be quoted in a message.
func (r ref) brief() string {
	n := r.node()
	switch n.Kind {
	case String:
		return quote(n.Text)
	case Object:
		return fmt.Sprintf("an object of %d members", n.n)
	case Array:
		return fmt.Sprintf("a list of %d items", n.n)
	}
	return shorten(n.Text)
}

const briefLength = 80

func shorten(s string) string {
	if len(s) <= briefLength {
		return s
	}
	cut := briefLength
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

func quote(s string) string { return strconv.Quote(shorten(s)) }

func kindName(k byte) string {
	switch k {
	case Object:
		return "an object"
	case Array:
		return "a list"
	case String:
		return "a string"
	case Number:
		return "a number"
	case Boolean:
		return "a boolean"
	}
	return "null"
}

func typeNames(types string) string {
	var out []string
	for i := range len(types) {
		if types[i] == 'i' {
			out = append(out, "an integer")
			continue
		}
		out = append(out, kindName(types[i]))
	}
	return strings.Join(out, " or ")
}

// noneOf says which values an enumeration has, of a long one how many.
func noneOf(enum []json.RawMessage) string {
	words := make([]string, len(enum))
	for i, e := range enum {
		words[i] = string(e)
	}
	return noneOfWords(words)
}

func noneOfWords(words []string) string {
	const most = 16
	switch n := len(words); {
	case n == 1:
		return "not " + words[0]
	case n > most:
		return fmt.Sprintf("none of the %d listed values", n)
	}
	return "none of " + strings.Join(words, ", ")
}
