package signatures_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/firmware"
	"github.com/touchmark-dev/touchmark/firmware/signatures"
)

// Recognise a component of your own beside the built-in ones.
func ExampleSet_Merge() {
	own, err := signatures.Read(fstest.MapFS{"acme-agent.yaml": {Data: []byte(`
id: acme-agent
name: acme-agent
type: application
developer: ACME
license: LicenseRef-ACME
seen: [ACME gateway 2.1]
marks:
  - text: 'acme agent release <version>'
match:
  - {text: 'acme agent release 2.1.4', version: 2.1.4}
`)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range own.Lint() {
		fmt.Println(p)
	}
	builtin, err := signatures.Builtin()
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := builtin.Merge(own)
	if err != nil {
		fmt.Println(err)
		return
	}
	tree := firmware.FromFS(fstest.MapFS{
		"bin/busybox": {Data: []byte("\x00\x01BusyBox v1.36.1 (2024-03-22 22:09:42 UTC)\x00\x02")},
		"sbin/agentd": {Data: []byte("\x00\x01acme agent release 2.1.4\x00\x02")},
	})
	doc, err := firmware.Scan(context.Background(), tree, &firmware.Options{Signatures: set})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range doc.Components {
		fmt.Println(c.Name, c.Version)
	}
	// Output:
	// acme-agent 2.1.4
	// busybox 1.36.1
}
