package firmware

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// A header is what the header of a packed image states.
type header struct {
	format  string // what the image is, in words
	kind    string // short stable word
	name    string
	version string
	claims  []sbom.Claim
	fields  []headerField
	device  bool // name and version are those of a device, not of a file
}

// A headerField is one stated value and its place.
type headerField struct {
	name, value string
	offset      int64
	length      int
}

// Identify reads the header of a packed firmware image: what it is, and what
// it states about the device, each with its offset. Nothing is unpacked; the
// document says so in Coverage and in a Problem. False means that the file is
// no image that is known here. size is the file's length in bytes.
func Identify(r io.ReaderAt, size int64) (*sbom.Document, bool, error) {
	in := &Input{Entry: Entry{Size: size}, ra: r}
	in.Head = in.Bytes(0, 512)
	if size > 0 && len(in.Head) == 0 {
		var b [1]byte
		if _, err := r.ReadAt(b[:], 0); err != nil {
			return nil, false, fmt.Errorf("read image: %w", err)
		}
	}
	h := readHeader(in)
	if h == nil {
		return nil, false, nil
	}
	res := &Result{extractor: "image"}
	c := h.component(res)
	c.Ref = "image"
	doc := &sbom.Document{
		Source:     sbom.Source{Kind: sbom.SourceImage},
		Subject:    &sbom.Component{Ref: "device", Type: sbom.Device},
		Components: []*sbom.Component{&c},
		Coverage:   sbom.Coverage{Files: 1, Bytes: size, OpaqueFiles: 1, OpaqueBytes: size, NotRead: true},
		Problems: []sbom.Problem{{Kind: "not-unpacked", Severity: sbom.ProblemError,
			Message: "this is a packed image (" + h.format + "); only its header was read and nothing inside it. Unpack it, for example with unblob or binwalk -e, and scan the directory that they write"}},
	}
	if h.device {
		doc.Subject.Name, doc.Subject.Version = h.name, h.version
		doc.Subject.Evidence = c.Evidence
		doc.Subject.Claims = c.Claims
	}
	return doc, true, nil
}

// component makes the component that a header describes.
func (h *header) component(out *Result) sbom.Component {
	c := sbom.Component{Type: sbom.Firmware, Name: h.name, Version: h.version, Description: h.format}
	if c.Name == "" {
		c.Name = h.kind + " image"
	}
	for _, f := range h.fields {
		ev := out.Evidence(sbom.BinaryAnalysis, "", f.offset, f.length, f.name+": "+f.value)
		switch f.value {
		case h.name:
			ev.Field, ev.Confidence = "name", sbom.Medium
		case h.version:
			ev.Field, ev.Confidence = "version", sbom.Medium
		}
		c.Evidence = append(c.Evidence, ev)
		c.Properties = append(c.Properties, sbom.Property{Name: "touchmark:image-" + strings.ReplaceAll(f.name, " ", "-"), Value: CleanMatch(f.value)})
	}
	c.Properties = append([]sbom.Property{{Name: "touchmark:image-format", Value: h.kind}}, c.Properties...)
	for _, cl := range h.claims {
		for i := range cl.Evidence {
			cl.Evidence[i].Path = out.path
			cl.Evidence[i].Extractor = out.extractor
		}
		c.Claims = append(c.Claims, cl)
	}
	c.Claims = tidyClaims(c.Claims)
	return c
}

func (h *header) field(name, value string, offset int64, length int) {
	if value = strings.TrimSpace(value); value != "" && validValue(value) {
		h.fields = append(h.fields, headerField{name, value, offset, length})
	}
}

func (h *header) claim(kind sbom.ClaimKind, role sbom.Role, value string, offset int64, length int, match string) {
	h.claims = append(h.claims, sbom.Claim{Kind: kind, Value: value, Role: role, By: sbom.ByBytes,
		Evidence: []sbom.Evidence{{Technique: sbom.BinaryAnalysis, Offset: offset, Length: length, Match: CleanMatch(match)}}})
}

// cText returns the zero-terminated text in a fixed field, "" where it is not
// printable.
func cText(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	b = bytes.TrimRight(b, "\xff \x00")
	for _, c := range b {
		if c < 0x20 || c >= 0x7f {
			return ""
		}
	}
	return strings.TrimSpace(string(b))
}

// readHeader tries the known formats.
func readHeader(in *Input) *header {
	b := in.Bytes(0, 4096)
	if len(b) < 16 {
		return nil
	}
	for _, read := range []func(*Input, []byte) *header{
		readUImage, readFIT, readTRX, readTPLink, readSEAMA, readZigbeeOTA, readAndroidBoot, readAndroidSparse, readFileSystem, readFlashDescriptor, readUEFIVolume, readCHK, readSunxiSPL, readME, readUBootEnv, readCBFS,
	} {
		if h := read(in, b); h != nil {
			return h
		}
	}
	return nil
}

// readUImage: U-Boot's legacy image (include/image.h, struct image_header).
func readUImage(in *Input, b []byte) *header {
	// On PowerPC 4xx U-Boot itself begins with the number, its version behind it.
	if len(b) < 64 || binary.BigEndian.Uint32(b) != 0x27051956 || bytes.HasPrefix(b[4:], []byte("U-Boot ")) {
		return nil
	}
	h := &header{kind: "uimage", format: "U-Boot legacy image", name: cText(b[32:64])}
	oses := map[byte]string{1: "OpenBSD", 2: "NetBSD", 5: "Linux", 14: "VxWorks", 16: "QNX", 17: "U-Boot", 18: "RTEMS"}
	arches := map[byte]string{2: "arm", 3: "i386", 5: "mips", 6: "mips64", 7: "powerpc", 9: "sh", 22: "aarch64", 23: "arc", 24: "x86_64", 26: "riscv"}
	types := map[byte]string{1: "standalone", 2: "kernel", 3: "ramdisk", 4: "multi", 5: "firmware", 6: "script", 7: "filesystem", 8: "device tree"}
	comps := map[byte]string{0: "none", 1: "gzip", 2: "bzip2", 3: "lzma", 4: "lzo", 5: "lz4", 6: "zstd"}
	h.field("name", h.name, 32, 32)
	h.field("os", oses[b[28]], 28, 1)
	h.field("architecture", arches[b[29]], 29, 1)
	h.field("type", types[b[30]], 30, 1)
	h.field("compression", comps[b[31]], 31, 1)
	return h
}

// readFIT: a flat device tree, with images in it or describing a board.
func readFIT(in *Input, b []byte) *header {
	if !bytes.HasPrefix(b, []byte(fdtMagic)) {
		return nil
	}
	h := &header{kind: "dtb", format: "device tree"}
	err := h.readTree(in, 0)
	if err == errNoFDT {
		return nil
	}
	if h.kind == "dtb" {
		h.device = true
	}
	return h
}

// readTree reads a device tree at an offset into the header's fields: model
// and compatible of the root name the board; the prefix of the first compatible
// string is its maker's, that of the last the maker's of the chip.
func (h *header) readTree(src byteSource, base int64) error {
	var compatible *fdtProperty
	images := 0
	_, err := readFDT(src, base, map[string]bool{"model": true, "compatible": true, "description": true, "os": true}, func(p fdtProperty) {
		switch {
		case p.node == "" && p.name == "model":
			h.name = cText([]byte(p.value))
			h.field("model", h.name, p.offset, len(p.value))
		case p.node == "" && p.name == "compatible":
			compatible = &p
		case p.node == "" && p.name == "description":
			if s := cText([]byte(p.value)); s != "" {
				h.name = s
				h.field("description", s, p.offset, len(p.value))
			}
		case strings.HasPrefix(p.node, "/images/") && strings.Count(p.node, "/") == 2:
			images++
			if p.name == "description" && len(h.fields) < 16 {
				h.field("image", cText([]byte(p.value)), p.offset, len(p.value))
			}
		case strings.HasPrefix(p.node, "/configurations/") && p.name == "compatible":
			h.dtClaims(p)
		}
	})
	if err != nil && len(h.fields) == 0 && compatible == nil {
		return errNoFDT
	}
	if images > 0 {
		h.kind, h.format = "fit", "U-Boot FIT image"
	}
	if compatible != nil {
		h.field("compatible", strings.Join(compatible.strings(), " "), compatible.offset, len(compatible.value))
		h.dtClaims(*compatible)
	}
	return err
}

// dtClaims makes the claims of a compatible list, which goes from the board to
// the chip.
func (h *header) dtClaims(p fdtProperty) {
	list := p.strings()
	type vendor struct {
		prefix string
		offset int64
		full   string
	}
	var vendors []vendor
	at := p.offset
	for _, s := range list {
		if v := dtVendor(s); v != "" {
			vendors = append(vendors, vendor{v, at, s})
		}
		at += int64(len(s)) + 1
	}
	// A chip with a core of Arm's is no chip of Arm's.
	if others := slices.DeleteFunc(slices.Clone(vendors), func(v vendor) bool { return v.prefix == "arm" }); len(others) > 0 {
		vendors = others
	}
	if len(vendors) == 0 {
		return
	}
	// One prefix for both says only whose chip it is: a board that nobody
	// registered a prefix for is listed under its chip's ("allwinner,q8-a33").
	first, last := vendors[0], vendors[len(vendors)-1]
	if first.prefix != last.prefix {
		h.claim(sbom.DTPrefix, sbom.Manufacturer, first.prefix, first.offset, len(first.full), first.full)
	}
	h.claim(sbom.DTPrefix, sbom.Silicon, last.prefix, last.offset, len(last.full), last.full)
}

// readTRX: Broadcom's TRX header, used by many (OpenWrt, tools trx.c).
func readTRX(in *Input, b []byte) *header {
	if len(b) < 28 || string(b[:4]) != "HDR0" {
		return nil
	}
	h := &header{kind: "trx", format: "TRX image"}
	h.field("length", fmt.Sprint(binary.LittleEndian.Uint32(b[4:])), 4, 4)
	h.field("header version", fmt.Sprint(binary.LittleEndian.Uint16(b[14:])), 14, 2)
	return h
}

// readTPLink: TP-Link's header, version 1 and 2 (OpenWrt firmware-utils,
// mktplinkfw.c and mktplinkfw2.c).
func readTPLink(in *Input, b []byte) *header {
	if len(b) < 0x80 {
		return nil
	}
	id := func(off int) string { return fmt.Sprintf("%08x", binary.BigEndian.Uint32(b[off:])) }
	switch binary.BigEndian.Uint32(b) {
	case 0x01000000:
		vendor, version := cText(b[4:28]), cText(b[28:64])
		if vendor == "" || version == "" {
			return nil
		}
		h := &header{kind: "tp-link-v1", format: "image with a TP-Link version 1 header", version: version, device: true}
		h.field("vendor", vendor, 4, len(vendor))
		h.field("version", version, 28, len(version))
		h.field("hardware id", id(64), 64, 4)
		h.field("hardware revision", id(68), 68, 4)
		if hasOrgWord(vendor) || strings.Contains(vendor, "-") || len(vendor) > 4 {
			h.claim(sbom.OrgName, sbom.Brand, vendor, 4, len(vendor), vendor)
		}
		return h
	case 0x02000000:
		version := cText(b[4:52])
		if version == "" || firstVersion(version) == "" && !strings.ContainsAny(version, "0123456789") {
			return nil
		}
		h := &header{kind: "tp-link-v2", format: "image with a TP-Link version 2 header", version: version, device: true}
		h.field("version", version, 4, len(version))
		h.field("hardware id", id(52), 52, 4)
		h.field("hardware revision", id(56), 56, 4)
		return h
	}
	return nil
}

// readSEAMA: the SEAMA header of Alpha Networks' boards (OpenWrt
// firmware-utils, seama.h): "key=value" strings after a header of 12 bytes.
func readSEAMA(in *Input, b []byte) *header {
	if len(b) < 16 || binary.BigEndian.Uint32(b) != 0x5ea3a417 {
		return nil
	}
	h := &header{kind: "seama", format: "SEAMA image"}
	n := int(binary.BigEndian.Uint16(b[6:]))
	meta := b[12:min(12+n, len(b))]
	if len(meta) == 0 && len(b) > 28 {
		meta = b[28:]
	}
	at := 12
	for _, kv := range bytes.Split(meta, []byte{0}) {
		if k, v, ok := strings.Cut(cText(kv), "="); ok {
			h.field(k, v, int64(at), len(kv))
			if k == "signature" {
				h.name, h.device = v, true
			}
		}
		at += len(kv) + 1
	}
	return h
}

// readZigbeeOTA: Zigbee's OTA upgrade file (Zigbee Cluster Library, 11.4.2).
// Some makers put a header of their own before it.
func readZigbeeOTA(in *Input, b []byte) *header {
	at := bytes.Index(b, []byte("\x1e\xf1\xee\x0b"))
	if at < 0 || len(b) < at+60 {
		return nil
	}
	o := b[at:]
	if v := binary.LittleEndian.Uint16(o[4:]); v != 0x0100 || binary.LittleEndian.Uint16(o[6:]) < 56 {
		return nil
	}
	code := binary.LittleEndian.Uint16(o[10:])
	h := &header{kind: "zigbee-ota", format: "Zigbee OTA image", device: true}
	off := int64(at)
	h.name = cText(o[20:52])
	h.version = fmt.Sprintf("0x%08x", binary.LittleEndian.Uint32(o[14:]))
	h.field("manufacturer code", fmt.Sprintf("0x%04x", code), off+10, 2)
	h.field("image type", fmt.Sprintf("0x%04x", binary.LittleEndian.Uint16(o[12:])), off+12, 2)
	h.field("file version", h.version, off+14, 4)
	h.field("header string", h.name, off+20, 32)
	if code == 0xffff { // any manufacturer
		return h
	}
	h.claim(sbom.Zigbee, 0, fmt.Sprintf("%04x", code), off+10, 2, hex.EncodeToString(o[10:12]))
	return h
}

// readAndroidBoot: Android's boot image (AOSP system/tools/mkbootimg).
func readAndroidBoot(in *Input, b []byte) *header {
	if len(b) < 64+512 || string(b[:8]) != "ANDROID!" {
		return nil
	}
	h := &header{kind: "android-boot", format: "Android boot image"}
	version := binary.LittleEndian.Uint32(b[40:])
	if version >= 3 {
		h.field("command line", cText(b[44:44+512]), 44, 512)
		h.field("os version", androidVersion(binary.LittleEndian.Uint32(b[16:])), 16, 4)
		return h
	}
	h.name = cText(b[48:64])
	h.field("name", h.name, 48, 16)
	h.field("command line", cText(b[64:64+512]), 64, 512)
	h.field("os version", androidVersion(binary.LittleEndian.Uint32(b[44:])), 44, 4)
	return h
}

// androidVersion decodes os_version and os_patch_level: 7 bits each of A.B.C,
// then 7 bits year since 2000 and 4 bits month.
func androidVersion(v uint32) string {
	if v == 0 {
		return ""
	}
	os, patch := v>>11, v&0x7ff
	return fmt.Sprintf("%d.%d.%d, patch level %d-%02d", os>>14&0x7f, os>>7&0x7f, os&0x7f, 2000+patch>>4, patch&0xf)
}

func readAndroidSparse(in *Input, b []byte) *header {
	if len(b) < 28 || binary.LittleEndian.Uint32(b) != 0xed26ff3a || binary.LittleEndian.Uint16(b[4:]) != 1 {
		return nil
	}
	h := &header{kind: "android-sparse", format: "Android sparse image"}
	h.field("block size", fmt.Sprint(binary.LittleEndian.Uint32(b[12:])), 12, 4)
	h.field("blocks", fmt.Sprint(binary.LittleEndian.Uint32(b[16:])), 16, 4)
	return h
}

// readFileSystem: file systems that stand alone.
func readFileSystem(in *Input, b []byte) *header {
	le := binary.LittleEndian
	switch {
	case len(b) >= 96 && (string(b[:4]) == "hsqs" || string(b[:4]) == "sqsh" || string(b[:4]) == "shsq" || string(b[:4]) == "qshs"):
		h := &header{kind: "squashfs", format: "SquashFS file system"}
		if string(b[:4]) == "hsqs" {
			h.field("version", fmt.Sprintf("%d.%d", le.Uint16(b[28:]), le.Uint16(b[30:])), 28, 4)
			comp := map[uint16]string{1: "gzip", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"}
			h.field("compression", comp[le.Uint16(b[20:])], 20, 2)
		}
		return h
	case len(b) >= 64 && (le.Uint32(b) == 0x28cd3d45 || binary.BigEndian.Uint32(b) == 0x28cd3d45) && string(b[16:32]) == "Compressed ROMFS":
		h := &header{kind: "cramfs", format: "CramFS file system", name: cText(b[48:64])}
		h.field("name", h.name, 48, 16)
		return h
	case string(b[:8]) == "-rom1fs-":
		h := &header{kind: "romfs", format: "ROMFS file system", name: cText(b[16:min(len(b), 48)])}
		h.field("name", h.name, 16, len(h.name))
		return h
	case string(b[:4]) == "UBI#":
		return &header{kind: "ubi", format: "UBI volume image"}
	case le.Uint32(b) == 0x06101831:
		return &header{kind: "ubifs", format: "UBIFS file system"}
	case (le.Uint16(b) == 0x1985 || binary.BigEndian.Uint16(b) == 0x1985) && len(b) >= 12:
		t := le.Uint16(b[2:])
		if b[0] == 0x19 {
			t = binary.BigEndian.Uint16(b[2:])
		}
		if t == 0xe001 || t == 0xe002 || t == 0x2003 || t == 0x2006 {
			return &header{kind: "jffs2", format: "JFFS2 file system"}
		}
	case len(b) >= 1144 && le.Uint16(b[1080:]) == 0xef53 && le.Uint32(b[1048:]) <= 6:
		h := &header{kind: "ext", format: "ext2, ext3 or ext4 file system", name: cText(b[1144:1160])}
		h.field("volume name", h.name, 1144, 16)
		return h
	}
	return nil
}

// readFlashDescriptor: the flash descriptor of Intel chipsets, whose signature
// stands at offset 16 (or 0 on older ones).
func readFlashDescriptor(in *Input, b []byte) *header {
	for _, off := range []int{16, 0} {
		if len(b) >= off+32 && binary.LittleEndian.Uint32(b[off:]) == 0x0ff0a55a {
			h := &header{kind: "intel-flash", format: "SPI flash image with an Intel flash descriptor"}
			h.claim(sbom.OrgName, sbom.Silicon, "Intel", int64(off), 4, hex.EncodeToString(b[off:off+4]))
			h.field("signature", "5aa5f00f", int64(off), 4)
			return h
		}
	}
	return nil
}

// readUEFIVolume: a UEFI firmware volume (PI Specification, volume 3, 3.2.1).
func readUEFIVolume(in *Input, b []byte) *header {
	if len(b) < 56 || string(b[40:44]) != "_FVH" {
		return nil
	}
	h := &header{kind: "uefi-volume", format: "UEFI firmware volume"}
	g := b[16:32]
	guid := fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(g), binary.LittleEndian.Uint16(g[4:]), binary.LittleEndian.Uint16(g[6:]), g[8:10], g[10:16])
	h.field("file system", guid, 16, 16)
	h.field("length", fmt.Sprint(binary.LittleEndian.Uint64(b[32:])), 32, 8)
	return h
}

// readCHK: Netgear's CHK header (OpenWrt firmware-utils, mkchkimg.c).
func readCHK(in *Input, b []byte) *header {
	if len(b) < 64 || string(b[:4]) != "*#$^" {
		return nil
	}
	n := int(binary.BigEndian.Uint32(b[4:]))
	if n < 40 || n > len(b) {
		return nil
	}
	h := &header{kind: "chk", format: "image with a Netgear CHK header", name: cText(b[40:n]), device: true}
	h.version = fmt.Sprintf("%d.%d.%d.%d", b[9], b[10], b[11], b[12])
	h.field("board id", h.name, 40, n-40)
	h.field("version", h.version, 9, 4)
	return h
}

// readUBootEnv: U-Boot's environment as it stands in flash (env/common.c,
// struct environment_s): a CRC-32, with a second copy one byte of flags, and
// "name=value" texts. Vendor, SoC and board are those of the build's
// configuration.
func readUBootEnv(in *Input, b []byte) *header {
	at := 0
	for _, off := range []int{4, 5} {
		if len(b) > off+16 && isEnvName(b[off:]) && (bytes.Contains(b, []byte("\x00bootcmd=")) || bytes.HasPrefix(b[off:], []byte("bootcmd=")) || bytes.Contains(b, []byte("\x00bootdelay=")) || bytes.Contains(b, []byte("\x00bootargs=")) || bytes.HasPrefix(b[off:], []byte("bootargs=")) || bytes.HasPrefix(b[off:], []byte("bootdelay="))) {
			at = off
			break
		}
	}
	if at == 0 {
		return nil
	}
	h := &header{kind: "uboot-env", format: "environment of U-Boot"}
	wanted := map[string]string{"vendor": "vendor", "soc": "soc", "board": "board", "board_name": "board", "boardname": "board", "model": "model", "ver": "version", "bootargs": "boot arguments", "product": "product", "fdtfile": "device tree", "hw_ver": "hardware version"}
	for at < len(b) && b[at] != 0 {
		n := bytes.IndexByte(b[at:], 0)
		if n < 0 {
			break
		}
		k, v, ok := strings.Cut(cText(b[at:at+n]), "=")
		if name := wanted[strings.ToLower(k)]; ok && name != "" && len(h.fields) < 16 {
			h.field(name, v, int64(at), n)
			if maker, _ := chipIn(v); maker != "" && (name == "soc" || name == "board" || name == "device tree") {
				h.claims = append(h.claims, sbom.Claim{Kind: sbom.OrgName, Value: maker, Role: sbom.Silicon, By: sbom.ByBytes, Field: sbom.FieldTarget,
					Evidence: []sbom.Evidence{{Technique: sbom.BinaryAnalysis, Offset: int64(at), Length: n, Match: CleanMatch(k + "=" + v)}}})
			}
		}
		at += n + 1
	}
	return h
}

// isEnvName reports whether b begins with a name and "=".
func isEnvName(b []byte) bool {
	i := bytes.IndexByte(b[:min(len(b), 64)], '=')
	if i <= 0 {
		return false
	}
	for _, c := range b[:i] {
		if !isAlnum(c) && c != '_' && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

// readSunxiSPL: the boot header of Allwinner's boot ROM.
func readSunxiSPL(in *Input, b []byte) *header {
	if len(b) < 64 || string(b[4:12]) != "eGON.BT0" && string(b[4:12]) != "eGON.BT1" {
		return nil
	}
	h := &header{kind: "egon", format: "boot image for Allwinner's boot ROM (eGON)"}
	h.field("magic", string(b[4:12]), 4, 8)
	h.claim(sbom.OrgName, sbom.Silicon, "Allwinner", 4, 8, string(b[4:12]))
	return h
}

// readCBFS: a coreboot image. Its last four bytes are the offset, from the end
// or from the start, of a header with the magic "ORBC" (coreboot, cbfs.txt).
func readCBFS(in *Input, b []byte) *header {
	h := &header{kind: "coreboot", format: "coreboot image"}
	if string(b[:8]) == "LARCHIVE" {
		return h
	}
	end := in.Bytes(in.Size-4, 4)
	if len(end) < 4 || in.Size < 4096 {
		return nil
	}
	at := int64(int32(binary.LittleEndian.Uint32(end)))
	if at < 0 {
		at += in.Size
	}
	if string(in.Bytes(at, 4)) != "ORBC" {
		return nil
	}
	h.field("master header", "ORBC", at, 4)
	return h
}

// readME: the region of Intel's management engine, a partition table "$FPT".
func readME(in *Input, b []byte) *header {
	for _, off := range []int{16, 0} {
		if len(b) >= off+32 && string(b[off:off+4]) == "$FPT" {
			h := &header{kind: "intel-me", format: "Intel management engine region"}
			h.field("partition table", "$FPT", int64(off), 4)
			h.claim(sbom.OrgName, sbom.Silicon, "Intel", int64(off), 4, "$FPT")
			return h
		}
	}
	return nil
}

// imageExtractor describes images and device trees that stand in a tree.
func imageExtractor() Extractor {
	return Extractor{
		Name:  "image",
		Doc:   "reads what headers of packed images and device trees state",
		Marks: []string{fdtMagic},
		Match: func(e *Entry) bool {
			// Some headers stand far from the start: Extract looks for them.
			return !e.isELF() && e.Size >= 64 && !e.isText()
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			if in.isELF() {
				return readEmbeddedTrees(in, out)
			}
			h := readHeader(in)
			if h == nil {
				return readEmbeddedTrees(in, out)
			}
			c := h.component(out)
			if h.name == "" {
				c.Name = EscapePath(in.Base())
			}
			out.Component(Observation{Component: c, Explains: true})
			if h.kind == "dtb" {
				out.boards = append(out.boards, boardFact{h.name, c.Claims, c.Evidence})
			}
			if h.kind != "dtb" {
				return readEmbeddedTrees(in, out)
			}
			return nil
		},
	}
}

// A boardFact is a device tree for a board.
type boardFact struct {
	model    string
	claims   []sbom.Claim
	evidence []sbom.Evidence
}

// readEmbeddedTrees reads device trees inside kernels and boot loaders.
func readEmbeddedTrees(in *Input, out *Result) error {
	found := 0
	for _, m := range in.Marks {
		if m.Offset == 0 && !in.isELF() {
			continue
		}
		h := &header{kind: "dtb"}
		if err := h.readTree(in, m.Offset); err == errNoFDT || len(h.fields) == 0 {
			continue
		}
		if found++; found > 64 {
			break
		}
		c := h.component(out)
		for _, cl := range c.Claims {
			out.Claim(cl)
		}
		if h.kind == "dtb" {
			out.boards = append(out.boards, boardFact{h.name, c.Claims, c.Evidence})
		}
	}
	return nil
}
