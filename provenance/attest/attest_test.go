package attest_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/attest"
	"github.com/touchmark-dev/touchmark/sbom"
)

func privateKey(t testing.TB, key any) *attest.PrivateKey {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	k, err := attest.ReadPrivateKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// The keys of RFC 8032, section 7.1, tests 1 and 2. They are public, and good
// for tests only.
func rfc8032(t testing.TB) (a, b *attest.PrivateKey) {
	t.Helper()
	for i, seed := range []string{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"} {
		s, _ := hex.DecodeString(seed)
		k := privateKey(t, ed25519.NewKeyFromSeed(s))
		if i == 0 {
			a = k
		} else {
			b = k
		}
	}
	return a, b
}

// dsseKey is the key of the test vector in DSSE 1.0.2, protocol.md.
func dsseKey(t testing.TB) *attest.PrivateKey {
	t.Helper()
	number := func(s string) *big.Int {
		n, ok := new(big.Int).SetString(s, 10)
		if !ok {
			t.Fatal(s)
		}
		return n
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), number("97358161215184420915383655311931858321456579547487070936769975997791359926199").FillBytes(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	point := append([]byte{4}, number("46950820868899156662930047687818585632848591499744589407958293238635476079160").FillBytes(make([]byte, 32))...)
	point = append(point, number("5640078356564379163099075877009565129882514886557779369047442380624545832820").FillBytes(make([]byte, 32))...)
	if got, err := key.PublicKey.Bytes(); err != nil || !bytes.Equal(got, point) {
		t.Fatalf("the public key is not the specification's: %v", err)
	}
	return privateKey(t, key)
}

// The test vector of the specification: the encoding, the signature as it is
// written there, and the very signature from our own signer, as both are
// deterministic.
func TestSpecificationVector(t *testing.T) {
	const payloadType, body = "http://example.com/HelloWorld", "hello world"
	if got := string(attest.PAE(payloadType, []byte(body))); got != "DSSEv1 29 http://example.com/HelloWorld 11 hello world" {
		t.Errorf("PAE is %q", got)
	}
	const vector = `{"payload": "aGVsbG8gd29ybGQ=",
 "payloadType": "http://example.com/HelloWorld",
 "signatures": [{"sig": "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="}]}`
	e, err := attest.Read(strings.NewReader(vector))
	if err != nil {
		t.Fatal(err)
	}
	key := dsseKey(t)
	// The signature holds; that the payload is no statement is the next thing
	// that is found.
	if _, err := attest.Verify(e, []*attest.PublicKey{key.Public()}, 1); !errors.Is(err, attest.ErrStatement) {
		t.Errorf("the vector gives %v, want only its type refused", err)
	}
	own, err := attest.Sign(payloadType, []byte(body), key)
	if err != nil {
		t.Fatal(err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(own.Signatures[0].Sig, &rs); err != nil {
		t.Fatal(err)
	}
	if raw := append(rs.R.FillBytes(make([]byte, 32)), rs.S.FillBytes(make([]byte, 32))...); !bytes.Equal(raw, e.Signatures[0].Sig) {
		t.Errorf("our signature is %s, the specification's %s", base64.StdEncoding.EncodeToString(raw), base64.StdEncoding.EncodeToString(e.Signatures[0].Sig))
	}
	e.Payload[0] ^= 1
	if _, err := attest.Verify(e, []*attest.PublicKey{key.Public()}, 1); !errors.Is(err, attest.ErrUnverified) {
		t.Errorf("a changed payload gives %v", err)
	}
}

func statement(t testing.TB) []byte {
	t.Helper()
	s, err := attest.NewStatement([]attest.Subject{{Name: "rootfs", Digest: map[string]string{attest.TreeDigest: strings.Repeat("ab", 32)}}},
		attest.ReportPredicate, []byte(`{"schema": "touchmark.report/1", "note": "<&>"}`))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := s.Payload()
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func written(t testing.TB, e *attest.Envelope) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := e.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestThreshold(t *testing.T) {
	a, b := rfc8032(t)
	c := dsseKey(t)
	payload := statement(t)
	sign := func(keys ...*attest.PrivateKey) *attest.Envelope {
		e, err := attest.Sign(attest.PayloadType, payload, keys...)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	public := func(keys ...*attest.PrivateKey) []*attest.PublicKey {
		var out []*attest.PublicKey
		for _, k := range keys {
			out = append(out, k.Public())
		}
		return out
	}
	twice := sign(a)
	twice.Signatures = append(twice.Signatures, twice.Signatures[0])
	unnamed := sign(a, c)
	misnamed := sign(a, c)
	for i := range unnamed.Signatures {
		unnamed.Signatures[i].KeyID = ""
		misnamed.Signatures[i].KeyID = b.ID() // a lie: the id is no evidence either way
	}
	// A signature that says it is b's and is a's, where only b is trusted.
	stolen := sign(a)
	stolen.Signatures[0].KeyID = b.ID()
	for _, tt := range []struct {
		name      string
		e         *attest.Envelope
		trusted   []*attest.PublicKey
		threshold int
		keys      int // 0 for unverified
	}{
		{"one", sign(a), public(a), 1, 1},
		{"other algorithm", sign(c), public(c), 1, 1},
		{"one of two trusted", sign(a), public(a, b), 1, 1},
		{"not by the trusted", sign(a), public(b), 1, 0},
		{"none trusted", sign(a), nil, 1, 0},
		{"two of two", sign(a, c), public(a, c), 2, 2},
		{"one of two", sign(a), public(a, c), 2, 0},
		{"one key twice", twice, public(a, b), 2, 0},
		{"one key trusted twice", sign(a), public(a, a), 2, 0},
		{"no ids", unnamed, public(a, c), 2, 2},
		{"wrong ids", misnamed, public(a, c), 2, 2},
		{"a stolen id", stolen, public(b), 1, 0},
		{"a threshold of none", sign(a), public(a), 0, 0},
		{"further signatures", sign(a, b, c), public(c), 1, 1},
	} {
		e, err := attest.Read(bytes.NewReader(written(t, tt.e)))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		v, err := attest.Verify(e, tt.trusted, tt.threshold)
		switch {
		case tt.keys == 0 && !errors.Is(err, attest.ErrUnverified):
			t.Errorf("%s: %v, want it unverified", tt.name, err)
		case tt.keys > 0 && err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case tt.keys > 0 && (len(v.Keys) != tt.keys || !bytes.Equal(v.Payload, payload)):
			t.Errorf("%s: %d keys, want %d; payload %.60q", tt.name, len(v.Keys), tt.keys, v.Payload)
		}
	}
	// Signing again replaces the signature and adds none.
	e := sign(a, b)
	if err := e.Add(a); err != nil || len(e.Signatures) != 2 {
		t.Errorf("signed again: %d signatures, %v", len(e.Signatures), err)
	}
}

// Whatever byte of an envelope is changed, it does not verify to another
// payload.
func TestTampering(t *testing.T) {
	a, _ := rfc8032(t)
	e, err := attest.Sign(attest.PayloadType, statement(t), a)
	if err != nil {
		t.Fatal(err)
	}
	data := written(t, e)
	for i := range data {
		for _, bit := range []byte{0x01, 0x04, 0x20} {
			changed := bytes.Clone(data)
			changed[i] ^= bit
			got, err := attest.Read(bytes.NewReader(changed))
			if err != nil {
				continue
			}
			if v, err := attest.Verify(got, []*attest.PublicKey{a.Public()}, 1); err == nil && (!bytes.Equal(v.Payload, e.Payload) || v.PayloadType != e.PayloadType) {
				t.Fatalf("byte %d changed to %q verifies to another payload", i, changed[i])
			}
		}
	}
	// The payload's type is signed too.
	swapped := *e
	swapped.PayloadType = "application/vnd.in-toto.other+json"
	if _, err := attest.Verify(&swapped, []*attest.PublicKey{a.Public()}, 1); !errors.Is(err, attest.ErrUnverified) {
		t.Errorf("another payload type gives %v", err)
	}
	// Text moved between type and payload changes the encoding.
	if bytes.Equal(attest.PAE("a 1", []byte("b")), attest.PAE("a", []byte("1 b"))) {
		t.Error("the encoding is ambiguous")
	}
	// LEN counts bytes: 29 here, of 28 characters.
	if got := string(attest.PAE("application/vnd.exämple+json", nil)); got != "DSSEv1 29 application/vnd.exämple+json 0 " {
		t.Errorf("PAE is %q", got)
	}
}

func TestRead(t *testing.T) {
	a, _ := rfc8032(t)
	e, err := attest.Sign(attest.PayloadType, []byte("\xfb\xff\xbf>?"), a)
	if err != nil {
		t.Fatal(err)
	}
	sig := e.Signatures[0].Sig
	for name, enc := range map[string]*base64.Encoding{"standard": base64.StdEncoding, "URL-safe": base64.URLEncoding, "unpadded": base64.RawURLEncoding} {
		got, err := attest.Read(strings.NewReader(`{"signatures":[{"sig":"` + enc.EncodeToString(sig) + `","extra":1}],"payload":"` + enc.EncodeToString(e.Payload) + `","payloadType":"application/vnd.in-toto+json","x":{}}`))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if v, err := attest.Verify(got, []*attest.PublicKey{a.Public()}, 1); err != nil || !bytes.Equal(v.Payload, e.Payload) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{``, `{}`, `[]`, `null`, `{"payload":"aGk=","payloadType":"x"}`, `{"payload":"aGk=","payloadType":"x","signatures":[]}`,
		`{"payload":"aGk=","payloadType":"x","signatures":[{}]}`, `{"payload":"a?","payloadType":"x","signatures":[{"sig":""}]}`,
		`{"payload":"aGk=","payloadType":"x","signatures":[{"sig":"***"}]}`, `{"payloadType":"x","signatures":[{"sig":""}]}`, `{"payload":"aGk=","signatures":[{"sig":""}]}`,
		`{"payload":"aGk=","payloadType":"x","signatures":[` + strings.Repeat(`{"sig":""},`, 200) + `{"sig":""}]}`} {
		if _, err := attest.Read(strings.NewReader(bad)); !errors.Is(err, attest.ErrEnvelope) {
			t.Errorf("%.60s gives %v", bad, err)
		}
	}
}

func TestKeys(t *testing.T) {
	a, _ := rfc8032(t)
	der, _ := x509.MarshalPKIXPublicKey(ed25519.NewKeyFromSeed(make([]byte, 32)).Public())
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	k, err := attest.ReadPublicKey(public)
	if err != nil || k.Algorithm() != "ed25519" || len(k.ID()) != 64 {
		t.Errorf("an Ed25519 key: %v", err)
	}
	if a.Public().ID() != a.ID() || a.ID() == k.ID() {
		t.Error("key ids")
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), nil2{})
	if err != nil {
		t.Fatal(err)
	}
	p384der, _ := x509.MarshalPKCS8PrivateKey(p384)
	rsaKey := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 2047), E: 65537}
	rsaDER, _ := x509.MarshalPKIXPublicKey(rsaKey)
	private := func(b []byte) error { _, err := attest.ReadPrivateKey(b); return err }
	publicOf := func(b []byte) error { _, err := attest.ReadPublicKey(b); return err }
	block := func(typ string, b []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: b}) }
	for name, tt := range map[string]struct {
		read func([]byte) error
		data []byte
		says string
	}{
		"empty":                    {private, nil, "no PEM block"},
		"text":                     {publicOf, []byte("ssh-ed25519 AAAA"), "no PEM block"},
		"P-384":                    {private, block("PRIVATE KEY", p384der), "wanted P-256"},
		"RSA":                      {publicOf, block("PUBLIC KEY", rsaDER), "wanted Ed25519 or ECDSA"},
		"encrypted":                {private, block("ENCRYPTED PRIVATE KEY", []byte{1}), "encrypted"},
		"public for private":       {private, public, "a public key"},
		"private for public":       {publicOf, block("PRIVATE KEY", p384der), "a private key"},
		"damaged":                  {private, block("PRIVATE KEY", []byte{1, 2, 3}), ""},
		"two":                      {publicOf, append(bytes.Clone(public), public...), "several keys"},
		"certificate":              {publicOf, block("CERTIFICATE", []byte{1}), "PEM block"},
		"larger than any key file": {publicOf, bytes.Repeat([]byte("x"), 1<<20), "larger"},
	} {
		if err := tt.read(tt.data); !errors.Is(err, attest.ErrKey) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, tt.says)
		}
	}
}

type nil2 struct{}

func (nil2) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(i + 1)
	}
	return len(b), nil
}

func TestStatement(t *testing.T) {
	s, err := attest.ReadStatement(statement(t))
	if err != nil {
		t.Fatal(err)
	}
	if !s.About(attest.TreeDigest, strings.Repeat("AB", 32)) || s.About("sha256", strings.Repeat("ab", 32)) || s.About(attest.TreeDigest, "") {
		t.Error("subjects are matched by algorithm and digest")
	}
	s.Subject[0].Digest = map[string]string{"md5": "00"}
	if s.About("md5", "00") {
		t.Error("MD5 proves nothing")
	}
	for name, payload := range map[string]string{
		"an older version": `{"_type":"https://in-toto.io/Statement/v0.1","subject":[{"digest":{"sha256":"00"}}],"predicateType":"x"}`,
		"no subject":       `{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x"}`,
		"no digest":        `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a"}],"predicateType":"x"}`,
		"no predicate":     `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"00"}}]}`,
		"text":             `hello`,
	} {
		if _, err := attest.ReadStatement([]byte(payload)); !errors.Is(err, attest.ErrStatement) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := attest.NewStatement(nil, "x", []byte(`{}`)); err == nil {
		t.Error("a statement about nothing")
	}
	if _, err := attest.NewStatement([]attest.Subject{{Digest: map[string]string{"sha256": "00"}}}, "x", []byte(`{`)); err == nil {
		t.Error("a predicate that is no JSON")
	}
}

func TestPredicateOf(t *testing.T) {
	for data, want := range map[string]string{
		`{"schema":"` + provenance.Schema + `"}`:                        attest.ReportPredicate,
		`{"bomFormat":"CycloneDX","specVersion":"1.6"}`:                 attest.CycloneDXBOM,
		`{"spdxVersion":"SPDX-2.3"}`:                                    attest.SPDX2Document,
		`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}`: attest.SPDX3Document,
		`{"schema":"touchmark.reports/1"}`:                              "",
		`{"bomFormat":"other"}`:                                         "",
		`[]`:                                                            "",
		`{"@context":["https://spdx.org/rdf/3.0.1/spdx-context.jsonld","other"]}`: attest.SPDX3Document,
	} {
		if got := attest.PredicateOf([]byte(data)); got != want {
			t.Errorf("%s is %q, want %q", data, got, want)
		}
	}
}

// An SBOM in our envelope can be read again by the reader of SBOMs.
func TestEnvelopeIsReadable(t *testing.T) {
	a, _ := rfc8032(t)
	bom := `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[` + strings.Repeat(`{"type":"library","name":"filler"},`, 3000) + `{"type":"library","name":"zlib","version":"1.3"}]}`
	s, err := attest.NewStatement([]attest.Subject{{Digest: map[string]string{"sha256": strings.Repeat("0", 64)}}}, attest.CycloneDXBOM, []byte(bom))
	if err != nil {
		t.Fatal(err)
	}
	payload, _ := s.Payload()
	e, err := attest.Sign(attest.PayloadType, payload, a)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := sbom.Read(context.Background(), bytes.NewReader(written(t, e)), nil)
	if err != nil || len(doc.Components) != 3001 || doc.Components[3000].Name != "zlib" {
		t.Fatalf("%v", err)
	}
}

func FuzzRead(f *testing.F) {
	a, _ := rfc8032(f)
	e, _ := attest.Sign(attest.PayloadType, statement(f), a)
	f.Add(written(f, e))
	f.Add([]byte(`{"payload":"aGk=","payloadType":"x","signatures":[{"sig":"AA=="}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := attest.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		v, err := attest.Verify(e, []*attest.PublicKey{a.Public()}, 1)
		if err == nil && !bytes.Equal(v.Payload, statement(t)) {
			t.Errorf("another payload verifies: %q", v.Payload)
		}
		again, err := attest.Read(bytes.NewReader(written(t, e)))
		if err != nil {
			t.Fatal(err)
		}
		x, _ := json.Marshal(e)
		if y, _ := json.Marshal(again); !bytes.Equal(x, y) {
			t.Errorf("reading what was written gives another envelope:\n%s\n%s", x, y)
		}
	})
}
