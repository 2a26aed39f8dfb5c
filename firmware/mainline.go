package firmware

import (
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
