package form

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

// FAR25Policy is the id of the policy whose findings [FAR25] puts into the
// form, and far25List that of the list it rests on.
const (
	FAR25Policy = "ndaa-889"
	far25List   = "us-ndaa-889"
)

// The texts as they were read.
var (
	far25 = provenance.Source{URL: "https://www.acquisition.gov/far/52.204-25", Title: "FAR 52.204-25, read as quoted in public repositories", Retrieved: "2026-11-22",
		Says: "(d)(2): within one business day contract and order number, supplier, brand, model, item description; within 10 business days mitigation and efforts to prevent use"}
	far24 = provenance.Source{URL: "https://www.farclause.com/FARregulation/Clause/FAR52.204-24_Basic-representation-regarding-certain-telecommuni", Title: "FAR 52.204-24 (Nov 2021), stored copy", Retrieved: "2026-11-22",
		Says: "the offeror represents whether it will provide, and after a reasonable inquiry does use, covered equipment or services"}
	farOverhaul = provenance.Source{URL: "https://part52.dev/context/clauses/52.240-91/index.html", Title: "FAR 52.240-91, Security Prohibitions and Exclusions, stored copy", Retrieved: "2026-11-22",
		Says: "introduced by the Revolutionary FAR Overhaul; applies to contracts using the RFO FAR model"}
)

// FAR25 drafts the report of FAR 52.204-25(d)(2) on each item for which the
// report has findings of the policy [FAR25Policy], with the log of the inquiry
// and an annex for the representation of FAR 52.204-24. db gives the edition of
// the list; nil is allowed. A report made without that policy gives an error
// that wraps [ErrPolicy].
func FAR25(r *provenance.Report, db provenance.Database) (*Form, error) {
	if !slices.ContainsFunc(r.Policies, func(p provenance.PolicyRef) bool { return p.ID == FAR25Policy }) {
		return nil, fmt.Errorf("form far-52.204-25 wants a report made with --policy %s: %w", FAR25Policy, ErrPolicy)
	}
	f := &Form{ID: "far-52.204-25", Title: "Draft report under FAR 52.204-25(d)",
		About: "Covered telecommunications or video surveillance equipment or services: what evidence in one input suggests, for a person to check, complete and sign.",
		Facts: facts(r), Read: []provenance.Source{far25, far24, farOverhaul},
		Unverified: []string{
			"The clause was read as public repositories and pages quote it, not in the official edition. Compare with the clause in your contract.",
			"Contracts under the FAR overhaul (RFO) reserve 52.204-24 to -26 and carry 52.240-91 instead, which also covers other prohibitions; its reporting paragraph was not read. If your contract has it, report as it says.",
			"52.204-24(e) was read in an agency's adaptation only; check the items of the disclosure against the provision in the solicitation.",
			"Whether an item is a substantial or essential component, or critical technology, and whether an exception in (c) applies, is not decided here.",
		}}
	f.Sections = append(f.Sections, Section{Title: "When and to whom", Rule: "52.204-25(d)(1), (d)(2)",
		Text: []string{
			"The duty starts when the contractor identifies covered equipment or services used as a substantial or essential component of any system, or as critical technology as part of any system, during contract performance, or is notified of such.",
			"To the contracting officer, unless the contract says otherwise; for the Department of Defense to the website https://dibnet.dod.mil. For indefinite delivery contracts also to the contracting officers of affected orders.",
			"Part 1 is due within one business day of identification or notification, part 2 within 10 business days of submitting part 1."},
		Fields: []Field{
			{Label: "Identified or notified on (day and hour)", Gap: "the person who signs: this starts the period; the draft has no clock"},
			{Label: "Part 1 due", Gap: "count one business day from it"},
			{Label: "Part 2 due", Gap: "count 10 business days from the day on which part 1 was submitted"},
			{Label: "Contracting officer, or website", Gap: "contract file"},
		}})
	items, judge := far25Items(r)
	all := things(r)
	byRef := map[string]*thing{}
	for i := range all {
		if byRef[all[i].ref] == nil {
			byRef[all[i].ref] = &all[i]
		}
	}
	head := Section{Title: "What evidence suggests", Text: []string{
		"A list entry is a fact about an organization; that an item is its product is an inference from the evidence that is named. Nothing here says that anything is or is not covered, or that anybody complies."}}
	if len(items)+len(judge) == 0 {
		head.Text = append(head.Text, fmt.Sprintf("The policy gave no finding that counts. %s of %d in the input are attributed to nobody, and that is not an answer about them.",
			count(r.Coverage.Unknown, "component", "components"), r.Coverage.Components))
	} else {
		t := Table{Columns: []string{"Part", "Item", "Evidence suggests", "List entry", "Verdict of the policy"}}
		for _, group := range []struct {
			part string
			of   []far25Item
		}{{"to report, if confirmed", items}, {"to judge first", judge}} {
			for _, it := range group.of {
				if len(t.Rows) == maxRows {
					t.Left++
					continue
				}
				fd := it.findings[0]
				t.Rows = append(t.Rows, []Field{cell(group.part), cell(it.label(byRef)), cell(fd.Why), cell(listText(fd.List)), cell(string(fd.Verdict))})
			}
		}
		head.Tables = []Table{t}
	}
	f.Sections = append(f.Sections, head)
	for i, it := range items {
		if i == maxItems {
			f.Sections = append(f.Sections, Section{Title: "Further items", Text: []string{fmt.Sprintf("%s are in the table above and not described one by one.", count(len(items)-i, "item", "items"))}})
			break
		}
		f.Sections = append(f.Sections, far25Part1(r, &it, byRef, i+1))
	}
	f.Sections = append(f.Sections, far25Part2(r, items))
	for i, it := range judge {
		if i == maxItems {
			break
		}
		f.Sections = append(f.Sections, far25Judge(&it, byRef, i+1))
	}
	f.Sections = append(f.Sections, inquiry(r, db, all), far24Annex(items, byRef))
	f.Sections = append(f.Sections, signature())
	return f, nil
}

func signature() Section {
	return Section{Title: "For the person who signs", Fields: []Field{
		{Label: "Checked against the contract, the purchase records and the supplier's answers", Gap: "the person who signs"},
		{Label: "Name, function, date, signature", Gap: "the person who signs"},
	}}
}

// far25Item is one thing that evidence ties to one list entry.
type far25Item struct {
	findings []*provenance.Finding
}

func (it *far25Item) refs() []string {
	var refs []string
	for _, f := range it.findings {
		for _, ref := range append([]string{cmp.Or(f.Component, f.Service)}, f.Also...) {
			if ref != "" && !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	return refs
}

func (it *far25Item) label(byRef map[string]*thing) string {
	refs := it.refs()
	name := it.findings[0].Name
	if len(refs) > 0 && byRef[refs[0]] != nil {
		name = byRef[refs[0]].label()
	}
	if len(refs) > 1 {
		name += fmt.Sprintf(" and %d alike", len(refs)-1)
	}
	return cmp.Or(name, "the input as a whole")
}

// far25Items returns the items of findings that count: those of verdict fail,
// and those that a person must judge first.
func far25Items(r *provenance.Report) (items, judge []far25Item) {
	index := map[string]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Policy != FAR25Policy || f.Waiver != nil || f.Verdict == provenance.Info || f.List == nil {
			continue
		}
		list := &items
		if f.Verdict != provenance.Fail {
			list = &judge
		}
		org := ""
		if f.Organization != nil {
			org = f.Organization.ID
		}
		key := string(f.Verdict) + "\x00" + cmp.Or(f.Component, f.Service) + "\x00" + org + "\x00" + f.List.Entry
		j, ok := index[key]
		if !ok {
			j = len(*list)
			index[key] = j
			*list = append(*list, far25Item{})
		}
		(*list)[j].findings = append((*list)[j].findings, f)
	}
	return items, judge
}

func listText(l *provenance.ListRef) string {
	if l == nil {
		return ""
	}
	return report.ListText(l)
}

// far25Part1 drafts what is due within one business day.
func far25Part1(r *provenance.Report, it *far25Item, byRef map[string]*thing, n int) Section {
	f := it.findings[0]
	s := Section{Title: fmt.Sprintf("Part 1, item %d: %s", n, it.label(byRef)), Rule: "52.204-25(d)(2)(i), within one business day"}
	var t *thing
	if refs := it.refs(); len(refs) > 0 {
		t = byRef[refs[0]]
	}
	if t == nil {
		t = &thing{name: f.Name}
	}
	supplier := t.behind(sbom.Supplier)
	brand := t.behind(sbom.Brand)
	for i := range brand {
		brand[i].Text = strings.Replace(brand[i].Text, " as brand", " as the brand's owner", 1)
	}
	var model []Value
	if t.kind == string(sbom.Device) || t.kind == string(sbom.Firmware) || t.subject {
		model = value(t.label(), "the input's name and version"+at(t.place))
	}
	s.Fields = append(s.Fields,
		Field{Label: "Contract number", Gap: "contract file"},
		Field{Label: "Order number(s), if applicable", Gap: "contract file"},
		confirm(field("Supplier name", supplier, "purchase records: from whom was the item bought? The input names no supplier of it"), supplier, "confirm with the purchase records: the supplier is who sold you the item, which the input may not know"),
		Field{Label: "Supplier unique entity identifier, if known", Gap: "ask the supplier, or look it up on SAM.gov"},
		Field{Label: "Supplier CAGE code, if known", Gap: "ask the supplier, or look it up on SAM.gov"},
		confirm(field("Brand", brand, "the item's label; ask the supplier under which brand it is sold"), brand, "confirm on the item's label"),
		confirm(field("Model number (OEM number, manufacturer part number or wholesaler number)", model, "the item's label; ask the supplier for the manufacturer's part number"), model, "confirm that this is the number by which the maker sells it; the input may write a name of its own"),
		Field{Label: "Item description", Values: description(t)},
		field("Mitigation undertaken or recommended, as readily available", mitigation(it), "the person who signs"),
		Field{Label: "Mitigation undertaken so far", Gap: "the person who signs: was it disconnected, isolated, replaced, and when?"},
	)
	s.Fields = append(s.Fields, grounds(it)...)
	return s
}

// confirm adds a gap to a field that has values which a person must confirm.
func confirm(f Field, values []Value, gap string) Field {
	if len(values) > 0 {
		f.Gap = gap
	}
	return f
}

func description(t *thing) []Value {
	out := value(strings.TrimSpace(t.kind+" "+t.label()), "the input"+at(t.place))
	if t.purl != "" {
		out = append(out, Value{Text: t.purl, From: "package URL in the input"})
	}
	for i, l := range t.locations {
		if i == maxEvidence {
			out = append(out, Value{Text: fmt.Sprintf("and %d further places", len(t.locations)-i)})
			break
		}
		out = append(out, Value{Text: l, From: "place in the tree"})
	}
	for _, h := range t.hashes {
		out = append(out, Value{Text: h.Algorithm + " " + h.Value, From: "hash in the input"})
	}
	return out
}

func mitigation(it *far25Item) []Value {
	var out []Value
	for _, f := range it.findings {
		if f.Remedy != "" && !slices.ContainsFunc(out, func(v Value) bool { return v.Text == f.Remedy }) {
			out = append(out, Value{Text: f.Remedy, From: "recommended by rule " + f.Policy + "." + f.Rule})
		}
	}
	return out
}

// grounds says why, from the rule to the bytes.
func grounds(it *far25Item) []Field {
	var chain, cites []Value
	for _, f := range it.findings {
		for _, s := range f.Steps {
			v := Value{Text: s.Text, Sources: s.Sources}
			var places []string
			for i, e := range s.Evidence {
				if i == maxEvidence {
					places = append(places, fmt.Sprintf("and %d further", len(s.Evidence)-i))
					break
				}
				places = append(places, report.EvidenceText(e))
			}
			if s.Place != "" {
				places = append(places, "in the document at "+s.Place)
			}
			v.From = strings.Join(places, "; ")
			if !slices.ContainsFunc(chain, func(o Value) bool { return o.Text == v.Text && o.From == v.From }) {
				chain = append(chain, v)
			}
		}
	}
	f := it.findings[0]
	if f.List != nil {
		cites = append(cites, Value{Text: listText(f.List), From: f.List.Transcribed, Sources: f.List.Sources})
	}
	out := []Field{{Label: "List entry", Values: cites}, {Label: "From the rule to the evidence", Values: chain}}
	var against []Value
	for _, f := range it.findings {
		for _, c := range f.Counter {
			against = append(against, Value{Text: c})
		}
		if f.Downgraded != "" && len(f.Counter) == 0 {
			against = append(against, Value{Text: f.Downgraded})
		}
	}
	if against != nil {
		out = append(out, Field{Label: "What speaks against it", Values: against})
	}
	var ids []string
	for _, f := range it.findings {
		ids = append(ids, f.ID)
	}
	return append(out, Field{Label: "Findings", Values: value(strings.Join(ids, ", "), "the report")})
}

// far25Part2 drafts what is due within 10 business days.
func far25Part2(r *provenance.Report, items []far25Item) Section {
	s := Section{Title: "Part 2, for all items", Rule: "52.204-25(d)(2)(ii), within 10 business days of submitting part 1"}
	if len(items) == 0 {
		s.Text = []string{"Only where part 1 was submitted."}
	}
	s.Fields = []Field{
		{Label: "Further mitigation undertaken or recommended", Gap: "the person who signs"},
		{Label: "Efforts undertaken to prevent use or submission of covered equipment or services",
			Values: value(fmt.Sprintf("the inquiry logged below: %s and %s of the input were examined against the policy as of %s",
				count(r.Coverage.Components, "component", "components"), count(r.Coverage.Services, "service", "services"), r.AsOf), "the report"),
			Gap: "the person who signs: describe purchasing checks, supplier statements and inventories that were in place"},
		{Label: "Additional efforts to prevent future use or submission", Gap: "the person who signs"},
	}
	return s
}

// far25Judge is an item that a person must judge before it is one to report.
func far25Judge(it *far25Item, byRef map[string]*thing, n int) Section {
	f := it.findings[0]
	s := Section{Title: fmt.Sprintf("To judge first, item %d: %s", n, it.label(byRef)), Text: []string{f.Why}}
	if f.Ask != "" {
		s.Fields = append(s.Fields, Field{Label: "Question", Gap: "ask the supplier: " + f.Ask})
	}
	s.Fields = append(s.Fields, grounds(it)...)
	return s
}

// inquiry logs what was looked at.
func inquiry(r *provenance.Report, db provenance.Database, all []thing) Section {
	s := Section{Title: "Log of the inquiry", Rule: "52.204-25(a), \"reasonable inquiry\"", Text: []string{
		"A reasonable inquiry is one designed to uncover any information in the entity's possession about the identity of the producer or provider of covered equipment or services that it uses; an internal or third-party audit is not needed. This log covers one input. It does not cover what else the entity uses or has on file."}}
	c := r.Coverage
	s.Fields = append(s.Fields,
		Field{Label: "Examined on, by whom", Gap: "the person who signs: the report holds no clock and no person"},
		Field{Label: "Examined", Values: value(r.Source.Name+" ("+report.InputText(&r.Source)+")", "the report")},
		Field{Label: "Components", Values: value(fmt.Sprintf("%d: %d attributed to an organization, %d to a foundation, %d to a community, %d to a distributor only, %d unknown",
			c.Components, c.Organization, c.Foundation, c.Community, c.Distributor, c.Unknown), "the report")},
		Field{Label: "Services", Values: value(fmt.Sprintf("%d, of which %d unknown", c.Services, c.UnknownServices), "the report")})
	if t := c.Tree; t != nil {
		text := fmt.Sprintf("%d files with %d bytes: %d bytes explained, %d encrypted or packed, %d unreadable", t.Files, t.Bytes, t.ExplainedBytes, t.OpaqueBytes, t.UnreadableBytes)
		if t.NotRead {
			text = "nothing inside the image was read"
		}
		s.Fields = append(s.Fields, Field{Label: "Files and bytes", Values: value(text, "the report")})
	}
	if db != nil {
		if l := db.List(far25List); l != nil {
			text := l.Title + ", edition " + l.Edition + ", " + count(len(l.Entries), "entry", "entries")
			if !l.Complete {
				text += ", partial"
			}
			var sources []provenance.Source
			if l.URL != "" {
				sources = []provenance.Source{{URL: l.URL, Title: l.Title}}
			}
			s.Fields = append(s.Fields, Field{Label: "List used", Values: value(text, l.Transcribed, sources...)})
		}
	}
	var waived []Value
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Policy == FAR25Policy && f.Waiver != nil && len(waived) < maxRows {
			waived = append(waived, Value{Text: f.ID + ": " + f.Why, From: "waived until " + string(f.Waiver.Expires) + ": " + f.Waiver.Reason})
		}
	}
	if waived != nil {
		s.Fields = append(s.Fields, Field{Label: "Waived findings, not among the items above", Values: waived, Gap: "the person who signs: a waiver of the tool is none of the Government"})
	}
	var asks []Value
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Policy == FAR25Policy && f.Ask != "" && !slices.ContainsFunc(asks, func(v Value) bool { return v.Text == f.Ask }) {
			asks = append(asks, Value{Text: f.Ask, From: "rule " + f.Policy + "." + f.Rule})
		}
	}
	if asks != nil {
		s.Fields = append(s.Fields, Field{Label: "Questions to put to suppliers", Values: asks, Gap: "log the answers, with their dates"})
	}
	var lost []Value
	for _, p := range r.Problems {
		if p.Severity == sbom.ProblemError {
			if len(lost) == maxEvidence {
				lost = append(lost, Value{Text: "further problems are in the report"})
				break
			}
			lost = append(lost, Value{Text: p.Message, From: p.Place})
		}
	}
	if lost != nil {
		s.Fields = append(s.Fields, Field{Label: "Could not be read", Values: lost, Gap: "get a whole copy of the input"})
	}
	t := Table{Caption: "Attributed to nobody: unknown is not an answer", Columns: []string{"Component or service", "Kind", "Place", "To do"}}
	for i := range all {
		th := &all[i]
		if th.standing != provenance.Unknown {
			continue
		}
		if len(t.Rows) == maxRows {
			t.Left++
			continue
		}
		place := th.place
		if len(th.locations) > 0 {
			place = th.locations[0]
		}
		t.Rows = append(t.Rows, []Field{cell(th.label()), cell(th.kind), cell(place), {Gap: "ask the supplier who made it"}})
	}
	if len(t.Rows) > 0 {
		s.Tables = []Table{t}
	}
	s.Fields = append(s.Fields, Field{Label: "Other information in the entity's possession", Gap: "the person who signs: purchase records, asset inventory, supplier statements, labels"})
	return s
}

// far24Annex drafts what the representation of 52.204-24 asks.
func far24Annex(items []far25Item, byRef map[string]*thing) Section {
	s := Section{Title: "Annex: representation", Rule: "52.204-24(d), (e)", Text: []string{
		"Only for an offer, and only where 52.204-26 or 52.212-3 was not answered with \"does not\". The two boxes are for the offeror; this draft ticks none."},
		Fields: []Field{
			{Label: "(d)(1) will / will not provide covered equipment or services", Gap: "the offeror"},
			{Label: "(d)(2) after a reasonable inquiry, does / does not use them", Gap: "the offeror: use outside the scanned product counts too"},
			{Label: "SAM.gov searched for entities excluded from awards for covered equipment or services", Gap: "the offeror: day and result of the search"},
		}}
	if len(items) == 0 {
		return s
	}
	t := Table{Caption: "Disclosure, for items that the offeror confirms", Columns: []string{"Item (brand, model, description)", "Entity that produced it (evidence suggests)", "UEI and CAGE code; maker or distributor", "Proposed use, and what bears on its being permitted"}}
	for _, it := range items {
		if len(t.Rows) == maxRows {
			t.Left++
			continue
		}
		who := Field{Gap: "ask the supplier"}
		if o := it.findings[0].Organization; o != nil {
			who = Field{Values: value(o.Name+", as "+it.findings[0].Role.String(), "finding "+it.findings[0].ID)}
		}
		t.Rows = append(t.Rows, []Field{cell(it.label(byRef)), who, {Gap: "ask the supplier"}, {Gap: "the offeror"}})
	}
	s.Tables = []Table{t}
	return s
}
