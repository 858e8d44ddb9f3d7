package proof

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/moby/buildkit/client/llb"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/util/staticfs"
	"github.com/tonistiigi/fsutil/types"
)

// Helper is a program that is mounted into the containers and examines them from
// inside: a Linux program of the containers' architecture that passes the arguments
// after Args to observer.Run. If it is not static, its loader and libraries are
// mounted with it.
type Helper struct {
	Path string // "" for none: what only it can see is then not observed
	Args []string
}

// ErrHelper is why a program can't be a Helper.
var ErrHelper = errors.New("it can't look into containers: it is no Linux program")

// helper is a usable Helper.
type helper struct {
	files *staticfs.FS // that are mounted, side by side
	args  []string     // the command line of the observer in a container
	added map[string]bool
}

// load finds the helper's files.
func (h Helper) load() (*helper, error) {
	if h.Path == "" {
		return nil, nil
	}
	file, err := filepath.Abs(h.Path)
	if err != nil {
		return nil, err
	}
	l := &helper{files: staticfs.NewFS(), added: map[string]bool{}}
	in := path.Join(helperDir, filepath.Base(file))
	loader, err := l.add(file)
	if err != nil {
		return nil, err
	}
	if loader == "" {
		l.args = slices.Concat([]string{in}, h.Args)
		return l, nil
	}
	if _, err := l.add(loader); err != nil {
		return nil, err
	}
	l.args = slices.Concat([]string{path.Join(helperDir, filepath.Base(loader)), "--library-path", helperDir, in}, h.Args)
	return l, nil
}

// add adds a program or library, and the libraries that it needs. loader is
// the program that loads a dynamic program.
func (l *helper) add(file string) (loader string, err error) {
	name := filepath.Base(file)
	if l.added[name] {
		return "", nil
	}
	l.added[name] = true
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	l.files.Add(name, &types.Stat{Mode: 0o755, ModTime: info.ModTime().UnixNano()}, content)
	f, err := elf.NewFile(bytes.NewReader(content))
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, ErrHelper)
	}
	if i := slices.IndexFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }); i >= 0 {
		text := make([]byte, f.Progs[i].Filesz)
		if _, err := f.Progs[i].ReadAt(text, 0); err != nil {
			return "", err
		}
		loader = string(text[:max(0, len(text)-1)]) // it ends with a NUL
	}
	needed, err := f.ImportedLibraries()
	if err != nil {
		return "", err
	}
	for _, lib := range needed {
		found, err := findLibrary(lib, loader, filepath.Dir(file))
		if err != nil {
			return "", fmt.Errorf("%s: %w", file, err)
		}
		if _, err := l.add(found); err != nil {
			return "", err
		}
	}
	return loader, nil
}

// findLibrary returns the path of the C library: next to the program that needs it, or
// where distributions have it. A Go program needs no other.
func findLibrary(name, loader, dir string) (string, error) {
	dirs := []string{dir, "/lib64", "/usr/lib64", "/lib", "/usr/lib"}
	if real, err := filepath.EvalSymlinks(loader); err == nil {
		dirs = append([]string{filepath.Dir(real)}, dirs...)
	}
	multiarch, _ := filepath.Glob("/lib/*-linux-gnu*")
	for _, d := range append(dirs, multiarch...) {
		file := filepath.Join(d, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file, nil
		}
	}
	return "", fmt.Errorf("%s was not found", name)
}

// solve brings the helper into the builder.
func (l *helper) solve(ctx context.Context, gw gateway.Client) (gateway.Reference, error) {
	def, err := llb.Local(localHelper, llb.SharedKeyHint(localHelper), llb.WithCustomName("[dockmend] the observer")).Marshal(ctx)
	if err != nil {
		return nil, err
	}
	r, err := gw.Solve(ctx, gateway.SolveRequest{Evaluate: true, Definition: def.ToPB()})
	if err != nil {
		return nil, err
	}
	return r.SingleRef()
}
