package firmware

import (
	"reflect"
	"testing"

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
