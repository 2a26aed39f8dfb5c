package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb"
	"github.com/touchmark-dev/touchmark/provenance/packs"
	"github.com/touchmark-dev/touchmark/sbom"
)

// An evaluation collects results.
type evaluation struct {
	sboms, firmware, organizations string
	origin                         string // public registries, for labels that the records did not give
	robust, verbose                bool
	workers                        int
	noDerived                      bool
	derivedTable                   []byte // nil: the built-in one

	db       provenance.Database
	literals []sbom.Literal
	policies []*provenance.Policy
	today    provenance.Date
	judged   map[judgedKey]judgement

	tables []*table
	pool   []drawn // what a person could judge
	failed int
}

// judgedKey names a find that somebody has judged.
type judgedKey struct{ tree, component, version, path string }

type judgement struct{ verdict, reason string }

// A drawn is one thing to judge.
type drawn struct {
	kind, input, component, version, place, statement, evidence string
}

func (e *evaluation) open(dbDir, judged, policies string) error {
	if dbDir != "" {
		r, err := provenance.ReadRecords(os.DirFS(dbDir))
		if err != nil {
			return err
		}
		e.db = r
	} else {
		db, err := origindb.Open()
		if err != nil {
			return err
		}
		e.db = db
	}
	if l, ok := e.db.(provenance.LiteralSource); ok {
		e.literals = l.Literals()
	}
	e.today = provenance.Date(time.Now().UTC().Format(time.DateOnly))
	for id := range strings.SplitSeq(policies, ",") {
		if id == "" {
			continue
		}
		p, err := packs.Read(id)
		if err != nil {
			return err
		}
		list, err := p.Expand(packs.Read)
		if err != nil {
			return err
		}
		for _, p := range list {
			if !slices.ContainsFunc(e.policies, func(q *provenance.Policy) bool { return q.ID == p.ID }) {
				e.policies = append(e.policies, p)
			}
		}
	}
	e.judged = map[judgedKey]judgement{}
	rows, err := readTSV(judged)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, r := range rows {
		e.judged[judgedKey{r["tree"], r["component"], r["version"], r["path"]}] = judgement{r["verdict"], r["reason"]}
	}
	return err
}

func (e *evaluation) table(title, note string, columns ...string) *table {
	t := &table{Title: title, Note: note, Columns: columns}
	e.tables = append(e.tables, t)
	return t
}

// analyze returns the report on a document.
func (e *evaluation) analyze(ctx context.Context, doc *sbom.Document) (*provenance.Report, error) {
	return provenance.Analyze(ctx, doc, e.db, &provenance.Options{AsOf: e.today, Policies: e.policies})
}

// guarded runs f and turns a panic into an error: that one input breaks must
// not hide the others.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, p, debug.Stack())
		}
	}()
	return f()
}

var errPanic = errors.New("panic")

// sameBytes reports whether two reports are the same in JSON.
func sameBytes(a, b *provenance.Report) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

// collect puts what a report says about components into the pool to draw from.
func (e *evaluation) collect(input string, r *provenance.Report) {
	place := func(c *provenance.Component) string { return cmp.Or(strings.Join(first(c.Locations, 3), " "), c.Place) }
	quote := func(c *provenance.Component, a *provenance.Attribution) string {
		var out []string
		for _, m := range first(a.Matches, 3) {
			cl := c.Claims[m.Claim]
			s := fmt.Sprintf("%s %q by rule %s matched %q", cl.Kind, cl.Value, m.Rule, m.Value)
			for _, ev := range first(cl.Evidence, 1) {
				s += fmt.Sprintf(" at %s:%d", ev.Path, ev.Offset)
			}
			out = append(out, s)
		}
		return strings.Join(out, "; ")
	}
	components := r.Components
	if r.Subject != nil {
		components = append(slices.Clone(components), *r.Subject)
	}
	for i := range components {
		c := &components[i]
		if c.Version != "" && len(c.Locations) > 0 && !e.known(input, c) {
			var ev []string
			for _, x := range first(c.Evidence, 3) {
				ev = append(ev, fmt.Sprintf("%s %s:%d %q", x.Extractor, x.Path, x.Offset, x.Match))
			}
			e.pool = append(e.pool, drawn{"find", input, c.Name, c.Version, place(c), "", strings.Join(ev, "; ")})
		}
		for j := range c.Attributions {
			a := &c.Attributions[j]
			who := a.Organization.Name
			if a.Community {
				who = "community of " + a.Project.Name
			}
			e.pool = append(e.pool, drawn{"attribution", input, c.Name, c.Version, place(c),
				fmt.Sprintf("%s is %s, confidence %s", who, a.Role, a.Confidence), quote(c, a)})
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		var steps []string
		for _, s := range f.Steps {
			steps = append(steps, s.Text)
		}
		e.pool = append(e.pool, drawn{"finding", input, f.Name, "", f.Component, fmt.Sprintf("%s: %s", f.Verdict, f.Why), strings.Join(steps, " / ")})
	}
}

func (e *evaluation) known(input string, c *provenance.Component) bool {
	for _, p := range c.Locations {
		if _, ok := e.judged[judgedKey{input, c.Name, c.Version, p}]; ok {
			return true
		}
	}
	return false
}

// draw prints n things of each kind, drawn by seed.
func (e *evaluation) draw(w io.Writer, n int, seed uint64, even bool) error {
	statements := e.collectStatements()
	out := tsv(w)
	if err := out.Write([]string{"kind", "input", "component", "version", "place", "statement", "evidence"}); err != nil {
		return err
	}
	for _, kind := range []string{"find", "attribution", "finding", "statement"} {
		var pool []drawn
		for _, d := range slices.Concat(e.pool, statements) {
			if d.kind == kind {
				pool = append(pool, d)
			}
		}
		r := rand.New(rand.NewPCG(seed, 0))
		r.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		if kind == "finding" && even {
			pool = evenly(pool)
		}
		for _, d := range first(pool, n) {
			if err := out.Write([]string{d.kind, d.input, d.component, d.version, d.place, d.statement, d.evidence}); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// evenly takes turns between the findings of each verdict, those about an
// organization and the others apart: most findings of SBOMs are of one sort, and
// a sample of them all shows little of the rest.
func evenly(pool []drawn) []drawn {
	sorts := map[string][]drawn{}
	for _, d := range pool {
		sort, _, _ := strings.Cut(d.statement, ":")
		if strings.Contains(d.statement, ": Evidence suggests") {
			sort += " of an organization"
		}
		sorts[sort] = append(sorts[sort], d)
	}
	order := slices.Sorted(maps.Keys(sorts))
	out := make([]drawn, 0, len(pool))
	for i := 0; len(out) < len(pool); i++ {
		for _, sort := range order {
			if i < len(sorts[sort]) {
				out = append(out, sorts[sort][i])
			}
		}
	}
	return out
}

// first returns at most n elements.
func first[T any](s []T, n int) []T { return s[:min(n, len(s))] }
