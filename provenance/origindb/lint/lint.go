// Package lint finds what is wrong with records of an origin database that are
// well formed: missing citations, citations that do not say what they are
// cited for, marks that two records claim, unknown countries and owners. It
// holds Touchmark's own records and a user's to the same rules.
//
// The rules that a program can check are here; those that only a reader can
// (that a page says what "says" claims) are in ../README.md.
package lint

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb/internal/packages"
	"github.com/touchmark-dev/touchmark/provenance/origindb/internal/registry"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A Problem is one thing that lint found.
type Problem struct {
	// File and Line of the statement.
	File string `json:"file"`
	Line int    `json:"line"`
	// Severity: only errors make data unfit.
	Severity Severity `json:"severity"`
	// Rule that found it ("unsourced").
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// String returns "file:line: severity: message (rule)".
func (p Problem) String() string {
	return fmt.Sprintf("%s:%d: %s: %s (%s)", p.File, p.Line, p.Severity, p.Message, p.Rule)
}

// Severity of a Problem.
type Severity string

const (
	Error   Severity = "error"
	Warning Severity = "warning" // likely wrong; a person should look
	Info    Severity = "info"    // right as far as can be seen, and worth knowing
)

// Options for [Check]. Nil is the zero value.
type Options struct {
	// Base holds further records that owners, stewards and list entries may
	// name: the database under an overlay.
	Base provenance.Database
	// RegistrySource is a folder of registries as they are published. With it,
	// citations are checked against all rows; without it against the extracts
	// in the folder registries, and where there is no such folder not at all.
	RegistrySource fs.FS
}

// Check reads the records of fsys, as [provenance.ReadRecords] does, and
// returns what is wrong with them in order of file and line. A file that cannot
// be read as a record is a Problem; the error says that the registries or the
// file system could not be read.
func Check(fsys fs.FS, opts *Options) ([]Problem, error) {
	if opts == nil {
		opts = &Options{}
	}
	records, err := provenance.ReadRecords(fsys)
	c := &checker{records: records, base: opts.Base, names: map[string]map[string]bool{}}
	c.malformed(err)
	if err := c.openRegistries(fsys, opts.RegistrySource); err != nil {
		return nil, err
	}
	for i := range records.Organizations {
		c.organization(&records.Organizations[i])
	}
	for i := range records.Projects {
		c.project(&records.Projects[i])
	}
	for i := range records.Lists {
		c.list(&records.Lists[i])
	}
	c.claims()
	if err := c.aliases(fsys); err != nil {
		return nil, err
	}
	if err := c.packages(fsys); err != nil {
		return nil, err
	}
	if err := c.rawText(fsys); err != nil {
		return nil, err
	}
	slices.SortFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			strings.Compare(a.Rule, b.Rule), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(c.problems), nil
}

// Errors returns the problems of severity error.
func Errors(problems []Problem) []Problem {
	var errs []Problem
	for _, p := range problems {
		if p.Severity == Error {
			errs = append(errs, p)
		}
	}
	return errs
}

type checker struct {
	records    *provenance.Records
	base       provenance.Database
	registries *registry.Set // nil where there are none to check against
	names      map[string]map[string]bool
	problems   []Problem
}

var filePosition = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([^:\n]+):(\d+): (.*)$`) })

// malformed turns the errors of ReadRecords into problems.
func (c *checker) malformed(err error) {
	if err == nil {
		return
	}
	for line := range strings.Lines(err.Error()) {
		p := Problem{Line: 1, Severity: Error, Rule: "malformed", Message: strings.TrimSpace(line)}
		if m := filePosition().FindStringSubmatch(p.Message); m != nil {
			p.File, p.Message = m[1], m[3]
			p.Line, _ = strconv.Atoi(m[2])
		}
		c.problems = append(c.problems, p)
	}
}

func (c *checker) openRegistries(fsys, source fs.FS) error {
	sub, err := fs.Sub(fsys, "registries")
	if err != nil {
		return fmt.Errorf("open registries: %w", err)
	}
	if _, err := fs.Stat(sub, "registries.yaml"); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if source != nil {
		c.registries, err = registry.ReadSource(sub, source)
	} else {
		c.registries, err = registry.Read(sub)
	}
	return err
}

// aliases checks the table that joins names of whole registries to records.
func (c *checker) aliases(fsys fs.FS) error {
	if c.registries == nil {
		return nil
	}
	sub, err := fs.Sub(fsys, "registries")
	if err != nil {
		return fmt.Errorf("open registries: %w", err)
	}
	aliases, err := registry.ReadAliases(sub)
	if err != nil {
		return err
	}
	names := map[[2]string]bool{}
	for _, r := range c.registries.Registries {
		for _, key := range r.Keys() {
			for _, row := range r.Rows(key) {
				if r.Whole && len(r.Names) > 0 {
					names[[2]string{r.ID, row[r.Names[0]]}] = true
				}
			}
		}
	}
	for i, a := range aliases {
		p := Problem{File: "registries/aliases.tsv", Line: i + 2, Severity: Error}
		if !names[[2]string{a.Registry, a.Name}] {
			p.Rule, p.Message = "registry-row", fmt.Sprintf("no row of a whole registry %q names %q", a.Registry, a.Name)
			c.problems = append(c.problems, p)
		}
		if a.Organization != "" && c.organizationByID(a.Organization) == nil {
			p.Rule, p.Message = "no-record", fmt.Sprintf("there is no organization %q", a.Organization)
			c.problems = append(c.problems, p)
		}
	}
	return nil
}

// packages checks the tables of packages' own metadata: a line that is not one
// is an error, a line that answers nothing is to be taken out.
func (c *checker) packages(fsys fs.FS) error {
	tables, err := packages.Read(fsys)
	if err != nil {
		c.malformed(err)
		return nil
	}
	for _, t := range tables {
		for _, r := range t.Rows {
			p := Problem{File: t.File, Line: r.Line, Severity: Warning}
			if len(c.records.Lookup(sbom.PURL, t.Key(r))) > 0 {
				p.Rule, p.Message = "claimed-twice", fmt.Sprintf("a record claims the package %s: its line has no effect", r.Name)
				c.problems = append(c.problems, p)
			}
			if key := packages.AccountKey(r.Home); r.Home != packages.NoHome && len(c.records.Lookup(sbom.PURL, key)) == 0 &&
				(c.base == nil || len(c.base.Lookup(sbom.PURL, key)) == 0) {
				p.Rule, p.Message = "no-record", fmt.Sprintf("no record claims the account %s: the line has no effect", r.Home)
				c.problems = append(c.problems, p)
			}
		}
	}
	return nil
}

// at is a place in a record.
type at struct {
	c      *checker
	record string // "organizations/huawei"
	part   string // "origins/0"
}

func (a at) sub(format string, args ...any) at {
	if a.part != "" {
		format = a.part + "/" + format
	}
	a.part = fmt.Sprintf(format, args...)
	return a
}

func (a at) report(severity Severity, rule, format string, args ...any) {
	file, line := a.c.records.Where(a.record, a.part)
	a.c.problems = append(a.c.problems, Problem{File: file, Line: line, Severity: severity, Rule: rule,
		Message: fmt.Sprintf(format, args...)})
}

func (a at) error(rule, format string, args ...any) { a.report(Error, rule, format, args...) }
func (a at) warn(rule, format string, args ...any)  { a.report(Warning, rule, format, args...) }

var mailAddress = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`)
})

// rawText looks at the text of the files, comments included.
func (c *checker) rawText(fsys fs.FS) error {
	for _, folder := range []string{"organizations", "projects", "lists"} {
		files, err := fs.Glob(fsys, folder+"/*.yaml")
		if err != nil {
			return fmt.Errorf("list %s: %w", folder, err)
		}
		for _, file := range files {
			data, err := fs.ReadFile(fsys, file)
			if err != nil {
				return fmt.Errorf("read record: %w", err)
			}
			for i, line := range strings.Split(string(data), "\n") {
				if mailAddress().MatchString(line) {
					c.problems = append(c.problems, Problem{File: file, Line: i + 1, Severity: Error, Rule: "mail-address",
						Message: "a mail address: records name no persons, and of addresses only the domain"})
				}
			}
		}
	}
	return nil
}
