package form

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
)

//go:embed form.tmpl
var page string

// WriteHTML writes a form as one HTML file without scripts, for a screen and
// for print: A4 or letter, sections kept together where they fit. The page
// forbids itself every request and script by a content security policy.
// Strings of the input are text only, made visible as by [report.Sentence];
// links go to citations with an http or https address.
func WriteHTML(w io.Writer, f *Form) error {
	number := numbering(f)
	tmpl, err := template.New("form").Funcs(template.FuncMap{
		"v": report.Sentence,
		"cites": func(sources []provenance.Source) []int {
			var out []int
			for _, s := range sources {
				out = append(out, number.of(s))
			}
			return out
		},
		"draw": draw,
		"list": func() []provenance.Source { return number.list }, // called last
		"cite": report.CitationText,
		"link": func(s provenance.Source) string {
			if report.IsLink(s.URL) {
				return s.URL
			}
			return ""
		},
		"inc": func(i int) int { return i + 1 },
	}).Parse(page)
	if err != nil {
		return fmt.Errorf("write form: %w", err)
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&b, struct {
		*Form
		Notice string
	}{f, draftNotice}); err != nil {
		return fmt.Errorf("write form: %w", err)
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write form: %w", err)
	}
	return nil
}

// A drawing is a tree laid out in boxes: the organization on top, who holds it
// below and one step to the right, so that it keeps its size on paper and on a
// narrow screen, however many steps there are.
type drawing struct {
	Width, Height int
	Boxes         []box
	Lines         []line
}

type box struct {
	X, Y, W, H int
	Lines      []boxLine
	Title      string
	Root       bool
}

type boxLine struct {
	Text  string
	X, Y  int
	Class string
}

// line leads from a box down and right to the box of who holds it.
type line struct{ X, Y1, Y2, X2 int }

// Sizes of a drawing in units of its view box, which are pixels at full size.
const (
	boxWidth   = 380
	stepRight  = 44
	lineHeight = 17
	rowGap     = 14
	maxBoxText = 46 // runes of a line in a box
	maxDepth   = 12 // steps to the right; deeper trees are in the list below
)

// draw lays a tree out.
func draw(n *Node) *drawing {
	d := &drawing{}
	next := 0 // the first free y
	var place func(n *Node, depth int) int
	place = func(n *Node, depth int) int { // returns the y of the middle of the box
		b := box{X: depth * stepRight, Y: next, W: boxWidth, Title: report.Sentence(n.Text), Root: depth == 0}
		add := func(class, text string, rows int) {
			for _, t := range wrap(report.Visible(text), maxBoxText, rows) {
				b.Lines = append(b.Lines, boxLine{Text: t, X: b.X + 10, Y: b.Y + 19 + len(b.Lines)*lineHeight, Class: class})
			}
		}
		if n.Edge != "" {
			add("label", "holds: "+n.Edge, 2)
		}
		add("strong", n.Text, 3)
		for i, note := range n.Notes {
			if i == 4 {
				add("", fmt.Sprintf("and %d more", len(n.Notes)-i), 1)
				break
			}
			add("", note, 2)
		}
		b.H = len(b.Lines)*lineHeight + 12
		next = b.Y + b.H + rowGap
		d.Boxes = append(d.Boxes, b)
		d.Width, d.Height = max(d.Width, b.X+b.W+4), max(d.Height, b.Y+b.H+4)
		if depth+1 < maxDepth {
			for i := range n.Up {
				mid := place(&n.Up[i], depth+1)
				d.Lines = append(d.Lines, line{X: b.X + stepRight/2, Y1: b.Y + b.H, Y2: mid, X2: b.X + stepRight})
			}
		}
		return b.Y + b.H/2
	}
	place(n, 0)
	return d
}

// wrap breaks a text at spaces into at most n lines of most runes.
func wrap(s string, most, n int) []string {
	var out []string
	rest := []rune(s)
	for len(rest) > most {
		if len(out) == n-1 {
			return append(out, string(rest[:most-1])+"…")
		}
		at := most
		for i := most; i > most/2; i-- {
			if rest[i] == ' ' {
				at = i
				break
			}
		}
		out = append(out, string(rest[:at]))
		rest = rest[at:]
		for len(rest) > 0 && rest[0] == ' ' {
			rest = rest[1:]
		}
	}
	return append(out, string(rest))
}
