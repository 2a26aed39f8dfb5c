package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Skipped *junitMessage `xml:"skipped"`
		Error   *junitMessage `xml:"error"`
		Failure *junitMessage `xml:"failure"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes reports as JUnit XML in the form that Jenkins and GitLab
// read: a suite for each input, a test case for the subject and for each
// component and service.
//
// A case with a finding of verdict fail is a failure. One with a finding of
// verdict review or unknown is skipped, as nobody decided it yet, and so is one
// that nobody is attributed to: JUnit knows no other word for unknown, and it
// must not count as passed. What cost data of the input is an error of a case
// called "input". Findings about the input as a whole are cases of their own.
//
// Strings of the input are made visible as by [WriteText].
func WriteJUnit(w io.Writer, reports []*provenance.Report) error {
	doc := junitSuites{Name: "touchmark"}
	for _, r := range reports {
		s := junitSuiteOf(r)
		doc.Tests += s.Tests
		doc.Failures += s.Failures
		doc.Errors += s.Errors
		doc.Suites = append(doc.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write JUnit: %w", err)
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("write JUnit: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("write JUnit: %w", err)
	}
	return nil
}

func junitSuiteOf(r *provenance.Report) junitSuite {
	s := junitSuite{Name: cmp.Or(Visible(r.Source.Name), "input")}
	property := func(name, value string) {
		s.Properties = append(s.Properties, junitProperty{name, sentence(value)})
	}
	property("headline", Headline(r))
	property("as_of", string(r.AsOf))
	property("database", r.Database.Name+" "+string(r.Database.Date)+" "+r.Database.SHA256)
	for _, p := range r.Policies {
		property("policy", strings.TrimSpace(p.ID+" "+p.Version))
	}
	add := func(c junitCase) {
		s.Tests++
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	var lost []string
	for _, p := range r.Problems {
		if p.Severity == sbom.ProblemError && len(lost) < 100 {
			lost = append(lost, strings.TrimSpace(Visible(p.Place)+" "+sentence(p.Message)))
		}
	}
	in := junitCase{Name: "input", Class: "input"}
	if len(lost) > 0 {
		in.Error = &junitMessage{Message: plural(len(lost), "problem cost data", "problems cost data"), Type: "input", Text: strings.Join(lost, "\n")}
	}
	add(in)
	found := findingsByRef(r)
	thing := func(class, name, ref string, standing provenance.Standing, attributions []provenance.Attribution) {
		c := junitCase{Name: Visible(name), Class: class}
		var who []string
		for i := range attributions {
			a := &attributions[i]
			if a.Organization.ID != "" {
				who = append(who, fmt.Sprintf("%s: %s (%s)%s", a.Role, sentence(a.Organization.Name), a.Confidence, bracketed(sentence(seat(a)))))
			}
		}
		c.Out = strings.Join(who, "\n")
		worst, _ := found.of(ref)
		var lines []string
		for _, f := range found[ref] {
			if counts(f) && f.Verdict != provenance.Info {
				lines = append(lines, fmt.Sprintf("%s: %s", Visible(f.ID), sentence(f.Why)))
			}
		}
		text := strings.Join(lines, "\n")
		switch {
		case worst == provenance.Fail:
			c.Failure = &junitMessage{Message: firstLine(lines), Type: "fail", Text: text}
		case worst == provenance.Review || worst == provenance.UnknownVerdict:
			c.Skipped = &junitMessage{Message: string(worst) + ": " + firstLine(lines)}
		case standing == provenance.Unknown:
			c.Skipped = &junitMessage{Message: "unknown: nobody is attributed"}
		}
		add(c)
	}
	if c := r.Subject; c != nil {
		thing("subject", subjectLabel(c), c.Ref, c.Standing, c.Attributions)
	}
	for i := range r.Components {
		c := &r.Components[i]
		thing("component", label(c.Group, c.Name, c.Version), c.Ref, c.Standing, c.Attributions)
	}
	for i := range r.Services {
		v := &r.Services[i]
		thing("service", label("", v.Name, v.Version), v.Ref, v.Standing, v.Attributions)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Component != "" || f.Service != "" || !counts(f) || f.Verdict == provenance.Info {
			continue
		}
		c := junitCase{Name: Visible(f.ID), Class: "whole"}
		if f.Verdict == provenance.Fail {
			c.Failure = &junitMessage{Message: sentence(f.Why), Type: "fail"}
		} else {
			c.Skipped = &junitMessage{Message: string(f.Verdict) + ": " + sentence(f.Why)}
		}
		add(c)
	}
	return s
}

func firstLine(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	if len(lines) > 1 {
		return fmt.Sprintf("%s (and %d more)", lines[0], len(lines)-1)
	}
	return lines[0]
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return " [" + s + "]"
}
