package strict

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// ParseSPDX2XML turns a document in the XML encoding of SPDX 2, whose root
// element has been read, into the form of JSON: a list is an element that is
// repeated. What is a list, a boolean or a number shows in the rules.
func ParseSPDX2XML(src *XMLSource) (*Tree, error) {
	t := NewTree()
	root := t.Add(0, Node{Kind: Object, Line: int32(src.Line())})
	return t, parseSPDX2XML(src, t, root, "Document", 0)
}

func parseSPDX2XML(src *XMLSource, t *Tree, at int32, class string, depth int) error {
	if depth > src.Depth {
		return fmt.Errorf("%w: more than %d at line %d", ErrDepth, src.Depth, src.Line())
	}
	var text []byte
	for {
		tok, err := src.Token()
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.CharData:
			if text = append(text, tok...); len(text) > src.Value {
				return fmt.Errorf("%w: line %d", ErrValue, src.Line())
			}
		case xml.EndElement:
			if t.Nodes[at].Kind != Object {
				t.Nodes[at].Text = strings.TrimSpace(string(text))
			} else if s := strings.TrimSpace(string(text)); s != "" && t.Nodes[at].first == 0 {
				t.Nodes[at].Kind, t.Nodes[at].Text = String, s
			}
			return nil
		case xml.StartElement:
			name := tok.Name.Local
			var f *spdx2Field
			for i := range spdx2Classes[class] {
				if spdx2Classes[class][i].name == name {
					f = &spdx2Classes[class][i]
				}
			}
			n := Node{Kind: String, Key: name, Line: int32(src.Line())}
			parent, sub := at, ""
			if f != nil {
				switch f.kind {
				case "":
				case "bool":
					n.Kind = Boolean
				case "int":
					n.Kind = Number
				default:
					n.Kind, sub = Object, f.kind
				}
				if f.card == '*' || f.card == '+' {
					if parent = t.Member(at, name); parent == 0 {
						parent = t.Add(at, Node{Kind: Array, Key: name, Line: n.Line})
					}
					n.Key = ""
				}
			} else {
				n.Kind = Object
			}
			if err := parseSPDX2XML(src, t, t.Add(parent, n), sub, depth+1); err != nil {
				return err
			}
		}
	}
}
