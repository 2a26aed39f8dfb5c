package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance"
)

// collectStatements returns every cited statement of the database, each with
// its sources: what a person needs to check whether the source says it.
func (e *evaluation) collectStatements() (pool []drawn) {
	l, ok := e.db.(provenance.Lister)
	if !ok {
		return nil
	}
	add := func(file, name string, sources map[string]provenance.Source, kind string, st provenance.Statement, fact any) {
		if st.Uncited || st.Retracted != nil || len(st.Sources) == 0 {
			return
		}
		var cited []string
		for _, key := range st.Sources {
			text, err := json.Marshal(sources[key])
			if err != nil {
				panic(err) // strings only
			}
			cited = append(cited, string(text))
		}
		text, err := json.Marshal(fact)
		if err != nil {
			panic(err)
		}
		pool = append(pool, drawn{kind: "statement", input: file, component: name,
			statement: fmt.Sprintf("%s %s", kind, text), evidence: strings.Join(cited, "; ")})
	}
	for _, id := range l.OrganizationIDs() {
		o := e.db.Organization(id)
		file := "organizations/" + id + ".yaml"
		for _, s := range o.Names {
			add(file, o.Name, o.Sources, "name", s.Statement, s)
		}
		for _, s := range o.Origins {
			add(file, o.Name, o.Sources, "origin", s.Statement, s)
		}
		for _, s := range o.Owners {
			add(file, o.Name, o.Sources, "owner", s.Statement, s)
		}
		for _, s := range o.Identifiers {
			add(file, o.Name, o.Sources, "identifier", s.Statement, s)
		}
	}
	for _, id := range l.ProjectIDs() {
		p := e.db.Project(id)
		file := "projects/" + id + ".yaml"
		for _, s := range p.Stewards {
			add(file, p.Name, p.Sources, "steward", s.Statement, s)
		}
		if p.Community != nil {
			add(file, p.Name, p.Sources, "community", p.Community.Statement, "no organization controls it")
		}
		if p.Unaffiliated != nil {
			add(file, p.Name, p.Sources, "unaffiliated", p.Unaffiliated.Statement, "its metadata names no organization")
		}
		for _, s := range p.Identifiers {
			add(file, p.Name, p.Sources, "identifier", s.Statement, s)
		}
	}
	for _, list := range l.ListEditions() {
		for i := range list.Entries {
			s := &list.Entries[i]
			add("lists/"+list.ID+"-"+list.Edition+".yaml", list.Title, list.Sources, "list entry", s.Statement, s)
		}
	}
	return pool
}
