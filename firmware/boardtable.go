package firmware

import (
	"bytes"
	"context"
	"strings"
)

// boardTableExtractor finds scripts that tell boards of many makers apart, as a
// distribution for many boards has them: what they name is no mark of this
// device's maker.
func boardTableExtractor() Extractor {
	return Extractor{
		Name: "board-table",
		Doc:  "recognises scripts that are tables of boards",
		Match: func(e *Entry) bool {
			return e.Size >= 256 && e.Size <= 256<<10 && !e.isELF() && e.isText() &&
				(bytes.HasPrefix(e.Head, []byte("#!")) || strings.HasSuffix(e.Path, ".sh") || inFolder(e.Path, "etc"))
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			if caseLabels(in.Bytes(0, 256<<10)) >= boardLabels && out.class == classNone {
				out.class = classRegistry
			}
			return nil
		},
	}
}

// boardLabels is the number of branches for names with a dash, comma or digit
// that makes a script a table of boards.
const boardLabels = 15

// caseLabels counts the labels of case branches that look like names of boards:
// "tl-wr841n-v8)", "acme,router-2|\". Fewer than boardLabels may be none.
func caseLabels(b []byte) int {
	// Each label ends with one of these.
	if bytes.Count(b, []byte(")"))+bytes.Count(b, []byte("|")) < boardLabels {
		return 0
	}
	n := 0
	for len(b) > 0 {
		line := b
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			line, b = b[:i], b[i+1:]
		} else {
			b = nil
		}
		line = bytes.TrimSpace(line)
		line = bytes.TrimSuffix(line, []byte(`\`))
		line = bytes.TrimSpace(line)
		if len(line) < 4 || len(line) > 200 || line[len(line)-1] != ')' && line[len(line)-1] != '|' {
			continue
		}
		for _, label := range bytes.Split(line[:len(line)-1], []byte("|")) {
			label = bytes.Trim(bytes.TrimSpace(label), `"'*`)
			if len(label) >= 3 && bytes.ContainsAny(label, "-,0123456789") && !bytes.ContainsAny(label, " $();=<>/`{}[]") && label[0] != '-' {
				n++
			}
		}
	}
	return n
}
