package rpmdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/firmware"
	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/sbom"
)

// blob makes a package's header. summary fills it to any size.
func blob(name, version, vendor, summary string) []byte {
	be := binary.BigEndian
	var index, data []byte
	add := func(tag, typ, count uint32, b []byte) {
		for len(data)%4 != 0 {
			data = append(data, 0)
		}
		for _, v := range []uint32{tag, typ, uint32(len(data)), count} {
			index = be.AppendUint32(index, v)
		}
		data = append(data, b...)
	}
	add(tagName, 6, 1, []byte(name+"\x00"))
	add(tagVersion, 6, 1, []byte(version+"\x00"))
	add(tagRelease, 6, 1, []byte("1.el9\x00"))
	add(tagEpoch, 4, 1, []byte{0, 0, 0, 2})
	add(tagVendor, 6, 1, []byte(vendor+"\x00"))
	add(tagArch, 6, 1, []byte("aarch64\x00"))
	add(tagSummary, 9, 1, []byte(summary+"\x00"))
	add(tagBaseNames, 8, 2, []byte("tool\x00conf\x00"))
	add(tagDirNames, 8, 2, []byte("/usr/bin/\x00/etc/\x00"))
	add(tagDirIndexes, 4, 2, []byte{0, 0, 0, 0, 0, 0, 0, 1})
	out := be.AppendUint32(nil, uint32(len(index)/16))
	out = be.AppendUint32(out, uint32(len(data)))
	return append(append(out, index...), data...)
}

// bdb makes a hash database with one hash page and a chain of overflow pages
// for each blob.
func bdb(bo binary.ByteOrder, blobs ...[]byte) []byte {
	const page = 512
	pages := [][]byte{make([]byte, page), make([]byte, page)}
	bo.PutUint32(pages[0][12:], 0x061561)
	bo.PutUint32(pages[0][20:], page)
	hash := pages[1]
	hash[25] = 13
	bo.PutUint16(hash[20:], uint16(2*len(blobs)))
	at := page
	for i, b := range blobs {
		at -= 12
		hash[at] = 3
		bo.PutUint32(hash[at+4:], uint32(len(pages)))
		bo.PutUint32(hash[at+8:], uint32(len(b)))
		bo.PutUint16(hash[26+4*i+2:], uint16(at))
		for len(b) > 0 {
			p := make([]byte, page)
			p[25] = 7
			n := copy(p[26:], b)
			if b = b[n:]; len(b) > 0 {
				bo.PutUint32(p[16:], uint32(len(pages)+1))
			}
			pages = append(pages, p)
		}
	}
	bo.PutUint32(pages[0][32:], uint32(len(pages)-1))
	return bytes.Join(pages, nil)
}

func ndb(blobs ...[]byte) []byte {
	le := binary.LittleEndian
	out := make([]byte, 4096)
	copy(out, "RpmP")
	le.PutUint32(out[12:], 1)
	for i := 32; i < 4096; i += 16 {
		copy(out[i:], "Slot")
	}
	for i, b := range blobs {
		s := out[32+16*(i+1):] // the slot before stays empty
		le.PutUint32(s[4:], uint32(i+1))
		le.PutUint32(s[8:], uint32(len(out)/16))
		h := []byte("BlbS")
		h = le.AppendUint32(h, uint32(i+1))
		h = le.AppendUint32(h, 1)
		h = le.AppendUint32(h, uint32(len(b)))
		out = append(append(out, h...), b...)
		for len(out)%16 != 0 {
			out = append(out, 0)
		}
	}
	return out
}

func putVarint(v uint64) []byte {
	if v < 0x80 {
		return []byte{byte(v)}
	}
	return append(putVarint0(v>>7), byte(v&0x7f))
}

func putVarint0(v uint64) []byte {
	if v < 0x80 {
		return []byte{byte(v) | 0x80}
	}
	return append(putVarint0(v>>7), byte(v&0x7f)|0x80)
}

// sqliteOf makes a database whose table Packages has an interior page, a leaf
// for each blob and overflow pages.
func sqliteOf(blobs ...[]byte) []byte {
	const page = 1024
	be := binary.BigEndian
	var pages [][]byte
	alloc := func() (int, []byte) {
		p := make([]byte, page)
		pages = append(pages, p)
		return len(pages), p
	}
	leaf := func(p []byte, at int, cell []byte) {
		c := page - len(cell)
		copy(p[c:], cell)
		p[at] = 13
		be.PutUint16(p[at+3:], 1)
		be.PutUint16(p[at+8:], uint16(c))
	}
	_, first := alloc()
	copy(first, "SQLite format 3\x00")
	be.PutUint16(first[16:], page)
	rootNo, root := alloc()
	schema := []byte{6, 13 + 2*5, 13 + 2*8, 13 + 2*8, 1, 13} // three texts, a byte, an empty text
	rec := append(append([]byte{}, schema...), "tablePackagesPackages"...)
	rec = append(rec, byte(rootNo))
	leaf(first, 100, append(append(putVarint(uint64(len(rec))), 1), rec...))
	root[0] = 5
	var leaves []int
	for i, b := range blobs {
		head := append([]byte{0, 0}, putVarint(uint64(len(b)*2+12))...)
		head[0] = byte(len(head))
		rec := append(head, b...)
		cell := append(putVarint(uint64(len(rec))), byte(i+1))
		local := len(rec)
		if x := page - 35; local > x {
			m := (page-12)*32/255 - 23
			if local = m + (len(rec)-m)%(page-4); local > x {
				local = m
			}
		}
		no, p := alloc()
		leaves = append(leaves, no)
		cell = append(cell, rec[:local]...)
		if local < len(rec) {
			cell = be.AppendUint32(cell, uint32(len(pages)+1))
		}
		leaf(p, 0, cell)
		for rest := rec[local:]; len(rest) > 0; {
			no, o := alloc()
			n := copy(o[4:], rest)
			if rest = rest[n:]; len(rest) > 0 {
				be.PutUint32(o, uint32(no+1))
			}
		}
	}
	be.PutUint16(root[3:], uint16(len(leaves)-1))
	for i, no := range leaves {
		if i == len(leaves)-1 {
			be.PutUint32(root[8:], uint32(no))
			break
		}
		c := page - 5*(i+1)
		be.PutUint32(root[c:], uint32(no))
		root[c+4] = byte(i + 1)
		be.PutUint16(root[12+2*i:], uint16(c))
	}
	return bytes.Join(pages, nil)
}

func databases() map[string][]byte {
	a, b, c := blob("tool", "1.2", "Red Hat, Inc.", strings.Repeat("long ", 900)), blob("libacme", "3", "Acme Ltd", "short"), blob("gpg-pubkey", "1", "", "")
	return map[string][]byte{
		"var/lib/rpm/Packages":             bdb(binary.LittleEndian, a, b, c),
		"usr/share/rpm/Packages":           bdb(binary.BigEndian, a, b, c),
		"usr/lib/sysimage/rpm/Packages.db": ndb(a, b, c),
		"var/lib/rpm/rpmdb.sqlite":         sqliteOf(a, b, c),
	}
}

func scan(t *testing.T, path string, db []byte) *sbom.Document {
	t.Helper()
	doc, err := firmware.Scan(context.Background(), firmware.FromFS(fstest.MapFS{
		path: {Data: db}, "usr/bin/tool": {Data: []byte("tool")}, "etc/conf": {Data: []byte("conf")},
	}), &firmware.Options{Extractors: []firmware.Extractor{Extractor()}, Signatures: &signatures.Set{}})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestFormats(t *testing.T) {
	for path, db := range databases() {
		t.Run(path, func(t *testing.T) {
			doc := scan(t, path, db)
			var got []string
			for _, c := range doc.Components {
				got = append(got, fmt.Sprintf("%s %s", c.PURL, strings.Join(c.Locations, ",")))
				for _, e := range c.Evidence {
					if e.Offset <= 0 || e.Offset >= int64(len(db)) {
						t.Errorf("evidence at %d of %d bytes", e.Offset, len(db))
					}
				}
			}
			want := "pkg:rpm/libacme@3-1.el9?arch=aarch64&epoch=2 etc/conf,usr/bin/tool; pkg:rpm/redhat/tool@1.2-1.el9?arch=aarch64&epoch=2 etc/conf,usr/bin/tool"
			if s := strings.Join(got, "; "); s != want {
				t.Errorf("packages\n got %s\nwant %s", s, want)
			}
			if len(doc.Problems) > 0 {
				t.Errorf("problems %v", doc.Problems)
			}
		})
	}
}

// TestCycles: databases whose pages point in circles end.
func TestCycles(t *testing.T) {
	b := bdb(binary.LittleEndian, blob("tool", "1", "x", strings.Repeat("x", 3000)))
	binary.LittleEndian.PutUint32(b[2*512+16:], 2) // the first overflow page continues with itself
	scan(t, "var/lib/rpm/Packages", b)
	s := sqliteOf(blob("a", "1", "x", ""), blob("b", "1", "x", ""))
	binary.BigEndian.PutUint32(s[1024+8:], 2) // the table's root is its own child
	if doc := scan(t, "var/lib/rpm/rpmdb.sqlite", s); len(doc.Problems) == 0 {
		t.Error("a tree with a cycle is no problem")
	}
}

func FuzzExtract(f *testing.F) {
	for _, db := range databases() {
		f.Add(db)
	}
	f.Fuzz(func(t *testing.T, db []byte) {
		n := 0
		visit := func(_ int64, b []byte) error {
			read(b, "")
			if n++; n > 1000 {
				return firmware.ErrLimit
			}
			return nil
		}
		src := memory(db)
		readBDB(src, int64(len(db)), visit)
		readNDB(src, visit)
		readSQLite(src, int64(len(db)), visit)
	})
}

type memory []byte

func (m memory) Bytes(off int64, n int) []byte {
	if off < 0 || n <= 0 || off >= int64(len(m)) {
		return nil
	}
	return m[off:min(off+int64(n), int64(len(m)))]
}
