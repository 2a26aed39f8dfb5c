package firmware

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// relationships follow from the libraries that programs need, and from
// components that hold others.
func (j *joiner) relationships(parts []*part) {
	provider := map[string]*part{}
	live := func(p *part) *part {
		for p != nil && p.dropped != nil {
			p = p.dropped
		}
		if p != nil && p.ref == "" {
			return nil
		}
		return p
	}
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if r.elf == nil || !r.elf.shared {
			return
		}
		p := live(j.main.of(i))
		if p == nil {
			return
		}
		for _, name := range []string{r.elf.soname, f.base()} {
			if name != "" && provider[name] == nil {
				provider[name] = p
			}
		}
	})
	for _, f := range j.s.files.all() {
		// A link libfoo.so.1 -> libfoo.so.1.2 names what it leads to.
		if f.target() == "" {
			continue
		}
		name := f.base()
		if !strings.Contains(name, ".so") || provider[name] != nil {
			continue
		}
		if i, ok := j.resolve(f.path()); ok {
			if p := live(j.main.of(i)); p != nil {
				provider[name] = p
			}
		}
	}
	seen := map[sbom.Relationship]bool{}
	add := func(from *part, typ sbom.RelationshipType, to *part) {
		if from == nil || to == nil || from == to {
			return
		}
		r := sbom.Relationship{From: from.ref, Type: typ, To: to.ref}
		if !seen[r] {
			seen[r] = true
			j.doc.Relationships = append(j.doc.Relationships, r)
		}
	}
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if r.elf == nil {
			return
		}
		from := live(j.main.of(i))
		for _, n := range r.elf.needed {
			if to := provider[path.Base(n)]; to != nil {
				add(from, sbom.DependsOn, to)
			}
		}
	})
	for _, c := range j.calls {
		if from := live(c.from); from != nil {
			j.doc.Relationships = append(j.doc.Relationships, sbom.Relationship{From: from.ref, Type: sbom.Calls, To: c.to})
		}
	}
	for _, p := range parts {
		for i := range p.holders.all() {
			add(live(j.main.of(i)), sbom.Contains, p)
		}
	}
	sort.Slice(j.doc.Relationships, func(a, b int) bool {
		x, y := j.doc.Relationships[a], j.doc.Relationships[b]
		if x.From != y.From {
			return x.From < y.From
		}
		if x.Type != y.Type {
			return x.Type < y.Type
		}
		return x.To < y.To
	})
}

// coverage counts what is explained.
func (j *joiner) coverage(explained []bool) {
	c := &j.doc.Coverage
	var rest []int32 // the largest unexplained, in order
	unexplained := func(i int32, size int64) {
		at := len(rest)
		for at > 0 && j.s.files.size(rest[at-1]) < size {
			at--
		}
		if at < 20 {
			rest = slices.Insert(rest, at, i)
			rest = rest[:min(len(rest), 20)]
		}
	}
	for i := range j.s.files.n {
		f := j.s.files.at(i)
		if !f.mode.IsRegular() {
			continue
		}
		c.Files++
		c.Bytes += f.size
		switch {
		case f.state == stateUnreadable || f.state == stateUnread:
			c.UnreadableFiles++
			c.UnreadableBytes += f.size
			unexplained(i, f.size)
			continue
		case explained[i] || f.class == classDatabase || f.class == classLinkText || f.class == classTrust || f.class == classLeftover:
			c.ExplainedFiles++
			c.ExplainedBytes += f.size
		default:
			unexplained(i, f.size)
		}
		if f.state == stateOpaque {
			c.OpaqueFiles++
			c.OpaqueBytes += f.size
		}
	}
	for _, i := range rest {
		f := j.s.files.at(i)
		c.Unexplained = append(c.Unexplained, sbom.FileSize{Path: EscapePath(f.path()), Size: f.size})
	}
}

// manifest is the digest of the sorted list of paths, types, sizes and content
// digests: equal trees have equal ones.
func (j *joiner) manifest() string {
	h := sha256.New()
	var line []byte
	paths := j.s.files.cursor()
	for i := range j.s.files.n {
		f := j.s.files.at(i)
		typ := "other"
		switch {
		case f.mode.IsRegular():
			typ = "file"
		case f.mode&fs.ModeSymlink != 0:
			typ = "link"
		}
		target := f.target()
		if typ == "file" {
			target = ""
		}
		line = append(appendQuoted(line[:0], paths.seek(i)), ' ')
		line = append(append(line, typ...), ' ')
		line = append(strconv.AppendInt(line, f.size, 10), ' ')
		line = append(hex.AppendEncode(line, f.sum[:]), ' ')
		h.Write(append(appendQuoted(line, []byte(target)), '\n'))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// appendQuoted is strconv.AppendQuote.
func appendQuoted(to, s []byte) []byte {
	for _, c := range s {
		if c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return strconv.AppendQuote(to, string(s))
		}
	}
	return append(append(append(to, '"'), s...), '"')
}
