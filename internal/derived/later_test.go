package derived

import "testing"

// TestLaterBuilds: what is true of the later builds alone is kept where nothing is
// true of all, and says nothing of earlier ones.
func TestLaterBuilds(t *testing.T) {
	// From 2.0 on the file has other texts, and states its version where 1.0 has the
	// number of a protocol.
	b := &Builder{}
	texts := map[string]string{"1.0": "old", "2.0": "new", "2.2": "new", "2.4": "new"}
	stated := map[string]string{"1.0": "2.1", "2.0": "2.0", "2.2": "2.2", "2.4": "2.4"}
	for v, era := range texts {
		f := withTexts("bin:food", numbered(era+" message", 10))
		text := []byte("release " + stated[v] + " here")
		Versions(text, func(start, end int) {
			f.Versions = append(f.Versions, Stated{contextHash(text, start, end), string(text[start:end]), true, false})
		})
		b.Add(Component{Name: "food"}, v, "armhf", f)
	}
	table := open(t, b)
	for _, c := range []struct{ era, said, want string }{
		{"new", "2.3", "2.3"},
		{"new", "2.6", "2.6"},
		{"new", "1.0", ""}, // of a build before that
		{"new", "0.9", ""},
	} {
		p := table.Probe("food", "")
		if p == nil {
			t.Fatal("no row")
		}
		show(p, numbered(c.era+" message", 10))
		text := []byte("release " + c.said + " here")
		Versions(text, func(start, end int) { p.Version(text, 5000, start, end) })
		if m := p.Match(); m == nil || m.Version != c.want {
			t.Errorf("%s texts, saying %q: %+v, want %q", c.era, c.said, m, c.want)
		}
	}
	if p := table.Probe("food", ""); p != nil {
		show(p, numbered("old message", 10))
		if m := p.Match(); m != nil {
			t.Errorf("the texts of the first build alone: %+v", m)
		}
	}
}

// What the places in later builds say counts only for as late ones, and for none
// where it may be chance.
func TestLaterPlaces(t *testing.T) {
	numbersAlone := map[string][]string{"250": {"250", "7.5"}, "252": {"252", "7.5"}, "254": {"254", "7.5"}, "256": {"256", "7.5"}}
	for name, c := range map[string]struct {
		builds map[string][]string // what each says
		says   string
		want   string
	}{
		"beside others":         {map[string][]string{"2.0": {"2.3"}, "2.2": {"2.2", "9.9"}, "2.4": {"2.4", "9.9"}, "2.6": {"2.6", "9.9"}}, "2.5", "2.5"},
		"beside others, before": {map[string][]string{"2.0": {"2.3"}, "2.2": {"2.2", "9.9"}, "2.4": {"2.4", "9.9"}, "2.6": {"2.6", "9.9"}}, "2.0", ""},
		"one number":            {map[string][]string{"250": {"253"}, "252": {"252"}, "254": {"254"}, "256": {"256"}, "258": {"258"}}, "256", ""},
		"one number of none":    {numbersAlone, "253", ""},
		"one number of one":     {numbersAlone, "254", "254"},
		"one version":           {map[string][]string{"1.0": {"1.5"}, "2.0": {"2.0"}}, "2.0", ""},
	} {
		b := &Builder{}
		for v, says := range c.builds {
			for range 2 {
				f := withTexts("bin:food", numbered("message", 10))
				for _, n := range says {
					text := []byte("release " + n)
					f.Versions = append(f.Versions, Stated{contextHash(text, len("release "), len(text)), n, true, false})
				}
				b.Add(Component{Name: "food"}, v, "armhf", f)
			}
		}
		table := open(t, b)
		p := table.Probe("food", "")
		show(p, numbered("message", 10))
		text := []byte("release " + c.says)
		p.Version(text, 0, len("release "), len(text))
		if m := p.Match(); m == nil || m.Version != c.want {
			t.Errorf("%s: %+v, want version %q", name, m, c.want)
		}
	}
}
