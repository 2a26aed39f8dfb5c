package firmware

import "slices"

// A public client of dynamic DNS knows services that no page of the device offers: the
// makers of devices name in their own pages and programs those that its user may choose.

// A dynamicService is one of those services, with the domains of its hosts and what
// pages and programs call it. Three letters stand anywhere in bytes: short names
// count with what stands around them.
type dynamicService struct {
	domains []string
	names   []string
}

// dynamicServiceList are the services that inadyn, ez-ipupdate, updatedd and ddclient
// know, by their sources; what no such list has the maker of a device added to his. At most
// 64.
var dynamicServiceList = []dynamicService{
	{[]string{"dyndns.org", "dyndns.com", "dyn.com", "dyndns-custom.com", "dyndns-static.com"}, []string{"dyndns", "DynDNS", "DynDns", "DYNDNS", "Dyndns"}},
	{[]string{"no-ip.com", "noip.com", "no-ip.org"}, []string{"no-ip", "No-IP", "NO-IP", "No-ip", "noip.com", "NoIP", "NOIP", "NoIp"}},
	{[]string{"3322.org", "3322.net", "pubyun.com", "bliao.com"}, []string{"3322.org", "3322.net", "qdns", "pubyun", "\x003322\x00"}},
	{[]string{"tzo.com", "tzo.net"}, []string{"tzo.com", "TZO.com", "Tzo.com", "TZO.COM", "\x00tzo\x00", "\x00TZO\x00", ">TZO<", "\"TZO\"", "\"tzo\"", "'tzo'", "'TZO'"}},
	{[]string{"zoneedit.com"}, []string{"zoneedit", "ZoneEdit", "Zoneedit", "ZONEEDIT"}},
	{[]string{"easydns.com", "easydns.org"}, []string{"easydns", "easyDNS", "EasyDNS", "Easydns", "EASYDNS"}},
	{[]string{"dhs.org"}, []string{"dhs.org", "DHS.org", "\x00dhs\x00", "\x00DHS\x00", ">DHS<", "\"dhs\"", "'dhs'", "\"DHS\""}},
	{[]string{"ods.org"}, []string{"ods.org", "ODS.org", "\x00ods\x00", "\x00ODS\x00", ">ODS<", "\"ods\"", "'ods'", "\"ODS\""}},
	{[]string{"afraid.org"}, []string{"afraid.org", "freedns", "FreeDNS", "freeDNS", "FreeDns"}},
	{[]string{"penguinpowered.com", "justlinux.com"}, []string{"penguinpowered", "justlinux", "JustLinux", "pgpow"}},
	{[]string{"hn.org"}, []string{"hn.org", "hammer node", "Hammernode", "hammernode"}},
	{[]string{"dyns.cx", "dyns.net"}, []string{"dyns.cx", "DyNS", "dyns.net"}},
	{[]string{"ez-ip.net"}, []string{"ez-ip.net", "EZ-IP.Net", "ez-ip.Net", "EZ-IP.net"}},
	{[]string{"selfhost.de", "selfhost.eu"}, []string{"selfhost", "SelfHost", "SELFHOST", "Selfhost"}},
	{[]string{"dnsomatic.com"}, []string{"dnsomatic", "DNSomatic", "DNS-O-Matic", "DNSOMATIC", "dns-o-matic"}},
	{[]string{"changeip.com"}, []string{"changeip", "ChangeIP", "CHANGEIP", "changeIP"}},
	{[]string{"dnsexit.com"}, []string{"dnsexit", "DNSExit", "DNSEXIT", "DnsExit"}},
	{[]string{"dtdns.com"}, []string{"dtdns", "DtDNS", "DTDNS", "DtDns"}},
	{[]string{"dynu.com", "dynu.net"}, []string{"dynu.com", "Dynu", "\x00dynu\x00", "\"dynu\"", "DYNU"}},
	{[]string{"dynv6.com"}, []string{"dynv6", "Dynv6", "DynV6"}},
	{[]string{"duckdns.org"}, []string{"duckdns", "DuckDNS", "DUCKDNS", "Duck DNS"}},
	{[]string{"spdyn.de", "spdns.de"}, []string{"spdyn", "SPDNS", "spdns"}},
	{[]string{"nsupdate.info"}, []string{"nsupdate.info"}},
	{[]string{"duiadns.net"}, []string{"duiadns", "DuiaDNS"}},
	{[]string{"loopia.com", "loopia.se"}, []string{"loopia", "Loopia", "LOOPIA"}},
	{[]string{"strato.com", "strato.de"}, []string{"strato.com", "strato.de"}},
	{[]string{"gira.de"}, []string{"gira.de", "giradns", "GiraDNS"}},
	{[]string{"zerigo.com"}, []string{"zerigo", "Zerigo", "ZERIGO"}},
	{[]string{"dhis.org"}, []string{"dhis.org", "\x00dhis\x00", "\"dhis\""}},
	{[]string{"cloudxns.net"}, []string{"cloudxns", "CloudXNS"}},
	{[]string{"dnspod.cn", "dnspod.com", "dnsapi.cn"}, []string{"dnspod", "DNSPod", "DNSPOD"}},
	{[]string{"oray.com", "oray.net"}, []string{"oray", "Oray", "ORAY", "peanuthull", "PeanutHull", "phddns"}},
	{[]string{"everydns.net"}, []string{"everydns", "EveryDNS"}},
	{[]string{"dyndns.it"}, []string{"dyndns.it", "DynDNS.it"}},
	{[]string{"twodns.de"}, []string{"twodns", "TwoDNS"}},
	{[]string{"system-ns.com"}, []string{"system-ns"}},
	{[]string{"dnspark.com"}, []string{"dnspark", "DNSPark", "DNS Park"}},
	{[]string{"netassist.ua"}, []string{"netassist", "NetAssist"}},
	{[]string{"wtfismyip.com"}, []string{"wtfismyip"}},
	{[]string{"myonlineportal.net"}, []string{"myonlineportal", "MyOnlinePortal"}},
	{[]string{"ddnss.de"}, []string{"ddnss.de", "DDNSS"}},
	{[]string{"dy.fi"}, []string{"dy.fi"}},
	{[]string{"yi.org"}, []string{"yi.org"}},
	{[]string{"majimoto.net"}, []string{"majimoto"}},
	{[]string{"dynsip.org"}, []string{"dynsip"}},
}

// offers says of each name which services it speaks of, a bit for each.
var offers = func() map[string]uint64 {
	m := map[string]uint64{}
	for i, s := range dynamicServiceList {
		for _, n := range s.names {
			m[n] |= 1 << i
		}
	}
	return m
}()

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
// "freedns" of "freednsentry".
func isWhole(in *Input, m Mark) bool {
	lower := func(c byte) bool { return c >= 'a' && c <= 'z' }
	if lower(m.Text[0]) && m.Offset > 0 {
		if b := in.Bytes(m.Offset-1, 1); len(b) == 1 && isWordByte(b[0]) {
			return false
		}
	}
	if lower(m.Text[len(m.Text)-1] | 0x20) {
		if b := in.Bytes(m.Offset+int64(len(m.Text)), 1); len(b) == 1 && lower(b[0]) {
			return false
		}
	}
	return true
}

// serviceBit returns the bit of the service that a host is one of, 0 of none that is
// listed.
func serviceBit(host string) uint64 {
	domain := domainOf(host)
	for i, s := range dynamicServiceList {
		if slices.Contains(s.domains, domain) {
			return 1 << i
		}
	}
	return 0
}
