// Package testshared finds the shared corpora that some tests read. They are
// too large, and partly not licensed, to be in the repository.
package testshared

import (
	"os"
	"path/filepath"
	"testing"
)

// Dir returns the folder of shared corpora: $TOUCHMARK_SHARED, or the folder
// "shared" beside the module's own. Where there is none it skips the test and
// says so, or fails it if $TOUCHMARK_REQUIRE_SHARED is set.
func Dir(t testing.TB) string {
	t.Helper()
	if d := os.Getenv("TOUCHMARK_SHARED"); d != "" {
		return d
	}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for d := wd; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil {
			shared := filepath.Join(filepath.Dir(d), "shared")
			if st, err := os.Stat(shared); err == nil && st.IsDir() {
				return shared
			}
			break
		}
		if d == filepath.Dir(d) {
			break
		}
	}
	if os.Getenv("TOUCHMARK_REQUIRE_SHARED") != "" {
		t.Fatal("the shared corpora are required and not here")
	}
	t.Skip("the shared corpora are not here; set TOUCHMARK_SHARED to run this test")
	return ""
}
