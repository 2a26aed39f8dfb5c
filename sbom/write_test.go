package sbom_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/touchmark-dev/touchmark/sbom"
)

// scanned is a document such as a firmware scan makes, with something in every
// field that a writer must keep.
func scanned() *sbom.Document {
	certEvidence := sbom.Evidence{Technique: sbom.BinaryAnalysis, Extractor: "cert", Path: "etc/cert.pem", Offset: 17, Length: 9, Match: "Acme GmbH"}
	return &sbom.Document{
		Source:  sbom.Source{Kind: sbom.SourceTree, SHA256: strings.Repeat("ab", 32), Tools: []string{"touchmark 0.1"}},
		Subject: &sbom.Component{Ref: "device", Type: sbom.Device, Name: "Router", Version: "1.2"},
		Components: []*sbom.Component{
			{Ref: "a", Type: sbom.Library, Name: "libacme", Version: "1.0", PURL: "pkg:opkg/libacme@1.0",
				CPEs:       []string{"cpe:2.3:a:acme:libacme:1.0:*:*:*:*:*:*:*", "cpe:2.3:a:acme:acme:1.0:*:*:*:*:*:*:*"},
				Hashes:     []sbom.Hash{{Algorithm: "SHA-256", Value: strings.Repeat("0f", 32)}, {Algorithm: "SHA-224", Value: "00"}},
				Licenses:   []string{"MIT", "Proprietary"},
				Scope:      "required",
				Released:   "2024-05-01",
				Parties:    []sbom.Party{{Kind: sbom.Organization, Role: sbom.Supplier, Field: "supplier", Name: "Acme GmbH", URLs: []string{"https://acme.example"}, Country: "DE"}, {Kind: sbom.Organization, Role: sbom.Brand, Field: "brand", Name: "Acme"}},
				Links:      []sbom.Link{{Type: "vcs", URL: "https://git.acme.example/lib"}},
				Properties: []sbom.Property{{Name: "opkg:Section", Value: "libs"}},
				Locations:  []string{"usr/lib/libacme.so", "usr/lib/libacme.so.1"},
				Evidence:   []sbom.Evidence{{Field: "version", Technique: sbom.ManifestAnalysis, Extractor: "opkg", Path: "usr/lib/opkg/status", Offset: 4, Length: 3, Match: "1.0", Confidence: sbom.High}},
				Claims:     []sbom.Claim{{Kind: sbom.CertOrg, Value: "Acme GmbH", Role: sbom.Signer, By: sbom.ByBytes, Evidence: []sbom.Evidence{certEvidence}}}},
			{Ref: "b", Parent: "a", Name: "no type of CycloneDX's", Licenses: []string{"MIT OR Apache-2.0"}},
			{Ref: "c", Parent: "device", Type: sbom.Firmware, Name: "kernel <&> \u202e"},
		},
		Services: []sbom.Service{{Ref: "s", Name: "cloud.acme.example", Purpose: "cloud", Endpoints: []string{"cloud.acme.example"}, Locations: []string{"bin/app"},
			Evidence: []sbom.Evidence{{Technique: sbom.BinaryAnalysis, Extractor: "host", Path: "bin/app", Offset: 9, Length: 18, Match: "cloud.acme.example"}},
			Claims:   []sbom.Claim{{Kind: sbom.OUI, Value: "001122", By: sbom.ByBytes}}}},
		Relationships: []sbom.Relationship{{From: "a", Type: sbom.DependsOn, To: "c"}, {From: "a", Type: sbom.Calls, To: "s"}},
		Coverage:      sbom.Coverage{Files: 10, Bytes: 1000, ExplainedFiles: 4, Unexplained: []sbom.FileSize{{Path: "bin/x", Size: 9}}},
		Problems:      []sbom.Problem{{Kind: "truncated-elf", Severity: sbom.ProblemError, Place: "bin/y", Message: "cut off"}},
	}
}

// roundTrip writes a document and reads it again.
func roundTrip(t *testing.T, doc *sbom.Document, format sbom.WriteFormat) (*sbom.Document, []byte) {
	t.Helper()
	var first, second bytes.Buffer
	if err := sbom.Write(&first, doc, format, nil); err != nil {
		t.Fatal(err)
	}
	if err := sbom.Write(&second, doc, format, nil); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("writing twice gives different bytes")
	}
	got, err := sbom.Read(context.Background(), bytes.NewReader(first.Bytes()), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, first.Bytes())
	}
	return got, first.Bytes()
}

// TestWriteScan checks that a scan written as an SBOM comes back with every
// fact. Claims of fields that are written appear besides those of the scan.
func TestWriteScan(t *testing.T) {
	for _, format := range sbom.WriteFormats() {
		t.Run(string(format), func(t *testing.T) {
			want := scanned()
			got, _ := roundTrip(t, want, format)
			var found []sbom.Claim
			for _, c := range got.Components {
				for _, cl := range c.Claims {
					if cl.By == sbom.ByBytes {
						found = append(found, cl)
					}
				}
			}
			if d := cmp.Diff(want.Components[0].Claims, found); d != "" {
				t.Errorf("claims found in bytes (-want +got):\n%s", d)
			}
			if len(got.Problems) > 0 {
				t.Errorf("reading what was written has problems: %v", got.Problems)
			}
			if strings.HasPrefix(string(format), "spdx") {
				wantEvidence, gotEvidence := want.Components[0].Evidence, got.Components[0].Evidence
				for _, d := range []*sbom.Document{want, got} {
					for i := range d.Components {
						d.Components[i].Claims = nil // those of fields come on top
					}
				}
				if d := cmp.Diff(spdxFacts(want), spdxFacts(got)); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
				if d := cmp.Diff(wantEvidence, gotEvidence); d != "" {
					t.Errorf("evidence (-want +got):\n%s", d)
				}
				return
			}
			// The order of nested components follows from the nesting.
			byRef := func(a, b *sbom.Component) int { return strings.Compare(a.Ref, b.Ref) }
			slices.SortFunc(got.Components, byRef)
			got.Source, want.Source = sbom.Source{}, sbom.Source{}
			want.Problems = nil
			diff := cmp.Diff(want, got, cmpopts.EquateEmpty(),
				cmpopts.IgnoreFields(sbom.Component{}, "Claims", "Place"), cmpopts.IgnoreFields(sbom.Service{}, "Claims", "Place"))
			if diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestWriteCorpus writes every document of the corpus in every format, and
// compares what is read back.
func TestWriteCorpus(t *testing.T) {
	dir, rows := manifest(t)
	schemas := cyclonedxSchemas(t)
	for _, row := range rows {
		if row.components > 500 {
			continue // the same again, for minutes
		}
		data, err := os.ReadFile(filepath.Join(dir, row.path))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := sbom.Read(context.Background(), bytes.NewReader(data), nil)
		if err != nil {
			continue // TestReadCorpus says so
		}
		t.Run(row.path, func(t *testing.T) {
			for _, format := range sbom.WriteFormats() {
				got, written := roundTrip(t, doc, format)
				facts := facts
				if format == sbom.SPDX23JSON || format == sbom.SPDX301JSON {
					facts = spdxFacts
				}
				if d := cmp.Diff(facts(doc), facts(got), cmpopts.EquateEmpty()); d != "" {
					t.Errorf("%s (-want +got):\n%s", format, d)
				}
				if s := schemas[format]; s != nil {
					v, err := jsonschema.UnmarshalJSON(bytes.NewReader(written))
					if err != nil {
						t.Fatal(err)
					}
					if err := s.Validate(v); err != nil {
						t.Errorf("%s: not valid: %v", format, err)
					}
				}
			}
		})
	}
}

// facts are what CycloneDX must keep of a document: one line for each fact of
// a component.
func facts(d *sbom.Document) []string {
	return factsBy(d, func(ref string) string { return ref })
}

// spdxFacts are what SPDX must keep: it has references of its own form, and
// says that a parent contains its children.
func spdxFacts(d *sbom.Document) []string {
	names := map[string]string{}
	seen := map[string]int{}
	name := func(c *sbom.Component) {
		n := c.Name + "@" + c.Version
		seen[n]++
		names[c.Ref] = n + "#" + strconv.Itoa(seen[n])
	}
	if d.Subject != nil {
		name(d.Subject)
	}
	for i := range d.Components {
		name(d.Components[i])
	}
	flat := *d
	flat.Components = slices.Clone(d.Components)
	flat.Relationships = slices.Clone(d.Relationships)
	for i := range flat.Components {
		if p := flat.Components[i].Parent; p != "" {
			flat.Components[i].Parent = ""
			flat.Relationships = append(flat.Relationships, sbom.Relationship{From: p, Type: sbom.Contains, To: flat.Components[i].Ref})
		}
	}
	return factsBy(&flat, func(ref string) string {
		if n, ok := names[ref]; ok {
			return n
		}
		return ref
	})
}

func factsBy(d *sbom.Document, key func(ref string) string) []string {
	var out []string
	one := func(c *sbom.Component) {
		c2 := *c
		c2.Ref = key(c.Ref)
		c2.Claims, c2.Evidence, c2.Place, c2.Parties, c2.Links = nil, nil, "", nil, nil
		b, _ := json.Marshal(c2)
		out = append(out, string(b))
		for _, cl := range c.Claims {
			out = append(out, c2.Ref+": "+cl.Kind.String()+" "+cl.Value+" "+cl.Role.String())
		}
		for _, p := range c.Parties {
			out = append(out, c2.Ref+": "+p.Name+" "+p.Role.String()+" "+strings.Join(p.Mails, " "))
		}
		for _, l := range c.Links {
			out = append(out, c2.Ref+": "+l.URL)
		}
	}
	if d.Subject != nil {
		one(d.Subject)
	}
	for i := range d.Components {
		one(d.Components[i])
	}
	for _, s := range d.Services {
		out = append(out, "service "+s.Name+" "+s.Version+" "+strings.Join(s.Endpoints, " "))
	}
	for _, r := range d.Relationships {
		out = append(out, key(r.From)+" "+string(r.Type)+" "+key(r.To))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// cyclonedxSchemas compiles the schemas that the module of cyclonedx-go
// carries.
func cyclonedxSchemas(t *testing.T) map[sbom.WriteFormat]*jsonschema.Schema {
	dir := moduleDir(t, "github.com/CycloneDX/cyclonedx-go")
	out := map[sbom.WriteFormat]*jsonschema.Schema{}
	for format, version := range map[sbom.WriteFormat]string{sbom.CycloneDX16JSON: "1.6", sbom.CycloneDX17JSON: "1.7"} {
		out[format] = compileSchema(t, filepath.Join(dir, "schema"), version)
	}
	return out
}

// compileSchema compiles CycloneDX's schema of a version. The schemas that it
// refers to stand in the same folder.
func compileSchema(t testing.TB, dir, version string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.UseLoader(schemaFolder(dir))
	s, err := c.Compile("http://cyclonedx.org/schema/bom-" + version + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type schemaFolder string

func (d schemaFolder) Load(url string) (any, error) {
	name := filepath.Join(string(d), url[strings.LastIndexByte(url, '/')+1:])
	f, err := os.Open(name)
	if err != nil { // the module has the schema of signatures under another name
		f, err = os.Open(strings.TrimSuffix(name, ".json") + "x.json")
	}
	if err != nil && strings.Contains(url, "cryptography-defs") {
		// Not in the module: two lists of names of algorithms and curves.
		return jsonschema.UnmarshalJSON(strings.NewReader(
			`{"definitions": {"algorithmFamiliesEnum": {"type": "string"}, "ellipticCurvesEnum": {"type": "string"}}}`))
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return jsonschema.UnmarshalJSON(f)
}

// moduleDir returns the folder of a module that this one requires.
func moduleDir(t testing.TB, path string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", path).Output()
	if err != nil {
		t.Fatalf("go list -m %s: %v", path, err)
	}
	return strings.TrimSpace(string(out))
}

// A heapWriter notes the most that is alive while something is written.
type heapWriter struct {
	written, next int
	most          uint64
}

func (w *heapWriter) Write(b []byte) (int, error) {
	const step = 4 << 20
	if w.written += len(b); w.written >= w.next {
		w.next = w.written + step
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		w.most = max(w.most, m.HeapAlloc)
	}
	return len(b), nil
}

// TestWriteMemory: no writer holds a document of many components a second time.
func TestWriteMemory(t *testing.T) {
	doc := generated(10_000)
	for _, format := range sbom.WriteFormats() {
		var first heapWriter
		_, _ = first.Write(nil)
		w := heapWriter{}
		extra := func(i int, c *sbom.Component) *sbom.Component {
			d := *c
			d.Properties = append(slices.Clip(d.Properties), sbom.Property{Name: "touchmark:standing", Value: "unknown"})
			return &d
		}
		if err := sbom.Write(&w, doc, format, &sbom.WriteOptions{Component: extra}); err != nil {
			t.Fatal(err)
		}
		each := (int64(w.most) - int64(first.most)) / int64(len(doc.Components))
		t.Logf("%s: %d MB written, at most %d bytes a component beside it", format, w.written>>20, each)
		most := int64(400)
		if format == sbom.SPDX301JSON {
			most = 1000 // it has who supplied components as elements, and an element for each relationship
		}
		if each > most {
			t.Errorf("%s: %d bytes a component beside the document, want %d at most", format, each, most)
		}
	}
	runtime.KeepAlive(doc)
}
