package lint

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb/internal/registry"
	"github.com/touchmark-dev/touchmark/sbom"
)

// rows returns the registry and rows behind a source of the record; nil where
// it is no registry source, or reported already.
func (s *sourced) rows(name string) (*registry.Registry, []registry.Row) {
	src := s.sources[name]
	if src.Registry == "" || s.c.registries == nil {
		return nil, nil
	}
	r := s.c.registries.Registry(src.Registry)
	if r == nil {
		return nil, nil
	}
	return r, r.Rows(src.Key)
}

// depositary marks rows of securities that are not the issuer's own shares.
var depositary = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(ADR|ADS|GDR|BDR|CDI|DRC|NVDR|depositary|depository)\b`)
})

// originSources checks that the rows cited for an origin say it.
func (s *sourced) originSources(p at, o provenance.Origin) {
	for _, name := range o.Sources {
		r, rows := s.rows(name)
		if r == nil || len(rows) == 0 {
			continue
		}
		s.rowsName(p, []string{name}, s.names, "", r.ID)
		switch {
		case o.Basis == provenance.Registered && r.ISIN != "":
			isin := rows[0][r.ISIN]
			switch {
			case isin == "":
				p.error("registry-row", "row %q of %s has no ISIN, so it does not say where the issuer is registered", s.sources[name].Key, r.ID)
			case depositary().MatchString(rows[0][r.Names[0]]):
				p.error("registry-row", "row %q of %s is a depositary receipt: its ISIN is not the issuer's", s.sources[name].Key, r.ID)
			case !strings.HasPrefix(isin, o.Country):
				p.error("registry-row", "row %q of %s has ISIN %s, which does not say %s", s.sources[name].Key, r.ID, isin, o.Country)
			case rows[0][r.Country] != o.Country && o.Country == "US":
				p.warn("registry-row", "row %q of %s has a US ISIN and the country %s: it may be a depositary receipt", s.sources[name].Key, r.ID, rows[0][r.Country])
			}
		case r.Country == "" || r.Basis == "":
			p.error("registry-row", "registry %s is no source of an origin", r.ID)
		case r.Basis != o.Basis:
			p.error("registry-row", "the country of registry %s means %s, not %s", r.ID, r.Basis, o.Basis)
		case rows[0][r.Country] != o.Country:
			p.error("registry-row", "row %q of %s says %q, not %s", s.sources[name].Key, r.ID, rows[0][r.Country], o.Country)
		}
	}
}

// rowsName checks that the rows of the named registry that a statement cites
// name one of the given names.
func (s *sourced) rowsName(p at, sources []string, names map[string]bool, whose, registryID string) {
	for _, name := range sources {
		r, rows := s.rows(name)
		if r == nil || len(rows) == 0 || r.ID != registryID || len(r.Names) == 0 {
			continue
		}
		if named(r, rows, names) {
			continue
		}
		if whose == "" {
			whose = "the record"
		}
		if mentioned(r, rows, names) {
			p.warn("registry-name", "row %q of %s names %s, which only mentions %s", s.sources[name].Key, r.ID, rowNames(r, rows), whose)
			continue
		}
		p.error("registry-name", "row %q of %s names %s, which is no name of %s", s.sources[name].Key, r.ID, rowNames(r, rows), whose)
	}
}

func rowNames(r *registry.Registry, rows []registry.Row) string {
	var names []string
	for _, row := range rows {
		for _, c := range r.Names {
			if row[c] != "" {
				names = append(names, strconv.Quote(row[c]))
			}
		}
	}
	return strings.Join(names, ", ")
}

// named reports whether a row gives one of the names.
func named(r *registry.Registry, rows []registry.Row, names map[string]bool) bool {
	for _, row := range rows {
		for _, c := range r.Names {
			if row[c] == "" {
				continue
			}
			key := provenance.Key(sbom.OrgName, strings.ReplaceAll(row[c], "_", " "))
			for name := range names {
				if sameName(key, name) {
					return true
				}
			}
		}
	}
	return false
}

// mentioned reports whether a row has one of the names among its words, as in
// "Belkin International, Inc. (Linksys)".
func mentioned(r *registry.Registry, rows []registry.Row, names map[string]bool) bool {
	for _, row := range rows {
		for _, c := range r.Names {
			key := " " + provenance.Key(sbom.OrgName, strings.ReplaceAll(row[c], "_", " ")) + " "
			for name := range names {
				if !shortName(name) && strings.Contains(key, " "+name+" ") {
					return true
				}
			}
		}
	}
	return false
}

// sameName reports whether two folded names are the same but for spaces, or
// one is the beginning of the other, abbreviated words included ("alphabet" and
// "alphabet class c", "brother ind" and "brother industries"). That is enough
// to accept a citation which a person chose, and far too little to match names.
func sameName(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	if strings.ReplaceAll(a, " ", "") == strings.ReplaceAll(b, " ", "") {
		return true
	}
	x, y := strings.Fields(a), strings.Fields(b)
	for i := range min(len(x), len(y)) {
		if x[i] == y[i] {
			continue
		}
		n := commonPrefix(x[i], y[i])
		if i == 0 || n < 3 || n < min(len(x[i]), len(y[i])) && n < 6 {
			return false
		}
	}
	return true
}

func commonPrefix(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// rowsGiveName checks that the rows cited for a name give it.
func (s *sourced) rowsGiveName(p at, n provenance.Name) {
	want := provenance.Key(sbom.OrgName, n.Name)
	for _, name := range n.Sources {
		r, rows := s.rows(name)
		if r == nil || len(rows) == 0 || len(r.Names) == 0 {
			continue
		}
		found := false
		for _, row := range rows {
			// A key such as "GitHub/org/aliyun" gives a name too.
			for _, c := range slices.Concat(r.Names, r.Key) {
				key := provenance.Key(sbom.OrgName, strings.ReplaceAll(row[c], "_", " "))
				if sameName(key, want) || strings.Contains(" "+key+" ", " "+want+" ") || strings.Contains(row[c], n.Name) {
					found = true
				}
			}
		}
		if !found {
			p.error("registry-name", "row %q of %s gives the name %s, not %q", s.sources[name].Key, r.ID, rowNames(r, rows), n.Name)
		}
	}
}

// identifierSources checks that the rows cited for an identifier are the
// record's and hold the identifier, where the registry has such a column.
func (s *sourced) identifierSources(p at, id provenance.Identifier) {
	if id.CorporateMail && len(id.Sources) > 0 && !slices.ContainsFunc(id.Sources, func(name string) bool { return s.sources[name].URL != "" }) {
		p.error("registry-row", "no source of %q says that the staff has mail there, a row of a registry gives a website: cite who does, or record a mail-domain beside the domain, uncited", id.Value)
	}
	for _, name := range id.Sources {
		r, rows := s.rows(name)
		if r == nil || len(rows) == 0 {
			continue
		}
		s.rowsName(p, []string{name}, s.names, "", r.ID)
		key := r.NormalKey(s.sources[name].Key)
		switch {
		case r.Kind == sbom.CPE && id.Kind == sbom.CPE:
			if vendor, _, _ := strings.Cut(id.Value, ":"); vendor != key {
				p.error("registry-row", "row %q of %s is not the vendor %q", key, r.ID, vendor)
			}
		case r.Kind != 0 && r.Kind == id.Kind:
			if provenance.Key(id.Kind, r.Identifier(key)) != provenance.Key(id.Kind, id.Value) {
				p.error("registry-row", "row %q of %s is not %s %q", key, r.ID, id.Kind, id.Value)
			}
		case id.Kind == sbom.Domain && r.Website != "":
			if !atDomain(rows, r.Website, id.Value) {
				p.error("registry-row", "row %q of %s gives the website %q, not the domain %q", key, r.ID, rows[0][r.Website], id.Value)
			}
		case id.Kind == sbom.Domain:
			p.error("registry-row", "registry %s says nothing about domains", r.ID)
		case id.CorporateMail:
			p.error("registry-row", "registry %s says nothing about mail", r.ID)
		}
	}
}

func atDomain(rows []registry.Row, column, domain string) bool {
	for _, row := range rows {
		text := row[column]
		if !strings.Contains(text, "://") {
			text = "https://" + text
		}
		u, err := url.Parse(text)
		if err != nil {
			continue
		}
		host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
		if host == domain || strings.HasSuffix(host, "."+domain) || strings.HasSuffix(domain, "."+host) {
			return true
		}
	}
	return false
}
