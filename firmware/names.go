package firmware

import (
	"sort"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Names of makers: literals of kind org-name. A name is weak where it stands,
// since any program may know of any maker. It counts where several of the
// device's own files hold it, or where it stands in what a kernel module says
// about itself.

const (
	maxNameHits = 32 // of one name in one file that are looked at
	// A file with the names of this many makers of devices lists them; so
	// does one with the names of this many makers of chips.
	nameTableBrands  = 5
	nameTableSilicon = 6
	// nameFiles is the least number of different own files that hold a name
	// which speaks for the device, and namePrograms how many of them must be
	// programs or modules.
	nameFiles, namePrograms = 3, 2
	// A name in less than one in so many of the files of the commonest name
	// of its role is a partner's or a competitor's.
	nameShare = 4
)

func isName(l *sbom.Literal) bool { return l.Kind == sbom.OrgName }

// nameHits drops the hits of names that are no words: part of a longer word, or
// of mixed case as in encoded data. Of each name the first good place stays,
// one in a module's description before the others.
func (s *scanner) nameHits(in *Input, res *fileResult, hits []literalHit) []literalHit {
	any := false
	for _, h := range hits {
		any = any || isName(&s.literals[h.literal])
	}
	if !any {
		return append([]literalHit(nil), hits...)
	}
	var out []literalHit
	at := map[int32]int{}
	for _, h := range hits {
		if !isName(&s.literals[h.literal]) {
			out = append(out, h)
			continue
		}
		if !isNameWord(in, h) {
			continue
		}
		if m := res.module; m != nil {
			for _, r := range m.said {
				h.said = h.said || h.offset >= r[0] && h.offset < r[1]
			}
		}
		if i, ok := at[h.literal]; !ok {
			at[h.literal] = len(out)
			out = append(out, h)
		} else if h.said && !out[i].said {
			out[i] = h
		}
	}
	return out
}

// isNameWord reports whether a hit is a word or a part of an identifier:
// "acme_get", "isAcme", "AcmeWifi", "ACME2", and not "placmeant" or "aCMe".
func isNameWord(in *Input, h literalHit) bool {
	lo := max(0, h.offset-1)
	b := in.Bytes(lo, int(h.offset-lo)+int(h.length)+1)
	start := int(h.offset - lo)
	end := start + int(h.length)
	if end > len(b) {
		return false
	}
	word := b[start:end]
	lower := func(c byte) bool { return 'a' <= c && c <= 'z' }
	upper := func(c byte) bool { return 'A' <= c && c <= 'Z' }
	if start > 0 {
		if c := b[start-1]; upper(c) || lower(c) && !upper(word[0]) || c >= 0x80 {
			return false
		}
	}
	last := word[len(word)-1]
	if end < len(b) {
		if c := b[end]; lower(c) || upper(c) && !lower(last) || c >= 0x80 {
			return false
		}
	}
	// Lower, upper, or names as they are written: a capital in front of a
	// run of small letters or small letters in front of capitals.
	changes := 0
	for i := 1; i < len(word); i++ {
		if lower(word[i]) && upper(word[i-1]) || upper(word[i]) && lower(word[i-1]) {
			changes++
		}
	}
	return changes <= 1 || changes == 2 && upper(word[0])
}

// names decides which names speak for the device.
func (j *joiner) names() {
	type count struct {
		literal  int32
		contents map[[32]byte]bool
		programs int
	}
	by := map[string]*count{} // by value: spellings of one name count together
	j.each(func(i int32, f *fileRec, r *fileResult) {
		var brands, chips int
		seen := map[string]bool{}
		for _, h := range r.literals {
			if l := &j.s.literals[h.literal]; isName(l) && !seen[literalValue(l)] {
				seen[literalValue(l)] = true
				if l.Role == sbom.Silicon {
					chips++
				} else {
					brands++
				}
			}
		}
		if len(seen) == 0 {
			return
		}
		if brands >= nameTableBrands || chips >= nameTableSilicon {
			r.nameTable = true
			return
		}
		if !j.own(i) || f.state == stateOpaque || r.module != nil && r.module.mainline {
			return
		}
		for _, h := range r.literals {
			l := &j.s.literals[h.literal]
			if !isName(l) {
				continue
			}
			c := by[literalValue(l)]
			if c == nil {
				c = &count{literal: h.literal, contents: map[[32]byte]bool{}}
				by[literalValue(l)] = c
			}
			if !c.contents[f.sum] {
				c.contents[f.sum] = true
				if r.elf != nil {
					c.programs++
				}
			}
		}
	})
	top := map[sbom.Role]int{}
	for _, c := range by {
		role := j.s.literals[c.literal].Role
		top[role] = max(top[role], len(c.contents))
	}
	j.named = map[string]bool{}
	for v, c := range by {
		if len(c.contents) >= nameFiles && c.programs >= namePrograms && len(c.contents)*nameShare >= top[j.s.literals[c.literal].Role] {
			j.named[v] = true
		}
	}
}

// nameClaim makes the claim of a name in a file, where the name counts.
func (j *joiner) nameClaim(h literalHit, f *fileRec, r *fileResult) (sbom.Claim, bool) {
	l := &j.s.literals[h.literal]
	if r.nameTable || !h.said && !j.named[literalValue(l)] {
		return sbom.Claim{}, false
	}
	c := j.literalClaim(h, f)
	c.Field = sbom.FieldNameMark
	return c, true
}

// nameSubject adds the names that speak for the device to its claims.
func (j *joiner) nameSubject() {
	type place struct {
		claim sbom.Claim
		rank  int
	}
	places := map[string][]place{}
	var order []string
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if r.nameTable || !j.own(i) {
			return
		}
		for _, h := range r.literals {
			l := &j.s.literals[h.literal]
			if v := literalValue(l); isName(l) && j.named[v] {
				if places[v] == nil {
					order = append(order, v)
				}
				c := j.literalClaim(h, f)
				c.Field = sbom.FieldNameMark
				places[v] = append(places[v], place{c, strength(f, r)})
			}
		}
	})
	sort.Strings(order)
	for _, v := range order {
		list := places[v]
		sort.SliceStable(list, func(a, b int) bool { return list[a].rank < list[b].rank })
		c := list[0].claim
		for _, p := range list[1:min(len(list), maxClaimEvidence)] {
			c.Evidence = append(c.Evidence, p.claim.Evidence...)
		}
		j.subject.Claims = append(j.subject.Claims, c)
	}
}
