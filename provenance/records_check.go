package provenance

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/touchmark-dev/touchmark/sbom"
	"go.yaml.in/yaml/v4"
)

// A defect is a part of a record that is not well formed.
type defect struct {
	part string // "identifiers/3/kind"
	what string
}

type defects []defect

func (d *defects) add(part, format string, args ...any) {
	*d = append(*d, defect{part, fmt.Sprintf(format, args...)})
}

// malformed turns defects into errors with file and line.
func malformed(file string, data []byte, ds defects) error {
	errs := make([]error, 0, len(ds))
	for _, d := range ds {
		errs = append(errs, fmt.Errorf("%s:%d: %s: %s", file, lineOf(data, d.part), d.part, d.what))
	}
	return errors.Join(errs...)
}

// standsIn reports whether a YAML document has a part.
func standsIn(data []byte, part string) bool {
	var n yaml.Node
	if yaml.Unmarshal(data, &n) != nil || len(n.Content) == 0 {
		return false
	}
	at := n.Content[0]
steps:
	for _, step := range strings.Split(part, "/") {
		switch at.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(at.Content); i += 2 {
				if at.Content[i].Value == step {
					at = at.Content[i+1]
					continue steps
				}
			}
			return false
		case yaml.SequenceNode:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(at.Content) {
				return false
			}
			at = at.Content[i]
		default:
			return false
		}
	}
	return true
}

// lineOf returns the line of a part of a YAML document, or of the nearest part
// around it.
func lineOf(data []byte, part string) int {
	var n yaml.Node
	if err := yaml.Unmarshal(data, &n); err != nil || len(n.Content) == 0 {
		return 1
	}
	at := n.Content[0]
	line := at.Line
	if part == "" {
		return line
	}
steps:
	for _, step := range strings.Split(part, "/") {
		switch at.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(at.Content); i += 2 {
				if at.Content[i].Value == step {
					line, at = at.Content[i].Line, at.Content[i+1]
					continue steps
				}
			}
			return line
		case yaml.SequenceNode:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(at.Content) {
				return line
			}
			at = at.Content[i]
			line = at.Line
		default:
			return line
		}
	}
	return line
}

var (
	idForm      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`) })
	countryForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z]{2}$`) })
)

// identifierKinds are the kinds that a record can hold: those that a lookup
// asks for by value. Names of organizations are names. The mail domains of which
// a source says that they are the staff's are domains with corporate_mail.
var identifierKinds = []sbom.ClaimKind{sbom.PURL, PackageName, sbom.CPE, sbom.Domain, sbom.MailDomain, sbom.CertOrg,
	sbom.LiteralMark, sbom.DTPrefix, sbom.OUI, sbom.USB, sbom.PCI, sbom.Bluetooth, sbom.Zigbee, sbom.JEDEC,
	sbom.AndroidPrefix, sbom.LEI}

// IdentifierKinds returns the kinds that an [Identifier] of a record can have.
func IdentifierKinds() []sbom.ClaimKind { return slices.Clone(identifierKinds) }

var (
	organizationKinds = []OrganizationKind{Company, Foundation, Government, University, Association}
	nameKinds         = []NameKind{"", LegalName, ShortName, BrandName, FormerName}
	bases             = []Basis{Registered, Headquartered, Designed, Developed, Built, Manufactured, Assembled, Hosted, Operated, Maintained}
	ownershipKinds    = []OwnershipKind{Equity, Voting, Control, StateHeld}
	entryKinds        = []EntryKind{EntityEntry, CategoryEntry, CatchAllEntry}
)

func oneOf[T comparable](d *defects, part string, value T, known []T) {
	if slices.Contains(known, value) {
		return
	}
	words := make([]string, 0, len(known))
	for _, k := range known {
		if w := fmt.Sprint(k); w != "" {
			words = append(words, w)
		}
	}
	d.add(part, "%q is not one of %s", fmt.Sprint(value), strings.Join(words, ", "))
}

func (d *defects) id(part, id string) {
	if !idForm().MatchString(id) {
		d.add(part, "%q is not an id: want lower-case ASCII letters, digits and single hyphens", id)
	}
}

func (d *defects) recordID(id, file string) {
	d.id("id", id)
	if id != file {
		d.add("id", "id %q is not the file's name %q", id, file)
	}
}

func (d *defects) date(part string, date Date) {
	if date == "" {
		return
	}
	if _, err := ParseDate(string(date)); err != nil {
		d.add(part, "%v", err)
	}
}

func (d *defects) role(part string, role sbom.Role) {
	if role != 0 {
		oneOf(d, part, role, sbom.Roles())
	}
}

func (d *defects) statement(part string, s Statement) {
	d.retraction(part+"/retracted", s.Retracted)
}

func (d *defects) retraction(part string, r *Retraction) {
	if r == nil {
		return
	}
	d.date(part+"/date", r.Date)
	if r.Date == "" || strings.TrimSpace(r.Reason) == "" {
		d.add(part, "a retraction needs a date and a reason")
	}
}

func (d *defects) names(names []Name) {
	for i, n := range names {
		part := fmt.Sprintf("names/%d", i)
		if strings.TrimSpace(n.Name) == "" {
			d.add(part+"/name", "empty name")
		}
		oneOf(d, part+"/kind", n.Kind, nameKinds)
		d.date(part+"/from", n.From)
		d.date(part+"/to", n.To)
		d.statement(part, n.Statement)
	}
}

func (d *defects) identifiers(ids []Identifier) {
	for i, id := range ids {
		part := fmt.Sprintf("identifiers/%d", i)
		oneOf(d, part+"/kind", id.Kind, identifierKinds)
		if strings.TrimSpace(id.Value) == "" {
			d.add(part+"/value", "empty value")
		}
		d.role(part+"/role", id.Role)
		d.date(part+"/from", id.From)
		d.date(part+"/to", id.To)
		d.statement(part, id.Statement)
	}
}

func (d *defects) sources(sources map[string]Source) {
	for key, s := range sources {
		d.date("sources/"+key+"/retrieved", s.Retrieved)
	}
	slices.SortFunc(*d, func(a, b defect) int { return strings.Compare(a.part, b.part) })
}

func checkOrganization(o *Organization, file string) defects {
	var d defects
	d.recordID(o.ID, file)
	if strings.TrimSpace(o.Name) == "" {
		d.add("name", "empty name")
	}
	oneOf(&d, "kind", o.Kind, organizationKinds)
	d.names(o.Names)
	for i, origin := range o.Origins {
		part := fmt.Sprintf("origins/%d", i)
		if !countryForm().MatchString(origin.Country) {
			d.add(part+"/country", "%q is not an ISO 3166-1 alpha-2 code", origin.Country)
		}
		oneOf(&d, part+"/basis", origin.Basis, bases)
		d.date(part+"/since", origin.Since)
		d.date(part+"/until", origin.Until)
		d.statement(part, origin.Statement)
	}
	for i, owner := range o.Owners {
		part := fmt.Sprintf("owners/%d", i)
		switch {
		case (owner.Organization == "") == (owner.State == ""):
			d.add(part, "want exactly one of organization and state")
		case owner.Organization != "":
			d.id(part+"/organization", owner.Organization)
		case !countryForm().MatchString(owner.State):
			d.add(part+"/state", "%q is not an ISO 3166-1 alpha-2 code", owner.State)
		}
		if _, err := owner.Share.Interval(); err != nil {
			d.add(part+"/share", "%v", err)
		}
		oneOf(&d, part+"/kind", owner.Kind, ownershipKinds)
		d.date(part+"/since", owner.Since)
		d.date(part+"/until", owner.Until)
		d.statement(part, owner.Statement)
	}
	d.identifiers(o.Identifiers)
	d.date("reviewed", o.Reviewed)
	d.retraction("retracted", o.Retracted)
	d.sources(o.Sources)
	return d
}

func checkProject(p *Project, file string) defects {
	var d defects
	d.recordID(p.ID, file)
	if strings.TrimSpace(p.Name) == "" {
		d.add("name", "empty name")
	}
	for i, s := range p.Stewards {
		part := fmt.Sprintf("stewards/%d", i)
		d.id(part+"/organization", s.Organization)
		oneOf(&d, part+"/role", s.Role, sbom.Roles())
		d.date(part+"/since", s.Since)
		d.date(part+"/until", s.Until)
		d.statement(part, s.Statement)
	}
	if c := p.Community; c != nil {
		d.date("community/since", c.Since)
		d.date("community/until", c.Until)
		d.statement("community", c.Statement)
	}
	if u := p.Unaffiliated; u != nil {
		d.date("unaffiliated/since", u.Since)
		d.date("unaffiliated/until", u.Until)
		d.statement("unaffiliated", u.Statement)
	}
	d.names(p.Names)
	d.identifiers(p.Identifiers)
	d.date("reviewed", p.Reviewed)
	d.retraction("retracted", p.Retracted)
	d.sources(p.Sources)
	return d
}

func checkList(l *List, file string) defects {
	var d defects
	d.id("id", l.ID)
	if file != l.ID && !strings.HasPrefix(file, l.ID+"-") {
		d.add("id", "the file's name %q does not start with the id %q and a hyphen", path.Base(file), l.ID)
	}
	if strings.TrimSpace(l.Edition) == "" {
		d.add("edition", "empty edition")
	}
	for i, e := range l.Entries {
		part := fmt.Sprintf("entries/%d", i)
		if strings.TrimSpace(e.Name) == "" {
			d.add(part+"/name", "empty name")
		}
		oneOf(&d, part+"/kind", e.Kind, entryKinds)
		for j, id := range e.Organizations {
			d.id(fmt.Sprintf("%s/organizations/%d", part, j), id)
		}
		d.date(part+"/effective", e.Effective)
		d.date(part+"/ended", e.Ended)
		d.statement(part, e.Statement)
	}
	d.date("reviewed", l.Reviewed)
	d.sources(l.Sources)
	return d
}
