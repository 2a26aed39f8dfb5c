// Package importer reads what registries and governments publish, in the form
// in which they publish it, and writes it in the form of the origin database.
//
// It decides nothing that a person should: names of lists are joined to records
// only as an older edition joined them, and what GLEIF says of an organization
// is a proposal. Files are read as streams; a file of any size takes the memory
// of its largest entry. Nothing is fetched.
package importer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/touchmark-dev/touchmark/provenance/origindb/lint"
	"go.yaml.in/yaml/v4"
)

// IEEE reads assignments of the IEEE Registration Authority (oui.csv, mam.csv,
// oui36.csv, iab.csv and cid.csv, one after the other) and writes a table of
// prefix, organisation and country_iso2. Assignments to nobody named
// ("Private") are left out. The country is the last word of the address that is
// a country code, with at most a postal code after it, and empty otherwise; the
// address itself is not kept.
func IEEE(w io.Writer, files ...io.Reader) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "prefix\torganisation\tcountry_iso2")
	for i, f := range files {
		r := csv.NewReader(skipMark(f))
		header, err := r.Read()
		if err != nil {
			return fmt.Errorf("read IEEE file %d: %w", i+1, err)
		}
		column, err := columns(header, "Assignment", "Organization Name", "Organization Address")
		if err != nil {
			return fmt.Errorf("read IEEE file %d: %w", i+1, err)
		}
		for {
			row, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return fmt.Errorf("read IEEE file %d: %w", i+1, err)
			}
			name := cell(row[column[1]])
			if name == "" || strings.EqualFold(name, "Private") {
				continue
			}
			fmt.Fprintf(b, "%s\t%s\t%s\n", strings.ToUpper(cell(row[column[0]])), name, addressCountry(row[column[2]]))
		}
	}
	return b.Flush()
}

// addressCountry returns the country code near the end of an address.
func addressCountry(address string) string {
	words := strings.Fields(address)
	for i := len(words) - 1; i >= 0 && i >= len(words)-3; i-- {
		if lint.IsCountry(words[i]) {
			return words[i]
		}
		if !strings.ContainsAny(words[i], "0123456789") {
			return ""
		}
	}
	return ""
}

// Bluetooth reads company_identifiers.yaml of the Bluetooth SIG and writes a
// table of code_hex and organisation.
func Bluetooth(w io.Writer, file io.Reader) error {
	dec := yaml.NewDecoder(file)
	var doc struct {
		Companies []struct {
			Value yaml.Node `yaml:"value"`
			Name  string    `yaml:"name"`
		} `yaml:"company_identifiers"`
	}
	if err := dec.Decode(&doc); err != nil {
		return fmt.Errorf("read company identifiers: %w", err)
	}
	if len(doc.Companies) == 0 {
		return errors.New("read company identifiers: there is no company_identifiers in the file")
	}
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "code_hex\torganisation")
	for _, c := range doc.Companies {
		var code uint16
		if err := c.Value.Decode(&code); err != nil {
			return fmt.Errorf("read company identifiers: line %d: %w", c.Value.Line, err)
		}
		fmt.Fprintf(b, "0x%04X\t%s\n", code, cell(c.Name))
	}
	return b.Flush()
}

// Vendors reads usb.ids or pci.ids and writes a table of id and organisation.
// Products, and the classes and other sections of the file, are left out.
func Vendors(w io.Writer, file io.Reader) error {
	s := bufio.NewScanner(file)
	s.Buffer(nil, 1<<20)
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "id\torganisation")
	n := 0
	for s.Scan() {
		line := s.Text()
		if len(line) < 7 || line[4] != ' ' || strings.Trim(line[:4], "0123456789abcdef") != "" {
			continue
		}
		fmt.Fprintf(b, "%s\t%s\n", line[:4], cell(line[4:]))
		n++
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("read vendors: %w", err)
	}
	if n == 0 {
		return errors.New("read vendors: there is no line of the form \"xxxx  Name\"")
	}
	return b.Flush()
}

// cell returns text that fits into a cell of a table.
func cell(s string) string { return strings.Join(strings.Fields(s), " ") }

// columns finds the named columns of a header.
func columns(header []string, names ...string) ([]int, error) {
	at := make([]int, len(names))
	for i, name := range names {
		at[i] = -1
		for j, h := range header {
			if strings.TrimSpace(h) == name {
				at[i] = j
			}
		}
		if at[i] < 0 {
			return nil, fmt.Errorf("there is no column %q in its first line", name)
		}
	}
	return at, nil
}

// skipMark drops a byte order mark.
func skipMark(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if mark, err := b.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = b.Discard(3)
	}
	return b
}
