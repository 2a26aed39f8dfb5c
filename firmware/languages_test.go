package firmware

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/internal/elffile"
	"github.com/touchmark-dev/touchmark/internal/elffile/elftest"
	"github.com/touchmark-dev/touchmark/sbom"
)

func zipOf(t testing.TB, members map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range members {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(content))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// manifest makes a binary AndroidManifest.xml with strings in UTF-16 or UTF-8.
func manifest(pkg, version string, wide bool) string {
	le := binary.LittleEndian
	strs := []string{"manifest", "package", "versionName", pkg, version}
	var data []byte
	var offs []uint32
	for _, s := range strs {
		offs = append(offs, uint32(len(data)))
		if wide {
			data = le.AppendUint16(data, uint16(len(s)))
			for _, c := range s {
				data = le.AppendUint16(data, uint16(c))
			}
			data = le.AppendUint16(data, 0)
		} else {
			data = append(data, byte(len(s)), byte(len(s)))
			data = append(append(data, s...), 0)
		}
	}
	flags := uint32(0x100)
	if wide {
		flags = 0
	}
	pool := le.AppendUint16(nil, 1)
	pool = le.AppendUint16(pool, 28)
	start := 28 + 4*len(offs)
	for _, v := range []uint32{uint32(start + len(data)), uint32(len(offs)), 0, flags, uint32(start), 0} {
		pool = le.AppendUint32(pool, v)
	}
	for _, o := range offs {
		pool = le.AppendUint32(pool, o)
	}
	pool = append(pool, data...)
	el := le.AppendUint16(nil, 0x102)
	el = le.AppendUint16(el, 16)
	for _, v := range []uint32{36 + 40, 1, 0xffffffff, 0xffffffff, 0} {
		el = le.AppendUint32(el, v)
	}
	for _, v := range []uint16{20, 20, 2, 0, 0, 0} {
		el = le.AppendUint16(el, v)
	}
	for _, kv := range [][2]uint32{{1, 3}, {2, 4}} {
		for _, v := range []uint32{0xffffffff, kv[0], kv[1], 0x03000008, kv[1]} {
			el = le.AppendUint32(el, v)
		}
	}
	all := le.AppendUint16(nil, 3)
	all = le.AppendUint16(all, 8)
	all = le.AppendUint32(all, uint32(8+len(pool)+len(el)))
	return string(append(append(all, pool...), el...))
}

func TestLanguagePackages(t *testing.T) {
	doc := scan(t, map[string]string{
		"usr/lib/python3/site-packages/Flask_Login-0.6.dist-info/METADATA":       "Metadata-Version: 2.1\nName: Flask_Login\nVersion: 0.6.3\nAuthor-email: jane@builder.example\nLicense: MIT\n\nLong text\nName: other\n",
		"usr/lib/python2.7/site-packages/nose-1.2.1-py2.7.egg/EGG-INFO/PKG-INFO": "Metadata-Version: 1.1\nName: nose\nVersion: 1.2.1\n",
		"usr/lib/python3/site-packages/old-0.1-py3.egg":                          zipOf(t, map[string]string{"EGG-INFO/PKG-INFO": "Name: old\nVersion: 0.1\n"}),
		"usr/lib/python3/ensurepip/_bundled/pip-9.0.1-py2.py3-none-any.whl":      zipOf(t, map[string]string{"pip-9.0.1.dist-info/METADATA": "Name: pip\nVersion: 9.0.1\n", "pip/_vendor/x-1.dist-info/METADATA": "Name: x\nVersion: 1\n"}),
		"usr/lib/node_modules/@acme/agent/package.json":                          `{"name":"@acme/agent","version":"1.2.3","license":"MIT","repository":{"url":"https://git.example/x"},"author":"Jane Roe <jane@acme.example>"}`,
		"usr/lib/node_modules/broken/package.json":                               `{"name":`,
		"www/package.json": `{"private":true}`,
		"usr/lib/luarocks/rocks-5.1/lpeg/1.0.2-1/rock_manifest": "rock_manifest = {}\n",
		"usr/lib/ruby/gems/specifications/rack-2.2.3.gemspec":   "Gem::Specification.new\n",
		"opt/lib/log.jar":      zipOf(t, map[string]string{"META-INF/maven/org.slf4j/slf4j-api/pom.properties": "#x\nversion=1.7.30\ngroupId=org.slf4j\nartifactId=slf4j-api\n", "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n"}),
		"opt/lib/own.jar":      zipOf(t, map[string]string{"META-INF/MANIFEST.MF": "Implementation-Title: own-thing\r\nImplementation-Version: 3\r\nImplementation-Vendor: Acme Ltd\r\n"}),
		"system/app/Cloud.apk": zipOf(t, map[string]string{"AndroidManifest.xml": manifest("com.acmetv.cloud", "4.5", true)}),
		"system/app/Utf8.apk":  zipOf(t, map[string]string{"AndroidManifest.xml": manifest("cn.other.app", "1", false)}),
	}, nil)
	for name, want := range map[string]string{
		"flask-login": "pkg:pypi/flask-login@0.6.3", "nose": "pkg:pypi/nose@1.2.1", "old": "pkg:pypi/old@0.1", "pip": "pkg:pypi/pip@9.0.1", "agent": "pkg:npm/%40acme/agent@1.2.3", "lpeg": "pkg:luarocks/lpeg@1.0.2-1", "rack": "pkg:gem/rack@2.2.3",
		"slf4j-api": "pkg:maven/org.slf4j/slf4j-api@1.7.30", "own-thing": "pkg:generic/own-thing@3", "com.acmetv.cloud": "pkg:generic/com.acmetv.cloud@4.5", "cn.other.app": "pkg:generic/cn.other.app@1",
	} {
		if c := component(t, doc, name); c.PURL != want {
			t.Errorf("%s has the package URL %q, want %q", name, c.PURL, want)
		}
		// Attribution reads claims: a package without one has nobody behind it.
		if got := claims(component(t, doc, name).Claims, sbom.PURL); !strings.HasPrefix(want, "pkg:generic/") && !strings.HasPrefix(got, "purl "+want) {
			t.Errorf("%s claims the package URL %q, want %q", name, got, want)
		}
	}
	if got := claims(component(t, doc, "com.acmetv.cloud").Claims, sbom.AndroidPrefix); got != "android-prefix com.acmetv developer" {
		t.Errorf("claims of the app: %q", got)
	}
	if got := claims(component(t, doc, "own-thing").Claims, sbom.OrgName); got != "org-name Acme Ltd supplier" {
		t.Errorf("claims of the jar: %q", got)
	}
	if got := problems(doc); got != "bad-node usr/lib/node_modules/broken/package.json" {
		t.Errorf("problems %q", got)
	}
	if strings.Contains(string(encode(t, doc)), "jane") {
		t.Error("the document holds the local part of a mail address")
	}
}

// What a distribution's RECORD lists is the distribution's: the names and hosts
// in it make no maker, no services and no components of their own, and a folder
// of such is no device.
func TestPythonRecord(t *testing.T) {
	opts := &Options{Literals: []sbom.Literal{{ID: "name/makertronic", Kind: sbom.OrgName, Text: "Makertronic", Value: "Makertronic", Role: sbom.Manufacturer, Word: true}}}
	table := `{"vendor": "Makertronic", "kernel": "Linux version 5.10.1 (x@y) (gcc version 10.2.1) #1 SMP", "host": "https://telemetry.makertronic.example/v1"}`
	files := map[string]string{
		"networks-3.1.dist-info/METADATA": "Metadata-Version: 2.1\nName: Networks\nVersion: 3.1\n\n",
		"networks-3.1.dist-info/RECORD": "networks/__init__.py,sha256=abc,7\n\"networks/a,b.py\",,\nnetworks/table.json,sha256=abc,9\nnetworks/more.json,sha256=abc,9\n" +
			"../../../bin/networks,sha256=abc,1\n/etc/passwd,,\n\n",
		"networks/__init__.py": "x = 1\n", "networks/a,b.py": "x = 2 # Makertronic\n",
		"networks/table.json": table, "networks/more.json": table + "\n",
	}
	doc := scan(t, files, opts)
	c := component(t, doc, "networks")
	if c.Version != "3.1" || c.PURL != "pkg:pypi/networks@3.1" || len(c.Locations) < 5 {
		t.Errorf("%s %s at %v", c.PURL, c.Version, c.Locations)
	}
	// Each field is shown by the line that states it; the name of the folder says nothing more.
	var shown []string
	for _, e := range c.Evidence {
		shown = append(shown, fmt.Sprintf("%s %q at %d of %s", e.Field, e.Match, e.Offset, e.Path))
	}
	if want := []string{`name "Name: Networks" at 22 of networks-3.1.dist-info/METADATA`, `version "Version: 3.1" at 37 of networks-3.1.dist-info/METADATA`}; !slices.Equal(shown, want) {
		t.Errorf("evidence %q, want %q", shown, want)
	}
	if doc.Subject.Type != sbom.Application || claims(doc.Subject.Claims, sbom.OrgName) != "" || len(doc.Services) != 0 {
		t.Errorf("subject %+v, services %+v", doc.Subject, doc.Services)
	}
	for _, c := range doc.Components {
		if c.PURL != "pkg:pypi/networks@3.1" && c.Type != sbom.OperatingSystem {
			t.Errorf("component %s %s", c.Ref, c.Name)
		}
	}
	if got := problems(doc); got != "" {
		t.Errorf("problems %q", got)
	}
	// Without the list the folder of the distribution's name is known to be its.
	delete(files, "networks-3.1.dist-info/RECORD")
	doc = scan(t, files, opts)
	if doc.Subject.Type != sbom.Application || len(doc.Services) != 0 || doc.Coverage.ExplainedFiles != len(files) {
		t.Errorf("without RECORD: subject %+v, services %+v, %d of %d files explained", doc.Subject, doc.Services, doc.Coverage.ExplainedFiles, len(files))
	}
}

func TestCargo(t *testing.T) {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write([]byte(`{"packages":[{"name":"agent","version":"0.1.0","source":"local","root":true},{"name":"serde","version":"1.0.200","source":"crates.io"},{"name":"cc","version":"1.0","source":"crates.io","kind":"build"}]}`))
	w.Close()
	in := fuzzInput(z.Bytes(), "bin/agent")
	out := &Result{extractor: "elf", path: "bin/agent"}
	readCargo(in, out, &elffile.Span{Offset: 0, Size: in.Size})
	var got []string
	for _, o := range out.observations {
		got = append(got, o.Component.PURL)
	}
	if s := strings.Join(got, " "); s != "pkg:cargo/agent@0.1.0 pkg:cargo/serde@1.0.200" {
		t.Errorf("crates %q", s)
	}
}

// TestCratePaths: a program names the crates that it was made of in the paths of
// its panics; those of another registry are no packages of crates.io.
func TestCratePaths(t *testing.T) {
	doc := scan(t, map[string]string{"bin/agent": program(
		"/home/jane/.cargo/registry/src/github.com-1ecc6299db9ec823/sha-1-0.8.1/src/lib.rs",
		"/home/jane/.cargo/registry/src/github.com-1ecc6299db9ec823/sha-1-0.8.1/src/consts.rs",
		"/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/rand_core-0.9.0-alpha.1/src/lib.rs",
		"/build/registry/src/crates.acme.example-0123456789abcdef/acme-net-2.0.0/src/lib.rs",
		"/build/registry/src/acme/net-2.0.0/src/lib.rs",          // no index
		"/build/registry/src/github.com-1ecc6299db9ec823/readme", // no crate
	)}, &Options{Signatures: &signatures.Set{}, NoDerivedTables: true})
	var got []string
	for _, c := range doc.Components {
		if len(c.Evidence) > 0 && c.Evidence[0].Extractor == "crate-path" {
			got = append(got, c.Name+" "+c.Version+" "+c.PURL+" "+string(c.Evidence[0].Confidence)+" "+c.Evidence[0].Match)
		}
	}
	want := []string{
		"acme-net 2.0.0  medium acme-net-2.0.0",
		"rand_core 0.9.0-alpha.1 pkg:cargo/rand_core@0.9.0-alpha.1 medium rand_core-0.9.0-alpha.1",
		"sha-1 0.8.1 pkg:cargo/sha-1@0.8.1 medium sha-1-0.8.1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if doc.Coverage.ExplainedFiles != 0 {
		t.Error("crates explain the program")
	}
}

// TestGoBuildInfo builds a program for a foreign architecture and reads what
// the linker left in it.
func TestGoBuildInfo(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "src", "go.mod"), "module example.com/acme/agent\n\ngo 1.21\n")
	write(t, filepath.Join(dir, "src", "main.go"), "package main\n\nfunc main() { println(\"x\") }\n")
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "tree", "bin", "agent"), "-buildvcs=false", ".")
	cmd.Dir = filepath.Join(dir, "src")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=mipsle", "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("no Go toolchain that builds for mipsle here: %v %s", err, b)
	}
	doc := scanDir(t, filepath.Join(dir, "tree"), nil)
	c := component(t, doc, "example.com/acme/agent")
	if c.Type != sbom.Application || !strings.HasPrefix(c.PURL, "pkg:golang/example.com/acme/agent") || len(c.Locations) != 1 {
		t.Errorf("component %+v", c)
	}
	if std := component(t, doc, "stdlib"); std.Version == "" {
		t.Error("the version of Go is not read")
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(manifest("com.acme.x", "1", true)))
	f.Add([]byte(manifest("com.acme.x", "1", false)))
	f.Fuzz(func(t *testing.T, b []byte) {
		name, _, err := readManifest(b)
		if err == nil && !validName(name) {
			t.Fatalf("name %q", name)
		}
	})
}

// A package of npm explains what lies below its folder, but for what other
// packages have in node_modules; a manifest beside a device's own files nothing.
func TestNodeFolder(t *testing.T) {
	pkg := func(name string) string { return `{"name":"` + name + `","version":"1.2.3"}` }
	for _, tt := range []struct {
		name        string
		tree        map[string]string
		unexplained string
	}{
		{"installed", map[string]string{
			"etc/os-release":                                        "ID=acmeos\nVERSION_ID=1\n",
			"usr/lib/node_modules/a/package.json":                   pkg("a"),
			"usr/lib/node_modules/a/lib/x.js":                       "x1",
			"usr/lib/node_modules/a/lib/esm/package.json":           `{"type":"module"}`,
			"usr/lib/node_modules/a/lib/esm/y.js":                   "y1",
			"usr/lib/node_modules/a/node_modules/b/z.js":            "z1", // not a's, and b has no manifest
			"usr/lib/node_modules/a/node_modules/@s/c/index.js":     "c1",
			"usr/lib/node_modules/a/node_modules/@s/c/package.json": pkg("@s/c"),
			"usr/lib/node_modules/notes":                            "n1",
			"srv/www/package.json":                                  pkg("ui"),
			"srv/www/app.bin":                                       "b1",
		}, "srv/www/app.bin usr/lib/node_modules/a/node_modules/b/z.js usr/lib/node_modules/notes"},
		{"a packed package", map[string]string{"package/package.json": pkg("a"), "package/lib/x.js": "x1", "other.bin": "o1"}, "other.bin"},
	} {
		doc := scan(t, tt.tree, nil)
		var got []string
		for _, f := range doc.Coverage.Unexplained {
			got = append(got, f.Path)
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); s != tt.unexplained {
			t.Errorf("%s: %s is unexplained, want %s", tt.name, s, tt.unexplained)
		}
		if want := len(tt.tree) - len(got); doc.Coverage.ExplainedFiles != want {
			t.Errorf("%s: %d files explained, want %d", tt.name, doc.Coverage.ExplainedFiles, want)
		}
	}
}

// TestPackageFolders: what lies in the folders of a language's packages is
// theirs, in each form in which packages come, and what lies beside is not.
func TestPackageFolders(t *testing.T) {
	meta := func(name, version string) string {
		return "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n\n"
	}
	const call = "url = 'https://cloud.makertronic.com/api'\n"
	ext := string(elftest.Build(elftest.Spec{Type: 3, Machine: 40}))
	for _, tt := range []struct {
		name        string
		tree        map[string]string
		purls       string // of all components that have one
		unexplained string
		services    string
	}{
		{"Debian's Python", map[string]string{
			"PyYAML-6.0.dist-info/METADATA":                  meta("PyYAML", "6.0"),
			"PyYAML-6.0.dist-info/top_level.txt":             "_yaml\nyaml\n",
			"yaml/nodes.py":                                  call,
			"_yaml.cpython-311-arm-linux-gnueabihf.so":       ext,
			"six-1.16.0.egg-info/PKG-INFO":                   meta("six", "1.16.0"),
			"six-1.16.0.egg-info/top_level.txt":              "six\n",
			"six.py":                                         call,
			"__pycache__/six.cpython-311.pyc":                "x\x00https://cloud.makertronic.com/api\x00",
			"lazr.uri-1.0.6.egg-info/PKG-INFO":               meta("lazr.uri", "1.0.6"),
			"lazr.uri-1.0.6.egg-info/namespace_packages.txt": "lazr\n",
			"lazr.uri-1.0.6.egg-info/top_level.txt":          "lazr\n",
			"lazr/uri/_uri.py":                               call,
			"dbus_python-1.3.2.egg-info":                     meta("dbus-python", "1.3.2"),
			"dbus/proxies.py":                                call,
			"tool-1.0.egg-info/PKG-INFO":                     meta("tool", "1.0"),
			"tool-1.0.egg-info/SOURCES.txt":                  "setup.py\nsrc/toolkit/__init__.py\ntests/test_x.py\n",
			"toolkit/__init__.py":                            call,
			"old-1.0.egg-info/PKG-INFO":                      meta("old", "1.0"),
			"old-1.0.egg-info/installed-files.txt":           "../ancient/__init__.py\nPKG-INFO\n../../../../etc/x\n",
			"ancient/__init__.py":                            call,
			"tests/test_x.py":                                "own\n",
			"agent/main.py":                                  "own 2\n",
		}, "pkg:pypi/dbus-python@1.3.2 pkg:pypi/lazr-uri@1.0.6 pkg:pypi/old@1.0 pkg:pypi/pyyaml@6.0 pkg:pypi/six@1.16.0 pkg:pypi/tool@1.0", "agent/main.py tests/test_x.py", ""},
		{"gems", map[string]string{
			"specifications/rack-2.2.3.gemspec":                            "Gem::Specification.new\n",
			"gems/rack-2.2.3/lib/rack.rb":                                  call,
			"specifications/nokogiri-1.13.10-arm-linux.gemspec":            "Gem::Specification.new\n",
			"gems/nokogiri-1.13.10-arm-linux/lib/3.1/nokogiri.so":          ext,
			"gems/unknown-1/lib/x.rb":                                      "x",
			"share/rubygems-integration/all/specifications/puma-5.gemspec": "  s.files = [\"lib/puma.rb\".freeze, \"lib/rackup/x.rb\"]\n",
			"lib/ruby/vendor_ruby/puma.rb":                                 call,
			"lib/ruby/vendor_ruby/rackup/x.rb":                             call,
		}, "pkg:gem/nokogiri@1.13.10 pkg:gem/puma@5 pkg:gem/rack@2.2.3", "gems/unknown-1/lib/x.rb", ""},
		{"Go's module cache", map[string]string{
			"pkg/mod/github.com/!burnt!sushi/toml@v1.2.0/go.mod":              "module x\n",
			"pkg/mod/github.com/!burnt!sushi/toml@v1.2.0/decode.sh":           call,
			"pkg/mod/cache/download/gopkg.in/check.v1/@v/v1.0.0-2019.ziphash": "h1:x",
			"pkg/mod/gopkg.in/check.v1@v1.0.0-2019/x.txt":                     call,
			"pkg/mod/cache/download/gopkg.in/check.v1/@v/v1.0.0-2019.zip":     "PK",
			"pkg/mod/gopkg.in/check.v1@v1.0.0-2019/testdata/k.jar":            zipOf(t, map[string]string{"META-INF/maven/g/inner/pom.properties": "groupId=org.g\nartifactId=inner\nversion=1.0\n"}),
		}, "pkg:golang/github.com/BurntSushi/toml@v1.2.0 pkg:golang/gopkg.in/check.v1@v1.0.0-2019", "", ""},
		{"a Go program's sources", map[string]string{
			"vendor/modules.txt":                 "# golang.org/x/sys v0.1.0\n## explicit\ngolang.org/x/sys/unix\n# example.com/a v1.0.0 => example.com/b v1.1.0\nexample.com/a\n",
			"vendor/golang.org/x/sys/unix/mk.sh": call,
			"vendor/example.com/a/a.go":          "a",
			"main.sh":                            "own\n",
		}, "pkg:golang/example.com/b@v1.1.0 pkg:golang/golang.org/x/sys@v0.1.0", "main.sh", ""},
		{"PHP's composer", map[string]string{
			"vendor/composer/installed.json": `{"packages":[{"name":"guzzlehttp/guzzle","version":"7.4.5","install-path":"../guzzlehttp/guzzle","license":["MIT"]},{"name":"Acme/Evil","version":"1","install-path":"../../../../etc"}]}`,
			"vendor/guzzlehttp/guzzle/a.php": call,
			"index.php":                      "own",
		}, "pkg:composer/acme/evil@1 pkg:composer/guzzlehttp/guzzle@7.4.5", "index.php", ""},
		{"crates", map[string]string{
			"vendor/serde/Cargo.toml":                "[package]\nname = \"serde\"\nversion = \"1.0.200\"\nlicense = \"MIT\"\n[lib]\nname = \"other\"\n",
			"vendor/serde/build.sh":                  call,
			"registry/src/idx/libc-0.2.1/Cargo.toml": "[package]\nversion = \"0.2.1\"\nname = \"libc\"\n",
			"Cargo.toml":                             "[package]\nname = \"own\"\nversion = \"1.0\"\n",
		}, "pkg:cargo/libc@0.2.1 pkg:cargo/serde@1.0.200", "Cargo.toml", ""},
		{"node_modules itself", map[string]string{
			"a/package.json": `{"name":"a","version":"1.0.0"}`, "a/x.sh": call,
			"b/package.json":    `{"name":"b","version":"1.0.0"}`,
			"@s/c/package.json": `{"name":"@s/c","version":"1.0.0"}`, "@s/c/y.sh": call,
			"d/z.txt": "z",
		}, "pkg:npm/%40s/c@1.0.0 pkg:npm/a@1.0.0 pkg:npm/b@1.0.0", "d/z.txt", ""},
		{"jars", map[string]string{
			".m2/repository/org/acme/io/thing/1.2/thing-1.2.jar": zipOf(t, map[string]string{"x.class": "x"}),
			"lib/commons-io-2.11.0.jar":                          zipOf(t, map[string]string{"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n"}),
			"app.war": zipOf(t, map[string]string{
				"META-INF/MANIFEST.MF":           "Implementation-Title: app\nImplementation-Version: 3\n",
				"WEB-INF/lib/inner-1.0.jar":      zipOf(t, map[string]string{"META-INF/maven/g/inner/pom.properties": "groupId=org.g\nartifactId=inner\nversion=1.0\n"}),
				"WEB-INF/lib/named-2.5-beta.jar": zipOf(t, map[string]string{"y.class": "y"}),
				"WEB-INF/lib/broken-1.jar":       "PK",
			}),
		}, "pkg:generic/app@3 pkg:generic/commons-io@2.11.0 pkg:generic/named@2.5-beta pkg:maven/org.acme.io/thing@1.2 pkg:maven/org.g/inner@1.0", "", ""},
	} {
		doc := scan(t, tt.tree, nil)
		var purls, left, services []string
		for _, c := range doc.Components {
			if c.PURL != "" {
				purls = append(purls, c.PURL)
			}
		}
		for _, f := range doc.Coverage.Unexplained {
			left = append(left, f.Path)
		}
		for _, s := range doc.Services {
			services = append(services, s.Name)
		}
		slices.Sort(purls)
		slices.Sort(left)
		if got := strings.Join(purls, " "); got != tt.purls {
			t.Errorf("%s: components\n%s, want\n%s", tt.name, got, tt.purls)
		}
		if got := strings.Join(left, " "); got != tt.unexplained {
			t.Errorf("%s: %s is unexplained, want %s", tt.name, got, tt.unexplained)
		}
		if got := strings.Join(services, " "); got != tt.services {
			t.Errorf("%s: services %s, want %s", tt.name, got, tt.services)
		}
		if doc.Subject.Type != sbom.Application {
			t.Errorf("%s: the subject is %s", tt.name, doc.Subject.Type)
		}
	}
}

// Programs for Windows that Python makes installers of are no tables of names:
// what is compiled into them is found.
func TestWindowsProgramOfLibrary(t *testing.T) {
	const inflate = " inflate 1.2.3 Copyright 1995-2005 Mark Adler \x00"
	doc := scan(t, map[string]string{
		"usr/lib/python3.8/distutils/command/wininst-6.0.exe": "MZ\x90\x00\x03\x00\x00\x00" + inflate,
		"usr/lib/python3.8/pydoc_data/zlib.bin":               "\x01\x02\x00 inflate 1.2.5 Copyright 1995-2005 Mark Adler \x00",
	}, nil)
	if c := component(t, doc, "zlib"); c.Version != "1.2.3" {
		t.Errorf("zlib %q, want that of the program alone", c.Version)
	}
}
