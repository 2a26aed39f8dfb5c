package derived

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestAlike: a file that states no version is told to be a release where it is
// like its builds, and no release that the table does not have can be like them.
func TestAlike(t *testing.T) {
	type made struct{ version, arch string }
	old, young := "2005", "2020"
	cases := []struct {
		name     string
		builds   []made
		releases map[string]string // to the year
		file     string            // version of the file that is asked for
		want     string
		messages int // that every build has; 0 means 8
	}{
		{"first", []made{{"1.0", "armhf"}, {"1.0", "arm64"}}, map[string]string{"1.0": old}, "1.0", "", 0},
		{"followed", []made{{"1.0", "armhf"}, {"1.1", "armhf"}}, map[string]string{"1.0": old, "1.1": old, "1.2": young}, "1.1", "", 0},
		{"unlisted", []made{{"1.0", "armhf"}, {"1.1", "armhf"}}, map[string]string{"1.0": old}, "1.1", "", 0},
		{"pair", []made{{"1.0", "armhf"}, {"1.1", "armhf"}}, map[string]string{"1.0": old, "1.1": young}, "1.0", "", 0},
		{"pair", []made{{"1.0", "armhf"}, {"1.1", "armhf"}}, map[string]string{"1.0": old, "1.1": young}, "1.1", "1.1", 0},
		{"backwards", []made{{"1.1", "armhf"}, {"1.0", "armhf"}}, map[string]string{"1.0": old, "1.1": young}, "1.1", "1.1", 0},
		{"mixed", []made{{"1.0", "armhf"}, {"1.1", "armhf"}}, map[string]string{"1.0": old, "1.1": young}, "1.0 1.1", "", 0},
		{"neither", []made{{"1.0", "armhf"}, {"1.1", "armhf"}}, map[string]string{"1.0": old, "1.1": young}, "2.0", "", 0},
		{"between", []made{{"1.0", "armhf"}, {"1.2", "armhf"}}, map[string]string{"1.0": old, "1.1": young, "1.2": young}, "1.2", "", 0},
		{"left-out", []made{{"1.0", "armhf"}, {"1.2", "armhf"}}, map[string]string{"1.0": old, "1.2": young}, "1.2", "", 0},
		{"left-out-next", []made{{"1.0", "armhf"}, {"1.1", "armhf"}, {"1.4", "armhf"}}, map[string]string{"1.0": old, "1.1": old, "1.4": young}, "1.1", "", 0},
		{"late-in-series", []made{{"1.4", "armhf"}, {"2.2", "armhf"}}, map[string]string{"1.4": old, "2.2": young}, "2.2", "", 0},
		{"part-of-next", []made{{"1.0", "armhf"}, {"1.1", "armhf"}, {"1.2", "armhf"}}, map[string]string{"1.0": old, "1.1": young, "1.2": young}, "1.1", "", 0},
		{"one-text-more", []made{{"1.0", "armhf"}, {"1.1", "armhf"}}, map[string]string{"1.0": old, "1.1": young}, "1.1", "", 0},
		{"three-texts-fewer", []made{{"1.0", "armhf"}, {"1.1", "armhf"}}, map[string]string{"1.0": old, "1.1": young}, "1.1", "", 0},
		{"anybody's-texts", []made{{"1.0", "armhf"}, {"1.1", "armhf"}}, map[string]string{"1.0": old, "1.1": young}, "1.1", "", 0},
		{"reverted", []made{{"1.0", "armhf"}, {"1.1", "armhf"}, {"1.2", "armhf"}}, map[string]string{"1.0": old, "1.1": young, "1.2": young}, "1.0", "", 0},
		{"next-series", []made{{"1.8", "armhf"}, {"2.0", "armhf"}}, map[string]string{"1.8": old, "2.0": young}, "2.0", "2.0", 0},
		{"new-series", []made{{"1.0", "armhf"}, {"2.0", "armhf"}}, map[string]string{"1.0": old, "1.5": young, "2.0": young}, "2.0", "", 0},
		{"old-series", []made{{"1.0", "armhf"}, {"1.1", "armhf"}, {"2.0", "armhf"}}, map[string]string{"1.0": old, "1.1": old, "1.5": young, "2.0": young}, "1.1", "", 0},
		{"come-again", []made{{"1.0", "armhf"}, {"1.1", "armhf"}, {"1.2", "armhf"}, {"2.0", "armhf"}}, map[string]string{"1.0": old, "1.1": young, "1.2": young, "2.0": young}, "1.1", "1.1", 0},
		{"few-texts", []made{{"1.0", "armhf"}, {"1.1", "armhf"}}, map[string]string{"1.0": old, "1.1": young}, "1.1", "", 4},
		{"just-out", []made{{"1.0", "armhf"}, {"1.1", "armhf"}}, map[string]string{"1.0": old, "1.1": "2023"}, "1.1", "", 0},
		{"just-gone", []made{{"1.0", "armhf"}, {"1.1", "armhf"}, {"1.2", "armhf"}}, map[string]string{"1.0": old, "1.1": young, "1.2": "2023"}, "1.1", "1.1", 0},
		{"left-by-all", []made{{"1.0", "armhf"}, {"1.1", "armhf"}}, map[string]string{"1.0": old, "1.1": young}, "1.1", "", 0},
		{"other-machine", []made{{"1.0", "armhf"}, {"1.1", "arm64"}}, map[string]string{"1.0": old, "1.1": young}, "1.1", "", 0},
	}
	texts := func(key, versions string, messages int) (list [][]byte) {
		for i := range messages {
			list = append(list, fmt.Appendf(nil, "%s: message number %d", key, i))
		}
		for v := range len(versions) / 3 {
			since := versions[4*v : 4*v+3]
			for i := range 3 {
				if key == "one-text-more" && (since == "1.0" || i > 0) || key == "three-texts-fewer" && since == "1.1" {
					break
				}
				list = append(list, fmt.Appendf(nil, "%s: since %s there is %d", key, since, i))
			}
		}
		return list
	}
	for _, c := range cases {
		pad := func(versions string) string {
			if c.name == "reverted" {
				versions = strings.ReplaceAll(versions, "1.2", "1.0")
			}
			return versions + " "
		}
		messages := cmp.Or(c.messages, 8)
		b := &Builder{Lasting: time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC), Current: map[string]bool{c.name: c.name != "left-by-all"}}
		for _, m := range c.builds {
			b.Add(Component{Name: c.name}, m.version, m.arch, withTexts("bin:"+c.name, texts(c.name, pad(m.version), messages)))
		}
		if c.name == "anybody's-texts" {
			b.Add(Component{Name: "other"}, "1.0", "armhf", withTexts("bin:other", texts(c.name, "1.0 1.1 ", 0)))
		}
		for v, year := range c.releases {
			day, err := time.Parse("2006", year)
			if err != nil {
				t.Fatal(err)
			}
			b.AddReleases(c.name, []Release{{v, day}})
		}
		table := open(t, b)
		match := func(skip int) *Match {
			p := table.Probe(c.name, "")
			if p == nil {
				t.Fatal("no row of", c.name)
			}
			for i, s := range texts(c.name, pad(c.file), messages)[skip:] {
				p.Text(s, int64(100*i))
			}
			if c.name == "part-of-next" {
				p.Text([]byte("part-of-next: since 1.2 there is 0"), 0)
			}
			return p.Match()
		}
		if m := match(0); m == nil || m.Alike != c.want {
			t.Errorf("%s: a file of %s: %+v, want %q", c.name, c.file, m, c.want)
		}
		if m := match(messages / 2); messages == 8 && (m == nil || m.Alike != "") {
			t.Errorf("%s: with half of the texts: %+v", c.name, m)
		}
	}
}

// A file that is like two releases is told to be neither.
func TestAlikeTwo(t *testing.T) {
	r := &row{prints: make([]uint32, 8), alike: []release{{version: 1, has: []uint32{1, 2, 3}}, {version: 2, has: []uint32{4, 5, 6}}}}
	p := &Probe{alike: map[uint32]bool{1: true, 2: true, 3: true, 4: true, 5: true}}
	if v := p.alikeOf(r, 8); v != 1 {
		t.Errorf("like one: %d", v)
	}
	p.alike[6] = true
	if v := p.alikeOf(r, 8); v != -1 {
		t.Errorf("like two: %d", v)
	}
}
