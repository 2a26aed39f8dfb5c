package strict

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

//go:generate go run ./internal/generate

// A Schema is one interned node of the JSON tables. Other nodes are named by
// their number; number 0 is the schema that accepts everything. Every field is
// one keyword of JSON Schema draft-07, and all that stand in a node hold
// together.
type Schema struct {
	Types    string            `json:"t,omitempty"` // letters: o a s n i b z for object, array, string, number, integer, boolean, null
	Enum     []json.RawMessage `json:"e,omitempty"` // const is an enum of one
	Required []string          `json:"r,omitempty"`
	Props    map[string]int    `json:"p,omitempty"`
	Extra    int               `json:"x,omitempty"` // additionalProperties; Never for false
	Items    int               `json:"i,omitempty"`
	ItemList []int             `json:"il,omitempty"` // items as a list
	More     int               `json:"m,omitempty"`  // additionalItems, with ItemList
	Unique   bool              `json:"u,omitempty"`
	MinItems int               `json:"ni,omitempty"`
	MaxItems *int              `json:"xi,omitempty"`
	Min      *float64          `json:"mn,omitempty"`
	Max      *float64          `json:"mx,omitempty"`
	MinLen   int               `json:"nl,omitempty"`
	MaxLen   *int              `json:"xl,omitempty"`
	Pattern  string            `json:"re,omitempty"`
	Format   string            `json:"f,omitempty"`
	AllOf    []int             `json:"ao,omitempty"`
	AnyOf    []int             `json:"yo,omitempty"`
	OneOf    []int             `json:"oo,omitempty"`
	Not      int               `json:"no,omitempty"`
	If       int               `json:"if,omitempty"`
	Then     int               `json:"th,omitempty"`
	Else     int               `json:"el,omitempty"`
	// False is the schema that accepts nothing.
	False bool `json:"false,omitempty"`

	words   map[string]bool // of Enum, if all are strings
	pattern matcher
}

// tableHead is the first line of a table: where it is from.
type tableHead struct {
	Module  string            `json:"module"`
	Version string            `json:"version"`
	Files   map[string]string `json:"files"` // SHA-256 by name
	Roots   map[string]int    `json:"roots"`
}

//go:embed json.table
var jsonTable []byte

type jsonSchemas struct {
	head  tableHead
	nodes []Schema
}

var loadJSON = sync.OnceValues(func() (*jsonSchemas, error) {
	s := &jsonSchemas{}
	err := loadTable(jsonTable, &s.head, func(line []byte) error {
		var n Schema
		if err := json.Unmarshal(line, &n); err != nil {
			return err
		}
		if n.Pattern != "" {
			var err error
			if n.pattern, err = newMatcher(n.Pattern); err != nil {
				return err
			}
		}
		if len(n.Enum) > 8 {
			n.words = map[string]bool{}
			for _, e := range n.Enum {
				var w string
				if json.Unmarshal(e, &w) != nil {
					n.words = nil
					break
				}
				n.words[w] = true
			}
		}
		s.nodes = append(s.nodes, n)
		return nil
	})
	return s, err
})

func loadTable(table []byte, head *tableHead, node func([]byte) error) error {
	sc := bufio.NewScanner(bytes.NewReader(table))
	sc.Buffer(nil, 1<<20)
	for first := true; sc.Scan(); first = false {
		var err error
		if first {
			err = json.Unmarshal(sc.Bytes(), head)
		} else {
			err = node(sc.Bytes())
		}
		if err != nil {
			return fmt.Errorf("table of schemas: %w", err)
		}
	}
	return sc.Err()
}
