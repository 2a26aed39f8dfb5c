package formatcheck

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

const goodSARIF = `{"$schema":"https://example.org/s.json","version":"2.1.0","runs":[{"tool":{"driver":{"name":"T","rules":[{"id":"r","properties":{"tags":["a"]}}]}},
"taxonomies":[{"name":"l","taxa":[{"id":"(a)"}]}],
"results":[{"ruleId":"r","ruleIndex":0,"kind":"fail","level":"error","message":{"text":"m"},"rank":60.0,"taxa":[{"id":"(a)","toolComponent":{"name":"l","index":0}}],
"fingerprints":{"touchmarkFinding/v1":"1"},"partialFingerprints":{"primaryLocationLineHash":"1"},
"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a/b%20c"},"region":{"startLine":3}}}]}]}]}`

// Each defect is found, and nothing is found in what is right.
func TestSARIF(t *testing.T) {
	if err := SARIF([]byte(goodSARIF), true); err != nil {
		t.Fatal(err)
	}
	for _, tt := range [][3]string{
		{`"version":"2.1.0"`, `"version":"2.0.0"`, "2.0.0"},
		{`"name":"T"`, `"nmae":"T"`, "without name"},
		{`"kind":"fail"`, `"kind":"failed"`, "none of"},
		{`"kind":"fail"`, `"kind":"review"`, "kind review with level error"},
		{`"ruleIndex":0`, `"ruleIndex":1`, "ruleIndex 1"},
		{`"ruleIndex":0`, `"ruleIndex":"0"`, "number is wanted"},
		{`"startLine":3`, `"startLine":0`, "out of range"},
		{`"startLine":3`, `"startLine":1.5`, "no integer"},
		{`{"startLine":3}`, `{}`, "none of startLine"},
		{`,"region":{"startLine":3}`, ``, "without a line"},
		{`a/b%20c`, `a/b c`, "no URI reference"},
		{`a/b%20c`, `/a`, "not relative"},
		{`"artifactLocation":{"uri":"a/b%20c"}`, `"artifactLocation":{"uri":"a","uriBaseId":"ROOT"}`, "not described"},
		{`https://example.org/s.json`, `s.json`, "absolute URI"},
		{`"rank":60.0`, `"rank":101`, "out of range"},
		{`"message":{"text":"m"}`, `"message":{}`, "none of text id"},
		{`"message":{"text":"m"}`, `"message":{"text":""}`, "empty message"},
		{`"id":"(a)","toolComponent"`, `"id":"(b)","toolComponent"`, "does not resolve"},
		{`"tags":["a"]`, `"tags":["a","a"]`, "the same"},
		{`"tags":["a"]`, `"tags":["0","1","2","3","4","5","6","7","8","9","10"]`, "11 tags"},
		{`{"touchmarkFinding/v1":"1"}`, `{}`, "fingerprint"},
		{`"results":[`, `"results":[null,`, "where a result is wanted"},
		{`{"id":"r","properties"`, `{"id":"r"},{"id":"r","properties"`, "two rules"},
		{`"runs":[`, `"runs":1,"x":[`, "where an array is wanted"},
	} {
		bad := strings.Replace(goodSARIF, tt[0], tt[1], 1)
		if bad == goodSARIF {
			t.Fatalf("%s is not in the sample", tt[0])
		}
		if err := SARIF([]byte(bad), true); err == nil || !strings.Contains(err.Error(), tt[2]) {
			t.Errorf("%s gives %v, want %q", tt[1], err, tt[2])
		}
	}
	runs := strings.Repeat(`{"tool":{"driver":{"name":"T"}}},`, 20) + `{"tool":{"driver":{"name":"T"}}}`
	if err := SARIF([]byte(`{"version":"2.1.0","runs":[`+runs+`]}`), true); err == nil {
		t.Error("21 runs pass")
	}
}

func TestJUnit(t *testing.T) {
	const good = `<?xml version="1.0"?><testsuites name="t" tests="3" failures="1" errors="0"><testsuite name="s" tests="3" failures="1" errors="0" skipped="1">` +
		`<properties><property name="a" value="b"></property></properties><testcase name="a" classname="c"><failure message="m">x</failure></testcase>` +
		`<testcase name="b"><skipped message="m"></skipped><system-out>x</system-out></testcase><testcase name="c"></testcase></testsuite></testsuites>`
	if err := JUnit([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range [][2]string{
		{`tests="3" failures="1" errors="0" skipped`, `tests="4" failures="1" errors="0" skipped`}, {`skipped="1"`, `skipped="2"`}, {`name="t" tests="3"`, `name="t" tests="2"`},
		{`<testcase name="c">`, `<testcase>`}, {`<testcase name="c"></testcase>`, `<case name="c"/>`}, {`<testcase name="c"></testcase>`, `<failure/>`},
		{`message="m">x</failure>`, `massage="m">x</failure>`}, {`</testsuites>`, `</testsuites>x`}, {`</testsuites>`, ``}, {`errors="0"`, `errors="none"`},
		{`<failure message="m">x</failure>`, `<failure message="m">x</failure><error/>`},
	} {
		bad := strings.Replace(good, tt[0], tt[1], 1)
		if bad == good || JUnit([]byte(bad)) == nil {
			t.Errorf("%s passes", tt[1])
		}
	}
}

func TestText(t *testing.T) {
	if err := WorkflowCommands([]byte("::error file=a,title=b%3A::m %25 %0A\n::notice title=x::y\n")); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"x\n", "::error::x\n", "::debug title=a::x\n", "::error title=a:b::x\n", "::error title=a::50% x\n", "::error title=a::\n",
		strings.Repeat("::warning title=a::x\n", 11)} {
		if WorkflowCommands([]byte(bad)) == nil {
			t.Errorf("%.60q passes", bad)
		}
	}
	if StepSummary([]byte("# a\n")) != nil || StepSummary([]byte("\x1b")) == nil || StepSummary([]byte("\xff")) == nil || StepSummary(make([]byte, 2<<20)) == nil {
		t.Error("step summaries")
	}
	if CSV([]byte("a,b\n1,\"2,3\"\n")) != nil {
		t.Error("a good table")
	}
	for _, bad := range []string{"", "a,b\n1\n", "a\n=1\n", "a\n\"\x1b\"\n", "a\n\xff\n", "a\nb\"c\n"} {
		if CSV([]byte(bad)) == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

func TestStatement(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	sealed := func(statement string) string {
		pae := fmt.Sprintf("DSSEv1 28 application/vnd.in-toto+json %d %s", len(statement), statement)
		b64 := base64.StdEncoding.EncodeToString
		return fmt.Sprintf(`{"payloadType":"application/vnd.in-toto+json","payload":%q,"signatures":[{"sig":%q}]}`, b64([]byte(statement)), b64(ed25519.Sign(key, []byte(pae))))
	}
	digest := strings.Repeat("0a", 32)
	right := `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x","digest":{"sha256":"` + digest + `"}}],"predicateType":"https://example.com/v1","predicate":{"a":1}}`
	public := key.Public().(ed25519.PublicKey)
	if p, err := Statement([]byte(sealed(right)), public); err != nil || string(p) != `{"a":1}` {
		t.Fatalf("%s, %v", p, err)
	}
	for _, change := range [][2]string{
		{"Statement/v1", "Statement/v0.1"}, {`"subject":[{`, `"subject":[],"x":[{`}, {`"digest":{`, `"digest":{},"other":{`},
		{digest, "0A"}, {"https://example.com/v1", "report"}, {`{"a":1}`, `[]`}, {`"predicate":`, `"Predicates":`}, {`"name":"x"`, `"size":1`},
	} {
		wrong := strings.Replace(right, change[0], change[1], 1)
		if wrong == right {
			t.Fatalf("%q is not in the statement", change[0])
		}
		if _, err := Statement([]byte(sealed(wrong)), public); err == nil {
			t.Errorf("%s instead of %s is taken", change[1], change[0])
		}
	}
	for _, change := range [][2]string{{`"payloadType":"application/vnd.in-toto+json"`, `"payloadType":"text/plain"`}, {`"sig"`, `"signature"`}, {`"payload":"`, `"payload":"!`}, {`"signatures":[`, `"signatures":[],"more":[`}} {
		if _, err := Statement([]byte(strings.Replace(sealed(right), change[0], change[1], 1)), public); err == nil {
			t.Errorf("%s instead of %s is taken", change[1], change[0])
		}
	}
	if _, err := Statement([]byte(sealed(right)), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)).Public().(ed25519.PublicKey)); err == nil {
		t.Error("another key signed it")
	}
}
