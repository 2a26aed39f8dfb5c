package firmware

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/elffile"
	"github.com/touchmark-dev/touchmark/internal/elffile/elftest"
	"github.com/touchmark-dev/touchmark/sbom"
)

// Which target covers which parser:
//
//	headers of packed images (uImage, FIT, TRX, SEAMA, Android, UEFI, boot
//	environment, CHK, Zigbee OTA ...)              FuzzHeaders, FuzzIdentify
//	device trees, alone and inside kernels         FuzzDeviceTree
//	os-release, build.prop, device descriptions,
//	prompts, board.json                            FuzzStatements, FuzzIdentity
//	certificates, PEM files, signatures of apps    FuzzCertificate, FuzzCertificateFile
//	jar, war, APK                                  FuzzZipPackage, FuzzZipMember, FuzzManifest
//	dpkg, opkg, apk databases                      FuzzPackages
//	rpm files; the rpm database                    FuzzRPM; rpmdb.FuzzExtract
//	npm, Python, Lua, Ruby, Go, PHP,
//	Rust packages in the tree                      FuzzLanguageManifest
//	crates of a Rust program, a packager's note    FuzzNotes
//	ELF; Go build information                      elffile.FuzzRead; FuzzExtractors
//	kernel modules, packed ones too                FuzzModule, FuzzPackedModule
//	packed pages and scripts                       FuzzPackedPage
//	reports and folders of unpackers               FuzzUnpacked
//	hosts and URLs                                 FuzzEndpoints
//	build paths, notices, chips, tables, blobs     FuzzExtractors
//	all of it with signatures and joining          FuzzScan

// runExtractor runs an extractor as a scan does, but a panic is one, and checks
// that what it quotes stands in the file and names no mail account.
func runExtractor(t *testing.T, e *Extractor, in *Input) *Result {
	t.Helper()
	in.Marks = nil
	for _, m := range slices.Concat(e.Marks, e.Folded) {
		for at := 0; len(in.Marks) < 4096; {
			i := bytes.Index(in.memory[at:], []byte(m))
			if i < 0 {
				break
			}
			in.Marks = append(in.Marks, Mark{m, int64(at + i)})
			at += i + 1
		}
	}
	slices.SortFunc(in.Marks, func(a, b Mark) int { return int(a.Offset - b.Offset) })
	out := &Result{extractor: e.Name, path: EscapePath(in.Path)}
	if len(in.Marks) == 0 && (e.Match == nil || !e.Match(&in.Entry)) {
		return out
	}
	_ = e.Extract(context.Background(), in, out) // an error is a Problem of the file
	check := func(list []sbom.Evidence) {
		for _, ev := range list {
			if ev.Offset < 0 || ev.Length < 0 || ev.Offset > in.Size {
				t.Fatalf("%s: evidence %+v lies outside of %d bytes", e.Name, ev, in.Size)
			}
			if ev.Match != CleanMatch(ev.Match) {
				t.Fatalf("%s: evidence quotes %q", e.Name, ev.Match)
			}
		}
	}
	claims := func(list []sbom.Claim) {
		for _, c := range list {
			if c.Value != "" && c.Kind == 0 {
				t.Fatalf("%s: claim %+v has no kind", e.Name, c)
			}
			check(c.Evidence)
		}
	}
	for _, o := range out.observations {
		check(o.Component.Evidence)
		claims(o.Component.Claims)
	}
	for _, s := range out.subject {
		check(s.Evidence)
		claims(s.Claims)
	}
	claims(out.claims)
	return out
}

// madeTree is a flattened device tree with the properties of one node.
func madeTree(props ...[2]string) string {
	var names, nodes strings.Builder
	nodes.WriteString(be32(fdtBeginNode) + "\x00\x00\x00\x00")
	for _, p := range props {
		value := p[1] + "\x00"
		nodes.WriteString(be32(fdtProp) + be32(uint32(len(value))) + be32(uint32(names.Len())))
		nodes.WriteString(value + strings.Repeat("\x00", -len(value)&3))
		names.WriteString(p[0] + "\x00")
	}
	nodes.WriteString(be32(fdtEndNode) + be32(fdtEnd))
	const start = 40 + 16
	total := start + nodes.Len() + names.Len()
	h := []string{fdtMagic, be32(uint32(total)), be32(start), be32(uint32(start + nodes.Len())), be32(40), be32(17), be32(16), be32(0), be32(uint32(names.Len())), be32(uint32(nodes.Len()))}
	return strings.Join(h, "") + strings.Repeat("\x00", 16) + nodes.String() + names.String()
}

// TestMadeTree: the seed below is a device tree, or the target tests nothing.
func TestMadeTree(t *testing.T) {
	in := fuzzInput([]byte(madeTree([2]string{"model", "Acme Router 5"}, [2]string{"compatible", "acme,r5\x00rockchip,rk3328"})), "boot/a.dtb")
	h := readHeader(in)
	if h == nil || h.kind != "dtb" || h.name != "Acme Router 5" || len(h.claims) == 0 {
		t.Errorf("header %+v", h)
	}
}

func FuzzDeviceTree(f *testing.F) {
	dtb := madeTree([2]string{"model", "Acme Router 5"}, [2]string{"compatible", "acme,r5\x00rockchip,rk3328"})
	f.Add([]byte(dtb), uint16(0))
	f.Add([]byte(dtb[:len(dtb)-30]), uint16(0))
	f.Add([]byte("\x7fELF kernel "+dtb+dtb), uint16(12))
	f.Add([]byte(madeTree([2]string{"description", "Acme image"}, [2]string{"type", "kernel"}, [2]string{"arch", "arm"}, [2]string{"data", "x"})), uint16(0))
	e := imageExtractor()
	f.Fuzz(func(t *testing.T, b []byte, base uint16) {
		in := fuzzInput(b, "boot/x.dtb")
		n := 0
		_, err := readFDT(in, int64(base), map[string]bool{"model": true, "compatible": true, "": true}, func(p fdtProperty) {
			if n++; p.offset < int64(base) || p.offset+int64(len(p.value)) > int64(len(b)) {
				t.Fatalf("property %+v lies outside of %d bytes", p, len(b))
			}
		})
		if err == errNoFDT && n > 0 {
			t.Fatal("properties of something that is no device tree")
		}
		out := runExtractor(t, &e, in)
		for _, bd := range out.boards {
			if !validValue(bd.model) {
				t.Fatalf("model %q", bd.model)
			}
		}
	})
}

func FuzzStatements(f *testing.F) {
	paths := []string{"etc/os-release", "etc/openwrt_release", "system/build.prop", "etc/rootDesc.xml", "etc/issue", "etc/version", "etc/model", "etc/board.json", "etc/banner", "usr/lib/os-release", "etc/hostname", "etc/wsc.conf"}
	for i, s := range []string{
		"ID=acmeos\nVERSION_ID=\"3\"\nPRETTY_NAME='Acme OS'\nDISTRIB_TARGET=ramips/mt7621\n",
		"DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='19.07.1'\nDISTRIB_TARGET='lantiq/xrx500'\n",
		"ro.product.brand=Acme\nro.product.model=Box 1\nro.board.platform=rk3328\nro.build.display.id=1.2\n",
		"<root xmlns=\"urn:schemas-upnp-org:device-1-0\"><manufacturer>Acme Ltd</manufacturer><modelName>R5</modelName></root>",
		"Acme Networks Ltd. Router 1.2.3 \\n \\l\n", "1.2.3 Fri Feb 10\n", "R5\n", `{"model":{"id":"acme,r5","name":"Acme R5"}}`, "  Acme  \n", "NAME=x\n", "acme\n", "manufacturer=Acme\nmodel_name=R5\n",
	} {
		f.Add([]byte(s), uint8(i))
	}
	e := identityExtractor()
	f.Fuzz(func(t *testing.T, b []byte, which uint8) {
		out := runExtractor(t, &e, fuzzInput(b, paths[int(which)%len(paths)]))
		for _, s := range out.subject {
			if !validValue(s.Name) || !validValue(s.Version) {
				t.Fatalf("device %q %q", s.Name, s.Version)
			}
		}
		for _, o := range out.observations {
			if !validValue(o.Component.Name) || !validValue(o.Component.Version) {
				t.Fatalf("system %q %q", o.Component.Name, o.Component.Version)
			}
		}
	})
}

func FuzzCertificateFile(f *testing.F) {
	own := selfSigned(f, pkix.Name{Organization: []string{"Acme Ltd"}}, nil)
	block, _ := pem.Decode([]byte(own))
	f.Add([]byte(own+own), uint8(0))
	f.Add(block.Bytes, uint8(1))
	f.Add([]byte(strings.Repeat(own, 13)), uint8(0))
	f.Add([]byte("\x7fELF\x00"+own+"\x00"), uint8(2))
	f.Add([]byte("\x30\x80\x06\x09"+string(block.Bytes)), uint8(3))
	f.Add([]byte(windowsProgram(true, "\x30\x80"+string(block.Bytes)+"\x02\x01\x01")), uint8(4))
	e, signed := certificateExtractor(), signedProgramExtractor()
	f.Fuzz(func(t *testing.T, b []byte, which uint8) {
		if which%5 == 4 {
			runExtractor(t, &signed, fuzzInput(b, "www/x.exe"))
			return
		}
		runExtractor(t, &e, fuzzInput(b, []string{"etc/x.pem", "etc/x.der", "bin/x", "etc/ssl/certs/x.crt"}[which%4]))
		if c := signerCertificate(b); c != nil {
			_ = c.String()
		}
	})
}

func FuzzZipPackage(f *testing.F) {
	f.Add([]byte(zipOf(f, map[string]string{"META-INF/maven/a/b/pom.properties": "version=1\ngroupId=a\nartifactId=b\n", "META-INF/MANIFEST.MF": "Bundle-SymbolicName: x;y\n"})))
	f.Add([]byte(zipOf(f, map[string]string{"AndroidManifest.xml": manifest("com.acmetv.cloud", "4.5", true), "META-INF/CERT.RSA": "\x30\x82\x01\x00"})))
	java, android := javaExtractor(), androidExtractor()
	f.Fuzz(func(t *testing.T, b []byte) {
		runExtractor(t, &java, fuzzInput(b, "opt/x.jar"))
		runExtractor(t, &android, fuzzInput(b, "system/app/x.apk"))
	})
}

// FuzzZipMember reaches behind the archive's checksums.
func FuzzZipMember(f *testing.F) {
	own := selfSigned(f, pkix.Name{Organization: []string{"Acme Ltd"}}, nil)
	block, _ := pem.Decode([]byte(own))
	f.Add([]byte("version=1\ngroupId=a.b\nartifactId=c\n"), []byte("Implementation-Title: x\r\nImplementation-Vendor: Jane Roe <jane@acme.example>\r\n"))
	f.Add([]byte(manifest("com.acmetv.cloud", "4.5", false)), append([]byte("\x30\x82"), block.Bytes...))
	java, android := javaExtractor(), androidExtractor()
	f.Fuzz(func(t *testing.T, a, b []byte) {
		runExtractor(t, &java, fuzzInput([]byte(zipOf(t, map[string]string{"META-INF/maven/g/a/pom.properties": string(a), "META-INF/MANIFEST.MF": string(b)})), "opt/x.jar"))
		runExtractor(t, &android, fuzzInput([]byte(zipOf(t, map[string]string{"AndroidManifest.xml": string(a), "META-INF/X.RSA": string(b)})), "app/x.apk"))
	})
}

func FuzzLanguageManifest(f *testing.F) {
	paths := []string{"site-packages/x-1.dist-info/METADATA", "x.egg-info/PKG-INFO", "node_modules/@a/x/package.json", "app/package.json", "site-packages/x-1.dist-info/RECORD",
		"x-1.dist-info/top_level.txt", "x-1.egg-info/SOURCES.txt", "vendor/modules.txt", "vendor/composer/installed.json", "vendor/x/Cargo.toml"}
	f.Add([]byte("a/b.py,sha256=x,1\n\"c,d\",,\n../../../e,,\n/f,,\n\"g"), uint8(4), "rocks//x")
	f.Add([]byte("Metadata-Version: 2.1\r\nName: Flask_Login\r\nVersion: 0.6.3\r\nHome-page: https://x.example\r\n\r\nText\n"), uint8(0), "rocks-5.1/lpeg/1.0.2-1/rock_manifest")
	f.Add([]byte("Name: x\nVersion: 1\nSummary: by Jane <jane@x.example>\n"), uint8(1), "specifications/rack-2.2.3.gemspec")
	f.Add([]byte(`{"name":"@acme/agent","version":"1.2.3","license":"MIT","repository":{"url":"https://git.example/x"}}`), uint8(2), "rocks//x")
	f.Add([]byte(`{"name":"agent","version":"1","homepage":5,"repository":"a"}`), uint8(3), "specifications/-1.gemspec")
	f.Add([]byte("a/b.py\n../c/d.py\n/e\n"), uint8(6), "pkg/mod/a.b/!c@v1.0.0/go.mod")
	f.Add([]byte("# a.b/c v1.0.0\n# a.b/d v1 => ../e v2\na.b/c\n"), uint8(7), "cache/download/a.b/c/@v/v1.ziphash")
	f.Add([]byte(`{"packages":[{"name":"a/b","version":"1","install-path":"../../../x","license":["MIT"]}]}`), uint8(8), "@v1/go.mod")
	f.Add([]byte("[package]\nname = \"x\"\nversion = \"1\"\n[lib]\n"), uint8(9), "share/rubygems-integration/all/specifications/a-1-x.gemspec")
	python, node, lua, ruby := pythonExtractor(), nodeExtractor(), luaExtractor(), rubyExtractor()
	gosrc, composer, crate := goSourceExtractor(), composerExtractor(), crateExtractor()
	f.Fuzz(func(t *testing.T, b []byte, which uint8, name string) {
		name = strings.TrimPrefix(path.Clean("/"+name), "/") // as a path of a tree is
		in := fuzzInput(b, paths[int(which)%len(paths)])
		var results []*Result
		for _, e := range []*Extractor{&python, &node, &gosrc, &composer, &crate} {
			results = append(results, runExtractor(t, e, in))
		}
		for _, e := range []*Extractor{&lua, &ruby, &gosrc} {
			results = append(results, runExtractor(t, e, fuzzInput(b, name)))
		}
		for _, r := range results {
			for _, o := range r.observations {
				if o.Component.Name == "" || o.Component.PURL == "" && !strings.HasPrefix(in.Path, "app/") {
					t.Fatalf("component %+v", o.Component)
				}
				for _, p := range slices.Concat(o.Files, o.Folders) {
					if !fs.ValidPath(strings.ToValidUTF8(p, "x")) { // names are bytes
						t.Fatalf("file %q is not one of the tree", p)
					}
				}
			}
		}
	})
}

func FuzzNotes(f *testing.F) {
	f.Add(`{"packages":[{"name":"agent","version":"0.1.0","source":"local","root":true},{"name":"serde","version":"1.0.200","source":"crates.io"}]}`, `{"type":"deb","os":"debian","osVersion":"12","name":"tool","version":"1-2","architecture":"armhf"}`)
	f.Add(`{"packages":[{"name":5}]}`, `{"type":"rpm","name":""}`)
	f.Fuzz(func(t *testing.T, crates, note string) {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		fmt.Fprint(w, crates)
		w.Close()
		for _, b := range [][]byte{z.Bytes(), []byte(crates)} {
			out := &Result{extractor: "elf", path: "bin/x"}
			readCargo(fuzzInput(b, "bin/x"), out, &elffile.Span{Size: int64(len(b))})
			for _, o := range out.observations {
				if !validValue(o.Component.Name) || !validValue(o.Component.Version) {
					t.Fatalf("crate %q %q", o.Component.Name, o.Component.Version)
				}
			}
		}
		out := &Result{extractor: "elf", path: "bin/x"}
		if p := readPackageNote(out, elffile.Text{Value: note}); p != nil && !strings.HasPrefix(p.purl(), "pkg:") {
			t.Fatalf("package URL %q", p.purl())
		}
	})
}

// FuzzExtractors runs all that read any file: paths of builders, notices,
// chips, tables, build information.
func FuzzExtractors(f *testing.F) {
	f.Add([]byte(program("/home/jane/acme_router/build_dir/x/main.c", "Copyright (C) 2009-2012 Acme Networks Ltd. All rights reserved", "rk3328", "AT+CGMI")), "bin/x")
	f.Add([]byte("# (c) 2010 Jane Roe <jane@acme.example>, Acme Ltd\nserver ntp.acme-net.com\n"), "etc/x.conf")
	f.Add(elftest.Build(elftest.Spec{Type: 2, Machine: 8, SONAME: "libx.so.1", Needed: []string{"libc.so.0"}, Package: `{"type":"deb","name":"x"}`, Comment: "GCC: (Acme SDK) 4.8\x00"}), "lib/libx.so.1")
	f.Add([]byte("\xff Go buildinf:\x08\x02\x06go1.21\x40mod\texample.com/x\tv1\n"), "bin/go")
	f.Add([]byte("case 0x1234: return \"Acme\";\n"), "www/js/boards.js")
	list := DefaultExtractors()
	f.Fuzz(func(t *testing.T, b []byte, path string) {
		in := fuzzInput(b, path)
		in.class = classify(&in.Entry)
		for i := range list {
			if list[i].Name != "rpm-file" { // its library panics on some, which a scan reports; FuzzRPM
				runExtractor(t, &list[i], in)
			}
		}
	})
}

// FuzzScan scans a tree of one file beside a program of the device: whatever it
// holds, the document is whole and no part of the scan failed.
func FuzzScan(f *testing.F) {
	f.Add([]byte("Package: x\nVersion: 1\nStatus: install ok installed\n"), "var/lib/dpkg/status")
	f.Add([]byte(program("BusyBox v1.19.4 (2016-02-10 11:22:33 CST)", "http://up.acme-net.com/fw")), "bin/busybox")
	f.Add([]byte(`[{"task":{"path":"/x"}}]`), "report.json")
	f.Add([]byte("../bin/tool"), "bin/link")
	f.Add([]byte("Linux version 3.10.14 (jane@builder) (gcc version 4.8.3) #1 Fri\n"), "boot/vmlinux")
	f.Add([]byte("\x1f\x8b\x08\x00"), "lib/modules/5.10.1/a.ko.gz")
	opts := withSet(f, &Options{Workers: 1, Literals: []sbom.Literal{{ID: "a", Kind: sbom.LiteralMark, Text: "AcmeSDK", Role: sbom.SDK}}})
	tool := program("AcmeSDK tool")
	f.Fuzz(func(t *testing.T, b []byte, path string) {
		path = strings.Trim(path, "/")
		if path == "" || len(path) > 200 || path == "bin" || strings.HasPrefix(path, "bin/tool") {
			return
		}
		for _, el := range strings.Split(path, "/") {
			if el == "" || el == "." || el == ".." || !validName(el) {
				return // no path of a tree
			}
		}
		doc, err := Scan(t.Context(), treeOf(map[string]string{path: string(b), "bin/tool": tool}), opts)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range doc.Problems {
			if p.Kind == "extractor-panic" && strings.Contains(p.Message, "extractor rpm-file ") {
				doc.Problems[i].Kind = "library-panic" // FuzzRPM
			}
		}
		checkDocument(t, doc)
	})
}
