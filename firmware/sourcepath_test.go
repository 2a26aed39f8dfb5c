package firmware

import (
	"testing"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/internal/derived"
	"github.com/touchmark-dev/touchmark/internal/elffile"
)

func TestSourceFolder(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"source file", "/home/u/build_dir/target/foo-1.2.3/src/bar.c", "foo 1.2.3"},
		{"two numbers", "../../libfoo-0.9/lib/bar.cc", "libfoo 0.9"},
		{"candidate", "foo-1.2rc1/lib/bar.c", "foo 1.2rc1"},
		{"v before it", "/x/foo-v1.3.0/http/bar.cpp", "foo 1.3.0"},
		{"underscore", "/x/foo_1.3.0/src/bar.c", "foo 1.3.0"},
		{"one number", "/x/build/udev-182/src/bar.c", "udev 182"},
		{"in the folder itself", "/x/foo-1.2/bar.c", "foo 1.2"},
		{"date", "/x/libfoo-2019-12-28/src/bar.c", "libfoo 2019-12-28"},
		{"folder of libtool", "/x/foo-1.2/src/.libs:/x/staging/usr/lib", "foo 1.2 libs"},
		{"innermost", "/x/buildroot-2015.08.1/output/build/foo-1.2/src/bar.c", "foo 1.2"},
		{"of another within", "/x/foo-1.2/third/bar-2.0/src/bar.c", "bar 2.0"},
		{"up and down within", "/x/foo-1.2/lib/../src/bar.c", "foo 1.2"},
		{"out of it again", "/x/foo-1.2/../bar/src/bar.c", ""},
		{"header", "/x/foo-1.2.3/include/foo.h", ""},
		{"folder alone", "/usr/lib/foo-1.2.3/modules", ""},
		{"interface", "/usr/include/foo-2.0/foo/foo.h", ""},
		{"generation of the library", "/x/gcc/libfoo-v3/src/bar.cc", ""},
		{"number of a release as one", "/x/foo-3160200/src/bar.c", ""},
		{"a sentence", "foo-1.2/3.4 is not src/bar.c", ""},
		{"a number", "/x/12-1.2/src/bar.c", ""},
		{"before a release", "/x/foo-0.6.0-rc2/src/bar.cpp", "foo 0.6.0-rc2"},
		{"day of a commit", "/x/build/foo-tools-4.2.2+git20130218/core/bar.c", "foo-tools 4.2.2+git20130218"},
		{"a word of the builder's", "/x/foo-4.2.2+acme/core/bar.c", ""},
		{"name that says it is source", "packages/libfoo/foo-src-0.6.0/src/bar.cpp", "foo 0.6.0"},
		{"folder of a recipe", "/x/tmp/work/armv7a-acme-linux/foo/1.22-r0/git/src/bar.c", "foo 1.22"},
		{"a release in it", "/x/tmp/work/armv7a-acme-linux/foo/1.22-r12/foo-1.22.1/src/bar.c", "foo 1.22.1"},
		{"folder of numbers", "/x/work/foo/1.22/src/bar.c", ""},
		{"a commit of a recipe", "/x/work/foo/1.22+gitAUTOINC+12ab-r0/git/bar.c", ""},
	} {
		st := newStated("any", "", nil, -1)
		derived.Versions([]byte(c.text), func(start, end int) { st.version([]byte(c.text), 0, start, end) })
		got := ""
		for _, f := range st.sources {
			got += f.name + " " + f.version
			if f.libs {
				got += " libs"
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRunPath(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"folder", "/home/u/work/libfoo-1.1.4/lib", "libfoo 1.1.4"},
		{"the release's own", "/x/foo-1.2", "foo 1.2"},
		{"several", "/x/foo-1.2/src:/x/bar-7.5p1/.libs:", "foo 1.2, bar 7.5p1"},
		{"date", "/x/build_dir/target-mipsel_uClibc-0.9.33.2/foo-2014-04-11.1:", "foo 2014-04-11.1"},
		{"up within", "/x/target-0.9/foo-2014-07-03/lua/..", "foo 2014-07-03"},
		{"out of it", "/x/target-0.9.1/foo-1.2/..", "target 0.9.1"},
		{"builder's word", "/x/foo-4.8-acme/lib", ""},
		{"no version", "/usr/local/lib:/opt/foo/lib", ""},
		{"of plug-ins on the device", "/usr/lib/arm-linux-gnueabihf/foo-0.3", ""},
		{"relative", "foo-1.2/lib", ""},
		{"one number", "/x/foo-12/lib", ""},
	} {
		st := newStated("any", "", nil, -1)
		st.runPath(elffile.Text{Value: c.text, Offset: 100})
		got := ""
		for i, f := range st.sources {
			if i > 0 {
				got += ", "
			}
			got += f.name + " " + f.version
			if !f.libs || c.text[f.at-100:][:len(f.quote)] != f.quote {
				t.Errorf("%s: %q at %d", c.name, f.quote, f.at)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestBuiltIn(t *testing.T) {
	st := newStated("any", "", nil, -1)
	b := []byte("unsigned int\x00/x/libfoo-1.16/lib\x00/x/gcc-4.8.3/libgcc\x00/x/arm-linux-gcc-4.8.3/lib\x00/x/bar-2.0/src/a.c\x00" +
		"/x/baz-3.1/include/baz.h\x00/x/libfoo-1.16/src\x00qux-1.2/src\x00/x/last-7.5p1")
	st.builtIn(b, 50)
	got := ""
	for _, f := range st.sources {
		got += f.name + " " + f.version + "; "
		if f.libs || string(b[f.at-50:][:len(f.quote)]) != f.quote {
			t.Errorf("%q at %d", f.quote, f.at)
		}
	}
	if want := "libfoo 1.16; bar 2.0; last 7.5p1; "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestOwnSource: the version of a file is that of the folder of its own sources.
func TestOwnSource(t *testing.T) {
	for _, c := range []struct {
		name, base, soname string
		texts              []string
		version            string
	}{
		{"program", "foo", "", []string{"/x/foo-1.2/src/main.c"}, "1.2"},
		{"library", "libfoobar.so.1", "libfoobar.so.1", []string{"/x/foobar-1.2/src/main.c"}, "1.2"},
		{"another's", "foo", "", []string{"/x/bar-1.2/src/main.c"}, ""},
		{"two releases", "foo", "", []string{"/x/foo-1.2/src/main.c", "/x/foo-1.3/src/a.c"}, ""},
		{"what it says itself", "foo", "", []string{"/x/foo-1.2/src/main.c", "foo version 1.2.1"}, "1.2.1"},
	} {
		st := newStated(c.base, c.soname, nil, -1)
		for _, s := range c.texts {
			derived.Versions([]byte(s), func(start, end int) { st.version([]byte(s), 0, start, end) })
		}
		if v, _ := st.own(); v.text != c.version {
			t.Errorf("%s: %q, want %q", c.name, v.text, c.version)
		}
	}
}

// TestBundledSource: a program that was compiled from the sources of a known
// component holds it, unless it is linked to it.
func TestBundledSource(t *testing.T) {
	set, err := signatures.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		needed     []string
		want       string
	}{
		{"known", "/x/libogg-1.3.4/src/framing.c", nil, "libogg 1.3.4"},
		{"without lib", "/x/theora-1.1.1/lib/state.c", nil, "libtheora 1.1.1"},
		{"linked", "/x/libogg-1.3.4/src/framing.c", []string{"libogg.so.0"}, ""},
		{"unknown", "/x/nobodysthing-1.3.4/src/framing.c", nil, ""},
		{"folder of a library", "/x/libogg-1.3.4/src/.libs", nil, ""},
		{"one number", "/x/udev-182/src/udev.c", nil, ""},
	} {
		st := newStated("any", "", nil, -1)
		derived.Versions([]byte(c.text), func(start, end int) { st.version([]byte(c.text), 0, start, end) })
		res := &fileResult{}
		res.elf = &elfFacts{needed: c.needed}
		(&scanner{signatures: set}).bundled(res, st)
		got := ""
		for _, f := range res.signatures {
			got = f.Name + " " + f.Version
			if f.Own {
				t.Errorf("%s: the file is said to be %s", c.name, f.Name)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestBuiltFrom: a file that nothing names is of the release that it was made from,
// if a source has its name, or holds the only one of which it names several.
func TestBuiltFrom(t *testing.T) {
	for _, c := range []struct {
		name, base string
		texts      []string
		want       string
		own        bool
	}{
		{"a source of its name", "frobcat", []string{"/x/libfrob-2.9.2/tools/frobcat.c"}, "libfrob 2.9.2", true},
		{"beside a part of another", "frobcat", []string{"/x/libfrob-2.9/frobcat.c", "/x/quux-1.2.3/a.c"}, "libfrob 2.9", true},
		{"several files", "agent", []string{"/x/frob-2.9.2/a.c", "/x/frob-2.9.2/b.c"}, "frob 2.9.2", false},
		{"one file", "agent", []string{"/x/frob-2.9.2/a.c"}, "", false},
		{"two releases", "agent", []string{"/x/frob-2.9.2/a.c", "/x/frob-2.9.2/b.c", "/x/quux-1.2.3/a.c"}, "", false},
		{"a product's folder", "agent", []string{"/x/E900-1.0.06/a.c", "/x/E900-1.0.06/b.c"}, "", false},
		{"two numbers", "agent", []string{"/x/frob-3.0/a.c", "/x/frob-3.0/b.c"}, "", false},
		{"a toolchain's", "agent", []string{"/x/uclibc-0.9.33/a.c", "/x/uclibc-0.9.33/b.c"}, "", false},
	} {
		st := newStated(c.base, "", nil, -1)
		for _, s := range c.texts {
			derived.Versions([]byte(s), func(start, end int) { st.version([]byte(s), 0, start, end) })
		}
		res := &fileResult{}
		(&scanner{signatures: new(signatures.Set)}).builtFrom(res, st)
		got, own := "", false
		for _, f := range res.signatures {
			got, own = f.Name+" "+f.Version, f.Own
		}
		if got != c.want || own != c.own {
			t.Errorf("%s: %q %v, want %q %v", c.name, got, own, c.want, c.own)
		}
	}
}

func TestCompilerOf(t *testing.T) {
	for _, c := range []struct {
		name     string
		comments []string
		want     string
	}{
		{"plain", []string{"GCC: (GNU) 4.8.2"}, "4.8.2"},
		{"parentheses within", []string{"GCC: (Hisilicon_v100(gcc4.4-290+uclibc_0.9.32.1)) 4.4.1"}, "4.4.1"},
		{"snapshot", []string{"GCC: (Linaro GCC 4.9-2016.02) 4.9.4 20151028 (prerelease)"}, "4.9.4"},
		{"uClibc's start-up code first", []string{"GCC: (GNU) 3.3.2", "GCC: (Buildroot 2012.05) 4.3.6"}, "4.3.6"},
		{"and last", []string{"GCC: (Buildroot 2012.05) 4.3.6", "GCC: (GNU) 3.3.2 20031005 (Debian prerelease)"}, "4.3.6"},
		{"two", []string{"GCC: (GNU) 4.8.2", "GCC: (GNU) 4.9.1"}, ""},
		{"another compiler's beside", []string{"clang version 9.0.1", "GCC: (GNU) 4.9.1"}, "4.9.1"},
		{"cut", []string{"GCC: (GNU"}, ""},
		{"none", nil, ""},
	} {
		var list []elffile.Text
		for _, s := range c.comments {
			list = append(list, elffile.Text{Value: s})
		}
		if v, _ := compilerOf(list); v != c.want {
			t.Errorf("%s: %q, want %q", c.name, v, c.want)
		}
	}
}
