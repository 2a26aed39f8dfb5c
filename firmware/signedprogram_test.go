package firmware

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/touchmark-dev/touchmark/sbom"
)

// windowsProgram makes a program of 32 or 64 bits that ends in a signature.
func windowsProgram(wide bool, signature string) string {
	le := binary.LittleEndian
	b := make([]byte, 1024)
	copy(b, "MZ")
	le.PutUint32(b[0x3c:], 0x80)
	copy(b[0x80:], "PE\x00\x00")
	magic, directories := uint16(0x10b), 0x80+24+96
	if wide {
		magic, directories = 0x20b, directories+16
	}
	le.PutUint16(b[0x80+24:], magic)
	le.PutUint32(b[directories-4:], 16)
	if signature != "" {
		le.PutUint32(b[directories+32:], uint32(len(b)))
		le.PutUint32(b[directories+36:], uint32(8+len(signature)))
		b = le.AppendUint32(b, uint32(8+len(signature)))
		b = le.AppendUint16(b, 0x200)
		b = le.AppendUint16(b, 2)
	}
	return string(b) + signature
}

func TestSignedPrograms(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	certificate := func(org string, serial int64, issuer string) string {
		name := func(o string) pkix.Name { return pkix.Name{Organization: []string{o}, CommonName: o + " CN"} }
		tmpl := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: name(org), NotAfter: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC), DNSNames: []string{strings.Repeat("x", 250)}}
		der, err := x509.CreateCertificate(rand.Reader, tmpl, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: name(issuer)}, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		return string(der)
	}
	signer := func(serial int64) string {
		der, err := asn1.Marshal(big.NewInt(serial))
		if err != nil {
			t.Fatal(err)
		}
		return "issuer" + string(der)
	}
	authority := certificate("Trusting CA Ltd", 0x123456, "Trusting CA Ltd")
	stamp := certificate("Time Stamps GmbH", 0x654321, "Trusting CA Ltd")
	maker := certificate("Foobar Cameras Ltd", 0x777777, "Trusting CA Ltd")
	for name, tt := range map[string]struct{ program, want string }{
		"after who stamped the time": {windowsProgram(false, "\x30\x80PKCS7"+authority+stamp+maker+signer(0x777777)+signer(0x654321)), "Foobar Cameras Ltd"},
		"of 64 bits":                 {windowsProgram(true, "\x30\x80PKCS7"+maker+authority+signer(0x777777)), "Foobar Cameras Ltd"},
		"unsigned":                   {windowsProgram(false, ""), ""},
		"of nobody's":                {windowsProgram(false, "\x30\x80PKCS7"+authority+signer(0x999999)), ""},
		"cut":                        {windowsProgram(false, "\x30\x80PKCS7"+maker+signer(0x777777))[:1400], ""},
		"for DOS":                    {"MZ" + strings.Repeat("\x00", 600), ""},
	} {
		got, problems := "", 0
		doc := scan(t, map[string]string{"www/plugin.exe": tt.program}, nil)
		for _, c := range doc.Components {
			for _, cl := range c.Claims {
				if cl.Kind == sbom.CertOrg {
					got += cl.Value
					if cl.Role != sbom.Signer || !strings.HasPrefix(tt.program[cl.Evidence[0].Offset:], maker) {
						t.Errorf("%s: %s at %d", name, cl.Role, cl.Evidence[0].Offset)
					}
				}
			}
		}
		for _, p := range doc.Problems {
			if strings.HasPrefix(p.Place, "www/plugin.exe") {
				problems++
			}
		}
		if got != tt.want || (problems > 0) != (name == "cut" || name == "of nobody's") {
			t.Errorf("%s: signed by %q, want %q; %d problems", name, got, tt.want, problems)
		}
	}
}
