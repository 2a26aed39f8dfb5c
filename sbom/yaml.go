package sbom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// SPDX and CycloneDX in YAML: the JSON encodings, written otherwise.

// looksYAML reports a text with a member of SPDX or CycloneDX at the beginning
// of a line.
func looksYAML(head []byte) bool {
	return anyLine(head, func(line []byte) bool {
		if len(line) > 0 && (line[0] == '"' || line[0] == '\'') {
			line = line[1:]
		}
		for _, name := range [...]string{"spdxVersion", "creationInfo", "documentNamespace", "bomFormat"} {
			if !bytes.HasPrefix(line, []byte(name)) {
				continue
			}
			rest := line[len(name):]
			if len(rest) > 0 && (rest[0] == '"' || rest[0] == '\'') {
				rest = rest[1:]
			}
			return bytes.HasPrefix(bytes.TrimLeft(rest, " \t"), []byte(":"))
		}
		return false
	})
}

func readYAML(ctx context.Context, r io.Reader, b *builder) error {
	data, err := readWhole(r, "YAML")
	if err != nil {
		return err
	}
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); err != nil {
		return fmt.Errorf("%w: YAML: %w", ErrFormat, err)
	}
	root := &doc
	for root.Kind == yaml.DocumentNode && len(root.Content) > 0 {
		root = root.Content[0]
	}
	if root.Kind != yaml.MappingNode {
		return ErrFormat
	}
	var f format
	for i := 0; i+1 < len(root.Content) && f == nil; i += 2 {
		f = recognize(b, root.Content[i].Value, "yaml")
	}
	if f == nil {
		return ErrFormat
	}
	// Aliases may be followed, but not to make much out of little.
	y := &yamlReader{b: b, left: 4096 + 4*len(data)}
	for i := 0; i+1 < len(root.Content); i += 2 {
		name, v := root.Content[i].Value, root.Content[i+1]
		treat := f.wants(name)
		if treat == skip {
			continue
		}
		place := "/" + escapePointer(name)
		if treat == whole || v.Kind != yaml.SequenceNode {
			if treat == items && v.ShortTag() == "!!null" {
				continue
			}
			if err := y.item(f, name, place, v); err != nil {
				return err
			}
			continue
		}
		for n, e := range v.Content {
			if n&255 == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			if err := y.item(f, name, place+"/"+strconv.Itoa(n), e); err != nil {
				return err
			}
		}
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) && (err != nil || !more.IsZero() && !isEmptyYAML(&more)) {
		b.problem("trailing-data", ProblemError, place(max(more.Line, 1)), "data after the end of the document; left out")
	}
	f.finish()
	return nil
}

// isEmptyYAML reports a document of a file that says nothing.
func isEmptyYAML(n *yaml.Node) bool {
	return n.Kind == yaml.DocumentNode && (len(n.Content) == 0 || n.Content[0].ShortTag() == "!!null")
}

type yamlReader struct {
	b    *builder
	t    tree
	left int // nodes that may still be made
}

func (y *yamlReader) item(f format, name, place string, n *yaml.Node) error {
	y.t.reset(place)
	if err := y.value(0, name, n, 0); err != nil {
		if errors.Is(err, errItemSize) {
			y.b.problem("too-large", ProblemError, place, "%v; left out", err)
			return nil
		}
		return err
	}
	f.accept(name, y.t.seal())
	return nil
}

func (y *yamlReader) value(parent int32, name string, n *yaml.Node, depth int) error {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
		if depth++; depth > y.b.limits.Depth {
			break
		}
	}
	if depth > y.b.limits.Depth {
		return limitError("YAML nested deeper than %d at line %d", y.b.limits.Depth, n.Line)
	}
	if y.left--; y.left < 0 {
		return limitError("YAML whose aliases make much more of it than it is")
	}
	switch n.Kind {
	case yaml.MappingNode:
		i, err := y.t.add(parent, name, group)
		if err != nil {
			return err
		}
		for k := 0; k+1 < len(n.Content); k += 2 {
			if key, ok := names()[n.Content[k].Value]; ok {
				if y.t.twice(i, key) {
					y.b.problem("duplicate-member", ProblemError, place(n.Content[k].Line), "member %q is there twice; the last one counts", key)
				}
				if err := y.value(i, key, n.Content[k+1], depth+1); err != nil {
					return err
				}
			}
		}
		return nil
	case yaml.SequenceNode:
		i, err := y.t.add(parent, name, list)
		if err != nil {
			return err
		}
		for _, e := range n.Content {
			if err := y.value(i, "", e, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	kind := text
	switch n.ShortTag() {
	case "!!null":
		_, err := y.t.add(parent, name, null)
		return err
	case "!!bool":
		kind = boolean
	case "!!int", "!!float":
		kind = number
	}
	_, err := y.t.addText(parent, name, kind, []byte(n.Value))
	return err
}
