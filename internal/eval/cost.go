package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// The cost of a scan is that of the whole process, user and system time, over
// that of a process which does the least that any scan must: walk the tree and
// take the SHA-256 of each regular file. Both run by turns, so that a busy
// machine slows both; each figure is the median of the runs.

// measureCost prints what `program scan` costs on each tree beside the walk.
func measureCost(ctx context.Context, out io.Writer, program string, dirs []string, runs int) error {
	if len(dirs) == 0 {
		return errors.New("-cost: name the trees to scan after the flags")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	t := &table{
		Title:   "Cost of a scan",
		Note:    fmt.Sprintf("milliseconds of CPU, user and system, of the whole process; medians of %d runs", runs),
		Columns: []string{"tree", "files", "MB", "walk+SHA-256", "scan", "user", "system", "ratio", "peak MB"},
	}
	for _, dir := range dirs {
		files, size, err := walkAndHash(dir)
		if err != nil {
			return err
		}
		var base, scan, user, system []time.Duration
		var peak int64
		for range runs {
			b, err := childCost(ctx, exec.CommandContext(ctx, self, "-walk", dir))
			if err != nil {
				return err
			}
			s, err := childCost(ctx, exec.CommandContext(ctx, program, "scan", "-q", "-o", "json="+os.DevNull, "dir:"+dir))
			if err != nil {
				return err
			}
			base, scan = append(base, b.user+b.system), append(scan, s.user+s.system)
			user, system = append(user, s.user), append(system, s.system)
			peak = max(peak, s.peak)
		}
		b, s := median(base), median(scan)
		ms := func(d time.Duration) string { return fmt.Sprintf("%.0f", d.Seconds()*1000) }
		t.add(filepath.Base(dir), files, fmt.Sprintf("%.1f", float64(size)/1e6), ms(b), ms(s), ms(median(user)), ms(median(system)),
			fmt.Sprintf("%.1f", s.Seconds()/b.Seconds()), fmt.Sprintf("%.0f", float64(peak)/1e6))
	}
	return (&evaluation{tables: []*table{t}}).print(out)
}

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}

// A processCost is what a process that ended has used. Peak is its largest
// resident memory in bytes, 0 where the system does not say.
type processCost struct {
	user, system time.Duration
	peak         int64
}

func childCost(ctx context.Context, cmd *exec.Cmd) (processCost, error) {
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return processCost{}, fmt.Errorf("%s: %w", filepath.Base(cmd.Path), errors.Join(err, ctx.Err()))
	}
	return processCost{cmd.ProcessState.UserTime(), cmd.ProcessState.SystemTime(), peakMemory(cmd.ProcessState)}, nil
}

// walkAndHash is the program that a scan is compared with.
func walkAndHash(dir string) (files int, size int64, err error) {
	sum, buf := sha256.New(), make([]byte, 256<<10)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		sum.Reset()
		n, err := io.CopyBuffer(sum, struct{ io.Reader }{f}, buf)
		sum.Sum(nil)
		files++
		size += n
		return err
	})
	return files, size, err
}
