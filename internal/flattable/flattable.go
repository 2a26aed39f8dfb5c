// Package flattable is a file of read-only tables that is used as it lies in
// memory: opening it parses a directory of a few hundred bytes, and a lookup
// reads only the bytes that it needs. It fits data that is embedded in a
// program.
//
// A table maps keys to values, both byte strings. Keys are unique and kept in
// ascending order; a hash index finds one in constant time.
//
// # Format
//
// All numbers are little-endian. Offsets count from the start of the file.
//
//	0   8  magic "TMFLAT\x00\x02": the last byte is the version of the format
//	8   8  length of the file without its signature
//	16 32  SHA-256 of the bytes from offset 64 to that length
//	48  8  length of the signature, which follows; 0 where there is none
//	56  4  number of tables
//	60  4  reserved, 0
//	64     the directory: one entry a table, in ascending order of names
//	           16  name, filled with zero bytes
//	            4  number of keys n
//	            4  number of slots, a power of two, 0 where n is 0; its upper
//	               three bits say which parts are narrow: 31 the slots, 30 the
//	               ends of keys, 29 the ends of values
//	            4  offset of the slots: u32 each, 0 or 1 + index of a key, with
//	               the highest byte of the key's hash in its highest byte;
//	               narrow: three bytes each, of fewer than 65,535 keys
//	            4  offset of the ends of keys: n of u32, relative to the keys;
//	               narrow: u32 for each 16 of them, where the first begins, and
//	               then n of u16, relative to that
//	            4  offset of the ends of values, likewise
//	            4  offset of the keys, end to end in ascending order
//	            4  offset of the values, end to end in the order of their keys
//	            4  end of the values
//	       then the parts that it names
//
// A key with hash h (64-bit FNV-1a) stands in slot h mod slots or in the next
// one that was free; the byte of the hash in the slot spares most comparisons
// with other keys. The place of a signature is reserved; nothing writes or
// checks one yet.
package flattable

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

const (
	magic       = "TMFLAT\x00\x02"
	headerSize  = 64
	entrySize   = 16 + 8*4
	nameSize    = 16
	maxFileSize = 1<<31 - 1
	maxKeys     = 1<<24 - 2
	maxNarrow   = 1<<16 - 2 // keys with narrow slots
	block       = 16        // ends that are relative to one place

	narrowSlots, narrowKeys, narrowValues = 1 << 31, 1 << 30, 1 << 29
)

// A Builder collects tables. The zero value is an empty builder.
type Builder struct {
	tables map[string]map[string][]byte
}

// Add puts a value under a key of a table. A key can be added once.
func (b *Builder) Add(table, key string, value []byte) error {
	if table == "" || len(table) > nameSize || strings.Contains(table, "\x00") {
		return fmt.Errorf("table name %q: want 1 to %d bytes", table, nameSize)
	}
	if b.tables == nil {
		b.tables = map[string]map[string][]byte{}
	}
	if b.tables[table] == nil {
		b.tables[table] = map[string][]byte{}
	}
	if _, ok := b.tables[table][key]; ok {
		return fmt.Errorf("key %q is twice in table %s", key, table)
	}
	b.tables[table][key] = value
	return nil
}

// Bytes returns the file. It depends on nothing but the tables' content.
func (b *Builder) Bytes() ([]byte, error) {
	names := make([]string, 0, len(b.tables))
	for name := range b.tables {
		names = append(names, name)
	}
	slices.Sort(names)
	out := make([]byte, headerSize+entrySize*len(names))
	put := binary.LittleEndian.PutUint32
	for i, name := range names {
		table := b.tables[name]
		keys := make([]string, 0, len(table))
		for k := range table {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		if len(keys) > maxKeys {
			return nil, fmt.Errorf("table %s has %d keys, at most %d fit", name, len(keys), maxKeys)
		}
		slots := make([]uint32, slotsFor(len(keys)))
		keyEnds, valueEnds := make([]int, len(keys)), make([]int, len(keys))
		var values []byte
		keyEnd := 0
		for j, k := range keys {
			h := hash(k)
			at := h & uint64(len(slots)-1)
			for slots[at] != 0 {
				at = (at + 1) & uint64(len(slots)-1)
			}
			slots[at] = uint32(h>>56)<<24 | uint32(j+1)
			keyEnd += len(k)
			values = append(values, table[k]...)
			keyEnds[j], valueEnds[j] = keyEnd, len(values)
		}
		if max(keyEnd, len(values)) > maxFileSize {
			return nil, fmt.Errorf("table %s takes more than %d bytes", name, maxFileSize)
		}
		entry := headerSize + entrySize*i
		copy(out[entry:], name)
		word := func(n int, v int) { put(out[entry+nameSize+4*n:], uint32(v)) }
		flags := 0
		word(0, len(keys))
		word(2, len(out))
		if len(keys) <= maxNarrow {
			flags |= narrowSlots
			for _, s := range slots {
				out = append(out, byte(s), byte(s>>8), byte(s>>24))
			}
		} else {
			for _, s := range slots {
				out = binary.LittleEndian.AppendUint32(out, s)
			}
		}
		word(3, len(out))
		var narrow bool
		if out, narrow = appendEnds(out, keyEnds); narrow {
			flags |= narrowKeys
		}
		word(4, len(out))
		if out, narrow = appendEnds(out, valueEnds); narrow {
			flags |= narrowValues
		}
		word(1, len(slots)|flags)
		word(5, len(out))
		out = append(out, strings.Join(keys, "")...)
		word(6, len(out))
		out = append(out, values...)
		word(7, len(out))
		if len(out) > maxFileSize {
			return nil, fmt.Errorf("the tables take more than %d bytes", maxFileSize)
		}
	}
	copy(out, magic)
	binary.LittleEndian.PutUint64(out[8:], uint64(len(out)))
	put(out[56:], uint32(len(names)))
	sum := sha256.Sum256(out[headerSize:])
	copy(out[16:], sum[:])
	return out, nil
}

// appendEnds writes ends, narrow where each 16 of them reach no further than
// 65,535 bytes.
func appendEnds(out []byte, ends []int) ([]byte, bool) {
	base := func(i int) int { // of the block of i
		if i < block {
			return 0
		}
		return ends[i/block*block-1]
	}
	for i, end := range ends {
		if end-base(i) > 1<<16-1 {
			for _, end := range ends {
				out = binary.LittleEndian.AppendUint32(out, uint32(end))
			}
			return out, false
		}
	}
	for i := 0; i < len(ends); i += block {
		out = binary.LittleEndian.AppendUint32(out, uint32(base(i)))
	}
	for i, end := range ends {
		out = binary.LittleEndian.AppendUint16(out, uint16(end-base(i)))
	}
	return out, true
}

// slotsFor returns the size of the hash index: at most 85 percent full. A search
// for a key that is not there then looks at some twenty slots at worst on
// average, a line or two of the processor's cache, and the byte of the hash in
// each spares the keys.
func slotsFor(n int) int {
	if n == 0 {
		return 0
	}
	size := 1 << bits.Len(uint(n))
	if n*20 > size*17 {
		size *= 2
	}
	return size
}

func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h ^= uint64(s[i])
		h *= 1099511628211
	}
	// The low bits of FNV are its weakest; fold the high ones in.
	return h ^ h>>32
}

// A File is an open file of tables. It is safe for concurrent use. What it
// returns are parts of the text that it was opened on.
type File struct {
	data   string
	tables []Table
}

// An Error says what is wrong with a file, and where.
type Error struct {
	Offset int64
	What   string
}

func (e *Error) Error() string { return fmt.Sprintf("flat table: offset %d: %s", e.Offset, e.What) }

func bad(offset int, format string, args ...any) error {
	return &Error{int64(offset), fmt.Sprintf(format, args...)}
}

// Open reads the header and the directory. It checks that every part lies
// within the file, and not what is in the parts: [File.Verify] does. Damage
// that Open cannot see makes lookups find nothing or the wrong value, and
// never fail in another way.
func Open(data string) (*File, error) {
	if len(data) < headerSize {
		return nil, bad(len(data), "the file ends within its header of %d bytes", headerSize)
	}
	if data[:7] != magic[:7] {
		return nil, bad(0, "this is no file of tables: it starts with %q", data[:8])
	}
	if data[7] != magic[7] {
		return nil, bad(7, "format version %d, this program reads version %d", data[7], magic[7])
	}
	size, signature := u64(data, 8), u64(data, 48)
	if size < headerSize || size > maxFileSize || uint64(len(data)) < size || uint64(len(data))-size != signature {
		return nil, bad(8, "the header says %d bytes and a signature of %d, the file has %d", size, signature, len(data))
	}
	n := int(u32(data, 56))
	if n > (int(size)-headerSize)/entrySize {
		return nil, bad(56, "%d tables do not fit into the file", n)
	}
	f := &File{data: data[:size], tables: make([]Table, n)}
	for i := range f.tables {
		at := headerSize + entrySize*i
		t := &f.tables[i]
		t.name = strings.TrimRight(data[at:at+nameSize], "\x00")
		word := func(n int) int { return int(u32(data, at+nameSize+4*n)) }
		count, slots := word(0), word(1)&(narrowValues-1)
		t.narrowSlots, t.keyEnds.narrow, t.valueEnds.narrow = word(1)&narrowSlots != 0, word(1)&narrowKeys != 0, word(1)&narrowValues != 0
		end := 0
		part := func(n, size int) string {
			from := word(n)
			if from < headerSize+entrySize*len(f.tables) || from > len(f.data) || size > len(f.data)-from {
				end = -1
				return ""
			}
			if from+size > end && end >= 0 {
				end = from + size
			}
			return f.data[from : from+size]
		}
		if slots&(slots-1) != 0 || slots < count || count > len(f.data)/2 || slots > len(f.data)/3 || count > 0 && slots == count {
			return nil, bad(at+nameSize, "table %q: %d keys in %d slots", t.name, count, slots)
		}
		t.count = count
		t.mask = slots - 1
		t.slots = part(2, slots*t.slotSize())
		t.keyEnds.set(part(3, t.keyEnds.size(count)), count)
		t.valueEnds.set(part(4, t.valueEnds.size(count)), count)
		t.keysAt, t.valuesAt = word(5), word(6)
		if word(6) < word(5) || word(7) < word(6) {
			return nil, bad(at+nameSize+20, "table %q: its keys and values are not in order", t.name)
		}
		t.keys = part(5, word(6)-word(5))
		t.values = part(6, word(7)-word(6))
		if end < 0 {
			return nil, bad(at, "table %q reaches beyond the file", t.name)
		}
		if i > 0 && f.tables[i-1].name >= t.name {
			return nil, bad(at, "table %q is not in order", t.name)
		}
	}
	return f, nil
}

func u32(s string, at int) uint32 {
	_ = s[at+3]
	return uint32(s[at]) | uint32(s[at+1])<<8 | uint32(s[at+2])<<16 | uint32(s[at+3])<<24
}

func u64(s string, at int) uint64 { return uint64(u32(s, at)) | uint64(u32(s, at+4))<<32 }

// SHA256 returns the digest of the content as the header states it.
func (f *File) SHA256() [32]byte { return [32]byte([]byte(f.data[16:48])) }

// Table returns the table of a name, or an empty table.
func (f *File) Table(name string) Table {
	for _, t := range f.tables {
		if t.name == name {
			return t
		}
	}
	return Table{name: name}
}

// Names returns the names of all tables in ascending order.
func (f *File) Names() []string {
	names := make([]string, 0, len(f.tables))
	for _, t := range f.tables {
		names = append(names, t.name)
	}
	return names
}

// Verify checks the digest and that every key can be found. It reads the whole
// file.
func (f *File) Verify() error {
	sum := sha256.Sum256([]byte(f.data[headerSize:]))
	stated := f.SHA256()
	if !bytes.Equal(sum[:], stated[:]) {
		return bad(16, "the content has SHA-256 %x, the header says %x", sum, stated)
	}
	var errs []error
	for _, t := range f.tables {
		if err := t.verify(); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// A Table is one table of a [File].
type Table struct {
	name               string
	count              int
	slots              string
	narrowSlots        bool
	mask               int // slots - 1
	keyEnds, valueEnds ends
	keys, values       string
	keysAt, valuesAt   int // offsets in the file, for errors
}

func (t *Table) slotSize() int {
	if t.narrowSlots {
		return 3
	}
	return 4
}

// slot returns the key in a slot, as 1 + its index, and a byte of its hash.
func (t *Table) slot(at int) (key int, part byte) {
	if t.narrowSlots {
		s := t.slots[3*at : 3*at+3]
		return int(s[0]) | int(s[1])<<8, s[2]
	}
	s := u32(t.slots, 4*at)
	return int(s & (1<<24 - 1)), byte(s >> 24)
}

// ends are where pieces end that lie end to end.
type ends struct {
	narrow bool
	bases  string // narrow only: a u32 for each block
	each   string
}

func (e *ends) size(count int) int {
	if e.narrow {
		return (count+block-1)/block*4 + 2*count
	}
	return 4 * count
}

func (e *ends) set(part string, count int) {
	if e.narrow && part != "" {
		n := (count + block - 1) / block * 4
		e.bases, part = part[:n], part[n:]
	}
	e.each = part
}

// at returns where a piece begins and ends.
func (e *ends) at(i int) (from, to uint32) {
	if !e.narrow {
		if i > 0 {
			from = u32(e.each, 4*i-4)
		}
		return from, u32(e.each, 4*i)
	}
	base := u32(e.bases, i/block*4)
	from = base
	if i%block > 0 {
		from += u16(e.each, 2*i-2)
	}
	return from, base + u16(e.each, 2*i)
}

func u16(s string, at int) uint32 {
	_ = s[at+1]
	return uint32(s[at]) | uint32(s[at+1])<<8
}

func (t Table) verify() error {
	last := ""
	keyEnd, valueEnd := 0, 0
	for i := range t.count {
		ks, kt := t.keyEnds.at(i)
		vs, vt := t.valueEnds.at(i)
		ke, ve := int(kt), int(vt)
		if int(ks) != keyEnd || ke < keyEnd || ke > len(t.keys) {
			return bad(t.keysAt+keyEnd, "table %q: key %d ends at %d of %d", t.name, i, ke, len(t.keys))
		}
		if int(vs) != valueEnd || ve < valueEnd || ve > len(t.values) {
			return bad(t.valuesAt+valueEnd, "table %q: value %d ends at %d of %d", t.name, i, ve, len(t.values))
		}
		key := t.keys[keyEnd:ke]
		if i > 0 && key <= last {
			return bad(t.keysAt+keyEnd, "table %q: key %q is not in order", t.name, key)
		}
		if j, ok := t.Find(key); !ok || j != i {
			return bad(t.keysAt+keyEnd, "table %q: key %q cannot be found", t.name, key)
		}
		last, keyEnd, valueEnd = key, ke, ve
	}
	if keyEnd != len(t.keys) || valueEnd != len(t.values) {
		return bad(t.keysAt+keyEnd, "table %q: bytes after the last key or value", t.name)
	}
	return nil
}

// Len returns the number of keys.
func (t Table) Len() int { return t.count }

// Find returns the index of a key.
func (t Table) Find(key string) (int, bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	h := hash(key)
	at := int(h & uint64(t.mask))
	for range t.mask + 1 {
		n, part := t.slot(at)
		if n == 0 {
			return 0, false
		}
		if part == byte(h>>56) && n <= t.count && t.Key(n-1) == key {
			return n - 1, true
		}
		at = (at + 1) & t.mask
	}
	return 0, false
}

// Value returns the value under a key, and whether there is one.
func (t Table) Value(key string) (string, bool) {
	i, ok := t.Find(key)
	if !ok {
		return "", false
	}
	return t.ValueAt(i), true
}

// Search returns the index of the first key that is not below key: Len where
// all are.
func (t Table) Search(key string) int {
	lo, hi := 0, t.count
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if t.Key(mid) < key {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// Key returns the key of an index from 0 to Len-1.
func (t Table) Key(i int) string { return piece(t.keys, &t.keyEnds, i) }

// ValueAt returns the value of an index from 0 to Len-1.
func (t Table) ValueAt(i int) string { return piece(t.values, &t.valueEnds, i) }

// piece returns the i-th of the pieces that lie end to end. Ends that make no
// sense give the empty string.
func piece(all string, e *ends, i int) string {
	from, to := e.at(i)
	if from > to || uint64(to) > uint64(len(all)) {
		return ""
	}
	return all[from:to]
}
