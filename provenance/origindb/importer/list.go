package importer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb"
	"github.com/touchmark-dev/touchmark/sbom"
	"go.yaml.in/yaml/v4"
)

// Skipped counts what a list holds and an import leaves out.
type Skipped struct {
	// Persons are entries that name natural persons, or may: those are never
	// imported.
	Persons int
	// Other entries are vessels, aircraft and the like.
	Other int
}

// ScreeningList reads one list of the consolidated screening list of the
// International Trade Administration (consolidated.json) into head: the entries
// whose "source" starts with source, for example "Entity List (EL)" or
// "Specially Designated Nationals (SDN)".
//
// Entries that say that they are individuals are left out. Where a list does
// not say what an entry is, as the Entity List does not, an entry is imported
// only if its name has a word that bodies and no persons have in theirs;
// head.Complete is then cleared if any was left out.
func ScreeningList(file io.Reader, source string, head provenance.List) (*provenance.List, Skipped, error) {
	l, skipped := head, Skipped{}
	l.Entries = nil
	dec := json.NewDecoder(skipMark(file))
	if err := openArray(dec, "results"); err != nil {
		return nil, skipped, fmt.Errorf("read screening list: %w", err)
	}
	for dec.More() {
		var e struct {
			Source      string   `json:"source"`
			Type        *string  `json:"type"`
			Name        string   `json:"name"`
			Programs    []string `json:"programs"`
			Notice      string   `json:"federal_register_notice"`
			Start       string   `json:"start_date"`
			End         string   `json:"end_date"`
			Requirement string   `json:"license_requirement"`
		}
		if err := dec.Decode(&e); err != nil {
			return nil, skipped, fmt.Errorf("read screening list: byte %d: %w", dec.InputOffset(), err)
		}
		if !strings.HasPrefix(e.Source, source) {
			continue
		}
		switch kind := deref(e.Type); {
		case strings.EqualFold(kind, "individual"):
			skipped.Persons++
			continue
		case kind == "" && !namesBody(e.Name):
			skipped.Persons++
			l.Complete = false
			continue
		case kind != "" && !strings.EqualFold(kind, "entity"):
			skipped.Other++
			continue
		}
		entry := provenance.ListEntry{Name: cell(e.Name), Kind: provenance.EntityEntry, Scope: cell(e.Requirement),
			Effective: date(e.Start), Ended: date(e.End)}
		if entry.Scope == "" {
			entry.Scope = strings.Join(e.Programs, ", ")
		}
		if entry.Effective == "" {
			entry.Note = "the file gives no day from which it is effective"
		}
		if e.Notice != "" {
			entry.Paragraph = cell(e.Notice)
		}
		l.Entries = append(l.Entries, entry)
	}
	if len(l.Entries) == 0 {
		return nil, skipped, fmt.Errorf("read screening list: no entity has a source that starts with %q", source)
	}
	cite(&l)
	return &l, skipped, nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// openArray reads up to the first element of the array under a key of the
// outermost object.
func openArray(dec *json.Decoder, key string) error {
	if t, err := dec.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return errors.New("the file holds no JSON object")
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		if t == key {
			t, err := dec.Token()
			if err == nil && t != json.Delim('[') {
				err = fmt.Errorf("%q is no array", key)
			}
			return err
		}
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			return err
		}
	}
	return fmt.Errorf("there is no %q in the file", key)
}

// bodyWords are words in names of bodies, and in hardly any name of a person:
// short legal forms ("AG", "Co", "AS") are also surnames and particles.
const bodyWords = ` academy administration agency aerospace airlines airways army association aviation brigade bureau
 center centre chemical college command commission committee communications company computing consulting co-operative corp corporation
 department design directorate electronics electronic energy engineering enterprise enterprises establishment export factory
 federal federation firm forces foundation fze fzco fzc gmbh group holding holdings import inc industrial industries
 industry information institute institution instruments international jsc laboratories laboratory llc llp logistics ltd limited
 machinery manufacturing materials media microelectronics military ministry national navy network networks nuclear oao ojsc
 ooo organization plant plc precision production pte pty pvt regiment research sciences science security semiconductor service
 services shipping shipyard société society software solutions station suppliers supply systems technical technique technologies
 technology telecom telecommunications trade trading university works zao sarl sdn bhd `

// namesBody reports whether a name has a word that only bodies have in theirs.
func namesBody(name string) bool {
	for _, w := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(" .,;:/()\"'“”’&", r) }) {
		if strings.Contains(bodyWords, " "+w+" ") || strings.Contains(bodyWords, " "+w+"\n") {
			return true
		}
	}
	return false
}

// date takes a date of a published list, ISO 8601 or US, and drops what is
// neither.
func date(s string) provenance.Date {
	s = strings.TrimSpace(s)
	if d, err := provenance.ParseDate(s); err == nil {
		return d
	}
	if p := strings.Split(s, "/"); len(p) == 3 {
		if d, err := provenance.ParseDate(fmt.Sprintf("%s-%02s-%02s", p[2], p[0], p[1])); err == nil {
			return d
		}
	}
	return ""
}

// Lines reads a list of names into head, one a line, as copied from an official
// notice. A line may go on with a tab and the day from which the entry is
// effective, another tab and the day on which it ended; effective is the day of
// the lines without one. Empty lines and lines that start with "#" are skipped.
// Numbers and bullets before a name are dropped; the name is kept as it is.
func Lines(file io.Reader, effective provenance.Date, head provenance.List) (*provenance.List, error) {
	l := head
	l.Entries = nil
	s := bufio.NewScanner(skipMark(file))
	s.Buffer(nil, 1<<20)
	seen := map[string]int{}
	for n := 1; s.Scan(); n++ {
		line := strings.TrimRight(s.Text(), " \r")
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "\t")
		e := provenance.ListEntry{Name: cell(unnumbered(cells[0])), Kind: provenance.EntityEntry, Effective: effective}
		for i, c := range cells[1:] {
			d, err := provenance.ParseDate(strings.TrimSpace(c))
			if err != nil || i > 1 {
				return nil, fmt.Errorf("read list: line %d: want the name, the first and the last day, with tabs between", n)
			}
			if i == 0 {
				e.Effective = d
			} else {
				e.Ended = d
			}
		}
		if e.Name == "" || e.Effective == "" {
			return nil, fmt.Errorf("read list: line %d: an entry needs a name and the day from which it is effective", n)
		}
		if first, ok := seen[e.Name+"\t"+string(e.Effective)]; ok {
			return nil, fmt.Errorf("read list: line %d: %q is in line %d too", n, e.Name, first)
		}
		seen[e.Name+"\t"+string(e.Effective)] = n
		l.Entries = append(l.Entries, e)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	if len(l.Entries) == 0 {
		return nil, errors.New("read list: it holds no names")
	}
	cite(&l)
	return &l, nil
}

// unnumbered drops "12.", "(a)", "•" and "-" before a name.
func unnumbered(s string) string {
	s = strings.TrimLeft(strings.TrimSpace(s), "•*- ")
	if head, rest, ok := strings.Cut(s, " "); ok {
		n := strings.Trim(head, "().")
		if head != n && (strings.Trim(n, "0123456789") == "" || len(n) == 1) {
			return rest
		}
	}
	return s
}

// cite lets every entry cite the list's own sources.
func cite(l *provenance.List) {
	keys := slices.Sorted(maps.Keys(l.Sources))
	for i := range l.Entries {
		l.Entries[i].Sources = keys
		l.Entries[i].Uncited = len(keys) == 0
	}
}

// A Join is an entry of a list and an organization that it may name.
type Join struct {
	Entry        string // name as listed
	Organization string
}

// JoinEntries joins the entries of l as older, another edition of the list,
// joined those of the same name; older may be nil. It returns joins that a
// person should review: entries that are left, and whose name folds to a name
// of exactly one organization of db, not counting weak names.
func JoinEntries(l, older *provenance.List, db provenance.Database) (proposed []Join) {
	joined := map[string][]string{}
	if older != nil {
		for _, e := range older.Entries {
			if len(e.Organizations) > 0 {
				joined[e.Name] = e.Organizations
			}
		}
	}
	for i := range l.Entries {
		e := &l.Entries[i]
		if e.Kind != provenance.EntityEntry || len(e.Organizations) > 0 {
			continue
		}
		if e.Organizations = joined[e.Name]; len(e.Organizations) > 0 {
			continue
		}
		if id := onlyOne(db, e.Name); id != "" {
			proposed = append(proposed, Join{e.Name, id})
		}
	}
	return proposed
}

// onlyOne returns the only organization to which a name points.
func onlyOne(db provenance.Database, name string) string {
	if db == nil {
		return ""
	}
	id := ""
	for _, m := range db.Lookup(sbom.OrgName, provenance.Key(sbom.OrgName, name)) {
		if m.Weak || id != "" && m.Organization != id {
			return ""
		}
		id = m.Organization
	}
	return id
}

// WriteList writes a list as the file of a record.
func WriteList(w io.Writer, l *provenance.List) error {
	data, err := yaml.Marshal(l)
	if err != nil {
		return fmt.Errorf("write list: %w", err)
	}
	if data, err = origindb.Format(data); err != nil {
		return fmt.Errorf("write list: %w", err)
	}
	_, err = w.Write(data)
	return err
}

// Head reads the file of a list record without entries, as the template of a
// new one gives it, for [ScreeningList] and [Lines].
func Head(file io.Reader) (provenance.List, error) {
	var l provenance.List
	dec := yaml.NewDecoder(file)
	dec.KnownFields(true)
	if err := dec.Decode(&l); err != nil {
		return l, fmt.Errorf("read head of list: %w", err)
	}
	for _, f := range []struct{ name, value string }{{"id", l.ID}, {"title", l.Title}, {"authority", l.Authority}, {"edition", l.Edition}} {
		if f.value == "" {
			return l, fmt.Errorf("read head of list: no %s", f.name)
		}
	}
	return l, nil
}
