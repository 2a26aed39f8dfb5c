package firmware

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/touchmark-dev/touchmark/sbom"
)

func gzipped(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstdPacked(t testing.TB, s string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return string(w.EncodeAll([]byte(s), nil))
}

// TestPackedModules: a compressed module says what it says unpacked, with
// evidence that claims no place in the file; damage and bombs are Problems.
func TestPackedModules(t *testing.T) {
	mod := module("license=Proprietary", "vermagic=5.10.1 SMP mod_unload ", "author=Acme Networks Ltd.", "version=1.2.3", "description=acme")
	xzModule, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(packedXZ, "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	const dir = "lib/modules/5.10.1/"
	doc := scan(t, map[string]string{
		dir + "acme_gz.ko.gz":   gzipped(t, mod),
		dir + "acme_zst.ko.zst": zstdPacked(t, mod),
		dir + "acme_xz.ko.xz":   string(xzModule),
		dir + "cut.ko.gz":       gzipped(t, mod)[:60],
		dir + "empty.ko.xz":     "",
		dir + "text.ko.gz":      gzipped(t, "no module"),
		dir + "notes.gz":        gzipped(t, mod),
		dir + "bomb.ko.zst":     zstdPacked(t, strings.Repeat("\x00", maxModule+1)),
	}, nil)
	for _, name := range []string{"acme_gz", "acme_zst", "acme_xz"} {
		c := component(t, doc, name)
		if c.Version != "1.2.3" || c.Type != sbom.DeviceDriver || c.Description != "acme" {
			t.Errorf("%s: version %q, type %q, description %q", name, c.Version, c.Type, c.Description)
		}
		said := false
		for _, cl := range c.Claims {
			said = said || cl.Kind == sbom.ModuleAuthor && cl.Value == "Acme Networks Ltd."
			for _, e := range cl.Evidence {
				if e.Length != 0 || e.Offset != 0 {
					t.Errorf("%s: evidence %+v has a place", name, e)
				}
			}
		}
		if !said {
			t.Errorf("%s: claims %+v", name, c.Claims)
		}
	}
	if k := component(t, doc, "linux-kernel"); k.Version != "5.10.1" {
		t.Errorf("kernel %q", k.Version)
	}
	want := "bad-module " + dir + "bomb.ko.zst; bad-module " + dir + "cut.ko.gz; bad-module " + dir + "empty.ko.xz"
	if got := problems(doc); got != want {
		t.Errorf("problems %q, want %q", got, want)
	}
}

func FuzzPackedModule(f *testing.F) {
	mod := module("license=GPL", "vermagic=5.10.1 SMP ", "author=Acme Networks Ltd.")
	f.Add([]byte(gzipped(f, mod)), uint8(0))
	xz, _ := base64.StdEncoding.DecodeString(strings.ReplaceAll(packedXZ, "\n", ""))
	f.Add(xz, uint8(1))
	f.Add([]byte(zstdPacked(f, mod)), uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, kind uint8) {
		in := fuzzInput(b, "lib/modules/5.10.1/a.ko"+[]string{".gz", ".xz", ".zst"}[kind%3])
		out := &Result{}
		_ = readModule(context.Background(), in, out)
		if m := out.module; m != nil && m.extent("x") != 0 {
			t.Error("a place in a compressed file")
		}
	})
}

// packedXZ is a module like the others, by xz -9.
const packedXZ = `
/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4AFPAK5dAD+RRYRoNIoJCkFQV69GdpW2waIqX2PSf12Ue0bAVWf3O9o8qFCfhscxbIMq
r3AJkNurVM7LW9O+Rvs+zNy0ehlY0brdrRnXp+0B+pHDHpumQWPI9AmOVgpT7SFMqWznKXii+e4q+BOVJvqPy2AaGhxFhxwFkfKF
kdNAbRMgOFFW0eXYpreSoCfsIJUhvyxyrMTRKj3SkZEmgEvaWLtzAHt+lM4HmG3bJ+3qOnPuAAAAAJokQXla1ppLAAHKAdACAABI
rZZrscRn+wIAAAAABFla`

// TestNamesInMails: the name in the domain of an author's mail address is his
// employer's, not that of whoever makes the chips.
func TestNamesInMails(t *testing.T) {
	opts := &Options{Literals: []sbom.Literal{{ID: "name/chipco", Kind: sbom.OrgName, Text: "chipco", Value: "ChipCo", Role: sbom.Silicon, Fold: true}}}
	for author, want := range map[string]string{
		"Jane Roe <jane@linux.chipco.com>":           "",
		"<chipco@mail.example>":                      "",
		"ChipCo Corporation <linux@chipco.com>":      "org-name ChipCo silicon",
		"Jane Roe <jane@x.example>, ChipCo engineer": "org-name ChipCo silicon",
	} {
		doc := scan(t, map[string]string{"lib/modules/5.10.1/kernel/drivers/virtio/virtio_pci_legacy_dev.ko": module("license=GPL", "vermagic=5.10.1 SMP ", "author="+author)}, opts)
		got := ""
		for _, c := range doc.Components {
			for _, cl := range c.Claims {
				if cl.Field == sbom.FieldNameMark {
					got = claims([]sbom.Claim{cl}, sbom.OrgName)
				}
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", author, got, want)
		}
	}
}

// TestFolderOfModulesUnderAnotherName: the modules say of which release they are,
// whatever the folder was renamed to; what they do not say, it does.
func TestFolderOfModulesUnderAnotherName(t *testing.T) {
	mod := func(n int) string {
		return module("license=GPL", "vermagic=2.6.15-box mips", fmt.Sprintf("alias=%d", n))
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"set aside":      {map[string]string{"lib/modules/2.6.15-box/a.ko": mod(1), "lib/modules/2.6.15-box-orig/b.ko": mod(2), "lib/modules/2.6.15-box-orig/modules.dep": "b.ko:\n"}, "2.6.15-box"},
		"built from":     {map[string]string{"lib/modules/2.6.15/a.ko": mod(1), "lib/modules/2.6.15/modules.dep": "a.ko:\n"}, "2.6.15 2.6.15-box"},
		"without others": {map[string]string{"lib/modules/2.6.15/modules.dep": "b.ko:\n"}, "2.6.15"},
		"of two":         {map[string]string{"lib/modules/2.6.15/a.ko": mod(1), "lib/modules/2.6.15/b.ko": module("license=GPL", "vermagic=2.6.16 mips")}, "2.6.15 2.6.15-box 2.6.16"},
	} {
		var got []string
		for _, c := range scan(t, c.files, nil).Components {
			if c.Name == "linux-kernel" {
				got = append(got, c.Version)
			}
		}
		slices.Sort(got)
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: %s, want %s", name, g, c.want)
		}
	}
}

func TestVermagicRelease(t *testing.T) {
	for magic, want := range map[string]string{
		"5.10.1 SMP mod_unload ":                          "5.10.1",
		"3.6.5-Broadcom Linux SMP mod_unload ARMv7 p2v8 ": "3.6.5-Broadcom Linux",
		"2.6.15-box mips":                                 "2.6.15-box",
		"2.6.31 preempt mod_unload MIPS32_R2 32BIT ":      "2.6.31",
		"SMP": "SMP",
		"":    "",
	} {
		if got := vermagicRelease(magic); got != want {
			t.Errorf("%q: %q, want %q", magic, got, want)
		}
	}
}
