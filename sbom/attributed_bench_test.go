package sbom_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb"
	"github.com/touchmark-dev/touchmark/sbom"
)

// tasks are what BenchmarkAgainstLibraries measures, each in a process of its
// own.
var tasks = map[string]func(file string) error{
	"nothing":     func(string) error { return nil },
	"read":        func(file string) error { _, err := readFile(file); return err },
	"attribute":   readAndAttribute,
	"cyclonedx":   func(file string) error { return decodeCycloneDX(file, cdx.BOMFileFormatJSON) },
	"cyclonedx-x": func(file string) error { return decodeCycloneDX(file, cdx.BOMFileFormatXML) },
	"tools": func(file string) error {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = spdxjson.Read(bufio.NewReader(f))
		return err
	},
}

func readFile(file string) (*sbom.Document, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	doc, err := sbom.Read(context.Background(), f, nil)
	if err == nil && len(doc.Components) < 100_000 {
		err = fmt.Errorf("%d components, problems %v", len(doc.Components), doc.Problems)
	}
	return doc, err
}

func readAndAttribute(file string) error {
	doc, err := readFile(file)
	if err != nil {
		return err
	}
	db, err := origindb.Open()
	if err != nil {
		return err
	}
	r, err := provenance.Analyze(context.Background(), doc, db, nil)
	if err == nil && len(r.Components) != len(doc.Components) {
		err = fmt.Errorf("%d components attributed", len(r.Components))
	}
	return err
}

func decodeCycloneDX(file string, format cdx.BOMFileFormat) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return cdx.NewBOMDecoder(bufio.NewReader(f), format).Decode(new(cdx.BOM))
}

const taskVariable = "TOUCHMARK_BENCHMARK_TASK"

// TestMain runs a task instead of the tests where a benchmark started the
// program for one.
func TestMain(m *testing.M) {
	if name, file, ok := strings.Cut(os.Getenv(taskVariable), "="); ok {
		if err := tasks[name](file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(peakMemory())
		return
	}
	os.Exit(m.Run())
}

// cost is what a process used.
type cost struct {
	cpu  time.Duration // user and system
	peak uint64        // bytes in memory at most
}

// peakMemory returns how much memory the process had at most: resident, as the
// system counts it, where that can be asked for, else what the Go runtime took
// from the system. (What getrusage says would count the process that started
// this one.)
func peakMemory() uint64 {
	status, _ := os.ReadFile("/proc/self/status")
	if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
		kb, err := strconv.ParseUint(strings.TrimSpace(rest[:strings.Index(rest, "kB")]), 10, 64)
		if err == nil {
			return kb << 10
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}

// run runs a task in a process of its own, on two processors, several times. It
// returns the least processor time of the runs, since other processes only add
// to it, and the median of the peaks: when the collector happens to run moves
// that of a library that leaves much behind both ways, by half.
func run(b *testing.B, task, file string) cost {
	b.Helper()
	var least cost
	var peaks []uint64
	for i := range 5 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), taskVariable+"="+task+"="+file, "GOMAXPROCS=2")
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatalf("%s: %v\n%s", task, err, out)
		}
		c := cost{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
		if c.peak, err = strconv.ParseUint(strings.TrimSpace(string(out)), 10, 64); err != nil {
			b.Fatal(err)
		}
		if i == 0 || c.cpu < least.cpu {
			least.cpu = c.cpu
		}
		peaks = append(peaks, c.peak)
	}
	slices.Sort(peaks)
	least.peak = peaks[len(peaks)/2]
	return least
}

// BenchmarkAgainstLibraries measures reading 100,000 components, and reading
// and attributing them, against decoding the same document with the library of
// the format. Each is a process of its own, so that processor time and peak
// memory are those that the system counts, of everything: the runtime, and
// for attribution the database. Both read the same file. What a process that
// does nothing uses is reported and not subtracted.
func BenchmarkAgainstLibraries(b *testing.B) {
	dir := b.TempDir()
	file := func(f sbom.WriteFormat) string {
		name := filepath.Join(dir, string(f))
		if _, err := os.Stat(name); err != nil {
			if err := os.WriteFile(name, large(b, f), 0o600); err != nil {
				b.Fatal(err)
			}
		}
		return name
	}
	for _, c := range []struct {
		name          string
		format        sbom.WriteFormat
		task, against string
		other         sbom.WriteFormat // of against, where it is not format
	}{
		{"cyclonedx-json/read", sbom.CycloneDX16JSON, "read", "cyclonedx", ""},
		{"cyclonedx-json/read-and-attribute", sbom.CycloneDX16JSON, "attribute", "cyclonedx", ""},
		{"cyclonedx-xml/read", sbom.CycloneDX16XML, "read", "cyclonedx-x", ""},
		{"cyclonedx-xml/read-and-attribute", sbom.CycloneDX16XML, "attribute", "cyclonedx-x", ""},
		{"spdx-2.3-json/read", sbom.SPDX23JSON, "read", "tools", ""},
		{"spdx-2.3-json/read-and-attribute", sbom.SPDX23JSON, "attribute", "tools", ""},
		{"spdx-3-json/read/against-2.3", sbom.SPDX301JSON, "read", "read", sbom.SPDX23JSON},
	} {
		b.Run(c.name, func(b *testing.B) {
			if c.other == "" {
				c.other = c.format
			}
			name, other := file(c.format), file(c.other)
			for b.Loop() {
				zero, ours, theirs := run(b, "nothing", name), run(b, c.task, name), run(b, c.against, other)
				b.ReportMetric(ours.cpu.Seconds(), "cpu-s")
				b.ReportMetric(theirs.cpu.Seconds(), "library-cpu-s")
				b.ReportMetric(ours.cpu.Seconds()/theirs.cpu.Seconds(), "cpu-ratio")
				b.ReportMetric(float64(ours.peak)/(1<<20), "peak-MB")
				b.ReportMetric(float64(theirs.peak)/(1<<20), "library-peak-MB")
				b.ReportMetric(float64(ours.peak)/float64(theirs.peak), "peak-ratio")
				b.ReportMetric(float64(zero.peak)/(1<<20), "idle-MB")
			}
		})
	}
}

// BenchmarkAnalyze100k attributes 100,000 components with the embedded
// database: with 5,000 distinct claims among them, and all distinct.
func BenchmarkAnalyze100k(b *testing.B) {
	db, err := origindb.Open()
	if err != nil {
		b.Fatal(err)
	}
	for _, distinct := range []int{5_000, 100_000} {
		b.Run(strconv.Itoa(distinct), func(b *testing.B) {
			var buf bytes.Buffer
			if err := sbom.Write(&buf, generated(distinct), sbom.CycloneDX16JSON, nil); err != nil {
				b.Fatal(err)
			}
			few, err := sbom.Read(context.Background(), &buf, nil)
			if err != nil {
				b.Fatal(err)
			}
			doc := &sbom.Document{}
			for i := range 100_000 {
				c := few.Components[i%len(few.Components)]
				c.Ref = strconv.Itoa(i)
				doc.Components = append(doc.Components, c)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if _, err := provenance.Analyze(context.Background(), doc, db, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
