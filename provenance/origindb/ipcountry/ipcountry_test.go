package ipcountry

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/touchmark-dev/touchmark/internal/testshared"
)

func TestCountry(t *testing.T) {
	for addr, want := range map[string]string{
		"8.8.8.8":              "US",
		"77.88.8.8":            "RU", // Yandex
		"223.5.5.5":            "CN", // Alibaba
		"193.0.6.139":          "NL", // RIPE NCC
		"::ffff:77.88.8.8":     "RU",
		"2001:4860:4860::8888": "US",
		"2a02:6b8::feed:0ff":   "RU",
		"10.0.0.1":             "",
		"127.0.0.1":            "",
		"0.0.0.0":              "",
		"255.255.255.255":      "",
		"::":                   "",
		"::1":                  "",
		"fe80::1%eth0":         "",
		"ff02::1":              "",
	} {
		if got := Country(netip.MustParseAddr(addr)); got != want {
			t.Errorf("Country(%s) = %q, want %q", addr, got, want)
		}
	}
	if got := Country(netip.Addr{}); got != "" {
		t.Errorf("the zero address is in %q", got)
	}
}

// Both ends of every range of the source, and what lies just outside.
func TestAgainstSource(t *testing.T) {
	dir := filepath.Join(testshared.Dir(t), "origin-data", "network")
	for _, name := range []string{"asn-country-ipv4.csv.gz", "asn-country-ipv6.csv.gz"} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(z)
		var end netip.Addr
		n := 0
		for {
			row, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			from, to := netip.MustParseAddr(row[0]), netip.MustParseAddr(row[1])
			for _, a := range []netip.Addr{from, to} {
				if got := Country(a); got != row[2] {
					t.Fatalf("Country(%s) = %q, the source says %s", a, got, row[2])
				}
			}
			if gap := end.Next(); end.IsValid() && gap != from {
				if got := Country(gap); got != "" {
					t.Fatalf("Country(%s) = %q, the source has a gap there", gap, got)
				}
			}
			end = to
			n++
		}
		if n < 50_000 {
			t.Errorf("%s has only %d ranges", name, n)
		}
	}
}

func BenchmarkCountry(b *testing.B) {
	a := netip.MustParseAddr("193.0.6.139")
	for b.Loop() {
		Country(a)
	}
}
