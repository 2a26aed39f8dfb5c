package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/touchmark-dev/touchmark/provenance"
)

var update = flag.Bool("update", false, "write the schemas of what is written from the types")

const (
	schemaFile          = "../../schema/report-1.schema.json"
	matrixSchemaFile    = "../../schema/matrix-1.schema.json"
	diffSchemaFile      = "../../schema/diff-1.schema.json"
	reconcileSchemaFile = "../../schema/reconcile-1.schema.json"
)

// schemas are the published schemas of what is written, by file.
var schemas = map[string]struct {
	root               reflect.Type
	title, description string
}{
	schemaFile: {reflect.TypeFor[provenance.Report](), "Touchmark report, version 1",
		"One report (schema touchmark.report/1), or a list of reports (schema touchmark.reports/1). Additions keep the version number. Every string that came from the input is untrusted."},
	matrixSchemaFile: {reflect.TypeFor[provenance.Matrix](), "Touchmark matrix, version 1",
		"Several reports rolled up: organizations, products and lists. Additions keep the version number. Every string that came from an input is untrusted."},
	diffSchemaFile: {reflect.TypeFor[provenance.Difference](), "Touchmark difference, version 1",
		"What changed from one report to another, and why. Additions keep the version number. Every string that came from an input is untrusted."},
	reconcileSchemaFile: {reflect.TypeFor[provenance.Reconciliation](), "Touchmark reconciliation, version 1",
		"What a document declares against what was found in the product. Additions keep the version number. Every string that came from an input is untrusted."},
}

// The published schema says what the types say: every field, which are always
// there, and the values of each enumeration. It is strict, so a field that is
// in the JSON and not in the schema fails every test that validates a report.
// Its descriptions are the types' documentation on the day of the last update.
func TestSchemaFollowsTypes(t *testing.T) {
	for file := range schemas {
		want := schemaOfTypes(t, file)
		if *update {
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(undescribed(t, got), undescribed(t, want)) {
			t.Errorf("%s does not follow the types; run: go test ./provenance/report -run TestSchemaFollowsTypes -update", file)
		}
	}
}

// undescribed returns a JSON document without the descriptions in it.
func undescribed(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	var strip func(v any)
	strip = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if _, ok := v["description"].(string); ok {
				delete(v, "description")
			}
			for _, e := range v {
				strip(e)
			}
		case []any:
			for _, e := range v {
				strip(e)
			}
		}
	}
	strip(v)
	return v
}

var compiled sync.Map // *jsonschema.Schema by file

// validate fails the test where data does not satisfy the published schema of
// reports.
func validate(t *testing.T, data []byte) {
	t.Helper()
	validateBy(t, schemaFile, data)
}

// validateBy fails the test where data does not satisfy a published schema.
func validateBy(t *testing.T, file string, data []byte) {
	t.Helper()
	known, ok := compiled.Load(file)
	if !ok {
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		s, err := c.Compile(file)
		if err != nil {
			t.Fatal(err)
		}
		known, _ = compiled.LoadOrStore(file, s)
	}
	s := known.(*jsonschema.Schema)
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("what was written does not satisfy %s: %v", filepath.Base(file), err)
	}
}

// object is a JSON object that keeps its order.
type object []member

type member struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		k, _ := json.Marshal(m.name)
		b.Write(k)
		b.WriteByte(':')
		var v bytes.Buffer
		enc := json.NewEncoder(&v)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(m.value); err != nil {
			return nil, err
		}
		b.Write(bytes.TrimSpace(v.Bytes()))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Types whose values are written in a form of their own.
var forms = map[string]object{
	"provenance.Date": {{"type", "string"}, {"pattern", `^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$`},
		{"description", "A day, month or year: YYYY-MM-DD, YYYY-MM or YYYY."}},
	"provenance.Share": {{"type", "string"}, {"description", `A share in percent: "62.5", an interval "50-75", a bound ">50", "<=10".`}},
	// Component types come from documents, and kinds of claim grow with the
	// readers.
	"sbom.ComponentType": {{"type", "string"}},
	"sbom.ClaimKind":     {{"type", "string"}},
}

// Fields with a form of their own.
var fieldForms = map[string]object{
	"provenance.Report.Schema":         {{"const", provenance.Schema}},
	"provenance.Matrix.Schema":         {{"const", provenance.MatrixSchema}},
	"provenance.Difference.Schema":     {{"const", provenance.DiffSchema}},
	"provenance.Reconciliation.Schema": {{"const", provenance.ReconcileSchema}},
	"provenance.OriginOf.Country":      {{"type", "string"}, {"pattern", "^[A-Z]{2}$"}},
}

type generator struct {
	t     *testing.T
	docs  map[string]string   // "sbom.Claim", "sbom.Claim.Kind"
	enums map[string][]string // values of a named string type, in order
	defs  object
	done  map[string]bool
}

func schemaOfTypes(t *testing.T, file string) []byte {
	g := &generator{t: t, docs: map[string]string{}, enums: map[string][]string{}, done: map[string]bool{}}
	g.parse("../../sbom")
	g.parse("..")
	about := schemas[file]
	root := g.ref(about.root)
	slices.SortFunc(g.defs, func(a, b member) int { return strings.Compare(a.name, b.name) })
	schema := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", "https://raw.githubusercontent.com/touchmark-dev/touchmark/main/schema/" + filepath.Base(file)},
		{"title", about.title},
		{"description", about.description},
	}
	if file == schemaFile {
		list := object{
			{"type", "object"},
			{"description", "Several reports of one run, in the order of the inputs."},
			{"additionalProperties", false},
			{"required", []string{"schema", "reports"}},
			{"properties", object{
				{"schema", object{{"const", "touchmark.reports/1"}}},
				{"reports", object{{"type", "array"}, {"items", object{{"$ref", "#/$defs/Report"}}}}},
			}},
		}
		schema = append(schema, member{"oneOf", []object{{{"$ref", "#/$defs/Report"}}, {{"$ref", "#/$defs/List"}}}},
			member{"$defs", append(object{{"List", list}}, g.defs...)})
	} else {
		schema = append(schema, root[0], member{"$defs", g.defs})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(schema); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (g *generator) parse(dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		g.t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			g.t.Fatal(err)
		}
		pkg := f.Name.Name + "."
		for _, d := range f.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range decl.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					g.docs[pkg+s.Name.Name] = doc(decl.Doc)
					if st, ok := s.Type.(*ast.StructType); ok {
						for _, field := range st.Fields.List {
							for _, n := range field.Names {
								text := doc(field.Doc)
								if text == "" {
									text = doc(field.Comment)
								}
								g.docs[pkg+s.Name.Name+"."+n.Name] = text
							}
						}
					}
				case *ast.ValueSpec:
					id, ok := s.Type.(*ast.Ident)
					if decl.Tok != token.CONST || !ok || len(s.Values) != 1 {
						continue
					}
					if lit, ok := s.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
						if v, _ := strconv.Unquote(lit.Value); v != "" {
							g.enums[pkg+id.Name] = append(g.enums[pkg+id.Name], v)
						}
					}
				}
			}
		}
	}
}

// doc returns a comment as one line without doc links.
func doc(c *ast.CommentGroup) string {
	if c == nil {
		return ""
	}
	return strings.NewReplacer("[", "", "]", "").Replace(strings.Join(strings.Fields(c.Text()), " "))
}

// ref returns the schema of a type, and adds a definition for a named one.
func (g *generator) ref(t reflect.Type) object {
	if t.Kind() == reflect.Pointer {
		return g.ref(t.Elem())
	}
	switch t.Kind() {
	case reflect.Slice:
		return object{{"type", "array"}, {"items", g.ref(t.Elem())}}
	case reflect.Bool:
		return object{{"type", "boolean"}}
	case reflect.Int, reflect.Int64:
		return object{{"type", "integer"}, {"minimum", 0}}
	case reflect.Float64:
		return object{{"type", "number"}}
	case reflect.String:
		if t.PkgPath() == "" {
			return object{{"type", "string"}}
		}
	case reflect.Struct, reflect.Uint16: // of the words of package sbom
	default:
		g.t.Fatalf("the report holds a %v, which this generator does not know", t)
	}
	full := t.String() // "sbom.Coverage"
	name := t.Name()
	if full == "sbom.Coverage" {
		name = "TreeCoverage"
	}
	if full == "sbom.Source" {
		name = "Input"
	}
	if !g.done[full] {
		g.done[full] = true
		i := slices.IndexFunc(g.defs, func(m member) bool { return m.name == name })
		if i >= 0 {
			g.t.Fatalf("two types of the report are called %s", name)
		}
		g.defs = append(g.defs, member{name, nil})
		def := g.define(t, full)
		i = slices.IndexFunc(g.defs, func(m member) bool { return m.name == name })
		g.defs[i].value = def
	}
	return object{{"$ref", "#/$defs/" + name}}
}

func (g *generator) define(t reflect.Type, full string) object {
	if form, ok := forms[full]; ok {
		if d := g.docs[full]; d != "" && form[len(form)-1].name != "description" {
			form = append(slices.Clone(form), member{"description", d})
		}
		return form
	}
	if t.Kind() == reflect.Uint16 {
		var words []string
		for v := reflect.New(t).Elem(); ; {
			v.SetUint(v.Uint() + 1)
			word := v.Interface().(fmt.Stringer).String()
			if word == "" {
				return object{{"type", "string"}, {"enum", words}, {"description", g.docs[full]}}
			}
			words = append(words, word)
		}
	}
	if t.Kind() == reflect.String {
		if len(g.enums[full]) == 0 {
			g.t.Fatalf("no constants of type %s", full)
		}
		return object{{"type", "string"}, {"enum", g.enums[full]}, {"description", g.docs[full]}}
	}
	var required []string
	var properties object
	for i := range t.NumField() {
		f := t.Field(i)
		tag, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "" || f.Anonymous {
			g.t.Fatalf("%s.%s has no name in JSON", full, f.Name)
		}
		if !strings.Contains(opts, "omit") {
			required = append(required, tag)
		}
		key := full + "." + f.Name
		s, ok := fieldForms[key]
		if !ok {
			s = g.ref(f.Type)
		}
		if d := g.docs[key]; d != "" {
			s = append(slices.Clone(s), member{"description", d})
		}
		properties = append(properties, member{tag, s})
	}
	if required == nil {
		required = []string{}
	}
	return object{{"type", "object"}, {"description", g.docs[full]}, {"additionalProperties", false},
		{"required", required}, {"properties", properties}}
}
