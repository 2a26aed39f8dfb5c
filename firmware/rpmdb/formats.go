package rpmdb

import (
	"encoding/binary"
	"fmt"
)

type visitor func(offset int64, blob []byte) error

// readBDB reads a hash database of Berkeley DB. Headers of packages stand on
// overflow pages.
func readBDB(src source, length int64, visit visitor) error {
	meta := src.Bytes(0, 72)
	if len(meta) < 72 {
		return fmt.Errorf("read database: %d bytes are too few", len(meta))
	}
	var bo binary.ByteOrder = binary.LittleEndian
	const magic = 0x061561
	if bo.Uint32(meta[12:]) != magic {
		bo = binary.BigEndian
		if bo.Uint32(meta[12:]) != magic {
			return fmt.Errorf("read database: no hash database of Berkeley DB")
		}
	}
	page, last := int64(bo.Uint32(meta[20:])), int64(bo.Uint32(meta[32:]))
	if page < 512 || page > 64<<10 || page&(page-1) != 0 {
		return fmt.Errorf("read database: pages of %d bytes", page)
	}
	const headerSize = 26
	for n := int64(1); n <= last; n++ {
		b := src.Bytes(n*page, int(page))
		if int64(len(b)) < page {
			return fmt.Errorf("read database: page %d of %d is missing", n, last)
		}
		if t := b[25]; t != 2 && t != 13 { // hash pages, unsorted and sorted
			continue
		}
		entries := int(bo.Uint16(b[20:]))
		for i := 1; i < entries; i += 2 { // keys stand before their values
			at := headerSize + 2*i
			if at+2 > len(b) {
				break
			}
			v := int(bo.Uint16(b[at:]))
			if v+12 > len(b) || b[v] != 3 { // value on overflow pages
				continue
			}
			first, size := int64(bo.Uint32(b[v+4:])), int64(bo.Uint32(b[v+8:]))
			if size > min(maxBlob, length) || size < 8 {
				continue
			}
			blob := make([]byte, 0, min(size, 1<<20))
			// A chain has at most as many pages as its bytes need.
			for no, left := first, size; no != 0 && no <= last && left > 0; {
				o := src.Bytes(no*page, int(page))
				if int64(len(o)) < page || o[25] != 7 {
					break
				}
				part := o[headerSize:]
				if int64(len(part)) > left {
					part = part[:left]
				}
				blob = append(blob, part...)
				left -= int64(len(part))
				no = int64(bo.Uint32(o[16:]))
			}
			if err := visit(first*page, blob); err != nil {
				return err
			}
		}
	}
	return nil
}

// readNDB reads rpm's own database: slots that point to blobs, in units of 16
// bytes.
func readNDB(src source, visit visitor) error {
	h := src.Bytes(0, 32)
	if len(h) < 32 {
		return fmt.Errorf("read database: %d bytes are too few", len(h))
	}
	le := binary.LittleEndian
	pages := int64(le.Uint32(h[12:]))
	if pages == 0 || pages > 1<<16 {
		return fmt.Errorf("read database: %d pages of slots", pages)
	}
	for p := int64(0); p < pages; p++ {
		b := src.Bytes(p*4096, 4096)
		if len(b) < 4096 {
			return fmt.Errorf("read database: page %d of slots is missing", p)
		}
		for at := 0; at < len(b); at += 16 {
			if p == 0 && at < 32 {
				continue // the header
			}
			s := b[at:]
			if string(s[:4]) != "Slot" || le.Uint32(s[4:]) == 0 {
				continue
			}
			off := int64(le.Uint32(s[8:])) * 16
			bh := src.Bytes(off, 16)
			if len(bh) < 16 || string(bh[:4]) != "BlbS" || le.Uint32(bh[4:]) != le.Uint32(s[4:]) {
				continue // a slot that was being written
			}
			size := int64(le.Uint32(bh[12:]))
			if size > maxBlob {
				continue
			}
			if err := visit(off+16, src.Bytes(off+16, int(size))); err != nil {
				return err
			}
		}
	}
	return nil
}

// A sqlite database, as far as one table of blobs needs it.
type sqlite struct {
	src    source
	page   int64
	usable int64
	pages  int64 // pages that may still be looked at
}

// readSQLite reads the blobs of the table Packages.
func readSQLite(src source, size int64, visit visitor) error {
	h := src.Bytes(0, 100)
	if len(h) < 100 {
		return fmt.Errorf("read database: %d bytes are too few", len(h))
	}
	db := &sqlite{src: src, page: int64(binary.BigEndian.Uint16(h[16:]))}
	if db.page == 1 {
		db.page = 64 << 10
	}
	db.usable = db.page - int64(h[20])
	if db.page < 512 || db.page&(db.page-1) != 0 || db.usable < 480 {
		return fmt.Errorf("read database: pages of %d bytes", db.page)
	}
	// A sound database needs no page twice.
	db.pages = 2*(size/db.page) + 16
	root := int64(0)
	err := db.table(1, 0, func(_ int64, rec []byte) error {
		cols := record(rec)
		if len(cols) >= 4 && string(cols[0].data) == "table" && string(cols[1].data) == "Packages" {
			root = cols[3].int()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if root <= 0 {
		return fmt.Errorf("read database: no table Packages")
	}
	return db.table(root, 0, func(off int64, rec []byte) error {
		for _, c := range record(rec) {
			if c.blob {
				return visit(off, c.data)
			}
		}
		return nil
	})
}

// table visits the records of a table's b-tree. Every page counts against the
// budget, so that a tree with cycles ends.
func (db *sqlite) table(no int64, depth int, visit visitor) error {
	if db.pages--; db.pages < 0 || depth > 24 {
		return fmt.Errorf("read database: page %d: the tree is too large or has a cycle", no)
	}
	base := (no - 1) * db.page
	b := db.src.Bytes(base, int(db.page))
	if int64(len(b)) < db.page || no < 1 {
		return fmt.Errorf("read database: page %d is missing", no)
	}
	at := 0
	if no == 1 {
		at = 100
	}
	kind, cells, ptrs := b[at], int(binary.BigEndian.Uint16(b[at+3:])), at+8
	if kind == 5 {
		ptrs += 4
	}
	if ptrs+2*cells > len(b) {
		return fmt.Errorf("read database: page %d has %d cells", no, cells)
	}
	for i := range cells {
		c := int(binary.BigEndian.Uint16(b[ptrs+2*i:]))
		if c+4 > len(b) {
			continue
		}
		switch kind {
		case 5:
			if err := db.table(int64(binary.BigEndian.Uint32(b[c:])), depth+1, visit); err != nil {
				return err
			}
		case 13:
			size, n := varint(b[c:])
			_, m := varint(b[c+n:])
			if n == 0 || m == 0 || size > maxBlob {
				continue
			}
			start := int64(c + n + m)
			rec, ok := db.payload(b, start, int64(size))
			if !ok {
				continue
			}
			if err := visit(base+start, rec); err != nil {
				return err
			}
		}
	}
	if kind == 5 {
		return db.table(int64(binary.BigEndian.Uint32(b[at+8:])), depth+1, visit)
	}
	return nil
}

// payload collects a cell's content from its page and its overflow pages.
func (db *sqlite) payload(b []byte, start, size int64) ([]byte, bool) {
	local := size
	if x := db.usable - 35; size > x {
		m := (db.usable-12)*32/255 - 23
		local = m + (size-m)%(db.usable-4)
		if local > x {
			local = m
		}
	}
	if start+local > int64(len(b)) {
		return nil, false
	}
	out := append(make([]byte, 0, min(size, 1<<20)), b[start:start+local]...)
	if local == size {
		return out, true
	}
	if start+local+4 > int64(len(b)) {
		return nil, false
	}
	next := int64(binary.BigEndian.Uint32(b[start+local:]))
	for int64(len(out)) < size && next > 0 {
		if db.pages--; db.pages < 0 {
			return nil, false
		}
		o := db.src.Bytes((next-1)*db.page, int(db.page))
		if int64(len(o)) < db.page {
			return nil, false
		}
		part := o[4:db.usable]
		if left := size - int64(len(out)); int64(len(part)) > left {
			part = part[:left]
		}
		out = append(out, part...)
		next = int64(binary.BigEndian.Uint32(o))
	}
	return out, int64(len(out)) == size
}

// varint reads SQLite's variable-length integer; n is 0 if it does not end.
func varint(b []byte) (v uint64, n int) {
	for i := 0; i < len(b) && i < 9; i++ {
		if i == 8 {
			return v<<8 | uint64(b[i]), 9
		}
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

type column struct {
	data []byte
	blob bool
}

func (c column) int() int64 {
	var v int64
	for _, x := range c.data {
		v = v<<8 | int64(x)
	}
	return v
}

// record splits a record into its columns.
func record(b []byte) []column {
	size, n := varint(b)
	if n == 0 || size > uint64(len(b)) {
		return nil
	}
	head, body := b[n:max(uint64(n), size)], b[size:]
	var out []column
	for len(head) > 0 && len(out) < 100 {
		t, n := varint(head)
		if n == 0 {
			return out
		}
		head = head[n:]
		length := uint64(0)
		switch {
		case t >= 12:
			length = (t - 12) / 2
		case t <= 4:
			length = t
		case t == 5:
			length = 6
		case t == 6 || t == 7:
			length = 8
		}
		if length > uint64(len(body)) {
			return out
		}
		out = append(out, column{body[:length], t >= 12 && t%2 == 0})
		body = body[length:]
	}
	return out
}
