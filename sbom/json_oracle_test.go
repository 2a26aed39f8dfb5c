package sbom

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/touchmark-dev/touchmark/internal/testshared"
)

// A slowJSON reads JSON as jsonReader does, by the tokens of a library. It is
// what jsonReader is held against: same documents, same problems at the same
// offsets.
type slowJSON struct {
	dec *jsontext.Decoder
	b   *builder
}

func readSlowJSON(r io.Reader, b *builder) error {
	j := &slowJSON{jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)), b}
	var f format
	err := j.document(&f, "")
	var syntax *jsontext.SyntacticError
	broken := errors.As(err, &syntax) || isDamage(err)
	if f == nil {
		if err == nil || broken {
			return ErrFormat
		}
		return err
	}
	at := "offset " + strconv.FormatInt(j.dec.InputOffset(), 10)
	if err != nil {
		if !broken {
			return err
		}
		b.clear()
		b.problem("broken-json", ProblemError, at, "the document breaks off")
	} else if _, err := j.dec.ReadToken(); !errors.Is(err, io.EOF) {
		b.problem("trailing-data", ProblemError, at, "data after the end of the document; left out")
	}
	f.finish()
	return nil
}

// fails returns the error of what stands where it may not.
func (j *slowJSON) fails() error {
	_, err := j.dec.ReadToken()
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func (j *slowJSON) document(f *format, place string) error {
	if j.dec.PeekKind() != '{' {
		if _, err := j.dec.ReadToken(); err != nil {
			return err
		}
		return ErrFormat
	}
	if _, err := j.dec.ReadToken(); err != nil {
		return err
	}
	type member struct {
		name string
		t    *tree
	}
	var early []member
	for {
		switch j.dec.PeekKind() {
		case '}':
			_, err := j.dec.ReadToken()
			if err == nil && *f == nil {
				err = ErrFormat
			}
			return err
		case '"':
		default:
			return j.fails()
		}
		name, known, err := j.name()
		if err != nil {
			return err
		}
		if *f == nil {
			if *f = recognize(j.b, name, "json"); *f != nil {
				for _, m := range early {
					if (*f).wants(m.name) != skip {
						(*f).accept(m.name, m.t.seal())
					}
				}
			}
		}
		at := place + "/" + escapePointer(name)
		switch {
		case *f != nil:
			if err := j.member(*f, name, at); err != nil {
				return err
			}
		case wrapper(name) && j.dec.PeekKind() == '{':
			if err := j.document(f, at); err != nil && !errors.Is(err, ErrFormat) {
				return err
			}
		case !known:
			if err := j.dec.SkipValue(); err != nil {
				return err
			}
		default:
			t := new(tree)
			t.reset(at)
			if err := j.value(t, 0, name, 0); err != nil {
				return err
			}
			if len(early) < 64 {
				early = append(early, member{name, t})
			}
		}
	}
}

// name reads the name of a member.
func (j *slowJSON) name() (name string, known bool, err error) {
	raw, err := j.dec.ReadValue()
	if err != nil {
		return "", false, err
	}
	if n, ok := names()[string(raw[1:len(raw)-1])]; ok {
		return n, true, nil
	}
	b := []byte(raw[1 : len(raw)-1])
	if bytes.IndexByte(raw, '\\') >= 0 {
		b, _ = jsontext.AppendUnquote(nil, raw)
	}
	if n, ok := names()[string(b)]; ok {
		return n, true, nil
	}
	return string(b[:min(len(b), 256)]), false, nil
}

func (j *slowJSON) member(f format, name, at string) error {
	switch f.wants(name) {
	case skip:
		return j.dec.SkipValue()
	case whole:
		return j.item(f, name, at, 0)
	}
	switch j.dec.PeekKind() {
	case '[':
	case 'n':
		return j.dec.SkipValue()
	case '{', '"', '0', 't', 'f':
		j.b.problem("wrong-type", ProblemWarning, at, "%s is no list; read as its only item", name)
		return j.item(f, name, at, 0)
	default:
		return j.fails()
	}
	if _, err := j.dec.ReadToken(); err != nil {
		return err
	}
	for n := 1; ; n++ {
		switch j.dec.PeekKind() {
		case ']':
			_, err := j.dec.ReadToken()
			return err
		case 0:
			return j.fails()
		}
		if err := j.item(f, name, at, n); err != nil {
			return err
		}
	}
}

func (j *slowJSON) item(f format, name, place string, n int) error {
	var t tree
	t.reset(place)
	t.item = n
	if name == "dependencies" || name == "relationships" {
		t.ref = j.b.held
	}
	if err := j.value(&t, 0, name, 0); err != nil {
		return err
	}
	f.accept(name, t.seal())
	return nil
}

func (j *slowJSON) value(t *tree, parent int32, name string, depth int) error {
	if depth > j.b.limits.Depth {
		return limitError("JSON nested deeper than %d", j.b.limits.Depth)
	}
	kind := text
	switch k := j.dec.PeekKind(); k {
	case '{', '[':
		kind = group
		if k == '[' {
			kind = list
		}
		i, err := t.add(parent, name, kind)
		if err != nil {
			return err
		}
		if _, err := j.dec.ReadToken(); err != nil {
			return err
		}
		for {
			switch next := j.dec.PeekKind(); {
			case next == '}' || next == ']' || next == 0 || k == '{' && next != '"':
				_, err = j.dec.ReadToken()
				return err
			case k == '{':
				name, known, err := j.name()
				if err == nil && !known {
					err = j.dec.SkipValue()
				} else if err == nil {
					if t.holds(i, name) {
						j.b.problem("duplicate-member", ProblemError, t.root(), "member %q is there twice; the last one counts", name)
					}
					err = j.value(t, i, name, depth+1)
				}
				if err != nil {
					return err
				}
			default:
				if err := j.value(t, i, "", depth+1); err != nil {
					return err
				}
			}
		}
	case 'n':
		if err := j.dec.SkipValue(); err != nil {
			return err
		}
		_, err := t.add(parent, name, null)
		return err
	case '"':
	case 't', 'f':
		kind = boolean
	default:
		kind = number
	}
	s, err := j.dec.ReadValue()
	if err != nil {
		return err
	}
	if kind == text {
		b := []byte(s[1 : len(s)-1])
		if bytes.IndexByte(s, '\\') >= 0 {
			b, _ = jsontext.AppendUnquote(nil, s)
		}
		s = b
	}
	_, err = t.addText(parent, name, kind, s)
	return err
}

// sameJSON reads a document with both readers, in one piece and byte by byte.
func sameJSON(t *testing.T, data []byte) {
	t.Helper()
	limits := Limits{}.withDefaults()
	want := newBuilder(limits)
	wantErr := readSlowJSON(bytes.NewReader(data), want)
	readers := map[string]io.Reader{"whole": bytes.NewReader(data)}
	if len(data) < 64<<10 {
		readers["byte by byte"] = iotest.OneByteReader(bytes.NewReader(data))
		readers["with its end"] = iotest.DataErrReader(bytes.NewReader(data))
	}
	for how, r := range readers {
		got := newBuilder(limits)
		br := bufio.NewReaderSize(r, 64<<10)
		_, _ = br.Peek(1)
		err := readJSON(context.Background(), br, got)
		if kindOf(err) != kindOf(wantErr) {
			t.Fatalf("%s: error %v, the slow reader says %v", how, err, wantErr)
		}
		if err != nil {
			continue
		}
		// The words of what is wrong with JSON are each reader's own.
		for i := range got.doc.Problems {
			if p := &got.doc.Problems[i]; p.Kind == "broken-json" {
				if !strings.Contains(p.Message, "breaks off: ") {
					t.Errorf("%s: problem %+v", how, p)
				}
				p.Message = "the document breaks off"
			}
		}
		if d := cmp.Diff(want.doc, got.doc); d != "" {
			t.Fatalf("%s: read otherwise than by the slow reader (-slow +fast):\n%s", how, d)
		}
	}
}

func kindOf(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrFormat):
		return "format"
	case errors.Is(err, ErrLimit):
		return "limit"
	}
	return fmt.Sprint(err)
}

// jsonQuirks are documents in which the grammar of JSON matters.
func jsonQuirks() []string {
	const head = `{"bomFormat":"CycloneDX","components":[{"name":`
	out := []string{
		``, `{`, `[`, `{}`, `nul`, `"`, `{"bomFormat"`, `{"bomFormat":`, `{"bomFormat":"CycloneDX"`, `{"components"`, `{"components":x`, `{"components":[`, `{"components":[,]}`,
		`{"components":null}`, `{"components":nul}`, `{"components" []}`, `{"components":[] "version":1}`, `{,"components":[]}`, `{"components":[],}`, `{"components":[]]`,
		`{"bom":{"x":1},"predicate":{"components":[{"name":"a"}]},"y":[1]}`, `{"bom":{"x":1}`, `{"name":"a","name":"b","x":{"name":3},"spdxVersion":"SPDX-2.3","packages":[{"name":"p"}]}`,
		`{"\u0063omponents":[{"n\u0061me":"a","\u0078":"b"}]}`, "{\"components\":[{\"name\":\"a\"}]} \n\t\r ", `{"components":[{"name":"a"}]}x`, `{"components":[{"name":"a"}]}{"a":`, `{"components":[{"name":"a"}]},`,
		"{\"components\":[{\"name\":\"a\x00b\"}]}", "{\"components\":[\x00{\"name\":\"ab\"}]}", "{\x00", `{"components":[{"name":"a"}` + "\x00",
		`{"components":[{"name":"a","name":"b"},{"name":"c","author":"x","name":"d"}]}`, `{"components":[{1:2}]}`, `{"components":[{"a":1,}]}`, `{"components":[{"a":[1,]}]}`, `{"components":[{"a":[}]}]}`, `{"components":[{"a":{]}]}`,
		`{"components":[{"name":"a"}}`, `{"components":[{null:1}]}`, `{"components":[{{}}]}`, `{"components":[{"x":{"y":[{"z":"\ud800"}]},"name":"a"}]}`, `{"components":[{"a":1 "name":2}]}`,
		`{"components":[{"name":"a"},{"name":"b","x":` + strings.Repeat("[", maxJSONDepth-4) + strings.Repeat("]", maxJSONDepth-4) + `}]}`,
		`{"components":[{"name":"a"},{"name":"b","x":` + strings.Repeat("[", maxJSONDepth-2) + strings.Repeat("]", maxJSONDepth-2) + `}]}`,
		`{"components":[{"name":"a"},{"name":"b","x":` + strings.Repeat(`{"x":`, maxJSONDepth) + `}]}`,
		`{"components":[{"name":"a"},{"name":"b","components":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}]}`,
		`{"vulnerabilities":[{"a":"` + strings.Repeat("0123456789", 20_000) + `"}],"components":[{"name":"` + strings.Repeat("é", 70_000) + `"}]}`,
	}
	for _, v := range []string{
		`"\b\f\n\r\t\"\\\/"`, `"\u00e9\uD83D\uDE00"`, `"\ud800"`, `"\ud800\u0041"`, `"\udc00x"`, `"\u12"`, `"\u12G4"`, `"\x"`, `"\`, `"\u`, `"a\\"`, `"a\\\"`,
		"\"\xff\xfe\"", "\"a\xe9b\\n\"", "\"\xe2\x82\"", "\"\xe2\x82", "\"\xe2\x82\xac\"", "\"\u00a0x\u2003\"", "\" \\t x \"", "\"\t\"", "\"a\x1fb\"", "\"\x7f\"", `""`, `" "`,
		`0`, `-0`, `01`, `-`, `--1`, `+1`, `1.`, `.5`, `1.5`, `1.5e3`, `1E+3`, `1e`, `1e+`, `1e-7`, `12a`, `1-2`, `1.2.3`, `123456789012345678901234567890.5e400`, `NaN`, `Infinity`,
		`true`, `false`, `null`, `tru`, `trux`, `truex`, `nullnull`, `falsehood`, `nil`, `True`, `'a'`, `[]`, `[1]`, `["a"]`, `{}`, `{"a":1}`, `/* */"a"`, "\ufeff\"a\"", "\v1",
	} {
		out = append(out, head+v, head+v+`,"version":"1"}]}`, head+v+" \r\n}]}", head+`"a","x":[`+v+`]}]}`)
	}
	return out
}

// TestJSONAgainstLibrary holds the reader of JSON against a library's, over
// documents of every sort and their beginnings.
func TestJSONAgainstLibrary(t *testing.T) {
	for _, s := range jsonQuirks() {
		sameJSON(t, []byte(s))
		if t.Failed() {
			t.Fatalf("document %.300q", s)
		}
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for n := range data {
			sameJSON(t, data[:n])
			if t.Failed() {
				t.Fatalf("%s, first %d bytes", name, n)
			}
		}
		sameJSON(t, data)
	}
}

// TestJSONCorpusAgainstLibrary does so over the corpus of real documents.
func TestJSONCorpusAgainstLibrary(t *testing.T) {
	dir := filepath.Join(testshared.Dir(t), "corpus", "sbom")
	n := 0
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if head := bytes.TrimLeft(data[:min(len(data), 512)], " \t\r\n"); len(head) == 0 || head[0] != '{' {
			return nil
		}
		n++
		sameJSON(t, data)
		sameJSON(t, data[:len(data)*2/3])
		if t.Failed() {
			t.Fatal(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 100 {
		t.Errorf("only %d documents", n)
	}
}

func FuzzJSONAgainstLibrary(f *testing.F) {
	for _, s := range jsonQuirks() {
		if len(s) < 4096 {
			f.Add([]byte(s))
		}
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(sameJSON)
}
