package firmware_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/touchmark-dev/touchmark/firmware"
)

// Scan an unpacked tree. OpenDir opens a directory, OpenArchive a tar or zip;
// here the tree is in memory.
func ExampleScan() {
	tree := firmware.FromFS(fstest.MapFS{
		"etc/os-release":   {Data: []byte("ID=openwrt\nNAME=\"OpenWrt\"\nVERSION_ID=\"23.05.3\"\n")},
		"bin/busybox":      {Data: []byte("\x00\x01BusyBox v1.36.1 (2024-03-22 22:09:42 UTC)\x00\x02")},
		"lib/firmware.bin": {Data: []byte("\x00\x03\x04")},
	})
	doc, err := firmware.Scan(context.Background(), tree, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range doc.Components {
		fmt.Println(c.Name, c.Version)
		for _, e := range c.Evidence {
			fmt.Printf("  %s at %d: %q\n", e.Path, e.Offset, e.Match)
		}
	}
	// Output:
	// busybox 1.36.1
	//   bin/busybox at 2: "BusyBox v1.36.1"
	// openwrt 23.05.3
	//   etc/os-release at 0: "ID=openwrt"
	//   etc/os-release at 26: "VERSION_ID=\"23.05.3\""
}
