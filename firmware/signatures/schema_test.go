package signatures

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

func TestSourcesMatchTheSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "schema", "signature-1.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	validate := func(data []byte) error {
		var v any
		if err := yaml.Unmarshal(data, &v); err != nil {
			return err
		}
		// Through JSON, for the types that the validator knows.
		text, err := json.Marshal(strung(v))
		if err != nil {
			return err
		}
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
		if err != nil {
			return err
		}
		return schema.Validate(instance)
	}
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(data); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	// What the reader refuses, the schema refuses.
	for _, bad := range []string{
		"id: x\nlicense: MIT\nseen: [a]\nmatch: [{text: a}]\n",
		"id: x\nlicense: MIT\nseen: [a]\nmatch: [{text: a}]\nmarks: [{text: abcdefg, file: b}]\n",
		"id: x\nlicense: MIT\nseen: [a]\nmatch: [{text: a}]\nmarks: [{text: abcdefg, colour: red}]\n",
		"id: x\nlicense: MIT\nseen: [a]\nmatch: [{text: a}]\ncpe: busybox\nmarks: [{text: abcdefg}]\n",
	} {
		if validate([]byte(bad)) == nil {
			t.Errorf("the schema accepts\n%s", bad)
		}
	}
}

// strung turns numbers and dates, as YAML reads unquoted versions, into the
// strings that the reader makes of them.
func strung(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = strung(x)
		}
		return v
	case []any:
		for i, x := range v {
			v[i] = strung(x)
		}
		return v
	case bool, nil, string:
		return v
	}
	return "number"
}
