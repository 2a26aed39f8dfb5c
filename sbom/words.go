package sbom

import (
	"fmt"
	"strings"
)

// Claims are many: a document of 100,000 components has half a million. What a
// claim says by one word of a few is therefore a small integer in memory. In
// text, in JSON and in YAML it is the word. It is 16 bits wide and not 8
// because vet then finds string(kind), which would be a character.

var kindWords = [...]string{
	PURL:           "purl",
	CPE:            "cpe",
	Domain:         "domain",
	MailDomain:     "mail-domain",
	Host:           "host",
	OrgName:        "org-name",
	CertOrg:        "cert-org",
	ModuleAuthor:   "module-author",
	Group:          "group",
	OUI:            "oui",
	USB:            "usb",
	PCI:            "pci",
	Bluetooth:      "bluetooth",
	Zigbee:         "zigbee",
	JEDEC:          "jedec",
	DTPrefix:       "dt-prefix",
	AndroidPrefix:  "android-prefix",
	LEI:            "lei",
	LiteralMark:    "literal",
	AddressCountry: "address-country",
	PackageName:    "package",
	BuildMark:      "build-mark",
}

var roleWords = [...]string{
	Manufacturer: "manufacturer",
	Brand:        "brand",
	ODM:          "odm",
	Silicon:      "silicon",
	SDK:          "sdk",
	Developer:    "developer",
	Maintainer:   "maintainer",
	Supplier:     "supplier",
	Distributor:  "distributor",
	Operator:     "operator",
	Owner:        "owner",
	Signer:       "signer",
}

var authorWords = [...]string{
	ByDocument:  "document",
	ByGenerator: "generated",
	ByBytes:     "bytes",
}

// String returns the word for it, empty for the zero value.
func (k ClaimKind) String() string {
	if int(k) < len(kindWords) {
		return kindWords[k]
	}
	return ""
}

// MarshalText returns the word.
func (k ClaimKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText accepts the words that String returns, and no others.
func (k *ClaimKind) UnmarshalText(text []byte) error {
	v, ok := ParseClaimKind(string(text))
	if !ok {
		return fmt.Errorf("%q is no kind of claim: want %s", text, strings.Join(kindWords[1:], ", "))
	}
	*k = v
	return nil
}

// ParseClaimKind returns the kind of a word; ok is false where no kind has it.
func ParseClaimKind(word string) (k ClaimKind, ok bool) {
	for i, w := range kindWords {
		if w == word {
			return ClaimKind(i), true
		}
	}
	return 0, false
}

// String returns the word for it, empty for the zero value.
func (r Role) String() string {
	if int(r) < len(roleWords) {
		return roleWords[r]
	}
	return ""
}

// MarshalText returns the word.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText accepts the words that String returns, and no others.
func (r *Role) UnmarshalText(text []byte) error {
	v, ok := ParseRole(string(text))
	if !ok {
		return fmt.Errorf("%q is no role: want %s", text, strings.Join(roleWords[1:], ", "))
	}
	*r = v
	return nil
}

// ParseRole returns the role of a word; ok is false where no role has it.
func ParseRole(word string) (r Role, ok bool) {
	for i, w := range roleWords {
		if w == word {
			return Role(i), true
		}
	}
	return 0, false
}

// String returns the word for it, empty for the zero value.
func (a Author) String() string {
	if int(a) < len(authorWords) {
		return authorWords[a]
	}
	return ""
}

// MarshalText returns the word.
func (a Author) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText accepts the words that String returns, and no others.
func (a *Author) UnmarshalText(text []byte) error {
	v, ok := parseAuthor(string(text))
	if !ok {
		return fmt.Errorf("%q is no author of a claim", text)
	}
	*a = v
	return nil
}

// parseAuthor returns the author of a word.
func parseAuthor(word string) (a Author, ok bool) {
	for i, w := range authorWords {
		if w == word {
			return Author(i), true
		}
	}
	return 0, false
}
