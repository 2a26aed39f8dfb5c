package firmware

import (
	"context"
	"slices"
	"sort"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// A chipFamily is a family of chips whose names begin alike: prefix, then at
// least digits more digits ("x" stands for one, as in "bcm47xx").
type chipFamily struct {
	prefix string // lower case
	digits int
	maker  string
}

// Names of makers that are too short or common to be looked up by their first
// word.
const (
	econet = "EcoNet (Suzhou) Limited"
	goke   = "Hunan Goke Microelectronics"
)

// chipFamilies is the reviewed table of families, of those whose names are
// long enough not to occur by chance. The makers' own parts lists and the
// compatible strings of the Linux kernel's device tree bindings name them so
// ("mediatek,mt7622", "hisilicon,hi3519-soc", "rockchip,rv1108").
var chipFamilies = []chipFamily{
	{"rtl8", 3, "Realtek"}, {"rtl9", 3, "Realtek"},
	{"mt62", 2, "MediaTek"}, {"mt65", 2, "MediaTek"}, {"mt66", 2, "MediaTek"}, {"mt67", 2, "MediaTek"}, {"mt68", 2, "MediaTek"}, {"mt75", 2, "MediaTek"}, {"mt76", 2, "MediaTek"}, {"mt79", 2, "MediaTek"}, {"mt81", 2, "MediaTek"}, {"mt82", 2, "MediaTek"}, {"mt83", 2, "MediaTek"},
	{"rt28", 2, "Ralink"}, {"rt30", 2, "Ralink"}, {"rt33", 2, "Ralink"}, {"rt35", 2, "Ralink"}, {"rt38", 2, "Ralink"}, {"rt39", 2, "Ralink"}, {"rt53", 2, "Ralink"}, {"rt55", 2, "Ralink"}, {"rt63", 3, "Ralink"}, {"rt68", 2, "Ralink"},
	{"en75", 2, econet},
	{"bcm1", 3, "Broadcom"}, {"bcm2", 3, "Broadcom"}, {"bcm3", 3, "Broadcom"}, {"bcm4", 3, "Broadcom"}, {"bcm5", 3, "Broadcom"}, {"bcm6", 3, "Broadcom"}, {"bcm7", 3, "Broadcom"}, {"bcm8", 3, "Broadcom"},
	{"qca4", 3, "Qualcomm Atheros"}, {"qca6", 3, "Qualcomm Atheros"}, {"qca7", 3, "Qualcomm Atheros"}, {"qca8", 3, "Qualcomm Atheros"}, {"qca9", 3, "Qualcomm Atheros"},
	{"ar71", 2, "Qualcomm Atheros"}, {"ar72", 2, "Qualcomm Atheros"}, {"ar91", 2, "Qualcomm Atheros"}, {"ar922", 1, "Qualcomm Atheros"}, {"ar927", 1, "Qualcomm Atheros"}, {"ar928", 1, "Qualcomm Atheros"}, {"ar92x", 1, "Qualcomm Atheros"}, {"ar93", 2, "Qualcomm Atheros"}, {"ar95", 2, "Qualcomm Atheros"},
	{"ipq4", 3, "Qualcomm"}, {"ipq5", 3, "Qualcomm"}, {"ipq6", 3, "Qualcomm"}, {"ipq8", 3, "Qualcomm"}, {"ipq9", 3, "Qualcomm"}, {"msm8", 3, "Qualcomm"}, {"mdm9", 3, "Qualcomm"}, {"apq8", 3, "Qualcomm"}, {"sdx2", 1, "Qualcomm"}, {"sdx5", 1, "Qualcomm"}, {"sdx6", 1, "Qualcomm"},
	{"hi31", 2, "HiSilicon"}, {"hi35", 2, "HiSilicon"}, {"hi37", 2, "HiSilicon"}, {"hi56", 2, "HiSilicon"},
	{"gk71", 2, goke}, {"gk72", 2, goke}, {"gk76", 2, goke},
	{"jz47", 2, "Ingenic"},
	{"ak37", 2, "Anyka"}, {"ak39", 2, "Anyka"},
	{"ssc32", 1, "SigmaStar"}, {"ssc33", 1, "SigmaStar"}, {"ssd20", 1, "SigmaStar"},
	{"fh85", 2, "Fullhan"}, {"fh86", 2, "Fullhan"}, {"fh88", 2, "Fullhan"},
	{"nt96", 3, "Novatek"}, {"nt98", 3, "Novatek"},
	{"rv11", 2, "Rockchip"}, {"rk29", 2, "Rockchip"}, {"rk30", 2, "Rockchip"}, {"rk31", 2, "Rockchip"}, {"rk32", 2, "Rockchip"}, {"rk33", 2, "Rockchip"}, {"rk35", 2, "Rockchip"},
	{"xm51", 1, "Xiongmai"}, {"xm53", 1, "Xiongmai"}, {"xm55", 1, "Xiongmai"},
	{"xrx1", 2, "Lantiq"}, {"xrx2", 2, "Lantiq"}, {"xrx3", 2, "Lantiq"}, {"xrx5", 2, "Lantiq"}, {"grx3", 2, "Lantiq"}, {"grx5", 2, "Lantiq"},
	{"88w8", 3, "Marvell"}, {"88e6", 3, "Marvell"}, {"88f6", 3, "Marvell"}, {"88f5", 3, "Marvell"},
	{"am335", 1, "Texas Instruments"}, {"cc25", 2, "Texas Instruments"}, {"cc26", 2, "Texas Instruments"}, {"cc13", 2, "Texas Instruments"}, {"cc32", 2, "Texas Instruments"}, {"wl12", 2, "Texas Instruments"}, {"wl18", 2, "Texas Instruments"}, {"omap3", 1, "Texas Instruments"}, {"omap4", 1, "Texas Instruments"},
	{"imx6", 0, "NXP"}, {"imx7", 0, "NXP"}, {"imx8", 0, "NXP"},
	{"stm32", 0, "STMicroelectronics"}, {"sti71", 2, "STMicroelectronics"}, {"stx71", 2, "STMicroelectronics"},
	{"esp32", 0, "Espressif"}, {"esp82", 2, "Espressif"},
	{"tlsr8", 3, "Telink"}, {"tlsr9", 3, "Telink"},
	{"bk72", 2, "Beken"}, {"bk74", 2, "Beken"},
	{"nrf51", 3, "Nordic Semiconductor"}, {"nrf52", 3, "Nordic Semiconductor"}, {"nrf53", 2, "Nordic Semiconductor"}, {"nrf91", 2, "Nordic Semiconductor"},
	{"efr32", 0, "Silicon Labs"}, {"efm32", 0, "Silicon Labs"},
	{"sc98", 2, "Unisoc"}, {"sc77", 2, "Unisoc"}, {"ums5", 2, "Unisoc"},
	{"atbm60", 2, "AltoBeam"}, {"atbm61", 2, "AltoBeam"},
	{"at91sam9", 3, "Microchip"}, {"at91rm9", 3, "Microchip"}, {"sama5d", 1, "Microchip"},
	{"s3c24", 2, "Samsung"}, {"s3c64", 2, "Samsung"}, {"s5pv2", 2, "Samsung"}, {"s5pc1", 2, "Samsung"},
	{"smp86", 2, "Sigma Designs"}, {"zx2967", 2, "Sanechips"}, {"zx2975", 2, "Sanechips"},
	{"tcc89", 2, "Telechips"}, {"tcc80", 2, "Telechips"}, {"cns34", 2, "Cavium"}, {"mv78", 3, "Marvell"},
	{"dm365", 0, "Texas Instruments"}, {"dm368", 0, "Texas Instruments"}, {"dm814", 1, "Texas Instruments"}, {"dm816", 1, "Texas Instruments"},
	{"na51", 3, "Novatek"}, {"gk75", 2, goke}, {"en751", 1, econet}, {"en752", 1, econet},
	{"puma5", 0, "Texas Instruments"}, {"tnetc4", 3, "Texas Instruments"}, {"tnetd7", 3, "Texas Instruments"},
	{"alt38", 2, "Altair Semiconductor"}, {"alt31", 2, "Altair Semiconductor"},
	{"lpc31", 2, "NXP"}, {"lpc32", 2, "NXP"}, {"lpc17", 2, "NXP"}, {"lpc43", 2, "NXP"}, {"ls10", 2, "NXP"}, {"vf610", 0, "NXP"},
	{"omap5", 1, "Texas Instruments"}, {"am437", 1, "Texas Instruments"}, {"am57", 2, "Texas Instruments"},
	{"tegra", 1, "NVIDIA"}, {"exynos", 1, "Samsung"}, {"nuc97", 1, "Nuvoton"}, {"nuc98", 1, "Nuvoton"}, {"r8a77", 2, "Renesas"}, {"sh775", 1, "Renesas"}, {"at91", 0, "Microchip"},
	{"zx2791", 2, "Sanechips"}, {"armada", 2, "Marvell"},
	{"sun4i", 0, "Allwinner"}, {"sun5i", 0, "Allwinner"}, {"sun6i", 0, "Allwinner"}, {"sun7i", 0, "Allwinner"}, {"sun8i", 0, "Allwinner"}, {"sun9i", 0, "Allwinner"}, {"sun50i", 0, "Allwinner"},
}

// buildTargets are names of targets in build systems for whole families of
// chips (OpenWrt's target/linux directories and those of kits made from it).
var buildTargets = map[string]string{
	"ar71xx": "Qualcomm Atheros", "ath79": "Qualcomm Atheros", "ath25": "Qualcomm Atheros", "atheros": "Qualcomm Atheros",
	"ipq40xx": "Qualcomm", "ipq806x": "Qualcomm", "ipq807x": "Qualcomm", "ipq95xx": "Qualcomm", "ipq53xx": "Qualcomm", "qualcommax": "Qualcomm", "qualcommbe": "Qualcomm",
	"ramips": "MediaTek", "ralink": "Ralink", "mediatek": "MediaTek", "airoha": "Airoha", "econet": econet, "en7523": econet,
	"lantiq": "Lantiq", "ifxmips": "Lantiq", "intel_mips": "Intel", "intel_x86": "Intel", "ixp4xx": "Intel",
	"brcm47xx": "Broadcom", "brcm63xx": "Broadcom", "brcm2708": "Broadcom", "bcm27xx": "Broadcom", "bcm47xx": "Broadcom", "bcm4908": "Broadcom", "bcm53xx": "Broadcom", "bcm63xx": "Broadcom", "bmips": "Broadcom", "bcmbca": "Broadcom",
	"sunxi": "Allwinner", "rockchip": "Rockchip", "mvebu": "Marvell", "kirkwood": "Marvell", "orion": "Marvell", "realtek": "Realtek", "rtkmips": "Realtek", "rtkmipsel": "Realtek", "rtl838x": "Realtek",
	"meson": "Amlogic", "amlogic": "Amlogic", "cns3xxx": "Cavium", "octeon": "Cavium", "cn50xx": "Cavium", "cn63xx": "Cavium", "cn70xx": "Cavium", "cn71xx": "Cavium", "tegra": "NVIDIA", "s3c24xx": "Samsung", "ep93xx": "Cirrus Logic", "oxnas": "PLX Technology", "xburst": "Ingenic", "comcerto": "Mindspeed", "anyka": "Anyka", "ingenic": "Ingenic", "hisilicon": "HiSilicon",
	"imx6": "NXP", "imx": "NXP", "mxs": "NXP", "layerscape": "NXP", "mpc85xx": "NXP", "at91": "Microchip", "omap": "Texas Instruments", "omap24xx": "Texas Instruments", "davinci": "Texas Instruments", "ar7": "Texas Instruments", "zynq": "Xilinx", "stm32": "STMicroelectronics",
}

// A chipFact is a chip that a file names.
type chipFact struct {
	maker, name string
	offset      int64
}

const (
	maxChips = 32
	// A file with the chips of this many makers is a table of them, or a
	// library that knows every chip.
	chipTable = 5
)

func chipExtractor() Extractor {
	var marks []string
	for _, c := range chipFamilies {
		marks = append(marks, c.prefix, strings.ToUpper(c.prefix))
		if t := strings.ToUpper(c.prefix[:1]) + c.prefix[1:]; t != strings.ToUpper(c.prefix) && t != c.prefix {
			marks = append(marks, t)
		}
	}
	return Extractor{
		Name:    "chip",
		Doc:     "reads names of chips in programs and drivers, and in the list of those that a kernel has inside",
		Match:   func(e *Entry) bool { return e.lowerBase() == "modules.builtin" && e.Size <= maxBuiltin },
		Marks:   dedupe(marks),
		Extract: readChips,
	}
}

func dedupe(list []string) []string {
	sort.Strings(list)
	out := list[:0]
	for i, s := range list {
		if i == 0 || s != list[i-1] {
			out = append(out, s)
		}
	}
	return out
}

// Of the drivers that a kernel has inside, those of what a chip has on it are named for
// the chip or its family; they stand in these folders. A kernel for the chips of one
// maker has them of no other.
var onChip = map[string]bool{"cpufreq": true, "thermal": true, "watchdog": true, "pwm": true, "dma": true, "clk": true, "pinctrl": true, "soc": true, "serial": true, "busses": true, "hwspinlock": true, "host": true}

const (
	maxBuiltin = 256 << 10
	minBuiltin = 2 // drivers of one maker's chips
)

// readBuiltin reads the drivers inside a kernel ("kernel/drivers/cpufreq/imx6q-cpufreq.ko").
func readBuiltin(in *Input, out *Result) {
	maker, n, at := "", 0, 0
	var evidence []sbom.Evidence
	for line := range strings.Lines(string(in.Bytes(0, maxBuiltin))) {
		text := strings.TrimSpace(line)
		off := at
		at += len(line)
		if !onChip[baseOf(dirOf(text))] {
			continue
		}
		m, _ := chipIn(strings.ReplaceAll(strings.TrimSuffix(baseOf(text), ".ko"), "_", "-"))
		switch {
		case m == "":
			continue
		case maker != "" && m != maker:
			return // for whatever chip there may be
		}
		maker = m
		if n++; n <= minBuiltin {
			evidence = append(evidence, out.Evidence(sbom.ManifestAnalysis, "", int64(off), len(text), text))
		}
	}
	if n >= minBuiltin {
		out.Subject(SubjectFact{Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: maker, Role: sbom.Silicon, By: sbom.ByBytes, Field: sbom.FieldChip, Evidence: evidence}}})
	}
}

func readChips(_ context.Context, in *Input, out *Result) error {
	if in.lowerBase() == "modules.builtin" {
		readBuiltin(in, out)
		return nil
	}
	if !in.isELF() {
		return nil
	}
	seen := map[string]bool{}
	if base := in.Base(); strings.HasSuffix(base, ".ko") {
		// Drivers are named for the chip that they drive: "mt7628_ap.ko".
		if maker, name := chipOf(strings.TrimSuffix(base, ".ko")); maker != "" {
			seen[maker+strings.ToLower(name)] = true
			out.chips = append(out.chips, chipFact{maker, name, -1})
		}
	}
	for _, m := range in.Marks {
		lo := max(0, m.Offset-1)
		b := in.Bytes(lo, 40)
		at := int(m.Offset - lo)
		if at > len(b) || at == 1 && (isAlnum(b[0]) || b[0] >= 0x80) {
			continue
		}
		maker, n := chipAt(string(b[at:]))
		if maker == "" {
			continue
		}
		name := string(b[at : at+n])
		if key := maker + strings.ToLower(name); !seen[key] && len(out.chips) < maxChips {
			seen[key] = true
			out.chips = append(out.chips, chipFact{maker, name, m.Offset})
		}
	}
	if strings.HasSuffix(in.Base(), ".ko") {
		// A driver is for the chips of one maker, or of one who bought another. One
		// that names those of three has a table of what boards may have.
		makers := map[string]bool{}
		for _, c := range out.chips {
			makers[c.maker] = true
		}
		if len(makers) >= 3 {
			out.chips = slices.DeleteFunc(out.chips, func(c chipFact) bool { return c.offset >= 0 })
		}
	}
	return nil
}

func isAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// chipAt returns the maker of the chip whose name begins s, and the name's
// length.
func chipAt(s string) (maker string, n int) {
	for n < len(s) && n < 24 && isAlnum(s[n]) {
		n++
	}
	if n >= 24 {
		return "", 0 // a longer word: encoded data
	}
	word := s[:n]
	low := strings.ToLower(word)
	if n == 8 && isHex(low, 8) {
		return "", 0 // a checksum: "_Rsmp_88e6790b" of an object of Linux 2.4
	}
	for i := range chipFamilies {
		c := &chipFamilies[i]
		rest, ok := strings.CutPrefix(low, c.prefix)
		if !ok {
			continue
		}
		digits := 0
		for digits < len(rest) && (rest[digits] >= '0' && rest[digits] <= '9' || rest[digits] == 'x' && digits > 0 || rest[digits] == 'x' && digits < c.digits) {
			digits++
		}
		if digits < c.digits || digits > c.digits+2 || len(rest)-digits > 8 {
			continue
		}
		// A family named by its core has a letter and a digit, or nothing, next:
		// "stm32f4", "esp32".
		if c.digits == 0 && strings.HasSuffix(c.prefix, "32") && rest != "" && !(len(rest) >= 2 && rest[0] >= 'a' && rest[1] >= '0' && rest[1] <= '9') {
			continue
		}
		// The prefix is written one way: "RTL8", "rtl8" or "Rtl8".
		if p := word[:len(c.prefix)]; p != c.prefix && p != strings.ToUpper(c.prefix) && p != strings.ToUpper(c.prefix[:1])+c.prefix[1:] {
			continue
		}
		// Endings mix letters and digits ("ev200", "fu", "av100").
		return c.maker, n
	}
	return "", 0
}

// chipOf returns the first chip that a short text names.
func chipOf(s string) (maker, name string) {
	for i := 0; i < len(s); i++ {
		if i > 0 && isAlnum(s[i-1]) {
			continue
		}
		if m, n := chipAt(s[i:]); m != "" {
			return m, s[i : i+n]
		}
	}
	return "", ""
}

// chipIn returns the first chip in a short text of an identity file, or the
// maker of a build target.
func chipIn(s string) (maker, name string) {
	if m, n := chipOf(s); m != "" {
		return m, n
	}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == '/' || r == ' ' || r == ',' || r == '-' }) {
		if m := buildTargets[w]; m != "" {
			return m, w
		}
	}
	return "", ""
}

// chipSubject is a fact about the device from a value that names its chip or
// the target it was built for.
func chipSubject(value string, ev sbom.Evidence) (SubjectFact, bool) {
	maker, _ := chipIn(value)
	if maker == "" {
		return SubjectFact{}, false
	}
	ev.Field, ev.Confidence = "", ""
	return SubjectFact{Claims: []sbom.Claim{{Kind: sbom.OrgName, Value: maker, Role: sbom.Silicon, By: sbom.ByBytes, Field: sbom.FieldTarget, Evidence: []sbom.Evidence{ev}}}}, true
}

// chips gives the makers of chips that programs name to their components, and
// to the device where several of its own files agree.
func (j *joiner) chips() {
	type count struct {
		contents map[[32]byte]bool
		drivers  int
		named    bool // a driver is named for a chip of the maker's
		claim    sbom.Claim
	}
	type named struct {
		p     *part
		maker string
		claim sbom.Claim
		sure  bool
	}
	by := map[string]*count{}
	var order []string
	var found []named
	programs := map[[32]byte]bool{} // the device's own
	j.each(func(i int32, f *fileRec, r *fileResult) {
		if r.elf != nil && !silent(f) && j.own(i) {
			programs[*f.sum] = true
		}
		if len(r.chips) == 0 || r.nameTable || !j.speaksByName(i, f, r) {
			return
		}
		if isReference("/"+f.dirPath()+"/", "") || j.attached(f, r) {
			return // firmware that an emulator runs; what may be plugged in
		}
		chips := map[string]int{} // by maker
		for _, c := range r.chips {
			chips[c.maker]++
		}
		if len(chips) >= chipTable {
			return
		}
		for _, c := range r.chips {
			ev := sbom.Evidence{Technique: sbom.BinaryAnalysis, Extractor: "chip", Path: r.path, Offset: c.offset, Length: len(c.name), Match: CleanMatch(c.name)}
			if c.offset < 0 {
				ev = sbom.Evidence{Technique: sbom.Filename, Extractor: "chip", Path: r.path, Match: CleanMatch(c.name)}
			}
			cl := sbom.Claim{Kind: sbom.OrgName, Value: c.maker, Role: sbom.Silicon, By: sbom.ByBytes, Field: sbom.FieldChip, Evidence: []sbom.Evidence{ev}}
			if p := j.main.of(i); p != nil {
				found = append(found, named{p, c.maker, cl, r.module != nil || chips[c.maker] > 1})
			}
			n := by[c.maker]
			if n == nil {
				n = &count{contents: map[[32]byte]bool{}, claim: cl}
				by[c.maker] = n
				order = append(order, c.maker)
			} else if len(n.claim.Evidence) < maxClaimEvidence && !n.contents[*f.sum] {
				n.claim.Evidence = append(n.claim.Evidence, cl.Evidence...)
			}
			n.named = n.named || c.offset < 0
			if !n.contents[*f.sum] && r.module != nil {
				n.drivers++
			}
			n.contents[*f.sum] = true
		}
	})
	// One chip in one program of the tree may be talk of it.
	for _, f := range found {
		if f.sure || len(by[f.maker].contents) > 1 {
			f.p.c.Claims = append(f.p.c.Claims, f.claim)
		}
	}
	most, driven := 0, j.namedByDrivers
	for _, n := range by {
		most = max(most, len(n.contents))
		driven = driven || n.drivers >= 2
	}
	sort.Strings(order)
	before := len(j.subject.Claims)
	for _, m := range order {
		n := by[m]
		if driven && n.drivers == 0 {
			continue // drivers say which chips are there; the programs work with others too
		}
		if n.drivers == 0 && len(n.contents)*siliconShare < len(programs) {
			continue // what few of many programs know is none of the device's chips
		}
		if len(n.contents)*nameShare >= most && (len(n.contents) >= 3 || n.drivers > 0 && len(n.contents) >= 2) {
			j.subject.Claims = append(j.subject.Claims, n.claim)
		}
	}
	if len(j.subject.Claims) == before && !j.manyAttached {
		// Where nothing else names a chip, one driver that is named for it does, if
		// all that are so agree in the maker. A kernel for whatever there may be has
		// drivers that nothing needs.
		var only *count
		for _, m := range order {
			if n := by[m]; n.named && only == nil {
				only = n
			} else if n.named {
				only = nil
				break
			}
		}
		if only != nil {
			j.subject.Claims = append(j.subject.Claims, only.claim)
		}
	}
	j.heirs()
}

// manyAttached is how many drivers of devices on USB a kernel has that is made for
// whatever people plug in, as a NAS's is. A device that only has a part of its own
// on USB, or a port for a disk or a modem, has a handful or two.
const manyAttached = 32

// countAttached counts the drivers of devices on USB, before they are asked.
func (j *joiner) countAttached() {
	n := 0
	j.each(func(_ int32, f *fileRec, r *fileResult) {
		if r.module != nil && r.module.usb && !silent(f) {
			n++
		}
	})
	j.manyAttached = n >= manyAttached
}

// attached reports whether a driver says nothing about the chips of the device: it
// is for what may be plugged in, or makes the device a gadget on somebody's USB,
// and then knows the controllers of all makers by name.
func (j *joiner) attached(f *fileRec, r *fileResult) bool {
	if r.module == nil {
		return false
	}
	return j.manyAttached && r.module.usb || strings.HasPrefix(f.base(), "g_")
}

// otherSilicon reports whether the name of a maker of chips in a file is of other
// chips than the device's: in a driver of the sort above, or one that is named for
// the chips of another maker, and works with his; or that of a maker of memory,
// of whom a program for a flash chip knows all.
func (j *joiner) otherSilicon(f *fileRec, r *fileResult, name string) bool {
	low := strings.ToLower(name)
	first, _, _ := strings.Cut(low, " ")
	if memoryMakers[first] || j.attached(f, r) {
		return true
	}
	if r.module == nil {
		return false
	}
	if j.peers(r, name) {
		return true
	}
	for i := range r.chips {
		if c := &r.chips[i]; c.offset < 0 {
			maker := strings.ToLower(c.maker)
			word, _, _ := strings.Cut(maker, " ")
			return !strings.Contains(maker, first) && !strings.Contains(low, word)
		}
	}
	return false
}

// peerTable is how many makers of chips a driver names that has a table of those in
// its peers: access points whose quirks it knows, bridges, cameras.
const peerTable = 4

// peers reports whether the maker of chips whose name a driver holds is one of its
// peers: it has a table of them, says of itself nothing of his, and names him once.
func (j *joiner) peers(r *fileResult, name string) bool {
	var seen []string
	for _, h := range r.literals {
		l := j.s.literals.at(h.literal)
		if !isName(l) || l.Role != sbom.Silicon || isShortName(l) {
			continue
		}
		v := literalValue(l)
		if v == name && (h.said || h.count > 1) {
			return false
		}
		seen = appendNew(seen, v)
	}
	return len(seen) >= peerTable
}

// memoryMakers are makers of memory chips, by the first word of their names.
var memoryMakers = map[string]bool{"macronix": true, "winbond": true, "spansion": true, "gigadevice": true, "numonyx": true, "hynix": true, "sandisk": true, "kingston": true, "kioxia": true, "esmt": true, "issi": true, "adesto": true, "zbit": true, "puya": true, "boya": true}

// chipHeirs are makers whose drivers live on, names and all, in the kits of those
// who took their chips over. MediaTek bought Ralink in 2011, and EcoNet came out of
// MediaTek.
var chipHeirs = map[string][]string{"Ralink": {"MediaTek", econet}}

// kitCertificates drops the maker whom a certificate names where that is the maker
// of the chips and something else names a maker or brand: his kit brings samples.
func (j *joiner) kitCertificates() {
	claims := j.subject.Claims
	if !slices.ContainsFunc(claims, func(c sbom.Claim) bool {
		return c.Kind != sbom.CertOrg && (c.Role == sbom.Manufacturer || c.Role == sbom.Brand)
	}) {
		return
	}
	j.subject.Claims = slices.DeleteFunc(claims, func(c sbom.Claim) bool {
		if c.Kind != sbom.CertOrg || c.Role != sbom.Manufacturer {
			return false
		}
		org := strings.ToLower(c.Value) + " "
		return slices.ContainsFunc(claims, func(s sbom.Claim) bool {
			return s.Role == sbom.Silicon && s.Kind == sbom.OrgName && strings.HasPrefix(org, strings.ToLower(s.Value)+" ")
		})
	})
}

// heirs drops the name of a maker of chips where chips of the one who took his
// over are named: the driver for an MT7621 still says "ralink".
func (j *joiner) heirs() {
	silicon := func(c *sbom.Claim, name string) bool {
		return c.Role == sbom.Silicon && c.Kind == sbom.OrgName && strings.EqualFold(c.Value, name)
	}
	for old, heirs := range chipHeirs {
		if slices.ContainsFunc(j.subject.Claims, func(c sbom.Claim) bool {
			return c.Field != sbom.FieldNameMark && c.Field != "" && slices.ContainsFunc(heirs, func(h string) bool { return silicon(&c, h) })
		}) {
			j.subject.Claims = slices.DeleteFunc(j.subject.Claims, func(c sbom.Claim) bool {
				return silicon(&c, old) && (c.Field == sbom.FieldNameMark || c.Field == sbom.FieldChip)
			})
		}
	}
}
