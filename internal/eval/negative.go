package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/sbom"
)

// listMakers scans trees that no device's maker left a mark in (a
// distribution, a toolchain, a folder of packages, tables of the world) and
// lists whom the report names in a role that rules read, with the evidence, and
// the services. A reader judges each line; what he would call wrong is a fault.
func (e *evaluation) listMakers(ctx context.Context, dirs []string) error {
	sum := e.table("Negative set: makers named", "developer, maintainer and distributor by package URL or signature are what the tree holds and are only counted",
		"tree", "files", "components", "by package", "device", "others", "services")
	dev := e.table("Negative set: attributions to the device", "", "tree", "role", "organization", "confidence", "rule", "value", "path", "match")
	list := e.table("Negative set: attributions to components, by anything but package URL and signature", "", "tree", "role", "organization", "confidence", "rule", "value", "path", "match", "times")
	serv := e.table("Negative set: services", "", "tree", "host", "purpose", "operator", "path")
	for _, dir := range dirs {
		name := filepath.Base(filepath.Clean(dir))
		if _, err := os.Stat(dir); err != nil {
			return err
		}
		inner := filepath.Join(dir, name)
		if st, err := os.Stat(inner); err == nil && st.IsDir() {
			dir = inner
		}
		report, err := e.scan(ctx, dir, e.workers)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		row := func(c *provenance.Component, a *provenance.Attribution, m *provenance.ClaimMatch) []any {
			path, match := "", ""
			for _, ev := range first(c.Claims[m.Claim].Evidence, 1) {
				path, match = ev.Path, ev.Match
			}
			return []any{name, a.Role.String(), attributed(a), string(a.Confidence), m.Rule, m.Value, path, clip(match, 60)}
		}
		byPackage, others, device := 0, 0, 0
		if s := report.Subject; s != nil {
			for i := range s.Attributions {
				device++
				dev.add(row(s, &s.Attributions[i], &s.Attributions[i].Matches[0])...)
			}
		}
		times := map[string]int{}
		var rows [][]any
		for i := range report.Components {
			c := &report.Components[i]
			for j := range c.Attributions {
				a := &c.Attributions[j]
				at := slices.IndexFunc(a.Matches, func(m provenance.ClaimMatch) bool {
					cl := &c.Claims[m.Claim]
					return !(cl.Kind == sbom.PURL || cl.Kind == sbom.CPE || cl.Kind == sbom.OrgName && cl.Field == "" && cl.Role == sbom.Developer)
				})
				if at < 0 || a.Community {
					byPackage++
					continue
				}
				others++
				r := row(c, a, &a.Matches[at])
				key := fmt.Sprint(r[1], r[2], r[4], r[5])
				if times[key]++; times[key] == 1 {
					rows = append(rows, append(r, key))
				}
			}
		}
		for _, r := range rows {
			r[len(r)-1] = times[r[len(r)-1].(string)]
			list.add(r...)
		}
		for i := range report.Services {
			s := &report.Services[i]
			var who []string
			for _, a := range s.Attributions {
				who = append(who, a.Organization.Name)
			}
			serv.add(name, s.Name, s.Purpose, strings.Join(who, ", "), strings.Join(first(s.Locations, 1), " "))
		}
		files := 0
		if report.Coverage.Tree != nil {
			files = report.Coverage.Tree.Files
		}
		sum.add(name, files, len(report.Components), byPackage, device, others, len(report.Services))
	}
	return nil
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

func attributed(a *provenance.Attribution) string {
	if a.Organization.Name == "" && a.Project != nil {
		return a.Project.Name
	}
	return a.Organization.Name
}
