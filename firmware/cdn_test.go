package firmware

import "testing"

func TestCDNPackage(t *testing.T) {
	for _, tt := range []struct{ mark, line, typ, namespace, name, version string }{
		{jsDelivrMark, "npm/axios@1.4.0/index.js", "npm", "", "axios", "1.4.0"},
		{jsDelivrMark, "npm/@popperjs/core@2.11.8/lib/index.js", "npm", "@popperjs", "core", "2.11.8"},
		{jsDelivrMark, "npm/@tiptap/extension-task-list@2.0.0-beta.220/dist/index.umd.js", "npm", "@tiptap", "extension-task-list", "2.0.0-beta.220"},
		{jsDelivrMark, "gh/souying/CDN@1.0/ios_webapp_4.js", "github", "souying", "CDN", "1.0"},
		{esmMark, "esbuild bundle(semver@6.3.0) esnext production */", "npm", "", "semver", "6.3.0"},
		{esmMark, "esbuild bundle(@stdlib/assert@0.2.1/is-complex-typed-array) denonext production */", "npm", "@stdlib", "assert", "0.2.1"},
		{esmMark, "axios@1.6.0 */", "npm", "", "axios", "1.6.0"},
		// What was asked for, and what is no package.
		{jsDelivrMark, "npm/axios@latest/index.js", "", "", "", ""},
		{jsDelivrMark, "npm/axios@1/index.js", "", "", "", ""},
		{jsDelivrMark, "npm/axios/index.js", "", "", "", ""},
		{jsDelivrMark, "wp/plugins/x@1.0/a.js", "", "", "", ""},
		{jsDelivrMark, "npm/@popperjs@2.11.8/lib/index.js", "", "", "", ""},
		{esmMark, "a CDN for modules", "", "", "", ""},
	} {
		typ, namespace, name, version, from, to := cdnPackage(tt.mark, tt.line)
		if tt.typ != "" && typ != tt.typ || namespace != tt.namespace || name != tt.name || version != tt.version {
			t.Errorf("%s%s: %q %q %q %q, want %q %q %q %q", tt.mark, tt.line, typ, namespace, name, version, tt.typ, tt.namespace, tt.name, tt.version)
		}
		if name != "" && (from <= 0 && tt.mark == jsDelivrMark || to > len(tt.line) || to-from < len(name)+len(version)) {
			t.Errorf("%s%s: quoted from %d to %d", tt.mark, tt.line, from, to)
		}
	}
}
