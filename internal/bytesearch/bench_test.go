package bytesearch

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// benchData reads real binaries: the files under $TOUCHMARK_BENCH_TREE, an
// unpacked tree, or else the programs of the Go distribution.
func benchData(b *testing.B) []byte {
	b.Helper()
	root := os.Getenv("TOUCHMARK_BENCH_TREE")
	if root == "" {
		out, err := exec.Command("go", "env", "GOROOT").Output()
		if err != nil {
			b.Skipf("no tree to search: %v", err)
		}
		root = filepath.Join(strings.TrimSpace(string(out)), "pkg", "tool")
	}
	const limit = 64 << 20
	var data []byte
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || len(data) >= limit {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.HasPrefix(content, []byte("\x7fELF")) || filepath.Ext(path) == ".ko" {
			data = append(data, content...)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	if len(data) == 0 {
		b.Skipf("no ELF file under %s", root)
	}
	return data[:min(len(data), limit)]
}

// benchPatterns makes literals like those of signatures and of an origin
// database: names of companies, domains and what stands before a version.
func benchPatterns(n int, p Pattern) []Pattern {
	r := rand.New(rand.NewPCG(1, 2))
	syllables := []string{"an", "ber", "chi", "da", "ek", "fu", "gra", "hua", "in", "jo", "ko", "lin", "me", "nor", "ol", "per", "qu", "ris", "sam", "tek", "ul", "vo", "wei", "xia", "yu", "zon"}
	word := func() string {
		w := ""
		for range 2 + r.IntN(2) {
			w += syllables[r.IntN(len(syllables))]
		}
		return w
	}
	title := func(s string) string { return string(s[0]-32) + s[1:] }
	forms := []func() string{
		func() string { return title(word()) + " " + title(word()) },
		func() string { return title(word()) + " Technology Co., Ltd" },
		func() string { return title(word()) + " Communications Inc." },
		func() string { return word() + ".com" },
		func() string { return "www." + word() + ".cn" },
		func() string { return word() + ".net" },
		func() string { return word() + " version " },
		func() string { return "lib" + word() + "/" },
		func() string { return title(word()) + " v" },
		func() string { return word() + "_" + word() },
	}
	seen := map[string]bool{}
	var patterns []Pattern
	for len(patterns) < n {
		p.Text = forms[r.IntN(len(forms))]()
		if !seen[p.Text] && len(p.Text) >= 7 {
			seen[p.Text] = true
			patterns = append(patterns, p)
		}
	}
	return patterns
}

func BenchmarkSearch(b *testing.B) {
	data := benchData(b)
	short := []Pattern{{Text: "zte", Fold: true, Word: true}, {Text: "tenda", Fold: true, Word: true}, {Text: "D-Link"}, {Text: "Huawei"}, {Text: "Xiaomi"}, {Text: "Arris"}}
	cases := []struct {
		name     string
		patterns []Pattern
	}{
		{"100", benchPatterns(100, Pattern{})},
		{"1000", benchPatterns(1000, Pattern{})},
		{"5000", benchPatterns(5000, Pattern{})},
		{"5000/fold-word", benchPatterns(5000, Pattern{Fold: true, Word: true})},
		{"5000/wide", benchPatterns(5000, Pattern{Fold: true, Wide: true})},
		{"20000", benchPatterns(20000, Pattern{Fold: true})},
		{"5000/and-6-short", slices.Concat(benchPatterns(5000, Pattern{}), short)},
	}
	for _, c := range cases {
		b.Run(fmt.Sprint(c.name), func(b *testing.B) {
			s := compile(b, c.patterns)
			b.SetBytes(int64(len(data)))
			hits := 0
			for b.Loop() {
				hits = 0
				s.Search(data, func(Match) { hits++ })
			}
			b.ReportMetric(float64(hits), "hits")
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	patterns := benchPatterns(5000, Pattern{Fold: true, Wide: true})
	for b.Loop() {
		if _, err := Compile(patterns); err != nil {
			b.Fatal(err)
		}
	}
}
