package firmware

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/touchmark-dev/touchmark/sbom"
)

// What files hold is kept until all of them were read, joined and reported: of a
// host some ten bytes, of a package up to two kilobytes. A tree of hundreds of
// thousands of packages or modules would fill the memory, so finds are weighed.

// The weight of a find is about what it takes when the report is made, in bytes.
// TestPackageMemory compares them.
const (
	weightPart     = 1100 // a component, with the file that it is
	weightEvidence = 160
	weightClaim    = 260
	weightFact     = 120
	weightText     = 24 // beside its bytes
	weightHit      = 40
)

// A foundLimit keeps what the first files hold, in the order of paths, as far as
// it weighs no more than most, whichever file was read first.
type foundLimit struct {
	most    int64
	sum     int64    // of what is kept
	small   []uint32 // the weight of results below smallFound, by foundBlock files
	large   []foundResult
	cut     int32 // the first file of which nothing is kept
	dropped int   // files of which nothing is kept but could be
}

type foundResult struct {
	file   int32
	weight int64
	kept   *keptResult
}

const (
	foundBlock = 64
	// Only those above are noted file by file, or the notes of a tree of
	// millions of files would be what fills the memory.
	smallFound = 1024
)

// start sets the limit for a tree, whose list of entries takes memory too.
func (l *foundLimit) start(most int64, tree Tree, t *files) {
	const (
		free     = 16 << 20
		perEntry = 44 // beside the path: size, state, digest and place of the result
	)
	table := int64(t.paths.size) + int64(t.n)*perEntry
	if a, ok := tree.(interface{ indexBytes() int64 }); ok {
		table += a.indexBytes()
	}
	l.most = max(most-max(0, table-free), most/8)
	l.small = make([]uint32, t.n/foundBlock+1)
	l.cut = math.MaxInt32
}

// add reports whether what was seen in a file is kept. Of files behind it that
// were read before it may let go.
func (l *foundLimit) add(file int32, weight int64, kept *keptResult) bool {
	block := file / foundBlock
	switch beyond := file >= l.cut; {
	case beyond && (weight >= smallFound || block*foundBlock >= l.cut):
		l.dropped++
		return false
	case weight >= smallFound:
		l.large = append(l.large, foundResult{file, weight, kept})
	default:
		// All small ones of a block count where the block begins, or what is
		// kept would depend on which of them was read first.
		l.small[block] += uint32(weight)
		if beyond {
			l.dropped++
		}
	}
	if l.sum += weight; l.sum > l.most {
		l.shrink()
	}
	return file < l.cut
}

// shrink moves the cut before the last files until the rest fits.
func (l *foundLimit) shrink() {
	slices.SortFunc(l.large, func(a, b foundResult) int { return cmp.Compare(a.file, b.file) })
	block := int32(len(l.small)) - 1
	for l.sum > l.most {
		for block > 0 && l.small[block] == 0 {
			block--
		}
		n := len(l.large) - 1
		switch {
		case n >= 0 && l.large[n].file >= block*foundBlock:
			last := l.large[n]
			l.sum -= last.weight
			l.cut = last.file
			l.dropped++
			last.kept.forget()
			l.large[n] = foundResult{}
			l.large = l.large[:n]
		default:
			l.sum -= int64(l.small[block])
			l.small[block] = 0
			l.cut = block * foundBlock
			if block == 0 {
				return
			}
		}
	}
}

// forget lets go of what was seen in a file, but for the target of a link.
func (k *keptResult) forget() {
	if k == nil {
		return // packed with others
	}
	target := ""
	if k.whole != nil {
		target = k.whole.target
	}
	*k = keptResult{whole: &fileResult{target: target}}
}

// foundLimitReached says in a Problem from which file on nothing is told.
func (s *scanner) foundLimitReached() {
	l := &s.found
	if l.cut >= s.files.n {
		return
	}
	s.files.cut = l.cut
	for i := l.cut; i < s.files.n; i++ {
		if s.files.holds(i) {
			l.dropped++
		}
	}
	f := s.files.at(l.cut)
	s.problem(sbom.Problem{Kind: "too-many-finds", Severity: sbom.ProblemError, Place: EscapePath(f.path()),
		Message: fmt.Sprintf("the files hold more than a report of %d MiB has room for; what was seen in this and %d others behind it is left out", s.limits.FoundBytes>>20, l.dropped-1)})
}

// weight is that of all that was seen in a file.
func (r *fileResult) weight() int64 {
	n := r.Result.weight()
	n += int64(len(r.literals)+len(r.begun)) * weightHit
	for i := range r.signatures {
		n += 2*weightPart + int64(len(r.signatures[i].Version))
	}
	return n
}

func (r *Result) weight() int64 {
	n := r.observed + claimsWeight(r.claims) + textsWeight(r.modules)
	for i := range r.subject {
		f := &r.subject[i]
		n += weightFact + claimsWeight(f.Claims) + int64(len(f.Evidence))*weightEvidence
	}
	for i := range r.services {
		n += weightPart + claimsWeight(r.services[i].Claims)
	}
	for i := range r.boards {
		n += weightFact + claimsWeight(r.boards[i].claims)
	}
	for i := range r.endpoints {
		n += weightHit + int64(len(r.endpoints[i].host)+len(r.endpoints[i].url))
	}
	n += int64(len(r.properties)+len(r.chips)) * weightFact
	if r.elf != nil {
		n += weightPart/2 + textsWeight(r.elf.needed)
	}
	if r.module != nil {
		n += weightPart/2 + claimsWeight(r.module.claims) + int64(len(r.module.evidence))*weightEvidence
	}
	return n
}

// weight is that of an observation: its texts stand in the component, and some
// of them in its evidence and its reference once more.
func (o *observed) weight() int64 {
	c := o.Component
	texts := len(o.Key) + 2*(len(c.Group)+len(c.Name)+len(c.Version)+len(c.PURL)) + len(c.Description)
	n := int64(weightPart+texts) + claimsWeight(c.Claims) + textsWeight(o.Files) + textsWeight(o.Folders) + textsWeight(c.CPEs) + textsWeight(c.Licenses)
	for i := range c.Parties {
		x := &c.Parties[i]
		n += weightFact + int64(len(x.Name)) + textsWeight(x.Mails) + textsWeight(x.URLs)
	}
	for i := range c.Links {
		n += 2*weightText + int64(len(c.Links[i].URL))
	}
	for i := range c.Properties {
		n += 2*weightText + int64(len(c.Properties[i].Name)+len(c.Properties[i].Value))
	}
	byName := true
	for i := range c.Evidence {
		n += weightEvidence + int64(len(c.Evidence[i].Match))
		byName = byName && c.Evidence[i].Technique == sbom.Filename
	}
	if byName {
		n -= weightPart / 2 // most stand beside a file that says it of the same component
	}
	return n
}

func claimsWeight(list []sbom.Claim) int64 {
	n := int64(0)
	for i := range list {
		n += weightClaim + int64(len(list[i].Value)) + int64(len(list[i].Evidence))*weightEvidence
	}
	return n
}

func textsWeight(list []string) int64 {
	n := int64(len(list)) * weightText
	for _, s := range list {
		n += int64(len(s))
	}
	return n
}
