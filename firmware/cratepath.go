package firmware

import (
	"bytes"
	"context"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// cratePathExtractor reads the crates that a Rust program was made of from the
// paths that panics leave in it: rustc writes the source file of each check,
// and cargo unpacks a crate in registry/src/INDEX-HASH/NAME-VERSION (The Cargo
// Book, "Cargo Home"). What only compiles, or never fails, leaves none, so the
// list is precise and not complete.
func cratePathExtractor() Extractor {
	return Extractor{
		Name:  "crate-path",
		Doc:   "reads the crates in the source paths that Rust programs hold",
		Marks: []string{crateMark},
		Extract: func(_ context.Context, in *Input, out *Result) error {
			if !in.isELF() {
				return nil
			}
			seen := map[string]bool{}
			for _, m := range in.Marks {
				at := m.Offset + int64(len(crateMark))
				index, crate, name, version, ok := cratePath(in.Bytes(at, 300))
				if !ok || seen[crate] {
					continue
				}
				seen[crate] = true
				at += int64(len(index)) + 1
				o := languagePackage(out, "cargo", "", name, version, at, crate)
				o.Explains = false // a program holds it among other things
				if !strings.HasPrefix(index, "github.com-") && !strings.HasPrefix(index, "index.crates.io-") {
					// A registry of somebody's own: no package of crates.io.
					o.Key, o.Component.PURL = "crate:"+index+"/"+crate, ""
				}
				for i := range o.Component.Evidence {
					e := &o.Component.Evidence[i]
					e.Technique, e.Confidence = sbom.BinaryAnalysis, sbom.Medium
				}
				out.Component(o)
			}
			return nil
		},
	}
}

const crateMark = "/registry/src/"

// cratePath splits what follows the mark: "github.com-1ecc6299db9ec823/curl-0.4.21/src/easy.rs".
func cratePath(b []byte) (index, crate, name, version string, ok bool) {
	i, rest, ok := bytes.Cut(b, []byte("/"))
	if !ok {
		return "", "", "", "", false
	}
	c, rest, ok := bytes.Cut(rest, []byte("/"))
	if !ok || len(rest) == 0 {
		return "", "", "", "", false
	}
	index, crate = string(i), string(c)
	if n := len(index) - 17; n < 1 || index[n] != '-' || strings.Trim(index[n+1:], "0123456789abcdef") != "" || !validValue(index) {
		return "", "", "", "", false
	}
	// A name of crates.io has letters, digits, "-" and "_"; a version begins
	// with three numbers (semver.org, 2.0.0).
	for n := range len(crate) - 1 {
		if crate[n] != '-' || !startsSemver(crate[n+1:]) {
			continue
		}
		name, version = crate[:n], crate[n+1:]
		if name == "" || !validValue(name+version) || strings.Trim(version, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+-") != "" ||
			strings.Trim(name, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") != "" {
			return "", "", "", "", false
		}
		return index, crate, name, version, true
	}
	return "", "", "", "", false
}

// startsSemver reports whether s begins with three numbers, each without a
// leading zero.
func startsSemver(s string) bool {
	for i := range 3 {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		if n == 0 || n > 1 && s[0] == '0' {
			return false
		}
		s = s[n:]
		if i < 2 {
			if !strings.HasPrefix(s, ".") {
				return false
			}
			s = s[1:]
		}
	}
	return s == "" || s[0] == '-' || s[0] == '+'
}
