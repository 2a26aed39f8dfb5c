// Eval measures Touchmark against labelled inputs: SBOMs with a manifest,
// unpacked firmware with ground truth, organizations with known countries. It
// prints tables; it knows no sample, so any folder of the same shape serves.
//
//	go run ./internal/eval                        # everything under ../shared
//	go run ./internal/eval -firmware DIR -json
//	go run ./internal/eval -negative DIR...        # who is named where nobody should be
//	go run ./internal/eval -sample 100 -seed 7    # draw what a person should judge
//	go run ./internal/eval -cost TOUCHMARK DIR... # CPU and memory of scans with that program
//
// -cost compares the processor time, user and system, of the whole process
// `TOUCHMARK scan -o json` with that of a process that walks the same tree and
// takes the SHA-256 of each file. The two run by turns, -runs times, and the
// medians count; "peak MB" is the largest resident memory of any scan.
//
// The ground truth of firmware is precise and incomplete: a find that it lacks
// is not wrong until somebody has looked. Judgements are kept in
// testdata/eval/judged.tsv; precision is stated over what the truth or a
// judgement covers, and the number of unjudged finds beside it.
package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

func main() {
	var (
		shared        = flag.String("shared", filepath.Join("..", "shared"), "folder that holds corpus/ and eval/")
		sboms         = flag.String("sboms", "", "folder of SBOMs with a MANIFEST.tsv (default SHARED/corpus/sbom)")
		firmwareDir   = flag.String("firmware", "", "folder of trees (NAME.tar.zst or NAME/) with truth/ (default SHARED/corpus/firmware)")
		organizations = flag.String("organizations", "", "table of organizations (default SHARED/eval/organizations.tsv)")
		only          = flag.String("only", "", "comma-separated parts to run: sboms, firmware, organizations (default all)")
		negative      = flag.Bool("negative", false, "list the makers that scans of the `DIR...` after the flags name: trees in which a reader expects none")
		dbDir         = flag.String("db", "", "folder of records to use in place of the embedded database")
		judged        = flag.String("judged", filepath.Join("testdata", "eval", "judged.tsv"), "judgements of finds that the truth lacks")
		asJSON        = flag.Bool("json", false, "print JSON in place of tables")
		even          = flag.Bool("even", false, "with -sample: draw as many findings of each verdict, and about organizations, as there are")
		sample        = flag.Int("sample", 0, "draw `N` each of finds, attributions, findings and cited statements for a person to judge, as TSV")
		seed          = flag.Uint64("seed", 1, "seed of the draw")
		policies      = flag.String("policy", "", "comma-separated packs to apply to the SBOMs and trees")
		robust        = flag.Bool("robust", false, "analyse each input with 1 and 8 workers and compare the bytes of the reports")
		workers       = flag.Int("workers", 0, "workers of a tree's scan (default: the library's)")
		debian        = flag.String("debian", "", "folder of trees that -make-debian made, to be measured")
		makeDebian    = flag.String("make-debian", "", "make a labelled tree from Debian packages in this `DIR`, and end")
		suite         = flag.String("suite", "bookworm", "release of Debian to make a tree from")
		arch          = flag.String("arch", "armhf", "architecture of Debian to make a tree from")
		count         = flag.Int("count", 300, "source packages of a tree, half of them unseen")
		mirror        = flag.String("mirror", "http://deb.debian.org/debian", "Debian archive")
		debCache      = flag.String("deb-cache", filepath.Join(os.TempDir(), "touchmark-deb"), "folder that keeps fetched packages")
		noDerived     = flag.Bool("no-derived-tables", false, "scan trees without the tables derived from packages")
		derivedTable  = flag.String("derived-table", "", "table to use in place of the built-in one: one that lacks the release which is measured")
		cost          = flag.String("cost", "", "measure what scans of the trees after the flags cost with this `program`, touchmark, and end")
		runs          = flag.Int("runs", 9, "with -cost: runs of each program on each tree")
		walk          = flag.String("walk", "", "walk a tree, take the SHA-256 of each file, and end: what -cost compares with")
		verbose       = flag.Bool("v", false, "also list every miss and disagreement")
	)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	if *makeDebian != "" {
		m := &treeMaker{dir: *makeDebian, mirror: *mirror, cache: *debCache, suite: *suite, arch: *arch, seed: *seed, count: *count,
			signatures: filepath.Join("firmware", "signatures")}
		if err := m.run(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "eval:", err)
			os.Exit(1)
		}
		return
	}

	if *walk != "" || *cost != "" {
		var err error
		if *walk != "" {
			_, _, err = walkAndHash(*walk)
		} else {
			err = measureCost(ctx, os.Stdout, *cost, flag.Args(), max(1, *runs))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "eval:", err)
			os.Exit(1)
		}
		return
	}

	or := func(s, otherwise string) string {
		if s != "" {
			return s
		}
		return otherwise
	}
	e := &evaluation{
		sboms:         or(*sboms, filepath.Join(*shared, "corpus", "sbom")),
		firmware:      or(*firmwareDir, filepath.Join(*shared, "corpus", "firmware")),
		organizations: or(*organizations, filepath.Join(*shared, "eval", "organizations.tsv")),
		origin:        filepath.Join(*shared, "origin-data"),
		robust:        *robust, workers: *workers, verbose: *verbose,
	}
	e.noDerived = *noDerived
	if *derivedTable != "" {
		var err error
		if e.derivedTable, err = os.ReadFile(*derivedTable); err != nil {
			fmt.Fprintln(os.Stderr, "eval:", err)
			os.Exit(1)
		}
	}
	// A folder named on the command line is evaluated alone.
	named := *negative || *sboms != "" || *firmwareDir != "" || *organizations != "" || *debian != ""
	want := func(part, flagValue string) bool {
		if *only != "" {
			return strings.Contains(","+*only+",", ","+part+",")
		}
		return !named || flagValue != ""
	}
	err := e.open(*dbDir, *judged, *policies)
	if err == nil && *negative {
		err = e.listMakers(ctx, flag.Args())
	}
	if err == nil && want("sboms", *sboms) {
		err = e.readSBOMs(ctx)
	}
	if err == nil && want("firmware", *firmwareDir) {
		err = e.scanTrees(ctx)
	}
	if err == nil && *debian != "" {
		err = e.scanDebian(ctx, *debian)
	}
	if err == nil && want("organizations", *organizations) {
		err = e.checkOrganizations()
	}
	if err == nil {
		switch {
		case *sample > 0:
			err = e.draw(os.Stdout, *sample, *seed, *even)
		case *asJSON:
			enc := json.NewEncoder(os.Stdout)
			enc.SetIndent("", "  ")
			err = enc.Encode(e.tables)
		default:
			err = e.print(os.Stdout)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
	if e.failed > 0 {
		fmt.Fprintf(os.Stderr, "eval: %d inputs ended in a panic or gave different reports\n", e.failed)
		os.Exit(1)
	}
}

// A table is one result.
type table struct {
	Title   string     `json:"title"`
	Note    string     `json:"note,omitempty"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

func (t *table) add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case float64:
			row[i] = fmt.Sprintf("%.3f", c)
		default:
			row[i] = fmt.Sprint(c)
		}
	}
	t.Rows = append(t.Rows, row)
}

func (e *evaluation) print(w io.Writer) error {
	for _, t := range e.tables {
		fmt.Fprintf(w, "%s\n", t.Title)
		if t.Note != "" {
			fmt.Fprintf(w, "  %s\n", t.Note)
		}
		tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
		fmt.Fprintf(tw, "  %s\n", strings.Join(t.Columns, "\t"))
		for _, r := range t.Rows {
			fmt.Fprintf(tw, "  %s\n", strings.Join(r, "\t"))
		}
		if err := tw.Flush(); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	return nil
}

// readTSV reads a table whose first line names the columns. Quotes have no
// meaning in it.
func readTSV(file string) ([]map[string]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var rows []map[string]string
	var columns []string
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if columns == nil {
			columns = cells
			continue
		}
		row := make(map[string]string, len(columns))
		for i, c := range columns {
			if i < len(cells) {
				row[c] = cells[i]
			}
		}
		rows = append(rows, row)
	}
	if columns == nil {
		return nil, fmt.Errorf("%s: empty, want a line of column names", file)
	}
	return rows, nil
}

// ratio of two counts, 1 where there is nothing to count.
func ratio(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// tsv returns a writer of tab-separated rows.
func tsv(w io.Writer) *csv.Writer {
	out := csv.NewWriter(w)
	out.Comma = '\t'
	return out
}
