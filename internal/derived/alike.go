package derived

import (
	"cmp"
	"slices"
	"time"
)

// Many files state no version. But their texts and exported symbols change with
// releases, and changelogs list these: where a file is like the builds of one
// release, unlike those of the one before and the one after, and there is no other
// release between, it is that release. What went before the oldest builds is not
// known, and many programs kept their texts for years: the oldest is never told.

// A Release is an upstream version and the day on which Debian first had it.
type Release struct {
	Version string
	Day     time.Time
}

// AddReleases adds releases of a component of which there need be no build.
func (b *Builder) AddReleases(component string, list []Release) {
	if b.releases == nil {
		b.releases = map[string]map[string]time.Time{}
	}
	known := b.releases[component]
	if known == nil {
		known = map[string]time.Time{}
		b.releases[component] = known
	}
	for _, r := range list {
		if day, ok := known[r.Version]; !ok || r.Day.Before(day) {
			known[r.Version] = r.Day
		}
	}
}

const (
	maxDiffering = 3 // texts and symbols kept of a pair of releases, each way
	minDiffering = 3 // that tell two releases apart, both ways
)

// alike returns the versions of a component's file that are told from every other
// release. own reports whether a text is in no other component: what many have
// comes from compilers and libraries.
func (b *Builder) alike(c *buildComponent, builds []*build, own func(text uint32) bool) []release {
	known := b.releases[c.Name]
	type marks struct {
		all, any []uint32 // in all builds of a version, in any
		arches   []string
	}
	of := map[string]*marks{}
	in := map[uint32]int{} // how many builds have it
	var versions []string
	for _, bd := range builds {
		list := make([]uint32, 0, len(bd.facts.Texts)+len(bd.facts.Exports))
		for _, h := range bd.facts.Texts {
			if own(h) {
				list = append(list, narrow(h))
			}
		}
		for _, h := range bd.facts.Exports {
			list = append(list, symbolHash(h))
		}
		list = distinct(list)
		for _, h := range list {
			in[h]++
		}
		m := of[bd.version]
		if m == nil {
			of[bd.version] = &marks{list, list, []string{bd.arch}}
			versions = append(versions, bd.version)
			continue
		}
		m.arches = append(m.arches, bd.arch)
		m.all = intersect(m.all, list)
		m.any = distinct(append(slices.Clone(m.any), list...))
	}
	slices.SortFunc(versions, CompareVersions)
	// between reports whether there is a release between two; an empty version
	// stands for the end.
	between := func(low, high string) bool {
		for v := range known {
			if CompareVersions(v, low) > 0 && (high == "" || CompareVersions(v, high) < 0) {
				return true
			}
		}
		return false
	}
	versionsWith := map[uint32]int{}
	for _, m := range of {
		for _, h := range m.any {
			versionsWith[h]++
		}
	}
	// only are marks of the builds of one version that those of another lack; sign is 1
	// for those first that few versions have, -1 for those that many have: both tell
	// most other versions apart too.
	only := func(this, other string, sign int) []uint32 {
		var list []uint32
		for _, h := range of[this].all {
			if _, ok := slices.BinarySearch(of[other].any, h); !ok {
				list = append(list, h)
			}
		}
		// What several builds have is no chance of one.
		slices.SortFunc(list, func(x, y uint32) int {
			return cmp.Or(min(in[y], 2)-min(in[x], 2), sign*(versionsWith[x]-versionsWith[y]), cmp.Compare(x, y))
		})
		return list[:min(len(list), maxDiffering)]
	}
	var out []release
	for i, v := range versions {
		day, ok := known[v]
		if !ok {
			continue
		}
		r := release{version: slices.Index(c.Versions, v)}
		differ := func(other string) bool {
			// What differs between builds for two architectures need not differ between
			// releases.
			if !slices.ContainsFunc(of[v].arches, func(a string) bool { return slices.Contains(of[other].arches, a) }) {
				return false
			}
			has, not := only(v, other, 1), only(other, v, -1)
			r.has, r.not = append(r.has, has...), append(r.not, not...)
			return len(has) > 0 && len(has)+len(not) >= minDiffering
		}
		if i == 0 || between(versions[i-1], v) || !follows(versions[i-1], v) || !differ(versions[i-1]) {
			continue
		}
		if i+1 < len(versions) {
			if between(v, versions[i+1]) || !follows(v, versions[i+1]) || !differ(versions[i+1]) {
				continue
			}
		} else if day.After(b.Lasting) || !b.Current[c.Name] || between(v, "") {
			continue
		}
		// What was changed may have been changed back: the others must differ too.
		if slices.ContainsFunc(versions, func(u string) bool {
			if u == v || separates(r, of[u].all, of[u].any) {
				return false
			}
			has, not := only(v, u, 1), only(u, v, -1)
			r.has, r.not = append(r.has, has[:min(len(has), 1)]...), append(r.not, not[:min(len(not), 1)]...)
			return len(has)+len(not) == 0
		}) {
			continue
		}
		r.has, r.not = distinct(r.has), distinct(r.not)
		out = append(out, r)
	}
	return out
}

// separates reports whether a release's marks are not those of another version's
// builds: texts and symbols that all of them have, and any.
func separates(r release, all, any []uint32) bool {
	in := func(list []uint32, h uint32) bool { _, ok := slices.BinarySearch(list, h); return ok }
	return slices.ContainsFunc(r.has, func(h uint32) bool { return !in(any, h) }) ||
		slices.ContainsFunc(r.not, func(h uint32) bool { return in(all, h) })
}

// follows reports whether nothing is left out between two versions: one number
// is by one larger, and those after it are the first that a series has. Debian
// does not have every release.
func follows(a, b string) bool {
	x, y := leading(a), leading(b)
	i := 0
	for i < len(x) && i < len(y) && x[i] == y[i] {
		i++
	}
	at := func(l []int) int {
		if i < len(l) {
			return l[i]
		}
		return 0
	}
	for _, n := range y[min(i+1, len(y)):] {
		if n > 1 {
			return false
		}
	}
	return at(y)-at(x) <= 1 || at(x) > 1990 // years
}
