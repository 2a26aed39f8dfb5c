package firmware

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/xi2/xz"

	"github.com/touchmark-dev/touchmark/sbom"
)

// moduleFacts is what a kernel module says about itself.
type moduleFacts struct {
	name       string
	version    string // of the module, MODULE_VERSION
	release    string // kernel release, the first word of vermagic
	vermagic   string
	vermagicAt int64
	licence    string
	intree     bool // the kernel's build marked it as its own
	mainline   bool // its name is that of a module of the mainline kernel
	claims     []sbom.Claim
	evidence   []sbom.Evidence
	desc       string
	said       [][2]int64 // where author and description stand in the file
	packed     bool       // the file is compressed: nothing stands where it was found
	usb        bool       // it binds to devices on USB
}

// extent is the length of a text in the file.
func (m *moduleFacts) extent(text string) int {
	if m.packed {
		return 0
	}
	return len(text)
}

func moduleExtractor() Extractor {
	return Extractor{
		Name: "module",
		Doc:  "reads modinfo of Linux kernel modules, from its section or from the raw bytes",
		Match: func(e *Entry) bool {
			base := e.Base()
			if !e.isELF() {
				name, _ := cutPacked(base)
				return name != base && strings.HasSuffix(name, ".ko")
			}
			return strings.HasSuffix(base, ".ko") || strings.HasSuffix(base, ".o") || inFolder(e.Path, "modules") && !strings.Contains(base, ".so")
		},
		Extract: readModule,
	}
}

// A modField is one "key=value" of modinfo and its place in the file.
type modField struct {
	key, value string
	offset     int64
}

// readModinfo reads modinfo from its section, or, where section headers were
// stripped, from wherever in the bytes its keys stand after a zero byte.
func readModinfo(in *Input) []modField {
	if f, err := in.readELF(); err == nil && f.Modinfo != nil {
		if fields := modFields(in.Bytes(f.Modinfo.Offset, int(f.Modinfo.Size)), f.Modinfo.Offset); len(fields) > 0 {
			return fields
		}
	}
	b := in.Bytes(0, 8<<20)
	at := bytes.Index(b, []byte("vermagic="))
	if at < 0 {
		at = bytes.Index(b, []byte("\x00license="))
		if at < 0 {
			return nil
		}
		at++
	}
	// modinfo is one run of strings around it: go back and forth while the
	// strings have the form of its fields. Compilers pad between them.
	start := at
	for start > 0 {
		prev := bytes.LastIndexByte(b[:max(0, start-1)], 0) + 1
		end := start
		for end > prev && b[end-1] == 0 {
			end--
		}
		if end > prev && !isModField(b[prev:end]) {
			break
		}
		if prev == start || start-prev > 4096 {
			break
		}
		start = prev
	}
	stop := at
	for stop < len(b) {
		n := bytes.IndexByte(b[stop:], 0)
		if n < 0 {
			n = len(b) - stop
		}
		if n > 0 && !isModField(b[stop:stop+n]) || n > 4096 {
			break
		}
		stop += n + 1
	}
	stop = min(stop, len(b))
	return modFields(b[start:stop], int64(start))
}

func isModField(b []byte) bool {
	i := bytes.IndexByte(b, '=')
	if i <= 0 || i > 64 {
		return false
	}
	for _, c := range b[:i] {
		if !(c >= 'a' && c <= 'z' || c == '_' || c >= '0' && c <= '9' || c == '.' || c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return true
}

func modFields(b []byte, base int64) []modField {
	var out []modField
	for at := 0; at < len(b) && len(out) < 4096; {
		n := bytes.IndexByte(b[at:], 0)
		if n < 0 {
			n = len(b) - at
		}
		if s := b[at : at+n]; isModField(s) {
			k, v, _ := strings.Cut(string(s), "=")
			out = append(out, modField{k, v, base + int64(at)})
		}
		at += n + 1
	}
	return out
}

// knownLicences are the values of MODULE_LICENSE that name a licence
// (include/linux/module.h) and the ones that vendors write for "none". Any
// other value names whose licence it is.
var knownLicences = map[string]bool{
	"": true, "gpl": true, "gpl v2": true, "gplv2": true, "gpl2": true, "gpl and additional rights": true, "dual bsd/gpl": true, "dual mit/gpl": true, "dual mpl/gpl": true,
	"proprietary": true, "bsd": true, "bsd-2-clause": true, "bsd-3-clause": true, "mit": true, "mpl": true, "lgpl": true, "closed": true, "none": true, "private": true, "commercial": true, "public domain": true, "apache": true,
	"dual gpl/bsd": true, "gplv2 or later": true, "gpl v3": true, "gplv3": true, "dual bsd gpl": true, "isc": true, "unknown": true, "unspecified": true, "free": true, "internal": true, "confidential": true, "closed source": true,
}

// maxModule bounds what a compressed module unpacks to. Large ones, of graphics
// chips with their debug information left in, have about ten megabytes.
const maxModule = 64 << 20

// cutPacked cuts the ending of a compressed module from its name (Documentation/
// kbuild: CONFIG_MODULE_COMPRESS_GZIP, _XZ, _ZSTD).
func cutPacked(name string) (rest, ending string) {
	for _, e := range []string{".gz", ".xz", ".zst"} {
		if rest, ok := strings.CutSuffix(name, e); ok {
			return rest, e
		}
	}
	return name, ""
}

// unpackModule returns the module in a compressed file.
func unpackModule(in *Input) (*Input, error) {
	path, ending := cutPacked(in.Path)
	r, done, err := packedReader(io.NewSectionReader(in, 0, in.Size), ending)
	if err != nil {
		return nil, err
	}
	defer done()
	b, err := io.ReadAll(io.LimitReader(r, maxModule+1))
	if err == nil && len(b) > maxModule {
		err = fmt.Errorf("it unpacks to more than %d bytes: %w", maxModule, ErrLimit)
	}
	if err != nil {
		return nil, err
	}
	return &Input{Entry: Entry{Path: path, Mode: in.Mode, Size: int64(len(b)), Head: b[:min(len(b), 512)]}, ra: bytes.NewReader(b), memory: b}, nil
}

func readModule(ctx context.Context, in *Input, out *Result) error {
	if in.isELF() {
		return readPlainModule(ctx, in, out)
	}
	module, err := unpackModule(in)
	if err != nil {
		return fmt.Errorf("unpack module: %w", err)
	}
	if !module.isELF() {
		return nil
	}
	if err := readPlainModule(ctx, module, out); err != nil || out.module == nil {
		return err
	}
	// The places are those in what was unpacked: the file has none to show.
	m := out.module
	m.packed, m.said, m.vermagicAt = true, nil, 0
	for i := range m.evidence {
		m.evidence[i].Offset, m.evidence[i].Length = 0, 0
	}
	for i := range m.claims {
		for k := range m.claims[i].Evidence {
			m.claims[i].Evidence[k].Offset, m.claims[i].Evidence[k].Length = 0, 0
		}
	}
	return nil
}

// outsideMails returns where a text stands without the mail addresses in it. A
// name there is the author's employer's, whom the address's domain names: it
// does not say whose chips the driver is for.
func outsideMails(s string, offset int64) [][2]int64 {
	var out [][2]int64
	start := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '@' {
			continue
		}
		from, to := i, i+1
		for from > start && isLocalByte(s[from-1]) {
			from--
		}
		for to < len(s) && isDomainByte(s[to]) {
			to++
		}
		if from > start {
			out = append(out, [2]int64{offset + int64(start), offset + int64(from)})
		}
		start, i = to, to-1
	}
	return append(out, [2]int64{offset + int64(start), offset + int64(len(s))})
}

func readPlainModule(_ context.Context, in *Input, out *Result) error {
	fields := readModinfo(in)
	if len(fields) == 0 {
		return nil
	}
	base := in.Base()
	for _, suf := range []string{".ko", ".o"} {
		base = strings.TrimSuffix(base, suf)
	}
	m := &moduleFacts{name: base}
	claim := func(f modField, kind sbom.ClaimKind, role sbom.Role, value, match string) {
		ev := out.namesPersons(sbom.BinaryAnalysis, f.offset, len(f.key)+1+len(f.value), match, f.key+"="+f.value)
		m.claims = append(m.claims, sbom.Claim{Kind: kind, Value: value, Role: role, By: sbom.ByBytes, Evidence: []sbom.Evidence{ev}})
	}
	ids := aliasVendors(fields)
	for _, v := range ids {
		claim(v.field, v.kind, sbom.Silicon, v.id, "alias="+v.field.value)
	}
	described := 0
	for _, f := range fields {
		m.usb = m.usb || f.key == "alias" && strings.HasPrefix(f.value, "usb:v")
		switch f.key {
		case "author", "description", "license", "name":
			m.said = append(m.said, outsideMails(f.key+"="+f.value, f.offset)...)
		}
		switch f.key {
		case "license":
			m.licence = f.value
			if !knownLicences[strings.ToLower(strings.TrimSpace(f.value))] {
				// A licence of its own names its owner ("ST Microelectronics").
				if v := licenceOwner(f.value); v != "" {
					claim(f, sbom.ModuleAuthor, sbom.Developer, v, "license="+f.value)
				}
			}
		case "author":
			for _, d := range mailDomains(f.value) {
				claim(f, sbom.MailDomain, sbom.Developer, d, "author=<…@"+d+">")
			}
			for _, org := range organizations(f.value) {
				claim(f, sbom.ModuleAuthor, sbom.Developer, org, "author="+org)
			}
			for _, h := range hostsIn(f.value) {
				claim(f, sbom.Domain, sbom.Developer, h, "author="+h)
			}
		case "description":
			m.desc = CleanMatch(f.value)
			described++
		case "version":
			m.version = CleanMatch(f.value)
		case "vermagic":
			m.vermagic, m.vermagicAt = f.value, f.offset
			m.release = vermagicRelease(f.value)
		case "intree":
			m.intree = f.value == "Y"
		case "name":
			if f.value != "" && len(f.value) < 64 {
				m.name = CleanMatch(f.value)
			}
		}
	}
	if described > 1 {
		// Several modules linked into one: their versions are not the file's.
		m.version, m.desc = "", ""
	}
	if m.version != "" {
		for _, f := range fields {
			if f.key == "version" {
				m.evidence = append(m.evidence, identity(out.Evidence(sbom.BinaryAnalysis, "version", f.offset, len(f.key)+1+len(f.value), "version="+f.value), sbom.Medium))
				break
			}
		}
	}
	if m.vermagic == "" && m.licence == "" {
		return nil // some other object file
	}
	m.mainline = isMainlineModule(m.name)
	out.module = m
	return nil
}

// vermagicRelease returns the release of the kernel that a vermagic begins with:
// what stands before the first of the words that follow it
// (include/linux/vermagic.h). A release may have a space in it, as those of an SDK
// for switches do ("3.6.5-Broadcom Linux SMP mod_unload ARMv7"). Where none of the
// words stands there it is the first word.
func vermagicRelease(magic string) string {
	words := strings.Fields(magic)
	for i, w := range words {
		switch w {
		case "SMP", "preempt", "preempt_rt", "mod_unload", "modversions":
			if i > 0 && i <= 3 {
				return strings.Join(words[:i], " ")
			}
		}
	}
	first, _, _ := strings.Cut(magic, " ")
	return first
}

// A deviceVendor is the vendor of devices that a driver is for.
type deviceVendor struct {
	kind  sbom.ClaimKind
	id    string
	field modField
}

// aliasVendors returns the maker of the chips that a driver is for, from the
// devices it binds to (alias=pci:v000014E4d..., alias=usb:v0BDAp...;
// scripts/mod/file2alias.c). A driver for the devices of several vendors serves
// a chip that they resell, and its list is a table: it gives nothing.
func aliasVendors(fields []modField) []deviceVendor {
	var found []deviceVendor
	for _, f := range fields {
		if f.key != "alias" {
			continue
		}
		var v deviceVendor
		switch {
		case strings.HasPrefix(f.value, "pci:v0000") && len(f.value) >= 13:
			v = deviceVendor{sbom.PCI, strings.ToLower(f.value[9:13]), f}
		case strings.HasPrefix(f.value, "pci:v*"), strings.HasPrefix(f.value, "usb:v*"):
			v.id = "*"
		case strings.HasPrefix(f.value, "usb:v") && len(f.value) >= 9:
			v = deviceVendor{sbom.USB, strings.ToLower(f.value[5:9]), f}
		default:
			continue
		}
		if !isHex(v.id, 4) {
			return nil // "*": any vendor's, and the others are quirks
		}
		known := false
		for _, o := range found {
			known = known || o.kind == v.kind && o.id == v.id
		}
		if !known {
			found = append(found, v)
		}
		if len(found) > 1 {
			return nil
		}
	}
	return found
}

// licenceOwner returns the organization that a licence field names, or "". A
// field that is a sentence, or only words about licences, names none.
func licenceOwner(v string) string {
	v = strings.TrimSpace(v)
	l := strings.ToLower(v)
	if len(v) < 4 || len(v) > 60 || strings.Contains(l, "gpl") || strings.Contains(l, "bsd") || strings.Contains(l, "mit ") || strings.Contains(l, "public") || strings.Contains(l, "mozilla") || strings.Contains(l, "@") {
		return ""
	}
	if orgs := organizations(v); len(orgs) == 1 {
		return orgs[0]
	}
	if strings.Count(v, " ") > 3 || !(v[0] >= 'A' && v[0] <= 'Z') || strings.Contains(l, "license") || strings.Contains(l, "licence") || strings.Contains(l, "propriet") {
		return ""
	}
	return v
}

// hostsIn returns the host names in a short text that are written as one
// ("www.example.com"), lower case.
func hostsIn(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t<>(),;\"'", r) }) {
		w = strings.ToLower(w)
		w = strings.TrimPrefix(strings.TrimPrefix(w, "http://"), "https://")
		w, _, _ = strings.Cut(w, "/")
		if strings.HasPrefix(w, "www.") && validHost(w) {
			out = appendNew(out, w)
		}
	}
	return out
}

// packedReader reads what is compressed as the ending of its name says; done is
// to be called at the end.
func packedReader(packed io.Reader, ending string) (r io.Reader, done func(), err error) {
	done = func() {}
	switch ending {
	case ".gz":
		r, err = gzip.NewReader(packed)
	case ".xz":
		r, err = xz.NewReader(packed, 64<<20)
	case ".zst":
		var z *zstd.Decoder
		if z, err = zstd.NewReader(packed, zstd.WithDecoderMaxWindow(64<<20), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true)); err == nil {
			r, done = z, z.Close
		}
	default:
		r = packed
	}
	return r, done, err
}
