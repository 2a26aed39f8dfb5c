package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
)

// WriteDifference writes what changed between two reports for a person.
// Strings of the input are treated as by [WriteText].
func WriteDifference(w io.Writer, d *provenance.Difference, opts *TextOptions) error {
	p := newPrinter(w, opts)
	side := func(name string, s provenance.Side) {
		edition := Visible(string(s.Database.Date))
		if d.Before.Database.Date == d.After.Database.Date && d.Before.Database.SHA256 != d.After.Database.SHA256 {
			// Two editions of one day are told apart by their digests.
			edition += fmt.Sprintf(" (sha256 %.12s)", Visible(s.Database.SHA256))
		}
		p.row(0, 11, name, fmt.Sprintf("%s; facts as of %s, database of %s", cmp.Or(Visible(s.Name), "(unnamed)"), Visible(string(s.AsOf)), edition))
	}
	side("Before", d.Before)
	side("After", d.After)
	if d.Empty() {
		p.w.WriteByte('\n')
		p.line("", "", 0, "Nothing changed in what was found or judged.")
		return p.flush()
	}
	if v := d.Verdict; v != nil {
		p.w.WriteByte('\n')
		p.line(verdictStyle(provenance.Verdict(v.After)), "Verdict  ", 9, fmt.Sprintf("%s, was %s", cmp.Or(v.After, "none"), cmp.Or(v.Before, "none")))
	}
	if len(d.Findings) > 0 {
		p.heading("Findings")
	}
	for _, f := range d.Findings {
		text := sentence(f.Why)
		if f.Kind == provenance.Changed {
			text = fmt.Sprintf("%s, was %s: %s", Visible(f.Verdict.After), Visible(f.Verdict.Before), text)
		} else {
			text = cmp.Or(Visible(f.Verdict.After), Visible(f.Verdict.Before)) + ": " + text
		}
		p.line("", "  "+pad(sign(f.Kind), 2), 6, text+" ["+Visible(f.ID)+"]"+because(f.Because))
		for i, g := range f.Facts {
			if i == 4 && len(f.Facts) > 5 && !p.full {
				p.line("", "      ", 8, fmt.Sprintf("and %d more", len(f.Facts)-i))
				break
			}
			p.line("", "      ", 8, fact(g))
		}
	}
	set := func(title string, s provenance.SetChange) {
		if len(s.Added)+len(s.Removed) == 0 {
			return
		}
		p.heading(title)
		for _, x := range s.Added {
			p.line("", "  + ", 6, Visible(x))
		}
		for _, x := range s.Removed {
			p.line("", "  - ", 6, Visible(x))
		}
	}
	set("Organizations", d.Organizations)
	set("Owners", d.Owners)
	set("Countries, with the basis", d.Countries)
	if len(d.Items) > 0 {
		p.heading("Components and services")
	}
	for i, c := range d.Items {
		if i == 100 && !p.full {
			p.line("", "  ", 4, fmt.Sprintf("and %s more", number(int64(len(d.Items)-i))))
			break
		}
		text := Visible(c.Name)
		if c.Version != nil {
			text += fmt.Sprintf(" %s, was %s", cmp.Or(Visible(c.Version.After), "(no version)"), cmp.Or(Visible(c.Version.Before), "(no version)"))
		}
		if c.Standing != nil {
			text += fmt.Sprintf("; %s, was %s", Visible(c.Standing.After), Visible(c.Standing.Before))
		}
		changes := func(name string, s provenance.SetChange) {
			if len(s.Added) > 0 {
				text += "; " + name + " now " + p.names(s.Added, 4)
			}
			if len(s.Removed) > 0 {
				text += "; " + name + " no longer " + p.names(s.Removed, 4)
			}
		}
		changes("attributed", c.Attributions)
		changes("countries", c.Countries)
		changes("owners", c.Owners)
		p.line("", "  "+pad(sign(c.Kind), 2), 6, text+because(c.Because))
	}
	return p.flush()
}

// fact says how one thing that a finding rests on changed.
func fact(g provenance.FactChange) string {
	switch {
	case g.Before == "":
		return fmt.Sprintf("new: %s, %s", Visible(g.Fact), Visible(g.After))
	case g.After == "":
		return fmt.Sprintf("gone: %s, %s", Visible(g.Fact), Visible(g.Before))
	}
	return fmt.Sprintf("%s: %s, was %s", Visible(g.Fact), Visible(g.After), Visible(g.Before))
}

func sign(k provenance.ChangeKind) string {
	switch k {
	case provenance.Added:
		return "+"
	case provenance.Removed:
		return "-"
	}
	return "~"
}

// because says why something changed.
func because(causes []provenance.Cause) string {
	if len(causes) == 0 {
		return ""
	}
	words := make([]string, len(causes))
	for i, c := range causes {
		words[i] = Visible(string(c))
	}
	return " (by " + strings.Join(words, ", ") + ")"
}

// WriteReconciliation writes for a person what a document declares against what
// was found. Strings of the input are treated as by [WriteText].
func WriteReconciliation(w io.Writer, r *provenance.Reconciliation, opts *TextOptions) error {
	p := newPrinter(w, opts)
	p.row(0, 11, "Declared", cmp.Or(Visible(r.Declared.Name), "(unnamed)"))
	p.row(0, 11, "Found in", cmp.Or(Visible(r.Found.Name), "(unnamed)"))
	p.w.WriteByte('\n')
	head := fmt.Sprintf("%s declared and found, %s declared and not found, %s found and not declared",
		plural(len(r.Matches), "component", "components"), number(int64(len(r.NotFound))), number(int64(len(r.Undeclared))))
	if r.Verdict != "" && r.Verdict != provenance.NoFinding {
		p.line(verdictStyle(r.Verdict), strings.ToUpper(Visible(string(r.Verdict)))+"  ", 0, head)
	} else {
		p.line("", "", 0, head)
	}
	if len(r.Findings) > 0 {
		p.heading("Findings")
		for _, g := range groups(r.Findings) {
			p.finding(g)
		}
	}
	list := func(title string, refs []provenance.ItemRef) {
		if len(refs) == 0 {
			return
		}
		var names []string
		for _, x := range refs {
			names = append(names, label("", x.Name, x.Version))
		}
		p.heading(title)
		p.line("", "  ", 4, p.names(names, 40))
	}
	list("Declared and not found", r.NotFound)
	list("Found and not declared", r.Undeclared)
	return p.flush()
}
