package firmware

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/touchmark-dev/touchmark/sbom"
)

const (
	maxCertificates = 2000     // in one file
	maxCertificate  = 64 << 10 // bytes of one
	// A file with this many certificates is a trust store, whatever its name.
	trustStoreSize = 12
)

func certificateExtractor() Extractor {
	return Extractor{
		Name:  "certificate",
		Doc:   "reads X.509 certificates, PEM wherever they stand in a file, and DER files",
		Marks: []string{"-----BEGIN CERTIFICATE-----", "-----BEGIN TRUSTED CERTIFICATE-----"},
		Match: func(e *Entry) bool {
			if e.Size > maxCertificate || len(e.Head) < 64 || e.Head[0] != 0x30 || e.Head[1] != 0x82 {
				return false
			}
			switch base := strings.ToLower(e.Base()); {
			case strings.HasSuffix(base, ".der"), strings.HasSuffix(base, ".crt"), strings.HasSuffix(base, ".cer"), strings.HasSuffix(base, ".cert"), strings.HasSuffix(base, ".pem"), strings.HasSuffix(base, ".x509"), strings.Contains(base, "cert"):
				return true
			}
			return e.Head[4] == 0x30 && e.Head[5] == 0x82 // SEQUENCE in SEQUENCE
		},
		Extract: readCertificates,
	}
}

// A certificate is what of an X.509 certificate names anybody (RFC 5280).
type certificate struct {
	offset     int64
	length     int
	subject    []nameAttr
	issuer     []nameAttr
	selfIssued bool
	notAfter   string
	serial     []byte
}

type nameAttr struct{ key, value string }

func (c *certificate) get(key string) string {
	for _, a := range c.subject {
		if a.key == key {
			return a.value
		}
	}
	return ""
}

// String writes the subject as users know it from openssl. Mail addresses
// keep only their domain.
func (c *certificate) String() string {
	var parts []string
	for _, a := range c.subject {
		v := a.value
		if a.key == "emailAddress" {
			v = maskMails(v)
		}
		parts = append(parts, a.key+"="+v)
	}
	return strings.Join(parts, ", ")
}

func readCertificates(_ context.Context, in *Input, out *Result) error {
	if in.class == classDocument {
		return nil // an example, often with dots in place of the certificate
	}
	var certs []*certificate
	if len(in.Marks) == 0 {
		c, err := parseCertificate(in.Bytes(0, maxCertificate))
		if err != nil {
			return nil // DER of something else
		}
		c.length = int(in.Size)
		certs = append(certs, c)
	}
	bad := 0
	for _, m := range in.Marks {
		if len(certs) >= maxCertificates {
			break
		}
		c, err := readPEM(in.Bytes(m.Offset, maxCertificate), m.Offset)
		if err == errPlaceholder {
			continue
		}
		if err != nil {
			bad++
			continue
		}
		certs = append(certs, c)
	}
	if bad > 0 && !in.isELF() && in.class != classTrust {
		out.Problem("bad-certificate", sbom.ProblemWarning, fmt.Sprintf("%d of %d certificates could not be read and were skipped", bad, len(in.Marks)))
	}
	if len(certs) == 0 {
		return nil
	}
	store := in.class == classTrust
	if len(certs) >= trustStoreSize {
		store = true
		if !in.isELF() {
			out.class = classTrust
		}
	}
	for _, c := range certs {
		if claim, ok := certificateClaim(c, store, len(certs) >= trustStoreSize, in, out); ok {
			out.Claim(claim)
		}
	}
	if c := certs[0]; len(certs) < trustStoreSize && !c.selfIssued && !in.isELF() && !isTestData(in.Path) && !isDefaultSubject(c) && !isPublicCA(c) {
		// Whom an authority gave the certificate: a device or a server of his.
		if org := organizationOf(c.subject); org != "" && org != organizationOf(c.issuer) {
			out.Claim(sbom.Claim{Kind: sbom.CertOrg, Value: org, Role: sbom.Owner, By: sbom.ByBytes,
				Evidence: []sbom.Evidence{out.Evidence(sbom.BinaryAnalysis, "", c.offset, c.length, c.String())}})
		}
	}
	if !in.isELF() {
		typ := sbom.Cryptographic
		name := in.Base()
		comp := sbom.Component{Type: typ, Name: name, Evidence: []sbom.Evidence{}}
		for i, c := range certs {
			if i == 3 {
				break
			}
			comp.Evidence = append(comp.Evidence, out.Evidence(sbom.ManifestAnalysis, "name", c.offset, c.length, c.String()))
		}
		comp.Properties = []sbom.Property{{Name: "touchmark:certificates", Value: fmt.Sprint(len(certs))}}
		if store {
			comp.Type = sbom.Data
			comp.Properties = append(comp.Properties, sbom.Property{Name: "touchmark:trust-store", Value: "true"})
		}
		out.Component(Observation{Component: comp, Explains: true})
	}
	return nil
}

// certificateClaim makes the claim of a certificate. One that somebody issued
// to himself names a maker; where an authority signed it, the authority is the
// signer of that file and of nothing else. A list of authorities, or a folder
// of them, names nobody.
func certificateClaim(c *certificate, store, large bool, in *Input, out *Result) (sbom.Claim, bool) {
	base := in.Base()
	if isTestData(in.Path) {
		return sbom.Claim{}, false
	}
	if large || in.isELF() && (strings.Contains(base, "mbed") || strings.Contains(base, "polarssl") || strings.Contains(base, "libwolfssl") || strings.Contains(base, "libcyassl")) {
		return sbom.Claim{}, false // the library's own test certificates
	}
	claim := func(role sbom.Role, org string) (sbom.Claim, bool) {
		return sbom.Claim{Kind: sbom.CertOrg, Value: org, Role: role, By: sbom.ByBytes,
			Evidence: []sbom.Evidence{out.Evidence(sbom.BinaryAnalysis, "", c.offset, c.length, c.String())}}, true
	}
	org := organizationOf(c.subject)
	switch {
	case isDefaultSubject(c):
		return sbom.Claim{}, false
	case !c.selfIssued:
		issuer := &certificate{subject: c.issuer}
		if v := organizationOf(c.issuer); v != "" && (!store || isTrustDir(in.Path)) && !isDefaultSubject(issuer) {
			return claim(sbom.Signer, v)
		}
		return sbom.Claim{}, false
	case org == "":
		return sbom.Claim{}, false
	case isPublicCA(c), store, isProgramText(in.Path), isTrustDir(in.Path), isRemote(in.Path):
		// In a small store of the device's own making the maker's root stands
		// beside the public ones; one in the text of a program says whom the program
		// trusts, and one beside the settings of remote management whose
		// servers the device believes.
		return claim(sbom.Signer, org)
	}
	return claim(sbom.Manufacturer, org)
}

// trustFolders finds folders in which as many authorities stand, each in a file,
// as make one file a trust store. Whom the device believes did not make it.
func (j *joiner) trustFolders() {
	orgs := map[string]map[string]bool{} // by folder
	certs := func(visit func(f *fileRec, r *fileResult)) {
		j.each(func(_ int32, f *fileRec, r *fileResult) {
			if r.elf == nil && slices.ContainsFunc(r.claims, func(c sbom.Claim) bool { return c.Kind == sbom.CertOrg }) {
				visit(f, r)
			}
		})
	}
	certs(func(f *fileRec, r *fileResult) {
		dir := f.dirPath()
		for i := range r.claims {
			if c := &r.claims[i]; c.Kind == sbom.CertOrg && len(orgs[dir]) < trustStoreSize {
				if orgs[dir] == nil {
					orgs[dir] = map[string]bool{}
				}
				orgs[dir][c.Value] = true
			}
		}
	})
	certs(func(f *fileRec, r *fileResult) {
		if len(orgs[f.dirPath()]) < trustStoreSize {
			return
		}
		f.setClass(classTrust)
		r.claims = slices.DeleteFunc(r.claims, func(c sbom.Claim) bool { return c.Kind == sbom.CertOrg })
	})
}

// isTestData reports whether a file is a source, or belongs to the tests of
// one: a certificate there is an example.
func isTestData(p string) bool {
	p = strings.ToLower(p)
	for _, d := range strings.Split(dirOf(p), "/") {
		switch d {
		case "testdata", "test", "tests", "__tests__", "test_data", "test-data", "testsuite", "installed-tests", "fixtures", "examples":
			return true
		}
	}
	base, ext := baseOf(p), path.Ext(p)
	switch ext {
	case ".go", ".c", ".h", ".cc", ".cpp", ".hpp", ".rs", ".java":
		return true
	}
	stem := strings.TrimSuffix(base, ext)
	return strings.HasSuffix(stem, "_test") || strings.HasSuffix(stem, ".test") || strings.HasSuffix(stem, ".spec") || strings.HasPrefix(stem, "test-") || strings.HasPrefix(stem, "test_")
}

// organizationOf returns the organization of a name, else its unit.
func organizationOf(name []nameAttr) string {
	c := &certificate{subject: name}
	if org := strings.TrimSpace(c.get("O")); org != "" {
		return org
	}
	return strings.TrimSpace(c.get("OU"))
}

// isRemote reports whether a file stands in a folder of remote management
// (Broadband Forum TR-069).
func isRemote(p string) bool {
	return underAny("/"+strings.ToLower(dirOf(p))+"/", []string{"tr069", "tr-069", "cwmp", "acs"})
}

// isTrustDir reports whether a file stands in a folder of authorities.
func isTrustDir(p string) bool {
	dir := "/" + strings.ToLower(dirOf(p)) + "/"
	return underAny(dir, trustDirs)
}

// defaultSubjects are values that the sample configurations and test suites of
// TLS software put into O, OU, CN or ST, lower case. "*" is anything.
var defaultSubjects = []string{
	"internet widgits pty ltd", "some-state", "default company ltd", "default company", "snake oil*", "snakeoil*", "snake oil, ltd", "localhost", "localhost.localdomain", "example*", "*example.com", "*example.org", "acme*", "my company*", "mycompany*", "your company*", "yourcompany*", "company", "company name", "companyname", "organization", "organisation", "organization name", "unknown", "none", "default", "default city", "default_*", "someorganization*", "some organization*", "some company*", "test*", "*test ca*", "dummy*", "xxx*", "xx", "a", "aa", "abc", "openssl group", "google automotive link", "openssl*test*", "cryptsoft*", "polarssl*", "mbed tls*", "mbedtls*", "arm mbed*", "wolfssl*", "sawtooth*", "yassl*", "programming-*", "gnutls test*", "matrixssl*", "peersec*", "axtls*", "openwrt", "openwrt*", "lede", "lighttpd*", "apache*", "stunnel developers*", "stunnel*", "ovpn*test*", "fort-funston", "genivia*", "ssl-test*", "openvpn-test", "openvpn*", "samba*", "freeradius*", "example inc*", "radiator*", "nginx*", "jetty", "tomcat", "embedthis*", "appweb*", "goahead*", "mbedthis*", "server", "client", "root", "admin", "home", "private", "self-signed", "self signed*", "公司", "有限公司", "某公司", "curl*", "haxx*test*", "somewhere", "nowhere*", "anonymous", "device", "router", "gateway", "ipcam*", "ip camera", "camera", "ca", "root ca", "generic*", "o", "ou", "org", "it", "nginx", "homestead", "internet", "web server", "tls*test*", "ssl*test*", "demo*", "android", "android debug",
}

func isDefaultSubject(c *certificate) bool {
	org := c.get("O")
	if org == "" {
		org = c.get("OU")
	}
	for _, v := range []string{org, c.get("ST")} {
		l := strings.ToLower(strings.TrimSpace(v))
		if l == "" {
			continue
		}
		for _, d := range defaultSubjects {
			if v != org && d != "some-state" {
				continue
			}
			if globName(d, l) {
				return true
			}
		}
	}
	return !hasLetters(org, 2)
}

// hasLetters reports whether s has at least n letters: mojibake often has none.
func hasLetters(s string, n int) bool {
	for _, r := range s {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x2e7f {
			n--
		}
	}
	return n <= 0
}

// errPlaceholder says that something stands where a certificate would: "XXXX" or
// "..." in the help of a program. None can be as short: the key alone is longer.
var errPlaceholder = errors.New("a stand-in for a certificate")

const minCertificate = 64 // characters of base64

// quotedPEM are the line ends of a PEM block in the text of a program.
var quotedPEM = strings.NewReplacer("\\n", "", "\\r", "", "\"", "")

// readPEM reads the certificate in the PEM block at the front of b.
func readPEM(b []byte, base int64) (*certificate, error) {
	end := bytes.Index(b, []byte("-----END "))
	if end < 0 {
		return nil, fmt.Errorf("no end of the PEM block")
	}
	stop := end
	if i := bytes.Index(b[end+9:], []byte("-----")); i >= 0 && i < 64 {
		stop = end + 9 + i + 5
	}
	var der []byte
	if block, _ := pem.Decode(b[:stop]); block != nil {
		der = block.Bytes
	} else {
		// Blocks inside programs have other line ends ("\\n", zero bytes).
		const head = "CERTIFICATE-----"
		i := bytes.Index(b[:end], []byte(head))
		if i < 0 {
			return nil, fmt.Errorf("no beginning of the PEM block")
		}
		body := b[i+len(head) : end]
		s := quotedPEM.Replace(string(body))
		s = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '+' || r == '/' || r == '=' {
				return r
			}
			return -1
		}, s)
		if len(s) < minCertificate && bytes.HasPrefix(b[end:], []byte("-----END CERTIFICATE")) {
			return nil, errPlaceholder
		}
		var err error
		if der, err = base64.StdEncoding.DecodeString(s); err != nil {
			return nil, fmt.Errorf("decode PEM: %w", err)
		}
	}
	c, err := parseCertificate(der)
	if err != nil {
		return nil, err
	}
	c.offset, c.length = base, stop
	return c, nil
}

// der is a reader of BER/DER elements that trusts no length.
type der struct{ b []byte }

func (d *der) next() (tag byte, body []byte, whole []byte, err error) {
	b := d.b
	if len(b) < 2 {
		return 0, nil, nil, fmt.Errorf("certificate ends in the middle of an element")
	}
	tag = b[0]
	n, at := int(b[1]), 2
	if tag&0x1f == 0x1f {
		return 0, nil, nil, fmt.Errorf("certificate has a tag of more than one byte")
	}
	if n >= 0x80 {
		k := n & 0x7f
		if k == 0 || k > 4 || len(b) < 2+k {
			return 0, nil, nil, fmt.Errorf("certificate has a length of %d bytes", k)
		}
		n = 0
		for _, c := range b[2 : 2+k] {
			n = n<<8 | int(c)
		}
		at += k
	}
	if n < 0 || n > len(b)-at {
		return 0, nil, nil, fmt.Errorf("certificate has an element of %d bytes where %d are left", n, len(b)-at)
	}
	d.b = b[at+n:]
	return tag, b[at : at+n], b[:at+n], nil
}

// parseCertificate reads serial, issuer, subject and end of validity of an
// X.509 certificate (RFC 5280, 4.1). It is laxer than crypto/x509, which
// refuses many certificates that devices carry; no signature is checked.
func parseCertificate(b []byte) (*certificate, error) {
	d := der{b}
	tag, cert, _, err := d.next()
	if err != nil {
		return nil, err
	}
	if tag != 0x30 {
		return nil, fmt.Errorf("certificate is no sequence")
	}
	d = der{cert}
	tag, tbs, _, err := d.next()
	if err != nil || tag != 0x30 {
		return nil, fmt.Errorf("certificate has no content")
	}
	d = der{tbs}
	tag, serial, _, err := d.next()
	if err == nil && tag == 0xa0 { // version
		tag, serial, _, err = d.next()
	}
	if err != nil || tag != 0x02 {
		return nil, fmt.Errorf("certificate has no serial number")
	}
	if tag, _, _, err = d.next(); err != nil || tag != 0x30 {
		return nil, fmt.Errorf("certificate has no signature algorithm")
	}
	tag, issuer, _, err := d.next()
	if err != nil || tag != 0x30 {
		return nil, fmt.Errorf("certificate has no issuer")
	}
	tag, validity, _, err := d.next()
	if err != nil || tag != 0x30 {
		return nil, fmt.Errorf("certificate has no validity")
	}
	tag, subject, _, err := d.next()
	if err != nil || tag != 0x30 {
		return nil, fmt.Errorf("certificate has no subject")
	}
	if tag, _, _, err = d.next(); err != nil || tag != 0x30 {
		return nil, fmt.Errorf("certificate has no public key")
	}
	c := &certificate{serial: serial, selfIssued: bytes.Equal(issuer, subject)}
	v := der{validity}
	if _, _, _, err := v.next(); err == nil {
		if _, na, _, err := v.next(); err == nil && validName(string(na)) {
			c.notAfter = string(na)
		}
	}
	c.subject, c.issuer = parseName(subject), parseName(issuer)
	return c, nil
}

// attribute types by the last bytes of their object identifiers.
var nameOIDs = map[string]string{
	"\x55\x04\x03": "CN", "\x55\x04\x06": "C", "\x55\x04\x07": "L", "\x55\x04\x08": "ST", "\x55\x04\x0a": "O", "\x55\x04\x0b": "OU",
	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01": "emailAddress",
}

func parseName(b []byte) []nameAttr {
	var out []nameAttr
	rdns := der{b}
	for len(rdns.b) > 0 && len(out) < 32 {
		_, set, _, err := rdns.next()
		if err != nil {
			return out
		}
		attrs := der{set}
		for len(attrs.b) > 0 && len(out) < 32 {
			_, attr, _, err := attrs.next()
			if err != nil {
				break
			}
			av := der{attr}
			tag, oid, _, err := av.next()
			if err != nil || tag != 0x06 {
				continue
			}
			tag, val, _, err := av.next()
			key, known := nameOIDs[string(oid)]
			if err != nil || !known {
				continue
			}
			if s := derText(tag, val); s != "" {
				out = append(out, nameAttr{key, s})
			}
		}
	}
	return out
}

// derText decodes a directory string. Many certificates hold UTF-8 in a type
// that is not meant for it; bytes that are no UTF-8 are read as Latin-1.
func derText(tag byte, b []byte) string {
	if len(b) > 512 {
		b = b[:512]
	}
	var s string
	switch {
	case tag == 0x1e: // BMPString
		u := make([]uint16, 0, len(b)/2)
		for i := 0; i+1 < len(b); i += 2 {
			u = append(u, uint16(b[i])<<8|uint16(b[i+1]))
		}
		s = string(utf16.Decode(u))
	case utf8.Valid(b):
		s = string(b)
	default:
		r := make([]rune, len(b))
		for i, c := range b {
			r[i] = rune(c)
		}
		s = string(r)
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s))
}

// publicCAs are words of the subjects of public certificate authorities, past
// and present, lower case. A device that carries one of their roots trusts it.
var publicCAs = []string{
	"addtrust", "comodo", "sectigo", "usertrust", "verisign", "symantec", "thawte", "geotrust", "equifax", "rapidssl", "digicert", "baltimore", "cybertrust", "gte corporation", "entrust", "globalsign", "go daddy", "godaddy", "starfield", "valicert", "amazon", "google trust", "internet security research group", "let's encrypt", "digital signature trust", "identrust", "startcom", "wosign", "quovadis", "swisssign", "certum", "unizeto", "asseco", "buypass", "d-trust", "t-systems", "deutsche telekom", "telesec", "certplus", "opentrust", "keynectis", "certinomis", "dhimyotis", "certigna", "chunghwa telecom", "taiwan-ca", "twca", "secom", "security communication", "cnnic", "china internet network information center", "china financial certification", "cfca", "gdca", "guang dong certificate", "unitrust", "shanghai electronic certification", "hongkong post", "netlock", "microsec", "e-szigno", "izenpe", "ac camerfirma", "firmaprofesional", "fnmt", "agencia catalana", "accv", "actalis", "staat der nederlanden", "e-tugra", "turktrust", "tubitak", "kamu sertifikasyon", "hellenic academic", "securetrust", "trustwave", "xramp", "network solutions", "affirmtrust", "cisco systems root", "visa", "wells fargo", "dst root", "rsa data security", "rsa security", "america online", "aol time warner", "sonera", "telia", "teliasonera", "ssl.com", "ssl corporation", "emsign", "emudhra", "disig", "atos", "oiste", "wisekey", "certsign", "certeurope", "pkioverheid", "krajowa izba", "japan certification services", "japanese government", "government root certification authority", "ingenieurs", "apple inc", "microsoft root", "microsoft corporation", "cacert", "ips certification", "ipsca", "saunalahden", "tc trustcenter", "deutscher sparkassen", "swisscom", "swiss government", "postecom", "posta", "epki", "naver business platform", "naver cloud trust", "hongkong post", "harica", "beijing certificate authority", "bjca", "itrus china", "certsign", "anf autoridad", "edicom", "financijska", "halcom", "sk id solutions", "as sertifitseerimiskeskus", "trustcor", "digidentity", "isrg", "cybertrust japan", "commscope", "haobo", "e-guven", "elektronik bilgi", "belgium", "gemalto root", "generalitat valenciana", "trustid", "root ca generalitat", "agence nationale de certification", "juur-sk", "admin ca", "autoridad de certificacion",
}

func isPublicCA(c *certificate) bool {
	for _, key := range []string{"O", "OU", "CN"} {
		v := strings.ToLower(c.get(key))
		if v == "" {
			continue
		}
		for _, ca := range publicCAs {
			if strings.Contains(v, ca) {
				return true
			}
		}
	}
	return false
}
