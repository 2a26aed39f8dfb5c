package firmware

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Applications that come as a folder of scripts, pages or data and not as a
// program: of web servers, media centres, boards. A file of each states its
// release, at the same place in every installation.

// An applicationFile is such a file.
type applicationFile struct {
	path string   // its end; the folder above it is the application's
	dir  string   // or one below that, which is the beginning of the path too
	key  string   // what stands before the version
	with []string // texts that stand in the file too

	name      string
	composer  string // vendor/name under which PHP's composer knows it
	cpe       string // part:vendor:product
	developer string // project or organization
	license   string
}

// applicationFiles is the table. The places and keys are those of the projects'
// own sources, looked up in the packages of Debian 12 (WordPress 6.1, phpMyAdmin
// 5.2, MediaWiki 1.39, Roundcube 1.6, DokuWiki 2022-07-31, Cacti 1.2, Zabbix 6.0)
// and in the projects' repositories (Drupal 9, Nextcloud 31, ownCloud 11, Matomo,
// MediaWiki 1.47, phpMyAdmin 4.0). Those of Drupal 7, Moodle, Joomla, MediaWiki
// before 1.33 and phpMyAdmin 4.7 to 5.1 are stated without having been looked up.
var applicationFiles = []applicationFile{
	{path: "wp-includes/version.php", key: "$wp_version", name: "WordPress", composer: "wordpress/wordpress", cpe: "a:wordpress:wordpress", license: "GPL-2.0-or-later"},
	{path: "core/lib/Drupal.php", key: "const VERSION", with: []string{"class Drupal"}, name: "Drupal", composer: "drupal/core", cpe: "a:drupal:drupal", developer: "Drupal", license: "GPL-2.0-or-later"},
	{path: "includes/bootstrap.inc", key: "'VERSION'", with: []string{"DRUPAL_"}, name: "Drupal", composer: "drupal/core", cpe: "a:drupal:drupal", developer: "Drupal", license: "GPL-2.0-or-later"},
	{path: "version.php", key: "$OC_VersionString", with: []string{"$vendor = 'nextcloud'"}, name: "Nextcloud Server", cpe: "a:nextcloud:nextcloud_server", developer: "Nextcloud", license: "AGPL-3.0-or-later"},
	{path: "version.php", key: "$OC_VersionString", with: []string{"$vendor = 'owncloud'"}, name: "ownCloud Server", cpe: "a:owncloud:owncloud", developer: "ownCloud", license: "AGPL-3.0-only"},
	{path: "version.php", key: "$release", with: []string{"$maturity", "MOODLE_"}, name: "Moodle", composer: "moodle/moodle", cpe: "a:moodle:moodle", developer: "Moodle", license: "GPL-3.0-or-later"},
	{path: "libraries/classes/Version.php", key: "const VERSION", with: []string{"namespace PhpMyAdmin"}, name: "phpMyAdmin", composer: "phpmyadmin/phpmyadmin", cpe: "a:phpmyadmin:phpmyadmin", developer: "phpMyAdmin", license: "GPL-2.0-only"},
	{path: "libraries/classes/Config.php", key: "'PMA_VERSION'", name: "phpMyAdmin", composer: "phpmyadmin/phpmyadmin", cpe: "a:phpmyadmin:phpmyadmin", developer: "phpMyAdmin", license: "GPL-2.0-only"},
	{path: "libraries/Config.class.php", key: "'PMA_VERSION'", name: "phpMyAdmin", composer: "phpmyadmin/phpmyadmin", cpe: "a:phpmyadmin:phpmyadmin", developer: "phpMyAdmin", license: "GPL-2.0-only"},
	{path: "includes/Defines.php", key: "'MW_VERSION'", name: "MediaWiki", composer: "mediawiki/core", cpe: "a:mediawiki:mediawiki", developer: "MediaWiki", license: "GPL-2.0-or-later"},
	{path: "includes/DefaultSettings.php", key: "$wgVersion", name: "MediaWiki", composer: "mediawiki/core", cpe: "a:mediawiki:mediawiki", developer: "MediaWiki", license: "GPL-2.0-or-later"},
	{path: "administrator/manifests/files/joomla.xml", key: "<version>", name: "Joomla!", composer: "joomla/joomla-cms", cpe: "a:joomla:joomla\\!", developer: "Joomla", license: "GPL-2.0-or-later"},
	{path: "program/include/iniset.php", key: "'RCMAIL_VERSION'", name: "Roundcube Webmail", composer: "roundcube/roundcubemail", cpe: "a:roundcube:webmail", developer: "Roundcube", license: "GPL-3.0-or-later"},
	{path: "core/Version.php", key: "const VERSION", with: []string{"namespace Piwik"}, name: "Matomo", composer: "matomo/matomo", cpe: "a:matomo:matomo", developer: "Matomo", license: "GPL-3.0-or-later"},
	{path: "include/defines.inc.php", key: "'ZABBIX_VERSION'", name: "Zabbix frontend", cpe: "a:zabbix:frontend", developer: "Zabbix", license: "GPL-2.0-or-later"},
	{path: "include/cacti_version", name: "Cacti", cpe: "a:cacti:cacti", developer: "Cacti", license: "GPL-2.0-or-later"},
	{path: "dokuwiki/VERSION", dir: "dokuwiki", name: "DokuWiki", composer: "splitbrain/dokuwiki", cpe: "a:dokuwiki:dokuwiki", developer: "DokuWiki", license: "GPL-2.0-only"},
	{path: "luci/version.lua", dir: "luci", key: "luciversion", name: "LuCI", developer: "OpenWrt", license: "Apache-2.0"},
}

// applicationsByBase returns the rows by the last element of their paths.
func applicationsByBase() map[string][]*applicationFile {
	by := map[string][]*applicationFile{}
	for i := range applicationFiles {
		a := &applicationFiles[i]
		by[baseOf(a.path)] = append(by[baseOf(a.path)], a)
	}
	return by
}

// root returns the folder of an application whose file is at a path.
func (a *applicationFile) root(p string) (string, bool) {
	rest, ok := strings.CutSuffix(p, a.path)
	if !ok || rest != "" && !strings.HasSuffix(rest, "/") {
		return "", false
	}
	if rest == "" {
		return ".", true
	}
	return strings.TrimSuffix(rest, "/"), true
}

func applicationExtractor() Extractor {
	by := applicationsByBase()
	return Extractor{
		Name: "application",
		Doc:  "reads the release of web applications from the file that states it, and packages of Kodi, Arduino and WordPress",
		Match: func(e *Entry) bool {
			switch base := e.Base(); base {
			case "addon.xml", "library.properties", "platform.txt":
				return e.Size < 1<<20
			default:
				if rows := by[base]; rows != nil && e.Size < 1<<20 {
					return slices.ContainsFunc(rows, func(a *applicationFile) bool { _, ok := a.root(e.Path); return ok })
				}
				return strings.HasSuffix(base, ".php") && baseOf(dirOf(dirOf(dirOf(e.Path)))) == "wp-content"
			}
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			b := in.Bytes(0, 1<<20)
			switch base := in.Base(); base {
			case "addon.xml":
				readAddon(in, out, b)
			case "library.properties", "platform.txt":
				readArduino(in, out, b)
			default:
				if by[base] == nil {
					readWordPressPlugin(in, out, b)
					return nil
				}
				for _, a := range by[base] {
					readApplication(a, in, out, b)
				}
			}
			return nil
		},
	}
}

func readApplication(a *applicationFile, in *Input, out *Result, b []byte) {
	root, ok := a.root(in.Path)
	if !ok || slices.ContainsFunc(a.with, func(s string) bool { return !bytes.Contains(b, []byte(s)) }) {
		return
	}
	version, at, n := releaseBehind(b, a.key)
	if version == "" {
		return
	}
	namespace, name, _ := strings.Cut(a.composer, "/")
	if name == "" {
		name = strings.ToLower(strings.ReplaceAll(a.name, " ", "-"))
	}
	match := string(b[at:min(at+n, len(b))])
	o := languagePackage(out, "composer", namespace, name, version, int64(at), match)
	c := &o.Component
	c.Type, c.Name, c.Group = sbom.Application, a.name, ""
	if a.composer == "" {
		o.Key = "application:" + a.name + "@" + version
		c.PURL = packageURL("generic", "", name, version, "")
	}
	if a.cpe != "" {
		cpe := "cpe:2.3:" + a.cpe + ":" + cpeVersion(version) + ":*:*:*:*:*:*:*"
		c.CPEs = []string{cpe}
		c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.CPE, Value: cpe, By: sbom.ByBytes, Evidence: stripFields(c.Evidence[:1])})
	}
	if a.developer != "" {
		c.Claims = append(c.Claims, sbom.Claim{Kind: sbom.OrgName, Value: a.developer, Role: sbom.Developer, By: sbom.ByBytes, Evidence: stripFields(c.Evidence[:1])})
	}
	c.Licenses = []string{a.license}
	// Beside LuCI's modules stand everybody's.
	o.Folders = []string{cleanTarget(root, a.dir)}
	out.Component(o)
}

// cpeVersion writes a version as an attribute of a CPE name (NISTIR 7695, 5.3.2),
// of the characters that isRelease lets through.
func cpeVersion(v string) string {
	return strings.NewReplacer("+", `\+`, "~", `\~`).Replace(v)
}

// releaseBehind finds the version that stands behind a key, in quotes or not:
// "define('X', '1.2')", "$x = \"1.2\";", "<x>1.2</x>". Without a key the text
// begins with it.
func releaseBehind(b []byte, key string) (version string, at, length int) {
	for from := 0; ; {
		i := bytes.Index(b[from:], []byte(key))
		if i < 0 {
			return "", 0, 0
		}
		at = from + i
		p := at + len(key)
		for p < len(b) && p < at+len(key)+64 && strings.IndexByte(" \t,=:", b[p]) >= 0 {
			p++
		}
		end := ""
		if p < len(b) && (b[p] == '\'' || b[p] == '"') {
			end = string(b[p])
			p++
		}
		q := p
		for q < len(b) && q < p+40 && (end != "" && string(b[q]) != end || end == "" && b[q] > ' ' && b[q] != '<' && b[q] != ';') {
			q++
		}
		// Moodle's "4.1.2+ (Build: 20230323)".
		v, _, _ := strings.Cut(string(b[p:q]), " ")
		if v = strings.TrimPrefix(v, "v"); isRelease(v) {
			return v, at, q - at
		}
		if key == "" {
			return "", 0, 0
		}
		from = at + len(key)
	}
}

// isRelease reports whether a word is a version: it begins with a digit and has
// a dot or is a date, or begins with "git-" as LuCI's.
func isRelease(v string) bool {
	if len(v) < 3 || len(v) > 40 {
		return false
	}
	for i := range len(v) {
		if c := v[i]; !isAlnum(c) && strings.IndexByte(".+~-", c) < 0 {
			return false
		}
	}
	return v[0] >= '0' && v[0] <= '9' && strings.ContainsAny(v, ".-") || strings.HasPrefix(v, "git-")
}

// readAddon reads the description of an add-on of Kodi: <addon id= version= >.
// Those that only declare an interface of the program, and its translations, are
// parts of it.
func readAddon(in *Input, out *Result, b []byte) {
	i := bytes.Index(b, []byte("<addon"))
	if i < 0 {
		return
	}
	tag, _, ok := bytes.Cut(b[i:], []byte(">"))
	id, version := xmlAttribute(tag, "id"), xmlAttribute(tag, "version")
	if !ok || len(tag) > 4096 || !isPackageName(id) || !isRelease(version) {
		return
	}
	for _, own := range []string{"xbmc.", "kodi.", "resource.language."} {
		if strings.HasPrefix(id, own) {
			return
		}
	}
	o := folderPackage(in, out, "kodi", id, version, i, len(tag))
	o.Component.Type = sbom.Application
	o.Component.Description = CleanMatch(xmlAttribute(tag, "name"))
	out.Component(o)
}

// xmlAttribute returns an attribute of a start tag, of those without entities.
func xmlAttribute(tag []byte, name string) string {
	for at := 0; ; {
		i := bytes.Index(tag[at:], []byte(name+"="))
		if i < 0 {
			return ""
		}
		i += at
		at = i + len(name) + 1
		if i == 0 || tag[i-1] > ' ' || at >= len(tag) || tag[at] != '"' && tag[at] != '\'' {
			continue
		}
		v, _, ok := strings.Cut(string(tag[at+1:]), string(tag[at]))
		if !ok || strings.Contains(v, "&") || !validValue(v) {
			return ""
		}
		return v
	}
}

// readArduino reads what states the version of a library or of the tools for a
// family of boards (Arduino's library and platform specifications).
func readArduino(in *Input, out *Result, b []byte) {
	f := map[string]string{}
	for l := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(strings.TrimSpace(l), "="); ok && f[k] == "" && len(v) < 200 {
			f[k] = strings.TrimSpace(v)
		}
	}
	name, version := f["name"], f["version"]
	if name == "" || !validValue(name) || !isRelease(version) {
		return
	}
	at := max(0, bytes.Index(b, []byte("version="+version)))
	o := folderPackage(in, out, "arduino", name, version, at, len("version=")+len(version))
	if u := f["url"]; strings.HasPrefix(u, "http") && validValue(u) {
		o.Component.Links = []sbom.Link{{Type: "website", URL: u}}
	}
	out.Component(o)
}

// readWordPressPlugin reads the comment at the front of a plug-in of WordPress
// (developer.wordpress.org/plugins/plugin-basics/header-requirements), in
// wp-content/plugins/NAME/FILE.php.
func readWordPressPlugin(in *Input, out *Result, b []byte) {
	b = b[:min(len(b), 8<<10)]
	field := func(key string) string {
		_, rest, ok := strings.Cut(string(b), key)
		if !ok {
			return ""
		}
		line, _, _ := strings.Cut(rest, "\n")
		return strings.TrimSpace(line)
	}
	title, version := field("Plugin Name:"), field("Version:")
	slug := baseOf(dirOf(in.Path))
	if title == "" || !isPackageName(slug) || !isRelease(version) {
		return
	}
	at := bytes.Index(b, []byte("Plugin Name:"))
	o := folderPackage(in, out, "wordpress-plugin", slug, version, at, len("Plugin Name:"))
	o.Component.Description = CleanMatch(title)
	out.Component(o)
}

// isPackageName reports whether a word can be the name of a package: nothing in
// it needs an escape.
func isPackageName(s string) bool {
	return validName(s) && len(s) < 200 && !strings.ContainsAny(s, "/\\%?#@<>\"'")
}

// folderPackage makes the observation of a package that is the folder of the file.
func folderPackage(in *Input, out *Result, system, name, version string, at, length int) Observation {
	ev := out.Evidence(sbom.ManifestAnalysis, "name", int64(at), length, name+" "+version)
	v := ev
	v.Field = "version"
	return Observation{Key: system + ":" + name + "@" + version, Explains: true, Upstream: true, Folders: []string{dirOf(in.Path)},
		Component: sbom.Component{Type: sbom.Library, Name: name, Version: version, Evidence: []sbom.Evidence{identity(ev, sbom.High), identity(v, sbom.High)},
			Properties: []sbom.Property{{Name: "touchmark:package-of", Value: system}}}}
}

// isApplicationKey reports whether a component is an application or a package of
// one, by the keys above.
func isApplicationKey(key string) bool {
	system, _, _ := strings.Cut(key, ":")
	return system == "application" || system == "kodi" || system == "arduino" || system == "wordpress-plugin"
}
