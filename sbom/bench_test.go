package sbom_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/touchmark-dev/touchmark/sbom"
)

// generated returns a document of n components such as scanners write: with
// package URL, CPE, supplier, hashes, licences, links, properties and
// dependencies, of many ecosystems. There are up to 5,000 distinct namespaces
// and as many suppliers, each of a name, site and mail domain of its own; a
// tenth of the components are of owners and packages that the origin database
// knows.
func generated(n int) *sbom.Document {
	doc := &sbom.Document{Source: sbom.Source{Kind: sbom.SourceCycloneDX, SpecVersion: "1.6", Created: "2026-01-01T00:00:00Z", Tools: []string{"generator 1.0"}},
		Subject: &sbom.Component{Ref: "root", Type: sbom.Application, Name: "root", Version: "1"}}
	types := []string{"maven/com.%s.net", "npm/%%40%s", "golang/github.com/%s", "nuget/%s.client", "composer/%s", "github/%s", "deb/debian", "rpm/fedora", "pypi", "cargo"}
	forms := []string{"%s Ltd", "%s Technologies Co., Ltd.", "The %s Company, Inc.", "%s GmbH & Co. KG", "%s S.p.A.", "Société %s S.A.", "%s 株式会社"}
	syllables := []string{"ba", "cor", "den", "fi", "gul", "har", "jo", "kem", "lu", "mon", "ner", "pol", "qui", "ras", "sto", "tev", "ul", "vor", "wex", "zan"}
	known := []struct{ purl, supplier, host string }{
		{"maven/org.apache.commons", "The Apache Software Foundation", "commons.apache.org"},
		{"golang/github.com/google", "Google LLC", "www.google.com"},
		{"npm/%40angular", "Google LLC", "angular.dev"},
		{"deb/debian", "Debian", "www.debian.org"},
		{"nuget/microsoft.extensions", "Microsoft Corporation", "www.microsoft.com"},
		{"github/alibaba", "Alibaba Group Holding Limited", "www.alibabagroup.com"},
		{"golang/github.com/mailru", "VK", "vk.company"},
	}
	for i := range n {
		k := i * 7919 % 5000
		var org string
		for v := k + 8000; v > 0; v /= 20 {
			org += syllables[v%20]
		}
		ns := types[i%len(types)]
		if strings.Contains(ns, "%s") {
			ns = fmt.Sprintf(ns, org)
		}
		supplier, host := fmt.Sprintf(forms[k%len(forms)], strings.ToUpper(org[:1])+org[1:]), "www."+org+".example"
		if i%10 == 9 {
			o := known[i/10%len(known)]
			ns, supplier, host = o.purl, o.supplier, o.host
		}
		name := syllables[i%20] + syllables[i/20%20] + "-" + strconv.Itoa(i)
		version := fmt.Sprintf("%d.%d.%d", i%7, i%13, i%29)
		purl := "pkg:" + ns + "/" + name + "@" + version
		cpe := "cpe:2.3:a:" + org + ":" + name + ":" + version + ":*:*:*:*:*:*:*"
		c := sbom.Component{
			Ref: "SPDXRef-" + name, Type: sbom.Library, Name: name, Version: version, PURL: purl, CPEs: []string{cpe},
			Description: "A component that does what components of its kind do, number " + strconv.Itoa(i),
			Hashes:      []sbom.Hash{{Algorithm: "SHA-1", Value: fmt.Sprintf("%040x", i)}, {Algorithm: "SHA-256", Value: fmt.Sprintf("%064x", i*7919)}},
			Licenses:    []string{[]string{"Apache-2.0", "MIT", "BSD-3-Clause"}[i%3]},
			Parties:     []sbom.Party{{Kind: sbom.Organization, Role: sbom.Supplier, Field: "supplier", Name: supplier, Mails: []string{"info@" + strings.TrimPrefix(host, "www.")}}},
			Links:       []sbom.Link{{Type: "website", URL: "https://" + host + "/" + name}, {Type: "vcs", URL: "https://github.com/" + org + "/" + name}},
			Properties:  []sbom.Property{{Name: "generator:path", Value: "/usr/lib/" + name}},
			Claims:      []sbom.Claim{{Kind: sbom.PURL, Value: purl, By: sbom.ByDocument}, {Kind: sbom.CPE, Value: cpe, By: sbom.ByDocument}},
		}
		doc.Components = append(doc.Components, &c)
		if i > 0 {
			doc.Relationships = append(doc.Relationships, sbom.Relationship{From: c.Ref, Type: sbom.DependsOn, To: doc.Components[i/2].Ref})
		}
	}
	return doc
}

var generatedFiles sync.Map

// large returns 100,000 components in a format.
func large(b testing.TB, format sbom.WriteFormat) []byte {
	if v, ok := generatedFiles.Load(format); ok {
		return v.([]byte)
	}
	var buf bytes.Buffer
	if err := sbom.Write(&buf, generated(100_000), format, nil); err != nil {
		b.Fatal(err)
	}
	generatedFiles.Store(format, buf.Bytes())
	return buf.Bytes()
}

// BenchmarkRead100k reads 100,000 components, ours beside the libraries.
func BenchmarkRead100k(b *testing.B) {
	ours := func(r io.Reader) error {
		doc, err := sbom.Read(context.Background(), r, nil)
		if err == nil && len(doc.Components) < 100_000 {
			err = fmt.Errorf("%d components, problems %v", len(doc.Components), doc.Problems)
		}
		return err
	}
	for _, c := range []struct {
		name   string
		format sbom.WriteFormat
		read   func(io.Reader) error
	}{
		{"cyclonedx-json/touchmark", sbom.CycloneDX16JSON, ours},
		{"cyclonedx-json/cyclonedx-go", sbom.CycloneDX16JSON, func(r io.Reader) error {
			return cdx.NewBOMDecoder(r, cdx.BOMFileFormatJSON).Decode(new(cdx.BOM))
		}},
		{"cyclonedx-xml/touchmark", sbom.CycloneDX16XML, ours},
		{"cyclonedx-xml/cyclonedx-go", sbom.CycloneDX16XML, func(r io.Reader) error {
			return cdx.NewBOMDecoder(r, cdx.BOMFileFormatXML).Decode(new(cdx.BOM))
		}},
		{"spdx-json/touchmark", sbom.SPDX23JSON, ours},
		{"spdx-json/tools-golang", sbom.SPDX23JSON, func(r io.Reader) error {
			_, err := spdxjson.Read(r)
			return err
		}},
		{"spdx-jsonld/touchmark", sbom.SPDX301JSON, ours},
	} {
		b.Run(c.name, func(b *testing.B) {
			data := large(b, c.format)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			peak := peakHeap(func() {
				if err := c.read(bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
			})
			b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
			b.ResetTimer()
			start := cpuTime()
			for b.Loop() {
				if err := c.read(bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((cpuTime()-start).Seconds()/float64(b.N), "cpu-s/op")
			b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
		})
	}
}

// peakHeap returns how much the heap grew at most while f ran.
func peakHeap(f func()) uint64 {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	done, stopped := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		for {
			select {
			case <-done:
				stopped <- peak
				return
			case <-time.After(5 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
	}()
	f()
	close(done)
	return max(<-stopped, before) - before
}

// BenchmarkReadCorpus reads every small document of the corpus, as a scan of
// many suppliers' documents does.
func BenchmarkReadCorpus(b *testing.B) {
	dir, rows := manifest(b)
	var docs [][]byte
	var size int64
	for _, row := range rows {
		data, err := os.ReadFile(dir + "/" + row.path)
		if err != nil {
			b.Fatal(err)
		}
		docs = append(docs, data)
		size += int64(len(data))
	}
	b.SetBytes(size)
	for b.Loop() {
		for _, data := range docs {
			_, _ = sbom.Read(context.Background(), bytes.NewReader(data), nil) // some are no documents
		}
	}
}
