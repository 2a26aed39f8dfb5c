package sbom

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
)

// The lists that build systems write beside an image. They name packages and
// where their source came from, and nobody who made them.

// buildrootHead is the first line of the manifest.csv of "make legal-info"
// (Buildroot manual, 13.1).
var buildrootHead = []byte(`"PACKAGE","VERSION","LICENSE"`)

func looksBuildroot(head []byte) bool { return bytes.HasPrefix(head, buildrootHead) }

func readBuildroot(ctx context.Context, r io.Reader, b *builder) error {
	b.doc.Source.Kind, b.doc.Source.Encoding = SourceBuildroot, "csv"
	c := csv.NewReader(&lineBound{r: r, limit: b.limits.Value})
	c.FieldsPerRecord = -1
	c.LazyQuotes = true
	var column map[string]int
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := c.FieldPos(0)
		if err != nil {
			if errors.Is(err, ErrLimit) || !isDamage(err) && !errors.As(err, new(*csv.ParseError)) {
				return err
			}
			b.problem("broken-csv", ProblemError, place(line), "%v; the line is left out", err)
			if isDamage(err) {
				break
			}
			continue
		}
		if column == nil {
			column = map[string]int{}
			for i, name := range rec {
				column[name] = i
			}
			continue
		}
		at := func(name string) string {
			if i, ok := column[name]; ok && i < len(rec) {
				return valid([]byte(strings.TrimSpace(rec[i])))
			}
			return ""
		}
		comp := Component{Ref: at("PACKAGE"), Name: at("PACKAGE"), Version: at("VERSION"), Place: place(line)}
		if comp.Name == "" {
			b.problem("no-name", ProblemError, comp.Place, "a line without a package; left out")
			continue
		}
		b.license(at("LICENSE"))
		if site := at("SOURCE SITE"); strings.Contains(site, "://") {
			b.link(Link{"distribution", site}, "SOURCE SITE")
		}
		b.addComponent(&comp)
	}
	b.finish(nil)
	return nil
}

// A lineBound ends the reading of a line that is longer than the limit, which
// package csv would keep.
type lineBound struct {
	r     io.Reader
	limit int
	n     int
}

func (l *lineBound) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if i := bytes.LastIndexByte(p[:n], '\n'); i >= 0 {
		l.n = n - i
	} else {
		l.n += n
	}
	if l.n > l.limit {
		return 0, limitError("a line of more than %d bytes", l.limit)
	}
	return n, err
}

// openWrtLine is a line of a package manifest: name, hyphen, version.
var openWrtLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([a-zA-Z0-9][a-zA-Z0-9+._@-]*) - (\S+)$`) })

// looksOpenWrt reports a text whose first lines are of that form, four of five
// at least.
func looksOpenWrt(head []byte) bool {
	lines := bytes.Split(bytes.TrimSpace(head), []byte("\n"))
	lines = lines[:min(len(lines), 50)]
	good := 0
	for _, l := range lines {
		if openWrtLine().Match(bytes.TrimSpace(l)) {
			good++
		}
	}
	return good > 0 && 5*good >= 4*len(lines)
}

func readOpenWrt(ctx context.Context, r io.Reader, b *builder) error {
	b.doc.Source.Kind, b.doc.Source.Encoding = SourceOpenWrt, "text"
	br := bufio.NewReader(r)
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := readLine(br, b.limits.Value)
		if err != nil && !isDamage(err) {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if m := openWrtLine().FindSubmatch(line); m != nil {
				name := valid(m[1])
				b.addComponent(&Component{Ref: name, Name: name, Version: valid(m[2]), Place: place(n)})
			} else {
				b.problem("bad-line", ProblemError, place(n), "not a package with a version; left out")
			}
		}
		if err != nil {
			break
		}
	}
	b.finish(nil)
	return nil
}
