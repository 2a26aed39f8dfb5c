package provenance

import (
	_ "embed"
	"strings"
)

//go:embed sharedhosts.txt
var sharedHostsText string

// SharedHosts returns the domains on which many parties publish or receive
// mail: mail providers, hosts of other people's code, pages and packages. A
// claim of a host at or below one of them points to nobody; that beats every
// record, but for an identifier of role operator, which says who rents the
// servers out. The list is reviewed with the code, in sharedhosts.txt.
func SharedHosts() []string {
	var out []string
	for line := range strings.Lines(sharedHostsText) {
		line, _, _ = strings.Cut(line, "#")
		if h := strings.TrimSpace(line); h != "" {
			out = append(out, h)
		}
	}
	return out
}
