package formatcheck

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
)

var digestForm = regexp.MustCompile(`^[0-9a-f]{32,}$`)

// Statement checks a DSSE envelope (DSSE 1.0.2, envelope.md and protocol.md) with
// an in-toto Statement v1 (spec/v1/statement.md): the fields that both
// specifications name and no others, their types, and one signature of the key,
// over an encoding that is made here and not by package attest. It returns the
// predicate.
func Statement(data []byte, key ed25519.PublicKey) (json.RawMessage, error) {
	var e struct {
		PayloadType, Payload *string
		Signatures           []struct{ KeyID, Sig *string }
	}
	if err := exactly(data, &e, "payloadType", "payload", "signatures"); err != nil {
		return nil, fmt.Errorf("envelope: %w", err)
	}
	if *e.PayloadType != "application/vnd.in-toto+json" {
		return nil, fmt.Errorf("envelope: payloadType %q", *e.PayloadType)
	}
	payload, err := base64.StdEncoding.DecodeString(*e.Payload)
	if err != nil {
		return nil, fmt.Errorf("envelope: payload: %w", err)
	}
	if len(e.Signatures) == 0 {
		return nil, errors.New("envelope: no signature")
	}
	signed := false
	pae := append(fmt.Appendf(nil, "DSSEv1 %d %s %d ", len(*e.PayloadType), *e.PayloadType, len(payload)), payload...)
	for i, s := range e.Signatures {
		if s.Sig == nil {
			return nil, fmt.Errorf("envelope: signature %d has no sig", i)
		}
		sig, err := base64.StdEncoding.DecodeString(*s.Sig)
		if err != nil {
			return nil, fmt.Errorf("envelope: signature %d: %w", i, err)
		}
		signed = signed || ed25519.Verify(key, pae, sig)
	}
	if !signed {
		return nil, errors.New("envelope: the key signed nothing of it")
	}

	var s struct {
		Type          string `json:"_type"`
		Subject       []map[string]json.RawMessage
		PredicateType string
		Predicate     json.RawMessage
	}
	if err := exactly(payload, &s, "_type", "subject", "predicateType", "predicate"); err != nil {
		return nil, fmt.Errorf("statement: %w", err)
	}
	if s.Type != "https://in-toto.io/Statement/v1" {
		return nil, fmt.Errorf("statement: _type %q", s.Type)
	}
	if u, err := url.Parse(s.PredicateType); err != nil || !u.IsAbs() {
		return nil, fmt.Errorf("statement: predicateType %q is no absolute URI", s.PredicateType)
	}
	if len(s.Predicate) == 0 || s.Predicate[0] != '{' {
		return nil, errors.New("statement: the predicate is no object")
	}
	if len(s.Subject) == 0 {
		return nil, errors.New("statement: no subject")
	}
	for i, subject := range s.Subject {
		for field := range subject {
			if field != "name" && field != "digest" {
				return nil, fmt.Errorf("statement: subject %d has the field %q", i, field)
			}
		}
		var digests map[string]string
		if err := json.Unmarshal(subject["digest"], &digests); err != nil || len(digests) == 0 {
			return nil, fmt.Errorf("statement: subject %d has no digest", i)
		}
		for algorithm, value := range digests {
			if algorithm == "" || !digestForm.MatchString(value) {
				return nil, fmt.Errorf("statement: subject %d: digest %s %q", i, algorithm, value)
			}
		}
	}
	return s.Predicate, nil
}

// exactly decodes a JSON object that must have these fields and no others.
func exactly(data []byte, v any, fields ...string) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	for _, f := range fields {
		if _, ok := all[f]; !ok {
			return fmt.Errorf("no field %q", f)
		}
	}
	if len(all) != len(fields) {
		return fmt.Errorf("%d fields, want %q", len(all), fields)
	}
	return json.Unmarshal(data, v)
}
