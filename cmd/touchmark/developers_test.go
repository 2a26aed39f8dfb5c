package main

import (
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/origindb"
	"github.com/touchmark-dev/touchmark/sbom"
)

// namesakes are the projects that are an organization's of the same name, by id of
// their signature.
var namesakes = map[string]string{
	"dovecot": "open-xchange", "freertos": "amazon", "openssl": "openssl-corporation", "openvpn": "openvpn", "redis": "redis-ltd", "rt-thread": "rt-thread",
	"sqlite": "hwaci", "wolfssl": "wolfssl", "zabbix": "zabbix",
}

// TestDevelopersOfSignatures: a project that names itself as its developer must not
// be taken for a company that happens to have the name: Tcl is no television, and
// picocom no maker of radio chips.
func TestDevelopersOfSignatures(t *testing.T) {
	db, err := origindb.Open()
	if err != nil {
		t.Fatal(err)
	}
	sigs, err := signatures.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range sigs.IDs() {
		developer := sigs.Signature(id).Developer
		// A part of a project has the project's name there.
		of := strings.ToLower(strings.ReplaceAll(developer, " ", "-"))
		if developer == "" || sigs.Signature(of) == nil {
			continue
		}
		for _, m := range db.Lookup(sbom.OrgName, provenance.Key(sbom.OrgName, developer)) {
			if m.Organization != "" && m.Organization != namesakes[of] {
				t.Errorf("%s: its developer %q is the organization %s; if it is, add it here, else name who develops it or nobody", id, developer, m.Organization)
			}
		}
	}
}
