package provenance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// decodeYAML reads one strict YAML document from data into v: unknown fields,
// duplicate keys and further documents are errors. Every error starts with
// "file:line: ".
func decodeYAML(file string, data []byte, v any) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(v); err != nil {
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s:1: the file holds no YAML document", file)
		}
		return yamlError(file, err, reflect.TypeOf(v))
	}
	var rest yaml.Node
	switch err := dec.Decode(&rest); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return yamlError(file, err, reflect.TypeOf(v))
	}
	return fmt.Errorf("%s:%d: a second YAML document: want one record a file", file, rest.Line)
}

var yamlLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|[^a-z])line (\d+)(?:, column \d+)?:? ?`) })

// unknownField is what the decoder says of a field that a value does not have,
// in the words of Go.
var unknownField = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^field (.*) not found in type (.*)$`) })

// fieldsOf returns the YAML names of the fields of the type that is called
// name, within t.
func fieldsOf(t reflect.Type, name string, seen map[reflect.Type]bool) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] {
		return nil
	}
	seen[t] = true
	var fields []string
	for i := range t.NumField() {
		tag, options, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		switch {
		case strings.Contains(options, "inline"):
			fields = append(fields, fieldsOf(t.Field(i).Type, t.Field(i).Type.String(), map[reflect.Type]bool{})...)
		case tag != "" && tag != "-":
			fields = append(fields, tag)
		}
	}
	if t.String() == name {
		return fields
	}
	for i := range t.NumField() {
		if f := fieldsOf(t.Field(i).Type, name, seen); f != nil {
			return f
		}
	}
	return nil
}

// yamlError puts file and line in front of each message of a YAML error. Of a
// field that is not known it says which there are in a value of type t; nil is
// no type.
func yamlError(file string, err error, t reflect.Type) error {
	var messages []string
	var te *yaml.LoadErrors
	if errors.As(err, &te) {
		for _, e := range te.Errors {
			messages = append(messages, e.Error())
		}
	} else {
		messages = []string{err.Error()}
	}
	errs := make([]error, 0, len(messages))
	for _, m := range messages {
		m = strings.TrimPrefix(strings.TrimSpace(m), "yaml: ")
		line := 1
		if loc := yamlLine().FindStringSubmatchIndex(m); loc != nil {
			line, _ = strconv.Atoi(m[loc[2]:loc[3]])
			m = m[:loc[0]] + m[loc[1]:]
		}
		if f := unknownField().FindStringSubmatch(m); f != nil {
			m = fmt.Sprintf("no field here is called %q", f[1])
			if t == nil {
				errs = append(errs, fmt.Errorf("%s:%d: %s", file, line, m))
				continue
			}
			if fields := fieldsOf(t, f[2], map[reflect.Type]bool{}); len(fields) > 0 {
				m += "; there are: " + strings.Join(fields, ", ")
			}
		}
		// A value of several lines that the message quotes makes no further ones.
		errs = append(errs, fmt.Errorf("%s:%d: %s", file, line, strings.Join(strings.Fields(m), " ")))
	}
	return errors.Join(errs...)
}
