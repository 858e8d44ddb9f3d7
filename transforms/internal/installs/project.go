package installs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/npm"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Project is the package in a directory of the image.
type Project struct {
	Manifest *npm.Manifest
	Lock     *npm.Lock
	Npmrc    string // .npmrc of the directory, "" when there is none
	Yarnrc   string // .yarnrc of the directory, "" when there is none
	Berry    bool   // it has settings of Yarn 2 or later
	Pnp      bool   // Yarn keeps its packages elsewhere than in node_modules
	Gyp      bool   // npm builds it itself at each install, because of its binding.gyp
	Pnpm     string // pnpm-workspace.yaml, "" when there is none
	LockErr  error  // why there is no lock
	// ManifestFile and LockFile are the files of the build context that these are.
	ManifestFile, LockFile string
}

// ErrNoLock is the error of a project that has no lock file.
var ErrNoLock = errors.New("there is no lock file")

// lockNames are the lock files of each package manager, in order of precedence.
var lockNames = map[string][]string{
	"npm": {"npm-shrinkwrap.json", "package-lock.json"}, "yarn": {"yarn.lock"}, "pnpm": {"pnpm-lock.yaml"},
}

// ReadProject reads the package in the working directory before the step
// with that index, and the lock file that the package manager would use. The
// error says why its package.json is not known.
func ReadProject(p *imagebuild.Pass, run *stage.Evaluation, i int, tool string) (*Project, error) {
	before := run.Steps[i].Before
	if p.Context == nil {
		return nil, workload.ErrNoContext
	}
	if !before.Workdir.Known {
		return nil, errors.New("the working directory is unknown")
	}
	upTo := &stage.Evaluation{Node: run.Node, Steps: run.Steps[:i], Final: before}
	// source returns the file of the context that lies there, "" for none.
	source := func(name string) string { return upTo.Origin(path.Join(before.Workdir.Text, name), p.Context).Name }
	read := func(name string) (string, error) {
		if name = source(name); name == "" {
			return "", fs.ErrNotExist
		}
		return p.Files().ReadFile(name, workload.MaxText)
	}
	_, err := read("package.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing(p, upTo, path.Join(before.Workdir.Text, "package.json"))
	}
	if where := rewrittenInStage(upTo); where != "" {
		return nil, fmt.Errorf("%s may change package.json or the lock file", where)
	}
	if err != nil {
		return nil, fmt.Errorf("package.json can't be read: %w", err)
	}
	manifest := source("package.json")
	out := &Project{ManifestFile: manifest}
	if out.Manifest, err = p.Files().Manifest(manifest); err != nil {
		return nil, err
	}
	out.Npmrc, _ = read(".npmrc")
	out.Yarnrc, _ = read(".yarnrc")
	if rc, err := read(".yarnrc.yml"); err == nil {
		out.Berry, out.Pnp = true, !strings.Contains(rc, "node-modules")
	}
	_, err = read("binding.gyp")
	out.Gyp = err == nil
	out.Pnpm, _ = read("pnpm-workspace.yaml")
	out.Lock, out.LockFile, out.LockErr = readLock(p.Files(), tool, manifest, source)
	if errors.Is(out.LockErr, ErrNoLock) {
		for _, name := range lockNames[tool] {
			if why := absent(p, upTo, path.Join(before.Workdir.Text, name)); why != "" {
				out.LockErr = noLock(why)
			}
		}
	}
	return out, nil
}

// readLock reads the lock file of a package manager next to package.json in the image.
// source returns the file of the context that lies there, "" for none; manifest
// is that of package.json.
func readLock(files *workload.Files, tool, manifest string, source func(string) string) (_ *npm.Lock, file string, _ error) {
	names := lockNames[tool]
	for _, name := range names {
		if name = source(name); name == "" {
			continue
		}
		if lock, err := files.Lock(tool, name, manifest); !errors.Is(err, fs.ErrNotExist) {
			return lock, name, err
		}
	}
	for _, name := range names {
		if _, err := files.Stat(path.Join(path.Dir(manifest), name)); err == nil {
			return nil, "", noLock(name + " is not copied into the image with package.json")
		}
	}
	return nil, "", noLock("there is no " + names[len(names)-1] + " beside package.json in the image")
}

// noLock is the error for a lock file that the image lacks: an ErrNoLock.
type noLock string

func (why noLock) Error() string     { return string(why) }
func (why noLock) Is(err error) bool { return err == ErrNoLock }

// Setting returns the value of an npm setting in the project's .npmrc or in the
// environment, "" if it's set in neither.
func (pr *Project) Setting(s stage.State, name string) string {
	for _, e := range slices.Backward(s.Env) {
		k, v, _ := strings.Cut(e, "=")
		if strings.ReplaceAll(strings.ToLower(k), "_", "-") == "npm-config-"+name {
			return v
		}
	}
	for line := range strings.Lines(pr.Npmrc) {
		k, v, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok && strings.TrimSpace(k) == name {
			return strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return ""
}
