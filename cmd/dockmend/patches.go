package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2/maybe"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// patches are the changes of a run, a patch for each transform, over all files.
// Each stands on those before it, as the transforms do.
type patches struct {
	dir  string
	text map[string]*bytes.Buffer // by transform
}

// newPatches makes sure that the directory has no patch of somebody else's, which
// would be taken for one of these.
func newPatches(dir string) (*patches, error) {
	old, err := filepath.Glob(filepath.Join(escapeGlob(dir), "*.patch"))
	if err != nil {
		return nil, fmt.Errorf("--patches %s: %w", dir, err)
	}
	if len(old) > 0 {
		return nil, withHint(fmt.Errorf("--patches %s: there are patches in it", dir), "a new or empty directory, so that all of its patches are of one run")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("--patches %s: %w", dir, workspace.Cause(err))
	}
	return &patches{dir: dir, text: map[string]*bytes.Buffer{}}, nil
}

// escapeGlob makes a pattern that matches the path alone.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// add takes the changes of one file.
func (p *patches) add(j *job, r fixer.Result) {
	before := r.Before
	for _, s := range r.Steps {
		p.of(s.ID).Write(diff.Unified(j.diffName(), before, s.Text))
		before = s.Text
	}
	for _, f := range j.added(r) {
		p.of(f.ID).Write(diff.Created(j.createdName(f.Name), f.Text))
	}
}

func (p *patches) of(id string) *bytes.Buffer {
	if p.text[id] == nil {
		p.text[id] = &bytes.Buffer{}
	}
	return p.text[id]
}

// write writes them, numbered in the order in which they apply. It returns how
// many there are.
func (p *patches) write(ts []*fixer.Transform) (n int, err error) {
	for _, t := range ts {
		text := p.text[t.ID]
		if text == nil {
			continue
		}
		n++
		name := filepath.Join(p.dir, fmt.Sprintf("%04d-%s.patch", n, t.ID))
		head := fmt.Sprintf("dockmend %s: %s\n\n", t.ID, t.Title)
		if err := maybe.WriteFile(name, append([]byte(head), text.Bytes()...), 0o644); err != nil {
			return n, fmt.Errorf("%s: not written: %w", name, workspace.Cause(err))
		}
	}
	return n, nil
}
