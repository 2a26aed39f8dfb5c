package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// LinesSchema names the form of [WriteJSONLines].
const LinesSchema = "touchmark.lines/1"

// line is one line of JSON lines. Exactly one of the pointers is set.
type line struct {
	Type   string `json:"type"`   // report, component, service, finding, upcoming or problem
	Report int    `json:"report"` // index of the input
	// Head is the report without its lists.
	Head      *head                 `json:"head,omitempty"`
	Component *provenance.Component `json:"component,omitempty"`
	Service   *provenance.Service   `json:"service,omitempty"`
	Finding   *provenance.Finding   `json:"finding,omitempty"`
	Problem   *sbom.Problem         `json:"problem,omitempty"`
}

type head struct {
	Schema   string                 `json:"schema"` // LinesSchema
	AsOf     provenance.Date        `json:"as_of"`
	Database provenance.Edition     `json:"database"`
	Source   sbom.Source            `json:"source"`
	Subject  *provenance.Component  `json:"subject,omitempty"`
	Coverage provenance.Coverage    `json:"coverage"`
	Policies []provenance.PolicyRef `json:"policies"`
	Verdict  provenance.Verdict     `json:"verdict,omitempty"`
}

// WriteJSONLines writes reports as one JSON object a line, for programs that
// read line by line: for each report a line of type "report" with everything
// but its lists ("head", whose schema is "touchmark.lines/1"), then one for
// each component, service, finding, upcoming finding and problem. The objects
// in them have the form of schema/report-1.schema.json; "report" counts the
// inputs from 0. Strings are escaped as by [WriteJSON].
func WriteJSONLines(w io.Writer, reports []*provenance.Report) error {
	bw := bufio.NewWriter(w)
	enc := json.NewEncoder(&escaper{w: bw})
	enc.SetEscapeHTML(false)
	for i, r := range reports {
		r = whole(r)
		var err error
		put := func(l line) {
			if err == nil {
				l.Report = i
				err = enc.Encode(l)
			}
		}
		put(line{Type: "report", Head: &head{LinesSchema, r.AsOf, r.Database, r.Source, r.Subject, r.Coverage, r.Policies, r.Verdict}})
		for j := range r.Components {
			put(line{Type: "component", Component: &r.Components[j]})
		}
		for j := range r.Services {
			put(line{Type: "service", Service: &r.Services[j]})
		}
		for j := range r.Findings {
			put(line{Type: "finding", Finding: &r.Findings[j]})
		}
		for j := range r.Upcoming {
			put(line{Type: "upcoming", Finding: &r.Upcoming[j]})
		}
		for j := range r.Problems {
			put(line{Type: "problem", Problem: &r.Problems[j]})
		}
		if err != nil {
			return fmt.Errorf("write JSON lines: %w", err)
		}
	}
	if err := bw.Flush(); err != nil {
		return fmt.Errorf("write JSON lines: %w", err)
	}
	return nil
}
