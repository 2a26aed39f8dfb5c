package firmware

import (
	"fmt"
	"strings"
	"testing"
)

func services(t testing.TB, files map[string]string) string {
	t.Helper()
	var out []string
	for _, s := range scan(t, files, nil).Services {
		out = append(out, fmt.Sprintf("%s=%s@%s", s.Name, s.Purpose, strings.Join(s.Locations, ",")))
	}
	return strings.Join(out, " ")
}

// hostsOf lists n texts that differ in a letter.
func hostsOf(format string, n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(format, 'a'+i))
	}
	return strings.Join(out, " ")
}

func TestEndpoints(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"program": {map[string]string{"bin/agent": program("https://fw.acme-net.com/update/v1?sn=%s", "cloud.acme-net.com", "mqtts://iot.acme-net.com:8883", "GET / HTTP/1.1", "a.b", "12.34.56.78.com.")},
			"cloud.acme-net.com=cloud@bin/agent fw.acme-net.com=update@bin/agent iot.acme-net.com=mqtt@bin/agent"},
		"no data path": {map[string]string{"bin/agent": program("http://www.w3.org/2001/XMLSchema", "http://schemas.xmlsoap.org/soap/", "www.baidu.com", "http://ocsp.digicert.com", "http://www.gnu.org/licenses/gpl.html", "http://www.example.com/x", "http://acme-net.com/docs/LICENSE", "https://github.com/x/y", "http://your.domain.com/", "http://acme-net.com/ns/device.xsd")},
			""},
		// A script that fetches lists chooses nothing, and what a filter keeps away is nobody's service.
		"fetching script": {map[string]string{"sbin/update": "#!/bin/sh\n" + strings.ReplaceAll(hostsOf("curl https://cloud.%cnet-filters.net/x;", 12), "; ", "\n")},
			hostsOf("cloud.%cnet-filters.net=cloud@sbin/update", 12)},
		"samples and manuals": {map[string]string{"bin/agent": program("cloud.acme-net.com"), "bin/cpp-sdk-sample": program("https://cloud.foobar-net.com/x"),
			"usr/bin/vcheck": "#!/usr/bin/perl\nget('http://cloud.acme-get.com/x');\n=head1 EXAMPLES\n\n dl = ftp://cloud.acme-doc.com/x\n\n=cut\nget('http://cloud.acme-put.com/x');\n", "usr/lib/rpm/macros": "%__mongodb_host cloud.acme-db.com\n", "lib/pkgconfig/acme.pc": "Name: acme\nURL: http://www.acme-lib.com\n"},
			"cloud.acme-get.com=cloud@usr/bin/vcheck cloud.acme-net.com=cloud@bin/agent cloud.acme-put.com=cloud@usr/bin/vcheck"},
		"filter lists": {map[string]string{"bin/agent": program("cloud.acme-net.com"), "etc/e2guardian/lists/bannedsitelist": "badsite-acme.com\nworse.acme-ads.net\n", "etc/snort/reference.config": "config reference: acme http://vuln.acme-ids.net/id\n", "etc/e2guardian/lists/phraselists/games/weighted": "<games.acme-ads.net><80>\n"},
			"cloud.acme-net.com=cloud@bin/agent"},
		"configuration": {map[string]string{"etc/config/system": "config timeserver ntp\n\tlist server '0.openwrt.pool.ntp.org'\n\tlist server 'ntp2.acme-net.com'\n# list server 'gone.acme-net.com'\n", "etc/resolv.conf": "nameserver 8.8.8.8\nnameserver 192.168.1.1\n", "etc/agent.conf": "host = push.acme.com.cn\nmail=ops@acme-net.com\npath=/usr/lib/x.net.so\nversion 1.2.3.4\n"},
			"0.openwrt.pool.ntp.org=ntp@etc/config/system 8.8.8.8=dns@etc/resolv.conf ntp2.acme-net.com=ntp@etc/config/system push.acme.com.cn=cloud@etc/agent.conf"},
		// What a client of dynamic DNS calls; the service's name and its site are
		// for the user to choose, and its echo of the caller's address says nothing.
		"dynamic DNS": {map[string]string{"bin/ddnsd": program("http://members.dyndns.org/nic/update", "dns.comexe.cn", "POST / HTTP/1.1\r\nHost: phservice2.oray.net\r\n\r\n", "www.oray.com", "no-ip.com", "checkip.dyndns.org", "phddns60.oray.net"),
			"etc/ddns/ddns.sh": "echo \"szHost=phddns61.oray.net\" >/tmp/conf\n[ \"$1\" = \"oray.com\" ]\n"},
			"dns.comexe.cn=ddns@bin/ddnsd members.dyndns.org=ddns@bin/ddnsd phddns60.oray.net=ddns@bin/ddnsd phddns61.oray.net=ddns@etc/ddns/ddns.sh phservice2.oray.net=ddns@bin/ddnsd"},
		"servers of mail of many": {map[string]string{"bin/filterd": program("smtp.web.de", "mail.gmx.net", "smtp.gmail.com", "asmtp.t-online.de", "smtp.live.com", "mx.freenet.de", "smtp.aol.com", "smtprelaypool.ispgateway.de", "update.acme-boxes.com")},
			"update.acme-boxes.com=update@bin/filterd"},
		"a table of dynamic DNS": {map[string]string{"bin/ddnsd": program("members.dyndns.org", "dns.comexe.cn", "phddns60.oray.net", "dynupdate.no-ip.com", "update.afraid.org", "nic.changeip.com", "dynamic.zoneedit.com", "members.easydns.com", "update.duckdns.org", "api.dynv6.com")},
			"api.dynv6.com=choice@bin/ddnsd dns.comexe.cn=choice@bin/ddnsd dynamic.zoneedit.com=choice@bin/ddnsd dynupdate.no-ip.com=choice@bin/ddnsd members.dyndns.org=choice@bin/ddnsd members.easydns.com=choice@bin/ddnsd nic.changeip.com=choice@bin/ddnsd phddns60.oray.net=choice@bin/ddnsd update.afraid.org=choice@bin/ddnsd update.duckdns.org=choice@bin/ddnsd"},
		// A client of many clouds calls the one that its user chose; what another
		// file names for a purpose is none of a table, nor are the hosts of a program
		// for the services of a few companies.
		"a table of clouds": {map[string]string{"bin/copy": program(strings.Split(hostsOf("https://api.cloud%c.com/v1", 13), " ")...), "bin/agent": program("https://api.clouda.com/v1", "https://api.cloudz.com/v1")},
			"api.clouda.com=cloud@bin/agent,bin/copy " + hostsOf("api.cloud%c.com=choice@bin/copy", 13)[len("api.clouda.com=choice@bin/copy "):] + " api.cloudz.com=cloud@bin/agent"},
		"no table of clouds": {map[string]string{"bin/copy": program(strings.Split(hostsOf("https://api.cloud%c.com/v1", 12), " ")...), "bin/p": program(strings.Split(hostsOf("https://api-%c.acme.co.uk/v1", 20), " ")...)},
			hostsOf("api-%c.acme.co.uk=cloud@bin/p", 20) + " " + hostsOf("api.cloud%c.com=cloud@bin/copy", 12)},
		"a text of references": {map[string]string{"etc/ids/sites.config": "ref " + hostsOf("https://scan%c.com/v1?id=", 9) + "\n", "etc/feeds": "x " + hostsOf("https://feed%c.com/v1", 8) + "\n"},
			hostsOf("feed%c.com=@etc/feeds", 8) + " " + hostsOf("scan%c.com=choice@etc/ids/sites.config", 9)},
		"bytecode": {map[string]string{"usr/lib/agent/x.py": "# see https://docs-x.acme-net.com/v1\n", "usr/lib/agent/__pycache__/x.cpython-311.pyc": "\x6f\x0d\x00\x00https://docs-x.acme-net.com/v1\x00", "usr/lib/agent/y.pyc": "\x6f\x0d\x00\x00https://push.acme-net.com/v1\x00",
			"usr/lib/agent/third_party/z.py": "u = 'https://push.acme-net.com/v1'\n"}, "push.acme-net.com=cloud@usr/lib/agent/y.pyc"},
		"time servers are no choice": {map[string]string{"bin/timed": program(strings.Split(hostsOf("ntp.company%c.com", 14), " ")...)}, hostsOf("ntp.company%c.com=ntp@bin/timed", 14)},
		"resolvers": {map[string]string{"bin/netd": program("8.8.4.4", "114.114.114.114", "18.8.8.8", "2400:3200::1"),
			"etc/config/v6": "\toption default_dns '2402:4E00:0::0 2400:3200:baba::1'\n#\toption dns1 '2620:fe::fe'\n\toption dns2 '2001:db8::1 fd00::1 2001:2::2'\n\toption gateway '2606:4700::1'\n"},
			"114.114.114.114=dns@bin/netd 2400:3200::1=dns@bin/netd 2400:3200:baba::1=dns@etc/config/v6 2402:4e00::=dns@etc/config/v6 8.8.4.4=dns@bin/netd"},
		"access points of mobile networks": {map[string]string{"etc/ppp/chat": "OK AT+CGDCONT=1,\"ip\",\"general.operator.co.uk\",\"\",0,0\nhost=push.acme.co.uk\n", "bin/dial": program("internet.operator.com", "wap.operator.com", "http://internet.acme-net.com/x")},
			"internet.acme-net.com=@bin/dial push.acme.co.uk=cloud@etc/ppp/chat"},
		"labels and comments": {map[string]string{"etc/vpn/routes": "199.47.216.0 255.255.255.0 push.acme.co.uk\n", "etc/l7/pop3.conf": "# mail.acme-net.com: +OK Hello\n", "etc/filter.conf": "! see https://filters.acme-net.com/x\nhost=box.acme.co.uk\n"},
			"box.acme.co.uk=@etc/filter.conf"},
		"names of settings": {map[string]string{"etc/uci-defaults/i18n": "set luci.languages.de=Deutsch\nset acme.main.server=push.acme.co.uk\n"}, "push.acme.co.uk=cloud@etc/uci-defaults/i18n"},
		// What others ask a device for, and what a network or certificate is called.
		"rules about others": {map[string]string{"etc/nginx/portal.conf": "server_name www.acme-net.com *.acme-net.com;\nif ($http_host = \"check.acme-net.com\"){\nproxy_pass https://real.acme-net.com;\n",
			"etc/wifidog.conf": "FirewallRule allow tcp to pay.acme-net.com\nHostname auth.acme-net.com\n", "etc/guest_whitelist": "shop.acme-net.com\n", "sbin/share.sh": "hosts=\".acme-net.com .cdn.acme-net.com\"\nID=\"${MAC}.id.acme-net.com\"\n",
			"etc/ca.sh": "openssl req -subj \"/C=CN/CN=ca.acme-net.com\"\n", "etc/apnlist": "20205 web.acme-net.com\n", "etc/config/network": "option apn 'box.acme-net.com'\n", "etc/operators": "24001,*99#,data.acme-net.com,,\n", "etc/cal.ini": "BSSID = 01.00.00.C0.FF.EE\n"},
			"auth.acme-net.com=cloud@etc/wifidog.conf id.acme-net.com=@sbin/share.sh real.acme-net.com=@etc/nginx/portal.conf"},
		"names of the device": {map[string]string{"etc/init.d/names": "echo \"$ip box.acme-net.com\" >> /etc/hosts\n", "etc/hosts.d/own": "192.168.1.1 my.acme-net.com\n", "bin/httpd": program("www.tplinkwifi.net")},
			"box.acme-net.com=local@etc/init.d/names my.acme-net.com=local@etc/hosts.d/own www.tplinkwifi.net=local@bin/httpd"},
		"a row of sites": {map[string]string{"etc/check": "LIST=\"www.google.com www.yahoo.com www.acme-net.com api.acme-net.com\"\n", "bin/check": program("www.baidu.com", "www.acmenet.com", "x")}, "api.acme-net.com=cloud@etc/check"},
		"what a site has for programs": {map[string]string{"bin/live": program("https://accounts.google.com/o/oauth2/token", "http://www.google.com/search", "stun.l.google.com:19302", "https://www.googleapis.com/auth/youtube")},
			"accounts.google.com=cloud@bin/live stun.l.google.com=p2p@bin/live"},
		"time servers of anybody": {map[string]string{"etc/config/system": "config timeserver ntp\n\tlist server 'a.acme-net.com'\n\tlist server 'clock.fmt.he.net'\nconfig led\n\toption name 'b.acme-net.com'\n", "bin/x": program("time.windows.com", "www.time.com"), "etc/app.conf": "mountpoint=/ server=c.acme-net.com\n", "etc/x.conf": "sntp_ip=18.1.1.1;x.dns.acme-net.com\n"},
			"18.1.1.1=ntp@etc/x.conf a.acme-net.com=ntp@etc/config/system b.acme-net.com=@etc/config/system c.acme-net.com=@etc/app.conf clock.fmt.he.net=ntp@etc/config/system time.windows.com=ntp@bin/x x.dns.acme-net.com=ntp@etc/x.conf"},
		"names of two parts": {map[string]string{"bin/agent": program("Acme GmbH", "acme-net.com", "Other Inc", "connect to server", "acme-box.com", "x: 1.0; acme-two.com: 1.0;")}, "acme-box.com=@bin/agent"},
		"pages of projects":  {map[string]string{"bin/ushare": program("http://ushare.acme-net.org/"), "bin/bench": program("Results from version 2 by the Acme project, http://bench.acme.co", "Copyright (C) Acme.", "http://tool.acme-net.com"), "bin/up": program("POST %s HTTP/1.1\r\nOrigin: http://c.acme-net.com\r\n"), "usr/bin/page": program("<a href=\"http://www.acme-net.com/\">")}, ""},
		"a script that calls": {map[string]string{"root/x.sh": "wget http://files.acme-net.com/list.txt -O /tmp/x\n", "usr/libexec/rpcd/fw": "#!/bin/sh\ncurl -H \"Authorization: x\" https://box.acme-net.com/v1\n", "opt/vendor/app.ini": "server=iot.acme-net.com\n",
			"etc/init.d/boards": "#!/bin/sh\n" + hostsOf("\nboard-%c1)", 16) + "\nurl=https://check.acme-net.com/v1\n"},
			"box.acme-net.com=@usr/libexec/rpcd/fw check.acme-net.com=@etc/init.d/boards files.acme-net.com=@root/x.sh iot.acme-net.com=cloud@opt/vendor/app.ini"},
		"dynamic DNS by its names": {map[string]string{"etc/ddns.sh": "if [ \"x$srv\" = \"xfreedns.afraid.org\" ]; then s=\"acme-net.com\"; fi\n", "bin/flash": program("host.dyndns.org"), "bin/d": program("Host: duckdns.org\r\n"), "bin/e": program("http://www.dy.fi/nic/update?hostname=%s", "www.changeip.com")},
			"duckdns.org=ddns@bin/d freedns.afraid.org=ddns@etc/ddns.sh www.dy.fi=ddns@bin/e"},
		"lines that are none of a call": {map[string]string{"etc/hs20.conf": "nai_realm=acme-net.com\n", "etc/openssl.cnf": "DNS.12 = box.acme-net.com\n", "init": "#!/bin/sh\nsed '/127.0.0.1 x.acme-net.com/d' /tmp/hosts\n", "etc/svn.info": "URL: http://svn2.acme-net.com/svn/x/trunk\n", "etc/boot": "openssl req -subj '/CN=y.acme-net.com/O=My'\n",
			"bin/filter": program("Domain '%s' matches white list '%s'", "safe.acme-net.com", "http://acme-net.com/HNAP1/Acme/", "http://x.acme-net.com/generate_204", "Contact: www.acme-tool.com/forum"), "bin/wan": program("ip : %x", "1.1.1.1", "wan0_ipaddr"), "bin/media": program("intel.com", "real.com", "microsoft.com"), "lib/cam.so": program("Author <a@b>", "http://www.acme-cam.com")}, ""},
		"words that end as hosts": {map[string]string{"bin/x": program("/usr/share", "ring.au", "com.acme.sdk.net", "resolv.conf.org", "%s.p2p.acme-net.com", "sms.acme.co.uk", "smtp.acme-net.com"), "lib/ca.so": program("http://ts-crl.acme-net.com/ca.crl", "http://acme-net.com/cps", "http://acme-net.com/qca/forms#1.0", "xmlns:Camera", "http://acme-net.com/camera/1.0/", "mail.example.com", "cisco.com", "nai_realm", "wifi.org"),
			"etc/apns-conf.xml": "<apn server='mms.acme-net.com' mmsc='http://mms2.acme-net.com/' />\n", "sbin/msg": "#!/bin/sh\necho \"you might look for an updated version at http://www.acme-net.com\"\n", "etc/udhcpd.conf": "option\tdomain\tacme-net.com\n", "etc/upd.conf": "ping=www.google.fr\n", "etc/cfg": "login.domain_name=www.acme-net.com\n", "etc/templates/toggle": "is <a href=\"http://tool.acme-net.com/\">tool.acme-net.com</a>\n", "lib/x.ko": program("www.acme-net.com"), "bin/makers": program("www.acme-a.com", "www.acme-b.com", "www.acme-c.com"), "bin/dd": program("%s - %s", "UpdateDD", "2.5", "http://updatedd.acme.de")},
			"p2p.acme-net.com=p2p@bin/x sms.acme.co.uk=@bin/x smtp.acme-net.com=mail@bin/x www.acme-net.com=local@etc/cfg"},
		"a program made of another": {map[string]string{"bin/webs": program("GoAhead-Webs", "2.5.0", "Server: GoAhead-Webs", "cloud.acme-net.com"), "bin/busybox": program("BusyBox v1.30.1 (x)", "cloud.acme-tool.com"), "bin/drill": program("ldns-team@acme.nl | http://www.acme.nl/ldns/")}, "cloud.acme-net.com=cloud@bin/webs"},
		"settings in one line": {map[string]string{"etc/app.json": "{\"apn\":\"box.acme-net.com\",\"x\":\"" + strings.Repeat("y ", 150) + "\",\"server\":\"iot.acme-net.com\",\"z\":\"" + strings.Repeat("y ", 150) + "\",\"ntp\":\"a.acme-net.com\"}\n"},
			"a.acme-net.com=ntp@etc/app.json iot.acme-net.com=cloud@etc/app.json"},
		"a name server among others": {map[string]string{"bin/wan": program("8.8.4.4", "1.1.1.1", "x")}, "1.1.1.1=dns@bin/wan 8.8.4.4=dns@bin/wan"},
		"a large program is no table": {map[string]string{"sbin/rc": program(strings.Split(hostsOf("https://api.cloud%c.com/v1", 13), " ")...), "bin/ddns": program("ns1.clouda.com")},
			"api.clouda.com=cloud@sbin/rc " + hostsOf("api.cloud%c.com=choice@sbin/rc", 13)[len("api.clouda.com=choice@sbin/rc "):] + " ns1.clouda.com=ddns@bin/ddns"},
		"a packaged program": {map[string]string{"bin/cloud": program("login.acme-net.com"), "bin/whois": program(strings.Split(hostsOf("whois.net%c.com", 14), " ")...), "usr/lib/opkg/info/cloud.list": "/bin/cloud\n/bin/whois\n", "usr/lib/opkg/status": "Package: cloud\nVersion: 1\nSource: package/cloud\nStatus: install user installed\n"},
			"login.acme-net.com=@bin/cloud"},
		"requests": {map[string]string{"bin/agent": program("GET /x HTTP/1.0\r\nHost: iot.acme-net.com:80\r\n", "Host: %s\r\n", "Host: wiki.acme-net.com is down")}, "iot.acme-net.com=cloud@bin/agent"},
		"words are no hosts": {map[string]string{"bin/x": program("carbox.io", "ati.io", "vga.io", "8443", "boxcar.io", "gimple-match.cc", "http://www.world", "api.acme.cc"), "etc/health.d/net.conf": "  on: net.net\n server: acme.net\n", "sbin/run": "#!/usr/bin/lua5.4\nlocal io = require \"util.human.io\"\nlocal net = require \"util.net\"\ncall(\"push.acme-net.com\")\n",
			"etc/init.d/x": "#!/bin/sh\nif [ \"x$(hostname -d)\" = \"xdebian.org\" ]; then FILE=acme.public.unique.id; fi\n"},
			"acme.net=@etc/health.d/net.conf api.acme.cc=cloud@bin/x boxcar.io=@bin/x push.acme-net.com=cloud@sbin/run"},
		"scripts are not hosts": {map[string]string{"usr/lib/lua/x.lua": "local uci = require \"luci.model.uci\"\nfs.path.io = nixio.fs\nself.cfg.de = 1\n"}, ""},
		"links of pages":        {map[string]string{"www/index.html": "<a href='http://www.acme-net.com/'>Acme</a> <script>x('https://update.acme-net.com/fw')</script>"}, "update.acme-net.com=update@www/index.html"},
		"a login is dropped":    {map[string]string{"bin/agent": program("ftp://user:secret@files.acme-net.com/x")}, "files.acme-net.com=@bin/agent"},
		"lists of what others may reach": {map[string]string{"etc/config/hotspot": "config redirect 'r'\n\toption url 'https://portal.acme-net.com/x'\nconfig whitelist 'whitelist'\n\tlist domain 'pay.acme-pay.com'\nconfig tunnel 't'\n\tlist server 'l2tp.acme-net.com'\n"},
			"l2tp.acme-net.com=@etc/config/hotspot portal.acme-net.com=@etc/config/hotspot"},
		"what a program looks for": {map[string]string{"opt/av/sigs.cvd": "\x00\x01\x02 rules\x00" + strings.ReplaceAll(hostsOf("cdn.evil%c.com", 14), " ", "\x00\x04") + "\x00"}, ""},
		"made for other machines":  {map[string]string{"opt/plugin.exe": "MZ\x90\x00\x03\x00\x00\x00http://update.acme-net.com/x\x00", "lib/libx.a": "!<arch>\n//  40  `\nx.o/\nhttp://update.acme-net.com/x\x00\x01", "lib/Makefile.shlib": "URL=http://update.acme-net.com/x\n", "etc/string1.conf": "PingText=Ping www.acme-net.com now\n"}, ""},
		"values of a database":     {map[string]string{"etc/app.db.base": "SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20Gkey.hosts3.acme-net.com\x00\x07urlhttps://iot.acme-net.com\x01"}, "iot.acme-net.com=cloud@etc/app.db.base"},
		"what a script compares":   {map[string]string{"etc/init.d/mail": "case \"$s\" in\n  smtp.acme-net.com)\n  ;;\nesac\nwget -O - x | grep -i \"cloud.acme-net.com\" > /tmp/r\nip=`grep www.acme-box.com /etc/hosts | cut -f1`\n"}, "www.acme-box.com=local@etc/init.d/mail"},
		"purposes by keys": {map[string]string{"etc/cpe.xml": "<acsURL>https://m.acme-net.com:8443/x</acsURL>\n<STUNServerAddress>n.acme-net.com</STUNServerAddress>\n<fqdn>www.acme-net.com</fqdn>\n<presentationURL>http://ext.acme-box.com/</presentationURL>\n<DomainName t=\"s\">acme-lan.com</DomainName>\n", "etc/ddns_provider.conf": "queryurl=https://api.acme-dyn.com/update\nwebsite=http://www.acme-names.com/\n", "bin/inadyn-acme": program("checkip.acme-ip.com", "/x"), "etc/resolv.x": "search hsd1.acme-net.com.\n"},
			"api.acme-dyn.com=ddns@etc/ddns_provider.conf checkip.acme-ip.com=ddns@bin/inadyn-acme ext.acme-box.com=local@etc/cpe.xml m.acme-net.com=management@etc/cpe.xml n.acme-net.com=p2p@etc/cpe.xml www.acme-net.com=@etc/cpe.xml"},
		"purposes by neighbours": {map[string]string{"bin/agent": program("update.acme-dyn.com", "/dynamic?host=", "x"), "bin/dlna": program("/manufacturerURL", "http://box.acme-net.com", "y"), "bin/req": program("GET / HTTP/1.1\r\nHost: www.acme-req.com\r\n"), "bin/mail": program("https://www.acmeapis.com/mail/v1/send"), "etc/get.sh": "#!/bin/sh\nSRC=\"http://www.acme-net.com/usb.ids\"\n"},
			"update.acme-dyn.com=ddns@bin/agent www.acme-net.com=@etc/get.sh www.acme-req.com=@bin/req www.acmeapis.com=cloud@bin/mail"},
		"what plugins say of themselves": {map[string]string{"lib/libgstx.so": program("1.2.1", "LGPL", "gst-x", "Acme Plugins", "http://www.acme-net.com"), "lib/libdfb.so": program("aml vendor", "http://www.acme-chip.com", "LGPL", "x"), "bin/eula": program("notices for the Software you have received pursuant to this agreement at", "http://www.acme-net.com/legal/ , or at", "z"), "bin/mobi": program("http://www.acme-net.com/2005/ncx/"), "bin/keys": program("wifid.captive.proto.cn", "wifid.captive.host.cn", "wifid.captive.path.cn"), "bin/dhcp": program("192.168.1.254", "acme-net.com", "IPRouters"), "bin/test": program("a.b.c.d.co.uk", "yourdomian.org")}, ""},
		"feeds of packages":              {map[string]string{"bin/opkg": "x", "usr/bin/dnf": "x", "etc/opkg.conf": "src/gz base http://downloads.openwrt.org/x/packages\n", "etc/opkg/customfeeds.conf": "# src/gz x http://a.acme-net.com/y\nsrc/gz own http://feeds.acme-net.com/y\n", "etc/yum.repos.d/x.repo": "[x]\nbaseurl=http://rpm.acme-net.com/x\n# http://a.acme-net.com/\n", "etc/get.sh": "wget -q -O - http://checkip.dyndns.org\n"}, "checkip.dyndns.org=ddns@etc/get.sh downloads.openwrt.org=update@etc/opkg.conf feeds.acme-net.com=update@etc/opkg/customfeeds.conf rpm.acme-net.com=update@etc/yum.repos.d/x.repo"},
		"names that it answers":          {map[string]string{"etc/hosts": "127.0.0.1 ads.acme-ads.com\n192.168.1.1 box.acme-net.com acmelogin.me\n8.8.8.8 x.acme-net.com\n", "etc/dnsmasq.conf": "address=/my.acme-net.com/192.168.1.1\naddress=/ads.acme-net.com/0.0.0.0\n", "etc/lists/bad": strings.ReplaceAll(hostsOf("address=/bad%c.com/10.1.1.1", 12), " ", "\n")}, "acmelogin.me=local@etc/hosts box.acme-net.com=local@etc/hosts my.acme-net.com=local@etc/dnsmasq.conf"},
		"a company's own site":           {map[string]string{"bin/asr": program("tachyon-eu.amazon.com", "magneton-eu.amazon.com", "www.amazon.com"), "bin/dpi": program("im.qq.com", "a.taobao.com", "b.qq.com"), "bin/udp": program("udp://t.acme-net.com:123", "url (ex: mpst://server.acme-net.com/x)"), "bin/ns": program("ns.acme-net.com", "acme-net.com")}, "magneton-eu.amazon.com=@bin/asr ns.acme-net.com=@bin/ns t.acme-net.com=@bin/udp tachyon-eu.amazon.com=@bin/asr"},
		"servers of a page":              {map[string]string{"www/sntp.asp": "<option value=\"ntp1.acme-net.com\">x</option>\nlist[0] = 'clock.acme-net.com';\nv='www.acme-net.com'\n", "etc/app.json": "{\"url\":\"https:\\/\\/iot.acme-net.com\\/v1\",\"icon\":\"https:\\/\\/s.acme-net.com\\/x.png\"}\n", "usr/lib/lua/x.lua": "os.execute(\"ping -c 1 p.acme-net.com\")\n"}, "clock.acme-net.com=ntp@www/sntp.asp iot.acme-net.com=cloud@etc/app.json ntp1.acme-net.com=ntp@www/sntp.asp p.acme-net.com=connectivity@usr/lib/lua/x.lua"},
		"texts in programs": {map[string]string{"usr/lib/app/x.py": "def f():\n    \"\"\"Look at\n    http://code.acme-net.com/1\n    \"\"\"\nurl = 'https://iot.acme-net.com/v1'\n", "usr/lib/app/y.lua": "print(\"http://tool.acme-net.com/x\")\n", "etc/tgt.sh": "n=iqn.2001-04.com\n", "lib/librpm.so": program("%{!?_x:http://rpm.acme-net.com}"), "etc/udhcpd.conf": "option dns 129.219.13.81\n", "etc/app.json": "{\"OTA-UPGRADE-URL\": \"http://blob.acme-net.com/d\"}\n", "bin/page.cgi": program("<a onClick=\"window.open('", "http://speed.acme-net.com", "x")},
			"blob.acme-net.com=update@etc/app.json iot.acme-net.com=cloud@usr/lib/app/x.py speed.acme-net.com=website@bin/page.cgi"},
		"one manager of many": {map[string]string{"bin/cpe": program("http://acs.acme-a.com", "http://acs.acme-b.com", "http://acs.acme-c.com", "http://acs.acme-d.com", "cloud.acme-net.com")},
			"acs.acme-a.com=choice@bin/cpe acs.acme-b.com=choice@bin/cpe acs.acme-c.com=choice@bin/cpe acs.acme-d.com=choice@bin/cpe cloud.acme-net.com=cloud@bin/cpe"},
		// Access points that a modem dials, pages in an archive of pages, what a module or a
		// program says of itself over several lines, names of parts of a protocol.
		"names in programs": {map[string]string{"bin/apn": program("419", "03", "*99#", "action.acme-mobile.com", "cloud.acme-net.com"),
			"lib/x.so": program("Draws samples.\n\nReferences\n----------\n.. [1] A long text about the function,\n   http://www.acme-math.com/~x/\n", "https://web.archive.org/web/2009/http://acme-webs.co.uk/x"),
			"bin/dl":   program("Usage: dl [options] url\n\n  url : file://x\n", "        http://89.95.246.1/image.bin\n"),
			"lib/hdk":  program("http://acme-hdk.com/hdk/", "http://acme-hdk.com/jnap/x", "http://acme-hdk.com/devident/"),
			"lib/ltk":  program("allocation failed", "uhf", "http://www.acme-ns.cn", "Falling")}, "cloud.acme-net.com=cloud@bin/apn"},
		"examples": {map[string]string{"usr/share/qt5/examples/tweet": program("https://api.acme-net.com/1.1"), "lib/libmmtests.so": program("8.8.8.8", "cloud.acme-net.com"), "bin/x.pak": "\x04\x00\x00\x00https://cloud.acme-net.com/x"}, ""},
		"pinged": {map[string]string{"bin/failover": program("ICMP host is not set", "8.8.8.8", "x"), "sbin/led": "ping -c 1 heart.acme-net.com\nping -c 1 iot.acme-box.com\n", "bin/led": program("iot.acme-box.com"), "bin/dnsd": program("nameserver %s", "8.8.4.4")},
			"8.8.4.4=dns@bin/dnsd 8.8.8.8=connectivity@bin/failover heart.acme-net.com=connectivity@sbin/led iot.acme-box.com=cloud@bin/led,sbin/led"},
		// What a script prints, asks of a module or names for roaming; a page saved as settings;
		// the list of an element in a long line.
		"speed": {map[string]string{"etc/speedtest.xml": strings.ReplaceAll(hostsOf("<item url=\"http://dl.%cfiles.com/x.zip\"/>", 12), "/> ", "/>\n"), "bin/st": program("https://c.speedtest.net/speedtest-config.php")},
			"c.speedtest.net=speedtest@bin/st " + hostsOf("dl.%cfiles.com=speedtest@etc/speedtest.xml", 12)},
		"names in texts": {map[string]string{"etc/pc.sh": "#!/bin/sh\n  echo \"  ex) $1 set_wht 1 .a1.com acme2.com\"\nuci_set wireless $s nasid \"r0kh.acme-net.com\"\n", "sbin/notify.lua": "local c = require 'nodes.util.cloud'\n", "etc/config/page": "\n<!DOCTYPE html>\n<meta content=\"https://collector.acme-net.com/x\">\n",
			"etc/dhcp.xml": "<DomainName>nat.acme-net.com</DomainName>\n<Whitelist_SIP>" + strings.ReplaceAll(hostsOf("sip%c.acme-long.com", 20), " ", ",") + ",ntp.acme-time.com</Whitelist_SIP>\n<GatewayURL>box.acme-net.com</GatewayURL>\n", "etc/openssl.cnf": "commonName_default     = cloud.acme-net.com\n"},
			"box.acme-net.com=local@etc/dhcp.xml"},
		"settings that are there": {map[string]string{"etc_ro/Wireless/RT2860AP/RT2860_default_vlan": "wan_secondary_dns=168.95.1.1\n", "r/etc_ro/Wireless/RT2860AP/RT2860_default_vlan": "wan_secondary_dns=8.8.4.4\n", "r/bin/ralink_init": "x", "etc/config/timeserver": "option hostname ptbtime1.ptb.de\n", "bin/config_generate": "add_list system.ntp.server='1.acme.pool.ntp.org'\n", "etc/config/system": "list server 'ntp.acme-net.com'\n", "etc/config/network": "x\n", "etc/opkg/distfeeds.conf": "src/gz x http://feeds.acme-net.com/y\n", "etc/wscd.conf": "manufacturerURL = \"http://www.acme-net.com\"\n"},
			"8.8.4.4=dns@r/etc_ro/Wireless/RT2860AP/RT2860_default_vlan ntp.acme-net.com=ntp@etc/config/system"},
		"no call": {map[string]string{"bin/p4": program("p4://build7.acme-net.com", "svn://src.acme-net.com"), "etc/preloaded-classes": "libcore.icu.ICU\nbox.acme-net.com\n",
			"bin/tv": program("persist.sys.input.tv", "sun.nio.ch.net"), "usr/x/a.woff": "wOFF\x00\x01http://fonts.acme-net.com/v1\x00", "usr/x/b.pdf": "%PDF-1.4 \x00\x01http://paper.acme-net.com/v1\x00", "bin/browser": program("pref.aichi.jp", "pref.akita.jp", "city.kobe.jp", "box.acme-net.com", "https://sync.acme-net.com/v1"),
			"lib/libCore.so": program("go.dyndns.org", "home.dyndns.org", "is-a-chef.org")}, "sync.acme-net.com=@bin/browser"},
		// A public client of dynamic DNS knows services that the device does not offer; what no
		// public client knows the maker of the device put there.
		"services that a device offers": {map[string]string{"bin/ez-ipupdate": program("ez-ipupdate Version 3.0.11b8", "members.dyndns.org", "members.easydns.com", "members.acme-ddns.com", "cgi.tzo.com", "update.ods.org", "freedns.afraid.org"), "usr/lib/opkg/info/ez.list": "/bin/ez-ipupdate\n", "usr/lib/opkg/status": "Package: ez\nVersion: 1\nSource: feeds/packages/net/ez-ipupdate\nStatus: install user installed\n",
			"www/x.js": "see methods.org, freednsentry()", "www/ddns.asp": "<option value=\"dyndns\">DynDNS</option><option>www.tzo.com</option>\n"},
			"cgi.tzo.com=choice@bin/ez-ipupdate members.acme-ddns.com=choice@bin/ez-ipupdate members.dyndns.org=choice@bin/ez-ipupdate"},
		// What a program wants of a name server the texts nearest to its address tell.
		"name servers that are asked": {map[string]string{"bin/reach": program("di_addr0", "8.8.8.8", "di_addr1", "208.67.222.222"), "bin/perf": program("ping -c 1 %s", "other", "thread", "pool", "8.8.4.4", "223.5.5.5", "223.6.6.6", "1.2.4.8", "x"), "bin/wan": program("PRIMARY_DNS", "168.95.1.1", "x", "ping %s"), "bin/check": program("www.baidu.com", "114.114.114.114")},
			"1.2.4.8=connectivity@bin/perf 114.114.114.114=connectivity@bin/check 168.95.1.1=dns@bin/wan 208.67.222.222=connectivity@bin/reach 223.5.5.5=connectivity@bin/perf 223.6.6.6=connectivity@bin/perf 8.8.4.4=connectivity@bin/perf 8.8.8.8=connectivity@bin/reach"},
		"name servers to choose from": {map[string]string{"bin/filter": program("safe", "77.88.8.8", "77.88.8.1", "77.88.8.88", "77.88.8.2", "94.140.14.14", "94.140.15.15", "x"), "tmp/resolv.conf": "nameserver 8.8.8.8\n", "run/systemd/resolve/stub-resolv.conf": "nameserver 1.1.1.1\n", "etc/resolv.conf": "nameserver 8.8.4.4\n", "usr/sbin/dnsmasq": program("box.acme-net.com", "tplogin.cn"), "lib/libnet.so": program("connect", "9.9.9.9", "223.5.5.5", "getsockname"), "lib/libturntest.so": program("https://cloud.acme-net.com:443"), "bin/tls": program("CN=app.acme-net.com")},
			"223.5.5.5=connectivity@lib/libnet.so 77.88.8.1=choice@bin/filter 77.88.8.8=choice@bin/filter 8.8.4.4=dns@etc/resolv.conf 9.9.9.9=connectivity@lib/libnet.so 94.140.14.14=choice@bin/filter 94.140.15.15=choice@bin/filter tplogin.cn=local@usr/sbin/dnsmasq"},
		"a page that settings replace": {map[string]string{"bin/wscd": program("<manufacturer>%s</manufacturer>", "<manufacturerURL>http://www.acme-chip.com</manufacturerURL>\n<manufacturerURL>%s</manufacturerURL>"), "etc/wscd.conf": "manufacturerURL = \"http://www.acme-net.com\"\n"}, ""},
		"pages of a distribution's programs": {map[string]string{"etc/debian_version": "12.1\n", "usr/bin/libinput": program("http://box.acme-pages.com/", "https://api.acme-called.com/v1/report"), "usr/bin/acmed": program("http://box.acme-own.com/")},
			"api.acme-called.com=cloud@usr/bin/libinput box.acme-own.com=@usr/bin/acmed"},
		"where drivers of the public kernel lead": {map[string]string{"usr/lib/opkg/status": "Package: kmod-all\nVersion: 1\nStatus: install user installed\nArchitecture: mips\n\n", "usr/lib/opkg/info/kmod-all.list": "/lib/modules/4.4.1/qla2xxx.ko\n", "lib/modules/4.4.1/qla2xxx.ko": module("license=GPL", "vermagic=4.4.1 ", "x=get http://ldriver.acme-net.com/fw/v2"), "lib/modules/4.4.1/acmehub.ko": module("license=P", "vermagic=4.4.1 ", "x=get http://up.acme-own.com/fw/v2"),
			"var/lib/apt/lists/x_Translation-en": "Description: client for\n http://box.acme-list.com/v2\n", "var/cache/debconf/config.dat": "Choices: acme-ca.org/ca.crt\nValue: http://x.acme-conf.com/v2\n"}, "up.acme-own.com=@lib/modules/4.4.1/acmehub.ko"},
		"a page that is asked too":  {map[string]string{"bin/a": program("ping www.acme-net.com", "x"), "etc/ping.sh": "#!/bin/sh\nping -c 1 www.acme-net.com\n", "etc/wscd.conf": "manufacturerURL = \"http://www.acme-net.com\"\n", "etc/a.xml": "<ManufacturerUrl type=\"string\">http://www.acme-two.com</ManufacturerUrl>\n"}, "www.acme-net.com=connectivity@bin/a,etc/ping.sh,etc/wscd.conf"},
		"a page that none replaces": {map[string]string{"bin/wscd": program("<manufacturer>%s</manufacturer>", "<manufacturerURL>http://www.acme-chip.com</manufacturerURL>\n<manufacturerURL>%s</manufacturerURL>")}, ""},
		"names that are no hosts": {map[string]string{"usr/lib/os-probes/mounted/20dos": "if item_in_dir -q server.com; then\n", "etc/boot.ini": "{\"n\":\"1\",\"sv\":\"acmelte.com\"}\n", "etc/words.cfg": "words.of.th { \"th\" };\n", "bin/uhttpd": program("www.msftconnecttest.com", "time.windows.com", "x"), "lib/modules/q.ko": program("license=GPL", "cloud.acme-net.com"), "lib/libusb-x.so": program("/proc/bus/input/devices", "U:", "www.acme-usb.com", "Product="),
			"bin/tp": program("* Usage:", "* # set url: http://www.acme-net.com/v1.mp4"), "opt/lib/opkg/info/x.control": "Maintainer: Team, https://pkg.acme-net.com\n", "lib/libdtcp.so": program("Range.dtcp.com"), "bin/build": program("Source https://scm.acme-net.com/hg/prod/sdk/"), "etc/update-motd.d/10-help": "#!/bin/sh\nprintf \" * Management:  https://land.acme-net.com\\n\"\n", "system/framework/ext.odex": "dey\n036\x00\x08http://x.acme-sax.com/features/y\x00", "bin/conf": program("user", "mobileap.dyndns.org", "<DDNSHostname>%s</DDNSHostname>"), "usr/lib/xorg/modules/drivers/acme_drv.so": program("http://acme-x.org/", "X.Org Video Driver")}, ""},
		"purposes by ports and requests": {map[string]string{"bin/tuya": program("m2.acme-net.com:8883", "mq.acme-net.com:1883", "a.acme-net.com:18830"), "lib/gps.so": program("GET /x.eph HTTP/1.0\r\nHost: www.acme-sky.com\r\n"), "lib/obex.so": program("URL;WORK:http://www.acme-sky.com/"), "bin/wall": program("www.acme-wall.com", "/feedback/send.php"), "etc/ping.sh": "PING_LOCATION=\"heart.acme-net.com\"\n", "etc/up.ini": "down_url=www.acme-up.com;\n", "bin/time": program("nist1-dc.acme-time.com")},
			"a.acme-net.com=@bin/tuya heart.acme-net.com=connectivity@etc/ping.sh m2.acme-net.com=mqtt@bin/tuya mq.acme-net.com=mqtt@bin/tuya nist1-dc.acme-time.com=ntp@bin/time www.acme-sky.com=@lib/gps.so,lib/obex.so www.acme-up.com=update@etc/up.ini www.acme-wall.com=@bin/wall"},
		"settings of a company that has a site": {map[string]string{"vendor/quasar.cfg": "{\n\"uni\": \"wss://voice.yandex.net/uni.ws\",\n\"track\": \"https://passport.yandex.ru/auth/\"\n}\n", "etc/gps.xml": "<SuplServer>supl.google.com</SuplServer>\n", "data/fhcfg/cpe.xml": "<param name=\"URL\">http://acs.acme-isp.com:9090/web/tr069</param>\n", "etc/mix.cfg": "a=https://sync.qq.com/v1\nb=https://sync.baidu.com/v1\n"},
			"acs.acme-isp.com=management@data/fhcfg/cpe.xml passport.yandex.ru=@vendor/quasar.cfg supl.google.com=@etc/gps.xml voice.yandex.net=@vendor/quasar.cfg"},
		// What stands in certificates, fonts, descriptors and compiled libraries of Java; names
		// that a program completes, compares or only speaks of.
		"what no program calls": {map[string]string{"lib/libnet.so": program("\x86\x18http://www.acme-ca.com/ep0\x01", "\x16\x22https://cloud.acme-ca.com/policy/0000", "x"),
			"lib/libdialog.so":               program("Generated by a font tool.", "\x00h\x00t\x00t\x00p\x00:\x00/\x00/\x00a\x00c\x00m\x00e\x00f\x00o\x00.\x00c\x00o\x00m\x00http://acmefo.com", "x"),
			"lib/libproto.so":                program("StructProtoP\x01Z2codehub.com/golang/protobuf/ptypes/struct;structpb\x07", "x"),
			"system/framework/boot-ext.vdex": "vdex\x00\x0cproxy.acme-sip.co.uk\x00\x09http://box.acme-sax.com/java\x00", "system/framework/arm/boot-core-oj.art": "art\n\x00\x00http://null.acme-net.com/\x00",
			"bin/play": program("http://cache.acme-net.vip.", "/vps?"), "bin/tool": program("Source https://svc@scm.acme-net.com/hg/prod/sdk ab08"),
			"bin/soap": program("xmlns", "http://schemas.xmlsoap.org/soap/envelope/", "halp.acme-net.de", "Header"), "bin/top": program("Ask a question or report a problem at e2e.acme-net.com"),
			"bin/mod": program("T-Mobile", "web.acme-mobile.de", "*99***1#"), "bin/apn": program("XS4ALL", "umts2.acme-mobile.nl", "031"),
			"bin/cfg": program("-DPACKAGE_BUGREPORT=\"http://proj.acme-net.com/bugs\" -DHAVE=1"), "bin/match": program("THUNDER://", "http://", "http://v.acme-net.com", "x"), "bin/match2": program("Unknown input", "http://w.acme-net.com", "http://", "https://"),
			"bin/sites": program("1080p", "http://down.acme-a.com/", "daquan.acme-b.com/", "http://www.acme-c.cc/", "http://ishare.acme-d.com.cn", "http://soft.acme-e.com.cn", ".pdf"), "bin/dav": program("dav.disk.acmea.", "idisk.acme-c.net", "storage.acmeb."), "sbin/dl.sh": "#!/bin/sh\necho \"curl -u x:x ftp://swos.acme-net.me/web/ -T file\"\n", "bin/nfc": program("com.acme-x.omm", "acme-x.com/omm"),
			"bin/re": program("http://pics.acme-net.com/([^/?#&]+)/+"),
			"bin/dl": program("http://download.acme-net.com/tv/tv1.html", "http://update.acme-net.com/manual.pdf")}, ""},
		"names of two parts in a table": {map[string]string{"bin/quirk": program("audio/wav", "last.fm", "acme-world.com", "Reconnect failure::Retrying.."), "bin/track": program("miaozhen.acme-ads.com", "acme-nielsen.com", "ok"), "bin/msg": program("compliant with the schema published on acme-center.com/lc."), "bin/p2p": program("stun.xten-net.com", "stunserver-net.org", "stun.sip-net.com"),
			"bin/ip": program("curl -s acme-echo.net", "x"), "bin/cam": program("http://%s.acme-cam.net:%d", "http://%s.acme-cam.net")},
			"acme-cam.net=@bin/cam acme-echo.net=@bin/ip miaozhen.acme-ads.com=@bin/track stun.sip-net.com=p2p@bin/p2p stun.xten-net.com=p2p@bin/p2p stunserver-net.org=@bin/p2p"},
		// Names of two parts that a program compares count in a table of what it knows.
		"a table of names":                    {map[string]string{"bin/knows": program(strings.Split(hostsOf("acme-%c.com www2.acmes-%[1]c.com", 8), " ")...)}, hostsOf("www2.acmes-%c.com=choice@bin/knows", 8)},
		"names of settings that are no hosts": {map[string]string{"etc/selinux/vendor_property_contexts": "ro.qc.sdk.us. u:object_r:usf_prop:s0\n", "etc/vintf/matrix.xml": "<name>vendor.qti.hardware.fm</name>\n", "etc/ppp/resolv.conf": "nameserver 112.4.12.200\n", "usr/lib/odata/simulator/x.conf": "Destination=http://hook.acme-net.com/1\n", "etc/res.txt": "first DNS from 1.0.0.0 to\n", "etc/app.js.conf": "x = 1; //added from http://dev.acme-net.com/ticket/1\n", "etc/boot.sh": "#!/bin/sh\nexport V6_DOMAIN_OCN=rule.acme-net.co.uk\n"}, "rule.acme-net.co.uk=@etc/boot.sh"},
		"purposes that were others": {map[string]string{"bin/soap": program("http://www.acme-net.com/UpdateDeviceIp", "http://www.acme-net.com/support/x"), "bin/probe": program("a.root-servers.net", "x"), "bin/named": program("a.root-servers.net", "b.root-servers.net"), "sbin/online.sh": "#!/bin/sh\nPING=\"ping -w1\"\nDNS=\"8.8.8.8 208.67.220.222\"\nfor s in $DNS; do $PING $s; online_dns=$?; done\n", "etc/rc": "rdate -s wwv.acme-net.gov &\n", "usr/sbin/ntp": program("otc1.acme-net.edu"), "lib/libcro.so": program("AsyncDNS.Interval", "8.8.4.4", "2001:4860:4860:0:0:0:0:8888", "127.*.*.*", "10.*.*.*"), "bin/map": program("http://sdk.imap.acme-map.com/sdk/v", "x"),
			"etc/resolv.conf": "nameserver 1.0.0.1\n", "bin/ver": program("version", "1.0.0.1", "x"), "etc/dnsmasq.conf": "server=223.5.5.5\n", "bin/fetch": program("http://boxupdate.acme-net.com/x")},
			"1.0.0.1=dns@etc/resolv.conf 208.67.220.222=connectivity@sbin/online.sh 223.5.5.5=dns@etc/dnsmasq.conf 8.8.8.8=connectivity@sbin/online.sh a.root-servers.net=dns@bin/named,bin/probe b.root-servers.net=dns@bin/named boxupdate.acme-net.com=update@bin/fetch otc1.acme-net.edu=ntp@usr/sbin/ntp sdk.imap.acme-map.com=@bin/map wwv.acme-net.gov=ntp@etc/rc www.acme-net.com=website@bin/soap"},
		"a root server as a check": {map[string]string{"bin/probe": program("a.root-servers.net", "x")}, "a.root-servers.net=connectivity@bin/probe"},
		// What a program asks of a site that stands for the internet elsewhere, and who tells a
		// caller his own address.
		"what is asked of a site": {map[string]string{"lib/libmap.so": program("http://loc.map.baidu.com/loc", "http://map.baidu.com/detail", "http://im.qq.com/x.html", "http://code.google.com/p/x", "http://a.taobao.com/v1/get"), "bin/agent": program("curl -s icanhazip.com"), "etc/list": "host=icanhazip.com\n", "etc/ip.sh": "wget -O - ifconfig.me\n", "usr/shc/zone": "#!/bin/sh\nM=$(curl -s http://cities.acme-geo.com/Get$ip)\nserver=iot.acme-geo.com\n"},
			"a.taobao.com=@lib/libmap.so cities.acme-geo.com=@usr/shc/zone icanhazip.com=@bin/agent ifconfig.me=@etc/ip.sh iot.acme-geo.com=cloud@usr/shc/zone loc.map.baidu.com=@lib/libmap.so"},
		"time servers that are built in": {map[string]string{"lib/systemd/systemd-timesyncd": program("systemd 239", "time1.google.com time2.google.com 0.acme.pool.ntp.org"), "etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service": "[Unit]\n"},
			"0.acme.pool.ntp.org=ntp@lib/systemd/systemd-timesyncd time1.google.com=ntp@lib/systemd/systemd-timesyncd time2.google.com=ntp@lib/systemd/systemd-timesyncd"},
		"time servers of a public client": {map[string]string{"opt/ntpclient": program("BusyBox v1.30.1 (x)", "tw.pool.ntp.org", "cloud.acme-net.com"), "opt/busybox": program("BusyBox v1.30.1 (x)", "de.pool.ntp.org"), "lib/systemd/systemd-timesyncd": program("BusyBox v1.30.1 (x)", "0.acme.pool.ntp.org"), "usr/lib/opkg/info/x.list": "/opt/ntpclient\n/opt/busybox\n/lib/systemd/systemd-timesyncd\n", "usr/lib/opkg/status": "Package: x\nVersion: 1\nSource: package/x\nStatus: install user installed\n"}, "tw.pool.ntp.org=ntp@opt/ntpclient"},
		"servers by address":              {map[string]string{"etc/params": "stat_def_server=218.244.149.167\nSERVERIP=202.114.4.119\nGDB_REMOTE_HOST=8.8.8.6\nversion=2.114.4.119\nhe_server=192.0.0.2\n"}, "202.114.4.119=@etc/params 218.244.149.167=@etc/params"},
		"a name that is completed":        {map[string]string{"bin/play": program("%x", "sf.video.acme-net.com", "sf.video.", "cid=")}, "sf.video.acme-net.com=@bin/play"},
		"mail of many, and what is below": {map[string]string{"bin/filterd": program("smtp.web.de", "mail.gmx.net", "smtp.gmail.com", "asmtp.t-online.de", "smtp.live.com", "mx.freenet.de", "smtp.aol.com", "smtprelaypool.ispgateway.de", "msk.t-online.de", "msk.acme-net.com")}, "msk.acme-net.com=@bin/filterd"},
		"upstream":                        {map[string]string{"bin/busybox": program("BusyBox v1.30.1 (x)", "http://home.acme-net.com/")}, ""},
		"tables":                          {map[string]string{"usr/share/oui.txt": "http://www.acme-net.com/\n"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := services(t, tt.files); got != tt.want {
				t.Errorf("services\n got %s\nwant %s", got, tt.want)
			}
		})
	}
	doc := scan(t, map[string]string{"bin/agent": program("ftp://user:secret@files.acme-net.com/x")}, nil)
	if strings.Contains(string(encode(t, doc)), "secret") {
		t.Error("a password is quoted")
	}
	if len(doc.Relationships) != 1 || doc.Relationships[0].Type != "calls" {
		t.Errorf("relationships %v: the program names the service", doc.Relationships)
	}
}

func FuzzEndpoints(f *testing.F) {
	f.Add([]byte("nameserver 8.8.8.8\nserver a.b.example.net\n"))
	f.Add([]byte("\x00http://a@b.c.com:8/x?y\x00cloud.x.com\x00"))
	f.Add([]byte("tcp://AAA0.ca//q@&"))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := fuzzInput(b, "etc/x.conf")
		for _, m := range endpointMarks {
			for at := 0; ; {
				i := strings.Index(string(b[at:]), m)
				if i < 0 {
					break
				}
				in.Marks = append(in.Marks, Mark{m, int64(at + i)})
				at += i + 1
			}
		}
		out := &Result{extractor: "endpoint"}
		if err := readEndpoints(t.Context(), in, out); err != nil {
			t.Fatal(err)
		}
		for _, e := range out.endpoints {
			if e.offset < 0 || e.offset+int64(e.length) > int64(len(b)) {
				// A login was cut out of the URL: what is quoted is shorter.
				t.Fatalf("endpoint %+v lies outside of %d bytes", e, len(b))
			}
			if strings.Contains(e.url, "@") {
				t.Fatalf("endpoint %+v quotes a login", e)
			}
		}
	})
}

// TestReferenceLinks: what a URL in a comment, a help text or a picture leads
// to is for people; a host ends where its text ends.
func TestReferenceLinks(t *testing.T) {
	for name, tt := range map[string]struct {
		path, content, want string
	}{
		"comment":         {"etc/app.conf", "# see http://updates.vendor.example.com/fw\nport=1\n", ""},
		"comment behind":  {"etc/app.conf", "port=1  # http://cloud.vendor-a.com/x\n", ""},
		"setting":         {"etc/app.conf", "server=https://cloud.vendor-a.com/x\n", "cloud.vendor-a.com=cloud@etc/app.conf"},
		"homepage":        {"etc/app.conf", "homepage=https://www.vendor-a.com/\n", ""},
		"help of program": {"usr/bin/app", program("Report bugs to <https://bugs2.vendor-a.com/>", "x"), ""},
		"page":            {"usr/bin/app", program("https://service.vendor-a.com/about.html"), ""},
		"call":            {"usr/bin/app", program("https://service.vendor-a.com/v1/push"), "service.vendor-a.com=@usr/bin/app"},
		"update page":     {"usr/bin/app", program("http://net.vendor-a.com/update/version.html"), "net.vendor-a.com=update@usr/bin/app"},
		"picture":         {"www/logo.png", "\x89PNG\r\n\x1a\n\x00 http://ns.vendor-a.com/xap/1.0/ ", ""},
		"source":          {"usr/lib/perl5/x.pm", "my $u = 'https://api.vendor-a.com/v1';\n", ""},
		"runs on":         {"usr/bin/app", program("sum.vendor-a.cncannot", "x"), ""},
		"resolver":        {"etc/resolv.conf", "nameserver 114.114.114.114\n", "114.114.114.114=dns@etc/resolv.conf"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := services(t, map[string]string{tt.path: tt.content}); got != tt.want {
				t.Errorf("services %q, want %q", got, tt.want)
			}
		})
	}
}
