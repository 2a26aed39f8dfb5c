package firmware

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/sbom"
)

// A module of Lua states its release in a variable _VERSION, as the interpreter
// itself does (Lua Reference Manual, 5.1: "_VERSION ... Lua 5.1"): with its name
// before it (_VERSION = "LuaLogging 1.3.0"), or alone, and then it is that of the
// module which the file's name is. A module of Python does in __version__ (PEP 396).

const maxModuleFile = 1 << 20

// moduleWords are names of files that say what they are for, and not of what.
var moduleWords = []string{"util", "utils", "info", "common", "core", "main", "config", "version", "base", "lib", "tools", "helper", "helpers", "test", "module", "api", "defs", "const", "constants", "settings",
	"src", "app", "server", "client", "scripts", "bin", "setup", "python", "run"}

// moduleVersion adds what a file of Lua or Python states of itself and no signature
// found.
func (s *scanner) moduleVersion(in *Input, res *fileResult) {
	variable, ext := "", path.Ext(in.Path)
	switch ext {
	case ".lua":
		variable = "_VERSION"
	case ".py":
		variable = "__version__"
	default:
		return
	}
	if in.Size > maxModuleFile {
		return
	}
	b := in.Bytes(0, maxModuleFile)
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(variable))
		if i < 0 {
			return
		}
		at += i + len(variable)
		name, version, from, to := moduleVersionAt(b, at, variable)
		if version == "" || ext == ".py" && from > 0 && b[from-1] != '\n' {
			continue
		}
		if name == "" {
			switch name = strings.TrimSuffix(in.Base(), ext); name {
			case "init", "__init__", "_version", "version", "__version__", "__about__", "_meta":
				name = baseOf(dirOf(in.Path))
			}
			if slices.Contains(moduleWords, strings.ToLower(name)) {
				return
			}
		}
		// "URL" of socket/url.lua is what a program loads as socket.url.
		if base := strings.TrimSuffix(in.Base(), ext); ext == ".lua" && strings.EqualFold(name, base) {
			if parent := baseOf(dirOf(in.Path)); !isLuaRoot(parent) {
				name = parent + "." + base
			}
		}
		if len(name) < 2 || !validValue(name) || slices.ContainsFunc(res.signatures, func(f signatures.Finding) bool {
			return f.Version == version || strings.EqualFold(f.Name, name) && f.Version != ""
		}) {
			return
		}
		ev := sbom.Evidence{Field: "version", Technique: sbom.SourceCodeAnalysis, Extractor: "stated-version", Path: res.path, Offset: int64(from),
			Length: to - from, Match: CleanMatch(string(b[from:to])), Confidence: sbom.Medium}
		if sig := s.signatures.Signature(strings.ToLower(name)); sig != nil && ext == ".lua" {
			res.signatures = append(res.signatures, sig.Finding(version, []sbom.Evidence{ev}, sbom.Medium))
			return
		}
		res.signatures = append(res.signatures, signatures.Finding{Signature: "stated:" + strings.ToLower(name), Name: EscapePath(name), Version: version, Type: sbom.Library,
			Own: true, Stated: true, Confidence: sbom.Medium, Evidence: []sbom.Evidence{ev}})
		return
	}
}

// isLuaRoot reports whether a folder is one in which modules are looked for, and
// no part of their names: "lua", or its release below it.
func isLuaRoot(name string) bool {
	return name == "" || name == "lib" || name == "share" || strings.HasPrefix(name, "lua") || name[0] >= '0' && name[0] <= '9'
}

// moduleVersionAt reads what is assigned to the variable whose name ends at a place:
// a literal that is a version, or a name and a version, and nothing else.
func moduleVersionAt(b []byte, at int, variable string) (name, version string, from, to int) {
	from = at - len(variable)
	p := at
	blank := func() {
		for p < len(b) && p < at+40 && (b[p] == ' ' || b[p] == '\t') {
			p++
		}
	}
	if blank(); p >= len(b) || b[p] != '=' || p+1 < len(b) && b[p+1] == '=' {
		return "", "", 0, 0
	}
	p++
	if blank(); p >= len(b) || b[p] != '"' && b[p] != '\'' {
		return "", "", 0, 0
	}
	// Another variable's name may end so: of a module's own it is the whole, or a
	// member ("_M._VERSION").
	if from > 0 && (isAlnum(b[from-1]) || b[from-1] == '_') {
		return "", "", 0, 0
	}
	end := bytes.IndexByte(b[p+1:min(len(b), p+82)], b[p])
	if end < 0 {
		return "", "", 0, 0
	}
	text := string(b[p+1 : p+1+end])
	to = p + 1 + end + 1
	name, version, _ = cutLast(strings.TrimSpace(text), ' ')
	version = strings.TrimPrefix(version, "v")
	name = strings.TrimSpace(name)
	if version == "" || version[0] < '0' || version[0] > '9' || !strings.Contains(version, ".") || !isRelease(version) || len(version) > 24 {
		return "", "", 0, 0
	}
	if name == "Lua" || strings.IndexFunc(name, func(r rune) bool { return !(r < 0x80 && (isAlnum(byte(r)) || strings.IndexByte("-_. ", byte(r)) >= 0)) }) >= 0 || strings.Count(name, " ") > 2 {
		return "", "", 0, 0
	}
	return name, version, from, to
}

// cutLast is strings.Cut at the last separator; without one all is the last part.
func cutLast(s string, sep byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return "", s, false
}
