package firmware

import (
	"context"
	_ "embed"
	"sort"
	"strings"
)

//go:embed mainline.txt
var mainlineNames string

// isMainlineModule reports whether a kernel module has the name of one of the
// mainline kernel. Whoever built it did not write it.
func isMainlineModule(name string) bool {
	name = strings.ReplaceAll(name, "-", "_")
	if name == "" || strings.ContainsAny(name, "\n# ") {
		return false
	}
	if strings.HasPrefix(name, "shortcut_fe") {
		return true // a maker of chips published it, and kits for others' chips have it
	}
	// The table is sorted lines: search it as it is.
	lo, hi := strings.LastIndex(mainlineNames[:512], "\n# ")+1, len(mainlineNames)
	lo += strings.IndexByte(mainlineNames[lo:], '\n') + 1
	table := mainlineNames[lo:hi]
	line := func(at int) (string, int) { // the line that holds byte at, and its start
		start := strings.LastIndexByte(table[:at], '\n') + 1
		end := strings.IndexByte(table[at:], '\n')
		if end < 0 {
			return table[start:], start
		}
		return table[start : at+end], start
	}
	at := sort.Search(len(table), func(i int) bool {
		l, _ := line(i)
		return l >= name
	})
	if at == len(table) {
		return false
	}
	l, _ := line(at)
	return l == name
}

// hasMainlineName reports whether a package of kernel modules is named after
// one of the mainline kernel, as OpenWrt names them: the module's name, with or
// without that of its kind before it ("usb-storage", "lib-crc16").
func hasMainlineName(name string) bool {
	for {
		if isMainlineModule(name) {
			return true
		}
		_, rest, ok := strings.Cut(name, "-")
		if !ok {
			return false
		}
		name = rest
	}
}

// isAutoload reports whether a file lists the kernel modules that OpenWrt loads
// for a package, one a line.
func isAutoload(p string) bool { return baseOf(dirOf(p)) == "modules.d" }

func autoloadExtractor() Extractor {
	return Extractor{
		Name:  "modules.d",
		Doc:   "reads which kernel modules a package of OpenWrt loads",
		Match: func(e *Entry) bool { return isAutoload(e.Path) && e.Size < 1<<16 },
		Extract: func(_ context.Context, in *Input, out *Result) error {
			for l := range strings.Lines(string(in.Bytes(0, 1<<16))) {
				if name, _, _ := strings.Cut(strings.TrimSpace(l), " "); validName(name) { // parameters follow
					out.bringsModule(name)
				}
			}
			return nil
		},
	}
}
