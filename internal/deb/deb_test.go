package deb

import (
	"strings"
	"testing"
)

func TestUpstream(t *testing.T) {
	for v, want := range map[string]string{
		"1.2-3ubuntu1.1": "1.2", "1.2ubuntu3": "1.2", "0.9build1": "0.9", "5.4.0-6ubuntu1~16.04.12": "5.4.0", "0.78+b1": "0.78", "1:2.3+dfsg1-4+deb12u1": "2.3", "3.0.17-1~deb12u2": "3.0.17", "1:9.2p1-2+deb12u5": "9.2p1",
		"1.12.11+20110422.1+1e14eea~dfsg-6": "1.12.11", "2.1.0~rc2-1": "2.1.0rc2", "1:5.9.4+dfsg-2": "5.9.4",
		"7.88.1-10+deb12u12": "7.88.1", "1.3.dfsg+really1.3.1-1+b1": "1.3.1", "20230311": "20230311", "0.3.14-2": "0.3.14",
		"2019.10.06-3": "2019.10.06", "1.0.0~beta3-1": "1.0.0beta3", "0.9.2+git20210101-1": "0.9.2", "2.06.0-1": "2.06.0",
	} {
		if got := Upstream(v); got != want {
			t.Errorf("Upstream(%q) = %q, want %q", v, got, want)
		}
	}
}

func TestReadIndex(t *testing.T) {
	list, err := ReadIndex(strings.NewReader("Package: libfoo1\nSource: foo (1.2-3)\nVersion: 1.2-3+b1\nDescription: x\n more: text\nSize: 12\n\nPackage: bar\nVersion: 2\n"))
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	if p := list[0]; p.Source != "foo" || p.Size != 12 || p.Version != "1.2-3+b1" {
		t.Error(p)
	}
	if list[1].Source != "bar" {
		t.Error(list[1])
	}
}

func TestFold(t *testing.T) {
	for _, pair := range [][2]string{{"libcurl4t64", "curl"}, {"lua5.4", "lua"}, {"libstdc++6", "libstdc++"}} {
		if Fold(pair[0]) != Fold(pair[1]) {
			t.Errorf("%q and %q fold to %q and %q", pair[0], pair[1], Fold(pair[0]), Fold(pair[1]))
		}
	}
}
