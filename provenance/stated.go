package provenance

import (
	"cmp"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// A StatedName is the name of whoever made or sells the subject as its own
// files state it, where no record answers to it. It is the input's word and no
// attribution: nothing is known of who that is and from where, and the standing
// of the component stays unknown.
type StatedName struct {
	// Name as the input writes it.
	Name string    `json:"name"`
	Role sbom.Role `json:"role"`
	// Confidence is medium for a place that is made for the name of a maker,
	// low for any other.
	Confidence sbom.Confidence `json:"confidence"`
	// Claims are the indices into the component's Claims that say so.
	Claims []int `json:"claims"`
}

// maxStated is how many names a component is said to state.
const maxStated = 8

// statedNames returns the names of makers in the bytes of a device to which
// none of the claims that point to records belongs, the surest first.
//
// A name that is low is left out beside a maker who is known or stated more
// surely: it is a partner's, or another name of the same.
func statedNames(claims []sbom.Claim, ps []pointer, known []Attribution) []StatedName {
	answered := make([]bool, len(claims))
	for i := range ps {
		answered[ps[i].claim] = answered[ps[i].claim] || ps[i].conf != ""
	}
	var out []StatedName
	for i := range claims {
		c := &claims[i]
		name, conf := statedName(c)
		if answered[i] || name == "" {
			continue
		}
		key := stateKey(name)
		if key == "" || slices.ContainsFunc(known, func(a Attribution) bool { return sameMaker(key, stateKey(a.Organization.Name)) }) {
			continue
		}
		role := c.Role
		j := slices.IndexFunc(out, func(s StatedName) bool { return sameMaker(key, stateKey(s.Name)) && s.Role == role })
		if j < 0 {
			if len(out) < maxStated {
				out = append(out, StatedName{name, role, conf, []int{i}})
			}
			continue
		}
		s := &out[j]
		if conf.Rank() > s.Confidence.Rank() || conf == s.Confidence && len(name) < len(s.Name) && len(key) >= minNameMark {
			s.Name = name
		}
		if conf.Rank() > s.Confidence.Rank() {
			s.Confidence = conf
		}
		s.Claims = append(s.Claims, i)
	}
	sure := slices.ContainsFunc(known, func(a Attribution) bool { return sells(a.Role) }) ||
		slices.ContainsFunc(out, func(s StatedName) bool { return sells(s.Role) && s.Confidence != sbom.Low })
	if sure {
		out = slices.DeleteFunc(out, func(s StatedName) bool { return s.Confidence == sbom.Low && sells(s.Role) })
	}
	slices.SortStableFunc(out, func(a, b StatedName) int {
		return cmp.Or(cmp.Compare(b.Confidence.Rank(), a.Confidence.Rank()), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func sells(r sbom.Role) bool { return r == sbom.Manufacturer || r == sbom.Brand }

// statedName returns the name that a claim found in bytes states as a maker's.
func statedName(c *sbom.Claim) (string, sbom.Confidence) {
	switch c.Role {
	case sbom.Manufacturer, sbom.Brand, sbom.ODM, sbom.Operator:
	default:
		return "", ""
	}
	if c.By != sbom.ByBytes {
		return "", ""
	}
	switch {
	case c.Kind == sbom.OrgName && c.Field == "":
		return c.Value, sbom.Medium
	case c.Kind == sbom.OrgName && c.Field == sbom.FieldOwnName:
		return c.Value, sbom.Low
	case c.Kind == sbom.Host && c.Field == sbom.FieldOwnName:
		label, _, _ := strings.Cut(c.Value, ".")
		return label, sbom.Low
	case c.Kind == sbom.CertOrg && !certRoot(c.Value):
		return c.Value, sbom.Low
	}
	return "", ""
}

// certRoot reports whether the organization of a certificate is named for what
// the certificate is for: "Acme Root CA" signs for Acme.
func certRoot(name string) bool {
	for w := range strings.FieldsSeq(strings.ToLower(name)) {
		switch w {
		case "root", "ca", "test", "tests", "testing", "sample", "authority", "certificate", "server", "client", "self-signed":
			return true
		}
	}
	return false
}

// stateKey folds a name for comparison: letters and digits, without legal form.
func stateKey(name string) string {
	return strings.ReplaceAll(Key(sbom.OrgName, name), " ", "")
}

// sameMaker reports whether two folded names are one maker's: equal, or one
// begins with the other, which is long enough not to do so by chance
// ("acmelabs" and "acmelabs-ab123").
func sameMaker(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == b || len(a) >= minNameMark && strings.HasPrefix(b, a)
}

// hostname returns the name that the subject has in a network, where that is all
// by which its files call it.
func hostname(c *sbom.Component) string {
	for _, p := range c.Properties {
		if p.Name == sbom.PropertyHostname {
			return p.Value
		}
	}
	return ""
}
