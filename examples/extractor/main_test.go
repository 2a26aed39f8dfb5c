package main

import (
	"context"
	"os"
	"testing/fstest"
)

func Example() {
	tree := fstest.MapFS{
		"opt/door/door.app.json":     {Data: []byte(`{"name": "door", "version": "3.2", "vendor": "Example Locks GmbH"}`)},
		"opt/broken/broken.app.json": {Data: []byte(`{"name": `)},
	}
	if err := run(context.Background(), tree, os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// door 3.2 at opt/door/door.app.json
	//   org-name "Example Locks GmbH" as supplier, opt/door/door.app.json:46
	// error: opt/broken/broken.app.json: extractor app-manifest: read application manifest: unexpected end of JSON input
}
