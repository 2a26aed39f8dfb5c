// Gen writes ranges.bin from asn-country-ipv4.csv.gz and asn-country-ipv6.csv.gz
// (first address, last address, country code) of a folder.
package main

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	from := flag.String("from", "", "folder of the tables")
	out := flag.String("o", "ranges.bin", "file to write")
	flag.Parse()
	if err := generate(*from, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// A start of a range: from here on it is this country, or none.
type start struct {
	at      uint64 // of an IPv6 address the upper half
	country string
}

func generate(from, out string) error {
	v4, err := read(filepath.Join(from, "asn-country-ipv4.csv.gz"), func(a netip.Addr, last bool) (uint64, error) {
		if !a.Is4() {
			return 0, errors.New("not an IPv4 address")
		}
		b := a.As4()
		return uint64(binary.BigEndian.Uint32(b[:])), nil
	})
	if err != nil {
		return err
	}
	v6, err := read(filepath.Join(from, "asn-country-ipv6.csv.gz"), func(a netip.Addr, last bool) (uint64, error) {
		b := a.As16()
		low := binary.BigEndian.Uint64(b[8:])
		if !a.Is6() || !last && low != 0 || last && low != 1<<64-1 {
			return 0, errors.New("not the bound of networks of 64 bits")
		}
		return binary.BigEndian.Uint64(b[:]), nil
	})
	if err != nil {
		return err
	}
	var codes []string
	for _, s := range slices.Concat(v4, v6) {
		if s.country != "" {
			codes = append(codes, s.country)
		}
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	if len(codes) > 255 {
		return fmt.Errorf("%d country codes do not fit into a byte", len(codes))
	}
	index := func(country string) byte {
		i, found := slices.BinarySearch(codes, country)
		if !found {
			return 0
		}
		return byte(i + 1)
	}
	var b []byte
	for _, n := range []int{len(v4), len(v6), len(codes)} {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	for _, c := range codes {
		b = append(b, c...)
	}
	for _, s := range v4 {
		b = binary.BigEndian.AppendUint32(b, uint32(s.at))
	}
	for _, s := range v4 {
		b = append(b, index(s.country))
	}
	for _, s := range v6 {
		b = binary.BigEndian.AppendUint64(b, s.at)
	}
	for _, s := range v6 {
		b = append(b, index(s.country))
	}
	return os.WriteFile(out, b, 0o644)
}

func read(name string, number func(a netip.Addr, last bool) (uint64, error)) ([]start, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var starts []start
	add := func(at uint64, country string) {
		if n := len(starts); n > 0 && starts[n-1].at == at {
			starts[n-1].country = country
		} else {
			starts = append(starts, start{at, country})
		}
		// A range that goes on as the one before it is one range.
		if n := len(starts); n > 1 && starts[n-1].country == starts[n-2].country {
			starts = starts[:n-1]
		}
	}
	r := csv.NewReader(z)
	r.FieldsPerRecord = 3
	next := uint64(0)
	for line := 1; ; line++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return starts, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		var bounds [2]uint64
		for i := range bounds {
			a, err := netip.ParseAddr(row[i])
			if err == nil {
				bounds[i], err = number(a, i == 1)
			}
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %q: %w", name, line, row[i], err)
			}
		}
		if bounds[0] < next || bounds[1] < bounds[0] || len(row[2]) != 2 {
			return nil, fmt.Errorf("%s:%d: ranges are not in order, or no country code", name, line)
		}
		add(bounds[0], row[2])
		next = bounds[1] + 1
		add(next, "")
	}
}
