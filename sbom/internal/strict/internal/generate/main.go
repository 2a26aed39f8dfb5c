// Command generate writes the tables of package strict from the schemas that
// the cyclonedx-go module carries, as the module cache has it. It fails on
// every keyword, element or attribute that package strict does not implement.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const schemaModule = "github.com/CycloneDX/cyclonedx-go"

func main() {
	run := func() error { return run(".") }
	if len(os.Args) == 4 && os.Args[1] == "-proto" {
		run = func() error {
			data, err := protoTable(os.Args[2], os.Args[3])
			if err == nil {
				err = os.WriteFile("proto.table", data, 0o644)
			}
			return err
		}
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes the tables into a directory.
func run(to string) error {
	dir, version, err := moduleDir()
	if err != nil {
		return err
	}
	tables, err := tables(dir, version)
	if err != nil {
		return err
	}
	for name, data := range tables {
		if err := os.WriteFile(filepath.Join(to, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// tables returns the tables by the names of their files.
func tables(dir, version string) (map[string][]byte, error) {
	j, err := jsonTable(dir, version)
	if err != nil {
		return nil, err
	}
	x, err := xmlTable(dir, version)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"json.table": j, "xml.table": x}, nil
}

// moduleDir returns the folder of the schemas and the module's version.
func moduleDir() (dir, version string, err error) {
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Dir}}\n{{.Version}}", schemaModule)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", "", fmt.Errorf("go list -m %s: %w", schemaModule, err)
	}
	dir, version, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
	return filepath.Join(dir, "schema"), version, nil
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// table renders a table: a head, then one node a line from number 0 on.
func table[T any](version string, sums map[string]string, roots map[string]int, nodes []T) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(map[string]any{"module": schemaModule, "version": version, "files": sums, "roots": roots})
	for i := range nodes {
		if err == nil {
			err = enc.Encode(nodes[i])
		}
	}
	return b.Bytes(), err
}

// minimise makes one node of all that say the same, recursion included: nodes
// are apart only if what they say differs, or nodes that they name are apart.
// It returns the nodes that remain and the new number of every old one; 0 stays
// 0.
func minimise[T any](nodes []T, children func(T, func(int) int) T) ([]T, []int) {
	class := make([]int, len(nodes))
	for count := 1; ; {
		seen := map[string]int{}
		next := make([]int, len(nodes))
		for i := range nodes {
			n := children(nodes[i], func(c int) int { return class[c] })
			key, err := json.Marshal(n)
			if err != nil {
				panic(err) // plain data
			}
			id, ok := seen[string(key)]
			if !ok {
				id = len(seen)
				seen[string(key)] = id
			}
			next[i] = id
		}
		class = next
		if len(seen) == count {
			break
		}
		count = len(seen)
	}
	var out []T
	for i := range nodes {
		if class[i] == len(out) {
			out = append(out, children(nodes[i], func(c int) int { return class[c] }))
		}
	}
	return out, class
}
