package origindb

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
	"go.yaml.in/yaml/v4"
)

// The order of fields in a record's file.
var (
	recordOrder = []string{"id", "name", "title", "publisher", "authority", "url", "edition", "kind", "complete", "transcribed",
		"stewards", "community", "names", "origins", "owners", "identifiers", "entries", "sources", "note", "reviewed", "retracted"}
	statementOrder = []string{"name", "organization", "state", "country", "basis", "share", "kind", "value", "role", "lang",
		"organizations", "extends", "paragraph", "scope", "since", "from", "effective", "until", "to", "ended",
		"corporate_mail", "verified", "fold", "word", "wide", "weak", "sources", "uncited", "disputed", "retracted", "note"}
	sourceOrder = []string{"registry", "revision", "key", "url", "title", "retrieved", "says"}
)

// Format returns the text of a record in the form in which records are kept:
// fields in one order, a statement a line, values of identifiers in normal
// form. Comments stay. It changes no fact, and text that is no mapping is an
// error. Formatting twice gives what formatting once gives.
func Format(record []byte) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(record, &doc); err != nil {
		return nil, fmt.Errorf("format record: %w", err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("format record: it is no mapping")
	}
	root := doc.Content[0]
	reorder(root, recordOrder)
	long := field(root, "entries") != nil // entries of lists are long texts
	for _, name := range []string{"stewards", "names", "origins", "owners", "identifiers", "entries"} {
		list := field(root, name)
		if list == nil || list.Kind != yaml.SequenceNode {
			continue
		}
		list.Style = 0
		for _, n := range list.Content {
			if n.Kind != yaml.MappingNode {
				continue
			}
			reorder(n, statementOrder)
			if name == "identifiers" {
				normalize(n)
			}
			if !long && !commented(n) {
				flow(n)
			}
		}
	}
	if c := field(root, "community"); c != nil && c.Kind == yaml.MappingNode {
		reorder(c, statementOrder)
		if !commented(c) {
			flow(c)
		}
	}
	if sources := field(root, "sources"); sources != nil && sources.Kind == yaml.MappingNode {
		sources.Style = 0
		for i := 1; i < len(sources.Content); i += 2 {
			if n := sources.Content[i]; n.Kind == yaml.MappingNode {
				reorder(n, sourceOrder)
				if !commented(n) {
					flow(n)
				}
			}
		}
	}
	var b bytes.Buffer
	dump, err := yaml.NewDumper(&b, yaml.WithIndent(2), yaml.WithLineWidth(-1), yaml.WithCompactSeqIndent(false), yaml.WithQuotePreference(yaml.QuoteDouble))
	if err != nil {
		return nil, fmt.Errorf("format record: %w", err)
	}
	if err := dump.Dump(&doc); err != nil {
		return nil, fmt.Errorf("format record: %w", err)
	}
	if err := dump.Close(); err != nil {
		return nil, fmt.Errorf("format record: %w", err)
	}
	return b.Bytes(), nil
}

func field(m *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			return m.Content[i+1]
		}
	}
	return nil
}

// reorder sorts the fields of a mapping; unknown ones go last, as they stand.
func reorder(m *yaml.Node, order []string) {
	type pair struct{ key, value *yaml.Node }
	var pairs []pair
	for i := 0; i+1 < len(m.Content); i += 2 {
		pairs = append(pairs, pair{m.Content[i], m.Content[i+1]})
	}
	rank := func(p pair) int {
		if i := slices.Index(order, p.key.Value); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return rank(a) - rank(b) })
	m.Content = m.Content[:0]
	for _, p := range pairs {
		m.Content = append(m.Content, p.key, p.value)
	}
}

// commented reports whether a comment stands within a node: on one line there
// is no place for it.
func commented(n *yaml.Node) bool {
	for _, c := range n.Content {
		if c.HeadComment != "" || c.LineComment != "" || c.FootComment != "" || commented(c) {
			return true
		}
	}
	return false
}

func flow(n *yaml.Node) {
	if n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode {
		n.Style = yaml.FlowStyle
	}
	for _, c := range n.Content {
		if c.Kind == yaml.ScalarNode && c.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			c.Style = yaml.DoubleQuotedStyle
		}
		flow(c)
	}
}

// normalize writes an identifier's value in normal form.
func normalize(identifier *yaml.Node) {
	kind, value := field(identifier, "kind"), field(identifier, "value")
	if kind == nil || value == nil || value.Kind != yaml.ScalarNode {
		return
	}
	text := value.Value
	k, ok := sbom.ParseClaimKind(kind.Value)
	if !ok {
		return // the lint says so
	}
	switch k {
	case sbom.LiteralMark, sbom.CertOrg, provenance.PackageName:
		return // exactly as they stand
	case sbom.PURL:
		text = "pkg:" + strings.NewReplacer("%", "%25", "@", "%40", " ", "%20").Replace(provenance.Key(k, text))
	case sbom.USB, sbom.PCI, sbom.Bluetooth, sbom.Zigbee:
		text = strings.TrimPrefix(provenance.Key(k, text), "0x")
	default:
		text = provenance.Key(k, text)
	}
	if text != "" && text != value.Value {
		value.Value = text
	}
	if strings.Trim(value.Value, "0123456789eE._") == "" {
		value.Tag, value.Style = "!!str", yaml.DoubleQuotedStyle // else a number
	}
}

// Template returns the text of a new record of kind "organization", "project"
// or "list", to be filled in, reviewed on the given day.
func Template(kind, id string, reviewed provenance.Date) ([]byte, error) {
	var text string
	switch kind {
	case "organization":
		text = `id: %s
name:
kind: company # foundation, government, university, association
names: []
origins:
  # - {country: PT, basis: headquartered, sources: [site]}
owners: []
identifiers: []
sources: {}
  # site: {url: "https://", title: "", retrieved: %s, says: "at most 25 words"}
  # row: {registry: "", revision: "", key: ""}
reviewed: %s
`
	case "project":
		text = `id: %s
name:
stewards:
  # - {organization: "", role: developer, sources: [gov]}
# community: {sources: [gov]}
identifiers: []
sources: {}
  # gov: {url: "https://", title: "", retrieved: %s, says: "at most 25 words"}
reviewed: %s
`
	case "list":
		text = `id: %s
title:
publisher:
authority:
url:
edition:
complete: false
transcribed:
entries:
  # - {name: "", kind: entity, organizations: [], effective: 2026-01-01, sources: [text]}
sources: {}
  # text: {url: "https://", title: "", retrieved: %s, says: "at most 25 words"}
reviewed: %s
`
	default:
		return nil, fmt.Errorf("new record: %q is not organization, project or list", kind)
	}
	return fmt.Appendf(nil, text, id, reviewed, reviewed), nil
}
