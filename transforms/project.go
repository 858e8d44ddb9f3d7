package transforms

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/npm"
	"github.com/dockmend/dockmend/fixer/workload"
)

// project is the package that lies in a directory of the image.
type project struct {
	manifest *npm.Manifest
	lock     *npm.Lock
	npmrc    string // .npmrc of the directory, "" when there is none
	yarnrc   string // .yarnrc of the directory, "" when there is none
	berry    bool   // it has settings of Yarn 2 or later
	pnp      bool   // Yarn keeps its packages elsewhere than in node_modules
	gyp      bool   // npm builds it itself at each install, by its binding.gyp
	pnpm     string // pnpm-workspace.yaml, "" when there is none
	lockErr  error  // why there is no lock
}

var errNoLock = errors.New("there is no")

// lockNames are the lock files of each package manager, the one that goes before
// the other first.
var lockNames = map[string][]string{
	"npm": {"npm-shrinkwrap.json", "package-lock.json"}, "yarn": {"yarn.lock"}, "pnpm": {"pnpm-lock.yaml"},
}

// readProject reads the package in the working directory in front of the step
// with that index, and the lock file that the package manager would use. The
// error says why its package.json is not known.
func readProject(p *fixer.Pass, run *chain.Run, i int, tool string) (*project, error) {
	before := run.Steps[i].Before
	if p.Context == nil {
		return nil, workload.ErrNoContext
	}
	if !before.Workdir.Known {
		return nil, errors.New("the working directory can't be told")
	}
	upTo := &chain.Run{Node: run.Node, Steps: run.Steps[:i], Final: before}
	// source is the file of the context that lies there, "" for none.
	source := func(name string) string { return upTo.Origin(path.Join(before.Workdir.Text, name), p.Context).Name }
	read := func(name string) (string, error) {
		if name = source(name); name == "" {
			return "", fs.ErrNotExist
		}
		return p.Files().ReadFile(name, workload.MaxText)
	}
	_, err := read("package.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("package.json is not copied from the build context")
	}
	if err != nil {
		return nil, fmt.Errorf("package.json can't be read: %w", err)
	}
	manifest := source("package.json")
	out := &project{}
	if out.manifest, err = p.Files().Manifest(manifest); err != nil {
		return nil, err
	}
	out.npmrc, _ = read(".npmrc")
	out.yarnrc, _ = read(".yarnrc")
	if rc, err := read(".yarnrc.yml"); err == nil {
		out.berry, out.pnp = true, !strings.Contains(rc, "node-modules")
	}
	_, err = read("binding.gyp")
	out.gyp = err == nil
	out.pnpm, _ = read("pnpm-workspace.yaml")
	out.lock, out.lockErr = readLock(p.Files(), tool, manifest, source)
	return out, nil
}

// readLock reads the lock file of a package manager that lies beside package.json in
// the image. source tells which file of the context lies there, "" for none; manifest
// is that of package.json.
func readLock(files *workload.Files, tool, manifest string, source func(string) string) (*npm.Lock, error) {
	names := lockNames[tool]
	for _, name := range names {
		if name = source(name); name == "" {
			continue
		}
		if lock, err := files.Lock(tool, name, manifest); !errors.Is(err, fs.ErrNotExist) {
			return lock, err
		}
	}
	return nil, fmt.Errorf("%w %s beside package.json in the image", errNoLock, names[len(names)-1])
}

// setting is the value of a setting of npm in the project's .npmrc or in the
// environment, "" when it's set in neither.
func (pr *project) setting(s chain.State, name string) string {
	for _, e := range slices.Backward(s.Env) {
		k, v, _ := strings.Cut(e, "=")
		if strings.ReplaceAll(strings.ToLower(k), "_", "-") == "npm-config-"+name {
			return v
		}
	}
	for line := range strings.Lines(pr.npmrc) {
		k, v, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok && strings.TrimSpace(k) == name {
			return strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return ""
}
