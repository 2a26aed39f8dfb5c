package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/touchmark-dev/touchmark/provenance"
	"go.yaml.in/yaml/v4"
)

// A LineFinder says on which line of a report's input a place is: a JSON
// pointer, an element path or "line N", as components and steps carry it. 0
// means unknown.
type LineFinder func(place string) int

// maxYAMLLines bounds the YAML that [FindLines] reads, in bytes: it is read as
// a whole.
const maxYAMLLines = 16 << 20

// FindLines reads the input of a report once and returns the lines of the
// places that the report's findings name; lines count from 1. Of a place that
// is not in the input the nearest enclosing one counts. It reads JSON, XML and
// YAML; for other encodings only places that are lines themselves are found.
// Broken input ends the search, and what was found before counts; an error is
// one of reading.
//
// The input must be the very bytes that the report is on.
func FindLines(input io.Reader, r *provenance.Report) (LineFinder, error) {
	wanted := map[string]int{}
	depth := 0
	want := func(place string) {
		for p := place; strings.HasPrefix(p, "/"); p = p[:strings.LastIndexByte(p, '/')] {
			wanted[position(p)] = 0
			depth = max(depth, strings.Count(p, "/"))
		}
	}
	for _, list := range [][]provenance.Finding{r.Findings, r.Upcoming} {
		for i := range list {
			for _, s := range list[i].Steps {
				want(s.Place)
			}
		}
	}
	places := refPlaces(r)
	for _, list := range [][]provenance.Finding{r.Findings, r.Upcoming} {
		for i := range list {
			want(places[list[i].Component])
			want(places[list[i].Service])
		}
	}
	in := &failing{r: input}
	if len(wanted) > 0 {
		switch r.Source.Encoding {
		case "json", "json-ld":
			linesOfJSON(in, wanted, depth)
		case "xml":
			linesOfXML(in, wanted)
		case "yaml":
			linesOfYAML(in, wanted)
		}
	}
	if in.err != nil {
		return nil, fmt.Errorf("find lines: %w", in.err)
	}
	return func(place string) int {
		if rest, ok := strings.CutPrefix(place, "line "); ok {
			digits, _, _ := strings.Cut(rest, "/")
			n, err := strconv.Atoi(digits)
			if err != nil || n < 1 {
				return 0
			}
			return n
		}
		for p := place; strings.HasPrefix(p, "/"); p = p[:strings.LastIndexByte(p, '/')] {
			if n := wanted[position(p)]; n > 0 {
				return n
			}
		}
		return 0
	}, nil
}

// refPlaces returns the places of components and services by their refs.
func refPlaces(r *provenance.Report) map[string]string {
	m := map[string]string{}
	if s := r.Subject; s != nil {
		m[s.Ref] = s.Place
	}
	for i := range r.Components {
		m[r.Components[i].Ref] = r.Components[i].Place
	}
	for i := range r.Services {
		m[r.Services[i].Ref] = r.Services[i].Place
	}
	return m
}

// position writes a path so that two ways of writing the same compare equal:
// the first element of a name may go without its number.
func position(place string) string { return strings.ReplaceAll(place, "[1]", "") }

// failing keeps the error of a reader, other than its end.
type failing struct {
	r   io.Reader
	err error
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// breaks counts line feeds up to an offset that only grows, behind a reader
// that reads ahead.
type breaks struct {
	r    io.Reader
	read int64
	at   []int64 // offsets of line feeds that were read and not passed
	line int
}

func (b *breaks) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	for i := 0; i < n; {
		j := bytes.IndexByte(p[i:n], '\n')
		if j < 0 {
			break
		}
		i += j + 1
		b.at = append(b.at, b.read+int64(i)-1)
	}
	b.read += int64(n)
	return n, err
}

// to returns the line of an offset.
func (b *breaks) to(offset int64) int {
	i := 0
	for i < len(b.at) && b.at[i] < offset {
		i++
	}
	b.at, b.line = b.at[i:], b.line+i
	return b.line + 1
}

func linesOfJSON(r io.Reader, wanted map[string]int, depth int) {
	b := &breaks{r: r}
	dec := jsontext.NewDecoder(b, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		if dec.StackDepth() > depth {
			if err := dec.SkipValue(); err != nil {
				// The end of an object or array is no value.
				if _, err := dec.ReadToken(); err != nil {
					return
				}
			}
			continue
		}
		tok, err := dec.ReadToken()
		if err != nil {
			return
		}
		if k := tok.Kind(); k == '}' || k == ']' {
			b.to(dec.InputOffset())
			continue
		}
		line := b.to(dec.InputOffset())
		p := position(string(dec.StackPointer()))
		if n, ok := wanted[p]; ok && n == 0 {
			wanted[p] = line
		}
	}
}

func linesOfXML(r io.Reader, wanted map[string]int) {
	dec := xml.NewDecoder(r)
	dec.Strict = false
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	type frame struct {
		path   string
		counts map[string]int
	}
	stack := []frame{{counts: map[string]int{}}}
	for {
		tok, err := dec.RawToken()
		if err != nil {
			return
		}
		switch t := tok.(type) {
		case xml.StartElement:
			top := &stack[len(stack)-1]
			name := t.Name.Local
			top.counts[name]++
			path := top.path + "/" + name
			if n := top.counts[name]; n > 1 {
				path += "[" + strconv.Itoa(n) + "]"
			}
			if n, ok := wanted[path]; ok && n == 0 {
				wanted[path], _ = dec.InputPos()
			}
			if len(stack) > 1000 {
				return
			}
			stack = append(stack, frame{path, map[string]int{}})
		case xml.EndElement:
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		}
	}
}

func linesOfYAML(r io.Reader, wanted map[string]int) {
	data, err := io.ReadAll(io.LimitReader(r, maxYAMLLines+1))
	if err != nil || len(data) > maxYAMLLines {
		return
	}
	var doc yaml.Node
	if yaml.Unmarshal(data, &doc) != nil || len(doc.Content) == 0 {
		return
	}
	var walk func(n *yaml.Node, path string, depth int)
	walk = func(n *yaml.Node, path string, depth int) {
		if w, ok := wanted[path]; ok && w == 0 {
			wanted[path] = n.Line
		}
		if depth > 100 {
			return
		}
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				name := strings.NewReplacer("~", "~0", "/", "~1").Replace(n.Content[i].Value)
				p := position(path + "/" + name)
				if w, ok := wanted[p]; ok && w == 0 {
					wanted[p] = n.Content[i].Line
				}
				walk(n.Content[i+1], p, depth+1)
			}
		case yaml.SequenceNode:
			for i, e := range n.Content {
				walk(e, path+"/"+strconv.Itoa(i), depth+1)
			}
		}
	}
	walk(doc.Content[0], "", 0)
}
