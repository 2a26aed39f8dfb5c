// Package archtest holds the rules of the architecture as tests: which
// packages may import which, what library code must not contain, and what a
// program that imports the library pays for it.
package archtest

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/touchmark-dev/touchmark"

// root is the module's folder, relative to this package.
const root = "../.."

type goPackage struct {
	ImportPath string
	Name       string
	Imports    []string
	Standard   bool
	Module     *struct{ Path string }
}

func list(t *testing.T, args ...string) []goPackage {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Name,Imports,Standard,Module"}, args...)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	var pkgs []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// under reports whether an import path is a package of ours or below it.
func under(path, pkg string) bool {
	p := module + "/" + pkg
	return path == p || strings.HasPrefix(path, p+"/")
}

func TestImports(t *testing.T) {
	drawers := []string{"util", "utils", "common", "types", "models", "helpers", "misc"}
	for _, p := range list(t, "./...") {
		if slices.Contains(drawers, p.Name) {
			t.Errorf("%s: a package named %q says nothing of what is in it", p.ImportPath, p.Name)
		}
		for _, i := range p.Imports {
			if !strings.HasPrefix(i, module) {
				continue
			}
			switch {
			case p.ImportPath == module+"/sbom" && !under(i, "sbom/internal"):
				t.Errorf("sbom imports %s: it is the shared vocabulary and imports nothing of ours but its own inner parts", i)
			case under(p.ImportPath, "firmware") && under(i, "provenance"),
				under(p.ImportPath, "provenance") && under(i, "firmware"):
				t.Errorf("%s imports %s: firmware and provenance do not know each other", p.ImportPath, i)
			case under(i, "provenance/origindb") && !under(p.ImportPath, "provenance/origindb") &&
				!under(p.ImportPath, "cmd") && !under(p.ImportPath, "examples") && !under(p.ImportPath, "internal/eval"):
				t.Errorf("%s imports %s: a library user with an own database must not pay for ours", p.ImportPath, i)
			case under(i, "firmware/rpmdb") && !under(p.ImportPath, "cmd") && !under(p.ImportPath, "internal/eval"):
				t.Errorf("%s imports %s: it brings a database engine, and only the command needs it", p.ImportPath, i)
			}
		}
	}
}

// TestLibraryCode looks for what a library must not do: end the process, log,
// register itself, or keep state that changes.
func TestLibraryCode(t *testing.T) {
	library := func(path string) bool {
		for _, p := range []string{"sbom", "firmware", "provenance", "internal"} {
			if path == p || strings.HasPrefix(path, p+"/") {
				return !strings.HasPrefix(path, "internal/eval") && !strings.Contains(path, "/internal/") && !strings.Contains(path, "/testdata")
			}
		}
		return false
	}
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if strings.HasPrefix(d.Name(), ".") && rel != "." || d.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") || !library(filepath.ToSlash(filepath.Dir(rel))) {
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if f.Name.Name == "main" {
			return nil // a generator
		}
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: init()", fset.Position(fn.Pos()))
			}
		}
		globals := map[string]bool{}
		for _, decl := range f.Decls {
			if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, s := range g.Specs {
					for _, n := range s.(*ast.ValueSpec).Names {
						globals[n.Name] = n.Name != "_"
					}
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok {
					if x, ok := s.X.(*ast.Ident); ok {
						switch call := x.Name + "." + s.Sel.Name; {
						case call == "os.Exit", x.Name == "log", x.Name == "slog", call == "time.Now", call == "fmt.Print", call == "fmt.Println", call == "fmt.Printf":
							t.Errorf("%s: %s in library code", fset.Position(n.Pos()), call)
						}
					}
				}
			case *ast.AssignStmt:
				if n.Tok == token.DEFINE {
					return true
				}
				for _, l := range n.Lhs {
					if i, ok := l.(*ast.IndexExpr); ok {
						l = i.X
					}
					if x, ok := l.(*ast.Ident); ok && globals[x.Name] && !shadowed(f, x) {
						t.Errorf("%s: assigns the package variable %s", fset.Position(n.Pos()), x.Name)
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// shadowed reports whether a name is also declared inside the function that
// uses it, in which case the assignment is to that one.
func shadowed(f *ast.File, use *ast.Ident) bool {
	found := false
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || use.Pos() < fn.Pos() || use.Pos() > fn.End() {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok == token.DEFINE {
					for _, l := range n.Lhs {
						if x, ok := l.(*ast.Ident); ok && x.Name == use.Name {
							found = true
						}
					}
				}
			case *ast.ValueSpec:
				for _, x := range n.Names {
					found = found || x.Name == use.Name
				}
			case *ast.Field:
				for _, x := range n.Names {
					found = found || x.Name == use.Name
				}
			}
			return true
		})
	}
	return found
}

// maxSize bounds a program that reads SBOMs, scans trees and analyses, in
// bytes, built with -ldflags "-s -w". A change that needs more raises it and
// says why. Of 12.03 MB the derived table has 1.9, and the signatures 0.9, which
// grow with the components that they name: 800 bytes for each.
const maxSize = 12<<20 + 256<<10

// TestCostOfImporting builds a program that imports what a library user
// imports, and checks what comes with it.
func TestCostOfImporting(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	allowed := map[string]string{}
	data, err := os.ReadFile("allowed-modules.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if m, why, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(m, "#") {
			allowed[m] = strings.TrimSpace(why)
		}
	}
	used := map[string]bool{}
	for _, p := range list(t, "-deps", "./internal/archtest/importer") {
		if p.Standard || p.Module == nil || p.Module.Path == module {
			if under(p.ImportPath, "provenance/origindb") {
				t.Errorf("the library brings the origin database along: %s", p.ImportPath)
			}
			continue
		}
		if !used[p.Module.Path] && allowed[p.Module.Path] == "" {
			t.Errorf("the library brings %s, which allowed-modules.txt does not allow", p.ImportPath)
		}
		used[p.Module.Path] = true
	}
	for m := range allowed {
		if !used[m] {
			t.Errorf("allowed-modules.txt allows %s, which nothing needs", m)
		}
	}
	exe := filepath.Join(t.TempDir(), "importer")
	cmd := exec.Command("go", "build", "-ldflags", "-s -w", "-o", exe, "./internal/archtest/importer")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	st, err := os.Stat(exe)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a program that imports the library has %.1f MB", float64(st.Size())/(1<<20))
	if st.Size() > maxSize {
		t.Errorf("a program that imports the library has %d bytes, more than %d", st.Size(), maxSize)
	}
}
