package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// readSBOMs reads the documents of a folder and compares them with its
// manifest: columns path, format, spec_version, encoding, component_count,
// with_supplier, validity.
func (e *evaluation) readSBOMs(ctx context.Context) error {
	rows, err := readTSV(filepath.Join(e.sboms, "MANIFEST.tsv"))
	if err != nil {
		return err
	}
	type key struct{ format, version, encoding string }
	type tally struct {
		files, read, same, problems, components, suppliers int
	}
	sums := map[key]*tally{}
	problems := map[string]int{}
	standings := map[provenance.Standing]int{}
	verdicts := map[string]int{}
	names := namespaces{}
	recall := companyRecall{map[string]int{}, map[string]int{}, map[string]int{}}
	owners, err := companyOwners(filepath.Join(e.origin, "opensource", "opendigger-repo-owner.tsv"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var total, failures, disagree = &tally{}, e.table("SBOMs that were not read", "", "document", "validity", "error"),
		&table{Title: "SBOMs that disagree with the manifest", Note: "the manifest counts the described package of SPDX, and not metadata.component of CycloneDX", Columns: []string{"document", "validity", "what", "read", "manifest"}}
	for _, row := range rows {
		k := key{row["format"], row["spec_version"], row["encoding"]}
		if sums[k] == nil {
			sums[k] = &tally{}
		}
		s := sums[k]
		s.files++
		total.files++
		var doc *sbom.Document
		var report *provenance.Report
		err := guarded(func() error {
			f, err := os.Open(filepath.Join(e.sboms, row["path"]))
			if err != nil {
				return err
			}
			defer f.Close()
			if doc, err = sbom.Read(ctx, f, nil); err != nil {
				return err
			}
			report, err = e.analyze(ctx, doc)
			return err
		})
		if err != nil {
			if errors.Is(err, errPanic) {
				e.failed++
			}
			message, _, _ := strings.Cut(err.Error(), "\n")
			failures.add(row["path"], row["validity"], message)
			continue
		}
		s.read++
		total.read++
		for _, p := range doc.Problems {
			problems[p.Kind]++
		}
		if len(doc.Problems) > 0 {
			s.problems++
			total.problems++
		}
		all := doc.Components
		if doc.Source.Kind == sbom.SourceSPDX && doc.Subject != nil {
			all = append(slices.Clone(all), doc.Subject)
		}
		suppliers := 0
		for i := range all {
			if slices.ContainsFunc(all[i].Parties, func(p sbom.Party) bool { return p.Name != "" }) {
				suppliers++
			}
		}
		s.components += len(all)
		total.components += len(all)
		s.suppliers += suppliers
		total.suppliers += suppliers
		same := true
		for _, c := range []struct {
			what, column string
			got          int
		}{{"components", "component_count", len(all)}, {"suppliers", "with_supplier", suppliers}} {
			if want := row[c.column]; want != "" && want != fmt.Sprint(c.got) {
				same = same && c.what != "components"
				disagree.add(row["path"], row["validity"], c.what, c.got, want)
			}
		}
		if same {
			s.same++
			total.same++
		}
		for i := range report.Components {
			standings[report.Components[i].Standing]++
			names.add(&report.Components[i])
			recall.add(owners, doc.Components[i], &report.Components[i])
		}
		if len(e.policies) > 0 {
			verdicts[string(report.Verdict)]++
			for _, f := range report.Findings {
				verdicts["findings "+string(f.Verdict)]++
			}
		}
		e.collect(row["path"], report)
	}

	t := e.table("SBOMs by format, version and encoding", "", "format", "version", "encoding", "files", "read", "component count as manifest", "with problems", "components", "with a party")
	keys := make([]key, 0, len(sums))
	for k := range sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.format, b.format), cmp.Compare(a.version, b.version), cmp.Compare(a.encoding, b.encoding))
	})
	for _, k := range keys {
		s := sums[k]
		t.add(k.format, k.version, k.encoding, s.files, s.read, s.same, s.problems, s.components, s.suppliers)
	}
	t.add("all", "", "", total.files, total.read, total.same, total.problems, total.components, total.suppliers)

	if e.verbose {
		e.tables = append(e.tables, disagree)
	} else {
		e.table("SBOMs that disagree with the manifest", "list them with -v", "rows").add(len(disagree.Rows))
	}
	e.counts("Problems of SBOMs by kind", problems)
	n := 0
	for _, c := range standings {
		n += c
	}
	st := e.table("Who stands behind the components of SBOMs", "", "standing", "components", "share")
	for _, s := range []provenance.Standing{provenance.ByOrganization, provenance.ByFoundation, provenance.ByCommunity, provenance.ByUnaffiliated, provenance.DistributorOnly, provenance.Unknown} {
		st.add(string(s), standings[s], ratio(standings[s], n))
	}
	e.namespaceTables(names)
	r := e.table("Components of SBOMs that are declared a company's", "found: an organization is named, in whatever role", "by", "components", "found", "recall")
	all, found := 0, 0
	for _, k := range slices.Sorted(maps.Keys(recall.all)) {
		r.add(k, recall.all[k], recall.found[k], ratio(recall.found[k], recall.all[k]))
		all, found = all+recall.all[k], found+recall.found[k]
	}
	r.add("all", all, found, ratio(found, all))
	if e.verbose {
		e.counts("Declared companies that were not found", recall.missed)
	}
	if len(e.policies) > 0 {
		e.counts("Verdicts and findings over SBOMs", verdicts)
	}
	return nil
}

// counts adds a table of counts, largest first.
func (e *evaluation) counts(title string, m map[string]int) {
	t := e.table(title, "", "what", "count")
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b)) })
	for _, k := range keys {
		t.add(k, m[k])
	}
}
