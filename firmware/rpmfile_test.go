package firmware

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"github.com/sassoftware/go-rpmutils"
)

type rpmTag struct {
	tag, kind, count uint32
	value            string // in the store
}

// rpmWith makes the beginning of an .rpm file.
func rpmWith(tags ...rpmTag) []byte {
	b := []byte("\xed\xab\xee\xdb\x03\x00" + strings.Repeat("\x00", 90))
	header := func(tags []rpmTag) {
		index, store := []byte{}, []byte{}
		for _, t := range tags {
			if t.kind == rpmInt32 {
				store = append(store, make([]byte, -len(store)&3)...)
			}
			for _, n := range []uint32{t.tag, t.kind, uint32(len(store)), t.count} {
				index = binary.BigEndian.AppendUint32(index, n)
			}
			store = append(store, t.value...)
		}
		b = append(b, "\x8e\xad\xe8\x01\x00\x00\x00\x00"...)
		b = binary.BigEndian.AppendUint32(b, uint32(len(tags)))
		b = binary.BigEndian.AppendUint32(b, uint32(len(store)))
		b = append(append(b, index...), store...)
	}
	header([]rpmTag{{1004, 7, 3, "abc"}})
	b = append(b, make([]byte, -len(b)&7)...)
	header(tags)
	return append(b, "payload"...)
}

var sampleRPM = []rpmTag{
	{rpmName, rpmText, 1, "acme-tool\x00"}, {rpmVersion, rpmText, 1, "1.2\x00"}, {rpmRelease, rpmText, 1, "3.fc40\x00"},
	{rpmEpoch, rpmInt32, 1, "\x00\x00\x00\x07"}, {rpmSummary, rpmLocalText, 2, " A tool \x00Ein Werkzeug\x00"}, {rpmVendor, rpmText, 1, "Fedora Project\x00"},
	{rpmLicense, rpmText, 1, strings.Repeat("MIT AND ", 200) + "BSD\x00"}, {rpmURL, rpmText, 1, "https://acme.example/\x00"}, {rpmArch, rpmText, 1, "noarch\x00"},
	{rpmPackager, rpmText, 1, "Jane Roe <jane@builder.example>\x00"}, {rpmGroup, rpmLocalText, 1, "Applications\x00"}, {5011, rpmTexts, 2, "a\x00b\x00"},
}

func TestReadRPM(t *testing.T) {
	b := rpmWith(sampleRPM...)
	doc, err := ReadRPM(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	c := doc.Components[0]
	if c.Name != "acme-tool" || c.Version != "1.2-3.fc40" || c.Description != "A tool" || c.PURL != "pkg:rpm/fedora/acme-tool@1.2-3.fc40?arch=noarch&epoch=7" ||
		len(c.Licenses) != 1 || len(c.Licenses[0]) != 8*200+3 {
		t.Errorf("component %+v", c)
	}
	for name, test := range map[string]struct {
		b    []byte
		want string
	}{
		"no file":        {b[:50], "signature header at offset 96: EOF"},
		"cut":            {b[:200], "do not fit in the file"},
		"no name":        {rpmWith(sampleRPM[1:]...), "it has no name"},
		"no end":         {rpmWith(rpmTag{rpmName, rpmText, 1, "acme"}), "tag 1000 is truncated"},
		"endless":        {rpmWith(rpmTag{rpmName, rpmText, 1, strings.Repeat("a", 2*maxRPMText)}), "tag 1000 has more than"},
		"no vendor end":  {rpmWith(sampleRPM[0], rpmTag{rpmVendor, rpmText, 1, "acme"}), "tag 1011 is truncated"},
		"many values":    {rpmWith(rpmTag{rpmName, rpmText, 1 << 30, "acme\x00"}), "values at 0 of 5 bytes"},
		"negative count": {rpmWith(rpmTag{rpmName, rpmText, 1 << 31, "acme\x00"}), "values at 0 of 5 bytes"},
	} {
		if doc, err := ReadRPM(bytes.NewReader(test.b), int64(len(test.b))); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, error %v, want %q", name, doc, err, test.want)
		}
	}
}

// The library that others read .rpm files with is the oracle: it panics on some
// damage and allocates what a header claims, so it is asked in tests only.
func FuzzRPM(f *testing.F) {
	f.Add([]byte("\xed\xab\xee\xdb\x03\x00" + strings.Repeat("\x00", 90) + "\x8e\xad\xe8\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add(rpmWith(sampleRPM...))
	f.Add(rpmWith(sampleRPM[:4]...))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, err := ReadRPM(bytes.NewReader(b), int64(len(b)))
		h, headerErr := readRPMHeader(bytes.NewReader(b), int64(len(b)))
		if headerErr != nil {
			if err == nil {
				t.Fatalf("a file is read whose header has the error %v", headerErr)
			}
			return
		}
		if len(b) > 1<<20 {
			return
		}
		library := func() (h *rpmutils.RpmHeader) {
			defer func() { _ = recover() }()
			h, err := rpmutils.ReadHeader(io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b))))
			if err != nil {
				return nil
			}
			return h
		}()
		if library == nil {
			return
		}
		for _, tag := range []uint32{rpmName, rpmVersion, rpmRelease, rpmSummary, rpmVendor, rpmLicense, rpmURL, rpmArch} {
			want := ""
			if s, err := library.GetStrings(int(tag)); err == nil && len(s) > 0 {
				want = s[0]
			}
			if got, err := h.text(tag); err != nil || got != want {
				t.Fatalf("tag %d: %q, error %v; the library has %q", tag, got, err, want)
			}
		}
		want := 0
		if n, err := library.GetInts(rpmEpoch); err == nil && len(n) == 1 && h.entries[rpmEpoch].kind == rpmInt32 {
			want = n[0]
		}
		if got := h.number(rpmEpoch); got < 1<<31 && got != uint32(want) {
			t.Fatalf("epoch %d; the library has %d", got, want)
		}
	})
}
