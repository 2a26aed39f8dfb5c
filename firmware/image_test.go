package firmware

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/touchmark-dev/touchmark/sbom"
)

// A blob is made of parts at offsets.
type blobPart struct {
	at   int
	data string
}

func blobOf(size int, parts ...blobPart) string {
	b := make([]byte, size)
	for _, p := range parts {
		copy(b[p.at:], p.data)
	}
	return string(b)
}

func be32(v uint32) string { return string(binary.BigEndian.AppendUint32(nil, v)) }
func le32(v uint32) string { return string(binary.LittleEndian.AppendUint32(nil, v)) }
func le16(v uint16) string { return string(binary.LittleEndian.AppendUint16(nil, v)) }

// madeImages are headers of every format, with what they state.
var madeImages = map[string]struct{ content, want string }{
	"uimage":         {blobOf(128, blobPart{0, be32(0x27051956)}, blobPart{28, "\x05\x05\x02\x03"}, blobPart{32, "Linux-3.10 Acme"}), "uimage Linux-3.10 Acme name=Linux-3.10 Acme os=Linux architecture=mips type=kernel compression=lzma"},
	"trx":            {blobOf(64, blobPart{0, "HDR0" + le32(4096)}, blobPart{14, le16(1)}), "trx  length=4096 header-version=1"},
	"tp-link 1":      {blobOf(512, blobPart{0, be32(0x01000000) + "TP-LINK Technologies"}, blobPart{28, "ver. 1.0"}, blobPart{64, be32(0x08410011) + be32(1)}), "tp-link-v1 ver. 1.0 vendor=TP-LINK Technologies version=ver. 1.0 hardware-id=08410011 hardware-revision=00000001 org-name TP-LINK Technologies brand"},
	"tp-link 2":      {blobOf(512, blobPart{0, be32(0x02000000) + "ver. 2.0"}, blobPart{52, be32(0xc5d7) + be32(2)}), "tp-link-v2 ver. 2.0 version=ver. 2.0 hardware-id=0000c5d7 hardware-revision=00000002"},
	"seama":          {blobOf(128, blobPart{0, be32(0x5ea3a417) + "\x00\x00" + "\x00\x24"}, blobPart{12, "signature=wrgac25_acme.router\x00dev=1\x00"}), "seama wrgac25_acme.router signature=wrgac25_acme.router dev=1"},
	"zigbee":         {blobOf(128, blobPart{0, "\x1e\xf1\xee\x0b" + le16(0x100) + le16(56) + le16(0) + le16(0x1002) + le16(0x0101) + le32(0x01020304) + le16(2)}, blobPart{20, "Acme lamp"}), "zigbee-ota Acme lamp 0x01020304 manufacturer-code=0x1002 image-type=0x0101 file-version=0x01020304 header-string=Acme lamp zigbee 1002 "},
	"android boot":   {blobOf(2048, blobPart{0, "ANDROID!"}, blobPart{44, le32(9<<25 | 20<<4 | 3)}, blobPart{48, "acmephone"}, blobPart{64, "console=ttyS0"}), "android-boot acmephone name=acmephone command-line=console=ttyS0 os-version=9.0.0, patch level 2020-03"},
	"android sparse": {blobOf(64, blobPart{0, le32(0xed26ff3a) + le16(1) + le16(0) + le16(28) + le16(12) + le32(4096) + le32(77)}), "android-sparse  block-size=4096 blocks=77"},
	"uefi volume":    {blobOf(128, blobPart{16, "\x78\xe5\x8c\x8c\x3d\x8a\x1c\x4f\x99\x35\x89\x61\x85\xc3\x2d\xd3"}, blobPart{32, le32(65536)}, blobPart{40, "_FVH"}), "uefi-volume  file-system=8c8ce578-8a3d-4f1c-9935-896185c32dd3 length=65536"},
	"intel flash":    {blobOf(128, blobPart{16, le32(0x0ff0a55a)}), "intel-flash  signature=5aa5f00f org-name Intel silicon"},
	"intel me":       {blobOf(128, blobPart{16, "$FPT"}), "intel-me  partition-table=$FPT org-name Intel silicon"},
	"chk":            {blobOf(128, blobPart{0, "*#$^" + be32(58)}, blobPart{8, "\x01\x01\x00\x00\x12"}, blobPart{40, "U12H270T00_NETGEAR"}), "chk U12H270T00_NETGEAR 1.0.0.18 board-id=U12H270T00_NETGEAR version=1.0.0.18"},
	"egon":           {blobOf(128, blobPart{4, "eGON.BT0"}), "egon  magic=eGON.BT0 org-name Allwinner silicon"},
	"coreboot":       {blobOf(128, blobPart{0, "LARCHIVE"}), "coreboot "},
	"cramfs":         {blobOf(128, blobPart{0, le32(0x28cd3d45)}, blobPart{16, "Compressed ROMFS"}, blobPart{48, "acmefs"}), "cramfs acmefs name=acmefs"},
	"u-boot env":     {blobOf(512, blobPart{4, "baudrate=115200\x00bootcmd=run x\x00board=rk3288-acme\x00vendor=acme\x00"}), "uboot-env  board=rk3288-acme vendor=acme org-name Rockchip silicon"},
	"u-boot env 2":   {blobOf(512, blobPart{4, "\x01bootargs=console=ttyS0 root=/dev/mtd2\x00soc=imx6ull\x00"}), "uboot-env  boot-arguments=console=ttyS0 root=/dev/mtd2 soc=imx6ull org-name NXP silicon"},
	"no image":       {blobOf(512, blobPart{4, "a=b\x00c=d\x00"}), "-"},
	"cut uimage":     {be32(0x27051956) + "short", "-"},
}

// described writes an image's component in one line.
func described(doc *sbom.Document) string {
	c := doc.Components[0]
	s := []string{c.Properties[0].Value, strings.TrimSpace(c.Name + " " + c.Version)}
	if strings.HasSuffix(c.Name, " image") && c.Version == "" {
		s[1] = ""
	} else if strings.HasSuffix(c.Name, " image") {
		s[1] = c.Version
	}
	out := strings.Join(s, " ")
	for _, p := range c.Properties[1:] {
		out += " " + strings.TrimPrefix(p.Name, "touchmark:image-") + "=" + p.Value
	}
	for _, cl := range c.Claims {
		out += fmt.Sprintf(" %v %s %v", cl.Kind, cl.Value, cl.Role)
	}
	return out
}

// TestIdentifyMade: what a header of each format states, at its place.
func TestIdentifyMade(t *testing.T) {
	for name, tt := range madeImages {
		t.Run(name, func(t *testing.T) {
			doc, ok, err := Identify(bytes.NewReader([]byte(tt.content)), int64(len(tt.content)))
			if err != nil {
				t.Fatal(err)
			}
			got := "-"
			if ok {
				got = described(doc)
				for _, e := range doc.Components[0].Evidence {
					if e.Offset < 0 || e.Offset+int64(e.Length) > int64(len(tt.content)) {
						t.Errorf("evidence outside the file: %+v", e)
					}
				}
			}
			if got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

// FuzzHeaders runs every reader of a header on its own: none may panic, and no
// place that it states lies outside the file.
func FuzzHeaders(f *testing.F) {
	for _, m := range madeImages {
		f.Add([]byte(m.content))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		in := fuzzInput(b, "image.bin")
		head := in.Bytes(0, 4096)
		if len(head) < 16 {
			return
		}
		for _, read := range []func(*Input, []byte) *header{
			readUImage, readFIT, readTRX, readTPLink, readSEAMA, readZigbeeOTA, readAndroidBoot, readAndroidSparse, readFileSystem, readFlashDescriptor, readUEFIVolume, readCHK, readSunxiSPL, readME, readUBootEnv, readCBFS,
		} {
			h := read(in, head)
			if h == nil {
				continue
			}
			for _, fd := range h.fields {
				if fd.offset < 0 || fd.offset > int64(len(b)) {
					t.Errorf("%s: field %q at %d of %d bytes", h.kind, fd.name, fd.offset, len(b))
				}
			}
		}
	})
}
