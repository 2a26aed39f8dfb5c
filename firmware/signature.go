package firmware

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/internal/derived"
	"github.com/touchmark-dev/touchmark/sbom"
)

// signatureTable is how many components without a version make a file that is
// none of them one that knows their marks: a scanner's, a list of banners.
const signatureTable = 5

func countOf[T any](list []T, is func(T) bool) int {
	n := 0
	for _, v := range list {
		if is(v) {
			n++
		}
	}
	return n
}

// matchSignatures asks the signatures what the hits in a file mean.
func (s *scanner) matchSignatures(w *worker, in *Input, f *fileRec, res *fileResult) {
	if s.signatures.Len() == 0 || hasMagic(in.Head, mediaMagic) {
		return
	}
	facts := signatures.FileFacts{Path: in.Path, Kind: signatures.Data}
	// A program for Windows in the library of an interpreter, which makes
	// installers of it, is no table of names.
	windows := bytes.HasPrefix(in.Head, []byte("MZ"))
	switch {
	case windows:
	case in.isELF():
		facts.Kind = signatures.ELF
		if res.elf != nil {
			facts.SONAME, facts.Needed = res.elf.soname, res.elf.needed
		}
	case strings.HasSuffix(in.Path, ".pyc") || strings.HasSuffix(in.Path, ".pyo"):
		facts.Kind = signatures.Text // what a program of Python says, compiled or not
	case f.class == classText || f.class == classWeb || f.class == classRegistry || f.class == classDocument || f.class == classDatabase || in.isText():
		facts.Kind = signatures.Text
	}
	if f.class == classRegistry && !windows && !isSharedImage(&in.Entry) && !isSharedPage(&in.Entry) || f.class == classDocument || f.class == classDatabase || f.class == classTrust {
		return
	}
	found, err := func() (found []signatures.Finding, err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("failed on this file: %v", r)
			}
		}()
		return s.signatures.Resolve(facts, in.ra, w.hits.signatures)
	}()
	if err != nil {
		res.Problem("bad-signature", sbom.ProblemError, "signatures: "+cause(err))
	}
	// A program that is linked to a library names the release that it was built
	// with; the one that it runs with is in the library's own file, or not here.
	found = slices.DeleteFunc(found, func(f signatures.Finding) bool { return f.Linked })
	// What a program of Go alone has of a library of C is a text about it.
	if res.elf != nil && res.elf.pureGo {
		found = slices.DeleteFunc(found, func(f signatures.Finding) bool { return !f.Own && !strings.HasPrefix(f.PURL, "pkg:golang/") })
	}
	if marked := func(f signatures.Finding) bool { return !f.Own && f.Version == "" }; countOf(found, marked) >= signatureTable {
		found = slices.DeleteFunc(found, marked)
	}
	for i := range found {
		for j := range found[i].Evidence {
			e := &found[i].Evidence[j]
			e.Path, e.Match = res.path, CleanMatch(e.Match)
		}
	}
	res.signatures = found
	s.identify(in, res)
	if facts.Kind == signatures.Text {
		s.moduleVersion(in, res)
	}
}

// DerivedSnapshot says from which packages, and when, the tables were made that
// Options.NoDerivedTables leaves out.
func DerivedSnapshot() (string, error) {
	t, err := derived.Builtin()
	if err != nil {
		return "", err
	}
	p, err := derived.BuiltinPaths()
	if err != nil {
		return "", err
	}
	return t.Snapshot() + "; paths of " + p.Snapshot(), nil
}

// namesOf returns the names under which a signature's component may stand in a
// package database, normalised.
func namesOf(f *signatures.Finding) []string {
	names := []string{foldPackage(f.Signature), foldPackage(f.Name)}
	if p, _, _ := strings.Cut(f.PURL, "@"); p != "" {
		names = append(names, foldPackage(baseOf(p)))
	}
	return names
}

// A Replacer prepares itself at its first use; that is not to be paid for each
// of thousands of names.
var packageSeparators = strings.NewReplacer("-", "", "_", "")

// foldPackage reduces a package or component name to what its variants have in
// common: "libopenssl1.0.0", "openssl" and "OpenSSL" are alike.
func foldPackage(s string) string {
	s = strings.ToLower(s)
	s = strings.ReplaceAll(s, "+", "p")
	s = packageSeparators.Replace(s)
	s = strings.TrimRight(s, "0123456789.")
	if rest, ok := strings.CutPrefix(s, "lib"); ok && len(rest) > 1 {
		s = rest
	}
	return s
}

// matches reports whether a package is the component of a finding, by its
// name. A package of another name that holds the component ("openssl-util") is
// another thing.
func (p *packageFacts) matches(f *signatures.Finding) bool {
	name := foldPackage(p.name)
	for _, n := range namesOf(f) {
		if n != "" && n == name {
			return true
		}
	}
	return false
}

// builtFrom reports whether a package's source or recipe is that of a finding's
// component.
func (p *packageFacts) builtFrom(f *signatures.Finding) bool {
	return p.source != "" && slices.Contains(namesOf(f), foldPackage(p.source))
}

// sameVersion reports whether a package's version is that upstream version with
// a distribution's own suffix: "1:1.30.1-5" and "1.30.1".
func sameVersion(pkg, upstream string) bool {
	if upstream == "" || strings.HasPrefix(upstream, "vers:") {
		return true
	}
	if _, rest, ok := strings.Cut(pkg, ":"); ok {
		pkg = rest
	}
	rest, ok := strings.CutPrefix(pkg, upstream)
	return ok && (rest == "" || strings.IndexByte("-+~_", rest[0]) >= 0 || strings.HasPrefix(rest, ".") && strings.ContainsAny(rest, "-+~")) ||
		pkg == upstream
}

// sameSeries reports whether two versions have their first two numbers in
// common, and so may be two statements about one release.
func sameSeries(pkg, upstream string) bool {
	if _, rest, ok := strings.Cut(pkg, ":"); ok {
		pkg = rest
	}
	a, b := strings.SplitN(pkg, ".", 3), strings.SplitN(upstream, ".", 3)
	return len(a) == 3 && len(b) == 3 && a[0] == b[0] && a[1] == b[1]
}

// inRange reports whether an exact version of numbers lies in a range
// "vers:generic/>=1.2|<1.3", as signatures and the derived table write them.
func inRange(version, vers string) bool {
	v := versionNumbers(version)
	_, list, ok := strings.Cut(vers, "/")
	if !ok || v == nil {
		return false
	}
	for c := range strings.SplitSeq(list, "|") {
		number := strings.TrimLeft(c, "<>=")
		bound := versionNumbers(number)
		if bound == nil {
			return false
		}
		order := slices.Compare(v, bound)
		switch c[:len(c)-len(number)] {
		case ">":
			ok = order > 0
		case ">=":
			ok = order >= 0
		case "<":
			ok = order < 0
		case "<=":
			ok = order <= 0
		default:
			return false
		}
		if !ok {
			return false
		}
	}
	return true
}

// versionNumbers returns the numbers of a version, without zeros at its end:
// "1.2.0" is "1.2". Nil means that there is more to it than numbers.
func versionNumbers(s string) []int {
	var out []int
	for part := range strings.SplitSeq(s, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return nil
		}
		out = append(out, n)
	}
	for len(out) > 1 && out[len(out)-1] == 0 {
		out = out[:len(out)-1]
	}
	return out
}
