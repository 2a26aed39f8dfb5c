// Package formatcheck checks what machines read for what their readers ask:
// SARIF by the structure of the standard and the limits of GitHub, JUnit XML,
// workflow commands, CSV, signed statements. The tests use it on every report that they make, so
// that no schema from elsewhere is needed; the structure is written from the
// specifications, in our own form.
package formatcheck

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
)

// sarifTypes are the objects of SARIF 2.1.0 (OASIS Standard, section 3) that
// Touchmark writes. Each property has a type: string, int, number, bool, uri
// (absolute), ref (a URI reference), bag, another object, {T} for a map to T,
// [T] for an array, [T]u for one without repetitions, a|b for an enumeration.
// ! marks a property that must be there. "one of" names properties of which one
// must be.
var sarifTypes = map[string]string{
	"sarifLog": "$schema uri, version! 2.1.0, runs! [run]",
	"run": "tool! tool, automationDetails runAutomationDetails, invocations [invocation], originalUriBaseIds {artifactLocation}, artifacts [artifact]u, " +
		"taxonomies [toolComponent]u, results [result], columnKind utf16CodeUnits|unicodeCodePoints, properties bag",
	"runAutomationDetails": "id string, guid string, description message, properties bag",
	"tool":                 "driver! toolComponent, extensions [toolComponent]u, properties bag",
	"toolComponent": "name! string, fullName string, version string, semanticVersion string, informationUri uri, shortDescription multiformatMessageString, " +
		"fullDescription multiformatMessageString, rules [reportingDescriptor]u, notifications [reportingDescriptor]u, taxa [reportingDescriptor]u, " +
		"supportedTaxonomies [toolComponentReference]u, contents [localizedData|nonLocalizedData]u, isComprehensive bool, properties bag",
	"reportingDescriptor": "id! string, name string, shortDescription multiformatMessageString, fullDescription multiformatMessageString, " +
		"help multiformatMessageString, helpUri uri, defaultConfiguration reportingConfiguration, properties bag",
	"reportingConfiguration":       "enabled bool, level none|note|warning|error, rank rank, properties bag",
	"multiformatMessageString":     "text! string, markdown string, properties bag",
	"message":                      "text string, markdown string, id string, arguments [string], properties bag; one of text id",
	"invocation":                   "executionSuccessful! bool, toolExecutionNotifications [notification], properties bag",
	"notification":                 "message! message, descriptor reportingDescriptorReference, level none|note|warning|error, locations [location]u, properties bag",
	"reportingDescriptorReference": "id string, index index, guid string, toolComponent toolComponentReference, properties bag; one of id index guid",
	"toolComponentReference":       "name string, index index, guid string, properties bag",
	"artifact": "location artifactLocation, roles [analysisTarget|attachment|responseFile|resultFile|standardStream|tracedFile|unmodified|modified|added|deleted|" +
		"renamed|uncontrolled|driver|extension|translation|taxonomy|policy|referencedOnCommandLine|memoryContents|directory|userSpecifiedConfiguration|toolSpecifiedConfiguration|debugOutputFile]u, " +
		"hashes {string}, properties bag",
	"artifactLocation": "uri ref, uriBaseId string, index index, description message, properties bag",
	"location":         "id int, physicalLocation physicalLocation, logicalLocations [logicalLocation]u, message message, properties bag",
	"physicalLocation": "artifactLocation artifactLocation, address bag, region region, contextRegion region, properties bag; one of artifactLocation address",
	"region": "startLine line, startColumn line, endLine line, endColumn line, byteOffset index, byteLength index, charOffset index, charLength index, " +
		"snippet artifactContent, message message, properties bag; one of startLine charOffset byteOffset",
	"artifactContent": "text string, binary string, rendered multiformatMessageString, properties bag",
	"logicalLocation": "name string, fullyQualifiedName string, decoratedName string, kind string, index index, parentIndex index, properties bag",
	"result": "ruleId string, ruleIndex index, rule reportingDescriptorReference, kind notApplicable|pass|fail|review|open|informational, level none|note|warning|error, " +
		"message! message, locations [location], fingerprints {string}, partialFingerprints {string}, rank rank, taxa [reportingDescriptorReference]u, " +
		"baselineState new|unchanged|updated|absent, suppressions [suppression]u, properties bag",
	"suppression": "kind! inSource|external, status accepted|underReview|rejected, justification string, location location, properties bag",
}

// SARIF checks a log for its structure, for what the standard's text asks
// besides (references that resolve, levels that go with kinds), and, if github
// is set, for the documented limits of GitHub code scanning. The error joins at
// most 20 defects, each with its place.
func SARIF(data []byte, github bool) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return fmt.Errorf("no JSON: %w", err)
	}
	c := &checker{}
	c.object("sarifLog", v, "")
	if len(c.errs) == 0 {
		c.log(data, github)
	}
	if github {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(data)
		z.Close()
		if b.Len() > 10_000_000 {
			c.fail("", "%d bytes when compressed, more than 10 MB", b.Len())
		}
	}
	return errors.Join(c.errs...)
}

type checker struct{ errs []error }

func (c *checker) fail(place, format string, args ...any) {
	if len(c.errs) < 20 {
		c.errs = append(c.errs, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
	}
}

func (c *checker) object(typ string, v any, place string) {
	o, ok := v.(map[string]any)
	if !ok {
		c.fail(place, "a %T, where a %s is wanted", v, typ)
		return
	}
	fields, oneOf, _ := strings.Cut(sarifTypes[typ], "; one of ")
	known := map[string]bool{}
	for _, f := range strings.Split(fields, ", ") {
		name, t, _ := strings.Cut(f, " ")
		name, must := strings.CutSuffix(name, "!")
		known[name] = true
		e, ok := o[name]
		switch {
		case ok:
			c.value(t, e, place+"/"+name)
		case must:
			c.fail(place, "a %s without %s", typ, name)
		}
	}
	for name := range o {
		if !known[name] {
			c.fail(place, "a %s has no property %q", typ, name)
		}
	}
	if oneOf != "" && !slices.ContainsFunc(strings.Fields(oneOf), func(n string) bool { _, ok := o[n]; return ok }) {
		c.fail(place, "a %s with none of %s", typ, oneOf)
	}
}

func (c *checker) value(t string, v any, place string) {
	switch {
	case strings.HasPrefix(t, "["):
		inner, rest, _ := strings.Cut(t[1:], "]")
		list, ok := v.([]any)
		if !ok {
			c.fail(place, "a %T, where an array is wanted", v)
			return
		}
		seen := map[string]int{}
		for i, e := range list {
			c.value(inner, e, fmt.Sprintf("%s/%d", place, i))
			if rest == "u" {
				text, _ := json.Marshal(e)
				if j, ok := seen[string(text)]; ok {
					c.fail(place, "elements %d and %d are the same", j, i)
				}
				seen[string(text)] = i
			}
		}
		return
	case strings.HasPrefix(t, "{"):
		m, ok := v.(map[string]any)
		if !ok {
			c.fail(place, "a %T, where an object is wanted", v)
		}
		for k, e := range m {
			c.value(strings.Trim(t, "{}"), e, place+"/"+k)
		}
		return
	case sarifTypes[t] != "":
		c.object(t, v, place)
		return
	}
	switch t {
	case "bag":
		if _, ok := v.(map[string]any); !ok {
			c.fail(place, "a %T, where a property bag is wanted", v)
		} else if tags, ok := v.(map[string]any)["tags"]; ok {
			c.value("[string]u", tags, place+"/tags")
		}
	case "bool":
		if _, ok := v.(bool); !ok {
			c.fail(place, "a %T, where true or false is wanted", v)
		}
	case "int", "index", "line", "number", "rank":
		n, ok := v.(json.Number)
		if !ok {
			c.fail(place, "a %T, where a number is wanted", v)
			return
		}
		f, _ := n.Float64()
		switch {
		case t != "number" && t != "rank" && (f != math.Trunc(f) || strings.ContainsAny(n.String(), ".eE")):
			c.fail(place, "%s is no integer", n)
		case t == "index" && f < -1, t == "line" && f < 1, t == "rank" && (f < -1 || f > 100):
			c.fail(place, "%s is out of range", n)
		}
	default: // text
		s, ok := v.(string)
		if !ok {
			c.fail(place, "a %T, where a string is wanted", v)
			return
		}
		switch u, err := url.Parse(s); {
		case t == "uri" && (err != nil || !u.IsAbs()):
			c.fail(place, "%q is no absolute URI", s)
		case t == "ref" && (err != nil || strings.ContainsAny(s, " \\\"<>^`{|}") || strings.ContainsFunc(s, func(r rune) bool { return r < 0x21 || r > 0x7e })):
			c.fail(place, "%q is no URI reference", s)
		case t != "uri" && t != "ref" && t != "string" && !slices.Contains(strings.Split(t, "|"), s):
			c.fail(place, "%q is none of %s", s, t)
		}
	}
}

// What is read again for the rules that are no structure.
type (
	sarifRun struct {
		Tool struct {
			Driver struct {
				Rules []struct {
					ID         string
					Properties struct {
						Tags     []string
						Severity string `json:"security-severity"`
					}
				}
				SupportedTaxonomies []struct {
					Name  string
					Index int
				}
				Notifications []struct{ ID string }
			}
			Extensions []struct{}
		}
		AutomationDetails  struct{ ID string }
		OriginalURIBaseIDs map[string]any `json:"originalUriBaseIds"`
		Taxonomies         []struct {
			Name string
			Taxa []struct{ ID string }
		}
		Invocations []struct {
			Notifications []struct{ Descriptor struct{ ID string } } `json:"toolExecutionNotifications"`
		}
		Results []sarifResult
	}
	sarifResult struct {
		RuleID    string
		RuleIndex int
		Kind      string
		Level     string
		Message   struct{ Text string }
		Taxa      []struct {
			ID            string
			ToolComponent struct {
				Name  string
				Index int
			}
		}
		Fingerprints        map[string]string
		PartialFingerprints map[string]string
		Locations           []struct {
			PhysicalLocation *struct {
				ArtifactLocation struct{ URI, URIBaseID string }
				Region           *struct{ StartLine, ByteLength *int }
			}
		}
	}
)

// log checks what the standard's text and GitHub ask besides the structure.
func (c *checker) log(data []byte, github bool) {
	var l struct{ Runs []sarifRun }
	if err := json.Unmarshal(data, &l); err != nil {
		c.fail("", "%v", err)
		return
	}
	limit := func(place string, n, most int, what string) {
		if github && n > most {
			c.fail(place, "%d %s, and GitHub takes %d", n, what, most)
		}
	}
	limit("/runs", len(l.Runs), 20, "runs")
	for i, r := range l.Runs {
		place := fmt.Sprintf("/runs/%d", i)
		limit(place, len(r.Results), 5000, "results") // it takes 25,000 and shows these
		limit(place, len(r.Tool.Driver.Rules), 25000, "rules")
		limit(place, len(r.Tool.Extensions), 100, "extensions")
		ids := map[string]bool{}
		for _, rule := range r.Tool.Driver.Rules {
			limit(place+" rule "+rule.ID, len(rule.Properties.Tags), 10, "tags") // it takes 20 and shows these
			if ids[rule.ID] {
				c.fail(place, "two rules of the id %q", rule.ID)
			}
			ids[rule.ID] = true
		}
		for _, t := range r.Tool.Driver.SupportedTaxonomies {
			if t.Index >= len(r.Taxonomies) || r.Taxonomies[t.Index].Name != t.Name {
				c.fail(place, "the supported taxonomy %q is not number %d", t.Name, t.Index)
			}
		}
		notices := map[string]bool{}
		for _, n := range r.Tool.Driver.Notifications {
			notices[n.ID] = true
		}
		for _, inv := range r.Invocations {
			for _, n := range inv.Notifications {
				if !notices[n.Descriptor.ID] {
					c.fail(place, "a notification %q that the tool does not describe", n.Descriptor.ID)
				}
			}
		}
		prints := map[string]bool{}
		for j, res := range r.Results {
			c.result(fmt.Sprintf("%s/results/%d", place, j), &r, &res, github)
			print := res.Fingerprints["touchmarkFinding/v1"]
			if prints[print] {
				c.fail(place, "two results of the fingerprint %q", print)
			}
			prints[print] = true
		}
	}
}

func (c *checker) result(place string, r *sarifRun, res *sarifResult, github bool) {
	if res.Message.Text == "" {
		c.fail(place, "an empty message")
	}
	if res.RuleIndex >= len(r.Tool.Driver.Rules) || r.Tool.Driver.Rules[res.RuleIndex].ID != res.RuleID {
		c.fail(place, "ruleIndex %d is not %q (3.27.6)", res.RuleIndex, res.RuleID)
	}
	if (res.Kind == "fail") != (res.Level != "none") {
		c.fail(place, "kind %s with level %s (3.27.10)", res.Kind, res.Level)
	}
	for _, t := range res.Taxa {
		x := t.ToolComponent.Index
		if x >= len(r.Taxonomies) || r.Taxonomies[x].Name != t.ToolComponent.Name ||
			!slices.ContainsFunc(r.Taxonomies[x].Taxa, func(e struct{ ID string }) bool { return e.ID == t.ID }) {
			c.fail(place, "the taxon %q of %q does not resolve", t.ID, t.ToolComponent.Name)
		}
	}
	if res.Fingerprints["touchmarkFinding/v1"] == "" || res.PartialFingerprints["primaryLocationLineHash"] == "" {
		c.fail(place, "no fingerprint")
	}
	if len(res.Locations) == 0 {
		c.fail(place, "no location")
	}
	if github && len(res.Locations) > 100 { // it takes 1,000 and keeps these
		c.fail(place, "%d locations", len(res.Locations))
	}
	for _, loc := range res.Locations {
		p := loc.PhysicalLocation
		switch {
		case p == nil || p.ArtifactLocation.URI == "":
			c.fail(place, "a location without a file")
		case strings.HasPrefix(p.ArtifactLocation.URI, "/"):
			c.fail(place, "%q is not relative", p.ArtifactLocation.URI)
		case p.ArtifactLocation.URIBaseID != "" && r.OriginalURIBaseIDs[p.ArtifactLocation.URIBaseID] == nil:
			c.fail(place, "the base %q is not described", p.ArtifactLocation.URIBaseID)
		case github && (p.Region == nil || p.Region.StartLine == nil):
			c.fail(place, "a location without a line")
		}
	}
}
