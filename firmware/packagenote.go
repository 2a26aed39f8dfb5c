package firmware

import (
	"encoding/json"
	"slices"

	"github.com/touchmark-dev/touchmark/internal/elffile"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A notedPackage is what a packager's note in an ELF file says (.note.package,
// "Package Metadata for ELF files" of systemd): the source package that the
// file was built from. The note stays where the package database was removed.
type notedPackage struct {
	typ, name, version string // "deb", "rpm", "apk" ...
	os, osVersion      string // ID and VERSION_ID of os-release
	evidence           sbom.Evidence
}

func readPackageNote(out *Result, note elffile.Text) *notedPackage {
	var n struct {
		Type, Name, Version, OS string
		OSVersion               string `json:"osVersion"`
	}
	if err := json.Unmarshal([]byte(note.Value), &n); err != nil {
		out.Problem("bad-package-note", sbom.ProblemWarning, "the note about the file's package could not be read: "+err.Error())
		return nil
	}
	for _, s := range []string{n.Type, n.Name} {
		if !validName(s) {
			return nil
		}
	}
	for _, s := range []*string{&n.Version, &n.OS, &n.OSVersion} {
		if !validName(*s) {
			*s = ""
		}
	}
	p := &notedPackage{typ: n.Type, name: n.Name, version: n.Version, os: n.OS, osVersion: n.OSVersion}
	p.evidence = out.Evidence(sbom.ManifestAnalysis, "name", note.Offset, len(note.Value), note.Value)
	return p
}

// purl is the package URL of the source package. The type definitions of rpm,
// deb and apk write sources with arch=src, arch=source and without.
func (p *notedPackage) purl() string {
	typ, arch := p.typ, ""
	switch typ {
	case "deb":
		arch = "source"
	case "rpm":
		arch = "src"
	case "apk":
	default:
		typ = "generic"
	}
	namespace := p.os
	if typ == "generic" {
		namespace = ""
	}
	return packageURL(typ, namespace, p.name, p.version, arch)
}

// notedPackages gives what packagers' notes say to the components that the files
// are, and makes one of each package that nothing else has named.
func (j *joiner) notedPackages() {
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if r.elf == nil || r.elf.pkg == nil || f.class == classLeftover || f.class == classLinkText {
			return
		}
		n := r.elf.pkg
		name := identity(n.evidence, sbom.High)
		claim := sbom.Claim{Kind: sbom.PURL, Value: n.purl(), By: sbom.ByBytes, Evidence: stripFields([]sbom.Evidence{n.evidence})}
		if len(j.owners.of(i)) > 0 {
			return // a package database says it, and better
		}
		p := j.main.of(i)
		if p == nil {
			p = j.part("noted-package:" + claim.Value)
			p.files.add(i)
			p.identity = true
			j.main.set(i, p)
			p.c.Name, p.c.Version, p.c.PURL = EscapePath(n.name), n.version, claim.Value
			p.c.Type = sbom.Application
			if r.elf.shared {
				p.c.Type = sbom.Library
			}
		}
		p.addEvidence(name)
		if n.version != "" && n.version == p.c.Version {
			version := name
			version.Field = "version"
			p.addEvidence(version)
		}
		if !slices.ContainsFunc(p.c.Claims, func(c sbom.Claim) bool { return c.Kind == claim.Kind && c.Value == claim.Value }) {
			p.c.Claims = append(p.c.Claims, claim)
		}
	})
}
