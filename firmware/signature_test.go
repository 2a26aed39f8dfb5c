package firmware

import "testing"

// TestWhatNamesAProgramIsNoPartOfIt: sounds, pictures and the loader's cache name
// programs that need not be in the tree.
func TestWhatNamesAProgramIsNoPartOfIt(t *testing.T) {
	for path, content := range map[string]string{
		"etc/sound/bell.wav":           "RIFF\x40\x00\x00\x00WAVEfmt LIST\x1a\x00\x00\x00INFOISFT\x0e\x00\x00\x00Lavf57.65.100\x00",
		"etc/ld.so.cache":              "glibc-ld.so.cache1.1libpulsecore-6.0.so\x00/usr/lib/libpulsecore-6.0.so\x00",
		"var/cache/ldconfig/aux-cache": "glibc-ld.so.auxcache-1.0\x00libpulsecore-6.0.so\x00",
	} {
		for _, c := range scan(t, map[string]string{path: content}, nil).Components {
			t.Errorf("%s: %s %s", path, c.Name, c.Version)
		}
	}
}
