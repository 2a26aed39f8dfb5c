package firmware

import (
	"slices"
	"strings"
	"testing"
)

// TestApplications: the file that states an application's release makes it a
// component that explains its folder; a file of the same name that says something
// else makes none.
func TestApplications(t *testing.T) {
	const call = "<?php $u = 'https://api.makertronic.com/update/v1';\n"
	for name, tt := range map[string]struct {
		files       map[string]string
		want        string // name, version and package URL
		unexplained string
	}{
		"WordPress": {map[string]string{
			"www/wp-includes/version.php":            "<?php\n/**\n * @global string $wp_version\n */\n$wp_version = '6.1.9';\n$wp_db_version = 53496;\n",
			"www/wp-admin/x.php":                     call,
			"www/wp-content/plugins/akismet/a.php":   "<?php\n/*\nPlugin Name: Akismet Anti-Spam\nVersion: 5.0.2\n*/\n",
			"www/wp-content/plugins/akismet/b.php":   call,
			"www/wp-content/plugins/index.php":       "<?php\n// Silence is golden.\n",
			"other/x.txt":                            "x",
			"other/wp-content/plugins/notes/note.sh": "Plugin Name: x\nVersion: 1.0\n",
		}, "WordPress 6.1.9 pkg:composer/wordpress/wordpress@6.1.9, akismet 5.0.2 ", "other/wp-content/plugins/notes/note.sh other/x.txt"},
		"at the root": {map[string]string{"core/lib/Drupal.php": "<?php\nclass Drupal {\n  const VERSION = '9.5.11';\n", "index.php": call},
			"Drupal 9.5.11 pkg:composer/drupal/core@9.5.11", ""},
		"Drupal 7": {map[string]string{"d/includes/bootstrap.inc": "define('VERSION', '7.98');\ndefine('DRUPAL_CORE_COMPATIBILITY', '7.x');\n"},
			"Drupal 7.98 pkg:composer/drupal/core@7.98", ""},
		"Nextcloud": {map[string]string{"srv/nc/version.php": "<?php\n$OC_Version = array(27,1,2,1);\n$OC_VersionString = '27.1.2';\n$vendor = 'nextcloud';\n"},
			"Nextcloud Server 27.1.2 pkg:generic/nextcloud-server@27.1.2", ""},
		"another's version.php": {map[string]string{"srv/x/version.php": "<?php\n$version = '27.1.2';\n"}, "", "srv/x/version.php"},
		"Moodle": {map[string]string{"m/version.php": "<?php\n$version  = 2022112802.00;\n$release  = '4.1.2+ (Build: 20230323)';\n$maturity = MATURITY_STABLE; // MOODLE_401_STABLE\n"},
			"Moodle 4.1.2+ pkg:composer/moodle/moodle@4.1.2+", ""},
		"phpMyAdmin": {map[string]string{"pma/libraries/classes/Version.php": "<?php\nnamespace PhpMyAdmin;\nclass Version {\n // const VERSION of it\n    public const VERSION = '5.2.1' . VERSION_SUFFIX;\n"},
			"phpMyAdmin 5.2.1 pkg:composer/phpmyadmin/phpmyadmin@5.2.1", ""},
		"MediaWiki": {map[string]string{"w/includes/Defines.php": "define( 'MW_VERSION', '1.39.17' );\n"}, "MediaWiki 1.39.17 pkg:composer/mediawiki/core@1.39.17", ""},
		"Joomla":    {map[string]string{"j/administrator/manifests/files/joomla.xml": "<?xml version=\"1.0\"?><extension><name>files_joomla</name>\n<version>4.3.4</version>"}, "Joomla! 4.3.4 pkg:composer/joomla/joomla-cms@4.3.4", ""},
		"Zabbix":    {map[string]string{"z/include/defines.inc.php": "define('ZABBIX_VERSION',\t\t'6.0.14');\n"}, "Zabbix frontend 6.0.14 pkg:generic/zabbix-frontend@6.0.14", ""},
		"DokuWiki":  {map[string]string{"usr/share/dokuwiki/VERSION": "2022-07-31b \"Igor\"\n"}, "DokuWiki 2022-07-31b pkg:composer/splitbrain/dokuwiki@2022-07-31b", ""},
		"LuCI": {map[string]string{"usr/lib/lua/luci/version.lua": "distname = \"Host System\"\nluciname    = \"LuCI openwrt-19.07 branch\"\nluciversion = \"git-21.189.23240-7b931da\"\n",
			"usr/lib/lua/luci/x.lua": call, "usr/lib/lua/other.lua": "_VERSION = \"Other 1.2.3\"\n"}, "LuCI git-21.189.23240-7b931da pkg:generic/luci@git-21.189.23240-7b931da, Other 1.2.3 ", ""},
		"Kodi": {map[string]string{
			"k/addons/skin.x/addon.xml":    "<?xml version=\"1.0\"?>\n<addon id=\"skin.x\"\n version=\"3.0.10\" name=\"X\" provider-name=\"Somebody\">\n<requires>\n",
			"k/addons/skin.x/x.py":         call,
			"k/addons/xbmc.gui/addon.xml":  "<addon id=\"xbmc.gui\" version=\"5.16.0\">",
			"k/addons/broken/addon.xml":    "<addon id=\"../../etc\" version=\"5.16.0\">",
			"k/addons/unfinished/addon.xm": "<addon",
		}, "skin.x 3.0.10 ", "k/addons/broken/addon.xml k/addons/unfinished/addon.xm k/addons/xbmc.gui/addon.xml"},
		"Arduino": {map[string]string{"hw/avr/platform.txt": "# x\nname=Arduino AVR Boards\nversion=1.8.7\n\ncompiler.path=x\n", "hw/avr/libraries/SPI/library.properties": "name=SPI\nversion=1.0\nauthor=Somebody <a@b.cc>\nurl=http://www.arduino.cc/en/Reference/SPI\n"},
			"Arduino AVR Boards 1.8.7 , SPI 1.0 ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			doc := scan(t, tt.files, nil)
			var got, left []string
			for _, c := range doc.Components {
				got = append(got, c.Name+" "+c.Version+" "+strings.ReplaceAll(c.PURL, "%2B", "+"))
			}
			slices.Sort(got)
			for _, f := range doc.Coverage.Unexplained {
				left = append(left, f.Path)
			}
			slices.Sort(left)
			if s := strings.Join(got, ", "); s != tt.want {
				t.Errorf("components\n got %s\nwant %s", s, tt.want)
			}
			if s := strings.Join(left, " "); s != tt.unexplained {
				t.Errorf("%s is unexplained, want %s", s, tt.unexplained)
			}
			if len(doc.Services) != 0 {
				t.Errorf("services %v of an application's scripts", doc.Services)
			}
			if b := string(encode(t, doc)); strings.Contains(b, "Somebody") {
				t.Error("a person is named")
			}
		})
	}
}
