package attest_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance/attest"
)

// Sign a report about a file, and verify what was signed. A real key comes from
// openssl genpkey -algorithm ed25519; this one is made of zeros.
func ExampleSign() {
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := attest.ReadPrivateKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if err != nil {
		fmt.Println(err)
		return
	}

	report := []byte(`{"schema": "touchmark.report/1"}`)
	firmware := attest.Subject{Name: "firmware.bin", Digest: map[string]string{"sha256": strings.Repeat("0a", 32)}}
	statement, err := attest.NewStatement([]attest.Subject{firmware}, attest.PredicateOf(report), report)
	if err != nil {
		fmt.Println(err)
		return
	}
	payload, err := statement.Payload()
	if err != nil {
		fmt.Println(err)
		return
	}
	envelope, err := attest.Sign(attest.PayloadType, payload, key)
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	if err := envelope.Write(&file); err != nil {
		fmt.Println(err)
		return
	}

	// Whoever has the public key:
	read, err := attest.Read(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	verified, err := attest.Verify(read, []*attest.PublicKey{key.Public()}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	said, err := attest.ReadStatement(verified.Payload)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(said.PredicateType)
	fmt.Println("about that file:", said.About("sha256", strings.Repeat("0a", 32)))
	fmt.Println("about another:", said.About("sha256", strings.Repeat("0b", 32)))
	// Output:
	// https://github.com/touchmark-dev/touchmark/attestation/report/v1
	// about that file: true
	// about another: false
}
