// Package attest binds a report or an SBOM to what it is about, and signs it:
// an in-toto Statement v1 in a DSSE envelope, with keys of the user's own and
// nothing but the standard library's cryptography.
//
// [NewStatement] names the subject by digest, [Sign] makes an envelope,
// [Envelope.Add] adds a signature, [Verify] returns the payload that enough
// trusted keys signed, and [ReadStatement] reads it. Specifications:
// https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and
// https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md.
//
// # Predicate types
//
// A Touchmark report is the predicate of type [ReportPredicate]: the JSON of
// schema/report-1.schema.json as it was written, nothing added. CycloneDX and
// SPDX documents in JSON are predicates of the types that in-toto gives them.
//
// # Subjects
//
// A file is named by "sha256" of its bytes. A firmware tree has no bytes of its
// own: it is named by [TreeDigest], "touchmarkTreeV1", the lower-case
// hexadecimal SHA-256 of its manifest. The manifest has a line for each entry
// below the root that is no directory, in order of path: the path quoted as a
// Go string, "file", "link" or "other", the size in bytes, the SHA-256 of the
// content in hexadecimal, and the target of a link quoted likewise, separated by
// one space and ended by a line feed. Modes, owners and times are not in it.
// The Source of a scanned document carries the same digest.
//
// # Keys
//
// Ed25519, and ECDSA on P-256 with SHA-256 and signatures in ASN.1 DER. ECDSA is
// deterministic (RFC 6979), so that one key and payload give one envelope. A
// verifier also takes the 64 bytes r and s. The key id is the lower-case
// hexadecimal SHA-256 of the public key in DER (PKIX); it is a hint, and no
// decision rests on it. Keys are never made here.
package attest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
)

// Types of statement, predicates and payload, and the name of a tree's digest.
const (
	StatementType  = "https://in-toto.io/Statement/v1"
	PayloadType    = "application/vnd.in-toto+json"
	TreeDigest     = "touchmarkTreeV1"
	CycloneDXBOM   = "https://cyclonedx.org/bom"
	SPDX2Document  = "https://spdx.dev/Document/v2.3"
	SPDX3Document  = "https://spdx.dev/Document/v3"
	maxEnvelope    = 1 << 30 // bytes
	maxSignatures  = 100
	maxKey         = 64 << 10
	ecdsaRawLength = 64
)

// ReportPredicate is the predicate type of a Touchmark report. The number is
// that of the report's schema.
const ReportPredicate = "https://github.com/touchmark-dev/touchmark/attestation/report/v1"

// Errors that a caller can tell apart. Those of [Verify] say that the envelope
// does not prove what was asked, the others that something cannot be read.
var (
	// ErrEnvelope: it is no DSSE envelope, or a damaged one.
	ErrEnvelope = errors.New("not a DSSE envelope")
	// ErrKey: a key cannot be read or is of a kind that is not used here.
	ErrKey = errors.New("not a usable key")
	// ErrUnverified: too few trusted keys signed the payload.
	ErrUnverified = errors.New("the signatures do not hold")
	// ErrStatement: the payload is no in-toto statement of version 1.
	ErrStatement = errors.New("not an in-toto statement of version 1")
)

// A Statement says something, the predicate, about subjects.
type Statement struct {
	Type          string          `json:"_type"`
	Subject       []Subject       `json:"subject"`
	PredicateType string          `json:"predicateType"`
	Predicate     json.RawMessage `json:"predicate,omitempty"`
}

// A Subject is an artifact, named by digest. Subjects match by digest alone.
type Subject struct {
	Name   string            `json:"name,omitempty"`
	Digest map[string]string `json:"digest"`
}

// NewStatement returns the statement of a predicate in JSON about subjects, each
// with a digest.
func NewStatement(subjects []Subject, predicateType string, predicate []byte) (*Statement, error) {
	s := &Statement{Type: StatementType, Subject: subjects, PredicateType: predicateType, Predicate: predicate}
	if !json.Valid(predicate) {
		return nil, fmt.Errorf("make statement: the predicate is no JSON")
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("make statement: %w", err)
	}
	return s, nil
}

func (s *Statement) check() error {
	switch {
	case s.Type != StatementType:
		return fmt.Errorf("%w: its _type is %.100q", ErrStatement, s.Type)
	case len(s.Subject) == 0:
		return fmt.Errorf("%w: it has no subject", ErrStatement)
	case s.PredicateType == "":
		return fmt.Errorf("%w: it has no predicateType", ErrStatement)
	}
	for i := range s.Subject {
		if len(s.Subject[i].Digest) == 0 {
			return fmt.Errorf("%w: subject %d has no digest", ErrStatement, i)
		}
	}
	return nil
}

// Payload returns the statement as the bytes that are signed.
func (s *Statement) Payload() ([]byte, error) {
	data, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write statement: %w", err)
	}
	return data, nil
}

// ReadStatement reads a verified payload.
func ReadStatement(payload []byte) (*Statement, error) {
	var s Statement
	if err := json.Unmarshal(payload, &s); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrStatement, err)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return &s, nil
}

// About reports whether a subject of the statement has a digest. Only digests
// that are collision resistant count: sha256, sha384, sha512 and [TreeDigest].
func (s *Statement) About(algorithm, value string) bool {
	switch algorithm {
	case "sha256", "sha384", "sha512", TreeDigest:
	default:
		return false
	}
	for _, sub := range s.Subject {
		if v, ok := sub.Digest[algorithm]; ok && value != "" && strings.EqualFold(v, value) {
			return true
		}
	}
	return false
}

// An Envelope is a payload with signatures (DSSE 1.0.2, envelope.md).
type Envelope struct {
	PayloadType string      `json:"payloadType"`
	Payload     []byte      `json:"payload"`
	Signatures  []Signature `json:"signatures"`
}

// A Signature over the envelope's [PAE].
type Signature struct {
	// KeyID is a hint at the key. It is not authenticated.
	KeyID string `json:"keyid,omitempty"`
	Sig   []byte `json:"sig"`
}

// PAE returns the pre-authentication encoding of a payload: what is signed.
func PAE(payloadType string, payload []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload)
}

// Sign makes an envelope with one signature for each key.
func Sign(payloadType string, payload []byte, keys ...*PrivateKey) (*Envelope, error) {
	if len(keys) == 0 {
		return nil, errors.New("sign: no key")
	}
	e := &Envelope{PayloadType: payloadType, Payload: payload}
	for _, k := range keys {
		if err := e.Add(k); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// Add adds the signature of a key. One that the key made before is replaced.
func (e *Envelope) Add(key *PrivateKey) error {
	sig, err := key.sign(PAE(e.PayloadType, e.Payload))
	if err != nil {
		return fmt.Errorf("sign with key %.8s: %w", key.ID(), err)
	}
	for i := range e.Signatures {
		if e.Signatures[i].KeyID == key.ID() {
			e.Signatures[i].Sig = sig
			return nil
		}
	}
	e.Signatures = append(e.Signatures, Signature{KeyID: key.ID(), Sig: sig})
	return nil
}

// Write writes the envelope as one line of JSON, the payload's type first so
// that readers of a stream know it before the payload.
func (e *Envelope) Write(w io.Writer) error {
	data, err := json.Marshal(e)
	if err == nil {
		_, err = w.Write(append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write envelope: %w", err)
	}
	return nil
}

// Read reads an envelope of at most 1 GiB and 100 signatures. Base64 may be in
// the standard or the URL-safe alphabet, padded or not. Fields that it does not
// know are ignored.
func Read(r io.Reader) (*Envelope, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxEnvelope+1))
	if err != nil {
		return nil, fmt.Errorf("read envelope: %w", err)
	}
	if len(data) > maxEnvelope {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrEnvelope, maxEnvelope)
	}
	var raw struct {
		PayloadType *string `json:"payloadType"`
		Payload     *string `json:"payload"`
		Signatures  []struct {
			KeyID string  `json:"keyid"`
			Sig   *string `json:"sig"`
		} `json:"signatures"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrEnvelope, err)
	}
	switch {
	case raw.PayloadType == nil, raw.Payload == nil:
		return nil, fmt.Errorf("%w: it has no payload or payloadType", ErrEnvelope)
	case len(raw.Signatures) == 0:
		return nil, fmt.Errorf("%w: it has no signature", ErrEnvelope)
	case len(raw.Signatures) > maxSignatures:
		return nil, fmt.Errorf("%w: it has %d signatures, more than %d", ErrEnvelope, len(raw.Signatures), maxSignatures)
	}
	e := &Envelope{PayloadType: *raw.PayloadType}
	if e.Payload, err = decode(*raw.Payload); err != nil {
		return nil, fmt.Errorf("%w: payload: %v", ErrEnvelope, err)
	}
	for i, s := range raw.Signatures {
		if s.Sig == nil {
			return nil, fmt.Errorf("%w: signature %d has no sig", ErrEnvelope, i)
		}
		sig, err := decode(*s.Sig)
		if err != nil {
			return nil, fmt.Errorf("%w: signature %d: %v", ErrEnvelope, i, err)
		}
		e.Signatures = append(e.Signatures, Signature{KeyID: s.KeyID, Sig: sig})
	}
	return e, nil
}

// decode reads base64 in either alphabet (RFC 4648, sections 4 and 5).
func decode(s string) ([]byte, error) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	return base64.RawStdEncoding.Strict().DecodeString(s)
}

// A Verified payload, and who signed it.
type Verified struct {
	PayloadType string
	// Payload is the very bytes that were signed.
	Payload []byte
	// Keys that signed it, each once, in the order given to [Verify].
	Keys []*PublicKey
	// Signatures in the envelope; those that no trusted key made prove nothing.
	Signatures int
}

// Verify returns the payload if at least threshold of the trusted keys signed
// it (protocol.md, multi-signature verification). A key counts once, however
// often it is given or signed. The payload's type must be [PayloadType] or that
// of an in-toto predicate ("application/vnd.in-toto.<predicate>+json"). An
// error about the signatures wraps [ErrUnverified].
func Verify(e *Envelope, trusted []*PublicKey, threshold int) (*Verified, error) {
	if threshold < 1 {
		return nil, fmt.Errorf("%w: a threshold of %d proves nothing", ErrUnverified, threshold)
	}
	v := &Verified{PayloadType: e.PayloadType, Payload: e.Payload, Signatures: len(e.Signatures)}
	pae := PAE(e.PayloadType, e.Payload)
	seen := map[string]bool{}
	for _, k := range trusted {
		if seen[k.ID()] {
			continue
		}
		for _, s := range e.Signatures {
			if k.verify(pae, s.Sig) {
				seen[k.ID()] = true
				v.Keys = append(v.Keys, k)
				break
			}
		}
	}
	if len(v.Keys) < threshold {
		return nil, fmt.Errorf("%w: %d of the trusted keys signed this payload, and %d must; the envelope has signatures by %s",
			ErrUnverified, len(v.Keys), threshold, e.hints())
	}
	if t := e.PayloadType; t != PayloadType && !(strings.HasPrefix(t, "application/vnd.in-toto.") && strings.HasSuffix(t, "+json")) {
		return nil, fmt.Errorf("%w: payload of type %.100q", ErrStatement, t)
	}
	return v, nil
}

// hints names the keys that the envelope says it was signed with.
func (e *Envelope) hints() string {
	var list []string
	for i, s := range e.Signatures {
		if i == 5 {
			list = append(list, fmt.Sprintf("%d more", len(e.Signatures)-i))
			break
		}
		if s.KeyID == "" {
			list = append(list, "an unnamed key")
		} else {
			list = append(list, fmt.Sprintf("%.16q", s.KeyID))
		}
	}
	return strings.Join(list, ", ")
}

// A PublicKey verifies.
type PublicKey struct {
	key crypto.PublicKey
	id  string
}

// ID is the lower-case hexadecimal SHA-256 of the key in DER (PKIX).
func (k *PublicKey) ID() string { return k.id }

// Algorithm is "ed25519" or "ecdsa-p256".
func (k *PublicKey) Algorithm() string {
	if _, ok := k.key.(ed25519.PublicKey); ok {
		return "ed25519"
	}
	return "ecdsa-p256"
}

func newPublicKey(key any) (*PublicKey, error) {
	switch k := key.(type) {
	case ed25519.PublicKey:
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			return nil, fmt.Errorf("%w: ECDSA on %s, wanted P-256", ErrKey, k.Curve.Params().Name)
		}
	default:
		return nil, fmt.Errorf("%w: %T, wanted Ed25519 or ECDSA on P-256", ErrKey, key)
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrKey, err)
	}
	sum := sha256.Sum256(der)
	return &PublicKey{key: key, id: hex.EncodeToString(sum[:])}, nil
}

func (k *PublicKey) verify(message, sig []byte) bool {
	switch key := k.key.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(key, message, sig)
	case *ecdsa.PublicKey:
		sum := sha256.Sum256(message)
		if ecdsa.VerifyASN1(key, sum[:], sig) {
			return true
		}
		if len(sig) != ecdsaRawLength {
			return false
		}
		der, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])})
		return err == nil && ecdsa.VerifyASN1(key, sum[:], der)
	}
	return false
}

// A PrivateKey signs.
type PrivateKey struct {
	signer crypto.Signer
	public *PublicKey
}

// ID is that of the public key.
func (k *PrivateKey) ID() string { return k.public.id }

// Public returns the public key.
func (k *PrivateKey) Public() *PublicKey { return k.public }

func (k *PrivateKey) sign(message []byte) ([]byte, error) {
	if _, ok := k.signer.(ed25519.PrivateKey); ok {
		return k.signer.Sign(nil, message, crypto.Hash(0))
	}
	sum := sha256.Sum256(message)
	return k.signer.Sign(nil, sum[:], crypto.SHA256) // no random source: RFC 6979
}

// ReadPrivateKey reads a private key in PEM: PKCS #8 ("PRIVATE KEY") or SEC 1
// ("EC PRIVATE KEY"). Encrypted keys are refused.
func ReadPrivateKey(data []byte) (*PrivateKey, error) {
	block, err := pemBlock(data, "PRIVATE KEY", "EC PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	var key any
	if block.Type == "EC PRIVATE KEY" {
		key, err = x509.ParseECPrivateKey(block.Bytes)
	} else {
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrKey, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%w: %T cannot sign", ErrKey, key)
	}
	public, err := newPublicKey(signer.Public())
	if err != nil {
		return nil, err
	}
	return &PrivateKey{signer, public}, nil
}

// ReadPublicKey reads a public key in PEM: PKIX ("PUBLIC KEY").
func ReadPublicKey(data []byte) (*PublicKey, error) {
	block, err := pemBlock(data, "PUBLIC KEY")
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrKey, err)
	}
	return newPublicKey(key)
}

// pemBlock returns the only block of a PEM file that is of one of the types;
// "EC PARAMETERS", which openssl writes beside a key, is passed over.
func pemBlock(data []byte, types ...string) (*pem.Block, error) {
	if len(data) > maxKey {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrKey, maxKey)
	}
	var found *pem.Block
	for rest := data; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		switch {
		case b.Type == "EC PARAMETERS":
			continue
		case b.Type == "ENCRYPTED PRIVATE KEY", strings.Contains(b.Headers["Proc-Type"], "ENCRYPTED"):
			return nil, fmt.Errorf("%w: the private key is encrypted", ErrKey)
		case strings.HasSuffix(b.Type, "PRIVATE KEY") && types[0] == "PUBLIC KEY":
			return nil, fmt.Errorf("%w: a private key, where the public one is wanted", ErrKey)
		case b.Type == "PUBLIC KEY" && types[0] != "PUBLIC KEY":
			return nil, fmt.Errorf("%w: a public key, where the private one is wanted", ErrKey)
		}
		ok := false
		for _, t := range types {
			ok = ok || b.Type == t
		}
		if !ok {
			return nil, fmt.Errorf("%w: a PEM block %.40q, wanted %q", ErrKey, b.Type, types[0])
		}
		if found != nil {
			return nil, fmt.Errorf("%w: the file holds several keys", ErrKey)
		}
		found = b
	}
	if found == nil {
		return nil, fmt.Errorf("%w: no PEM block in it", ErrKey)
	}
	return found, nil
}

// PredicateOf returns the predicate type of a document in JSON: a Touchmark
// report, CycloneDX, SPDX 2 or SPDX 3; empty for anything else.
func PredicateOf(data []byte) string {
	var head struct {
		Schema      string          `json:"schema"`
		BOMFormat   string          `json:"bomFormat"`
		SPDXVersion string          `json:"spdxVersion"`
		Context     json.RawMessage `json:"@context"`
	}
	if json.Unmarshal(data, &head) != nil {
		return ""
	}
	switch {
	case head.Schema == "touchmark.report/1":
		return ReportPredicate
	case head.BOMFormat == "CycloneDX":
		return CycloneDXBOM
	case strings.HasPrefix(head.SPDXVersion, "SPDX-2."):
		return SPDX2Document
	case bytes.Contains(head.Context, []byte("spdx.org/rdf/3.")):
		return SPDX3Document
	}
	return ""
}
