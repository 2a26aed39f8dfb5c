package sbom

import (
	"strings"
	"testing"
)

func TestRepository(t *testing.T) {
	for _, test := range []struct{ link, want string }{
		{"https://github.com/owner/name", "github.com/owner/name"},
		{"https://GitHub.com/Owner/Name.git#readme", "github.com/owner/name"},
		{"git@github.com:Owner/name.git", "github.com/owner/name"},
		{"scm:git:git@github.com:owner/name", "github.com/owner/name"},
		{"https://github.com//owner/name", "github.com/owner/name"},
		{"https://github.com/owner/", "github.com/owner"},
		{"https://github.com/owner", ""},
		{"https://github.com/", ""},
		// Lower case takes more bytes here than upper case.
		{"ȺȺȺ://github.com/", ""},
		{"ȺȺȺ://github.com/owner/Ⱥ", "github.com/owner/ⱥ"},
	} {
		host := hostOf(test.link)
		if host != "github.com" {
			t.Errorf("%s: host %q", test.link, host)
		}
		if got := repository(test.link, host); got != test.want {
			t.Errorf("%s: %q, want %q", test.link, got, test.want)
		}
	}
}

// A link of type distribution that is a page is the project's own, as in the
// documents of tools that write the home page there; a file is a download.
func TestDistributionLink(t *testing.T) {
	for _, test := range []struct {
		link string
		want Role
	}{
		{"https://tools.example/", 0},
		{"https://tools.example", 0},
		{"https://tools.example/about/policies/certs/", 0},
		{"https://tools.example/index.html?download=x.zip", 0},
		{"https://mirror.example/pool/t/tool_1.0.orig.tar.gz", Distributor},
		{"https://mirror.example/-/tool-1.0.tgz#sha1-abc", Distributor},
		{"https://mirror.example/tool.jar", Distributor},
	} {
		doc, err := Read(t.Context(), strings.NewReader(`{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"type": "library", "name": "tool",
			"externalReferences": [{"type": "distribution", "url": "`+test.link+`"}]}]}`), nil)
		if err != nil {
			t.Fatal(err)
		}
		got := doc.Components[0].Claims
		if len(got) != 1 || got[0].Kind != Domain || got[0].Role != test.want {
			t.Errorf("%s: claims %+v, want the domain with role %v", test.link, got, test.want)
		}
	}
}

// TestTexts keeps texts of all lengths, some again and again.
func TestTexts(t *testing.T) {
	var all texts
	long := make([]byte, 3*maxBlock)
	for i := range long {
		long[i] = byte('a' + i%26)
	}
	var kept, want []string
	for i := range 20_000 {
		s := long[i : i+i%997%(2*maxRecurring)]
		if i%2 == 0 {
			s = long[i%1000 : i%1000+i%50]
		}
		want = append(want, string(s))
		if i%3 == 0 {
			kept = append(kept, all.keep(s))
		} else {
			kept = append(kept, all.once(s))
		}
	}
	kept, want = append(kept, all.keep(long)), append(want, string(long))
	for i := range want {
		if kept[i] != want[i] {
			t.Fatalf("text %d is %q, want %q", i, kept[i], want[i])
		}
	}
}
