package provenance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

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
		return yamlError(file, err)
	}
	var rest yaml.Node
	switch err := dec.Decode(&rest); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return yamlError(file, err)
	}
	return fmt.Errorf("%s:%d: a second YAML document: want one record a file", file, rest.Line)
}

var yamlLine = regexp.MustCompile(`(?:^|[^a-z])line (\d+)(?:, column \d+)?:? ?`)

// yamlError puts file and line in front of each message of a YAML error.
func yamlError(file string, err error) error {
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
		if loc := yamlLine.FindStringSubmatchIndex(m); loc != nil {
			line, _ = strconv.Atoi(m[loc[2]:loc[3]])
			m = m[:loc[0]] + m[loc[1]:]
		}
		// A value of several lines that the message quotes makes no further ones.
		errs = append(errs, fmt.Errorf("%s:%d: %s", file, line, strings.Join(strings.Fields(m), " ")))
	}
	return errors.Join(errs...)
}
