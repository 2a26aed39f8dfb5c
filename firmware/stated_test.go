package firmware

import (
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/derived"
	"github.com/touchmark-dev/touchmark/sbom"
)

func TestStatedVersion(t *testing.T) {
	const medium, low = sbom.Medium, sbom.Low
	for _, c := range []struct {
		name, base, soname string
		texts              []string
		version            string
		confidence         sbom.Confidence
	}{
		{"name and version", "mawk", "", []string{"mawk 1.3.4 20200120"}, "1.3.4", medium},
		{"a word between", "foo", "", []string{"foo version 2.1\n"}, "2.1", medium},
		{"two numbers behind its name", "tunnel", "", []string{"tunnel 4.32 on i686-pc-linux-gnu with %s"}, "4.32", medium},
		{"behind the name of its source", "enslave", "", []string{"enslave.c:v1.1.0 (December 1, 2003)"}, "1.1.0", medium},
		{"a revision of its source", "enslave", "", []string{"$Id: enslave.c,v 1.23 1997/12/01 23:47:59 "}, "", ""},
		{"behind the name of another's source", "foo", "", []string{"enslave.c:v1.1.0 (December 1, 2003)"}, "", ""},
		{"a folder of an interface", "tunnel", "", []string{"tunnel8.14"}, "", ""},
		{"before a release", "libfoo.so.2", "libfoo.so.2", []string{"Foo0.4.9-pre1b4757"}, "0.4.9-pre1", medium},
		{"no release", "foo", "", []string{"foo 1.2.3-prefix"}, "1.2.3", medium},
		{"user agent", "fooagent", "", []string{"FooAgent/1.4.2 (linux)"}, "1.4.2", medium},
		{"what identifies it", "foo", "", []string{"@(#)foo 3.2.1"}, "3.2.1", medium},
		{"its family in parentheses", "sed", "", []string{"sed (GNU sed) 4.9"}, "4.9", medium},
		{"library", "libfoo.so.3", "libfoo.so.3", []string{"libfoo 3.1.2"}, "3.1.2", medium},
		{"library without lib", "libfoo.so.3", "libfoo.so.3", []string{"Foo v3.1.2"}, "3.1.2", medium},
		{"a single number with its word", "less", "", []string{"less version 590"}, "590", medium},
		{"a single number without", "less", "", []string{"less 590 lines"}, "", ""},
		{"alone in a program", "foo", "", []string{"usage: foo [-v]", "2.7.1"}, "2.7.1", low},
		{"alone in a library", "libfoo.so.1", "libfoo.so.1", []string{"2.7.1"}, "", ""},
		{"two alone", "foo", "", []string{"2.7.1", "1.0.3"}, "", ""},
		{"address", "foo", "", []string{"127.0.0.1", "foo 10.0.0.1"}, "", ""},
		{"another's", "foo", "", []string{"requires bar 1.2.3"}, "", ""},
		{"a longer name", "foo", "", []string{"libfoo 1.2.3", "xfoo 1.2.3"}, "", ""},
		{"what it is not", "sed", "", []string{"This is not GNU sed version 4.0"}, "", ""},
		{"a requirement", "foo", "", []string{"this needs foo 1.2.3 or later"}, "", ""},
		{"two of its own", "foo", "", []string{"foo: file of foo 1.2", "see foo 1.3 too"}, "", ""},
		{"two, one of them whole", "foo", "", []string{"foo 1.2.3", "as foo 1.1.0 did"}, "1.2.3", medium},
		{"API of the name", "libfoo-1.0.so.0", "libfoo-1.0.so.0", []string{"foo-1.0"}, "", ""},
		{"symbol version", "libfoo.so.0", "libfoo.so.0", []string{"FOO_1.2.0", "LIBFOO_1.0"}, "", ""},
		{"protocol", "tor", "", []string{"tor/1.0"}, "", ""},
		{"zlib's header", "foo", "", []string{"inflateInit_", "1.2.13"}, "", ""},
		{"its compiler's", "foo", "", []string{"4.7.2", "gcc "}, "", ""},
		{"its compiler's in a sentence", "foo", "", []string{"Compiled with %s%s for %s", "12.2.0"}, "", ""},
		{"no compiler's", "foo", "", []string{"Compiled with %s", "1.9.4"}, "1.9.4", low},
		{"beside the form that prints it", "tunnel", "", []string{"2.0\x00tunnel %s (c) 2009"}, "2.0", medium},
		{"before it", "seal", "", []string{"seal version: %s\n\x001.3.9.2"}, "1.3.9.2", medium},
		{"before it, with a letter", "modem", "", []string{"3.1\x00modem v%s\n"}, "3.1", medium},
		{"beside a form of a name and its version", "foo", "", []string{"%s version %s\n\x001.8.1"}, "1.8.1", medium},
		{"an address beside a form of a name and its version", "foo", "", []string{"%s version %s\n\x00239.255.255.250"}, "", ""},
		{"beside a form of a version alone", "foo", "", []string{"287.1\x00Version: %s\n"}, "287.1", medium},
		{"beside its name, which a form prints with it", "dump", "", []string{"%s %s\n\x00dump\x000.4\x00usage"}, "0.4", medium},
		{"before its name and the form", "crypter", "", []string{"3.10\x00\x00crypter\x00%s v%s\n"}, "3.10", medium},
		{"at the end of the form that begins with its name", "grab", "", []string{"grab - takes pictures of the screen, v%s\n\x001.2\x00options"}, "1.2", medium},
		{"beside its name, and no form", "dump", "", []string{"cannot open %s\x00dump\x000.4\x00usage"}, "", ""},
		{"a part of what a form puts together", "klogd", "", []string{"klogd %s.%s, started.\n\x001.4\x00\x002\x00"}, "", ""},
		{"beside its name, a protocol's", "httpd", "", []string{"%s %s\n\x00httpd\x001.1\x00usage"}, "", ""},
		{"beside the name of another", "foo", "", []string{"%s %s\n\x00dump\x000.4\x00usage"}, "", ""},
		{"beside a form of another version", "foo", "", []string{"287.1\x00kernel version %s\n"}, "", ""},
		{"beside such a form in a library", "libfoo.so.1", "libfoo.so.1", []string{"287.1\x00Version: %s\n"}, "", ""},
		{"what kind of thing it is", "run-parts", "", []string{"Debian run-parts program, version 5.7"}, "5.7", medium},
		{"without its hyphen", "lua-posix", "", []string{"posix for Lua 5.1 / luaposix 33.4.0"}, "33.4.0", medium},
		{"library of a series", "libfoobar-4.so.0", "libfoobar-4.so.0", []string{"libfoobar/%s %s (%s)\x004.2.0"}, "4.2.0", medium},
		{"behind the end of a constant", "foobar", "", []string{"\x00\x00zDfoobar v1.7"}, "1.7", medium},
		{"behind letters", "foobar", "", []string{"\x00zDfoobar v1.7"}, "", ""},
		{"in quotes", "foo", "", []string{"foo version \"2.6.0\" (2022)"}, "2.6.0", medium},
		{"beside another's form", "foo", "", []string{"2.0\x00bar %s"}, "", ""},
		{"beside a form without a version", "foo", "", []string{"1.5\x00cannot run foo on %s"}, "", ""},
		{"too far from it", "foo", "", []string{"2.0\x00option\x00foo version %s"}, "", ""},
		{"a folder of its interface", "foo", "", []string{"foo8.14"}, "", ""},
		{"what an older one did", "foo", "", []string{"Foo 1.6 and earlier defaulted to x"}, "", ""},
		{"part of the name", "ntfs-3g", "", []string{"ntfs-3g"}, "", ""},
	} {
		st := newStated(c.base, c.soname, nil, -1)
		for _, s := range c.texts {
			st.linked([]byte(s))
			st.chunk = []byte(s)
			derived.Texts(st.chunk, 3, true, func(text []byte, at int, _ bool) {
				derived.Versions(text, func(start, end int) { st.version(text, int64(at), start, end) })
			})
		}
		v, confidence := st.own()
		if v.text != c.version || confidence != c.confidence {
			t.Errorf("%s: %q %q, want %q %q", c.name, v.text, confidence, c.version, c.confidence)
		}
	}
}

// TestFourNumbers: four numbers are an address, unless the component is known to
// have such releases and this is the only one that begins as they do.
func TestFourNumbers(t *testing.T) {
	for _, c := range []struct {
		name    string
		texts   []string
		known   []string
		version string
	}{
		{"a release", []string{"3.0.8.2"}, []string{"3.0.8.1", "3.0.8.4"}, "3.0.8.2"},
		{"beside an address", []string{"127.0.0.1", "3.0.8.2"}, []string{"3.0.8.1"}, "3.0.8.2"},
		{"an address", []string{"3.5.8.2"}, []string{"3.0.8.1"}, ""},
		{"releases of three numbers", []string{"3.0.8.2"}, []string{"3.0.8"}, ""},
		{"two that may be", []string{"3.0.8.2", "3.0.1.1"}, []string{"3.0.8.1"}, ""},
		{"beside another number", []string{"3.0.8.2", "2.7.1"}, []string{"3.0.8.1"}, ""},
	} {
		st := newStated("foo", "", nil, -1)
		for _, s := range c.texts {
			derived.Versions([]byte(s), func(start, end int) { st.version([]byte(s), 0, start, end) })
		}
		v, _ := st.fourOf(&derived.Component{Name: "foo", Versions: c.known})
		if v.text != c.version {
			t.Errorf("%s: %q, want %q", c.name, v.text, c.version)
		}
	}
}

// TestLooseVersions: the version that leads a text is a library's or a program's
// own if it is the only one that lies between the component's.
func TestLooseVersions(t *testing.T) {
	for _, c := range []struct {
		name    string
		texts   []string
		known   []string
		version string
	}{
		{"alone", []string{"1.5.0"}, []string{"1.4.1", "1.6.0"}, "1.5.0"},
		{"with a date", []string{"8.39 2016-06-14"}, []string{"8.35", "8.45"}, "8.39"},
		{"a date", []string{"20120424"}, []string{"20110101", "20190101"}, "20120424"},
		{"beside others'", []string{"4.2.0", "1.5.0"}, []string{"1.4.1", "1.6.0"}, "1.5.0"},
		{"two that may be", []string{"1.5.1", "1.5.0"}, []string{"1.4.1", "1.6.0"}, ""},
		{"older than what is known", []string{"1.2.0"}, []string{"1.4.1", "1.6.0"}, ""},
		{"zlib's header", []string{"1.2.13", "inflateInit_"}, []string{"1.2.1", "1.2.20"}, ""},
		{"what its name holds", []string{"2.4"}, []string{"2.2", "2.6"}, ""},
		{"a protocol", []string{"1.1"}, []string{"1.0.9", "1.2"}, ""},
	} {
		st := newStated("libfoo-2.4.so.1", "libfoo-2.4.so.1", nil, -1)
		st.probed = true
		for _, s := range c.texts {
			st.linked([]byte(s))
			derived.Versions([]byte(s), func(start, end int) { st.version([]byte(s), 1, start, end) })
		}
		if v, _ := st.looseOf(&derived.Component{Name: "foo", Versions: c.known}); v.text != c.version {
			t.Errorf("%s: %q, want %q", c.name, v.text, c.version)
		}
	}
}

// The package that a program says to be part of is what it belongs to.
func TestStatedProject(t *testing.T) {
	doc := scan(t, map[string]string{
		"bin/frobctl":  program("frobctl (GNU Frobnicate) 15.3", "usage"),
		"bin/tool":     program("tool (x86) 2.5.1"),
		"bin/rsyslogd": program("# graph created by rsyslogd 4.4.2"),
	}, nil)
	if c := component(t, doc, "rsyslog"); c.Version != "4.4.2" {
		t.Errorf("the daemon of a project that a signature knows: %+v", c)
	}
	if c := component(t, doc, "Frobnicate"); c.Version != "15.3" || len(c.Locations) != 1 || c.Locations[0] != "bin/frobctl" {
		t.Errorf("component %+v", c)
	}
	if c := component(t, doc, "tool"); c.Version != "2.5.1" {
		t.Errorf("component %+v", c)
	}
	for s, want := range map[string]string{"PostgreSQL": "PostgreSQL", "GNU sed": "sed", "64-bit": "", "Debian": "", "x": "", "%s": "", "XZ Utils": "XZ Utils"} {
		if got := projectName(s); got != want {
			t.Errorf("projectName(%q) = %q, want %q", s, got, want)
		}
	}
}

// A program of several packages has the name of its own behind its name, and is
// known by both.
func TestAlternatives(t *testing.T) {
	for base, want := range map[string][2]string{
		"newgrp.shadow": {"newgrp", "shadow"}, "mount.util-linux": {"mount", "util-linux"}, "fbset.real": {"fbset", ""}, "mkfs.minix": {}, "ntfs-3g.probe": {},
		"upload.cgi": {}, "depmod.26": {}, "tool": {}, "libfoo.so": {}, "perl5.20.0": {}, "x.sed": {},
	} {
		if program, pkg := alternative(base); program != want[0] || pkg != want[1] {
			t.Errorf("%s: %q of %q, want %q", base, program, pkg, want)
		}
	}
	doc := scan(t, map[string]string{
		"bin/frobnicate.real":        program("frobnicate version 1.7.2"),
		"bin/quux.quux":              program("quux v3.4"),
		"bin/ls.frobutils":           program("ls (x) %s", "frobutils 5.1.2"),
		"bin/ps.procps":              program("procps version 3.3.10"),
		"usr/share/acme/app.js":      "/*! jQuery v1.9.1 | (c) */",
		"usr/share/doc/acme/page.js": "/*! Modernizr v2.8.3 | (c) */",
	}, nil)
	for name, version := range map[string]string{"frobnicate": "1.7.2", "quux": "3.4", "frobutils": "5.1.2", "procps": "3.3.10", "jquery": "1.9.1"} {
		if c := component(t, doc, name); c.Version != version {
			t.Errorf("%s %s, want %s", name, c.Version, version)
		}
	}
	for _, c := range doc.Components {
		if strings.Contains(strings.ToLower(c.Name), "modernizr") {
			t.Errorf("a page of a manual is a component: %+v", c)
		}
	}
}
