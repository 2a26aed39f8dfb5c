package derived

import (
	"strings"
	"testing"
)

func TestRules(t *testing.T) {
	for _, c := range []struct {
		name, samples  string // "number=release ..."
		rule           string
		number, result string
	}{
		{"the release itself", "1.2.8=1.2.8 1.2.11=1.2.11", "3:n0.n1.n2", "1.3.1", "1.3.1"},
		{"another length", "1.2.8=1.2.8 1.2.11=1.2.11", "3:n0.n1.n2", "1.3", ""},
		{"hundreds", "0.6400.6=2.64.6 0.7400.0=2.74.0", "3:c2.n1/100.n2", "0.8400.1", "2.84.1"},
		{"hundreds, and what is left of them", "0.6400.6=2.64.6 0.7400.0=2.74.0", "3:c2.n1/100.n2", "0.5501.0", ""},
		{"ten thousands", "2.11600.0=1.16.0 2.11804.4=1.18.4", "3:c1.n1/100%100.n2", "2.11712.0", "1.17.0"},
		{"all in one number", "2.11600.0=1.16.0 2.11804.4=1.18.4 2.11405.8=1.14.5", "3:c1.n1/100%100.n1%100", "2.11712.9", "1.17.12"},
		{"a number that the rule leaves out", "0.8.4=1.3.4 0.8.5=1.3.5 0.8.6=1.3.6", "", "", ""},
		{"libtool counts", "5.3.1=2.5.1 5.4.0=2.6.0", "", "", ""},
		{"two small releases", "1.2=1.2 1.3=1.3", "2:n0.n1", "1.5", "1.5"},
		{"a zero behind it", "1.2.162=1.2.162.0 1.4.309=1.4.309.0", "3:n0.n1.n2.c0", "1.3.239", "1.3.239.0"},
		{"once not zero", "1.2.162=1.2.162.0 1.4.309=1.4.309.1", "", "", ""},
		{"libtool before", "1.0.7=0.7 2.9=2.9 2.15=2.15", "2:n0.n1", "2.3", "2.3"},
		{"libtool before, its count", "1.0.7=0.7 2.9=2.9 2.15=2.15", "2:n0.n1", "1.0.6", ""},
		{"a rule for each count", "1.2.8=1.2.8 1.2.11=1.2.11 2.1=2.1 2.4=2.4", "2:n0.n1|3:n0.n1.n2", "1.2.9", "1.2.9"},
		{"a last number that never moves", "1.0=1.0.0 2.0=2.0.0", "", "", ""},
		{"one release, long", "4.8.12=4.8.12", "3:n0.n1.n2", "4.13.0", "4.13.0"},
		{"one release, short", "1.2=1.2", "2=1.2", "1.3", ""},
		{"that release, short", "1.2=1.2", "2=1.2", "1.2", "1.2"},
		{"one release ends in nothing", "1.2.0=1.2.0", "3=1.2.0", "2.2.0", ""},
		{"one that begins alike", "1.2.0=1.2.0", "3=1.2.0", "1.2.1", "1.2.1"},
		{"what libtool makes of nothing", "1.0.0=1.0.0", "3=1.0.0", "1.2.1", ""},
		{"that release, of zeros", "1.0.0=1.0.0", "3=1.0.0", "1.0.0", "1.0.0"},
		{"zeros", "0.4.0=0.4.0 0.6.0=0.6.0", "3:n0.n1.n2", "0.0.0", ""},
		{"once not so", "1.2.8=1.2.8 1.2.11=1.2.12", "3=1.2.8!1.2.11", "1.2.9", ""},
		{"once not so, that release", "1.2.8=1.2.8 1.2.11=1.2.12", "3=1.2.8!1.2.11", "1.2.8", "1.2.8"},
		{"not so, that number", "1.2.8=1.2.8 1.2.11=1.2.12", "3=1.2.8!1.2.11", "1.2.11", ""},
		{"libtool before, the same count", "10.0.0=1.2.9 2.0.11=2.0.11", "3=2.0.11!10.0.0", "2.0.8", "2.0.8"},
		{"libtool before, another number", "10.0.0=1.2.9 2.0.11=2.0.11", "3=2.0.11!10.0.0", "2.1.0", ""},
		{"a zero less", "1.15.0=1.15", "3=1.15.0:1.15", "1.15.0", "1.15"},
		{"a zero less, another number", "1.15.0=1.15", "3=1.15.0:1.15", "1.15.1", ""},
		{"two releases of one number", "1.2.8=1.2.8 1.2.8=1.2.9", "", "1.2.8", ""},
		{"no numbers", "3=3rc1", "", "", ""},
	} {
		var list []sample
		for _, s := range strings.Fields(c.samples) {
			n, v, _ := strings.Cut(s, "=")
			list = append(list, sample{n, v})
		}
		rule := learnRules(list)
		if rule != c.rule {
			t.Errorf("%s: rule %q, want %q", c.name, rule, c.rule)
		}
		if got, _ := applyRules(rule, c.number); got != c.result {
			t.Errorf("%s: %s is %q, want %q", c.name, c.number, got, c.result)
		}
	}
	if got, ok := applyRule("3:c1.c3.n2", "0.6.0"); ok {
		t.Errorf("a constant where a number is left out gives %q", got)
	}
	for _, damaged := range []string{"", "3", "3:", "3:n0..n1", "3:n9.n1.n2", "3:n0/0.n1.n2", "3:x", "x:n0", "3=", "=1.2.3", "3=!1.2.3", "3=1.x.3"} {
		if got, ok := applyRules(damaged, "1.2.3"); ok {
			t.Errorf("damaged rule %q gives %q", damaged, got)
		}
	}
}

func TestNear(t *testing.T) {
	known := []string{"2.4.1", "2.6.0", "3.1.2"}
	for v, want := range map[string]bool{"2.5.0": true, "3.2.7": true, "2.1.0rc1": true, "4.0.0": false, "1.0.0": false, "2.5": false, "2": false, "2.5.0.1": false, "3.0.0": true, "2.99999.3": false, "x": false} {
		if got := Near(v, known); got != want {
			t.Errorf("Near(%q) = %v", v, got)
		}
	}
	if Near("1.0", nil) {
		t.Error("near to nothing")
	}
}

func TestWithin(t *testing.T) {
	known := []string{"1.4.1", "1.6.0", "2.5", "20200101", "20240101"}
	for v, want := range map[string]bool{
		"1.5.0": true, "1.4.9": true, "1.6.3": true, "1.3.9": false, "2.4": true, "1.0": false, "1.1": false, "2.0": false, "1.5": true,
		"20220101": true, "20250101": false, "12345678": false, "1.5.0.1": false, "15": false, "": false, "2.5": true, "20200101": true,
	} {
		if got := Within(v, known); got != want {
			t.Errorf("Within(%q) = %v", v, got)
		}
	}
	for v, want := range map[string]bool{"2.99999.3": false, "2.40.3": true} {
		if got := Within(v, []string{"0.9.8", "3.0.16"}); got != want {
			t.Errorf("Within(%q) = %v", v, got)
		}
	}
	if !Within("1.0", []string{"1.0"}) {
		t.Error("1.0 is the known one")
	}
}

func TestLeads(t *testing.T) {
	for _, c := range []struct {
		text   string
		offset int64
		want   bool
	}{
		{"1.2.3", 5, true},
		{"v1.2.3", 5, true},
		{"8.39 2016-06-14", 5, true},
		{"0.9.1 (20080418)", 5, true},
		{"1.12 20210421 [svn: r347]", 5, true},
		{"1.3.0+git20220115", 5, true},
		{"1.2.3 of foo", 5, false},
		{"1.2.3 is needed", 5, false},
		{"A1.5", 7, true}, // 1.5 stands at a multiple of four
		{"A1.5", 6, false},
		{"foo1.5", 6, false},
		{"foo 1.5", 4, false},
	} {
		var got bool
		Versions([]byte(c.text), func(start, end int) { got = got || Leads([]byte(c.text), c.offset, start, end) })
		if got != c.want {
			t.Errorf("%q at %d: %v", c.text, c.offset, got)
		}
	}
}

func TestSameShape(t *testing.T) {
	for _, c := range []struct {
		version string
		known   []string
		want    bool
	}{
		{"03i", []string{"0.15", "0.16"}, false},
		{"0.12", []string{"0.15", "0.16"}, true},
		{"590", []string{"551", "643"}, true},
		{"1.2.3", []string{"551"}, true},
	} {
		if got := sameShape(c.version, c.known); got != c.want {
			t.Errorf("%q beside %q: %v", c.version, c.known, got)
		}
	}
}

// A rule that takes hundreds says nothing of the series before it.
func TestRuleOfHundreds(t *testing.T) {
	for number, want := range map[string]string{"0.2200.0": "1.22.0", "0.1804.0": "1.18.4", "0.25.0": "", "23.0.0": ""} {
		got, _ := applyRule("3:c1.n1/100.n1%100", number)
		if got != want {
			t.Errorf("%s: %q, want %q", number, got, want)
		}
	}
}
