package sbom_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/touchmark-dev/touchmark/sbom"
)

const oneComponent = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"bom-ref":"a","name":"a"}]}`

func gz(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarOf(t *testing.T, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f[0], Mode: 0o644, Size: int64(len(f[1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestLayers reads a document through the layers in which documents come.
func TestLayers(t *testing.T) {
	var zs bytes.Buffer
	z, err := zstd.NewWriter(&zs)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write([]byte(oneComponent)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	statement := `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x"}],"predicateType":"https://cyclonedx.org/bom","predicate":` + oneComponent + `}`
	envelope := func(enc *base64.Encoding) []byte {
		b, err := json.Marshal(map[string]any{"payloadType": "application/vnd.in-toto+json", "payload": enc.EncodeToString([]byte(statement)),
			"signatures": []any{map[string]string{"sig": "AAAA"}}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, data := range map[string][]byte{
		"gzip":              gz(t, []byte(oneComponent)),
		"gzip in gzip":      gz(t, gz(t, []byte(oneComponent))),
		"zstd":              zs.Bytes(),
		"tar":               tarOf(t, [2]string{"README", "text"}, [2]string{"x/bom.json", oneComponent}),
		"tar.gz":            gz(t, tarOf(t, [2]string{"bom.json", oneComponent})),
		"statement":         []byte(statement),
		"envelope":          envelope(base64.StdEncoding),
		"envelope, url":     envelope(base64.URLEncoding),
		"bundle":            []byte(`{"mediaType":"application/vnd.dev.sigstore.bundle+json","dsseEnvelope":` + string(envelope(base64.StdEncoding)) + `}`),
		"wrapped by a tool": []byte(`{"sbom":` + oneComponent + `}`),
	} {
		doc, err := sbom.Read(context.Background(), bytes.NewReader(data), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(doc.Components) != 1 || doc.Components[0].Ref != "a" {
			t.Errorf("%s: components %+v", name, doc.Components)
		}
	}
}

// TestEnvelopes reads the attestations of one file, of which some are SBOMs.
func TestEnvelopes(t *testing.T) {
	envelope := func(predicate string) string {
		statement := `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x"}],"predicateType":"x","predicate":` + predicate + `}`
		return `{"payloadType":"application/vnd.in-toto+json","payload":"` + base64.StdEncoding.EncodeToString([]byte(statement)) + `","signatures":[{"sig":"AAAA"}]}`
	}
	provenance := envelope(`{"buildDefinition":{"buildType":"x"},"filler":"` + strings.Repeat("x", 100_000) + `"}`)
	one, other := envelope(oneComponent), envelope(strings.ReplaceAll(oneComponent, `"a"`, `"b"`))
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"lines":                    {one + "\n" + other + "\n", "a b"},
		"a list":                   {"[" + one + ",\n" + other + "]", "a b"},
		"the SBOM behind another":  {provenance + "\n" + one, "a"},
		"the SBOM before another":  {one + "\n" + provenance + "\n", "a"},
		"signed twice":             {one + "\n" + one + "\n" + other, "a b"},
		"far apart":                {one + strings.Repeat(" ", 100_000) + other, "a b"},
		"one that breaks off":      {one + "\n" + other[:len(other)/2], "a"},
		"no SBOM among them":       {provenance + "\n" + provenance, ""},
		"three, the second is one": {provenance + provenance + other, "b"},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := sbom.Read(context.Background(), strings.NewReader(c.text), nil)
			if c.want == "" {
				if !errors.Is(err, sbom.ErrFormat) {
					t.Errorf("%v, want ErrFormat", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkDocument(t, doc)
			var names []string
			for _, c := range doc.Components {
				names = append(names, c.Name)
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("components %q, want %q", got, c.want)
			}
		})
	}
}

// TestArchiveOfDocuments joins documents that refer to each other, as Yocto's
// archives do.
func TestArchiveOfDocuments(t *testing.T) {
	spdx := func(ns, id, more string) string {
		return `{"spdxVersion":"SPDX-2.2","documentNamespace":"` + ns + `","packages":[{"SPDXID":"` + id + `","name":"` + id + `"}]` + more + `}`
	}
	doc, err := sbom.Read(context.Background(), bytes.NewReader(tarOf(t,
		[2]string{"lib.spdx.json", spdx("http://x.example/lib", "SPDXRef-p", "")},
		[2]string{"image.spdx.json", spdx("http://x.example/image", "SPDXRef-p", `,"externalDocumentRefs":[{"externalDocumentId":"DocumentRef-lib","spdxDocument":"http://x.example/lib"}],
			"relationships":[{"spdxElementId":"SPDXRef-p","relationshipType":"CONTAINS","relatedSpdxElement":"DocumentRef-lib:SPDXRef-p"}]`)},
		[2]string{"index.json", `{"documents":[]}`})), nil)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Subject == nil || doc.Subject.Ref != "http://x.example/image#SPDXRef-p" {
		t.Errorf("subject %+v", doc.Subject)
	}
	if len(doc.Components) != 1 || doc.Components[0].Ref != "http://x.example/lib#SPDXRef-p" ||
		doc.Components[0].Place != "lib.spdx.json#/packages/0" {
		t.Errorf("components %+v", doc.Components)
	}
	if len(doc.Relationships) != 1 || doc.Relationships[0].Type != sbom.Contains || doc.Relationships[0].To != "http://x.example/lib#SPDXRef-p" {
		t.Errorf("relationships %+v", doc.Relationships)
	}
}

// TestDamagedArchive reads what stands before the damage.
func TestDamagedArchive(t *testing.T) {
	doc := `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`
	for i := 0; i < 2000; i++ {
		doc += `{"name":"component","version":"` + strings.Repeat(string(rune('a'+i%26)), 1+i%13) + `"},`
	}
	data := gz(t, []byte(doc+`{"name":"last"}]}`))
	got, err := sbom.Read(context.Background(), bytes.NewReader(data[:len(data)/2]), nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.Components); n == 0 || n >= 2001 || !hasProblem(got, "broken-json", "") {
		t.Errorf("%d components, problems %+v", n, got.Problems)
	}
}

// TestArchiveOfManyFiles reads the one document of an archive of many files that
// are none. What these cost is their header in the archive and a look at their
// beginning, not a buffer each.
func TestArchiveOfManyFiles(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "text": "A text of a package: more\nof it.\n", "binary": "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 249)} {
		t.Run(name, func(t *testing.T) {
			const n = 20_000
			files := make([][2]string, 0, n+1)
			for i := range n {
				files = append(files, [2]string{"files/" + strconv.Itoa(i), text})
			}
			data := gz(t, tarOf(t, append(files, [2]string{"bom.json", oneComponent})...))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			doc, err := sbom.Read(context.Background(), bytes.NewReader(data), nil)
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			if len(doc.Components) != 1 {
				t.Errorf("components %+v", doc.Components)
			}
			per := (after.TotalAlloc - before.TotalAlloc) / n
			t.Logf("%d bytes a file", per)
			if per > 4<<10 {
				t.Errorf("%d bytes are allocated for each file", per)
			}
		})
	}
}

// bomb is an endless document of one kind of byte.
type bomb struct {
	head string
	fill byte
}

func (b *bomb) Read(p []byte) (int, error) {
	if b.head != "" {
		n := copy(p, b.head)
		b.head = b.head[n:]
		return n, nil
	}
	for i := range p {
		p[i] = b.fill
	}
	return len(p), nil
}

// TestBomb compresses gigabytes into little, and expects an error soon and in
// little memory.
func TestBomb(t *testing.T) {
	for name, b := range map[string]*bomb{
		"space in JSON":  {`{"bomFormat":"CycloneDX","components":[`, ' '},
		"a JSON string":  {`{"bomFormat":"CycloneDX","serialNumber":"`, 'a'},
		"JSON arrays":    {`{"bomFormat":"CycloneDX","metadata":`, '['},
		"skipped arrays": {`{"bomFormat":"CycloneDX","unknown":`, '['},
		"an XML text":    {`<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component><name>`, 'a'},
		"a tag":          {"SPDXVersion: SPDX-2.3\nPackageName: ", 'a'},
		"a tag's text":   {"SPDXVersion: SPDX-2.3\nPackageComment: <text>", '\n'},
		"protobuf":       {"\x0a\x031.6", 0x0a},
		"an envelope":    {`{"payloadType":"x","payload":"`, 'A'},
	} {
		t.Run(name, func(t *testing.T) {
			var packed bytes.Buffer
			w, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(w, io.LimitReader(b, 256<<20)); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := cpuTime()
			doc, err := sbom.Read(context.Background(), bytes.NewReader(packed.Bytes()), nil)
			took := cpuTime() - start // other tests may be running
			runtime.ReadMemStats(&after)
			// Nesting beyond what any reader of JSON takes is damage in a part
			// that nobody needs.
			broken := err == nil && hasProblem(doc, "broken-json", "")
			if !broken && !errors.Is(err, sbom.ErrLimit) && !errors.Is(err, sbom.ErrFormat) {
				t.Errorf("%v, want ErrLimit or ErrFormat", err)
			}
			if took > time.Second {
				t.Errorf("took %v", took)
			}
			if grown := int64(after.Sys) - int64(before.Sys); grown > 200<<20 {
				t.Errorf("took %d MB from the system", grown>>20)
			}
		})
	}
}
