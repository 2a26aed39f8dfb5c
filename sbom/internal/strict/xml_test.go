package strict

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/testshared"
)

// checkXML returns our verdict with all violations.
func checkXML(t testing.TB, data []byte) (version string, found []Violation) {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.CharsetReader = func(label string, r io.Reader) (io.Reader, error) { return r, nil }
	fail := func(err error) []Violation {
		return append(found, Violation{Rule: "syntax", Message: err.Error()})
	}
	for {
		tok, err := dec.Token()
		if err != nil {
			return "", fail(err)
		}
		root, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		version, known := XMLVersion(root.Name.Space)
		if !known || root.Name.Local != "bom" {
			return version, []Violation{{Rule: "namespace", Message: root.Name.Space}}
		}
		src := &XMLSource{Token: dec.Token, Line: func() int { l, _ := dec.InputPos(); return l }, Depth: 512, Value: 1 << 24}
		if err := CheckXML(context.Background(), src, root, version, func(v Violation) { found = append(found, v) }); err != nil {
			return version, fail(err)
		}
		for {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				return version, found
			} else if err != nil {
				return version, fail(err)
			}
		}
	}
}

func cyclonedxXML(t testing.TB) map[string][]byte {
	t.Helper()
	docs := map[string][]byte{}
	own, err := filepath.Glob(filepath.Join(filepath.Dir(schemaDir(t)), "testdata", "*.xml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range own {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		docs["cyclonedx-go/"+filepath.Base(p)] = data
	}
	dir := filepath.Join(testshared.Dir(t), "corpus", "sbom")
	f, err := os.Open(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if row[5] == "cyclonedx" && row[7] == "xml" {
			data, err := os.ReadFile(filepath.Join(dir, row[0]))
			if err != nil {
				t.Fatal(err)
			}
			docs[row[0]] = data
		}
	}
	return docs
}

// xmllint holds documents against the published schemas with libxml2, and
// returns its messages by document: none is a valid one.
func xmllint(t *testing.T, version string, docs map[string][]byte) map[string]string {
	t.Helper()
	tool, err := exec.LookPath("xmllint")
	if err != nil {
		if os.Getenv("TOUCHMARK_REQUIRE_XMLLINT") != "" {
			t.Fatal("xmllint is required and not here")
		}
		t.Skip("xmllint (Debian: libxml2-utils) is not here")
	}
	dir := t.TempDir()
	schemas := schemaDir(t)
	for _, name := range []string{"spdx.xsd", "bom-" + version + ".xsd"} {
		data, err := os.ReadFile(filepath.Join(schemas, name))
		if err != nil {
			t.Fatal(err)
		}
		// The location of the import is on the network.
		data = regexp.MustCompile(`schemaLocation="[^"]*spdx[^"]*"`).ReplaceAll(data, []byte(`schemaLocation="spdx.xsd"`))
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"--noout", "--nonet", "--schema", filepath.Join(dir, "bom-"+version+".xsd")}
	files := map[string]string{}
	for name, data := range docs {
		file := strconv.Itoa(len(files)) + ".xml"
		files[file] = name
		if err := os.WriteFile(filepath.Join(dir, file), data, 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	cmd := exec.Command(tool, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	messages, verdicts := map[string]string{}, map[string]bool{}
	for line := range strings.Lines(string(out)) {
		file, _, _ := strings.Cut(line, ":")
		if name, ok := files[file]; ok {
			if len(messages[name]) < 1000 {
				messages[name] += line
			}
			verdicts[name] = true
		} else if f, ok := strings.CutSuffix(strings.TrimSpace(line), " validates"); ok {
			verdicts[files[f]] = true
		} else if f, ok := strings.CutSuffix(strings.TrimSpace(line), " fails to validate"); ok && messages[files[f]] == "" {
			messages[files[f]] = line
		}
	}
	for name := range docs {
		if !verdicts[name] {
			t.Fatalf("no verdict of xmllint on %s:\n%.2000s", name, out)
		}
	}
	return messages
}

// compareXML holds our verdicts against xmllint's.
func compareXML(t *testing.T, docs map[string][]byte) (valid, invalid int) {
	t.Helper()
	byVersion := map[string]map[string][]byte{}
	ours := map[string][]Violation{}
	for name, data := range docs {
		version, found := checkXML(t, data)
		ours[name] = found
		if version == "" || !strings.Contains("1.0 1.1 1.2 1.3 1.4 1.5 1.6 1.7", version) {
			if len(found) == 0 {
				t.Errorf("%s: of no known version, and accepted", name)
			}
			invalid++
			continue
		}
		if byVersion[version] == nil {
			byVersion[version] = map[string][]byte{}
		}
		byVersion[version][name] = data
	}
	for version, docs := range byVersion {
		theirs := xmllint(t, version, docs)
		for name := range docs {
			if (theirs[name] == "") != (len(ours[name]) == 0) && !libxml2Accepts(name, theirs[name], ours[name]) {
				t.Errorf("%s (%s): xmllint says %q, ours %v", name, version, theirs[name], ours[name])
			}
			if theirs[name] == "" {
				valid++
			} else {
				invalid++
			}
		}
	}
	return valid, invalid
}

// libxml2Accepts reports the one thing that libxml2 gets wrong: of the model
// (name?, address?, url*, contact*, any*) it takes a contact after an element of
// another namespace. Xerces-C 3.2 refuses it, as we do: "element 'contact' is
// not allowed for content model '(name?,address?,url*,contact*,)'".
func libxml2Accepts(name, theirs string, ours []Violation) bool {
	return theirs == "" && strings.Contains(name, "an element of another namespace before contact") && len(ours) == 1 &&
		strings.Contains(ours[0].Place, "/contact") && strings.HasPrefix(ours[0].Message, "element may not stand at this place")
}

// TestXMLVerdict holds our verdict on every document against that of libxml2.
func TestXMLVerdict(t *testing.T) {
	docs := cyclonedxXML(t)
	valid, invalid := compareXML(t, docs)
	t.Logf("%d documents: %d valid, %d invalid", len(docs), valid, invalid)
}

// TestXMLMutants does so for documents with one thing altered.
func TestXMLMutants(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	most := 60
	if testing.Short() {
		most = 8
	}
	mutants := map[string][]byte{}
	docs := cyclonedxXML(t)
	for _, name := range slices.Sorted(maps.Keys(docs)) {
		data := docs[name]
		if _, found := checkXML(t, data); len(found) > 0 || len(data) > 40<<10 {
			continue
		}
		for i, m := range xmlMutants(t, data, most, rnd) {
			mutants[fmt.Sprintf("%s, %d: %s", name, i, m.what)] = m.data
		}
	}
	valid, invalid := compareXML(t, mutants)
	t.Logf("%d mutants: %d valid, %d invalid", len(mutants), valid, invalid)
	if n := len(mutants); !testing.Short() && n < 3000 {
		t.Errorf("only %d mutants", n)
	}
}

type xmlMutant struct {
	what string
	data []byte
}

var xmlAttr = regexp.MustCompile(`\s([A-Za-z-]+)="([^"]*)"`)

// xmlMutants alters a document: elements left out, doubled, moved before the
// one before, renamed, put into another namespace; texts and attributes
// altered.
func xmlMutants(t *testing.T, data []byte, most int, rnd *rand.Rand) []xmlMutant {
	t.Helper()
	type span struct {
		name             string
		from, open, stop int // start of the element, end of its tag, start of its end tag
		to               int
		leaf             bool
		before           int // sibling before, -1
	}
	var all []span
	var stack []int
	lastChild := map[int]int{}
	dec := xml.NewDecoder(bytes.NewReader(data))
	for {
		from := int(dec.InputOffset())
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil
		}
		to := int(dec.InputOffset())
		switch tok := tok.(type) {
		case xml.StartElement:
			parent := -1
			if len(stack) > 0 {
				parent = stack[len(stack)-1]
				all[parent].leaf = false
			}
			before := -1
			if b, ok := lastChild[parent]; ok {
				before = b
			}
			lastChild[parent] = len(all)
			stack = append(stack, len(all))
			all = append(all, span{name: tok.Name.Local, from: from, open: to, leaf: true, before: before})
		case xml.EndElement:
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			all[i].stop, all[i].to = from, to
		}
	}
	cut := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	var out []xmlMutant
	texts := []string{"", "x", " 1 ", "true", "2024-02-30T00:00:00Z", "2024-02-29", "a b", "http://x/%zz", "-1", "1.5", "pkg:a/b c", "2024-01-01T24:00:00+14:00", "\n", "a\tb", "[x]", "a:b:c", "http://a[1]/", "//", "é{}"}
	for range most {
		s := all[rnd.IntN(len(all))]
		if s.from == 0 || s.name == "bom" {
			continue
		}
		el := data[s.from:s.to]
		head, tail := data[:s.from], data[s.to:]
		m := xmlMutant{what: s.name}
		switch k := rnd.IntN(9); {
		case k == 0:
			m = xmlMutant{"without " + s.name, cut(head, tail)}
		case k == 1:
			m = xmlMutant{"twice " + s.name, cut(head, el, el, tail)}
		case k == 2 && s.before >= 0:
			b := all[s.before]
			m = xmlMutant{"moved " + s.name, cut(data[:b.from], el, data[b.from:b.to], data[b.to:s.from], tail)}
		case k == 3:
			m = xmlMutant{"an unknown element before " + s.name, cut(head, []byte("<extra/>"), el, tail)}
		case k == 4:
			m = xmlMutant{"an element of another namespace before " + s.name, cut(head, []byte(`<x:extra xmlns:x="urn:x" a="b"><x:y/></x:extra>`), el, tail)}
		case k == 5 && bytes.HasSuffix(data[:s.open], []byte(">")) && s.stop > s.open:
			m = xmlMutant{"text in " + s.name, cut(data[:s.open], []byte("stray"), data[s.open:])}
		case k == 6:
			tag := data[s.from:s.open]
			end := len(tag) - 1
			if bytes.HasSuffix(tag, []byte("/>")) {
				end--
			}
			add := []string{` extra="1"`, ` bom-ref="x"`, ` xmlns:z="urn:z" z:a="1"`, ` xml:lang="en"`}[rnd.IntN(4)]
			if bytes.Contains(tag, []byte(strings.Fields(add)[0][:4])) {
				continue
			}
			m = xmlMutant{"attribute" + add + " of " + s.name, cut(head, tag[:end], []byte(add), tag[end:], data[s.open:])}
		case k == 7:
			locs := xmlAttr.FindAllSubmatchIndex(data[s.from:s.open], -1)
			if len(locs) == 0 {
				continue
			}
			l := locs[rnd.IntN(len(locs))]
			if strings.HasPrefix(string(data[s.from+l[2]:s.from+l[3]]), "xmlns") {
				continue
			}
			name := string(data[s.from+l[2] : s.from+l[3]])
			if rnd.IntN(3) == 0 {
				m = xmlMutant{"without attribute " + name + " of " + s.name, cut(data[:s.from+l[0]], data[s.from+l[1]:])}
			} else {
				v := texts[rnd.IntN(len(texts))]
				m = xmlMutant{fmt.Sprintf("attribute %s of %s = %q", name, s.name, v), cut(data[:s.from+l[4]], []byte(v), data[s.from+l[5]:])}
			}
		case s.leaf && s.stop > s.open:
			v := texts[rnd.IntN(len(texts))]
			m = xmlMutant{fmt.Sprintf("text of %s = %q", s.name, v), cut(data[:s.open], []byte(v), data[s.stop:])}
		}
		if m.data != nil {
			out = append(out, m)
		}
	}
	return out
}
