package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// githubAnnotations is how many annotations of one level GitHub shows for a
// step.
const githubAnnotations = 10

// GitHubSummaryBytes is how much GitHub takes for the summary of one step.
const GitHubSummaryBytes = 1 << 20

// GitHubOptions for [WriteGitHub]. Nil is the zero value.
type GitHubOptions struct {
	// Lines returns what finds lines in the input of a report, nil where it
	// cannot be read again; see [FindLines].
	Lines func(r *provenance.Report) LineFinder
}

// WriteGitHub writes reports as workflow commands of GitHub Actions: an error
// for each finding of verdict fail, a warning for each review or unknown, a
// notice for each headline. GitHub shows ten of each level; of more, the first
// nine are written, worst first, and the tenth counts the rest.
//
// An annotation stands at the line of the input where the lines are known and
// the finding's component, or what points to its organization, has one.
//
// Findings of one cause are one annotation. Strings of the input are made
// visible as by [WriteText] and escaped as the commands want it, so that no
// input writes a command of its own.
func WriteGitHub(w io.Writer, reports []*provenance.Report, opts *GitHubOptions) error {
	type annotation struct {
		level, file, title, message string
		line                        int
	}
	if opts == nil {
		opts = &GitHubOptions{}
	}
	var list []annotation
	for _, r := range reports {
		var find LineFinder
		if opts.Lines != nil {
			find = opts.Lines(r)
		}
		places := refPlaces(r)
		var open []provenance.Finding
		for _, f := range r.Findings {
			if counts(&f) && f.Verdict != provenance.Info {
				open = append(open, f)
			}
		}
		for _, g := range groups(open) {
			f := g.first
			level := "warning"
			if f.Verdict == provenance.Fail {
				level = "error"
			}
			message := sentence(f.Why)
			if n := len(g.findings); n > 1 {
				message += fmt.Sprintf(" (and %s of the same cause)", plural(n-1, "finding", "findings"))
			}
			message += " [" + Visible(f.ID) + "]"
			file, line := annotationFile(r, f), 0
			if find != nil && file == r.Source.Name {
				line = lineOf(find, f, places)
			}
			list = append(list, annotation{level, file, sentence(f.Title), message, line})
		}
		list = append(list, annotation{level: "notice", file: r.Source.Name, title: "Touchmark",
			message: cmp.Or(Visible(r.Source.Name), "input") + ": " + sentence(Headline(r))})
	}
	bw := bufio.NewWriter(w)
	for _, level := range []string{"error", "warning", "notice"} {
		var of []annotation
		for _, a := range list {
			if a.level == level {
				of = append(of, a)
			}
		}
		rest := 0
		if len(of) > githubAnnotations {
			rest = len(of) - githubAnnotations + 1
			of = of[:githubAnnotations-1]
		}
		for _, a := range of {
			var props []string
			if a.file != "" {
				props = append(props, "file="+commandProperty(a.file))
			}
			if a.line > 0 {
				props = append(props, "line="+strconv.Itoa(a.line))
			}
			props = append(props, "title="+commandProperty(a.title))
			fmt.Fprintf(bw, "::%s %s::%s\n", level, strings.Join(props, ","), commandData(a.message))
		}
		if rest > 0 {
			fmt.Fprintf(bw, "::%s title=Touchmark::%s\n", level, commandData(fmt.Sprintf("%d more; the SARIF log, the summary and the JSON report have all", rest)))
		}
	}
	if err := bw.Flush(); err != nil {
		return fmt.Errorf("write workflow commands: %w", err)
	}
	return nil
}

// lineOf returns the line of what points to the organization of a finding, else
// that of its component or service, 0 where neither has one.
func lineOf(find LineFinder, f *provenance.Finding, places map[string]string) int {
	for _, s := range slices.Backward(f.Steps) {
		if n := find(s.Place); s.Place != "" && n > 0 {
			return n
		}
	}
	return find(places[cmp.Or(f.Component, f.Service)])
}

// annotationFile is the file that an annotation is shown at.
func annotationFile(r *provenance.Report, f *provenance.Finding) string {
	if r.Source.Kind == sbom.SourceTree {
		for _, s := range f.Steps {
			i := slices.IndexFunc(s.Evidence, func(e sbom.Evidence) bool { return e.Path != "" })
			if i >= 0 {
				return strings.TrimSuffix(r.Source.Name, "/") + "/" + s.Evidence[i].Path
			}
		}
	}
	return r.Source.Name
}

// commandData escapes the message of a workflow command.
func commandData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// commandProperty escapes a property of a workflow command.
func commandProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(Visible(s))
}
