package workspace

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
	"github.com/dockmend/dockmend/fixer/escape"
)

// ErrNoBaseline is wrapped by an error of ReadBaseline if the file does not exist, or
// is not a baseline of the known version.
var ErrNoBaseline = errors.New("no baseline")

// Baseline is what a legacy repository is allowed: how many findings of each
// transform each file may have. It has numbers, and no lines, so that moving or
// editing text makes no old finding new. It must be made with ReadBaseline or
// NewBaseline.
type Baseline struct {
	Path string // of its file

	dir   string // without links
	files counts
	now   counts              // findings of the run, for each file that it checked
	ran   map[string][]string // which transforms it ran over each of these
}

// counts are numbers of findings, keyed by path from the baseline's directory, and by
// transform.
type counts map[string]map[string]int

// baselineText is the content of the file.
type baselineText struct {
	Version int    `json:"version"`
	Files   counts `json:"files"`
}

// baselineVersion is that of the format.
const baselineVersion = 1

// maxBaseline bounds the file: some hundred thousand Dockerfiles.
const maxBaseline = 64 << 20

// noBaseline is an error that wraps ErrNoBaseline, too.
type noBaseline struct{ error }

func (e noBaseline) Unwrap() []error { return []error{e.error, ErrNoBaseline} }

// NewBaseline returns a baseline that allows nothing, and will be written to that
// file, in an existing directory.
func NewBaseline(path string) (*Baseline, error) {
	dir, err := RealPath(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	return &Baseline{Path: path, dir: dir, files: counts{}, now: counts{}, ran: map[string][]string{}}, nil
}

// ReadBaseline reads the file. The error begins with the path; it wraps
// fs.ErrNotExist if there is no file.
func ReadBaseline(path string) (*Baseline, error) {
	b, err := NewBaseline(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, noBaseline{fmt.Errorf("%s: %w", path, cause(err))}
	case !info.Mode().IsRegular() || info.Size() > maxBaseline:
		return nil, fmt.Errorf("%s: not a regular file of at most %d MiB", path, maxBaseline>>20)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	holds := baselineText{Version: baselineVersion}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&holds); err != nil {
		return nil, noBaseline{fmt.Errorf("%s: it is no baseline: %w", path, err)}
	}
	if holds.Version != baselineVersion {
		return nil, noBaseline{fmt.Errorf("%s: its version is %d, and this dockmend knows %d", path, holds.Version, baselineVersion)}
	}
	if holds.Files != nil {
		b.files = holds.Files
	}
	return b, nil
}

// Known reports for each finding of a file, after a run of these transforms, whether
// it is fixed and the baseline allows it. If a file has more of one transform than in
// the baseline, it is unknown which are new: none of them is known. The findings are
// kept for Gone and Write.
func (b *Baseline) Known(f *File, ts []*fixer.Transform, findings []fixer.Finding) []bool {
	name := b.name(f)
	now := map[string]int{}
	for _, finding := range findings {
		if finding.Status == fixer.Fixed {
			now[finding.ID]++
		}
	}
	b.now[name] = now
	for _, t := range ts {
		b.ran[name] = append(b.ran[name], t.ID)
	}
	known := make([]bool, len(findings))
	for i, finding := range findings {
		known[i] = finding.Status == fixer.Fixed && now[finding.ID] <= b.files[name][finding.ID]
	}
	return known
}

// name returns the file's path from the baseline's directory, in one printable line.
func (b *Baseline) name(f *File) string {
	path, ok := f.PathFrom(b.dir)
	if !ok {
		return f.Name
	}
	return escape.Line(path)
}

// Gone returns how many listed findings were not found by the transforms that ran over
// the files that Known has seen.
func (b *Baseline) Gone() (n int) {
	for name, now := range b.now {
		for id, listed := range b.files[name] {
			if slices.Contains(b.ran[name], id) {
				n += max(0, listed-now[id])
			}
		}
	}
	return n
}

// Write writes the file, atomically, with the findings. Files that were not checked,
// and findings of transforms that did not run, stay, unless the file no longer exists.
func (b *Baseline) Write() error {
	for name := range b.files {
		if _, err := os.Lstat(filepath.Join(b.dir, filepath.FromSlash(name))); errors.Is(err, fs.ErrNotExist) {
			delete(b.files, name)
		}
	}
	for name, now := range b.now {
		for id, listed := range b.files[name] {
			if !slices.Contains(b.ran[name], id) {
				now[id] = listed
			}
		}
		if delete(b.files, name); len(now) > 0 {
			b.files[name] = now
		}
	}
	text, err := json.MarshalIndent(baselineText{baselineVersion, b.files}, "", "  ")
	if err != nil {
		return err
	}
	if err := maybe.WriteFile(b.Path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("%s: not written: %w", b.Path, cause(err))
	}
	return nil
}
