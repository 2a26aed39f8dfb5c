package formatcheck

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// junitElements are the elements of JUnit XML as Jenkins' junit-10.xsd and
// GitLab read them: attributes (! for those that must be there, # for numbers)
// and children.
var junitElements = map[string]struct{ attributes, children string }{
	"testsuites": {"name, tests#, failures#, errors#, skipped#, disabled#, time", "testsuite"},
	"testsuite":  {"name!, tests!#, failures#, errors#, skipped#, disabled#, time, timestamp, hostname, id, package", "properties testcase system-out system-err"},
	"properties": {"", "property"},
	"property":   {"name!, value", ""},
	"testcase":   {"name!, classname, assertions, time, status, file, line", "skipped error failure system-out system-err"},
	"skipped":    {"message, type", ""},
	"error":      {"message, type", ""},
	"failure":    {"message, type", ""},
	"system-out": {"", ""},
	"system-err": {"", ""},
}

// JUnit checks JUnit XML: well formed, its elements and attributes, and counts
// that add up.
func JUnit(data []byte) error {
	c := &checker{}
	dec := xml.NewDecoder(bytes.NewReader(data))
	type frame struct {
		name   string
		counts map[string]int // of children, and of outcomes below
		attr   map[string]string
	}
	var stack []frame
	place := func() string {
		line, _ := dec.InputPos()
		return "line " + strconv.Itoa(line)
	}
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(append(c.errs, err)...)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			name := t.Name.Local
			known, ok := junitElements[name]
			if !ok {
				c.fail(place(), "an element %q", name)
			}
			if len(stack) == 0 && name != "testsuites" {
				c.fail(place(), "the root is %q", name)
			}
			if len(stack) > 0 {
				top := &stack[len(stack)-1]
				top.counts[name]++
				if !slices.Contains(strings.Fields(junitElements[top.name].children), name) {
					c.fail(place(), "%q in %q", name, top.name)
				}
			}
			f := frame{name, map[string]int{}, map[string]string{}}
			for _, a := range t.Attr {
				f.attr[a.Name.Local] = a.Value
			}
			left := map[string]bool{}
			for a := range f.attr {
				left[a] = true
			}
			for _, a := range strings.Split(known.attributes, ", ") {
				a, number := strings.CutSuffix(a, "#")
				a, must := strings.CutSuffix(a, "!")
				v, ok := f.attr[a]
				delete(left, a)
				if must && !ok {
					c.fail(place(), "%q without %s", name, a)
				}
				if n, err := strconv.Atoi(v); number && ok && (err != nil || n < 0) {
					c.fail(place(), "%s=%q of %q is no count", a, v, name)
				}
			}
			for a := range left {
				c.fail(place(), "%q has no attribute %s", name, a)
			}
			stack = append(stack, f)
		case xml.EndElement:
			f := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			count := func(attr, of string) {
				if v, ok := f.attr[attr]; ok && v != strconv.Itoa(f.counts[of]) {
					c.fail(place(), "%s=%q of %q, and there are %d", attr, v, f.name, f.counts[of])
				}
			}
			switch f.name {
			case "testcase":
				outcomes := f.counts["failure"] + f.counts["error"] + f.counts["skipped"]
				if outcomes > 1 {
					c.fail(place(), "a case with %d outcomes", outcomes)
				}
			case "testsuite":
				count("tests", "testcase")
			case "testsuites":
				count("tests", "testcase*")
			}
			if f.name == "testsuite" || f.name == "testsuites" {
				count("failures", "failure*")
				count("errors", "error*")
				count("skipped", "skipped*")
			}
			if len(stack) > 0 {
				top := &stack[len(stack)-1]
				for k, n := range f.counts {
					k = strings.TrimSuffix(k, "*") + "*"
					top.counts[k] += n
				}
			}
		case xml.CharData:
			if len(stack) == 0 && len(bytes.TrimSpace(t)) > 0 {
				c.fail(place(), "text outside of the root")
			}
		}
	}
	return errors.Join(c.errs...)
}

var (
	workflowCommand = regexp.MustCompile(`^::(error|warning|notice) ([a-zA-Z]+=[^,:\r\n]*)(,[a-zA-Z]+=[^,:\r\n]*)*::[^\r\n]+$`)
	escapes         = regexp.MustCompile(`%(.{0,2})`)
)

// Limits of GitHub Actions: annotations of one level that a step shows, and the
// bytes of a step's summary.
const (
	annotations  = 10
	summaryBytes = 1 << 20
)

// WorkflowCommands checks what a step prints for GitHub Actions: nothing but
// annotations, each on a line, at most ten of a level.
func WorkflowCommands(data []byte) error {
	c := &checker{}
	n := map[string]int{}
	for i, l := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		place := "line " + strconv.Itoa(i+1)
		m := workflowCommand.FindStringSubmatch(l)
		if m == nil {
			c.fail(place, "no annotation: %.100q", l)
			continue
		}
		n[m[1]]++
		for _, e := range escapes.FindAllStringSubmatch(l, -1) {
			if !slices.Contains([]string{"25", "0D", "0A", "3A", "2C"}, e[1]) {
				c.fail(place, "a percent sign that is no escape in %.100q", l)
			}
		}
	}
	for level, n := range n {
		if n > annotations {
			c.fail("", "%d annotations of the level %s, and a step shows %d", n, level, annotations)
		}
	}
	return errors.Join(c.errs...)
}

// StepSummary checks the summary of a step: at most 1 MiB of UTF-8 without
// control characters.
func StepSummary(data []byte) error {
	switch {
	case len(data) > summaryBytes:
		return fmt.Errorf("%d bytes, and GitHub takes %d", len(data), summaryBytes)
	case !utf8.Valid(data):
		return errors.New("not UTF-8")
	}
	for i, r := range string(data) {
		if r != '\n' && unicode.IsControl(r) {
			return fmt.Errorf("a control character %U at byte %d", r, i)
		}
	}
	return nil
}

// CSV checks a table: RFC 4180 in UTF-8 with a header and rows of one length,
// and no cell that a spreadsheet takes for a formula.
func CSV(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("not UTF-8")
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll() // which wants rows of one length
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return errors.New("no header")
	}
	for i, row := range rows {
		for j, cell := range row {
			switch {
			case cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])):
				return fmt.Errorf("row %d, column %d: %.40q is a formula to a spreadsheet", i, j, cell)
			case strings.ContainsFunc(cell, unicode.IsControl):
				return fmt.Errorf("row %d, column %d: a control character in %.40q", i, j, cell)
			}
		}
	}
	return nil
}
