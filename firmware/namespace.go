package firmware

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// Packages of Java are named for a domain of whoever writes them, its labels
// reversed (The Java Language Specification, 6.1), and makers name their spaces of
// C++ so, too. A library shows it in the names that it exports to Java (JNI
// specification, chapter 2: Java_com_acme_Player_open is for com.acme.Player), in the
// classes that it gives its functions to (RegisterNatives: "com/acme/Player"), in
// names of C++ (Itanium C++ ABI, 5.1: _ZN3com4acme6PlayerC1Ev) and of interfaces of
// Android's binder ("com.acme.IPlayer").

// namespaceExtractor sees whose packages and name spaces a program has.
func namespaceExtractor() Extractor {
	return Extractor{
		Name:    "namespace",
		Doc:     "reads in whose Java packages and C++ name spaces the names stand that a program exports",
		Marks:   []string{"Java_", "N3com", "N3net", "N2cn", "N2ru", "N2tv", "JNI_OnLoad", "InterfaceDescriptorEv"},
		Extract: readNamespaces,
	}
}

const (
	maxNamespace = 160 // bytes that are looked at
	// Of a library in which classes are looked for, and how many of them.
	maxClassBytes, maxClassMarks = 8 << 20, 1024
	// A program with packages of more is put together from what others wrote.
	maxNamespaces = 5
	// A name of C++ recurs in every function of its space. One alone is of what
	// the program calls.
	minMangled = 3
)

// platformPackages are not their owner's work wherever they stand: the interfaces
// of Android and Java, and what examples are named for.
var platformPackages = []string{"com.android", "com.sun", "com.example", "com.test", "com.company", "com.mycompany", "com.yourcompany", "com.github", "com.gitlab", "net.java", "cn.com", "com.cn", "net.sourceforge"}

// topLabels begin packages: of other names nobody says that they are a domain.
var topLabels = []string{"com", "net", "org", "cn", "ru", "tv", "io", "de", "fr", "jp", "kr", "tw", "eu", "uk", "it", "se", "nl", "ch", "me", "cc", "co", "us", "ca", "au", "in", "br", "vn", "il"}

func readNamespaces(_ context.Context, in *Input, out *Result) error {
	if !in.isELF() {
		return nil
	}
	type space struct {
		name          string
		offset        int64
		length, count int
		match         string
	}
	var seen, classes []space // names that it defines, and classes that it names
	marks, java := in.Marks, false
	for _, m := range in.Marks {
		java = java || m.Text == "JNI_OnLoad" || m.Text == "InterfaceDescriptorEv"
	}
	if java {
		marks = append(slices.Clip(marks), classMarks(in)...)
	}
	for _, m := range marks {
		if m.Text == "JNI_OnLoad" || m.Text == "InterfaceDescriptorEv" {
			continue
		}
		b := in.Bytes(m.Offset, maxNamespace)
		var labels []string
		need := 1
		offset, class := m.Offset, m.Text == ""
		if class {
			if labels = classPackage(b); len(labels) > 2 {
				labels = labels[:2]
			}
		} else if m.Text == "Java_" {
			if prev := in.Bytes(m.Offset-1, 1); len(prev) == 1 && prev[0] != 0 {
				continue // in a longer name
			}
			labels = jniPackage(b)
		} else {
			labels, need = mangledSpace(b), minMangled
		}
		if len(labels) < 2 || !slices.Contains(topLabels, labels[0]) || len(labels[1]) < 2 {
			continue
		}
		owner := strings.Join(labels[:2], ".")
		if slices.Contains(platformPackages, owner) {
			continue
		}
		if class {
			if len(classes) < 2 && !slices.ContainsFunc(classes, func(s space) bool { return s.name == owner }) {
				end := slices.Index(b, 0)
				classes = append(classes, space{name: owner, offset: offset, length: end, match: string(b[:end]), count: 1})
			}
			continue
		}
		n := slices.IndexFunc(seen, func(s space) bool { return s.name == owner })
		if n < 0 {
			if len(seen) == maxNamespaces {
				return nil
			}
			end := slices.IndexFunc(b, func(c byte) bool { return !isIdentifierByte(c) })
			if end < 0 {
				end = len(b)
			}
			n = len(seen)
			seen = append(seen, space{name: owner, offset: offset, length: end, match: string(b[:end]), count: 1 - need})
		}
		seen[n].count++
	}
	// Who names classes of several owners calls some of them.
	if seen = slices.DeleteFunc(seen, func(s space) bool { return s.count <= 0 }); len(seen) == 0 && len(classes) == 1 {
		seen = classes
	}
	for _, s := range seen {
		ev := out.Evidence(sbom.BinaryAnalysis, "", s.offset, s.length, s.match)
		out.Claim(sbom.Claim{Kind: sbom.AndroidPrefix, Value: s.name, Role: sbom.Developer, By: sbom.ByBytes, Evidence: []sbom.Evidence{ev}})
	}
	return nil
}

func isIdentifierByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// jniPackage returns the labels of the package in a name that begins with Java_:
// those before the class, which begins with a capital letter. "_1" to "_3" are
// signs that such names cannot have, and a digit begins no label.
func jniPackage(b []byte) []string {
	var labels []string
	for b = b[len("Java_"):]; ; {
		n := 0
		for n < len(b) && (b[n] >= 'a' && b[n] <= 'z' || n > 0 && b[n] >= '0' && b[n] <= '9') {
			n++
		}
		if n == 0 || n == len(b) || b[n] != '_' {
			return labels
		}
		labels = append(labels, string(b[:n]))
		b = b[n+1:]
	}
}

// classMarks finds texts that begin as names of classes do, in a library that Java
// loads or that speaks to Android's binder. In all files they would cost a search
// for what data is full of.
func classMarks(in *Input) []Mark {
	var marks []Mark
	b := in.Bytes(0, maxClassBytes)
	for _, begin := range []string{"\x00com/", "\x00Lcom/", "\x00net/", "\x00cn/", "\x00tv/", "\x00com.", "\x00tv."} {
		for at := 0; len(marks) < maxClassMarks; {
			i := bytes.Index(b[at:], []byte(begin))
			if i < 0 {
				break
			}
			at += i + 1
			from := at
			if begin[1] == 'L' {
				from++
			}
			marks = append(marks, Mark{Offset: int64(from)})
		}
	}
	return marks
}

// classPackage returns the labels of the package of a class, or of an interface of
// Android's binder, where the text is all of its name: "com/acme/Player",
// "com.acme.IPlayer".
func classPackage(b []byte) []string {
	end := slices.Index(b, 0)
	if end > 0 && b[end-1] == ';' {
		end--
	}
	if end < 0 {
		return nil
	}
	sep := "/"
	if !strings.Contains(string(b[:end]), sep) {
		sep = "."
	}
	parts := strings.Split(string(b[:end]), sep)
	name := parts[len(parts)-1]
	if len(parts) < 3 || len(name) < 2 || !isUpper(name[0]) || sep == "." && (name[0] != 'I' || !isUpper(name[1])) {
		return nil
	}
	for _, p := range parts {
		if p == "" || strings.ContainsFunc(p, func(r rune) bool { return r >= 0x80 || !isIdentifierByte(byte(r)) && r != '$' }) {
			return nil
		}
	}
	return parts[:len(parts)-1]
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// mangledSpace returns the labels of the name space in a mangled name, from its N
// on: lengths and names.
func mangledSpace(b []byte) []string {
	var labels []string
	for b = b[1:]; len(labels) < 3; {
		n, digits := 0, 0
		for digits < len(b) && digits < 2 && b[digits] >= '0' && b[digits] <= '9' {
			n = 10*n + int(b[digits]-'0')
			digits++
		}
		if digits == 0 || n == 0 || digits+n >= len(b) {
			break
		}
		label := b[digits : digits+n]
		if slices.ContainsFunc(label, func(c byte) bool { return !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') }) {
			break
		}
		labels = append(labels, string(label))
		b = b[digits+n:]
	}
	return labels
}
