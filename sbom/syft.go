package sbom

import "strings"

// Syft's own JSON (https://github.com/anchore/syft/tree/main/schema/json).
//
// What an installed package's own metadata says becomes claims: "vendor" of an
// RPM Distributor, "maintainer" Maintainer, "author" Developer. CPE names are
// the tool's guesses unless their source is "declared".
type syft struct{ b *builder }

func (s *syft) wants(name string) treatment {
	switch name {
	case "artifacts", "artifactRelationships":
		return items
	case "source", "distro", "descriptor", "schema":
		return whole
	}
	return skip
}

func (s *syft) accept(name string, v value) {
	b := s.b
	switch name {
	case "artifacts":
		s.artifact(v)
	case "artifactRelationships":
		if v.kind() == group {
			b.relate(b.str(v, "parent"), syftRelationship(b.str(v, "type")), b.str(v, "child"))
		}
	case "schema":
		b.doc.Source.SpecVersion = b.str(v, "version")
	case "descriptor":
		if t := strings.TrimSpace(b.str(v, "name") + " " + b.str(v, "version")); t != "" {
			b.doc.Source.Tools = append(b.doc.Source.Tools, t)
		}
	case "source":
		if v.kind() != group || b.doc.Subject != nil {
			return
		}
		c := Component{Ref: b.str(v, "id"), Name: b.str(v, "name"), Version: b.str(v, "version"), Place: v.pointer()}
		if c.Name == "" {
			t := v.first("target", "metadata")
			if t.kind() == group {
				c.Name = b.str(t, "userInput")
			} else {
				c.Name = t.raw()
			}
		}
		switch b.str(v, "type") {
		case "image":
			c.Type = Container
		case "file":
			c.Type = File
		}
		if c.Name == "" {
			return
		}
		c.Ref = b.ref(c.Ref, c.Place, refSubject)
		b.take(&c)
		b.doc.Subject = &c
	}
}

// syftRelationship turns Syft's words into ours.
func syftRelationship(s string) RelationshipType {
	switch s {
	case "contains":
		return Contains
	case "dependency-of":
		return dependencyOf
	}
	return RelationshipType(strings.Clone(s))
}

// dependencyOf is the inverse of DependsOn, to which finish turns it.
const dependencyOf RelationshipType = "dependency-of"

func (s *syft) artifact(v value) {
	b := s.b
	if !b.isGroup(v, "an artifact") {
		return
	}
	c := Component{Ref: b.str(v, "id"), Name: b.str(v, "name"), Version: b.str(v, "version"), Place: v.pointer()}
	switch b.str(v, "type") {
	case "binary", "deb", "rpm", "apk", "alpm", "portage", "nix", "linux-kernel":
		c.Type = Application
	case "linux-kernel-module":
		c.Type = DeviceDriver
	default:
		c.Type = Library
	}
	if m := v.get("purl"); m.ok() {
		b.purl(b.scalar(m), "purl", m)
	}
	v.items("cpes", "", func(i int, e value) {
		name := e
		declared := false
		if e.kind() == group {
			name = e.get("cpe")
			declared = e.get("source").raw() == "declared"
		}
		n := len(b.s.claims)
		b.cpe(b.scalar(name), b.field("cpes/", i, ""), e)
		if !declared && len(b.s.claims) > n {
			b.s.claims[n].By = ByGenerator
		}
	})
	if m := v.get("metadata"); m.kind() == group {
		b.freeText(b.str(m, "vendor"), Distributor, "metadata/vendor", m, false)
		b.freeText(b.str(m, "maintainer"), Maintainer, "metadata/maintainer", m, true)
		b.freeText(b.str(m, "author"), Developer, "metadata/author", m, true)
		for _, f := range [...]string{"homepage", "url"} {
			if u := m.get(f); u.kind() == text {
				b.link(Link{"website", u.raw()}, "metadata/"+f)
			}
		}
	}
	v.items("licenses", "", func(_ int, l value) {
		if l.kind() == group {
			b.license(b.scalar(l.first("value", "expression")))
		} else {
			b.license(b.scalar(l))
		}
	})
	v.items("locations", "", func(_ int, l value) {
		p := l.first("path", "accessPath")
		if l.kind() == text {
			p = l
		}
		if p := b.scalar(p); p != "" {
			b.s.locs = append(b.s.locs, p)
		}
	})
	b.addComponent(&c)
}

func (s *syft) finish() {
	b := s.b
	for i, e := range b.edges {
		if e.Type == dependencyOf {
			b.edges[i] = Relationship{e.To, DependsOn, e.From}
		}
	}
	// Relationships end in files, too, which are no components.
	b.finish(func(string) bool { return true })
}
