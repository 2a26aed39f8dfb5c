package firmware

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Whoever sells a device has it call hosts of his own, and names his files, the
// device or its certificates as he names the domain: "api.acme.com", "etc/acme",
// "acme-router". The label of a domain that recurs so is the name by which the
// maker calls himself, on record or not. Each alone says little: devices call
// partners, and files are named for what they do.

const (
	minOwnName = 4 // letters and digits; shorter ones recur by chance
	// Folders with paths named for a domain that several files hold, and files that hold hosts
	// of a domain for which one path is named, are enough without a name.
	ownPaths, ownPlaces = 2, 4
	maxOwnNames         = 32      // domains that are looked at
	maxOwnPaths         = 1 << 18 // paths that are
	maxOwnDomains       = 3       // of one name that are claimed
)

// commonLabels are labels of domains that are words of systems and programs, or
// names of those whose services any device calls.
var commonLabels = map[string]bool{
	"openwrt": true, "lede": true, "entware": true, "optware": true, "debian": true, "ubuntu": true, "raspbian": true, "raspberrypi": true, "archlinux": true, "alpinelinux": true, "buildroot": true, "openembedded": true, "yoctoproject": true, "gentoo": true, "kernel": true, "google": true, "googleapis": true, "gstatic": true, "android": true, "apple": true, "icloud": true, "microsoft": true, "windows": true, "amazonaws": true, "amazon": true, "github": true, "facebook": true, "youtube": true, "twitter": true, "dropbox": true, "baidu": true, "taobao": true, "aliyun": true, "aliyuncs": true, "qcloud": true, "tencent": true, "weixin": true,
	"speedtest": true, "dyndns": true, "noip": true, "ddns": true, "time": true, "example": true, "test": true, "local": true, "server": true, "client": true, "router": true, "home": true, "device": true, "update": true, "cloud": true, "free": true, "live": true, "real": true, "root": true, "default": true, "network": true, "internet": true, "service": true, "services": true, "system": true, "data": true, "user": true, "host": true, "camera": true, "wifi": true, "wireless": true, "link": true, "online": true, "video": true, "music": true, "radio": true, "mail": true, "news": true, "demo": true, "public": true, "game": true, "games": true, "netflix": true, "ebay": true, "weather": true, "icon": true, "icons": true, "phone": true, "mobile": true, "admin": true, "config": true, "common": true, "upnp": true, "iperf": true, "ngrok": true, "oray": true, "tuya": true, "plex": true,
}

// An ownName is a label of domains and what agrees with it.
type ownName struct {
	label   string
	text    []byte // the label
	domains []string
	places  map[string]bool // files that hold a host of it
	claims  []sbom.Evidence
	local   bool // the device answers to it
	named   []sbom.Evidence
	paths   map[string]bool
}

func (o *ownName) kinds() int {
	n := 0
	for _, is := range []bool{o.local, len(o.named) > 0, len(o.paths) > 0} {
		if is {
			n++
		}
	}
	return n
}

// counts reports whether what agrees with a domain is enough.
func (o *ownName) counts() bool {
	switch {
	case len(o.named) > 0 || o.local && len(o.paths) > 0:
		return true
	case o.branches() >= ownPaths && (len(o.places) >= 2 || o.atHome()):
		return true
	}
	return len(o.paths) > 0 && len(o.places) >= ownPlaces
}

// atHome reports whether what calls a host of the domain stands in a folder that
// is named for it.
func (o *ownName) atHome() bool {
	for l := range o.places {
		if labelPath(dirOf(l), o.label) != "" {
			return true
		}
	}
	return false
}

// branches counts the folders in which paths are named for a label, as their
// first two parts tell them apart: what is named for somebody in one program's
// folder alone is of his services for that program.
func (o *ownName) branches() int {
	seen := map[string]bool{}
	for p := range o.paths {
		first, rest, _ := strings.Cut(p, "/")
		second, _, _ := strings.Cut(rest, "/")
		seen[first+"/"+second] = true
	}
	return len(seen)
}

// ownNames claims for the device the domains whose name recurs in its own files.
func (j *joiner) ownNames() {
	sub := j.doc.Subject
	if sub == nil || sub.Ref != "device" || sub.Type != sbom.Device {
		return
	}
	list := j.ownDomains()
	if len(list) == 0 {
		return
	}
	for i := range j.facts {
		f := &j.facts[i]
		for k := range f.Evidence {
			if e := &f.Evidence[k]; f.Name != "" && e.Field == "name" {
				nameOwn(list, f.Name, *e)
			}
		}
		for _, p := range f.Properties {
			if (p.Name == propertySSID || p.Name == propertyFriendly) && len(f.Evidence) > 0 {
				nameOwn(list, p.Value, f.Evidence[0])
			}
		}
	}
	for i := range sub.Claims {
		if c := &sub.Claims[i]; c.Kind == sbom.CertOrg && len(c.Evidence) > 0 {
			nameOwn(list, c.Value, c.Evidence[0])
		}
	}
	j.pathOwn(list)
	var best *ownName
	for _, o := range list {
		if !o.counts() || j.isGuest(o.label) {
			continue
		}
		if j.debian && len(o.named) == 0 && !o.local && (o.branches() < ownPaths || len(o.places) < ownPlaces) {
			continue // a distribution has a folder of each project that its programs name
		}
		weight := func(o *ownName) int { return 100*o.kinds() + len(o.places) + len(o.paths) + len(o.named) }
		if best == nil || weight(o) > weight(best) {
			best = o
		}
	}
	if best == nil || j.namesChips(best) {
		return
	}
	named := best.local || len(best.named) > 0
	evidence := append(slices.Clone(best.claims[:min(len(best.claims), 3)]), best.named[:min(len(best.named), 2)]...)
	for _, p := range sortedSet(best.paths) {
		evidence = append(evidence, sbom.Evidence{Technique: sbom.Filename, Extractor: "own-name", Path: EscapePath(p), Match: CleanMatch(baseOf(p))})
	}
	evidence = stripFields(evidence[:min(len(evidence), maxClaimEvidence)])
	for _, d := range best.domains[:min(len(best.domains), maxOwnDomains)] {
		sub.Claims = append(sub.Claims, sbom.Claim{Kind: sbom.Host, Value: d, Role: sbom.Brand, By: sbom.ByBytes, Field: sbom.FieldOwnName, Evidence: evidence})
	}
	if named { // else it is the domain's word alone
		sub.Claims = append(sub.Claims, sbom.Claim{Kind: sbom.OrgName, Value: best.label, Role: sbom.Brand, By: sbom.ByBytes, Field: sbom.FieldOwnName, Evidence: evidence})
	}
	sub.Claims = tidyClaims(sub.Claims)
}

// namesChips reports whether a name is that of whoever made the chips or their kit,
// where the device states whose it is by another: the files of a kit agree in its
// maker's name.
func (j *joiner) namesChips(o *ownName) bool {
	chips, stated := false, false
	for i := range j.doc.Subject.Claims {
		c := &j.doc.Subject.Claims[i]
		value := strings.ToLower(c.Value)
		switch {
		case c.Kind != sbom.OrgName:
		case c.Role == sbom.Silicon || c.Role == sbom.SDK:
			chips = chips || value == o.label
		case (c.Role == sbom.Brand || c.Role == sbom.Manufacturer) && c.Field == "":
			if value == o.label {
				return false
			}
			stated = true
		}
	}
	return chips && stated
}

// isGuest reports whether a label is the name of a brand whose programs are on a
// device of another.
func (j *joiner) isGuest(label string) bool {
	for name := range j.guests {
		if strings.EqualFold(name, label) {
			return true
		}
	}
	return false
}

func sortedSet(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for s := range set {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// ownDomains returns the domains of the hosts that the device calls, by their
// first label, those of public services and of the projects whose programs it
// has left out.
func (j *joiner) ownDomains() []*ownName {
	upstream := map[string]bool{}
	for _, p := range j.parts {
		if p.dropped == nil && (p.upstream || p.pkg != nil || p.c.PURL != "" || strings.HasPrefix(p.key, "os:")) {
			upstream[strings.ToLower(p.c.Name)] = true
		}
	}
	by := map[string]*ownName{}
	var list []*ownName
	for i := range j.doc.Services {
		s := &j.doc.Services[i]
		if isInfrastructure(s.Purpose) && !strings.HasPrefix(s.Name, "time.") && !strings.HasPrefix(s.Name, "ntp.") || s.Purpose == "ddns" || s.Purpose == sbom.Choice || !strings.Contains(s.Name, ".") {
			continue
		}
		domain := domainOf(s.Name)
		label, _, _ := strings.Cut(domain, ".")
		if len(label) < minOwnName || !hasLetters(label, minOwnName) || commonLabels[label] || commonLabels[strings.ReplaceAll(label, "-", "")] || upstream[label] || j.isShippedName(label) {
			continue
		}
		o := by[label]
		if o == nil {
			if len(list) >= maxOwnNames*8 {
				continue
			}
			o = &ownName{label: label, text: []byte(label), places: map[string]bool{}, paths: map[string]bool{}}
			by[label] = o
			list = append(list, o)
		}
		o.domains = appendNew(o.domains, domain)
		o.local = o.local || s.Purpose == sbom.Local
		for _, l := range s.Locations {
			o.places[l] = true
		}
		if len(o.claims) < 3 && len(s.Evidence) > 0 {
			o.claims = append(o.claims, s.Evidence[0])
		}
	}
	slices.SortStableFunc(list, func(a, b *ownName) int {
		return cmp.Or(cmp.Compare(len(b.places), len(a.places)), cmp.Compare(a.label, b.label))
	})
	return list[:min(len(list), maxOwnNames)]
}

// nameOwn notes the labels that a name of the device or of its maker holds as a
// word, or as the beginning of one ("AcmeMobile").
func nameOwn(list []*ownName, name string, e sbom.Evidence) {
	for _, o := range list {
		if len(o.named) < maxClaimEvidence && hasLabel(name, o.label) {
			o.named = appendNew(o.named, e)
		}
	}
}

// hasLabel reports whether a text holds a label of a domain at the beginning of a
// word and to the end of one, or of a part of one.
func hasLabel(text, label string) bool {
	low := strings.ToLower(text)
	for at := 0; ; {
		i := strings.Index(low[at:], label)
		if i < 0 || len(low) != len(text) {
			return false
		}
		i += at
		end := i + len(label)
		before := i == 0 || !isAlnum(low[i-1])
		after := end == len(low) || !isAlnum(low[end]) || text[end] >= 'A' && text[end] <= 'Z' && low[end-1] == text[end-1]
		if before && after {
			return true
		}
		at = i + 1
	}
}

// pathOwn notes the device's own files and folders that are named for a label.
func (j *joiner) pathOwn(list []*ownName) {
	n := 0
	var low []byte
	for i, f := range j.s.files.all() {
		if n++; n > maxOwnPaths {
			return
		}
		p := f.path()
		low = append(low[:0], p...)
		for k, c := range low {
			if c >= 'A' && c <= 'Z' {
				low[k] = c + 'a' - 'A'
			}
		}
		for _, o := range list {
			if len(o.paths) >= 16 || !bytes.Contains(low, o.text) {
				continue
			}
			if part := labelPath(p, o.label); part != "" && !o.paths[part] && !isLabelNoise(part) && j.own(i) {
				o.paths[part] = true
			}
		}
	}
}

// isLabelNoise reports whether a name in a path is that of data about somebody: a
// certificate of a host, an icon of a service.
func isLabelNoise(p string) bool {
	switch p[max(strings.LastIndexByte(p, '.'), 0):] {
	case ".png", ".gif", ".jpg", ".svg", ".ico", ".crt", ".pem", ".der", ".cer", ".css":
		return true
	}
	return false
}

// labelPath returns a path up to the part that is named for a label.
func labelPath(p, label string) string {
	end := 0
	for part := range strings.SplitSeq(p, "/") {
		end += len(part)
		if hasLabel(part, label) {
			return p[:end]
		}
		end++
	}
	return ""
}
