package form

import (
	"fmt"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

// The texts as they were read.
var fccRead = []provenance.Source{
	{URL: "https://www.isemag.com/newsfeed/article/55366203/fcc-blocks-new-foreign-made-consumer-routers", Title: "FCC blocks new foreign-made consumer routers", Retrieved: "2026-11-22",
		Says: "the application wants corporate structure, beneficial ownership, board members' nationalities, foreign government ties and a detailed bill of materials"},
	{URL: "https://www.imtr.net/article/fcc-bans-new-routers-made-outside-the-usa-over-security-risks-fbe6", Title: "FCC bans new routers made outside the USA (summary)", Retrieved: "2026-11-22",
		Says: "detailed bill of materials; country of origin for all hardware components and firmware/software; IP ownership details; onshoring plan"},
	{URL: "https://www.bakermckenzie.com/en/insight/publications/2026/04/united-states-fcc-adds-foreign-made-routers-to-covered-list", Title: "FCC adds foreign-made routers to Covered List", Retrieved: "2026-11-22",
		Says: "foreign-produced if any major stage of production, including design, development, manufacturing or assembly, occurs outside the United States; entity-level approval possible"},
	{URL: "https://www.sgs.com.tw/en/news-media-resources-content/page?id=2350", Title: "SGS Wireless Lab Newsletter 202605 on the FCC's FAQ", Retrieved: "2026-11-22",
		Says: "nationality of the producing entity is not relevant to whether a router is produced in a foreign country; no specific evidence is required"},
}

// stages of production that the determination names.
var stages = []struct {
	name  string
	basis []provenance.Basis
}{
	{"design", []provenance.Basis{provenance.Designed}},
	{"development", []provenance.Basis{provenance.Developed, provenance.Built}},
	{"manufacturing", []provenance.Basis{provenance.Manufactured}},
	{"assembly", []provenance.Basis{provenance.Assembled}},
}

// FCCOrigin drafts the part of an application for an FCC conditional approval
// that a bill of materials can feed: who stands behind the device, a table of
// its hardware, and one of its firmware and software, each with the
// organizations that evidence suggests, their countries by basis, and a gap
// where the country of origin belongs: a country of an organization is not the
// country where a thing was made. db gives what is on record about ownership;
// nil is allowed.
func FCCOrigin(r *provenance.Report, db provenance.Database) (*Form, error) {
	f := &Form{ID: "fcc-origin", Title: "Draft annex on components and origin for an FCC conditional approval",
		About: "Components with the country of origin of hardware, firmware and software: what evidence in one input suggests, for the applicant to check, complete and sign.",
		Facts: facts(r), Read: fccRead,
		Unverified: []string{
			"The guidance of the FCC, the Department of War and the Department of Homeland Security was not read itself, only what law firms, a laboratory and the trade press say of it. Follow the official text.",
			"No official format of the table was found. The columns follow the words of the sources above.",
			"Whether the device is a consumer-grade router, drone, power inverter or robot in the sense of the Covered List is not decided here.",
			"By the FAQ, as reported, the nationality of an entity does not decide where a thing was produced. The countries below are countries of organizations.",
		}}
	all := things(r)
	var device *thing
	for i := range all {
		if all[i].subject {
			device = &all[i]
		}
	}
	f.Sections = append(f.Sections, Section{Title: "Applicant", Fields: []Field{
		{Label: "Applicant, address, contact", Gap: "the applicant"},
		{Label: "Corporate structure and beneficial owners", Gap: "the applicant; see the ownership on public record below"},
		{Label: "Board and management", Gap: "the applicant, from its own register; this tool holds nothing about persons"},
		{Label: "Ties to foreign governments, financing included", Gap: "the applicant"},
		{Label: "Plan and dates for production in the United States", Gap: "the applicant"},
	}})
	f.Sections = append(f.Sections, fccDevice(device))
	if db != nil {
		f.Sections = append(f.Sections, fccOwnership(r, db, device)...)
	}
	hardware := Table{Columns: []string{"Hardware component", "Supplier or maker", "Countries of that organization, by basis", "Country of origin of the hardware"}}
	software := Table{Columns: []string{"Firmware or software", "Who stands behind it", "Countries of that organization, by basis", "Licence and owner of the rights", "Country of origin"}}
	services := Table{Columns: []string{"Service or host", "Operator", "Countries of that organization, by basis", "Country where it runs"}}
	unknown := [3]int{}
	for i := range all {
		t := &all[i]
		if t.subject {
			continue
		}
		kind := 1
		switch {
		case t.service:
			kind = 2
		case t.kind == string(sbom.Device) || t.kind == string(sbom.Platform):
			kind = 0
		}
		if t.standing == provenance.Unknown {
			unknown[kind]++
		}
		table := [3]*Table{&hardware, &software, &services}[kind]
		if len(table.Rows) == maxRows {
			table.Left++
			continue
		}
		who, where := fccBehind(t)
		name := Field{Values: value(t.label(), strings.TrimSpace(t.kind+at(place(t))))}
		switch kind {
		case 0:
			hardware.Rows = append(hardware.Rows, []Field{name, who, where, stageGap(t, "ask the supplier in which country it was designed, manufactured and assembled")})
		case 1:
			software.Rows = append(software.Rows, []Field{name, who, where, fccRights(t), stageGap(t, "ask the supplier in which country it was developed and built")})
		case 2:
			services.Rows = append(services.Rows, []Field{name, who, where, stageGap(t, "ask the operator in which country it is hosted")})
		}
	}
	section := func(title, rule, none string, t Table, unknown int, chips []Field) {
		s := Section{Title: title, Rule: rule, Fields: chips}
		if n := len(t.Rows) + t.Left; n == 0 {
			s.Fields = append(s.Fields, Field{Label: "Components", Gap: none})
		} else {
			s.Text = []string{fmt.Sprintf("%s, %d of them attributed to nobody.", count(n, "entry", "entries"), unknown)}
			s.Tables = []Table{t}
		}
		f.Sections = append(f.Sections, s)
	}
	section("Hardware components", "country of origin of hardware components", "the hardware bill of materials: the input lists no hardware component", hardware, unknown[0], fccChips(device))
	section("Firmware and software components", "country of origin of firmware and software", "the software bill of materials: the input lists no software component", software, unknown[1], nil)
	section("Services that the device uses", "", "ask the maker which services the device reaches: the input names none", services, unknown[2], nil)
	f.Sections = append(f.Sections, signature())
	return f, nil
}

func place(t *thing) string {
	if len(t.locations) > 0 {
		text := t.locations[0]
		if len(t.locations) > 1 {
			text += fmt.Sprintf(" and %d further places", len(t.locations)-1)
		}
		return text
	}
	return t.place
}

// fccBehind says who stands behind a component, and their countries.
func fccBehind(t *thing) (who, where Field) {
	for i := range t.attributions {
		a := &t.attributions[i]
		switch {
		case a.Community && a.Project != nil:
			who.Values = append(who.Values, Value{Text: "the community of " + a.Project.Name + ", by record: no organization controls it", From: t.proof(a), Sources: a.Sources})
		case a.Organization.ID == "":
		case a.Foundation:
			who.Values = append(who.Values, t.attributed(a))
			where.Values = append(where.Values, Value{Text: "a foundation, seat: " + report.Seat(a), From: "origin database"})
		default:
			who.Values = append(who.Values, t.attributed(a))
			where.Values = append(where.Values, countries(a)...)
		}
	}
	where.Values = uniqueValues(where.Values)
	if len(who.Values) == 0 {
		who.Gap = "ask the supplier who made it: nobody is attributed"
		where.Gap = "follows from who made it"
	} else if len(where.Values) == 0 {
		where.Gap = "none on record"
	}
	return who, where
}

func uniqueValues(list []Value) []Value {
	var out []Value
	for _, v := range list {
		if !slices.ContainsFunc(out, func(o Value) bool { return o.Text == v.Text }) {
			out = append(out, v)
		}
	}
	return out
}

// stageGap is the country of origin of one thing: what a record states of the
// makers' activities, never more than a hint, and the gap.
func stageGap(t *thing, gap string) Field {
	return Field{Values: activities(t.attributions, provenance.Designed, provenance.Developed, provenance.Built, provenance.Manufactured, provenance.Assembled, provenance.Hosted, provenance.Operated), Gap: gap}
}

// activities are the countries in which records place the work of the
// organizations behind a thing.
func activities(attributions []provenance.Attribution, bases ...provenance.Basis) []Value {
	var out []Value
	for i := range attributions {
		a := &attributions[i]
		for _, o := range a.Origins {
			if len(o.Via) == 0 && slices.Contains(bases, o.Basis) {
				v := originValue(a.Organization.Name, &o)
				v.Text = "on record, of the organization and not of this item: " + v.Text
				out = append(out, v)
			}
		}
	}
	return uniqueValues(out)
}

func fccRights(t *thing) Field {
	f := Field{Values: t.behind(sbom.Owner)}
	for i, l := range t.licenses {
		if i == 5 {
			f.Values = append(f.Values, Value{Text: fmt.Sprintf("and %d further licences", len(t.licenses)-i)})
			break
		}
		f.Values = append(f.Values, Value{Text: "licence " + l, From: "the input"})
	}
	if len(f.Values) == 0 {
		f.Gap = "ask the supplier for licence and owner of the rights"
	}
	return f
}

// fccDevice is the device with its stages of production.
func fccDevice(d *thing) Section {
	s := Section{Title: "Device"}
	if d == nil {
		s.Fields = []Field{{Label: "Device, model, FCC ID", Gap: "the applicant: the input names no device"}}
		d = &thing{}
	} else {
		s.Fields = []Field{{Label: "Device", Values: value(d.label(), "the input"+at(d.place)), Gap: "confirm name and model; add the FCC ID"}}
	}
	for _, role := range []struct {
		label string
		role  sbom.Role
		gap   string
	}{{"Brand", sbom.Brand, "the applicant"}, {"Manufacturer", sbom.Manufacturer, "the applicant"}, {"Designer and builder for the brand (ODM)", sbom.ODM, "the applicant: is there one?"},
		{"Development kit", sbom.SDK, "ask the manufacturer"}, {"Main silicon", sbom.Silicon, "ask the manufacturer"}} {
		f := Field{Label: role.label}
		for i := range d.attributions {
			if a := &d.attributions[i]; a.Role == role.role && a.Organization.ID != "" {
				f.Values = append(f.Values, d.attributed(a))
				f.Values = append(f.Values, uniqueValues(countries(a))...)
			}
		}
		if len(f.Values) == 0 {
			f.Gap = role.gap
		}
		s.Fields = append(s.Fields, f)
	}
	for _, st := range stages {
		s.Fields = append(s.Fields, Field{Label: "Country of " + st.name, Values: activities(d.attributions, st.basis...), Gap: "ask the manufacturer: where was this device's " + st.name + " done, and by whom?"})
	}
	return s
}

// fccChips lists makers of chips that evidence about the device suggests.
func fccChips(d *thing) []Field {
	if d == nil {
		return nil
	}
	f := Field{Label: "Chips that the device's firmware shows", Values: d.behind(sbom.Silicon)}
	if len(f.Values) == 0 {
		return nil
	}
	f.Gap = "ask the manufacturer for part numbers, and for the country in which each was designed, made and packaged"
	return []Field{f}
}

// fccOwnership draws who holds the organizations behind the device.
func fccOwnership(r *provenance.Report, db provenance.Database, d *thing) []Section {
	if d == nil {
		return nil
	}
	var s Section
	s.Title = "Ownership on public record of those behind the device"
	seen := map[string]bool{}
	for i := range d.attributions {
		a := &d.attributions[i]
		if a.Organization.ID == "" || seen[a.Organization.ID] || len(s.Trees) == 12 {
			continue
		}
		seen[a.Organization.ID] = true
		if n := ownership(db, a.Organization.ID, r.AsOf); n != nil {
			s.Trees = append(s.Trees, *n)
			if len(n.Up) == 0 {
				s.Fields = append(s.Fields, Field{Label: a.Organization.Name, Gap: "ask it for its owners; none are on record"})
			}
		}
	}
	if len(s.Trees) == 0 {
		return nil
	}
	return []Section{s}
}
