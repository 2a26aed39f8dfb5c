package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"path"
	"reflect"
	"slices"
	"strings"
	"text/template"

	"github.com/touchmark-dev/touchmark/provenance"
)

// TemplateOptions for [WriteTemplate]. Nil is the zero value.
type TemplateOptions struct {
	// MaxBytes bounds the output. 0 means 256 MiB.
	MaxBytes int64
}

// ErrTemplate is returned by [WriteTemplate] for a template that cannot be read
// or carried out. The message names the template's line.
var ErrTemplate = errors.New("template")

// ErrTemplateSize is returned by [WriteTemplate] where the output would be
// larger than its bound.
var ErrTemplateSize = errors.New("the template's output is too large")

const maxTemplateOutput = 256 << 20

// WriteTemplate writes reports as a template of the user's says, in the
// language of package text/template, or of html/template where the name ends in
// .html or .htm. The name stands in errors.
//
// The data has the form and the names of the JSON of [WriteJSONList]
// (schema/report-1.schema.json): "reports", a list, and for a run with one
// input the same report's fields at the top, so that {{.source.name}} and
// {{range .components}} work. Every field of the schema is there, an absent one
// as "", 0, false, an empty list or, for an object, nil: {{with .subject}}. A
// name that the schema does not have is an error.
//
// Strings of the input are made visible as by [Sentence], without a bound on
// their length, and none begins with "::". A text template escapes nothing else:
// what goes into a cell, markup or JSON passes through a function:
//
//	csv V...           a row of CSV without its line end, formulas made harmless
//	markdown V         plain text in Markdown, in a table too
//	html V             plain text in HTML and XML
//	json V             any value as JSON, on one line
//	join LIST SEP      the values of a list as text, with SEP in between
//	sort LIST [KEY]    a list in order of its text, or of a field of its objects
//	unique LIST        a list without repetitions
//	where LIST KEY V   the objects of a list whose field is V
//	first N LIST       at most the first N
//	country CODE       the name of a country
//	headline REPORT    the report's headline
//	label COMPONENT    what to call a component or service
//	lower V, upper V   text in lower or upper case
func WriteTemplate(w io.Writer, reports []*provenance.Report, name, text string, opts *TemplateOptions) error {
	limit := int64(maxTemplateOutput)
	if opts != nil && opts.MaxBytes > 0 {
		limit = opts.MaxBytes
	}
	data := map[string]any{"schema": ListSchema}
	list := make([]any, len(reports))
	for i, r := range reports {
		m, _ := plain(reflect.ValueOf(whole(r)).Elem()).(map[string]any)
		m["headline"] = clean(Headline(r))
		list[i] = m
	}
	if len(list) == 1 {
		for k, v := range list[0].(map[string]any) {
			data[k] = v
		}
	}
	data["reports"] = list
	out := &bounded{w: w, left: limit}
	var err error
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm":
		var t *htmltemplate.Template
		if t, err = htmltemplate.New(name).Option("missingkey=error").Funcs(templateFuncs()).Parse(text); err == nil {
			err = t.Execute(out, data)
		}
	default:
		var t *template.Template
		if t, err = template.New(name).Option("missingkey=error").Funcs(templateFuncs()).Parse(text); err == nil {
			err = t.Execute(out, data)
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrTemplateSize):
		return fmt.Errorf("write template %s: %w, more than %d bytes", name, ErrTemplateSize, limit)
	case out.err != nil:
		return fmt.Errorf("write template %s: %w", name, out.err)
	}
	return fmt.Errorf("%w: %s", ErrTemplate, strings.TrimPrefix(strings.TrimPrefix(err.Error(), "html/"), "template: "))
}

// bounded writes up to a number of bytes.
type bounded struct {
	w    io.Writer
	left int64
	err  error // of the destination
}

func (b *bounded) Write(p []byte) (int, error) {
	if int64(len(p)) > b.left {
		return 0, ErrTemplateSize
	}
	b.left -= int64(len(p))
	n, err := b.w.Write(p)
	if err != nil {
		b.err = err
	}
	return n, err
}

// clean makes a string of the input harmless where a terminal or a pipeline
// reads it.
func clean(s string) string {
	s = visible(s, 1<<30)
	if strings.HasPrefix(s, "::") {
		s = `\x3a` + s[1:]
	}
	return s
}

// plain turns a value into maps, lists and plain types under the names of its
// JSON, with every field in its place.
func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case reflect.Struct:
		m := map[string]any{}
		t := v.Type()
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case name == "-" || !f.IsExported():
			case f.Anonymous && name == "":
				if inner, ok := plain(v.Field(i)).(map[string]any); ok {
					for k, e := range inner {
						m[k] = e
					}
				}
			default:
				if name == "" {
					name = f.Name
				}
				m[name] = plain(v.Field(i))
			}
		}
		return m
	case reflect.Slice, reflect.Array:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = plain(v.Index(i))
		}
		return out
	case reflect.Map:
		m := map[string]any{}
		for _, k := range v.MapKeys() {
			m[clean(k.String())] = plain(v.MapIndex(k))
		}
		return m
	case reflect.String:
		return clean(v.String())
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return int(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return int(v.Uint())
	case reflect.Float32, reflect.Float64:
		return v.Float()
	}
	return nil
}

func templateFuncs() map[string]any {
	text := func(v any) string {
		switch v := v.(type) {
		case nil:
			return ""
		case string:
			return v
		}
		return fmt.Sprint(v)
	}
	list := func(v any) ([]any, error) {
		switch v := v.(type) {
		case nil:
			return nil, nil
		case []any:
			return v, nil
		}
		return nil, fmt.Errorf("a %T, where a list is wanted", v)
	}
	field := func(v any, key string) (any, error) {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("a %T has no field %q", v, key)
		}
		e, ok := m[key]
		if !ok {
			return nil, fmt.Errorf("no field %q", key)
		}
		return e, nil
	}
	return map[string]any{
		"csv": func(values ...any) (string, error) {
			cells := make([]string, len(values))
			for i, v := range values {
				cells[i] = csvCell(text(v))
			}
			var b strings.Builder
			cw := csv.NewWriter(&b)
			if err := cw.Write(cells); err != nil {
				return "", err
			}
			cw.Flush()
			return strings.TrimSuffix(b.String(), "\n"), cw.Error()
		},
		"markdown": func(v any) string { return md(text(v)) },
		"html":     func(v any) string { return template.HTMLEscapeString(text(v)) },
		"json": func(v any) (string, error) {
			var b bytes.Buffer
			enc := json.NewEncoder(&escaper{w: &b})
			err := enc.Encode(v) // which escapes <, > and &
			return strings.TrimSuffix(b.String(), "\n"), err
		},
		"join": func(v any, sep string) (string, error) {
			l, err := list(v)
			parts := make([]string, len(l))
			for i, e := range l {
				parts[i] = text(e)
			}
			return strings.Join(parts, sep), err
		},
		"sort": func(v any, key ...string) ([]any, error) {
			l, err := list(v)
			if err != nil {
				return nil, err
			}
			l = slices.Clone(l)
			slices.SortStableFunc(l, func(a, b any) int {
				for _, k := range key {
					var e1, e2 error
					a, e1 = field(a, k)
					b, e2 = field(b, k)
					err = errors.Join(err, e1, e2)
				}
				if x, ok := a.(int); ok {
					if y, ok := b.(int); ok {
						return x - y
					}
				}
				return strings.Compare(text(a), text(b))
			})
			return l, err
		},
		"unique": func(v any) ([]any, error) {
			l, err := list(v)
			seen := map[string]bool{}
			var out []any
			for _, e := range l {
				if k := text(e); !seen[k] {
					seen[k] = true
					out = append(out, e)
				}
			}
			return out, err
		},
		"where": func(v any, key string, want any) ([]any, error) {
			l, err := list(v)
			var out []any
			for _, e := range l {
				got, ferr := field(e, key)
				if ferr != nil {
					return nil, ferr
				}
				if text(got) == text(want) {
					out = append(out, e)
				}
			}
			return out, err
		},
		"first": func(n int, v any) ([]any, error) {
			l, err := list(v)
			return l[:min(max(n, 0), len(l))], err
		},
		"country":  func(v any) string { return CountryName(text(v)) },
		"headline": func(v any) (string, error) { h, err := field(v, "headline"); return text(h), err },
		"label": func(v any) (string, error) {
			m, ok := v.(map[string]any)
			if !ok {
				return "", fmt.Errorf("a %T, where a component is wanted", v)
			}
			return label(text(m["group"]), text(m["name"]), text(m["version"])), nil
		},
		"lower": func(v any) string { return strings.ToLower(text(v)) },
		"upper": func(v any) string { return strings.ToUpper(text(v)) },
	}
}
