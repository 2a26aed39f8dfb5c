package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/internal/bytesearch"
)

func main() {
	set, err := signatures.Builtin()
	if err != nil {
		panic(err)
	}
	if len(os.Args) > 2 && os.Args[1] == "-d" {
		set, err = signatures.Read(os.DirFS(os.Args[2]))
		if err != nil {
			panic(err)
		}
		os.Args = os.Args[2:]
	}
	s, err := bytesearch.Compile(set.Patterns())
	if err != nil {
		panic(err)
	}
	for _, root := range os.Args[1:] {
		filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil
			}
			data, err := os.ReadFile(p)
			if err != nil {
				return nil
			}
			rel, _ := filepath.Rel(root, p)
			f := signatures.FileFacts{Path: rel, Kind: signatures.Data}
			if bytes.HasPrefix(data, []byte("\x7fELF")) {
				f.Kind = signatures.ELF
				if e, err := elf.NewFile(bytes.NewReader(data)); err == nil {
					if so, err := e.DynString(elf.DT_SONAME); err == nil && len(so) > 0 {
						f.SONAME = so[0]
					}
				}
			} else if n := min(len(data), 4096); bytes.IndexByte(data[:n], 0) < 0 && (utf8.Valid(data[:n]) || n == 4096) {
				f.Kind = signatures.Text
			}
			var hits []bytesearch.Match
			s.Search(data, func(m bytesearch.Match) { hits = append(hits, m) })
			found, err := set.Resolve(f, bytes.NewReader(data), hits)
			if err != nil {
				fmt.Println("ERR", err)
			}
			for _, x := range found {
				own := ""
				if x.Own {
					own = "own"
				}
				fmt.Printf("%s\t%s\t%s\t%s\t%s\t%s\t%q\n", filepath.Base(root), rel, x.Name, x.Version, own, x.Confidence, strings.ToValidUTF8(x.Evidence[0].Match, "?"))
			}
			return nil
		})
	}
}
