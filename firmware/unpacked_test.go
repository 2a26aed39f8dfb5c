package firmware

import (
	"strings"
	"testing"
)

func TestUnpackSteps(t *testing.T) {
	for p, want := range map[string][2]string{
		"etc/passwd": {"", ""},
		"fw.bin_extract/262144-900000.squashfs_v4_le_extract/etc/passwd": {"fw.bin > squashfs_v4_le at 262144", "fw.bin_extract/262144-900000.squashfs_v4_le_extract"},
		"fw.bin_extract/0-64.gzip":                                       {"fw.bin", "fw.bin_extract"},
		"fw.bin.extracted/40000/squashfs-root/bin/sh":                    {"fw.bin > offset 262144", "fw.bin.extracted/40000/squashfs-root"},
		"_fw.bin.extracted/squashfs-root/bin/sh":                         {"fw.bin", "_fw.bin.extracted/squashfs-root"},
		"_fw.bin.extracted/_40.extracted/cpio-root/init":                 {"fw.bin > 40", "_fw.bin.extracted/_40.extracted/cpio-root"},
		"_extract/x":        {"", ""},
		"9-1.tar_extract/x": {"9-1.tar", "9-1.tar_extract"},
	} {
		_, root := unpackSteps(p)
		if got := unpackedFrom(p); got != want[0] || root != want[1] {
			t.Errorf("%s: %q below %q, want %q below %q", p, got, root, want[0], want[1])
		}
	}
}

// names lists components with what they were unpacked from.
func unpackedNames(t *testing.T, files map[string]string) string {
	var out []string
	for _, c := range scan(t, files, nil).Components {
		s := c.Name
		for _, p := range c.Properties {
			if p.Name == "touchmark:unpacked-from" {
				s += " (" + p.Value + ")"
			}
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

// TestUnpackedTrees: the packed pieces beside their content, logs and reports
// are no components; what was not unpacked stays one; links lead inside the
// file system that they were packed with.
func TestUnpackedTrees(t *testing.T) {
	squash := "hsqs" + strings.Repeat("\x00", 24) + "\x04\x00\x00\x00" + strings.Repeat("\x01\x80\xff", 200)
	app := program("hello", "world")
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"unblob": {map[string]string{
			"fw.bin_extract/64-2000.squashfs_v4_le":                 squash,
			"fw.bin_extract/64-2000.squashfs_v4_le_extract/bin/app": app,
			"fw.bin_extract/2000-2100.padding":                      strings.Repeat("\xff", 100),
		}, "app (fw.bin > squashfs_v4_le at 64)"},
		"unblob without content":   {map[string]string{"fw.bin_extract/64-2000.squashfs_v4_le": squash, "fw.bin_extract/other/bin/app": app}, "64-2000.squashfs_v4_le (fw.bin); app (fw.bin)"},
		"binwalk 2":                {map[string]string{"_fw.bin.extracted/40.squashfs": squash, "_fw.bin.extracted/squashfs-root/bin/app": app}, "app (fw.bin)"},
		"binwalk 3":                {map[string]string{"fw.bin.extracted/40000/squashfs-root/bin/app": app}, "app (fw.bin > offset 262144)"},
		"binwalk unpacked nothing": {map[string]string{"_fw.bin.extracted/40.squashfs": squash}, "40.squashfs (fw.bin)"},
		"emba": {map[string]string{
			"logs/csv_logs/s09.csv": "busybox;1.2.3\n", "logs/p55_unblob_extractor.txt": "BusyBox v1.30.1 (2020-01-01 00:00:00 UTC)\n", "logs/helper.so": program("x"),
			"logs/firmware/unblob_extracted/fw_extract/bin/app": app,
		}, "app (fw)"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := unpackedNames(t, tt.files); got != tt.want {
				t.Errorf("components %q, want %q", got, tt.want)
			}
		})
	}
}

const unblobReport = `[
 {"task": {"path": "/home/somebody/in/fw.bin", "depth": 0, "blob_id": ""}, "reports": [
  {"__typename__": "StatReport", "path": "/home/somebody/in/fw.bin", "size": 10},
  {"__typename__": "ChunkReport", "id": "1", "handler_name": "squashfs_v4_le", "start_offset": 64, "end_offset": 2000, "size": 1936, "is_encrypted": false, "extraction_reports": [
   {"__typename__": "ExtractorDependencyNotFoundReport", "severity": "ERROR", "dependencies": ["sasquatch"]}]},
  {"__typename__": "ChunkReport", "id": "2", "handler_name": "zip", "start_offset": 2000, "end_offset": 3000, "size": 1000, "is_encrypted": true, "extraction_reports": []},
  {"__typename__": "UnknownChunkReport", "id": "3", "start_offset": 3000, "end_offset": 3100, "size": 100, "randomness": null}],
  "subtasks": []}
]`

// TestUnblobReport: what unblob could not unpack is a problem; the path on the
// computer that ran it is not repeated.
func TestUnblobReport(t *testing.T) {
	doc := scan(t, map[string]string{"report.json": unblobReport, "fw.bin_extract/bin/app": program("x")}, nil)
	var got []string
	for _, p := range doc.Problems {
		got = append(got, p.Kind+": "+p.Message)
		if strings.Contains(p.Message, "somebody") {
			t.Errorf("the problem tells the host's path: %s", p.Message)
		}
	}
	want := "unpacker-failed: unblob lacked sasquatch for squashfs_v4_le in fw.bin at offset 64: its content is missing\n" +
		"unpacker-encrypted: unblob found zip in fw.bin at offset 2000 encrypted: nothing of it was read"
	if strings.Join(got, "\n") != want {
		t.Errorf("problems\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	if len(doc.Components) != 1 {
		t.Errorf("%d components, want the program alone", len(doc.Components))
	}
	// Another JSON is left alone, and a cut report says so.
	doc = scan(t, map[string]string{"a.json": `[{"task": 1}]`, "b.json": unblobReport[:len(unblobReport)-40]}, nil)
	if got := problems(doc); !strings.Contains(got, "bad-unblob-report") && !strings.Contains(got, "unpacker") {
		t.Errorf("problems %q", got)
	}
}

func FuzzUnpacked(f *testing.F) {
	f.Add("fw.bin_extract/1-2.zip_extract/x", unblobReport)
	f.Add("_a.extracted/b.extracted/FF/squashfs-root/x", "[{\"task\":{}}]")
	f.Fuzz(func(t *testing.T, p, report string) {
		if steps, root := unpackSteps(p); len(steps) > 0 && !strings.HasPrefix(p, root+"/") {
			t.Errorf("%q does not stand below %q", p, root)
		}
		in := fuzzInput([]byte(report), "report.json")
		out := &Result{extractor: "unblob-report"}
		if err := readUnpackReport(t.Context(), in, out); err != nil {
			t.Error(err)
		}
	})
}
