package sbom_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// FuzzPatch puts properties and suppliers into whatever is read. The result is
// read as the same components, and putting the same in again changes nothing.
func FuzzPatch(f *testing.F) {
	for _, s := range []string{
		`{"bomFormat":"CycloneDX","specVersion":"1.7","citations":[],"components":[{"name":"a","supplier":null,"properties":[ {"name":"d:x"} , {"name":"k"}]}]}`,
		`{"bomFormat":"CycloneDX","specVersion":"1.7","metadata":{"tools":[],"component":{"name":"s"}},"services":[{"name":"a"}]}`,
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.7"><components><component type="library"><supplier/><name>a</name><properties/></component></components></bom>`,
		`<c:bom xmlns:c="http://cyclonedx.org/schema/bom/1.7"><c:metadata><c:tools><c:components/></c:tools></c:metadata><c:components><c:component/></c:components><c:citations/></c:bom>`,
		`{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","supplier":"NOASSERTION","name":"a","annotations":[]}]}`,
		`{"@context":"x","@graph":[{"type":"software_Package","spdxId":"urn:a","name":"a","extension":[]}]}`,
	} {
		f.Add([]byte(s))
	}
	ctx := context.Background()
	f.Fuzz(func(t *testing.T, data []byte) {
		opts := &sbom.WriteOptions{Created: "2026-01-02T03:04:05Z", Tool: "t 1", Derived: []string{"d:", "touchmark:filled:"}}
		put := func(data []byte) (*sbom.Document, []byte) {
			doc, err := sbom.Read(ctx, bytes.NewReader(data), &sbom.ReadOptions{Limits: sbom.Limits{Bytes: 1 << 20, Depth: 64}})
			if err != nil {
				return nil, nil
			}
			var ins []sbom.Insertion
			one := func(c *sbom.Component) {
				in := sbom.Insertion{Place: c.Place, Properties: []sbom.Property{{Name: "d:x", Value: "1 <2>"}}}
				named := false
				for _, p := range c.Parties {
					named = named || !p.Filled && p.Role == sbom.Supplier && p.Field != "publisher"
				}
				if !named {
					in.Supplier = &sbom.Party{Name: "Acme"}
					in.Properties = append(in.Properties, sbom.Property{Name: sbom.FilledSupplier, Value: "Acme"})
				}
				ins = append(ins, in)
			}
			if doc.Subject != nil {
				one(doc.Subject)
			}
			for i := range doc.Components {
				one(doc.Components[i])
			}
			var out bytes.Buffer
			if err := sbom.Patch(ctx, &out, bytes.NewReader(data), doc, ins, opts); err != nil {
				if !errors.Is(err, sbom.ErrPatch) {
					t.Fatalf("%v", err)
				}
				return doc, nil
			}
			return doc, out.Bytes()
		}
		doc, first := put(data)
		if first == nil {
			return
		}
		again, second := put(first)
		if again == nil {
			t.Fatalf("the result is not read:\n%s", first)
		}
		if len(again.Components) != len(doc.Components) || (again.Subject == nil) != (doc.Subject == nil) {
			t.Fatalf("%d components, were %d:\n%s", len(again.Components), len(doc.Components), first)
		}
		for i := range doc.Components {
			if a, b := doc.Components[i], again.Components[i]; a.Name != b.Name || a.Version != b.Version || len(b.Claims) > len(a.Claims) {
				t.Fatalf("component %+v, was %+v:\n%s", b, a, first)
			}
		}
		if second != nil && !bytes.Equal(first, second) {
			t.Fatalf("patched again:\n%s\npatched:\n%s", second, first)
		}
	})
}
