package firmware

import "slices"

// A public client of dynamic DNS knows services that no page of the device offers: the
// makers of devices name in their own pages and programs those that its user may choose.

// A dynamicService is one of those services, with the domains of its hosts and what
// pages and programs call it, in lower case. Three letters stand anywhere in bytes: short
// names count with what stands around them.
type dynamicService struct {
	domains []string
	names   []string
	other   bool // its company does other things below these domains too
}

// dynamicServiceList are the services that inadyn, ez-ipupdate, updatedd and ddclient
// know, by their sources, and behind them such as makers of devices add to theirs. At most
// 64.
var dynamicServiceList = []dynamicService{
	{domains: []string{"dyndns.org", "dyndns.com", "dyn.com", "dyndns-custom.com", "dyndns-static.com"}, names: []string{"dyndns"}},
	{domains: []string{"no-ip.com", "noip.com", "no-ip.org"}, names: []string{"no-ip", "noip"}},
	{domains: []string{"3322.org", "3322.net", "pubyun.com", "bliao.com"}, names: []string{"3322.org", "3322.net", "qdns", "pubyun", "\x003322\x00"}},
	{domains: []string{"tzo.com", "tzo.net"}, names: []string{"tzo.com", "\x00tzo\x00", ">tzo<", "\"tzo\"", "'tzo'"}},
	{domains: []string{"zoneedit.com"}, names: []string{"zoneedit"}},
	{domains: []string{"easydns.com", "easydns.org"}, names: []string{"easydns"}},
	{domains: []string{"dhs.org"}, names: []string{"dhs.org", "\x00dhs\x00", ">dhs<", "\"dhs\"", "'dhs'"}},
	{domains: []string{"ods.org"}, names: []string{"ods.org", "\x00ods\x00", ">ods<", "\"ods\"", "'ods'"}},
	{domains: []string{"afraid.org"}, names: []string{"afraid.org", "freedns"}},
	{domains: []string{"penguinpowered.com", "justlinux.com"}, names: []string{"penguinpowered", "justlinux", "pgpow"}, other: true},
	{domains: []string{"hn.org"}, names: []string{"hn.org", "hammer node", "hammernode"}},
	{domains: []string{"dyns.cx", "dyns.net"}, names: []string{"dyns"}},
	{domains: []string{"ez-ip.net"}, names: []string{"ez-ip.net"}},
	{domains: []string{"selfhost.de", "selfhost.eu"}, names: []string{"selfhost"}},
	{domains: []string{"dnsomatic.com"}, names: []string{"dnsomatic", "dns-o-matic"}},
	{domains: []string{"changeip.com"}, names: []string{"changeip"}},
	{domains: []string{"dnsexit.com"}, names: []string{"dnsexit"}},
	{domains: []string{"dtdns.com"}, names: []string{"dtdns"}},
	{domains: []string{"dynu.com", "dynu.net"}, names: []string{"dynu"}},
	{domains: []string{"dynv6.com"}, names: []string{"dynv6"}},
	{domains: []string{"duckdns.org"}, names: []string{"duckdns", "duck dns"}},
	{domains: []string{"spdyn.de", "spdns.de"}, names: []string{"spdyn", "spdns"}},
	{domains: []string{"nsupdate.info"}, names: []string{"nsupdate.info"}},
	{domains: []string{"duiadns.net"}, names: []string{"duiadns"}},
	{domains: []string{"loopia.com", "loopia.se"}, names: []string{"loopia"}, other: true},
	{domains: []string{"strato.com", "strato.de"}, names: []string{"strato.com", "strato.de"}, other: true},
	{domains: []string{"gira.de"}, names: []string{"gira.de", "giradns"}, other: true},
	{domains: []string{"zerigo.com"}, names: []string{"zerigo"}, other: true},
	{domains: []string{"dhis.org"}, names: []string{"dhis.org", "\x00dhis\x00", "\"dhis\""}},
	{domains: []string{"cloudxns.net"}, names: []string{"cloudxns"}, other: true},
	{domains: []string{"dnspod.cn", "dnspod.com", "dnsapi.cn"}, names: []string{"dnspod"}, other: true},
	{domains: []string{"oray.com", "oray.net", "88ip.net", "88ip.cn"}, names: []string{"oray", "peanuthull", "phddns"}},
	{domains: []string{"everydns.net"}, names: []string{"everydns"}},
	{domains: []string{"dyndns.it"}, names: []string{"dyndns.it"}},
	{domains: []string{"twodns.de"}, names: []string{"twodns"}},
	{domains: []string{"system-ns.com"}, names: []string{"system-ns"}},
	{domains: []string{"dnspark.com"}, names: []string{"dnspark", "dns park"}},
	{domains: []string{"netassist.ua"}, names: []string{"netassist"}, other: true},
	{domains: []string{"wtfismyip.com"}, names: []string{"wtfismyip"}, other: true},
	{domains: []string{"myonlineportal.net"}, names: []string{"myonlineportal"}},
	{domains: []string{"ddnss.de"}, names: []string{"ddnss"}},
	{domains: []string{"dy.fi"}, names: []string{"dy.fi"}},
	{domains: []string{"yi.org"}, names: []string{"yi.org"}},
	{domains: []string{"majimoto.net"}, names: []string{"majimoto"}},
	{domains: []string{"dynsip.org"}, names: []string{"dynsip"}},
	// Known to no public client, so that nothing else need name them.
	{domains: []string{"ipslink.com"}}, {domains: []string{"comexe.cn"}}, {domains: []string{"dipserver.com"}}, {domains: []string{"dnsdynamic.org"}}, {domains: []string{"dyndnss.net"}}, {domains: []string{"able.or.kr"}},
}

// serviceOf says of each domain which service of the list it is, counted from 1, and
// offers of each name which services it speaks of, a bit for each.
var serviceOf, offers = func() (map[string]int, map[string]uint64) {
	domains, names := map[string]int{}, map[string]uint64{}
	for i, s := range dynamicServiceList {
		for _, d := range s.domains {
			domains[d] = i + 1
		}
		for _, n := range s.names {
			names[n] |= 1 << i
		}
	}
	return domains, names
}()

// dynamicDomains are those of services that do nothing else. The domain itself and its
// web site are what a user chooses in a list; below it stand the hosts that a client
// calls once he has.
func dynamicDomains() []string {
	var out []string
	for _, s := range dynamicServiceList {
		if !s.other {
			out = append(out, s.domains...)
		}
	}
	return out
}

// offerMarks are the names.
func offerMarks() []string {
	var out []string
	for n := range offers {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// offered returns the services that a file names, once each.
func offered(in *Input) []endpointFact {
	var seen uint64
	var out []endpointFact
	for _, m := range in.Marks {
		bits := offers[m.Text] &^ seen
		if bits == 0 || !isWhole(in, m) {
			continue
		}
		seen |= bits
		for i := 0; bits != 0; i, bits = i+1, bits>>1 {
			if bits&1 != 0 {
				out = append(out, endpointFact{host: dynamicServiceList[i].domains[0], purpose: purposeOffer, offset: m.Offset, length: len(m.Text)})
			}
		}
	}
	return out
}

// isWhole reports whether a name is no part of another: "ods.org" of "methods.org",
// "freedns" of "freednsentry". What begins with a capital begins a word.
func isWhole(in *Input, m Mark) bool {
	lower := func(c byte) bool { return c >= 'a' && c <= 'z' }
	b := in.Bytes(max(0, m.Offset-1), len(m.Text)+2)
	if m.Offset == 0 {
		b = append([]byte{0}, b...)
	}
	if len(b) <= len(m.Text) {
		return false
	}
	if lower(b[1]) && isWordByte(b[0]) {
		return false
	}
	b = b[1:]
	return !lower(m.Text[len(m.Text)-1]) || len(b) == len(m.Text) || !lower(b[len(m.Text)])
}

// serviceBit returns the bit of the service that a host is one of and that others name, 0
// of none that is listed.
func serviceBit(host string) uint64 {
	i := serviceOf[domainOf(host)]
	if i == 0 || len(dynamicServiceList[i-1].names) == 0 {
		return 0
	}
	return 1 << (i - 1)
}
