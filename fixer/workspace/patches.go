package workspace

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2/maybe"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/diff"
)

// Patches are the changes of a run, a patch for each transform, over all files.
// Each builds on those before it, as the transforms do. They must be made with
// NewPatches.
type Patches struct {
	Dir string // where they are written

	text map[string]*bytes.Buffer // by transform
}

// NewPatches returns patches that will be written into a directory, which is made if
// it does not exist. It fails if that has patches already: they would be taken
// for some of these. The error names the directory.
func NewPatches(dir string) (*Patches, error) {
	old, err := filepath.Glob(filepath.Join(escapeGlob(dir), "*.patch"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if len(old) > 0 {
		return nil, &HintError{fmt.Errorf("%s: there are patches in it", dir), "a new or empty directory, so that all of its patches are of one run"}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, cause(err))
	}
	return &Patches{Dir: dir, text: map[string]*bytes.Buffer{}}, nil
}

// escapeGlob returns a pattern that matches only the path.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Add adds the changes of one file.
func (p *Patches) Add(f *File, r fixer.Result) {
	before := r.Before
	for _, s := range r.Steps {
		p.of(s.ID).Write(diff.Unified(f.DiffName(), before, s.Text))
		before = s.Text
	}
	for _, created := range f.added(r) {
		p.of(created.ID).Write(diff.Created(f.createdName(created.Name), created.Text))
	}
}

func (p *Patches) of(id string) *bytes.Buffer {
	if p.text[id] == nil {
		p.text[id] = &bytes.Buffer{}
	}
	return p.text[id]
}

// Write writes them, numbered in the order in which they apply, which is that of the
// transforms. It returns how many there are.
func (p *Patches) Write(ts []*fixer.Transform) (n int, err error) {
	for _, t := range ts {
		text := p.text[t.ID]
		if text == nil {
			continue
		}
		n++
		name := filepath.Join(p.Dir, fmt.Sprintf("%04d-%s.patch", n, t.ID))
		head := fmt.Sprintf("dockmend %s: %s\n\n", t.ID, t.Title)
		if err := maybe.WriteFile(name, append([]byte(head), text.Bytes()...), 0o644); err != nil {
			return n, fmt.Errorf("%s: not written: %w", name, cause(err))
		}
	}
	return n, nil
}
