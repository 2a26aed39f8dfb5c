package firmware

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/touchmark-dev/touchmark/sbom"
)

// What unpackers leave: unblob writes NAME_extract/ beside or in place of NAME,
// with START-END.HANDLER for each chunk that it carved (unblob,
// python/unblob/extractor.py); binwalk 3 writes NAME.extracted/OFFSET/ with the
// offset in hexadecimal (binwalk, src/extractors/common.rs), binwalk 2
// _NAME.extracted/OFFSET.EXT; EMBA keeps the tree in firmware/ beside its own
// csv_logs/ and reports (emba, helpers/helpers_emba_defaults.sh).

// An unpackStep is one level of unpacking in a path.
type unpackStep struct {
	name   string // of the image or of the format inside it
	offset int64  // in the file above; -1 where the path does not say
}

// unpackSteps reads the levels of unpacking from a path, and the prefix below
// which the last unpacked tree stands.
func unpackSteps(p string) (steps []unpackStep, root string) {
	elems := strings.Split(p, "/")
	at := 0
	for i, e := range elems[:len(elems)-1] {
		at += len(e)
		switch {
		case strings.HasSuffix(e, "_extract") && len(e) > len("_extract"):
			name := strings.TrimSuffix(e, "_extract")
			if start, handler, ok := chunkName(name); ok {
				steps = append(steps, unpackStep{handler, start})
			} else {
				steps = append(steps, unpackStep{name, -1})
			}
			root = p[:at]
		case strings.HasSuffix(e, ".extracted") && len(e) > len(".extracted"):
			steps = append(steps, unpackStep{strings.TrimPrefix(strings.TrimSuffix(e, ".extracted"), "_"), -1})
			root = p[:at]
			if next := elems[i+1]; i+2 < len(elems) {
				if off, err := strconv.ParseInt(next, 16, 64); err == nil {
					steps = append(steps, unpackStep{"", off})
					root = p[:at+1+len(next)]
				}
			}
		case isRootDir(e) && root != "":
			root = p[:at]
		}
		at++
	}
	return steps, root
}

// isRootDir reports whether a directory's name is one that unpacking tools
// give the root of a file system.
func isRootDir(e string) bool {
	for _, fs := range []string{"squashfs-root", "cramfs-root", "jffs2-root", "ubifs-root", "cpio-root", "romfs-root", "ext-root", "yaffs-root"} {
		if rest, ok := strings.CutPrefix(e, fs); ok && (rest == "" || rest[0] == '-') {
			return true
		}
	}
	return false
}

// chunkName reads unblob's name of a chunk, "START-END.HANDLER".
func chunkName(s string) (start int64, handler string, ok bool) {
	nums, handler, ok := strings.Cut(s, ".")
	a, b, dash := strings.Cut(nums, "-")
	if !ok || !dash || handler == "" {
		return 0, "", false
	}
	start, err := strconv.ParseInt(a, 10, 64)
	if err != nil {
		return 0, "", false
	}
	if end, err := strconv.ParseInt(b, 10, 64); err != nil || end < start {
		return 0, "", false
	}
	return start, handler, true
}

// unpackedFrom says of which image and at which offset a file was unpacked:
// "fw.bin > squashfs_v4_le at 262144".
func unpackedFrom(p string) string {
	steps, _ := unpackSteps(p)
	var out []string
	for _, s := range steps {
		switch {
		case s.offset < 0:
			out = append(out, s.name)
		case s.name == "":
			out = append(out, fmt.Sprintf("offset %d", s.offset))
		default:
			out = append(out, fmt.Sprintf("%s at %d", s.name, s.offset))
		}
	}
	if len(out) > 6 {
		out = append(out[:5], "…", out[len(out)-1])
	}
	return CleanMatch(strings.Join(out, " > "))
}

// packedSuffixes are endings that binwalk 2 gives what it carved before it
// unpacked it.
var packedSuffixes = map[string]bool{"7z": true, "gz": true, "lzma": true, "xz": true, "bz2": true, "zip": true, "tar": true, "cpio": true, "squashfs": true, "jffs2": true, "ubi": true, "cramfs": true, "yaffs": true, "zlib": true, "rar": true, "lzo": true, "zst": true, "romfs": true, "ext": true}

// leftovers marks what unpackers left beside the content that they unpacked:
// carved chunks, their own logs and reports. It is no part of the device.
func (j *joiner) leftovers() {
	roots := map[string]bool{} // directories *.extracted that hold a NAME-root or OFFSET
	emba := map[string]bool{}
	last := "."
	for _, f := range j.s.files.all() {
		if !f.newDir {
			continue
		}
		dir := f.dirPath()
		// Those above the last one were looked at with it.
		for d := dir; d != "." && d != last && !strings.HasPrefix(last, d+"/"); d = dirOf(d) {
			switch base := baseOf(d); {
			case isRootDir(base):
				if up := dirOf(d); strings.HasSuffix(up, ".extracted") {
					roots[up] = true
				}
			case base == "csv_logs":
				emba[dirOf(d)] = true
			}
		}
		last = dir
	}
	for d := range emba {
		if !j.s.files.hasDir(joinPath(d, "firmware")) {
			delete(emba, d)
		}
	}
	piece := false
	for _, f := range j.s.files.all() {
		if f.newDir {
			dir := f.dirPath()
			piece = strings.HasSuffix(dir, "_extract") || strings.HasSuffix(dir, ".extracted")
		}
		if !piece && len(emba) == 0 || !f.mode.IsRegular() || f.class == classLinkText {
			continue
		}
		dir, base := f.dirPath(), f.base()
		switch {
		case len(emba) > 0 && j.inLogs(f.path(), emba):
			f.setClass(classLeftover)
		case strings.HasSuffix(dir, "_extract"):
			if _, handler, ok := chunkName(base); ok && (handler == "padding" || j.s.files.hasDir(f.path()+"_extract")) {
				f.setClass(classLeftover)
			}
		case strings.HasSuffix(dir, ".extracted"):
			off, ext, ok := strings.Cut(base, ".")
			if _, err := strconv.ParseUint(off, 16, 64); err != nil || !ok || !packedSuffixes[ext] {
				break
			}
			_, unpacked := j.at(joinPath(dir, off))
			if unpacked || roots[dir] || j.s.files.hasDir("_"+f.path()+".extracted") || j.s.files.hasDir(joinPath(dir, "_"+base+".extracted")) {
				f.setClass(classLeftover)
			}
		}
	}
}

// inLogs reports whether a file stands in a log directory of EMBA and not in
// the firmware that it keeps there.
func (j *joiner) inLogs(p string, logs map[string]bool) bool {
	for d := range logs {
		prefix := ""
		if d != "." {
			prefix = d + "/"
		}
		if strings.HasPrefix(p, prefix) && !strings.HasPrefix(p, prefix+"firmware/") {
			return true
		}
	}
	return false
}

// linkTarget returns where a link leads: an absolute one from the root of the tree
// that was unpacked with it.
func linkTarget(p, target string) string {
	t := cleanTarget(dirOf(p), target)
	if !strings.HasPrefix(target, "/") {
		return t
	}
	if _, root := unpackSteps(p); root != "" {
		if t == "." {
			return root
		}
		return root + "/" + t
	}
	return t
}

const maxUnpackReport = 64 << 20

// unpackReportExtractor reads unblob's report (unblob --report FILE): what it
// could not unpack hides something.
func unpackReportExtractor() Extractor {
	return Extractor{
		Name: "unblob-report",
		Doc:  "reads the report of unblob: what was encrypted or could not be unpacked",
		Match: func(e *Entry) bool {
			return e.Size > 16 && e.Size <= maxUnpackReport && strings.HasSuffix(strings.ToLower(e.Path), ".json") &&
				bytes.HasPrefix(bytes.TrimSpace(e.Head), []byte("[")) && bytes.Contains(e.Head, []byte(`"task"`))
		},
		Extract: readUnpackReport,
	}
}

type unpackReport struct {
	Type      string         `json:"__typename__"`
	Handler   string         `json:"handler_name"`
	Start     int64          `json:"start_offset"`
	Size      int64          `json:"size"`
	Encrypted bool           `json:"is_encrypted"`
	Missing   []string       `json:"dependencies"`
	Command   string         `json:"command"`
	Problem   string         `json:"problem"`
	Inner     []unpackReport `json:"extraction_reports"`
}

func readUnpackReport(_ context.Context, in *Input, out *Result) error {
	d := json.NewDecoder(io.NewSectionReader(in, 0, in.Size))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return nil
	}
	chunks, unknown := 0, int64(0)
	for d.More() {
		var r struct {
			Task *struct {
				Path string `json:"path"`
			} `json:"task"`
			Reports []unpackReport `json:"reports"`
		}
		if err := d.Decode(&r); err != nil {
			if chunks > 0 || bytes.Contains(in.Head, []byte(`"blob_id"`)) {
				out.class = classLeftover
				out.Problem("bad-unblob-report", sbom.ProblemWarning, "report of unblob could not be read to its end: "+err.Error())
			}
			return nil
		}
		if r.Task == nil {
			return nil // a list of something else
		}
		name := CleanMatch(baseOf(strings.TrimRight(r.Task.Path, "/"))) // the path is the unpacking computer's
		for _, rep := range r.Reports {
			out.unpackProblems(name, rep, 0)
			switch rep.Type {
			case "ChunkReport":
				chunks++
			case "UnknownChunkReport":
				unknown += max(rep.Size, 0)
			case "StatReport", "HashReport", "FileMagicReport":
				out.class = classLeftover
			}
		}
	}
	if chunks > 0 {
		out.class = classLeftover
		out.Subject(SubjectFact{Properties: []sbom.Property{
			{Name: "touchmark:unpacker", Value: "unblob"},
			{Name: "touchmark:unpacker-unknown-bytes", Value: strconv.FormatInt(unknown, 10)},
		}})
	}
	return nil
}

// unpackProblems turns what the unpacker says went wrong into problems.
func (r *Result) unpackProblems(name string, rep unpackReport, depth int) {
	if depth > 4 {
		return
	}
	place := fmt.Sprintf("%s in %s at offset %d", CleanMatch(rep.Handler), name, rep.Start)
	switch rep.Type {
	case "ChunkReport", "MultiFileReport":
		if rep.Encrypted {
			r.Problem("unpacker-encrypted", sbom.ProblemError, "unblob found "+place+" encrypted: nothing of it was read")
		}
		for _, in := range rep.Inner {
			if in.Handler == "" {
				in.Handler, in.Start = rep.Handler, rep.Start
			}
			r.unpackProblems(name, in, depth+1)
		}
	case "ExtractCommandFailedReport", "ExtractorTimedOut", "UnknownError", "CalculateChunkExceptionReport", "OutputDirectoryExistsReport":
		r.Problem("unpacker-failed", sbom.ProblemError, "unblob could not unpack "+place+" ("+rep.Type+"): its content is missing")
	case "ExtractorDependencyNotFoundReport":
		r.Problem("unpacker-failed", sbom.ProblemError, "unblob lacked "+CleanMatch(strings.Join(rep.Missing, ", "))+" for "+place+": its content is missing")
	case "MaliciousSymlinkRemoved", "PathTraversalProblem", "LinkExtractionProblem", "SpecialFileExtractionProblem":
		r.Problem("unpacker-dropped", sbom.ProblemWarning, "unblob left out or changed an entry of "+place+" ("+rep.Type+")")
	}
}
