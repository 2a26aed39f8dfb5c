package firmware

import (
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/touchmark-dev/touchmark/sbom"
)

// fill sets every field below v to something that is not its zero value.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(string(rune('a'+*n%26)) + "text")
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.SetInt(int64(*n) * 1000)
	case reflect.Uint16:
		v.SetUint(uint64(*n%9 + 1))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	}
}

func TestPackedObservationLosesNothing(t *testing.T) {
	var c sbom.Component
	n := 0
	fill(reflect.ValueOf(&c).Elem(), &n)
	path := c.Evidence[0].Path
	whole := []observed{{Key: "pypi:/x@1", Component: &c, Files: []string{"a", "b"}, Folders: []string{"d"}, Explains: true}}
	if _, ok := packNamed(whole, nil, path); ok {
		t.Error("a component with fields of documents was packed")
	}
	// What an extractor cannot fill, or has no packed form.
	c.Ref, c.Parent, c.Hashes, c.Scope, c.Released, c.Locations, c.Place = "", "", nil, "", "", nil, ""
	for i := range c.Parties {
		c.Parties[i].Filled = false
	}
	c.Evidence[1].Offset = -1
	list := append(whole, observed{Upstream: true, Component: &sbom.Component{Name: "bare"}})
	list = append(list, observed{Key: "without a component", Folders: []string{"e"}})
	modules := []string{"m", "n"}
	packed, ok := packNamed(list, modules, path)
	if !ok {
		t.Fatal("was not packed")
	}
	if got, mods := unpackNamed(packed, path); !reflect.DeepEqual(got, list) || !reflect.DeepEqual(mods, modules) {
		t.Errorf("got %+v %+v %v\nwant %+v %+v %v", got, got[0].Component, mods, list, list[0].Component, modules)
	}
}

// TestTighten: a component's texts are the same in one string, and take no more
// room than they need.
func TestTighten(t *testing.T) {
	packed := strings.Repeat("x", 100) + "pypi:/acme@1.2 pkg:pypi/acme@1.2 acme 1.2 Name: acme usr/lib/acme.dist-info/METADATA python " + strings.Repeat("y", 100)
	part := func(s string) string {
		i := strings.Index(packed, s)
		if i < 0 {
			t.Fatalf("%q is not in the sample", s)
		}
		return packed[i : i+len(s)]
	}
	make := func(part func(string) string) (*sbom.Component, string) {
		ev := sbom.Evidence{Field: "name", Technique: sbom.ManifestAnalysis, Extractor: part("python"), Path: part("usr/lib/acme.dist-info/METADATA"), Match: part("Name: acme"), Offset: 3, Length: 10}
		return &sbom.Component{
			Type: sbom.Library, Group: part("ac"), Name: part("acme"), Version: part("1.2"), PURL: part("pkg:pypi/acme@1.2"), Description: part("xxx"),
			CPEs: []string{part("acme 1.2")}, Licenses: []string{part("METADATA")}, Links: []sbom.Link{{Type: part("x"), URL: part("lib/acme")}},
			Properties: []sbom.Property{{Name: part("xx"), Value: part("yy")}},
			Parties:    []sbom.Party{{Kind: sbom.Organization, Field: part("Name"), Name: part("ac"), Mails: []string{part("me")}, URLs: []string{part("usr")}, Country: part("xx")}},
			Evidence:   []sbom.Evidence{ev}, Claims: []sbom.Claim{{Kind: sbom.PURL, Value: part("pkg:pypi/acme@1.2"), Field: part("yyy"), Evidence: []sbom.Evidence{ev}}},
		}, part("pypi:/acme@1.2")
	}
	var tight tightener
	got, key := make(part)
	tight.component(got, &key)
	want, wantKey := make(func(s string) string { return s })
	if key != wantKey || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q %+v, want %q %+v", key, got, wantKey, want)
	}
	// Nothing of the packed text is left, and the texts overlap.
	begin := uintptr(unsafe.Pointer(unsafe.StringData(packed)))
	least, most := ^uintptr(0), uintptr(0)
	var look func(v reflect.Value)
	look = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			look(v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				look(v.Field(i))
			}
		case reflect.Slice:
			for i := range v.Len() {
				look(v.Index(i))
			}
		case reflect.String:
			at := uintptr(unsafe.Pointer(unsafe.StringData(v.String())))
			if at >= begin && at < begin+uintptr(len(packed)) {
				t.Errorf("%q is still a part of what was packed", v.String())
			}
		}
	}
	look(reflect.ValueOf(got))
	for _, s := range []string{key, got.PURL, got.Name, got.Version, got.Evidence[0].Path, got.Claims[0].Value, got.Claims[0].Evidence[0].Match} {
		at := uintptr(unsafe.Pointer(unsafe.StringData(s)))
		least, most = min(least, at), max(most, at+uintptr(len(s)))
	}
	if n := most - least; n > 120 {
		t.Errorf("the texts take %d bytes", n)
	}
}

// TestUnpackedEmpty: a text of no length keeps nothing of what it was packed with.
func TestUnpackedEmpty(t *testing.T) {
	p := packer{}
	p.text("")
	p.word("")
	u := unpacker{packed: string(p.b)}
	for range 2 {
		if s := u.text(); s != "" || unsafe.StringData(s) != unsafe.StringData("") {
			t.Errorf("an empty text is a part of what was packed")
		}
	}
}
