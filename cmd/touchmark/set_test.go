package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/touchmark-dev/touchmark/cmd/touchmark/command"
	"github.com/touchmark-dev/touchmark/internal/testshared"
)

// The archive that a build of Yocto made, which begins with a frame to skip, is
// one SBOM without a word about what it is.
func TestYoctoArchive(t *testing.T) {
	input := testshared.Dir(t) + "/corpus/sbom/savoirfairelinux+vulnscout/example/spdx2/example.rootfs.spdx.tar.zst"
	var out, errs bytes.Buffer
	env := command.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: func() time.Time { return today }, Getenv: func(string) string { return "" }}
	if status := command.Run(context.Background(), env, []string{"scan", input, "-o", "json"}); status != 0 {
		t.Fatalf("exit status %d: %s", status, errs.String())
	}
	var r struct {
		Schema     string
		Source     struct{ Kind string }
		Components []struct{}
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Schema != "touchmark.report/1" || r.Source.Kind != "spdx" || len(r.Components) != 200 {
		t.Errorf("%s of %s, %d components", r.Schema, r.Source.Kind, len(r.Components))
	}
}
