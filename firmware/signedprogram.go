package firmware

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Cameras and servers carry programs for their users' computers: plug-ins for a
// browser, set-up programs. Windows asks who signed them, and an authority has
// looked at whoever did. The signature (Microsoft, "Windows Authenticode Portable
// Executable Signature Format") is PKCS #7 behind the program (PE format, "The
// Attribute Certificate Table").

const (
	minProgram = 512
	// maxSignature bounds a program's signature: chains of certificates and the
	// time stamp's have some tens of kilobytes.
	maxSignature = 256 << 10
	// maxSigners bounds the certificates of a signature that are looked at.
	maxSigners = 16
)

func signedProgramExtractor() Extractor {
	return Extractor{
		Name:  "signed-program",
		Doc:   "reads who signed a program for Windows, from its Authenticode signature",
		Match: func(e *Entry) bool { return e.Size >= minProgram && bytes.HasPrefix(e.Head, []byte("MZ")) },
		Extract: func(_ context.Context, in *Input, out *Result) error {
			b, at, err := signatureOf(in)
			if err != nil || len(b) == 0 {
				return err
			}
			c := codeSigner(b)
			if c == nil {
				return fmt.Errorf("no certificate of its signer in the signature at offset %d", at)
			}
			org := c.get("O")
			if org == "" || isDefaultSubject(c) {
				return nil
			}
			out.Claim(sbom.Claim{Kind: sbom.CertOrg, Value: org, Role: sbom.Signer, By: sbom.ByBytes,
				Evidence: []sbom.Evidence{out.Evidence(sbom.Attestation, "", at+c.offset, c.length, c.String())}})
			return nil
		},
	}
}

// signatureOf returns the PKCS #7 signature of a program and its place, or
// nothing where it has none.
func signatureOf(in *Input) ([]byte, int64, error) {
	le := binary.LittleEndian
	dos := in.Bytes(0, 64)
	if len(dos) < 64 {
		return nil, 0, nil
	}
	pe := int64(le.Uint32(dos[0x3c:]))
	head := in.Bytes(pe, 24+2)
	if len(head) < 26 || !bytes.HasPrefix(head, []byte("PE\x00\x00")) {
		return nil, 0, nil // for DOS, or 16-bit Windows
	}
	// Directories stand behind the optional header's fields, of which those of 64
	// bits are longer; the fifth is that of the signature, and its place is one in
	// the file.
	directories := pe + 24 + 96
	if le.Uint16(head[24:]) == 0x20b {
		directories += 16
	}
	d := in.Bytes(directories-4, 4+5*8)
	if len(d) < 44 || le.Uint32(d) < 5 {
		return nil, 0, nil
	}
	at, size := int64(le.Uint32(d[4+4*8:])), int64(le.Uint32(d[4+4*8+4:]))
	if at == 0 || size <= 8 {
		return nil, 0, nil
	}
	if at+size > in.Size {
		return nil, 0, fmt.Errorf("signature of %d bytes at offset %d of %d", size, at, in.Size)
	}
	b := in.Bytes(at, int(min(size, maxSignature)))
	if len(b) <= 8 || le.Uint16(b[6:]) != 2 { // WIN_CERT_TYPE_PKCS_SIGNED_DATA
		return nil, 0, nil
	}
	return b[8:], at + 8, nil
}

// codeSigner returns the certificate of whoever made a PKCS #7 signature, with its
// place in it: the one whose issuer and serial number the first signer's entry
// names, behind all the certificates (RFC 2315, 9.2). Others are of authorities and of
// who stamped the time.
func codeSigner(b []byte) *certificate {
	var certs []*certificate
	end := 0
	for i := 0; i+4 < len(b) && len(certs) < maxSigners; i++ {
		if b[i] != 0x30 || b[i+1] != 0x82 {
			continue
		}
		n := 4 + int(b[i+2])<<8 + int(b[i+3])
		if n > len(b)-i {
			continue
		}
		if c, err := parseCertificate(b[i : i+n]); err == nil && len(c.subject) > 0 && len(c.serial) > 0 {
			c.offset, c.length = int64(i), n
			certs = append(certs, c)
			end = i + n
			i += n - 1
		}
	}
	var signer *certificate
	first := len(b)
	for _, c := range certs {
		serial := append([]byte{0x02, byte(len(c.serial))}, c.serial...)
		if at := bytes.Index(b[end:], serial); len(c.serial) < 0x80 && at >= 0 && at < first {
			signer, first = c, at
		}
	}
	return signer
}
