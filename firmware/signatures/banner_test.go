package signatures

import (
	"fmt"
	"strings"
	"testing"
)

const bannerMarks = `marks:
  - banner: Acme Grid
  - banner: acme.core
  - banner: Acme
  - {banner: Acme Form Plugin, described: true}
`

func TestBanner(t *testing.T) {
	tests := []struct {
		name, text, want string // versions with the texts that show them
	}{
		{"first line", "/*! Acme Grid - v1.12.1 - 2016-09-14\n* http://acme.example */", `1.12.1 "Acme Grid - v1.12.1"`},
		{"second line", "/*\n * Acme v2.3.2 (http://acme.example)\n */", `2.3.2 "Acme v2.3.2"`},
		{"tag before it", "/**\n * @license ACME v1.8.3\n */", `1.8.3 "ACME v1.8.3"`},
		{"tag on a line of its own", "/**\n * @license\n * Acme 1.3.1 (Custom Build) acme.example/license */", `1.3.1 "Acme 1.3.1"`},
		{"separators", "/* acme-core@7.0.0 | https://acme.example */", `7.0.0 "acme-core@7.0.0"`},
		{"a word before", "/*  Acme JavaScript framework, version 1.7\n *  (c) 2005 */", `1.7 "Acme JavaScript framework, version 1.7"`},
		{"release candidate", "/* Acme 1.6.0_rc1 */", `1.6.0_rc1 "Acme 1.6.0_rc1"`},
		{"beta", "/*\n * Acme Grid 4.8 Beta3\n */", `4.8 Beta3 "Acme Grid 4.8 Beta3"`},
		{"a letter", "/* Acme 3.0.3a */", `3.0.3a "Acme 3.0.3a"`},
		{"build", "/* Acme 1.8.18+amd */", `1.8.18 "Acme 1.8.18"`},
		{"changes since", "/* Acme v1.0-1-ga3cab6c - http://acme.example */", `1.0 "Acme v1.0"`},
		{"date", "/* Acme v0.2.14  2014-08-05 */", `0.2.14 "Acme v0.2.14"`},
		{"hash", "/* Acme 1.1.0 db342b1f315c28 */", `1.1.0 "Acme 1.1.0"`},
		{"lines", "// Acme v1.3.17.2 - a light-weight box based on Foo 1.3\n// (c) 2010\n", `1.3.17.2 "Acme v1.3.17.2"`},
		{"lines in the middle", "a();\n//! acme.core\n//! version : 2.13.0\n//! authors : X\nb();", `2.13.0 "acme.core" "version : 2.13.0"`},
		{"version below", "/*!\n * Acme Form Plugin\n * version: 3.50.0-2014.02.05\n * Requires Foo v1.5 or later\n */", `3.50.0 "Acme Form Plugin" "version: 3.50.0"`},
		{"described", "/*!\n * Acme Form Plugin - for all forms\n * Copyright (c) 2012 Jane Doe\n * v1.2.3\n */", `1.2.3 "Acme Form Plugin" "v1.2.3"`},
		{"tags", "/**\n * @summary     Acme Grid\n * @author      Jane Doe\n * @version     1.10.13\n */", `1.10.13 "Acme Grid" "1.10.13"`},
		{"later line of its own", "/**\n * @namespace\n *\n * Acme 1.1.0\n *\n */", `1.1.0 "Acme 1.1.0"`},
		{"changed by another", "/*!\nTheme\nCopyright 2012\nBased on Acme v1.4.0\n*/", `1.4.0 "Acme v1.4.0"`},
		{"box", "// ┌──────────────────┐ \\\\\n// │ Acme 2.1.0 - Vectors │ \\\\\n", `2.1.0 "Acme 2.1.0"`},
		{"in a string", `m.push("/*!\n * Acme v2.1.0\n *\n * Copyright */")`, `2.1.0 "Acme v2.1.0"`},
		{"file of a part", "/*! Acme v3.1.2 core-fix.js\n */", `3.1.2 "Acme v3.1.2"`},
		{"by whom", "/* Acme 3.6.0 JaneDoe*2014 MIT */", `3.6.0 "Acme 3.6.0"`},
		{"several", "/* Acme 1.0.1 */x/*! Acme Grid v2.0.2 */", `1.0.1 "Acme 1.0.1"; 2.0.2 "Acme Grid v2.0.2"`},
		{"Windows", "/*\r\n * Acme 1.2.3\r\n */", `1.2.3 "Acme 1.2.3"`},
		{"not closed", "/* Acme 1.2.3", `1.2.3 "Acme 1.2.3"`},
		{"far away", strings.Repeat("x", bannerRead-5) + "/*! Acme v1.2.3 */" + strings.Repeat("y", bannerRead) + "/* Acme 1.2.4 */", `1.2.3 "Acme v1.2.3"; 1.2.4 "Acme 1.2.4"`},

		{"unknown", "/*! Other v1.2.3 */", ""},
		{"a longer name", "/*! Acme Grid Sorter v1.2.3 */", ""},
		{"what it needs", "/* Acme 1.7 or later */", ""},
		{"what it needs, plus", "/* Acme 1.7+ */", ""},
		{"what it needs, below", "/*\n * Other v2.0\n * Requires:\n * Acme 1.4.2\n */", ""},
		{"what it was tested with", "/*\n * Sorter\n * tested with\n * Acme 1.4.2\n */", ""},
		{"a range", "/* Acme 1.4.3-1.5.x use a pairing */", ""},
		{"a sentence", "// Acme 15.5 references this module, and assumes more.\n", ""},
		{"a sentence in a block", "/* Acme 2.0 sprites.less reset */", ""},
		{"a remark of a name", "// Acme 1.9 Bugs are worked around here\n", ""},
		{"a remark", "a();\n// Acme 1.9\nb();", ""},
		{"somebody's extension", "/*! Acme - tables, v1.2.3 */", ""},
		{"an extension's version", "/*\n * Acme: sort tables\n * @version 1.2.3\n */", ""},
		{"no number with dots", "/* Acme 2 */", ""},
		{"code", "Acme v1.2.3", ""},
	}
	set := mustRead(t, bannerMarks)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range resolve(t, set, FileFacts{Path: "www/x.min.js", Kind: Text}, tt.text) {
				s := f.Version
				for _, e := range f.Evidence {
					s += fmt.Sprintf(" %q", e.Match)
					if at := tt.text[e.Offset:][:e.Length]; at != e.Match {
						t.Errorf("at the place of %q stands %q", e.Match, at)
					}
				}
				got = append(got, s)
			}
			if s := strings.Join(got, "; "); s != tt.want {
				t.Errorf("got  %s\nwant %s", s, tt.want)
			}
		})
	}
	for _, facts := range []FileFacts{{Path: "x.js", Kind: ELF}, {Path: "x.js"}, {Path: "x.txt", Kind: Text}} {
		if found := resolve(t, set, facts, "/*! Acme v1.2.3 */"); len(found) > 0 {
			t.Errorf("%+v: %v", facts, found)
		}
	}
}

func TestBannerFileName(t *testing.T) {
	set := mustRead(t, bannerMarks+"  - text: 'acme:\"<version>\"'\n    in: [text]\n")
	for _, tt := range []struct{ file, text, want string }{
		{"acme-1.8.1.min.js", "function acme(){}", "1.8.1"},
		{"Acme-Grid_v2.0.js", "var ACME={}", "2.0"},
		{"acme.core.2.2.0.custom.min.js", "acme", "2.2.0"},
		{"acme-1.8.1.js", "/* Acme 1.8.2 */ acme()", "1.8.2"},
		{"acme-1.8.1.js", `acme:"1.8.3"`, "1.8.3"},
		{"acme-1.8.1.js", "/* Acme 1.8.1 */ acme()", "1.8.1"},
		{"acme-1.8.1.js", "function other(){}", ""},
		{"acme-1.8.1.htm", "acme", ""},
		{"acme.v3.min.js", "acme", ""},
		{"acme-sort-1.2.js", "acme", ""},
		{"acme-.js", "acme", ""},
		{"1.2.3.js", "acme", ""},
		{"acme-1..2.js", "acme", ""},
	} {
		var got []string
		for _, f := range resolve(t, set, FileFacts{Path: "www/" + tt.file, Kind: Text}, tt.text) {
			got = append(got, f.Version)
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: got %q, want %q", tt.file, s, tt.want)
		}
	}
}

func TestBannerRefuses(t *testing.T) {
	for yaml, want := range map[string]string{
		"marks: [{banner: x}]\n":                               "less than 2",
		"marks: [{banner: " + strings.Repeat("x", 90) + "}]\n": "more than 80",
		"marks: [{banner: Acme, version: '1'}]\n":              "can have",
		"marks: [{banner: Acme, in: [text]}]\n":                "can have",
		"marks: [{text: abcdefgh, described: true}]\n":         "described",
		"marks: [{banner: Acme Grid}, {banner: acme_grid}]\n":  "have the banner",
		"marks: [{banner: Acme, confidence: sure}]\n":          "confidence",
		"marks: [{banner: Acme, text: abcdefgh}]\n":            "exactly one of",
		"marks: [{banner: 'version'}]\n":                       "less than 2",
	} {
		if _, err := readOne(t, yaml); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", yaml, err, want)
		}
	}
}

// Whatever a page holds, what is quoted stands where the evidence says.
func FuzzBanner(f *testing.F) {
	set := mustRead(f, bannerMarks)
	f.Add("/*! Acme Grid - v1.12.1 - 2016 */")
	f.Add("//! acme.core\n//! version : 2.13.0-rc.1\n")
	f.Add("/**\n * @summary Acme Form Plugin - x\n * @version v1.10\n */ /* Based on Acme 1.2\\n * Acme 1.3 Beta2 */")
	f.Fuzz(func(t *testing.T, text string) {
		for _, found := range resolve(t, set, FileFacts{Path: "x.js", Kind: Text}, text) {
			for _, e := range found.Evidence {
				if e.Offset < 0 || int(e.Offset)+e.Length > len(text) {
					t.Fatalf("evidence at %d, %d bytes, of %d", e.Offset, e.Length, len(text))
				}
				if at := strings.ToValidUTF8(text[e.Offset:][:min(e.Length, maxText)], "�"); at != e.Match {
					t.Fatalf("at the place of %q stands %q", e.Match, at)
				}
			}
		}
	})
}

// A file whose first comment gives the name that the file has says what it is,
// whatever no signature knows.
func TestBannerOfOwnName(t *testing.T) {
	tests := []struct{ path, text, want string }{
		{"www/other.min.js", "/*! Other v1.2.3 */", "other 1.2.3"},
		{"www/OtherThing-1.2.3.min.js", "/*!\n * other-thing - v1.2.3\n */", "other-thing 1.2.3"},
		{"www/jquery.otherthing.js", "/**!\n * other-thing\n * For tables\n * @version 2.1.7\n **/", "other-thing 2.1.7"},
		{"www/other-thing.css", "/*\n * JavaScript Other Thing 2.0.5\n * https://other.example\n */", "other-thing 2.0.5"},
		{"www/fileinput.js", "/*!\n * acme-fileinput v4.3.6\n */", "acme-fileinput 4.3.6"},
		{"www/other.css", "/*!\n* other https://other.example/readme\n* A menu\n* @version 3.0.6\n*/", "other 3.0.6"},
		{"www/acme.js", "/*! Acme v1.2.3 */", "x 1.2.3"}, // which a signature knows
		{"www/jquery.other.2.2.0.js", "$.other={}", "jquery.other 2.2.0"},
		{"www/other-0.6.5.min.js", "var other={}", "other 0.6.5"},

		{"www/other.js", "/*! Another v1.2.3 */", ""},
		{"www/other.js", "/*! Other - needs Foo v1.2.3 */", ""},
		{"www/other.js", "/*! Other */", ""},
		{"www/other.html", "<!-- /* Other v1.2.3 */ -->", ""},
		{"www/main.js", "/* main v1.2.3 */", ""},
		{"www/main.min.js", "/* acme-main v1.2.3 */", ""},
		{"www/other-1.2.js", "a();", ""},
		{"www/other-1.2.3.js", "other();", ""},
		{"www/other-1.2.min.js", "other();", ""},
		{"www/other-1.2.3.min.js", "a();", ""},
		{"www/main-1.2.3.min.js", "main();", ""},
		{"www/jquery.other-1.2.css", ".other{}", ""},
		{"www/other.js", strings.Repeat("a();\n", 400) + "/*! Other v1.2.3 */", ""},
	}
	set := mustRead(t, bannerMarks)
	for _, tt := range tests {
		var got []string
		for _, f := range resolve(t, set, FileFacts{Path: tt.path, Kind: Text}, tt.text) {
			if f.Stated == (f.PURL != "") {
				t.Errorf("%s: stated %v with the package URL %q", tt.path, f.Stated, f.PURL)
			}
			got = append(got, strings.ToLower(f.Name)+" "+f.Version)
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("%s: %q gives %q, want %q", tt.path, tt.text[:min(40, len(tt.text))], s, tt.want)
		}
	}
}
