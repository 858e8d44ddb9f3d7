package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2/maybe"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// baseline is what a legacy repository is allowed: how many findings of each
// transform each file may have. Numbers, and no lines, so that nothing that moves
// or is edited makes an old finding new.
type baseline struct {
	Version int                       `json:"version"`
	Files   map[string]map[string]int `json:"files"` // by path from the baseline's directory, and transform

	path string
	dir  string                    // without links
	now  map[string]map[string]int // what the run found, of each file that it saw
	ran  map[string][]string       // which transforms it ran over each of these
}

// baselineVersion is that of the format.
const baselineVersion = 1

// maxBaseline bounds the file: some hundred thousand Dockerfiles.
const maxBaseline = 64 << 20

// readBaseline reads the file. One that is not there is empty where it is going to
// be written.
func readBaseline(path string, update bool) (*baseline, error) {
	b := &baseline{Version: baselineVersion, path: path, now: map[string]map[string]int{}, ran: map[string][]string{}}
	var err error
	if b.dir, err = workspace.RealPath(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("--baseline %s: %w", path, workspace.Cause(err))
	}
	hint := "--update-baseline writes it"
	if update {
		hint = "it is not written over: take it away first, if it is of no use"
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && update:
		b.Files = map[string]map[string]int{}
		return b, nil
	case err != nil:
		return nil, withHint(fmt.Errorf("--baseline %s: %w", path, workspace.Cause(err)), hint)
	case !info.Mode().IsRegular() || info.Size() > maxBaseline:
		return nil, fmt.Errorf("--baseline %s: not a regular file of at most %d MiB", path, maxBaseline>>20)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--baseline %s: %w", path, workspace.Cause(err))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(b); err != nil {
		return nil, withHint(fmt.Errorf("--baseline %s: it is no baseline: %w", path, err), hint)
	}
	if b.Version != baselineVersion {
		return nil, withHint(fmt.Errorf("--baseline %s: its version is %d, and this dockmend knows %d", path, b.Version, baselineVersion), hint)
	}
	if b.Files == nil {
		b.Files = map[string]map[string]int{}
	}
	return b, nil
}

// judge fills in what of the file's findings is known. Where a file has more of
// one transform than the baseline says, nobody can tell which are the new ones:
// none of them is known.
func (b *baseline) judge(j *job, f *report.File) {
	name := b.name(j)
	counts := map[string]int{}
	for _, finding := range f.Result.Findings {
		if finding.Status == fixer.Fixed {
			counts[finding.ID]++
		}
	}
	b.now[name] = counts
	for _, t := range j.transforms {
		b.ran[name] = append(b.ran[name], t.ID)
	}
	f.Known = make([]bool, len(f.Result.Findings))
	for i, finding := range f.Result.Findings {
		f.Known[i] = finding.Status == fixer.Fixed && counts[finding.ID] <= b.Files[name][finding.ID]
	}
}

// name is the job's path from the baseline's directory, in one printable line.
func (b *baseline) name(j *job) string {
	if j.stdin {
		return j.name
	}
	folder, err := workspace.RealPath(filepath.Dir(j.path))
	if err != nil {
		return j.name
	}
	rel, err := filepath.Rel(b.dir, filepath.Join(folder, filepath.Base(j.path)))
	if err != nil {
		return j.name
	}
	return dockerfile.Printable(filepath.ToSlash(rel))
}

// gone counts the findings that are listed and were not found by what ran over the
// files seen.
func (b *baseline) gone() (n int) {
	for name, now := range b.now {
		for id, listed := range b.Files[name] {
			if slices.Contains(b.ran[name], id) {
				n += max(0, listed-now[id])
			}
		}
	}
	return n
}

// write states what was found. What was not looked at, a file or what a transform
// that did not run would find, stays, unless the file is no more.
func (b *baseline) write() error {
	for name := range b.Files {
		if _, err := os.Lstat(filepath.Join(b.dir, filepath.FromSlash(name))); errors.Is(err, fs.ErrNotExist) {
			delete(b.Files, name)
		}
	}
	for name, now := range b.now {
		for id, listed := range b.Files[name] {
			if !slices.Contains(b.ran[name], id) {
				now[id] = listed
			}
		}
		if delete(b.Files, name); len(now) > 0 {
			b.Files[name] = now
		}
	}
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	if err := maybe.WriteFile(b.path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("--update-baseline: %s: not written: %w", b.path, workspace.Cause(err))
	}
	return nil
}
