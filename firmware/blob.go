package firmware

import (
	"context"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Firmware for radio, network and graphics chips is passed on under fixed
// names. The table follows WHENCE of the linux-firmware collection, which says
// of each file whose chips it is for (read in github.com/wkennington/linux-firmware,
// commit 711d3297bac8).

// blobDirs are directories of the collection.
var blobDirs = map[string]string{
	"ar3k": "Atheros", "ath6k": "Atheros", "ath9k_htc": "Atheros", "ath10k": "Qualcomm Atheros", "ath11k": "Qualcomm", "ath12k": "Qualcomm", "qca": "Qualcomm Atheros", "qcom": "Qualcomm",
	"brcm": "Broadcom", "bnx2": "Broadcom", "bnx2x": "Broadcom", "tigon": "Broadcom", "cypress": "Cypress",
	"mediatek": "MediaTek", "mrvl": "Marvell", "libertas": "Marvell", "mwl8k": "Marvell", "mwlwifi": "Marvell",
	"rtl_bt": "Realtek", "rtl_nic": "Realtek", "rtlwifi": "Realtek", "rtw88": "Realtek", "rtw89": "Realtek", "rtl8192e": "Realtek",
	"ti-connectivity": "Texas Instruments", "ti-keystone": "Texas Instruments", "i915": "Intel", "intel": "Intel", "e100": "Intel",
	"amdgpu": "AMD", "radeon": "AMD", "amd-ucode": "AMD", "amd": "AMD", "nvidia": "NVIDIA", "meson": "Amlogic", "rockchip": "Rockchip", "microchip": "Microchip", "atmel": "Microchip",
	"mellanox": "Mellanox", "moxa": "Moxa", "dpaa2": "NXP", "netronome": "Netronome", "cadence": "Cadence",
}

// blobNames are files that stand in no directory of their own: "*" at the end
// stands for anything.
var blobNames = []struct{ pattern, maker string }{
	{"iwlwifi-*", "Intel"}, {"ipw2100-*", "Intel"}, {"ipw2200-*", "Intel"}, {"i2400m-*", "Intel"}, {"qat_*", "Intel"},
	{"rt2561*", "Ralink"}, {"rt2661.bin", "Ralink"}, {"rt2860.bin", "Ralink"}, {"rt2870.bin", "Ralink"}, {"rt3070.bin", "Ralink"}, {"rt3071.bin", "Ralink"}, {"rt3090.bin", "Ralink"}, {"rt3290.bin", "Ralink"}, {"rt73.bin", "Ralink"},
	{"mt7601u.bin", "MediaTek"}, {"mt7650*", "MediaTek"}, {"mt7662*", "MediaTek"}, {"mt7603*", "MediaTek"}, {"mt7610*", "MediaTek"}, {"mt7615*", "MediaTek"}, {"mt7663*", "MediaTek"}, {"mt7668*", "MediaTek"}, {"mt7915*", "MediaTek"}, {"mt7921*", "MediaTek"},
	{"ar5523.bin", "Atheros"}, {"ar7010*", "Atheros"}, {"ar9170*", "Atheros"}, {"ar9271*", "Atheros"}, {"ath3k-1.fw", "Atheros"}, {"carl9170-1.fw", "Atheros"}, {"htc_7010.fw", "Atheros"}, {"htc_9271.fw", "Atheros"}, {"wil6210.*", "Qualcomm Atheros"},
	{"ti_3410.fw", "Texas Instruments"}, {"ti_5052.fw", "Texas Instruments"}, {"s5p-mfc*", "Samsung"}, {"r8a779x_usb3*", "Renesas"},
}

// blobForms are names that say whose chips a file is for wherever it stands:
// patches of the Bluetooth controllers of Broadcom in its own format (BCM….hcd,
// drivers/bluetooth/btbcm.c of Linux), and what Android's driver bcmdhd loads into
// its WLAN (fw_bcm….bin, with .trx behind it for those on USB); the chips have been Cypress's and Infineon's since 2016,
// the names are older. What XRadio's driver loads has the chip's name too.
var blobForms = []struct{ begins, ends, maker string }{
	{"bcm", ".hcd", "Broadcom"}, {"fw_bcm", ".bin", "Broadcom"}, {"fw_bcm", ".bin.trx", "Broadcom"},
	{"fw_xr", ".bin", "XRadio"}, {"boot_xr", ".bin", "XRadio"}, {"sdd_xr", ".bin", "XRadio"}, {"etf_xr", ".bin", "XRadio"},
}

// formMaker returns whose chips a file with such a name is for.
func formMaker(base string) string {
	for _, f := range blobForms {
		if len(base) > len(f.begins)+len(f.ends) && strings.HasPrefix(base, f.begins) && strings.HasSuffix(base, f.ends) {
			return f.maker
		}
	}
	return ""
}

// A tree with firmware for the chips of this many makers has the collection, as
// distributions pass it on: no device has the chips of all of them.
const blobCollection = 4

// blobs finds the tree that has the collection, or a part of it that a
// distribution packed. What stands in it speaks for its own file and not for the
// device.
func (j *joiner) blobs() {
	makers := map[string]bool{}
	in := false
	for _, f := range j.s.files.all() {
		if f.newDir {
			in = strings.Contains(strings.ToLower("/"+f.dirPath()+"/"), "/firmware/")
		}
		if in && f.mode.IsRegular() {
			if maker, _ := blobMaker(f.path()); maker != "" {
				makers[maker] = true
			}
		}
	}
	if len(makers) == 0 {
		return
	}
	if packages, system := j.distributed(); len(makers) < blobCollection && (system || len(packages) == 0) {
		return
	}
	for _, f := range j.s.files.all() {
		if f.newDir {
			in = strings.Contains("/"+f.dirPath()+"/", "/lib/firmware/")
		}
		if in && f.mode.IsRegular() && (f.class == classNone || f.class == classText) {
			f.setClass(classRegistry)
		}
	}
}

func blobExtractor() Extractor {
	return Extractor{
		Name: "firmware-blob",
		Doc:  "names the makers of chips whose firmware a file holds, from its place under lib/firmware and its name",
		Match: func(e *Entry) bool {
			if !strings.Contains(e.lowerPath(), "firmware/") && formMaker(baseOf(e.lowerPath())) == "" {
				return false
			}
			maker, _ := blobMaker(e.Path)
			return maker != "" && e.Size > 0 && !e.isText()
		},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			maker, tail := blobMaker(in.Path)
			ev := out.Evidence(sbom.Filename, "", 0, 0, EscapePath(tail))
			name := ev
			name.Field, name.Confidence = "name", sbom.Low
			out.Component(Observation{Explains: true, Component: sbom.Component{Type: sbom.Firmware, Name: EscapePath(tail), Evidence: []sbom.Evidence{name},
				Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: maker, Role: sbom.Silicon, By: sbom.ByBytes, Field: sbom.FieldBlob, Evidence: []sbom.Evidence{ev}}}}})
			return nil
		},
	}
}

// blobMaker returns whose chips the file at a path is for, and the path below
// the firmware directory, or the name where that alone says it.
func blobMaker(p string) (maker, tail string) {
	low := strings.ToLower(p)
	if maker, tail = placedBlob(p, low); maker == "" {
		maker, tail = formMaker(baseOf(low)), baseOf(p)
	}
	return maker, tail
}

func placedBlob(p, low string) (maker, tail string) {
	i := strings.LastIndex("/"+low, "/lib/firmware/")
	if i < 0 {
		if i = strings.LastIndex("/"+low, "/etc/firmware/"); i < 0 {
			return "", ""
		}
	}
	i += len("/lib/firmware/") - 1
	tail, low = p[i:], low[i:]
	dir, _, below := strings.Cut(low, "/")
	if below {
		return blobDirs[dir], tail
	}
	for _, n := range blobNames {
		if globName(n.pattern, low) {
			return n.maker, tail
		}
	}
	return "", ""
}
